/* BufferedRWPair: a reader over one raw stream and a writer over another, as one object. */
#include "modules/_io/_io.h"

typedef struct {
    PyObject_HEAD
    PyObject *reader;
    PyObject *writer;
    PyObject *dict;
    PyObject *weakrefs;
} RWPair;

INIT(rwpair, "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")
DEFAULT(buffer_size, IO_BUFFER_SIZE)
static int
rwpair_init(RWPair *self, PyObject *reader, PyObject *writer, Py_ssize_t buffer_size)
{
    if (io_check_able(reader, ID(readable), "File or stream is not readable.") < 0
        || io_check_able(writer, ID(writable), "File or stream is not writable.") < 0)
        return -1;
    PyObject *in = PyObject_CallFunction((PyObject *)&PyBufferedReader_Type, "On", reader,
                                         buffer_size);
    if (!in)
        return -1;
    PyObject *out = PyObject_CallFunction((PyObject *)&PyBufferedWriter_Type, "On", writer,
                                          buffer_size);
    if (!out) {
        Py_DECREF(in);
        return -1;
    }
    Py_XSETREF(self->reader, in);
    Py_XSETREF(self->writer, out);
    return 0;
}

static int
rwpair_tp_traverse(RWPair *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    Py_VISIT(self->reader);
    Py_VISIT(self->writer);
    return 0;
}

static int
rwpair_tp_clear(RWPair *self)
{
    Py_CLEAR(self->reader);
    Py_CLEAR(self->writer);
    Py_CLEAR(self->dict);
    return 0;
}

static void
rwpair_tp_dealloc(RWPair *self)
{
    PyObject_GC_UnTrack(self);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    rwpair_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* half.<name>(*args) */
static PyObject *
delegate(PyObject *half, PyObject *name, PyObject *args)
{
    if (!half) {
        PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
        return NULL;
    }
    PyObject *method = PyObject_GetAttr(half, name);
    if (!method)
        return NULL;
    PyObject *result = args ? PyObject_CallObject(method, args) : PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return result;
}

METHOD(rwpair, read, NULL, NULL)
static PyObject *
rwpair_read(RWPair *self, PyObject *args)
{
    return delegate(self->reader, ID(read), args);
}

METHOD(rwpair, peek, NULL, NULL)
static PyObject *
rwpair_peek(RWPair *self, PyObject *args)
{
    return delegate(self->reader, ID(peek), args);
}

METHOD(rwpair, read1, NULL, NULL)
static PyObject *
rwpair_read1(RWPair *self, PyObject *args)
{
    return delegate(self->reader, ID(read1), args);
}

METHOD(rwpair, readinto, NULL, NULL)
static PyObject *
rwpair_readinto(RWPair *self, PyObject *args)
{
    return delegate(self->reader, ID(readinto), args);
}

METHOD(rwpair, readinto1, NULL, NULL)
static PyObject *
rwpair_readinto1(RWPair *self, PyObject *args)
{
    return delegate(self->reader, ID(readinto1), args);
}

METHOD(rwpair, write, NULL, NULL)
static PyObject *
rwpair_write(RWPair *self, PyObject *args)
{
    return delegate(self->writer, ID(write), args);
}

METHOD(rwpair, flush, NULL, NULL)
static PyObject *
rwpair_flush(RWPair *self)
{
    return delegate(self->writer, ID(flush), NULL);
}

METHOD(rwpair, readable, NULL, NULL)
static PyObject *
rwpair_readable(RWPair *self)
{
    return delegate(self->reader, ID(readable), NULL);
}

METHOD(rwpair, writable, NULL, NULL)
static PyObject *
rwpair_writable(RWPair *self)
{
    return delegate(self->writer, ID(writable), NULL);
}

METHOD(rwpair, close, NULL, NULL)
static PyObject *
rwpair_close(RWPair *self)
{
    PyObject *type = NULL, *value = NULL, *tb = NULL;
    PyObject *closed = delegate(self->writer, ID(close), NULL);
    if (closed)
        Py_DECREF(closed);
    else
        PyErr_Fetch(&type, &value, &tb);
    closed = delegate(self->reader, ID(close), NULL);
    if (type) {
        io_chain(type, value, tb);
        Py_CLEAR(closed);
    }
    return closed;
}

METHOD(rwpair, isatty, NULL, NULL)
static PyObject *
rwpair_isatty(RWPair *self)
{
    PyObject *answer = delegate(self->writer, ID(isatty), NULL);
    if (answer != Py_False)
        return answer;
    Py_DECREF(answer);
    return delegate(self->reader, ID(isatty), NULL);
}

GETTER(rwpair, closed, NULL)
static PyObject *
rwpair_get_closed(RWPair *self, void *Py_UNUSED(closure))
{
    if (!self->writer) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the BufferedRWPair object is being garbage-collected");
        return NULL;
    }
    return PyObject_GetAttr(self->writer, ID(closed));
}

TYPE(rwpair, PyBufferedRWPair_Type, "_io.BufferedRWPair", RWPair,
     "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
     "Two raw streams, such as those of a socket, as one buffered stream: reads go to the first,\n"
     "writes to the second.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_base = &PyBufferedIOBase_Type, .tp_new = PyType_GenericNew,
     .tp_weaklistoffset = offsetof(RWPair, weakrefs), .tp_dictoffset = offsetof(RWPair, dict))

#include "gen/modules/_io/rwpair.inc"
