/* The cycle collector.

   Collected objects lie in pages with one side byte per object, so no list links them: the set under
   examination is found by reading the side bytes of pages, eight at a time.  A young collection reads
   only the pages that got a young object (heap.young), a full one all of them.

   One collection of generation g:
     1. gather    every tracked object of generation <= g gets SIDE_COLLECTING, a place in the vector
                  of the set and its count copied into refs[] of its page
     2. subtract  a reference from inside the set takes one from the copy
     3. mark      what keeps a positive copy is held from outside; all it reaches is SIDE_REACHABLE
     4. the rest  is garbage: weak references are cleared and called, finalisers run once, what they
                  resurrect is found by 1-3 on the garbage alone, what remains is cleared
     5. survivors move to generation g+1

   While finalisers run, garbage may die by itself.  The vector of garbage holds no references; an
   entry is valid as long as its side byte says COLLECTING and not REACHABLE, since death clears the
   byte and a page with refs[] is never released. */
#include "object/gc.h"
#include "object/freelist.h"
#include "object/check.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32 };
/* gc.collecting: a collection runs, or automatic ones wait for the end of the start. */
enum { GC_BUSY = 1, GC_HELD = 2 };
enum { FROZEN = 3, HELD = UINT32_MAX };

struct ObjectVec {
    PyObject **items;
    size_t count;
};

/* One collection's working memory. */
struct Collection {
    struct Page **pages;
    size_t page_count;
    uint32_t *refs;                 /* backing of every page's refs */
    struct ObjectVec set;           /* what was gathered; entries stay after an object's death */
    struct ObjectVec stack;         /* room for every object of the set */
    struct ObjectVec garbage;
    struct ObjectVec legacy;        /* garbage that a tp_del keeps alive */
};

/* ---- walking ------------------------------------------------------------------------------ */

static ALWAYS_INLINE size_t
page_presize(const struct Page *page)
{
    return page->kind == PAGE_COLLECTED_PRE ? 2 * sizeof(PyObject *) : 0;
}

static ALWAYS_INLINE uint8_t
side_generation(uint8_t side)
{
    return (side & SIDE_GEN) >> SIDE_GEN_SHIFT;
}

#define FOR_EACH_OBJECT(page, op, side)                                                            \
    for (char *at_ = page_base(page) + (page)->first + page_presize(page),                        \
              *end_ = at_ + (size_t)(page)->carved * (page)->block;                                \
         at_ < end_; at_ += (page)->block)                                                         \
        for (PyObject *op = (PyObject *)at_; op != NULL; op = NULL)                                \
            for (uint8_t *side = page_side(op); side != NULL; side = NULL)

int
gc_walk(unsigned generations, int (*visit)(PyObject *, void *), void *arg)
{
    for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
        struct Page *next;
        for (struct Page *page = krait_heap.all[kind]; page != NULL; page = next) {
            next = page->all_next;
            FOR_EACH_OBJECT(page, op, side) {
                if (*side & SIDE_TRACKED && generations >> side_generation(*side) & 1) {
                    int stop = visit(op, arg);
                    if (stop) {
                        return stop;
                    }
                }
            }
        }
    }
    return 0;
}

static void
page_now_holds(struct Page *page, unsigned generation)
{
    if (generation < 2) {
        page->young |= (uint8_t)(1 << generation);
        if (!page->in_young_list) {
            page_young_link(page);
        }
    }
}

Py_ssize_t
gc_move_all(unsigned from, unsigned to)
{
    Py_ssize_t n = 0;
    for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
        for (struct Page *page = krait_heap.all[kind]; page != NULL; page = page->all_next) {
            FOR_EACH_OBJECT(page, op, side) {
                if (*side & SIDE_TRACKED && from >> side_generation(*side) & 1) {
                    *side = (uint8_t)((*side & ~SIDE_GEN) | to << SIDE_GEN_SHIFT);
                    page_now_holds(page, to);
                    n++;
                }
            }
        }
    }
    return n;
}

static int
count_one(PyObject *Py_UNUSED(op), void *n)
{
    ++*(Py_ssize_t *)n;
    return 0;
}

static Py_ssize_t
generation_size(unsigned generation)
{
    Py_ssize_t n = 0;
    gc_walk(1u << generation, count_one, &n);
    return n;
}

/* ---- gathering the set -------------------------------------------------------------------- */

