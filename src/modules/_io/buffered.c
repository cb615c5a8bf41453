/* BufferedReader, BufferedWriter and BufferedRandom.

   One struct serves all three.  `buffer` is a window on the file:

       0 <= pos, raw_pos <= buffer_size            the logical and the raw stream's position
       [0, read_end)       holds bytes of the file; read_end == -1: nothing was read
       [write_pos, write_end)  must still be written; write_end == -1: nothing

   abs_pos is the raw stream's position in the file, or -1 if that is not known (it may change
   behind our back only through the raw stream itself, which callers must not do).

   Locking: a raw operation may run any Python code and other threads.  `owner` is the thread that
   is inside; because the GIL is held whenever it is looked at, entering costs one comparison, and
   the lock below it is used only to sleep.  A thread that enters twice (a signal handler, or a raw
   stream that calls back) gets RuntimeError. */
#include "modules/_io/_io.h"
#include "modules/fileutils.h"
#include <unistd.h>

typedef struct {
    PyObject_HEAD
    PyObject *raw;
    char *buffer;
    Py_ssize_t buffer_size;
    off_t abs_pos;
    Py_ssize_t pos;
    Py_ssize_t raw_pos;
    Py_ssize_t read_end;
    Py_ssize_t write_pos;
    Py_ssize_t write_end;
    unsigned long owner;       /* 0: nobody */
    PyThread_type_lock wait;   /* made when a thread first has to wait */
    int waiters;
    char ok;
    char detached;
    char readable;
    char writable;
    char fast_raw;             /* exact types over an exact FileIO */
    char finalizing;
    Py_ssize_t unused[2];
    PyObject *dict;
    PyObject *weakrefs;
} Buffered;

_Static_assert(sizeof(Buffered) == 152, "BufferedReader.__basicsize__");
_Static_assert(offsetof(Buffered, dict) == 136, "BufferedReader.__dictoffset__");

#define WOULD_BLOCK (-2)

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

/* -- state --------------------------------------------------------------------------------- */

static status
check_initialised(Buffered *self)
{
    if (self->ok)
        return 0;
    PyErr_SetString(PyExc_ValueError, self->detached ? "raw stream has been detached"
                                                     : "I/O operation on uninitialized object");
    return -1;
}

static truth
is_closed(Buffered *self)
{
    if (check_initialised(self) < 0)
        return -1;
    if (self->fast_raw)
        return fileio_is_closed(self->raw);
    PyObject *flag = PyObject_GetAttr(self->raw, ID(closed));
    if (!flag)
        return -1;
    truth closed = PyObject_IsTrue(flag);
    Py_DECREF(flag);
    return closed;
}

static status
check_open(Buffered *self, const char *message)
{
    if (self->fast_raw && self->ok && self->buffer && !fileio_is_closed(self->raw))
        return 0;
    truth closed = is_closed(self);
    if (closed == 0 && !self->buffer)
        closed = 1;
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, message);
    return closed ? -1 : 0;
}

static COLD status
wait_for_owner(Buffered *self)
{
    unsigned long me = PyThread_get_thread_ident();
    while (self->owner) {
        if (self->owner == me) {
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %R", self);
            return -1;
        }
        if (!self->wait) {
            self->wait = PyThread_allocate_lock();
            if (!self->wait) {
                PyErr_SetString(PyExc_RuntimeError, "can't allocate read lock");
                return -1;
            }
            PyThread_acquire_lock(self->wait, NOWAIT_LOCK);
        }
        int finalizing = _Py_IsFinalizing(), woken;
        self->waiters++;
        Py_BEGIN_ALLOW_THREADS
        /* When finalizing, a daemon thread may hold it forever. */
        woken = finalizing ? PyThread_acquire_lock_timed(self->wait, 1000000, 0) == PY_LOCK_ACQUIRED
                           : PyThread_acquire_lock(self->wait, WAIT_LOCK);
        Py_END_ALLOW_THREADS
        self->waiters--;
        if (!woken && self->owner) {
            PyObject *text = PyObject_ASCII((PyObject *)self);
            const char *name = text ? PyUnicode_AsUTF8(text) : NULL;
            char message[300];
            PyOS_snprintf(message, sizeof(message),
                          "could not acquire lock for %s at interpreter shutdown, possibly due to "
                          "daemon threads",
                          name ? name : "<buffered>");
            _Py_FatalErrorFunc("_enter_buffered_busy", message);
        }
    }
    self->owner = me;
    return 0;
}

