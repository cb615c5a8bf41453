/* The module _tracemalloc: where memory blocks were allocated.

   While tracing, hooks over the three allocator domains keep a trace (size and traceback) per live
   block.  Traces and interned tracebacks live in raw memory that is not traced.  A per-thread flag
   keeps the tracer from tracing itself.  The tables are guarded by a lock, since raw memory is used
   without the GIL. */
#include "object/declare.h"
#include "object/freelist.h"
#include "object/state.h"
#include "base/alloc.h"
#include "runtime/dump.h"
#include "runtime/init.h"
#include "vm/frame.h"
#include <string.h>

enum { MAX_FRAMES = 65535 };

struct Site {
    PyObject *filename;         /* str, owned by the names set */
    unsigned lineno;
};

struct Traceback {
    struct Traceback *next;     /* in its bucket */
    Py_uhash_t hash;
    uint16_t count, total;      /* frames kept, frames there were */
    struct Site sites[1];
};

struct Trace {
    uintptr_t block;            /* 0: free slot */
    size_t size;
    struct Traceback *traceback;
    unsigned domain;
};

/* Open addressing with linear probing over (domain, block). */
struct TraceTable {
    struct Trace *slots;
    size_t mask, used;
};

struct TraceState {
    bool tracing, installed;
    int max_frames;
    size_t traced, peak;
    PyMemAllocatorEx below[3];
    struct TraceTable traces;
    struct Traceback **buckets;
    size_t bucket_count, traceback_count, traceback_bytes;
    PyObject *names;            /* set of the file names in use */
    PyObject *unknown;          /* "<unknown>" */
    struct Traceback empty;
    PyThread_type_lock lock;
    pthread_key_t busy;         /* non-NULL in a thread that is inside the tracer */
    struct Traceback *scratch;
};

#define trace (_PyRuntime.tracemalloc)

/* The configuration the reference exports; only `tracing` and max_nframe are ever looked at. */
struct TraceConfig _Py_tracemalloc_config = {0, 0, 1};

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

static void
lock_tables(void)
{
    PyThread_acquire_lock(trace->lock, 1);
}

static void
unlock_tables(void)
{
    PyThread_release_lock(trace->lock);
}

/* ---- the table of traces ------------------------------------------------------------------ */

static size_t
trace_hash(unsigned domain, uintptr_t block)
{
    return ((block >> 4) * 0x9E3779B97F4A7C15u ^ domain) >> 7;
}

static struct Trace *
trace_find(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    if (t->slots == NULL) {
        return NULL;
    }
    for (size_t i = trace_hash(domain, block) & t->mask;; i = (i + 1) & t->mask) {
        struct Trace *slot = &t->slots[i];
        if (slot->block == 0) {
            return NULL;
        }
        if (slot->block == block && slot->domain == domain) {
            return slot;
        }
    }
}

static status
table_grow(void)
{
    struct TraceTable *t = &trace->traces;
    size_t room = t->slots == NULL ? 1024 : (t->mask + 1) * 2;
    struct Trace *slots = calloc(room, sizeof *slots);
    if (slots == NULL) {
        return -1;
    }
    for (size_t i = 0; t->slots != NULL && i <= t->mask; i++) {
        if (t->slots[i].block == 0) {
            continue;
        }
        size_t at = trace_hash(t->slots[i].domain, t->slots[i].block) & (room - 1);
        while (slots[at].block != 0) {
            at = (at + 1) & (room - 1);
        }
        slots[at] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->mask = room - 1;
    return 0;
}

static status
trace_add(unsigned domain, uintptr_t block, size_t size, struct Traceback *traceback)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = trace_find(domain, block);
    if (slot != NULL) {
        trace->traced -= slot->size;
    }
    else {
        if ((t->slots == NULL || (t->used + 1) * 3 > (t->mask + 1) * 2) && table_grow() < 0) {
            return -1;
        }
        size_t at = trace_hash(domain, block) & t->mask;
        while (t->slots[at].block != 0) {
            at = (at + 1) & t->mask;
        }
        slot = &t->slots[at];
        t->used++;
    }
    *slot = (struct Trace){block, size, traceback, domain};
    trace->traced += size;
    if (trace->traced > trace->peak) {
        trace->peak = trace->traced;
    }
    return 0;
}

