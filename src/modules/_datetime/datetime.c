/* datetime: a date and a time of day in ten bytes, with an optional zone.  A subtype of date. */
#include "modules/_datetime/_datetime.h"

#define YEAR(op) PyDateTime_GET_YEAR(op)
#define MONTH(op) PyDateTime_GET_MONTH(op)
#define DAY(op) PyDateTime_GET_DAY(op)
#define HOUR(op) PyDateTime_DATE_GET_HOUR(op)
#define MINUTE(op) PyDateTime_DATE_GET_MINUTE(op)
#define SECOND(op) PyDateTime_DATE_GET_SECOND(op)
#define MICROSECOND(op) PyDateTime_DATE_GET_MICROSECOND(op)
#define FOLD(op) PyDateTime_DATE_GET_FOLD(op)
#define TZINFO(op) PyDateTime_DATE_GET_TZINFO(op)

Moment
moment_of_datetime(PyObject *op)
{
    return (Moment){.year = YEAR(op), .month = MONTH(op), .day = DAY(op), .hour = HOUR(op),
                    .minute = MINUTE(op), .second = SECOND(op), .microsecond = MICROSECOND(op),
                    .fold = FOLD(op), .tzinfo = TZINFO(op)};
}

static int
ordinal_of(PyObject *op)
{
    return day_to_ordinal(YEAR(op), MONTH(op), DAY(op));
}

static int
seconds_of_day(PyObject *op)
{
    return HOUR(op) * 3600 + MINUTE(op) * 60 + SECOND(op);
}

/* ---- making datetimes ---- */

/* As for time: the short form without a zone. */
static PyObject *
datetime_tp_alloc(PyTypeObject *type, Py_ssize_t aware)
{
    if (type != &PyDateTime_DateTimeType) return PyType_GenericAlloc(type, 0);
    PyObject *self = PyObject_Malloc(aware ? sizeof(DateTimeObject)
                                           : sizeof(_PyDateTime_BaseDateTime));
    return self == NULL ? PyErr_NoMemory() : PyObject_Init(self, type);
}

static void
datetime_tp_dealloc(DateTimeObject *self)
{
    if (self->hastzinfo) Py_XDECREF(self->tzinfo);
    Py_TYPE(self)->tp_free(self);
}

PyObject *
datetime_new(PyTypeObject *type, const Moment *m)
{
    if (check_day(m->year, m->month, m->day) < 0
        || check_time(m->hour, m->minute, m->second, m->microsecond, m->fold) < 0
        || check_tzinfo(m->tzinfo) < 0) {
        return NULL;
    }
    int aware = m->tzinfo != Py_None;
    DateTimeObject *self = (DateTimeObject *)type->tp_alloc(type, aware);
    if (self == NULL) return NULL;
    self->hashcode = -1;
    self->hastzinfo = (char)aware;
    unsigned char *data = self->data;
    data[0] = (unsigned char)(m->year >> 8);
    data[1] = (unsigned char)m->year;
    data[2] = (unsigned char)m->month;
    data[3] = (unsigned char)m->day;
    data[4] = (unsigned char)m->hour;
    data[5] = (unsigned char)m->minute;
    data[6] = (unsigned char)m->second;
    data[7] = (unsigned char)(m->microsecond >> 16);
    data[8] = (unsigned char)(m->microsecond >> 8);
    data[9] = (unsigned char)m->microsecond;
    self->fold = (unsigned char)m->fold;
    if (aware) self->tzinfo = Py_NewRef(m->tzinfo);
    return (PyObject *)self;
}

PyObject *
datetime_call(PyTypeObject *type, const Moment *m)
{
    if (type == &PyDateTime_DateTimeType) return datetime_new(type, m);
    PyObject *result = PyObject_CallFunction((PyObject *)type, "iiiiiiiO", m->year, m->month, m->day,
                                             m->hour, m->minute, m->second, m->microsecond, m->tzinfo);
    /* a constructor of earlier times does not know `fold` */
    if (result != NULL && m->fold && IS_DATETIME(result)) ((DateTimeObject *)result)->fold = 1;
    return result;
}

