/* The module _tracemalloc: where memory blocks were allocated.

   While tracing, hooks over the three allocator domains keep a trace (size and traceback) per live
   block.  A block on a page has its trace in an array beside the page (base/pages.h), any other in a
   table by address.  Tracebacks are interned and known by number.  All of it lives in memory from
   malloc, which is not traced.

   Pages, tracebacks and the memo of sites are guarded by the GIL.  The table is guarded by a lock,
   since blocks of the raw domain are released without the GIL; they are noted with it.  `inside`
   keeps what the tracer itself allocates out of the traces; a flag per thread does the same while a
   thread in the raw domain waits for the GIL. */
#include "object/declare.h"
#include "object/freelist.h"
#include "object/state.h"
#include "base/alloc.h"
#include "runtime/dump.h"
#include "runtime/init.h"
#include "vm/frame.h"
#include <sched.h>
#include <string.h>

enum { MAX_FRAMES = 65535 };

struct Site {
    PyObject *filename;         /* str, owned by the names set */
    unsigned lineno;
};

struct Traceback {
    struct Traceback *next;     /* in its bucket */
    Py_uhash_t hash;
    uint32_t number;
    uint16_t count, total;      /* frames kept, frames there were */
    struct Site sites[1];
};

/* A block that is not on a page, or of a domain of its own. */
struct Trace {
    uintptr_t block;            /* 0: free slot */
    size_t size;
    uint32_t traceback, domain;
};

/* Open addressing with linear probing over (domain, block). */
struct TraceTable {
    struct Trace *slots;
    size_t mask, used;
};

/* What is known of an instruction: file and line of its place. */
struct SiteMemo {
    const void *at;
    uint32_t epoch, lineno;
    PyObject *filename;
};

/* And of an instruction of a frame with certain callers: the number of the traceback. */
struct PlaceMemo {
    const void *at;
    uint32_t epoch, callers, traceback;
};

/* The innermost of a chain of callers, and the number of the others. */
struct Caller {
    PyObject *filename;
    uint32_t lineno, others, total;
};

/* Chains of callers, known by number, so that a stack is not walked at each allocation: the running
   frames keep theirs, since nothing in a chain moves while what it called runs.  Numbers count from
   `first`; a smaller one is no longer known.  `first` itself is the empty chain.  With one frame per
   traceback a chain is its length, and nothing is entered.  All of this may be forgotten at any time,
   except while a chain is entered. */
struct CallerTable {
    uint32_t first;
    bool off;                   /* a stack is too deep for the table: every stack is walked */
    struct Caller *callers;     /* by number - first */
    size_t count, room;
    uint32_t *slots;            /* open addressing: number - first, 0: free */
    size_t mask;
};

enum { MEMOS = 1024, PLACES = 4096, CALLERS_MAX = 1 << 16, CALLERS_STEP = 64 };

struct TraceState {
    bool tracing, inside;
    int lock;                   /* of the table; held for a few instructions */
    int max_frames;
    uint32_t epoch;             /* of valid memos */
    size_t on_pages;            /* bytes of traced blocks on pages */
    size_t in_table;            /* and of the others; changed under the lock */
    size_t peak;
    PyMemAllocatorEx below[3];
    struct TraceTable traces;
    struct Traceback **buckets;
    size_t bucket_count, traceback_bytes;
    struct Traceback **tracebacks;      /* by number; 0 is none, 1 is `empty` */
    size_t traceback_count, traceback_room;
    PyObject *names;            /* dict of the file names in use */
    PyObject *unknown;          /* "<unknown>" */
    struct Traceback empty;
    pthread_key_t busy;         /* non-NULL in a thread that is inside the tracer for the raw domain */
    struct Traceback *scratch;
    struct CallerTable chains;
    struct SiteMemo memos[MEMOS];
    struct PlaceMemo places[PLACES];
};

#define trace (_PyRuntime.tracemalloc)

/* The configuration the reference exports; only `tracing` and max_nframe are ever looked at. */
struct TraceConfig _Py_tracemalloc_config = {0, 0, 1};

static bool
is_busy(void)
{
    return pthread_getspecific(trace->busy) != NULL;
}

static void
set_busy(bool busy)
{
    pthread_setspecific(trace->busy, busy ? (void *)trace : NULL);
}

static void
lock_table(void)
{
    while (__atomic_exchange_n(&trace->lock, 1, __ATOMIC_ACQUIRE)) {
        sched_yield();
    }
}

static void
unlock_table(void)
{
    __atomic_store_n(&trace->lock, 0, __ATOMIC_RELEASE);
}

/* ---- traces of blocks on pages ------------------------------------------------------------ */

/* The page that keeps the trace of a block, or NULL if the table does. */
static ALWAYS_INLINE struct Page *
trace_page(const void *block)
{
    if (!heap_has(block)) {
        return NULL;
    }
    struct Page *page = page_of(block);
    return page->arena != NULL ? page : NULL;
}

