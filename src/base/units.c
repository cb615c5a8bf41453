/* Kernels over arrays of code points.  See units.h. */
#include "base/units.h"
#include "base/copy.h"
#include "base/simd.h"

/* ---- what is in them ---------------------------------------------------------------------- */

#define HIGH_BITS UINT64_C(0x8080808080808080)

KERNEL(size_t, units_ascii_prefix, (const uint8_t *s, size_t n), (s, n))
{
    size_t i = 0;
    for (; i + 128 <= n; i += 128) {
        bytes32 all = simd_load(s + i) | simd_load(s + i + 32) | simd_load(s + i + 64) |
                      simd_load(s + i + 96);
        if (simd_any(wide, all & 0x80))
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

KERNEL(size_t, units_copy_ascii, (const uint8_t *s, size_t n, uint8_t *out), (s, n, out))
{
    size_t i = 0;
    if (n >= 160) {
        bytes32 head = simd_load(s);
        if (!simd_any(wide, head & 0x80)) {
            simd_store(out, head);
            i = -(uintptr_t)out & 31; /* stores that cross cache lines cost the most */
        }
    }
    for (; i + 128 <= n; i += 128) {
        bytes32 a = simd_load(s + i), b = simd_load(s + i + 32), c = simd_load(s + i + 64),
                d = simd_load(s + i + 96);
        if (simd_any(wide, ((a | b) | (c | d)) & 0x80))
            break;
        __builtin_prefetch((const void *)((uintptr_t)(out + i) + SIMD_LONG / 4), 1);
        __builtin_prefetch((const void *)((uintptr_t)(out + i) + SIMD_LONG / 4 + 64), 1);
        simd_store(out + i, a);
        simd_store(out + i + 32, b);
        simd_store(out + i + 64, c);
        simd_store(out + i + 96, d);
    }
    for (; i < n && s[i] < 0x80; i++)
        out[i] = s[i];
    return i;
}

uint32_t
units_ored_1(const uint8_t *s, size_t n)
{
    return units_ascii_prefix(s, n) == n ? 0x7f : 0xff;
}

/* Or-s all units; stops once they can't get into a higher class. */
KERNEL(uint32_t, units_ored_2, (const uint16_t *s, size_t n), (s, n))
{
    uint32_t ored = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        bytes32 all = simd_load(s + i) | simd_load(s + i + 16) | simd_load(s + i + 32) |
                      simd_load(s + i + 48);
        if (simd_any(wide, (bytes32)((shorts32)all & 0xff00)))
            return 0xffff;
        ored |= simd_any(wide, all & 0x80) ? 0xff : 0x7f;
    }
    for (; i < n; i++)
        ored |= s[i];
    return ored;
}

KERNEL(uint32_t, units_ored_4, (const uint32_t *s, size_t n), (s, n))
{
    uint32_t ored = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        words32 w = (words32)(simd_load(s + i) | simd_load(s + i + 8) | simd_load(s + i + 16) |
                              simd_load(s + i + 24));
        uint64_t all = (w[0] | w[1]) | (w[2] | w[3]);
        ored |= (uint32_t)(all | all >> 32);
        if (ored >= 0x10000)
            return ored;
    }
    for (; i < n; i++)
        ored |= s[i];
    return ored;
}

#define PLAIN_PREFIX(width, unit, lanes)                                                           \
    KERNEL(size_t, units_plain_prefix_##width, (const unit *s, size_t n), (s, n))                  \
    {                                                                                              \
        const size_t step = 32 / sizeof(unit);                                                     \
        size_t i = 0;                                                                              \
        for (; i + 2 * step <= n; i += 2 * step) {                                                 \
            lanes a = (lanes)simd_load(s + i), b = (lanes)simd_load(s + i + step);                 \
            if (simd_any(wide, (bytes32)(((a >> 11) == 0x1b) | ((b >> 11) == 0x1b))))                    \
                break;                                                                             \
        }                                                                                          \
        while (i < n && s[i] >> 11 != 0x1b)                                                        \
            i++;                                                                                   \
        return i;                                                                                  \
    }

PLAIN_PREFIX(2, uint16_t, shorts32)
PLAIN_PREFIX(4, uint32_t, ints32)

/* ---- copying ------------------------------------------------------------------------------ */

/* Vectors of `lanes` units on both sides. */
#define CONVERT(name, from, to, lanes)                                                             \
    KERNEL(void, name, (const from *s, size_t n, to *out), (s, n, out))                            \
    {                                                                                              \
        typedef from old __attribute__((vector_size(lanes * sizeof(from))));                       \
        typedef to new __attribute__((vector_size(lanes * sizeof(to))));                           \
        size_t i = 0;                                                                              \
        for (; i + lanes <= n; i += lanes) {                                                       \
            old v;                                                                                 \
            memcpy(&v, s + i, sizeof v);                                                           \
            new w = __builtin_convertvector(v, new);                                               \
            memcpy(out + i, &w, sizeof w);                                                         \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            out[i] = (to)s[i];                                                                     \
    }

CONVERT(units_widen_1_2, uint8_t, uint16_t, 16)
CONVERT(units_widen_1_4, uint8_t, uint32_t, 8)
CONVERT(units_widen_2_4, uint16_t, uint32_t, 8)
CONVERT(units_narrow_2_1, uint16_t, uint8_t, 16)
CONVERT(units_narrow_4_1, uint32_t, uint8_t, 8)
CONVERT(units_narrow_4_2, uint32_t, uint16_t, 8)

void
units_copy(int to_width, void *to, int from_width, const void *from, size_t n)
{
    if (to_width == from_width)
        copy_short(to, from, n * (size_t)to_width);
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

KERNEL(void, units_swap_2, (const uint16_t *s, size_t n, uint16_t *out), (s, n, out))
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        shorts32 v = (shorts32)simd_load(s + i);
        simd_store(out + i, (bytes32)(v << 8 | v >> 8));
    }
    for (; i < n; i++)
        out[i] = __builtin_bswap16(s[i]);
}

KERNEL(void, units_swap_4, (const uint32_t *s, size_t n, uint32_t *out), (s, n, out))
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        ints32 v = (ints32)simd_load(s + i);
        v = v << 16 | v >> 16;
        simd_store(out + i, (bytes32)((v & 0x00ff00ff) << 8 | (v >> 8 & 0x00ff00ff)));
    }
    for (; i < n; i++)
        out[i] = __builtin_bswap32(s[i]);
}

