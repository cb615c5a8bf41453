/* list: see list.h for the invariants.  Sorting is in list_sort.c.

   Growth is proportional, so that n appends cost O(n): lengths 0, 4, 8, 16, 24, 32, 40, 52, 64, ...
   Code that calls out (comparison, repr, iteration) must expect the list to change under it: it
   holds its own reference to an item and looks at the size again afterwards. */
#include "types/int.h"
#include "types/list.h"

#include "base/copy.h"
#include "object/declare.h"
#include "object/gc.h"
#include "object/check.h"
#include "types/tuple.h"
#include "types/same.h"

/* ---- storage ---------------------------------------------------------------------------- */

#ifdef KRAIT_DEBUG
void
list_check(PyObject *op, bool deep)
{
    PyListObject *self = (PyListObject *)op;
    if (self->allocated == -1) {        /* being sorted */
        return;
    }
    INVARIANT(op, Py_SIZE(self) >= 0 && Py_SIZE(self) <= self->allocated);
    INVARIANT(op, (self->ob_item == NULL) == (self->allocated == 0));
    for (Py_ssize_t i = 0; deep && i < Py_SIZE(self); i++) {
        INVARIANT(op, self->ob_item[i] == NULL || Py_REFCNT(self->ob_item[i]) > 0);
    }
}
#endif

status
list_resize(PyListObject *self, Py_ssize_t size)
{
    Py_ssize_t allocated = self->allocated;
    if (allocated >= size && size >= allocated >> 1) {
        Py_SET_SIZE(self, size);
        LIST_CHECK(self, false);
        return 0;
    }
    size_t room = ((size_t)size + ((size_t)size >> 3) + 6) & ~(size_t)3;
    /* A jump larger than the spare room would be: no spare room. */
    if (size - Py_SIZE(self) > (Py_ssize_t)room - size) room = ((size_t)size + 3) & ~(size_t)3;
    if (size == 0) room = 0;
    PyObject **items = NULL;
    if (room == 0) {
        PyMem_Free(self->ob_item);
    } else {
        if (room <= PY_SSIZE_T_MAX / sizeof(PyObject *)) {
            items = words_realloc(self->ob_item, room * sizeof(PyObject *));
        }
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    self->ob_item = items;
    self->allocated = (Py_ssize_t)room;
    Py_SET_SIZE(self, size);
    LIST_CHECK(self, false);            /* the new items are not there yet */
    return 0;
}

/* Room for exactly `size` items (rounded up to even) in a list that has no storage. */
static status
list_reserve(PyListObject *self, Py_ssize_t size)
{
    if (size == 0) return 0;
    size_t room = ((size_t)size + 1) & ~(size_t)1;
    PyObject **items = NULL;
    if (room <= PY_SSIZE_T_MAX / sizeof(PyObject *)) items = words_alloc(room * sizeof(PyObject *));
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->ob_item = items;
    self->allocated = (Py_ssize_t)room;
    return 0;
}

NOINLINE status
list_append_grow_take(PyListObject *self, PyObject *item)
{
    Py_ssize_t n = Py_SIZE(self);
    if (list_resize(self, n + 1) < 0) {
        Py_DECREF(item);
        return -1;
    }
    self->ob_item[n] = item;
    return 0;
}

/* A list of n items, not filled in and not tracked. */
static PyListObject *
list_alloc(Py_ssize_t n)
{
    PyListObject *self = freelist_pop(&_PyRuntime.caches.lists);
    if (likely(self != NULL)) {
        freelist_revive(self, &PyList_Type);
    } else {
        self = (PyListObject *)gc_alloc_here(sizeof *self, 0, PAGE_TIGHT);
        if (self == NULL) return NULL;
        freelist_revive(self, &PyList_Type);
    }
    self->ob_item = NULL;
    if (n > 0) {
        if ((size_t)n <= PY_SSIZE_T_MAX / sizeof(PyObject *)) {
            self->ob_item = words_alloc((size_t)n * sizeof(PyObject *));
        }
        if (self->ob_item == NULL) {
            Py_SET_SIZE(self, 0);
            self->allocated = 0;
            Py_DECREF(self);
            return (PyListObject *)PyErr_NoMemory();
        }
    }
    Py_SET_SIZE(self, n);
    self->allocated = n;
    return self;
}

static void
list_tp_dealloc(PyObject *op)
{
    PyListObject *self = (PyListObject *)op;
    gc_untrack((PyObject *)self);
    PyThreadState *tstate = tstate_get();
    bool guarded = Py_TYPE(op)->tp_dealloc == list_tp_dealloc;
    if (guarded && trash_begin(tstate, op)) return;
    if (self->ob_item != NULL) {
        for (Py_ssize_t i = Py_SIZE(self); i-- > 0;) {
            PyObject *item = self->ob_item[i];
            if (item != NULL && --item->ob_refcnt == 0) {
                if (PyLong_CheckExact(item)) int_tp_dealloc(item);
                else _Py_Dealloc(item);
            }
        }
        PyMem_Free(self->ob_item);
    }
    if (!(Py_IS_TYPE(op, &PyList_Type)
          && freelist_push(&_PyRuntime.caches.lists, self, LISTS_CACHED))) {
        Py_TYPE(op)->tp_free(op);
    }
    if (guarded) trash_end(tstate);
}

static int
list_tp_traverse(PyListObject *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = Py_SIZE(self); i-- > 0;) Py_VISIT(self->ob_item[i]);
    return 0;
}

