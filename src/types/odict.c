/* collections.OrderedDict: a dict whose order can be changed.

   Beside the dict stands a doubly linked list of nodes, one a key, that gives the order.  nodes[ix]
   leads from the number of a dict entry to its node; it belongs to one key table and is made anew
   when the dict got another one.

   Invariants
   - every key of the dict has one node, as long as only OrderedDict's own methods are used; code
     that goes around them (dict.__setitem__) is noticed and raises KeyError or RuntimeError, never
     a crash.
   - state changes with every change of order or length; iterators compare it. */
#include "types/dict_keys.h"
#include "object/declare.h"

typedef struct ODictNode {
    PyObject *key;                  /* owned */
    Py_hash_t hash;
    struct ODictNode *next, *prev;
} Node;

struct _odictobject {
    PyDictObject dict;
    Node **nodes;                   /* by entry number, NULL if none was needed yet */
    Py_ssize_t nodes_len;
    PyDictKeysObject *nodes_keys;   /* the table that nodes belongs to; only compared */
    size_t state;
    Node *first, *last;
    PyObject *inst_dict;
    PyObject *weakreflist;
};

_Static_assert(sizeof(PyODictObject) == 112, "the size that programs see");

#define OD(op) ((PyODictObject *)(op))
#define OD_LEN(op) (((PyDictObject *)(op))->ma_used)

/* ---- nodes -------------------------------------------------------------------------------- */

/* Make nodes[] for the table that the dict has now. */
static status
nodes_sync(PyODictObject *od)
{
    PyDictObject *dict = &od->dict;
    PyDictKeysObject *keys = dict->ma_keys;
    Py_ssize_t len = keys == EMPTY_KEYS ? 0 : KEYS_USABLE(KEYS_SIZE(keys));
    if (od->nodes != NULL && od->nodes_keys == keys && od->nodes_len >= keys->nentries) {
        return 0;
    }
    if (len == 0) {
        PyMem_Free(od->nodes);
        od->nodes = NULL;
        od->nodes_len = 0;
        od->nodes_keys = keys;
        return 0;
    }
    Node **nodes = PyMem_Calloc((size_t)len, sizeof(Node *));
    if (nodes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Node *node = od->first; node != NULL; node = node->next) {
        PyObject *value;
        Py_ssize_t ix = dict_find(dict, node->key, node->hash, &value);
        if (ix == KEY_ERROR || dict->ma_keys != keys) {
            PyMem_Free(nodes);
            if (ix != KEY_ERROR) {
                PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
            }
            return -1;
        }
        if (ix >= 0 && ix < len) {
            nodes[ix] = node;
        }
    }
    PyMem_Free(od->nodes);
    od->nodes = nodes;
    od->nodes_len = len;
    od->nodes_keys = keys;
    return 0;
}

/* The node of a key; NULL without an exception if the key is not there. */
static Node *
node_find_hashed(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    PyObject *value;
    if (od->first == NULL) {
        return NULL;
    }
    if (nodes_sync(od) < 0) {
        return NULL;
    }
    Py_ssize_t ix = dict_find(&od->dict, key, hash, &value);
    return ix < 0 || value == NULL || ix >= od->nodes_len || od->nodes_keys != od->dict.ma_keys
               ? NULL
               : od->nodes[ix];
}

static Node *
node_find(PyODictObject *od, PyObject *key)
{
    Py_hash_t hash = key_hash(key);
    return hash == -1 ? NULL : node_find_hashed(od, key, hash);
}

static void
link_last(PyODictObject *od, Node *node)
{
    node->next = NULL;
    node->prev = od->last;
    *(od->last != NULL ? &od->last->next : &od->first) = node;
    od->last = node;
    od->state++;
}

static void
link_first(PyODictObject *od, Node *node)
{
    node->prev = NULL;
    node->next = od->first;
    *(od->first != NULL ? &od->first->prev : &od->last) = node;
    od->first = node;
    od->state++;
}

static void
node_unlink(PyODictObject *od, Node *node)
{
    *(node->prev != NULL ? &node->prev->next : &od->first) = node->next;
    *(node->next != NULL ? &node->next->prev : &od->last) = node->prev;
    node->prev = node->next = NULL;
    od->state++;
}

