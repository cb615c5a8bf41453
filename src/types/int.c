/* int: storage, conversion from and to C, comparison, hash, and the type.

   Invariant: see int.h.  Arithmetic is in int_arith.c, text and bytes in int_text.c. */
#include "base/alloc.h"
#include "object/object.h"
#include "types/int.h"

#include <float.h>
#include <math.h>
#include "base/alloc.h"
#include "object/declare.h"

/* ---- storage ---------------------------------------------------------------------------- */

/* An int of n limbs, not filled in, ob_size = n.  Up to two limbs share one block size, so that
   any small block serves any small int. */
PyLongObject *
int_alloc(size_t limbs)
{
    PyLongObject *v = NULL;
    if (limbs <= 2) {
        v = freelist_pop(&_PyRuntime.caches.ints);
        if (v == NULL) v = plain_malloc(offsetof(PyLongObject, ob_digit) + 2 * sizeof(digit));
    } else if (limbs > (PY_SSIZE_T_MAX - offsetof(PyLongObject, ob_digit)) / sizeof(digit)) {
        PyErr_SetString(PyExc_OverflowError, "too many digits in integer");
        return NULL;
    } else {
        v = plain_malloc(offsetof(PyLongObject, ob_digit) + limbs * sizeof(digit));
    }
    if (v == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    Py_SET_SIZE(v, (Py_ssize_t)limbs);
    freelist_revive(v, &PyLong_Type);
    return v;
}

/* An int with room for `size` digits, which the caller fills in. */
PyLongObject *
_PyLong_New(Py_ssize_t size)
{
    if (size < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return int_alloc((size_t)size);
}

void
int_tp_dealloc(PyObject *self)
{
    if (likely(Py_IS_TYPE(self, &PyLong_Type)) && int_is_medium((PyLongObject *)self)) {
        if (unlikely(!freelist_push(&_PyRuntime.caches.ints, self, INTS_CACHED))) object_free_quick(self);
        return;
    }
    Py_TYPE(self)->tp_free(self);
}

PyObject *
int_normalised_take(PyLongObject *v)
{
    if (v == NULL) return NULL;
    Py_ssize_t size = Py_SIZE(v);
    size_t n = bigint_normalise(v->ob_digit, int_limbs(v));
    Py_SET_SIZE(v, size < 0 ? -(Py_ssize_t)n : (Py_ssize_t)n);
    if (n <= 1) {
        int64_t value = n == 0 ? 0 : int_compact_value(v);
        if (value >= SMALL_INT_MIN && value <= SMALL_INT_MAX) {
            Py_DECREF(v);
            return int_small((int)value);
        }
    }
    return (PyObject *)v;
}

/* ---- from C ----------------------------------------------------------------------------- */

PyObject *
int_from_magnitude(unsigned __int128 magnitude, bool negative)
{
    if (magnitude <= INT64_MAX) {
        return int_from_int64(negative ? -(int64_t)magnitude : (int64_t)magnitude);
    }
    size_t n = 0;
    for (unsigned __int128 rest = magnitude; rest; rest >>= LIMB_BITS) n++;
    PyLongObject *v = int_alloc(n);
    if (v == NULL) return NULL;
    for (size_t i = 0; i < n; i++, magnitude >>= LIMB_BITS) {
        v->ob_digit[i] = (limb)magnitude & LIMB_MASK;
    }
    if (negative) Py_SET_SIZE(v, -(Py_ssize_t)n);
    return (PyObject *)v;
}

static NOINLINE PyObject *
int_from_int64_general(int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    Py_ssize_t n = magnitude >> LIMB_BITS == 0 ? 1 : magnitude >> (2 * LIMB_BITS) == 0 ? 2 : 3;
    PyLongObject *v = int_alloc((size_t)n);
    if (v == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++, magnitude >>= LIMB_BITS) {
        v->ob_digit[i] = (limb)magnitude & LIMB_MASK;
    }
    if (value < 0) Py_SET_SIZE(v, -n);
    return (PyObject *)v;
}

/* What int_from_int64 leaves: an empty free list, or three limbs. */
NOINLINE PyObject *
int_from_int64_slow(int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    PyLongObject *v;
    if (likely(magnitude >> LIMB_BITS == 0 && _PyRuntime.caches.ints.head == NULL &&
               (v = object_malloc_ready(offsetof(PyLongObject, ob_digit) + 2 * sizeof(digit))) != NULL)) {
        Py_SET_SIZE(v, value < 0 ? -1 : 1);
        v->ob_digit[0] = (limb)magnitude;
        freelist_revive(v, &PyLong_Type);
        return (PyObject *)v;
    }
    return int_from_int64_general(value);
}

PyObject *
int_from_uint64(uint64_t value)
{
    return int_from_magnitude(value, false);
}

/* A new int from a C long. */
PyObject *
PyLong_FromLong(long value)
{
    return int_from_int64(value);
}

PyObject *
PyLong_FromLongLong(long long value)
{
    return int_from_int64(value);
}

PyObject *
PyLong_FromSsize_t(Py_ssize_t value)
{
    return int_from_int64(value);
}

PyObject *
PyLong_FromUnsignedLong(unsigned long value)
{
    return int_from_uint64(value);
}

PyObject *
PyLong_FromUnsignedLongLong(unsigned long long value)
{
    return int_from_uint64(value);
}

PyObject *
PyLong_FromSize_t(size_t value)
{
    return int_from_uint64(value);
}

/* The address as an int. */
PyObject *
PyLong_FromVoidPtr(void *pointer)
{
    return int_from_uint64((uintptr_t)pointer);
}

/* The integer part of a double; OverflowError for infinities, ValueError for NaN. */
PyObject *
PyLong_FromDouble(double value)
{
    if (value > -9007199254740992.0 && value < 9007199254740992.0) {
        return int_from_int64((int64_t)value);
    }
    if (isinf(value)) {
        PyErr_SetString(PyExc_OverflowError, "cannot convert float infinity to integer");
        return NULL;
    }
    if (isnan(value)) {
        PyErr_SetString(PyExc_ValueError, "cannot convert float NaN to integer");
        return NULL;
    }
    int exponent;
    double fraction = frexp(fabs(value), &exponent);
    /* |value| = mantissa * 2**shift exactly, shift >= 1 here. */
    uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    PyLongObject *whole = (PyLongObject *)int_from_int64(value < 0 ? -(int64_t)mantissa
                                                                   : (int64_t)mantissa);
    if (whole == NULL) return NULL;
    PyObject *result = int_shifted_left(whole, (size_t)(exponent - 53));
    Py_DECREF(whole);
    return result;
}

/* ---- to C ------------------------------------------------------------------------------- */

/* `op` as an int: itself, or what its __index__ gives.  New reference; TypeError. */
static PyLongObject *
int_get(PyObject *op)
{
    if (op == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyLong_Check(op)) {
        Py_INCREF(op);
        return (PyLongObject *)op;
    }
    return (PyLongObject *)_PyNumber_Index(op);
}

/* The magnitude of v modulo 2**64; *overflow tells that bits were lost. */
static uint64_t
int_magnitude(const PyLongObject *v, bool *overflow)
{
    size_t n = int_limbs(v);
    uint64_t value = 0;
    *overflow = n > 3 || (n == 3 && v->ob_digit[2] >> (64 - 2 * LIMB_BITS));
    for (size_t i = n < 3 ? n : 3; i-- > 0;) value = value << LIMB_BITS | v->ob_digit[i];
    return value;
}

/* Value of v if it fits in 64 bits with sign: 0.  Otherwise the direction, -1 or 1. */
static int
int_to_int64(const PyLongObject *v, int64_t *value)
{
    if (likely(int_is_medium(v))) {
        *value = int_medium_value(v);
        return 0;
    }
    bool overflow;
    uint64_t magnitude = int_magnitude(v, &overflow);
    if (Py_SIZE(v) < 0) {
        if (overflow || magnitude > (uint64_t)1 << 63) return -1;
        *value = (int64_t)-magnitude;
    } else {
        if (overflow || magnitude > INT64_MAX) return 1;
        *value = (int64_t)magnitude;
    }
    return 0;
}

/* As C long; *overflow is -1 or 1 if it does not fit (result -1, no exception). */
long
PyLong_AsLongAndOverflow(PyObject *op, int *overflow)
{
    *overflow = 0;
    if (likely(op != NULL && PyLong_Check(op) && int_is_medium((PyLongObject *)op))) {
        return int_medium_value((PyLongObject *)op);
    }
    PyLongObject *v = int_get(op);
    if (v == NULL) return -1;
    int64_t value = -1;
    *overflow = int_to_int64(v, &value);
    Py_DECREF(v);
    return *overflow ? -1 : value;
}

long long
PyLong_AsLongLongAndOverflow(PyObject *op, int *overflow)
{
    return PyLong_AsLongAndOverflow(op, overflow);
}

/* As C long; OverflowError if it does not fit. */
long
PyLong_AsLong(PyObject *op)
{
    int overflow;
    long value = PyLong_AsLongAndOverflow(op, &overflow);
    if (unlikely(overflow)) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C long");
    }
    return value;
}

long long
PyLong_AsLongLong(PyObject *op)
{
    int overflow;
    long value = PyLong_AsLongAndOverflow(op, &overflow);
    if (unlikely(overflow)) PyErr_SetString(PyExc_OverflowError, "int too big to convert");
    return value;
}

/* As C int; OverflowError if it does not fit. */
int
_PyLong_AsInt(PyObject *op)
{
    int overflow;
    long value = PyLong_AsLongAndOverflow(op, &overflow);
    if (unlikely(overflow || value > INT_MAX || value < INT_MIN)) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
        return -1;
    }
    return (int)value;
}

