/* Tuples, lists, dicts and sets.

   A container that can contain itself is written empty, memoised and then filled; an immutable one is
   memoised when its parts are written, and if writing them has written the container itself, they are
   popped again and the memo's object is taken.  Items are written in batches under one MARK. */
#include "modules/_pickle/pickle.h"

/* ---- fast mode: no memo, so that a cycle must be found in another way ------------------------- */

enum { FAST_DEPTH_FREE = 50 };

static status
fast_enter(Pickler *self, PyObject *obj)
{
    if (++self->fast_depth < FAST_DEPTH_FREE) {
        return 0;
    }
    if (self->fast_seen == NULL && (self->fast_seen = PySet_New(NULL)) == NULL) {
        self->fast_depth = -1;
        return -1;
    }
    PyObject *key = PyLong_FromVoidPtr(obj);
    truth seen = key == NULL ? -1 : PySet_Contains(self->fast_seen, key);
    if (seen == 0 && PySet_Add(self->fast_seen, key) < 0) {
        seen = -1;
    }
    Py_XDECREF(key);
    if (seen > 0) {
        PyErr_Format(PyExc_ValueError,
                     "fast mode: can't pickle cyclic objects including object type %.200s at %p",
                     Py_TYPE(obj)->tp_name, obj);
    }
    if (seen != 0) {
        self->fast_depth = -1;
        return -1;
    }
    return 0;
}

static status
fast_leave(Pickler *self, PyObject *obj)
{
    if (self->fast_depth-- < FAST_DEPTH_FREE || self->fast_seen == NULL) {
        return 0;
    }
    PyObject *key = PyLong_FromVoidPtr(obj);
    truth there = key == NULL ? -1 : PySet_Discard(self->fast_seen, key);
    if (there == 0) {
        /* frozensets, never left, have pushed the depth beyond the bound since it was entered */
        _PyErr_SetKeyError(key);
    }
    Py_XDECREF(key);
    return there > 0 ? 0 : -1;
}

/* ---- items of iterators: those of __reduce__, and all in protocol 0 ---------------------------- */

static status
save_pair(Pickler *self, PyObject *pair)
{
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_TypeError, "dict items iterator must return 2-tuples");
        return -1;
    }
    return save(self, PyTuple_GET_ITEM(pair, 0), false) < 0
               ? -1
               : save(self, PyTuple_GET_ITEM(pair, 1), false);
}

static status
save_item(Pickler *self, PyObject *item)
{
    return save(self, item, false);
}

typedef status (*ItemWriter)(Pickler *self, PyObject *item);

static status
write_item_take(Pickler *self, PyObject *item, ItemWriter write)
{
    status result = write(self, item);
    Py_DECREF(item);
    return result;
}

/* Write all items of an iterator, each followed by the instruction `one`, or, under a MARK, by `many`. */
static status
save_batches(Pickler *self, PyObject *iter, ItemWriter write, int one, int many)
{
    PyObject *first, *item;
    Py_ssize_t n;
    if (self->protocol == 0) {
        while ((item = PyIter_Next(iter)) != NULL) {
            if (write_item_take(self, item, write) < 0 || out_byte(self, one) < 0) {
                return -1;
            }
        }
        return PyErr_Occurred() ? -1 : 0;
    }
    do {
        first = PyIter_Next(iter);
        if (first == NULL) {
            break;
        }
        item = PyIter_Next(iter);
        if (item == NULL) {
            if (PyErr_Occurred()) {
                Py_DECREF(first);
                return -1;
            }
            return write_item_take(self, first, write) < 0 ? -1 : out_byte(self, one);
        }
        status err = out_byte(self, OP_MARK) < 0 ? -1 : write(self, first);
        Py_DECREF(first);
        if (err < 0) {
            Py_DECREF(item);
            return -1;
        }
        n = 1;
        while (item != NULL) {
            if (write_item_take(self, item, write) < 0) {
                return -1;
            }
            item = ++n < BATCH ? PyIter_Next(iter) : NULL;
        }
        if (PyErr_Occurred() || out_byte(self, many) < 0) {
            return -1;
        }
    } while (n == BATCH);
    return PyErr_Occurred() ? -1 : 0;
}

status
save_list_items(Pickler *self, PyObject *iter)
{
    return save_batches(self, iter, save_item, OP_APPEND, OP_APPENDS);
}

status
save_dict_items(Pickler *self, PyObject *iter)
{
    return save_batches(self, iter, save_pair, OP_SETITEM, OP_SETITEMS);
}

/* ---- tuple ------------------------------------------------------------------------------------ */

static status
save_tuple_items(Pickler *self, PyObject *obj)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(obj); i++) {
        if (save(self, PyTuple_GET_ITEM(obj, i), false) < 0) {
            return -1;
        }
    }
    return 0;
}

