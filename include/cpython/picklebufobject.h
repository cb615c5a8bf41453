/* pickle.PickleBuffer: a buffer that pickle may pass out of band. */
#ifndef Py_PICKLEBUFOBJECT_H
#define Py_PICKLEBUFOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
PyAPI_DATA(PyTypeObject) PyPickleBuffer_Type;

PyAPI_FUNC(PyObject *) PyPickleBuffer_FromObject(PyObject *base);
PyAPI_FUNC(const Py_buffer *) PyPickleBuffer_GetBuffer(PyObject *op);
PyAPI_FUNC(int) PyPickleBuffer_Release(PyObject *op);

#define PyPickleBuffer_Check(op) Py_IS_TYPE((op), &PyPickleBuffer_Type)
#endif

#ifdef __cplusplus
}
#endif

#endif