/* As Py_ssize_t; takes only ints, not __index__. */
Py_ssize_t
PyLong_AsSsize_t(PyObject *op)
{
    if (unlikely(op == NULL)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (unlikely(!PyLong_Check(op))) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return -1;
    }
    int64_t value;
    if (int_to_int64((PyLongObject *)op, &value) != 0) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C ssize_t");
        return -1;
    }
    return value;
}

/* As 64 unsigned bits, with the caller's error texts; takes only ints. */
static uint64_t
int_as_unsigned(PyObject *op, const char *negative, const char *too_large)
{
    if (op == NULL) {
        PyErr_BadInternalCall();
        return (uint64_t)-1;
    }
    if (!PyLong_Check(op)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return (uint64_t)-1;
    }
    PyLongObject *v = (PyLongObject *)op;
    if (Py_SIZE(v) < 0) {
        PyErr_SetString(PyExc_OverflowError, negative);
        return (uint64_t)-1;
    }
    bool overflow;
    uint64_t value = int_magnitude(v, &overflow);
    if (overflow) {
        PyErr_SetString(PyExc_OverflowError, too_large);
        return (uint64_t)-1;
    }
    return value;
}

unsigned long
PyLong_AsUnsignedLong(PyObject *op)
{
    return int_as_unsigned(op, "can't convert negative value to unsigned int",
                           "Python int too large to convert to C unsigned long");
}

