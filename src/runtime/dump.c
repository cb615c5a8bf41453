/* Tracebacks written with nothing but write(2); see dump.h. */
#include "runtime/dump.h"
#include "object/state.h"
#include "vm/frame.h"
#include "base/pages.h"
#include <string.h>

enum { FRAMES = 100, THREADS = 100, TEXT_MAX = 500 };

static void
put(int fd, const char *text)
{
    _Py_write_noraise(fd, text, strlen(text));
}

void
_Py_DumpDecimal(int fd, size_t value)
{
    char buffer[24], *at = buffer + sizeof buffer;
    *--at = 0;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(fd, at);
}

/* `width` digits at least; 0 stands for as few as needed. */
void
_Py_DumpHexadecimal(int fd, uintptr_t value, Py_ssize_t width)
{
    char buffer[2 * sizeof value + 1], *end = buffer + sizeof buffer - 1, *at = end;
    Py_ssize_t most = (Py_ssize_t)(2 * sizeof value);
    width = width > most ? most : width;
    *end = 0;
    do {
        *--at = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (end - at < width || value != 0);
    put(fd, at);
}

/* A str with everything outside printable ASCII escaped; cut after TEXT_MAX characters. */
void
_Py_DumpASCII(int fd, PyObject *text)
{
    if (!PyUnicode_Check(text) || !PyUnicode_IS_READY(text)) {
        return;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), n = length > TEXT_MAX ? TEXT_MAX : length;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
        if (c >= ' ' && c <= 126) {
            char one = (char)c;
            _Py_write_noraise(fd, &one, 1);
        }
        else {
            put(fd, c <= 0xff ? "\\x" : c <= 0xffff ? "\\u" : "\\U");
            _Py_DumpHexadecimal(fd, c, c <= 0xff ? 2 : c <= 0xffff ? 4 : 8);
        }
    }
    if (n < length) {
        put(fd, "...");
    }
}

static void
dump_frame(int fd, Frame *frame)
{
    PyCodeObject *code = frame->code;
    put(fd, "  File ");
    if (code->co_filename != NULL && PyUnicode_Check(code->co_filename)) {
        put(fd, "\"");
        _Py_DumpASCII(fd, code->co_filename);
        put(fd, "\"");
    }
    else {
        put(fd, "???");
    }
    int line = PyCode_Addr2Line(code, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
    put(fd, ", line ");
    if (line >= 0) {
        _Py_DumpDecimal(fd, (size_t)line);
    }
    else {
        put(fd, "???");
    }
    put(fd, " in ");
    if (code->co_name != NULL && PyUnicode_Check(code->co_name)) {
        _Py_DumpASCII(fd, code->co_name);
    }
    else {
        put(fd, "???");
    }
    put(fd, "\n");
}

static void
dump_frames(int fd, PyThreadState *tstate, bool heading)
{
    if (heading) {
        put(fd, "Stack (most recent call first):\n");
    }
    Frame *frame = tstate->cframe->current_frame;
    if (frame == NULL) {
        put(fd, "  <no Python frame>\n");
        return;
    }
    for (unsigned n = 0; frame != NULL; n++, frame = frame->previous) {
        if (n >= FRAMES) {
            put(fd, "  ...\n");
            break;
        }
        dump_frame(fd, frame);
    }
}

void
_Py_DumpTraceback(int fd, PyThreadState *tstate)
{
    dump_frames(fd, tstate, true);
}

const char *
_Py_DumpTracebackThreads(int fd, PyInterpreterState *interp, PyThreadState *current)
{
    if (current == NULL) {
        current = PyGILState_GetThisThreadState();
    }
    if (interp == NULL) {
        interp = current != NULL ? current->interp : _PyRuntime.gilstate_interp;
        if (interp == NULL) {
            return "unable to get the interpreter state";
        }
    }
    PyThreadState *tstate = (PyThreadState *)interp->threads.head;
    if (tstate == NULL) {
        return "unable to get the thread head state";
    }
    for (unsigned n = 0; tstate != NULL; n++, tstate = tstate->next) {
        if (n > 0) {
            put(fd, "\n");
        }
        if (n >= THREADS) {
            put(fd, "...\n");
            break;
        }
        put(fd, tstate == current ? "Current thread 0x" : "Thread 0x");
        _Py_DumpHexadecimal(fd, tstate->thread_id, sizeof(unsigned long) * 2);
        put(fd, " (most recent call first):\n");
        if (tstate == current && interp->gc.collecting) {
            put(fd, "  Garbage-collecting\n");
        }
        dump_frames(fd, tstate, false);
    }
    return NULL;
}

/* Is the name in sys.stdlib_module_names?  Only what can be read without calling is read. */
static bool
is_stdlib_name(PyObject *names, PyObject *name)
{
    Py_ssize_t at = 0;
    PyObject *item;
    Py_hash_t hash;
    while (names != NULL && _PySet_NextEntry(names, &at, &item, &hash)) {
        if (PyUnicode_Check(item) && PyUnicode_GET_LENGTH(item) == PyUnicode_GET_LENGTH(name) &&
            PyUnicode_IS_ASCII(item) && PyUnicode_IS_ASCII(name) &&
            memcmp(PyUnicode_DATA(item), PyUnicode_DATA(name), (size_t)PyUnicode_GET_LENGTH(item)) == 0) {
            return true;
        }
    }
    return false;
}

/* The names of extension modules that are not the standard library's. */
void
_Py_DumpExtensionModules(int fd, PyInterpreterState *interp)
{
    PyObject *modules = interp->import.modules, *key, *module, *names = NULL;
    Py_ssize_t at = 0, count = 0;
    if (modules == NULL || !PyDict_CheckExact(modules)) {
        return;
    }
    if (interp->sysdict != NULL) {
        Py_ssize_t pos = 0;
        PyObject *k, *v;
        while (PyDict_Next(interp->sysdict, &pos, &k, &v)) {
            if (PyUnicode_Check(k) && PyUnicode_IS_ASCII(k) && PyFrozenSet_Check(v) &&
                strcmp(PyUnicode_DATA(k), "stdlib_module_names") == 0) {
                names = v;
            }
        }
    }
    while (PyDict_Next(modules, &at, &key, &module)) {
        if (!PyUnicode_Check(key) || !PyModule_Check(module) || PyModule_GetDef(module) == NULL ||
            is_stdlib_name(names, key)) {
            continue;
        }
        put(fd, count == 0 ? "\nExtension modules: " : ", ");
        _Py_DumpASCII(fd, key);
        count++;
    }
    if (count > 0) {
        put(fd, " (total: ");
        _Py_DumpDecimal(fd, (size_t)count);
        put(fd, ")\n");
    }
}