static ALWAYS_INLINE void
peak_note(void)
{
    size_t now = trace->on_pages + __atomic_load_n(&trace->in_table, __ATOMIC_RELAXED);
    if (now > trace->peak) {
        trace->peak = now;
    }
}

static ALWAYS_INLINE status
page_note(struct Page *page, const void *block, size_t size, uint32_t traceback)
{
    size_t i = page_block_index(page, block);
    struct BlockTrace *slot = page_trace_known(page, i);
    if (unlikely(slot == NULL) && (slot = page_trace(page, i)) == NULL) {
        return -1;
    }
    if (unlikely(slot->traceback != 0)) {
        trace->on_pages -= slot->size;
    }
    *slot = (struct BlockTrace){traceback, (uint32_t)size};
    trace->on_pages += size;
    peak_note();
    return 0;
}

static ALWAYS_INLINE struct BlockTrace
page_take(struct Page *page, const void *block)
{
    struct BlockTrace none = {0, 0}, *slot = page_trace_known(page, page_block_index(page, block));
    if (slot == NULL) {
        return none;
    }
    struct BlockTrace old = *slot;
    if (old.traceback != 0) {
        trace->on_pages -= old.size;
        *slot = none;
    }
    return old;
}

/* ---- the table of traces ------------------------------------------------------------------ */

static size_t
trace_hash(unsigned domain, uintptr_t block)
{
    return ((block >> 4) * 0x9E3779B97F4A7C15u ^ domain) >> 7;
}

static struct Trace *
trace_find(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    if (t->slots == NULL) {
        return NULL;
    }
    for (size_t i = trace_hash(domain, block) & t->mask;; i = (i + 1) & t->mask) {
        struct Trace *slot = &t->slots[i];
        if (slot->block == 0) {
            return NULL;
        }
        if (slot->block == block && slot->domain == domain) {
            return slot;
        }
    }
}

static status
table_grow(void)
{
    struct TraceTable *t = &trace->traces;
    size_t room = t->slots == NULL ? 1024 : (t->mask + 1) * 2;
    struct Trace *slots = calloc(room, sizeof *slots);
    if (slots == NULL) {
        return -1;
    }
    for (size_t i = 0; t->slots != NULL && i <= t->mask; i++) {
        if (t->slots[i].block == 0) {
            continue;
        }
        size_t at = trace_hash(t->slots[i].domain, t->slots[i].block) & (room - 1);
        while (slots[at].block != 0) {
            at = (at + 1) & (room - 1);
        }
        slots[at] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->mask = room - 1;
    return 0;
}

/* The lock is held for the functions below. */
static status
trace_add(unsigned domain, uintptr_t block, size_t size, uint32_t traceback)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = trace_find(domain, block);
    if (slot != NULL) {
        trace->in_table -= slot->size;
    }
    else {
        if ((t->slots == NULL || (t->used + 1) * 3 > (t->mask + 1) * 2) && table_grow() < 0) {
            return -1;
        }
        size_t at = trace_hash(domain, block) & t->mask;
        while (t->slots[at].block != 0) {
            at = (at + 1) & t->mask;
        }
        slot = &t->slots[at];
        t->used++;
    }
    *slot = (struct Trace){block, size, traceback, domain};
    trace->in_table += size;
    return 0;
}

/* Take a trace out; number 0 if there is none. */
static struct Trace
trace_remove(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = trace_find(domain, block), old = {0, 0, 0, 0};
    if (slot == NULL) {
        return old;
    }
    old = *slot;
    trace->in_table -= old.size;
    t->used--;
    /* Close the gap: later entries of the run move up if they may. */
    size_t gap = (size_t)(slot - t->slots);
    for (size_t i = (gap + 1) & t->mask; t->slots[i].block != 0; i = (i + 1) & t->mask) {
        size_t home = trace_hash(t->slots[i].domain, t->slots[i].block) & t->mask;
        if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
            t->slots[gap] = t->slots[i];
            gap = i;
        }
    }
    t->slots[gap].block = 0;
    return old;
}

/* ---- tracebacks --------------------------------------------------------------------------- */

static size_t
traceback_bytes(int count)
{
    return offsetof(struct Traceback, sites) + (size_t)(count > 0 ? count : 1) * sizeof(struct Site);
}

/* The one object of a file's name that all tracebacks share. */
static PyObject *
name_kept(PyObject *name)
{
    if (name == NULL || !PyUnicode_CheckExact(name) || !PyUnicode_IS_READY(name)) {
        return trace->unknown;
    }
    PyObject *kept = PyDict_SetDefault(trace->names, name, name);
    if (kept == NULL) {
        PyErr_Clear();
        return trace->unknown;
    }
    return kept;
}

