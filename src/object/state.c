/* The runtime, interpreter and thread structs come to life and end here; see state.h.

   This file defines all the mutable file-scope objects of Krait. */
#include "object/state.h"
#include "object/gc.h"
#include "base/arena_spare.h"
#include "base/thread.h"
#include "base/os.h"
#include <errno.h>
#include <string.h>

struct _PyRuntimeState _PyRuntime;
struct Heap krait_heap;
struct ArenaSpare krait_arena_spare;
struct Allocators krait_alloc;

enum {
    SMALL_INT_REFS = 999999999,
    THREADS_ABANDONED = 2,      /* value of interp->finalizing: structs that threads still look at */
};

#define HEAD_LOCK() pthread_mutex_lock(&_PyRuntime.interpreters.lock)
#define HEAD_UNLOCK() pthread_mutex_unlock(&_PyRuntime.interpreters.lock)

/* ---- the runtime -------------------------------------------------------------------------- */

static void
small_ints_init(void)
{
    for (int i = 0; i < 262; i++) {
        PyLongObject *v = &_PyRuntime.small_ints[i];
        int value = i - 5;
        v->ob_base.ob_base.ob_refcnt = SMALL_INT_REFS;
        v->ob_base.ob_base.ob_type = &PyLong_Type;
        v->ob_base.ob_size = (value > 0) - (value < 0);
        v->ob_digit[0] = (digit)(value < 0 ? -value : value);
    }
}

status
runtime_init(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    if (rt->life.runtime_initialized) {
        return 0;
    }
    heap_init();
    small_ints_init();
    pthread_mutex_init(&rt->interpreters.lock, NULL);
    pthread_mutex_init(&rt->cross.lock, NULL);
    rt->gil.locked = -1;
    rt->gil.interval = 5000;
    rt->signals.wakeup_fd = -1;
    rt->life.main_thread = PyThread_get_thread_ident();
    rt->gilstate.check_enabled = 1;
    rt->life.runtime_initialized = 1;
    return 0;
}

status
runtime_after_fork(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    rt->life.main_thread = PyThread_get_thread_ident();
    pthread_mutex_init(&rt->interpreters.lock, NULL);
    pthread_mutex_init(&rt->cross.lock, NULL);
    for (struct _is *interp = rt->interpreters.head; interp != NULL; interp = interp->next) {
        pthread_mutex_init(&interp->id_lock, NULL);
        pthread_mutex_init(&interp->breaker.pending.lock, NULL);
    }
    return 0;
}

/* ---- interpreters ------------------------------------------------------------------------- */

struct _is *
interp_new(void)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    struct _is *interp = os_map_touched(sizeof *interp);
    if (interp == NULL) {
        return NULL;
    }
    pthread_mutex_init(&interp->id_lock, NULL);
    pthread_mutex_init(&interp->breaker.pending.lock, NULL);
    interp->id_refcount = -1;
    interp->recursion_limit = 1000;
    interp->eval_frame = NULL;
    interp->import.dlopen_flags = 2;    /* RTLD_NOW */
    interp->dict_keys_version = 2;
    interp->func_version = 1;
    interp->int_max_str_digits = 4300;
    PyConfig_InitPythonConfig(&interp->config);
    gc_init(interp);
    HEAD_LOCK();
    interp->id = rt->interpreters.next_id++;
    if (rt->interpreters.main == NULL) {
        rt->interpreters.main = interp;
    }
    interp->next = rt->interpreters.head;
    rt->interpreters.head = interp;
    HEAD_UNLOCK();
    return interp;
}

PyInterpreterState *
PyInterpreterState_New(void)
{
    if (tstate_get() != NULL && PySys_Audit("cpython.PyInterpreterState_New", NULL) < 0) {
        return NULL;
    }
    struct _is *interp = interp_new();
    if (interp == NULL && tstate_get() != NULL) {
        PyErr_NoMemory();
    }
    return interp;
}

