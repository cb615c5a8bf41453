/* Instances and their dicts: values by the keys that a class's instances share (PEP 412).

   An instance with a managed dict has either values of its own, which follow the class's table
   (ht_cached_keys), or a dict, or neither.  Once made, the dict takes the values over and goes on
   sharing the table until it must change its keys (dict_unsplit).  Values belong to one owner, the
   instance or the dict, and are never shared. */
#include "object/gc.h"
#include "types/dict_keys.h"

/* ---- values ---------------------------------------------------------------------------------- */

PyDictValues *
values_new(Py_ssize_t capacity)
{
    size_t order = capacity <= VALUES_SHORT ? 0 : (size_t)capacity;
    size_t bytes = sizeof(PyDictValues) + (size_t)capacity * sizeof(PyObject *) + order;
    /* Not from object pages: a capacity before a class would look like an object (object/live.c). */
    PyDictValues *values = words_alloc_small(bytes);
    if (values == NULL) {
        return NULL;
    }
    words_clear(values, sizeof(PyDictValues) + (size_t)capacity * sizeof(PyObject *));
    values->capacity = (uint8_t)capacity;
    return values;
}

void
values_free(PyDictValues *values)
{
    for (int i = 0, n = values->capacity; i < n; i++) {
        Py_CLEAR(values->values[i]);
    }
    words_free(values);
}

/* Forget that entry number ix is set. */
void
values_unorder(PyDictValues *values, Py_ssize_t ix)
{
    uint8_t *order = VALUES_ORDER(values);
    int i = 0;
    while (order[i] != ix) {
        i++;
    }
    values->used--;
    memmove(order + i, order + i + 1, (size_t)(values->used - i));
}

/* ---- instances ------------------------------------------------------------------------------- */

/* Give an instance values that follow its class's shared keys.  Each new instance lowers the room
   for further shared keys until it is what instances really use. */
status
managed_init(PyObject *op, PyTypeObject *type)
{
    PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
    if (keys == NULL) {
        return 0;
    }
    if (keys->usable > 1) {
        keys->usable--;
    }
    PyDictValues *values = values_new(shared_capacity(keys));
    if (values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    MANAGED_VALUES(op) = values;
    return 0;
}

static inline PyDictKeysObject *
shared_keys_of(PyObject *op)
{
    return ((PyHeapTypeObject *)Py_TYPE(op))->ht_cached_keys;
}

PyObject *
managed_get(PyObject *op, PyObject *name)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values == NULL || !PyUnicode_CheckExact(name)) {
        return NULL;
    }
    Py_hash_t hash = key_hash(name);
    Py_ssize_t ix = keys_find_str(shared_keys_of(op), name, hash);
    return ix < 0 || ix >= values->capacity ? NULL : Py_XNewRef(values->values[ix]);
}

status
managed_set(PyObject *op, PyObject *name, PyObject *value)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values == NULL || !PyUnicode_CheckExact(name)) {
        goto through_dict;
    }
    PyDictKeysObject *keys = shared_keys_of(op);
    Py_hash_t hash = key_hash(name);
    if (hash == -1) {
        return -1;
    }
    Py_ssize_t ix = keys_find_str(keys, name, hash);
    if (ix == KEY_EMPTY && value != NULL && keys->usable > 0 && keys->nentries < values->capacity) {
        ix = keys->nentries;
        slot_put(keys, slot_free(keys, hash), ix);
        KEYS_STR_ENTRIES(keys)[ix].key = Py_NewRef(name);
        keys->version = 0;
        keys->nentries++;
        keys->usable--;
    }
    if (ix < 0 || ix >= values->capacity) {
        if (value == NULL) {
            goto missing;
        }
        goto through_dict;
    }
    PyObject *old = values->values[ix];
    if (value != NULL) {
        values_store_take(values, ix, Py_NewRef(value));
        return 0;
    }
    if (old == NULL) {
        goto missing;
    }
    values->values[ix] = NULL;
    values_unorder(values, ix);
    Py_DECREF(old);
    return 0;

through_dict:;
    PyObject *dict = managed_materialise(op);
    if (dict == NULL) {
        return -1;
    }
    Py_INCREF(dict);
    int err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
    Py_DECREF(dict);
    if (err == 0 || value != NULL || !PyErr_ExceptionMatches(PyExc_KeyError)) {
        return err;
    }
    PyErr_Clear();
missing:
    PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'",
                 Py_TYPE(op)->tp_name, name);
    return -1;
}

PyObject *
managed_materialise(PyObject *op)
{
    if (MANAGED_DICT(op) == NULL) {
        PyDictValues *values = MANAGED_VALUES(op);
        PyObject *dict;
        if (values == NULL) {
            PyDictKeysObject *keys = shared_keys_of(op);
            dict = keys == NULL ? PyDict_New() : dict_new_split(Py_TYPE(op));
        }
        else {
            dict = dict_make(keys_share(shared_keys_of(op)), NULL, values->used);
            if (dict != NULL) {
                ((PyDictObject *)dict)->ma_values = values;
                MANAGED_VALUES(op) = NULL;
                for (int i = 0; i < values->capacity; i++) {
                    if (values->values[i] != NULL && may_be_tracked(values->values[i])) {
                        PyObject_GC_Track(dict);
                        break;
                    }
                }
            }
        }
        if (dict == NULL) {
            return NULL;
        }
        MANAGED_DICT(op) = dict;
    }
    return MANAGED_DICT(op);
}

bool
managed_is_empty(PyObject *op)
{
    if (MANAGED_VALUES(op) != NULL) {
        return MANAGED_VALUES(op)->used == 0;
    }
    PyObject *dict = MANAGED_DICT(op);
    return dict == NULL || ((PyDictObject *)dict)->ma_used == 0;
}

int
managed_traverse(PyObject *op, visitproc visit, void *arg)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values != NULL) {
        for (int i = 0; i < values->capacity; i++) {
            Py_VISIT(values->values[i]);
        }
    }
    Py_VISIT(MANAGED_DICT(op));
    return 0;
}

void
managed_clear(PyObject *op)
{
    PyDictValues *values = MANAGED_VALUES(op);
    if (values != NULL) {
        MANAGED_VALUES(op) = NULL;
        values_free(values);
    }
    Py_CLEAR(MANAGED_DICT(op));
}

PyObject *
dict_new_split(PyTypeObject *type)
{
    /* Only classes made at run time have keys to share. */
    PyDictKeysObject *keys = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)
                                 ? ((PyHeapTypeObject *)type)->ht_cached_keys
                                 : NULL;
    if (keys == NULL) {
        return PyDict_New();
    }
    if (keys->usable > 1) {
        keys->usable--;
    }
    PyDictValues *values = values_new(shared_capacity(keys));
    if (values == NULL) {
        return PyErr_NoMemory();
    }
    return dict_make(keys_share(keys), values, 0);
}

int
instance_dict_set(PyTypeObject *type, PyObject **slot, PyObject *name, PyObject *value)
{
    if (*slot == NULL) {
        PyDictKeysObject *keys = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)
                                     ? ((PyHeapTypeObject *)type)->ht_cached_keys
                                     : NULL;
        PyObject *made = keys == NULL ? PyDict_New() : dict_new_split(type);
        if (made == NULL) {
            return -1;
        }
        *slot = made;
    }
    PyObject *dict = Py_NewRef(*slot);
    int err = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
    Py_DECREF(dict);
    return err;
}
