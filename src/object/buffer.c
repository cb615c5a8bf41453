/* The buffer protocol: PyObject_GetBuffer and what works on a Py_buffer.

   A view is an array in memory: buf, ndim, shape, strides and suboffsets tell where item
   (i, j, ...) stands.  strides NULL means C order; suboffsets >= 0 mean that a pointer is to be
   followed after that dimension's stride (PIL style). */
#include "base/units.h"
#include "object/declare.h"

/* ---- getting and releasing -------------------------------------------------------------- */

/* Whether op has a buffer. */
int
PyObject_CheckBuffer(PyObject *op)
{
    PyBufferProcs *procs = Py_TYPE(op)->tp_as_buffer;
    return procs != NULL && procs->bf_getbuffer != NULL;
}

/* Fill *view; TypeError if op has no buffer. */
int
PyObject_GetBuffer(PyObject *op, Py_buffer *view, int flags)
{
    if (flags != PyBUF_SIMPLE && (flags == PyBUF_READ || flags == PyBUF_WRITE)) {
        PyErr_BadInternalCall();
        return -1;
    }
    PyBufferProcs *procs = Py_TYPE(op)->tp_as_buffer;
    if (procs == NULL || procs->bf_getbuffer == NULL) {
        PyErr_Format(PyExc_TypeError, "a bytes-like object is required, not '%.100s'",
                     Py_TYPE(op)->tp_name);
        return -1;
    }
    return procs->bf_getbuffer(op, view, flags);
}

/* Give a view back; harmless the second time. */
void
PyBuffer_Release(Py_buffer *view)
{
    PyObject *op = view->obj;
    if (op == NULL) return;
    PyBufferProcs *procs = Py_TYPE(op)->tp_as_buffer;
    if (procs != NULL && procs->bf_releasebuffer != NULL) procs->bf_releasebuffer(op, view);
    view->obj = NULL;
    Py_DECREF(op);
}

/* What bf_getbuffer of an object with plain bytes does. */
int
PyBuffer_FillInfo(Py_buffer *view, PyObject *op, void *buf, Py_ssize_t len, int readonly, int flags)
{
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError, "PyBuffer_FillInfo: view==NULL argument is obsolete");
        return -1;
    }
    if (flags != PyBUF_SIMPLE) {
        if (flags == PyBUF_READ || flags == PyBUF_WRITE) {
            PyErr_BadInternalCall();
            return -1;
        }
        if ((flags & PyBUF_WRITABLE) && readonly) {
            PyErr_SetString(PyExc_BufferError, "Object is not writable.");
            return -1;
        }
    }
    Py_XINCREF(op);
    view->obj = op;
    view->buf = buf;
    view->len = len;
    view->readonly = readonly;
    view->itemsize = 1;
    view->format = flags & PyBUF_FORMAT ? "B" : NULL;
    view->ndim = 1;
    view->shape = flags & PyBUF_ND ? &view->len : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &view->itemsize : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

/* ---- geometry --------------------------------------------------------------------------- */

/* Is the view in one piece, the index that varies fastest being the last (C) or first (F)? */
static bool
is_contiguous_in(const Py_buffer *view, bool fortran)
{
    if (view->len == 0) return true;
    if (view->strides == NULL) {
        if (!fortran || view->ndim <= 1) return true;
        /* Without strides the order is C; that is also F order if one dimension matters. */
        int wide = 0;
        for (int i = 0; i < view->ndim; i++) wide += view->shape[i] > 1;
        return wide <= 1;
    }
    Py_ssize_t step = view->itemsize;
    for (int k = 0; k < view->ndim; k++) {
        int i = fortran ? k : view->ndim - 1 - k;
        Py_ssize_t n = view->shape[i];
        if (n > 1 && view->strides[i] != step) return false;
        step *= n;
    }
    return true;
}

/* Whether the view is contiguous in 'C' order, in 'F' order, or in any ('A'). */
int
PyBuffer_IsContiguous(const Py_buffer *view, char order)
{
    if (view->suboffsets != NULL) return 0;
    switch (order) {
    case 'C':
        return is_contiguous_in(view, false);
    case 'F':
        return is_contiguous_in(view, true);
    case 'A':
        return is_contiguous_in(view, false) || is_contiguous_in(view, true);
    }
    return 0;
}

/* The address of an item. */
void *
PyBuffer_GetPointer(const Py_buffer *view, const Py_ssize_t *indices)
{
    char *p = view->buf;
    for (int i = 0; i < view->ndim; i++) {
        p += view->strides[i] * indices[i];
        if (view->suboffsets != NULL && view->suboffsets[i] >= 0) {
            p = *(char **)p + view->suboffsets[i];
        }
    }
    return p;
}

