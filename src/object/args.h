/* Binding arguments to parameters, shared by generated wrappers and PyArg_Parse*. */
#ifndef KRAIT_OBJECT_ARGS_H
#define KRAIT_OBJECT_ARGS_H

#include <Python.h>
#include "base/common.h"

/* What a C function accepts.  names holds every parameter in order, "" for positional-only ones. */
struct Signature {
    const char *fname;              /* without "()", or NULL */
    PyObject *names;                /* tuple of interned str of the parameters that have a name */
    int len;                        /* parameters */
    int posonly;                    /* of them positional-only */
    int minpos;                     /* required positional ones */
    int maxpos;                     /* positional ones */
    int minkw;                      /* required keyword-only ones */
    bool optional;                  /* some parameter may be left out */
};

/* Put borrowed references into slots[len], NULL for what was not given; -1 with TypeError.
   Keywords come as a dict or as names whose values follow the positional arguments. */
status args_bind(const struct Signature *signature, PyObject *const *args, Py_ssize_t nargs,
                 PyObject *kwargs, PyObject *kwnames, PyObject **slots);

/* The names of a parser as interned str, made on first use; NULL with an exception. */
PyObject *parser_names(struct _PyArg_Parser *parser, int *len, int *posonly);

#endif