/* List the pages that may hold objects of `generation` or younger; -1 if memory is out. */
static status
list_pages(struct Collection *c, unsigned generation)
{
    size_t n = 0, blocks = 0;
    unsigned mask = (2u << generation) - 1;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            c->pages = malloc((n + 1) * sizeof *c->pages);
            if (c->pages == NULL) {
                return -1;
            }
        }
        n = 0;
        if (generation < 2) {
            for (struct Page *p = krait_heap.young; p != NULL; p = p->young_next) {
                if (p->young & mask) {
                    if (pass == 1) {
                        c->pages[n] = p;
                    }
                    n++;
                }
            }
            continue;
        }
        for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
            for (struct Page *p = krait_heap.all[kind]; p != NULL; p = p->all_next) {
                if (pass == 1) {
                    c->pages[n] = p;
                }
                n++;
            }
        }
    }
    c->page_count = n;
    for (size_t i = 0; i < n; i++) {
        blocks += c->pages[i]->carved;
    }
    c->refs = malloc((blocks + 1) * sizeof *c->refs);
    c->set.items = malloc((blocks + 1) * sizeof *c->set.items);
    if (c->refs == NULL || c->set.items == NULL) {
        return -1;
    }
    uint32_t *at = c->refs;
    for (size_t i = 0; i < n; i++) {
        c->pages[i]->refs = at;
        at += c->pages[i]->carved;
    }
    return 0;
}

static ALWAYS_INLINE uint32_t *
refs_of(struct Page *page, PyObject *op)
{
    return &page->refs[page_block_index(page, op)];
}

static ALWAYS_INLINE uint32_t
count_copy(PyObject *op)
{
    Py_ssize_t n = Py_REFCNT(op);
    return n >= 0 && n < HELD ? (uint32_t)n : HELD;
}

/* The high bit of each of eight side bytes that belongs to a tracked object of `generation` or a
   younger one.  Bytes between objects are 0. */
static ALWAYS_INLINE uint64_t
side_hits(uint64_t sides, unsigned generation)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t tracked = sides / SIDE_TRACKED & ones;
    uint64_t high = sides >> (SIDE_GEN_SHIFT + 1) & ones, low = sides >> SIDE_GEN_SHIFT & ones;
    uint64_t older = generation == 0 ? high | low : generation == 1 ? high : high & low;
    return (tracked & ~older) << 7;
}

/* Eight side bytes, zeros for those from `last` on. */
static ALWAYS_INLINE uint64_t
sides_at(const uint8_t *at, const uint8_t *last)
{
    uint64_t sides = 0;
    if (likely(last - at >= 8)) {
        memcpy(&sides, at, 8);
        return sides;
    }
    for (int shift = 0; at < last; at++, shift += 8) {
        sides |= (uint64_t)*at << shift;
    }
    return sides;
}

/* The object whose side byte stands at `side` of the page. */
static ALWAYS_INLINE PyObject *
object_at(const struct Page *page, const char *base, const uint8_t *side)
{
    size_t presize = page_presize(page);
    const char *inside = base + ((size_t)(side - (const uint8_t *)base - SIDE_BIAS) << 4) + 15 - presize;
    return (PyObject *)(base + page->first + page_block_index(page, inside) * page->block + presize);
}

static void
gather(struct Collection *c, unsigned generation)
{
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        char *base = page_base(page);
        size_t end = page->first + (size_t)page->carved * page->block;
        uint8_t *at = (uint8_t *)base + SIDE_BIAS + (page->first >> 4);
        uint8_t *last = (uint8_t *)base + SIDE_BIAS + ((end < PAGE_BYTES ? end : PAGE_BYTES) >> 4);
        page->young &= (uint8_t)~((2u << generation) - 1);
        for (; at < last; at += 8) {
            for (uint64_t hits = side_hits(sides_at(at, last), generation); hits != 0; hits &= hits - 1) {
                uint8_t *side = at + (__builtin_ctzll(hits) >> 3);
                PyObject *op = object_at(page, base, side);
                CONTAINER_CHECK(op);
                *side |= SIDE_COLLECTING;
                *refs_of(page, op) = count_copy(op);
                c->set.items[c->set.count++] = op;
            }
        }
    }
}

/* Is it a member of the set that no pass has proved reachable? */
static ALWAYS_INLINE bool
is_candidate(uint8_t side)
{
    return (side & (SIDE_COLLECTING | SIDE_REACHABLE)) == SIDE_COLLECTING;
}

static int
visit_subtract(PyObject *op, void *Py_UNUSED(arg))
{
    if (heap_collects(op) && is_candidate(*page_side(op))) {
        uint32_t *refs = refs_of(page_of(op), op);
        if (*refs != HELD && *refs != 0) {
            --*refs;
        }
    }
    return 0;
}

static int
visit_mark(PyObject *op, void *arg)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        if (is_candidate(*side)) {
            struct Collection *c = arg;
            *side |= SIDE_REACHABLE;
            c->stack.items[c->stack.count++] = op;
        }
    }
    return 0;
}

