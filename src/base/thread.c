/* PyThread_*: threads, locks and thread-local keys over pthreads and futexes. */
#include <Python.h>
#include <pythread.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include "base/clock.h"
#include "base/thread.h"

enum { STACK_MIN = 0x8000 };

void
PyThread_init_thread(void)
{
}

struct Start {
    void (*func)(void *);
    void *arg;
};

static void *
thread_run(void *raw)
{
    struct Start start = *(struct Start *)raw;
    PyMem_RawFree(raw);
    start.func(start.arg);
    return NULL;
}

/* Start a detached thread with a stack of `stacksize` bytes (0: the system's default). */
unsigned long
thread_start(void (*func)(void *), void *arg, size_t stacksize)
{
    struct Start *start = PyMem_RawMalloc(sizeof *start);
    pthread_attr_t attrs;
    pthread_t id;
    if (start == NULL) {
        return PYTHREAD_INVALID_THREAD_ID;
    }
    if (pthread_attr_init(&attrs) != 0) {
        PyMem_RawFree(start);
        return PYTHREAD_INVALID_THREAD_ID;
    }
    start->func = func;
    start->arg = arg;
    int failed = stacksize != 0 && pthread_attr_setstacksize(&attrs, stacksize) != 0;
    failed = failed || pthread_create(&id, &attrs, thread_run, start) != 0;
    pthread_attr_destroy(&attrs);
    if (failed) {
        PyMem_RawFree(start);
        return PYTHREAD_INVALID_THREAD_ID;
    }
    pthread_detach(id);
    return (unsigned long)id;
}

status
thread_check_stacksize(size_t size)
{
    pthread_attr_t attrs;
    size_t least = PTHREAD_STACK_MIN > STACK_MIN ? (size_t)PTHREAD_STACK_MIN : STACK_MIN;
    if (size < least || pthread_attr_init(&attrs) != 0) {
        return -1;
    }
    int bad = pthread_attr_setstacksize(&attrs, size);
    pthread_attr_destroy(&attrs);
    return bad ? -1 : 0;
}

unsigned long
PyThread_get_thread_ident(void)
{
    return (unsigned long)pthread_self();
}

unsigned long
PyThread_get_thread_native_id(void)
{
    return (unsigned long)syscall(SYS_gettid);
}

void
PyThread_exit_thread(void)
{
    pthread_exit(NULL);
}

/* ---- locks -------------------------------------------------------------------------------- */

/* The mutex of Drepper, "Futexes Are Tricky" (2011), section 5: taking a free lock and freeing one that
   nobody waits for stay in user space.  Any thread may free it.

   A thread that finds the lock held looks again for as long as going to sleep and being woken would cost,
   while others may run, and then sleeps: threads that answer each other within microseconds need not
   sleep.  One whose waits are long looks for a shorter time, in the end once (Karlin, Li, Manasse and
   Owicki, "Empirical Studies of Competitive Spinning for a Shared-Memory Multiprocessor", 1991). */
struct Lock {
    int word;                   /* atomic */
};

enum { FREE, HELD, AWAITED };   /* AWAITED: held, and somebody may be asleep */

PyThread_type_lock
PyThread_allocate_lock(void)
{
    struct Lock *lock = PyMem_RawMalloc(sizeof *lock);
    if (lock != NULL) {
        lock->word = FREE;
    }
    return lock;
}

void
PyThread_free_lock(PyThread_type_lock lock)
{
    PyMem_RawFree(lock);
}

