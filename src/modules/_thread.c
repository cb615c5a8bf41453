/* The module _thread: starting threads, locks, thread-local data. */
#include "object/declare.h"
#include "object/state.h"
#include "base/clock.h"
#include "base/thread.h"
#include <math.h>
#include <structseq.h>

extern PyThreadState *_PyThreadState_Prealloc(PyInterpreterState *interp);
extern void _PyThreadState_SetCurrent(PyThreadState *tstate);
extern void _PyThreadState_DeleteCurrent(PyThreadState *tstate);

struct ThreadModule {
    PyTypeObject *lock_type, *rlock_type, *local_type, *dummy_type, *hook_args_type;
};

static PyModuleDef _thread_def;

static struct ThreadModule *
module_state(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- waiting ------------------------------------------------------------------------------ */

/* Wait for a lock without holding the GIL.  A signal whose handler raises ends the wait with
   PY_LOCK_INTR and the exception set.  `timeout` in nanoseconds: negative is for ever. */
static PyLockStatus
wait_for(PyThread_type_lock lock, _PyTime_t timeout)
{
    _PyTime_t deadline = timeout > 0 ? _PyDeadline_Init(timeout) : 0;
    for (;;) {
        PyLockStatus result = PyThread_acquire_lock_timed(lock, 0, 0);
        if (result == PY_LOCK_FAILURE && timeout != 0) {
            _PyTime_t us = timeout < 0 ? -1 : _PyTime_AsMicroseconds(timeout, _PyTime_ROUND_CEILING);
            Py_BEGIN_ALLOW_THREADS
            result = PyThread_acquire_lock_timed(lock, us, 1);
            Py_END_ALLOW_THREADS
        }
        if (result != PY_LOCK_INTR) {
            return result;
        }
        if (Py_MakePendingCalls() < 0) {
            return PY_LOCK_INTR;
        }
        if (timeout > 0) {
            timeout = _PyDeadline_Get(deadline);
            if (timeout < 0) {
                return PY_LOCK_FAILURE;
            }
        }
    }
}

static status
parse_timeout(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, _PyTime_t *timeout)
{
    static const char *const keywords[] = {"blocking", "timeout", NULL};
    static _PyArg_Parser parser = {.format = "|pO:acquire", .keywords = keywords};
    int blocking = 1;
    PyObject *given = NULL;
    const _PyTime_t unset = _PyTime_FromSeconds(-1);
    *timeout = unset;
    if (nargs == 0 && kwnames == NULL) {
        return 0;
    }
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &blocking, &given)) {
        return -1;
    }
    if (given != NULL && _PyTime_FromSecondsObject(timeout, given, _PyTime_ROUND_TIMEOUT) < 0) {
        return -1;
    }
    if (!blocking && *timeout != unset) {
        PyErr_SetString(PyExc_ValueError, "can't specify a timeout for a non-blocking call");
        return -1;
    }
    if (*timeout < 0 && *timeout != unset) {
        PyErr_SetString(PyExc_ValueError, "timeout value must be positive");
        return -1;
    }
    if (!blocking) {
        *timeout = 0;
    }
    else if (*timeout != unset &&
             _PyTime_AsMicroseconds(*timeout, _PyTime_ROUND_TIMEOUT) > PY_TIMEOUT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return -1;
    }
    return 0;
}

/* ---- lock --------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyThread_type_lock lock;
    PyObject *weakrefs;
    char locked;                /* in use; kept beside the lock, which cannot be asked */
} Lock;

