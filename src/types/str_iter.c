/* str: the iterators.  Those of ASCII text have a type of their own, which need not ask for the width. */
#include "object/declare.h"
#include "object/state.h"
#include "types/str.h"

/* Walks a str; `seq` is NULL once exhausted. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t index;
    PyObject *seq;
} StrIterator;

static PyTypeObject str_ascii_iterator_type;

PyObject *
str_tp_iter(PyObject *self)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    PyTypeObject *type =
        PyUnicode_IS_COMPACT_ASCII(self) ? &str_ascii_iterator_type : &PyUnicodeIter_Type;
    StrIterator *it = PyObject_GC_New(StrIterator, type);
    if (it == NULL)
        return NULL;
    it->index = 0;
    it->seq = Py_NewRef(self);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static void
str_iterator_tp_dealloc(StrIterator *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
str_iterator_tp_traverse(StrIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
str_iterator_tp_iternext(StrIterator *self)
{
    PyObject *text = self->seq;
    if (text == NULL)
        return NULL;
    if (self->index < PyUnicode_GET_LENGTH(text))
        return str_new_char(PyUnicode_READ_CHAR(text, self->index++));
    self->seq = NULL;
    Py_DECREF(text);
    return NULL;
}

static PyObject *
str_ascii_iterator_tp_iternext(StrIterator *self)
{
    PyObject *text = self->seq;
    if (text == NULL)
        return NULL;
    if (self->index < PyUnicode_GET_LENGTH(text))
        return str_new_latin1(((Py_UCS1 *)((PyASCIIObject *)text + 1))[self->index++]);
    self->seq = NULL;
    Py_DECREF(text);
    return NULL;
}

METHOD(str_iterator, __length_hint__, NULL, "An estimate of how many characters are left.")
METHOD(str_ascii_iterator, __length_hint__, NULL, "An estimate of how many characters are left.")
static PyObject *
str_iterator_length_hint(StrIterator *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(self->seq ? PyUnicode_GET_LENGTH(self->seq) - self->index : 0);
}

METHOD(str_iterator, __reduce__, NULL, "State for pickling.")
METHOD(str_ascii_iterator, __reduce__, NULL, "State for pickling.")
static PyObject *
str_iterator_reduce(StrIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL)
        return NULL;
    if (self->seq != NULL)
        return Py_BuildValue("N(O)n", iter, self->seq, self->index);
    return Py_BuildValue("N(O)", iter, _PyRuntime.str.empty);
}

METHOD(str_iterator, __setstate__, NULL, "Continue at the given position.")
METHOD(str_ascii_iterator, __setstate__, NULL, "Continue at the given position.")
static PyObject *
str_iterator_setstate(StrIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred())
        return NULL;
    if (self->seq != NULL) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(self->seq);
        self->index = index < 0 ? 0 : Py_MIN(index, length);
    }
    Py_RETURN_NONE;
}

TYPE(str_iterator, PyUnicodeIter_Type, "str_iterator", StrIterator, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

TYPE(str_ascii_iterator, str_ascii_iterator_type, "str_ascii_iterator", StrIterator, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter, .tp_dealloc = (destructor)str_iterator_tp_dealloc,
     .tp_traverse = (traverseproc)str_iterator_tp_traverse)

#include "gen/types/str_iter.inc"
