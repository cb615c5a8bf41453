/* cmath: functions of complex numbers.

   Formulas for finite arguments are Kahan's ("Branch cuts for complex elementary functions", 1987)
   and Hull's, written so that nothing overflows that need not; where an argument has an infinity or
   a NaN, the C library's functions, which follow C99's Annex G, give the result, and signs that the
   standard leaves open are the reference's.  A function sets
   errno to EDOM or ERANGE to report a domain or range error. */
#include <Python.h>

#include <complex.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include "object/declare.h"

#undef I

/* Above these, sums of two (products of two) parts could overflow. */
#define LARGE (DBL_MAX / 4.0)
#define SQRT_LARGE sqrt(LARGE)
#define LOG_LARGE log(LARGE)
#define SQRT_MIN sqrt(DBL_MIN)
#define LN2 0.6931471805599453094
#define LN10 2.302585092994045684

enum { SCALE_UP = 2 * (DBL_MANT_DIG / 2) + 1, SCALE_DOWN = -(SCALE_UP + 1) / 2 };

static inline Py_complex
pair(double real, double imag)
{
    return (Py_complex){real, imag};
}

static inline bool
finite_parts(Py_complex z)
{
    return isfinite(z.real) && isfinite(z.imag);
}

/* i*z and -i*z: functions of circles and hyperbolas are each other turned. */
static inline Py_complex
times_i(Py_complex z)
{
    return pair(-z.imag, z.real);
}

static inline Py_complex
over_i(Py_complex z)
{
    return pair(z.imag, -z.real);
}

static inline double
plain_nan(double x)
{
    return isnan(x) ? Py_NAN : x;
}

/* The value at an infinity or NaN; a NaN is the positive one, whatever went in. */
static Py_complex
by_library(Py_complex z, double complex (*f)(double complex))
{
    double complex argument;
    z = pair(plain_nan(z.real), plain_nan(z.imag));
    memcpy(&argument, &z, sizeof argument);     /* real + imag*I would lose infinities */
    double complex w = f(argument);
    errno = 0;
    return pair(plain_nan(creal(w)), plain_nan(cimag(w)));
}

/* The errno of a result computed without overflow checks. */
static Py_complex
checked(Py_complex r)
{
    errno = isinf(r.real) || isinf(r.imag) ? ERANGE : 0;
    return r;
}

/* ---- roots, exponentials, logarithms ---------------------------------------------------- */

static Py_complex
c_sqrt(Py_complex z)
{
    if (!finite_parts(z)) return by_library(z, csqrt);
    errno = 0;
    if (z.real == 0.0 && z.imag == 0.0) return pair(0.0, z.imag);
    double x = fabs(z.real), y = fabs(z.imag), s;
    if (x < DBL_MIN && y < DBL_MIN && (x > 0.0 || y > 0.0)) {
        x = ldexp(x, SCALE_UP);
        s = ldexp(sqrt(x + hypot(x, ldexp(y, SCALE_UP))), SCALE_DOWN);
    } else {
        x /= 8.0;
        s = 2.0 * sqrt(x + hypot(x, y / 8.0));
    }
    double d = y / (2.0 * s);
    return z.real >= 0.0 ? pair(s, copysign(d, z.imag)) : pair(d, copysign(s, z.imag));
}

static Py_complex
c_exp(Py_complex z)
{
    if (!finite_parts(z)) {
        Py_complex r;
        if (isinf(z.real) && isfinite(z.imag) && z.imag != 0.0) {
            double size = z.real > 0 ? HUGE_VAL : 0.0;
            r = pair(copysign(size, cos(z.imag)), copysign(size, sin(z.imag)));
        } else {
            r = by_library(z, cexp);
        }
        if (z.real == -HUGE_VAL && !isfinite(z.imag)) r = pair(0.0, 0.0);
        errno = isinf(z.imag) && (isfinite(z.real) || z.real > 0) ? EDOM : 0;
        return r;
    }
    if (z.real > LOG_LARGE) {
        double part = exp(z.real - 1.0);
        return checked(pair(part * cos(z.imag) * Py_MATH_E, part * sin(z.imag) * Py_MATH_E));
    }
    double size = exp(z.real);
    return checked(pair(size * cos(z.imag), size * sin(z.imag)));
}

