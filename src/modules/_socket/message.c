/* The socket object: messages of several buffers, with ancillary data.

   Descriptors that arrive are the caller's at once: what cannot be handed over is closed. */
#include "modules/_socket/socket.h"
#include <sys/uio.h>

/* -- messages with ancillary data ---------------------------------------------------------- */

/* CMSG_LEN() and CMSG_SPACE() of a length; 0 if that is too large. */
static size_t
ancillary_length(Py_ssize_t length)
{
    return length < 0 || (size_t)length > INT_MAX - CMSG_LEN(0) ? 0 : CMSG_LEN((size_t)length);
}

static size_t
ancillary_space(Py_ssize_t length)
{
    return length < 0 || (size_t)length > INT_MAX - CMSG_SPACE(1) ? 0 : CMSG_SPACE((size_t)length);
}

FUNCTION(socket, CMSG_LEN, NULL, "The length field of an ancillary item with so many data bytes.")
PyObject *
socket_CMSG_LEN(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "n:CMSG_LEN", &length))
        return NULL;
    size_t result = ancillary_length(length);
    if (!result)
        return PyErr_Format(PyExc_OverflowError, "CMSG_LEN() argument out of range");
    return PyLong_FromSize_t(result);
}

FUNCTION(socket, CMSG_SPACE, NULL, "The space an ancillary item with so many data bytes takes.")
PyObject *
socket_CMSG_SPACE(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "n:CMSG_SPACE", &length))
        return NULL;
    size_t result = ancillary_space(length);
    if (!result)
        return PyErr_Format(PyExc_OverflowError, "CMSG_SPACE() argument out of range");
    return PyLong_FromSize_t(result);
}

/* How many data bytes of an item lie inside the message; -1 if not even its header does. */
static Py_ssize_t
ancillary_data_length(const struct msghdr *message, const struct cmsghdr *item)
{
    const char *start = message->msg_control, *end = start + message->msg_controllen;
    const char *data = (const char *)CMSG_DATA(item);
    if ((const char *)item < start || data > end)
        return -1;
    if (item->cmsg_len < CMSG_LEN(0))
        return -1;
    Py_ssize_t claimed = (Py_ssize_t)(item->cmsg_len - CMSG_LEN(0));
    return Py_MIN(claimed, end - data);
}

/* Descriptors that nobody will ever see must not stay open. */
static void
close_received(struct msghdr *message)
{
    for (struct cmsghdr *item = message->msg_controllen ? CMSG_FIRSTHDR(message) : NULL; item;
         item = CMSG_NXTHDR(message, item)) {
        Py_ssize_t length = ancillary_data_length(message, item);
        if (length < 0)
            return;
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS)
            continue;
        int fd;
        for (Py_ssize_t i = 0; i + (Py_ssize_t)sizeof(fd) <= length; i += sizeof(fd)) {
            memcpy(&fd, CMSG_DATA(item) + i, sizeof(fd));
            close(fd);
        }
    }
}

/* The ancillary data as a list of (level, type, data). */
static PyObject *
ancillary_to_list(struct msghdr *message)
{
    PyObject *list = PyList_New(0);
    if (!list)
        return NULL;
    for (struct cmsghdr *item = message->msg_controllen ? CMSG_FIRSTHDR(message) : NULL; item;
         item = CMSG_NXTHDR(message, item)) {
        Py_ssize_t length = ancillary_data_length(message, item);
        if (length < 0) {
            if (PyErr_WarnEx(PyExc_RuntimeWarning,
                             "received malformed or improperly-truncated ancillary data", 1) < 0)
                goto fail;
            break;
        }
        int truncated = item->cmsg_len - CMSG_LEN(0) > (size_t)length;
        PyObject *tuple = Py_BuildValue("iiy#", item->cmsg_level, item->cmsg_type, CMSG_DATA(item),
                                        length);
        if (!tuple || PyList_Append(list, tuple) < 0) {
            Py_XDECREF(tuple);
            goto fail;
        }
        Py_DECREF(tuple);
        if (truncated) {
            if (PyErr_WarnEx(PyExc_RuntimeWarning,
                             "received malformed or improperly-truncated ancillary data", 1) < 0)
                goto fail;
            break;
        }
    }
    return list;
fail:
    Py_DECREF(list);
    return NULL;
}

typedef struct {
    struct msghdr *message;
    int flags;
    ssize_t result;
} Message;

static int
try_recvmsg(Socket *self, void *data)
{
    Message *m = data;
    m->result = recvmsg(self->fd, m->message, m->flags);
    return m->result >= 0;
}

