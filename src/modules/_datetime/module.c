/* _datetime: the types of the datetime module, and the capsule through which C makes its objects. */
#include "modules/_datetime/_datetime.h"

/* ---- the capsule ---- */

static PyObject *
capi_date(int year, int month, int day, PyTypeObject *type)
{
    return date_new(type, year, month, day);
}

static PyObject *
capi_datetime_fold(int year, int month, int day, int hour, int minute, int second, int microsecond,
                   PyObject *tzinfo, int fold, PyTypeObject *type)
{
    Moment m = {year, month, day, hour, minute, second, microsecond, fold, tzinfo};
    return datetime_new(type, &m);
}

static PyObject *
capi_datetime(int year, int month, int day, int hour, int minute, int second, int microsecond,
              PyObject *tzinfo, PyTypeObject *type)
{
    return capi_datetime_fold(year, month, day, hour, minute, second, microsecond, tzinfo, 0, type);
}

static PyObject *
capi_time_fold(int hour, int minute, int second, int microsecond, PyObject *tzinfo, int fold,
               PyTypeObject *type)
{
    Moment m = {0, 0, 0, hour, minute, second, microsecond, fold, tzinfo};
    return time_new(type, &m);
}

static PyObject *
capi_time(int hour, int minute, int second, int microsecond, PyObject *tzinfo, PyTypeObject *type)
{
    return capi_time_fold(hour, minute, second, microsecond, tzinfo, 0, type);
}

static PyObject *
capi_datetime_fromtimestamp(PyObject *type, PyObject *args, PyObject *kwargs)
{
    return datetime_fromtimestamp((PyTypeObject *)type, args, kwargs);
}

static PyObject *
capi_date_fromtimestamp(PyObject *type, PyObject *args)
{
    PyObject *timestamp;
    if (!PyArg_UnpackTuple(args, "fromtimestamp", 1, 1, &timestamp)) return NULL;
    return date_fromtimestamp_object((PyTypeObject *)type, timestamp);
}

static const PyDateTime_CAPI capi = {
    .DateType = &PyDateTime_DateType,
    .DateTimeType = &PyDateTime_DateTimeType,
    .TimeType = &PyDateTime_TimeType,
    .DeltaType = &PyDateTime_DeltaType,
    .TZInfoType = &PyDateTime_TZInfoType,
    .TimeZone_UTC = UTC_OBJECT,
    .Date_FromDate = capi_date,
    .DateTime_FromDateAndTime = capi_datetime,
    .Time_FromTime = capi_time,
    .Delta_FromDelta = delta_from_fields,
    .TimeZone_FromTimeZone = timezone_new,
    .DateTime_FromTimestamp = capi_datetime_fromtimestamp,
    .Date_FromTimestamp = capi_date_fromtimestamp,
    .DateTime_FromDateAndTimeAndFold = capi_datetime_fold,
    .Time_FromTimeAndFold = capi_time_fold,
};

/* ---- the module ---- */

/* Adds a constant to a static type's dict and drops the reference. */
static status
add_constant_take(PyTypeObject *type, const char *name, PyObject *value)
{
    status done = value == NULL ? -1 : PyDict_SetItemString(type->tp_dict, name, value);
    Py_XDECREF(value);
    return done;
}

static status
add_constants(void)
{
    PyTypeObject *delta = &PyDateTime_DeltaType, *date = &PyDateTime_DateType;
    PyTypeObject *time = &PyDateTime_TimeType, *datetime = &PyDateTime_DateTimeType;
    PyTypeObject *zone = &PyDateTime_TimeZoneType;
    Moment low = {.year = MIN_YEAR, .month = 1, .day = 1, .tzinfo = Py_None};
    Moment high = {MAX_YEAR, 12, 31, 23, 59, 59, 999999, 0, Py_None};
    PyObject *west = delta_new(delta, -1, 60, 0), *east = delta_new(delta, 0, 86340, 0);
    status done = west && east ? 0 : -1;
    if (done == 0
        && (add_constant_take(delta, "resolution", delta_new(delta, 0, 0, 1)) < 0
            || add_constant_take(delta, "min", delta_new(delta, -999999999, 0, 0)) < 0
            || add_constant_take(delta, "max", delta_new(delta, 999999999, 86399, 999999)) < 0
            || add_constant_take(date, "min", date_new(date, MIN_YEAR, 1, 1)) < 0
            || add_constant_take(date, "max", date_new(date, MAX_YEAR, 12, 31)) < 0
            || add_constant_take(date, "resolution", delta_new(delta, 1, 0, 0)) < 0
            || add_constant_take(time, "min", time_new(time, &low)) < 0
            || add_constant_take(time, "max", time_new(time, &high)) < 0
            || add_constant_take(time, "resolution", delta_new(delta, 0, 0, 1)) < 0
            || add_constant_take(datetime, "min", datetime_new(datetime, &low)) < 0
            || add_constant_take(datetime, "max", datetime_new(datetime, &high)) < 0
            || add_constant_take(datetime, "resolution", delta_new(delta, 0, 0, 1)) < 0
            || add_constant_take(zone, "utc", Py_NewRef(UTC_OBJECT)) < 0
            || add_constant_take(zone, "min", timezone_new(west, NULL)) < 0
            || add_constant_take(zone, "max", timezone_new(east, NULL)) < 0)) {
        done = -1;
    }
    Py_XDECREF(west);
    Py_XDECREF(east);
    return done;
}

static int
datetime_exec(PyObject *module)
{
    PyTypeObject *const shown[] = {&PyDateTime_DateType, &PyDateTime_DateTimeType,
                                   &PyDateTime_TimeType, &PyDateTime_DeltaType,
                                   &PyDateTime_TZInfoType, &PyDateTime_TimeZoneType};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        if (PyModule_AddType(module, shown[i]) < 0) return -1;
    }
    if (PyType_Ready(&PyDateTime_IsoCalendarType) < 0
        || PyModule_AddIntConstant(module, "MINYEAR", MIN_YEAR) < 0
        || PyModule_AddIntConstant(module, "MAXYEAR", MAX_YEAR) < 0
        || PyModule_AddObjectRef(module, "UTC", UTC_OBJECT) < 0) {
        return -1;
    }
    PyTypeObject *delta = &PyDateTime_DeltaType;
    if (PyDict_GetItemString(delta->tp_dict, "max") == NULL) {
        if (add_constants() < 0) return -1;
        for (size_t i = 0; i < ARRAY_LEN(shown); i++) PyType_Modified(shown[i]);
    }
    PyObject *capsule = PyCapsule_New((void *)&capi, PyDateTime_CAPSULE_NAME, NULL);
    status done = capsule ? PyModule_AddObjectRef(module, "datetime_CAPI", capsule) : -1;
    Py_XDECREF(capsule);
    return done;
}

static PyModuleDef_Slot datetime_slots[] = {{Py_mod_exec, datetime_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef datetime_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_datetime",
    .m_doc = PyDoc_STR("Dates and times: the types of the datetime module."),
    .m_slots = datetime_slots,
};

PyMODINIT_FUNC
PyInit__datetime(void)
{
    return PyModuleDef_Init(&datetime_module);
}
