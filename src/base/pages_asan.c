/* Collected blocks as AddressSanitizer sees them.

   A collected object needs its page, so it cannot come from malloc.  In this build a block is
   poisoned behind the bytes that were asked for (REDZONE at least) and as a whole once it is freed;
   then it waits in a ring before it may be used again.  A twin of one byte from malloc lives and
   dies with each block: when an error is reported, the twin's description shows who allocated and
   who freed the block.

   Invariant: a block in the ring counts as used in its page, which therefore stays. */
#include "base/pages.h"

#ifdef KRAIT_ASAN
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REDZONE = 16,
    FRESH = 0xCA,
    RING = 1 << 17,
    WAITING_BYTES = 32 << 20,
};

/* After a report about an address of ours: the history of the block. */
static void
describe_block(const char *report)
{
    (void)report;
    void *address = __asan_get_report_address();
    if (!heap_collects(address)) {
        return;
    }
    struct Page *page = page_of(address);
    if (page->watch == NULL || (uintptr_t)address < (uintptr_t)page_base(page) + page->first) {
        return;
    }
    size_t i = page_block_index(page, address);
    if (i < page->capacity && page->watch[i].twin != NULL) {
        char *block = page_base(page) + page->first + i * page->block;
        fprintf(stderr, "%p is byte %zu of a collected block of %zu bytes; its twin:\n", address,
                (size_t)((char *)address - block), page->watch[i].size);
        __asan_describe_address(page->watch[i].twin);
    }
}

static bool
page_watch(struct Page *page)
{
    if (page->watch == NULL) {
        page->watch = calloc(page->capacity, sizeof *page->watch);
    }
    return page->watch != NULL;
}

/* A block of n bytes for a collected object; NULL if there is no memory. */
void *
watched_alloc(unsigned kind, size_t n)
{
    size_t room = n + REDZONE;
    char *block = n > SIZE_MAX / 2   ? NULL
                  : room <= PAGE_MAX
                      ? page_alloc_class(kind & PAGE_KIND_MASK, size_class_of(kind, room))
                      : large_alloc(kind & PAGE_KIND_MASK, room);
    if (block == NULL) {
        return NULL;
    }
    struct Page *page = page_of(block);
    if (page->arena == NULL) {
        return block;               /* alone in its mapping, which goes when it is freed */
    }
    __asan_unpoison_memory_region(block, n);
    __asan_poison_memory_region(block + n, page->block - n);
    if (!page_watch(page)) {
        page_recycle_block(page, block);
        return NULL;
    }
    memset(block, FRESH, n);
    page->watch[page_block_index(page, block)] = (struct Watch){malloc(1), n};
    return block;
}

/* The block that waited longest may be used again; it stays poisoned but for the link. */
static void
let_go(struct Quarantine *q)
{
    void *block = q->ring[q->first];
    struct Page *page = page_of(block);
    q->first = (q->first + 1) % RING;
    q->count--;
    q->bytes -= page->block;
    q->waiting[page->kind]--;
    __asan_unpoison_memory_region(block, sizeof(void *));
    page_recycle_block(page, block);
}

void
watched_free(struct Page *page, void *block)
{
    struct Quarantine *q = &krait_heap.quarantine;
    if (page->arena == NULL) {
        page_recycle_block(page, block);
        return;
    }
    if (q->ring == NULL) {
        q->ring = malloc(RING * sizeof *q->ring);
        __asan_set_error_report_callback(describe_block);
        if (q->ring == NULL) {
            page_recycle_block(page, block);
            return;
        }
    }
    *(volatile char *)block;        /* reported if it is free already */
    struct Watch *watch = &page->watch[page_block_index(page, block)];
    free(watch->twin);
    __asan_poison_memory_region(block, page->block);
    if (q->count == RING) {
        let_go(q);
    }
    q->ring[(q->first + q->count++) % RING] = block;
    q->bytes += page->block;
    q->waiting[page->kind]++;
    while (q->bytes > WAITING_BYTES) {
        let_go(q);
    }
}

/* The page is given back: its memory may be anything next. */
void
watched_forget(struct Page *page)
{
    if (page->arena != NULL) {
        __asan_unpoison_memory_region(page_base(page), PAGE_BYTES);
    }
    free(page->watch);
    page->watch = NULL;
}
#endif
