/* BytesIO: a binary stream in memory.

   Invariants of an open stream: `buf` is a bytes object with room for at least `size` bytes;
   bytes past `size` are garbage.  getvalue() hands out `buf` itself: from then on the reference
   count tells that it is shared, and it is copied before the next change.  memoryviews made by
   getbuffer() point into `buf`; while `exports` > 0 neither its address nor `size` may change.

   See also: stringio.c, the same for text. */
#include "modules/_io/_io.h"

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

/* What the memoryviews of getbuffer() export: keeps its stream alive. */
typedef struct {
    PyObject_HEAD
    BytesIO *source;
} BytesIOBuffer;

/* -- services ------------------------------------------------------------------------------ */

static status
check_open(const BytesIO *self)
{
    if (self->buf)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return -1;
}

static status
check_unexported(const BytesIO *self)
{
    if (self->exports == 0)
        return 0;
    PyErr_SetString(PyExc_BufferError, "Existing exports of data: object cannot be re-sized");
    return -1;
}

static inline int
is_shared(const BytesIO *self)
{
    return Py_REFCNT(self->buf) > 1;
}

static inline char *
bytes_of(const BytesIO *self)
{
    return PyBytes_AS_STRING(self->buf);
}

/* Replace `buf` by a private one with the given capacity, holding the same bytes. */
static status
make_private(BytesIO *self, Py_ssize_t capacity)
{
    PyObject *copy = PyBytes_FromStringAndSize(NULL, capacity);
    if (!copy)
        return -1;
    memcpy(PyBytes_AS_STRING(copy), bytes_of(self), Py_MIN(self->size, capacity));
    Py_SETREF(self->buf, copy);
    return 0;
}

/* Give `buf` a capacity of at least `needed` and make it private.  Growth is by an eighth, so that
   appending is linear; a shrink below half gives memory back. */
static status
reserve(BytesIO *self, Py_ssize_t needed)
{
    Py_ssize_t capacity = PyBytes_GET_SIZE(self->buf);
    if (needed > capacity) {
        if (needed > PY_SSIZE_T_MAX - (needed >> 3) - 64) {
            PyErr_SetString(PyExc_OverflowError, "new buffer size too large");
            return -1;
        }
        capacity = needed + (needed >> 3) + (needed < 64 ? 16 : 64);
    } else if (needed < capacity / 2) {
        capacity = needed + 1;
    } else if (!is_shared(self)) {
        return 0;
    }
    if (is_shared(self))
        return make_private(self, capacity);
    return _PyBytes_Resize(&self->buf, capacity);
}

/* The bytes from the position to the end, at most `limit` unless that is negative. */
static Py_ssize_t
available(const BytesIO *self, Py_ssize_t limit)
{
    Py_ssize_t rest = self->pos < self->size ? self->size - self->pos : 0;
    return limit >= 0 && limit < rest ? limit : rest;
}

/* Take `count` available bytes as an object. */
static PyObject *
take(BytesIO *self, Py_ssize_t count)
{
    if (count > 1 && self->pos == 0 && count == self->size
        && count == PyBytes_GET_SIZE(self->buf) && self->exports == 0) {
        /* The whole of it: share instead of copying. */
        self->pos = count;
        return Py_NewRef(self->buf);
    }
    const char *start = bytes_of(self) + (count ? self->pos : 0);
    self->pos += count;
    return PyBytes_FromStringAndSize(start, count);
}

/* The length of the line at the position, its end included. */
static Py_ssize_t
line_length(const BytesIO *self, Py_ssize_t limit)
{
    Py_ssize_t rest = available(self, limit);
    if (rest == 0)
        return 0;
    const char *start = bytes_of(self) + self->pos, *newline = memchr(start, '\n', rest);
    return newline ? newline - start + 1 : rest;
}

/* Write one bytes-like object at the position.  -1 on error. */
static Py_ssize_t
write_object(BytesIO *self, PyObject *data)
{
    if (check_open(self) < 0 || check_unexported(self) < 0)
        return -1;
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_CONTIG_RO) < 0)
        return -1;
    Py_ssize_t length = view.len;
    if (length == 0)
        goto done;
    length = -1;
    /* Getting the buffer may have run code. */
    if (check_open(self) < 0 || check_unexported(self) < 0)
        goto done;
    if (self->pos > PY_SSIZE_T_MAX - view.len) {
        PyErr_SetString(PyExc_OverflowError, "new buffer size too large");
        goto done;
    }
    Py_ssize_t end = self->pos + view.len;
    if (end > PyBytes_GET_SIZE(self->buf) || is_shared(self)) {
        if (reserve(self, Py_MAX(end, self->size)) < 0)
            goto done;
    }
    if (self->pos > self->size)
        memset(bytes_of(self) + self->size, 0, self->pos - self->size);
    memcpy(bytes_of(self) + self->pos, view.buf, view.len);
    self->pos = end;
    if (end > self->size)
        self->size = end;
    length = view.len;
