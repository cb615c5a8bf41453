/* bytes inside.  Invariant: ob_size bytes and a NUL behind them; ob_shash is the hash or -1.
   The empty bytes and, where they come from this file, the 256 single bytes exist once. */
#ifndef KRAIT_TYPES_BYTES_H
#define KRAIT_TYPES_BYTES_H

#include <Python.h>
#include "object/state.h"

/* New references. */
PyObject *bytes_empty(void);
PyObject *bytes_from_byte(unsigned char byte);

/* What bytes_format.c needs of a value that stands for a byte: 0..255, or -1 with an exception. */
int byte_from_index(PyObject *value);

/* The repr of n bytes with a prefix and suffix in ASCII (b'...', bytearray(b'...')).  Double quotes
   are used where that saves escapes and smart_quotes allows it; escape_single escapes single quotes
   even between double ones, as bytearray does. */
PyObject *bytes_repr_parts(const char *prefix, const unsigned char *s, Py_ssize_t n,
                           const char *suffix, bool escape_single, int smart_quotes);

/* Subscript and containment are the same text for bytes and bytearray: byteslike.c. */

#endif
