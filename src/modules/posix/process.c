/* Processes: starting, replacing, waiting for, signalling them; users, groups, scheduling.

   See also: runtime/fork.c for what happens around fork(), _posixsubprocess.c for subprocess. */
#include "modules/posix/posix.h"
#include <grp.h>
#include <limits.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

CONVERTER(path_arg, convert_path)
CONVERTER(dir_fd_arg, convert_dir_fd)
CONVERTER(fd_arg, convert_fd)
CONVERTER(pid_arg, convert_pid)
CONVERTER(uid_arg, _Py_Uid_Converter)
CONVERTER(gid_arg, _Py_Gid_Converter)
CONVERTER(fs_bytes, convert_fs_bytes)

/* Of runtime/fork.c: remember functions that fork() calls; NULL ones are none. */
extern status fork_hooks_add(PyObject *before, PyObject *in_child, PyObject *in_parent);

/* -- leaving ------------------------------------------------------------------------------- */

FUNCTION(posix, _exit, "($module, /, status)", "End the process at once, without any clean-up.")
static PyObject *
posix__exit(PyObject *Py_UNUSED(module), int code)
{
    _exit(code);
}

FUNCTION(posix, abort, "($module, /)", "End the process by the signal SIGABRT.")
static PyObject *
posix_abort(PyObject *Py_UNUSED(module))
{
    abort();
}

/* -- argument vectors ---------------------------------------------------------------------- */

/* A NULL-terminated vector of C strings that are kept alive by `items`. */
typedef struct {
    char **strings;
    PyObject *items;               /* list of bytes */
} Strings;

static void
strings_release(Strings *v)
{
    PyMem_Free(v->strings);
    Py_XDECREF(v->items);
}

/* Point `strings` at the items. */
static status
strings_finish(Strings *v)
{
    Py_ssize_t count = PyList_GET_SIZE(v->items);
    v->strings = PyMem_New(char *, count + 1);
    if (!v->strings) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        v->strings[i] = PyBytes_AS_STRING(PyList_GET_ITEM(v->items, i));
    v->strings[count] = NULL;
    return 0;
}

/* From a list or tuple of paths. */
static status
strings_from_argv(Strings *v, PyObject *argv)
{
    *v = (Strings){NULL, PyList_New(0)};
    if (!v->items)
        return -1;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(argv); i++) {
        PyObject *bytes;
        if (!PyUnicode_FSConverter(PySequence_Fast_GET_ITEM(argv, i), &bytes))
            goto fail;
        status added = PyList_Append(v->items, bytes);
        Py_DECREF(bytes);
        if (added < 0)
            goto fail;
    }
    if (strings_finish(v) == 0)
        return 0;
fail:
    strings_release(v);
    return -1;
}

/* "key=value" from two paths. */
static PyObject *
environment_entry(PyObject *key, PyObject *value)
{
    PyObject *name, *text, *entry = NULL;
    if (!PyUnicode_FSConverter(key, &name))
        return NULL;
    if (!PyUnicode_FSConverter(value, &text)) {
        Py_DECREF(name);
        return NULL;
    }
    /* A '=' at the start is allowed: Windows has such names. */
    if (PyBytes_GET_SIZE(name) == 0 || strchr(PyBytes_AS_STRING(name) + 1, '='))
        PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
    else
        entry = PyBytes_FromFormat("%s=%s", PyBytes_AS_STRING(name), PyBytes_AS_STRING(text));
    Py_DECREF(name);
    Py_DECREF(text);
    return entry;
}

/* From a mapping. */
static status
strings_from_environment(Strings *v, PyObject *env)
{
    *v = (Strings){0};
    PyObject *keys = PyMapping_Keys(env), *values = keys ? PyMapping_Values(env) : NULL;
    if (!values)
        goto fail;
    if (!PyList_Check(keys) || !PyList_Check(values)) {
        PyErr_SetString(PyExc_TypeError, "env.keys() or env.values() is not a list");
        goto fail;
    }
    v->items = PyList_New(0);
    if (!v->items)
        goto fail;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(keys) && i < PyList_GET_SIZE(values); i++) {
        PyObject *entry = environment_entry(PyList_GET_ITEM(keys, i), PyList_GET_ITEM(values, i));
        status added = entry ? PyList_Append(v->items, entry) : -1;
        Py_XDECREF(entry);
        if (added < 0)
            goto fail;
    }
    if (strings_finish(v) < 0)
        goto fail;
    Py_DECREF(keys);
    Py_DECREF(values);
    return 0;
fail:
    Py_XDECREF(keys);
    Py_XDECREF(values);
    strings_release(v);
    return -1;
}

