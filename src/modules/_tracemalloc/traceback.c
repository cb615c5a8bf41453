/* _tracemalloc: sites and tracebacks.

   File and line of an instruction are remembered by its address, in a memo that is valid until some
   code object dies (`epoch`).  Tracebacks are interned: equal ones are one, whose number stands for it.
   Those numbered from 2 on are owned by `tracebacks` and stay until all traces are forgotten. */
#include "modules/_tracemalloc/tracemalloc.h"
#include "object/freelist.h"

/* ---- sites ---- */

/* The one object of a file's name that all tracebacks share. */
static PyObject *
name_kept(PyObject *name)
{
    if (name == NULL || !PyUnicode_CheckExact(name) || !PyUnicode_IS_READY(name)) {
        return trace->unknown;
    }
    PyObject *kept = PyDict_SetDefault(trace->names, name, name);
    if (kept == NULL) {
        PyErr_Clear();
        return trace->unknown;
    }
    return kept;
}

void
site_fill(struct SiteMemo *memo, const Frame *frame)
{
    int line = PyCode_Addr2Line(frame->code, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
    *memo = (struct SiteMemo){.at = frame->last, .epoch = trace->epoch, .lineno = line < 0 ? 0 : (unsigned)line,
                              .filename = name_kept(frame->code->co_filename)};
}

/* A code object dies: what is known of its instructions is no longer true. */
void
tracemalloc_forget_code(void)
{
    if (trace != NULL) {
        trace->epoch++;
    }
}

/* ---- interned tracebacks ---- */

void
traceback_read(struct Traceback *tb, Frame *frame)
{
    int count = 0, total = 0;
    for (; frame != NULL; frame = frame_visible(frame->previous)) {
        if (count < trace->max_frames) {
            struct SiteMemo *memo = site_of(frame);
            tb->sites[count++] = (struct Site){memo->filename, memo->lineno};
        }
        if (total < UINT16_MAX) {
            total++;
        }
    }
    tb->count = (uint16_t)count;
    tb->total = (uint16_t)total;
}

static void
traceback_hash(struct Traceback *tb)
{
    Py_uhash_t hash = 0x345678u;
    for (int i = 0; i < tb->count; i++) {
        hash = (hash ^ (uintptr_t)tb->sites[i].filename >> 4 ^ tb->sites[i].lineno) * 1000003u;
    }
    tb->hash = hash ^ (Py_uhash_t)tb->total;
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

/* The number of a new traceback; 0 without memory. */
static uint32_t
traceback_enter(struct Traceback *tb)
{
    if (trace->traceback_count + 1 >= trace->traceback_room) {
        size_t room = trace->traceback_room ? trace->traceback_room * 2 : 256;
        struct Traceback **bigger = realloc(trace->tracebacks, room * sizeof *bigger);
        if (bigger == NULL || room > UINT32_MAX) {
            return 0;
        }
        trace->tracebacks = bigger;
        trace->traceback_room = room;
    }
    trace->tracebacks[++trace->traceback_count] = tb;
    return tb->number = (uint32_t)trace->traceback_count;
}

uint32_t
traceback_find(void)
{
    struct Traceback *tb = trace->scratch;
    traceback_hash(tb);
    if (trace->traceback_count >= trace->bucket_count) {
        buckets_grow();
        if (trace->bucket_count == 0) {
            return 0;
        }
    }
    struct Traceback **bucket = &trace->buckets[tb->hash & (trace->bucket_count - 1)];
    for (struct Traceback *known = *bucket; known != NULL; known = known->next) {
        if (traceback_equal(known, tb)) {
            return known->number;
        }
    }
    struct Traceback *copy = malloc(traceback_size(tb->count));
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, tb, traceback_size(tb->count));
    if (traceback_enter(copy) == 0) {
        free(copy);
        return 0;
    }
    copy->next = *bucket;
    *bucket = copy;
    trace->traceback_bytes += traceback_size(tb->count);
    return copy->number;
}

PyObject *
traceback_tuple(const struct Traceback *tb)
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

/* ---- all of them ---- */

status
tracebacks_init(void)
{
    return trace->traceback_count == 0 && traceback_enter(&trace->empty) == 0 ? -1 : 0;
}

void
tracebacks_clear(void)
{
    for (size_t i = 2; i <= trace->traceback_count; i++) {
        free(trace->tracebacks[i]);
    }
    for (size_t i = 0; i < trace->bucket_count; i++) {
        trace->buckets[i] = NULL;
    }
    trace->traceback_count = trace->traceback_count > 0 ? 1 : 0;
    trace->traceback_bytes = 0;
    trace->epoch++;
    if (trace->names != NULL) {
        PyDict_Clear(trace->names);
    }
}

size_t
tracebacks_memory(void)
{
    return trace->bucket_count * sizeof(void *) + trace->traceback_bytes + trace->traceback_room * sizeof(void *);
}
