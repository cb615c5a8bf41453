/* dict: tables, lookup, insertion, deletion, growth, and the PyDict_ API.

   The design is the documented one of compact ordered dicts (PEP 468 era) with key sharing
   (PEP 412); dict.h states the invariants.  Probing: slot = hash, then 5*slot + perturb + 1 with
   perturb shifted by 5 each time.  The methods are in dict_method.c, the views in dict_view.c. */
#include "object/freelist.h"
#include "object/gc.h"
#include "types/dict_keys.h"

enum { PERTURB_SHIFT = 5 };

struct _dictkeysobject krait_empty_keys = {
    .refcnt = 1, .log2_size = 0, .log2_index_bytes = 3, .kind = KEYS_STRINGS,
    .indices = {KEY_EMPTY, 0, 0, 0, 0, 0, 0, 0},
};

/* ---- tables ------------------------------------------------------------------------------- */

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
static uint8_t
keys_log2_grown(Py_ssize_t used)
{
    return (uint8_t)bit_length((((size_t)used * 3) | 8) - 1);
}

static size_t
keys_bytes(PyDictKeysObject *keys)
{
    size_t entry = keys->kind == KEYS_GENERAL ? sizeof(DictEntry) : sizeof(DictStrEntry);
    return sizeof(*keys) + ((size_t)1 << keys->log2_index_bytes) +
           (size_t)KEYS_USABLE(KEYS_SIZE(keys)) * entry;
}

/* What the table of `room` entries needs in memory. */
static size_t
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

static PyDictKeysObject *
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

static void
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

/* ---- values of split dicts ---------------------------------------------------------------- */

static PyDictValues *
values_new(Py_ssize_t capacity)
{
    size_t order = capacity <= VALUES_SHORT ? 0 : (size_t)capacity;
    size_t bytes = sizeof(PyDictValues) + (size_t)capacity * sizeof(PyObject *) + order;
    /* Not from object pages: a capacity before a class would look like an object (object/live.c). */
    PyDictValues *values = words_alloc_small(bytes);
    if (values == NULL) {
        return NULL;
    }
    words_clear(values, sizeof(PyDictValues) + (size_t)capacity * sizeof(PyObject *));
    values->capacity = (uint8_t)capacity;
    return values;
}

static void
values_free(PyDictValues *values)
{
    for (int i = 0, n = values->capacity; i < n; i++) {
        Py_CLEAR(values->values[i]);
    }
    words_free(values);
}

/* Forget that entry number ix is set. */
static void
values_unorder(PyDictValues *values, Py_ssize_t ix)
{
    uint8_t *order = VALUES_ORDER(values);
    int i = 0;
    while (order[i] != ix) {
        i++;
    }
    values->used--;
    memmove(order + i, order + i + 1, (size_t)(values->used - i));
}

/* The number of values an object that shares `keys` from now on needs room for. */
static inline Py_ssize_t
shared_capacity(PyDictKeysObject *keys)
{
    return keys->nentries + keys->usable;
}

/* ---- lookup ------------------------------------------------------------------------------- */

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

static ALWAYS_INLINE Py_ssize_t
find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys->log2_size < 8    ? find_str_in(keys, key, hash, 1)
           : keys->log2_size < 16 ? find_str_in(keys, key, hash, 2)
                                  : find_str_in(keys, key, hash, 0);
}

Py_ssize_t
keys_find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return find_str(keys, key, hash);
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
static NOINLINE Py_ssize_t
find_general(PyDictObject *dict, PyObject *key, Py_hash_t hash)
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

/* An int of one limb in a table that is not of strings.  KEY_DUMMY: another object with the same hash
   is in the way, ask find_general. */
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
find_int(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash)
{
    return keys->log2_size < 8    ? find_int_in(keys, key, hash, 1)
           : keys->log2_size < 16 ? find_int_in(keys, key, hash, 2)
                                  : find_int_in(keys, key, hash, 0);
}

static ALWAYS_INLINE Py_ssize_t
find(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject **value)
{
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t ix;
    if (likely(keys->kind != KEYS_GENERAL && PyUnicode_CheckExact(key))) {
        ix = find_str(keys, key, hash);
        *value = ix < 0                    ? NULL
                 : dict->ma_values != NULL ? dict->ma_values->values[ix]
                                           : KEYS_STR_ENTRIES(keys)[ix].value;
        return ix;
    }
    if (keys->kind == KEYS_GENERAL && PyLong_CheckExact(key) && (size_t)Py_SIZE(key) + 1 < 3) {
        ix = find_int(keys, key, hash);
        if (likely(ix != KEY_DUMMY)) {
            *value = ix < 0 ? NULL : KEYS_ENTRIES(keys)[ix].value;
            return ix;
        }
    }
    else if (keys->kind == KEYS_GENERAL && keys->log2_size < 8) {
        /* The object itself, in its first place? */
        ix = ((int8_t *)keys->indices)[hash & KEYS_MASK(keys)];
        if (ix >= 0 && KEYS_ENTRIES(keys)[ix].key == key) {
            *value = KEYS_ENTRIES(keys)[ix].value;
            return ix;
        }
    }
    ix = find_general(dict, key, hash);
    *value = ix < 0 ? NULL : *entry_value(dict, ix);
    return ix;
}

Py_ssize_t
dict_find(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject **value)
{
    return find(dict, key, hash, value);
}

/* The slot that holds entry number ix. */
static size_t
slot_of(PyDictKeysObject *keys, Py_hash_t hash, Py_ssize_t ix)
{
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    while (slot_get(keys, i) != ix) {
        i = probe_next(i, &perturb, mask);
    }
    return i;
}