/* -- exec ---------------------------------------------------------------------------------- */

/* `format` says what is wrong with which function's argument. */
static status
check_argv(PyObject *argv, const char *not_list, const char *empty)
{
    if (!PyList_Check(argv) && !PyTuple_Check(argv)) {
        PyErr_SetString(PyExc_TypeError, not_list);
        return -1;
    }
    if (PySequence_Fast_GET_SIZE(argv) < 1) {
        PyErr_SetString(PyExc_ValueError, empty);
        return -1;
    }
    return 0;
}

FUNCTION(posix, execv, "($module, path, argv, /)",
         "Replace the process by another program.  Does not return.")
DEFAULT(path, NULL)
static PyObject *
posix_execv(PyObject *Py_UNUSED(module), fs_bytes path, PyObject *argv)
{
    if (check_argv(argv, "execv() arg 2 must be a tuple or list",
                   "execv() arg 2 must not be empty") < 0)
        return NULL;
    Strings args;
    if (strings_from_argv(&args, argv) < 0)
        return NULL;
    if (!args.strings[0][0]) {
        PyErr_SetString(PyExc_ValueError, "execv() arg 2 first element cannot be empty");
    } else if (PySys_Audit("os.exec", "OOO", path, argv, Py_None) == 0) {
        execv(PyBytes_AS_STRING(path), args.strings);
        fail();
    }
    strings_release(&args);
    return NULL;
}

FUNCTION(posix, execve, "($module, /, path, argv, env)",
         "Replace the process by another program with an environment.  Does not return.\n\n"
         "path may be a descriptor.")
DEFAULT(path, PATH("execve", "path", 0, 1))
static PyObject *
posix_execve(PyObject *Py_UNUSED(module), path_arg path, PyObject *argv, PyObject *env)
{
    if (check_argv(argv, "execve: argv must be a tuple or list",
                   "execve: argv must not be empty") < 0)
        return NULL;
    if (!PyMapping_Check(env)) {
        PyErr_SetString(PyExc_TypeError, "execve: environment must be a mapping object");
        return NULL;
    }
    Strings args, environment;
    if (strings_from_argv(&args, argv) < 0)
        return NULL;
    if (!args.strings[0][0]) {
        PyErr_SetString(PyExc_ValueError, "execve: argv first element cannot be empty");
    } else if (strings_from_environment(&environment, env) == 0) {
        if (PySys_Audit("os.exec", "OOO", path.object, argv, env) == 0) {
            if (path.fd != -1)
                fexecve(path.fd, args.strings, environment.strings);
            else
                execve(path.text, args.strings, environment.strings);
            fail_path(&path);
        }
        strings_release(&environment);
    }
    strings_release(&args);
    return NULL;
}

/* -- posix_spawn --------------------------------------------------------------------------- */

/* One tuple of file_actions. */
static status
add_file_action(posix_spawn_file_actions_t *actions, PyObject *item, PyObject *keep)
{
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) == 0) {
        PyErr_SetString(PyExc_TypeError, "Each file_actions element must be a non-empty tuple");
        return -1;
    }
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(item, 0));
    if (kind == -1 && PyErr_Occurred())
        return -1;
    int fd, fd2, flags, code;
    switch (kind) {
    case POSIX_SPAWN_OPEN: {
        PyObject *path;
        unsigned long mode;
        if (!PyArg_ParseTuple(item, "OiO&ik;A open file_action tuple must have 5 elements",
                              &(PyObject *){NULL}, &fd, PyUnicode_FSConverter, &path, &flags, &mode))
            return -1;
        /* The actions point at the path. */
        status kept = PyList_Append(keep, path);
        Py_DECREF(path);
        if (kept < 0)
            return -1;
        code = posix_spawn_file_actions_addopen(actions, fd, PyBytes_AS_STRING(path), flags,
                                                (mode_t)mode);
        break;
    }
    case POSIX_SPAWN_CLOSE:
        if (!PyArg_ParseTuple(item, "Oi;A close file_action tuple must have 2 elements",
                              &(PyObject *){NULL}, &fd))
            return -1;
        code = posix_spawn_file_actions_addclose(actions, fd);
        break;
    case POSIX_SPAWN_DUP2:
        if (!PyArg_ParseTuple(item, "Oii;A dup2 file_action tuple must have 3 elements",
                              &(PyObject *){NULL}, &fd, &fd2))
            return -1;
        code = posix_spawn_file_actions_adddup2(actions, fd, fd2);
        break;
    default:
        PyErr_SetString(PyExc_TypeError, "Unknown file_actions identifier");
        return -1;
    }
    if (code) {
        errno = code;
        fail();
        return -1;
    }
    return 0;
}