/* From pickled bytes; the top bit of the month is the fold. */
static PyObject *
datetime_of_state_take(PyTypeObject *type, PyObject *state, PyObject *tzinfo)
{
    DateTimeObject *self = NULL;
    if (check_tzinfo(tzinfo) < 0) {
        PyErr_SetString(PyExc_TypeError, "bad tzinfo state arg");
    } else {
        int aware = tzinfo != Py_None;
        self = (DateTimeObject *)type->tp_alloc(type, aware);
        if (self != NULL) {
            memcpy(self->data, PyBytes_AS_STRING(state), sizeof(self->data));
            self->hashcode = -1;
            self->hastzinfo = (char)aware;
            self->fold = self->data[2] >> 7;
            self->data[2] &= 0x7F;
            if (aware) self->tzinfo = Py_NewRef(tzinfo);
        }
    }
    Py_DECREF(state);
    return (PyObject *)self;
}

/* datetime(year, month, day, ...) with small exact ints only: no parsing by format. */
static int
read_plain_fields(PyObject *args, PyObject *kwargs, Moment *m)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (kwargs != NULL || count < 3 || count > 8) return 0;
    int *const fields[] = {&m->year, &m->month, &m->day, &m->hour, &m->minute, &m->second,
                           &m->microsecond};
    for (Py_ssize_t i = 0; i < count && i < 7; i++) {
        PyObject *number = PyTuple_GET_ITEM(args, i);
        if (!PyLong_CheckExact(number) || Py_SIZE(number) < 0 || Py_SIZE(number) > 1) return 0;
        *fields[i] = _PyLong_AsInt(number);
    }
    if (count == 8) m->tzinfo = PyTuple_GET_ITEM(args, 7);
    return 1;
}

static PyObject *
datetime_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"year", "month", "day", "hour", "minute", "second", "microsecond",
                               "tzinfo", "fold", NULL};
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count == 1 || count == 2) {
        int refused;
        PyObject *state = pickled_state(PyTuple_GET_ITEM(args, 0), _PyDateTime_DATETIME_DATASIZE, 2,
                                        0x7F, 1, 12, "datetime", &refused);
        if (state != NULL) {
            return datetime_of_state_take(type, state,
                                          count == 2 ? PyTuple_GET_ITEM(args, 1) : Py_None);
        }
        if (!refused) return NULL;
    }
    Moment m = {.tzinfo = Py_None};
    if (!read_plain_fields(args, kwargs, &m)) {
        m = (Moment){.tzinfo = Py_None};
        if (!PyArg_ParseTupleAndKeywords(args, kwargs, "iii|iiiiO$i", keywords, &m.year, &m.month,
                                         &m.day, &m.hour, &m.minute, &m.second, &m.microsecond,
                                         &m.tzinfo, &m.fold)) {
            return NULL;
        }
    }
    return datetime_new(type, &m);
}

/* A datetime whose fields are UTC but carry `tzinfo`, in the zone's time: takes `utc`. */
static PyObject *
in_zone_take(PyObject *utc, PyObject *tzinfo)
{
    if (utc == NULL || tzinfo == Py_None) return utc;
    PyObject *result = PyObject_CallMethodOneArg(tzinfo, ID(fromutc), utc);
    Py_DECREF(utc);
    return result;
}

CLASSMETHOD(datetime, now, "($type, /, tz=None)", "The current time, local or in a time zone.")
static PyObject *
datetime_now(PyTypeObject *type, PyObject *tz)
{
    if (check_tzinfo(tz) < 0) return NULL;
    return in_zone_take(datetime_from_clock(type, tz, tz != Py_None), tz);
}

CLASSMETHOD(datetime, utcnow, NULL, "The current time in UTC, without a time zone.")
static PyObject *
datetime_utcnow(PyTypeObject *type, PyObject *Py_UNUSED(ignored))
{
    return datetime_from_clock(type, Py_None, 1);
}

