/* The inside of dict, for the virtual machine, attribute access and the dict files.

   A dict is a hash index over an array of entries kept in insertion order.  The array and index
   together are a key table (`struct _dictkeysobject`), counted, and shared between the instance
   dicts of one class ("split": PEP 412); a split dict keeps its values apart in `PyDictValues`.

   Invariants
   - indices: 2^log2_size slots holding an entry number, or KEY_EMPTY, or KEY_DUMMY (deleted).
   - kind KEYS_GENERAL: entries {hash, key, value}.  KEYS_STRINGS and KEYS_SPLIT: every key is an
     exact str whose hash is computed, entries {key, value}; in KEYS_SPLIT `value` is unused.
   - usable + nentries <= two thirds of the slots, and as many entries have room; entries past
     nentries are unused; an entry whose value is NULL was deleted (not in KEYS_SPLIT).  A table of
     which the number of keys was known has room for no more: the next one fills it up.
   - a key table of KEYS_SPLIT only grows; a key's number never changes: (keys, number) is what an
     inline cache may hold on to.
   - `version` is non-zero once handed to an inline cache; any insertion of a new key, deletion or
     replacement of a table's value that a cache relies on resets it to 0 (see keys_version).
   - values.order lists the numbers of the set values in the order they were set. */
#ifndef KRAIT_TYPES_DICT_H
#define KRAIT_TYPES_DICT_H

#include <Python.h>
#include "base/common.h"

enum { KEYS_GENERAL = 0, KEYS_STRINGS = 1, KEYS_SPLIT = 2 };
enum { KEY_EMPTY = -1, KEY_DUMMY = -2, KEY_ERROR = -3 };
enum { DICT_MIN_LOG2 = 3, SHARED_KEYS_LOG2 = 6, SHARED_KEYS_MAX = 30 };

typedef struct {
    Py_hash_t hash;
    PyObject *key;                  /* owned */
    PyObject *value;                /* owned, NULL: deleted */
} DictEntry;

typedef struct {
    PyObject *key;                  /* owned exact str */
    PyObject *value;                /* owned, NULL: deleted (unused in split tables) */
} DictStrEntry;

struct _dictkeysobject {
    Py_ssize_t refcnt;              /* dicts and classes that use the table */
    uint8_t log2_size;              /* slots of the index */
    uint8_t log2_index_bytes;       /* bytes of the index */
    uint8_t kind;
    uint8_t exact;                  /* made for a known number of keys, with room for no more */
    uint32_t version;               /* 0: none given */
    Py_ssize_t usable;              /* entries that may still be appended */
    Py_ssize_t nentries;            /* entries used, deleted ones included */
    char indices[];                 /* then the entries */
};

/* The values of a split dict or of an instance without a dict. */
struct _dictvalues {
    uint8_t capacity;
    uint8_t used;
    uint8_t order[6];               /* while the capacity is no more than this */
    PyObject *values[];             /* owned or NULL; behind them the order of a larger capacity */
};

enum { VALUES_SHORT = 6 };

#define KEYS_SIZE(k) ((Py_ssize_t)1 << (k)->log2_size)
#define KEYS_MASK(k) (KEYS_SIZE(k) - 1)
#define KEYS_ENTRIES(k) ((DictEntry *)((k)->indices + ((size_t)1 << (k)->log2_index_bytes)))
#define KEYS_STR_ENTRIES(k) ((DictStrEntry *)((k)->indices + ((size_t)1 << (k)->log2_index_bytes)))
#define VALUES_ORDER(v) ((v)->capacity <= VALUES_SHORT ? (v)->order : (uint8_t *)&(v)->values[(v)->capacity])

/* A dict's next ma_version_tag: unique over all dicts, taken at every mutation. */
#define DICT_NEW_VERSION() (++PyThreadState_GET()->interp->dict_version)

/* The entry number of a key, or KEY_EMPTY; KEY_ERROR with an exception set.  *value is the borrowed
   value or NULL.  `hash` is the key's hash. */
Py_ssize_t dict_find(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject **value);

/* As above for an exact str with a known hash in a table of strings: never fails, runs no code. */
Py_ssize_t keys_find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash);
/* Room for `more` keys, so that putting them in does not build one table after the other. */
status dict_reserve(PyObject *dict, Py_ssize_t more);

/* A version of a string table for inline caches, 0 when none can be given. */
uint32_t keys_version(PyDictKeysObject *keys);

/* An empty dict that takes `count` keys without growing, and needs memory for no more than these;
   `general`: they are not all strings. */
PyObject *dict_new_exact(Py_ssize_t count, bool general);

/* The dict of a display: `count` keys and values, which stand `key_step` and `value_step` apart. */
PyObject *dict_display(PyObject *const *keys, Py_ssize_t key_step, PyObject *const *values,
                       Py_ssize_t value_step, Py_ssize_t count);

/* LOAD_GLOBAL: a new reference from globals, then builtins; NULL without an exception if neither
   has it. */
PyObject *dict_load_global(PyDictObject *globals, PyDictObject *builtins, PyObject *key);

/* A split table for the instances of a class. Owned by ht_cached_keys. */
PyDictKeysObject *keys_new_shared(void);
void keys_release(PyDictKeysObject *keys);

/* Both references are stolen, also on failure. */
int dict_set_take2(PyDictObject *dict, PyObject *key_take, PyObject *value_take);

/* ---- instances with a managed dict ---------------------------------------------------------
   Two words stand before such an object: its dict, or the values of a dict that nobody has asked
   for.  At most one is set; both NULL means that the dict is not made yet. */
#define MANAGED_DICT(op) (((PyObject **)(op))[-1])
#define MANAGED_VALUES(op) (((PyDictValues **)(op))[-2])
enum { MANAGED_PRESIZE = 2 * sizeof(PyObject *) };

status managed_init(PyObject *op, PyTypeObject *type);          /* new values by the class's keys */
PyObject *managed_get(PyObject *op, PyObject *name);            /* new or NULL, no error set, values only */
status managed_set(PyObject *op, PyObject *name, PyObject *value);  /* NULL deletes: AttributeError */
PyObject *managed_materialise(PyObject *op);                    /* borrowed dict, made if need be; NULL error */
bool managed_is_empty(PyObject *op);
int managed_traverse(PyObject *op, visitproc visit, void *arg); /* values and dict */
void managed_clear(PyObject *op);                               /* drops values and dict */
#define managed_free managed_clear

/* Store at a known number of the class's split table (inline caches). Takes over `value`. */
static inline void
values_store_take(PyDictValues *values, Py_ssize_t number, PyObject *value_take)
{
    PyObject *old = values->values[number];
    values->values[number] = value_take;
    if (old == NULL) {
        VALUES_ORDER(values)[values->used++] = (uint8_t)number;
    }
    else {
        Py_DECREF(old);
    }
}

/* For object.__dict__-style attributes of types with a positive dictoffset: sets name in the dict
   at `slot`, which is made with the class's shared keys when it is NULL. */
int instance_dict_set(PyTypeObject *type, PyObject **slot, PyObject *name, PyObject *value);
PyObject *dict_new_split(PyTypeObject *type);                   /* empty, sharing the class's keys */

/* As dict.update(mapping), for {**mapping, ...}: more is to follow. */
status dict_unpack_into(PyObject *dict, PyObject *mapping);

#endif
