/* set and frozenset.

   Invariants
   - table has mask+1 entries, a power of two; smalltable serves up to 8.
   - an entry is unused {NULL, 0}, active {key, hash}, or deleted {dummy, -1}; fill counts active
     and deleted ones, used the active ones; at least one entry is unused.
   - a frozenset's table changes only while its count is 1 (PySet_Add on a new one).
   - probing: a run of neighbours first, then slot = slot*5 + 1 + perturb; the iteration order that
     programs see follows from it, from the growth rule and from the order of insertion.
   A comparison may run code that changes the table; a search then starts again. */
#include "object/state.h"
#include "object/check.h"
#include "object/declare.h"
#include "object/freelist.h"
#include "object/gc.h"
#include "types/dict_keys.h"
#include "types/set.h"

enum { LINEAR_PROBES = 9, SET_PERTURB_SHIFT = 5 };

/* What stands in the place of a deleted key; only its address matters. */
static PyObject set_dummy = {1 << 30, &PyBaseObject_Type};
PyObject *_PySet_Dummy = &set_dummy;
#define DUMMY (&set_dummy)
#define ACTIVE(entry) ((entry)->key != NULL && (entry)->key != DUMMY)

/* ---- storage ------------------------------------------------------------------------------ */

#define set_hash_of key_hash

static inline bool
same_str(PyObject *a, PyObject *b)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    return length == PyUnicode_GET_LENGTH(b) && kind == (int)PyUnicode_KIND(b) &&
           memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * kind) == 0;
}

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
                if (same_str(found, key)) {
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
static status
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

static inline Py_ssize_t
set_grown(PySetObject *set)
{
    return set->used > 50000 ? set->used * 2 : set->used * 4;
}

static int
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

static int
set_add_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = set_hash_of(key);
    return hash == -1 ? -1 : set_add_hashed(set, key, hash);
}

static int
set_contains_hashed(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    setentry *entry = set_find(set, key, hash);
    return entry == NULL ? -1 : entry->key != NULL;
}

static int
set_contains_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = set_hash_of(key);
    return hash == -1 ? -1 : set_contains_hashed(set, key, hash);
}

/* 1 removed, 0 was not there. */
static int
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

static int
set_discard_key(PySetObject *set, PyObject *key)
{
    Py_hash_t hash = set_hash_of(key);
    return hash == -1 ? -1 : set_discard_hashed(set, key, hash);
}

/* Drop every element.  The set is valid and empty before the first destructor runs. */
static void
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

static bool
set_step(PySetObject *set, Py_ssize_t *pos, setentry **found)
{
    Py_ssize_t i = *pos;
    if (i < 0) {
        return false;
    }
    while (i <= set->mask && !ACTIVE(&set->table[i])) {
        i++;
    }
    *pos = i + 1;
    if (i > set->mask) {
        return false;
    }
    *found = &set->table[i];
    return true;
}

/* ---- merging ------------------------------------------------------------------------------ */

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

static int
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

int
_PySet_Update(PyObject *set, PyObject *iterable)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_update_from((PySetObject *)set, iterable);
}

/* ---- making ------------------------------------------------------------------------------- */

static PyObject *
set_make(PyTypeObject *type, PyObject *iterable)
{
    PySetObject *set = (PySetObject *)type->tp_alloc(type, 0);
    if (set == NULL) {
        return NULL;
    }
    set->fill = set->used = 0;
    set->mask = PySet_MINSIZE - 1;
    set->table = set->smalltable;
    set->hash = -1;
    set->finger = 0;
    set->weakreflist = NULL;
    if (iterable != NULL && set_update_from(set, iterable) < 0) {
        Py_DECREF(set);
        return NULL;
    }
    return (PyObject *)set;
}

PyObject *
set_display(PyObject *const *items, Py_ssize_t n)
{
    PySetObject *set = (PySetObject *)set_make(&PySet_Type, NULL);
    for (Py_ssize_t i = 0; i < n && set != NULL; i++) {
        if (set_add_key(set, items[i]) < 0) {
            Py_CLEAR(set);
        }
    }
    return (PyObject *)set;
}

