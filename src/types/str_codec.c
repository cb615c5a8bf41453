/* Built-in codecs, first part: error handling, dispatch by name, UTF-8, Latin-1, ASCII, and the
   file system and locale encodings.

   See str_utf.c (UTF-16, -32, -7), str_escape.c (unicode_escape, raw_unicode_escape),
   str_charmap.c, and object/codecs.c for the registry. */
#include <Python.h>
#include <string.h>
#include "base/utf.h"
#include "object/declare.h"
#include "types/str_codec.h"

#define ASCII(op) ((PyASCIIObject *)(op))
#define COMPACT(op) ((PyCompactUnicodeObject *)(op))

/* ---- error handling ------------------------------------------------------------------------ */

enum error_mode
codec_error_mode(const char *errors)
{
    static const char *const names[] = {"strict", "ignore", "replace", "surrogateescape",
                                        "surrogatepass", "backslashreplace", "xmlcharrefreplace"};
    if (errors == NULL)
        return ERRORS_STRICT;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(errors, names[i]) == 0)
            return (enum error_mode)i;
    return ERRORS_OTHER;
}

void
decoder_begin(struct Decoder *d, const char *encoding, const char *errors, const void *data,
              Py_ssize_t size)
{
    memset(d, 0, sizeof *d);
    d->encoding = encoding;
    d->errors = errors;
    d->mode = codec_error_mode(errors);
    d->data = data;
    d->size = size;
}

void
decoder_end(struct Decoder *d)
{
    Py_CLEAR(d->input);
    Py_CLEAR(d->handler);
    Py_CLEAR(d->exception);
    _PyUnicodeWriter_Dealloc(&d->writer);
}

/* The decoded text; ends the decoder. */
PyObject *
decoder_finish(struct Decoder *d)
{
    PyObject *text = _PyUnicodeWriter_Finish(&d->writer);
    decoder_end(d);
    return text;
}

/* Makes or updates the exception of a decoder. */
static status
decoder_describe(struct Decoder *d, const char *reason, Py_ssize_t from, Py_ssize_t to)
{
    if (d->exception == NULL) {
        d->exception = PyUnicodeDecodeError_Create(d->encoding, (const char *)d->data, d->size, from,
                                                   to, reason);
        return d->exception == NULL ? -1 : 0;
    }
    if (PyUnicodeDecodeError_SetStart(d->exception, from) < 0 ||
        PyUnicodeDecodeError_SetEnd(d->exception, to) < 0 ||
        PyUnicodeDecodeError_SetReason(d->exception, reason) < 0)
        return -1;
    return 0;
}

/* Asks the registered handler.  It may have replaced exception.object: decoding goes on there. */
static status
decoder_call(struct Decoder *d, const char *reason, Py_ssize_t from, Py_ssize_t to,
             Py_ssize_t *next)
{
    PyObject *replacement, *answer = NULL, *input = NULL;
    Py_ssize_t position;
    if (d->handler == NULL && (d->handler = PyCodec_LookupError(d->errors)) == NULL)
        return -1;
    if (decoder_describe(d, reason, from, to) < 0)
        return -1;
    answer = PyObject_CallOneArg(d->handler, d->exception);
    if (answer == NULL)
        return -1;
    if (!PyTuple_Check(answer)) {
        PyErr_SetString(PyExc_TypeError, "decoding error handler must return (str, int) tuple");
        goto fail;
    }
    if (!PyArg_ParseTuple(answer, "Un;decoding error handler must return (str, int) tuple",
                          &replacement, &position))
        goto fail;
    input = PyUnicodeDecodeError_GetObject(d->exception);
    if (input == NULL)
        goto fail;
    if (!PyBytes_Check(input)) {
        PyErr_SetString(PyExc_TypeError, "exception attribute object must be bytes");
        goto fail;
    }
    d->data = (const uint8_t *)PyBytes_AS_STRING(input);
    d->size = PyBytes_GET_SIZE(input);
    Py_XSETREF(d->input, input);
    if (position < 0)
        position += d->size;
    if (position < 0 || position > d->size) {
        PyErr_Format(PyExc_IndexError, "position %zd from error handler out of bounds", position);
        goto fail_answer;
    }
    *next = position;
    d->writer.overallocate = 1;
    status done = _PyUnicodeWriter_WriteStr(&d->writer, replacement);
    Py_DECREF(answer);
    return done;
fail:
    Py_XDECREF(input);
fail_answer:
    Py_DECREF(answer);
    return -1;
}

/* data[from:to] cannot be decoded: writes what the error mode wants and says where to go on. */
status
decoder_fail(struct Decoder *d, const char *reason, Py_ssize_t from, Py_ssize_t to, Py_ssize_t *next)
{
    switch (d->mode) {
    case ERRORS_IGNORE:
        *next = to;
        return 0;
    case ERRORS_REPLACE:
        *next = to;
        return _PyUnicodeWriter_WriteChar(&d->writer, 0xfffd);
    case ERRORS_SURROGATEESCAPE: {
        Py_ssize_t i = from;
        while (i < to && i < from + 4 && d->data[i] >= 0x80) {
            if (_PyUnicodeWriter_WriteChar(&d->writer, 0xdc00 + d->data[i]) < 0)
                return -1;
            i++;
        }
        if (i > from) {
            *next = i;
            return 0;
        }
        break;
    }
    case ERRORS_STRICT:
        break;
    default:
        return decoder_call(d, reason, from, to, next);
    }
    if (decoder_describe(d, reason, from, to) == 0)
        PyCodec_StrictErrors(d->exception);
    return -1;
}

