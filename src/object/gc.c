/* The cycle collector.

   Collected objects lie in pages with one side byte per object, so no list links them: the set under
   examination is found by walking pages.  A young collection walks only the pages that got a young
   object (heap.young), a full one all of them.

   One collection of generation g; the set is every tracked object of generation <= g:
     1. subtract  what each member refers to is looked at.  The first reference from inside the set gives
                  an object SIDE_COLLECTING and a copy of its count; each takes one from the copy
     2. mark      what no member refers to, or what keeps a positive copy, is held from outside; it and
                  all it reaches leave the set for generation g+1
     3. the rest  is garbage: weak references are cleared and called, finalisers run once, what they
                  resurrect is found by 1-2 on the garbage alone, what remains is cleared

   1 and 2 are a walk over the pages each; neither asks for memory by the number of objects.  Most objects
   are referred to by older ones and refer to nothing young.  They cost one look at what they refer to:
   no copy is made, and their generation changes with that of their fifteen neighbours in one step.
   The copy of a count stands in the upper half of the count itself, where it is zero before and after:
   nothing but traversal runs in between.  A count that needs this half (2^31 references) is not
   copied; SIDE_APART says that the object is held from outside.

   SIDE_PENDING says that an object refers to members of the set that are yet to be marked: together with
   COLLECTING once it is known to be held, without it (a root, or one that found no room on the stack) now.

   What is COLLECTING after marking is garbage; no list of it is made.  While finalisers run, garbage
   may die by itself: death clears the side byte, and a page that is `held` is never released.  What a
   tp_del keeps from being cleared, and all it reaches, is APART. */
#include "object/gc.h"
#include "object/declare.h"
#include "object/class.h"
#include "object/slots.h"
#include "object/freelist.h"
#include "object/check.h"
#include "base/clock.h"
#include "base/simd.h"
#include "types/dict.h"
#include <stdlib.h>
#include <string.h>

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32 };
enum { FROZEN = 3 };
/* Objects that wait for their turn while marking; more of them are found again by walking the pages.
   Collections of young objects find their room on the C stack: to take it from the heap may cost more than
   the collection. */
enum { STACK_ROOM = 8192, STACK_ROOM_YOUNG = 256, PAGES_YOUNG = 64 };
/* The largest count that can be copied. */
#define COPY_MAX ((size_t)INT32_MAX)

