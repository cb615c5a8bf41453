/* Kernels over bytes.  See octets.h. */
#include "base/octets.h"
#include "base/simd.h"

#ifdef SIMD_FEATURE
#include <immintrin.h>
#endif

/* ---- case and classes --------------------------------------------------------------------- */

/* For a byte or a vector of bytes: whether it lies within `count` values from `first` on. */
#define WITHIN(v, first, count) ((uint8_t)((v) - (first)) < (count))
#define WITHIN_LANES(v, first, count) ((bytes32)((v) - (uint8_t)(first) < (uint8_t)(count)))

#define CHANGE_CASE(name, letter, first)                                                           \
    KERNEL(void, name, (const uint8_t *s, size_t n, uint8_t *out), (s, n, out))                    \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + 32 <= n; i += 32) {                                                             \
            bytes32 v = simd_load(s + i);                                                          \
            simd_store(out + i, v ^ (WITHIN_LANES(v letter, first, 26) & 0x20));                   \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            out[i] = (uint8_t)(s[i] ^ (WITHIN(s[i] letter, first, 26) << 5));                      \
    }

CHANGE_CASE(octets_lower, , 'A')
CHANGE_CASE(octets_upper, , 'a')
CHANGE_CASE(octets_swapcase, | 0x20, 'a')

void
octets_capitalize(const uint8_t *s, size_t n, uint8_t *out)
{
    if (n > 0) {
        octets_upper(s, 1, out);
        octets_lower(s + 1, n - 1, out + 1);
    }
}

void
octets_title(const uint8_t *s, size_t n, uint8_t *out)
{
    bool inside = false;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = s[i];
        bool letter = WITHIN(c | 0x20, 'a', 26);
        out[i] = letter ? (uint8_t)((c | 0x20) ^ (inside ? 0 : 0x20)) : c;
        inside = letter;
    }
}

#define ALPHA(W, v) W((v) | 0x20, 'a', 26)
#define DIGIT(W, v) W(v, '0', 10)
#define ALNUM(W, v) (ALPHA(W, v) | DIGIT(W, v))
#define SPACE(W, v) (W(v, '\t', 5) | W(v, ' ', 1))
#define UPPER(W, v) W(v, 'A', 26)
#define LOWER(W, v) W(v, 'a', 26)

/* Whether a byte is found for which the class is not `all`. */
#define LOOK_FOR(name, class, all)                                                                 \
    KERNEL(bool, name, (const uint8_t *s, size_t n), (s, n))                                       \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + 64 <= n; i += 64) {                                                             \
            bytes32 v = simd_load(s + i), w = simd_load(s + i + 32);                               \
            if ((all) ? simd_any(wide, ~(class(WITHIN_LANES, v) & class(WITHIN_LANES, w)))               \
                      : simd_any(wide, class(WITHIN_LANES, v) | class(WITHIN_LANES, w)))                 \
                return !(all);                                                                     \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            if ((class(WITHIN, s[i])) != (all))                                                    \
                return !(all);                                                                     \
        return (all);                                                                              \
    }

LOOK_FOR(octets_are_alpha, ALPHA, true)
LOOK_FOR(octets_are_digit, DIGIT, true)
LOOK_FOR(octets_are_alnum, ALNUM, true)
LOOK_FOR(octets_are_space, SPACE, true)
LOOK_FOR(octets_have_upper, UPPER, false)
LOOK_FOR(octets_have_lower, LOWER, false)

#define LITERAL(W, v) (W(v, ' ', 0x5f) ^ (W(v, '"', 1) | W(v, '\'', 1) | W(v, '\\', 1)))

KERNEL(size_t, octets_literal_prefix, (const uint8_t *s, size_t n), (s, n))
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        words32 other = (words32)~LITERAL(WITHIN_LANES, simd_load(s + i));
        for (int k = 0; k < 4; k++)
            if (other[k])
                return i + (size_t)k * 8 + (size_t)__builtin_ctzll(other[k]) / 8;
    }
    while (i < n && LITERAL(WITHIN, s[i]))
        i++;
    return i;
}

/* ---- tables ------------------------------------------------------------------------------- */

#ifdef SIMD_FEATURE
/* With the whole table in four registers (AVX-512 VBMI). */
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static size_t
translate_blocks(const uint8_t *s, size_t n, const uint8_t table[256], uint8_t *out)
{
    __m512i part[4];
    for (int k = 0; k < 4; k++)
        part[k] = _mm512_loadu_si512(table + 64 * k);
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        __m512i v = _mm512_loadu_si512(s + i);
        __m512i low = _mm512_permutex2var_epi8(part[0], v, part[1]);
        __m512i high = _mm512_permutex2var_epi8(part[2], v, part[3]);
        _mm512_storeu_si512(out + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(v), low, high));
    }
    return i;
}
#endif

void
octets_translate(const uint8_t *s, size_t n, const uint8_t table[256], uint8_t *out)
{
    size_t i = 0;
#ifdef SIMD_FEATURE
    if (n >= 2 * SIMD_WORTH && SIMD_FEATURE(AVX512_VBMI) && SIMD_FEATURE(AVX512BW))
        i = translate_blocks(s, n, table, out);
#endif
    for (; i + 4 <= n; i += 4) {
        uint8_t a = table[s[i]], b = table[s[i + 1]], c = table[s[i + 2]], d = table[s[i + 3]];
        out[i] = a;
        out[i + 1] = b;
        out[i + 2] = c;
        out[i + 3] = d;
    }
    for (; i < n; i++)
        out[i] = table[s[i]];
}

size_t
octets_translate_but(const uint8_t *s, size_t n, const uint8_t table[256], const bool drop[256],
                     uint8_t *out)
{
    uint8_t *p = out;
    for (size_t i = 0; i < n; i++) { /* written always, kept or not: no branch to guess */
        uint8_t c = s[i];
        *p = table[c];
        p += !drop[c];
    }
    return (size_t)(p - out);
}

/* ---- hexadecimal -------------------------------------------------------------------------- */

static inline uint8_t
hex_digit(unsigned value)
{
    return (uint8_t)(value + (value < 10 ? '0' : 'a' - 10));
}

KERNEL(void, hex_encode, (const uint8_t *s, size_t n, uint8_t *out), (s, n, out))
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        bytes16 v;
        memcpy(&v, s + i, 16);
        shorts32 wide = __builtin_convertvector(v, shorts32); /* the high digit goes below the low one */
        bytes32 digits = (bytes32)(wide >> 4 | (wide & 15) << 8);
        simd_store(out + 2 * i, digits + '0' + ((bytes32)(digits > 9) & ('a' - 10 - '0')));
    }
    for (; i < n; i++) {
        out[2 * i] = hex_digit(s[i] >> 4);
        out[2 * i + 1] = hex_digit(s[i] & 15);
    }
}

KERNEL(size_t, hex_decode, (const uint8_t *s, size_t n, uint8_t *out), (s, n, out))
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        bytes32 v = simd_load(s + 2 * i), small = v | 0x20;
        bytes32 digit = WITHIN_LANES(v, '0', 10), letter = WITHIN_LANES(small, 'a', 6);
        if (simd_any(wide, ~(digit | letter)))
            break;
        shorts32 values = (shorts32)((digit & (v - '0')) | (letter & (small - ('a' - 10))));
        bytes16 whole = __builtin_convertvector((values << 4 | values >> 8) & 0xff, bytes16);
        memcpy(out + i, &whole, 16);
    }
    for (; i < n; i++) {
        int high = hex_value(s[2 * i]), low = hex_value(s[2 * i + 1]);
        if ((high | low) < 0)
            break;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return i;
}
