/* The list that split and its kin return, while it is made.

   The first parts wait in an array, so that a list of few is allocated once, with the right size. */
#ifndef KRAIT_TYPES_PARTS_H
#define KRAIT_TYPES_PARTS_H

#include "types/list.h"

struct parts {
    PyObject *list;                 /* once there are more */
    Py_ssize_t n;
    PyObject *first[24];
};

/* How far one byte that separates is looked for in line, before a search that must be set up. */
enum { SEPARATOR_NEAR = 12 };

static inline void
parts_begin(struct parts *parts)
{
    parts->list = NULL;
    parts->n = 0;
}

static NOINLINE status
parts_spill(struct parts *parts, PyObject *part)
{
    if (parts->list == NULL) {
        parts->list = list_from_array_take(parts->first, parts->n);
        parts->n = 0;
        if (parts->list == NULL) {
            Py_DECREF(part);
            return -1;
        }
    }
    return list_append_take((PyListObject *)parts->list, part);
}

/* Adds a part, whose reference is stolen; NULL: it could not be made. */
static inline status
parts_add_take(struct parts *parts, PyObject *part)
{
    if (unlikely(part == NULL))
        return -1;
    if (likely(parts->list == NULL && parts->n < (Py_ssize_t)ARRAY_LEN(parts->first))) {
        parts->first[parts->n++] = part;
        return 0;
    }
    return parts_spill(parts, part);
}

/* The list, or NULL if `done` says that something failed. */
static inline PyObject *
parts_finish(struct parts *parts, status done, bool reverse)
{
    if (unlikely(done < 0)) {
        for (Py_ssize_t i = 0; i < parts->n; i++)
            Py_DECREF(parts->first[i]);
        Py_XDECREF(parts->list);
        return NULL;
    }
    PyObject *list = parts->list;
    if (list == NULL)
        list = list_from_array_take(parts->first, parts->n);
    if (reverse && list != NULL)
        (void)PyList_Reverse(list);     /* fails for other objects only */
    return list;
}

#endif
