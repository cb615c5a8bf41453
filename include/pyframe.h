/* Frame objects from outside. */
#ifndef Py_PYFRAME_H
#define Py_PYFRAME_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(PyCodeObject *) PyFrame_GetCode(PyFrameObject *self);
PyAPI_FUNC(int) PyFrame_GetLineNumber(PyFrameObject *self);

#ifndef Py_LIMITED_API
PyAPI_DATA(PyTypeObject) PyFrame_Type;

PyAPI_FUNC(PyFrameObject *) PyFrame_GetBack(PyFrameObject *self);
PyAPI_FUNC(PyObject *) PyFrame_GetBuiltins(PyFrameObject *self);
PyAPI_FUNC(PyObject *) PyFrame_GetGenerator(PyFrameObject *self);
PyAPI_FUNC(PyObject *) PyFrame_GetGlobals(PyFrameObject *self);
PyAPI_FUNC(int) PyFrame_GetLasti(PyFrameObject *self);
PyAPI_FUNC(PyObject *) PyFrame_GetLocals(PyFrameObject *self);

#define PyFrame_Check(op) Py_IS_TYPE((op), &PyFrame_Type)
#endif

#ifdef __cplusplus
}
#endif

#endif
