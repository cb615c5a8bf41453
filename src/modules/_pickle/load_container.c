/* Instructions that make containers and fill them. */
#include "modules/_pickle/pickle.h"

/* The items above `from` as a list; they leave the stack. */
static PyObject *
stack_list(Unpickler *self, Py_ssize_t from)
{
    if (from < self->fence) {
        stack_underflow(self);
        return NULL;
    }
    Py_ssize_t n = self->depth - from;
    PyObject *list = PyList_New(n);
    if (list == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyList_SET_ITEM(list, i, self->stack[from + i]);
    }
    self->depth = from;
    return list;
}

status
load_list(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    return mark < 0 ? -1 : push_take(self, stack_list(self, mark));
}

/* An owned list of new items, consumed, to the end of a list. */
static status
extend_list_take(PyObject *list, PyObject *items)
{
    PyListObject *a = (PyListObject *)list, *b = (PyListObject *)items;
    status result = 0;
    if (Py_SIZE(a) == 0) {
        /* the new items are all there is: the two lists change places */
        PyListObject old = *a;
        Py_SET_SIZE(a, Py_SIZE(b));
        a->ob_item = b->ob_item;
        a->allocated = b->allocated;
        Py_SET_SIZE(b, Py_SIZE(&old));
        b->ob_item = old.ob_item;
        b->allocated = old.allocated;
    }
    else {
        result = PyList_SetSlice(list, Py_SIZE(a), Py_SIZE(a), items);
    }
    Py_DECREF(items);
    return result;
}

/* Any object with extend(), or, older, append(). */
static status
extend_object(Unpickler *self, PyObject *target, Py_ssize_t from)
{
    PyObject *extend, *append, *result;
    if (_PyObject_LookupAttr(target, ID(extend), &extend) < 0) {
        return -1;
    }
    PyObject *items = stack_list(self, from);
    if (items == NULL) {
        Py_XDECREF(extend);
        return -1;
    }
    if (extend != NULL) {
        result = PyObject_CallOneArg(extend, items);
        Py_DECREF(extend);
        Py_DECREF(items);
        Py_XDECREF(result);
        return result == NULL ? -1 : 0;
    }
    append = PyObject_GetAttr(target, ID(append));
    status err = append == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; err == 0 && i < PyList_GET_SIZE(items); i++) {
        result = PyObject_CallOneArg(append, PyList_GET_ITEM(items, i));
        Py_XDECREF(result);
        err = result == NULL ? -1 : 0;
    }
    Py_XDECREF(append);
    Py_DECREF(items);
    return err;
}

/* The items above `from` become items of the object below. */
status
load_append(Unpickler *self, Py_ssize_t from)
{
    if (from > self->depth || from <= self->fence) {
        return stack_underflow(self);
    }
    if (from == self->depth) {
        return 0;
    }
    PyObject *target = self->stack[from - 1];
    if (likely(PyList_CheckExact(target))) {
        if (from == self->depth - 1) {
            PyObject *item = self->stack[--self->depth];
            status result = PyList_Append(target, item);
            Py_DECREF(item);
            return result;
        }
        PyObject *items = stack_list(self, from);
        return items == NULL ? -1 : extend_list_take(target, items);
    }
    Py_INCREF(target);
    status result = extend_object(self, target, from);
    Py_DECREF(target);
    return result;
}

/* ---- dict ------------------------------------------------------------------------------------- */

