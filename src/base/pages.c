/* Size-class pages: carving, class lists, arenas, large collected objects.  See pages.h for the
   layout and the invariants. */
#include "base/pages.h"
#include "base/os.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct Page) <= PAGE_HEADER_ROOM - 64 * (PAGE_COLOURS - 1),
               "a header ends before the side bytes");
_Static_assert(PAGE_FIRST_COLLECTED % 16 == 0, "blocks are 16-byte aligned");
_Static_assert(PAGE_HEADER_ROOM % 16 == 0 && (PAGE_FIRST_COLLECTED & ((1 << SIDE_SHIFT) - 1)) == 0,
               "the first side byte is the first block's");
_Static_assert(SIDE_BYTES % 16 == 0, "side bytes are read sixteen at a time");
_Static_assert(PAGE_HEADER_ROOM + ((PAGE_BYTES - PAGE_FIRST_COLLECTED) >> SIDE_SHIFT) <= PAGE_FIRST_COLLECTED,
               "side bytes end before the first block");

enum { BORROWED_BYTES = 3072, FIRST_RAW = 32, SYSTEM_PAGE = 4096 };

/* Bytes of a block of class `c`. */
size_t
size_class_bytes(unsigned c)
{
    if (c <= CLASSES_EXACT) {
        return (size_t)c * 8;
    }
    if (c == CLASS_WHOLE) {
        return PAGE_WHOLE;
    }
    unsigned octave = (c - CLASSES_EXACT - 1) / 4, step = (c - CLASSES_EXACT - 1) % 4;
    return ((size_t)512 << octave) + ((size_t)128 << octave) * (step + 1);
}

/* Make every class list empty.  Idempotent. */
void
heap_init(void)
{
    struct Heap *heap = &krait_heap;
    if (heap->ready) {
        return;
    }
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (unsigned c = 0; c < PAGE_CLASSES; c++) {
            heap->available[kind][c] = &heap->none;
        }
    }
    heap->ready = 1;
}

/* ---- spans: whole MiBs -------------------------------------------------------------------- */

/* Zeroed memory for an arena or a large object.  A limit on the address space may leave no room for a
   mapping while malloc keeps much for later: then it comes from there, and *borrowed says so. */
static char *
span_take(size_t bytes, bool *borrowed)
{
    char *base = os_map_aligned(bytes, ARENA_BYTES);
    *borrowed = base == NULL;
    if (base == NULL && (base = aligned_alloc(ARENA_BYTES, bytes)) != NULL) {
        memset(base, 0, bytes);
    }
    return base;
}

static void
span_give(char *base, size_t bytes, bool borrowed)
{
    if (borrowed) {
        free(base);
    }
    else {
        os_unmap(base, bytes);
    }
}

/* ---- arenas ------------------------------------------------------------------------------- */

/* Pages kept idle: a share of those in use, at most so many for the sake of loops; and how often waiting
   and collecting give them back, in nanoseconds.  Much are more than sixteen, and a sixteenth of those in use. */
enum { IDLE_SHARE = 128, IDLE_MOST = 1024, IDLE_WAIT = 100000000, IDLE_MUCH = 16 };

static void
known_set(const char *base, size_t bytes, bool collected)
{
    for (size_t at = 0; at < bytes; at += ARENA_BYTES) {
        uintptr_t mib = (uintptr_t)(base + at) >> 20;
        krait_heap.known[mib >> 6] |= (uint64_t)1 << (mib & 63);
        krait_heap.collected[mib >> 6] |= (uint64_t)collected << (mib & 63);
    }
}

static void
known_clear(const char *base, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += ARENA_BYTES) {
        uintptr_t mib = (uintptr_t)(base + at) >> 20;
        krait_heap.known[mib >> 6] &= ~((uint64_t)1 << (mib & 63));
        krait_heap.collected[mib >> 6] &= ~((uint64_t)1 << (mib & 63));
    }
}

static void
arena_link(struct Arena *arena)
{
    arena->prev = NULL;
    arena->next = krait_heap.arenas[arena->collected];
    if (arena->next != NULL) {
        arena->next->prev = arena;
    }
    krait_heap.arenas[arena->collected] = arena;
    arena->linked = 1;
}

static void
arena_unlink(struct Arena *arena)
{
    if (arena->prev != NULL) {
        arena->prev->next = arena->next;
    }
    else {
        krait_heap.arenas[arena->collected] = arena->next;
    }
    if (arena->next != NULL) {
        arena->next->prev = arena->prev;
    }
    arena->linked = 0;
}

