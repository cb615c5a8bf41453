/* The module gc: the collector's switches and views. */
#include "object/declare.h"
#include "object/doors.h"
#include "object/gc.h"
#include "base/pages.h"

#define gc_state (&interp_get()->gc)

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32 };
enum { COLLECTED_GENERATIONS = 7, FROZEN = 8 };

FUNCTION(gc, enable, "($module, /)", "Collect automatically.")
static PyObject *
gc_enable(PyObject *module)
{
    PyGC_Enable();
    Py_RETURN_NONE;
}

FUNCTION(gc, disable, "($module, /)", "Collect only when asked.")
static PyObject *
gc_disable(PyObject *module)
{
    PyGC_Disable();
    Py_RETURN_NONE;
}

FUNCTION(gc, isenabled, "($module, /)", "Whether collections happen automatically.")
static truth
gc_isenabled(PyObject *module)
{
    return PyGC_IsEnabled();
}

FUNCTION(gc, collect, "($module, /, generation=2)",
         "Collect a generation and the younger ones; the number of unreachable objects.")
static Py_ssize_t
gc_collect_function(PyObject *module, int generation)
{
    if (generation < 0 || generation >= GENERATIONS) {
        PyErr_SetString(PyExc_ValueError, "invalid generation");
        return -1;
    }
    Py_ssize_t found = gc_collect(tstate_get(), generation);
    if (generation == GENERATIONS - 1) {
        heap_trim(true);
    }
    return found;
}

FUNCTION(gc, set_debug, "($module, flags, /)", "What to report on stderr: a sum of DEBUG_* flags.")
static PyObject *
gc_set_debug(PyObject *module, int flags)
{
    gc_state->debug = flags;
    Py_RETURN_NONE;
}

FUNCTION(gc, get_debug, "($module, /)", "The debugging flags.")
static int
gc_get_debug(PyObject *module)
{
    return gc_state->debug;
}

FUNCTION(gc, set_threshold, NULL,
         "set_threshold(threshold0, [threshold1, threshold2]) -> None\n\n"
         "How many allocations, or younger collections, lead to a collection; 0: none.")
static PyObject *
gc_set_threshold(PyObject *module, PyObject *args)
{
    struct GcGeneration *g = gc_state->generations;
    if (!PyArg_ParseTuple(args, "i|ii:set_threshold", &g[0].threshold, &g[1].threshold,
                          &g[2].threshold)) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(gc, get_threshold, "($module, /)", "The three thresholds.")
static PyObject *
gc_get_threshold(PyObject *module)
{
    struct GcGeneration *g = gc_state->generations;
    return Py_BuildValue("(iii)", g[0].threshold, g[1].threshold, g[2].threshold);
}

FUNCTION(gc, get_count, "($module, /)", "The counts that are compared with the thresholds.")
static PyObject *
gc_get_count(PyObject *module)
{
    struct GcGeneration *g = gc_state->generations;
    return Py_BuildValue("(iii)", g[0].count, g[1].count, g[2].count);
}

/* Tracked objects for which `wanted` holds.  Collected into raw memory first: a list may not grow
   while pages are walked. */
struct Harvest {
    PyObject **items;
    size_t count, room;
    int (*wanted)(PyObject *, void *);
    void *arg;
};

static int
harvest_one(PyObject *op, void *arg)
{
    struct Harvest *h = arg;
    if (h->wanted != NULL && !h->wanted(op, h->arg)) {
        return 0;
    }
    if (h->count == h->room) {
        size_t room = h->room ? h->room * 2 : 1024;
        void *more = PyMem_RawRealloc(h->items, room * sizeof *h->items);
        if (more == NULL) {
            return -1;
        }
        h->items = more;
        h->room = room;
    }
    h->items[h->count++] = op;
    return 0;
}

static PyObject *
harvest(unsigned generations, int (*wanted)(PyObject *, void *), void *arg)
{
    struct Harvest h = {.wanted = wanted, .arg = arg};
    PyObject *list = NULL;
    if (gc_walk(generations, harvest_one, &h) < 0) {
        PyErr_NoMemory();
    }
    else {
        for (size_t i = 0; i < h.count; i++) {
            Py_INCREF(h.items[i]);          /* making the list may collect */
        }
        list = PyList_New((Py_ssize_t)h.count);
        for (size_t i = 0; i < h.count; i++) {
            if (list != NULL) {
                PyList_SET_ITEM(list, (Py_ssize_t)i, h.items[i]);
            }
            else {
                Py_DECREF(h.items[i]);
            }
        }
    }
    PyMem_RawFree(h.items);
    return list;
}


static int
visit_is_target(PyObject *op, void *arg)
{
    PyObject *args = arg;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        if (PyTuple_GET_ITEM(args, i) == op) {
            return 1;
        }
    }
    return 0;
}

static int
refers_to_target(PyObject *op, void *arg)
{
    return op != arg && Py_TYPE(op)->tp_traverse(op, visit_is_target, arg);
}

FUNCTION(gc, get_referrers, NULL,
         "get_referrers(*objs) -> list\n\nThe tracked objects that refer directly to any of objs.")
static PyObject *
gc_get_referrers(PyObject *module, PyObject *args)
{
    if (PySys_Audit("gc.get_referrers", "(O)", args) < 0 || module_late_end() < 0) {
        return NULL;
    }
    return harvest(COLLECTED_GENERATIONS, refers_to_target, args);
}

static int
visit_append(PyObject *op, void *list)
{
    return PyList_Append(list, op) < 0;
}