static void
trace_remove(unsigned domain, uintptr_t block)
{
    struct TraceTable *t = &trace->traces;
    struct Trace *slot = trace_find(domain, block);
    if (slot == NULL) {
        return;
    }
    trace->traced -= slot->size;
    t->used--;
    /* Close the gap: later entries of the run move up if they may. */
    size_t gap = (size_t)(slot - t->slots);
    for (size_t i = (gap + 1) & t->mask; t->slots[i].block != 0; i = (i + 1) & t->mask) {
        size_t home = trace_hash(t->slots[i].domain, t->slots[i].block) & t->mask;
        if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
            t->slots[gap] = t->slots[i];
            gap = i;
        }
    }
    t->slots[gap].block = 0;
}

/* ---- tracebacks --------------------------------------------------------------------------- */

static size_t
traceback_bytes(int count)
{
    return offsetof(struct Traceback, sites) + (size_t)(count > 0 ? count : 1) * sizeof(struct Site);
}

/* The running frames, innermost first, into the scratch traceback.  The GIL is held. */
static void
read_frames(struct Traceback *tb)
{
    PyThreadState *tstate = PyGILState_GetThisThreadState();
    Py_uhash_t hash = 0x345678u;
    tb->count = tb->total = 0;
    Frame *frame = tstate == NULL ? NULL : frame_visible(tstate->cframe->current_frame);
    for (; frame != NULL; frame = frame_visible(frame->previous)) {
        if (tb->count < trace->max_frames) {
            struct Site *site = &tb->sites[tb->count++];
            int line = PyCode_Addr2Line(frame->code, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
            PyObject *name = frame->code->co_filename;
            site->lineno = line < 0 ? 0 : (unsigned)line;
            site->filename = name != NULL && PyUnicode_Check(name) && PyUnicode_IS_READY(name)
                                 ? name
                                 : trace->unknown;
            /* The set keeps one object of each name alive for all tracebacks. */
            if (site->filename != trace->unknown) {
                PyObject *kept = PyDict_SetDefault(trace->names, site->filename, site->filename);
                if (kept == NULL) {
                    PyErr_Clear();
                    kept = trace->unknown;
                }
                site->filename = kept;
            }
            hash = (hash ^ (uintptr_t)site->filename >> 4 ^ site->lineno) * 1000003u;
        }
        if (tb->total < UINT16_MAX) {
            tb->total++;
        }
    }
    tb->hash = hash ^ tb->total;
}

static bool
traceback_equal(const struct Traceback *a, const struct Traceback *b)
{
    if (a->hash != b->hash || a->count != b->count || a->total != b->total) {
        return false;
    }
    for (int i = 0; i < a->count; i++) {
        if (a->sites[i].lineno != b->sites[i].lineno || a->sites[i].filename != b->sites[i].filename) {
            return false;
        }
    }
    return true;
}

static void
buckets_grow(void)
{
    size_t count = trace->bucket_count ? trace->bucket_count * 2 : 256;
    struct Traceback **buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL) {
        return;
    }
    for (size_t i = 0; i < trace->bucket_count; i++) {
        for (struct Traceback *tb = trace->buckets[i], *next; tb != NULL; tb = next) {
            next = tb->next;
            tb->next = buckets[tb->hash & (count - 1)];
            buckets[tb->hash & (count - 1)] = tb;
        }
    }
    free(trace->buckets);
    trace->buckets = buckets;
    trace->bucket_count = count;
}

/* The interned traceback of the running code, or NULL without memory.  The GIL and the table lock
   are held. */
