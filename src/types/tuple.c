/* tuple: see tuple.h for the invariant.

   A tuple is tracked by the collector from the moment it is filled in; a collection stops tracking
   those that cannot be part of a cycle.  Dead tuples of up to 19 items are kept by length. */
#include "types/tuple.h"
#include "types/dict_keys.h"
#include "types/same.h"

#include <stdarg.h>
#include "base/copy.h"
#include "object/declare.h"
#include "object/gc.h"

/* ---- storage ---------------------------------------------------------------------------- */

static PyObject *
empty_tuple(void)
{
    PyObject *empty = interp_get()->tuple.empty;
    if (unlikely(empty == NULL)) {
        empty = (PyObject *)_PyObject_GC_NewVar(&PyTuple_Type, 0);
        if (empty == NULL) return NULL;
        interp_get()->tuple.empty = empty;
    }
    return Py_NewRef(empty);
}

PyTupleObject *
tuple_alloc_slow(Py_ssize_t n)
{
    if ((size_t)n > (PY_SSIZE_T_MAX - sizeof(PyTupleObject)) / sizeof(PyObject *)) {
        return (PyTupleObject *)PyErr_NoMemory();
    }
    PyTupleObject *self = (PyTupleObject *)gc_alloc_here(
        sizeof(PyTupleObject) + ((size_t)n - 1) * sizeof(PyObject *), 0, PAGE_TIGHT);
    if (likely(self != NULL)) {
        Py_SET_SIZE(self, n);
        freelist_revive(self, &PyTuple_Type);
    }
    return self;
}

static NOINLINE void
dealloc_deep(PyObject *self)
{
    Py_ssize_t n = Py_SIZE(self);
    if (unlikely(n == 0 && self == interp_get()->tuple.empty)) {
        /* A count gone wrong somewhere: the empty tuple lives on. */
        Py_SET_REFCNT(self, 1);
        return;
    }
    gc_untrack((PyObject *)self);
    PyThreadState *tstate = tstate_get();
    bool exact = Py_IS_TYPE(self, &PyTuple_Type);
    bool guarded = Py_TYPE(self)->tp_dealloc == tuple_tp_dealloc;
    if (guarded && trash_begin(tstate, self)) return;
    PyObject **items = ((PyTupleObject *)self)->ob_item;
    for (Py_ssize_t i = n; i-- > 0;) Py_XDECREF(items[i]);
    if (!(exact && n < TUPLE_SIZES_CACHED && n > 0
          && freelist_push(&_PyRuntime.caches.tuples[n], self, TUPLES_CACHED))) {
        Py_TYPE(self)->tp_free(self);
    }
    if (guarded) trash_end(tstate);
}

/* As long as no container dies with it, a short tuple needs no guard against deep recursion. */
void
tuple_tp_dealloc(PyObject *self)
{
    Py_ssize_t n = Py_SIZE(self);
    if (unlikely(!Py_IS_TYPE(self, &PyTuple_Type) || (size_t)n - 1 >= TUPLE_SIZES_CACHED - 1)) {
        dealloc_deep(self);
        return;
    }
    PyObject **items = ((PyTupleObject *)self)->ob_item;
    gc_untrack(self);
    for (Py_ssize_t i = n; i-- > 0;) {
        PyObject *item = items[i];
        if (unlikely(item == NULL)) continue;
        if (likely(item->ob_refcnt != 1)) {
            item->ob_refcnt--;
        } else if (PyType_IS_GC(Py_TYPE(item))) {
            for (Py_ssize_t done = i + 1; done < n; done++) items[done] = NULL;
            dealloc_deep(self);
            return;
        } else {
            Py_DECREF(item);
        }
    }
    if (unlikely(!freelist_push(&_PyRuntime.caches.tuples[n], self, TUPLES_CACHED))) {
        PyObject_GC_Del(self);
    }
}

static int
tuple_tp_traverse(PyTupleObject *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = Py_SIZE(self); i-- > 0;) Py_VISIT(self->ob_item[i]);
    return 0;
}

/* ---- C API ------------------------------------------------------------------------------ */