static void
mark_from(struct Collection *c, PyObject *root)
{
    visit_mark(root, c);
    while (c->stack.count > 0) {
        PyObject *op = c->stack.items[--c->stack.count];
        Py_TYPE(op)->tp_traverse(op, visit_mark, c);
    }
}

/* Only while nothing dies: the entries are those of pass 1. */
#define FOR_EACH_CANDIDATE(c, op, side)                                                            \
    for (size_t set_i_ = 0; set_i_ < (c)->set.count; set_i_++)                                     \
        for (PyObject *op = (c)->set.items[set_i_]; op != NULL; op = NULL)                         \
            for (uint8_t *side = page_side(op); side != NULL && is_candidate(*side); side = NULL)

/* Passes 2 and 3 over the whole set. */
static void
mark_reachable(struct Collection *c)
{
    FOR_EACH_CANDIDATE(c, op, side) {
        Py_TYPE(op)->tp_traverse(op, visit_subtract, op);
    }
    FOR_EACH_CANDIDATE(c, op, side) {
        if (*refs_of(page_of(op), op) > 0) {
            mark_from(c, op);
        }
    }
}

/* ---- garbage ------------------------------------------------------------------------------ */

/* Does the entry still name the garbage it named when it was listed? */
static ALWAYS_INLINE bool
is_still_garbage(PyObject *op)
{
    return is_candidate(*page_side(op));
}

static int
visit_legacy(PyObject *op, void *arg)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        struct Collection *c = arg;
        if (is_candidate(*side)) {
            *side |= SIDE_REACHABLE;
            c->legacy.items[c->legacy.count++] = op;
        }
    }
    return 0;
}

/* Set apart what has a tp_del, and all it reaches: it cannot be cleared safely. */
static void
split_legacy(struct Collection *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->garbage.count; i++) {
        PyObject *op = c->garbage.items[i];
        if (Py_TYPE(op)->tp_del != NULL) {
            visit_legacy(op, c);
        }
    }
    for (size_t i = 0; i < c->legacy.count; i++) {
        Py_TYPE(c->legacy.items[i])->tp_traverse(c->legacy.items[i], visit_legacy, c);
    }
    for (size_t i = 0; i < c->garbage.count; i++) {
        if (is_still_garbage(c->garbage.items[i])) {
            c->garbage.items[kept++] = c->garbage.items[i];
        }
    }
    c->garbage.count = kept;
}

static bool
is_garbage_object(PyObject *op)
{
    return heap_collects(op) && is_candidate(*page_side(op));
}

/* Clear every weak reference to garbage, then call the callbacks whose weak reference is not
   garbage itself.  All are cleared first, so that no callback can see an object half destroyed. */
static void
clear_weakrefs(struct Collection *c)
{
    PyObject *to_call = NULL;
    for (size_t i = 0; i < c->garbage.count; i++) {
        PyObject *op = c->garbage.items[i];
        if (PyWeakref_Check(op)) {
            _PyWeakref_ClearRef((PyWeakReference *)op);
        }
        if (!PyType_SUPPORTS_WEAKREFS(Py_TYPE(op))) {
            continue;
        }
        PyWeakReference **list = (PyWeakReference **)PyObject_GET_WEAKREFS_LISTPTR(op);
        for (PyWeakReference *wr; (wr = *list) != NULL;) {
            _PyWeakref_ClearRef(wr);
            if (wr->wr_callback == NULL || is_garbage_object((PyObject *)wr)) {
                continue;
            }
            if (to_call == NULL && (to_call = PyList_New(0)) == NULL) {
                PyErr_WriteUnraisable((PyObject *)wr);
                continue;
            }
            if (PyList_Append(to_call, (PyObject *)wr) < 0) {
                PyErr_WriteUnraisable((PyObject *)wr);
            }
        }
    }
    if (to_call == NULL) {
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(to_call); i++) {
        PyObject *wr = PyList_GET_ITEM(to_call, i);
        PyObject *callback = ((PyWeakReference *)wr)->wr_callback;
        if (callback == NULL) {
            continue;
        }
        Py_INCREF(callback);
        PyObject *result = PyObject_CallOneArg(callback, wr);
        if (result == NULL) {
            PyErr_WriteUnraisable(callback);
        }
        Py_XDECREF(result);
        Py_DECREF(callback);
    }
    Py_DECREF(to_call);
}

/* A generator or an instance of a Python class usually made the built-in objects (files, sockets) that it
   holds, and its finaliser knows how to end them. */
static bool
is_owner(PyObject *op)
{
    return Py_TYPE(op)->tp_flags & Py_TPFLAGS_HEAPTYPE || Py_TYPE(op)->tp_finalize == _PyGen_Finalize;
}

