/* The module select: waiting for descriptors, by select(), poll objects and epoll objects. */
#include "object/declare.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

typedef struct {
    PyTypeObject *poll_type;
    PyTypeObject *epoll_type;
} SelectState;

/* Timeouts are rounded away from zero, so that nobody wakes up too early. */
#define ROUND_TIMEOUT _PyTime_ROUND_UP

typedef int fd_arg;

static int
convert_fd(PyObject *object, int *fd)
{
    *fd = PyObject_AsFileDescriptor(object);
    return *fd >= 0;
}

CONVERTER(fd_arg, convert_fd)

/* -- select -------------------------------------------------------------------------------- */

/* One argument of select(): its items as a sequence, and their descriptors. */
typedef struct {
    PyObject *items;
    int *fds;
    Py_ssize_t count;
    fd_set set;
} Watched;

static void
watched_release(Watched *w)
{
    Py_CLEAR(w->items);
    PyMem_Free(w->fds);
    w->fds = NULL;
}

/* Take the descriptors of an argument; *highest grows. */
static status
watched_get(Watched *w, PyObject *sequence, int *highest)
{
    w->items = PySequence_Fast(sequence, "arguments 1-3 must be sequences");
    if (!w->items)
        return -1;
    Py_ssize_t room = 0;
    /* fileno() may change the list under us. */
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(w->items); i++) {
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(w->items, i));
        int fd = PyObject_AsFileDescriptor(item);
        Py_DECREF(item);
        if (fd == -1)
            return -1;
        if (fd >= FD_SETSIZE) {
            PyErr_SetString(PyExc_ValueError, "filedescriptor out of range in select()");
            return -1;
        }
        if (i >= FD_SETSIZE) {
            PyErr_SetString(PyExc_ValueError, "too many file descriptors in select()");
            return -1;
        }
        if (i >= room) {
            room = room ? room * 2 : 8;
            int *fds = PyMem_Resize(w->fds, int, room);
            if (!fds) {
                PyErr_NoMemory();
                return -1;
            }
            w->fds = fds;
        }
        w->fds[i] = fd;
        w->count = i + 1;
        if (fd > *highest)
            *highest = fd;
    }
    return 0;
}

static void
watched_fill(Watched *w)
{
    FD_ZERO(&w->set);
    for (Py_ssize_t i = 0; i < w->count; i++)
        FD_SET(w->fds[i], &w->set);
}

/* The items whose descriptors are ready. */
static PyObject *
watched_ready(const Watched *w)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list && i < w->count && i < PySequence_Fast_GET_SIZE(w->items); i++)
        if (FD_ISSET(w->fds[i], &w->set)
            && PyList_Append(list, PySequence_Fast_GET_ITEM(w->items, i)) < 0)
            Py_CLEAR(list);
    return list;
}

FUNCTION(select, select, "($module, rlist, wlist, xlist, timeout=None, /)",
         "Wait until one of the files of three sequences is ready for reading, writing, or has an\n"
         "exceptional condition; returns three lists of those that are.\n\n"
         "A file is a descriptor or an object with a fileno() method.  timeout is in seconds; None\n"
         "waits for ever, 0 not at all.")
static PyObject *
select_select(PyObject *Py_UNUSED(module), PyObject *rlist, PyObject *wlist, PyObject *xlist,
              PyObject *timeout)
{
    _PyTime_t duration = 0, deadline = 0;
    struct timeval tv, *wait = NULL;
    if (timeout != Py_None) {
        if (_PyTime_FromSecondsObject(&duration, timeout, ROUND_TIMEOUT) < 0) {
            if (PyErr_ExceptionMatches(PyExc_TypeError))
                PyErr_SetString(PyExc_TypeError, "timeout must be a float or None");
            return NULL;
        }
        if (_PyTime_AsTimeval(duration, &tv, ROUND_TIMEOUT) < 0)
            return NULL;
        if (tv.tv_sec < 0) {
            PyErr_SetString(PyExc_ValueError, "timeout must be non-negative");
            return NULL;
        }
        wait = &tv;
    }
    Watched watched[3] = {0};
    PyObject *const arguments[] = {rlist, wlist, xlist};
    PyObject *result = NULL;
    int highest = -1, ready;
    for (int i = 0; i < 3; i++)
        if (watched_get(&watched[i], arguments[i], &highest) < 0)
            goto done;
    if (wait)
        deadline = _PyDeadline_Init(duration);
    for (;;) {
        for (int i = 0; i < 3; i++)
            watched_fill(&watched[i]);
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        ready = select(highest + 1, &watched[0].set, &watched[1].set, &watched[2].set, wait);
        Py_END_ALLOW_THREADS
        if (errno != EINTR)
            break;
        if (PyErr_CheckSignals() < 0)
            goto done;
        if (wait) {
            duration = _PyDeadline_Get(deadline);
            if (duration < 0) {
                /* Time is up; nothing counts as ready. */
                for (int i = 0; i < 3; i++)
                    FD_ZERO(&watched[i].set);
                ready = 0;
                break;
            }
            _PyTime_AsTimeval_clamp(duration, &tv, _PyTime_ROUND_CEILING);
        }
    }
    if (ready < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        goto done;
    }
    PyObject *lists[3];
    for (int i = 0; i < 3; i++)
        lists[i] = watched_ready(&watched[i]);
    if (lists[0] && lists[1] && lists[2])
        result = PyTuple_Pack(3, lists[0], lists[1], lists[2]);
    for (int i = 0; i < 3; i++)
        Py_XDECREF(lists[i]);
done:
    for (int i = 0; i < 3; i++)
        watched_release(&watched[i]);
    return result;
}

