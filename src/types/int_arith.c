/* Arithmetic of int: the number slots, and the functions of int.h behind them.

   Every operation has a path for medium operands (at most two limbs, so that sums fit in 64 and
   products in 128 bits) that touches no limb array; the rest goes to base/bigint.c. */
#include "types/int.h"

#include <float.h>
#include <math.h>
#include "object/declare.h"

typedef unsigned __int128 u128;
typedef __int128 i128;

#define LIBRARY (&_PyRuntime.caches.bigint)

#define REQUIRE_INTS(a, b)                                                                         \
    if (unlikely(!PyLong_Check(a) || !PyLong_Check(b))) Py_RETURN_NOTIMPLEMENTED

/* ---- addition, subtraction -------------------------------------------------------------- */

/* |a| + |b| or |a| - |b|, with the sign that the result takes if it is not negative. */
static PyLongObject *
add_magnitudes(const PyLongObject *a, const PyLongObject *b, bool negative)
{
    size_t na = int_limbs(a), nb = int_limbs(b);
    if (na < nb) {
        const PyLongObject *c = a;
        a = b;
        b = c;
        size_t nc = na;
        na = nb;
        nb = nc;
    }
    PyLongObject *r = int_alloc(na + 1);
    if (r == NULL) return NULL;
    r->ob_digit[na] = bigint_add(r->ob_digit, a->ob_digit, na, b->ob_digit, nb);
    na += r->ob_digit[na] != 0;
    Py_SET_SIZE(r, negative ? -(Py_ssize_t)na : (Py_ssize_t)na);
    return r;
}

static PyObject *
sub_magnitudes(const PyLongObject *a, const PyLongObject *b, bool negative)
{
    size_t na = int_limbs(a), nb = int_limbs(b);
    int sign = bigint_compare(a->ob_digit, na, b->ob_digit, nb);
    if (sign == 0) return int_small(0);
    if (sign < 0) {
        const PyLongObject *c = a;
        a = b;
        b = c;
        size_t nc = na;
        na = nb;
        nb = nc;
        negative = !negative;
    }
    PyLongObject *r = int_alloc(na);
    if (r == NULL) return NULL;
    bigint_sub(r->ob_digit, a->ob_digit, na, b->ob_digit, nb);
    if (negative) Py_SET_SIZE(r, -(Py_ssize_t)na);
    return int_normalised_take(r);
}

PyObject *
int_add(PyLongObject *a, PyLongObject *b)
{
    if (likely(int_is_medium(a) && int_is_medium(b))) {
        return int_from_int64(int_medium_value(a) + int_medium_value(b));
    }
    if ((Py_SIZE(a) < 0) == (Py_SIZE(b) < 0)) {
        return (PyObject *)add_magnitudes(a, b, Py_SIZE(a) < 0);
    }
    return sub_magnitudes(a, b, Py_SIZE(a) < 0);
}

PyObject *
int_sub(PyLongObject *a, PyLongObject *b)
{
    if (likely(int_is_medium(a) && int_is_medium(b))) {
        return int_from_int64(int_medium_value(a) - int_medium_value(b));
    }
    if ((Py_SIZE(a) < 0) == (Py_SIZE(b) < 0)) return sub_magnitudes(a, b, Py_SIZE(a) < 0);
    return (PyObject *)add_magnitudes(a, b, Py_SIZE(a) < 0);
}

PyObject *
int_nb_add(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    return int_add((PyLongObject *)a, (PyLongObject *)b);
}

PyObject *
int_nb_subtract(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    return int_sub((PyLongObject *)a, (PyLongObject *)b);
}

/* ---- multiplication --------------------------------------------------------------------- */

PyObject *
int_mul(PyLongObject *a, PyLongObject *b)
{
    if (likely(int_is_compact(a) && int_is_compact(b))) {
        return int_from_int64(int_compact_value(a) * int_compact_value(b));
    }
    if (int_is_medium(a) && int_is_medium(b)) {
        i128 product = (i128)int_medium_value(a) * int_medium_value(b);
        return int_from_magnitude(product < 0 ? -(u128)product : (u128)product, product < 0);
    }
    size_t na = int_limbs(a), nb = int_limbs(b);
    if (na == 0 || nb == 0) return int_small(0);
    PyLongObject *r = int_alloc(na + nb);
    if (r == NULL) return NULL;
    if (bigint_mul(LIBRARY, r->ob_digit, a->ob_digit, na, b->ob_digit, nb) < 0) {
        Py_DECREF(r);
        return PyErr_NoMemory();
    }
    if ((Py_SIZE(a) < 0) != (Py_SIZE(b) < 0)) Py_SET_SIZE(r, -(Py_ssize_t)(na + nb));
    return int_normalised_take(r);
}

PyObject *
int_nb_multiply(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    return int_mul((PyLongObject *)a, (PyLongObject *)b);
}

/* ---- division --------------------------------------------------------------------------- */

