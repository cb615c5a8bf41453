/* What the memoryview files share.

   Invariants of self->view: strides and shape are there unless ndim is 0; format is not NULL.  A view
   may be released by any Python code that runs: CHECK_RELEASED stands at each entry, and again after
   what may have run such code. */
#ifndef KRAIT_TYPES_MEMORYVIEW_H
#define KRAIT_TYPES_MEMORYVIEW_H

#include <Python.h>
#include "base/common.h"
#include "types/memory_item.h"

typedef PyMemoryViewObject View;

/* ValueError; -1. */
int released_error(void);

static inline bool
is_released(View *self)
{
    return (self->flags & _Py_MEMORYVIEW_RELEASED)
           || (self->mbuf->flags & _Py_MANAGED_BUFFER_RELEASED);
}

#define CHECK_RELEASED(self, failure)                                                              \
    if (unlikely(is_released(self))) {                                                             \
        released_error();                                                                          \
        return failure;                                                                            \
    }

/* Of a view's shape and strides: the flags that say how contiguous it is. */
void view_init_flags(View *self);
/* A new view on a managed buffer that shows what `src` does, in `ndim` dimensions; NULL with an
   exception. */
View *view_on(_PyManagedBufferObject *mbuf, const Py_buffer *src, int ndim);

/* NotImplementedError; NULL. */
static inline PyObject *
not_implemented(const char *text)
{
    PyErr_SetString(PyExc_NotImplementedError, text);
    return NULL;
}

/* The address of item `index` along dimension `dim`; NULL with IndexError. */
static inline char *
step_into(const Py_buffer *view, char *p, int dim, Py_ssize_t index)
{
    Py_ssize_t n = view->shape[dim];
    if (index < 0) index += n;
    if (index < 0 || index >= n) {
        PyErr_Format(PyExc_IndexError, "index out of bounds on dimension %d", dim + 1);
        return NULL;
    }
    p += view->strides[dim] * index;
    if (view->suboffsets && view->suboffsets[dim] >= 0) p = *(char **)p + view->suboffsets[dim];
    return p;
}

static inline const char *
follow(const Py_buffer *view, const char *p, int dim)
{
    if (view->suboffsets && view->suboffsets[dim] >= 0) return *(char **)p + view->suboffsets[dim];
    return p;
}

static inline const char *
plain_format(const char *format)
{
    if (format == NULL) return "B";
    return *format == '@' ? format + 1 : format;
}

/* Equal numbers of items in every dimension, as far as they matter. */
static inline bool
same_shape(const Py_buffer *a, const Py_buffer *b)
{
    if (a->ndim != b->ndim) return false;
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] != b->shape[i]) return false;
        if (a->shape[i] == 0) break;
    }
    return true;
}

#endif
