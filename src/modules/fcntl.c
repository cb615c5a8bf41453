/* The module fcntl: control of descriptors. */
#include "object/declare.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>

typedef struct {
    const char *name;
    unsigned long value;
} Constant;

#define NAMED(name) {#name, (unsigned int)(name)},

static const Constant constants[] = {
    NAMED(DN_ACCESS) NAMED(DN_ATTRIB) NAMED(DN_CREATE) NAMED(DN_DELETE) NAMED(DN_MODIFY)
    NAMED(DN_MULTISHOT) NAMED(DN_RENAME) NAMED(FASYNC) NAMED(FD_CLOEXEC) NAMED(F_ADD_SEALS)
    NAMED(F_DUPFD) NAMED(F_DUPFD_CLOEXEC) NAMED(F_EXLCK) NAMED(F_GETFD) NAMED(F_GETFL)
    NAMED(F_GETLEASE) NAMED(F_GETLK) NAMED(F_GETLK64) NAMED(F_GETOWN) NAMED(F_GETPIPE_SZ)
    NAMED(F_GETSIG) NAMED(F_GET_SEALS) NAMED(F_NOTIFY) NAMED(F_OFD_GETLK) NAMED(F_OFD_SETLK)
    NAMED(F_OFD_SETLKW) NAMED(F_RDLCK) NAMED(F_SEAL_GROW) NAMED(F_SEAL_SEAL) NAMED(F_SEAL_SHRINK)
    NAMED(F_SEAL_WRITE) NAMED(F_SETFD) NAMED(F_SETFL) NAMED(F_SETLEASE) NAMED(F_SETLK)
    NAMED(F_SETLK64) NAMED(F_SETLKW) NAMED(F_SETLKW64) NAMED(F_SETOWN) NAMED(F_SETPIPE_SZ)
    NAMED(F_SETSIG) NAMED(F_SHLCK) NAMED(F_UNLCK) NAMED(F_WRLCK) NAMED(LOCK_EX) NAMED(LOCK_MAND)
    NAMED(LOCK_NB) NAMED(LOCK_READ) NAMED(LOCK_RW) NAMED(LOCK_SH) NAMED(LOCK_UN) NAMED(LOCK_WRITE)
};

/* Arguments that go to the kernel by address are copied to a buffer of this size. */
enum { BUFFER_SIZE = 1024 };

typedef int fd_arg;

static int
convert_fd(PyObject *object, int *fd)
{
    *fd = PyObject_AsFileDescriptor(object);
    return *fd >= 0;
}

CONVERTER(fd_arg, convert_fd)

/* OSError, unless a signal handler has raised. */
static PyObject *
fail(int interrupted)
{
    return interrupted ? NULL : PyErr_SetFromErrno(PyExc_OSError);
}

/* Run without the GIL, again after EINTR. */
#define RETRY(result, interrupted, call)                                                           \
    do {                                                                                           \
        Py_BEGIN_ALLOW_THREADS                                                                     \
        result = (call);                                                                           \
        Py_END_ALLOW_THREADS                                                                       \
    } while (result == -1 && errno == EINTR && !(interrupted = PyErr_CheckSignals() < 0))

/* A str (as UTF-8) or bytes-like object.  1 got it, 0 it is neither, -1 error. */
static truth
get_data(PyObject *object, Py_buffer *view)
{
    if (PyUnicode_Check(object)) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(object, &length);
        if (!text || PyBuffer_FillInfo(view, object, (void *)text, length, 1, PyBUF_SIMPLE) < 0)
            return -1;
        return 1;
    }
    if (PyBytes_Check(object))
        return PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0 ? -1 : 1;
    return 0;
}

FUNCTION(fcntl, fcntl, "($module, fd, cmd, arg=0, /)",
         "Perform the operation cmd on a descriptor.\n\n"
         "arg is an int, or a str or bytes of up to 1024 bytes that stands for a C struct; then the\n"
         "struct as the system left it is returned, else the system call's result.")
