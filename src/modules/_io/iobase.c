/* The abstract layers: _IOBase, _RawIOBase, _BufferedIOBase, _TextIOBase.

   They hold no data: an instance has a dict, a weak reference list, and methods that are written in
   terms of other methods.  "Closed" is the presence of `__IOBase_closed` in the instance dict, so
   that a subclass that overrides `closed` keeps full control.

   See also: fileio.c, buffered.c, textio.c for the concrete layers; module.c for open(). */
#include "modules/_io/_io.h"

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

/* -- services ------------------------------------------------------------------------------ */

PyObject *
io_unsupported(const char *message)
{
    PyErr_SetString(io_unsupported_type(), message);
    return NULL;
}

int
io_trap_eintr(void)
{
    if (!PyErr_ExceptionMatches(PyExc_OSError))
        return 0;
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    PyErr_NormalizeException(&type, &value, &tb);
    PyObject *code = ((PyOSErrorObject *)value)->myerrno;
    int interrupted = 0;
    if (code && PyLong_Check(code)) {
        interrupted = PyLong_AsLong(code) == EINTR;
        PyErr_Clear();
    }
    if (!interrupted) {
        PyErr_Restore(type, value, tb);
        return 0;
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(tb);
    return 1;
}

void
io_chain(PyObject *type, PyObject *value, PyObject *tb)
{
    if (type)
        _PyErr_ChainExceptions(type, value, tb);
}

int
io_optional_size(PyObject *value, void *size)
{
    return _Py_convert_optional_to_ssize_t(value, size);
}

off_t
io_offset(PyObject *value)
{
    PyObject *index = PyNumber_Index(value);
    if (!index)
        return -1;
    int overflow;
    long long offset = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (overflow) {
        PyErr_Format(PyExc_ValueError, "cannot fit '%.200s' into an offset-sized integer",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    return offset;
}

status
io_writable_buffer(PyObject *object, Py_buffer *view, const char *method)
{
    if (PyObject_GetBuffer(object, view, PyBUF_WRITABLE) < 0) {
        PyErr_Format(PyExc_TypeError, "%s() argument must be read-write bytes-like object, not %.50s",
                     method, object == Py_None ? "None" : Py_TYPE(object)->tp_name);
        return -1;
    }
    return 0;
}

/* Is `__IOBase_closed` present?  The state of this layer, whatever `closed` says. */
static truth
iobase_is_closed(PyObject *self)
{
    PyObject *flag;
    truth found = _PyObject_LookupAttr(self, ID(__IOBase_closed), &flag);
    Py_XDECREF(flag);
    return found;
}

status
io_check_closed(PyObject *self)
{
    PyObject *flag;
    if (_PyObject_LookupAttr(self, ID(closed), &flag) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    truth closed = PyObject_IsTrue(flag);
    Py_DECREF(flag);
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return closed ? -1 : 0;
}

status
io_check_able(PyObject *self, PyObject *name, const char *complaint)
{
    PyObject *able = PyObject_CallMethodNoArgs(self, name);
    if (!able)
        return -1;
    Py_DECREF(able);
    if (able != Py_True) {
        io_unsupported(complaint);
        return -1;
    }
    return 0;
}

/* -- _IOBase: storage ---------------------------------------------------------------------- */

status
io_finalize(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        /* Resurrected: a heap type's reference was to be dropped by subtype dealloc, which will
           not go on; give it back. */
        if (PyType_HasFeature(Py_TYPE(self), Py_TPFLAGS_HEAPTYPE))
            Py_INCREF(Py_TYPE(self));
        return -1;
    }
    return 0;
}

/* Close a stream nobody closed.  Errors are reported in development mode only: at this point most
   of them are the consequence of an earlier one. */
static void
iobase_tp_finalize(PyObject *self)
{
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);

    PyObject *flag;
    truth closed = 0;
    if (_PyObject_LookupAttr(self, ID(closed), &flag) <= 0) {
        PyErr_Clear();
    } else {
        closed = PyObject_IsTrue(flag);
        Py_DECREF(flag);
        if (closed < 0)
            PyErr_Clear();
    }
    if (closed == 0) {
        /* Tells the subclass' close() that it runs from the finaliser. */
        if (PyObject_SetAttr(self, ID(_finalizing), Py_True) < 0)
            PyErr_Clear();
        PyObject *done = PyObject_CallMethodNoArgs(self, ID(close));
        if (done)
            Py_DECREF(done);
        else if (_Py_GetConfig()->dev_mode)
            PyErr_WriteUnraisable(self);
        else
            PyErr_Clear();
    }
    PyErr_Restore(type, value, tb);
}

static void
iobase_tp_dealloc(IOBase *self)
{
    if (io_finalize((PyObject *)self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_CLEAR(self->dict);
    Py_TYPE(self)->tp_free(self);
}

static int
iobase_tp_traverse(IOBase *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    return 0;
}

static int
iobase_tp_clear(IOBase *self)
{
    Py_CLEAR(self->dict);
    return 0;
}

static PyObject *
iobase_tp_iter(PyObject *self)
{
    if (io_check_closed(self) < 0)
        return NULL;
    return Py_NewRef(self);
}

static PyObject *
iobase_tp_iternext(PyObject *self)
{
    PyObject *line = PyObject_CallMethodNoArgs(self, ID(readline));
    if (!line)
        return NULL;
    Py_ssize_t length = PyObject_Size(line);
    if (length <= 0) {
        /* End of file, or an error of len(). */
        Py_DECREF(line);
        return NULL;
    }
    return line;
}

/* -- _IOBase: methods ---------------------------------------------------------------------- */

METHOD(iobase, _checkClosed, NULL, "Raise ValueError if the stream is closed.")
static PyObject *
iobase__checkClosed(PyObject *self)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(iobase, _checkSeekable, NULL, "Raise UnsupportedOperation if the stream cannot seek.")
static PyObject *
iobase__checkSeekable(PyObject *self)
{
    return io_check_able(self, ID(seekable), "File or stream is not seekable.") < 0
               ? NULL
               : Py_NewRef(Py_True);
}

METHOD(iobase, _checkReadable, NULL, "Raise UnsupportedOperation if the stream cannot be read.")
static PyObject *
iobase__checkReadable(PyObject *self)
{
    return io_check_able(self, ID(readable), "File or stream is not readable.") < 0
               ? NULL
               : Py_NewRef(Py_True);
}

METHOD(iobase, _checkWritable, NULL, "Raise UnsupportedOperation if the stream cannot be written.")
static PyObject *
iobase__checkWritable(PyObject *self)
{
    return io_check_able(self, ID(writable), "File or stream is not writable.") < 0
               ? NULL
               : Py_NewRef(Py_True);
}

METHOD(iobase, __enter__, NULL, "Enter a with block: the stream itself, if it is open.")
static PyObject *
iobase___enter__(PyObject *self)
{
    return iobase_tp_iter(self);
}

METHOD(iobase, __exit__, NULL, "Leave a with block: close the stream.")
static PyObject *
iobase___exit__(PyObject *self, PyObject *Py_UNUSED(args))
{
    return PyObject_CallMethodNoArgs(self, ID(close));
}

METHOD(iobase, close, "($self, /)",
       "Flush and close the stream.\n\nClosing a second time does nothing.")
static PyObject *
iobase_close(PyObject *self)
{
    truth closed = iobase_is_closed(self);
    if (closed < 0)
        return NULL;
    if (closed)
        Py_RETURN_NONE;
    PyObject *flushed = PyObject_CallMethodNoArgs(self, ID(flush));
    /* The stream counts as closed even if the flush failed. */
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    status set = PyObject_SetAttr(self, ID(__IOBase_closed), Py_True);
    io_chain(type, value, tb);
    if (set < 0)
        Py_CLEAR(flushed);
    if (!flushed)
        return NULL;
    Py_DECREF(flushed);
    Py_RETURN_NONE;
}

METHOD(iobase, fileno, "($self, /)",
       "Return the file descriptor below the stream.\n\n"
       "Raises UnsupportedOperation (an OSError) if there is none.")
static PyObject *
iobase_fileno(PyObject *Py_UNUSED(self))
{
    return io_unsupported("fileno");
}

METHOD(iobase, flush, "($self, /)",
       "Pass buffered data on.\n\nDoes nothing for streams that are read-only or unbuffered.")
static PyObject *
iobase_flush(PyObject *self)
{
    truth closed = iobase_is_closed(self);
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return closed ? NULL : Py_NewRef(Py_None);
}

METHOD(iobase, isatty, "($self, /)", "Is the stream connected to a terminal?")
static PyObject *
iobase_isatty(PyObject *self)
{
    return io_check_closed(self) < 0 ? NULL : Py_NewRef(Py_False);
}

METHOD(iobase, readable, "($self, /)", "Can the stream be read?  If not, read() raises OSError.")
static PyObject *
iobase_readable(PyObject *Py_UNUSED(self))
{
    Py_RETURN_FALSE;
}

/* How many bytes may be read at once without going past the end of the line: what peek() shows,
   up to its first '\n', at most `limit` (if not negative).  -1 on error. */
static Py_ssize_t
line_read_ahead(PyObject *peek, Py_ssize_t limit)
{
    PyObject *ahead;
    do
        ahead = PyObject_CallFunction(peek, "i", 1);
    while (!ahead && io_trap_eintr());
    if (!ahead)
        return -1;
    if (!PyBytes_Check(ahead)) {
        PyErr_Format(PyExc_OSError, "peek() should have returned a bytes object, not '%.200s'",
                     Py_TYPE(ahead)->tp_name);
        Py_DECREF(ahead);
        return -1;
    }
    Py_ssize_t count = 1;
    if (PyBytes_GET_SIZE(ahead) > 0) {
        const char *data = PyBytes_AS_STRING(ahead);
        count = PyBytes_GET_SIZE(ahead);
        if (limit >= 0 && count > limit)
            count = limit;
        const char *newline = memchr(data, '\n', count);
        if (newline)
            count = newline - data + 1;
    }
    Py_DECREF(ahead);
    return count;
}

METHOD(iobase, readline, "($self, size=-1, /)",
       "Read one line, at most size bytes of it if size is not negative.\n\n"
       "The line ends with b'\\n'; b'' means end of file.")
static PyObject *
iobase_readline(PyObject *self, optional_size limit)
{
    PyObject *peek, *result = NULL;
    if (_PyObject_LookupAttr(self, ID(peek), &peek) < 0)
        return NULL;
    PyObject *line = PyByteArray_FromStringAndSize(NULL, 0);
    if (!line)
        goto done;
    while (limit < 0 || PyByteArray_GET_SIZE(line) < limit) {
        Py_ssize_t count = 1;
        if (peek) {
            count = line_read_ahead(peek, limit < 0 ? -1 : limit - PyByteArray_GET_SIZE(line));
            if (count < 0)
                goto done;
        }
        PyObject *size = PyLong_FromSsize_t(count);
        if (!size)
            goto done;
        PyObject *piece = PyObject_CallMethodOneArg(self, ID(read), size);
        Py_DECREF(size);
        if (!piece) {
            if (io_trap_eintr())
                continue;
            goto done;
        }
        if (!PyBytes_Check(piece)) {
            PyErr_Format(PyExc_OSError, "read() should have returned a bytes object, not '%.200s'",
                         Py_TYPE(piece)->tp_name);
            Py_DECREF(piece);
            goto done;
        }
        Py_ssize_t got = PyBytes_GET_SIZE(piece), old = PyByteArray_GET_SIZE(line);
        if (got == 0) {
            Py_DECREF(piece);
            break;
        }
        status grown = PyByteArray_Resize(line, old + got);
        if (grown == 0)
            memcpy(PyByteArray_AS_STRING(line) + old, PyBytes_AS_STRING(piece), got);
        int ended = PyBytes_AS_STRING(piece)[got - 1] == '\n';
        Py_DECREF(piece);
        if (grown < 0)
            goto done;
        if (ended)
            break;
    }
    result = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(line), PyByteArray_GET_SIZE(line));
done:
    Py_XDECREF(line);
    Py_XDECREF(peek);
    return result;
}

METHOD(iobase, readlines, "($self, hint=-1, /)",
       "Return the lines of the stream as a list.\n\n"
       "Reading stops when the lines so far hold hint or more bytes (or characters).")
static PyObject *
iobase_readlines(PyObject *self, optional_size hint)
{
    PyObject *lines = PyList_New(0);
    if (!lines)
        return NULL;
    if (hint <= 0) {
        PyObject *none = _PyList_Extend((PyListObject *)lines, self);
        if (!none)
            Py_CLEAR(lines);
        Py_XDECREF(none);
        return lines;
    }
    PyObject *it = PyObject_GetIter(self), *line;
    if (!it)
        goto fail;
    Py_ssize_t total = 0;
    while ((line = PyIter_Next(it))) {
        Py_ssize_t length = PyList_Append(lines, line) < 0 ? -1 : PyObject_Size(line);
        Py_DECREF(line);
        if (length < 0)
            goto fail;
        if (length > hint - total)
            break;
        total += length;
    }
    if (PyErr_Occurred())
        goto fail;
    Py_DECREF(it);
    return lines;
fail:
    Py_XDECREF(it);
    Py_DECREF(lines);
    return NULL;
}

METHOD(iobase, seek, NULL,
       "Move to offset, counted from the start (whence 0), the current position (1) or the end (2).\n\n"
       "Returns the new position.")
static PyObject *
iobase_seek(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("seek");
}

METHOD(iobase, seekable, "($self, /)",
       "Can the stream seek?  If not, seek(), tell() and truncate() raise OSError.")
static PyObject *
iobase_seekable(PyObject *Py_UNUSED(self))
{
    Py_RETURN_FALSE;
}

METHOD(iobase, tell, "($self, /)", "Return the current position.")
static PyObject *
iobase_tell(PyObject *self)
{
    return _PyObject_CallMethod(self, ID(seek), "ii", 0, 1);
}

METHOD(iobase, truncate, NULL,
       "Cut or extend the file to size bytes, by default the current position.\n\n"
       "The position does not move.  Returns the new size.")
static PyObject *
iobase_truncate(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("truncate");
}

METHOD(iobase, writable, "($self, /)", "Can the stream be written?  If not, write() raises OSError.")
static PyObject *
iobase_writable(PyObject *Py_UNUSED(self))
{
    Py_RETURN_FALSE;
}

METHOD(iobase, writelines, "($self, lines, /)",
       "Write every item of an iterable.  Line endings are not added.")
static PyObject *
iobase_writelines(PyObject *self, PyObject *lines)
{
    if (io_check_closed(self) < 0)
        return NULL;
    PyObject *it = PyObject_GetIter(lines), *line;
    if (!it)
        return NULL;
    while ((line = PyIter_Next(it))) {
        PyObject *written;
        do
            written = PyObject_CallMethodOneArg(self, ID(write), line);
        while (!written && io_trap_eintr());
        Py_DECREF(line);
        if (!written)
            break;
        Py_DECREF(written);
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

GETTER(iobase, __dict__, NULL)
static PyObject *
iobase_get_dict(PyObject *self, void *closure)
{
    return PyObject_GenericGetDict(self, closure);
}

GETTER(iobase, closed, NULL)
static PyObject *
iobase_get_closed(PyObject *self, void *Py_UNUSED(closure))
{
    truth closed = iobase_is_closed(self);
    return closed < 0 ? NULL : PyBool_FromLong(closed);
}

TYPE(iobase, PyIOBase_Type, "_io._IOBase", IOBase, NULL,
     "The abstract base of every stream.\n\n"
     "Methods that a stream cannot have raise UnsupportedOperation; operations on a closed stream\n"
     "raise ValueError.  A stream iterates over its lines and works as a context manager that\n"
     "closes it.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_weaklistoffset = offsetof(IOBase, weakrefs), .tp_dictoffset = offsetof(IOBase, dict),
     .tp_new = PyType_GenericNew)

/* -- _RawIOBase ---------------------------------------------------------------------------- */

METHOD(rawiobase, read, "($self, size=-1, /)",
       "Read up to size bytes with one call to readinto(); all of it if size is negative.\n\n"
       "None means that no data was available and the stream does not block.")
static PyObject *
rawiobase_read(PyObject *self, Py_ssize_t size)
{
    if (size < 0)
        return PyObject_CallMethodNoArgs(self, ID(readall));
    PyObject *buffer = PyByteArray_FromStringAndSize(NULL, size);
    if (!buffer)
        return NULL;
    PyObject *count = PyObject_CallMethodOneArg(self, ID(readinto), buffer);
    if (!count || count == Py_None) {
        Py_DECREF(buffer);
        return count;
    }
    Py_ssize_t got = PyNumber_AsSsize_t(count, PyExc_ValueError);
    Py_DECREF(count);
    PyObject *result = NULL;
    if (got == -1 && PyErr_Occurred())
        ;
    else if (got < 0 || got > PyByteArray_GET_SIZE(buffer))
        PyErr_Format(PyExc_ValueError, "readinto returned %zd outside buffer size %zd", got,
                     PyByteArray_GET_SIZE(buffer));
    else
        result = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(buffer), got);
    Py_DECREF(buffer);
    return result;
}

METHOD(rawiobase, readall, "($self, /)", "Read until end of file, with as many calls as needed.")
static PyObject *
rawiobase_readall(PyObject *self)
{
    PyObject *chunks = PyList_New(0);
    if (!chunks)
        return NULL;
    for (;;) {
        PyObject *data = _PyObject_CallMethod(self, ID(read), "i", IO_BUFFER_SIZE);
        if (!data) {
            if (io_trap_eintr())
                continue;
            goto fail;
        }
        if (data == Py_None) {
            if (PyList_GET_SIZE(chunks) == 0) {
                Py_DECREF(chunks);
                return data;
            }
            Py_DECREF(data);
            break;
        }
        if (!PyBytes_Check(data)) {
            Py_DECREF(data);
            PyErr_SetString(PyExc_TypeError, "read() should return bytes");
            goto fail;
        }
        if (PyBytes_GET_SIZE(data) == 0) {
            Py_DECREF(data);
            break;
        }
        status appended = PyList_Append(chunks, data);
        Py_DECREF(data);
        if (appended < 0)
            goto fail;
    }
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *result = empty ? _PyBytes_Join(empty, chunks) : NULL;
    Py_XDECREF(empty);
    Py_DECREF(chunks);
    return result;
fail:
    Py_DECREF(chunks);
    return NULL;
}

METHOD(rawiobase, readinto, NULL, "Read into a buffer; left to subclasses.")
static PyObject *
rawiobase_readinto(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    PyErr_SetNone(PyExc_NotImplementedError);
    return NULL;
}

METHOD(rawiobase, write, NULL, "Write from a buffer; left to subclasses.")
static PyObject *
rawiobase_write(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    PyErr_SetNone(PyExc_NotImplementedError);
    return NULL;
}

TYPE(rawiobase, PyRawIOBase_Type, "_io._RawIOBase", IOBase, NULL,
     "The abstract base of raw binary streams: every read or write is one system call.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyIOBase_Type)

/* -- _BufferedIOBase ----------------------------------------------------------------------- */

/* readinto() in terms of read() or read1(). */
static PyObject *
bufferediobase_readinto_with(PyObject *self, Py_buffer *buffer, PyObject *reader)
{
    PyObject *size = PyLong_FromSsize_t(buffer->len);
    if (!size)
        return NULL;
    PyObject *data = PyObject_CallMethodOneArg(self, reader, size);
    Py_DECREF(size);
    if (!data)
        return NULL;
    if (!PyBytes_Check(data)) {
        Py_DECREF(data);
        PyErr_SetString(PyExc_TypeError, "read() should return bytes");
        return NULL;
    }
    Py_ssize_t got = PyBytes_GET_SIZE(data);
    if (got > buffer->len)
        PyErr_Format(PyExc_ValueError,
                     "read() returned too much data: %zd bytes requested, %zd returned",
                     buffer->len, got);
    else
        memcpy(buffer->buf, PyBytes_AS_STRING(data), got);
    int overrun = got > buffer->len;
    Py_DECREF(data);
    return overrun ? NULL : PyLong_FromSsize_t(got);
}

METHOD(bufferediobase, readinto, "($self, buffer, /)",
       "Read bytes into a writable buffer; returns how many.")
static PyObject *
bufferediobase_readinto(PyObject *self, PyObject *buffer)
{
    Py_buffer view;
    if (io_writable_buffer(buffer, &view, "readinto") < 0)
        return NULL;
    PyObject *result = bufferediobase_readinto_with(self, &view, ID(read));
    PyBuffer_Release(&view);
    return result;
}

METHOD(bufferediobase, readinto1, "($self, buffer, /)",
       "Like readinto(), with at most one read of the raw stream.")
static PyObject *
bufferediobase_readinto1(PyObject *self, PyObject *buffer)
{
    Py_buffer view;
    if (io_writable_buffer(buffer, &view, "readinto1") < 0)
        return NULL;
    PyObject *result = bufferediobase_readinto_with(self, &view, ID(read1));
    PyBuffer_Release(&view);
    return result;
}

METHOD(bufferediobase, detach, "($self, /)",
       "Separate the raw stream from its buffer and return it.\n\nThe buffer is unusable afterwards.")
static PyObject *
bufferediobase_detach(PyObject *Py_UNUSED(self))
{
    return io_unsupported("detach");
}

METHOD(bufferediobase, read, NULL,
       "Read up to size bytes, everything if size is negative or None.\n\n"
       "b'' means end of file; BlockingIOError that there is no data yet.")
static PyObject *
bufferediobase_read(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("read");
}

METHOD(bufferediobase, read1, NULL, "Read up to size bytes with at most one read of the raw stream.")
static PyObject *
bufferediobase_read1(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("read1");
}

METHOD(bufferediobase, write, NULL,
       "Write a bytes-like object; returns its length.\n\n"
       "BlockingIOError is raised if the buffer is full and the raw stream would block.")
static PyObject *
bufferediobase_write(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("write");
}

TYPE(bufferediobase, PyBufferedIOBase_Type, "_io._BufferedIOBase", IOBase, NULL,
     "The abstract base of buffered binary streams.\n\n"
     "A read without a size reads all, a write takes everything, and neither returns None.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyIOBase_Type)

/* -- _TextIOBase --------------------------------------------------------------------------- */

METHOD(textiobase, detach, NULL,
       "Separate the binary buffer from the text layer and return it.\n\n"
       "The text layer is unusable afterwards.")
static PyObject *
textiobase_detach(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return io_unsupported("detach");
}

METHOD(textiobase, read, NULL,
       "Read up to size characters, everything if size is negative or omitted.")
static PyObject *
textiobase_read(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("read");
}

METHOD(textiobase, readline, NULL, "Read one line; '' means end of file.")
static PyObject *
textiobase_readline(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("readline");
}

METHOD(textiobase, write, NULL, "Write a str; returns its length.")
static PyObject *
textiobase_write(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args))
{
    return io_unsupported("write");
}

GETTER(textiobase, encoding, "The name of the encoding; left to subclasses.")
static PyObject *
textiobase_get_encoding(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

GETTER(textiobase, newlines,
       "The line endings met so far: None, a str, or a tuple of str.  Only those translated count.")
static PyObject *
textiobase_get_newlines(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

GETTER(textiobase, errors, "The error handler of the codec; left to subclasses.")
static PyObject *
textiobase_get_errors(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

TYPE(textiobase, PyTextIOBase_Type, "_io._TextIOBase", IOBase, NULL,
     "The abstract base of text streams: characters and lines.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyIOBase_Type)

#include "gen/modules/_io/iobase.inc"
