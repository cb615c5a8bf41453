/* _heapq: heaps in lists, a[k] <= a[2k+1] and a[k] <= a[2k+2], and their mirror image.

   Every comparison may change the list; then the operation stops with RuntimeError. */
#include <Python.h>

#include "object/declare.h"

/* Does `a` belong above `b`?  In a max-heap the order is turned round. */
static ALWAYS_INLINE truth
above(PyObject *a, PyObject *b, bool max)
{
    PyObject *left = max ? b : a, *right = max ? a : b;
    Py_INCREF(a);
    Py_INCREF(b);
    truth result = PyObject_RichCompareBool(left, right, Py_LT);
    Py_DECREF(a);
    Py_DECREF(b);
    return result;
}

static COLD status
changed(void)
{
    PyErr_SetString(PyExc_RuntimeError, "list changed size during iteration");
    return -1;
}

static inline void
swap(PyListObject *heap, Py_ssize_t i, Py_ssize_t j)
{
    PyObject *x = heap->ob_item[i];
    heap->ob_item[i] = heap->ob_item[j];
    heap->ob_item[j] = x;
}

/* The item at `at` moves up to its place, not above `top`; those over it move down. */
static status
rise(PyListObject *heap, Py_ssize_t top, Py_ssize_t at, bool max)
{
    Py_ssize_t size = Py_SIZE(heap);
    if (at >= size) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return -1;
    }
    while (at > top) {
        Py_ssize_t parent = (at - 1) >> 1;
        truth better = above(heap->ob_item[at], heap->ob_item[parent], max);
        if (better < 0) return -1;
        if (size != Py_SIZE(heap)) return changed();
        if (!better) break;
        swap(heap, at, parent);
        at = parent;
    }
    return 0;
}

/* The item at `at` moves down to the bottom along the better children, then up to its place: most
   items belong near the bottom, so that this takes fewer comparisons than stopping early. */
static status
sink(PyListObject *heap, Py_ssize_t at, bool max)
{
    Py_ssize_t size = Py_SIZE(heap), top = at;
    if (at >= size) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return -1;
    }
    while (at < size >> 1) {
        Py_ssize_t child = 2 * at + 1;
        if (child + 1 < size) {
            truth left = above(heap->ob_item[child], heap->ob_item[child + 1], max);
            if (left < 0) return -1;
            child += !left;
            if (size != Py_SIZE(heap)) return changed();
        }
        swap(heap, at, child);
        at = child;
    }
    return rise(heap, top, at, max);
}

static bool
is_list(PyObject *heap, const char *name)
{
    if (PyList_Check(heap)) return true;
    _PyArg_BadArgument(name, "argument", "list", heap);
    return false;
}

static bool
is_first_list(PyObject *heap, const char *name)
{
    if (PyList_Check(heap)) return true;
    _PyArg_BadArgument(name, "argument 1", "list", heap);
    return false;
}