static Py_complex
c_log(Py_complex z)
{
    if (!finite_parts(z)) return by_library(z, clog);
    double x = fabs(z.real), y = fabs(z.imag), angle = atan2(z.imag, z.real), size;
    errno = 0;
    if (x > LARGE || y > LARGE) {
        size = log(hypot(x / 2.0, y / 2.0)) + LN2;
    } else if (x < DBL_MIN && y < DBL_MIN) {
        if (x == 0.0 && y == 0.0) {
            errno = EDOM;
            return pair(-HUGE_VAL, angle);
        }
        size = log(hypot(ldexp(x, DBL_MANT_DIG), ldexp(y, DBL_MANT_DIG))) - DBL_MANT_DIG * LN2;
    } else {
        double h = hypot(x, y);
        if (0.71 <= h && h <= 1.73) {
            /* Near 1 the logarithm is small: |z|**2 - 1 without cancellation. */
            double high = x > y ? x : y, low = x > y ? y : x;
            size = log1p((high - 1) * (high + 1) + low * low) / 2.0;
        } else {
            size = log(h);
        }
    }
    return pair(size, angle);
}

static Py_complex
c_log10(Py_complex z)
{
    Py_complex r = c_log(z);
    int saved = errno;
    r.real /= LN10;
    r.imag /= LN10;
    errno = saved;
    return r;
}

/* ---- hyperbolic functions --------------------------------------------------------------- */

static Py_complex
c_cosh(Py_complex z)
{
    if (!finite_parts(z)) {
        Py_complex r;
        if (isinf(z.real) && isfinite(z.imag) && z.imag != 0.0) {
            double sign = z.real > 0 ? 1.0 : -1.0;
            r = pair(copysign(HUGE_VAL, cos(z.imag)), sign * copysign(HUGE_VAL, sin(z.imag)));
        } else {
            r = by_library(z, ccosh);
            if (isnan(z.real) && z.imag == 0.0) r.imag = 0.0;
        }
        errno = isinf(z.imag) && !isnan(z.real) ? EDOM : 0;
        return r;
    }
    if (fabs(z.real) > LOG_LARGE) {
        double x = z.real - copysign(1.0, z.real);
        return checked(pair(cos(z.imag) * cosh(x) * Py_MATH_E, sin(z.imag) * sinh(x) * Py_MATH_E));
    }
    return checked(pair(cos(z.imag) * cosh(z.real), sin(z.imag) * sinh(z.real)));
}

static Py_complex
c_sinh(Py_complex z)
{
    if (!finite_parts(z)) {
        Py_complex r;
        if (isinf(z.real) && isfinite(z.imag) && z.imag != 0.0) {
            double sign = z.real > 0 ? 1.0 : -1.0;
            r = pair(sign * copysign(HUGE_VAL, cos(z.imag)), copysign(HUGE_VAL, sin(z.imag)));
        } else {
            r = by_library(z, csinh);
            if (z.real == 0.0) r.real = isnan(z.imag) ? 0.0 : r.real;
        }
        errno = isinf(z.imag) && !isnan(z.real) ? EDOM : 0;
        return r;
    }
    if (fabs(z.real) > LOG_LARGE) {
        double x = z.real - copysign(1.0, z.real);
        return checked(pair(cos(z.imag) * sinh(x) * Py_MATH_E, sin(z.imag) * cosh(x) * Py_MATH_E));
    }
    return checked(pair(cos(z.imag) * sinh(z.real), sin(z.imag) * cosh(z.real)));
}

