/* _functools: partial, reduce, cmp_to_key and the cache behind functools.lru_cache. */
#include "object/declare.h"

typedef struct {
    PyObject *keyword_mark;     /* separates positional from keyword arguments in a cache key */
    PyTypeObject *partial_type;
    PyTypeObject *key_type;
    PyTypeObject *link_type;
    PyTypeObject *cache_type;
} State;

static struct PyModuleDef _functools_module;
static PyType_Spec partial_spec, key_spec, link_spec, cache_spec;

/* The state of the module that made a type or one of its bases; NULL with TypeError. */
static State *
state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &_functools_module);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* ---- partial ---- */

typedef struct {
    PyObject_HEAD
    PyObject *func;
    PyObject *args;             /* tuple */
    PyObject *keywords;         /* dict */
    PyObject *dict;             /* __dict__, or NULL */
    PyObject *weakrefs;
    vectorcallfunc vectorcall;  /* NULL if func has none */
} Partial;

static PyObject *partial_vectorcall(PyObject *op, PyObject *const *args, size_t nargsf,
                                    PyObject *kwnames);
static PyObject *partial_tp_call(Partial *self, PyObject *args, PyObject *kwargs);

static void
choose_vectorcall(Partial *self)
{
    self->vectorcall = PyVectorcall_Function(self->func) == NULL ? NULL : partial_vectorcall;
}

static PyObject *
concat_tuples(PyObject *a, PyObject *b)
{
    return PyTuple_GET_SIZE(a) == 0   ? Py_NewRef(b)
           : PyTuple_GET_SIZE(b) == 0 ? Py_NewRef(a)
                                      : PySequence_Concat(a, b);
}

/* A new dict of `a` updated by `b`; both may be NULL. */
static PyObject *
merged_keywords(PyObject *a, PyObject *b)
{
    PyObject *merged = a != NULL ? PyDict_Copy(a) : PyDict_New();
    if (merged != NULL && b != NULL && PyDict_Merge(merged, b, 1) < 0) {
        Py_CLEAR(merged);
    }
    return merged;
}

static PyObject *
partial_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) < 1) {
        PyErr_SetString(PyExc_TypeError, "type 'partial' takes at least one argument");
        return NULL;
    }
    PyObject *func = PyTuple_GET_ITEM(args, 0), *inner_args = NULL, *inner_keywords = NULL;
    /* A partial of a partial without attributes of its own is one partial. */
    if (Py_TYPE(func)->tp_call == (ternaryfunc)partial_tp_call && ((Partial *)func)->dict == NULL) {
        Partial *inner = (Partial *)func;
        inner_args = inner->args;
        inner_keywords = inner->keywords;
        func = inner->func;
    }
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "the first argument must be callable");
        return NULL;
    }
    Partial *self = (Partial *)type->tp_alloc(type, 0);
    PyObject *own = self == NULL ? NULL : PyTuple_GetSlice(args, 1, PY_SSIZE_T_MAX);
    if (own == NULL) {
        Py_XDECREF(self);
        return NULL;
    }
    self->func = Py_NewRef(func);
    self->args = inner_args == NULL ? Py_NewRef(own) : concat_tuples(inner_args, own);
    Py_DECREF(own);
    self->keywords = merged_keywords(inner_keywords, kwargs);
    if (self->args == NULL || self->keywords == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    choose_vectorcall(self);
    return (PyObject *)self;
}

static int
partial_tp_clear(Partial *self)
{
    Py_CLEAR(self->func);
    Py_CLEAR(self->args);
    Py_CLEAR(self->keywords);
    Py_CLEAR(self->dict);
    return 0;
}

static int
partial_tp_traverse(Partial *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->func);
    Py_VISIT(self->args);
    Py_VISIT(self->keywords);
    Py_VISIT(self->dict);
    return 0;
}

