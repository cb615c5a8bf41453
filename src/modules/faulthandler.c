/* The module faulthandler: Python tracebacks at fatal signals, at chosen signals, after a timeout.

   Handlers run on a stack of their own, so that a stack overflow can be reported, and use only
   write(2) (runtime/dump.h). */
#include "object/declare.h"
#include "object/state.h"
#include "runtime/dump.h"
#include "runtime/init.h"
#include "base/clock.h"
#include "base/thread.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

struct FatalSignal {
    int signum;
    bool enabled;
    const char *name;
    struct sigaction before;
};

struct UserSignal {
    bool enabled, chain, all_threads;
    PyObject *file;
    int fd;
    struct sigaction before;
    PyInterpreterState *interp;
};

enum { FATAL_SIGNALS = 5 };

struct FaultState {
    bool enabled, all_threads;
    PyObject *file;
    int fd;
    PyInterpreterState *interp;
    struct FatalSignal fatal[FATAL_SIGNALS];
    struct UserSignal *user;            /* by signal number, or NULL */
    stack_t stack, old_stack;
    struct {
        PyObject *file;
        int fd;
        PY_TIMEOUT_T timeout_us;
        bool repeat, exit;
        PyInterpreterState *interp;
        char *header;
        size_t header_length;
        PyThread_type_lock cancel, running;     /* held by: the main side; the watchdog */
    } later;
};

#define fault (_PyRuntime.fault)

static void
put(int fd, const char *text)
{
    _Py_write_noraise(fd, text, strlen(text));
}

static status
need_state(void)
{
    static const struct {
        int signum;
        const char *name;
    } signals[FATAL_SIGNALS] = {
        {SIGBUS, "Bus error"},       {SIGILL, "Illegal instruction"}, {SIGFPE, "Floating point exception"},
        {SIGABRT, "Aborted"},        {SIGSEGV, "Segmentation fault"},
    };
    if (fault != NULL) {
        return 0;
    }
    struct FaultState *state = PyMem_RawCalloc(1, sizeof *state);
    if (state == NULL) {
        return -1;
    }
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        state->fatal[i].signum = signals[i].signum;
        state->fatal[i].name = signals[i].name;
    }
    fault = state;
    return 0;
}

/* ---- where to write ----------------------------------------------------------------------- */

/* Descriptor of a file argument: an int, an object with fileno(), or NULL for sys.stderr.  *file is
   a new reference to what must stay alive, or NULL. */
static int
descriptor_of(PyObject *given, PyObject **file)
{
    *file = NULL;
    if (given == NULL || given == Py_None) {
        given = PySys_GetObject("stderr");
        if (given == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "unable to get sys.stderr");
            return -1;
        }
        if (given == Py_None) {
            PyErr_SetString(PyExc_RuntimeError, "sys.stderr is None");
            return -1;
        }
    }
    else if (PyLong_Check(given)) {
        int fd = _PyLong_AsInt(given);
        if (fd == -1 && PyErr_Occurred()) {
            return -1;
        }
        if (fd < 0) {
            PyErr_SetString(PyExc_ValueError, "file is not a valid file descripter");
            return -1;
        }
        return fd;
    }
    PyObject *result = PyObject_CallMethodNoArgs(given, ID(fileno));
    if (result == NULL) {
        return -1;
    }
    int fd = -1;
    if (PyLong_Check(result)) {
        long value = PyLong_AsLong(result);
        fd = value >= 0 && value < INT_MAX ? (int)value : -1;
    }
    Py_DECREF(result);
    if (fd == -1) {
        PyErr_SetString(PyExc_RuntimeError, "file.fileno() is not a valid file descriptor");
        return -1;
    }
    PyObject *done = PyObject_CallMethodNoArgs(given, ID(flush));
    if (done == NULL) {
        PyErr_Clear();          /* a stream that cannot be flushed is used all the same */
    }
    Py_XDECREF(done);
    *file = Py_NewRef(given);
    return fd;
}

static PyThreadState *
need_tstate(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get the current thread state");
    }
    return tstate;
}

