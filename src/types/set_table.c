/* The table of set and frozenset: lookup, insertion, deletion, growth, merging.

   set_table.h states the invariants. */
#include "object/state.h"
#include "types/set_table.h"

enum { LINEAR_PROBES = 9, SET_PERTURB_SHIFT = 5 };

PyObject set_dummy = {1 << 30, &PyBaseObject_Type};
PyObject *_PySet_Dummy = &set_dummy;

/* How many neighbours of entry i belong to the first run. */
static inline size_t
run_length(size_t i, size_t mask)
{
    return i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
}

/* The entry with the key, or the unused one where the search ended; NULL on error.  *deleted, unless
   that is NULL, becomes the last deleted entry on the way, or NULL. */
static ALWAYS_INLINE setentry *
set_walk(PySetObject *set, PyObject *key, Py_hash_t hash, setentry **deleted)
{
restart:;
    if (deleted != NULL) {
        *deleted = NULL;
    }
    setentry *table = set->table;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        setentry *entry = &table[i];
        setentry *last = entry + run_length(i, mask);
        for (; entry <= last; entry++) {
            if (entry->key == NULL) {
                return entry;
            }
            if (entry->hash != hash || entry->key == DUMMY) {
                if (deleted != NULL && entry->key == DUMMY) {
                    *deleted = entry;
                }
                continue;
            }
            PyObject *found = entry->key;
            if (found == key) {
                return entry;
            }
            if (PyUnicode_CheckExact(found) && PyUnicode_CheckExact(key)) {
                if (str_same(found, key)) {
                    return entry;
                }
                continue;
            }
            if (PyLong_CheckExact(found) && PyLong_CheckExact(key) && (size_t)Py_SIZE(key) + 1 < 3) {
                /* One limb and the same hash: -1 has that of -2. */
                if (Py_SIZE(found) == Py_SIZE(key) &&
                    ((PyLongObject *)found)->ob_digit[0] == ((PyLongObject *)key)->ob_digit[0]) {
                    return entry;
                }
                continue;
            }
            Py_INCREF(found);
            int equal = PyObject_RichCompareBool(found, key, Py_EQ);
            Py_DECREF(found);
            if (equal < 0) {
                return NULL;
            }
            if (set->table != table || (size_t)set->mask != mask || entry->key != found ||
                (deleted != NULL && *deleted != NULL && (*deleted)->key != DUMMY)) {
                goto restart;
            }
            if (equal) {
                return entry;
            }
        }
        perturb >>= SET_PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

static setentry *
set_find(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    return set_walk(set, key, hash, NULL);
}

#ifdef KRAIT_DEBUG
void
set_check(PyObject *op, bool deep)
{
    PySetObject *set = (PySetObject *)op;
    Py_ssize_t active = 0, filled = 0;
    if (set->table == NULL) {           /* fresh from tp_alloc */
        return;
    }
    INVARIANT(op, set->mask >= PySet_MINSIZE - 1 && (set->mask & (set->mask + 1)) == 0);
    INVARIANT(op, set->table != set->smalltable || set->mask == PySet_MINSIZE - 1);
    INVARIANT(op, 0 <= set->used && set->used <= set->fill && set->fill <= set->mask);
    for (Py_ssize_t i = 0; deep && i <= set->mask; i++) {
        setentry *entry = &set->table[i];
        filled += entry->key != NULL;
        active += ACTIVE(entry);
        INVARIANT(op, !ACTIVE(entry) || Py_REFCNT(entry->key) > 0);
        INVARIANT(op, entry->key != DUMMY || entry->hash == -1);
    }
    INVARIANT(op, !deep || (active == set->used && filled == set->fill));
}
#endif

/* Insert into a table without deleted entries a key that is not there. */
static void
table_insert_clean(setentry *table, size_t mask, PyObject *key, Py_hash_t hash)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        setentry *entry = &table[i];
        setentry *last = entry + run_length(i, mask);
        for (; entry <= last; entry++) {
            if (entry->key == NULL) {
                entry->key = key;
                entry->hash = hash;
                return;
            }
        }
        perturb >>= SET_PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* Make the table the smallest power of two over minused. */
status
set_resize(PySetObject *set, Py_ssize_t minused)
{
    size_t size = PySet_MINSIZE;
    while (size <= (size_t)minused) {
        size <<= 1;
    }
    setentry small[PySet_MINSIZE], *old = set->table, *table;
    Py_ssize_t old_mask = set->mask;
    bool was_small = old == set->smalltable;
    if (size == PySet_MINSIZE) {
        if (was_small) {
            if (set->fill == set->used) {
                return 0;
            }
            memcpy(small, old, sizeof(small));
            old = small;
        }
        table = set->smalltable;
    }
    else {
        table = size > PY_SSIZE_T_MAX / sizeof(setentry) ? NULL
                                                         : PyMem_Malloc(size * sizeof(setentry));
        if (table == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    memset(table, 0, size * sizeof(setentry));
    set->mask = (Py_ssize_t)size - 1;
    set->table = table;
    for (setentry *entry = old; entry <= old + old_mask; entry++) {
        if (ACTIVE(entry)) {
            table_insert_clean(table, size - 1, entry->key, entry->hash);
        }
    }
    set->fill = set->used;
    if (!was_small) {
        PyMem_Free(old);
    }
    SET_CHECK(set, true);
    return 0;
}

int
set_add_hashed(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    Py_INCREF(key);             /* comparisons may drop the caller's last reference */
    setentry *deleted = NULL, *entry = &set->table[hash & set->mask];
    if (entry->key != NULL) {
        entry = set_walk(set, key, hash, &deleted);
    }
    if (unlikely(entry == NULL || entry->key != NULL)) {
        Py_DECREF(key);
        return entry == NULL ? -1 : 0;
    }
    if (deleted != NULL) {      /* its place is counted as filled already */
        deleted->key = key;
        deleted->hash = hash;
        set->used++;
        SET_CHECK(set, set->mask < 32);
        return 0;
    }
    entry->key = key;
    entry->hash = hash;
    set->fill++;
    set->used++;
    SET_CHECK(set, set->mask < 32);
    return (size_t)set->fill * 5 < (size_t)set->mask * 3 ? 0 : set_resize(set, set_grown(set));
}

int
set_add_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : set_add_hashed(set, key, hash);
}

int
set_contains_hashed(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    setentry *entry = set_find(set, key, hash);
    return entry == NULL ? -1 : entry->key != NULL;
}

int
set_contains_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    if (unlikely(hash == -1)) {
        return -1;
    }
    /* Mostly the first entry answers. */
    PyObject *first = set->table[hash & set->mask].key;
    return first == key ? 1 : first == NULL ? 0 : set_contains_hashed(set, key, hash);
}

/* 1 removed, 0 was not there. */
int
set_discard_hashed(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    setentry *entry = set_find(set, key, hash);
    if (entry == NULL || entry->key == NULL) {
        return entry == NULL ? -1 : 0;
    }
    PyObject *old = entry->key;
    entry->key = DUMMY;
    entry->hash = -1;
    set->used--;
    SET_CHECK(set, set->mask < 32);
    Py_DECREF(old);
    return 1;
}

int
set_discard_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : set_discard_hashed(set, key, hash);
}

