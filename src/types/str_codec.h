/* What the built-in codecs share: error modes, calling error handlers, growing output.

   Decoders write through a _PyUnicodeWriter, encoders through a ByteOut.  A registered error
   handler may replace the input of a decoder, so positions are kept as offsets. */
#ifndef KRAIT_TYPES_STR_CODEC_H
#define KRAIT_TYPES_STR_CODEC_H

#include <Python.h>
#include "base/common.h"
#include "types/str.h"

/* The error handlers that codecs know without looking them up. */
enum error_mode {
    ERRORS_STRICT,
    ERRORS_IGNORE,
    ERRORS_REPLACE,
    ERRORS_SURROGATEESCAPE,
    ERRORS_SURROGATEPASS,
    ERRORS_BACKSLASHREPLACE,
    ERRORS_XMLCHARREFREPLACE,
    ERRORS_OTHER,
};

enum error_mode codec_error_mode(const char *errors);

/* A decoder at work.  `input` owns a replacement installed by an error handler, or is NULL. */
struct Decoder {
    const char *encoding;       /* as error messages show it */
    const char *errors;
    enum error_mode mode;
    const uint8_t *data;
    Py_ssize_t size;
    PyObject *input, *handler, *exception;
    _PyUnicodeWriter writer;
};

void decoder_begin(struct Decoder *d, const char *encoding, const char *errors, const void *data,
                   Py_ssize_t size);
status decoder_fail(struct Decoder *d, const char *reason, Py_ssize_t from, Py_ssize_t to,
                    Py_ssize_t *next);
void decoder_end(struct Decoder *d);
PyObject *decoder_finish(struct Decoder *d);

/* Bytes being written; `bytes` is private until byte_out_finish. */
struct ByteOut {
    PyObject *bytes;
    Py_ssize_t used;
};

status byte_out_begin(struct ByteOut *out, Py_ssize_t room);
status byte_out_reserve(struct ByteOut *out, Py_ssize_t more);
status byte_out_write(struct ByteOut *out, const void *data, Py_ssize_t n);
PyObject *byte_out_finish(struct ByteOut *out);
void byte_out_drop(struct ByteOut *out);

static inline uint8_t *
byte_out_end(struct ByteOut *out)
{
    return (uint8_t *)PyBytes_AS_STRING(out->bytes) + out->used;
}

/* An encoder at work on `text` (borrowed). */
struct Encoder {
    const char *encoding;
    const char *errors;
    enum error_mode mode;
    PyObject *text, *handler, *exception;
};

void encoder_begin(struct Encoder *e, const char *encoding, const char *errors, PyObject *text);
PyObject *encoder_call(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to,
                       Py_ssize_t *next);
status encoder_raise(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to);
status encoder_fail(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to,
                    Py_UCS4 limit, struct ByteOut *out, Py_ssize_t *next);
void encoder_end(struct Encoder *e);

Py_ssize_t codec_escape_size(struct units u, Py_ssize_t from, Py_ssize_t to, enum error_mode mode);
char *codec_escape(struct units u, Py_ssize_t from, Py_ssize_t to, enum error_mode mode, char *out);

#endif