static int
lock_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
lock_tp_dealloc(Lock *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    if (self->lock != NULL) {
        if (self->locked) {
            PyThread_release_lock(self->lock);
        }
        PyThread_free_lock(self->lock);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

METHOD(lock, acquire, NULL,
       "acquire(blocking=True, timeout=-1) -> bool\n\n"
       "Wait until the lock is free and take it; False if that did not happen in time.")
METHOD(lock, acquire_lock, NULL,
       "acquire(blocking=True, timeout=-1) -> bool\n\nAn old name of acquire().")
METHOD(lock, __enter__, NULL, "Take the lock.")
static PyObject *
lock_acquire(Lock *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    _PyTime_t timeout;
    if (parse_timeout(args, nargs, kwnames, &timeout) < 0) {
        return NULL;
    }
    PyLockStatus result = wait_for(self->lock, timeout);
    if (result == PY_LOCK_INTR) {
        return NULL;
    }
    if (result == PY_LOCK_ACQUIRED) {
        self->locked = 1;
    }
    return PyBool_FromLong(result == PY_LOCK_ACQUIRED);
}

static PyObject *
lock_free(Lock *self)
{
    if (!self->locked) {
        PyErr_SetString(PyExc_RuntimeError, "release unlocked lock");
        return NULL;
    }
    self->locked = 0;
    PyThread_release_lock(self->lock);
    Py_RETURN_NONE;
}

METHOD(lock, release, "!($self, /)",
       "release()\n\nFree the lock, which any thread may do; RuntimeError if it is free.")
METHOD(lock, release_lock, "!($self, /)", "release()\n\nAn old name of release().")
static PyObject *
lock_release(Lock *self)
{
    return lock_free(self);
}

METHOD(lock, __exit__, "~", "Release the lock.")
static PyObject *
lock___exit__(Lock *self, PyObject *const *args, Py_ssize_t nargs)
{
    return lock_free(self);
}

METHOD(lock, locked, "!($self, /)", "locked() -> bool\n\nWhether the lock is taken.")
METHOD(lock, locked_lock, "!($self, /)", "locked() -> bool\n\nAn old name of locked().")
static PyObject *
lock_locked(Lock *self)
{
    return PyBool_FromLong(self->locked);
}

METHOD(lock, _at_fork_reinit, "!($self, /)", "Make the lock free and new, in a forked child.")
static PyObject *
lock__at_fork_reinit(Lock *self)
{
    if (_PyThread_at_fork_reinit(&self->lock) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "failed to reinitialize lock at fork");
        return NULL;
    }
    self->locked = 0;
    Py_RETURN_NONE;
}

static PyObject *
lock_tp_repr(Lock *self)
{
    return PyUnicode_FromFormat("<%s %s object at %p>", self->locked ? "locked" : "unlocked",
                                Py_TYPE(self)->tp_name, self);
}

static PyMemberDef lock_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Lock, weakrefs), READONLY, NULL}, {NULL}};

HEAPTYPE(lock, "_thread.lock", Lock, NULL,
         "A lock: at most one thread at a time has it.  Made by allocate_lock().",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_members, lock_members})

static Lock *
lock_new(struct ThreadModule *state)
{
    PyTypeObject *type = state->lock_type;
    Lock *self = (Lock *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->lock = PyThread_allocate_lock();
    self->locked = 0;
    self->weakrefs = NULL;
    if (self->lock == NULL) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_RuntimeError, "can't allocate lock");
        return NULL;
    }
    return self;
}

/* ---- RLock -------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyThread_type_lock lock;
    unsigned long owner;
    unsigned long count;        /* acquisitions by the owner; 0: free */
    PyObject *weakrefs;
} RLock;

static int
rlock_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
rlock_tp_dealloc(RLock *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    if (self->lock != NULL) {
        if (self->count > 0) {
            PyThread_release_lock(self->lock);
        }
        PyThread_free_lock(self->lock);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
rlock_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    RLock *self = (RLock *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_RuntimeError, "can't allocate lock");
        return NULL;
    }
    return (PyObject *)self;
}

static bool
rlock_is_mine(RLock *self)
{
    return self->count > 0 && self->owner == PyThread_get_thread_ident();
}

METHOD(rlock, acquire, NULL,
       "acquire(blocking=True, timeout=-1) -> bool\n\n"
       "Take the lock, once more if this thread has it; False if that did not happen in time.")
METHOD(rlock, __enter__, NULL, "Take the lock.")
static PyObject *
rlock_acquire(RLock *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    _PyTime_t timeout;
    if (parse_timeout(args, nargs, kwnames, &timeout) < 0) {
        return NULL;
    }
    if (rlock_is_mine(self)) {
        if (self->count + 1 <= self->count) {
            PyErr_SetString(PyExc_OverflowError, "Internal lock count overflowed");
            return NULL;
        }
        self->count++;
        Py_RETURN_TRUE;
    }
    PyLockStatus result = wait_for(self->lock, timeout);
    if (result == PY_LOCK_INTR) {
        return NULL;
    }
    if (result == PY_LOCK_ACQUIRED) {
        self->owner = PyThread_get_thread_ident();
        self->count = 1;
    }
    return PyBool_FromLong(result == PY_LOCK_ACQUIRED);
}

