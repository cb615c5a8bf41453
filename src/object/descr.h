/* Descriptors that types written in C put into their dicts. */
#ifndef KRAIT_OBJECT_DESCR_H
#define KRAIT_OBJECT_DESCR_H

#include <Python.h>
#include <structmember.h>
#include "base/common.h"

/* Flag of a method that gives its name without its type when it refuses keywords; the generator of
   built-ins writes it (and this definition) where the signature of a function that takes an array begins
   with "~".  The reference's function takes a tuple. */
#ifndef METH_PLAIN_NAME
#define METH_PLAIN_NAME 0x1000
#endif

/* Whether a vectorcall got no keywords; TypeError "f() takes no keyword arguments" if it did. */
bool kwnames_empty(PyThreadState *tstate, PyObject *func, PyObject *kwnames);

/* A kind of member that only types of this source have: its offset is the address of a late_member,
   which makes the value from the object; for fields that are filled in late. */
#define T_LATE 100
typedef PyObject *(*late_member)(PyObject *self);

#endif
