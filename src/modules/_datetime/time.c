/* time: a time of day in six bytes (hour, minute, second, microsecond big-endian), with an optional zone. */
#include "modules/_datetime/_datetime.h"

#define HOUR(op) PyDateTime_TIME_GET_HOUR(op)
#define MINUTE(op) PyDateTime_TIME_GET_MINUTE(op)
#define SECOND(op) PyDateTime_TIME_GET_SECOND(op)
#define MICROSECOND(op) PyDateTime_TIME_GET_MICROSECOND(op)
#define FOLD(op) PyDateTime_TIME_GET_FOLD(op)
#define TZINFO(op) PyDateTime_TIME_GET_TZINFO(op)

static Moment
moment_of_time(PyObject *op)
{
    return (Moment){.hour = HOUR(op), .minute = MINUTE(op), .second = SECOND(op),
                    .microsecond = MICROSECOND(op), .fold = FOLD(op), .tzinfo = TZINFO(op)};
}

/* ---- making times ---- */

status
check_time(int hour, int minute, int second, int microsecond, int fold)
{
    const char *text = hour < 0 || hour > 23         ? "hour must be in 0..23"
                       : minute < 0 || minute > 59   ? "minute must be in 0..59"
                       : second < 0 || second > 59   ? "second must be in 0..59"
                       : microsecond < 0 || microsecond >= MICROSECONDS_PER_SECOND
                           ? "microsecond must be in 0..999999"
                       : fold != 0 && fold != 1      ? "fold must be either 0 or 1"
                                                     : NULL;
    if (text == NULL) return 0;
    PyErr_SetString(PyExc_ValueError, text);
    return -1;
}

status
check_tzinfo(PyObject *tzinfo)
{
    if (tzinfo == Py_None || IS_TZINFO(tzinfo)) return 0;
    PyErr_Format(PyExc_TypeError,
                 "tzinfo argument must be None or of a tzinfo subclass, not type '%s'",
                 Py_TYPE(tzinfo)->tp_name);
    return -1;
}

/* Without a zone the exact type is allocated in the short form; `aware` is the item count. */
static PyObject *
time_tp_alloc(PyTypeObject *type, Py_ssize_t aware)
{
    if (type != &PyDateTime_TimeType) return PyType_GenericAlloc(type, 0);
    PyObject *self = PyObject_Malloc(aware ? sizeof(TimeObject) : sizeof(_PyDateTime_BaseTime));
    return self == NULL ? PyErr_NoMemory() : PyObject_Init(self, type);
}

static void
time_tp_dealloc(TimeObject *self)
{
    if (self->hastzinfo) Py_XDECREF(self->tzinfo);
    Py_TYPE(self)->tp_free(self);
}

static void
put_microsecond(unsigned char *data, int microsecond)
{
    data[0] = (unsigned char)(microsecond >> 16);
    data[1] = (unsigned char)(microsecond >> 8);
    data[2] = (unsigned char)microsecond;
}

PyObject *
time_new(PyTypeObject *type, const Moment *m)
{
    if (check_time(m->hour, m->minute, m->second, m->microsecond, m->fold) < 0
        || check_tzinfo(m->tzinfo) < 0) {
        return NULL;
    }
    int aware = m->tzinfo != Py_None;
    TimeObject *self = (TimeObject *)type->tp_alloc(type, aware);
    if (self != NULL) {
        self->hashcode = -1;
        self->hastzinfo = (char)aware;
        self->data[0] = (unsigned char)m->hour;
        self->data[1] = (unsigned char)m->minute;
        self->data[2] = (unsigned char)m->second;
        put_microsecond(self->data + 3, m->microsecond);
        self->fold = (unsigned char)m->fold;
        if (aware) self->tzinfo = Py_NewRef(m->tzinfo);
    }
    return (PyObject *)self;
}

/* From pickled bytes; the top bit of the hour is the fold. */
static PyObject *
time_of_state_take(PyTypeObject *type, PyObject *state, PyObject *tzinfo)
{
    TimeObject *self = NULL;
    if (check_tzinfo(tzinfo) < 0) {
        PyErr_SetString(PyExc_TypeError, "bad tzinfo state arg");
    } else {
        int aware = tzinfo != Py_None;
        self = (TimeObject *)type->tp_alloc(type, aware);
        if (self != NULL) {
            memcpy(self->data, PyBytes_AS_STRING(state), sizeof(self->data));
            self->hashcode = -1;
            self->hastzinfo = (char)aware;
            self->fold = self->data[0] >> 7;
            self->data[0] &= 0x7F;
            if (aware) self->tzinfo = Py_NewRef(tzinfo);
        }
    }
    Py_DECREF(state);
    return (PyObject *)self;
}

