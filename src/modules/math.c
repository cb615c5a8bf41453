/* math: functions of floats, and of integers.

   Errors follow one rule: no finite argument gives an infinity or a NaN.  An infinity from an
   overflow is OverflowError ("math range error"), every other such result ValueError ("math domain
   error"). */
#include <Python.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include "base/gamma.h"
#include "base/nan.h"
#include "object/declare.h"

#undef _PyObject_LookupSpecial
PyObject *_PyObject_LookupSpecial(PyObject *op, PyObject *name);

static COLD PyObject *
domain_error(void)
{
    PyErr_SetString(PyExc_ValueError, "math domain error");
    return NULL;
}

static COLD PyObject *
range_error(void)
{
    PyErr_SetString(PyExc_OverflowError, "math range error");
    return NULL;
}

/* The value of an argument; -1.0 with an exception. */
static ALWAYS_INLINE double
real_value(PyObject *op)
{
    return PyFloat_CheckExact(op) ? PyFloat_AS_DOUBLE(op) : PyFloat_AsDouble(op);
}

/* The compiler is not to know that x is -1.0 where this was asked: it would compute functions of -1.0
   itself, exactly rounded, which the C library's are not. */
static ALWAYS_INLINE bool
FAILED(double x)
{
    volatile double told = -1.0;
    return unlikely(x == told) && PyErr_Occurred();
}

/* ---- functions of one and two floats ---------------------------------------------------- */

enum Infinite { SINGULAR, OVERFLOWS };

/* f(arg), where an infinite result for a finite argument is a singularity or an overflow. */
static ALWAYS_INLINE PyObject *
apply(PyObject *arg, double (*f)(double), enum Infinite infinite)
{
    double x = real_value(arg);
    if (FAILED(x)) return NULL;
    double r = f(x);
    if (unlikely(!isfinite(r))) {
        if (isnan(r) && !isnan(x)) return domain_error();
        if (isinf(r) && isfinite(x)) return infinite == OVERFLOWS ? range_error() : domain_error();
    }
    return PyFloat_FromDouble(r);
}

FUNCTION(math, acos, "($module, x, /)", "The arc cosine of x, in radians, between 0 and pi.")
static PyObject *
math_acos(PyObject *module, PyObject *x)
{
    return apply(x, acos, SINGULAR);
}

FUNCTION(math, acosh, "($module, x, /)", "The inverse hyperbolic cosine of x.")
static PyObject *
math_acosh(PyObject *module, PyObject *x)
{
    return apply(x, acosh, SINGULAR);
}

FUNCTION(math, asin, "($module, x, /)", "The arc sine of x, in radians, between -pi/2 and pi/2.")
static PyObject *
math_asin(PyObject *module, PyObject *x)
{
    return apply(x, asin, SINGULAR);
}

FUNCTION(math, asinh, "($module, x, /)", "The inverse hyperbolic sine of x.")
static PyObject *
math_asinh(PyObject *module, PyObject *x)
{
    return apply(x, asinh, SINGULAR);
}

FUNCTION(math, atan, "($module, x, /)", "The arc tangent of x, in radians, between -pi/2 and pi/2.")
static PyObject *
math_atan(PyObject *module, PyObject *x)
{
    return apply(x, atan, SINGULAR);
}

FUNCTION(math, atanh, "($module, x, /)", "The inverse hyperbolic tangent of x.")
static PyObject *
math_atanh(PyObject *module, PyObject *x)
{
    return apply(x, atanh, SINGULAR);
}

FUNCTION(math, cbrt, "($module, x, /)", "The cube root of x.")
static PyObject *
math_cbrt(PyObject *module, PyObject *x)
{
    return apply(x, cbrt, SINGULAR);
}

FUNCTION(math, cos, "($module, x, /)", "The cosine of x, which is in radians.")
static PyObject *
math_cos(PyObject *module, PyObject *x)
{
    return apply(x, cos, SINGULAR);
}

FUNCTION(math, cosh, "($module, x, /)", "The hyperbolic cosine of x.")
static PyObject *
math_cosh(PyObject *module, PyObject *x)
{
    return apply(x, cosh, OVERFLOWS);
}

FUNCTION(math, erf, "($module, x, /)", "The error function at x.")
static PyObject *
math_erf(PyObject *module, PyObject *x)
{
    return apply(x, erf, SINGULAR);
}

FUNCTION(math, erfc, "($module, x, /)", "1 - erf(x), accurate also where that is tiny.")
static PyObject *
math_erfc(PyObject *module, PyObject *x)
{
    return apply(x, erfc, SINGULAR);
}

FUNCTION(math, exp, "($module, x, /)", "e to the power of x.")
static PyObject *
math_exp(PyObject *module, PyObject *x)
{
    return apply(x, exp, OVERFLOWS);
}

FUNCTION(math, exp2, "($module, x, /)", "2 to the power of x.")
static PyObject *
math_exp2(PyObject *module, PyObject *x)
{
    return apply(x, exp2, OVERFLOWS);
}

FUNCTION(math, expm1, "($module, x, /)", "exp(x) - 1, accurate also for small x.")
static PyObject *
math_expm1(PyObject *module, PyObject *x)
{
    return apply(x, expm1, OVERFLOWS);
}

FUNCTION(math, fabs, "($module, x, /)", "The absolute value of x as a float.")
static PyObject *
math_fabs(PyObject *module, PyObject *x)
{
    return apply(x, fabs, SINGULAR);
}

