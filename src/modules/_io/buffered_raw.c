/* Buffered streams: who is inside, and the operations of the raw stream. */
#include "modules/_io/buffered.h"
#include "modules/fileutils.h"
#include <unistd.h>

COLD status
buffered_complain(Buffered *self)
{
    PyErr_SetString(PyExc_ValueError, self->detached ? "raw stream has been detached"
                                                     : "I/O operation on uninitialized object");
    return -1;
}

truth
buffered_ask_closed(Buffered *self)
{
    if (buffered_check_initialised(self) < 0)
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

status
buffered_check_open(Buffered *self, const char *message)
{
    if (self->fast_raw && self->ok && self->buffer && !fileio_is_closed(self->raw))
        return 0;
    truth closed = buffered_ask_closed(self);
    if (closed == 0 && !self->buffer)
        closed = 1;
    if (closed > 0)
        PyErr_SetString(PyExc_ValueError, message);
    return closed ? -1 : 0;
}

COLD status
buffered_wait_for_owner(Buffered *self)
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

/* BlockingIOError after `written` characters were taken. */
status
buffered_fail_would_block(Py_ssize_t written)
{
    PyObject *error = PyObject_CallFunction(PyExc_BlockingIOError, "isn", errno,
                                            "write could not complete without blocking", written);
    if (error) {
        PyErr_SetObject(PyExc_BlockingIOError, error);
        Py_DECREF(error);
    }
    return -1;
}

/* -- raw operations -------------------------------------------------------------------------- */

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

off_t
buffered_raw_tell(Buffered *self)
{
    return take_position(self, PyObject_CallMethodNoArgs(self->raw, ID(tell)));
}

off_t
buffered_known_raw_tell(Buffered *self)
{
    return self->abs_pos != -1 ? self->abs_pos : buffered_raw_tell(self);
}

off_t
buffered_raw_seek(Buffered *self, off_t target, int whence)
{
    return take_position(
        self, _PyObject_CallMethod(self->raw, ID(seek), "Li", (long long)target, whence));
}

/* raw.readinto() to memory: the count, 0 at the end, WOULD_BLOCK, or -1 with an exception. */
Py_ssize_t
buffered_raw_read(Buffered *self, char *start, Py_ssize_t length)
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
Py_ssize_t
buffered_raw_write(Buffered *self, const char *start, Py_ssize_t length)
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