static bool
word_take(int *word)
{
    int expected = FREE;
    return __atomic_compare_exchange_n(word, &expected, HELD, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

bool
word_await(int *word, int64_t until)
{
    do {
        sched_yield();
        if (__atomic_load_n(word, __ATOMIC_RELAXED) == FREE && word_take(word)) {
            return true;
        }
    } while (clock_monotonic() < until);
    return false;
}

enum {                          /* nanoseconds */
    PATIENCE_MAX = 20 * 1000,
    PATIENCE_MIN = 1000,
    SHORT_WAIT = 100 * 1000,    /* with the sleep: looking on for it would have been worth it */
};

__thread struct LockWaits lock_waits = {.patience = PATIENCE_MAX};
unsigned signals_arrived;

static void
learn_patience(int64_t waited)
{
    int64_t now = lock_waits.patience;
    lock_waits.patience = waited < SHORT_WAIT ? Py_MIN(now * 2, PATIENCE_MAX) : Py_MAX(now / 2, PATIENCE_MIN);
}

/* A signal has come since the thread looked last. */
static bool
is_signalled(void)
{
    unsigned before = lock_waits.signals_seen;
    lock_waits.signals_seen = __atomic_load_n(&signals_arrived, __ATOMIC_RELAXED);
    return lock_waits.signals_seen != before;
}

/* Sleep while the lock is AWAITED; 0, or an errno value.  `until` NULL: without end. */
static int
sleep_on(struct Lock *lock, const struct timespec *until)
{
    long done = syscall(SYS_futex, &lock->word, FUTEX_WAIT_BITSET_PRIVATE, AWAITED, until, NULL,
                        FUTEX_BITSET_MATCH_ANY);
    return done == 0 ? 0 : errno;
}

/* `microseconds` 0: try once; negative: wait without end.  With `interruptible` a signal ends the
   wait with PY_LOCK_INTR, else the wait goes on. */
PyLockStatus
PyThread_acquire_lock_timed(PyThread_type_lock opaque, PY_TIMEOUT_T microseconds, int interruptible)
{
    struct Lock *lock = opaque;
    if (word_take(&lock->word)) {
        return PY_LOCK_ACQUIRED;
    }
    if (microseconds == 0) {
        return PY_LOCK_FAILURE;
    }
    lock_waits.woken = true;
    int64_t since = clock_monotonic();
    int64_t timeout = microseconds < 0 || microseconds > INT64_MAX / 1000 ? INT64_MAX : microseconds * 1000;
    if (word_await(&lock->word, since + Py_MIN(lock_waits.patience, timeout))) {
        return PY_LOCK_ACQUIRED;
    }
    if (interruptible && is_signalled()) {
        return PY_LOCK_INTR;
    }
    struct timespec until;
    _PyTime_AsTimespec_clamp(_PyTime_Add(since, timeout), &until);
    PyLockStatus result = PY_LOCK_ACQUIRED;
    while (result == PY_LOCK_ACQUIRED && __atomic_exchange_n(&lock->word, AWAITED, __ATOMIC_ACQUIRE) != FREE) {
        int error = sleep_on(lock, microseconds > 0 ? &until : NULL);
        if (error == ETIMEDOUT) {
            result = PY_LOCK_FAILURE;
        }
        else if (error == EINTR && interruptible) {
            result = PY_LOCK_INTR;
        }
    }
    learn_patience(clock_monotonic() - since);
    return result;
}

int
PyThread_acquire_lock(PyThread_type_lock lock, int wait)
{
    return PyThread_acquire_lock_timed(lock, wait ? -1 : 0, 0) == PY_LOCK_ACQUIRED;
}

void
PyThread_release_lock(PyThread_type_lock opaque)
{
    struct Lock *lock = opaque;
    if (__atomic_exchange_n(&lock->word, FREE, __ATOMIC_RELEASE) == AWAITED) {
        syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

/* In a forked child: make the lock free, whoever held it; those who waited do not exist here. */
int
_PyThread_at_fork_reinit(PyThread_type_lock *lock)
{
    ((struct Lock *)*lock)->word = FREE;
    return 0;
}

/* ---- thread-local keys -------------------------------------------------------------------- */

Py_tss_t *
PyThread_tss_alloc(void)
{
    Py_tss_t *key = PyMem_RawMalloc(sizeof *key);
    if (key != NULL) {
        *key = (Py_tss_t)Py_tss_NEEDS_INIT;
    }
    return key;
}

void
PyThread_tss_free(Py_tss_t *key)
{
    if (key != NULL) {
        PyThread_tss_delete(key);
        PyMem_RawFree(key);
    }
}

int
PyThread_tss_is_created(Py_tss_t *key)
{
    return key->_is_initialized;
}

int
PyThread_tss_create(Py_tss_t *key)
{
    if (!key->_is_initialized) {
        if (pthread_key_create(&key->_key, NULL) != 0) {
            return -1;
        }
        key->_is_initialized = 1;
    }
    return 0;
}

void
PyThread_tss_delete(Py_tss_t *key)
{
    if (key->_is_initialized) {
        pthread_key_delete(key->_key);
        key->_is_initialized = 0;
    }
}

int
PyThread_tss_set(Py_tss_t *key, void *value)
{
    return pthread_setspecific(key->_key, value) ? -1 : 0;
}

void *
PyThread_tss_get(Py_tss_t *key)
{
    return pthread_getspecific(key->_key);
}

int
PyThread_create_key(void)
{
    pthread_key_t key;
    if (pthread_key_create(&key, NULL) != 0) {
        return -1;
    }
    if (key > INT_MAX) {
        pthread_key_delete(key);
        errno = ENOMEM;
        return -1;
    }
    return (int)key;
}

void
PyThread_delete_key(int key)
{
    pthread_key_delete((pthread_key_t)key);
}

int
PyThread_set_key_value(int key, void *value)
{
    return pthread_setspecific((pthread_key_t)key, value) ? -1 : 0;
}

void *
PyThread_get_key_value(int key)
{
    return pthread_getspecific((pthread_key_t)key);
}

void
PyThread_delete_key_value(int key)
{
    pthread_setspecific((pthread_key_t)key, NULL);
}

void
PyThread_ReInitTLS(void)
{
}