/* Quotient and remainder of the magnitudes, b at least one limb and not larger than a; *quotient
   gets the sign of a/b, *remainder the sign of a.  Both new. */
static status
divide_magnitudes(const PyLongObject *a, const PyLongObject *b, PyObject **quotient,
                  PyObject **remainder)
{
    size_t na = int_limbs(a), nb = int_limbs(b), nq = na - nb + 1;
    PyLongObject *q = int_alloc(nq);
    if (q == NULL) return -1;
    PyLongObject *r = int_alloc(nb);
    if (r == NULL) {
        Py_DECREF(q);
        return -1;
    }
    if (nb == 1) {
        r->ob_digit[0] = bigint_divmod_limb(q->ob_digit, a->ob_digit, na, b->ob_digit[0]);
    } else if (bigint_divmod(LIBRARY, q->ob_digit, r->ob_digit, a->ob_digit, na, b->ob_digit, nb)
               < 0) {
        Py_DECREF(q);
        Py_DECREF(r);
        PyErr_NoMemory();
        return -1;
    }
    if ((Py_SIZE(a) < 0) != (Py_SIZE(b) < 0)) Py_SET_SIZE(q, -(Py_ssize_t)nq);
    if (Py_SIZE(a) < 0) Py_SET_SIZE(r, -(Py_ssize_t)nb);
    *quotient = int_normalised_take(q);
    *remainder = int_normalised_take(r);
    return 0;
}

/* Truncating division for operands of any size, b not zero. */
static status
divide_truncated(PyLongObject *a, PyLongObject *b, PyObject **quotient, PyObject **remainder)
{
    size_t na = int_limbs(a), nb = int_limbs(b);
    if (na < nb) {
        *remainder = _PyLong_Copy(a);
        if (*remainder == NULL) return -1;
        *quotient = int_small(0);
        return 0;
    }
    return divide_magnitudes(a, b, quotient, remainder);
}

/* Floor division of medium values, y not zero. */
static inline int64_t
floor_quotient(int64_t x, int64_t y)
{
    int64_t q = x / y;
    return q - (x % y != 0 && (x ^ y) < 0);
}

static inline int64_t
floor_remainder(int64_t x, int64_t y)
{
    int64_t r = x % y;
    return r != 0 && (r ^ y) < 0 ? r + y : r;
}

status
int_divmod(PyLongObject *a, PyLongObject *b, PyObject **quotient, PyObject **remainder)
{
    PyObject *q = NULL, *r = NULL;
    if (Py_SIZE(b) == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "integer division or modulo by zero");
        return -1;
    }
    if (int_is_medium(a) && int_is_medium(b)) {
        int64_t x = int_medium_value(a), y = int_medium_value(b);
        if (quotient && (*quotient = int_from_int64(floor_quotient(x, y))) == NULL) return -1;
        if (remainder && (*remainder = int_from_int64(floor_remainder(x, y))) == NULL) {
            if (quotient) Py_CLEAR(*quotient);
            return -1;
        }
        return 0;
    }
    if (divide_truncated(a, b, &q, &r) < 0) return -1;
    if (Py_SIZE(r) != 0 && (Py_SIZE(r) < 0) != (Py_SIZE(b) < 0)) {
        Py_SETREF(r, int_add((PyLongObject *)r, b));
        if (r == NULL) goto fail;
        if (quotient) {
            Py_SETREF(q, int_sub((PyLongObject *)q, (PyLongObject *)small_int_peek(1)));
            if (q == NULL) goto fail;
        }
    }
    if (quotient) {
        *quotient = q;
    } else {
        Py_DECREF(q);
    }
    if (remainder) {
        *remainder = r;
    } else {
        Py_DECREF(r);
    }
    return 0;
fail:
    Py_XDECREF(q);
    Py_XDECREF(r);
    return -1;
}

PyObject *
int_floor_divide(PyLongObject *a, PyLongObject *b)
{
    if (likely(int_is_compact(a) && int_is_compact(b) && Py_SIZE(b) != 0)) {
        return int_from_int64(floor_quotient(int_compact_value(a), int_compact_value(b)));
    }
    PyObject *q;
    return int_divmod(a, b, &q, NULL) < 0 ? NULL : q;
}

PyObject *
int_remainder(PyLongObject *a, PyLongObject *b)
{
    if (likely(int_is_compact(a) && int_is_compact(b) && Py_SIZE(b) != 0)) {
        /* One limb each: 32-bit division is several times cheaper than 64-bit. */
        int32_t x = (int32_t)int_compact_value(a), y = (int32_t)int_compact_value(b);
        int32_t r = x % y;
        return int_from_int64(r != 0 && (r ^ y) < 0 ? r + y : r);
    }
    if (Py_SIZE(b) == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "integer modulo by zero");
        return NULL;
    }
    if (int_limbs(b) == 1 && !int_is_medium(a)) {
        int64_t y = int_compact_value(b);
        int64_t r = bigint_mod_limb(a->ob_digit, int_limbs(a), b->ob_digit[0]);
        if (Py_SIZE(a) < 0) r = -r;
        return int_from_int64(r != 0 && (r ^ y) < 0 ? r + y : r);
    }
    PyObject *r;
    return int_divmod(a, b, NULL, &r) < 0 ? NULL : r;
}

