/* UTF-8 in blocks.  See utf_wide.h.

   Validation: Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte", 2021
   (AVX2).  Transcoding keeps and drops bytes by mask, after Clausecker and Lemire, "Transcoding
   Unicode characters with AVX-512 instructions", 2023 (AVX-512 with VBMI2). */
#include "base/utf_wide.h"
#include "base/simd.h"

#ifdef SIMD_FEATURE
#include <immintrin.h>

#define PACKING __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

/* Whether functions marked PACKING may be called. */
static bool
can_pack(size_t n)
{
    return n >= SIMD_WORTH && SIMD_FEATURE(AVX512_VBMI2) && SIMD_FEATURE(AVX512BW) &&
           SIMD_FEATURE(AVX512VL) && SIMD_FEATURE(BMI2);
}

/* ---- validation --------------------------------------------------------------------------- */

/* What two neighbouring bytes can be guilty of. */
enum {
    TOO_SHORT = 1,              /* a lead byte, then no tail */
    TOO_LONG = 2,               /* a tail behind ASCII */
    OVERLONG_3 = 4,
    TOO_LARGE = 8,              /* beyond U+10FFFF */
    SURROGATE = 16,
    OVERLONG_2 = 32,
    FOUR = 64,                  /* overlong by four bytes, or F5 and above before 80 */
    TWO_TAILS = 128,            /* right only as third or fourth byte */
    ANY_LOW = TOO_SHORT | TOO_LONG | TWO_TAILS
};

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* The last `count` bytes of `before`, then v without its last ones. */
#define SHIFTED_IN(v, before, count)                                                               \
    _mm256_alignr_epi8(v, _mm256_permute2x128_si256(before, v, 0x21), 16 - (count))

WIDE static inline __m256i
faults(__m256i v, __m256i before)
{
    const __m256i first_high =
        TWICE(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
              (char)TWO_TAILS, (char)TWO_TAILS, (char)TWO_TAILS, (char)TWO_TAILS,
              TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
              TOO_SHORT | TOO_LARGE | FOUR);
    const __m256i first_low =
        TWICE((char)(ANY_LOW | OVERLONG_3 | OVERLONG_2 | FOUR), (char)(ANY_LOW | OVERLONG_2),
              (char)ANY_LOW, (char)ANY_LOW, (char)(ANY_LOW | TOO_LARGE),
              (char)(ANY_LOW | TOO_LARGE | FOUR), (char)(ANY_LOW | TOO_LARGE | FOUR),
              (char)(ANY_LOW | TOO_LARGE | FOUR), (char)(ANY_LOW | TOO_LARGE | FOUR),
              (char)(ANY_LOW | TOO_LARGE | FOUR), (char)(ANY_LOW | TOO_LARGE | FOUR),
              (char)(ANY_LOW | TOO_LARGE | FOUR), (char)(ANY_LOW | TOO_LARGE | FOUR),
              (char)(ANY_LOW | TOO_LARGE | FOUR | SURROGATE), (char)(ANY_LOW | TOO_LARGE | FOUR),
              (char)(ANY_LOW | TOO_LARGE | FOUR));
    const __m256i second_high =
        TWICE(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
              (char)(TOO_LONG | OVERLONG_2 | TWO_TAILS | OVERLONG_3 | FOUR),
              (char)(TOO_LONG | OVERLONG_2 | TWO_TAILS | OVERLONG_3 | TOO_LARGE),
              (char)(TOO_LONG | OVERLONG_2 | TWO_TAILS | SURROGATE | TOO_LARGE),
              (char)(TOO_LONG | OVERLONG_2 | TWO_TAILS | SURROGATE | TOO_LARGE),
              TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
    const __m256i half = _mm256_set1_epi8(15);
    __m256i first = SHIFTED_IN(v, before, 1);
    __m256i pair = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(first, 4), half)),
            _mm256_shuffle_epi8(first_low, _mm256_and_si256(first, half))),
        _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half)));
    /* A second tail is due exactly behind the leads of three and four, a third behind those of four. */
    __m256i third = _mm256_subs_epu8(SHIFTED_IN(v, before, 2), _mm256_set1_epi8(0xe0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(SHIFTED_IN(v, before, 3), _mm256_set1_epi8((char)(0xf0 - 0x80)));
    __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(due, pair);
}

WIDE static void
scan_blocks(const uint8_t *s, size_t n, struct utf8_scan *result)
{
    __m256i before = _mm256_setzero_si256(), highest = before;
    size_t i = 0, chars = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(s + i));
        __m256i fault = faults(v, before);
        if (unlikely(!_mm256_testz_si256(fault, fault)))
            break;
        /* tails are the bytes below -64 */
        unsigned leads = (unsigned)_mm256_movemask_epi8(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(-65)));
        chars += (size_t)__builtin_popcount(leads);
        highest = _mm256_max_epu8(highest, v);
        before = v;
    }
    /* A code point may go on beyond the blocks: give its beginning back. */
    for (size_t back = 1; back <= 3 && back <= i; back++) {
        uint8_t byte = s[i - back];
        if ((byte & 0xc0) == 0x80)
            continue;
        size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        if (length > back) {
            i -= back;
            chars--;
        }
        break;
    }
    uint8_t lanes[32], top = 0;
    _mm256_storeu_si256((__m256i *)lanes, highest);
    for (int k = 0; k < 32; k++)
        top = lanes[k] > top ? lanes[k] : top;
    result->bytes = i;
    result->chars = chars;
    result->ored = top < 0x80 ? 0x7f : top < 0xc4 ? 0xff : top < 0xf0 ? 0xffff : 0x10ffff;
}

