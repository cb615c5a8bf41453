/* Iterators that make or join streams: count, cycle, repeat, chain, accumulate, zip_longest, groupby. */
#include "modules/itertools/itertools.h"

static PyTypeObject Count_Type;
static PyTypeObject Cycle_Type;
static PyTypeObject Repeat_Type;
static PyTypeObject Chain_Type;
static PyTypeObject Accumulate_Type;
static PyTypeObject ZipLongest_Type;
static PyTypeObject GroupBy_Type;
static PyTypeObject Grouper_Type;

#define STREAM_SLOTS                                                                               \
    .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,                          \
    .tp_free = PyObject_GC_Del,                                                                    \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE

/* ---- count ---- */

/* As long as start and step allow it counting is done in `small`: then that is below
   PY_SSIZE_T_MAX, `large` is NULL and the step is the int 1.  Otherwise `small` is PY_SSIZE_T_MAX and
   `large` the next value; NULL stands for PY_SSIZE_T_MAX. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t small;
    PyObject *large;
    PyObject *step;
} Count;

static bool
is_int_one(PyObject *step)
{
    return PyLong_Check(step) && Py_SIZE(step) == 1 && ((PyLongObject *)step)->ob_digit[0] == 1;
}

static PyObject *
count_make(PyTypeObject *type, PyObject *start, PyObject *step)
{
    Count *self = (Count *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->step = step == NULL ? PyLong_FromLong(1) : Py_NewRef(step);
    if (self->step == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    self->small = PY_SSIZE_T_MAX;
    if (is_int_one(self->step) && (start == NULL || PyLong_Check(start))) {
        self->small = start == NULL ? 0 : PyLong_AsSsize_t(start);
        if (self->small == -1 && PyErr_Occurred()) {
            PyErr_Clear();
            self->small = PY_SSIZE_T_MAX;
        }
    }
    if (self->small == PY_SSIZE_T_MAX) {
        self->large = start == NULL ? PyLong_FromLong(0) : Py_NewRef(start);
        if (self->large == NULL) {
            Py_DECREF(self);
            return NULL;
        }
    }
    return (PyObject *)self;
}

NEW(count, "(start=0, step=1)")
DEFAULT(start, NULL)
DEFAULT(step, NULL)
static PyObject *
count_new(PyTypeObject *type, PyObject *start, PyObject *step)
{
    if ((start != NULL && !PyNumber_Check(start)) || (step != NULL && !PyNumber_Check(step))) {
        PyErr_SetString(PyExc_TypeError, "a number is required");
        return NULL;
    }
    return count_make(type, start, step);
}

static void
count_tp_dealloc(Count *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->large);
    Py_XDECREF(self->step);
    Py_TYPE(self)->tp_free(self);
}

static int
count_tp_traverse(Count *self, visitproc visit, void *arg)
{
    Py_VISIT(self->large);
    Py_VISIT(self->step);
    return 0;
}

/* The next value, a new reference. */
static PyObject *
count_value(Count *self)
{
    return self->small != PY_SSIZE_T_MAX || self->large == NULL ? PyLong_FromSsize_t(self->small)
                                                                : Py_NewRef(self->large);
}

static PyObject *
count_tp_iternext(Count *self)
{
    PyObject *value = count_value(self);
    if (value == NULL) {
        return NULL;
    }
    if (self->small != PY_SSIZE_T_MAX) {
        self->small++;
        return value;
    }
    PyObject *next = PyNumber_Add(value, self->step);
    if (next == NULL) {
        Py_DECREF(value);
        return NULL;
    }
    Py_XSETREF(self->large, next);
    return value;
}

static PyObject *
count_tp_repr(Count *self)
{
    PyObject *value = count_value(self), *result = NULL;
    const char *name = _PyType_Name(Py_TYPE(self));
    if (value != NULL) {
        result = is_int_one(self->step)
                     ? PyUnicode_FromFormat("%s(%R)", name, value)
                     : PyUnicode_FromFormat("%s(%R, %R)", name, value, self->step);
    }
    Py_XDECREF(value);
    return result;
}

