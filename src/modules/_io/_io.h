/* What the files of _io share: the object layouts and the small services of iobase.c.

   The sizes of the structs are part of the contract (`__basicsize__`), the fields inside are ours. */
#ifndef KRAIT_MODULES_IO_H
#define KRAIT_MODULES_IO_H

#include "object/declare.h"

#define IO_BUFFER_SIZE 8192

/* _IOBase and the three abstract layers below it. */
typedef struct {
    PyObject_HEAD
    PyObject *dict;
    PyObject *weakrefs;
} IOBase;

typedef struct {
    PyObject_HEAD
    int fd;                    /* -1: closed */
    unsigned char created;
    unsigned char readable;
    unsigned char writable;
    unsigned char appending;
    signed char seekable;      /* -1: not yet asked */
    unsigned char closefd;
    char finalizing;
    unsigned int blksize;      /* what the file system prefers to transfer */
    PyObject *weakrefs;
    PyObject *dict;
} FileIO;

/* Growing bytes with a position.  `buf` holds at least `size` bytes and may be shared with the
   results of getvalue(): then it is copied before it changes.  While `exports` counts live
   memoryviews the size must not change.  After close() `buf` is NULL. */
typedef struct {
    PyObject_HEAD
    PyObject *buf;
    Py_ssize_t pos;
    Py_ssize_t size;
    PyObject *dict;
    PyObject *weakrefs;
    Py_ssize_t exports;
} BytesIO;

/* Incremental newline translation, also embedded in the text layer's fast paths. */
enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4, SEEN_ALL = SEEN_CR | SEEN_LF | SEEN_CRLF };

typedef struct {
    PyObject_HEAD
    PyObject *decoder;         /* NULL before __init__, None: the input is str already */
    char translate;
    char pending_cr;           /* a '\r' is held back until the next character is known */
    unsigned char seen;        /* SEEN_* bits */
    PyObject *errors;
} NewlineDecoder;

extern PyTypeObject PyIOBase_Type, PyRawIOBase_Type, PyBufferedIOBase_Type, PyTextIOBase_Type;
extern PyTypeObject PyFileIO_Type, PyBytesIO_Type, PyStringIO_Type, PyTextIOWrapper_Type;
extern PyTypeObject PyBufferedReader_Type, PyBufferedWriter_Type, PyBufferedRandom_Type;
extern PyTypeObject PyBufferedRWPair_Type, PyIncrementalNewlineDecoder_Type;
extern PyTypeObject _PyBytesIOBuffer_Type;

/* -- iobase.c ------------------------------------------------------------------------------ */

/* io.UnsupportedOperation (borrowed). */
PyObject *io_unsupported_type(void);
/* Raise io.UnsupportedOperation(message); NULL. */
PyObject *io_unsupported(const char *message);
/* 0, or -1 with ValueError if the `closed` attribute of `self` is true. */
status io_check_closed(PyObject *self);
/* 0, or -1 with io.UnsupportedOperation if self.<name>() is not True. */
status io_check_able(PyObject *self, PyObject *name, const char *complaint);
/* 1 if the pending exception is an OSError with errno EINTR; then it is cleared. */
int io_trap_eintr(void);
/* Run the finaliser from tp_dealloc; -1 if the object was resurrected. */
status io_finalize(PyObject *self);
/* Convert a seek target; ValueError if it does not fit. */
Py_off_t io_offset(PyObject *value);
/* Put the exception saved as (type, value, tb) back, as the context of a newer one if any. */
void io_chain(PyObject *type, PyObject *value, PyObject *tb);
/* A writable contiguous view of an argument of `method`; TypeError naming the method. */
status io_writable_buffer(PyObject *object, Py_buffer *view, const char *method);
/* 'O&' converter: None leaves -1, any index is its value, else TypeError. */
int io_optional_size(PyObject *value, void *size);

/* -- fileio.c ------------------------------------------------------------------------------ */
/* True if the file is closed, without an attribute lookup. */
int fileio_is_closed(PyObject *self);

/* -- textio.c, stringio.c ------------------------------------------------------------------ */
/* One step of newline translation over decoded text; see IncrementalNewlineDecoder.decode. */
PyObject *newline_decode(PyObject *self, PyObject *input, int final);
/* Find the end of the first line in [start, end): offset after the ending relative to start, or
   -1 with *consumed set to how much cannot belong to a line ending. */
Py_ssize_t io_find_line_end(int translated, int universal, PyObject *newline, int kind,
                            const char *start, const char *end, Py_ssize_t *consumed);

#endif
