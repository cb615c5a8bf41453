/* Clocks, and conversions between nanoseconds, seconds, structs and numbers.

   Conversions to text of errors follow the reference; arithmetic clamps instead of overflowing. */
#include "base/clock.h"
#include <errno.h>
#include <math.h>
#include <time.h>
#include <sys/time.h>

enum { NS_PER_MS = 1000 * 1000, NS_PER_US = 1000, MS_PER_S = 1000, US_PER_S = 1000 * 1000 };
#define NS_PER_S ((_PyTime_t)1000000000)

/* ---- rounding and division ---------------------------------------------------------------- */

static double
round_half_even(double x)
{
    double r = round(x);
    if (fabs(x - r) == 0.5) {
        r = 2.0 * round(x / 2.0);
    }
    return r;
}

static double
round_double(double x, _PyTime_round_t how)
{
    switch (how) {
    case _PyTime_ROUND_HALF_EVEN:
        return round_half_even(x);
    case _PyTime_ROUND_CEILING:
        return ceil(x);
    case _PyTime_ROUND_FLOOR:
        return floor(x);
    default:
        return x >= 0.0 ? ceil(x) : floor(x);
    }
}

/* t / k rounded as asked; k > 1. */
static _PyTime_t
divide(_PyTime_t t, _PyTime_t k, _PyTime_round_t how)
{
    _PyTime_t q = t / k, r = t % k;
    if (r == 0) {
        return q;
    }
    switch (how) {
    case _PyTime_ROUND_HALF_EVEN: {
        _PyTime_t twice = (r < 0 ? -r : r);
        if (twice > k - twice || (twice == k - twice && q % 2 != 0)) {
            q += t >= 0 ? 1 : -1;
        }
        return q;
    }
    case _PyTime_ROUND_CEILING:
        return t >= 0 ? q + 1 : q;
    case _PyTime_ROUND_FLOOR:
        return t >= 0 ? q : q - 1;
    default:
        return t >= 0 ? q + 1 : q - 1;
    }
}

/* Quotient and non-negative remainder of t by k, rounded first to units of t / k * k. */
static int
split(_PyTime_t t, _PyTime_t k, _PyTime_t *whole, _PyTime_t *rest)
{
    *whole = t / k;
    *rest = t % k;
    if (*rest < 0) {
        if (*whole == _PyTime_MIN) {
            return -1;
        }
        *rest += k;
        *whole -= 1;
    }
    return 0;
}

static _PyTime_t
clamp_mul(_PyTime_t t, _PyTime_t k, int *overflow)
{
    _PyTime_t r;
    *overflow = __builtin_mul_overflow(t, k, &r);
    return *overflow ? (t < 0 ? _PyTime_MIN : _PyTime_MAX) : r;
}

_PyTime_t
_PyTime_Add(_PyTime_t a, _PyTime_t b)
{
    _PyTime_t r;
    return __builtin_add_overflow(a, b, &r) ? (b < 0 ? _PyTime_MIN : _PyTime_MAX) : r;
}

/* ticks * mul / div without intermediate overflow, clamped. */
_PyTime_t
_PyTime_MulDiv(_PyTime_t ticks, _PyTime_t mul, _PyTime_t div)
{
    __int128 r = (__int128)ticks * mul / div;
    return r > _PyTime_MAX ? _PyTime_MAX : r < _PyTime_MIN ? _PyTime_MIN : (_PyTime_t)r;
}

/* ---- from numbers ------------------------------------------------------------------------- */

static void
error_time_t(void)
{
    PyErr_SetString(PyExc_OverflowError, "timestamp out of range for platform time_t");
}

static void
error_overflow(void)
{
    PyErr_SetString(PyExc_OverflowError, "timestamp too large to convert to C _PyTime_t");
}

time_t
_PyLong_AsTime_t(PyObject *obj)
{
    long long v = PyLong_AsLongLong(obj);
    if (v == -1 && PyErr_ExceptionMatches(PyExc_OverflowError)) {
        error_time_t();
    }
    return (time_t)v;
}

PyObject *
_PyLong_FromTime_t(time_t t)
{
    return PyLong_FromLongLong((long long)t);
}

/* Is the double, already integral, within time_t and _PyTime_t?  Both have 64 bits. */
static bool
fits_int64(double d)
{
    return d >= -9223372036854775808.0 && d < 9223372036854775808.0;
}

static int
double_to_fraction(double d, time_t *sec, long *numerator, long denominator, _PyTime_round_t how)
{
    double whole;
    double fraction = modf(d, &whole);
    fraction = round_double(fraction * denominator, how);
    if (fraction >= denominator) {
        fraction -= denominator;
        whole += 1.0;
    }
    else if (fraction < 0) {
        fraction += denominator;
        whole -= 1.0;
    }
    if (!fits_int64(whole)) {
        error_time_t();
        return -1;
    }
    *sec = (time_t)whole;
    *numerator = (long)fraction;
    return 0;
}

