/* set and frozenset: making and dropping, slots, methods, types, PySet_ API.

   The table is in set_table.c (set_table.h has the invariants), the algebra in set_algebra.c, the
   iterator in set_iter.c. */
#include "object/declare.h"
#include "object/freelist.h"
#include "object/gc.h"
#include "types/set_table.h"

/* ---- making and dropping --------------------------------------------------------------------- */

PyObject *
set_make(PyTypeObject *type, PyObject *iterable)
{
    Set *set;
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        set = (Set *)gc_alloc_here(sizeof *set, 0, PAGE_TIGHT);
        if (set == NULL) {
            return NULL;
        }
        freelist_revive(set, type);
        set->weakrefs = NULL;
        set->finger = 0;
        set_make_empty(set);
        gc_track((PyObject *)set);
    }
    else {
        set = (Set *)type->tp_alloc(type, 0);
        if (set == NULL) {
            return NULL;
        }
        set_make_empty(set);        /* the rest is zero */
    }
    if (iterable != NULL && set_update_from(set, iterable) < 0) {
        Py_DECREF(set);
        return NULL;
    }
    return (PyObject *)set;
}

PyObject *
set_display(PyObject *const *items, Py_ssize_t n)
{
    Set *set = (Set *)set_make(&PySet_Type, NULL);
    for (Py_ssize_t i = 0; i < n && set != NULL; i++) {
        if (set_add_key(set, items[i]) < 0) {
            Py_CLEAR(set);
        }
    }
    return (PyObject *)set;
}

