/* The platform: memory mappings, random bytes, descriptors.  The only file with platform #ifdefs. */
#ifndef KRAIT_BASE_OS_H
#define KRAIT_BASE_OS_H

#include "base/common.h"

/* Fresh zeroed memory of `bytes` at a multiple of `align` (a power of two); NULL if there is none. */
void *os_map_aligned(size_t bytes, size_t align);
/* Fresh zeroed memory, page aligned. */
void *os_map(size_t bytes);
/* The same, with its pages there already: one call instead of a fault for each. */
void *os_map_touched(size_t bytes);
void os_unmap(void *base, size_t bytes);
/* What stands there is not needed any more; it reads as zeros afterwards. */
void os_discard(void *base, size_t bytes);
/* Make the pages of a range of memory present and writable, if the system has a call for it. */
void os_touch(void *start, void *end);
/* The calling thread's C stack: its lowest address and its size.  -1 if nobody knows. */
int os_stack(char **lowest, size_t *size);
/* Fill with random bytes from the system.  `blocking` waits for the pool at boot.  0, or -1 with
   errno set. */
status os_random(void *buffer, size_t n, bool blocking);

#endif