/* Strides of a contiguous array. */
void
PyBuffer_FillContiguousStrides(int ndim, Py_ssize_t *shape, Py_ssize_t *strides, int itemsize,
                               char order)
{
    Py_ssize_t step = itemsize;
    for (int k = 0; k < ndim; k++) {
        int i = order == 'F' ? k : ndim - 1 - k;
        strides[i] = step;
        step *= shape[i];
    }
}

/* Bytes of one item of a struct format; -1 with an exception. */
Py_ssize_t
PyBuffer_SizeFromFormat(const char *format)
{
    PyObject *module = PyImport_ImportModule("struct");
    if (module == NULL) return -1;
    Py_ssize_t size = -1;
    PyObject *result = PyObject_CallMethod(module, "calcsize", "s", format);
    Py_DECREF(module);
    if (result != NULL) {
        size = PyLong_AsSsize_t(result);
        Py_DECREF(result);
    }
    return size;
}

/* ---- copying ---------------------------------------------------------------------------- */

/* Copy n items of `size` bytes from every `from_step` bytes to every `to_step`. */
static ALWAYS_INLINE void
copy_stepping(char *to, Py_ssize_t to_step, const char *from, Py_ssize_t from_step, Py_ssize_t n, size_t size)
{
    for (; n >= 4; n -= 4, from += 4 * from_step, to += 4 * to_step) {
        memcpy(to, from, size);
        memcpy(to + to_step, from + from_step, size);
        memcpy(to + 2 * to_step, from + 2 * from_step, size);
        memcpy(to + 3 * to_step, from + 3 * from_step, size);
    }
    for (; n > 0; n--, from += from_step, to += to_step) memcpy(to, from, size);
}

static void
copy_row(char *to, Py_ssize_t to_step, const char *from, Py_ssize_t from_step, Py_ssize_t n, Py_ssize_t size)
{
    switch (size) {
    case 1:
        if (to_step == 1) {
            units_stride(1, from, (size_t)n, from_step, to);
        } else {
            copy_stepping(to, to_step, from, from_step, n, 1);
        }
        break;
    case 2: copy_stepping(to, to_step, from, from_step, n, 2); break;
    case 4: copy_stepping(to, to_step, from, from_step, n, 4); break;
    case 8: copy_stepping(to, to_step, from, from_step, n, 8); break;
    case 16: copy_stepping(to, to_step, from, from_step, n, 16); break;
    default: copy_stepping(to, to_step, from, from_step, n, (size_t)size);
    }
}

/* Copy between the items of a view, taken in C or F order, and contiguous memory; at most `length`
   bytes. */
static status
copy_items(const Py_buffer *view, char *flat, Py_ssize_t length, bool fortran, bool to_view)
{
    Py_ssize_t strides_room[PyBUF_MAX_NDIM], indices[PyBUF_MAX_NDIM] = {0};
    Py_buffer local = *view;
    if (view->ndim > PyBUF_MAX_NDIM) {
        PyErr_Format(PyExc_ValueError, "number of dimensions must not exceed %d", PyBUF_MAX_NDIM);
        return -1;
    }
    if (local.strides == NULL && local.ndim > 0) {
        if (local.shape == NULL) {
            local.ndim = 1;
            local.shape = &local.len;
            local.itemsize = 1;
        }
        PyBuffer_FillContiguousStrides(local.ndim, local.shape, strides_room, (int)local.itemsize,
                                       'C');
        local.strides = strides_room;
    }
    if (length > local.len) length = local.len;
    if (local.itemsize <= 0) return 0;
    const Py_ssize_t size = local.itemsize;
    /* The fastest wheel of the counter is the last dimension in C order, the first in Fortran order:
       along it items are a row, unless each is found by a pointer. */
    const int fast = fortran ? 0 : local.ndim - 1;
    const bool rows = local.ndim > 0 && (local.suboffsets == NULL || local.suboffsets[fast] < 0);
    for (Py_ssize_t left = length / size; left > 0;) {
        char *item = PyBuffer_GetPointer(&local, indices);
        Py_ssize_t n = rows ? Py_MAX(1, Py_MIN(local.shape[fast], left)) : 1;
        if (!rows) {
            memcpy(to_view ? item : flat, to_view ? flat : item, (size_t)size);
        } else if (to_view) {
            copy_row(item, local.strides[fast], flat, size, n, size);
        } else {
            copy_row(flat, size, item, local.strides[fast], n, size);
        }
        flat += n * size;
        left -= n;
        for (int k = rows; k < local.ndim; k++) {
            int i = fortran ? k : local.ndim - 1 - k;
            if (++indices[i] < local.shape[i]) break;
            indices[i] = 0;
        }
    }
    return 0;
}