/* The first slot on the path that holds no entry. */
static size_t
slot_free(PyDictKeysObject *keys, Py_hash_t hash)
{
    size_t mask = (size_t)KEYS_MASK(keys), perturb = (size_t)hash, i = (size_t)hash & mask;
    while (slot_get(keys, i) >= 0) {
        i = probe_next(i, &perturb, mask);
    }
    return i;
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

/* ---- growth ------------------------------------------------------------------------------- */

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

static void
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

/* Move the live entries into a new table of 2^log2_size slots; a split dict becomes combined. */
status
dict_resize(PyDictObject *dict, uint8_t log2_size, bool general)
{
    PyDictKeysObject *old = dict->ma_keys;
    int kind = general || old->kind == KEYS_GENERAL ? KEYS_GENERAL : KEYS_STRINGS;
    PyDictKeysObject *keys = keys_new(log2_size, kind, KEYS_USABLE((Py_ssize_t)1 << log2_size));
    if (keys == NULL) {
        return -1;
    }
    Py_ssize_t pos = 0, n = 0;
    PyObject *key, *value;
    Py_hash_t hash;
    if (kind == old->kind && dict->ma_values == NULL && dict->ma_used == old->nentries) {
        /* nothing was deleted */
        n = old->nentries;
        if (kind == KEYS_GENERAL) {
            memcpy(KEYS_ENTRIES(keys), KEYS_ENTRIES(old), (size_t)n * sizeof(DictEntry));
        }
        else {
            memcpy(KEYS_STR_ENTRIES(keys), KEYS_STR_ENTRIES(old), (size_t)n * sizeof(DictStrEntry));
        }
    }
    while (n < dict->ma_used && dict_step(dict, &pos, &key, &value, &hash)) {
        if (kind == KEYS_GENERAL) {
            KEYS_ENTRIES(keys)[n++] = (DictEntry){hash, key, value};
        }
        else {
            KEYS_STR_ENTRIES(keys)[n++] = (DictStrEntry){key, value};
        }
    }
    keys->nentries = n;
    keys->usable -= n;
    keys_index(keys);

    PyDictValues *values = dict->ma_values;
    dict->ma_keys = keys;
    dict->ma_values = NULL;
    if (values != NULL || old->refcnt > 1) {
        /* the old table lives on: what moved is now shared */
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_INCREF(entry_key(keys, i));
        }
        if (values != NULL) {
            PyMem_Free(values);         /* the values themselves moved */
        }
        keys_release(old);
    }
    else if (old != EMPTY_KEYS) {
        PyObject_Free(old);             /* keys and values moved */
    }
    DICT_CHECK(dict, true);
    return 0;
}

status
dict_reserve(PyObject *op, Py_ssize_t more)
{
    PyDictObject *dict = (PyDictObject *)op;
    uint8_t log2_size = keys_log2_for(dict->ma_used + more);
    if (dict->ma_values != NULL || log2_size <= dict->ma_keys->log2_size || more <= 5) {
        return 0;
    }
    return dict_resize(dict, log2_size, false);
}

status
dict_unsplit(PyDictObject *dict)
{
    return dict_resize(dict, dict->ma_keys->log2_size, false);
}

/* ---- insertion and deletion --------------------------------------------------------------- */

static inline bool
may_be_tracked(PyObject *op)
{
    return PyObject_IS_GC(op) && (!PyTuple_CheckExact(op) || PyObject_GC_IsTracked(op));
}

void
dict_maybe_track(PyDictObject *dict, PyObject *key, PyObject *value)
{
    if (((Py_TYPE(value)->tp_flags | Py_TYPE(key)->tp_flags) & Py_TPFLAGS_HAVE_GC) &&
        (may_be_tracked(value) || may_be_tracked(key)) && !gc_is_tracked((PyObject *)dict)) {
        PyObject_GC_Track(dict);
    }
}

/* Append a key that is not there. Takes both references. */
static status
append_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    PyDictKeysObject *keys = dict->ma_keys;
    bool general = !PyUnicode_CheckExact(key_take);
    if (keys == EMPTY_KEYS) {
        keys = keys_new(DICT_MIN_LOG2, general ? KEYS_GENERAL : KEYS_STRINGS, KEYS_USABLE(1 << DICT_MIN_LOG2));
        if (keys == NULL) {
            goto fail;
        }
        dict->ma_keys = keys;
    }
    else if (keys->usable <= 0 || (general && keys->kind != KEYS_GENERAL) ||
             (dict->ma_values != NULL && keys->nentries >= dict->ma_values->capacity)) {
        /* A table that was made for a known number of keys is filled up before it grows. */
        uint8_t log2_size = keys->exact ? keys->log2_size : keys_log2_grown(dict->ma_used);
        if (dict_resize(dict, log2_size, general) < 0) {
            goto fail;
        }
        keys = dict->ma_keys;
    }
    keys->version = 0;
    Py_ssize_t ix = keys->nentries;
    slot_put(keys, slot_free(keys, hash), ix);
    if (dict->ma_values != NULL) {
        KEYS_STR_ENTRIES(keys)[ix].key = key_take;
        values_store_take(dict->ma_values, ix, value_take);
    }
    else if (keys->kind == KEYS_GENERAL) {
        KEYS_ENTRIES(keys)[ix] = (DictEntry){hash, key_take, value_take};
    }
    else {
        KEYS_STR_ENTRIES(keys)[ix] = (DictStrEntry){key_take, value_take};
    }
    keys->nentries = ix + 1;
    keys->usable--;
    dict->ma_used++;
    DICT_TOUCH(dict);
    DICT_CHECK(dict, ix < 8);
    return 0;
fail:
    Py_DECREF(key_take);
    Py_DECREF(value_take);
    return -1;
}

