/* map, filter and zip. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/state.h"
#include "types/pairs.h"
#include "types/tuple.h"

/* The next item of an iterator; NULL at the end with no exception, or with one. */
static ALWAYS_INLINE PyObject *
next_of(PyObject *it)
{
    return Py_TYPE(it)->tp_iternext(it);
}

/* A tuple of iterators over n iterables: new reference. */
static PyObject *
iterators_of(PyObject *const *iterables, Py_ssize_t n)
{
    PyObject *tuple = PyTuple_New(n);
    if (tuple == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *it = PyObject_GetIter(iterables[i]);
        if (it == NULL) {
            Py_DECREF(tuple);
            return NULL;
        }
        PyTuple_SET_ITEM(tuple, i, it);
    }
    return tuple;
}

/* ---- map -------------------------------------------------------------------------------- */

struct Map {
    PyObject_HEAD
    PyObject *iters;                /* tuple of iterators */
    PyObject *func;
};

static PyObject *
map_make(PyTypeObject *type, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 2) {
        PyErr_SetString(PyExc_TypeError, "map() must have at least two arguments.");
        return NULL;
    }
    PyObject *iters = iterators_of(args + 1, nargs - 1);
    if (iters == NULL) return NULL;
    struct Map *self = (struct Map *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(iters);
        return NULL;
    }
    self->iters = iters;
    self->func = Py_NewRef(args[0]);
    return (PyObject *)self;
}

static PyObject *
map_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if ((type == &PyMap_Type || type->tp_init == PyMap_Type.tp_init)
        && !_PyArg_NoKeywords("map", kwargs)) {
        return NULL;
    }
    return map_make(type, ((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args));
}

static PyObject *
map_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (!_PyArg_NoKwnames("map", kwnames)) return NULL;
    return map_make((PyTypeObject *)type, args, PyVectorcall_NARGS(nargsf));
}

static void
map_tp_dealloc(struct Map *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->iters);
    Py_XDECREF(self->func);
    Py_TYPE(self)->tp_free(self);
}

static int
map_tp_traverse(struct Map *self, visitproc visit, void *arg)
{
    Py_VISIT(self->iters);
    Py_VISIT(self->func);
    return 0;
}

static PyObject *
map_tp_iternext(struct Map *self)
{
    enum { LOCAL = 5 };
    PyObject *local[LOCAL + 1], **stack = local + 1, *result = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(self->iters), taken = 0;
    if (likely(n == 1)) {
        PyObject *item = next_of(PyTuple_GET_ITEM(self->iters, 0));
        if (item == NULL) return NULL;
        local[1] = item;
        result = PyObject_Vectorcall(self->func, local + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
        Py_DECREF(item);
        return result;
    }
    if (n > LOCAL) {
        stack = PyMem_New(PyObject *, (size_t)n);
        if (stack == NULL) return PyErr_NoMemory();
    }
    for (; taken < n; taken++) {
        stack[taken] = next_of(PyTuple_GET_ITEM(self->iters, taken));
        if (stack[taken] == NULL) goto done;
    }
    /* With room before the arguments a bound method need not copy them. */
    result = PyObject_Vectorcall(self->func, stack,
                                 (size_t)n | (n > LOCAL ? 0 : PY_VECTORCALL_ARGUMENTS_OFFSET), NULL);
done:
    while (taken-- > 0) Py_DECREF(stack[taken]);
    if (n > LOCAL) PyMem_Free(stack);
    return result;
}

METHOD(map, __reduce__, NULL, "State for pickle.")
static PyObject *
map___reduce__(struct Map *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t n = PyTuple_GET_SIZE(self->iters);
    PyObject *args = PyTuple_New(n + 1);
    if (args == NULL) return NULL;
    PyTuple_SET_ITEM(args, 0, Py_NewRef(self->func));
    for (Py_ssize_t i = 0; i < n; i++) {
        PyTuple_SET_ITEM(args, i + 1, Py_NewRef(PyTuple_GET_ITEM(self->iters, i)));
    }
    return Py_BuildValue("ON", Py_TYPE(self), args);
}

TYPE(map, PyMap_Type, "map", struct Map, NULL,
     "map(func, *iterables) --> map object\n\n"
     "An iterator over func(a, b, ...) for the items of the iterables, until one ends.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_iter = PyObject_SelfIter, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del,
     .tp_vectorcall = map_vectorcall)

/* ---- filter ----------------------------------------------------------------------------- */

struct Filter {
    PyObject_HEAD
    PyObject *func;                 /* None or bool: the truth of the item itself */
    PyObject *it;
};

static PyObject *
filter_make(PyTypeObject *type, PyObject *func, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL) return NULL;
    struct Filter *self = (struct Filter *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(it);
        return NULL;
    }
    self->func = Py_NewRef(func);
    self->it = it;
    return (PyObject *)self;
}