/* Append a node for a key that the dict has just got. */
static status
node_add(PyODictObject *od, PyObject *key, Py_hash_t hash)
{
    Node *node = node_find_hashed(od, key, hash);
    if (node != NULL) {
        return 0;
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    node = PyMem_Malloc(sizeof(Node));
    if (node == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    node->key = Py_NewRef(key);
    node->hash = hash;
    link_last(od, node);
    if (nodes_sync(od) < 0) {
        goto fail;
    }
    PyObject *value;
    Py_ssize_t ix = dict_find(&od->dict, key, hash, &value);
    if (ix == KEY_ERROR) {
        goto fail;
    }
    if (ix < 0) {
        /* What died for the new value took the key away again. */
        node_unlink(od, node);
        Py_DECREF(node->key);
        PyMem_Free(node);
        return 0;
    }
    if (ix < od->nodes_len) {
        od->nodes[ix] = node;
    }
    return 0;
fail:
    node_unlink(od, node);
    Py_DECREF(node->key);
    PyMem_Free(node);
    return -1;
}

static void
node_drop(PyODictObject *od, Node *node)
{
    node_unlink(od, node);
    for (Py_ssize_t i = 0; i < od->nodes_len; i++) {
        if (od->nodes[i] == node) {
            od->nodes[i] = NULL;
            break;
        }
    }
    PyObject *key = node->key;
    PyMem_Free(node);
    Py_DECREF(key);
}

/* Drop the node whose entry number is known. */
static void
node_drop_at(PyODictObject *od, Node *node, Py_ssize_t ix)
{
    if (ix >= 0 && ix < od->nodes_len && od->nodes[ix] == node) {
        od->nodes[ix] = NULL;
        node_unlink(od, node);
        PyObject *key = node->key;
        PyMem_Free(node);
        Py_DECREF(key);
    }
    else {
        node_drop(od, node);
    }
}

/* Clearing counts in the upper half of `state`: iterators tell it by the length. */
#define STATE_CLEARED ((size_t)1 << 32)

static void
nodes_clear(PyODictObject *od)
{
    Node *node = od->first;
    PyMem_Free(od->nodes);
    od->nodes = NULL;
    od->nodes_len = 0;
    od->nodes_keys = NULL;
    od->first = od->last = NULL;
    od->state += STATE_CLEARED;
    while (node != NULL) {
        Node *next = node->next;
        Py_DECREF(node->key);
        PyMem_Free(node);
        node = next;
    }
}

/* ---- changing ----------------------------------------------------------------------------- */

static int
od_set(PyObject *od, PyObject *key, PyObject *value)
{
    Py_hash_t hash = key_hash(key);
    if (hash == -1 || _PyDict_SetItem_KnownHash(od, key, value, hash) < 0) {
        return -1;
    }
    if (node_add(OD(od), key, hash) < 0) {
        PyObject *type, *exc, *tb;
        PyErr_Fetch(&type, &exc, &tb);
        if (_PyDict_DelItem_KnownHash(od, key, hash) < 0) {
            PyErr_Clear();
        }
        PyErr_Restore(type, exc, tb);
        return -1;
    }
    return 0;
}

int
PyODict_SetItem(PyObject *od, PyObject *key, PyObject *value)
{
    return od_set(od, key, value);
}

int
PyODict_DelItem(PyObject *op, PyObject *key)
{
    PyODictObject *od = OD(op);
    PyObject *value;
    Py_hash_t hash = key_hash(key);
    if (hash == -1) {
        return -1;
    }
    Node *node = node_find_hashed(od, key, hash);
    if (node == NULL && PyErr_Occurred()) {
        return -1;
    }
    Py_ssize_t ix = dict_find(&od->dict, key, hash, &value);
    if (ix == KEY_ERROR) {
        return -1;
    }
    if (value == NULL) {
        _PyErr_SetKeyError(key);
        return -1;
    }
    if (node != NULL) {
        node_drop_at(od, node, ix);
    }
    return _PyDict_DelItem_KnownHash(op, key, hash);
}

PyObject *
PyODict_New(void)
{
    return PyDict_Type.tp_new(&PyODict_Type, NULL, NULL);
}

static int
odict_mp_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    return value == NULL ? PyODict_DelItem(self, key) : PyODict_SetItem(self, key, value);
}

/* ---- iteration ---------------------------------------------------------------------------- */

enum { ITER_REVERSED = 1, ITER_KEYS = 2, ITER_VALUES = 4, ITER_ITEMS = 6 };

typedef struct {
    PyObject_HEAD
    int kind;
    PyODictObject *od;              /* NULL: exhausted */
    Py_ssize_t size;
    size_t state;
    PyObject *current;              /* the next key, owned; NULL at the end */
    PyObject *result;               /* a pair to use again when nobody else holds it */
} ODictIter;

_Static_assert(sizeof(ODictIter) == 64, "the size that programs see");

static PyObject *
oditer_new(PyObject *od, int kind)
{
    ODictIter *self = PyObject_GC_New(ODictIter, &PyODictIter_Type);
    if (self == NULL) {
        return NULL;
    }
    self->result = NULL;
    if ((kind & ITER_ITEMS) == ITER_ITEMS) {
        self->result = PyTuple_Pack(2, Py_None, Py_None);
        if (self->result == NULL) {
            PyObject_GC_Del(self);
            return NULL;
        }
    }
    Node *node = kind & ITER_REVERSED ? OD(od)->last : OD(od)->first;
    self->kind = kind;
    self->current = node == NULL ? NULL : Py_NewRef(node->key);
    self->size = OD_LEN(od);
    self->state = OD(od)->state;
    self->od = (PyODictObject *)Py_NewRef(od);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static void
oditer_tp_dealloc(ODictIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->od);
    Py_XDECREF(self->current);
    Py_XDECREF(self->result);
    PyObject_GC_Del(self);
}

static int
oditer_tp_traverse(ODictIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->od);
    Py_VISIT(self->current);
    Py_VISIT(self->result);
    return 0;
}

