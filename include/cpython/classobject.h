/* Bound methods, and functions that become methods of instances. */
#ifndef Py_CLASSOBJECT_H
#define Py_CLASSOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
typedef struct {
    PyObject_HEAD
    PyObject *im_func;
    PyObject *im_self;
    PyObject *im_weakreflist;
    vectorcallfunc vectorcall;
} PyMethodObject;

typedef struct {
    PyObject_HEAD
    PyObject *func;
} PyInstanceMethodObject;

PyAPI_DATA(PyTypeObject) PyInstanceMethod_Type;
PyAPI_DATA(PyTypeObject) PyMethod_Type;

PyAPI_FUNC(PyObject *) PyInstanceMethod_Function(PyObject *op);
PyAPI_FUNC(PyObject *) PyInstanceMethod_New(PyObject *func);
PyAPI_FUNC(PyObject *) PyMethod_Function(PyObject *op);
PyAPI_FUNC(PyObject *) PyMethod_New(PyObject *func, PyObject *self);
PyAPI_FUNC(PyObject *) PyMethod_Self(PyObject *op);

#define PyMethod_Check(op) Py_IS_TYPE((op), &PyMethod_Type)
#define PyMethod_GET_FUNCTION(meth) (_Py_CAST(PyMethodObject *, (meth))->im_func)
#define PyMethod_GET_SELF(meth) (_Py_CAST(PyMethodObject *, (meth))->im_self)
#define PyInstanceMethod_Check(op) Py_IS_TYPE((op), &PyInstanceMethod_Type)
#define PyInstanceMethod_GET_FUNCTION(meth) (_Py_CAST(PyInstanceMethodObject *, (meth))->func)
#endif

#ifdef __cplusplus
}
#endif

#endif
