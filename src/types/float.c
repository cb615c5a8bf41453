/* float: storage, arithmetic, comparison, hash, packing, and the type.  Text is in float_text.c.

   Arithmetic is the hardware's, except that dividing by zero is an error, as is a power that
   overflows, and that // and % satisfy x == (x//y)*y + x%y with the sign of y in x%y. */
#include "base/alloc.h"
#include "types/float.h"

#include <float.h>
#include <math.h>
#include "base/dtoa.h"
#include "base/nan.h"
#include "base/alloc.h"
#include "object/declare.h"
#include "types/int.h"

/* ---- storage ---------------------------------------------------------------------------- */

NOINLINE PyObject *
float_alloc_slow(double value)
{
    PyFloatObject *self = object_malloc_fixed(sizeof(PyFloatObject));
    if (self == NULL) return PyErr_NoMemory();
    freelist_revive(self, &PyFloat_Type);
    self->ob_fval = value;
    return (PyObject *)self;
}

/* A new float. */
PyObject *
PyFloat_FromDouble(double value)
{
    return float_from_double(value);
}

void
float_tp_dealloc(PyObject *self)
{
    if (likely(Py_IS_TYPE(self, &PyFloat_Type))) {
        if (unlikely(!freelist_push(&_PyRuntime.caches.floats, self, FLOATS_CACHED))) {
            PyObject_Free(self);
        }
        return;
    }
    Py_TYPE(self)->tp_free(self);
}

/* Write to `out` how many floats wait for reuse. */
void
_PyFloat_DebugMallocStats(FILE *out)
{
    _PyDebugAllocatorStats(out, "free PyFloatObject", _PyRuntime.caches.floats.count,
                           sizeof(PyFloatObject));
}

/* ---- conversion ------------------------------------------------------------------------- */

double
PyFloat_GetMax(void)
{
    return DBL_MAX;
}

double
PyFloat_GetMin(void)
{
    return DBL_MIN;
}

/* The value of op, by __float__ or __index__ if it is not a float; -1.0 with TypeError. */
double
PyFloat_AsDouble(PyObject *op)
{
    if (op == NULL) {
        PyErr_BadArgument();
        return -1.0;
    }
    if (PyFloat_Check(op)) return PyFloat_AS_DOUBLE(op);
    PyNumberMethods *number = Py_TYPE(op)->tp_as_number;
    if (number == NULL || number->nb_float == NULL) {
        if (number != NULL && number->nb_index != NULL) {
            PyObject *index = PyNumber_Index(op);
            if (index == NULL) return -1.0;
            double value = PyLong_AsDouble(index);
            Py_DECREF(index);
            return value;
        }
        PyErr_Format(PyExc_TypeError, "must be real number, not %.50s", Py_TYPE(op)->tp_name);
        return -1.0;
    }
    PyObject *result = number->nb_float(op);
    if (result == NULL) return -1.0;
    if (!PyFloat_CheckExact(result)) {
        if (!PyFloat_Check(result)) {
            PyErr_Format(PyExc_TypeError, "%.50s.__float__ returned non-float (type %.50s)",
                         Py_TYPE(op)->tp_name, Py_TYPE(result)->tp_name);
            Py_DECREF(result);
            return -1.0;
        }
        if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                             "%.50s.__float__ returned non-float (type %.50s).  "
                             "The ability to return an instance of a strict subclass of float "
                             "is deprecated, and may not be supported in a future version of "
                             "Python.",
                             Py_TYPE(op)->tp_name, Py_TYPE(result)->tp_name) < 0) {
            Py_DECREF(result);
            return -1.0;
        }
    }
    double value = PyFloat_AS_DOUBLE(result);
    Py_DECREF(result);
    return value;
}

/* An operand of a binary operation: 1 done, 0 NotImplemented, -1 exception. */
static ALWAYS_INLINE truth
operand(PyObject *op, double *value)
{
    if (likely(PyFloat_Check(op))) {
        *value = PyFloat_AS_DOUBLE(op);
        return 1;
    }
    if (!PyLong_Check(op)) return 0;
    *value = PyLong_AsDouble(op);
    return *value == -1.0 && PyErr_Occurred() ? -1 : 1;
}