static NOINLINE void
memo_fill(struct SiteMemo *memo, const Frame *frame)
{
    int line = PyCode_Addr2Line(frame->code, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
    *memo = (struct SiteMemo){.at = frame->last, .epoch = trace->epoch, .lineno = line < 0 ? 0 : (unsigned)line,
                              .filename = name_kept(frame->code->co_filename)};
}

static ALWAYS_INLINE struct SiteMemo *
site_of(const Frame *frame)
{
    uintptr_t at = (uintptr_t)frame->last;
    struct SiteMemo *memo = &trace->memos[(at >> 1 ^ at >> 11) & (MEMOS - 1)];
    if (unlikely(memo->at != frame->last || memo->epoch != trace->epoch)) {
        memo_fill(memo, frame);
    }
    return memo;
}

static ALWAYS_INLINE Frame *
innermost(void)
{
    PyThreadState *tstate = tstate_get();
    return tstate == NULL ? NULL : frame_visible(tstate->cframe->current_frame);
}

/* `frame` and those below it, into the scratch traceback. */
static void
read_frames(struct Traceback *tb, Frame *frame)
{
    int count = 0, total = 0;
    for (; frame != NULL; frame = frame_visible(frame->previous)) {
        if (count < trace->max_frames) {
            struct SiteMemo *memo = site_of(frame);
            tb->sites[count++] = (struct Site){memo->filename, memo->lineno};
        }
        if (total < UINT16_MAX) {
            total++;
        }
    }
    tb->count = (uint16_t)count;
    tb->total = (uint16_t)total;
}

static void
traceback_hash(struct Traceback *tb)
{
    Py_uhash_t hash = 0x345678u;
    for (int i = 0; i < tb->count; i++) {
        hash = (hash ^ (uintptr_t)tb->sites[i].filename >> 4 ^ tb->sites[i].lineno) * 1000003u;
    }
    tb->hash = hash ^ (Py_uhash_t)tb->total;
}

static bool
traceback_equal(const struct Traceback *a, const struct Traceback *b)
{
    if (a->hash != b->hash || a->count != b->count || a->total != b->total) {
        return false;
    }
    for (int i = 0; i < a->count; i++) {
        if (a->sites[i].lineno != b->sites[i].lineno || a->sites[i].filename != b->sites[i].filename) {
            return false;
        }
    }
    return true;
}

static void
buckets_grow(void)
{
    size_t count = trace->bucket_count ? trace->bucket_count * 2 : 256;
    struct Traceback **buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL) {
        return;
    }
    for (size_t i = 0; i < trace->bucket_count; i++) {
        for (struct Traceback *tb = trace->buckets[i], *next; tb != NULL; tb = next) {
            next = tb->next;
            tb->next = buckets[tb->hash & (count - 1)];
            buckets[tb->hash & (count - 1)] = tb;
        }
    }
    free(trace->buckets);
    trace->buckets = buckets;
    trace->bucket_count = count;
}

/* The number of a new traceback; 0 without memory. */
static uint32_t
traceback_enter(struct Traceback *tb)
{
    if (trace->traceback_count + 1 >= trace->traceback_room) {
        size_t room = trace->traceback_room ? trace->traceback_room * 2 : 256;
        struct Traceback **bigger = realloc(trace->tracebacks, room * sizeof *bigger);
        if (bigger == NULL || room > UINT32_MAX) {
            return 0;
        }
        trace->tracebacks = bigger;
        trace->traceback_room = room;
    }
    trace->tracebacks[++trace->traceback_count] = tb;
    return tb->number = (uint32_t)trace->traceback_count;
}

/* The number of what stands in the scratch traceback; 0 without memory. */
static uint32_t
traceback_find(void)
{
    struct Traceback *tb = trace->scratch;
    traceback_hash(tb);
    if (trace->traceback_count >= trace->bucket_count) {
        buckets_grow();
        if (trace->bucket_count == 0) {
            return 0;
        }
    }
    struct Traceback **bucket = &trace->buckets[tb->hash & (trace->bucket_count - 1)];
    for (struct Traceback *known = *bucket; known != NULL; known = known->next) {
        if (traceback_equal(known, tb)) {
            return known->number;
        }
    }
    struct Traceback *copy = malloc(traceback_bytes(tb->count));
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, tb, traceback_bytes(tb->count));
    if (traceback_enter(copy) == 0) {
        free(copy);
        return 0;
    }
    copy->next = *bucket;
    *bucket = copy;
    trace->traceback_bytes += traceback_bytes(tb->count);
    return copy->number;
}

/* ---- chains of callers -------------------------------------------------------------------- */

static void
chains_forget(void)
{
    struct CallerTable *t = &trace->chains;
    size_t count = trace->max_frames > 1 ? t->count : (size_t)UINT16_MAX + 1;
    t->off = t->first >= UINT32_MAX - 2 * CALLERS_MAX;      /* no numbers are left */
    t->first = t->off ? UINT32_MAX : t->first + (uint32_t)count + 1;
    free(t->callers);
    free(t->slots);
    t->callers = NULL;
    t->slots = NULL;
    t->count = t->room = t->mask = 0;
}

static size_t
caller_hash(const PyObject *filename, uint32_t lineno, uint32_t others)
{
    return (((uintptr_t)filename >> 4) + lineno * (size_t)0x9E3779B97F4A7C15u + others * (size_t)0xD6E8FEB86659FD93u) >> 20;
}

