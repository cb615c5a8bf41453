/* The module _posixsubprocess: starting a child process for subprocess.Popen.

   Between fork() and exec() only async-signal-safe functions may be called, since other threads of
   the parent may have held any lock, malloc's among them.  With vfork() the child even shares the
   parent's memory: it must not leave anything changed.  So all conversions happen before.

   A failure in the child is reported through the pipe `errpipe_write` as
   "ExceptionName:errno in hex:text". */
#include "object/declare.h"
#include "modules/fileutils.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int _Py_Uid_Converter(PyObject *object, uid_t *uid);
extern int _Py_Gid_Converter(PyObject *object, gid_t *gid);

enum { MAX_GROUPS = 65536 };

/* What the child needs to know. */
typedef struct {
    char *const *exec_array;       /* programs to try in turn */
    char *const *argv;
    char *const *envp;             /* NULL: the parent's */
    const char *cwd;               /* NULL: the parent's */
    int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
    int close_fds, restore_signals, call_setsid;
    pid_t pgid;                    /* -1: the parent's */
    int call_setgid, call_setgroups, call_setuid, umask;
    gid_t gid;
    uid_t uid;
    size_t group_count;
    const gid_t *groups;
    const int *keep;               /* descriptors to keep open, ascending */
    Py_ssize_t keep_count;
    const sigset_t *sigmask;       /* to be restored after vfork(), or NULL */
    PyObject *preexec_fn;          /* None: none; may run Python code */
} Child;

/* -- in the child: only async-signal-safe calls -------------------------------------------- */

static int
set_inheritable_quietly(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0)
        return -1;
    return flags & FD_CLOEXEC ? fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) : 0;
}

static int
is_kept(const Child *c, int fd)
{
    Py_ssize_t low = 0, high = c->keep_count;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (c->keep[middle] < fd)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->keep_count && c->keep[low] == fd;
}

/* Close [first, last], without close_range(). */
static void
close_one_by_one(int first, int last)
{
    for (int fd = first; fd <= last; fd++)
        close(fd);
}

static int
close_range_quietly(unsigned int first, unsigned int last)
{
#ifdef SYS_close_range
    return (int)syscall(SYS_close_range, first, last, 0);
#else
    (void)first;
    (void)last;
    errno = ENOSYS;
    return -1;
#endif
}

struct linux_dirent64 {
    unsigned long long d_ino;
    long long d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[256];
};

/* Close what /proc says is open, except what is kept.  readdir() would call malloc(). */
static int
close_by_proc(const Child *c, int first)
{
    int dir = open("/proc/self/fd", O_RDONLY | O_CLOEXEC);
    if (dir < 0)
        return -1;
    _Alignas(struct linux_dirent64) char buffer[2048];
    long bytes;
    while ((bytes = syscall(SYS_getdents64, dir, buffer, sizeof(buffer))) > 0) {
        for (long offset = 0; offset < bytes;) {
            const struct linux_dirent64 *entry = (const struct linux_dirent64 *)(buffer + offset);
            offset += entry->d_reclen;
            int fd = 0;
            const char *digit = entry->d_name;
            for (; *digit >= '0' && *digit <= '9' && fd < 100000000; digit++)
                fd = fd * 10 + (*digit - '0');
            if (*digit == 0 && digit != entry->d_name && fd >= first && fd != dir && !is_kept(c, fd))
                close(fd);
        }
    }
    close(dir);
    return 0;
}

/* Close every descriptor from `first` on that is not kept. */
static void
close_other_descriptors(const Child *c, int first)
{
    unsigned int start = (unsigned int)first;
    Py_ssize_t i = 0;
    int works = 1;
    while (i < c->keep_count && c->keep[i] < first)
        i++;
    for (; works && i < c->keep_count; i++) {
        unsigned int kept = (unsigned int)c->keep[i];
        if (kept > start && close_range_quietly(start, kept - 1) < 0)
            works = 0;
        start = kept + 1;
    }
    if (works && close_range_quietly(start, ~0U) == 0)
        return;
    if (close_by_proc(c, first) == 0)
        return;
    long limit = sysconf(_SC_OPEN_MAX);
    int last = limit > 0 ? (int)limit : 256;
    for (int fd = first; fd <= last; fd++)
        if (!is_kept(c, fd))
            close_one_by_one(fd, fd);
}

