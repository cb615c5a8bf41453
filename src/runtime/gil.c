/* The global interpreter lock, what interrupts the evaluation loop, and PyGILState.

   The lock is a flag; threads that find it set wait for a condition, with a mutex.  Who clears the flag
   then looks whether there are waiters, and a waiter counts itself before it looks at the flag: one of
   the two sees the other.  A waiter that sees no switch within the interval
   asks the holder to give way (drop_request); the holder, once it has done so, waits until another
   thread has really got the lock, so that a busy holder cannot take it back at once.

   The interval is a thread's turn, and a thread that gives the lock back by itself, before a system call
   say, keeps what is left of its turn.  Coming back it goes on with it: it asks after a small part of the interval,
   and is the first to be woken.  So a thread that waits for bytes again and again is not put off for an interval
   each time while another one computes (the convoy effect: D. Beazley, Understanding the Python GIL, 2010),
   and yet it holds the lock no longer than one turn before the others have theirs.
   docs/decisions/0006-what-is-left-of-a-turn.md has the measurements. */
#include "runtime/gil.h"
#include "object/doors.h"
#include "base/clock.h"
#include "base/pages.h"
#include "base/thread.h"
#include <errno.h>
#include <string.h>
#include <time.h>

/* runtime/signal.c */
status signals_run(PyThreadState *tstate);

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)

/* ---- the breaker -------------------------------------------------------------------------- */

static bool
on_main_thread(void)
{
    return PyThread_get_thread_ident() == _PyRuntime.life.main_thread;
}

void
breaker_update(struct _is *interp)
{
    struct Breaker *b = &interp->breaker;
    bool is_main = interp == _PyRuntime.interpreters.main;
    int value = LOAD(b->drop_request) || LOAD(b->async_exc) ||
                (is_main && on_main_thread() && LOAD(_PyRuntime.signals.any_tripped)) ||
                (LOAD(b->pending.waiting) && (!is_main || on_main_thread()));
    STORE(b->breaker, value);
}

void
breaker_set(PyInterpreterState *interp)
{
    STORE(interp->breaker.breaker, 1);
}

static void
drop_request_set(struct _is *interp)
{
    STORE(interp->breaker.drop_request, 1);
    STORE(interp->breaker.breaker, 1);
}

static void
drop_request_reset(struct _is *interp)
{
    STORE(interp->breaker.drop_request, 0);
    breaker_update(interp);
}

void
_PyEval_SignalAsyncExc(PyInterpreterState *interp)
{
    STORE(interp->breaker.async_exc, 1);
    STORE(interp->breaker.breaker, 1);
}

/* A C signal handler has marked a signal: the main thread's loop is to look. */
void
_PyEval_SignalReceived(PyInterpreterState *interp)
{
    STORE(interp->breaker.breaker, 1);
}

/* ---- the lock ----------------------------------------------------------------------------- */

static void
condition_init(pthread_cond_t *cond)
{
    pthread_condattr_t attrs;
    pthread_condattr_init(&attrs);
    pthread_condattr_setclock(&attrs, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attrs);
    pthread_condattr_destroy(&attrs);
}

status
gil_init(void)
{
    struct Gil *gil = &_PyRuntime.gil;
    if (LOAD(gil->locked) >= 0) {
        return 0;
    }
    pthread_mutex_init(&gil->lock, NULL);
    pthread_mutex_init(&gil->switch_lock, NULL);
    condition_init(&gil->wake);
    condition_init(&gil->wake_first);
    condition_init(&gil->switched);
    STORE(gil->last_holder, NULL);
    STORE(gil->waiters, 0);
    gil->waiters_first = 0;
    STORE(gil->locked, 0);
    return 0;
}

void
gil_after_fork(PyThreadState *tstate)
{
    struct Gil *gil = &_PyRuntime.gil;
    STORE(gil->locked, -1);
    gil_init();
    gil_take(tstate);
}

/* The runtime shuts down, or did so and left this thread behind (tstate_abandon). */
static bool
must_exit(PyThreadState *tstate)
{
    PyThreadState *finalizing = LOAD(_PyRuntime.life.finalizing);
    return (finalizing != NULL && finalizing != tstate) || !LOAD(tstate->_initialized);
}

static void
deadline_after(struct timespec *ts, int64_t nanoseconds)
{
    _PyTime_AsTimespec_clamp(clock_monotonic() + nanoseconds, ts);
}

enum {
    PART_OF_TURN = 250,             /* who goes on with a turn asks after this part of the interval */
    LOOK_MAX = 20 * 1000,           /* nanoseconds that a thread looks for the lock before it sleeps */
};