static status
add_file_actions(posix_spawn_file_actions_t *actions, PyObject *list, PyObject *keep)
{
    PyObject *items = PySequence_Fast(list, "file_actions must be a sequence or None");
    if (!items)
        return -1;
    status done = 0;
    for (Py_ssize_t i = 0; done == 0 && i < PySequence_Fast_GET_SIZE(items); i++)
        done = add_file_action(actions, PySequence_Fast_GET_ITEM(items, i), keep);
    Py_DECREF(items);
    return done;
}

static int convert_sched_param(PyObject *module, PyObject *param, struct sched_param *result);

/* The keyword arguments of posix_spawn that become attributes. */
typedef struct {
    PyObject *setpgroup;
    int resetids;
    int setsid;
    PyObject *setsigmask;
    PyObject *setsigdef;
    PyObject *scheduler;
} SpawnOptions;

/* 0 done, -1 an exception is set, > 0 an errno value. */
static int
set_spawn_attributes(PyObject *module, posix_spawnattr_t *attr, const SpawnOptions *options)
{
    short flags = 0;
    int code = 0;
    sigset_t set;
    if (options->setpgroup) {
        pid_t group;
        if (!convert_pid(options->setpgroup, &group))
            return -1;
        if ((code = posix_spawnattr_setpgroup(attr, group)))
            return code;
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    if (options->resetids)
        flags |= POSIX_SPAWN_RESETIDS;
    if (options->setsid)
        flags |= POSIX_SPAWN_SETSID;
    if (options->setsigmask) {
        if (!_Py_Sigset_Converter(options->setsigmask, &set))
            return -1;
        if ((code = posix_spawnattr_setsigmask(attr, &set)))
            return code;
        flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (options->setsigdef) {
        if (!_Py_Sigset_Converter(options->setsigdef, &set))
            return -1;
        if ((code = posix_spawnattr_setsigdefault(attr, &set)))
            return code;
        flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (options->scheduler) {
        PyObject *policy, *param;
        struct sched_param schedparam;
        if (!PyArg_ParseTuple(options->scheduler, "OO;A scheduler tuple must have two elements",
                              &policy, &param)
            || !convert_sched_param(module, param, &schedparam))
            return -1;
        if (policy != Py_None) {
            int number = _PyLong_AsInt(policy);
            if (number == -1 && PyErr_Occurred())
                return -1;
            if ((code = posix_spawnattr_setschedpolicy(attr, number)))
                return code;
            flags |= POSIX_SPAWN_SETSCHEDULER;
        }
        if ((code = posix_spawnattr_setschedparam(attr, &schedparam)))
            return code;
        flags |= POSIX_SPAWN_SETSCHEDPARAM;
    }
    return posix_spawnattr_setflags(attr, flags);
}

static PyObject *
spawn(PyObject *module, const char *name, const path_arg *path, PyObject *argv, PyObject *env,
      PyObject *file_actions, const SpawnOptions *options)
{
    Strings args = {0}, environment = {0};
    PyObject *keep = NULL, *result = NULL;
    posix_spawn_file_actions_t actions, *use_actions = NULL;
    posix_spawnattr_t attr, *use_attr = NULL;
    pid_t pid;
    int code;
    if (!PyList_Check(argv) && !PyTuple_Check(argv))
        return PyErr_Format(PyExc_TypeError, "%s: argv must be a tuple or list", name);
    if (PySequence_Fast_GET_SIZE(argv) < 1)
        return PyErr_Format(PyExc_ValueError, "%s: argv must not be empty", name);
    if (!PyMapping_Check(env) && env != Py_None)
        return PyErr_Format(PyExc_TypeError, "%s: environment must be a mapping object", name);
    if (strings_from_argv(&args, argv) < 0)
        return NULL;
    if (!args.strings[0][0]) {
        PyErr_Format(PyExc_ValueError, "%s: argv first element cannot be empty", name);
        goto done;
    }
    if (env != Py_None && strings_from_environment(&environment, env) < 0)
        goto done;

    if (file_actions && file_actions != Py_None) {
        keep = PyList_New(0);
        if (!keep)
            goto done;
        if ((code = posix_spawn_file_actions_init(&actions))) {
            errno = code;
            fail();
            goto done;
        }
        use_actions = &actions;
        if (add_file_actions(&actions, file_actions, keep) < 0)
            goto done;
    }
    if ((code = posix_spawnattr_init(&attr))) {
        errno = code;
        fail();
        goto done;
    }
    use_attr = &attr;
    code = set_spawn_attributes(module, &attr, options);
    if (code < 0)
        goto done;
    if (code) {
        errno = code;
        fail();
        goto done;
    }
    if (PySys_Audit("os.posix_spawn", "OOO", path->object, argv, env) < 0)
        goto done;
    char **envp = env == Py_None ? environ : environment.strings;
    code = strcmp(name, "posix_spawnp") == 0
               ? posix_spawnp(&pid, path->text, use_actions, use_attr, args.strings, envp)
               : posix_spawn(&pid, path->text, use_actions, use_attr, args.strings, envp);
    if (code) {
        errno = code;
        fail_path(path);
        goto done;
    }
    result = PyLong_FromLong(pid);
done:
    if (use_actions)
        posix_spawn_file_actions_destroy(use_actions);
    if (use_attr)
        posix_spawnattr_destroy(use_attr);
    strings_release(&args);
    strings_release(&environment);
    Py_XDECREF(keep);
    return result;
}

FUNCTION(posix, posix_spawn,
         "($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=<unrepresentable>, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)",
         "Start a program and return its process id.\n\n"
         "file_actions is a sequence of tuples that begin with a POSIX_SPAWN_* constant; the others\n"
         "set the process group, session, signals and scheduling of the new process.")
DEFAULT(path, PATH("posix_spawn", "path", 0, 0))
static PyObject *
posix_posix_spawn(PyObject *module, path_arg path, PyObject *argv, PyObject *env,
                  PyObject *file_actions, PyObject *setpgroup, int resetids, int setsid,
                  PyObject *setsigmask, PyObject *setsigdef, PyObject *scheduler)
{
    SpawnOptions options = {setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler};
    return spawn(module, "posix_spawn", &path, argv, env, file_actions, &options);
}

FUNCTION(posix, posix_spawnp,
         "($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=<unrepresentable>, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)",
         "Like posix_spawn(), but the program is looked for in PATH.")
DEFAULT(path, PATH("posix_spawnp", "path", 0, 0))
static PyObject *
posix_posix_spawnp(PyObject *module, path_arg path, PyObject *argv, PyObject *env,
                   PyObject *file_actions, PyObject *setpgroup, int resetids, int setsid,
                   PyObject *setsigmask, PyObject *setsigdef, PyObject *scheduler)
{
    SpawnOptions options = {setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler};
    return spawn(module, "posix_spawnp", &path, argv, env, file_actions, &options);
}

/* -- fork ---------------------------------------------------------------------------------- */

static status
check_hook(PyObject *hook, const char *name)
{
    if (!hook || PyCallable_Check(hook))
        return 0;
    PyErr_Format(PyExc_TypeError, "'%s' must be callable, not %s", name, Py_TYPE(hook)->tp_name);
    return -1;
}

FUNCTION(posix, register_at_fork,
         "($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)",
         "Register functions that fork() calls: before (last registered first), and after, in the\n"
         "child and in the parent (first registered first).")
static PyObject *
posix_register_at_fork(PyObject *Py_UNUSED(module), PyObject *before, PyObject *after_in_child,
                       PyObject *after_in_parent)
{
    if (!before && !after_in_child && !after_in_parent) {
        PyErr_SetString(PyExc_TypeError, "At least one argument is required.");
        return NULL;
    }
    if (check_hook(before, "before") < 0 || check_hook(after_in_child, "after_in_child") < 0
        || check_hook(after_in_parent, "after_in_parent") < 0)
        return NULL;
    return fork_hooks_add(before, after_in_child, after_in_parent) < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(posix, fork, "($module, /)",
         "Copy the process.  Returns 0 in the child and the child's id in the parent.")
static PyObject *
posix_fork(PyObject *Py_UNUSED(module))
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_RuntimeError, "fork not supported for subinterpreters");
        return NULL;
    }
    if (PySys_Audit("os.fork", NULL) < 0)
        return NULL;
    PyOS_BeforeFork();
    pid_t pid = fork();
    int code = errno;
    if (pid == 0)
        PyOS_AfterFork_Child();
    else
        PyOS_AfterFork_Parent();
    errno = code;
    return pid == -1 ? fail() : PyLong_FromLong(pid);
}

FUNCTION(posix, forkpty, "($module, /)",
         "Copy the process, the child with a new pseudo-terminal as its terminal.\n\n"
         "Returns (0 in the child or its id in the parent, descriptor of the master end).")
static PyObject *
posix_forkpty(PyObject *Py_UNUSED(module))
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_RuntimeError, "fork not supported for subinterpreters");
        return NULL;
    }
    if (PySys_Audit("os.forkpty", NULL) < 0)
        return NULL;
    int master = -1;
    PyOS_BeforeFork();
    pid_t pid = forkpty(&master, NULL, NULL, NULL);
    int code = errno;
    if (pid == 0)
        PyOS_AfterFork_Child();
    else
        PyOS_AfterFork_Parent();
    errno = code;
    return pid == -1 ? fail() : Py_BuildValue("(ii)", (int)pid, master);
}

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

