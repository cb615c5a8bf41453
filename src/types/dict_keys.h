/* What the dict files and odict.c share: reading and filling key tables.  dict.h has the invariants.

   Who keeps them: a table changes only through dict.c (insertion, deletion, growth) and, for the
   shared tables of classes, managed_set in dict_instance.c.  A function that makes a table returns a
   reference; keys_share makes another one, keys_release and keys_drop give one back.  The table of
   empty dicts belongs to nobody and is not counted. */
#ifndef KRAIT_TYPES_DICT_KEYS_H
#define KRAIT_TYPES_DICT_KEYS_H

#include "base/alloc.h"
#include "object/state.h"
#include "object/check.h"
#include "types/dict.h"

/* The table of every empty dict: one empty slot, no entries, never counted, never written. */
extern struct _dictkeysobject krait_empty_keys;
#define EMPTY_KEYS (&krait_empty_keys)

/* Called at every mutation, before or after it. */
#define DICT_TOUCH(d) ((d)->ma_version_tag = ++interp_get()->dict_version)
#define KEYS_USABLE(size) (((size) << 1) / 3)
#define STR_HASH(op) (((PyASCIIObject *)(op))->hash)

static inline bool
dict_is_split(PyDictObject *dict)
{
    return dict->ma_values != NULL;
}

/* A key's hash without a call for a str whose hash is cached and for a small int; -1 with an
   exception. */
static inline Py_hash_t
key_hash(PyObject *key)
{
    if (PyUnicode_CheckExact(key)) {
        if (likely(STR_HASH(key) != -1)) {
            return STR_HASH(key);
        }
    }
    else if (PyLong_CheckExact(key) && (size_t)Py_SIZE(key) + 1 <= 2) {
        /* one digit: the value, except that -1 is no hash */
        Py_hash_t hash = Py_SIZE(key) * (Py_hash_t)((PyLongObject *)key)->ob_digit[0];
        return hash - (hash == -1);
    }
    return PyObject_Hash(key);
}

/* Are n bytes the same?  Up to sixteen without a call.  Eight bytes before a and b may be read. */
static inline bool
text_same(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    if (n > 16) {
        return memcmp(a, b, n) == 0;
    }
    if (n == 0) {
        return true;
    }
    memcpy(&x, a + n - 8, 8);
    memcpy(&y, b + n - 8, 8);
    if (n <= 8) {
        return (x ^ y) >> (64 - 8 * n) == 0;
    }
    if (x != y) {
        return false;
    }
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return x == y;
}

/* Equality of two exact str without running code. */
static inline bool
str_same(PyObject *a, PyObject *b)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(a);
    if (length != PyUnicode_GET_LENGTH(b)) {
        return false;
    }
    if (likely(PyUnicode_IS_COMPACT_ASCII(a) && PyUnicode_IS_COMPACT_ASCII(b))) {
        return text_same((const char *)((PyASCIIObject *)a + 1),
                         (const char *)((PyASCIIObject *)b + 1), (size_t)length);
    }
    int kind = PyUnicode_KIND(a);
    return kind == (int)PyUnicode_KIND(b) &&
           memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * kind) == 0;
}

enum { PERTURB_SHIFT = 5 };

static inline Py_ssize_t
slot_get(PyDictKeysObject *keys, size_t i)
{
    int log2 = keys->log2_size;
    if (log2 < 8) {
        return ((int8_t *)keys->indices)[i];
    }
    if (log2 < 16) {
        return ((int16_t *)keys->indices)[i];
    }
    if (log2 < 32) {
        return ((int32_t *)keys->indices)[i];
    }
    return ((int64_t *)keys->indices)[i];
}

static inline void
slot_put(PyDictKeysObject *keys, size_t i, Py_ssize_t ix)
{
    int log2 = keys->log2_size;
    if (log2 < 8) {
        ((int8_t *)keys->indices)[i] = (int8_t)ix;
    }
    else if (log2 < 16) {
        ((int16_t *)keys->indices)[i] = (int16_t)ix;
    }
    else if (log2 < 32) {
        ((int32_t *)keys->indices)[i] = (int32_t)ix;
    }
    else {
        ((int64_t *)keys->indices)[i] = ix;
    }
}

