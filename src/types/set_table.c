/* The table of set and frozenset: lookup, insertion, deletion, growth, merging.

   set_table.h states the invariants. */
#include "object/state.h"
#include "types/same.h"
#include "types/set_table.h"

enum { LINEAR_PROBES = 9, SET_PERTURB_SHIFT = 5 };

PyObject set_dummy = {1 << 30, &PyBaseObject_Type};
PyObject *_PySet_Dummy = &set_dummy;

/* Where a search ended. */
struct Place {
    size_t slot;                /* the key's, or the unused one that ends its probing */
    Py_ssize_t deleted;         /* the last deleted slot on the way, or -1 */
};

/* What a search finds: AGAIN if a comparison has changed the set. */
enum Found { ABSENT = 0, THERE = 1, AGAIN = 2, FAILED = -1 };

/* How many neighbours of slot i belong to the first run. */
static inline size_t
run_length(size_t i, size_t mask)
{
    return i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
}

static inline size_t
next_slot(size_t i, size_t *perturb, size_t mask)
{
    *perturb >>= SET_PERTURB_SHIFT;
    return (i * 5 + 1 + *perturb) & mask;
}

static inline PyObject *
slot_key(Set *set, size_t i)
{
    setentry *entry = i <= (size_t)set->mask ? set_slot(set, i) : NULL;
    return entry == NULL ? NULL : entry->key;
}

/* Is the slot deleted?  Searches remember such slots while comparisons run. */
static inline bool
slot_is_deleted(Set *set, Py_ssize_t i)
{
    return i <= set->mask && (set_is_small(set) ? set->slot[i] == SLOT_DELETED : set->table[i].key == DUMMY);
}

/* Is the key in slot i, whose hash is the same, equal to `key`?  `table` and `mask` are those of the search. */
static ALWAYS_INLINE enum Found
compare_keys(Set *set, setentry *entry, PyObject *key, const struct Place *place, setentry *table, size_t mask)
{
    PyObject *found = entry->key;
    if (found == key) {
        return THERE;
    }
    if (PyUnicode_CheckExact(found) && PyUnicode_CheckExact(key)) {
        return str_same(found, key) ? THERE : ABSENT;
    }
    if (PyLong_CheckExact(found) && PyLong_CheckExact(key) && (size_t)Py_SIZE(key) + 1 < 3) {
        /* One limb and the same hash: -1 has that of -2. */
        return Py_SIZE(found) == Py_SIZE(key) &&
                       ((PyLongObject *)found)->ob_digit[0] == ((PyLongObject *)key)->ob_digit[0]
                   ? THERE : ABSENT;
    }
    if (tuples_same_quick(found, key) == 1) {
        return THERE;
    }
    Py_INCREF(found);
    int equal = PyObject_RichCompareBool(found, key, Py_EQ);
    Py_DECREF(found);
    if (equal < 0) {
        return FAILED;
    }
    if ((size_t)set->mask != mask || (!set_is_small(set) && set->table != table) ||
        slot_key(set, place->slot) != found || (place->deleted >= 0 && !slot_is_deleted(set, place->deleted))) {
        return AGAIN;
    }
    return equal ? THERE : ABSENT;
}

static ALWAYS_INLINE enum Found
small_find(Set *set, PyObject *key, Py_hash_t hash, struct Place *place, bool to_add)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & (PySet_MINSIZE - 1);
    place->deleted = -1;
    for (;; i = next_slot(i, &perturb, PySet_MINSIZE - 1)) {
        unsigned in_slot = set->slot[i];
        if (in_slot == SLOT_UNUSED) {
            place->slot = i;
            return ABSENT;
        }
        if (in_slot == SLOT_DELETED) {
            if (to_add) {
                place->deleted = (Py_ssize_t)i;
            }
            continue;
        }
        setentry *entry = &set->packed[in_slot - 1];
        if (entry->hash == hash) {
            place->slot = i;
            enum Found found = compare_keys(set, entry, key, place, NULL, PySet_MINSIZE - 1);
            if (found != ABSENT) {
                return found;
            }
        }
    }
}

