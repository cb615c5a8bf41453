/* Copying what is mostly short.

   memcpy of a length that is not known when compiling is a call, in the release build too: from a
   profile GCC would make a loop of eight bytes a turn where lengths were short, and a megabyte goes
   through that loop at a third of the speed. */
#ifndef KRAIT_BASE_COPY_H
#define KRAIT_BASE_COPY_H

#include "base/common.h"
#include <string.h>

typedef uint64_t copy_pair __attribute__((vector_size(16)));
typedef struct {
    copy_pair low, high;
} copy_quad;

/* Both ends of a range of one to two units, which may overlap; read before they are written. */
#define COPY_ENDS(type)                                                                            \
    do {                                                                                           \
        type first, last;                                                                          \
        memcpy(&first, from, sizeof(type));                                                        \
        memcpy(&last, (const char *)from + n - sizeof(type), sizeof(type));                        \
        memcpy(to, &first, sizeof(type));                                                          \
        memcpy((char *)to + n - sizeof(type), &last, sizeof(type));                                \
    } while (0)

/* memcpy for bytes: up to 64 of them in line. */
static ALWAYS_INLINE void
copy_short(void *to, const void *from, size_t n)
{
    if (n > 64)
        memcpy(to, from, n);
    else if (n > 32)
        COPY_ENDS(copy_quad);
    else if (n >= 16)
        COPY_ENDS(copy_pair);
    else if (n >= 8)
        COPY_ENDS(uint64_t);
    else if (n >= 4)
        COPY_ENDS(uint32_t);
    else if (n >= 2)
        COPY_ENDS(uint16_t);
    else if (n == 1)
        *(char *)to = *(const char *)from;
}

/* memcpy for an array of n pointers: up to 8 of them in line. */
static ALWAYS_INLINE void
copy_pointers(void *to, const void *from, size_t count)
{
    const size_t n = count * sizeof(void *);
    if (n > 64)
        memcpy(to, from, n);
    else if (n > 32)
        COPY_ENDS(copy_quad);
    else if (n >= 16)
        COPY_ENDS(copy_pair);
    else if (n == 8)
        memcpy(to, from, 8);
}

#endif
