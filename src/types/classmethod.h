/* The layout of classmethod and staticmethod objects. */
#ifndef KRAIT_TYPES_CLASSMETHOD_H
#define KRAIT_TYPES_CLASSMETHOD_H

#include "object/object.h"

/* The same for both types. */
typedef struct {
    PyObject_HEAD
    PyObject *callable;         /* NULL until __init__ has run, which may run again */
    PyObject *dict;
} WrapperObject;

#define WRAPPER(op) ((WrapperObject *)(op))

#endif
