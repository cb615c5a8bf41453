/* bytes: an immutable array of bytes, and a writer that builds one. */
#ifndef Py_BYTESOBJECT_H
#define Py_BYTESOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyBytesIter_Type;
PyAPI_DATA(PyTypeObject) PyBytes_Type;

PyAPI_FUNC(char *) PyBytes_AsString(PyObject *op);
PyAPI_FUNC(int) PyBytes_AsStringAndSize(PyObject *op, char **s, Py_ssize_t *n);
PyAPI_FUNC(void) PyBytes_Concat(PyObject **p, PyObject *other);
PyAPI_FUNC(void) PyBytes_ConcatAndDel(PyObject **p, PyObject *other);
PyAPI_FUNC(PyObject *) PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors,
                                            Py_ssize_t unicode, const char *recode);
PyAPI_FUNC(PyObject *) PyBytes_FromFormat(const char *format, ...);
PyAPI_FUNC(PyObject *) PyBytes_FromFormatV(const char *format, va_list args_in);
PyAPI_FUNC(PyObject *) PyBytes_FromObject(PyObject *x);
PyAPI_FUNC(PyObject *) PyBytes_FromString(const char *s);
PyAPI_FUNC(PyObject *) PyBytes_FromStringAndSize(const char *s, Py_ssize_t n);
PyAPI_FUNC(PyObject *) PyBytes_Repr(PyObject *op, int smart_quotes);
PyAPI_FUNC(Py_ssize_t) PyBytes_Size(PyObject *op);

#define PyBytes_Check(op) PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_BYTES_SUBCLASS)
#define PyBytes_CheckExact(op) Py_IS_TYPE((op), &PyBytes_Type)

#ifndef Py_LIMITED_API
/* ob_size bytes and a final 0; ob_shash is -1 until the hash is known. */
typedef struct {
    PyObject_VAR_HEAD
    Py_hash_t ob_shash;
    char ob_sval[1];
} PyBytesObject;

#define _PyBytes_CAST(op) _Py_CAST(PyBytesObject *, (op))

static inline char *
PyBytes_AS_STRING(PyObject *op)
{
    return _PyBytes_CAST(op)->ob_sval;
}

static inline Py_ssize_t
PyBytes_GET_SIZE(PyObject *op)
{
    return Py_SIZE(op);
}

#define PyBytes_AS_STRING(op) PyBytes_AS_STRING(_PyObject_CAST(op))
#define PyBytes_GET_SIZE(self) PyBytes_GET_SIZE(_PyObject_CAST(self))

/* Writes into small_buffer first, then into `buffer`, a bytes or bytearray that grows. */
typedef struct {
    PyObject *buffer;
    Py_ssize_t allocated;
    Py_ssize_t min_size;
    int use_bytearray;
    int overallocate;
    int use_small_buffer;
    char small_buffer[512];
} _PyBytesWriter;

PyAPI_FUNC(void *) _PyBytesWriter_Alloc(_PyBytesWriter *writer, Py_ssize_t size);
PyAPI_FUNC(void) _PyBytesWriter_Dealloc(_PyBytesWriter *writer);
PyAPI_FUNC(PyObject *) _PyBytesWriter_Finish(_PyBytesWriter *writer, void *end);
PyAPI_FUNC(void) _PyBytesWriter_Init(_PyBytesWriter *writer);
PyAPI_FUNC(void *) _PyBytesWriter_Prepare(_PyBytesWriter *writer, void *at, Py_ssize_t size);
PyAPI_FUNC(void *) _PyBytesWriter_Resize(_PyBytesWriter *writer, void *at, Py_ssize_t size);
PyAPI_FUNC(void *) _PyBytesWriter_WriteBytes(_PyBytesWriter *writer, void *at, const void *bytes,
                                             Py_ssize_t size);
PyAPI_FUNC(PyObject *) _PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors,
                                             const char **bad_escape);
PyAPI_FUNC(PyObject *) _PyBytes_DecodeEscape2(const char *s, Py_ssize_t n, const char *errors,
                                              int *bad_octal, const char **bad_escape);
PyAPI_FUNC(PyObject *) _PyBytes_FormatEx(const char *format, Py_ssize_t length, PyObject *args,
                                         int use_bytearray);
PyAPI_FUNC(PyObject *) _PyBytes_FromHex(PyObject *string, int use_bytearray);
PyAPI_FUNC(PyObject *) _PyBytes_Join(PyObject *sep, PyObject *iterable);
PyAPI_FUNC(int) _PyBytes_Resize(PyObject **p, Py_ssize_t n);

#endif

#ifdef __cplusplus
}
#endif

#endif
