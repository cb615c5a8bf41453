/* itertools: the module and tee.

   The iterators that tee() gives share a linked list of blocks with the items read so far; the block
   with the oldest item that one of them still needs is the first that is alive. */
#include "modules/itertools/itertools.h"

enum { BLOCK_ITEMS = 57 };

typedef struct TeeBlock {
    PyObject_HEAD
    PyObject *it;
    int used;                   /* items read into this block */
    int running;                /* the iterator is being asked for the next item */
    struct TeeBlock *next;      /* owned, or NULL */
    PyObject *items[BLOCK_ITEMS];
} TeeBlock;

typedef struct {
    PyObject_HEAD
    TeeBlock *block;
    int index;                  /* of the next item in the block */
    PyObject *weakrefs;
} Tee;

static PyTypeObject TeeBlock_Type;
static PyTypeObject Tee_Type;

/* ---- blocks ---- */

static TeeBlock *
block_make(PyObject *it)
{
    TeeBlock *self = PyObject_GC_New(TeeBlock, &TeeBlock_Type);
    if (self == NULL) {
        return NULL;
    }
    self->it = Py_NewRef(it);
    self->used = 0;
    self->running = 0;
    self->next = NULL;
    PyObject_GC_Track(self);
    return self;
}

/* The block behind this one, a new reference. */
static TeeBlock *
block_next(TeeBlock *self)
{
    if (self->next == NULL) {
        self->next = block_make(self->it);
    }
    return (TeeBlock *)Py_XNewRef((PyObject *)self->next);
}

static PyObject *
block_item(TeeBlock *self, int i)
{
    if (i < self->used) {
        return Py_NewRef(self->items[i]);
    }
    if (self->running) {
        PyErr_SetString(PyExc_RuntimeError, "cannot re-enter the tee iterator");
        return NULL;
    }
    self->running = 1;
    PyObject *item = PyIter_Next(self->it);
    self->running = 0;
    if (item != NULL) {
        self->items[self->used++] = Py_NewRef(item);
    }
    return item;
}

/* Drops a chain of blocks one by one; recursion could be as deep as the chain is long. */
static void
drop_blocks(TeeBlock *block)
{
    while (block != NULL && Py_REFCNT(block) == 1) {
        TeeBlock *next = block->next;
        block->next = NULL;
        Py_DECREF(block);
        block = next;
    }
    Py_XDECREF(block);
}

static int
_tee_dataobject_tp_clear(TeeBlock *self)
{
    Py_CLEAR(self->it);
    for (int i = 0; i < self->used; i++) {
        Py_CLEAR(self->items[i]);
    }
    self->used = 0;
    TeeBlock *next = self->next;
    self->next = NULL;
    drop_blocks(next);
    return 0;
}

static void
_tee_dataobject_tp_dealloc(TeeBlock *self)
{
    PyObject_GC_UnTrack(self);
    _tee_dataobject_tp_clear(self);
    PyObject_GC_Del(self);
}

static int
_tee_dataobject_tp_traverse(TeeBlock *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    for (int i = 0; i < self->used; i++) {
        Py_VISIT(self->items[i]);
    }
    Py_VISIT(self->next);
    return 0;
}

