/* FileIO: a raw stream over a file descriptor.

   Every method is one system call, made without the GIL and repeated after EINTR unless a signal
   handler raised (PEP 475).  EAGAIN is reported as None.  Invariant: fd < 0 if and only if the
   stream is closed or was never opened.

   See also: posix/fs.c for os.open and friends. */
#include "modules/_io/_io.h"
#include "modules/fileutils.h"
#include <fcntl.h>
#include <unistd.h>

/* The kernel transfers no more than this at once. */
#define READ_MAX ((Py_ssize_t)0x7ffff000)

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

_Static_assert(sizeof(FileIO) == 48, "FileIO.__basicsize__");

/* -- services ------------------------------------------------------------------------------ */

static PyObject *
fail_closed(void)
{
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
    return NULL;
}

static PyObject *
fail_mode(const char *action)
{
    return PyErr_Format(io_unsupported_type(), "File not open for %s", action);
}

int
fileio_is_closed(PyObject *self)
{
    return ((FileIO *)self)->fd < 0;
}

int
fileio_is_silent(PyObject *op)
{
    FileIO *self = (FileIO *)op;
    return Py_IS_TYPE(op, &PyFileIO_Type) && (self->fd < 0 || !self->closefd);
}

/* Close the descriptor; the object is closed whatever the system says. */
static status
close_descriptor(FileIO *self)
{
    if (self->fd < 0)
        return 0;
    int fd = self->fd, failed;
    self->fd = -1;
    Py_BEGIN_ALLOW_THREADS
    failed = close(fd) < 0;
    Py_END_ALLOW_THREADS
    if (failed) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return 0;
}

/* Warn that nobody closed `source`, which this file lies under. */
static void
warn_unclosed(FileIO *self, PyObject *source)
{
    if (self->fd < 0 || !self->closefd)
        return;
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    if (PyErr_ResourceWarning(source, 1, "unclosed file %R", source) < 0
        && PyErr_ExceptionMatches(PyExc_Warning))
        PyErr_WriteUnraisable((PyObject *)self);
    PyErr_Restore(type, value, tb);
}

/* lseek(2) as an object; remembers whether the file can seek.  With `tolerate_pipe` the position
   of something that cannot seek is 0. */
static PyObject *
seek_descriptor(FileIO *self, PyObject *target, int whence, int tolerate_pipe)
{
    off_t position = 0;
    if (target) {
        PyObject *index = PyNumber_Index(target);
        if (!index)
            return NULL;
        position = PyLong_AsLongLong(index);
        Py_DECREF(index);
        if (position == -1 && PyErr_Occurred())
            return NULL;
    }
    int fd = self->fd;
    Py_BEGIN_ALLOW_THREADS
    position = lseek(fd, position, whence);
    Py_END_ALLOW_THREADS
    if (self->seekable < 0)
        self->seekable = position >= 0;
    if (position < 0) {
        if (!tolerate_pipe || errno != ESPIPE)
            return PyErr_SetFromErrno(PyExc_OSError);
        position = 0;
    }
    return PyLong_FromLongLong(position);
}

/* -- opening ------------------------------------------------------------------------------- */

/* Set the mode fields; returns the flags for open(2), or -1 with ValueError. */
static int
parse_mode(FileIO *self, const char *mode)
{
    int kinds = 0, plus = 0, flags = 0;
    for (const char *c = mode; *c; c++) {
        switch (*c) {
        case 'x':
            kinds++;
            self->created = self->writable = 1;
            flags |= O_EXCL | O_CREAT;
            break;
        case 'r':
            kinds++;
            self->readable = 1;
            break;
        case 'w':
            kinds++;
            self->writable = 1;
            flags |= O_CREAT | O_TRUNC;
            break;
        case 'a':
            kinds++;
            self->writable = self->appending = 1;
            flags |= O_APPEND | O_CREAT;
            break;
        case '+':
            plus++;
            break;
        case 'b':
            break;
        default:
            PyErr_Format(PyExc_ValueError, "invalid mode: %.200s", mode);
            return -1;
        }
        if (kinds > 1 || plus > 1)
            break;
    }
    if (kinds != 1 || plus > 1) {
        PyErr_SetString(PyExc_ValueError, "Must have exactly one of create/read/write/append mode "
                                          "and at most one plus");
        return -1;
    }
    if (plus)
        self->readable = self->writable = 1;
    if (self->readable && self->writable)
        flags |= O_RDWR;
    else
        flags |= self->readable ? O_RDONLY : O_WRONLY;
    return flags | O_CLOEXEC;
}