/* The next key: new reference. */
static PyObject *
oditer_key(ODictIter *self)
{
    if (self->od == NULL) {
        return NULL;
    }
    if (self->current == NULL) {
        goto done;
    }
    if ((self->od->state & (STATE_CLEARED - 1)) != (self->state & (STATE_CLEARED - 1))) {
        PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
        goto done;
    }
    if (self->size != OD_LEN(self->od)) {
        PyErr_SetString(PyExc_RuntimeError, "OrderedDict changed size during iteration");
        self->size = -1;
        goto done;
    }
    Node *node = node_find(self->od, self->current);
    if (node == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_KeyError, self->current);
        }
        Py_CLEAR(self->current);
        return NULL;
    }
    PyObject *key = self->current;
    node = self->kind & ITER_REVERSED ? node->prev : node->next;
    self->current = node == NULL ? NULL : Py_NewRef(node->key);
    return key;
done:
    Py_CLEAR(self->od);
    return NULL;
}

static PyObject *
oditer_tp_iternext(ODictIter *self)
{
    PyObject *key = oditer_key(self);
    if (key == NULL || (self->kind & ITER_ITEMS) == ITER_KEYS) {
        return key;
    }
    PyObject *value = PyODict_GetItem((PyObject *)self->od, key);
    if (value == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_KeyError, key);
        }
        Py_DECREF(key);
        Py_CLEAR(self->od);
        return NULL;
    }
    Py_INCREF(value);
    if ((self->kind & ITER_ITEMS) == ITER_VALUES) {
        Py_DECREF(key);
        return value;
    }
    PyObject *pair = self->result;
    if (Py_REFCNT(pair) == 1) {
        PyObject *old_key = PyTuple_GET_ITEM(pair, 0), *old_value = PyTuple_GET_ITEM(pair, 1);
        Py_INCREF(pair);
        PyTuple_SET_ITEM(pair, 0, key);
        PyTuple_SET_ITEM(pair, 1, value);
        Py_DECREF(old_key);
        Py_DECREF(old_value);
        if (!PyObject_GC_IsTracked(pair)) {
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

METHOD(oditer, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
oditer___reduce__(ODictIter *self, PyObject *Py_UNUSED(ignored))
{
    ODictIter copy = *self;             /* a scratch iterator: the original must not move */
    Py_XINCREF(copy.od);
    Py_XINCREF(copy.current);
    PyObject *list = PySequence_List((PyObject *)&copy);
    Py_XDECREF(copy.od);
    Py_XDECREF(copy.current);
    return list == NULL ? NULL : Py_BuildValue("N(N)", _PyEval_GetBuiltin(ID(iter)), list);
}

TYPE(oditer, PyODictIter_Type, "odict_iterator", ODictIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

/* ---- views -------------------------------------------------------------------------------- */

#define VIEW_OF(op) ((PyObject *)((_PyDictViewObject *)(op))->dv_dict)

static PyObject *
view_iter(PyObject *view, int kind)
{
    return VIEW_OF(view) == NULL ? Py_NewRef(Py_None) : oditer_new(VIEW_OF(view), kind);
}

static PyObject *
odkeys_tp_iter(PyObject *self)
{
    return view_iter(self, ITER_KEYS);
}

static PyObject *
odvalues_tp_iter(PyObject *self)
{
    return view_iter(self, ITER_VALUES);
}

static PyObject *
oditems_tp_iter(PyObject *self)
{
    return view_iter(self, ITER_ITEMS);
}

METHOD(odkeys, __reversed__, "!($self, /)", "Return an iterator over the keys, last first.")
static PyObject *
odkeys___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return view_iter(self, ITER_KEYS | ITER_REVERSED);
}

METHOD(odvalues, __reversed__, "!($self, /)", "Return an iterator over the values, last first.")
static PyObject *
odvalues___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return view_iter(self, ITER_VALUES | ITER_REVERSED);
}

METHOD(oditems, __reversed__, "!($self, /)", "Return an iterator over the pairs, last first.")
static PyObject *
oditems___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return view_iter(self, ITER_ITEMS | ITER_REVERSED);
}

TYPE(odkeys, PyODictKeys_Type, "odict_keys", _PyDictViewObject, NULL, NULL,
     .tp_base = &PyDictKeys_Type)
TYPE(odvalues, PyODictValues_Type, "odict_values", _PyDictViewObject, NULL, NULL,
     .tp_base = &PyDictValues_Type)
TYPE(oditems, PyODictItems_Type, "odict_items", _PyDictViewObject, NULL, NULL,
     .tp_base = &PyDictItems_Type)

/* ---- methods ------------------------------------------------------------------------------ */

CLASSMETHOD(odict, fromkeys, "($type, /, iterable, value=None)",
            "Return an ordered dict with the elements of iterable as keys, all with one value.")
static PyObject *
odict_fromkeys(PyTypeObject *type, PyObject *iterable, PyObject *value)
{
    return dict_fromkeys_for(type, iterable, value);
}

METHOD(odict, __sizeof__, "!($self, /)", "Return the size of the dict in memory, in bytes.")
static Py_ssize_t
odict___sizeof__(PyODictObject *self)
{
    PyDictKeysObject *keys = self->dict.ma_keys;
    Py_ssize_t slots = keys == EMPTY_KEYS ? 0 : KEYS_SIZE(keys);
    return dict_sizeof(&self->dict) + slots * (Py_ssize_t)sizeof(Node *) +
           OD_LEN(self) * (Py_ssize_t)sizeof(Node);
}

METHOD(odict, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
odict___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *state = _PyObject_GetState(self), *items, *iter;
    if (state == NULL) {
        return NULL;
    }
    items = PyObject_CallMethodNoArgs(self, ID(items));
    iter = items == NULL ? NULL : PyObject_GetIter(items);
    Py_XDECREF(items);
    if (iter == NULL) {
        Py_DECREF(state);
        return NULL;
    }
    return Py_BuildValue("O()NON", Py_TYPE(self), state, Py_None, iter);
}

METHOD(odict, setdefault, "($self, /, key, default=None)",
       "Return the value for key, after setting it to default if the key is missing.")
static PyObject *
odict_setdefault(PyObject *self, PyObject *key, PyObject *fallback)
{
    if (PyODict_CheckExact(self)) {
        PyObject *value = PyDict_GetItemWithError(self, key);
        if (value != NULL) {
            return Py_NewRef(value);
        }
        if (PyErr_Occurred() || od_set(self, key, fallback) < 0) {
            return NULL;
        }
        return Py_NewRef(fallback);
    }
    int there = PySequence_Contains(self, key);
    if (there < 0) {
        return NULL;
    }
    if (there) {
        return PyObject_GetItem(self, key);
    }
    return PyObject_SetItem(self, key, fallback) < 0 ? NULL : Py_NewRef(fallback);
}

/* Remove a key and return its value; fallback may be NULL: KeyError. */
static PyObject *
odict_take(PyObject *self, PyObject *key, PyObject *fallback)
{
    /* overridden __getitem__ and __delitem__ are not asked */
    Node *node = node_find(OD(self), key);
    if (node == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (node != NULL) {
        PyObject *found;
        Py_ssize_t ix = dict_find(&OD(self)->dict, key, node->hash, &found);
        if (ix == KEY_ERROR) {
            return NULL;
        }
        node_drop_at(OD(self), node, ix);
    }
    else if (fallback == NULL) {
        PyErr_SetObject(PyExc_KeyError, key);   /* a tuple or None is the arguments themselves */
        return NULL;
    }
    return _PyDict_Pop(self, key, fallback);
}

METHOD(odict, pop, "($self, /, key, default=<unrepresentable>)",
       "Remove a key and return its value.\n\n"
       "A missing key gives the default, or a KeyError without one.")
static PyObject *
odict_pop(PyObject *self, PyObject *key, PyObject *fallback)
{
    return odict_take(self, key, fallback);
}

METHOD(odict, popitem, "($self, /, last=True)",
       "Remove and return the last (key, value) pair, or the first one.")
static PyObject *
odict_popitem(PyObject *self, truth last)
{
    Node *node = last ? OD(self)->last : OD(self)->first;
    if (node == NULL) {
        PyErr_SetString(PyExc_KeyError, "dictionary is empty");
        return NULL;
    }
    PyObject *key = Py_NewRef(node->key);
    PyObject *value = odict_take(self, key, NULL);
    if (value == NULL) {
        Py_DECREF(key);
        return NULL;
    }
    PyObject *pair = PyTuple_Pack(2, key, value);
    Py_DECREF(key);
    Py_DECREF(value);
    return pair;
}

METHOD(odict, keys, "!($self, /)", "Return a set-like view of the keys.")
static PyObject *
odict_keys(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyODictKeys_Type);
}

METHOD(odict, values, "!($self, /)", "Return a view of the values.")
static PyObject *
odict_values(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyODictValues_Type);
}

