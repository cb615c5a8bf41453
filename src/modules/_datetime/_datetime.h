/* What the files of _datetime share.

   Invariants: objects never change after they were made, but for their cached hash (-1: unknown) and,
   before anyone else sees them, fold and tzinfo.  A time or datetime whose tzinfo is None is allocated
   without the two words of fold and tzinfo when it is of the exact type; `fold` lies before its end
   in both forms.  Pickled states are checked for the month and the hour only: other fields of such
   an object may hold any byte, and no function may fail over them other than by an exception. */
#ifndef KRAIT_MODULES_DATETIME_H
#define KRAIT_MODULES_DATETIME_H

#define _PY_DATETIME_IMPL
#include "object/declare.h"

#include <datetime.h>

#include "modules/_datetime/calendar.h"

typedef PyDateTime_Date DateObject;
typedef PyDateTime_Time TimeObject;
typedef PyDateTime_DateTime DateTimeObject;
typedef PyDateTime_Delta DeltaObject;

typedef struct {
    PyObject_HEAD
    PyObject *offset;               /* exact timedelta */
    PyObject *name;                 /* str or NULL */
} TimezoneObject;

/* Not exported; the prefix makes the generator give them linkage. */
extern PyTypeObject PyDateTime_DateType, PyDateTime_TimeType, PyDateTime_DateTimeType,
    PyDateTime_DeltaType, PyDateTime_TZInfoType, PyDateTime_TimeZoneType, PyDateTime_IsoCalendarType;

/* timezone.utc: constant like the static types, for every interpreter. */
extern TimezoneObject datetime_utc;
#define UTC_OBJECT ((PyObject *)&datetime_utc)

#define IS_DATE(op) PyObject_TypeCheck((PyObject *)(op), &PyDateTime_DateType)
#define IS_DATETIME(op) PyObject_TypeCheck((PyObject *)(op), &PyDateTime_DateTimeType)
#define IS_TIME(op) PyObject_TypeCheck((PyObject *)(op), &PyDateTime_TimeType)
#define IS_DELTA(op) PyObject_TypeCheck((PyObject *)(op), &PyDateTime_DeltaType)
#define IS_TZINFO(op) PyObject_TypeCheck((PyObject *)(op), &PyDateTime_TZInfoType)

/* The fields of a datetime in readable form; `tzinfo` is borrowed and may be Py_None. */
typedef struct {
    int year, month, day, hour, minute, second, microsecond, fold;
    PyObject *tzinfo;
} Moment;

/* ---- timedelta.c ---- */

/* days, seconds and microseconds may be any values that carry over into days without leaving long long. */
PyObject *delta_new(PyTypeObject *type, long long days, long long seconds, long long microseconds);
/* As if from the ABI: with normalize false the fields are taken as they are. */
PyObject *delta_from_fields(int days, int seconds, int microseconds, int normalize,
                            PyTypeObject *type);
int delta_compare(PyObject *a, PyObject *b);
PyObject *delta_subtract(PyObject *a, PyObject *b);
double delta_seconds(PyObject *delta);
int delta_is_zero(PyObject *delta);
/* Compares -1, 0, 1 as rich comparison `op`: new bool. */
PyObject *bool_of_order(int order, int op);

/* ---- date.c ---- */

status check_day(int year, int month, int day);
PyObject *date_new(PyTypeObject *type, int year, int month, int day);
/* Calls a subclass, makes an object of the exact types directly. */
PyObject *date_call(PyTypeObject *type, int year, int month, int day);
PyObject *date_fromtimestamp_object(PyTypeObject *type, PyObject *timestamp);
PyObject *struct_time_new(const Moment *moment, int dst);
/* The bytes of a pickled state of `size`: `state` itself, or a str in Latin-1; new or NULL with an
   exception.  Sets *refused (and returns NULL without one) if it is none of `name`'s. */
PyObject *pickled_state(PyObject *state, Py_ssize_t size, int at, unsigned char mask, int low,
                        int high, const char *name, int *refused);
extern const char *const month_names, *const weekday_names;     /* three letters each */

/* ---- time.c ---- */

status check_time(int hour, int minute, int second, int microsecond, int fold);
status check_tzinfo(PyObject *tzinfo);
PyObject *time_new(PyTypeObject *type, const Moment *moment);

/* ---- datetime.c ---- */

PyObject *datetime_new(PyTypeObject *type, const Moment *moment);
PyObject *datetime_call(PyTypeObject *type, const Moment *moment);
Moment moment_of_datetime(PyObject *op);
/* Moment plus sign * delta, of type `type`; OverflowError outside of the calendar. */
PyObject *datetime_add_delta(PyObject *datetime, PyObject *delta, int sign);
PyObject *datetime_difference(PyObject *a, PyObject *b);
PyObject *datetime_fromtimestamp(PyTypeObject *type, PyObject *args, PyObject *kwargs);

/* ---- clock.c: local time and the system's clock ---- */

PyObject *datetime_from_clock(PyTypeObject *type, PyObject *tzinfo, int utc);
PyObject *datetime_from_timestamp(PyTypeObject *type, PyObject *timestamp, PyObject *tzinfo, int utc);
/* Seconds since 1970 of a naive moment in local time; -1 with an exception (or without). */
long long moment_local_seconds(const Moment *moment);
PyObject *local_timezone(long long seconds);

/* ---- tzinfo.c ---- */

PyObject *peek_tzinfo(PyObject *op);            /* of a time or datetime, else None */
PyObject *tzinfo_utcoffset_of(PyObject *tzinfo, PyObject *argument);
PyObject *tzinfo_dst_of(PyObject *tzinfo, PyObject *argument);
PyObject *tzinfo_tzname_of(PyObject *tzinfo, PyObject *argument);

/* ---- timezone.c ---- */

PyObject *timezone_new(PyObject *offset, PyObject *name);

/* ---- isocalendar.c ---- */

PyObject *isocalendar_new(Day day);

/* ---- isoformat.c ---- */

enum { ISO_TEXT_SIZE = 128 };
char *iso_put_date(char *p, int year, int month, int day);
/* Time of day in the precision of `timespec`: NULL for automatic; NULL with ValueError if unknown. */
char *iso_put_time(char *p, const Moment *moment, const char *timespec);
/* The UTC offset with `separator`; nothing for None; NULL with an exception. */
char *iso_put_offset(char *p, PyObject *tzinfo, PyObject *argument, const char *separator);
PyObject *iso_parse_date(PyTypeObject *type, PyObject *text);
PyObject *iso_parse_time(PyTypeObject *type, PyObject *text);
PyObject *iso_parse_datetime(PyTypeObject *type, PyObject *text);

/* ---- strftime.c ---- */

/* `format` after %z, %Z and %f were replaced, given to time.strftime with `timetuple`. */
PyObject *format_time(PyObject *self, PyObject *format, PyObject *timetuple, PyObject *argument);


#endif
