/* Threads over pthreads; the public part is pythread.h. */
#ifndef KRAIT_BASE_THREAD_H
#define KRAIT_BASE_THREAD_H

#include "base/common.h"

/* Start a detached thread; its ident, or PYTHREAD_INVALID_THREAD_ID. */
unsigned long thread_start(void (*func)(void *), void *arg, size_t stacksize);
/* 0 if threads can have stacks of `size` bytes. */
status thread_check_stacksize(size_t size);

#endif