/* Drop every object the interpreter holds.  Its threads are cleared first. */
void
PyInterpreterState_Clear(PyInterpreterState *interp)
{
    if (tstate_get() != NULL && PySys_Audit("cpython.PyInterpreterState_Clear", NULL) < 0) {
        PyErr_Clear();
    }
    for (struct Thread *t = interp->threads.head; t != NULL; t = thread_of(t->ts.next)) {
        PyThreadState_Clear(&t->ts);
    }
    Py_CLEAR(interp->audit_hooks);
    PyConfig_Clear(&interp->config);
    Py_CLEAR(interp->codecs.search_path);
    Py_CLEAR(interp->codecs.search_cache);
    Py_CLEAR(interp->codecs.error_registry);
    Py_CLEAR(interp->import.modules_by_index);
    Py_CLEAR(interp->import.modules);
    Py_CLEAR(interp->import.importlib);
    Py_CLEAR(interp->import.import_func);
    Py_CLEAR(interp->import.extensions);
    Py_CLEAR(interp->builtins_copy);
    Py_CLEAR(interp->dict);
    Py_CLEAR(interp->before_forkers);
    Py_CLEAR(interp->after_forkers_parent);
    Py_CLEAR(interp->after_forkers_child);
    Py_CLEAR(interp->warnings.filters);
    Py_CLEAR(interp->warnings.once_registry);
    Py_CLEAR(interp->warnings.default_action);
    Py_CLEAR(interp->callables.len);
    Py_CLEAR(interp->callables.isinstance);
    Py_CLEAR(interp->callables.list_append);
    Py_CLEAR(interp->thread_info_type);
    Py_CLEAR(interp->unicode_ids);
    /* The last one: finalisers still find sys and builtins. */
    if (tstate_get() != NULL) {
        gc_collect_quietly(tstate_get());
    }
    gc_clear(interp);
    PyDict_Clear(interp->sysdict);
    PyDict_Clear(interp->builtins);
    Py_CLEAR(interp->sysdict);
    Py_CLEAR(interp->builtins);
}

/* Unlink and free an interpreter that has been cleared. */
void
PyInterpreterState_Delete(PyInterpreterState *interp)
{
    struct _PyRuntimeState *rt = &_PyRuntime;
    while (interp->threads.head != NULL) {
        PyThreadState *tstate = &interp->threads.head->ts;
        if (tstate == tstate_get()) {
            __atomic_store_n(&rt->current, NULL, __ATOMIC_RELAXED);
        }
        PyThreadState_Delete(tstate);
    }
    HEAD_LOCK();
    struct _is **link = &rt->interpreters.head;
    while (*link != NULL && *link != interp) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        Py_FatalError("PyInterpreterState_Delete: invalid interpreter");
    }
    *link = interp->next;
    if (rt->interpreters.main == interp) {
        rt->interpreters.main = NULL;
    }
    HEAD_UNLOCK();
    if (rt->gilstate_interp == interp) {
        rt->gilstate_interp = NULL;
    }
    if (interp->finalizing != THREADS_ABANDONED) {
        if (Py_FileSystemDefaultEncoding == interp->fs_codec.encoding) {
            Py_FileSystemDefaultEncoding = NULL;
            Py_FileSystemDefaultEncodeErrors = NULL;
        }
        PyMem_RawFree(interp->fs_codec.encoding);
        PyMem_RawFree(interp->fs_codec.errors);
        pthread_mutex_destroy(&interp->id_lock);
        pthread_mutex_destroy(&interp->breaker.pending.lock);
        os_unmap(interp, sizeof *interp);
    }
}

PyInterpreterState *
PyInterpreterState_Get(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        _Py_FatalError_TstateNULL(__func__);
    }
    return tstate->interp;
}

PyInterpreterState *
PyInterpreterState_Main(void)
{
    return _PyRuntime.interpreters.main;
}

PyInterpreterState *
PyInterpreterState_Head(void)
{
    return _PyRuntime.interpreters.head;
}

PyInterpreterState *
PyInterpreterState_Next(PyInterpreterState *interp)
{
    return interp->next;
}

/* Threads enter the list without the GIL (PyGILState_Ensure), but leave it with the GIL only: a
   holder may step through it. */
PyThreadState *
PyInterpreterState_ThreadHead(PyInterpreterState *interp)
{
    HEAD_LOCK();
    PyThreadState *head = (PyThreadState *)interp->threads.head;
    HEAD_UNLOCK();
    return head;
}

