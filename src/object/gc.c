/* The cycle collector.

   Collected objects lie in pages with one side byte per object, so no list links them: the set under
   examination is found by walking pages.  A young collection walks only the pages that got a young
   object (heap.young), a full one all of them.

   One collection of generation g:
     1. gather    every tracked object of generation <= g gets SIDE_COLLECTING and a copy of its count
     2. subtract  a reference from inside the set takes one from the copy
     3. mark      what keeps a positive copy is held from outside; all it reaches leaves the set for
                  generation g+1
     4. the rest  is garbage: weak references are cleared and called, finalisers run once, what they
                  resurrect is found by 1-3 on the garbage alone, what remains is cleared

   1 and 2 are one walk over the pages, 3 is another; neither asks for memory by the number of objects.
   The copy of a count stands in the upper half of the count itself, where it is zero before and after:
   nothing but traversal runs in between.  A count that needs this half (2^31 references) is not
   copied; SIDE_APART says that the object is held from outside.

   What is COLLECTING after marking is garbage; no list of it is made.  While finalisers run, garbage
   may die by itself: death clears the side byte, and a page that is `held` is never released.  What a
   tp_del keeps from being cleared, and all it reaches, is APART. */
#include "object/gc.h"
#include "object/slots.h"
#include "object/freelist.h"
#include "object/check.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32 };
enum { FROZEN = 3 };
/* Objects that wait for their turn while marking; more of them are found again by walking the pages. */
enum { STACK_ROOM = 8192 };
/* The largest count that can be copied. */
#define COPY_MAX ((size_t)INT32_MAX)

/* One collection's working memory. */
struct Collection {
    uint8_t limit;                  /* oldest generation of the set, as side bits */
    uint8_t next;                   /* where survivors go, as side bits */
    bool pending;                   /* some object is SIDE_PENDING */
    struct Page **pages;
    size_t page_count;
    size_t objects, survivors;      /* that entered the set, and left it for the next generation */
    PyObject **stack;               /* settled, what they refer to is yet to be marked */
    size_t stack_count;
    size_t garbage_pages;           /* the first ones: they had garbage after marking */
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

/* Eight side bytes are looked at in one step where few of them matter.  `chosen` has the lowest bit
   of each byte that does. */
#define EACH_BYTE ((uint64_t)0x0101010101010101)

static ALWAYS_INLINE uint64_t
choose_young(uint64_t sides)
{
    return sides >> 1 & ~(sides >> 3) & ~(sides >> 4) & EACH_BYTE;      /* tracked, generation 0 */
}

static ALWAYS_INLINE uint64_t
choose_younger(uint64_t sides)
{
    return sides >> 1 & ~(sides >> 4) & EACH_BYTE;                      /* tracked, generation 0 or 1 */
}

static ALWAYS_INLINE uint64_t
choose_marked(uint64_t sides)
{
    return (sides >> 5 | sides >> 7) & EACH_BYTE;                       /* collecting or pending */
}

static ALWAYS_INLINE uint64_t
choose_collecting(uint64_t sides)
{
    return sides >> 5 & EACH_BYTE;
}

/* The object whose side byte is number `i` of its page. */
static ALWAYS_INLINE PyObject *
object_at(const struct Page *page, size_t i)
{
    size_t presize = page_presize(page), last = (i << SIDE_SHIFT) + (1 << SIDE_SHIFT) - 1;
    size_t number = ((uint64_t)(last - presize) * page->reciprocal) >> 32;
    return (PyObject *)(page_base(page) + page->first + presize + number * page->block);
}

#define FOR_EACH_CHOSEN(page, choose, op, side)                                                    \
    for (uint8_t *begin_ = (uint8_t *)page_base(page) + PAGE_HEADER_ROOM, *word_ = begin_,         \
                 *end_ = begin_ + side_bytes(page);                                                \
         word_ < end_; word_ += 8)                                                                 \
        for (uint64_t left_ = choose(*(uint64_t *)word_); left_ != 0; left_ &= left_ - 1)          \
            for (uint8_t *side = word_ + (__builtin_ctzl(left_) >> 3); side != NULL; side = NULL)  \
                for (PyObject *op = object_at(page, (size_t)(side - begin_)); op != NULL; op = NULL)

/* Side bytes that objects of the page can have, rounded up to words. */
static ALWAYS_INLINE size_t
side_bytes(const struct Page *page)
{
    size_t bytes = page->arena == NULL ? 1 : (size_t)page->carved * page->block;
    return ((bytes + 16) >> SIDE_SHIFT) + 8;
}

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

static void
list_page(struct Collection *c, struct Page *page, unsigned mask)
{
    if (c->pages != NULL) {
        c->pages[c->page_count] = page;
        page->held = 1;
        page->young &= (uint8_t)~mask;
    }
    c->page_count++;
}

/* List the pages that may hold objects of `generation` or younger; -1 if memory is out. */
static status
list_pages(struct Collection *c, unsigned generation)
{
    unsigned mask = (2u << generation) - 1;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && (c->pages = malloc((c->page_count + 1) * sizeof *c->pages)) == NULL) {
            c->page_count = 0;
            return -1;
        }
        c->page_count = 0;
        if (generation < 2) {
            for (struct Page *p = krait_heap.young; p != NULL; p = p->young_next) {
                if (p->young & mask) {
                    list_page(c, p, mask);
                }
            }
            continue;
        }
        for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
            for (struct Page *p = krait_heap.all[kind]; p != NULL; p = p->all_next) {
                list_page(c, p, mask);
            }
        }
    }
    return 0;
}

