/* The module _signal: handlers, timers, masks. */
#include "object/declare.h"
#include "runtime/signal.h"
#include "base/clock.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <structseq.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define signals (_PyRuntime.signals)

struct SignalModule {
    PyObject *itimer_error;
    PyTypeObject *siginfo_type;
};

static struct SignalModule *
module_state(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- handlers ----------------------------------------------------------------------------- */

FUNCTION(_signal, default_int_handler, "($module, signalnum, frame, /)",
         "Raise KeyboardInterrupt: the handler of SIGINT.")
static PyObject *
_signal_default_int_handler(PyObject *module, int signalnum, PyObject *frame)
{
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    return NULL;
}

static status
check_number(int signum)
{
    if (signum < 1 || signum >= SIGNALS) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return -1;
    }
    return 0;
}

/* Equal to SIG_DFL or SIG_IGN, which are ints (members of an IntEnum for users)? */
static truth
is_handler(PyObject *op, PyObject *handler)
{
    return handler == NULL ? 0 : PyObject_RichCompareBool(op, handler, Py_EQ);
}

FUNCTION(_signal, signal, "($module, signalnum, handler, /)",
         "Set what happens when the signal arrives; what happened before.\n\n"
         "handler is SIG_DFL, SIG_IGN, or called with the number and the running frame.")
static PyObject *
_signal_signal(PyObject *module, int signalnum, PyObject *handler)
{
    PyOS_sighandler_t func;
    if (!signal_may_handle()) {
        PyErr_SetString(PyExc_ValueError,
                        "signal only works in main thread of the main interpreter");
        return NULL;
    }
    if (check_number(signalnum) < 0) {
        return NULL;
    }
    if (PyCallable_Check(handler)) {
        func = signal_c_handler;
    }
    else {
        int ignore = is_handler(handler, signals.ignore_handler);
        int dfl = ignore != 0 ? 0 : is_handler(handler, signals.default_handler);
        if (ignore < 0 || dfl < 0) {
            return NULL;
        }
        if (!ignore && !dfl) {
            PyErr_SetString(PyExc_TypeError, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, "
                                             "or a callable object");
            return NULL;
        }
        handler = ignore ? signals.ignore_handler : signals.default_handler;
        func = ignore ? SIG_IGN : SIG_DFL;
    }
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    if (PyOS_setsig(signalnum, func) == SIG_ERR) {
        PyErr_SetFromErrno(PyExc_OSError);
        return NULL;
    }
    PyObject *before = signals.handlers[signalnum].func;
    signals.handlers[signalnum].func = Py_NewRef(handler);
    return before != NULL ? before : Py_NewRef(Py_None);
}

FUNCTION(_signal, getsignal, "($module, signalnum, /)",
         "The signal's handler; None if it was not set by Python.")
static PyObject *
_signal_getsignal(PyObject *module, int signalnum)
{
    if (check_number(signalnum) < 0) {
        return NULL;
    }
    PyObject *handler = signals.handlers[signalnum].func;
    return Py_NewRef(handler != NULL ? handler : Py_None);
}

FUNCTION(_signal, siginterrupt, "($module, signalnum, flag, /)",
         "Whether system calls end when the signal arrives (flag true) or are restarted.")
static PyObject *
_signal_siginterrupt(PyObject *module, int signalnum, int flag)
{
    struct sigaction action;
    if (check_number(signalnum) < 0) {
        return NULL;
    }
    if (sigaction(signalnum, NULL, &action) == 0) {
        action.sa_flags = flag ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
        if (sigaction(signalnum, &action, NULL) == 0) {
            Py_RETURN_NONE;
        }
    }
    return PyErr_SetFromErrno(PyExc_OSError);
}

FUNCTION(_signal, set_wakeup_fd, NULL,
         "set_wakeup_fd(fd, *, warn_on_full_buffer=True) -> fd\n\n"
         "A non-blocking descriptor that gets a byte for each signal; the one before. -1: none.")
static PyObject *
_signal_set_wakeup_fd(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "warn_on_full_buffer", NULL};
    int fd, warn = 1;
    struct stat st;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "i|$p:set_wakeup_fd", names, &fd, &warn)) {
        return NULL;
    }
    if (!signal_may_handle()) {
        PyErr_SetString(PyExc_ValueError,
                        "set_wakeup_fd only works in main thread of the main interpreter");
        return NULL;
    }
    if (fd != -1) {
        extern int _Py_get_blocking(int), _Py_fstat(int, struct stat *);
        if (_Py_fstat(fd, &st) != 0) {
            return NULL;
        }
        int blocking = _Py_get_blocking(fd);
        if (blocking < 0) {
            return NULL;
        }
        if (blocking) {
            PyErr_Format(PyExc_ValueError, "the fd %i must be in non-blocking mode", fd);
            return NULL;
        }
    }
    int before = signals.wakeup_fd;
    signals.wakeup_fd = fd;
    signals.wakeup_warn = warn;
    return PyLong_FromLong(before);
}

