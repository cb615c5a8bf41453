/* What the files of itertools share.  Each adds its own types to the module. */
#ifndef KRAIT_MODULES_ITERTOOLS_H
#define KRAIT_MODULES_ITERTOOLS_H

#include "object/declare.h"

status itertools_add_filters(PyObject *module);
status itertools_add_streams(PyObject *module);
status itertools_add_combinatorics(PyObject *module);

/* The next item of an iterator, straight from its slot: NULL with or without StopIteration. */
static inline PyObject *
next_of(PyObject *iterator)
{
    return Py_TYPE(iterator)->tp_iternext(iterator);
}

/* After next_of() gave NULL: clears a StopIteration; false if another error is set. */
static inline bool
just_ended(void)
{
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
            return false;
        }
        PyErr_Clear();
    }
    return true;
}

static inline status
add_types(PyObject *module, PyTypeObject *const *types, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (PyModule_AddType(module, types[i]) < 0) {
            return -1;
        }
    }
    return 0;
}


#endif
