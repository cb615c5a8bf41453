/* Buffered streams: reading bytes and lines. */
#include "modules/_io/buffered.h"

CONVERTER(optional_size, io_optional_size)

/* Read into the buffer behind what is there: the count, 0, WOULD_BLOCK or -1. */
static Py_ssize_t
fill(Buffered *self)
{
    Py_ssize_t start = has_read_data(self) ? self->read_end : 0;
    Py_ssize_t got = buffered_raw_read(self, self->buffer + start, self->buffer_size - start);
    if (got > 0)
        self->read_end = self->raw_pos = start + got;
    return got;
}

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
    if (self->writable && buffered_flush_and_rewind(self) < 0)
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
    if (self->writable && buffered_flush_and_rewind(self) < 0)
        goto fail;
    forget_read_data(self);
    while (remaining > 0) {
        Py_ssize_t whole = remaining - remaining % self->buffer_size;
        if (whole == 0)
            break;
        got = buffered_raw_read(self, out + done, whole);
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
    if (buffered_check_initialised(self) < 0)
        return NULL;
    if (size < -1) {
        PyErr_SetString(PyExc_ValueError, "read length must be non-negative or -1");
        return NULL;
    }
    if (buffered_check_open(self, "read of closed file") < 0)
        return NULL;
    if (size >= 0 && size <= read_ahead(self))
        return take(self, size);
    if (buffered_enter(self) < 0)
        return NULL;
    /* While waiting for the lock, another thread may have closed the file. */
    PyObject *data = NULL;
    if (buffered_check_open(self, "read of closed file") == 0)
        data = size == -1                 ? read_all(self)
               : size <= read_ahead(self) ? take(self, size)
                                          : read_more(self, size);
    buffered_leave(self);
    return data;
}

METHOD(bufferedreader, read1, "($self, size=-1, /)", NULL)
METHOD(bufferedrandom, read1, "($self, size=-1, /)", NULL)
static PyObject *
buffered_read1(Buffered *self, Py_ssize_t size)
{
    if (buffered_check_initialised(self) < 0)
        return NULL;
    if (size < 0)
        size = self->buffer_size;
    if (buffered_check_open(self, "read of closed file") < 0)
        return NULL;
    if (size == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    Py_ssize_t ahead = read_ahead(self);
    if (ahead > 0)
        return take(self, Py_MIN(ahead, size));
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (!data || buffered_enter(self) < 0) {
        Py_XDECREF(data);
        return NULL;
    }
    if (buffered_check_open(self, "read of closed file") < 0
        || (self->writable && buffered_flush_and_rewind(self) < 0)) {
        buffered_leave(self);
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
        got = buffered_raw_read(self, PyBytes_AS_STRING(data), size);
    }
    buffered_leave(self);
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

PyObject *
buffered_read_chunk(PyObject *op, Py_ssize_t size)
{
    return buffered_read1((Buffered *)op, size);
}

METHOD(bufferedreader, peek, "($self, size=0, /)", NULL)
METHOD(bufferedrandom, peek, "($self, size=0, /)", NULL)
static PyObject *
buffered_peek(Buffered *self, Py_ssize_t Py_UNUSED(size))
{
    if (buffered_check_initialised(self) < 0 || buffered_check_open(self, "peek of closed file") < 0
        || buffered_enter(self) < 0)
        return NULL;
    PyObject *data = NULL;
    if (buffered_check_open(self, "peek of closed file") < 0
        || (self->writable && buffered_flush_and_rewind(self) < 0))
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
    buffered_leave(self);
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
    if (buffered_check_initialised(self) < 0 || buffered_check_open(self, "readinto of closed file") < 0)
        goto released;
    if (buffered_enter(self) < 0)
        goto released;
    if (buffered_check_open(self, "readinto of closed file") < 0)
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
    if (self->writable && buffered_flush_and_rewind(self) < 0)
        goto done;
    forget_read_data(self);
    self->pos = 0;
    for (Py_ssize_t remaining = view.len - done; remaining > 0; remaining -= got, done += got) {
        if (remaining > self->buffer_size) {
            got = buffered_raw_read(self, out + done, remaining);
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
    buffered_leave(self);
released:
    PyBuffer_Release(&view);
    return result;
}

METHOD(bufferedreader, readinto, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, readinto, "($self, buffer, /)", NULL)
PyObject *
buffered_readinto(Buffered *self, PyObject *buffer)
{
    return read_into(self, buffer, 0);
}

METHOD(bufferedreader, readinto1, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, readinto1, "($self, buffer, /)", NULL)
PyObject *
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
    if (buffered_check_open(self, "readline of closed file") < 0)
        return NULL;
    PyObject *line = take_line(self, limit);
    if (line || PyErr_Occurred() || buffered_enter(self) < 0)
        return line;
    if (buffered_check_open(self, "readline of closed file") < 0)
        goto done;
    /* While this thread waited, another one may have read. */
    line = take_line(self, limit);
    if (line || PyErr_Occurred())
        goto done;
    Py_ssize_t length = Py_MAX(read_ahead(self), 0);
    line = take(self, length);
    if (!line)
        goto done;
    if (self->writable && buffered_flush_and_rewind(self) < 0)
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
    buffered_leave(self);
    return line;
}

METHOD(bufferedreader, readline, "($self, size=-1, /)", NULL)
METHOD(bufferedrandom, readline, "($self, size=-1, /)", NULL)
static PyObject *
buffered_readline(Buffered *self, optional_size size)
{
    return buffered_check_initialised(self) < 0 ? NULL : read_line(self, size);
}

PyObject *
buffered_iternext(Buffered *self)
{
    if (buffered_check_initialised(self) < 0)
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

#include "gen/modules/_io/buffered_read.inc"
