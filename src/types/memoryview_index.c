/* memoryview: items and slices, read and assigned. */
#include "object/declare.h"
#include "types/memoryview.h"

/* Store value at p. */
static status
store_item(View *self, char *p, PyObject *value, char c)
{
    union MemoryItem item;
    if (item_pack(&item, value, c, self->view.format) < 0) return -1;
    /* Conversion may have run code that released the view. */
    CHECK_RELEASED(self, -1);
    memcpy(p, &item, (size_t)item_size(c));
    return 0;
}

/* The address that a tuple of indices leads to. */
static char *
step_by_tuple(View *self, PyObject *key)
{
    Py_ssize_t n = PyTuple_GET_SIZE(key);
    if (n > self->view.ndim) {
        PyErr_Format(PyExc_TypeError, "cannot index %d-dimension view with %zd-element tuple",
                     self->view.ndim, n);
        return NULL;
    }
    char *p = self->view.buf;
    for (Py_ssize_t i = 0; i < n && p != NULL; i++) {
        Py_ssize_t index = PyNumber_AsSsize_t(PyTuple_GET_ITEM(key, i), PyExc_IndexError);
        if (index == -1 && PyErr_Occurred()) return NULL;
        /* __index__ may have released the view. */
        CHECK_RELEASED(self, NULL);
        p = step_into(&self->view, p, (int)i, index);
    }
    return p;
}

/* Is key a tuple of nothing but indices, or of nothing but slices? */
static bool
is_multi(PyObject *key, bool slices)
{
    if (!PyTuple_Check(key) || (slices && PyTuple_GET_SIZE(key) == 0)) return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); i++) {
        PyObject *item = PyTuple_GET_ITEM(key, i);
        if (slices ? !PySlice_Check(item) : !PyIndex_Check(item)) return false;
    }
    return true;
}

PyObject *
memoryview_sq_item(View *self, Py_ssize_t index)
{
    CHECK_RELEASED(self, NULL);
    char format = item_format_checked(self->view.format);
    if (format == 0) return NULL;
    if (self->view.ndim == 0) {
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (self->view.ndim > 1) {
        return not_implemented("multi-dimensional sub-views are not implemented");
    }
    char *p = step_into(&self->view, self->view.buf, 0, index);
    return p == NULL ? NULL : item_unpack(p, format);
}

/* Narrow dimension 0 of a view to a slice. */
static status
apply_slice(Py_buffer *view, PyObject *slice)
{
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) return -1;
    Py_ssize_t n = PySlice_AdjustIndices(view->shape[0], &start, &stop, step);
    /* Also with suboffsets: the pointers themselves are what this dimension steps over. */
    view->buf = (char *)view->buf + view->strides[0] * start;
    view->shape[0] = n;
    view->strides[0] *= step;
    return 0;
}

/* len: the product of the shape, in bytes. */
static void
recompute_length(Py_buffer *view)
{
    Py_ssize_t n = view->itemsize;
    for (int i = 0; i < view->ndim; i++) n *= view->shape[i];
    view->len = n;
}

PyObject *
memoryview_mp_subscript(View *self, PyObject *key)
{
    CHECK_RELEASED(self, NULL);
    if (self->view.ndim == 0) {
        if (key == Py_Ellipsis) return Py_NewRef(self);
        if (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0) {
            char format = item_format_checked(self->view.format);
            return format == 0 ? NULL : item_unpack(self->view.buf, format);
        }
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (index == -1 && PyErr_Occurred()) return NULL;
        return memoryview_sq_item(self, index);
    }
    if (PySlice_Check(key)) {
        View *part = view_on(self->mbuf, &self->view, self->view.ndim);
        if (part == NULL) return NULL;
        if (apply_slice(&part->view, key) < 0) {
            Py_DECREF(part);
            return NULL;
        }
        recompute_length(&part->view);
        view_init_flags(part);
        return (PyObject *)part;
    }
    if (is_multi(key, false)) {
        char format = item_format_checked(self->view.format);
        if (format == 0) return NULL;
        if (PyTuple_GET_SIZE(key) < self->view.ndim) {
            return not_implemented("sub-views are not implemented");
        }
        char *p = step_by_tuple(self, key);
        return p == NULL ? NULL : item_unpack(p, format);
    }
    if (is_multi(key, true)) {
        return not_implemented("multi-dimensional slicing is not implemented");
    }
    PyErr_SetString(PyExc_TypeError, "memoryview: invalid slice key");
    return NULL;
}