PyObject *
int_nb_floor_divide(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    return int_floor_divide((PyLongObject *)a, (PyLongObject *)b);
}

PyObject *
int_nb_remainder(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    return int_remainder((PyLongObject *)a, (PyLongObject *)b);
}

PyObject *
int_nb_divmod(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    PyObject *pair = PyTuple_New(2);
    if (pair == NULL) return NULL;
    PyObject *q, *r;
    if (int_divmod((PyLongObject *)a, (PyLongObject *)b, &q, &r) < 0) {
        Py_DECREF(pair);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, q);
    PyTuple_SET_ITEM(pair, 1, r);
    return pair;
}

/* (q, r) with a = q*b + r and q the integer nearest to a/b, ties to even: a new tuple. */
PyObject *
_PyLong_DivmodNear(PyObject *a, PyObject *b)
{
    if (!PyLong_Check(a) || !PyLong_Check(b)) {
        PyErr_SetString(PyExc_TypeError, "non-integer arguments in division");
        return NULL;
    }
    PyObject *q = NULL, *r = NULL, *twice = NULL, *result = NULL;
    if (int_divmod((PyLongObject *)a, (PyLongObject *)b, &q, &r) < 0) return NULL;
    /* 0 <= r/b < 1 here: compare 2*|r| with |b|. */
    twice = int_shifted_left((PyLongObject *)r, 1);
    if (twice == NULL) goto done;
    int sign = int_compare((PyLongObject *)twice, (PyLongObject *)b);
    if (Py_SIZE(b) < 0) sign = -sign;
    bool odd = Py_SIZE(q) != 0 && (((PyLongObject *)q)->ob_digit[0] & 1);
    if (sign > 0 || (sign == 0 && odd)) {
        Py_SETREF(q, int_add((PyLongObject *)q, (PyLongObject *)small_int_peek(1)));
        if (q == NULL) goto done;
        Py_SETREF(r, int_sub((PyLongObject *)r, (PyLongObject *)b));
        if (r == NULL) goto done;
    }
    result = PyTuple_Pack(2, q, r);
done:
    Py_XDECREF(q);
    Py_XDECREF(r);
    Py_XDECREF(twice);
    return result;
}

/* The correctly rounded quotient of two ints whose magnitudes do not both fit a double exactly.

   With s such that |a|*2**-s / |b| has 55 or 56 bits, the truncated quotient, its lowest bit made
   sticky by the remainder, rounds like the true one. */
static PyObject *
divide_to_float(PyLongObject *a, PyLongObject *b)
{
    bool negative = (Py_SIZE(a) < 0) != (Py_SIZE(b) < 0);
    size_t bits_a = _PyLong_NumBits((PyObject *)a), bits_b = _PyLong_NumBits((PyObject *)b);
    if (bits_a == (size_t)-1 || bits_b == (size_t)-1) return NULL;
    Py_ssize_t difference = (Py_ssize_t)bits_a - (Py_ssize_t)bits_b;
    if (difference > DBL_MAX_EXP) goto overflow;
    if (difference < DBL_MIN_EXP - DBL_MANT_DIG - 1) return PyFloat_FromDouble(negative ? -0.0 : 0.0);
    /* Subnormal quotients have fewer bits to keep; the sticky bit must lie below those. */
    Py_ssize_t shift = difference - 55;
    PyLongObject *x = NULL, *y = NULL;
    PyObject *q = NULL, *r = NULL, *result = NULL;
    if (shift <= 0) {
        x = (PyLongObject *)int_shifted_left(a, (size_t)-shift);
        y = (PyLongObject *)Py_NewRef(b);
    } else {
        x = (PyLongObject *)Py_NewRef(a);
        y = (PyLongObject *)int_shifted_left(b, (size_t)shift);
    }
    if (x == NULL || y == NULL || divide_truncated(x, y, &q, &r) < 0) goto done;
    int overflowed;
    int64_t signed_value = PyLong_AsLongLongAndOverflow(q, &overflowed);
    uint64_t value = signed_value < 0 ? -(uint64_t)signed_value : (uint64_t)signed_value;
    if (Py_SIZE(r) != 0) value |= 1;
    /* value * 2**shift; keep 53 bits, or fewer where the result is subnormal. */
    int bits = 64 - __builtin_clzll(value);
    Py_ssize_t keep_exponent = shift + bits - DBL_MANT_DIG;
    if (keep_exponent < DBL_MIN_EXP - DBL_MANT_DIG) keep_exponent = DBL_MIN_EXP - DBL_MANT_DIG;
    Py_ssize_t drop = keep_exponent - shift;
    if (drop > 0) {
        if (drop > 62) drop = 62;
        uint64_t rest = value & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
        value >>= drop;
        if (rest > half || (rest == half && (value & 1))) value++;
        shift += drop;
    }
    double x_value = ldexp((double)value, (int)shift);
    if (isinf(x_value)) {
        Py_DECREF(x);
        Py_DECREF(y);
        Py_XDECREF(q);
        Py_XDECREF(r);
        goto overflow;
    }
    result = PyFloat_FromDouble(negative ? -x_value : x_value);
done:
    Py_XDECREF(x);
    Py_XDECREF(y);
    Py_XDECREF(q);
    Py_XDECREF(r);
    return result;
overflow:
    PyErr_SetString(PyExc_OverflowError, "integer division result too large for a float");
    return NULL;
}

