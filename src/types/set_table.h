/* The table inside set and frozenset, for their files.

   Programs see the order of the elements, and with it a table of mask+1 slots, a power of two and at
   least 8.  Where the elements lie is another matter.

   Invariants
   - a slot is unused, active (a key and its hash), or deleted; fill counts active and deleted ones,
     used the active ones; at least one slot is unused.
   - a set of 8 slots is small: it never has more than SET_PACKED elements, because fill * 5 < mask * 3.
     They lie in packed[0 .. used), in any order; slot[i] is SLOT_UNUSED, SLOT_DELETED, or 1 + the
     place in packed.  Every other set has a table of setentry: unused {NULL, 0}, active {key, hash},
     deleted {dummy, -1}.
   - a frozenset's table changes only while its count is 1 (PySet_Add on a new one).
   - probing: a run of neighbours first (not in 8 slots), then slot = slot*5 + 1 + perturb; the
     iteration order follows from it, from the growth rule and from the order of insertion.
   A comparison may run code that changes the table; a search then starts again.

   The struct is shorter than PySetObject, of which compiled modules read only `used`: an exact set
   takes sizeof(Set) bytes.  Instances of subclasses have the 200 of PySetObject and use the first.

   Ownership: a table owns its keys.  What is handed in here is borrowed, and counted when it stays. */
#ifndef KRAIT_TYPES_SET_TABLE_H
#define KRAIT_TYPES_SET_TABLE_H

#include "object/check.h"
#include "object/weakref.h"
#include "types/dict_keys.h"
#include "types/set.h"

enum { SET_PACKED = 4, SLOT_UNUSED = 0, SLOT_DELETED = 0xff };

typedef struct {
    PyObject_HEAD
    Py_ssize_t fill;
    Py_ssize_t used;                /* where PySet_GET_SIZE looks */
    Py_ssize_t mask;
    union {
        uint8_t slot[PySet_MINSIZE];    /* small */
        setentry *table;
    };
    Py_hash_t hash;                 /* of a frozenset; -1: not known */
    Py_ssize_t finger;              /* where pop looks next */
    PyObject *weakrefs;             /* of an exact set */
    setentry packed[SET_PACKED];    /* small */
} Set;

_Static_assert(sizeof(Set) <= sizeof(PySetObject), "subclasses have room for PySetObject");
_Static_assert(offsetof(Set, weakrefs) == SET_WEAKREFS_OFFSET, "weakrefs_head finds it");
_Static_assert(offsetof(Set, used) == offsetof(PySetObject, used), "PySet_GET_SIZE is in compiled modules");

/* What stands in the place of a deleted key; only its address matters. */
extern PyObject set_dummy;
#define DUMMY (&set_dummy)
#define ACTIVE(entry) ((entry)->key != NULL && (entry)->key != DUMMY)

/* Keys whose hash is known: 1 there or removed, 0 not (adding: 0 in both cases), -1 error. */
int set_add_hashed(Set *set, PyObject *key, Py_hash_t hash);
int set_contains_hashed(Set *set, PyObject *key, Py_hash_t hash);
int set_discard_hashed(Set *set, PyObject *key, Py_hash_t hash);

/* The same for keys that are hashed here. */
int set_add_key(Set *set, PyObject *key);
int set_contains_key(Set *set, PyObject *key);
int set_discard_key(Set *set, PyObject *key);

/* Take the element in an active slot out; its reference is the caller's now. */
PyObject *set_take_slot(Set *set, size_t i);
/* Forget the elements, whose references are the caller's now, and the table. */
void set_make_empty(Set *set);
/* Drop every element.  The set is valid and empty before the first destructor runs. */
void set_clear_all(Set *set);
/* Make the table the smallest power of two over minused. */
status set_resize(Set *set, Py_ssize_t minused);
/* Add the elements of any iterable. */
int set_update_from(Set *set, PyObject *other);
/* Replace the contents of self by those of a new set (NULL: an error is set). */
status set_replace_take(Set *self, PyObject *from_take);

/* set.c: a new set of the type with the elements of an iterable, or none (NULL). */
PyObject *set_make(PyTypeObject *type, PyObject *iterable);
/* A new exact set or frozenset, whichever `like` derives from. */
PyObject *set_make_base(PyObject *like, PyObject *iterable);

/* set_algebra.c */
int set_is_subset(Set *a, Set *b);
PyObject *set_copy_base(Set *self);
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
set_grown(Set *set)
{
    return set->used > 50000 ? set->used * 2 : set->used * 4;
}

static ALWAYS_INLINE bool
set_is_small(const Set *set)
{
    return set->mask == PySet_MINSIZE - 1;
}

/* The element in slot i, or NULL if the slot is not active. */
static ALWAYS_INLINE setentry *
set_slot(Set *set, size_t i)
{
    if (set_is_small(set)) {
        unsigned place = set->slot[i];
        return place == SLOT_UNUSED || place == SLOT_DELETED ? NULL : &set->packed[place - 1];
    }
    setentry *entry = &set->table[i];
    return ACTIVE(entry) ? entry : NULL;
}

/* Advance over the active slots.  *pos starts at 0. */
static inline bool
set_step(Set *set, Py_ssize_t *pos, setentry **found)
{
    Py_ssize_t i = *pos;
    if (i < 0) {
        return false;
    }
    setentry *entry = NULL;
    while (i <= set->mask && (entry = set_slot(set, (size_t)i)) == NULL) {
        i++;
    }
    *pos = i + 1;
    *found = entry;
    return i <= set->mask;
}

#endif