/* A new exact set or frozenset, whichever `like` derives from. */
static PyObject *
set_make_base(PyObject *like, PyObject *iterable)
{
    return set_make(PySet_Check(like) ? &PySet_Type : &PyFrozenSet_Type, iterable);
}

static PyObject *
frozenset_make(PyTypeObject *type, PyObject *iterable)
{
    if (type == &PyFrozenSet_Type && iterable != NULL && PyFrozenSet_CheckExact(iterable)) {
        return Py_NewRef(iterable);
    }
    return set_make(type, iterable);
}

static PyObject *
set_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return set_make(type, NULL);
}

static int
set_tp_init(PySetObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *iterable = NULL;
    if (!_PyArg_NoKeywords("set", kwargs)) {
        return -1;
    }
    if (!PyArg_UnpackTuple(args, "set", 0, 1, &iterable)) {
        return -1;
    }
    if (self->fill) {
        set_clear_all(self);
    }
    self->hash = -1;
    return iterable == NULL ? 0 : set_update_from(self, iterable);
}

static PyObject *
set_tp_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("set", kwnames) || !_PyArg_CheckPositional("set", nargs, 0, 1)) {
        return NULL;
    }
    return set_make((PyTypeObject *)type, nargs ? args[0] : NULL);
}

static PyObject *
frozenset_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *iterable = NULL;
    if ((type == &PyFrozenSet_Type || type->tp_init == PyFrozenSet_Type.tp_init) &&
        !_PyArg_NoKeywords("frozenset", kwargs)) {
        return NULL;
    }
    if (!PyArg_UnpackTuple(args, type->tp_name, 0, 1, &iterable)) {
        return NULL;
    }
    return frozenset_make(type, iterable);
}

static PyObject *
frozenset_tp_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("frozenset", kwnames) ||
        !_PyArg_CheckPositional("frozenset", nargs, 0, 1)) {
        return NULL;
    }
    return frozenset_make((PyTypeObject *)type, nargs ? args[0] : NULL);
}

static void
set_dealloc(PySetObject *set)
{
    PyTypeObject *type = Py_TYPE(set);
    PyThreadState *tstate = tstate_get();
    bool guarded = type->tp_dealloc == (destructor)set_dealloc;
    gc_untrack((PyObject *)set);
    if (guarded && trash_begin(tstate, (PyObject *)set)) {
        return;
    }
    if (set->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)set);
    }
    Py_ssize_t left = set->used;
    for (setentry *entry = set->table; left > 0; entry++) {
        if (ACTIVE(entry)) {
            left--;
            Py_DECREF(entry->key);
        }
    }
    if (set->table != set->smalltable) {
        PyMem_Free(set->table);
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        gc_free((PyObject *)set);
    }
    else {
        type->tp_free(set);
    }
    if (guarded) {
        trash_end(tstate);
    }
}

static int
set_traverse(PySetObject *set, visitproc visit, void *arg)
{
    Py_ssize_t pos = 0;
    setentry *entry;
    while (set_step(set, &pos, &entry)) {
        Py_VISIT(entry->key);
    }
    return 0;
}

static int
set_gc_clear(PySetObject *set)
{
    set_clear_all(set);
    return 0;
}

/* ---- iterator ----------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PySetObject *set;               /* NULL: exhausted */
    Py_ssize_t used;                /* -1: changed size, keep raising */
    Py_ssize_t pos;
    Py_ssize_t left;
} SetIter;

static PyObject *
set_iter(PyObject *set)
{
    SetIter *iter = PyObject_GC_New(SetIter, &PySetIter_Type);
    if (iter == NULL) {
        return NULL;
    }
    iter->set = (PySetObject *)Py_NewRef(set);
    iter->used = iter->left = iter->set->used;
    iter->pos = 0;
    PyObject_GC_Track(iter);
    return (PyObject *)iter;
}

static void
setiter_tp_dealloc(SetIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->set);
    PyObject_GC_Del(self);
}

static int
setiter_tp_traverse(SetIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->set);
    return 0;
}

