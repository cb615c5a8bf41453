/* Iterators inside. */
#ifndef KRAIT_TYPES_ITER_H
#define KRAIT_TYPES_ITER_H

#include <Python.h>

/* What anext(it, otherwise) returns: awaiting it gives what `awaitable` gives, or `otherwise`. */
PyObject *PyAnextAwaitable_New(PyObject *awaitable, PyObject *otherwise);

#endif