/* -- poll ---------------------------------------------------------------------------------- */

/* `dict` maps descriptors to event masks; `fds` is the same for the system call, up to date if
   `current`.  While `running`, another thread is inside poll() and uses `fds`. */
typedef struct {
    PyObject_HEAD
    PyObject *dict;
    int current;
    int count;
    struct pollfd *fds;
    int running;
} Poll;

static status
poll_set(Poll *self, int fd, unsigned short eventmask)
{
    PyObject *key = PyLong_FromLong(fd), *value = PyLong_FromUnsignedLong(eventmask);
    status set = key && value ? PyDict_SetItem(self->dict, key, value) : -1;
    Py_XDECREF(key);
    Py_XDECREF(value);
    self->current = 0;
    return set;
}

METHOD(select_poll, register,
       "($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)",
       "Watch a file for events; one that is watched already gets the new events.")
DEFAULT(eventmask, POLLIN | POLLPRI | POLLOUT)
static status
select_poll_register(Poll *self, fd_arg fd, unsigned short eventmask)
{
    return poll_set(self, fd, eventmask);
}

METHOD(select_poll, modify, "($self, fd, eventmask, /)", "Change the events of a watched file.")
static status
select_poll_modify(Poll *self, fd_arg fd, unsigned short eventmask)
{
    PyObject *key = PyLong_FromLong(fd);
    if (!key)
        return -1;
    truth known = PyDict_Contains(self->dict, key);
    Py_DECREF(key);
    if (known == 0) {
        errno = ENOENT;
        PyErr_SetFromErrno(PyExc_OSError);
    }
    return known > 0 ? poll_set(self, fd, eventmask) : -1;
}

METHOD(select_poll, unregister, "($self, fd, /)", "Watch a file no more.  KeyError if it was not.")
static status
select_poll_unregister(Poll *self, fd_arg fd)
{
    PyObject *key = PyLong_FromLong(fd);
    if (!key)
        return -1;
    status deleted = PyDict_DelItem(self->dict, key);
    Py_DECREF(key);
    if (deleted == 0)
        self->current = 0;
    return deleted;
}

static status
poll_update(Poll *self)
{
    Py_ssize_t count = PyDict_GET_SIZE(self->dict), position = 0, i = 0;
    struct pollfd *fds = PyMem_Resize(self->fds, struct pollfd, count + 1);
    if (!fds) {
        PyErr_NoMemory();
        return -1;
    }
    self->fds = fds;
    PyObject *key, *value;
    while (PyDict_Next(self->dict, &position, &key, &value)) {
        fds[i].fd = (int)PyLong_AsLong(key);
        fds[i++].events = (short)(unsigned short)PyLong_AsUnsignedLongMask(value);
    }
    self->count = (int)count;
    self->current = 1;
    return 0;
}

/* A timeout in milliseconds as poll(2) wants it, -1 for ever; -2 with an exception. */
static int
poll_timeout(PyObject *timeout, _PyTime_t *duration)
{
    if (timeout == Py_None)
        return -1;
    if (_PyTime_FromMillisecondsObject(duration, timeout, ROUND_TIMEOUT) < 0) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "timeout must be an integer or None");
        return -2;
    }
    _PyTime_t ms = _PyTime_AsMilliseconds(*duration, ROUND_TIMEOUT);
    if (ms < INT_MIN || ms > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout is too large");
        return -2;
    }
    return ms < 0 ? -1 : (int)ms;
}