#define OPERANDS(a, b, x, y)                                                                       \
    double x, y;                                                                                   \
    truth ready_ = operand(a, &x);                                                                 \
    if (likely(ready_ > 0)) ready_ = operand(b, &y);                                               \
    if (unlikely(ready_ <= 0)) return ready_ < 0 ? NULL : Py_NewRef(Py_NotImplemented)

/* ---- arithmetic ------------------------------------------------------------------------- */

static PyObject *
float_nb_add(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    return float_from_double(double_add(x, y));
}

static PyObject *
float_nb_subtract(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    return float_from_double(x - y);
}

static PyObject *
float_nb_multiply(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    return float_from_double(double_multiply(x, y));
}

static COLD PyObject *
zero_division(const char *text)
{
    PyErr_SetString(PyExc_ZeroDivisionError, text);
    return NULL;
}

static PyObject *
float_nb_true_divide(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    if (unlikely(y == 0.0)) return zero_division("float division by zero");
    return float_from_double(x / y);
}

/* x mod y with the sign of y; y not zero. */
static double
modulo(double x, double y)
{
    double rest = fmod(x, y);
    if (rest == 0.0) return copysign(0.0, y);
    return (y < 0) != (rest < 0) ? rest + y : rest;
}

static PyObject *
float_nb_remainder(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    if (unlikely(y == 0.0)) return zero_division("float modulo");
    return float_from_double(modulo(x, y));
}

status
float_divmod_values(double x, double y, double *quotient, double *remainder)
{
    double rest = fmod(x, y);
    /* x - rest is close to a multiple of y, so the quotient is close to an integer. */
    double q = (x - rest) / y;
    if (rest == 0.0) {
        rest = copysign(0.0, y);
    } else if ((y < 0) != (rest < 0)) {
        rest += y;
        q -= 1.0;
    }
    if (q == 0.0) {
        *quotient = copysign(0.0, x / y);
    } else {
        double whole = floor(q);
        *quotient = q - whole > 0.5 ? whole + 1.0 : whole;
    }
    *remainder = rest;
    return 0;
}

static PyObject *
float_nb_divmod(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    if (unlikely(y == 0.0)) return zero_division("float divmod()");
    double q, r;
    float_divmod_values(x, y, &q, &r);
    return Py_BuildValue("(dd)", q, r);
}

static PyObject *
float_nb_floor_divide(PyObject *a, PyObject *b)
{
    OPERANDS(a, b, x, y);
    if (unlikely(y == 0.0)) return zero_division("float floor division by zero");
    double q, r;
    float_divmod_values(x, y, &q, &r);
    return float_from_double(q);
}

static bool
is_odd(double x)
{
    return fmod(fabs(x), 2.0) == 1.0;
}

/* x ** y: the C library's pow where all platforms agree, the rest spelled out. */
PyObject *
float_pow(double x, double y)
{
    if (y == 0.0) return float_from_double(1.0);
    if (isnan(x)) return float_from_double(x);
    if (isnan(y)) return float_from_double(x == 1.0 ? 1.0 : y);
    if (isinf(y)) {
        double size = fabs(x);
        if (size == 1.0) return float_from_double(1.0);
        return float_from_double((y > 0.0) == (size > 1.0) ? HUGE_VAL : 0.0);
    }
    if (isinf(x)) {
        bool odd = is_odd(y);
        if (y > 0.0) return float_from_double(odd ? x : fabs(x));
        return float_from_double(odd ? copysign(0.0, x) : 0.0);
    }
    if (x == 0.0) {
        if (y < 0.0) return zero_division("0.0 cannot be raised to a negative power");
        return float_from_double(is_odd(y) ? x : 0.0);
    }
    bool negate = false;
    if (x < 0.0) {
        if (y != floor(y)) {
            /* The result is complex. */
            PyObject *a = float_from_double(x), *b = a ? float_from_double(y) : NULL;
            PyObject *result = b ? PyComplex_Type.tp_as_number->nb_power(a, b, Py_None) : NULL;
            Py_XDECREF(a);
            Py_XDECREF(b);
            return result;
        }
        x = -x;
        negate = is_odd(y);
    }
    if (x == 1.0) return float_from_double(negate ? -1.0 : 1.0);
    errno = 0;
    double result = pow(x, y);
    if (isinf(result)) {
        errno = ERANGE;
        return PyErr_SetFromErrno(PyExc_OverflowError);
    }
    return float_from_double(negate ? -result : result);
}