/* Nanoseconds that a thread may hold the lock while others wait. */
static int64_t
whole_turn(const struct Gil *gil)
{
    const unsigned long year = 365ul * 86400 * 1000000;
    return 1000 * (int64_t)Py_MIN(Py_MAX(gil->interval, 1), year);
}

/* The lock was taken by this thread, which waited since `waiting_since` (0: did not wait). */
static void
stats_taken(struct Gil *gil, int64_t waiting_since, uint64_t requests)
{
    gil->held_since = 0;
    if (waiting_since != 0) {
        struct GilStats *stats = &gil->stats;
        int64_t now = clock_monotonic();
        uint64_t waited = (uint64_t)(now - waiting_since);
        stats->waits++;
        stats->wait_total += waited;
        stats->wait_max = Py_MAX(stats->wait_max, waited);
        stats->requests += requests;
        gil->held_since = now;
    }
}

/* The holder gives the lock back, by itself or because another thread asked. */
static void
turn_count(struct Gil *gil, PyThreadState *tstate, bool asked)
{
    struct GilStats *stats = &gil->stats;
    int64_t *left = &thread_of(tstate)->turn_left;
    if (gil->held_since != 0) {
        int64_t held = clock_monotonic() - gil->held_since;
        gil->held_since = 0;
        *left = Py_MAX(*left - held, 0);
        if (asked) {
            stats->holds++;
            stats->hold_total += (uint64_t)held;
            stats->hold_max = Py_MAX(stats->hold_max, (uint64_t)held);
        }
    }
}