/* Into a dict that has no table yet: there is nothing to look for. */
static int
insert_first_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    bool general = !PyUnicode_CheckExact(key_take);
    PyDictKeysObject *keys =
        keys_make(DICT_MIN_LOG2, general ? KEYS_GENERAL : KEYS_STRINGS, KEYS_USABLE(1 << DICT_MIN_LOG2));
    if (unlikely(keys == NULL)) {
        Py_DECREF(key_take);
        Py_DECREF(value_take);
        return -1;
    }
    ((int8_t *)keys->indices)[(size_t)hash & ((1 << DICT_MIN_LOG2) - 1)] = 0;
    if (general) {
        KEYS_ENTRIES(keys)[0] = (DictEntry){hash, key_take, value_take};
    }
    else {
        KEYS_STR_ENTRIES(keys)[0] = (DictStrEntry){key_take, value_take};
    }
    keys->nentries = 1;
    keys->usable = KEYS_USABLE(1 << DICT_MIN_LOG2) - 1;
    dict->ma_keys = keys;
    dict->ma_used = 1;
    if ((Py_TYPE(value_take)->tp_flags | Py_TYPE(key_take)->tp_flags) & Py_TPFLAGS_HAVE_GC) {
        dict_maybe_track(dict, key_take, value_take);
    }
    DICT_TOUCH(dict);
    DICT_CHECK(dict, true);
    return 0;
}

static ALWAYS_INLINE int
insert_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    if (unlikely(dict->ma_keys == EMPTY_KEYS)) {
        return insert_first_take(dict, key_take, hash, value_take);
    }
    PyObject *old;
    Py_ssize_t ix = find(dict, key_take, hash, &old);
    if (unlikely(ix == KEY_ERROR)) {
        Py_DECREF(key_take);
        Py_DECREF(value_take);
        return -1;
    }
    if ((Py_TYPE(value_take)->tp_flags | Py_TYPE(key_take)->tp_flags) & Py_TPFLAGS_HAVE_GC) {
        dict_maybe_track(dict, key_take, value_take);
    }
    if (ix == KEY_EMPTY) {
        return append_take(dict, key_take, hash, value_take);
    }
    if (unlikely(dict->ma_values != NULL)) {
        if (old == NULL) {
            VALUES_ORDER(dict->ma_values)[dict->ma_values->used++] = (uint8_t)ix;
            dict->ma_used++;
        }
        dict->ma_values->values[ix] = value_take;
    }
    else if (dict->ma_keys->kind == KEYS_GENERAL) {
        KEYS_ENTRIES(dict->ma_keys)[ix].value = value_take;
    }
    else {
        KEYS_STR_ENTRIES(dict->ma_keys)[ix].value = value_take;
    }
    if (old != value_take) {
        DICT_TOUCH(dict);
        DICT_CHECK(dict, false);
    }
    Py_XDECREF(old);
    Py_DECREF(key_take);
    return 0;
}

int
dict_insert_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    return insert_take(dict, key_take, hash, value_take);
}

int
dict_set_take2(PyDictObject *dict, PyObject *key_take, PyObject *value_take)
{
    Py_hash_t hash = key_hash(key_take);
    if (unlikely(hash == -1)) {
        Py_DECREF(key_take);
        Py_DECREF(value_take);
        return -1;
    }
    return insert_take(dict, key_take, hash, value_take);
}

/* Remove entry ix, whose value is set. The value's reference goes to *old_value. */
status
dict_delete_at(PyDictObject *dict, Py_hash_t hash, Py_ssize_t ix, PyObject **old_value)
{
    PyDictKeysObject *keys = dict->ma_keys;
    PyObject **value = entry_value(dict, ix), *key = NULL;
    *old_value = *value;
    *value = NULL;
    dict->ma_used--;
    DICT_TOUCH(dict);
    if (dict->ma_values != NULL) {
        values_unorder(dict->ma_values, ix);
        DICT_CHECK(dict, true);
        return 0;
    }
    slot_put(keys, slot_of(keys, hash, ix), KEY_DUMMY);
    keys->version = 0;
    if (keys->kind == KEYS_GENERAL) {
        key = KEYS_ENTRIES(keys)[ix].key;
        KEYS_ENTRIES(keys)[ix].key = NULL;
        KEYS_ENTRIES(keys)[ix].hash = 0;
    }
    else {
        key = KEYS_STR_ENTRIES(keys)[ix].key;
        KEYS_STR_ENTRIES(keys)[ix].key = NULL;
    }
    DICT_CHECK(dict, ix < 8);
    Py_DECREF(key);
    return 0;
}

/* Remove the last entry; returns its key (owned), the value through *value.  The dict is not
   empty.  NULL with an exception if memory is out. */
PyObject *
dict_pop_item(PyDictObject *dict, PyObject **value)
{
    if (dict_is_split(dict) && dict_unsplit(dict) < 0) {
        return NULL;
    }
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t ix = keys->nentries - 1;
    while (*entry_value(dict, ix) == NULL) {
        ix--;
    }
    PyObject *key = Py_NewRef(entry_key(keys, ix));
    dict_delete_at(dict, entry_hash(keys, ix), ix, value);
    keys->nentries = ix;
    return key;
}

/* ---- making and dropping ------------------------------------------------------------------ */

static PyObject *
dict_make(PyDictKeysObject *keys_take, PyDictValues *values_take, Py_ssize_t used)
{
    PyDictObject *dict = (PyDictObject *)gc_alloc_here(sizeof *dict, 0, PAGE_TIGHT);
    if (dict == NULL) {
        keys_release(keys_take);
        if (values_take != NULL) {
            values_free(values_take);
        }
        return NULL;
    }
    freelist_revive(dict, &PyDict_Type);
    dict->ma_keys = keys_take;
    dict->ma_values = values_take;
    dict->ma_used = used;
    DICT_TOUCH(dict);
    return (PyObject *)dict;
}

/* An empty dict, not tracked yet. */
PyObject *
PyDict_New(void)
{
    return dict_make(EMPTY_KEYS, NULL, 0);
}

PyObject *
_PyDict_NewPresized(Py_ssize_t minused)
{
    if (minused <= 5) {
        return PyDict_New();
    }
    const Py_ssize_t limit = 128 * 1024;
    uint8_t log2_size = minused > KEYS_USABLE(limit) ? 17 : keys_log2_for(minused);
    PyDictKeysObject *keys = keys_new(log2_size, KEYS_STRINGS, KEYS_USABLE((Py_ssize_t)1 << log2_size));
    return keys == NULL ? NULL : dict_make(keys, NULL, 0);
}