/* The slot after `i` on a key's probe path. */
static inline size_t
probe_next(size_t i, size_t *perturb, size_t mask)
{
    *perturb >>= PERTURB_SHIFT;
    return (i * 5 + *perturb + 1) & mask;
}

/* The slot that holds entry number ix. */
static inline size_t
slot_of(PyDictKeysObject *keys, Py_hash_t hash, Py_ssize_t ix)
{
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    while (slot_get(keys, i) != ix) {
        i = probe_next(i, &perturb, mask);
    }
    return i;
}

/* The first slot on the path that holds no entry. */
static inline size_t
slot_free(PyDictKeysObject *keys, Py_hash_t hash)
{
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    while (slot_get(keys, i) >= 0) {
        i = probe_next(i, &perturb, mask);
    }
    return i;
}

static inline PyObject *
entry_key(PyDictKeysObject *keys, Py_ssize_t i)
{
    return keys->kind == KEYS_GENERAL ? KEYS_ENTRIES(keys)[i].key : KEYS_STR_ENTRIES(keys)[i].key;
}

static inline Py_hash_t
entry_hash(PyDictKeysObject *keys, Py_ssize_t i)
{
    return keys->kind == KEYS_GENERAL ? KEYS_ENTRIES(keys)[i].hash
                                      : STR_HASH(KEYS_STR_ENTRIES(keys)[i].key);
}

/* Where the value of entry i is kept. */
static inline PyObject **
entry_value(PyDictObject *dict, Py_ssize_t i)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL) {
        return &dict->ma_values->values[i];
    }
    return keys->kind == KEYS_GENERAL ? &KEYS_ENTRIES(keys)[i].value
                                      : &KEYS_STR_ENTRIES(keys)[i].value;
}

/* Advance over live entries in order.  *pos starts at 0; the references are borrowed. */
static inline bool
dict_step(PyDictObject *dict, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash)
{
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t i = *pos;
    if (unlikely(i < 0)) {
        return false;
    }
    if (dict->ma_values != NULL) {
        if (i >= dict->ma_values->used) {
            return false;
        }
        *pos = i + 1;
        i = VALUES_ORDER(dict->ma_values)[i];
        *value = dict->ma_values->values[i];
        *key = KEYS_STR_ENTRIES(keys)[i].key;
        *hash = STR_HASH(*key);
        return true;
    }
    Py_ssize_t n = keys->nentries;
    if (keys->kind != KEYS_GENERAL) {
        DictStrEntry *entries = KEYS_STR_ENTRIES(keys);
        while (i < n && entries[i].value == NULL) {
            i++;
        }
        if (i >= n) {
            return false;
        }
        *key = entries[i].key;
        *value = entries[i].value;
        *hash = STR_HASH(*key);
    }
    else {
        DictEntry *entries = KEYS_ENTRIES(keys);
        while (i < n && entries[i].value == NULL) {
            i++;
        }
        if (i >= n) {
            return false;
        }
        *key = entries[i].key;
        *value = entries[i].value;
        *hash = entries[i].hash;
    }
    *pos = i + 1;
    return true;
}

/* What the table of `room` entries needs in memory. */
static inline size_t
keys_bytes_for(PyDictKeysObject *keys, Py_ssize_t room)
{
    size_t entry = keys->kind == KEYS_GENERAL ? sizeof(DictEntry) : sizeof(DictStrEntry);
    return sizeof(*keys) + ((size_t)1 << keys->log2_index_bytes) + (size_t)room * entry;
}