/* The copy of an object's count. */
static ALWAYS_INLINE uint32_t *
copy_of(PyObject *op)
{
    return (uint32_t *)&op->ob_refcnt + 1;
}

/* The object enters the set. */
static ALWAYS_INLINE void
enter(struct Collection *c, PyObject *op, uint8_t *side)
{
    CONTAINER_CHECK(op);
    c->objects++;
    if (unlikely((size_t)op->ob_refcnt > COPY_MAX)) {
        *side |= SIDE_COLLECTING | SIDE_APART;
        return;
    }
    *side |= SIDE_COLLECTING;
    *copy_of(op) = (uint32_t)op->ob_refcnt;
}

/* Is it a member of the set that nothing has proved reachable? */
static ALWAYS_INLINE bool
is_candidate(uint8_t side)
{
    return (side & (SIDE_COLLECTING | SIDE_APART)) == SIDE_COLLECTING;
}

static int
visit_subtract(PyObject *op, void *arg)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        if (!(*side & SIDE_COLLECTING)) {
            struct Collection *c = arg;
            if (!(*side & SIDE_TRACKED) || (*side & SIDE_GEN) > c->limit) {
                return 0;
            }
            enter(c, op, side);
        }
        uint32_t *copy = copy_of(op);
        if (*copy != 0 && !(*side & SIDE_APART)) {
            --*copy;
        }
    }
    return 0;
}

/* Steps 1 and 2: an object enters the set when it or the first reference to it is met. */
static void
gather(struct Collection *c, unsigned generation)
{
#define GATHER(op, side)                                                                           \
    do {                                                                                           \
        if (!(*side & SIDE_COLLECTING)) {                                                          \
            enter(c, op, side);                                                                    \
        }                                                                                          \
        Py_TYPE(op)->tp_traverse(op, visit_subtract, c);                                           \
    } while (0)

    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        if (generation == 0) {
            FOR_EACH_CHOSEN(page, choose_young, op, side) GATHER(op, side);
        }
        else if (generation == 1) {
            FOR_EACH_CHOSEN(page, choose_younger, op, side) GATHER(op, side);
        }
        else {
            FOR_EACH_OBJECT(page, op, side) {
                if (*side & SIDE_TRACKED && (*side & SIDE_GEN) <= c->limit) GATHER(op, side);
            }
        }
    }
