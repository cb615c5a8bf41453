/* What iterates over a dict: keys, values and items views, their iterators in both directions.

   A view owns its dict.  An iterator owns it until it is exhausted and remembers the number of
   keys at its start; when that changes it raises RuntimeError, for good. */
#include "types/dict_keys.h"
#include "types/pairs.h"
#include "object/declare.h"

/* ---- iterators ---------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyDictObject *dict;             /* NULL: exhausted */
    Py_ssize_t used;                /* keys at the start; -1: changed, keep raising */
    Py_ssize_t pos;                 /* of the next entry to look at */
    PyObject *result;               /* items: a pair to use again when nobody else holds it */
    Py_ssize_t left;                /* keys not given yet */
} DictIter;

static PyObject *
dictiter_new(PyObject *op, PyTypeObject *type)
{
    PyDictObject *dict = (PyDictObject *)op;
    DictIter *iter = PyObject_GC_New(DictIter, type);
    if (iter == NULL) {
        return NULL;
    }
    iter->dict = (PyDictObject *)Py_NewRef(dict);
    iter->used = iter->left = dict->ma_used;
    iter->result = NULL;
    iter->pos = 0;
    if (type == &PyDictRevIterKey_Type || type == &PyDictRevIterValue_Type ||
        type == &PyDictRevIterItem_Type) {
        iter->pos = dict->ma_values != NULL ? dict->ma_values->used - 1
                                            : dict->ma_keys->nentries - 1;
    }
    if (type == &PyDictIterItem_Type || type == &PyDictRevIterItem_Type) {
        iter->result = PyTuple_Pack(2, Py_None, Py_None);
        if (iter->result == NULL) {
            Py_DECREF(iter);
            return NULL;
        }
    }
    PyObject_GC_Track(iter);
    return (PyObject *)iter;
}

static void
dictiter_dealloc(DictIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->dict);
    Py_XDECREF(self->result);
    PyObject_GC_Del(self);
}

static int
dictiter_traverse(DictIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    Py_VISIT(self->result);
    return 0;
}

/* True if the dict still has the keys it had; else the exception is set. */
static bool
dictiter_valid(DictIter *self)
{
    if (self->used == self->dict->ma_used) {
        return true;
    }
    PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
    self->used = -1;
    return false;
}

/* One step, borrowed references; false at the end or with an exception. */
static bool
dictiter_step(DictIter *self, PyObject **key, PyObject **value)
{
    Py_hash_t hash;
    if (self->dict == NULL || !dictiter_valid(self)) {
        return false;
    }
    if (dict_step(self->dict, &self->pos, key, value, &hash)) {
        if (self->left == 0) {
            PyErr_SetString(PyExc_RuntimeError, "dictionary keys changed during iteration");
            Py_CLEAR(self->dict);
            return false;
        }
        self->left--;
        return true;
    }
    Py_CLEAR(self->dict);
    return false;
}

static bool
dictiter_step_back(DictIter *self, PyObject **key, PyObject **value)
{
    if (self->dict == NULL || !dictiter_valid(self)) {
        return false;
    }
    PyDictObject *dict = self->dict;
    Py_ssize_t i = self->pos;
    if (dict->ma_values != NULL) {
        if (i >= 0 && i < dict->ma_values->used) {
            Py_ssize_t ix = VALUES_ORDER(dict->ma_values)[i];
            *key = entry_key(dict->ma_keys, ix);
            *value = dict->ma_values->values[ix];
            self->pos = i - 1;
            self->left--;
            return true;
        }
    }
    else if (i < dict->ma_keys->nentries) {
        while (i >= 0 && *entry_value(dict, i) == NULL) {
            i--;
        }
        if (i >= 0) {
            *key = entry_key(dict->ma_keys, i);
            *value = *entry_value(dict, i);
            self->pos = i - 1;
            self->left--;
            return true;
        }
    }
    Py_CLEAR(self->dict);
    return false;
}

