/* Buffered streams: writing, and writing out. */
#include "modules/_io/buffered.h"

/* Write out what is dirty. */
status
buffered_flush_dirty(Buffered *self)
{
    if (!has_write_data(self) || self->write_pos == self->write_end)
        goto done;
    Py_ssize_t rewind = raw_offset(self) + (self->pos - self->write_pos);
    if (rewind != 0) {
        if (buffered_raw_seek(self, -rewind, 1) < 0)
            return -1;
        self->raw_pos -= rewind;
    }
    while (self->write_pos < self->write_end) {
        Py_ssize_t n = buffered_raw_write(self, self->buffer + self->write_pos,
                                 Py_SAFE_DOWNCAST(self->write_end - self->write_pos, off_t,
                                                  Py_ssize_t));
        if (n == WOULD_BLOCK)
            return buffered_fail_would_block(0);
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
status
buffered_flush_and_rewind(Buffered *self)
{
    if (buffered_flush_dirty(self) < 0)
        return -1;
    if (self->readable) {
        /* The position is unchanged if the raw stream is there already. */
        if (buffered_raw_seek(self, -raw_offset(self), 1) < 0)
            return -1;
        forget_read_data(self);
    }
    return 0;
}

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
    return kept == length ? length : buffered_fail_would_block(kept);
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

    if (buffered_flush_dirty(self) < 0)
        return keep_what_fits(self, data, length);

    /* Put the raw stream where the logical position is. */
    Py_ssize_t offset = raw_offset(self);
    if (offset != 0) {
        if (buffered_raw_seek(self, -offset, 1) < 0)
            return -1;
        self->raw_pos -= offset;
    }
    /* What does not fit into the buffer is written past it; the rest is kept. */
    Py_ssize_t done = 0, remaining = length;
    while (remaining > self->buffer_size) {
        Py_ssize_t n = buffered_raw_write(self, data + done, remaining);
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
            return buffered_fail_would_block(done + self->buffer_size);
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
    if (buffered_check_initialised(self) < 0 || buffered_enter(self) < 0)
        return -1;
    Py_ssize_t written = -1;
    /* Checked inside the lock: another thread may have closed it meanwhile. */
    if (buffered_check_open(self, "write to closed file") == 0)
        written = write_locked(self, data, length);
    buffered_leave(self);
    return written;
}

METHOD(bufferedwriter, write, "($self, buffer, /)", NULL)
METHOD(bufferedrandom, write, "($self, buffer, /)", NULL)
static PyObject *
buffered_write(Buffered *self, Py_buffer *buffer)
{
    Py_ssize_t written = buffered_write_bytes((PyObject *)self, buffer->buf, buffer->len);
    return written < 0 ? NULL : PyLong_FromSsize_t(written);
}

#include "gen/modules/_io/buffered_write.inc"