METHOD(count, __reduce__, NULL, "State for pickle.")
static PyObject *
count___reduce__(Count *self)
{
    PyObject *value = count_value(self);
    if (value == NULL) {
        return NULL;
    }
    return self->small != PY_SSIZE_T_MAX && is_int_one(self->step) ? Py_BuildValue("O(N)", Py_TYPE(self), value)
                                  : Py_BuildValue("O(NO)", Py_TYPE(self), value, self->step);
}

TYPE(count, Count_Type, "itertools.count", Count, "(start=0, step=1)",
     "Gives start, start + step, start + 2 * step and so on without end.", STREAM_SLOTS)

/* ---- cycle ---- */

typedef struct {
    PyObject_HEAD
    PyObject *it;               /* NULL after the first round */
    PyObject *saved;            /* list of the items of the first round */
    Py_ssize_t index;           /* of the next item in `saved` */
    int complete;               /* `saved` has all items already, from a pickle */
} Cycle;

NEW(cycle, "(iterable, /)")
static PyObject *
cycle_new(PyTypeObject *type, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable), *saved = it == NULL ? NULL : PyList_New(0);
    Cycle *self = saved == NULL ? NULL : (Cycle *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(it);
        Py_XDECREF(saved);
        return NULL;
    }
    self->it = it;
    self->saved = saved;
    return (PyObject *)self;
}

static void
cycle_tp_dealloc(Cycle *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->it);
    Py_XDECREF(self->saved);
    Py_TYPE(self)->tp_free(self);
}

static int
cycle_tp_traverse(Cycle *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    Py_VISIT(self->saved);
    return 0;
}

static PyObject *
cycle_tp_iternext(Cycle *self)
{
    if (self->it != NULL) {
        PyObject *item = PyIter_Next(self->it);
        if (item != NULL) {
            if (!self->complete && PyList_Append(self->saved, item) < 0) {
                Py_CLEAR(item);
            }
            return item;
        }
        if (PyErr_Occurred()) {
            return NULL;
        }
        Py_CLEAR(self->it);
    }
    Py_ssize_t count = PyList_GET_SIZE(self->saved);
    if (count == 0) {
        return NULL;
    }
    if (self->index >= count) {
        self->index = 0;
    }
    return Py_NewRef(PyList_GET_ITEM(self->saved, self->index++));
}

METHOD(cycle, __reduce__, NULL, "State for pickle.")
static PyObject *
cycle___reduce__(Cycle *self)
{
    if (self->it != NULL) {
        return Py_BuildValue("O(O)(OO)", Py_TYPE(self), self->it, self->saved,
                             self->complete ? Py_True : Py_False);
    }
    PyObject *it = PyObject_GetIter(self->saved);
    if (it != NULL && self->index != 0) {
        PyObject *done = _PyObject_CallMethod(it, ID(__setstate__), "n", self->index);
        if (done == NULL) {
            Py_CLEAR(it);
        }
        Py_XDECREF(done);
    }
    return it == NULL ? NULL
                      : Py_BuildValue("O(N)(OO)", Py_TYPE(self), it, self->saved, Py_True);
}

METHOD(cycle, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
cycle___setstate__(Cycle *self, PyObject *state)
{
    PyObject *saved;
    int complete;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O!i", &PyList_Type, &saved, &complete)) {
        return NULL;
    }
    Py_SETREF(self->saved, Py_NewRef(saved));
    self->complete = complete != 0;
    self->index = 0;
    Py_RETURN_NONE;
}

TYPE(cycle, Cycle_Type, "itertools.cycle", Cycle, "(iterable, /)",
     "Gives all items of the iterable, then the same again without end.", STREAM_SLOTS)

/* ---- repeat ---- */

typedef struct {
    PyObject_HEAD
    PyObject *element;
    Py_ssize_t left;            /* -1: without end */
} Repeat;

NEW(repeat, "(object, times=0)")
DEFAULT(times, NULL)
static PyObject *
repeat_new(PyTypeObject *type, PyObject *object, PyObject *times)
{
    Py_ssize_t left = -1;
    if (times != NULL) {
        PyObject *index = _PyNumber_Index(times);
        if (index == NULL) {
            return NULL;
        }
        left = PyLong_AsSsize_t(index);
        Py_DECREF(index);
        if (left == -1 && PyErr_Occurred()) {
            return NULL;
        }
        left = left < 0 ? 0 : left;
    }
    Repeat *self = (Repeat *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->element = Py_NewRef(object);
        self->left = left;
    }
    return (PyObject *)self;
}

