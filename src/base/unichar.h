/* Properties and case mappings of code points (Unicode 14), without objects. */
#ifndef KRAIT_BASE_UNICHAR_H
#define KRAIT_BASE_UNICHAR_H

#include "base/common.h"

/* Every function accepts any number; beyond U+10FFFF nothing is true. */
bool unichar_is_alpha(uint32_t ch);
bool unichar_is_decimal(uint32_t ch);
bool unichar_is_digit(uint32_t ch);
bool unichar_is_numeric(uint32_t ch);
bool unichar_is_alnum(uint32_t ch);
bool unichar_is_lower(uint32_t ch);
bool unichar_is_upper(uint32_t ch);
bool unichar_is_title(uint32_t ch);
bool unichar_is_space(uint32_t ch);
bool unichar_is_linebreak(uint32_t ch);
bool unichar_is_printable(uint32_t ch);
bool unichar_is_xid_start(uint32_t ch);
bool unichar_is_xid_continue(uint32_t ch);
bool unichar_is_case_ignorable(uint32_t ch);
bool unichar_is_cased(uint32_t ch);

/* Value as a decimal digit, as a digit (-1: none), as a number (-1.0: none). */
int unichar_decimal(uint32_t ch);
int unichar_digit(uint32_t ch);
double unichar_numeric(uint32_t ch);

/* Simple mappings, one code point to one. */
uint32_t unichar_lower(uint32_t ch);
uint32_t unichar_upper(uint32_t ch);
uint32_t unichar_title(uint32_t ch);

/* Full mappings to 1..3 code points; return how many. */
enum unichar_case { UNICHAR_TO_LOWER, UNICHAR_TO_UPPER, UNICHAR_TO_TITLE, UNICHAR_TO_FOLDED };
int unichar_map(uint32_t ch, enum unichar_case form, uint32_t out[3]);

#endif
