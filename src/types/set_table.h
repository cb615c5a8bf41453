/* The table inside set and frozenset, for their files.

   Invariants
   - table has mask+1 entries, a power of two; smalltable serves up to 8.
   - an entry is unused {NULL, 0}, active {key, hash}, or deleted {dummy, -1}; fill counts active
     and deleted ones, used the active ones; at least one entry is unused.
   - a frozenset's table changes only while its count is 1 (PySet_Add on a new one).
   - probing: a run of neighbours first, then slot = slot*5 + 1 + perturb; the iteration order that
     programs see follows from it, from the growth rule and from the order of insertion.
   A comparison may run code that changes the table; a search then starts again.

   Ownership: a table owns its keys.  What is handed in here is borrowed, and counted when it stays. */
#ifndef KRAIT_TYPES_SET_TABLE_H
#define KRAIT_TYPES_SET_TABLE_H

#include "object/check.h"
#include "types/dict_keys.h"
#include "types/set.h"

/* What stands in the place of a deleted key; only its address matters. */
extern PyObject set_dummy;
#define DUMMY (&set_dummy)
#define ACTIVE(entry) ((entry)->key != NULL && (entry)->key != DUMMY)

/* Keys whose hash is known: 1 there or removed, 0 not (adding: 0 in both cases), -1 error. */
int set_add_hashed(PySetObject *set, PyObject *key, Py_hash_t hash);
int set_contains_hashed(PySetObject *set, PyObject *key, Py_hash_t hash);
int set_discard_hashed(PySetObject *set, PyObject *key, Py_hash_t hash);

/* The same for keys that are hashed here. */
int set_add_key(PySetObject *set, PyObject *key);
int set_contains_key(PySetObject *set, PyObject *key);
int set_discard_key(PySetObject *set, PyObject *key);

/* Drop every element.  The set is valid and empty before the first destructor runs. */
void set_clear_all(PySetObject *set);
/* Make the table the smallest power of two over minused. */
status set_resize(PySetObject *set, Py_ssize_t minused);
/* Add the elements of any iterable. */
int set_update_from(PySetObject *set, PyObject *other);
/* Replace the contents of self by those of a new set (NULL: an error is set). */
status set_replace_take(PySetObject *self, PyObject *from_take);

/* set.c: a new set of the type with the elements of an iterable, or none (NULL). */
PyObject *set_make(PyTypeObject *type, PyObject *iterable);
/* A new exact set or frozenset, whichever `like` derives from. */
PyObject *set_make_base(PyObject *like, PyObject *iterable);

/* set_algebra.c */
int set_is_subset(PySetObject *a, PySetObject *b);
PyObject *set_copy_base(PySetObject *self);
PyObject *set_op_or(PyObject *self, PyObject *other);
PyObject *set_op_and(PyObject *self, PyObject *other);
PyObject *set_op_sub(PyObject *self, PyObject *other);
PyObject *set_op_xor(PyObject *self, PyObject *other);
PyObject *set_op_ior(PyObject *self, PyObject *other);
PyObject *set_op_iand(PyObject *self, PyObject *other);
PyObject *set_op_isub(PyObject *self, PyObject *other);
PyObject *set_op_ixor(PyObject *self, PyObject *other);

/* set_iter.c */
PyObject *set_iter(PyObject *set);

/* What a table that became full is resized over. */
static inline Py_ssize_t
set_grown(PySetObject *set)
{
    return set->used > 50000 ? set->used * 2 : set->used * 4;
}

/* Advance over active entries.  *pos starts at 0. */
static inline bool
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

#endif
