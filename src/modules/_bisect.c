/* _bisect: where an item belongs in a sorted sequence. */
#include <Python.h>

#include "object/declare.h"

/* The first index in lo..hi whose item does not come before x (left), or comes after it (right);
   key is applied to the items if it is not None.  -1 on error. */
static Py_ssize_t
search(PyObject *a, PyObject *x, Py_ssize_t lo, Py_ssize_t hi, PyObject *key, bool right)
{
    if (lo < 0) {
        PyErr_SetString(PyExc_ValueError, "lo must be non-negative");
        return -1;
    }
    if (hi == -1) {
        hi = PySequence_Size(a);
        if (hi < 0) return -1;
    }
    ssizeargfunc get = Py_TYPE(a)->tp_as_sequence ? Py_TYPE(a)->tp_as_sequence->sq_item : NULL;
    if (get == NULL) get = PySequence_GetItem;
    while (lo < hi) {
        Py_ssize_t middle = (Py_ssize_t)(((size_t)lo + (size_t)hi) / 2);
        PyObject *item = get(a, middle);
        if (item == NULL) return -1;
        if (key != Py_None) {
            Py_SETREF(item, PyObject_CallOneArg(key, item));
            if (item == NULL) return -1;
        }
        PyObject *first = right ? x : item, *second = right ? item : x;
        int less;
        /* One type: no reflected comparison to be considered unless it declines. */
        richcmpfunc compare = Py_TYPE(x) == Py_TYPE(item) ? Py_TYPE(x)->tp_richcompare : NULL;
        PyObject *answer = compare ? compare(first, second, Py_LT) : Py_NewRef(Py_NotImplemented);
        if (answer == Py_NotImplemented) {
            Py_DECREF(answer);
            less = PyObject_RichCompareBool(first, second, Py_LT);
        } else {
            less = answer ? PyObject_IsTrue(answer) : -1;
            Py_XDECREF(answer);
        }
        Py_DECREF(item);
        if (less < 0) return -1;
        if (less == right) {
            hi = middle;
        } else {
            lo = middle + 1;
        }
    }
    return lo;
}

/* hi: an index, or None (-1) for the end. */
typedef Py_ssize_t end_index;

static int
end_converter(PyObject *op, end_index *value)
{
    if (op == Py_None) {
        *value = -1;
        return 1;
    }
    if (!PyIndex_Check(op)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                     Py_TYPE(op)->tp_name);
        return 0;
    }
    *value = PyNumber_AsSsize_t(op, PyExc_OverflowError);
    return *value != -1 || !PyErr_Occurred();
}

CONVERTER(end_index, end_converter)

FUNCTION(_bisect, bisect_right, "($module, /, a, x, lo=0, hi=None, *, key=None)",
         "The index behind the last item of a[lo:hi], which is sorted, that is not above x.")
DEFAULT(hi, -1)
static PyObject *
_bisect_bisect_right(PyObject *module, PyObject *a, PyObject *x, Py_ssize_t lo, end_index hi,
                     PyObject *key)
{
    Py_ssize_t at = search(a, x, lo, hi, key, true);
    return at < 0 ? NULL : PyLong_FromSsize_t(at);
}

FUNCTION(_bisect, bisect_left, "($module, /, a, x, lo=0, hi=None, *, key=None)",
         "The index of the first item of a[lo:hi], which is sorted, that is not below x.")
DEFAULT(hi, -1)
static PyObject *
_bisect_bisect_left(PyObject *module, PyObject *a, PyObject *x, Py_ssize_t lo, end_index hi,
                    PyObject *key)
{
    Py_ssize_t at = search(a, x, lo, hi, key, false);
    return at < 0 ? NULL : PyLong_FromSsize_t(at);
}

static status
insort(PyObject *a, PyObject *x, Py_ssize_t lo, Py_ssize_t hi, PyObject *key, bool right)
{
    PyObject *wanted = key == Py_None ? Py_NewRef(x) : PyObject_CallOneArg(key, x);
    if (wanted == NULL) return -1;
    Py_ssize_t at = search(a, wanted, lo, hi, key, right);
    Py_DECREF(wanted);
    if (at < 0) return -1;
    if (PyList_CheckExact(a)) return PyList_Insert(a, at, x);
    PyObject *result = PyObject_CallMethod(a, "insert", "nO", at, x);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

FUNCTION(_bisect, insort_right, "($module, /, a, x, lo=0, hi=None, *, key=None)",
         "Insert x into the sorted list a behind the items that are not above it.")
DEFAULT(hi, -1)
static status
_bisect_insort_right(PyObject *module, PyObject *a, PyObject *x, Py_ssize_t lo, end_index hi,
                     PyObject *key)
{
    return insort(a, x, lo, hi, key, true);
}

FUNCTION(_bisect, insort_left, "($module, /, a, x, lo=0, hi=None, *, key=None)",
         "Insert x into the sorted list a before the items that are not below it.")
DEFAULT(hi, -1)
static status
_bisect_insort_left(PyObject *module, PyObject *a, PyObject *x, Py_ssize_t lo, end_index hi,
                    PyObject *key)
{
    return insort(a, x, lo, hi, key, false);
}

#include "gen/modules/_bisect.inc"

static PyModuleDef_Slot _bisect_slots[] = {{0, NULL}};

static WRITTEN struct PyModuleDef _bisect_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_bisect",
    .m_doc = PyDoc_STR("Keeping a list sorted without sorting it again."),
    .m_methods = _bisect_functions,
    .m_slots = _bisect_slots,
};

PyMODINIT_FUNC
PyInit__bisect(void)
{
    return PyModuleDef_Init(&_bisect_module);
}