/* Set the flag if nobody has.  Who fails has read it after all that it wrote: see the waiters above. */
static ALWAYS_INLINE bool
flag_take(struct Gil *gil)
{
    int unlocked = 0;
    return __atomic_compare_exchange_n(&gil->locked, &unlocked, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Sleep until the flag could be taken, with gil->lock held; how often the holder was asked to give way, which
   is at once if it is to be asked after LOOK_MAX or less.  A thread that has waited for an interval is to be
   woken first, too. */
static uint64_t
flag_wait(struct Gil *gil, PyThreadState *tstate, bool first, int64_t ask_after)
{
    uint64_t requests = 0;
    __atomic_add_fetch(&gil->waiters, 1, __ATOMIC_SEQ_CST);
    gil->waiters_first += first;
    while (!flag_take(gil)) {
        bool asks_now = ask_after <= LOOK_MAX;
        if (asks_now) {
            drop_request_set(tstate->interp);
            requests++;
        }
        unsigned long seen = gil->switch_number;
        struct timespec until;
        deadline_after(&until, asks_now ? whole_turn(gil) : ask_after);
        if (pthread_cond_timedwait(first ? &gil->wake_first : &gil->wake, &gil->lock, &until) != ETIMEDOUT) {
            continue;
        }
        gil->waiters_first += !first;
        first = true;
        if (LOAD(gil->locked) && gil->switch_number == seen) {
            if (must_exit(tstate)) {
                __atomic_sub_fetch(&gil->waiters, 1, __ATOMIC_SEQ_CST);
                gil->waiters_first--;
                pthread_mutex_unlock(&gil->lock);
                PyThread_exit_thread();
            }
            drop_request_set(tstate->interp);
            requests++;
        }
    }
    __atomic_sub_fetch(&gil->waiters, 1, __ATOMIC_SEQ_CST);
    gil->waiters_first -= first;
    return requests;
}

/* The flag is set, or the last holder was another thread. */
static NOINLINE void
take_waiting(struct Gil *gil, PyThreadState *tstate)
{
    int saved_errno = errno;
    if (must_exit(tstate)) {
        PyThread_exit_thread();
    }
    int64_t waiting_since = 0;
    uint64_t requests = 0;
    int64_t *turn_left = &thread_of(tstate)->turn_left;
    bool goes_on = *turn_left > 0 && !lock_waits.woken;
    int64_t ask_after = goes_on ? whole_turn(gil) / PART_OF_TURN : whole_turn(gil);
    bool taken = flag_take(gil);
    if (!taken) {
        waiting_since = clock_monotonic();
        taken = (goes_on || lock_waits.woken) &&
                word_await(&gil->locked, waiting_since + Py_MIN(ask_after, LOOK_MAX));
    }
    pthread_mutex_lock(&gil->lock);
    if (!taken) {
        requests = flag_wait(gil, tstate, goes_on, ask_after);
    }
    if (!goes_on) {
        *turn_left = whole_turn(gil);
    }
    stats_taken(gil, waiting_since, requests);
    /* Who waits for a switch waits for another thread to be the last holder. */
    if (LOAD(gil->last_holder) != tstate) {
        pthread_mutex_lock(&gil->switch_lock);
        STORE(gil->last_holder, tstate);
        gil->switch_number++;
        pthread_cond_signal(&gil->switched);
        pthread_mutex_unlock(&gil->switch_lock);
    }
    pthread_mutex_unlock(&gil->lock);
    errno = saved_errno;
}

void
gil_take(PyThreadState *tstate)
{
    struct Gil *gil = &_PyRuntime.gil;
    struct _is *interp = tstate->interp;
    bool again = likely(LOAD(gil->last_holder) == tstate && flag_take(gil));
    if (again) {
        gil->held_since = 0;
    }
    else {
        take_waiting(gil, tstate);
    }
    lock_waits.woken = false;
    if (unlikely(must_exit(tstate))) {
        gil_drop(NULL);
        PyThread_exit_thread();
    }
    if (LOAD(interp->breaker.drop_request)) {
        drop_request_reset(interp);
    }
    else if (!again) {
        breaker_update(interp);         /* it depends on the thread */
    }
    if (tstate->async_exc != NULL) {
        _PyEval_SignalAsyncExc(interp);
    }
}

/* `tstate` NULL: the thread is about to vanish and need not see to fairness. */
void
gil_drop(PyThreadState *tstate)
{
    struct Gil *gil = &_PyRuntime.gil;
    if (tstate != NULL) {
        STORE(gil->last_holder, tstate);
        turn_count(gil, tstate, LOAD(tstate->interp->breaker.drop_request));
    }
    __atomic_store_n(&gil->locked, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&gil->waiters, __ATOMIC_SEQ_CST) != 0) {
        pthread_mutex_lock(&gil->lock);
        pthread_cond_signal(gil->waiters_first != 0 ? &gil->wake_first : &gil->wake);
        pthread_mutex_unlock(&gil->lock);
    }
    if (tstate != NULL && LOAD(tstate->interp->breaker.drop_request)) {
        pthread_mutex_lock(&gil->switch_lock);
        if (LOAD(gil->last_holder) == tstate) {
            drop_request_reset(tstate->interp);
            pthread_cond_wait(&gil->switched, &gil->switch_lock);
        }
        pthread_mutex_unlock(&gil->switch_lock);
    }
}

static void
current_set(PyThreadState *tstate)
{
    __atomic_store_n(&_PyRuntime.current, tstate, __ATOMIC_RELAXED);
}

/* ---- taking turns: the public functions ---------------------------------------------------- */

static void _Py_NO_RETURN
fatal_no_tstate(const char *func)
{
    _Py_FatalErrorFunc(func, "the function must be called with the GIL held, but the GIL is "
                             "released (the current Python thread state is NULL)");
}

void _Py_NO_RETURN
_Py_FatalError_TstateNULL(const char *func)
{
    fatal_no_tstate(func);
}

/* Make `fresh` the current thread (NULL: none); the former one. */
PyThreadState *
PyThreadState_Swap(PyThreadState *fresh)
{
    PyThreadState *before = tstate_get();
    current_set(fresh);
    return before;
}

PyThreadState *
PyEval_SaveThread(void)
{
    PyThreadState *tstate = PyThreadState_Swap(NULL);
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    heap_trim_waiting();
    gil_drop(tstate);
    return tstate;
}

void
PyEval_RestoreThread(PyThreadState *tstate)
{
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    gil_take(tstate);
    current_set(tstate);
}

void
PyEval_AcquireThread(PyThreadState *tstate)
{
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    gil_take(tstate);
    if (PyThreadState_Swap(tstate) != NULL) {
        Py_FatalError("non-NULL old thread state");
    }
}

void
PyEval_ReleaseThread(PyThreadState *tstate)
{
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    if (PyThreadState_Swap(NULL) != tstate) {
        Py_FatalError("wrong thread state");
    }
    gil_drop(tstate);
}

void
PyEval_AcquireLock(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    gil_take(tstate);
}

void
PyEval_ReleaseLock(void)
{
    gil_drop(tstate_get());
}

int
PyEval_ThreadsInitialized(void)
{
    return LOAD(_PyRuntime.gil.locked) >= 0;
}

void
PyEval_InitThreads(void)
{
}

/* Delete the current thread and release the GIL: the last act of an OS thread. */
void
PyThreadState_DeleteCurrent(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        fatal_no_tstate(__func__);
    }
    tstate_destroy(tstate);
    current_set(NULL);
    gil_drop(NULL);
}