static int
object_to_fraction(PyObject *obj, time_t *sec, long *numerator, long denominator, _PyTime_round_t how)
{
    if (PyFloat_Check(obj)) {
        double d = PyFloat_AsDouble(obj);
        if (isnan(d)) {
            *numerator = 0;
            PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
            return -1;
        }
        return double_to_fraction(d, sec, numerator, denominator, how);
    }
    *sec = _PyLong_AsTime_t(obj);
    *numerator = 0;
    return *sec == (time_t)-1 && PyErr_Occurred() ? -1 : 0;
}

int
_PyTime_ObjectToTime_t(PyObject *obj, time_t *sec, _PyTime_round_t how)
{
    if (PyFloat_Check(obj)) {
        double d = PyFloat_AsDouble(obj);
        if (isnan(d)) {
            PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
            return -1;
        }
        d = round_double(d, how);
        if (!fits_int64(d)) {
            error_time_t();
            return -1;
        }
        *sec = (time_t)d;
        return 0;
    }
    *sec = _PyLong_AsTime_t(obj);
    return *sec == (time_t)-1 && PyErr_Occurred() ? -1 : 0;
}

int
_PyTime_ObjectToTimespec(PyObject *obj, time_t *sec, long *nsec, _PyTime_round_t how)
{
    return object_to_fraction(obj, sec, nsec, (long)NS_PER_S, how);
}

int
_PyTime_ObjectToTimeval(PyObject *obj, time_t *sec, long *usec, _PyTime_round_t how)
{
    return object_to_fraction(obj, sec, usec, US_PER_S, how);
}

_PyTime_t
_PyTime_FromSeconds(int seconds)
{
    return (_PyTime_t)seconds * NS_PER_S;
}

_PyTime_t
_PyTime_FromNanoseconds(_PyTime_t ns)
{
    return ns;
}

int
_PyTime_FromNanosecondsObject(_PyTime_t *t, PyObject *obj)
{
    if (!PyLong_Check(obj)) {
        PyErr_Format(PyExc_TypeError, "expect int, got %s", Py_TYPE(obj)->tp_name);
        return -1;
    }
    long long ns = PyLong_AsLongLong(obj);
    if (ns == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            error_overflow();
        }
        return -1;
    }
    *t = ns;
    return 0;
}

static int
from_object(_PyTime_t *t, PyObject *obj, _PyTime_round_t how, _PyTime_t unit)
{
    if (PyFloat_Check(obj)) {
        double d = PyFloat_AsDouble(obj);
        if (isnan(d)) {
            PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
            return -1;
        }
        d = round_double(d * (double)unit, how);
        if (!fits_int64(d)) {
            error_overflow();
            *t = 0;
            return -1;
        }
        *t = (_PyTime_t)d;
        return 0;
    }
    long long n = PyLong_AsLongLong(obj);
    if (n == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            error_overflow();
        }
        return -1;
    }
    int overflow;
    *t = clamp_mul(n, unit, &overflow);
    if (overflow) {
        error_overflow();
        return -1;
    }
    return 0;
}

int
_PyTime_FromSecondsObject(_PyTime_t *t, PyObject *obj, _PyTime_round_t how)
{
    return from_object(t, obj, how, NS_PER_S);
}

int
_PyTime_FromMillisecondsObject(_PyTime_t *t, PyObject *obj, _PyTime_round_t how)
{
    return from_object(t, obj, how, NS_PER_MS);
}

static int
from_parts(_PyTime_t *t, _PyTime_t sec, _PyTime_t ns, bool raise)
{
    int overflow;
    *t = clamp_mul(sec, NS_PER_S, &overflow);
    if (overflow && raise) {
        error_overflow();
        *t = _PyTime_Add(*t, ns);
        return -1;
    }
    *t = _PyTime_Add(*t, ns);
    return 0;
}

int
_PyTime_FromTimespec(_PyTime_t *t, struct timespec *ts)
{
    return from_parts(t, ts->tv_sec, ts->tv_nsec, true);
}

int
_PyTime_FromTimeval(_PyTime_t *t, struct timeval *tv)
{
    return from_parts(t, tv->tv_sec, tv->tv_usec * NS_PER_US, true);
}

/* ---- to numbers and structs --------------------------------------------------------------- */

double
_PyTime_AsSecondsDouble(_PyTime_t t)
{
    /* A whole number of seconds is exact; else one rounding of the quotient. */
    if (t % NS_PER_S == 0) {
        return (double)(t / NS_PER_S);
    }
    return (double)t / 1e9;
}

PyObject *
_PyTime_AsNanosecondsObject(_PyTime_t t)
{
    return PyLong_FromLongLong(t);
}

_PyTime_t
_PyTime_AsNanoseconds(_PyTime_t t)
{
    return t;
}

