/* _PyAccu: text collected piece by piece, for modules built against the reference (_json).

   The struct is the caller's: two pointers.  `small` collects pieces; when there are many they are
   joined into one piece of `large`, so that the list of pieces does not outgrow the text. */
#include <Python.h>
#include "base/common.h"

typedef struct {
    PyObject *large;                /* list of joined pieces, or NULL */
    PyObject *small;                /* list of pieces; NULL once finished */
} _PyAccu;

enum { PIECES_TO_JOIN = 100000 };

int _PyAccu_Init(_PyAccu *accu);
int _PyAccu_Accumulate(_PyAccu *accu, PyObject *text);
PyObject *_PyAccu_FinishAsList(_PyAccu *accu);
PyObject *_PyAccu_Finish(_PyAccu *accu);
void _PyAccu_Destroy(_PyAccu *accu);

static PyObject *
join(PyObject *pieces)
{
    PyObject *empty = PyUnicode_New(0, 0);
    PyObject *text = empty == NULL ? NULL : PyUnicode_Join(empty, pieces);
    Py_XDECREF(empty);
    return text;
}

static status
flush(_PyAccu *accu)
{
    if (PyList_GET_SIZE(accu->small) == 0) {
        return 0;
    }
    if (accu->large == NULL && (accu->large = PyList_New(0)) == NULL) {
        return -1;
    }
    PyObject *text = join(accu->small);
    if (text == NULL) {
        return -1;
    }
    status result = PyList_SetSlice(accu->small, 0, PyList_GET_SIZE(accu->small), NULL);
    if (result == 0) {
        result = PyList_Append(accu->large, text);
    }
    Py_DECREF(text);
    return result;
}

int
_PyAccu_Init(_PyAccu *accu)
{
    accu->large = NULL;
    accu->small = PyList_New(0);
    return accu->small == NULL ? -1 : 0;
}

int
_PyAccu_Accumulate(_PyAccu *accu, PyObject *text)
{
    if (PyList_Append(accu->small, text) < 0) {
        return -1;
    }
    return PyList_GET_SIZE(accu->small) < PIECES_TO_JOIN ? 0 : flush(accu);
}

/* The pieces as a list; the accumulator is finished, whatever happens. */
PyObject *
_PyAccu_FinishAsList(_PyAccu *accu)
{
    if (flush(accu) < 0) {
        _PyAccu_Destroy(accu);
        return NULL;
    }
    Py_CLEAR(accu->small);
    PyObject *list = accu->large;
    accu->large = NULL;
    return list != NULL ? list : PyList_New(0);
}

/* The text; the accumulator is finished, whatever happens. */
PyObject *
_PyAccu_Finish(_PyAccu *accu)
{
    PyObject *list;
    if (accu->large == NULL) {
        list = accu->small;
        accu->small = NULL;
    }
    else {
        list = _PyAccu_FinishAsList(accu);
    }
    if (list == NULL) {
        return NULL;
    }
    PyObject *text = join(list);
    Py_DECREF(list);
    return text;
}

void
_PyAccu_Destroy(_PyAccu *accu)
{
    Py_CLEAR(accu->small);
    Py_CLEAR(accu->large);
}