/* The common part of recvmsg() and recvmsg_into(); `make` turns the count into the first item. */
static PyObject *
do_recvmsg(Socket *self, struct iovec *iov, int count, int flags, Py_ssize_t control_size,
           PyObject *(*make)(ssize_t, void *), void *make_data)
{
    Address address = {0};
    socklen_t length;
    if (!address_size(self, &length))
        return NULL;
    if (control_size < 0 || control_size > INT_MAX) {
        PyErr_SetString(PyExc_ValueError, "invalid ancillary data buffer length");
        return NULL;
    }
    void *control = control_size ? PyMem_Malloc(control_size) : NULL;
    if (control_size && !control)
        return PyErr_NoMemory();
    struct msghdr message = {
        .msg_name = &address,
        .msg_namelen = length,
        .msg_iov = iov,
        .msg_iovlen = (size_t)count,
        .msg_control = control,
        .msg_controllen = (size_t)control_size,
    };
    Message m = {&message, flags, -1};
    PyObject *result = NULL;
    if (socket_call(self, 0, try_recvmsg, &m) == 0) {
        PyObject *list = ancillary_to_list(&message);
        PyObject *peer = list ? address_to_object(self->fd, &address.any,
                                                  Py_MIN(message.msg_namelen, length), self->proto)
                              : NULL;
        PyObject *first = peer ? make(m.result, make_data) : NULL;
        if (first)
            result = Py_BuildValue("NOiO", first, list, (int)message.msg_flags, peer);
        Py_XDECREF(list);
        Py_XDECREF(peer);
        if (!result)
            close_received(&message);
    }
    PyMem_Free(control);
    return result;
}

static PyObject *
make_bytes(ssize_t count, void *data)
{
    PyObject **buffer = data, *bytes = *buffer;
    *buffer = NULL;
    if (PyBytes_GET_SIZE(bytes) != count)
        _PyBytes_Resize(&bytes, count);
    return bytes;
}

METHOD(sock, recvmsg, NULL,
       "recvmsg(bufsize[, ancbufsize[, flags]]): receive data and ancillary data.\n\n"
       "Returns (data, [(level, type, data), ...], flags, address).")
PyObject *
sock_recvmsg(Socket *self, PyObject *args)
{
    Py_ssize_t size, control_size = 0;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "n|ni:recvmsg", &size, &control_size, &flags))
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "negative buffer size in recvmsg()");
        return NULL;
    }
    PyObject *buffer = PyBytes_FromStringAndSize(NULL, size);
    if (!buffer)
        return NULL;
    struct iovec iov = {PyBytes_AS_STRING(buffer), (size_t)size};
    PyObject *result = do_recvmsg(self, &iov, 1, flags, control_size, make_bytes, &buffer);
    Py_XDECREF(buffer);
    return result;
}

static PyObject *
make_count(ssize_t count, void *Py_UNUSED(data))
{
    return PyLong_FromSsize_t(count);
}

/* Buffers of an iterable for one transfer. */
typedef struct {
    struct iovec *iov;
    Py_buffer *views;
    Py_ssize_t count;
} Buffers;

static void
buffers_release(Buffers *b)
{
    for (Py_ssize_t i = 0; i < b->count; i++)
        PyBuffer_Release(&b->views[i]);
    PyMem_Free(b->iov);
    PyMem_Free(b->views);
}

/* `format` parses one item into a Py_buffer. */
static status
buffers_get(Buffers *b, PyObject *iterable, const char *not_iterable, const char *format,
            const char *function)
{
    *b = (Buffers){0};
    PyObject *fast = PySequence_Fast(iterable, not_iterable);
    if (!fast)
        return -1;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(fast);
    status done = -1;
    if (count > INT_MAX) {
        PyErr_Format(PyExc_OSError, "%s() argument 1 is too long", function);
        goto done;
    }
    if (count) {
        b->iov = PyMem_New(struct iovec, count);
        b->views = PyMem_New(Py_buffer, count);
        if (!b->iov || !b->views) {
            PyErr_NoMemory();
            goto done;
        }
    }
    for (; b->count < count; b->count++) {
        if (b->count >= PySequence_Fast_GET_SIZE(fast)) {
            PyErr_Format(PyExc_RuntimeError, "%s() argument 1 changed during iteration", function);
            goto done;
        }
        Py_buffer *view = &b->views[b->count];
        if (!PyArg_Parse(PySequence_Fast_GET_ITEM(fast, b->count), format, view))
            goto done;
        b->iov[b->count] = (struct iovec){view->buf, (size_t)view->len};
    }
    done = 0;
done:
    Py_DECREF(fast);
    if (done < 0)
        buffers_release(b);
    return done;
}

