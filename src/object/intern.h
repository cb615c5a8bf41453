/* Interned strings: at most one object for each text. */
#ifndef KRAIT_OBJECT_INTERN_H
#define KRAIT_OBJECT_INTERN_H

#include <Python.h>
#include "base/common.h"

/* The set of interned strings: open addressing, linear probing, references not counted. */
struct InternTable {
    PyObject **slots;       /* NULL means free */
    size_t mask;            /* number of slots - 1 */
    size_t used;
};

status intern_init(void);
void intern_forget(PyObject *text);
PyObject *intern_find(PyObject *text);
/* The interned string of `n` ASCII bytes (new reference), without a string being made if there is
   one.  NULL without an exception if some byte is not ASCII; NULL with MemoryError. */
PyObject *intern_ascii(const char *data, Py_ssize_t n);

#endif