FUNCTION(gc, get_referents, NULL,
         "get_referents(*objs) -> list\n\nThe objects that objs refer to directly.")
static PyObject *
gc_get_referents(PyObject *module, PyObject *args)
{
    if (PySys_Audit("gc.get_referents", "(O)", args) < 0 || module_late_end() < 0) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *op = PyTuple_GET_ITEM(args, i);
        traverseproc traverse = Py_TYPE(op)->tp_traverse;
        if (PyObject_IS_GC(op) && traverse != NULL && traverse(op, visit_append, list)) {
            Py_CLEAR(list);
        }
    }
    return list;
}

FUNCTION(gc, get_objects, "($module, /, generation=None)",
         "The tracked objects, of one generation or of all.")
static PyObject *
gc_get_objects(PyObject *module, PyObject *generation)
{
    Py_ssize_t which = -1;
    if (generation != Py_None) {
        which = PyNumber_AsSsize_t(generation, PyExc_OverflowError);
        if (which == -1 && PyErr_Occurred()) {
            if (PyErr_ExceptionMatches(PyExc_TypeError)) {
                PyErr_Format(PyExc_TypeError, "argument should be integer or None, not %.200s",
                             Py_TYPE(generation)->tp_name);
            }
            return NULL;
        }
    }
    if (PySys_Audit("gc.get_objects", "n", which) < 0 || module_late_end() < 0) {
        return NULL;
    }
    if (which >= GENERATIONS) {
        return PyErr_Format(PyExc_ValueError, "generation must be less than the number of available "
                                              "generations (%i)", GENERATIONS);
    }
    if (which < 0 && generation != Py_None) {
        PyErr_SetString(PyExc_ValueError, "generation cannot be negative");
        return NULL;
    }
    return harvest(which < 0 ? COLLECTED_GENERATIONS : 1u << which, NULL, NULL);
}

FUNCTION(gc, get_stats, "($module, /)", "A list of three dicts: what each generation's collections did.")
static PyObject *
gc_get_stats(PyObject *module)
{
    struct GcStats stats[GENERATIONS];
    memcpy(stats, gc_state->stats, sizeof stats);
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < GENERATIONS; i++) {
        PyObject *dict = Py_BuildValue("{snsnsn}", "collections", stats[i].collections, "collected",
                                       stats[i].collected, "uncollectable", stats[i].uncollectable);
        if (dict == NULL || PyList_Append(list, dict) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(dict);
    }
    return list;
}

FUNCTION(gc, is_tracked, "($module, obj, /)", "Whether the collector looks at the object.")
static truth
gc_is_tracked_function(PyObject *module, PyObject *obj)
{
    return PyObject_GC_IsTracked(obj);
}

FUNCTION(gc, is_finalized, "($module, obj, /)", "Whether the collector has run the object's finaliser.")
static truth
gc_is_finalized(PyObject *module, PyObject *obj)
{
    return PyObject_GC_IsFinalized(obj);
}

FUNCTION(gc, freeze, "($module, /)", "Set all tracked objects apart: collections ignore them.")
static PyObject *
gc_freeze(PyObject *module)
{
    gc_move_all(COLLECTED_GENERATIONS, 3);
    for (int i = 0; i < GENERATIONS; i++) {
        gc_state->generations[i].count = 0;
    }
    Py_RETURN_NONE;
}

FUNCTION(gc, unfreeze, "($module, /)", "Put frozen objects into the oldest generation.")
static PyObject *
gc_unfreeze(PyObject *module)
{
    gc_move_all(FROZEN, 2);
    Py_RETURN_NONE;
}

static int
count_one(PyObject *Py_UNUSED(op), void *count)
{
    ++*(Py_ssize_t *)count;
    return 0;
}

FUNCTION(gc, get_freeze_count, "($module, /)", "The number of frozen objects.")
static Py_ssize_t
gc_get_freeze_count(PyObject *module)
{
    Py_ssize_t count = 0;
    gc_walk(FROZEN, count_one, &count);
    return count;
}

static int
gc_exec(PyObject *module)
{
    struct GcState *gc = gc_state;
    if (gc->garbage == NULL && (gc->garbage = PyList_New(0)) == NULL) {
        return -1;
    }
    if (gc->callbacks == NULL && (gc->callbacks = PyList_New(0)) == NULL) {
        return -1;
    }
    return PyModule_AddObjectRef(module, "garbage", gc->garbage) < 0 ||
                   PyModule_AddObjectRef(module, "callbacks", gc->callbacks) < 0 ||
                   PyModule_AddIntMacro(module, DEBUG_STATS) < 0 ||
                   PyModule_AddIntMacro(module, DEBUG_COLLECTABLE) < 0 ||
                   PyModule_AddIntMacro(module, DEBUG_UNCOLLECTABLE) < 0 ||
                   PyModule_AddIntMacro(module, DEBUG_SAVEALL) < 0 ||
                   PyModule_AddIntConstant(module, "DEBUG_LEAK",
                                           DEBUG_COLLECTABLE | DEBUG_UNCOLLECTABLE | DEBUG_SAVEALL) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot gc_slots[] = {{Py_mod_exec, gc_exec}, {0, NULL}};
static PyMethodDef gc_functions[];

static WRITTEN struct PyModuleDef gc_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "gc",
    .m_doc = "Control of the collector of reference cycles, and views of what it sees.",
    .m_methods = gc_functions,
    .m_slots = gc_slots,
};

PyMODINIT_FUNC
PyInit_gc(void)
{
    return PyModuleDef_Init(&gc_def);
}

#include "gen/modules/gc.inc"
