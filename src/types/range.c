/* range: an arithmetic progression, and its iterators.

   Invariants: start, stop, step and length are exact ints, step is not 0, length >= 0; a range
   never changes.  Values that fit in C longs are iterated without int arithmetic. */
#include "types/range.h"

#include "object/declare.h"
#include "object/object.h"
#include "types/int.h"
#include "types/slice.h"
#include "types/tuple.h"


#define INT(op) ((PyLongObject *)(op))

/* ---- making ranges ---------------------------------------------------------------------- */

/* The number of values in low, low+step, ... below high, step positive: new int. */
static PyObject *
count_values(PyObject *low, PyObject *high, PyObject *step)
{
    if (int_compare(INT(low), INT(high)) >= 0) return int_small(0);
    /* (high - low - 1) // step + 1 */
    PyObject *n = int_sub(INT(high), INT(low));
    if (n != NULL) Py_SETREF(n, int_sub(INT(n), INT(small_int_peek(1))));
    if (n != NULL) Py_SETREF(n, int_floor_divide(INT(n), INT(step)));
    if (n != NULL) Py_SETREF(n, int_add(INT(n), INT(small_int_peek(1))));
    return n;
}

static PyObject *
compute_length(PyObject *start, PyObject *stop, PyObject *step)
{
    PyLongObject *a = INT(start), *b = INT(stop), *s = INT(step);
    if (int_is_medium(a) && int_is_medium(b) && int_is_medium(s)) {
        int64_t x = int_medium_value(a), y = int_medium_value(b), d = int_medium_value(s);
        if (d > 0) return int_from_int64(x < y ? (y - x - 1) / d + 1 : 0);
        return int_from_int64(y < x ? (x - y - 1) / -d + 1 : 0);
    }
    if (Py_SIZE(step) > 0) return count_values(start, stop, step);
    PyObject *positive = int_negated(s);
    if (positive == NULL) return NULL;
    PyObject *n = count_values(stop, start, positive);
    Py_DECREF(positive);
    return n;
}

/* A range of three ints whose references are stolen, also on failure. */
static PyObject *
range_new_take(PyObject *start, PyObject *stop, PyObject *step)
{
    PyObject *length = compute_length(start, stop, step);
    struct Range *self = length ? PyObject_New(struct Range, &PyRange_Type) : NULL;
    if (self == NULL) {
        Py_XDECREF(length);
        Py_DECREF(start);
        Py_DECREF(stop);
        Py_DECREF(step);
        return NULL;
    }
    self->start = start;
    self->stop = stop;
    self->step = step;
    self->length = length;
    return (PyObject *)self;
}

static PyObject *
range_construct(PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *start = NULL, *stop = NULL, *step = NULL;
    if (!_PyArg_CheckPositional("range", nargs, 1, 3)) return NULL;
    if (nargs == 1) {
        start = int_small(0);
        stop = PyNumber_Index(args[0]);
        step = int_small(1);
    } else {
        start = PyNumber_Index(args[0]);
        if (start == NULL) return NULL;
        stop = PyNumber_Index(args[1]);
        if (stop == NULL) {
            Py_DECREF(start);
            return NULL;
        }
        step = nargs == 3 ? PyNumber_Index(args[2]) : int_small(1);
    }
    if (start == NULL || stop == NULL || step == NULL) goto fail;
    if (Py_SIZE(step) == 0) {
        PyErr_SetString(PyExc_ValueError, "range() arg 3 must not be zero");
        goto fail;
    }
    return range_new_take(start, stop, step);
fail:
    Py_XDECREF(start);
    Py_XDECREF(stop);
    Py_XDECREF(step);
    return NULL;
}

static PyObject *
range_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (!_PyArg_NoKeywords("range", kwargs)) return NULL;
    return range_construct(((PyTupleObject *)args)->ob_item, PyTuple_GET_SIZE(args));
}