void
encoder_begin(struct Encoder *e, const char *encoding, const char *errors, PyObject *text)
{
    *e = (struct Encoder){encoding, errors, codec_error_mode(errors), text, NULL, NULL};
}

void
encoder_end(struct Encoder *e)
{
    Py_CLEAR(e->handler);
    Py_CLEAR(e->exception);
}

static status
encoder_describe(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to)
{
    if (e->exception == NULL) {
        e->exception = PyObject_CallFunction(PyExc_UnicodeEncodeError, "sOnns", e->encoding,
                                             e->text, from, to, reason);
        return e->exception == NULL ? -1 : 0;
    }
    if (PyUnicodeEncodeError_SetStart(e->exception, from) < 0 ||
        PyUnicodeEncodeError_SetEnd(e->exception, to) < 0 ||
        PyUnicodeEncodeError_SetReason(e->exception, reason) < 0)
        return -1;
    return 0;
}

/* Raises UnicodeEncodeError for text[from:to]; always -1. */
status
encoder_raise(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to)
{
    if (encoder_describe(e, reason, from, to) == 0)
        PyCodec_StrictErrors(e->exception);
    return -1;
}

/* Asks the registered handler; the replacement (new reference) is a str or bytes. */
PyObject *
encoder_call(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to, Py_ssize_t *next)
{
    static const char complaint[] = "encoding error handler must return (str/bytes, int) tuple";
    if (e->mode == ERRORS_STRICT) {
        encoder_raise(e, reason, from, to);
        return NULL;
    }
    if (e->handler == NULL && (e->handler = PyCodec_LookupError(e->errors)) == NULL)
        return NULL;
    if (encoder_describe(e, reason, from, to) < 0)
        return NULL;
    PyObject *answer = PyObject_CallOneArg(e->handler, e->exception), *replacement;
    if (answer == NULL)
        return NULL;
    Py_ssize_t position, length = PyUnicode_GET_LENGTH(e->text);
    if (!PyTuple_Check(answer)) {
        PyErr_SetString(PyExc_TypeError, complaint);
        goto fail;
    }
    if (!PyArg_ParseTuple(answer, "On;encoding error handler must return (str/bytes, int) tuple",
                          &replacement, &position))
        goto fail;
    if (!PyUnicode_Check(replacement) && !PyBytes_Check(replacement)) {
        PyErr_SetString(PyExc_TypeError, complaint);
        goto fail;
    }
    if (position < 0)
        position += length;
    if (position < 0 || position > length) {
        PyErr_Format(PyExc_IndexError, "position %zd from error handler out of bounds", position);
        goto fail;
    }
    *next = position;
    Py_INCREF(replacement);
    Py_DECREF(answer);
    if (PyUnicode_Check(replacement) && PyUnicode_READY(replacement) < 0)
        Py_CLEAR(replacement);
    return replacement;
fail:
    Py_DECREF(answer);
    return NULL;
}

/* Bytes that codec_escape writes for u[from:to]; -1 if that overflows (no exception). */
Py_ssize_t
codec_escape_size(struct units u, Py_ssize_t from, Py_ssize_t to, enum error_mode mode)
{
    if (to - from > PY_SSIZE_T_MAX / 10)
        return -1;
    Py_ssize_t size = 0;
    for (Py_ssize_t i = from; i < to; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (mode == ERRORS_BACKSLASHREPLACE)
            size += ch < 0x100 ? 4 : ch < 0x10000 ? 6 : 10;
        else
            size += ch < 10        ? 4
                    : ch < 100     ? 5
                    : ch < 1000    ? 6
                    : ch < 10000   ? 7
                    : ch < 100000  ? 8
                    : ch < 1000000 ? 9
                                   : 10;
    }
    return size;
}

/* Writes u[from:to] as \xNN, \uNNNN, \UNNNNNNNN or as &#N;; returns the end. */
char *
codec_escape(struct units u, Py_ssize_t from, Py_ssize_t to, enum error_mode mode, char *out)
{
    for (Py_ssize_t i = from; i < to; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (mode == ERRORS_XMLCHARREFREPLACE) {
            char digits[16];
            int n = snprintf(digits, sizeof digits, "&#%u;", (unsigned)ch);
            memcpy(out, digits, (size_t)n);
            out += n;
            continue;
        }
        int digits = ch < 0x100 ? 2 : ch < 0x10000 ? 4 : 8;
        *out++ = '\\';
        *out++ = ch < 0x100 ? 'x' : ch < 0x10000 ? 'u' : 'U';
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
            *out++ = Py_hexdigits[ch >> shift & 15];
    }
    return out;
}