static inline status
enter(Buffered *self)
{
    if (unlikely(self->owner))
        return wait_for_owner(self);
    self->owner = PyThread_get_thread_ident();
    return 0;
}

static inline void
leave(Buffered *self)
{
    self->owner = 0;
    if (unlikely(self->waiters))
        PyThread_release_lock(self->wait);
}

static inline int
has_read_data(const Buffered *self)
{
    return self->readable && self->read_end != -1;
}

static inline int
has_write_data(const Buffered *self)
{
    return self->writable && self->write_end != -1;
}

/* How many bytes can be read without asking the raw stream. */
static inline Py_ssize_t
read_ahead(const Buffered *self)
{
    return has_read_data(self) ? self->read_end - self->pos : 0;
}

/* How far the raw stream is ahead of the logical position. */
static inline Py_ssize_t
raw_offset(const Buffered *self)
{
    return (has_read_data(self) || has_write_data(self)) && self->raw_pos >= 0
               ? self->raw_pos - self->pos
               : 0;
}

static inline void
forget_read_data(Buffered *self)
{
    self->read_end = -1;
}

static inline void
forget_write_data(Buffered *self)
{
    self->write_pos = 0;
    self->write_end = -1;
}

/* BlockingIOError after `written` characters were taken. */
static status
fail_would_block(Py_ssize_t written)
{
    PyObject *error = PyObject_CallFunction(PyExc_BlockingIOError, "isn", errno,
                                            "write could not complete without blocking", written);
    if (error) {
        PyErr_SetObject(PyExc_BlockingIOError, error);
        Py_DECREF(error);
    }
    return -1;
}

/* -- raw operations ------------------------------------------------------------------------ */

/* May the raw stream's descriptor be used directly?  Its dict may hold `name` but no method. */
static inline int
raw_is_plain(const Buffered *self)
{
    if (!self->fast_raw)
        return 0;
    FileIO *raw = (FileIO *)self->raw;
    return raw->fd >= 0 && raw->dict && PyDict_GET_SIZE(raw->dict) == 1;
}

/* Take over a position that the raw stream reported. */
static off_t
take_position(Buffered *self, PyObject *position)
{
    if (!position)
        return -1;
    off_t n = io_offset(position);
    Py_DECREF(position);
    if (n < 0) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_OSError, "Raw stream returned invalid position %lld", (long long)n);
        return -1;
    }
    self->abs_pos = n;
    return n;
}

static off_t
raw_tell(Buffered *self)
{
    return take_position(self, PyObject_CallMethodNoArgs(self->raw, ID(tell)));
}

static off_t
known_raw_tell(Buffered *self)
{
    return self->abs_pos != -1 ? self->abs_pos : raw_tell(self);
}

static off_t
raw_seek(Buffered *self, off_t target, int whence)
{
    return take_position(
        self, _PyObject_CallMethod(self->raw, ID(seek), "Li", (long long)target, whence));
}

/* raw.readinto() to memory: the count, 0 at the end, WOULD_BLOCK, or -1 with an exception. */
static Py_ssize_t
raw_read(Buffered *self, char *start, Py_ssize_t length)
{
    Py_ssize_t got;
    if (raw_is_plain(self) && ((FileIO *)self->raw)->readable) {
        got = _Py_read(((FileIO *)self->raw)->fd, start, length);
        if (got < 0) {
            if (errno != EAGAIN)
                return -1;
            PyErr_Clear();
            return WOULD_BLOCK;
        }
    } else {
        PyObject *view = PyMemoryView_FromMemory(start, length, PyBUF_WRITE), *count;
        if (!view)
            return -1;
        do
            count = PyObject_CallMethodOneArg(self->raw, ID(readinto), view);
        while (!count && io_trap_eintr());
        Py_DECREF(view);
        if (!count)
            return -1;
        if (count == Py_None) {
            Py_DECREF(count);
            return WOULD_BLOCK;
        }
        got = PyNumber_AsSsize_t(count, PyExc_ValueError);
        Py_DECREF(count);
        if (got == -1 && PyErr_Occurred()) {
            PyObject *type, *value, *tb;
            PyErr_Fetch(&type, &value, &tb);
            PyErr_NormalizeException(&type, &value, &tb);
            PyErr_SetString(PyExc_OSError, "raw readinto() failed");
            PyObject *type2, *value2, *tb2;
            PyErr_Fetch(&type2, &value2, &tb2);
            PyErr_NormalizeException(&type2, &value2, &tb2);
            if (value && tb)
                PyException_SetTraceback(value, tb);
            PyException_SetCause(value2, Py_XNewRef(value));
            PyException_SetContext(value2, value);
            Py_XDECREF(type);
            Py_XDECREF(tb);
            PyErr_Restore(type2, value2, tb2);
            return -1;
        }
        if (got < 0 || got > length) {
            PyErr_Format(PyExc_OSError,
                         "raw readinto() returned invalid length %zd (should have been between 0 "
                         "and %zd)",
                         got, length);
            return -1;
        }
    }
    if (got > 0 && self->abs_pos != -1)
        self->abs_pos += got;
    return got;
}