/* -- ids ----------------------------------------------------------------------------------- */

FUNCTION(posix, getpid, "($module, /)", "The id of the process.")
static PyObject *
posix_getpid(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getpid());
}

FUNCTION(posix, getppid, "($module, /)", "The id of the parent process.")
static PyObject *
posix_getppid(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getppid());
}

FUNCTION(posix, getuid, "($module, /)", "The real user.")
static PyObject *
posix_getuid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromUid(getuid());
}

FUNCTION(posix, geteuid, "($module, /)", "The effective user.")
static PyObject *
posix_geteuid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromUid(geteuid());
}

FUNCTION(posix, getgid, "($module, /)", "The real group.")
static PyObject *
posix_getgid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromGid(getgid());
}

FUNCTION(posix, getegid, "($module, /)", "The effective group.")
static PyObject *
posix_getegid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromGid(getegid());
}

FUNCTION(posix, getresuid, "($module, /)", "The real, effective and saved users.")
static PyObject *
posix_getresuid(PyObject *Py_UNUSED(module))
{
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) < 0)
        return fail();
    return Py_BuildValue("(NNN)", _PyLong_FromUid(real), _PyLong_FromUid(effective),
                         _PyLong_FromUid(saved));
}

FUNCTION(posix, getresgid, "($module, /)", "The real, effective and saved groups.")
static PyObject *
posix_getresgid(PyObject *Py_UNUSED(module))
{
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0)
        return fail();
    return Py_BuildValue("(NNN)", _PyLong_FromGid(real), _PyLong_FromGid(effective),
                         _PyLong_FromGid(saved));
}

