/* The socket object: sending and receiving bytes. */
#include "modules/_socket/socket.h"

typedef struct {
    char *buffer;
    Py_ssize_t length;
    int flags;
    Py_ssize_t result;
    struct sockaddr *address;      /* for recvfrom() and sendto() */
    socklen_t *address_length;
} Transfer;

static int
try_recv(Socket *self, void *data)
{
    Transfer *t = data;
    t->result = recv(self->fd, t->buffer, t->length, t->flags);
    return t->result >= 0;
}

static Py_ssize_t
do_recv(Socket *self, char *buffer, Py_ssize_t length, int flags)
{
    if (length == 0)
        return 0;
    Transfer t = {.buffer = buffer, .length = length, .flags = flags};
    return socket_call(self, 0, try_recv, &t) < 0 ? -1 : t.result;
}

METHOD(sock, recv, NULL, "recv(bufsize[, flags]): receive up to bufsize bytes; b'' is the end.")
PyObject *
sock_recv(Socket *self, PyObject *args)
{
    Py_ssize_t length;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "n|i:recv", &length, &flags))
        return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffersize in recv");
        return NULL;
    }
    PyObject *data = PyBytes_FromStringAndSize(NULL, length);
    if (!data)
        return NULL;
    Py_ssize_t got = do_recv(self, PyBytes_AS_STRING(data), length, flags);
    if (got < 0) {
        Py_DECREF(data);
        return NULL;
    }
    if (got != length)
        _PyBytes_Resize(&data, got);
    return data;
}

METHOD(sock, recv_into, NULL,
       "recv_into(buffer[, nbytes[, flags]]): receive into a buffer; returns how many bytes.")
PyObject *
sock_recv_into(Socket *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"buffer", "nbytes", "flags", NULL};
    Py_buffer buffer;
    Py_ssize_t length = 0;
    int flags = 0;
    PyObject *result = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "w*|ni:recv_into", keywords, &buffer, &length,
                                     &flags))
        return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffersize in recv_into");
    } else if (buffer.len < length) {
        PyErr_SetString(PyExc_ValueError, "buffer too small for requested bytes");
    } else {
        Py_ssize_t got = do_recv(self, buffer.buf, length ? length : buffer.len, flags);
        if (got >= 0)
            result = PyLong_FromSsize_t(got);
    }
    PyBuffer_Release(&buffer);
    return result;
}

static int
try_recvfrom(Socket *self, void *data)
{
    Transfer *t = data;
    memset(t->address, 0, *t->address_length);
    t->result = recvfrom(self->fd, t->buffer, t->length, t->flags, t->address, t->address_length);
    return t->result >= 0;
}

/* The count or -1; *address is where it came from. */
static Py_ssize_t
do_recvfrom(Socket *self, char *buffer, Py_ssize_t length, int flags, PyObject **address)
{
    Address a;
    socklen_t size;
    *address = NULL;
    if (!address_size(self, &size))
        return -1;
    Transfer t = {buffer, length, flags, -1, &a.any, &size};
    if (socket_call(self, 0, try_recvfrom, &t) < 0)
        return -1;
    *address = address_to_object(self->fd, &a.any, size, self->proto);
    return *address ? t.result : -1;
}

METHOD(sock, recvfrom, NULL, "recvfrom(bufsize[, flags]): like recv(), returns (data, address).")
PyObject *
sock_recvfrom(Socket *self, PyObject *args)
{
    Py_ssize_t length;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "n|i:recvfrom", &length, &flags))
        return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffersize in recvfrom");
        return NULL;
    }
    PyObject *address, *data = PyBytes_FromStringAndSize(NULL, length);
    if (!data)
        return NULL;
    Py_ssize_t got = do_recvfrom(self, PyBytes_AS_STRING(data), length, flags, &address);
    if (got < 0) {
        Py_DECREF(data);
        return NULL;
    }
    if (got != length && _PyBytes_Resize(&data, got) < 0) {
        Py_DECREF(address);
        return NULL;
    }
    return Py_BuildValue("(NN)", data, address);
}

METHOD(sock, recvfrom_into, NULL,
       "recvfrom_into(buffer[, nbytes[, flags]]): like recv_into(), returns (count, address).")