CLASSMETHOD(datetime, fromtimestamp, NULL,
            "The local time, or that of a time zone, of a POSIX timestamp.")
PyObject *
datetime_fromtimestamp(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"timestamp", "tz", NULL};
    PyObject *timestamp, *tz = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:fromtimestamp", keywords, &timestamp, &tz)
        || check_tzinfo(tz) < 0) {
        return NULL;
    }
    return in_zone_take(datetime_from_timestamp(type, timestamp, tz, tz != Py_None), tz);
}

CLASSMETHOD(datetime, utcfromtimestamp, NULL, "The UTC time of a POSIX timestamp, without a time zone.")
static PyObject *
datetime_utcfromtimestamp(PyTypeObject *type, PyObject *args)
{
    PyObject *timestamp;
    if (!PyArg_ParseTuple(args, "O:utcfromtimestamp", &timestamp)) return NULL;
    return datetime_from_timestamp(type, timestamp, Py_None, 1);
}

CLASSMETHOD(datetime, strptime, NULL, "The datetime that a text in a time.strptime() format names.")
static PyObject *
datetime_strptime(PyTypeObject *type, PyObject *args)
{
    PyObject *text, *format;
    if (!PyArg_ParseTuple(args, "UU:strptime", &text, &format)) return NULL;
    PyObject *module = PyImport_ImportModule("_strptime");
    if (module == NULL) return NULL;
    PyObject *result = PyObject_CallMethodObjArgs(module, ID(_strptime_datetime), type, text, format,
                                                  NULL);
    Py_DECREF(module);
    return result;
}

CLASSMETHOD(datetime, combine, NULL, "A date and a time as one; tzinfo replaces that of the time.")
static PyObject *
datetime_combine(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"date", "time", "tzinfo", NULL};
    PyObject *date, *time, *tzinfo = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!|O:combine", keywords, &PyDateTime_DateType,
                                     &date, &PyDateTime_TimeType, &time, &tzinfo)) {
        return NULL;
    }
    Moment m = {
        .year = YEAR(date), .month = MONTH(date), .day = DAY(date),
        .hour = PyDateTime_TIME_GET_HOUR(time), .minute = PyDateTime_TIME_GET_MINUTE(time),
        .second = PyDateTime_TIME_GET_SECOND(time),
        .microsecond = PyDateTime_TIME_GET_MICROSECOND(time), .fold = PyDateTime_TIME_GET_FOLD(time),
        .tzinfo = tzinfo != NULL ? tzinfo : PyDateTime_TIME_GET_TZINFO(time),
    };
    return datetime_call(type, &m);
}

CLASSMETHOD(datetime, fromisoformat, NULL, "The datetime that text in ISO 8601 format names.")
static PyObject *
datetime_fromisoformat(PyTypeObject *type, PyObject *text)
{
    return iso_parse_datetime(type, text);
}

/* ---- arithmetic ---- */

/* Bring *value into 0..unit-1; how many units are carried. */
static long long
carry_units(long long *value, long long unit)
{
    if (likely(*value >= 0 && *value < unit)) return 0;
    long long carry = *value / unit;
    *value -= carry * unit;
    if (*value < 0) {
        *value += unit;
        carry--;
    }
    return carry;
}