FUNCTION(posix, setuid, "($module, uid, /)", "Set the user of the process.")
static PyObject *
posix_setuid(PyObject *Py_UNUSED(module), uid_arg uid)
{
    return none_or_fail(setuid(uid));
}

FUNCTION(posix, seteuid, "($module, euid, /)", "Set the effective user.")
static PyObject *
posix_seteuid(PyObject *Py_UNUSED(module), uid_arg euid)
{
    return none_or_fail(seteuid(euid));
}

FUNCTION(posix, setreuid, "($module, ruid, euid, /)", "Set the real and effective users.")
static PyObject *
posix_setreuid(PyObject *Py_UNUSED(module), uid_arg ruid, uid_arg euid)
{
    return none_or_fail(setreuid(ruid, euid));
}

FUNCTION(posix, setresuid, "($module, ruid, euid, suid, /)",
         "Set the real, effective and saved users.")
static PyObject *
posix_setresuid(PyObject *Py_UNUSED(module), uid_arg ruid, uid_arg euid, uid_arg suid)
{
    return none_or_fail(setresuid(ruid, euid, suid));
}

FUNCTION(posix, setgid, "($module, gid, /)", "Set the group of the process.")
static PyObject *
posix_setgid(PyObject *Py_UNUSED(module), gid_arg gid)
{
    return none_or_fail(setgid(gid));
}

FUNCTION(posix, setegid, "($module, egid, /)", "Set the effective group.")
static PyObject *
posix_setegid(PyObject *Py_UNUSED(module), gid_arg egid)
{
    return none_or_fail(setegid(egid));
}

FUNCTION(posix, setregid, "($module, rgid, egid, /)", "Set the real and effective groups.")
static PyObject *
posix_setregid(PyObject *Py_UNUSED(module), gid_arg rgid, gid_arg egid)
{
    return none_or_fail(setregid(rgid, egid));
}

FUNCTION(posix, setresgid, "($module, rgid, egid, sgid, /)",
         "Set the real, effective and saved groups.")
static PyObject *
posix_setresgid(PyObject *Py_UNUSED(module), gid_arg rgid, gid_arg egid, gid_arg sgid)
{
    return none_or_fail(setresgid(rgid, egid, sgid));
}

static PyObject *
groups_to_list(const gid_t *groups, int count)
{
    PyObject *list = PyList_New(count);
    for (int i = 0; list && i < count; i++) {
        PyObject *group = _PyLong_FromGid(groups[i]);
        if (!group)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, group);
    }
    return list;
}

