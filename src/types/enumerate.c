/* enumerate and reversed. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/object.h"
#include "types/int.h"
#include "types/pairs.h"
#include "types/tuple.h"

/* ---- enumerate -------------------------------------------------------------------------- */

/* Invariant: the next number is `index`, or `long_index` where that is not NULL (index is then
   PY_SSIZE_T_MAX).  `result` is the tuple given out last; if nobody kept it, it is used again. */
struct Enumerate {
    PyObject_HEAD
    Py_ssize_t index;
    PyObject *it;
    PyObject *result;
    PyObject *long_index;
    PyObject *unused;
};

static PyObject *
enumerate_make(PyTypeObject *type, PyObject *iterable, PyObject *start)
{
    struct Enumerate *self = (struct Enumerate *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    if (start != NULL) {
        start = PyNumber_Index(start);
        if (start == NULL) goto fail;
        int overflow;
        self->index = PyLong_AsLongAndOverflow(start, &overflow);
        if (overflow) {
            self->index = PY_SSIZE_T_MAX;
            self->long_index = start;
        } else {
            Py_DECREF(start);
        }
    }
    self->it = PyObject_GetIter(iterable);
    if (self->it == NULL) goto fail;
    self->result = PyTuple_Pack(2, Py_None, Py_None);
    if (self->result == NULL) goto fail;
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

NEW(enumerate, "(iterable, start=0)")
static PyObject *
enumerate_new(PyTypeObject *type, PyObject *iterable, PyObject *start)
{
    return enumerate_make(type, iterable, start);
}

static COLD PyObject *
bad_keyword(PyObject *name)
{
    PyErr_Format(PyExc_TypeError, "'%.200S' is an invalid keyword argument for enumerate()", name);
    return NULL;
}

static PyObject *
enumerate_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    Py_ssize_t nkw = kwnames ? PyTuple_GET_SIZE(kwnames) : 0, given = nargs + nkw;
    PyObject *values[2] = {NULL, NULL};
    if (given > 2) {
        PyErr_Format(PyExc_TypeError, "enumerate() takes at most 2 arguments (%zd given)", given);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < nargs; i++) values[i] = args[i];
    for (Py_ssize_t i = 0; i < nkw; i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        int place = _PyUnicode_Equal(name, ID(iterable)) ? 0 : _PyUnicode_Equal(name, ID(start)) ? 1 : -1;
        /* `start` alone is as unknown as any other name. */
        if (place < 0 || values[place] != NULL || (place == 1 && given < 2)) return bad_keyword(name);
        values[place] = args[nargs + i];
    }
    if (values[0] == NULL) {
        PyErr_SetString(PyExc_TypeError, "enumerate() missing required argument 'iterable'");
        return NULL;
    }
    return enumerate_make((PyTypeObject *)type, values[0], values[1]);
}

static void
enumerate_tp_dealloc(struct Enumerate *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->it);
    Py_XDECREF(self->result);
    Py_XDECREF(self->long_index);
    Py_TYPE(self)->tp_free(self);
}

static int
enumerate_tp_traverse(struct Enumerate *self, visitproc visit, void *arg)
{
    Py_VISIT(self->it);
    Py_VISIT(self->result);
    Py_VISIT(self->long_index);
    return 0;
}

/* The next number: new reference. */
static PyObject *
enumerate_number(struct Enumerate *self)
{
    if (likely(self->index != PY_SSIZE_T_MAX)) return int_from_int64(self->index++);
    PyObject *now = self->long_index;
    if (now == NULL) {
        now = PyLong_FromSsize_t(PY_SSIZE_T_MAX);
        if (now == NULL) return NULL;
    }
    self->long_index = int_add((PyLongObject *)now, (PyLongObject *)small_int_peek(1));
    if (self->long_index == NULL) {
        self->long_index = now;
        return NULL;
    }
    return now;
}

bool
enumerate_step(PyObject *op, PyObject **number, PyObject **item)
{
    struct Enumerate *self = (struct Enumerate *)op;
    *item = Py_TYPE(self->it)->tp_iternext(self->it);
    if (*item == NULL) return false;
    *number = enumerate_number(self);
    if (*number == NULL) {
        Py_DECREF(*item);
        return false;
    }
    return true;
}

static PyObject *
enumerate_tp_iternext(struct Enumerate *self)
{
    PyObject *item = Py_TYPE(self->it)->tp_iternext(self->it);
    if (item == NULL) return NULL;
    PyObject *number = enumerate_number(self);
    if (number == NULL) {
        Py_DECREF(item);
        return NULL;
    }
    PyObject *result = self->result;
    if (Py_REFCNT(result) != 1) {
        PyObject *pair[2] = {number, item};
        return tuple_from_array_take(pair, 2);
    }
    Py_INCREF(result);
    PyObject **items = ((PyTupleObject *)result)->ob_item;
    PyObject *old_number = items[0], *old_item = items[1];
    items[0] = number;
    items[1] = item;
    Py_DECREF(old_number);
    Py_DECREF(old_item);
    /* A collection may have found the old contents harmless. */
    if (!gc_is_tracked(result)) gc_track(result);
    return result;
}

