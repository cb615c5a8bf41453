/* unicode_escape and raw_unicode_escape: the codecs behind string literals. */
#include <Python.h>
#include <limits.h>
#include <string.h>
#include "base/octets.h"
#include "base/uniname.h"
#include "base/units.h"
#include "object/declare.h"
#include "types/str_codec.h"

/* ---- unicode_escape: decoding ------------------------------------------------------------------- */

/* Reads up to `digits` hexadecimal digits at *at; whether all were there. */
static bool
read_hex(const struct Decoder *d, Py_ssize_t *at, int digits, Py_UCS4 *value)
{
    *value = 0;
    for (; digits > 0; digits--, ++*at) {
        int digit = *at < d->size ? hex_value(d->data[*at]) : -1;
        if (digit < 0)
            return false;
        *value = *value << 4 | (Py_UCS4)digit;
    }
    return true;
}

/* An escape that decoding stumbled over or warns about. */
struct escape {
    Py_UCS4 ch;                 /* what it means */
    const char *fault;          /* why it means nothing, or NULL */
    bool ignored;               /* backslash-newline */
    bool unknown;               /* not an escape: both characters stand */
    int octal;                  /* an octal value above 0o377, or 0 */
};

/* The names of characters: the module unicodedata is imported for them, so that a program sees
   which parts of the library it uses.  NULL with UnicodeError if that fails. */
static const struct uniname_api *
names_api(void)
{
    if (_PyRuntime.str.names == NULL) {
        _PyRuntime.str.names = PyCapsule_Import("unicodedata._ucnhash_CAPI", 1);
        if (_PyRuntime.str.names == NULL)
            PyErr_SetString(PyExc_UnicodeError,
                            "\\N escapes not supported (can't load unicodedata module)");
    }
    return _PyRuntime.str.names;
}

/* \N{name}; *at stands behind the N. */
static status
read_name(const struct Decoder *d, Py_ssize_t *at, struct escape *e)
{
    e->fault = "malformed \\N character escape";
    const struct uniname_api *names = names_api();
    if (names == NULL)
        return -1;
    if (*at >= d->size || d->data[*at] != '{')
        return 0;
    Py_ssize_t start = ++*at;
    while (*at < d->size && d->data[*at] != '}')
        ++*at;
    if (*at >= d->size || *at == start)
        return 0;
    Py_ssize_t length = *at - start;
    ++*at;
    e->fault = "unknown Unicode character name";
    if (length <= INT_MAX && names->getcode((const char *)d->data + start, (int)length, &e->ch))
        e->fault = NULL;
    return 0;
}

/* Reads the escape whose backslash stands before *at. */
static status
read_escape(const struct Decoder *d, Py_ssize_t *at, struct escape *e)
{
    static const char *const truncated[] = {"truncated \\xXX escape", "truncated \\uXXXX escape",
                                            "truncated \\UXXXXXXXX escape"};
    *e = (struct escape){0};
    if (*at >= d->size) {
        e->fault = "\\ at end of string";
        return 0;
    }
    uint8_t c = d->data[(*at)++];
    switch (c) {
    case '\n': e->ignored = true; return 0;
    case '\\': case '\'': case '"': e->ch = c; return 0;
    case 'b': e->ch = '\b'; return 0;
    case 'f': e->ch = '\f'; return 0;
    case 't': e->ch = '\t'; return 0;
    case 'n': e->ch = '\n'; return 0;
    case 'r': e->ch = '\r'; return 0;
    case 'v': e->ch = '\v'; return 0;
    case 'a': e->ch = '\a'; return 0;
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
        e->ch = c - '0';
        for (int i = 0; i < 2 && *at < d->size && d->data[*at] >= '0' && d->data[*at] <= '7'; i++)
            e->ch = e->ch * 8 + d->data[(*at)++] - '0';
        if (e->ch > 0377)
            e->octal = (int)e->ch;
        return 0;
    case 'x': case 'u': case 'U': {
        int which = c == 'x' ? 0 : c == 'u' ? 1 : 2;
        if (!read_hex(d, at, 2 << which, &e->ch))
            e->fault = truncated[which];
        else if (e->ch > 0x10ffff)
            e->fault = "illegal Unicode character";
        return 0;
    }
    case 'N':
        return read_name(d, at, e);
    default:
        e->unknown = true;
        e->ch = c;
        return 0;
    }
}

/* Writes the Latin-1 text from *at up to a backslash or the end, where *at then stands. */
static status
write_run(struct Decoder *d, Py_ssize_t *at)
{
    const uint8_t *from = d->data + *at;
    size_t rest = (size_t)(d->size - *at);
    const uint8_t *end = memchr(from, '\\', rest);
    size_t n = end == NULL ? rest : (size_t)(end - from);
    if (_PyUnicodeWriter_Prepare(&d->writer, (Py_ssize_t)n, units_ored_1(from, n)) < 0)
        return -1;
    int kind = (int)d->writer.kind;
    units_copy(kind, (char *)d->writer.data + d->writer.pos * kind, 1, from, n);
    d->writer.pos += (Py_ssize_t)n;
    *at += (Py_ssize_t)n;
    return 0;
}

