/* Combinatorics: product, combinations, combinations_with_replacement, permutations.

   All four keep the last result and the indices it was made from.  If nobody else holds the result
   when the next one is asked for, it is changed in place. */
#include "modules/itertools/itertools.h"

static PyTypeObject Product_Type;
static PyTypeObject Combinations_Type;
static PyTypeObject CombinationsR_Type;
static PyTypeObject Permutations_Type;

#define COMBINE_SLOTS                                                                              \
    .tp_iter = PyObject_SelfIter, .tp_getattro = PyObject_GenericGetAttr,                          \
    .tp_free = PyObject_GC_Del,                                                                    \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE

/* Makes `*result` a tuple that only we hold, with the same items. */
static status
own_result(PyObject **result)
{
    if (Py_REFCNT(*result) == 1) {
        /* The collector untracks tuples that hold nothing it cares for; ours is about to change. */
        if (!PyObject_GC_IsTracked(*result)) {
            PyObject_GC_Track(*result);
        }
        return 0;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(*result);
    PyObject *copy = PyTuple_New(count);
    if (copy == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(copy, i, Py_NewRef(PyTuple_GET_ITEM(*result, i)));
    }
    Py_SETREF(*result, copy);
    return 0;
}

static void
set_result(PyObject *result, Py_ssize_t i, PyObject *pool, Py_ssize_t index)
{
    PyObject *old = PyTuple_GET_ITEM(result, i);
    PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(pool, index)));
    Py_DECREF(old);
}

static PyObject *
indices_tuple(const Py_ssize_t *indices, Py_ssize_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *index = PyLong_FromSsize_t(indices[i]);
        if (index == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, index);
    }
    return tuple;
}

/* Room for indices; never NULL for zero of them. */
static Py_ssize_t *
indices_new(Py_ssize_t count)
{
    if ((size_t)count > PY_SSIZE_T_MAX / sizeof(Py_ssize_t)) {
        PyErr_NoMemory();
        return NULL;
    }
    Py_ssize_t *indices = PyMem_New(Py_ssize_t, count);
    if (indices == NULL) {
        PyErr_NoMemory();
    }
    return indices;
}

/* The index at place `i` of a pickled state, brought into 0 <= index <= max. */
static bool
state_index(PyObject *state, Py_ssize_t i, Py_ssize_t max, Py_ssize_t *index)
{
    *index = PyLong_AsSsize_t(PyTuple_GET_ITEM(state, i));
    if (*index == -1 && PyErr_Occurred()) {
        return false;
    }
    *index = *index < 0 ? 0 : *index > max ? max : *index;
    return true;
}

static bool
check_state(PyObject *state, Py_ssize_t count)
{
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) != count) {
        PyErr_SetString(PyExc_ValueError, "invalid arguments");
        return false;
    }
    return true;
}

/* ---- product ---- */

typedef struct {
    PyObject_HEAD
    PyObject *pools;            /* tuple of tuples */
    Py_ssize_t *indices;        /* one per pool */
    PyObject *result;           /* tuple, NULL before the first */
    int stopped;
} Product;

/* The arguments as tuples, `repeat` times over. */
static PyObject *
product_pools(PyObject *args, Py_ssize_t count, Py_ssize_t total)
{
    PyObject *pools = PyTuple_New(total);
    for (Py_ssize_t i = 0; pools != NULL && i < total; i++) {
        PyObject *pool = i < count ? PySequence_Tuple(PyTuple_GET_ITEM(args, i))
                                   : Py_NewRef(PyTuple_GET_ITEM(pools, i - count));
        if (pool == NULL) {
            Py_CLEAR(pools);
            break;
        }
        PyTuple_SET_ITEM(pools, i, pool);
    }
    return pools;
}

static bool
product_repeat(PyObject *kwargs, Py_ssize_t *repeat)
{
    static char *keywords[] = {"repeat", NULL};
    PyObject *nothing = PyTuple_New(0);
    bool good = nothing != NULL &&
                PyArg_ParseTupleAndKeywords(nothing, kwargs, "|n:product", keywords, repeat);
    Py_XDECREF(nothing);
    if (good && *repeat < 0) {
        PyErr_SetString(PyExc_ValueError, "repeat argument cannot be negative");
        return false;
    }
    return good;
}