METHOD(odict, items, "!($self, /)", "Return a set-like view of the (key, value) pairs.")
static PyObject *
odict_items(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return dict_view_new(self, &PyODictItems_Type);
}

METHOD(odict, clear, "!($self, /)", "Remove all pairs.")
static PyObject *
odict_clear(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyDict_Clear(self);
    nodes_clear(OD(self));
    Py_RETURN_NONE;
}

METHOD(odict, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
odict_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *copy = PyODict_CheckExact(self) ? PyODict_New()
                                              : PyObject_CallNoArgs((PyObject *)Py_TYPE(self));
    if (copy == NULL) {
        return NULL;
    }
    for (Node *node = OD(self)->first; node != NULL; node = node->next) {
        size_t state = OD(self)->state;
        PyObject *key = Py_NewRef(node->key), *value;
        int err;
        if (PyODict_CheckExact(self)) {
            value = Py_XNewRef(PyODict_GetItemWithError(self, key));
            if (value == NULL && !PyErr_Occurred()) {
                PyErr_SetObject(PyExc_KeyError, key);
            }
            err = value == NULL ? -1 : od_set(copy, key, value);
        }
        else {
            value = PyObject_GetItem(self, key);
            err = value == NULL ? -1 : PyObject_SetItem(copy, key, value);
        }
        Py_XDECREF(value);
        Py_DECREF(key);
        if (err == 0 && state != OD(self)->state) {
            PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
            err = -1;
        }
        if (err < 0) {
            Py_DECREF(copy);
            return NULL;
        }
    }
    return copy;
}

