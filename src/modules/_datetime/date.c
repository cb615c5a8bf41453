/* date: a day of the calendar in four bytes (year big-endian, month, day). */
#include "modules/_datetime/_datetime.h"

#include <time.h>

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "MonTueWedThuFriSatSun";
const char *const month_names = months, *const weekday_names = weekdays;

#define YEAR(op) PyDateTime_GET_YEAR(op)
#define MONTH(op) PyDateTime_GET_MONTH(op)
#define DAY(op) PyDateTime_GET_DAY(op)

static int
ordinal_of(PyObject *op)
{
    return day_to_ordinal(YEAR(op), MONTH(op), DAY(op));
}

/* ---- making dates ---- */

status
check_day(int year, int month, int day)
{
    if (year < MIN_YEAR || year > MAX_YEAR) {
        PyErr_Format(PyExc_ValueError, "year %i is out of range", year);
        return -1;
    }
    if (month < 1 || month > 12) {
        PyErr_SetString(PyExc_ValueError, "month must be in 1..12");
        return -1;
    }
    if (day < 1 || day > days_in_month(year, month)) {
        PyErr_SetString(PyExc_ValueError, "day is out of range for month");
        return -1;
    }
    return 0;
}

PyObject *
date_new(PyTypeObject *type, int year, int month, int day)
{
    if (check_day(year, month, day) < 0) return NULL;
    DateObject *self = (DateObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->hashcode = -1;
        self->data[0] = (unsigned char)(year >> 8);
        self->data[1] = (unsigned char)year;
        self->data[2] = (unsigned char)month;
        self->data[3] = (unsigned char)day;
    }
    return (PyObject *)self;
}

PyObject *
date_call(PyTypeObject *type, int year, int month, int day)
{
    if (type == &PyDateTime_DateType) {
        return date_new(type, year, month, day);
    }
    if (type == &PyDateTime_DateTimeType) {
        Moment moment = {.year = year, .month = month, .day = day, .tzinfo = Py_None};
        return datetime_new(type, &moment);
    }
    return PyObject_CallFunction((PyObject *)type, "iii", year, month, day);
}

/* The day with number `ordinal`, which may lie outside of the calendar. */
static PyObject *
date_call_ordinal(PyTypeObject *type, int ordinal)
{
    Day day = day_of_ordinal(ordinal);
    return date_call(type, day.year, day.month, day.day);
}

PyObject *
pickled_state(PyObject *state, Py_ssize_t size, int at, unsigned char mask, int low, int high,
              const char *name, int *refused)
{
    *refused = 0;
    if (PyBytes_Check(state) && PyBytes_GET_SIZE(state) == size) {
        int checked = (unsigned char)PyBytes_AS_STRING(state)[at] & mask;
        if (checked >= low && checked <= high) return Py_NewRef(state);
    } else if (PyUnicode_Check(state)) {
        if (PyUnicode_READY(state) < 0) return NULL;
        if (PyUnicode_GET_LENGTH(state) == size) {
            Py_UCS4 checked = PyUnicode_READ_CHAR(state, at);
            checked &= mask == 0xFF ? (Py_UCS4)-1 : mask;
            if (checked >= (Py_UCS4)low && checked <= (Py_UCS4)high) {
                PyObject *bytes = PyUnicode_AsLatin1String(state);
                if (bytes == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
                    PyErr_Format(PyExc_ValueError,
                                 "Failed to encode latin1 string when unpickling a %s object. "
                                 "pickle.load(data, encoding='latin1') is assumed.", name);
                }
                return bytes;
            }
        }
    }
    *refused = 1;
    return NULL;
}

static PyObject *
date_of_state_take(PyTypeObject *type, PyObject *state)
{
    DateObject *self = (DateObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        memcpy(self->data, PyBytes_AS_STRING(state), sizeof(self->data));
        self->hashcode = -1;
    }
    Py_DECREF(state);
    return (PyObject *)self;
}

static PyObject *
date_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"year", "month", "day", NULL};
    if (PyTuple_GET_SIZE(args) == 1) {
        int refused;
        PyObject *state = pickled_state(PyTuple_GET_ITEM(args, 0), _PyDateTime_DATE_DATASIZE, 2, 0xFF,
                                        1, 12, "date", &refused);
        if (state != NULL) return date_of_state_take(type, state);
        if (!refused) return NULL;
    }
    int year, month, day;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "iii", keywords, &year, &month, &day)) return NULL;
    return date_new(type, year, month, day);
}

