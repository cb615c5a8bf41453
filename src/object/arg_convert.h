/* Argument conversions that generated wrappers call: 1 done, 0 failed with an exception set.

   Only the public C API is used, so that a built-in module also compiles as an extension.
   `function` and `argument` name the place in error texts: "f() argument 1 must be str, not int". */
#ifndef KRAIT_OBJECT_ARG_CONVERT_H
#define KRAIT_OBJECT_ARG_CONVERT_H

#include <Python.h>
#include <string.h>

static inline int
arg_ssize(PyObject *object, Py_ssize_t *value)
{
    PyObject *index = PyNumber_Index(object);
    if (index == NULL) {
        return 0;
    }
    *value = PyLong_AsSsize_t(index);
    Py_DECREF(index);
    return *value != -1 || !PyErr_Occurred();
}

static inline int
arg_int(PyObject *object, int *value)
{
    *value = _PyLong_AsInt(object);
    return *value != -1 || !PyErr_Occurred();
}

static inline int
arg_uint_mask(PyObject *object, unsigned int *value)
{
    *value = (unsigned int)PyLong_AsUnsignedLongMask(object);
    return *value != (unsigned int)-1 || !PyErr_Occurred();
}

static inline int
arg_long(PyObject *object, long *value)
{
    *value = PyLong_AsLong(object);
    return *value != -1 || !PyErr_Occurred();
}

static inline int
arg_ulong_mask(PyObject *object, unsigned long *value, const char *function, const char *argument)
{
    if (!PyLong_Check(object)) {
        _PyArg_BadArgument(function, argument, "int", object);
        return 0;
    }
    *value = PyLong_AsUnsignedLongMask(object);
    return 1;
}

static inline int
arg_longlong(PyObject *object, long long *value)
{
    *value = PyLong_AsLongLong(object);
    return *value != -1 || !PyErr_Occurred();
}

static inline int
arg_ulonglong_mask(PyObject *object, unsigned long long *value, const char *function,
                   const char *argument)
{
    if (!PyLong_Check(object)) {
        _PyArg_BadArgument(function, argument, "int", object);
        return 0;
    }
    *value = PyLong_AsUnsignedLongLongMask(object);
    return 1;
}

static inline int
arg_ranged(PyObject *object, long *value, long low, long high, const char *below, const char *above)
{
    if (!arg_long(object, value)) {
        return 0;
    }
    if (*value < low || *value > high) {
        PyErr_SetString(PyExc_OverflowError, *value < low ? below : above);
        return 0;
    }
    return 1;
}

static inline int
arg_byte(PyObject *object, unsigned char *value)
{
    long wide;
    if (!arg_ranged(object, &wide, 0, UCHAR_MAX, "unsigned byte integer is less than minimum",
                    "unsigned byte integer is greater than maximum")) {
        return 0;
    }
    *value = (unsigned char)wide;
    return 1;
}

static inline int
arg_short(PyObject *object, short *value)
{
    long wide;
    if (!arg_ranged(object, &wide, SHRT_MIN, SHRT_MAX, "signed short integer is less than minimum",
                    "signed short integer is greater than maximum")) {
        return 0;
    }
    *value = (short)wide;
    return 1;
}

static inline int
arg_ushort(PyObject *object, unsigned short *value)
{
    return _PyLong_UnsignedShort_Converter(object, value);
}

static inline int
arg_size(PyObject *object, size_t *value)
{
    return _PyLong_Size_t_Converter(object, value);
}

static inline int
arg_double(PyObject *object, double *value)
{
    *value = PyFloat_CheckExact(object) ? PyFloat_AS_DOUBLE(object) : PyFloat_AsDouble(object);
    return *value != -1.0 || !PyErr_Occurred();
}

static inline int
arg_float(PyObject *object, float *value)
{
    *value = (float)PyFloat_AsDouble(object);
    return *value != -1.0f || !PyErr_Occurred();
}

static inline int
arg_complex(PyObject *object, Py_complex *value)
{
    *value = PyComplex_AsCComplex(object);
    return !PyErr_Occurred();
}

static inline int
arg_truth(PyObject *object, int *value)
{
    *value = PyObject_IsTrue(object);
    return *value >= 0;
}

static inline int
arg_bool(PyObject *object, _Bool *value)
{
    int result = PyObject_IsTrue(object);
    *value = result > 0;
    return result >= 0;
}

static inline int
arg_str(PyObject *object, PyObject **value, const char *function, const char *argument)
{
    if (!PyUnicode_Check(object)) {
        _PyArg_BadArgument(function, argument, "str", object);
        return 0;
    }
    if (PyUnicode_READY(object) < 0) {
        return 0;
    }
    *value = object;
    return 1;
}

static inline int
arg_bytes(PyObject *object, PyObject **value, const char *function, const char *argument)
{
    if (!PyBytes_Check(object)) {
        _PyArg_BadArgument(function, argument, "bytes", object);
        return 0;
    }
    *value = object;
    return 1;
}

static inline int
arg_char(PyObject *object, int *value, const char *function, const char *argument)
{
    if (!PyUnicode_Check(object) || PyUnicode_READY(object) < 0 ||
        PyUnicode_GET_LENGTH(object) != 1) {
        if (!PyErr_Occurred()) {
            _PyArg_BadArgument(function, argument, "a unicode character", object);
        }
        return 0;
    }
    *value = (int)PyUnicode_READ_CHAR(object, 0);
    return 1;
}

static inline int
arg_text(PyObject *object, const char **value, const char *function, const char *argument)
{
    Py_ssize_t length;
    if (!PyUnicode_Check(object)) {
        _PyArg_BadArgument(function, argument, "str", object);
        return 0;
    }
    *value = PyUnicode_AsUTF8AndSize(object, &length);
    if (*value == NULL) {
        return 0;
    }
    if (strlen(*value) != (size_t)length) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return 0;
    }
    return 1;
}

static inline int
arg_text_or_none(PyObject *object, const char **value, const char *function, const char *argument)
{
    if (object == Py_None) {
        *value = NULL;
        return 1;
    }
    if (!PyUnicode_Check(object)) {
        _PyArg_BadArgument(function, argument, "str or None", object);
        return 0;
    }
    return arg_text(object, value, function, argument);
}

static inline int
arg_buffer(PyObject *object, Py_buffer *value, const char *function, const char *argument)
{
    if (PyObject_GetBuffer(object, value, PyBUF_SIMPLE) != 0) {
        return 0;
    }
    if (!PyBuffer_IsContiguous(value, 'C')) {
        _PyArg_BadArgument(function, argument, "contiguous buffer", object);
        return 0;
    }
    return 1;
}

static inline int
arg_str_or_buffer(PyObject *object, Py_buffer *value, const char *function, const char *argument)
{
    if (PyUnicode_Check(object)) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(object, &length);
        return text != NULL &&
               PyBuffer_FillInfo(value, object, (void *)text, length, 1, PyBUF_SIMPLE) == 0;
    }
    return arg_buffer(object, value, function, argument);
}

static inline int
arg_slice_index(PyObject *object, Py_ssize_t *value)
{
    return _PyEval_SliceIndexNotNone(object, value);
}

static inline int
arg_slice_index_or_none(PyObject *object, Py_ssize_t *value)
{
    return _PyEval_SliceIndex(object, value);
}

#endif
