/* Signals: the C handler marks, the main thread calls the Python handler at its next instruction.

   The handler touches only atomics and writes to the wake-up descriptor.  Everything else happens
   in signals_run, in the main thread of the main interpreter. */
#include "runtime/init.h"
#include "runtime/signal.h"
#include "object/doors.h"
#include "base/thread.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define state (_PyRuntime.signals)
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)

/* ---- in the handler ----------------------------------------------------------------------- */

static void
mark(int signum)
{
    STORE(state.handlers[signum].tripped, 1);
    STORE(state.any_tripped, 1);
    __atomic_add_fetch(&signals_arrived, 1, __ATOMIC_RELAXED);
    struct _is *interp = _PyRuntime.interpreters.main;
    if (interp != NULL) {
        breaker_set(interp);
    }
}

/* A pending call: writing to the wake-up descriptor failed. */
static int
report_wakeup_failure(void *saved_errno)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    errno = (int)(intptr_t)saved_errno;
    PyErr_SetFromErrno(PyExc_OSError);
    _PyErr_WriteUnraisableMsg("when trying to write to the signal wakeup fd", NULL);
    PyErr_Restore(type, value, traceback);
    return 0;
}

static void
wake(int signum)
{
    int fd = state.wakeup_fd;
    unsigned char byte = (unsigned char)signum;
    ssize_t n;
    if (fd < 0) {
        return;
    }
    do {
        n = write(fd, &byte, 1);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (state.wakeup_warn || (errno != EWOULDBLOCK && errno != EAGAIN))) {
        extern int _PyEval_AddPendingCall(PyInterpreterState *, int (*)(void *), void *);
        _PyEval_AddPendingCall(_PyRuntime.interpreters.main, report_wakeup_failure,
                               (void *)(intptr_t)errno);
    }
}

void
signal_c_handler(int signum)
{
    int saved = errno;
    mark(signum);
    wake(signum);
    errno = saved;
}

/* ---- in the main thread ------------------------------------------------------------------- */

bool
signal_may_handle(void)
{
    PyThreadState *tstate = tstate_get();
    return PyThread_get_thread_ident() == _PyRuntime.life.main_thread && tstate != NULL &&
           tstate->interp == _PyRuntime.interpreters.main;
}

int
_PyOS_IsMainThread(void)
{
    return signal_may_handle();
}

status
signals_run(PyThreadState *tstate)
{
    if (!LOAD(state.any_tripped)) {
        return 0;
    }
    /* Before the loop: a signal that comes while it runs must set the flag again. */
    STORE(state.any_tripped, 0);
    struct _PyInterpreterFrame *running = tstate->cframe->current_frame;
    PyObject *frame = running == NULL ? NULL : (PyObject *)PyThreadState_GetFrame(tstate);
    PyErr_Clear();
    for (int signum = 1; signum < SIGNALS; signum++) {
        if (!LOAD(state.handlers[signum].tripped)) {
            continue;
        }
        STORE(state.handlers[signum].tripped, 0);
        PyObject *func = state.handlers[signum].func;
        if (func == NULL || func == Py_None || func == state.ignore_handler ||
            func == state.default_handler) {
            /* Changed by another handler meanwhile: there is nobody to call. */
            PyErr_Format(PyExc_OSError, "Signal %i ignored due to race condition", signum);
            PyErr_WriteUnraisable(Py_None);
            continue;
        }
        Py_INCREF(func);
        PyObject *result = PyObject_CallFunction(func, "iO", signum, frame == NULL ? Py_None : frame);
        Py_DECREF(func);
        if (result == NULL) {
            STORE(state.any_tripped, 1);        /* the others are still waiting */
            breaker_set(tstate->interp);
            Py_XDECREF(frame);
            return -1;
        }
        Py_DECREF(result);
    }
    Py_XDECREF(frame);
    return 0;
}

int
_PyErr_CheckSignalsTstate(PyThreadState *tstate)
{
    return signals_run(tstate);
}

int
_PyErr_CheckSignals(void)
{
    return signals_run(tstate_get());
}

/* Call the handlers of signals that have arrived; -1 with the exception of one. */
int
PyErr_CheckSignals(void)
{
    return LOAD(state.any_tripped) && signal_may_handle() ? signals_run(tstate_get()) : 0;
}