static PyObject *
float_nb_power(PyObject *a, PyObject *b, PyObject *modulus)
{
    if (modulus != Py_None) {
        PyErr_SetString(PyExc_TypeError,
                        "pow() 3rd argument not allowed unless all arguments are integers");
        return NULL;
    }
    OPERANDS(a, b, x, y);
    return float_pow(x, y);
}

static PyObject *
float_nb_negative(PyObject *self)
{
    return float_from_double(-PyFloat_AS_DOUBLE(self));
}

static PyObject *
float_nb_absolute(PyObject *self)
{
    return float_from_double(fabs(PyFloat_AS_DOUBLE(self)));
}

static int
float_nb_bool(PyObject *self)
{
    return PyFloat_AS_DOUBLE(self) != 0.0;
}

/* self as an exact float: new reference. */
static PyObject *
float_exact(PyObject *self)
{
    if (PyFloat_CheckExact(self)) return Py_NewRef(self);
    return float_from_double(PyFloat_AS_DOUBLE(self));
}

static PyObject *
float_nb_positive(PyObject *self)
{
    return float_exact(self);
}

static PyObject *
float_nb_float(PyObject *self)
{
    return float_exact(self);
}

static PyObject *
float_nb_int(PyObject *self)
{
    return PyLong_FromDouble(PyFloat_AS_DOUBLE(self));
}

/* ---- comparison, hash ------------------------------------------------------------------- */

/* Sign of x - v, exactly; x is finite. */
static int
compare_with_int(double x, PyLongObject *v)
{
    if (int_is_medium(v)) {
        const double limit = 1152921504606846976.0;     /* 2**60 */
        int64_t y = int_medium_value(v);
        if (x >= limit) return 1;
        if (x <= -limit) return -1;
        int64_t whole = (int64_t)x;
        if (whole != y) return whole < y ? -1 : 1;
        double fraction = x - (double)whole;
        return (fraction > 0.0) - (fraction < 0.0);
    }
    /* |v| >= 2**60: the fraction of x does not matter, its integer part is exact. */
    int sign = Py_SIZE(v) < 0 ? -1 : 1, exponent;
    if (x == 0.0 || (x < 0.0) != (sign < 0)) return -sign;
    frexp(x, &exponent);
    size_t bits = _PyLong_NumBits((PyObject *)v);
    if (exponent < 0 || (size_t)exponent != bits) {
        return (exponent >= 0 && (size_t)exponent > bits ? 1 : -1) * sign;
    }
    /* Equal bit lengths: the 53 bits of x against the top of v. */
    uint64_t mantissa = (uint64_t)ldexp(fabs(x), 53 - exponent);
    size_t drop = bits - 53, n = int_limbs(v);
    unsigned __int128 top = 0;
    size_t first = drop / LIMB_BITS;
    for (size_t i = n; i-- > first;) top = top << LIMB_BITS | v->ob_digit[i];
    int part = (int)(drop % LIMB_BITS);
    uint64_t leading = (uint64_t)(top >> part);
    if (leading != mantissa) return (mantissa < leading ? -1 : 1) * sign;
    bool more = (top & (((unsigned __int128)1 << part) - 1)) != 0;
    for (size_t i = 0; !more && i < first; i++) more = v->ob_digit[i] != 0;
    return more ? -sign : 0;
}