FUNCTION(_heapq, heappush, "($module, heap, item, /)", "Add an item to a heap.")
static PyObject *
_heapq_heappush(PyObject *module, PyObject *heap, PyObject *item)
{
    if (!is_first_list(heap, "heappush") || PyList_Append(heap, item) < 0) return NULL;
    if (rise((PyListObject *)heap, 0, PyList_GET_SIZE(heap) - 1, false) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *
pop(PyObject *op, bool max)
{
    PyListObject *heap = (PyListObject *)op;
    Py_ssize_t n = Py_SIZE(heap);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    PyObject *last = Py_NewRef(heap->ob_item[n - 1]);
    if (PyList_SetSlice(op, n - 1, n, NULL) < 0) {
        Py_DECREF(last);
        return NULL;
    }
    if (n == 1) return last;
    PyObject *first = heap->ob_item[0];
    heap->ob_item[0] = last;
    if (sink(heap, 0, max) < 0) {
        Py_DECREF(first);
        return NULL;
    }
    return first;
}

FUNCTION(_heapq, heappop, "($module, heap, /)", "Remove and return the smallest item of a heap.")
static PyObject *
_heapq_heappop(PyObject *module, PyObject *heap)
{
    return is_list(heap, "heappop") ? pop(heap, false) : NULL;
}

FUNCTION(_heapq, _heappop_max, "($module, heap, /)", "Remove and return the largest item of a max-heap.")
static PyObject *
_heapq__heappop_max(PyObject *module, PyObject *heap)
{
    return is_list(heap, "_heappop_max") ? pop(heap, true) : NULL;
}

static PyObject *
replace(PyObject *op, PyObject *item, bool max)
{
    PyListObject *heap = (PyListObject *)op;
    if (Py_SIZE(heap) == 0) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    PyObject *first = heap->ob_item[0];
    heap->ob_item[0] = Py_NewRef(item);
    if (sink(heap, 0, max) < 0) {
        Py_DECREF(first);
        return NULL;
    }
    return first;
}

FUNCTION(_heapq, heapreplace, "($module, heap, item, /)",
         "Remove and return the smallest item of a heap, and add another.")
static PyObject *
_heapq_heapreplace(PyObject *module, PyObject *heap, PyObject *item)
{
    return is_first_list(heap, "heapreplace") ? replace(heap, item, false) : NULL;
}

FUNCTION(_heapq, _heapreplace_max, "($module, heap, item, /)",
         "Remove and return the largest item of a max-heap, and add another.")
static PyObject *
_heapq__heapreplace_max(PyObject *module, PyObject *heap, PyObject *item)
{
    return is_first_list(heap, "_heapreplace_max") ? replace(heap, item, true) : NULL;
}

FUNCTION(_heapq, heappushpop, "($module, heap, item, /)",
         "Add an item to a heap, and remove and return the smallest.")
static PyObject *
_heapq_heappushpop(PyObject *module, PyObject *heap, PyObject *item)
{
    if (!is_first_list(heap, "heappushpop")) return NULL;
    if (PyList_GET_SIZE(heap) == 0) return Py_NewRef(item);
    truth smaller = above(PyList_GET_ITEM(heap, 0), item, false);
    if (smaller < 0) return NULL;
    if (!smaller) return Py_NewRef(item);
    return replace(heap, item, false);
}

/* Make a heap bottom-up.  A large one is done in the order that keeps to small subtrees, so that
   they stay in the cache: all descendants of a node right after it. */
static PyObject *
heapify(PyObject *op, bool max)
{
    PyListObject *heap = (PyListObject *)op;
    Py_ssize_t n = Py_SIZE(heap);
    if (n <= 2500) {
        for (Py_ssize_t i = (n >> 1) - 1; i >= 0; i--) {
            if (sink(heap, i, max) < 0) return NULL;
        }
        Py_RETURN_NONE;
    }
    Py_ssize_t inner = n >> 1, leftmost = inner;
    /* Bits that say "the next parent up is ready as well". */
    while (leftmost & (leftmost + 1)) leftmost |= leftmost >> 1;
    leftmost >>= 1;
    for (Py_ssize_t i = leftmost - 1; i >= inner >> 1; i--) {
        for (Py_ssize_t j = i;;) {
            if (sink(heap, j, max) < 0) return NULL;
            if (!(j & 1)) break;
            j >>= 1;
        }
    }
    for (Py_ssize_t i = inner - 1; i >= leftmost; i--) {
        for (Py_ssize_t j = i;;) {
            if (sink(heap, j, max) < 0) return NULL;
            if (!(j & 1)) break;
            j >>= 1;
        }
    }
    Py_RETURN_NONE;
}

FUNCTION(_heapq, heapify, "($module, heap, /)", "Make a list a heap, in linear time.")
static PyObject *
_heapq_heapify(PyObject *module, PyObject *heap)
{
    return is_list(heap, "heapify") ? heapify(heap, false) : NULL;
}

FUNCTION(_heapq, _heapify_max, "($module, heap, /)", "Make a list a max-heap, in linear time.")
static PyObject *
_heapq__heapify_max(PyObject *module, PyObject *heap)
{
    return is_list(heap, "_heapify_max") ? heapify(heap, true) : NULL;
}

static int
_heapq_exec(PyObject *module)
{
    PyObject *about = PyUnicode_FromString(
        "Heap queues\n\n"
        "[A note by Fran\xc3\xa7ois Pinard on heaps is in the documentation of module heapq.]\n");
    if (about == NULL) return -1;
    int done = PyModule_AddObjectRef(module, "__about__", about);
    Py_DECREF(about);
    return done;
}

#include "gen/modules/_heapq.inc"

static PyModuleDef_Slot _heapq_slots[] = {{Py_mod_exec, _heapq_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _heapq_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_heapq",
    .m_doc = PyDoc_STR("Heaps: lists whose first item is the smallest, kept so at little cost."),
    .m_methods = _heapq_functions,
    .m_slots = _heapq_slots,
};

PyMODINIT_FUNC
PyInit__heapq(void)
{
    return PyModuleDef_Init(&_heapq_module);
}
