/* Bound methods: a callable and the object that becomes its first argument. */
#include "object/object.h"
#include "object/call.h"
#include "object/gc.h"

#define BOUND(op) ((PyMethodObject *)(op))

static PyObject *
method_vectorcall(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyObject *func = BOUND(op)->im_func;
    if (unlikely(Py_IS_TYPE(func, &PyMethod_Type)) &&
        stack_check(" while calling a Python object") < 0) {
        return NULL;
    }
    return call_with_self(tstate_get(), func, BOUND(op)->im_self, args, nargsf, kwnames);
}

/* A method of func bound to self. */
PyObject *
PyMethod_New(PyObject *func, PyObject *self)
{
    if (self == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyMethodObject *op = (PyMethodObject *)gc_alloc_tight(sizeof(PyMethodObject), 0);
    if (op == NULL) {
        return NULL;
    }
    Py_SET_REFCNT(op, 1);
    Py_SET_TYPE(op, &PyMethod_Type);
    op->im_weakreflist = NULL;
    op->im_func = Py_NewRef(func);
    op->im_self = Py_NewRef(self);
    op->vectorcall = method_vectorcall;
    gc_track((PyObject *)op);
    return (PyObject *)op;
}

PyObject *
PyMethod_Function(PyObject *op)
{
    if (!PyMethod_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return BOUND(op)->im_func;
}

PyObject *
PyMethod_Self(PyObject *op)
{
    if (!PyMethod_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return BOUND(op)->im_self;
}

/* ---- slots ----------------------------------------------------------------------------------------------- */

static void
method_tp_dealloc(PyMethodObject *op)
{
    gc_untrack((PyObject *)op);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)op)) {
        return;
    }
    if (op->im_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)op);
    }
    Py_DECREF(op->im_func);
    Py_XDECREF(op->im_self);
    gc_free((PyObject *)op);
    trash_end(tstate);
}

static int
method_tp_traverse(PyMethodObject *op, visitproc visit, void *arg)
{
    Py_VISIT(op->im_func);
    Py_VISIT(op->im_self);
    return 0;
}

/* Attributes of the method type first, then those of the function. */
static PyObject *
method_tp_getattro(PyObject *op, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject *descr = _PyType_Lookup(type, name);
    if (descr != NULL) {
        descrgetfunc get = Py_TYPE(descr)->tp_descr_get;
        return get != NULL ? get(descr, op, (PyObject *)type) : Py_NewRef(descr);
    }
    return PyObject_GetAttr(BOUND(op)->im_func, name);
}

/* "<bound method C.f of ...>"; a callable without a usable name shows as '?'. */
static PyObject *
method_tp_repr(PyMethodObject *op)
{
    PyObject *name;
    if (_PyObject_LookupAttr(op->im_func, ID(__qualname__), &name) < 0 ||
        (name == NULL && _PyObject_LookupAttr(op->im_func, ID(__name__), &name) < 0)) {
        return NULL;
    }
    if (name != NULL && !PyUnicode_Check(name)) {
        Py_CLEAR(name);
    }
    PyObject *result = PyUnicode_FromFormat("<bound method %V of %R>", name, "?", op->im_self);
    Py_XDECREF(name);
    return result;
}

static Py_hash_t
method_tp_hash(PyMethodObject *op)
{
    Py_hash_t func = PyObject_Hash(op->im_func);
    if (func == -1) {
        return -1;
    }
    Py_hash_t hash = _Py_HashPointer(op->im_self) ^ func;
    return hash == -1 ? -2 : hash;
}

static PyObject *
method_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyMethod_Check(a) || !PyMethod_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int equal = PyObject_RichCompareBool(BOUND(a)->im_func, BOUND(b)->im_func, Py_EQ);
    if (equal < 0) {
        return NULL;
    }
    equal = equal && BOUND(a)->im_self == BOUND(b)->im_self;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *
method_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    PyObject *func, *self;
    if (!_PyArg_NoKeywords("method", kwargs) ||
        !PyArg_UnpackTuple(args, "method", 2, 2, &func, &self)) {
        return NULL;
    }
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first argument must be callable");
        return NULL;
    }
    if (self == NULL || self == Py_None) {
        PyErr_SetString(PyExc_TypeError, "instance must not be None");
        return NULL;
    }
    return PyMethod_New(func, self);
}

METHOD(method, __reduce__, "($self, /)", NULL)
static PyObject *
method_reduce(PyMethodObject *op, PyObject *Py_UNUSED(ignored))
{
    PyObject *name = PyObject_GetAttr(op->im_func, ID(__name__));
    if (name == NULL) {
        return NULL;
    }
    PyObject *getattr = _PyEval_GetBuiltin(ID(getattr));
    if (getattr == NULL) {
        Py_DECREF(name);
        return NULL;
    }
    return Py_BuildValue("N(ON)", getattr, op->im_self, name);
}

