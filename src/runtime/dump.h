/* Text about the interpreter without allocation, locks or the GIL: for signal handlers and fatal
   errors. */
#ifndef KRAIT_RUNTIME_DUMP_H
#define KRAIT_RUNTIME_DUMP_H

#include <Python.h>

Py_ssize_t _Py_write_noraise(int fd, const void *buffer, size_t count);
void _Py_DumpASCII(int fd, PyObject *text);
void _Py_DumpDecimal(int fd, size_t value);
void _Py_DumpHexadecimal(int fd, uintptr_t value, Py_ssize_t width);
void _Py_DumpTraceback(int fd, PyThreadState *tstate);
/* All threads of the interpreter, `current` marked; NULL, or a message if that is not possible. */
const char *_Py_DumpTracebackThreads(int fd, PyInterpreterState *interp, PyThreadState *current);
void _Py_DumpExtensionModules(int fd, PyInterpreterState *interp);

#endif
