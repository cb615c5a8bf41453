/* Finding every live object.

   Collected objects carry SIDE_LIVE.  Plain pages hold str, int, float and bytes, and beside them
   memory that is no object (key tables of dicts, buffers): a block there is an object if it is
   allocated, its count is positive and its second word is the address of a type.  A block is
   allocated if it is carved and not in its page's free list.  Under the debug hooks the object
   stands two words behind the start of its block.

   Types are known by address: heap types lie in collected pages, static ones are reached through
   object's subclasses and kept in a table for the time of the walk.

   The total reference count of the debug build is the sum over this walk, not a counter: it costs
   nothing until somebody asks, objects keep the layout of the release build, and counts that a
   compiled extension changes inline are in it.  Plain blocks above PAGE_MAX are in a table of their
   own (base/large.c) and are judged in the same way. */
#include "object/live.h"
#include "base/alloc.h"
#include "object/gc.h"
#include <stdio.h>
#include <stdlib.h>

extern PyObject *const krait_names[];
extern const Py_ssize_t krait_names_len;

/* Addresses of the static types: open addressing, a power of two slots. */
struct TypeTable {
    PyTypeObject **slots;
    size_t mask, used;
};

struct Walk {
    int (*visit)(PyObject *, void *);
    void *arg;
    struct TypeTable types;
};

/* ---- static types ------------------------------------------------------------------------- */

static size_t
type_probe(const struct TypeTable *table, const void *type)
{
    size_t i = ((uintptr_t)type >> 4) & table->mask;
    while (table->slots[i] != NULL && table->slots[i] != type) {
        i = (i + 1) & table->mask;
    }
    return i;
}

/* 1 if it is new in the table, 0 if not, -1 without memory. */
static int
type_add(struct TypeTable *table, PyTypeObject *type)
{
    if (table->slots == NULL || table->used * 2 > table->mask) {
        struct TypeTable bigger = {.mask = table->slots == NULL ? 1023 : table->mask * 2 + 1,
                                   .used = table->used};
        bigger.slots = calloc(bigger.mask + 1, sizeof *bigger.slots);
        if (bigger.slots == NULL) {
            return -1;
        }
        for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
            if (table->slots[i] != NULL) {
                bigger.slots[type_probe(&bigger, table->slots[i])] = table->slots[i];
            }
        }
        free(table->slots);
        *table = bigger;
    }
    size_t at = type_probe(table, type);
    if (table->slots[at] != NULL) {
        return 0;
    }
    table->slots[at] = type;
    table->used++;
    return 1;
}

/* `type` and the static types below it.  A static type never inherits from a heap type. */
static status
types_below(struct TypeTable *table, PyTypeObject *type)
{
    PyObject *address, *ref;
    Py_ssize_t at = 0;
    int added = type_add(table, type);
    if (added <= 0) {
        return added;
    }
    while (type->tp_subclasses != NULL && PyDict_Next(type->tp_subclasses, &at, &address, &ref)) {
        PyObject *below = PyWeakref_GET_OBJECT(ref);
        if (below != Py_None && !(((PyTypeObject *)below)->tp_flags & Py_TPFLAGS_HEAPTYPE) &&
            types_below(table, (PyTypeObject *)below) < 0) {
            return -1;
        }
    }
    return 0;
}

static bool
is_static_type(const struct TypeTable *table, const void *p)
{
    return table->slots[type_probe(table, p)] != NULL;
}

static bool
is_type(const struct TypeTable *table, const void *p)
{
    if ((uintptr_t)p & (sizeof(void *) - 1)) {
        return false;
    }
    if (is_static_type(table, p)) {
        return true;
    }
    if (!heap_collects(p) || (uintptr_t)p - (uintptr_t)page_base(page_of(p)) < PAGE_FIRST_COLLECTED ||
        !(*page_side(p) & SIDE_LIVE)) {
        return false;
    }
    const PyObject *op = p;
    return PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_TYPE_SUBCLASS);
}

