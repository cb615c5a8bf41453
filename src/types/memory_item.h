/* Items of a memory view: bytes of a native struct format to objects, and back.

   A format is one character of `cbB?hHiIlLqQnNfdP`, with an optional '@' before it where it is text. */
#ifndef KRAIT_TYPES_MEMORY_ITEM_H
#define KRAIT_TYPES_MEMORY_ITEM_H

#include "object/declare.h"

/* One item, as it stands in memory: the first item_size() bytes count. */
union MemoryItem {
    uint64_t bits;
    double d;
    float f;
    void *pointer;
    char byte;
};

/* The character of a native format (NULL: 'B'); 0 if it is another format. */
char item_format(const char *format);
/* The same with NotImplementedError instead of 0. */
char item_format_checked(const char *format);
/* Bytes of an item of native format `c`. */
Py_ssize_t item_size(char c);
/* The item at p as an object (new reference). */
PyObject *item_unpack(const char *p, char c);
/* Convert `value` for native format `c`; `format` is how errors name it.  May run any code. */
status item_pack(union MemoryItem *item, PyObject *value, char c, const char *format);

/* How items of one side of a comparison become objects. */
struct ItemReader {
    char format;                    /* native, or 0 */
    PyObject *unpack;               /* struct.Struct(format).unpack_from (owned), else NULL */
    Py_ssize_t size;
};

/* 0; 1 if the struct module does not know the format, which makes the views different; -1 on error. */
status item_reader_init(struct ItemReader *u, const Py_buffer *view);
/* Is the item at p of one reader equal to that at q of the other? */
truth items_equal(struct ItemReader *ua, const char *p, struct ItemReader *ub, const char *q);

#endif