FUNCTION(posix, getgroups, "($module, /)", "The supplementary groups of the process.")
static PyObject *
posix_getgroups(PyObject *Py_UNUSED(module))
{
    int count = getgroups(0, NULL);
    gid_t *groups = count < 0 ? NULL : PyMem_New(gid_t, count + 1);
    if (count < 0)
        return fail();
    if (!groups)
        return PyErr_NoMemory();
    count = getgroups(count, groups);
    PyObject *list = count < 0 ? fail() : groups_to_list(groups, count);
    PyMem_Free(groups);
    return list;
}

FUNCTION(posix, setgroups, "($module, groups, /)", "Set the supplementary groups of the process.")
PyObject *
posix_setgroups(PyObject *Py_UNUSED(module), PyObject *groups)
{
    if (!PySequence_Check(groups)) {
        PyErr_SetString(PyExc_TypeError, "setgroups argument must be a sequence");
        return NULL;
    }
    Py_ssize_t count = PySequence_Size(groups);
    if (count < 0)
        return NULL;
    if (count > NGROUPS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many groups");
        return NULL;
    }
    gid_t *list = PyMem_New(gid_t, count + 1);
    if (!list)
        return PyErr_NoMemory();
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(groups, i);
        int good = 0;
        if (item && !PyLong_Check(item))
            PyErr_SetString(PyExc_TypeError, "groups must be integers");
        else if (item)
            good = _Py_Gid_Converter(item, &list[i]);
        Py_XDECREF(item);
        if (!good)
            goto done;
    }
    result = none_or_fail(setgroups((size_t)count, list));
done:
    PyMem_Free(list);
    return result;
}

FUNCTION(posix, getgrouplist, "($module, user, group, /)",
         "The groups a user belongs to, with group added.")
static PyObject *
posix_getgrouplist(PyObject *Py_UNUSED(module), const char *user, gid_arg group)
{
    int count = 64, found;
    gid_t *groups = NULL;
    for (;;) {
        gid_t *bigger = PyMem_Resize(groups, gid_t, count);
        if (!bigger) {
            PyMem_Free(groups);
            return PyErr_NoMemory();
        }
        groups = bigger;
        found = count;
        if (getgrouplist(user, group, groups, &found) >= 0)
            break;
        count = Py_MAX(found, count * 2);
    }
    PyObject *list = groups_to_list(groups, found);
    PyMem_Free(groups);
    return list;
}

FUNCTION(posix, initgroups, "($module, username, gid, /)",
         "Set the supplementary groups to those of a user, with gid added.")
DEFAULT(username, NULL)
static PyObject *
posix_initgroups(PyObject *Py_UNUSED(module), fs_bytes username, gid_arg gid)
{
    return none_or_fail(initgroups(PyBytes_AS_STRING(username), gid));
}

FUNCTION(posix, getpgid, "($module, /, pid)", "The process group of a process.")
static PyObject *
posix_getpgid(PyObject *Py_UNUSED(module), pid_arg pid)
{
    pid_t group = getpgid(pid);
    return group < 0 ? fail() : PyLong_FromLong(group);
}

FUNCTION(posix, getpgrp, "($module, /)", "The process group of this process.")
static PyObject *
posix_getpgrp(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getpgrp());
}

FUNCTION(posix, setpgrp, "($module, /)", "Make the process the leader of its own group.")
static PyObject *
posix_setpgrp(PyObject *Py_UNUSED(module))
{
    return none_or_fail(setpgrp());
}

FUNCTION(posix, setpgid, "~($module, pid, pgrp, /)", "Put a process into a process group.")
static PyObject *
posix_setpgid(PyObject *Py_UNUSED(module), pid_arg pid, pid_arg pgrp)
{
    return none_or_fail(setpgid(pid, pgrp));
}

FUNCTION(posix, getsid, "($module, pid, /)", "The session of a process.")
static PyObject *
posix_getsid(PyObject *Py_UNUSED(module), pid_arg pid)
{
    pid_t session = getsid(pid);
    return session < 0 ? fail() : PyLong_FromLong(session);
}

FUNCTION(posix, setsid, "($module, /)", "Start a new session.")
static PyObject *
posix_setsid(PyObject *Py_UNUSED(module))
{
    return none_or_fail(setsid() < 0 ? -1 : 0);
}

FUNCTION(posix, umask, "($module, mask, /)",
         "Set the permission bits that new files do not get; returns the old ones.")
static PyObject *
posix_umask(PyObject *Py_UNUSED(module), int mask)
{
    int old = (int)umask(mask);
    return PyLong_FromLong(old);
}