/* The pair of an items iterator: the old one again if it is ours alone. */
static PyObject *
dictiter_pair(DictIter *self, PyObject *key, PyObject *value)
{
    PyObject *pair = self->result;
    Py_INCREF(key);
    Py_INCREF(value);
    if (Py_REFCNT(pair) == 1) {
        PyObject *old_key = PyTuple_GET_ITEM(pair, 0), *old_value = PyTuple_GET_ITEM(pair, 1);
        PyTuple_SET_ITEM(pair, 0, key);
        PyTuple_SET_ITEM(pair, 1, value);
        Py_INCREF(pair);
        Py_DECREF(old_key);
        Py_DECREF(old_value);
        if (!PyObject_GC_IsTracked(pair)) {     /* the collector may have untracked it */
            PyObject_GC_Track(pair);
        }
        return pair;
    }
    pair = PyTuple_New(2);
    if (pair == NULL) {
        Py_DECREF(key);
        Py_DECREF(value);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, key);
    PyTuple_SET_ITEM(pair, 1, value);
    return pair;
}

static PyObject *
keyiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step(self, &key, &value) ? Py_NewRef(key) : NULL;
}

static PyObject *
valueiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step(self, &key, &value) ? Py_NewRef(value) : NULL;
}

static PyObject *
itemiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step(self, &key, &value) ? dictiter_pair(self, key, value) : NULL;
}

bool
dict_item_iterator_step(PyObject *self, PyObject **key, PyObject **value)
{
    DictIter *iter = (DictIter *)self;
    if (!dictiter_step(iter, key, value)) {
        return false;
    }
    Py_INCREF(*key);
    Py_INCREF(*value);
    return true;
}

static PyObject *
revkeyiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step_back(self, &key, &value) ? Py_NewRef(key) : NULL;
}

static PyObject *
revvalueiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step_back(self, &key, &value) ? Py_NewRef(value) : NULL;
}

static PyObject *
revitemiter_tp_iternext(DictIter *self)
{
    PyObject *key, *value;
    return dictiter_step_back(self, &key, &value) ? dictiter_pair(self, key, value) : NULL;
}