done:
    PyBuffer_Release(&view);
    return length;
}

/* -- storage ------------------------------------------------------------------------------- */

static PyObject *
bytesio_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    BytesIO *self = (BytesIO *)type->tp_alloc(type, 0);
    if (!self)
        return NULL;
    self->buf = PyBytes_FromStringAndSize(NULL, 0);
    if (!self->buf)
        Py_CLEAR(self);
    return (PyObject *)self;
}

INIT(bytesio, "(initial_bytes=b'')")
static int
bytesio_init(BytesIO *self, PyObject *initial_bytes)
{
    if (check_unexported(self) < 0)
        return -1;
    /* A second __init__ of a closed stream opens it again. */
    if (!self->buf && !(self->buf = PyBytes_FromStringAndSize(NULL, 0)))
        return -1;
    self->size = self->pos = 0;
    if (!initial_bytes || initial_bytes == Py_None)
        return 0;
    if (PyBytes_CheckExact(initial_bytes)) {
        self->size = PyBytes_GET_SIZE(initial_bytes);
        Py_SETREF(self->buf, Py_NewRef(initial_bytes));
        return 0;
    }
    if (write_object(self, initial_bytes) < 0)
        return -1;
    self->pos = 0;
    return 0;
}

static void
bytesio_tp_dealloc(BytesIO *self)
{
    PyObject_GC_UnTrack(self);
    if (self->exports > 0) {
        PyErr_SetString(PyExc_SystemError, "deallocated BytesIO object has exported buffers");
        PyErr_Print();
    }
    Py_CLEAR(self->buf);
    Py_CLEAR(self->dict);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_TYPE(self)->tp_free(self);
}

static int
bytesio_tp_traverse(BytesIO *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    return 0;
}

static int
bytesio_tp_clear(BytesIO *self)
{
    Py_CLEAR(self->dict);
    return 0;
}

static PyObject *
bytesio_tp_iter(PyObject *self)
{
    return PyObject_SelfIter(self);
}

static PyObject *
bytesio_tp_iternext(BytesIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    Py_ssize_t length = line_length(self, -1);
    return length ? take(self, length) : NULL;
}

/* -- methods ------------------------------------------------------------------------------- */

METHOD(bytesio, __getstate__, NULL, NULL)
static PyObject *
bytesio___getstate__(BytesIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    PyObject *value = PyBytes_FromStringAndSize(bytes_of(self), self->size);
    PyObject *dict = self->dict ? PyDict_Copy(self->dict) : Py_NewRef(Py_None);
    if (!value || !dict) {
        Py_XDECREF(value);
        Py_XDECREF(dict);
        return NULL;
    }
    return Py_BuildValue("(NnN)", value, self->pos, dict);
}

METHOD(bytesio, __setstate__, NULL, NULL)
static PyObject *
bytesio___setstate__(BytesIO *self, PyObject *state)
{
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) < 3)
        return PyErr_Format(PyExc_TypeError,
                            "%.200s.__setstate__ argument should be 3-tuple, got %.200s",
                            Py_TYPE(self)->tp_name, Py_TYPE(state)->tp_name);
    if (check_unexported(self) < 0 || check_open(self) < 0)
        return NULL;
    self->size = self->pos = 0;
    if (write_object(self, PyTuple_GET_ITEM(state, 0)) < 0)
        return NULL;
    PyObject *position = PyTuple_GET_ITEM(state, 1), *dict = PyTuple_GET_ITEM(state, 2);
    if (!PyLong_Check(position))
        return PyErr_Format(PyExc_TypeError, "second item of state must be an integer, not %.200s",
                            Py_TYPE(position)->tp_name);
    Py_ssize_t pos = PyLong_AsSsize_t(position);
    if (pos == -1 && PyErr_Occurred())
        return NULL;
    if (pos < 0) {
        PyErr_SetString(PyExc_ValueError, "position value cannot be negative");
        return NULL;
    }
    self->pos = pos;
    if (dict != Py_None) {
        if (!PyDict_Check(dict))
            return PyErr_Format(PyExc_TypeError, "third item of state should be a dict, got a %.200s",
                                Py_TYPE(dict)->tp_name);
        if (self->dict) {
            if (PyDict_Update(self->dict, dict) < 0)
                return NULL;
        } else {
            self->dict = Py_NewRef(dict);
        }
    }
    Py_RETURN_NONE;
}

METHOD(bytesio, __sizeof__, NULL, NULL)
static PyObject *
bytesio___sizeof__(BytesIO *self)
{
    size_t size = _PyObject_SIZE(Py_TYPE(self));
    if (self->buf && !is_shared(self)) {
        size_t bytes = _PySys_GetSizeOf(self->buf);
        if (bytes == (size_t)-1)
            return NULL;
        size += bytes;
    }
    return PyLong_FromSize_t(size);
}

