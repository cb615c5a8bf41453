/* Exceptions with fields: StopIteration, SystemExit, KeyError, ImportError, NameError,
   AttributeError, SyntaxError.

   Every field is an owned reference or NULL, which Python sees as None. */
#include "object/declare.h"
#include "types/exceptions.h"

#define EXCEPTION_FLAGS                                                                            \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASE_EXC_SUBCLASS)

/* Keyword arguments only, into borrowed references: the positional ones became `args` already. */
static int
parse_keywords(PyObject *kwargs, const char *format, char **names, PyObject **a, PyObject **b)
{
    if (kwargs == NULL) {
        return 0;
    }
    PyObject *empty = PyTuple_New(0);
    if (empty == NULL) {
        return -1;
    }
    int ok = PyArg_ParseTupleAndKeywords(empty, kwargs, format, names, a, b);
    Py_DECREF(empty);
    return ok ? 0 : -1;
}

/* The one argument of args, all of them as a tuple if there are more, NULL if none (borrowed). */
static PyObject *
sole_argument(PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    return n == 0 ? NULL : n == 1 ? PyTuple_GET_ITEM(args, 0) : args;
}

/* ---- StopIteration ------------------------------------------------------------------------ */

static int
stopiteration_tp_init(PyStopIterationObject *self, PyObject *args, PyObject *kwargs)
{
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    PyObject *value = PyTuple_GET_SIZE(args) > 0 ? PyTuple_GET_ITEM(args, 0) : Py_None;
    Py_XSETREF(self->value, Py_NewRef(value));
    return 0;
}

