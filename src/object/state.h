/* All mutable state of a process: one runtime, its interpreters, their threads.

   Invariants
   - `_PyRuntime` is exported and read by offset from compiled modules: the current thread stands
     at byte 576, the ints -5..256 at byte 680, 32 bytes each.  Everything else is Krait's own.
   - PyThreadState's layout is public (cpython/pystate.h).  What Krait adds per thread stands
     behind it in `struct Thread`; a PyThreadState is always the head of one.
   - PyInterpreterState is opaque to extensions; here it is `struct Interp`.
   - A subsystem keeps its state in a field that bears its name, added here by its owner.
   - All of it is guarded by the GIL, except what is marked atomic or has a lock beside it. */
#ifndef KRAIT_OBJECT_STATE_H
#define KRAIT_OBJECT_STATE_H

#include <Python.h>
#include <pthread.h>
#include <signal.h>
#include "base/common.h"
#include "object/intern.h"
#include "object/freelist.h"

struct Interp;
struct _PyInterpreterFrame;

/* ---- threads ------------------------------------------------------------------------------ */

/* A thread as Krait sees it: the public struct first, own fields behind it. */
struct Thread {
    PyThreadState ts;
    PyObject *repr_guard;           /* list of objects under repr, or NULL (object/protocol.c) */
    char *stack_floor, *stack_top;  /* where C recursion may go, object/stack.c; NULL: unknown */
    int64_t turn_left;              /* nanoseconds it may still hold the GIL, runtime/gil.c */
};

/* ---- calls that wait for the evaluation loop -------------------------------------------- */

enum { PENDING_CALLS = 32 };

struct PendingCalls {
    pthread_mutex_t lock;
    int busy;                       /* a thread is running them */
    int waiting;                    /* atomic: number of calls in the ring */
    int first, last;
    struct {
        int (*func)(void *);
        void *arg;
    } ring[PENDING_CALLS];
};

/* What makes the evaluation loop look up from its work.  `breaker` is the one word the loop reads
   (relaxed); it is non-zero if any other field asks for attention. */
struct Breaker {
    int breaker;                    /* atomic */
    int drop_request;               /* atomic: another thread wants the GIL */
    int async_exc;                  /* atomic: a thread has an asynchronous exception waiting */
    struct PendingCalls pending;
};

/* ---- collector ---------------------------------------------------------------------------- */

enum { GENERATIONS = 3 };

struct GcGeneration {
    int threshold;
    int count;
};

struct GcStats {
    Py_ssize_t collections, collected, uncollectable;
};

struct GcState {
    int enabled;
    int debug;
    int collecting;
    struct GcGeneration generations[GENERATIONS];
    struct GcStats stats[GENERATIONS];
    PyObject *garbage;              /* list */
    PyObject *callbacks;            /* list */
    Py_ssize_t long_lived_total;    /* survivors of the last full collection */
    Py_ssize_t long_lived_pending;  /* survivors of middle collections since then */
#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
    long stress_every;              /* collect at every n-th allocation (KRAIT_COLLECT_EVERY); 0: not */
    long stress_count;              /* allocations until then, and collections so far */
    long stress_rounds;
#endif
};

/* ---- imports ------------------------------------------------------------------------------ */

struct ImportState {
    PyObject *modules;              /* sys.modules */
    PyObject *modules_by_index;     /* list: PyState_FindModule */
    PyObject *extensions;           /* dict: (file, name) -> PyModuleDef address, single-phase */
    PyObject *importlib;            /* the module importlib._bootstrap */
    PyObject *import_func;          /* builtins.__import__ as it was at start */
    int dlopen_flags;
    int override_frozen;            /* _imp._override_frozen_modules_for_tests */
    int override_multi_interp;
    int import_level;               /* for -X importtime */
    int64_t import_accumulated;
    int import_header_done;
    struct {                        /* types/module.c: a module whose attributes wait until somebody looks */
        PyObject *module;           /* borrowed; NULL: there is none */
        PyObject *(*get)(PyObject *module, PyObject *name);
        int (*fill)(PyObject *module);
    } late;
    int foreign;                    /* an extension was loaded whose objects may end loudly */
};

