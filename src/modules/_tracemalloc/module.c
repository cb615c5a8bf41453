/* _tracemalloc: what others call (blocks of foreign allocators, recycled objects, where a block comes
   from), and the functions of the module. */
#include "modules/_tracemalloc/tracemalloc.h"
#include "object/declare.h"
#include "object/freelist.h"
#include "runtime/dump.h"

/* ---- for others ---- */

/* Trace a block of another allocator.  0, -1 without memory, -2 while not tracing. */
int
PyTraceMalloc_Track(unsigned int domain, uintptr_t ptr, size_t size)
{
    if (!is_tracing()) {
        return -2;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    status result = trace_note(domain, (void *)ptr, size);
    PyGILState_Release(gil);
    return result;
}

int
PyTraceMalloc_Untrack(unsigned int domain, uintptr_t ptr)
{
    if (!is_tracing()) {
        return -2;
    }
    trace_forget(domain, (void *)ptr);
    return 0;
}

/* The block in which an object stands. */
static ALWAYS_INLINE const void *
block_of(PyObject *op)
{
    bool pre = heap_collects(op) && page_of(op)->kind == PAGE_COLLECTED_PRE;
    return (const char *)op - (pre ? 2 * sizeof(PyObject *) : 0);
}

/* A recycled object counts as allocated here and now. */
int
_PyTraceMalloc_NewReference(PyObject *op)
{
    if (!is_tracing() || trace->inside) {
        return -1;
    }
    trace->inside = true;
    uint32_t now = traceback_now();
    trace->inside = false;
    return now != 0 && trace_number(0, block_of(op), now) != 0 ? 0 : -1;
}

static struct Traceback *
traceback_of(unsigned domain, const void *block)
{
    uint32_t number = is_tracing() ? trace_number(domain, block, 0) : 0;
    return number == 0 ? NULL : trace->tracebacks[number];
}

PyObject *
_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t ptr)
{
    struct Traceback *tb = traceback_of(domain, (void *)ptr);
    if (tb == NULL) {
        Py_RETURN_NONE;
    }
    return traceback_tuple(tb);
}

void
alloc_site_print(int fd, const void *block)
{
    static const char hint[] =
        "Enable tracemalloc to get the memory block allocation traceback\n\n";
    if (!is_tracing()) {
        _Py_write_noraise(fd, hint, sizeof hint - 1);
        return;
    }
    struct Traceback *tb = traceback_of(0, block);
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

/* ---- the module ---- */

FUNCTION(_tracemalloc, is_tracing, "($module, /)", "Whether allocations are traced.")
static truth
_tracemalloc_is_tracing(PyObject *module)
{
    return is_tracing();
}

FUNCTION(_tracemalloc, clear_traces, "($module, /)", "Forget all traces.")
static PyObject *
_tracemalloc_clear_traces(PyObject *module)
{
    if (is_tracing()) {
        trace->inside = true;
        tracing_clear();
        trace->inside = false;
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
        tuple = traceback_tuple(tb);
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
    if (list == NULL || !is_tracing()) {
        return list;
    }
    /* Work on a copy: making the tuples changes what is traced. */
    size_t count = traces_copy(NULL, 0);
    struct Trace *copy = malloc((count + 1) * sizeof *copy);
    count = copy == NULL ? 0 : traces_copy(copy, count);
    trace->inside = true;
    PyObject *cache = PyDict_New();
    if (copy == NULL || cache == NULL) {
        PyErr_NoMemory();
        Py_CLEAR(list);
    }
    for (size_t i = 0; list != NULL && i < count; i++) {
        if (copy[i].traceback > trace->traceback_count) {
            break;                  /* a finaliser has cleared the traces meanwhile */
        }
        struct Traceback *tb = trace->tracebacks[copy[i].traceback];
        PyObject *tuple = shared_tuple(cache, tb);
        PyObject *item = tuple == NULL ? NULL
                                       : Py_BuildValue("InNI", copy[i].domain, (Py_ssize_t)copy[i].size,
                                                       tuple, (unsigned)tb->total);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    free(copy);
    Py_XDECREF(cache);
    trace->inside = false;
    return list;
}

FUNCTION(_tracemalloc, _get_object_traceback, "($module, obj, /)",
         "Where the object was allocated, as a tuple of (file, line); None if that is not known.")
static PyObject *
_tracemalloc__get_object_traceback(PyObject *module, PyObject *obj)
{
    struct Traceback *tb = traceback_of(0, block_of(obj));
    if (tb == NULL) {
        Py_RETURN_NONE;
    }
    return traceback_tuple(tb);
}

FUNCTION(_tracemalloc, start, "($module, nframe=1, /)",
         "Trace allocations from now on, keeping nframe frames of each.")
static PyObject *
_tracemalloc_start(PyObject *module, int nframe)
{
    if (tracing_start(nframe) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_tracemalloc, stop, "($module, /)", "Stop tracing and forget all traces.")
static PyObject *
_tracemalloc_stop(PyObject *module)
{
    tracing_stop();
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
    return PyLong_FromSize_t(trace == NULL ? 0 : traces_memory() + tracebacks_memory() + callers_memory());
}

FUNCTION(_tracemalloc, get_traced_memory, "($module, /)",
         "(bytes, most bytes there ever were) of traced blocks.")
static PyObject *
_tracemalloc_get_traced_memory(PyObject *module)
{
    size_t now = 0, peak = 0;
    if (is_tracing()) {
        now = traced_bytes();
        peak = trace->peak;
    }
    return Py_BuildValue("nn", (Py_ssize_t)now, (Py_ssize_t)peak);
}

FUNCTION(_tracemalloc, reset_peak, "($module, /)", "Let the peak begin anew at the current size.")
static PyObject *
_tracemalloc_reset_peak(PyObject *module)
{
    if (is_tracing()) {
        trace->peak = traced_bytes();
    }
    Py_RETURN_NONE;
}

static int
_tracemalloc_exec(PyObject *module)
{
    return tracing_prepare() < 0 ? (PyErr_NoMemory(), -1) : 0;
}

static PyModuleDef_Slot _tracemalloc_slots[] = {{Py_mod_exec, _tracemalloc_exec}, {0, NULL}};
static PyMethodDef _tracemalloc_functions[];

static WRITTEN struct PyModuleDef _tracemalloc_def = {
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

#include "gen/modules/_tracemalloc/module.inc"