static void
call_finalizers_of(struct Collection *c, bool owners)
{
    for (size_t i = 0; i < c->garbage.count; i++) {
        PyObject *op = c->garbage.items[i];
        uint8_t *side = page_side(op);
        if (!is_still_garbage(op) || *side & SIDE_FINALIZED || Py_TYPE(op)->tp_finalize == NULL ||
            is_owner(op) != owners) {
            continue;
        }
        *side |= SIDE_FINALIZED;
        Py_INCREF(op);
        Py_TYPE(op)->tp_finalize(op);
        Py_DECREF(op);
    }
}

/* The reference calls them in the order in which the objects were made.  Nothing here knows that order;
   what it is good for is that owners come before what they own. */
static void
call_finalizers(struct Collection *c)
{
    call_finalizers_of(c, true);
    call_finalizers_of(c, false);
}

/* Finalisers may have made garbage reachable again: examine the garbage alone once more. */
static void
drop_resurrected(struct Collection *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->garbage.count; i++) {
        PyObject *op = c->garbage.items[i];
        if (is_still_garbage(op)) {
            *refs_of(page_of(op), op) = count_copy(op);
            c->garbage.items[kept++] = op;
        }
    }
    c->garbage.count = kept;
    for (size_t i = 0; i < kept; i++) {
        PyObject *op = c->garbage.items[i];
        Py_TYPE(op)->tp_traverse(op, visit_subtract, op);
    }
    for (size_t i = 0; i < kept; i++) {
        PyObject *op = c->garbage.items[i];
        if (is_still_garbage(op) && *refs_of(page_of(op), op) > 0) {
            mark_from(c, op);
        }
    }
    kept = 0;
    for (size_t i = 0; i < c->garbage.count; i++) {
        if (is_still_garbage(c->garbage.items[i])) {
            c->garbage.items[kept++] = c->garbage.items[i];
        }
    }
    c->garbage.count = kept;
}

static void
clear_garbage(PyThreadState *tstate, struct Collection *c)
{
    struct GcState *gc = &tstate->interp->gc;
    for (size_t i = 0; i < c->garbage.count; i++) {
        PyObject *op = c->garbage.items[i];
        if (!is_still_garbage(op)) {
            continue;
        }
        if (gc->debug & DEBUG_SAVEALL) {
            if (gc->garbage != NULL && PyList_Append(gc->garbage, op) < 0) {
                PyErr_Clear();
            }
            continue;
        }
        inquiry clear = Py_TYPE(op)->tp_clear;
        if (clear != NULL) {
            Py_INCREF(op);
            clear(op);
            if (PyErr_Occurred()) {
                _PyErr_WriteUnraisableMsg("in tp_clear of", (PyObject *)Py_TYPE(op));
            }
            Py_DECREF(op);
        }
    }
}

static void
debug_object(const char *what, PyObject *op)
{
    PySys_FormatStderr("gc: %s <%s %p>\n", what, Py_TYPE(op)->tp_name, op);
}

static void
keep_legacy(PyThreadState *tstate, struct Collection *c)
{
    struct GcState *gc = &tstate->interp->gc;
    if (gc->garbage == NULL && c->legacy.count > 0 && (gc->garbage = PyList_New(0)) == NULL) {
        PyErr_Clear();
        return;
    }
    for (size_t i = 0; i < c->legacy.count; i++) {
        PyObject *op = c->legacy.items[i];
        if ((gc->debug & DEBUG_SAVEALL || Py_TYPE(op)->tp_del != NULL) &&
            PyList_Append(gc->garbage, op) < 0) {
            PyErr_Clear();
        }
    }
}

/* ---- one collection ----------------------------------------------------------------------- */

static void
untrack_tuples(struct Collection *c)
{
    for (size_t i = 0; i < c->set.count; i++) {
        PyObject *op = c->set.items[i];
        if (*page_side(op) & SIDE_REACHABLE && PyTuple_CheckExact(op)) {
            _PyTuple_MaybeUntrack(op);
        }
    }
}

/* Survivors get their generation, pages lose their scratch.  How many survived.  Death has cleared
   the COLLECTING bit of those that died meanwhile, and what took their place has none. */