static void
repeat_tp_dealloc(Repeat *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->element);
    Py_TYPE(self)->tp_free(self);
}

static int
repeat_tp_traverse(Repeat *self, visitproc visit, void *arg)
{
    Py_VISIT(self->element);
    return 0;
}

static PyObject *
repeat_tp_iternext(Repeat *self)
{
    if (self->left == 0) {
        return NULL;
    }
    if (self->left > 0) {
        self->left--;
    }
    return Py_NewRef(self->element);
}

static PyObject *
repeat_tp_repr(Repeat *self)
{
    const char *name = _PyType_Name(Py_TYPE(self));
    return self->left == -1 ? PyUnicode_FromFormat("%s(%R)", name, self->element)
                            : PyUnicode_FromFormat("%s(%R, %zd)", name, self->element, self->left);
}

METHOD(repeat, __length_hint__, NULL, "The number of items left; TypeError if there is no end.")
static PyObject *
repeat___length_hint__(Repeat *self)
{
    if (self->left == -1) {
        PyErr_SetString(PyExc_TypeError, "len() of unsized object");
        return NULL;
    }
    return PyLong_FromSsize_t(self->left);
}

METHOD(repeat, __reduce__, NULL, "State for pickle.")
static PyObject *
repeat___reduce__(Repeat *self)
{
    return self->left == -1 ? Py_BuildValue("O(O)", Py_TYPE(self), self->element)
                            : Py_BuildValue("O(On)", Py_TYPE(self), self->element, self->left);
}

TYPE(repeat, Repeat_Type, "itertools.repeat", Repeat, NULL,
     "repeat(object [,times]) -> an iterator that gives the object again and again\n\n"
     "Without times it does so without end.",
     STREAM_SLOTS)

/* ---- chain ---- */

typedef struct {
    PyObject_HEAD
    PyObject *source;           /* iterator over iterables, NULL at the end */
    PyObject *active;           /* iterator over the current one, or NULL */
} Chain;

/* Takes over `source`, which may be NULL with an error set. */
static PyObject *
chain_make_take(PyTypeObject *type, PyObject *source)
{
    Chain *self = source == NULL ? NULL : (Chain *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(source);
        return NULL;
    }
    self->source = source;
    return (PyObject *)self;
}

static PyObject *
chain_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if ((type == &Chain_Type || type->tp_init == Chain_Type.tp_init) &&
        !_PyArg_NoKeywords("chain", kwargs)) {
        return NULL;
    }
    return chain_make_take(type, PyObject_GetIter(args));
}

CLASSMETHOD(chain, from_iterable, "($type, iterable, /)",
            "A chain of the iterables that an iterable gives, taken one by one.")
static PyObject *
chain_from_iterable(PyTypeObject *type, PyObject *iterable)
{
    return chain_make_take(type, PyObject_GetIter(iterable));
}

static void
chain_tp_dealloc(Chain *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->active);
    Py_XDECREF(self->source);
    Py_TYPE(self)->tp_free(self);
}

static int
chain_tp_traverse(Chain *self, visitproc visit, void *arg)
{
    Py_VISIT(self->source);
    Py_VISIT(self->active);
    return 0;
}

static PyObject *
chain_tp_iternext(Chain *self)
{
    while (self->source != NULL) {
        if (self->active == NULL) {
            PyObject *iterable = PyIter_Next(self->source);
            PyObject *active = iterable == NULL ? NULL : PyObject_GetIter(iterable);
            Py_XDECREF(iterable);
            if (active == NULL) {
                Py_CLEAR(self->source);
                return NULL;
            }
            self->active = active;
        }
        /* The iterator may come back here and end itself. */
        PyObject *active = Py_NewRef(self->active), *item = next_of(active);
        Py_DECREF(active);
        if (item != NULL) {
            return item;
        }
        if (!just_ended()) {
            return NULL;
        }
        Py_CLEAR(self->active);
    }
    return NULL;
}

METHOD(chain, __reduce__, NULL, "State for pickle.")
static PyObject *
chain___reduce__(Chain *self)
{
    if (self->source == NULL) {
        return Py_BuildValue("O()", Py_TYPE(self));
    }
    return self->active == NULL
               ? Py_BuildValue("O()(O)", Py_TYPE(self), self->source)
               : Py_BuildValue("O()(OO)", Py_TYPE(self), self->source, self->active);
}

