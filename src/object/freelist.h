/* Free lists: dead objects of one size kept for the next object of that size.

   A cached object has reference count 0, is not tracked by the collector, and its ob_type field
   links to the next one; whoever pops it sets count and type.  All lists hang off the runtime
   struct (`_PyRuntime.caches`).  With KRAIT_NO_FREELISTS, KRAIT_ASAN or KRAIT_DEBUG nothing is
   cached, so that what is dead is released and poisoned. */
#ifndef KRAIT_OBJECT_FREELIST_H
#define KRAIT_OBJECT_FREELIST_H

#include <Python.h>
#include "base/common.h"
#include "base/bigint.h"

struct FreeList {
    PyObject *head;
    int count;
};

enum {
    INTS_CACHED = 400,
    FLOATS_CACHED = 400,
    LISTS_CACHED = 120,
    ITERATORS_CACHED = 40,
    TUPLE_SIZES_CACHED = 20,        /* lengths 1 to 19; index 0 is not used */
    TUPLES_CACHED = 1000,
};

/* The lists of the numeric and sequence types, and the big-number library. */
struct ObjectCaches {
    struct FreeList ints;           /* blocks that hold one or two limbs */
    struct FreeList floats;
    struct FreeList lists;
    struct FreeList list_iterators;
    struct FreeList tuple_iterators;
    struct FreeList range_iterators;
    struct FreeList slices;
    struct FreeList tuples[TUPLE_SIZES_CACHED];
    struct BigintLibrary bigint;
    PyObject *int_info_type;        /* sys.int_info, sys.float_info: made on first use */
    PyObject *float_info_type;
};

/* A cached object, or NULL.  Count and type are the caller's to set. */
static ALWAYS_INLINE void *
freelist_pop(struct FreeList *list)
{
    PyObject *op = list->head;
    if (likely(op != NULL)) {
        list->head = (PyObject *)op->ob_type;
        list->count--;
    }
    return op;
}

/* Take a dead object in; false if the list is full and the object is to be freed. */
static ALWAYS_INLINE bool
freelist_push(struct FreeList *list, void *object, int limit)
{
#if defined(KRAIT_NO_FREELISTS) || defined(KRAIT_ASAN) || defined(KRAIT_DEBUG)
    (void)list, (void)object, (void)limit;
    return false;
#else
    if (unlikely(list->count >= limit)) return false;
    PyObject *op = object;
    op->ob_refcnt = 0;
    op->ob_type = (PyTypeObject *)list->head;
    list->head = op;
    list->count++;
    return true;
#endif
}

/* tracemalloc's configuration, exported by the reference (modules/_tracemalloc). */
struct TraceConfig {
    int initialized, tracing, max_nframe;
};
extern struct TraceConfig _Py_tracemalloc_config;
int _PyTraceMalloc_NewReference(PyObject *op);
void tracemalloc_forget_code(void);
void tracemalloc_forget_callers(void);

/* Life for a cached object: its type, and one reference. */
static ALWAYS_INLINE void
freelist_revive(void *object, PyTypeObject *type)
{
    PyObject *op = object;
    op->ob_type = type;
    op->ob_refcnt = 1;
    if (unlikely(_Py_tracemalloc_config.tracing)) {
        _PyTraceMalloc_NewReference(op);
    }
}

/* n references at once. */
static ALWAYS_INLINE void
incref_by(PyObject *op, Py_ssize_t n)
{
    op->ob_refcnt += n;
}

/* Give every cached object back; `release` is PyObject_Free or PyObject_GC_Del. */
static inline void
freelist_clear(struct FreeList *list, void (*release)(void *))
{
    PyObject *op;
    while ((op = freelist_pop(list)) != NULL) release(op);
}

/* Empty the lists of collected objects, as a full collection does. */
static inline void
freelists_clear_collected(struct ObjectCaches *caches)
{
    freelist_clear(&caches->lists, PyObject_GC_Del);
    freelist_clear(&caches->list_iterators, PyObject_GC_Del);
    freelist_clear(&caches->tuple_iterators, PyObject_GC_Del);
    freelist_clear(&caches->slices, PyObject_GC_Del);
    for (int n = 1; n < TUPLE_SIZES_CACHED; n++) {
        freelist_clear(&caches->tuples[n], PyObject_GC_Del);
    }
}

/* ---- deep deallocation ---------------------------------------------------------------------
   Containers in containers die without C recursion: past a depth they are queued instead.

       if (trash_begin(tstate, self)) return;
       ... release the items ...
       trash_end(tstate);                                                                        */

enum { TRASH_DEPTH = 50 };

static ALWAYS_INLINE bool
trash_begin(PyThreadState *tstate, PyObject *op)
{
    if (unlikely(tstate->trash_delete_nesting >= TRASH_DEPTH)) return _PyTrash_begin(tstate, op);
    tstate->trash_delete_nesting++;
    return false;
}

static ALWAYS_INLINE void
trash_end(PyThreadState *tstate)
{
    if (likely(tstate->trash_delete_later == NULL)) {
        tstate->trash_delete_nesting--;
    } else {
        _PyTrash_end(tstate);
    }
}

#endif