static Py_ssize_t
settle(struct Collection *c, unsigned generation)
{
    Py_ssize_t survivors = 0;
    unsigned to = generation < 2 ? generation + 1 : 2;
    for (size_t i = 0; i < c->set.count; i++) {
        PyObject *op = c->set.items[i];
        uint8_t *side = page_side(op);
        if ((*side & (SIDE_COLLECTING | SIDE_TRACKED)) != (SIDE_COLLECTING | SIDE_TRACKED)) {
            continue;
        }
        if (generation == 2 && PyDict_CheckExact(op)) {
            _PyDict_MaybeUntrack(op);
            if (!(*side & SIDE_TRACKED)) {
                continue;
            }
        }
        *side = (uint8_t)((*side & (SIDE_LIVE | SIDE_TRACKED | SIDE_FINALIZED)) | to << SIDE_GEN_SHIFT);
        survivors++;
        if (to < 2) {
            page_of(op)->young |= (uint8_t)(1 << to);
        }
    }
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        page->refs = NULL;
        if (!page->young && page->in_young_list) {
            page_young_unlink(page);
        }
        page_settle(page);
    }
    c->page_count = 0;          /* some of them are no more */
    return survivors;
}

static void
collection_free(struct Collection *c)
{
    for (size_t i = 0; i < c->page_count; i++) {
        c->pages[i]->refs = NULL;
    }
    free(c->pages);
    free(c->refs);
    free(c->set.items);
    free(c->stack.items);
    free(c->garbage.items);
    free(c->legacy.items);
}

static status
list_garbage(struct Collection *c)
{
    size_t n = 0;
    FOR_EACH_CANDIDATE(c, op, side) {
        n++;
    }
    c->garbage.items = malloc((n + 1) * sizeof(PyObject *));
    c->legacy.items = malloc((n + 1) * sizeof(PyObject *));
    if (c->garbage.items == NULL || c->legacy.items == NULL) {
        return -1;
    }
    FOR_EACH_CANDIDATE(c, op, side) {
        c->garbage.items[c->garbage.count++] = op;
    }
    return 0;
}

/* Steps 1 to 3.  Without memory for it there is no collection: -1, and no mark is left behind. */
static status
find_garbage(struct Collection *c, unsigned generation)
{
    if (list_pages(c, generation) < 0) {
        return -1;
    }
    gather(c, generation);
    c->stack.items = malloc((c->set.count + 1) * sizeof(PyObject *));
    if (c->stack.items != NULL) {
        mark_reachable(c);
        if (list_garbage(c) == 0) {
            return 0;
        }
    }
    for (size_t i = 0; i < c->set.count; i++) {
        PyObject *op = c->set.items[i];
        *page_side(op) &= (uint8_t)~(SIDE_COLLECTING | SIDE_REACHABLE);
        page_now_holds(page_of(op), side_generation(*page_side(op)));
    }
    return -1;
}

static void
debug_begin(struct GcState *gc, unsigned generation)
{
    if (gc->debug & DEBUG_STATS) {
        PySys_WriteStderr("gc: collecting generation %d...\n", (int)generation);
        PySys_WriteStderr("gc: objects in each generation: %zd %zd %zd\n", generation_size(0),
                          generation_size(1), generation_size(2));
        PySys_WriteStderr("gc: objects in permanent generation: %zd\n", generation_size(FROZEN));
    }
}

static Py_ssize_t
collect_main(PyThreadState *tstate, unsigned generation, Py_ssize_t *collected_out,
             Py_ssize_t *uncollectable_out, bool quiet)
{
    struct GcState *gc = &tstate->interp->gc;
    struct Collection c = {0};
    int64_t start = 0;
    Py_ssize_t collected = 0;
    debug_begin(gc, generation);
    if (gc->debug & DEBUG_STATS) {
        start = _PyTime_GetPerfCounter();
    }
    if (generation + 1 < GENERATIONS) {
        gc->generations[generation + 1].count++;
    }
    for (unsigned i = 0; i <= generation; i++) {
        gc->generations[i].count = 0;
    }
    if (find_garbage(&c, generation) < 0) {
        collection_free(&c);
        return 0;
    }
    untrack_tuples(&c);
    split_legacy(&c);
    if (gc->debug & DEBUG_COLLECTABLE) {
        for (size_t i = 0; i < c.garbage.count; i++) {
            debug_object("collectable", c.garbage.items[i]);
        }
    }
    clear_weakrefs(&c);
    call_finalizers(&c);
    drop_resurrected(&c);
    collected = (Py_ssize_t)c.garbage.count;
    clear_garbage(tstate, &c);
    if (gc->debug & DEBUG_UNCOLLECTABLE) {
        for (size_t i = 0; i < c.legacy.count; i++) {
            debug_object("uncollectable", c.legacy.items[i]);
        }
    }
    Py_ssize_t uncollectable = (Py_ssize_t)c.legacy.count;
    if (gc->debug & DEBUG_STATS) {
        PySys_WriteStderr("gc: done, %zd unreachable, %zd uncollectable, %.4fs elapsed\n",
                          collected + uncollectable, uncollectable,
                          _PyTime_AsSecondsDouble(_PyTime_GetPerfCounter() - start));
    }
    keep_legacy(tstate, &c);
    Py_ssize_t survivors = settle(&c, generation);
    if (generation == 2) {
        freelists_clear_collected(&_PyRuntime.caches);
        gc->long_lived_total = survivors;
        gc->long_lived_pending = 0;
    }
    else if (generation == 1) {
        gc->long_lived_pending += survivors;
    }
    collection_free(&c);
    if (PyErr_Occurred()) {
        if (quiet) {
            PyErr_Clear();
        }
        else {
            _PyErr_WriteUnraisableMsg("in garbage collection", NULL);
        }
    }
    gc->stats[generation].collections++;
    gc->stats[generation].collected += collected;
    gc->stats[generation].uncollectable += uncollectable;
    *collected_out = collected;
    *uncollectable_out = uncollectable;
    return collected + uncollectable;
}