/* A new tuple of n empty places, which the caller fills at once. */
PyObject *
PyTuple_New(Py_ssize_t n)
{
    if (n == 0) return empty_tuple();
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyTupleObject *self = tuple_alloc(n);
    if (self == NULL) return NULL;
    memset(self->ob_item, 0, (size_t)n * sizeof(PyObject *));
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

Py_ssize_t
PyTuple_Size(PyObject *op)
{
    if (!PyTuple_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return Py_SIZE(op);
}

/* Item i, borrowed; IndexError. */
PyObject *
PyTuple_GetItem(PyObject *op, Py_ssize_t i)
{
    if (!PyTuple_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (i < 0 || i >= Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return PyTuple_GET_ITEM(op, i);
}

/* Put an item, whose reference is stolen, into a tuple that nobody else knows yet. */
int
PyTuple_SetItem(PyObject *op, Py_ssize_t i, PyObject *item)
{
    if (!PyTuple_Check(op) || Py_REFCNT(op) != 1) {
        Py_XDECREF(item);
        PyErr_BadInternalCall();
        return -1;
    }
    if (i < 0 || i >= Py_SIZE(op)) {
        Py_XDECREF(item);
        PyErr_SetString(PyExc_IndexError, "tuple assignment index out of range");
        return -1;
    }
    Py_XSETREF(((PyTupleObject *)op)->ob_item[i], item);
    return 0;
}

/* A new tuple of n objects. */
PyObject *
PyTuple_Pack(Py_ssize_t n, ...)
{
    if (n == 0) return empty_tuple();
    PyTupleObject *self = tuple_alloc(n);
    if (self == NULL) return NULL;
    va_list args;
    va_start(args, n);
    for (Py_ssize_t i = 0; i < n; i++) self->ob_item[i] = Py_NewRef(va_arg(args, PyObject *));
    va_end(args);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
tuple_from_array(PyObject *const *items, Py_ssize_t n)
{
    if (n == 0) return empty_tuple();
    PyTupleObject *self = tuple_alloc(n);
    if (self == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) self->ob_item[i] = Py_NewRef(items[i]);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
tuple_from_array_take(PyObject *const *items, Py_ssize_t n)
{
    if (n == 0) return empty_tuple();
    PyTupleObject *self = tuple_alloc(n);
    if (self == NULL) {
        for (Py_ssize_t i = 0; i < n; i++) Py_DECREF(items[i]);
        return NULL;
    }
    copy_pointers(self->ob_item, items, (size_t)n);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

static PyObject *
tuple_slice(PyTupleObject *self, Py_ssize_t low, Py_ssize_t high)
{
    Py_ssize_t n = Py_SIZE(self);
    if (low < 0) low = 0;
    if (high > n) high = n;
    if (high < low) high = low;
    if (low == 0 && high == n && PyTuple_CheckExact(self)) return Py_NewRef(self);
    return tuple_from_array(self->ob_item + low, high - low);
}

/* Items low..high-1 as a new tuple. */
PyObject *
PyTuple_GetSlice(PyObject *op, Py_ssize_t low, Py_ssize_t high)
{
    if (op == NULL || !PyTuple_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return tuple_slice((PyTupleObject *)op, low, high);
}

/* Change the length of a tuple that has one reference; *p may move.  On failure *p is NULL. */
int
_PyTuple_Resize(PyObject **p, Py_ssize_t n)
{
    PyTupleObject *self = (PyTupleObject *)*p;
    if (self == NULL || !PyTuple_CheckExact(self) || n < 0
        || (Py_SIZE(self) != 0 && Py_REFCNT(self) != 1)) {
        *p = NULL;
        Py_XDECREF(self);
        PyErr_BadInternalCall();
        return -1;
    }
    Py_ssize_t old = Py_SIZE(self);
    if (old == n) return 0;
    if (old == 0 || n == 0) {
        Py_DECREF(self);
        *p = PyTuple_New(n);
        return *p == NULL ? -1 : 0;
    }
    if (PyObject_GC_IsTracked((PyObject *)self)) gc_untrack((PyObject *)self);
    for (Py_ssize_t i = n; i < old; i++) Py_CLEAR(self->ob_item[i]);
    PyTupleObject *moved = (PyTupleObject *)_PyObject_GC_Resize((PyVarObject *)self, n);
    if (moved == NULL) {
        *p = NULL;
        Py_SET_SIZE(self, n < old ? n : old);
        Py_DECREF(self);
        return -1;
    }
    for (Py_ssize_t i = old; i < n; i++) moved->ob_item[i] = NULL;
    *p = (PyObject *)moved;
    gc_track((PyObject *)moved);
    return 0;
}

/* Stop tracking a tuple that holds nothing that could lead back to it. */
void
_PyTuple_MaybeUntrack(PyObject *op)
{
    if (!PyTuple_CheckExact(op) || !PyObject_GC_IsTracked(op)) return;
    PyTupleObject *self = (PyTupleObject *)op;
    for (Py_ssize_t i = Py_SIZE(self); i-- > 0;) {
        PyObject *item = self->ob_item[i];
        /* An empty place: still being filled in. */
        if (item == NULL) return;
        if (PyObject_IS_GC(item) && (!PyTuple_CheckExact(item) || PyObject_GC_IsTracked(item))) {
            return;
        }
    }
    gc_untrack(op);
}

/* Write to `out` how many tuples wait for reuse. */
void
_PyTuple_DebugMallocStats(FILE *out)
{
    for (int n = 1; n < TUPLE_SIZES_CACHED; n++) {
        char text[64];
        PyOS_snprintf(text, sizeof text, "free %d-sized PyTupleObject", n);
        _PyDebugAllocatorStats(out, text, _PyRuntime.caches.tuples[n].count,
                               sizeof(PyTupleObject) + (size_t)(n - 1) * sizeof(PyObject *));
    }
}

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
tuple_tp_repr(PyTupleObject *self)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0) return PyUnicode_FromString("()");
    int state = Py_ReprEnter((PyObject *)self);
    if (state != 0) return state > 0 ? PyUnicode_FromString("(...)") : NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = n > 1 ? 1 + 1 + (2 + 1) * (n - 1) + 1 : 4;
    if (_PyUnicodeWriter_WriteChar(&writer, '(') < 0) goto fail;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0 && _PyUnicodeWriter_WriteASCIIString(&writer, ", ", 2) < 0) goto fail;
        PyObject *text = PyObject_Repr(self->ob_item[i]);
        if (text == NULL) goto fail;
        int done = _PyUnicodeWriter_WriteStr(&writer, text);
        Py_DECREF(text);
        if (done < 0) goto fail;
    }
    writer.overallocate = 0;
    if (_PyUnicodeWriter_WriteASCIIString(&writer, n > 1 ? ")" : ",)", n > 1 ? 1 : 2) < 0) goto fail;
    Py_ReprLeave((PyObject *)self);
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    Py_ReprLeave((PyObject *)self);
    return NULL;
}

/* xxHash's 64-bit round over the hashes of the items, without its final mixing. */
static Py_hash_t
tuple_tp_hash(PyTupleObject *self)
{
    const uint64_t prime1 = 11400714785074694791u, prime2 = 14029467366897019727u;
    const uint64_t prime5 = 2870177450012600261u;
    uint64_t acc = prime5;
    Py_ssize_t n = Py_SIZE(self);
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_hash_t lane = key_hash(self->ob_item[i]);
        if (lane == -1) return -1;
        acc += (uint64_t)lane * prime2;
        acc = acc << 31 | acc >> 33;
        acc *= prime1;
    }
    acc += (uint64_t)n ^ (prime5 ^ 3527539u);
    return acc == (uint64_t)-1 ? 1546275796 : (Py_hash_t)acc;
}

static PyObject *
tuple_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyTuple_Check(a) || !PyTuple_Check(b)) Py_RETURN_NOTIMPLEMENTED;
    PyTupleObject *x = (PyTupleObject *)a, *y = (PyTupleObject *)b;
    Py_ssize_t nx = Py_SIZE(x), ny = Py_SIZE(y), i = 0;
    for (; i < nx && i < ny; i++) {
        if (x->ob_item[i] == y->ob_item[i]) continue;
        int equal = same_quick(x->ob_item[i], y->ob_item[i]);
        if (equal < 0 && (equal = PyObject_RichCompareBool(x->ob_item[i], y->ob_item[i], Py_EQ)) < 0) return NULL;
        if (!equal) break;
    }
    if (i >= nx || i >= ny) Py_RETURN_RICHCOMPARE(nx, ny, op);
    if (op == Py_EQ) Py_RETURN_FALSE;
    if (op == Py_NE) Py_RETURN_TRUE;
    return PyObject_RichCompare(x->ob_item[i], y->ob_item[i], op);
}

static Py_ssize_t
tuple_sq_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
tuple_sq_concat(PyObject *a, PyObject *b)
{
    if (Py_SIZE(a) == 0 && PyTuple_CheckExact(b)) return Py_NewRef(b);
    if (!PyTuple_Check(b)) {
        PyErr_Format(PyExc_TypeError, "can only concatenate tuple (not \"%.200s\") to tuple",
                     Py_TYPE(b)->tp_name);
        return NULL;
    }
    if (Py_SIZE(b) == 0 && PyTuple_CheckExact(a)) return Py_NewRef(a);
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    if (na > PY_SSIZE_T_MAX - nb) return PyErr_NoMemory();
    if (na + nb == 0) return empty_tuple();
    PyTupleObject *r = tuple_alloc(na + nb);
    if (r == NULL) return NULL;
    PyObject **out = r->ob_item;
    for (Py_ssize_t i = 0; i < na; i++) *out++ = Py_NewRef(PyTuple_GET_ITEM(a, i));
    for (Py_ssize_t i = 0; i < nb; i++) *out++ = Py_NewRef(PyTuple_GET_ITEM(b, i));
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

static PyObject *
tuple_sq_repeat(PyObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if ((n == 0 || count == 1) && PyTuple_CheckExact(self)) return Py_NewRef(self);
    if (n == 0 || count <= 0) return empty_tuple();
    if (n > PY_SSIZE_T_MAX / count) return PyErr_NoMemory();
    PyTupleObject *r = tuple_alloc(n * count);
    if (r == NULL) return NULL;
    PyObject **items = ((PyTupleObject *)self)->ob_item, **out = r->ob_item;
    for (Py_ssize_t i = 0; i < n; i++) {
        incref_by(items[i], count);
        out[i] = items[i];
    }
    for (Py_ssize_t filled = n, total = n * count; filled < total;) {
        Py_ssize_t take = filled < total - filled ? filled : total - filled;
        memcpy(out + filled, out, (size_t)take * sizeof *out);
        filled += take;
    }
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

static PyObject *
tuple_sq_item(PyObject *self, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return Py_NewRef(PyTuple_GET_ITEM(self, i));
}

static int
tuple_sq_contains(PyObject *self, PyObject *value)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = PyTuple_GET_ITEM(self, i);
        if (item == value) return 1;
        int equal = same_quick(item, value);
        if (equal < 0) equal = PyObject_RichCompareBool(item, value, Py_EQ);
        if (equal != 0) return equal;
    }
    return 0;
}

static Py_ssize_t
tuple_mp_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
tuple_mp_subscript(PyObject *op, PyObject *key)
{
    PyTupleObject *self = (PyTupleObject *)op;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return NULL;
        return tuple_sq_item(op, i < 0 ? i + Py_SIZE(self) : i);
    }
    if (!PySlice_Check(key)) {
        PyErr_Format(PyExc_TypeError, "tuple indices must be integers or slices, not %.200s",
                     Py_TYPE(key)->tp_name);
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (n <= 0) return empty_tuple();
    if (step == 1) return tuple_slice(self, start, stop);
    PyTupleObject *r = tuple_alloc(n);
    if (r == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) r->ob_item[i] = Py_NewRef(self->ob_item[start + i * step]);
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

/* ---- methods ---------------------------------------------------------------------------- */

/* An instance of a subclass with the items of `exact`, which is consumed. */
static PyObject *
tuple_of_subtype_take(PyTypeObject *type, PyObject *exact)
{
    if (exact == NULL) return NULL;
    Py_ssize_t n = Py_SIZE(exact);
    PyTupleObject *self = (PyTupleObject *)type->tp_alloc(type, n);
    if (self != NULL) {
        for (Py_ssize_t i = 0; i < n; i++) self->ob_item[i] = Py_NewRef(PyTuple_GET_ITEM(exact, i));
    }
    Py_DECREF(exact);
    return (PyObject *)self;
}

NEW(tuple, "(iterable=(), /)")
static PyObject *
tuple_new(PyTypeObject *type, PyObject *iterable)
{
    PyObject *exact = iterable ? PySequence_Tuple(iterable) : empty_tuple();
    return type == &PyTuple_Type ? exact : tuple_of_subtype_take(type, exact);
}

static PyObject *
tuple_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("tuple", kwnames) || !_PyArg_CheckPositional("tuple", nargs, 0, 1)) {
        return NULL;
    }
    return tuple_new((PyTypeObject *)type, nargs ? args[0] : NULL);
}

