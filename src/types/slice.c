/* slice and Ellipsis' neighbour in subscripts: start, stop and step as they were written.

   Invariant: the three fields are owned references, None where nothing was written. */
#include "types/slice.h"

#include "object/declare.h"
#include "object/gc.h"
#include "types/int.h"

/* ---- storage ---------------------------------------------------------------------------- */

PyObject *
slice_new_take(PyObject *start, PyObject *stop, PyObject *step)
{
    PySliceObject *self = freelist_pop(&_PyRuntime.caches.slices);
    if (self != NULL) {
        freelist_revive(self, &PySlice_Type);
    } else {
        self = PyObject_GC_New(PySliceObject, &PySlice_Type);
        if (self == NULL) {
            Py_DECREF(start);
            Py_DECREF(stop);
            Py_DECREF(step);
            return NULL;
        }
    }
    self->start = start;
    self->stop = stop;
    self->step = step;
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

/* A new slice; NULL stands for None. */
PyObject *
PySlice_New(PyObject *start, PyObject *stop, PyObject *step)
{
    return slice_new_take(Py_NewRef(start ? start : Py_None), Py_NewRef(stop ? stop : Py_None),
                          Py_NewRef(step ? step : Py_None));
}

PyObject *
_PySlice_FromIndices(Py_ssize_t start, Py_ssize_t stop)
{
    PyObject *first = PyLong_FromSsize_t(start);
    if (first == NULL) return NULL;
    PyObject *last = PyLong_FromSsize_t(stop);
    if (last == NULL) {
        Py_DECREF(first);
        return NULL;
    }
    return slice_new_take(first, last, Py_NewRef(Py_None));
}

static void
slice_tp_dealloc(PySliceObject *self)
{
    gc_untrack((PyObject *)self);
    Py_DECREF(self->start);
    Py_DECREF(self->stop);
    Py_DECREF(self->step);
    if (!freelist_push(&_PyRuntime.caches.slices, self, ITERATORS_CACHED)) PyObject_GC_Del(self);
}

static int
slice_tp_traverse(PySliceObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->start);
    Py_VISIT(self->stop);
    Py_VISIT(self->step);
    return 0;
}

/* ---- indices ---------------------------------------------------------------------------- */

/* "O&": a slice bound, clipped to Py_ssize_t; None leaves *value as it is. */
int
_PyEval_SliceIndex(PyObject *op, Py_ssize_t *value)
{
    if (op == Py_None || op == NULL) return 1;
    if (likely(PyLong_CheckExact(op) && int_is_medium((PyLongObject *)op))) {
        *value = (Py_ssize_t)int_medium_value((PyLongObject *)op);
        return 1;
    }
    if (!PyIndex_Check(op)) {
        PyErr_SetString(PyExc_TypeError,
                        "slice indices must be integers or None or have an __index__ method");
        return 0;
    }
    Py_ssize_t x = PyNumber_AsSsize_t(op, NULL);
    if (x == -1 && PyErr_Occurred()) return 0;
    *value = x;
    return 1;
}

/* The same where None is not allowed. */
int
_PyEval_SliceIndexNotNone(PyObject *op, Py_ssize_t *value)
{
    if (!PyIndex_Check(op)) {
        PyErr_SetString(PyExc_TypeError,
                        "slice indices must be integers or have an __index__ method");
        return 0;
    }
    Py_ssize_t x = PyNumber_AsSsize_t(op, NULL);
    if (x == -1 && PyErr_Occurred()) return 0;
    *value = x;
    return 1;
}

/* The bounds as C integers, defaults filled in, not yet clipped to a length.  -1 on error. */
int
PySlice_Unpack(PyObject *op, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step)
{
    PySliceObject *self = (PySliceObject *)op;
    *step = 1;
    if (!_PyEval_SliceIndex(self->step, step)) return -1;
    if (*step == 0) {
        PyErr_SetString(PyExc_ValueError, "slice step cannot be zero");
        return -1;
    }
    /* -step must be a number, too. */
    if (*step < -PY_SSIZE_T_MAX) *step = -PY_SSIZE_T_MAX;
    *start = *step < 0 ? PY_SSIZE_T_MAX : 0;
    *stop = *step < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX;
    if (!_PyEval_SliceIndex(self->start, start) || !_PyEval_SliceIndex(self->stop, stop)) return -1;
    return 0;
}