static int
list_tp_clear(PyListObject *self)
{
    PyObject **items = self->ob_item;
    if (items == NULL) return 0;
    /* Items may look at the list while they die: it is empty by then. */
    Py_ssize_t n = Py_SIZE(self);
    Py_SET_SIZE(self, 0);
    self->ob_item = NULL;
    self->allocated = 0;
    while (n-- > 0) Py_XDECREF(items[n]);
    PyMem_Free(items);
    return 0;
}

/* ---- inside API ------------------------------------------------------------------------- */

PyObject *
list_from_array(PyObject *const *items, Py_ssize_t n)
{
    PyListObject *self = list_alloc(n);
    if (self == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) self->ob_item[i] = Py_NewRef(items[i]);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
list_of_items(PyObject *const *items, Py_ssize_t n)
{
    PyListObject *self = list_alloc(0);
    if (self == NULL) return NULL;
    if (list_reserve(self, n) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) self->ob_item[i] = Py_NewRef(items[i]);
    Py_SET_SIZE(self, n);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
list_from_array_take(PyObject *const *items, Py_ssize_t n)
{
    PyListObject *self = list_alloc(n);
    if (self == NULL) {
        for (Py_ssize_t i = 0; i < n; i++) Py_DECREF(items[i]);
        return NULL;
    }
    copy_pointers(self->ob_item, items, (size_t)n);
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
list_slice(PyListObject *self, Py_ssize_t low, Py_ssize_t high)
{
    return list_from_array(self->ob_item + low, high > low ? high - low : 0);
}

PyObject *
list_concat(PyListObject *a, PyListObject *b)
{
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    if (na > PY_SSIZE_T_MAX - nb) return PyErr_NoMemory();
    PyListObject *r = list_alloc(na + nb);
    if (r == NULL) return NULL;
    PyObject **out = r->ob_item;
    for (Py_ssize_t i = 0; i < na; i++) *out++ = Py_NewRef(a->ob_item[i]);
    for (Py_ssize_t i = 0; i < nb; i++) *out++ = Py_NewRef(b->ob_item[i]);
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

/* Append n items of an array that is not the list's own. */
static status
list_extend_array(PyListObject *self, PyObject *const *items, Py_ssize_t n)
{
    if (n == 0) return 0;
    Py_ssize_t size = Py_SIZE(self);
    if (size > PY_SSIZE_T_MAX - n) {
        PyErr_NoMemory();
        return -1;
    }
    if (self->ob_item == NULL) {
        if (list_reserve(self, n) < 0) return -1;
        Py_SET_SIZE(self, n);
    } else if (list_resize(self, size + n) < 0) {
        return -1;
    }
    PyObject **out = self->ob_item + size;
    for (Py_ssize_t i = 0; i < n; i++) out[i] = Py_NewRef(items[i]);
    return 0;
}

status
list_extend_with(PyListObject *self, PyObject *iterable)
{
    if (PyTuple_CheckExact(iterable)) {
        return list_extend_array(self, ((PyTupleObject *)iterable)->ob_item, Py_SIZE(iterable));
    }
    if (PyList_CheckExact(iterable) && iterable != (PyObject *)self) {
        return list_extend_array(self, ((PyListObject *)iterable)->ob_item, Py_SIZE(iterable));
    }
    if (iterable == (PyObject *)self) {
        PyObject *copy = list_slice(self, 0, Py_SIZE(self));
        if (copy == NULL) return -1;
        status done = list_extend_array(self, ((PyListObject *)copy)->ob_item, Py_SIZE(copy));
        Py_DECREF(copy);
        return done;
    }
    PyObject *it = PyObject_GetIter(iterable);
    if (it == NULL) return -1;
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    Py_ssize_t hint = PyObject_LengthHint(iterable, 8), size = Py_SIZE(self);
    if (hint < 0) goto fail;
    /* A hint that overflows is no hint. */
    if (size <= PY_SSIZE_T_MAX - hint) {
        if (self->ob_item == NULL) {
            if (list_reserve(self, hint) < 0) goto fail;
        } else {
            if (list_resize(self, size + hint) < 0) goto fail;
            Py_SET_SIZE(self, size);
        }
    }
    for (;;) {
        PyObject *item = next(it);
        if (item == NULL) {
            if (PyErr_Occurred()) {
                if (!PyErr_ExceptionMatches(PyExc_StopIteration)) goto fail;
                PyErr_Clear();
            }
            break;
        }
        if (list_append_take(self, item) < 0) goto fail;
    }
    if (Py_SIZE(self) < self->allocated && list_resize(self, Py_SIZE(self)) < 0) goto fail;
    Py_DECREF(it);
    return 0;
fail:
    Py_DECREF(it);
    return -1;
}

/* Replace items low..high-1 by n others, whose references are copied; items is not in the list. */
static status
list_replace(PyListObject *self, Py_ssize_t low, Py_ssize_t high, PyObject *const *items,
             Py_ssize_t n)
{
    PyObject *local[16], **dropped = local;
    Py_ssize_t size = Py_SIZE(self), removed = high - low, grow = n - removed;
    if (size + grow == 0) {
        list_tp_clear(self);
        return 0;
    }
    if ((size_t)removed > ARRAY_LEN(local)) {
        dropped = PyMem_New(PyObject *, (size_t)removed);
        if (dropped == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    if (removed > 0) memcpy(dropped, self->ob_item + low, (size_t)removed * sizeof *dropped);
    if (grow < 0) {
        memmove(self->ob_item + high + grow, self->ob_item + high,
                (size_t)(size - high) * sizeof(PyObject *));
        if (list_resize(self, size + grow) < 0) {
            /* Shrinking in place needs no memory. */
            PyErr_Clear();
            Py_SET_SIZE(self, size + grow);
        }
    } else if (grow > 0) {
        if (size > PY_SSIZE_T_MAX - grow) PyErr_NoMemory();
        if (size > PY_SSIZE_T_MAX - grow || list_resize(self, size + grow) < 0) {
            if (dropped != local) PyMem_Free(dropped);
            return -1;
        }
        memmove(self->ob_item + high + grow, self->ob_item + high,
                (size_t)(size - high) * sizeof(PyObject *));
    }
    for (Py_ssize_t i = 0; i < n; i++) self->ob_item[low + i] = Py_NewRef(items[i]);
    /* Only now may destructors run. */
    for (Py_ssize_t i = removed; i-- > 0;) Py_XDECREF(dropped[i]);
    if (dropped != local) PyMem_Free(dropped);
    return 0;
}

/* self[low:high] = value; NULL deletes. */
static status
list_assign_slice(PyListObject *self, Py_ssize_t low, Py_ssize_t high, PyObject *value)
{
    PyObject *fast = NULL, *const *items = NULL;
    Py_ssize_t n = 0;
    if (value == (PyObject *)self) {
        fast = list_slice(self, 0, Py_SIZE(self));
    } else if (value != NULL) {
        fast = PySequence_Fast(value, "can only assign an iterable");
    }
    if (value != NULL) {
        if (fast == NULL) return -1;
        n = PySequence_Fast_GET_SIZE(fast);
        items = PySequence_Fast_ITEMS(fast);
    }
    Py_ssize_t size = Py_SIZE(self);
    if (low < 0) low = 0;
    if (low > size) low = size;
    if (high < low) high = low;
    if (high > size) high = size;
    status done = list_replace(self, low, high, items, n);
    Py_XDECREF(fast);
    return done;
}

void
list_reverse_slice(PyObject **low, PyObject **high)
{
    for (high--; low < high; low++, high--) {
        PyObject *x = *low;
        *low = *high;
        *high = x;
    }
}

static status
list_insert_at(PyListObject *self, Py_ssize_t where, PyObject *item)
{
    Py_ssize_t n = Py_SIZE(self);
    if (list_resize(self, n + 1) < 0) return -1;
    if (where < 0) {
        where += n;
        if (where < 0) where = 0;
    }
    if (where > n) where = n;
    PyObject **items = self->ob_item;
    memmove(items + where + 1, items + where, (size_t)(n - where) * sizeof *items);
    items[where] = Py_NewRef(item);
    return 0;
}

/* ---- C API ------------------------------------------------------------------------------ */

/* list(op) */
PyObject *
PySequence_List(PyObject *op)
{
    if (op == NULL) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
        return NULL;
    }
    if (PyList_CheckExact(op)) return list_of_items(((PyListObject *)op)->ob_item, Py_SIZE(op));
    if (PyTuple_CheckExact(op)) return list_of_items(((PyTupleObject *)op)->ob_item, Py_SIZE(op));
    PyObject *list = PyList_New(0);
    if (list != NULL && list_extend_with((PyListObject *)list, op) < 0) Py_CLEAR(list);
    return list;
}

/* A new list of n empty places, which the caller fills at once. */
PyObject *
PyList_New(Py_ssize_t n)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    PyListObject *self = list_alloc(n);
    if (self == NULL) return NULL;
    if (n > 0) memset(self->ob_item, 0, (size_t)n * sizeof(PyObject *));
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

Py_ssize_t
PyList_Size(PyObject *op)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return Py_SIZE(op);
}

/* Item i, borrowed; IndexError. */
PyObject *
PyList_GetItem(PyObject *op, Py_ssize_t i)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        return NULL;
    }
    return ((PyListObject *)op)->ob_item[i];
}

/* Replace item i by one whose reference is stolen, also on failure. */
int
PyList_SetItem(PyObject *op, Py_ssize_t i, PyObject *item)
{
    if (!PyList_Check(op)) {
        Py_XDECREF(item);
        PyErr_BadInternalCall();
        return -1;
    }
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        Py_XDECREF(item);
        PyErr_SetString(PyExc_IndexError, "list assignment index out of range");
        return -1;
    }
    Py_XSETREF(((PyListObject *)op)->ob_item[i], item);
    return 0;
}

int
PyList_Insert(PyObject *op, Py_ssize_t where, PyObject *item)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_insert_at((PyListObject *)op, where, item);
}

