/* Formatting by the commonest specifications: format_quick.c. */
#ifndef KRAIT_TYPES_FORMAT_QUICK_H
#define KRAIT_TYPES_FORMAT_QUICK_H

#include <Python.h>

/* format(value, spec) for an exact int or str: a new reference, or NULL; without an exception if the specification
   is not one of the simple ones. */
PyObject *format_int_quick(PyObject *value, PyObject *spec);
PyObject *format_str_quick(PyObject *value, PyObject *spec);

#endif
