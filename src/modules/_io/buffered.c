/* BufferedReader, BufferedWriter and BufferedRandom: set-up, what all three have, the types.

   buffered.h states the invariants; buffered_raw.c talks to the raw stream, buffered_read.c and
   buffered_write.c move the bytes. */
#include "modules/_io/buffered.h"
#include "modules/fileutils.h"

/* -- set-up and storage -------------------------------------------------------------------- */

static status
set_up(Buffered *self, PyObject *raw, Py_ssize_t size, int readable, int writable,
       PyTypeObject *exact)
{
    Py_INCREF(raw);
    Py_XSETREF(self->raw, raw);
    self->readable = readable;
    self->writable = writable;
    if (size <= 0) {
        PyErr_SetString(PyExc_ValueError, "buffer size must be strictly positive");
        return -1;
    }
    if (self->buffer)
        PyMem_Free(self->buffer);
    self->buffer_size = size;
    self->buffer = PyMem_Malloc(size);
    if (!self->buffer) {
        PyErr_NoMemory();
        return -1;
    }
    self->owner = 0;
    self->pos = 0;
    forget_read_data(self);
    forget_write_data(self);
    self->raw_pos = 0;
    if (buffered_raw_tell(self) == -1)
        PyErr_Clear();
    self->fast_raw = Py_IS_TYPE(self, exact) && Py_IS_TYPE(raw, &PyFileIO_Type);
    self->ok = 1;
    return 0;
}