static PyObject *
fcntl_fcntl(PyObject *Py_UNUSED(module), fd_arg fd, int cmd, PyObject *arg)
{
    if (PySys_Audit("fcntl.fcntl", "iiO", fd, cmd, arg ? arg : Py_None) < 0)
        return NULL;
    int result, interrupted = 0;
    Py_buffer view;
    truth has_data = arg ? get_data(arg, &view) : 0;
    if (has_data < 0)
        return NULL;
    if (has_data) {
        char buffer[BUFFER_SIZE + 1];
        Py_ssize_t length = view.len;
        if (length > BUFFER_SIZE) {
            PyBuffer_Release(&view);
            PyErr_SetString(PyExc_ValueError, "fcntl string arg too long");
            return NULL;
        }
        memcpy(buffer, view.buf, length);
        buffer[length] = 0;
        PyBuffer_Release(&view);
        RETRY(result, interrupted, fcntl(fd, cmd, buffer));
        return result < 0 ? fail(interrupted) : PyBytes_FromStringAndSize(buffer, length);
    }
    unsigned int number = 0;
    if (arg) {
        number = (unsigned int)PyLong_AsUnsignedLongMask(arg);
        if (number == (unsigned int)-1 && PyErr_Occurred())
            return NULL;
    }
    RETRY(result, interrupted, fcntl(fd, cmd, (int)number));
    return result < 0 ? fail(interrupted) : PyLong_FromLong(result);
}

/* ioctl on a writable buffer.  Small buffers are copied, so that the GIL can be released. */
static PyObject *
ioctl_in_place(int fd, unsigned int request, Py_buffer *view)
{
    char buffer[BUFFER_SIZE + 1];
    int result;
    if (view->len > BUFFER_SIZE) {
        result = ioctl(fd, request, view->buf);
    } else {
        memcpy(buffer, view->buf, view->len);
        buffer[view->len] = 0;
        Py_BEGIN_ALLOW_THREADS
        result = ioctl(fd, request, buffer);
        Py_END_ALLOW_THREADS
        memcpy(view->buf, buffer, view->len);
    }
    return result < 0 ? fail(0) : PyLong_FromLong(result);
}

FUNCTION(fcntl, ioctl, "($module, fd, request, arg=0, mutate_flag=True, /)",
         "Perform a device request on a descriptor.\n\n"
         "arg is an int, a writable buffer that the system may change, or bytes or str that stand for\n"
         "a C struct of up to 1024 bytes.  The result is that of the system call; for data that was\n"
         "not changed in place (always with mutate_flag=False) it is the changed data as bytes.")
static PyObject *
fcntl_ioctl(PyObject *Py_UNUSED(module), fd_arg fd, unsigned int request, PyObject *arg,
            truth mutate_flag)
{
    if (PySys_Audit("fcntl.ioctl", "iIO", fd, request, arg ? arg : Py_None) < 0)
        return NULL;
    int result, number = 0;
    Py_buffer view;
    if (arg && !PyUnicode_Check(arg) && PyObject_CheckBuffer(arg)) {
        if (PyObject_GetBuffer(arg, &view, PyBUF_WRITABLE) == 0) {
            PyObject *done = NULL;
            if (mutate_flag) {
                done = ioctl_in_place(fd, request, &view);
            } else if (view.len > BUFFER_SIZE) {
                PyErr_SetString(PyExc_ValueError, "ioctl string arg too long");
            } else {
                char buffer[BUFFER_SIZE + 1];
                Py_ssize_t length = view.len;
                memcpy(buffer, view.buf, length);
                buffer[length] = 0;
                Py_BEGIN_ALLOW_THREADS
                result = ioctl(fd, request, buffer);
                Py_END_ALLOW_THREADS
                done = result < 0 ? fail(0) : PyBytes_FromStringAndSize(buffer, length);
            }
            PyBuffer_Release(&view);
            return done;
        }
        PyErr_Clear();
    }
    truth has_data = 0;
    if (arg && PyObject_CheckBuffer(arg) && !PyBytes_Check(arg))
        has_data = PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0 ? -1 : 1;
    else if (arg)
        has_data = get_data(arg, &view);
    if (has_data < 0)
        return NULL;
    if (has_data) {
        char buffer[BUFFER_SIZE + 1];
        Py_ssize_t length = view.len;
        if (length > BUFFER_SIZE) {
            PyBuffer_Release(&view);
            PyErr_SetString(PyExc_ValueError, "ioctl string arg too long");
            return NULL;
        }
        memcpy(buffer, view.buf, length);
        buffer[length] = 0;
        PyBuffer_Release(&view);
        Py_BEGIN_ALLOW_THREADS
        result = ioctl(fd, request, buffer);
        Py_END_ALLOW_THREADS
        return result < 0 ? fail(0) : PyBytes_FromStringAndSize(buffer, length);
    }
    if (arg && !PyArg_Parse(arg, "i", &number))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = ioctl(fd, request, number);
    Py_END_ALLOW_THREADS
    return result < 0 ? fail(0) : PyLong_FromLong(result);
}