static PyObject *
float_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    double x = PyFloat_AS_DOUBLE(self);
    if (likely(PyFloat_Check(other))) {
        double y = PyFloat_AS_DOUBLE(other);
        Py_RETURN_RICHCOMPARE(x, y, op);
    }
    if (!PyLong_Check(other)) Py_RETURN_NOTIMPLEMENTED;
    if (!isfinite(x)) Py_RETURN_RICHCOMPARE(x, 0.0, op);
    int sign = compare_with_int(x, (PyLongObject *)other);
    Py_RETURN_RICHCOMPARE(sign, 0, op);
}

/* The value modulo 2**61 - 1, so that it equals the hash of an equal int or fraction.  Infinities
   give 314159; a NaN hashes by its object. */
Py_hash_t
_Py_HashDouble(PyObject *op, double value)
{
    if (!isfinite(value)) {
        if (isinf(value)) return value > 0 ? _PyHASH_INF : -_PyHASH_INF;
        return _Py_HashPointer(op);
    }
    int exponent;
    double fraction = frexp(fabs(value), &exponent);
    /* mantissa * 2**exponent; 2**61 = 1, so a power of two is a rotation of 61 bits. */
    uint64_t x = (uint64_t)ldexp(fraction, 53);
    exponent -= 53;
    int turn = exponent >= 0 ? exponent % 61 : 60 - (-1 - exponent) % 61;
    x = (x << turn & _PyHASH_MODULUS) | x >> (61 - turn);
    if (x == _PyHASH_MODULUS) x = 0;
    Py_hash_t hash = value < 0 ? -(Py_hash_t)x : (Py_hash_t)x;
    return hash == -1 ? -2 : hash;
}

static Py_hash_t
float_tp_hash(PyObject *self)
{
    return _Py_HashDouble(self, PyFloat_AS_DOUBLE(self));
}

static PyObject *
float_tp_repr(PyObject *self)
{
    return float_to_text(PyFloat_AS_DOUBLE(self));
}

/* ---- construction ----------------------------------------------------------------------- */

static PyObject *
float_construct(PyObject *x)
{
    if (x == NULL) return float_from_double(0.0);
    if (PyUnicode_CheckExact(x)) return PyFloat_FromString(x);
    return PyNumber_Float(x);
}

NEW(float, "(x=0, /)")
static PyObject *
float_new(PyTypeObject *type, PyObject *x)
{
    PyObject *exact = float_construct(x);
    if (exact == NULL || type == &PyFloat_Type) return exact;
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) ((PyFloatObject *)self)->ob_fval = PyFloat_AS_DOUBLE(exact);
    Py_DECREF(exact);
    return self;
}

static PyObject *
float_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("float", kwnames) || !_PyArg_CheckPositional("float", nargs, 0, 1)) {
        return NULL;
    }
    return float_new((PyTypeObject *)type, nargs ? args[0] : NULL);
}

/* ---- methods ---------------------------------------------------------------------------- */

METHOD(float, __ceil__, "($self, /)", "The smallest int not below self.")
static PyObject *
float___ceil__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromDouble(ceil(PyFloat_AS_DOUBLE(self)));
}

METHOD(float, __floor__, "($self, /)", "The largest int not above self.")
static PyObject *
float___floor__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromDouble(floor(PyFloat_AS_DOUBLE(self)));
}

METHOD(float, __trunc__, "($self, /)", "The int nearest to self between 0 and self.")
static PyObject *
float___trunc__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromDouble(PyFloat_AS_DOUBLE(self));
}