METHOD(odict, __reversed__, "!($self, /)", "Return an iterator over the keys, last first.")
static PyObject *
odict___reversed__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return oditer_new(self, ITER_KEYS | ITER_REVERSED);
}

METHOD(odict, move_to_end, "($self, /, key, last=True)",
       "Move a key to the end, or to the beginning if last is false; KeyError if it is not there.")
static PyObject *
odict_move_to_end(PyODictObject *self, PyObject *key, truth last)
{
    if (self->first == NULL) {
        PyErr_SetObject(PyExc_KeyError, key);
        return NULL;
    }
    Node *node = last ? self->last : self->first;
    if (key != node->key) {
        node = node_find(self, key);
        if (node == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_SetObject(PyExc_KeyError, key);
            }
            return NULL;
        }
        if (last && node != self->last) {
            node_unlink(self, node);
            link_last(self, node);
        }
        else if (!last && node != self->first) {
            node_unlink(self, node);
            link_first(self, node);
        }
    }
    Py_RETURN_NONE;
}

/* ---- update ------------------------------------------------------------------------------- */

/* self[key] = value for the elements of an iterable of pairs. */
static int
update_pairs(PyObject *self, PyObject *pairs)
{
    PyObject *iter = PyObject_GetIter(pairs), *pair;
    if (iter == NULL) {
        return -1;
    }
    while ((pair = PyIter_Next(iter)) != NULL) {
        int err = -1;
        PyObject *inner = PyObject_GetIter(pair), *key = NULL, *value = NULL, *extra = NULL;
        Py_DECREF(pair);
        if (inner == NULL) {
            break;
        }
        key = PyIter_Next(inner);
        value = key == NULL ? NULL : PyIter_Next(inner);
        extra = value == NULL ? NULL : PyIter_Next(inner);
        Py_DECREF(inner);
        if (value == NULL || extra != NULL) {
            if (!PyErr_Occurred()) {
                if (extra != NULL) {
                    PyErr_SetString(PyExc_ValueError, "too many values to unpack (expected 2)");
                }
                else {
                    PyErr_Format(PyExc_ValueError, "need more than %d value%s to unpack",
                                 key == NULL ? 0 : 1, key == NULL ? "s" : "");
                }
            }
        }
        else {
            err = PyObject_SetItem(self, key, value);
        }
        Py_XDECREF(key);
        Py_XDECREF(value);
        Py_XDECREF(extra);
        if (err < 0) {
            break;
        }
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : 0;
}

/* self[key] = other[key] for the given keys, which are consumed. */
static int
update_keys_take(PyObject *self, PyObject *other, PyObject *keys_take)
{
    PyObject *iter = keys_take == NULL ? NULL : PyObject_GetIter(keys_take), *key;
    Py_XDECREF(keys_take);
    if (iter == NULL) {
        return -1;
    }
    while ((key = PyIter_Next(iter)) != NULL) {
        PyObject *value = PyObject_GetItem(other, key);
        int err = value == NULL ? -1 : PyObject_SetItem(self, key, value);
        Py_XDECREF(value);
        Py_DECREF(key);
        if (err < 0) {
            break;
        }
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? -1 : 0;
}

/* The argument of update(): a dict, something with keys() or items(), or pairs. */
static int
update_arg(PyObject *self, PyObject *other)
{
    PyObject *function;
    if (PyDict_CheckExact(other)) {
        PyObject *items = PyDict_Items(other);
        int err = items == NULL ? -1 : update_pairs(self, items);
        Py_XDECREF(items);
        return err;
    }
    if (_PyObject_LookupAttr(other, ID(keys), &function) < 0) {
        return -1;
    }
    if (function != NULL) {
        PyObject *keys = PyObject_CallNoArgs(function);
        Py_DECREF(function);
        return update_keys_take(self, other, keys);
    }
    if (_PyObject_LookupAttr(other, ID(items), &function) < 0) {
        return -1;
    }
    if (function != NULL) {
        PyObject *items = PyObject_CallNoArgs(function);
        Py_DECREF(function);
        int err = items == NULL ? -1 : update_pairs(self, items);
        Py_XDECREF(items);
        return err;
    }
    return update_pairs(self, other);
}

static int
update_all(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (args != NULL && PyTuple_GET_SIZE(args) > 0 &&
        update_arg(self, PyTuple_GET_ITEM(args, 0)) < 0) {
        return -1;
    }
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyObject *items = PyDict_Items(kwargs);
        int err = items == NULL ? -1 : update_pairs(self, items);
        Py_XDECREF(items);
        return err;
    }
    return 0;
}

METHOD(odict, update, NULL, "Take over the pairs of a mapping or an iterable, then those of the keywords.")
static PyObject *
odict_update(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 1) {
        PyErr_Format(PyExc_TypeError, "update() takes at most 1 positional argument (%zd given)", n);
        return NULL;
    }
    return update_all(self, args, kwargs) < 0 ? NULL : Py_NewRef(Py_None);
}