status
save_tuple(Pickler *self, PyObject *obj)
{
    Py_ssize_t n = PyTuple_GET_SIZE(obj), number;
    if (n == 0) {
        if (self->bin) {
            return out_byte(self, OP_EMPTY_TUPLE);
        }
        return out_bytes(self, "(t", 2);
    }
    if (n <= 3 && self->protocol >= 2) {
        if (save_tuple_items(self, obj) < 0) {
            return -1;
        }
        number = memo_find(&self->memo, obj);
        if (number >= 0) {
            return out_bytes(self, "000", n) < 0 ? -1 : save_memo_get(self, number);
        }
        if (out_byte(self, OP_TUPLE1 + (int)n - 1) < 0) {
            return -1;
        }
        return save_memo_put(self, obj);
    }
    if (out_byte(self, OP_MARK) < 0 || save_tuple_items(self, obj) < 0) {
        return -1;
    }
    number = memo_find(&self->memo, obj);
    if (number >= 0) {
        if (self->bin) {
            return out_byte(self, OP_POP_MARK) < 0 ? -1 : save_memo_get(self, number);
        }
        /* protocol 0 pops one by one, the mark too */
        for (Py_ssize_t i = 0; i <= n; i++) {
            if (out_byte(self, OP_POP) < 0) {
                return -1;
            }
        }
        return save_memo_get(self, number);
    }
    return out_byte(self, OP_TUPLE) < 0 ? -1 : save_memo_put(self, obj);
}

/* ---- list ------------------------------------------------------------------------------------- */

static status
save_list_exact(Pickler *self, PyObject *obj)
{
    if (PyList_GET_SIZE(obj) == 1) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(obj, 0));
        status err = save(self, item, false);
        Py_DECREF(item);
        return err < 0 ? -1 : out_byte(self, OP_APPEND);
    }
    Py_ssize_t i = 0;
    do {
        if (out_byte(self, OP_MARK) < 0) {
            return -1;
        }
        for (Py_ssize_t n = 0; n < BATCH && i < PyList_GET_SIZE(obj); n++, i++) {
            PyObject *item = Py_NewRef(PyList_GET_ITEM(obj, i));
            status err = save(self, item, false);
            Py_DECREF(item);
            if (err < 0) {
                return -1;
            }
        }
        if (out_byte(self, OP_APPENDS) < 0) {
            return -1;
        }
    } while (i < PyList_GET_SIZE(obj));
    return 0;
}

static status
save_list_filled(Pickler *self, PyObject *obj)
{
    if ((self->bin ? out_byte(self, OP_EMPTY_LIST) : out_bytes(self, "(l", 2)) < 0 ||
        save_memo_put(self, obj) < 0) {
        return -1;
    }
    if (PyList_GET_SIZE(obj) == 0) {
        return 0;
    }
    status result;
    if (self->protocol > 0) {
        if (Py_EnterRecursiveCall(" while pickling an object")) {
            return -1;
        }
        result = save_list_exact(self, obj);
        Py_LeaveRecursiveCall();
        return result;
    }
    PyObject *iter = PyObject_GetIter(obj);
    if (iter == NULL) {
        return -1;
    }
    result = -1;
    if (Py_EnterRecursiveCall(" while pickling an object") == 0) {
        result = save_list_items(self, iter);
        Py_LeaveRecursiveCall();
    }
    Py_DECREF(iter);
    return result;
}

status
save_list(Pickler *self, PyObject *obj)
{
    if (self->fast && fast_enter(self, obj) < 0) {
        return -1;
    }
    status result = save_list_filled(self, obj);
    if (self->fast && fast_leave(self, obj) < 0) {
        return -1;
    }
    return result;
}

/* ---- dict ------------------------------------------------------------------------------------- */

/* The next entry, with owned references; 0 at the end. */
static truth
next_entry(PyObject *dict, Py_ssize_t *at, PyObject **key, PyObject **value)
{
    if (!PyDict_Next(dict, at, key, value)) {
        return 0;
    }
    Py_INCREF(*key);
    Py_INCREF(*value);
    return 1;
}

static status
save_entry_take(Pickler *self, PyObject *key, PyObject *value)
{
    status result = save(self, key, false) < 0 ? -1 : save(self, value, false);
    Py_DECREF(key);
    Py_DECREF(value);
    return result;
}

