/* int: integers of any size, and their conversions to and from C's. */
#ifndef Py_LONGOBJECT_H
#define Py_LONGOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyLong_Type;

PyAPI_FUNC(double) PyLong_AsDouble(PyObject *op);
PyAPI_FUNC(long) PyLong_AsLong(PyObject *op);
PyAPI_FUNC(long) PyLong_AsLongAndOverflow(PyObject *op, int *overflow);
PyAPI_FUNC(long long) PyLong_AsLongLong(PyObject *op);
PyAPI_FUNC(long long) PyLong_AsLongLongAndOverflow(PyObject *op, int *overflow);
PyAPI_FUNC(size_t) PyLong_AsSize_t(PyObject *op);
PyAPI_FUNC(Py_ssize_t) PyLong_AsSsize_t(PyObject *op);
PyAPI_FUNC(unsigned long) PyLong_AsUnsignedLong(PyObject *op);
PyAPI_FUNC(unsigned long long) PyLong_AsUnsignedLongLong(PyObject *op);
PyAPI_FUNC(unsigned long long) PyLong_AsUnsignedLongLongMask(PyObject *op);
PyAPI_FUNC(unsigned long) PyLong_AsUnsignedLongMask(PyObject *op);
PyAPI_FUNC(void *) PyLong_AsVoidPtr(PyObject *op);
PyAPI_FUNC(PyObject *) PyLong_FromDouble(double value);
PyAPI_FUNC(PyObject *) PyLong_FromLong(long value);
PyAPI_FUNC(PyObject *) PyLong_FromLongLong(long long value);
PyAPI_FUNC(PyObject *) PyLong_FromSize_t(size_t value);
PyAPI_FUNC(PyObject *) PyLong_FromSsize_t(Py_ssize_t value);
PyAPI_FUNC(PyObject *) PyLong_FromString(const char *s, char **pend, int base);
PyAPI_FUNC(PyObject *) PyLong_FromUnsignedLong(unsigned long value);
PyAPI_FUNC(PyObject *) PyLong_FromUnsignedLongLong(unsigned long long value);
PyAPI_FUNC(PyObject *) PyLong_FromVoidPtr(void *pointer);
PyAPI_FUNC(PyObject *) PyLong_GetInfo(void);
PyAPI_FUNC(long) PyOS_strtol(const char *s, char **end, int base);
PyAPI_FUNC(unsigned long) PyOS_strtoul(const char *s, char **end, int base);

#define PyLong_Check(op) PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_LONG_SUBCLASS)
#define PyLong_CheckExact(op) Py_IS_TYPE((op), &PyLong_Type)
#define PyLong_AS_LONG(op) PyLong_AsLong(op)

/* pid_t and pointers: their format characters and conversions. */
#define _Py_PARSE_PID "i"
#define PyLong_FromPid PyLong_FromLong
#define PyLong_AsPid PyLong_AsLong
#define _Py_PARSE_INTPTR "l"
#define _Py_PARSE_UINTPTR "k"

#ifndef Py_LIMITED_API
PyAPI_FUNC(PyObject *) PyLong_FromUnicodeObject(PyObject *text, int base);
PyAPI_FUNC(int) _PyLong_AsByteArray(PyLongObject *v, unsigned char *bytes, size_t n,
                                    int little_endian, int is_signed);
PyAPI_FUNC(int) _PyLong_AsInt(PyObject *op);
PyAPI_FUNC(PyObject *) _PyLong_DivmodNear(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) _PyLong_Format(PyObject *v, int base);
PyAPI_FUNC(double) _PyLong_Frexp(PyLongObject *v, Py_ssize_t *e);
PyAPI_FUNC(PyObject *) _PyLong_FromByteArray(const unsigned char *bytes, size_t n,
                                             int little_endian, int is_signed);
PyAPI_FUNC(PyObject *) _PyLong_FromBytes(const char *s, Py_ssize_t length, int base);
PyAPI_FUNC(PyObject *) _PyLong_GCD(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) _PyLong_Lshift(PyObject *a, size_t bits);
PyAPI_FUNC(size_t) _PyLong_NumBits(PyObject *op);
PyAPI_FUNC(PyObject *) _PyLong_Rshift(PyObject *a, size_t bits);
PyAPI_FUNC(int) _PyLong_Sign(PyObject *op);
PyAPI_FUNC(int) _PyLong_Size_t_Converter(PyObject *op, void *out);
PyAPI_FUNC(int) _PyLong_UnsignedInt_Converter(PyObject *op, void *out);
PyAPI_FUNC(int) _PyLong_UnsignedLongLong_Converter(PyObject *op, void *out);
PyAPI_FUNC(int) _PyLong_UnsignedLong_Converter(PyObject *op, void *out);
PyAPI_FUNC(int) _PyLong_UnsignedShort_Converter(PyObject *op, void *out);

#endif

#ifdef __cplusplus
}
#endif

#endif
