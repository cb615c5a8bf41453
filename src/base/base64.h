/* Base64 (RFC 4648) over plain memory, without padding. */
#ifndef KRAIT_BASE_BASE64_H
#define KRAIT_BASE_BASE64_H

#include "base/common.h"

/* Writes the base64 of the first whole groups of three bytes (RFC 4648), four letters each;
   returns the groups, at most n / 3. */
size_t base64_encode_groups(const uint8_t *s, size_t n, uint8_t *out);

/* Decodes the first groups of four letters of s[0:n], none of them padding; returns the groups,
   three bytes each, up to the first with another character. */
size_t base64_decode_groups(const uint8_t *s, size_t n, uint8_t *out);

/* The letter of each value, the value of each letter; 64 of everything else. */
extern const char base64_letters[65];
extern const uint8_t base64_values[256];

#endif
