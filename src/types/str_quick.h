/* Quick ways of `%` and str.format: str_quick.c. */
#ifndef KRAIT_TYPES_STR_QUICK_H
#define KRAIT_TYPES_STR_QUICK_H

#include <Python.h>

/* format % args, or format.format(*args) for a tuple: a new reference; NULL, perhaps without an exception, if the
   general way has to be taken. */
PyObject *percent_quick(PyObject *format, PyObject *args);
PyObject *format_quick(PyObject *format, PyObject *args);

#endif