static void
call_callbacks(struct GcState *gc, const char *phase, unsigned generation, Py_ssize_t collected,
               Py_ssize_t uncollectable)
{
    if (gc->callbacks == NULL || PyList_GET_SIZE(gc->callbacks) == 0) {
        return;
    }
    PyObject *info = Py_BuildValue("{sisnsn}", "generation", (int)generation, "collected", collected,
                                   "uncollectable", uncollectable);
    if (info == NULL) {
        PyErr_WriteUnraisable(NULL);
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(gc->callbacks); i++) {
        PyObject *callback = PyList_GET_ITEM(gc->callbacks, i);
        Py_INCREF(callback);
        PyObject *result = PyObject_CallFunction(callback, "sO", phase, info);
        if (result == NULL) {
            PyErr_WriteUnraisable(callback);
        }
        Py_XDECREF(result);
        Py_DECREF(callback);
    }
    Py_DECREF(info);
}

Py_ssize_t
gc_collect(PyThreadState *tstate, int generation)
{
    struct GcState *gc = &tstate->interp->gc;
    PyObject *type, *value, *traceback;
    Py_ssize_t collected = 0, uncollectable = 0;
    if (gc->collecting == GC_BUSY) {
        return 0;
    }
    int before = gc->collecting;
    gc->collecting = GC_BUSY;
    PyErr_Fetch(&type, &value, &traceback);
    call_callbacks(gc, "start", (unsigned)generation, 0, 0);
    Py_ssize_t n = collect_main(tstate, (unsigned)generation, &collected, &uncollectable, false);
    call_callbacks(gc, "stop", (unsigned)generation, collected, uncollectable);
    PyErr_Restore(type, value, traceback);
    gc->collecting = before;
    return n;
}

Py_ssize_t
gc_collect_quietly(PyThreadState *tstate)
{
    struct GcState *gc = &tstate->interp->gc;
    Py_ssize_t collected, uncollectable;
    if (gc->collecting == GC_BUSY) {
        return 0;
    }
    gc->collecting = GC_BUSY;
    Py_ssize_t n = collect_main(tstate, 2, &collected, &uncollectable, true);
    gc->collecting = 0;
    return n;
}

void
gc_hold(struct _is *interp)
{
    interp->gc.collecting = GC_HELD;
}

void
gc_release(struct _is *interp)
{
    struct GcState *gc = &interp->gc;
    if (gc->collecting == GC_HELD) {
        gc->long_lived_total += gc_move_all(1 | 2, 2);
        for (int i = 0; i < GENERATIONS; i++) {
            gc->generations[i].count = 0;
        }
        gc->collecting = 0;
    }
}

/* The oldest generation whose count exceeds its threshold is collected.  A full collection also
   waits until a quarter of the old objects is new, so that its cost stays linear overall. */
static NOINLINE void
collect_generations(PyThreadState *tstate)
{
    struct GcState *gc = &tstate->interp->gc;
    for (int i = GENERATIONS - 1; i >= 0; i--) {
        if (gc->generations[i].count > gc->generations[i].threshold) {
            if (i == 2 && gc->long_lived_pending < gc->long_lived_total / 4) {
                continue;
            }
            gc_collect(tstate, i);
            return;
        }
    }
}

/* ---- allocation --------------------------------------------------------------------------- */

