/* Iterators that let through some of another's items: dropwhile, takewhile, filterfalse, compress,
   starmap, islice, pairwise. */
#include "modules/itertools/itertools.h"

static PyTypeObject DropWhile_Type;
static PyTypeObject TakeWhile_Type;
static PyTypeObject FilterFalse_Type;
static PyTypeObject Compress_Type;
static PyTypeObject StarMap_Type;
static PyTypeObject ISlice_Type;
static PyTypeObject Pairwise_Type;

/* ---- a function and an iterator: dropwhile, takewhile, filterfalse, starmap ---- */

#define FUNCTION_AND_ITERATOR                                                                      \
    PyObject_HEAD                                                                                  \
    PyObject *func;                                                                                \
    PyObject *it;

typedef struct {
    FUNCTION_AND_ITERATOR
} FilterFalse;

typedef FilterFalse StarMap;

typedef struct {
    FUNCTION_AND_ITERATOR
    long done;                  /* the predicate has failed */
} DropWhile;

typedef DropWhile TakeWhile;

static PyObject *
pair_new(PyTypeObject *type, PyObject *func, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL) {
        return NULL;
    }
    FilterFalse *self = (FilterFalse *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(it);
        return NULL;
    }
    self->func = Py_NewRef(func);
    self->it = it;
    return (PyObject *)self;
}

static void
pair_dealloc(FilterFalse *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->func);
    Py_XDECREF(self->it);
    Py_TYPE(self)->tp_free(self);
}

static int
pair_traverse(FilterFalse *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    Py_VISIT(self->func);
    return 0;
}

/* Does the item pass?  None as function means its own truth. */
static truth
item_passes(PyObject *func, PyObject *item)
{
    if (func == Py_None || func == (PyObject *)&PyBool_Type) {
        return PyObject_IsTrue(item);
    }
    PyObject *answer = PyObject_CallOneArg(func, item);
    if (answer == NULL) {
        return -1;
    }
    truth passes = PyObject_IsTrue(answer);
    Py_DECREF(answer);
    return passes;
}

static truth
predicate_holds(PyObject *func, PyObject *item)
{
    PyObject *answer = PyObject_CallOneArg(func, item);
    truth holds = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return holds;
}

static PyObject *
set_done(DropWhile *self, PyObject *state)
{
    int done = PyObject_IsTrue(state);
    if (done < 0) {
        return NULL;
    }
    self->done = done;
    Py_RETURN_NONE;
}

#define PAIR_SLOTS                                                                                 \
    .tp_dealloc = (destructor)pair_dealloc, .tp_traverse = (traverseproc)pair_traverse,            \
    .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,                          \
    .tp_free = PyObject_GC_Del,                                                                    \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE

NEW(dropwhile, "(predicate, iterable, /)")
static PyObject *
dropwhile_new(PyTypeObject *type, PyObject *predicate, PyObject *iterable)
{
    return pair_new(type, predicate, iterable);
}

static PyObject *
dropwhile_tp_iternext(DropWhile *self)
{
    PyObject *item;
    while ((item = next_of(self->it)) != NULL) {
        truth drop = self->done ? 0 : predicate_holds(self->func, item);
        if (drop == 0) {
            self->done = 1;
            return item;
        }
        Py_DECREF(item);
        if (drop < 0) {
            return NULL;
        }
    }
    return NULL;
}

METHOD(dropwhile, __reduce__, NULL, "State for pickle.")
static PyObject *
dropwhile___reduce__(DropWhile *self)
{
    return Py_BuildValue("O(OO)l", Py_TYPE(self), self->func, self->it, self->done);
}