METHOD(enumerate, __reduce__, NULL, "State for pickle.")
static PyObject *
enumerate___reduce__(struct Enumerate *self, PyObject *Py_UNUSED(ignored))
{
    if (self->long_index != NULL) {
        return Py_BuildValue("O(OO)", Py_TYPE(self), self->it, self->long_index);
    }
    return Py_BuildValue("O(On)", Py_TYPE(self), self->it, self->index);
}

CLASSMETHOD(enumerate, __class_getitem__, NULL, "enumerate[...]: see PEP 585.")
static PyObject *
enumerate___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

TYPE(enumerate, PyEnum_Type, "enumerate", struct Enumerate, "(iterable, start=0)",
     "An iterator over pairs of a number and an item of iterable; numbers count up from start.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_iter = PyObject_SelfIter, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del,
     .tp_vectorcall = enumerate_vectorcall)

/* ---- reversed --------------------------------------------------------------------------- */

struct Reversed {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item; -1 once exhausted */
    PyObject *seq;                  /* NULL once exhausted */
};

static PyObject *
reversed_make(PyTypeObject *type, PyObject *seq)
{
    PyObject *method = _PyObject_LookupSpecial(seq, ID(__reversed__));
    if (method == Py_None) {
        Py_DECREF(method);
        goto refused;
    }
    if (method != NULL) {
        PyObject *result = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        return result;
    }
    if (PyErr_Occurred()) return NULL;
    if (!PySequence_Check(seq)) goto refused;
    Py_ssize_t n = PySequence_Size(seq);
    if (n == -1) return NULL;
    struct Reversed *self = (struct Reversed *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->index = n - 1;
    self->seq = Py_NewRef(seq);
    return (PyObject *)self;
refused:
    PyErr_Format(PyExc_TypeError, "'%.200s' object is not reversible", Py_TYPE(seq)->tp_name);
    return NULL;
}

NEW(reversed, "(sequence, /)")
static PyObject *
reversed_new(PyTypeObject *type, PyObject *sequence)
{
    return reversed_make(type, sequence);
}

static PyObject *
reversed_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("reversed", kwnames) || !_PyArg_CheckPositional("reversed", nargs, 1, 1)) {
        return NULL;
    }
    return reversed_make((PyTypeObject *)type, args[0]);
}

static void
reversed_tp_dealloc(struct Reversed *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->seq);
    Py_TYPE(self)->tp_free(self);
}

static int
reversed_tp_traverse(struct Reversed *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
reversed_tp_iternext(struct Reversed *self)
{
    if (self->index >= 0) {
        PyObject *item = PySequence_GetItem(self->seq, self->index);
        if (item != NULL) {
            self->index--;
            return item;
        }
        if (PyErr_ExceptionMatches(PyExc_IndexError) || PyErr_ExceptionMatches(PyExc_StopIteration)) {
            PyErr_Clear();
        }
    }
    self->index = -1;
    Py_CLEAR(self->seq);
    return NULL;
}

METHOD(reversed, __length_hint__, NULL, "How many items are left.")
static PyObject *
reversed___length_hint__(struct Reversed *self, PyObject *Py_UNUSED(ignored))
{
    if (self->seq == NULL) return PyLong_FromLong(0);
    Py_ssize_t n = PySequence_Size(self->seq);
    if (n == -1) return NULL;
    Py_ssize_t left = self->index + 1;
    return PyLong_FromSsize_t(n < left ? 0 : left);
}

METHOD(reversed, __reduce__, NULL, "State for pickle.")
static PyObject *
reversed___reduce__(struct Reversed *self, PyObject *Py_UNUSED(ignored))
{
    if (self->seq == NULL) return Py_BuildValue("O(())", Py_TYPE(self));
    return Py_BuildValue("O(O)n", Py_TYPE(self), self->seq, self->index);
}

METHOD(reversed, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
reversed___setstate__(struct Reversed *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        Py_ssize_t n = PySequence_Size(self->seq);
        if (n < 0) return NULL;
        self->index = index < -1 ? -1 : index > n - 1 ? n - 1 : index;
    }
    Py_RETURN_NONE;
}

TYPE(reversed, PyReversed_Type, "reversed", struct Reversed, "(sequence, /)",
     "An iterator over the items of sequence from the last to the first.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_iter = PyObject_SelfIter, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del,
     .tp_vectorcall = reversed_vectorcall)

#include "gen/types/enumerate.inc"