PyObject *
dict_new_exact(Py_ssize_t count, bool general)
{
    if (count == 0) {
        return PyDict_New();
    }
    uint8_t log2_size = count <= KEYS_USABLE(1 << DICT_MIN_LOG2) ? DICT_MIN_LOG2 : keys_log2_for(count);
    PyDictKeysObject *keys = keys_new(log2_size, general ? KEYS_GENERAL : KEYS_STRINGS, count);
    if (keys == NULL) {
        return NULL;
    }
    keys->exact = count < KEYS_USABLE(KEYS_SIZE(keys));
    return dict_make(keys, NULL, 0);
}

/* As by PyDict_SetItem, one after the other. */
static PyObject *
display_general(PyObject *const *keys, Py_ssize_t key_step, PyObject *const *values, Py_ssize_t value_step,
                Py_ssize_t count)
{
    PyObject *dict = dict_new_exact(count, !PyUnicode_CheckExact(keys[0]));
    for (Py_ssize_t i = 0; i < count && dict != NULL; i++) {
        if (PyDict_SetItem(dict, keys[i * key_step], values[i * value_step]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

PyObject *
dict_display(PyObject *const *keys, Py_ssize_t key_step, PyObject *const *values, Py_ssize_t value_step,
             Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!PyUnicode_CheckExact(keys[i * key_step])) {
            return display_general(keys, key_step, values, value_step, count);
        }
    }
    PyDictObject *dict = (PyDictObject *)dict_new_exact(count, false);
    if (dict == NULL || count == 0) {
        return (PyObject *)dict;
    }
    PyDictKeysObject *table = dict->ma_keys;
    DictStrEntry *entries = KEYS_STR_ENTRIES(table);
    size_t mask = (size_t)KEYS_MASK(table);
    Py_ssize_t n = 0;
    bool tracked = false;
    if (count == 1) {
        PyObject *value = Py_NewRef(values[0]);
        Py_hash_t hash = key_hash(keys[0]);
        ((int8_t *)table->indices)[hash & KEYS_MASK(table)] = 0;
        entries[n++] = (DictStrEntry){Py_NewRef(keys[0]), value};
        tracked = may_be_tracked(value);
        count = 0;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *key = keys[i * key_step], *value = Py_NewRef(values[i * value_step]);
        Py_hash_t hash = key_hash(key);
        size_t perturb = (size_t)hash, at = (size_t)hash & mask;
        Py_ssize_t ix;
        while ((ix = slot_get(table, at)) >= 0 && entries[ix].key != key &&
               !(STR_HASH(entries[ix].key) == hash && str_same(entries[ix].key, key))) {
            at = probe_next(at, &perturb, mask);
        }
        tracked = tracked || may_be_tracked(value);
        if (ix >= 0) {              /* given twice: the last value counts */
            Py_SETREF(entries[ix].value, value);
            continue;
        }
        slot_put(table, at, n);
        entries[n++] = (DictStrEntry){Py_NewRef(key), value};
    }
    table->nentries = dict->ma_used = n;
    table->usable -= n;
    DICT_CHECK(dict, true);
    if (tracked) {
        gc_track((PyObject *)dict);
    }
    return (PyObject *)dict;
}

void
dict_tp_dealloc(PyDictObject *dict)
{
    if (likely(PyDict_CheckExact(dict) && dict->ma_values == NULL) &&
        !gc_is_tracked((PyObject *)dict)) {
        /* Only atoms die with it, so that there is no depth to guard against. */
        keys_release(dict->ma_keys);
        gc_free((PyObject *)dict);
        return;
    }
    gc_untrack((PyObject *)dict);
    PyThreadState *tstate = tstate_get();
    bool guarded = Py_TYPE(dict)->tp_dealloc == (destructor)dict_tp_dealloc;
    if (guarded && trash_begin(tstate, (PyObject *)dict)) {
        return;
    }
    if (dict->ma_values != NULL) {
        values_free(dict->ma_values);
    }
    keys_release(dict->ma_keys);
    if (likely(PyDict_CheckExact(dict))) {
        gc_free((PyObject *)dict);
    }
    else {
        Py_TYPE(dict)->tp_free((PyObject *)dict);
    }
    if (guarded) {
        trash_end(tstate);
    }
}

int
dict_tp_traverse(PyDictObject *dict, visitproc visit, void *arg)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL) {
        for (int i = 0; i < dict->ma_values->capacity; i++) {
            Py_VISIT(dict->ma_values->values[i]);
        }
    }
    else if (keys->kind == KEYS_GENERAL) {
        DictEntry *entries = KEYS_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->nentries; i++) {
            if (entries[i].value != NULL) {
                Py_VISIT(entries[i].value);
                Py_VISIT(entries[i].key);
            }
        }
    }
    else {
        DictStrEntry *entries = KEYS_STR_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->nentries; i++) {
            Py_VISIT(entries[i].value);
        }
    }
    return 0;
}

int
dict_tp_clear(PyObject *dict)
{
    PyDict_Clear(dict);
    return 0;
}

void
PyDict_Clear(PyObject *op)
{
    if (!PyDict_Check(op)) {
        return;
    }
    PyDictObject *dict = (PyDictObject *)op;
    PyDictKeysObject *keys = dict->ma_keys;
    PyDictValues *values = dict->ma_values;
    if (keys == EMPTY_KEYS) {
        return;
    }
    dict->ma_keys = EMPTY_KEYS;
    dict->ma_values = NULL;
    dict->ma_used = 0;
    DICT_TOUCH(dict);
    if (values != NULL) {
        values_free(values);
    }
    keys_release(keys);
}