METHOD(dropwhile, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
dropwhile___setstate__(DropWhile *self, PyObject *state)
{
    return set_done(self, state);
}

TYPE(dropwhile, DropWhile_Type, "itertools.dropwhile", DropWhile, "(predicate, iterable, /)",
     "Skips items as long as the predicate holds, then gives all the rest.", PAIR_SLOTS)

NEW(takewhile, "(predicate, iterable, /)")
static PyObject *
takewhile_new(PyTypeObject *type, PyObject *predicate, PyObject *iterable)
{
    return pair_new(type, predicate, iterable);
}

static PyObject *
takewhile_tp_iternext(TakeWhile *self)
{
    PyObject *item = self->done ? NULL : next_of(self->it);
    if (item == NULL) {
        return NULL;
    }
    truth take = predicate_holds(self->func, item);
    if (take > 0) {
        return item;
    }
    Py_DECREF(item);
    if (take == 0) {
        self->done = 1;
    }
    return NULL;
}

METHOD(takewhile, __reduce__, NULL, "State for pickle.")
static PyObject *
takewhile___reduce__(TakeWhile *self)
{
    return Py_BuildValue("O(OO)l", Py_TYPE(self), self->func, self->it, self->done);
}

METHOD(takewhile, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
takewhile___setstate__(TakeWhile *self, PyObject *state)
{
    return set_done(self, state);
}

TYPE(takewhile, TakeWhile_Type, "itertools.takewhile", TakeWhile, "(predicate, iterable, /)",
     "Gives items as long as the predicate holds.", PAIR_SLOTS)

NEW(filterfalse, "(function, iterable, /)")
static PyObject *
filterfalse_new(PyTypeObject *type, PyObject *function, PyObject *iterable)
{
    return pair_new(type, function, iterable);
}

static PyObject *
filterfalse_tp_iternext(FilterFalse *self)
{
    PyObject *item;
    while ((item = next_of(self->it)) != NULL) {
        truth passes = item_passes(self->func, item);
        if (passes == 0) {
            return item;
        }
        Py_DECREF(item);
        if (passes < 0) {
            return NULL;
        }
    }
    return NULL;
}

METHOD(filterfalse, __reduce__, NULL, "State for pickle.")
static PyObject *
filterfalse___reduce__(FilterFalse *self)
{
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->func, self->it);
}

TYPE(filterfalse, FilterFalse_Type, "itertools.filterfalse", FilterFalse,
     "(function, iterable, /)",
     "Gives the items for which the function is false; with None the items that are false.",
     PAIR_SLOTS)

NEW(starmap, "(function, iterable, /)")
static PyObject *
starmap_new(PyTypeObject *type, PyObject *function, PyObject *iterable)
{
    return pair_new(type, function, iterable);
}

static PyObject *
starmap_tp_iternext(StarMap *self)
{
    PyObject *args = next_of(self->it);
    if (args != NULL && !PyTuple_CheckExact(args)) {
        Py_SETREF(args, PySequence_Tuple(args));
    }
    if (args == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_Call(self->func, args, NULL);
    Py_DECREF(args);
    return result;
}

METHOD(starmap, __reduce__, NULL, "State for pickle.")
static PyObject *
starmap___reduce__(StarMap *self)
{
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->func, self->it);
}

TYPE(starmap, StarMap_Type, "itertools.starmap", StarMap, "(function, iterable, /)",
     "Calls the function with the arguments that each item holds.", PAIR_SLOTS)

/* ---- compress ---- */

typedef struct {
    PyObject_HEAD
    PyObject *data;
    PyObject *selectors;
} Compress;

NEW(compress, "(data, selectors)")
static PyObject *
compress_new(PyTypeObject *type, PyObject *data, PyObject *selectors)
{
    PyObject *values = PyObject_GetIter(data);
    PyObject *choices = values == NULL ? NULL : PyObject_GetIter(selectors);
    Compress *self = choices == NULL ? NULL : (Compress *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(values);
        Py_XDECREF(choices);
        return NULL;
    }
    self->data = values;
    self->selectors = choices;
    return (PyObject *)self;
}

static void
compress_tp_dealloc(Compress *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->data);
    Py_XDECREF(self->selectors);
    Py_TYPE(self)->tp_free(self);
}

