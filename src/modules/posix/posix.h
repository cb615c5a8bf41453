/* What the files of posix share: module state, argument types, error helpers. */
#ifndef KRAIT_MODULES_POSIX_H
#define KRAIT_MODULES_POSIX_H

#define PY_SSIZE_T_CLEAN
#include "object/declare.h"
#include "modules/fileutils.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { POSIX_SPAWN_OPEN, POSIX_SPAWN_CLOSE, POSIX_SPAWN_DUP2 };

typedef struct {
    PyTypeObject *stat_result;
    PyTypeObject *statvfs_result;
    PyTypeObject *terminal_size;
    PyTypeObject *times_result;
    PyTypeObject *uname_result;
    PyTypeObject *sched_param;
    PyTypeObject *waitid_result;
    PyTypeObject *dir_entry;
    PyTypeObject *scandir_iterator;
    PyObject *environ;             /* until the module has it */
    newfunc structseq_new;         /* what stat_result and sched_param replace */
} PosixState;

static inline PosixState *
posix_state(PyObject *module)
{
    return PyModule_GetState(module);
}

/* -- argument types ------------------------------------------------------------------------ */

/* A path argument.  The fields before `text` configure the conversion and the error texts; see
   PATH below.  `text` is NULL for a descriptor, or if nothing was given. */
typedef struct {
    const char *function;
    const char *argument;
    char nullable;
    char allow_fd;
    int fd;                        /* -1: none */
    const char *text;
    Py_ssize_t length;
    PyObject *object;              /* as it was given (a new reference), for error messages */
    PyObject *bytes;               /* owns `text` */
} path_arg;

#define PATH(function_, argument_, nullable_, allow_fd_)                                           \
    {                                                                                              \
        .function = function_, .argument = argument_, .nullable = nullable_,                       \
        .allow_fd = allow_fd_, .fd = -1                                                            \
    }

typedef int dir_fd_arg;            /* a descriptor, or None for AT_FDCWD */
typedef int fd_arg;                /* an int or an object with fileno() */
typedef off_t offset_arg;
typedef pid_t pid_arg;
typedef uid_t uid_arg;
typedef gid_t gid_arg;
typedef dev_t device_arg;
typedef PyObject *fs_bytes;        /* a path as bytes (a new reference) */
typedef int config_name;

int convert_path(PyObject *object, path_arg *path);
void path_release(path_arg *path);
int convert_dir_fd(PyObject *object, int *fd);
int convert_fd(PyObject *object, int *fd);
int convert_offset(PyObject *object, off_t *offset);
int convert_pid(PyObject *object, pid_t *pid);
int convert_device(PyObject *object, dev_t *device);
int convert_fs_bytes(PyObject *object, PyObject **bytes);
int convert_sysconf_name(PyObject *object, int *value);
int convert_confstr_name(PyObject *object, int *value);
int convert_pathconf_name(PyObject *object, int *value);
extern int _Py_Uid_Converter(PyObject *object, uid_t *uid);
extern int _Py_Gid_Converter(PyObject *object, gid_t *gid);
extern int _Py_Sigset_Converter(PyObject *object, void *set);

static inline void
fs_bytes_release(PyObject **bytes)
{
    Py_XDECREF(*bytes);
}

PyObject *_PyLong_FromUid(uid_t uid);
PyObject *_PyLong_FromGid(gid_t gid);

/* -- errors -------------------------------------------------------------------------------- */

/* OSError from errno; NULL. */
static inline PyObject *
fail(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* The same, naming the file(s). */
PyObject *fail_path(const path_arg *path);
PyObject *fail_paths(const path_arg *first, const path_arg *second);
/* None if `result` is not -1, else OSError. */
static inline PyObject *
none_or_fail(int result)
{
    return result == -1 ? fail() : Py_NewRef(Py_None);
}
/* ValueError and 1 for combinations that no system call serves. */
int dir_fd_and_fd_invalid(const char *function, int dir_fd, int fd);
int path_and_dir_fd_invalid(const char *function, const path_arg *path, int dir_fd);
int fd_and_follow_symlinks_invalid(const char *function, int fd, int follow_symlinks);
int dir_fd_and_follow_symlinks_invalid(const char *function, int dir_fd, int follow_symlinks);

/* Run a system call without the GIL, again after EINTR; -1 with an exception set by a signal
   handler sets `interrupted`. */
#define RETRY(result, interrupted, call)                                                           \
    do {                                                                                           \
        Py_BEGIN_ALLOW_THREADS                                                                     \
        result = (call);                                                                           \
        Py_END_ALLOW_THREADS                                                                       \
    } while (result == -1 && errno == EINTR && !(interrupted = PyErr_CheckSignals() < 0))

/* -- between the files --------------------------------------------------------------------- */

status posix_add_constants(PyObject *module);
status posix_make_stat_result(PyObject *module);
status posix_make_environ(PyObject *module);
status posix_add_stat_types(PyObject *module);
status posix_add_wait_types(PyObject *module);
status posix_add_sched_types(PyObject *module);
status posix_add_info(PyObject *module);
status posix_add_scandir(PyObject *module);
/* The parameters in a sched_param object; 1 done, 0 an exception is set. */
struct sched_param;
int posix_convert_sched_param(PyObject *module, PyObject *param, struct sched_param *result);
PyObject *stat_to_object(PosixState *state, const struct stat *info);
/* os.stat() of an already converted path. */
PyObject *posix_do_stat(PyObject *module, const char *function, const path_arg *path, int dir_fd,
                        int follow_symlinks);

#endif

/* Read again just before the generated code: there, variables of these types free what they own
   when the wrapper returns. */
#ifdef POSIX_WRAPPERS
#define path_arg __attribute__((cleanup(path_release))) path_arg
#define fs_bytes __attribute__((cleanup(fs_bytes_release))) fs_bytes
#endif
