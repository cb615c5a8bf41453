/* Where a pickle is read from: memory, or a file by the methods that it has.

   A file is asked for exactly what an instruction needs, unless it has peek(): then bytes are looked
   at ahead and skipped by read() when they have been used, so that the file never stands behind the
   pickle's end. */
#include "modules/_pickle/pickle.h"

enum { LARGE_READ = 1 << 26 };

COLD PyObject *
input_truncated(Unpickler *self)
{
    PyErr_SetString(self->state->unpickling_error, "pickle data was truncated");
    return NULL;
}

/* Read from memory that outlives the reading. */
void
input_set(Unpickler *self, const char *data, Py_ssize_t size)
{
    self->base = self->next = self->seen = data;
    self->end = data + size;
}

/* Read from what a method of the file returned, which is consumed.  -1: not bytes-like. */
static status
set_chunk_take(Unpickler *self, PyObject *chunk)
{
    if (!PyBytes_CheckExact(chunk)) {
        Py_buffer view;
        status err = PyObject_GetBuffer(chunk, &view, PyBUF_CONTIG_RO);
        if (err < 0) {
            Py_DECREF(chunk);
            return -1;
        }
        PyObject *copy = PyBytes_FromStringAndSize(view.buf, view.len);
        PyBuffer_Release(&view);
        Py_SETREF(chunk, copy);
        if (chunk == NULL) {
            return -1;
        }
    }
    Py_XSETREF(self->chunk, chunk);
    input_set(self, PyBytes_AS_STRING(chunk), PyBytes_GET_SIZE(chunk));
    return 0;
}

static PyObject *
call_with_size(PyObject *method, Py_ssize_t n)
{
    PyObject *size = PyLong_FromSsize_t(n);
    if (size == NULL) {
        return NULL;
    }
    Py_INCREF(method);
    PyObject *result = PyObject_CallOneArg(method, size);
    Py_DECREF(method);
    Py_DECREF(size);
    return result;
}

/* Bring the file to where the reading is. */
status
input_skip_seen(Unpickler *self)
{
    Py_ssize_t used = self->next - self->seen;
    if (used <= 0 || self->read == NULL) {
        return 0;
    }
    self->seen = self->next;
    PyObject *skipped = call_with_size(self->read, used);
    Py_XDECREF(skipped);
    return skipped == NULL ? -1 : 0;
}

/* Look ahead; the bytes count as unread by the file. */
static status
peek_chunk(Unpickler *self)
{
    PyObject *chunk = call_with_size(self->peek, PREFETCH);
    if (chunk == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_NotImplementedError)) {
            return -1;
        }
        /* there is such a method, it does nothing */
        PyErr_Clear();
        Py_CLEAR(self->peek);
        return 0;
    }
    return set_chunk_take(self, chunk);
}

static status
fetch_from_file(Unpickler *self, Py_ssize_t n)
{
    if (input_skip_seen(self) < 0) {
        return -1;
    }
    if (self->peek != NULL) {
        if (peek_chunk(self) < 0) {
            return -1;
        }
        if (self->peek != NULL && self->end - self->next >= n) {
            return 0;
        }
    }
    if (self->read == NULL) {
        input_truncated(self);
        return -1;
    }
    PyObject *chunk = call_with_size(self->read, n);
    if (chunk == NULL || set_chunk_take(self, chunk) < 0) {
        return -1;
    }
    self->seen = self->end;
    return 0;
}

/* input_take() where the bytes are not at hand.  A file that returns too little has ended. */
const char *
input_fetch(Unpickler *self, Py_ssize_t n)
{
    if (n > PY_SSIZE_T_MAX - (self->next - self->base)) {
        PyErr_SetString(self->state->unpickling_error, "read would overflow (invalid bytecode)");
        return NULL;
    }
    if (self->read == NULL) {
        input_truncated(self);
        return NULL;
    }
    if (fetch_from_file(self, n) < 0) {
        return NULL;
    }
    if (self->end - self->next < n) {
        input_truncated(self);
        return NULL;
    }
    const char *p = self->next;
    self->next += n;
    return p;
}

/* The next line with its newline, as a copy that ends in NUL and lives until the next line is read.
   A line shorter than `shortest`, the newline counted, is an error too. */
