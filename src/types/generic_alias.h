/* list[int] and int | str. */
#ifndef KRAIT_TYPES_GENERIC_ALIAS_H
#define KRAIT_TYPES_GENERIC_ALIAS_H

#include <Python.h>
#include "base/common.h"

extern PyTypeObject UnionType_Type;

/* a | b for classes, aliases, unions and None; Py_NotImplemented for anything else. */
PyObject *union_or(PyObject *a, PyObject *b);

/* The type variables among `args`, each once, in order of appearance: a tuple. */
PyObject *alias_parameters(PyObject *args);
/* `args` with the parameters replaced by `item`; `self` is named in errors. */
PyObject *alias_substitute(PyObject *self, PyObject *args, PyObject *parameters, PyObject *item);

#endif