int
PyList_Append(PyObject *op, PyObject *item)
{
    if (!PyList_Check(op) || item == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_append_take((PyListObject *)op, Py_NewRef(item));
}

PyObject *
PyList_GetSlice(PyObject *op, Py_ssize_t low, Py_ssize_t high)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    Py_ssize_t n = Py_SIZE(op);
    if (low < 0) low = 0;
    if (low > n) low = n;
    if (high < low) high = low;
    if (high > n) high = n;
    return list_slice((PyListObject *)op, low, high);
}

/* op[low:high] = value; NULL deletes. */
int
PyList_SetSlice(PyObject *op, Py_ssize_t low, Py_ssize_t high, PyObject *value)
{
    if (!PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_assign_slice((PyListObject *)op, low, high, value);
}

int
PyList_Sort(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return list_sort_in_place((PyListObject *)op, NULL, 0);
}

int
PyList_Reverse(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    PyListObject *self = (PyListObject *)op;
    if (Py_SIZE(self) > 1) list_reverse_slice(self->ob_item, self->ob_item + Py_SIZE(self));
    return 0;
}

PyObject *
PyList_AsTuple(PyObject *op)
{
    if (op == NULL || !PyList_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return tuple_from_array(((PyListObject *)op)->ob_item, Py_SIZE(op));
}

/* list.extend as a function: None. */
PyObject *
_PyList_Extend(PyListObject *self, PyObject *iterable)
{
    return list_extend_with(self, iterable) < 0 ? NULL : Py_NewRef(Py_None);
}

/* Write to `out` how many lists wait for reuse. */
void
_PyList_DebugMallocStats(FILE *out)
{
    _PyDebugAllocatorStats(out, "free PyListObject", _PyRuntime.caches.lists.count,
                           sizeof(PyListObject));
}

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
list_tp_repr(PyListObject *self)
{
    if (Py_SIZE(self) == 0) return PyUnicode_FromString("[]");
    int state = Py_ReprEnter((PyObject *)self);
    if (state != 0) return state > 0 ? PyUnicode_FromString("[...]") : NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = 1 + 1 + (2 + 1) * (Py_SIZE(self) - 1) + 1;
    if (_PyUnicodeWriter_WriteChar(&writer, '[') < 0) goto fail;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        if (i > 0 && _PyUnicodeWriter_WriteASCIIString(&writer, ", ", 2) < 0) goto fail;
        PyObject *item = Py_NewRef(self->ob_item[i]), *text = PyObject_Repr(item);
        Py_DECREF(item);
        if (text == NULL) goto fail;
        int done = _PyUnicodeWriter_WriteStr(&writer, text);
        Py_DECREF(text);
        if (done < 0) goto fail;
    }
    writer.overallocate = 0;
    if (_PyUnicodeWriter_WriteChar(&writer, ']') < 0) goto fail;
    Py_ReprLeave((PyObject *)self);
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    Py_ReprLeave((PyObject *)self);
    return NULL;
}

static PyObject *
list_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyList_Check(a) || !PyList_Check(b)) Py_RETURN_NOTIMPLEMENTED;
    PyListObject *x = (PyListObject *)a, *y = (PyListObject *)b;
    if (Py_SIZE(x) != Py_SIZE(y) && (op == Py_EQ || op == Py_NE)) {
        return Py_NewRef(op == Py_NE ? Py_True : Py_False);
    }
    Py_ssize_t i = 0;
    for (; i < Py_SIZE(x) && i < Py_SIZE(y); i++) {
        PyObject *u = x->ob_item[i], *v = y->ob_item[i];
        if (u == v) continue;
        int equal = same_quick(u, v);
        if (equal < 0) {
            Py_INCREF(u);
            Py_INCREF(v);
            equal = PyObject_RichCompareBool(u, v, Py_EQ);
            Py_DECREF(u);
            Py_DECREF(v);
            if (equal < 0) return NULL;
        }
        if (!equal) break;
    }
    if (i >= Py_SIZE(x) || i >= Py_SIZE(y)) Py_RETURN_RICHCOMPARE(Py_SIZE(x), Py_SIZE(y), op);
    if (op == Py_EQ) Py_RETURN_FALSE;
    if (op == Py_NE) Py_RETURN_TRUE;
    PyObject *u = Py_NewRef(x->ob_item[i]), *v = Py_NewRef(y->ob_item[i]);
    PyObject *result = PyObject_RichCompare(u, v, op);
    Py_DECREF(u);
    Py_DECREF(v);
    return result;
}

