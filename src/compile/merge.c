/* Sharing of equal constants; see merge.h.

   Most constants are found in a dict under a key that tells 1, 1.0 and True apart.  Tuples and bytes,
   which every code object brings several of, have a table of their own.  The items of a tuple are
   shared before the tuple is looked for, so that items are equal if they are one object; only strings
   are compared, because names are not among the constants that were shared.  A code object interns
   strings in its tuples, so the table remembers the items that a tuple came with. */
#include "compile/merge.h"

#include "compile/ast.h"

struct Shared {
    PyObject *object;           /* owned by the arena, or NULL */
    PyObject **items;           /* of a tuple */
    size_t hash;
};

/* Slots of a new table, a power of two. */
#define FIRST_SHARED 64

status
const_cache_init(struct ConstCache *cache, Arena *arena)
{
    *cache = (struct ConstCache){.arena = arena, .dict = PyDict_New()};
    return cache->dict == NULL ? -1 : 0;
}

void
const_cache_clear(struct ConstCache *cache)
{
    Py_CLEAR(cache->dict);
    PyMem_Free(cache->shared);
    cache->shared = NULL;
}

/* ---- tuples and bytes ---- */

static status
grow_shared(struct ConstCache *cache)
{
    size_t size = cache->shared == NULL ? FIRST_SHARED : 2 * (cache->shared_mask + 1);
    struct Shared *table = PyMem_Calloc(size, sizeof *table);
    if (table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; cache->shared != NULL && i <= cache->shared_mask; i++) {
        const struct Shared *old = &cache->shared[i];
        if (old->object == NULL) {
            continue;
        }
        size_t slot = old->hash & (size - 1);
        while (table[slot].object != NULL) {
            slot = (slot + 1) & (size - 1);
        }
        table[slot] = *old;
    }
    PyMem_Free(cache->shared);
    cache->shared = table;
    cache->shared_mask = size - 1;
    return 0;
}

static status
hash_tuple(PyObject *tuple, size_t *result)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    size_t hash = (size_t)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        size_t part = (size_t)(uintptr_t)item >> 4;
        if (PyUnicode_CheckExact(item)) {
            Py_hash_t known = ((PyASCIIObject *)item)->hash;
            if (known == -1 && (known = PyObject_Hash(item)) == -1) {
                return -1;
            }
            part = (size_t)known;
        }
        hash = (hash ^ part) * (size_t)0x9E3779B97F4A7C15;
        hash ^= hash >> 29;
    }
    *result = hash;
    return 0;
}

static bool
same_items(PyObject *tuple, Py_ssize_t count, PyObject *const *items)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i), *other = items[i];
        if (item != other && (!PyUnicode_CheckExact(item) || !PyUnicode_CheckExact(other) ||
                              !_PyUnicode_EQ(item, other))) {
            return false;
        }
    }
    return true;
}

static bool
is_same(PyObject *object, size_t hash, const struct Shared *known)
{
    if (hash != known->hash || Py_TYPE(object) != Py_TYPE(known->object) ||
        Py_SIZE(object) != Py_SIZE(known->object)) {
        return false;
    }
    if (PyTuple_CheckExact(object)) {
        return same_items(object, PyTuple_GET_SIZE(object), known->items);
    }
    return memcmp(PyBytes_AS_STRING(object), PyBytes_AS_STRING(known->object),
                  (size_t)PyBytes_GET_SIZE(object)) == 0;
}

static status
remember(struct ConstCache *cache, struct Shared *slot, PyObject *object, size_t hash)
{
    PyObject **items = NULL;
    if (PyTuple_CheckExact(object)) {
        size_t size = (size_t)PyTuple_GET_SIZE(object) * sizeof(PyObject *);
        items = ast_alloc(cache->arena, size);
        if (items == NULL) {
            return -1;
        }
        memcpy(items, ((PyTupleObject *)object)->ob_item, size);
    }
    if (arena_take(cache->arena, Py_NewRef(object)) < 0) {
        return -1;
    }
    *slot = (struct Shared){object, items, hash};
    cache->shared_count++;
    return 0;
}

PyObject *
const_share_take(struct ConstCache *cache, PyObject *object)
{
    size_t hash = 0;
    if (object == NULL || Py_SIZE(object) == 0) {
        return object;              /* empty ones are shared by everybody */
    }
    if (PyBytes_CheckExact(object)) {
        hash = (size_t)_Py_HashBytes(PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object));
    }
    else if (hash_tuple(object, &hash) < 0) {
        goto fail;
    }
    if (cache->shared_count * 2 >= cache->shared_mask && grow_shared(cache) < 0) {
        goto fail;
    }
    struct Shared *slot = &cache->shared[hash & cache->shared_mask];
    while (slot->object != NULL) {
        if (is_same(object, hash, slot)) {
            Py_SETREF(object, Py_NewRef(slot->object));
            return object;
        }
        slot = slot == &cache->shared[cache->shared_mask] ? cache->shared : slot + 1;
    }
    if (remember(cache, slot, object, hash) < 0) {
        goto fail;
    }
    return object;

fail:
    Py_DECREF(object);
    return NULL;
}

/* ---- constants ---- */

/* Shares the items of a tuple, in place: equal ones take their places. */
static status
merge_items(struct ConstCache *cache, PyObject *tuple)
{
    if (Py_EnterRecursiveCall(" during compilation")) {
        return -1;
    }
    status result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        PyObject *merged = const_merge_take(cache, Py_NewRef(item));
        if (merged == NULL) {
            result = -1;
        }
        else {
            PyTuple_SET_ITEM(tuple, i, merged);
            Py_DECREF(item);
        }
    }
    Py_LeaveRecursiveCall();
    return result;
}

/* A new frozenset of shared items. */
static PyObject *
merge_frozenset_items(struct ConstCache *cache, PyObject *set)
{
    PyObject *items = PySequence_Tuple(set);
    if (items == NULL || merge_items(cache, items) < 0) {
        Py_XDECREF(items);
        return NULL;
    }
    PyObject *merged = PyFrozenSet_New(items);
    Py_DECREF(items);
    return merged;
}

static PyObject *
merge_by_key(struct ConstCache *cache, PyObject *object)
{
    PyObject *key = _PyCode_ConstantKey(object);
    PyObject *known = key == NULL ? NULL : PyDict_SetDefault(cache->dict, key, object);
    status result = known == NULL ? -1 : 0;
    if (known != NULL && known != object) {
        Py_SETREF(object, Py_NewRef(known));
    }
    else if (known != NULL && PyFrozenSet_CheckExact(object) && PySet_GET_SIZE(object) > 0) {
        Py_SETREF(object, merge_frozenset_items(cache, object));
        result = object == NULL ? -1 : PyDict_SetItem(cache->dict, key, object);
    }
    Py_XDECREF(key);
    if (result < 0) {
        Py_CLEAR(object);
    }
    return object;
}

PyObject *
const_merge_take(struct ConstCache *cache, PyObject *object)
{
    if (object == NULL || object == Py_None || object == Py_Ellipsis) {
        return object;
    }
    if (PyTuple_CheckExact(object)) {
        if (merge_items(cache, object) < 0) {
            Py_DECREF(object);
            return NULL;
        }
        return const_share_take(cache, object);
    }
    return PyBytes_CheckExact(object) ? const_share_take(cache, object)
                                      : merge_by_key(cache, object);
}
