/* Slices inside. */
#ifndef KRAIT_TYPES_SLICE_H
#define KRAIT_TYPES_SLICE_H

#include <Python.h>
#include "base/common.h"

/* A slice of three objects whose references are stolen, also on failure. */
PyObject *slice_new_take(PyObject *start, PyObject *stop, PyObject *step);
/* start, stop and step, clipped to a sequence of `length` items, as ints: new references. */
int _PySlice_GetLongIndices(PySliceObject *self, PyObject *length, PyObject **start,
                            PyObject **stop, PyObject **step);
PyObject *_PySlice_FromIndices(Py_ssize_t start, Py_ssize_t stop);

#endif
