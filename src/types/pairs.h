/* Iterators over pairs, for a loop that takes each pair apart at once: no tuple is made or written to. */
#ifndef KRAIT_TYPES_PAIRS_H
#define KRAIT_TYPES_PAIRS_H

#include <Python.h>
#include "base/common.h"

/* One step of an exact dict_itemiterator, enumerate, or zip of two: new references in both, or false at the end or
   with an exception. */
bool dict_item_iterator_step(PyObject *self, PyObject **key, PyObject **value);
bool enumerate_step(PyObject *self, PyObject **number, PyObject **item);
bool zip_step(PyObject *self, PyObject **first, PyObject **second);
/* Whether zip_step fits: a zip of two iterators. */
bool zip_is_of_two(PyObject *self);

#endif
