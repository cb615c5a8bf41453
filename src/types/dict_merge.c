/* dict: copies, and one dict's items into another.

   A copy of a dict without many holes is a copy of its table; else the items go in one by one, and
   their comparisons may change either dict: that is looked for after each. */
#include "types/dict_keys.h"

PyObject *
dict_copy_to_grow(PyObject *op, Py_ssize_t more)
{
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
        PyDictKeysObject *keys = keys_clone(dict->ma_keys, dict->ma_keys->usable < more);
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

PyObject *
PyDict_Copy(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return dict_copy_to_grow(op, 0);
}

/* ---- merging --------------------------------------------------------------------------------- */

static COLD int
merge_duplicate(PyObject *key)
{
    _PyErr_SetKeyError(key);
    return -1;
}

/* override: 1 replace, 0 keep what is there, 2 a duplicate is a KeyError.  With `to_grow` more is to follow. */
static int
merge_dict(PyDictObject *dict, PyDictObject *other, int override, bool to_grow)
{
    if (other == dict || other->ma_used == 0) {
        return 0;
    }
    PyDictKeysObject *source = other->ma_keys;
    if (dict->ma_used == 0 && other->ma_values == NULL && other->ma_used == source->nentries &&
        (dict->ma_keys == EMPTY_KEYS || dict->ma_keys->kind != KEYS_SPLIT) &&
        (source->log2_size == DICT_MIN_LOG2 ||
         KEYS_USABLE(KEYS_SIZE(source) / 2) < other->ma_used)) {
        PyDictKeysObject *keys = keys_clone(source, to_grow);
        if (keys == NULL) {
            return -1;
        }
        keys_drop(dict->ma_keys);
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
            err = dict_insert_take(dict, key, hash, value);
        }
        else {
            err = _PyDict_Contains_KnownHash((PyObject *)dict, key, hash);
            if (err == 0) {
                err = dict_insert_take(dict, Py_NewRef(key), hash, Py_NewRef(value));
            }
            else if (err > 0) {
                err = override == 0 ? 0 : merge_duplicate(key);
            }
            Py_DECREF(value);
            Py_DECREF(key);
        }
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

static ALWAYS_INLINE int
merge(PyObject *dict, PyObject *other, int override, bool to_grow)
{
    if (dict == NULL || !PyDict_Check(dict) || other == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyDict_Check(other) && Py_TYPE(other)->tp_iter == PyDict_Type.tp_iter) {
        return merge_dict((PyDictObject *)dict, (PyDictObject *)other, override, to_grow);
    }
    return merge_mapping(dict, other, override);
}

int
dict_merge(PyObject *dict, PyObject *other, int override)
{
    return merge(dict, other, override, false);
}

status
dict_unpack_into(PyObject *dict, PyObject *mapping)
{
    return merge(dict, mapping, 1, true);
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
