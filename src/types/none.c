/* None, NotImplemented and Ellipsis: one object each, never released. */
#include "object/object.h"

/* The counts start high: a reference that an extension drops once too often must not free them. */
enum { MANY = 1 << 30 };

static COLD void
singleton_tp_dealloc(PyObject *op)
{
    Py_SET_REFCNT(op, MANY);
}

/* Calling the type gives the one object. */
static PyObject *
singleton_get(PyObject *singleton, const char *name, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) != 0)) {
        PyErr_Format(PyExc_TypeError, "%s takes no arguments", name);
        return NULL;
    }
    return Py_NewRef(singleton);
}

static PyObject *
none_tp_repr(PyObject *Py_UNUSED(op))
{
    return PyUnicode_FromString("None");
}

static int
none_nb_bool(PyObject *Py_UNUSED(op))
{
    return 0;
}

static PyObject *
none_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    return singleton_get(Py_None, "NoneType", args, kwargs);
}

TYPE(none, _PyNone_Type, "NoneType", PyObject, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = singleton_tp_dealloc)

PyObject _Py_NoneStruct = {_PyObject_EXTRA_INIT MANY, &_PyNone_Type};

static PyObject *
notimplemented_tp_repr(PyObject *Py_UNUSED(op))
{
    return PyUnicode_FromString("NotImplemented");
}

static int
notimplemented_nb_bool(PyObject *Py_UNUSED(op))
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "NotImplemented should not be used in a boolean context", 1) < 0) {
        return -1;
    }
    return 1;
}

METHOD(notimplemented, __reduce__, NULL, NULL)
static PyObject *
notimplemented_reduce(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_FromString("NotImplemented");
}

static PyObject *
notimplemented_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    return singleton_get(Py_NotImplemented, "NotImplementedType", args, kwargs);
}

TYPE(notimplemented, _PyNotImplemented_Type, "NotImplementedType", PyObject, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = singleton_tp_dealloc)

PyObject _Py_NotImplementedStruct = {_PyObject_EXTRA_INIT MANY, &_PyNotImplemented_Type};

static PyObject *
ellipsis_tp_repr(PyObject *Py_UNUSED(op))
{
    return PyUnicode_FromString("Ellipsis");
}

METHOD(ellipsis, __reduce__, NULL, NULL)
static PyObject *
ellipsis_reduce(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_FromString("Ellipsis");
}

static PyObject *
ellipsis_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    return singleton_get(Py_Ellipsis, "EllipsisType", args, kwargs);
}

TYPE(ellipsis, PyEllipsis_Type, "ellipsis", PyObject, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = singleton_tp_dealloc,
     .tp_getattro = PyObject_GenericGetAttr)

PyObject _Py_EllipsisObject = {_PyObject_EXTRA_INIT MANY, &PyEllipsis_Type};

#include "gen/types/none.inc"
