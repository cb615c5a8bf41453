/* The thirteen kinds of numbers an array may hold: from memory to objects and back. */
#include "modules/array/array.h"

/* An int from anything but a float, within limits; the texts name the kind of number. */
static status
long_in_range(PyObject *value, long low, long high, const char *less, const char *greater, long *x)
{
    if (PyFloat_Check(value)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    *x = PyLong_AsLong(value);
    if (*x == -1 && PyErr_Occurred()) return -1;
    if (*x < low || *x > high) {
        PyErr_SetString(PyExc_OverflowError, *x < low ? less : greater);
        return -1;
    }
    return 0;
}

#define GETTER_OF(name, ctype, make)                                                               \
    static PyObject *get_##name(const char *p)                                                     \
    {                                                                                              \
        ctype x;                                                                                   \
        memcpy(&x, p, sizeof x);                                                                   \
        return make(x);                                                                            \
    }

GETTER_OF(b, signed char, PyLong_FromLong)
GETTER_OF(B, unsigned char, PyLong_FromLong)
GETTER_OF(h, short, PyLong_FromLong)
GETTER_OF(H, unsigned short, PyLong_FromLong)
GETTER_OF(i, int, PyLong_FromLong)
GETTER_OF(I, unsigned, PyLong_FromUnsignedLong)
GETTER_OF(l, long, PyLong_FromLong)
GETTER_OF(L, unsigned long, PyLong_FromUnsignedLong)
GETTER_OF(q, long long, PyLong_FromLongLong)
GETTER_OF(Q, unsigned long long, PyLong_FromUnsignedLongLong)
GETTER_OF(f, float, PyFloat_FromDouble)
GETTER_OF(d, double, PyFloat_FromDouble)

static PyObject *
get_u(const char *p)
{
    wchar_t x;
    memcpy(&x, p, sizeof x);
    return PyUnicode_FromWideChar(&x, 1);
}

#define STORE(ctype, value)                                                                        \
    do {                                                                                           \
        ctype x_ = (ctype)(value);                                                                 \
        if (p != NULL) memcpy(p, &x_, sizeof x_);                                                  \
    } while (0)

static status
set_b(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, SHRT_MIN, SHRT_MAX, "signed short integer is less than minimum",
                      "signed short integer is greater than maximum", &x) < 0) {
        return -1;
    }
    if (x < -128 || x > 127) {
        PyErr_SetString(PyExc_OverflowError, x < 0 ? "signed char is less than minimum"
                                                   : "signed char is greater than maximum");
        return -1;
    }
    STORE(signed char, x);
    return 0;
}

static status
set_B(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, 0, UCHAR_MAX, "unsigned byte integer is less than minimum",
                      "unsigned byte integer is greater than maximum", &x) < 0) {
        return -1;
    }
    STORE(unsigned char, x);
    return 0;
}

static status
set_h(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, SHRT_MIN, SHRT_MAX, "signed short integer is less than minimum",
                      "signed short integer is greater than maximum", &x) < 0) {
        return -1;
    }
    STORE(short, x);
    return 0;
}

static status
set_H(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, INT_MIN, INT_MAX, "signed integer is less than minimum",
                      "signed integer is greater than maximum", &x) < 0) {
        return -1;
    }
    if (x < 0 || x > USHRT_MAX) {
        PyErr_SetString(PyExc_OverflowError, x < 0 ? "unsigned short is less than minimum"
                                                   : "unsigned short is greater than maximum");
        return -1;
    }
    STORE(unsigned short, x);
    return 0;
}

static status
set_i(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, INT_MIN, INT_MAX, "signed integer is less than minimum",
                      "signed integer is greater than maximum", &x) < 0) {
        return -1;
    }
    STORE(int, x);
    return 0;
}

static status
set_l(char *p, PyObject *value)
{
    long x;
    if (long_in_range(value, LONG_MIN, LONG_MAX, NULL, NULL, &x) < 0) return -1;
    STORE(long, x);
    return 0;
}

/* value as an int object by __index__: new reference. */
static PyObject *
index_of(PyObject *value)
{
    return PyLong_Check(value) ? Py_NewRef(value) : _PyNumber_Index(value);
}

static status
set_I(char *p, PyObject *value)
{
    PyObject *v = index_of(value);
    if (v == NULL) return -1;
    unsigned long x = PyLong_AsUnsignedLong(v);
    Py_DECREF(v);
    if (x == (unsigned long)-1 && PyErr_Occurred()) return -1;
    if (x > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "unsigned int is greater than maximum");
        return -1;
    }
    STORE(unsigned, x);
    return 0;
}

static status
set_L(char *p, PyObject *value)
{
    PyObject *v = index_of(value);
    if (v == NULL) return -1;
    unsigned long x = PyLong_AsUnsignedLong(v);
    Py_DECREF(v);
    if (x == (unsigned long)-1 && PyErr_Occurred()) return -1;
    STORE(unsigned long, x);
    return 0;
}

static status
set_q(char *p, PyObject *value)
{
    if (PyFloat_Check(value)) return long_in_range(value, 0, 0, NULL, NULL, &(long){0});
    long long x = PyLong_AsLongLong(value);
    if (x == -1 && PyErr_Occurred()) return -1;
    STORE(long long, x);
    return 0;
}

static status
set_Q(char *p, PyObject *value)
{
    PyObject *v = index_of(value);
    if (v == NULL) return -1;
    unsigned long long x = PyLong_AsUnsignedLongLong(v);
    Py_DECREF(v);
    if (x == (unsigned long long)-1 && PyErr_Occurred()) return -1;
    STORE(unsigned long long, x);
    return 0;
}

static status
set_f(char *p, PyObject *value)
{
    double x = PyFloat_AsDouble(value);
    if (x == -1.0 && PyErr_Occurred()) return -1;
    STORE(float, x);
    return 0;
}

static status
set_d(char *p, PyObject *value)
{
    double x = PyFloat_AsDouble(value);
    if (x == -1.0 && PyErr_Occurred()) return -1;
    STORE(double, x);
    return 0;
}

static status
set_u(char *p, PyObject *value)
{
    if (!PyUnicode_Check(value) || PyUnicode_READY(value) < 0 || PyUnicode_GET_LENGTH(value) != 1) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "array item must be unicode character");
        }
        return -1;
    }
    STORE(wchar_t, PyUnicode_READ_CHAR(value, 0));
    return 0;
}

const struct ItemType item_types[ITEM_TYPES] = {
    {'b', 1, get_b, set_b, "b", true, true},
    {'B', 1, get_B, set_B, "B", true, false},
    {'u', sizeof(wchar_t), get_u, set_u, sizeof(wchar_t) == 4 ? "w" : "u", false, false},
    {'h', sizeof(short), get_h, set_h, "h", true, true},
    {'H', sizeof(short), get_H, set_H, "H", true, false},
    {'i', sizeof(int), get_i, set_i, "i", true, true},
    {'I', sizeof(int), get_I, set_I, "I", true, false},
    {'l', sizeof(long), get_l, set_l, "l", true, true},
    {'L', sizeof(long), get_L, set_L, "L", true, false},
    {'q', sizeof(long long), get_q, set_q, "q", true, true},
    {'Q', sizeof(long long), get_Q, set_Q, "Q", true, false},
    {'f', sizeof(float), get_f, set_f, "f", false, false},
    {'d', sizeof(double), get_d, set_d, "d", false, false},
};

const struct ItemType *
item_type_of(int typecode)
{
    for (size_t i = 0; i < ITEM_TYPES; i++) {
        if (item_types[i].typecode == typecode) return &item_types[i];
    }
    return NULL;
}
