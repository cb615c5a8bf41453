/* Where a pickle is written: one growing bytes object, cut into frames from protocol 4 on.

   A frame's header is reserved when its first byte is written and filled in when it is closed; a
   frame too short to be worth one loses the header again.  With a file, each full frame is handed
   over, and large payloads go there uncopied. */
#include "modules/_pickle/pickle.h"

enum { OUTPUT_MIN = 4096 };

/* Empty output, ready for writing. */
status
out_start(Pickler *self)
{
    PyObject *output = PyBytes_FromStringAndSize(NULL, OUTPUT_MIN);
    if (output == NULL) {
        return -1;
    }
    Py_XSETREF(self->output, output);
    self->length = 0;
    self->frame = -1;
    self->limit = self->framing ? 0 : OUTPUT_MIN;
    return 0;
}

/* out_room() where the room does not suffice or a frame is to be opened. */
char *
out_grow(Pickler *self, Py_ssize_t n)
{
    if (self->output == NULL && out_start(self) < 0) {
        return NULL;
    }
    Py_ssize_t header = self->framing && self->frame < 0 ? FRAME_HEADER : 0;
    if (n > PY_SSIZE_T_MAX - header - self->length) {
        PyErr_NoMemory();
        return NULL;
    }
    Py_ssize_t needed = self->length + header + n, size = PyBytes_GET_SIZE(self->output);
    if (needed > size) {
        size = needed > PY_SSIZE_T_MAX / 2 ? needed : needed + needed / 2;
        if (_PyBytes_Resize(&self->output, size) < 0) {
            self->length = self->limit = 0;
            self->frame = -1;
            return NULL;
        }
    }
    self->limit = size;
    if (header) {
        self->frame = self->length;
        self->length += header;
    }
    char *p = PyBytes_AS_STRING(self->output) + self->length;
    self->length += n;
    return p;
}

/* Close the open frame, if there is one. */
void
out_end_frame(Pickler *self)
{
    if (self->frame < 0) {
        return;
    }
    char *start = PyBytes_AS_STRING(self->output) + self->frame;
    Py_ssize_t size = self->length - self->frame - FRAME_HEADER;
    if (size >= FRAME_MIN) {
        start[0] = (char)OP_FRAME;
        put_le(start + 1, (uint64_t)size, 8);
    }
    else {
        memmove(start, start + FRAME_HEADER, (size_t)size);
        self->length -= FRAME_HEADER;
    }
    self->frame = -1;
    self->limit = self->framing ? 0 : PyBytes_GET_SIZE(self->output);
}

/* What has been written, as a bytes object of the caller's; the output is gone then. */
PyObject *
out_take(Pickler *self)
{
    out_end_frame(self);
    PyObject *result = self->output;
    Py_ssize_t length = self->length;
    self->output = NULL;
    self->length = self->limit = 0;
    if (result == NULL) {
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (length <= PyBytes_GET_SIZE(result) / 4) {
        /* a small result does not keep the large block */
        PyObject *small = PyBytes_FromStringAndSize(PyBytes_AS_STRING(result), length);
        Py_DECREF(result);
        return small;
    }
    _PyBytes_Resize(&result, length);
    return result;
}

/* Pass an owned object, or NULL after an error, to the file. */
static status
write_take(Pickler *self, PyObject *data)
{
    PyObject *write = Py_XNewRef(self->write), *result = NULL;
    if (write == NULL) {
        /* code called by save() has initialised the pickler anew, without success */
        PyErr_SetString(self->state->pickling_error, "the pickler has lost its file");
    }
    else if (data != NULL) {
        result = PyObject_CallOneArg(write, data);
    }
    Py_XDECREF(write);
    Py_XDECREF(data);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Hand what has been written to the file. */
status
out_flush(Pickler *self)
{
    return write_take(self, out_take(self));
}

status
out_boundary_slow(Pickler *self)
{
    out_end_frame(self);
    if (self->write == NULL) {
        return 0;
    }
    return out_flush(self) < 0 || out_start(self) < 0 ? -1 : 0;
}

/* Write an instruction and its data.  Large data stand between frames and reach a file by themselves:
   as `payload`, or as a copy if that is NULL. */
status
out_payload(Pickler *self, const char *header, Py_ssize_t header_size, const char *data,
            Py_ssize_t size, PyObject *payload)
{
    if (size < FRAME_TARGET) {
        char *p = out_room(self, header_size + size);
        if (p == NULL) {
            return -1;
        }
        memcpy(p, header, (size_t)header_size);
        memcpy(p + header_size, data, (size_t)size);
        return 0;
    }
    bool framing = self->framing;
    status result = -1;
    out_end_frame(self);
    self->framing = false;
    if (out_bytes(self, header, header_size) == 0) {
        if (self->write == NULL) {
            result = out_bytes(self, data, size);
        }
        else if (out_flush(self) == 0) {
            payload = payload != NULL ? Py_NewRef(payload) : PyBytes_FromStringAndSize(data, size);
            if (write_take(self, payload) == 0) {
                result = out_start(self);
            }
        }
    }
    self->framing = framing;
    if (framing) {
        self->limit = 0;
    }
    return result;
}