/* Room for one more, with the empty chain as number 0; -1 if that is not to be. */
static status
chains_grow(struct CallerTable *t)
{
    if (t->count >= CALLERS_MAX) {
        return -1;
    }
    if (t->count < t->room) {
        return 0;
    }
    size_t room = t->room ? t->room * 2 : 256;
    struct Caller *callers = realloc(t->callers, room * sizeof *callers);
    uint32_t *slots = calloc(room * 2, sizeof *slots);
    if (callers != NULL) {
        t->callers = callers;
    }
    if (callers == NULL || slots == NULL) {
        free(slots);
        return -1;
    }
    free(t->slots);
    t->slots = slots;
    t->mask = room * 2 - 1;
    t->room = room;
    if (t->count == 0) {
        callers[0] = (struct Caller){NULL, 0, 0, 0};
        t->count = 1;
    }
    for (uint32_t i = 1; i < t->count; i++) {
        size_t at = caller_hash(callers[i].filename, callers[i].lineno, callers[i].others) & t->mask;
        while (slots[at] != 0) {
            at = (at + 1) & t->mask;
        }
        slots[at] = i;
    }
    return 0;
}

/* The number of the chain that consists of `frame` and its callers, which are known; 0 without room. */
static uint32_t
chain_with(const Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    uint32_t others = frame->callers - t->first;
    if (trace->max_frames == 1) {
        return frame->callers + (others < UINT16_MAX);
    }
    struct SiteMemo *memo = site_of(frame);
    if (chains_grow(t) < 0) {
        return 0;
    }
    size_t at = caller_hash(memo->filename, memo->lineno, others) & t->mask;
    for (; t->slots[at] != 0; at = (at + 1) & t->mask) {
        struct Caller *known = &t->callers[t->slots[at]];
        if (known->filename == memo->filename && known->lineno == memo->lineno && known->others == others) {
            return t->first + t->slots[at];
        }
    }
    t->callers[t->count] = (struct Caller){memo->filename, memo->lineno, others, t->callers[others].total + 1};
    t->slots[at] = (uint32_t)t->count;
    return t->first + (uint32_t)t->count++;
}

/* Find the number of the callers of `frame` and of each frame on the way; 0 without room. */
static uint32_t
callers_enter(Frame *frame)
{
    uint32_t first = trace->chains.first;
    size_t unknown;
    do {
        Frame *waiting[CALLERS_STEP], *caller = frame;
        for (unknown = 0; caller != NULL && caller->callers < first; unknown++) {
            waiting[unknown % CALLERS_STEP] = caller;
            caller = frame_visible(caller->previous);
        }
        /* From the outermost inward; if there are more than fit, the others' turn comes. */
        for (size_t i = 0; i < unknown && i < CALLERS_STEP; i++) {
            Frame *next = waiting[(unknown - 1 - i) % CALLERS_STEP];
            uint32_t number = caller == NULL ? first : chain_with(caller);
            if (number == 0) {
                return 0;
            }
            next->callers = number;
            caller = next;
        }
    } while (unknown > CALLERS_STEP);
    return frame->callers;
}

static NOINLINE uint32_t
callers_find(Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    uint32_t number = 0;
    for (int attempt = 0; attempt < 2 && number == 0 && !t->off; attempt++) {
        if (attempt > 0) {
            chains_forget();
        }
        number = trace->max_frames > 1 && chains_grow(t) < 0 ? 0 : callers_enter(frame);
    }
    t->off = number == 0;
    return number;
}

/* The traceback of a frame whose callers are known, from them alone. */
static NOINLINE uint32_t
place_fill(struct PlaceMemo *place, const Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    struct Traceback *tb = trace->scratch;
    struct SiteMemo *memo = site_of(frame);
    uint32_t callers = frame->callers - t->first, total = callers;
    tb->sites[0] = (struct Site){memo->filename, memo->lineno};
    tb->count = 1;
    if (trace->max_frames > 1) {
        total = t->callers[callers].total;
        for (; callers != 0 && tb->count < trace->max_frames; callers = t->callers[callers].others) {
            tb->sites[tb->count++] = (struct Site){t->callers[callers].filename, t->callers[callers].lineno};
        }
    }
    tb->total = (uint16_t)(total < UINT16_MAX ? total + 1 : UINT16_MAX);
    uint32_t number = traceback_find();
    *place = (struct PlaceMemo){frame->last, trace->epoch, frame->callers, number};
    return number;
}

/* The number of the running code's traceback; 0 without memory. */
static ALWAYS_INLINE uint32_t
traceback_now(void)
{
    Frame *frame = innermost();
    if (frame == NULL) {
        return 1;
    }
    if (unlikely(frame->callers < trace->chains.first) && callers_find(frame) == 0) {
        read_frames(trace->scratch, frame);
        return traceback_find();
    }
    uintptr_t at = (uintptr_t)frame->last;
    struct PlaceMemo *place = &trace->places[((at >> 1 ^ at >> 11) + frame->callers * 0x9E3779B1u) & (PLACES - 1)];
    if (unlikely(place->at != frame->last || place->callers != frame->callers || place->epoch != trace->epoch ||
                 place->traceback == 0)) {
        return place_fill(place, frame);
    }
    return place->traceback;
}