CLASSMETHOD(tuple, __class_getitem__, NULL, "tuple[...]: see PEP 585.")
static PyObject *
tuple___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

METHOD(tuple, __getnewargs__, "($self, /)", NULL)
static PyObject *
tuple___getnewargs__(PyTupleObject *self)
{
    PyObject *plain = tuple_from_array(self->ob_item, Py_SIZE(self));
    if (plain == NULL) return NULL;
    return tuple_from_array_take(&plain, 1);
}

METHOD(tuple, count, "($self, value, /)", "How many items are equal to value.")
static PyObject *
tuple_count(PyTupleObject *self, PyObject *value)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        int equal = PyObject_RichCompareBool(self->ob_item[i], value, Py_EQ);
        if (equal < 0) return NULL;
        count += equal;
    }
    return PyLong_FromSsize_t(count);
}

METHOD(tuple, index, "($self, value, start=0, stop=sys.maxsize, /)",
       "Index of the first item equal to value; ValueError if there is none.")
static PyObject *
tuple_index(PyTupleObject *self, PyObject *value, slice_index start, slice_index stop)
{
    Py_ssize_t n = Py_SIZE(self);
    if (start < 0) start = start + n < 0 ? 0 : start + n;
    if (stop < 0) stop += n;
    if (stop > n) stop = n;
    for (Py_ssize_t i = start; i < stop; i++) {
        int equal = PyObject_RichCompareBool(self->ob_item[i], value, Py_EQ);
        if (equal < 0) return NULL;
        if (equal) return PyLong_FromSsize_t(i);
    }
    PyErr_SetString(PyExc_ValueError, "tuple.index(x): x not in tuple");
    return NULL;
}