static PyObject *
filter_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *func, *iterable;
    if ((type == &PyFilter_Type || type->tp_init == PyFilter_Type.tp_init)
        && !_PyArg_NoKeywords("filter", kwargs)) {
        return NULL;
    }
    if (!PyArg_UnpackTuple(args, "filter", 2, 2, &func, &iterable)) return NULL;
    return filter_make(type, func, iterable);
}

static PyObject *
filter_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("filter", kwnames) || !_PyArg_CheckPositional("filter", nargs, 2, 2)) {
        return NULL;
    }
    return filter_make((PyTypeObject *)type, args[0], args[1]);
}

static void
filter_tp_dealloc(struct Filter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->func);
    Py_XDECREF(self->it);
    Py_TYPE(self)->tp_free(self);
}

static int
filter_tp_traverse(struct Filter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->func);
    Py_VISIT(self->it);
    return 0;
}

static PyObject *
filter_tp_iternext(struct Filter *self)
{
    bool plain = self->func == Py_None || self->func == (PyObject *)&PyBool_Type;
    for (;;) {
        PyObject *item = next_of(self->it);
        if (item == NULL) return NULL;
        int keep;
        if (plain) {
            keep = PyObject_IsTrue(item);
        } else {
            PyObject *good = PyObject_CallOneArg(self->func, item);
            if (good == NULL) {
                Py_DECREF(item);
                return NULL;
            }
            keep = PyObject_IsTrue(good);
            Py_DECREF(good);
        }
        if (keep > 0) return item;
        Py_DECREF(item);
        if (keep < 0) return NULL;
    }
}

METHOD(filter, __reduce__, NULL, "State for pickle.")
static PyObject *
filter___reduce__(struct Filter *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->func, self->it);
}

TYPE(filter, PyFilter_Type, "filter", struct Filter, NULL,
     "filter(function or None, iterable) --> filter object\n\n"
     "An iterator over the items for which function(item), or the item itself, is true.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_iter = PyObject_SelfIter, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del,
     .tp_vectorcall = filter_vectorcall)

/* ---- zip -------------------------------------------------------------------------------- */

/* `result` is the tuple given out last; if nobody kept it, it is used again. */
struct Zip {
    PyObject_HEAD
    Py_ssize_t count;
    PyObject *iters;                /* tuple of `count` iterators */
    PyObject *result;
    int strict;
};

static PyObject *
zip_make(PyTypeObject *type, PyObject *const *args, Py_ssize_t nargs, int strict)
{
    PyObject *iters = iterators_of(args, nargs);
    if (iters == NULL) return NULL;
    PyObject *result = PyTuple_New(nargs);
    struct Zip *self = NULL;
    if (result != NULL) {
        for (Py_ssize_t i = 0; i < nargs; i++) PyTuple_SET_ITEM(result, i, Py_NewRef(Py_None));
        self = (struct Zip *)type->tp_alloc(type, 0);
    }
    if (self == NULL) {
        Py_DECREF(iters);
        Py_XDECREF(result);
        return NULL;
    }
    self->count = nargs;
    self->iters = iters;
    self->result = result;
    self->strict = strict;
    return (PyObject *)self;
}

static PyObject *
zip_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int strict = 0;
    if (kwargs != NULL) {
        static char *names[] = {"strict", NULL};
        PyObject *empty = PyTuple_New(0);
        if (empty == NULL) return NULL;
        int parsed = PyArg_ParseTupleAndKeywords(empty, kwargs, "|$p:zip", names, &strict);
        Py_DECREF(empty);
        if (!parsed) return NULL;
    }
    return zip_make(type, ((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args), strict);
}