/* ---- codecs ------------------------------------------------------------------------------- */

struct CodecState {
    PyObject *search_path;
    PyObject *search_cache;
    PyObject *error_registry;
    int initialized;
};

struct FsCodec {
    char *encoding;                 /* name as Python shows it */
    int utf8;
    char *errors;
    int error_handler;              /* enum of str_codec.h / os.h */
};

/* ---- warnings ----------------------------------------------------------------------------- */

struct WarningsState {
    PyObject *filters;
    PyObject *once_registry;
    PyObject *default_action;
    long filters_version;
};

/* ---- types -------------------------------------------------------------------------------- */

enum { TYPE_CACHE_BITS = 12, TYPE_CACHE_SIZE = 1 << TYPE_CACHE_BITS };

struct TypeCacheEntry {
    unsigned int version;
    PyObject *name;                 /* borrowed if ascii and interned, else owned (object/mro.c) */
    PyObject *value;                /* borrowed */
};

struct TypeState {
    struct TypeCacheEntry cache[TYPE_CACHE_SIZE];
};

/* ---- after fork, at exit, audit --------------------------------------------------------- */

struct AtexitCallback {
    PyObject *func, *args, *kwargs;
};

struct AtexitState {
    struct AtexitCallback **callbacks;
    int count, room;
};

struct AuditHook {
    struct AuditHook *next;
    Py_AuditHookFunction func;
    void *data;
};

/* ---- an interpreter ------------------------------------------------------------------------ */

/* The struct behind PyInterpreterState.  `struct Interp` is another word for it. */
#define Interp _is
struct _is {
    struct _is *next;
    int64_t id;
    int64_t id_refcount;
    int requires_idref;
    pthread_mutex_t id_lock;
    int finalizing;

    struct Breaker breaker;
    int recursion_limit;

    struct {
        struct Thread *head;        /* guarded by runtime.head_lock */
        uint64_t next_id;
        long count;                 /* threads started by _thread and still running */
        size_t stacksize;
    } threads;

    PyConfig config;
    PyObject *sysdict;
    PyObject *builtins;             /* dict of the module builtins */
    PyObject *builtins_copy;        /* as it was at start, for the finalisation */
    PyObject *dict;                 /* PyInterpreterState_GetDict */
    _PyFrameEvalFunction eval_frame;    /* PEP 523; NULL: the interpreter loop itself */

    struct GcState gc;
    struct ImportState import;
    struct CodecState codecs;
    struct FsCodec fs_codec;
    struct WarningsState warnings;
    struct TypeState types;
    struct AtexitState atexit;

    Py_ssize_t open_scans;          /* os.scandir iterators that still have their directory */
    PyObject *audit_hooks;          /* list of Python callables, or NULL */
    PyObject *before_forkers;       /* lists of os.register_at_fork */
    PyObject *after_forkers_parent;
    PyObject *after_forkers_child;

    struct {
        Py_ssize_t users;
        freefunc free[MAX_CO_EXTRA_USERS];
    } code_extra;

    uint64_t dict_version;          /* last ma_version_tag given out */
    uint32_t dict_keys_version;     /* last version of a shared or string-only key table */
    uint32_t func_version;          /* last function version given out */
    struct {                        /* vm/spec_call.c: callables with instructions of their own */
        PyObject *len, *isinstance, *list_append;
    } callables;
    struct {                        /* vm/trace.c */
        bool setting_trace, setting_profile;
    } tracing;

    struct {
        PyObject *empty;
        PyObject *single[256];
    } bytes;
    struct {
        PyObject *empty;
    } tuple;
    struct {
        PyObject *last_resort_memory_error;  /* preallocated MemoryError */
        PyObject *memory_errors;    /* free list of MemoryError instances */
        int memory_errors_free;
        PyObject *errnomap;         /* errno -> OSError subclass */
        PyObject *exception_group;  /* the class ExceptionGroup, made of two bases */
    } exceptions;

