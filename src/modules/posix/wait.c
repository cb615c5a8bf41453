/* Processes: signalling them and waiting for them. */
#include "modules/posix/posix.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

CONVERTER(pid_arg, convert_pid)
CONVERTER(fs_bytes, convert_fs_bytes)

/* -- signals ------------------------------------------------------------------------------- */

/* 'O&' converter from an iterable of signal numbers to a sigset_t. */
int
_Py_Sigset_Converter(PyObject *object, void *result)
{
    sigset_t *set = result;
    sigemptyset(set);
    PyObject *it = PyObject_GetIter(object), *item;
    if (!it)
        return 0;
    while ((item = PyIter_Next(it))) {
        int overflow;
        long number = PyLong_AsLongAndOverflow(item, &overflow);
        Py_DECREF(item);
        if (number <= 0 || number >= NSIG) {
            if (overflow || number != -1 || !PyErr_Occurred())
                PyErr_Format(PyExc_ValueError, "signal number %ld out of range [1; %i]", number,
                             NSIG - 1);
            break;
        }
        if (sigaddset(set, (int)number)
            && (errno != EINVAL
                || PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                                    "invalid signal number %ld, please use valid_signals()",
                                    number) < 0)) {
            if (!PyErr_Occurred())
                fail();
            break;
        }
    }
    Py_DECREF(it);
    return !PyErr_Occurred();
}