static void
partial_tp_dealloc(Partial *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    partial_tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
partial_tp_call(Partial *self, PyObject *args, PyObject *kwargs)
{
    PyObject *all_args = concat_tuples(self->args, args), *result = NULL;
    PyObject *keywords = all_args == NULL ? NULL : merged_keywords(self->keywords, kwargs);
    if (keywords != NULL) {
        PyObject *func = Py_NewRef(self->func);
        result = PyObject_Call(func, all_args, keywords);
        Py_DECREF(func);
    }
    Py_XDECREF(all_args);
    Py_XDECREF(keywords);
    return result;
}

/* Keywords of its own need a dict to be merged in. */
static PyObject *
call_with_dict(Partial *self, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    PyObject *tuple = PyTuple_New(count), *result = NULL;
    PyObject *keywords = tuple == NULL ? NULL : PyDict_New();
    for (Py_ssize_t i = 0; keywords != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    }
    for (Py_ssize_t i = 0; keywords != NULL && kwnames != NULL && i < PyTuple_GET_SIZE(kwnames);
         i++) {
        if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(kwnames, i), args[count + i]) < 0) {
            Py_CLEAR(keywords);
        }
    }
    if (keywords != NULL) {
        result = partial_tp_call(self, tuple, keywords);
    }
    Py_XDECREF(tuple);
    Py_XDECREF(keywords);
    return result;
}

static PyObject *
partial_vectorcall(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    enum { SMALL = 8 };
    Partial *self = (Partial *)op;
    Py_ssize_t count = PyVectorcall_NARGS(nargsf), own = PyTuple_GET_SIZE(self->args);
    if (PyDict_GET_SIZE(self->keywords) > 0) {
        return call_with_dict(self, args, count, kwnames);
    }
    Py_ssize_t total = count + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    if (total == 0) {
        return PyObject_Vectorcall(self->func, ((PyTupleObject *)self->args)->ob_item,
                                   (size_t)own, NULL);
    }
    if (own == 0) {
        return PyObject_Vectorcall(self->func, args, (size_t)count, kwnames);
    }
    PyObject *small[SMALL], **all = small, *tuple = Py_NewRef(self->args);
    if (own + total > SMALL) {
        all = PyMem_New(PyObject *, own + total);
        if (all == NULL) {
            Py_DECREF(tuple);
            return PyErr_NoMemory();
        }
    }
    memcpy(all, ((PyTupleObject *)tuple)->ob_item, (size_t)own * sizeof(PyObject *));
    memcpy(all + own, args, (size_t)total * sizeof(PyObject *));
    PyObject *result = PyObject_Vectorcall(self->func, all, (size_t)(own + count), kwnames);
    if (all != small) {
        PyMem_Free(all);
    }
    Py_DECREF(tuple);
    return result;
}

/* Appends to `*text`, which becomes NULL on errors; steals `part`. */
static void
append_take(PyObject **text, PyObject *part)
{
    if (*text != NULL) {
        PyUnicode_Append(text, part);
        if (part == NULL) {
            Py_CLEAR(*text);
        }
    }
    Py_XDECREF(part);
}

