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

#endif
