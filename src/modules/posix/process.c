/* Processes: leaving, replacing, spawning and forking them.

   See also: wait.c for signals and waiting, ids.c, sched.c; runtime/fork.c for what happens around
   fork(), _posixsubprocess.c for subprocess. */
#include "modules/posix/posix.h"
#include <limits.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>

CONVERTER(path_arg, convert_path)
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
            || !posix_convert_sched_param(module, param, &schedparam))
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

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/process.inc"