static PyObject *
partial_tp_repr(Partial *self)
{
    int nested = Py_ReprEnter((PyObject *)self);
    if (nested != 0) {
        return nested < 0 ? NULL : PyUnicode_FromString("...");
    }
    /* The parts may be replaced by __setstate__ while they are shown. */
    PyObject *args = Py_NewRef(self->args), *keywords = Py_NewRef(self->keywords);
    PyObject *key, *value, *text = PyUnicode_FromFormat("%s(%R", Py_TYPE(self)->tp_name, self->func);
    for (Py_ssize_t i = 0; text != NULL && i < PyTuple_GET_SIZE(args); i++) {
        append_take(&text, PyUnicode_FromFormat(", %R", PyTuple_GET_ITEM(args, i)));
    }
    Py_ssize_t pos = 0;
    while (text != NULL && PyDict_Next(keywords, &pos, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        append_take(&text, PyUnicode_FromFormat(", %S=%R", key, value));
        Py_DECREF(key);
        Py_DECREF(value);
    }
    append_take(&text, PyUnicode_FromString(")"));
    Py_DECREF(args);
    Py_DECREF(keywords);
    Py_ReprLeave((PyObject *)self);
    return text;
}

METHOD(partial, __reduce__, NULL, "State for pickle.")
static PyObject *
partial___reduce__(Partial *self)
{
    return Py_BuildValue("O(O)(OOOO)", Py_TYPE(self), self->func, self->func, self->args,
                         self->keywords, self->dict ? self->dict : Py_None);
}

METHOD(partial, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
partial___setstate__(Partial *self, PyObject *state)
{
    PyObject *func, *args, *keywords, *dict;
    if (!PyTuple_Check(state) || !PyArg_ParseTuple(state, "OOOO", &func, &args, &keywords, &dict) ||
        !PyCallable_Check(func) || !PyTuple_Check(args) ||
        (keywords != Py_None && !PyDict_Check(keywords)) ||
        (dict != Py_None && !PyDict_Check(dict))) {
        PyErr_SetString(PyExc_TypeError, "invalid partial state");
        return NULL;
    }
    args = PyTuple_CheckExact(args) ? Py_NewRef(args) : PySequence_Tuple(args);
    if (args == NULL) {
        return NULL;
    }
    keywords = keywords == Py_None            ? PyDict_New()
               : PyDict_CheckExact(keywords) ? Py_NewRef(keywords)
                                             : PyDict_Copy(keywords);
    if (keywords == NULL) {
        Py_DECREF(args);
        return NULL;
    }
    Py_SETREF(self->func, Py_NewRef(func));
    Py_SETREF(self->args, args);
    Py_SETREF(self->keywords, keywords);
    Py_XSETREF(self->dict, dict == Py_None ? NULL : Py_NewRef(dict));
    choose_vectorcall(self);
    Py_RETURN_NONE;
}

CLASSMETHOD(partial, __class_getitem__, NULL, "partial[item] for annotations (PEP 585).")
static PyObject *
partial___class_getitem__(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

GETTER(partial, __dict__, NULL)
static PyObject *
partial___dict__(Partial *self, void *closure)
{
    return PyObject_GenericGetDict((PyObject *)self, closure);
}

SETTER(partial, __dict__)
static int
partial_set___dict__(Partial *self, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict((PyObject *)self, value, closure);
}

MEMBER(partial, func, T_OBJECT, Partial, func, READONLY, "The function that is called.")
MEMBER(partial, args, T_OBJECT, Partial, args, READONLY, "The first positional arguments.")
MEMBER(partial, keywords, T_OBJECT, Partial, keywords, READONLY,
       "Keyword arguments; those of a call win.")
MEMBER(partial, __weaklistoffset__, T_PYSSIZET, Partial, weakrefs, READONLY, NULL)
MEMBER(partial, __dictoffset__, T_PYSSIZET, Partial, dict, READONLY, NULL)
MEMBER(partial, __vectorcalloffset__, T_PYSSIZET, Partial, vectorcall, READONLY, NULL)

HEAPTYPE(partial, "functools.partial", Partial, NULL,
         "partial(func, *args, **keywords) - a function with some of its arguments filled in.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
         {Py_tp_getattro, PyObject_GenericGetAttr}, {Py_tp_setattro, PyObject_GenericSetAttr})

/* ---- cmp_to_key ---- */

typedef struct {
    PyObject_HEAD
    PyObject *compare;
    PyObject *object;           /* NULL in what cmp_to_key() itself returns */
} Key;

static int
key_tp_clear(Key *self)
{
    Py_CLEAR(self->compare);
    Py_CLEAR(self->object);
    return 0;
}

static int
key_tp_traverse(Key *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->compare);
    Py_VISIT(self->object);
    return 0;
}

static void
key_tp_dealloc(Key *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    key_tp_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *
key_make(PyTypeObject *type, PyObject *compare, PyObject *object)
{
    Key *self = PyObject_GC_New(Key, type);
    if (self == NULL) {
        return NULL;
    }
    self->compare = Py_NewRef(compare);
    self->object = Py_XNewRef(object);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *
key_tp_call(Key *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"obj", NULL};
    PyObject *object;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:K", keywords, &object)) {
        return NULL;
    }
    return key_make(Py_TYPE(self), self->compare, object);
}

static PyObject *
key_tp_richcompare(Key *self, Key *other, int op)
{
    if (!Py_IS_TYPE(other, Py_TYPE(self))) {
        PyErr_SetString(PyExc_TypeError, "other argument must be K instance");
        return NULL;
    }
    if (self->object == NULL || other->object == NULL) {
        PyErr_SetString(PyExc_AttributeError, "object");
        return NULL;
    }
    PyObject *args[2] = {self->object, other->object};
    PyObject *order = PyObject_Vectorcall(self->compare, args, 2, NULL);
    PyObject *zero = order == NULL ? NULL : PyLong_FromLong(0);
    PyObject *answer = zero == NULL ? NULL : PyObject_RichCompare(order, zero, op);
    Py_XDECREF(order);
    Py_XDECREF(zero);
    return answer;
}

MEMBER(key, obj, T_OBJECT, Key, object, 0, "The value that is compared.")

HEAPTYPE(key, "functools.KeyWrapper", Key, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_getattro, PyObject_GenericGetAttr})

FUNCTION(_functools, cmp_to_key, NULL,
         "A key function for sorting made of a function that compares two values.")
static PyObject *
_functools_cmp_to_key(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"mycmp", NULL};
    PyObject *compare;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:cmp_to_key", keywords, &compare)) {
        return NULL;
    }
    State *state = PyModule_GetState(module);
    return key_make(state->key_type, compare, NULL);
}