static void
dump(int fd, bool all_threads, PyInterpreterState *interp)
{
    PyThreadState *tstate = PyGILState_GetThisThreadState();
    if (all_threads) {
        _Py_DumpTracebackThreads(fd, interp, tstate);
    }
    else if (tstate != NULL) {
        _Py_DumpTraceback(fd, tstate);
    }
}

FUNCTION(faulthandler, dump_traceback, NULL,
         "dump_traceback(file=sys.stderr, all_threads=True):\n"
         "write the traceback of this thread, or of all threads, to a file")
static PyObject *
faulthandler_dump_traceback(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"file", "all_threads", NULL};
    PyObject *given = NULL, *file;
    int all_threads = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Oi:dump_traceback", names, &given, &all_threads)) {
        return NULL;
    }
    int fd = descriptor_of(given, &file);
    PyThreadState *tstate = fd < 0 ? NULL : need_tstate();
    if (tstate == NULL) {
        return NULL;
    }
    const char *error = NULL;
    if (all_threads) {
        error = _Py_DumpTracebackThreads(fd, NULL, tstate);
    }
    else {
        _Py_DumpTraceback(fd, tstate);
    }
    Py_XDECREF(file);
    if (error != NULL) {
        PyErr_SetString(PyExc_RuntimeError, error);
        return NULL;
    }
    if (PyErr_CheckSignals()) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- fatal signals ------------------------------------------------------------------------ */

static void
fatal_disable_one(struct FatalSignal *f)
{
    if (f->enabled) {
        f->enabled = false;
        sigaction(f->signum, &f->before, NULL);
    }
}

static void
fatal_handler(int signum)
{
    int saved = errno;
    struct FatalSignal *f = NULL;
    if (!fault->enabled) {
        return;
    }
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        if (fault->fatal[i].signum == signum) {
            f = &fault->fatal[i];
        }
    }
    if (f != NULL) {
        fatal_disable_one(f);
    }
    int fd = fault->fd;
    put(fd, "Fatal Python error: ");
    put(fd, f != NULL ? f->name : "unexpected signal");
    put(fd, "\n\n");
    dump(fd, fault->all_threads, fault->interp);
    if (fault->interp != NULL) {
        _Py_DumpExtensionModules(fd, fault->interp);
    }
    errno = saved;
    /* The former handler, usually the default one that ends the process, gets the signal next. */
    raise(signum);
}

static status
alternate_stack(void)
{
    if (fault->stack.ss_sp != NULL) {
        return 0;
    }
    size_t size = SIGSTKSZ * 2;
    unsigned long least = getauxval(AT_MINSIGSTKSZ);
    if (least != 0 && size < least + SIGSTKSZ) {
        size = least + SIGSTKSZ;
    }
    fault->stack.ss_flags = 0;
    fault->stack.ss_size = size;
    fault->stack.ss_sp = PyMem_RawMalloc(size);
    if (fault->stack.ss_sp == NULL) {
        return -1;
    }
    if (sigaltstack(&fault->stack, &fault->old_stack) != 0) {
        PyMem_RawFree(fault->stack.ss_sp);
        fault->stack.ss_sp = NULL;
    }
    return 0;
}

static status
fatal_enable(void)
{
    if (fault->enabled) {
        return 0;
    }
    if (alternate_stack() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    fault->enabled = true;
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = fatal_handler;
        sigemptyset(&action.sa_mask);
        /* The handler raises the signal again, which must not wait for it to return. */
        action.sa_flags = SA_NODEFER | (fault->stack.ss_sp != NULL ? SA_ONSTACK : 0);
        if (sigaction(fault->fatal[i].signum, &action, &fault->fatal[i].before) != 0) {
            PyErr_SetFromErrno(PyExc_RuntimeError);
            return -1;
        }
        fault->fatal[i].enabled = true;
    }
    return 0;
}

static void
fatal_disable(void)
{
    if (fault == NULL) {
        return;
    }
    if (fault->enabled) {
        fault->enabled = false;
        for (int i = 0; i < FATAL_SIGNALS; i++) {
            fatal_disable_one(&fault->fatal[i]);
        }
    }
    Py_CLEAR(fault->file);
}