/* Copy a view to contiguous memory of `length` bytes, which must be all of it. */
int
PyBuffer_ToContiguous(void *buf, const Py_buffer *view, Py_ssize_t length, char order)
{
    if (length != view->len) {
        PyErr_SetString(PyExc_ValueError, "PyBuffer_ToContiguous: len != view->len");
        return -1;
    }
    if (PyBuffer_IsContiguous(view, order)) {
        memcpy(buf, view->buf, (size_t)length);
        return 0;
    }
    bool fortran = order == 'F' || (order == 'A' && PyBuffer_IsContiguous(view, 'F'));
    return copy_items(view, buf, length, fortran, false);
}

/* Copy contiguous memory into a view. */
int
PyBuffer_FromContiguous(const Py_buffer *view, const void *buf, Py_ssize_t length, char order)
{
    if (length > view->len) length = view->len;
    if (PyBuffer_IsContiguous(view, order)) {
        memcpy(view->buf, buf, (size_t)length);
        return 0;
    }
    return copy_items(view, (char *)buf, length, order == 'F', true);
}

/* Copy the items of one object's buffer over those of another. */
int
PyObject_CopyData(PyObject *dest, PyObject *src)
{
    if (!PyObject_CheckBuffer(dest) || !PyObject_CheckBuffer(src)) {
        PyErr_SetString(PyExc_TypeError, "both destination and source must be bytes-like objects");
        return -1;
    }
    Py_buffer to, from;
    if (PyObject_GetBuffer(dest, &to, PyBUF_FULL) != 0) return -1;
    if (PyObject_GetBuffer(src, &from, PyBUF_FULL_RO) != 0) {
        PyBuffer_Release(&to);
        return -1;
    }
    int result = -1;
    if (to.len < from.len) {
        PyErr_SetString(PyExc_BufferError, "destination is too small to receive data from source");
    } else if (PyBuffer_IsContiguous(&to, 'C') && PyBuffer_IsContiguous(&from, 'C')) {
        memcpy(to.buf, from.buf, (size_t)from.len);
        result = 0;
    } else {
        char *flat = PyMem_Malloc(from.len ? (size_t)from.len : 1);
        if (flat == NULL) {
            PyErr_NoMemory();
        } else {
            result = copy_items(&from, flat, from.len, false, false);
            if (result == 0) result = copy_items(&to, flat, from.len, false, true);
            PyMem_Free(flat);
        }
    }
    PyBuffer_Release(&to);
    PyBuffer_Release(&from);
    return result;
}

/* ---- the protocol before this one ------------------------------------------------------- */

/* A pointer whose view is released at once: right only for memory that stays where it is. */
static int
simple_pointer(PyObject *op, void **buffer, Py_ssize_t *length, int flags, const char *refusal)
{
    if (op == NULL || buffer == NULL || length == NULL) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
        return -1;
    }
    PyBufferProcs *procs = Py_TYPE(op)->tp_as_buffer;
    Py_buffer view;
    if (refusal != NULL) {
        if (procs == NULL || procs->bf_getbuffer == NULL || procs->bf_getbuffer(op, &view, flags)) {
            PyErr_SetString(PyExc_TypeError, refusal);
            return -1;
        }
    } else if (PyObject_GetBuffer(op, &view, flags) != 0) {
        return -1;
    }
    *buffer = view.buf;
    *length = view.len;
    PyBuffer_Release(&view);
    return 0;
}

int
PyObject_AsCharBuffer(PyObject *op, const char **buffer, Py_ssize_t *length)
{
    return simple_pointer(op, (void **)buffer, length, PyBUF_SIMPLE, NULL);
}

int
PyObject_AsReadBuffer(PyObject *op, const void **buffer, Py_ssize_t *length)
{
    return simple_pointer(op, (void **)buffer, length, PyBUF_SIMPLE, NULL);
}

int
PyObject_AsWriteBuffer(PyObject *op, void **buffer, Py_ssize_t *length)
{
    return simple_pointer(op, buffer, length, PyBUF_WRITABLE,
                          "expected a writable bytes-like object");
}

int
PyObject_CheckReadBuffer(PyObject *op)
{
    PyBufferProcs *procs = Py_TYPE(op)->tp_as_buffer;
    Py_buffer view;
    if (procs == NULL || procs->bf_getbuffer == NULL) return 0;
    if (procs->bf_getbuffer(op, &view, PyBUF_SIMPLE) == -1) {
        PyErr_Clear();
        return 0;
    }
    PyBuffer_Release(&view);
    return 1;
}