PyObject *
datetime_add_delta(PyObject *datetime, PyObject *op, int sign)
{
    DeltaObject *delta = (DeltaObject *)op;
    long long microsecond = MICROSECOND(datetime) + sign * (long long)delta->microseconds;
    long long second = seconds_of_day(datetime) + sign * (long long)delta->seconds;
    long long days = sign * (long long)delta->days;
    /* at most one step of carrying each, but for pickled fields out of range */
    second += carry_units(&microsecond, MICROSECONDS_PER_SECOND);
    days += carry_units(&second, SECONDS_PER_DAY);
    Day day = {.year = YEAR(datetime), .month = MONTH(datetime)};
    days += DAY(datetime);
    if (likely(days >= 1 && days <= 28 && day.month >= 1 && day.month <= 12 && day.year >= MIN_YEAR
               && day.year <= MAX_YEAR)) {
        day.day = (int)days;                /* every month has this day */
    } else {
        long long ordinal = day_to_ordinal(day.year, day.month, 0) + days;
        if (ordinal < 1 || ordinal > MAX_ORDINAL) {
            PyErr_SetString(PyExc_OverflowError, "date value out of range");
            return NULL;
        }
        day = day_of_ordinal((int)ordinal);
    }
    Moment m = {.year = day.year, .month = day.month, .day = day.day, .hour = (int)second / 3600,
                .minute = (int)second / 60 % 60, .second = (int)second % 60,
                .microsecond = (int)microsecond, .tzinfo = TZINFO(datetime)};
    return datetime_call(Py_TYPE(datetime), &m);
}