static struct Arena *
arena_new(bool collected)
{
    struct Arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        return NULL;
    }
    arena->collected = collected;
    arena->base = span_take(ARENA_BYTES, &arena->borrowed);
    if (arena->base == NULL) {
        free(arena);
        return NULL;
    }
    known_set(arena->base, ARENA_BYTES, collected);
    krait_heap.arena_count++;
    krait_heap.arena_total++;
    if (krait_heap.arena_count > krait_heap.arena_peak) {
        krait_heap.arena_peak = krait_heap.arena_count;
    }
    arena_link(arena);
    return arena;
}

static char *
arena_take_page(bool collected, struct Arena **owner)
{
    struct Idle *idle = &krait_heap.idle;
    struct Arena *arena = krait_heap.arenas[collected];
    if (arena == NULL && (arena = arena_new(collected)) == NULL) {
        return NULL;
    }
    uint32_t candidates = arena->dirty != 0 ? arena->dirty : ~arena->used;
    unsigned i = (unsigned)__builtin_ctz(candidates);
    if (arena->dirty != 0) {
        idle->dirty--;
    }
    else if (idle->returned > 0) {
        /* What went back is wanted again: next time a page more stays. */
        idle->returned--;
        idle->allowance += idle->allowance < IDLE_MOST;
    }
    idle->used++;
    arena->used |= 1u << i;
    arena->dirty &= ~(1u << i);
    if (arena->used == (1u << PAGES_PER_ARENA) - 1) {
        arena_unlink(arena);
    }
    *owner = arena;
    return arena->base + i * PAGE_BYTES;
}

/* Give the idle pages of an arena back, and the arena itself when nothing is used there, unless it is
   the only one of its kind with room. */
static void
arena_return(struct Arena *arena)
{
    size_t pages = (size_t)__builtin_popcount(arena->dirty);
    krait_heap.idle.dirty -= pages;
    krait_heap.idle.returned += pages;
    if (arena->used == 0 && (arena->next != NULL || arena->prev != NULL)) {
        arena_unlink(arena);
        known_clear(arena->base, ARENA_BYTES);
        span_give(arena->base, ARENA_BYTES, arena->borrowed);
        krait_heap.arena_count--;
        free(arena);
        return;
    }
    while (arena->dirty != 0) {
        /* Pages in a row go in one call. */
        unsigned first = (unsigned)__builtin_ctz(arena->dirty);
        unsigned n = (unsigned)__builtin_ctz(~(arena->dirty >> first));
        os_discard(arena->base + first * PAGE_BYTES, n * PAGE_BYTES);
        arena->dirty &= ~(((1u << n) - 1) << first);
    }
}

static size_t
idle_share(void)
{
    return krait_heap.idle.used / IDLE_SHARE;
}

static size_t
idle_limit(void)
{
    size_t share = idle_share();
    return krait_heap.idle.allowance > share ? krait_heap.idle.allowance : share;
}

static void
arenas_return(size_t limit)
{
    krait_heap.idle.mark = krait_heap.idle.used;
    for (int collected = 0; collected < 2; collected++) {
        struct Arena *next;
        for (struct Arena *arena = krait_heap.arenas[collected];
             arena != NULL && krait_heap.idle.dirty > limit; arena = next) {
            next = arena->next;
            if (arena->dirty != 0) {
                arena_return(arena);
            }
        }
    }
}

/* The page is idle now.  A loop that fills and drops pages over and over keeps them; beyond the limit
   the arena's idle pages go back, and whenever the heap has shrunk by a quarter, those of others too. */
static void
arena_give_page(struct Arena *arena, char *page)
{
    struct Idle *idle = &krait_heap.idle;
    uint32_t bit = 1u << ((size_t)(page - arena->base) / PAGE_BYTES);
    arena->used &= ~bit;
    arena->dirty |= bit;
    idle->used--;
    idle->dirty++;
    idle->given++;
    if (!arena->linked) {
        arena_link(arena);
    }
    if (idle->dirty > idle_limit()) {
        arena_return(arena);
    }
    if (idle->used < idle->mark - idle->mark / 4) {
        arenas_return(idle_limit());
    }
    else if (idle->used > idle->mark) {
        idle->mark = idle->used;
    }
}

/* ---- pages -------------------------------------------------------------------------------- */