MEMBER(method, __func__, T_OBJECT, PyMethodObject, im_func, READONLY,
       "the function (or other callable) behind the method")
MEMBER(method, __self__, T_OBJECT, PyMethodObject, im_self, READONLY,
       "the object the method is bound to")

GETTER(method, __doc__, NULL)
static PyObject *
method_get_doc(PyMethodObject *op, void *Py_UNUSED(closure))
{
    return PyObject_GetAttr(op->im_func, ID(__doc__));
}

TYPE(method, PyMethod_Type, "method", PyMethodObject, "(function, instance, /)",
     "A function bound to its first argument.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
     .tp_call = PyVectorcall_Call, .tp_setattro = PyObject_GenericSetAttr,
     .tp_vectorcall_offset = offsetof(PyMethodObject, vectorcall),
     .tp_weaklistoffset = offsetof(PyMethodObject, im_weakreflist))

/* ---- instance methods: any callable that binds like a function ------------------------------------------- */

#define INSTANCE(op) ((PyInstanceMethodObject *)(op))

PyObject *
PyInstanceMethod_New(PyObject *func)
{
    PyInstanceMethodObject *op =
        PyObject_GC_New(PyInstanceMethodObject, &PyInstanceMethod_Type);
    if (op != NULL) {
        op->func = Py_NewRef(func);
        PyObject_GC_Track(op);
    }
    return (PyObject *)op;
}

PyObject *
PyInstanceMethod_Function(PyObject *op)
{
    if (!PyInstanceMethod_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyInstanceMethod_GET_FUNCTION(op);
}

static void
instancemethod_tp_dealloc(PyInstanceMethodObject *op)
{
    PyObject_GC_UnTrack(op);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)op)) {
        return;
    }
    Py_DECREF(op->func);
    PyObject_GC_Del(op);
    trash_end(tstate);
}

static int
instancemethod_tp_traverse(PyInstanceMethodObject *op, visitproc visit, void *arg)
{
    Py_VISIT(op->func);
    return 0;
}

static PyObject *
instancemethod_tp_getattro(PyObject *op, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject *descr = _PyType_Lookup(type, name);
    if (descr != NULL) {
        descrgetfunc get = Py_TYPE(descr)->tp_descr_get;
        return get != NULL ? get(descr, op, (PyObject *)type) : Py_NewRef(descr);
    }
    return PyObject_GetAttr(INSTANCE(op)->func, name);
}

static PyObject *
instancemethod_tp_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(INSTANCE(op)->func, args, kwargs);
}

static PyObject *
instancemethod_tp_descr_get(PyObject *op, PyObject *instance, PyObject *Py_UNUSED(owner))
{
    PyObject *func = INSTANCE(op)->func;
    return instance == NULL ? Py_NewRef(func) : PyMethod_New(func, instance);
}

static PyObject *
instancemethod_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyInstanceMethod_Check(a) || !PyInstanceMethod_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int equal = PyObject_RichCompareBool(INSTANCE(a)->func, INSTANCE(b)->func, Py_EQ);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *
instancemethod_tp_repr(PyObject *op)
{
    PyObject *func = INSTANCE(op)->func, *name;
    if (func == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (_PyObject_LookupAttr(func, ID(__name__), &name) < 0) {
        return NULL;
    }
    if (name != NULL && !PyUnicode_Check(name)) {
        Py_CLEAR(name);
    }
    PyObject *result = PyUnicode_FromFormat("<instancemethod %V at %p>", name, "?", op);
    Py_XDECREF(name);
    return result;
}

static PyObject *
instancemethod_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    PyObject *func;
    if (!_PyArg_NoKeywords("instancemethod", kwargs)) {
        return NULL;
    }
    if (!PyArg_UnpackTuple(args, "instancemethod", 1, 1, &func)) {
        return NULL;
    }
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first argument must be callable");
        return NULL;
    }
    return PyInstanceMethod_New(func);
}

MEMBER(instancemethod, __func__, T_OBJECT, PyInstanceMethodObject, func, READONLY,
       "the callable that is bound to instances")

GETTER(instancemethod, __doc__, NULL)
static PyObject *
instancemethod_get_doc(PyObject *op, void *Py_UNUSED(closure))
{
    return PyObject_GetAttr(INSTANCE(op)->func, ID(__doc__));
}

TYPE(instancemethod, PyInstanceMethod_Type, "instancemethod", PyInstanceMethodObject,
     "(function, /)", "A callable that binds to instances as functions do.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
     .tp_setattro = PyObject_GenericSetAttr)

#include "gen/types/method.inc"
