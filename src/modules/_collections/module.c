/* The module _collections: defaultdict, the field descriptor of named tuples, counting. */
#include "modules/_collections/collections.h"

/* ---- defaultdict -------------------------------------------------------------------------- */

typedef struct {
    PyDictObject dict;
    PyObject *factory;              /* owned, or NULL */
} DefaultDict;

static PyTypeObject defaultdict_type;

METHOD(defaultdict, __missing__, "!($self, key, /)",
       "Called for a missing key: set it to what default_factory() returns, and return that.\n\n"
       "KeyError if there is no factory.")
static PyObject *
defaultdict___missing__(DefaultDict *self, PyObject *key)
{
    if (self->factory == NULL || self->factory == Py_None) {
        PyObject *packed = PyTuple_Pack(1, key);
        if (packed != NULL) {
            PyErr_SetObject(PyExc_KeyError, packed);
            Py_DECREF(packed);
        }
        return NULL;
    }
    PyObject *value = PyObject_CallNoArgs(self->factory);
    if (value != NULL && PyObject_SetItem((PyObject *)self, key, value) < 0) {
        Py_CLEAR(value);
    }
    return value;
}

METHOD(defaultdict, __copy__, "!($self, /)", "Return a shallow copy.")
METHOD(defaultdict, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
defaultdict_copy(DefaultDict *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(self),
                                        self->factory != NULL ? self->factory : Py_None, self, NULL);
}

METHOD(defaultdict, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
defaultdict___reduce__(DefaultDict *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *args = self->factory == NULL || self->factory == Py_None
                         ? PyTuple_New(0)
                         : PyTuple_Pack(1, self->factory);
    if (args == NULL) {
        return NULL;
    }
    PyObject *items = PyObject_CallMethodNoArgs((PyObject *)self, ID(items)), *iter = NULL;
    if (items != NULL) {
        iter = PyObject_GetIter(items);
        Py_DECREF(items);
    }
    PyObject *result = iter == NULL ? NULL
                                    : PyTuple_Pack(5, Py_TYPE(self), args, Py_None, Py_None, iter);
    Py_XDECREF(iter);
    Py_DECREF(args);
    return result;
}

CLASSMETHOD(defaultdict, __class_getitem__, "!($type, item, /)",
            "Return a generic alias, as in defaultdict[str, int].")
static PyObject *
defaultdict___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

MEMBER(defaultdict, default_factory, T_OBJECT, DefaultDict, factory, 0,
       "What is called for a missing key.")

static int
defaultdict_tp_init(DefaultDict *self, PyObject *args, PyObject *kwargs)
{
    PyObject *factory = NULL, *rest;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 0) {
        factory = PyTuple_GET_ITEM(args, 0);
        if (!PyCallable_Check(factory) && factory != Py_None) {
            PyErr_SetString(PyExc_TypeError, "first argument must be callable or None");
            return -1;
        }
    }
    rest = PyTuple_GetSlice(args, 1, n);
    if (rest == NULL) {
        return -1;
    }
    Py_XSETREF(self->factory, Py_XNewRef(factory));
    int err = PyDict_Type.tp_init((PyObject *)self, rest, kwargs);
    Py_DECREF(rest);
    return err;
}

static PyObject *
defaultdict_tp_repr(DefaultDict *self)
{
    PyObject *base = PyDict_Type.tp_repr((PyObject *)self), *factory;
    if (base == NULL) {
        return NULL;
    }
    if (self->factory == NULL) {
        factory = PyUnicode_FromString("None");
    }
    else {
        /* the factory may be a method of this very dict */
        int nested = Py_ReprEnter(self->factory);
        if (nested < 0) {
            Py_DECREF(base);
            return NULL;
        }
        if (nested > 0) {
            factory = PyUnicode_FromString("...");
        }
        else {
            factory = PyObject_Repr(self->factory);
            Py_ReprLeave(self->factory);
        }
    }
    PyObject *result = factory == NULL ? NULL
                                       : PyUnicode_FromFormat("%s(%U, %U)",
                                                              _PyType_Name(Py_TYPE(self)), factory, base);
    Py_DECREF(base);
    Py_XDECREF(factory);
    return result;
}

