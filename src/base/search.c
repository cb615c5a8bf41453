/* Substring search, written once and instantiated for 1-, 2- and 4-byte units.

   The file includes itself with UNIT and NAME defined: the part below the last #else is the
   template.  Vectors are GCC's; lanes are taken out of 64-bit words, least significant first
   (both platforms are little-endian). */
#ifndef UNIT
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/search.h"
#include "base/simd.h"

#define UNIT uint8_t
#define WIDTH 1
#define NAME(x) x##_1
#include "search.c"
#undef UNIT
#undef WIDTH
#undef NAME

#define UNIT uint16_t
#define WIDTH 2
#define NAME(x) x##_2
#include "search.c"
#undef UNIT
#undef WIDTH
#undef NAME

#define UNIT uint32_t
#define WIDTH 4
#define NAME(x) x##_4
#include "search.c"
#undef UNIT
#undef WIDTH
#undef NAME

#else /* the template */

typedef UNIT NAME(lanes) __attribute__((vector_size(32)));
#define LANES ((ptrdiff_t)(32 / sizeof(UNIT)))
#define LANE_BITS (8 * (int)sizeof(UNIT))
#define LANE_MASK (UINT64_MAX >> (64 - LANE_BITS))

static ALWAYS_INLINE NAME(lanes)
NAME(load)(const UNIT *s)
{
    return (NAME(lanes))simd_load(s);
}

/* First lane that is set in the result of a comparison which has one. */
static ALWAYS_INLINE ptrdiff_t
NAME(first_lane)(bytes32 hits)
{
    words32 w = (words32)hits;
    int k = w[0] ? 0 : w[1] ? 1 : w[2] ? 2 : 3;
    return (k * 64 + __builtin_ctzll(w[k])) / LANE_BITS;
}

static ALWAYS_INLINE ptrdiff_t
NAME(last_lane)(bytes32 hits)
{
    words32 w = (words32)hits;
    int k = w[3] ? 3 : w[2] ? 2 : w[1] ? 1 : 0;
    return (k * 64 + 63 - __builtin_clzll(w[k])) / LANE_BITS;
}

#ifdef SIMD_FEATURE
#if WIDTH == 1
#define EQUAL_LANES _mm512_cmpeq_epi8_mask
#define ALL_LANES(ch) _mm512_set1_epi8((char)(ch))
#elif WIDTH == 2
#define EQUAL_LANES _mm512_cmpeq_epi16_mask
#define ALL_LANES(ch) _mm512_set1_epi16((short)(ch))
#else
#define EQUAL_LANES _mm512_cmpeq_epi32_mask
#define ALL_LANES(ch) _mm512_set1_epi32((int)(ch))
#endif

/* How many units of s[0:n], at least 64 bytes, are known not to be `ch`: in whole cache lines, four
   at a time (AVX-512).  A load that crosses lines takes twice as long. */
__attribute__((target("avx512f,avx512bw"))) static ptrdiff_t
NAME(pass_lines)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
    const ptrdiff_t line = (ptrdiff_t)(64 / sizeof(UNIT));
    const __m512i wanted = ALL_LANES(ch);
    if (EQUAL_LANES(_mm512_loadu_si512(s), wanted))
        return 0;
    ptrdiff_t i = (ptrdiff_t)((-(uintptr_t)s & 63) / sizeof(UNIT));
    for (; i + 4 * line <= n; i += 4 * line) {
        if (EQUAL_LANES(_mm512_loadu_si512(s + i), wanted) |
            EQUAL_LANES(_mm512_loadu_si512(s + i + line), wanted) |
            EQUAL_LANES(_mm512_loadu_si512(s + i + 2 * line), wanted) |
            EQUAL_LANES(_mm512_loadu_si512(s + i + 3 * line), wanted))
            break;
    }
    return i;
}
#undef EQUAL_LANES
#undef ALL_LANES
#endif

/* The same for texts of any length on any processor. */
static inline ptrdiff_t
NAME(pass_over)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
#ifdef SIMD_FEATURE
    if (n >= (ptrdiff_t)(SIMD_LONG / sizeof(UNIT)) && SIMD_FEATURE(AVX512BW))
        return NAME(pass_lines)(s, n, ch);
#endif
    return 0;
}

