/* Traceback entries find their line lazily: read it through here, not from tb_lineno. */
#ifndef KRAIT_TYPES_TRACEBACK_H
#define KRAIT_TYPES_TRACEBACK_H

#include <Python.h>
#include <frameobject.h>

/* The line of a traceback entry, -1 if it has none. */
int traceback_line(PyTracebackObject *self);

#endif
