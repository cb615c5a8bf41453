/* bytearray: bytes that change. */
#ifndef Py_BYTEARRAYOBJECT_H
#define Py_BYTEARRAYOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyByteArrayIter_Type;
PyAPI_DATA(PyTypeObject) PyByteArray_Type;

PyAPI_FUNC(char *) PyByteArray_AsString(PyObject *op);
PyAPI_FUNC(PyObject *) PyByteArray_Concat(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyByteArray_FromObject(PyObject *op);
PyAPI_FUNC(PyObject *) PyByteArray_FromStringAndSize(const char *s, Py_ssize_t n);
PyAPI_FUNC(int) PyByteArray_Resize(PyObject *op, Py_ssize_t n);
PyAPI_FUNC(Py_ssize_t) PyByteArray_Size(PyObject *op);

#define PyByteArray_Check(self) PyObject_TypeCheck((self), &PyByteArray_Type)
#define PyByteArray_CheckExact(self) Py_IS_TYPE((self), &PyByteArray_Type)

#ifndef Py_LIMITED_API
/* Bytes ob_start[0 .. ob_size-1], within the ob_alloc bytes at ob_bytes; a 0 follows the last one.
   Not resized while ob_exports buffers are lent. */
typedef struct {
    PyObject_VAR_HEAD
    Py_ssize_t ob_alloc;
    char *ob_bytes;
    char *ob_start;
    Py_ssize_t ob_exports;
} PyByteArrayObject;

PyAPI_DATA(char) _PyByteArray_empty_string[];

#define _PyByteArray_CAST(op) _Py_CAST(PyByteArrayObject *, (op))

static inline char *
PyByteArray_AS_STRING(PyObject *op)
{
    return Py_SIZE(op) ? _PyByteArray_CAST(op)->ob_start : _PyByteArray_empty_string;
}

static inline Py_ssize_t
PyByteArray_GET_SIZE(PyObject *op)
{
    return Py_SIZE(op);
}

#define PyByteArray_AS_STRING(self) PyByteArray_AS_STRING(_PyObject_CAST(self))
#define PyByteArray_GET_SIZE(self) PyByteArray_GET_SIZE(_PyObject_CAST(self))
#endif

#ifdef __cplusplus
}
#endif

#endif