FUNCTION(math, gamma, "($module, x, /)", "The gamma function at x.")
static PyObject *
math_gamma(PyObject *module, PyObject *x)
{
    return apply(x, gamma_value, OVERFLOWS);
}

FUNCTION(math, lgamma, "($module, x, /)", "The natural logarithm of abs(gamma(x)).")
static PyObject *
math_lgamma(PyObject *module, PyObject *arg)
{
    double x = real_value(arg);
    if (FAILED(x)) return NULL;
    if (x <= 0.0 && x == floor(x) && isfinite(x)) return domain_error();
    double r = log_gamma_value(x);
    return isinf(r) && isfinite(x) ? range_error() : PyFloat_FromDouble(r);
}

/* glibc's log1p(-0.0) is right; some others lose the sign. */
static double
log1p_value(double x)
{
    return x == 0.0 ? x : log1p(x);
}

FUNCTION(math, log1p, "($module, x, /)", "log(1 + x), accurate also for small x.")
static PyObject *
math_log1p(PyObject *module, PyObject *x)
{
    return apply(x, log1p_value, SINGULAR);
}

FUNCTION(math, sin, "($module, x, /)", "The sine of x, which is in radians.")
static PyObject *
math_sin(PyObject *module, PyObject *x)
{
    return apply(x, sin, SINGULAR);
}

FUNCTION(math, sinh, "($module, x, /)", "The hyperbolic sine of x.")
static PyObject *
math_sinh(PyObject *module, PyObject *x)
{
    return apply(x, sinh, OVERFLOWS);
}

FUNCTION(math, sqrt, "($module, x, /)", "The square root of x.")
static PyObject *
math_sqrt(PyObject *module, PyObject *x)
{
    return apply(x, sqrt, SINGULAR);
}

FUNCTION(math, tan, "($module, x, /)", "The tangent of x, which is in radians.")
static PyObject *
math_tan(PyObject *module, PyObject *x)
{
    return apply(x, tan, SINGULAR);
}

FUNCTION(math, tanh, "($module, x, /)", "The hyperbolic tangent of x.")
static PyObject *
math_tanh(PyObject *module, PyObject *x)
{
    return apply(x, tanh, SINGULAR);
}

FUNCTION(math, degrees, "($module, x, /)", "x radians in degrees.")
static double
math_degrees(PyObject *module, double x)
{
    return x * (180.0 / Py_MATH_PI);
}

FUNCTION(math, radians, "($module, x, /)", "x degrees in radians.")
static double
math_radians(PyObject *module, double x)
{
    return x * (Py_MATH_PI / 180.0);
}

FUNCTION(math, isfinite, "($module, x, /)", "Whether x is neither an infinity nor a NaN.")
static truth
math_isfinite(PyObject *module, double x)
{
    return isfinite(x) != 0;
}

FUNCTION(math, isinf, "($module, x, /)", "Whether x is an infinity.")
static truth
math_isinf(PyObject *module, double x)
{
    return isinf(x) != 0;
}

FUNCTION(math, isnan, "($module, x, /)", "Whether x is a NaN.")
static truth
math_isnan(PyObject *module, double x)
{
    return isnan(x) != 0;
}

FUNCTION(math, atan2, "($module, y, x, /)",
         "The arc tangent of y/x, in radians, with the quadrant that the signs of both tell.")
static PyObject *
math_atan2(PyObject *module, double y, double x)
{
    return PyFloat_FromDouble(isnan(x) || isnan(y) ? Py_NAN : atan2(y, x));
}

FUNCTION(math, copysign, "($module, x, y, /)", "A float with the magnitude of x and the sign of y.")
static PyObject *
math_copysign(PyObject *module, double x, double y)
{
    return PyFloat_FromDouble(copysign(x, y));
}

FUNCTION(math, fmod, "($module, x, y, /)", "The remainder of x/y with the sign of x.")
static PyObject *
math_fmod(PyObject *module, double x, double y)
{
    if (isinf(y) && isfinite(x)) return PyFloat_FromDouble(x);
    double r = fmod(x, y);
    if (isnan(r) && !isnan(x) && !isnan(y)) return domain_error();
    return PyFloat_FromDouble(r);
}

FUNCTION(math, remainder, "($module, x, y, /)",
         "x - n*y for the integer n nearest to x/y, ties to even.")
static PyObject *
math_remainder(PyObject *module, double x, double y)
{
    if (isnan(x) || isnan(y)) return PyFloat_FromDouble(isnan(x) ? x : y);
    double r = remainder(x, y);
    if (isnan(r)) return domain_error();
    return PyFloat_FromDouble(r);
}

FUNCTION(math, nextafter, "($module, x, y, /)", "The next float after x towards y.")
static PyObject *
math_nextafter(PyObject *module, double x, double y)
{
    return PyFloat_FromDouble(nextafter(x, y));
}

FUNCTION(math, ulp, "($module, x, /)", "The value of the last bit of the float x.")
static PyObject *
math_ulp(PyObject *module, double x)
{
    if (isnan(x)) return PyFloat_FromDouble(x);
    x = fabs(x);
    if (isinf(x)) return PyFloat_FromDouble(x);
    double above = nextafter(x, HUGE_VAL);
    if (isinf(above)) return PyFloat_FromDouble(x - nextafter(x, -HUGE_VAL));
    return PyFloat_FromDouble(above - x);
}

static bool
is_odd(double x)
{
    return fmod(fabs(x), 2.0) == 1.0;
}

