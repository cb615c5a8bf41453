/* What dict.c, dict_method.c, dict_view.c and odict.c share about tables; see dict.h. */
#ifndef KRAIT_TYPES_DICT_KEYS_H
#define KRAIT_TYPES_DICT_KEYS_H

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

/* Room for `extra` more keys as the reference estimates it (its growth shows in getsizeof). */
uint8_t keys_log2_for(Py_ssize_t entries);
status dict_resize(PyDictObject *dict, uint8_t log2_size, bool general);
status dict_unsplit(PyDictObject *dict);
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
