/* File descriptors: opening, reading, writing, pipes, locks, terminals.

   See also: _io/fileio.c for the file object over a descriptor. */
#include "modules/posix/posix.h"
#include <limits.h>
#include <pty.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <utmp.h>

/* The kernel transfers no more than this at once. */
#define READ_MAX ((Py_ssize_t)0x7ffff000)

CONVERTER(path_arg, convert_path)
CONVERTER(dir_fd_arg, convert_dir_fd)
CONVERTER(fd_arg, convert_fd)
CONVERTER(offset_arg, convert_offset)
CONVERTER(pid_arg, convert_pid)
CONVERTER(fs_bytes, convert_fs_bytes)

/* -- opening and closing ------------------------------------------------------------------- */

FUNCTION(posix, open, "($module, /, path, flags, mode=511, *, dir_fd=None)",
         "Open a file and return its descriptor, which child programs do not inherit.\n\n"
         "flags is a sum of O_* constants, mode the permission bits of a file that is created.")
DEFAULT(path, PATH("open", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_open(PyObject *Py_UNUSED(module), path_arg path, int flags, int mode, dir_fd_arg dir_fd)
{
    flags |= O_CLOEXEC;
    if (PySys_Audit("open", "OOi", path.object, Py_None, flags) < 0)
        return NULL;
    int fd, interrupted = 0;
    RETRY(fd, interrupted, openat(dir_fd, path.text, flags, mode));
    if (fd == -1)
        return interrupted ? NULL : fail_path(&path);
    return PyLong_FromLong(fd);
}

FUNCTION(posix, close, "($module, /, fd)", "Close a descriptor.")
static PyObject *
posix_close(PyObject *Py_UNUSED(module), int fd)
{
    int result;
    /* Not repeated after EINTR: the descriptor is closed all the same. */
    Py_BEGIN_ALLOW_THREADS
    result = close(fd);
    Py_END_ALLOW_THREADS
    return result < 0 && errno != EINTR ? fail() : Py_NewRef(Py_None);
}

FUNCTION(posix, closerange, "($module, fd_low, fd_high, /)",
         "Close all descriptors from fd_low to below fd_high; errors are ignored.")
static PyObject *
posix_closerange(PyObject *Py_UNUSED(module), int fd_low, int fd_high)
{
    Py_BEGIN_ALLOW_THREADS
    _Py_closerange(fd_low, fd_high - 1);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(posix, dup, "($module, fd, /)", "Return another descriptor of the same file.")
static PyObject *
posix_dup(PyObject *Py_UNUSED(module), int fd)
{
    int copy = _Py_dup(fd);
    return copy == -1 ? NULL : PyLong_FromLong(copy);
}

FUNCTION(posix, dup2, "($module, /, fd, fd2, inheritable=True)",
         "Make fd2 a descriptor of the same file as fd.")
static PyObject *
posix_dup2(PyObject *Py_UNUSED(module), int fd, int fd2, truth inheritable)
{
    if (fd < 0 || fd2 < 0) {
        errno = EBADF;
        return fail();
    }
    int result;
    Py_BEGIN_ALLOW_THREADS
    /* dup3() refuses equal descriptors. */
    result = inheritable || fd == fd2 ? dup2(fd, fd2) : dup3(fd, fd2, O_CLOEXEC);
    Py_END_ALLOW_THREADS
    if (result == -1)
        return fail();
    if (!inheritable && fd == fd2 && _Py_set_inheritable(fd2, 0, NULL) < 0)
        return NULL;
    return PyLong_FromLong(result);
}

FUNCTION(posix, get_inheritable, "($module, fd, /)", "Do child programs inherit a descriptor?")
static PyObject *
posix_get_inheritable(PyObject *Py_UNUSED(module), int fd)
{
    int inheritable = _Py_get_inheritable(fd);
    return inheritable < 0 ? NULL : PyBool_FromLong(inheritable);
}

FUNCTION(posix, set_inheritable, "($module, fd, inheritable, /)",
         "Tell whether child programs inherit a descriptor.")
static PyObject *
posix_set_inheritable(PyObject *Py_UNUSED(module), int fd, int inheritable)
{
    return _Py_set_inheritable(fd, inheritable, NULL) < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(posix, get_blocking, "($module, fd, /)", "Do reads and writes of a descriptor wait?")
static PyObject *
posix_get_blocking(PyObject *Py_UNUSED(module), int fd)
{
    int flags = fcntl(fd, F_GETFL, 0);
    return flags < 0 ? fail() : PyBool_FromLong(!(flags & O_NONBLOCK));
}

FUNCTION(posix, set_blocking, "($module, fd, blocking, /)",
         "Tell whether reads and writes of a descriptor wait.")
static PyObject *
posix_set_blocking(PyObject *Py_UNUSED(module), int fd, int blocking)
{
    int flags = fcntl(fd, F_GETFL, 0);
    if (flags < 0)
        return fail();
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return none_or_fail(wanted == flags ? 0 : fcntl(fd, F_SETFL, wanted));
}

FUNCTION(posix, pipe, "($module, /)", "Make a pipe; returns (read end, write end).")
static PyObject *
posix_pipe(PyObject *Py_UNUSED(module))
{
    int fds[2];
    return pipe2(fds, O_CLOEXEC) != 0 ? fail() : Py_BuildValue("(ii)", fds[0], fds[1]);
}

FUNCTION(posix, pipe2, "($module, flags, /)",
         "Make a pipe with flags, such as O_NONBLOCK and O_CLOEXEC; returns (read end, write end).")
static PyObject *
posix_pipe2(PyObject *Py_UNUSED(module), int flags)
{
    int fds[2];
    return pipe2(fds, flags) != 0 ? fail() : Py_BuildValue("(ii)", fds[0], fds[1]);
}

FUNCTION(posix, memfd_create, "($module, /, name, flags=MFD_CLOEXEC)",
         "Make a file in memory and return its descriptor.")
DEFAULT(flags, MFD_CLOEXEC)
DEFAULT(name, NULL)
static PyObject *
posix_memfd_create(PyObject *Py_UNUSED(module), fs_bytes name, unsigned int flags)
{
    int fd;
    const char *text = PyBytes_AS_STRING(name);
    Py_BEGIN_ALLOW_THREADS
    fd = memfd_create(text, flags);
    Py_END_ALLOW_THREADS
    return fd == -1 ? fail() : PyLong_FromLong(fd);
}

FUNCTION(posix, eventfd, "($module, /, initval, flags=EFD_CLOEXEC)",
         "Make a descriptor that counts events.")
DEFAULT(flags, EFD_CLOEXEC)
static PyObject *
posix_eventfd(PyObject *Py_UNUSED(module), unsigned int initval, int flags)
{
    int fd;
    Py_BEGIN_ALLOW_THREADS
    fd = eventfd(initval, flags);
    Py_END_ALLOW_THREADS
    return fd == -1 ? fail() : PyLong_FromLong(fd);
}

FUNCTION(posix, eventfd_read, "($module, /, fd)", "Take the count of an event descriptor.")
static PyObject *
posix_eventfd_read(PyObject *Py_UNUSED(module), fd_arg fd)
{
    eventfd_t value;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = eventfd_read(fd, &value);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail() : PyLong_FromUnsignedLongLong(value);
}

FUNCTION(posix, eventfd_write, "($module, /, fd, value)", "Add to the count of an event descriptor.")
static PyObject *
posix_eventfd_write(PyObject *Py_UNUSED(module), fd_arg fd, PyObject *value)
{
    if (!PyLong_Check(value))
        return PyErr_Format(PyExc_TypeError, "eventfd_write() argument 'value' must be int, not %.50s",
                            Py_TYPE(value)->tp_name);
    unsigned long long count = PyLong_AsUnsignedLongLong(value);
    if (count == (unsigned long long)-1 && PyErr_Occurred())
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = eventfd_write(fd, count);
    Py_END_ALLOW_THREADS
    return none_or_fail(result);
}

/* -- reading and writing ------------------------------------------------------------------- */

FUNCTION(posix, read, "($module, fd, length, /)", "Read up to length bytes; b'' means end of file.")
static PyObject *
posix_read(PyObject *Py_UNUSED(module), int fd, Py_ssize_t length)
{
    if (length < 0) {
        errno = EINVAL;
        return fail();
    }
    length = Py_MIN(length, READ_MAX);
    PyObject *data = PyBytes_FromStringAndSize(NULL, length);
    if (!data)
        return NULL;
    Py_ssize_t got = _Py_read(fd, PyBytes_AS_STRING(data), length);
    if (got == -1) {
        Py_DECREF(data);
        return NULL;
    }
    if (got != length)
        _PyBytes_Resize(&data, got);
    return data;
}

FUNCTION(posix, write, "($module, fd, data, /)",
         "Write a bytes-like object; returns how many bytes were written.")
static PyObject *
posix_write(PyObject *Py_UNUSED(module), int fd, Py_buffer *data)
{
    Py_ssize_t written = _Py_write(fd, data->buf, data->len);
    return written == -1 ? NULL : PyLong_FromSsize_t(written);
}

FUNCTION(posix, pread, "($module, fd, length, offset, /)",
         "Read up to length bytes at an offset; the file position does not move.")
static PyObject *
posix_pread(PyObject *Py_UNUSED(module), int fd, Py_ssize_t length, offset_arg offset)
{
    if (length < 0) {
        errno = EINVAL;
        return fail();
    }
    PyObject *data = PyBytes_FromStringAndSize(NULL, length);
    if (!data)
        return NULL;
    ssize_t got;
    int interrupted = 0;
    RETRY(got, interrupted, pread(fd, PyBytes_AS_STRING(data), length, offset));
    if (got == -1) {
        Py_DECREF(data);
        return interrupted ? NULL : fail();
    }
    if (got != length)
        _PyBytes_Resize(&data, got);
    return data;
}

FUNCTION(posix, pwrite, "($module, fd, buffer, offset, /)",
         "Write a bytes-like object at an offset; the file position does not move.")
static PyObject *
posix_pwrite(PyObject *Py_UNUSED(module), int fd, Py_buffer *buffer, offset_arg offset)
{
    ssize_t written;
    int interrupted = 0;
    RETRY(written, interrupted, pwrite(fd, buffer->buf, buffer->len, offset));
    if (written == -1)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(written);
}

/* The buffers of a sequence, for one scattered transfer. */
typedef struct {
    Py_ssize_t count;
    struct iovec *iov;
    Py_buffer *views;
    Py_ssize_t total;
} Vectors;

static void
vectors_release(Vectors *v)
{
    for (Py_ssize_t i = 0; i < v->count; i++)
        PyBuffer_Release(&v->views[i]);
    PyMem_Free(v->iov);
    PyMem_Free(v->views);
}

static status
vectors_get(Vectors *v, PyObject *buffers, int flags, const char *complaint)
{
    *v = (Vectors){0};
    if (!PySequence_Check(buffers)) {
        PyErr_SetString(PyExc_TypeError, complaint);
        return -1;
    }
    Py_ssize_t count = PySequence_Size(buffers);
    if (count < 0)
        return -1;
    v->iov = PyMem_New(struct iovec, count);
    v->views = PyMem_New(Py_buffer, count);
    if (!v->iov || !v->views) {
        PyErr_NoMemory();
        goto fail;
    }
    while (v->count < count) {
        PyObject *item = PySequence_GetItem(buffers, v->count);
        if (!item)
            goto fail;
        Py_buffer *view = &v->views[v->count];
        status got = PyObject_GetBuffer(item, view, flags);
        Py_DECREF(item);
        if (got < 0)
            goto fail;
        v->iov[v->count++] = (struct iovec){view->buf, view->len};
        v->total += view->len;
    }
    if (count > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
        goto fail;
    }
    return 0;
fail:
    vectors_release(v);
    return -1;
}

FUNCTION(posix, readv, "($module, fd, buffers, /)",
         "Read into a sequence of writable buffers, one after the other; returns how many bytes.")
static PyObject *
posix_readv(PyObject *Py_UNUSED(module), int fd, PyObject *buffers)
{
    Vectors v;
    if (vectors_get(&v, buffers, PyBUF_WRITABLE, "readv() arg 2 must be a sequence") < 0)
        return NULL;
    ssize_t got;
    int interrupted = 0;
    RETRY(got, interrupted, readv(fd, v.iov, (int)v.count));
    int code = errno;
    vectors_release(&v);
    errno = code;
    if (got == -1)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(got);
}

FUNCTION(posix, preadv, "($module, fd, buffers, offset, flags=0, /)",
         "Like readv() at an offset, with RWF_* flags.")
static PyObject *
posix_preadv(PyObject *Py_UNUSED(module), int fd, PyObject *buffers, offset_arg offset, int flags)
{
    Vectors v;
    if (vectors_get(&v, buffers, PyBUF_WRITABLE, "preadv2() arg 2 must be a sequence") < 0)
        return NULL;
    ssize_t got;
    int interrupted = 0;
    RETRY(got, interrupted, preadv2(fd, v.iov, (int)v.count, offset, flags));
    int code = errno;
    vectors_release(&v);
    errno = code;
    if (got == -1)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(got);
}

FUNCTION(posix, writev, "($module, fd, buffers, /)",
         "Write a sequence of buffers, one after the other; returns how many bytes.")
static PyObject *
posix_writev(PyObject *Py_UNUSED(module), int fd, PyObject *buffers)
{
    Vectors v;
    if (vectors_get(&v, buffers, PyBUF_SIMPLE, "writev() arg 2 must be a sequence") < 0)
        return NULL;
    ssize_t written;
    int interrupted = 0;
    RETRY(written, interrupted, writev(fd, v.iov, (int)v.count));
    int code = errno;
    vectors_release(&v);
    errno = code;
    if (written == -1)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(written);
}

FUNCTION(posix, pwritev, "($module, fd, buffers, offset, flags=0, /)",
         "Like writev() at an offset, with RWF_* flags.")
static PyObject *
posix_pwritev(PyObject *Py_UNUSED(module), int fd, PyObject *buffers, offset_arg offset, int flags)
{
    Vectors v;
    if (vectors_get(&v, buffers, PyBUF_SIMPLE, "pwritev() arg 2 must be a sequence") < 0)
        return NULL;
    ssize_t written;
    int interrupted = 0;
    RETRY(written, interrupted, pwritev2(fd, v.iov, (int)v.count, offset, flags));
    int code = errno;
    vectors_release(&v);
    errno = code;
    if (written == -1)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(written);
}

/* -- from descriptor to descriptor --------------------------------------------------------- */

FUNCTION(posix, sendfile, "($module, /, out_fd, in_fd, offset, count)",
         "Copy bytes from one descriptor to another inside the kernel; returns how many.\n\n"
         "offset None reads from, and moves, the file position.")
static PyObject *
posix_sendfile(PyObject *Py_UNUSED(module), int out_fd, int in_fd, PyObject *offset,
               Py_ssize_t count)
{
    off_t position = 0, *at = NULL;
    if (offset != Py_None) {
        if (!convert_offset(offset, &position))
            return NULL;
        at = &position;
    }
    ssize_t sent;
    int interrupted = 0;
    RETRY(sent, interrupted, sendfile(out_fd, in_fd, at, count));
    if (sent < 0)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(sent);
}

/* Two offsets that may be None. */
static status
get_offsets(PyObject *src, PyObject *dst, off_t *offsets, off_t **at_src, off_t **at_dst)
{
    *at_src = *at_dst = NULL;
    if (src != Py_None) {
        if (!convert_offset(src, &offsets[0]))
            return -1;
        *at_src = &offsets[0];
    }
    if (dst != Py_None) {
        if (!convert_offset(dst, &offsets[1]))
            return -1;
        *at_dst = &offsets[1];
    }
    return 0;
}

FUNCTION(posix, copy_file_range,
         "($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)",
         "Copy count bytes from one file to another inside the kernel; returns how many.\n\n"
         "An offset that is None means, and moves, the file position.")
static PyObject *
posix_copy_file_range(PyObject *Py_UNUSED(module), int src, int dst, Py_ssize_t count,
                      PyObject *offset_src, PyObject *offset_dst)
{
    off_t offsets[2], *at_src, *at_dst;
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "negative value for 'count' not allowed");
        return NULL;
    }
    if (get_offsets(offset_src, offset_dst, offsets, &at_src, &at_dst) < 0)
        return NULL;
    ssize_t copied;
    int interrupted = 0;
    RETRY(copied, interrupted, copy_file_range(src, at_src, dst, at_dst, count, 0));
    if (copied < 0)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(copied);
}

FUNCTION(posix, splice,
         "($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)",
         "Move count bytes between a pipe and another descriptor inside the kernel; returns how many.\n\n"
         "An offset must be None for the pipe; for the other end None means the file position.")
static PyObject *
posix_splice(PyObject *Py_UNUSED(module), int src, int dst, Py_ssize_t count, PyObject *offset_src,
             PyObject *offset_dst, unsigned int flags)
{
    off_t offsets[2], *at_src, *at_dst;
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "negative value for 'count' not allowed");
        return NULL;
    }
    if (get_offsets(offset_src, offset_dst, offsets, &at_src, &at_dst) < 0)
        return NULL;
    ssize_t moved;
    int interrupted = 0;
    RETRY(moved, interrupted, splice(src, at_src, dst, at_dst, count, flags));
    if (moved < 0)
        return interrupted ? NULL : fail();
    return PyLong_FromSsize_t(moved);
}