static int
stopiteration_tp_clear(PyStopIterationObject *self)
{
    Py_CLEAR(self->value);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

static void
stopiteration_tp_dealloc(PyStopIterationObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, stopiteration_tp_dealloc)
    stopiteration_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

static int
stopiteration_tp_traverse(PyStopIterationObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->value);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

MEMBER(stopiteration, value, T_OBJECT, PyStopIterationObject, value, 0, "generator return value")

TYPE(stopiteration, _PyExc_StopIteration, "StopIteration", PyStopIterationObject, NULL,
     "Signal the end from iterator.__next__().", .tp_flags = EXCEPTION_FLAGS,
     .tp_base = &_PyExc_Exception, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- SystemExit --------------------------------------------------------------------------- */

static int
systemexit_tp_init(PySystemExitObject *self, PyObject *args, PyObject *kwargs)
{
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    PyObject *code = sole_argument(args);
    if (code != NULL) {
        Py_XSETREF(self->code, Py_NewRef(code));
    }
    return 0;
}

static int
systemexit_tp_clear(PySystemExitObject *self)
{
    Py_CLEAR(self->code);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

static void
systemexit_tp_dealloc(PySystemExitObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, systemexit_tp_dealloc)
    systemexit_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

static int
systemexit_tp_traverse(PySystemExitObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->code);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

MEMBER(systemexit, code, T_OBJECT, PySystemExitObject, code, 0, "exception code")

TYPE(systemexit, _PyExc_SystemExit, "SystemExit", PySystemExitObject, NULL,
     "Request to exit from the interpreter.", .tp_flags = EXCEPTION_FLAGS,
     .tp_base = &_PyExc_BaseException, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- KeyError ----------------------------------------------------------------------------- */

/* A lone key is shown by its repr: a message that is just a key must be tellable from text. */
static PyObject *
keyerror_tp_str(PyBaseExceptionObject *self)
{
    if (PyTuple_GET_SIZE(self->args) == 1) {
        return PyObject_Repr(PyTuple_GET_ITEM(self->args, 0));
    }
    return baseexc_tp_str(self);
}

TYPE(keyerror, _PyExc_KeyError, "KeyError", PyBaseExceptionObject, NULL, "Mapping key not found.",
     .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_LookupError,
     .tp_init = (initproc)baseexc_tp_init, .tp_dealloc = (destructor)baseexc_tp_dealloc,
     .tp_traverse = (traverseproc)baseexc_tp_traverse, .tp_clear = (inquiry)baseexc_tp_clear,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict), .tp_vectorcall = baseexc_vectorcall)

/* ---- ImportError -------------------------------------------------------------------------- */

int
importerror_tp_init(PyImportErrorObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"name", "path", NULL};
    PyObject *name = NULL, *path = NULL;
    if (baseexc_init_positional((PyBaseExceptionObject *)self, args) < 0 ||
        parse_keywords(kwargs, "|$OO:ImportError", names, &name, &path) < 0) {
        return -1;
    }
    Py_XSETREF(self->name, Py_XNewRef(name));
    Py_XSETREF(self->path, Py_XNewRef(path));
    PyObject *msg = PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL;
    Py_XSETREF(self->msg, Py_XNewRef(msg));
    return 0;
}

int
importerror_tp_clear(PyImportErrorObject *self)
{
    Py_CLEAR(self->msg);
    Py_CLEAR(self->name);
    Py_CLEAR(self->path);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

void
importerror_tp_dealloc(PyImportErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, importerror_tp_dealloc)
    importerror_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

int
importerror_tp_traverse(PyImportErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->msg);
    Py_VISIT(self->name);
    Py_VISIT(self->path);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

static PyObject *
importerror_tp_str(PyImportErrorObject *self)
{
    if (self->msg != NULL && PyUnicode_CheckExact(self->msg)) {
        return Py_NewRef(self->msg);
    }
    return baseexc_tp_str((PyBaseExceptionObject *)self);
}

METHOD(importerror, __reduce__, "!($self, /)", NULL)
static PyObject *
importerror___reduce__(PyImportErrorObject *self, PyObject *Py_UNUSED(ignored))
{
    if (self->dict == NULL && self->name == NULL && self->path == NULL) {
        return PyTuple_Pack(2, Py_TYPE(self), self->args);
    }
    PyObject *state = self->dict != NULL ? PyDict_Copy(self->dict) : PyDict_New();
    if (state == NULL || (self->name != NULL && PyDict_SetItem(state, ID(name), self->name) < 0) ||
        (self->path != NULL && PyDict_SetItem(state, ID(path), self->path) < 0)) {
        Py_XDECREF(state);
        return NULL;
    }
    PyObject *result = PyTuple_Pack(3, Py_TYPE(self), self->args, state);
    Py_DECREF(state);
    return result;
}

MEMBER(importerror, msg, T_OBJECT, PyImportErrorObject, msg, 0, "exception message")
MEMBER(importerror, name, T_OBJECT, PyImportErrorObject, name, 0, "module name")
MEMBER(importerror, path, T_OBJECT, PyImportErrorObject, path, 0, "module path")

TYPE(importerror, _PyExc_ImportError, "ImportError", PyImportErrorObject, NULL,
     "Import can't find module, or can't find name in module.", .tp_flags = EXCEPTION_FLAGS,
     .tp_base = &_PyExc_Exception, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- NameError ---------------------------------------------------------------------------- */

int
nameerror_tp_init(PyNameErrorObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"name", NULL};
    PyObject *name = NULL;
    if (baseexc_init_positional((PyBaseExceptionObject *)self, args) < 0 ||
        parse_keywords(kwargs, "|$O:NameError", names, &name, NULL) < 0) {
        return -1;
    }
    Py_XSETREF(self->name, Py_XNewRef(name));
    return 0;
}

int
nameerror_tp_clear(PyNameErrorObject *self)
{
    Py_CLEAR(self->name);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

void
nameerror_tp_dealloc(PyNameErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, nameerror_tp_dealloc)
    nameerror_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

int
nameerror_tp_traverse(PyNameErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->name);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

static PyObject *
nameerror_tp_str(PyBaseExceptionObject *self)
{
    return baseexc_tp_str(self);
}

MEMBER(nameerror, name, T_OBJECT, PyNameErrorObject, name, 0, "name")

TYPE(nameerror, _PyExc_NameError, "NameError", PyNameErrorObject, NULL, "Name not found globally.",
     .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_Exception,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- AttributeError ----------------------------------------------------------------------- */

static int
attributeerror_tp_init(PyAttributeErrorObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"name", "obj", NULL};
    PyObject *name = NULL, *obj = NULL;
    if (baseexc_init_positional((PyBaseExceptionObject *)self, args) < 0 ||
        parse_keywords(kwargs, "|$OO:AttributeError", names, &name, &obj) < 0) {
        return -1;
    }
    Py_XSETREF(self->name, Py_XNewRef(name));
    Py_XSETREF(self->obj, Py_XNewRef(obj));
    return 0;
}

static int
attributeerror_tp_clear(PyAttributeErrorObject *self)
{
    Py_CLEAR(self->obj);
    Py_CLEAR(self->name);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

static void
attributeerror_tp_dealloc(PyAttributeErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, attributeerror_tp_dealloc)
    attributeerror_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

static int
attributeerror_tp_traverse(PyAttributeErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->obj);
    Py_VISIT(self->name);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

static PyObject *
attributeerror_tp_str(PyBaseExceptionObject *self)
{
    return baseexc_tp_str(self);
}

MEMBER(attributeerror, name, T_OBJECT, PyAttributeErrorObject, name, 0, "attribute name")
MEMBER(attributeerror, obj, T_OBJECT, PyAttributeErrorObject, obj, 0, "object")

TYPE(attributeerror, _PyExc_AttributeError, "AttributeError", PyAttributeErrorObject, NULL,
     "Attribute not found.", .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_Exception,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- SyntaxError -------------------------------------------------------------------------- */

/* The second argument: (filename, lineno, offset, text[, end_lineno, end_offset]). */
static int
syntaxerror_location(PySyntaxErrorObject *self, PyObject *location)
{
    PyObject *info = PySequence_Tuple(location);
    if (info == NULL) {
        return -1;
    }
    PyObject *fields[6] = {NULL};
    int ok = PyArg_ParseTuple(info, "OOOO|OO", &fields[0], &fields[1], &fields[2], &fields[3],
                              &fields[4], &fields[5]);
    if (ok && fields[4] != NULL && fields[5] == NULL) {
        PyErr_SetString(PyExc_TypeError, "end_offset must be provided when end_lineno is provided");
        ok = 0;
    }
    if (ok) {
        Py_XSETREF(self->filename, Py_NewRef(fields[0]));
        Py_XSETREF(self->lineno, Py_NewRef(fields[1]));
        Py_XSETREF(self->offset, Py_NewRef(fields[2]));
        Py_XSETREF(self->text, Py_NewRef(fields[3]));
        Py_XSETREF(self->end_lineno, Py_XNewRef(fields[4]));
        Py_XSETREF(self->end_offset, Py_XNewRef(fields[5]));
    }
    Py_DECREF(info);
    return ok ? 0 : -1;
}

int
syntaxerror_tp_init(PySyntaxErrorObject *self, PyObject *args, PyObject *kwargs)
{
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    if (PyTuple_GET_SIZE(args) >= 1) {
        Py_XSETREF(self->msg, Py_NewRef(PyTuple_GET_ITEM(args, 0)));
    }
    return PyTuple_GET_SIZE(args) == 2 ? syntaxerror_location(self, PyTuple_GET_ITEM(args, 1)) : 0;
}

int
syntaxerror_tp_clear(PySyntaxErrorObject *self)
{
    Py_CLEAR(self->msg);
    Py_CLEAR(self->filename);
    Py_CLEAR(self->lineno);
    Py_CLEAR(self->offset);
    Py_CLEAR(self->end_lineno);
    Py_CLEAR(self->end_offset);
    Py_CLEAR(self->text);
    Py_CLEAR(self->print_file_and_line);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

void
syntaxerror_tp_dealloc(PySyntaxErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, syntaxerror_tp_dealloc)
    syntaxerror_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

int
syntaxerror_tp_traverse(PySyntaxErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->msg);
    Py_VISIT(self->filename);
    Py_VISIT(self->lineno);
    Py_VISIT(self->offset);
    Py_VISIT(self->end_lineno);
    Py_VISIT(self->end_offset);
    Py_VISIT(self->text);
    Py_VISIT(self->print_file_and_line);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

/* The part of a path after its last slash: new reference. */
static PyObject *
path_tail(PyObject *path)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(path);
    Py_ssize_t slash = PyUnicode_FindChar(path, '/', 0, length, -1);
    return slash == -2 ? NULL : PyUnicode_Substring(path, slash + 1, length);
}

static PyObject *
syntaxerror_tp_str(PySyntaxErrorObject *self)
{
    PyObject *msg = self->msg == NULL ? Py_None : self->msg, *file = NULL, *result;
    int overflow = 0;
    bool has_line = self->lineno != NULL && PyLong_CheckExact(self->lineno);
    if (self->filename != NULL && PyUnicode_Check(self->filename)) {
        file = path_tail(self->filename);
        if (file == NULL) {
            return NULL;
        }
    }
    long line = has_line ? PyLong_AsLongAndOverflow(self->lineno, &overflow) : 0;
    if (file == NULL && !has_line) {
        return PyObject_Str(msg);
    }
    if (file != NULL && has_line) {
        result = PyUnicode_FromFormat("%S (%U, line %ld)", msg, file, line);
    }
    else if (file != NULL) {
        result = PyUnicode_FromFormat("%S (%U)", msg, file);
    }
    else {
        result = PyUnicode_FromFormat("%S (line %ld)", msg, line);
    }
    Py_XDECREF(file);
    return result;
}

MEMBER(syntaxerror, msg, T_OBJECT, PySyntaxErrorObject, msg, 0, "exception msg")
MEMBER(syntaxerror, filename, T_OBJECT, PySyntaxErrorObject, filename, 0, "exception filename")
MEMBER(syntaxerror, lineno, T_OBJECT, PySyntaxErrorObject, lineno, 0, "exception lineno")
MEMBER(syntaxerror, offset, T_OBJECT, PySyntaxErrorObject, offset, 0, "exception offset")
MEMBER(syntaxerror, text, T_OBJECT, PySyntaxErrorObject, text, 0, "exception text")
MEMBER(syntaxerror, end_lineno, T_OBJECT, PySyntaxErrorObject, end_lineno, 0, "exception end lineno")
MEMBER(syntaxerror, end_offset, T_OBJECT, PySyntaxErrorObject, end_offset, 0, "exception end offset")
MEMBER(syntaxerror, print_file_and_line, T_OBJECT, PySyntaxErrorObject, print_file_and_line, 0,
       "exception print_file_and_line")

TYPE(syntaxerror, _PyExc_SyntaxError, "SyntaxError", PySyntaxErrorObject, NULL, "Invalid syntax.",
     .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_Exception,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

#include "gen/types/exceptions_fields.inc"