PyObject *
date_fromtimestamp_object(PyTypeObject *type, PyObject *timestamp)
{
    time_t seconds;
    struct tm tm;
    if (_PyTime_ObjectToTime_t(timestamp, &seconds, _PyTime_ROUND_FLOOR) < 0
        || _PyTime_localtime(seconds, &tm) < 0) {
        return NULL;
    }
    return date_call(type, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

CLASSMETHOD(date, fromtimestamp, "($type, timestamp, /)",
            "The local date of a POSIX timestamp.")
static PyObject *
date_fromtimestamp(PyTypeObject *type, PyObject *timestamp)
{
    return date_fromtimestamp_object(type, timestamp);
}

CLASSMETHOD(date, fromordinal, NULL, "The date with a day number; day 1 is 1 January of year 1.")
static PyObject *
date_fromordinal(PyTypeObject *type, PyObject *args)
{
    int ordinal;
    if (!PyArg_ParseTuple(args, "i:fromordinal", &ordinal)) return NULL;
    if (ordinal < 1) {
        PyErr_SetString(PyExc_ValueError, "ordinal must be >= 1");
        return NULL;
    }
    return date_call_ordinal(type, ordinal);
}

CLASSMETHOD(date, fromisoformat, NULL, "The date that text in ISO 8601 format names.")
static PyObject *
date_fromisoformat(PyTypeObject *type, PyObject *text)
{
    return iso_parse_date(type, text);
}

CLASSMETHOD(date, fromisocalendar, NULL,
            "The date of an ISO year, week and weekday: the inverse of isocalendar().")
static PyObject *
date_fromisocalendar(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"year", "week", "day", NULL};
    int year, week, day;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "iii:fromisocalendar", keywords, &year, &week,
                                     &day)) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_SetString(PyExc_ValueError, "ISO calendar component out of range");
        }
        return NULL;
    }
    if (year < MIN_YEAR || year > MAX_YEAR) {
        PyErr_Format(PyExc_ValueError, "Year is out of range: %d", year);
        return NULL;
    }
    if (week < 1 || week > 52 + is_long_iso_year(year)) {
        PyErr_Format(PyExc_ValueError, "Invalid week: %d", week);
        return NULL;
    }
    if (day < 1 || day > 7) {
        PyErr_Format(PyExc_ValueError, "Invalid day: %d (range is [1, 7])", day);
        return NULL;
    }
    return date_call_ordinal(type, ordinal_of_iso_day(year, week, day));
}

CLASSMETHOD(date, today, NULL, "The current local date: fromtimestamp(time.time()).")
static PyObject *
date_today(PyTypeObject *type, PyObject *Py_UNUSED(ignored))
{
    PyObject *module = PyImport_ImportModule("time");
    PyObject *now = module ? PyObject_CallMethodNoArgs(module, ID(time)) : NULL;
    Py_XDECREF(module);
    PyObject *result = now ? PyObject_CallMethodOneArg((PyObject *)type, ID(fromtimestamp), now) : NULL;
    Py_XDECREF(now);
    return result;
}

/* ---- arithmetic ---- */

static PyObject *
date_add_delta(PyObject *date, PyObject *delta, int sign)
{
    long long ordinal = ordinal_of(date) + (long long)sign * ((DeltaObject *)delta)->days;
    if (ordinal < 1 || ordinal > MAX_ORDINAL) {
        PyErr_SetString(PyExc_OverflowError, "date value out of range");
        return NULL;
    }
    return date_call_ordinal(Py_TYPE(date), (int)ordinal);
}

static PyObject *
date_nb_add(PyObject *a, PyObject *b)
{
    if (IS_DATETIME(a) || IS_DATETIME(b)) Py_RETURN_NOTIMPLEMENTED;
    if (IS_DATE(a) && IS_DELTA(b)) return date_add_delta(a, b, 1);
    if (IS_DELTA(a) && IS_DATE(b)) return date_add_delta(b, a, 1);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
date_nb_subtract(PyObject *a, PyObject *b)
{
    if (IS_DATETIME(a) || IS_DATETIME(b) || !IS_DATE(a)) Py_RETURN_NOTIMPLEMENTED;
    if (IS_DATE(b)) return delta_new(&PyDateTime_DeltaType, ordinal_of(a) - ordinal_of(b), 0, 0);
    if (IS_DELTA(b)) return date_add_delta(a, b, -1);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
date_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DATE(other)) Py_RETURN_NOTIMPLEMENTED;
    return bool_of_order(memcmp(((DateObject *)self)->data, ((DateObject *)other)->data,
                                _PyDateTime_DATE_DATASIZE), op);
}

static Py_hash_t
date_tp_hash(DateObject *self)
{
    if (self->hashcode == -1) self->hashcode = _Py_HashBytes(self->data, sizeof(self->data));
    return self->hashcode;
}

/* ---- text ---- */

static PyObject *
date_tp_repr(PyObject *self)
{
    return PyUnicode_FromFormat("%s(%d, %d, %d)", Py_TYPE(self)->tp_name, YEAR(self), MONTH(self),
                                DAY(self));
}

METHOD(date, isoformat, NULL, "The date as YYYY-MM-DD.")
static PyObject *
date_isoformat(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    char text[ISO_TEXT_SIZE];
    char *end = iso_put_date(text, YEAR(self), MONTH(self), DAY(self));
    return PyUnicode_FromStringAndSize(text, end - text);
}