/* One collection's working memory. */
struct Collection {
    unsigned generation;
    uint8_t limit;                  /* oldest generation of the set, as side bits */
    uint8_t next;                   /* where survivors go, as side bits */
    bool pending;                   /* some object outside the set is SIDE_PENDING */
    bool inner;                     /* the object that is looked at refers to a member of the set */
    struct Page **pages;
    size_t page_count;
    size_t objects;                 /* in the set */
    size_t entered, settled;        /* became COLLECTING, and ceased to be it */
    PyObject **stack;               /* settled, what they refer to is yet to be marked */
    size_t stack_count, stack_room;
    size_t garbage_pages;           /* the first ones: they had garbage after marking */
    bool any_del, any_due, any_weak;    /* garbage with a tp_del, a finaliser that has to run, a weak reference */
    struct Page *young_pages[PAGES_YOUNG];
    PyObject *young_stack[STACK_ROOM_YOUNG];
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

/* Sixteen side bytes are looked at in one step.  A choice has all bits of each byte that matters. */
#define EACH(byte) ((uint8_t)(byte) - (bytes16){0})

/* Tracked, of generation 0, or with `younger` of 0 or 1. */
static ALWAYS_INLINE bytes16
choose_young(bytes16 sides, bool younger)
{
    return (bytes16)((sides & EACH(SIDE_TRACKED | (younger ? 2 << SIDE_GEN_SHIFT : SIDE_GEN))) ==
                     EACH(SIDE_TRACKED));
}

static ALWAYS_INLINE bytes16
choose_collecting(bytes16 sides)
{
    return (bytes16)((sides & EACH(SIDE_COLLECTING)) != 0);
}

static ALWAYS_INLINE bytes16
choose_marked(bytes16 sides)
{
    return (bytes16)((sides & EACH(SIDE_COLLECTING | SIDE_PENDING)) != 0);
}

/* A bit for each chosen byte. */
static ALWAYS_INLINE unsigned
bits_of(bytes16 choice)
{
#ifdef __SSE2__
    typedef char chars16 __attribute__((vector_size(16)));
    return (unsigned)__builtin_ia32_pmovmskb128((chars16)choice);
#else
    typedef uint64_t words16 __attribute__((vector_size(16)));
    words16 lowest = (words16)choice & 0x0101010101010101, bits = lowest * 0x0102040810204080 >> 56;
    return (unsigned)(bits[0] | bits[1] << 8);
#endif
}

/* Side bytes that objects of the page can have, but for what is missing to sixteen. */
static ALWAYS_INLINE size_t
side_bytes(const struct Page *page)
{
    size_t bytes = page->arena == NULL ? 1 : (size_t)page->carved * page->block;
    return (bytes + 16 + (1 << SIDE_SHIFT) - 1) >> SIDE_SHIFT;
}

/* What leads from side bytes to objects, out of the way of stores to memory that might be the header. */
struct Layout {
    uint8_t *sides, *end;
    char *objects;                  /* the first one */
    uint64_t block, reciprocal, within;
};

static ALWAYS_INLINE struct Layout
layout_of(const struct Page *page)
{
    size_t presize = page_presize(page);
    uint8_t *sides = (uint8_t *)page_base(page) + PAGE_HEADER_ROOM;
    return (struct Layout){sides, sides + side_bytes(page), page_base(page) + page->first + presize, page->block,
                           page->reciprocal, (1 << SIDE_SHIFT) - 1 - presize};
}

/* The object with this side byte: the one that begins in the 32 bytes. */
static ALWAYS_INLINE PyObject *
object_of(struct Layout l, const uint8_t *side)
{
    uint64_t number = ((((uint64_t)(side - l.sides) << SIDE_SHIFT) + l.within) * l.reciprocal) >> 32;
    return (PyObject *)(l.objects + number * l.block);
}

#define FOR_EACH_SIXTEEN(page, sixteen)                                                            \
    for (struct Layout layout_ = layout_of(page); layout_.sides != NULL; layout_.sides = NULL)     \
        for (uint8_t *sixteen = layout_.sides; sixteen < layout_.end; sixteen += 16)

#define FOR_EACH_BIT(sixteen, bits, op, side)                                                      \
    for (unsigned left_ = (bits); left_ != 0; left_ &= left_ - 1)                                  \
        for (uint8_t *side = (sixteen) + __builtin_ctz(left_); side != NULL; side = NULL)          \
            for (PyObject *op = object_of(layout_, side); op != NULL; op = NULL)

#define FOR_EACH_COLLECTING(page, op, side)                                                        \
    FOR_EACH_SIXTEEN(page, sixteen_)                                                               \
        FOR_EACH_BIT(sixteen_, bits_of(choose_collecting(*(bytes16 *)sixteen_)), op, side)

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

static ALWAYS_INLINE void
list_page(struct Collection *c, struct Page *page, unsigned mask)
{
    c->pages[c->page_count++] = page;
    page->held = 1;
    page->young &= (uint8_t)~mask;
}

/* List the pages that may hold objects of the set; -1 if memory is out. */
static status
list_pages(struct Collection *c)
{
    unsigned mask = (2u << c->generation) - 1;
    size_t n = 0;
    if (c->generation < 2) {
        for (struct Page *p = krait_heap.young; p != NULL; p = p->young_next) {
            n += (p->young & mask) != 0;
        }
    }
    else {
        for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
            for (struct Page *p = krait_heap.all[kind]; p != NULL; p = p->all_next) {
                n++;
            }
        }
    }
    if (n > PAGES_YOUNG && (c->pages = malloc(n * sizeof *c->pages)) == NULL) {
        return -1;
    }
    if (c->generation < 2) {
        for (struct Page *p = krait_heap.young; p != NULL; p = p->young_next) {
            if (p->young & mask) {
                list_page(c, p, mask);
            }
        }
        return 0;
    }
    for (unsigned kind = PAGE_COLLECTED; kind <= PAGE_COLLECTED_PRE; kind++) {
        for (struct Page *p = krait_heap.all[kind]; p != NULL; p = p->all_next) {
            list_page(c, p, mask);
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

/* The first reference from inside the set. */
static ALWAYS_INLINE void
enter(struct Collection *c, PyObject *op, uint8_t *side)
{
    c->entered++;
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

static ALWAYS_INLINE void
subtract(struct Collection *c, PyObject *op)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op);
        if (!(*side & SIDE_COLLECTING)) {
            if (!(*side & SIDE_TRACKED) || (*side & SIDE_GEN) > c->limit) {
                return;
            }
            enter(c, op, side);
        }
        c->inner = true;
        uint32_t *copy = copy_of(op);
        if (*copy != 0 && !(*side & SIDE_APART)) {
            --*copy;
        }
    }
}

static int
visit_subtract(PyObject *op, void *arg)
{
    subtract(arg, op);
    return 0;
}

/* What `op` refers to, in line for lists and for instances of classes without slots and native bases; `visit`
   and `visitor` do the same. */
static ALWAYS_INLINE void
traverse(struct Collection *c, PyObject *op, PyTypeObject *type,
         void (*visit)(struct Collection *, PyObject *), visitproc visitor)
{
    if (type == &PyList_Type) {
        PyObject **items = ((PyListObject *)op)->ob_item;
        for (Py_ssize_t i = Py_SIZE(op); i-- > 0;) {
            visit(c, items[i]);
        }
    }
    else if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT && type->tp_traverse == subtype_traverse &&
             type->tp_base == &PyBaseObject_Type && Py_SIZE(type) == 0) {
        PyDictValues *values = MANAGED_VALUES(op);
        for (int i = 0, n = values != NULL ? values->capacity : 0; i < n; i++) {
            visit(c, values->values[i]);
        }
        visit(c, MANAGED_DICT(op));
        visit(c, (PyObject *)type);
    }
    else {
        type->tp_traverse(op, visitor, c);
    }
}