METHOD(chain, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
chain___setstate__(Chain *self, PyObject *state)
{
    PyObject *source, *active = NULL;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "O|O", &source, &active)) {
        return NULL;
    }
    if (!PyIter_Check(source) || (active != NULL && !PyIter_Check(active))) {
        PyErr_SetString(PyExc_TypeError, "Arguments must be iterators.");
        return NULL;
    }
    Py_XSETREF(self->source, Py_NewRef(source));
    Py_XSETREF(self->active, Py_XNewRef(active));
    Py_RETURN_NONE;
}

CLASSMETHOD(chain, __class_getitem__, NULL, "chain[item] for annotations (PEP 585).")
static PyObject *
chain___class_getitem__(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

TYPE(chain, Chain_Type, "itertools.chain", Chain, NULL,
     "chain(*iterables) --> chain object\n\nGives the items of the first iterable, then those of the "
     "second, and so on.",
     STREAM_SLOTS)

/* ---- accumulate ---- */

typedef struct {
    PyObject_HEAD
    PyObject *total;            /* NULL before the first */
    PyObject *it;
    PyObject *func;             /* NULL: addition */
    PyObject *initial;          /* NULL when it was given out, or was not wanted */
} Accumulate;

NEW(accumulate, "(iterable, func=None, *, initial=None)")
static PyObject *
accumulate_new(PyTypeObject *type, PyObject *iterable, PyObject *func, PyObject *initial)
{
    PyObject *it = PyObject_GetIter(iterable);
    Accumulate *self = it == NULL ? NULL : (Accumulate *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    self->it = it;
    self->func = func == Py_None ? NULL : Py_NewRef(func);
    self->initial = initial == Py_None ? NULL : Py_NewRef(initial);
    return (PyObject *)self;
}

static void
accumulate_tp_dealloc(Accumulate *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->func);
    Py_XDECREF(self->total);
    Py_XDECREF(self->it);
    Py_XDECREF(self->initial);
    Py_TYPE(self)->tp_free(self);
}

static int
accumulate_tp_traverse(Accumulate *self, visitproc visit, void *arg)
{
    Py_VISIT(self->func);
    Py_VISIT(self->it);
    Py_VISIT(self->total);
    Py_VISIT(self->initial);
    return 0;
}

static PyObject *
accumulate_tp_iternext(Accumulate *self)
{
    if (self->initial != NULL) {
        Py_XSETREF(self->total, self->initial);
        self->initial = NULL;
        return Py_NewRef(self->total);
    }
    PyObject *item = next_of(self->it);
    if (item == NULL) {
        return NULL;
    }
    if (self->total == NULL) {
        self->total = item;
        return Py_NewRef(item);
    }
    PyObject *total = self->func == NULL
                          ? PyNumber_Add(self->total, item)
                          : PyObject_CallFunctionObjArgs(self->func, self->total, item, NULL);
    Py_DECREF(item);
    if (total == NULL) {
        return NULL;
    }
    Py_SETREF(self->total, Py_NewRef(total));
    return total;
}

/* A new chain of one item and the rest of the iterator. */
static PyObject *
prepend(PyObject *item, PyObject *it)
{
    return PyObject_CallFunction((PyObject *)&Chain_Type, "(O)O", item, it);
}

METHOD(accumulate, __reduce__, NULL, "State for pickle.")
static PyObject *
accumulate___reduce__(Accumulate *self)
{
    PyObject *func = self->func ? self->func : Py_None;
    if (self->initial != NULL) {
        PyObject *it = prepend(self->initial, self->it);
        return it == NULL ? NULL
                          : Py_BuildValue("O(NO)O", Py_TYPE(self), it, func, Py_None);
    }
    if (self->total != Py_None) {
        return Py_BuildValue("O(OO)O", Py_TYPE(self), self->it, func,
                             self->total ? self->total : Py_None);
    }
    /* As a state None would mean that there is no total yet: a slice that skips it can say so. */
    PyObject *module = PyImport_ImportModule("itertools");
    PyObject *islice = module == NULL ? NULL : PyObject_GetAttrString(module, "islice");
    PyObject *it = islice == NULL ? NULL : prepend(self->total, self->it);
    PyObject *same = it == NULL ? NULL : PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(self), it,
                                                                      func, NULL);
    Py_XDECREF(module);
    Py_XDECREF(it);
    if (same == NULL) {
        Py_XDECREF(islice);
        return NULL;
    }
    return Py_BuildValue("N(NiO)", islice, same, 1, Py_None);
}