static ALWAYS_INLINE enum Found
table_find(Set *set, PyObject *key, Py_hash_t hash, struct Place *place, bool to_add)
{
    setentry *table = set->table;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = (size_t)hash & mask;
    place->deleted = -1;
    for (;; i = next_slot(i, &perturb, mask)) {
        setentry *entry = &table[i];
        setentry *last = entry + run_length(i, mask);
        for (; entry <= last; entry++) {
            if (entry->key == NULL) {
                place->slot = (size_t)(entry - table);
                return ABSENT;
            }
            if (entry->hash != hash) {          /* so it is for deleted ones: no key has the hash -1 */
                if (to_add && entry->key == DUMMY) {
                    place->deleted = entry - table;
                }
                continue;
            }
            place->slot = (size_t)(entry - table);
            enum Found found = compare_keys(set, entry, key, place, table, mask);
            if (found != ABSENT) {
                return found;
            }
        }
    }
}

/* ABSENT, THERE or FAILED.  place->deleted is of interest `to_add`. */
static ALWAYS_INLINE enum Found
set_find(Set *set, PyObject *key, Py_hash_t hash, struct Place *place, bool to_add)
{
    enum Found found;
    do {
        found = set_is_small(set) ? small_find(set, key, hash, place, to_add)
                                  : table_find(set, key, hash, place, to_add);
    } while (unlikely(found == AGAIN));
    return found;
}

#ifdef KRAIT_DEBUG
void
set_check(PyObject *op, bool deep)
{
    Set *set = (Set *)op;
    Py_ssize_t active = 0, filled = 0;
    if (set->mask == 0) {               /* fresh from tp_alloc */
        return;
    }
    bool small = set_is_small(set);
    INVARIANT(op, set->mask >= PySet_MINSIZE - 1 && (set->mask & (set->mask + 1)) == 0);
    INVARIANT(op, 0 <= set->used && set->used <= set->fill && set->fill <= set->mask);
    INVARIANT(op, !small || set->used <= SET_PACKED);
    for (Py_ssize_t i = 0; deep && i <= set->mask; i++) {
        setentry *entry = set_slot(set, (size_t)i);
        active += entry != NULL;
        filled += entry != NULL || slot_is_deleted(set, i);
        INVARIANT(op, entry == NULL || Py_REFCNT(entry->key) > 0);
        INVARIANT(op, entry == NULL || !small || entry < set->packed + set->used);
        INVARIANT(op, small || set->table[i].key != DUMMY || set->table[i].hash == -1);
    }
    INVARIANT(op, !deep || (active == set->used && filled == set->fill));
}
#endif

/* ---- changing -------------------------------------------------------------------------------- */

/* Forget the elements, whose references are the caller's now, and the table. */
void
set_make_empty(Set *set)
{
    set->fill = set->used = 0;
    set->mask = PySet_MINSIZE - 1;
    memset(set->slot, SLOT_UNUSED, sizeof(set->slot));
    set->hash = -1;
}

/* The next element of a small set with room goes into the slot. */
static inline void
small_put(Set *set, size_t slot, PyObject *key_take, Py_hash_t hash)
{
    set->packed[set->used] = (setentry){key_take, hash};
    set->slot[slot] = (uint8_t)++set->used;
}

/* Insert into slots without deleted ones a key that is not there. */
static void
small_insert_clean(Set *set, PyObject *key_take, Py_hash_t hash)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & (PySet_MINSIZE - 1);
    while (set->slot[i] != SLOT_UNUSED) {
        i = next_slot(i, &perturb, PySet_MINSIZE - 1);
    }
    small_put(set, i, key_take, hash);
}

static void
table_insert_clean(setentry *table, size_t mask, PyObject *key_take, Py_hash_t hash)
{
    size_t perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;; i = next_slot(i, &perturb, mask)) {
        setentry *entry = &table[i];
        setentry *last = entry + run_length(i, mask);
        for (; entry <= last; entry++) {
            if (entry->key == NULL) {
                *entry = (setentry){key_take, hash};
                return;
            }
        }
    }
}

/* Move the elements, in the order of the slots, to the smallest table over minused.  If `more` has a key,
   it belongs to them and stands in the unused slot `at`. */
