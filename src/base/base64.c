/* Base64 kernels.  See base64.h. */
#include "base/base64.h"
#include "base/simd.h"

#ifdef SIMD_FEATURE
#include <immintrin.h>
#endif

const char base64_letters[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const uint8_t base64_values[256] = {
    [0 ... '*'] = 64, ['+'] = 62, [',' ... '.'] = 64, ['/'] = 63, ['0'] = 52, ['1'] = 53,
    ['2'] = 54, ['3'] = 55, ['4'] = 56, ['5'] = 57, ['6'] = 58, ['7'] = 59, ['8'] = 60,
    ['9'] = 61, [':' ... '@'] = 64, ['A'] = 0, ['B'] = 1, ['C'] = 2, ['D'] = 3, ['E'] = 4,
    ['F'] = 5, ['G'] = 6, ['H'] = 7, ['I'] = 8, ['J'] = 9, ['K'] = 10, ['L'] = 11, ['M'] = 12,
    ['N'] = 13, ['O'] = 14, ['P'] = 15, ['Q'] = 16, ['R'] = 17, ['S'] = 18, ['T'] = 19,
    ['U'] = 20, ['V'] = 21, ['W'] = 22, ['X'] = 23, ['Y'] = 24, ['Z'] = 25,
    ['[' ... '`'] = 64, ['a'] = 26, ['b'] = 27, ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
    ['g'] = 32, ['h'] = 33, ['i'] = 34, ['j'] = 35, ['k'] = 36, ['l'] = 37, ['m'] = 38,
    ['n'] = 39, ['o'] = 40, ['p'] = 41, ['q'] = 42, ['r'] = 43, ['s'] = 44, ['t'] = 45,
    ['u'] = 46, ['v'] = 47, ['w'] = 48, ['x'] = 49, ['y'] = 50, ['z'] = 51,
    ['{' ... 255] = 64,
};

#ifdef SIMD_FEATURE
/* 24 bytes become 32 letters at a time (Mula and Lemire, "Faster Base64 Encoding and Decoding
   using AVX2 Instructions", 2018).  Reads four bytes beyond what it takes. */
WIDE static size_t
base64_encode_wide(const uint8_t *s, size_t n, uint8_t *out)
{
    const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,
                                            1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    /* What to add to a value to get its letter: by 0 for a-z, 1..10 digits, 11 +, 12 /, 13 A-Z. */
    const __m256i offsets = _mm256_setr_epi8(
        71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0,
        71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
    size_t i = 0;
    for (; i + 28 <= n; i += 24) {
        __m256i v = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(s + i))),
            _mm_loadu_si128((const __m128i *)(s + i + 12)), 1);
        v = _mm256_shuffle_epi8(v, spread);
        /* Six bits to each byte: two products move the four fields to their places. */
        __m256i even = _mm256_mulhi_epu16(_mm256_and_si256(v, _mm256_set1_epi32(0x0fc0fc00)),
                                          _mm256_set1_epi32(0x04000040));
        __m256i odd = _mm256_mullo_epi16(_mm256_and_si256(v, _mm256_set1_epi32(0x003f03f0)),
                                         _mm256_set1_epi32(0x01000010));
        __m256i values = _mm256_or_si256(even, odd);
        __m256i kind = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
        __m256i capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
        kind = _mm256_or_si256(kind, _mm256_and_si256(capital, _mm256_set1_epi8(13)));
        __m256i letters = _mm256_add_epi8(values, _mm256_shuffle_epi8(offsets, kind));
        _mm256_storeu_si256((__m256i *)(out + i / 3 * 4), letters);
    }
    return i / 3;
}

/* The inverse.  A letter is known by the class of its high half and that of its low half: they
   have no bit in common.  Writes eight bytes beyond what it gives, while there is room for them. */
WIDE static size_t
base64_decode_wide(const uint8_t *s, size_t n, uint8_t *out)
{
    const __m256i low_classes = _mm256_setr_epi8(
        0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a,
        0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const __m256i high_classes = _mm256_setr_epi8(
        0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
        0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    /* By high half, one less for the slash: what to add to a letter to get its value. */
    const __m256i offsets = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0,
                                             0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i close = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,
                                           2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i half = _mm256_set1_epi8(15), slash = _mm256_set1_epi8('/');
    size_t i = 0;
    for (; i + 44 <= n; i += 32) { /* twelve more letters: nine more bytes of room */
        __m256i v = _mm256_loadu_si256((const __m256i *)(s + i));
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(v, 4), half);
        __m256i low = _mm256_and_si256(v, half);
        if (!_mm256_testz_si256(_mm256_shuffle_epi8(low_classes, low),
                                _mm256_shuffle_epi8(high_classes, high)))
            break;
        __m256i kind = _mm256_add_epi8(high, _mm256_cmpeq_epi8(v, slash));
        v = _mm256_add_epi8(v, _mm256_shuffle_epi8(offsets, kind));
        v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140));
        v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));
        v = _mm256_shuffle_epi8(v, close);
        v = _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
        _mm256_storeu_si256((__m256i *)(out + i / 4 * 3), v);
    }
    return i / 4;
}
#endif

size_t
base64_encode_groups(const uint8_t *s, size_t n, uint8_t *out)
{
    size_t done = 0, groups = n / 3;
#ifdef SIMD_FEATURE
    if (n >= SIMD_WORTH && simd_wide())
        done = base64_encode_wide(s, n, out);
#endif
    for (; done < groups; done++) {
        const uint8_t *p = s + 3 * done;
        uint8_t *q = out + 4 * done;
        unsigned group = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
        q[0] = (uint8_t)base64_letters[group >> 18];
        q[1] = (uint8_t)base64_letters[group >> 12 & 63];
        q[2] = (uint8_t)base64_letters[group >> 6 & 63];
        q[3] = (uint8_t)base64_letters[group & 63];
    }
    return groups;
}

size_t
base64_decode_groups(const uint8_t *s, size_t n, uint8_t *out)
{
    size_t done = 0, groups = n / 4;
#ifdef SIMD_FEATURE
    if (n >= SIMD_WORTH && simd_wide())
        done = base64_decode_wide(s, n, out);
#endif
    for (; done < groups; done++) {
        const uint8_t *p = s + 4 * done;
        unsigned a = base64_values[p[0]], b = base64_values[p[1]];
        unsigned c = base64_values[p[2]], d = base64_values[p[3]];
        if ((a | b | c | d) >= 64)
            break;
        uint8_t *q = out + 3 * done;
        q[0] = (uint8_t)(a << 2 | b >> 4);
        q[1] = (uint8_t)(b << 4 | c >> 2);
        q[2] = (uint8_t)(c << 6 | d);
    }
    return done;
}
