/* The module _tracemalloc: where memory blocks were allocated.  What its files share.

   While tracing, hooks over the three allocator domains (hooks.c) keep a trace, size and traceback, of
   each live block (traces.c).  Tracebacks are interned and known by number (traceback.c); that of the
   running code is found by its instruction and the number of the chain of its callers (callers.c).

   Ownership: all of it lives in memory from malloc, which is not traced, and hangs off TraceState.
   File names are owned by `names`; sites, memos and chains borrow them.

   Locking: the GIL guards everything but the table of traces, which has a lock, since blocks of the
   raw domain are released without the GIL; they are noted with it.  `inside` keeps what the tracer
   itself allocates out of the traces; a flag per thread does the same while a thread in the raw domain
   waits for the GIL. */
#ifndef KRAIT_MODULES_TRACEMALLOC_H
#define KRAIT_MODULES_TRACEMALLOC_H

#include "object/state.h"
#include "base/alloc.h"
#include "vm/frame.h"

enum { MAX_FRAMES = 65535 };

struct Site {
    PyObject *filename;         /* str, owned by the names set */
    unsigned lineno;
};

struct Traceback {
    struct Traceback *next;     /* in its bucket */
    Py_uhash_t hash;
    uint32_t number;
    uint16_t count, total;      /* frames kept, frames there were */
    struct Site sites[1];
};

/* The trace of a block that is not on a page, or of a domain of its own. */
struct Trace {
    uintptr_t block;            /* 0: free slot */
    size_t size;
    uint32_t traceback, domain;
};

/* Open addressing with linear probing over (domain, block). */
struct TraceTable {
    struct Trace *slots;
    size_t mask, used;
};

/* What is known of an instruction: file and line of its place. */
struct SiteMemo {
    const void *at;
    uint32_t epoch, lineno;
    PyObject *filename;
};

/* And of an instruction of a frame with certain callers: the number of the traceback. */
struct PlaceMemo {
    const void *at;
    uint32_t epoch, callers, traceback;
};

/* The innermost of a chain of callers, and the number of the others. */
struct Caller {
    PyObject *filename;
    uint32_t lineno, others, total;
};

/* Chains of callers, known by number, so that a stack is not walked at each allocation: the running
   frames keep theirs, since nothing in a chain moves while what it called runs.  Numbers count from
   `first`; a smaller one is no longer known.  `first` itself is the empty chain.  With one frame per
   traceback a chain is its length, and nothing is entered.  All of this may be forgotten at any time,
   except while a chain is entered. */
struct CallerTable {
    uint32_t first;
    bool off;                   /* a stack is too deep for the table: every stack is walked */
    struct Caller *callers;     /* by number - first */
    size_t count, room;
    uint32_t *slots;            /* open addressing: number - first, 0: free */
    size_t mask;
};

enum { MEMOS = 1024, PLACES = 4096, CALLERS_MAX = 1 << 16, CALLERS_STEP = 64 };

struct TraceState {
    bool tracing, inside;
    int lock;                   /* of the table; held for a few instructions */
    int max_frames;
    uint32_t epoch;             /* of valid memos */
    size_t on_pages;            /* bytes of traced blocks on pages */
    size_t in_table;            /* and of the others; changed under the lock */
    size_t peak;
    PyMemAllocatorEx below[3];
    struct TraceTable traces;
    struct Traceback **buckets;
    size_t bucket_count, traceback_bytes;
    struct Traceback **tracebacks;      /* by number; 0 is none, 1 is `empty` */
    size_t traceback_count, traceback_room;
    PyObject *names;            /* dict of the file names in use */
    PyObject *unknown;          /* "<unknown>" */
    struct Traceback empty;
    pthread_key_t busy;         /* non-NULL in a thread that is inside the tracer for the raw domain */
    struct Traceback *scratch;
    struct CallerTable chains;
    struct SiteMemo memos[MEMOS];
    struct PlaceMemo places[PLACES];
};

/* NULL until tracing is first asked for; then it stays. */
#define trace (_PyRuntime.tracemalloc)

static inline bool
is_tracing(void)
{
    return trace != NULL && trace->tracing;
}