static void
zip_tp_dealloc(struct Zip *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->iters);
    Py_XDECREF(self->result);
    Py_TYPE(self)->tp_free(self);
}

static int
zip_tp_traverse(struct Zip *self, visitproc visit, void *arg)
{
    Py_VISIT(self->iters);
    Py_VISIT(self->result);
    return 0;
}

/* Iterator i ended: with strict, that must be the first and all others must end, too. */
static PyObject *
zip_ended(struct Zip *self, Py_ssize_t i)
{
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return NULL;
        PyErr_Clear();
    }
    if (!self->strict) return NULL;
    if (i > 0) {
        return PyErr_Format(PyExc_ValueError, "zip() argument %zd is shorter than argument%s%zd",
                            i + 1, i == 1 ? " " : "s 1-", i);
    }
    for (i = 1; i < self->count; i++) {
        PyObject *item = next_of(PyTuple_GET_ITEM(self->iters, i));
        if (item != NULL) {
            Py_DECREF(item);
            return PyErr_Format(PyExc_ValueError, "zip() argument %zd is longer than argument%s%zd",
                                i + 1, i == 1 ? " " : "s 1-", i);
        }
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return NULL;
            PyErr_Clear();
        }
    }
    return NULL;
}

static PyObject *
zip_tp_iternext(struct Zip *self)
{
    Py_ssize_t n = self->count;
    PyObject *result = self->result;
    if (n == 0) return NULL;
    if (Py_REFCNT(result) == 1) {
        Py_INCREF(result);
        PyObject **items = ((PyTupleObject *)result)->ob_item;
        for (Py_ssize_t i = 0; i < n; i++) {
            PyObject *item = next_of(PyTuple_GET_ITEM(self->iters, i));
            if (item == NULL) {
                Py_DECREF(result);
                return zip_ended(self, i);
            }
            Py_SETREF(items[i], item);
        }
        /* A collection may have found the old contents harmless. */
        if (!gc_is_tracked(result)) gc_track(result);
        return result;
    }
    result = PyTuple_New(n);
    if (result == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = next_of(PyTuple_GET_ITEM(self->iters, i));
        if (item == NULL) {
            Py_DECREF(result);
            return zip_ended(self, i);
        }
        PyTuple_SET_ITEM(result, i, item);
    }
    return result;
}

bool
zip_is_of_two(PyObject *self)
{
    return ((struct Zip *)self)->count == 2;
}

bool
zip_step(PyObject *op, PyObject **first, PyObject **second)
{
    struct Zip *self = (struct Zip *)op;
    *first = next_of(PyTuple_GET_ITEM(self->iters, 0));
    if (*first == NULL) {
        zip_ended(self, 0);
        return false;
    }
    *second = next_of(PyTuple_GET_ITEM(self->iters, 1));
    if (*second == NULL) {
        Py_DECREF(*first);
        zip_ended(self, 1);
        return false;
    }
    return true;
}

METHOD(zip, __reduce__, NULL, "State for pickle.")
static PyObject *
zip___reduce__(struct Zip *self, PyObject *Py_UNUSED(ignored))
{
    if (self->strict) return PyTuple_Pack(3, Py_TYPE(self), self->iters, Py_True);
    return PyTuple_Pack(2, Py_TYPE(self), self->iters);
}

METHOD(zip, __setstate__, NULL, "Set strictness from pickle's state.")
static PyObject *
zip___setstate__(struct Zip *self, PyObject *state)
{
    int strict = PyObject_IsTrue(state);
    if (strict < 0) return NULL;
    self->strict = strict;
    Py_RETURN_NONE;
}

TYPE(zip, PyZip_Type, "zip", struct Zip, NULL,
     "zip(*iterables, strict=False) --> Yield tuples until an input is exhausted.\n\n"
     "The i-th tuple holds the i-th item of each iterable.  It ends with the shortest of them;\n"
     "with strict=True, ValueError is raised if another one goes on.\n\n"
     "   >>> list(zip('abcdefg', range(3), range(4)))\n"
     "   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_iter = PyObject_SelfIter, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del)

#include "gen/types/map.inc"
