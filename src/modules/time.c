/* The module time: clocks, sleeping, calendar time as tuples and text. */
#include "object/declare.h"
#include "base/clock.h"
#include <errno.h>
#include <structseq.h>
#include <time.h>
#include <pthread.h>
#include <wchar.h>

extern PyObject *_PyNamespace_New(PyObject *attributes);

struct TimeModule {
    PyTypeObject *struct_time;
};

static struct TimeModule *
module_state(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- clocks ------------------------------------------------------------------------------- */

static PyObject *
seconds_object(_PyTime_t t)
{
    return PyFloat_FromDouble(_PyTime_AsSecondsDouble(t));
}

FUNCTION(time, time, "!($module, /)", "time() -> floating point number\n\nSeconds since the epoch, 1970.")
static PyObject *
time_time(PyObject *module)
{
    return seconds_object(_PyTime_GetSystemClock());
}

FUNCTION(time, time_ns, "!($module, /)", "time_ns() -> int\n\nNanoseconds since the epoch, 1970.")
static PyObject *
time_time_ns(PyObject *module)
{
    return _PyTime_AsNanosecondsObject(_PyTime_GetSystemClock());
}

FUNCTION(time, monotonic, "!($module, /)", "monotonic() -> float\n\nSeconds of a clock that never goes back.")
static PyObject *
time_monotonic(PyObject *module)
{
    return seconds_object(clock_monotonic());
}

FUNCTION(time, monotonic_ns, "!($module, /)", "monotonic_ns() -> int\n\nmonotonic() in nanoseconds.")
static PyObject *
time_monotonic_ns(PyObject *module)
{
    return _PyTime_AsNanosecondsObject(clock_monotonic());
}

FUNCTION(time, perf_counter, "!($module, /)",
         "perf_counter() -> float\n\nSeconds of the clock with the highest resolution.")
static PyObject *
time_perf_counter(PyObject *module)
{
    return seconds_object(_PyTime_GetPerfCounter());
}

FUNCTION(time, perf_counter_ns, "!($module, /)", "perf_counter_ns() -> int\n\nperf_counter() in nanoseconds.")
static PyObject *
time_perf_counter_ns(PyObject *module)
{
    return _PyTime_AsNanosecondsObject(_PyTime_GetPerfCounter());
}

/* A clock of used processor time; *info if not NULL. */
static status
cpu_clock(clockid_t id, const char *name, _PyTime_t *t, _Py_clock_info_t *info)
{
    struct timespec ts, res;
    if (clock_gettime(id, &ts) != 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (info != NULL) {
        info->implementation = name;
        info->monotonic = 1;
        info->adjustable = 0;
        info->resolution = clock_getres(id, &res) == 0 ? res.tv_sec + res.tv_nsec * 1e-9 : 1e-9;
    }
    return _PyTime_FromTimespec(t, &ts);
}

static status
process_clock(_PyTime_t *t, _Py_clock_info_t *info)
{
    return cpu_clock(CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", t, info);
}

static status
thread_clock(_PyTime_t *t, _Py_clock_info_t *info)
{
    return cpu_clock(CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", t, info);
}

FUNCTION(time, process_time, "!($module, /)",
         "process_time() -> float\n\nSeconds of processor time this process has used.")
static PyObject *
time_process_time(PyObject *module)
{
    _PyTime_t t;
    return process_clock(&t, NULL) < 0 ? NULL : seconds_object(t);
}

FUNCTION(time, process_time_ns, "!($module, /)", "process_time_ns() -> int\n\nprocess_time() in nanoseconds.")
static PyObject *
time_process_time_ns(PyObject *module)
{
    _PyTime_t t;
    return process_clock(&t, NULL) < 0 ? NULL : _PyTime_AsNanosecondsObject(t);
}

FUNCTION(time, thread_time, "!($module, /)",
         "thread_time() -> float\n\nSeconds of processor time this thread has used.")
static PyObject *
time_thread_time(PyObject *module)
{
    _PyTime_t t;
    return thread_clock(&t, NULL) < 0 ? NULL : seconds_object(t);
}

FUNCTION(time, thread_time_ns, "!($module, /)", "thread_time_ns() -> int\n\nthread_time() in nanoseconds.")
static PyObject *
time_thread_time_ns(PyObject *module)
{
    _PyTime_t t;
    return thread_clock(&t, NULL) < 0 ? NULL : _PyTime_AsNanosecondsObject(t);
}

FUNCTION(time, get_clock_info, NULL,
         "get_clock_info(name: str) -> dict\n\nWhat a clock of this module is based on.")
static PyObject *
time_get_clock_info(PyObject *module, PyObject *args)
{
    static const struct {
        const char *name;
        int (*read)(_PyTime_t *, _Py_clock_info_t *);
    } clocks[] = {
        {"time", _PyTime_GetSystemClockWithInfo},   {"monotonic", _PyTime_GetMonotonicClockWithInfo},
        {"perf_counter", _PyTime_GetPerfCounterWithInfo}, {"process_time", process_clock},
        {"thread_time", thread_clock},
    };
    const char *name;
    if (!PyArg_ParseTuple(args, "s:get_clock_info", &name)) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
        _PyTime_t t;
        _Py_clock_info_t info;
        if (strcmp(name, clocks[i].name) != 0) {
            continue;
        }
        if (clocks[i].read(&t, &info) < 0) {
            return NULL;
        }
        PyObject *dict = Py_BuildValue("{sssOsOsd}", "implementation", info.implementation, "monotonic",
                                       info.monotonic ? Py_True : Py_False, "adjustable",
                                       info.adjustable ? Py_True : Py_False, "resolution",
                                       info.resolution);
        PyObject *result = dict == NULL ? NULL : _PyNamespace_New(dict);
        Py_XDECREF(dict);
        return result;
    }
    PyErr_SetString(PyExc_ValueError, "unknown clock");
    return NULL;
}

FUNCTION(time, clock_gettime, NULL, "clock_gettime(clk_id) -> float\n\nSeconds of a system clock.")
static PyObject *
time_clock_gettime(PyObject *module, PyObject *args)
{
    int id;
    struct timespec ts;
    if (!PyArg_ParseTuple(args, "i:clock_gettime", &id)) {
        return NULL;
    }
    if (clock_gettime((clockid_t)id, &ts) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyFloat_FromDouble((double)ts.tv_sec + (double)ts.tv_nsec * 1e-9);
}

FUNCTION(time, clock_gettime_ns, NULL,
         "clock_gettime_ns(clk_id) -> int\n\nclock_gettime() in nanoseconds.")
static PyObject *
time_clock_gettime_ns(PyObject *module, PyObject *args)
{
    int id;
    struct timespec ts;
    _PyTime_t t;
    if (!PyArg_ParseTuple(args, "i:clock_gettime", &id)) {
        return NULL;
    }
    if (clock_gettime((clockid_t)id, &ts) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return _PyTime_FromTimespec(&t, &ts) < 0 ? NULL : _PyTime_AsNanosecondsObject(t);
}

static PyObject *
set_clock(int id, _PyTime_t t)
{
    struct timespec ts;
    if (_PyTime_AsTimespec(t, &ts) < 0) {
        return NULL;
    }
    if (clock_settime((clockid_t)id, &ts) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
}

FUNCTION(time, clock_settime, NULL, "clock_settime(clk_id, time)\n\nSet a system clock.")
static PyObject *
time_clock_settime(PyObject *module, PyObject *args)
{
    int id;
    PyObject *value;
    _PyTime_t t;
    if (!PyArg_ParseTuple(args, "iO:clock_settime", &id, &value) ||
        _PyTime_FromSecondsObject(&t, value, _PyTime_ROUND_FLOOR) < 0) {
        return NULL;
    }
    return set_clock(id, t);
}

FUNCTION(time, clock_settime_ns, NULL,
         "clock_settime_ns(clk_id, time)\n\nclock_settime() in nanoseconds.")
static PyObject *
time_clock_settime_ns(PyObject *module, PyObject *args)
{
    int id;
    PyObject *value;
    _PyTime_t t;
    if (!PyArg_ParseTuple(args, "iO:clock_settime", &id, &value) ||
        _PyTime_FromNanosecondsObject(&t, value) < 0) {
        return NULL;
    }
    return set_clock(id, t);
}

FUNCTION(time, clock_getres, NULL,
         "clock_getres(clk_id) -> floating point number\n\nSeconds between a system clock's ticks.")
static PyObject *
time_clock_getres(PyObject *module, PyObject *args)
{
    int id;
    struct timespec ts;
    if (!PyArg_ParseTuple(args, "i:clock_getres", &id)) {
        return NULL;
    }
    if (clock_getres((clockid_t)id, &ts) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyFloat_FromDouble((double)ts.tv_sec + (double)ts.tv_nsec * 1e-9);
}

FUNCTION(time, pthread_getcpuclockid, NULL,
         "pthread_getcpuclockid(thread_id) -> int\n\nThe clock of a thread's processor time.")
static PyObject *
time_pthread_getcpuclockid(PyObject *module, PyObject *args)
{
    unsigned long thread;
    clockid_t id;
    if (!PyArg_ParseTuple(args, "k:pthread_getcpuclockid", &thread)) {
        return NULL;
    }
    int error = pthread_getcpuclockid((pthread_t)thread, &id);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromLong(id);
}

FUNCTION(time, sleep, NULL,
         "sleep(seconds)\n\nDo nothing for some seconds; other threads run meanwhile.")
static PyObject *
time_sleep(PyObject *module, PyObject *seconds)
{
    _PyTime_t timeout;
    struct timespec until;
    if (_PyTime_FromSecondsObject(&timeout, seconds, _PyTime_ROUND_TIMEOUT) < 0) {
        return NULL;
    }
    if (timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "sleep length must be non-negative");
        return NULL;
    }
    /* Until a point in time, so that interruptions by signals do not add up. */
    if (_PyTime_AsTimespec(_PyDeadline_Init(timeout), &until) < 0) {
        return NULL;
    }
    for (;;) {
        int error;
        Py_BEGIN_ALLOW_THREADS
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        Py_END_ALLOW_THREADS
        if (error == 0) {
            Py_RETURN_NONE;
        }
        if (error != EINTR) {
            errno = error;
            return PyErr_SetFromErrno(PyExc_OSError);
        }
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
}

/* ---- calendar ----------------------------------------------------------------------------- */

static PyStructSequence_Field struct_time_fields[] = {
    {"tm_year", "year, for example 1993"},
    {"tm_mon", "month of year, range [1, 12]"},
    {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"},
    {"tm_min", "minutes, range [0, 59]"},
    {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
    {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
    {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"},
    {NULL, NULL},
};

static PyStructSequence_Desc struct_time_desc = {
    "time.struct_time", "A point in calendar time: nine ints, zone and offset by name only.",
    struct_time_fields, 9};

static PyObject *
tuple_of_tm(struct TimeModule *state, const struct tm *p)
{
    PyObject *v = PyStructSequence_New(state->struct_time);
    if (v == NULL) {
        return NULL;
    }
    const long numbers[] = {p->tm_year + 1900L, p->tm_mon + 1, p->tm_mday, p->tm_hour, p->tm_min,
                            p->tm_sec, (p->tm_wday + 6) % 7, p->tm_yday + 1, p->tm_isdst};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        PyStructSequence_SET_ITEM(v, i, PyLong_FromLong(numbers[i]));
    }
    PyStructSequence_SET_ITEM(v, 9, PyUnicode_DecodeLocale(p->tm_zone, "surrogateescape"));
    PyStructSequence_SET_ITEM(v, 10, PyLong_FromLong(p->tm_gmtoff));
    if (PyErr_Occurred()) {
        Py_CLEAR(v);
    }
    return v;
}

/* The optional seconds argument; now if it is missing or None. */
static status
parse_seconds(PyObject *args, const char *format, time_t *when)
{
    PyObject *value = NULL;
    if (!PyArg_ParseTuple(args, format, &value)) {
        return -1;
    }
    if (value == NULL || value == Py_None) {
        *when = time(NULL);
        return 0;
    }
    return _PyTime_ObjectToTime_t(value, when, _PyTime_ROUND_FLOOR);
}

FUNCTION(time, gmtime, NULL,
         "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n"
         "                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\n"
         "Seconds since the epoch, now by default, as UTC.")
static PyObject *
time_gmtime(PyObject *module, PyObject *args)
{
    time_t when;
    struct tm tm;
    if (parse_seconds(args, "|O:gmtime", &when) < 0 || _PyTime_gmtime(when, &tm) < 0) {
        return NULL;
    }
    return tuple_of_tm(module_state(module), &tm);
}

FUNCTION(time, localtime, NULL,
         "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n"
         "                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\n"
         "Seconds since the epoch, now by default, as local time.")
static PyObject *
time_localtime(PyObject *module, PyObject *args)
{
    time_t when;
    struct tm tm;
    if (parse_seconds(args, "|O:localtime", &when) < 0 || _PyTime_localtime(when, &tm) < 0) {
        return NULL;
    }
    return tuple_of_tm(module_state(module), &tm);
}

/* The nine items of a tuple as C ints, if that is what they are. */
static bool
plain_fields(PyObject *tuple, int *fields)
{
    for (int i = 0; i < 9; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        if (!PyLong_CheckExact(item)) {
            return false;
        }
        int overflow;
        long value = PyLong_AsLongAndOverflow(item, &overflow);
        if (overflow != 0 || value != (int)value) {
            return false;
        }
        fields[i] = (int)value;
    }
    return true;
}

static status
parse_fields(struct TimeModule *state, PyObject *args, struct tm *p, int *year, const char *format,
             const char *function)
{
    PyObject *plain;
    if (!Py_IS_TYPE(args, state->struct_time)) {
        plain = Py_NewRef(args);
    }
    else {
        plain = PyTuple_New(9);
        if (plain == NULL) {
            return -1;
        }
        for (Py_ssize_t i = 0; i < 9; i++) {
            PyTuple_SET_ITEM(plain, i, Py_NewRef(PyStructSequence_GET_ITEM(args, i)));
        }
    }
    if (PyTuple_GET_SIZE(plain) != 9) {
        PyErr_Format(PyExc_TypeError, "%s(): illegal time tuple argument", function);
        Py_DECREF(plain);
        return -1;
    }
    int parsed = PyArg_ParseTuple(plain, format, year, &p->tm_mon, &p->tm_mday, &p->tm_hour,
                                  &p->tm_min, &p->tm_sec, &p->tm_wday, &p->tm_yday, &p->tm_isdst);
    Py_DECREF(plain);
    return parsed ? 0 : -1;
}

/* A struct tm from a tuple; its zone name stays owned by the tuple. */
static status
tm_of_tuple(struct TimeModule *state, PyObject *args, struct tm *p, const char *format,
            const char *function)
{
    int year;
    memset(p, 0, sizeof *p);
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_TypeError, "Tuple or struct_time argument required");
        return -1;
    }
    int fields[9];
    if (PyTuple_GET_SIZE(args) == 9 && plain_fields(args, fields)) {
        year = fields[0];
        p->tm_mon = fields[1];
        p->tm_mday = fields[2];
        p->tm_hour = fields[3];
        p->tm_min = fields[4];
        p->tm_sec = fields[5];
        p->tm_wday = fields[6];
        p->tm_yday = fields[7];
        p->tm_isdst = fields[8];
    }
    else if (parse_fields(state, args, p, &year, format, function) < 0) {
        return -1;
    }
    if (year < INT_MIN + 1900) {
        PyErr_SetString(PyExc_OverflowError, "year out of range");
        return -1;
    }
    p->tm_year = year - 1900;
    p->tm_mon--;
    p->tm_wday = (p->tm_wday + 1) % 7;
    p->tm_yday--;
    if (Py_IS_TYPE(args, state->struct_time)) {
        PyObject *zone = PyStructSequence_GET_ITEM(args, 9), *offset = PyStructSequence_GET_ITEM(args, 10);
        if (zone != NULL && zone != Py_None) {
            p->tm_zone = (char *)PyUnicode_AsUTF8(zone);
            if (p->tm_zone == NULL) {
                return -1;
            }
        }
        if (offset != NULL && offset != Py_None) {
            p->tm_gmtoff = PyLong_AsLong(offset);
            if (PyErr_Occurred()) {
                return -1;
            }
        }
    }
    return 0;
}

/* What strftime() and asctime() of C do not check themselves. */
static status
check_tm(struct tm *p)
{
    if (p->tm_mon == -1) {
        p->tm_mon = 0;
    }
    if (p->tm_mday == 0) {
        p->tm_mday = 1;
    }
    if (p->tm_yday == -1) {
        p->tm_yday = 0;
    }
    const char *wrong = p->tm_mon < 0 || p->tm_mon > 11      ? "month"
                        : p->tm_mday < 0 || p->tm_mday > 31  ? "day of month"
                        : p->tm_hour < 0 || p->tm_hour > 23  ? "hour"
                        : p->tm_min < 0 || p->tm_min > 59    ? "minute"
                        : p->tm_sec < 0 || p->tm_sec > 61    ? "seconds"
                        : p->tm_wday < 0                     ? "day of week"
                        : p->tm_yday < 0 || p->tm_yday > 365 ? "day of year"
                                                             : NULL;
    if (wrong != NULL) {
        PyErr_Format(PyExc_ValueError, "%s out of range", wrong);
        return -1;
    }
    return 0;
}

FUNCTION(time, strftime, NULL,
         "strftime(format[, tuple]) -> string\n\nA time, now by default, as text by a format.")
static PyObject *
time_strftime(PyObject *module, PyObject *args)
{
    PyObject *tuple = NULL, *format;
    struct tm tm;
    if (!PyArg_ParseTuple(args, "U|O:strftime", &format, &tuple)) {
        return NULL;
    }
    if (tuple == NULL) {
        if (_PyTime_localtime(time(NULL), &tm) < 0) {
            return NULL;
        }
    }
    else if (tm_of_tuple(module_state(module), tuple, &tm,
                         "iiiiiiiii;strftime(): illegal time tuple argument", "strftime") < 0 ||
             check_tm(&tm) < 0) {
        return NULL;
    }
    tm.tm_isdst = tm.tm_isdst < -1 ? -1 : tm.tm_isdst > 1 ? 1 : tm.tm_isdst;
    wchar_t *pattern = PyUnicode_AsWideCharString(format, NULL);
    if (pattern == NULL) {
        return NULL;
    }
    size_t length = wcslen(pattern);
    PyObject *result = NULL;
    wchar_t few[256];
    for (size_t room = ARRAY_LEN(few);; room = room < 1024 ? 1024 : 2 * room) {
        wchar_t *buffer = room == ARRAY_LEN(few) ? few : PyMem_Malloc(room * sizeof *buffer);
        if (buffer == NULL) {
            PyErr_NoMemory();
            break;
        }
        size_t n = wcsftime(buffer, room, pattern, &tm);
        /* 0 means too little room, or nothing to write: decided by how much there was. */
        bool done = n > 0 || room >= 256 * Py_MAX(length, 4);
        if (done) {
            result = PyUnicode_FromWideChar(buffer, (Py_ssize_t)n);
        }
        if (buffer != few) {
            PyMem_Free(buffer);
        }
        if (done) {
            break;
        }
    }
    PyMem_Free(pattern);
    return result;
}

FUNCTION(time, strptime, NULL,
         "strptime(string, format) -> struct_time\n\nThe time that a text means by a format.")
static PyObject *
time_strptime(PyObject *module, PyObject *args)
{
    PyObject *parser = PyImport_ImportModule("_strptime"), *result = NULL;
    PyObject *func = parser == NULL ? NULL : PyObject_GetAttr(parser, ID(_strptime_time));
    if (func != NULL) {
        result = PyObject_Call(func, args, NULL);
    }
    Py_XDECREF(parser);
    Py_XDECREF(func);
    return result;
}

static PyObject *
asctime_text(const struct tm *p)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return PyUnicode_FromFormat("%s %s%3d %.2d:%.2d:%.2d %d", days[p->tm_wday], months[p->tm_mon],
                                p->tm_mday, p->tm_hour, p->tm_min, p->tm_sec, 1900 + p->tm_year);
}

FUNCTION(time, asctime, NULL,
         "asctime([tuple]) -> string\n\nA time, now by default, as 'Sat Jun 06 16:26:11 1998'.")
static PyObject *
time_asctime(PyObject *module, PyObject *args)
{
    PyObject *tuple = NULL;
    struct tm tm;
    if (!PyArg_UnpackTuple(args, "asctime", 0, 1, &tuple)) {
        return NULL;
    }
    if (tuple == NULL) {
        if (_PyTime_localtime(time(NULL), &tm) < 0) {
            return NULL;
        }
    }
    else if (tm_of_tuple(module_state(module), tuple, &tm,
                         "iiiiiiiii;asctime(): illegal time tuple argument", "asctime") < 0 ||
             check_tm(&tm) < 0) {
        return NULL;
    }
    return asctime_text(&tm);
}

FUNCTION(time, ctime, NULL, "ctime(seconds) -> string\n\nasctime(localtime(seconds))")
static PyObject *
time_ctime(PyObject *module, PyObject *args)
{
    time_t when;
    struct tm tm;
    if (parse_seconds(args, "|O:ctime", &when) < 0 || _PyTime_localtime(when, &tm) < 0) {
        return NULL;
    }
    return asctime_text(&tm);
}

FUNCTION(time, mktime, NULL,
         "mktime(tuple) -> floating point number\n\nSeconds since the epoch of a local time.")
static PyObject *
time_mktime(PyObject *module, PyObject *tuple)
{
    struct tm tm;
    if (tm_of_tuple(module_state(module), tuple, &tm,
                    "iiiiiiiii;mktime(): illegal time tuple argument", "mktime") < 0) {
        return NULL;
    }
    tm.tm_wday = -1;            /* set by mktime() if it succeeds, also when it returns -1 */
    time_t t = mktime(&tm);
    if (t == (time_t)-1 && tm.tm_wday == -1) {
        PyErr_SetString(PyExc_OverflowError, "mktime argument out of range");
        return NULL;
    }
    return PyFloat_FromDouble((double)t);
}

/* timezone, altzone, daylight, tzname: from the offsets of this winter and summer. */
static status
add_zone(PyObject *module)
{
    const time_t year = (365 * 24 + 6) * 3600;
    time_t when = time(NULL) / year * year;
    struct tm winter, summer;
    if (_PyTime_localtime(when, &winter) < 0 || _PyTime_localtime(when + year / 2, &summer) < 0) {
        return -1;
    }
    char winter_name[64], summer_name[64];
    snprintf(winter_name, sizeof winter_name, "%s", winter.tm_zone ? winter.tm_zone : "   ");
    snprintf(summer_name, sizeof summer_name, "%s", summer.tm_zone ? summer.tm_zone : "   ");
    long west_winter = -winter.tm_gmtoff, west_summer = -summer.tm_gmtoff;
    bool south = west_winter < west_summer;
    const char *names[2] = {south ? summer_name : winter_name, south ? winter_name : summer_name};
    PyObject *first = PyUnicode_DecodeLocale(names[0], "surrogateescape");
    PyObject *second = PyUnicode_DecodeLocale(names[1], "surrogateescape"), *pair = NULL;
    status result = -1;
    if (first != NULL && second != NULL && (pair = PyTuple_Pack(2, first, second)) != NULL &&
        PyModule_AddIntConstant(module, "timezone", south ? west_summer : west_winter) == 0 &&
        PyModule_AddIntConstant(module, "altzone", south ? west_winter : west_summer) == 0 &&
        PyModule_AddIntConstant(module, "daylight", west_winter != west_summer) == 0) {
        result = PyModule_AddObjectRef(module, "tzname", pair);
    }
    Py_XDECREF(first);
    Py_XDECREF(second);
    Py_XDECREF(pair);
    return result;
}

FUNCTION(time, tzset, "!($module, /)", "tzset()\n\nTake over a changed environment variable TZ.")
static PyObject *
time_tzset(PyObject *module)
{
    PyObject *self = PyImport_ImportModule("time");
    if (self == NULL) {
        return NULL;
    }
    tzset();
    status result = add_zone(self);
    Py_DECREF(self);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- the module --------------------------------------------------------------------------- */

static int
time_exec(PyObject *module)
{
    struct TimeModule *state = module_state(module);
    if (PyModule_AddIntMacro(module, CLOCK_REALTIME) < 0 ||
        PyModule_AddIntMacro(module, CLOCK_MONOTONIC) < 0 ||
        PyModule_AddIntMacro(module, CLOCK_MONOTONIC_RAW) < 0 ||
        PyModule_AddIntMacro(module, CLOCK_PROCESS_CPUTIME_ID) < 0 ||
        PyModule_AddIntMacro(module, CLOCK_THREAD_CPUTIME_ID) < 0 ||
        PyModule_AddIntMacro(module, CLOCK_BOOTTIME) < 0 || PyModule_AddIntMacro(module, CLOCK_TAI) < 0 ||
        PyModule_AddIntConstant(module, "_STRUCT_TM_ITEMS", 11) < 0 || add_zone(module) < 0) {
        return -1;
    }
    state->struct_time = PyStructSequence_NewType(&struct_time_desc);
    return state->struct_time == NULL
               ? -1
               : PyModule_AddObjectRef(module, "struct_time", (PyObject *)state->struct_time);
}

static int
time_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(module_state(module)->struct_time);
    return 0;
}

static int
time_clear(PyObject *module)
{
    Py_CLEAR(module_state(module)->struct_time);
    return 0;
}

static void
time_free(void *module)
{
    time_clear(module);
}

static PyModuleDef_Slot time_slots[] = {{Py_mod_exec, time_exec}, {0, NULL}};
static PyMethodDef time_functions[];

static WRITTEN struct PyModuleDef time_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "time",
    .m_doc = "Clocks, waiting, and calendar time.",
    .m_size = sizeof(struct TimeModule),
    .m_methods = time_functions,
    .m_slots = time_slots,
    .m_traverse = time_traverse,
    .m_clear = time_clear,
    .m_free = time_free,
};

PyMODINIT_FUNC
PyInit_time(void)
{
    return PyModuleDef_Init(&time_def);
}

#include "gen/modules/time.inc"