PyThreadState *
PyThreadState_Next(PyThreadState *tstate)
{
    HEAD_LOCK();
    PyThreadState *next = tstate->next;
    HEAD_UNLOCK();
    return next;
}

int64_t
PyInterpreterState_GetID(PyInterpreterState *interp)
{
    if (interp == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "no interpreter provided");
        return -1;
    }
    return interp->id;
}

/* A dict for extensions' per-interpreter data; NULL without an exception if it cannot be made. */
PyObject *
PyInterpreterState_GetDict(PyInterpreterState *interp)
{
    if (interp->dict == NULL) {
        interp->dict = PyDict_New();
        if (interp->dict == NULL) {
            PyErr_Clear();
        }
    }
    return interp->dict;
}

PyObject *
_PyInterpreterState_GetMainModule(PyInterpreterState *interp)
{
    PyObject *modules = interp->import.modules;
    if (modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "interpreter not initialized");
        return NULL;
    }
    return PyMapping_GetItemString(modules, "__main__");
}

_PyFrameEvalFunction
_PyInterpreterState_GetEvalFrameFunc(PyInterpreterState *interp)
{
    return interp->eval_frame != NULL ? interp->eval_frame : _PyEval_EvalFrameDefault;
}

void
_PyInterpreterState_SetEvalFrameFunc(PyInterpreterState *interp, _PyFrameEvalFunction eval_frame)
{
    interp->eval_frame = eval_frame == _PyEval_EvalFrameDefault ? NULL : eval_frame;
}

const PyConfig *
_PyInterpreterState_GetConfig(PyInterpreterState *interp)
{
    return &interp->config;
}

const PyConfig *
_Py_GetConfig(void)
{
    return &interp_get()->config;
}

/* ---- interpreter ids ---------------------------------------------------------------------- */

PyInterpreterState *
_PyInterpreterState_LookUpID(int64_t id)
{
    struct _is *interp = NULL;
    if (id >= 0) {
        HEAD_LOCK();
        for (interp = _PyRuntime.interpreters.head; interp != NULL; interp = interp->next) {
            if (interp->id == id) {
                break;
            }
        }
        HEAD_UNLOCK();
    }
    if (interp == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_RuntimeError, "unrecognized interpreter ID %lld", (long long)id);
    }
    return interp;
}

int
_PyInterpreterState_IDInitref(PyInterpreterState *interp)
{
    if (interp->id_refcount < 0) {
        interp->id_refcount = 0;
    }
    return 0;
}

int
_PyInterpreterState_IDIncref(PyInterpreterState *interp)
{
    _PyInterpreterState_IDInitref(interp);
    pthread_mutex_lock(&interp->id_lock);
    interp->id_refcount++;
    pthread_mutex_unlock(&interp->id_lock);
    return 0;
}

/* The last id object of an interpreter that requires one ends the interpreter. */
void
_PyInterpreterState_IDDecref(PyInterpreterState *interp)
{
    pthread_mutex_lock(&interp->id_lock);
    int64_t left = --interp->id_refcount;
    pthread_mutex_unlock(&interp->id_lock);
    if (left == 0 && interp->requires_idref) {
        PyThreadState *tstate = (PyThreadState *)interp->threads.head;
        PyThreadState *before = PyThreadState_Swap(tstate);
        Py_EndInterpreter(tstate);
        PyThreadState_Swap(before);
    }
}

int
_PyInterpreterState_RequiresIDRef(PyInterpreterState *interp)
{
    return interp->requires_idref;
}

void
_PyInterpreterState_RequireIDRef(PyInterpreterState *interp, int required)
{
    interp->requires_idref = required ? 1 : 0;
}

/* ---- threads ------------------------------------------------------------------------------ */

PyThreadState *
tstate_new(struct _is *interp)
{
    struct Thread *t = PyMem_RawCalloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    PyThreadState *ts = &t->ts;
    ts->interp = interp;
    ts->recursion_limit = interp->recursion_limit;
    ts->recursion_remaining = interp->recursion_limit;
    ts->thread_id = PyThread_get_thread_ident();
    ts->native_thread_id = PyThread_get_thread_native_id();
    ts->exc_info = &ts->exc_state;
    ts->cframe = &ts->root_cframe;
    ts->context_ver = 1;
    ts->tracing_what = 0;
    HEAD_LOCK();
    ts->id = ++interp->threads.next_id;
    ts->next = (PyThreadState *)interp->threads.head;
    if (ts->next != NULL) {
        ts->next->prev = ts;
    }
    interp->threads.head = t;
    HEAD_UNLOCK();
    ts->_initialized = 1;
    return ts;
}