static status
set_rebuild(Set *set, Py_ssize_t minused, setentry more, size_t at)
{
    setentry expanded[PySet_MINSIZE], *old = expanded, *table = NULL;
    bool was_small = set_is_small(set);
    Py_ssize_t old_mask = set->mask, used = set->used + (more.key != NULL);
    size_t size = PySet_MINSIZE;
    while (size <= (size_t)minused) {
        size <<= 1;
    }
    if (size != PySet_MINSIZE) {
        table = size > PY_SSIZE_T_MAX / sizeof(setentry) ? NULL : PyMem_Calloc(size, sizeof(setentry));
        if (table == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    else if (was_small && set->fill == set->used) {
        return 0;
    }
    if (was_small) {
        for (size_t i = 0; i < PySet_MINSIZE; i++) {
            setentry *entry = set_slot(set, i);
            expanded[i] = entry == NULL ? (setentry){NULL, 0} : *entry;
        }
    }
    else {
        old = set->table;
    }
    if (more.key != NULL) {
        old[at] = more;
    }
    set->mask = (Py_ssize_t)size - 1;
    set->used = 0;
    if (table == NULL) {
        memset(set->slot, SLOT_UNUSED, sizeof(set->slot));
    }
    else {
        set->table = table;
    }
    for (setentry *entry = old; entry <= old + old_mask; entry++) {
        if (!ACTIVE(entry)) {
            continue;
        }
        if (table == NULL) {
            small_insert_clean(set, entry->key, entry->hash);
        }
        else {
            table_insert_clean(table, size - 1, entry->key, entry->hash);
        }
    }
    set->fill = set->used = used;
    if (!was_small) {
        PyMem_Free(old);
    }
    SET_CHECK(set, true);
    return 0;
}

status
set_resize(Set *set, Py_ssize_t minused)
{
    return set_rebuild(set, minused, (setentry){NULL, 0}, 0);
}

/* Add a key that a search has not found. */
static int
set_insert(Set *set, const struct Place *place, PyObject *key_take, Py_hash_t hash)
{
    bool small = set_is_small(set);
    size_t slot = place->deleted >= 0 ? (size_t)place->deleted : place->slot;
    if (small && set->used == SET_PACKED) {
        set->used++;
        Py_ssize_t minused = set_grown(set);
        set->used--;
        if (set_rebuild(set, minused, (setentry){key_take, hash}, slot) < 0) {
            Py_DECREF(key_take);
            return -1;
        }
        return 0;
    }
    if (small) {
        small_put(set, slot, key_take, hash);
    }
    else {
        set->table[slot] = (setentry){key_take, hash};
        set->used++;
    }
    if (place->deleted >= 0) {          /* it was counted as filled already */
        SET_CHECK(set, set->mask < 32);
        return 0;
    }
    set->fill++;
    SET_CHECK(set, set->mask < 32);
    return (size_t)set->fill * 5 < (size_t)set->mask * 3 ? 0 : set_resize(set, set_grown(set));
}

int
set_add_hashed(Set *set, PyObject *key, Py_hash_t hash)
{
    struct Place place = {(size_t)(hash & set->mask), -1};
    Py_INCREF(key);             /* comparisons may drop the caller's last reference */
    bool free_at_once = set_is_small(set) ? set->slot[place.slot] == SLOT_UNUSED
                                          : set->table[place.slot].key == NULL;
    enum Found found = free_at_once ? ABSENT : set_find(set, key, hash, &place, true);
    if (likely(found == ABSENT)) {
        return set_insert(set, &place, key, hash);
    }
    Py_DECREF(key);
    return found == THERE ? 0 : -1;
}

int
set_add_key(Set *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : set_add_hashed(set, key, hash);
}

int
set_contains_hashed(Set *set, PyObject *key, Py_hash_t hash)
{
    struct Place place;
    return set_find(set, key, hash, &place, false);
}

int
set_contains_key(Set *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    if (unlikely(hash == -1)) {
        return -1;
    }
    /* Mostly the first slot answers. */
    size_t i = (size_t)(hash & set->mask);
    PyObject *first;
    if (set_is_small(set)) {
        unsigned place = set->slot[i];
        first = place == SLOT_UNUSED ? NULL : place == SLOT_DELETED ? DUMMY : set->packed[place - 1].key;
    }
    else {
        first = set->table[i].key;
    }
    return first == key ? 1 : first == NULL ? 0 : set_contains_hashed(set, key, hash);
}

PyObject *
set_take_slot(Set *set, size_t i)
{
    PyObject *key;
    if (set_is_small(set)) {
        size_t place = set->slot[i], last = (size_t)set->used;
        key = set->packed[place - 1].key;
        set->slot[i] = SLOT_DELETED;
        if (place != last) {
            size_t j = 0;
            while (set->slot[j] != last) {
                j++;
            }
            set->slot[j] = (uint8_t)place;
            set->packed[place - 1] = set->packed[last - 1];
        }
    }
    else {
        key = set->table[i].key;
        set->table[i] = (setentry){DUMMY, -1};
    }
    set->used--;
    SET_CHECK(set, set->mask < 32);
    return key;
}

int
set_discard_hashed(Set *set, PyObject *key, Py_hash_t hash)
{
    struct Place place;
    enum Found found = set_find(set, key, hash, &place, false);
    if (found == THERE) {
        Py_DECREF(set_take_slot(set, place.slot));
    }
    return found;
}

int
set_discard_key(Set *set, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : set_discard_hashed(set, key, hash);
}

void
set_clear_all(Set *set)
{
    if (set_is_small(set)) {
        setentry packed[SET_PACKED];
        Py_ssize_t used = set->used;
        memcpy(packed, set->packed, sizeof(packed));
        set_make_empty(set);
        for (Py_ssize_t i = 0; i < used; i++) {
            Py_DECREF(packed[i].key);
        }
        return;
    }
    setentry *table = set->table;
    Py_ssize_t mask = set->mask;
    set_make_empty(set);
    for (setentry *entry = table; entry <= table + mask; entry++) {
        if (ACTIVE(entry)) {
            Py_DECREF(entry->key);
        }
    }
    PyMem_Free(table);
}

/* ---- merging --------------------------------------------------------------------------------- */

static int
set_merge(Set *set, Set *other)
{
    if (other == set || other->used == 0) {
        return 0;
    }
    if ((set->fill + other->used) * 5 >= set->mask * 3 &&
        set_resize(set, (set->used + other->used) * 2) < 0) {
        return -1;
    }
    Py_ssize_t pos = 0;
    setentry *entry;
    if (set->fill == 0 && set->mask == other->mask && other->fill == other->used) {
        size_t size = (size_t)other->mask + 1;
        bool small = set_is_small(set);
        if (small) {
            memcpy(set->slot, other->slot, sizeof(set->slot));
            memcpy(set->packed, other->packed, sizeof(set->packed));
        }
        else {
            memcpy(set->table, other->table, size * sizeof(setentry));
        }
        setentry *first = small ? set->packed : set->table, *end = first + (small ? (size_t)other->used : size);
        for (entry = first; entry < end; entry++) {
            Py_XINCREF(entry->key);
        }
        set->fill = set->used = other->used;
        return 0;
    }
    if (set->fill == 0) {
        while (set_step(other, &pos, &entry)) {
            if (set_is_small(set)) {
                small_insert_clean(set, Py_NewRef(entry->key), entry->hash);
            }
            else {
                table_insert_clean(set->table, (size_t)set->mask, Py_NewRef(entry->key), entry->hash);
            }
        }
        set->fill = set->used = other->used;
        return 0;
    }
    while (set_step(other, &pos, &entry)) {
        if (set_add_hashed(set, entry->key, entry->hash) < 0) {
            return -1;
        }
    }
    return 0;
}

int
set_update_from(Set *set, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_merge(set, (Set *)other);
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

status
set_replace_take(Set *self, PyObject *from_take)
{
    if (from_take == NULL) {
        return -1;
    }
    Set *other = (Set *)from_take, mine = *self;
    self->fill = other->fill;
    self->used = other->used;
    self->mask = other->mask;
    self->table = other->table;
    memcpy(self->packed, other->packed, sizeof(self->packed));
    other->fill = mine.fill;
    other->used = mine.used;
    other->mask = mine.mask;
    other->table = mine.table;
    memcpy(other->packed, mine.packed, sizeof(mine.packed));
    Py_DECREF(other);
    return 0;
}
