/* Tuples inside.  Invariant: ob_item holds ob_size owned references; the empty tuple exists once. */
#ifndef KRAIT_TYPES_TUPLE_H
#define KRAIT_TYPES_TUPLE_H

#include <Python.h>
#include "object/state.h"

struct TupleIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item */
    PyTupleObject *seq;             /* NULL once exhausted */
};

/* A tuple of n >= 1 items, not filled in and not tracked. */
PyTupleObject *tuple_alloc_slow(Py_ssize_t n);

static ALWAYS_INLINE PyTupleObject *
tuple_alloc(Py_ssize_t n)
{
    if (likely(n < TUPLE_SIZES_CACHED)) {
        PyTupleObject *self = freelist_pop(&_PyRuntime.caches.tuples[n]);
        if (likely(self != NULL)) {
            Py_SET_SIZE(self, n);
            freelist_revive(self, &PyTuple_Type);
            return self;
        }
    }
    return tuple_alloc_slow(n);
}

/* A new tuple of n items whose references are copied. */
PyObject *tuple_from_array(PyObject *const *items, Py_ssize_t n);
/* The same with references stolen, also on failure. */
PyObject *tuple_from_array_take(PyObject *const *items, Py_ssize_t n);
/* The end of every tuple; known by address to code that recycles one. */
void tuple_tp_dealloc(PyObject *self);

#endif