/* Copy n items of one dimension; the two may overlap. */
static status
copy_items(const Py_buffer *dest, const Py_buffer *src)
{
    Py_ssize_t n = dest->shape[0], size = dest->itemsize;
    Py_ssize_t to_step = dest->strides[0];
    Py_ssize_t from_step = src->strides ? src->strides[0] : size;
    if (n == 0) return 0;
    bool indirect = (dest->suboffsets && dest->suboffsets[0] >= 0)
                    || (src->suboffsets && src->suboffsets[0] >= 0);
    if (!indirect && to_step == size && from_step == size) {
        memmove(dest->buf, src->buf, (size_t)(n * size));
        return 0;
    }
    char *room = PyMem_Malloc((size_t)(n * size));
    if (room == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        char *p = (char *)src->buf + i * from_step;
        if (src->suboffsets && src->suboffsets[0] >= 0) p = *(char **)p + src->suboffsets[0];
        memcpy(room + i * size, p, (size_t)size);
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        char *p = (char *)dest->buf + i * to_step;
        if (dest->suboffsets && dest->suboffsets[0] >= 0) p = *(char **)p + dest->suboffsets[0];
        memcpy(p, room + i * size, (size_t)size);
    }
    PyMem_Free(room);
    return 0;
}

static status
assign_slice(View *self, PyObject *key, PyObject *value)
{
    Py_buffer src, dest;
    Py_ssize_t array[3];
    if (PyObject_GetBuffer(value, &src, PyBUF_FULL_RO) < 0) return -1;
    status done = -1;
    dest = self->view;
    dest.shape = &array[0];
    dest.shape[0] = self->view.shape[0];
    dest.strides = &array[1];
    dest.strides[0] = self->view.strides[0];
    if (self->view.suboffsets) {
        dest.suboffsets = &array[2];
        dest.suboffsets[0] = self->view.suboffsets[0];
    }
    if (apply_slice(&dest, key) < 0) goto done;
    /* __index__ may have released the view. */
    if (is_released(self)) {
        released_error();
        goto done;
    }
    dest.len = dest.shape[0] * dest.itemsize;
    if (strcmp(plain_format(dest.format), plain_format(src.format)) != 0
        || dest.itemsize != src.itemsize || !same_shape(&dest, &src)) {
        PyErr_SetString(PyExc_ValueError,
                        "memoryview assignment: lvalue and rvalue have different structures");
        goto done;
    }
    done = copy_items(&dest, &src);
done:
    PyBuffer_Release(&src);
    return done;
}

int
memoryview_mp_ass_subscript(View *self, PyObject *key, PyObject *value)
{
    CHECK_RELEASED(self, -1);
    char format = item_format_checked(self->view.format);
    if (format == 0) return -1;
    if (self->view.readonly) {
        PyErr_SetString(PyExc_TypeError, "cannot modify read-only memory");
        return -1;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete memory");
        return -1;
    }
    int ndim = self->view.ndim;
    if (ndim == 0) {
        if (key == Py_Ellipsis || (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0)) {
            return store_item(self, self->view.buf, value, format);
        }
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return -1;
    }
    if (PyIndex_Check(key)) {
        if (ndim > 1) {
            not_implemented("sub-views are not implemented");
            return -1;
        }
        Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (index == -1 && PyErr_Occurred()) return -1;
        CHECK_RELEASED(self, -1);
        char *p = step_into(&self->view, self->view.buf, 0, index);
        return p == NULL ? -1 : store_item(self, p, value, format);
    }
    if (PySlice_Check(key) && ndim == 1) return assign_slice(self, key, value);
    if (is_multi(key, false)) {
        if (PyTuple_GET_SIZE(key) < ndim) {
            not_implemented("sub-views are not implemented");
            return -1;
        }
        char *p = step_by_tuple(self, key);
        return p == NULL ? -1 : store_item(self, p, value, format);
    }
    if (PySlice_Check(key) || is_multi(key, true)) {
        not_implemented("memoryview slice assignments are currently restricted to ndim = 1");
        return -1;
    }
    PyErr_SetString(PyExc_TypeError, "memoryview: invalid slice key");
    return -1;
}

Py_ssize_t
memoryview_sq_length(View *self)
{
    CHECK_RELEASED(self, -1);
    return self->view.ndim == 0 ? 1 : self->view.shape[0];
}

Py_ssize_t
memoryview_mp_length(View *self)
{
    return memoryview_sq_length(self);
}