FUNCTION(fcntl, flock, "($module, fd, operation, /)",
         "Lock or unlock a file: LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB not to wait.")
static PyObject *
fcntl_flock(PyObject *Py_UNUSED(module), fd_arg fd, int operation)
{
    if (PySys_Audit("fcntl.flock", "ii", fd, operation) < 0)
        return NULL;
    int result, interrupted = 0;
    RETRY(result, interrupted, flock(fd, operation));
    return result < 0 ? fail(interrupted) : Py_NewRef(Py_None);
}

FUNCTION(fcntl, lockf, "($module, fd, cmd, len=0, start=0, whence=0, /)",
         "Lock or unlock a range of a file by fcntl().\n\n"
         "cmd is LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB not to wait.  The range begins at start,\n"
         "counted as whence says, and has len bytes; 0 is to the end of the file.")
static PyObject *
fcntl_lockf(PyObject *Py_UNUSED(module), fd_arg fd, int cmd, PyObject *length, PyObject *start,
            int whence)
{
    if (PySys_Audit("fcntl.lockf", "iiOOi", fd, cmd, length ? length : Py_None,
                    start ? start : Py_None, whence) < 0)
        return NULL;
    struct flock lock = {.l_whence = (short)whence};
    if (cmd == LOCK_UN) {
        lock.l_type = F_UNLCK;
    } else if (cmd & LOCK_SH) {
        lock.l_type = F_RDLCK;
    } else if (cmd & LOCK_EX) {
        lock.l_type = F_WRLCK;
    } else {
        PyErr_SetString(PyExc_ValueError, "unrecognized lockf argument");
        return NULL;
    }
    if (start) {
        lock.l_start = PyLong_AsLong(start);
        if (PyErr_Occurred())
            return NULL;
    }
    if (length) {
        lock.l_len = PyLong_AsLong(length);
        if (PyErr_Occurred())
            return NULL;
    }
    int result, interrupted = 0;
    RETRY(result, interrupted, fcntl(fd, cmd & LOCK_NB ? F_SETLK : F_SETLKW, &lock));
    return result < 0 ? fail(interrupted) : Py_NewRef(Py_None);
}

static int
fcntl_exec(PyObject *module)
{
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, (long)constants[i].value) < 0)
            return -1;
    return 0;
}

#include "gen/modules/fcntl.inc"

static PyModuleDef_Slot fcntl_slots[] = {
    {Py_mod_exec, fcntl_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef fcntl_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fcntl",
    .m_doc = PyDoc_STR("File and device control by descriptor.\n\n"
                       "A descriptor is an int or an object with a fileno() method."),
    .m_methods = fcntl_functions,
    .m_slots = fcntl_slots,
};

PyMODINIT_FUNC
PyInit_fcntl(void)
{
    return PyModuleDef_Init(&fcntl_module);
}