static Py_complex
c_tanh(Py_complex z)
{
    if (!finite_parts(z)) {
        Py_complex r;
        if (isinf(z.real) && isfinite(z.imag) && z.imag != 0.0) {
            r = pair(copysign(1.0, z.real), copysign(0.0, 2.0 * sin(z.imag) * cos(z.imag)));
        } else {
            r = by_library(z, ctanh);
            if (isinf(z.real) && isinf(z.imag)) r.imag = 0.0;
            if (z.real == 0.0 && isnan(z.imag)) r.real = Py_NAN;
        }
        errno = isinf(z.imag) && isfinite(z.real) ? EDOM : 0;
        return r;
    }
    errno = 0;
    if (fabs(z.real) > LOG_LARGE) {
        Py_complex r = pair(copysign(1.0, z.real),
                            4.0 * sin(z.imag) * cos(z.imag) * exp(-2.0 * fabs(z.real)));
        errno = 0;
        return r;
    }
    double tx = tanh(z.real), ty = tan(z.imag), cx = 1.0 / cosh(z.real), txty = tx * ty;
    double denominator = 1.0 + txty * txty;
    errno = 0;
    return pair(tx * (1.0 + ty * ty) / denominator, ((ty / denominator) * cx) * cx);
}

static Py_complex
c_acosh(Py_complex z)
{
    Py_complex r;
    if (!finite_parts(z)) {
        r = by_library(z, cacosh);
        if (z.real == 0.0 && isnan(z.imag)) r.imag = Py_NAN;
        return r;
    }
    if (fabs(z.real) > LARGE || fabs(z.imag) > LARGE) {
        r = pair(log(hypot(z.real / 2.0, z.imag / 2.0)) + LN2 * 2.0, atan2(z.imag, z.real));
    } else {
        Py_complex a = c_sqrt(pair(z.real - 1.0, z.imag)), b = c_sqrt(pair(z.real + 1.0, z.imag));
        r = pair(asinh(a.real * b.real + a.imag * b.imag), 2.0 * atan2(a.imag, b.real));
    }
    errno = 0;
    return r;
}

static Py_complex
c_asinh(Py_complex z)
{
    Py_complex r;
    if (!finite_parts(z)) {
        r = by_library(z, casinh);
        if (isnan(z.real) && isinf(z.imag)) r.real = HUGE_VAL;
        return r;
    }
    if (fabs(z.real) > LARGE || fabs(z.imag) > LARGE) {
        double size = log(hypot(z.real / 2.0, z.imag / 2.0)) + LN2 * 2.0;
        r.real = copysign(size, z.real);
        r.imag = atan2(z.imag, fabs(z.real));
    } else {
        Py_complex a = c_sqrt(pair(1.0 + z.imag, -z.real)), b = c_sqrt(pair(1.0 - z.imag, z.real));
        r = pair(asinh(a.real * b.imag - b.real * a.imag),
                 atan2(z.imag, a.real * b.real - a.imag * b.imag));
    }
    errno = 0;
    return r;
}

static Py_complex
c_atanh(Py_complex z)
{
    if (!finite_parts(z)) {
        Py_complex special = by_library(z, catanh);
        if (isnan(z.real) && isinf(z.imag)) special.real = 0.0;
        return special;
    }
    /* The function is odd. */
    if (z.real < 0.0 || (z.real == 0.0 && copysign(1.0, z.real) < 0.0)) {
        return _Py_c_neg(c_atanh(_Py_c_neg(z)));
    }
    double y = fabs(z.imag);
    Py_complex r;
    errno = 0;
    if (z.real > SQRT_LARGE || y > SQRT_LARGE) {
        double h = hypot(z.real / 2.0, z.imag / 2.0);
        r.real = z.real / 4.0 / h / h;
        /* The sign is that of the imaginary part; on the cut both sides count. */
        r.imag = -copysign(Py_MATH_PI / 2.0, -z.imag);
        errno = 0;
    } else if (z.real == 1.0 && y < SQRT_MIN) {
        if (y == 0.0) {
            errno = EDOM;
            return pair(HUGE_VAL, z.imag);
        }
        r.real = -log(sqrt(y) / sqrt(hypot(y, 2.0)));
        r.imag = copysign(atan2(2.0, -y) / 2, z.imag);
        errno = 0;
    } else {
        r.real = log1p(4.0 * z.real / ((1 - z.real) * (1 - z.real) + y * y)) / 4.0;
        r.imag = -atan2(-2.0 * z.imag, (1 - z.real) * (1 + z.real) - y * y) / 2.0;
        errno = 0;
    }
    return r;
}