/* Decodes a string literal's inside.  first_invalid_escape_char tells of the first escape that
   deserves a warning: its character, an octal value above 0o377, or -1 for none;
   first_invalid_escape_ptr then points behind its backslash in `string` (NULL if an error handler
   replaced the input). */
PyObject *
_PyUnicode_DecodeUnicodeEscapeInternal2(const char *string, Py_ssize_t size, const char *errors,
                                        Py_ssize_t *consumed, int *first_invalid_escape_char,
                                        const char **first_invalid_escape_ptr)
{
    *first_invalid_escape_char = -1;
    *first_invalid_escape_ptr = NULL;
    if (size == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_new_empty();
    }
    struct Decoder d;
    decoder_begin(&d, "unicodeescape", errors, string, size);
    d.writer.min_length = size;
    if (_PyUnicodeWriter_Prepare(&d.writer, size, 127) < 0)
        goto fail;
    Py_ssize_t at = 0;
    while (at < d.size) {
        if (d.data[at] != '\\') {
            if (write_run(&d, &at) < 0)
                goto fail;
            continue;
        }
        Py_ssize_t from = at++;
        struct escape e;
        if (read_escape(&d, &at, &e) < 0)
            goto fail;
        if (e.fault != NULL) {
            if (consumed != NULL && at >= d.size) {
                at = from;
                break;
            }
            if (decoder_fail(&d, e.fault, from, at, &at) < 0)
                goto fail;
            d.writer.min_length = d.size - at + d.writer.pos;
            continue;
        }
        if ((e.unknown || e.octal) && *first_invalid_escape_char == -1) {
            *first_invalid_escape_char = e.octal ? e.octal : (int)e.ch;
            if (d.input == NULL)
                *first_invalid_escape_ptr = string + from + 1;
        }
        if (e.ignored)
            continue;
        if ((e.unknown && _PyUnicodeWriter_WriteChar(&d.writer, '\\') < 0) ||
            _PyUnicodeWriter_WriteChar(&d.writer, e.ch) < 0)
            goto fail;
    }
    if (consumed != NULL)
        *consumed = at;
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

/* The same, telling only where the first questionable escape stands. */
PyObject *
_PyUnicode_DecodeUnicodeEscapeInternal(const char *string, Py_ssize_t size, const char *errors,
                                       Py_ssize_t *consumed, const char **first_invalid_escape)
{
    int ch;
    return _PyUnicode_DecodeUnicodeEscapeInternal2(string, size, errors, consumed, &ch,
                                                   first_invalid_escape);
}

/* The codec: questionable escapes are a DeprecationWarning. */
PyObject *
_PyUnicode_DecodeUnicodeEscapeStateful(const char *s, Py_ssize_t size, const char *errors,
                                       Py_ssize_t *consumed)
{
    int ch;
    const char *where;
    PyObject *text = _PyUnicode_DecodeUnicodeEscapeInternal2(s, size, errors, consumed, &ch, &where);
    if (text == NULL || ch == -1)
        return text;
    int done = ch > 0xff ? PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                                            "invalid octal escape sequence '\\%c%c%c'",
                                            '0' + (ch >> 6), '0' + (ch >> 3 & 7), '0' + (ch & 7))
                         : PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                                            "invalid escape sequence '\\%c'", ch);
    if (done < 0)
        Py_CLEAR(text);
    return text;
}

PyObject *
PyUnicode_DecodeUnicodeEscape(const char *s, Py_ssize_t size, const char *errors)
{
    return _PyUnicode_DecodeUnicodeEscapeStateful(s, size, errors, NULL);
}

/* ---- encoding ----------------------------------------------------------------------------------- */

/* Escapes every character above `limit`; `all` also backslashes and control characters. */
static PyObject *
escape_text(PyObject *text, bool all)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    if (!all && u.width == 1)
        return PyBytes_FromStringAndSize(u.data, u.length);
    Py_ssize_t widest = u.width == 1 ? 4 : u.width == 2 ? 6 : 10;
    if (u.length > PY_SSIZE_T_MAX / widest)
        return PyErr_NoMemory();
    struct ByteOut out;
    if (byte_out_begin(&out, u.length * widest) < 0)
        return NULL;
    char *p = (char *)byte_out_end(&out), *start = p;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        if (all && u.width == 1) { /* a run that stands for itself */
            const Py_UCS1 *s = u.data;
            while (i < u.length && s[i] >= ' ' && s[i] < 0x7f && s[i] != '\\')
                *p++ = (char)s[i++];
            if (i == u.length)
                break;
        }
        Py_UCS4 ch = unit_at(u, i);
        if (!all && ch < 0x100)
            *p++ = (char)ch;
        else if (all && ch >= ' ' && ch < 0x7f) {
            if (ch == '\\')
                *p++ = '\\';
            *p++ = (char)ch;
        }
        else if (all && (ch == '\t' || ch == '\n' || ch == '\r')) {
            *p++ = '\\';
            *p++ = ch == '\t' ? 't' : ch == '\n' ? 'n' : 'r';
        }
        else
            p = codec_escape(u, i, i + 1, ERRORS_BACKSLASHREPLACE, p);
    }
    out.used = p - start;
    return byte_out_finish(&out);
}

