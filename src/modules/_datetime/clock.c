/* Between the calendar and the system: the current time, timestamps, local time.

   A local time that occurs twice, when clocks are set back, is told apart by the fold: 0 is the first
   occurrence.  Both directions probe one day beside the time in question, which is longer than any
   change of offset on record (PEP 495). */
#include "modules/_datetime/_datetime.h"

#include <time.h>

/* Seconds since 1970 as if `tm` were UTC; -1 with ValueError outside of the calendar. */
static long long
seconds_of_tm(const struct tm *tm)
{
    int year = tm->tm_year + 1900;
    if (year < MIN_YEAR || year > MAX_YEAR) {
        PyErr_Format(PyExc_ValueError, "year %i is out of range", year);
        return -1;
    }
    long long days = day_to_ordinal(year, tm->tm_mon + 1, tm->tm_mday) - EPOCH_ORDINAL;
    return days * SECONDS_PER_DAY + tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec;
}

/* What clocks showed at a moment, as seconds; 0 or -1. */
static status
local_at(long long moment, long long *shown)
{
    struct tm tm;
    if (_PyTime_localtime((time_t)moment, &tm) < 0) return -1;
    *shown = seconds_of_tm(&tm);
    return *shown == -1 && PyErr_Occurred() ? -1 : 0;
}

/* ---- from the system ---- */

/* Whether `shown`, the local time of `moment`, is a second occurrence. */
static truth
is_repeated(long long moment, long long shown)
{
    long long before, earlier;
    if (local_at(moment - SECONDS_PER_DAY, &before) < 0) return -1;
    long long change = shown - before - SECONDS_PER_DAY;
    if (change >= 0) return 0;
    if (local_at(moment + change, &earlier) < 0) return -1;
    return earlier == shown;
}

static PyObject *
datetime_of_seconds(PyTypeObject *type, time_t seconds, int microsecond, PyObject *tzinfo, int utc)
{
    struct tm tm;
    int fold = 0;
    if ((utc ? _PyTime_gmtime(seconds, &tm) : _PyTime_localtime(seconds, &tm)) < 0) return NULL;
    if (tm.tm_sec > 59) tm.tm_sec = 59;        /* a leap second */
    if (!utc && tzinfo == Py_None) {
        long long shown = seconds_of_tm(&tm);
        if (shown == -1 && PyErr_Occurred()) return NULL;
        fold = is_repeated(seconds, shown);
        if (fold < 0) return NULL;
    }
    Moment m = {.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday,
                .hour = tm.tm_hour, .minute = tm.tm_min, .second = tm.tm_sec,
                .microsecond = microsecond, .fold = fold, .tzinfo = tzinfo};
    return datetime_call(type, &m);
}

PyObject *
datetime_from_clock(PyTypeObject *type, PyObject *tzinfo, int utc)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    return datetime_of_seconds(type, now.tv_sec, (int)(now.tv_nsec / 1000), tzinfo, utc);
}

PyObject *
datetime_from_timestamp(PyTypeObject *type, PyObject *timestamp, PyObject *tzinfo, int utc)
{
    time_t seconds;
    long microsecond;
    if (_PyTime_ObjectToTimeval(timestamp, &seconds, &microsecond, _PyTime_ROUND_HALF_EVEN) < 0) {
        return NULL;
    }
    return datetime_of_seconds(type, seconds, (int)microsecond, tzinfo, utc);
}

/* ---- to the system ---- */

/* Solves local(u) == shown for u: an offset seen near by is tried, then that on the other side of a
   change.  In a gap neither fits, and the result is as if the clock had not been changed yet (fold 0)
   or had been already. */
long long
moment_local_seconds(const Moment *m)
{
    long long days = day_to_ordinal(m->year, m->month, m->day) - EPOCH_ORDINAL;
    long long shown = days * SECONDS_PER_DAY + m->hour * 3600 + m->minute * 60 + m->second;
    long long local, first_shown, beside_shown, second_shown;
    if (local_at(shown, &local) < 0) return -1;
    long long first_offset = local - shown, second_offset;
    long long first = shown - first_offset;
    if (local_at(first, &first_shown) < 0) return -1;
    if (first_shown == shown) {
        /* a solution; is there an earlier one, or a later one for fold 1? */
        long long beside = first + (m->fold ? SECONDS_PER_DAY : -SECONDS_PER_DAY);
        if (local_at(beside, &beside_shown) < 0) return -1;
        second_offset = beside_shown - beside;
        if (second_offset == first_offset) return first;
    } else {
        second_offset = first_shown - first;
    }
    long long second = shown - second_offset;
    if (local_at(second, &second_shown) < 0) return -1;
    if (second_shown == shown) return second;
    if (first_shown == shown) return first;
    return (first > second) == !m->fold ? first : second;
}

PyObject *
local_timezone(long long seconds)
{
    struct tm tm;
    if (_PyTime_localtime((time_t)seconds, &tm) < 0) return NULL;
    PyObject *name = NULL;
    if (tm.tm_zone != NULL) {
        name = PyUnicode_DecodeLocale(tm.tm_zone, "surrogateescape");
        if (name == NULL) return NULL;
    }
    PyObject *offset = delta_new(&PyDateTime_DeltaType, 0, tm.tm_gmtoff, 0);
    PyObject *zone = offset ? timezone_new(offset, name) : NULL;
    Py_XDECREF(offset);
    Py_XDECREF(name);
    return zone;
}