/* A table with the same entries, all references its own. */
static PyDictKeysObject *
keys_clone(PyDictKeysObject *keys)
{
    size_t bytes = keys_bytes_for(keys, keys->nentries + keys->usable);
    PyDictKeysObject *copy = plain_malloc(bytes);
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(copy, keys, bytes);
    copy->refcnt = 1;
    copy->version = 0;
    for (Py_ssize_t i = 0; i < copy->nentries; i++) {
        Py_XINCREF(entry_key(copy, i));
        Py_XINCREF(copy->kind == KEYS_GENERAL ? KEYS_ENTRIES(copy)[i].value
                                              : KEYS_STR_ENTRIES(copy)[i].value);
    }
    return copy;
}

PyObject *
PyDict_Copy(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyDictObject *dict = (PyDictObject *)op;
    PyObject *copy;
    if (dict->ma_used == 0) {
        return PyDict_New();
    }
    if (dict->ma_values != NULL) {
        PyDictValues *old = dict->ma_values, *values = values_new(old->capacity);
        if (values == NULL) {
            return PyErr_NoMemory();
        }
        values->used = old->used;
        memcpy(VALUES_ORDER(values), VALUES_ORDER(old), old->used);
        for (int i = 0; i < old->capacity; i++) {
            values->values[i] = Py_XNewRef(old->values[i]);
        }
        copy = dict_make(keys_share(dict->ma_keys), values, dict->ma_used);
        if (copy != NULL && PyObject_GC_IsTracked(op)) {
            PyObject_GC_Track(copy);
        }
        return copy;
    }
    if (Py_TYPE(dict)->tp_iter == PyDict_Type.tp_iter &&
        dict->ma_used >= dict->ma_keys->nentries * 2 / 3) {
        PyDictKeysObject *keys = keys_clone(dict->ma_keys);
        copy = keys == NULL ? NULL : dict_make(keys, NULL, dict->ma_used);
        if (copy != NULL && PyObject_GC_IsTracked(op)) {
            PyObject_GC_Track(copy);
        }
        return copy;
    }
    copy = PyDict_New();
    if (copy != NULL && dict_merge(copy, op, 1) < 0) {
        Py_CLEAR(copy);
    }
    return copy;
}

Py_ssize_t
dict_sizeof(PyDictObject *dict)
{
    PyDictKeysObject *keys = dict->ma_keys;
    size_t size = (size_t)Py_TYPE(dict)->tp_basicsize;
    if (dict->ma_values != NULL) {
        return (Py_ssize_t)(size + (size_t)shared_capacity(keys) * sizeof(PyObject *));
    }
    return (Py_ssize_t)(keys == EMPTY_KEYS ? size : size + keys_bytes(keys));
}

Py_ssize_t
_PyDict_SizeOf(PyDictObject *dict)
{
    return dict_sizeof(dict);
}

/* ---- merging ------------------------------------------------------------------------------ */

static COLD int
merge_duplicate(PyObject *key)
{
    _PyErr_SetKeyError(key);
    return -1;
}

/* override: 1 replace, 0 keep what is there, 2 a duplicate is a KeyError. */
static int
merge_dict(PyDictObject *dict, PyDictObject *other, int override)
{
    if (other == dict || other->ma_used == 0) {
        return 0;
    }
    PyDictKeysObject *source = other->ma_keys;
    if (dict->ma_used == 0 && other->ma_values == NULL && other->ma_used == source->nentries &&
        (dict->ma_keys == EMPTY_KEYS || dict->ma_keys->kind != KEYS_SPLIT) &&
        (source->log2_size == DICT_MIN_LOG2 ||
         KEYS_USABLE(KEYS_SIZE(source) / 2) < other->ma_used)) {
        PyDictKeysObject *keys = keys_clone(source);
        if (keys == NULL) {
            return -1;
        }
        keys_release(dict->ma_keys);
        dict->ma_keys = keys;
        dict->ma_used = other->ma_used;
        DICT_TOUCH(dict);
        if (PyObject_GC_IsTracked((PyObject *)other) && !PyObject_GC_IsTracked((PyObject *)dict)) {
            PyObject_GC_Track(dict);
        }
        return 0;
    }
    if (KEYS_USABLE(dict->ma_keys == EMPTY_KEYS ? 1 : KEYS_SIZE(dict->ma_keys)) < other->ma_used) {
        if (dict_resize(dict, keys_log2_for(dict->ma_used + other->ma_used),
                        source->kind == KEYS_GENERAL) < 0) {
            return -1;
        }
    }
    Py_ssize_t pos = 0, used = other->ma_used;
    PyObject *key, *value;
    Py_hash_t hash;
    while (dict_step(other, &pos, &key, &value, &hash)) {
        PyDictKeysObject *before = other->ma_keys;
        int err = 0;
        Py_INCREF(key);
        Py_INCREF(value);
        if (override == 1) {
            err = dict_insert_take(dict, Py_NewRef(key), hash, Py_NewRef(value));
        }
        else {
            err = _PyDict_Contains_KnownHash((PyObject *)dict, key, hash);
            if (err == 0) {
                err = dict_insert_take(dict, Py_NewRef(key), hash, Py_NewRef(value));
            }
            else if (err > 0) {
                err = override == 0 ? 0 : merge_duplicate(key);
            }
        }
        Py_DECREF(value);
        Py_DECREF(key);
        if (err < 0) {
            return -1;
        }
        if (other->ma_keys != before || other->ma_used != used) {
            PyErr_SetString(PyExc_RuntimeError, "dict mutated during update");
            return -1;
        }
    }
    return 0;
}

static int
merge_mapping(PyObject *dict, PyObject *other, int override)
{
    PyObject *keys = PyMapping_Keys(other);
    if (keys == NULL) {
        return -1;
    }
    PyObject *iter = PyObject_GetIter(keys), *key;
    Py_DECREF(keys);
    if (iter == NULL) {
        return -1;
    }
    int err = 0;
    while (err == 0 && (key = PyIter_Next(iter)) != NULL) {
        int there = override == 1 ? 0 : PyDict_Contains(dict, key);
        if (there != 0) {
            err = there < 0 || override != 0 ? -1 : 0;
            if (there > 0 && override != 0) {
                merge_duplicate(key);
            }
            Py_DECREF(key);
            continue;
        }
        PyObject *value = PyObject_GetItem(other, key);
        if (value == NULL) {
            Py_DECREF(key);
            err = -1;
        }
        else {
            err = dict_set_take2((PyDictObject *)dict, key, value);
        }
    }
    Py_DECREF(iter);
    return err < 0 || PyErr_Occurred() ? -1 : 0;
}