/* Clip bounds to a sequence; the number of items selected. */
Py_ssize_t
PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t step)
{
    Py_ssize_t low = step < 0 ? -1 : 0, high = step < 0 ? length - 1 : length;
    if (*start < 0) {
        *start += length;
        if (*start < 0) *start = low;
    } else if (*start >= length) {
        *start = high;
    }
    if (*stop < 0) {
        *stop += length;
        if (*stop < 0) *stop = low;
    } else if (*stop >= length) {
        *stop = high;
    }
    if (step < 0) return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

/* Unpack and clip; -1 on error. */
#undef PySlice_GetIndicesEx
int
PySlice_GetIndicesEx(PyObject *op, Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop,
                     Py_ssize_t *step, Py_ssize_t *count)
{
    if (PySlice_Unpack(op, start, stop, step) < 0) return -1;
    *count = PySlice_AdjustIndices(length, start, stop, *step);
    return 0;
}

/* The old form: ints only, and out of range is -1 without an exception. */
int
PySlice_GetIndices(PyObject *op, Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop,
                   Py_ssize_t *step)
{
    PySliceObject *self = (PySliceObject *)op;
    *step = 1;
    if (self->step != Py_None) {
        if (!PyLong_Check(self->step)) return -1;
        *step = PyLong_AsSsize_t(self->step);
    }
    if (self->start == Py_None) {
        *start = *step < 0 ? length - 1 : 0;
    } else {
        if (!PyLong_Check(self->start)) return -1;
        *start = PyLong_AsSsize_t(self->start);
        if (*start < 0) *start += length;
    }
    if (self->stop == Py_None) {
        *stop = *step < 0 ? -1 : length;
    } else {
        if (!PyLong_Check(self->stop)) return -1;
        *stop = PyLong_AsSsize_t(self->stop);
        if (*stop < 0) *stop += length;
    }
    if (*stop > length || *start >= length || *step == 0) return -1;
    return 0;
}

/* A bound as an int clipped to low..high, where negative counts from `length`; `missing` for None. */
static PyObject *
clipped_bound(PyObject *bound, PyObject *length, PyObject *low, PyObject *high, PyObject *missing)
{
    if (bound == Py_None) return Py_NewRef(missing);
    if (!PyIndex_Check(bound)) {
        PyErr_SetString(PyExc_TypeError,
                        "slice indices must be integers or None or have an __index__ method");
        return NULL;
    }
    PyObject *value = PyNumber_Index(bound);
    if (value == NULL) return NULL;
    if (Py_SIZE(value) < 0) {
        Py_SETREF(value, int_add((PyLongObject *)value, (PyLongObject *)length));
        if (value == NULL) return NULL;
        if (int_compare((PyLongObject *)value, (PyLongObject *)low) < 0) {
            Py_SETREF(value, Py_NewRef(low));
        }
    } else if (int_compare((PyLongObject *)value, (PyLongObject *)high) > 0) {
        Py_SETREF(value, Py_NewRef(high));
    }
    return value;
}

int
_PySlice_GetLongIndices(PySliceObject *self, PyObject *length, PyObject **start, PyObject **stop,
                        PyObject **step)
{
    PyObject *low = NULL, *high = NULL;
    *start = *stop = *step = NULL;
    if (self->step == Py_None) {
        *step = int_small(1);
    } else {
        if (!PyIndex_Check(self->step)) {
            PyErr_SetString(PyExc_TypeError,
                            "slice indices must be integers or None or have an __index__ method");
            return -1;
        }
        *step = PyNumber_Index(self->step);
        if (*step == NULL) return -1;
        if (Py_SIZE(*step) == 0) {
            PyErr_SetString(PyExc_ValueError, "slice step cannot be zero");
            Py_CLEAR(*step);
            return -1;
        }
    }
    bool backward = Py_SIZE(*step) < 0;
    if (backward) {
        low = int_small(-1);
        high = int_add((PyLongObject *)length, (PyLongObject *)low);
        if (high == NULL) goto fail;
    } else {
        low = int_small(0);
        high = Py_NewRef(length);
    }
    *start = clipped_bound(self->start, length, low, high, backward ? high : low);
    if (*start == NULL) goto fail;
    *stop = clipped_bound(self->stop, length, low, high, backward ? low : high);
    if (*stop == NULL) goto fail;
    Py_DECREF(low);
    Py_DECREF(high);
    return 0;
fail:
    Py_CLEAR(*start);
    Py_CLEAR(*stop);
    Py_CLEAR(*step);
    Py_XDECREF(low);
    Py_XDECREF(high);
    return -1;
}

/* ---- slots and methods ------------------------------------------------------------------ */

static PyObject *
slice_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *start = NULL, *stop = NULL, *step = NULL;
    if (!_PyArg_NoKeywords("slice", kwargs)
        || !PyArg_UnpackTuple(args, "slice", 1, 3, &start, &stop, &step)) {
        return NULL;
    }
    if (stop == NULL) {
        stop = start;
        start = NULL;
    }
    return PySlice_New(start, stop, step);
}