/* A new exact set or frozenset, whichever `like` derives from. */
PyObject *
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
set_tp_init(Set *self, PyObject *args, PyObject *kwargs)
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
set_dealloc(Set *set)
{
    PyTypeObject *type = Py_TYPE(set);
    PyThreadState *tstate = tstate_get();
    bool guarded = type->tp_dealloc == (destructor)set_dealloc;
    gc_untrack((PyObject *)set);
    if (guarded && trash_begin(tstate, (PyObject *)set)) {
        return;
    }
    if (*weakrefs_head((PyObject *)set) != NULL) {
        PyObject_ClearWeakRefs((PyObject *)set);
    }
    if (set_is_small(set)) {
        for (setentry *entry = set->packed, *end = entry + set->used; entry < end; entry++) {
            Py_DECREF(entry->key);
        }
    }
    else {
        Py_ssize_t left = set->used;
        for (setentry *entry = set->table; left > 0; entry++) {
            if (ACTIVE(entry)) {
                left--;
                Py_DECREF(entry->key);
            }
        }
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
set_traverse(Set *set, visitproc visit, void *arg)
{
    Py_ssize_t pos = 0;
    setentry *entry;
    while (set_step(set, &pos, &entry)) {
        Py_VISIT(entry->key);
    }
    return 0;
}

static int
set_gc_clear(Set *set)
{
    set_clear_all(set);
    return 0;
}

/* ---- slots ----------------------------------------------------------------------------------- */

static PyObject *
set_repr(PyObject *self)
{
    int nested = Py_ReprEnter(self);
    const char *name = Py_TYPE(self)->tp_name;
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromFormat("%s(...)", name) : NULL;
    }
    PyObject *result = NULL, *keys = NULL, *text = NULL;
    if (((Set *)self)->used == 0) {
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
set_length(Set *self)
{
    return self->used;
}

/* `function` failed with the key: a set stands for the frozenset equal to it. */
static int
frozen_key_again(Set *self, PyObject *key, int (*function)(Set *, PyObject *))
{
    if (!PySet_Check(key) || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        return -1;
    }
    PyErr_Clear();
    PyObject *frozen = set_make(&PyFrozenSet_Type, key);
    if (frozen == NULL) {
        return -1;
    }
    int result = function(self, frozen);
    Py_DECREF(frozen);
    return result;
}

/* Call `function` with the key, or with the frozenset it stands for. */
static int
with_frozen_key(Set *self, PyObject *key, int (*function)(Set *, PyObject *))
{
    int result = function(self, key);
    return result >= 0 ? result : frozen_key_again(self, key, function);
}

static int
set_contains(Set *self, PyObject *key)
{
    int result = set_contains_key(self, key);
    return likely(result >= 0) ? result : frozen_key_again(self, key, set_contains_key);
}

METHOD(set, __contains__, "!($self, key, /)", "Return whether the set has the element.")
METHOD(frozenset, __contains__, "!($self, key, /)", "Return whether the set has the element.")
static truth
set___contains__(Set *self, PyObject *key)
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
frozenset_tp_hash(Set *self)
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

static PyObject *
set_richcompare(Set *self, PyObject *other, int op)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Set *o = (Set *)other;
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

/* ---- methods --------------------------------------------------------------------------------- */

METHOD(set, add, "!($self, object, /)", "Add an element; nothing happens if it is there.")
static status
set_add(Set *self, PyObject *key)
{
    return set_add_key(self, key);
}

METHOD(set, clear, "!($self, /)", "Remove all elements.")
static status
set_clear(Set *self)
{
    set_clear_all(self);
    return 0;
}

METHOD(set, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
set_copy(Set *self, PyObject *Py_UNUSED(ignored))
{
    return set_copy_base(self);
}

METHOD(frozenset, copy, "!($self, /)", "Return the set itself, or a copy of a subclass's instance.")
static PyObject *
frozenset_copy(Set *self, PyObject *Py_UNUSED(ignored))
{
    return PyFrozenSet_CheckExact(self) ? Py_NewRef(self) : set_copy_base(self);
}

METHOD(set, discard, "!($self, object, /)", "Remove an element; nothing happens if it is not there.")
static status
set_discard(Set *self, PyObject *key)
{
    return with_frozen_key(self, key, set_discard_key) < 0 ? -1 : 0;
}

METHOD(set, remove, "!($self, object, /)", "Remove an element; KeyError if it is not there.")
static status
set_remove(Set *self, PyObject *key)
{
    int there = with_frozen_key(self, key, set_discard_key);
    if (there == 0) {
        _PyErr_SetKeyError(key);
    }
    return there > 0 ? 0 : -1;
}

METHOD(set, pop, "!($self, /)", "Remove and return some element; KeyError if there is none.")
static PyObject *
set_pop(Set *self, PyObject *Py_UNUSED(ignored))
{
    if (self->used == 0) {
        PyErr_SetString(PyExc_KeyError, "pop from an empty set");
        return NULL;
    }
    size_t i = (size_t)(self->finger & self->mask);
    while (set_slot(self, i) == NULL) {
        i = (i + 1) & (size_t)self->mask;
    }
    self->finger = (Py_ssize_t)i + 1;
    return set_take_slot(self, i);
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
set___sizeof__(Set *self)
{
    Py_ssize_t size = Py_TYPE(self)->tp_basicsize;
    if (!set_is_small(self)) {
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

/* ---- C API ----------------------------------------------------------------------------------- */

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
    set_clear_all((Set *)set);
    return 0;
}

int
PySet_Contains(PyObject *set, PyObject *key)
{
    if (!PyAnySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_contains_key((Set *)set, key);
}

int
PySet_Discard(PyObject *set, PyObject *key)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_discard_key((Set *)set, key);
}

int
PySet_Add(PyObject *set, PyObject *key)
{
    if (!PySet_Check(set) && (!PyFrozenSet_Check(set) || Py_REFCNT(set) != 1)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_add_key((Set *)set, key);
}

PyObject *
PySet_Pop(PyObject *set)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return set_pop((Set *)set, NULL);
}

int
_PySet_Update(PyObject *set, PyObject *iterable)
{
    if (!PySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return set_update_from((Set *)set, iterable);
}

int
_PySet_NextEntry(PyObject *set, Py_ssize_t *pos, PyObject **key, Py_hash_t *hash)
{
    setentry *entry;
    if (!PyAnySet_Check(set)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!set_step((Set *)set, pos, &entry)) {
        return 0;
    }
    *key = entry->key;
    *hash = entry->hash;
    return 1;
}

#include "gen/types/set.inc"