METHOD(select_poll, poll, "($self, timeout=None, /)",
       "Wait for events; returns a list of (descriptor, events).\n\n"
       "timeout is in milliseconds, None or a negative number wait for ever.")
static PyObject *
select_poll_poll(Poll *self, PyObject *timeout)
{
    _PyTime_t duration = 0;
    int ms = poll_timeout(timeout, &duration);
    if (ms == -2)
        return NULL;
    if (self->running) {
        PyErr_SetString(PyExc_RuntimeError, "concurrent poll() invocation");
        return NULL;
    }
    if (!self->current && poll_update(self) < 0)
        return NULL;
    _PyTime_t deadline = ms >= 0 ? _PyDeadline_Init(duration) : 0;
    int ready;
    self->running = 1;
    for (;;) {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        ready = poll(self->fds, self->count, ms);
        Py_END_ALLOW_THREADS
        if (errno != EINTR)
            break;
        if (PyErr_CheckSignals() < 0) {
            ready = -2;
            break;
        }
        if (ms >= 0) {
            duration = _PyDeadline_Get(deadline);
            if (duration < 0) {
                ready = 0;
                break;
            }
            ms = (int)_PyTime_AsMilliseconds(duration, _PyTime_ROUND_CEILING);
        }
    }
    self->running = 0;
    if (ready < 0)
        return ready == -2 ? NULL : PyErr_SetFromErrno(PyExc_OSError);
    PyObject *list = PyList_New(ready);
    for (int i = 0, found = 0; list && found < ready; i++) {
        if (!self->fds[i].revents)
            continue;
        /* The events are unsigned, though the field is not. */
        PyObject *pair = Py_BuildValue("(ii)", self->fds[i].fd, self->fds[i].revents & 0xffff);
        if (!pair)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, found++, pair);
    }
    return list;
}

static void
select_poll_tp_dealloc(Poll *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(self->fds);
    Py_XDECREF(self->dict);
    PyObject_Free(self);
    Py_DECREF(type);
}

HEAPTYPE(select_poll, "select.poll", Poll, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

FUNCTION(select, poll, "($module, /)", "Return a poll object, which waits for many descriptors.")
static PyObject *
select_new_poll(PyObject *module)
{
    Poll *self = PyObject_New(Poll, ((SelectState *)PyModule_GetState(module))->poll_type);
    if (!self)
        return NULL;
    self->current = self->count = self->running = 0;
    self->fds = NULL;
    self->dict = PyDict_New();
    if (!self->dict)
        Py_CLEAR(self);
    return (PyObject *)self;
}

/* -- epoll --------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    _Atomic int fd;                /* -1: closed; read without the GIL in calls */
} Epoll;

static PyObject *
epoll_fail_closed(void)
{
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed epoll object");
    return NULL;
}