/* ---- reduce ---- */

FUNCTION(_functools, reduce, NULL,
         "reduce(function, iterable[, initial]) -> value\n\n"
         "Combines the first two items with the function, then the result with the third, and so "
         "on.\nTypeError if there is nothing to combine and no initial value.")
static PyObject *
_functools_reduce(PyObject *module, PyObject *args)
{
    PyObject *func, *iterable, *result = NULL;
    if (!PyArg_UnpackTuple(args, "reduce", 2, 3, &func, &iterable, &result)) {
        return NULL;
    }
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_SetString(PyExc_TypeError, "reduce() arg 2 must support iteration");
        }
        return NULL;
    }
    Py_XINCREF(result);
    PyObject *item;
    while ((item = PyIter_Next(it)) != NULL) {
        if (result == NULL) {
            result = item;
            continue;
        }
        PyObject *pair[2] = {result, item};
        PyObject *combined = PyObject_Vectorcall(func, pair, 2, NULL);
        Py_DECREF(item);
        Py_SETREF(result, combined);
        if (result == NULL) {
            break;
        }
    }
    Py_DECREF(it);
    if (PyErr_Occurred()) {
        Py_CLEAR(result);
    }
    else if (result == NULL) {
        PyErr_SetString(PyExc_TypeError, "reduce() of empty iterable with no initial value");
    }
    return result;
}

/* ---- the cache of lru_cache ---- */

/* Results stand in a dict and, if their number is bounded, in a ring ordered by last use: root.next is
   the oldest.  Dict and ring each own a reference to a link.  Hashing and comparing keys runs Python
   code, so after every dict operation the ring may have changed. */
typedef struct Link {
    PyObject_HEAD
    struct Link *previous, *next;
    Py_hash_t hash;
    PyObject *key;
    PyObject *result;
} Link;

typedef struct Cache Cache;
typedef PyObject *(*CacheCall)(Cache *self, PyObject *args, PyObject *kwargs);

