/* dict: growth, insertion, deletion, making and dropping.

   dict.h states the invariants.  Key tables and lookup are in dict_keys.c, the values of instances in
   dict_instance.c, copying and merging in dict_merge.c, the PyDict_ API in dict_api.c, the methods in
   dict_method.c, the views in dict_view.c. */
#include "object/freelist.h"
#include "object/gc.h"
#include "types/dict_find.h"

/* ---- growth ---------------------------------------------------------------------------------- */

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
        keys_drop(old);
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

void
dict_maybe_track(PyDictObject *dict, PyObject *key, PyObject *value)
{
    if (((Py_TYPE(value)->tp_flags | Py_TYPE(key)->tp_flags) & Py_TPFLAGS_HAVE_GC) &&
        (may_be_tracked(value) || may_be_tracked(key)) && !gc_is_tracked((PyObject *)dict)) {
        PyObject_GC_Track(dict);
    }
}

/* Append a key that is not there. Takes both references. */
status
dict_append_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
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

/* dict_append_take of a str where there is room for it in a table of strings; false if it is not so simple. */
static ALWAYS_INLINE bool
append_str_quick(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (unlikely(keys->usable <= 0 || dict->ma_values != NULL || keys->kind == KEYS_GENERAL ||
                 !PyUnicode_CheckExact(key_take))) {
        return false;
    }
    Py_ssize_t ix = keys->nentries;
    keys->version = 0;
    slot_put(keys, slot_free(keys, hash), ix);
    KEYS_STR_ENTRIES(keys)[ix] = (DictStrEntry){key_take, value_take};
    keys->nentries = ix + 1;
    keys->usable--;
    dict->ma_used++;
    DICT_TOUCH(dict);
    DICT_CHECK(dict, ix < 8);
    return true;
}

static ALWAYS_INLINE int
insert_take(PyDictObject *dict, PyObject *key_take, Py_hash_t hash, PyObject *value_take)
{
    if (unlikely(dict->ma_keys == EMPTY_KEYS)) {
        return insert_first_take(dict, key_take, hash, value_take);
    }
    PyObject *old;
    Py_ssize_t ix = dict_find_here(dict, key_take, hash, &old);
    if (unlikely(ix == KEY_ERROR)) {
        Py_DECREF(key_take);
        Py_DECREF(value_take);
        return -1;
    }
    if ((Py_TYPE(value_take)->tp_flags | Py_TYPE(key_take)->tp_flags) & Py_TPFLAGS_HAVE_GC) {
        dict_maybe_track(dict, key_take, value_take);
    }
    if (ix == KEY_EMPTY) {
        return append_str_quick(dict, key_take, hash, value_take)
               ? 0
               : dict_append_take(dict, key_take, hash, value_take);
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

PyObject *
dict_make(PyDictKeysObject *keys_take, PyDictValues *values_take, Py_ssize_t used)
{
    PyDictObject *dict = (PyDictObject *)gc_alloc_here(sizeof *dict, 0, PAGE_TIGHT);
    if (dict == NULL) {
        keys_drop(keys_take);
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
        keys_drop(dict->ma_keys);
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
    keys_drop(dict->ma_keys);
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
    keys_drop(keys);
}

Py_ssize_t
dict_sizeof(PyDictObject *dict)
{
    PyDictKeysObject *keys = dict->ma_keys;
    size_t size = (size_t)Py_TYPE(dict)->tp_basicsize;
    if (dict->ma_values != NULL) {
        return (Py_ssize_t)(size + (size_t)shared_capacity(keys) * sizeof(PyObject *));
    }
    return (Py_ssize_t)(keys == EMPTY_KEYS ? size : size + keys_bytes_for(keys, KEYS_USABLE(KEYS_SIZE(keys))));
}

Py_ssize_t
_PyDict_SizeOf(PyDictObject *dict)
{
    return dict_sizeof(dict);
}

/* The collector asks: a dict of atoms needs no tracking. */
void
_PyDict_MaybeUntrack(PyObject *op)
{
    if (!PyDict_CheckExact(op) || !PyObject_GC_IsTracked(op)) {
        return;
    }
    PyDictObject *dict = (PyDictObject *)op;
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL) {
        for (int i = 0; i < dict->ma_values->capacity; i++) {
            PyObject *value = dict->ma_values->values[i];
            if (value != NULL && may_be_tracked(value)) {
                return;
            }
        }
    }
    else if (keys->kind == KEYS_GENERAL) {
        DictEntry *entries = KEYS_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->nentries; i++) {
            if (entries[i].value != NULL && (may_be_tracked(entries[i].value) || may_be_tracked(entries[i].key))) {
                return;
            }
        }
    }
    else {
        DictStrEntry *entries = KEYS_STR_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->nentries; i++) {
            if (entries[i].value != NULL && may_be_tracked(entries[i].value)) {
                return;
            }
        }
    }
    gc_untrack(op);
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

/* Write to `out` how many dicts wait for reuse: none ever does, the pages serve them fast enough. */
void
_PyDict_DebugMallocStats(FILE *out)
{
    _PyDebugAllocatorStats(out, "free PyDictObject", 0, sizeof(PyDictObject));
}
