/* Pages: blocks of one size class in aligned arenas.

   An arena is 1 MiB, aligned to its size, and holds 16 pages of 64 KiB.  A page holds blocks of one
   class and one kind, so that

       page of p        = p with its low 16 bits cleared
       header of a page = page + colour, colour = 64 * (page number mod 8)
       side byte of p   = page + SIDE_BIAS + (p mod 64 KiB) / 32          (collected kinds only)

   The colour spreads the headers over cache sets.  A header is found without a load; a side byte
   too.  Collected objects are always allocated here, never by malloc, so each of them can be found
   by walking the pages of its kind.  Other blocks above PAGE_MAX come from malloc; those of the
   plain kind are entered in a table (large.c), so that they are found as well.

   Blocks are multiples of 8 bytes.  A request is rounded up to a multiple of 16, and then lies at
   one, unless it says PAGE_TIGHT: so Krait asks for what it knows to hold words only.  A block of a
   collected kind has at least 32 bytes, so that no two share a side byte.

   Invariants (page_check):
     used <= capacity;  blocks in the free list + used + uncarved = capacity
     a page is in its class list  <=>  it has a free or an uncarved block, or heads the list
     side byte & SIDE_LIVE  <=>  the block is allocated                   (collected kinds)
     a page is in heap.young  <=>  its `young` bits are not 0

   Everything here is guarded by the GIL.

   With AddressSanitizer other blocks are malloc's, and collected ones are poisoned where they must
   not be touched and wait before they are used again (pages_asan.c). */
#ifndef KRAIT_BASE_PAGES_H
#define KRAIT_BASE_PAGES_H

#include <Python.h>
#include "base/common.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define PAGE_BYTES ((size_t)1 << 16)
#define PAGES_PER_ARENA (ARENA_BYTES / PAGE_BYTES)
#define PAGE_COLOURS 8
#define PAGE_HEADER_ROOM 576            /* 7 colours of 64 bytes and a header of at most 128 */
#define PAGE_FIRST_COLLECTED 2560       /* first block behind the side bytes */
#define SIDE_SHIFT 5
#define SIDE_BIAS (PAGE_HEADER_ROOM - (PAGE_FIRST_COLLECTED >> SIDE_SHIFT))
#define SIDE_BYTES (PAGE_FIRST_COLLECTED - PAGE_HEADER_ROOM)
#define PAGE_MAX 8192                   /* largest size with a class of its own */
#define PAGE_WHOLE (PAGE_BYTES - PAGE_FIRST_COLLECTED)
#define ADDRESS_BITS 48

enum PageKind {
    PAGE_RAW,           /* PyMem_* */
    PAGE_PLAIN,         /* objects the collector never sees: str, int, float, bytes */
    PAGE_COLLECTED,     /* objects with side bytes */
    PAGE_COLLECTED_PRE, /* the same, 16 bytes before each object (managed dict) */
    PAGE_KINDS,
    PAGE_KIND_MASK = 3,
    PAGE_TIGHT = 4      /* or'ed to a wanted kind: alignment to 8 suffices */
};

/* 0: unused; 1..64: multiples of 8; then four steps per doubling up to 8192; then a whole page. */
enum { CLASSES_EXACT = 64, PAGE_CLASSES = CLASSES_EXACT + 18, CLASS_WHOLE = PAGE_CLASSES - 1 };
enum { COLLECTED_MIN_CLASS = (1 << SIDE_SHIFT) / 8 };

/* Side bits of a collected object. */
enum {
    SIDE_LIVE = 1,
    SIDE_TRACKED = 2,
    SIDE_FINALIZED = 4,
    SIDE_GEN_SHIFT = 3,
    SIDE_GEN = 3 << SIDE_GEN_SHIFT,     /* 0 young, 1, 2 old, 3 frozen */
    SIDE_COLLECTING = 32,               /* in the set under examination */
    SIDE_APART = 64,                    /* in that set, but taken for reachable, or not to be cleared */
    SIDE_PENDING = 128,                 /* reachable; what it refers to is yet to be marked */
};

/* Where a block was allocated, while tracemalloc traces (modules/_tracemalloc). */
struct BlockTrace {
    uint32_t traceback;                 /* its number, 0: not traced */
    uint32_t size;                      /* bytes that were asked for */
};

enum { TRACES_STEP = 64 };

