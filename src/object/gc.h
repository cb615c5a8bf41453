/* The collector's interface inside Krait: allocation, tracking, collection.

   A collected object has a side byte in its page (base/pages.h) instead of a header before it.
   `gc_track`, `gc_untrack` and `gc_is_tracked` demand an object that came from gc_alloc; the
   exported PyObject_GC_* take any object. */
#ifndef KRAIT_OBJECT_GC_H
#define KRAIT_OBJECT_GC_H

#include "object/state.h"
#include "base/alloc.h"

/* Memory for a collected object of `size` bytes with `presize` (0 or 16) bytes before it; only the
   latter are zeroed.  Counts as an allocation and may collect first.  NULL with MemoryError.  The
   object is aligned to 16 bytes, with `tight` only to 8. */
PyObject *gc_alloc(size_t size, size_t presize);
PyObject *gc_alloc_tight(size_t size, size_t presize);

/* May instances of `type` lie at multiples of 8?  The size of a C struct is a multiple of its
   alignment, so no struct whose size is an odd multiple of 8 has a member that asks for more; what a
   class statement adds are words.  (A size that is a multiple of 16 is placed at one anyway.) */
static ALWAYS_INLINE bool
type_is_tight(const PyTypeObject *type)
{
    while (type != NULL && type->tp_basicsize & 8) {
        type = type->tp_base;
    }
    return type == &PyBaseObject_Type;
}

/* A threshold is passed: collect what is due, unless something forbids it now. */
void gc_due(PyThreadState *tstate);

#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
/* Collect if KRAIT_COLLECT_EVERY says so. */
void stress_allocation(PyThreadState *tstate);
#endif

/* The same in line: with a constant size the class of the block is known to the compiler.  `tight`
   is PAGE_TIGHT or 0. */
static ALWAYS_INLINE PyObject *
gc_alloc_here(size_t size, size_t presize, unsigned tight)
{
    PyThreadState *tstate = tstate_get();
    struct GcGeneration *young = &tstate->interp->gc.generations[0];
    if (unlikely(++young->count > young->threshold)) {
        gc_due(tstate);
    }
#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
    stress_allocation(tstate);
#endif
    if (unlikely(size > (size_t)PY_SSIZE_T_MAX - presize)) {
        return PyErr_NoMemory();
    }
    char *block = collected_alloc((presize ? PAGE_COLLECTED_PRE : PAGE_COLLECTED) | tight, size + presize);
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

/* Collect `generation` and the younger ones; the number of unreachable objects found. */
Py_ssize_t gc_collect(PyThreadState *tstate, int generation);
/* The same at shutdown: no callbacks, errors are dropped. */
Py_ssize_t gc_collect_quietly(PyThreadState *tstate);
/* gc.collecting: a collection runs, or automatic ones wait. */
enum { GC_BUSY = 1, GC_HELD = 2 };
/* Between the two no collection starts by itself: nothing that a start makes is garbage for long.
   What is alive at the end counts as old. */
void gc_hold(struct _is *interp);
void gc_release(struct _is *interp);
status gc_init(struct _is *interp);
void gc_clear(struct _is *interp);
/* Complain on stderr about gc.garbage when the interpreter ends. */
void gc_report_garbage(struct _is *interp);

/* Call `visit` for every tracked object whose generation lies in `generations` (bit g; bit 3 is
   the frozen ones) until it returns non-zero.  It must not allocate collected objects. */
int gc_walk(unsigned generations, int (*visit)(PyObject *, void *), void *arg);
/* Move every tracked object of the generations in `from` to generation `to`; how many. */
Py_ssize_t gc_move_all(unsigned from, unsigned to);

/* PREHEADER bytes of a type's instances. */
static ALWAYS_INLINE size_t
gc_presize(const PyTypeObject *type)
{
    return type->tp_flags & Py_TPFLAGS_MANAGED_DICT ? 2 * sizeof(PyObject *) : 0;
}

static ALWAYS_INLINE int
gc_is_tracked(const PyObject *op)
{
    return (*page_side(op) & SIDE_TRACKED) != 0;
}

static ALWAYS_INLINE void
gc_track(PyObject *op)
{
    uint8_t *side = page_side(op);
    struct Page *page = page_of(op);
    *side = (uint8_t)((*side & (SIDE_LIVE | SIDE_FINALIZED)) | SIDE_TRACKED);
    if (unlikely(!(page->young & 1))) {
        page->young |= 1;
        if (!page->in_young_list) {
            page_young_link(page);
        }
    }
}

static ALWAYS_INLINE void
gc_untrack(PyObject *op)
{
    *page_side(op) &= SIDE_LIVE | SIDE_FINALIZED;
}

/* Give a collected object's memory back; `op` is dead. */
static ALWAYS_INLINE void
gc_free(PyObject *op)
{
    struct Page *page = page_of(op);
    struct GcGeneration *young = &interp_get()->gc.generations[0];
    *page_side(op) = 0;
    if (young->count > 0) {
        young->count--;
    }
    char *block = (char *)op - (page->kind == PAGE_COLLECTED_PRE ? 2 * sizeof(PyObject *) : 0);
    if (unlikely(krait_alloc.hooked)) {
        collected_free_hooked(block);
        return;
    }
    page_free_block(page, block);
}

#endif