PyObject *
PyUnicode_AsUnicodeEscapeString(PyObject *text)
{
    return escape_text(text, true);
}

PyObject *
PyUnicode_AsRawUnicodeEscapeString(PyObject *text)
{
    return escape_text(text, false);
}

/* ---- raw_unicode_escape: decoding ----------------------------------------------------------------- */

/* Decodes Latin-1 with \uXXXX and \UXXXXXXXX after an odd number of backslashes. */
PyObject *
_PyUnicode_DecodeRawUnicodeEscapeStateful(const char *s, Py_ssize_t size, const char *errors,
                                          Py_ssize_t *consumed)
{
    if (size == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_new_empty();
    }
    struct Decoder d;
    decoder_begin(&d, "rawunicodeescape", errors, s, size);
    d.writer.min_length = size;
    Py_ssize_t at = 0;
    while (at < d.size) {
        Py_ssize_t from = at;
        if (d.data[at] != '\\') {
            if (write_run(&d, &at) < 0)
                goto fail;
            continue;
        }
        uint8_t c = d.data[at++];
        if (at >= d.size && consumed == NULL) {
            if (_PyUnicodeWriter_WriteChar(&d.writer, c) < 0)
                goto fail;
            continue;
        }
        if (at >= d.size) {
            at = from;
            break;
        }
        c = d.data[at++];
        if (c != 'u' && c != 'U') {
            if (_PyUnicodeWriter_WriteChar(&d.writer, '\\') < 0 ||
                _PyUnicodeWriter_WriteChar(&d.writer, c) < 0)
                goto fail;
            continue;
        }
        Py_UCS4 ch;
        const char *fault = NULL;
        if (!read_hex(&d, &at, c == 'u' ? 4 : 8, &ch)) {
            if (consumed != NULL && at >= d.size) {
                at = from;
                break;
            }
            fault = c == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape";
        }
        else if (ch > 0x10ffff)
            fault = "\\Uxxxxxxxx out of range";
        if (fault == NULL ? _PyUnicodeWriter_WriteChar(&d.writer, ch) < 0
                          : decoder_fail(&d, fault, from, at, &at) < 0)
            goto fail;
    }
    if (consumed != NULL)
        *consumed = at;
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

PyObject *
PyUnicode_DecodeRawUnicodeEscape(const char *s, Py_ssize_t size, const char *errors)
{
    return _PyUnicode_DecodeRawUnicodeEscapeStateful(s, size, errors, NULL);
}

/* ---- ascii() ---------------------------------------------------------------------------------- */

/* The four hexadecimal digits of a number below 0x10000, each in its byte, the first lowest. */
static inline uint32_t
hex4(uint32_t value)
{
    uint32_t halves = (value >> 8 | value << 16) & 0x00ff00ff;
    uint32_t digits = (halves >> 4 & 0x000f000f) | (halves & 0x000f000f) << 8;
    uint32_t letters = (digits + 0x06060606) >> 4 & 0x01010101;
    return digits + 0x30303030 + letters * ('a' - '0' - 10);
}

/* Characters that escaped text takes for u. */
static size_t
escaped_size(struct units u)
{
    size_t size = 0;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        size += 1 + 3 * (size_t)(ch >= 0x80) + 2 * (size_t)(ch >= 0x100) + 4 * (size_t)(ch >= 0x10000);
    }
    return size;
}

/* A str of `text` with \x, \u or \U for each character that is not ASCII (new reference). */
PyObject *
str_escaped_ascii(PyObject *text)
{
    const struct units u = str_units(text);
    if (u.length > PY_SSIZE_T_MAX / 10)
        return PyErr_NoMemory();
    PyObject *result = PyUnicode_New((Py_ssize_t)escaped_size(u), 0x7f);
    if (result == NULL)
        return NULL;
    Py_UCS1 *out = PyUnicode_1BYTE_DATA(result);
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (ch < 0x80) {
            *out++ = (Py_UCS1)ch;
            continue;
        }
        uint32_t low = hex4(ch & 0xffff), high = hex4(ch >> 16);
        *out++ = '\\';
        if (ch < 0x100) {
            *out++ = 'x';
            low >>= 16;
            memcpy(out, &low, 2);
            out += 2;
            continue;
        }
        *out++ = ch < 0x10000 ? 'u' : 'U';
        if (ch >= 0x10000) {
            memcpy(out, &high, 4);
            out += 4;
        }
        memcpy(out, &low, 4);
        out += 4;
    }
    return result;
}