static PyObject *
time_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"hour", "minute", "second", "microsecond", "tzinfo", "fold", NULL};
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count == 1 || count == 2) {
        int refused;
        PyObject *state = pickled_state(PyTuple_GET_ITEM(args, 0), _PyDateTime_TIME_DATASIZE, 0, 0x7F,
                                        0, 23, "time", &refused);
        if (state != NULL) {
            return time_of_state_take(type, state, count == 2 ? PyTuple_GET_ITEM(args, 1) : Py_None);
        }
        if (!refused) return NULL;
    }
    Moment m = {.tzinfo = Py_None};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iiiiO$i", keywords, &m.hour, &m.minute, &m.second,
                                     &m.microsecond, &m.tzinfo, &m.fold)) {
        return NULL;
    }
    return time_new(type, &m);
}

CLASSMETHOD(time, fromisoformat, NULL, "The time of day that text in ISO 8601 format names.")
static PyObject *
time_fromisoformat(PyTypeObject *type, PyObject *text)
{
    return iso_parse_time(type, text);
}

/* ---- comparing ---- */

static long long
seconds_of_day(PyObject *op)
{
    return HOUR(op) * 3600LL + MINUTE(op) * 60 + SECOND(op);
}

static PyObject *
time_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_TIME(other)) Py_RETURN_NOTIMPLEMENTED;
    int order = memcmp(((TimeObject *)self)->data, ((TimeObject *)other)->data,
                       _PyDateTime_TIME_DATASIZE);
    if (TZINFO(self) == TZINFO(other)) return bool_of_order(order, op);
    PyObject *result = NULL;
    PyObject *a = tzinfo_utcoffset_of(TZINFO(self), Py_None);
    PyObject *b = a ? tzinfo_utcoffset_of(TZINFO(other), Py_None) : NULL;
    if (b == NULL) {
        Py_XDECREF(a);
        return NULL;
    }
    if (a == b || (a != Py_None && b != Py_None && delta_compare(a, b) == 0)) {
        result = bool_of_order(order, op);
    } else if (a != Py_None && b != Py_None) {
        /* the offsets' microseconds do not count */
        DeltaObject *x = (DeltaObject *)a, *y = (DeltaObject *)b;
        long long difference = seconds_of_day(self) - x->days * (long long)SECONDS_PER_DAY - x->seconds
                               - (seconds_of_day(other) - y->days * (long long)SECONDS_PER_DAY
                                  - y->seconds);
        if (difference == 0) difference = MICROSECOND(self) - MICROSECOND(other);
        result = bool_of_order(difference < 0 ? -1 : difference > 0, op);
    } else if (op == Py_EQ || op == Py_NE) {
        result = PyBool_FromLong(op == Py_NE);
    } else {
        PyErr_SetString(PyExc_TypeError, "can't compare offset-naive and offset-aware times");
    }
    Py_DECREF(a);
    Py_DECREF(b);
    return result;
}

/* The offset that counts for the hash: that of fold 0. */
static PyObject *
unfolded_offset(PyObject *self)
{
    if (!FOLD(self)) return tzinfo_utcoffset_of(TZINFO(self), Py_None);
    Moment m = moment_of_time(self);
    m.fold = 0;
    PyObject *unfolded = time_new(&PyDateTime_TimeType, &m);
    PyObject *offset = unfolded ? tzinfo_utcoffset_of(TZINFO(unfolded), Py_None) : NULL;
    Py_XDECREF(unfolded);
    return offset;
}

static Py_hash_t
time_tp_hash(TimeObject *op)
{
    PyObject *self = (PyObject *)op;
    if (op->hashcode != -1) return op->hashcode;
    PyObject *offset = unfolded_offset(self);
    if (offset == NULL) return -1;
    if (offset == Py_None) {
        op->hashcode = _Py_HashBytes(op->data, sizeof(op->data));
    } else {
        PyObject *local = delta_new(&PyDateTime_DeltaType, 0, seconds_of_day(self), MICROSECOND(self));
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
time_tp_repr(PyObject *self)
{
    char fields[80];
    int length = snprintf(fields, sizeof(fields), "%d, %d", HOUR(self), MINUTE(self));
    if (SECOND(self) || MICROSECOND(self)) {
        length += snprintf(fields + length, sizeof(fields) - (size_t)length, ", %d", SECOND(self));
    }
    if (MICROSECOND(self)) {
        snprintf(fields + length, sizeof(fields) - (size_t)length, ", %d", MICROSECOND(self));
    }
    const char *type = Py_TYPE(self)->tp_name, *fold = FOLD(self) ? ", fold=1" : "";
    return TZINFO(self) == Py_None
               ? PyUnicode_FromFormat("%s(%s%s)", type, fields, fold)
               : PyUnicode_FromFormat("%s(%s, tzinfo=%R%s)", type, fields, TZINFO(self), fold);
}

METHOD(time, isoformat, NULL,
       "The time as HH:MM:SS.ffffff+HH:MM; timespec names the last field that is shown.")
static PyObject *
time_isoformat(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"timespec", NULL};
    const char *timespec = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|s:isoformat", keywords, &timespec)) return NULL;
    char text[ISO_TEXT_SIZE];
    Moment m = moment_of_time(self);
    char *end = iso_put_time(text, &m, timespec);
    if (end != NULL) end = iso_put_offset(end, m.tzinfo, Py_None, ":");
    return end ? PyUnicode_FromStringAndSize(text, end - text) : NULL;
}

static PyObject *
time_tp_str(PyObject *self)
{
    return PyObject_CallMethodNoArgs(self, ID(isoformat));
}

METHOD(time, strftime, NULL, "Text in the style of time.strftime(), on 1 January 1900.")
static PyObject *
time_strftime(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"format", NULL};
    PyObject *format;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U:strftime", keywords, &format)) return NULL;
    PyObject *tuple = Py_BuildValue("iiiiiiiii", 1900, 1, 1, HOUR(self), MINUTE(self), SECOND(self), 0,
                                    1, -1);
    PyObject *text = tuple ? format_time(self, format, tuple, Py_None) : NULL;
    Py_XDECREF(tuple);
    return text;
}

