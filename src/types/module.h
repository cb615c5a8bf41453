/* Modules from the inside; the offsets are read by extensions. */
#ifndef KRAIT_TYPES_MODULE_H
#define KRAIT_TYPES_MODULE_H

#include <Python.h>
#include <stddef.h>

typedef struct {
    PyObject_HEAD
    PyObject *md_dict;
    PyModuleDef *md_def;
    void *md_state;
    PyObject *md_weaklist;
    PyObject *md_name;              /* for m_free, after the dict was cleared */
} PyModuleObject;

_Static_assert(offsetof(PyModuleObject, md_state) == 32, "read by _queue");

#endif
