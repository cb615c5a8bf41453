/* Separators of paths.  Not part of Python.h. */
#ifndef Py_OSDEFS_H
#define Py_OSDEFS_H

#ifndef MAXPATHLEN
#ifdef PATH_MAX
#define MAXPATHLEN PATH_MAX
#else
#define MAXPATHLEN 1024
#endif
#endif
#define SEP L'/'
#define DELIM L':'

#endif
