/* TextIOWrapper, for its files.

   Reading: chunks from buffer.read1() are decoded into `decoded`, of which `decoded_used`
   characters have been handed out.  So that tell() can be answered later, `snapshot_input` keeps
   the bytes that were given to the decoder since it was last in state (b'', snapshot_flags).

   Writing: encoded text collects in `pending` and goes to buffer.write() when it reaches
   `chunk_size`, on flush, at a line end with line buffering, at once with write-through.

   UTF-8, ASCII and Latin-1 are encoded and decoded in place (`native_*`); the `decoder` and
   `encoder` objects exist only for other codecs.

   The object owns every PyObject here, and `pending`.  What it calls (buffer, decoder, encoder) may
   run any code, also code that uses this object: nothing borrowed from a field outlives a call. */
#ifndef KRAIT_MODULES_IO_TEXTIO_H
#define KRAIT_MODULES_IO_TEXTIO_H

#include "modules/_io/_io.h"

enum { NATIVE_NONE, NATIVE_UTF8, NATIVE_ASCII, NATIVE_LATIN1 };

/* A native decoder between two chunks. */
typedef struct {
    unsigned char held[4];     /* the start of a character that is not complete */
    unsigned char held_length;
    NewlineState newline;
} DecodeState;

typedef struct {
    PyObject_HEAD
    PyObject *buffer;
    PyObject *encoding;
    PyObject *errors;
    PyObject *encoder;         /* NULL: native, or not writable */
    PyObject *decoder;         /* NULL: native, or not readable */
    PyObject *decoded;         /* NULL or a str */
    PyObject *snapshot_input;  /* NULL: no snapshot */
    Py_ssize_t decoded_used;
    Py_ssize_t chunk_size;
    double bytes_per_char;     /* of the last chunk */
    char *pending;
    Py_ssize_t pending_length;
    Py_ssize_t pending_capacity;
    char line_buffering;
    char write_through;
    char finalizing;
    char ok;
    char detached;
    char seekable;
    char telling;              /* false after next(): tell() would be too slow to support */
    char has_read1;
    LineRule rule;
    char write_translate;
    char can_read;
    char can_write;
    char native_encoder;
    char native_decoder;
    char start_of_stream;      /* the encoder may still write a byte order mark */
    DecodeState state;
    int snapshot_flags;
    PyObject *snapshot_wide;   /* flags that are no C int: reading goes on, tell() fails; else NULL */
    Py_ssize_t unused[2];      /* the offsets below are documented */
    PyObject *weakrefs;
    PyObject *dict;
} TextIO;

_Static_assert(sizeof(TextIO) == 192, "TextIOWrapper.__basicsize__");
_Static_assert(offsetof(TextIO, dict) == 184, "TextIOWrapper.__dictoffset__");

typedef Py_ssize_t optional_size;

/* -- textio.c ------------------------------------------------------------------------------ */

/* 0, or -1 with ValueError if the object is detached, not made yet, or its buffer is closed. */
status textio_check_open(TextIO *self);
/* ValueError for an object that is not ready; -1. */
status textio_complain(TextIO *self);
/* self.flush(), as a subclass may define it. */
status textio_call_flush(TextIO *self);

/* The same without asking whether it is closed. */
static inline status
textio_check_attached(TextIO *self)
{
    return self->ok && !self->detached ? 0 : textio_complain(self);
}

/* Replace what is decoded and not handed out; NULL forgets it. */
static inline void
textio_set_decoded(TextIO *self, PyObject *text_take)
{
    Py_XSETREF(self->decoded, text_take);
    self->decoded_used = 0;
}

/* -- textio_codec.c ------------------------------------------------------------------------ */

/* Decode a bytes-like object with whatever decoder there is. */
PyObject *textio_decode(TextIO *self, PyObject *input, int final);
PyObject *textio_decode_memory(TextIO *self, const char *data, Py_ssize_t length, int final);
/* The decoder's state: its undecoded bytes (a new reference) and flags.  Flags that are no C int are left as
   an object in *wide (a new reference, else NULL), or raise OverflowError if `wide` is NULL. */
status textio_get_decoder_state(TextIO *self, PyObject **held, int *flags, PyObject **wide);
/* Put the decoder into the state (b'', flags); at the very start of the stream it is reset. */
status textio_set_decoder_state(TextIO *self, int flags, int reset);
/* Encode a str that is not plain ASCII for a native encoder, or any for an encoder object. */
PyObject *textio_encode(TextIO *self, PyObject *text);
/* Tell the encoder whether the next text is the first of the stream. */
status textio_reset_encoder(TextIO *self, int at_start);
/* A stream that is opened for appending must not get another byte order mark. */
status textio_adjust_encoder(TextIO *self);
/* Streams that cannot seek begin without a byte order mark in UTF-16 and UTF-32. */
status textio_omit_mark(TextIO *self, PyObject *codec_info);
/* Choose the decoder, if the buffer is readable, or the encoder, if it is writable. */
status textio_make_decoder(TextIO *self, PyObject *codec_info);
status textio_make_encoder(TextIO *self, PyObject *codec_info);
/* In development mode a wrong error handler name is noticed at once. */
status textio_check_errors(PyObject *errors);
/* The encoding's name with None and 'locale' resolved; a new reference. */
PyObject *textio_resolve_encoding(const char *encoding);
/* The CodecInfo of a text encoding; LookupError for others. */
PyObject *textio_look_up_codec(PyObject *encoding);
/* reconfigure(): another encoding, error handler or (already set) newline; None keeps what is. */
status textio_change_codec(TextIO *self, PyObject *encoding, PyObject *errors, int newline_changed);

/* -- textio_write.c ------------------------------------------------------------------------ */

/* Pass the pending bytes on.  They are gone even if that fails. */
status textio_flush_pending(TextIO *self);

/* -- textio_read.c ------------------------------------------------------------------------- */

PyObject *textio_tp_iternext(TextIO *self);

#endif