static status
save_dict_exact(Pickler *self, PyObject *obj)
{
    PyObject *key, *value;
    Py_ssize_t size = PyDict_GET_SIZE(obj), at = 0, n;
    if (size == 1) {
        if (next_entry(obj, &at, &key, &value) && save_entry_take(self, key, value) < 0) {
            return -1;
        }
        return out_byte(self, OP_SETITEM);
    }
    do {
        n = 0;
        if (out_byte(self, OP_MARK) < 0) {
            return -1;
        }
        while (n < BATCH && next_entry(obj, &at, &key, &value)) {
            if (save_entry_take(self, key, value) < 0) {
                return -1;
            }
            n++;
            if (PyDict_GET_SIZE(obj) != size) {
                PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
                return -1;
            }
        }
        if (out_byte(self, OP_SETITEMS) < 0) {
            return -1;
        }
    } while (n == BATCH);
    return 0;
}

static status
save_dict_filled(Pickler *self, PyObject *obj)
{
    if ((self->bin ? out_byte(self, OP_EMPTY_DICT) : out_bytes(self, "(d", 2)) < 0 ||
        save_memo_put(self, obj) < 0) {
        return -1;
    }
    if (PyDict_GET_SIZE(obj) == 0) {
        return 0;
    }
    status result = -1;
    if (self->protocol > 0) {
        if (Py_EnterRecursiveCall(" while pickling an object") == 0) {
            result = save_dict_exact(self, obj);
            Py_LeaveRecursiveCall();
        }
        return result;
    }
    PyObject *items = PyObject_CallMethodNoArgs(obj, ID(items));
    PyObject *iter = items == NULL ? NULL : PyObject_GetIter(items);
    Py_XDECREF(items);
    if (iter == NULL) {
        return -1;
    }
    if (Py_EnterRecursiveCall(" while pickling an object") == 0) {
        result = save_dict_items(self, iter);
        Py_LeaveRecursiveCall();
    }
    Py_DECREF(iter);
    return result;
}

status
save_dict(Pickler *self, PyObject *obj)
{
    if (self->fast && fast_enter(self, obj) < 0) {
        return -1;
    }
    status result = save_dict_filled(self, obj);
    if (self->fast && fast_leave(self, obj) < 0) {
        return -1;
    }
    return result;
}

/* ---- sets ------------------------------------------------------------------------------------- */

/* For protocols without sets: the type called with a list. */
static status
save_set_by_list(Pickler *self, PyObject *obj)
{
    PyObject *items = PySequence_List(obj);
    PyObject *reduced = items == NULL ? NULL : Py_BuildValue("(O(N))", Py_TYPE(obj), items);
    if (reduced == NULL) {
        return -1;
    }
    status result = save_reduced(self, reduced, obj);
    Py_DECREF(reduced);
    return result;
}

status
save_set(Pickler *self, PyObject *obj)
{
    if (self->protocol < 4) {
        return save_set_by_list(self, obj);
    }
    if (out_byte(self, OP_EMPTY_SET) < 0 || save_memo_put(self, obj) < 0) {
        return -1;
    }
    Py_ssize_t size = PySet_GET_SIZE(obj), at = 0, n;
    PyObject *item;
    Py_hash_t hash;
    if (size == 0) {
        return 0;
    }
    do {
        n = 0;
        if (out_byte(self, OP_MARK) < 0) {
            return -1;
        }
        while (n < BATCH && _PySet_NextEntry(obj, &at, &item, &hash)) {
            Py_INCREF(item);
            status err = save(self, item, false);
            Py_DECREF(item);
            if (err < 0) {
                return -1;
            }
            n++;
        }
        if (out_byte(self, OP_ADDITEMS) < 0) {
            return -1;
        }
        if (PySet_GET_SIZE(obj) != size) {
            PyErr_SetString(PyExc_RuntimeError, "set changed size during iteration");
            return -1;
        }
    } while (n == BATCH);
    return 0;
}

static status
save_frozenset_items(Pickler *self, PyObject *obj)
{
    PyObject *iter = PyObject_GetIter(obj), *item;
    if (iter == NULL) {
        return -1;
    }
    status err = 0;
    while (err == 0 && (item = PyIter_Next(iter)) != NULL) {
        err = save(self, item, false);
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    return err < 0 || PyErr_Occurred() ? -1 : 0;
}

static status
save_frozenset_filled(Pickler *self, PyObject *obj)
{
    if (self->protocol < 4) {
        return save_set_by_list(self, obj);
    }
    if (out_byte(self, OP_MARK) < 0 || save_frozenset_items(self, obj) < 0) {
        return -1;
    }
    Py_ssize_t number = memo_find(&self->memo, obj);
    if (number >= 0) {
        return out_byte(self, OP_POP_MARK) < 0 ? -1 : save_memo_get(self, number);
    }
    return out_byte(self, OP_FROZENSET) < 0 ? -1 : save_memo_put(self, obj);
}

status
save_frozenset(Pickler *self, PyObject *obj)
{
    /* entered but never left: so the reference counts, and cycles are found at the same depth */
    if (self->fast && fast_enter(self, obj) < 0) {
        return -1;
    }
    return save_frozenset_filled(self, obj);
}