char *
input_line(Unpickler *self, Py_ssize_t shortest, Py_ssize_t *length)
{
    Py_ssize_t left = self->end - self->next;
    const char *newline = left == 0 ? NULL : memchr(self->next, '\n', (size_t)left);
    if (newline == NULL) {
        if (self->read == NULL) {
            return (char *)input_truncated(self);
        }
        if (input_skip_seen(self) < 0) {
            return NULL;
        }
        PyObject *readline = Py_XNewRef(self->readline);
        PyObject *chunk = readline == NULL ? input_truncated(self) : PyObject_CallNoArgs(readline);
        Py_XDECREF(readline);
        if (chunk == NULL || set_chunk_take(self, chunk) < 0) {
            return NULL;
        }
        self->seen = self->end;
        if (self->end == self->next || self->end[-1] != '\n') {
            return (char *)input_truncated(self);
        }
        newline = self->end - 1;
    }
    Py_ssize_t n = newline + 1 - self->next;
    if (self->line == NULL || n > self->line_length) {
        char *line = PyMem_Realloc(self->line, (size_t)n + 1);
        if (line == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        self->line = line;
    }
    self->line_length = n;
    memcpy(self->line, self->next, (size_t)n);
    self->line[n] = '\0';
    self->next += n;
    if (n < shortest) {
        return (char *)input_truncated(self);
    }
    *length = n;
    return self->line;
}

/* Read exactly `n` bytes into memory that no code of users can reach, or by readinto(). */
status
input_into(Unpickler *self, char *to, Py_ssize_t n)
{
    Py_ssize_t at_hand = self->end - self->next;
    if (at_hand > n) {
        at_hand = n;
    }
    if (at_hand > 0) {
        memcpy(to, self->next, (size_t)at_hand);
        self->next += at_hand;
        to += at_hand;
        n -= at_hand;
    }
    if (n == 0) {
        return 0;
    }
    if (self->read == NULL) {
        input_truncated(self);
        return -1;
    }
    if (input_skip_seen(self) < 0) {
        return -1;
    }
    PyObject *readinto = Py_XNewRef(self->readinto);
    if (readinto == NULL) {
        PyObject *data = self->read == NULL ? input_truncated(self) : call_with_size(self->read, n);
        if (data == NULL) {
            return -1;
        }
        if (!PyBytes_Check(data)) {
            PyErr_Format(PyExc_ValueError, "read() returned non-bytes object (%R)", Py_TYPE(data));
            Py_DECREF(data);
            return -1;
        }
        bool enough = PyBytes_GET_SIZE(data) >= n;
        if (enough) {
            memcpy(to, PyBytes_AS_STRING(data), (size_t)n);
        }
        else {
            input_truncated(self);
        }
        Py_DECREF(data);
        return enough ? 0 : -1;
    }
    Py_ssize_t got = -1;
    PyObject *view = PyMemoryView_FromMemory(to, n, PyBUF_WRITE);
    PyObject *result = view == NULL ? NULL : PyObject_CallOneArg(readinto, view);
    Py_XDECREF(view);
    Py_DECREF(readinto);
    if (result == NULL) {
        return -1;
    }
    got = PyLong_AsSsize_t(result);
    Py_DECREF(result);
    if (got < 0) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "readinto() returned negative size");
        }
        return -1;
    }
    if (got < n) {
        input_truncated(self);
        return -1;
    }
    return 0;
}

/* A bytes object of the next `n` bytes.  How long it claims to be is not believed: what is not there
   is not allocated, large objects grow as they are read. */
PyObject *
input_bytes(Unpickler *self, Py_ssize_t n)
{
    Py_ssize_t at_hand = self->end - self->next;
    if (n <= at_hand) {
        PyObject *result = PyBytes_FromStringAndSize(self->next, n);
        self->next += n;
        return result;
    }
    if (n > PY_SSIZE_T_MAX >> 16) {
        /* more than there is address space: as if it had been tried */
        return PyBytes_FromStringAndSize(NULL, n);
    }
    if (self->read == NULL) {
        return input_truncated(self);
    }
    Py_ssize_t size = n < LARGE_READ ? n : LARGE_READ, done = 0;
    PyObject *result = PyBytes_FromStringAndSize(NULL, size);
    while (result != NULL) {
        if (input_into(self, PyBytes_AS_STRING(result) + done, size - done) < 0) {
            Py_DECREF(result);
            return NULL;
        }
        if (size == n) {
            break;
        }
        done = size;
        size = n - size < size ? n : size * 2;
        _PyBytes_Resize(&result, size);
    }
    return result;
}