    struct AstState *ast;           /* classes of module _ast, compile/ast_object.c */

    int int_max_str_digits;
    Py_ssize_t quickened_count;     /* sys._getquickenedcount */
    PyTypeObject *thread_info_type; /* sys.thread_info is a heap type */
    PyObject *unicode_ids;          /* list: _PyUnicode_FromId by index */
};
typedef struct _is InterpState;

/* ---- the runtime -------------------------------------------------------------------------- */

/* What threads waited for each other.  Times in nanoseconds; measured only where a thread has to
   wait or is asked to give way. */
struct GilStats {
    uint64_t waits;                 /* takes that found the lock held */
    uint64_t wait_total, wait_max;
    uint64_t requests;              /* times a waiter asked the holder to give way */
    uint64_t holds;                 /* holds that ended on request */
    uint64_t hold_total, hold_max;  /* of these, since the lock was taken from another thread */
};

struct Gil {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_cond_t wake_first;      /* what those wait for who go on with a turn, or have waited for one */
    pthread_cond_t switched;
    pthread_mutex_t switch_lock;
    int locked;                     /* atomic; -1 not made yet */
    int waiters;                    /* atomic: threads that want `lock` held while they look at `locked` */
    int waiters_first;              /* of these, who wait for wake_first; guarded by `lock` */
    unsigned long switch_number;
    unsigned long interval;         /* microseconds */
    PyThreadState *last_holder;     /* atomic */
    int64_t held_since;             /* when the last take that had to wait succeeded; 0: it did not wait */
    struct GilStats stats;          /* changed by the thread that holds the lock */
};

enum { SIGNALS = NSIG };

struct SignalState {
    struct {
        int tripped;                /* atomic */
        PyObject *func;
    } handlers[SIGNALS];
    int any_tripped;                /* atomic */
    int wakeup_fd;
    int wakeup_warn;
    PyObject *default_handler;
    PyObject *ignore_handler;
    int unhandled_interrupt;        /* KeyboardInterrupt ended the program */
};

struct Lifecycle {
    int runtime_initialized;
    int preinitializing, preinitialized;
    int core_initialized;
    int initialized;
    PyThreadState *finalizing;      /* atomic: the thread that shuts down */
    unsigned long main_thread;
    PyPreConfig preconfig;
    int nexitfuncs;
    void (*exitfuncs[32])(void);
    int in_fatal_error;
    int process_ends;               /* the program is the interpreter: nothing follows its end */
    bool late_types;                /* dicts of static types may wait (class.c) */
    int int_max_str_digits;         /* -1: neither option nor variable gave it */
};

struct CrossType {
    struct CrossType *next;
    PyTypeObject *cls;              /* weak: a borrowed pointer, dropped when the type dies */
    crossinterpdatafunc getdata;
};

struct _PyRuntimeState {
    union {
        struct Lifecycle life;
        char life_room[576];
    };
    PyThreadState *current;         /* byte 576: read inline by extensions; atomic */
    struct _is *gilstate_interp;
    union {
        struct {
            pthread_key_t key;      /* PyGILState: this OS thread's PyThreadState */
            int has_key;
            int check_enabled;
            unsigned long main_thread_native;
        } gilstate;
        char gilstate_room[680 - 592];
    };
    PyLongObject small_ints[262];   /* byte 680 */

