/* Equality that needs no code of the objects: what searches in lists and tuples ask first. */
#ifndef KRAIT_TYPES_SAME_H
#define KRAIT_TYPES_SAME_H

#include "types/int.h"

/* Are two ints of one limb, or two exact str, equal?  -1 if they are something else. */
static ALWAYS_INLINE int
same_quick(PyObject *a, PyObject *b)
{
    PyTypeObject *type = Py_TYPE(a);
    if (type != Py_TYPE(b)) {
        return -1;
    }
    if (type == &PyLong_Type && int_is_compact((PyLongObject *)a) && int_is_compact((PyLongObject *)b)) {
        return int_compact_value((PyLongObject *)a) == int_compact_value((PyLongObject *)b);
    }
    return type == &PyUnicode_Type ? _PyUnicode_EQ(a, b) : -1;
}

/* Are two exact tuples equal, item by item?  -1 if that takes more than same_quick, or they are something else. */
static inline int
tuples_same_quick(PyObject *a, PyObject *b)
{
    if (!PyTuple_CheckExact(a) || !PyTuple_CheckExact(b) || Py_SIZE(a) != Py_SIZE(b)) {
        return -1;
    }
    PyObject **x = ((PyTupleObject *)a)->ob_item, **y = ((PyTupleObject *)b)->ob_item;
    for (Py_ssize_t i = 0; i < Py_SIZE(a); i++) {
        int same = x[i] == y[i] ? 1 : same_quick(x[i], y[i]);
        if (same != 1) {
            return same;
        }
    }
    return 1;
}

#endif
