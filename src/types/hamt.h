/* Hamt: the immutable mapping under contexts (PEP 567).  Keys hash and compare as dict keys do. */
#ifndef KRAIT_TYPES_HAMT_H
#define KRAIT_TYPES_HAMT_H

#include <Python.h>
#include "base/common.h"

typedef struct Hamt Hamt;

Hamt *hamt_new(void);
/* A mapping with one more or a changed item; `self` may be the result. */
Hamt *hamt_assoc(Hamt *self, PyObject *key, PyObject *value);
/* A mapping without the key; `self` if it is not there. */
Hamt *hamt_without(Hamt *self, PyObject *key);
/* *value_out is borrowed. */
truth hamt_find(Hamt *self, PyObject *key, PyObject **value_out);
truth hamt_equal(Hamt *a, Hamt *b);
Py_ssize_t hamt_count(Hamt *self);
PyObject *hamt_iter_keys(Hamt *self);
PyObject *hamt_iter_values(Hamt *self);
PyObject *hamt_iter_items(Hamt *self);

/* Before the first mapping is made. */
status hamt_types_ready(void);

#endif