METHOD(sock, recvmsg_into, NULL,
       "recvmsg_into(buffers[, ancbufsize[, flags]]): like recvmsg(), into an iterable of buffers.")
PyObject *
sock_recvmsg_into(Socket *self, PyObject *args)
{
    PyObject *iterable;
    Py_ssize_t control_size = 0;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "O|ni:recvmsg_into", &iterable, &control_size, &flags))
        return NULL;
    Buffers b;
    if (buffers_get(&b, iterable, "recvmsg_into() argument 1 must be an iterable",
                    "w*;recvmsg_into() argument 1 must be an iterable of single-segment read-write "
                    "buffers",
                    "recvmsg_into") < 0)
        return NULL;
    PyObject *result = do_recvmsg(self, b.iov, (int)b.count, flags, control_size, make_count, NULL);
    buffers_release(&b);
    return result;
}

static int
try_sendmsg(Socket *self, void *data)
{
    Message *m = data;
    m->result = sendmsg(self->fd, m->message, m->flags);
    return m->result >= 0;
}

/* Put ancillary items, (level, type, data) each, into a new control buffer of the message. */
static status
add_ancillary(struct msghdr *message, PyObject *iterable, void **control)
{
    PyObject *fast = PySequence_Fast(iterable, "sendmsg() argument 2 must be an iterable");
    if (!fast)
        return -1;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(fast), got = 0;
    struct {
        int level;
        int type;
        Py_buffer data;
    } *items = NULL;
    status done = -1;
    size_t size = 0;
    if (count && !(items = PyMem_Calloc(count, sizeof(*items)))) {
        PyErr_NoMemory();
        goto done;
    }
    for (; got < count; got++) {
        if (got >= PySequence_Fast_GET_SIZE(fast)) {
            PyErr_SetString(PyExc_RuntimeError, "sendmsg() argument 2 changed during iteration");
            goto done;
        }
        if (!PyArg_Parse(PySequence_Fast_GET_ITEM(fast, got),
                         "(iiy*):[sendmsg() ancillary data items]", &items[got].level,
                         &items[got].type, &items[got].data))
            goto done;
        size_t space = ancillary_space(items[got].data.len);
        if (!space) {
            PyErr_SetString(PyExc_OSError, "ancillary data item too large");
            got++;
            goto done;
        }
        size += space;
        if (size > INT_MAX) {
            PyErr_SetString(PyExc_OSError, "too much ancillary data");
            got++;
            goto done;
        }
    }
    if (size) {
        /* Zeroed, for CMSG_NXTHDR() looks at the next item's length. */
        *control = PyMem_Calloc(1, size);
        if (!*control) {
            PyErr_NoMemory();
            goto done;
        }
        message->msg_control = *control;
        message->msg_controllen = size;
        struct cmsghdr *item = CMSG_FIRSTHDR(message);
        for (Py_ssize_t i = 0; i < count; i++) {
            if (!item) {
                PyErr_SetString(PyExc_RuntimeError, "item size out of range after CMSG_NXTHDR()");
                goto done;
            }
            size_t length = (size_t)items[i].data.len;
            item->cmsg_level = items[i].level;
            item->cmsg_type = items[i].type;
            item->cmsg_len = CMSG_LEN(length);
            memcpy(CMSG_DATA(item), items[i].data.buf, length);
            item = CMSG_NXTHDR(message, item);
        }
    }
    done = 0;
done:
    for (Py_ssize_t i = 0; i < got; i++)
        PyBuffer_Release(&items[i].data);
    PyMem_Free(items);
    Py_DECREF(fast);
    return done;
}

METHOD(sock, sendmsg, NULL,
       "sendmsg(buffers[, ancdata[, flags[, address]]]): send an iterable of buffers and ancillary\n"
       "data, an iterable of (level, type, data); returns how many bytes.")