int
dict_merge(PyObject *dict, PyObject *other, int override)
{
    if (dict == NULL || !PyDict_Check(dict) || other == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyDict_Check(other) && Py_TYPE(other)->tp_iter == PyDict_Type.tp_iter) {
        return merge_dict((PyDictObject *)dict, (PyDictObject *)other, override);
    }
    return merge_mapping(dict, other, override);
}

int
PyDict_Update(PyObject *dict, PyObject *other)
{
    return dict_merge(dict, other, 1);
}

int
PyDict_Merge(PyObject *dict, PyObject *other, int override)
{
    return dict_merge(dict, other, override != 0);
}

int
_PyDict_MergeEx(PyObject *dict, PyObject *other, int override)
{
    return dict_merge(dict, other, override);
}

/* One (key, value) pair of a sequence of pairs. */
static int
merge_pair(PyObject *dict, PyObject *item, Py_ssize_t i, int override)
{
    PyObject *fast = PySequence_Fast(item, "");
    if (fast == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError,
                         "cannot convert dictionary update sequence element #%zd to a sequence", i);
        }
        return -1;
    }
    int err = -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast);
    if (n != 2) {
        PyErr_Format(PyExc_ValueError,
                     "dictionary update sequence element #%zd has length %zd; 2 is required", i, n);
    }
    else {
        PyObject *key = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 0));
        PyObject *value = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 1));
        if (override) {
            err = PyDict_SetItem(dict, key, value);
        }
        else {
            err = PyDict_SetDefault(dict, key, value) == NULL ? -1 : 0;
        }
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_DECREF(fast);
    return err;
}

int
PyDict_MergeFromSeq2(PyObject *dict, PyObject *pairs, int override)
{
    PyObject *iter = PyObject_GetIter(pairs), *item;
    if (iter == NULL) {
        return -1;
    }
    int err = 0;
    for (Py_ssize_t i = 0; err == 0 && (item = PyIter_Next(iter)) != NULL; i++) {
        err = merge_pair(dict, item, i, override);
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    return err < 0 || PyErr_Occurred() ? -1 : 0;
}

/* ---- PyDict_ access ----------------------------------------------------------------------- */

/* The value, borrowed, errors swallowed: what PyDict_GetItem is documented to do. */
PyObject *
PyDict_GetItem(PyObject *op, PyObject *key)
{
    if (!PyDict_Check(op)) {
        return NULL;
    }
    PyObject *value, *type, *exc, *tb;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        PyErr_Clear();
        return NULL;
    }
    PyErr_Fetch(&type, &exc, &tb);
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    PyErr_Restore(type, exc, tb);
    return ix < 0 ? NULL : value;
}

PyObject *
_PyDict_GetItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    find((PyDictObject *)op, key, hash, &value);
    return value;
}

PyObject *
PyDict_GetItemWithError(PyObject *op, PyObject *key)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return NULL;
    }
    find((PyDictObject *)op, key, hash, &value);
    return value;
}

PyObject *
_PyDict_GetItemWithError(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? NULL : _PyDict_GetItem_KnownHash(op, key, hash);
}

PyObject *
_PyDict_GetItemIdWithError(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? NULL : PyDict_GetItemWithError(op, key);
}

PyObject *
PyDict_GetItemString(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *value = PyDict_GetItem(op, key);
    Py_DECREF(key);
    return value;
}

PyObject *
_PyDict_GetItemStringWithError(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        return NULL;
    }
    PyObject *value = PyDict_GetItemWithError(op, key);
    Py_DECREF(key);
    return value;
}

int
PyDict_SetItem(PyObject *op, PyObject *key, PyObject *value)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return -1;
    }
    return dict_insert_take((PyDictObject *)op, Py_NewRef(key), hash, Py_NewRef(value));
}

int
_PyDict_SetItem_KnownHash(PyObject *op, PyObject *key, PyObject *value, Py_hash_t hash)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_insert_take((PyDictObject *)op, Py_NewRef(key), hash, Py_NewRef(value));
}

int
_PyDict_SetItemId(PyObject *op, _Py_Identifier *id, PyObject *value)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_SetItem(op, key, value);
}

int
PyDict_SetItemString(PyObject *op, const char *text, PyObject *value)
{
    PyObject *key = PyUnicode_InternFromString(text);
    if (key == NULL) {
        return -1;
    }
    int err = PyDict_SetItem(op, key, value);
    Py_DECREF(key);
    return err;
}

PyObject *
PyDict_SetDefault(PyObject *op, PyObject *key, PyObject *fallback)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyDictObject *dict = (PyDictObject *)op;
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return NULL;
    }
    Py_ssize_t ix = find(dict, key, hash, &value);
    if (ix == KEY_ERROR) {
        return NULL;
    }
    if (value != NULL) {
        return value;
    }
    dict_maybe_track(dict, key, fallback);
    if (ix == KEY_EMPTY) {
        return append_take(dict, Py_NewRef(key), hash, Py_NewRef(fallback)) < 0 ? NULL : fallback;
    }
    values_store_take(dict->ma_values, ix, Py_NewRef(fallback));
    dict->ma_used++;
    DICT_TOUCH(dict);
    return fallback;
}

int
_PyDict_DelItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    if (ix == KEY_ERROR) {
        return -1;
    }
    if (value == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    dict_delete_at((PyDictObject *)op, hash, ix, &value);
    Py_DECREF(value);
    return 0;
}

int
PyDict_DelItem(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : _PyDict_DelItem_KnownHash(op, key, hash);
}