static struct Traceback *
traceback_now(void)
{
    struct Traceback *tb = trace->scratch;
    read_frames(tb);
    if (tb->count == 0) {
        return &trace->empty;
    }
    if (trace->traceback_count >= trace->bucket_count) {
        buckets_grow();
        if (trace->bucket_count == 0) {
            return NULL;
        }
    }
    struct Traceback **bucket = &trace->buckets[tb->hash & (trace->bucket_count - 1)];
    for (struct Traceback *known = *bucket; known != NULL; known = known->next) {
        if (traceback_equal(known, tb)) {
            return known;
        }
    }
    struct Traceback *copy = malloc(traceback_bytes(tb->count));
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, tb, traceback_bytes(tb->count));
    copy->next = *bucket;
    *bucket = copy;
    trace->traceback_count++;
    trace->traceback_bytes += traceback_bytes(tb->count);
    return copy;
}

static status
note_block(unsigned domain, uintptr_t block, size_t size)
{
    status result = -1;
    lock_tables();
    if (trace->tracing) {
        struct Traceback *tb = traceback_now();
        result = tb == NULL ? -1 : trace_add(domain, block, size, tb);
    }
    unlock_tables();
    return result;
}

static void
forget_block(unsigned domain, uintptr_t block)
{
    lock_tables();
    if (trace->tracing) {
        trace_remove(domain, block);
    }
    unlock_tables();
}

/* ---- the hooks ---------------------------------------------------------------------------- */

/* Note a new block with the GIL held or taken for it; frees the block if that is not possible. */
static void *
noted(PyMemAllocatorEx *below, void *p, size_t size, bool need_gil)
{
    if (p == NULL) {
        return NULL;
    }
    set_busy(true);
    PyGILState_STATE gil = PyGILState_LOCKED;
    if (need_gil) {
        gil = PyGILState_Ensure();
    }
    status done = note_block(0, (uintptr_t)p, size);
    if (need_gil) {
        PyGILState_Release(gil);
    }
    set_busy(false);
    if (done < 0) {
        below->free(below->ctx, p);
        return NULL;
    }
    return p;
}

static bool
is_raw(PyMemAllocatorEx *below)
{
    return below == &trace->below[PYMEM_DOMAIN_RAW];
}

static void *
hook_malloc(void *ctx, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (is_busy()) {
        return below->malloc(below->ctx, n);
    }
    return noted(below, below->malloc(below->ctx, n), n, is_raw(below));
}

static void *
hook_calloc(void *ctx, size_t count, size_t size)
{
    PyMemAllocatorEx *below = ctx;
    if (is_busy()) {
        return below->calloc(below->ctx, count, size);
    }
    return noted(below, below->calloc(below->ctx, count, size), count * size, is_raw(below));
}

static void
hook_free(void *ctx, void *p)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return;
    }
    below->free(below->ctx, p);
    /* Also from inside the tracer: what it frees may have been traced. */
    if (!is_busy()) {
        forget_block(0, (uintptr_t)p);
    }
    else if (trace->tracing) {
        trace_remove(0, (uintptr_t)p);
    }
}

static void *
hook_realloc(void *ctx, void *p, size_t n)
{
    PyMemAllocatorEx *below = ctx;
    if (p == NULL) {
        return hook_malloc(ctx, n);
    }
    void *moved = below->realloc(below->ctx, p, n);
    if (moved == NULL) {
        return NULL;
    }
    if (is_busy()) {
        if (moved != p) {
            trace_remove(0, (uintptr_t)p);
        }
        return moved;
    }
    set_busy(true);
    bool raw = is_raw(below);
    PyGILState_STATE gil = raw ? PyGILState_Ensure() : PyGILState_LOCKED;
    if (moved != p) {
        forget_block(0, (uintptr_t)p);
    }
    /* The old block is gone: a failure to note the new one must not lose it. */
    note_block(0, (uintptr_t)moved, n);
    if (raw) {
        PyGILState_Release(gil);
    }
    set_busy(false);
    return moved;
}

/* ---- start and stop ----------------------------------------------------------------------- */