static Py_ssize_t
list_sq_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
list_sq_concat(PyObject *a, PyObject *b)
{
    if (!PyList_Check(b)) {
        PyErr_Format(PyExc_TypeError, "can only concatenate list (not \"%.200s\") to list",
                     Py_TYPE(b)->tp_name);
        return NULL;
    }
    return list_concat((PyListObject *)a, (PyListObject *)b);
}

/* items[0:total] becomes copies of items[0:n], without touching reference counts. */
static void
fill_by_doubling(PyObject **items, Py_ssize_t n, Py_ssize_t total)
{
    for (Py_ssize_t filled = n; filled < total;) {
        Py_ssize_t take = filled < total - filled ? filled : total - filled;
        memcpy(items + filled, items, (size_t)take * sizeof *items);
        filled += take;
    }
}

static PyObject *
list_sq_repeat(PyObject *op, Py_ssize_t count)
{
    PyListObject *self = (PyListObject *)op;
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0 || count <= 0) return PyList_New(0);
    if (n > PY_SSIZE_T_MAX / count) return PyErr_NoMemory();
    PyListObject *r = list_alloc(n * count);
    if (r == NULL) return NULL;
    PyObject **out = r->ob_item;
    if (n == 1) {
        PyObject *item = self->ob_item[0];
        incref_by(item, count);
        for (Py_ssize_t i = 0; i < count; i++) out[i] = item;
    } else {
        for (Py_ssize_t i = 0; i < n; i++) {
            out[i] = self->ob_item[i];
            incref_by(out[i], count);
        }
        fill_by_doubling(out, n, n * count);
    }
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