/* ---- iterator --------------------------------------------------------------------------- */

static PyObject *
tuple_tp_iter(PyObject *self)
{
    struct TupleIterator *it = freelist_pop(&_PyRuntime.caches.tuple_iterators);
    if (it != NULL) {
        freelist_revive(it, &PyTupleIter_Type);
    } else {
        it = PyObject_GC_New(struct TupleIterator, &PyTupleIter_Type);
        if (it == NULL) return NULL;
    }
    it->index = 0;
    it->seq = (PyTupleObject *)Py_NewRef(self);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
tuple_iterator_tp_dealloc(struct TupleIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    if (!freelist_push(&_PyRuntime.caches.tuple_iterators, self, ITERATORS_CACHED)) {
        PyObject_GC_Del(self);
    }
}

static int
tuple_iterator_tp_traverse(struct TupleIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
tuple_iterator_tp_iternext(struct TupleIterator *self)
{
    PyTupleObject *seq = self->seq;
    if (seq == NULL) return NULL;
    if (self->index < Py_SIZE(seq)) return Py_NewRef(seq->ob_item[self->index++]);
    self->seq = NULL;
    Py_DECREF(seq);
    return NULL;
}

METHOD(tuple_iterator, __length_hint__, NULL, "How many items are left.")
static PyObject *
tuple_iterator___length_hint__(struct TupleIterator *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(self->seq ? Py_SIZE(self->seq) - self->index : 0);
}

METHOD(tuple_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
tuple_iterator___reduce__(struct TupleIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq == NULL) return Py_BuildValue("N(())", iter);
    return Py_BuildValue("N(O)n", iter, self->seq, self->index);
}

METHOD(tuple_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
tuple_iterator___setstate__(struct TupleIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        if (index < 0) index = 0;
        if (index > Py_SIZE(self->seq)) index = Py_SIZE(self->seq);
        self->index = index;
    }
    Py_RETURN_NONE;
}

TYPE(tuple_iterator, PyTupleIter_Type, "tuple_iterator", struct TupleIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(tuple, PyTuple_Type, "tuple", PyTupleObject, "(iterable=(), /)",
     "An immutable sequence: () without argument, else the items of the iterable.\n\n"
     "A tuple given as argument is returned itself.",
     .tp_basicsize = offsetof(PyTupleObject, ob_item), .tp_itemsize = sizeof(PyObject *),
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE
                 | Py_TPFLAGS_TUPLE_SUBCLASS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_SEQUENCE,
     .tp_free = PyObject_GC_Del, .tp_vectorcall = tuple_vectorcall)

#include "gen/types/tuple.inc"
