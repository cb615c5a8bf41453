/* The thirteen kinds of numbers an array may hold: from memory to objects and back. */
#include "modules/array/array.h"

struct Limits {
    long low, high;
    const char *less, *greater;
};

static const struct Limits
    of_byte = {0, UCHAR_MAX, "unsigned byte integer is less than minimum",
               "unsigned byte integer is greater than maximum"},
    of_char = {SCHAR_MIN, SCHAR_MAX, "signed char is less than minimum", "signed char is greater than maximum"},
    of_short = {SHRT_MIN, SHRT_MAX, "signed short integer is less than minimum",
                "signed short integer is greater than maximum"},
    of_ushort = {0, USHRT_MAX, "unsigned short is less than minimum", "unsigned short is greater than maximum"},
    of_int = {INT_MIN, INT_MAX, "signed integer is less than minimum", "signed integer is greater than maximum"};

static status
refuse_float(PyObject *value)
{
    if (!PyFloat_Check(value)) return 0;
    PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer", Py_TYPE(value)->tp_name);
    return -1;
}

static inline status
within(long x, const struct Limits *limits)
{
    if (x >= limits->low && x <= limits->high) return 0;
    PyErr_SetString(PyExc_OverflowError, x < limits->low ? limits->less : limits->greater);
    return -1;
}

/* An int from anything but a float. */
static inline status
as_long(PyObject *value, long *x)
{
    if (refuse_float(value) < 0) return -1;
    *x = PyLong_AsLong(value);
    return *x == -1 && PyErr_Occurred() ? -1 : 0;
}

static status
as_long_long(PyObject *value, long long *x)
{
    if (refuse_float(value) < 0) return -1;
    *x = PyLong_AsLongLong(value);
    return *x == -1 && PyErr_Occurred() ? -1 : 0;
}

/* An int from what has __index__. */
#define UNSIGNED_FROM(name, ctype, convert)                                                        \
    static status name(PyObject *value, ctype *x)                                                  \
    {                                                                                              \
        PyObject *v = PyLong_Check(value) ? Py_NewRef(value) : _PyNumber_Index(value);             \
        if (v == NULL) return -1;                                                                  \
        *x = convert(v);                                                                           \
        Py_DECREF(v);                                                                              \
        return *x == (ctype)-1 && PyErr_Occurred() ? -1 : 0;                                       \
    }

UNSIGNED_FROM(as_unsigned_long, unsigned long, PyLong_AsUnsignedLong)
UNSIGNED_FROM(as_unsigned_long_long, unsigned long long, PyLong_AsUnsignedLongLong)

static inline status
as_double(PyObject *value, double *x)
{
    *x = PyFloat_AsDouble(value);
    return *x == -1.0 && PyErr_Occurred() ? -1 : 0;
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

/* Store `value` at p, unless that is NULL: then it is only checked. */
#define SETTER_OF(name, ctype, wide, convert, check)                                               \
    static status set_##name(char *p, PyObject *value)                                             \
    {                                                                                              \
        wide x;                                                                                    \
        if (convert(value, &x) < 0 || (check) < 0) return -1;                                      \
        ctype item = (ctype)x;                                                                     \
        if (p != NULL) memcpy(p, &item, sizeof item);                                              \
        return 0;                                                                                  \
    }

static status
fits_unsigned(unsigned long x)
{
    if (x <= UINT_MAX) return 0;
    PyErr_SetString(PyExc_OverflowError, "unsigned int is greater than maximum");
    return -1;
}

/* Two pairs of limits: the texts differ by how far a value is off. */
SETTER_OF(b, signed char, long, as_long, within(x, &of_short) < 0 ? -1 : within(x, &of_char))
SETTER_OF(B, unsigned char, long, as_long, within(x, &of_byte))
SETTER_OF(h, short, long, as_long, within(x, &of_short))
SETTER_OF(H, unsigned short, long, as_long, within(x, &of_int) < 0 ? -1 : within(x, &of_ushort))
SETTER_OF(i, int, long, as_long, within(x, &of_int))
SETTER_OF(I, unsigned, unsigned long, as_unsigned_long, fits_unsigned(x))
SETTER_OF(l, long, long, as_long, 0)
SETTER_OF(L, unsigned long, unsigned long, as_unsigned_long, 0)
SETTER_OF(q, long long, long long, as_long_long, 0)
SETTER_OF(Q, unsigned long long, unsigned long long, as_unsigned_long_long, 0)
SETTER_OF(f, float, double, as_double, 0)
SETTER_OF(d, double, double, as_double, 0)

static status
set_u(char *p, PyObject *value)
{
    if (!PyUnicode_Check(value) || PyUnicode_READY(value) < 0 || PyUnicode_GET_LENGTH(value) != 1) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "array item must be unicode character");
        }
        return -1;
    }
    wchar_t item = (wchar_t)PyUnicode_READ_CHAR(value, 0);
    if (p != NULL) memcpy(p, &item, sizeof item);
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
