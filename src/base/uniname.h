/* Names of code points (Unicode 14): both directions, aliases, named sequences.

   Nothing is unpacked: a name is spelt from a word list, and found again by searching its
   encoded form in the text of all names. */
#ifndef KRAIT_BASE_UNINAME_H
#define KRAIT_BASE_UNINAME_H

#include "base/common.h"

enum { UNINAME_MAX = 256 }; /* longer than any name, with its terminator */

/* Writes the name of `ch` to `out`; its length, 0 if it has none. */
int uniname_get(uint32_t ch, char out[UNINAME_MAX]);

/* What a name may stand for: each kind includes those before it. */
enum uniname_kinds { UNINAME_CHARACTERS, UNINAME_WITH_ALIASES, UNINAME_WITH_SEQUENCES };

/* Looks up a name in any case.  Writes the code points it stands for to out; returns how many,
   0 if unknown. */
int uniname_find(const char *name, size_t length, enum uniname_kinds kinds, uint32_t out[4]);

/* What the capsule unicodedata._ucnhash_CAPI holds: 1 found, 0 not. */
struct uniname_api {
    int (*getname)(uint32_t ch, char *buffer, int size, int with_alias_and_seq);
    int (*getcode)(const char *name, int length, uint32_t *ch);
};

#endif
