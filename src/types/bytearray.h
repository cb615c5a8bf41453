/* bytearray inside.

   Invariants: ob_start points into ob_bytes and ob_start + ob_size < ob_bytes + ob_alloc; the byte
   behind the last is NUL; both pointers are NULL iff ob_alloc is 0.  While ob_exports > 0 neither
   size nor place may change. */
#ifndef KRAIT_TYPES_BYTEARRAY_H
#define KRAIT_TYPES_BYTEARRAY_H

#include <Python.h>
#include "base/common.h"

/* Replace the bytes low..high-1 by n others that are not in the bytearray. */
status bytearray_replace(PyByteArrayObject *self, Py_ssize_t low, Py_ssize_t high, const char *s,
                         Py_ssize_t n);

#endif