static PyObject *
slice_tp_repr(PySliceObject *self)
{
    return PyUnicode_FromFormat("slice(%R, %R, %R)", self->start, self->stop, self->step);
}

static PyObject *
slice_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PySlice_Check(a) || !PySlice_Check(b)) Py_RETURN_NOTIMPLEMENTED;
    if (a == b) Py_RETURN_RICHCOMPARE(0, 0, op);
    PySliceObject *x = (PySliceObject *)a, *y = (PySliceObject *)b;
    PyObject *left = PyTuple_Pack(3, x->start, x->stop, x->step);
    PyObject *right = left ? PyTuple_Pack(3, y->start, y->stop, y->step) : NULL;
    PyObject *result = right ? PyObject_RichCompare(left, right, op) : NULL;
    Py_XDECREF(left);
    Py_XDECREF(right);
    return result;
}

METHOD(slice, __reduce__, NULL, "State for pickle.")
static PyObject *
slice___reduce__(PySliceObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("O(OOO)", Py_TYPE(self), self->start, self->stop, self->step);
}

METHOD(slice, indices, NULL,
       "S.indices(len) -> (start, stop, stride)\n\n"
       "The bounds that S has on a sequence of length len: clipped, none missing, none negative.")
static PyObject *
slice_indices(PySliceObject *self, PyObject *len)
{
    PyObject *length = PyNumber_Index(len), *start, *stop, *step;
    if (length == NULL) return NULL;
    if (Py_SIZE(length) < 0) {
        PyErr_SetString(PyExc_ValueError, "length should not be negative");
        Py_DECREF(length);
        return NULL;
    }
    int done = _PySlice_GetLongIndices(self, length, &start, &stop, &step);
    Py_DECREF(length);
    return done < 0 ? NULL : Py_BuildValue("(NNN)", start, stop, step);
}

MEMBER(slice, start, T_OBJECT, PySliceObject, start, READONLY, NULL)
MEMBER(slice, stop, T_OBJECT, PySliceObject, stop, READONLY, NULL)
MEMBER(slice, step, T_OBJECT, PySliceObject, step, READONLY, NULL)

TYPE(slice, PySlice_Type, "slice", PySliceObject, NULL,
     "slice(stop)\nslice(start, stop[, step])\n\n"
     "What stands between the brackets in a[start:stop:step].",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
     .tp_hash = PyObject_HashNotImplemented)

#include "gen/types/slice.inc"
