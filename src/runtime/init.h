/* Life of the interpreter: what main.c, run.c and modules need of init.c. */
#ifndef KRAIT_RUNTIME_INIT_H
#define KRAIT_RUNTIME_INIT_H

#include "object/state.h"

/* Ready every exported static type, bases first. */
status static_types_ready(void);
/* runtime/streams.c: sys.stdin, stdout, stderr, and builtins.open. */
PyStatus streams_init(PyInterpreterState *interp);
status streams_flush(void);
/* Normalised names of the configured encodings; sets interp->fs_codec. */
PyStatus encodings_init(PyInterpreterState *interp);

/* runtime/leave.c: may the process end as it is, because nobody would see its objects go?  To be
   asked last of all, when nothing of the program runs any more. */
truth leave_silently(PyThreadState *tstate);

/* runtime/signal.c */
status signals_init(bool install_handlers);
void signals_fini(void);
status signals_run(PyThreadState *tstate);

/* modules/ */
status atexit_run(PyInterpreterState *interp);
void atexit_clear(PyInterpreterState *interp);
status faulthandler_init(bool enable);
void faulthandler_fini(void);
status tracemalloc_init(int frames);
void tracemalloc_fini(void);
status warnings_init_state(PyInterpreterState *interp);

#endif
