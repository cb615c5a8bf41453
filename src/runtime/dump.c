/* Tracebacks written with nothing but write(2); see dump.h.

   The other threads run on meanwhile, and the process may be damaged: whatever was read may be no pointer
   a moment later.  So each pointer is followed only when there is memory behind it; what is found there
   may be wrong, but looking at it ends. */
#include "runtime/dump.h"
#include "object/gc.h"
#include "object/state.h"
#include "types/code.h"
#include "vm/frame.h"
#include "base/pages.h"
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FRAMES = 100, THREADS = 100, TEXT_MAX = 500, LINES_MAX = 1 << 24, SMALLEST_PAGE = 4096 };

/* Also what has been freed is looked at. */
#define ANYTHING __attribute__((no_sanitize("address")))

/* Is there memory?  The kernel knows; where it may not be asked, everything is taken to be there. */
static bool
is_there(const void *start, size_t size)
{
    uintptr_t at = (uintptr_t)start, end = at + size;
    if (at < SMALLEST_PAGE || end < at) {
        return false;
    }
    while (at < end) {
        char byte;
        struct iovec here = {&byte, 1}, there = {(void *)at, 1};
        if (syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0) != 1) {
            return errno != EFAULT;
        }
        at = (at | (SMALLEST_PAGE - 1)) + 1;
    }
    return true;
}

/* Copies what is there; for stacks, which go in one piece when their thread ends. */
ANYTHING static bool
fetch(void *to, const void *from, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)from, size};
    if (from == NULL) {
        return false;
    }
    if (syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0) == (long)size) {
        return true;
    }
    if (errno == EFAULT) {
        return false;
    }
    memcpy(to, from, size);
    return true;
}

/* An object of `size` bytes whose type has the flag? */
ANYTHING static bool
is_object(PyObject *op, size_t size, unsigned long flag)
{
    if (!is_there(op, size)) {
        return false;
    }
    PyTypeObject *type = Py_TYPE(op);
    return is_there(type, sizeof *type) && (type->tp_flags & flag) != 0;
}

ANYTHING static bool
is_text(PyObject *op)
{
    if (!is_object(op, sizeof(PyASCIIObject), Py_TPFLAGS_UNICODE_SUBCLASS)) {
        return false;
    }
    size_t size = PyUnicode_IS_COMPACT_ASCII(op) ? sizeof(PyASCIIObject)
                  : PyUnicode_IS_COMPACT(op)     ? sizeof(PyCompactUnicodeObject)
                                                 : sizeof(PyUnicodeObject);
    if (!PyUnicode_IS_READY(op) || !is_there(op, size)) {
        return false;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(op);
    size_t n = length > TEXT_MAX ? TEXT_MAX : length < 0 ? 0 : (size_t)length;
    return length >= 0 && is_there(PyUnicode_DATA(op), n * (size_t)PyUnicode_KIND(op));
}

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
put_text(int fd, PyObject *text, const char *quote)
{
    if (is_text(text)) {
        put(fd, quote);
        _Py_DumpASCII(fd, text);
        put(fd, quote);
    }
    else {
        put(fd, "???");
    }
}

/* The line of an instruction, -1 if it has none or it cannot be found out. */
ANYTHING static int
line_of(PyCodeObject *code, ptrdiff_t index)
{
    PyBytesObject *lines = (PyBytesObject *)code->co_linetable;
    if (index < 0) {
        return code->co_firstlineno;
    }
    if (index >= Py_SIZE(code) ||
        !is_object((PyObject *)lines, offsetof(PyBytesObject, ob_sval), Py_TPFLAGS_BYTES_SUBCLASS)) {
        return -1;
    }
    Py_ssize_t size = Py_SIZE(lines);
    if (size < 0 || size > LINES_MAX || !is_there(lines->ob_sval, (size_t)size)) {
        return -1;
    }
    struct CodeWalk walk = {.next = (const uint8_t *)lines->ob_sval, .lineno = code->co_firstlineno};
    walk.end = walk.next + size;
    struct CodeSpan span;
    while (code_walk_next(&walk, &span)) {
        if (index * (ptrdiff_t)sizeof(_Py_CODEUNIT) < span.offset + span.length) {
            return span.lineno;
        }
    }
    return -1;
}

/* False if that is no frame (any more). */
ANYTHING static bool
dump_frame(int fd, const Frame *frame)
{
    PyCodeObject *code = frame->code;
    if (!is_there(code, offsetof(PyCodeObject, co_code_adaptive)) || !PyCode_Check(code)) {
        return false;
    }
    put(fd, "  File ");
    put_text(fd, code->co_filename, "\"");
    int line = line_of(code, frame->last - _PyCode_CODE(code));
    put(fd, ", line ");
    if (line >= 0) {
        _Py_DumpDecimal(fd, (size_t)line);
    }
    else {
        put(fd, "???");
    }
    put(fd, " in ");
    put_text(fd, code->co_name, "");
    put(fd, "\n");
    return true;
}

ANYTHING static void
dump_frames(int fd, PyThreadState *tstate, bool heading)
{
    if (heading) {
        put(fd, "Stack (most recent call first):\n");
    }
    _PyCFrame running;
    if (!fetch(&running, tstate->cframe, sizeof running) || running.current_frame == NULL) {
        put(fd, "  <no Python frame>\n");
        return;
    }
    Frame frame = {.previous = running.current_frame};
    for (unsigned n = 0; frame.previous != NULL; n++) {
        if (n >= FRAMES || !fetch(&frame, frame.previous, offsetof(Frame, slots)) ||
            !dump_frame(fd, &frame)) {
            put(fd, "  ...\n");
            break;
        }
    }
}

void
_Py_DumpTraceback(int fd, PyThreadState *tstate)
{
    dump_frames(fd, tstate, true);
}

ANYTHING const char *
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
        if (n >= THREADS || !is_there(tstate, sizeof *tstate)) {
            put(fd, "...\n");
            break;
        }
        put(fd, tstate == current ? "Current thread 0x" : "Thread 0x");
        _Py_DumpHexadecimal(fd, tstate->thread_id, sizeof(unsigned long) * 2);
        put(fd, " (most recent call first):\n");
        if (tstate == current && interp->gc.collecting == GC_BUSY) {
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