FUNCTION(faulthandler, enable, NULL,
         "enable(file=sys.stderr, all_threads=True): show tracebacks at fatal signals")
static PyObject *
faulthandler_enable(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"file", "all_threads", NULL};
    PyObject *given = NULL, *file;
    int all_threads = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Oi:enable", names, &given, &all_threads)) {
        return NULL;
    }
    int fd = descriptor_of(given, &file);
    PyThreadState *tstate = fd < 0 ? NULL : need_tstate();
    if (tstate == NULL || need_state() < 0) {
        return NULL;
    }
    Py_XSETREF(fault->file, file);
    fault->fd = fd;
    fault->all_threads = all_threads != 0;
    fault->interp = tstate->interp;
    if (fatal_enable() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(faulthandler, disable, "!($module, /)", "disable(): no longer show tracebacks at fatal signals")
static PyObject *
faulthandler_disable(PyObject *module)
{
    bool was = fault != NULL && fault->enabled;
    fatal_disable();
    return PyBool_FromLong(was);
}

FUNCTION(faulthandler, is_enabled, "!($module, /)", "is_enabled()->bool: whether enable() is in effect")
static PyObject *
faulthandler_is_enabled(PyObject *module)
{
    return PyBool_FromLong(fault != NULL && fault->enabled);
}

/* ---- after a timeout ---------------------------------------------------------------------- */

static void
watchdog(void *Py_UNUSED(arg))
{
    sigset_t all;
    /* Signals are for the other threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    do {
        if (PyThread_acquire_lock_timed(fault->later.cancel, fault->later.timeout_us, 0) ==
            PY_LOCK_ACQUIRED) {
            PyThread_release_lock(fault->later.cancel);
            break;
        }
        _Py_write_noraise(fault->later.fd, fault->later.header, fault->later.header_length);
        const char *error = _Py_DumpTracebackThreads(fault->later.fd, fault->later.interp, NULL);
        if (fault->later.exit) {
            _exit(1);
        }
        if (error != NULL) {
            break;
        }
    } while (fault->later.repeat);
    PyThread_release_lock(fault->later.running);
}

static void
cancel_later(void)
{
    if (fault == NULL || fault->later.cancel == NULL) {
        return;
    }
    PyThread_release_lock(fault->later.cancel);     /* ends the wait */
    PyThread_acquire_lock(fault->later.running, 1); /* the thread has ended */
    PyThread_release_lock(fault->later.running);
    PyThread_acquire_lock(fault->later.cancel, 1);
    Py_CLEAR(fault->later.file);
    PyMem_RawFree(fault->later.header);
    fault->later.header = NULL;
}

static status
later_locks(void)
{
    if (fault->later.cancel == NULL) {
        fault->later.cancel = PyThread_allocate_lock();
        fault->later.running = fault->later.cancel == NULL ? NULL : PyThread_allocate_lock();
        if (fault->later.running == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "could not allocate locks for dump_traceback_later");
            return -1;
        }
        PyThread_acquire_lock(fault->later.cancel, 1);
    }
    return 0;
}

FUNCTION(faulthandler, dump_traceback_later, NULL,
         "dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False):\n"
         "write the tracebacks of all threads after some seconds, once or again and again;\n"
         "with exit true, end the process then without cleaning up")
