/* Instructions that push text, bytes and buffers. */
#include "modules/_pickle/pickle.h"

/* The length before some data; -1 with an exception, named by `what`, if it is no length. */
static Py_ssize_t
take_size(Unpickler *self, int width, const char *what)
{
    const char *p = input_take(self, width);
    if (p == NULL) {
        return -1;
    }
    uint64_t size = get_le(p, width);
    if (size > PY_SSIZE_T_MAX) {
        PyErr_Format(PyExc_OverflowError, "%s exceeds system's maximum size of %zd bytes", what,
                     PY_SSIZE_T_MAX);
        return -1;
    }
    return (Py_ssize_t)size;
}

/* A str of Python 2: text by the unpickler's encoding, or bytes. */
static PyObject *
decode_string(Unpickler *self, PyObject *bytes)
{
    if (strcmp(self->encoding, "bytes") == 0) {
        return Py_NewRef(bytes);
    }
    return PyUnicode_FromEncodedObject(bytes, self->encoding, self->errors);
}

/* S: a repr of Python 2. */
status
load_string(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 1, &length);
    if (line == NULL) {
        return -1;
    }
    length--;
    if (length < 2 || line[0] != line[length - 1] || (line[0] != '\'' && line[0] != '"')) {
        PyErr_SetString(self->state->unpickling_error, "the STRING opcode argument must be quoted");
        return -1;
    }
    PyObject *bytes = PyBytes_DecodeEscape(line + 1, length - 2, NULL, 0, NULL);
    if (bytes == NULL) {
        return -1;
    }
    PyObject *result = decode_string(self, bytes);
    Py_DECREF(bytes);
    return push_take(self, result);
}

status
load_counted_string(Unpickler *self, int width)
{
    const char *p = input_take(self, width);
    if (p == NULL) {
        return -1;
    }
    Py_ssize_t size = (Py_ssize_t)get_le(p, width);
    p = input_take(self, size);
    PyObject *bytes = p == NULL ? NULL : PyBytes_FromStringAndSize(p, size);
    if (bytes == NULL) {
        return -1;
    }
    PyObject *result = decode_string(self, bytes);
    Py_DECREF(bytes);
    return push_take(self, result);
}

/* V: one line of raw-unicode-escape. */
status
load_unicode(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 1, &length);
    return line == NULL ? -1
                        : push_take(self, PyUnicode_DecodeRawUnicodeEscape(line, length - 1, NULL));
}

/* Is all of it ASCII?  Eight bytes at a time. */
static inline bool
is_ascii(const char *p, Py_ssize_t size)
{
    uint64_t bits = 0, word;
    for (; size >= 8; p += 8, size -= 8) {
        memcpy(&word, p, 8);
        bits |= word;
    }
    for (; size > 0; size--) {
        bits |= (uint64_t)(unsigned char)*p++;
    }
    return (bits & 0x8080808080808080) == 0;
}

status
load_counted_unicode(Unpickler *self, int width)
{
    Py_ssize_t size = take_size(self, width, "BINUNICODE");
    if (size < 0) {
        return -1;
    }
    const char *p = input_take(self, size);
    if (p == NULL) {
        return -1;
    }
    if (size > 1 && size < 256 && is_ascii(p, size)) {
        PyObject *text = PyUnicode_New(size, 127);
        if (text != NULL) {
            memcpy(PyUnicode_DATA(text), p, (size_t)size);
        }
        return push_take(self, text);
    }
    return push_take(self, PyUnicode_DecodeUTF8(p, size, "surrogatepass"));
}

status
load_counted_bytes(Unpickler *self, int width)
{
    Py_ssize_t size = take_size(self, width, "BINBYTES");
    return size < 0 ? -1 : push_take(self, input_bytes(self, size));
}

/* As with bytes, no more is allocated than there is; a file fills the object itself. */
status
load_bytearray(Unpickler *self)
{
    Py_ssize_t size = take_size(self, 8, "BYTEARRAY8");
    if (size < 0) {
        return -1;
    }
    if (size > PY_SSIZE_T_MAX >> 16) {
        PyErr_NoMemory();
        return -1;
    }
    if (size > self->end - self->next && (self->read == NULL || size > (1 << 26))) {
        PyObject *bytes = input_bytes(self, size);
        PyObject *result = bytes == NULL ? NULL : PyByteArray_FromObject(bytes);
        Py_XDECREF(bytes);
        return push_take(self, result);
    }
    PyObject *result = PyByteArray_FromStringAndSize(NULL, size);
    if (result != NULL && input_into(self, PyByteArray_AS_STRING(result), size) < 0) {
        Py_CLEAR(result);
    }
    return push_take(self, result);
}

/* ---- buffers that are not in the pickle --------------------------------------------------------- */

status
load_next_buffer(Unpickler *self)
{
    if (self->buffers == NULL) {
        PyErr_SetString(self->state->unpickling_error, "pickle stream refers to out-of-band data but no "
                                                       "*buffers* argument was given");
        return -1;
    }
    PyObject *buffers = Py_NewRef(self->buffers);
    PyObject *buffer = PyIter_Next(buffers);
    Py_DECREF(buffers);
    if (buffer == NULL && !PyErr_Occurred()) {
        PyErr_SetString(self->state->unpickling_error, "not enough out-of-band buffers");
    }
    return push_take(self, buffer);
}

/* What is on top cannot be written through afterwards. */
status
load_readonly_buffer(Unpickler *self)
{
    if (self->depth <= self->fence) {
        return stack_underflow(self);
    }
    PyObject *view = PyMemoryView_FromObject(self->stack[self->depth - 1]);
    if (view == NULL) {
        return -1;
    }
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    if (buffer->readonly) {
        Py_DECREF(view);
        return 0;
    }
    buffer->readonly = 1;
    PyObject *writable = self->depth > self->fence ? self->stack[--self->depth] : NULL;
    status result = push_take(self, view);
    Py_XDECREF(writable);
    return result;
}