/* Writes a replacement into single-byte output; 1 done, 0 it has characters above `limit`. */
static truth
write_replacement(struct ByteOut *out, PyObject *replacement, Py_UCS4 limit)
{
    if (PyBytes_Check(replacement))
        return byte_out_write(out, PyBytes_AS_STRING(replacement),
                              PyBytes_GET_SIZE(replacement)) < 0 ? -1 : 1;
    if (PyUnicode_MAX_CHAR_VALUE(replacement) > limit)
        return 0;
    return byte_out_write(out, PyUnicode_1BYTE_DATA(replacement),
                          PyUnicode_GET_LENGTH(replacement)) < 0 ? -1 : 1;
}

/* text[from:to] cannot be encoded: writes what the error mode wants and says where to go on.
   For encodings whose bytes below `limit` are the code points themselves. */
status
encoder_fail(struct Encoder *e, const char *reason, Py_ssize_t from, Py_ssize_t to, Py_UCS4 limit,
             struct ByteOut *out, Py_ssize_t *next)
{
    struct units u = str_units(e->text);
    *next = to;
    switch (e->mode) {
    case ERRORS_STRICT:
        return encoder_raise(e, reason, from, to);
    case ERRORS_IGNORE:
        return 0;
    case ERRORS_REPLACE:
        if (byte_out_reserve(out, to - from) < 0)
            return -1;
        memset(byte_out_end(out), '?', (size_t)(to - from));
        out->used += to - from;
        return 0;
    case ERRORS_BACKSLASHREPLACE:
    case ERRORS_XMLCHARREFREPLACE: {
        Py_ssize_t size = codec_escape_size(u, from, to, e->mode);
        if (size < 0) {
            PyErr_NoMemory();
            return -1;
        }
        if (byte_out_reserve(out, size) < 0)
            return -1;
        codec_escape(u, from, to, e->mode, (char *)byte_out_end(out));
        out->used += size;
        return 0;
    }
    case ERRORS_SURROGATEESCAPE:
        for (; from < to; from++) {
            Py_UCS4 ch = unit_at(u, from);
            if (ch < 0xdc80 || ch > 0xdcff)
                break;
            if (byte_out_reserve(out, 1) < 0)
                return -1;
            *byte_out_end(out) = (uint8_t)(ch - 0xdc00);
            out->used++;
        }
        if (from == to)
            return 0;
        break;
    default:
        break;
    }
    PyObject *replacement = encoder_call(e, reason, from, to, next);
    if (replacement == NULL)
        return -1;
    truth done = write_replacement(out, replacement, limit);
    Py_DECREF(replacement);
    if (done == 0)
        return encoder_raise(e, reason, from, to);
    return done < 0 ? -1 : 0;
}

/* ---- growing output ------------------------------------------------------------------------ */

status
byte_out_begin(struct ByteOut *out, Py_ssize_t room)
{
    out->used = 0;
    out->bytes = PyBytes_FromStringAndSize(NULL, room < 16 ? 16 : room);
    return out->bytes == NULL ? -1 : 0;
}

/* Room for `more` bytes behind what has been written. */
status
byte_out_reserve(struct ByteOut *out, Py_ssize_t more)
{
    Py_ssize_t room = PyBytes_GET_SIZE(out->bytes);
    if (more <= room - out->used)
        return 0;
    if (more > PY_SSIZE_T_MAX - out->used - 64) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t size = out->used + more;
    if (size <= PY_SSIZE_T_MAX - size / 4 - 64)
        size += size / 4 + 16;
    return _PyBytes_Resize(&out->bytes, size);
}

status
byte_out_write(struct ByteOut *out, const void *data, Py_ssize_t n)
{
    if (byte_out_reserve(out, n) < 0)
        return -1;
    memcpy(byte_out_end(out), data, (size_t)n);
    out->used += n;
    return 0;
}