/* An object for `fd`, or for a new epoll descriptor if that is -1. */
static PyObject *
epoll_new(PyTypeObject *type, int fd)
{
    Epoll *self = (Epoll *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!self)
        return NULL;
    self->fd = fd;
    if (fd == -1) {
        Py_BEGIN_ALLOW_THREADS
        self->fd = epoll_create1(EPOLL_CLOEXEC);
        Py_END_ALLOW_THREADS
    }
    if (self->fd < 0) {
        Py_DECREF(self);
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return (PyObject *)self;
}

NEW(select_epoll, "(sizehint=-1, flags=0)")
static PyObject *
select_epoll_new(PyTypeObject *type, int sizehint, int flags)
{
    if (sizehint != -1 && sizehint <= 0) {
        PyErr_SetString(PyExc_ValueError, "negative sizehint");
        return NULL;
    }
    if (flags && flags != EPOLL_CLOEXEC) {
        PyErr_SetString(PyExc_OSError, "invalid flags");
        return NULL;
    }
    return epoll_new(type, -1);
}

static status
epoll_close(Epoll *self)
{
    int code = 0;
    if (self->fd >= 0) {
        int fd = self->fd;
        self->fd = -1;
        Py_BEGIN_ALLOW_THREADS
        if (close(fd) < 0)
            code = errno;
        Py_END_ALLOW_THREADS
    }
    errno = code;
    return code ? -1 : 0;
}

static void
select_epoll_tp_dealloc(Epoll *self)
{
    PyTypeObject *type = Py_TYPE(self);
    (void)epoll_close(self);
    freefunc free_object = PyType_GetSlot(type, Py_tp_free);
    free_object(self);
    Py_DECREF(type);
}

METHOD(select_epoll, close, "($self, /)", "Close the descriptor.")
static PyObject *
select_epoll_close(Epoll *self)
{
    if (epoll_close(self) < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

METHOD(select_epoll, fileno, "($self, /)", "Return the descriptor.")
static PyObject *
select_epoll_fileno(Epoll *self)
{
    return self->fd < 0 ? epoll_fail_closed() : PyLong_FromLong(self->fd);
}

CLASSMETHOD(select_epoll, fromfd, "($type, fd, /)", "Make an object of an epoll descriptor.")
static PyObject *
select_epoll_fromfd(PyTypeObject *type, int fd)
{
    return epoll_new(type, fd);
}

static PyObject *
epoll_control(Epoll *self, int operation, int fd, unsigned int events)
{
    if (self->fd < 0)
        return epoll_fail_closed();
    struct epoll_event event = {.events = events, .data.fd = fd};
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = epoll_ctl(self->fd, operation, fd, &event);
    Py_END_ALLOW_THREADS
    return result < 0 ? PyErr_SetFromErrno(PyExc_OSError) : Py_NewRef(Py_None);
}

METHOD(select_epoll, register,
       "($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)",
       "Watch a file for events.  OSError if it is watched already.")
DEFAULT(eventmask, EPOLLIN | EPOLLPRI | EPOLLOUT)
static PyObject *
select_epoll_register(Epoll *self, fd_arg fd, unsigned int eventmask)
{
    return epoll_control(self, EPOLL_CTL_ADD, fd, eventmask);
}

METHOD(select_epoll, modify, "($self, /, fd, eventmask)", "Change the events of a watched file.")
static PyObject *
select_epoll_modify(Epoll *self, fd_arg fd, unsigned int eventmask)
{
    return epoll_control(self, EPOLL_CTL_MOD, fd, eventmask);
}

METHOD(select_epoll, unregister, "($self, /, fd)", "Watch a file no more.")
static PyObject *
select_epoll_unregister(Epoll *self, fd_arg fd)
{
    return epoll_control(self, EPOLL_CTL_DEL, fd, 0);
}

/* Room for events on the stack. */
enum { EVENTS_FEW = 16 };

METHOD(select_epoll, poll, "($self, /, timeout=None, maxevents=-1)",
       "Wait for events; returns a list of (descriptor, events) of up to maxevents.\n\n"
       "timeout is in seconds, None or a negative number wait for ever.")
static PyObject *
select_epoll_poll(Epoll *self, PyObject *timeout, int maxevents)
{
    if (self->fd < 0)
        return epoll_fail_closed();
    _PyTime_t duration = -1, ms = -1, deadline = 0;
    if (timeout != Py_None) {
        if (_PyTime_FromSecondsObject(&duration, timeout, ROUND_TIMEOUT) < 0) {
            if (PyErr_ExceptionMatches(PyExc_TypeError))
                PyErr_SetString(PyExc_TypeError, "timeout must be an integer or None");
            return NULL;
        }
        ms = _PyTime_AsMilliseconds(duration, _PyTime_ROUND_CEILING);
        if (ms < INT_MIN || ms > INT_MAX) {
            PyErr_SetString(PyExc_OverflowError, "timeout is too large");
            return NULL;
        }
        if (ms < 0)
            ms = -1;
        else if (ms > 0)                /* 0 is over before anybody looks */
            deadline = _PyDeadline_Init(duration);
    }
    if (maxevents == -1)
        maxevents = FD_SETSIZE - 1;
    else if (maxevents < 1)
        return PyErr_Format(PyExc_ValueError, "maxevents must be greater than 0, got %d", maxevents);
    struct epoll_event few[EVENTS_FEW], *events = few;
    if (maxevents > EVENTS_FEW && !(events = PyMem_New(struct epoll_event, maxevents)))
        return PyErr_NoMemory();
    PyObject *list = NULL;
    int ready;
    for (;;) {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        ready = epoll_wait(self->fd, events, maxevents, (int)ms);
        Py_END_ALLOW_THREADS
        if (errno != EINTR)
            break;
        if (PyErr_CheckSignals() < 0)
            goto done;
        if (ms >= 0) {
            duration = _PyDeadline_Get(deadline);
            if (duration < 0) {
                ready = 0;
                break;
            }
            ms = _PyTime_AsMilliseconds(duration, _PyTime_ROUND_CEILING);
        }
    }
    if (ready < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        goto done;
    }
    list = PyList_New(ready);
    for (int i = 0; list && i < ready; i++) {
        PyObject *pair = Py_BuildValue("iI", events[i].data.fd, events[i].events);
        if (!pair)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, pair);
    }
done:
    if (events != few)
        PyMem_Free(events);
    return list;
}

METHOD(select_epoll, __enter__, "($self, /)", NULL)
static PyObject *
select_epoll___enter__(Epoll *self)
{
    return self->fd < 0 ? epoll_fail_closed() : Py_NewRef(self);
}

METHOD(select_epoll, __exit__, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", NULL)
static PyObject *
select_epoll___exit__(Epoll *self, PyObject *Py_UNUSED(exc_type), PyObject *Py_UNUSED(exc_value),
                      PyObject *Py_UNUSED(exc_tb))
{
    return PyObject_CallMethodNoArgs((PyObject *)self, ID(close));
}

GETTER(select_epoll, closed, "True if the epoll object is closed")
static PyObject *
select_epoll_get_closed(Epoll *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->fd < 0);
}

HEAPTYPE(select_epoll, "select.epoll", Epoll, NULL,
         "select.epoll(sizehint=-1, flags=0)\n\n"
         "Returns an epoll object, which waits for many descriptors.\n\n"
         "sizehint must be positive or -1 and is not used; flags must be 0 or EPOLL_CLOEXEC.",
         Py_TPFLAGS_DEFAULT, {Py_tp_getattro, (void *)PyObject_GenericGetAttr})

/* -- the module ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    long value;
} Constant;

#define NAMED(name) {#name, (long)(unsigned int)(name)},

static const Constant constants[] = {
    NAMED(PIPE_BUF)
    NAMED(POLLIN) NAMED(POLLPRI) NAMED(POLLOUT) NAMED(POLLERR) NAMED(POLLHUP) NAMED(POLLNVAL)
    NAMED(POLLRDNORM) NAMED(POLLRDBAND) NAMED(POLLWRNORM) NAMED(POLLWRBAND) NAMED(POLLMSG)
    NAMED(POLLRDHUP)
    NAMED(EPOLLIN) NAMED(EPOLLOUT) NAMED(EPOLLPRI) NAMED(EPOLLERR) NAMED(EPOLLHUP)
    NAMED(EPOLLRDHUP) NAMED(EPOLLET) NAMED(EPOLLONESHOT) NAMED(EPOLLEXCLUSIVE) NAMED(EPOLLRDNORM)
    NAMED(EPOLLRDBAND) NAMED(EPOLLWRNORM) NAMED(EPOLLWRBAND) NAMED(EPOLLMSG) NAMED(EPOLL_CLOEXEC)
};

#include "gen/modules/select.inc"

static int
select_exec(PyObject *module)
{
    SelectState *state = PyModule_GetState(module);
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    state->poll_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &select_poll_spec, NULL);
    state->epoll_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &select_epoll_spec, NULL);
    if (!state->poll_type || !state->epoll_type)
        return -1;
    return PyModule_AddObjectRef(module, "error", PyExc_OSError) < 0
                   || PyModule_AddType(module, state->epoll_type) < 0
               ? -1
               : 0;
}

static int
select_traverse(PyObject *module, visitproc visit, void *arg)
{
    SelectState *state = PyModule_GetState(module);
    Py_VISIT(state->poll_type);
    Py_VISIT(state->epoll_type);
    return 0;
}

static int
select_clear(PyObject *module)
{
    SelectState *state = PyModule_GetState(module);
    Py_CLEAR(state->poll_type);
    Py_CLEAR(state->epoll_type);
    return 0;
}

static void
select_free(void *module)
{
    select_clear(module);
}

static PyModuleDef_Slot select_slots[] = {
    {Py_mod_exec, select_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef select_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "select",
    .m_doc = PyDoc_STR("Waiting until descriptors are ready."),
    .m_size = sizeof(SelectState),
    .m_methods = select_functions,
    .m_slots = select_slots,
    .m_traverse = select_traverse,
    .m_clear = select_clear,
    .m_free = select_free,
};

PyMODINIT_FUNC
PyInit_select(void)
{
    return PyModuleDef_Init(&select_module);
}