/* open(2) by path, or ask the opener. */
static status
open_path(FileIO *self, PyObject *file, const char *path, int flags, PyObject *opener)
{
    if (opener != Py_None) {
        PyObject *fd = PyObject_CallFunction(opener, "Oi", file, flags);
        if (!fd)
            return -1;
        if (!PyLong_Check(fd)) {
            Py_DECREF(fd);
            PyErr_SetString(PyExc_TypeError, "expected integer from opener");
            return -1;
        }
        self->fd = _PyLong_AsInt(fd);
        Py_DECREF(fd);
        if (self->fd < 0) {
            /* A negative result is not the opener's way of raising. */
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_ValueError, "opener returned %d", self->fd);
            self->fd = -1;
            return -1;
        }
        return _Py_set_inheritable(self->fd, 0, NULL);
    }
    int fd, interrupted = 0;
    do {
        Py_BEGIN_ALLOW_THREADS
        fd = open(path, flags, 0666);
        Py_END_ALLOW_THREADS
    } while (fd < 0 && errno == EINTR && !(interrupted = PyErr_CheckSignals() < 0));
    self->fd = fd;
    if (interrupted)
        return -1;
    if (fd < 0) {
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, file);
        return -1;
    }
    return 0;
}

INIT(fileio, "(file, mode='r', closefd=True, opener=None)")
static int
fileio_init(FileIO *self, PyObject *file, const char *mode, truth closefd, PyObject *opener)
{
    if (self->fd >= 0) {
        if (!self->closefd)
            self->fd = -1;
        else if (close_descriptor(self) < 0)
            return -1;
    }
    int given = -1;
    if (PyIndex_Check(file)) {
        given = _PyLong_AsInt(file);
        if (given < 0) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_ValueError, "negative file descriptor");
                return -1;
            }
            PyErr_Clear();
        }
    }
    PyObject *path = NULL;
    if (given < 0 && !PyUnicode_FSConverter(file, &path))
        return -1;

    self->created = self->readable = self->writable = self->appending = 0;
    self->seekable = -1;
    self->closefd = closefd;
    int own = given < 0, flags = parse_mode(self, mode);
    if (flags < 0)
        goto fail;
    if (PySys_Audit("open", "Osi", file, mode, flags) < 0)
        goto fail;
    if (given >= 0) {
        self->fd = given;
    } else {
        self->closefd = 1;
        if (!closefd) {
            PyErr_SetString(PyExc_ValueError, "Cannot use closefd=False with file name");
            goto fail;
        }
        if (open_path(self, file, PyBytes_AS_STRING(path), flags, opener) < 0)
            goto fail;
    }

    self->blksize = IO_BUFFER_SIZE;
    self->regular = 0;
    struct stat info;
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = fstat(self->fd, &info) < 0;
    Py_END_ALLOW_THREADS
    if (failed) {
        /* Other errors may come from odd devices that work all the same. */
        if (errno == EBADF) {
            PyErr_SetFromErrno(PyExc_OSError);
            goto fail;
        }
    } else {
        if (S_ISDIR(info.st_mode)) {
            errno = EISDIR;
            PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, file);
            goto fail;
        }
        self->regular = S_ISREG(info.st_mode);
        if (info.st_blksize > 1)
            self->blksize = info.st_blksize;
    }
    if (PyObject_SetAttr((PyObject *)self, ID(name), file) < 0)
        goto fail;
    if (self->appending) {
        /* So that tell() is right before the first write. */
        PyObject *end = seek_descriptor(self, NULL, SEEK_END, 1);
        if (!end)
            goto fail;
        Py_DECREF(end);
    }
    Py_XDECREF(path);
    return 0;