static PyObject *
datetime_nb_add(PyObject *a, PyObject *b)
{
    if (IS_DATETIME(a) && IS_DELTA(b)) return datetime_add_delta(a, b, 1);
    if (IS_DELTA(a) && IS_DATETIME(b)) return datetime_add_delta(b, a, 1);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *
offset_of(PyObject *self)
{
    return tzinfo_utcoffset_of(TZINFO(self), self);
}

static PyObject *
naive_difference(PyObject *a, PyObject *b)
{
    return delta_new(&PyDateTime_DeltaType, ordinal_of(a) - ordinal_of(b),
                     seconds_of_day(a) - seconds_of_day(b), MICROSECOND(a) - MICROSECOND(b));
}

PyObject *
datetime_difference(PyObject *a, PyObject *b)
{
    if (TZINFO(a) == TZINFO(b)) return naive_difference(a, b);
    PyObject *x = offset_of(a);
    PyObject *y = x ? offset_of(b) : NULL;
    PyObject *result = NULL;
    if (y == NULL) {
        /* raised */
    } else if ((x == Py_None) != (y == Py_None)) {
        PyErr_SetString(PyExc_TypeError, "can't subtract offset-naive and offset-aware datetimes");
    } else {
        result = naive_difference(a, b);
        if (result != NULL && x != y && delta_compare(x, y) != 0) {
            PyObject *shift = delta_subtract(x, y);
            Py_SETREF(result, shift ? delta_subtract(result, shift) : NULL);
            Py_XDECREF(shift);
        }
    }
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

static PyObject *
datetime_nb_subtract(PyObject *a, PyObject *b)
{
    if (IS_DATETIME(a)) {
        if (IS_DATETIME(b)) return datetime_difference(a, b);
        if (IS_DELTA(b)) return datetime_add_delta(a, b, -1);
    }
    Py_RETURN_NOTIMPLEMENTED;
}

/* ---- comparing ---- */

/* utcoffset() with the other fold: new. */
static PyObject *
other_offset(PyObject *self, int fold)
{
    Moment m = moment_of_datetime(self);
    m.fold = fold;
    PyObject *other = datetime_new(&PyDateTime_DateTimeType, &m);
    PyObject *offset = other ? tzinfo_utcoffset_of(m.tzinfo, other) : NULL;
    Py_XDECREF(other);
    return offset;
}

/* Whether the offset depends on the fold: such a time is equal to none in another zone (PEP 495). */
static truth
is_ambiguous(PyObject *self, PyObject *offset)
{
    PyObject *flipped = other_offset(self, !FOLD(self));
    if (flipped == NULL) return -1;
    truth differs = flipped != offset
                    && (flipped == Py_None || offset == Py_None || delta_compare(flipped, offset) != 0);
    Py_DECREF(flipped);
    return differs;
}

/* The order of two datetimes of which `a` and `b` are the offsets; 2 after an exception. */
static int
order_by_offsets(PyObject *self, PyObject *other, PyObject *a, PyObject *b, int op)
{
    int order;
    if (a == b || (a != Py_None && b != Py_None && delta_compare(a, b) == 0)) {
        order = memcmp(((DateTimeObject *)self)->data, ((DateTimeObject *)other)->data,
                       _PyDateTime_DATETIME_DATASIZE);
    } else {
        PyObject *delta = datetime_difference(self, other);
        if (delta == NULL) return 2;
        order = ((DeltaObject *)delta)->days < 0 ? -1 : !delta_is_zero(delta);
        Py_DECREF(delta);
    }
    if (order == 0 && (op == Py_EQ || op == Py_NE)) {
        truth differs = is_ambiguous(self, a);
        if (differs == 0) differs = is_ambiguous(other, b);
        if (differs < 0) return 2;
        order = differs;
    }
    return order < 0 ? -1 : order > 0;
}

static PyObject *
datetime_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DATETIME(other)) {
        if (!IS_DATE(other)) Py_RETURN_NOTIMPLEMENTED;
        if (op == Py_EQ || op == Py_NE) return PyBool_FromLong(op == Py_NE);
        return PyErr_Format(PyExc_TypeError, "can't compare %s to %s", Py_TYPE(self)->tp_name,
                            Py_TYPE(other)->tp_name);
    }
    if (TZINFO(self) == TZINFO(other)) {
        return bool_of_order(memcmp(((DateTimeObject *)self)->data, ((DateTimeObject *)other)->data,
                                    _PyDateTime_DATETIME_DATASIZE), op);
    }
    PyObject *result = NULL;
    PyObject *a = offset_of(self);
    PyObject *b = a ? offset_of(other) : NULL;
    if (b == NULL) {
        /* raised */
    } else if ((a == Py_None) == (b == Py_None)) {
        int order = order_by_offsets(self, other, a, b, op);
        if (order != 2) result = bool_of_order(order, op);
    } else if (op == Py_EQ || op == Py_NE) {
        result = PyBool_FromLong(op == Py_NE);
    } else {
        PyErr_SetString(PyExc_TypeError, "can't compare offset-naive and offset-aware datetimes");
    }
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static Py_hash_t
datetime_tp_hash(DateTimeObject *op)
{
    PyObject *self = (PyObject *)op;
    if (op->hashcode != -1) return op->hashcode;
    PyObject *offset = FOLD(self) ? other_offset(self, 0) : offset_of(self);
    if (offset == NULL) return -1;
    if (offset == Py_None) {
        op->hashcode = _Py_HashBytes(op->data, sizeof(op->data));
    } else {
        PyObject *local = delta_new(&PyDateTime_DeltaType, ordinal_of(self), seconds_of_day(self),
                                    MICROSECOND(self));
        PyObject *utc = local ? delta_subtract(local, offset) : NULL;
        if (utc != NULL) op->hashcode = PyObject_Hash(utc);
        Py_XDECREF(local);
        Py_XDECREF(utc);
    }
    Py_DECREF(offset);
    return op->hashcode;
}

/* ---- text ---- */

static PyObject *
datetime_tp_repr(PyObject *self)
{
    char fields[128];
    int length = snprintf(fields, sizeof(fields), "%d, %d, %d, %d, %d", YEAR(self), MONTH(self),
                          DAY(self), HOUR(self), MINUTE(self));
    if (SECOND(self) || MICROSECOND(self)) {
        length += snprintf(fields + length, sizeof(fields) - (size_t)length, ", %d", SECOND(self));
    }
    if (MICROSECOND(self)) {
        snprintf(fields + length, sizeof(fields) - (size_t)length, ", %d", MICROSECOND(self));
    }
    const char *type = Py_TYPE(self)->tp_name, *fold = FOLD(self) ? ", fold=1" : "";
    return TZINFO(self) == Py_None
               ? PyUnicode_FromFormat("%s(%s%s)", type, fields, fold)
               : PyUnicode_FromFormat("%s(%s%s, tzinfo=%R)", type, fields, fold, TZINFO(self));
}

static PyObject *
datetime_tp_str(PyObject *self)
{
    PyObject *space = PyUnicode_FromString(" ");
    PyObject *text = space ? PyObject_CallMethodOneArg(self, ID(isoformat), space) : NULL;
    Py_XDECREF(space);
    return text;
}

METHOD(datetime, isoformat, NULL,
       "YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM; sep stands between date and time,\n"
       "timespec names the last field that is shown.")
static PyObject *
datetime_isoformat(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"sep", "timespec", NULL};
    int separator = 'T';
    const char *timespec = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Cs:isoformat", keywords, &separator, &timespec)) {
        return NULL;
    }
    char text[2 * ISO_TEXT_SIZE];
    Moment m = moment_of_datetime(self);
    char *middle = iso_put_date(text, m.year, m.month, m.day);
    *middle = separator < 128 ? (char)separator : '\0';
    char *end = iso_put_time(middle + 1, &m, timespec);
    if (end != NULL) end = iso_put_offset(end, m.tzinfo, self, ":");
    if (end == NULL) return NULL;
    if (separator < 128) return PyUnicode_FromStringAndSize(text, end - text);
    *middle = *end = '\0';
    return PyUnicode_FromFormat("%s%c%s", text, separator, middle + 1);
}

