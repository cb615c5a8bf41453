/* pickle.PickleBuffer: an object's buffer, marked to be pickled out of band (PEP 574).

   Invariant: view.obj is NULL once released; until then the view is a full, read-write if possible,
   view of the object. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/weakref.h"

struct PickleBuffer {
    PyObject_HEAD
    Py_buffer view;
    PyObject *weakrefs;
};

PyAPI_DATA(PyTypeObject) PyPickleBuffer_Type;

static struct PickleBuffer *
live(PyObject *op)
{
    struct PickleBuffer *self = (struct PickleBuffer *)op;
    if (self->view.obj == NULL) {
        PyErr_SetString(PyExc_ValueError, "operation forbidden on released PickleBuffer object");
        return NULL;
    }
    return self;
}

static PyObject *
picklebuffer_make(PyTypeObject *type, PyObject *base)
{
    struct PickleBuffer *self = (struct PickleBuffer *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->view.obj = NULL;
    self->weakrefs = NULL;
    if (PyObject_GetBuffer(base, &self->view, PyBUF_FULL_RO) < 0) {
        self->view.obj = NULL;
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* A new PickleBuffer of op's buffer. */
PyObject *
PyPickleBuffer_FromObject(PyObject *base)
{
    return picklebuffer_make(&PyPickleBuffer_Type, base);
}

/* The view it holds; ValueError once released. */
const Py_buffer *
PyPickleBuffer_GetBuffer(PyObject *op)
{
    if (!Py_IS_TYPE(op, &PyPickleBuffer_Type)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return NULL;
    }
    struct PickleBuffer *self = live(op);
    return self ? &self->view : NULL;
}

int
PyPickleBuffer_Release(PyObject *op)
{
    if (!Py_IS_TYPE(op, &PyPickleBuffer_Type)) {
        PyErr_Format(PyExc_TypeError, "expected PickleBuffer, %.200s found", Py_TYPE(op)->tp_name);
        return -1;
    }
    PyBuffer_Release(&((struct PickleBuffer *)op)->view);
    return 0;
}

static PyObject *
picklebuffer_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *base;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:PickleBuffer", names, &base)) return NULL;
    return picklebuffer_make(type, base);
}

static void
picklebuffer_tp_dealloc(struct PickleBuffer *self)
{
    gc_untrack((PyObject *)self);
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    PyBuffer_Release(&self->view);
    Py_TYPE(self)->tp_free(self);
}

static int
picklebuffer_tp_traverse(struct PickleBuffer *self, visitproc visit, void *arg)
{
    Py_VISIT(self->view.obj);
    return 0;
}

static int
picklebuffer_tp_clear(struct PickleBuffer *self)
{
    PyBuffer_Release(&self->view);
    return 0;
}

static int
picklebuffer_bf_getbuffer(struct PickleBuffer *self, Py_buffer *view, int flags)
{
    return live((PyObject *)self) ? PyObject_GetBuffer(self->view.obj, view, flags) : -1;
}

/* The view came from the object itself; it is that object's to release. */
static void
picklebuffer_bf_releasebuffer(struct PickleBuffer *self, Py_buffer *view)
{
}

METHOD(picklebuffer, raw, "($self, /)", "A memoryview of the bytes of a contiguous buffer.")
static PyObject *
picklebuffer_raw(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    struct PickleBuffer *self = live(op);
    if (self == NULL) return NULL;
    if (self->view.suboffsets != NULL || !PyBuffer_IsContiguous(&self->view, 'A')) {
        PyErr_SetString(PyExc_BufferError,
                        "cannot extract raw buffer from non-contiguous buffer");
        return NULL;
    }
    /* The same memory as plain bytes: format, shape and strides fall away. */
    PyObject *whole = PyMemoryView_FromObject(op);
    if (whole == NULL) return NULL;
    Py_buffer *view = PyMemoryView_GET_BUFFER(whole);
    PyMemoryViewObject *raw = (PyMemoryViewObject *)whole;
    view->format = "B";
    view->itemsize = 1;
    view->suboffsets = NULL;
    view->ndim = 1;
    view->shape = raw->ob_array;
    view->strides = raw->ob_array + 1;
    if (Py_SIZE(raw) < 2) {
        /* No dimension at all, no room for one: len and itemsize themselves are shape and stride. */
        view->shape = &view->len;
        view->strides = &view->itemsize;
    } else {
        view->shape[0] = view->len;
        view->strides[0] = 1;
    }
    raw->flags |= _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    raw->flags &= ~(_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_PIL);
    return whole;
}

METHOD(picklebuffer, release, "($self, /)", "Let go of the buffer of the underlying object.")
static PyObject *
picklebuffer_release(struct PickleBuffer *self, PyObject *Py_UNUSED(ignored))
{
    PyBuffer_Release(&self->view);
    Py_RETURN_NONE;
}

TYPE(picklebuffer, PyPickleBuffer_Type, "pickle.PickleBuffer", struct PickleBuffer, NULL,
     "A wrapper for a buffer that may be pickled out of band.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
     .tp_weaklistoffset = offsetof(struct PickleBuffer, weakrefs))

#include "gen/types/picklebuffer.inc"