/* As if the signal had arrived; -1 if the number is out of range.  Nothing for default handlers. */
int
PyErr_SetInterruptEx(int signum)
{
    if (signum < 1 || signum >= SIGNALS) {
        return -1;
    }
    PyObject *func = state.handlers[signum].func;
    if (func != NULL && func != state.ignore_handler && func != state.default_handler) {
        signal_c_handler(signum);
    }
    return 0;
}

void
PyErr_SetInterrupt(void)
{
    PyErr_SetInterruptEx(SIGINT);
}

/* Has SIGINT arrived since the last time somebody asked? */
int
_PyOS_InterruptOccurred(PyThreadState *tstate)
{
    if (PyThread_get_thread_ident() != _PyRuntime.life.main_thread ||
        tstate->interp != _PyRuntime.interpreters.main || !LOAD(state.handlers[SIGINT].tripped)) {
        return 0;
    }
    STORE(state.handlers[SIGINT].tripped, 0);
    return 1;
}

int
PyOS_InterruptOccurred(void)
{
    return _PyOS_InterruptOccurred(tstate_get());
}

/* ---- handlers ----------------------------------------------------------------------------- */

PyOS_sighandler_t
PyOS_getsig(int signum)
{
    struct sigaction now;
    return sigaction(signum, NULL, &now) < 0 ? SIG_ERR : now.sa_handler;
}

PyOS_sighandler_t
PyOS_setsig(int signum, PyOS_sighandler_t handler)
{
    struct sigaction fresh, before;
    memset(&fresh, 0, sizeof fresh);
    fresh.sa_handler = handler;
    sigemptyset(&fresh.sa_mask);
    /* A thread's alternate stack (faulthandler) is used where there is one. */
    fresh.sa_flags = SA_ONSTACK;
    return sigaction(signum, &fresh, &before) < 0 ? SIG_ERR : before.sa_handler;
}

void
_Py_RestoreSignals(void)
{
    PyOS_setsig(SIGPIPE, SIG_DFL);
    PyOS_setsig(SIGXFSZ, SIG_DFL);
}

int
PySignal_SetWakeupFd(int fd)
{
    int before = state.wakeup_fd;
    state.wakeup_fd = fd < 0 ? -1 : fd;
    return before;
}

void
signals_after_fork(void)
{
    for (int signum = 1; signum < SIGNALS; signum++) {
        STORE(state.handlers[signum].tripped, 0);
    }
    STORE(state.any_tripped, 0);
}

void
_PySignal_AfterFork(void)
{
    signals_after_fork();
}

/* Read the handlers that the process was started with; with `install` also ignore SIGPIPE and
   SIGXFSZ, and make SIGINT raise KeyboardInterrupt. */
status
signals_init(bool install)
{
    if (install) {
        PyOS_setsig(SIGPIPE, SIG_IGN);
        PyOS_setsig(SIGXFSZ, SIG_IGN);
    }
    PyObject *module = PyImport_ImportModule("_signal");
    if (module == NULL) {
        return -1;
    }
    status result = 0;
    if (install && state.handlers[SIGINT].func == state.default_handler) {
        PyObject *handler = PyObject_GetAttrString(module, "default_int_handler");
        if (handler == NULL) {
            result = -1;
        }
        else {
            Py_XSETREF(state.handlers[SIGINT].func, handler);
            PyOS_setsig(SIGINT, signal_c_handler);
        }
    }
    Py_DECREF(module);
    return result;
}

/* Give every signal that Python handles back to the system. */
void
signals_fini(void)
{
    for (int signum = 1; signum < SIGNALS; signum++) {
        PyObject *func = state.handlers[signum].func;
        STORE(state.handlers[signum].tripped, 0);
        state.handlers[signum].func = NULL;
        if (func != NULL && func != Py_None && func != state.default_handler &&
            func != state.ignore_handler) {
            PyOS_setsig(signum, SIG_DFL);
        }
        Py_XDECREF(func);
    }
    Py_CLEAR(state.default_handler);
    Py_CLEAR(state.ignore_handler);
}