static PyObject *
defaultdict_nb_or(PyObject *left, PyObject *right)
{
    DefaultDict *self = (DefaultDict *)(PyObject_TypeCheck(left, &defaultdict_type) ? left : right);
    if (!PyDict_Check((PyObject *)self == left ? right : left)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(self),
                                                    self->factory ? self->factory : Py_None, left,
                                                    NULL);
    if (result != NULL && PyDict_Update(result, right) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static int
defaultdict_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((DefaultDict *)self)->factory);
    return PyDict_Type.tp_traverse(self, visit, arg);
}

static int
defaultdict_tp_clear(DefaultDict *self)
{
    Py_CLEAR(self->factory);
    return PyDict_Type.tp_clear((PyObject *)self);
}

static void
defaultdict_tp_dealloc(DefaultDict *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->factory);
    PyDict_Type.tp_dealloc((PyObject *)self);
}

TYPE(defaultdict, defaultdict_type, "collections.defaultdict", DefaultDict, NULL,
     "defaultdict(default_factory=None, /, [...]) -> a dict that makes missing values\n\n"
     "The factory is called without arguments for a key that is not there. The other arguments are\n"
     "those of dict().",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_getattro = PyObject_GenericGetAttr, .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del)

/* ---- the descriptor of a named tuple's field ----------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Py_ssize_t index;
    PyObject *doc;
} TupleGetter;

static PyTypeObject tuplegetter_type;

NEW(tuplegetter, "(index, doc, /)")
static PyObject *
tuplegetter_new(PyTypeObject *type, Py_ssize_t index, PyObject *doc)
{
    TupleGetter *self = (TupleGetter *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->index = index;
        self->doc = Py_NewRef(doc);
    }
    return (PyObject *)self;
}

static PyObject *
tuplegetter_tp_descr_get(PyObject *op, PyObject *obj, PyObject *Py_UNUSED(type))
{
    Py_ssize_t index = ((TupleGetter *)op)->index;
    if (obj == NULL || obj == Py_None) {
        return Py_NewRef(op);
    }
    if (!PyTuple_Check(obj)) {
        PyErr_Format(PyExc_TypeError,
                     "descriptor for index '%zd' for tuple subclasses doesn't apply to '%s' object",
                     index, Py_TYPE(obj)->tp_name);
        return NULL;
    }
    if (index < 0 || index >= PyTuple_GET_SIZE(obj)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return Py_NewRef(PyTuple_GET_ITEM(obj, index));
}

static int
tuplegetter_tp_descr_set(PyObject *Py_UNUSED(op), PyObject *Py_UNUSED(obj), PyObject *value)
{
    PyErr_SetString(PyExc_AttributeError,
                    value == NULL ? "can't delete attribute" : "can't set attribute");
    return -1;
}

static int
tuplegetter_tp_traverse(TupleGetter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->doc);
    return 0;
}

static int
tuplegetter_tp_clear(TupleGetter *self)
{
    Py_CLEAR(self->doc);
    return 0;
}

static void
tuplegetter_tp_dealloc(TupleGetter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->doc);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
tuplegetter_tp_repr(TupleGetter *self)
{
    return PyUnicode_FromFormat("%s(%zd, %R)", _PyType_Name(Py_TYPE(self)), self->index, self->doc);
}

METHOD(tuplegetter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
tuplegetter___reduce__(TupleGetter *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(O(nO))", Py_TYPE(self), self->index, self->doc);
}

MEMBER(tuplegetter, __doc__, T_OBJECT, TupleGetter, doc, 0, NULL)

TYPE(tuplegetter, tuplegetter_type, "_collections._tuplegetter", TupleGetter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- counting ----------------------------------------------------------------------------- */

