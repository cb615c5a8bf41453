/* The GIL inside Krait: taking and giving it for a thread. */
#ifndef KRAIT_RUNTIME_GIL_H
#define KRAIT_RUNTIME_GIL_H

#include "object/state.h"

status gil_init(void);
/* After fork in the child: the lock is made anew and held by `tstate`. */
void gil_after_fork(PyThreadState *tstate);
/* Wait for the GIL.  A thread that is not the one shutting down never returns from here once
   finalisation has begun. */
void gil_take(PyThreadState *tstate);
void gil_drop(PyThreadState *tstate);
/* Make `tstate` findable by PyGILState in this OS thread, if none is yet. */
void gilstate_bind(PyThreadState *tstate);
status gilstate_init(struct _is *interp);
void gilstate_fini(void);
/* Recompute the word that the evaluation loop reads. */
void breaker_update(struct _is *interp);
/* Run the pending calls of the interpreter; -1 with an exception set. */
status pending_run(struct _is *interp);
/* At exit: run what is left. */
void pending_finish(PyThreadState *tstate);

#endif