struct Cache {
    Link root;                  /* its head is the object's own */
    CacheCall call;
    int typed;
    PyObject *cache;
    Py_ssize_t hits;
    PyObject *func;
    Py_ssize_t maxsize;         /* -1: unbounded */
    Py_ssize_t misses;
    PyObject *keyword_mark;
    PyTypeObject *link_type;
    PyObject *info_type;
    PyObject *dict;
    PyObject *weakrefs;
};

_Static_assert(sizeof(Cache) == 152, "sys.getsizeof of a cache");

static void
link_tp_dealloc(Link *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->key);
    Py_XDECREF(self->result);
    type->tp_free(self);
    Py_DECREF(type);
}

HEAPTYPE(link, "functools._lru_list_elem", Link, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE)

static void
ring_remove(Link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
}

static void
ring_insert(Link *link, Link *previous, Link *next)
{
    link->previous = previous;
    link->next = next;
    previous->next = next->previous = link;
}

static void
ring_add_newest(Cache *self, Link *link)
{
    ring_insert(link, self->root.previous, &self->root);
}

/* Empties the ring; its links are then chained by `next` from the one that is returned. */
static Link *
ring_detach(Cache *self)
{
    Link *root = &self->root, *first = root->next;
    if (first == root) {
        return NULL;
    }
    root->previous->next = NULL;
    root->previous = root->next = root;
    return first;
}

static void
drop_links(Link *link)
{
    while (link != NULL) {
        Link *next = link->next;
        Py_DECREF(link);
        link = next;
    }
}

/* The key of a call.  A single str or int is its own key; otherwise a tuple of the arguments, then
   mark, names and values of keywords, then types if those count. */
static PyObject *
make_key(const Cache *self, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), named = kwargs ? PyDict_GET_SIZE(kwargs) : 0;
    if (!self->typed && named == 0) {
        if (count == 1) {
            PyObject *only = PyTuple_GET_ITEM(args, 0);
            if (PyUnicode_CheckExact(only) || PyLong_CheckExact(only)) {
                return Py_NewRef(only);
            }
        }
        return Py_NewRef(args);
    }
    Py_ssize_t size = count + (named ? 1 + 2 * named : 0) + (self->typed ? count + named : 0);
    PyObject *key = PyTuple_New(size), *name, *value;
    if (key == NULL) {
        return NULL;
    }
    Py_ssize_t used = 0, pos = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(key, used++, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    if (named > 0) {
        PyTuple_SET_ITEM(key, used++, Py_NewRef(self->keyword_mark));
        while (PyDict_Next(kwargs, &pos, &name, &value)) {
            PyTuple_SET_ITEM(key, used++, Py_NewRef(name));
            PyTuple_SET_ITEM(key, used++, Py_NewRef(value));
        }
    }
    if (self->typed) {
        for (Py_ssize_t i = 0; i < count; i++) {
            PyTuple_SET_ITEM(key, used++,
                             Py_NewRef((PyObject *)Py_TYPE(PyTuple_GET_ITEM(args, i))));
        }
        pos = 0;
        while (named > 0 && PyDict_Next(kwargs, &pos, &name, &value)) {
            PyTuple_SET_ITEM(key, used++, Py_NewRef((PyObject *)Py_TYPE(value)));
        }
    }
    return key;
}

static PyObject *
call_uncached(Cache *self, PyObject *args, PyObject *kwargs)
{
    self->misses++;
    return PyObject_Call(self->func, args, kwargs);
}

static PyObject *
call_unbounded(Cache *self, PyObject *args, PyObject *kwargs)
{
    PyObject *key = make_key(self, args, kwargs), *result = NULL;
    Py_hash_t hash = key == NULL ? -1 : PyObject_Hash(key);
    if (hash != -1) {
        result = Py_XNewRef(_PyDict_GetItem_KnownHash(self->cache, key, hash));
        if (result != NULL) {
            self->hits++;
        }
        else if (!PyErr_Occurred()) {
            self->misses++;
            result = PyObject_Call(self->func, args, kwargs);
            if (result != NULL && _PyDict_SetItem_KnownHash(self->cache, key, result, hash) < 0) {
                Py_CLEAR(result);
            }
        }
    }
    Py_XDECREF(key);
    return result;
}