static void
all_link(struct Page *page)
{
    struct Page **head = &krait_heap.all[page->kind];
    page->all_prev = NULL;
    page->all_next = *head;
    if (*head != NULL) {
        (*head)->all_prev = page;
    }
    *head = page;
}

static void
all_unlink(struct Page *page)
{
    if (page->all_prev != NULL) {
        page->all_prev->all_next = page->all_next;
    }
    else {
        krait_heap.all[page->kind] = page->all_next;
    }
    if (page->all_next != NULL) {
        page->all_next->all_prev = page->all_prev;
    }
}

static void
class_link(struct Page *page)
{
    struct Page **head = &krait_heap.available[page->kind][page->size_class];
    /* Behind the head: the page in use stays in use until it is full. */
    if (*head == &krait_heap.none) {
        page->prev = page->next = NULL;
        *head = page;
    }
    else {
        page->prev = *head;
        page->next = (*head)->next;
        if (page->next != NULL) {
            page->next->prev = page;
        }
        (*head)->next = page;
    }
    page->listed = 1;
}

static void
class_unlink(struct Page *page)
{
    struct Page **head = &krait_heap.available[page->kind][page->size_class];
    if (page->prev != NULL) {
        page->prev->next = page->next;
    }
    else {
        *head = page->next != NULL ? page->next : &krait_heap.none;
    }
    if (page->next != NULL) {
        page->next->prev = page->prev;
    }
    page->listed = 0;
}

static struct Page *
page_init(char *base, unsigned kind, unsigned c, size_t block, struct Arena *arena)
{
    struct Page *page = page_of(base);
    memset(page, 0, sizeof *page);
    page->kind = (uint8_t)kind;
    page->size_class = (uint16_t)c;
    page->arena = arena;
    page->first = kind >= PAGE_COLLECTED ? PAGE_FIRST_COLLECTED : PAGE_HEADER_ROOM;
    page->block = (uint32_t)block;
    page->reciprocal = (uint32_t)((((uint64_t)1 << 32) + block - 1) / block);
    page->capacity = (uint32_t)((PAGE_BYTES - page->first) / block);
    if (kind >= PAGE_COLLECTED) {
        memset(base + PAGE_HEADER_ROOM, 0, PAGE_FIRST_COLLECTED - PAGE_HEADER_ROOM);
    }
    all_link(page);
    return page;
}

static struct Page *
page_new(unsigned kind, unsigned c)
{
    struct Arena *arena;
    char *base = arena_take_page(kind >= PAGE_COLLECTED, &arena);
    if (base == NULL) {
        return NULL;
    }
    struct Page *page = page_init(base, kind, c, size_class_bytes(c), arena);
    class_link(page);
    return page;
}

/* Link never-used blocks into the free list: what is left of a page of the system, lest memory is touched
   that may never be needed. */
static void
page_carve(struct Page *page)
{
    char *at = page_base(page) + page->first + (size_t)page->carved * page->block;
    uint32_t n = (uint32_t)(SYSTEM_PAGE - ((uintptr_t)at & (SYSTEM_PAGE - 1))) / page->block;
    n = n < 1 ? 1 : n;
    if (n > page->capacity - page->carved) {
        n = page->capacity - page->carved;
    }
    page->carved += n;
    page->free = at;
    for (; n > 1; n--) {
        *(void **)at = at + page->block;
        at += page->block;
    }
    *(void **)at = NULL;
}

/* The first few blocks of a class come from a page of a class that is a little larger, if there is one: most
   programs have many sizes of which they need a handful, and a page costs a fresh page of memory at least.
   The class to ask, or 0. */
static unsigned
lender_of(unsigned kind, unsigned c)
{
#ifndef KRAIT_ASAN
    size_t most = BORROWED_BYTES / size_class_bytes(c);
    if (krait_heap.borrowed[kind][c] < (most < UINT8_MAX ? most : UINT8_MAX)) {
        unsigned last = c > CLASSES_EXACT ? c + 1 : c + 2 + c / 4;
        last = c <= CLASSES_EXACT && last > CLASSES_EXACT ? CLASSES_EXACT : last;
        /* Blocks of even classes lie at multiples of 16. */
        for (unsigned d = c > CLASSES_EXACT ? c + 1 : (c + 2) & ~1u; d <= last && d < CLASS_WHOLE;
             d += 2) {
            if (krait_heap.available[kind][d] != &krait_heap.none) {
                krait_heap.borrowed[kind][c]++;
                return d;
            }
        }
    }
#endif
    return 0;
}