static status
table_note(unsigned domain, uintptr_t block, size_t size, uint32_t traceback)
{
    lock_table();
    status result = trace_add(domain, block, size, traceback);
    unlock_table();
    peak_note();
    return result;
}

/* The GIL is held. */
static status
note_block(unsigned domain, const void *block, size_t size)
{
    if (!trace->tracing) {
        return -1;
    }
    trace->inside = true;
    uint32_t traceback = traceback_now();
    trace->inside = false;
    struct Page *page = domain == 0 ? trace_page(block) : NULL;
    return traceback == 0 ? -1
           : page != NULL ? page_note(page, block, size, traceback)
                          : table_note(domain, (uintptr_t)block, size, traceback);
}

/* Take a block's trace out, before the block is given back. */
static struct Trace
forget_block(unsigned domain, const void *block)
{
    struct Trace old = {0, 0, 0, 0};
    struct Page *page = domain == 0 ? trace_page(block) : NULL;
    if (page != NULL) {
        struct BlockTrace taken = page_take(page, block);
        old.traceback = taken.traceback;
        old.size = taken.size;
        return old;
    }
    lock_table();
    if (trace->tracing) {
        old = trace_remove(domain, (uintptr_t)block);
    }
    unlock_table();
    return old;
}

/* ---- the hooks of mem and obj: the GIL is held ------------------------------------------------ */

static ALWAYS_INLINE void *
noted(PyMemAllocatorEx *below, void *p, size_t size)
{
    if (p != NULL && !trace->inside && note_block(0, p, size) < 0 && trace->tracing) {
        below->free(below->ctx, p);
        return NULL;
    }
    return p;
}

static void *
hook_malloc(void *ctx, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    return noted(below, below->malloc(below->ctx, n), n);
}

static void *
hook_calloc(void *ctx, size_t count, size_t size)
{
    PyMemAllocatorEx *below = ctx;
    return noted(below, below->calloc(below->ctx, count, size), count * size);
}

static void
hook_free(void *ctx, void *p)
{
    PyMemAllocatorEx *below = ctx;
    if (p != NULL) {
        forget_block(0, p);
        below->free(below->ctx, p);
    }
}

/* The trace of a block that could not be moved stands again. */
static void
restore_block(const void *block, struct Trace old)
{
    struct Page *page = trace_page(block);
    if (old.traceback == 0 || !trace->tracing) {
        return;
    }
    if (page != NULL) {
        (void)page_note(page, block, old.size, old.traceback);
    }
    else {
        (void)table_note(0, (uintptr_t)block, old.size, old.traceback);
    }
}

static void *
hook_realloc(void *ctx, void *p, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return hook_malloc(ctx, n);
    }
    struct Trace old = forget_block(0, p);
    void *moved = below->realloc(below->ctx, p, n);
    if (moved == NULL) {
        restore_block(p, old);
    }
    else if (!trace->inside) {
        (void)note_block(0, moved, n);          /* the old block is gone: the new one must not be lost */
    }
    return moved;
}

/* ---- the hooks of raw: without the GIL ------------------------------------------------------ */

/* Note a block of the raw domain; the GIL is taken for it. */
static status
note_raw(const void *p, size_t n)
{
    set_busy(true);
    PyGILState_STATE gil = PyGILState_Ensure();
    status result = trace->inside ? 0 : note_block(0, p, n);
    PyGILState_Release(gil);
    set_busy(false);
    return result;
}

static void *
raw_noted(PyMemAllocatorEx *below, void *p, size_t n)
{
    if (p != NULL && !is_busy() && note_raw(p, n) < 0 && trace->tracing) {
        below->free(below->ctx, p);
        return NULL;
    }
    return p;
}

static void *
hook_raw_malloc(void *ctx, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    return raw_noted(below, below->malloc(below->ctx, n), n);
}

static void *
hook_raw_calloc(void *ctx, size_t count, size_t size)
{
    PyMemAllocatorEx *below = ctx;
    return raw_noted(below, below->calloc(below->ctx, count, size), count * size);
}

static void *
hook_raw_realloc(void *ctx, void *p, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return hook_raw_malloc(ctx, n);
    }
    struct Trace old = forget_block(0, p);
    void *moved = below->realloc(below->ctx, p, n);
    if (moved == NULL) {
        restore_block(p, old);
    }
    else if (!is_busy()) {
        (void)note_raw(moved, n);
    }
    return moved;
}

/* ---- start and stop ----------------------------------------------------------------------- */

