/* Descriptors and paths; see fileutils.h. */
#include "runtime/fileutils.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/common.h"

enum { MAX_READ = INT_MAX - 4095 };     /* what one read() or write() takes on Linux, about */

static int
raise_errno(void)
{
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

/* ---- stat and open -------------------------------------------------------------------------- */

int
_Py_fstat_noraise(int fd, struct stat *status)
{
    return fstat(fd, status);
}

int
_Py_fstat(int fd, struct stat *status)
{
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = fstat(fd, status);
    Py_END_ALLOW_THREADS
    return result < 0 ? raise_errno() : 0;
}

int
_Py_stat(PyObject *path, struct stat *status)
{
    PyObject *bytes = PyUnicode_EncodeFSDefault(path);
    if (bytes == NULL) {
        return -2;
    }
    int result = stat(PyBytes_AS_STRING(bytes), status);
    Py_DECREF(bytes);
    return result;
}

int
_Py_open_noraise(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

int
_Py_open(const char *path, int flags)
{
    int fd;
    PyObject *name = NULL;
    if (PySys_Audit("open", "sOi", path, Py_None, flags) < 0) {
        return -1;
    }
    do {
        Py_BEGIN_ALLOW_THREADS
        fd = _Py_open_noraise(path, flags);
        Py_END_ALLOW_THREADS
    } while (fd < 0 && errno == EINTR && PyErr_CheckSignals() == 0);
    if (fd < 0 && !PyErr_Occurred()) {
        int saved = errno;
        name = PyUnicode_DecodeFSDefault(path);
        errno = saved;
        if (name != NULL) {
            PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, name, NULL);
            Py_DECREF(name);
        }
    }
    return fd;
}

FILE *
_Py_wfopen(const wchar_t *path, const wchar_t *mode)
{
    char text[10];
    size_t n = wcstombs(text, mode, sizeof(text));
    if (n == (size_t)-1 || n >= sizeof(text)) {
        errno = EINVAL;
        return NULL;
    }
    char *name = Py_EncodeLocale(path, NULL);
    if (name == NULL) {
        return NULL;
    }
    FILE *file = fopen(name, text);
    PyMem_Free(name);
    if (file != NULL) {
        int fd = fileno(file);
        fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) | FD_CLOEXEC);
    }
    return file;
}

FILE *
_Py_fopen_obj(PyObject *path, const char *mode)
{
    PyObject *bytes;
    FILE *file = NULL;
    if (PySys_Audit("open", "Osi", path, mode, 0) < 0 || !PyUnicode_FSConverter(path, &bytes)) {
        return NULL;
    }
    do {
        Py_BEGIN_ALLOW_THREADS
        file = fopen(PyBytes_AS_STRING(bytes), mode);
        Py_END_ALLOW_THREADS
    } while (file == NULL && errno == EINTR && PyErr_CheckSignals() == 0);
    int saved = errno;
    Py_DECREF(bytes);
    if (file == NULL) {
        errno = saved;
        if (!PyErr_Occurred()) {
            PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
        }
        return NULL;
    }
    if (_Py_set_inheritable(fileno(file), 0, NULL) < 0) {
        fclose(file);
        return NULL;
    }
    return file;
}

/* ---- read and write ------------------------------------------------------------------------- */

Py_ssize_t
_Py_read(int fd, void *buffer, size_t count)
{
    Py_ssize_t n;
    int saved, interrupted = 0;
    if (count > MAX_READ) {
        count = MAX_READ;
    }
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        n = read(fd, buffer, count);
        saved = errno;
        Py_END_ALLOW_THREADS
    } while (n < 0 && saved == EINTR && !(interrupted = PyErr_CheckSignals()));
    if (interrupted) {
        errno = saved;
        return -1;
    }
    if (n < 0) {
        errno = saved;
        raise_errno();
        errno = saved;
    }
    return n;
}

static Py_ssize_t
write_some(int fd, const void *buffer, size_t count, bool with_gil)
{
    Py_ssize_t n;
    int saved, interrupted = 0;
    if (count > MAX_READ) {
        count = MAX_READ;
    }
    if (!with_gil) {
        do {
            errno = 0;
            n = write(fd, buffer, count);
        } while (n < 0 && errno == EINTR);
        return n;
    }
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        n = write(fd, buffer, count);
        saved = errno;
        Py_END_ALLOW_THREADS
    } while (n < 0 && saved == EINTR && !(interrupted = PyErr_CheckSignals()));
    if (interrupted) {
        errno = saved;
        return -1;
    }
    if (n < 0) {
        errno = saved;
        raise_errno();
        errno = saved;
    }
    return n;
}