static NOINLINE PyObject *
gc_alloc_slow(size_t size, size_t presize)
{
    PyThreadState *tstate = tstate_get();
    struct GcState *gc = &tstate->interp->gc;
    struct GcGeneration *young = &gc->generations[0];
    unsigned kind = presize ? PAGE_COLLECTED_PRE : PAGE_COLLECTED;
    if (unlikely(++young->count > young->threshold) && gc->enabled && young->threshold &&
        !gc->collecting && tstate->curexc_type == NULL) {
        collect_generations(tstate);
    }
    if (unlikely(size > (size_t)PY_SSIZE_T_MAX - presize)) {
        return PyErr_NoMemory();
    }
    char *block = collected_alloc(kind, size + presize);
    if (unlikely(block == NULL)) {
        return PyErr_NoMemory();
    }
    if (presize) {
        ((void **)block)[0] = ((void **)block)[1] = NULL;
        block += 2 * sizeof(PyObject *);
    }
    *page_side(block) = SIDE_LIVE;
    return (PyObject *)block;
}

PyObject *
gc_alloc(size_t size, size_t presize)
{
#ifndef KRAIT_ASAN
    if (likely(size + presize - 1 < 512 && !krait_alloc.hooked)) {
        struct GcGeneration *young = &interp_get()->gc.generations[0];
        struct Page *page = krait_heap.available[presize ? PAGE_COLLECTED_PRE : PAGE_COLLECTED]
                                                [size_class_of(size + presize)];
        void **block = page->free;
        if (likely(young->count < young->threshold && block != NULL)) {
            young->count++;
            page->free = *block;
            page->used++;
            if (presize) {
                block[0] = block[1] = NULL;
                block += 2;
            }
            *page_side(block) = SIDE_LIVE;
            return (PyObject *)block;
        }
    }
#endif
    return gc_alloc_slow(size, presize);
}

PyObject *
_PyObject_GC_New(PyTypeObject *type)
{
    PyObject *op = gc_alloc((size_t)_PyObject_SIZE(type), gc_presize(type));
    return op == NULL ? NULL : PyObject_Init(op, type);
}

PyVarObject *
_PyObject_GC_NewVar(PyTypeObject *type, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (type->tp_itemsize && n > (PY_SSIZE_T_MAX - type->tp_basicsize - 8) / type->tp_itemsize) {
        return (PyVarObject *)PyErr_NoMemory();
    }
    PyObject *op = gc_alloc((size_t)_PyObject_VAR_SIZE(type, n), gc_presize(type));
    return op == NULL ? NULL : PyObject_InitVar((PyVarObject *)op, type, n);
}

/* Change the number of items of an untracked object that nobody else refers to. */
PyVarObject *
_PyObject_GC_Resize(PyVarObject *op, Py_ssize_t n)
{
    PyTypeObject *type = Py_TYPE(op);
    if (n < 0 || (type->tp_itemsize &&
                  n > (PY_SSIZE_T_MAX - type->tp_basicsize - 8) / type->tp_itemsize)) {
        return (PyVarObject *)PyErr_NoMemory();
    }
    size_t size = _PyObject_VAR_SIZE(type, n);
    struct Page *page = page_of(op);
    size_t presize = page_presize(page);
    size_t room = (page->arena != NULL ? page->block : page->mapping - page->first) - presize;
    if (size <= room && size > room - (room >> 2) && !krait_alloc.debug) {
        Py_SET_SIZE(op, n);
        return op;
    }
    unsigned kind = page->kind;
    char *block = collected_alloc(kind, size + presize);
    if (block == NULL) {
        return (PyVarObject *)PyErr_NoMemory();
    }
    memcpy(block, (char *)op - presize, (size < room ? size : room) + presize);
    PyVarObject *moved = (PyVarObject *)(block + presize);
    *page_side(moved) = *page_side(op);
    *page_side(op) = 0;
    collected_free((char *)op - presize);
    Py_SET_SIZE(moved, n);
    return moved;
}

void
PyObject_GC_Del(void *op)
{
    gc_free(op);
}

void
PyObject_GC_Track(void *op)
{
    if (heap_collects(op)) {
        gc_track(op);
    }
}

void
PyObject_GC_UnTrack(void *op)
{
    if (heap_collects(op)) {
        gc_untrack(op);
    }
}

int
PyObject_GC_IsTracked(PyObject *op)
{
    return heap_collects(op) && PyObject_IS_GC(op) && gc_is_tracked(op);
}

int
PyObject_GC_IsFinalized(PyObject *op)
{
    return heap_collects(op) && PyObject_IS_GC(op) && (*page_side(op) & SIDE_FINALIZED) != 0;
}

int
PyObject_IS_GC(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    return PyType_IS_GC(type) && (type->tp_is_gc == NULL || type->tp_is_gc(op));
}

/* ---- finalisers --------------------------------------------------------------------------- */

/* Run tp_finalize unless it has run before (collected objects only remember that). */
void
PyObject_CallFinalizer(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bool collected = heap_collects(op) && PyType_IS_GC(type);
    if (type->tp_finalize == NULL || (collected && *page_side(op) & SIDE_FINALIZED)) {
        return;
    }
    type->tp_finalize(op);
    if (collected) {
        *page_side(op) |= SIDE_FINALIZED;
    }
}