static status
need_state(void)
{
    if (trace != NULL) {
        return 0;
    }
    struct TraceState *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return -1;
    }
    if (pthread_key_create(&state->busy, NULL) != 0) {
        free(state);
        return -1;
    }
    state->unknown = PyUnicode_InternFromString("<unknown>");
    if (state->unknown == NULL) {
        free(state);
        return -1;
    }
    state->max_frames = 1;
    state->empty.count = state->empty.total = 1;
    state->empty.sites[0] = (struct Site){state->unknown, 0};
    trace = state;
    _Py_tracemalloc_config.initialized = 1;
    return 0;
}

static status
enter_empty(void)
{
    return traceback_enter(&trace->empty) == 0 ? -1 : 0;
}

static void
clear_tables(void)
{
    lock_table();
    free(trace->traces.slots);
    trace->traces = (struct TraceTable){NULL, 0, 0};
    trace->in_table = 0;
    unlock_table();
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (struct Page *page = krait_heap.all[kind]; page != NULL; page = page->all_next) {
            page_forget_traces(page);
        }
    }
    trace->on_pages = trace->peak = 0;
    for (size_t i = 2; i <= trace->traceback_count; i++) {
        free(trace->tracebacks[i]);
    }
    for (size_t i = 0; i < trace->bucket_count; i++) {
        trace->buckets[i] = NULL;
    }
    trace->traceback_count = trace->traceback_count > 0 ? 1 : 0;
    trace->traceback_bytes = 0;
    trace->epoch++;
    chains_forget();
    if (trace->names != NULL) {
        PyDict_Clear(trace->names);
    }
}

static status
start_tracing(int frames)
{
    if (frames < 1 || frames > MAX_FRAMES) {
        PyErr_Format(PyExc_ValueError, "the number of frames must be in range [1; %lu]",
                     (unsigned long)MAX_FRAMES);
        return -1;
    }
    if (need_state() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    if (trace->tracing) {
        return 0;
    }
    if (trace->names == NULL && (trace->names = PyDict_New()) == NULL) {
        return -1;
    }
    struct Traceback *scratch = malloc(traceback_bytes(frames));
    if (scratch == NULL || (trace->traceback_count == 0 && enter_empty() < 0)) {
        free(scratch);
        PyErr_NoMemory();
        return -1;
    }
    trace->max_frames = frames;
    trace->epoch++;
    chains_forget();
    trace->scratch = scratch;
    trace->tracing = true;
    _Py_tracemalloc_config.tracing = 1;
    _Py_tracemalloc_config.max_nframe = frames;
    for (int domain = 0; domain < 3; domain++) {
        bool raw = domain == PYMEM_DOMAIN_RAW;
        PyMemAllocatorEx hook = {&trace->below[domain], raw ? hook_raw_malloc : hook_malloc,
                                 raw ? hook_raw_calloc : hook_calloc, raw ? hook_raw_realloc : hook_realloc,
                                 hook_free};
        PyMem_GetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &hook);
    }
    return 0;
}

static void
stop_tracing(void)
{
    if (trace == NULL || !trace->tracing) {
        return;
    }
    trace->tracing = false;
    _Py_tracemalloc_config.tracing = 0;
    for (int domain = 0; domain < 3; domain++) {
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
    }
    clear_tables();
    free(trace->scratch);
    trace->scratch = NULL;
}

status
tracemalloc_init(int frames)
{
    return frames == 0 ? 0 : start_tracing(frames);
}

void
tracemalloc_fini(void)
{
    if (trace != NULL) {
        stop_tracing();
        Py_CLEAR(trace->names);
    }
}

/* ---- for others --------------------------------------------------------------------------- */

/* Trace a block of another allocator.  0, -1 without memory, -2 while not tracing. */
int
PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size)
{
    if (trace == NULL || !trace->tracing) {
        return -2;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    status result = note_block(domain, (void *)ptr, size);
    PyGILState_Release(gil);
    return result;
}

int
PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr)
{
    if (trace == NULL || !trace->tracing) {
        return -2;
    }
    forget_block(domain, (void *)ptr);
    return 0;
}

/* The block in which an object stands. */
static ALWAYS_INLINE const void *
block_of(PyObject *op)
{
    bool pre = heap_collects(op) && page_of(op)->kind == PAGE_COLLECTED_PRE;
    return (const char *)op - (pre ? 2 * sizeof(PyObject *) : 0);
}

/* The number in the trace of a block, 0 if there is none; `now`, unless it is 0, takes its place. */
static uint32_t
trace_number(unsigned domain, const void *block, uint32_t now)
{
    struct Page *page = domain == 0 ? trace_page(block) : NULL;
    uint32_t number = 0;
    if (page != NULL) {
        struct BlockTrace *slot = page_trace_known(page, page_block_index(page, block));
        if (slot != NULL) {
            number = slot->traceback;
            slot->traceback = number != 0 && now != 0 ? now : number;
        }
        return number;
    }
    lock_table();
    struct Trace *slot = trace_find(domain, (uintptr_t)block);
    if (slot != NULL) {
        number = slot->traceback;
        slot->traceback = now != 0 ? now : number;
    }
    unlock_table();
    return number;
}