#if WIDTH == 1
static ptrdiff_t
NAME(find_char)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
    const UNIT *found = memchr(s, ch, (size_t)n);
    return found ? found - s : -1;
}
#else
STATIC_KERNEL(ptrdiff_t, NAME(find_char), (const UNIT *s, ptrdiff_t n, UNIT ch), (s, n, ch))
{
    ptrdiff_t i = 0;
    NAME(lanes) wanted = (NAME(lanes)){0} + ch;
    if (n >= 9 * LANES) {
        bytes32 hit = (bytes32)(NAME(load)(s) == wanted);
        if (simd_any(wide, hit))
            return NAME(first_lane)(hit);
        i = (ptrdiff_t)((-(uintptr_t)s & 31) / sizeof(UNIT)); /* from here on no load crosses lines */
        for (; i + 8 * LANES <= n; i += 8 * LANES) {
            bytes32 any = {0};
#pragma GCC unroll 8
            for (int k = 0; k < 8; k++)
                any |= (bytes32)(NAME(load)(s + i + k * LANES) == wanted);
            if (simd_any(wide, any))
                break;
        }
    }
    for (; i + LANES <= n; i += LANES) {
        bytes32 hit = (bytes32)(NAME(load)(s + i) == wanted);
        if (simd_any(wide, hit))
            return i + NAME(first_lane)(hit);
    }
    for (; i < n; i++)
        if (s[i] == ch)
            return i;
    return -1;
}
#endif

/* First position of `ch` in s[0:n], or -1. */
ptrdiff_t
NAME(search_char)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
    if (n <= 0)
        return -1;
    ptrdiff_t passed = NAME(pass_over)(s, n, ch), at = NAME(find_char)(s + passed, n - passed, ch);
    return at < 0 ? -1 : passed + at;
}

/* Last position of `ch` in s[0:n], or -1. */
#if WIDTH == 1
ptrdiff_t
NAME(search_rchar)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
    if (n <= 0)
        return -1;
    const UNIT *found = memrchr(s, ch, (size_t)n);
    return found ? found - s : -1;
}
#else
KERNEL(ptrdiff_t, NAME(search_rchar), (const UNIT *s, ptrdiff_t n, UNIT ch), (s, n, ch))
{
    NAME(lanes) wanted = (NAME(lanes)){0} + ch;
    for (; n >= LANES; n -= LANES) {
        bytes32 hit = (bytes32)(NAME(load)(s + n - LANES) == wanted);
        if (simd_any(wide, hit))
            return n - LANES + NAME(last_lane)(hit);
    }
    while (n-- > 0)
        if (s[n] == ch)
            return n;
    return -1;
}
#endif

/* Where the lexicographically greatest suffix of p[0:m] starts, under the natural order of units
   or its inverse, and that suffix's period (two-way algorithm, preparation). */
static ptrdiff_t
NAME(greatest_suffix)(const UNIT *p, ptrdiff_t m, bool inverse, ptrdiff_t *period)
{
    ptrdiff_t start = -1, candidate = 0, offset = 1, length = 1;
    while (candidate + offset < m) {
        UNIT a = p[candidate + offset], b = p[start + offset];
        if (a == b) {
            if (offset == length) {
                candidate += length;
                offset = 1;
            }
            else
                offset++;
        }
        else if ((a < b) != inverse) {
            candidate += offset;
            offset = 1;
            length = candidate - start;
        }
        else {
            start = candidate++;
            offset = length = 1;
        }
    }
    *period = length;
    return start + 1;
}

/* Linear-time search for patterns of two or more units: the pattern is cut at a critical position;
   the right part is compared forwards, then the left part backwards. */
static ptrdiff_t
NAME(two_way)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m)
{
    ptrdiff_t period, other_period;
    ptrdiff_t cut = NAME(greatest_suffix)(p, m, false, &period);
    ptrdiff_t other = NAME(greatest_suffix)(p, m, true, &other_period);
    if (other > cut) {
        cut = other;
        period = other_period;
    }
    bool periodic = period + cut <= m && memcmp(p, p + period, (size_t)cut * sizeof(UNIT)) == 0;
    if (!periodic)
        period = (cut > m - cut ? cut : m - cut) + 1;
    ptrdiff_t known = 0; /* length of the pattern's head known to match at `at` (periodic only) */
    for (ptrdiff_t at = 0; at <= n - m;) {
        ptrdiff_t i = known > cut ? known : cut;
        while (i < m && p[i] == s[at + i])
            i++;
        if (i < m) {
            at += i - cut + 1;
            known = 0;
            continue;
        }
        i = cut;
        while (i > known && p[i - 1] == s[at + i - 1])
            i--;
        if (i <= known)
            return at;
        at += period;
        known = periodic ? m - period : 0;
    }
    return -1;
}

static ALWAYS_INLINE bool
NAME(same_text)(const UNIT *s, const UNIT *t, ptrdiff_t n)
{
    if (n > 8)
        return memcmp(s, t, (size_t)n * sizeof(UNIT)) == 0;
    for (ptrdiff_t i = 0; i < n; i++)
        if (s[i] != t[i])
            return false;
    return true;
}

/* Counts the non-overlapping places of p[0:m] in s[0:n], m > 1, up to `limit`; the first of them is
   *first.  Candidates are the places where both the first and the last unit of the pattern agree. */