struct Page {
    void *free;                         /* blocks given back, linked through their first word */
    uint32_t used;
    uint16_t size_class;
    uint8_t kind;
    uint8_t listed;                     /* in heap.available of its class */
    uint8_t young;                      /* bit g: may hold tracked objects of generation g (0, 1) */
    uint8_t in_young_list;
    uint8_t held;                       /* a collection looks at it: it stays */
    bool borrowed;                      /* its own mapping is a block of malloc's */
    uint32_t block;                     /* bytes per block */
    uint32_t capacity;
    uint32_t carved;                    /* blocks handed out at least once */
    uint32_t first;                     /* offset of the first block */
    uint32_t reciprocal;                /* 2^32 / block, rounded up: exact for offsets below 2^16 */
    struct Page *next, *prev;           /* class list */
    struct Page *all_next, *all_prev;   /* every page of its kind */
    struct Page *young_next, *young_prev;   /* heap.young: pages with young tracked objects */
    struct BlockTrace **traces;         /* per TRACES_STEP blocks: one for each, or NULL; or NULL */
    struct Arena *arena;                /* NULL: a mapping of its own (large object) */
    size_t mapping;                     /* bytes of that mapping */
#ifdef KRAIT_ASAN
    struct Watch *watch;                /* one per block */
#endif
};

/* An arena serves either the collected kinds or the others, so that one bit per MiB tells whether
   an address is that of a collected object. */
struct Arena {
    char *base;
    bool collected;
    bool borrowed;                      /* a block of malloc's */
    struct Arena *next, *prev;          /* arenas that have a free page */
    int linked;
    uint32_t used;                      /* bit per page */
    uint32_t dirty;                     /* given back by its class, not yet to the system */
};

/* Pages that nobody uses and that the system has not got back yet; in pages. */
enum { IDLE_QUIET = 8 };

struct Idle {
    size_t used;                        /* pages with blocks, the other side of the scales */
    size_t dirty;                       /* idle ones, all arenas' */
    size_t allowance;                   /* how many of them are kept */
    size_t returned;                    /* went back; taking as many again is what a loop does */
    size_t mark;                        /* `used` may fall to three quarters of this before all are looked at */
    size_t given;                       /* have become idle since the last heap_trim */
    _PyTime_t trimmed;                  /* its time */
};

#ifdef KRAIT_ASAN
/* AddressSanitizer build: what is known of a collected block (pages_asan.c). */
struct Watch {
    void *twin;                         /* allocated and freed with the block: has the stack traces */
    size_t size;                        /* bytes that were asked for */
};

/* Freed blocks that wait, poisoned, before they may be used again. */
struct Quarantine {
    void **ring;
    size_t first, count, bytes, most, plain;    /* most: of the bytes; plain: see counted_malloc */
    size_t waiting[PAGE_KINDS];
};
#endif

/* Addresses of plain blocks above PAGE_MAX: open addressing (base/large.c). */
struct LargeTable {
    void **slots;
    size_t mask, used;
};

struct Heap {
    struct Page *available[PAGE_KINDS][PAGE_CLASSES];
    struct Page *all[PAGE_KINDS];
    struct Page *young;                 /* pages whose `young` is not 0; gc.c links, any frees */
    struct Page none;                   /* a full page that heads empty lists */
    uint8_t borrowed[PAGE_KINDS][PAGE_CLASSES]; /* blocks that a class without a page got elsewhere */
    struct Arena *arenas[2];            /* with a free page; 1: of the collected kinds */
    size_t arena_count, arena_peak, arena_total;
    struct Idle idle;
    size_t large_count;
    size_t trace_bytes;                 /* of all pages' `traces` */
    struct LargeTable large;
    int ready;
#ifdef KRAIT_ASAN
    struct Quarantine quarantine;
#endif
    uint64_t known[((size_t)1 << (ADDRESS_BITS - 20)) / 64];   /* bit per MiB that is ours */
    uint64_t collected[((size_t)1 << (ADDRESS_BITS - 20)) / 64];   /* and serves collected kinds */
};

/* Defined in object/state.c with the rest of the mutable state. */
extern struct Heap krait_heap;

static ALWAYS_INLINE struct Page *
page_of(const void *p)
{
    uintptr_t base = (uintptr_t)p & ~(uintptr_t)(PAGE_BYTES - 1);
    return (struct Page *)(base + ((base >> 10) & (64 * (PAGE_COLOURS - 1))));
}

static ALWAYS_INLINE char *
page_base(const struct Page *page)
{
    return (char *)((uintptr_t)page & ~(uintptr_t)(PAGE_BYTES - 1));
}

/* The side byte of a collected object; `p` is the object, not the block. */
static ALWAYS_INLINE uint8_t *
page_side(const void *p)
{
    uintptr_t base = (uintptr_t)p & ~(uintptr_t)(PAGE_BYTES - 1);
    return (uint8_t *)(base + SIDE_BIAS + (((uintptr_t)p & (PAGE_BYTES - 1)) >> SIDE_SHIFT));
}

/* Does the address lie in an arena or large mapping of ours?  Any value may be asked. */
static ALWAYS_INLINE bool
heap_has(const void *p)
{
    uintptr_t mib = (uintptr_t)p >> 20;
    return mib < ((uintptr_t)1 << (ADDRESS_BITS - 20)) &&
           (krait_heap.known[mib >> 6] >> (mib & 63) & 1);
}