METHOD(bytesio, close, "($self, /)", "Free the buffer; further operations raise ValueError.")
static PyObject *
bytesio_close(BytesIO *self)
{
    if (check_unexported(self) < 0)
        return NULL;
    Py_CLEAR(self->buf);
    Py_RETURN_NONE;
}

METHOD(bytesio, flush, "($self, /)", "Do nothing.")
static PyObject *
bytesio_flush(BytesIO *self)
{
    return check_open(self) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(bytesio, getbuffer, "($self, /)",
       "Return a writable memoryview of the content.\n\n"
       "While it exists the stream cannot be resized or closed.")
static PyObject *
bytesio_getbuffer(BytesIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    PyTypeObject *type = &_PyBytesIOBuffer_Type;
    BytesIOBuffer *exporter = (BytesIOBuffer *)type->tp_alloc(type, 0);
    if (!exporter)
        return NULL;
    exporter->source = (BytesIO *)Py_NewRef(self);
    PyObject *view = PyMemoryView_FromObject((PyObject *)exporter);
    Py_DECREF(exporter);
    return view;
}

METHOD(bytesio, getvalue, "($self, /)", "Return the whole content as bytes.")
static PyObject *
bytesio_getvalue(BytesIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    if (self->size <= 1 || self->exports > 0)
        return PyBytes_FromStringAndSize(bytes_of(self), self->size);
    if (self->size != PyBytes_GET_SIZE(self->buf)) {
        if (is_shared(self)) {
            if (make_private(self, self->size) < 0)
                return NULL;
        } else if (_PyBytes_Resize(&self->buf, self->size) < 0) {
            return NULL;
        }
    }
    return Py_NewRef(self->buf);
}

METHOD(bytesio, isatty, "($self, /)", "Always False.")
static PyObject *
bytesio_isatty(BytesIO *self)
{
    return check_open(self) < 0 ? NULL : Py_NewRef(Py_False);
}

METHOD(bytesio, read, "($self, size=-1, /)",
       "Read up to size bytes, everything if size is negative or None; b'' at the end.")
METHOD(bytesio, read1, "($self, size=-1, /)",
       "Read up to size bytes, everything if size is negative or None; b'' at the end.")
static PyObject *
bytesio_read(BytesIO *self, optional_size size)
{
    return check_open(self) < 0 ? NULL : take(self, available(self, size));
}

METHOD(bytesio, readable, "($self, /)", "Always True.")
METHOD(bytesio, writable, "($self, /)", "Always True.")
METHOD(bytesio, seekable, "($self, /)", "Always True.")
static PyObject *
bytesio_able(BytesIO *self)
{
    return check_open(self) < 0 ? NULL : Py_NewRef(Py_True);
}

METHOD(bytesio, readinto, "($self, buffer, /)", "Read into a writable buffer; returns how many bytes.")
static PyObject *
bytesio_readinto(BytesIO *self, PyObject *buffer)
{
    Py_buffer view;
    if (io_writable_buffer(buffer, &view, "readinto") < 0)
        return NULL;
    PyObject *result = NULL;
    if (check_open(self) == 0) {
        Py_ssize_t count = available(self, view.len);
        if (count)
            memmove(view.buf, bytes_of(self) + self->pos, count);
        self->pos += count;
        result = PyLong_FromSsize_t(count);
    }
    PyBuffer_Release(&view);
    return result;
}

METHOD(bytesio, readline, "($self, size=-1, /)", "Read one line, at most size bytes of it.")
static PyObject *
bytesio_readline(BytesIO *self, optional_size size)
{
    return check_open(self) < 0 ? NULL : take(self, line_length(self, size));
}

METHOD(bytesio, readlines, "($self, size=None, /)",
       "Return the remaining lines as a list; stops after size or more bytes.")
static PyObject *
bytesio_readlines(BytesIO *self, PyObject *size)
{
    if (check_open(self) < 0)
        return NULL;
    Py_ssize_t limit = 0, total = 0;
    if (PyLong_Check(size)) {
        limit = PyLong_AsSsize_t(size);
        if (limit == -1 && PyErr_Occurred())
            return NULL;
    } else if (size != Py_None) {
        return PyErr_Format(PyExc_TypeError, "integer argument expected, got '%s'",
                            Py_TYPE(size)->tp_name);
    }
    PyObject *lines = PyList_New(0);
    Py_ssize_t length;
    while (lines && self->buf && (length = line_length(self, -1)) > 0) {
        PyObject *line = take(self, length);
        if (!line || PyList_Append(lines, line) < 0)
            Py_CLEAR(lines);
        Py_XDECREF(line);
        total += length;
        if (limit > 0 && total >= limit)
            break;
    }
    return lines;
}

METHOD(bytesio, seek, "($self, pos, whence=0, /)",
       "Move to pos, counted from the start (whence 0), the current position (1) or the end (2).\n\n"
       "Positions past the end are allowed.  Returns the new position.")
static PyObject *
bytesio_seek(BytesIO *self, Py_ssize_t pos, int whence)
{
    if (check_open(self) < 0)
        return NULL;
    if (pos < 0 && whence == 0)
        return PyErr_Format(PyExc_ValueError, "negative seek value %zd", pos);
    if (whence < 0 || whence > 2)
        return PyErr_Format(PyExc_ValueError, "invalid whence (%i, should be 0, 1 or 2)", whence);
    Py_ssize_t base = whence == 0 ? 0 : whence == 1 ? self->pos : self->size;
    if (pos > PY_SSIZE_T_MAX - base) {
        PyErr_SetString(PyExc_OverflowError, "new position too large");
        return NULL;
    }
    self->pos = Py_MAX(pos + base, 0);
    return PyLong_FromSsize_t(self->pos);
}

METHOD(bytesio, tell, "($self, /)", "Return the current position.")
static PyObject *
bytesio_tell(BytesIO *self)
{
    return check_open(self) < 0 ? NULL : PyLong_FromSsize_t(self->pos);
}

METHOD(bytesio, truncate, "($self, size=None, /)",
       "Cut the content to size bytes, by default the current position.\n\n"
       "The position does not move.  Returns size; the content is never extended.")
static PyObject *
bytesio_truncate(BytesIO *self, PyObject *size)
{
    if (check_open(self) < 0 || check_unexported(self) < 0)
        return NULL;
    Py_ssize_t length = self->pos;
    if (size != Py_None && !io_optional_size(size, &length))
        return NULL;
    if (length < 0)
        return PyErr_Format(PyExc_ValueError, "negative size value %zd", length);
    if (length < self->size) {
        self->size = length;
        if (reserve(self, length) < 0)
            return NULL;
    }
    return PyLong_FromSsize_t(length);
}

METHOD(bytesio, write, "($self, b, /)", "Write a bytes-like object; returns its length.")
static PyObject *
bytesio_write(BytesIO *self, PyObject *b)
{
    Py_ssize_t written = write_object(self, b);
    return written < 0 ? NULL : PyLong_FromSsize_t(written);
}

METHOD(bytesio, writelines, "($self, lines, /)",
       "Write every item of an iterable of bytes-like objects.  Line endings are not added.")
static PyObject *
bytesio_writelines(BytesIO *self, PyObject *lines)
{
    if (check_open(self) < 0)
        return NULL;
    PyObject *it = PyObject_GetIter(lines), *item;
    if (!it)
        return NULL;
    while ((item = PyIter_Next(it))) {
        Py_ssize_t written = write_object(self, item);
        Py_DECREF(item);
        if (written < 0)
            break;
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

GETTER(bytesio, closed, "True if the stream is closed.")
static PyObject *
bytesio_get_closed(BytesIO *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->buf == NULL);
}

TYPE(bytesio, PyBytesIO_Type, "_io.BytesIO", BytesIO, "(initial_bytes=b'')",
     "A buffered binary stream in memory.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_base = &PyBufferedIOBase_Type, .tp_weaklistoffset = offsetof(BytesIO, weakrefs),
     .tp_dictoffset = offsetof(BytesIO, dict))

/* -- the exporter of getbuffer() ----------------------------------------------------------- */

static int
bytesiobuffer_bf_getbuffer(BytesIOBuffer *self, Py_buffer *view, int flags)
{
    BytesIO *stream = self->source;
    if (!view) {
        PyErr_SetString(PyExc_BufferError,
                        "bytesiobuf_getbuffer: view==NULL argument is obsolete");
        return -1;
    }
    if (check_open(stream) < 0)
        return -1;
    if (stream->exports == 0 && is_shared(stream) && make_private(stream, stream->size) < 0)
        return -1;
    if (PyBuffer_FillInfo(view, (PyObject *)self, bytes_of(stream), stream->size, 0, flags) < 0)
        return -1;
    stream->exports++;
    return 0;
}

static void
bytesiobuffer_bf_releasebuffer(BytesIOBuffer *self, Py_buffer *Py_UNUSED(view))
{
    self->source->exports--;
}

static int
bytesiobuffer_tp_traverse(BytesIOBuffer *self, visitproc visit, void *arg)
{
    Py_VISIT(self->source);
    return 0;
}

static void
bytesiobuffer_tp_dealloc(BytesIOBuffer *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->source);
    Py_TYPE(self)->tp_free(self);
}

TYPE(bytesiobuffer, _PyBytesIOBuffer_Type, "_io._BytesIOBuffer", BytesIOBuffer, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

#include "gen/modules/_io/bytesio.inc"
