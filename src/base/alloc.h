/* Memory domains: raw (malloc), mem and obj (pages), and the table of hooks over them. */
#ifndef KRAIT_BASE_ALLOC_H
#define KRAIT_BASE_ALLOC_H

#include <Python.h>
#include <string.h>
#include "base/common.h"
#include "base/pages.h"

/* What the debug hooks of a domain stand upon. */
struct DebugApi {
    char letter;
    Py_ssize_t blocks;              /* in use, those of collected objects not among them */
    PyMemAllocatorEx below;
};

struct Allocators {
    PyMemAllocatorEx domain[3];     /* by PyMemAllocatorDomain */
    PyObjectArenaAllocator arena;
    int hooked;                     /* mem or obj is not what pages serve */
    int ready;
    int chained;                    /* the obj domain's hooks end in ours: 1, 0, -1 not asked yet */
    int debug;                      /* debug hooks are installed */
    unsigned wanted_kind;           /* of the collected block being asked for through hooks, or 0 */
    struct DebugApi debug_api[3];
};

/* Defined in object/state.c with the rest of the mutable state. */
extern struct Allocators krait_alloc;

/* A block for a collected object of `n` bytes, from pages of `kind` (base/pages.h).  Seen by
   installed allocator hooks as a request to the obj domain.  NULL without an exception. */
void *collected_alloc_hooked(unsigned kind, size_t n);
void collected_free_hooked(void *block);

static ALWAYS_INLINE void *
collected_alloc(unsigned kind, size_t n)
{
    if (unlikely(krait_alloc.hooked)) {
        return collected_alloc_hooked(kind, n);
    }
    return page_alloc_block(kind, n);
}

/* Blocks that hold words and bytes only, aligned to 8: `plain` for objects (given back with
   PyObject_Free), `words` for the rest (PyMem_Free).  NULL without an exception. */
void *plain_malloc(size_t n);
void *plain_realloc(void *p, size_t n);
void *words_alloc(size_t n);
void *words_realloc(void *p, size_t n);

/* plain_malloc of a small size known when compiling. */
static ALWAYS_INLINE void *
object_malloc_fixed(size_t n)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && krait_heap.ready)) {
        return page_alloc_class(PAGE_PLAIN, size_class_of(PAGE_PLAIN | PAGE_TIGHT, n));
    }
#endif
    return plain_malloc(n);
}

/* The same if it takes no call; else NULL. */
static ALWAYS_INLINE void *
object_malloc_ready(size_t n)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && krait_heap.ready)) {
        struct Page *page = krait_heap.available[PAGE_PLAIN][size_class_of(PAGE_PLAIN | PAGE_TIGHT, n)];
        void **block = page->free;
        if (likely(block != NULL)) {
            page->free = *block;
            page->used++;
            return block;
        }
    }
#endif
    return NULL;
}

/* plain_malloc, small and without a call in most cases; n > 0. */
static ALWAYS_INLINE void *
plain_malloc_small(size_t n)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && krait_heap.ready && n <= PAGE_MAX)) {
        return page_alloc_class(PAGE_PLAIN, size_class_of(PAGE_PLAIN | PAGE_TIGHT, n));
    }
#endif
    return plain_malloc(n);
}

/* words_alloc and PyMem_Free, small and without a call in most cases; n > 0. */
static ALWAYS_INLINE void *
words_alloc_small(size_t n)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && krait_heap.ready && n <= PAGE_MAX)) {
        return page_alloc_class(PAGE_RAW, size_class_of(PAGE_RAW | PAGE_TIGHT, n));
    }
#endif
    return words_alloc(n);
}

static ALWAYS_INLINE void
words_free(void *p)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && heap_has(p))) {
        page_free_block(page_of(p), p);
        return;
    }
#endif
    PyMem_Free(p);
}

/* n bytes, a multiple of eight, become 0: few, without a call. */
static ALWAYS_INLINE void
words_clear(void *p, size_t n)
{
    if (likely(n <= 128)) {
        char *at = p, *end = at + n;
        for (; end - at >= 16; at += 16) {
            ((uint64_t *)at)[0] = ((uint64_t *)at)[1] = 0;
            __asm__ volatile("");       /* no loop for the compiler to make a call of */
        }
        if (at < end) {
            *(uint64_t *)at = 0;
        }
    }
    else {
        memset(p, 0, n);
    }
}

/* PyObject_Free of what object_malloc_fixed may have given. */
static ALWAYS_INLINE void
object_free_quick(void *p)
{
#ifndef KRAIT_ASAN
    if (likely(!krait_alloc.hooked && heap_has(p))) {
        page_free_block(page_of(p), p);
        return;
    }
#endif
    PyObject_Free(p);
}

static ALWAYS_INLINE void
collected_free(void *block)
{
    if (unlikely(krait_alloc.hooked)) {
        collected_free_hooked(block);
        return;
    }
    page_free_block(page_of(block), block);
}

/* Chunks for frames' data stacks: what PyObject_GetArenaAllocator hands out. */
void *virtual_alloc(size_t bytes);
void virtual_free(void *base, size_t bytes);
/* Blocks in use of all domains, whatever their size: _Py_GetAllocatedBlocks counts neither the raw
   domain nor what malloc serves.  0 without debug hooks. */
Py_ssize_t alloc_blocks(void);
/* Text of the place that allocated a block, if tracemalloc traces (modules/_tracemalloc). */
void alloc_site_print(int fd, const void *block);

#endif
