/* Every live object of the process: a walk over pages, and what the debug build counts with it. */
#ifndef KRAIT_OBJECT_LIVE_H
#define KRAIT_OBJECT_LIVE_H

#include "object/state.h"

/* Call `visit` once for every live object: those on pages, collected or not, and the static ones
   (None and its like, small ints, names, built-in types).  Stops at the first non-zero result and
   returns it; -1 if there is no memory for the walk.  `visit` must not allocate or free objects. */
int live_walk(int (*visit)(PyObject *, void *), void *arg);
/* The sum of all reference counts.  Extensions that count inline are seen like everything else.
   PY_SSIZE_T_MIN without memory. */
Py_ssize_t live_total_refs(void);

#ifdef KRAIT_DEBUG
/* sys.gettotalrefcount and its companions, which only the debug build has. */
extern PyMethodDef live_sys_functions[];
#endif
/* `[<references> refs, <blocks> blocks]` on stderr, as -X showrefcount asks. */
void live_print_totals(void);
/* A line for each live object: address, count, type, the text of a str or the name of a type, and
   after an arrow the objects it refers to. */
void live_dump(FILE *file);

#endif
