/* Fatal errors: a message, the state of the runtime, tracebacks of all threads, and the end. */
#include "runtime/init.h"
#include "runtime/dump.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
put(int fd, const char *text)
{
    _Py_write_noraise(fd, text, strlen(text));
}

static void
put_runtime_state(int fd)
{
    const struct Lifecycle *life = &_PyRuntime.life;
    put(fd, "Python runtime state: ");
    if (_Py_IsFinalizing()) {
        put(fd, "finalizing (tstate=0x");
        _Py_DumpHexadecimal(fd, (uintptr_t)life->finalizing, sizeof(void *) * 2);
        put(fd, ")");
    }
    else if (life->initialized) {
        put(fd, "initialized");
    }
    else if (life->core_initialized) {
        put(fd, "core initialized");
    }
    else if (life->preinitialized) {
        put(fd, "preinitialized");
    }
    else if (life->preinitializing) {
        put(fd, "preinitializing");
    }
    else {
        put(fd, "unknown");
    }
    put(fd, "\n");
}

/* Print the pending exception if it can be printed; true if its traceback told where it was. */
static bool
put_exception(PyThreadState *tstate)
{
    PyObject *type, *value, *traceback;
    if (tstate == NULL || !PyErr_Occurred()) {
        return false;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *file = PySys_GetObject("stderr");
    bool has_traceback = traceback != NULL && traceback != Py_None;
    if (file != NULL && file != Py_None) {
        if (traceback != NULL && value != NULL) {
            PyException_SetTraceback(value, traceback);
        }
        PyErr_Display(type, value, traceback);
        PyObject *done = PyObject_CallMethod(file, "flush", NULL);
        if (done == NULL) {
            PyErr_Clear();
        }
        Py_XDECREF(done);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return has_traceback && file != NULL && file != Py_None;
}

/* `exit_code` < 0: abort.  A second fatal error inside the first only aborts. */
void _Py_NO_RETURN
fatal_error(const char *func, const char *text, int exit_code)
{
    int fd = fileno(stderr);
    if (_PyRuntime.life.in_fatal_error) {
        goto end;
    }
    _PyRuntime.life.in_fatal_error = 1;
    put(fd, "Fatal Python error: ");
    if (func != NULL) {
        put(fd, func);
        put(fd, ": ");
    }
    put(fd, text != NULL ? text : "<message not set>");
    put(fd, "\n");
    put_runtime_state(fd);
    /* The current thread may be another one: only one's own state proves that one has the GIL. */
    PyThreadState *known = PyGILState_GetThisThreadState();
    PyThreadState *tstate = known != NULL && known == tstate_get() ? known : NULL;
    struct _is *interp = known != NULL ? known->interp : _PyRuntime.gilstate_interp;
    /* Without the GIL no object may be touched: only the frames are walked. */
    if (!put_exception(tstate)) {
        put(fd, "\n");
        if (interp != NULL) {
            _Py_DumpTracebackThreads(fd, interp, known);
        }
    }
    if (interp != NULL) {
        _Py_DumpExtensionModules(fd, interp);
    }
    faulthandler_fini();
    if (exit_code < 0 && tstate != NULL) {
        streams_flush();
    }
end:
    if (exit_code < 0) {
        abort();
    }
    exit(exit_code);
}

#undef Py_FatalError
void _Py_NO_RETURN
Py_FatalError(const char *text)
{
    fatal_error(NULL, text, -1);
}

void _Py_NO_RETURN
_Py_FatalErrorFunc(const char *func, const char *text)
{
    fatal_error(func, text, -1);
}

void _Py_NO_RETURN
_Py_FatalErrorFormat(const char *func, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fatal_error(func, text, -1);
}