/* The bytes written (new reference). */
PyObject *
byte_out_finish(struct ByteOut *out)
{
    if (out->used == 0) {
        Py_CLEAR(out->bytes);
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (PyBytes_GET_SIZE(out->bytes) != out->used)
        _PyBytes_Resize(&out->bytes, out->used);
    PyObject *bytes = out->bytes;
    out->bytes = NULL;
    return bytes;
}

void
byte_out_drop(struct ByteOut *out)
{
    Py_CLEAR(out->bytes);
}

/* ---- UTF-8 --------------------------------------------------------------------------------- */

static const char *
fault_reason(enum utf8_fault fault)
{
    return fault == UTF8_TRUNCATED    ? "unexpected end of data"
           : fault == UTF8_BAD_START ? "invalid start byte"
                                     : "invalid continuation byte";
}

static void
decode_valid(const uint8_t *s, size_t n, int width, void *out)
{
    if (width == 1)
        utf8_decode_1(s, n, out);
    else if (width == 2)
        utf8_decode_2(s, n, out);
    else
        utf8_decode_4(s, n, out);
}

static Py_UCS4
class_of(uint32_t ored)
{
    return ored < 0x80 ? 0x7f : ored < 0x100 ? 0xff : ored < 0x10000 ? 0xffff : 0x10ffff;
}

/* Decoding with faults: valid stretches and calls of the error handler alternate. */
static PyObject *
decode_utf8_faulty(const char *s, Py_ssize_t size, const char *errors, Py_ssize_t *consumed)
{
    struct Decoder d;
    decoder_begin(&d, "utf-8", errors, s, size);
    d.writer.min_length = size;
    Py_ssize_t at = 0;
    while (at < d.size) {
        struct utf8_scan scan;
        size_t length;
        utf8_scan(d.data + at, (size_t)(d.size - at), &scan);
        if (scan.bytes > 0) {
            if (_PyUnicodeWriter_Prepare(&d.writer, (Py_ssize_t)scan.chars, class_of(scan.ored)) < 0)
                goto fail;
            decode_valid(d.data + at, scan.bytes, (int)d.writer.kind,
                         (char *)d.writer.data + d.writer.pos * (Py_ssize_t)d.writer.kind);
            d.writer.pos += (Py_ssize_t)scan.chars;
            at += (Py_ssize_t)scan.bytes;
            continue;
        }
        enum utf8_fault fault = utf8_fault(d.data + at, (size_t)(d.size - at), &length);
        /* The start of a surrogate counts as incomplete: "surrogatepass" may accept the whole. */
        if (consumed != NULL &&
            (fault == UTF8_TRUNCATED || (d.size - at == 2 && d.data[at] == 0xed && length == 1 &&
                                         d.data[at + 1] >= 0xa0 && d.data[at + 1] < 0xc0)))
            break;
        if (decoder_fail(&d, fault_reason(fault), at, at + (Py_ssize_t)length, &at) < 0)
            goto fail;
    }
    if (consumed != NULL)
        *consumed = at;
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

/* From this many bytes on ASCII is looked at and copied in one pass instead of two. */
enum { ONE_PASS = 16384, ONE_PASS_TRIAL = 1024 };

/* A str of long ASCII text; NULL without an exception if a byte is not ASCII. */
static NOINLINE PyObject *
decode_long_ascii(const char *s, Py_ssize_t size)
{
    if (ascii_prefix(s, ONE_PASS_TRIAL) < ONE_PASS_TRIAL)
        return NULL;
    PyObject *text = PyUnicode_New(size, 0x7f);
    if (text == NULL) {
        PyErr_Clear(); /* the slower way fails if it needs as much */
        return NULL;
    }
    if (units_copy_ascii((const uint8_t *)s, (size_t)size, PyUnicode_1BYTE_DATA(text)) < (size_t)size)
        Py_CLEAR(text);
    return text;
}

/* Decodes UTF-8.  With `consumed`, an incomplete sequence at the end is left alone and *consumed
   tells how many bytes were used. */
PyObject *
PyUnicode_DecodeUTF8Stateful(const char *s, Py_ssize_t size, const char *errors,
                             Py_ssize_t *consumed)
{
    if (size == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_new_empty();
    }
    if (size >= ONE_PASS) {
        PyObject *ascii = decode_long_ascii(s, size);
        if (ascii != NULL) {
            if (consumed != NULL)
                *consumed = size;
            return ascii;
        }
    }
    struct utf8_scan scan;
    utf8_scan((const uint8_t *)s, (size_t)size, &scan);
    if (scan.bytes != (size_t)size)
        return decode_utf8_faulty(s, size, errors, consumed);
    if (consumed != NULL)
        *consumed = size;
    if (scan.chars == 1) {
        Py_UCS4 ch;
        utf8_decode_4((const uint8_t *)s, (size_t)size, &ch);
        return str_new_char(ch);
    }
    PyObject *text = PyUnicode_New((Py_ssize_t)scan.chars, class_of(scan.ored));
    if (text == NULL)
        return NULL;
    if (scan.ored < 0x80)
        memcpy(PyUnicode_1BYTE_DATA(text), s, (size_t)size);
    else
        decode_valid((const uint8_t *)s, (size_t)size, (int)PyUnicode_KIND(text), PyUnicode_DATA(text));
    return text;
}

PyObject *
PyUnicode_DecodeUTF8(const char *s, Py_ssize_t size, const char *errors)
{
    return PyUnicode_DecodeUTF8Stateful(s, size, errors, NULL);
}

/* Encodes u[at:] at *out up to the first surrogate; returns the units consumed. */
static Py_ssize_t
encode_stretch(struct units u, Py_ssize_t at, uint8_t **out)
{
    size_t n = (size_t)(u.length - at);
    return (Py_ssize_t)(u.width == 1   ? utf8_encode_1((const uint8_t *)u.data + at, n, out)
                        : u.width == 2 ? utf8_encode_2((const uint16_t *)u.data + at, n, out)
                                       : utf8_encode_4((const uint32_t *)u.data + at, n, out));
}

static size_t
encoded_size(struct units u, Py_ssize_t at)
{
    size_t n = (size_t)(u.length - at);
    return u.width == 1   ? utf8_size_1((const uint8_t *)u.data + at, n)
           : u.width == 2 ? utf8_size_2((const uint16_t *)u.data + at, n)
                          : utf8_size_4((const uint32_t *)u.data + at, n);
}

/* Encoding text that holds surrogates. */
static PyObject *
encode_utf8_faulty(PyObject *text, const char *errors)
{
    struct units u = str_units(text);
    struct Encoder e;
    struct ByteOut out;
    encoder_begin(&e, "utf-8", errors, text);
    if (byte_out_begin(&out, (Py_ssize_t)encoded_size(u, 0)) < 0)
        return NULL;
    Py_ssize_t at = 0;
    for (;;) {
        if (byte_out_reserve(&out, (Py_ssize_t)encoded_size(u, at)) < 0)
            goto fail;
        uint8_t *p = byte_out_end(&out), *start = p;
        at += encode_stretch(u, at, &p);
        out.used += p - start;
        if (at == u.length)
            break;
        Py_ssize_t end = at;
        while (end < u.length && Py_UNICODE_IS_SURROGATE(unit_at(u, end)))
            end++;
        if (e.mode == ERRORS_SURROGATEPASS) {
            for (p = byte_out_end(&out); at < end; at++)
                p = utf8_put(p, unit_at(u, at));
            out.used = p - (uint8_t *)PyBytes_AS_STRING(out.bytes);
        }
        else if (encoder_fail(&e, "surrogates not allowed", at, end, 0x7f, &out, &at) < 0)
            goto fail;
    }
    encoder_end(&e);
    return byte_out_finish(&out);
fail:
    encoder_end(&e);
    byte_out_drop(&out);
    return NULL;
}

/* The UTF-8 form as bytes; `errors` applies to surrogates. */
PyObject *
_PyUnicode_AsUTF8String(PyObject *text, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    if (PyUnicode_IS_ASCII(text))
        return PyBytes_FromStringAndSize((const char *)PyUnicode_1BYTE_DATA(text),
                                         PyUnicode_GET_LENGTH(text));
    if (COMPACT(text)->utf8 != NULL)
        return PyBytes_FromStringAndSize(COMPACT(text)->utf8, COMPACT(text)->utf8_length);
    struct units u = str_units(text);
    if (u.length > PY_SSIZE_T_MAX / 4)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)encoded_size(u, 0));
    if (bytes == NULL)
        return NULL;
    uint8_t *out = (uint8_t *)PyBytes_AS_STRING(bytes);
    if (encode_stretch(u, 0, &out) == u.length)
        return bytes;
    Py_DECREF(bytes);
    return encode_utf8_faulty(text, errors);
}

