/* Plain blocks in the AddressSanitizer build: malloc's, counted against RLIMIT_AS. */
#ifndef KRAIT_BASE_PAGES_ASAN_H
#define KRAIT_BASE_PAGES_ASAN_H

#include <stddef.h>

/* As their namesakes in libc, n > 0; NULL also where the address space of the process would have ended. */
void *counted_malloc(size_t n);
void *counted_calloc(size_t n);
void *counted_realloc(void *p, size_t n);
void counted_free(void *p);

#endif
