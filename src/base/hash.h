/* Hashing of bytes and pointers, and the secret of this process. */
#ifndef KRAIT_BASE_HASH_H
#define KRAIT_BASE_HASH_H

#include <Python.h>
#include "base/common.h"

/* Siphash with one compression and three finalisation rounds (Aumasson, Bernstein; "siphash13"). */
uint64_t siphash13(uint64_t k0, uint64_t k1, const void *data, size_t n);
/* Set the secret: from `seed` if `fixed` (seed 0: all zero), else from the system's random source. */
status hash_secret_init(bool fixed, unsigned long seed);

#endif
