/* UTF kernels.  See utf.h. */
#include "base/utf.h"
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

/* Length of the leading run of bytes below 0x80. */
size_t
ascii_prefix(const void *text, size_t n)
{
    const uint8_t *s = text;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        words2 a, b;
        memcpy(&a, s + i, 16);
        memcpy(&b, s + i + 16, 16);
        words2 both = a | b;
        if ((both[0] | both[1]) & HIGH_BITS)
            break;
    }
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, s + i, 8);
        word &= HIGH_BITS;
        if (word)
            return i + (size_t)__builtin_ctzll(word) / 8;
    }
    while (i < n && s[i] < 0x80)
        i++;
    return i;
}

/* All units or-ed together: below 0x80, 0x100, 0x10000 exactly when every unit is. */
uint32_t
units_ored_1(const uint8_t *s, size_t n)
{
    return ascii_prefix(s, n) == n ? 0x7f : 0xff;
}

uint32_t
units_ored_2(const uint16_t *s, size_t n)
{
    uint32_t ored = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        uint64_t all = 0;
        for (int k = 0; k < 64; k += 4) {
            uint64_t word;
            memcpy(&word, s + i + k, 8);
            all |= word;
        }
        all |= all >> 32;
        all |= all >> 16;
        ored |= (uint32_t)(all & 0xffff);
        if (ored & 0xff00)
            return ored | 0xff00; /* cannot get wider */
    }
    for (; i < n; i++)
        ored |= s[i];
    return ored;
}

uint32_t
units_ored_4(const uint32_t *s, size_t n)
{
    uint32_t ored = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        for (int k = 0; k < 32; k++)
            ored |= s[i + k];
        if (ored >= 0x10000)
            return ored;
    }
    for (; i < n; i++)
        ored |= s[i];
    return ored;
}

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
    while (p < end) {
        if (*p < 0x80) {
            size_t run = ascii_prefix(p, (size_t)(end - p));
            p += run;
            chars += run;
            ored |= 0x7f;
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
size_t
utf8_size_1(const uint8_t *s, size_t n)
{
    size_t size = n, i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, s + i, 8);
        size += (size_t)__builtin_popcountll(word & HIGH_BITS);
    }
    for (; i < n; i++)
        size += s[i] >> 7;
    return size;
}

size_t
utf8_size_2(const uint16_t *s, size_t n)
{
    size_t size = n;
    for (size_t i = 0; i < n; i++)
        size += (size_t)(s[i] >= 0x80) + (size_t)(s[i] >= 0x800);
    return size;
}

size_t
utf8_size_4(const uint32_t *s, size_t n)
{
    size_t size = n;
    for (size_t i = 0; i < n; i++)
        size += (size_t)(s[i] >= 0x80) + (size_t)(s[i] >= 0x800) + (size_t)(s[i] >= 0x10000);
    return size;
}

/* Encodes s[0:n] at *out and advances it.  Stops before a surrogate; returns the units consumed. */
size_t
utf8_encode_1(const uint8_t *s, size_t n, uint8_t **out)
{
    uint8_t *o = *out;
    size_t i = 0;
    while (i < n) {
        if (s[i] < 0x80) {
            size_t run = ascii_prefix(s + i, n - i);
            memcpy(o, s + i, run);
            o += run;
            i += run;
        }
        else {
            o[0] = (uint8_t)(0xc0 | s[i] >> 6);
            o[1] = (uint8_t)(0x80 | (s[i] & 0x3f));
            o += 2;
            i++;
        }
    }
    *out = o;
    return i;
}

#define UTF8_ENCODE(width, unit)                                                                   \
    size_t utf8_encode_##width(const unit *s, size_t n, uint8_t **out)                             \
    {                                                                                              \
        uint8_t *o = *out;                                                                         \
        size_t i = 0;                                                                              \
        for (; i < n; i++) {                                                                       \
            uint32_t ch = s[i];                                                                    \
            if (unlikely(ch >= 0xd800 && ch < 0xe000))                                             \
                break;                                                                             \
            o = utf8_put(o, ch);                                                                   \
        }                                                                                          \
        *out = o;                                                                                  \
        return i;                                                                                  \
    }

UTF8_ENCODE(2, uint16_t)
UTF8_ENCODE(4, uint32_t)

/* gcc unrolls and vectorises such loops from O3 on, clang always. */
#ifdef __clang__
#define VECTORISED
#else
#define VECTORISED __attribute__((optimize("O3")))
#endif

#define CONVERT(name, from, to)                                                                    \
    VECTORISED void name(const from *s, size_t n, to *out)                    \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            out[i] = (to)s[i];                                                                     \
    }

CONVERT(units_widen_1_2, uint8_t, uint16_t)
CONVERT(units_widen_1_4, uint8_t, uint32_t)
CONVERT(units_widen_2_4, uint16_t, uint32_t)
CONVERT(units_narrow_2_1, uint16_t, uint8_t)
CONVERT(units_narrow_4_1, uint32_t, uint8_t)
CONVERT(units_narrow_4_2, uint32_t, uint16_t)

/* Copies n units between arrays of any widths; the values must fit. */
void
units_copy(int to_width, void *to, int from_width, const void *from, size_t n)
{
    if (to_width == from_width)
        memcpy(to, from, n * (size_t)to_width);
    else if (to_width == 2 && from_width == 1)
        units_widen_1_2(from, n, to);
    else if (to_width == 4 && from_width == 1)
        units_widen_1_4(from, n, to);
    else if (to_width == 4)
        units_widen_2_4(from, n, to);
    else if (from_width == 2)
        units_narrow_2_1(from, n, to);
    else if (to_width == 1)
        units_narrow_4_1(from, n, to);
    else
        units_narrow_4_2(from, n, to);
}
