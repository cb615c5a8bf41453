/* The iterator of set and frozenset. */
#include "object/declare.h"
#include "object/state.h"
#include "types/set_table.h"

typedef struct {
    PyObject_HEAD
    Set *set;               /* NULL: exhausted */
    Py_ssize_t used;                /* -1: changed size, keep raising */
    Py_ssize_t pos;
    Py_ssize_t left;
} SetIter;

PyObject *
set_iter(PyObject *set)
{
    SetIter *iter = PyObject_GC_New(SetIter, &PySetIter_Type);
    if (iter == NULL) {
        return NULL;
    }
    iter->set = (Set *)Py_NewRef(set);
    iter->used = iter->left = iter->set->used;
    iter->pos = 0;
    PyObject_GC_Track(iter);
    return (PyObject *)iter;
}

static void
setiter_tp_dealloc(SetIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->set);
    PyObject_GC_Del(self);
}

static int
setiter_tp_traverse(SetIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->set);
    return 0;
}

static PyObject *
setiter_tp_iternext(SetIter *self)
{
    setentry *entry;
    if (self->set == NULL) {
        return NULL;
    }
    if (self->used != self->set->used) {
        PyErr_SetString(PyExc_RuntimeError, "Set changed size during iteration");
        self->used = -1;
        return NULL;
    }
    if (set_step(self->set, &self->pos, &entry)) {
        self->left--;
        return Py_NewRef(entry->key);
    }
    Py_CLEAR(self->set);
    return NULL;
}

METHOD(setiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
static Py_ssize_t
setiter___length_hint__(SetIter *self)
{
    return self->set != NULL && self->used == self->set->used ? self->left : 0;
}

METHOD(setiter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
setiter___reduce__(SetIter *self, PyObject *Py_UNUSED(ignored))
{
    SetIter copy = *self;
    Py_XINCREF(copy.set);
    PyObject *list = PySequence_List((PyObject *)&copy);
    Py_XDECREF(copy.set);
    return list == NULL ? NULL : Py_BuildValue("N(N)", _PyEval_GetBuiltin(ID(iter)), list);
}

TYPE(setiter, PySetIter_Type, "set_iterator", SetIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

#include "gen/types/set_iter.inc"
