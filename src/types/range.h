/* Ranges inside. */
#ifndef KRAIT_TYPES_RANGE_H
#define KRAIT_TYPES_RANGE_H

#include <Python.h>

/* All four are ints (exact); length is what len() would give without limit. */
struct Range {
    PyObject_HEAD
    PyObject *start;
    PyObject *stop;
    PyObject *step;
    PyObject *length;
};

/* An iterator all of whose values fit in a C long. */
struct RangeIterator {
    PyObject_HEAD
    long index;                     /* of the next value */
    long start;
    long step;
    long length;
};

#endif
