/* Iterators over anything: `iterator` for objects with __getitem__, `callable_iterator` for
   iter(callable, sentinel), and what anext(it, default) awaits.

   Invariant: once exhausted an iterator holds no references and stays exhausted. */
#include "types/iter.h"

#include "object/declare.h"
#include "object/gc.h"
#include "types/generator.h"

/* ---- iterator --------------------------------------------------------------------------- */

struct SequenceIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item */
    PyObject *seq;                  /* NULL once exhausted */
};

/* An iterator that asks seq[0], seq[1], ... until IndexError. */
PyObject *
PySeqIter_New(PyObject *seq)
{
    if (!PySequence_Check(seq)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    struct SequenceIterator *self = PyObject_GC_New(struct SequenceIterator, &PySeqIter_Type);
    if (self == NULL) return NULL;
    self->index = 0;
    self->seq = Py_NewRef(seq);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

static void
sequence_iterator_tp_dealloc(struct SequenceIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
sequence_iterator_tp_traverse(struct SequenceIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
sequence_iterator_tp_iternext(struct SequenceIterator *self)
{
    PyObject *seq = self->seq;
    if (seq == NULL) return NULL;
    if (self->index == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "iter index too large");
        return NULL;
    }
    PyObject *item = PySequence_GetItem(seq, self->index);
    if (item != NULL) {
        self->index++;
        return item;
    }
    if (PyErr_ExceptionMatches(PyExc_IndexError) || PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
        Py_CLEAR(self->seq);
    }
    return NULL;
}

METHOD(sequence_iterator, __length_hint__, NULL, "How many items are left, if that can be told.")
static PyObject *
sequence_iterator___length_hint__(struct SequenceIterator *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t left = 0;
    if (self->seq != NULL) {
        if (!_PyObject_HasLen(self->seq)) Py_RETURN_NOTIMPLEMENTED;
        Py_ssize_t n = PySequence_Size(self->seq);
        if (n == -1) return NULL;
        left = n > self->index ? n - self->index : 0;
    }
    return PyLong_FromSsize_t(left);
}

METHOD(sequence_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
sequence_iterator___reduce__(struct SequenceIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq == NULL) return Py_BuildValue("N(())", iter);
    return Py_BuildValue("N(O)n", iter, self->seq, self->index);
}

METHOD(sequence_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
sequence_iterator___setstate__(struct SequenceIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) self->index = index < 0 ? 0 : index;
    Py_RETURN_NONE;
}

TYPE(sequence_iterator, PySeqIter_Type, "iterator", struct SequenceIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

/* ---- callable_iterator ------------------------------------------------------------------ */

struct CallIterator {
    PyObject_HEAD
    PyObject *callable;             /* both NULL once exhausted */
    PyObject *sentinel;
};

/* An iterator over the results of callable() before the first that equals sentinel. */
PyObject *
PyCallIter_New(PyObject *callable, PyObject *sentinel)
{
    struct CallIterator *self = PyObject_GC_New(struct CallIterator, &PyCallIter_Type);
    if (self == NULL) return NULL;
    self->callable = Py_NewRef(callable);
    self->sentinel = Py_NewRef(sentinel);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

static void
call_iterator_tp_dealloc(struct CallIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->callable);
    Py_XDECREF(self->sentinel);
    PyObject_GC_Del(self);
}

static int
call_iterator_tp_traverse(struct CallIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->callable);
    Py_VISIT(self->sentinel);
    return 0;
}

static PyObject *
call_iterator_tp_iternext(struct CallIterator *self)
{
    if (self->callable == NULL) return NULL;
    PyObject *value = PyObject_CallNoArgs(self->callable);
    if (value == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return NULL;
        PyErr_Clear();
    } else {
        /* The call may have exhausted this very iterator. */
        if (self->sentinel == NULL) {
            Py_DECREF(value);
            return NULL;
        }
        int end = PyObject_RichCompareBool(self->sentinel, value, Py_EQ);
        if (end == 0) return value;
        Py_DECREF(value);
        if (end < 0) return NULL;
    }
    Py_CLEAR(self->callable);
    Py_CLEAR(self->sentinel);
    return NULL;
}

METHOD(call_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
call_iterator___reduce__(struct CallIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->callable == NULL) return Py_BuildValue("N(())", iter);
    return Py_BuildValue("N(OO)", iter, self->callable, self->sentinel);
}

TYPE(call_iterator, PyCallIter_Type, "callable_iterator", struct CallIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

/* ---- anext_awaitable -------------------------------------------------------------------- */

struct AnextAwaitable {
    PyObject_HEAD
    PyObject *wrapped;              /* what __anext__ gave */
    PyObject *otherwise;            /* the result instead of StopAsyncIteration */
};

extern PyTypeObject _PyAnextAwaitable_Type;

/* The iterator behind an awaitable: types/generator.c. */

/* What anext(it, otherwise) returns. */
PyObject *
PyAnextAwaitable_New(PyObject *awaitable, PyObject *otherwise)
{
    struct AnextAwaitable *self = PyObject_GC_New(struct AnextAwaitable, &_PyAnextAwaitable_Type);
    if (self == NULL) return NULL;
    self->wrapped = Py_NewRef(awaitable);
    self->otherwise = Py_NewRef(otherwise);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

static void
anext_awaitable_tp_dealloc(struct AnextAwaitable *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->wrapped);
    Py_XDECREF(self->otherwise);
    PyObject_GC_Del(self);
}

static int
anext_awaitable_tp_traverse(struct AnextAwaitable *self, visitproc visit, void *arg)
{
    Py_VISIT(self->wrapped);
    Py_VISIT(self->otherwise);
    return 0;
}

/* The iterator behind the wrapped awaitable: new reference. */
static PyObject *
anext_iterator(struct AnextAwaitable *self)
{
    PyObject *it = coroutine_get_awaitable(self->wrapped);
    if (it == NULL) return NULL;
    if (Py_TYPE(it)->tp_iternext == NULL) {
        /* A coroutine: its wrapper has tp_iternext. */
        unaryfunc await = Py_TYPE(it)->tp_as_async ? Py_TYPE(it)->tp_as_async->am_await : NULL;
        if (await == NULL) {
            PyErr_Format(PyExc_TypeError, "'%.100s' object can't be awaited", Py_TYPE(it)->tp_name);
            Py_DECREF(it);
            return NULL;
        }
        Py_SETREF(it, await(it));
        if (it != NULL && !PyIter_Check(it)) {
            PyErr_Format(PyExc_TypeError, "%.100s.__await__() must return an iterable",
                         Py_TYPE(it)->tp_name);
            Py_CLEAR(it);
        }
    }
    return it;
}

/* StopAsyncIteration becomes StopIteration(otherwise); always NULL. */
static PyObject *
anext_failed(struct AnextAwaitable *self)
{
    if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) {
        PyErr_Clear();
        _PyGen_SetStopIterationValue(self->otherwise);
    }
    return NULL;
}

static PyObject *
anext_awaitable_tp_iternext(struct AnextAwaitable *self)
{
    PyObject *it = anext_iterator(self);
    if (it == NULL) return NULL;
    PyObject *value = Py_TYPE(it)->tp_iternext(it);
    Py_DECREF(it);
    return value ? value : anext_failed(self);
}

static PyObject *
anext_awaitable_am_await(PyObject *self)
{
    return Py_NewRef(self);
}

static PyObject *
anext_forward(struct AnextAwaitable *self, PyObject *name, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *it = anext_iterator(self);
    if (it == NULL) return NULL;
    PyObject *method = PyObject_GetAttr(it, name), *value = NULL;
    Py_DECREF(it);
    if (method != NULL) {
        value = PyObject_Vectorcall(method, args, (size_t)nargs, NULL);
        Py_DECREF(method);
    }
    return value ? value : anext_failed(self);
}

METHOD(anext_awaitable, send, NULL, "send(arg) -> send arg into the wrapped iterator.")
static PyObject *
anext_awaitable_send(struct AnextAwaitable *self, PyObject *const *args, Py_ssize_t nargs)
{
    return anext_forward(self, ID(send), args, nargs);
}

METHOD(anext_awaitable, throw, NULL, "throw(typ[,val[,tb]]) -> raise inside the wrapped iterator.")
static PyObject *
anext_awaitable_throw(struct AnextAwaitable *self, PyObject *const *args, Py_ssize_t nargs)
{
    return anext_forward(self, ID(throw), args, nargs);
}

METHOD(anext_awaitable, close, NULL, "close() -> close the wrapped iterator.")
static PyObject *
anext_awaitable_close(struct AnextAwaitable *self, PyObject *const *args, Py_ssize_t nargs)
{
    return anext_forward(self, ID(close), args, nargs);
}

TYPE(anext_awaitable, _PyAnextAwaitable_Type, "anext_awaitable", struct AnextAwaitable, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

#include "gen/types/iter.inc"
