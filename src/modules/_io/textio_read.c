/* TextIOWrapper: reading characters and lines. */
#include "modules/_io/textio.h"

CONVERTER(optional_size, io_optional_size)

/* Up to `n` decoded characters that were not handed out yet; all if negative. */
static PyObject *
take_decoded(TextIO *self, Py_ssize_t n)
{
    if (!self->decoded)
        return PyUnicode_New(0, 0);
    Py_ssize_t rest = PyUnicode_GET_LENGTH(self->decoded) - self->decoded_used;
    if (n < 0 || n > rest)
        n = rest;
    PyObject *text = PyUnicode_Substring(self->decoded, self->decoded_used, self->decoded_used + n);
    if (text)
        self->decoded_used += n;
    return text;
}

/* Read and decode one chunk; `hint` is how many characters are wanted (0: any).
   1 if there may be more, 0 at the end of the file. */
static truth
read_chunk(TextIO *self, Py_ssize_t hint)
{
    if (!self->can_read) {
        io_unsupported("not readable");
        return -1;
    }
    PyObject *held = NULL, *chunk = NULL, *wide = NULL;
    int flags = 0;
    if (self->telling && textio_get_decoder_state(self, &held, &flags, &wide) < 0)
        return -1;
    double ratio = self->bytes_per_char > 1.0 ? self->bytes_per_char : 1.0;
    Py_ssize_t size = self->chunk_size;
    if (hint > 0 && ratio * (double)hint > (double)size)
        size = ratio * (double)hint < (double)PY_SSIZE_T_MAX ? (Py_ssize_t)(ratio * (double)hint)
                                                             : PY_SSIZE_T_MAX;
    if (buffered_is_plain(self->buffer) && !Py_IS_TYPE(self->buffer, &PyBufferedWriter_Type)) {
        chunk = buffered_read_chunk(self->buffer, size);
    } else {
        PyObject *n = PyLong_FromSsize_t(size);
        if (n)
            chunk = PyObject_CallMethodOneArg(self->buffer,
                                              self->has_read1 ? ID(read1) : ID(read), n);
        Py_XDECREF(n);
    }
    if (!chunk)
        goto fail;
    Py_buffer view;
    if (PyObject_GetBuffer(chunk, &view, PyBUF_SIMPLE) < 0) {
        PyErr_Format(PyExc_TypeError,
                     "underlying %s() should have returned a bytes-like object, not '%.200s'",
                     self->has_read1 ? "read1" : "read", Py_TYPE(chunk)->tp_name);
        goto fail;
    }
    Py_ssize_t bytes = view.len;
    PyBuffer_Release(&view);
    int eof = bytes == 0;
    PyObject *text = textio_decode(self, chunk, eof);
    if (!text)
        goto fail;
    Py_ssize_t chars = PyUnicode_GET_LENGTH(text);
    textio_set_decoded(self, text);
    self->bytes_per_char = chars > 0 ? (double)bytes / (double)chars : 0.0;
    if (chars > 0)
        eof = 0;
    if (self->telling) {
        /* The decoder was in state (b'', flags) before it got these bytes. */
        if (PyBytes_GET_SIZE(held) == 0 && PyBytes_CheckExact(chunk)) {
            Py_SETREF(held, Py_NewRef(chunk));
        } else {
            PyBytes_Concat(&held, chunk);
            if (!held)
                goto fail;
        }
        Py_XSETREF(self->snapshot_input, held);
        self->snapshot_flags = flags;
        Py_XSETREF(self->snapshot_wide, wide);
        held = wide = NULL;
    }
    Py_DECREF(chunk);
    return !eof;
fail:
    Py_XDECREF(held);
    Py_XDECREF(wide);
    Py_XDECREF(chunk);
    return -1;
}

METHOD(textio, read, "($self, size=-1, /)", NULL)
static PyObject *
textio_read(TextIO *self, optional_size size)
{
    if (textio_check_open(self) < 0)
        return NULL;
    if (!self->can_read)
        return io_unsupported("not readable");
    if (textio_flush_pending(self) < 0)
        return NULL;
    if (size < 0) {
        PyObject *bytes = PyObject_CallMethodNoArgs(self->buffer, ID(read));
        PyObject *text = bytes ? textio_decode(self, bytes, 1) : NULL;
        Py_XDECREF(bytes);
        if (!text)
            return NULL;
        if (self->decoded && PyUnicode_GET_LENGTH(self->decoded) > self->decoded_used) {
            PyObject *before = take_decoded(self, -1);
            PyUnicode_Append(&before, text);
            Py_SETREF(text, before);
            if (!text)
                return NULL;
        }
        if (self->snapshot_input) {
            textio_set_decoded(self, NULL);
            Py_CLEAR(self->snapshot_input);
        }
        return text;
    }

    PyObject *result = take_decoded(self, size), *chunks = NULL;
    if (!result)
        return NULL;
    Py_ssize_t remaining = size - PyUnicode_GET_LENGTH(result);
    while (remaining > 0) {
        truth more = read_chunk(self, remaining);
        if (more < 0) {
            if (io_trap_eintr())
                continue;
            goto fail;
        }
        if (!more)
            break;
        if (!chunks && !(chunks = PyList_New(0)))
            goto fail;
        if (PyUnicode_GET_LENGTH(result) > 0 && PyList_Append(chunks, result) < 0)
            goto fail;
        Py_SETREF(result, take_decoded(self, remaining));
        if (!result)
            goto fail;
        remaining -= PyUnicode_GET_LENGTH(result);
    }
    if (chunks && PyList_GET_SIZE(chunks) > 0) {
        PyObject *empty = PyUnicode_New(0, 0);
        if (!empty || PyList_Append(chunks, result) < 0) {
            Py_XDECREF(empty);
            goto fail;
        }
        Py_SETREF(result, PyUnicode_Join(empty, chunks));
        Py_DECREF(empty);
    }
    Py_XDECREF(chunks);
    return result;
fail:
    Py_XDECREF(chunks);
    Py_XDECREF(result);
    return NULL;
}