PyObject *
int_nb_true_divide(PyObject *left, PyObject *right)
{
    REQUIRE_INTS(left, right);
    PyLongObject *a = (PyLongObject *)left, *b = (PyLongObject *)right;
    if (Py_SIZE(b) == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "division by zero");
        return NULL;
    }
    if (likely(int_is_medium(a) && int_is_medium(b))) {
        int64_t x = int_medium_value(a), y = int_medium_value(b);
        const int64_t exact = (int64_t)1 << DBL_MANT_DIG;
        if (x >= -exact && x <= exact && y >= -exact && y <= exact) {
            return PyFloat_FromDouble((double)x / (double)y);
        }
    }
    if (Py_SIZE(a) == 0) return PyFloat_FromDouble(Py_SIZE(b) < 0 ? -0.0 : 0.0);
    return divide_to_float(a, b);
}

/* ---- power ------------------------------------------------------------------------------ */

/* a * b mod m (m may be NULL); new reference. */
static PyObject *
multiply_mod(PyObject *a, PyObject *b, PyLongObject *m)
{
    PyObject *product = int_mul((PyLongObject *)a, (PyLongObject *)b);
    if (product == NULL || m == NULL) return product;
    PyObject *rest = int_remainder((PyLongObject *)product, m);
    Py_DECREF(product);
    return rest;
}

/* a * b mod m; a and b are less than m. */
static ALWAYS_INLINE uint64_t
multiply_mod_medium(uint64_t a, uint64_t b, uint64_t m)
{
    return m <= UINT32_MAX ? a * b % m : (uint64_t)((u128)a * b % m);
}

/* The exponent is positive, base less than the modulus. */
static uint64_t
power_mod_medium(uint64_t base, const PyLongObject *exponent, uint64_t modulus)
{
    uint64_t result = base;
    size_t i = _PyLong_NumBits((PyObject *)exponent) - 1;
    while (i-- > 0) {
        result = multiply_mod_medium(result, result, modulus);
        if (exponent->ob_digit[i / LIMB_BITS] >> (i % LIMB_BITS) & 1) {
            result = multiply_mod_medium(result, base, modulus);
        }
    }
    return result;
}

/* base ** exponent by windows of five bits, exponent positive, m positive or NULL. */
static PyObject *
power_windowed(PyObject *base, PyLongObject *exponent, PyLongObject *m)
{
    enum { WINDOW = 5, ODD_POWERS = 1 << (WINDOW - 1) };
    PyObject *odd[ODD_POWERS] = {NULL}, *result = NULL, *square = NULL;
    size_t bits = _PyLong_NumBits((PyObject *)exponent);
    bool windowed = bits > 60;
#define EXPONENT_BIT(i) (exponent->ob_digit[(i) / LIMB_BITS] >> ((i) % LIMB_BITS) & 1)
    odd[0] = Py_NewRef(base);
    if (windowed) {
        square = multiply_mod(base, base, m);
        if (square == NULL) goto fail;
        for (int i = 1; i < ODD_POWERS; i++) {
            odd[i] = multiply_mod(odd[i - 1], square, m);
            if (odd[i] == NULL) goto fail;
        }
    }
    /* Invariant: result = base ** (the bits of exponent above position i). */
    for (size_t i = bits; i > 0;) {
        if (!EXPONENT_BIT(i - 1)) {
            i--;
            Py_SETREF(result, multiply_mod(result, result, m));
            if (result == NULL) goto fail;
            continue;
        }
        size_t width = windowed ? (i < WINDOW ? i : WINDOW) : 1;
        while (!EXPONENT_BIT(i - width)) width--;
        unsigned value = 0;
        for (size_t k = 0; k < width; k++) {
            value = value << 1 | EXPONENT_BIT(i - 1 - k);
            if (result != NULL) {
                Py_SETREF(result, multiply_mod(result, result, m));
                if (result == NULL) goto fail;
            }
        }
        i -= width;
        if (result == NULL) {
            result = Py_NewRef(odd[value >> 1]);
        } else {
            Py_SETREF(result, multiply_mod(result, odd[value >> 1], m));
            if (result == NULL) goto fail;
        }
    }
#undef EXPONENT_BIT
    goto done;
fail:
    Py_CLEAR(result);
done:
    for (int i = 0; i < ODD_POWERS; i++) Py_XDECREF(odd[i]);
    Py_XDECREF(square);
    return result;
}