/* ---- pages -------------------------------------------------------------------------------- */

static int
walk_collected(struct Walk *walk, struct Page *page)
{
    size_t presize = page->kind == PAGE_COLLECTED_PRE ? 2 * sizeof(PyObject *) : 0;
    char *at = page_base(page) + page->first + presize;
    for (uint32_t i = 0; i < page->carved; i++, at += page->block) {
        PyObject *op = (PyObject *)at;
        if (*page_side(op) & SIDE_LIVE && Py_REFCNT(op) > 0) {
            int stop = walk->visit(op, walk->arg);
            if (stop) {
                return stop;
            }
        }
    }
    return 0;
}

/* The object in an allocated plain block, or NULL. */
static PyObject *
plain_object(const struct Walk *walk, char *block, size_t bytes)
{
    static const uint8_t debug_mark[8] = {'o', 0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD};
    PyObject *op = (PyObject *)block;
    if (bytes >= 48 && memcmp(block + 8, debug_mark, 8) == 0) {
        op = (PyObject *)(block + 16);
    }
    return Py_REFCNT(op) > 0 && is_type(&walk->types, Py_TYPE(op)) ? op : NULL;
}

static int
walk_plain(struct Walk *walk, struct Page *page)
{
    uint64_t is_free[PAGE_BYTES / 8 / 64] = {0};
    for (void **p = page->free; p != NULL; p = *p) {
        size_t i = page_block_index(page, p);
        is_free[i >> 6] |= (uint64_t)1 << (i & 63);
    }
    char *at = page_base(page) + page->first;
    if (page->block < sizeof(PyObject)) {
        return 0;
    }
    for (uint32_t i = 0; i < page->carved; i++, at += page->block) {
        if (is_free[i >> 6] >> (i & 63) & 1) {
            continue;
        }
        PyObject *op = plain_object(walk, at, page->block);
        int stop = op == NULL ? 0 : walk->visit(op, walk->arg);
        if (stop) {
            return stop;
        }
    }
    return 0;
}

static int
walk_large(struct Walk *walk)
{
    const struct LargeTable *table = &krait_heap.large;
    int stop = 0;
    for (size_t i = 0; table->slots != NULL && i <= table->mask && !stop; i++) {
        PyObject *op = table->slots[i] == NULL ? NULL : plain_object(walk, table->slots[i], PAGE_MAX);
        stop = op == NULL ? 0 : walk->visit(op, walk->arg);
    }
    return stop;
}

/* ---- the walk ----------------------------------------------------------------------------- */

static int
walk_static(struct Walk *walk)
{
    PyObject *const singles[] = {Py_None, Py_True, Py_False, Py_Ellipsis, Py_NotImplemented};
    int stop = 0;
    for (size_t i = 0; i < ARRAY_LEN(singles) && !stop; i++) {
        stop = walk->visit(singles[i], walk->arg);
    }
    for (size_t i = 0; i < ARRAY_LEN(_PyRuntime.small_ints) && !stop; i++) {
        stop = walk->visit((PyObject *)&_PyRuntime.small_ints[i], walk->arg);
    }
    for (Py_ssize_t i = 0; i < krait_names_len && !stop; i++) {
        stop = walk->visit(krait_names[i], walk->arg);
    }
    for (size_t i = 0; i <= walk->types.mask && !stop; i++) {
        if (walk->types.slots[i] != NULL) {
            stop = walk->visit((PyObject *)walk->types.slots[i], walk->arg);
        }
    }
    return stop;
}