unsigned long long
PyLong_AsUnsignedLongLong(PyObject *op)
{
    return int_as_unsigned(op, "can't convert negative int to unsigned", "int too big to convert");
}

size_t
PyLong_AsSize_t(PyObject *op)
{
    return int_as_unsigned(op, "can't convert negative value to size_t",
                           "Python int too large to convert to C size_t");
}

/* The value modulo 2**64; never an OverflowError. */
unsigned long
PyLong_AsUnsignedLongMask(PyObject *op)
{
    PyLongObject *v = int_get(op);
    if (v == NULL) return (unsigned long)-1;
    bool overflow;
    uint64_t value = int_magnitude(v, &overflow);
    if (Py_SIZE(v) < 0) value = -value;
    Py_DECREF(v);
    return value;
}

unsigned long long
PyLong_AsUnsignedLongLongMask(PyObject *op)
{
    return PyLong_AsUnsignedLongMask(op);
}

/* The address an int holds; negative ints as the same bits. */
void *
PyLong_AsVoidPtr(PyObject *op)
{
    uint64_t value;
    if (PyLong_Check(op) && Py_SIZE(op) < 0) {
        value = (uint64_t)PyLong_AsLong(op);
    } else {
        value = PyLong_AsUnsignedLong(op);
    }
    if (value == (uint64_t)-1 && PyErr_Occurred()) return NULL;
    return (void *)(uintptr_t)value;
}

