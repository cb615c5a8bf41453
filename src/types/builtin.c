/* Functions and bound methods written in C.

   m_self is the bound object (the module for a module's function), or NULL; m_module the name of the
   module.  METH_METHOD functions are PyCMethodObject, which adds the class that defined them. */
#include "object/object.h"
#include "object/call.h"
#include "object/descr.h"
#include "object/freelist.h"
#include "object/gc.h"
#include "types/tuple.h"

#define FUNC(op) ((PyCFunctionObject *)(op))
#define AS(type, meth) ((type)(void (*)(void))(meth))
static const char while_calling[] = " while calling a Python object";

/* ---- calling ------------------------------------------------------------------------------------------- */

static PyObject *
builtin_call_fast(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    if (!kwnames_empty(tstate, op, kwnames) || recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(_PyCFunctionFast, FUNC(op)->m_ml->ml_meth)(
        PyCFunction_GET_SELF(op), args, PyVectorcall_NARGS(nargsf));
    recursion_leave(tstate);
    return result;
}

static PyObject *
builtin_call_fast_keywords(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(_PyCFunctionFastWithKeywords, FUNC(op)->m_ml->ml_meth)(
        PyCFunction_GET_SELF(op), args, PyVectorcall_NARGS(nargsf), kwnames);
    recursion_leave(tstate);
    return result;
}

static PyObject *
builtin_call_method(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(PyCMethod, FUNC(op)->m_ml->ml_meth)(
        PyCFunction_GET_SELF(op), PyCFunction_GET_CLASS(op), args, PyVectorcall_NARGS(nargsf),
        kwnames);
    recursion_leave(tstate);
    return result;
}

static COLD PyObject *
raise_count(PyThreadState *tstate, PyObject *op, const char *expected, Py_ssize_t given)
{
    PyObject *name = _PyObject_FunctionStr(op);
    if (name != NULL) {
        _PyErr_Format(tstate, PyExc_TypeError, "%U takes %s (%zd given)", name, expected, given);
        Py_DECREF(name);
    }
    return NULL;
}

static PyObject *
builtin_call_noargs(PyObject *op, PyObject *const *Py_UNUSED(args), size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    if (!kwnames_empty(tstate, op, kwnames)) {
        return NULL;
    }
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (unlikely(nargs != 0)) {
        return raise_count(tstate, op, "no arguments", nargs);
    }
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = FUNC(op)->m_ml->ml_meth(PyCFunction_GET_SELF(op), NULL);
    recursion_leave(tstate);
    return result;
}

static PyObject *
builtin_call_o(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    if (!kwnames_empty(tstate, op, kwnames)) {
        return NULL;
    }
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (unlikely(nargs != 1)) {
        return raise_count(tstate, op, "exactly one argument", nargs);
    }
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = FUNC(op)->m_ml->ml_meth(PyCFunction_GET_SELF(op), args[0]);
    recursion_leave(tstate);
    return result;
}

/* tp_call: METH_VARARGS functions have no vectorcall. */
static PyObject *
builtin_tp_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (FUNC(op)->vectorcall != NULL) {
        return PyVectorcall_Call(op, args, kwargs);
    }
    PyThreadState *tstate = tstate_get();
    PyObject *result;
    if (FUNC(op)->m_ml->ml_flags & METH_KEYWORDS) {
        result = AS(PyCFunctionWithKeywords, FUNC(op)->m_ml->ml_meth)(PyCFunction_GET_SELF(op), args,
                                                                      kwargs);
    }
    else {
        if (kwargs != NULL && PyDict_GET_SIZE(kwargs) != 0) {
            _PyErr_Format(tstate, PyExc_TypeError, "%.200s() takes no keyword arguments",
                          FUNC(op)->m_ml->ml_name);
            return NULL;
        }
        result = FUNC(op)->m_ml->ml_meth(PyCFunction_GET_SELF(op), args);
    }
    return _Py_CheckFunctionResult(tstate, op, result, NULL);
}

/* ---- C API ----------------------------------------------------------------------------------------------- */

