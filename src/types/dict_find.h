/* Looking a key up, in place: for the few functions that are called for nearly every use of a dict.

   Probing: slot = hash, then 5*slot + perturb + 1 with perturb shifted by 5 each time.  The loops here
   run no Python code; only dict_find_general does, and begins again when that changed the dict. */
#ifndef KRAIT_TYPES_DICT_FIND_H
#define KRAIT_TYPES_DICT_FIND_H

#include "types/dict_keys.h"
#include "types/same.h"

/* Any key in any table. */
Py_ssize_t dict_find_general(PyDictObject *dict, PyObject *key, Py_hash_t hash);

/* What a search asks of entry number ix; `entries` are those of the table's kind. */
typedef bool (*key_test)(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash);

/* Walk the key's probe path to the entry that `is_found`; KEY_DUMMY if one `is_doubtful` (may be NULL)
   comes before it.  `width`: bytes of a slot, or 0 to look. */
static ALWAYS_INLINE Py_ssize_t
keys_walk(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash, int width, key_test is_found,
          key_test is_doubtful)
{
    const void *entries = KEYS_ENTRIES(keys);       /* or KEYS_STR_ENTRIES: the same place */
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = width == 1   ? ((int8_t *)keys->indices)[i]
                        : width == 2 ? ((int16_t *)keys->indices)[i]
                                     : slot_get(keys, i);
        if (likely(ix >= 0)) {
            if (is_found(entries, ix, key, hash)) {
                return ix;
            }
            if (is_doubtful != NULL && is_doubtful(entries, ix, key, hash)) {
                return KEY_DUMMY;
            }
        }
        else if (ix == KEY_EMPTY) {
            return KEY_EMPTY;
        }
        i = probe_next(i, &perturb, mask);
    }
}

/* The same with the width of this table, so that the loop need not ask. */
static ALWAYS_INLINE Py_ssize_t
keys_search(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash, key_test is_found, key_test is_doubtful)
{
    return keys->log2_size < 8    ? keys_walk(keys, key, hash, 1, is_found, is_doubtful)
           : keys->log2_size < 16 ? keys_walk(keys, key, hash, 2, is_found, is_doubtful)
                                  : keys_walk(keys, key, hash, 0, is_found, is_doubtful);
}

static ALWAYS_INLINE bool
entry_is_str(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash)
{
    PyObject *found = ((const DictStrEntry *)entries)[ix].key;
    return found == key || (STR_HASH(found) == hash && str_same(found, key));
}

/* keys_find_str. */
static ALWAYS_INLINE Py_ssize_t
keys_find_str_here(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys_search(keys, key, hash, entry_is_str, NULL);
}

/* No other int has the hash of a limb's value, but that of -1 is that of -2. */
static ALWAYS_INLINE bool
entry_is_int(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash)
{
    const DictEntry *entry = (const DictEntry *)entries + ix;
    PyObject *found = entry->key;
    return found == key || (entry->hash == hash && PyLong_CheckExact(found) && Py_SIZE(found) == Py_SIZE(key) &&
                            ((PyLongObject *)found)->ob_digit[0] == ((PyLongObject *)key)->ob_digit[0]);
}

static ALWAYS_INLINE bool
entry_is_like_int(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash)
{
    const DictEntry *entry = (const DictEntry *)entries + ix;
    return entry->hash == hash && !PyLong_CheckExact(entry->key);
}

/* An int of one limb in a table that is not of strings.  KEY_DUMMY: another object with the same hash
   is in the way, ask dict_find_general. */
static ALWAYS_INLINE Py_ssize_t
keys_find_int_here(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys_search(keys, key, hash, entry_is_int, entry_is_like_int);
}

static ALWAYS_INLINE bool
entry_is_same(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash)
{
    const DictEntry *entry = (const DictEntry *)entries + ix;
    return entry->key == key || (entry->hash == hash && tuples_same_quick(entry->key, key) == 1);
}

static ALWAYS_INLINE bool
entry_is_like(const void *entries, Py_ssize_t ix, PyObject *key, Py_hash_t hash)
{
    return ((const DictEntry *)entries)[ix].hash == hash;
}

/* An object, or a tuple of ints and strings, in a small table that is not of strings; KEY_DUMMY likewise. */
static ALWAYS_INLINE Py_ssize_t
keys_find_same_here(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys_walk(keys, key, hash, 1, entry_is_same, entry_is_like);
}

/* dict_find. */
static ALWAYS_INLINE Py_ssize_t
dict_find_here(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject **value)
{
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t ix;
    if (likely(keys->kind != KEYS_GENERAL && PyUnicode_CheckExact(key))) {
        ix = keys_find_str_here(keys, key, hash);
        *value = ix < 0                    ? NULL
                 : dict->ma_values != NULL ? dict->ma_values->values[ix]
                                           : KEYS_STR_ENTRIES(keys)[ix].value;
        return ix;
    }
    if (keys->kind == KEYS_GENERAL && PyLong_CheckExact(key) && (size_t)Py_SIZE(key) + 1 < 3) {
        ix = keys_find_int_here(keys, key, hash);
        if (likely(ix != KEY_DUMMY)) {
            *value = ix < 0 ? NULL : KEYS_ENTRIES(keys)[ix].value;
            return ix;
        }
    }
    else if (keys->kind == KEYS_GENERAL && keys->log2_size < 8) {
        ix = dict->ma_used == 0 ? KEY_EMPTY : keys_find_same_here(keys, key, hash);
        if (likely(ix != KEY_DUMMY)) {
            *value = ix < 0 ? NULL : KEYS_ENTRIES(keys)[ix].value;
            return ix;
        }
    }
    ix = dict_find_general(dict, key, hash);
    *value = ix < 0 ? NULL : *entry_value(dict, ix);
    return ix;
}

#endif