/* Correctly rounded x in [0.5, 1) with v = x * 2**e.  -1.0 with an exception if e is too large. */
double
_PyLong_Frexp(PyLongObject *v, Py_ssize_t *e)
{
    size_t n = int_limbs(v);
    if (n == 0) {
        *e = 0;
        return 0.0;
    }
    if (n > PY_SSIZE_T_MAX / LIMB_BITS) {
        PyErr_SetString(PyExc_OverflowError, "huge integer: number of bits overflows a Py_ssize_t");
        *e = 0;
        return -1.0;
    }
    Py_ssize_t bits = (Py_ssize_t)(n - 1) * LIMB_BITS + limb_bit_length(v->ob_digit[n - 1]);
    /* The top 64 bits, left-aligned; whatever lies below makes the last of them sticky. */
    uint64_t top = 0;
    int room = 64;
    size_t i = n;
    while (i > 0 && room > 0) {
        i--;
        int width = i == n - 1 ? limb_bit_length(v->ob_digit[i]) : LIMB_BITS;
        if (width <= room) {
            room -= width;
            top |= (uint64_t)v->ob_digit[i] << room;
        } else {
            int lost = width - room;
            top |= v->ob_digit[i] >> lost;
            if (v->ob_digit[i] & (((limb)1 << lost) - 1)) top |= 1;
            room = 0;
        }
    }
    for (; i > 0; i--) {
        if (v->ob_digit[i - 1]) {
            top |= 1;
            break;
        }
    }
    /* 53 bits, half to even; the sticky bit keeps ties honest. */
    uint64_t kept = top >> 11, rest = top & 0x7ff;
    if (rest > 0x400 || (rest == 0x400 && (kept & 1))) kept++;
    double fraction = ldexp((double)kept, -53);
    if (fraction == 1.0) {
        fraction = 0.5;
        bits++;
    }
    *e = bits;
    return Py_SIZE(v) < 0 ? -fraction : fraction;
}

/* The nearest double, half to even; OverflowError. */
double
PyLong_AsDouble(PyObject *op)
{
    if (op == NULL) {
        PyErr_BadInternalCall();
        return -1.0;
    }
    if (!PyLong_Check(op)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return -1.0;
    }
    if (int_is_medium((PyLongObject *)op)) return (double)int_medium_value((PyLongObject *)op);
    Py_ssize_t exponent;
    double x = _PyLong_Frexp((PyLongObject *)op, &exponent);
    if ((x == -1.0 && PyErr_Occurred()) || exponent > DBL_MAX_EXP) {
        PyErr_SetString(PyExc_OverflowError, "int too large to convert to float");
        return -1.0;
    }
    return ldexp(x, (int)exponent);
}

/* -1, 0 or 1. */
int
_PyLong_Sign(PyObject *op)
{
    Py_ssize_t size = Py_SIZE(op);
    return (size > 0) - (size < 0);
}

/* Bits of the magnitude; (size_t)-1 with OverflowError. */
size_t
_PyLong_NumBits(PyObject *op)
{
    PyLongObject *v = (PyLongObject *)op;
    size_t n = int_limbs(v);
    if (n == 0) return 0;
    if (n - 1 > (SIZE_MAX - 32) / LIMB_BITS) {
        PyErr_SetString(PyExc_OverflowError, "int has too many bits to express in a platform size_t");
        return (size_t)-1;
    }
    return (n - 1) * LIMB_BITS + (size_t)limb_bit_length(v->ob_digit[n - 1]);
}

/* An exact int with the value of v. */
PyObject *
_PyLong_Copy(PyLongObject *v)
{
    if (int_is_medium(v)) return int_from_int64(int_medium_value(v));
    PyLongObject *copy = int_alloc(int_limbs(v));
    if (copy == NULL) return NULL;
    memcpy(copy->ob_digit, v->ob_digit, int_limbs(v) * sizeof(digit));
    Py_SET_SIZE(copy, Py_SIZE(v));
    return (PyObject *)copy;
}

/* ---- "O&" converters -------------------------------------------------------------------- */

