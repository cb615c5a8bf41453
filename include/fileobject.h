/* File objects through their methods; names of the encodings for files. */
#ifndef Py_FILEOBJECT_H
#define Py_FILEOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#define PY_STDIOTEXTMODE "b"
#define _PyIsSelectable_fd(FD) ((unsigned int)(FD) < (unsigned int)FD_SETSIZE)

PyAPI_DATA(const char *) Py_FileSystemDefaultEncoding;
PyAPI_DATA(int) Py_HasFileSystemDefaultEncoding;

PyAPI_FUNC(PyObject *) PyFile_FromFd(int fd, const char *name, const char *mode, int buffering,
                                     const char *encoding, const char *errors, const char *newline,
                                     int closefd);
PyAPI_FUNC(PyObject *) PyFile_GetLine(PyObject *file, int n);
PyAPI_FUNC(int) PyFile_WriteObject(PyObject *object, PyObject *file, int flags);
PyAPI_FUNC(int) PyFile_WriteString(const char *text, PyObject *file);
PyAPI_FUNC(int) PyObject_AsFileDescriptor(PyObject *object);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03060000
PyAPI_DATA(const char *) Py_FileSystemDefaultEncodeErrors;
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03070000
PyAPI_DATA(int) Py_UTF8Mode;
#endif

#ifndef Py_LIMITED_API
/* Opens what io.open_code is asked for. */
typedef PyObject *(*Py_OpenCodeHookFunction)(PyObject *, void *);

PyAPI_DATA(PyTypeObject) PyStdPrinter_Type;

PyAPI_FUNC(PyObject *) PyFile_NewStdPrinter(int fd);
PyAPI_FUNC(PyObject *) PyFile_OpenCode(const char *path);
PyAPI_FUNC(PyObject *) PyFile_OpenCodeObject(PyObject *path);
PyAPI_FUNC(int) PyFile_SetOpenCodeHook(Py_OpenCodeHookFunction hook, void *user_data);
PyAPI_FUNC(char *) Py_UniversalNewlineFgets(char *buffer, int size, FILE *stream, PyObject *file);
PyAPI_FUNC(int) _PyLong_FileDescriptor_Converter(PyObject *object, void *fd);

#endif

#ifdef __cplusplus
}
#endif

#endif