/* raw.write() from memory: the count, WOULD_BLOCK, or -1 with an exception. */
static Py_ssize_t
raw_write(Buffered *self, const char *start, Py_ssize_t length)
{
    Py_ssize_t written;
    if (raw_is_plain(self) && ((FileIO *)self->raw)->writable) {
        written = _Py_write(((FileIO *)self->raw)->fd, start, length);
        if (written < 0) {
            if (errno != EAGAIN)
                return -1;
            PyErr_Clear();
            errno = EAGAIN;
            return WOULD_BLOCK;
        }
    } else {
        PyObject *view = PyMemoryView_FromMemory((char *)start, length, PyBUF_READ), *count;
        if (!view)
            return -1;
        int code;
        errno = 0;
        do {
            count = PyObject_CallMethodOneArg(self->raw, ID(write), view);
            code = errno;
        } while (!count && io_trap_eintr());
        Py_DECREF(view);
        if (!count)
            return -1;
        if (count == Py_None) {
            Py_DECREF(count);
            errno = code;
            return WOULD_BLOCK;
        }
        written = PyNumber_AsSsize_t(count, PyExc_ValueError);
        Py_DECREF(count);
        if (written < 0 || written > length) {
            PyErr_Format(PyExc_OSError,
                         "raw write() returned invalid length %zd (should have been between 0 and "
                         "%zd)",
                         written, length);
            return -1;
        }
    }
    if (written > 0 && self->abs_pos != -1)
        self->abs_pos += written;
    return written;
}

/* Read into the buffer behind what is there: the count, 0, WOULD_BLOCK or -1. */
static Py_ssize_t
fill(Buffered *self)
{
    Py_ssize_t start = has_read_data(self) ? self->read_end : 0;
    Py_ssize_t got = raw_read(self, self->buffer + start, self->buffer_size - start);
    if (got > 0)
        self->read_end = self->raw_pos = start + got;
    return got;
}

