/* mappingproxy: a read-only view of a mapping, as a class's __dict__ gives it. */
#include "object/object.h"

typedef struct {
    PyObject_HEAD
    PyObject *mapping;
} Proxy;

#define MAPPING(op) (((Proxy *)(op))->mapping)

/* The mapping behind a proxy and all proxies behind it: long chains need no recursion. */
static PyObject *
innermost(PyObject *self)
{
    do {
        self = MAPPING(self);
    } while (Py_IS_TYPE(self, &PyDictProxy_Type));
    return self;
}

static PyObject *
proxy_make(PyObject *mapping)
{
    if (!PyMapping_Check(mapping) || PyList_Check(mapping) || PyTuple_Check(mapping)) {
        PyErr_Format(PyExc_TypeError, "mappingproxy() argument must be a mapping, not %s",
                     Py_TYPE(mapping)->tp_name);
        return NULL;
    }
    Proxy *self = PyObject_GC_New(Proxy, &PyDictProxy_Type);
    if (self != NULL) {
        self->mapping = Py_NewRef(mapping);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

PyObject *
PyDictProxy_New(PyObject *mapping)
{
    return proxy_make(mapping);
}

NEW(proxy, "(mapping)")
static PyObject *
proxy_new(PyTypeObject *Py_UNUSED(type), PyObject *mapping)
{
    return proxy_make(mapping);
}

static void
proxy_tp_dealloc(Proxy *self)
{
    PyObject_GC_UnTrack(self);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)self)) {
        return;
    }
    Py_DECREF(self->mapping);
    PyObject_GC_Del(self);
    trash_end(tstate);
}

static int
proxy_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(MAPPING(self));
    return 0;
}

static Py_ssize_t
proxy_mp_length(PyObject *self)
{
    return PyObject_Size(innermost(self));
}

static PyObject *
proxy_mp_subscript(PyObject *self, PyObject *key)
{
    return PyObject_GetItem(innermost(self), key);
}

static int
proxy_sq_contains(PyObject *self, PyObject *key)
{
    PyObject *mapping = innermost(self);
    return PyDict_CheckExact(mapping) ? PyDict_Contains(mapping, key)
                                      : PySequence_Contains(mapping, key);
}

static PyObject *
proxy_tp_iter(PyObject *self)
{
    return PyObject_GetIter(innermost(self));
}

static PyObject *
proxy_tp_str(PyObject *self)
{
    return PyObject_Str(MAPPING(self));
}

static PyObject *
proxy_tp_repr(PyObject *self)
{
    return PyUnicode_FromFormat("mappingproxy(%R)", MAPPING(self));
}

static PyObject *
proxy_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    return PyObject_RichCompare(MAPPING(self), other, op);
}

static PyObject *
proxy_nb_or(PyObject *left, PyObject *right)
{
    if (Py_IS_TYPE(left, &PyDictProxy_Type)) {
        left = innermost(left);
    }
    if (Py_IS_TYPE(right, &PyDictProxy_Type)) {
        right = innermost(right);
    }
    return PyNumber_Or(left, right);
}

static PyObject *
proxy_nb_inplace_or(PyObject *self, PyObject *Py_UNUSED(other))
{
    return PyErr_Format(PyExc_TypeError, "'|=' is not supported by %s; use '|' instead",
                        Py_TYPE(self)->tp_name);
}

METHOD(proxy, get, NULL, "Return the value for a key, or a default if the key is missing.")
static PyObject *
proxy_get(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("get", nargs, 1, 2)) {
        return NULL;
    }
    PyObject *argv[3] = {innermost(self), args[0], nargs > 1 ? args[1] : Py_None};
    return PyObject_VectorcallMethod(ID(get), argv, 3, NULL);
}

METHOD(proxy, keys, "!($self, /)", "Return a view of the keys.")
static PyObject *
proxy_keys(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallMethodNoArgs(innermost(self), ID(keys));
}

METHOD(proxy, values, "!($self, /)", "Return a view of the values.")
static PyObject *
proxy_values(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallMethodNoArgs(innermost(self), ID(values));
}

METHOD(proxy, items, "!($self, /)", "Return a view of the (key, value) pairs.")
static PyObject *
proxy_items(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallMethodNoArgs(innermost(self), ID(items));
}

METHOD(proxy, copy, "!($self, /)", "Return a shallow copy of the mapping.")
static PyObject *
proxy_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallMethodNoArgs(innermost(self), ID(copy));
}

CLASSMETHOD(proxy, __class_getitem__, "!($type, item, /)", "Return a generic alias.")
static PyObject *
proxy___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

METHOD(proxy, __reversed__, "!($self, /)", "Return an iterator over the keys, last first.")
static PyObject *
proxy___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallMethodNoArgs(innermost(self), ID(__reversed__));
}

TYPE(proxy, PyDictProxy_Type, "mappingproxy", Proxy, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING,
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/types/mappingproxy.inc"