static PyObject *
list_sq_inplace_repeat(PyObject *op, Py_ssize_t count)
{
    PyListObject *self = (PyListObject *)op;
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0 || count == 1) return Py_NewRef(op);
    if (count < 1) {
        list_tp_clear(self);
        return Py_NewRef(op);
    }
    if (n > PY_SSIZE_T_MAX / count) return PyErr_NoMemory();
    if (list_resize(self, n * count) < 0) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) incref_by(self->ob_item[i], count - 1);
    fill_by_doubling(self->ob_item, n, n * count);
    return Py_NewRef(op);
}

static PyObject *
list_sq_inplace_concat(PyObject *op, PyObject *other)
{
    return list_extend_with((PyListObject *)op, other) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
list_sq_item(PyObject *op, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        return NULL;
    }
    return Py_NewRef(((PyListObject *)op)->ob_item[i]);
}

static int
list_sq_ass_item(PyObject *op, Py_ssize_t i, PyObject *value)
{
    PyListObject *self = (PyListObject *)op;
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "list assignment index out of range");
        return -1;
    }
    if (value == NULL) return list_replace(self, i, i + 1, NULL, 0);
    Py_SETREF(self->ob_item[i], Py_NewRef(value));
    return 0;
}

static int
list_sq_contains(PyObject *op, PyObject *value)
{
    PyListObject *self = (PyListObject *)op;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = self->ob_item[i];
        if (item == value) return 1;
        int equal = same_quick(item, value);
        if (equal < 0) {
            Py_INCREF(item);
            equal = PyObject_RichCompareBool(item, value, Py_EQ);
            Py_DECREF(item);
        }
        if (equal != 0) return equal;
    }
    return 0;
}