INIT(bufferedreader, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")
DEFAULT(buffer_size, IO_BUFFER_SIZE)
static int
bufferedreader_init(Buffered *self, PyObject *raw, Py_ssize_t buffer_size)
{
    self->ok = self->detached = 0;
    if (io_check_able(raw, ID(readable), "File or stream is not readable.") < 0)
        return -1;
    self->abs_pos = 0;
    return set_up(self, raw, buffer_size, 1, 0, &PyBufferedReader_Type);
}

INIT(bufferedwriter, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")
DEFAULT(buffer_size, IO_BUFFER_SIZE)
static int
bufferedwriter_init(Buffered *self, PyObject *raw, Py_ssize_t buffer_size)
{
    self->ok = self->detached = 0;
    if (io_check_able(raw, ID(writable), "File or stream is not writable.") < 0)
        return -1;
    self->abs_pos = 0;
    return set_up(self, raw, buffer_size, 0, 1, &PyBufferedWriter_Type);
}

INIT(bufferedrandom, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")
DEFAULT(buffer_size, IO_BUFFER_SIZE)
static int
bufferedrandom_init(Buffered *self, PyObject *raw, Py_ssize_t buffer_size)
{
    self->ok = self->detached = 0;
    if (io_check_able(raw, ID(seekable), "File or stream is not seekable.") < 0
        || io_check_able(raw, ID(readable), "File or stream is not readable.") < 0
        || io_check_able(raw, ID(writable), "File or stream is not writable.") < 0)
        return -1;
    self->abs_pos = 0;
    return set_up(self, raw, buffer_size, 1, 1, &PyBufferedRandom_Type);
}

static int
buffered_traverse(Buffered *self, visitproc visit, void *arg)
{
    Py_VISIT(self->raw);
    Py_VISIT(self->dict);
    return 0;
}

static int
buffered_clear(Buffered *self)
{
    self->ok = 0;
    Py_CLEAR(self->raw);
    Py_CLEAR(self->dict);
    return 0;
}

static void
buffered_dealloc(Buffered *self)
{
    self->finalizing = 1;
    if (io_finalize((PyObject *)self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    self->ok = 0;
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    buffered_clear(self);
    PyMem_Free(self->buffer);
    self->buffer = NULL;
    if (self->wait) {
        PyThread_free_lock(self->wait);
        self->wait = NULL;
    }
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
buffered_repr(PyObject *self)
{
    PyObject *name, *result = NULL;
    if (_PyObject_LookupAttr(self, ID(name), &name) < 0) {
        /* Uninitialised or detached. */
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return NULL;
        PyErr_Clear();
        name = NULL;
    }
    if (!name)
        return PyUnicode_FromFormat("<%s>", Py_TYPE(self)->tp_name);
    int entered = Py_ReprEnter(self);
    if (entered == 0) {
        result = PyUnicode_FromFormat("<%s name=%R>", Py_TYPE(self)->tp_name, name);
        Py_ReprLeave(self);
    } else if (entered > 0) {
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__",
                     Py_TYPE(self)->tp_name);
    }
    Py_DECREF(name);
    return result;
}

/* -- what all three have ------------------------------------------------------------------- */

METHOD(bufferedreader, __sizeof__, NULL, NULL)
METHOD(bufferedwriter, __sizeof__, NULL, NULL)
METHOD(bufferedrandom, __sizeof__, NULL, NULL)
static PyObject *
buffered_sizeof(Buffered *self)
{
    return PyLong_FromSsize_t(_PyObject_SIZE(Py_TYPE(self))
                              + (self->buffer ? self->buffer_size : 0));
}

METHOD(bufferedreader, _dealloc_warn, NULL, NULL)
METHOD(bufferedwriter, _dealloc_warn, NULL, NULL)
METHOD(bufferedrandom, _dealloc_warn, NULL, NULL)
static PyObject *
buffered__dealloc_warn(Buffered *self, PyObject *source)
{
    if (self->ok && self->raw) {
        PyObject *done = PyObject_CallMethodOneArg(self->raw, ID(_dealloc_warn), source);
        if (done)
            Py_DECREF(done);
        else
            PyErr_Clear();
    }
    Py_RETURN_NONE;
}

/* raw.<name>() */
static PyObject *
forward(Buffered *self, PyObject *name)
{
    return buffered_check_initialised(self) < 0 ? NULL : PyObject_CallMethodNoArgs(self->raw, name);
}

METHOD(bufferedreader, seekable, NULL, NULL)
METHOD(bufferedwriter, seekable, NULL, NULL)
METHOD(bufferedrandom, seekable, NULL, NULL)
static PyObject *
buffered_seekable(Buffered *self)
{
    return forward(self, ID(seekable));
}

METHOD(bufferedreader, readable, NULL, NULL)
METHOD(bufferedrandom, readable, NULL, NULL)
static PyObject *
buffered_readable(Buffered *self)
{
    return forward(self, ID(readable));
}

METHOD(bufferedwriter, writable, NULL, NULL)
METHOD(bufferedrandom, writable, NULL, NULL)
static PyObject *
buffered_writable(Buffered *self)
{
    return forward(self, ID(writable));
}

METHOD(bufferedreader, fileno, NULL, NULL)
METHOD(bufferedwriter, fileno, NULL, NULL)
METHOD(bufferedrandom, fileno, NULL, NULL)
static PyObject *
buffered_fileno(Buffered *self)
{
    return forward(self, ID(fileno));
}

METHOD(bufferedreader, isatty, NULL, NULL)
METHOD(bufferedwriter, isatty, NULL, NULL)
METHOD(bufferedrandom, isatty, NULL, NULL)
static PyObject *
buffered_isatty(Buffered *self)
{
    return forward(self, ID(isatty));
}

METHOD(bufferedreader, flush, NULL, NULL)
static PyObject *
bufferedreader_flush(Buffered *self)
{
    return forward(self, ID(flush));
}

METHOD(bufferedwriter, flush, NULL, NULL)
METHOD(bufferedrandom, flush, NULL, NULL)
static PyObject *
buffered_flush(Buffered *self)
{
    if (buffered_check_initialised(self) < 0 || buffered_check_open(self, "flush of closed file") < 0)
        return NULL;
    if (buffered_enter(self) < 0)
        return NULL;
    status flushed = buffered_flush_and_rewind(self);
    buffered_leave(self);
    return flushed < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(bufferedreader, close, NULL, NULL)
METHOD(bufferedwriter, close, NULL, NULL)
METHOD(bufferedrandom, close, NULL, NULL)
static PyObject *
buffered_close(Buffered *self)
{
    if (buffered_check_initialised(self) < 0 || buffered_enter(self) < 0)
        return NULL;
    truth closed = buffered_ask_closed(self);
    if (closed) {
        buffered_leave(self);
        return closed < 0 ? NULL : Py_NewRef(Py_None);
    }
    if (self->finalizing && self->raw)
        Py_XDECREF(buffered__dealloc_warn(self, (PyObject *)self));
    /* flush() takes the lock itself, and may be overridden. */
    buffered_leave(self);
    PyObject *flushed = PyObject_CallMethodNoArgs((PyObject *)self, ID(flush));
    PyObject *type = NULL, *value = NULL, *tb = NULL, *result = NULL;
    if (flushed)
        Py_DECREF(flushed);
    else
        PyErr_Fetch(&type, &value, &tb);
    if (buffered_enter(self) < 0) {
        io_chain(type, value, tb);
        return NULL;
    }
    result = PyObject_CallMethodNoArgs(self->raw, ID(close));
    PyMem_Free(self->buffer);
    self->buffer = NULL;
    if (type) {
        io_chain(type, value, tb);
        Py_CLEAR(result);
    }
    forget_read_data(self);
    buffered_leave(self);
    return result;
}

METHOD(bufferedreader, detach, NULL, NULL)
METHOD(bufferedwriter, detach, NULL, NULL)
METHOD(bufferedrandom, detach, NULL, NULL)
static PyObject *
buffered_detach(Buffered *self)
{
    if (buffered_check_initialised(self) < 0)
        return NULL;
    PyObject *flushed = PyObject_CallMethodNoArgs((PyObject *)self, ID(flush));
    if (!flushed)
        return NULL;
    Py_DECREF(flushed);
    PyObject *raw = self->raw;
    self->raw = NULL;
    self->detached = 1;
    self->ok = 0;
    return raw;
}

METHOD(bufferedreader, tell, NULL, NULL)
METHOD(bufferedwriter, tell, NULL, NULL)
METHOD(bufferedrandom, tell, NULL, NULL)
static PyObject *
buffered_tell(Buffered *self)
{
    if (buffered_check_initialised(self) < 0)
        return NULL;
    off_t position = buffered_raw_tell(self);
    if (position == -1)
        return NULL;
    return PyLong_FromLongLong(position - raw_offset(self));
}

METHOD(bufferedreader, seek, "($self, target, whence=0, /)", NULL)
METHOD(bufferedwriter, seek, "($self, target, whence=0, /)", NULL)
METHOD(bufferedrandom, seek, "($self, target, whence=0, /)", NULL)
static PyObject *
buffered_seek(Buffered *self, PyObject *target, int whence)
{
    if (buffered_check_initialised(self) < 0)
        return NULL;
    if (whence < 0 || (whence > 2 && whence != SEEK_HOLE && whence != SEEK_DATA))
        return PyErr_Format(PyExc_ValueError, "whence value %d unsupported", whence);
    if (buffered_check_open(self, "seek of closed file") < 0
        || io_check_able(self->raw, ID(seekable), "File or stream is not seekable.") < 0)
        return NULL;
    off_t offset = io_offset(target);
    if (offset == -1 && PyErr_Occurred())
        return NULL;

    /* Inside what was read already: no need to ask the raw stream. */
    Py_ssize_t ahead = read_ahead(self);
    if ((whence == 0 || whence == 1) && ahead > 0) {
        off_t raw_at = buffered_known_raw_tell(self);
        if (raw_at == -1)
            return NULL;
        off_t here = raw_at - raw_offset(self), distance;
        if (whence == 1)
            distance = offset;
        else if (__builtin_sub_overflow(offset, here, &distance))
            distance = PY_SSIZE_T_MAX;
        if (distance >= -self->pos && distance <= ahead) {
            self->pos += distance;
            return PyLong_FromLongLong(here + distance);
        }
    }

    if (buffered_enter(self) < 0)
        return NULL;
    PyObject *result = NULL;
    if (self->writable && buffered_flush_dirty(self) < 0)
        goto done;
    if (whence == 1)
        offset -= raw_offset(self);
    off_t position = buffered_raw_seek(self, offset, whence);
    if (position == -1)
        goto done;
    self->raw_pos = -1;
    if (self->readable)
        forget_read_data(self);
    result = PyLong_FromLongLong(position);
done:
    buffered_leave(self);
    return result;
}

METHOD(bufferedreader, truncate, "($self, pos=None, /)", NULL)
METHOD(bufferedwriter, truncate, "($self, pos=None, /)", NULL)
METHOD(bufferedrandom, truncate, "($self, pos=None, /)", NULL)
static PyObject *
buffered_truncate(Buffered *self, PyObject *pos)
{
    if (buffered_check_initialised(self) < 0 || buffered_check_open(self, "truncate of closed file") < 0)
        return NULL;
    if (!self->writable)
        return io_unsupported("truncate");
    if (buffered_enter(self) < 0)
        return NULL;
    PyObject *result = NULL;
    if (buffered_flush_and_rewind(self) == 0) {
        result = PyObject_CallMethodOneArg(self->raw, ID(truncate), pos);
        /* Where that left the raw stream is not specified. */
        if (result && buffered_raw_tell(self) == -1)
            PyErr_Clear();
    }
    buffered_leave(self);
    return result;
}

GETTER(bufferedreader, closed, NULL)
GETTER(bufferedwriter, closed, NULL)
GETTER(bufferedrandom, closed, NULL)
static PyObject *
buffered_get_closed(Buffered *self, void *Py_UNUSED(closure))
{
    return buffered_check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(closed));
}

GETTER(bufferedreader, name, NULL)
GETTER(bufferedwriter, name, NULL)
GETTER(bufferedrandom, name, NULL)
static PyObject *
buffered_get_name(Buffered *self, void *Py_UNUSED(closure))
{
    return buffered_check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(name));
}

GETTER(bufferedreader, mode, NULL)
GETTER(bufferedwriter, mode, NULL)
GETTER(bufferedrandom, mode, NULL)
static PyObject *
buffered_get_mode(Buffered *self, void *Py_UNUSED(closure))
{
    return buffered_check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(mode));
}

/* -- for the text layer and the end ---------------------------------------------------------- */

int
buffered_is_plain(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (type != &PyBufferedReader_Type && type != &PyBufferedWriter_Type
        && type != &PyBufferedRandom_Type)
        return 0;
    PyObject *dict = ((Buffered *)op)->dict;
    return !dict || PyDict_GET_SIZE(dict) == 0;
}

int
buffered_is_closed(PyObject *op)
{
    Buffered *self = (Buffered *)op;
    return self->ok && self->fast_raw ? fileio_is_closed(self->raw) : -1;
}

int
buffered_is_silent(PyObject *op)
{
    Buffered *self = (Buffered *)op;
    return (Py_IS_TYPE(op, &PyBufferedReader_Type) || Py_IS_TYPE(op, &PyBufferedWriter_Type) ||
            Py_IS_TYPE(op, &PyBufferedRandom_Type)) && self->ok && self->raw != NULL &&
           (self->write_end == -1 || self->write_pos >= self->write_end) && fileio_is_silent(self->raw);
}

/* -- the types ----------------------------------------------------------------------------- */

MEMBER(bufferedreader, raw, T_OBJECT, Buffered, raw, READONLY, NULL)
MEMBER(bufferedreader, _finalizing, T_BOOL, Buffered, finalizing, 0, NULL)
MEMBER(bufferedwriter, raw, T_OBJECT, Buffered, raw, READONLY, NULL)
MEMBER(bufferedwriter, _finalizing, T_BOOL, Buffered, finalizing, 0, NULL)
MEMBER(bufferedrandom, raw, T_OBJECT, Buffered, raw, READONLY, NULL)
MEMBER(bufferedrandom, _finalizing, T_BOOL, Buffered, finalizing, 0, NULL)

#define BUFFERED_SLOTS                                                                             \
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,                     \
    .tp_base = &PyBufferedIOBase_Type, .tp_new = PyType_GenericNew,                                \
    .tp_dealloc = (destructor)buffered_dealloc, .tp_traverse = (traverseproc)buffered_traverse,    \
    .tp_clear = (inquiry)buffered_clear, .tp_repr = buffered_repr,                                 \
    .tp_weaklistoffset = offsetof(Buffered, weakrefs), .tp_dictoffset = offsetof(Buffered, dict)

TYPE(bufferedreader, PyBufferedReader_Type, "_io.BufferedReader", Buffered,
     "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "A buffer for reading from a raw stream.",
     BUFFERED_SLOTS, .tp_iternext = (iternextfunc)buffered_iternext)

TYPE(bufferedwriter, PyBufferedWriter_Type, "_io.BufferedWriter", Buffered,
     "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
     "A buffer for writing to a raw stream that need not be able to seek.", BUFFERED_SLOTS)

TYPE(bufferedrandom, PyBufferedRandom_Type, "_io.BufferedRandom", Buffered,
     "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
     "A buffer for reading and writing a raw stream that can seek.", BUFFERED_SLOTS,
     .tp_iternext = (iternextfunc)buffered_iternext)

#include "gen/modules/_io/buffered.inc"