void
utf8_scan_blocks(const uint8_t *s, size_t n, struct utf8_scan *result)
{
    if (n >= SIMD_WORTH && simd_wide())
        scan_blocks(s, n, result);
    else
        *result = (struct utf8_scan){0, 0, 0};
}

/* ---- decoding ----------------------------------------------------------------------------- */

/* Of 64 bytes at p: the last bytes of code points, and what stands one, two and three before
   each, packed.  The last byte of the block is left for the next: whether it ends something
   shows behind it. */
struct packed {
    __m512i last, second, third, fourth;
    size_t used, count;
};

PACKING static inline __m512i
pack_behind(const uint8_t *p, int distance, __mmask64 ends)
{
    __mmask64 inside = ~(__mmask64)0 << distance; /* what lies before the block is not read */
    return _mm512_maskz_compress_epi8(ends, _mm512_maskz_loadu_epi8(inside, p - distance));
}

PACKING static inline struct packed
pack_block(const uint8_t *p, int longest)
{
    struct packed b = {0};
    __m512i v = _mm512_loadu_si512(p);
    __mmask64 leads = _mm512_cmpgt_epi8_mask(v, _mm512_set1_epi8(-65));
    __mmask64 ends = leads >> 1;
    b.used = 64 - (size_t)__builtin_clzll(ends);
    b.count = (size_t)__builtin_popcountll(ends);
    b.last = _mm512_maskz_compress_epi8(ends, v);
    b.second = pack_behind(p, 1, ends);
    if (longest > 2)
        b.third = pack_behind(p, 2, ends);
    if (longest > 3)
        b.fourth = pack_behind(p, 3, ends);
    return b;
}

#define LOW_BITS(count) ((count) >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (count)) - 1)

PACKING static size_t
decode_blocks_1(const uint8_t *s, size_t n, uint8_t *out, size_t *written)
{
    size_t i = 0;
    for (; i + 64 <= n;) {
        struct packed b = pack_block(s + i, 2);
        __mmask64 pairs = _mm512_movepi8_mask(b.last);
        /* the pair 1100001a 10bbbbbb is abbbbbbb: shifting 16-bit lanes moves no foreign bits in */
        __m512i high = _mm512_slli_epi16(_mm512_and_si512(b.second, _mm512_set1_epi8(3)), 6);
        __m512i low = _mm512_and_si512(b.last, _mm512_set1_epi8(0x3f));
        __m512i text = _mm512_mask_blend_epi8(pairs, b.last, _mm512_or_si512(low, high));
        _mm512_mask_storeu_epi8(out, LOW_BITS(b.count), text);
        out += b.count;
        *written += b.count;
        i += b.used;
    }
    return i;
}