static Py_ssize_t
list_mp_length(PyObject *self)
{
    return Py_SIZE(self);
}

static COLD void
list_key_error(PyObject *key)
{
    PyErr_Format(PyExc_TypeError, "list indices must be integers or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
}

static PyObject *
list_mp_subscript(PyObject *op, PyObject *key)
{
    PyListObject *self = (PyListObject *)op;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return NULL;
        return list_sq_item(op, i < 0 ? i + Py_SIZE(self) : i);
    }
    if (!PySlice_Check(key)) {
        list_key_error(key);
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (n <= 0) return PyList_New(0);
    if (step == 1) return list_slice(self, start, stop);
    PyListObject *r = list_alloc(n);
    if (r == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) r->ob_item[i] = Py_NewRef(self->ob_item[start + i * step]);
    gc_track((PyObject *)r);
    return (PyObject *)r;
}

/* del self[start::step], n items. */
static status
list_delete_steps(PyListObject *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
    if (n <= 0) return 0;
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    PyObject **dropped = PyMem_New(PyObject *, (size_t)n);
    if (dropped == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t size = Py_SIZE(self), kept = start;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t at = start + i * step, next = i + 1 < n ? at + step : size;
        dropped[i] = self->ob_item[at];
        memmove(self->ob_item + kept, self->ob_item + at + 1,
                (size_t)(next - at - 1) * sizeof(PyObject *));
        kept += next - at - 1;
    }
    Py_SET_SIZE(self, kept);
    status done = list_resize(self, kept);
    for (Py_ssize_t i = 0; i < n; i++) Py_DECREF(dropped[i]);
    PyMem_Free(dropped);
    return done;
}

/* self[start:stop:step] = value, bounds not yet clipped: going over the value may change the list. */
static status
list_assign_steps(PyListObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step,
                  PyObject *value)
{
    PyObject *fast;
    if (value == (PyObject *)self) {
        fast = list_slice(self, 0, Py_SIZE(self));
    } else {
        fast = PySequence_Fast(value, "must assign iterable to extended slice");
    }
    if (fast == NULL) return -1;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (PySequence_Fast_GET_SIZE(fast) != n) {
        PyErr_Format(PyExc_ValueError,
                     "attempt to assign sequence of size %zd to extended slice of size %zd",
                     PySequence_Fast_GET_SIZE(fast), n);
        Py_DECREF(fast);
        return -1;
    }
    if (n == 0) {
        Py_DECREF(fast);
        return 0;
    }
    PyObject **dropped = PyMem_New(PyObject *, (size_t)n);
    if (dropped == NULL) {
        Py_DECREF(fast);
        PyErr_NoMemory();
        return -1;
    }
    PyObject **items = PySequence_Fast_ITEMS(fast);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject **place = self->ob_item + start + i * step;
        dropped[i] = *place;
        *place = Py_NewRef(items[i]);
    }
    for (Py_ssize_t i = 0; i < n; i++) Py_DECREF(dropped[i]);
    PyMem_Free(dropped);
    Py_DECREF(fast);
    return 0;
}

static int
list_mp_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    PyListObject *self = (PyListObject *)op;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return -1;
        return list_sq_ass_item(op, i < 0 ? i + Py_SIZE(self) : i, value);
    }
    if (!PySlice_Check(key)) {
        list_key_error(key);
        return -1;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return -1;
    if (step != 1 && value != NULL) return list_assign_steps(self, start, stop, step, value);
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (step == 1) return list_assign_slice(self, start, stop, value);
    /* s[5:2] is the place before item 5. */
    if ((step < 0 && start < stop) || (step > 0 && start > stop)) stop = start;
    return list_delete_steps(self, start, step, n);
}

/* ---- methods ---------------------------------------------------------------------------- */

INIT(list, "(iterable=(), /)")
static int
list_init(PyListObject *self, PyObject *iterable)
{
    if (self->ob_item != NULL) list_tp_clear(self);
    return iterable == NULL ? 0 : list_extend_with(self, iterable);
}