FUNCTION(_signal, strsignal, "($module, signalnum, /)",
         "The system's words for a signal; None if it has none.")
static PyObject *
_signal_strsignal(PyObject *module, int signalnum)
{
    if (check_number(signalnum) < 0) {
        return NULL;
    }
    errno = 0;
    const char *text = strsignal(signalnum);
    if (errno || text == NULL || strstr(text, "Unknown signal") != NULL) {
        Py_RETURN_NONE;
    }
    return PyUnicode_FromString(text);
}

/* ---- sending ------------------------------------------------------------------------------ */

FUNCTION(_signal, raise_signal, "($module, signalnum, /)", "Send a signal to this process.")
static PyObject *
_signal_raise_signal(PyObject *module, int signalnum)
{
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = raise(signalnum);
    Py_END_ALLOW_THREADS
    if (failed) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    /* The handler has run: its exception is to be seen here. */
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_signal, pthread_kill, "($module, thread_id, signalnum, /)", "Send a signal to a thread.")
static PyObject *
_signal_pthread_kill(PyObject *module, unsigned long thread_id, int signalnum)
{
    if (PySys_Audit("signal.pthread_kill", "ki", thread_id, signalnum) < 0) {
        return NULL;
    }
    int error = pthread_kill((pthread_t)thread_id, signalnum);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_signal, pidfd_send_signal, "($module, pidfd, signalnum, siginfo=None, flags=0, /)",
         "Send a signal to the process a pid descriptor stands for.")
