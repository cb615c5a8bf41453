/* timezone: a fixed offset from UTC, with or without a name.

   Invariant: the offset is strictly between -24 and 24 hours. */
#include "modules/_datetime/_datetime.h"

/* The singletons are static like the types: their counts never reach zero. */
static DeltaObject no_offset = {
    PyObject_HEAD_INIT(&PyDateTime_DeltaType)
    .hashcode = -1,
};

TimezoneObject datetime_utc = {
    PyObject_HEAD_INIT(&PyDateTime_TimeZoneType)
    .offset = (PyObject *)&no_offset,
};

/* ---- making timezones ---- */

static PyObject *
timezone_of(PyObject *offset, PyObject *name)
{
    PyTypeObject *type = &PyDateTime_TimeZoneType;
    TimezoneObject *self = (TimezoneObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->offset = Py_NewRef(offset);
        self->name = Py_XNewRef(name);
    }
    return (PyObject *)self;
}

PyObject *
timezone_new(PyObject *offset, PyObject *name)
{
    DeltaObject *delta = (DeltaObject *)offset;
    if (name == NULL && delta_is_zero(offset)) return Py_NewRef(UTC_OBJECT);
    if (delta->days < -1 || delta->days > 0
        || (delta->days == -1 && delta->seconds == 0 && delta->microseconds < 1)) {
        PyErr_Format(PyExc_ValueError, "offset must be a timedelta strictly between "
                     "-timedelta(hours=24) and timedelta(hours=24), not %R.", offset);
        return NULL;
    }
    return timezone_of(offset, name);
}

static PyObject *
timezone_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"offset", "name", NULL};
    PyObject *offset, *name = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|U:timezone", keywords, &PyDateTime_DeltaType,
                                     &offset, &name)) {
        return NULL;
    }
    return timezone_new(offset, name);
}

static void
timezone_tp_dealloc(TimezoneObject *self)
{
    Py_CLEAR(self->offset);
    Py_CLEAR(self->name);
    Py_TYPE(self)->tp_free(self);
}

/* ---- slots ---- */

static PyObject *
timezone_tp_richcompare(TimezoneObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !Py_IS_TYPE(other, &PyDateTime_TimeZoneType)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return bool_of_order(delta_compare(self->offset, ((TimezoneObject *)other)->offset), op);
}

static Py_hash_t
timezone_tp_hash(TimezoneObject *self)
{
    return PyObject_Hash(self->offset);
}

static PyObject *
timezone_tp_repr(TimezoneObject *self)
{
    if (self == &datetime_utc) return PyUnicode_FromString("datetime.timezone.utc");
    const char *type = Py_TYPE(self)->tp_name;
    return self->name == NULL ? PyUnicode_FromFormat("%s(%R)", type, self->offset)
                              : PyUnicode_FromFormat("%s(%R, %R)", type, self->offset, self->name);
}

static PyObject *
timezone_tp_str(TimezoneObject *self)
{
    if (self->name != NULL) return Py_NewRef(self->name);
    if (delta_is_zero(self->offset)) return PyUnicode_FromString("UTC");
    char text[ISO_TEXT_SIZE] = "UTC";
    char *end = iso_put_offset(text + 3, (PyObject *)self, Py_None, ":");
    return end ? PyUnicode_FromStringAndSize(text, end - text) : NULL;
}

/* ---- methods ---- */

/* The argument of the three questions: a datetime or None. */
static status
check_datetime_or_none(PyObject *dt, const char *name)
{
    if (dt == Py_None || IS_DATETIME(dt)) return 0;
    PyErr_Format(PyExc_TypeError, "%s(dt) argument must be a datetime instance or None, not %.200s",
                 name, Py_TYPE(dt)->tp_name);
    return -1;
}

METHOD(timezone, tzname, NULL, "The name given, or UTC with the offset.")
static PyObject *
timezone_tzname(TimezoneObject *self, PyObject *dt)
{
    return check_datetime_or_none(dt, "tzname") < 0 ? NULL : timezone_tp_str(self);
}

METHOD(timezone, utcoffset, NULL, "The fixed offset.")
static PyObject *
timezone_utcoffset(TimezoneObject *self, PyObject *dt)
{
    return check_datetime_or_none(dt, "utcoffset") < 0 ? NULL : Py_NewRef(self->offset);
}

METHOD(timezone, dst, NULL, "None: a fixed offset does not know of daylight saving time.")
static PyObject *
timezone_dst(TimezoneObject *Py_UNUSED(self), PyObject *dt)
{
    return check_datetime_or_none(dt, "dst") < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(timezone, fromutc, NULL, "A datetime whose fields are UTC, shifted by the offset.")
static PyObject *
timezone_fromutc(TimezoneObject *self, PyObject *dt)
{
    if (!IS_DATETIME(dt)) {
        PyErr_SetString(PyExc_TypeError, "fromutc: argument must be a datetime");
        return NULL;
    }
    if (peek_tzinfo(dt) != (PyObject *)self) {
        PyErr_SetString(PyExc_ValueError, "fromutc: dt.tzinfo is not self");
        return NULL;
    }
    return datetime_add_delta(dt, self->offset, 1);
}

METHOD(timezone, __getinitargs__, NULL, "Arguments that make an equal timezone, for pickle.")
static PyObject *
timezone___getinitargs__(TimezoneObject *self, PyObject *Py_UNUSED(ignored))
{
    return self->name == NULL ? PyTuple_Pack(1, self->offset)
                              : PyTuple_Pack(2, self->offset, self->name);
}

TYPE(timezone, PyDateTime_TimeZoneType, "datetime.timezone", TimezoneObject, NULL,
     "timezone(offset[, name]): a time zone with a fixed offset from UTC.",
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_base = &PyDateTime_TZInfoType)

#include "gen/modules/_datetime/timezone.inc"