/* The start of a line that goes on in the next chunk. */
static status
add_part(PyObject **parts, PyObject *part_take)
{
    if (!part_take)
        return -1;
    status added = 0;
    if (!*parts)
        added = (*parts = PyList_New(0)) ? 0 : -1;
    if (added == 0)
        added = PyList_Append(*parts, part_take);
    Py_DECREF(part_take);
    return added;
}

/* One line of at most `limit` characters (unless negative). */
static PyObject *
read_line(TextIO *self, Py_ssize_t limit)
{
    PyObject *parts = NULL, *line = NULL;
    Py_ssize_t gathered = 0;
    int split = 0;             /* the last part ends with the first half of "\r\n" */
    if (self->pending_length && textio_flush_pending(self) < 0)
        return NULL;
    for (;;) {
        truth more = 1;
        while (!self->decoded || PyUnicode_GET_LENGTH(self->decoded) == self->decoded_used) {
            more = read_chunk(self, 0);
            if (more < 0) {
                if (io_trap_eintr())
                    continue;
                goto fail;
            }
            if (!more)
                break;
        }
        if (!more) {
            textio_set_decoded(self, NULL);
            Py_CLEAR(self->snapshot_input);
            break;
        }
        PyObject *text = self->decoded;
        int kind = PyUnicode_KIND(text);
        const void *data = PyUnicode_DATA(text);
        Py_ssize_t start = self->decoded_used, stop = PyUnicode_GET_LENGTH(text), consumed, end;
        if (limit >= 0 && stop - start > limit - gathered)
            stop = start + (limit - gathered);
        if (split && start < stop
            && PyUnicode_READ(kind, data, start) == (Py_UCS4)self->rule.ending[1])
            end = start + 1;
        else
            end = line_end(&self->rule, kind, data, start, stop, &consumed);
        int ended = end >= 0;
        split = !ended && consumed < stop;
        if (!ended)
            end = stop;
        self->decoded_used = end;
        gathered += end - start;
        line = start == 0 && end == PyUnicode_GET_LENGTH(text) && PyUnicode_CheckExact(text)
                   ? Py_NewRef(text)
                   : PyUnicode_Substring(text, start, end);
        if (!line)
            goto fail;
        if (ended || (limit >= 0 && gathered >= limit))
            break;
        status added = add_part(&parts, line);
        line = NULL;
        if (added < 0)
            goto fail;
    }
    if (!parts)
        return line ? line : PyUnicode_New(0, 0);
    if (line && add_part(&parts, Py_NewRef(line)) < 0)
        goto fail;
    PyObject *empty = PyUnicode_New(0, 0);
    Py_XSETREF(line, empty ? PyUnicode_Join(empty, parts) : NULL);
    Py_XDECREF(empty);
    Py_DECREF(parts);
    return line;
fail:
    Py_XDECREF(parts);
    Py_XDECREF(line);
    return NULL;
}

METHOD(textio, readline, "($self, size=-1, /)", NULL)
static PyObject *
textio_readline(TextIO *self, Py_ssize_t size)
{
    return textio_check_open(self) < 0 ? NULL : read_line(self, size);
}

PyObject *
textio_tp_iternext(TextIO *self)
{
    if (textio_check_attached(self) < 0)
        return NULL;
    self->telling = 0;
    PyObject *line;
    if (Py_IS_TYPE(self, &PyTextIOWrapper_Type)) {
        /* The common line: all of it is decoded already, and the file cannot need a flush. */
        line = textio_check_open(self) < 0 ? NULL : read_line(self, -1);
    } else {
        line = PyObject_CallMethodNoArgs((PyObject *)self, ID(readline));
        if (line && !PyUnicode_Check(line)) {
            PyErr_Format(PyExc_OSError, "readline() should have returned a str object, not '%.200s'",
                         Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (!line)
        return NULL;
    if (PyUnicode_GET_LENGTH(line) == 0) {
        Py_DECREF(line);
        Py_CLEAR(self->snapshot_input);
        self->telling = self->seekable;
        return NULL;
    }
    return line;
}

#include "gen/modules/_io/textio_read.inc"