static Py_complex
c_acos(Py_complex z)
{
    Py_complex r;
    if (!finite_parts(z)) {
        r = by_library(z, cacos);
        if (isinf(z.real) && isnan(z.imag)) r.imag = HUGE_VAL;
        return r;
    }
    if (fabs(z.real) > LARGE || fabs(z.imag) > LARGE) {
        double size = log(hypot(z.real / 2.0, z.imag / 2.0)) + LN2 * 2.0;
        r.real = atan2(fabs(z.imag), z.real);
        r.imag = z.real < 0.0 ? -copysign(size, z.imag) : copysign(size, -z.imag);
    } else {
        Py_complex a = c_sqrt(pair(1.0 - z.real, -z.imag)), b = c_sqrt(pair(1.0 + z.real, z.imag));
        r = pair(2.0 * atan2(a.real, b.real), asinh(b.real * a.imag - b.imag * a.real));
    }
    errno = 0;
    return r;
}

/* ---- circular functions ----------------------------------------------------------------- */

static Py_complex
c_asin(Py_complex z)
{
    return over_i(c_asinh(times_i(z)));
}

static Py_complex
c_atan(Py_complex z)
{
    return over_i(c_atanh(times_i(z)));
}

static Py_complex
c_cos(Py_complex z)
{
    return c_cosh(times_i(z));
}

static Py_complex
c_sin(Py_complex z)
{
    return over_i(c_sinh(times_i(z)));
}

static Py_complex
c_tan(Py_complex z)
{
    return over_i(c_tanh(times_i(z)));
}

/* ---- the functions ---------------------------------------------------------------------- */

static COLD PyObject *
math_error(void)
{
    if (errno == EDOM) {
        PyErr_SetString(PyExc_ValueError, "math domain error");
    } else if (errno == ERANGE) {
        PyErr_SetString(PyExc_OverflowError, "math range error");
    } else {
        PyErr_SetFromErrno(PyExc_ValueError);
    }
    return NULL;
}

static PyObject *
apply(Py_complex z, Py_complex (*f)(Py_complex))
{
    errno = 0;
    Py_complex r = f(z);
    return errno ? math_error() : PyComplex_FromCComplex(r);
}

FUNCTION(cmath, acos, "($module, z, /)", "The arc cosine of z.")
static PyObject *
cmath_acos(PyObject *module, Py_complex z)
{
    return apply(z, c_acos);
}

FUNCTION(cmath, acosh, "($module, z, /)", "The inverse hyperbolic cosine of z.")
static PyObject *
cmath_acosh(PyObject *module, Py_complex z)
{
    return apply(z, c_acosh);
}

FUNCTION(cmath, asin, "($module, z, /)", "The arc sine of z.")
static PyObject *
cmath_asin(PyObject *module, Py_complex z)
{
    return apply(z, c_asin);
}

FUNCTION(cmath, asinh, "($module, z, /)", "The inverse hyperbolic sine of z.")
static PyObject *
cmath_asinh(PyObject *module, Py_complex z)
{
    return apply(z, c_asinh);
}

FUNCTION(cmath, atan, "($module, z, /)", "The arc tangent of z.")
static PyObject *
cmath_atan(PyObject *module, Py_complex z)
{
    return apply(z, c_atan);
}

FUNCTION(cmath, atanh, "($module, z, /)", "The inverse hyperbolic tangent of z.")
static PyObject *
cmath_atanh(PyObject *module, Py_complex z)
{
    return apply(z, c_atanh);
}