Py_ssize_t
_Py_write(int fd, const void *buffer, size_t count)
{
    return write_some(fd, buffer, count, true);
}

Py_ssize_t
_Py_write_noraise(int fd, const void *buffer, size_t count)
{
    return write_some(fd, buffer, count, false);
}

/* ---- flags of descriptors ------------------------------------------------------------------- */

int
_Py_get_inheritable(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? raise_errno() : !(flags & FD_CLOEXEC);
}

int
_Py_set_inheritable_async_safe(int fd, int inheritable, int *atomic_works)
{
    if (atomic_works != NULL && !inheritable) {
        /* find out once whether O_CLOEXEC did the work */
        if (*atomic_works == -1) {
            int flags = fcntl(fd, F_GETFD);
            if (flags < 0) {
                return -1;
            }
            *atomic_works = (flags & FD_CLOEXEC) != 0;
        }
        if (*atomic_works) {
            return 0;
        }
    }
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) {
        return -1;
    }
    int wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
    return wanted == flags || fcntl(fd, F_SETFD, wanted) == 0 ? 0 : -1;
}

int
_Py_set_inheritable(int fd, int inheritable, int *atomic_works)
{
    return _Py_set_inheritable_async_safe(fd, inheritable, atomic_works) < 0 ? raise_errno() : 0;
}

int
_Py_dup(int fd)
{
    int copy;
    Py_BEGIN_ALLOW_THREADS
    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    Py_END_ALLOW_THREADS
    return copy < 0 ? raise_errno() : copy;
}

int
_Py_get_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL, 0);
    return flags < 0 ? raise_errno() : !(flags & O_NONBLOCK);
}

int
_Py_set_blocking(int fd, int blocking)
{
    int on = !blocking;
    return ioctl(fd, FIONBIO, &on) < 0 ? raise_errno() : 0;
}

/* Close first..last, both included, whether open or not. */
void
_Py_closerange(int first, int last)
{
    first = first < 0 ? 0 : first;
    if (last < first || close_range((unsigned)first, (unsigned)last, 0) == 0) {
        return;
    }
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd <= last && (limit < 0 || fd < limit); fd++) {
        close(fd);
    }
}

/* The encoding of a terminal as str, None for anything else. */
PyObject *
_Py_device_encoding(int fd)
{
    int terminal;
    Py_BEGIN_ALLOW_THREADS
    terminal = isatty(fd);
    Py_END_ALLOW_THREADS
    if (!terminal) {
        Py_RETURN_NONE;
    }
    if (Py_UTF8Mode) {
        return PyUnicode_FromString("utf-8");
    }
    const char *name = nl_langinfo(CODESET);
    return PyUnicode_FromString(name != NULL && *name != '\0' ? name : "UTF-8");
}

/* ---- paths as wide strings -------------------------------------------------------------------- */

/* Decode `text` into a caller's array; its length, or -1 with errno. */
static Py_ssize_t
decode_into(const char *text, wchar_t *out, size_t room)
{
    size_t n;
    wchar_t *wide = Py_DecodeLocale(text, &n);
    if (wide == NULL || n >= room) {
        PyMem_RawFree(wide);
        errno = EINVAL;
        return -1;
    }
    wmemcpy(out, wide, n + 1);
    PyMem_RawFree(wide);
    return (Py_ssize_t)n;
}

int
_Py_wreadlink(const wchar_t *path, wchar_t *target, size_t room)
{
    char text[PATH_MAX + 1];
    char *name = Py_EncodeLocale(path, NULL);
    if (name == NULL) {
        errno = EINVAL;
        return -1;
    }
    ssize_t n = readlink(name, text, PATH_MAX);
    PyMem_Free(name);
    if (n < 0) {
        return -1;
    }
    text[n] = '\0';
    return (int)decode_into(text, target, room);
}

wchar_t *
_Py_wrealpath(const wchar_t *path, wchar_t *resolved, size_t room)
{
    char text[PATH_MAX];
    char *name = Py_EncodeLocale(path, NULL);
    if (name == NULL) {
        errno = EINVAL;
        return NULL;
    }
    char *result = realpath(name, text);
    PyMem_Free(name);
    return result == NULL || decode_into(text, resolved, room) < 0 ? NULL : resolved;
}

wchar_t *
_Py_wgetcwd(wchar_t *path, size_t room)
{
    char text[PATH_MAX];
    return getcwd(text, sizeof(text)) == NULL || decode_into(text, path, room) < 0 ? NULL : path;
}