int
live_walk(int (*visit)(PyObject *, void *), void *arg)
{
    struct Walk walk = {visit, arg, {NULL, 0, 0}};
    if (types_below(&walk.types, &PyBaseObject_Type) < 0) {
        free(walk.types.slots);
        return -1;
    }
    int stop = walk_static(&walk);
    for (unsigned kind = PAGE_PLAIN; kind < PAGE_KINDS && !stop; kind++) {
        for (struct Page *page = krait_heap.all[kind]; page != NULL && !stop; page = page->all_next) {
            stop = kind == PAGE_PLAIN ? walk_plain(&walk, page) : walk_collected(&walk, page);
        }
    }
    if (!stop) {
        stop = walk_large(&walk);
    }
    free(walk.types.slots);
    return stop;
}

/* Objects that are never released begin at 2^30, small ints at 999,999,999 (state.c): what others
   hold is the distance from there. */
static Py_ssize_t
held_count(PyObject *op)
{
    Py_ssize_t n = Py_REFCNT(op);
    return n < 900000000 ? n : n < 1050000000 ? n - 999999999 : n - ((Py_ssize_t)1 << 30);
}

static int
add_count(PyObject *op, void *total)
{
    *(Py_ssize_t *)total += held_count(op);
    return 0;
}

Py_ssize_t
live_total_refs(void)
{
    Py_ssize_t total = 0;
    return live_walk(add_count, &total) < 0 ? PY_SSIZE_T_MIN : total;
}

void
live_print_totals(void)
{
    extern Py_ssize_t _Py_GetAllocatedBlocks(void);
    fprintf(stderr, "[%zd refs, %zd blocks]\n", live_total_refs(), _Py_GetAllocatedBlocks());
}

static int
dump_target(PyObject *op, void *file)
{
    fprintf(file, " %p", (void *)op);
    return 0;
}

static int
dump_one(PyObject *op, void *file)
{
    fprintf(file, "%p [%zd] %s", (void *)op, held_count(op), Py_TYPE(op)->tp_name);
    if (PyUnicode_Check(op) && PyUnicode_IS_COMPACT_ASCII(op)) {
        fprintf(file, " '%.40s'", (const char *)PyUnicode_DATA(op));
    }
    else if (PyType_Check(op)) {
        fprintf(file, " %s", ((PyTypeObject *)op)->tp_name);
    }
    if (PyObject_IS_GC(op) && Py_TYPE(op)->tp_traverse != NULL) {
        fputs(" ->", file);
        Py_TYPE(op)->tp_traverse(op, dump_target, file);
    }
    fputc('\n', file);
    return 0;
}

void
live_dump(FILE *file)
{
    live_walk(dump_one, file);
}

/* ---- sys functions of the debug build ----------------------------------------------------- */
#ifdef KRAIT_DEBUG

static PyObject *
sys_gettotalrefcount(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t total = live_total_refs();
    return total == PY_SSIZE_T_MIN ? PyErr_NoMemory() : PyLong_FromSsize_t(total);
}

static PyObject *
sys__getallblocks(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(alloc_blocks());
}

struct ObjectList {
    PyObject **items;
    size_t count, room;
    PyTypeObject *type;             /* NULL: any */
};

static int
list_object(PyObject *op, void *arg)
{
    struct ObjectList *list = arg;
    if (list->type != NULL && Py_TYPE(op) != list->type) {
        return 0;
    }
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 4096;
        PyObject **items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            return 1;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = op;
    return 0;
}

/* _getobjects([limit[, type]]): every live object, at most `limit` (0: all) of `type`. */
static PyObject *
sys_getobjects(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t limit = 0;
    struct ObjectList list = {NULL, 0, 0, NULL};
    if (!PyArg_ParseTuple(args, "|nO!:_getobjects", &limit, &PyType_Type, &list.type)) {
        return NULL;
    }
    if (live_walk(list_object, &list) != 0) {
        free(list.items);
        return PyErr_NoMemory();
    }
    Py_ssize_t n = (Py_ssize_t)list.count;
    n = limit > 0 && limit < n ? limit : n;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_INCREF(list.items[i]);
    }
    PyObject *result = PyList_New(n);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (result == NULL) {
            Py_DECREF(list.items[i]);
        }
        else {
            PyList_SET_ITEM(result, i, list.items[i]);
        }
    }
    free(list.items);
    return result;
}

