/* Traceback entries find their line lazily: read it through here, not from tb_lineno. */
#ifndef KRAIT_TYPES_TRACEBACK_H
#define KRAIT_TYPES_TRACEBACK_H

#include <Python.h>
#include <frameobject.h>
#include "base/common.h"

/* The line of a traceback entry, -1 if it has none. */
int traceback_line(PyTracebackObject *self);

/* Put the frame, at byte offset `lasti` of its code, in front of the pending exception's traceback.  -1: another
   exception is pending now, with the first as its context. */
status traceback_add(PyThreadState *tstate, PyFrameObject *frame, int lasti);

#endif