/* Drop every object the thread holds; the GIL is held, the thread need not be the current one. */
void
PyThreadState_Clear(PyThreadState *tstate)
{
    int verbose = tstate->interp->config.verbose;
    if (verbose && tstate->cframe->current_frame != NULL) {
        fprintf(stderr, "PyThreadState_Clear: warning: thread still has a frame\n");
    }
    Py_CLEAR(tstate->dict);
    Py_CLEAR(tstate->async_exc);
    Py_CLEAR(tstate->curexc_type);
    Py_CLEAR(tstate->curexc_value);
    Py_CLEAR(tstate->curexc_traceback);
    Py_CLEAR(tstate->exc_state.exc_value);
    Py_CLEAR(thread_of(tstate)->repr_guard);
    if (verbose && tstate->exc_info != &tstate->exc_state) {
        fprintf(stderr, "PyThreadState_Clear: warning: thread still has a generator\n");
    }
    tstate->c_profilefunc = NULL;
    tstate->c_tracefunc = NULL;
    Py_CLEAR(tstate->c_profileobj);
    Py_CLEAR(tstate->c_traceobj);
    Py_CLEAR(tstate->async_gen_firstiter);
    Py_CLEAR(tstate->async_gen_finalizer);
    Py_CLEAR(tstate->context);
    if (tstate->on_delete != NULL) {
        tstate->on_delete(tstate->on_delete_data);
    }
}

static void
tstate_unlink(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    HEAD_LOCK();
    if (tstate->prev != NULL) {
        tstate->prev->next = tstate->next;
    }
    else {
        interp->threads.head = thread_of(tstate->next);
    }
    if (tstate->next != NULL) {
        tstate->next->prev = tstate->prev;
    }
    HEAD_UNLOCK();
}

static void
tstate_free(PyThreadState *tstate)
{
    _PyStackChunk *chunk = tstate->datastack_chunk;
    while (chunk != NULL) {
        _PyStackChunk *previous = chunk->previous;
        virtual_free(chunk, chunk->size);
        chunk = previous;
    }
    PyMem_RawFree(tstate);
}

/* Unlink from the interpreter and this OS thread's slot, and free. */
void
tstate_destroy(PyThreadState *tstate)
{
    tstate_unlink(tstate);
    gilstate_forget(tstate);
    tstate_free(tstate);
}

void
PyThreadState_Delete(PyThreadState *tstate)
{
    if (tstate == tstate_get()) {
        _Py_FatalErrorFormat(__func__, "tstate %p is still current", (void *)tstate);
    }
    tstate_destroy(tstate);
}

/* Daemon threads may still run at shutdown, without the GIL, and end when they ask for it (gil_take).
   Until then they look at their struct and at the interpreter's: neither is freed. */
static void
tstate_abandon(PyThreadState *tstate)
{
    tstate->prev = tstate->next = NULL;
    tstate->interp->finalizing = THREADS_ABANDONED;
    __atomic_store_n(&tstate->_initialized, 0, __ATOMIC_RELEASE);
}

void
tstate_delete_others(PyThreadState *keep)
{
    struct _is *interp = keep->interp;
    HEAD_LOCK();
    PyThreadState *list = (PyThreadState *)interp->threads.head;
    if (list == keep) {
        list = keep->next;
    }
    if (keep->prev != NULL) {
        keep->prev->next = keep->next;
    }
    if (keep->next != NULL) {
        keep->next->prev = keep->prev;
    }
    keep->prev = keep->next = NULL;
    interp->threads.head = thread_of(keep);
    HEAD_UNLOCK();
    while (list != NULL) {
        PyThreadState *next = list->next;
        PyThreadState_Clear(list);
        if (interp->finalizing) {
            tstate_abandon(list);
        }
        else {
            tstate_free(list);
        }
        list = next;
    }
}

void
_PyThreadState_DeleteExcept(PyThreadState *keep)
{
    tstate_delete_others(keep);
}