PyObject *
PyUnicode_AsUTF8String(PyObject *text)
{
    return _PyUnicode_AsUTF8String(text, NULL);
}

/* The UTF-8 form, terminated, kept in the string (borrowed memory). */
const char *
PyUnicode_AsUTF8AndSize(PyObject *text, Py_ssize_t *size)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    if (PyUnicode_IS_ASCII(text)) {
        if (size != NULL)
            *size = PyUnicode_GET_LENGTH(text);
        return (const char *)PyUnicode_1BYTE_DATA(text);
    }
    PyCompactUnicodeObject *self = COMPACT(text);
    if (self->utf8 == NULL) {
        struct units u = str_units(text);
        size_t bytes = encoded_size(u, 0);
        uint8_t *utf8 = PyObject_Malloc(bytes + 1), *end = utf8;
        if (utf8 == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        Py_ssize_t stop = encode_stretch(u, 0, &end);
        if (stop != u.length) {
            PyObject_Free(utf8);
            Py_XDECREF(encode_utf8_faulty(text, NULL));
            return NULL;
        }
        *end = 0;
        self->utf8 = (char *)utf8;
        self->utf8_length = (Py_ssize_t)bytes;
    }
    if (size != NULL)
        *size = self->utf8_length;
    return self->utf8;
}

const char *
PyUnicode_AsUTF8(PyObject *text)
{
    return PyUnicode_AsUTF8AndSize(text, NULL);
}

/* ---- Latin-1 and ASCII ---------------------------------------------------------------------- */

PyObject *
PyUnicode_DecodeLatin1(const char *s, Py_ssize_t size, const char *Py_UNUSED(errors))
{
    return PyUnicode_FromKindAndData(1, s, size);
}

