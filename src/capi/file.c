/* PyFile_*: files as extensions and the interpreter's own output code see them.

   Everything goes through the methods of a file-like object; only stdprinter, the last resort when
   there is no `io` yet or no more, writes to a descriptor itself.

   See also: modules/_io. */
#include "object/declare.h"
#include "object/state.h"
#include "modules/fileutils.h"
#include <stdio.h>
#include <unistd.h>

/* -- opening ------------------------------------------------------------------------------- */

/* A file object for a descriptor, by io.open().  `name` is ignored. */
PyObject *
PyFile_FromFd(int fd, const char *name, const char *mode, int buffering, const char *encoding,
              const char *errors, const char *newline, int closefd)
{
    (void)name;
    PyObject *io = PyImport_ImportModule("io");
    if (!io)
        return NULL;
    PyObject *file = PyObject_CallMethod(io, "open", "isisssO", fd, mode, buffering, encoding, errors,
                                         newline, closefd ? Py_True : Py_False);
    Py_DECREF(io);
    return file;
}

/* Let `hook` open all files that hold code.  Only before or during initialisation, only once. */
int
PyFile_SetOpenCodeHook(Py_OpenCodeHookFunction hook, void *user_data)
{
    if (Py_IsInitialized() && PySys_Audit("setopencodehook", NULL) < 0)
        return -1;
    if (_PyRuntime.open_code_hook) {
        if (Py_IsInitialized())
            PyErr_SetString(PyExc_SystemError, "failed to change existing open_code hook");
        return -1;
    }
    _PyRuntime.open_code_hook = hook;
    _PyRuntime.open_code_data = user_data;
    return 0;
}

/* Open a file of code for reading bytes; `path` is a str. */
PyObject *
PyFile_OpenCodeObject(PyObject *path)
{
    if (!PyUnicode_Check(path))
        return PyErr_Format(PyExc_TypeError, "'path' must be 'str', not '%.200s'",
                            Py_TYPE(path)->tp_name);
    if (_PyRuntime.open_code_hook)
        return _PyRuntime.open_code_hook(path, _PyRuntime.open_code_data);
    PyObject *io = PyImport_ImportModule("_io");
    if (!io)
        return NULL;
    PyObject *file = PyObject_CallMethod(io, "open", "Os", path, "rb");
    Py_DECREF(io);
    return file;
}

/* The same for a UTF-8 path. */
PyObject *
PyFile_OpenCode(const char *path)
{
    PyObject *object = PyUnicode_FromString(path);
    if (!object)
        return NULL;
    PyObject *file = PyFile_OpenCodeObject(object);
    Py_DECREF(object);
    return file;
}

/* -- reading and writing ------------------------------------------------------------------- */

/* `line` (str or bytes) without its final '\n'; the reference is taken. */
static PyObject *
strip_newline(PyObject *line)
{
    if (PyBytes_Check(line)) {
        Py_ssize_t length = PyBytes_GET_SIZE(line);
        if (length == 0)
            goto eof;
        if (PyBytes_AS_STRING(line)[length - 1] == '\n')
            Py_SETREF(line, PyBytes_FromStringAndSize(PyBytes_AS_STRING(line), length - 1));
    } else if (PyUnicode_Check(line)) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(line);
        if (length == 0)
            goto eof;
        if (PyUnicode_READ_CHAR(line, length - 1) == '\n')
            Py_SETREF(line, PyUnicode_Substring(line, 0, length - 1));
    }
    return line;
eof:
    Py_DECREF(line);
    PyErr_SetString(PyExc_EOFError, "EOF when reading a line");
    return NULL;
}

/* One line of a file.  n == 0: the whole line; n > 0: at most n characters; n < 0: the whole line
   without its end, EOFError at the end of the file. */
PyObject *
PyFile_GetLine(PyObject *file, int n)
{
    if (!file) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyObject *line = n <= 0 ? PyObject_CallMethodNoArgs(file, ID(readline))
                            : _PyObject_CallMethod(file, ID(readline), "i", n);
    if (line && !PyBytes_Check(line) && !PyUnicode_Check(line)) {
        Py_DECREF(line);
        PyErr_SetString(PyExc_TypeError, "object.readline() returned non-string");
        return NULL;
    }
    return line && n < 0 ? strip_newline(line) : line;
}

/* Write repr(object), or with Py_PRINT_RAW str(object), to a file. */
int
PyFile_WriteObject(PyObject *object, PyObject *file, int flags)
{
    if (!file) {
        PyErr_SetString(PyExc_TypeError, "writeobject with NULL file");
        return -1;
    }
    PyObject *write = PyObject_GetAttr(file, ID(write));
    if (!write)
        return -1;
    PyObject *text = flags & Py_PRINT_RAW ? PyObject_Str(object) : PyObject_Repr(object);
    PyObject *done = text ? PyObject_CallOneArg(write, text) : NULL;
    Py_XDECREF(text);
    Py_DECREF(write);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* Write UTF-8 text to a file; with an exception pending it does nothing. */
int
PyFile_WriteString(const char *text, PyObject *file)
{
    if (!file) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_SystemError, "null file for PyFile_WriteString");
        return -1;
    }
    if (PyErr_Occurred())
        return -1;
    PyObject *object = PyUnicode_FromString(text);
    if (!object)
        return -1;
    int done = PyFile_WriteObject(object, file, Py_PRINT_RAW);
    Py_DECREF(object);
    return done;
}