FUNCTION(math, pow, "($module, x, y, /)", "x to the power of y, as floats.")
static PyObject *
math_pow(PyObject *module, double x, double y)
{
    double r;
    if (isfinite(x) && isfinite(y)) {
        r = pow(x, y);
        if (isnan(r)) return domain_error();
        if (isinf(r)) return x == 0.0 ? domain_error() : range_error();
    } else if (isnan(x)) {
        r = y == 0.0 ? 1.0 : x;
    } else if (isnan(y)) {
        r = x == 1.0 ? 1.0 : y;
    } else if (isinf(x)) {
        bool odd = isfinite(y) && is_odd(y);
        if (y == 0.0) {
            r = 1.0;
        } else if (y > 0.0) {
            r = odd ? x : fabs(x);
        } else {
            r = odd ? copysign(0.0, x) : 0.0;
        }
    } else if (fabs(x) == 1.0) {
        r = 1.0;
    } else {
        /* y is infinite, x neither that nor of size 1. */
        r = (y > 0.0) == (fabs(x) > 1.0) ? HUGE_VAL : 0.0;
    }
    return PyFloat_FromDouble(r);
}

FUNCTION(math, frexp, "($module, x, /)",
         "(m, e) with x == m * 2**e and 0.5 <= abs(m) < 1; (0, 0) for 0.")
static PyObject *
math_frexp(PyObject *module, double x)
{
    int exponent = 0;
    if (isfinite(x)) x = frexp(x, &exponent);
    return Py_BuildValue("(di)", x, exponent);
}

FUNCTION(math, ldexp, "($module, x, i, /)", "x * 2**i, the inverse of frexp.")
static PyObject *
math_ldexp(PyObject *module, double x, PyObject *i)
{
    if (!PyLong_Check(i)) {
        PyErr_SetString(PyExc_TypeError, "Expected an int as second argument to ldexp.");
        return NULL;
    }
    int overflow;
    long exponent = PyLong_AsLongAndOverflow(i, &overflow);
    if (exponent == -1 && PyErr_Occurred()) return NULL;
    if (overflow) exponent = overflow < 0 ? LONG_MIN : LONG_MAX;
    if (x == 0.0 || !isfinite(x)) return PyFloat_FromDouble(x);
    if (exponent > INT_MAX) return range_error();
    if (exponent < INT_MIN) return PyFloat_FromDouble(copysign(0.0, x));
    double r = ldexp(x, (int)exponent);
    return isinf(r) ? range_error() : PyFloat_FromDouble(r);
}

FUNCTION(math, modf, "($module, x, /)",
         "The fractional and the integer part of x, both floats with the sign of x.")
static PyObject *
math_modf(PyObject *module, double x)
{
    double whole = x, fraction;
    if (isinf(x)) {
        fraction = copysign(0.0, x);
    } else if (isnan(x)) {
        fraction = x;
    } else {
        fraction = modf(x, &whole);
    }
    return Py_BuildValue("(dd)", fraction, whole);
}

FUNCTION(math, isclose, "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
         "Whether a and b differ by at most rel_tol times the larger of them, or abs_tol.")
DEFAULT(rel_tol, 1e-09)
DEFAULT(abs_tol, 0.0)
static truth
math_isclose(PyObject *module, double a, double b, double rel_tol, double abs_tol)
{
    if (rel_tol < 0.0 || abs_tol < 0.0) {
        PyErr_SetString(PyExc_ValueError, "tolerances must be non-negative");
        return -1;
    }
    if (a == b) return 1;
    if (isinf(a) || isinf(b)) return 0;
    double difference = fabs(b - a);
    return difference <= fabs(rel_tol * b) || difference <= fabs(rel_tol * a)
           || difference <= abs_tol;
}

/* ---- logarithms ------------------------------------------------------------------------- */

/* f(arg) for a logarithm f; ints may be too large for a float. */
static PyObject *
logarithm(PyObject *arg, double (*f)(double))
{
    if (PyLong_Check(arg)) {
        if (_PyLong_Sign(arg) <= 0) return domain_error();
        double x = PyLong_AsDouble(arg);
        if (FAILED(x)) {
            if (!PyErr_ExceptionMatches(PyExc_OverflowError)) return NULL;
            PyErr_Clear();
            Py_ssize_t exponent;
            x = _PyLong_Frexp((PyLongObject *)arg, &exponent);
            if (FAILED(x)) return NULL;
            return PyFloat_FromDouble(f(x) + f(2.0) * (double)exponent);
        }
        return PyFloat_FromDouble(f(x));
    }
    double x = real_value(arg);
    if (FAILED(x)) return NULL;
    if (isnan(x) || x == HUGE_VAL) return PyFloat_FromDouble(x);
    if (x <= 0.0) return domain_error();
    return PyFloat_FromDouble(f(x));
}

FUNCTION(math, log, NULL,
         "log(x, [base=math.e])\nThe logarithm of x to the given base, or the natural one.")
static PyObject *
math_log(PyObject *module, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n < 1 || n > 2) {
        PyErr_SetString(PyExc_TypeError, "math.log requires 1 to 2 arguments");
        return NULL;
    }
    PyObject *top = logarithm(PyTuple_GET_ITEM(args, 0), log);
    if (top == NULL || n == 1) return top;
    PyObject *bottom = logarithm(PyTuple_GET_ITEM(args, 1), log);
    PyObject *result = bottom ? PyNumber_TrueDivide(top, bottom) : NULL;
    Py_DECREF(top);
    Py_XDECREF(bottom);
    return result;
}