/* A recycled object counts as allocated here and now. */
int
_PyTraceMalloc_NewReference(PyObject *op)
{
    if (trace == NULL || !trace->tracing || trace->inside) {
        return -1;
    }
    trace->inside = true;
    uint32_t now = traceback_now();
    trace->inside = false;
    return now != 0 && trace_number(0, block_of(op), now) != 0 ? 0 : -1;
}

/* A frame that has called others stands elsewhere now. */
void
tracemalloc_forget_callers(void)
{
    if (trace != NULL && trace->tracing) {
        chains_forget();
    }
}

/* A code object dies: what is known of its instructions is no longer true. */
void
tracemalloc_forget_code(void)
{
    if (trace != NULL) {
        trace->epoch++;
    }
}

static PyObject *
sites_tuple(const struct Traceback *tb)
{
    PyObject *result = PyTuple_New(tb->count);
    for (int i = 0; result != NULL && i < tb->count; i++) {
        PyObject *site = Py_BuildValue("(OI)", tb->sites[i].filename, tb->sites[i].lineno);
        if (site == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, site);
    }
    return result;
}

static struct Traceback *
traceback_of(unsigned domain, const void *block)
{
    struct Traceback *tb = NULL;
    if (trace != NULL && trace->tracing) {
        uint32_t number = trace_number(domain, block, 0);
        tb = number == 0 ? NULL : trace->tracebacks[number];
    }
    return tb;
}

PyObject *
_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr)
{
    struct Traceback *tb = traceback_of(domain, (void *)ptr);
    if (tb == NULL) {
        Py_RETURN_NONE;
    }
    return sites_tuple(tb);
}

void
alloc_site_print(int fd, const void *block)
{
    static const char hint[] =
        "Enable tracemalloc to get the memory block allocation traceback\n\n";
    if (trace == NULL || !trace->tracing) {
        _Py_write_noraise(fd, hint, sizeof hint - 1);
        return;
    }
    struct Traceback *tb = traceback_of(0, block);
    if (tb == NULL) {
        return;
    }
    static const char head[] = "Memory block allocated at (most recent call first):\n";
    _Py_write_noraise(fd, head, sizeof head - 1);
    for (int i = 0; i < tb->count; i++) {
        _Py_write_noraise(fd, "  File \"", 8);
        _Py_DumpASCII(fd, tb->sites[i].filename);
        _Py_write_noraise(fd, "\", line ", 8);
        _Py_DumpDecimal(fd, tb->sites[i].lineno);
        _Py_write_noraise(fd, "\n", 1);
    }
    _Py_write_noraise(fd, "\n", 1);
}

/* ---- the module --------------------------------------------------------------------------- */

FUNCTION(_tracemalloc, is_tracing, "($module, /)", "Whether allocations are traced.")
static truth
_tracemalloc_is_tracing(PyObject *module)
{
    return trace != NULL && trace->tracing;
}

FUNCTION(_tracemalloc, clear_traces, "($module, /)", "Forget all traces.")
static PyObject *
_tracemalloc_clear_traces(PyObject *module)
{
    if (trace != NULL && trace->tracing) {
        trace->inside = true;
        clear_tables();
        trace->inside = false;
    }
    Py_RETURN_NONE;
}

/* A tuple for each traceback, made once. */
static PyObject *
shared_tuple(PyObject *cache, struct Traceback *tb)
{
    PyObject *key = PyLong_FromVoidPtr(tb);
    if (key == NULL) {
        return NULL;
    }
    PyObject *tuple = Py_XNewRef(PyDict_GetItemWithError(cache, key));
    if (tuple == NULL && !PyErr_Occurred()) {
        tuple = sites_tuple(tb);
        if (tuple != NULL && PyDict_SetItem(cache, key, tuple) < 0) {
            Py_CLEAR(tuple);
        }
    }
    Py_DECREF(key);
    return tuple;
}

/* Copy at most `room` traces; how many there are if `copy` is NULL. */
static size_t
traces_copy(struct Trace *copy, size_t room)
{
    size_t n = 0;
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (struct Page *page = krait_heap.all[kind]; page != NULL; page = page->all_next) {
            for (uint32_t i = 0; page->traces != NULL && i < page->carved; i++) {
                struct BlockTrace *slot = page_trace_known(page, i);
                if (slot == NULL || slot->traceback == 0) {
                    continue;
                }
                if (copy != NULL && n < room) {
                    copy[n] = (struct Trace){1, slot->size, slot->traceback, 0};
                }
                n++;
            }
        }
    }
    lock_table();
    for (size_t i = 0; trace->traces.slots != NULL && i <= trace->traces.mask; i++) {
        if (trace->traces.slots[i].block != 0) {
            if (copy != NULL && n < room) {
                copy[n] = trace->traces.slots[i];
            }
            n++;
        }
    }
    unlock_table();
    return copy == NULL || n < room ? n : room;
}

FUNCTION(_tracemalloc, _get_traces, "($module, /)",
         "A list of (domain, size, traceback, total number of frames) of all traced blocks.")