METHOD(keyiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(valueiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(itemiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(revkeyiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(revvalueiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(revitemiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
static Py_ssize_t
dictiter___length_hint__(DictIter *self)
{
    return self->dict != NULL && self->used == self->dict->ma_used ? self->left : 0;
}

/* Pickled as iter(list of what is left). */
METHOD(keyiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(valueiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(itemiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(revkeyiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(revvalueiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(revitemiter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
dictiter___reduce__(DictIter *self, PyObject *Py_UNUSED(ignored))
{
    DictIter copy = *self;              /* a scratch iterator: the original must not move */
    Py_XINCREF(copy.dict);
    PyObject *list = PySequence_List((PyObject *)&copy);
    Py_XDECREF(copy.dict);
    if (list == NULL) {
        return NULL;
    }
    return Py_BuildValue("N(N)", _PyEval_GetBuiltin(ID(iter)), list);
}

#define ITER_SLOTS                                                                                 \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,                                     \
    .tp_dealloc = (destructor)dictiter_dealloc,                                                    \
    .tp_traverse = (traverseproc)dictiter_traverse, .tp_iter = PyObject_SelfIter

TYPE(keyiter, PyDictIterKey_Type, "dict_keyiterator", DictIter, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr, ITER_SLOTS)
TYPE(valueiter, PyDictIterValue_Type, "dict_valueiterator", DictIter, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr, ITER_SLOTS)
TYPE(itemiter, PyDictIterItem_Type, "dict_itemiterator", DictIter, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr, ITER_SLOTS)
TYPE(revkeyiter, PyDictRevIterKey_Type, "dict_reversekeyiterator", DictIter, NULL, NULL, ITER_SLOTS)
TYPE(revvalueiter, PyDictRevIterValue_Type, "dict_reversevalueiterator", DictIter, NULL, NULL, ITER_SLOTS)
TYPE(revitemiter, PyDictRevIterItem_Type, "dict_reverseitemiterator", DictIter, NULL, NULL, ITER_SLOTS)

PyObject *
dict_tp_iter(PyObject *self)
{
    return dictiter_new(self, &PyDictIterKey_Type);
}

PyObject *
dict_reversed_keys(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dictiter_new(self, &PyDictRevIterKey_Type);
}

/* ---- views -------------------------------------------------------------------------------- */

PyObject *
dict_view_new(PyObject *dict, PyTypeObject *type)
{
    if (!PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "%s() requires a dict argument, not '%s'", type->tp_name,
                     Py_TYPE(dict)->tp_name);
        return NULL;
    }
    _PyDictViewObject *view = PyObject_GC_New(_PyDictViewObject, type);
    if (view == NULL) {
        return NULL;
    }
    view->dv_dict = (PyDictObject *)Py_NewRef(dict);
    PyObject_GC_Track(view);
    return (PyObject *)view;
}

PyObject *
_PyDictView_New(PyObject *dict, PyTypeObject *type)
{
    return dict_view_new(dict, type);
}

static void
dictview_dealloc(_PyDictViewObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->dv_dict);
    PyObject_GC_Del(self);
}

static int
dictview_traverse(_PyDictViewObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dv_dict);
    return 0;
}

static Py_ssize_t
dictview_length(_PyDictViewObject *self)
{
    return self->dv_dict == NULL ? 0 : self->dv_dict->ma_used;
}

static PyObject *
dictview_repr(PyObject *self)
{
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromString("...") : NULL;
    }
    PyObject *list = PySequence_List(self), *result = NULL;
    if (list != NULL) {
        result = PyUnicode_FromFormat("%s(%R)", Py_TYPE(self)->tp_name, list);
        Py_DECREF(list);
    }
    Py_ReprLeave(self);
    return result;
}

GETTER(dictkeys, mapping, "The dict that this view shows, read-only.")
GETTER(dictvalues, mapping, "The dict that this view shows, read-only.")
GETTER(dictitems, mapping, "The dict that this view shows, read-only.")
static PyObject *
dictview_get_mapping(_PyDictViewObject *self, void *Py_UNUSED(closure))
{
    return PyDictProxy_New((PyObject *)self->dv_dict);
}

static PyObject *
dictkeys_tp_iter(_PyDictViewObject *self)
{
    return self->dv_dict == NULL ? Py_NewRef(Py_None)
                                 : dictiter_new((PyObject *)self->dv_dict, &PyDictIterKey_Type);
}

static PyObject *
dictvalues_tp_iter(_PyDictViewObject *self)
{
    return dictiter_new((PyObject *)self->dv_dict, &PyDictIterValue_Type);
}

static PyObject *
dictitems_tp_iter(_PyDictViewObject *self)
{
    return dictiter_new((PyObject *)self->dv_dict, &PyDictIterItem_Type);
}

METHOD(dictkeys, __reversed__, "!($self, /)", "Return an iterator over the keys, last first.")
static PyObject *
dictkeys___reversed__(_PyDictViewObject *self, PyObject *Py_UNUSED(ignored))
{
    return dictiter_new((PyObject *)self->dv_dict, &PyDictRevIterKey_Type);
}

METHOD(dictvalues, __reversed__, "!($self, /)", "Return an iterator over the values, last first.")
static PyObject *
dictvalues___reversed__(_PyDictViewObject *self, PyObject *Py_UNUSED(ignored))
{
    return dictiter_new((PyObject *)self->dv_dict, &PyDictRevIterValue_Type);
}

METHOD(dictitems, __reversed__, "!($self, /)", "Return an iterator over the pairs, last first.")
static PyObject *
dictitems___reversed__(_PyDictViewObject *self, PyObject *Py_UNUSED(ignored))
{
    return dictiter_new((PyObject *)self->dv_dict, &PyDictRevIterItem_Type);
}

static int
dictkeys_sq_contains(_PyDictViewObject *self, PyObject *key)
{
    return self->dv_dict == NULL ? 0 : PyDict_Contains((PyObject *)self->dv_dict, key);
}

static int
dictitems_sq_contains(_PyDictViewObject *self, PyObject *pair)
{
    if (self->dv_dict == NULL || !PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
        return 0;
    }
    PyObject *found = PyDict_GetItemWithError((PyObject *)self->dv_dict, PyTuple_GET_ITEM(pair, 0));
    if (found == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_INCREF(found);
    int equal = PyObject_RichCompareBool(found, PyTuple_GET_ITEM(pair, 1), Py_EQ);
    Py_DECREF(found);
    return equal;
}

/* ---- set operations of keys and items ----------------------------------------------------- */

/* 1 if every element of a is in b. */
static int
all_in(PyObject *a, PyObject *b)
{
    PyObject *iter = PyObject_GetIter(a), *item;
    if (iter == NULL) {
        return -1;
    }
    int ok = 1;
    while (ok > 0 && (item = PyIter_Next(iter)) != NULL) {
        ok = PySequence_Contains(b, item);
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : ok;
}

static PyObject *
dictview_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyAnySet_Check(other) && !PyDictViewSet_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_ssize_t mine = PyObject_Size(self), theirs = PyObject_Size(other);
    if (mine < 0 || theirs < 0) {
        return NULL;
    }
    int ok = 0;
    switch (op) {
    case Py_NE:
    case Py_EQ:
        ok = mine == theirs ? all_in(self, other) : 0;
        if (op == Py_NE && ok >= 0) {
            ok = !ok;
        }
        break;
    case Py_LT:
        ok = mine < theirs ? all_in(self, other) : 0;
        break;
    case Py_LE:
        ok = mine <= theirs ? all_in(self, other) : 0;
        break;
    case Py_GT:
        ok = mine > theirs ? all_in(other, self) : 0;
        break;
    case Py_GE:
        ok = mine >= theirs ? all_in(other, self) : 0;
        break;
    }
    return ok < 0 ? NULL : PyBool_FromLong(ok);
}

/* A set of the view's elements. */
static PyObject *
view_set(PyObject *view)
{
    if (PyDictKeys_Check(view)) {
        PyObject *dict = (PyObject *)((_PyDictViewObject *)view)->dv_dict;
        if (PyDict_CheckExact(dict)) {
            return PySet_New(dict);     /* quicker, and makes room at once */
        }
    }
    return PySet_New(view);
}

static PyObject *
dictview_sub(PyObject *self, PyObject *other)
{
    PyObject *result = view_set(self);
    if (result == NULL) {
        return NULL;
    }
    PyObject *none = PyObject_CallMethodOneArg(result, ID(difference_update), other);
    if (none == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    Py_DECREF(none);
    return result;
}

PyObject *
_PyDictView_Intersect(PyObject *self, PyObject *other)
{
    if (!PyDictViewSet_Check(self)) {       /* called for the right operand's sake */
        PyObject *swap = other;
        other = self;
        self = swap;
    }
    /* the shorter side is walked, a set answers by itself */
    Py_ssize_t length = dictview_length((_PyDictViewObject *)self);
    if (PyDictViewSet_Check(other) &&
        dictview_length((_PyDictViewObject *)other) > length) {
        PyObject *swap = other;
        other = self;
        self = swap;
    }
    if (PySet_CheckExact(other) && PySet_GET_SIZE(other) <= length) {
        return PyObject_CallMethodOneArg(other, ID(intersection), self);
    }
    PyObject *result = PySet_New(NULL), *iter = NULL, *item;
    if (result == NULL || (iter = PyObject_GetIter(other)) == NULL) {
        goto fail;
    }
    while ((item = PyIter_Next(iter)) != NULL) {
        int there = PySequence_Contains(self, item);
        if (there > 0) {
            there = PySet_Add(result, item);
        }
        Py_DECREF(item);
        if (there < 0) {
            goto fail;
        }
    }
    Py_DECREF(iter);
    iter = NULL;
    if (!PyErr_Occurred()) {
        return result;
    }
fail:
    Py_XDECREF(iter);
    Py_XDECREF(result);
    return NULL;
}

static PyObject *
dictview_or(PyObject *self, PyObject *other)
{
    PyObject *result = view_set(self);
    if (result != NULL && _PySet_Update(result, other) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
dictview_xor(PyObject *self, PyObject *other)
{
    PyObject *result = view_set(self);
    if (result == NULL) {
        return NULL;
    }
    PyObject *none = PyObject_CallMethodOneArg(result, ID(symmetric_difference_update), other);
    if (none == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    Py_DECREF(none);
    return result;
}

METHOD(dictkeys, isdisjoint, "!($self, other, /)",
       "Return whether the view and an iterable have no element in common.")
METHOD(dictitems, isdisjoint, "!($self, other, /)",
       "Return whether the view and an iterable have no element in common.")
static PyObject *
dictview_isdisjoint(PyObject *self, PyObject *other)
{
    if (self == other) {
        return PyBool_FromLong(dictview_length((_PyDictViewObject *)self) == 0);
    }
    if (PyAnySet_CheckExact(other) || PyDictViewSet_Check(other)) {
        Py_ssize_t theirs = PyObject_Size(other);
        if (theirs < 0) {
            return NULL;
        }
        if (theirs > dictview_length((_PyDictViewObject *)self)) {
            PyObject *swap = other;
            other = self;
            self = swap;
        }
    }
    PyObject *iter = PyObject_GetIter(other), *item;
    if (iter == NULL) {
        return NULL;
    }
    int there = 0;
    while (there == 0 && (item = PyIter_Next(iter)) != NULL) {
        there = PySequence_Contains(self, item);
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(there == 0);
}

static PyNumberMethods dictview_as_number = {
    .nb_subtract = dictview_sub,
    .nb_and = _PyDictView_Intersect,
    .nb_xor = dictview_xor,
    .nb_or = dictview_or,
};

static PySequenceMethods dictkeys_as_seq = {
    .sq_length = (lenfunc)dictview_length,
    .sq_contains = (objobjproc)dictkeys_sq_contains,
};
static PySequenceMethods dictitems_as_seq = {
    .sq_length = (lenfunc)dictview_length,
    .sq_contains = (objobjproc)dictitems_sq_contains,
};
static PySequenceMethods dictvalues_as_seq = {
    .sq_length = (lenfunc)dictview_length,
};

#define VIEW_SLOTS()                                                                               \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = (destructor)dictview_dealloc, \
    .tp_getattro = PyObject_GenericGetAttr, .tp_traverse = (traverseproc)dictview_traverse,        \
    .tp_repr = dictview_repr

TYPE(dictkeys, PyDictKeys_Type, "dict_keys", _PyDictViewObject, NULL, NULL, VIEW_SLOTS(),
     .tp_as_number = &dictview_as_number, .tp_as_sequence = &dictkeys_as_seq,
     .tp_richcompare = dictview_richcompare)
TYPE(dictitems, PyDictItems_Type, "dict_items", _PyDictViewObject, NULL, NULL, VIEW_SLOTS(),
     .tp_as_number = &dictview_as_number, .tp_as_sequence = &dictitems_as_seq,
     .tp_richcompare = dictview_richcompare)
TYPE(dictvalues, PyDictValues_Type, "dict_values", _PyDictViewObject, NULL, NULL, VIEW_SLOTS(),
     .tp_as_sequence = &dictvalues_as_seq)

#include "gen/types/dict_view.inc"