PyObject *
PyUnicode_DecodeASCII(const char *s, Py_ssize_t size, const char *errors)
{
    if (size == 0)
        return str_new_empty();
    PyObject *ascii = size >= ONE_PASS ? decode_long_ascii(s, size) : NULL;
    if (ascii != NULL)
        return ascii;
    Py_ssize_t at = (Py_ssize_t)ascii_prefix(s, (size_t)size);
    if (at == size)
        return _PyUnicode_FromASCII(s, size);
    struct Decoder d;
    decoder_begin(&d, "ascii", errors, s, size);
    d.writer.min_length = size;
    at = 0;
    while (at < d.size) {
        Py_ssize_t run = (Py_ssize_t)ascii_prefix(d.data + at, (size_t)(d.size - at));
        if (run > 0) {
            if (_PyUnicodeWriter_Prepare(&d.writer, run, 0x7f) < 0)
                goto fail;
            units_copy((int)d.writer.kind,
                       (char *)d.writer.data + d.writer.pos * (Py_ssize_t)d.writer.kind, 1,
                       d.data + at, (size_t)run);
            d.writer.pos += run;
            at += run;
        }
        else if (decoder_fail(&d, "ordinal not in range(128)", at, at + 1, &at) < 0)
            goto fail;
    }
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

/* Latin-1 and ASCII encoding: `limit` is the largest code point that has a byte. */
static PyObject *
encode_narrow(PyObject *text, const char *errors, Py_UCS4 limit)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    if (PyUnicode_MAX_CHAR_VALUE(text) <= limit)
        return PyBytes_FromStringAndSize(u.data, u.length);
    const char *reason = limit == 0xff ? "ordinal not in range(256)" : "ordinal not in range(128)";
    struct Encoder e;
    struct ByteOut out;
    encoder_begin(&e, limit == 0xff ? "latin-1" : "ascii", errors, text);
    if (byte_out_begin(&out, u.length) < 0)
        return NULL;
    Py_ssize_t at = 0;
    while (at < u.length) {
        if (byte_out_reserve(&out, u.length - at) < 0)
            goto fail;
        uint8_t *p = byte_out_end(&out), *start = p;
        for (; at < u.length; at++) {
            Py_UCS4 ch = unit_at(u, at);
            if (ch > limit)
                break;
            *p++ = (uint8_t)ch;
        }
        out.used += p - start;
        Py_ssize_t end = at;
        while (end < u.length && unit_at(u, end) > limit)
            end++;
        if (end > at && encoder_fail(&e, reason, at, end, limit, &out, &at) < 0)
            goto fail;
    }
    encoder_end(&e);
    return byte_out_finish(&out);
fail:
    encoder_end(&e);
    byte_out_drop(&out);
    return NULL;
}

PyObject *
_PyUnicode_AsLatin1String(PyObject *text, const char *errors)
{
    return encode_narrow(text, errors, 0xff);
}

PyObject *
PyUnicode_AsLatin1String(PyObject *text)
{
    return encode_narrow(text, NULL, 0xff);
}

PyObject *
_PyUnicode_AsASCIIString(PyObject *text, const char *errors)
{
    return encode_narrow(text, errors, 0x7f);
}

PyObject *
PyUnicode_AsASCIIString(PyObject *text)
{
    return encode_narrow(text, NULL, 0x7f);
}

/* ---- by name ------------------------------------------------------------------------------- */

enum short_cut { CUT_NONE, CUT_UTF8, CUT_UTF16, CUT_UTF32, CUT_LATIN1, CUT_ASCII };