FUNCTION(posix, kill, "~($module, pid, signal, /)", "Send a signal to a process.")
static PyObject *
posix_kill(PyObject *Py_UNUSED(module), pid_arg pid, Py_ssize_t signal)
{
    if (PySys_Audit("os.kill", "in", (int)pid, signal) < 0)
        return NULL;
    if (kill(pid, (int)signal) == -1)
        return fail();
    /* It may have been to ourselves. */
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(posix, killpg, "~($module, pgid, signal, /)", "Send a signal to a process group.")
static PyObject *
posix_killpg(PyObject *Py_UNUSED(module), pid_arg pgid, int signal)
{
    if (PySys_Audit("os.killpg", "ii", (int)pgid, signal) < 0)
        return NULL;
    if (killpg(pgid, signal) == -1)
        return fail();
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(posix, pidfd_open, "($module, /, pid, flags=0)",
         "Return a descriptor that stands for a process.")
static PyObject *
posix_pidfd_open(PyObject *Py_UNUSED(module), pid_arg pid, unsigned int flags)
{
    long fd = syscall(SYS_pidfd_open, pid, flags);
    return fd < 0 ? fail() : PyLong_FromLong(fd);
}

FUNCTION(posix, system, "($module, /, command)", "Run a shell command; returns its wait status.")
DEFAULT(command, NULL)
static PyObject *
posix_system(PyObject *Py_UNUSED(module), fs_bytes command)
{
    if (PySys_Audit("os.system", "(O)", command) < 0)
        return NULL;
    const char *text = PyBytes_AS_STRING(command);
    long result;
    Py_BEGIN_ALLOW_THREADS
    result = system(text);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(result);
}

/* -- waiting ------------------------------------------------------------------------------- */

static PyObject *
wait_result(pid_t pid, int wait_status, int interrupted)
{
    if (pid < 0)
        return interrupted ? NULL : fail();
    return Py_BuildValue("(ii)", (int)pid, wait_status);
}

FUNCTION(posix, wait, "($module, /)", "Wait for any child; returns (id, status).")
static PyObject *
posix_wait(PyObject *Py_UNUSED(module))
{
    pid_t pid;
    int code = 0, interrupted = 0;
    RETRY(pid, interrupted, wait(&code));
    return wait_result(pid, code, interrupted);
}

FUNCTION(posix, waitpid, "~($module, pid, options, /)",
         "Wait for a child, a group of them or any; returns (id, status).\n\n"
         "With WNOHANG the id is 0 if none has changed.")
static PyObject *
posix_waitpid(PyObject *Py_UNUSED(module), pid_arg pid, int options)
{
    int code = 0, interrupted = 0;
    pid_t found;
    RETRY(found, interrupted, waitpid(pid, &code, options));
    return wait_result(found, code, interrupted);
}

static double
seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

/* (id, status, resource.struct_rusage) */
static PyObject *
wait_usage_result(pid_t pid, int wait_status, const struct rusage *usage)
{
    PyObject *resource = PyImport_ImportModule("resource");
    PyObject *type = resource ? PyObject_GetAttr(resource, ID(struct_rusage)) : NULL;
    Py_XDECREF(resource);
    if (!type)
        return NULL;
    PyObject *fields = Py_BuildValue(
        "((ddllllllllllllll))", seconds(usage->ru_utime), seconds(usage->ru_stime),
        usage->ru_maxrss, usage->ru_ixrss, usage->ru_idrss, usage->ru_isrss, usage->ru_minflt,
        usage->ru_majflt, usage->ru_nswap, usage->ru_inblock, usage->ru_oublock, usage->ru_msgsnd,
        usage->ru_msgrcv, usage->ru_nsignals, usage->ru_nvcsw, usage->ru_nivcsw);
    PyObject *result = fields ? PyObject_CallObject(type, fields) : NULL;
    Py_XDECREF(fields);
    Py_DECREF(type);
    return result ? Py_BuildValue("(iiN)", (int)pid, wait_status, result) : NULL;
}

static PyObject *
do_wait4(pid_t pid, int options)
{
    struct rusage usage = {0};
    int code = 0, interrupted = 0;
    pid_t found;
    RETRY(found, interrupted, wait4(pid, &code, options, &usage));
    if (found < 0)
        return interrupted ? NULL : fail();
    return wait_usage_result(found, code, &usage);
}

FUNCTION(posix, wait3, "($module, /, options)",
         "Wait for any child; returns (id, status, resource usage).")
static PyObject *
posix_wait3(PyObject *Py_UNUSED(module), int options)
{
    return do_wait4(-1, options);
}

FUNCTION(posix, wait4, "($module, /, pid, options)",
         "Wait for a child; returns (id, status, resource usage).")
static PyObject *
posix_wait4(PyObject *Py_UNUSED(module), pid_arg pid, int options)
{
    return do_wait4(pid, options);
}

FUNCTION(posix, waitid, "~($module, idtype, id, options, /)",
         "Wait for children to change state; returns a waitid_result.\n\n"
         "idtype is P_PID, P_PGID, P_ALL or P_PIDFD, options a sum of WEXITED, WSTOPPED and\n"
         "WCONTINUED with WNOHANG or WNOWAIT.  None: WNOHANG was given and none has changed.")
static PyObject *
posix_waitid(PyObject *module, unsigned int idtype, pid_arg id, int options)
{
    siginfo_t info = {0};
    int result, interrupted = 0;
    RETRY(result, interrupted, waitid((idtype_t)idtype, id, &info, options));
    if (result < 0)
        return interrupted ? NULL : fail();
    if (info.si_pid == 0)
        Py_RETURN_NONE;
    PyObject *object = PyStructSequence_New(posix_state(module)->waitid_result);
    if (!object)
        return NULL;
    PyStructSequence_SET_ITEM(object, 0, PyLong_FromLong(info.si_pid));
    PyStructSequence_SET_ITEM(object, 1, _PyLong_FromUid(info.si_uid));
    PyStructSequence_SET_ITEM(object, 2, PyLong_FromLong(info.si_signo));
    PyStructSequence_SET_ITEM(object, 3, PyLong_FromLong(info.si_status));
    PyStructSequence_SET_ITEM(object, 4, PyLong_FromLong(info.si_code));
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

FUNCTION(posix, WCOREDUMP, "($module, status, /)", "Did the process dump core?")
static PyObject *
posix_WCOREDUMP(PyObject *Py_UNUSED(module), int code)
{
    return PyBool_FromLong(WCOREDUMP(code));
}

FUNCTION(posix, WIFCONTINUED, "($module, /, status)", "Did the process go on after being stopped?")
static PyObject *
posix_WIFCONTINUED(PyObject *Py_UNUSED(module), int code)
{
    return PyBool_FromLong(WIFCONTINUED(code));
}

FUNCTION(posix, WIFSTOPPED, "($module, /, status)", "Was the process stopped?")
static PyObject *
posix_WIFSTOPPED(PyObject *Py_UNUSED(module), int code)
{
    return PyBool_FromLong(WIFSTOPPED(code));
}

FUNCTION(posix, WIFSIGNALED, "($module, /, status)", "Was the process ended by a signal?")
static PyObject *
posix_WIFSIGNALED(PyObject *Py_UNUSED(module), int code)
{
    return PyBool_FromLong(WIFSIGNALED(code));
}

FUNCTION(posix, WIFEXITED, "($module, /, status)", "Did the process end by exit()?")
static PyObject *
posix_WIFEXITED(PyObject *Py_UNUSED(module), int code)
{
    return PyBool_FromLong(WIFEXITED(code));
}

FUNCTION(posix, WEXITSTATUS, "($module, /, status)", "The exit code of a wait status.")
static PyObject *
posix_WEXITSTATUS(PyObject *Py_UNUSED(module), int code)
{
    return PyLong_FromLong(WEXITSTATUS(code));
}

FUNCTION(posix, WTERMSIG, "($module, /, status)", "The signal that ended the process.")
static PyObject *
posix_WTERMSIG(PyObject *Py_UNUSED(module), int code)
{
    return PyLong_FromLong(WTERMSIG(code));
}

FUNCTION(posix, WSTOPSIG, "($module, /, status)", "The signal that stopped the process.")
static PyObject *
posix_WSTOPSIG(PyObject *Py_UNUSED(module), int code)
{
    return PyLong_FromLong(WSTOPSIG(code));
}

FUNCTION(posix, waitstatus_to_exitcode, "($module, /, status)",
         "The exit code of a wait status, or minus the number of the signal that ended it.\n\n"
         "ValueError: the process was not ended.")
static PyObject *
posix_waitstatus_to_exitcode(PyObject *Py_UNUSED(module), int code)
{
    if (WIFEXITED(code)) {
        int exit_code = WEXITSTATUS(code);
        if (exit_code < 0)
            return PyErr_Format(PyExc_ValueError, "invalid WEXITSTATUS: %i", exit_code);
        return PyLong_FromLong(exit_code);
    }
    if (WIFSIGNALED(code)) {
        int number = WTERMSIG(code);
        if (number <= 0)
            return PyErr_Format(PyExc_ValueError, "invalid WTERMSIG: %i", number);
        return PyLong_FromLong(-number);
    }
    if (WIFSTOPPED(code))
        return PyErr_Format(PyExc_ValueError, "process stopped by delivery of signal %i",
                            WSTOPSIG(code));
    return PyErr_Format(PyExc_ValueError, "invalid wait status: %i", code);
}

status
posix_add_wait_types(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyStructSequence_Field waitid_fields[] = {
        {"si_pid", NULL}, {"si_uid", NULL}, {"si_signo", NULL},
        {"si_status", NULL}, {"si_code", NULL}, {NULL, NULL},
    };
    PyStructSequence_Desc waitid_desc = {
        .name = "posix.waitid_result",
        .doc = "The answer of waitid().",
        .fields = waitid_fields,
        .n_in_sequence = 5,
    };
    state->waitid_result = PyStructSequence_NewType(&waitid_desc);
    if (!state->waitid_result)
        return -1;
    return PyModule_AddObjectRef(module, "waitid_result", (PyObject *)state->waitid_result);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/wait.inc"