/* The x in 0..m-1 with a*x = 1 mod m, by the extended Euclidean algorithm.  m positive. */
static PyObject *
inverse_mod(PyLongObject *a, PyLongObject *m)
{
    PyObject *x = int_small(1), *y = int_small(0), *r = Py_NewRef(a), *n = Py_NewRef(m);
    PyObject *result = NULL;
    /* Invariant: a*x = r and a*y = n, modulo m. */
    while (Py_SIZE(n) != 0) {
        PyObject *q, *rest;
        if (int_divmod((PyLongObject *)r, (PyLongObject *)n, &q, &rest) < 0) goto done;
        Py_SETREF(r, n);
        n = rest;
        PyObject *product = int_mul((PyLongObject *)q, (PyLongObject *)y);
        Py_DECREF(q);
        if (product == NULL) goto done;
        PyObject *next = int_sub((PyLongObject *)x, (PyLongObject *)product);
        Py_DECREF(product);
        if (next == NULL) goto done;
        Py_SETREF(x, y);
        y = next;
    }
    if (r != small_int_peek(1)) {
        PyErr_SetString(PyExc_ValueError, "base is not invertible for the given modulus");
        goto done;
    }
    result = int_remainder((PyLongObject *)x, m);
done:
    Py_DECREF(x);
    Py_DECREF(y);
    Py_DECREF(r);
    Py_DECREF(n);
    return result;
}

/* base ** exponent mod m for any signs; m not zero. */
static PyObject *
power_mod(PyLongObject *base, PyLongObject *exponent, PyLongObject *m)
{
    PyObject *modulus = NULL, *b = NULL, *e = NULL, *result = NULL;
    bool negative = Py_SIZE(m) < 0;
    modulus = negative ? int_negated(m) : Py_NewRef(m);
    if (modulus == NULL) goto done;
    PyLongObject *mod = (PyLongObject *)modulus;
    if (Py_SIZE(exponent) < 0) {
        e = int_negated(exponent);
        if (e == NULL) goto done;
        b = int_remainder(base, mod);
        if (b == NULL) goto done;
        Py_SETREF(b, inverse_mod((PyLongObject *)b, mod));
    } else {
        e = Py_NewRef(exponent);
        b = int_remainder(base, mod);
    }
    if (b == NULL) goto done;
    PyLongObject *bv = (PyLongObject *)b, *ev = (PyLongObject *)e;
    if (modulus == small_int_peek(1)) {
        result = int_small(0);
    } else if (Py_SIZE(e) == 0) {
        result = int_small(1);
    } else if (Py_SIZE(b) == 0) {
        result = int_small(0);
    } else if (int_is_medium(mod)) {
        result = int_from_uint64(power_mod_medium((uint64_t)int_medium_value(bv), ev,
                                                  (uint64_t)int_medium_value(mod)));
    } else {
        PyLongObject *r = int_alloc(int_limbs(mod));
        if (r == NULL) goto done;
        truth found = bigint_powmod(LIBRARY, r->ob_digit, bv->ob_digit, int_limbs(bv), ev->ob_digit,
                                    int_limbs(ev), mod->ob_digit, int_limbs(mod));
        if (found > 0) {
            result = int_normalised_take(r);
        } else {
            Py_DECREF(r);
            result = found < 0 ? PyErr_NoMemory() : power_windowed(b, ev, mod);
        }
    }
    if (result != NULL && negative && Py_SIZE(result) != 0) {
        Py_SETREF(result, int_sub((PyLongObject *)result, mod));
    }
done:
    Py_XDECREF(modulus);
    Py_XDECREF(b);
    Py_XDECREF(e);
    return result;
}

PyObject *
int_nb_power(PyObject *base, PyObject *exponent, PyObject *modulus)
{
    REQUIRE_INTS(base, exponent);
    if (PyLong_Check(modulus)) {
        if (Py_SIZE(modulus) == 0) {
            PyErr_SetString(PyExc_ValueError, "pow() 3rd argument cannot be 0");
            return NULL;
        }
        return power_mod((PyLongObject *)base, (PyLongObject *)exponent, (PyLongObject *)modulus);
    }
    if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
    if (Py_SIZE(exponent) < 0) {
        return PyFloat_Type.tp_as_number->nb_power(base, exponent, modulus);
    }
    if (Py_SIZE(exponent) == 0) return int_small(1);
    PyLongObject *b = (PyLongObject *)base, *e = (PyLongObject *)exponent;
    if (int_is_compact(b)) {
        int64_t value = int_compact_value(b);
        if (value == 0 || value == 1) return int_small((int)value);
        if (value == -1) return int_small(e->ob_digit[0] & 1 ? -1 : 1);
        if (value == 2 && int_is_medium(e)) {
            return int_shifted_left((PyLongObject *)small_int_peek(1), (size_t)int_medium_value(e));
        }
        /* While the result stays in 63 bits there is no need for objects. */
        uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
        int width = 64 - __builtin_clzll(magnitude);
        if (int_is_compact(e) && e->ob_digit[0] <= (unsigned)(63 / width)) {
            int64_t result = 1;
            for (unsigned n = e->ob_digit[0];;) {
                if (n & 1) result *= value;
                n >>= 1;
                if (n == 0) break;
                value *= value;
            }
            return int_from_int64(result);
        }
    }
    PyObject *exact = PyLong_CheckExact(base) ? Py_NewRef(base) : _PyLong_Copy(b);
    if (exact == NULL) return NULL;
    PyObject *result = power_windowed(exact, e, NULL);
    Py_DECREF(exact);
    return result;
}