METHOD(datetime, ctime, NULL, "The datetime as C's ctime() writes it.")
static PyObject *
datetime_ctime(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    char text[96];
    snprintf(text, sizeof(text), "%.3s %.3s %2d %02d:%02d:%02d %04d",
             weekday_names + 3 * weekday_of_ordinal(ordinal_of(self)),
             month_names + 3 * (MONTH(self) - 1), DAY(self), HOUR(self), MINUTE(self), SECOND(self),
             YEAR(self));
    return PyUnicode_FromString(text);
}

/* ---- methods ---- */

METHOD(datetime, date, NULL, "The day alone.")
static PyObject *
datetime_date(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return date_new(&PyDateTime_DateType, YEAR(self), MONTH(self), DAY(self));
}

METHOD(datetime, time, NULL, "The time of day alone, without the zone.")
static PyObject *
datetime_time(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Moment m = moment_of_datetime(self);
    m.tzinfo = Py_None;
    return time_new(&PyDateTime_TimeType, &m);
}

METHOD(datetime, timetz, NULL, "The time of day with the zone.")
static PyObject *
datetime_timetz(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Moment m = moment_of_datetime(self);
    return time_new(&PyDateTime_TimeType, &m);
}

METHOD(datetime, timetuple, NULL, "The fields as a time.struct_time; tm_isdst from the zone.")
static PyObject *
datetime_timetuple(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    int dst = -1;
    PyObject *saving = tzinfo_dst_of(TZINFO(self), self);
    if (saving == NULL) return NULL;
    if (saving != Py_None) dst = !delta_is_zero(saving);
    Py_DECREF(saving);
    Moment m = moment_of_datetime(self);
    return struct_time_new(&m, dst);
}

METHOD(datetime, utctimetuple, NULL, "The UTC time as a time.struct_time.")
static PyObject *
datetime_utctimetuple(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *offset = offset_of(self);
    if (offset == NULL) return NULL;
    PyObject *utc = offset == Py_None ? Py_NewRef(self) : datetime_add_delta(self, offset, -1);
    Py_DECREF(offset);
    if (utc == NULL) return NULL;
    PyObject *result = NULL;
    if (IS_DATETIME(utc)) {
        Moment m = moment_of_datetime(utc);
        result = struct_time_new(&m, 0);
    } else {
        PyErr_Format(PyExc_TypeError, "expected a datetime, got %.200s", Py_TYPE(utc)->tp_name);
    }
    Py_DECREF(utc);
    return result;
}

