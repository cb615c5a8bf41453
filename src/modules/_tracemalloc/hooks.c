/* _tracemalloc: the hooks over the allocators, put there by start and taken away by stop.

   The hooks of mem and obj run with the GIL, those of raw without.  What was allocated and cannot be
   noted is given back: a traced block has a trace. */
#include "modules/_tracemalloc/tracemalloc.h"
#include "object/freelist.h"
#include "runtime/init.h"

/* The configuration the reference exports; only `tracing` and max_nframe are ever looked at. */
struct TraceConfig _Py_tracemalloc_config = {0, 0, 1};

/* ---- the hooks of mem and obj: the GIL is held ------------------------------------------------ */

static ALWAYS_INLINE void *
noted(PyMemAllocatorEx *below, void *p, size_t size)
{
    if (p != NULL && !trace->inside && trace_note(0, p, size) < 0 && trace->tracing) {
        below->free(below->ctx, p);
        return NULL;
    }
    return p;
}

static void *
hook_malloc(void *ctx, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    return noted(below, below->malloc(below->ctx, n), n);
}

static void *
hook_calloc(void *ctx, size_t count, size_t size)
{
    PyMemAllocatorEx *below = ctx;
    return noted(below, below->calloc(below->ctx, count, size), count * size);
}

static void
hook_free(void *ctx, void *p)
{
    PyMemAllocatorEx *below = ctx;
    if (p != NULL) {
        trace_forget(0, p);
        below->free(below->ctx, p);
    }
}

static void *
hook_realloc(void *ctx, void *p, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return hook_malloc(ctx, n);
    }
    struct Trace old = trace_forget(0, p);
    void *moved = below->realloc(below->ctx, p, n);
    if (moved == NULL) {
        trace_restore(p, old);
    }
    else if (!trace->inside) {
        (void)trace_note(0, moved, n);          /* the old block is gone: the new one must not be lost */
    }
    return moved;
}

/* ---- the hooks of raw: without the GIL ------------------------------------------------------ */

static bool
is_busy(void)
{
    return pthread_getspecific(trace->busy) != NULL;
}

static void
set_busy(bool busy)
{
    pthread_setspecific(trace->busy, busy ? (void *)trace : NULL);
}

/* Note a block of the raw domain; the GIL is taken for it. */
static status
note_raw(const void *p, size_t n)
{
    set_busy(true);
    PyGILState_STATE gil = PyGILState_Ensure();
    status result = trace->inside ? 0 : trace_note(0, p, n);
    PyGILState_Release(gil);
    set_busy(false);
    return result;
}

static void *
raw_noted(PyMemAllocatorEx *below, void *p, size_t n)
{
    if (p != NULL && !is_busy() && note_raw(p, n) < 0 && trace->tracing) {
        below->free(below->ctx, p);
        return NULL;
    }
    return p;
}

static void *
hook_raw_malloc(void *ctx, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    return raw_noted(below, below->malloc(below->ctx, n), n);
}

static void *
hook_raw_calloc(void *ctx, size_t count, size_t size)
{
    PyMemAllocatorEx *below = ctx;
    return raw_noted(below, below->calloc(below->ctx, count, size), count * size);
}

static void *
hook_raw_realloc(void *ctx, void *p, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return hook_raw_malloc(ctx, n);
    }
    struct Trace old = trace_forget(0, p);
    void *moved = below->realloc(below->ctx, p, n);
    if (moved == NULL) {
        trace_restore(p, old);
    }
    else if (!is_busy()) {
        (void)note_raw(moved, n);
    }
    return moved;
}

/* ---- start and stop ----------------------------------------------------------------------- */

status
tracing_prepare(void)
{
    if (trace != NULL) {
        return 0;
    }
    struct TraceState *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return -1;
    }
    if (pthread_key_create(&state->busy, NULL) != 0) {
        free(state);
        return -1;
    }
    state->unknown = PyUnicode_InternFromString("<unknown>");
    if (state->unknown == NULL) {
        free(state);
        return -1;
    }
    state->max_frames = 1;
    state->empty.count = state->empty.total = 1;
    state->empty.sites[0] = (struct Site){state->unknown, 0};
    trace = state;
    _Py_tracemalloc_config.initialized = 1;
    return 0;
}

void
tracing_clear(void)
{
    traces_clear();
    callers_forget();
    tracebacks_clear();
}

status
tracing_start(int frames)
{
    if (frames < 1 || frames > MAX_FRAMES) {
        PyErr_Format(PyExc_ValueError, "the number of frames must be in range [1; %lu]",
                     (unsigned long)MAX_FRAMES);
        return -1;
    }
    if (tracing_prepare() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    if (trace->tracing) {
        return 0;
    }
    if (trace->names == NULL && (trace->names = PyDict_New()) == NULL) {
        return -1;
    }
    struct Traceback *scratch = malloc(traceback_size(frames));
    if (scratch == NULL || tracebacks_init() < 0) {
        free(scratch);
        PyErr_NoMemory();
        return -1;
    }
    trace->max_frames = frames;
    trace->epoch++;
    callers_forget();
    trace->scratch = scratch;
    trace->tracing = true;
    _Py_tracemalloc_config.tracing = 1;
    _Py_tracemalloc_config.max_nframe = frames;
    for (int domain = 0; domain < 3; domain++) {
        bool raw = domain == PYMEM_DOMAIN_RAW;
        PyMemAllocatorEx hook = {&trace->below[domain], raw ? hook_raw_malloc : hook_malloc,
                                 raw ? hook_raw_calloc : hook_calloc, raw ? hook_raw_realloc : hook_realloc,
                                 hook_free};
        PyMem_GetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &hook);
    }
    return 0;
}

void
tracing_stop(void)
{
    if (!is_tracing()) {
        return;
    }
    trace->tracing = false;
    _Py_tracemalloc_config.tracing = 0;
    for (int domain = 0; domain < 3; domain++) {
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
    }
    tracing_clear();
    free(trace->scratch);
    trace->scratch = NULL;
}

status
tracemalloc_init(int frames)
{
    return frames == 0 ? 0 : tracing_start(frames);
}

void
tracemalloc_fini(void)
{
    if (trace != NULL) {
        tracing_stop();
        Py_CLEAR(trace->names);
    }
}
