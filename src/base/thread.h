/* Threads over pthreads; the public part is pythread.h. */
#ifndef KRAIT_BASE_THREAD_H
#define KRAIT_BASE_THREAD_H

#include "base/common.h"

/* Start a detached thread; its ident, or PYTHREAD_INVALID_THREAD_ID. */
unsigned long thread_start(void (*func)(void *), void *arg, size_t stacksize);
/* 0 if threads can have stacks of `size` bytes. */
status thread_check_stacksize(size_t size);
/* Change *word from 0 to 1 once it is 0, looking for that until the time `until` (clock_monotonic) while other
   threads may run: who holds a lock mostly gives it back within microseconds, and a sleep costs more. */
bool word_await(int *word, int64_t until);
/* Signals that have arrived, counted by their handler (atomic): an interruptible wait for a lock does not
   begin to sleep with one that the thread has not seen. */
extern unsigned signals_arrived;
/* What the OS thread remembers of its waits for locks. */
struct LockWaits {
    int64_t patience;           /* nanoseconds that it looks for a lock before it sleeps */
    unsigned signals_seen;
    bool woken;                 /* it had to wait, so another thread of the program woke it; the GIL resets it */
};
extern __thread struct LockWaits lock_waits;

#endif