static PyObject *
rlock_give(RLock *self)
{
    if (!rlock_is_mine(self)) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    if (--self->count == 0) {
        self->owner = 0;
        PyThread_release_lock(self->lock);
    }
    Py_RETURN_NONE;
}

METHOD(rlock, release, "!($self, /)",
       "release()\n\nUndo one acquire(); RuntimeError if this thread does not have the lock.")
static PyObject *
rlock_release(RLock *self)
{
    return rlock_give(self);
}

METHOD(rlock, _is_owned, "!($self, /)", "_is_owned() -> bool\n\nFor threading.Condition.")
static PyObject *
rlock__is_owned(RLock *self)
{
    return PyBool_FromLong(rlock_is_mine(self));
}

METHOD(rlock, _acquire_restore, NULL, "_acquire_restore(state) -> None\n\nFor threading.Condition.")
static PyObject *
rlock__acquire_restore(RLock *self, PyObject *args)
{
    unsigned long count, owner;
    int got = 1;
    if (!PyArg_ParseTuple(args, "(kk):_acquire_restore", &count, &owner)) {
        return NULL;
    }
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        got = PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    if (!got) {
        PyErr_SetString(PyExc_RuntimeError, "couldn't acquire lock");
        return NULL;
    }
    self->owner = owner;
    self->count = count;
    Py_RETURN_NONE;
}

METHOD(rlock, _release_save, "!($self, /)", "_release_save() -> tuple\n\nFor threading.Condition.")
static PyObject *
rlock__release_save(RLock *self)
{
    if (self->count == 0) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    unsigned long owner = self->owner, count = self->count;
    self->count = 0;
    self->owner = 0;
    PyThread_release_lock(self->lock);
    return Py_BuildValue("kk", count, owner);
}

METHOD(rlock, __exit__, "~", "Release the lock.")
static PyObject *
rlock___exit__(RLock *self, PyObject *const *args, Py_ssize_t nargs)
{
    return rlock_give(self);
}

METHOD(rlock, _at_fork_reinit, "!($self, /)", "Make the lock free and new, in a forked child.")
static PyObject *
rlock__at_fork_reinit(RLock *self)
{
    if (_PyThread_at_fork_reinit(&self->lock) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "failed to reinitialize lock at fork");
        return NULL;
    }
    self->owner = 0;
    self->count = 0;
    Py_RETURN_NONE;
}

static PyObject *
rlock_tp_repr(RLock *self)
{
    return PyUnicode_FromFormat("<%s %s object owner=%ld count=%lu at %p>",
                                self->count ? "locked" : "unlocked", Py_TYPE(self)->tp_name,
                                self->owner, self->count, self);
}

static PyMemberDef rlock_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(RLock, weakrefs), READONLY, NULL}, {NULL}};

HEAPTYPE(rlock, "_thread.RLock", RLock, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_members, rlock_members})

/* ---- _local ------------------------------------------------------------------------------- */

/* A local owns one dict per thread, in `dicts`, by a weak reference to a dummy that the thread owns
   in its state dict.  The thread's end kills the dummy and so the entry; the local's end takes the
   dummies out of the threads.  Only the local owns the dicts, so that a cycle through one of them
   can be collected. */
typedef struct {
    PyObject_HEAD
    PyObject *key;              /* str, unique: where threads keep the dummy */
    PyObject *args, *kwargs;    /* for __init__ in each thread */
    PyObject *weakrefs;
    PyObject *dicts;
    PyObject *on_thread_end;    /* callback of the weak references */
} Local;

typedef struct {
    PyObject_HEAD
    PyObject *dict;             /* borrowed from the local; NULL once that is gone */
    PyObject *weakrefs;
} Dummy;

static void
dummy_tp_dealloc(Dummy *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef dummy_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Dummy, weakrefs), READONLY, NULL}, {NULL}};

HEAPTYPE(dummy, "_thread._localdummy", Dummy, NULL, "What a thread holds of a local.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_members, dummy_members})

static struct ThreadModule *
state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &_thread_def);
    return module == NULL ? NULL : module_state(module);
}