METHOD(datetime, timestamp, NULL, "The POSIX timestamp, as a float.")
static PyObject *
datetime_timestamp(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Moment m = moment_of_datetime(self);
    if (m.tzinfo == Py_None) {
        long long seconds = moment_local_seconds(&m);
        if (seconds == -1 && PyErr_Occurred()) return NULL;
        return PyFloat_FromDouble((double)seconds + m.microsecond / 1e6);
    }
    Moment epoch = {.year = 1970, .month = 1, .day = 1, .tzinfo = UTC_OBJECT};
    PyObject *zero = datetime_new(&PyDateTime_DateTimeType, &epoch);
    PyObject *delta = zero ? datetime_difference(self, zero) : NULL;
    Py_XDECREF(zero);
    if (delta == NULL) return NULL;
    double seconds = delta_seconds(delta);
    Py_DECREF(delta);
    return seconds == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(seconds);
}

METHOD(datetime, utcoffset, NULL, "The zone's offset from UTC, or None.")
static PyObject *
datetime_utcoffset(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return offset_of(self);
}

METHOD(datetime, tzname, NULL, "The zone's name, or None.")
static PyObject *
datetime_tzname(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return tzinfo_tzname_of(TZINFO(self), self);
}

METHOD(datetime, dst, NULL, "The zone's daylight saving time, or None.")
static PyObject *
datetime_dst(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return tzinfo_dst_of(TZINFO(self), self);
}

METHOD(datetime, replace, NULL, "The same datetime but for the given fields.")
static PyObject *
datetime_replace(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"year", "month", "day", "hour", "minute", "second", "microsecond",
                               "tzinfo", "fold", NULL};
    Moment m = moment_of_datetime(self);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iiiiiiiO$i:replace", keywords, &m.year, &m.month,
                                     &m.day, &m.hour, &m.minute, &m.second, &m.microsecond, &m.tzinfo,
                                     &m.fold)) {
        return NULL;
    }
    return datetime_new(Py_TYPE(self), &m);
}

/* The zone of the system's local time at a naive datetime: new. */
static PyObject *
local_timezone_at(PyObject *naive)
{
    Moment m = moment_of_datetime(naive);
    long long seconds = moment_local_seconds(&m);
    if (seconds == -1 && PyErr_Occurred()) return NULL;
    return local_timezone(seconds);
}

/* The zone of the system's local time at a datetime whose fields are UTC: new. */
static PyObject *
local_timezone_at_utc(PyObject *utc)
{
    Moment m = moment_of_datetime(utc);
    long long days = day_to_ordinal(m.year, m.month, m.day) - EPOCH_ORDINAL;
    return local_timezone(days * SECONDS_PER_DAY + m.hour * 3600 + m.minute * 60 + m.second);
}

/* Replaces the zone of a datetime that nobody else has seen. */
static void
set_tzinfo(PyObject *self, PyObject *tzinfo)
{
    DateTimeObject *op = (DateTimeObject *)self;
    PyObject *old = op->hastzinfo ? op->tzinfo : NULL;
    op->tzinfo = Py_NewRef(tzinfo);
    op->hastzinfo = 1;
    Py_XDECREF(old);
}

/* self - offset as a datetime of self's type with the zone UTC. */
static PyObject *
to_utc(PyObject *self, PyObject *offset)
{
    PyObject *utc = datetime_add_delta(self, offset, -1);
    if (utc == NULL) return NULL;
    if (!IS_DATETIME(utc)) {
        PyErr_Format(PyExc_TypeError, "expected a datetime, got %.200s", Py_TYPE(utc)->tp_name);
        Py_DECREF(utc);
        return NULL;
    }
    if (Py_IS_TYPE(utc, &PyDateTime_DateTimeType) && !((DateTimeObject *)utc)->hastzinfo) {
        /* the short form has no room for a zone */
        Moment m = moment_of_datetime(utc);
        m.tzinfo = UTC_OBJECT;
        Py_SETREF(utc, datetime_new(&PyDateTime_DateTimeType, &m));
    } else {
        set_tzinfo(utc, UTC_OBJECT);
    }
    return utc;
}