static PyObject *
list_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("list", kwnames) || !_PyArg_CheckPositional("list", nargs, 0, 1)) {
        return NULL;
    }
    PyObject *self = PyList_New(0);
    if (self != NULL && nargs && list_extend_with((PyListObject *)self, args[0]) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

CLASSMETHOD(list, __class_getitem__, NULL, "list[...]: see PEP 585.")
static PyObject *
list___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

METHOD(list, __getitem__, NULL, "x.__getitem__(y) <==> x[y]")
static PyObject *
list___getitem__(PyObject *self, PyObject *key)
{
    return list_mp_subscript(self, key);
}

METHOD(list, __sizeof__, "($self, /)", "Size in memory, in bytes.")
static Py_ssize_t
list___sizeof__(PyListObject *self)
{
    return Py_TYPE(self)->tp_basicsize + self->allocated * (Py_ssize_t)sizeof(PyObject *);
}

METHOD(list, append, "($self, object, /)", "Add object to the end.")
static PyObject *
list_append(PyObject *self, PyObject *object)
{
    if (list_append_take((PyListObject *)self, Py_NewRef(object)) < 0) return NULL;
    Py_RETURN_NONE;
}

METHOD(list, clear, "($self, /)", "Remove every item.")
static PyObject *
list_clear(PyListObject *self, PyObject *Py_UNUSED(ignored))
{
    list_tp_clear(self);
    Py_RETURN_NONE;
}

METHOD(list, copy, "($self, /)", "A new list of the same items.")
static PyObject *
list_copy(PyListObject *self, PyObject *Py_UNUSED(ignored))
{
    return list_slice(self, 0, Py_SIZE(self));
}

METHOD(list, count, "($self, value, /)", "How many items are equal to value.")
static PyObject *
list_count(PyListObject *self, PyObject *value)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = self->ob_item[i];
        if (item == value) {
            count++;
            continue;
        }
        Py_INCREF(item);
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        count += equal;
    }
    return PyLong_FromSsize_t(count);
}

METHOD(list, extend, "($self, iterable, /)", "Append every item that the iterable gives.")
static PyObject *
list_extend(PyListObject *self, PyObject *iterable)
{
    return _PyList_Extend(self, iterable);
}

METHOD(list, index, "($self, value, start=0, stop=sys.maxsize, /)",
       "Index of the first item equal to value; ValueError if there is none.")
static PyObject *
list_index(PyListObject *self, PyObject *value, slice_index start, slice_index stop)
{
    if (start < 0) {
        start += Py_SIZE(self);
        if (start < 0) start = 0;
    }
    if (stop < 0) {
        stop += Py_SIZE(self);
        if (stop < 0) stop = 0;
    }
    for (Py_ssize_t i = start; i < stop && i < Py_SIZE(self); i++) {
        PyObject *item = Py_NewRef(self->ob_item[i]);
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        if (equal) return PyLong_FromSsize_t(i);
    }
    PyErr_Format(PyExc_ValueError, "%R is not in list", value);
    return NULL;
}

METHOD(list, insert, "($self, index, object, /)", "Put object before the item at index.")
static status
list_insert(PyListObject *self, Py_ssize_t index, PyObject *object)
{
    return list_insert_at(self, index, object);
}

METHOD(list, pop, "($self, index=-1, /)",
       "Remove the item at index (the last) and return it; IndexError if there is none.")
static PyObject *
list_pop(PyListObject *self, Py_ssize_t index)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty list");
        return NULL;
    }
    if (index < 0) index += n;
    if ((size_t)index >= (size_t)n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    PyObject **items = self->ob_item, *item = items[index];
    memmove(items + index, items + index + 1, (size_t)(n - 1 - index) * sizeof *items);
    if (list_resize(self, n - 1) < 0) {
        /* Without memory to shrink: the storage stays as large as it is. */
        PyErr_Clear();
        Py_SET_SIZE(self, n - 1);
    }
    return item;
}

METHOD(list, remove, "($self, value, /)",
       "Remove the first item equal to value; ValueError if there is none.")
static PyObject *
list_remove(PyListObject *self, PyObject *value)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = Py_NewRef(self->ob_item[i]);
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        if (equal) {
            if (list_assign_slice(self, i, i + 1, NULL) < 0) return NULL;
            Py_RETURN_NONE;
        }
    }
    PyErr_SetString(PyExc_ValueError, "list.remove(x): x not in list");
    return NULL;
}

METHOD(list, reverse, "($self, /)", "Turn the order of the items round.")
static PyObject *
list_reverse(PyListObject *self, PyObject *Py_UNUSED(ignored))
{
    PyList_Reverse((PyObject *)self);
    Py_RETURN_NONE;
}

/* ---- iterators -------------------------------------------------------------------------- */

