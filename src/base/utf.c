/* UTF kernels.  See utf.h. */
#include "base/utf.h"
#include <string.h>
#include "base/simd.h"
#include "base/utf_wide.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

static inline bool
is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The code point at s (s < end, lead byte >= 0x80) and its length; 0 if it is not well formed. */
static inline int
utf8_take(const uint8_t *s, const uint8_t *end, uint32_t *ch)
{
    uint32_t lead = s[0];
    if (lead < 0xe0) {
        if (lead < 0xc2 || end - s < 2 || !is_tail(s[1]))
            return 0;
        *ch = (lead & 0x1f) << 6 | (s[1] & 0x3f);
        return 2;
    }
    if (lead < 0xf0) {
        if (end - s < 3 || !is_tail(s[1]) || !is_tail(s[2]))
            return 0;
        uint32_t c = (lead & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
        if (c < 0x800 || (c >= 0xd800 && c < 0xe000))
            return 0;
        *ch = c;
        return 3;
    }
    if (lead > 0xf4 || end - s < 4 || !is_tail(s[1]) || !is_tail(s[2]) || !is_tail(s[3]))
        return 0;
    uint32_t c = (lead & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |
                 (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
    if (c < 0x10000 || c > 0x10ffff)
        return 0;
    *ch = c;
    return 4;
}

/* Measures the longest valid prefix of s[0:n]. */
void
utf8_scan(const uint8_t *s, size_t n, struct utf8_scan *result)
{
    const uint8_t *p = s, *end = s + n;
    size_t chars = 0;
    uint32_t ored = 0;
    bool blocks_done = false; /* what is left then is short, or not valid */
    while (p < end) {
        if (*p < 0x80) {
            size_t run = ascii_prefix(p, (size_t)(end - p));
            p += run;
            chars += run;
            ored |= 0x7f;
            continue;
        }
        if (end - p >= SIMD_WORTH && !blocks_done) {
            utf8_scan_blocks(p, (size_t)(end - p), result);
            p += result->bytes;
            chars += result->chars;
            ored |= result->ored;
            blocks_done = true;
            continue;
        }
        uint32_t ch;
        int length = utf8_take(p, end, &ch);
        if (length == 0)
            break;
        p += length;
        chars++;
        ored |= ch;
    }
    result->bytes = (size_t)(p - s);
    result->chars = chars;
    result->ored = ored;
}

/* Why s[0:n] does not start with a well-formed code point, and how many bytes that concerns: the
   maximal part of a sequence that could still have become valid, at least one. */
enum utf8_fault
utf8_fault(const uint8_t *s, size_t n, size_t *length)
{
    uint8_t lead = s[0], low = 0x80, high = 0xbf;
    size_t need;
    *length = 1;
    if (lead < 0xc2 || lead > 0xf4)
        return UTF8_BAD_START;
    if (lead < 0xe0)
        need = 2;
    else if (lead < 0xf0)
        need = 3;
    else
        need = 4;
    if (lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f;
    for (size_t i = 1; i < need; i++) {
        if (i >= n) {
            *length = n;
            return UTF8_TRUNCATED;
        }
        if (s[i] < low || s[i] > high) {
            *length = i;
            return UTF8_BAD_CONTINUATION;
        }
        low = 0x80;
        high = 0xbf;
    }
    return UTF8_BAD_CONTINUATION;
}

#define UTF8_DECODE(width, unit)                                                                   \
    void utf8_decode_##width(const uint8_t *s, size_t n, unit *out)                                \
    {                                                                                              \
        const uint8_t *end = s + n;                                                                \
        if (n >= SIMD_WORTH) {                                                                     \
            size_t written = 0;                                                                    \
            s += utf8_decode_blocks_##width(s, n, out, &written);                                  \
            out += written;                                                                        \
        }                                                                                          \
        while (s < end) {                                                                          \
            uint32_t lead = *s;                                                                    \
            if (lead < 0x80) {                                                                     \
                while (end - s >= 8) {                                                             \
                    uint64_t word;                                                                 \
                    memcpy(&word, s, 8);                                                           \
                    if (word & HIGH_BITS)                                                          \
                        break;                                                                     \
                    for (int k = 0; k < 8; k++)                                                    \
                        out[k] = s[k];                                                             \
                    s += 8;                                                                        \
                    out += 8;                                                                      \
                }                                                                                  \
                while (s < end && *s < 0x80)                                                       \
                    *out++ = *s++;                                                                 \
            }                                                                                      \
            else if (lead < 0xe0) {                                                                \
                *out++ = (unit)((lead & 0x1f) << 6 | (s[1] & 0x3f));                               \
                s += 2;                                                                            \
            }                                                                                      \
            else if (lead < 0xf0) {                                                                \
                *out++ = (unit)((lead & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 |               \
                                (s[2] & 0x3f));                                                    \
                s += 3;                                                                            \
            }                                                                                      \
            else {                                                                                 \
                *out++ = (unit)((lead & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |              \
                                (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f));                     \
                s += 4;                                                                            \
            }                                                                                      \
        }                                                                                          \
    }

/* Decodes n bytes known to be valid UTF-8 whose code points fit the width. */
UTF8_DECODE(1, uint8_t)
UTF8_DECODE(2, uint16_t)
UTF8_DECODE(4, uint32_t)

/* Bytes that s[0:n] takes in UTF-8, surrogates counted as three. */
KERNEL(size_t, utf8_size_1, (const uint8_t *s, size_t n), (s, n))
{
    size_t size = n, i = 0;
    for (; i + 32 <= n; i += 32) {
        words32 high = (words32)(simd_load(s + i) & 0x80);
        size += (size_t)(__builtin_popcountll(high[0] | high[1] >> 1 | high[2] >> 2 | high[3] >> 3));
    }
    for (; i < n; i++)
        size += s[i] >> 7;
    return size;
}

/* Units of at least 0x80, 0x800 and 0x10000 take a byte more each; lanes count them. */
KERNEL(size_t, utf8_size_2, (const uint16_t *s, size_t n), (s, n))
{
    size_t size = n, i = 0;
    while (i + 16 <= n) {
        shorts32 more = {0};
        for (int rounds = 0; rounds < 4096 && i + 16 <= n; rounds++, i += 16) {
            shorts32 v = (shorts32)simd_load(s + i);
            more -= (shorts32)(v >= 0x80) + (shorts32)(v >= 0x800);
        }
        for (int k = 0; k < 16; k++)
            size += more[k];
    }
    for (; i < n; i++)
        size += (size_t)(s[i] >= 0x80) + (size_t)(s[i] >= 0x800);
    return size;
}

KERNEL(size_t, utf8_size_4, (const uint32_t *s, size_t n), (s, n))
{
    size_t size = n, i = 0;
    while (i + 8 <= n) {
        ints32 more = {0};
        for (int rounds = 0; rounds < 1 << 24 && i + 8 <= n; rounds++, i += 8) {
            ints32 v = (ints32)simd_load(s + i);
            more -= (ints32)(v >= 0x80) + (ints32)(v >= 0x800) + (ints32)(v >= 0x10000);
        }
        for (int k = 0; k < 8; k++)
            size += more[k];
    }
    for (; i < n; i++)
        size += (size_t)(s[i] >= 0x80) + (size_t)(s[i] >= 0x800) + (size_t)(s[i] >= 0x10000);
    return size;
}

/* The runs of one length are encoded each in a loop of its own: the branches are then foretold. */
#define UTF8_ENCODE(width, unit)                                                                   \
    size_t utf8_encode_##width(const unit *s, size_t n, uint8_t **out)                             \
    {                                                                                              \
        size_t i = n >= SIMD_WORTH ? utf8_encode_blocks_##width(s, n, out) : 0;                    \
        uint8_t *o = *out;                                                                         \
        while (i < n) {                                                                            \
            for (; i < n && s[i] < 0x80; i++)                                                      \
                *o++ = (uint8_t)s[i];                                                              \
            for (; i < n && s[i] >= 0x80 && s[i] < 0x800; i++)                                     \
                o = utf8_put(o, s[i]);                                                             \
            for (; width > 1 && i < n && s[i] >= 0x800; i++) {                                     \
                if (unlikely(s[i] >> 11 == 0x1b))                                                  \
                    goto surrogate;                                                                \
                o = utf8_put(o, s[i]);                                                             \
            }                                                                                      \
        }                                                                                          \
    surrogate:                                                                                     \
        *out = o;                                                                                  \
        return i;                                                                                  \
    }

/* Encodes s[0:n] at *out and advances it.  Stops before a surrogate; returns the units consumed. */
UTF8_ENCODE(1, uint8_t)
UTF8_ENCODE(2, uint16_t)
UTF8_ENCODE(4, uint32_t)
