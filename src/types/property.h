/* The inside of property, for attribute access in the interpreter loop. */
#ifndef KRAIT_TYPES_PROPERTY_H
#define KRAIT_TYPES_PROPERTY_H

#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *get, *set, *del;      /* callables or NULL */
    PyObject *doc;
    PyObject *name;                 /* from __set_name__, or NULL; for error texts */
    int getter_doc;                 /* doc came from the getter */
} PropertyObject;

#endif