/* ---- unary ------------------------------------------------------------------------------ */

PyObject *
int_negated(PyLongObject *a)
{
    if (int_is_medium(a)) return int_from_int64(-int_medium_value(a));
    PyObject *r = _PyLong_Copy(a);
    if (r != NULL) Py_SET_SIZE(r, -Py_SIZE(r));
    return r;
}

PyObject *
int_nb_negative(PyObject *a)
{
    return int_negated((PyLongObject *)a);
}

PyObject *
int_nb_positive(PyObject *a)
{
    return PyLong_CheckExact(a) ? Py_NewRef(a) : _PyLong_Copy((PyLongObject *)a);
}

PyObject *
int_nb_absolute(PyObject *a)
{
    return Py_SIZE(a) < 0 ? int_negated((PyLongObject *)a) : int_nb_positive(a);
}

int
int_nb_bool(PyObject *a)
{
    return Py_SIZE(a) != 0;
}

PyObject *
int_nb_invert(PyObject *a)
{
    PyLongObject *v = (PyLongObject *)a;
    if (int_is_medium(v)) return int_from_int64(~int_medium_value(v));
    /* ~a = -(a + 1) */
    PyObject *r = int_add(v, (PyLongObject *)small_int_peek(1));
    if (r == NULL) return NULL;
    PyObject *result = int_negated((PyLongObject *)r);
    Py_DECREF(r);
    return result;
}

PyObject *
int_nb_int(PyObject *a)
{
    return int_nb_positive(a);
}

PyObject *
int_nb_index(PyObject *a)
{
    return int_nb_positive(a);
}

PyObject *
int_nb_float(PyObject *a)
{
    double x = PyLong_AsDouble(a);
    if (x == -1.0 && PyErr_Occurred()) return NULL;
    return PyFloat_FromDouble(x);
}

/* ---- shifts ----------------------------------------------------------------------------- */

PyObject *
int_shifted_left(PyLongObject *a, size_t bits)
{
    if (Py_SIZE(a) == 0) return int_small(0);
    if (int_is_medium(a) && bits < 64) {
        int64_t value = int_medium_value(a);
        u128 magnitude = value < 0 ? -(u128)value : (u128)value;
        return int_from_magnitude(magnitude << bits, value < 0);
    }
    size_t n = int_limbs(a), whole = bits / LIMB_BITS;
    int part = (int)(bits % LIMB_BITS);
    if (whole > PY_SSIZE_T_MAX / sizeof(digit) - n - 1) {
        PyErr_SetString(PyExc_OverflowError, "too many digits in integer");
        return NULL;
    }
    PyLongObject *r = int_alloc(n + whole + (part != 0));
    if (r == NULL) return NULL;
    memset(r->ob_digit, 0, whole * sizeof(digit));
    limb top = bigint_shift_left(r->ob_digit + whole, a->ob_digit, n, part);
    if (part != 0) r->ob_digit[n + whole] = top;
    if (Py_SIZE(a) < 0) Py_SET_SIZE(r, -Py_SIZE(r));
    return int_normalised_take(r);
}

PyObject *
int_shifted_right(PyLongObject *a, size_t bits)
{
    if (int_is_medium(a)) return int_from_int64(int_medium_value(a) >> (bits > 63 ? 63 : bits));
    size_t n = int_limbs(a), whole = bits / LIMB_BITS;
    int part = (int)(bits % LIMB_BITS);
    bool negative = Py_SIZE(a) < 0;
    if (whole >= n) return int_small(negative ? -1 : 0);
    PyLongObject *r = int_alloc(n - whole + 1);
    if (r == NULL) return NULL;
    limb lost = bigint_shift_right(r->ob_digit, a->ob_digit + whole, n - whole, part);
    r->ob_digit[n - whole] = 0;
    if (negative) {
        /* Rounding is towards minus infinity: one more in magnitude if any bit was lost. */
        for (size_t i = 0; i < whole && !lost; i++) lost = a->ob_digit[i];
        if (lost) {
            static const limb one = 1;
            bigint_add(r->ob_digit, r->ob_digit, n - whole + 1, &one, 1);
        }
        Py_SET_SIZE(r, -Py_SIZE(r));
    }
    return int_normalised_take(r);
}