PACKING static size_t
decode_blocks_2(const uint8_t *s, size_t n, uint16_t *out, size_t *written)
{
    const __m512i six = _mm512_set1_epi16(0x3f);
    size_t i = 0;
    for (; i + 64 <= n;) {
        struct packed b = pack_block(s + i, 3);
        for (size_t half = 0; half < 2 && half * 32 < b.count; half++) {
            __m512i last = _mm512_cvtepu8_epi16(half ? _mm512_extracti64x4_epi64(b.last, 1)
                                                     : _mm512_castsi512_si256(b.last));
            __m512i second = _mm512_cvtepu8_epi16(half ? _mm512_extracti64x4_epi64(b.second, 1)
                                                       : _mm512_castsi512_si256(b.second));
            __m512i third = _mm512_cvtepu8_epi16(half ? _mm512_extracti64x4_epi64(b.third, 1)
                                                      : _mm512_castsi512_si256(b.third));
            __mmask32 longer = _mm512_cmpge_epu16_mask(last, _mm512_set1_epi16(0x80));
            __mmask32 triple = _mm512_mask_cmplt_epu16_mask(longer, second, _mm512_set1_epi16(0xc0));
            __m512i text = _mm512_mask_mov_epi16(
                last, longer,
                _mm512_or_si512(_mm512_and_si512(last, six),
                                _mm512_slli_epi16(_mm512_and_si512(second, six), 6)));
            text = _mm512_or_si512(text, _mm512_maskz_slli_epi16(triple, third, 12));
            size_t count = b.count - half * 32;
            _mm512_mask_storeu_epi16(out + half * 32, (__mmask32)LOW_BITS(count < 32 ? count : 32), text);
        }
        out += b.count;
        *written += b.count;
        i += b.used;
    }
    return i;
}

PACKING static size_t
decode_blocks_4(const uint8_t *s, size_t n, uint32_t *out, size_t *written)
{
    const __m512i six = _mm512_set1_epi32(0x3f);
    size_t i = 0;
    for (; i + 64 <= n;) {
        struct packed b = pack_block(s + i, 4);
        uint8_t bytes[4][64];
        _mm512_storeu_si512(bytes[0], b.last);
        _mm512_storeu_si512(bytes[1], b.second);
        _mm512_storeu_si512(bytes[2], b.third);
        _mm512_storeu_si512(bytes[3], b.fourth);
        for (size_t at = 0; at < b.count; at += 16) {
            __m512i part[4];
            for (int k = 0; k < 4; k++)
                part[k] = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(bytes[k] + at)));
            const __m512i lead = _mm512_set1_epi32(0xc0);
            __mmask16 two = _mm512_cmpge_epu32_mask(part[0], _mm512_set1_epi32(0x80));
            __mmask16 three = _mm512_mask_cmplt_epu32_mask(two, part[1], lead);
            __mmask16 four = _mm512_mask_cmplt_epu32_mask(three, part[2], lead);
            __m512i text = _mm512_mask_and_epi32(part[0], two, part[0], six);
            text = _mm512_or_si512(text, _mm512_maskz_slli_epi32(two, _mm512_and_si512(part[1], six), 6));
            /* of a lead of three, 1110aaaa, bit 5 is not text */
            __m512i top = _mm512_and_si512(part[2], _mm512_mask_blend_epi32(four, _mm512_set1_epi32(15), six));
            text = _mm512_or_si512(text, _mm512_maskz_slli_epi32(three, top, 12));
            top = _mm512_and_si512(part[3], _mm512_set1_epi32(7));
            text = _mm512_or_si512(text, _mm512_maskz_slli_epi32(four, top, 18));
            size_t count = b.count - at;
            _mm512_mask_storeu_epi32(out + at, (__mmask16)LOW_BITS(count < 16 ? count : 16), text);
        }
        out += b.count;
        *written += b.count;
        i += b.used;
    }
    return i;
}

/* ---- encoding ----------------------------------------------------------------------------- */

