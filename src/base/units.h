/* Arrays of code points in 1, 2 or 4 bytes each, as str objects hold them. */
#ifndef KRAIT_BASE_UNITS_H
#define KRAIT_BASE_UNITS_H

#include "base/common.h"

/* Length of the leading run of bytes below 0x80. */
size_t units_ascii_prefix(const uint8_t *s, size_t n);

static inline size_t
ascii_prefix(const void *s, size_t n)
{
    return units_ascii_prefix(s, n);
}

/* Copies bytes up to the first that is not ASCII; how many were copied. */
size_t units_copy_ascii(const uint8_t *s, size_t n, uint8_t *out);

/* All units or-ed together, or more bits of the same class: below 0x80, 0x100, 0x10000 exactly
   when every unit is. */
uint32_t units_ored_1(const uint8_t *s, size_t n);
uint32_t units_ored_2(const uint16_t *s, size_t n);
uint32_t units_ored_4(const uint32_t *s, size_t n);

/* Length of the leading run without surrogates. */
size_t units_plain_prefix_2(const uint16_t *s, size_t n);
size_t units_plain_prefix_4(const uint32_t *s, size_t n);

void units_widen_1_2(const uint8_t *s, size_t n, uint16_t *out);
void units_widen_1_4(const uint8_t *s, size_t n, uint32_t *out);
void units_widen_2_4(const uint16_t *s, size_t n, uint32_t *out);
void units_narrow_2_1(const uint16_t *s, size_t n, uint8_t *out);
void units_narrow_4_1(const uint32_t *s, size_t n, uint8_t *out);
void units_narrow_4_2(const uint32_t *s, size_t n, uint16_t *out);

/* Copies n units between arrays of any widths; the values must fit. */
void units_copy(int to_width, void *to, int from_width, const void *from, size_t n);

/* Copies with the bytes of each unit in the other order; `out` may be s. */
void units_swap_2(const uint16_t *s, size_t n, uint16_t *out);
void units_swap_4(const uint32_t *s, size_t n, uint32_t *out);

/* Copies with every `old` as `new`; `out` may be s. */
void units_replace_1(const uint8_t *s, size_t n, uint8_t old, uint8_t new, uint8_t *out);
void units_replace_2(const uint16_t *s, size_t n, uint16_t old, uint16_t new, uint16_t *out);
void units_replace_4(const uint32_t *s, size_t n, uint32_t old, uint32_t new, uint32_t *out);

/* Copies every step-th unit of an array, from `s` on, n in all; the step may be negative. */
void units_stride(int width, const void *s, size_t n, ptrdiff_t step, void *out);

/* Index of the first unit that ends a line as str.splitlines has it; n if there is none. */
size_t units_line_end_1(const uint8_t *s, size_t n);
size_t units_line_end_2(const uint16_t *s, size_t n);
size_t units_line_end_4(const uint32_t *s, size_t n);

#endif