/* -- position, size, locks ----------------------------------------------------------------- */

FUNCTION(posix, lseek, "($module, fd, position, how, /)",
         "Move the file position; returns the new one.  how is SEEK_SET, SEEK_CUR or SEEK_END.")
static PyObject *
posix_lseek(PyObject *Py_UNUSED(module), int fd, offset_arg position, int how)
{
    off_t result;
    Py_BEGIN_ALLOW_THREADS
    result = lseek(fd, position, how);
    Py_END_ALLOW_THREADS
    return result < 0 ? fail() : PyLong_FromLongLong(result);
}

FUNCTION(posix, ftruncate, "($module, fd, length, /)", "Cut or extend an open file to length bytes.")
static PyObject *
posix_ftruncate(PyObject *Py_UNUSED(module), int fd, offset_arg length)
{
    if (PySys_Audit("os.truncate", "in", fd, (Py_ssize_t)length) < 0)
        return NULL;
    int result, interrupted = 0;
    RETRY(result, interrupted, ftruncate(fd, length));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, fsync, "($module, /, fd)", "Write an open file out to the disk.")
static PyObject *
posix_fsync(PyObject *Py_UNUSED(module), fd_arg fd)
{
    int result, interrupted = 0;
    RETRY(result, interrupted, fsync(fd));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, fdatasync, "($module, /, fd)", "Write the content of an open file out to the disk.")