FUNCTION(math, log2, "($module, x, /)", "The logarithm of x to base 2.")
static PyObject *
math_log2(PyObject *module, PyObject *x)
{
    return logarithm(x, log2);
}

FUNCTION(math, log10, "($module, x, /)", "The logarithm of x to base 10.")
static PyObject *
math_log10(PyObject *module, PyObject *x)
{
    return logarithm(x, log10);
}

/* ---- rounding to ints ------------------------------------------------------------------- */

/* The special method if arg is not a float and has it, else the int that `round` gives. */
static PyObject *
round_with(PyObject *arg, PyObject *name, double (*round)(double))
{
    if (!PyFloat_CheckExact(arg)) {
        PyObject *method = _PyObject_LookupSpecial(arg, name);
        if (method != NULL) {
            PyObject *result = PyObject_CallNoArgs(method);
            Py_DECREF(method);
            return result;
        }
        if (PyErr_Occurred()) return NULL;
    }
    double x = real_value(arg);
    if (FAILED(x)) return NULL;
    return PyLong_FromDouble(round(x));
}

FUNCTION(math, ceil, "($module, x, /)", "The smallest integer not below x.")
static PyObject *
math_ceil(PyObject *module, PyObject *x)
{
    return round_with(x, ID(__ceil__), ceil);
}

FUNCTION(math, floor, "($module, x, /)", "The largest integer not above x.")
static PyObject *
math_floor(PyObject *module, PyObject *x)
{
    return round_with(x, ID(__floor__), floor);
}

FUNCTION(math, trunc, "($module, x, /)", "The integer nearest to x between 0 and x: x.__trunc__().")
static PyObject *
math_trunc(PyObject *module, PyObject *x)
{
    if (PyFloat_CheckExact(x)) return PyLong_FromDouble(PyFloat_AS_DOUBLE(x));
    PyObject *method = _PyObject_LookupSpecial(x, ID(__trunc__));
    if (method == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "type %.100s doesn't define __trunc__ method",
                         Py_TYPE(x)->tp_name);
        }
        return NULL;
    }
    PyObject *result = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return result;
}

/* ---- sums and norms --------------------------------------------------------------------- */

/* a + b exactly, as a rounded sum and its error (Knuth, TAOCP 2, 4.2.2 theorem B). */
static inline double
two_sum(double a, double b, double *error)
{
    double sum = a + b, part = sum - a;
    *error = (a - (sum - part)) + (b - part);
    return sum;
}

/* a * b exactly, as a rounded product and its error. */
static inline double
two_product(double a, double b, double *error)
{
    double product = a * b;
    *error = fma(a, b, -product);
    return product;
}

/* Partial sums that do not overlap, smallest first: their exact sum is that of what was added. */
struct Partials {
    double *p;
    Py_ssize_t count, room;
    double local[32];
};

