/* Making frame objects, and their older accessors; not part of Python.h. */
#ifndef Py_FRAMEOBJECT_H
#define Py_FRAMEOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
PyAPI_FUNC(void) PyFrame_FastToLocals(PyFrameObject *self);
PyAPI_FUNC(int) PyFrame_FastToLocalsWithError(PyFrameObject *self);
PyAPI_FUNC(void) PyFrame_LocalsToFast(PyFrameObject *self, int clear);
PyAPI_FUNC(PyFrameObject *) PyFrame_New(PyThreadState *tstate, PyCodeObject *code,
                                        PyObject *globals, PyObject *locals);
PyAPI_FUNC(int) _PyFrame_IsEntryFrame(PyFrameObject *self);

#endif

#ifdef __cplusplus
}
#endif

#endif