static PyObject *
posix_fdatasync(PyObject *Py_UNUSED(module), fd_arg fd)
{
    int result, interrupted = 0;
    RETRY(result, interrupted, fdatasync(fd));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, posix_fallocate, "($module, fd, offset, length, /)",
         "Make sure that there is disk space for a range of a file.")
static PyObject *
posix_posix_fallocate(PyObject *Py_UNUSED(module), int fd, offset_arg offset, offset_arg length)
{
    int code;
    do {
        Py_BEGIN_ALLOW_THREADS
        code = posix_fallocate(fd, offset, length);
        Py_END_ALLOW_THREADS
        if (code == EINTR && PyErr_CheckSignals() < 0)
            return NULL;
    } while (code == EINTR);
    errno = code;
    return code ? fail() : Py_NewRef(Py_None);
}

FUNCTION(posix, posix_fadvise, "($module, fd, offset, length, advice, /)",
         "Tell the kernel how a range of a file will be used.")
static PyObject *
posix_posix_fadvise(PyObject *Py_UNUSED(module), int fd, offset_arg offset, offset_arg length,
                    int advice)
{
    int code;
    do {
        Py_BEGIN_ALLOW_THREADS
        code = posix_fadvise(fd, offset, length, advice);
        Py_END_ALLOW_THREADS
        if (code == EINTR && PyErr_CheckSignals() < 0)
            return NULL;
    } while (code == EINTR);
    errno = code;
    return code ? fail() : Py_NewRef(Py_None);
}

