/* Errors: what other files need beside PyErr_*. */
#ifndef KRAIT_OBJECT_ERROR_H
#define KRAIT_OBJECT_ERROR_H

#include <Python.h>
#include "base/common.h"

/* An instance of an exception class from the value of a `raise`: None, a tuple of arguments, or a
   single argument.  New reference. */
PyObject *exception_new(PyObject *type, PyObject *value);

/* What sys.__unraisablehook__ does with its argument: report on sys.stderr. */
PyObject *unraisable_hook(PyObject *args);

/* Make UnraisableHookArgs ready; called when sys is made. */
status error_init(void);
extern PyTypeObject UnraisableHookArgs_Type;

#endif