/* One type's share of the live objects. */
struct TypeCount {
    PyTypeObject *type;
    Py_ssize_t objects, refs;
};

struct TypeCounts {
    struct TypeCount *slots;
    size_t mask, used;
};

static int
count_by_type(PyObject *op, void *arg)
{
    struct TypeCounts *counts = arg;
    if (counts->slots == NULL || counts->used * 2 > counts->mask) {
        struct TypeCounts bigger = {NULL, counts->slots == NULL ? 1023 : counts->mask * 2 + 1,
                                    counts->used};
        bigger.slots = calloc(bigger.mask + 1, sizeof *bigger.slots);
        if (bigger.slots == NULL) {
            return -1;
        }
        for (size_t i = 0; counts->slots != NULL && i <= counts->mask; i++) {
            if (counts->slots[i].type != NULL) {
                size_t at = ((uintptr_t)counts->slots[i].type >> 4) & bigger.mask;
                while (bigger.slots[at].type != NULL) {
                    at = (at + 1) & bigger.mask;
                }
                bigger.slots[at] = counts->slots[i];
            }
        }
        free(counts->slots);
        *counts = bigger;
    }
    size_t at = ((uintptr_t)Py_TYPE(op) >> 4) & counts->mask;
    while (counts->slots[at].type != NULL && counts->slots[at].type != Py_TYPE(op)) {
        at = (at + 1) & counts->mask;
    }
    counts->used += counts->slots[at].type == NULL;
    counts->slots[at].type = Py_TYPE(op);
    counts->slots[at].objects++;
    counts->slots[at].refs += held_count(op);
    return 0;
}

/* _typecounts(): dict of type name -> (live objects, sum of their counts); types of one name are
   added up.  Names instead of types, so that the answer keeps no type alive. */
static PyObject *
sys__typecounts(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    struct TypeCounts counts = {NULL, 0, 0};
    PyObject *result = NULL;
    if (live_walk(count_by_type, &counts) != 0) {
        PyErr_NoMemory();
        goto done;
    }
    result = PyDict_New();
    for (size_t i = 0; result != NULL && i <= counts.mask; i++) {
        struct TypeCount *count = &counts.slots[i];
        if (count->type == NULL) {
            continue;
        }
        PyObject *name = PyUnicode_FromString(count->type->tp_name);
        PyObject *before = name == NULL ? NULL : PyDict_GetItemWithError(result, name);
        Py_ssize_t objects = count->objects, refs = count->refs;
        if (before != NULL) {
            objects += PyLong_AsSsize_t(PyTuple_GET_ITEM(before, 0));
            refs += PyLong_AsSsize_t(PyTuple_GET_ITEM(before, 1));
        }
        PyObject *pair = name == NULL ? NULL : Py_BuildValue("nn", objects, refs);
        if (pair == NULL || PyDict_SetItem(result, name, pair) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(name);
        Py_XDECREF(pair);
    }
done:
    free(counts.slots);
    return result;
}

PyMethodDef live_sys_functions[] = {
    {"gettotalrefcount", sys_gettotalrefcount, METH_NOARGS,
     PyDoc_STR("The sum of the reference counts of all live objects.")},
    {"_getallblocks", sys__getallblocks, METH_NOARGS,
     PyDoc_STR("Number of memory blocks in use, also of the raw domain and above the pages' sizes.")},
    {"_getobjects", sys_getobjects, METH_VARARGS,
     PyDoc_STR("_getobjects([limit[, type]]) -> list of all live objects, of one type if given.")},
    {"_typecounts", sys__typecounts, METH_NOARGS,
     PyDoc_STR("Dict of type name to (live objects, sum of their reference counts).")},
    {NULL, NULL, 0, NULL},
};

#endif