/* Make the dict of this thread; borrowed from the local. */
static PyObject *
local_enter_thread(Local *self, struct ThreadModule *state)
{
    PyObject *thread = PyThreadState_GetDict(), *weak = NULL, *dict = NULL, *result = NULL;
    Dummy *dummy = NULL;
    if (thread == NULL) {
        PyErr_SetString(PyExc_SystemError, "Couldn't get thread-state dictionary");
        return NULL;
    }
    dict = PyDict_New();
    dummy = dict == NULL ? NULL : (Dummy *)state->dummy_type->tp_alloc(state->dummy_type, 0);
    if (dummy == NULL) {
        goto done;
    }
    dummy->dict = dict;
    weak = PyWeakref_NewRef((PyObject *)dummy, self->on_thread_end);
    if (weak == NULL || PyDict_SetItem(self->dicts, weak, dict) < 0 ||
        PyDict_SetItem(thread, self->key, (PyObject *)dummy) < 0) {
        goto done;
    }
    result = dict;
done:
    Py_XDECREF(dict);
    Py_XDECREF(dummy);
    Py_XDECREF(weak);
    return result;
}

/* A thread has ended: forget its dict. */
static PyObject *
thread_ended(PyObject *weak_local, PyObject *weak_dummy)
{
    PyObject *local = PyWeakref_GET_OBJECT(weak_local);
    if (local == Py_None) {
        Py_RETURN_NONE;
    }
    Local *self = (Local *)Py_NewRef(local);
    if (self->dicts != NULL) {
        PyObject *dict = PyDict_GetItemWithError(self->dicts, weak_dummy);
        if (dict != NULL && PyDict_DelItem(self->dicts, weak_dummy) < 0) {
            dict = NULL;
        }
        if (dict == NULL && PyErr_Occurred()) {
            PyErr_WriteUnraisable(local);
        }
    }
    Py_DECREF(self);
    Py_RETURN_NONE;
}

static PyMethodDef thread_ended_def = {"_localdummy_destroyed", thread_ended, METH_O, NULL};

static PyObject *
local_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (type->tp_init == PyBaseObject_Type.tp_init) {
        int given = args == NULL ? 0 : PyObject_IsTrue(args);
        if (given == 0 && kwargs != NULL) {
            given = PyObject_IsTrue(kwargs);
        }
        if (given != 0) {
            if (given > 0) {
                PyErr_SetString(PyExc_TypeError, "Initialization arguments are not supported");
            }
            return NULL;
        }
    }
    struct ThreadModule *state = state_of_type(type);
    Local *self = state == NULL ? NULL : (Local *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->args = Py_XNewRef(args);
    self->kwargs = Py_XNewRef(kwargs);
    self->key = PyUnicode_FromFormat("thread.local.%p", self);
    self->dicts = PyDict_New();
    PyObject *weak = PyWeakref_NewRef((PyObject *)self, NULL);
    if (weak != NULL) {
        self->on_thread_end = PyCFunction_NewEx(&thread_ended_def, weak, NULL);
        Py_DECREF(weak);
    }
    if (self->key == NULL || self->dicts == NULL || self->on_thread_end == NULL ||
        local_enter_thread(self, state) == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static int
local_tp_traverse(Local *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->args);
    Py_VISIT(self->kwargs);
    Py_VISIT(self->dicts);
    return 0;
}

static int
local_tp_clear(Local *self)
{
    Py_CLEAR(self->args);
    Py_CLEAR(self->kwargs);
    Py_CLEAR(self->dicts);
    Py_CLEAR(self->on_thread_end);
    if (self->key == NULL) {
        return 0;
    }
    /* No dummy may outlive the local: its dict is gone. */
    PyThreadState *current = tstate_get();
    for (PyThreadState *t = PyInterpreterState_ThreadHead(current->interp); t != NULL;
         t = PyThreadState_Next(t)) {
        if (t->dict != NULL && PyDict_GetItemWithError(t->dict, self->key) != NULL &&
            PyDict_DelItem(t->dict, self->key) < 0) {
            PyErr_Clear();
        }
    }
    return 0;
}

static void
local_tp_dealloc(Local *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    local_tp_clear(self);
    Py_XDECREF(self->key);
    type->tp_free(self);
    Py_DECREF(type);
}

/* This thread's dict, new reference; made, and __init__ run, at the thread's first use. */
static PyObject *
local_dict(Local *self)
{
    PyObject *thread = PyThreadState_GetDict();
    if (thread == NULL) {
        PyErr_SetString(PyExc_SystemError, "Couldn't get thread-state dictionary");
        return NULL;
    }
    PyObject *dummy = PyDict_GetItemWithError(thread, self->key);
    if (dummy != NULL) {
        return Py_NewRef(((Dummy *)dummy)->dict);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    struct ThreadModule *state = state_of_type(Py_TYPE(self));
    PyObject *dict = state == NULL ? NULL : local_enter_thread(self, state);
    if (dict == NULL) {
        return NULL;
    }
    Py_INCREF(dict);
    if (Py_TYPE(self)->tp_init != PyBaseObject_Type.tp_init &&
        Py_TYPE(self)->tp_init((PyObject *)self, self->args, self->kwargs) < 0) {
        PyDict_DelItem(thread, self->key);
        Py_DECREF(dict);
        return NULL;
    }
    return dict;
}

static PyObject *
local_tp_getattro(Local *self, PyObject *name)
{
    PyObject *dict = local_dict(self);
    if (dict == NULL) {
        return NULL;
    }
    PyObject *value;
    if (_PyUnicode_EqualToASCIIString(name, "__dict__")) {
        return dict;
    }
    value = _PyObject_GenericGetAttrWithDict((PyObject *)self, name, dict, 0);
    Py_DECREF(dict);
    return value;
}

static int
local_tp_setattro(Local *self, PyObject *name, PyObject *value)
{
    PyObject *dict = local_dict(self);
    if (dict == NULL) {
        return -1;
    }
    int result = -1;
    if (_PyUnicode_EqualToASCIIString(name, "__dict__")) {
        PyErr_Format(PyExc_AttributeError, "'%.50s' object attribute '%U' is read-only",
                     Py_TYPE(self)->tp_name, name);
    }
    else {
        result = _PyObject_GenericSetAttrWithDict((PyObject *)self, name, value, dict);
    }
    Py_DECREF(dict);
    return result;
}

static PyMemberDef local_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Local, weakrefs), READONLY, NULL}, {NULL}};