PyObject *
sock_recvfrom_into(Socket *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"buffer", "nbytes", "flags", NULL};
    Py_buffer buffer;
    Py_ssize_t length = 0;
    int flags = 0;
    PyObject *result = NULL, *address;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "w*|ni:recvfrom_into", keywords, &buffer, &length,
                                     &flags))
        return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffersize in recvfrom_into");
    } else if (length > buffer.len) {
        PyErr_SetString(PyExc_ValueError, "nbytes is greater than the length of the buffer");
    } else {
        Py_ssize_t got =
            do_recvfrom(self, buffer.buf, length ? length : buffer.len, flags, &address);
        if (got >= 0)
            result = Py_BuildValue("(nN)", got, address);
    }
    PyBuffer_Release(&buffer);
    return result;
}

/* -- sending ------------------------------------------------------------------------------- */

static int
try_send(Socket *self, void *data)
{
    Transfer *t = data;
    t->result = send(self->fd, t->buffer, t->length, t->flags);
    return t->result >= 0;
}

METHOD(sock, send, NULL, "send(data[, flags]): send some of the data; returns how many bytes.")
PyObject *
sock_send(Socket *self, PyObject *args)
{
    Py_buffer data;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "y*|i:send", &data, &flags))
        return NULL;
    Transfer t = {.buffer = data.buf, .length = data.len, .flags = flags};
    status done = socket_call(self, 1, try_send, &t);
    PyBuffer_Release(&data);
    return done < 0 ? NULL : PyLong_FromSsize_t(t.result);
}

METHOD(sock, sendall, NULL,
       "sendall(data[, flags]): send all of the data; after an error it is unknown how much.")
PyObject *
sock_sendall(Socket *self, PyObject *args)
{
    Py_buffer data;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "y*|i:sendall", &data, &flags))
        return NULL;
    Transfer t = {.buffer = data.buf, .length = data.len, .flags = flags};
    _PyTime_t timeout = self->timeout, deadline = 0;
    int has_timeout = timeout > 0, deadline_set = 0;
    PyObject *result = NULL;
    do {
        /* The timeout is for all of it. */
        if (has_timeout) {
            if (deadline_set) {
                timeout = _PyDeadline_Get(deadline);
            } else {
                deadline_set = 1;
                deadline = _PyDeadline_Init(timeout);
            }
            if (timeout <= 0) {
                PyErr_SetString(PyExc_TimeoutError, "timed out");
                goto done;
            }
        }
        if (socket_call_timed(self, 1, try_send, &t, 0, NULL, timeout) < 0)
            goto done;
        t.buffer += t.result;
        t.length -= t.result;
        if (PyErr_CheckSignals() < 0)
            goto done;
    } while (t.length > 0);
    result = Py_NewRef(Py_None);
done:
    PyBuffer_Release(&data);
    return result;
}

static int
try_sendto(Socket *self, void *data)
{
    Transfer *t = data;
    t->result =
        sendto(self->fd, t->buffer, t->length, t->flags, t->address, *t->address_length);
    return t->result >= 0;
}

METHOD(sock, sendto, NULL, "sendto(data[, flags], address): send to an address.")
PyObject *
sock_sendto(Socket *self, PyObject *args)
{
    Py_buffer data;
    PyObject *address;
    int flags = 0, parsed;
    switch (PyTuple_Size(args)) {
    case 2:
        parsed = PyArg_ParseTuple(args, "y*O:sendto", &data, &address);
        break;
    case 3:
        parsed = PyArg_ParseTuple(args, "y*iO:sendto", &data, &flags, &address);
        break;
    default:
        return PyErr_Format(PyExc_TypeError, "sendto() takes 2 or 3 arguments (%zd given)",
                            PyTuple_Size(args));
    }
    if (!parsed)
        return NULL;
    Address a;
    socklen_t length;
    PyObject *result = NULL;
    if (object_to_address(self, address, &a, &length, "sendto")
        && PySys_Audit("socket.sendto", "OO", self, address) == 0) {
        Transfer t = {data.buf, data.len, flags, -1, &a.any, &length};
        if (socket_call(self, 1, try_sendto, &t) == 0)
            result = PyLong_FromSsize_t(t.result);
    }
    PyBuffer_Release(&data);
    return result;
}