STATIC_KERNEL(ptrdiff_t, NAME(match_text),
              (const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m, ptrdiff_t limit, ptrdiff_t *first),
              (s, n, p, m, limit, first))
{
    ptrdiff_t count = 0, i = 0, free = 0, last_start = n - m, budget = 4 * n + 1024;
    NAME(lanes) heads = (NAME(lanes)){0} + p[0], tails = (NAME(lanes)){0} + p[m - 1];
#define HITS(i)                                                                                    \
    ((bytes32)(NAME(load)(s + (i)) == heads) & (bytes32)(NAME(load)(s + (i) + m - 1) == tails))
    for (; i + LANES - 1 <= last_start; i += LANES) {
        words32 hit = (words32)HITS(i);
        if (likely(!simd_any(wide, (bytes32)hit))) {
            /* Far from candidates two vectors at a time, what comes next on its way. */
            while (i + 3 * LANES - 1 <= last_start) {
                __builtin_prefetch((const void *)((uintptr_t)(s + i) + SIMD_LONG));
                if (simd_any(wide, HITS(i + LANES) | HITS(i + 2 * LANES)))
                    break;
                i += 2 * LANES;
            }
            continue;
        }
        for (int quarter = 0; quarter < 4; quarter++) {
            uint64_t bits = hit[quarter];
            while (bits) {
                int lane = __builtin_ctzll(bits) / LANE_BITS;
                ptrdiff_t at = i + quarter * (LANES / 4) + lane;
                bits &= ~(LANE_MASK << (lane * LANE_BITS));
                if (at < free)
                    continue;
                if (!NAME(same_text)(s + at + 1, p + 1, m - 2)) {
                    budget -= m;
                    continue;
                }
                if (count == 0)
                    *first = at;
                if (++count == limit)
                    return count;
                free = at + m;
            }
        }
        if (unlikely(budget < 0)) {
            for (i = i + LANES > free ? i + LANES : free; count < limit; count++) {
                ptrdiff_t at = NAME(two_way)(s + i, n - i, p, m);
                if (at < 0)
                    break;
                if (count == 0)
                    *first = i + at;
                i += at + m;
            }
            return count;
        }
    }
#undef HITS
    for (i = i > free ? i : free; i <= last_start; i++) {
        if (s[i] == p[0] && s[i + m - 1] == p[m - 1] && NAME(same_text)(s + i + 1, p + 1, m - 2)) {
            if (count == 0)
                *first = i;
            if (++count == limit)
                break;
            i += m - 1;
        }
    }
    return count;
}

/* First position of p[0:m] in s[0:n], or -1. */
ptrdiff_t
NAME(search_find)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m)
{
    if (m <= 1)
        return m == 0 ? 0 : NAME(search_char)(s, n, p[0]);
    ptrdiff_t at;
    return NAME(match_text)(s, n, p, m, 1, &at) ? at : -1;
}

/* Last position of p[0:m] in s[0:n], or -1. */
ptrdiff_t
NAME(search_rfind)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m)
{
    if (m <= 1)
        return m == 0 ? n : NAME(search_rchar)(s, n, p[0]);
    const size_t inner = (size_t)(m - 1) * sizeof(UNIT);
    ptrdiff_t i = n - m;
    while (i >= 0) {
        i = NAME(search_rchar)(s, i + 1, p[0]);
        if (i < 0)
            break;
        if (s[i + m - 1] == p[m - 1] && memcmp(s + i + 1, p + 1, inner) == 0)
            return i;
        i--;
    }
    return -1;
}

/* Units equal to ch: each equal lane is a 1, and a product with ones in all lanes of a word adds
   them up in the highest. */
STATIC_KERNEL(ptrdiff_t, NAME(count_char), (const UNIT *s, ptrdiff_t n, UNIT ch), (s, n, ch))
{
    const uint64_t ones = UINT64_MAX / LANE_MASK;
    NAME(lanes) wanted = (NAME(lanes)){0} + ch;
    ptrdiff_t i = 0, count = 0;
    for (; i + LANES <= n; i += LANES) {
        words32 hit = (words32)(NAME(load)(s + i) == wanted) & ones;
        uint64_t sum = (hit[0] + hit[1]) + (hit[2] + hit[3]);
        count += (ptrdiff_t)((sum * ones) >> (64 - LANE_BITS));
    }
    for (; i < n; i++)
        count += s[i] == ch;
    return count;
}

/* Number of non-overlapping p[0:m] in s[0:n], at most `limit`. */
ptrdiff_t
NAME(search_count)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m, ptrdiff_t limit)
{
    ptrdiff_t count = 0, at;
    if (m == 0)
        return n < limit ? n + 1 : limit;
    if (m > 1)
        return limit > 0 ? NAME(match_text)(s, n, p, m, limit, &at) : 0;
    if (limit >= n)
        return NAME(count_char)(s, n, p[0]);
    for (ptrdiff_t i = 0; count < limit; count++) {
        at = NAME(search_char)(s + i, n - i, p[0]);
        if (at < 0)
            break;
        i += at + 1;
    }
    return count;
}

#undef LANES
#undef LANE_BITS
#undef LANE_MASK
#endif