static PyObject *
product_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t repeat = 1;
    if (kwargs != NULL && !product_repeat(kwargs, &repeat)) {
        return NULL;
    }
    Py_ssize_t count = repeat == 0 ? 0 : PyTuple_GET_SIZE(args);
    if (count > 0 && repeat > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(Py_ssize_t) / count) {
        PyErr_SetString(PyExc_OverflowError, "repeat argument too large");
        return NULL;
    }
    Py_ssize_t total = count * repeat;
    Py_ssize_t *indices = indices_new(total);
    PyObject *pools = indices == NULL ? NULL : product_pools(args, count, total);
    Product *self = pools == NULL ? NULL : (Product *)type->tp_alloc(type, 0);
    if (self == NULL) {
        PyMem_Free(indices);
        Py_XDECREF(pools);
        return NULL;
    }
    memset(indices, 0, (size_t)total * sizeof(Py_ssize_t));
    self->pools = pools;
    self->indices = indices;
    return (PyObject *)self;
}

static void
product_tp_dealloc(Product *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->pools);
    Py_XDECREF(self->result);
    PyMem_Free(self->indices);
    Py_TYPE(self)->tp_free(self);
}

static int
product_tp_traverse(Product *self, visitproc visit, void *arg)
{
    Py_VISIT(self->pools);
    Py_VISIT(self->result);
    return 0;
}

/* The tuple of the first items; NULL without an error if a pool is empty. */
static PyObject *
product_first(Product *self)
{
    Py_ssize_t count = PyTuple_GET_SIZE(self->pools);
    PyObject *result = PyTuple_New(count);
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        PyObject *pool = PyTuple_GET_ITEM(self->pools, i);
        if (PyTuple_GET_SIZE(pool) == 0) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(pool, 0)));
    }
    return result;
}

static PyObject *
product_tp_iternext(Product *self)
{
    if (self->stopped) {
        return NULL;
    }
    if (self->result == NULL) {
        self->result = product_first(self);
    }
    else {
        /* Count up, the last place fastest. */
        Py_ssize_t i = PyTuple_GET_SIZE(self->pools) - 1;
        if (own_result(&self->result) < 0) {
            return NULL;
        }
        for (; i >= 0; i--) {
            PyObject *pool = PyTuple_GET_ITEM(self->pools, i);
            if (++self->indices[i] < PyTuple_GET_SIZE(pool)) {
                set_result(self->result, i, pool, self->indices[i]);
                break;
            }
            self->indices[i] = 0;
            set_result(self->result, i, pool, 0);
        }
        self->stopped = i < 0;
    }
    if (self->stopped || self->result == NULL) {
        self->stopped = 1;
        return NULL;
    }
    return Py_NewRef(self->result);
}

METHOD(product, __reduce__, NULL, "State for pickle.")
static PyObject *
product___reduce__(Product *self)
{
    if (self->stopped) {
        return Py_BuildValue("O(())", Py_TYPE(self));
    }
    if (self->result == NULL) {
        return Py_BuildValue("OO", Py_TYPE(self), self->pools);
    }
    PyObject *indices = indices_tuple(self->indices, PyTuple_GET_SIZE(self->pools));
    return indices == NULL ? NULL
                           : Py_BuildValue("OON", Py_TYPE(self), self->pools, indices);
}

METHOD(product, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
product___setstate__(Product *self, PyObject *state)
{
    Py_ssize_t count = PyTuple_GET_SIZE(self->pools);
    if (!check_state(state, count)) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t size = PyTuple_GET_SIZE(PyTuple_GET_ITEM(self->pools, i)), index;
        if (size == 0) {
            self->stopped = 1;
            Py_RETURN_NONE;
        }
        if (!state_index(state, i, size - 1, &index)) {
            return NULL;
        }
        self->indices[i] = index;
    }
    PyObject *result = PyTuple_New(count);
    if (result == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *pool = PyTuple_GET_ITEM(self->pools, i);
        PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(pool, self->indices[i])));
    }
    Py_XSETREF(self->result, result);
    Py_RETURN_NONE;
}

METHOD(product, __sizeof__, NULL, "Size in bytes, with the indices.")
static PyObject *
product___sizeof__(Product *self)
{
    return PyLong_FromSsize_t((Py_ssize_t)sizeof *self + PyTuple_GET_SIZE(self->pools) *
                              (Py_ssize_t)sizeof(Py_ssize_t));
}

TYPE(product, Product_Type, "itertools.product", Product, NULL,
     "product(*iterables, repeat=1) --> product object\n\n"
     "Every tuple with one item from each iterable, as nested loops would give them.",
     COMBINE_SLOTS)

/* ---- combinations and combinations_with_replacement ---- */

typedef struct {
    PyObject_HEAD
    PyObject *pool;             /* tuple */
    Py_ssize_t *indices;        /* r of them */
    PyObject *result;           /* tuple, NULL before the first */
    Py_ssize_t r;
    int stopped;
} Combinations;

