/* Method resolution order and the lookup of names along it. */
#ifndef KRAIT_OBJECT_MRO_H
#define KRAIT_OBJECT_MRO_H

#include <Python.h>
#include "base/common.h"

/* Compute type->tp_mro anew by calling the metaclass's mro().  If `old` is not NULL the previous
   tuple moves there (a new reference, or NULL).  1 if it changed, 0 if a mro() written in Python
   replaced it meanwhile, -1 on error. */
int mro_update(PyTypeObject *type, PyObject **old);

/* The C3 linearisation as a list (`type.mro`). */
PyObject *mro_compute(PyTypeObject *type);

/* `name` in the dicts along the mro: borrowed, or NULL; *error is set to -1 if a lookup raised.
   Uncached. */
PyObject *mro_find(PyTypeObject *type, PyObject *name, int *error);

/* Whether `base` stands in type's mro (or in its chain of bases before the mro exists). */
bool mro_contains(PyTypeObject *type, PyTypeObject *base);

/* Give type a version tag, if possible. */
bool version_assign(PyTypeObject *type);

/* Drop what the lookup cache holds; used before a type dies and by PyType_ClearCache. */
void type_cache_clear(void);

#endif