int
_PyDict_DelItemIf(PyObject *op, PyObject *key, int (*predicate)(PyObject *value))
{
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return -1;
    }
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    if (ix == KEY_ERROR) {
        return -1;
    }
    if (value == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    int yes = predicate(value);
    if (yes <= 0) {
        return yes;
    }
    return _PyDict_DelItem_KnownHash(op, key, hash);
}

int
PyDict_DelItemString(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        return -1;
    }
    int err = PyDict_DelItem(op, key);
    Py_DECREF(key);
    return err;
}

int
_PyDict_DelItemId(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_DelItem(op, key);
}

int
_PyDict_Contains_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    Py_ssize_t ix = find((PyDictObject *)op, key, hash, &value);
    return ix == KEY_ERROR ? -1 : value != NULL;
}

int
PyDict_Contains(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : _PyDict_Contains_KnownHash(op, key, hash);
}

int
_PyDict_ContainsId(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_Contains(op, key);
}

/* Remove and return a value (owned); `fallback` (borrowed, may be NULL) when there is none. */
PyObject *
_PyDict_Pop(PyObject *op, PyObject *key, PyObject *fallback)
{
    PyDictObject *dict = (PyDictObject *)op;
    PyObject *value;
    if (dict->ma_used > 0) {
        Py_hash_t hash = key_hash(key);
        if (hash == -1) {
            return NULL;
        }
        Py_ssize_t ix = dict_find(dict, key, hash, &value);
        if (ix == KEY_ERROR) {
            return NULL;
        }
        if (value != NULL) {
            dict_delete_at(dict, hash, ix, &value);
            return value;
        }
    }
    if (fallback == NULL) {
        _PyErr_SetKeyError(key);
    }
    return Py_XNewRef(fallback);
}

int
_PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash)
{
    PyObject *found_key, *found_value;
    Py_hash_t found_hash;
    if (!PyDict_Check(op) ||
        !dict_step((PyDictObject *)op, pos, &found_key, &found_value, &found_hash)) {
        return 0;
    }
    if (key != NULL) {
        *key = found_key;
    }
    if (value != NULL) {
        *value = found_value;
    }
    if (hash != NULL) {
        *hash = found_hash;
    }
    return 1;
}

int
PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value)
{
    return _PyDict_Next(op, pos, key, value, NULL);
}

Py_ssize_t
PyDict_Size(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return ((PyDictObject *)op)->ma_used;
}

int
_PyDict_HasOnlyStringKeys(PyObject *op)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    if (((PyDictObject *)op)->ma_keys->kind != KEYS_GENERAL) {
        return 1;
    }
    while (PyDict_Next(op, &pos, &key, &value)) {
        if (!PyUnicode_Check(key)) {
            return 0;
        }
    }
    return 1;
}

/* The collector asks: a dict of atoms needs no tracking. */
void
_PyDict_MaybeUntrack(PyObject *op)
{
    if (!PyDict_CheckExact(op) || !PyObject_GC_IsTracked(op)) {
        return;
    }
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    if (((PyDictObject *)op)->ma_values != NULL) {
        while (PyDict_Next(op, &pos, &key, &value)) {
            if (may_be_tracked(value)) {
                return;
            }
        }
    }
    else {
        while (PyDict_Next(op, &pos, &key, &value)) {
            if (may_be_tracked(value) || may_be_tracked(key)) {
                return;
            }
        }
    }
    PyObject_GC_UnTrack(op);
}

#ifdef KRAIT_DEBUG

/* Each live entry is found by its slot of the index, and only the live ones are in it. */
static void
dict_check_entries(PyDictObject *dict)
{
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t live = 0, indexed = 0;
    for (Py_ssize_t i = 0; i < keys->nentries; i++) {
        PyObject *key = entry_key(keys, i);
        bool is_live = keys->kind == KEYS_SPLIT || *entry_value(dict, i) != NULL;
        live += is_live;
        INVARIANT(dict, !is_live || (key != NULL && Py_REFCNT(key) > 0));
        INVARIANT(dict, !is_live || keys->kind == KEYS_GENERAL ||
                  (PyUnicode_CheckExact(key) && STR_HASH(key) != -1));
    }
    for (Py_ssize_t i = 0; i < KEYS_SIZE(keys); i++) {
        Py_ssize_t ix = slot_get(keys, (size_t)i);
        INVARIANT(dict, ix >= KEY_DUMMY && ix < keys->nentries);
        indexed += ix >= 0;
    }
    INVARIANT(dict, indexed == live);
    INVARIANT(dict, dict->ma_values != NULL || dict->ma_used == live);
}

void
dict_check(PyObject *op, bool deep)
{
    PyDictObject *dict = (PyDictObject *)op;
    PyDictKeysObject *keys = dict->ma_keys;
    PyDictValues *values = dict->ma_values;
    if (keys == NULL) {             /* fresh from tp_alloc, or being torn down */
        return;
    }
    INVARIANT(dict, dict->ma_used >= 0);
    if (keys == EMPTY_KEYS) {
        INVARIANT(dict, dict->ma_used == 0 && values == NULL && keys->nentries == 0);
        return;
    }
    INVARIANT(dict, keys->refcnt > 0 && keys->nentries >= 0 && keys->usable >= 0);
    INVARIANT(dict, keys->usable + keys->nentries <= KEYS_USABLE(KEYS_SIZE(keys)));
    INVARIANT(dict, (keys->kind == KEYS_SPLIT) == (values != NULL));
    INVARIANT(dict, values != NULL ? dict->ma_used == values->used && values->used <= values->capacity
                                   : dict->ma_used <= keys->nentries && keys->refcnt == 1);
    if (deep) {
        dict_check_entries(dict);
        for (int i = 0; values != NULL && i < values->used; i++) {
            INVARIANT(dict, values->values[VALUES_ORDER(values)[i]] != NULL);
        }
    }
}

#endif

/* 1; exported for extensions' debug builds. */
int
_PyDict_CheckConsistency(PyObject *op, int check_content)
{
    DICT_CHECK(op, check_content);
    return 1;
}