static PyObject *
choose_new(PyTypeObject *type, PyObject *iterable, Py_ssize_t r)
{
    PyObject *pool = PySequence_Tuple(iterable);
    if (pool == NULL) {
        return NULL;
    }
    if (r < 0) {
        PyErr_SetString(PyExc_ValueError, "r must be non-negative");
        Py_DECREF(pool);
        return NULL;
    }
    Py_ssize_t *indices = indices_new(r);
    Combinations *self = indices == NULL ? NULL : (Combinations *)type->tp_alloc(type, 0);
    if (self == NULL) {
        PyMem_Free(indices);
        Py_DECREF(pool);
        return NULL;
    }
    self->pool = pool;
    self->indices = indices;
    self->r = r;
    return (PyObject *)self;
}

static void
choose_dealloc(Combinations *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->pool);
    Py_XDECREF(self->result);
    PyMem_Free(self->indices);
    Py_TYPE(self)->tp_free(self);
}

static int
choose_traverse(Combinations *self, visitproc visit, void *arg)
{
    Py_VISIT(self->pool);
    Py_VISIT(self->result);
    return 0;
}

/* A new tuple of the pool's items at the indices. */
static PyObject *
chosen_items(PyObject *pool, const Py_ssize_t *indices, Py_ssize_t r)
{
    PyObject *result = PyTuple_New(r);
    for (Py_ssize_t i = 0; result != NULL && i < r; i++) {
        PyTuple_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(pool, indices[i])));
    }
    return result;
}

/* Steps to the next choice.  The highest index at place i is base + gap * i, and the places behind
   the one that grows follow it at a distance of `gap`. */
static PyObject *
choose_next(Combinations *self, Py_ssize_t base, int gap)
{
    if (self->stopped) {
        return NULL;
    }
    Py_ssize_t r = self->r, *indices = self->indices;
    if (self->result == NULL) {
        self->result = chosen_items(self->pool, indices, r);
        if (self->result == NULL) {
            self->stopped = 1;
        }
        return Py_XNewRef(self->result);
    }
    if (own_result(&self->result) < 0) {
        self->stopped = 1;
        return NULL;
    }
    Py_ssize_t i = r - 1;
    while (i >= 0 && indices[i] == base + gap * i) {
        i--;
    }
    if (i < 0) {
        self->stopped = 1;
        return NULL;
    }
    indices[i]++;
    set_result(self->result, i, self->pool, indices[i]);
    for (Py_ssize_t k = i + 1; k < r; k++) {
        indices[k] = indices[k - 1] + gap;
        set_result(self->result, k, self->pool, indices[k]);
    }
    return Py_NewRef(self->result);
}

static PyObject *
choose_reduce(Combinations *self)
{
    if (self->result == NULL) {
        return Py_BuildValue("O(On)", Py_TYPE(self), self->pool, self->r);
    }
    if (self->stopped) {
        return Py_BuildValue("O(()n)", Py_TYPE(self), self->r);
    }
    PyObject *indices = indices_tuple(self->indices, self->r);
    return indices == NULL ? NULL : Py_BuildValue("O(On)N", Py_TYPE(self), self->pool, self->r,
                                                  indices);
}

static PyObject *
choose_setstate(Combinations *self, PyObject *state, Py_ssize_t base, int gap)
{
    if (!check_state(state, self->r)) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < self->r; i++) {
        Py_ssize_t index;
        if (!state_index(state, i, base + gap * i, &index)) {
            return NULL;
        }
        if (index < 0) {
            /* Nothing to choose from. */
            PyErr_SetString(PyExc_ValueError, "invalid arguments");
            return NULL;
        }
        self->indices[i] = index;
    }
    PyObject *result = chosen_items(self->pool, self->indices, self->r);
    if (result == NULL) {
        return NULL;
    }
    Py_XSETREF(self->result, result);
    Py_RETURN_NONE;
}

static PyObject *
choose_sizeof(Combinations *self)
{
    return PyLong_FromSsize_t((Py_ssize_t)sizeof *self +
                              self->r * (Py_ssize_t)sizeof(Py_ssize_t));
}

#define CHOOSE_SLOTS                                                                               \
    .tp_dealloc = (destructor)choose_dealloc, .tp_traverse = (traverseproc)choose_traverse,        \
    COMBINE_SLOTS

NEW(combinations, "(iterable, r)")
static PyObject *
combinations_new(PyTypeObject *type, PyObject *iterable, Py_ssize_t r)
{
    Combinations *self = (Combinations *)choose_new(type, iterable, r);
    if (self != NULL) {
        for (Py_ssize_t i = 0; i < r; i++) {
            self->indices[i] = i;
        }
        self->stopped = r > PyTuple_GET_SIZE(self->pool);
    }
    return (PyObject *)self;
}

