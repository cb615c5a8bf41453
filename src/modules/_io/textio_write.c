/* TextIOWrapper: writing. */
#include "modules/_io/textio.h"

/* buffer.write() of encoded text. */
static status
write_out(TextIO *self, const char *data, Py_ssize_t length, PyObject *as_bytes)
{
    PyObject *buffer = self->buffer;
    if (buffered_is_plain(buffer) && !Py_IS_TYPE(buffer, &PyBufferedReader_Type)) {
        Py_INCREF(buffer);
        Py_ssize_t written = buffered_write_bytes(buffer, data, length);
        Py_DECREF(buffer);
        return written < 0 ? -1 : 0;
    }
    PyObject *bytes = as_bytes ? Py_NewRef(as_bytes) : PyBytes_FromStringAndSize(data, length);
    if (!bytes)
        return -1;
    PyObject *written;
    do
        written = PyObject_CallMethodOneArg(buffer, ID(write), bytes);
    while (!written && io_trap_eintr());
    Py_DECREF(bytes);
    Py_XDECREF(written);
    return written ? 0 : -1;
}

/* Pass the pending bytes on.  They are gone even if that fails. */
status
textio_flush_pending(TextIO *self)
{
    if (self->pending_length == 0)
        return 0;
    /* The write may run anything, also code that writes to this object. */
    char *data = self->pending;
    Py_ssize_t length = self->pending_length, capacity = self->pending_capacity;
    self->pending = NULL;
    self->pending_length = self->pending_capacity = 0;
    status result = write_out(self, data, length, NULL);
    if (self->pending) {
        PyMem_Free(data);
    } else {
        self->pending = data;
        self->pending_capacity = capacity;
    }
    return result;
}

static status
add_pending(TextIO *self, const char *data, Py_ssize_t length)
{
    if (length == 0) {
        return 0;
    }
    if (length > self->pending_capacity - self->pending_length) {
        Py_ssize_t capacity = Py_MAX(self->pending_capacity * 2, 256);
        capacity = Py_MAX(capacity, self->pending_length + length);
        char *pending = PyMem_Realloc(self->pending, capacity);
        if (!pending) {
            PyErr_NoMemory();
            return -1;
        }
        self->pending = pending;
        self->pending_capacity = capacity;
    }
    memcpy(self->pending + self->pending_length, data, length);
    self->pending_length += length;
    return 0;
}

static inline int
contains(PyObject *text, char c)
{
    if (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND)
        return memchr(PyUnicode_DATA(text), c, PyUnicode_GET_LENGTH(text)) != NULL;
    return PyUnicode_FindChar(text, c, 0, PyUnicode_GET_LENGTH(text), 1) >= 0;
}

METHOD(textio, write, "($self, text, /)", NULL)
static PyObject *
textio_write(TextIO *self, PyUnicodeObject *arg)
{
    if (textio_check_open(self) < 0)
        return NULL;
    if (!self->can_write)
        return io_unsupported("not writable");
    PyObject *text = (PyObject *)arg, *translated = NULL, *bytes = NULL;
    Py_ssize_t count = PyUnicode_GET_LENGTH(text), length;
    int has_lf = (self->write_translate || self->line_buffering) && contains(text, '\n');
    if (has_lf && self->write_translate) {
        PyObject *lf = PyUnicode_FromString("\n"), *ending = PyUnicode_FromString(self->rule.ending);
        if (lf && ending)
            translated = PyUnicode_Replace(text, lf, ending, -1);
        Py_XDECREF(lf);
        Py_XDECREF(ending);
        if (!translated)
            return NULL;
        text = translated;
    }
    int flush_buffer = self->line_buffering && (has_lf || contains(text, '\r'));

    const char *data;
    if (self->native_encoder && PyUnicode_IS_ASCII(text)) {
        data = PyUnicode_DATA(text);
        length = PyUnicode_GET_LENGTH(text);
    } else {
        bytes = textio_encode(self, text);
        if (!bytes)
            goto fail;
        data = PyBytes_AS_STRING(bytes);
        length = PyBytes_GET_SIZE(bytes);
    }
    if (self->pending_length && self->pending_length + length > self->chunk_size
        && textio_flush_pending(self) < 0)
        goto fail;
    int now = self->write_through || flush_buffer;
    if (self->pending_length == 0 && (now || length >= self->chunk_size)) {
        if (length > 0 && write_out(self, data, length, bytes) < 0)
            goto fail;
    } else {
        if (add_pending(self, data, length) < 0)
            goto fail;
        if ((now || self->pending_length >= self->chunk_size) && textio_flush_pending(self) < 0)
            goto fail;
    }
    Py_CLEAR(translated);
    Py_CLEAR(bytes);
    if (flush_buffer) {
        PyObject *flushed = PyObject_CallMethodNoArgs(self->buffer, ID(flush));
        if (!flushed)
            return NULL;
        Py_DECREF(flushed);
    }
    /* What was read ahead is not what follows any more. */
    if (self->snapshot_input) {
        textio_set_decoded(self, NULL);
        Py_CLEAR(self->snapshot_input);
    }
    if (self->can_read && textio_set_decoder_state(self, 0, 1) < 0)
        return NULL;
    return PyLong_FromSsize_t(count);
fail:
    Py_XDECREF(translated);
    Py_XDECREF(bytes);
    return NULL;
}

#include "gen/modules/_io/textio_write.inc"
