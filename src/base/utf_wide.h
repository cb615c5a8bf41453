/* UTF-8 in blocks, where the processor has the vectors for it; elsewhere nothing gets done.

   Each function starts at a code point's first unit, goes on as far as whole blocks reach, stops
   before what is not well formed, and leaves the rest to the functions of utf.h. */
#ifndef KRAIT_BASE_UTF_WIDE_H
#define KRAIT_BASE_UTF_WIDE_H

#include "base/utf.h"

/* Measures a valid prefix, which may be shorter than the longest. */
void utf8_scan_blocks(const uint8_t *s, size_t n, struct utf8_scan *result);

/* Decode valid UTF-8; return the bytes used and add the units written to *written. */
size_t utf8_decode_blocks_1(const uint8_t *s, size_t n, uint8_t *out, size_t *written);
size_t utf8_decode_blocks_2(const uint8_t *s, size_t n, uint16_t *out, size_t *written);
size_t utf8_decode_blocks_4(const uint8_t *s, size_t n, uint32_t *out, size_t *written);

/* Encode up to a block with a surrogate; return the units used and advance *out. */
size_t utf8_encode_blocks_1(const uint8_t *s, size_t n, uint8_t **out);
size_t utf8_encode_blocks_2(const uint16_t *s, size_t n, uint8_t **out);
size_t utf8_encode_blocks_4(const uint32_t *s, size_t n, uint8_t **out);

#endif