/* For a tp_dealloc: 0 if the object is to die, -1 if its finaliser brought it back. */
int
PyObject_CallFinalizerFromDealloc(PyObject *op)
{
    if (Py_REFCNT(op) != 0) {
        _PyObject_ASSERT_FAILED_MSG(op, "PyObject_CallFinalizerFromDealloc called on object with a "
                                        "non-zero refcount");
    }
    Py_SET_REFCNT(op, 1);
    PyObject_CallFinalizer(op);
    Py_ssize_t count = Py_REFCNT(op) - 1;
    Py_SET_REFCNT(op, count);
    return count == 0 ? 0 : -1;
}

/* ---- trashcan ----------------------------------------------------------------------------- */

/* Dead containers beyond TRASH_DEPTH nested deallocations wait in a list, linked through the count
   they no longer need, so that long chains do not use the C stack. */
int
_PyTrash_begin(PyThreadState *tstate, PyObject *op)
{
    if (tstate->trash_delete_nesting >= TRASH_DEPTH) {
        op->ob_refcnt = (Py_ssize_t)tstate->trash_delete_later;
        tstate->trash_delete_later = op;
        return 1;
    }
    tstate->trash_delete_nesting++;
    return 0;
}

void
_PyTrash_end(PyThreadState *tstate)
{
    tstate->trash_delete_nesting--;
    if (tstate->trash_delete_later == NULL || tstate->trash_delete_nesting > 0) {
        return;
    }
    while (tstate->trash_delete_later != NULL) {
        PyObject *op = tstate->trash_delete_later;
        tstate->trash_delete_later = (PyObject *)op->ob_refcnt;
        op->ob_refcnt = 0;
        /* Nested deallocations must not start emptying the list once more. */
        tstate->trash_delete_nesting++;
        Py_TYPE(op)->tp_dealloc(op);
        tstate->trash_delete_nesting--;
    }
}

/* Is `dealloc` the one that the object's own type uses?  A base's must not enter the trashcan. */
int
_PyTrash_cond(PyObject *op, destructor dealloc)
{
    return Py_TYPE(op)->tp_dealloc == dealloc;
}

/* ---- switches and life cycle -------------------------------------------------------------- */

Py_ssize_t
PyGC_Collect(void)
{
    PyThreadState *tstate = tstate_get();
    return tstate->interp->gc.enabled ? gc_collect(tstate, GENERATIONS - 1) : 0;
}

int
PyGC_Enable(void)
{
    struct GcState *gc = &interp_get()->gc;
    int before = gc->enabled;
    gc->enabled = 1;
    return before;
}

int
PyGC_Disable(void)
{
    struct GcState *gc = &interp_get()->gc;
    int before = gc->enabled;
    gc->enabled = 0;
    return before;
}

int
PyGC_IsEnabled(void)
{
    return interp_get()->gc.enabled;
}

status
gc_init(struct _is *interp)
{
    struct GcState *gc = &interp->gc;
    static const int thresholds[GENERATIONS] = {700, 10, 10};
    for (int i = 0; i < GENERATIONS; i++) {
        gc->generations[i].threshold = thresholds[i];
    }
    gc->enabled = 1;
    return 0;
}

void
gc_report_garbage(struct _is *interp)
{
    struct GcState *gc = &interp->gc;
    if (gc->debug & DEBUG_SAVEALL || gc->garbage == NULL || PyList_GET_SIZE(gc->garbage) == 0) {
        return;
    }
    bool listed = (gc->debug & DEBUG_UNCOLLECTABLE) != 0;
    if (PyErr_WarnExplicitFormat(PyExc_ResourceWarning, "gc", 0, "gc", NULL,
                                 listed ? "gc: %zd uncollectable objects at shutdown"
                                        : "gc: %zd uncollectable objects at shutdown; use "
                                          "gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them",
                                 PyList_GET_SIZE(gc->garbage)) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
    if (listed) {
        PyObject *text = PyObject_Repr(gc->garbage);
        PyObject *bytes = text == NULL ? NULL : PyUnicode_EncodeFSDefault(text);
        if (bytes == NULL) {
            PyErr_WriteUnraisable(gc->garbage);
        }
        else {
            PySys_WriteStderr("      %s\n", PyBytes_AS_STRING(bytes));
        }
        Py_XDECREF(text);
        Py_XDECREF(bytes);
    }
}

void
gc_clear(struct _is *interp)
{
    Py_CLEAR(interp->gc.garbage);
    Py_CLEAR(interp->gc.callbacks);
}