/* ---- instances ---------------------------------------------------------------------------- */

/* Give an instance values that follow its class's shared keys.  Each new instance lowers the room
   for further shared keys until it is what instances really use. */
status
managed_init(PyObject *op, PyTypeObject *type)
{
    PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
    if (keys == NULL) {
        return 0;
    }
    if (keys->usable > 1) {
        keys->usable--;
    }
    PyDictValues *values = values_new(shared_capacity(keys));
    if (values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    MANAGED_VALUES(op) = values;
    return 0;
}

static inline PyDictKeysObject *
shared_keys_of(PyObject *op)
{
    return ((PyHeapTypeObject *)Py_TYPE(op))->ht_cached_keys;
}

PyObject *
managed_get(PyObject *op, PyObject *name)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values == NULL || !PyUnicode_CheckExact(name)) {
        return NULL;
    }
    Py_hash_t hash = key_hash(name);
    Py_ssize_t ix = keys_find_str(shared_keys_of(op), name, hash);
    return ix < 0 || ix >= values->capacity ? NULL : Py_XNewRef(values->values[ix]);
}

status
managed_set(PyObject *op, PyObject *name, PyObject *value)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values == NULL || !PyUnicode_CheckExact(name)) {
        goto through_dict;
    }
    PyDictKeysObject *keys = shared_keys_of(op);
    Py_hash_t hash = key_hash(name);
    if (hash == -1) {
        return -1;
    }
    Py_ssize_t ix = keys_find_str(keys, name, hash);
    if (ix == KEY_EMPTY && value != NULL && keys->usable > 0 && keys->nentries < values->capacity) {
        ix = keys->nentries;
        slot_put(keys, slot_free(keys, hash), ix);
        KEYS_STR_ENTRIES(keys)[ix].key = Py_NewRef(name);
        keys->version = 0;
        keys->nentries++;
        keys->usable--;
    }
    if (ix < 0 || ix >= values->capacity) {
        if (value == NULL) {
            goto missing;
        }
        goto through_dict;
    }
    PyObject *old = values->values[ix];
    if (value != NULL) {
        values_store_take(values, ix, Py_NewRef(value));
        return 0;
    }
    if (old == NULL) {
        goto missing;
    }
    values->values[ix] = NULL;
    values_unorder(values, ix);
    Py_DECREF(old);
    return 0;

through_dict:;
    PyObject *dict = managed_materialise(op);
    if (dict == NULL) {
        return -1;
    }
    Py_INCREF(dict);
    int err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
    Py_DECREF(dict);
    if (err == 0 || value != NULL || !PyErr_ExceptionMatches(PyExc_KeyError)) {
        return err;
    }
    PyErr_Clear();
missing:
    PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'",
                 Py_TYPE(op)->tp_name, name);
    return -1;
}

PyObject *
managed_materialise(PyObject *op)
{
    if (MANAGED_DICT(op) == NULL) {
        PyDictValues *values = MANAGED_VALUES(op);
        PyObject *dict;
        if (values == NULL) {
            PyDictKeysObject *keys = shared_keys_of(op);
            dict = keys == NULL ? PyDict_New() : dict_new_split(Py_TYPE(op));
        }
        else {
            dict = dict_make(keys_share(shared_keys_of(op)), NULL, values->used);
            if (dict != NULL) {
                ((PyDictObject *)dict)->ma_values = values;
                MANAGED_VALUES(op) = NULL;
                for (int i = 0; i < values->capacity; i++) {
                    if (values->values[i] != NULL && may_be_tracked(values->values[i])) {
                        PyObject_GC_Track(dict);
                        break;
                    }
                }
            }
        }
        if (dict == NULL) {
            return NULL;
        }
        MANAGED_DICT(op) = dict;
    }
    return MANAGED_DICT(op);
}

bool
managed_is_empty(PyObject *op)
{
    if (MANAGED_VALUES(op) != NULL) {
        return MANAGED_VALUES(op)->used == 0;
    }
    PyObject *dict = MANAGED_DICT(op);
    return dict == NULL || ((PyDictObject *)dict)->ma_used == 0;
}

int
managed_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values != NULL) {
        for (int i = 0; i < values->capacity; i++) {
            Py_VISIT(values->values[i]);
        }
    }
    Py_VISIT(MANAGED_DICT(op));
    return 0;
}

void
managed_clear(PyObject *op)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values != NULL) {
        MANAGED_VALUES(op) = NULL;
        values_free(values);
    }
    Py_CLEAR(MANAGED_DICT(op));
}

PyObject *
dict_new_split(PyTypeObject *type)
{
    /* Only classes made at run time have keys to share. */
    PyDictKeysObject *keys = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)
                                 ? ((PyHeapTypeObject *)type)->ht_cached_keys
                                 : NULL;
    if (keys == NULL) {
        return PyDict_New();
    }
    if (keys->usable > 1) {
        keys->usable--;
    }
    PyDictValues *values = values_new(shared_capacity(keys));
    if (values == NULL) {
        return PyErr_NoMemory();
    }
    return dict_make(keys_share(keys), values, 0);
}

int
instance_dict_set(PyTypeObject *type, PyObject **slot, PyObject *name, PyObject *value)
{
    if (*slot == NULL) {
        PyDictKeysObject *keys = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)
                                     ? ((PyHeapTypeObject *)type)->ht_cached_keys
                                     : NULL;
        PyObject *made = keys == NULL ? PyDict_New() : dict_new_split(type);
        if (made == NULL) {
            return -1;
        }
        *slot = made;
    }
    PyObject *dict = Py_NewRef(*slot);
    int err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
    Py_DECREF(dict);
    return err;
}
/* Write to `out` how many dicts wait for reuse: none ever does, the pages serve them fast enough. */
void
_PyDict_DebugMallocStats(FILE *out)
{
    _PyDebugAllocatorStats(out, "free PyDictObject", 0, sizeof(PyDictObject));
}