/* Writes 16 code points, none of them a surrogate, and returns the end. */
PACKING static inline uint8_t *
encode_sixteen(__m512i ch, uint8_t *out)
{
    const __m512i six = _mm512_set1_epi32(0x3f);
    __mmask16 two = _mm512_cmpge_epu32_mask(ch, _mm512_set1_epi32(0x80));
    __mmask16 three = _mm512_cmpge_epu32_mask(ch, _mm512_set1_epi32(0x800));
    __mmask16 four = _mm512_cmpge_epu32_mask(ch, _mm512_set1_epi32(0x10000));
    __m512i tail = _mm512_and_si512(ch, six);
    __m512i next = _mm512_and_si512(_mm512_srli_epi32(ch, 6), six);
    __m512i bytes = ch, kept = _mm512_set1_epi32(0x80);
    /* first byte lowest: lead, then tails */
    __m512i form = _mm512_or_si512(_mm512_srli_epi32(ch, 6), _mm512_slli_epi32(tail, 8));
    bytes = _mm512_mask_or_epi32(bytes, two, form, _mm512_set1_epi32(0x80c0));
    kept = _mm512_mask_mov_epi32(kept, two, _mm512_set1_epi32(0x8080));
    form = _mm512_or_si512(_mm512_srli_epi32(ch, 12),
                           _mm512_or_si512(_mm512_slli_epi32(next, 8), _mm512_slli_epi32(tail, 16)));
    bytes = _mm512_mask_or_epi32(bytes, three, form, _mm512_set1_epi32(0x8080e0));
    kept = _mm512_mask_mov_epi32(kept, three, _mm512_set1_epi32(0x808080));
    if (four) {
        __m512i middle = _mm512_and_si512(_mm512_srli_epi32(ch, 12), six);
        form = _mm512_or_si512(
            _mm512_or_si512(_mm512_srli_epi32(ch, 18), _mm512_slli_epi32(middle, 8)),
            _mm512_or_si512(_mm512_slli_epi32(next, 16), _mm512_slli_epi32(tail, 24)));
        bytes = _mm512_mask_or_epi32(bytes, four, form, _mm512_set1_epi32((int)0x808080f0));
        kept = _mm512_mask_mov_epi32(kept, four, _mm512_set1_epi32((int)0x80808080));
    }
    __mmask64 keep = _mm512_movepi8_mask(kept);
    size_t count = (size_t)__builtin_popcountll(keep);
    _mm512_mask_storeu_epi8(out, LOW_BITS(count), _mm512_maskz_compress_epi8(keep, bytes));
    return out + count;
}

#define ENCODE_BLOCKS(width, unit, load)                                                           \
    PACKING static size_t encode_blocks_##width(const unit *s, size_t n, uint8_t **out)            \
    {                                                                                              \
        uint8_t *o = *out;                                                                         \
        size_t i = 0;                                                                              \
        for (; i + 16 <= n; i += 16) {                                                             \
            __m512i ch = load;                                                                     \
            if (width > 1 && unlikely(_mm512_cmpeq_epi32_mask(_mm512_srli_epi32(ch, 11),           \
                                                              _mm512_set1_epi32(0x1b))))           \
                break;                                                                             \
            o = encode_sixteen(ch, o);                                                             \
        }                                                                                          \
        *out = o;                                                                                  \
        return i;                                                                                  \
    }

ENCODE_BLOCKS(1, uint8_t, _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(s + i))))
ENCODE_BLOCKS(2, uint16_t, _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(s + i))))
ENCODE_BLOCKS(4, uint32_t, _mm512_loadu_si512(s + i))

#define DISPATCH(width, unit)                                                                      \
    size_t utf8_decode_blocks_##width(const uint8_t *s, size_t n, unit *out, size_t *written)      \
    {                                                                                              \
        return can_pack(n) ? decode_blocks_##width(s, n, out, written) : 0;                        \
    }                                                                                              \
    size_t utf8_encode_blocks_##width(const unit *s, size_t n, uint8_t **out)                      \
    {                                                                                              \
        return can_pack(n) ? encode_blocks_##width(s, n, out) : 0;                                 \
    }

#else /* no such vectors */

void
utf8_scan_blocks(const uint8_t *s, size_t n, struct utf8_scan *result)
{
    *result = (struct utf8_scan){0, 0, 0};
}

#define DISPATCH(width, unit)                                                                      \
    size_t utf8_decode_blocks_##width(const uint8_t *s, size_t n, unit *out, size_t *written)      \
    {                                                                                              \
        return 0;                                                                                  \
    }                                                                                              \
    size_t utf8_encode_blocks_##width(const unit *s, size_t n, uint8_t **out)                      \
    {                                                                                              \
        return 0;                                                                                  \
    }

#endif

DISPATCH(1, uint8_t)
DISPATCH(2, uint16_t)
DISPATCH(4, uint32_t)