    struct {
        pthread_mutex_t lock;       /* guards the list and every threads.head */
        struct _is *head;
        struct _is *main;
        int64_t next_id;
    } interpreters;
    struct {
        PyObject *empty;            /* '' and the one-character strings, types/str.c */
        PyObject *latin1[256];
        struct InternTable interned;
        Py_ssize_t next_id;         /* atomic: last index of a _Py_Identifier */
        PyObject **ids;             /* their strings, by index */
        Py_ssize_t ids_room;
        const struct uniname_api *names; /* unicodedata's capsule, once \N{...} was met */
    } str;
    struct Gil gil;
    struct SignalState signals;
    struct AuditHook *audit_hooks;
    struct {
        pthread_mutex_t lock;
        struct CrossType *head;
    } cross;
    struct ObjectCaches caches;     /* free lists and big-number library of types/ */
    int64_t unicode_next_id;
    Py_ssize_t module_index;        /* last m_index given out */
    unsigned int type_version;      /* last version tag of a type: static types are shared by all
                                       interpreters, so their tags must be unique among all */
    int64_t open_code_hook_done;
    Py_OpenCodeHookFunction open_code_hook;
    void *open_code_data;
    struct {
        PyWideStringList warnoptions, xoptions;     /* PySys_Add*Option before initialisation */
        char *stdio_encoding, *stdio_errors;        /* Py_SetStandardStreamEncoding */
    } early;
    struct {
        PyThread_type_lock lock;
        unsigned long owner;
        int level;
    } import_lock;                  /* runtime/import.c: held around imports that C starts */
    PyThread_type_lock readline_lock;
    struct FaultState *fault;       /* modules/faulthandler.c */
    struct TraceState *tracemalloc; /* modules/_tracemalloc */
    struct {
        wchar_t *prefix, *exec_prefix, *home, *program_name, *program_full_path;
        wchar_t *module_search_path;
        wchar_t *search_path;       /* Py_SetPath */
    } paths;                        /* runtime/path.c; raw memory */
};

_Static_assert(offsetof(struct _PyRuntimeState, current) == 576, "read by compiled modules");
_Static_assert(offsetof(struct _PyRuntimeState, small_ints) == 680, "read by compiled modules");
_Static_assert(sizeof(PyLongObject) == 32, "stride of the small ints");
_Static_assert(offsetof(struct Thread, ts) == 0, "a PyThreadState heads its Thread");

extern struct _PyRuntimeState _PyRuntime;

/* The current thread; NULL if this OS thread does not hold the GIL. */
static ALWAYS_INLINE PyThreadState *
tstate_get(void)
{
    return __atomic_load_n(&_PyRuntime.current, __ATOMIC_RELAXED);
}

/* The current interpreter. */
static ALWAYS_INLINE struct _is *
interp_get(void)
{
    return tstate_get()->interp;
}

static ALWAYS_INLINE struct Thread *
thread_of(PyThreadState *tstate)
{
    return (struct Thread *)tstate;
}

/* One of the static ints: value in -5..256, borrowed. */
static ALWAYS_INLINE PyObject *
small_int_peek(int value)
{
    return (PyObject *)&_PyRuntime.small_ints[value + 5];
}

#undef PyThreadState_GET
#define PyThreadState_GET() tstate_get()

/* ---- functions of state.c ----------------------------------------------------------------- */

/* Prepare the runtime struct itself: locks, small ints.  Idempotent. */
status runtime_init(void);
/* A new interpreter, linked into the runtime; NULL with no exception if memory is out. */
struct _is *interp_new(void);
/* A new thread of `interp`, not current yet; NULL if memory is out. */
PyThreadState *tstate_new(struct _is *interp);
/* Unlink a thread that has been cleared, forget it for this OS thread, free it. */
void tstate_destroy(PyThreadState *tstate);
/* runtime/gil.c: PyGILState no longer finds this thread. */
void gilstate_forget(PyThreadState *tstate);
/* object/error.c, runtime: exported by the reference without a public header. */
void _Py_NO_RETURN _Py_FatalError_TstateNULL(const char *func);
void _PyEval_SignalAsyncExc(PyInterpreterState *interp);
/* Remove every thread but `keep` from keep's interpreter (after fork, at exit). */
void tstate_delete_others(PyThreadState *keep);
/* After fork in the child: locks are made anew, the other threads forgotten. */
status runtime_after_fork(void);

#endif