static PyObject *
faulthandler_dump_traceback_later(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"timeout", "repeat", "file", "exit", NULL};
    PyObject *timeout_object, *given = NULL, *file;
    _PyTime_t timeout;
    int repeat = 0, exit_after = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|iOi:dump_traceback_later", names, &timeout_object,
                                     &repeat, &given, &exit_after) ||
        _PyTime_FromSecondsObject(&timeout, timeout_object, _PyTime_ROUND_TIMEOUT) < 0) {
        return NULL;
    }
    _PyTime_t us = _PyTime_AsMicroseconds(timeout, _PyTime_ROUND_TIMEOUT);
    if (us <= 0) {
        PyErr_SetString(PyExc_ValueError, "timeout must be greater than 0");
        return NULL;
    }
    if (us > PY_TIMEOUT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return NULL;
    }
    PyThreadState *tstate = need_tstate();
    int fd = tstate == NULL ? -1 : descriptor_of(given, &file);
    if (fd < 0) {
        return NULL;
    }
    if (need_state() < 0 || later_locks() < 0) {
        Py_XDECREF(file);
        return NULL;
    }
    char header[100];
    long sec = (long)(us / 1000000), rest = (long)(us % 1000000);
    if (rest != 0) {
        snprintf(header, sizeof header, "Timeout (%lu:%02lu:%02lu.%06lu)!\n", sec / 3600,
                 sec / 60 % 60, sec % 60, rest);
    }
    else {
        snprintf(header, sizeof header, "Timeout (%lu:%02lu:%02lu)!\n", sec / 3600, sec / 60 % 60,
                 sec % 60);
    }
    char *copy = _PyMem_RawStrdup(header);
    if (copy == NULL) {
        Py_XDECREF(file);
        return PyErr_NoMemory();
    }
    cancel_later();
    Py_XSETREF(fault->later.file, file);
    fault->later.fd = fd;
    fault->later.timeout_us = us;
    fault->later.repeat = repeat != 0;
    fault->later.exit = exit_after != 0;
    fault->later.interp = tstate->interp;
    fault->later.header = copy;
    fault->later.header_length = strlen(copy);
    PyThread_acquire_lock(fault->later.running, 1);
    if (thread_start(watchdog, NULL, 0) == PYTHREAD_INVALID_THREAD_ID) {
        PyThread_release_lock(fault->later.running);
        Py_CLEAR(fault->later.file);
        PyMem_RawFree(copy);
        fault->later.header = NULL;
        PyErr_SetString(PyExc_RuntimeError, "unable to start watchdog thread");
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(faulthandler, cancel_dump_traceback_later, "!($module, /)",
         "cancel_dump_traceback_later():\ncancel the last dump_traceback_later()")
static PyObject *
faulthandler_cancel_dump_traceback_later(PyObject *module)
{
    cancel_later();
    Py_RETURN_NONE;
}

/* ---- chosen signals ----------------------------------------------------------------------- */

static status set_user_action(int signum, bool chain, struct sigaction *before);

static void
user_handler(int signum)
{
    int saved = errno;
    struct UserSignal *user = &fault->user[signum];
    if (!user->enabled) {
        return;
    }
    dump(user->fd, user->all_threads, user->interp);
    if (user->chain) {
        sigaction(signum, &user->before, NULL);
        errno = saved;
        raise(signum);
        saved = errno;
        set_user_action(signum, user->chain, NULL);
    }
    errno = saved;
}

static status
set_user_action(int signum, bool chain, struct sigaction *before)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = user_handler;
    sigemptyset(&action.sa_mask);
    /* System calls are restarted; a chained handler must be reachable while this one runs. */
    action.sa_flags = SA_RESTART | (chain ? SA_NODEFER : 0) |
                      (fault->stack.ss_sp != NULL ? SA_ONSTACK : 0);
    return sigaction(signum, &action, before);
}

static status
check_user_signal(int signum)
{
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        if (fault->fatal[i].signum == signum) {
            PyErr_Format(PyExc_RuntimeError, "signal %i cannot be registered, use enable() instead",
                         signum);
            return -1;
        }
    }
    if (signum < 1 || signum >= SIGNALS) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return -1;
    }
    return 0;
}

FUNCTION(faulthandler, register, NULL,
         "register(signum, file=sys.stderr, all_threads=True, chain=False): show tracebacks\n"
         "when a signal arrives")