static status
need_state(void)
{
    if (trace != NULL) {
        return 0;
    }
    struct TraceState *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return -1;
    }
    state->lock = PyThread_allocate_lock();
    if (state->lock == NULL || pthread_key_create(&state->busy, NULL) != 0) {
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

static void
clear_tables(void)
{
    lock_tables();
    free(trace->traces.slots);
    trace->traces = (struct TraceTable){NULL, 0, 0};
    trace->traced = trace->peak = 0;
    for (size_t i = 0; i < trace->bucket_count; i++) {
        for (struct Traceback *tb = trace->buckets[i], *next; tb != NULL; tb = next) {
            next = tb->next;
            free(tb);
        }
        trace->buckets[i] = NULL;
    }
    trace->traceback_count = trace->traceback_bytes = 0;
    unlock_tables();
    if (trace->names != NULL) {
        PyDict_Clear(trace->names);
    }
}

static status
start_tracing(int frames)
{
    if (frames < 1 || frames > MAX_FRAMES) {
        PyErr_Format(PyExc_ValueError, "the number of frames must be in range [1; %lu]",
                     (unsigned long)MAX_FRAMES);
        return -1;
    }
    if (need_state() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    if (trace->tracing) {
        return 0;
    }
    if (trace->names == NULL && (trace->names = PyDict_New()) == NULL) {
        return -1;
    }
    struct Traceback *scratch = malloc(traceback_bytes(frames));
    if (scratch == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    trace->max_frames = frames;
    trace->scratch = scratch;
    trace->tracing = true;
    _Py_tracemalloc_config.tracing = 1;
    _Py_tracemalloc_config.max_nframe = frames;
    for (int domain = 0; domain < 3; domain++) {
        PyMemAllocatorEx hook = {&trace->below[domain], hook_malloc, hook_calloc, hook_realloc,
                                 hook_free};
        PyMem_GetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &hook);
    }
    return 0;
}

static void
stop_tracing(void)
{
    if (trace == NULL || !trace->tracing) {
        return;
    }
    trace->tracing = false;
    _Py_tracemalloc_config.tracing = 0;
    for (int domain = 0; domain < 3; domain++) {
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &trace->below[domain]);
    }
    clear_tables();
    free(trace->scratch);
    trace->scratch = NULL;
}

status
tracemalloc_init(int frames)
{
    return frames == 0 ? 0 : start_tracing(frames);
}

void
tracemalloc_fini(void)
{
    if (trace != NULL) {
        stop_tracing();
        Py_CLEAR(trace->names);
    }
}

/* ---- for others --------------------------------------------------------------------------- */

/* Trace a block of another allocator.  0, -1 without memory, -2 while not tracing. */
int
PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size)
{
    if (trace == NULL || !trace->tracing) {
        return -2;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    set_busy(true);
    status result = note_block(domain, ptr, size);
    set_busy(false);
    PyGILState_Release(gil);
    return result;
}

int
PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr)
{
    if (trace == NULL || !trace->tracing) {
        return -2;
    }
    forget_block(domain, ptr);
    return 0;
}

/* A recycled object counts as allocated here and now. */
int
_PyTraceMalloc_NewReference(PyObject *op)
{
    if (trace == NULL || !trace->tracing || is_busy()) {
        return -1;
    }
    uintptr_t block = (uintptr_t)op;
    if (heap_collects(op) && page_of(op)->kind == PAGE_COLLECTED_PRE) {
        block -= 2 * sizeof(PyObject *);
    }
    status result = -1;
    set_busy(true);
    lock_tables();
    struct Trace *slot = trace_find(0, block);
    if (slot != NULL) {
        struct Traceback *tb = traceback_now();
        if (tb != NULL) {
            slot->traceback = tb;
            result = 0;
        }
    }
    unlock_tables();
    set_busy(false);
    return result;
}

static PyObject *
sites_tuple(const struct Traceback *tb)
{
    PyObject *result = PyTuple_New(tb->count);
    for (int i = 0; result != NULL && i < tb->count; i++) {
        PyObject *site = Py_BuildValue("(OI)", tb->sites[i].filename, tb->sites[i].lineno);
        if (site == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, site);
    }
    return result;
}

