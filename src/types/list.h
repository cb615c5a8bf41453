/* Lists inside.

   Invariants: 0 <= ob_size <= allocated; ob_item is NULL iff allocated is 0; items 0..ob_size-1
   are owned references.  While a list is sorted, allocated is -1 and the list looks empty. */
#ifndef KRAIT_TYPES_LIST_H
#define KRAIT_TYPES_LIST_H

#include <Python.h>
#include "object/state.h"

struct ListIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item */
    PyListObject *seq;              /* NULL once exhausted */
};

/* Make ob_size `size`, growing or shrinking the storage; new items are not filled in. */
status list_resize(PyListObject *self, Py_ssize_t size);
/* Append `item`, whose reference is stolen, when there is no room. */
status list_append_grow_take(PyListObject *self, PyObject *item);
/* Append everything that `iterable` gives. */
status list_extend_with(PyListObject *self, PyObject *iterable);
/* A new list of n items whose references are copied. */
PyObject *list_from_array(PyObject *const *items, Py_ssize_t n);
/* The same with the room that list() makes: for an even number. */
PyObject *list_of_items(PyObject *const *items, Py_ssize_t n);
/* A new list of n items whose references are stolen, also on failure. */
PyObject *list_from_array_take(PyObject *const *items, Py_ssize_t n);
/* The items low..high-1 (0 <= low <= high <= size) as a new list. */
PyObject *list_slice(PyListObject *self, Py_ssize_t low, Py_ssize_t high);
PyObject *list_concat(PyListObject *a, PyListObject *b);
/* Sort in place; keyfunc may be NULL. */
status list_sort_in_place(PyListObject *self, PyObject *keyfunc, int reverse);
void list_reverse_slice(PyObject **low, PyObject **high);

/* Append `item`, whose reference is stolen, also on failure. */
static ALWAYS_INLINE status
list_append_take(PyListObject *self, PyObject *item)
{
    Py_ssize_t n = Py_SIZE(self);
    if (likely(n < self->allocated)) {
        self->ob_item[n] = item;
        Py_SET_SIZE(self, n + 1);
        return 0;
    }
    return list_append_grow_take(self, item);
}

#endif
