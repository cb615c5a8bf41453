/* Integers inside: values without objects, and arithmetic on exact ints.

   An int is |ob_size| limbs of 30 bits (base/bigint.h), least significant first, sign in the sign
   of ob_size; the top limb is not zero.  Values -5..256 exist once, in _PyRuntime.small_ints.
   "Compact" is at most one limb, "medium" at most two: |value| < 2**60. */
#ifndef KRAIT_TYPES_INT_H
#define KRAIT_TYPES_INT_H

#include <Python.h>
#include "base/bigint.h"
#include "object/state.h"

#define SMALL_INT_MIN (-5)
#define SMALL_INT_MAX 256

/* Digits allowed in conversions between int and str: the limit of a fresh interpreter, and the
   length up to which nothing is checked. */
#define INT_MAX_STR_DIGITS_DEFAULT 4300
#define INT_MAX_STR_DIGITS_THRESHOLD 640

_Static_assert(PyLong_SHIFT == LIMB_BITS && sizeof(digit) == sizeof(limb), "one limb, one digit");

/* A static int: new reference. */
static ALWAYS_INLINE PyObject *
int_small(int value)
{
    PyObject *op = small_int_peek(value);
    Py_INCREF(op);
    return op;
}

static ALWAYS_INLINE bool
int_is_compact(const PyLongObject *v)
{
    return (size_t)Py_SIZE(v) + 1 < 3;
}

static ALWAYS_INLINE int64_t
int_compact_value(const PyLongObject *v)
{
    return Py_SIZE(v) * (int64_t)v->ob_digit[0];
}

static ALWAYS_INLINE bool
int_is_medium(const PyLongObject *v)
{
    return (size_t)Py_SIZE(v) + 2 < 5;
}

/* The value of a medium int. */
static ALWAYS_INLINE int64_t
int_medium_value(const PyLongObject *v)
{
    Py_ssize_t size = Py_SIZE(v);
    if (likely((size_t)size + 1 < 3)) return size * (int64_t)v->ob_digit[0];
    int64_t value = (int64_t)v->ob_digit[1] << LIMB_BITS | v->ob_digit[0];
    return size < 0 ? -value : value;
}

/* The number of limbs. */
static ALWAYS_INLINE size_t
int_limbs(const PyLongObject *v)
{
    Py_ssize_t size = Py_SIZE(v);
    return (size_t)(size < 0 ? -size : size);
}

/* New references; NULL without memory. */
PyLongObject *int_alloc(size_t limbs);
PyObject *int_from_int64_slow(int64_t value);
PyObject *int_from_uint64(uint64_t value);
PyObject *int_from_magnitude(unsigned __int128 magnitude, bool negative);
/* Drop leading zero limbs and give the static int where there is one.  Steals v; NULL passes. */
PyObject *int_normalised_take(PyLongObject *v);

/* An int of any 64-bit value: the hot way to make one. */
static ALWAYS_INLINE PyObject *
int_from_int64(int64_t value)
{
    if ((uint64_t)value + 5 < 262) return int_small((int)value);
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (likely(magnitude >> (2 * LIMB_BITS) == 0)) {
        PyLongObject *v = freelist_pop(&_PyRuntime.caches.ints);
        if (likely(v != NULL)) {
            Py_ssize_t size = magnitude >> LIMB_BITS ? 2 : 1;
            v->ob_digit[0] = (limb)magnitude & LIMB_MASK;
            v->ob_digit[1] = (limb)(magnitude >> LIMB_BITS);
            Py_SET_SIZE(v, value < 0 ? -size : size);
            freelist_revive(v, &PyLong_Type);
            return (PyObject *)v;
        }
    }
    return int_from_int64_slow(value);
}

/* The end of an exact int whose count has reached 0. */
void int_tp_dealloc(PyObject *self);

/* Arithmetic on ints (or subclasses, taken by value): new references. */
PyObject *int_add(PyLongObject *a, PyLongObject *b);
PyObject *int_sub(PyLongObject *a, PyLongObject *b);
PyObject *int_mul(PyLongObject *a, PyLongObject *b);
/* Floor division; either result may be unwanted (NULL). */
status int_divmod(PyLongObject *a, PyLongObject *b, PyObject **quotient, PyObject **remainder);
PyObject *int_floor_divide(PyLongObject *a, PyLongObject *b);
PyObject *int_remainder(PyLongObject *a, PyLongObject *b);
PyObject *int_negated(PyLongObject *a);
PyObject *int_shifted_left(PyLongObject *a, size_t bits);
PyObject *int_shifted_right(PyLongObject *a, size_t bits);
/* Negative, zero, positive as a < b, a == b, a > b. */
int int_compare(const PyLongObject *a, const PyLongObject *b);
Py_hash_t int_hash(const PyLongObject *v);

/* The format mini-language for ints: types/format_spec.c. */
int _PyLong_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *obj, PyObject *format_spec,
                                 Py_ssize_t start, Py_ssize_t end);

/* Text: int_text.c */
extern const unsigned char _PyLong_DigitValue[256];
PyObject *int_to_decimal(PyObject *v);
PyObject *int_to_text(PyObject *v, int base, bool prefix);
PyObject *int_from_bytes_object(PyTypeObject *type, PyObject *bytes, PyObject *byteorder,
                                int is_signed);
PyObject *int_to_bytes_object(PyObject *self, Py_ssize_t length, PyObject *byteorder,
                              int is_signed);
int _PyLong_FormatWriter(_PyUnicodeWriter *writer, PyObject *obj, int base, int alternate);
char *_PyLong_FormatBytesWriter(_PyBytesWriter *writer, char *out, PyObject *obj, int base,
                                int alternate);

#endif