/* a << bits: new reference. */
PyObject *
_PyLong_Lshift(PyObject *a, size_t bits)
{
    return int_shifted_left((PyLongObject *)a, bits);
}

/* a >> bits: new reference. */
PyObject *
_PyLong_Rshift(PyObject *a, size_t bits)
{
    return int_shifted_right((PyLongObject *)a, bits);
}

/* The shift count: 0, or 1 if it does not fit, or -1 with ValueError. */
static int
shift_count(PyObject *count, size_t *bits)
{
    PyLongObject *v = (PyLongObject *)count;
    if (Py_SIZE(v) < 0) {
        PyErr_SetString(PyExc_ValueError, "negative shift count");
        return -1;
    }
    if (int_is_medium(v)) {
        *bits = (size_t)int_medium_value(v);
        return 0;
    }
    int overflow;
    *bits = (size_t)PyLong_AsLongLongAndOverflow(count, &overflow);
    return overflow != 0;
}

PyObject *
int_nb_lshift(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    size_t bits = 0;
    int large = shift_count(b, &bits);
    if (large < 0) return NULL;
    if (Py_SIZE(a) == 0) return int_small(0);
    if (large) {
        /* Up to here the number of digits can be said, though there is no room for them. */
        if (_PyLong_NumBits(b) <= 65) return PyErr_NoMemory();
        PyErr_SetString(PyExc_OverflowError, "too many digits in integer");
        return NULL;
    }
    return int_shifted_left((PyLongObject *)a, bits);
}

PyObject *
int_nb_rshift(PyObject *a, PyObject *b)
{
    REQUIRE_INTS(a, b);
    size_t bits = 0;
    int large = shift_count(b, &bits);
    if (large < 0) return NULL;
    if (large) return int_small(Py_SIZE(a) < 0 ? -1 : 0);
    return int_shifted_right((PyLongObject *)a, bits);
}

/* ---- bit operations --------------------------------------------------------------------- */

/* Two's complement limb by limb: a negative number is ~(|a| - 1), so limb i is the complement of
   limb i of |a| - 1.  `borrow` runs along. */
static inline limb
twos_limb(const limb *a, size_t n, size_t i, limb mask, limb *borrow)
{
    limb x = i < n ? a[i] : 0;
    limb y = x - *borrow;
    *borrow = y >> 31;
    return (y & LIMB_MASK) ^ mask;
}

/* a op b on numbers of any size; op is '&', '|' or '^'. */
static PyObject *
bitwise(PyLongObject *a, char op, PyLongObject *b)
{
    size_t na = int_limbs(a), nb = int_limbs(b);
    bool sa = Py_SIZE(a) < 0, sb = Py_SIZE(b) < 0;
    bool negative = op == '&' ? sa && sb : op == '|' ? sa || sb : sa != sb;
    size_t n = na > nb ? na : nb;
    /* A non-negative operand of & limits the length; a negative one of | does. */
    if (op == '&') {
        if (!sa && !sb) {
            n = na < nb ? na : nb;
        } else if (!sa) {
            n = na;
        } else if (!sb) {
            n = nb;
        }
    }
    PyLongObject *r = int_alloc(n + 1);
    if (r == NULL) return NULL;
    limb mask_a = sa ? LIMB_MASK : 0, mask_b = sb ? LIMB_MASK : 0;
    limb borrow_a = sa, borrow_b = sb, mask_r = negative ? LIMB_MASK : 0, carry = negative;
    for (size_t i = 0; i < n; i++) {
        limb x = twos_limb(a->ob_digit, na, i, mask_a, &borrow_a);
        limb y = twos_limb(b->ob_digit, nb, i, mask_b, &borrow_b);
        limb z = op == '&' ? x & y : op == '|' ? x | y : x ^ y;
        /* Back to magnitude: ~z + 1 if negative. */
        carry += z ^ mask_r;
        r->ob_digit[i] = carry & LIMB_MASK;
        carry >>= LIMB_BITS;
    }
    r->ob_digit[n] = carry;
    if (negative) Py_SET_SIZE(r, -Py_SIZE(r));
    return int_normalised_take(r);
}

#define BITWISE(name, operator, character)                                                         \
    PyObject *name(PyObject *a, PyObject *b)                                                       \
    {                                                                                              \
        REQUIRE_INTS(a, b);                                                                        \
        PyLongObject *x = (PyLongObject *)a, *y = (PyLongObject *)b;                               \
        if (likely(int_is_medium(x) && int_is_medium(y))) {                                        \
            return int_from_int64(int_medium_value(x) operator int_medium_value(y));               \
        }                                                                                          \
        return bitwise(x, character, y);                                                           \
    }

static BITWISE(and_ints, &, '&')
static BITWISE(or_ints, |, '|')
static BITWISE(xor_ints, ^, '^')
#undef BITWISE