/* Adds a link for a result; steals `key`. */
static status
add_link_take(Cache *self, PyObject *key, Py_hash_t hash, PyObject *result)
{
    Link *link = PyObject_New(Link, self->link_type);
    if (link == NULL) {
        Py_DECREF(key);
        return -1;
    }
    link->hash = hash;
    link->key = key;
    link->result = Py_NewRef(result);
    /* A comparison may add the same key meanwhile; this link then replaces that one in the dict, and
       the ring keeps an orphan until it is the oldest. */
    if (_PyDict_SetItem_KnownHash(self->cache, key, (PyObject *)link, hash) < 0) {
        Py_DECREF(link);
        return -1;
    }
    ring_add_newest(self, link);
    return 0;
}

/* Takes the oldest link out of dict and ring and uses it for a new result; steals `key`. */
static status
reuse_oldest_take(Cache *self, PyObject *key, Py_hash_t hash, PyObject *result)
{
    Link *link = self->root.next;
    ring_remove(link);
    Py_INCREF(link);
    PyObject *found = _PyDict_GetItem_KnownHash(self->cache, link->key, link->hash);
    status removed = found == NULL ? -1
                                   : _PyDict_DelItem_KnownHash(self->cache, link->key, link->hash);
    if (removed < 0 && (found != NULL ? PyErr_ExceptionMatches(PyExc_KeyError) != 0
                                      : PyErr_Occurred() == NULL)) {
        /* The function, or another thread, has removed the key: the link was an orphan. */
        PyErr_Clear();
        Py_DECREF(link);
        Py_DECREF(link);
        Py_DECREF(key);
        return 0;
    }
    if (removed < 0) {
        /* Back where it was, so that the error changed nothing. */
        ring_insert(link, &self->root, self->root.next);
        Py_DECREF(link);
        Py_DECREF(key);
        return -1;
    }
    Py_DECREF(link);
    /* The old key and result live until the link is in place: their end runs code. */
    PyObject *old_key = link->key, *old_result = link->result;
    link->hash = hash;
    link->key = key;
    link->result = Py_NewRef(result);
    status done = _PyDict_SetItem_KnownHash(self->cache, key, (PyObject *)link, hash);
    if (done < 0) {
        Py_DECREF(link);
    }
    else {
        ring_add_newest(self, link);
    }
    Py_DECREF(old_key);
    Py_DECREF(old_result);
    return done;
}