METHOD(accumulate, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
accumulate___setstate__(Accumulate *self, PyObject *state)
{
    Py_XSETREF(self->total, Py_NewRef(state));
    Py_RETURN_NONE;
}

TYPE(accumulate, Accumulate_Type, "itertools.accumulate", Accumulate,
     "(iterable, func=None, *, initial=None)",
     "Gives the sums (or what func makes) of ever more items.", STREAM_SLOTS)

/* ---- zip_longest ---- */

typedef struct {
    PyObject_HEAD
    Py_ssize_t count;
    Py_ssize_t active;          /* iterators that have not ended */
    PyObject *iterators;        /* tuple; NULL in it for those that have */
    PyObject *result;           /* tuple that is reused if nobody holds it */
    PyObject *fill;
} ZipLongest;

/* The value of fillvalue, borrowed; NULL with TypeError for other keywords. */
static PyObject *
find_fill(PyObject *kwargs)
{
    if (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0) {
        return Py_None;
    }
    PyObject *fill = PyDict_GET_SIZE(kwargs) == 1
                         ? PyDict_GetItemWithError(kwargs, ID(fillvalue))
                         : NULL;
    if (fill == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "zip_longest() got an unexpected keyword argument");
    }
    return fill;
}

static PyObject *
zip_longest_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *fill = find_fill(kwargs), *iterators = NULL, *result = NULL;
    if (fill == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    iterators = PyTuple_New(count);
    for (Py_ssize_t i = 0; iterators != NULL && i < count; i++) {
        PyObject *it = PyObject_GetIter(PyTuple_GET_ITEM(args, i));
        if (it == NULL) {
            Py_CLEAR(iterators);
            break;
        }
        PyTuple_SET_ITEM(iterators, i, it);
    }
    result = iterators == NULL ? NULL : PyTuple_New(count);
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        PyTuple_SET_ITEM(result, i, Py_NewRef(Py_None));
    }
    ZipLongest *self = result == NULL ? NULL : (ZipLongest *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(iterators);
        Py_XDECREF(result);
        return NULL;
    }
    self->iterators = iterators;
    self->result = result;
    self->count = self->active = count;
    self->fill = Py_NewRef(fill);
    return (PyObject *)self;
}

static void
zip_longest_tp_dealloc(ZipLongest *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->iterators);
    Py_XDECREF(self->result);
    Py_XDECREF(self->fill);
    Py_TYPE(self)->tp_free(self);
}

static int
zip_longest_tp_traverse(ZipLongest *self, visitproc visit, void *arg)
{
    Py_VISIT(self->iterators);
    Py_VISIT(self->result);
    Py_VISIT(self->fill);
    return 0;
}

/* The next item at place `i`, or the fill value; NULL on errors and when the last iterator ends. */
static PyObject *
zip_longest_item(ZipLongest *self, Py_ssize_t i)
{
    PyObject *it = PyTuple_GET_ITEM(self->iterators, i);
    if (it == NULL) {
        return Py_NewRef(self->fill);
    }
    PyObject *item = PyIter_Next(it);
    if (item != NULL) {
        return item;
    }
    self->active--;
    if (self->active == 0 || PyErr_Occurred()) {
        self->active = 0;
        return NULL;
    }
    PyTuple_SET_ITEM(self->iterators, i, NULL);
    Py_DECREF(it);
    return Py_NewRef(self->fill);
}

static PyObject *
zip_longest_tp_iternext(ZipLongest *self)
{
    if (self->count == 0 || self->active == 0) {
        return NULL;
    }
    PyObject *result = self->result;
    if (Py_REFCNT(result) == 1) {
        /* Two references keep calls from inside an iterator off the tuple. */
        Py_INCREF(result);
        for (Py_ssize_t i = 0; i < self->count; i++) {
            PyObject *item = zip_longest_item(self, i);
            if (item == NULL) {
                Py_DECREF(result);
                return NULL;
            }
            PyObject *old = PyTuple_GET_ITEM(result, i);
            PyTuple_SET_ITEM(result, i, item);
            Py_DECREF(old);
        }
        if (!PyObject_GC_IsTracked(result)) {
            PyObject_GC_Track(result);
        }
        return result;
    }
    result = PyTuple_New(self->count);
    for (Py_ssize_t i = 0; result != NULL && i < self->count; i++) {
        PyObject *item = zip_longest_item(self, i);
        if (item == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, item);
    }
    return result;
}