/* str() calls the method, which subclasses override. */
static PyObject *
date_tp_str(PyObject *self)
{
    return PyObject_CallMethodNoArgs(self, ID(isoformat));
}

METHOD(date, ctime, NULL, "The date as C's ctime() writes it, at midnight.")
static PyObject *
date_ctime(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    char text[96];
    snprintf(text, sizeof(text), "%.3s %.3s %2d 00:00:00 %04d",
             weekdays + 3 * weekday_of_ordinal(ordinal_of(self)), months + 3 * (MONTH(self) - 1),
             DAY(self), YEAR(self));
    return PyUnicode_FromString(text);
}

METHOD(date, strftime, NULL, "Text in the style of time.strftime().")
static PyObject *
date_strftime(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"format", NULL};
    PyObject *format;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U:strftime", keywords, &format)) return NULL;
    PyObject *tuple = PyObject_CallMethodNoArgs(self, ID(timetuple));
    PyObject *text = tuple ? format_time(self, format, tuple, self) : NULL;
    Py_XDECREF(tuple);
    return text;
}

METHOD(date, __format__, NULL, "str() for an empty format, else strftime().")
static PyObject *
date___format__(PyObject *self, PyObject *args)
{
    PyObject *format;
    if (!PyArg_ParseTuple(args, "U:__format__", &format)) return NULL;
    if (PyUnicode_GetLength(format) == 0) return PyObject_Str(self);
    return PyObject_CallMethodOneArg(self, ID(strftime), format);
}

/* ---- methods ---- */

/* time.struct_time of the fields, which need not make a valid date. */
PyObject *
struct_time_new(const Moment *m, int dst)
{
    int ordinal = day_to_ordinal(m->year, m->month, m->day);
    int values[9] = {m->year, m->month, m->day, m->hour, m->minute, m->second,
                     weekday_of_ordinal(ordinal), ordinal - day_to_ordinal(m->year, 1, 1) + 1, dst};
    PyObject *fields = PyTuple_New(9);
    for (int i = 0; fields != NULL && i < 9; i++) {
        PyObject *value = PyLong_FromLong(values[i]);
        if (value == NULL) Py_CLEAR(fields);
        else PyTuple_SET_ITEM(fields, i, value);
    }
    PyObject *module = fields ? PyImport_ImportModule("time") : NULL;
    PyObject *type = module ? PyObject_GetAttr(module, ID(struct_time)) : NULL;
    PyObject *result = type ? PyObject_CallOneArg(type, fields) : NULL;
    Py_XDECREF(type);
    Py_XDECREF(module);
    Py_XDECREF(fields);
    return result;
}

METHOD(date, timetuple, NULL, "The date as a time.struct_time at midnight.")
static PyObject *
date_timetuple(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Moment moment = {.year = YEAR(self), .month = MONTH(self), .day = DAY(self)};
    return struct_time_new(&moment, -1);
}

METHOD(date, isocalendar, NULL, "ISO year, week and weekday as a named tuple.")
static PyObject *
date_isocalendar(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return isocalendar_new(iso_day_of_ordinal(ordinal_of(self)));
}

METHOD(date, isoweekday, NULL, "The day of the week, Monday 1 to Sunday 7.")
static PyObject *
date_isoweekday(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(weekday_of_ordinal(ordinal_of(self)) + 1);
}

METHOD(date, toordinal, NULL, "The number of the day; 1 January of year 1 is day 1.")
static PyObject *
date_toordinal(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(ordinal_of(self));
}

METHOD(date, weekday, NULL, "The day of the week, Monday 0 to Sunday 6.")
static PyObject *
date_weekday(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(weekday_of_ordinal(ordinal_of(self)));
}

METHOD(date, replace, NULL, "The same date but for the given fields.")
static PyObject *
date_replace(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"year", "month", "day", NULL};
    int year = YEAR(self), month = MONTH(self), day = DAY(self);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iii:replace", keywords, &year, &month, &day)) {
        return NULL;
    }
    return date_new(Py_TYPE(self), year, month, day);
}

METHOD(date, __reduce__, NULL, "State for pickle: the type and its bytes.")
static PyObject *
date___reduce__(DateObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(O(N))", Py_TYPE(self),
                         PyBytes_FromStringAndSize((char *)self->data, sizeof(self->data)));
}

GETTER(date, year, NULL)
static PyObject *
date_get_year(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(YEAR(self));
}

GETTER(date, month, NULL)
static PyObject *
date_get_month(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(MONTH(self));
}

GETTER(date, day, NULL)
static PyObject *
date_get_day(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(DAY(self));
}

TYPE(date, PyDateTime_DateType, "datetime.date", DateObject, NULL,
     "date(year, month, day): a day of the Gregorian calendar, extended to all years 1 to 9999.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_datetime/date.inc"
