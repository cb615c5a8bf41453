/* pickle.PickleBuffer: a buffer that pickle protocol 5 may carry out of band (PEP 574).

   view.obj is the wrapped object, NULL once released. */
#include "object/declare.h"

typedef struct {
    PyObject_HEAD
    Py_buffer view;
    PyObject *weakreflist;
} PickleBuffer;

static bool
released(PickleBuffer *self)
{
    if (self->view.obj == NULL) {
        PyErr_SetString(PyExc_ValueError, "operation forbidden on released PickleBuffer object");
        return true;
    }
    return false;
}

static PyObject *
picklebuffer_make(PyTypeObject *type, PyObject *base)
{
    PickleBuffer *self = (PickleBuffer *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->view.obj = NULL;
        self->weakreflist = NULL;
        if (PyObject_GetBuffer(base, &self->view, PyBUF_FULL_RO) < 0) {
            Py_CLEAR(self);
        }
    }
    return (PyObject *)self;
}

PyObject *
PyPickleBuffer_FromObject(PyObject *base)
{
    return picklebuffer_make(&PyPickleBuffer_Type, base);
}

/* The buffer itself, valid as long as the object and not released. */
const Py_buffer *
PyPickleBuffer_GetBuffer(PyObject *op)
{
    if (!PyPickleBuffer_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return NULL;
    }
    return released((PickleBuffer *)op) ? NULL : &((PickleBuffer *)op)->view;
}

int
PyPickleBuffer_Release(PyObject *op)
{
    if (!PyPickleBuffer_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return -1;
    }
    PyBuffer_Release(&((PickleBuffer *)op)->view);
    return 0;
}

NEW(picklebuffer, "(object, /)")
static PyObject *
picklebuffer_new(PyTypeObject *type, PyObject *object)
{
    return picklebuffer_make(type, object);
}

static int
picklebuffer_tp_traverse(PickleBuffer *self, visitproc visit, void *arg)
{
    Py_VISIT(self->view.obj);
    return 0;
}

static int
picklebuffer_tp_clear(PickleBuffer *self)
{
    PyBuffer_Release(&self->view);
    return 0;
}

static void
picklebuffer_tp_dealloc(PickleBuffer *self)
{
    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    PyBuffer_Release(&self->view);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
picklebuffer_bf_getbuffer(PickleBuffer *self, Py_buffer *view, int flags)
{
    return released(self) ? -1 : PyObject_GetBuffer(self->view.obj, view, flags);
}

static void
picklebuffer_bf_releasebuffer(PickleBuffer *Py_UNUSED(self), Py_buffer *Py_UNUSED(view))
{
    /* the consumer's buffer was the wrapped object's own */
}

METHOD(picklebuffer, raw, "!($self, /)",
       "Return a memoryview of the bytes below the buffer, one-dimensional and of format 'B'.")
static PyObject *
picklebuffer_raw(PickleBuffer *self, PyObject *Py_UNUSED(ignored))
{
    Py_buffer *view = &self->view;
    if (released(self)) {
        return NULL;
    }
    if (view->suboffsets != NULL || !PyBuffer_IsContiguous(view, 'A')) {
        PyErr_SetString(PyExc_BufferError, "cannot extract raw buffer from non-contiguous buffer");
        return NULL;
    }
    PyObject *result = PyMemoryView_FromObject((PyObject *)self);
    if (result == NULL) {
        return NULL;
    }
    PyMemoryViewObject *raw = (PyMemoryViewObject *)result;
    raw->view.format = "B";
    raw->view.ndim = 1;
    raw->view.itemsize = 1;
    raw->view.shape = &raw->view.len;
    raw->view.strides = &raw->view.itemsize;
    raw->view.suboffsets = NULL;
    return result;
}

METHOD(picklebuffer, release, "!($self, /)", "Let go of the wrapped object's buffer.")
static PyObject *
picklebuffer_release(PickleBuffer *self, PyObject *Py_UNUSED(ignored))
{
    PyBuffer_Release(&self->view);
    Py_RETURN_NONE;
}

TYPE(picklebuffer, PyPickleBuffer_Type, "pickle.PickleBuffer", PickleBuffer, NULL,
     "A wrapper of a buffer that may be pickled out of band.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del, .tp_weaklistoffset = offsetof(PickleBuffer, weakreflist))

#include "gen/types/picklebuffer.inc"