/* The descriptor of an int or of an object with fileno(); -1 with an exception. */
int
PyObject_AsFileDescriptor(PyObject *object)
{
    int fd;
    if (PyLong_Check(object)) {
        fd = _PyLong_AsInt(object);
    } else {
        PyObject *method;
        if (_PyObject_LookupAttr(object, ID(fileno), &method) < 0)
            return -1;
        if (!method) {
            PyErr_SetString(PyExc_TypeError, "argument must be an int, or have a fileno() method.");
            return -1;
        }
        PyObject *number = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        if (!number)
            return -1;
        if (!PyLong_Check(number)) {
            PyErr_SetString(PyExc_TypeError, "fileno() returned a non-integer");
            Py_DECREF(number);
            return -1;
        }
        fd = _PyLong_AsInt(number);
        Py_DECREF(number);
    }
    if (fd == -1 && PyErr_Occurred())
        return -1;
    if (fd < 0) {
        PyErr_Format(PyExc_ValueError, "file descriptor cannot be a negative integer (%i)", fd);
        return -1;
    }
    return fd;
}

/* 'O&' converter to an int that is a descriptor. */
int
_PyLong_FileDescriptor_Converter(PyObject *object, void *fd)
{
    *(int *)fd = PyObject_AsFileDescriptor(object);
    return *(int *)fd != -1;
}

/* fgets() that turns '\r' and '\r\n' into '\n'.  `file` is not used. */
char *
Py_UniversalNewlineFgets(char *buffer, int size, FILE *stream, PyObject *file)
{
    if (file) {
        /* It used to be told which endings were seen; that was long ago. */
        errno = ENXIO;
        return NULL;
    }
    char *out = buffer;
    int c = 'x';
    flockfile(stream);
    while (--size > 0 && (c = getc_unlocked(stream)) != EOF) {
        if (c == '\r') {
            c = getc_unlocked(stream);
            if (c != '\n')
                ungetc(c, stream);
            c = '\n';
        }
        *out++ = (char)c;
        if (c == '\n')
            break;
    }
    funlockfile(stream);
    *out = 0;
    return out == buffer ? NULL : buffer;
}

/* -- stdprinter ---------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    int fd;
} StdPrinter;

extern PyTypeObject PyStdPrinter_Type;

/* A file-like object that writes to descriptor 1 or 2 with nothing in between. */
PyObject *
PyFile_NewStdPrinter(int fd)
{
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
        PyErr_BadInternalCall();
        return NULL;
    }
    StdPrinter *self = PyObject_New(StdPrinter, &PyStdPrinter_Type);
    if (self)
        self->fd = fd;
    return (PyObject *)self;
}

static void
stdprinter_tp_dealloc(PyObject *self)
{
    PyObject_Free(self);
}

static PyObject *
stdprinter_tp_repr(StdPrinter *self)
{
    return PyUnicode_FromFormat("<stdprinter(fd=%d) object at %p>", self->fd, self);
}

METHOD(stdprinter, close, "!($self, /)", "Do nothing.")
METHOD(stdprinter, flush, "!($self, /)", "Do nothing.")
static PyObject *
stdprinter_flush(PyObject *Py_UNUSED(self))
{
    Py_RETURN_NONE;
}

METHOD(stdprinter, fileno, "!($self, /)", "Return the descriptor.")
static PyObject *
stdprinter_fileno(StdPrinter *self)
{
    return PyLong_FromLong(self->fd);
}

METHOD(stdprinter, isatty, "!($self, /)", "Is the descriptor a terminal?")
static PyObject *
stdprinter_isatty(StdPrinter *self)
{
    int answer;
    Py_BEGIN_ALLOW_THREADS
    answer = isatty(self->fd);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(answer);
}

METHOD(stdprinter, write, "!($self, text, /)", "Write a str; what cannot be encoded is escaped.")
static PyObject *
stdprinter_write(StdPrinter *self, PyUnicodeObject *text)
{
    /* A closed descriptor swallows everything. */
    if (self->fd < 0)
        Py_RETURN_NONE;
    PyObject *bytes = _PyUnicode_AsUTF8String((PyObject *)text, "backslashreplace");
    if (!bytes)
        return NULL;
    Py_ssize_t written = _Py_write(self->fd, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    if (written < 0) {
        if (errno != EAGAIN)
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return PyLong_FromSsize_t(written);
}

GETTER(stdprinter, closed, "True if the file is closed")
static PyObject *
stdprinter_get_closed(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_FALSE;
}

GETTER(stdprinter, encoding, "Encoding of the file")
static PyObject *
stdprinter_get_encoding(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

GETTER(stdprinter, mode, "String giving the file mode")
static PyObject *
stdprinter_get_mode(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("w");
}

TYPE(stdprinter, PyStdPrinter_Type, "stderrprinter", StdPrinter, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

#include "gen/capi/file.inc"