static PyObject *
faulthandler_register(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"signum", "file", "all_threads", "chain", NULL};
    int signum, all_threads = 1, chain = 0;
    PyObject *given = NULL, *file;
    struct sigaction before;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "i|Oii:register", names, &signum, &given,
                                     &all_threads, &chain)) {
        return NULL;
    }
    if (need_state() < 0) {
        return PyErr_NoMemory();
    }
    if (check_user_signal(signum) < 0) {
        return NULL;
    }
    PyThreadState *tstate = need_tstate();
    int fd = tstate == NULL ? -1 : descriptor_of(given, &file);
    if (fd < 0) {
        return NULL;
    }
    if ((fault->user == NULL &&
         (fault->user = PyMem_RawCalloc(SIGNALS, sizeof *fault->user)) == NULL) ||
        alternate_stack() < 0) {
        Py_XDECREF(file);
        return PyErr_NoMemory();
    }
    struct UserSignal *user = &fault->user[signum];
    if (!user->enabled) {
        if (set_user_action(signum, chain != 0, &before) != 0) {
            PyErr_SetFromErrno(PyExc_OSError);
            Py_XDECREF(file);
            return NULL;
        }
        user->before = before;
    }
    Py_XSETREF(user->file, file);
    user->fd = fd;
    user->all_threads = all_threads != 0;
    user->chain = chain != 0;
    user->interp = tstate->interp;
    user->enabled = true;
    Py_RETURN_NONE;
}

static bool
unregister(int signum)
{
    struct UserSignal *user = &fault->user[signum];
    if (!user->enabled) {
        return false;
    }
    user->enabled = false;
    sigaction(signum, &user->before, NULL);
    Py_CLEAR(user->file);
    user->fd = -1;
    return true;
}

FUNCTION(faulthandler, unregister, NULL,
         "unregister(signum): no longer show tracebacks when the signal arrives")
static PyObject *
faulthandler_unregister(PyObject *module, PyObject *args, PyObject *kwargs)
{
    int signum;
    if (!PyArg_ParseTuple(args, "i:unregister", &signum)) {
        return NULL;
    }
    if (need_state() < 0) {
        return PyErr_NoMemory();
    }
    if (check_user_signal(signum) < 0) {
        return NULL;
    }
    return PyBool_FromLong(fault->user != NULL && unregister(signum));
}

/* ---- ways to fail, for tests -------------------------------------------------------------- */

/* A deliberate crash should not leave a core file behind. */
static void
no_core_file(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
}

FUNCTION(faulthandler, _read_null, "!($module, /)", "_read_null(): read from NULL, raise SIGSEGV or SIGBUS")
static PyObject *
faulthandler__read_null(PyObject *module)
{
    volatile int *nowhere = NULL, value;
    no_core_file();
    value = *nowhere;
    return PyLong_FromLong(value);
}

FUNCTION(faulthandler, _sigsegv, NULL, "_sigsegv(release_gil=False): raise SIGSEGV")
static PyObject *
faulthandler__sigsegv(PyObject *module, PyObject *args)
{
    int release = 0;
    if (!PyArg_ParseTuple(args, "|i:_sigsegv", &release)) {
        return NULL;
    }
    no_core_file();
    if (release) {
        Py_BEGIN_ALLOW_THREADS
        raise(SIGSEGV);
        Py_END_ALLOW_THREADS
    }
    else {
        raise(SIGSEGV);
    }
    Py_RETURN_NONE;
}

FUNCTION(faulthandler, _sigabrt, "!($module, /)", "_sigabrt(): raise SIGABRT")
static PyObject *
faulthandler__sigabrt(PyObject *module)
{
    no_core_file();
    abort();
    Py_RETURN_NONE;
}

FUNCTION(faulthandler, _sigfpe, "!($module, /)", "_sigfpe(): raise SIGFPE")
static PyObject *
faulthandler__sigfpe(PyObject *module)
{
    no_core_file();
    raise(SIGFPE);
    Py_RETURN_NONE;
}

static void
fatal_in_thread(void *Py_UNUSED(arg))
{
    _Py_FatalErrorFunc("faulthandler_fatal_error_thread", "in new thread");
}

FUNCTION(faulthandler, _fatal_error_c_thread, "!($module, /)",
         "fatal_error_c_thread(): a fatal error in a thread without Python state")
static PyObject *
faulthandler__fatal_error_c_thread(PyObject *module)
{
    no_core_file();
    PyThread_type_lock lock = PyThread_allocate_lock();
    if (lock == NULL) {
        return PyErr_NoMemory();
    }
    PyThread_acquire_lock(lock, 1);
    if (thread_start(fatal_in_thread, NULL, 0) == PYTHREAD_INVALID_THREAD_ID) {
        PyThread_free_lock(lock);
        PyErr_SetString(PyExc_RuntimeError, "unable to start the thread");
        return NULL;
    }
    PyThread_acquire_lock(lock, 1);     /* for ever: the process ends */
    Py_RETURN_NONE;
}