METHOD(float, __format__, "($self, format_spec, /)", "Format according to the format_spec.")
static PyObject *
float___format__(PyObject *self, PyUnicodeObject *format_spec)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    PyObject *spec = (PyObject *)format_spec;
    if (_PyFloat_FormatAdvancedWriter(&writer, self, spec, 0, PyUnicode_GET_LENGTH(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

CLASSMETHOD(float, __getformat__, "($type, typestr, /)",
            "How C's 'double' or 'float' is laid out here.  For Python's own tests.")
static PyObject *
float___getformat__(PyTypeObject *type, const char *typestr)
{
    if (strcmp(typestr, "double") != 0 && strcmp(typestr, "float") != 0) {
        PyErr_SetString(PyExc_ValueError,
                        "__getformat__() argument 1 must be 'double' or 'float'");
        return NULL;
    }
    return PyUnicode_FromString(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "IEEE, little-endian"
                                                                          : "IEEE, big-endian");
}

METHOD(float, __getnewargs__, "($self, /)", NULL)
static PyObject *
float___getnewargs__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(d)", PyFloat_AS_DOUBLE(self));
}

/* x rounded half to even at 10**-places, by way of its digits. */
static PyObject *
round_to_places(double x, int places)
{
    char text[DTOA_ROOM + 48];
    int point, n = dtoa_places(fabs(x), places, text, &point);
    if (n == 0) return float_from_double(copysign(0.0, x));
    snprintf(text + n, sizeof text - (size_t)n, "e%d", point - n);
    const char *end;
    double rounded = dtoa_parse(text, &end);
    if (isinf(rounded)) {
        PyErr_SetString(PyExc_OverflowError, "rounded value too large to represent");
        return NULL;
    }
    return float_from_double(copysign(rounded, x));
}

METHOD(float, __round__, "($self, ndigits=None, /)",
       "Rounded half to even to ndigits digits behind the point; to an int if ndigits is None.")
static PyObject *
float___round__(PyObject *self, PyObject *ndigits)
{
    double x = PyFloat_AS_DOUBLE(self);
    if (ndigits == Py_None) {
        double rounded = round(x);
        if (fabs(x - rounded) == 0.5) rounded = 2.0 * round(x / 2.0);
        return PyLong_FromDouble(rounded);
    }
    Py_ssize_t places = PyNumber_AsSsize_t(ndigits, NULL);
    if (places == -1 && PyErr_Occurred()) return NULL;
    if (!isfinite(x)) return float_from_double(x);
    /* Beyond these every double is rounded already, or to zero. */
    if (places > 323) return float_from_double(x);
    if (places < -308) return float_from_double(0.0 * x);
    return round_to_places(x, (int)places);
}

METHOD(float, as_integer_ratio, "($self, /)",
       "A pair of ints in lowest terms, the second positive, whose ratio is exactly self.\n"
       "\n"
       ">>> (6.0).as_integer_ratio()\n"
       "(6, 1)\n"
       ">>> (0.0).as_integer_ratio()\n"
       "(0, 1)\n"
       ">>> (-2.75).as_integer_ratio()\n"
       "(-11, 4)")
static PyObject *
float_as_integer_ratio(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    double x = PyFloat_AS_DOUBLE(self);
    if (isinf(x)) {
        PyErr_SetString(PyExc_OverflowError, "cannot convert Infinity to integer ratio");
        return NULL;
    }
    if (isnan(x)) {
        PyErr_SetString(PyExc_ValueError, "cannot convert NaN to integer ratio");
        return NULL;
    }
    int exponent;
    double fraction = frexp(x, &exponent);
    while (fraction != floor(fraction)) {
        fraction *= 2.0;
        exponent--;
    }
    PyObject *top = PyLong_FromDouble(fraction), *bottom = int_small(1), *pair = NULL;
    if (top == NULL) goto done;
    if (exponent > 0) {
        Py_SETREF(top, int_shifted_left((PyLongObject *)top, (size_t)exponent));
    } else {
        Py_SETREF(bottom, int_shifted_left((PyLongObject *)bottom, (size_t)-exponent));
    }
    if (top != NULL && bottom != NULL) pair = PyTuple_Pack(2, top, bottom);
done:
    Py_XDECREF(top);
    Py_XDECREF(bottom);
    return pair;
}

METHOD(float, conjugate, "($self, /)", "self, the complex conjugate of any float.")
static PyObject *
float_conjugate(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return float_exact(self);
}

METHOD(float, is_integer, "($self, /)", "Whether the value is an integer.")
static PyObject *
float_is_integer(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    double x = PyFloat_AS_DOUBLE(self);
    return PyBool_FromLong(isfinite(x) && floor(x) == x);
}

GETTER(float, real, "the real part of a complex number")
static PyObject *
float_get_real(PyObject *self, void *Py_UNUSED(closure))
{
    return float_exact(self);
}

GETTER(float, imag, "the imaginary part of a complex number")
static PyObject *
float_get_imag(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return float_from_double(0.0);
}

/* ---- packing ---------------------------------------------------------------------------- */

/* n bytes of `bits` in the byte order asked for. */
static void
put_bytes(uint64_t bits, char *out, int n, int little_endian)
{
    for (int i = 0; i < n; i++) {
        out[little_endian ? i : n - 1 - i] = (char)(bits >> (8 * i));
    }
}

static uint64_t
get_bytes(const char *in, int n, int little_endian)
{
    uint64_t bits = 0;
    for (int i = n - 1; i >= 0; i--) {
        bits = bits << 8 | (unsigned char)in[little_endian ? i : n - 1 - i];
    }
    return bits;
}

/* As IEEE binary64. */
int
PyFloat_Pack8(double x, char *out, int little_endian)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    put_bytes(bits, out, 8, little_endian);
    return 0;
}

double
PyFloat_Unpack8(const char *in, int little_endian)
{
    uint64_t bits = get_bytes(in, 8, little_endian);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* As IEEE binary32; OverflowError. */
int
PyFloat_Pack4(double x, char *out, int little_endian)
{
    float y = (float)x;
    if (isinf(y) && !isinf(x)) {
        PyErr_SetString(PyExc_OverflowError, "float too large to pack with f format");
        return -1;
    }
    uint32_t bits;
    memcpy(&bits, &y, sizeof bits);
    put_bytes(bits, out, 4, little_endian);
    return 0;
}

double
PyFloat_Unpack4(const char *in, int little_endian)
{
    uint32_t bits = (uint32_t)get_bytes(in, 4, little_endian);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* As IEEE binary16, rounded half to even; OverflowError. */
int
PyFloat_Pack2(double x, char *out, int little_endian)
{
    unsigned sign = signbit(x) ? 0x8000 : 0, bits;
    int exponent;
    double size = fabs(x), fraction = frexp(size, &exponent);
    if (x == 0.0) {
        bits = 0;
    } else if (isinf(x)) {
        bits = 0x7c00;
    } else if (isnan(x)) {
        bits = 0x7e00;
    } else if (exponent > 16) {
        goto overflow;
    } else {
        /* Units of 2**-10 below the leading bit; fewer bits where the result is subnormal. */
        int unit = exponent - 11 < -24 ? -24 : exponent - 11;
        double scaled = ldexp(fraction, exponent - unit);
        double whole = floor(scaled), rest = scaled - whole;
        bits = (unsigned)whole;
        if (rest > 0.5 || (rest == 0.5 && (bits & 1))) bits++;
        /* A mantissa that is rounded up to the next power of two carries into the exponent. */
        bits += (unsigned)(unit + 24) << 10;
        if (bits >= 0x7c00) goto overflow;
    }
    put_bytes(bits | sign, out, 2, little_endian);
    return 0;
overflow:
    PyErr_SetString(PyExc_OverflowError, "float too large to pack with e format");
    return -1;
}

double
PyFloat_Unpack2(const char *in, int little_endian)
{
    unsigned bits = (unsigned)get_bytes(in, 2, little_endian);
    unsigned exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;
    double x;
    if (exponent == 0x1f) {
        x = mantissa ? Py_NAN : HUGE_VAL;
    } else if (exponent == 0) {
        x = ldexp(mantissa, -24);
    } else {
        x = ldexp(mantissa | 0x400, (int)exponent - 25);
    }
    return bits & 0x8000 ? -x : x;
}

TYPE(float, PyFloat_Type, "float", PyFloatObject, "(x=0, /)",
     "The floating-point number nearest to a number, or to a text that stands for one.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF,
     .tp_vectorcall = float_vectorcall)

#include "gen/types/float.inc"
