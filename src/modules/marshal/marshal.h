/* marshal: the format of .pyc files.

   A value is one byte that names its type, then its contents; numbers are little-endian.  From
   version 3 on a value that occurs again is written once with FLAG_REF set and later as TYPE_REF with
   its index; both sides count the flagged values alike.  Reading trusts nothing: every size is
   checked, nesting is bounded, and a value may refer to one that is not finished only if that is
   harmless (a list, a dict, a set, a tuple). */
#ifndef KRAIT_MODULES_MARSHAL_H
#define KRAIT_MODULES_MARSHAL_H

#include <Python.h>
#include <marshal.h>

enum {
    TYPE_NULL = '0',
    TYPE_NONE = 'N',
    TYPE_FALSE = 'F',
    TYPE_TRUE = 'T',
    TYPE_STOPITER = 'S',
    TYPE_ELLIPSIS = '.',
    TYPE_INT = 'i',
    TYPE_INT64 = 'I',           /* read only */
    TYPE_LONG = 'l',
    TYPE_FLOAT = 'f',
    TYPE_BINARY_FLOAT = 'g',
    TYPE_COMPLEX = 'x',
    TYPE_BINARY_COMPLEX = 'y',
    TYPE_STRING = 's',
    TYPE_INTERNED = 't',
    TYPE_UNICODE = 'u',
    TYPE_ASCII = 'a',
    TYPE_ASCII_INTERNED = 'A',
    TYPE_SHORT_ASCII = 'z',
    TYPE_SHORT_ASCII_INTERNED = 'Z',
    TYPE_TUPLE = '(',
    TYPE_SMALL_TUPLE = ')',
    TYPE_LIST = '[',
    TYPE_DICT = '{',
    TYPE_SET = '<',
    TYPE_FROZENSET = '>',
    TYPE_CODE = 'c',
    TYPE_REF = 'r',
    TYPE_UNKNOWN = '?',
    FLAG_REF = 0x80,
};

enum {
    MAX_DEPTH = 2000,
    DIGIT_BITS = 15,            /* digits of ints in the format have half the size of ours */
    DIGITS_PER_DIGIT = PyLong_SHIFT / DIGIT_BITS,
    SHORT_LENGTH = 256,         /* lengths below fit the byte of the short forms */
};

/* The value that bytes in memory, or a Python object with readinto(), begin with: a new reference. */
PyObject *marshal_read_memory(const char *data, Py_ssize_t size);
PyObject *marshal_read_object(PyObject *readable);

#endif