/* -- scheduling ---------------------------------------------------------------------------- */

FUNCTION(posix, nice, "($module, increment, /)",
         "Add to the niceness of the process; returns the new one.")
static PyObject *
posix_nice(PyObject *Py_UNUSED(module), int increment)
{
    errno = 0;
    int value = nice(increment);
    return value == -1 && errno ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, getpriority, "($module, /, which, who)",
         "The niceness of a process, process group or user, which PRIO_* tells.")
static PyObject *
posix_getpriority(PyObject *Py_UNUSED(module), int which, int who)
{
    errno = 0;
    int value = getpriority(which, who);
    return errno ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, setpriority, "($module, /, which, who, priority)",
         "Set the niceness of a process, process group or user.")
static PyObject *
posix_setpriority(PyObject *Py_UNUSED(module), int which, int who, int priority)
{
    return none_or_fail(setpriority(which, who, priority));
}

FUNCTION(posix, sched_yield, "($module, /)", "Let another process run.")
static PyObject *
posix_sched_yield(PyObject *Py_UNUSED(module))
{
    return none_or_fail(sched_yield());
}

FUNCTION(posix, sched_get_priority_max, "($module, /, policy)", "The highest priority of a policy.")
static PyObject *
posix_sched_get_priority_max(PyObject *Py_UNUSED(module), int policy)
{
    int value = sched_get_priority_max(policy);
    return value < 0 ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, sched_get_priority_min, "($module, /, policy)", "The lowest priority of a policy.")
static PyObject *
posix_sched_get_priority_min(PyObject *Py_UNUSED(module), int policy)
{
    int value = sched_get_priority_min(policy);
    return value < 0 ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, sched_getscheduler, "($module, pid, /)", "The scheduling policy of a process.")
static PyObject *
posix_sched_getscheduler(PyObject *Py_UNUSED(module), pid_arg pid)
{
    int policy = sched_getscheduler(pid);
    return policy < 0 ? fail() : PyLong_FromLong(policy);
}

/* sched_param(sched_priority) */
static PyObject *
sched_param_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"sched_priority", NULL};
    PyObject *priority;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:sched_param", keywords, &priority))
        return NULL;
    PyObject *result = PyStructSequence_New(type);
    if (result)
        PyStructSequence_SET_ITEM(result, 0, Py_NewRef(priority));
    return result;
}

static int
convert_sched_param(PyObject *module, PyObject *param, struct sched_param *result)
{
    if (!Py_IS_TYPE(param, posix_state(module)->sched_param)) {
        PyErr_SetString(PyExc_TypeError, "must have a sched_param object");
        return 0;
    }
    long priority = PyLong_AsLong(PyStructSequence_GET_ITEM(param, 0));
    if (priority == -1 && PyErr_Occurred())
        return 0;
    if (priority > INT_MAX || priority < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "sched_priority out of range");
        return 0;
    }
    result->sched_priority = (int)priority;
    return 1;
}

FUNCTION(posix, sched_setscheduler, "~($module, pid, policy, param, /)",
         "Set the scheduling policy and priority of a process.")
static PyObject *
posix_sched_setscheduler(PyObject *module, pid_arg pid, int policy, PyObject *param)
{
    struct sched_param value;
    if (!convert_sched_param(module, param, &value))
        return NULL;
    return none_or_fail(sched_setscheduler(pid, policy, &value));
}

FUNCTION(posix, sched_getparam, "($module, pid, /)", "The scheduling parameters of a process.")
static PyObject *
posix_sched_getparam(PyObject *module, pid_arg pid)
{
    struct sched_param value;
    if (sched_getparam(pid, &value))
        return fail();
    PyObject *priority = PyLong_FromLong(value.sched_priority);
    PyObject *result = priority ? PyStructSequence_New(posix_state(module)->sched_param) : NULL;
    if (!result) {
        Py_XDECREF(priority);
        return NULL;
    }
    PyStructSequence_SET_ITEM(result, 0, priority);
    return result;
}

FUNCTION(posix, sched_setparam, "~($module, pid, param, /)",
         "Set the scheduling parameters of a process.")
static PyObject *
posix_sched_setparam(PyObject *module, pid_arg pid, PyObject *param)
{
    struct sched_param value;
    if (!convert_sched_param(module, param, &value))
        return NULL;
    return none_or_fail(sched_setparam(pid, &value));
}

FUNCTION(posix, sched_rr_get_interval, "($module, pid, /)",
         "The time slice of round-robin scheduling in seconds.")