METHOD(datetime, astimezone, NULL, "The same moment in another zone, the system's if tz is None.")
static PyObject *
datetime_astimezone(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"tz", NULL};
    PyObject *tz = Py_None, *offset = NULL, *utc = NULL, *result = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:astimezone", keywords, &tz)
        || check_tzinfo(tz) < 0) {
        return NULL;
    }
    PyObject *own = TZINFO(self) == Py_None ? local_timezone_at(self) : Py_NewRef(TZINFO(self));
    if (own == NULL) return NULL;
    if (own == tz) {
        Py_DECREF(own);
        return Py_NewRef(self);
    }
    offset = tzinfo_utcoffset_of(own, self);
    if (offset == Py_None) {
        Py_SETREF(own, local_timezone_at(self));
        Py_SETREF(offset, own ? tzinfo_utcoffset_of(own, self) : NULL);
    }
    if (offset == NULL) goto done;
    if (tz == own) {
        result = Py_NewRef(self);
        goto done;
    }
    utc = to_utc(self, offset);
    if (utc == NULL) goto done;
    tz = tz == Py_None ? local_timezone_at_utc(utc) : Py_NewRef(tz);
    if (tz != NULL) {
        set_tzinfo(utc, tz);
        result = PyObject_CallMethodOneArg(tz, ID(fromutc), utc);
        Py_DECREF(tz);
    }
done:
    Py_XDECREF(own);
    Py_XDECREF(offset);
    Py_XDECREF(utc);
    return result;
}

static PyObject *
reduce_datetime(DateTimeObject *self, int protocol)
{
    unsigned char data[_PyDateTime_DATETIME_DATASIZE];
    memcpy(data, self->data, sizeof(data));
    if (protocol > 3 && self->fold) data[2] |= 0x80;
    PyObject *state = PyBytes_FromStringAndSize((char *)data, sizeof(data));
    return self->hastzinfo ? Py_BuildValue("(O(NO))", Py_TYPE(self), state, self->tzinfo)
                           : Py_BuildValue("(O(N))", Py_TYPE(self), state);
}

METHOD(datetime, __reduce_ex__, NULL, "State for pickle; the fold is kept from protocol 4 on.")
static PyObject *
datetime___reduce_ex__(DateTimeObject *self, PyObject *args)
{
    int protocol;
    return PyArg_ParseTuple(args, "i:__reduce_ex__", &protocol) ? reduce_datetime(self, protocol)
                                                                : NULL;
}

METHOD(datetime, __reduce__, NULL, "State for pickle, without the fold.")
static PyObject *
datetime___reduce__(DateTimeObject *self, PyObject *Py_UNUSED(ignored))
{
    return reduce_datetime(self, 2);
}

GETTER(datetime, hour, NULL)
static PyObject *
datetime_get_hour(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(HOUR(self));
}

GETTER(datetime, minute, NULL)
static PyObject *
datetime_get_minute(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(MINUTE(self));
}

GETTER(datetime, second, NULL)
static PyObject *
datetime_get_second(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(SECOND(self));
}

GETTER(datetime, microsecond, NULL)
static PyObject *
datetime_get_microsecond(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(MICROSECOND(self));
}

GETTER(datetime, tzinfo, NULL)
static PyObject *
datetime_get_tzinfo(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(TZINFO(self));
}

GETTER(datetime, fold, NULL)
static PyObject *
datetime_get_fold(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(FOLD(self));
}

TYPE(datetime, PyDateTime_DateTimeType, "datetime.datetime", DateTimeObject, NULL,
     "datetime(year, month, day[, hour[, minute[, second[, microsecond[, tzinfo]]]]], *, fold=0):\n"
     "a date with a time of day, and a time zone unless tzinfo is None.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyDateTime_DateType,
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_datetime/datetime.inc"