HEAPTYPE(local, "_thread._local", Local, NULL, "Data that each thread has of its own.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_members, local_members})

/* ---- starting ----------------------------------------------------------------------------- */

struct Boot {
    PyThreadState *tstate;
    PyObject *func, *args, *kwargs;
};

static void
boot_free(struct Boot *boot)
{
    Py_DECREF(boot->func);
    Py_DECREF(boot->args);
    Py_XDECREF(boot->kwargs);
    PyMem_RawFree(boot);
}

static void
thread_main(void *raw)
{
    struct Boot *boot = raw;
    PyThreadState *tstate = boot->tstate;
    tstate->thread_id = PyThread_get_thread_ident();
    tstate->native_thread_id = PyThread_get_thread_native_id();
    _PyThreadState_SetCurrent(tstate);
    PyEval_AcquireThread(tstate);
    tstate->interp->threads.count++;
    PyObject *result = PyObject_Call(boot->func, boot->args, boot->kwargs);
    if (result == NULL) {
        if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
            PyErr_Clear();
        }
        else {
            _PyErr_WriteUnraisableMsg("in thread started by", boot->func);
        }
    }
    Py_XDECREF(result);
    boot_free(boot);
    tstate->interp->threads.count--;
    PyThreadState_Clear(tstate);
    _PyThreadState_DeleteCurrent(tstate);
}

static PyObject *
start(PyObject *args)
{
    PyObject *func, *fargs, *kwargs = NULL;
    struct _is *interp = interp_get();
    if (!PyArg_UnpackTuple(args, "start_new_thread", 2, 3, &func, &fargs, &kwargs)) {
        return NULL;
    }
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "first arg must be callable");
        return NULL;
    }
    if (!PyTuple_Check(fargs)) {
        PyErr_SetString(PyExc_TypeError, "2nd arg must be a tuple");
        return NULL;
    }
    if (kwargs != NULL && !PyDict_Check(kwargs)) {
        PyErr_SetString(PyExc_TypeError, "optional 3rd arg must be a dictionary");
        return NULL;
    }
    if (PySys_Audit("_thread.start_new_thread", "OOO", func, fargs, kwargs ? kwargs : Py_None) < 0) {
        return NULL;
    }
    if (interp->config._isolated_interpreter) {
        PyErr_SetString(PyExc_RuntimeError, "thread is not supported for isolated subinterpreters");
        return NULL;
    }
    struct Boot *boot = PyMem_RawMalloc(sizeof *boot);
    if (boot == NULL) {
        return PyErr_NoMemory();
    }
    boot->tstate = _PyThreadState_Prealloc(interp);
    if (boot->tstate == NULL) {
        PyMem_RawFree(boot);
        return PyErr_NoMemory();
    }
    boot->func = Py_NewRef(func);
    boot->args = Py_NewRef(fargs);
    boot->kwargs = Py_XNewRef(kwargs);
    unsigned long ident = thread_start(thread_main, boot, interp->threads.stacksize);
    if (ident == PYTHREAD_INVALID_THREAD_ID) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        PyThreadState_Clear(boot->tstate);
        PyThreadState_Delete(boot->tstate);
        boot_free(boot);
        return NULL;
    }
    return PyLong_FromUnsignedLong(ident);
}