PyObject *
int_nb_and(PyObject *a, PyObject *b)
{
    return and_ints(a, b);
}

PyObject *
int_nb_or(PyObject *a, PyObject *b)
{
    return or_ints(a, b);
}

PyObject *
int_nb_xor(PyObject *a, PyObject *b)
{
    return xor_ints(a, b);
}

/* ---- greatest common divisor ------------------------------------------------------------ */

static uint64_t
gcd_words(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0) return a | b;
    int shift = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    do {
        b >>= __builtin_ctzll(b);
        if (a > b) {
            uint64_t c = a;
            a = b;
            b = c;
        }
        b -= a;
    } while (b);
    return a << shift;
}

/* The 60 bits of v from bit position `low` upward. */
static int64_t
window_of(const PyLongObject *v, size_t low)
{
    size_t n = int_limbs(v), i = low / LIMB_BITS;
    u128 value = 0;
    for (size_t k = 3; k-- > 0;) value = value << LIMB_BITS | (i + k < n ? v->ob_digit[i + k] : 0);
    return (int64_t)(value >> (low % LIMB_BITS)) & (((int64_t)1 << 60) - 1);
}

/* x*a + y*b >= 0 with |x|, |y| < 2**31, over n limbs: new int. */
static PyObject *
combine(const PyLongObject *a, int64_t x, const PyLongObject *b, int64_t y)
{
    size_t na = int_limbs(a), nb = int_limbs(b), n = na > nb ? na : nb;
    PyLongObject *r = int_alloc(n);
    if (r == NULL) return NULL;
    int64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t va = i < na ? a->ob_digit[i] : 0, vb = i < nb ? b->ob_digit[i] : 0;
        carry += x * va + y * vb;
        r->ob_digit[i] = (limb)carry & LIMB_MASK;
        carry >>= LIMB_BITS;
    }
    return int_normalised_take(r);
}

/* The greatest common divisor, not negative: Lehmer's algorithm (Knuth, TAOCP 2, 4.5.2 L). */
PyObject *
_PyLong_GCD(PyObject *left, PyObject *right)
{
    PyObject *a = int_nb_absolute(left), *b = a ? int_nb_absolute(right) : NULL;
    if (b == NULL) goto fail;
    if (int_compare((PyLongObject *)a, (PyLongObject *)b) < 0) {
        PyObject *c = a;
        a = b;
        b = c;
    }
    while (!int_is_medium((PyLongObject *)a) && Py_SIZE(b) != 0) {
        PyLongObject *va = (PyLongObject *)a, *vb = (PyLongObject *)b;
        size_t na = int_limbs(va), nb = int_limbs(vb), n;
        PyLongObject *room = int_alloc(nb);
        if (room == NULL) goto fail;
        truth found = bigint_gcd(LIBRARY, room->ob_digit, &n, va->ob_digit, na, vb->ob_digit, nb);
        if (found > 0) {
            Py_DECREF(a);
            Py_DECREF(b);
            Py_SET_SIZE(room, (Py_ssize_t)n);
            return int_normalised_take(room);
        }
        Py_DECREF(room);
        if (found < 0) {
            PyErr_NoMemory();
            goto fail;
        }
        /* Euclid on the leading 60 bits, as long as every quotient is certain. */
        size_t bits = _PyLong_NumBits(a), low = bits - 60;
        int64_t x = window_of(va, low), y = window_of(vb, low);
        int64_t A = 1, B = 0, C = 0, D = 1;
        while (y + C != 0 && y + D != 0) {
            int64_t q = (x + A) / (y + C);
            if (q != (x + B) / (y + D)) break;
            int64_t nc = A - q * C, nd = B - q * D;
            const int64_t limit = (int64_t)1 << 30;
            if (q >= limit || nc > limit || nc < -limit || nd > limit || nd < -limit) break;
            A = C, C = nc;
            B = D, D = nd;
            int64_t rest = x - q * y;
            x = y, y = rest;
        }
        PyObject *na_object, *nb_object;
        if (B == 0) {
            nb_object = int_remainder(va, vb);
            if (nb_object == NULL) goto fail;
            na_object = Py_NewRef(b);
        } else {
            na_object = combine(va, A, vb, B);
            nb_object = na_object ? combine(va, C, vb, D) : NULL;
            if (nb_object == NULL) {
                Py_XDECREF(na_object);
                goto fail;
            }
        }
        Py_SETREF(a, na_object);
        Py_SETREF(b, nb_object);
    }
    if (Py_SIZE(b) == 0) {
        Py_DECREF(b);
        return a;
    }
    PyObject *result = int_from_uint64(gcd_words((uint64_t)int_medium_value((PyLongObject *)a),
                                                 (uint64_t)int_medium_value((PyLongObject *)b)));
    Py_DECREF(a);
    Py_DECREF(b);
    return result;
fail:
    Py_XDECREF(a);
    Py_XDECREF(b);
    return NULL;
}