/* One more of key in an exact dict; -1 with an exception. */
static status
count_in_dict(PyObject *mapping, PyObject *key, PyObject *one)
{
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return -1;
    }
    PyObject *old = _PyDict_GetItem_KnownHash(mapping, key, hash);
    if (old == NULL) {
        return PyErr_Occurred() ? -1 : _PyDict_SetItem_KnownHash(mapping, key, one, hash);
    }
    PyObject *value = PyNumber_Add(old, one);
    if (value == NULL) {
        return -1;
    }
    int err = _PyDict_SetItem_KnownHash(mapping, key, value, hash);
    Py_DECREF(value);
    return err;
}

static status
count_in_mapping(PyObject *mapping, PyObject *get, PyObject *key, PyObject *zero, PyObject *one)
{
    PyObject *old = PyObject_CallFunctionObjArgs(get, key, zero, NULL);
    if (old == NULL) {
        return -1;
    }
    PyObject *value = PyNumber_Add(old, one);
    Py_DECREF(old);
    if (value == NULL) {
        return -1;
    }
    int err = PyObject_SetItem(mapping, key, value);
    Py_DECREF(value);
    return err;
}

FUNCTION(collections, _count_elements, "($module, mapping, iterable, /)",
         "Count the elements of an iterable in a mapping from element to number.")
static PyObject *
collections__count_elements(PyObject *Py_UNUSED(module), PyObject *mapping, PyObject *iterable)
{
    PyObject *iter = PyObject_GetIter(iterable), *key, *get = NULL, *zero = NULL, *one = NULL;
    if (iter == NULL) {
        return NULL;
    }
    one = PyLong_FromLong(1);
    if (one == NULL) {
        goto done;
    }
    /* only a mapping that looks up and stores like dict can take the short way */
    PyObject *mapping_get = _PyType_Lookup(Py_TYPE(mapping), ID(get));
    PyObject *dict_get = _PyType_Lookup(&PyDict_Type, ID(get));
    PyObject *mapping_set = _PyType_Lookup(Py_TYPE(mapping), ID(__setitem__));
    PyObject *dict_set = _PyType_Lookup(&PyDict_Type, ID(__setitem__));
    if (mapping_get != NULL && mapping_get == dict_get && mapping_set != NULL &&
        mapping_set == dict_set && PyDict_Check(mapping)) {
        while ((key = PyIter_Next(iter)) != NULL) {
            status err = count_in_dict(mapping, key, one);
            Py_DECREF(key);
            if (err < 0) {
                goto done;
            }
        }
    }
    else {
        get = PyObject_GetAttr(mapping, ID(get));
        zero = PyLong_FromLong(0);
        if (get == NULL || zero == NULL) {
            goto done;
        }
        while ((key = PyIter_Next(iter)) != NULL) {
            status err = count_in_mapping(mapping, get, key, zero, one);
            Py_DECREF(key);
            if (err < 0) {
                goto done;
            }
        }
    }
done:
    Py_DECREF(iter);
    Py_XDECREF(get);
    Py_XDECREF(zero);
    Py_XDECREF(one);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* ---- the module --------------------------------------------------------------------------- */

#include "gen/modules/_collections/module.inc"

static int
collections_exec(PyObject *module)
{
    defaultdict_type.tp_base = &PyDict_Type;
    PyTypeObject *types[] = {
        collections_deque_type,      &defaultdict_type,
        &PyODict_Type,               collections_dequeiter_type,
        collections_dequereviter_type, &tuplegetter_type,
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (PyModule_AddType(module, types[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot collections_slots[] = {
    {Py_mod_exec, collections_exec},
    {0, NULL},
};

static WRITTEN struct PyModuleDef collections_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_collections",
    .m_doc = "The containers of collections that are written in C.",
    .m_methods = collections_functions,
    .m_slots = collections_slots,
};

PyMODINIT_FUNC
PyInit__collections(void)
{
    return PyModuleDef_Init(&collections_module);
}