#define REPLACE(width, unit, lanes)                                                                \
    KERNEL(void, units_replace_##width, (const unit *s, size_t n, unit old, unit new, unit *out),  \
           (s, n, old, new, out))                                                                  \
    {                                                                                              \
        const size_t step = 32 / sizeof(unit);                                                     \
        const lanes change = (lanes){0} + (unit)(old ^ new);                                       \
        size_t i = 0;                                                                              \
        for (; i + step <= n; i += step) {                                                         \
            lanes v = (lanes)simd_load(s + i);                                                     \
            simd_store(out + i, (bytes32)(v ^ ((lanes)(v == old) & change)));                      \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            out[i] = s[i] == old ? new : s[i];                                                     \
    }

REPLACE(1, uint8_t, bytes32)
REPLACE(2, uint16_t, shorts32)
REPLACE(4, uint32_t, ints32)

/* Bytes in reverse order, the last of them at s. */
static void
reverse_1(const uint8_t *s, size_t n, uint8_t *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, s - i - 7, 8);
        word = __builtin_bswap64(word);
        memcpy(out + i, &word, 8);
    }
    for (; i < n; i++)
        out[i] = s[-(ptrdiff_t)i];
}

#define STRIDE(width, unit)                                                                        \
    static void stride_##width(const unit *s, size_t n, ptrdiff_t step, unit *out)                 \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + 4 <= n; i += 4, s += 4 * step) {                                                \
            unit a = s[0], b = s[step], c = s[2 * step], d = s[3 * step];                          \
            out[i] = a;                                                                            \
            out[i + 1] = b;                                                                        \
            out[i + 2] = c;                                                                        \
            out[i + 3] = d;                                                                        \
        }                                                                                          \
        for (; i < n; i++, s += step)                                                              \
            out[i] = *s;                                                                           \
    }

STRIDE(1, uint8_t)
STRIDE(2, uint16_t)
STRIDE(4, uint32_t)

void
units_stride(int width, const void *s, size_t n, ptrdiff_t step, void *out)
{
    if (width == 1 && step == -1)
        reverse_1(s, n, out);
    else if (width == 1)
        stride_1(s, n, step, out);
    else if (width == 2)
        stride_2(s, n, step, out);
    else
        stride_4(s, n, step, out);
}

/* ---- lines -------------------------------------------------------------------------------- */

/* Whether a unit, or each lane, is one of \n \v \f \r, the separators 0x1c to 0x1e, NEL, LINE
   SEPARATOR, PARAGRAPH SEPARATOR; bytes cannot be the last two. */
#define ENDS_LINE_1(unit, v) (((unit)((v) - 10) < 4) | ((unit)((v) - 28) < 3) | ((v) == 0x85))
#define ENDS_LINE_2(unit, v) (ENDS_LINE_1(unit, v) | (((v) | 1) == 0x2029))

#define LINE_END(width, unit, lanes, ends_line)                                                    \
    KERNEL(size_t, units_line_end_##width, (const unit *s, size_t n), (s, n))                      \
    {                                                                                              \
        const size_t step = 32 / sizeof(unit);                                                     \
        size_t i = 0;                                                                              \
        for (; i + step <= n; i += step) {                                                         \
            lanes v = (lanes)simd_load(s + i);                                                     \
            words32 hits = (words32)ends_line(lanes, v);                                           \
            for (int k = 0; k < 4; k++)                                                            \
                if (hits[k])                                                                       \
                    return i + ((size_t)k * 8 + (size_t)__builtin_ctzll(hits[k]) / 8) / sizeof(unit); \
        }                                                                                          \
        while (i < n && !(ends_line(unit, s[i])))                                                  \
            i++;                                                                                   \
        return i;                                                                                  \
    }

LINE_END(1, uint8_t, bytes32, ENDS_LINE_1)
LINE_END(2, uint16_t, shorts32, ENDS_LINE_2)
LINE_END(4, uint32_t, ints32, ENDS_LINE_2)