static struct Traceback *
traceback_of(unsigned domain, uintptr_t block)
{
    struct Traceback *tb = NULL;
    if (trace != NULL && trace->tracing) {
        lock_tables();
        struct Trace *slot = trace_find(domain, block);
        tb = slot == NULL ? NULL : slot->traceback;
        unlock_tables();
    }
    return tb;
}

PyObject *
_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr)
{
    struct Traceback *tb = traceback_of(domain, ptr);
    if (tb == NULL) {
        Py_RETURN_NONE;
    }
    return sites_tuple(tb);
}

void
alloc_site_print(int fd, const void *block)
{
    static const char hint[] =
        "Enable tracemalloc to get the memory block allocation traceback\n\n";
    if (trace == NULL || !trace->tracing) {
        _Py_write_noraise(fd, hint, sizeof hint - 1);
        return;
    }
    struct Traceback *tb = traceback_of(0, (uintptr_t)block);
    if (tb == NULL) {
        return;
    }
    static const char head[] = "Memory block allocated at (most recent call first):\n";
    _Py_write_noraise(fd, head, sizeof head - 1);
    for (int i = 0; i < tb->count; i++) {
        _Py_write_noraise(fd, "  File \"", 8);
        _Py_DumpASCII(fd, tb->sites[i].filename);
        _Py_write_noraise(fd, "\", line ", 8);
        _Py_DumpDecimal(fd, tb->sites[i].lineno);
        _Py_write_noraise(fd, "\n", 1);
    }
    _Py_write_noraise(fd, "\n", 1);
}

/* ---- the module --------------------------------------------------------------------------- */

FUNCTION(_tracemalloc, is_tracing, "($module, /)", "Whether allocations are traced.")
static truth
_tracemalloc_is_tracing(PyObject *module)
{
    return trace != NULL && trace->tracing;
}

FUNCTION(_tracemalloc, clear_traces, "($module, /)", "Forget all traces.")
static PyObject *
_tracemalloc_clear_traces(PyObject *module)
{
    if (trace != NULL && trace->tracing) {
        set_busy(true);
        clear_tables();
        set_busy(false);
    }
    Py_RETURN_NONE;
}

/* A tuple for each traceback, made once. */
static PyObject *
shared_tuple(PyObject *cache, struct Traceback *tb)
{
    PyObject *key = PyLong_FromVoidPtr(tb);
    if (key == NULL) {
        return NULL;
    }
    PyObject *tuple = Py_XNewRef(PyDict_GetItemWithError(cache, key));
    if (tuple == NULL && !PyErr_Occurred()) {
        tuple = sites_tuple(tb);
        if (tuple != NULL && PyDict_SetItem(cache, key, tuple) < 0) {
            Py_CLEAR(tuple);
        }
    }
    Py_DECREF(key);
    return tuple;
}

FUNCTION(_tracemalloc, _get_traces, "($module, /)",
         "A list of (domain, size, traceback, total number of frames) of all traced blocks.")
