/* Key tables of dicts: their memory, their index, and lookup in them.

   The design is the documented one of compact ordered dicts (PEP 468 era) with key sharing
   (PEP 412); dict.h states the invariants, dict_find.h has the lookups that run no code. */
#include "object/freelist.h"
#include "types/dict_find.h"

struct _dictkeysobject krait_empty_keys = {
    .refcnt = 1, .log2_size = 0, .log2_index_bytes = 3, .kind = KEYS_STRINGS,
    .indices = {KEY_EMPTY, 0, 0, 0, 0, 0, 0, 0},
};

static int
bit_length(size_t n)
{
    return n == 0 ? 0 : 64 - __builtin_clzl(n);
}

uint8_t
keys_log2_for(Py_ssize_t entries)
{
    size_t slots = ((size_t)entries * 3 + 1) / 2;
    return (uint8_t)bit_length((slots | 8) - 1);
}

/* The size class of a table that grew full with `used` live keys. */
uint8_t
keys_log2_grown(Py_ssize_t used)
{
    return (uint8_t)bit_length((((size_t)used * 3) | 8) - 1);
}

PyDictKeysObject *
keys_new(uint8_t log2_size, int kind, Py_ssize_t room)
{
    return keys_make(log2_size, kind, room);
}

PyDictKeysObject *
keys_new_shared(void)
{
    PyDictKeysObject *keys = keys_new(SHARED_KEYS_LOG2, KEYS_SPLIT, SHARED_KEYS_MAX);
    return keys;
}

void
keys_free(PyDictKeysObject *keys)
{
    Py_ssize_t n = keys->nentries;
    if (keys->kind == KEYS_GENERAL) {
        for (DictEntry *entry = KEYS_ENTRIES(keys), *end = entry + n; entry < end; entry++) {
            Py_XDECREF(entry->key);
            Py_XDECREF(entry->value);
        }
    }
    else {
        bool split = keys->kind == KEYS_SPLIT;
        for (DictStrEntry *entry = KEYS_STR_ENTRIES(keys), *end = entry + n; entry < end; entry++) {
            Py_XDECREF(entry->key);
            if (!split) {
                Py_XDECREF(entry->value);
            }
        }
    }
    object_free_quick(keys);
}

void
keys_release(PyDictKeysObject *keys)
{
    keys_drop(keys);
}

uint32_t
keys_version(PyDictKeysObject *keys)
{
    if (keys->kind == KEYS_GENERAL || keys == EMPTY_KEYS) {
        return 0;
    }
    if (keys->version == 0) {
        struct _is *interp = interp_get();
        if (interp->dict_keys_version == UINT32_MAX) {
            return 0;
        }
        keys->version = ++interp->dict_keys_version;
    }
    return keys->version;
}

PyDictKeysObject *
keys_clone(PyDictKeysObject *keys, bool to_grow)
{
    Py_ssize_t n = keys->nentries, room = n + keys->usable;
    size_t bytes = keys_bytes_for(keys, room);
    to_grow = to_grow && keys->exact;
    if (to_grow) {
        room = KEYS_USABLE(KEYS_SIZE(keys));
    }
    PyDictKeysObject *copy = plain_malloc(keys_bytes_for(keys, room));
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(copy, keys, bytes);
    copy->refcnt = 1;
    copy->version = 0;
    copy->usable = room - n;
    copy->exact = to_grow ? 0 : keys->exact;
    if (copy->kind == KEYS_GENERAL) {
        for (DictEntry *entry = KEYS_ENTRIES(copy), *end = entry + n; entry < end; entry++) {
            Py_XINCREF(entry->key);
            Py_XINCREF(entry->value);
        }
    }
    else {
        for (DictStrEntry *entry = KEYS_STR_ENTRIES(copy), *end = entry + n; entry < end; entry++) {
            Py_XINCREF(entry->key);
            Py_XINCREF(entry->value);
        }
    }
    return copy;
}

