/* What bytes and bytearray have in common.  A function given `self` of either type returns an
   object of the same exact type.  Nothing here calls out to Python between taking the address of a
   bytearray's storage and using it, except join, which holds an export. */
#ifndef KRAIT_TYPES_BYTESLIKE_H
#define KRAIT_TYPES_BYTESLIKE_H

#include <Python.h>
#include "base/common.h"

/* bytes + anything with a buffer: new bytes. */
PyObject *byteslike_concat(PyObject *a, PyObject *b);
/* sep.join(iterable) */
PyObject *byteslike_join(PyObject *sep, PyObject *iterable);
/* value in self, for a byte value or a run of bytes */
truth byteslike_contains(PyObject *self, PyObject *value);

/* The exported kernels on plain memory. */
void _PyBytes_Repeat(char *out, Py_ssize_t n_out, const char *in, Py_ssize_t n_in);
PyObject *_Py_strhex(const char *s, Py_ssize_t n);
PyObject *_Py_strhex_bytes(const char *s, Py_ssize_t n);
PyObject *_Py_strhex_with_sep(const char *s, Py_ssize_t n, PyObject *sep, int group);
PyObject *_Py_strhex_bytes_with_sep(const char *s, Py_ssize_t n, PyObject *sep, int group);
Py_ssize_t _PyBytes_Find(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub,
                         Py_ssize_t offset);
Py_ssize_t _PyBytes_ReverseFind(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub,
                                Py_ssize_t offset);

#endif