/* Drop every element.  The set is valid and empty before the first destructor runs. */
void
set_clear_all(PySetObject *set)
{
    setentry small[PySet_MINSIZE], *table = set->table;
    Py_ssize_t mask = set->mask;
    bool heap = table != set->smalltable;
    if (!heap) {
        memcpy(small, table, sizeof(small));
        table = small;
    }
    memset(set->smalltable, 0, sizeof(set->smalltable));
    set->table = set->smalltable;
    set->mask = PySet_MINSIZE - 1;
    set->fill = set->used = 0;
    set->hash = -1;
    for (setentry *entry = table; entry <= table + mask; entry++) {
        if (ACTIVE(entry)) {
            Py_DECREF(entry->key);
        }
    }
    if (heap) {
        PyMem_Free(table);
    }
}

/* ---- merging --------------------------------------------------------------------------------- */

static int
set_merge(PySetObject *set, PySetObject *other)
{
    if (other == set || other->used == 0) {
        return 0;
    }
    if ((set->fill + other->used) * 5 >= set->mask * 3 &&
        set_resize(set, (set->used + other->used) * 2) < 0) {
        return -1;
    }
    setentry *from = other->table;
    if (set->fill == 0 && set->mask == other->mask && other->fill == other->used) {
        for (Py_ssize_t i = 0; i <= other->mask; i++) {
            if (from[i].key != NULL) {
                set->table[i].key = Py_NewRef(from[i].key);
                set->table[i].hash = from[i].hash;
            }
        }
        set->fill = set->used = other->used;
        return 0;
    }
    if (set->fill == 0) {
        for (Py_ssize_t i = 0; i <= other->mask; i++) {
            if (ACTIVE(&from[i])) {
                table_insert_clean(set->table, (size_t)set->mask, Py_NewRef(from[i].key),
                                   from[i].hash);
            }
        }
        set->fill = set->used = other->used;
        return 0;
    }
    for (Py_ssize_t i = 0; i <= other->mask; i++) {
        setentry *entry = &other->table[i];
        if (ACTIVE(entry) && set_add_hashed(set, entry->key, entry->hash) < 0) {
            return -1;
        }
    }
    return 0;
}

int
set_update_from(PySetObject *set, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_merge(set, (PySetObject *)other);
    }
    if (PyDict_CheckExact(other)) {
        Py_ssize_t size = PyDict_GET_SIZE(other), pos = 0;
        if ((set->fill + size) * 5 >= set->mask * 3 && set_resize(set, (set->used + size) * 2) < 0) {
            return -1;
        }
        PyObject *key, *value;
        Py_hash_t hash;
        while (_PyDict_Next(other, &pos, &key, &value, &hash)) {
            if (set_add_hashed(set, key, hash) < 0) {
                return -1;
            }
        }
        return 0;
    }
    PyObject *iter = PyObject_GetIter(other), *key;
    if (iter == NULL) {
        return -1;
    }
    while ((key = PyIter_Next(iter)) != NULL) {
        int err = set_add_key(set, key);
        Py_DECREF(key);
        if (err < 0) {
            break;
        }
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : 0;
}

/* Replace the contents of self by those of a new set. */
status
set_replace_take(PySetObject *self, PyObject *from_take)
{
    if (from_take == NULL) {
        return -1;
    }
    PySetObject *other = (PySetObject *)from_take;
    setentry *table = other->table, small[PySet_MINSIZE];
    bool small_mine = self->table == self->smalltable, small_theirs = table == other->smalltable;
    setentry *mine = self->table;
    Py_ssize_t fill = self->fill, used = self->used, mask = self->mask;
    memcpy(small, self->smalltable, sizeof(small));
    memcpy(self->smalltable, other->smalltable, sizeof(small));
    memcpy(other->smalltable, small, sizeof(small));
    self->table = small_theirs ? self->smalltable : table;
    other->table = small_mine ? other->smalltable : mine;
    self->fill = other->fill;
    self->used = other->used;
    self->mask = other->mask;
    other->fill = fill;
    other->used = used;
    other->mask = mask;
    Py_DECREF(other);
    return 0;
}