/* Nobody walks over raw blocks, and malloc packs sizes of all classes into the same memory: the first few of
   each class come from there.  NULL: take a page. */
static void *
first_raw_block(unsigned c)
{
    if (krait_heap.borrowed[PAGE_RAW][c] >= FIRST_RAW) {
        return NULL;
    }
    krait_heap.borrowed[PAGE_RAW][c]++;
    return malloc(size_class_bytes(c));
}

/* The class list's head has no free block: carve, or go on to the next page, or make one. */
NOINLINE void *
page_alloc_slow(unsigned kind, unsigned c)
{
    if (!krait_heap.ready) {
        heap_init();
    }
    for (;;) {
        struct Page *page = krait_heap.available[kind][c];
        if (page == &krait_heap.none) {
            void *raw = kind == PAGE_RAW ? first_raw_block(c) : NULL;
            if (raw != NULL) {
                return raw;
            }
            unsigned lender = kind == PAGE_RAW ? 0 : lender_of(kind, c);
            if (lender != 0) {
                c = lender;
                continue;
            }
            page = page_new(kind, c);
            if (page == NULL) {
                return NULL;
            }
        }
        if (page->free == NULL) {
            if (page->carved < page->capacity) {
                page_carve(page);
            }
            else {
                class_unlink(page);
                continue;
            }
        }
        void **block = page->free;
        page->free = *block;
        page->used++;
        return block;
    }
}

static size_t
trace_steps(const struct Page *page)
{
    return page->capacity / TRACES_STEP + 1;
}

struct BlockTrace *
page_trace(struct Page *page, size_t i)
{
    if (page->traces == NULL) {
        if ((page->traces = calloc(trace_steps(page), sizeof *page->traces)) == NULL) {
            return NULL;
        }
        krait_heap.trace_bytes += trace_steps(page) * sizeof *page->traces;
    }
    struct BlockTrace **step = &page->traces[i / TRACES_STEP];
    if (*step == NULL) {
        if ((*step = calloc(TRACES_STEP, sizeof **step)) == NULL) {
            return NULL;
        }
        krait_heap.trace_bytes += TRACES_STEP * sizeof **step;
    }
    return &(*step)[i % TRACES_STEP];
}

void
page_forget_traces(struct Page *page)
{
    if (page->traces != NULL) {
        for (size_t i = 0; i < trace_steps(page); i++) {
            krait_heap.trace_bytes -= page->traces[i] != NULL ? TRACES_STEP * sizeof **page->traces : 0;
            free(page->traces[i]);
        }
        krait_heap.trace_bytes -= trace_steps(page) * sizeof *page->traces;
        free(page->traces);
        page->traces = NULL;
    }
}

static void
page_release(struct Page *page)
{
    if (page->in_young_list) {
        page_young_unlink(page);
    }
    class_unlink(page);
    all_unlink(page);
    page_forget_traces(page);
#ifdef KRAIT_ASAN
    watched_forget(page);
#endif
    arena_give_page(page->arena, page_base(page));
}

/* Release an empty page.  The head of a class list stays: a loop that allocates and frees one block
   must not map and unmap.  A page under collection stays until the collector is done with it. */
void
page_settle(struct Page *page)
{
    if (page->used != 0 || page->held) {
        return;
    }
    if (page->arena == NULL) {
        large_free(page);
    }
    else if (page->prev != NULL) {
        page_release(page);
    }
}

/* Return what is idle to the system whatever loops want, heads of lists as well: now and then, or at once if
   the program `asked` and there is much. */
void
heap_trim(bool asked)
{
    struct Idle *idle = &krait_heap.idle;
    _PyTime_t now = clock_monotonic();
    bool much = idle->dirty > idle->used / IDLE_MUCH + IDLE_MUCH;
    if (now - idle->trimmed < IDLE_WAIT && !(asked && much)) {
        return;
    }
    idle->trimmed = now;
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (unsigned c = 0; c < PAGE_CLASSES; c++) {
            struct Page *page = krait_heap.available[kind][c];
            if (page != &krait_heap.none && page->used == 0 && !page->held) {
                page_release(page);
            }
        }
    }
    arenas_return(idle_share());
    idle->given = 0;
}

/* A page that was full has a free block again, or a page has become empty. */
NOINLINE void
page_free_slow(struct Page *page)
{
    if (page->arena != NULL && !page->listed) {
        class_link(page);
    }
    page_settle(page);
}