static status
partials_add(struct Partials *sum, double x)
{
    Py_ssize_t kept = 0;
    for (Py_ssize_t i = 0; i < sum->count; i++) {
        double error;
        x = two_sum(x, sum->p[i], &error);
        if (error != 0.0) sum->p[kept++] = error;
    }
    sum->count = kept;
    if (x == 0.0) return 0;
    if (sum->count == sum->room) {
        double *more = sum->p == sum->local ? NULL : sum->p;
        more = PyMem_Realloc(more, 2 * (size_t)sum->room * sizeof(double));
        if (more == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (sum->p == sum->local) memcpy(more, sum->local, sizeof sum->local);
        sum->p = more;
        sum->room *= 2;
    }
    sum->p[sum->count++] = x;
    return 0;
}

/* The double nearest to the exact sum, half to even. */
static double
partials_round(struct Partials *sum)
{
    Py_ssize_t n = sum->count;
    if (n == 0) return 0.0;
    double high = sum->p[--n], low = 0.0;
    while (n > 0) {
        high = two_sum(high, sum->p[--n], &low);
        if (low != 0.0) break;
    }
    /* Half-way cases are decided by the sign of what comes below. */
    if (n > 0 && ((low < 0.0 && sum->p[n - 1] < 0.0) || (low > 0.0 && sum->p[n - 1] > 0.0))) {
        double twice = low * 2.0, up = high + twice;
        if (twice == up - high) high = up;
    }
    return high;
}

FUNCTION(math, fsum, "($module, seq, /)",
         "The exact sum of the floats in seq, rounded once (Shewchuk's algorithm).")
static PyObject *
math_fsum(PyObject *module, PyObject *seq)
{
    struct Partials sum = {.count = 0, .room = 32};
    double special = 0.0, infinities = 0.0;
    sum.p = sum.local;
    PyObject *result = NULL, *it = PyObject_GetIter(seq), *item;
    if (it == NULL) return NULL;
    while ((item = PyIter_Next(it)) != NULL) {
        double x = real_value(item);
        Py_DECREF(item);
        if (FAILED(x)) goto done;
        if (!isfinite(x)) {
            if (isinf(x)) infinities += x;
            special = double_add(x, special); /* of two NaNs the last one */
            sum.count = 0;
            continue;
        }
        if (partials_add(&sum, x) < 0) goto done;
        if (sum.count > 0 && !isfinite(sum.p[sum.count - 1])) {
            if (special == 0.0) {
                PyErr_SetString(PyExc_OverflowError, "intermediate overflow in fsum");
                goto done;
            }
            sum.count = 0;
        }
    }
    if (PyErr_Occurred()) goto done;
    if (special != 0.0) {
        if (isnan(infinities)) {
            PyErr_SetString(PyExc_ValueError, "-inf + inf in fsum");
        } else {
            result = PyFloat_FromDouble(special);
        }
    } else {
        result = PyFloat_FromDouble(partials_round(&sum));
    }
done:
    if (sum.p != sum.local) PyMem_Free(sum.p);
    Py_DECREF(it);
    return result;
}

/* The length of a vector of n non-negative coordinates, of which `max` is the largest.

   The squares of the coordinates, scaled so that none overflows or vanishes, are summed as a pair
   (sum, error); the root of the sum is then corrected by what its exact square leaves over. */
static double
vector_length(double *x, Py_ssize_t n, double max, bool any_nan)
{
    if (isinf(max)) return max;
    if (any_nan) return Py_NAN;
    if (max == 0.0 || n <= 1) return max;
    int exponent;
    frexp(max, &exponent);
    /* Scaling by a power of two is exact unless the coordinate is too small to matter. */
    if (exponent < -1000) {
        /* 2**-exponent may overflow: lift everything first. */
        for (Py_ssize_t i = 0; i < n; i++) x[i] = ldexp(x[i], 600);
        return ldexp(vector_length(x, n, ldexp(max, 600), false), -600);
    }
    double scale = ldexp(1.0, -exponent), sum = 0.0, rest = 0.0, error;
    for (Py_ssize_t i = 0; i < n; i++) {
        double scaled = x[i] * scale, low;
        double square = two_product(scaled, scaled, &low);
        sum = two_sum(sum, square, &error);
        rest += error + low;
    }
    double total = sum + rest, below = (sum - total) + rest;
    double root = sqrt(total), low;
    double square = two_product(root, root, &low);
    double left = ((total - square) - low) + below;
    root += left / (2.0 * root);
    return ldexp(root, exponent);
}

FUNCTION(math, hypot, NULL,
         "hypot(*coordinates) -> value\n\nThe distance of a point from the origin.")
static PyObject *
math_hypot(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    double local[16], *x = local, max = 0.0;
    bool any_nan = false;
    PyObject *result = NULL;
    if (nargs > (Py_ssize_t)ARRAY_LEN(local)) {
        x = PyMem_New(double, (size_t)nargs);
        if (x == NULL) return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < nargs; i++) {
        double value = real_value(args[i]);
        if (FAILED(value)) goto done;
        x[i] = fabs(value);
        any_nan |= isnan(value) != 0;
        if (x[i] > max) max = x[i];
    }
    result = PyFloat_FromDouble(vector_length(x, nargs, max, any_nan));
done:
    if (x != local) PyMem_Free(x);
    return result;
}

FUNCTION(math, dist, "($module, p, q, /)", "The distance between two points, given by coordinates.")
static PyObject *
math_dist(PyObject *module, PyObject *p, PyObject *q)
{
    double local[16], *x = local, max = 0.0;
    bool any_nan = false;
    PyObject *a = NULL, *b = NULL, *result = NULL;
    a = PyTuple_Check(p) ? Py_NewRef(p) : PySequence_Tuple(p);
    if (a == NULL) goto done;
    b = PyTuple_Check(q) ? Py_NewRef(q) : PySequence_Tuple(q);
    if (b == NULL) goto done;
    Py_ssize_t n = PyTuple_GET_SIZE(a);
    if (n != PyTuple_GET_SIZE(b)) {
        PyErr_SetString(PyExc_ValueError, "both points must have the same number of dimensions");
        goto done;
    }
    if (n > (Py_ssize_t)ARRAY_LEN(local)) {
        x = PyMem_New(double, (size_t)n);
        if (x == NULL) {
            PyErr_NoMemory();
            goto done;
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        double u = real_value(PyTuple_GET_ITEM(a, i));
        if (FAILED(u)) goto done;
        double v = real_value(PyTuple_GET_ITEM(b, i));
        if (FAILED(v)) goto done;
        x[i] = fabs(u - v);
        any_nan |= isnan(x[i]) != 0;
        if (x[i] > max) max = x[i];
    }
    result = PyFloat_FromDouble(vector_length(x, n, max, any_nan));
done:
    if (x != local) PyMem_Free(x);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

FUNCTION(math, prod, "($module, iterable, /, *, start=1)",
         "The product of start and all items of the iterable.")
static PyObject *
math_prod(PyObject *module, PyObject *iterable, PyObject *start)
{
    PyObject *it = PyObject_GetIter(iterable), *item = NULL;
    if (it == NULL) return NULL;
    PyObject *product = start ? Py_NewRef(start) : PyLong_FromLong(1);
    bool stopped = false;
    if (product == NULL) goto done;
    if (PyLong_CheckExact(product)) {
        /* C longs while they suffice. */
        int overflow;
        long value = PyLong_AsLongAndOverflow(product, &overflow);
        while (!overflow && (item = PyIter_Next(it)) != NULL) {
            long factor, next;
            if (!PyLong_CheckExact(item)) break;
            factor = PyLong_AsLongAndOverflow(item, &overflow);
            if (overflow || __builtin_mul_overflow(value, factor, &next)) break;
            value = next;
            Py_CLEAR(item);
        }
        stopped = !overflow && item == NULL;
        if (!overflow || item != NULL) Py_SETREF(product, PyLong_FromLong(value));
        if (product == NULL || (stopped && PyErr_Occurred())) goto fail;
        if (item != NULL) {
            Py_SETREF(product, PyNumber_Multiply(product, item));
            Py_CLEAR(item);
            if (product == NULL) goto fail;
        }
    }
    if (!stopped && PyFloat_CheckExact(product)) {
        double value = PyFloat_AS_DOUBLE(product);
        while ((item = PyIter_Next(it)) != NULL) {
            if (PyFloat_CheckExact(item)) {
                value = double_multiply(value, PyFloat_AS_DOUBLE(item));
            } else if (PyLong_CheckExact(item)) {
                int overflow;
                long factor = PyLong_AsLongAndOverflow(item, &overflow);
                if (overflow) break;
                value *= (double)factor;
            } else {
                break;
            }
            Py_CLEAR(item);
        }
        stopped = item == NULL;
        Py_SETREF(product, PyFloat_FromDouble(value));
        if (product == NULL || (stopped && PyErr_Occurred())) goto fail;
        if (item != NULL) {
            Py_SETREF(product, PyNumber_Multiply(product, item));
            Py_CLEAR(item);
            if (product == NULL) goto fail;
        }
    }
    while (!stopped) {
        item = PyIter_Next(it);
        if (item == NULL) {
            if (PyErr_Occurred()) goto fail;
            break;
        }
        Py_SETREF(product, PyNumber_Multiply(product, item));
        Py_CLEAR(item);
        if (product == NULL) goto fail;
    }
    goto done;
fail:
    Py_XDECREF(item);
    Py_CLEAR(product);
done:
    Py_DECREF(it);
    return product;
}

/* ---- integers --------------------------------------------------------------------------- */

static PyObject *
fold_ints(PyObject *const *args, Py_ssize_t nargs, long start, PyObject *(*f)(PyObject *, PyObject *))
{
    if (nargs == 0) return PyLong_FromLong(start);
    PyObject *result = PyNumber_Index(args[0]);
    if (result == NULL) return NULL;
    if (nargs == 1) {
        Py_SETREF(result, PyNumber_Absolute(result));
        return result;
    }
    for (Py_ssize_t i = 1; i < nargs; i++) {
        PyObject *next = PyNumber_Index(args[i]);
        if (next == NULL) {
            Py_DECREF(result);
            return NULL;
        }
        Py_SETREF(result, f(result, next));
        Py_DECREF(next);
        if (result == NULL) return NULL;
    }
    return result;
}

FUNCTION(math, gcd, "($module, *integers)", "The greatest common divisor.")
static PyObject *
math_gcd(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return fold_ints(args, nargs, 0, _PyLong_GCD);
}

static PyObject *
least_common_multiple(PyObject *a, PyObject *b)
{
    if (_PyLong_Sign(a) == 0 || _PyLong_Sign(b) == 0) return PyLong_FromLong(0);
    PyObject *divisor = _PyLong_GCD(a, b);
    PyObject *part = divisor ? PyNumber_FloorDivide(a, divisor) : NULL;
    PyObject *product = part ? PyNumber_Multiply(part, b) : NULL;
    PyObject *result = product ? PyNumber_Absolute(product) : NULL;
    Py_XDECREF(divisor);
    Py_XDECREF(part);
    Py_XDECREF(product);
    return result;
}

FUNCTION(math, lcm, "($module, *integers)", "The least common multiple.")
static PyObject *
math_lcm(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return fold_ints(args, nargs, 1, least_common_multiple);
}

/* floor(sqrt(n)) of a machine word. */
static uint64_t
word_root(uint64_t n)
{
    uint64_t root = (uint64_t)sqrt((double)n);
    if (root > 0xffffffff) root = 0xffffffff;
    while (root * root > n) root--;
    while (root < 0xffffffff && (root + 1) * (root + 1) <= n) root++;
    return root;
}

/* floor(sqrt(n)): the root of the upper half of the bits, then one step of Newton's method, which
   from there is at most one too large. */
static PyObject *
integer_root(PyObject *n)
{
    size_t bits = _PyLong_NumBits(n);
    if (bits == (size_t)-1) return NULL;
    if (bits <= 64) {
        uint64_t word = PyLong_AsUnsignedLongLong(n);
        return PyLong_FromUnsignedLongLong(word_root(word));
    }
    if (Py_EnterRecursiveCall(" in isqrt")) return NULL;
    size_t shift = (bits - 1) / 4;
    PyObject *high = _PyLong_Rshift(n, 2 * shift);
    PyObject *guess = high ? integer_root(high) : NULL;
    Py_LeaveRecursiveCall();
    Py_XDECREF(high);
    if (guess != NULL) Py_SETREF(guess, _PyLong_Lshift(guess, shift));
    /* (guess + n // guess) >> 1 */
    PyObject *quotient = guess ? PyNumber_FloorDivide(n, guess) : NULL;
    PyObject *root = quotient ? PyNumber_Add(guess, quotient) : NULL;
    Py_XDECREF(guess);
    Py_XDECREF(quotient);
    if (root != NULL) Py_SETREF(root, _PyLong_Rshift(root, 1));
    while (root != NULL) {
        PyObject *square = PyNumber_Multiply(root, root);
        int large = square ? PyObject_RichCompareBool(square, n, Py_GT) : -1;
        Py_XDECREF(square);
        if (large == 0) break;
        PyObject *one = large > 0 ? PyLong_FromLong(1) : NULL;
        Py_SETREF(root, one ? PyNumber_Subtract(root, one) : NULL);
        Py_XDECREF(one);
    }
    return root;
}

FUNCTION(math, isqrt, "($module, n, /)", "The largest integer whose square is not above n.")
static PyObject *
math_isqrt(PyObject *module, PyObject *n)
{
    PyObject *value = PyNumber_Index(n);
    if (value == NULL) return NULL;
    PyObject *root = NULL;
    if (_PyLong_Sign(value) < 0) {
        PyErr_SetString(PyExc_ValueError, "isqrt() argument must be nonnegative");
    } else {
        root = integer_root(value);
    }
    Py_DECREF(value);
    return root;
}

/* low * (low + step) * ... for `count` factors, count >= 1, by halves: products of equal size are
   what multiplication is fast for.  The last factor fits into a word. */
static PyObject *
product_of_words(uint64_t low, uint64_t step, uint64_t count)
{
    uint64_t product = low, factor = low, i = 1;
    while (i < count && i < 20 && !__builtin_mul_overflow(product, factor += step, &product)) i++;
    if (i == count) return PyLong_FromUnsignedLongLong(product);
    uint64_t half = count / 2;
    PyObject *left = product_of_words(low, step, half);
    PyObject *right = left ? product_of_words(low + half * step, step, count - half) : NULL;
    PyObject *result = right ? PyNumber_Multiply(left, right) : NULL;
    Py_XDECREF(left);
    Py_XDECREF(right);
    return result;
}

/* The same from any int, none of whose factors is negative. */
static PyObject *
product_of_range(PyObject *low, unsigned long step, unsigned long count)
{
    int overflow;
    long first = PyLong_AsLongAndOverflow(low, &overflow);
    unsigned long length, last;
    if (!overflow && !__builtin_mul_overflow(count - 1, step, &length)
        && !__builtin_add_overflow((unsigned long)first, length, &last)) {
        return product_of_words((uint64_t)first, step, count);
    }
    if (count == 1) return Py_NewRef(low);
    unsigned long half = count / 2;
    PyObject *offset = PyLong_FromUnsignedLong(half);
    PyObject *scale = offset ? PyLong_FromUnsignedLong(step) : NULL;
    PyObject *gap = scale ? PyNumber_Multiply(offset, scale) : NULL;
    PyObject *middle = gap ? PyNumber_Add(low, gap) : NULL;
    PyObject *left = middle ? product_of_range(low, step, half) : NULL;
    PyObject *right = left ? product_of_range(middle, step, count - half) : NULL;
    PyObject *product = right ? PyNumber_Multiply(left, right) : NULL;
    Py_XDECREF(offset);
    Py_XDECREF(scale);
    Py_XDECREF(gap);
    Py_XDECREF(middle);
    Py_XDECREF(left);
    Py_XDECREF(right);
    return product;
}

/* The product of the odd numbers above `from` up to `to`. */
static PyObject *
odd_product(unsigned long from, unsigned long to)
{
    unsigned long low = from + 1 + (from & 1);
    if (low > to) return PyLong_FromLong(1);
    PyObject *first = PyLong_FromUnsignedLong(low);
    if (first == NULL) return NULL;
    PyObject *product = product_of_range(first, 2, (to - low) / 2 + 1);
    Py_DECREF(first);
    return product;
}

/* n! = 2**(n - ones(n)) * the odd parts: the odd numbers up to n, times those up to n/2, ... */
static PyObject *
factorial_of(unsigned long n)
{
    uint64_t small = 1;
    if (n <= 20) {
        for (uint64_t i = 2; i <= n; i++) small *= i;
        return PyLong_FromUnsignedLongLong(small);
    }
    PyObject *inner = PyLong_FromLong(1), *result = PyLong_FromLong(1);
    int top = 63 - __builtin_clzl(n);
    for (int i = top; i >= 0 && inner != NULL && result != NULL; i--) {
        PyObject *part = odd_product(i == 63 ? 0 : n >> (i + 1), n >> i);
        if (part == NULL) {
            Py_CLEAR(inner);
            break;
        }
        Py_SETREF(inner, PyNumber_Multiply(inner, part));
        Py_DECREF(part);
        if (inner != NULL) Py_SETREF(result, PyNumber_Multiply(result, inner));
    }
    if (inner == NULL) Py_CLEAR(result);
    Py_XDECREF(inner);
    if (result != NULL) {
        Py_SETREF(result, _PyLong_Lshift(result, n - (unsigned long)__builtin_popcountl(n)));
    }
    return result;
}

FUNCTION(math, factorial, "($module, n, /)", "n!; ValueError for negative n.")
static PyObject *
math_factorial(PyObject *module, PyObject *n)
{
    int overflow;
    long value = PyLong_AsLongAndOverflow(n, &overflow);
    if (value == -1 && !overflow && PyErr_Occurred()) return NULL;
    if (overflow > 0) {
        PyErr_Format(PyExc_OverflowError, "factorial() argument should not exceed %ld", LONG_MAX);
        return NULL;
    }
    if (overflow < 0 || value < 0) {
        PyErr_SetString(PyExc_ValueError, "factorial() not defined for negative values");
        return NULL;
    }
    return factorial_of((unsigned long)value);
}

/* n * (n-1) * ... * (n-k+1), k >= 1. */
static PyObject *
falling_product(PyObject *n, unsigned long k)
{
    PyObject *less = PyLong_FromUnsignedLong(k - 1);
    PyObject *low = less ? PyNumber_Subtract(n, less) : NULL;
    PyObject *product = low ? product_of_range(low, 1, k) : NULL;
    Py_XDECREF(less);
    Py_XDECREF(low);
    return product;
}

/* Both arguments as ints that are not negative; new references. */
static status
counts(PyObject *n, PyObject *k, PyObject **n_int, PyObject **k_int)
{
    *k_int = NULL;
    *n_int = PyNumber_Index(n);
    if (*n_int == NULL) return -1;
    *k_int = PyNumber_Index(k);
    if (*k_int == NULL) goto fail;
    if (_PyLong_Sign(*n_int) < 0) {
        PyErr_SetString(PyExc_ValueError, "n must be a non-negative integer");
        goto fail;
    }
    if (_PyLong_Sign(*k_int) < 0) {
        PyErr_SetString(PyExc_ValueError, "k must be a non-negative integer");
        goto fail;
    }
    return 0;
fail:
    Py_CLEAR(*n_int);
    Py_CLEAR(*k_int);
    return -1;
}

FUNCTION(math, perm, "($module, n, k=None, /)",
         "How many ways there are to choose k of n things in order; n! without k.")
static PyObject *
math_perm(PyObject *module, PyObject *n, PyObject *k)
{
    if (k == Py_None) return math_factorial(module, n);
    PyObject *result = NULL, *n_int, *k_int;
    if (counts(n, k, &n_int, &k_int) < 0) return NULL;
    int less = PyObject_RichCompareBool(n_int, k_int, Py_LT), overflow;
    if (less < 0) goto done;
    if (less) {
        result = PyLong_FromLong(0);
        goto done;
    }
    long long count = PyLong_AsLongLongAndOverflow(k_int, &overflow);
    if (overflow) {
        PyErr_Format(PyExc_OverflowError, "k must not exceed %lld", LLONG_MAX);
        goto done;
    }
    result = count == 0 ? PyLong_FromLong(1) : falling_product(n_int, (unsigned long)count);
done:
    Py_DECREF(n_int);
    Py_DECREF(k_int);
    return result;
}

/* C(n, k) in machine words, 0 if that overflows on the way. */
static uint64_t
small_choose(uint64_t n, uint64_t k)
{
    uint64_t result = 1;
    for (uint64_t i = 1; i <= k; i++) {
        unsigned __int128 next = (unsigned __int128)result * (n - k + i) / i;
        if (next >> 64) return 0;
        result = (uint64_t)next;
    }
    return result;
}

FUNCTION(math, comb, "($module, n, k, /)",
         "How many ways there are to choose k of n things without order.")
static PyObject *
math_comb(PyObject *module, PyObject *n, PyObject *k)
{
    PyObject *result = NULL, *n_int, *k_int, *other = NULL;
    if (counts(n, k, &n_int, &k_int) < 0) return NULL;
    other = PyNumber_Subtract(n_int, k_int);
    if (other == NULL) goto done;
    if (_PyLong_Sign(other) < 0) {
        result = PyLong_FromLong(0);
        goto done;
    }
    int fewer = PyObject_RichCompareBool(other, k_int, Py_LT), overflow;
    if (fewer < 0) goto done;
    long long count = PyLong_AsLongLongAndOverflow(fewer ? other : k_int, &overflow);
    if (overflow) {
        PyErr_Format(PyExc_OverflowError, "min(n - k, k) must not exceed %lld", LLONG_MAX);
        goto done;
    }
    if (count == 0) {
        result = PyLong_FromLong(1);
        goto done;
    }
    long long total = PyLong_AsLongLongAndOverflow(n_int, &overflow);
    if (!overflow && count <= 64) {
        uint64_t small = small_choose((uint64_t)total, (uint64_t)count);
        if (small) {
            result = PyLong_FromUnsignedLongLong(small);
            goto done;
        }
    }
    PyObject *top = falling_product(n_int, (unsigned long)count);
    PyObject *bottom = top ? factorial_of((unsigned long)count) : NULL;
    if (bottom != NULL) result = PyNumber_FloorDivide(top, bottom);
    Py_XDECREF(top);
    Py_XDECREF(bottom);
done:
    Py_DECREF(n_int);
    Py_DECREF(k_int);
    Py_XDECREF(other);
    return result;
}

/* ---- the module ------------------------------------------------------------------------- */

static int
math_exec(PyObject *module)
{
    static const struct {
        const char *name;
        double value;
    } constants[] = {{"pi", Py_MATH_PI},
                     {"e", Py_MATH_E},
                     {"tau", Py_MATH_TAU},
                     {"inf", Py_HUGE_VAL},
                     {"nan", __builtin_nan("")}};
    for (size_t i = 0; i < ARRAY_LEN(constants); i++) {
        PyObject *value = PyFloat_FromDouble(constants[i].value);
        if (value == NULL || PyModule_AddObjectRef(module, constants[i].name, value) < 0) {
            Py_XDECREF(value);
            return -1;
        }
        Py_DECREF(value);
    }
    return 0;
}

#include "gen/modules/math.inc"

static PyModuleDef_Slot math_slots[] = {{Py_mod_exec, math_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef math_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "math",
    .m_doc = PyDoc_STR("Mathematical functions of real numbers and of integers."),
    .m_methods = math_functions,
    .m_slots = math_slots,
};

PyMODINIT_FUNC
PyInit_math(void)
{
    return PyModuleDef_Init(&math_module);
}