static int
odict_tp_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 1) {
        PyErr_Format(PyExc_TypeError, "expected at most 1 arguments, got %zd", n);
        return -1;
    }
    return update_all(self, args, kwargs);
}

/* ---- slots -------------------------------------------------------------------------------- */

static PyObject *
odict_nb_or(PyObject *left, PyObject *right)
{
    PyTypeObject *type = Py_TYPE(left);
    if (!PyODict_Check(left)) {
        type = Py_TYPE(right);
    }
    if (!PyDict_Check(left) || !PyDict_Check(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = PyObject_CallOneArg((PyObject *)type, left);
    if (result != NULL && update_arg(result, right) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
odict_nb_inplace_or(PyObject *self, PyObject *other)
{
    return update_arg(self, other) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
odict_tp_iter(PyObject *self)
{
    return oditer_new(self, ITER_KEYS);
}

static PyObject *
odict_tp_repr(PyObject *self)
{
    const char *name = _PyType_Name(Py_TYPE(self));
    if (OD_LEN(self) == 0) {
        return PyUnicode_FromFormat("%s()", name);
    }
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromString("...") : NULL;
    }
    PyObject *pairs = NULL, *result = NULL;
    if (PyODict_CheckExact(self)) {
        PyObject *iter = oditer_new(self, ITER_ITEMS);
        pairs = iter == NULL ? NULL : PySequence_List(iter);
        Py_XDECREF(iter);
    }
    else {
        PyObject *items = PyObject_CallMethodNoArgs(self, ID(items));
        pairs = items == NULL ? NULL : PySequence_List(items);
        Py_XDECREF(items);
    }
    if (pairs != NULL) {
        result = PyUnicode_FromFormat("%s(%R)", name, pairs);
        Py_DECREF(pairs);
    }
    Py_ReprLeave(self);
    return result;
}

/* Do two ordered dicts with equal contents have their keys in the same order? */
static int
same_order(PyODictObject *a, PyODictObject *b)
{
    size_t state_a = a->state, state_b = b->state;
    Node *x = a->first, *y = b->first;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        PyObject *kx = Py_NewRef(x->key), *ky = Py_NewRef(y->key);
        int equal = PyObject_RichCompareBool(kx, ky, Py_EQ);
        Py_DECREF(kx);
        Py_DECREF(ky);
        if (equal <= 0) {
            return equal;
        }
        if (a->state != state_a || b->state != state_b) {
            PyErr_SetString(PyExc_RuntimeError, "OrderedDict mutated during iteration");
            return -1;
        }
    }
    return x == y;
}

static PyObject *
odict_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyODict_Check(self) || !PyDict_Check(other) || (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int equal = dict_equal((PyDictObject *)self, (PyDictObject *)other);
    if (equal > 0 && PyODict_Check(other)) {
        equal = same_order(OD(self), OD(other));
    }
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

static int
odict_tp_traverse(PyODictObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->inst_dict);
    for (Node *node = self->first; node != NULL; node = node->next) {
        Py_VISIT(node->key);
    }
    return PyDict_Type.tp_traverse((PyObject *)self, visit, arg);
}

static int
odict_tp_clear(PyODictObject *self)
{
    Py_CLEAR(self->inst_dict);
    PyDict_Clear((PyObject *)self);
    nodes_clear(self);
    return 0;
}

static void
odict_tp_dealloc(PyODictObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, odict_tp_dealloc)
    Py_XDECREF(self->inst_dict);
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    nodes_clear(self);
    PyDict_Type.tp_dealloc((PyObject *)self);
    Py_TRASHCAN_END
}

GETTER(odict, __dict__, NULL)
static PyObject *
odict_get_dict(PyObject *self, void *closure)
{
    return PyObject_GenericGetDict(self, closure);
}

SETTER(odict, __dict__)
static int
odict_set_dict(PyObject *self, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict(self, value, closure);
}

TYPE(odict, PyODict_Type, "collections.OrderedDict", PyODictObject, NULL,
     "A dict that remembers the order of insertion and lets it be changed.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_base = &PyDict_Type, .tp_dictoffset = offsetof(PyODictObject, inst_dict),
     .tp_weaklistoffset = offsetof(PyODictObject, weakreflist), .tp_alloc = PyType_GenericAlloc)

#include "gen/types/odict.inc"