PyThreadState *
PyThreadState_Get(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        _Py_FatalError_TstateNULL(__func__);
    }
    return tstate;
}

PyThreadState *
_PyThreadState_UncheckedGet(void)
{
    return tstate_get();
}

PyInterpreterState *
PyThreadState_GetInterpreter(PyThreadState *tstate)
{
    return tstate->interp;
}

uint64_t
PyThreadState_GetID(PyThreadState *tstate)
{
    return tstate->id;
}

PyObject *
_PyThreadState_GetDict(PyThreadState *tstate)
{
    if (tstate->dict == NULL) {
        tstate->dict = PyDict_New();
        if (tstate->dict == NULL) {
            PyErr_Clear();
        }
    }
    return tstate->dict;
}

/* A dict for extensions' per-thread data, borrowed; NULL without an exception if there is none. */
PyObject *
PyThreadState_GetDict(void)
{
    PyThreadState *tstate = tstate_get();
    return tstate == NULL ? NULL : _PyThreadState_GetDict(tstate);
}

/* Raise `exc` (NULL: nothing any more) in the thread with that ident at its next instruction.
   The number of threads found: 0 or 1. */
int
PyThreadState_SetAsyncExc(unsigned long id, PyObject *exc)
{
    struct _is *interp = interp_get();
    HEAD_LOCK();
    for (struct Thread *t = interp->threads.head; t != NULL; t = thread_of(t->ts.next)) {
        if (t->ts.thread_id == id) {
            PyObject *old = t->ts.async_exc;
            t->ts.async_exc = Py_XNewRef(exc);
            HEAD_UNLOCK();
            Py_XDECREF(old);
            _PyEval_SignalAsyncExc(interp);
            return 1;
        }
    }
    HEAD_UNLOCK();
    return 0;
}

static PyObject *
threads_map(const char *event, PyObject *(*value)(PyThreadState *))
{
    if (PySys_Audit(event, NULL) < 0) {
        return NULL;
    }
    PyObject *result = PyDict_New();
    if (result == NULL) {
        return NULL;
    }
    /* No Python code may run under the lock: a finaliser could ask for it again.  So the GIL
       suffices against changes of frames, and the lock guards the lists. */
    int collecting = PyGC_Disable();
    HEAD_LOCK();
    for (struct _is *i = _PyRuntime.interpreters.head; i != NULL; i = i->next) {
        for (struct Thread *t = i->threads.head; t != NULL; t = thread_of(t->ts.next)) {
            PyObject *item = value(&t->ts);
            if (item == NULL) {
                if (PyErr_Occurred()) {
                    goto fail;
                }
                continue;
            }
            PyObject *id = PyLong_FromUnsignedLong(t->ts.thread_id);
            int failed = id == NULL || PyDict_SetItem(result, id, item) < 0;
            Py_XDECREF(id);
            Py_DECREF(item);
            if (failed) {
                goto fail;
            }
        }
    }
    HEAD_UNLOCK();
    goto done;
fail:
    HEAD_UNLOCK();
    Py_CLEAR(result);
done:
    if (collecting) {
        PyGC_Enable();
    }
    return result;
}

static PyObject *
thread_frame(PyThreadState *tstate)
{
    return (PyObject *)PyThreadState_GetFrame(tstate);
}

static PyObject *
thread_exception(PyThreadState *tstate)
{
    _PyErr_StackItem *item = _PyErr_GetTopmostException(tstate);
    PyObject *value = item->exc_value;
    if (value == NULL || value == Py_None) {
        return PyTuple_Pack(3, Py_None, Py_None, Py_None);
    }
    PyObject *traceback = PyException_GetTraceback(value);
    PyObject *result = PyTuple_Pack(3, (PyObject *)Py_TYPE(value), value,
                                    traceback != NULL ? traceback : Py_None);
    Py_XDECREF(traceback);
    return result;
}

/* sys._current_frames() */
PyObject *
_PyThread_CurrentFrames(void)
{
    return threads_map("sys._current_frames", thread_frame);
}

/* sys._current_exceptions() */
PyObject *
_PyThread_CurrentExceptions(void)
{
    return threads_map("sys._current_exceptions", thread_exception);
}