METHOD(zip_longest, __reduce__, NULL, "State for pickle.")
static PyObject *
zip_longest___reduce__(ZipLongest *self)
{
    PyObject *args = PyTuple_New(self->count);
    for (Py_ssize_t i = 0; args != NULL && i < self->count; i++) {
        PyObject *it = PyTuple_GET_ITEM(self->iterators, i);
        PyObject *arg = it == NULL ? PyTuple_New(0) : Py_NewRef(it);
        if (arg == NULL) {
            Py_CLEAR(args);
            break;
        }
        PyTuple_SET_ITEM(args, i, arg);
    }
    return args == NULL ? NULL : Py_BuildValue("ONO", Py_TYPE(self), args, self->fill);
}

METHOD(zip_longest, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
zip_longest___setstate__(ZipLongest *self, PyObject *state)
{
    Py_XSETREF(self->fill, Py_NewRef(state));
    Py_RETURN_NONE;
}

TYPE(zip_longest, ZipLongest_Type, "itertools.zip_longest", ZipLongest, NULL,
     "zip_longest(*iterables, fillvalue=None) --> zip_longest object\n\n"
     "Gives tuples with one item from each iterable until the longest ends.",
     STREAM_SLOTS)

/* ---- groupby ---- */

/* `current_*` is the item read ahead; `target` the key of the group that was given out last. */
typedef struct {
    PyObject_HEAD
    PyObject *it;
    PyObject *func;             /* None: the item is its own key */
    PyObject *target;
    PyObject *current_key;
    PyObject *current_value;
    const void *group;          /* the only group that may still give items; not owned */
} GroupBy;

typedef struct {
    PyObject_HEAD
    PyObject *parent;
    PyObject *target;
} Grouper;

NEW(groupby, "(iterable, key=None)")
static PyObject *
groupby_new(PyTypeObject *type, PyObject *iterable, PyObject *key)
{
    PyObject *it = PyObject_GetIter(iterable);
    GroupBy *self = it == NULL ? NULL : (GroupBy *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(it);
        return NULL;
    }
    self->it = it;
    self->func = Py_NewRef(key);
    return (PyObject *)self;
}

static void
groupby_tp_dealloc(GroupBy *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->it);
    Py_XDECREF(self->func);
    Py_XDECREF(self->target);
    Py_XDECREF(self->current_key);
    Py_XDECREF(self->current_value);
    Py_TYPE(self)->tp_free(self);
}

static int
groupby_tp_traverse(GroupBy *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    Py_VISIT(self->func);
    Py_VISIT(self->target);
    Py_VISIT(self->current_key);
    Py_VISIT(self->current_value);
    return 0;
}

/* Reads an item ahead. */
static status
groupby_step(GroupBy *self)
{
    PyObject *value = PyIter_Next(self->it);
    if (value == NULL) {
        return -1;
    }
    PyObject *key = self->func == Py_None ? Py_NewRef(value)
                                          : PyObject_CallOneArg(self->func, value);
    if (key == NULL) {
        Py_DECREF(value);
        return -1;
    }
    Py_XSETREF(self->current_value, value);
    Py_XSETREF(self->current_key, key);
    return 0;
}

/* Are two keys equal?  Comparing may change who owns them. */
static truth
same_key(PyObject *a, PyObject *b)
{
    Py_INCREF(a);
    Py_INCREF(b);
    truth same = PyObject_RichCompareBool(a, b, Py_EQ);
    Py_DECREF(a);
    Py_DECREF(b);
    return same;
}

