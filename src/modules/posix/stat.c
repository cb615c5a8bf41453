/* What is known about files: stat() and its relatives, access, times, and their result types. */
#include "modules/posix/posix.h"
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

CONVERTER(path_arg, convert_path)
CONVERTER(dir_fd_arg, convert_dir_fd)
CONVERTER(fd_arg, convert_fd)
CONVERTER(device_arg, convert_device)

/* -- stat_result --------------------------------------------------------------------------- */

/* Fields 7 to 9 are the times as ints, reached by index only. */
static const PyStructSequence_Field stat_fields[] = {
    {"st_mode", "protection bits"},
    {"st_ino", "inode"},
    {"st_dev", "device"},
    {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"},
    {"st_gid", "group ID of owner"},
    {"st_size", "total size, in bytes"},
    {NULL, "integer time of last access"},
    {NULL, "integer time of last modification"},
    {NULL, "integer time of last change"},
    {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"},
    {"st_ctime", "time of last change"},
    {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"},
    {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"},
    {"st_blocks", "number of blocks allocated"},
    {"st_rdev", "device type (if inode device)"},
    {NULL, NULL},
};

static PyStructSequence_Field statvfs_fields[] = {
    {"f_bsize", NULL},  {"f_frsize", NULL}, {"f_blocks", NULL}, {"f_bfree", NULL},
    {"f_bavail", NULL}, {"f_files", NULL},  {"f_ffree", NULL},  {"f_favail", NULL},
    {"f_flag", NULL},   {"f_namemax", NULL}, {"f_fsid", NULL},  {NULL, NULL},
};

/* stat_result(sequence): float times that are missing are taken from the int ones. */
static PyObject *
stat_result_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *module = PyType_GetModule(type);
    if (!module)
        return NULL;
    PyStructSequence *result = (PyStructSequence *)posix_state(module)->structseq_new(type, args, kwargs);
    if (!result)
        return NULL;
    for (int i = 7; i <= 9; i++) {
        if (result->ob_item[i + 3] == Py_None) {
            Py_DECREF(Py_None);
            result->ob_item[i + 3] = Py_NewRef(result->ob_item[i]);
        }
    }
    return (PyObject *)result;
}

/* Fill the three views of one time. */
static status
set_time(PyObject *result, int index, const struct timespec *time)
{
    PyObject *seconds = PyLong_FromLongLong(time->tv_sec);
    PyObject *exact = PyFloat_FromDouble((double)time->tv_sec + 1e-9 * (double)time->tv_nsec);
    PyObject *nanoseconds;
    long long total;
    if (!__builtin_mul_overflow((long long)time->tv_sec, 1000000000LL, &total)
        && !__builtin_add_overflow(total, (long long)time->tv_nsec, &total)) {
        nanoseconds = PyLong_FromLongLong(total);
    } else {
        PyObject *billion = PyLong_FromLong(1000000000), *rest = PyLong_FromLong(time->tv_nsec);
        PyObject *product = seconds && billion ? PyNumber_Multiply(seconds, billion) : NULL;
        nanoseconds = product && rest ? PyNumber_Add(product, rest) : NULL;
        Py_XDECREF(billion);
        Py_XDECREF(rest);
        Py_XDECREF(product);
    }
    PyStructSequence_SET_ITEM(result, index, seconds);
    PyStructSequence_SET_ITEM(result, index + 3, exact);
    PyStructSequence_SET_ITEM(result, index + 6, nanoseconds);
    return seconds && exact && nanoseconds ? 0 : -1;
}

PyObject *
stat_to_object(PosixState *state, const struct stat *info)
{
    PyObject *result = PyStructSequence_New(state->stat_result);
    if (!result)
        return NULL;
    PyObject *const fields[] = {
        PyLong_FromLong((long)info->st_mode),
        PyLong_FromUnsignedLongLong(info->st_ino),
        PyLong_FromLongLong((long long)info->st_dev),
        PyLong_FromLong((long)info->st_nlink),
        _PyLong_FromUid(info->st_uid),
        _PyLong_FromGid(info->st_gid),
        PyLong_FromLongLong(info->st_size),
    };
    int complete = 1;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        PyStructSequence_SET_ITEM(result, (Py_ssize_t)i, fields[i]);
        complete &= fields[i] != NULL;
    }
    if (set_time(result, 7, &info->st_atim) < 0 || set_time(result, 8, &info->st_mtim) < 0
        || set_time(result, 9, &info->st_ctim) < 0)
        complete = 0;
    PyStructSequence_SET_ITEM(result, 16, PyLong_FromLong(info->st_blksize));
    PyStructSequence_SET_ITEM(result, 17, PyLong_FromLong(info->st_blocks));
    PyStructSequence_SET_ITEM(result, 18, PyLong_FromLongLong((long long)info->st_rdev));
    if (!complete || PyErr_Occurred()) {
        Py_DECREF(result);
        return NULL;
    }
    return result;
}

/* -- stat ---------------------------------------------------------------------------------- */

PyObject *
posix_do_stat(PyObject *module, const char *function, const path_arg *path, int dir_fd,
              int follow_symlinks)
{
    if (path_and_dir_fd_invalid(function, path, dir_fd)
        || dir_fd_and_fd_invalid(function, dir_fd, path->fd)
        || fd_and_follow_symlinks_invalid(function, path->fd, follow_symlinks))
        return NULL;
    struct stat info;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path->fd != -1)
        result = fstat(path->fd, &info);
    else if (dir_fd == AT_FDCWD && follow_symlinks)
        result = stat(path->text, &info);
    else
        result = fstatat(dir_fd, path->text, &info, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(path) : stat_to_object(posix_state(module), &info);
}

FUNCTION(posix, stat, "($module, /, path, *, dir_fd=None, follow_symlinks=True)",
         "Ask the system about a file.\n\n"
         "path is a path or a descriptor; a relative path is relative to the directory open as\n"
         "dir_fd.  With follow_symlinks=False a symbolic link itself is described.")
DEFAULT(path, PATH("stat", "path", 0, 1))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_stat(PyObject *module, path_arg path, dir_fd_arg dir_fd, truth follow_symlinks)
{
    return posix_do_stat(module, "stat", &path, dir_fd, follow_symlinks);
}

FUNCTION(posix, lstat, "($module, /, path, *, dir_fd=None)",
         "Like stat(), but a symbolic link itself is described.")
DEFAULT(path, PATH("lstat", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_lstat(PyObject *module, path_arg path, dir_fd_arg dir_fd)
{
    return posix_do_stat(module, "lstat", &path, dir_fd, 0);
}

FUNCTION(posix, fstat, "($module, /, fd)", "Like stat() for a descriptor.")
static PyObject *
posix_fstat(PyObject *module, int fd)
{
    struct stat info;
    int result, interrupted = 0;
    RETRY(result, interrupted, fstat(fd, &info));
    if (result == -1)
        return interrupted ? NULL : fail();
    return stat_to_object(posix_state(module), &info);
}

FUNCTION(posix, access,
         "($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)",
         "May the real user access a file?  mode is F_OK or a sum of R_OK, W_OK and X_OK.\n\n"
         "With effective_ids the effective user is meant.  The answer may be out of date when it is\n"
         "used: trying is better.")
DEFAULT(path, PATH("access", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_access(PyObject *Py_UNUSED(module), path_arg path, int mode, dir_fd_arg dir_fd,
             truth effective_ids, truth follow_symlinks)
{
    int result;
    int flags = (follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW) | (effective_ids ? AT_EACCESS : 0);
    Py_BEGIN_ALLOW_THREADS
    result = dir_fd == AT_FDCWD && !flags ? access(path.text, mode)
                                          : faccessat(dir_fd, path.text, mode, flags);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(result == 0);
}

/* -- statvfs ------------------------------------------------------------------------------- */

static PyObject *
statvfs_to_object(PyObject *module, const struct statvfs *info)
{
    PyObject *result = PyStructSequence_New(posix_state(module)->statvfs_result);
    if (!result)
        return NULL;
    const unsigned long long values[] = {
        info->f_bsize,  info->f_frsize, info->f_blocks, info->f_bfree, info->f_bavail,
        info->f_files,  info->f_ffree,  info->f_favail, info->f_flag,  info->f_namemax,
        info->f_fsid,
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        PyStructSequence_SET_ITEM(result, (Py_ssize_t)i, PyLong_FromUnsignedLongLong(values[i]));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

FUNCTION(posix, fstatvfs, "($module, fd, /)", "Ask the system about the file system of a descriptor.")
static PyObject *
posix_fstatvfs(PyObject *module, int fd)
{
    struct statvfs info;
    int result, interrupted = 0;
    RETRY(result, interrupted, fstatvfs(fd, &info));
    if (result == -1)
        return interrupted ? NULL : fail();
    return statvfs_to_object(module, &info);
}

FUNCTION(posix, statvfs, "($module, /, path)",
         "Ask the system about the file system that holds a path or an open descriptor.")
DEFAULT(path, PATH("statvfs", "path", 0, 1))
static PyObject *
posix_statvfs(PyObject *module, path_arg path)
{
    struct statvfs info;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = path.fd != -1 ? fstatvfs(path.fd, &info) : statvfs(path.text, &info);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : statvfs_to_object(module, &info);
}

/* -- utime --------------------------------------------------------------------------------- */

/* Nanoseconds, any int, as a timespec. */
static status
split_nanoseconds(PyObject *value, struct timespec *time)
{
    PyObject *billion = PyLong_FromLong(1000000000);
    PyObject *parts = billion ? PyNumber_Divmod(value, billion) : NULL;
    Py_XDECREF(billion);
    if (!parts)
        return -1;
    status done = -1;
    if (!PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) != 2) {
        PyErr_Format(PyExc_TypeError, "%.200s.__divmod__() must return a 2-tuple, not %.200s",
                     Py_TYPE(value)->tp_name, Py_TYPE(parts)->tp_name);
        goto done;
    }
    time->tv_sec = _PyLong_AsTime_t(PyTuple_GET_ITEM(parts, 0));
    if (time->tv_sec == -1 && PyErr_Occurred())
        goto done;
    time->tv_nsec = PyLong_AsLong(PyTuple_GET_ITEM(parts, 1));
    if (time->tv_nsec == -1 && PyErr_Occurred())
        goto done;
    done = 0;
done:
    Py_DECREF(parts);
    return done;
}

FUNCTION(posix, utime,
         "($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)",
         "Set the times of last access and modification of a file.\n\n"
         "times is (atime, mtime) in seconds, ns the same in nanoseconds; neither means now.\n"
         "path may be a descriptor.  With follow_symlinks=False a symbolic link itself is changed.")
DEFAULT(path, PATH("utime", "path", 0, 1))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_utime(PyObject *Py_UNUSED(module), path_arg path, PyObject *times, PyObject *ns,
            dir_fd_arg dir_fd, truth follow_symlinks)
{
    if (times != Py_None && ns) {
        PyErr_SetString(PyExc_ValueError,
                        "utime: you may specify either 'times' or 'ns' but not both");
        return NULL;
    }
    struct timespec both[2], *given = NULL;
    if (times != Py_None) {
        if (!PyTuple_CheckExact(times) || PyTuple_GET_SIZE(times) != 2) {
            PyErr_SetString(PyExc_TypeError,
                            "utime: 'times' must be either a tuple of two ints or None");
            return NULL;
        }
        for (int i = 0; i < 2; i++)
            if (_PyTime_ObjectToTimespec(PyTuple_GET_ITEM(times, i), &both[i].tv_sec,
                                         &both[i].tv_nsec, _PyTime_ROUND_FLOOR) < 0)
                return NULL;
        given = both;
    } else if (ns) {
        if (!PyTuple_CheckExact(ns) || PyTuple_GET_SIZE(ns) != 2) {
            PyErr_SetString(PyExc_TypeError, "utime: 'ns' must be a tuple of two ints");
            return NULL;
        }
        for (int i = 0; i < 2; i++)
            if (split_nanoseconds(PyTuple_GET_ITEM(ns, i), &both[i]) < 0)
                return NULL;
        given = both;
    }
    if (path_and_dir_fd_invalid("utime", &path, dir_fd)
        || dir_fd_and_fd_invalid("utime", dir_fd, path.fd)
        || fd_and_follow_symlinks_invalid("utime", path.fd, follow_symlinks))
        return NULL;
    if (PySys_Audit("os.utime", "OOOi", path.object, times, ns ? ns : Py_None,
                    dir_fd == AT_FDCWD ? -1 : dir_fd) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path.fd != -1 && follow_symlinks)
        result = futimens(path.fd, given);
    else
        result = utimensat(dir_fd, path.text, given, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
    Py_END_ALLOW_THREADS
    return none_or_fail(result);
}

/* -- device numbers ------------------------------------------------------------------------ */

FUNCTION(posix, major, "($module, device, /)", "The major number of a raw device number.")
static PyObject *
posix_major(PyObject *Py_UNUSED(module), device_arg device)
{
    return PyLong_FromUnsignedLong(major(device));
}

FUNCTION(posix, minor, "($module, device, /)", "The minor number of a raw device number.")
static PyObject *
posix_minor(PyObject *Py_UNUSED(module), device_arg device)
{
    return PyLong_FromUnsignedLong(minor(device));
}

FUNCTION(posix, makedev, "($module, major, minor, /)", "The raw device number of two numbers.")
static PyObject *
posix_makedev(PyObject *Py_UNUSED(module), int major_number, int minor_number)
{
    return PyLong_FromLongLong((long long)makedev(major_number, minor_number));
}

/* -- types --------------------------------------------------------------------------------- */

status
posix_make_stat_result(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyStructSequence_Desc desc = {
        .name = "os.stat_result",
        .doc = "The answer of stat(): a tuple of its first ten fields with attributes for all.",
        .n_in_sequence = 10,
    };
    PyStructSequence_Field fields[ARRAY_LEN(stat_fields)];
    memcpy(fields, stat_fields, sizeof(fields));
    for (size_t i = 7; i <= 9; i++)
        fields[i].name = PyStructSequence_UnnamedField;
    desc.fields = fields;
    state->stat_result = PyStructSequence_NewType(&desc);
    if (!state->stat_result)
        return -1;
    state->structseq_new = state->stat_result->tp_new;
    state->stat_result->tp_new = stat_result_new;
    /* So that the function finds its way back here. */
    ((PyHeapTypeObject *)state->stat_result)->ht_module = Py_NewRef(module);
    return 0;
}

status
posix_add_stat_types(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyStructSequence_Desc desc = {
        .name = "os.statvfs_result",
        .doc = "The answer of statvfs(): a tuple of its first ten fields with attributes for all.",
        .fields = statvfs_fields,
        .n_in_sequence = 10,
    };
    if (PyModule_AddObjectRef(module, "stat_result", (PyObject *)state->stat_result) < 0)
        return -1;
    state->statvfs_result = PyStructSequence_NewType(&desc);
    return state->statvfs_result
               ? PyModule_AddObjectRef(module, "statvfs_result", (PyObject *)state->statvfs_result)
               : -1;
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/stat.inc"