static PyObject *
setiter_tp_iternext(SetIter *self)
{
    setentry *entry;
    if (self->set == NULL) {
        return NULL;
    }
    if (self->used != self->set->used) {
        PyErr_SetString(PyExc_RuntimeError, "Set changed size during iteration");
        self->used = -1;
        return NULL;
    }
    if (set_step(self->set, &self->pos, &entry)) {
        self->left--;
        return Py_NewRef(entry->key);
    }
    Py_CLEAR(self->set);
    return NULL;
}

METHOD(setiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
static Py_ssize_t
setiter___length_hint__(SetIter *self)
{
    return self->set != NULL && self->used == self->set->used ? self->left : 0;
}

METHOD(setiter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
setiter___reduce__(SetIter *self, PyObject *Py_UNUSED(ignored))
{
    SetIter copy = *self;
    Py_XINCREF(copy.set);
    PyObject *list = PySequence_List((PyObject *)&copy);
    Py_XDECREF(copy.set);
    return list == NULL ? NULL : Py_BuildValue("N(N)", _PyEval_GetBuiltin(ID(iter)), list);
}

TYPE(setiter, PySetIter_Type, "set_iterator", SetIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

/* ---- slots -------------------------------------------------------------------------------- */

static PyObject *
set_repr(PyObject *self)
{
    int nested = Py_ReprEnter(self);
    const char *name = Py_TYPE(self)->tp_name;
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromFormat("%s(...)", name) : NULL;
    }
    PyObject *result = NULL, *keys = NULL, *text = NULL;
    if (((PySetObject *)self)->used == 0) {
        result = PyUnicode_FromFormat("%s()", name);
        goto done;
    }
    keys = PySequence_List(self);
    if (keys == NULL || (text = PyObject_Repr(keys)) == NULL) {
        goto done;
    }
    PyObject *inner = PyUnicode_Substring(text, 1, PyUnicode_GET_LENGTH(text) - 1);
    if (inner != NULL) {
        result = PySet_CheckExact(self) ? PyUnicode_FromFormat("{%U}", inner)
                                        : PyUnicode_FromFormat("%s({%U})", name, inner);
        Py_DECREF(inner);
    }
done:
    Py_XDECREF(text);
    Py_XDECREF(keys);
    Py_ReprLeave(self);
    return result;
}

static Py_ssize_t
set_length(PySetObject *self)
{
    return self->used;
}

/* Call `function` with the key; a set as key stands for the frozenset equal to it. */
static int
with_frozen_key(PySetObject *self, PyObject *key, int (*function)(PySetObject *, PyObject *))
{
    int result = function(self, key);
    if (result >= 0 || !PySet_Check(key) || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        return result;
    }
    PyErr_Clear();
    PyObject *frozen = set_make(&PyFrozenSet_Type, key);
    if (frozen == NULL) {
        return -1;
    }
    result = function(self, frozen);
    Py_DECREF(frozen);
    return result;
}

static int
set_contains(PySetObject *self, PyObject *key)
{
    return with_frozen_key(self, key, set_contains_key);
}

METHOD(set, __contains__, "!($self, key, /)", "Return whether the set has the element.")
METHOD(frozenset, __contains__, "!($self, key, /)", "Return whether the set has the element.")
static truth
set___contains__(PySetObject *self, PyObject *key)
{
    return set_contains(self, key);
}

static inline size_t
shuffle_bits(size_t h)
{
    return ((h ^ 89869747UL) ^ (h << 16)) * 3644798167UL;
}

/* Independent of the order of elements; cached in the frozenset. */
static Py_hash_t
frozenset_tp_hash(PySetObject *self)
{
    if (self->hash != -1) {
        return self->hash;
    }
    size_t hash = 0;
    Py_ssize_t pos = 0;
    setentry *entry;
    while (set_step(self, &pos, &entry)) {
        hash ^= shuffle_bits((size_t)entry->hash);
    }
    hash ^= ((size_t)self->used + 1) * 1927868237UL;
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash * 69069U + 907133923UL;
    if (hash == (size_t)-1) {
        hash = 590923713UL;
    }
    self->hash = (Py_hash_t)hash;
    return self->hash;
}

static int
set_is_subset(PySetObject *a, PySetObject *b)
{
    if (a->used > b->used) {
        return 0;
    }
    Py_ssize_t pos = 0;
    setentry *entry;
    while (set_step(a, &pos, &entry)) {
        PyObject *key = Py_NewRef(entry->key);
        int there = set_contains_hashed(b, key, entry->hash);
        Py_DECREF(key);
        if (there <= 0) {
            return there;
        }
    }
    return 1;
}

static PyObject *
set_richcompare(PySetObject *self, PyObject *other, int op)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PySetObject *o = (PySetObject *)other;
    int result = 0;
    switch (op) {
    case Py_EQ:
    case Py_NE:
        if (self->used != o->used || (self->hash != -1 && o->hash != -1 && self->hash != o->hash)) {
            result = 0;
        }
        else {
            result = set_is_subset(self, o);
        }
        if (op == Py_NE && result >= 0) {
            result = !result;
        }
        break;
    case Py_LE:
        result = set_is_subset(self, o);
        break;
    case Py_GE:
        result = set_is_subset(o, self);
        break;
    case Py_LT:
        result = self->used < o->used ? set_is_subset(self, o) : 0;
        break;
    case Py_GT:
        result = self->used > o->used ? set_is_subset(o, self) : 0;
        break;
    }
    return result < 0 ? NULL : PyBool_FromLong(result);
}

/* ---- the operations ----------------------------------------------------------------------- */

static PyObject *
set_copy_base(PySetObject *self)
{
    return set_make_base((PyObject *)self, (PyObject *)self);
}

static PyObject *
set_intersect(PySetObject *self, PyObject *other)
{
    PyObject *result = (PyObject *)self == other ? set_copy_base(self)
                                                 : set_make_base((PyObject *)self, NULL);
    if (result == NULL || (PyObject *)self == other) {
        return result;
    }
    if (PyAnySet_Check(other)) {
        if (PySet_GET_SIZE(other) > self->used) {
            PySetObject *swap = self;
            self = (PySetObject *)other;
            other = (PyObject *)swap;
        }
        Py_ssize_t pos = 0;
        setentry *entry;
        while (set_step((PySetObject *)other, &pos, &entry)) {
            PyObject *key = Py_NewRef(entry->key);
            Py_hash_t hash = entry->hash;
            int there = set_contains_hashed(self, key, hash);
            if (there > 0) {
                there = set_add_hashed((PySetObject *)result, key, hash);
            }
            Py_DECREF(key);
            if (there < 0) {
                goto fail;
            }
        }
        return result;
    }
    PyObject *iter = PyObject_GetIter(other), *key;
    if (iter == NULL) {
        goto fail;
    }
    while ((key = PyIter_Next(iter)) != NULL) {
        Py_hash_t hash = set_hash_of(key);
        int there = hash == -1 ? -1 : set_contains_hashed(self, key, hash);
        if (there > 0) {
            there = set_add_hashed((PySetObject *)result, key, hash);
        }
        Py_DECREF(key);
        if (there < 0) {
            break;
        }
    }
    Py_DECREF(iter);
    if (!PyErr_Occurred()) {
        return result;
    }
fail:
    Py_DECREF(result);
    return NULL;
}

static int
set_subtract_from(PySetObject *self, PyObject *other)
{
    if ((PyObject *)self == other) {
        set_clear_all(self);
        return 0;
    }
    if (PyAnySet_Check(other)) {
        Py_ssize_t pos = 0;
        setentry *entry;
        if ((PySet_GET_SIZE(other) >> 3) > self->used) {
            /* far more to remove than there is: look from the short side */
            other = set_intersect(self, other);
            if (other == NULL) {
                return -1;
            }
        }
        else {
            Py_INCREF(other);
        }
        while (set_step((PySetObject *)other, &pos, &entry)) {
            PyObject *key = Py_NewRef(entry->key);
            int err = set_discard_hashed(self, key, entry->hash);
            Py_DECREF(key);
            if (err < 0) {
                Py_DECREF(other);
                return -1;
            }
        }
        Py_DECREF(other);
    }
    else {
        PyObject *iter = PyObject_GetIter(other), *key;
        if (iter == NULL) {
            return -1;
        }
        while ((key = PyIter_Next(iter)) != NULL) {
            int err = set_discard_key(self, key);
            Py_DECREF(key);
            if (err < 0) {
                break;
            }
        }
        Py_DECREF(iter);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    if ((size_t)(self->fill - self->used) <= (size_t)self->mask / 4) {
        return 0;
    }
    return set_resize(self, set_grown(self));
}

static PyObject *
set_subtract(PySetObject *self, PyObject *other)
{
    bool is_set = PyAnySet_Check(other);
    if (!is_set && !PyDict_CheckExact(other)) {
        goto copy;
    }
    Py_ssize_t theirs = is_set ? PySet_GET_SIZE(other) : PyDict_GET_SIZE(other);
    if ((self->used >> 2) > theirs) {
        goto copy;
    }
    PyObject *result = set_make_base((PyObject *)self, NULL);
    if (result == NULL) {
        return NULL;
    }
    Py_ssize_t pos = 0;
    setentry *entry;
    while (set_step(self, &pos, &entry)) {
        PyObject *key = Py_NewRef(entry->key);
        Py_hash_t hash = entry->hash;
        int there = is_set ? set_contains_hashed((PySetObject *)other, key, hash)
                           : _PyDict_Contains_KnownHash(other, key, hash);
        if (there == 0) {
            there = set_add_hashed((PySetObject *)result, key, hash);
        }
        Py_DECREF(key);
        if (there < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
copy:
    result = set_copy_base(self);
    if (result != NULL && set_subtract_from((PySetObject *)result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static int
set_toggle(PySetObject *self, PyObject *key, Py_hash_t hash)
{
    Py_INCREF(key);
    int there = set_discard_hashed(self, key, hash);
    if (there == 0) {
        there = set_add_hashed(self, key, hash);
    }
    Py_DECREF(key);
    return there < 0 ? -1 : 0;
}

static int
set_xor_from(PySetObject *self, PyObject *other)
{
    Py_ssize_t pos = 0;
    if ((PyObject *)self == other) {
        set_clear_all(self);
        return 0;
    }
    if (PyDict_CheckExact(other)) {
        PyObject *key, *value;
        Py_hash_t hash;
        while (_PyDict_Next(other, &pos, &key, &value, &hash)) {
            if (set_toggle(self, key, hash) < 0) {
                return -1;
            }
        }
        return 0;
    }
    PyObject *set = PyAnySet_Check(other) ? Py_NewRef(other) : set_make_base((PyObject *)self, other);
    if (set == NULL) {
        return -1;
    }
    setentry *entry;
    while (set_step((PySetObject *)set, &pos, &entry)) {
        if (set_toggle(self, entry->key, entry->hash) < 0) {
            Py_DECREF(set);
            return -1;
        }
    }
    Py_DECREF(set);
    return 0;
}

static PyObject *
set_xor(PySetObject *self, PyObject *other)
{
    PyObject *result = set_make_base((PyObject *)self, other);
    if (result != NULL && set_xor_from((PySetObject *)result, (PyObject *)self) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

/* ---- operators ---------------------------------------------------------------------------- */

static PyObject *
set_op_or(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = set_copy_base((PySetObject *)self);
    if (result != NULL && self != other && set_update_from((PySetObject *)result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
set_op_and(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_intersect((PySetObject *)self, other);
}

static PyObject *
set_op_sub(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_subtract((PySetObject *)self, other);
}

static PyObject *
set_op_xor(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_xor((PySetObject *)self, other);
}

static PyObject *
set_op_ior(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_update_from((PySetObject *)self, other) < 0 ? NULL : Py_NewRef(self);
}

/* Replace the contents of self by those of a new set. */
static status
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

static PyObject *
set_op_iand(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = set_intersect((PySetObject *)self, other);
    return set_replace_take((PySetObject *)self, result) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
set_op_isub(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_subtract_from((PySetObject *)self, other) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
set_op_ixor(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_xor_from((PySetObject *)self, other) < 0 ? NULL : Py_NewRef(self);
}

/* ---- methods ------------------------------------------------------------------------------ */

METHOD(set, add, "!($self, object, /)", "Add an element; nothing happens if it is there.")
static status
set_add(PySetObject *self, PyObject *key)
{
    return set_add_key(self, key);
}

METHOD(set, clear, "!($self, /)", "Remove all elements.")
static status
set_clear(PySetObject *self)
{
    set_clear_all(self);
    return 0;
}

METHOD(set, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
set_copy(PySetObject *self, PyObject *Py_UNUSED(ignored))
{
    return set_copy_base(self);
}

METHOD(frozenset, copy, "!($self, /)", "Return the set itself, or a copy of a subclass's instance.")
static PyObject *
frozenset_copy(PySetObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyFrozenSet_CheckExact(self) ? Py_NewRef(self) : set_copy_base(self);
}

METHOD(set, discard, "!($self, object, /)", "Remove an element; nothing happens if it is not there.")
static status
set_discard(PySetObject *self, PyObject *key)
{
    return with_frozen_key(self, key, set_discard_key) < 0 ? -1 : 0;
}

METHOD(set, remove, "!($self, object, /)", "Remove an element; KeyError if it is not there.")
static status
set_remove(PySetObject *self, PyObject *key)
{
    int there = with_frozen_key(self, key, set_discard_key);
    if (there == 0) {
        _PyErr_SetKeyError(key);
    }
    return there > 0 ? 0 : -1;
}

METHOD(set, pop, "!($self, /)", "Remove and return some element; KeyError if there is none.")
static PyObject *
set_pop(PySetObject *self, PyObject *Py_UNUSED(ignored))
{
    if (self->used == 0) {
        PyErr_SetString(PyExc_KeyError, "pop from an empty set");
        return NULL;
    }
    setentry *entry = self->table + (self->finger & self->mask), *last = self->table + self->mask;
    while (!ACTIVE(entry)) {
        entry = entry == last ? self->table : entry + 1;
    }
    PyObject *key = entry->key;
    entry->key = DUMMY;
    entry->hash = -1;
    self->used--;
    self->finger = entry - self->table + 1;
    return key;
}

METHOD(set, difference, NULL, "Return the elements that are in none of the others.")
METHOD(frozenset, difference, NULL, "Return the elements that are in none of the others.")
static PyObject *
set_difference(PySetObject *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0) {
        return set_copy_base(self);
    }
    PyObject *result = set_subtract(self, PyTuple_GET_ITEM(args, 0));
    for (Py_ssize_t i = 1; result != NULL && i < n; i++) {
        if (set_subtract_from((PySetObject *)result, PyTuple_GET_ITEM(args, i)) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

METHOD(set, difference_update, NULL, "Remove all elements of the others.")
static PyObject *
set_difference_update(PySetObject *self, PyObject *args)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        if (set_subtract_from(self, PyTuple_GET_ITEM(args, i)) < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

METHOD(set, intersection, NULL, "Return the elements that are in all the others too.")
METHOD(frozenset, intersection, NULL, "Return the elements that are in all the others too.")
static PyObject *
set_intersection(PySetObject *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0) {
        return set_copy_base(self);
    }
    PyObject *result = Py_NewRef(self);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        Py_SETREF(result, set_intersect((PySetObject *)result, PyTuple_GET_ITEM(args, i)));
    }
    return result;
}

METHOD(set, intersection_update, NULL, "Keep only the elements that are in all the others too.")
static PyObject *
set_intersection_update(PySetObject *self, PyObject *args)
{
    PyObject *result = set_intersection(self, args);
    return set_replace_take(self, result) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(set, isdisjoint, "!($self, other, /)", "Return whether the two have no element in common.")
METHOD(frozenset, isdisjoint, "!($self, other, /)", "Return whether the two have no element in common.")
static truth
set_isdisjoint(PySetObject *self, PyObject *other)
{
    if ((PyObject *)self == other) {
        return self->used == 0;
    }
    if (PyAnySet_CheckExact(other)) {
        if (PySet_GET_SIZE(other) > self->used) {
            PySetObject *swap = self;
            self = (PySetObject *)other;
            other = (PyObject *)swap;
        }
        Py_ssize_t pos = 0;
        setentry *entry;
        while (set_step((PySetObject *)other, &pos, &entry)) {
            PyObject *key = Py_NewRef(entry->key);
            int there = set_contains_hashed(self, key, entry->hash);
            Py_DECREF(key);
            if (there != 0) {
                return there < 0 ? -1 : 0;
            }
        }
        return 1;
    }
    PyObject *iter = PyObject_GetIter(other), *key;
    if (iter == NULL) {
        return -1;
    }
    int there = 0;
    while (there == 0 && (key = PyIter_Next(iter)) != NULL) {
        there = set_contains_key(self, key);
        Py_DECREF(key);
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : there == 0;
}

METHOD(set, issuperset, "!($self, other, /)", "Return whether every element of other is in the set.")
METHOD(frozenset, issuperset, "!($self, other, /)", "Return whether every element of other is in the set.")
static truth
set_issuperset(PySetObject *self, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_is_subset((PySetObject *)other, self);
    }
    PyObject *iter = PyObject_GetIter(other), *key;
    if (iter == NULL) {
        return -1;
    }
    int there = 1;
    while (there > 0 && (key = PyIter_Next(iter)) != NULL) {
        there = set_contains_key(self, key);
        Py_DECREF(key);
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : there;
}

METHOD(set, issubset, "!($self, other, /)", "Return whether every element of the set is in other.")
METHOD(frozenset, issubset, "!($self, other, /)", "Return whether every element of the set is in other.")
static truth
set_issubset(PySetObject *self, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_is_subset(self, (PySetObject *)other);
    }
    PyObject *common = set_intersect(self, other);
    if (common == NULL) {
        return -1;
    }
    int result = PySet_GET_SIZE(common) == self->used;
    Py_DECREF(common);
    return result;
}

METHOD(set, symmetric_difference, "!($self, other, /)", "Return the elements that are in just one of the two.")
METHOD(frozenset, symmetric_difference, "!($self, other, /)", "Return the elements that are in just one of the two.")
static PyObject *
set_symmetric_difference(PySetObject *self, PyObject *other)
{
    return set_xor(self, other);
}

METHOD(set, symmetric_difference_update, "!($self, other, /)",
       "Keep the elements that are in just one of the two.")
static status
set_symmetric_difference_update(PySetObject *self, PyObject *other)
{
    return set_xor_from(self, other);
}

METHOD(set, union, NULL, "Return the elements that are in any of the sets.")
METHOD(frozenset, union, NULL, "Return the elements that are in any of the sets.")
static PyObject *
set_union(PySetObject *self, PyObject *args)
{
    PyObject *result = set_copy_base(self);
    for (Py_ssize_t i = 0; result != NULL && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *other = PyTuple_GET_ITEM(args, i);
        if (other != (PyObject *)self && set_update_from((PySetObject *)result, other) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

METHOD(set, update, NULL, "Add all elements of the others.")
static PyObject *
set_update(PySetObject *self, PyObject *args)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        if (set_update_from(self, PyTuple_GET_ITEM(args, i)) < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

METHOD(set, __reduce__, "!($self, /)", "State for pickling.")
METHOD(frozenset, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
set___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *keys = PySequence_List(self), *state;
    if (keys == NULL) {
        return NULL;
    }
    state = _PyObject_GetState(self);
    if (state == NULL) {
        Py_DECREF(keys);
        return NULL;
    }
    return Py_BuildValue("O(N)N", Py_TYPE(self), keys, state);
}

METHOD(set, __sizeof__, "!($self, /)", "Return the size of the set in memory, in bytes.")
METHOD(frozenset, __sizeof__, "!($self, /)", "Return the size of the set in memory, in bytes.")
static Py_ssize_t
set___sizeof__(PySetObject *self)
{
    Py_ssize_t size = Py_TYPE(self)->tp_basicsize;
    if (self->table != self->smalltable) {
        size += (self->mask + 1) * (Py_ssize_t)sizeof(setentry);
    }
    return size;
}

CLASSMETHOD(set, __class_getitem__, "!($type, item, /)", "Return a generic alias, as in set[int].")
CLASSMETHOD(frozenset, __class_getitem__, "!($type, item, /)", "Return a generic alias, as in frozenset[int].")
static PyObject *
set___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

static PySequenceMethods set_sequence = {
    .sq_length = (lenfunc)set_length,
    .sq_contains = (objobjproc)set_contains,
};

static PyNumberMethods set_number = {
    .nb_subtract = set_op_sub,
    .nb_and = set_op_and,
    .nb_xor = set_op_xor,
    .nb_or = set_op_or,
    .nb_inplace_subtract = set_op_isub,
    .nb_inplace_and = set_op_iand,
    .nb_inplace_xor = set_op_ixor,
    .nb_inplace_or = set_op_ior,
};

static PyNumberMethods frozenset_number = {
    .nb_subtract = set_op_sub,
    .nb_and = set_op_and,
    .nb_xor = set_op_xor,
    .nb_or = set_op_or,
};

TYPE(set, PySet_Type, "set", PySetObject, NULL,
     "set() -> an empty set\nset(iterable) -> a set of the elements of iterable",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                 _Py_TPFLAGS_MATCH_SELF,
     .tp_dealloc = (destructor)set_dealloc, .tp_repr = set_repr, .tp_as_number = &set_number,
     .tp_as_sequence = &set_sequence, .tp_hash = PyObject_HashNotImplemented,
     .tp_getattro = PyObject_GenericGetAttr, .tp_traverse = (traverseproc)set_traverse,
     .tp_clear = (inquiry)set_gc_clear, .tp_richcompare = (richcmpfunc)set_richcompare,
     .tp_weaklistoffset = offsetof(PySetObject, weakreflist), .tp_iter = set_iter,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del)

TYPE(frozenset, PyFrozenSet_Type, "frozenset", PySetObject, NULL,
     "frozenset() -> an empty frozenset\n"
     "frozenset(iterable) -> a frozenset of the elements of iterable",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                 _Py_TPFLAGS_MATCH_SELF,
     .tp_dealloc = (destructor)set_dealloc, .tp_repr = set_repr, .tp_as_number = &frozenset_number,
     .tp_as_sequence = &set_sequence, .tp_getattro = PyObject_GenericGetAttr,
     .tp_traverse = (traverseproc)set_traverse, .tp_clear = (inquiry)set_gc_clear,
     .tp_richcompare = (richcmpfunc)set_richcompare,
     .tp_weaklistoffset = offsetof(PySetObject, weakreflist), .tp_iter = set_iter,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del)

/* ---- C API -------------------------------------------------------------------------------- */

PyObject *
PySet_New(PyObject *iterable)
{
    return set_make(&PySet_Type, iterable);
}

PyObject *
PyFrozenSet_New(PyObject *iterable)
{
    return set_make(&PyFrozenSet_Type, iterable);
}

Py_ssize_t
PySet_Size(PyObject *set)
{
    if (!PyAnySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return PySet_GET_SIZE(set);
}

int
PySet_Clear(PyObject *set)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    set_clear_all((PySetObject *)set);
    return 0;
}

int
PySet_Contains(PyObject *set, PyObject *key)
{
    if (!PyAnySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_contains_key((PySetObject *)set, key);
}

int
PySet_Discard(PyObject *set, PyObject *key)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_discard_key((PySetObject *)set, key);
}

int
PySet_Add(PyObject *set, PyObject *key)
{
    if (!PySet_Check(set) && (!PyFrozenSet_Check(set) || Py_REFCNT(set) != 1)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_add_key((PySetObject *)set, key);
}

PyObject *
PySet_Pop(PyObject *set)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return set_pop((PySetObject *)set, NULL);
}

int
_PySet_NextEntry(PyObject *set, Py_ssize_t *pos, PyObject **key, Py_hash_t *hash)
{
    setentry *entry;
    if (!PyAnySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!set_step((PySetObject *)set, pos, &entry)) {
        return 0;
    }
    *key = entry->key;
    *hash = entry->hash;
    return 1;
}

#include "gen/types/set.inc"
