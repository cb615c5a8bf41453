/* slice and Ellipsis. */
#ifndef Py_SLICEOBJECT_H
#define Py_SLICEOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyEllipsis_Type;
PyAPI_DATA(PyTypeObject) PySlice_Type;
PyAPI_DATA(PyObject) _Py_EllipsisObject;

PyAPI_FUNC(int) PySlice_GetIndices(PyObject *op, Py_ssize_t length, Py_ssize_t *start,
                                   Py_ssize_t *stop, Py_ssize_t *step);
Py_DEPRECATED(3.7) PyAPI_FUNC(int) PySlice_GetIndicesEx(PyObject *op, Py_ssize_t length,
                                                        Py_ssize_t *start, Py_ssize_t *stop,
                                                        Py_ssize_t *step, Py_ssize_t *count);
PyAPI_FUNC(PyObject *) PySlice_New(PyObject *start, PyObject *stop, PyObject *step);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03070000
PyAPI_FUNC(Py_ssize_t) PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop,
                                             Py_ssize_t step);
PyAPI_FUNC(int) PySlice_Unpack(PyObject *op, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step);
#endif

#define Py_Ellipsis (&_Py_EllipsisObject)
#define PySlice_Check(op) Py_IS_TYPE((op), &PySlice_Type)

#ifndef Py_LIMITED_API
typedef struct {
    PyObject_HEAD
    PyObject *start;
    PyObject *stop;
    PyObject *step;
} PySliceObject;

PyAPI_FUNC(PyObject *) _PySlice_FromIndices(Py_ssize_t start, Py_ssize_t stop);
PyAPI_FUNC(int) _PySlice_GetLongIndices(PySliceObject *self, PyObject *length, PyObject **start,
                                        PyObject **stop, PyObject **step);

#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03060100
/* PySlice_GetIndicesEx in its two halves, so that the length is asked for only after __index__ has run. */
#define PySlice_GetIndicesEx(slice, length, start, stop, step, slicelen)       \
    (PySlice_Unpack((slice), (start), (stop), (step)) < 0                      \
         ? ((*(slicelen) = 0), -1)                                             \
         : ((*(slicelen) = PySlice_AdjustIndices((length), (start), (stop), *(step))), 0))
#endif

#ifdef __cplusplus
}
#endif

#endif