FUNCTION(_thread, start_new_thread, NULL,
         "start_new_thread(function, args[, kwargs])\n\n"
         "Call function(*args, **kwargs) in a new thread; the thread's identifier.")
static PyObject *
_thread_start_new_thread(PyObject *module, PyObject *args)
{
    return start(args);
}

FUNCTION(_thread, start_new, NULL, "start_new(function, args[, kwargs])\n\nstart_new_thread()")
static PyObject *
_thread_start_new(PyObject *module, PyObject *args)
{
    return start(args);
}

FUNCTION(_thread, allocate_lock, "!($module, /)", "allocate_lock() -> lock object\n\nA new lock, free.")
static PyObject *
_thread_allocate_lock(PyObject *module)
{
    return (PyObject *)lock_new(module_state(module));
}

FUNCTION(_thread, allocate, "!($module, /)", "allocate() -> lock object\n\nAn old name of allocate_lock().")
static PyObject *
_thread_allocate(PyObject *module)
{
    return (PyObject *)lock_new(module_state(module));
}

static PyObject *
exit_thread(void)
{
    PyErr_SetNone(PyExc_SystemExit);
    return NULL;
}

FUNCTION(_thread, exit_thread, "!($module, /)", "exit_thread()\n\nAn old name of exit().")
static PyObject *
_thread_exit_thread(PyObject *module)
{
    return exit_thread();
}

FUNCTION(_thread, exit, "!($module, /)", "exit()\n\nRaise SystemExit: end this thread, silently.")
static PyObject *
_thread_exit(PyObject *module)
{
    return exit_thread();
}

FUNCTION(_thread, interrupt_main, NULL,
         "interrupt_main(signum=signal.SIGINT, /)\n\n"
         "Have the main thread handle a signal as if it had arrived.")
static PyObject *
_thread_interrupt_main(PyObject *module, PyObject *args)
{
    int signum = SIGINT;
    if (!PyArg_ParseTuple(args, "|i:signum", &signum)) {
        return NULL;
    }
    if (PyErr_SetInterruptEx(signum) < 0) {
        PyErr_SetString(PyExc_ValueError, "signal number out of range");
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_thread, get_ident, "!($module, /)",
         "get_ident() -> integer\n\nThis thread's identifier; may be used again after its end.")
static PyObject *
_thread_get_ident(PyObject *module)
{
    return PyLong_FromUnsignedLong(PyThread_get_thread_ident());
}

FUNCTION(_thread, get_native_id, "!($module, /)",
         "get_native_id() -> integer\n\nThe identifier the system gave this thread.")
static PyObject *
_thread_get_native_id(PyObject *module)
{
    return PyLong_FromUnsignedLong(PyThread_get_thread_native_id());
}

FUNCTION(_thread, _count, "!($module, /)",
         "_count() -> integer\n\nNumber of running threads that start_new_thread() started.")
static PyObject *
_thread__count(PyObject *module)
{
    return PyLong_FromLong(interp_get()->threads.count);
}

FUNCTION(_thread, stack_size, NULL,
         "stack_size([size]) -> size\n\n"
         "The stack size of threads before the call; size sets that of new ones, 0 the default.")
static PyObject *
_thread_stack_size(PyObject *module, PyObject *args)
{
    Py_ssize_t size = 0;
    struct _is *interp = interp_get();
    if (!PyArg_ParseTuple(args, "|n:stack_size", &size)) {
        return NULL;
    }
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must be 0 or a positive value");
        return NULL;
    }
    size_t before = interp->threads.stacksize;
    if (PyTuple_GET_SIZE(args) > 0) {
        if (size != 0 && thread_check_stacksize((size_t)size) < 0) {
            PyErr_Format(PyExc_ValueError, "size not valid: %zd bytes", size);
            return NULL;
        }
        interp->threads.stacksize = (size_t)size;
    }
    return PyLong_FromSize_t(before);
}