/* Shared refusal of negative values: 0 and ValueError. */
static int
int_not_negative(PyObject *op)
{
    if (PyLong_Check(op) && _PyLong_Sign(op) < 0) {
        PyErr_SetString(PyExc_ValueError, "value must be positive");
        return 0;
    }
    return 1;
}

int
_PyLong_UnsignedShort_Converter(PyObject *op, void *out)
{
    if (!int_not_negative(op)) return 0;
    unsigned long value = PyLong_AsUnsignedLong(op);
    if (value == (unsigned long)-1 && PyErr_Occurred()) return 0;
    if (value > USHRT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large for C unsigned short");
        return 0;
    }
    *(unsigned short *)out = (unsigned short)value;
    return 1;
}

int
_PyLong_UnsignedInt_Converter(PyObject *op, void *out)
{
    if (!int_not_negative(op)) return 0;
    unsigned long value = PyLong_AsUnsignedLong(op);
    if (value == (unsigned long)-1 && PyErr_Occurred()) return 0;
    if (value > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large for C unsigned int");
        return 0;
    }
    *(unsigned int *)out = (unsigned int)value;
    return 1;
}

int
_PyLong_UnsignedLong_Converter(PyObject *op, void *out)
{
    if (!int_not_negative(op)) return 0;
    unsigned long value = PyLong_AsUnsignedLong(op);
    if (value == (unsigned long)-1 && PyErr_Occurred()) return 0;
    *(unsigned long *)out = value;
    return 1;
}

int
_PyLong_UnsignedLongLong_Converter(PyObject *op, void *out)
{
    if (!int_not_negative(op)) return 0;
    unsigned long long value = PyLong_AsUnsignedLongLong(op);
    if (value == (unsigned long long)-1 && PyErr_Occurred()) return 0;
    *(unsigned long long *)out = value;
    return 1;
}

int
_PyLong_Size_t_Converter(PyObject *op, void *out)
{
    if (!int_not_negative(op)) return 0;
    size_t value = PyLong_AsSize_t(op);
    if (value == (size_t)-1 && PyErr_Occurred()) return 0;
    *(size_t *)out = value;
    return 1;
}

/* ---- comparison, hash ------------------------------------------------------------------- */

int
int_compare(const PyLongObject *a, const PyLongObject *b)
{
    if (likely(int_is_compact(a) && int_is_compact(b))) {
        int64_t x = int_compact_value(a), y = int_compact_value(b);
        return (x > y) - (x < y);
    }
    if (Py_SIZE(a) != Py_SIZE(b)) return Py_SIZE(a) < Py_SIZE(b) ? -1 : 1;
    size_t n = int_limbs(a);
    int sign = bigint_compare(a->ob_digit, n, b->ob_digit, n);
    return Py_SIZE(a) < 0 ? -sign : sign;
}

static PyObject *
int_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyLong_Check(self) || !PyLong_Check(other)) Py_RETURN_NOTIMPLEMENTED;
    int sign = self == other ? 0 : int_compare((PyLongObject *)self, (PyLongObject *)other);
    Py_RETURN_RICHCOMPARE(sign, 0, op);
}

/* The value modulo 2**61 - 1 with its sign; -1 becomes -2. */
Py_hash_t
int_hash(const PyLongObject *v)
{
    if (int_is_medium(v)) {
        int64_t value = int_medium_value(v);
        return value == -1 ? -2 : value;
    }
    /* 2**61 = 1, so multiplying by 2**30 is a rotation of the 61 bits. */
    const uint64_t modulus = ((uint64_t)1 << 61) - 1;
    uint64_t x = 0;
    for (size_t i = int_limbs(v); i-- > 0;) {
        x = (x << LIMB_BITS & modulus) | x >> (61 - LIMB_BITS);
        x += v->ob_digit[i];
        if (x >= modulus) x -= modulus;
    }
    Py_hash_t hash = Py_SIZE(v) < 0 ? -(Py_hash_t)x : (Py_hash_t)x;
    return hash == -1 ? -2 : hash;
}

static Py_hash_t
int_tp_hash(PyObject *self)
{
    return int_hash((PyLongObject *)self);
}

static PyObject *
int_tp_repr(PyObject *self)
{
    return int_to_decimal(self);
}

