/* types.SimpleNamespace: attributes from keyword arguments, shown in its repr. */
#include "object/declare.h"

typedef struct {
    PyObject_HEAD
    PyObject *dict;
} Namespace;

extern PyTypeObject _PyNamespace_Type;
#define DICT(op) (((Namespace *)(op))->dict)

static PyObject *
namespace_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && (DICT(self) = PyDict_New()) == NULL) {
        Py_CLEAR(self);
    }
    return self;
}

static int
namespace_tp_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0) {
        PyErr_SetString(PyExc_TypeError, "no positional arguments expected");
        return -1;
    }
    if (kwargs == NULL) {
        return 0;
    }
    return PyArg_ValidateKeywordArguments(kwargs) ? PyDict_Update(DICT(self), kwargs) : -1;
}

PyObject *
_PyNamespace_New(PyObject *kwargs)
{
    PyObject *self = namespace_tp_new(&_PyNamespace_Type, NULL, NULL);
    if (self != NULL && kwargs != NULL && PyDict_Update(DICT(self), kwargs) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

static void
namespace_tp_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(DICT(self));
    Py_TYPE(self)->tp_free(self);
}

static int
namespace_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(DICT(self));
    return 0;
}

static int
namespace_tp_clear(PyObject *self)
{
    Py_CLEAR(DICT(self));
    return 0;
}

static PyObject *
namespace_tp_repr(PyObject *self)
{
    const char *name = Py_IS_TYPE(self, &_PyNamespace_Type) ? "namespace" : Py_TYPE(self)->tp_name;
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromFormat("%s(...)", name) : NULL;
    }
    PyObject *pairs = PyList_New(0), *key, *value, *result = NULL;
    Py_ssize_t pos = 0;
    PyObject *dict = Py_XNewRef(DICT(self));
    while (pairs != NULL && dict != NULL && PyDict_Next(dict, &pos, &key, &value)) {
        if (!PyUnicode_Check(key) || PyUnicode_GET_LENGTH(key) == 0) {
            continue;
        }
        Py_INCREF(key);
        Py_INCREF(value);
        PyObject *pair = PyUnicode_FromFormat("%S=%R", key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        int err = pair == NULL ? -1 : PyList_Append(pairs, pair);
        Py_XDECREF(pair);
        if (err < 0) {
            Py_CLEAR(pairs);
        }
    }
    if (pairs != NULL) {
        PyObject *comma = PyUnicode_FromString(", ");
        PyObject *text = comma == NULL ? NULL : PyUnicode_Join(comma, pairs);
        if (text != NULL) {
            result = PyUnicode_FromFormat("%s(%S)", name, text);
        }
        Py_XDECREF(comma);
        Py_XDECREF(text);
    }
    Py_XDECREF(pairs);
    Py_XDECREF(dict);
    Py_ReprLeave(self);
    return result;
}

static PyObject *
namespace_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyObject_TypeCheck(self, &_PyNamespace_Type) ||
        !PyObject_TypeCheck(other, &_PyNamespace_Type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyObject_RichCompare(DICT(self), DICT(other), op);
}

METHOD(namespace, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
namespace___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("O()O", Py_TYPE(self), DICT(self));
}

MEMBER(namespace, __dict__, T_OBJECT, Namespace, dict, READONLY, NULL)

TYPE(namespace, _PyNamespace_Type, "types.SimpleNamespace", Namespace, NULL,
     "SimpleNamespace(**kwargs) -> an object with the keyword arguments as attributes",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_getattro = PyObject_GenericGetAttr, .tp_setattro = PyObject_GenericSetAttr,
     .tp_dictoffset = offsetof(Namespace, dict), .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del)

#include "gen/types/namespace.inc"
