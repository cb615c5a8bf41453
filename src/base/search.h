/* Substring search in text whose units are 1, 2 or 4 bytes wide.

   Text and pattern always have the same width; the caller widens the narrower one.  Positions and
   lengths count units.  "Not found" is -1.  An empty pattern is found at 0 (at n from the right).
   Every function reads exactly the ranges it is given.

   Cost: one vector comparison per 16 bytes on ordinary text; when candidates turn out to be
   false too often, the two-way algorithm (Crochemore and Perrin, 1991) takes over, so that no
   input costs more than linear time. */
#ifndef KRAIT_BASE_SEARCH_H
#define KRAIT_BASE_SEARCH_H

#include "base/common.h"

#define SEARCH_DECLARE(width, unit)                                                                \
    ptrdiff_t search_char_##width(const unit *s, ptrdiff_t n, unit ch);                            \
    ptrdiff_t search_rchar_##width(const unit *s, ptrdiff_t n, unit ch);                           \
    ptrdiff_t search_find_##width(const unit *s, ptrdiff_t n, const unit *p, ptrdiff_t m);         \
    ptrdiff_t search_rfind_##width(const unit *s, ptrdiff_t n, const unit *p, ptrdiff_t m);        \
    ptrdiff_t search_count_##width(const unit *s, ptrdiff_t n, const unit *p, ptrdiff_t m,         \
                                   ptrdiff_t limit);

SEARCH_DECLARE(1, uint8_t)
SEARCH_DECLARE(2, uint16_t)
SEARCH_DECLARE(4, uint32_t)
#undef SEARCH_DECLARE

/* The same with the width (1, 2 or 4) as a parameter. */
#define SEARCH_PICK(width, call, s, ...)                                                           \
    ((width) == 1   ? call##_1((const uint8_t *)(s), __VA_ARGS__)                                  \
     : (width) == 2 ? call##_2((const uint16_t *)(s), __VA_ARGS__)                                 \
                    : call##_4((const uint32_t *)(s), __VA_ARGS__))

/* First position of `ch` in s[0:n]. */
static inline ptrdiff_t
search_char(int width, const void *s, ptrdiff_t n, uint32_t ch)
{
    return SEARCH_PICK(width, search_char, s, n, ch);
}

/* Last position of `ch` in s[0:n]. */
static inline ptrdiff_t
search_rchar(int width, const void *s, ptrdiff_t n, uint32_t ch)
{
    return SEARCH_PICK(width, search_rchar, s, n, ch);
}

/* First position of p[0:m] in s[0:n]. */
static inline ptrdiff_t
search_find(int width, const void *s, ptrdiff_t n, const void *p, ptrdiff_t m)
{
    return SEARCH_PICK(width, search_find, s, n, p, m);
}

/* Last position of p[0:m] in s[0:n]. */
static inline ptrdiff_t
search_rfind(int width, const void *s, ptrdiff_t n, const void *p, ptrdiff_t m)
{
    return SEARCH_PICK(width, search_rfind, s, n, p, m);
}

/* Number of non-overlapping p[0:m] in s[0:n], at most `limit`; an empty pattern counts n + 1. */
static inline ptrdiff_t
search_count(int width, const void *s, ptrdiff_t n, const void *p, ptrdiff_t m, ptrdiff_t limit)
{
    return SEARCH_PICK(width, search_count, s, n, p, m, limit);
}

#endif