static int
compress_tp_traverse(Compress *self, visitproc visit, void *arg)
{
    Py_VISIT(self->data);
    Py_VISIT(self->selectors);
    return 0;
}

static PyObject *
compress_tp_iternext(Compress *self)
{
    for (;;) {
        PyObject *datum = next_of(self->data);
        if (datum == NULL) {
            return NULL;
        }
        PyObject *selector = next_of(self->selectors);
        truth chosen = selector == NULL ? -1 : PyObject_IsTrue(selector);
        Py_XDECREF(selector);
        if (chosen > 0) {
            return datum;
        }
        Py_DECREF(datum);
        if (chosen < 0) {
            return NULL;
        }
    }
}

METHOD(compress, __reduce__, NULL, "State for pickle.")
static PyObject *
compress___reduce__(Compress *self)
{
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->data, self->selectors);
}

TYPE(compress, Compress_Type, "itertools.compress", Compress, "(data, selectors)",
     "Gives the items whose selector is true.",
     .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,
     .tp_free = PyObject_GC_Del,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE)

/* ---- islice ---- */

typedef struct {
    PyObject_HEAD
    PyObject *it;               /* NULL at the end */
    Py_ssize_t next;            /* index of the next item to give */
    Py_ssize_t stop;            /* -1: none */
    Py_ssize_t step;
    Py_ssize_t count;           /* items taken from `it` */
} ISlice;

/* An index from a Python object; `none` for None, -1 (without an error) if it is no index. */
static Py_ssize_t
slice_part(PyObject *object, Py_ssize_t none)
{
    if (object == NULL || object == Py_None) {
        return none;
    }
    Py_ssize_t value = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    if (value == -1 && PyErr_Occurred()) {
        PyErr_Clear();
    }
    return value;
}

static PyObject *
islice_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *iterable, *first, *second = NULL, *third = NULL;
    if ((type == &ISlice_Type || type->tp_init == ISlice_Type.tp_init) &&
        !_PyArg_NoKeywords("islice", kwargs)) {
        return NULL;
    }
    if (!PyArg_UnpackTuple(args, "islice", 2, 4, &iterable, &first, &second, &third)) {
        return NULL;
    }
    bool only_stop = second == NULL;
    PyObject *stop_object = only_stop ? first : second;
    Py_ssize_t start = only_stop ? 0 : slice_part(first, 0);
    Py_ssize_t stop = slice_part(stop_object, -1);
    if (stop == -1 && stop_object != Py_None) {
        PyErr_SetString(PyExc_ValueError, "Stop argument for islice() must be None or an integer: "
                                          "0 <= x <= sys.maxsize.");
        return NULL;
    }
    if (start < 0 || stop < -1) {
        PyErr_SetString(PyExc_ValueError, "Indices for islice() must be None or an integer: "
                                          "0 <= x <= sys.maxsize.");
        return NULL;
    }
    Py_ssize_t step = slice_part(third, 1);
    if (step < 1) {
        PyErr_SetString(PyExc_ValueError,
                        "Step for islice() must be a positive integer or None.");
        return NULL;
    }
    PyObject *it = PyObject_GetIter(iterable);
    ISlice *self = it == NULL ? NULL : (ISlice *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    self->it = it;
    self->next = start;
    self->stop = stop;
    self->step = step;
    self->count = 0;
    return (PyObject *)self;
}

static void
islice_tp_dealloc(ISlice *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->it);
    Py_TYPE(self)->tp_free(self);
}

static int
islice_tp_traverse(ISlice *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    return 0;
}

static PyObject *
islice_tp_iternext(ISlice *self)
{
    PyObject *it = self->it, *item = NULL;
    if (it == NULL) {
        return NULL;
    }
    while (self->count < self->next) {
        item = next_of(it);
        if (item == NULL) {
            goto end;
        }
        Py_DECREF(item);
        self->count++;
    }
    if (self->stop != -1 && self->count >= self->stop) {
        goto end;
    }
    item = next_of(it);
    if (item == NULL) {
        goto end;
    }
    self->count++;
    /* Unsigned, so that an overflow is seen as a step backwards. */
    Py_ssize_t following = (Py_ssize_t)((size_t)self->next + (size_t)self->step);
    if (following < self->next || (self->stop != -1 && following > self->stop)) {
        following = self->stop;
    }
    self->next = following;
    return item;

end:
    Py_CLEAR(self->it);
    return NULL;
}

