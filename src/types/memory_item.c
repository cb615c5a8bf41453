/* Items of a memory view; see memory_item.h. */
#include "types/memory_item.h"
#include "types/int.h"

char
item_format(const char *format)
{
    if (format == NULL) return 'B';
    if (*format == '@') format++;
    if (format[0] == '\0' || format[1] != '\0') return 0;
    return strchr("cbB?hHiIlLqQnNfdP", *format) ? *format : 0;
}

Py_ssize_t
item_size(char format)
{
    switch (format) {
    case 'c':
    case 'b':
    case 'B':
        return 1;
    case '?':
        return sizeof(_Bool);
    case 'h':
    case 'H':
        return sizeof(short);
    case 'i':
    case 'I':
        return sizeof(int);
    case 'l':
    case 'L':
        return sizeof(long);
    case 'q':
    case 'Q':
        return sizeof(long long);
    case 'n':
    case 'N':
        return sizeof(Py_ssize_t);
    case 'f':
        return sizeof(float);
    case 'd':
        return sizeof(double);
    default:
        return sizeof(void *);
    }
}

char
item_format_checked(const char *format)
{
    char c = item_format(format);
    if (c == 0) {
        PyErr_Format(PyExc_NotImplementedError, "memoryview: unsupported format %s", format);
    }
    return c;
}

#define READ_AS(type, p)                                                                           \
    ({                                                                                             \
        type x_;                                                                                   \
        memcpy(&x_, p, sizeof x_);                                                                 \
        x_;                                                                                        \
    })

PyObject *
item_unpack(const char *p, char format)
{
    switch (format) {
    case 'B':
        return int_small((unsigned char)*p);
    case 'b':
        return PyLong_FromLong((signed char)*p);
    case 'c':
        return PyBytes_FromStringAndSize(p, 1);
    case '?':
        return PyBool_FromLong(READ_AS(unsigned char, p) != 0);
    case 'h':
        return PyLong_FromLong(READ_AS(short, p));
    case 'H':
        return PyLong_FromLong(READ_AS(unsigned short, p));
    case 'i':
        return PyLong_FromLong(READ_AS(int, p));
    case 'I':
        return PyLong_FromUnsignedLong(READ_AS(unsigned, p));
    case 'l':
        return PyLong_FromLong(READ_AS(long, p));
    case 'L':
        return PyLong_FromUnsignedLong(READ_AS(unsigned long, p));
    case 'q':
        return PyLong_FromLongLong(READ_AS(long long, p));
    case 'Q':
        return PyLong_FromUnsignedLongLong(READ_AS(unsigned long long, p));
    case 'n':
        return PyLong_FromSsize_t(READ_AS(Py_ssize_t, p));
    case 'N':
        return PyLong_FromSize_t(READ_AS(size_t, p));
    case 'f':
        return PyFloat_FromDouble(READ_AS(float, p));
    case 'd':
        return PyFloat_FromDouble(READ_AS(double, p));
    case 'P':
        return PyLong_FromVoidPtr(READ_AS(void *, p));
    }
    PyErr_Format(PyExc_NotImplementedError, "memoryview: format %c not supported", format);
    return NULL;
}

static COLD status
bad_value(const char *format)
{
    if (PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Format(PyExc_TypeError, "memoryview: invalid type for format '%s'", format);
    } else if (PyErr_ExceptionMatches(PyExc_OverflowError)
               || PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Format(PyExc_ValueError, "memoryview: invalid value for format '%s'", format);
    }
    return -1;
}

static COLD status
out_of_range(const char *format)
{
    PyErr_Format(PyExc_ValueError, "memoryview: invalid value for format '%s'", format);
    return -1;
}

/* An int for a signed (or unsigned) item of `size` bytes as 64 bits. */
static status
integer_bits(PyObject *value, Py_ssize_t size, bool is_signed, const char *format, uint64_t *bits)
{
    PyObject *index = _PyNumber_Index(value);
    if (index == NULL) return bad_value(format);
    if (is_signed) {
        int64_t x = PyLong_AsLongLong(index);
        Py_DECREF(index);
        if (x == -1 && PyErr_Occurred()) return bad_value(format);
        if (size < 8 && (x < -((int64_t)1 << (8 * size - 1)) || x >= (int64_t)1 << (8 * size - 1))) {
            return out_of_range(format);
        }
        *bits = (uint64_t)x;
    } else {
        uint64_t x = PyLong_AsUnsignedLongLong(index);
        Py_DECREF(index);
        if (x == (uint64_t)-1 && PyErr_Occurred()) return bad_value(format);
        if (size < 8 && x >> (8 * size)) return out_of_range(format);
        *bits = x;
    }
    return 0;
}