static PyObject *
range_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (!_PyArg_NoKwnames("range", kwnames)) return NULL;
    if (PyVectorcall_NARGS(nargsf) == 1 && PyLong_CheckExact(args[0]) && (size_t)Py_SIZE(args[0]) < 2) {
        /* As many values as the limit says. */
        struct Range *self = PyObject_New(struct Range, &PyRange_Type);
        if (self == NULL) return NULL;
        self->start = int_small(0);
        self->stop = Py_NewRef(args[0]);
        self->step = int_small(1);
        self->length = Py_NewRef(args[0]);
        return (PyObject *)self;
    }
    return range_construct(args, PyVectorcall_NARGS(nargsf));
}

static void
range_tp_dealloc(struct Range *self)
{
    Py_DECREF(self->start);
    Py_DECREF(self->stop);
    Py_DECREF(self->step);
    Py_DECREF(self->length);
    PyObject_Free(self);
}

/* ---- values ----------------------------------------------------------------------------- */

/* start + index * step: new int. */
static PyObject *
value_at(struct Range *self, PyObject *index)
{
    PyObject *offset = int_mul(INT(index), INT(self->step));
    if (offset == NULL) return NULL;
    PyObject *value = int_add(INT(self->start), INT(offset));
    Py_DECREF(offset);
    return value;
}

/* Is x, an int, one of the values? */
static truth
has_int(struct Range *self, PyObject *x)
{
    bool forward = Py_SIZE(self->step) > 0;
    int from_start = int_compare(INT(x), INT(self->start));
    int from_stop = int_compare(INT(x), INT(self->stop));
    if (forward ? from_start < 0 || from_stop >= 0 : from_start > 0 || from_stop <= 0) return 0;
    PyObject *offset = int_sub(INT(x), INT(self->start));
    if (offset == NULL) return -1;
    PyObject *rest = int_remainder(INT(offset), INT(self->step));
    Py_DECREF(offset);
    if (rest == NULL) return -1;
    truth found = Py_SIZE(rest) == 0;
    Py_DECREF(rest);
    return found;
}

static bool
is_plain_int(PyObject *x)
{
    return PyLong_CheckExact(x) || PyBool_Check(x);
}

static PyObject *
range_item_take(struct Range *self, PyObject *index)
{
    if (index == NULL) return NULL;
    if (Py_SIZE(index) < 0) {
        Py_SETREF(index, int_add(INT(index), INT(self->length)));
        if (index == NULL) return NULL;
    }
    PyObject *value = NULL;
    if (Py_SIZE(index) < 0 || int_compare(INT(index), INT(self->length)) >= 0) {
        PyErr_SetString(PyExc_IndexError, "range object index out of range");
    } else {
        value = value_at(self, index);
    }
    Py_DECREF(index);
    return value;
}

static PyObject *
range_slice(struct Range *self, PySliceObject *slice)
{
    PyObject *start, *stop, *step, *a, *b, *s;
    if (_PySlice_GetLongIndices(slice, self->length, &start, &stop, &step) < 0) return NULL;
    s = int_mul(INT(step), INT(self->step));
    a = s ? value_at(self, start) : NULL;
    b = a ? value_at(self, stop) : NULL;
    Py_DECREF(start);
    Py_DECREF(stop);
    Py_DECREF(step);
    if (b == NULL) {
        Py_XDECREF(s);
        Py_XDECREF(a);
        return NULL;
    }
    return range_new_take(a, b, s);
}

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
range_tp_repr(struct Range *self)
{
    if (self->step == small_int_peek(1)) {
        return PyUnicode_FromFormat("range(%R, %R)", self->start, self->stop);
    }
    return PyUnicode_FromFormat("range(%R, %R, %R)", self->start, self->stop, self->step);
}

/* Equal ranges are equal sequences: (length, start, step) as far as they matter. */
static Py_hash_t
range_tp_hash(struct Range *self)
{
    bool empty = Py_SIZE(self->length) == 0, single = self->length == small_int_peek(1);
    PyObject *key = PyTuple_Pack(3, self->length, empty ? Py_None : self->start,
                                 empty || single ? Py_None : self->step);
    if (key == NULL) return -1;
    Py_hash_t hash = PyObject_Hash(key);
    Py_DECREF(key);
    return hash;
}

