/* None, NotImplemented and Ellipsis: one object each, never released. */
#include "object/object.h"

/* The counts start high: a reference that an extension drops once too often must not free them. */
enum { MANY = 1 << 30 };

static COLD void
singleton_tp_dealloc(PyObject *op)
{
    Py_SET_REFCNT(op, MANY);
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

NEW(none, "()")
static PyObject *
none_new(PyTypeObject *Py_UNUSED(type))
{
    return Py_NewRef(Py_None);
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

NEW(notimplemented, "()")
static PyObject *
notimplemented_new(PyTypeObject *Py_UNUSED(type))
{
    return Py_NewRef(Py_NotImplemented);
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

NEW(ellipsis, "()")
static PyObject *
ellipsis_new(PyTypeObject *Py_UNUSED(type))
{
    return Py_NewRef(Py_Ellipsis);
}

TYPE(ellipsis, PyEllipsis_Type, "ellipsis", PyObject, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = singleton_tp_dealloc)

PyObject _Py_EllipsisObject = {_PyObject_EXTRA_INIT MANY, &PyEllipsis_Type};

#include "gen/types/none.inc"