NEW(_tee_dataobject, "teedataobject(iterable, values, next, /)")
static PyObject *
_tee_dataobject_new(PyTypeObject *type, PyObject *iterable, PyObject *values, PyObject *next)
{
    if (!PyList_Check(values)) {
        _PyArg_BadArgument("teedataobject", "argument 2", "list", values);
        return NULL;
    }
    TeeBlock *self = block_make(iterable);
    if (self == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(values);
    bool full = count == BLOCK_ITEMS;
    /* Only a full block has one behind it. */
    if (count > BLOCK_ITEMS ||
        (next != Py_None && !(full && Py_IS_TYPE(next, &TeeBlock_Type)))) {
        PyErr_SetString(PyExc_ValueError, "Invalid arguments");
        Py_DECREF(self);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        self->items[i] = Py_NewRef(PyList_GET_ITEM(values, i));
    }
    self->used = (int)count;
    if (next != Py_None) {
        self->next = (TeeBlock *)Py_NewRef(next);
    }
    return (PyObject *)self;
}

METHOD(_tee_dataobject, __reduce__, NULL, "State for pickle.")
static PyObject *
_tee_dataobject___reduce__(TeeBlock *self)
{
    PyObject *values = PyList_New(self->used);
    for (int i = 0; values != NULL && i < self->used; i++) {
        PyList_SET_ITEM(values, i, Py_NewRef(self->items[i]));
    }
    if (values == NULL) {
        return NULL;
    }
    return Py_BuildValue("O(ONO)", Py_TYPE(self), self->it, values,
                         self->next ? (PyObject *)self->next : Py_None);
}

TYPE(_tee_dataobject, TeeBlock_Type, "itertools._tee_dataobject", TeeBlock, NULL,
     "teedataobject(iterable, values, next, /)\n--\n\nItems that the iterators of one tee() share.",
     .tp_getattro = PyObject_GenericGetAttr, .tp_free = PyObject_GC_Del,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- the iterators ---- */

static PyObject *
tee_make(TeeBlock *block, int index)
{
    Tee *self = PyObject_GC_New(Tee, &Tee_Type);
    if (self == NULL) {
        return NULL;
    }
    self->block = (TeeBlock *)Py_NewRef((PyObject *)block);
    self->index = index;
    self->weakrefs = NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

NEW(_tee, "(iterable, /)")
static PyObject *
_tee_new(PyTypeObject *type, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable), *result = NULL;
    if (it == NULL) {
        return NULL;
    }
    if (PyObject_TypeCheck(it, &Tee_Type)) {
        result = tee_make(((Tee *)it)->block, ((Tee *)it)->index);
    }
    else {
        TeeBlock *block = block_make(it);
        if (block != NULL) {
            result = tee_make(block, 0);
            Py_DECREF(block);
        }
    }
    Py_DECREF(it);
    return result;
}

static int
_tee_tp_clear(Tee *self)
{
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    TeeBlock *block = self->block;
    self->block = NULL;
    drop_blocks(block);
    return 0;
}

static void
_tee_tp_dealloc(Tee *self)
{
    PyObject_GC_UnTrack(self);
    _tee_tp_clear(self);
    PyObject_GC_Del(self);
}

static int
_tee_tp_traverse(Tee *self, visitproc visit, void *arg)
{
    Py_VISIT(self->block);
    return 0;
}

static PyObject *
_tee_tp_iternext(Tee *self)
{
    if (self->block == NULL) {
        return NULL;
    }
    if (self->index >= BLOCK_ITEMS) {
        TeeBlock *next = block_next(self->block);
        if (next == NULL) {
            return NULL;
        }
        TeeBlock *old = self->block;
        self->block = next;
        self->index = 0;
        Py_DECREF(old);
    }
    PyObject *item = block_item(self->block, self->index);
    if (item != NULL) {
        self->index++;
    }
    return item;
}

METHOD(_tee, __copy__, NULL, "An independent iterator over the same items.")
static PyObject *
_tee___copy__(Tee *self)
{
    return tee_make(self->block, self->index);
}

METHOD(_tee, __reduce__, NULL, "State for pickle.")
static PyObject *
_tee___reduce__(Tee *self)
{
    return Py_BuildValue("O(())(Oi)", Py_TYPE(self), self->block, self->index);
}

METHOD(_tee, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
_tee___setstate__(Tee *self, PyObject *state)
{
    PyObject *block;
    int index;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O!i", &TeeBlock_Type, &block, &index)) {
        return NULL;
    }
    if (index < 0 || index > BLOCK_ITEMS) {
        PyErr_SetString(PyExc_ValueError, "Index out of range");
        return NULL;
    }
    TeeBlock *old = self->block;
    self->block = (TeeBlock *)Py_NewRef(block);
    self->index = index;
    drop_blocks(old);
    Py_RETURN_NONE;
}

TYPE(_tee, Tee_Type, "itertools._tee", Tee, "(iterable, /)",
     "An iterator that can be copied.",
     .tp_iter = PyObject_SelfIter,
     .tp_free = PyObject_GC_Del, .tp_weaklistoffset = offsetof(Tee, weakrefs),
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- tee() ---- */

/* `first` and copies of it, as a tuple of n; takes over `first`. */
static PyObject *
tee_copies_take(PyObject *first, Py_ssize_t n)
{
    PyObject *copy, *result = PyTuple_New(n);
    if (result == NULL || _PyObject_LookupAttr(first, ID(__copy__), &copy) < 0) {
        Py_XDECREF(result);
        Py_DECREF(first);
        return NULL;
    }
    if (copy == NULL) {
        /* Not an iterator that can be copied: put one around it. */
        PyObject *it = first;
        first = _tee_new(&Tee_Type, it);
        Py_DECREF(it);
        copy = first == NULL ? NULL : PyObject_GetAttr(first, ID(__copy__));
        if (copy == NULL) {
            Py_XDECREF(first);
            Py_DECREF(result);
            return NULL;
        }
    }
    PyTuple_SET_ITEM(result, 0, first);
    for (Py_ssize_t i = 1; i < n; i++) {
        PyObject *one = PyObject_CallNoArgs(copy);
        if (one == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, one);
    }
    Py_DECREF(copy);
    return result;
}

FUNCTION(itertools, tee, "($module, iterable, n=2, /)",
         "A tuple of n independent iterators over the same items.")
static PyObject *
itertools_tee(PyObject *module, PyObject *iterable, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "n must be >= 0");
        return NULL;
    }
    if (n == 0) {
        return PyTuple_New(0);
    }
    PyObject *it = PyObject_GetIter(iterable);
    return it == NULL ? NULL : tee_copies_take(it, n);
}

/* ---- the module ---- */

static int
itertools_exec(PyObject *module)
{
    PyTypeObject *const types[] = {&Tee_Type, &TeeBlock_Type};
    if (itertools_add_streams(module) < 0 || itertools_add_filters(module) < 0 ||
        itertools_add_combinatorics(module) < 0) {
        return -1;
    }
    return add_types(module, types, ARRAY_LEN(types));
}

static PyModuleDef_Slot itertools_slots[] = {
    {Py_mod_exec, itertools_exec},
    {0, NULL},
};

static PyMethodDef itertools_functions[];

static WRITTEN struct PyModuleDef itertools_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "itertools",
    .m_doc = PyDoc_STR("Iterators as building blocks: without end (count, cycle, repeat), made of\n"
                       "others (accumulate, chain, compress, dropwhile, filterfalse, groupby,\n"
                       "islice, pairwise, starmap, takewhile, tee, zip_longest), and combinatoric\n"
                       "(product, permutations, combinations, combinations_with_replacement)."),
    .m_methods = itertools_functions,
    .m_slots = itertools_slots,
};

PyMODINIT_FUNC
PyInit_itertools(void)
{
    return PyModuleDef_Init(&itertools_module);
}

#include "gen/modules/itertools/module.inc"