static PyObject *
_tracemalloc__get_traces(PyObject *module)
{
    PyObject *list = PyList_New(0);
    if (list == NULL || trace == NULL || !trace->tracing) {
        return list;
    }
    /* Work on a copy: making the tuples changes the table. */
    set_busy(true);
    PyObject *cache = PyDict_New();
    lock_tables();
    size_t count = trace->traces.used, n = 0;
    struct Trace *copy = malloc((count + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && trace->traces.slots != NULL && i <= trace->traces.mask; i++) {
        if (trace->traces.slots[i].block != 0 && n < count) {
            copy[n++] = trace->traces.slots[i];
        }
    }
    unlock_tables();
    if (copy == NULL || cache == NULL) {
        PyErr_NoMemory();
        Py_CLEAR(list);
    }
    for (size_t i = 0; list != NULL && i < n; i++) {
        PyObject *tuple = shared_tuple(cache, copy[i].traceback);
        PyObject *item = tuple == NULL ? NULL
                                       : Py_BuildValue("InNI", copy[i].domain, (Py_ssize_t)copy[i].size,
                                                       tuple, (unsigned)copy[i].traceback->total);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    free(copy);
    Py_XDECREF(cache);
    set_busy(false);
    return list;
}

FUNCTION(_tracemalloc, _get_object_traceback, "($module, obj, /)",
         "Where the object was allocated, as a tuple of (file, line); None if that is not known.")
static PyObject *
_tracemalloc__get_object_traceback(PyObject *module, PyObject *obj)
{
    uintptr_t block = (uintptr_t)obj;
    if (heap_collects(obj) && page_of(obj)->kind == PAGE_COLLECTED_PRE) {
        block -= 2 * sizeof(PyObject *);
    }
    return _PyTraceMalloc_GetTraceback(0, block);
}

FUNCTION(_tracemalloc, start, "($module, nframe=1, /)",
         "Trace allocations from now on, keeping nframe frames of each.")
static PyObject *
_tracemalloc_start(PyObject *module, int nframe)
{
    if (start_tracing(nframe) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_tracemalloc, stop, "($module, /)", "Stop tracing and forget all traces.")
static PyObject *
_tracemalloc_stop(PyObject *module)
{
    stop_tracing();
    Py_RETURN_NONE;
}

FUNCTION(_tracemalloc, get_traceback_limit, "($module, /)", "The number of frames kept of each trace.")
static PyObject *
_tracemalloc_get_traceback_limit(PyObject *module)
{
    return PyLong_FromLong(trace == NULL ? 1 : trace->max_frames);
}

FUNCTION(_tracemalloc, get_tracemalloc_memory, "($module, /)", "Bytes that tracing itself uses.")
static PyObject *
_tracemalloc_get_tracemalloc_memory(PyObject *module)
{
    size_t size = 0;
    if (trace != NULL) {
        lock_tables();
        size = (trace->traces.slots == NULL ? 0 : (trace->traces.mask + 1) * sizeof(struct Trace)) +
               trace->bucket_count * sizeof(void *) + trace->traceback_bytes;
        unlock_tables();
    }
    return PyLong_FromSize_t(size);
}

FUNCTION(_tracemalloc, get_traced_memory, "($module, /)",
         "(bytes, most bytes there ever were) of traced blocks.")
static PyObject *
_tracemalloc_get_traced_memory(PyObject *module)
{
    size_t now = 0, peak = 0;
    if (trace != NULL && trace->tracing) {
        lock_tables();
        now = trace->traced;
        peak = trace->peak;
        unlock_tables();
    }
    return Py_BuildValue("nn", (Py_ssize_t)now, (Py_ssize_t)peak);
}

FUNCTION(_tracemalloc, reset_peak, "($module, /)", "Let the peak begin anew at the current size.")
static PyObject *
_tracemalloc_reset_peak(PyObject *module)
{
    if (trace != NULL && trace->tracing) {
        lock_tables();
        trace->peak = trace->traced;
        unlock_tables();
    }
    Py_RETURN_NONE;
}

static int
_tracemalloc_exec(PyObject *module)
{
    return need_state() < 0 ? (PyErr_NoMemory(), -1) : 0;
}

static PyModuleDef_Slot _tracemalloc_slots[] = {{Py_mod_exec, _tracemalloc_exec}, {0, NULL}};
static PyMethodDef _tracemalloc_functions[];

static struct PyModuleDef _tracemalloc_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracemalloc",
    .m_doc = "Where memory is allocated; the module tracemalloc builds upon it.",
    .m_methods = _tracemalloc_functions,
    .m_slots = _tracemalloc_slots,
};

PyMODINIT_FUNC
PyInit__tracemalloc(void)
{
    return PyModuleDef_Init(&_tracemalloc_def);
}

#include "gen/modules/_tracemalloc.inc"