PyObject *
sock_sendmsg(Socket *self, PyObject *args)
{
    PyObject *data, *ancillary = NULL, *address = NULL, *result = NULL;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "O|OiO:sendmsg", &data, &ancillary, &flags, &address))
        return NULL;
    struct msghdr message = {0};
    Address a;
    void *control = NULL;
    if (address && address != Py_None) {
        socklen_t length;
        if (!object_to_address(self, address, &a, &length, "sendmsg")
            || PySys_Audit("socket.sendmsg", "OO", self, address) < 0)
            return NULL;
        message.msg_name = &a;
        message.msg_namelen = length;
    } else if (PySys_Audit("socket.sendmsg", "OO", self, Py_None) < 0) {
        return NULL;
    }
    Buffers b;
    if (buffers_get(&b, data, "sendmsg() argument 1 must be an iterable",
                    "y*;sendmsg() argument 1 must be an iterable of bytes-like objects",
                    "sendmsg") < 0)
        return NULL;
    message.msg_iov = b.iov;
    message.msg_iovlen = (size_t)b.count;
    if (!ancillary || add_ancillary(&message, ancillary, &control) == 0) {
        Message m = {&message, flags, -1};
        if (socket_call(self, 1, try_sendmsg, &m) == 0)
            result = PyLong_FromSsize_t(m.result);
    }
    PyMem_Free(control);
    buffers_release(&b);
    return result;
}

METHOD(sock, sendmsg_afalg, NULL,
       "sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=0]]]): operate an AF_ALG socket.")
PyObject *
sock_sendmsg_afalg(Socket *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"msg", "op", "iv", "assoclen", "flags", NULL};
    if (self->family != AF_ALG) {
        PyErr_SetString(PyExc_OSError, "algset is only supported for AF_ALG");
        return NULL;
    }
    PyObject *data = NULL, *op_object = NULL, *assoc_object = NULL, *result = NULL;
    Py_buffer iv = {0};
    int flags = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O$O!y*O!i:sendmsg_afalg", keywords, &data,
                                     &PyLong_Type, &op_object, &iv, &PyLong_Type, &assoc_object,
                                     &flags))
        return NULL;
    Buffers b = {0};
    void *control = NULL;
    int op = -1, assoc = -1;
    if (!op_object) {
        PyErr_SetString(PyExc_TypeError, "keyword argument 'op' is required");
        goto done;
    }
    op = _PyLong_AsInt(op_object);
    if (op < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "keyword argument 'op' must be an int >= 0");
        goto done;
    }
    if (assoc_object) {
        assoc = _PyLong_AsInt(assoc_object);
        if (assoc < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "keyword argument 'assoclen' must be an int >= 0");
            goto done;
        }
    }
    size_t size = CMSG_SPACE(4);
    if (iv.buf)
        size += CMSG_SPACE(sizeof(struct af_alg_iv) + (size_t)iv.len);
    if (assoc >= 0)
        size += CMSG_SPACE(4);
    control = PyMem_Calloc(1, size);
    if (!control) {
        PyErr_NoMemory();
        goto done;
    }
    struct msghdr message = {.msg_control = control, .msg_controllen = size};
    if (data) {
        if (buffers_get(&b, data, "sendmsg() argument 1 must be an iterable",
                        "y*;sendmsg() argument 1 must be an iterable of bytes-like objects",
                        "sendmsg") < 0) {
            b = (Buffers){0};
            goto done;
        }
        message.msg_iov = b.iov;
        message.msg_iovlen = (size_t)b.count;
    }
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    uint32_t number = (uint32_t)op;
    item->cmsg_level = SOL_ALG;
    item->cmsg_type = ALG_SET_OP;
    item->cmsg_len = CMSG_LEN(4);
    memcpy(CMSG_DATA(item), &number, 4);
    if (iv.buf) {
        item = CMSG_NXTHDR(&message, item);
        item->cmsg_level = SOL_ALG;
        item->cmsg_type = ALG_SET_IV;
        item->cmsg_len = CMSG_LEN(sizeof(struct af_alg_iv) + (size_t)iv.len);
        number = (uint32_t)iv.len;
        memcpy(CMSG_DATA(item), &number, 4);
        memcpy(CMSG_DATA(item) + 4, iv.buf, iv.len);
    }
    if (assoc >= 0) {
        item = CMSG_NXTHDR(&message, item);
        item->cmsg_level = SOL_ALG;
        item->cmsg_type = ALG_SET_AEAD_ASSOCLEN;
        item->cmsg_len = CMSG_LEN(4);
        number = (uint32_t)assoc;
        memcpy(CMSG_DATA(item), &number, 4);
    }
    Message m = {&message, flags, -1};
    if (socket_call(self, 1, try_sendmsg, &m) == 0)
        result = PyLong_FromSsize_t(m.result);
done:
    PyMem_Free(control);
    if (iv.buf)
        PyBuffer_Release(&iv);
    buffers_release(&b);
    return result;
}
