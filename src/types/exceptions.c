/* BaseException, the classes without fields of their own, and what brings all classes up.

   Classes with fields: exceptions_fields.c (import, name, attribute, syntax, stop, exit, key),
   exceptions_os.c, exceptions_unicode.c, exceptions_group.c.  The list is exceptions.def. */
#include <errno.h>
#include "object/object.h"
#include "object/class.h"
#include "object/state.h"
#include "object/declare.h"
#include "object/gc.h"
#include "types/exceptions.h"
#include "types/tuple.h"

/* ---- making and dropping ------------------------------------------------------------------ */

PyObject *
baseexc_tp_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    PyBaseExceptionObject *self = (PyBaseExceptionObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->args = args != NULL ? Py_NewRef(args) : PyTuple_New(0);
    if (self->args == NULL) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

int
baseexc_init_positional(PyBaseExceptionObject *self, PyObject *args)
{
    Py_XSETREF(self->args, Py_NewRef(args));
    return 0;
}

int
baseexc_tp_init(PyBaseExceptionObject *self, PyObject *args, PyObject *kwargs)
{
    if (!_PyArg_NoKeywords(Py_TYPE(self)->tp_name, kwargs)) {
        return -1;
    }
    return baseexc_init_positional(self, args);
}

/* tp_alloc for classes without fields of their own, written out for the plain ones. */
static ALWAYS_INLINE PyBaseExceptionObject *
plain_alloc(PyTypeObject *type)
{
    if (unlikely(type->tp_basicsize != sizeof(PyBaseExceptionObject) ||
                 type->tp_flags & Py_TPFLAGS_HEAPTYPE || type->tp_alloc != PyType_GenericAlloc)) {
        return (PyBaseExceptionObject *)type->tp_alloc(type, 0);
    }
    PyBaseExceptionObject *self =
        (PyBaseExceptionObject *)gc_alloc_here(sizeof(PyBaseExceptionObject), 0, PAGE_TIGHT);
    if (likely(self != NULL)) {
        self->ob_base.ob_refcnt = 1;
        self->ob_base.ob_type = type;
        self->dict = self->args = self->notes = NULL;
        self->traceback = self->context = self->cause = NULL;
        self->suppress_context = 0;
        gc_track((PyObject *)self);
    }
    return self;
}

/* Calling a class with the __new__ and __init__ of BaseException: the arguments become .args. */
PyObject *
baseexc_vectorcall(PyObject *class, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyTypeObject *type = (PyTypeObject *)class;
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (unlikely(kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) {
        return _PyObject_MakeTpCall(tstate_get(), class, args, nargs, kwnames);
    }
    if (!recursion_room(tstate_get())) {
        return NULL;
    }
    PyBaseExceptionObject *self = plain_alloc(type);
    if (self == NULL) {
        return NULL;
    }
    self->args = tuple_from_array(args, nargs);
    if (self->args == NULL) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

int
baseexc_tp_traverse(PyBaseExceptionObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    Py_VISIT(self->args);
    Py_VISIT(self->notes);
    Py_VISIT(self->traceback);
    Py_VISIT(self->cause);
    Py_VISIT(self->context);
    return 0;
}

int
baseexc_tp_clear(PyBaseExceptionObject *self)
{
    Py_CLEAR(self->dict);
    Py_CLEAR(self->args);
    Py_CLEAR(self->notes);
    Py_CLEAR(self->traceback);
    Py_CLEAR(self->cause);
    Py_CLEAR(self->context);
    return 0;
}

void
baseexc_tp_dealloc(PyBaseExceptionObject *self)
{
    gc_untrack((PyObject *)self);
    if (likely(self->context == NULL && self->cause == NULL && self->dict == NULL &&
               self->notes == NULL)) {
        Py_XDECREF(self->args);
        Py_XDECREF(self->traceback);
        freefunc release = Py_TYPE(self)->tp_free;
        if (likely(release == PyObject_GC_Del)) {
            gc_free((PyObject *)self);
        }
        else {
            release(self);
        }
        return;
    }
    /* chains of contexts can be long: the trashcan bounds the recursion */
    Py_TRASHCAN_BEGIN(self, baseexc_tp_dealloc)
    baseexc_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

/* ---- text --------------------------------------------------------------------------------- */

PyObject *
baseexc_tp_str(PyBaseExceptionObject *self)
{
    switch (PyTuple_GET_SIZE(self->args)) {
    case 0:
        return PyUnicode_FromString("");
    case 1:
        return PyObject_Str(PyTuple_GET_ITEM(self->args, 0));
    default:
        return PyObject_Str(self->args);
    }
}

static PyObject *
baseexc_tp_repr(PyBaseExceptionObject *self)
{
    const char *name = _PyType_Name(Py_TYPE(self));
    if (PyTuple_GET_SIZE(self->args) == 1) {
        return PyUnicode_FromFormat("%s(%R)", name, PyTuple_GET_ITEM(self->args, 0));
    }
    return PyUnicode_FromFormat("%s%R", name, self->args);
}

/* ---- methods ------------------------------------------------------------------------------ */

METHOD(baseexc, __reduce__, "!($self, /)", NULL)
static PyObject *
baseexc___reduce__(PyBaseExceptionObject *self, PyObject *Py_UNUSED(ignored))
{
    if (self->args != NULL && self->dict != NULL) {
        return PyTuple_Pack(3, Py_TYPE(self), self->args, self->dict);
    }
    return PyTuple_Pack(2, Py_TYPE(self), self->args);
}

METHOD(baseexc, __setstate__, "!($self, state, /)", NULL)
static PyObject *
baseexc___setstate__(PyObject *self, PyObject *state)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    if (state == Py_None) {
        Py_RETURN_NONE;
    }
    if (!PyDict_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a dictionary");
        return NULL;
    }
    while (PyDict_Next(state, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int err = PyObject_SetAttr(self, key, value);
        Py_DECREF(value);
        Py_DECREF(key);
        if (err < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

static int baseexc_set_traceback(PyBaseExceptionObject *self, PyObject *tb, void *closure);

METHOD(baseexc, with_traceback, "!($self, tb, /)", "Set __traceback__ and return the exception.")
static PyObject *
baseexc_with_traceback(PyBaseExceptionObject *self, PyObject *tb)
{
    return baseexc_set_traceback(self, tb, NULL) < 0 ? NULL : Py_NewRef(self);
}

METHOD(baseexc, add_note, "!($self, note, /)", "Add a str that is shown below the traceback.")
static PyObject *
baseexc_add_note(PyObject *self, PyObject *note)
{
    PyObject *notes;
    if (!PyUnicode_Check(note)) {
        PyErr_Format(PyExc_TypeError, "note must be a str, not '%s'", Py_TYPE(note)->tp_name);
        return NULL;
    }
    if (_PyObject_LookupAttr(self, ID(__notes__), &notes) < 0) {
        return NULL;
    }
    if (notes == NULL) {
        notes = PyList_New(0);
        if (notes == NULL || PyObject_SetAttr(self, ID(__notes__), notes) < 0) {
            Py_XDECREF(notes);
            return NULL;
        }
    }
    else if (!PyList_Check(notes)) {
        Py_DECREF(notes);
        PyErr_SetString(PyExc_TypeError, "Cannot add note: __notes__ is not a list");
        return NULL;
    }
    int err = PyList_Append(notes, note);
    Py_DECREF(notes);
    return err < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- attributes --------------------------------------------------------------------------- */

MEMBER(baseexc, __suppress_context__, T_BOOL, PyBaseExceptionObject, suppress_context, 0, NULL)

GETTER(baseexc, __dict__, NULL)
static PyObject *
baseexc_get_dict(PyObject *self, void *closure)
{
    return PyObject_GenericGetDict(self, closure);
}

SETTER(baseexc, __dict__)
static int
baseexc_set_dict(PyObject *self, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict(self, value, closure);
}

GETTER(baseexc, args, NULL)
static PyObject *
baseexc_get_args(PyBaseExceptionObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->args == NULL ? Py_None : self->args);
}

SETTER(baseexc, args)
static int
baseexc_set_args(PyBaseExceptionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "args may not be deleted");
        return -1;
    }
    PyObject *args = PySequence_Tuple(value);
    if (args == NULL) {
        return -1;
    }
    Py_XSETREF(self->args, args);
    return 0;
}

GETTER(baseexc, __traceback__, NULL)
static PyObject *
baseexc_get_traceback(PyBaseExceptionObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->traceback == NULL ? Py_None : self->traceback);
}

SETTER(baseexc, __traceback__)
static int
baseexc_set_traceback(PyBaseExceptionObject *self, PyObject *tb, void *Py_UNUSED(closure))
{
    if (tb == NULL) {
        PyErr_SetString(PyExc_TypeError, "__traceback__ may not be deleted");
        return -1;
    }
    if (tb != Py_None && !PyTraceBack_Check(tb)) {
        PyErr_SetString(PyExc_TypeError, "__traceback__ must be a traceback or None");
        return -1;
    }
    Py_XSETREF(self->traceback, tb == Py_None ? NULL : Py_NewRef(tb));
    return 0;
}

/* A link to another exception: None is NULL here. The new value or NULL with *bad set. */
static PyObject *
linked(PyObject *value, const char *deleted, const char *wrong, bool *bad)
{
    *bad = value == NULL || (value != Py_None && !PyExceptionInstance_Check(value));
    if (*bad) {
        PyErr_SetString(PyExc_TypeError, value == NULL ? deleted : wrong);
        return NULL;
    }
    return value == Py_None ? NULL : Py_NewRef(value);
}

GETTER(baseexc, __context__, "The exception that was handled when this one was raised.")
static PyObject *
baseexc_get_context(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *context = PyException_GetContext(self);
    return context == NULL ? Py_NewRef(Py_None) : context;
}

SETTER(baseexc, __context__)
static int
baseexc_set_context(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    bool bad;
    value = linked(value, "__context__ may not be deleted",
                   "exception context must be None or derive from BaseException", &bad);
    if (!bad) {
        PyException_SetContext(self, value);
    }
    return bad ? -1 : 0;
}

GETTER(baseexc, __cause__, "The exception after `from` of the raise statement.")
static PyObject *
baseexc_get_cause(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *cause = PyException_GetCause(self);
    return cause == NULL ? Py_NewRef(Py_None) : cause;
}

SETTER(baseexc, __cause__)
static int
baseexc_set_cause(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    bool bad;
    value = linked(value, "__cause__ may not be deleted",
                   "exception cause must be None or derive from BaseException", &bad);
    if (!bad) {
        PyException_SetCause(self, value);
    }
    return bad ? -1 : 0;
}

/* ---- C API -------------------------------------------------------------------------------- */

PyObject *
PyException_GetTraceback(PyObject *self)
{
    return Py_XNewRef(((PyBaseExceptionObject *)self)->traceback);
}

int
PyException_SetTraceback(PyObject *self, PyObject *tb)
{
    return baseexc_set_traceback((PyBaseExceptionObject *)self, tb, NULL);
}

PyObject *
PyException_GetCause(PyObject *self)
{
    return Py_XNewRef(((PyBaseExceptionObject *)self)->cause);
}

/* Steals the reference to cause. */
void
PyException_SetCause(PyObject *self, PyObject *cause)
{
    ((PyBaseExceptionObject *)self)->suppress_context = 1;
    Py_XSETREF(((PyBaseExceptionObject *)self)->cause, cause);
}

PyObject *
PyException_GetContext(PyObject *self)
{
    return Py_XNewRef(((PyBaseExceptionObject *)self)->context);
}

/* Steals the reference to context. */
void
PyException_SetContext(PyObject *self, PyObject *context)
{
    Py_XSETREF(((PyBaseExceptionObject *)self)->context, context);
}

#undef PyExceptionClass_Name
const char *
PyExceptionClass_Name(PyObject *class)
{
    return ((PyTypeObject *)class)->tp_name;
}

TYPE(baseexc, _PyExc_BaseException, "BaseException", PyBaseExceptionObject, NULL,
     "Common base class for all exceptions.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_BASE_EXC_SUBCLASS,
     .tp_getattro = PyObject_GenericGetAttr, .tp_setattro = PyObject_GenericSetAttr,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- MemoryError: kept in store for when there is no memory --------------------------------- */

enum { SPARE_MEMORY_ERRORS = 16 };

/* Spares are linked through their `dict` field. */
static PyObject *
memerror_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct _is *interp = interp_get();
    if (type != &_PyExc_MemoryError || interp->exceptions.memory_errors == NULL) {
        return baseexc_tp_new(type, args, kwargs);
    }
    PyBaseExceptionObject *self = (PyBaseExceptionObject *)interp->exceptions.memory_errors;
    self->args = args != NULL ? Py_NewRef(args) : PyTuple_New(0);
    if (self->args == NULL) {
        return NULL;
    }
    interp->exceptions.memory_errors = self->dict;
    interp->exceptions.memory_errors_free--;
    self->dict = NULL;
    _Py_NewReference((PyObject *)self);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static void
memerror_tp_dealloc(PyBaseExceptionObject *self)
{
    struct _is *interp = interp_get();
    PyObject_GC_UnTrack(self);
    baseexc_tp_clear(self);
    if (Py_IS_TYPE(self, &_PyExc_MemoryError) &&
        interp->exceptions.memory_errors_free < SPARE_MEMORY_ERRORS) {
        self->dict = interp->exceptions.memory_errors;
        self->suppress_context = 0;
        interp->exceptions.memory_errors = (PyObject *)self;
        interp->exceptions.memory_errors_free++;
        return;
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyObject *
memory_error_get(void)
{
    struct _is *interp = interp_get();
    if (interp->exceptions.memory_errors == NULL) {
        return Py_XNewRef(interp->exceptions.last_resort_memory_error);
    }
    PyObject *empty = PyTuple_New(0);
    PyObject *self = memerror_tp_new(&_PyExc_MemoryError, empty, NULL);
    Py_DECREF(empty);
    return self;
}

static status
spare_memory_errors(void)
{
    PyObject *spares[SPARE_MEMORY_ERRORS], *empty = PyTuple_New(0);
    struct _is *interp = interp_get();
    if (empty == NULL) {
        return -1;
    }
    interp->exceptions.last_resort_memory_error = baseexc_tp_new(&_PyExc_MemoryError, empty, NULL);
    int n = 0;
    while (n < SPARE_MEMORY_ERRORS &&
           (spares[n] = baseexc_tp_new(&_PyExc_MemoryError, empty, NULL)) != NULL) {
        n++;
    }
    Py_DECREF(empty);
    bool ok = n == SPARE_MEMORY_ERRORS && interp->exceptions.last_resort_memory_error != NULL;
    while (n > 0) {
        Py_DECREF(spares[--n]);         /* to the store */
    }
    return ok ? 0 : -1;
}

TYPE(memerror, _PyExc_MemoryError, "MemoryError", PyBaseExceptionObject, NULL, "Out of memory.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_BASE_EXC_SUBCLASS,
     .tp_base = &_PyExc_Exception, .tp_init = (initproc)baseexc_tp_init,
     .tp_traverse = (traverseproc)baseexc_tp_traverse, .tp_clear = (inquiry)baseexc_tp_clear,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- the classes of exceptions.def --------------------------------------------------------- */

#define EXCEPTION_FLAGS                                                                            \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASE_EXC_SUBCLASS)

#define OWN(name) PyObject *PyExc_##name = (PyObject *)&_PyExc_##name;
#define SIMPLE(name, base, doc)                                                                    \
    WRITTEN PyTypeObject _PyExc_##name = {                                                         \
        PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = #name,                                    \
        .tp_basicsize = sizeof(PyBaseExceptionObject),                                             \
        .tp_dealloc = (destructor)baseexc_tp_dealloc,                                              \
        .tp_flags = EXCEPTION_FLAGS,                                                               \
        .tp_doc = PyDoc_STR(doc),                                                                  \
        .tp_traverse = (traverseproc)baseexc_tp_traverse,                                          \
        .tp_clear = (inquiry)baseexc_tp_clear,                                                     \
        .tp_base = &_PyExc_##base,                                                                 \
        .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),                                    \
        .tp_init = (initproc)baseexc_tp_init,                                                      \
        .tp_new = baseexc_tp_new,                                                                  \
        .tp_vectorcall = baseexc_vectorcall,                                                       \
    };                                                                                             \
    PyObject *PyExc_##name = (PyObject *)&_PyExc_##name;
#define DERIVED(name, base, part, doc)                                                             \
    WRITTEN PyTypeObject _PyExc_##name = {                                                         \
        PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = #name,                                    \
        .tp_basicsize = sizeof(part##_struct),                                                     \
        .tp_dealloc = (destructor)part##_tp_dealloc,                                               \
        .tp_flags = EXCEPTION_FLAGS,                                                               \
        .tp_doc = PyDoc_STR(doc),                                                                  \
        .tp_traverse = (traverseproc)part##_tp_traverse,                                           \
        .tp_clear = (inquiry)part##_tp_clear,                                                      \
        .tp_base = &_PyExc_##base,                                                                 \
        .tp_dictoffset = offsetof(PyBaseExceptionObject, dict),                                    \
        .tp_init = (initproc)part##_tp_init,                                                       \
    };                                                                                             \
    PyObject *PyExc_##name = (PyObject *)&_PyExc_##name;
#include "types/exceptions.def"
#undef OWN
#undef SIMPLE
#undef DERIVED

PyObject *PyExc_EnvironmentError = (PyObject *)&_PyExc_OSError;
PyObject *PyExc_IOError = (PyObject *)&_PyExc_OSError;

static PyTypeObject *const all_exceptions[] = {
#define OWN(name) &_PyExc_##name,
#define SIMPLE(name, base, doc) &_PyExc_##name,
#define DERIVED(name, base, part, doc) &_PyExc_##name,
#include "types/exceptions.def"
#undef OWN
#undef SIMPLE
#undef DERIVED
};

/* Which class of OSError an errno stands for (PEP 3151). */
static const struct {
    int code;
    PyTypeObject *type;
} errno_classes[] = {
    {EAGAIN, &_PyExc_BlockingIOError},
    {EALREADY, &_PyExc_BlockingIOError},
    {EINPROGRESS, &_PyExc_BlockingIOError},
    {EWOULDBLOCK, &_PyExc_BlockingIOError},
    {EPIPE, &_PyExc_BrokenPipeError},
    {ESHUTDOWN, &_PyExc_BrokenPipeError},
    {ECHILD, &_PyExc_ChildProcessError},
    {ECONNABORTED, &_PyExc_ConnectionAbortedError},
    {ECONNREFUSED, &_PyExc_ConnectionRefusedError},
    {ECONNRESET, &_PyExc_ConnectionResetError},
    {EEXIST, &_PyExc_FileExistsError},
    {ENOENT, &_PyExc_FileNotFoundError},
    {EISDIR, &_PyExc_IsADirectoryError},
    {ENOTDIR, &_PyExc_NotADirectoryError},
    {EINTR, &_PyExc_InterruptedError},
    {EACCES, &_PyExc_PermissionError},
    {EPERM, &_PyExc_PermissionError},
    {ESRCH, &_PyExc_ProcessLookupError},
    {ETIMEDOUT, &_PyExc_TimeoutError},
};

status
exceptions_init(void)
{
    for (size_t i = 0; i < ARRAY_LEN(all_exceptions); i++) {
        if (class_ready_late(all_exceptions[i]) < 0) {
            return -1;
        }
    }
    struct _is *interp = interp_get();
    if (spare_memory_errors() < 0 || (interp->exceptions.errnomap = PyDict_New()) == NULL) {
        return -1;
    }
    for (size_t i = 0; i < ARRAY_LEN(errno_classes); i++) {
        PyObject *code = PyLong_FromLong(errno_classes[i].code);
        if (code == NULL || PyDict_SetItem(interp->exceptions.errnomap, code,
                                           (PyObject *)errno_classes[i].type) < 0) {
            Py_XDECREF(code);
            return -1;
        }
        Py_DECREF(code);
    }
    return 0;
}

/* ExceptionGroup derives from two classes and is therefore made at run time. */
static PyObject *
exception_group_class(void)
{
    struct _is *interp = interp_get();
    if (interp->exceptions.exception_group == NULL) {
        PyObject *bases = PyTuple_Pack(2, PyExc_BaseExceptionGroup, PyExc_Exception);
        if (bases == NULL) {
            return NULL;
        }
        interp->exceptions.exception_group =
            PyErr_NewException("builtins.ExceptionGroup", bases, NULL);
        Py_DECREF(bases);
    }
    return interp->exceptions.exception_group;
}

status
exceptions_export(PyObject *builtins)
{
    PyObject *group = exception_group_class();
    if (group == NULL || PyDict_SetItemString(builtins, "ExceptionGroup", group) < 0) {
        return -1;
    }
    for (size_t i = 0; i < ARRAY_LEN(all_exceptions); i++) {
        if (PyDict_SetItemString(builtins, all_exceptions[i]->tp_name,
                                 (PyObject *)all_exceptions[i]) < 0) {
            return -1;
        }
    }
    return PyDict_SetItemString(builtins, "EnvironmentError", PyExc_OSError) < 0 ||
                   PyDict_SetItemString(builtins, "IOError", PyExc_OSError) < 0
               ? -1
               : 0;
}

void
exceptions_fini(void)
{
    struct _is *interp = interp_get();
    PyObject *spare = interp->exceptions.memory_errors;
    interp->exceptions.memory_errors = NULL;
    interp->exceptions.memory_errors_free = SPARE_MEMORY_ERRORS;    /* take none back */
    while (spare != NULL) {
        PyObject *next = ((PyBaseExceptionObject *)spare)->dict;
        ((PyBaseExceptionObject *)spare)->dict = NULL;
        PyObject_GC_Del(spare);
        spare = next;
    }
    Py_CLEAR(interp->exceptions.last_resort_memory_error);
    Py_CLEAR(interp->exceptions.errnomap);
    Py_CLEAR(interp->exceptions.exception_group);
}

#include "gen/types/exceptions.inc"