static PyObject *
_signal_pidfd_send_signal(PyObject *module, int pidfd, int signalnum, PyObject *siginfo, int flags)
{
    if (siginfo != Py_None) {
        PyErr_SetString(PyExc_TypeError, "siginfo must be None");
        return NULL;
    }
    if (syscall(SYS_pidfd_send_signal, pidfd, signalnum, NULL, flags) < 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
}

FUNCTION(_signal, pause, "($module, /)", "Wait until a signal arrives.")
static PyObject *
_signal_pause(PyObject *module)
{
    Py_BEGIN_ALLOW_THREADS
    (void)pause();
    Py_END_ALLOW_THREADS
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- timers ------------------------------------------------------------------------------- */

FUNCTION(_signal, alarm, "($module, seconds, /)",
         "Have SIGALRM sent after some seconds; what was left of the former alarm.")
static PyObject *
_signal_alarm(PyObject *module, int seconds)
{
    return PyLong_FromLong((long)alarm((unsigned)seconds));
}

static status
seconds_to_timeval(PyObject *seconds, struct timeval *tv)
{
    _PyTime_t t;
    if (seconds == NULL) {
        tv->tv_sec = 0;
        tv->tv_usec = 0;
        return 0;
    }
    return _PyTime_FromSecondsObject(&t, seconds, _PyTime_ROUND_CEILING) < 0
               ? -1
               : _PyTime_AsTimeval(t, tv, _PyTime_ROUND_CEILING);
}

static PyObject *
timer_tuple(const struct itimerval *timer)
{
    return Py_BuildValue("(dd)", (double)timer->it_value.tv_sec + (double)timer->it_value.tv_usec * 1e-6,
                         (double)timer->it_interval.tv_sec +
                             (double)timer->it_interval.tv_usec * 1e-6);
}

FUNCTION(_signal, setitimer, "($module, which, seconds, interval=0.0, /)",
         "Set a timer to go off after some seconds and then at intervals; what it was, as a pair.")
DEFAULT(interval, NULL)
static PyObject *
_signal_setitimer(PyObject *module, int which, PyObject *seconds, PyObject *interval)
{
    struct itimerval fresh, before;
    if (seconds_to_timeval(seconds, &fresh.it_value) < 0 ||
        seconds_to_timeval(interval, &fresh.it_interval) < 0) {
        return NULL;
    }
    if (setitimer(which, &fresh, &before) != 0) {
        PyErr_SetFromErrno(module_state(module)->itimer_error);
        return NULL;
    }
    return timer_tuple(&before);
}

FUNCTION(_signal, getitimer, "($module, which, /)", "(seconds left, interval) of a timer.")
static PyObject *
_signal_getitimer(PyObject *module, int which)
{
    struct itimerval now;
    if (getitimer(which, &now) != 0) {
        PyErr_SetFromErrno(module_state(module)->itimer_error);
        return NULL;
    }
    return timer_tuple(&now);
}

/* ---- masks -------------------------------------------------------------------------------- */

extern int _Py_Sigset_Converter(PyObject *object, void *result);
CONVERTER(sigset_t, _Py_Sigset_Converter)

static PyObject *
set_of(const sigset_t *mask)
{
    PyObject *set = PySet_New(NULL);
    for (int signum = 1; set != NULL && signum < SIGNALS; signum++) {
        if (sigismember(mask, signum) != 1) {
            continue;
        }
        PyObject *number = PyLong_FromLong(signum);
        if (number == NULL || PySet_Add(set, number) < 0) {
            Py_CLEAR(set);
        }
        Py_XDECREF(number);
    }
    return set;
}

FUNCTION(_signal, pthread_sigmask, "($module, how, mask, /)",
         "Change which signals are blocked in this thread; those that were.")
static PyObject *
_signal_pthread_sigmask(PyObject *module, int how, sigset_t mask)
{
    sigset_t before;
    int error = pthread_sigmask(how, &mask, &before);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    /* Signals that were waiting have arrived now. */
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    return set_of(&before);
}

FUNCTION(_signal, sigpending, "($module, /)", "The signals that have arrived but are blocked.")
static PyObject *
_signal_sigpending(PyObject *module)
{
    sigset_t mask;
    if (sigpending(&mask) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return set_of(&mask);
}

FUNCTION(_signal, sigwait, "($module, sigset, /)", "Wait for one of some signals; its number.")
static PyObject *
_signal_sigwait(PyObject *module, sigset_t sigset)
{
    int error, signum;
    Py_BEGIN_ALLOW_THREADS
    error = sigwait(&sigset, &signum);
    Py_END_ALLOW_THREADS
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromLong(signum);
}

FUNCTION(_signal, valid_signals, "($module, /)", "The numbers of all signals here.")
static PyObject *
_signal_valid_signals(PyObject *module)
{
    sigset_t mask;
    if (sigemptyset(&mask) || sigfillset(&mask)) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return set_of(&mask);
}

static PyStructSequence_Field siginfo_fields[] = {
    {"si_signo", "the signal"},
    {"si_code", "why it was sent"},
    {"si_errno", "error number that belongs to it"},
    {"si_pid", "process that sent it"},
    {"si_uid", "user of that process"},
    {"si_status", "exit status or signal of a child"},
    {"si_band", "event of SIGPOLL"},
    {NULL, NULL},
};

static PyStructSequence_Desc siginfo_desc = {"signal.struct_siginfo", "What came with a signal.",
                                             siginfo_fields, 7};

static PyObject *
siginfo_new(PyTypeObject *type, const siginfo_t *si)
{
    PyObject *result = PyStructSequence_New(type);
    if (result == NULL) {
        return NULL;
    }
    PyObject *items[] = {PyLong_FromLong(si->si_signo), PyLong_FromLong(si->si_code),
                         PyLong_FromLong(si->si_errno), PyLong_FromPid(si->si_pid),
                         PyLong_FromUnsignedLong(si->si_uid), PyLong_FromLong(si->si_status),
                         PyLong_FromLong(si->si_band)};
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        PyStructSequence_SET_ITEM(result, i, items[i]);
    }
    if (PyErr_Occurred()) {
        Py_CLEAR(result);
    }
    return result;
}

FUNCTION(_signal, sigwaitinfo, "($module, sigset, /)", "Wait for one of some signals; what came.")
static PyObject *
_signal_sigwaitinfo(PyObject *module, sigset_t sigset)
{
    siginfo_t si;
    int result;
    do {
        Py_BEGIN_ALLOW_THREADS
        result = sigwaitinfo(&sigset, &si);
        Py_END_ALLOW_THREADS
        if (result == -1 && errno == EINTR && PyErr_CheckSignals() < 0) {
            return NULL;
        }
    } while (result == -1 && errno == EINTR);
    return result == -1 ? PyErr_SetFromErrno(PyExc_OSError)
                        : siginfo_new(module_state(module)->siginfo_type, &si);
}

FUNCTION(_signal, sigtimedwait, "($module, sigset, timeout, /)",
         "sigwaitinfo() for some seconds at most; None if no signal came.")
static PyObject *
_signal_sigtimedwait(PyObject *module, sigset_t sigset, PyObject *timeout_object)
{
    _PyTime_t timeout;
    struct timespec ts;
    siginfo_t si;
    int result;
    if (_PyTime_FromSecondsObject(&timeout, timeout_object, _PyTime_ROUND_CEILING) < 0) {
        return NULL;
    }
    if (timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "timeout must be non-negative");
        return NULL;
    }
    _PyTime_t deadline = _PyDeadline_Init(timeout);
    for (;;) {
        if (_PyTime_AsTimespec(timeout, &ts) < 0) {
            return NULL;
        }
        Py_BEGIN_ALLOW_THREADS
        result = sigtimedwait(&sigset, &si, &ts);
        Py_END_ALLOW_THREADS
        if (result != -1) {
            return siginfo_new(module_state(module)->siginfo_type, &si);
        }
        if (errno != EINTR) {
            break;
        }
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
        timeout = _PyDeadline_Get(deadline);
        if (timeout < 0) {
            Py_RETURN_NONE;
        }
    }
    if (errno == EAGAIN) {
        Py_RETURN_NONE;
    }
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* ---- the module --------------------------------------------------------------------------- */

#define N(name) {#name, name}
static const struct {
    const char *name;
    long value;
} constants[] = {
    N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK), N(SIGHUP), N(SIGINT), N(SIGQUIT), N(SIGILL),
    N(SIGTRAP), N(SIGIOT), N(SIGABRT), N(SIGFPE), N(SIGKILL), N(SIGBUS), N(SIGSEGV), N(SIGSYS),
    N(SIGPIPE), N(SIGALRM), N(SIGTERM), N(SIGUSR1), N(SIGUSR2), N(SIGCLD), N(SIGCHLD), N(SIGPWR),
    N(SIGIO), N(SIGURG), N(SIGWINCH), N(SIGPOLL), N(SIGSTOP), N(SIGTSTP), N(SIGCONT), N(SIGTTIN),
    N(SIGTTOU), N(SIGVTALRM), N(SIGPROF), N(SIGXCPU), N(SIGXFSZ), N(SIGSTKFLT), N(ITIMER_REAL),
    N(ITIMER_VIRTUAL), N(ITIMER_PROF),
};
#undef N

/* The handlers as they are when Python starts. */
static status
read_handlers(void)
{
    if (signals.default_handler != NULL) {
        return 0;
    }
    signals.default_handler = PyLong_FromVoidPtr((void *)SIG_DFL);
    signals.ignore_handler = PyLong_FromVoidPtr((void *)SIG_IGN);
    if (signals.default_handler == NULL || signals.ignore_handler == NULL) {
        return -1;
    }
    for (int signum = 1; signum < SIGNALS; signum++) {
        PyOS_sighandler_t now = PyOS_getsig(signum);
        PyObject *func = now == SIG_DFL   ? signals.default_handler
                         : now == SIG_IGN ? signals.ignore_handler
                                          : Py_None;
        signals.handlers[signum].func = Py_NewRef(func);
    }
    return 0;
}

static int
_signal_exec(PyObject *module)
{
    struct SignalModule *state = module_state(module);
    for (size_t i = 0; i < ARRAY_LEN(constants); i++) {
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0) {
            return -1;
        }
    }
    if (PyModule_AddIntConstant(module, "NSIG", SIGNALS) < 0 ||
        PyModule_AddIntConstant(module, "SIGRTMIN", SIGRTMIN) < 0 ||
        PyModule_AddIntConstant(module, "SIGRTMAX", SIGRTMAX) < 0 || read_handlers() < 0) {
        return -1;
    }
    state->itimer_error = PyErr_NewException("signal.itimer_error", PyExc_OSError, NULL);
    state->siginfo_type = PyStructSequence_NewType(&siginfo_desc);
    if (state->itimer_error == NULL || state->siginfo_type == NULL) {
        return -1;
    }
    return PyModule_AddObjectRef(module, "SIG_DFL", signals.default_handler) < 0 ||
                   PyModule_AddObjectRef(module, "SIG_IGN", signals.ignore_handler) < 0 ||
                   PyModule_AddObjectRef(module, "ItimerError", state->itimer_error) < 0 ||
                   PyModule_AddType(module, state->siginfo_type) < 0
               ? -1
               : 0;
}

static int
_signal_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(module_state(module)->itimer_error);
    Py_VISIT(module_state(module)->siginfo_type);
    return 0;
}

static int
_signal_clear(PyObject *module)
{
    Py_CLEAR(module_state(module)->itimer_error);
    Py_CLEAR(module_state(module)->siginfo_type);
    return 0;
}

static void
_signal_free(void *module)
{
    _signal_clear(module);
}

static PyModuleDef_Slot _signal_slots[] = {{Py_mod_exec, _signal_exec}, {0, NULL}};
static PyMethodDef _signal_functions[];

static WRITTEN struct PyModuleDef _signal_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_signal",
    .m_doc = "Signals of the operating system; the module signal builds upon it.",
    .m_size = sizeof(struct SignalModule),
    .m_methods = _signal_functions,
    .m_slots = _signal_slots,
    .m_traverse = _signal_traverse,
    .m_clear = _signal_clear,
    .m_free = _signal_free,
};

PyMODINIT_FUNC
PyInit__signal(void)
{
    return PyModuleDef_Init(&_signal_def);
}

#include "gen/modules/_signal.inc"
