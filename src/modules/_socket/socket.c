/* The socket object.

   A timeout is made of non-blocking calls with poll() before them, so `timeout` >= 0 implies that
   the descriptor is non-blocking.  Every call is repeated after EINTR, with what is left of the
   timeout, unless a signal handler raised. */
#include "modules/_socket/socket.h"
#include <poll.h>
#include <sys/ioctl.h>
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

/* Run a system call with the timeout.  If `code` is not NULL, an error is stored there instead of
   being raised.  -1 on error. */
status
socket_call_timed(Socket *self, int writing, attempt function, void *data, int connecting, int *code,
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

status
socket_call(Socket *self, int writing, attempt function, void *data)
{
    return socket_call_timed(self, writing, function, data, 0, NULL, self->timeout);
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
    if (socket_call(self, 0, try_accept, &data) < 0)
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
        return socket_call_timed(self, 1, try_connect, NULL, 1, NULL, self->timeout);
    if (socket_call_timed(self, 1, try_connect, NULL, 1, &code, self->timeout) < 0)
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