/* Bytes of traced blocks. */
static ALWAYS_INLINE size_t
traced_bytes(void)
{
    return trace->on_pages + __atomic_load_n(&trace->in_table, __ATOMIC_RELAXED);
}

/* ---- traces.c: traces of live blocks ---- */

/* Note a block for the running code, while the GIL is held; -1 without memory or while not tracing. */
status trace_note(unsigned domain, const void *block, size_t size);
/* Take a block's trace out, before the block is given back; number 0 if there is none. */
struct Trace trace_forget(unsigned domain, const void *block);
/* The trace of a block that could not be moved stands again. */
void trace_restore(const void *block, struct Trace old);
/* The number in the trace of a block, 0 if there is none; `now`, unless it is 0, takes its place. */
uint32_t trace_number(unsigned domain, const void *block, uint32_t now);
/* Copy at most `room` traces; how many there are if `copy` is NULL. */
size_t traces_copy(struct Trace *copy, size_t room);
/* Forget the traces, and the peak. */
void traces_clear(void);
/* Bytes that they take; the same for tracebacks and chains below. */
size_t traces_memory(void);

/* ---- traceback.c: sites and tracebacks ---- */

static inline size_t
traceback_size(int count)
{
    return offsetof(struct Traceback, sites) + (size_t)(count > 0 ? count : 1) * sizeof(struct Site);
}

/* Gives `empty` its number, 1, if it has none. */
status tracebacks_init(void);
/* Forget all but `empty`. */
void tracebacks_clear(void);
size_t tracebacks_memory(void);
/* `frame` and those below it, into the scratch traceback. */
void traceback_read(struct Traceback *tb, Frame *frame);
/* The number of what stands in the scratch traceback; 0 without memory. */
uint32_t traceback_find(void);
/* A new tuple of (file, line). */
PyObject *traceback_tuple(const struct Traceback *tb);
/* Look a site up for site_of(). */
void site_fill(struct SiteMemo *memo, const Frame *frame);

/* File and line of the instruction at which a frame stands; valid until the next call. */
static ALWAYS_INLINE struct SiteMemo *
site_of(const Frame *frame)
{
    uintptr_t at = (uintptr_t)frame->last;
    struct SiteMemo *memo = &trace->memos[(at >> 1 ^ at >> 11) & (MEMOS - 1)];
    if (unlikely(memo->at != frame->last || memo->epoch != trace->epoch)) {
        site_fill(memo, frame);
    }
    return memo;
}

/* ---- callers.c: chains of callers ---- */

/* Make all numbers of chains unknown. */
void callers_forget(void);
size_t callers_memory(void);
/* Find the number of a frame's callers; 0 if the stack must be walked. */
uint32_t callers_find(Frame *frame);
/* The traceback of a frame whose callers are known, from them alone; 0 without memory. */
uint32_t place_fill(struct PlaceMemo *place, const Frame *frame);

static ALWAYS_INLINE Frame *
innermost(void)
{
    PyThreadState *tstate = tstate_get();
    return tstate == NULL ? NULL : frame_visible(tstate->cframe->current_frame);
}

/* The number of the running code's traceback; 0 without memory. */
static ALWAYS_INLINE uint32_t
traceback_now(void)
{
    Frame *frame = innermost();
    if (frame == NULL) {
        return 1;
    }
    if (unlikely(frame->callers < trace->chains.first) && callers_find(frame) == 0) {
        traceback_read(trace->scratch, frame);
        return traceback_find();
    }
    uintptr_t at = (uintptr_t)frame->last;
    struct PlaceMemo *place = &trace->places[((at >> 1 ^ at >> 11) + frame->callers * 0x9E3779B1u) & (PLACES - 1)];
    if (unlikely(place->at != frame->last || place->callers != frame->callers || place->epoch != trace->epoch ||
                 place->traceback == 0)) {
        return place_fill(place, frame);
    }
    return place->traceback;
}

/* ---- hooks.c: start and stop ---- */

/* Makes `trace`; -1 without memory (no exception is set). */
status tracing_prepare(void);
status tracing_start(int frames);
void tracing_stop(void);
/* Forget all traces. */
void tracing_clear(void);

#endif
