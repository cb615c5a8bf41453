/* Signals: what the module _signal needs of runtime/signal.c. */
#ifndef KRAIT_RUNTIME_SIGNAL_H
#define KRAIT_RUNTIME_SIGNAL_H

#include "object/state.h"

/* The C handler of every signal that has a Python handler. */
void signal_c_handler(int signum);
/* Is this the main thread of the main interpreter, which alone calls handlers? */
bool signal_may_handle(void);
void signals_after_fork(void);

#endif
