/* Looking a key up, in place: for the few functions that are called for nearly every use of a dict.

   Probing: slot = hash, then 5*slot + perturb + 1 with perturb shifted by 5 each time.  The loops here
   run no Python code; only dict_find_general does, and begins again when that changed the dict. */
#ifndef KRAIT_TYPES_DICT_FIND_H
#define KRAIT_TYPES_DICT_FIND_H

#include "types/dict_keys.h"

/* Any key in any table. */
Py_ssize_t dict_find_general(PyDictObject *dict, PyObject *key, Py_hash_t hash);

/* `width`: bytes of a slot, or 0 to look. */
static ALWAYS_INLINE Py_ssize_t
find_str_in(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash, int width)
{
    DictStrEntry *entries = KEYS_STR_ENTRIES(keys);
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = width == 1   ? ((int8_t *)keys->indices)[i]
                        : width == 2 ? ((int16_t *)keys->indices)[i]
                                     : slot_get(keys, i);
        if (likely(ix >= 0)) {
            PyObject *found = entries[ix].key;
            if (found == key || (STR_HASH(found) == hash && str_same(found, key))) {
                return ix;
            }
        }
        else if (ix == KEY_EMPTY) {
            return KEY_EMPTY;
        }
        i = probe_next(i, &perturb, mask);
    }
}

/* keys_find_str. */
static ALWAYS_INLINE Py_ssize_t
keys_find_str_here(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys->log2_size < 8    ? find_str_in(keys, key, hash, 1)
           : keys->log2_size < 16 ? find_str_in(keys, key, hash, 2)
                                  : find_str_in(keys, key, hash, 0);
}

/* An int of one limb in a table that is not of strings.  KEY_DUMMY: another object with the same hash
   is in the way, ask dict_find_general. */
static ALWAYS_INLINE Py_ssize_t
find_int_in(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash, int width)
{
    DictEntry *entries = KEYS_ENTRIES(keys);
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = width == 1   ? ((int8_t *)keys->indices)[i]
                        : width == 2 ? ((int16_t *)keys->indices)[i]
                                     : slot_get(keys, i);
        if (likely(ix >= 0)) {
            PyObject *found = entries[ix].key;
            if (found == key) {
                return ix;
            }
            if (entries[ix].hash == hash) {
                if (!PyLong_CheckExact(found)) {
                    return KEY_DUMMY;
                }
                /* No other int has the hash of a limb's value, but that of -1 is that of -2. */
                if (Py_SIZE(found) == Py_SIZE(key) &&
                    ((PyLongObject *)found)->ob_digit[0] == ((PyLongObject *)key)->ob_digit[0]) {
                    return ix;
                }
            }
        }
        else if (ix == KEY_EMPTY) {
            return KEY_EMPTY;
        }
        i = probe_next(i, &perturb, mask);
    }
}

static ALWAYS_INLINE Py_ssize_t
keys_find_int_here(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys->log2_size < 8    ? find_int_in(keys, key, hash, 1)
           : keys->log2_size < 16 ? find_int_in(keys, key, hash, 2)
                                  : find_int_in(keys, key, hash, 0);
}

/* An object in a small table that is not of strings; KEY_DUMMY likewise. */
static ALWAYS_INLINE Py_ssize_t
find_same(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    DictEntry *entries = KEYS_ENTRIES(keys);
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = ((int8_t *)keys->indices)[i];
        if (likely(ix >= 0)) {
            if (entries[ix].key == key) {
                return ix;
            }
            if (entries[ix].hash == hash) {
                return KEY_DUMMY;
            }
        }
        else if (ix == KEY_EMPTY) {
            return KEY_EMPTY;
        }
        i = probe_next(i, &perturb, mask);
    }
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
        ix = dict->ma_used == 0 ? KEY_EMPTY : find_same(keys, key, hash);
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