static PyObject *
range_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyRange_Check(b) || (op != Py_EQ && op != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
    struct Range *x = (struct Range *)a, *y = (struct Range *)b;
    bool equal = x == y;
    if (!equal && int_compare(INT(x->length), INT(y->length)) == 0) {
        equal = Py_SIZE(x->length) == 0
                || (int_compare(INT(x->start), INT(y->start)) == 0
                    && (x->length == small_int_peek(1)
                        || int_compare(INT(x->step), INT(y->step)) == 0));
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static int
range_nb_bool(struct Range *self)
{
    return Py_SIZE(self->length) != 0;
}

static Py_ssize_t
range_sq_length(struct Range *self)
{
    return PyLong_AsSsize_t(self->length);
}

static Py_ssize_t
range_mp_length(struct Range *self)
{
    return PyLong_AsSsize_t(self->length);
}

static PyObject *
range_sq_item(struct Range *self, Py_ssize_t i)
{
    /* The caller has added the length to negative indices already. */
    if (i < 0) {
        PyErr_SetString(PyExc_IndexError, "range object index out of range");
        return NULL;
    }
    return range_item_take(self, PyLong_FromSsize_t(i));
}

static PyObject *
range_mp_subscript(struct Range *self, PyObject *key)
{
    if (PyIndex_Check(key)) return range_item_take(self, PyNumber_Index(key));
    if (PySlice_Check(key)) return range_slice(self, (PySliceObject *)key);
    PyErr_Format(PyExc_TypeError, "range indices must be integers or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
    return NULL;
}

static int
range_sq_contains(struct Range *self, PyObject *x)
{
    if (is_plain_int(x)) return has_int(self, x);
    return (int)_PySequence_IterSearch((PyObject *)self, x, PY_ITERSEARCH_CONTAINS);
}

/* ---- methods ---------------------------------------------------------------------------- */

METHOD(range, __reduce__, NULL, NULL)
static PyObject *
range___reduce__(struct Range *self, PyObject *args)
{
    return Py_BuildValue("(O(OOO))", Py_TYPE(self), self->start, self->stop, self->step);
}

METHOD(range, count, NULL, "rangeobject.count(value) -> integer\n\nHow often value occurs.")
static PyObject *
range_count(struct Range *self, PyObject *value)
{
    if (is_plain_int(value)) {
        truth found = has_int(self, value);
        return found < 0 ? NULL : PyLong_FromLong(found);
    }
    Py_ssize_t n = _PySequence_IterSearch((PyObject *)self, value, PY_ITERSEARCH_COUNT);
    return n == -1 ? NULL : PyLong_FromSsize_t(n);
}

METHOD(range, index, NULL,
       "rangeobject.index(value) -> integer\n\nIndex of value; ValueError if it does not occur.")
static PyObject *
range_index(struct Range *self, PyObject *value)
{
    if (!is_plain_int(value)) {
        Py_ssize_t i = _PySequence_IterSearch((PyObject *)self, value, PY_ITERSEARCH_INDEX);
        return i == -1 ? NULL : PyLong_FromSsize_t(i);
    }
    truth found = has_int(self, value);
    if (found < 0) return NULL;
    if (!found) {
        PyErr_Format(PyExc_ValueError, "%R is not in range", value);
        return NULL;
    }
    PyObject *offset = int_sub(INT(value), INT(self->start));
    if (offset == NULL) return NULL;
    PyObject *index = int_floor_divide(INT(offset), INT(self->step));
    Py_DECREF(offset);
    return index;
}

MEMBER(range, start, T_OBJECT_EX, struct Range, start, READONLY, NULL)
MEMBER(range, stop, T_OBJECT_EX, struct Range, stop, READONLY, NULL)
MEMBER(range, step, T_OBJECT_EX, struct Range, step, READONLY, NULL)

/* ---- iterators -------------------------------------------------------------------------- */

/* What ranges too large for C longs are iterated with. */
struct LongRangeIterator {
    PyObject_HEAD
    PyObject *index;                /* of the next value */
    PyObject *start;
    PyObject *step;
    PyObject *length;
};

static PyObject *
range_iterator_new(long start, long step, long length)
{
    struct RangeIterator *it = freelist_pop(&_PyRuntime.caches.range_iterators);
    if (it != NULL) {
        freelist_revive(it, &PyRangeIter_Type);
    } else {
        it = PyObject_New(struct RangeIterator, &PyRangeIter_Type);
        if (it == NULL) return NULL;
    }
    it->index = 0;
    it->start = start;
    it->step = step;
    it->length = length;
    return (PyObject *)it;
}

/* An iterator over `length` values from start; the references are stolen, also on failure. */
static PyObject *
long_range_iterator_new_take(PyObject *start, PyObject *step, PyObject *length)
{
    struct LongRangeIterator *it = NULL;
    if (start != NULL && step != NULL && length != NULL) {
        it = PyObject_New(struct LongRangeIterator, &PyLongRangeIter_Type);
    }
    if (it == NULL) {
        Py_XDECREF(start);
        Py_XDECREF(step);
        Py_XDECREF(length);
        return NULL;
    }
    it->index = int_small(0);
    it->start = start;
    it->step = step;
    it->length = length;
    return (PyObject *)it;
}

/* Do start, step, length and every value, also one past the end, fit in C longs? */
static bool
fits_longs(PyObject *start, PyObject *step, PyObject *length, long *a, long *s, long *n)
{
    int overflow;
    long end;
    if (likely(int_is_compact(INT(start)) && int_is_compact(INT(step)) && int_is_compact(INT(length)))) {
        *a = int_compact_value(INT(start));
        *s = int_compact_value(INT(step));
        *n = int_compact_value(INT(length));
        return true;                    /* limbs have 30 bits */
    }
    *a = PyLong_AsLongAndOverflow(start, &overflow);
    if (overflow) return false;
    *s = PyLong_AsLongAndOverflow(step, &overflow);
    if (overflow) return false;
    *n = PyLong_AsLongAndOverflow(length, &overflow);
    if (overflow) return false;
    return !__builtin_mul_overflow(*s, *n, &end) && !__builtin_add_overflow(*a, end, &end);
}

static PyObject *
range_tp_iter(struct Range *self)
{
    long start, step, length;
    if (fits_longs(self->start, self->step, self->length, &start, &step, &length)) {
        return range_iterator_new(start, step, length);
    }
    return long_range_iterator_new_take(Py_NewRef(self->start), Py_NewRef(self->step),
                                        Py_NewRef(self->length));
}

METHOD(range, __reversed__, NULL, "An iterator from the last value to the first.")
static PyObject *
range___reversed__(struct Range *self, PyObject *Py_UNUSED(ignored))
{
    long start, step, length;
    if (fits_longs(self->start, self->step, self->length, &start, &step, &length)
        && !__builtin_sub_overflow(start, step, &(long){0})
        && !__builtin_sub_overflow(0L, step, &(long){0})) {
        return range_iterator_new(start + (length - 1) * step, -step, length);
    }
    /* start + (length - 1) * step, backwards */
    PyObject *last = NULL, *back = NULL;
    PyObject *index = int_sub(INT(self->length), INT(small_int_peek(1)));
    if (index != NULL) {
        last = value_at(self, index);
        Py_DECREF(index);
    }
    if (last != NULL) back = int_negated(INT(self->step));
    return long_range_iterator_new_take(last, back, Py_NewRef(self->length));
}

static void
range_iterator_tp_dealloc(struct RangeIterator *self)
{
    if (!freelist_push(&_PyRuntime.caches.range_iterators, self, ITERATORS_CACHED)) {
        PyObject_Free(self);
    }
}

static PyObject *
range_iterator_tp_iternext(struct RangeIterator *self)
{
    if (self->index >= self->length) return NULL;
    return int_from_int64((long)((unsigned long)self->start
                                 + (unsigned long)self->index++ * (unsigned long)self->step));
}

METHOD(range_iterator, __length_hint__, NULL, "How many values are left.")
static PyObject *
range_iterator___length_hint__(struct RangeIterator *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(self->length - self->index);
}

METHOD(range_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
range_iterator___reduce__(struct RangeIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    PyObject *start = PyLong_FromLong(self->start), *step = PyLong_FromLong(self->step);
    PyObject *stop = PyLong_FromLong((long)((unsigned long)self->start
                                            + (unsigned long)self->length
                                                  * (unsigned long)self->step));
    if (start == NULL || step == NULL || stop == NULL) {
        Py_XDECREF(start);
        Py_XDECREF(step);
        Py_XDECREF(stop);
        Py_DECREF(iter);
        return NULL;
    }
    PyObject *range = range_new_take(start, stop, step);
    if (range == NULL) {
        Py_DECREF(iter);
        return NULL;
    }
    return Py_BuildValue("N(N)l", iter, range, self->index);
}

METHOD(range_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
range_iterator___setstate__(struct RangeIterator *self, PyObject *state)
{
    long index = PyLong_AsLong(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    self->index = index < 0 ? 0 : index > self->length ? self->length : index;
    Py_RETURN_NONE;
}

TYPE(range_iterator, PyRangeIter_Type, "range_iterator", struct RangeIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_iter = PyObject_SelfIter)

static void
long_range_iterator_tp_dealloc(struct LongRangeIterator *self)
{
    Py_DECREF(self->index);
    Py_DECREF(self->start);
    Py_DECREF(self->step);
    Py_DECREF(self->length);
    PyObject_Free(self);
}

static PyObject *
long_range_iterator_tp_iternext(struct LongRangeIterator *self)
{
    int more = PyObject_RichCompareBool(self->index, self->length, Py_LT);
    if (more <= 0) return NULL;
    PyObject *index = Py_NewRef(self->index);   /* may be anything that __setstate__ took */
    PyObject *next = PyNumber_Add(index, small_int_peek(1));
    PyObject *offset = next ? PyNumber_Multiply(index, self->step) : NULL;
    PyObject *value = offset ? PyNumber_Add(self->start, offset) : NULL;
    Py_XDECREF(offset);
    Py_DECREF(index);
    if (value == NULL) {
        Py_XDECREF(next);
        return NULL;
    }
    Py_SETREF(self->index, next);
    return value;
}

METHOD(long_range_iterator, __length_hint__, NULL, "How many values are left.")
static PyObject *
long_range_iterator___length_hint__(struct LongRangeIterator *self, PyObject *Py_UNUSED(ignored))
{
    return PyNumber_Subtract(self->length, self->index);
}

METHOD(long_range_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
long_range_iterator___reduce__(struct LongRangeIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    /* stop = start + length * step */
    PyObject *stop = int_mul(INT(self->length), INT(self->step));
    if (stop != NULL) Py_SETREF(stop, int_add(INT(self->start), INT(stop)));
    PyObject *range = NULL;
    if (stop != NULL) {
        range = range_new_take(Py_NewRef(self->start), stop, Py_NewRef(self->step));
    }
    if (range == NULL) {
        Py_DECREF(iter);
        return NULL;
    }
    return Py_BuildValue("N(N)O", iter, range, self->index);
}

METHOD(long_range_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
long_range_iterator___setstate__(struct LongRangeIterator *self, PyObject *state)
{
    int negative = PyObject_RichCompareBool(state, small_int_peek(0), Py_LT);
    if (negative < 0) return NULL;
    PyObject *index = state;
    if (negative) {
        index = small_int_peek(0);
    } else {
        int beyond = PyObject_RichCompareBool(self->length, state, Py_LT);
        if (beyond < 0) return NULL;
        if (beyond) index = self->length;
    }
    Py_SETREF(self->index, Py_NewRef(index));
    Py_RETURN_NONE;
}

TYPE(long_range_iterator, PyLongRangeIter_Type, "longrange_iterator", struct LongRangeIterator,
     NULL, NULL, .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_iter = PyObject_SelfIter)

TYPE(range, PyRange_Type, "range", struct Range, NULL,
     "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n"
     "The integers from start (0) to stop, without stop itself, in steps of step (1).",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_SEQUENCE, .tp_vectorcall = range_vectorcall)

#include "gen/types/range.inc"
