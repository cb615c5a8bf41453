/* list[int] and int | str, for isinstance() and type.__or__. */
#ifndef KRAIT_TYPES_GENERIC_ALIAS_H
#define KRAIT_TYPES_GENERIC_ALIAS_H

#include <Python.h>
#include "base/common.h"

extern PyTypeObject krait_union_type;           /* types.UnionType */
#define is_union(op) Py_IS_TYPE(op, &krait_union_type)
#define is_generic_alias(op) PyObject_TypeCheck(op, &Py_GenericAliasType)

PyObject *union_args_peek(PyObject *op);        /* borrowed tuple of a union */
PyObject *union_or(PyObject *left, PyObject *right);    /* nb_or of type and aliases */

/* The type parameters that occur in args, and args with them replaced: new tuples. */
PyObject *alias_parameters(PyObject *args);
PyObject *alias_substitute(PyObject *self, PyObject *args, PyObject *parameters, PyObject *item);
/* Write an argument as it stands in a repr. */
status alias_write(_PyUnicodeWriter *writer, PyObject *arg);

#endif
