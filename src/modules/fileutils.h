/* Exported names of the file helpers that have no public header, and how a module asks for them. */
#ifndef KRAIT_MODULES_FILEUTILS_H
#define KRAIT_MODULES_FILEUTILS_H

#include <Python.h>
#include <sys/stat.h>

/* read(2) and write(2): the GIL released, restarted after EINTR unless a signal handler raised,
   sizes capped to what the kernel accepts.  -1 with an exception and errno set. */
extern Py_ssize_t _Py_read(int fd, void *buffer, size_t count);
extern Py_ssize_t _Py_write(int fd, const void *buffer, size_t count);
/* fstat(2): 0 or -1 with errno, and no exception in the second form. */
extern int _Py_fstat(int fd, struct stat *status);
extern int _Py_fstat_noraise(int fd, struct stat *status);
/* Close-on-exec of a descriptor; `atomic_flag_works` caches whether open flags do it. */
extern int _Py_set_inheritable(int fd, int inheritable, int *atomic_flag_works);
extern int _Py_get_inheritable(int fd);
extern int _Py_get_blocking(int fd);
extern int _Py_set_blocking(int fd, int blocking);
extern int _Py_dup(int fd);
extern int _Py_open(const char *path, int flags);
extern PyObject *_Py_device_encoding(int fd);
extern PyObject *_Py_GetLocaleEncodingObject(void);
extern void _Py_closerange(int first, int last);

#endif
