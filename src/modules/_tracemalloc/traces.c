/* _tracemalloc: the traces of live blocks.

   A block on a page has its trace in an array beside the page (base/pages.h), any other, and all of
   other domains than 0, in a table by domain and address.  The lock of the table is held for a few
   instructions, and never while anything is called that might allocate from the hooks. */
#include "modules/_tracemalloc/tracemalloc.h"
#include <sched.h>

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
    size_t now = traced_bytes();
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

static size_t
block_hash(unsigned domain, uintptr_t block)
{
    return ((block >> 4) * 0x9E3779B97F4A7C15u ^ domain) >> 7;
}

static struct Trace *
table_find(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    if (t->slots == NULL) {
        return NULL;
    }
    for (size_t i = block_hash(domain, block) & t->mask;; i = (i + 1) & t->mask) {
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
        size_t at = block_hash(t->slots[i].domain, t->slots[i].block) & (room - 1);
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
table_add(unsigned domain, uintptr_t block, size_t size, uint32_t traceback)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = table_find(domain, block);
    if (slot != NULL) {
        trace->in_table -= slot->size;
    }
    else {
        if ((t->slots == NULL || (t->used + 1) * 3 > (t->mask + 1) * 2) && table_grow() < 0) {
            return -1;
        }
        size_t at = block_hash(domain, block) & t->mask;
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
table_remove(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = table_find(domain, block), old = {0, 0, 0, 0};
    if (slot == NULL) {
        return old;
    }
    old = *slot;
    trace->in_table -= old.size;
    t->used--;
    /* Close the gap: later entries of the run move up if they may. */
    size_t gap = (size_t)(slot - t->slots);
    for (size_t i = (gap + 1) & t->mask; t->slots[i].block != 0; i = (i + 1) & t->mask) {
        size_t home = block_hash(t->slots[i].domain, t->slots[i].block) & t->mask;
        if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
            t->slots[gap] = t->slots[i];
            gap = i;
        }
    }
    t->slots[gap].block = 0;
    return old;
}

static status
table_note(unsigned domain, uintptr_t block, size_t size, uint32_t traceback)
{
    lock_table();
    status result = table_add(domain, block, size, traceback);
    unlock_table();
    peak_note();
    return result;
}

/* ---- either ---- */

status
trace_note(unsigned domain, const void *block, size_t size)
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

struct Trace
trace_forget(unsigned domain, const void *block)
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
        old = table_remove(domain, (uintptr_t)block);
    }
    unlock_table();
    return old;
}

void
trace_restore(const void *block, struct Trace old)
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

uint32_t
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
    struct Trace *slot = table_find(domain, (uintptr_t)block);
    if (slot != NULL) {
        number = slot->traceback;
        slot->traceback = now != 0 ? now : number;
    }
    unlock_table();
    return number;
}

/* ---- all of them ---- */

size_t
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

void
traces_clear(void)
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
}

size_t
traces_memory(void)
{
    lock_table();
    size_t size = trace->traces.slots == NULL ? 0 : (trace->traces.mask + 1) * sizeof(struct Trace);
    unlock_table();
    return size + krait_heap.trace_bytes;
}