static double
posix_sched_rr_get_interval(PyObject *Py_UNUSED(module), pid_arg pid)
{
    struct timespec interval;
    if (sched_rr_get_interval(pid, &interval)) {
        fail();
        return -1.0;
    }
    return (double)interval.tv_sec + 1e-9 * (double)interval.tv_nsec;
}

enum { MAX_CPUS = 1 << 20 };

FUNCTION(posix, sched_getaffinity, "($module, pid, /)", "The set of CPUs a process may run on.")
static PyObject *
posix_sched_getaffinity(PyObject *Py_UNUSED(module), pid_arg pid)
{
    int cpus = 128;
    cpu_set_t *mask;
    size_t size;
    for (;; cpus *= 2) {
        size = CPU_ALLOC_SIZE(cpus);
        mask = CPU_ALLOC(cpus);
        if (!mask)
            return PyErr_NoMemory();
        if (sched_getaffinity(pid, size, mask) == 0)
            break;
        CPU_FREE(mask);
        if (errno != EINVAL)
            return fail();
        if (cpus >= MAX_CPUS) {
            PyErr_SetString(PyExc_OverflowError, "could not allocate a large enough CPU set");
            return NULL;
        }
    }
    PyObject *set = PySet_New(NULL);
    for (int cpu = 0; set && cpu < cpus; cpu++) {
        if (!CPU_ISSET_S(cpu, size, mask))
            continue;
        PyObject *number = PyLong_FromLong(cpu);
        if (!number || PySet_Add(set, number) < 0)
            Py_CLEAR(set);
        Py_XDECREF(number);
    }
    CPU_FREE(mask);
    return set;
}

FUNCTION(posix, sched_setaffinity, "~($module, pid, mask, /)",
         "Tell which CPUs, an iterable of numbers, a process may run on.")
static PyObject *
posix_sched_setaffinity(PyObject *Py_UNUSED(module), pid_arg pid, PyObject *mask)
{
    PyObject *it = PyObject_GetIter(mask), *item, *result = NULL;
    if (!it)
        return NULL;
    int cpus = 128;
    cpu_set_t *set = CPU_ALLOC(cpus);
    if (!set) {
        Py_DECREF(it);
        return PyErr_NoMemory();
    }
    CPU_ZERO_S(CPU_ALLOC_SIZE(cpus), set);
    while ((item = PyIter_Next(it))) {
        if (!PyLong_Check(item)) {
            PyErr_Format(PyExc_TypeError,
                         "expected an iterator of ints, but iterator yielded %R", Py_TYPE(item));
            Py_DECREF(item);
            goto done;
        }
        long cpu = PyLong_AsLong(item);
        Py_DECREF(item);
        if (cpu < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "negative CPU number");
            goto done;
        }
        if (cpu > INT_MAX - 1) {
            PyErr_SetString(PyExc_OverflowError, "CPU number too large");
            goto done;
        }
        if (cpu >= cpus) {
            int more = cpus;
            while (more <= cpu)
                more = more > INT_MAX / 2 ? (int)cpu + 1 : more * 2;
            cpu_set_t *bigger = CPU_ALLOC(more);
            if (!bigger) {
                PyErr_NoMemory();
                goto done;
            }
            CPU_ZERO_S(CPU_ALLOC_SIZE(more), bigger);
            memcpy(bigger, set, CPU_ALLOC_SIZE(cpus));
            CPU_FREE(set);
            set = bigger;
            cpus = more;
        }
        CPU_SET_S(cpu, CPU_ALLOC_SIZE(cpus), set);
    }
    if (!PyErr_Occurred())
        result = none_or_fail(sched_setaffinity(pid, CPU_ALLOC_SIZE(cpus), set));
done:
    CPU_FREE(set);
    Py_DECREF(it);
    return result;
}

/* -- types --------------------------------------------------------------------------------- */

status
posix_add_process_types(PyObject *module)
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
    if (!state->waitid_result
        || PyModule_AddObjectRef(module, "waitid_result", (PyObject *)state->waitid_result) < 0)
        return -1;

    PyStructSequence_Field param_fields[] = {
        {"sched_priority", "the scheduling priority"},
        {NULL, NULL},
    };
    PyStructSequence_Desc param_desc = {
        .name = "posix.sched_param",
        .doc = PyDoc_STR("sched_param(sched_priority)\n--\n\nThe parameters of a scheduling policy."),
        .fields = param_fields,
        .n_in_sequence = 1,
    };
    state->sched_param = PyStructSequence_NewType(&param_desc);
    if (!state->sched_param)
        return -1;
    state->sched_param->tp_new = sched_param_new;
    return PyModule_AddObjectRef(module, "sched_param", (PyObject *)state->sched_param);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/process.inc"