/* Is it the address of a collected object (live or not)? */
static ALWAYS_INLINE bool
heap_collects(const void *p)
{
    uintptr_t mib = (uintptr_t)p >> 20;
    return mib < ((uintptr_t)1 << (ADDRESS_BITS - 20)) &&
           (krait_heap.collected[mib >> 6] >> (mib & 63) & 1);
}

/* Class of a request of 1..PAGE_MAX bytes; `kind` may say PAGE_TIGHT. */
static ALWAYS_INLINE unsigned
size_class_of(unsigned kind, size_t n)
{
    if (likely(n <= 8 * CLASSES_EXACT)) {
        unsigned c = kind & PAGE_TIGHT ? (unsigned)((n + 7) >> 3) : (unsigned)((n + 15) >> 4) << 1;
        return (kind & PAGE_KIND_MASK) >= PAGE_COLLECTED && c < COLLECTED_MIN_CLASS ? COLLECTED_MIN_CLASS : c;
    }
    unsigned top = 63 - (unsigned)__builtin_clzl(n - 1);
    return CLASSES_EXACT + 1 + (top - 9) * 4 + (unsigned)(((n - 1) >> (top - 2)) & 3);
}

size_t size_class_bytes(unsigned c);
void heap_init(void);
void *page_alloc_slow(unsigned kind, unsigned c);
void page_free_slow(struct Page *page);
/* A collected block of more than PAGE_MAX bytes. */
void *large_alloc(unsigned kind, size_t n);
void large_free(struct Page *page);
/* A page of collected objects gets a young one, or loses its last. */
void page_young_link(struct Page *page);
void page_young_unlink(struct Page *page);
/* Room for the trace of block `i`, NULL without memory; and the end of all traces. */
struct BlockTrace *page_trace(struct Page *page, size_t i);
void page_forget_traces(struct Page *page);
/* Release the page if it is empty and nobody needs it. */
void page_settle(struct Page *page);
/* Return idle pages to the system unless that has just been done; `asked`: even then, if they are many. */
void heap_trim(bool asked);
/* Plain blocks above PAGE_MAX (large.c): malloc and its companions, entered in a table.  A block
   that is not in it is given to malloc's functions all the same. */
void *large_plain_alloc(size_t n, bool zero);
void *large_plain_realloc(void *p, size_t n);
void large_plain_free(void *p);
/* Number of live blocks of a kind. */
size_t heap_count(unsigned kind);
/* Aborts with a message if an invariant of the page does not hold. */
void page_check(const struct Page *page);
/* The same for every page: the debug build asks before each full collection. */
void heap_check(void);

/* n in 1..PAGE_MAX */
static ALWAYS_INLINE void *
page_alloc_class(unsigned kind, unsigned c)
{
    struct Page *page = krait_heap.available[kind][c];
    void **block = page->free;
    if (likely(block != NULL)) {
        page->free = *block;
        page->used++;
        return block;
    }
    return page_alloc_slow(kind, c);
}

static ALWAYS_INLINE void
page_recycle_block(struct Page *page, void *block)
{
    *(void **)block = page->free;
    page->free = block;
    if (unlikely(--page->used == 0 || !page->listed)) {
        page_free_slow(page);
    }
}

#ifdef KRAIT_ASAN
void *watched_alloc(unsigned kind, size_t n);
void watched_free(struct Page *page, void *block);
void watched_forget(struct Page *page);
#endif

/* A collected block of n > 0 bytes; `kind` may say PAGE_TIGHT. */
static ALWAYS_INLINE void *
page_alloc_block(unsigned kind, size_t n)
{
#ifdef KRAIT_ASAN
    return watched_alloc(kind, n);
#else
    return likely(n <= PAGE_MAX) ? page_alloc_class(kind & PAGE_KIND_MASK, size_class_of(kind, n))
                                 : large_alloc(kind & PAGE_KIND_MASK, n);
#endif
}

static ALWAYS_INLINE void
page_free_block(struct Page *page, void *block)
{
#ifdef KRAIT_ASAN
    watched_free(page, block);
#else
    page_recycle_block(page, block);
#endif
}

/* The trace of block `i`, NULL if there never was room for it. */
static ALWAYS_INLINE struct BlockTrace *
page_trace_known(const struct Page *page, size_t i)
{
    struct BlockTrace *step = page->traces != NULL ? page->traces[i / TRACES_STEP] : NULL;
    return step != NULL ? &step[i % TRACES_STEP] : NULL;
}

static ALWAYS_INLINE size_t
page_block_index(const struct Page *page, const void *block)
{
    uint32_t offset = (uint32_t)((uintptr_t)block & (PAGE_BYTES - 1)) - page->first;
    return (size_t)(((uint64_t)offset * page->reciprocal) >> 32);
}

/* To be called with the GIL by a thread that is about to wait. */
static ALWAYS_INLINE void
heap_trim_waiting(void)
{
    if (unlikely(krait_heap.idle.given > IDLE_QUIET)) {
        heap_trim(false);
    }
}

#endif