size_t
PyThread_get_stacksize(void)
{
    return interp_get()->threads.stacksize;
}

int
PyThread_set_stacksize(size_t size)
{
    if (size != 0 && thread_check_stacksize(size) < 0) {
        return -1;
    }
    interp_get()->threads.stacksize = size;
    return 0;
}

unsigned long
PyThread_start_new_thread(void (*func)(void *), void *arg)
{
    PyThreadState *tstate = tstate_get();
    return thread_start(func, arg, tstate != NULL ? tstate->interp->threads.stacksize : 0);
}

/* ---- the end of a thread ------------------------------------------------------------------ */

/* on_delete of a thread state: release the lock that join() waits for. */
static void
release_sentinel(void *weak_raw)
{
    PyObject *weak = weak_raw, *object = PyWeakref_GET_OBJECT(weak);
    if (object != Py_None) {
        Lock *lock = (Lock *)object;
        if (lock->locked) {
            lock->locked = 0;
            PyThread_release_lock(lock->lock);
        }
    }
    Py_DECREF(weak);
}

FUNCTION(_thread, _set_sentinel, "!($module, /)",
         "_set_sentinel() -> lock\n\nA lock that is released when this thread's state is deleted.")
static PyObject *
_thread__set_sentinel(PyObject *module)
{
    PyThreadState *tstate = tstate_get();
    if (tstate->on_delete_data != NULL) {
        PyObject *weak = tstate->on_delete_data;
        tstate->on_delete = NULL;
        tstate->on_delete_data = NULL;
        Py_DECREF(weak);
    }
    Lock *lock = lock_new(module_state(module));
    if (lock == NULL) {
        return NULL;
    }
    PyObject *weak = PyWeakref_NewRef((PyObject *)lock, NULL);
    if (weak == NULL) {
        Py_DECREF(lock);
        return NULL;
    }
    tstate->on_delete_data = weak;
    tstate->on_delete = release_sentinel;
    return (PyObject *)lock;
}

static PyStructSequence_Field hook_args_fields[] = {
    {"exc_type", "Exception type"},
    {"exc_value", "Exception value"},
    {"exc_traceback", "Exception traceback"},
    {"thread", "Thread"},
    {NULL, NULL},
};

static PyStructSequence_Desc hook_args_desc = {
    "_thread._ExceptHookArgs", "What threading.excepthook is told of an exception.",
    hook_args_fields, 4};

static status
report(PyObject *file, PyObject *type, PyObject *value, PyObject *traceback, PyObject *thread)
{
    extern void _PyErr_Display(PyObject *, PyObject *, PyObject *, PyObject *);
    PyObject *name = NULL;
    if (thread != Py_None && _PyObject_LookupAttr(thread, ID(name), &name) < 0) {
        return -1;
    }
    status result = PyFile_WriteString("Exception in thread ", file);
    if (result == 0 && name != NULL) {
        if (PyFile_WriteObject(name, file, Py_PRINT_RAW) < 0) {
            PyErr_Clear();
            result = PyFile_WriteString("<failed to get thread name>", file);
        }
    }
    else if (result == 0) {
        char text[32];
        snprintf(text, sizeof text, "%lu", PyThread_get_thread_ident());
        result = PyFile_WriteString(text, file);
    }
    Py_XDECREF(name);
    if (result < 0 || PyFile_WriteString(":\n", file) < 0) {
        return -1;
    }
    _PyErr_Display(file, type, value, traceback);
    PyObject *done = PyObject_CallMethodNoArgs(file, ID(flush));
    if (done == NULL) {
        return -1;
    }
    Py_DECREF(done);
    return 0;
}

FUNCTION(_thread, _excepthook, NULL,
         "excepthook(exc_type, exc_value, exc_traceback, thread)\n\n"
         "Report an exception that ended a thread.")