static PyObject *
list_tp_iter(PyObject *self)
{
    struct ListIterator *it = freelist_pop(&_PyRuntime.caches.list_iterators);
    if (it != NULL) {
        freelist_revive(it, &PyListIter_Type);
    } else {
        it = PyObject_GC_New(struct ListIterator, &PyListIter_Type);
        if (it == NULL) return NULL;
    }
    it->index = 0;
    it->seq = (PyListObject *)Py_NewRef(self);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
list_iterator_tp_dealloc(struct ListIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    if (!freelist_push(&_PyRuntime.caches.list_iterators, self, ITERATORS_CACHED)) {
        PyObject_GC_Del(self);
    }
}

static int
list_iterator_tp_traverse(struct ListIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
list_iterator_tp_iternext(struct ListIterator *self)
{
    PyListObject *seq = self->seq;
    if (seq == NULL) return NULL;
    if (self->index < Py_SIZE(seq)) return Py_NewRef(seq->ob_item[self->index++]);
    self->seq = NULL;
    Py_DECREF(seq);
    return NULL;
}

METHOD(list_iterator, __length_hint__, NULL, "How many items are left.")
static PyObject *
list_iterator___length_hint__(struct ListIterator *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t left = self->seq ? Py_SIZE(self->seq) - self->index : 0;
    return PyLong_FromSsize_t(left > 0 ? left : 0);
}

METHOD(list_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
list_iterator___reduce__(struct ListIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq == NULL) return Py_BuildValue("N([])", iter);
    return Py_BuildValue("N(O)n", iter, self->seq, self->index);
}

METHOD(list_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
list_iterator___setstate__(struct ListIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        if (index < 0) index = 0;
        if (index > Py_SIZE(self->seq)) index = Py_SIZE(self->seq);
        self->index = index;
    }
    Py_RETURN_NONE;
}

TYPE(list_iterator, PyListIter_Type, "list_iterator", struct ListIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

METHOD(list, __reversed__, "($self, /)", "An iterator from the last item to the first.")
static PyObject *
list___reversed__(PyListObject *self, PyObject *Py_UNUSED(ignored))
{
    struct ListIterator *it = PyObject_GC_New(struct ListIterator, &PyListRevIter_Type);
    if (it == NULL) return NULL;
    it->index = Py_SIZE(self) - 1;
    it->seq = (PyListObject *)Py_NewRef(self);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
list_reverse_iterator_tp_dealloc(struct ListIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
list_reverse_iterator_tp_traverse(struct ListIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
list_reverse_iterator_tp_iternext(struct ListIterator *self)
{
    PyListObject *seq = self->seq;
    if (seq == NULL) return NULL;
    if (self->index >= 0 && self->index < Py_SIZE(seq)) {
        return Py_NewRef(seq->ob_item[self->index--]);
    }
    self->index = -1;
    self->seq = NULL;
    Py_DECREF(seq);
    return NULL;
}

METHOD(list_reverse_iterator, __length_hint__, NULL, "How many items are left.")
static PyObject *
list_reverse_iterator___length_hint__(struct ListIterator *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t left = self->index + 1;
    if (self->seq == NULL || Py_SIZE(self->seq) < left) left = 0;
    return PyLong_FromSsize_t(left);
}

METHOD(list_reverse_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
list_reverse_iterator___reduce__(struct ListIterator *self, PyObject *Py_UNUSED(ignored))
{
    if (self->seq == NULL) {
        PyObject *iter = _PyEval_GetBuiltin(ID(iter));
        return iter == NULL ? NULL : Py_BuildValue("N([])", iter);
    }
    PyObject *reversed = _PyEval_GetBuiltin(ID(reversed));
    if (reversed == NULL) return NULL;
    return Py_BuildValue("N(O)n", reversed, self->seq, self->index);
}

METHOD(list_reverse_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
list_reverse_iterator___setstate__(struct ListIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        if (index < -1) index = -1;
        if (index > Py_SIZE(self->seq) - 1) index = Py_SIZE(self->seq) - 1;
        self->index = index;
    }
    Py_RETURN_NONE;
}

TYPE(list_reverse_iterator, PyListRevIter_Type, "list_reverseiterator", struct ListIterator, NULL,
     NULL, .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(list, PyList_Type, "list", PyListObject, "(iterable=(), /)",
     "A mutable sequence: empty without argument, else the items of the iterable.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE
                 | Py_TPFLAGS_LIST_SUBCLASS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_SEQUENCE,
     .tp_hash = PyObject_HashNotImplemented, .tp_alloc = PyType_GenericAlloc,
     .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del, .tp_vectorcall = list_vectorcall)

#include "gen/types/list.inc"
