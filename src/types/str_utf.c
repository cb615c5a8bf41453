/* UTF-16, UTF-32 and UTF-7 codecs.  See str_codec.h. */
#include <Python.h>
#include <string.h>
#include "base/base64.h"
#include "base/units.h"
#include "object/declare.h"
#include "types/str_codec.h"

/* ---- units in either byte order --------------------------------------------------------------- */

static inline uint32_t
load16(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t
load32(const uint8_t *p, bool big)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return big == PY_BIG_ENDIAN ? v : __builtin_bswap32(v);
}

static inline uint8_t *
store16(uint8_t *p, uint32_t v, bool big)
{
    p[big ? 0 : 1] = (uint8_t)(v >> 8);
    p[big ? 1 : 0] = (uint8_t)v;
    return p + 2;
}

static inline uint8_t *
store32(uint8_t *p, uint32_t v, bool big)
{
    v = big == PY_BIG_ENDIAN ? v : __builtin_bswap32(v);
    memcpy(p, &v, 4);
    return p + 4;
}

/* ---- UTF-16 ----------------------------------------------------------------------------------- */

/* Native-order copies of this many units are looked at and written at a time. */
enum { PIECE = 512 };

/* Units of `width` bytes from p on into native order. */
static void
load_piece(void *piece, const uint8_t *p, size_t n, int width, bool big)
{
    memcpy(piece, p, n * (size_t)width);
    if (big == PY_BIG_ENDIAN)
        return;
    if (width == 2)
        units_swap_2(piece, n, piece);
    else
        units_swap_4(piece, n, piece);
}

static status
write_piece(struct Decoder *d, int width, const void *piece, size_t n)
{
    if (_PyUnicodeWriter_Prepare(&d->writer, (Py_ssize_t)n, units_class(width, piece, (Py_ssize_t)n)) < 0)
        return -1;
    int kind = (int)d->writer.kind;
    units_copy(kind, (char *)d->writer.data + d->writer.pos * kind, width, piece, n);
    d->writer.pos += (Py_ssize_t)n;
    return 0;
}

/* Writes well-formed units from `at` on, up to the first fault or the end; the new position. */
static Py_ssize_t
decode16_run(struct Decoder *d, Py_ssize_t at, bool big)
{
    const uint8_t *p = d->data;
    while (at + 1 < d->size) { /* without surrogates */
        uint16_t piece[PIECE];
        size_t n = Py_MIN((size_t)(d->size - at) / 2, PIECE);
        load_piece(piece, p + at, n, 2, big);
        size_t plain = units_plain_prefix_2(piece, n);
        if (plain > 0 && write_piece(d, 2, piece, plain) < 0)
            return -1;
        at += 2 * (Py_ssize_t)plain;
        if (plain < n)
            break;
    }
    while (at + 3 < d->size) { /* pairs */
        uint32_t high = load16(p + at, big), low = load16(p + at + 2, big);
        if (!Py_UNICODE_IS_HIGH_SURROGATE(high) || !Py_UNICODE_IS_LOW_SURROGATE(low))
            break;
        if (_PyUnicodeWriter_WriteChar(&d->writer, Py_UNICODE_JOIN_SURROGATES(high, low)) < 0)
            return -1;
        at += 4;
    }
    return at;
}

/* The same of UTF-32. */
static Py_ssize_t
decode32_run(struct Decoder *d, Py_ssize_t at, bool big)
{
    while (at + 3 < d->size) {
        uint32_t piece[PIECE];
        size_t n = Py_MIN((size_t)(d->size - at) / 4, PIECE);
        load_piece(piece, d->data + at, n, 4, big);
        size_t good = units_plain_prefix_4(piece, n);
        if (units_ored_4(piece, good) > 0x10ffff)
            for (size_t i = 0; i < good; i++)
                if (piece[i] > 0x10ffff)
                    good = i;
        if (good > 0 && write_piece(d, 4, piece, good) < 0)
            return -1;
        at += 4 * (Py_ssize_t)good;
        if (good < n)
            break;
    }
    return at;
}

/* Decodes UTF-16.  *byteorder: -1 little, 1 big, 0 by the byte order mark (native without one);
   set to what was found.  With `consumed`, an incomplete unit at the end is left alone. */
