/* Arguments of system calls: paths, descriptors, ids, and the errors that name them. */
#include "modules/posix/posix.h"

/* -- paths --------------------------------------------------------------------------------- */

/* The bound __fspath__ of an object's type; NULL without an exception if it has none. */
static PyObject *
find_fspath(PyObject *path)
{
    PyObject *method = _PyType_Lookup(Py_TYPE(path), ID(__fspath__));
    if (!method)
        return NULL;
    descrgetfunc bind = Py_TYPE(method)->tp_descr_get;
    return bind ? bind(method, path, (PyObject *)Py_TYPE(path)) : Py_NewRef(method);
}

/* The str or bytes of a path-like object; os.fspath(). */
PyObject *
PyOS_FSPath(PyObject *path)
{
    if (PyUnicode_Check(path) || PyBytes_Check(path))
        return Py_NewRef(path);
    PyObject *method = find_fspath(path);
    if (!method) {
        if (PyErr_Occurred())
            return NULL;
        return PyErr_Format(PyExc_TypeError, "expected str, bytes or os.PathLike object, not %.200s",
                            _PyType_Name(Py_TYPE(path)));
    }
    PyObject *result = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (result && !PyUnicode_Check(result) && !PyBytes_Check(result)) {
        PyErr_Format(PyExc_TypeError, "expected %.200s.__fspath__() to return str or bytes, not %.200s",
                     _PyType_Name(Py_TYPE(path)), _PyType_Name(Py_TYPE(result)));
        Py_CLEAR(result);
    }
    return result;
}

void
path_release(path_arg *path)
{
    Py_CLEAR(path->object);
    Py_CLEAR(path->bytes);
}

/* What a path argument may be, for messages. */
static const char *
allowed(const path_arg *path)
{
    if (path->allow_fd)
        return path->nullable ? "string, bytes, os.PathLike, integer or None"
                              : "string, bytes, os.PathLike or integer";
    return path->nullable ? "string, bytes, os.PathLike or None" : "string, bytes or os.PathLike";
}

/* An int as a descriptor, out of range is OverflowError. */
static int
index_to_fd(PyObject *object, int *fd)
{
    PyObject *index = PyNumber_Index(object);
    if (!index)
        return 0;
    int overflow;
    long value = PyLong_AsLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (overflow > 0 || value > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "fd is greater than maximum");
        return 0;
    }
    if (overflow < 0 || value < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "fd is less than minimum");
        return 0;
    }
    *fd = (int)value;
    return 1;
}

int
convert_path(PyObject *object, path_arg *path)
{
    path->fd = -1;
    path->object = Py_NewRef(object);
    if (object == Py_None && path->nullable)
        return 1;
    if (PyUnicode_Check(object)) {
        if (!PyUnicode_FSConverter(object, &path->bytes))
            return 0;
    } else if (PyBytes_Check(object)) {
        path->bytes = Py_NewRef(object);
    } else if (path->allow_fd && PyIndex_Check(object)) {
        return index_to_fd(object, &path->fd);
    } else if (PyObject_CheckBuffer(object)) {
        if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "%s: %s should be %s, not %.200s",
                             path->function, path->argument, allowed(path),
                             Py_TYPE(object)->tp_name) < 0)
            return 0;
        path->bytes = PyBytes_FromObject(object);
        if (!path->bytes)
            return 0;
    } else {
        PyObject *method = find_fspath(object);
        if (!method) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "%s: %s should be %s, not %.200s", path->function,
                             path->argument, allowed(path), Py_TYPE(object)->tp_name);
            return 0;
        }
        Py_DECREF(method);
        PyObject *plain = PyOS_FSPath(object);
        if (!plain)
            return 0;
        Py_SETREF(path->object, plain);
        if (!PyUnicode_FSConverter(plain, &path->bytes))
            return 0;
    }
    path->text = PyBytes_AS_STRING(path->bytes);
    path->length = PyBytes_GET_SIZE(path->bytes);
    if (strlen(path->text) != (size_t)path->length) {
        PyErr_Format(PyExc_ValueError, "%s: embedded null character in %s", path->function,
                     path->argument);
        return 0;
    }
    return 1;
}

int
convert_fs_bytes(PyObject *object, PyObject **bytes)
{
    return PyUnicode_FSConverter(object, bytes);
}