FUNCTION(cmath, cos, "($module, z, /)", "The cosine of z.")
static PyObject *
cmath_cos(PyObject *module, Py_complex z)
{
    return apply(z, c_cos);
}

FUNCTION(cmath, cosh, "($module, z, /)", "The hyperbolic cosine of z.")
static PyObject *
cmath_cosh(PyObject *module, Py_complex z)
{
    return apply(z, c_cosh);
}

FUNCTION(cmath, exp, "($module, z, /)", "e to the power of z.")
static PyObject *
cmath_exp(PyObject *module, Py_complex z)
{
    return apply(z, c_exp);
}

FUNCTION(cmath, log10, "($module, z, /)", "The logarithm of z to base 10.")
static PyObject *
cmath_log10(PyObject *module, Py_complex z)
{
    return apply(z, c_log10);
}

FUNCTION(cmath, sin, "($module, z, /)", "The sine of z.")
static PyObject *
cmath_sin(PyObject *module, Py_complex z)
{
    return apply(z, c_sin);
}

FUNCTION(cmath, sinh, "($module, z, /)", "The hyperbolic sine of z.")
static PyObject *
cmath_sinh(PyObject *module, Py_complex z)
{
    return apply(z, c_sinh);
}

FUNCTION(cmath, sqrt, "($module, z, /)", "The square root of z, in the right half plane.")
static PyObject *
cmath_sqrt(PyObject *module, Py_complex z)
{
    return apply(z, c_sqrt);
}

FUNCTION(cmath, tan, "($module, z, /)", "The tangent of z.")
static PyObject *
cmath_tan(PyObject *module, Py_complex z)
{
    return apply(z, c_tan);
}

FUNCTION(cmath, tanh, "($module, z, /)", "The hyperbolic tangent of z.")
static PyObject *
cmath_tanh(PyObject *module, Py_complex z)
{
    return apply(z, c_tanh);
}

FUNCTION(cmath, log, "($module, z, base=<unrepresentable>, /)",
         "The logarithm of z to the given base, or the natural one.")
static PyObject *
cmath_log(PyObject *module, Py_complex z, PyObject *base)
{
    errno = 0;
    Py_complex r = c_log(z);
    if (base != NULL) {
        Py_complex b = PyComplex_AsCComplex(base);
        if (b.real == -1.0 && PyErr_Occurred()) return NULL;
        errno = 0;
        b = c_log(b);       /* only what this says counts: log(0, 2) is an infinity */
        r = _Py_c_quot(r, b);
    }
    return errno ? math_error() : PyComplex_FromCComplex(r);
}

FUNCTION(cmath, phase, "($module, z, /)", "The angle of z, between -pi and pi.")
static PyObject *
cmath_phase(PyObject *module, Py_complex z)
{
    errno = 0;
    double angle = plain_nan(atan2(z.imag, z.real));
    return errno ? math_error() : PyFloat_FromDouble(angle);
}

FUNCTION(cmath, polar, "($module, z, /)", "(r, phi): the distance of z from 0, and its angle.")
static PyObject *
cmath_polar(PyObject *module, Py_complex z)
{
    double angle = plain_nan(atan2(z.imag, z.real));
    errno = 0;
    double size = _Py_c_abs(z);
    if (errno != 0) return math_error();
    return Py_BuildValue("(dd)", size, angle);
}