/* Store pairs of the items of a tuple. */
static status
set_pairs(PyObject *target, PyObject *const *items, Py_ssize_t n)
{
    if (PyDict_CheckExact(target)) {
        for (Py_ssize_t i = 0; i < n; i += 2) {
            if (PyDict_SetItem(target, items[i], items[i + 1]) < 0) {
                return -1;
            }
        }
        return 0;
    }
    for (Py_ssize_t i = 0; i < n; i += 2) {
        if (PyObject_SetItem(target, items[i], items[i + 1]) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Hashing and comparing keys runs code of users: the items leave the stack before, in a tuple, unless
   all keys are plain text. */
static status
set_pairs_of_stack(Unpickler *self, PyObject *target, Py_ssize_t from)
{
    Py_ssize_t n = self->depth - from;
    if (PyDict_CheckExact(target)) {
        /* An exact dict with keys of exact str runs no foreign code before a value is released. */
        bool plain = true;
        for (Py_ssize_t i = from; i < self->depth; i += 2) {
            plain &= PyUnicode_CheckExact(self->stack[i]);
        }
        if (plain && PyDict_GET_SIZE(target) == 0) {
            status result = 0;
            PyObject **items = self->stack + from;
            for (Py_ssize_t i = 0; i < n && result == 0; i += 2) {
                Py_hash_t hash = ((PyASCIIObject *)items[i])->hash;
                if (hash == -1 && (hash = PyObject_Hash(items[i])) == -1) {
                    result = -1;
                    break;
                }
                result = _PyDict_SetItem_KnownHash(target, items[i], items[i + 1], hash);
                items = self->stack + from;
            }
            while (self->depth > from) {
                Py_DECREF(self->stack[--self->depth]);
            }
            return result;
        }
    }
    PyObject *tuple = stack_tuple(self, from);
    if (tuple == NULL) {
        return -1;
    }
    status result = set_pairs(target, ((PyTupleObject *)tuple)->ob_item, n);
    Py_DECREF(tuple);
    return result;
}

status
load_setitems(Unpickler *self, Py_ssize_t from)
{
    if (from > self->depth || from <= self->fence) {
        return stack_underflow(self);
    }
    if (from == self->depth) {
        return 0;
    }
    if ((self->depth - from) % 2 != 0) {
        PyErr_SetString(self->state->unpickling_error, "odd number of items for SETITEMS");
        return -1;
    }
    PyObject *target = Py_NewRef(self->stack[from - 1]);
    status result = set_pairs_of_stack(self, target, from);
    Py_DECREF(target);
    return result;
}

status
load_dict(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    if (mark < 0) {
        return -1;
    }
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return -1;
    }
    if ((self->depth - mark) % 2 != 0) {
        PyErr_SetString(self->state->unpickling_error, "odd number of items for DICT");
        Py_DECREF(dict);
        return -1;
    }
    if (set_pairs_of_stack(self, dict, mark) < 0) {
        Py_DECREF(dict);
        return -1;
    }
    return push_take(self, dict);
}

/* ---- sets ------------------------------------------------------------------------------------- */

status
load_frozenset(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    PyObject *items = mark < 0 ? NULL : stack_tuple(self, mark);
    if (items == NULL) {
        return -1;
    }
    PyObject *result = PyFrozenSet_New(items);
    Py_DECREF(items);
    return push_take(self, result);
}

status
load_additems(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    if (mark < 0) {
        return -1;
    }
    if (mark > self->depth || mark <= self->fence) {
        return stack_underflow(self);
    }
    if (mark == self->depth) {
        return 0;
    }
    PyObject *target = Py_NewRef(self->stack[mark - 1]);
    PyObject *items = stack_tuple(self, mark), *add = NULL;
    status err = items == NULL ? -1 : 0;
    if (err == 0 && PySet_Check(target)) {
        err = _PySet_Update(target, items);
    }
    else if (err == 0) {
        err = (add = PyObject_GetAttr(target, ID(add))) == NULL ? -1 : 0;
        for (Py_ssize_t i = 0; err == 0 && i < PyTuple_GET_SIZE(items); i++) {
            PyObject *result = PyObject_CallOneArg(add, PyTuple_GET_ITEM(items, i));
            Py_XDECREF(result);
            err = result == NULL ? -1 : 0;
        }
        Py_XDECREF(add);
    }
    Py_XDECREF(items);
    Py_DECREF(target);
    return err;
}