/* ---- construction ----------------------------------------------------------------------- */

/* int(x) or int(x, base), exact. */
static PyObject *
int_construct(PyObject *x, PyObject *base)
{
    if (x == NULL) {
        if (base != NULL) {
            PyErr_SetString(PyExc_TypeError, "int() missing string argument");
            return NULL;
        }
        return int_small(0);
    }
    if (base == NULL) {
        if (PyLong_CheckExact(x)) {
            Py_INCREF(x);
            return x;
        }
        return PyNumber_Long(x);
    }
    Py_ssize_t radix = PyNumber_AsSsize_t(base, NULL);
    if (radix == -1 && PyErr_Occurred()) return NULL;
    if ((radix != 0 && radix < 2) || radix > 36) {
        PyErr_SetString(PyExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
        return NULL;
    }
    if (PyUnicode_Check(x)) return PyLong_FromUnicodeObject(x, (int)radix);
    if (PyBytes_Check(x)) {
        return _PyLong_FromBytes(PyBytes_AS_STRING(x), PyBytes_GET_SIZE(x), (int)radix);
    }
    if (PyByteArray_Check(x)) {
        return _PyLong_FromBytes(PyByteArray_AS_STRING(x), PyByteArray_GET_SIZE(x), (int)radix);
    }
    PyErr_SetString(PyExc_TypeError, "int() can't convert non-string with explicit base");
    return NULL;
}

/* An instance of a subclass with the value of `exact`, which is consumed. */
static PyObject *
int_of_subtype_take(PyTypeObject *type, PyObject *exact)
{
    if (exact == NULL) return NULL;
    PyLongObject *value = (PyLongObject *)exact;
    size_t n = int_limbs(value);
    PyLongObject *v = (PyLongObject *)type->tp_alloc(type, (Py_ssize_t)(n ? n : 1));
    if (v != NULL) {
        Py_SET_SIZE(v, Py_SIZE(value));
        memcpy(v->ob_digit, value->ob_digit, (n ? n : 1) * sizeof(digit));
    }
    Py_DECREF(exact);
    return (PyObject *)v;
}

static PyObject *
int_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "base", NULL};
    PyObject *x = NULL, *base = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:int", names, &x, &base)) return NULL;
    PyObject *value = int_construct(x, base);
    return type == &PyLong_Type ? value : int_of_subtype_take(type, value);
}

static PyObject *
int_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (kwnames == NULL && nargs <= 2) {
        PyThreadState *tstate = tstate_get();
        if (recursion_enter(tstate, " while calling a Python object") < 0) {
            return NULL;
        }
        PyObject *value = int_construct(nargs > 0 ? args[0] : NULL, nargs > 1 ? args[1] : NULL);
        recursion_leave(tstate);
        return _Py_CheckFunctionResult(tstate, type, value, NULL);
    }
    PyObject *positional = PyTuple_New(nargs), *keywords = NULL, *result = NULL;
    if (positional == NULL) return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++) {
        PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
    }
    if (kwnames != NULL) {
        keywords = PyDict_New();
        if (keywords == NULL) goto done;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kwnames); i++) {
            if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(kwnames, i), args[nargs + i]) < 0) {
                goto done;
            }
        }
    }
    result = int_tp_new((PyTypeObject *)type, positional, keywords);
done:
    Py_DECREF(positional);
    Py_XDECREF(keywords);
    return result;
}

/* ---- methods ---------------------------------------------------------------------------- */

/* self as an exact int: new reference. */
static PyObject *
int_exact(PyObject *self)
{
    if (PyLong_CheckExact(self)) {
        Py_INCREF(self);
        return self;
    }
    return _PyLong_Copy((PyLongObject *)self);
}

METHOD(int, __ceil__, NULL, "The ceiling of an int is the int itself.")
static PyObject *
int___ceil__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return int_exact(self);
}

METHOD(int, __floor__, NULL, "The floor of an int is the int itself.")
static PyObject *
int___floor__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return int_exact(self);
}