FUNCTION(cmath, rect, "($module, r, phi, /)", "The complex number at distance r and angle phi.")
static PyObject *
cmath_rect(PyObject *module, double r, double phi)
{
    Py_complex z;
    errno = 0;
    if (isfinite(r) && isfinite(phi)) {
        /* An angle of 0 keeps its sign. */
        z = phi == 0.0 ? pair(r, r * phi) : pair(r * cos(phi), r * sin(phi));
    } else if (isinf(r) && isfinite(phi) && phi != 0.0) {
        double sign = r > 0 ? 1.0 : -1.0;
        z = pair(sign * copysign(HUGE_VAL, cos(phi)), sign * copysign(HUGE_VAL, sin(phi)));
    } else {
        if (isinf(r) && phi == 0.0) {
            z = pair(r, r > 0 ? phi : -phi);
        } else if (isinf(r)) {
            z = pair(HUGE_VAL, Py_NAN);
        } else if (r == 0.0) {
            /* Nothing times anything. */
            z = pair(0.0, 0.0);
        } else if (isnan(r) && phi == 0.0) {
            z = pair(Py_NAN, 0.0);
        } else {
            z = pair(Py_NAN, Py_NAN);
        }
        if (r != 0.0 && !isnan(r) && isinf(phi)) errno = EDOM;
    }
    return errno ? math_error() : PyComplex_FromCComplex(z);
}

FUNCTION(cmath, isfinite, "($module, z, /)", "Whether both parts are finite.")
static truth
cmath_isfinite(PyObject *module, Py_complex z)
{
    return finite_parts(z);
}

FUNCTION(cmath, isnan, "($module, z, /)", "Whether a part is a NaN.")
static truth
cmath_isnan(PyObject *module, Py_complex z)
{
    return isnan(z.real) || isnan(z.imag);
}

FUNCTION(cmath, isinf, "($module, z, /)", "Whether a part is an infinity.")
static truth
cmath_isinf(PyObject *module, Py_complex z)
{
    return isinf(z.real) || isinf(z.imag);
}

FUNCTION(cmath, isclose, "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
         "Whether a and b differ by at most rel_tol times the larger of them, or abs_tol.")
DEFAULT(rel_tol, 1e-09)
DEFAULT(abs_tol, 0.0)
static truth
cmath_isclose(PyObject *module, Py_complex a, Py_complex b, double rel_tol, double abs_tol)
{
    if (rel_tol < 0.0 || abs_tol < 0.0) {
        PyErr_SetString(PyExc_ValueError, "tolerances must be non-negative");
        return -1;
    }
    if (a.real == b.real && a.imag == b.imag) return 1;
    if (isinf(a.real) || isinf(a.imag) || isinf(b.real) || isinf(b.imag)) return 0;
    double difference = _Py_c_abs(_Py_c_diff(a, b));
    return difference <= rel_tol * _Py_c_abs(b) || difference <= rel_tol * _Py_c_abs(a)
           || difference <= abs_tol;
}

/* ---- the module ------------------------------------------------------------------------- */

static int
add_take(PyObject *module, const char *name, PyObject *value)
{
    int done = value ? PyModule_AddObjectRef(module, name, value) : -1;
    Py_XDECREF(value);
    return done;
}

static int
cmath_exec(PyObject *module)
{
    double nan = __builtin_nan("");
    if (add_take(module, "pi", PyFloat_FromDouble(Py_MATH_PI)) < 0
        || add_take(module, "e", PyFloat_FromDouble(Py_MATH_E)) < 0
        || add_take(module, "tau", PyFloat_FromDouble(Py_MATH_TAU)) < 0
        || add_take(module, "inf", PyFloat_FromDouble(HUGE_VAL)) < 0
        || add_take(module, "infj", PyComplex_FromDoubles(0.0, HUGE_VAL)) < 0
        || add_take(module, "nan", PyFloat_FromDouble(nan)) < 0
        || add_take(module, "nanj", PyComplex_FromDoubles(0.0, nan)) < 0) {
        return -1;
    }
    return 0;
}

#include "gen/modules/cmath.inc"

static PyModuleDef_Slot cmath_slots[] = {{Py_mod_exec, cmath_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef cmath_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "cmath",
    .m_doc = PyDoc_STR("Mathematical functions of complex numbers."),
    .m_methods = cmath_functions,
    .m_slots = cmath_slots,
};

PyMODINIT_FUNC
PyInit_cmath(void)
{
    return PyModuleDef_Init(&cmath_module);
}