/* Signal handlers of the parent must not run in the child, which may share its memory. */
static void
reset_signals(const sigset_t *mask)
{
    struct sigaction action, plain = {.sa_handler = SIG_DFL};
    for (int signum = 1; signum < NSIG; signum++) {
        if (signum == SIGKILL || signum == SIGSTOP)
            continue;
        if (sigaction(signum, NULL, &action) < 0)
            continue;
        if ((action.sa_flags & SA_SIGINFO) || (action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL))
            sigaction(signum, &plain, NULL);
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
}

/* Write all of it; there is nobody to tell if that fails. */
static void
report(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text += n;
        length -= (size_t)n;
    }
}

static void
report_errno(int fd, int code, const char *text)
{
    char hex[sizeof(code) * 2 + 1], *digit = hex + sizeof(hex);
    report(fd, "OSError:", 8);
    do {
        *--digit = "0123456789ABCDEF"[code % 16];
        code /= 16;
    } while (code && digit > hex);
    report(fd, digit, (size_t)(hex + sizeof(hex) - digit));
    report(fd, ":", 1);
    report(fd, text, strlen(text));
}

/* Make `fd` the descriptor `target`, inheritable. */
static int
place_descriptor(int fd, int target)
{
    if (fd == target)
        return set_inheritable_quietly(fd);
    return fd == -1 ? 0 : dup2(fd, target);
}

/* Connect pipes to 0, 1 and 2.  -1 with errno. */
static int
connect_standard_streams(Child *c)
{
    for (Py_ssize_t i = 0; i < c->keep_count; i++)
        if (c->keep[i] != c->errpipe_write && set_inheritable_quietly(c->keep[i]) < 0
            && errno != EBADF)
            return -1;
    /* The parent's ends. */
    const int parents[] = {c->p2cwrite, c->c2pread, c->errread, c->errpipe_read};
    for (size_t i = 0; i < ARRAY_LEN(parents); i++)
        if (parents[i] != -1 && close(parents[i]) < 0)
            return -1;
    /* Whoever closed a standard descriptor gets pipes with low numbers: move them away from where
       another one belongs. */
    if (c->c2pwrite == 0 && (c->c2pwrite = dup(c->c2pwrite)) < 0)
        return -1;
    while (c->errwrite == 0 || c->errwrite == 1)
        if ((c->errwrite = dup(c->errwrite)) < 0)
            return -1;
    if (place_descriptor(c->p2cread, 0) < 0 || place_descriptor(c->c2pwrite, 1) < 0
        || place_descriptor(c->errwrite, 2) < 0)
        return -1;
    return 0;
}

/* Run the program; returns only if that failed, after a report to the parent. */
static void
run_child(Child *c)
{
    /* Tells the parent that it was not the program's fault. */
    const char *stage = "noexec";
    int code;
    if (connect_standard_streams(c) < 0)
        goto fail;
    if (c->cwd && chdir(c->cwd) < 0)
        goto fail;
    if (c->umask >= 0)
        umask((mode_t)c->umask);
    if (c->restore_signals)
        _Py_RestoreSignals();
    if (c->sigmask)
        reset_signals(c->sigmask);
    if (c->call_setsid && setsid() < 0)
        goto fail;
    if (c->pgid >= 0 && setpgid(0, c->pgid) < 0)
        goto fail;
    if (c->call_setgroups && setgroups(c->group_count, c->groups) < 0)
        goto fail;
    if (c->call_setgid && setregid(c->gid, c->gid) < 0)
        goto fail;
    if (c->call_setuid && setreuid(c->uid, c->uid) < 0)
        goto fail;

    stage = "";
    if (c->preexec_fn != Py_None) {
        /* Whoever asks for this lives with the risk. */
        PyObject *result = PyObject_CallNoArgs(c->preexec_fn);
        if (!result) {
            static const char text[] = "SubprocessError:0:Exception occurred in preexec_fn.";
            report(c->errpipe_write, text, sizeof(text) - 1);
            return;
        }
    }

    /* Last, so that preexec_fn could use what it liked. */
    if (c->close_fds)
        close_other_descriptors(c, 3);

    code = 0;
    for (int i = 0; c->exec_array[i]; i++) {
        if (c->envp)
            execve(c->exec_array[i], c->argv, c->envp);
        else
            execv(c->exec_array[i], c->argv);
        if (errno != ENOENT && errno != ENOTDIR && code == 0)
            code = errno;
    }
    if (code)
        errno = code;
fail:
    report_errno(c->errpipe_write, errno, stage);
}

