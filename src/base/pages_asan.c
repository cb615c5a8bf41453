/* Collected blocks as AddressSanitizer sees them.

   A collected object needs its page, so it cannot come from malloc.  In this build a block is
   poisoned behind the bytes that were asked for (REDZONE at least) and as a whole once it is freed;
   then it waits in a ring before it may be used again, unless `quarantine_size_mb` in ASAN_OPTIONS
   asks for less, as for blocks of malloc.  A twin of one byte from malloc lives and
   dies with each block: when an error is reported, the twin's description shows who allocated and
   who freed the block.

   Invariant: a block in the ring counts as used in its page, which therefore stays. */
#include "base/pages.h"
#include "base/pages_asan.h"

#ifdef KRAIT_ASAN
#include <fcntl.h>
#include <malloc.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* What quarantine_size_mb in ASAN_OPTIONS leaves of WAITING_BYTES. */
static size_t
most_waiting_bytes(void)
{
    static const char name[] = "quarantine_size_mb=";
    size_t most = WAITING_BYTES;
    const char *options = getenv("ASAN_OPTIONS");
    while (options != NULL && (options = strstr(options, name)) != NULL) {
        options += sizeof name - 1;
        size_t asked = strtoul(options, NULL, 10);
        most = asked < (WAITING_BYTES >> 20) ? asked << 20 : WAITING_BYTES;
    }
    return most;
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
        q->most = most_waiting_bytes();
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
    while (q->bytes > q->most) {
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

/* ---- plain blocks --------------------------------------------------------------------------- */

/* Larger ones are mappings of their own, which the kernel counts. */
enum { COUNTED_MOST = 120 << 10 };

/* How many bytes of plain blocks RLIMIT_AS leaves room for: they lie in space that was reserved when the
   process began, so the kernel does not count them. */
static size_t
plain_room(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) {
        return SIZE_MAX;
    }
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, text, sizeof text - 1) < 0) {
            text[0] = '\0';
        }
        close(fd);
    }
    size_t mapped = strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
    return mapped < limit.rlim_cur ? limit.rlim_cur - mapped : 0;
}

/* May there be n bytes more?  Asked of the kernel once in a MiB. */
static bool
plain_count(size_t n)
{
    if (n > COUNTED_MOST) {
        return true;
    }
    size_t *plain = &krait_heap.quarantine.plain;
    size_t after = __atomic_add_fetch(plain, n, __ATOMIC_RELAXED);
    if (likely(after >> 20 == (after - n) >> 20) || after <= plain_room()) {
        return true;
    }
    __atomic_sub_fetch(plain, n, __ATOMIC_RELAXED);
    return false;
}

static void
plain_uncount(size_t n)
{
    if (n <= COUNTED_MOST) {
        __atomic_sub_fetch(&krait_heap.quarantine.plain, n, __ATOMIC_RELAXED);
    }
}

/* Of the sanitizer's allocator; gcc 12 installs no header with it. */
extern int __sanitizer_get_ownership(const volatile void *p);

/* Of what is no block it is for free and realloc to complain. */
static size_t
plain_size(void *p)
{
    return __sanitizer_get_ownership(p) ? malloc_usable_size(p) : 0;
}

/* A fresh block, or none: then it is not counted either. */
static void *
counted(void *block, size_t n)
{
    if (block == NULL) {
        plain_uncount(n);
    }
    return block;
}

void *
counted_malloc(size_t n)
{
    return plain_count(n) ? counted(malloc(n), n) : NULL;
}

void *
counted_calloc(size_t n)
{
    return plain_count(n) ? counted(calloc(1, n), n) : NULL;
}

void *
counted_realloc(void *p, size_t n)
{
    size_t before = plain_size(p);
    if (!plain_count(n)) {
        return NULL;
    }
    void *moved = counted(realloc(p, n), n);
    if (moved != NULL) {
        plain_uncount(before);
    }
    return moved;
}

void
counted_free(void *p)
{
    plain_uncount(plain_size(p));
    free(p);
}
#endif