FUNCTION(posix, lockf, "($module, fd, command, length, /)",
         "Lock, test or unlock length bytes at the file position.")
static PyObject *
posix_lockf(PyObject *Py_UNUSED(module), int fd, int command, offset_arg length)
{
    if (PySys_Audit("os.lockf", "iiL", fd, command, (long long)length) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = lockf(fd, command, length);
    Py_END_ALLOW_THREADS
    return none_or_fail(result);
}

/* -- terminals ----------------------------------------------------------------------------- */

FUNCTION(posix, isatty, "($module, fd, /)", "Is a descriptor a terminal?")
static PyObject *
posix_isatty(PyObject *Py_UNUSED(module), int fd)
{
    int answer;
    Py_BEGIN_ALLOW_THREADS
    answer = isatty(fd);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(answer);
}

FUNCTION(posix, ttyname, "($module, fd, /)", "Return the name of the terminal of a descriptor.")
static PyObject *
posix_ttyname(PyObject *Py_UNUSED(module), int fd)
{
    char name[PATH_MAX];
    int code = ttyname_r(fd, name, sizeof(name));
    errno = code;
    return code ? fail() : PyUnicode_DecodeFSDefault(name);
}

FUNCTION(posix, ctermid, "($module, /)", "Return the name of the controlling terminal.")
static PyObject *
posix_ctermid(PyObject *Py_UNUSED(module))
{
    char name[L_ctermid];
    return ctermid(name) ? PyUnicode_DecodeFSDefault(name) : fail();
}

FUNCTION(posix, tcgetpgrp, "($module, fd, /)",
         "Return the process group in the foreground of a terminal.")
static PyObject *
posix_tcgetpgrp(PyObject *Py_UNUSED(module), int fd)
{
    pid_t group = tcgetpgrp(fd);
    return group < 0 ? fail() : PyLong_FromLong(group);
}

FUNCTION(posix, tcsetpgrp, "~($module, fd, pgid, /)",
         "Set the process group in the foreground of a terminal.")
static PyObject *
posix_tcsetpgrp(PyObject *Py_UNUSED(module), int fd, pid_arg pgid)
{
    return none_or_fail(tcsetpgrp(fd, pgid));
}

FUNCTION(posix, openpty, "($module, /)",
         "Open a pseudo-terminal; returns (master, slave) descriptors.")
static PyObject *
posix_openpty(PyObject *Py_UNUSED(module))
{
    int master = -1, slave = -1;
    if (openpty(&master, &slave, NULL, NULL, NULL) != 0)
        return fail();
    if (_Py_set_inheritable(master, 0, NULL) < 0 || _Py_set_inheritable(slave, 0, NULL) < 0) {
        close(master);
        close(slave);
        return NULL;
    }
    return Py_BuildValue("(ii)", master, slave);
}

FUNCTION(posix, login_tty, "($module, fd, /)",
         "Start a session whose terminal, input and output is a descriptor, which is closed.")
static PyObject *
posix_login_tty(PyObject *Py_UNUSED(module), fd_arg fd)
{
    return none_or_fail(login_tty(fd));
}

FUNCTION(posix, get_terminal_size, "($module, fd=<unrepresentable>, /)",
         "Return the size of a terminal, by default that of standard output, as\n"
         "terminal_size(columns, lines).  shutil.get_terminal_size() is the better function.")
DEFAULT(fd, fileno(stdout))
static PyObject *
posix_get_terminal_size(PyObject *module, int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return fail();
    PyObject *result = PyStructSequence_New(posix_state(module)->terminal_size);
    if (!result)
        return NULL;
    PyStructSequence_SET_ITEM(result, 0, PyLong_FromLong(size.ws_col));
    PyStructSequence_SET_ITEM(result, 1, PyLong_FromLong(size.ws_row));
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

FUNCTION(posix, device_encoding, "($module, /, fd)",
         "Return the encoding of a terminal, None if the descriptor is none.")
static PyObject *
posix_device_encoding(PyObject *Py_UNUSED(module), int fd)
{
    return _Py_device_encoding(fd);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/fd.inc"