void
page_young_link(struct Page *page)
{
    page->young_prev = NULL;
    page->young_next = krait_heap.young;
    if (page->young_next != NULL) {
        page->young_next->young_prev = page;
    }
    krait_heap.young = page;
    page->in_young_list = 1;
}

void
page_young_unlink(struct Page *page)
{
    if (page->young_prev != NULL) {
        page->young_prev->young_next = page->young_next;
    }
    else {
        krait_heap.young = page->young_next;
    }
    if (page->young_next != NULL) {
        page->young_next->young_prev = page->young_prev;
    }
    page->in_young_list = 0;
}

/* ---- large collected objects -------------------------------------------------------------- */

/* One block in a mapping of its own, or in a whole page if it fits; `n` > PAGE_MAX. */
void *
large_alloc(unsigned kind, size_t n)
{
    if (n <= PAGE_WHOLE) {
        return page_alloc_class(kind, CLASS_WHOLE);
    }
    if (n > SIZE_MAX / 2) {
        return NULL;
    }
    size_t bytes = (n + PAGE_FIRST_COLLECTED + ARENA_BYTES - 1) & ~(ARENA_BYTES - 1);
    bool borrowed;
    char *base = span_take(bytes, &borrowed);
    if (base == NULL) {
        return NULL;
    }
    known_set(base, bytes, true);
    struct Page *page = page_init(base, kind, CLASS_WHOLE, PAGE_WHOLE, NULL);
    page->borrowed = borrowed;
    page->mapping = bytes;
    page->capacity = page->carved = page->used = 1;
    krait_heap.large_count++;
    return base + page->first;
}

void
large_free(struct Page *page)
{
    if (page->in_young_list) {
        page_young_unlink(page);
    }
    char *base = page_base(page);
    size_t bytes = page->mapping;
    bool borrowed = page->borrowed;
    all_unlink(page);
#ifdef KRAIT_ASAN
    watched_forget(page);
#endif
    known_clear(base, bytes);
    krait_heap.large_count--;
    span_give(base, bytes, borrowed);
}

/* ---- looking ------------------------------------------------------------------------------ */

size_t
heap_count(unsigned kind)
{
    size_t n = 0;
    for (struct Page *page = krait_heap.all[kind]; page != NULL; page = page->all_next) {
        n += page->used;
    }
#ifdef KRAIT_ASAN
    n -= krait_heap.quarantine.waiting[kind];
#endif
    return n;
}

static void __attribute__((noreturn))
page_broken(const struct Page *page, const char *what)
{
    fprintf(stderr, "page %p (kind %u, blocks of %u): %s; %u used, %u carved of %u\n", (const void *)page, page->kind,
            page->block, what, page->used, page->carved, page->capacity);
    abort();
}

void
page_check(const struct Page *page)
{
    bool collected = page->kind >= PAGE_COLLECTED;
    size_t presize = page->kind == PAGE_COLLECTED_PRE ? 2 * sizeof(void *) : 0, free_blocks = 0;
    for (char *p = page->free; p != NULL; p = *(char **)p) {
        if (page_of(p) != page || ++free_blocks > page->capacity) {
            page_broken(page, "a broken free list");
        }
        if (collected && *page_side(p + presize) & SIDE_LIVE) {
            page_broken(page, "a free block counts as live");
        }
    }
    if (page->carved > page->capacity || free_blocks + page->used != page->carved) {
        page_broken(page, "blocks are missing");
    }
    if (page->arena != NULL && page->listed != (free_blocks > 0 || page->carved < page->capacity) &&
        page != krait_heap.available[page->kind][page->size_class]) {
        page_broken(page, "not in its class list, or in it without room");
    }
    if (page->in_young_list != (page->young != 0)) {
        page_broken(page, "not in the young list, or in it without reason");
    }
#ifndef KRAIT_ASAN
    if (collected) {
        size_t live = 0;
        const char *at = page_base(page) + page->first + presize;
        for (uint32_t i = 0; i < page->carved; i++, at += page->block) {
            live += *page_side(at) & SIDE_LIVE;
        }
        if (live != page->used) {
            page_broken(page, "an allocated block does not count as live");
        }
    }
#endif
}

void
heap_check(void)
{
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (const struct Page *page = krait_heap.all[kind]; page != NULL; page = page->all_next) {
            page_check(page);
        }
    }
}
