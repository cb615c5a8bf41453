/* The algebra of sets: union, intersection, difference, symmetric difference, as operators and methods.

   The operators want sets on both sides, the methods take any iterables.  Results are exact sets or
   frozensets, after the left side.  While one table is walked, comparisons may change either: the key
   at hand is held, and each step looks at the table anew. */
#include "object/declare.h"
#include "object/state.h"
#include "types/set_table.h"

int
set_is_subset(Set *a, Set *b)
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

/* ---- the operations -------------------------------------------------------------------------- */

PyObject *
set_copy_base(Set *self)
{
    return set_make_base((PyObject *)self, (PyObject *)self);
}

static PyObject *
set_intersect(Set *self, PyObject *other)
{
    PyObject *result = (PyObject *)self == other ? set_copy_base(self)
                                                 : set_make_base((PyObject *)self, NULL);
    if (result == NULL || (PyObject *)self == other) {
        return result;
    }
    if (PyAnySet_Check(other)) {
        if (PySet_GET_SIZE(other) > self->used) {
            Set *swap = self;
            self = (Set *)other;
            other = (PyObject *)swap;
        }
        Py_ssize_t pos = 0;
        setentry *entry;
        while (set_step((Set *)other, &pos, &entry)) {
            PyObject *key = Py_NewRef(entry->key);
            Py_hash_t hash = entry->hash;
            int there = set_contains_hashed(self, key, hash);
            if (there > 0) {
                there = set_add_hashed((Set *)result, key, hash);
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
        Py_hash_t hash = key_hash(key);
        int there = hash == -1 ? -1 : set_contains_hashed(self, key, hash);
        if (there > 0) {
            there = set_add_hashed((Set *)result, key, hash);
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
set_subtract_from(Set *self, PyObject *other)
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
        while (set_step((Set *)other, &pos, &entry)) {
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
set_subtract(Set *self, PyObject *other)
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
        int there = is_set ? set_contains_hashed((Set *)other, key, hash)
                           : _PyDict_Contains_KnownHash(other, key, hash);
        if (there == 0) {
            there = set_add_hashed((Set *)result, key, hash);
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
    if (result != NULL && set_subtract_from((Set *)result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static int
set_toggle(Set *self, PyObject *key, Py_hash_t hash)
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
set_xor_from(Set *self, PyObject *other)
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
    while (set_step((Set *)set, &pos, &entry)) {
        if (set_toggle(self, entry->key, entry->hash) < 0) {
            Py_DECREF(set);
            return -1;
        }
    }
    Py_DECREF(set);
    return 0;
}

static PyObject *
set_xor(Set *self, PyObject *other)
{
    PyObject *result = set_make_base((PyObject *)self, other);
    if (result != NULL && set_xor_from((Set *)result, (PyObject *)self) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

/* ---- operators ------------------------------------------------------------------------------- */

PyObject *
set_op_or(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = set_copy_base((Set *)self);
    if (result != NULL && self != other && set_update_from((Set *)result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
set_op_and(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_intersect((Set *)self, other);
}

PyObject *
set_op_sub(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_subtract((Set *)self, other);
}

PyObject *
set_op_xor(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(self) || !PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_xor((Set *)self, other);
}

PyObject *
set_op_ior(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_update_from((Set *)self, other) < 0 ? NULL : Py_NewRef(self);
}

PyObject *
set_op_iand(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = set_intersect((Set *)self, other);
    return set_replace_take((Set *)self, result) < 0 ? NULL : Py_NewRef(self);
}

PyObject *
set_op_isub(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_subtract_from((Set *)self, other) < 0 ? NULL : Py_NewRef(self);
}

PyObject *
set_op_ixor(PyObject *self, PyObject *other)
{
    if (!PyAnySet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return set_xor_from((Set *)self, other) < 0 ? NULL : Py_NewRef(self);
}

/* ---- methods --------------------------------------------------------------------------------- */

METHOD(set, difference, NULL, "Return the elements that are in none of the others.")
METHOD(frozenset, difference, NULL, "Return the elements that are in none of the others.")
PyObject *
set_difference(Set *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0) {
        return set_copy_base(self);
    }
    PyObject *result = set_subtract(self, PyTuple_GET_ITEM(args, 0));
    for (Py_ssize_t i = 1; result != NULL && i < n; i++) {
        if (set_subtract_from((Set *)result, PyTuple_GET_ITEM(args, i)) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

METHOD(set, difference_update, NULL, "Remove all elements of the others.")
PyObject *
set_difference_update(Set *self, PyObject *args)
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
PyObject *
set_intersection(Set *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0) {
        return set_copy_base(self);
    }
    PyObject *result = Py_NewRef(self);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        Py_SETREF(result, set_intersect((Set *)result, PyTuple_GET_ITEM(args, i)));
    }
    return result;
}

METHOD(set, intersection_update, NULL, "Keep only the elements that are in all the others too.")
PyObject *
set_intersection_update(Set *self, PyObject *args)
{
    PyObject *result = set_intersection(self, args);
    return set_replace_take(self, result) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(set, isdisjoint, "!($self, other, /)", "Return whether the two have no element in common.")
METHOD(frozenset, isdisjoint, "!($self, other, /)", "Return whether the two have no element in common.")
truth
set_isdisjoint(Set *self, PyObject *other)
{
    if ((PyObject *)self == other) {
        return self->used == 0;
    }
    if (PyAnySet_CheckExact(other)) {
        if (PySet_GET_SIZE(other) > self->used) {
            Set *swap = self;
            self = (Set *)other;
            other = (PyObject *)swap;
        }
        Py_ssize_t pos = 0;
        setentry *entry;
        while (set_step((Set *)other, &pos, &entry)) {
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
truth
set_issuperset(Set *self, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_is_subset((Set *)other, self);
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
truth
set_issubset(Set *self, PyObject *other)
{
    if (PyAnySet_Check(other)) {
        return set_is_subset(self, (Set *)other);
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
PyObject *
set_symmetric_difference(Set *self, PyObject *other)
{
    return set_xor(self, other);
}

METHOD(set, symmetric_difference_update, "!($self, other, /)",
       "Keep the elements that are in just one of the two.")
status
set_symmetric_difference_update(Set *self, PyObject *other)
{
    return set_xor_from(self, other);
}

METHOD(set, union, NULL, "Return the elements that are in any of the sets.")
METHOD(frozenset, union, NULL, "Return the elements that are in any of the sets.")
PyObject *
set_union(Set *self, PyObject *args)
{
    PyObject *result = set_copy_base(self);
    for (Py_ssize_t i = 0; result != NULL && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *other = PyTuple_GET_ITEM(args, i);
        if (other != (PyObject *)self && set_update_from((Set *)result, other) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

METHOD(set, update, NULL, "Add all elements of the others.")
PyObject *
set_update(Set *self, PyObject *args)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        if (set_update_from(self, PyTuple_GET_ITEM(args, i)) < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

#include "gen/types/set_algebra.inc"
