/* Descriptors and paths for modules written in C: the exported _Py_* functions that the public
   headers do not declare.  All raise OSError unless they say otherwise; those that may wait release
   the GIL and try again after a signal (PEP 475). */
#ifndef KRAIT_RUNTIME_FILEUTILS_H
#define KRAIT_RUNTIME_FILEUTILS_H

#include <Python.h>
#include <sys/stat.h>

int _Py_fstat(int fd, struct stat *status);
int _Py_fstat_noraise(int fd, struct stat *status);
int _Py_stat(PyObject *path, struct stat *status);     /* -1 errno, -2 exception set */
int _Py_open(const char *path, int flags);
int _Py_open_noraise(const char *path, int flags);
FILE *_Py_fopen_obj(PyObject *path, const char *mode);
FILE *_Py_wfopen(const wchar_t *path, const wchar_t *mode);
Py_ssize_t _Py_read(int fd, void *buffer, size_t count);
Py_ssize_t _Py_write(int fd, const void *buffer, size_t count);
Py_ssize_t _Py_write_noraise(int fd, const void *buffer, size_t count);
int _Py_get_inheritable(int fd);
/* With `atomic_works`: remembers whether the system opens descriptors non-inheritable. */
int _Py_set_inheritable(int fd, int inheritable, int *atomic_works);
int _Py_set_inheritable_async_safe(int fd, int inheritable, int *atomic_works);
int _Py_dup(int fd);
int _Py_get_blocking(int fd);
int _Py_set_blocking(int fd, int blocking);
void _Py_closerange(int first, int last);
PyObject *_Py_device_encoding(int fd);
int _Py_wreadlink(const wchar_t *path, wchar_t *target, size_t room);
wchar_t *_Py_wrealpath(const wchar_t *path, wchar_t *resolved, size_t room);
wchar_t *_Py_wgetcwd(wchar_t *path, size_t room);

#endif
