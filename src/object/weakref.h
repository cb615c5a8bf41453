/* Weak references, as the collector and deallocators see them. */
#ifndef KRAIT_OBJECT_WEAKREF_H
#define KRAIT_OBJECT_WEAKREF_H

#include <Python.h>
#include "base/common.h"

/* Where an exact set or frozenset, which is shorter than PySetObject (types/set_table.h), has its list.
   Instances of subclasses have it at tp_weaklistoffset, as everything else. */
enum { SET_WEAKREFS_OFFSET = 64 };

/* The head of op's list of weak references, or NULL if its type has none. */
static inline PyWeakReference **
weakrefs_head(PyObject *op)
{
    Py_ssize_t offset = PyAnySet_CheckExact(op) ? SET_WEAKREFS_OFFSET : Py_TYPE(op)->tp_weaklistoffset;
    return offset <= 0 ? NULL : (PyWeakReference **)((char *)op + offset);
}

/* Clear every weak reference to op; no callbacks are called. */
void weakrefs_drop(PyObject *op);

/* How many weak references to op exist. */
Py_ssize_t _PyWeakref_GetWeakrefCount(PyWeakReference *head);

/* Unlink one reference from its object, keeping its callback (the collector calls it later). */
void _PyWeakref_ClearRef(PyWeakReference *self);

/* Call the callback of a cleared reference; an exception is reported as unraisable. */
void weakref_call_back(PyWeakReference *ref, PyObject *callback);

#endif
