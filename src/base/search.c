/* Substring search, written once and instantiated for 1-, 2- and 4-byte units.

   The file includes itself with UNIT and NAME defined: the part below the last #else is the
   template.  Vectors are GCC's; lanes are taken out of 64-bit words, least significant first
   (both platforms are little-endian). */
#ifndef UNIT
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/search.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "lane extraction assumes little-endian words"
#endif

typedef uint64_t words __attribute__((vector_size(16)));

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

typedef UNIT NAME(lanes) __attribute__((vector_size(16)));
#define LANES ((ptrdiff_t)(16 / sizeof(UNIT)))
#define LANE_BITS (8 * (int)sizeof(UNIT))
#define LANE_MASK (UINT64_MAX >> (64 - LANE_BITS))

static inline NAME(lanes)
NAME(load)(const UNIT *s)
{
    NAME(lanes) v;
    memcpy(&v, s, sizeof v);
    return v;
}

/* First position of `ch` in s[0:n], or -1. */
ptrdiff_t
NAME(search_char)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
#if WIDTH == 1
    if (n <= 0)
        return -1;
    const UNIT *found = memchr(s, ch, (size_t)n);
    return found ? found - s : -1;
#else
    ptrdiff_t i = 0;
    NAME(lanes) wanted = (NAME(lanes)){0} + ch;
    for (; i + LANES <= n; i += LANES) {
        words hit = (words)(NAME(load)(s + i) == wanted);
        if (hit[0])
            return i + __builtin_ctzll(hit[0]) / LANE_BITS;
        if (hit[1])
            return i + LANES / 2 + __builtin_ctzll(hit[1]) / LANE_BITS;
    }
    for (; i < n; i++)
        if (s[i] == ch)
            return i;
    return -1;
#endif
}

/* Last position of `ch` in s[0:n], or -1. */
ptrdiff_t
NAME(search_rchar)(const UNIT *s, ptrdiff_t n, UNIT ch)
{
#if WIDTH == 1
    if (n <= 0)
        return -1;
    const UNIT *found = memrchr(s, ch, (size_t)n);
    return found ? found - s : -1;
#else
    NAME(lanes) wanted = (NAME(lanes)){0} + ch;
    for (; n >= LANES; n -= LANES) {
        words hit = (words)(NAME(load)(s + n - LANES) == wanted);
        if (hit[1])
            return n - 1 - __builtin_clzll(hit[1]) / LANE_BITS;
        if (hit[0])
            return n - 1 - LANES / 2 - __builtin_clzll(hit[0]) / LANE_BITS;
    }
    while (n-- > 0)
        if (s[n] == ch)
            return n;
    return -1;
#endif
}

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

/* First position of p[0:m] in s[0:n], or -1.  Candidates are the places where both the first and
   the last unit of the pattern agree. */
ptrdiff_t
NAME(search_find)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m)
{
    if (m <= 1)
        return m == 0 ? 0 : NAME(search_char)(s, n, p[0]);
    ptrdiff_t i = 0, last_start = n - m, budget = 4 * n + 1024;
    const UNIT first = p[0], last = p[m - 1];
    const size_t inner = (size_t)(m - 2) * sizeof(UNIT);
    NAME(lanes) firsts = (NAME(lanes)){0} + first, lasts = (NAME(lanes)){0} + last;
    for (; i + LANES - 1 <= last_start; i += LANES) {
        words hit = (words)(NAME(load)(s + i) == firsts) &
                    (words)(NAME(load)(s + i + m - 1) == lasts);
        if (likely(!(hit[0] | hit[1])))
            continue;
        for (int half = 0; half < 2; half++) {
            uint64_t bits = hit[half];
            while (bits) {
                int lane = __builtin_ctzll(bits) / LANE_BITS;
                ptrdiff_t at = i + half * (LANES / 2) + lane;
                if (memcmp(s + at + 1, p + 1, inner) == 0)
                    return at;
                bits &= ~(LANE_MASK << (lane * LANE_BITS));
                budget -= m;
            }
        }
        if (unlikely(budget < 0)) {
            ptrdiff_t rest = NAME(two_way)(s + i, n - i, p, m);
            return rest < 0 ? -1 : i + rest;
        }
    }
    for (; i <= last_start; i++)
        if (s[i] == first && s[i + m - 1] == last && memcmp(s + i + 1, p + 1, inner) == 0)
            return i;
    return -1;
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

/* Number of non-overlapping p[0:m] in s[0:n], at most `limit`. */
ptrdiff_t
NAME(search_count)(const UNIT *s, ptrdiff_t n, const UNIT *p, ptrdiff_t m, ptrdiff_t limit)
{
    ptrdiff_t count = 0;
    if (m == 0)
        return n < limit ? n + 1 : limit;
    if (m == 1 && limit >= n) {
        /* each equal lane is a 1; a product with ones in all lanes adds them up in the highest */
        const UNIT ch = p[0];
        const uint64_t ones = UINT64_MAX / LANE_MASK;
        NAME(lanes) wanted = (NAME(lanes)){0} + ch;
        ptrdiff_t i = 0;
        for (; i + LANES <= n; i += LANES) {
            words hit = (words)(NAME(load)(s + i) == wanted);
            uint64_t sum = (hit[0] & ones) + (hit[1] & ones);
            count += (ptrdiff_t)((sum * ones) >> (64 - LANE_BITS));
        }
        for (; i < n; i++)
            count += s[i] == ch;
        return count;
    }
    for (ptrdiff_t i = 0; count < limit;) {
        ptrdiff_t at = NAME(search_find)(s + i, n - i, p, m);
        if (at < 0)
            break;
        i += at + m;
        count++;
    }
    return count;
}

#undef LANES
#undef LANE_BITS
#undef LANE_MASK
#endif