METHOD(int, __format__, "($self, format_spec, /)", NULL)
static PyObject *
int___format__(PyObject *self, PyUnicodeObject *format_spec)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    PyObject *spec = (PyObject *)format_spec;
    if (_PyLong_FormatAdvancedWriter(&writer, self, spec, 0, PyUnicode_GET_LENGTH(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

METHOD(int, __getnewargs__, "($self, /)", NULL)
static PyObject *
int___getnewargs__(PyObject *self)
{
    PyObject *value = _PyLong_Copy((PyLongObject *)self);
    if (value == NULL) return NULL;
    PyObject *result = PyTuple_Pack(1, value);
    Py_DECREF(value);
    return result;
}

METHOD(int, __round__, "($self, ndigits=<unrepresentable>, /)",
       "Round to a multiple of 10**-ndigits, half to even.  The result is an int.")
static PyObject *
int___round__(PyObject *self, PyObject *ndigits)
{
    if (ndigits == NULL) return int_exact(self);
    PyObject *places = _PyNumber_Index(ndigits);
    if (places == NULL) return NULL;
    if (Py_SIZE(places) >= 0) {
        Py_DECREF(places);
        return int_exact(self);
    }
    /* self - divmod_near(self, 10 ** -ndigits)[1] */
    PyObject *positive = int_negated((PyLongObject *)places);
    Py_DECREF(places);
    if (positive == NULL) return NULL;
    PyObject *ten = int_small(10), *power = PyNumber_Power(ten, positive, Py_None);
    Py_DECREF(positive);
    Py_DECREF(ten);
    if (power == NULL) return NULL;
    PyObject *pair = _PyLong_DivmodNear(self, power), *result = NULL;
    Py_DECREF(power);
    if (pair != NULL) {
        result = int_sub((PyLongObject *)self, (PyLongObject *)PyTuple_GET_ITEM(pair, 1));
        Py_DECREF(pair);
    }
    return result;
}

METHOD(int, __sizeof__, "($self, /)", "Size in memory, in bytes.")
static Py_ssize_t
int___sizeof__(PyObject *self)
{
    size_t n = int_limbs((PyLongObject *)self);
    return (Py_ssize_t)offsetof(PyLongObject, ob_digit) + (Py_ssize_t)(n ? n : 1) * (Py_ssize_t)sizeof(digit);
}

METHOD(int, __trunc__, NULL, "Truncating an int gives the int itself.")
static PyObject *
int___trunc__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return int_exact(self);
}

METHOD(int, as_integer_ratio, "($self, /)",
       "A pair of ints whose ratio is self; the second is 1.\n"
       "\n"
       ">>> (7).as_integer_ratio()\n"
       "(7, 1)\n"
       ">>> (-3).as_integer_ratio()\n"
       "(-3, 1)\n"
       ">>> (0).as_integer_ratio()\n"
       "(0, 1)")
static PyObject *
int_as_integer_ratio(PyObject *self)
{
    PyObject *value = int_exact(self);
    if (value == NULL) return NULL;
    PyObject *result = PyTuple_Pack(2, value, small_int_peek(1));
    Py_DECREF(value);
    return result;
}

METHOD(int, bit_count, "($self, /)",
       "The number of ones in the binary form of abs(self).\n"
       "\n"
       ">>> bin(11)\n"
       "'0b1011'\n"
       ">>> (11).bit_count()\n"
       "3")
static PyObject *
int_bit_count(PyObject *self)
{
    PyLongObject *v = (PyLongObject *)self;
    int64_t ones = 0;
    for (size_t i = int_limbs(v); i-- > 0;) ones += __builtin_popcount(v->ob_digit[i]);
    return int_from_int64(ones);
}

METHOD(int, bit_length, "($self, /)",
       "The number of bits needed for abs(self) in binary.\n"
       "\n"
       ">>> bin(20)\n"
       "'0b10100'\n"
       ">>> (20).bit_length()\n"
       "5")
static PyObject *
int_bit_length(PyObject *self)
{
    PyLongObject *v = (PyLongObject *)self;
    size_t n = int_limbs(v);
    if (n == 0) return int_small(0);
    return int_from_magnitude((unsigned __int128)(n - 1) * LIMB_BITS
                                  + (unsigned)limb_bit_length(v->ob_digit[n - 1]),
                              false);
}

METHOD(int, conjugate, NULL, "Returns self, the complex conjugate of any int.")
static PyObject *
int_conjugate(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return int_exact(self);
}

CLASSMETHOD(int, from_bytes, "($type, /, bytes, byteorder='big', *, signed=False)",
            "The int that an array of bytes represents; byteorder is 'big' or 'little'.")
static PyObject *
int_from_bytes(PyTypeObject *type, PyObject *bytes, PyUnicodeObject *byteorder, truth is_signed)
{
    PyObject *value = int_from_bytes_object(type, bytes, (PyObject *)byteorder, is_signed);
    if (value == NULL || type == &PyLong_Type) return value;
    PyObject *result = PyObject_CallOneArg((PyObject *)type, value);
    Py_DECREF(value);
    return result;
}

METHOD(int, to_bytes, "($self, /, length=1, byteorder='big', *, signed=False)",
       "An array of `length` bytes that represents the int; byteorder is 'big' or 'little'.")
static PyObject *
int_to_bytes(PyObject *self, Py_ssize_t length, PyUnicodeObject *byteorder, truth is_signed)
{
    return int_to_bytes_object(self, length, (PyObject *)byteorder, is_signed);
}

GETTER(int, denominator, "the denominator of a rational number in lowest terms")
static PyObject *
int_get_denominator(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return int_small(1);
}

GETTER(int, imag, "the imaginary part of a complex number")
static PyObject *
int_get_imag(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return int_small(0);
}

GETTER(int, numerator, "the numerator of a rational number in lowest terms")
static PyObject *
int_get_numerator(PyObject *self, void *Py_UNUSED(closure))
{
    return int_exact(self);
}

GETTER(int, real, "the real part of a complex number")
static PyObject *
int_get_real(PyObject *self, void *Py_UNUSED(closure))
{
    return int_exact(self);
}

/* ---- sys.int_info ----------------------------------------------------------------------- */

static PyStructSequence_Field int_info_fields[] = {
    {"bits_per_digit", "bits of a limb"},
    {"sizeof_digit", "bytes of the C type that holds a limb"},
    {"default_max_str_digits", "limit for conversions between int and str, unless set otherwise"},
    {"str_digits_check_threshold", "smallest limit that can be set"},
    {NULL, NULL},
};

static PyStructSequence_Desc int_info_description = {
    "sys.int_info",
    PyDoc_STR("sys.int_info\n\nHow ints are held, and how long their text may be.  Read only."),
    int_info_fields,
    4,
};

static PyTypeObject int_info_type;

/* A new sys.int_info. */
PyObject *
PyLong_GetInfo(void)
{
    if (PyStructSequence_InitType2(&int_info_type, &int_info_description) < 0) {
        return NULL;
    }
    static const int values[] = {LIMB_BITS, sizeof(limb), INT_MAX_STR_DIGITS_DEFAULT,
                                 INT_MAX_STR_DIGITS_THRESHOLD};
    PyObject *info = PyStructSequence_New(&int_info_type);
    if (info == NULL) return NULL;
    for (int i = 0; i < 4; i++) {
        PyObject *value = PyLong_FromLong(values[i]);
        if (value == NULL) {
            Py_DECREF(info);
            return NULL;
        }
        PyStructSequence_SET_ITEM(info, i, value);
    }
    return info;
}

TYPE(int, PyLong_Type, "int", PyLongObject, NULL,
     "int([x]) -> integer\nint(x, base=10) -> integer\n\n"
     "The integer that a number or a text stands for; 0 without arguments.\n"
     "A number is asked for __int__, __index__ or __trunc__; floats are truncated towards zero.\n"
     "With a base (2 to 36, or 0 for the base that the prefix tells), x is a str, bytes or\n"
     "bytearray: optional white space and sign, then digits, between which single underscores\n"
     "may stand.\n>>> int('0b100', base=0)\n4",
     .tp_basicsize = offsetof(PyLongObject, ob_digit), .tp_itemsize = sizeof(digit),
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_LONG_SUBCLASS
                 | _Py_TPFLAGS_MATCH_SELF,
     .tp_free = PyObject_Free, .tp_vectorcall = int_vectorcall)

#include "gen/types/int.inc"