enum { OVERFLOW_MAX = 100 * 1024 * 1024 };

static NOINLINE uintptr_t
use_stack(uintptr_t least, uintptr_t most, size_t *depth)
{
    volatile unsigned char buffer[4096];
    uintptr_t here = (uintptr_t)buffer;
    ++*depth;
    if (here < least || most < here) {
        return here;
    }
    buffer[0] = 1;
    buffer[4095] = (unsigned char)*depth;
    uintptr_t deeper = use_stack(least, most, depth);
    return deeper + (buffer[0] - 1u);
}

FUNCTION(faulthandler, _stack_overflow, "!($module, /)", "_stack_overflow(): use more stack than there is")
static PyObject *
faulthandler__stack_overflow(PyObject *module)
{
    size_t depth = 0;
    uintptr_t here = (uintptr_t)&depth;
    no_core_file();
    uintptr_t least = here > OVERFLOW_MAX ? here - OVERFLOW_MAX : 0;
    uintptr_t most = here < UINTPTR_MAX - OVERFLOW_MAX ? here + OVERFLOW_MAX : UINTPTR_MAX;
    uintptr_t deepest = use_stack(least, most, &depth);
    size_t size = deepest < here ? here - deepest : deepest - here;
    PyErr_Format(PyExc_RuntimeError, "unable to raise a stack overflow (allocated %zu bytes on the "
                                     "stack, %zu recursive calls)", size, depth);
    return NULL;
}

/* ---- the module --------------------------------------------------------------------------- */

status
faulthandler_init(bool enable)
{
    if (!enable) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("faulthandler");
    PyObject *done = module == NULL ? NULL : PyObject_CallMethod(module, "enable", "");
    Py_XDECREF(module);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

void
faulthandler_fini(void)
{
    if (fault == NULL) {
        return;
    }
    if (fault->later.cancel != NULL && !_PyRuntime.life.in_fatal_error) {
        cancel_later();
    }
    for (int signum = 1; fault->user != NULL && signum < SIGNALS; signum++) {
        if (fault->user[signum].enabled) {
            fault->user[signum].enabled = false;
            sigaction(signum, &fault->user[signum].before, NULL);
        }
    }
    fault->enabled = false;
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        fatal_disable_one(&fault->fatal[i]);
    }
    if (_PyRuntime.life.in_fatal_error) {
        return;                 /* no memory may be touched any more */
    }
    for (int signum = 1; fault->user != NULL && signum < SIGNALS; signum++) {
        Py_CLEAR(fault->user[signum].file);
    }
    Py_CLEAR(fault->file);
    if (fault->stack.ss_sp != NULL) {
        sigaltstack(&fault->old_stack, NULL);
        PyMem_RawFree(fault->stack.ss_sp);
        fault->stack.ss_sp = NULL;
    }
}

static int
faulthandler_exec(PyObject *module)
{
    return need_state() < 0 ? (PyErr_NoMemory(), -1) : 0;
}

static int
faulthandler_traverse(PyObject *module, visitproc visit, void *arg)
{
    if (fault != NULL) {
        Py_VISIT(fault->file);
        Py_VISIT(fault->later.file);
        for (int signum = 0; fault->user != NULL && signum < SIGNALS; signum++) {
            Py_VISIT(fault->user[signum].file);
        }
    }
    return 0;
}

static PyModuleDef_Slot faulthandler_slots[] = {{Py_mod_exec, faulthandler_exec}, {0, NULL}};
static PyMethodDef faulthandler_functions[];

static WRITTEN struct PyModuleDef faulthandler_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "faulthandler",
    .m_doc = "Python tracebacks when the process fails or does not get on.",
    .m_methods = faulthandler_functions,
    .m_slots = faulthandler_slots,
    .m_traverse = faulthandler_traverse,
};

PyMODINIT_FUNC
PyInit_faulthandler(void)
{
    return PyModuleDef_Init(&faulthandler_def);
}

#include "gen/modules/faulthandler.inc"
