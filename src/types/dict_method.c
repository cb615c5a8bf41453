/* dict as Python sees it: construction, operators, methods, the type. */
#include "object/object.h"
#include "types/dict_keys.h"
#include "object/declare.h"

#undef _PyObject_LookupSpecial
extern PyObject *_PyObject_LookupSpecial(PyObject *, PyObject *);

void dict_tp_dealloc(PyDictObject *dict);
int dict_tp_traverse(PyDictObject *dict, visitproc visit, void *arg);
int dict_tp_clear(PyObject *dict);

/* ---- construction ------------------------------------------------------------------------- */

PyObject *
dict_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    PyDictObject *dict = (PyDictObject *)type->tp_alloc(type, 0);
    if (dict == NULL) {
        return NULL;
    }
    dict->ma_used = 0;
    dict->ma_keys = EMPTY_KEYS;
    dict->ma_values = NULL;
    DICT_TOUCH(dict);
    if (type == &PyDict_Type) {
        PyObject_GC_UnTrack(dict);
    }
    return (PyObject *)dict;
}

/* The positional argument of dict() and update(): a mapping if it has keys(), else pairs. */
static int
update_from(PyObject *dict, PyObject *arg)
{
    if (PyDict_CheckExact(arg)) {
        return dict_merge(dict, arg, 1);
    }
    PyObject *keys;
    if (_PyObject_LookupAttr(arg, ID(keys), &keys) < 0) {
        return -1;
    }
    if (keys != NULL) {
        Py_DECREF(keys);
        return dict_merge(dict, arg, 1);
    }
    return PyDict_MergeFromSeq2(dict, arg, 1);
}

static int
update_common(PyObject *dict, PyObject *args, PyObject *kwargs, const char *name)
{
    PyObject *arg = NULL;
    if (!PyArg_UnpackTuple(args, name, 0, 1, &arg)) {
        return -1;
    }
    if (arg != NULL && update_from(dict, arg) < 0) {
        return -1;
    }
    if (kwargs != NULL) {
        return PyArg_ValidateKeywordArguments(kwargs) ? dict_merge(dict, kwargs, 1) : -1;
    }
    return 0;
}

int
dict_tp_init(PyObject *dict, PyObject *args, PyObject *kwargs)
{
    return update_common(dict, args, kwargs, "dict");
}

PyObject *
dict_tp_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_CheckPositional("dict", nargs, 0, 1)) {
        return NULL;
    }
    PyObject *dict = dict_tp_new((PyTypeObject *)type, NULL, NULL);
    if (dict == NULL) {
        return NULL;
    }
    if (nargs == 1 && update_from(dict, args[0]) < 0) {
        goto fail;
    }
    Py_ssize_t nkw = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    for (Py_ssize_t i = 0; i < nkw; i++) {
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(kwnames, i), args[nargs + i]) < 0) {
            goto fail;
        }
    }
    return dict;
fail:
    Py_DECREF(dict);
    return NULL;
}

/* ---- mapping protocol --------------------------------------------------------------------- */

static Py_ssize_t
dict_mp_length(PyDictObject *self)
{
    return self->ma_used;
}

/* __missing__ of a subclass, or a KeyError. */
PyObject *
dict_missing(PyDictObject *self, PyObject *key)
{
    if (!PyDict_CheckExact(self)) {
        PyObject *missing = _PyObject_LookupSpecial((PyObject *)self, ID(__missing__));
        if (missing != NULL) {
            /* A class of Python comes here through dict.__getitem__, which counts. */
            PyThreadState *tstate = tstate_get();
            bool counts = type_has(Py_TYPE(self), Py_TPFLAGS_HEAPTYPE);
            PyObject *result = NULL;
            if (!counts || recursion_enter(tstate, " while calling a Python object") == 0) {
                result = PyObject_CallOneArg(missing, key);
                tstate->recursion_remaining += counts;
            }
            Py_DECREF(missing);
            return result;
        }
        if (PyErr_Occurred()) {
            return NULL;
        }
    }
    _PyErr_SetKeyError(key);
    return NULL;
}