static PyObject *
_tracemalloc__get_traces(PyObject *module)
{
    PyObject *list = PyList_New(0);
    if (list == NULL || trace == NULL || !trace->tracing) {
        return list;
    }
    /* Work on a copy: making the tuples changes what is traced. */
    size_t count = traces_copy(NULL, 0);
    struct Trace *copy = malloc((count + 1) * sizeof *copy);
    count = copy == NULL ? 0 : traces_copy(copy, count);
    trace->inside = true;
    PyObject *cache = PyDict_New();
    if (copy == NULL || cache == NULL) {
        PyErr_NoMemory();
        Py_CLEAR(list);
    }
    for (size_t i = 0; list != NULL && i < count; i++) {
        if (copy[i].traceback > trace->traceback_count) {
            break;                  /* a finaliser has cleared the traces meanwhile */
        }
        struct Traceback *tb = trace->tracebacks[copy[i].traceback];
        PyObject *tuple = shared_tuple(cache, tb);
        PyObject *item = tuple == NULL ? NULL
                                       : Py_BuildValue("InNI", copy[i].domain, (Py_ssize_t)copy[i].size,
                                                       tuple, (unsigned)tb->total);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    free(copy);
    Py_XDECREF(cache);
    trace->inside = false;
    return list;
}

FUNCTION(_tracemalloc, _get_object_traceback, "($module, obj, /)",
         "Where the object was allocated, as a tuple of (file, line); None if that is not known.")
static PyObject *
_tracemalloc__get_object_traceback(PyObject *module, PyObject *obj)
{
    struct Traceback *tb = traceback_of(0, block_of(obj));
    if (tb == NULL) {
        Py_RETURN_NONE;
    }
    return sites_tuple(tb);
}

FUNCTION(_tracemalloc, start, "($module, nframe=1, /)",
         "Trace allocations from now on, keeping nframe frames of each.")
static PyObject *
_tracemalloc_start(PyObject *module, int nframe)
{
    if (start_tracing(nframe) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_tracemalloc, stop, "($module, /)", "Stop tracing and forget all traces.")
static PyObject *
_tracemalloc_stop(PyObject *module)
{
    stop_tracing();
    Py_RETURN_NONE;
}

FUNCTION(_tracemalloc, get_traceback_limit, "($module, /)", "The number of frames kept of each trace.")
static PyObject *
_tracemalloc_get_traceback_limit(PyObject *module)
{
    return PyLong_FromLong(trace == NULL ? 1 : trace->max_frames);
}

FUNCTION(_tracemalloc, get_tracemalloc_memory, "($module, /)", "Bytes that tracing itself uses.")
static PyObject *
_tracemalloc_get_tracemalloc_memory(PyObject *module)
{
    size_t size = 0;
    if (trace != NULL) {
        lock_table();
        size = trace->traces.slots == NULL ? 0 : (trace->traces.mask + 1) * sizeof(struct Trace);
        unlock_table();
        size += trace->chains.room * (sizeof(struct Caller) + 2 * sizeof(uint32_t));
        size += krait_heap.trace_bytes + trace->bucket_count * sizeof(void *) + trace->traceback_bytes +
                trace->traceback_room * sizeof(void *);
    }
    return PyLong_FromSize_t(size);
}

FUNCTION(_tracemalloc, get_traced_memory, "($module, /)",
         "(bytes, most bytes there ever were) of traced blocks.")
static PyObject *
_tracemalloc_get_traced_memory(PyObject *module)
{
    size_t now = 0, peak = 0;
    if (trace != NULL && trace->tracing) {
        now = trace->on_pages + __atomic_load_n(&trace->in_table, __ATOMIC_RELAXED);
        peak = trace->peak;
    }
    return Py_BuildValue("nn", (Py_ssize_t)now, (Py_ssize_t)peak);
}

FUNCTION(_tracemalloc, reset_peak, "($module, /)", "Let the peak begin anew at the current size.")
static PyObject *
_tracemalloc_reset_peak(PyObject *module)
{
    if (trace != NULL && trace->tracing) {
        trace->peak = trace->on_pages + __atomic_load_n(&trace->in_table, __ATOMIC_RELAXED);
    }
    Py_RETURN_NONE;
}

static int
_tracemalloc_exec(PyObject *module)
{
    return need_state() < 0 ? (PyErr_NoMemory(), -1) : 0;
}

static PyModuleDef_Slot _tracemalloc_slots[] = {{Py_mod_exec, _tracemalloc_exec}, {0, NULL}};
static PyMethodDef _tracemalloc_functions[];

static WRITTEN struct PyModuleDef _tracemalloc_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracemalloc",
    .m_doc = "Where memory is allocated; the module tracemalloc builds upon it.",
    .m_methods = _tracemalloc_functions,
    .m_slots = _tracemalloc_slots,
};

PyMODINIT_FUNC
PyInit__tracemalloc(void)
{
    return PyModuleDef_Init(&_tracemalloc_def);
}

#include "gen/modules/_tracemalloc.inc"
