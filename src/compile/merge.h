/* Constants and tables of code objects: equal ones of a compilation are one object. */
#ifndef KRAIT_COMPILE_MERGE_H
#define KRAIT_COMPILE_MERGE_H

#include <Python.h>

#include "base/arena.h"
#include "base/common.h"

struct Shared;

struct ConstCache {
    Arena *arena;
    PyObject *dict;             /* what is neither a tuple nor bytes: key -> constant */
    struct Shared *shared;      /* tuples and bytes, open addressing */
    size_t shared_count, shared_mask;
};

status const_cache_init(struct ConstCache *cache, Arena *arena);
void const_cache_clear(struct ConstCache *cache);

/* Either a new reference to `object` or to an equal constant met before; items of tuples and
   frozensets are shared the same way.  Steals the reference; NULL on errors. */
PyObject *const_merge_take(struct ConstCache *cache, PyObject *object);
/* The same for the tables of a code object, tuples and bytes, whose items are left alone. */
PyObject *const_share_take(struct ConstCache *cache, PyObject *object);

#endif