/* The encodings that need no registry, however their name is spelt. */
static enum short_cut
short_cut(const char *encoding)
{
    union {
        char text[16];
        uint64_t words[2];
    } name = {{0}};
    size_t n = 0;
    bool gap = false;
    for (const char *p = encoding; *p; p++) { /* lower case, '_' between alphanumeric runs */
        char c = *p;
        if (likely((c >= 'a' && c <= 'z') || Py_ISALNUM(c) || c == '.')) {
            if (n + gap + 1 >= sizeof "iso_8859_1")
                return CUT_NONE;
            if (gap && n > 0)
                name.text[n++] = '_';
            gap = false;
            name.text[n++] = (char)Py_TOLOWER(c);
        }
        else
            gap = true;
    }
    static const struct {
        union {
            char text[16];
            uint64_t words[2];
        } name;
        enum short_cut cut;
    } known[] = {{{"utf_8"}, CUT_UTF8}, {{"utf8"}, CUT_UTF8}, {{"ascii"}, CUT_ASCII},
                 {{"latin_1"}, CUT_LATIN1}, {{"latin1"}, CUT_LATIN1}, {{"iso_8859_1"}, CUT_LATIN1},
                 {{"iso8859_1"}, CUT_LATIN1}, {{"utf_16"}, CUT_UTF16}, {{"utf16"}, CUT_UTF16},
                 {{"utf_32"}, CUT_UTF32}, {{"utf32"}, CUT_UTF32}, {{"us_ascii"}, CUT_ASCII}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (name.words[0] == known[i].name.words[0] && name.words[1] == known[i].name.words[1])
            return known[i].cut;
    return CUT_NONE;
}

/* In development mode, an unknown encoding or error handler is an error even if it is not needed. */
static status
check_names(const char *encoding, const char *errors)
{
    const struct _is *interp = interp_get();
    if (likely(!interp->config.dev_mode) || interp->codecs.error_registry == NULL)
        return 0;
    if (encoding != NULL && short_cut(encoding) == CUT_NONE) {
        PyObject *info = _PyCodec_Lookup(encoding);
        if (info == NULL)
            return -1;
        Py_DECREF(info);
    }
    if (codec_error_mode(errors) == ERRORS_OTHER) {
        PyObject *handler = PyCodec_LookupError(errors);
        if (handler == NULL)
            return -1;
        Py_DECREF(handler);
    }
    return 0;
}

/* Decodes by the name of a text encoding; NULL means UTF-8. */
PyObject *
PyUnicode_Decode(const char *s, Py_ssize_t size, const char *encoding, const char *errors)
{
    if (check_names(encoding, errors) < 0)
        return NULL;
    if (size == 0)
        return str_new_empty();
    switch (encoding == NULL ? CUT_UTF8 : short_cut(encoding)) {
    case CUT_UTF8:
        return PyUnicode_DecodeUTF8Stateful(s, size, errors, NULL);
    case CUT_UTF16:
        return PyUnicode_DecodeUTF16(s, size, errors, NULL);
    case CUT_UTF32:
        return PyUnicode_DecodeUTF32(s, size, errors, NULL);
    case CUT_LATIN1:
        return PyUnicode_DecodeLatin1(s, size, errors);
    case CUT_ASCII:
        return PyUnicode_DecodeASCII(s, size, errors);
    default:
        break;
    }
    Py_buffer info;
    if (PyBuffer_FillInfo(&info, NULL, (void *)s, size, 1, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *buffer = PyMemoryView_FromBuffer(&info);
    if (buffer == NULL)
        return NULL;
    PyObject *text = _PyCodec_DecodeText(buffer, encoding, errors);
    Py_DECREF(buffer);
    if (text == NULL)
        return NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError,
                     "'%.400s' decoder returned '%.400s' instead of 'str'; "
                     "use codecs.decode() to decode to arbitrary types",
                     encoding, Py_TYPE(text)->tp_name);
        Py_DECREF(text);
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        Py_CLEAR(text);
    return text;
}

/* Encodes by the name of a text encoding (NULL: UTF-8) to bytes. */
PyObject *
PyUnicode_AsEncodedString(PyObject *text, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (check_names(encoding, errors) < 0)
        return NULL;
    switch (encoding == NULL ? CUT_UTF8 : short_cut(encoding)) {
    case CUT_UTF8:
        return _PyUnicode_AsUTF8String(text, errors);
    case CUT_UTF16:
        return _PyUnicode_EncodeUTF16(text, errors, 0);
    case CUT_UTF32:
        return _PyUnicode_EncodeUTF32(text, errors, 0);
    case CUT_LATIN1:
        return encode_narrow(text, errors, 0xff);
    case CUT_ASCII:
        return encode_narrow(text, errors, 0x7f);
    default:
        break;
    }
    PyObject *bytes = _PyCodec_EncodeText(text, encoding, errors);
    if (bytes == NULL || PyBytes_Check(bytes))
        return bytes;
    if (PyByteArray_Check(bytes)) {
        if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                             "encoder %s returned bytearray instead of bytes; "
                             "use codecs.encode() to encode to arbitrary types", encoding) < 0) {
            Py_DECREF(bytes);
            return NULL;
        }
        PyObject *copy = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(bytes),
                                                   PyByteArray_GET_SIZE(bytes));
        Py_DECREF(bytes);
        return copy;
    }
    PyErr_Format(PyExc_TypeError,
                 "'%.400s' encoder returned '%.400s' instead of 'bytes'; "
                 "use codecs.encode() to encode to arbitrary types",
                 encoding, Py_TYPE(bytes)->tp_name);
    Py_DECREF(bytes);
    return NULL;
}

/* str(obj, encoding, errors): decodes a bytes-like object. */
PyObject *
PyUnicode_FromEncodedObject(PyObject *obj, const char *encoding, const char *errors)
{
    if (obj == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyBytes_Check(obj))
        return PyUnicode_Decode(PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj), encoding, errors);
    if (PyUnicode_Check(obj)) {
        PyErr_SetString(PyExc_TypeError, "decoding str is not supported");
        return NULL;
    }
    Py_buffer buffer;
    if (PyObject_GetBuffer(obj, &buffer, PyBUF_SIMPLE) < 0) {
        PyErr_Format(PyExc_TypeError, "decoding to str: need a bytes-like object, %.80s found",
                     Py_TYPE(obj)->tp_name);
        return NULL;
    }
    PyObject *text = PyUnicode_Decode(buffer.buf, buffer.len, encoding, errors);
    PyBuffer_Release(&buffer);
    return text;
}

const char *
PyUnicode_GetDefaultEncoding(void)
{
    return "utf-8";
}

static status
warn_deprecated(const char *what)
{
    return PyErr_WarnEx(PyExc_DeprecationWarning, what, 1);
}

/* Deprecated generic forms: str in, anything (or str) out. */
PyObject *
PyUnicode_AsDecodedObject(PyObject *text, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (warn_deprecated("PyUnicode_AsDecodedObject() is deprecated; "
                        "use PyCodec_Decode() to decode from str") < 0)
        return NULL;
    return PyCodec_Decode(text, encoding ? encoding : "utf-8", errors);
}

PyObject *
PyUnicode_AsEncodedObject(PyObject *text, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (warn_deprecated("PyUnicode_AsEncodedObject() is deprecated; "
                        "use PyUnicode_AsEncodedString() to encode from str to bytes "
                        "or PyCodec_Encode() for generic encoding") < 0)
        return NULL;
    return PyCodec_Encode(text, encoding ? encoding : "utf-8", errors);
}