/* Write out what is dirty. */
static status
flush_dirty(Buffered *self)
{
    if (!has_write_data(self) || self->write_pos == self->write_end)
        goto done;
    Py_ssize_t rewind = raw_offset(self) + (self->pos - self->write_pos);
    if (rewind != 0) {
        if (raw_seek(self, -rewind, 1) < 0)
            return -1;
        self->raw_pos -= rewind;
    }
    while (self->write_pos < self->write_end) {
        Py_ssize_t n = raw_write(self, self->buffer + self->write_pos,
                                 Py_SAFE_DOWNCAST(self->write_end - self->write_pos, off_t,
                                                  Py_ssize_t));
        if (n == WOULD_BLOCK)
            return fail_would_block(0);
        if (n < 0)
            return -1;
        self->write_pos += n;
        self->raw_pos = self->write_pos;
        /* Partial writes can go on for long: let signals interrupt them. */
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
done:
    forget_write_data(self);
    return 0;
}

/* Write out what is dirty and put the raw stream where the reader is. */
static status
flush_and_rewind(Buffered *self)
{
    if (flush_dirty(self) < 0)
        return -1;
    if (self->readable) {
        /* The position is unchanged if the raw stream is there already. */
        if (raw_seek(self, -raw_offset(self), 1) < 0)
            return -1;
        forget_read_data(self);
    }
    return 0;
}

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
    if (raw_tell(self) == -1)
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
    return check_initialised(self) < 0 ? NULL : PyObject_CallMethodNoArgs(self->raw, name);
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
    if (check_initialised(self) < 0 || check_open(self, "flush of closed file") < 0)
        return NULL;
    if (enter(self) < 0)
        return NULL;
    status flushed = flush_and_rewind(self);
    leave(self);
    return flushed < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(bufferedreader, close, NULL, NULL)
METHOD(bufferedwriter, close, NULL, NULL)
METHOD(bufferedrandom, close, NULL, NULL)
static PyObject *
buffered_close(Buffered *self)
{
    if (check_initialised(self) < 0 || enter(self) < 0)
        return NULL;
    truth closed = is_closed(self);
    if (closed) {
        leave(self);
        return closed < 0 ? NULL : Py_NewRef(Py_None);
    }
    if (self->finalizing && self->raw)
        Py_XDECREF(buffered__dealloc_warn(self, (PyObject *)self));
    /* flush() takes the lock itself, and may be overridden. */
    leave(self);
    PyObject *flushed = PyObject_CallMethodNoArgs((PyObject *)self, ID(flush));
    PyObject *type = NULL, *value = NULL, *tb = NULL, *result = NULL;
    if (flushed)
        Py_DECREF(flushed);
    else
        PyErr_Fetch(&type, &value, &tb);
    if (enter(self) < 0) {
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
    leave(self);
    return result;
}

METHOD(bufferedreader, detach, NULL, NULL)
METHOD(bufferedwriter, detach, NULL, NULL)
METHOD(bufferedrandom, detach, NULL, NULL)
static PyObject *
buffered_detach(Buffered *self)
{
    if (check_initialised(self) < 0)
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
    if (check_initialised(self) < 0)
        return NULL;
    off_t position = raw_tell(self);
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
    if (check_initialised(self) < 0)
        return NULL;
    if (whence < 0 || (whence > 2 && whence != SEEK_HOLE && whence != SEEK_DATA))
        return PyErr_Format(PyExc_ValueError, "whence value %d unsupported", whence);
    if (check_open(self, "seek of closed file") < 0
        || io_check_able(self->raw, ID(seekable), "File or stream is not seekable.") < 0)
        return NULL;
    off_t offset = io_offset(target);
    if (offset == -1 && PyErr_Occurred())
        return NULL;

    /* Inside what was read already: no need to ask the raw stream. */
    Py_ssize_t ahead = read_ahead(self);
    if ((whence == 0 || whence == 1) && ahead > 0) {
        off_t raw_at = known_raw_tell(self);
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

    if (enter(self) < 0)
        return NULL;
    PyObject *result = NULL;
    if (self->writable && flush_dirty(self) < 0)
        goto done;
    if (whence == 1)
        offset -= raw_offset(self);
    off_t position = raw_seek(self, offset, whence);
    if (position == -1)
        goto done;
    self->raw_pos = -1;
    if (self->readable)
        forget_read_data(self);
    result = PyLong_FromLongLong(position);
done:
    leave(self);
    return result;
}

METHOD(bufferedreader, truncate, "($self, pos=None, /)", NULL)
METHOD(bufferedwriter, truncate, "($self, pos=None, /)", NULL)
METHOD(bufferedrandom, truncate, "($self, pos=None, /)", NULL)
static PyObject *
buffered_truncate(Buffered *self, PyObject *pos)
{
    if (check_initialised(self) < 0 || check_open(self, "truncate of closed file") < 0)
        return NULL;
    if (!self->writable)
        return io_unsupported("truncate");
    if (enter(self) < 0)
        return NULL;
    PyObject *result = NULL;
    if (flush_and_rewind(self) == 0) {
        result = PyObject_CallMethodOneArg(self->raw, ID(truncate), pos);
        /* Where that left the raw stream is not specified. */
        if (result && raw_tell(self) == -1)
            PyErr_Clear();
    }
    leave(self);
    return result;
}

GETTER(bufferedreader, closed, NULL)
GETTER(bufferedwriter, closed, NULL)
GETTER(bufferedrandom, closed, NULL)
static PyObject *
buffered_get_closed(Buffered *self, void *Py_UNUSED(closure))
{
    return check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(closed));
}

GETTER(bufferedreader, name, NULL)
GETTER(bufferedwriter, name, NULL)
GETTER(bufferedrandom, name, NULL)
static PyObject *
buffered_get_name(Buffered *self, void *Py_UNUSED(closure))
{
    return check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(name));
}

GETTER(bufferedreader, mode, NULL)
GETTER(bufferedwriter, mode, NULL)
GETTER(bufferedrandom, mode, NULL)
static PyObject *
buffered_get_mode(Buffered *self, void *Py_UNUSED(closure))
{
    return check_initialised(self) < 0 ? NULL : PyObject_GetAttr(self->raw, ID(mode));
}

/* -- reading ------------------------------------------------------------------------------- */

/* Take `count` bytes that are there. */
static PyObject *
take(Buffered *self, Py_ssize_t count)
{
    PyObject *data = PyBytes_FromStringAndSize(self->buffer + self->pos, count);
    if (data)
        self->pos += count;
    return data;
}

/* Everything up to the end of the file; the lock is held. */
static PyObject *
read_all(Buffered *self)
{
    PyObject *data = NULL, *readall = NULL, *chunks = NULL, *result = NULL;
    Py_ssize_t ahead = read_ahead(self);
    if (ahead) {
        data = take(self, ahead);
        if (!data)
            return NULL;
    }
    if (self->writable && flush_and_rewind(self) < 0)
        goto done;
    forget_read_data(self);
    if (_PyObject_LookupAttr(self->raw, ID(readall), &readall) < 0)
        goto done;
    if (readall) {
        PyObject *rest = PyObject_CallNoArgs(readall);
        if (!rest)
            goto done;
        if (rest != Py_None && !PyBytes_Check(rest)) {
            PyErr_SetString(PyExc_TypeError, "readall() should return bytes");
            Py_DECREF(rest);
            goto done;
        }
        if (!data) {
            result = rest;
        } else if (rest == Py_None || PyBytes_GET_SIZE(rest) == 0) {
            Py_DECREF(rest);
            result = Py_NewRef(data);
        } else {
            result = Py_NewRef(data);
            PyBytes_ConcatAndDel(&result, rest);
        }
        goto done;
    }
    chunks = PyList_New(0);
    if (!chunks)
        goto done;
    for (;;) {
        if (data && PyList_Append(chunks, data) < 0)
            goto done;
        Py_XSETREF(data, PyObject_CallMethodNoArgs(self->raw, ID(read)));
        if (!data)
            goto done;
        if (data != Py_None && !PyBytes_Check(data)) {
            PyErr_SetString(PyExc_TypeError, "read() should return bytes");
            goto done;
        }
        if (data == Py_None || PyBytes_GET_SIZE(data) == 0)
            break;
        if (self->abs_pos != -1)
            self->abs_pos += PyBytes_GET_SIZE(data);
    }
    if (PyList_GET_SIZE(chunks) == 0) {
        result = Py_NewRef(data);
    } else {
        PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
        result = empty ? _PyBytes_Join(empty, chunks) : NULL;
        Py_XDECREF(empty);
    }
done:
    Py_XDECREF(data);
    Py_XDECREF(readall);
    Py_XDECREF(chunks);
    return result;
}

/* `n` bytes, more than are buffered; the lock is held.  Whole buffers go past ours. */
static PyObject *
read_more(Buffered *self, Py_ssize_t n)
{
    PyObject *result = PyBytes_FromStringAndSize(NULL, n);
    if (!result)
        return NULL;
    char *out = PyBytes_AS_STRING(result);
    Py_ssize_t done = Py_MIN(n, read_ahead(self)), remaining = n - done, got = 0;
    if (done) {
        memcpy(out, self->buffer + self->pos, done);
        self->pos += done;
    }
    if (self->writable && flush_and_rewind(self) < 0)
        goto fail;
    forget_read_data(self);
    while (remaining > 0) {
        Py_ssize_t whole = remaining - remaining % self->buffer_size;
        if (whole == 0)
            break;
        got = raw_read(self, out + done, whole);
        if (got == -1)
            goto fail;
        if (got <= 0)
            goto ended;
        remaining -= got;
        done += got;
    }
    self->pos = self->raw_pos = 0;
    while (remaining > 0 && self->read_end < self->buffer_size) {
        got = fill(self);
        if (got == -1)
            goto fail;
        if (got <= 0)
            goto ended;
        Py_ssize_t used = Py_MIN(remaining, got);
        memcpy(out + done, self->buffer + self->pos, used);
        self->pos += used;
        done += used;
        remaining -= used;
    }
ended:
    if (done == 0 && got == WOULD_BLOCK && n > 0) {
        Py_DECREF(result);
        Py_RETURN_NONE;
    }
    if (done < n)
        _PyBytes_Resize(&result, done);
    return result;
fail:
    Py_DECREF(result);
    return NULL;
}

METHOD(bufferedreader, read, "($self, size=-1, /)", NULL)
METHOD(bufferedrandom, read, "($self, size=-1, /)", NULL)
static PyObject *
buffered_read(Buffered *self, optional_size size)
{
    if (check_initialised(self) < 0)
        return NULL;
    if (size < -1) {
        PyErr_SetString(PyExc_ValueError, "read length must be non-negative or -1");
        return NULL;
    }
    if (check_open(self, "read of closed file") < 0)
        return NULL;
    if (size >= 0 && size <= read_ahead(self))
        return take(self, size);
    if (enter(self) < 0)
        return NULL;
    /* While waiting for the lock, another thread may have closed the file. */
    PyObject *data = NULL;
    if (check_open(self, "read of closed file") == 0)
        data = size == -1                 ? read_all(self)
               : size <= read_ahead(self) ? take(self, size)
                                          : read_more(self, size);
    leave(self);
    return data;
}

METHOD(bufferedreader, read1, "($self, size=-1, /)", NULL)
METHOD(bufferedrandom, read1, "($self, size=-1, /)", NULL)
static PyObject *
buffered_read1(Buffered *self, Py_ssize_t size)
{
    if (check_initialised(self) < 0)
        return NULL;
    if (size < 0)
        size = self->buffer_size;
    if (check_open(self, "read of closed file") < 0)
        return NULL;
    if (size == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    Py_ssize_t ahead = read_ahead(self);
    if (ahead > 0)
        return take(self, Py_MIN(ahead, size));
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (!data || enter(self) < 0) {
        Py_XDECREF(data);
        return NULL;
    }
    if (check_open(self, "read of closed file") < 0
        || (self->writable && flush_and_rewind(self) < 0)) {
        leave(self);
        Py_DECREF(data);
        return NULL;
    }
    Py_ssize_t got = Py_MIN(read_ahead(self), size);
    if (got > 0) {
        /* Another thread has read meanwhile. */
        memcpy(PyBytes_AS_STRING(data), self->buffer + self->pos, got);
        self->pos += got;
    } else {
        forget_read_data(self);
        self->pos = 0;
        got = raw_read(self, PyBytes_AS_STRING(data), size);
    }
    leave(self);
    if (got == -1) {
        Py_DECREF(data);
        return NULL;
    }
    if (got == WOULD_BLOCK)
        got = 0;
    if (got < size)
        _PyBytes_Resize(&data, got);
    return data;
}

METHOD(bufferedreader, peek, "($self, size=0, /)", NULL)
METHOD(bufferedrandom, peek, "($self, size=0, /)", NULL)
static PyObject *
buffered_peek(Buffered *self, Py_ssize_t Py_UNUSED(size))
{
    if (check_initialised(self) < 0 || check_open(self, "peek of closed file") < 0
        || enter(self) < 0)
        return NULL;
    PyObject *data = NULL;
    if (check_open(self, "peek of closed file") < 0
        || (self->writable && flush_and_rewind(self) < 0))
        goto done;
    Py_ssize_t ahead = read_ahead(self);
    if (ahead <= 0) {
        forget_read_data(self);
        ahead = fill(self);
        if (ahead == -1)
            goto done;
        if (ahead == WOULD_BLOCK)
            ahead = 0;
        self->pos = 0;
    }
    data = PyBytes_FromStringAndSize(self->buffer + self->pos, ahead);
done:
    leave(self);
    return data;
}

/* readinto() and, with `once`, readinto1(). */
static PyObject *
read_into(Buffered *self, PyObject *buffer, int once)
{
    Py_buffer view;
    if (io_writable_buffer(buffer, &view, once ? "readinto1" : "readinto") < 0)
        return NULL;
    PyObject *result = NULL;
    if (check_initialised(self) < 0 || check_open(self, "readinto of closed file") < 0)
        goto released;
    if (enter(self) < 0)
        goto released;
    if (check_open(self, "readinto of closed file") < 0)
        goto done;
    char *out = view.buf;
    Py_ssize_t done = Py_MIN(read_ahead(self), view.len), got = 0;
    if (done > 0) {
        memcpy(out, self->buffer + self->pos, done);
        self->pos += done;
    } else {
        done = 0;
    }
    if (done == view.len) {
        result = PyLong_FromSsize_t(done);
        goto done;
    }
    if (self->writable && flush_and_rewind(self) < 0)
        goto done;
    forget_read_data(self);
    self->pos = 0;
    for (Py_ssize_t remaining = view.len - done; remaining > 0; remaining -= got, done += got) {
        if (remaining > self->buffer_size) {
            got = raw_read(self, out + done, remaining);
        } else if (!(once && done)) {
            got = fill(self);
            if (got > 0) {
                got = Py_MIN(got, remaining);
                memcpy(out + done, self->buffer + self->pos, got);
                self->pos += got;
            }
        } else {
            got = 0;
        }
        if (got == 0 || (got == WOULD_BLOCK && done > 0))
            break;
        if (got == WOULD_BLOCK) {
            result = Py_NewRef(Py_None);
            goto done;
        }
        if (got < 0)
            goto done;
        if (once) {
            done += got;
            break;
        }
    }
    result = PyLong_FromSsize_t(done);
done:
    leave(self);
released:
    PyBuffer_Release(&view);
    return result;
}

METHOD(bufferedreader, readinto, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, readinto, "($self, buffer, /)", NULL)
static PyObject *
buffered_readinto(Buffered *self, PyObject *buffer)
{
    return read_into(self, buffer, 0);
}

METHOD(bufferedreader, readinto1, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, readinto1, "($self, buffer, /)", NULL)
static PyObject *
buffered_readinto1(Buffered *self, PyObject *buffer)
{
    return read_into(self, buffer, 1);
}

/* A line that ends in what was read already (or is limited to it); NULL without an exception if
   there is none. */
static PyObject *
take_line(Buffered *self, Py_ssize_t limit)
{
    Py_ssize_t ahead = read_ahead(self);
    if (limit >= 0 && ahead > limit)
        ahead = limit;
    if (ahead <= 0)
        return limit == 0 ? PyBytes_FromStringAndSize(NULL, 0) : NULL;
    const char *start = self->buffer + self->pos, *newline = memchr(start, '\n', ahead);
    if (newline)
        return take(self, newline - start + 1);
    return ahead == limit ? take(self, ahead) : NULL;
}

/* Make bytes longer; those of one byte may be shared by everybody.  On failure *line is NULL. */
static status
lengthen(PyObject **line, Py_ssize_t size)
{
    if (PyBytes_GET_SIZE(*line) != 1)
        return _PyBytes_Resize(line, size);
    PyObject *longer = PyBytes_FromStringAndSize(NULL, size);
    if (longer != NULL)
        *PyBytes_AS_STRING(longer) = *PyBytes_AS_STRING(*line);
    Py_SETREF(*line, longer);
    return longer == NULL ? -1 : 0;
}

/* One line of at most `limit` bytes (unless negative). */
static PyObject *
read_line(Buffered *self, Py_ssize_t limit)
{
    if (check_open(self, "readline of closed file") < 0)
        return NULL;
    PyObject *line = take_line(self, limit);
    if (line || PyErr_Occurred() || enter(self) < 0)
        return line;
    if (check_open(self, "readline of closed file") < 0)
        goto done;
    /* While this thread waited, another one may have read. */
    line = take_line(self, limit);
    if (line || PyErr_Occurred())
        goto done;
    Py_ssize_t length = Py_MAX(read_ahead(self), 0);
    line = take(self, length);
    if (!line)
        goto done;
    if (self->writable && flush_and_rewind(self) < 0)
        goto fail;
    while (limit < 0 || length < limit) {
        forget_read_data(self);
        Py_ssize_t got = fill(self);
        if (got == -1)
            goto fail;
        if (got <= 0)
            break;
        self->pos = 0;
        if (limit >= 0 && got > limit - length)
            got = limit - length;
        const char *newline = memchr(self->buffer, '\n', got);
        if (newline)
            got = newline - self->buffer + 1;
        /* A part more for what may follow, so that a long line is not copied at every buffer. */
        Py_ssize_t needed = length + got, more = newline || needed == limit ? 0 : length / 4;
        if (needed > PyBytes_GET_SIZE(line) && lengthen(&line, needed + more) < 0)
            goto done;
        memcpy(PyBytes_AS_STRING(line) + length, self->buffer, got);
        length += got;
        self->pos = got;
        if (newline)
            break;
    }
    if (length < PyBytes_GET_SIZE(line))
        lengthen(&line, length);
    goto done;
fail:
    Py_CLEAR(line);
done:
    leave(self);
    return line;
}

METHOD(bufferedreader, readline, "($self, size=-1, /)", NULL)
METHOD(bufferedrandom, readline, "($self, size=-1, /)", NULL)
static PyObject *
buffered_readline(Buffered *self, optional_size size)
{
    return check_initialised(self) < 0 ? NULL : read_line(self, size);
}

static PyObject *
buffered_iternext(Buffered *self)
{
    if (check_initialised(self) < 0)
        return NULL;
    PyObject *line;
    if (Py_IS_TYPE(self, &PyBufferedReader_Type) || Py_IS_TYPE(self, &PyBufferedRandom_Type)) {
        line = read_line(self, -1);
    } else {
        line = PyObject_CallMethodNoArgs((PyObject *)self, ID(readline));
        if (line && !PyBytes_Check(line)) {
            PyErr_Format(PyExc_OSError,
                         "readline() should have returned a bytes object, not '%.200s'",
                         Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (line && PyBytes_GET_SIZE(line) == 0)
        Py_CLEAR(line);
    return line;
}

/* -- writing ------------------------------------------------------------------------------- */

/* The dirty bytes could not be flushed without blocking (that exception is set): keep as much of
   the new data as the buffer has room for. */
static Py_ssize_t
keep_what_fits(Buffered *self, const char *data, Py_ssize_t length)
{
    if (!PyErr_ExceptionMatches(PyExc_BlockingIOError))
        return -1;
    PyErr_Clear();
    if (self->readable)
        forget_read_data(self);
    memmove(self->buffer, self->buffer + self->write_pos, self->write_end - self->write_pos);
    self->write_end -= self->write_pos;
    self->raw_pos -= self->write_pos;
    self->pos -= self->write_pos;
    self->write_pos = 0;
    Py_ssize_t room = self->buffer_size - self->write_end, kept = Py_MIN(room, length);
    memcpy(self->buffer + self->write_end, data, kept);
    self->write_end += kept;
    self->pos += kept;
    return kept == length ? length : fail_would_block(kept);
}

/* Write with the lock held. */
static Py_ssize_t
write_locked(Buffered *self, const char *data, Py_ssize_t length)
{
    if (!has_read_data(self) && !has_write_data(self)) {
        self->pos = 0;
        self->raw_pos = 0;
    }
    Py_ssize_t room = self->buffer_size - self->pos;
    if (length <= room && length < self->buffer_size) {
        memcpy(self->buffer + self->pos, data, length);
        if (!has_write_data(self) || self->write_pos > self->pos)
            self->write_pos = self->pos;
        self->pos += length;
        if (has_read_data(self) && self->read_end < self->pos)
            self->read_end = self->pos;
        if (self->write_end < self->pos)
            self->write_end = self->pos;
        return length;
    }

    if (flush_dirty(self) < 0)
        return keep_what_fits(self, data, length);

    /* Put the raw stream where the logical position is. */
    Py_ssize_t offset = raw_offset(self);
    if (offset != 0) {
        if (raw_seek(self, -offset, 1) < 0)
            return -1;
        self->raw_pos -= offset;
    }
    /* What does not fit into the buffer is written past it; the rest is kept. */
    Py_ssize_t done = 0, remaining = length;
    while (remaining > self->buffer_size) {
        Py_ssize_t n = raw_write(self, data + done, remaining);
        if (n == -1)
            return -1;
        if (n == WOULD_BLOCK) {
            if (remaining <= self->buffer_size)
                break;
            if (self->readable)
                forget_read_data(self);
            memcpy(self->buffer, data + done, self->buffer_size);
            self->raw_pos = 0;
            self->write_pos = 0;
            self->pos = self->write_end = self->buffer_size;
            return fail_would_block(done + self->buffer_size);
        }
        done += n;
        remaining -= n;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
    if (self->readable)
        forget_read_data(self);
    if (remaining > 0) {
        memcpy(self->buffer, data + done, remaining);
        self->write_pos = 0;
        self->write_end = self->pos = remaining;
        self->raw_pos = 0;
    }
    return length;
}

Py_ssize_t
buffered_write_bytes(PyObject *op, const char *data, Py_ssize_t length)
{
    Buffered *self = (Buffered *)op;
    if (check_initialised(self) < 0 || enter(self) < 0)
        return -1;
    Py_ssize_t written = -1;
    /* Checked inside the lock: another thread may have closed it meanwhile. */
    if (check_open(self, "write to closed file") == 0)
        written = write_locked(self, data, length);
    leave(self);
    return written;
}

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

PyObject *
buffered_read_chunk(PyObject *op, Py_ssize_t size)
{
    return buffered_read1((Buffered *)op, size);
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

METHOD(bufferedwriter, write, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, write, "($self, buffer, /)", NULL)
static PyObject *
buffered_write(Buffered *self, Py_buffer *buffer)
{
    Py_ssize_t written = buffered_write_bytes((PyObject *)self, buffer->buf, buffer->len);
    return written < 0 ? NULL : PyLong_FromSsize_t(written);
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
