/* UTF-8 kernels over plain memory: from and to arrays of code points (units.h).

   Kernels never allocate and never report errors beyond saying where they stopped. */
#ifndef KRAIT_BASE_UTF_H
#define KRAIT_BASE_UTF_H

#include "base/units.h"

/* What the valid part of a UTF-8 text amounts to. */
struct utf8_scan {
    size_t bytes;   /* length of the longest valid prefix */
    size_t chars;   /* code points in it */
    uint32_t ored;  /* all its code points or-ed together: enough to choose a width */
};

/* Why decoding stopped; `utf8_reason` gives the text. */
enum utf8_fault { UTF8_TRUNCATED, UTF8_BAD_START, UTF8_BAD_CONTINUATION };

void utf8_scan(const uint8_t *s, size_t n, struct utf8_scan *result);
enum utf8_fault utf8_fault(const uint8_t *s, size_t n, size_t *length);
void utf8_decode_1(const uint8_t *s, size_t n, uint8_t *out);
void utf8_decode_2(const uint8_t *s, size_t n, uint16_t *out);
void utf8_decode_4(const uint8_t *s, size_t n, uint32_t *out);

size_t utf8_size_1(const uint8_t *s, size_t n);
size_t utf8_size_2(const uint16_t *s, size_t n);
size_t utf8_size_4(const uint32_t *s, size_t n);
size_t utf8_encode_1(const uint8_t *s, size_t n, uint8_t **out);
size_t utf8_encode_2(const uint16_t *s, size_t n, uint8_t **out);
size_t utf8_encode_4(const uint32_t *s, size_t n, uint8_t **out);

/* Writes one code point (surrogates too) as UTF-8 and returns the end. */
static inline uint8_t *
utf8_put(uint8_t *out, uint32_t ch)
{
    if (ch < 0x80)
        *out++ = (uint8_t)ch;
    else if (ch < 0x800) {
        *out++ = (uint8_t)(0xc0 | ch >> 6);
        *out++ = (uint8_t)(0x80 | (ch & 0x3f));
    }
    else if (ch < 0x10000) {
        *out++ = (uint8_t)(0xe0 | ch >> 12);
        *out++ = (uint8_t)(0x80 | (ch >> 6 & 0x3f));
        *out++ = (uint8_t)(0x80 | (ch & 0x3f));
    }
    else {
        *out++ = (uint8_t)(0xf0 | ch >> 18);
        *out++ = (uint8_t)(0x80 | (ch >> 12 & 0x3f));
        *out++ = (uint8_t)(0x80 | (ch >> 6 & 0x3f));
        *out++ = (uint8_t)(0x80 | (ch & 0x3f));
    }
    return out;
}

#endif