/* -- numbers ------------------------------------------------------------------------------- */

int
convert_dir_fd(PyObject *object, int *fd)
{
    if (object == Py_None) {
        *fd = AT_FDCWD;
        return 1;
    }
    if (PyIndex_Check(object))
        return index_to_fd(object, fd);
    PyErr_Format(PyExc_TypeError, "argument should be integer or None, not %.200s",
                 Py_TYPE(object)->tp_name);
    return 0;
}

int
convert_fd(PyObject *object, int *fd)
{
    *fd = PyObject_AsFileDescriptor(object);
    return *fd >= 0;
}

int
convert_offset(PyObject *object, off_t *offset)
{
    PyObject *index = PyNumber_Index(object);
    if (!index)
        return 0;
    long value = PyLong_AsLong(index);
    Py_DECREF(index);
    *offset = value;
    return value != -1 || !PyErr_Occurred();
}

int
convert_pid(PyObject *object, pid_t *pid)
{
    PyObject *index = PyNumber_Index(object);
    if (!index)
        return 0;
    long value = PyLong_AsLong(index);
    Py_DECREF(index);
    if (value == -1 && PyErr_Occurred())
        return 0;
    if (value > INT_MAX || value < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, value > 0 ? "signed integer is greater than maximum"
                                                       : "signed integer is less than minimum");
        return 0;
    }
    *pid = (pid_t)value;
    return 1;
}

int
convert_device(PyObject *object, dev_t *device)
{
    *device = PyLong_AsUnsignedLongLong(object);
    return *device != (dev_t)-1 || !PyErr_Occurred();
}

/* Users and groups are unsigned, but -1 stands for "do not change". */
static int
convert_id(PyObject *object, unsigned int *id, const char *kind)
{
    PyObject *index = PyNumber_Index(object);
    if (!index) {
        PyErr_Format(PyExc_TypeError, "%s should be integer, not %.200s", kind,
                     Py_TYPE(object)->tp_name);
        return 0;
    }
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (value == -1 && !overflow && PyErr_Occurred())
        return 0;
    if (overflow < 0 || value < -1) {
        PyErr_Format(PyExc_OverflowError, "%s is less than minimum", kind);
        return 0;
    }
    if (overflow > 0 || (value > (long long)UINT_MAX - 1 && value != -1)) {
        PyErr_Format(PyExc_OverflowError, "%s is greater than maximum", kind);
        return 0;
    }
    *id = (unsigned int)value;
    return 1;
}

/* 'O&' converter to uid_t; -1 is kept. */
int
_Py_Uid_Converter(PyObject *object, uid_t *uid)
{
    return convert_id(object, uid, "uid");
}

/* 'O&' converter to gid_t; -1 is kept. */
int
_Py_Gid_Converter(PyObject *object, gid_t *gid)
{
    return convert_id(object, gid, "gid");
}

PyObject *
_PyLong_FromUid(uid_t uid)
{
    return uid == (uid_t)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(uid);
}

PyObject *
_PyLong_FromGid(gid_t gid)
{
    return gid == (gid_t)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(gid);
}

/* -- errors -------------------------------------------------------------------------------- */

PyObject *
fail_path(const path_arg *path)
{
    return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path->object);
}

PyObject *
fail_paths(const path_arg *first, const path_arg *second)
{
    return PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, first->object, second->object);
}

int
dir_fd_and_fd_invalid(const char *function, int dir_fd, int fd)
{
    if (dir_fd == AT_FDCWD || fd == -1)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: can't specify both dir_fd and fd", function);
    return 1;
}

int
path_and_dir_fd_invalid(const char *function, const path_arg *path, int dir_fd)
{
    if (path->text || dir_fd == AT_FDCWD)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: can't specify dir_fd without matching path", function);
    return 1;
}

int
fd_and_follow_symlinks_invalid(const char *function, int fd, int follow_symlinks)
{
    /* 0 is let through, as it always was. */
    if (fd <= 0 || follow_symlinks)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: cannot use fd and follow_symlinks together", function);
    return 1;
}

int
dir_fd_and_follow_symlinks_invalid(const char *function, int dir_fd, int follow_symlinks)
{
    if (dir_fd == AT_FDCWD || follow_symlinks)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: cannot use dir_fd and follow_symlinks together", function);
    return 1;
}