/* Tuples and dicts are looked at once more: they may be tracked in vain. */
static ALWAYS_INLINE void
subtract_all(struct Collection *c, PyObject *op, uint8_t *side, bool full)
{
    PyTypeObject *type = Py_TYPE(op);
    CONTAINER_CHECK(op);
    c->objects++;
    c->inner = false;
    if (type == &PyTuple_Type) {
        for (Py_ssize_t i = Py_SIZE(op); i-- > 0;) {
            subtract(c, PyTuple_GET_ITEM(op, i));
        }
        c->inner = true;
    }
    else {
        traverse(c, op, type, subtract, visit_subtract);
    }
    if (c->inner || (full && type == &PyDict_Type)) {
        *side |= SIDE_PENDING;
    }
}

/* Step 1. */
static NOINLINE void
subtract_inner(struct Collection *c)
{
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        if (c->generation < 2) {
            bool younger = c->generation == 1;
            FOR_EACH_SIXTEEN(page, sides) {
                FOR_EACH_BIT(sides, bits_of(choose_young(*(bytes16 *)sides, younger)), op, side) {
                    subtract_all(c, op, side, false);
                }
            }
        }
        else {
            FOR_EACH_OBJECT(page, op, side) {
                if (*side & SIDE_TRACKED && (*side & SIDE_GEN) <= c->limit) {
                    subtract_all(c, op, side, true);
                }
            }
        }
    }
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
    c->settled++;
}