METHOD(time, __format__, NULL, "str() for an empty format, else strftime().")
static PyObject *
time___format__(PyObject *self, PyObject *args)
{
    PyObject *format;
    if (!PyArg_ParseTuple(args, "U:__format__", &format)) return NULL;
    if (PyUnicode_GetLength(format) == 0) return PyObject_Str(self);
    return PyObject_CallMethodOneArg(self, ID(strftime), format);
}

/* ---- methods ---- */

METHOD(time, utcoffset, NULL, "The zone's offset from UTC, or None.")
static PyObject *
time_utcoffset(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return tzinfo_utcoffset_of(TZINFO(self), Py_None);
}

METHOD(time, tzname, NULL, "The zone's name, or None.")
static PyObject *
time_tzname(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return tzinfo_tzname_of(TZINFO(self), Py_None);
}

METHOD(time, dst, NULL, "The zone's daylight saving time, or None.")
static PyObject *
time_dst(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return tzinfo_dst_of(TZINFO(self), Py_None);
}

METHOD(time, replace, NULL, "The same time but for the given fields.")
static PyObject *
time_replace(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"hour", "minute", "second", "microsecond", "tzinfo", "fold", NULL};
    Moment m = moment_of_time(self);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iiiiO$i:replace", keywords, &m.hour, &m.minute,
                                     &m.second, &m.microsecond, &m.tzinfo, &m.fold)) {
        return NULL;
    }
    return time_new(Py_TYPE(self), &m);
}

static PyObject *
reduce_time(TimeObject *self, int protocol)
{
    unsigned char data[_PyDateTime_TIME_DATASIZE];
    memcpy(data, self->data, sizeof(data));
    if (protocol > 3 && self->fold) data[0] |= 0x80;
    PyObject *state = PyBytes_FromStringAndSize((char *)data, sizeof(data));
    return self->hastzinfo ? Py_BuildValue("(O(NO))", Py_TYPE(self), state, self->tzinfo)
                           : Py_BuildValue("(O(N))", Py_TYPE(self), state);
}

METHOD(time, __reduce_ex__, NULL, "State for pickle; the fold is kept from protocol 4 on.")
static PyObject *
time___reduce_ex__(TimeObject *self, PyObject *args)
{
    int protocol;
    return PyArg_ParseTuple(args, "i:__reduce_ex__", &protocol) ? reduce_time(self, protocol) : NULL;
}

METHOD(time, __reduce__, NULL, "State for pickle, without the fold.")
static PyObject *
time___reduce__(TimeObject *self, PyObject *Py_UNUSED(ignored))
{
    return reduce_time(self, 2);
}

GETTER(time, hour, NULL)
static PyObject *
time_get_hour(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(HOUR(self));
}

GETTER(time, minute, NULL)
static PyObject *
time_get_minute(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(MINUTE(self));
}

GETTER(time, second, NULL)
static PyObject *
time_get_second(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(SECOND(self));
}

GETTER(time, microsecond, NULL)
static PyObject *
time_get_microsecond(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(MICROSECOND(self));
}

GETTER(time, tzinfo, NULL)
static PyObject *
time_get_tzinfo(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(TZINFO(self));
}

GETTER(time, fold, NULL)
static PyObject *
time_get_fold(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(FOLD(self));
}

TYPE(time, PyDateTime_TimeType, "datetime.time", TimeObject, NULL,
     "time([hour[, minute[, second[, microsecond[, tzinfo]]]]], *, fold=0): a time of day,\n"
     "with a time zone unless tzinfo is None.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_datetime/time.inc"