void
_PyThreadState_DeleteCurrent(PyThreadState *Py_UNUSED(tstate))
{
    PyThreadState_DeleteCurrent();
}

PyThreadState *
PyThreadState_New(PyInterpreterState *interp)
{
    PyThreadState *tstate = tstate_new(interp);
    if (tstate != NULL) {
        gilstate_bind(tstate);
    }
    return tstate;
}

/* A thread struct that is not bound to this OS thread: for one about to be started. */
PyThreadState *
_PyThreadState_Prealloc(PyInterpreterState *interp)
{
    return tstate_new(interp);
}

/* Bind what _PyThreadState_Prealloc made to the OS thread that now runs. */
void
_PyThreadState_Init(PyThreadState *tstate)
{
    tstate->thread_id = PyThread_get_thread_ident();
    tstate->native_thread_id = PyThread_get_thread_native_id();
    gilstate_bind(tstate);
}

void
_PyThreadState_SetCurrent(PyThreadState *tstate)
{
    gilstate_bind(tstate);
}

unsigned long
_PyEval_GetSwitchInterval(void)
{
    return _PyRuntime.gil.interval;
}

void
_PyEval_SetSwitchInterval(unsigned long microseconds)
{
    _PyRuntime.gil.interval = microseconds;
}

/* ---- pending calls ------------------------------------------------------------------------ */

/* Have `func(arg)` called soon by the interpreter's main thread; -1 if the ring is full. */
int
_PyEval_AddPendingCall(PyInterpreterState *interp, int (*func)(void *), void *arg)
{
    struct PendingCalls *p = &interp->breaker.pending;
    int result = -1;
    pthread_mutex_lock(&p->lock);
    int after = (p->last + 1) % PENDING_CALLS;
    if (after != p->first) {
        p->ring[p->last].func = func;
        p->ring[p->last].arg = arg;
        p->last = after;
        __atomic_add_fetch(&p->waiting, 1, __ATOMIC_RELEASE);
        result = 0;
    }
    pthread_mutex_unlock(&p->lock);
    STORE(interp->breaker.breaker, 1);
    return result;
}

int
Py_AddPendingCall(int (*func)(void *), void *arg)
{
    struct _is *interp = _PyRuntime.interpreters.main;
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        tstate = PyGILState_GetThisThreadState();
    }
    if (tstate != NULL) {
        interp = tstate->interp;
    }
    return _PyEval_AddPendingCall(interp, func, arg);
}

static bool
pending_pop(struct PendingCalls *p, int (**func)(void *), void **arg)
{
    bool found = false;
    pthread_mutex_lock(&p->lock);
    if (p->first != p->last) {
        *func = p->ring[p->first].func;
        *arg = p->ring[p->first].arg;
        p->first = (p->first + 1) % PENDING_CALLS;
        __atomic_sub_fetch(&p->waiting, 1, __ATOMIC_RELEASE);
        found = true;
    }
    pthread_mutex_unlock(&p->lock);
    return found;
}

status
pending_run(struct _is *interp)
{
    struct PendingCalls *p = &interp->breaker.pending;
    if (!on_main_thread() || p->busy) {
        return 0;
    }
    int result = 0;
    p->busy = 1;
    /* A call may add calls: at most one ringful now, the rest next time. */
    for (int i = 0; i < PENDING_CALLS && result == 0; i++) {
        int (*func)(void *);
        void *arg;
        if (!pending_pop(p, &func, &arg)) {
            break;
        }
        result = func(arg) != 0 ? -1 : 0;
    }
    p->busy = 0;
    breaker_update(interp);
    return result;
}