#undef GATHER
}

/* ---- marking ------------------------------------------------------------------------------ */

/* The object stays: it leaves the set for its next generation. */
static ALWAYS_INLINE void
settle(struct Collection *c, PyObject *op, uint8_t *side)
{
    if (likely(!(*side & SIDE_APART))) {
        *copy_of(op) = 0;
    }
    *side = (uint8_t)((*side & (SIDE_LIVE | SIDE_TRACKED | SIDE_FINALIZED)) | c->next);
    c->survivors++;
}

static int
visit_mark(PyObject *op, void *arg)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        if (is_candidate(*side)) {
            struct Collection *c = arg;
            settle(c, op, side);
            if (likely(c->stack_count < STACK_ROOM)) {
                c->stack[c->stack_count++] = op;
            }
            else {
                *side |= SIDE_PENDING;
                c->pending = true;
            }
        }
    }
    return 0;
}

/* Mark what a settled object refers to.  What can no longer be part of a cycle is tracked no more. */
static ALWAYS_INLINE void
mark_one(struct Collection *c, PyObject *op)
{
    Py_TYPE(op)->tp_traverse(op, visit_mark, c);
    if (PyTuple_CheckExact(op)) {
        _PyTuple_MaybeUntrack(op);
    }
    else if (c->next == 2 << SIDE_GEN_SHIFT && c->limit == c->next && PyDict_CheckExact(op)) {
        _PyDict_MaybeUntrack(op);
    }
}

static void
mark_from(struct Collection *c, PyObject *root)
{
    mark_one(c, root);
    while (c->stack_count > 0) {
        mark_one(c, c->stack[--c->stack_count]);
    }
}

static ALWAYS_INLINE void
mark_at(struct Collection *c, PyObject *op, uint8_t *side)
{
    if (*side & SIDE_PENDING) {
        *side &= (uint8_t)~SIDE_PENDING;
        mark_from(c, op);
    }
    else if (*side & SIDE_COLLECTING && (*side & SIDE_APART || *copy_of(op) > 0)) {
        settle(c, op, side);
        mark_from(c, op);
    }
}

/* Step 3.  Objects that found no room on the stack are pending; another round in the order of the pages
   finds them. */
static void
mark_reachable(struct Collection *c, unsigned generation)
{
    do {
        c->pending = false;
        for (size_t i = 0; i < c->page_count; i++) {
            struct Page *page = c->pages[i];
            if (generation < 2) {
                FOR_EACH_CHOSEN(page, choose_marked, op, side) mark_at(c, op, side);
            }
            else {
                FOR_EACH_OBJECT(page, op, side) {
                    if (*side & (SIDE_COLLECTING | SIDE_PENDING)) mark_at(c, op, side);
                }
            }
        }
    } while (c->pending);
}

/* ---- garbage ------------------------------------------------------------------------------ */

/* Each object that is garbage when its turn comes. */
#define FOR_EACH_GARBAGE(c, op, side)                                                              \
    for (size_t page_i_ = 0; page_i_ < (c)->garbage_pages; page_i_++)                              \
        FOR_EACH_CHOSEN((c)->pages[page_i_], choose_collecting, op, side)                          \
            if (is_candidate(*side))

/* Each object that a tp_del keeps. */
#define FOR_EACH_LEGACY(c, op, side)                                                               \
    for (size_t page_i_ = 0; page_i_ < (c)->garbage_pages; page_i_++)                              \
        FOR_EACH_CHOSEN((c)->pages[page_i_], choose_collecting, op, side)                          \
            if ((*side & (SIDE_COLLECTING | SIDE_APART)) == (SIDE_COLLECTING | SIDE_APART))

/* Pages with garbage go to the front. */
static void
sort_pages(struct Collection *c)
{
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        bool found = false;
        FOR_EACH_CHOSEN(page, choose_collecting, op, side) {
            found = true;
            (void)op, (void)side;
            break;
        }
        if (found) {
            c->pages[i] = c->pages[c->garbage_pages];
            c->pages[c->garbage_pages++] = page;
        }
    }
}