METHOD(dict, __getitem__, "!($self, key, /)", "Return self[key].")
PyObject *
dict_mp_subscript(PyDictObject *self, PyObject *key)
{
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1 || dict_find(self, key, hash, &value) == KEY_ERROR) {
        return NULL;
    }
    return value == NULL ? dict_missing(self, key) : Py_NewRef(value);
}

static int
dict_mp_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    return value == NULL ? PyDict_DelItem(self, key) : PyDict_SetItem(self, key, value);
}

METHOD(dict, __contains__, "($self, key, /)", "Return whether the dict has the key.")
static truth
dict_contains(PyObject *self, PyObject *key)
{
    return PyDict_Contains(self, key);
}

static int
dict_sq_contains(PyObject *self, PyObject *key)
{
    return PyDict_Contains(self, key);
}

/* ---- repr and comparison ------------------------------------------------------------------ */

static int
write_repr(_PyUnicodeWriter *writer, PyObject *op)
{
    PyObject *text = PyObject_Repr(op);
    if (text == NULL) {
        return -1;
    }
    int err = _PyUnicodeWriter_WriteStr(writer, text);
    Py_DECREF(text);
    return err;
}

static PyObject *
dict_tp_repr(PyObject *self)
{
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromString("{...}") : NULL;
    }
    if (((PyDictObject *)self)->ma_used == 0) {
        Py_ReprLeave(self);
        return PyUnicode_FromString("{}");
    }
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = 1 + 4 + (2 + 4) * (((PyDictObject *)self)->ma_used - 1) + 1;
    Py_ssize_t pos = 0;
    PyObject *key = NULL, *value = NULL;
    bool first = true;
    if (_PyUnicodeWriter_WriteChar(&writer, '{') < 0) {
        goto fail;
    }
    while (PyDict_Next(self, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        if ((!first && _PyUnicodeWriter_WriteASCIIString(&writer, ", ", 2) < 0) ||
            write_repr(&writer, key) < 0 || _PyUnicodeWriter_WriteASCIIString(&writer, ": ", 2) < 0 ||
            write_repr(&writer, value) < 0) {
            Py_DECREF(key);
            Py_DECREF(value);
            goto fail;
        }
        first = false;
        Py_DECREF(key);
        Py_DECREF(value);
    }
    writer.overallocate = 0;
    if (_PyUnicodeWriter_WriteChar(&writer, '}') < 0) {
        goto fail;
    }
    Py_ReprLeave(self);
    return _PyUnicodeWriter_Finish(&writer);
fail:
    Py_ReprLeave(self);
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

/* 1 equal, 0 not, -1 error: same size, and each value of a equal to b's under the same key. */
int
dict_equal(PyDictObject *a, PyDictObject *b)
{
    if (a->ma_used != b->ma_used) {
        return 0;
    }
    Py_ssize_t pos = 0;
    PyObject *key, *value, *other;
    Py_hash_t hash;
    while (dict_step(a, &pos, &key, &value, &hash)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int equal = dict_find(b, key, hash, &other) == KEY_ERROR ? -1 : 0;
        if (other != NULL) {
            Py_INCREF(other);
            equal = PyObject_RichCompareBool(value, other, Py_EQ);
            Py_DECREF(other);
        }
        Py_DECREF(key);
        Py_DECREF(value);
        if (equal <= 0) {
            return equal;
        }
    }
    return 1;
}

static PyObject *
dict_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyDict_Check(self) || !PyDict_Check(other) || (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int equal = dict_equal((PyDictObject *)self, (PyDictObject *)other);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

/* ---- lists of what is in it ----------------------------------------------------------------- */

enum { LIST_KEYS, LIST_VALUES, LIST_ITEMS };

static PyObject *
list_of(PyObject *op, int what)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
again:;
    Py_ssize_t n = PyDict_GET_SIZE(op), i = 0, pos = 0;
    PyObject *list = PyList_New(n), *key, *value;
    for (; list != NULL && what == LIST_ITEMS && i < n; i++) {
        PyObject *pair = PyTuple_New(2);
        if (pair == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, pair);
    }
    if (list == NULL) {
        return NULL;
    }
    if (n != PyDict_GET_SIZE(op)) {
        /* the allocations collected garbage, and that changed the dict */
        Py_DECREF(list);
        goto again;
    }
    for (i = 0; i < n && PyDict_Next(op, &pos, &key, &value); i++) {
        if (what == LIST_ITEMS) {
            PyObject *pair = PyList_GET_ITEM(list, i);
            PyTuple_SET_ITEM(pair, 0, Py_NewRef(key));
            PyTuple_SET_ITEM(pair, 1, Py_NewRef(value));
        }
        else {
            PyList_SET_ITEM(list, i, Py_NewRef(what == LIST_KEYS ? key : value));
        }
    }
    return list;
}

PyObject *
PyDict_Keys(PyObject *op)
{
    return list_of(op, LIST_KEYS);
}

PyObject *
PyDict_Values(PyObject *op)
{
    return list_of(op, LIST_VALUES);
}

PyObject *
PyDict_Items(PyObject *op)
{
    return list_of(op, LIST_ITEMS);
}

/* ---- | and |= ----------------------------------------------------------------------------- */

static PyObject *
dict_nb_or(PyObject *self, PyObject *other)
{
    if (!PyDict_Check(self) || !PyDict_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = dict_copy_to_grow(self, PyDict_GET_SIZE(other));
    if (result != NULL && update_from(result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
dict_nb_inplace_or(PyObject *self, PyObject *other)
{
    return update_from(self, other) < 0 ? NULL : Py_NewRef(self);
}

/* ---- methods ------------------------------------------------------------------------------ */

METHOD(dict, __sizeof__, "!($self, /)", "Return the size of the dict in memory, in bytes.")
static Py_ssize_t
dict___sizeof__(PyDictObject *self)
{
    return dict_sizeof(self);
}

METHOD(dict, get, "($self, key, default=None, /)",
       "Return the value for key, or default if the dict does not have the key.")
static PyObject *
dict_get(PyDictObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (unlikely((size_t)nargs - 1 > 1) && !_PyArg_CheckPositional("get", nargs, 1, 2)) {
        return NULL;
    }
    PyObject *key = args[0], *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1 || dict_find(self, key, hash, &value) == KEY_ERROR) {
        return NULL;
    }
    return Py_NewRef(value != NULL ? value : nargs > 1 ? args[1] : Py_None);
}

METHOD(dict, setdefault, "($self, key, default=None, /)",
       "Return the value for key, after setting it to default if the key is missing.")
static PyObject *
dict_setdefault(PyObject *self, PyObject *key, PyObject *fallback)
{
    return Py_XNewRef(PyDict_SetDefault(self, key, fallback));
}

METHOD(dict, pop, "($self, key, default=<unrepresentable>, /)",
       "Remove a key and return its value.\n\n"
       "A missing key gives the default, or a KeyError without one.")
static PyObject *
dict_pop(PyObject *self, PyObject *key, PyObject *fallback)
{
    return _PyDict_Pop(self, key, fallback);
}

METHOD(dict, popitem, "($self, /)",
       "Remove the pair that was inserted last and return it as (key, value).\n\n"
       "KeyError if the dict is empty.")
static PyObject *
dict_popitem(PyDictObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *pair = PyTuple_New(2), *value;
    if (pair == NULL) {
        return NULL;
    }
    if (self->ma_used == 0) {
        Py_DECREF(pair);
        PyErr_SetString(PyExc_KeyError, "popitem(): dictionary is empty");
        return NULL;
    }
    PyObject *key = dict_pop_item(self, &value);
    if (key == NULL) {
        Py_DECREF(pair);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, key);
    PyTuple_SET_ITEM(pair, 1, value);
    return pair;
}

METHOD(dict, keys, "!($self, /)", "Return a set-like view of the keys.")
static PyObject *
dict_keys(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyDictKeys_Type);
}

METHOD(dict, items, "!($self, /)", "Return a set-like view of the (key, value) pairs.")
static PyObject *
dict_items(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyDictItems_Type);
}

METHOD(dict, values, "!($self, /)", "Return a view of the values.")
static PyObject *
dict_values(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyDictValues_Type);
}

METHOD(dict, update, NULL,
       "D.update([E, ]**F): take over the pairs of E (a mapping with keys(), or an iterable of\n"
       "pairs), then those of F.")
static PyObject *
dict_update(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return update_common(self, args, kwargs, "update") < 0 ? NULL : Py_NewRef(Py_None);
}

/* A dict (or what calling `type` gives) with each element of iterable as key for value. */
PyObject *
dict_fromkeys_for(PyTypeObject *type, PyObject *iterable, PyObject *value)
{
    PyObject *dict = PyObject_CallNoArgs((PyObject *)type), *key, *ignored;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    if (dict == NULL) {
        return NULL;
    }
    if (PyDict_CheckExact(dict) && ((PyDictObject *)dict)->ma_used == 0 &&
        (PyDict_CheckExact(iterable) || PyAnySet_CheckExact(iterable))) {
        PyDictObject *made = (PyDictObject *)dict;
        Py_ssize_t size = PyDict_CheckExact(iterable) ? PyDict_GET_SIZE(iterable)
                                                      : PySet_GET_SIZE(iterable);
        bool general = PyDict_CheckExact(iterable)
                           ? ((PyDictObject *)iterable)->ma_keys->kind == KEYS_GENERAL
                           : true;
        if (dict_resize(made, keys_log2_for(size), general) < 0) {
            goto fail;
        }
        while (PyDict_CheckExact(iterable)
                   ? dict_step((PyDictObject *)iterable, &pos, &key, &ignored, &hash)
                   : _PySet_NextEntry(iterable, &pos, &key, &hash)) {
            if (dict_insert_take(made, Py_NewRef(key), hash, Py_NewRef(value)) < 0) {
                goto fail;
            }
        }
        return dict;
    }
    PyObject *iter = PyObject_GetIter(iterable);
    if (iter == NULL) {
        goto fail;
    }
    while ((key = PyIter_Next(iter)) != NULL) {
        int err = PyDict_CheckExact(dict) ? PyDict_SetItem(dict, key, value)
                                          : PyObject_SetItem(dict, key, value);
        Py_DECREF(key);
        if (err < 0) {
            break;
        }
    }
    Py_DECREF(iter);
    if (!PyErr_Occurred()) {
        return dict;
    }
fail:
    Py_DECREF(dict);
    return NULL;
}

CLASSMETHOD(dict, fromkeys, "($type, iterable, value=None, /)",
            "Return a dict with the elements of iterable as keys, all with the same value.")
static PyObject *
dict_fromkeys(PyTypeObject *type, PyObject *iterable, PyObject *value)
{
    return dict_fromkeys_for(type, iterable, value);
}

METHOD(dict, clear, "!($self, /)", "Remove all pairs.")
static PyObject *
dict_clear(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyDict_Clear(self);
    Py_RETURN_NONE;
}

METHOD(dict, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
dict_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyDict_Copy(self);
}

CLASSMETHOD(dict, __class_getitem__, "!($type, item, /)",
            "Return a generic alias, as in dict[str, int].")
static PyObject *
dict___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

PyObject *dict_reversed_keys(PyObject *self, PyObject *ignored);

METHOD(dict, __reversed__, "($self, /)", "Return an iterator over the keys, last inserted first.")
static PyObject *
dict___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_reversed_keys(self, NULL);
}

PyObject *dict_tp_iter(PyObject *self);

TYPE(dict, PyDict_Type, "dict", PyDictObject, NULL,
     "dict() -> an empty dict\n"
     "dict(mapping) -> a dict with the pairs of a mapping\n"
     "dict(iterable) -> a dict with the pairs that the iterable gives\n"
     "dict(**kwargs) -> a dict with the keyword arguments as pairs",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                 Py_TPFLAGS_DICT_SUBCLASS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_MAPPING,
     .tp_hash = PyObject_HashNotImplemented, .tp_getattro = PyObject_GenericGetAttr,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del)

#include "gen/types/dict_method.inc"