/* -- in the parent ------------------------------------------------------------------------- */

/* Split from the caller, so that its variables live in a frame that the child of vfork() does not
   overwrite. */
static NOINLINE pid_t
start_child(Child *c, int use_vfork)
{
    pid_t pid;
    if (use_vfork) {
        pid = vfork();
        if (pid < 0) {
            c->sigmask = NULL;
            pid = fork();
        }
    } else {
        pid = fork();
    }
    if (pid != 0)
        return pid;
    if (c->preexec_fn != Py_None)
        PyOS_AfterFork_Child();
    run_child(c);
    _exit(255);
}

/* The descriptors to keep as an ascending array; ValueError if they are not. */
static int *
get_kept(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    int *fds = PyMem_New(int, count + 1);
    if (!fds) {
        PyErr_NoMemory();
        return NULL;
    }
    long previous = -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        long fd = PyLong_Check(item) ? PyLong_AsLong(item) : -1;
        if (fd < 0 || fd <= previous || fd > INT_MAX) {
            PyErr_SetString(PyExc_ValueError, "bad value(s) in fds_to_keep");
            PyMem_Free(fds);
            return NULL;
        }
        fds[i] = (int)fd;
        previous = fd;
    }
    return fds;
}

/* A tuple or list of paths as bytes objects; a new tuple. */
static PyObject *
get_arguments(PyObject *args)
{
    PyObject *fast = PySequence_Fast(args, "argv must be a tuple");
    Py_ssize_t count = fast ? PySequence_Fast_GET_SIZE(fast) : 0;
    PyObject *converted = fast ? PyTuple_New(count) : NULL;
    for (Py_ssize_t i = 0; converted && i < count; i++) {
        PyObject *bytes;
        if (PySequence_Fast_GET_SIZE(fast) != count) {
            PyErr_SetString(PyExc_RuntimeError, "args changed during iteration");
            Py_CLEAR(converted);
        } else if (!PyUnicode_FSConverter(PySequence_Fast_GET_ITEM(fast, i), &bytes)) {
            Py_CLEAR(converted);
        } else {
            PyTuple_SET_ITEM(converted, i, bytes);
        }
    }
    Py_XDECREF(fast);
    return converted;
}

/* A list of group numbers. */
static gid_t *
get_groups(PyObject *list, size_t *count)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "setgroups argument must be a list");
        return NULL;
    }
    Py_ssize_t length = PyList_GET_SIZE(list);
    if (length > MAX_GROUPS) {
        PyErr_SetString(PyExc_ValueError, "too many groups");
        return NULL;
    }
    gid_t *groups = PyMem_New(gid_t, length + 1);
    if (!groups) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        int good = 0;
        if (item && !PyLong_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "groups must be integers");
        } else if (item) {
            good = _Py_Gid_Converter(item, &groups[i]);
            if (!good)
                PyErr_SetString(PyExc_ValueError, "invalid group id");
        }
        Py_XDECREF(item);
        if (!good) {
            PyMem_Free(groups);
            return NULL;
        }
    }
    *count = (size_t)length;
    return groups;
}

extern char *const *_PySequence_BytesToCharpArray(PyObject *sequence);
extern void _Py_FreeCharPArray(char *const array[]);

FUNCTION(_posixsubprocess, fork_exec, NULL,
         "Start a program in a child process and return its id; for the use of subprocess only.\n\n"
         "An error in the child is written to errpipe_write, the last descriptor argument.")
