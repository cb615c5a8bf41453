/* Kernels over bytes: ASCII case and classes, tables, hexadecimal digits. */
#ifndef KRAIT_BASE_OCTETS_H
#define KRAIT_BASE_OCTETS_H

#include "base/common.h"

/* ASCII letters of s[0:n] in the other case, everything else as it is; `out` may be s. */
void octets_lower(const uint8_t *s, size_t n, uint8_t *out);
void octets_upper(const uint8_t *s, size_t n, uint8_t *out);
void octets_swapcase(const uint8_t *s, size_t n, uint8_t *out);

/* The first letter, or the first of each run of letters, a capital, the others small. */
void octets_capitalize(const uint8_t *s, size_t n, uint8_t *out);
void octets_title(const uint8_t *s, size_t n, uint8_t *out);

/* Whether every byte is an ASCII letter, digit, either, white space; true for none. */
bool octets_are_alpha(const uint8_t *s, size_t n);
bool octets_are_digit(const uint8_t *s, size_t n);
bool octets_are_alnum(const uint8_t *s, size_t n);
bool octets_are_space(const uint8_t *s, size_t n);

/* Whether some byte is an ASCII capital, a small letter. */
bool octets_have_upper(const uint8_t *s, size_t n);
bool octets_have_lower(const uint8_t *s, size_t n);

/* Length of the leading run that stands for itself between quotes of either kind: printable ASCII,
   no quote, no backslash. */
size_t octets_literal_prefix(const uint8_t *s, size_t n);

/* out[i] = table[s[i]]; `out` may be s. */
void octets_translate(const uint8_t *s, size_t n, const uint8_t table[256], uint8_t *out);

/* The bytes of s[0:n] that are not in `drop`, through the table; returns how many. */
size_t octets_translate_but(const uint8_t *s, size_t n, const uint8_t table[256],
                            const bool drop[256], uint8_t *out);

/* Value of a hexadecimal digit, or -1. */
static inline int
hex_value(uint8_t c)
{
    if ((uint8_t)(c - '0') < 10) {
        return c - '0';
    }
    c |= 0x20;
    return (uint8_t)(c - 'a') < 6 ? c - 'a' + 10 : -1;
}

/* Writes 2n small hexadecimal digits. */
void hex_encode(const uint8_t *s, size_t n, uint8_t *out);

/* Writes the bytes that the n pairs of digits at s stand for; returns the number of pairs before
   the first that is not two digits. */
size_t hex_decode(const uint8_t *s, size_t n, uint8_t *out);

#endif