static PyObject *
combinations_tp_iternext(Combinations *self)
{
    return choose_next(self, PyTuple_GET_SIZE(self->pool) - self->r, 1);
}

METHOD(combinations, __reduce__, NULL, "State for pickle.")
static PyObject *
combinations___reduce__(Combinations *self)
{
    return choose_reduce(self);
}

METHOD(combinations, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
combinations___setstate__(Combinations *self, PyObject *state)
{
    return choose_setstate(self, state, PyTuple_GET_SIZE(self->pool) - self->r, 1);
}

METHOD(combinations, __sizeof__, NULL, "Size in bytes, with the indices.")
static PyObject *
combinations___sizeof__(Combinations *self)
{
    return choose_sizeof(self);
}

TYPE(combinations, Combinations_Type, "itertools.combinations", Combinations, "(iterable, r)",
     "Every way to choose r items, in the order of the iterable.", CHOOSE_SLOTS)

typedef Combinations CombinationsR;

NEW(combinations_with_replacement, "(iterable, r)")
static PyObject *
combinations_with_replacement_new(PyTypeObject *type, PyObject *iterable, Py_ssize_t r)
{
    CombinationsR *self = (CombinationsR *)choose_new(type, iterable, r);
    if (self != NULL) {
        memset(self->indices, 0, (size_t)r * sizeof(Py_ssize_t));
        self->stopped = PyTuple_GET_SIZE(self->pool) == 0 && r > 0;
    }
    return (PyObject *)self;
}

static PyObject *
combinations_with_replacement_tp_iternext(CombinationsR *self)
{
    return choose_next(self, PyTuple_GET_SIZE(self->pool) - 1, 0);
}

METHOD(combinations_with_replacement, __reduce__, NULL, "State for pickle.")
static PyObject *
combinations_with_replacement___reduce__(CombinationsR *self)
{
    return choose_reduce(self);
}

METHOD(combinations_with_replacement, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
combinations_with_replacement___setstate__(CombinationsR *self, PyObject *state)
{
    return choose_setstate(self, state, PyTuple_GET_SIZE(self->pool) - 1, 0);
}

METHOD(combinations_with_replacement, __sizeof__, NULL, "Size in bytes, with the indices.")
static PyObject *
combinations_with_replacement___sizeof__(CombinationsR *self)
{
    return choose_sizeof(self);
}

TYPE(combinations_with_replacement, CombinationsR_Type,
     "itertools.combinations_with_replacement", CombinationsR, "(iterable, r)",
     "Every way to choose r items when each may be chosen again.", CHOOSE_SLOTS)

/* ---- permutations ---- */

typedef struct {
    PyObject_HEAD
    PyObject *pool;             /* tuple of n items */
    Py_ssize_t *indices;        /* a permutation of 0 ... n - 1; the first r are the result */
    Py_ssize_t *cycles;         /* r counters: how often place i still changes */
    PyObject *result;           /* tuple, NULL before the first */
    Py_ssize_t r;
    int stopped;
} Permutations;

NEW(permutations, "(iterable, r=None)")
static PyObject *
permutations_new(PyTypeObject *type, PyObject *iterable, PyObject *r)
{
    PyObject *pool = PySequence_Tuple(iterable);
    Py_ssize_t *indices = NULL, *cycles = NULL;
    if (pool == NULL) {
        return NULL;
    }
    Py_ssize_t n = PyTuple_GET_SIZE(pool), count = n;
    if (r != Py_None) {
        if (!PyLong_Check(r)) {
            PyErr_SetString(PyExc_TypeError, "Expected int as r");
            goto fail;
        }
        count = PyLong_AsSsize_t(r);
        if (count == -1 && PyErr_Occurred()) {
            goto fail;
        }
    }
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "r must be non-negative");
        goto fail;
    }
    indices = indices_new(n);
    cycles = indices == NULL ? NULL : indices_new(count);
    Permutations *self = cycles == NULL ? NULL : (Permutations *)type->tp_alloc(type, 0);
    if (self == NULL) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        indices[i] = i;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        cycles[i] = n - i;
    }
    self->pool = pool;
    self->indices = indices;
    self->cycles = cycles;
    self->r = count;
    self->stopped = count > n;
    return (PyObject *)self;

fail:
    PyMem_Free(indices);
    PyMem_Free(cycles);
    Py_DECREF(pool);
    return NULL;
}

static void
permutations_tp_dealloc(Permutations *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->pool);
    Py_XDECREF(self->result);
    PyMem_Free(self->indices);
    PyMem_Free(self->cycles);
    Py_TYPE(self)->tp_free(self);
}