status
item_pack(union MemoryItem *item, PyObject *value, char c, const char *format)
{
    switch (c) {
    case 'f':
    case 'd':
        item->d = PyFloat_AsDouble(value);
        if (item->d == -1.0 && PyErr_Occurred()) return bad_value(format);
        if (c == 'f') item->f = (float)item->d;
        break;
    case '?': {
        int truth_value = PyObject_IsTrue(value);
        if (truth_value < 0) return -1;
        item->byte = (char)truth_value;
        break;
    }
    case 'c':
        if (!PyBytes_Check(value)) {
            PyErr_Format(PyExc_TypeError, "memoryview: invalid type for format '%s'", format);
            return -1;
        }
        if (PyBytes_GET_SIZE(value) != 1) return out_of_range(format);
        item->byte = PyBytes_AS_STRING(value)[0];
        break;
    case 'P':
        item->pointer = PyLong_AsVoidPtr(value);
        if (item->pointer == NULL && PyErr_Occurred()) return bad_value(format);
        break;
    default:
        if (integer_bits(value, item_size(c), strchr("bhilqn", c) != NULL, format, &item->bits) < 0) {
            return -1;
        }
    }
    return 0;
}

status
item_reader_init(struct ItemReader *u, const Py_buffer *view)
{
    u->format = item_format(view->format);
    u->unpack = NULL;
    u->size = view->itemsize;
    if (u->format) return 0;
    PyObject *module = PyImport_ImportModule("struct");
    if (module == NULL) return -1;
    PyObject *object = PyObject_CallMethod(module, "Struct", "s", view->format);
    if (object != NULL) {
        u->unpack = PyObject_GetAttrString(object, "unpack_from");
        Py_DECREF(object);
    } else {
        /* A format that struct does not know makes the views different. */
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyObject *error = PyObject_GetAttrString(module, "error");
        PyErr_Clear();
        bool unknown = error != NULL && type != NULL && PyErr_GivenExceptionMatches(type, error);
        PyErr_Restore(type, value, traceback);
        Py_XDECREF(error);
        if (unknown) {
            PyErr_Clear();
            Py_DECREF(module);
            return 1;
        }
    }
    Py_DECREF(module);
    return u->unpack == NULL ? -1 : 0;
}

static PyObject *
item_reader_get(struct ItemReader *u, const char *p)
{
    if (u->format) return item_unpack(p, u->format);
    PyObject *bytes = PyBytes_FromStringAndSize(p, u->size);
    if (bytes == NULL) return NULL;
    PyObject *tuple = PyObject_CallOneArg(u->unpack, bytes);
    Py_DECREF(bytes);
    if (tuple != NULL && PyTuple_Check(tuple) && PyTuple_GET_SIZE(tuple) == 1) {
        Py_SETREF(tuple, Py_NewRef(PyTuple_GET_ITEM(tuple, 0)));
    }
    return tuple;
}

truth
items_equal(struct ItemReader *ua, const char *p, struct ItemReader *ub, const char *q)
{
    if (ua->format && ua->format == ub->format) {
        if (ua->format == 'd') return READ_AS(double, p) == READ_AS(double, q);
        if (ua->format == 'f') return READ_AS(float, p) == READ_AS(float, q);
        if (ua->format == '?') return (*p != 0) == (*q != 0);
        return memcmp(p, q, (size_t)item_size(ua->format)) == 0;
    }
    PyObject *x = item_reader_get(ua, p);
    if (x == NULL) return -1;
    PyObject *y = item_reader_get(ub, q);
    truth equal = y == NULL ? -1 : PyObject_RichCompareBool(x, y, Py_EQ);
    Py_DECREF(x);
    Py_XDECREF(y);
    return equal;
}