fail:
    Py_XDECREF(path);
    if (!own) {
        self->fd = -1;
    } else if (self->fd >= 0) {
        PyObject *type, *value, *tb;
        PyErr_Fetch(&type, &value, &tb);
        if (close_descriptor(self) < 0)
            io_chain(type, value, tb);
        else
            PyErr_Restore(type, value, tb);
    }
    return -1;
}

static PyObject *
fileio_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    FileIO *self = (FileIO *)type->tp_alloc(type, 0);
    if (self) {
        self->fd = -1;
        self->seekable = -1;
        self->closefd = 1;
    }
    return (PyObject *)self;
}

/* -- storage ------------------------------------------------------------------------------- */

static void
fileio_tp_dealloc(FileIO *self)
{
    self->finalizing = 1;
    if (io_finalize((PyObject *)self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_CLEAR(self->dict);
    Py_TYPE(self)->tp_free(self);
}

static int
fileio_tp_traverse(FileIO *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    return 0;
}

static int
fileio_tp_clear(FileIO *self)
{
    Py_CLEAR(self->dict);
    return 0;
}

static const char *
mode_string(const FileIO *self)
{
    if (self->created)
        return self->readable ? "xb+" : "xb";
    if (self->appending)
        return self->readable ? "ab+" : "ab";
    if (self->readable)
        return self->writable ? "rb+" : "rb";
    return "wb";
}

static PyObject *
fileio_tp_repr(FileIO *self)
{
    if (self->fd < 0)
        return PyUnicode_FromString("<_io.FileIO [closed]>");
    PyObject *name, *result = NULL;
    if (_PyObject_LookupAttr((PyObject *)self, ID(name), &name) < 0)
        return NULL;
    const char *owns = self->closefd ? "True" : "False";
    if (!name)
        return PyUnicode_FromFormat("<_io.FileIO fd=%d mode='%s' closefd=%s>", self->fd,
                                    mode_string(self), owns);
    int entered = Py_ReprEnter((PyObject *)self);
    if (entered == 0) {
        result = PyUnicode_FromFormat("<_io.FileIO name=%R mode='%s' closefd=%s>", name,
                                      mode_string(self), owns);
        Py_ReprLeave((PyObject *)self);
    } else if (entered > 0) {
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__",
                     Py_TYPE(self)->tp_name);
    }
    Py_DECREF(name);
    return result;
}

/* -- methods ------------------------------------------------------------------------------- */

METHOD(fileio, _dealloc_warn, NULL, "Warn that the file was not closed.")
static PyObject *
fileio__dealloc_warn(FileIO *self, PyObject *source)
{
    warn_unclosed(self, source);
    Py_RETURN_NONE;
}

METHOD(fileio, close, "($self, /)",
       "Close the file.\n\nThe descriptor is closed too unless the file was made with closefd=False.")
static PyObject *
fileio_close(FileIO *self)
{
    PyObject *result =
        PyObject_CallMethodOneArg((PyObject *)&PyRawIOBase_Type, ID(close), (PyObject *)self);
    if (!self->closefd) {
        self->fd = -1;
        return result;
    }
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    if (self->finalizing)
        warn_unclosed(self, (PyObject *)self);
    status closed = close_descriptor(self);
    if (!result)
        io_chain(type, value, tb);
    if (closed < 0)
        Py_CLEAR(result);
    return result;
}

METHOD(fileio, fileno, "($self, /)", "Return the file descriptor.")
static PyObject *
fileio_fileno(FileIO *self)
{
    return self->fd < 0 ? fail_closed() : PyLong_FromLong(self->fd);
}

METHOD(fileio, isatty, "($self, /)", "Is the file a terminal?")
static PyObject *
fileio_isatty(FileIO *self)
{
    if (self->fd < 0)
        return fail_closed();
    int answer;
    Py_BEGIN_ALLOW_THREADS
    answer = isatty(self->fd);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(answer);
}

/* How many bytes reading to the end probably takes; 0 if unknown. */
static size_t
bytes_to_end(FileIO *self)
{
    struct stat info;
    off_t position = -1;
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = fstat(self->fd, &info) < 0;
    if (!failed)
        position = lseek(self->fd, 0, SEEK_CUR);
    Py_END_ALLOW_THREADS
    if (failed || position < 0 || info.st_size <= position || info.st_size - position >= READ_MAX)
        return 0;
    return (size_t)(info.st_size - position);
}

METHOD(fileio, readall, "($self, /)",
       "Read until end of file.\n\n"
       "Without blocking, what there is so far, or None if that is nothing.")
static PyObject *
fileio_readall(FileIO *self)
{
    if (self->fd < 0)
        return fail_closed();
    /* One byte more than expected, so that the end is seen without growing. */
    Py_ssize_t capacity = (Py_ssize_t)bytes_to_end(self), total = 0;
    capacity = capacity ? capacity + 1 : IO_BUFFER_SIZE;
    PyObject *data = PyBytes_FromStringAndSize(NULL, capacity);
    if (!data)
        return NULL;
    for (;;) {
        if (total == capacity) {
            if (capacity > PY_SSIZE_T_MAX / 2) {
                Py_DECREF(data);
                PyErr_SetString(PyExc_OverflowError,
                                "unbounded read returned more bytes than a Python bytes object can "
                                "hold");
                return NULL;
            }
            capacity += capacity > (1 << 16) ? capacity / 4 + 256 : capacity;
            if (_PyBytes_Resize(&data, capacity) < 0)
                return NULL;
        }
        Py_ssize_t got = _Py_read(self->fd, PyBytes_AS_STRING(data) + total, capacity - total);
        if (got == 0)
            break;
        if (got < 0) {
            int would_block = errno == EAGAIN;
            if (would_block && total > 0) {
                PyErr_Clear();
                break;
            }
            Py_DECREF(data);
            if (!would_block)
                return NULL;
            PyErr_Clear();
            Py_RETURN_NONE;
        }
        total += got;
    }
    if (total < capacity && _PyBytes_Resize(&data, total) < 0)
        return NULL;
    return data;
}

METHOD(fileio, read, "($self, size=-1, /)",
       "Read up to size bytes with one system call; all of it if size is negative.\n\n"
       "None means that no data was available and the file does not block; b'' end of file.")
static PyObject *
fileio_read(FileIO *self, optional_size size)
{
    if (self->fd < 0)
        return fail_closed();
    if (!self->readable)
        return fail_mode("reading");
    if (size < 0)
        return fileio_readall(self);
    if (size > READ_MAX)
        size = READ_MAX;
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (!data)
        return NULL;
    Py_ssize_t got = _Py_read(self->fd, PyBytes_AS_STRING(data), size);
    if (got < 0) {
        int would_block = errno == EAGAIN;
        Py_DECREF(data);
        if (!would_block)
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    if (got != size && _PyBytes_Resize(&data, got) < 0)
        return NULL;
    return data;
}

METHOD(fileio, readable, "($self, /)", "Was the file opened for reading?")
static PyObject *
fileio_readable(FileIO *self)
{
    return self->fd < 0 ? fail_closed() : PyBool_FromLong(self->readable);
}

METHOD(fileio, readinto, "($self, buffer, /)",
       "Read into a writable buffer; returns how many bytes, None if it would block.")
static PyObject *
fileio_readinto(FileIO *self, PyObject *buffer)
{
    Py_buffer view;
    if (io_writable_buffer(buffer, &view, "readinto") < 0)
        return NULL;
    PyObject *result = NULL;
    if (self->fd < 0) {
        fail_closed();
    } else if (!self->readable) {
        fail_mode("reading");
    } else {
        Py_ssize_t got = _Py_read(self->fd, view.buf, view.len);
        int would_block = got < 0 && errno == EAGAIN;
        if (would_block)
            PyErr_Clear();
        if (got >= 0 || would_block)
            result = would_block ? Py_NewRef(Py_None) : PyLong_FromSsize_t(got);
    }
    PyBuffer_Release(&view);
    return result;
}

METHOD(fileio, seek, "($self, pos, whence=0, /)",
       "Move to pos, counted from the start (whence 0), the current position (1) or the end (2).\n\n"
       "Returns the new position.")
static PyObject *
fileio_seek(FileIO *self, PyObject *pos, int whence)
{
    return self->fd < 0 ? fail_closed() : seek_descriptor(self, pos, whence, 0);
}

METHOD(fileio, seekable, "($self, /)", "Can the file seek?")
static PyObject *
fileio_seekable(FileIO *self)
{
    if (self->fd < 0)
        return fail_closed();
    if (self->seekable < 0) {
        PyObject *position = seek_descriptor(self, NULL, SEEK_CUR, 0);
        if (position)
            Py_DECREF(position);
        else
            PyErr_Clear();
    }
    return PyBool_FromLong(self->seekable > 0);
}

METHOD(fileio, tell, "($self, /)", "Return the current position.\n\nRaises OSError for pipes and the like.")
static PyObject *
fileio_tell(FileIO *self)
{
    return self->fd < 0 ? fail_closed() : seek_descriptor(self, NULL, SEEK_CUR, 0);
}

METHOD(fileio, truncate, "($self, size=None, /)",
       "Cut or extend the file to size bytes, by default the current position.\n\n"
       "The position does not move.  Returns the new size.")
static PyObject *
fileio_truncate(FileIO *self, PyObject *size)
{
    if (self->fd < 0)
        return fail_closed();
    if (!self->writable)
        return fail_mode("writing");
    if (size == Py_None) {
        size = seek_descriptor(self, NULL, SEEK_CUR, 0);
        if (!size)
            return NULL;
    } else {
        Py_INCREF(size);
    }
    PyObject *index = PyNumber_Index(size);
    off_t length = index ? PyLong_AsLongLong(index) : -1;
    Py_XDECREF(index);
    if (length == -1 && PyErr_Occurred()) {
        Py_DECREF(size);
        return NULL;
    }
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = ftruncate(self->fd, length) < 0;
    Py_END_ALLOW_THREADS
    if (failed) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_CLEAR(size);
    }
    return size;
}

METHOD(fileio, writable, "($self, /)", "Was the file opened for writing?")
static PyObject *
fileio_writable(FileIO *self)
{
    return self->fd < 0 ? fail_closed() : PyBool_FromLong(self->writable);
}

METHOD(fileio, write, "($self, b, /)",
       "Write a bytes-like object with one system call; returns how many bytes were written.\n\n"
       "None means that nothing could be written without blocking.")
static PyObject *
fileio_write(FileIO *self, Py_buffer *b)
{
    if (self->fd < 0)
        return fail_closed();
    if (!self->writable)
        return fail_mode("writing");
    Py_ssize_t written = _Py_write(self->fd, b->buf, b->len);
    if (written < 0) {
        if (errno != EAGAIN)
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return PyLong_FromSsize_t(written);
}

GETTER(fileio, closed, "True if the file is closed")
static PyObject *
fileio_get_closed(FileIO *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->fd < 0);
}

GETTER(fileio, closefd, "True if closing the file closes the descriptor")
static PyObject *
fileio_get_closefd(FileIO *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->closefd);
}

GETTER(fileio, mode, "The mode as a string")
static PyObject *
fileio_get_mode(FileIO *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(mode_string(self));
}

MEMBER(fileio, _blksize, T_UINT, FileIO, blksize, 0, NULL)
MEMBER(fileio, _finalizing, T_BOOL, FileIO, finalizing, 0, NULL)

TYPE(fileio, PyFileIO_Type, "_io.FileIO", FileIO,
     "(file, mode='r', closefd=True, opener=None)",
     "Open a file as a raw stream.\n\n"
     "file is a path or a descriptor.  The mode is 'r' (reading), 'w' (writing, emptied first),\n"
     "'x' (created, must not exist) or 'a' (appending); a '+' adds the other direction.  A path is\n"
     "opened by opener(path, flags), which returns a descriptor, if one is given.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_base = &PyRawIOBase_Type, .tp_getattro = PyObject_GenericGetAttr,
     .tp_weaklistoffset = offsetof(FileIO, weakrefs), .tp_dictoffset = offsetof(FileIO, dict))

#include "gen/modules/_io/fileio.inc"