/* A table of 2^log2_size slots with room for `room` entries, at most KEYS_USABLE of the slots. */
static ALWAYS_INLINE PyDictKeysObject *
keys_make(uint8_t log2_size, int kind, Py_ssize_t room)
{
    int width = log2_size < 8 ? 0 : log2_size < 16 ? 1 : log2_size < 32 ? 2 : 3;
    struct _dictkeysobject head = {.refcnt = 1, .log2_size = log2_size, .kind = (uint8_t)kind,
                                   .log2_index_bytes = (uint8_t)(log2_size + width)};
    if (log2_size > 48) {
        PyErr_NoMemory();
        return NULL;
    }
    size_t bytes = keys_bytes_for(&head, room);
    PyDictKeysObject *keys = plain_malloc_small(bytes);
    if (keys == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *keys = head;
    keys->usable = room;
    if (log2_size == DICT_MIN_LOG2) {
        *(uint64_t *)keys->indices = UINT64_MAX;
    }
    else {
        memset(keys->indices, 0xff, (size_t)1 << keys->log2_index_bytes);
    }
    return keys;            /* the entries get their values as they are used */
}

PyDictKeysObject *keys_new(uint8_t log2_size, int kind, Py_ssize_t room);
/* A table with the same entries, all references its own; not of a split one.  `to_grow`: with room for
   as many keys as its slots allow. */
PyDictKeysObject *keys_clone(PyDictKeysObject *keys, bool to_grow);
void keys_free(PyDictKeysObject *keys);
void keys_index(PyDictKeysObject *keys);
uint8_t keys_log2_grown(Py_ssize_t used);

/* keys_release, in place. */
static inline void
keys_drop(PyDictKeysObject *keys)
{
    if (keys != EMPTY_KEYS && --keys->refcnt == 0) {
        keys_free(keys);
    }
}

static inline PyDictKeysObject *
keys_share(PyDictKeysObject *keys)
{
    if (keys != EMPTY_KEYS) {
        keys->refcnt++;
    }
    return keys;
}

/* The number of values an object that shares `keys` from now on needs room for. */
static inline Py_ssize_t
shared_capacity(PyDictKeysObject *keys)
{
    return keys->nentries + keys->usable;
}

/* Does a dict with this in it concern the collector? */
static inline bool
may_be_tracked(PyObject *op)
{
    return PyType_IS_GC(Py_TYPE(op)) && PyObject_IS_GC(op) &&
           (!PyTuple_CheckExact(op) || PyObject_GC_IsTracked(op));
}

PyDictValues *values_new(Py_ssize_t capacity);          /* all NULL; NULL without an exception */
void values_free(PyDictValues *values);                 /* and what they refer to */
void values_unorder(PyDictValues *values, Py_ssize_t ix);

/* A copy of a dict to which `more` keys will be added. */
PyObject *dict_copy_to_grow(PyObject *op, Py_ssize_t more);
/* An untracked dict of `used` keys.  Takes the references to the table and the values (may be NULL). */
PyObject *dict_make(PyDictKeysObject *keys_take, PyDictValues *values_take, Py_ssize_t used);

/* Room for `extra` more keys as the reference estimates it (its growth shows in getsizeof). */
uint8_t keys_log2_for(Py_ssize_t entries);
status dict_resize(PyDictObject *dict, uint8_t log2_size, bool general);
status dict_unsplit(PyDictObject *dict);
status dict_append_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take);
int dict_insert_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take);
status dict_delete_at(PyDictObject *dict, Py_hash_t hash, Py_ssize_t ix, PyObject **old_value);
PyObject *dict_pop_item(PyDictObject *dict, PyObject **value);
int dict_merge(PyObject *target, PyObject *other, int override);
PyObject *dict_fromkeys_for(PyTypeObject *type, PyObject *iterable, PyObject *value);
Py_ssize_t dict_sizeof(PyDictObject *dict);
PyObject *dict_view_new(PyObject *dict, PyTypeObject *type);
void dict_maybe_track(PyDictObject *dict, PyObject *key, PyObject *value);
int dict_equal(PyDictObject *a, PyDictObject *b);
PyObject *dict_missing(PyDictObject *dict, PyObject *key);

#endif