PyObject *
PyUnicode_DecodeUTF16Stateful(const char *s, Py_ssize_t size, const char *errors, int *byteorder,
                              Py_ssize_t *consumed)
{
    const uint8_t *data = (const uint8_t *)s;
    int order = byteorder != NULL ? *byteorder : 0;
    Py_ssize_t at = 0;
    if (order == 0 && size >= 2) {
        uint32_t mark = load16(data, false);
        if (mark == 0xfeff || mark == 0xfffe) {
            order = mark == 0xfeff ? -1 : 1;
            at = 2;
        }
    }
    if (size == at) {
        if (consumed != NULL)
            *consumed = size;
        if (byteorder != NULL)
            *byteorder = order;
        return str_new_empty();
    }
    bool big = order == 0 ? PY_BIG_ENDIAN : order > 0;
    struct Decoder d;
    decoder_begin(&d, big ? "utf-16-be" : "utf-16-le", errors, data, size);
    d.writer.min_length = (size - at + 1) / 2;
    while (at < d.size) {
        Py_ssize_t next = decode16_run(&d, at, big);
        if (next < 0)
            goto fail;
        if (next > at) {
            at = next;
            continue;
        }
        const char *reason;
        Py_ssize_t end = at + 2;
        if (d.size - at < 2) {
            reason = "truncated data";
            end = d.size;
        }
        else if (Py_UNICODE_IS_LOW_SURROGATE(load16(d.data + at, big)))
            reason = "illegal encoding";
        else if (d.size - at < 4) {
            reason = "unexpected end of data";
            end = d.size;
        }
        else
            reason = "illegal UTF-16 surrogate";
        if (consumed != NULL && end == d.size && (reason[0] == 't' || reason[0] == 'u'))
            break;
        if (decoder_fail(&d, reason, at, end, &at) < 0)
            goto fail;
    }
    if (byteorder != NULL)
        *byteorder = order;
    if (consumed != NULL)
        *consumed = at;
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

PyObject *
PyUnicode_DecodeUTF16(const char *s, Py_ssize_t size, const char *errors, int *byteorder)
{
    return PyUnicode_DecodeUTF16Stateful(s, size, errors, byteorder, NULL);
}

/* Writes what an error handler gave: bytes that are whole units, or ASCII text. */
static status
write_wide_replacement(struct Encoder *e, struct ByteOut *out, PyObject *replacement, int width,
                       bool big, Py_ssize_t at)
{
    if (PyBytes_Check(replacement)) {
        if (PyBytes_GET_SIZE(replacement) % width != 0)
            return encoder_raise(e, "surrogates not allowed", at, at + 1);
        return byte_out_write(out, PyBytes_AS_STRING(replacement), PyBytes_GET_SIZE(replacement));
    }
    if (!PyUnicode_IS_ASCII(replacement))
        return encoder_raise(e, "surrogates not allowed", at, at + 1);
    struct units u = str_units(replacement);
    if (byte_out_reserve(out, u.length * width) < 0)
        return -1;
    uint8_t *p = byte_out_end(out);
    for (Py_ssize_t i = 0; i < u.length; i++)
        p = width == 2 ? store16(p, unit_at(u, i), big) : store32(p, unit_at(u, i), big);
    out->used += u.length * width;
    return 0;
}

/* Writes units of another width in the given byte order; p need not be aligned. */
static void
store_units(uint8_t *p, const char *from, int from_width, size_t n, int width, bool big)
{
    uint32_t piece[PIECE];
    while (n > 0) {
        size_t some = Py_MIN(n, PIECE);
        units_copy(width, piece, from_width, from, some);
        load_piece(p, (const uint8_t *)piece, some, width, big);
        from += some * (size_t)from_width;
        p += some * (size_t)width;
        n -= some;
    }
}

/* UTF-16 (width 2) and UTF-32 (width 4) encoding; byteorder as above, 0 writes a mark. */
static PyObject *
encode_wide(PyObject *text, const char *errors, int byteorder, int width, const char *const names[3])
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    bool big = byteorder == 0 ? PY_BIG_ENDIAN : byteorder > 0;
    Py_ssize_t pairs = 0;
    if (width == 2 && u.width == 4)
        for (Py_ssize_t i = 0; i < u.length; i++)
            pairs += ((const Py_UCS4 *)u.data)[i] >= 0x10000;
    if (u.length > PY_SSIZE_T_MAX / width - pairs - 1)
        return PyErr_NoMemory();
    struct ByteOut out;
    struct Encoder e;
    encoder_begin(&e, names[byteorder == 0 ? 0 : byteorder < 0 ? 1 : 2], errors, text);
    if (byte_out_begin(&out, (u.length + pairs + (byteorder == 0)) * width) < 0)
        return NULL;
    if (byteorder == 0) {
        uint8_t *p = byte_out_end(&out);
        width == 2 ? store16(p, 0xfeff, big) : store32(p, 0xfeff, big);
        out.used += width;
    }
    Py_ssize_t at = 0;
    while (at < u.length) {
        if (byte_out_reserve(&out, (u.length - at + pairs) * width) < 0)
            goto fail;
        uint8_t *p = byte_out_end(&out), *start = p;
        if (width == 4 || u.width < 4) { /* a unit for each character */
            size_t n = (size_t)(u.length - at);
            const char *from = (const char *)u.data + at * u.width;
            if (u.width > 1)
                n = u.width == 2 ? units_plain_prefix_2((const uint16_t *)from, n)
                                 : units_plain_prefix_4((const uint32_t *)from, n);
            store_units(p, from, u.width, n, width, big);
            p += n * (size_t)width;
            at += (Py_ssize_t)n;
        }
        else {
            for (; at < u.length; at++) {
                Py_UCS4 ch = unit_at(u, at);
                if (Py_UNICODE_IS_SURROGATE(ch))
                    break;
                if (ch < 0x10000)
                    p = store16(p, ch, big);
                else {
                    p = store16(p, Py_UNICODE_HIGH_SURROGATE(ch), big);
                    p = store16(p, Py_UNICODE_LOW_SURROGATE(ch), big);
                }
            }
        }
        out.used += p - start;
        if (at == u.length)
            break;
        Py_ssize_t from = at;
        PyObject *replacement = encoder_call(&e, "surrogates not allowed", at, at + 1, &at);
        if (replacement == NULL)
            goto fail;
        status done = write_wide_replacement(&e, &out, replacement, width, big, from);
        Py_DECREF(replacement);
        if (done < 0)
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
_PyUnicode_EncodeUTF16(PyObject *text, const char *errors, int byteorder)
{
    static const char *const names[] = {"utf-16", "utf-16-le", "utf-16-be"};
    return encode_wide(text, errors, byteorder, 2, names);
}

PyObject *
PyUnicode_AsUTF16String(PyObject *text)
{
    return _PyUnicode_EncodeUTF16(text, NULL, 0);
}

/* ---- UTF-32 ----------------------------------------------------------------------------------- */

/* Decodes UTF-32; parameters as for UTF-16. */
PyObject *
PyUnicode_DecodeUTF32Stateful(const char *s, Py_ssize_t size, const char *errors, int *byteorder,
                              Py_ssize_t *consumed)
{
    const uint8_t *data = (const uint8_t *)s;
    int order = byteorder != NULL ? *byteorder : 0;
    Py_ssize_t at = 0;
    if (order == 0 && size >= 4) {
        uint32_t mark = load32(data, false);
        if (mark == 0xfeff || mark == 0xfffe0000) {
            order = mark == 0xfeff ? -1 : 1;
            at = 4;
        }
    }
    if (size == at) {
        if (consumed != NULL)
            *consumed = size;
        if (byteorder != NULL)
            *byteorder = order;
        return str_new_empty();
    }
    bool big = order == 0 ? PY_BIG_ENDIAN : order > 0;
    struct Decoder d;
    decoder_begin(&d, big ? "utf-32-be" : "utf-32-le", errors, data, size);
    d.writer.min_length = (size - at + 3) / 4;
    while (at < d.size) {
        Py_ssize_t next = decode32_run(&d, at, big);
        if (next < 0)
            goto fail;
        if (next > at) {
            at = next;
            continue;
        }
        const char *reason;
        Py_ssize_t end = at + 4;
        if (d.size - at < 4) {
            if (consumed != NULL)
                break;
            reason = "truncated data";
            end = d.size;
        }
        else if (Py_UNICODE_IS_SURROGATE(load32(d.data + at, big)))
            reason = "code point in surrogate code point range(0xd800, 0xe000)";
        else
            reason = "code point not in range(0x110000)";
        if (decoder_fail(&d, reason, at, end, &at) < 0)
            goto fail;
    }
    if (byteorder != NULL)
        *byteorder = order;
    if (consumed != NULL)
        *consumed = at;
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

PyObject *
PyUnicode_DecodeUTF32(const char *s, Py_ssize_t size, const char *errors, int *byteorder)
{
    return PyUnicode_DecodeUTF32Stateful(s, size, errors, byteorder, NULL);
}

PyObject *
_PyUnicode_EncodeUTF32(PyObject *text, const char *errors, int byteorder)
{
    static const char *const names[] = {"utf-32", "utf-32-le", "utf-32-be"};
    return encode_wide(text, errors, byteorder, 4, names);
}

PyObject *
PyUnicode_AsUTF32String(PyObject *text)
{
    return _PyUnicode_EncodeUTF32(text, NULL, 0);
}

/* ---- UTF-7 (RFC 2152) ---------------------------------------------------------------------------- */

/* Value of a base64 digit, or -1. */
static inline int
base64_value(Py_UCS4 ch)
{
    return ch < 256 && base64_values[ch] < 64 ? base64_values[ch] : -1;
}

/* Whether a character may stand for itself when encoding. */
static bool
encodes_directly(Py_UCS4 ch, int base64_set_o, int base64_white_space)
{
    if (ch >= 0x80 || ch == 0)
        return false;
    if (Py_ISALNUM(ch) || strchr("'(),-./:?", (int)ch) != NULL)
        return true;
    if (strchr(" \t\n\r", (int)ch) != NULL)
        return !base64_white_space;
    return strchr("!\"#$%&*;<=>@[]^_`{|}", (int)ch) != NULL && !base64_set_o;
}

/* State of a shifted (base64) stretch while decoding. */
struct shift {
    Py_ssize_t start;           /* where its '+' stands */
    Py_ssize_t out_start;       /* where its text starts in the output */
    uint32_t bits;
    int count;                  /* bits not used yet */
    Py_UCS4 high;               /* a high surrogate that waits for its partner, or 0 */
};

/* Takes six more bits; writes what gets complete. */
static status
shift_take(struct Decoder *d, struct shift *shift, int six)
{
    shift->bits = shift->bits << 6 | (uint32_t)six;
    shift->count += 6;
    if (shift->count < 16)
        return 0;
    Py_UCS4 unit = shift->bits >> (shift->count - 16) & 0xffff;
    shift->count -= 16;
    shift->bits &= (1u << shift->count) - 1;
    if (shift->high) {
        Py_UCS4 high = shift->high;
        shift->high = 0;
        if (Py_UNICODE_IS_LOW_SURROGATE(unit))
            return _PyUnicodeWriter_WriteChar(&d->writer, Py_UNICODE_JOIN_SURROGATES(high, unit));
        if (_PyUnicodeWriter_WriteChar(&d->writer, high) < 0)
            return -1;
    }
    if (Py_UNICODE_IS_HIGH_SURROGATE(unit)) {
        shift->high = unit;
        return 0;
    }
    return _PyUnicodeWriter_WriteChar(&d->writer, unit);
}

/* Why a stretch may not end here; NULL if it may. */
static const char *
shift_fault(const struct shift *shift)
{
    if (shift->count >= 6)
        return "partial character in shift sequence";
    return shift->bits != 0 ? "non-zero padding bits in shift sequence" : NULL;
}

PyObject *
PyUnicode_DecodeUTF7Stateful(const char *s, Py_ssize_t size, const char *errors,
                             Py_ssize_t *consumed)
{
    if (size == 0) {
        if (consumed != NULL)
            *consumed = 0;
        return str_new_empty();
    }
    struct Decoder d;
    struct shift shift = {0};
    bool shifted = false;
    Py_ssize_t at = 0;
    decoder_begin(&d, "utf7", errors, s, size);
    d.writer.min_length = size;
    for (;;) {
        while (at < d.size) {
            uint8_t ch = d.data[at];
            const char *reason = NULL;
            Py_ssize_t from = at;
            if (shifted) {
                int six = base64_value(ch);
                if (six >= 0) {
                    at++;
                    if (shift_take(&d, &shift, six) < 0)
                        goto fail;
                    continue;
                }
                shifted = false;
                reason = shift_fault(&shift);
                if (reason != NULL) {
                    from = shift.start;
                    at++;
                }
                else {
                    if (shift.high && ch < 0x80 &&
                        _PyUnicodeWriter_WriteChar(&d.writer, shift.high) < 0)
                        goto fail;
                    shift.high = 0;
                    if (ch == '-')
                        at++;
                }
            }
            else if (ch == '+') {
                shift = (struct shift){.start = at, .out_start = d.writer.pos};
                at++;
                if (at < d.size && d.data[at] == '-') {
                    at++;
                    if (_PyUnicodeWriter_WriteChar(&d.writer, '+') < 0)
                        goto fail;
                }
                else if (at < d.size && base64_value(d.data[at]) < 0) {
                    at++;
                    reason = "ill-formed sequence";
                }
                else
                    shifted = true;
            }
            else {
                at++;
                if (ch >= 0x80)
                    reason = "unexpected special character";
                else if (_PyUnicodeWriter_WriteChar(&d.writer, ch) < 0)
                    goto fail;
            }
            if (reason != NULL && decoder_fail(&d, reason, from, at, &at) < 0)
                goto fail;
        }
        if (!shifted || consumed != NULL)
            break;
        shifted = false;
        if (!shift.high && shift.count < 6 && (shift.count == 0 || shift.bits == 0))
            break;
        if (decoder_fail(&d, "unterminated shift sequence", shift.start, d.size, &at) < 0)
            goto fail;
    }
    if (consumed != NULL) {
        *consumed = at;
        if (shifted) { /* give the whole stretch back */
            *consumed = shift.start;
            if (d.writer.pos != shift.out_start) {
                PyObject *text = _PyUnicodeWriter_Finish(&d.writer);
                PyObject *part = text == NULL ? NULL : str_slice(text, 0, shift.out_start);
                Py_XDECREF(text);
                decoder_end(&d);
                return part;
            }
        }
    }
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

PyObject *
PyUnicode_DecodeUTF7(const char *s, Py_ssize_t size, const char *errors)
{
    return PyUnicode_DecodeUTF7Stateful(s, size, errors, NULL);
}

/* Encodes to UTF-7.  The flags force optional direct characters and white space into base64. */
PyObject *
_PyUnicode_EncodeUTF7(PyObject *text, int base64_set_o, int base64_white_space,
                      const char *Py_UNUSED(errors))
{
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    if (u.length > PY_SSIZE_T_MAX / 8)
        return PyErr_NoMemory();
    struct ByteOut out;
    if (byte_out_begin(&out, u.length * 8 + 8) < 0)
        return NULL;
    uint8_t *start = byte_out_end(&out), *p = start;
    uint64_t bits = 0;
    int count = 0;
    bool shifted = false;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (encodes_directly(ch, base64_set_o, base64_white_space)) {
            if (shifted) {
                if (count > 0)
                    *p++ = (uint8_t)base64_letters[bits << (6 - count) & 63];
                bits = 0;
                count = 0;
                shifted = false;
                if (base64_value(ch) >= 0 || ch == '-')
                    *p++ = '-';
            }
            *p++ = (uint8_t)ch;
            continue;
        }
        if (!shifted) {
            *p++ = '+';
            if (ch == '+') {
                *p++ = '-';
                continue;
            }
            shifted = true;
        }
        if (ch >= 0x10000) {
            bits = bits << 16 | Py_UNICODE_HIGH_SURROGATE(ch);
            count += 16;
            ch = Py_UNICODE_LOW_SURROGATE(ch);
        }
        bits = bits << 16 | ch;
        count += 16;
        while (count >= 6) {
            *p++ = (uint8_t)base64_letters[bits >> (count - 6) & 63];
            count -= 6;
        }
        bits &= (1u << count) - 1;
    }
    if (count > 0)
        *p++ = (uint8_t)base64_letters[bits << (6 - count) & 63];
    if (shifted)
        *p++ = '-';
    out.used = p - start;
    return byte_out_finish(&out);
}
