/* datetime.IsoCalendarDate: what isocalendar() returns, a tuple of year, week and weekday with names. */
#include "modules/_datetime/_datetime.h"

static PyObject *
isocalendar_of(PyTypeObject *type, Day day)
{
    PyObject *self = type->tp_alloc(type, 3);
    if (self == NULL) return NULL;
    const int fields[] = {day.year, day.month, day.day};
    for (int i = 0; i < 3; i++) {
        PyObject *field = PyLong_FromLong(fields[i]);
        if (field == NULL) {
            Py_DECREF(self);
            return NULL;
        }
        PyTuple_SET_ITEM(self, i, field);
    }
    return self;
}

PyObject *
isocalendar_new(Day day)
{
    return isocalendar_of(&PyDateTime_IsoCalendarType, day);
}

NEW(isocalendar, "!(year, week, weekday)")
static PyObject *
isocalendar_from_fields(PyTypeObject *type, int year, int week, int weekday)
{
    return isocalendar_of(type, (Day){.year = year, .month = week, .day = weekday});
}

static PyObject *
isocalendar_tp_repr(PyObject *self)
{
    return PyUnicode_FromFormat("%.200s(year=%S, week=%S, weekday=%S)", Py_TYPE(self)->tp_name,
                                PyTuple_GET_ITEM(self, 0), PyTuple_GET_ITEM(self, 1),
                                PyTuple_GET_ITEM(self, 2));
}

METHOD(isocalendar, __reduce__, NULL, "Pickled as a plain tuple.")
static PyObject *
isocalendar___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(O((OOO)))", &PyTuple_Type, PyTuple_GET_ITEM(self, 0),
                         PyTuple_GET_ITEM(self, 1), PyTuple_GET_ITEM(self, 2));
}

GETTER(isocalendar, year, NULL)
static PyObject *
isocalendar_get_year(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(PyTuple_GET_ITEM(self, 0));
}

GETTER(isocalendar, week, NULL)
static PyObject *
isocalendar_get_week(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(PyTuple_GET_ITEM(self, 1));
}

GETTER(isocalendar, weekday, NULL)
static PyObject *
isocalendar_get_weekday(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(PyTuple_GET_ITEM(self, 2));
}

/* sizes are those of tuple, taken from the base */
typedef struct {
    PyObject_VAR_HEAD
    PyObject *fields[1];
} IsoCalendarObject;

TYPE(isocalendar, PyDateTime_IsoCalendarType, "datetime.IsoCalendarDate", IsoCalendarObject, NULL,
     "ISO year, week and weekday of a date: a tuple whose fields also have these names.",
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_base = &PyTuple_Type)

#include "gen/modules/_datetime/isocalendar.inc"
