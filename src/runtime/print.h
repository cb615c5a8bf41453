/* Printing of exceptions and tracebacks on a Python stream, with the margin of exception groups. */
#ifndef KRAIT_RUNTIME_PRINT_H
#define KRAIT_RUNTIME_PRINT_H

#include "object/state.h"

/* Where lines go: each gets the indentation and, inside a group, a margin. */
struct Printer {
    PyObject *file;
    int group_depth;
    bool need_close;            /* the frame of the innermost group is still open below */
    bool at_line_start;
    char margin;                /* '|', for one line '+' */
    PyObject *seen;             /* set of ids of exceptions already printed */
};

/* Write text, prefixing each line; -1 with an exception if the stream raises. */
status print_text(struct Printer *p, const char *text);
status print_object(struct Printer *p, PyObject *text);
status print_format(struct Printer *p, const char *format, ...);

/* traceback_print.c: the frames of a traceback, without the heading. */
status print_traceback(struct Printer *p, PyObject *traceback);
/* Line `lineno` of the source file, decoded, without its end; new.  NULL without an exception if
   it cannot be had. */
PyObject *source_line(PyObject *filename, int lineno);

/* An exception with its causes, context and members, on a stream. */
void print_exception_chain(PyObject *file, PyObject *value);

#endif