_PyTime_t
_PyTime_AsMicroseconds(_PyTime_t t, _PyTime_round_t how)
{
    return divide(t, NS_PER_US, how);
}

_PyTime_t
_PyTime_AsMilliseconds(_PyTime_t t, _PyTime_round_t how)
{
    return divide(t, NS_PER_MS, how);
}

/* Seconds and microseconds, the latter in 0..999999; -1 without an exception on overflow. */
static int
as_timeval(_PyTime_t t, _PyTime_t *sec, int *us, _PyTime_round_t how)
{
    _PyTime_t whole, rest;
    int result = split(divide(t, NS_PER_US, how), US_PER_S, &whole, &rest);
    *sec = whole;
    *us = (int)rest;
    return result;
}

int
_PyTime_AsTimeval(_PyTime_t t, struct timeval *tv, _PyTime_round_t how)
{
    _PyTime_t sec;
    int us;
    if (as_timeval(t, &sec, &us, how) < 0) {
        error_time_t();
        return -1;
    }
    tv->tv_sec = sec;
    tv->tv_usec = us;
    return 0;
}

void
_PyTime_AsTimeval_clamp(_PyTime_t t, struct timeval *tv, _PyTime_round_t how)
{
    _PyTime_t sec;
    int us;
    as_timeval(t, &sec, &us, how);
    tv->tv_sec = sec;
    tv->tv_usec = us;
}

int
_PyTime_AsTimevalTime_t(_PyTime_t t, time_t *sec, int *us, _PyTime_round_t how)
{
    _PyTime_t whole;
    if (as_timeval(t, &whole, us, how) < 0) {
        error_time_t();
        return -1;
    }
    *sec = whole;
    return 0;
}

int
_PyTime_AsTimespec(_PyTime_t t, struct timespec *ts)
{
    _PyTime_t sec, ns;
    if (split(t, NS_PER_S, &sec, &ns) < 0) {
        error_time_t();
        return -1;
    }
    ts->tv_sec = sec;
    ts->tv_nsec = ns;
    return 0;
}

void
_PyTime_AsTimespec_clamp(_PyTime_t t, struct timespec *ts)
{
    _PyTime_t sec, ns;
    split(t, NS_PER_S, &sec, &ns);
    ts->tv_sec = sec;
    ts->tv_nsec = ns;
}

/* ---- clocks ------------------------------------------------------------------------------- */

static int
read_clock(clockid_t id, const char *name, bool settable, _PyTime_t *t, _Py_clock_info_t *info,
           bool raise)
{
    struct timespec ts;
    if (info != NULL) {
        struct timespec res;
        info->implementation = name;
        info->monotonic = !settable;
        info->adjustable = settable;
        info->resolution = clock_getres(id, &res) == 0 ? res.tv_sec + res.tv_nsec * 1e-9 : 1e-9;
    }
    if (clock_gettime(id, &ts) != 0) {
        *t = 0;
        if (raise) {
            PyErr_SetFromErrno(PyExc_OSError);
        }
        return -1;
    }
    return from_parts(t, ts.tv_sec, ts.tv_nsec, raise);
}

_PyTime_t
_PyTime_GetSystemClock(void)
{
    _PyTime_t t;
    read_clock(CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", true, &t, NULL, false);
    return t;
}

int
_PyTime_GetSystemClockWithInfo(_PyTime_t *t, _Py_clock_info_t *info)
{
    return read_clock(CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", true, t, info, true);
}

_PyTime_t
clock_monotonic(void)
{
    _PyTime_t t;
    read_clock(CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", false, &t, NULL, false);
    return t;
}

_PyTime_t
_PyTime_GetMonotonicClock(void)
{
    return clock_monotonic();
}

int
_PyTime_GetMonotonicClockWithInfo(_PyTime_t *t, _Py_clock_info_t *info)
{
    return read_clock(CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", false, t, info, true);
}

_PyTime_t
_PyTime_GetPerfCounter(void)
{
    return clock_monotonic();
}

int
_PyTime_GetPerfCounterWithInfo(_PyTime_t *t, _Py_clock_info_t *info)
{
    return _PyTime_GetMonotonicClockWithInfo(t, info);
}

_PyTime_t
_PyDeadline_Init(_PyTime_t timeout)
{
    return _PyTime_Add(clock_monotonic(), timeout);
}

_PyTime_t
_PyDeadline_Get(_PyTime_t deadline)
{
    return deadline - clock_monotonic();
}

static int
broken_down(struct tm *(*convert)(const time_t *, struct tm *), time_t t, struct tm *tm)
{
    errno = 0;
    if (convert(&t, tm) == NULL) {
        if (errno == 0) {
            errno = EINVAL;
        }
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return 0;
}

int
_PyTime_localtime(time_t t, struct tm *tm)
{
    return broken_down(localtime_r, t, tm);
}

int
_PyTime_gmtime(time_t t, struct tm *tm)
{
    return broken_down(gmtime_r, t, tm);
}
