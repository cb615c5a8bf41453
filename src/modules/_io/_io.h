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
    _Atomic int fd;            /* -1: closed; read without the GIL in calls */
    unsigned char created;
    unsigned char readable;
    unsigned char writable;
    unsigned char appending;
    signed char seekable;      /* -1: not yet asked */
    unsigned char closefd;
    char finalizing;
    unsigned char regular;     /* not a device: isatty() need not be asked */
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

/* Which line endings have been met. */
enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4, SEEN_ALL = SEEN_CR | SEEN_LF | SEEN_CRLF };

/* The state of an incremental newline translation. */
typedef struct {
    char translate;            /* every ending becomes '\n' */
    char pending_cr;           /* a '\r' is held back until the next character is known */
    unsigned char seen;        /* SEEN_* bits */
} NewlineState;

typedef struct {
    PyObject_HEAD
    PyObject *decoder;         /* NULL before __init__, None: the input is str already */
    PyObject *errors;
    NewlineState state;
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
off_t io_offset(PyObject *value);
/* Put the exception saved as (type, value, tb) back, as the context of a newer one if any. */
void io_chain(PyObject *type, PyObject *value, PyObject *tb);
/* A writable contiguous view of an argument of `method`; TypeError naming the method. */
status io_writable_buffer(PyObject *object, Py_buffer *view, const char *method);
/* 'O&' converter: None leaves -1, any index is its value, else TypeError. */
int io_optional_size(PyObject *value, void *size);

/* -- textio.c ------------------------------------------------------------------------------ */

/* Would nothing be seen if the stream were never closed?  True of exact native streams that are
   closed, lie in memory, or have written everything and do not own their descriptor. */
truth stream_is_silent(PyObject *op);

/* -- fileio.c ------------------------------------------------------------------------------ */
/* True if the file is closed, without an attribute lookup. */
int fileio_is_closed(PyObject *self);
/* Closed, or over a descriptor that somebody else closes. */
int fileio_is_silent(PyObject *self);

/* -- newline.c ----------------------------------------------------------------------------- */

/* Translate `text`, whose reference is taken; NULL on error, also if `text` is NULL. */
PyObject *newline_translate(NewlineState *state, PyObject *text_take, int final);
/* The `newlines` attribute for SEEN_* bits: None, a str or a tuple. */
PyObject *newline_names(unsigned seen);
/* IncrementalNewlineDecoder.decode for an instance of exactly that type. */
PyObject *newline_decode(PyObject *decoder, PyObject *input, int final);
/* 0, or -1 with ValueError if `text` is not one of None, '', '\n', '\r', '\r\n'. */
int newline_is_legal(const char *text);

/* How a line ends when reading. */
typedef struct {
    char translated;           /* '\n' only, whatever it was in the file */
    char universal;            /* '\n', '\r' and '\r\n' all count */
    char ending[3];            /* otherwise: this */
} LineRule;

/* The offset behind the first line ending in data[start:end) of a str of `kind`, or -1; then
   *consumed is how far the search need not be repeated when more text arrives. */
Py_ssize_t line_end(const LineRule *rule, int kind, const void *data, Py_ssize_t start,
                    Py_ssize_t end, Py_ssize_t *consumed);

/* -- buffered*.c --------------------------------------------------------------------------- */

/* BufferedWriter.write for an object of exactly that type (or BufferedRandom); -1 on error. */
Py_ssize_t buffered_write_bytes(PyObject *self, const char *data, Py_ssize_t length);
/* BufferedReader.read1 likewise. */
PyObject *buffered_read_chunk(PyObject *self, Py_ssize_t size);
/* Is it exactly one of the three buffered types, without own attributes? */
int buffered_is_plain(PyObject *self);
/* Is a plain buffered object closed?  -1 if only its `closed` attribute can tell. */
int buffered_is_closed(PyObject *self);
/* One of the three types, with nothing to write, over a silent FileIO. */
int buffered_is_silent(PyObject *self);

#endif
