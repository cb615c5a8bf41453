/* The inside of set, for the virtual machine. */
#ifndef KRAIT_TYPES_SET_H
#define KRAIT_TYPES_SET_H

#include <Python.h>

/* What a display makes: a new set of n items. */
PyObject *set_display(PyObject *const *items, Py_ssize_t n);

#endif