static PyObject *
_thread__excepthook(PyObject *module, PyObject *info)
{
    struct ThreadModule *state = module_state(module);
    if (!Py_IS_TYPE(info, state->hook_args_type)) {
        PyErr_SetString(PyExc_TypeError,
                        "_thread.excepthook argument type must be ExceptHookArgs");
        return NULL;
    }
    PyObject *type = PyStructSequence_GET_ITEM(info, 0), *value = PyStructSequence_GET_ITEM(info, 1);
    PyObject *traceback = PyStructSequence_GET_ITEM(info, 2);
    PyObject *thread = PyStructSequence_GET_ITEM(info, 3);
    if (type == PyExc_SystemExit) {
        Py_RETURN_NONE;
    }
    PyObject *file = Py_XNewRef(PySys_GetObject("stderr"));
    if (file == NULL || file == Py_None) {
        Py_XDECREF(file);
        if (thread == Py_None) {
            Py_RETURN_NONE;
        }
        file = PyObject_GetAttr(thread, ID(_stderr));
        if (file == NULL) {
            return NULL;
        }
        if (file == Py_None) {
            return file;
        }
    }
    status result = report(file, type, value, traceback, thread);
    Py_DECREF(file);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- the module --------------------------------------------------------------------------- */

static PyTypeObject *
make_type(PyObject *module, PyType_Spec *spec)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
}

static PyType_Spec lock_spec, rlock_spec, local_spec, dummy_spec;

static int
_thread_exec(PyObject *module)
{
    struct ThreadModule *state = module_state(module);
    double most = (double)PY_TIMEOUT_MAX * 1e-6, time_most = _PyTime_AsSecondsDouble(_PyTime_MAX);
    state->lock_type = make_type(module, &lock_spec);
    state->rlock_type = make_type(module, &rlock_spec);
    state->local_type = make_type(module, &local_spec);
    state->dummy_type = make_type(module, &dummy_spec);
    state->hook_args_type = PyStructSequence_NewType(&hook_args_desc);
    if (state->lock_type == NULL || state->rlock_type == NULL || state->local_type == NULL ||
        state->dummy_type == NULL || state->hook_args_type == NULL) {
        return -1;
    }
    PyObject *limit = PyFloat_FromDouble(floor(most < time_most ? most : time_most));
    if (limit == NULL || PyModule_AddObjectRef(module, "TIMEOUT_MAX", limit) < 0) {
        Py_XDECREF(limit);
        return -1;
    }
    Py_DECREF(limit);
    return PyModule_AddObjectRef(module, "LockType", (PyObject *)state->lock_type) < 0 ||
                   PyModule_AddType(module, state->rlock_type) < 0 ||
                   PyModule_AddType(module, state->local_type) < 0 ||
                   PyModule_AddType(module, state->hook_args_type) < 0 ||
                   PyModule_AddObjectRef(module, "error", PyExc_RuntimeError) < 0
               ? -1
               : 0;
}

static int
_thread_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct ThreadModule *state = module_state(module);
    Py_VISIT(state->lock_type);
    Py_VISIT(state->rlock_type);
    Py_VISIT(state->local_type);
    Py_VISIT(state->dummy_type);
    Py_VISIT(state->hook_args_type);
    return 0;
}

static int
_thread_clear(PyObject *module)
{
    struct ThreadModule *state = module_state(module);
    Py_CLEAR(state->lock_type);
    Py_CLEAR(state->rlock_type);
    Py_CLEAR(state->local_type);
    Py_CLEAR(state->dummy_type);
    Py_CLEAR(state->hook_args_type);
    return 0;
}

static void
_thread_free(void *module)
{
    _thread_clear(module);
}

static PyModuleDef_Slot _thread_slots[] = {{Py_mod_exec, _thread_exec}, {0, NULL}};
static PyMethodDef _thread_functions[];

static WRITTEN PyModuleDef _thread_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_thread",
    .m_doc = "Threads, locks and thread-local data; the module threading builds upon it.",
    .m_size = sizeof(struct ThreadModule),
    .m_methods = _thread_functions,
    .m_slots = _thread_slots,
    .m_traverse = _thread_traverse,
    .m_clear = _thread_clear,
    .m_free = _thread_free,
};

PyMODINIT_FUNC
PyInit__thread(void)
{
    return PyModuleDef_Init(&_thread_def);
}

#include "gen/modules/_thread.inc"