/* Put the entries 0..nentries-1 of a fresh table into its index. */
static ALWAYS_INLINE void
keys_index_as(PyDictKeysObject *keys, bool general, bool bytes)
{
    size_t mask = (size_t)KEYS_MASK(keys);
    Py_ssize_t n = keys->nentries;
    for (Py_ssize_t ix = 0; ix < n; ix++) {
        Py_hash_t hash = general ? KEYS_ENTRIES(keys)[ix].hash
                                 : STR_HASH(KEYS_STR_ENTRIES(keys)[ix].key);
        size_t perturb = (size_t)hash, i = (size_t)hash & mask;
        while ((bytes ? ((int8_t *)keys->indices)[i] : slot_get(keys, i)) != KEY_EMPTY) {
            i = probe_next(i, &perturb, mask);
        }
        if (bytes) {
            ((int8_t *)keys->indices)[i] = (int8_t)ix;
        }
        else {
            slot_put(keys, i, ix);
        }
    }
}

void
keys_index(PyDictKeysObject *keys)
{
    bool general = keys->kind == KEYS_GENERAL;
    if (keys->log2_size < 8) {
        if (general) {
            keys_index_as(keys, true, true);
        }
        else {
            keys_index_as(keys, false, true);
        }
    }
    else {
        keys_index_as(keys, general, false);
    }
}

/* ---- lookup ---------------------------------------------------------------------------------- */

Py_ssize_t
keys_find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys_find_str_here(keys, key, hash);
}

/* Are both int, and the same?  No code runs. */
static inline bool
int_same(PyObject *a, PyObject *b)
{
    return Py_SIZE(a) == Py_SIZE(b) &&
           memcmp(((PyLongObject *)a)->ob_digit, ((PyLongObject *)b)->ob_digit,
                  (size_t)Py_ABS(Py_SIZE(a)) * sizeof(digit)) == 0;
}

/* Any key in any table: comparisons may run code that changes the dict, then it starts again. */
Py_ssize_t
dict_find_general(PyDictObject *dict, PyObject *key, Py_hash_t hash)
{
restart:;
    PyDictKeysObject *keys = dict->ma_keys;
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = slot_get(keys, i);
        if (ix == KEY_EMPTY) {
            return KEY_EMPTY;
        }
        if (ix >= 0) {
            PyObject *found = entry_key(keys, ix);
            if (found == key) {
                return ix;
            }
            if (entry_hash(keys, ix) == hash) {
                if (PyUnicode_CheckExact(key) && PyUnicode_CheckExact(found)) {
                    if (str_same(key, found)) {
                        return ix;
                    }
                }
                else if (PyLong_CheckExact(key) && PyLong_CheckExact(found)) {
                    if (int_same(key, found)) {
                        return ix;
                    }
                }
                else if (tuples_same_quick(found, key) == 1) {
                    return ix;
                }
                else {
                    Py_INCREF(found);
                    int equal = PyObject_RichCompareBool(found, key, Py_EQ);
                    Py_DECREF(found);
                    if (equal < 0) {
                        return KEY_ERROR;
                    }
                    if (dict->ma_keys != keys || ix >= keys->nentries ||
                        entry_key(keys, ix) != found) {
                        goto restart;
                    }
                    if (equal) {
                        return ix;
                    }
                }
            }
        }
        i = probe_next(i, &perturb, mask);
    }
}

Py_ssize_t
dict_find(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject **value)
{
    return dict_find_here(dict, key, hash, value);
}

PyObject *
dict_load_global(PyDictObject *globals, PyDictObject *builtins, PyObject *key)
{
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1 || dict_find(globals, key, hash, &value) == KEY_ERROR) {
        return NULL;
    }
    if (value == NULL && dict_find(builtins, key, hash, &value) == KEY_ERROR) {
        return NULL;
    }
    return Py_XNewRef(value);
}