static ALWAYS_INLINE void
mark(struct Collection *c, PyObject *op)
{
    if (heap_collects(op)) {
        uint8_t *side = page_side(op), was = *side;
        if (is_candidate(was)) {
            settle(c, op, side);
            if (!(was & SIDE_PENDING)) {
                return;
            }
            if (likely(c->stack_count < c->stack_room)) {
                c->stack[c->stack_count++] = op;
            }
            else {
                *side |= SIDE_PENDING;
                c->pending = true;
            }
        }
    }
}

static int
visit_mark(PyObject *op, void *arg)
{
    mark(arg, op);
    return 0;
}

/* May an item of a tuple, of a type that is collected, be part of a cycle? */
static ALWAYS_INLINE bool
may_be_in_cycle(PyObject *op)
{
    return PyObject_IS_GC(op) && (!PyTuple_CheckExact(op) || PyObject_GC_IsTracked(op));
}

/* What can no longer be part of a cycle is tracked no more. */
static ALWAYS_INLINE void
mark_tuple(struct Collection *c, PyObject *op)
{
    bool in_vain = true;
    for (Py_ssize_t i = Py_SIZE(op); i-- > 0;) {
        PyObject *item = PyTuple_GET_ITEM(op, i);
        if (item == NULL) {
            in_vain = false;        /* still being filled in */
        }
        else if (PyType_IS_GC(Py_TYPE(item))) {
            in_vain = in_vain && !may_be_in_cycle(item);
            mark(c, item);
        }
    }
    if (in_vain) {
        gc_untrack(op);
    }
}

/* Mark what a settled object refers to. */
static ALWAYS_INLINE void
mark_one(struct Collection *c, PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (type == &PyTuple_Type) {
        mark_tuple(c, op);
        return;
    }
    if (c->generation == 2 && type == &PyDict_Type) {
        _PyDict_MaybeUntrack(op);
        if (!gc_is_tracked(op)) {
            return;
        }
    }
    traverse(c, op, type, mark, visit_mark);
}

static NOINLINE void
mark_stacked(struct Collection *c)
{
    while (c->stack_count > 0) {
        mark_one(c, c->stack[--c->stack_count]);
    }
}

static ALWAYS_INLINE void
mark_at(struct Collection *c, PyObject *op, uint8_t *side)
{
    uint8_t was = *side;
    if (was & SIDE_COLLECTING) {
        if (!(was & SIDE_APART) && *copy_of(op) == 0) {
            return;
        }
        settle(c, op, side);
    }
    if (was & SIDE_PENDING) {
        *side &= (uint8_t)~SIDE_PENDING;
        mark_one(c, op);
        if (c->stack_count > 0) {
            mark_stacked(c);
        }
    }
}

/* Step 2.  Objects that found no room on the stack are pending; another round in the order of the pages
   finds them. */
static NOINLINE void
mark_reachable(struct Collection *c)
{
    bool younger = c->generation > 0;
    bytes16 next = EACH(c->next);
    do {
        c->pending = false;
        /* What holds the others is in the older pages, which come last. */
        for (size_t i = c->page_count; i-- > 0;) {
            struct Page *page = c->pages[i];
            FOR_EACH_SIXTEEN(page, sixteen) {
                /* Members that no member refers to go on to the next generation. */
                bytes16 sides = *(bytes16 *)sixteen;
                bytes16 roots = choose_young(sides, younger) & ~choose_collecting(sides);
                sides = (sides & ~(roots & EACH(SIDE_GEN))) | (roots & next);
                *(bytes16 *)sixteen = sides;
                FOR_EACH_BIT(sixteen, bits_of(choose_marked(sides)), op, side) mark_at(c, op, side);
            }
        }
    } while (c->pending);
}

/* ---- garbage ------------------------------------------------------------------------------ */

/* Each object that is garbage when its turn comes. */
#define FOR_EACH_GARBAGE(c, op, side)                                                              \
    for (size_t page_i_ = 0; page_i_ < (c)->garbage_pages; page_i_++)                              \
        FOR_EACH_COLLECTING((c)->pages[page_i_], op, side)                                         \
            if (is_candidate(*side))