static PyObject *
must_be_str_take(PyObject *result, const char *encoding, const char *verb, const char *module_call)
{
    if (result != NULL && !PyUnicode_Check(result)) {
        PyErr_Format(PyExc_TypeError,
                     "'%.400s' %s returned '%.400s' instead of 'str'; use codecs.%s() to %s",
                     encoding, verb, Py_TYPE(result)->tp_name, module_call,
                     module_call[0] == 'd' ? "decode to arbitrary types"
                                           : "encode to arbitrary types");
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
PyUnicode_AsDecodedUnicode(PyObject *text, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (warn_deprecated("PyUnicode_AsDecodedUnicode() is deprecated; "
                        "use PyCodec_Decode() to decode from str to str") < 0)
        return NULL;
    encoding = encoding ? encoding : "utf-8";
    return must_be_str_take(PyCodec_Decode(text, encoding, errors), encoding, "decoder", "decode");
}

PyObject *
PyUnicode_AsEncodedUnicode(PyObject *text, const char *encoding, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (warn_deprecated("PyUnicode_AsEncodedUnicode() is deprecated; "
                        "use PyCodec_Encode() to encode from str to str") < 0)
        return NULL;
    encoding = encoding ? encoding : "utf-8";
    return must_be_str_take(PyCodec_Encode(text, encoding, errors), encoding, "encoder", "encode");
}

/* ---- file system and locale ---------------------------------------------------------------- */

/* The encoding of file names: interp->fs_codec once it is known, UTF-8 with surrogateescape
   before. */
PyObject *
PyUnicode_DecodeFSDefaultAndSize(const char *s, Py_ssize_t size)
{
    const struct FsCodec *codec = &interp_get()->fs_codec;
    if (codec->encoding == NULL || codec->utf8)
        return PyUnicode_DecodeUTF8Stateful(s, size,
                                            codec->errors ? codec->errors : "surrogateescape", NULL);
    return PyUnicode_Decode(s, size, codec->encoding, codec->errors);
}

PyObject *
PyUnicode_DecodeFSDefault(const char *s)
{
    return PyUnicode_DecodeFSDefaultAndSize(s, (Py_ssize_t)strlen(s));
}

PyObject *
PyUnicode_EncodeFSDefault(PyObject *text)
{
    const struct FsCodec *codec = &interp_get()->fs_codec;
    if (codec->encoding == NULL || codec->utf8)
        return _PyUnicode_AsUTF8String(text, codec->errors ? codec->errors : "surrogateescape");
    return PyUnicode_AsEncodedString(text, codec->encoding, codec->errors);
}

/* 'O&' converter of a path to bytes in the file system encoding (new reference). */
int
PyUnicode_FSConverter(PyObject *arg, void *result)
{
    PyObject **address = result;
    if (arg == NULL) {
        Py_CLEAR(*address);
        return 1;
    }
    PyObject *path = PyOS_FSPath(arg);
    if (path == NULL)
        return 0;
    if (!PyBytes_Check(path)) {
        PyObject *encoded = PyUnicode_EncodeFSDefault(path);
        Py_DECREF(path);
        if (encoded == NULL)
            return 0;
        path = encoded;
    }
    if (strlen(PyBytes_AS_STRING(path)) != (size_t)PyBytes_GET_SIZE(path)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        Py_DECREF(path);
        return 0;
    }
    *address = path;
    return Py_CLEANUP_SUPPORTED;
}

/* 'O&' converter of a path to str (new reference). */
int
PyUnicode_FSDecoder(PyObject *arg, void *result)
{
    PyObject **address = result;
    if (arg == NULL) {
        Py_CLEAR(*address);
        return 1;
    }
    bool buffer = PyObject_CheckBuffer(arg);
    PyObject *path = buffer ? Py_NewRef(arg) : PyOS_FSPath(arg), *text;
    if (path == NULL)
        return 0;
    if (PyUnicode_Check(path))
        text = Py_NewRef(path);
    else if (PyBytes_Check(path) || buffer) {
        if (!PyBytes_Check(path) &&
            PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                             "path should be string, bytes, or os.PathLike, not %.200s",
                             Py_TYPE(arg)->tp_name) < 0) {
            Py_DECREF(path);
            return 0;
        }
        PyObject *bytes = PyBytes_FromObject(path);
        text = bytes == NULL ? NULL
                             : PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(bytes),
                                                                PyBytes_GET_SIZE(bytes));
        Py_XDECREF(bytes);
    }
    else {
        PyErr_Format(PyExc_TypeError, "path should be string, bytes, or os.PathLike, not %.200s",
                     Py_TYPE(arg)->tp_name);
        text = NULL;
    }
    Py_DECREF(path);
    if (text == NULL)
        return 0;
    if (PyUnicode_READY(text) < 0) {
        Py_DECREF(text);
        return 0;
    }
    if (PyUnicode_FindChar(text, 0, 0, PyUnicode_GET_LENGTH(text), 1) >= 0) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        Py_DECREF(text);
        return 0;
    }
    *address = text;
    return Py_CLEANUP_SUPPORTED;
}