static PyObject *
bounded_miss_take(Cache *self, PyObject *key, Py_hash_t hash, PyObject *args, PyObject *kwargs)
{
    self->misses++;
    PyObject *result = PyObject_Call(self->func, args, kwargs);
    if (result == NULL) {
        Py_DECREF(key);
        return NULL;
    }
    PyObject *known = _PyDict_GetItem_KnownHash(self->cache, key, hash);
    if (known != NULL || PyErr_Occurred()) {
        /* The call has added the same key itself: nothing is left to do. */
        Py_DECREF(key);
        if (known == NULL) {
            Py_CLEAR(result);
        }
        return result;
    }
    bool room = PyDict_GET_SIZE(self->cache) < self->maxsize || self->root.next == &self->root;
    if ((room ? add_link_take : reuse_oldest_take)(self, key, hash, result) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
call_bounded(Cache *self, PyObject *args, PyObject *kwargs)
{
    PyObject *key = make_key(self, args, kwargs);
    if (key == NULL) {
        return NULL;
    }
    Py_hash_t hash = PyObject_Hash(key);
    Link *link = hash == -1 ? NULL
                            : (Link *)_PyDict_GetItem_KnownHash(self->cache, key, hash);
    if (link != NULL) {
        ring_remove(link);
        ring_add_newest(self, link);
        self->hits++;
        PyObject *result = Py_NewRef(link->result);
        Py_DECREF(key);
        return result;
    }
    if (PyErr_Occurred()) {
        Py_DECREF(key);
        return NULL;
    }
    return bounded_miss_take(self, key, hash, args, kwargs);
}

/* How calls are cached for a `maxsize` argument; NULL with TypeError. */
static CacheCall
choose_call(PyObject *argument, Py_ssize_t *maxsize)
{
    if (argument == Py_None) {
        *maxsize = -1;
        return call_unbounded;
    }
    if (!PyIndex_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "maxsize should be integer or None");
        return NULL;
    }
    *maxsize = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    if (*maxsize == -1 && PyErr_Occurred()) {
        return NULL;
    }
    *maxsize = Py_MAX(*maxsize, 0);
    return *maxsize == 0 ? call_uncached : call_bounded;
}

static PyObject *
cache_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"user_function", "maxsize", "typed", "cache_info_type", NULL};
    PyObject *func, *size, *info_type;
    int typed;
    Py_ssize_t maxsize;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOpO:lru_cache", keywords, &func, &size,
                                     &typed, &info_type)) {
        return NULL;
    }
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "the first argument must be callable");
        return NULL;
    }
    State *state = state_of_type(type);
    CacheCall call = state == NULL ? NULL : choose_call(size, &maxsize);
    PyObject *cache = call == NULL ? NULL : PyDict_New();
    Cache *self = cache == NULL ? NULL : (Cache *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(cache);
        return NULL;
    }
    self->root.previous = self->root.next = &self->root;
    self->call = call;
    self->typed = typed;
    self->cache = cache;
    self->func = Py_NewRef(func);
    self->maxsize = maxsize;
    self->keyword_mark = Py_NewRef(state->keyword_mark);
    self->link_type = (PyTypeObject *)Py_NewRef((PyObject *)state->link_type);
    self->info_type = Py_NewRef(info_type);
    return (PyObject *)self;
}

static int
cache_tp_clear(Cache *self)
{
    Link *links = ring_detach(self);
    Py_CLEAR(self->cache);
    drop_links(links);
    Py_CLEAR(self->func);
    Py_CLEAR(self->keyword_mark);
    Py_CLEAR(self->link_type);
    Py_CLEAR(self->info_type);
    Py_CLEAR(self->dict);
    return 0;
}

static int
cache_tp_traverse(Cache *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    for (Link *link = self->root.next; link != &self->root; link = link->next) {
        Py_VISIT(link->key);
        Py_VISIT(link->result);
        Py_VISIT(Py_TYPE(link));
    }
    Py_VISIT(self->cache);
    Py_VISIT(self->func);
    Py_VISIT(self->keyword_mark);
    Py_VISIT(self->link_type);
    Py_VISIT(self->info_type);
    Py_VISIT(self->dict);
    return 0;
}