static PyObject *
grouper_make(GroupBy *parent, PyObject *target)
{
    Grouper *self = PyObject_GC_New(Grouper, &Grouper_Type);
    if (self == NULL) {
        return NULL;
    }
    self->parent = Py_NewRef((PyObject *)parent);
    self->target = Py_NewRef(target);
    parent->group = self;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *
groupby_tp_iternext(GroupBy *self)
{
    self->group = NULL;
    for (;;) {
        if (self->current_key != NULL) {
            if (self->target == NULL) {
                break;
            }
            truth same = same_key(self->target, self->current_key);
            if (same < 0) {
                return NULL;
            }
            if (!same) {
                break;
            }
        }
        if (groupby_step(self) < 0) {
            return NULL;
        }
    }
    PyObject *key = Py_XNewRef(self->current_key);
    if (key == NULL) {
        return NULL;
    }
    Py_XSETREF(self->target, Py_NewRef(key));
    PyObject *group = grouper_make(self, key);
    PyObject *result = group == NULL ? NULL : PyTuple_Pack(2, key, group);
    Py_XDECREF(group);
    Py_DECREF(key);
    return result;
}

METHOD(groupby, __reduce__, NULL, "State for pickle.")
static PyObject *
groupby___reduce__(GroupBy *self)
{
    if (self->target != NULL && self->current_key != NULL && self->current_value != NULL) {
        return Py_BuildValue("O(OO)(OOO)", Py_TYPE(self), self->it, self->func,
                             self->current_value, self->target, self->current_key);
    }
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->it, self->func);
}

METHOD(groupby, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
groupby___setstate__(GroupBy *self, PyObject *state)
{
    PyObject *value, *target, *key;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state is not a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "OOO", &value, &target, &key)) {
        return NULL;
    }
    Py_XSETREF(self->current_value, Py_NewRef(value));
    Py_XSETREF(self->target, Py_NewRef(target));
    Py_XSETREF(self->current_key, Py_NewRef(key));
    Py_RETURN_NONE;
}

TYPE(groupby, GroupBy_Type, "itertools.groupby", GroupBy, "(iterable, key=None)",
     "Gives (key, group) for every run of items with the same key.", STREAM_SLOTS)

NEW(_grouper, "(parent, tgtkey, /)")
static PyObject *
_grouper_new(PyTypeObject *type, PyObject *parent, PyObject *tgtkey)
{
    if (!PyObject_TypeCheck(parent, &GroupBy_Type)) {
        _PyArg_BadArgument("_grouper", "argument 1", GroupBy_Type.tp_name, parent);
        return NULL;
    }
    return grouper_make((GroupBy *)parent, tgtkey);
}

static void
_grouper_tp_dealloc(Grouper *self)
{
    PyObject_GC_UnTrack(self);
    Py_DECREF(self->parent);
    Py_DECREF(self->target);
    PyObject_GC_Del(self);
}

static int
_grouper_tp_traverse(Grouper *self, visitproc visit, void *arg)
{
    Py_VISIT(self->parent);
    Py_VISIT(self->target);
    return 0;
}

static PyObject *
_grouper_tp_iternext(Grouper *self)
{
    GroupBy *parent = (GroupBy *)self->parent;
    if (parent->group != self) {
        return NULL;
    }
    if (parent->current_value == NULL && groupby_step(parent) < 0) {
        return NULL;
    }
    truth same = same_key(self->target, parent->current_key);
    if (same <= 0 || parent->current_value == NULL) {
        return NULL;
    }
    PyObject *value = parent->current_value;
    parent->current_value = NULL;
    Py_CLEAR(parent->current_key);
    return value;
}

METHOD(_grouper, __reduce__, NULL, "State for pickle.")
static PyObject *
_grouper___reduce__(Grouper *self)
{
    if (((GroupBy *)self->parent)->group != self) {
        return Py_BuildValue("N(())", _PyEval_GetBuiltin(ID(iter)));
    }
    return Py_BuildValue("O(OO)", Py_TYPE(self), self->parent, self->target);
}

TYPE(_grouper, Grouper_Type, "itertools._grouper", Grouper, NULL, NULL,
     .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,
     .tp_free = PyObject_GC_Del, .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

status
itertools_add_streams(PyObject *module)
{
    PyTypeObject *const types[] = {&Count_Type,      &Cycle_Type,      &Repeat_Type,
                                   &Chain_Type,      &Accumulate_Type, &ZipLongest_Type,
                                   &GroupBy_Type,    &Grouper_Type};
    return add_types(module, types, ARRAY_LEN(types));
}

#include "gen/modules/itertools/stream.inc"