/* A function from its definition; `class` is needed for METH_METHOD, and only for it. */
PyObject *
PyCMethod_New(PyMethodDef *def, PyObject *self, PyObject *module, PyTypeObject *class)
{
    vectorcallfunc call;
    switch (def->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS |
                             METH_METHOD)) {
    case METH_VARARGS:
    case METH_VARARGS | METH_KEYWORDS:
        call = NULL;
        break;
    case METH_FASTCALL:
        call = builtin_call_fast;
        break;
    case METH_FASTCALL | METH_KEYWORDS:
        call = builtin_call_fast_keywords;
        break;
    case METH_NOARGS:
        call = builtin_call_noargs;
        break;
    case METH_O:
        call = builtin_call_o;
        break;
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS:
        call = builtin_call_method;
        break;
    default:
        PyErr_Format(PyExc_SystemError, "%s() method: bad call flags", def->ml_name);
        return NULL;
    }
    PyCFunctionObject *op;
    if (def->ml_flags & METH_METHOD) {
        if (class == NULL) {
            PyErr_SetString(PyExc_SystemError,
                            "attempting to create PyCMethod with a METH_METHOD flag but no class");
            return NULL;
        }
        PyCMethodObject *method = PyObject_GC_New(PyCMethodObject, &PyCMethod_Type);
        if (method == NULL) {
            return NULL;
        }
        method->mm_class = (PyTypeObject *)Py_NewRef((PyObject *)class);
        op = (PyCFunctionObject *)method;
    }
    else {
        if (class != NULL) {
            PyErr_SetString(PyExc_SystemError,
                            "attempting to create PyCFunction with class but no METH_METHOD flag");
            return NULL;
        }
        op = (PyCFunctionObject *)gc_alloc_here(sizeof *op, 0, PAGE_TIGHT);
        if (op == NULL) {
            return NULL;
        }
        Py_SET_TYPE(op, &PyCFunction_Type);
        Py_SET_REFCNT(op, 1);
    }
    op->m_weakreflist = NULL;
    op->m_ml = def;
    op->m_self = Py_XNewRef(self);
    op->m_module = Py_XNewRef(module);
    op->vectorcall = call;
    gc_track((PyObject *)op);
    return (PyObject *)op;
}

#undef PyCFunction_NewEx
PyObject *
PyCFunction_NewEx(PyMethodDef *def, PyObject *self, PyObject *module)
{
    return PyCMethod_New(def, self, module, NULL);
}

#undef PyCFunction_New
PyObject *
PyCFunction_New(PyMethodDef *def, PyObject *self)
{
    return PyCMethod_New(def, self, NULL, NULL);
}

PyCFunction
PyCFunction_GetFunction(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyCFunction_GET_FUNCTION(op);
}

PyObject *
PyCFunction_GetSelf(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyCFunction_GET_SELF(op);
}

int
PyCFunction_GetFlags(PyObject *op)
{
    if (!PyCFunction_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return PyCFunction_GET_FLAGS(op);
}

/* ---- slots ------------------------------------------------------------------------------------------------ */

static void
builtin_tp_dealloc(PyCFunctionObject *op)
{
    PyThreadState *tstate = tstate_get();
    gc_untrack((PyObject *)op);
    if (trash_begin(tstate, (PyObject *)op)) {
        return;
    }
    if (op->m_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)op);
    }
    /* The class goes last: it may own the definition. */
    PyTypeObject *class = PyCFunction_GET_CLASS(op);
    Py_XDECREF(op->m_self);
    Py_XDECREF(op->m_module);
    Py_XDECREF(class);
    gc_free((PyObject *)op);
    trash_end(tstate);
}

static int
builtin_tp_traverse(PyCFunctionObject *op, visitproc visit, void *arg)
{
    Py_VISIT(PyCFunction_GET_CLASS(op));
    Py_VISIT(op->m_self);
    Py_VISIT(op->m_module);
    return 0;
}