static void
cache_tp_dealloc(Cache *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    cache_tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
cache_tp_call(Cache *self, PyObject *args, PyObject *kwargs)
{
    return self->call(self, args, kwargs);
}

static PyObject *
cache_tp_descr_get(PyObject *self, PyObject *instance, PyObject *owner)
{
    return instance == Py_None || instance == NULL ? Py_NewRef(self) : PyMethod_New(self, instance);
}

METHOD(cache, cache_info, NULL, "Counts of hits, misses, the limit and the size.")
static PyObject *
cache_cache_info(Cache *self)
{
    if (self->maxsize == -1) {
        return PyObject_CallFunction(self->info_type, "nnOn", self->hits, self->misses, Py_None,
                                     PyDict_GET_SIZE(self->cache));
    }
    return PyObject_CallFunction(self->info_type, "nnnn", self->hits, self->misses, self->maxsize,
                                 PyDict_GET_SIZE(self->cache));
}

METHOD(cache, cache_clear, NULL, "Forget all results and counts.")
static PyObject *
cache_cache_clear(Cache *self)
{
    Link *links = ring_detach(self);
    self->hits = self->misses = 0;
    PyDict_Clear(self->cache);
    drop_links(links);
    Py_RETURN_NONE;
}

METHOD(cache, __reduce__, NULL, "Pickled by name.")
static PyObject *
cache___reduce__(PyObject *self)
{
    return PyObject_GetAttrString(self, "__qualname__");
}

METHOD(cache, __copy__, NULL, "The cache itself.")
static PyObject *
cache___copy__(PyObject *self, PyObject *args)
{
    return Py_NewRef(self);
}

METHOD(cache, __deepcopy__, NULL, "The cache itself.")
static PyObject *
cache___deepcopy__(PyObject *self, PyObject *args)
{
    return Py_NewRef(self);
}

GETTER(cache, __dict__, NULL)
static PyObject *
cache___dict__(Cache *self, void *closure)
{
    return PyObject_GenericGetDict((PyObject *)self, closure);
}

SETTER(cache, __dict__)
static int
cache_set___dict__(Cache *self, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict((PyObject *)self, value, closure);
}

MEMBER(cache, __dictoffset__, T_PYSSIZET, Cache, dict, READONLY, NULL)
MEMBER(cache, __weaklistoffset__, T_PYSSIZET, Cache, weakrefs, READONLY, NULL)

HEAPTYPE(cache, "functools._lru_cache_wrapper", Cache, NULL,
         "A callable that remembers results of another one.\n\n"
         "user_function    the function that is called\n"
         "maxsize          0 remembers nothing, None everything, n the n results used last\n"
         "typed            if true, equal arguments of different types are different\n"
         "cache_info_type  called with hits, misses, maxsize, currsize by cache_info()",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_METHOD_DESCRIPTOR |
             Py_TPFLAGS_IMMUTABLETYPE)

/* ---- the module ---- */

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec, bool visible)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && visible && PyModule_AddType(module, type) < 0) {
        Py_CLEAR(type);
    }
    return type;
}

static int
_functools_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    if ((state->keyword_mark = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type)) == NULL ||
        (state->partial_type = add_type(module, &partial_spec, true)) == NULL ||
        (state->cache_type = add_type(module, &cache_spec, true)) == NULL ||
        (state->key_type = add_type(module, &key_spec, false)) == NULL ||
        (state->link_type = add_type(module, &link_spec, false)) == NULL) {
        return -1;
    }
    return 0;
}

static int
_functools_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->keyword_mark);
    Py_VISIT(state->partial_type);
    Py_VISIT(state->key_type);
    Py_VISIT(state->link_type);
    Py_VISIT(state->cache_type);
    return 0;
}

static int
_functools_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->keyword_mark);
    Py_CLEAR(state->partial_type);
    Py_CLEAR(state->key_type);
    Py_CLEAR(state->link_type);
    Py_CLEAR(state->cache_type);
    return 0;
}

static void
_functools_free(void *module)
{
    _functools_clear(module);
}

static PyModuleDef_Slot _functools_slots[] = {
    {Py_mod_exec, _functools_exec},
    {0, NULL},
};

static PyMethodDef _functools_functions[];

static WRITTEN struct PyModuleDef _functools_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_functools",
    .m_doc = PyDoc_STR("Tools for functions that work on functions."),
    .m_size = sizeof(State),
    .m_methods = _functools_functions,
    .m_slots = _functools_slots,
    .m_traverse = _functools_traverse,
    .m_clear = _functools_clear,
    .m_free = _functools_free,
};

PyMODINIT_FUNC
PyInit__functools(void)
{
    return PyModuleDef_Init(&_functools_module);
}

#include "gen/modules/_functools.inc"