static int
visit_legacy(PyObject *op, void *arg)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        struct Collection *c = arg;
        if (is_candidate(*side)) {
            *side |= SIDE_APART;
            if (c->stack_count < STACK_ROOM) {
                c->stack[c->stack_count++] = op;
            }
            else {
                *side |= SIDE_PENDING;
                c->pending = true;
            }
        }
    }
    return 0;
}

/* Set apart what has a tp_del, and all it reaches: it cannot be cleared safely. */
static void
split_legacy(struct Collection *c)
{
    do {
        c->pending = false;
        for (size_t i = 0; i < c->garbage_pages; i++) {
            FOR_EACH_CHOSEN(c->pages[i], choose_collecting, op, side) {
                if (*side & SIDE_PENDING) {
                    *side &= (uint8_t)~SIDE_PENDING;
                    Py_TYPE(op)->tp_traverse(op, visit_legacy, c);
                }
                else if (Py_TYPE(op)->tp_del != NULL) {
                    visit_legacy(op, c);
                }
                while (c->stack_count > 0) {
                    PyObject *next = c->stack[--c->stack_count];
                    Py_TYPE(next)->tp_traverse(next, visit_legacy, c);
                }
            }
        }
    } while (c->pending);
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
    FOR_EACH_GARBAGE(c, op, side) {
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
   holds, and its finaliser knows how to end them; an object with __del__ also those of classes without. */
enum Rank { RANK_ENDS_OTHERS, RANK_OWNER, RANK_BUILT_IN };

static enum Rank
rank_of(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    return type->tp_finalize == slot_finalize || type->tp_finalize == _PyGen_Finalize ? RANK_ENDS_OTHERS
           : type->tp_flags & Py_TPFLAGS_HEAPTYPE                                     ? RANK_OWNER
                                                                                      : RANK_BUILT_IN;
}

static bool
is_due(PyObject *op, uint8_t side)
{
    return !(side & SIDE_FINALIZED) && Py_TYPE(op)->tp_finalize != NULL;
}

/* A built-in object refers to this one: whatever it has to say to it comes first. */
static int
visit_later(PyObject *op, void *from)
{
    if (op != from && is_garbage_object(op) && is_due(op, *page_side(op)) &&
        Py_TYPE(op)->tp_finalize != _PyGen_Finalize) {
        *page_side(op) |= SIDE_PENDING;
    }
    return 0;
}

static void
call_finalizers_of(struct Collection *c, enum Rank rank, uint8_t pending)
{
    FOR_EACH_GARBAGE(c, op, side) {
        if (is_due(op, *side) && rank_of(op) == rank && (*side & SIDE_PENDING) == pending) {
            *side |= SIDE_FINALIZED;
            Py_INCREF(op);
            Py_TYPE(op)->tp_finalize(op);
            Py_DECREF(op);
        }
    }
}

/* The reference calls them in the order in which the objects were made, or, if a collection found them
   alive before, in the order in which they refer to each other.  Here a text layer comes before its
   buffer, and that before the raw file, so that nothing is lost that was written; and the owner before
   what it owns.  SIDE_PENDING stands for what must wait. */
static void
call_finalizers(struct Collection *c)
{
    FOR_EACH_GARBAGE(c, op, side) {
        if (is_due(op, *side) && rank_of(op) == RANK_BUILT_IN) {
            Py_TYPE(op)->tp_traverse(op, visit_later, op);
        }
    }
    for (int later = 0; later < 2; later++) {
        for (enum Rank rank = RANK_ENDS_OTHERS; rank <= RANK_BUILT_IN; rank++) {
            call_finalizers_of(c, rank, later ? SIDE_PENDING : 0);
        }
    }
    FOR_EACH_GARBAGE(c, op, side) {
        *side &= (uint8_t)~SIDE_PENDING;
        (void)op;
    }
}

static int
visit_subtract_garbage(PyObject *op, void *Py_UNUSED(arg))
{
    if (heap_collects(op) && is_candidate(*page_side(op)) && *copy_of(op) != 0) {
        --*copy_of(op);
    }
    return 0;
}

/* Finalisers may have made garbage reachable again: examine the garbage alone once more.  How much of it
   is left. */
static size_t
drop_resurrected(struct Collection *c)
{
    size_t left = 0;
    FOR_EACH_GARBAGE(c, op, side) {
        *copy_of(op) = (uint32_t)op->ob_refcnt;
    }
    FOR_EACH_GARBAGE(c, op, side) {
        Py_TYPE(op)->tp_traverse(op, visit_subtract_garbage, NULL);
    }
    do {
        c->pending = false;
        for (size_t i = 0; i < c->garbage_pages; i++) {
            FOR_EACH_CHOSEN(c->pages[i], choose_marked, op, side) {
                if (!(*side & SIDE_APART)) mark_at(c, op, side);
            }
        }
    } while (c->pending);
    FOR_EACH_GARBAGE(c, op, side) {
        left++;
    }
    return left;
}

static void
clear_garbage(PyThreadState *tstate, struct Collection *c)
{
    struct GcState *gc = &tstate->interp->gc;
    FOR_EACH_GARBAGE(c, op, side) {
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

/* How many objects a tp_del keeps; gc.garbage gets those that have one. */
static Py_ssize_t
keep_legacy(PyThreadState *tstate, struct Collection *c)
{
    struct GcState *gc = &tstate->interp->gc;
    Py_ssize_t n = 0;
    FOR_EACH_LEGACY(c, op, side) {
        n++;
        if (!(gc->debug & DEBUG_SAVEALL) && Py_TYPE(op)->tp_del == NULL) {
            continue;
        }
        if ((gc->garbage == NULL && (gc->garbage = PyList_New(0)) == NULL) ||
            PyList_Append(gc->garbage, op) < 0) {
            PyErr_Clear();
        }
    }
    return n;
}

/* ---- one collection ----------------------------------------------------------------------- */

/* What nobody could clear stays, in the next generation. */
static void
settle_left(struct Collection *c)
{
    for (size_t i = 0; i < c->garbage_pages; i++) {
        FOR_EACH_CHOSEN(c->pages[i], choose_collecting, op, side) settle(c, op, side);
    }
}

/* The pages are let go: those with survivors hold the next generation, empty ones are given back. */
static void
settle_pages(struct Collection *c)
{
    unsigned next = c->next >> SIDE_GEN_SHIFT;
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        page->held = 0;
        if (next < 2 && c->survivors > 0) {
            page->young |= (uint8_t)(1 << next);
        }
        if (!page->young && page->in_young_list) {
            page_young_unlink(page);
        }
        page_settle(page);
    }
    c->page_count = 0;          /* some of them are no more */
}

static void
collection_free(struct Collection *c)
{
    free(c->pages);
    free(c->stack);
}

/* Steps 1 to 3: -1 without memory for it, and then no mark is left behind. */
static status
find_garbage(struct Collection *c, unsigned generation)
{
    c->limit = (uint8_t)(generation << SIDE_GEN_SHIFT);
    c->next = (uint8_t)((generation < 2 ? generation + 1 : 2) << SIDE_GEN_SHIFT);
    c->stack = malloc(STACK_ROOM * sizeof *c->stack);
    if (c->stack == NULL || list_pages(c, generation) < 0) {
        return -1;
    }
    gather(c, generation);
    mark_reachable(c, generation);
    if (c->objects != c->survivors) {
        sort_pages(c);
    }
    return 0;
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
    Py_ssize_t collected = 0, uncollectable = 0;
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
#ifdef KRAIT_DEBUG
    if (generation == 2) {
        heap_check();
    }
#endif
    if (find_garbage(&c, generation) < 0) {
        collection_free(&c);
        return 0;
    }
    if (c.garbage_pages > 0) {
        split_legacy(&c);
        if (gc->debug & DEBUG_COLLECTABLE) {
            FOR_EACH_GARBAGE(&c, op, side) debug_object("collectable", op);
        }
        clear_weakrefs(&c);
        call_finalizers(&c);
        collected = (Py_ssize_t)drop_resurrected(&c);
        clear_garbage(tstate, &c);
        if (gc->debug & DEBUG_UNCOLLECTABLE) {
            FOR_EACH_LEGACY(&c, op, side) debug_object("uncollectable", op);
        }
        uncollectable = keep_legacy(tstate, &c);
    }
    if (gc->debug & DEBUG_STATS) {
        PySys_WriteStderr("gc: done, %zd unreachable, %zd uncollectable, %.4fs elapsed\n",
                          collected + uncollectable, uncollectable,
                          _PyTime_AsSecondsDouble(_PyTime_GetPerfCounter() - start));
    }
    settle_left(&c);
    Py_ssize_t survivors = (Py_ssize_t)c.survivors;
    settle_pages(&c);
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

#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
/* Of so many collections one is of the middle generation; a full one comes after as many as a 32nd of the old
   objects, so that the cost of all is linear. */
enum { STRESS_MIDDLE = 16, STRESS_FULL = 32 };

/* A collection at every n-th allocation, whatever thresholds say: who holds an object that is not
   finished, or not counted, meets it here. */
void
stress_allocation(PyThreadState *tstate)
{
    struct GcState *gc = &tstate->interp->gc;
    if (gc->stress_every > 0 && ++gc->stress_count >= gc->stress_every && gc->enabled &&
        !gc->collecting && tstate->curexc_type == NULL) {
        int generation = ++gc->stress_rounds % STRESS_MIDDLE == 0;
        if (gc->stress_rounds > gc->long_lived_total / STRESS_FULL) {
            generation = 2;
            gc->stress_rounds = 0;
        }
        gc->stress_count = 0;
        gc_collect(tstate, generation);
    }
}
#endif

void
gc_due(PyThreadState *tstate)
{
    struct GcState *gc = &tstate->interp->gc;
    if (gc->enabled && gc->generations[0].threshold && !gc->collecting && tstate->curexc_type == NULL) {
        collect_generations(tstate);
    }
}

PyObject *
gc_alloc(size_t size, size_t presize)
{
    return gc_alloc_here(size, presize, 0);
}

PyObject *
gc_alloc_tight(size_t size, size_t presize)
{
    return gc_alloc_here(size, presize, PAGE_TIGHT);
}

static PyObject *
alloc_for(PyTypeObject *type, size_t size)
{
    return size & 8 && type_is_tight(type) ? gc_alloc_tight(size, gc_presize(type))
                                           : gc_alloc(size, gc_presize(type));
}

PyObject *
_PyObject_GC_New(PyTypeObject *type)
{
    size_t size = (size_t)_PyObject_SIZE(type);
    PyObject *op = gc_alloc_here(size, gc_presize(type), size & 8 && type_is_tight(type) ? PAGE_TIGHT : 0);
    if (unlikely(op == NULL)) {
        return NULL;
    }
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        Py_INCREF(type);
    }
    Py_SET_TYPE(op, type);
    Py_SET_REFCNT(op, 1);
    return op;
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
    PyObject *op = alloc_for(type, (size_t)_PyObject_VAR_SIZE(type, n));
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
    if (size <= room && size > room - (room >> 2) && !krait_alloc.debug &&
        (!((uintptr_t)op & 8) || type_is_tight(type))) {
        Py_SET_SIZE(op, n);
        return op;
    }
    unsigned kind = page->kind | (size & 8 && type_is_tight(type) ? PAGE_TIGHT : 0);
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
#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
    const char *every = getenv("KRAIT_COLLECT_EVERY");
    gc->stress_every = every != NULL ? atol(every) : 0;
#endif
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