static PyObject *
posixsubprocess_fork_exec(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *process_args, *executables, *keep, *cwd, *env, *gid, *groups, *uid;
    Child c = {0};
    int allow_vfork;
    if (!PyArg_ParseTuple(args, "OOpO!OOiiiiiiiippiOOOiOp:fork_exec", &process_args, &executables,
                          &c.close_fds, &PyTuple_Type, &keep, &cwd, &env, &c.p2cread, &c.p2cwrite,
                          &c.c2pread, &c.c2pwrite, &c.errread, &c.errwrite, &c.errpipe_read,
                          &c.errpipe_write, &c.restore_signals, &c.call_setsid, &c.pgid, &gid,
                          &groups, &uid, &c.umask, &c.preexec_fn, &allow_vfork))
        return NULL;
    int has_preexec = c.preexec_fn != Py_None;
    if (has_preexec && PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_RuntimeError, "preexec_fn not supported within subinterpreters");
        return NULL;
    }
    if (c.close_fds && c.errpipe_write < 3) {
        PyErr_SetString(PyExc_ValueError, "errpipe_write must be >= 3");
        return NULL;
    }

    int *kept = NULL, gc_was_enabled = 0;
    gid_t *group_ids = NULL;
    PyObject *arguments = NULL, *directory = NULL, *result = NULL;
    kept = get_kept(keep);
    if (!kept)
        return NULL;
    c.keep = kept;
    c.keep_count = PyTuple_GET_SIZE(keep);
    c.exec_array = _PySequence_BytesToCharpArray(executables);
    if (!c.exec_array)
        goto done;
    if (process_args != Py_None) {
        arguments = get_arguments(process_args);
        if (!arguments)
            goto done;
        c.argv = _PySequence_BytesToCharpArray(arguments);
        if (!c.argv)
            goto done;
    }
    if (env != Py_None && !(c.envp = _PySequence_BytesToCharpArray(env)))
        goto done;
    if (cwd != Py_None) {
        if (!PyUnicode_FSConverter(cwd, &directory))
            goto done;
        c.cwd = PyBytes_AS_STRING(directory);
    }
    if (groups != Py_None) {
        group_ids = get_groups(groups, &c.group_count);
        if (!group_ids)
            goto done;
        c.groups = group_ids;
        c.call_setgroups = 1;
    }
    if (gid != Py_None) {
        if (!_Py_Gid_Converter(gid, &c.gid))
            goto done;
        c.call_setgid = 1;
    }
    if (uid != Py_None) {
        if (!_Py_Uid_Converter(uid, &c.uid))
            goto done;
        c.call_setuid = 1;
    }

    /* vfork() does not copy the page tables.  Not when ids change: then the memory must not be
       shared with a process of another user. */
    int use_vfork = allow_vfork && !has_preexec && !c.call_setuid && !c.call_setgid
                    && !c.call_setgroups;
    sigset_t all, old;
    if (use_vfork) {
        /* A handler that ran in the child would run in the parent's memory. */
        sigfillset(&all);
        int code = pthread_sigmask(SIG_BLOCK, &all, &old);
        if (code) {
            errno = code;
            PyErr_SetFromErrno(PyExc_OSError);
            goto done;
        }
        c.sigmask = &old;
    }
    if (has_preexec) {
        /* The collector must not run finalisers of the parent in the child. */
        gc_was_enabled = PyGC_Disable();
        PyOS_BeforeFork();
    }
    pid_t pid = start_child(&c, use_vfork);
    int code = errno;
    if (use_vfork)
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (has_preexec)
        PyOS_AfterFork_Parent();
    errno = code;
    result = pid == -1 ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromLong(pid);
    if (gc_was_enabled)
        PyGC_Enable();
done:
    PyMem_Free(kept);
    PyMem_Free(group_ids);
    if (c.exec_array)
        _Py_FreeCharPArray(c.exec_array);
    if (c.argv)
        _Py_FreeCharPArray(c.argv);
    if (c.envp)
        _Py_FreeCharPArray(c.envp);
    Py_XDECREF(arguments);
    Py_XDECREF(directory);
    return result;
}

#include "gen/modules/_posixsubprocess.inc"

static WRITTEN PyModuleDef posixsubprocess_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_posixsubprocess",
    .m_doc = PyDoc_STR("The child process of subprocess."),
    .m_size = 0,
    .m_methods = _posixsubprocess_functions,
};

PyMODINIT_FUNC
PyInit__posixsubprocess(void)
{
    return PyModuleDef_Init(&posixsubprocess_module);
}