static PyObject *
builtin_tp_repr(PyCFunctionObject *op)
{
    if (op->m_self == NULL || PyModule_Check(op->m_self)) {
        return PyUnicode_FromFormat("<built-in function %s>", op->m_ml->ml_name);
    }
    return PyUnicode_FromFormat("<built-in method %s of %s object at %p>", op->m_ml->ml_name,
                                type_name(op->m_self), op->m_self);
}

static Py_hash_t
builtin_tp_hash(PyCFunctionObject *op)
{
    Py_hash_t hash = _Py_HashPointer(op->m_self) ^ _Py_HashPointer((void *)op->m_ml->ml_meth);
    return hash == -1 ? -2 : hash;
}

static PyObject *
builtin_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyCFunction_Check(a) || !PyCFunction_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    bool equal = FUNC(a)->m_self == FUNC(b)->m_self &&
                 FUNC(a)->m_ml->ml_meth == FUNC(b)->m_ml->ml_meth;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

/* ---- attributes -------------------------------------------------------------------------------------------- */

METHOD(builtin, __reduce__, NULL, NULL)
static PyObject *
builtin_reduce(PyCFunctionObject *op, PyObject *Py_UNUSED(ignored))
{
    if (op->m_self == NULL || PyModule_Check(op->m_self)) {
        return PyUnicode_FromString(op->m_ml->ml_name);
    }
    PyObject *getattr = _PyEval_GetBuiltin(ID(getattr));
    return getattr == NULL ? NULL
                           : Py_BuildValue("N(Os)", getattr, op->m_self, op->m_ml->ml_name);
}

GETTER(builtin, __doc__, NULL)
static PyObject *
builtin_get_doc(PyCFunctionObject *op, void *Py_UNUSED(closure))
{
    return _PyType_GetDocFromInternalDoc(op->m_ml->ml_name, op->m_ml->ml_doc);
}

GETTER(builtin, __name__, NULL)
static PyObject *
builtin_get_name(PyCFunctionObject *op, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(op->m_ml->ml_name);
}

GETTER(builtin, __qualname__, NULL)
static PyObject *
builtin_get_qualname(PyCFunctionObject *op, void *Py_UNUSED(closure))
{
    if (op->m_self == NULL || PyModule_Check(op->m_self)) {
        return PyUnicode_FromString(op->m_ml->ml_name);
    }
    PyObject *type = PyType_Check(op->m_self) ? op->m_self : (PyObject *)Py_TYPE(op->m_self);
    PyObject *owner = PyObject_GetAttr(type, ID(__qualname__));
    if (owner == NULL) {
        return NULL;
    }
    if (!PyUnicode_Check(owner)) {
        PyErr_SetString(PyExc_TypeError, "<method>.__class__.__qualname__ is not a unicode object");
        Py_DECREF(owner);
        return NULL;
    }
    PyObject *result = PyUnicode_FromFormat("%S.%s", owner, op->m_ml->ml_name);
    Py_DECREF(owner);
    return result;
}

GETTER(builtin, __self__, NULL)
static PyObject *
builtin_get_self(PyCFunctionObject *op, void *Py_UNUSED(closure))
{
    PyObject *self = PyCFunction_GET_SELF(op);
    return Py_NewRef(self == NULL ? Py_None : self);
}

GETTER(builtin, __text_signature__, NULL)
static PyObject *
builtin_get_text_signature(PyCFunctionObject *op, void *Py_UNUSED(closure))
{
    return _PyType_GetTextSignatureFromInternalDoc(op->m_ml->ml_name, op->m_ml->ml_doc);
}

MEMBER(builtin, __module__, T_OBJECT, PyCFunctionObject, m_module, 0, NULL)

TYPE(builtin, PyCFunction_Type, "builtin_function_or_method", PyCFunctionObject, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_vectorcall_offset = offsetof(PyCFunctionObject, vectorcall),
     .tp_weaklistoffset = offsetof(PyCFunctionObject, m_weakreflist))

WRITTEN PyTypeObject PyCMethod_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "builtin_method",
    .tp_basicsize = sizeof(PyCMethodObject),
    .tp_base = &PyCFunction_Type,
};

#include "gen/types/builtin.inc"
