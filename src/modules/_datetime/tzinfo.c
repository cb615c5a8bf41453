/* tzinfo: the abstract base of time zones, and the calls that ask one of them. */
#include "modules/_datetime/_datetime.h"

/* ---- asking ---- */

PyObject *
peek_tzinfo(PyObject *op)
{
    if (IS_DATETIME(op)) return PyDateTime_DATE_GET_TZINFO(op);
    if (IS_TIME(op)) return PyDateTime_TIME_GET_TZINFO(op);
    return Py_None;
}

static const char offset_range[] =
    "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).";

/* utcoffset() or dst(): None or a timedelta of less than a day; new. */
static PyObject *
call_for_offset(PyObject *tzinfo, PyObject *name, PyObject *argument)
{
    PyObject *result = PyObject_CallMethodOneArg(tzinfo, name, argument);
    if (result == NULL || result == Py_None) return result;
    if (!IS_DELTA(result)) {
        PyErr_Format(PyExc_TypeError, "tzinfo.%U() must return None or timedelta, not '%.200s'", name,
                     Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    } else {
        DeltaObject *delta = (DeltaObject *)result;
        if (delta->days < -1 || delta->days > 0
            || (delta->days == -1 && delta->seconds == 0 && delta->microseconds < 1)) {
            PyErr_SetString(PyExc_ValueError, offset_range);
            Py_CLEAR(result);
        }
    }
    return result;
}

PyObject *
tzinfo_utcoffset_of(PyObject *tzinfo, PyObject *argument)
{
    if (tzinfo == Py_None) Py_RETURN_NONE;
    if (Py_IS_TYPE(tzinfo, &PyDateTime_TimeZoneType)) {
        return Py_NewRef(((TimezoneObject *)tzinfo)->offset);
    }
    return call_for_offset(tzinfo, ID(utcoffset), argument);
}

PyObject *
tzinfo_dst_of(PyObject *tzinfo, PyObject *argument)
{
    if (tzinfo == Py_None) Py_RETURN_NONE;
    return call_for_offset(tzinfo, ID(dst), argument);
}

PyObject *
tzinfo_tzname_of(PyObject *tzinfo, PyObject *argument)
{
    if (tzinfo == Py_None) Py_RETURN_NONE;
    PyObject *result = PyObject_CallMethodOneArg(tzinfo, ID(tzname), argument);
    if (result != NULL && result != Py_None && !PyUnicode_Check(result)) {
        PyErr_Format(PyExc_TypeError, "tzinfo.tzname() must return None or a string, not '%.200s'",
                     Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    return result;
}

/* ---- the type ---- */

static PyObject *
abstract(const char *name)
{
    return PyErr_Format(PyExc_NotImplementedError, "a tzinfo subclass must implement %s()", name);
}

METHOD(tzinfo, tzname, NULL, "The zone's name at a datetime.")
static PyObject *
tzinfo_tzname(PyObject *self, PyObject *Py_UNUSED(dt))
{
    return abstract("tzname");
}

METHOD(tzinfo, utcoffset, NULL, "The zone's distance from UTC at a datetime, east of UTC positive.")
static PyObject *
tzinfo_utcoffset(PyObject *self, PyObject *Py_UNUSED(dt))
{
    return abstract("utcoffset");
}

METHOD(tzinfo, dst, NULL, "The part of utcoffset() that daylight saving time adds.")
static PyObject *
tzinfo_dst(PyObject *self, PyObject *Py_UNUSED(dt))
{
    return abstract("dst");
}

/* datetime + delta, dropping the first: new. */
static PyObject *
shifted_take(PyObject *datetime, PyObject *delta)
{
    PyObject *result = datetime_add_delta(datetime, delta, 1);
    Py_DECREF(datetime);
    return result;
}

METHOD(tzinfo, fromutc, NULL, "A datetime whose fields are UTC, in this zone's local time.")
static PyObject *
tzinfo_fromutc(PyObject *self, PyObject *dt)
{
    if (!IS_DATETIME(dt)) {
        PyErr_SetString(PyExc_TypeError, "fromutc: argument must be a datetime");
        return NULL;
    }
    if (peek_tzinfo(dt) != self) {
        PyErr_SetString(PyExc_ValueError, "fromutc: dt.tzinfo is not self");
        return NULL;
    }
    PyObject *result = NULL, *dst = NULL, *standard = NULL;
    PyObject *offset = tzinfo_utcoffset_of(self, dt);
    if (offset == NULL) return NULL;
    if (offset == Py_None) {
        PyErr_SetString(PyExc_ValueError, "fromutc: non-None utcoffset() result required");
        goto done;
    }
    dst = tzinfo_dst_of(self, dt);
    if (dst == NULL) goto done;
    if (dst == Py_None) {
        PyErr_SetString(PyExc_ValueError, "fromutc: non-None dst() result required");
        goto done;
    }
    /* first into standard time; there the zone tells whether daylight saving time is on */
    standard = delta_subtract(offset, dst);
    if (standard == NULL) goto done;
    result = datetime_add_delta(dt, standard, 1);
    if (result == NULL) goto done;
    Py_SETREF(dst, tzinfo_dst_of(self, result));
    if (dst == NULL) {
        Py_CLEAR(result);
    } else if (dst == Py_None) {
        PyErr_SetString(PyExc_ValueError,
                        "fromutc: tz.dst() gave inconsistent results; cannot convert");
        Py_CLEAR(result);
    } else if (!delta_is_zero(dst)) {
        result = shifted_take(result, dst);
    }
done:
    Py_DECREF(offset);
    Py_XDECREF(dst);
    Py_XDECREF(standard);
    return result;
}

METHOD(tzinfo, __reduce__, NULL, "State for pickle: type, __getinitargs__() and __getstate__().")
static PyObject *
tzinfo___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *get, *args;
    if (_PyObject_LookupAttr(self, ID(__getinitargs__), &get) < 0) return NULL;
    if (get != NULL) {
        args = PyObject_CallNoArgs(get);
        Py_DECREF(get);
    } else {
        args = PyTuple_New(0);
    }
    if (args == NULL) return NULL;
    PyObject *state = PyObject_CallMethodNoArgs(self, ID(__getstate__));
    if (state == NULL) {
        Py_DECREF(args);
        return NULL;
    }
    return Py_BuildValue("(ONN)", Py_TYPE(self), args, state);
}

TYPE(tzinfo, PyDateTime_TZInfoType, "datetime.tzinfo", PyDateTime_TZInfo, NULL,
     "Base class of time zones; subclasses implement utcoffset(), dst() and tzname().",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_getattro = PyObject_GenericGetAttr,
     .tp_new = PyType_GenericNew)

#include "gen/modules/_datetime/tzinfo.inc"
