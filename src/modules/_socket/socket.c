/* The socket object.

   A timeout is made of non-blocking calls with poll() before them, so `timeout` >= 0 implies that
   the descriptor is non-blocking.  Every call is repeated after EINTR, with what is left of the
   timeout, unless a signal handler raised. */
#include "modules/_socket/socket.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* -- waiting ------------------------------------------------------------------------------- */

static PyObject *
handle_error(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* Wait until the socket is ready.  0 it is (or it is closed), 1 time is up, -1 errno. */
static int
wait_ready(Socket *self, int writing, _PyTime_t interval, int connecting)
{
    if (self->fd < 0)
        return 0;
    struct pollfd pfd = {.fd = self->fd, .events = writing ? POLLOUT : POLLIN};
    if (connecting)
        /* How a failed connection shows differs between kinds of sockets. */
        pfd.events |= POLLERR;
    _PyTime_t ms = _PyTime_AsMilliseconds(interval, _PyTime_ROUND_CEILING);
    if (ms < 0 || interval < 0)
        ms = -1;
    else if (ms > INT_MAX)
        ms = INT_MAX;
    int n;
    Py_BEGIN_ALLOW_THREADS
    n = poll(&pfd, 1, (int)ms);
    Py_END_ALLOW_THREADS
    return n < 0 ? -1 : n == 0;
}

/* One attempt of a system call: non-zero if it is done. */
typedef int (*attempt)(Socket *self, void *data);

/* Run a system call with the timeout.  If `code` is not NULL, an error is stored there instead of
   being raised.  -1 on error. */
static status
call_timed(Socket *self, int writing, attempt function, void *data, int connecting, int *code,
           _PyTime_t timeout)
{
    int has_timeout = timeout > 0, deadline_set = 0;
    _PyTime_t deadline = 0;
    for (;;) {
        /* A connection goes on in the background even on a blocking socket. */
        if (has_timeout || connecting) {
            int ready;
            if (has_timeout) {
                _PyTime_t interval = timeout;
                if (deadline_set) {
                    interval = _PyDeadline_Get(deadline);
                } else {
                    deadline_set = 1;
                    deadline = _PyDeadline_Init(timeout);
                }
                ready = interval >= 0 ? wait_ready(self, writing, interval, connecting) : 1;
            } else {
                ready = wait_ready(self, writing, timeout, connecting);
            }
            if (ready == -1) {
                if (code)
                    *code = errno;
                if (errno == EINTR) {
                    if (PyErr_CheckSignals() < 0) {
                        if (code)
                            *code = -1;
                        return -1;
                    }
                    continue;
                }
                if (!code)
                    self->errorhandler();
                return -1;
            }
            if (ready == 1) {
                if (code)
                    *code = EWOULDBLOCK;
                else
                    PyErr_SetString(PyExc_TimeoutError, "timed out");
                return -1;
            }
        }
        int done;
        for (;;) {
            Py_BEGIN_ALLOW_THREADS
            done = function(self, data);
            Py_END_ALLOW_THREADS
            if (done || errno != EINTR)
                break;
            if (PyErr_CheckSignals() < 0) {
                if (code)
                    *code = -1;
                return -1;
            }
        }
        if (done) {
            if (code)
                *code = 0;
            return 0;
        }
        /* poll() may promise too much. */
        if (self->timeout > 0 && (errno == EWOULDBLOCK || errno == EAGAIN))
            continue;
        if (code)
            *code = errno;
        else
            self->errorhandler();
        return -1;
    }
}

static status
call(Socket *self, int writing, attempt function, void *data)
{
    return call_timed(self, writing, function, data, 0, NULL, self->timeout);
}

/* -- set-up -------------------------------------------------------------------------------- */

static status
set_blocking(Socket *self, int blocking)
{
    int flag = !blocking, result;
    Py_BEGIN_ALLOW_THREADS
    result = ioctl(self->fd, FIONBIO, &flag);
    Py_END_ALLOW_THREADS
    if (result < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return 0;
}

static status
set_up(Socket *self, int fd, int family, int type, int proto)
{
    self->fd = fd;
    self->family = family;
    self->type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    self->proto = proto;
    self->errorhandler = handle_error;
    if (type & SOCK_NONBLOCK) {
        self->timeout = 0;
        return 0;
    }
    SocketState *state = socket_state();
    self->timeout = state ? state->default_timeout : -1;
    return self->timeout >= 0 ? set_blocking(self, 0) : 0;
}

PyObject *
socket_new(int fd, int family, int type, int proto)
{
    Socket *self = (Socket *)PyType_GenericNew(&PySocketSock_Type, NULL, NULL);
    if (self) {
        self->fd = -1;
        if (set_up(self, fd, family, type, proto) < 0)
            Py_CLEAR(self);
    }
    if (!self)
        close(fd);
    return (PyObject *)self;
}

static PyObject *
sock_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    Socket *self = (Socket *)type->tp_alloc(type, 0);
    if (self) {
        self->fd = -1;
        self->timeout = -1;
        self->errorhandler = handle_error;
    }
    return (PyObject *)self;
}

/* Take over a descriptor, asking the kernel for what was not given. */
static status
adopt(Socket *self, PyObject *object, int family, int type, int proto)
{
    int fd = _PyLong_AsInt(object);
    if (fd == -1 && PyErr_Occurred())
        return -1;
    if (fd < 0) {
        PyErr_SetString(PyExc_ValueError, "negative file descriptor");
        return -1;
    }
    Address address = {0};
    socklen_t length = sizeof(address);
    if (getsockname(fd, &address.any, &length) < 0) {
        if (family == -1 || errno == EBADF || errno == ENOTSOCK) {
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
    } else if (family == -1) {
        family = address.any.sa_family;
    }
    length = sizeof(type);
    if (type == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    length = sizeof(proto);
    if (proto == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &proto, &length) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return set_up(self, fd, family, type, proto);
}

INIT(sock, "(family=-1, type=-1, proto=-1, fileno=None)")
static int
sock_init(Socket *self, int family, int type, int proto, PyObject *fileno)
{
    if (PySys_Audit("socket.__new__", "Oiii", self, family, type, proto) < 0)
        return -1;
    if (fileno != Py_None)
        return adopt(self, fileno, family, type, proto);
    family = family == -1 ? AF_INET : family;
    type = type == -1 ? SOCK_STREAM : type;
    proto = proto == -1 ? 0 : proto;
    int fd;
    Py_BEGIN_ALLOW_THREADS
    fd = socket(family, type | SOCK_CLOEXEC, proto);
    Py_END_ALLOW_THREADS
    if (fd < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (set_up(self, fd, family, type, proto) < 0) {
        self->fd = -1;
        close(fd);
        return -1;
    }
    return 0;
}

/* -- storage ------------------------------------------------------------------------------- */

static void
sock_tp_finalize(Socket *self)
{
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    if (self->fd != -1) {
        if (PyErr_ResourceWarning((PyObject *)self, 1, "unclosed %R", self) < 0
            && PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable((PyObject *)self);
        int fd = self->fd;
        self->fd = -1;
        Py_BEGIN_ALLOW_THREADS
        (void)close(fd);
        Py_END_ALLOW_THREADS
    }
    PyErr_Restore(type, value, tb);
}

static void
sock_tp_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
sock_tp_repr(Socket *self)
{
    return PyUnicode_FromFormat("<socket object, fd=%ld, family=%d, type=%d, proto=%d>",
                                (long)self->fd, self->family, self->type, self->proto);
}

/* -- connections --------------------------------------------------------------------------- */

typedef struct {
    socklen_t *length;
    struct sockaddr *address;
    int fd;
} Accept;

static int
try_accept(Socket *self, void *data)
{
    Accept *a = data;
    a->fd = accept4(self->fd, a->address, a->length, SOCK_CLOEXEC);
    return a->fd >= 0;
}

METHOD(sock, _accept, NULL,
       "Wait for a connection; returns (descriptor, address of the other end).")
static PyObject *
sock__accept(Socket *self)
{
    Address address = {0};
    socklen_t length;
    if (!address_size(self, &length))
        return NULL;
    Accept data = {&length, &address.any, -1};
    if (call(self, 0, try_accept, &data) < 0)
        return NULL;
    PyObject *number = PyLong_FromLong(data.fd);
    PyObject *peer = number ? address_to_object(self->fd, &address.any, length, self->proto) : NULL;
    PyObject *result = peer ? PyTuple_Pack(2, number, peer) : NULL;
    if (!result)
        close(data.fd);
    Py_XDECREF(number);
    Py_XDECREF(peer);
    return result;
}

METHOD(sock, bind, NULL, "Give the socket a local address.")
static PyObject *
sock_bind(Socket *self, PyObject *address)
{
    Address a;
    socklen_t length;
    if (!object_to_address(self, address, &a, &length, "bind")
        || PySys_Audit("socket.bind", "OO", self, address) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = bind(self->fd, &a.any, length);
    Py_END_ALLOW_THREADS
    return result < 0 ? self->errorhandler() : Py_NewRef(Py_None);
}

METHOD(sock, close, NULL, "Close the socket.")
static PyObject *
sock_close(Socket *self)
{
    int fd = self->fd;
    if (fd != -1) {
        self->fd = -1;
        if (socket_close_fd(fd) < 0)
            return self->errorhandler();
    }
    Py_RETURN_NONE;
}

METHOD(sock, detach, NULL, "Separate the descriptor from the object and return it.")
static PyObject *
sock_detach(Socket *self)
{
    int fd = self->fd;
    self->fd = -1;
    return PyLong_FromLong(fd);
}

static int
try_connect(Socket *self, void *Py_UNUSED(data))
{
    int code;
    socklen_t size = sizeof(code);
    if (getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &code, &size))
        return 0;
    if (code == 0 || code == EISCONN)
        return 1;
    errno = code;
    return 0;
}

/* Connect.  0 done; -1 an exception is set; without `raise`, > 0 is an errno value. */
static int
do_connect(Socket *self, const struct sockaddr *address, socklen_t length, int raise)
{
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = connect(self->fd, address, length);
    Py_END_ALLOW_THREADS
    if (result >= 0)
        return 0;
    int code = errno, wait;
    if (code == EINTR) {
        if (PyErr_CheckSignals() < 0)
            return -1;
        /* It goes on: wait for it, unless nobody wants to. */
        wait = self->timeout != 0;
    } else {
        wait = self->timeout > 0 && code == EINPROGRESS;
    }
    if (!wait) {
        if (!raise)
            return code;
        errno = code;
        self->errorhandler();
        return -1;
    }
    if (raise)
        return call_timed(self, 1, try_connect, NULL, 1, NULL, self->timeout);
    if (call_timed(self, 1, try_connect, NULL, 1, &code, self->timeout) < 0)
        return code;
    return 0;
}

METHOD(sock, connect, NULL, "Connect the socket to an address.")
static PyObject *
sock_connect(Socket *self, PyObject *address)
{
    Address a;
    socklen_t length;
    if (!object_to_address(self, address, &a, &length, "connect")
        || PySys_Audit("socket.connect", "OO", self, address) < 0)
        return NULL;
    return do_connect(self, &a.any, length, 1) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(sock, connect_ex, NULL, "Like connect(), but an error of the system is returned as errno.")
static PyObject *
sock_connect_ex(Socket *self, PyObject *address)
{
    Address a;
    socklen_t length;
    if (!object_to_address(self, address, &a, &length, "connect_ex")
        || PySys_Audit("socket.connect", "OO", self, address) < 0)
        return NULL;
    int code = do_connect(self, &a.any, length, 0);
    return code < 0 ? NULL : PyLong_FromLong(code);
}

METHOD(sock, listen, NULL,
       "Accept connections: listen([backlog]), the number that may wait to be accepted.")
static PyObject *
sock_listen(Socket *self, PyObject *args)
{
    int backlog = Py_MIN(SOMAXCONN, 128), result;
    if (!PyArg_ParseTuple(args, "|i:listen", &backlog))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = listen(self->fd, Py_MAX(backlog, 0));
    Py_END_ALLOW_THREADS
    return result < 0 ? self->errorhandler() : Py_NewRef(Py_None);
}

METHOD(sock, shutdown, NULL, "Close one or both directions: SHUT_RD, SHUT_WR or SHUT_RDWR.")
static PyObject *
sock_shutdown(Socket *self, PyObject *how)
{
    int direction = _PyLong_AsInt(how), result;
    if (direction == -1 && PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = shutdown(self->fd, direction);
    Py_END_ALLOW_THREADS
    return result < 0 ? self->errorhandler() : Py_NewRef(Py_None);
}

/* -- options ------------------------------------------------------------------------------- */

METHOD(sock, fileno, NULL, "Return the descriptor, -1 if the socket is closed.")
static PyObject *
sock_fileno(Socket *self)
{
    return PyLong_FromLong(self->fd);
}

METHOD(sock, getsockname, NULL, "Return the socket's own address.")
static PyObject *
sock_getsockname(Socket *self)
{
    Address address = {0};
    socklen_t length;
    int result;
    if (!address_size(self, &length))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = getsockname(self->fd, &address.any, &length);
    Py_END_ALLOW_THREADS
    return result < 0 ? self->errorhandler()
                      : address_to_object(self->fd, &address.any, length, self->proto);
}

METHOD(sock, getpeername, NULL, "Return the address of the other end.")
static PyObject *
sock_getpeername(Socket *self)
{
    Address address = {0};
    socklen_t length;
    int result;
    if (!address_size(self, &length))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = getpeername(self->fd, &address.any, &length);
    Py_END_ALLOW_THREADS
    return result < 0 ? self->errorhandler()
                      : address_to_object(self->fd, &address.any, length, self->proto);
}

METHOD(sock, getsockopt, NULL,
       "getsockopt(level, option[, buffersize]): an option as int, or as bytes of up to buffersize.")
static PyObject *
sock_getsockopt(Socket *self, PyObject *args)
{
    int level, option;
    socklen_t size = 0;
    if (!PyArg_ParseTuple(args, "ii|i:getsockopt", &level, &option, &size))
        return NULL;
    if (size == 0) {
        int flag = 0;
        socklen_t flag_size = sizeof(flag);
        if (self->family == AF_VSOCK) {
            uint64_t wide = 0;
            flag_size = sizeof(wide);
            if (getsockopt(self->fd, level, option, &wide, &flag_size) < 0)
                return self->errorhandler();
            return PyLong_FromUnsignedLongLong(wide);
        }
        if (getsockopt(self->fd, level, option, &flag, &flag_size) < 0)
            return self->errorhandler();
        return PyLong_FromLong(flag);
    }
    if ((int)size < 0 || size > 1024) {
        PyErr_SetString(PyExc_OSError, "getsockopt buflen out of range");
        return NULL;
    }
    PyObject *value = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (!value)
        return NULL;
    if (getsockopt(self->fd, level, option, PyBytes_AS_STRING(value), &size) < 0) {
        Py_DECREF(value);
        return self->errorhandler();
    }
    _PyBytes_Resize(&value, (Py_ssize_t)size);
    return value;
}

METHOD(sock, setsockopt, NULL,
       "setsockopt(level, option, value), where value is an int or a bytes-like object, or\n"
       "setsockopt(level, option, None, length).")
static PyObject *
sock_setsockopt(Socket *self, PyObject *args)
{
    int level, option, result, flag;
    unsigned int length;
    PyObject *none;
    Py_buffer value;
    if (self->family == AF_VSOCK) {
        uint64_t wide;
        if (PyArg_ParseTuple(args, "iiK:setsockopt", &level, &option, &wide)) {
            result = setsockopt(self->fd, level, option, &wide, sizeof(wide));
            goto done;
        }
        PyErr_Clear();
    }
    if (PyArg_ParseTuple(args, "iii:setsockopt", &level, &option, &flag)) {
        result = setsockopt(self->fd, level, option, &flag, sizeof(flag));
        goto done;
    }
    PyErr_Clear();
    if (PyArg_ParseTuple(args, "iiO!I:setsockopt", &level, &option, Py_TYPE(Py_None), &none,
                         &length)) {
        result = setsockopt(self->fd, level, option, NULL, (socklen_t)length);
        goto done;
    }
    PyErr_Clear();
    if (!PyArg_ParseTuple(args, "iiy*:setsockopt", &level, &option, &value))
        return NULL;
    if (value.len > INT_MAX) {
        PyBuffer_Release(&value);
        PyErr_Format(PyExc_OverflowError, "socket option is larger than %i bytes", INT_MAX);
        return NULL;
    }
    result = setsockopt(self->fd, level, option, value.buf, (socklen_t)value.len);
    PyBuffer_Release(&value);
done:
    return result < 0 ? self->errorhandler() : Py_NewRef(Py_None);
}

METHOD(sock, setblocking, NULL, "setblocking(True) is settimeout(None), False is settimeout(0.0).")
static PyObject *
sock_setblocking(Socket *self, PyObject *flag)
{
    truth blocking = PyObject_IsTrue(flag);
    if (blocking < 0)
        return NULL;
    self->timeout = blocking ? _PyTime_FromSeconds(-1) : 0;
    return set_blocking(self, blocking) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(sock, getblocking, NULL, "Does the socket wait, for ever or with a timeout?")
static PyObject *
sock_getblocking(Socket *self)
{
    return PyBool_FromLong(self->timeout != 0);
}

METHOD(sock, settimeout, NULL,
       "Set how long operations wait, in seconds; None is for ever, 0 not at all.")
static PyObject *
sock_settimeout(Socket *self, PyObject *value)
{
    _PyTime_t timeout;
    if (socket_parse_timeout(&timeout, value) < 0)
        return NULL;
    self->timeout = timeout;
    return set_blocking(self, timeout < 0) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
timeout_object(const Socket *self)
{
    return self->timeout < 0 ? Py_NewRef(Py_None)
                             : PyFloat_FromDouble(_PyTime_AsSecondsDouble(self->timeout));
}

METHOD(sock, gettimeout, NULL, "Return the timeout in seconds, None for none.")
static PyObject *
sock_gettimeout(Socket *self)
{
    return timeout_object(self);
}

/* -- receiving ----------------------------------------------------------------------------- */

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
    return call(self, 0, try_recv, &t) < 0 ? -1 : t.result;
}

METHOD(sock, recv, NULL, "recv(bufsize[, flags]): receive up to bufsize bytes; b'' is the end.")
static PyObject *
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
static PyObject *
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
    if (call(self, 0, try_recvfrom, &t) < 0)
        return -1;
    *address = address_to_object(self->fd, &a.any, size, self->proto);
    return *address ? t.result : -1;
}

METHOD(sock, recvfrom, NULL, "recvfrom(bufsize[, flags]): like recv(), returns (data, address).")
static PyObject *
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
static PyObject *
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
    if (call(self, 0, try_recvmsg, &m) == 0) {
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
static PyObject *
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
static PyObject *
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

/* -- sending ------------------------------------------------------------------------------- */

static int
try_send(Socket *self, void *data)
{
    Transfer *t = data;
    t->result = send(self->fd, t->buffer, t->length, t->flags);
    return t->result >= 0;
}

METHOD(sock, send, NULL, "send(data[, flags]): send some of the data; returns how many bytes.")
static PyObject *
sock_send(Socket *self, PyObject *args)
{
    Py_buffer data;
    int flags = 0;
    if (!PyArg_ParseTuple(args, "y*|i:send", &data, &flags))
        return NULL;
    Transfer t = {.buffer = data.buf, .length = data.len, .flags = flags};
    status done = call(self, 1, try_send, &t);
    PyBuffer_Release(&data);
    return done < 0 ? NULL : PyLong_FromSsize_t(t.result);
}

METHOD(sock, sendall, NULL,
       "sendall(data[, flags]): send all of the data; after an error it is unknown how much.")
static PyObject *
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
        if (call_timed(self, 1, try_send, &t, 0, NULL, timeout) < 0)
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
static PyObject *
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
        if (call(self, 1, try_sendto, &t) == 0)
            result = PyLong_FromSsize_t(t.result);
    }
    PyBuffer_Release(&data);
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
static PyObject *
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
        if (call(self, 1, try_sendmsg, &m) == 0)
            result = PyLong_FromSsize_t(m.result);
    }
    PyMem_Free(control);
    buffers_release(&b);
    return result;
}

METHOD(sock, sendmsg_afalg, NULL,
       "sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=0]]]): operate an AF_ALG socket.")
static PyObject *
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
    if (call(self, 1, try_sendmsg, &m) == 0)
        result = PyLong_FromSsize_t(m.result);
done:
    PyMem_Free(control);
    if (iv.buf)
        PyBuffer_Release(&iv);
    buffers_release(&b);
    return result;
}

/* -- the type ------------------------------------------------------------------------------ */

GETTER(sock, timeout, "the socket timeout")
static PyObject *
sock_get_timeout(Socket *self, void *Py_UNUSED(closure))
{
    return timeout_object(self);
}

MEMBER(sock, family, T_INT, Socket, family, READONLY, "the socket family")
MEMBER(sock, type, T_INT, Socket, type, READONLY, "the socket type")
MEMBER(sock, proto, T_INT, Socket, proto, READONLY, "the socket protocol")

TYPE(sock, PySocketSock_Type, "_socket.socket", Socket, NULL,
     "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\n"
     "socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\n"
     "One end of a network connection.  fileno is an open descriptor that the object takes over;\n"
     "then what is not given is found out.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_socket/socket.inc"
