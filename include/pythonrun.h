/* Running source from strings and files. */
#ifndef Py_PYTHONRUN_H
#define Py_PYTHONRUN_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(void) PyErr_Display(PyObject *type, PyObject *value, PyObject *traceback);
PyAPI_FUNC(void) PyErr_Print(void);
PyAPI_FUNC(void) PyErr_PrintEx(int set_sys_last_vars);
PyAPI_FUNC(PyObject *) Py_CompileString(const char *source, const char *filename, int start);

/* Called while the interactive prompt waits for input. */
PyAPI_DATA(int) (*PyOS_InputHook)(void);

#define PYOS_STACK_MARGIN 2048

#ifndef Py_LIMITED_API
PyAPI_DATA(PyThreadState *) _PyOS_ReadlineTState;

PyAPI_FUNC(char *) PyOS_Readline(FILE *in, FILE *out, const char *prompt);
PyAPI_FUNC(int) PyRun_AnyFile(FILE *file, const char *name);
PyAPI_FUNC(int) PyRun_AnyFileEx(FILE *file, const char *name, int closeit);
PyAPI_FUNC(int) PyRun_AnyFileExFlags(FILE *file, const char *name, int closeit,
                                     PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_AnyFileFlags(FILE *file, const char *name, PyCompilerFlags *flags);
PyAPI_FUNC(PyObject *) PyRun_File(FILE *file, const char *name, int start, PyObject *globals,
                                  PyObject *locals);
PyAPI_FUNC(PyObject *) PyRun_FileEx(FILE *file, const char *name, int start, PyObject *globals,
                                    PyObject *locals, int closeit);
PyAPI_FUNC(PyObject *) PyRun_FileExFlags(FILE *file, const char *name, int start, PyObject *globals,
                                         PyObject *locals, int closeit, PyCompilerFlags *flags);
PyAPI_FUNC(PyObject *) PyRun_FileFlags(FILE *file, const char *name, int start, PyObject *globals,
                                       PyObject *locals, PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_InteractiveLoop(FILE *file, const char *name);
PyAPI_FUNC(int) PyRun_InteractiveLoopFlags(FILE *file, const char *name, PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_InteractiveOne(FILE *file, const char *name);
PyAPI_FUNC(int) PyRun_InteractiveOneFlags(FILE *file, const char *name, PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_InteractiveOneObject(FILE *file, PyObject *filename, PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_SimpleFile(FILE *file, const char *name);
PyAPI_FUNC(int) PyRun_SimpleFileEx(FILE *file, const char *name, int closeit);
PyAPI_FUNC(int) PyRun_SimpleFileExFlags(FILE *file, const char *name, int closeit,
                                        PyCompilerFlags *flags);
PyAPI_FUNC(int) PyRun_SimpleString(const char *text);
PyAPI_FUNC(int) PyRun_SimpleStringFlags(const char *command, PyCompilerFlags *flags);
PyAPI_FUNC(PyObject *) PyRun_String(const char *text, int start, PyObject *globals,
                                    PyObject *locals);
PyAPI_FUNC(PyObject *) PyRun_StringFlags(const char *text, int start, PyObject *globals,
                                         PyObject *locals, PyCompilerFlags *flags);
PyAPI_FUNC(PyObject *) Py_CompileStringExFlags(const char *source, const char *filename, int start,
                                               PyCompilerFlags *flags, int optimize);
PyAPI_FUNC(PyObject *) Py_CompileStringObject(const char *source, PyObject *filename, int start,
                                              PyCompilerFlags *flags, int optimize);
PyAPI_FUNC(int) _PyRun_AnyFileObject(FILE *file, PyObject *filename, int closeit,
                                     PyCompilerFlags *flags);
PyAPI_FUNC(int) _PyRun_InteractiveLoopObject(FILE *file, PyObject *filename,
                                             PyCompilerFlags *flags);
PyAPI_FUNC(int) _PyRun_SimpleFileObject(FILE *file, PyObject *filename, int closeit,
                                        PyCompilerFlags *flags);
PyAPI_FUNC(const char *) _Py_SourceAsString(PyObject *source, const char *function,
                                            const char *kinds, PyCompilerFlags *flags,
                                            PyObject **owner);

/* Reads a line for the prompt into memory of PyMem_RawMalloc; GNU readline's module sets it. */
PyAPI_DATA(char) *(*PyOS_ReadlineFunctionPointer)(FILE *, FILE *, const char *);

#define Py_CompileString(str, p, s) Py_CompileStringExFlags((str), (p), (s), NULL, -1)
#define Py_CompileStringFlags(str, p, s, f) Py_CompileStringExFlags((str), (p), (s), (f), -1)
#define PyRun_String(str, s, g, l) PyRun_StringFlags((str), (s), (g), (l), NULL)
#define PyRun_SimpleString(s) PyRun_SimpleStringFlags((s), NULL)
#define PyRun_AnyFile(fp, name) PyRun_AnyFileExFlags((fp), (name), 0, NULL)
#define PyRun_AnyFileEx(fp, name, closeit) PyRun_AnyFileExFlags((fp), (name), (closeit), NULL)
#define PyRun_AnyFileFlags(fp, name, flags) PyRun_AnyFileExFlags((fp), (name), 0, (flags))
#define PyRun_SimpleFile(f, p) PyRun_SimpleFileExFlags((f), (p), 0, NULL)
#define PyRun_SimpleFileEx(f, p, c) PyRun_SimpleFileExFlags((f), (p), (c), NULL)
#define PyRun_InteractiveOne(f, p) PyRun_InteractiveOneFlags((f), (p), NULL)
#define PyRun_InteractiveLoop(f, p) PyRun_InteractiveLoopFlags((f), (p), NULL)
#define PyRun_File(fp, p, s, g, l) PyRun_FileExFlags((fp), (p), (s), (g), (l), 0, NULL)
#define PyRun_FileEx(fp, p, s, g, l, c) PyRun_FileExFlags((fp), (p), (s), (g), (l), (c), NULL)
#define PyRun_FileFlags(fp, p, s, g, l, flags) PyRun_FileExFlags((fp), (p), (s), (g), (l), 0, (flags))
#endif

#ifdef __cplusplus
}
#endif

#endif