/* Each object that a tp_del keeps. */
#define FOR_EACH_LEGACY(c, op, side)                                                               \
    for (size_t page_i_ = 0; page_i_ < (c)->garbage_pages; page_i_++)                              \
        FOR_EACH_COLLECTING((c)->pages[page_i_], op, side)                                         \
            if ((*side & (SIDE_COLLECTING | SIDE_APART)) == (SIDE_COLLECTING | SIDE_APART))

static ALWAYS_INLINE bool
is_due(PyObject *op, uint8_t side)
{
    return !(side & SIDE_FINALIZED) && Py_TYPE(op)->tp_finalize != NULL;
}

/* Pages with garbage go to the front.  What is there to do before it can be cleared? */
static void
survey_garbage(struct Collection *c)
{
    PyTypeObject *known = NULL;
    bool reference = false, referable = false;
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        bool found = false;
        FOR_EACH_COLLECTING(page, op, side) {
            PyTypeObject *type = Py_TYPE(op);
            found = true;
            *side &= (uint8_t)~SIDE_PENDING;
            if (type != known) {
                known = type;
                reference = PyWeakref_Check(op);
                referable = PyType_SUPPORTS_WEAKREFS(type);
                c->any_del |= type->tp_del != NULL;
            }
            c->any_due |= is_due(op, *side);
            c->any_weak |= reference || (referable && *PyObject_GET_WEAKREFS_LISTPTR(op) != NULL);
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
            if (c->stack_count < c->stack_room) {
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
            FOR_EACH_COLLECTING(c->pages[i], op, side) {
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
   garbage itself.  All are cleared first, so that no callback can see an object half destroyed.
   Was one called? */
static bool
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
        return false;
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
    return true;
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
        *side |= SIDE_PENDING;
    }
    FOR_EACH_GARBAGE(c, op, side) {
        Py_TYPE(op)->tp_traverse(op, visit_subtract_garbage, NULL);
    }
    do {
        c->pending = false;
        for (size_t i = 0; i < c->garbage_pages; i++) {
            FOR_EACH_SIXTEEN(c->pages[i], sixteen) {
                unsigned marked = bits_of(choose_marked(*(bytes16 *)sixteen));
                FOR_EACH_BIT(sixteen, marked, op, side) {
                    if (!(*side & SIDE_APART)) mark_at(c, op, side);
                }
            }
        }
    } while (c->pending);
    FOR_EACH_GARBAGE(c, op, side) {
        *side &= (uint8_t)~SIDE_PENDING;
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
            if (unlikely(tstate->curexc_type != NULL)) {
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
        FOR_EACH_COLLECTING(c->pages[i], op, side) settle(c, op, side);
    }
}

/* The pages are let go: those with survivors hold the next generation, empty ones are given back. */
static void
settle_pages(struct Collection *c, size_t survivors)
{
    unsigned next = c->next >> SIDE_GEN_SHIFT;
    for (size_t i = 0; i < c->page_count; i++) {
        struct Page *page = c->pages[i];
        page->held = 0;
        if (next < 2 && survivors > 0) {
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
    if (c->pages != c->young_pages) {
        free(c->pages);
    }
    if (c->stack != c->young_stack) {
        free(c->stack);
    }
}

/* Steps 1 and 2: -1 without memory for it, and then no mark is left behind. */
static status
find_garbage(struct Collection *c)
{
    if (c->generation == 2) {
        c->stack_room = STACK_ROOM;
        if ((c->stack = malloc(STACK_ROOM * sizeof *c->stack)) == NULL) {
            return -1;
        }
    }
    if (list_pages(c) < 0) {
        return -1;
    }
    subtract_inner(c);
    mark_reachable(c);
    if (c->entered != c->settled) {
        survey_garbage(c);
    }
    return 0;
}

/* Step 3: how much was garbage, and how much of it stays. */
static Py_ssize_t
drop_garbage(PyThreadState *tstate, struct Collection *c, Py_ssize_t *uncollectable)
{
    int debug = tstate->interp->gc.debug;
    Py_ssize_t collected = (Py_ssize_t)(c->entered - c->settled);
    if (c->any_del) {
        split_legacy(c);
    }
    if (debug & DEBUG_COLLECTABLE) {
        FOR_EACH_GARBAGE(c, op, side) debug_object("collectable", op);
    }
    bool called = c->any_weak && clear_weakrefs(c);
    if (c->any_due || called) {
        call_finalizers(c);
    }
    if (c->any_due || called || c->any_del) {
        collected = (Py_ssize_t)drop_resurrected(c);
    }
    clear_garbage(tstate, c);
    if (c->any_del) {
        if (debug & DEBUG_UNCOLLECTABLE) {
            FOR_EACH_LEGACY(c, op, side) debug_object("uncollectable", op);
        }
        *uncollectable = keep_legacy(tstate, c);
    }
    settle_left(c);
    return collected;
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
    struct Collection c;
    int64_t start = 0;
    Py_ssize_t collected = 0, uncollectable = 0;
    /* The room for young collections needs no zeros. */
    memset(&c, 0, offsetof(struct Collection, young_pages));
    c.generation = generation;
    c.limit = (uint8_t)(generation << SIDE_GEN_SHIFT);
    c.next = (uint8_t)((generation < 2 ? generation + 1 : 2) << SIDE_GEN_SHIFT);
    c.pages = c.young_pages;
    c.stack = c.young_stack;
    c.stack_room = STACK_ROOM_YOUNG;
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
    if (find_garbage(&c) < 0) {
        collection_free(&c);
        return 0;
    }
    if (c.garbage_pages > 0) {
        collected = drop_garbage(tstate, &c, &uncollectable);
    }
    if (gc->debug & DEBUG_STATS) {
        PySys_WriteStderr("gc: done, %zd unreachable, %zd uncollectable, %.4fs elapsed\n",
                          collected + uncollectable, uncollectable,
                          _PyTime_AsSecondsDouble(_PyTime_GetPerfCounter() - start));
    }
    Py_ssize_t survivors = (Py_ssize_t)(c.objects - (c.entered - c.settled));
    settle_pages(&c, (size_t)survivors);
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

static PyObject *
callback_info(unsigned generation, Py_ssize_t collected, Py_ssize_t uncollectable)
{
    PyObject *info = _PyDict_NewPresized(3);
    PyObject *numbers[] = {PyLong_FromLong((long)generation), PyLong_FromSsize_t(collected),
                           PyLong_FromSsize_t(uncollectable)};
    PyObject *names[] = {ID(generation), ID(collected), ID(uncollectable)};
    for (int i = 0; i < 3; i++) {
        if (info != NULL && (numbers[i] == NULL || PyDict_SetItem(info, names[i], numbers[i]) < 0)) {
            Py_CLEAR(info);
        }
        Py_XDECREF(numbers[i]);
    }
    return info;
}

static void
call_callbacks(struct GcState *gc, PyObject *phase, unsigned generation, Py_ssize_t collected,
               Py_ssize_t uncollectable)
{
    if (gc->callbacks == NULL || PyList_GET_SIZE(gc->callbacks) == 0) {
        return;
    }
    PyObject *info = callback_info(generation, collected, uncollectable);
    if (info == NULL) {
        PyErr_WriteUnraisable(NULL);
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(gc->callbacks); i++) {
        PyObject *callback = PyList_GET_ITEM(gc->callbacks, i), *args[] = {NULL, phase, info};
        Py_INCREF(callback);
        PyObject *result = PyObject_Vectorcall(callback, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
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
    call_callbacks(gc, ID(start), (unsigned)generation, 0, 0);
    Py_ssize_t n = collect_main(tstate, (unsigned)generation, &collected, &uncollectable, false);
    call_callbacks(gc, ID(stop), (unsigned)generation, collected, uncollectable);
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