static int
permutations_tp_traverse(Permutations *self, visitproc visit, void *arg)
{
    Py_VISIT(self->pool);
    Py_VISIT(self->result);
    return 0;
}

/* The rightmost place that can still change gets its next item; when it has had all of them it
   starts over, and the place before it moves on.  False if none is left. */
static bool
permutations_step(Permutations *self)
{
    Py_ssize_t n = PyTuple_GET_SIZE(self->pool), *indices = self->indices;
    for (Py_ssize_t i = self->r - 1; i >= 0; i--) {
        if (--self->cycles[i] == 0) {
            Py_ssize_t moved = indices[i];
            memmove(&indices[i], &indices[i + 1], (size_t)(n - 1 - i) * sizeof *indices);
            indices[n - 1] = moved;
            self->cycles[i] = n - i;
            continue;
        }
        Py_ssize_t other = n - self->cycles[i], moved = indices[i];
        indices[i] = indices[other];
        indices[other] = moved;
        for (Py_ssize_t k = i; k < self->r; k++) {
            set_result(self->result, k, self->pool, indices[k]);
        }
        return true;
    }
    return false;
}

static PyObject *
permutations_tp_iternext(Permutations *self)
{
    if (self->stopped) {
        return NULL;
    }
    if (self->result == NULL) {
        self->result = chosen_items(self->pool, self->indices, self->r);
        self->stopped = self->result == NULL;
    }
    else {
        self->stopped = own_result(&self->result) < 0 || !permutations_step(self);
    }
    return self->stopped ? NULL : Py_NewRef(self->result);
}

METHOD(permutations, __reduce__, NULL, "State for pickle.")
static PyObject *
permutations___reduce__(Permutations *self)
{
    if (self->result == NULL) {
        return Py_BuildValue("O(On)", Py_TYPE(self), self->pool, self->r);
    }
    if (self->stopped) {
        return Py_BuildValue("O(()n)", Py_TYPE(self), self->r);
    }
    PyObject *indices = indices_tuple(self->indices, PyTuple_GET_SIZE(self->pool));
    PyObject *cycles = indices == NULL ? NULL : indices_tuple(self->cycles, self->r);
    if (cycles == NULL) {
        Py_XDECREF(indices);
        return NULL;
    }
    return Py_BuildValue("O(On)(NN)", Py_TYPE(self), self->pool, self->r, indices, cycles);
}

METHOD(permutations, __setstate__, NULL, "Set the state from pickle.")
static PyObject *
permutations___setstate__(Permutations *self, PyObject *state)
{
    PyObject *indices, *cycles;
    if (!PyArg_ParseTuple(state, "O!O!", &PyTuple_Type, &indices, &PyTuple_Type, &cycles)) {
        return NULL;
    }
    Py_ssize_t n = PyTuple_GET_SIZE(self->pool);
    if (PyTuple_GET_SIZE(indices) != n || PyTuple_GET_SIZE(cycles) != self->r) {
        PyErr_SetString(PyExc_ValueError, "invalid arguments");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!state_index(indices, i, n - 1, &self->indices[i])) {
            return NULL;
        }
    }
    for (Py_ssize_t i = 0; i < self->r; i++) {
        Py_ssize_t cycle;
        if (!state_index(cycles, i, n - i, &cycle)) {
            return NULL;
        }
        self->cycles[i] = cycle < 1 ? 1 : cycle;
    }
    if (self->r > n) {
        Py_RETURN_NONE;
    }
    PyObject *result = chosen_items(self->pool, self->indices, self->r);
    if (result == NULL) {
        return NULL;
    }
    Py_XSETREF(self->result, result);
    Py_RETURN_NONE;
}

METHOD(permutations, __sizeof__, NULL, "Size in bytes, with the indices.")
static PyObject *
permutations___sizeof__(Permutations *self)
{
    return PyLong_FromSsize_t((Py_ssize_t)sizeof *self +
                              (PyTuple_GET_SIZE(self->pool) + self->r) *
                                  (Py_ssize_t)sizeof(Py_ssize_t));
}

TYPE(permutations, Permutations_Type, "itertools.permutations", Permutations,
     "(iterable, r=None)", "Every ordering of r items; of all of them if r is None.",
     COMBINE_SLOTS)

status
itertools_add_combinatorics(PyObject *module)
{
    PyTypeObject *const types[] = {&Product_Type, &Combinations_Type, &CombinationsR_Type,
                                   &Permutations_Type};
    return add_types(module, types, ARRAY_LEN(types));
}

#include "gen/modules/itertools/combine.inc"
