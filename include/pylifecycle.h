/* Starting and ending Python in a process. */
#ifndef Py_PYLIFECYCLE_H
#define Py_PYLIFECYCLE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*PyOS_sighandler_t)(int);

PyAPI_FUNC(PyOS_sighandler_t) PyOS_getsig(int signum);
PyAPI_FUNC(PyOS_sighandler_t) PyOS_setsig(int signum, PyOS_sighandler_t handler);
PyAPI_FUNC(int) Py_AtExit(void (*func)(void));
PyAPI_FUNC(int) Py_BytesMain(int argc, char **argv);
PyAPI_FUNC(void) Py_EndInterpreter(PyThreadState *tstate);
_Py_NO_RETURN PyAPI_FUNC(void) Py_Exit(int code);
PyAPI_FUNC(void) Py_Finalize(void);
PyAPI_FUNC(const char *) Py_GetBuildInfo(void);
PyAPI_FUNC(const char *) Py_GetCompiler(void);
PyAPI_FUNC(const char *) Py_GetCopyright(void);
PyAPI_FUNC(wchar_t *) Py_GetExecPrefix(void);
PyAPI_FUNC(wchar_t *) Py_GetPath(void);
PyAPI_FUNC(const char *) Py_GetPlatform(void);
PyAPI_FUNC(wchar_t *) Py_GetPrefix(void);
PyAPI_FUNC(wchar_t *) Py_GetProgramFullPath(void);
PyAPI_FUNC(wchar_t *) Py_GetProgramName(void);
PyAPI_FUNC(wchar_t *) Py_GetPythonHome(void);
PyAPI_FUNC(const char *) Py_GetVersion(void);
PyAPI_FUNC(void) Py_Initialize(void);
PyAPI_FUNC(void) Py_InitializeEx(int install_signal_handlers);
PyAPI_FUNC(int) Py_IsInitialized(void);
PyAPI_FUNC(int) Py_Main(int argc, wchar_t **argv);
PyAPI_FUNC(PyThreadState *) Py_NewInterpreter(void);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) Py_SetPath(const wchar_t *path);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) Py_SetProgramName(const wchar_t *name);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) Py_SetPythonHome(const wchar_t *home);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03060000
PyAPI_FUNC(int) Py_FinalizeEx(void);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030b0000
PyAPI_DATA(const unsigned long) Py_Version;
#endif

#ifndef Py_LIMITED_API
_Py_NO_RETURN PyAPI_FUNC(void) Py_ExitStatusException(PyStatus s);
PyAPI_FUNC(int) Py_FdIsInteractive(FILE *file, const char *filename);
PyAPI_FUNC(int) Py_FrozenMain(int n, char **argv);
PyAPI_FUNC(PyStatus) Py_InitializeFromConfig(const PyConfig *config);
PyAPI_FUNC(PyStatus) Py_PreInitialize(const PyPreConfig *pre);
PyAPI_FUNC(PyStatus) Py_PreInitializeFromArgs(const PyPreConfig *pre, Py_ssize_t argc,
                                              wchar_t **argv);
PyAPI_FUNC(PyStatus) Py_PreInitializeFromBytesArgs(const PyPreConfig *pre, Py_ssize_t argc,
                                                   char **argv);
PyAPI_FUNC(int) Py_RunMain(void);
Py_DEPRECATED(3.11) PyAPI_FUNC(int) Py_SetStandardStreamEncoding(
    const char *encoding, const char *errors);
PyAPI_FUNC(int) _PyOS_URandom(void *buffer, Py_ssize_t n);
PyAPI_FUNC(int) _PyOS_URandomNonblock(void *buffer, Py_ssize_t n);
PyAPI_FUNC(int) _Py_CoerceLegacyLocale(int warn);
PyAPI_FUNC(int) _Py_FdIsInteractive(FILE *file, PyObject *filename);
PyAPI_FUNC(PyStatus) _Py_InitializeMain(void);
PyAPI_FUNC(int) _Py_IsCoreInitialized(void);
PyAPI_FUNC(int) _Py_IsFinalizing(void);
PyAPI_FUNC(int) _Py_LegacyLocaleDetected(int warn);
PyAPI_FUNC(PyThreadState *) _Py_NewInterpreter(int isolated);
PyAPI_FUNC(void) _Py_RestoreSignals(void);
PyAPI_FUNC(char *) _Py_SetLocaleFromEnv(int category);
Py_DEPRECATED(3.11) PyAPI_FUNC(void) _Py_SetProgramFullPath(const wchar_t *path);
PyAPI_FUNC(const char *) _Py_gitidentifier(void);
PyAPI_FUNC(const char *) _Py_gitversion(void);

#endif

#ifdef __cplusplus
}
#endif

#endif