METHOD(islice, __reduce__, NULL, "State for pickle.")
static PyObject *
islice___reduce__(ISlice *self)
{
    if (self->it == NULL) {
        PyObject *list = PyList_New(0);
        PyObject *nothing = list == NULL ? NULL : PyObject_GetIter(list);
        Py_XDECREF(list);
        return nothing == NULL ? NULL : Py_BuildValue("O(Nn)n", Py_TYPE(self), nothing,
                                                      (Py_ssize_t)0, (Py_ssize_t)0);
    }
    PyObject *stop = self->stop == -1 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(self->stop);
    return Py_BuildValue("O(OnNn)n", Py_TYPE(self), self->it, self->next, stop, self->step,
                         self->count);
}

METHOD(islice, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
islice___setstate__(ISlice *self, PyObject *state)
{
    Py_ssize_t count = PyLong_AsSsize_t(state);
    if (count == -1 && PyErr_Occurred()) {
        return NULL;
    }
    self->count = count;
    Py_RETURN_NONE;
}

TYPE(islice, ISlice_Type, "itertools.islice", ISlice, NULL,
     "islice(iterable, stop) --> islice object\n"
     "islice(iterable, start, stop[, step]) --> islice object\n\n"
     "Gives the items that a slice would, without negative indices.",
     .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,
     .tp_free = PyObject_GC_Del,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE)

/* ---- pairwise ---- */

typedef struct {
    PyObject_HEAD
    PyObject *it;               /* NULL at the end */
    PyObject *old;              /* the first of the next pair, or NULL */
} Pairwise;

NEW(pairwise, "(iterable, /)")
static PyObject *
pairwise_new(PyTypeObject *type, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable);
    Pairwise *self = it == NULL ? NULL : (Pairwise *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    self->it = it;
    return (PyObject *)self;
}

static void
pairwise_tp_dealloc(Pairwise *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->it);
    Py_XDECREF(self->old);
    Py_TYPE(self)->tp_free(self);
}

static int
pairwise_tp_traverse(Pairwise *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    Py_VISIT(self->old);
    return 0;
}

static PyObject *
pairwise_tp_iternext(Pairwise *self)
{
    PyObject *it = Py_XNewRef(self->it), *result = NULL;
    if (it == NULL) {
        return NULL;
    }
    if (self->old == NULL) {
        PyObject *first = next_of(it);
        Py_XSETREF(self->old, first);
        if (first == NULL) {
            Py_CLEAR(self->it);
            Py_DECREF(it);
            return NULL;
        }
    }
    /* The iterator may be run again from inside itself. */
    PyObject *old = Py_NewRef(self->old), *new = next_of(it);
    if (new == NULL) {
        Py_CLEAR(self->it);
        Py_CLEAR(self->old);
    }
    else {
        result = PyTuple_Pack(2, old, new);
        Py_XSETREF(self->old, new);
    }
    Py_DECREF(old);
    Py_DECREF(it);
    return result;
}

TYPE(pairwise, Pairwise_Type, "itertools.pairwise", Pairwise, "(iterable, /)",
     "Gives every item together with the one that follows it.",
     .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,
     .tp_free = PyObject_GC_Del,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE)

status
itertools_add_filters(PyObject *module)
{
    PyTypeObject *const types[] = {&DropWhile_Type, &TakeWhile_Type, &FilterFalse_Type,
                                   &Compress_Type,  &StarMap_Type,   &ISlice_Type,
                                   &Pairwise_Type};
    return add_types(module, types, ARRAY_LEN(types));
}

#include "gen/modules/itertools/filter.inc"