void
pending_finish(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    if (LOAD(interp->breaker.pending.waiting) && pending_run(interp) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
}

/* Signals first, then pending calls; -1 with the exception of a failed one. */
int
Py_MakePendingCalls(void)
{
    PyThreadState *tstate = tstate_get();
    if (on_main_thread() && tstate->interp == _PyRuntime.interpreters.main &&
        signals_run(tstate) < 0) {
        return -1;
    }
    return pending_run(tstate->interp);
}

/* ---- what the evaluation loop calls ------------------------------------------------------- */

status
breaker_handle(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    struct Breaker *b = &interp->breaker;
    if (LOAD(_PyRuntime.signals.any_tripped) && on_main_thread() &&
        interp == _PyRuntime.interpreters.main && signals_run(tstate) < 0) {
        return -1;
    }
    if (LOAD(b->pending.waiting) && pending_run(interp) < 0) {
        return -1;
    }
    if (LOAD(b->drop_request)) {
        if (PyThreadState_Swap(NULL) != tstate) {
            Py_FatalError("tstate mix-up");
        }
        gil_drop(tstate);
        thread_of(tstate)->turn_left = 0;
        gil_take(tstate);
        if (PyThreadState_Swap(tstate) != NULL) {
            Py_FatalError("orphan tstate");
        }
    }
    if (tstate->async_exc != NULL) {
        PyObject *exc = tstate->async_exc;
        tstate->async_exc = NULL;
        STORE(b->async_exc, 0);
        breaker_update(interp);
        PyErr_SetNone(exc);
        Py_DECREF(exc);
        return -1;
    }
    STORE(b->async_exc, 0);
    breaker_update(interp);
    return 0;
}

/* ---- PyGILState --------------------------------------------------------------------------- */

status
gilstate_init(struct _is *interp)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (!rt->gilstate.has_key) {
        if (pthread_key_create(&rt->gilstate.key, NULL) != 0) {
            return -1;
        }
        rt->gilstate.has_key = 1;
    }
    rt->gilstate_interp = interp;
    return 0;
}

void
gilstate_fini(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (rt->gilstate.has_key) {
        pthread_key_delete(rt->gilstate.key);
        rt->gilstate.has_key = 0;
    }
    rt->gilstate_interp = NULL;
}

void
gilstate_bind(PyThreadState *tstate)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (!rt->gilstate.has_key || rt->gilstate_interp == NULL) {
        return;
    }
    if (pthread_getspecific(rt->gilstate.key) == NULL) {
        if (pthread_setspecific(rt->gilstate.key, tstate) != 0) {
            Py_FatalError("Couldn't create autoTSSkey mapping");
        }
    }
    tstate->gilstate_counter = 1;
}

void
gilstate_forget(PyThreadState *tstate)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (rt->gilstate.has_key && pthread_getspecific(rt->gilstate.key) == tstate) {
        pthread_setspecific(rt->gilstate.key, NULL);
    }
}

PyThreadState *
PyGILState_GetThisThreadState(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    return rt->gilstate.has_key ? pthread_getspecific(rt->gilstate.key) : NULL;
}

PyInterpreterState *
_PyGILState_GetInterpreterStateUnsafe(void)
{
    return _PyRuntime.gilstate_interp;
}

/* 1 if this OS thread holds the GIL, or the check is switched off (sub-interpreters). */
int
PyGILState_Check(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (!rt->gilstate.check_enabled || !rt->gilstate.has_key) {
        return 1;
    }
    PyThreadState *tstate = tstate_get();
    return tstate != NULL && tstate == PyGILState_GetThisThreadState();
}

PyGILState_STATE
PyGILState_Ensure(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    PyThreadState *tstate = PyGILState_GetThisThreadState();
    bool had_gil = tstate != NULL && tstate == tstate_get();
    if (tstate == NULL) {
        if (rt->gilstate_interp == NULL) {
            Py_FatalError("PyGILState_Ensure: Python is not initialized");
        }
        tstate = PyThreadState_New(rt->gilstate_interp);
        if (tstate == NULL) {
            Py_FatalError("Couldn't create thread-state for new thread");
        }
        tstate->gilstate_counter = 0;
    }
    if (!had_gil) {
        PyEval_RestoreThread(tstate);
    }
    tstate->gilstate_counter++;
    return had_gil ? PyGILState_LOCKED : PyGILState_UNLOCKED;
}

void
PyGILState_Release(PyGILState_STATE before)
{
    PyThreadState *tstate = PyGILState_GetThisThreadState();
    if (tstate == NULL) {
        Py_FatalError("auto-releasing thread-state, but no thread-state for this thread");
    }
    if (tstate != tstate_get()) {
        _Py_FatalErrorFormat(__func__, "thread state %p must be current when releasing",
                             (void *)tstate);
    }
    if (--tstate->gilstate_counter == 0) {
        /* Clearing may run Python code that calls Ensure: the counter must not reach 0 again. */
        tstate->gilstate_counter++;
        PyThreadState_Clear(tstate);
        tstate->gilstate_counter--;
        PyThreadState_DeleteCurrent();
    }
    else if (before == PyGILState_UNLOCKED) {
        PyEval_SaveThread();
    }
}

PyThreadState *
_PyThreadState_Swap(void *Py_UNUSED(gilstate), PyThreadState *fresh)
{
    return PyThreadState_Swap(fresh);
}
