/* Python functions: what the interpreter loop needs beyond the C API. */
#ifndef KRAIT_TYPES_FUNCTION_H
#define KRAIT_TYPES_FUNCTION_H

#include <Python.h>
#include "base/common.h"

/* Bind the arguments of a call to the locals of `func`: positional ones first in args, then one
   per name of kwnames.  Every reference in args is taken over, also on failure.  Slots from
   co_argcount on must be NULL before. */
status function_bind(PyFunctionObject *func, PyObject **slots, PyObject *const *args,
                     Py_ssize_t nargs, PyObject *kwnames);
/* Fill the parameters that `nargs` positional arguments and some by name left open from the defaults; -1 with
   TypeError if there is none. */
status function_bind_defaults(PyFunctionObject *func, PyObject **slots, Py_ssize_t nargs);
/* The version that specialised calls test, given out on first demand; 0 if there are none left. */
uint32_t function_version(PyFunctionObject *func);

#endif
