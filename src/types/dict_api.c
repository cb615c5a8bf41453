/* dict for C: PyDict_ access to single items, and stepping over them.

   What is got is borrowed; what is set is counted anew.  A function that has `hash` as a parameter
   believes it. */
#include "object/gc.h"
#include "types/dict_find.h"

/* The value, borrowed, errors swallowed: what PyDict_GetItem is documented to do. */
PyObject *
PyDict_GetItem(PyObject *op, PyObject *key)
{
    if (!PyDict_Check(op)) {
        return NULL;
    }
    PyObject *value, *type, *exc, *tb;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        PyErr_Clear();
        return NULL;
    }
    PyErr_Fetch(&type, &exc, &tb);
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    PyErr_Restore(type, exc, tb);
    return ix < 0 ? NULL : value;
}

PyObject *
_PyDict_GetItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    dict_find_here((PyDictObject *)op, key, hash, &value);
    return value;
}

PyObject *
PyDict_GetItemWithError(PyObject *op, PyObject *key)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return NULL;
    }
    dict_find_here((PyDictObject *)op, key, hash, &value);
    return value;
}

PyObject *
_PyDict_GetItemWithError(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? NULL : _PyDict_GetItem_KnownHash(op, key, hash);
}

PyObject *
_PyDict_GetItemIdWithError(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? NULL : PyDict_GetItemWithError(op, key);
}

PyObject *
PyDict_GetItemString(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *value = PyDict_GetItem(op, key);
    Py_DECREF(key);
    return value;
}

PyObject *
_PyDict_GetItemStringWithError(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        return NULL;
    }
    PyObject *value = PyDict_GetItemWithError(op, key);
    Py_DECREF(key);
    return value;
}

int
PyDict_SetItem(PyObject *op, PyObject *key, PyObject *value)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return -1;
    }
    return dict_insert_take((PyDictObject *)op, Py_NewRef(key), hash, Py_NewRef(value));
}

int
_PyDict_SetItem_KnownHash(PyObject *op, PyObject *key, PyObject *value, Py_hash_t hash)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return dict_insert_take((PyDictObject *)op, Py_NewRef(key), hash, Py_NewRef(value));
}

int
_PyDict_SetItemId(PyObject *op, _Py_Identifier *id, PyObject *value)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_SetItem(op, key, value);
}

int
PyDict_SetItemString(PyObject *op, const char *text, PyObject *value)
{
    PyObject *key = PyUnicode_InternFromString(text);
    if (key == NULL) {
        return -1;
    }
    int err = PyDict_SetItem(op, key, value);
    Py_DECREF(key);
    return err;
}

PyObject *
PyDict_SetDefault(PyObject *op, PyObject *key, PyObject *fallback)
{
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyDictObject *dict = (PyDictObject *)op;
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return NULL;
    }
    Py_ssize_t ix = dict_find_here(dict, key, hash, &value);
    if (ix == KEY_ERROR) {
        return NULL;
    }
    if (value != NULL) {
        return value;
    }
    dict_maybe_track(dict, key, fallback);
    if (ix == KEY_EMPTY) {
        return dict_append_take(dict, Py_NewRef(key), hash, Py_NewRef(fallback)) < 0 ? NULL : fallback;
    }
    values_store_take(dict->ma_values, ix, Py_NewRef(fallback));
    dict->ma_used++;
    DICT_TOUCH(dict);
    return fallback;
}

int
_PyDict_DelItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    if (!PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    if (ix == KEY_ERROR) {
        return -1;
    }
    if (value == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    dict_delete_at((PyDictObject *)op, hash, ix, &value);
    Py_DECREF(value);
    return 0;
}

int
PyDict_DelItem(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : _PyDict_DelItem_KnownHash(op, key, hash);
}

int
_PyDict_DelItemIf(PyObject *op, PyObject *key, int (*predicate)(PyObject *value))
{
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return -1;
    }
    Py_ssize_t ix = dict_find((PyDictObject *)op, key, hash, &value);
    if (ix == KEY_ERROR) {
        return -1;
    }
    if (value == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    int yes = predicate(value);
    if (yes <= 0) {
        return yes;
    }
    return _PyDict_DelItem_KnownHash(op, key, hash);
}

int
PyDict_DelItemString(PyObject *op, const char *text)
{
    PyObject *key = PyUnicode_FromString(text);
    if (key == NULL) {
        return -1;
    }
    int err = PyDict_DelItem(op, key);
    Py_DECREF(key);
    return err;
}

int
_PyDict_DelItemId(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_DelItem(op, key);
}

int
_PyDict_Contains_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    Py_ssize_t ix = dict_find_here((PyDictObject *)op, key, hash, &value);
    return ix == KEY_ERROR ? -1 : value != NULL;
}

int
PyDict_Contains(PyObject *op, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? -1 : _PyDict_Contains_KnownHash(op, key, hash);
}

int
_PyDict_ContainsId(PyObject *op, _Py_Identifier *id)
{
    PyObject *key = _PyUnicode_FromId(id);
    return key == NULL ? -1 : PyDict_Contains(op, key);
}

/* Remove and return a value (owned); `fallback` (borrowed, may be NULL) when there is none. */
PyObject *
_PyDict_Pop(PyObject *op, PyObject *key, PyObject *fallback)
{
    PyDictObject *dict = (PyDictObject *)op;
    PyObject *value;
    if (dict->ma_used > 0) {
        Py_hash_t hash = key_hash(key);
        if (hash == -1) {
            return NULL;
        }
        Py_ssize_t ix = dict_find(dict, key, hash, &value);
        if (ix == KEY_ERROR) {
            return NULL;
        }
        if (value != NULL) {
            dict_delete_at(dict, hash, ix, &value);
            return value;
        }
    }
    if (fallback == NULL) {
        _PyErr_SetKeyError(key);
    }
    return Py_XNewRef(fallback);
}

static ALWAYS_INLINE int
next_item(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash)
{
    PyObject *found_key, *found_value;
    Py_hash_t found_hash;
    if (!PyDict_Check(op) ||
        !dict_step((PyDictObject *)op, pos, &found_key, &found_value, &found_hash)) {
        return 0;
    }
    if (key != NULL) {
        *key = found_key;
    }
    if (value != NULL) {
        *value = found_value;
    }
    if (hash != NULL) {
        *hash = found_hash;
    }
    return 1;
}

int
_PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value, Py_hash_t *hash)
{
    return next_item(op, pos, key, value, hash);
}

int
PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value)
{
    return next_item(op, pos, key, value, NULL);
}

Py_ssize_t
PyDict_Size(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return ((PyDictObject *)op)->ma_used;
}

int
_PyDict_HasOnlyStringKeys(PyObject *op)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    if (((PyDictObject *)op)->ma_keys->kind != KEYS_GENERAL) {
        return 1;
    }
    while (PyDict_Next(op, &pos, &key, &value)) {
        if (!PyUnicode_Check(key)) {
            return 0;
        }
    }
    return 1;
}
