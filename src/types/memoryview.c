/* memoryview, and the managed buffer behind it.

   A managed buffer holds one view obtained from an object; any number of memoryviews look at it
   (mbuf->exports counts those not released), each with its own shape, strides and suboffsets in
   ob_array.  The object's buffer is released with the last of them.  A memoryview counts the views
   it has given out itself (self->exports) and cannot be released before those.

   Invariants of self->view: strides and shape are there unless ndim is 0; format is not NULL. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/weakref.h"
#include "types/byteslike.h"
#include "types/memory_item.h"

typedef PyMemoryViewObject View;

extern PyTypeObject _PyManagedBuffer_Type;

/* ---- managed buffer --------------------------------------------------------------------- */

static _PyManagedBufferObject *
managed_alloc(void)
{
    _PyManagedBufferObject *self = PyObject_GC_New(_PyManagedBufferObject, &_PyManagedBuffer_Type);
    if (self == NULL) return NULL;
    self->flags = 0;
    self->exports = 0;
    self->master.obj = NULL;
    gc_track((PyObject *)self);
    return self;
}

static _PyManagedBufferObject *
managed_from_object(PyObject *op, int flags)
{
    _PyManagedBufferObject *self = managed_alloc();
    if (self == NULL) return NULL;
    if (PyObject_GetBuffer(op, &self->master, flags) < 0) {
        self->master.obj = NULL;
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static void
managed_release(_PyManagedBufferObject *self)
{
    if (self->flags & _Py_MANAGED_BUFFER_RELEASED) return;
    self->flags |= _Py_MANAGED_BUFFER_RELEASED;
    gc_untrack((PyObject *)self);
    PyBuffer_Release(&self->master);
}

static void
managed_buffer_tp_dealloc(_PyManagedBufferObject *self)
{
    managed_release(self);
    if (self->flags & _Py_MANAGED_BUFFER_FREE_FORMAT) PyMem_Free(self->master.format);
    PyObject_GC_Del(self);
}

static int
managed_buffer_tp_traverse(_PyManagedBufferObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->master.obj);
    return 0;
}

static int
managed_buffer_tp_clear(_PyManagedBufferObject *self)
{
    if (self->exports == 0) managed_release(self);
    return 0;
}

TYPE(managed_buffer, _PyManagedBuffer_Type, "managedbuffer", _PyManagedBufferObject, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- making views ----------------------------------------------------------------------- */

static COLD int
released_error(void)
{
    PyErr_SetString(PyExc_ValueError, "operation forbidden on released memoryview object");
    return -1;
}

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

static void
init_flags(View *self)
{
    const Py_buffer *view = &self->view;
    int flags = 0;
    if (view->ndim == 0) {
        flags = _Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    } else if (view->suboffsets != NULL) {
        flags = _Py_MEMORYVIEW_PIL;
    } else {
        if (PyBuffer_IsContiguous(view, 'C')) flags |= _Py_MEMORYVIEW_C;
        if (PyBuffer_IsContiguous(view, 'F')) flags |= _Py_MEMORYVIEW_FORTRAN;
    }
    self->flags = flags;
}

static View *
view_alloc(int ndim)
{
    View *self = (View *)_PyObject_GC_NewVar(&PyMemoryView_Type, 3 * ndim);
    if (self == NULL) return NULL;
    self->mbuf = NULL;
    self->hash = -1;
    self->flags = 0;
    self->exports = 0;
    self->view.ndim = ndim;
    self->view.shape = self->ob_array;
    self->view.strides = self->ob_array + ndim;
    self->view.suboffsets = self->ob_array + 2 * ndim;
    self->weakreflist = NULL;
    gc_track((PyObject *)self);
    return self;
}

/* A view of mbuf that looks like `src`, with room for `ndim` dimensions; shape and strides are only
   filled in if ndim is that of src. */
static View *
view_on(_PyManagedBufferObject *mbuf, const Py_buffer *src, int ndim)
{
    if (src->ndim > PyBUF_MAX_NDIM) {
        PyErr_Format(PyExc_ValueError, "memoryview: number of dimensions must not exceed %d",
                     PyBUF_MAX_NDIM);
        return NULL;
    }
    View *self = view_alloc(ndim);
    if (self == NULL) return NULL;
    Py_buffer *view = &self->view;
    view->obj = src->obj;
    view->buf = src->buf;
    view->len = src->len;
    view->itemsize = src->itemsize;
    view->readonly = src->readonly;
    view->format = src->format ? src->format : "B";
    view->internal = src->internal;
    if (ndim == 0 || ndim != src->ndim) {
        view->suboffsets = NULL;
        if (ndim == 0) view->shape = view->strides = NULL;
    } else {
        if (ndim == 1) {
            view->shape[0] = src->shape ? src->shape[0] : src->len / src->itemsize;
            view->strides[0] = src->strides ? src->strides[0] : src->itemsize;
        } else {
            memcpy(view->shape, src->shape, (size_t)ndim * sizeof(Py_ssize_t));
            if (src->strides) {
                memcpy(view->strides, src->strides, (size_t)ndim * sizeof(Py_ssize_t));
            } else {
                PyBuffer_FillContiguousStrides(ndim, view->shape, view->strides,
                                               (int)view->itemsize, 'C');
            }
        }
        if (src->suboffsets) {
            memcpy(view->suboffsets, src->suboffsets, (size_t)ndim * sizeof(Py_ssize_t));
        } else {
            view->suboffsets = NULL;
        }
        init_flags(self);
    }
    if (ndim == 0) init_flags(self);
    self->mbuf = (_PyManagedBufferObject *)Py_NewRef(mbuf);
    mbuf->exports++;
    return self;
}

/* A new view of what a managed buffer, whose reference is stolen, holds. */
static PyObject *
view_of_take(_PyManagedBufferObject *mbuf)
{
    if (mbuf == NULL) return NULL;
    View *self = view_on(mbuf, &mbuf->master, mbuf->master.ndim);
    Py_DECREF(mbuf);
    return (PyObject *)self;
}

/* A memoryview of `size` bytes that somebody else keeps alive. */
PyObject *
PyMemoryView_FromMemory(char *mem, Py_ssize_t size, int flags)
{
    _PyManagedBufferObject *mbuf = managed_alloc();
    if (mbuf == NULL) return NULL;
    PyBuffer_FillInfo(&mbuf->master, NULL, mem, size, flags != PyBUF_WRITE, PyBUF_FULL_RO);
    return view_of_take(mbuf);
}

/* A memoryview of a view that somebody else releases. */
PyObject *
PyMemoryView_FromBuffer(const Py_buffer *info)
{
    if (info->buf == NULL) {
        PyErr_SetString(PyExc_ValueError,
                        "PyMemoryView_FromBuffer(): info->buf must not be NULL");
        return NULL;
    }
    _PyManagedBufferObject *mbuf = managed_alloc();
    if (mbuf == NULL) return NULL;
    mbuf->master = *info;
    mbuf->master.obj = NULL;
    return view_of_take(mbuf);
}

static PyObject *
view_from_object(PyObject *op, int flags)
{
    if (PyMemoryView_Check(op)) {
        View *other = (View *)op;
        CHECK_RELEASED(other, NULL);
        return (PyObject *)view_on(other->mbuf, &other->view, other->view.ndim);
    }
    if (PyObject_CheckBuffer(op)) return view_of_take(managed_from_object(op, flags));
    PyErr_Format(PyExc_TypeError, "memoryview: a bytes-like object is required, not '%.200s'",
                 Py_TYPE(op)->tp_name);
    return NULL;
}

PyObject *
PyMemoryView_FromObject(PyObject *op)
{
    return view_from_object(op, PyBUF_FULL_RO);
}

/* A view of a contiguous copy of src, in C or F order. */
static PyObject *
contiguous_copy(const Py_buffer *src, char order)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, src->len);
    if (bytes == NULL) return NULL;
    _PyManagedBufferObject *mbuf = managed_from_object(bytes, PyBUF_FULL_RO);
    View *self = NULL;
    if (mbuf != NULL && PyBuffer_ToContiguous(PyBytes_AS_STRING(bytes), src, src->len, order) == 0) {
        /* The copy has the items of src: its format must outlive src. */
        size_t n = strlen(src->format) + 1;
        char *format = PyMem_Malloc(n);
        if (format == NULL) {
            PyErr_NoMemory();
        } else {
            memcpy(format, src->format, n);
            mbuf->master.format = format;
            mbuf->flags |= _Py_MANAGED_BUFFER_FREE_FORMAT;
            self = view_on(mbuf, &mbuf->master, src->ndim);
        }
    }
    if (self != NULL) {
        Py_buffer *view = &self->view;
        view->itemsize = src->itemsize;
        view->suboffsets = NULL;
        if (src->ndim > 0) {
            if (self->view.shape == NULL) view->shape = self->ob_array;
            view->strides = self->ob_array + src->ndim;
            memcpy(view->shape, src->shape, (size_t)src->ndim * sizeof(Py_ssize_t));
            PyBuffer_FillContiguousStrides(src->ndim, view->shape, view->strides,
                                           (int)view->itemsize, order);
        }
        init_flags(self);
    }
    Py_XDECREF(mbuf);
    Py_DECREF(bytes);
    return (PyObject *)self;
}

/* A memoryview of a contiguous buffer: op's own, or for reading a copy.  BufferError. */
PyObject *
PyMemoryView_GetContiguous(PyObject *op, int buffertype, char order)
{
    PyObject *self = PyMemoryView_FromObject(op);
    if (self == NULL) return NULL;
    Py_buffer *view = &((View *)self)->view;
    if (buffertype == PyBUF_WRITE && view->readonly) {
        PyErr_SetString(PyExc_BufferError, "underlying buffer is not writable");
        Py_DECREF(self);
        return NULL;
    }
    if (PyBuffer_IsContiguous(view, order)) return self;
    if (buffertype == PyBUF_WRITE) {
        PyErr_SetString(PyExc_BufferError,
                        "writable contiguous buffer requested for a non-contiguous object.");
        Py_DECREF(self);
        return NULL;
    }
    Py_SETREF(self, contiguous_copy(view, order == 'F' ? 'F' : 'C'));
    return self;
}

NEW(memoryview, "(object)")
static PyObject *
memoryview_new(PyTypeObject *type, PyObject *object)
{
    return PyMemoryView_FromObject(object);
}

/* ---- releasing -------------------------------------------------------------------------- */

static status
view_release(View *self)
{
    if (self->flags & _Py_MEMORYVIEW_RELEASED) return 0;
    if (self->exports > 0) {
        PyErr_Format(PyExc_BufferError, "memoryview has %zd exported buffer%s", self->exports,
                     self->exports == 1 ? "" : "s");
        return -1;
    }
    self->flags |= _Py_MEMORYVIEW_RELEASED;
    if (--self->mbuf->exports == 0) managed_release(self->mbuf);
    return 0;
}

static void
memoryview_tp_dealloc(View *self)
{
    gc_untrack((PyObject *)self);
    if (self->mbuf != NULL) {
        view_release(self);
        Py_CLEAR(self->mbuf);
    }
    if (self->weakreflist != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    PyObject_GC_Del(self);
}

static int
memoryview_tp_traverse(View *self, visitproc visit, void *arg)
{
    Py_VISIT(self->mbuf);
    return 0;
}

static int
memoryview_tp_clear(View *self)
{
    if (self->exports == 0 && self->mbuf != NULL) view_release(self);
    return 0;
}

METHOD(memoryview, release, "($self, /)", "Let go of the buffer of the underlying object.")
static PyObject *
memoryview_release(View *self, PyObject *Py_UNUSED(ignored))
{
    return view_release(self) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(memoryview, __enter__, NULL, NULL)
static PyObject *
memoryview___enter__(View *self, PyObject *Py_UNUSED(ignored))
{
    CHECK_RELEASED(self, NULL);
    return Py_NewRef(self);
}

METHOD(memoryview, __exit__, NULL, NULL)
static PyObject *
memoryview___exit__(View *self, PyObject *args)
{
    return view_release(self) < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- the buffer of a memoryview --------------------------------------------------------- */

static int
memoryview_bf_getbuffer(View *self, Py_buffer *view, int flags)
{
    const char *refused = NULL;
    int own = self->flags;
    CHECK_RELEASED(self, -1);
    *view = self->view;
    view->obj = NULL;
    if ((flags & PyBUF_WRITABLE) && view->readonly) {
        refused = "memoryview: underlying buffer is not writable";
    } else if ((flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS && !(own & _Py_MEMORYVIEW_C)) {
        refused = "memoryview: underlying buffer is not C-contiguous";
    } else if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS
               && !(own & _Py_MEMORYVIEW_FORTRAN)) {
        refused = "memoryview: underlying buffer is not Fortran contiguous";
    } else if ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS
               && !(own & (_Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN))) {
        refused = "memoryview: underlying buffer is not contiguous";
    } else if ((flags & PyBUF_INDIRECT) != PyBUF_INDIRECT && (own & _Py_MEMORYVIEW_PIL)) {
        refused = "memoryview: underlying buffer requires suboffsets";
    } else if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES && !(own & _Py_MEMORYVIEW_C)) {
        refused = "memoryview: underlying buffer is not C-contiguous";
    } else if ((flags & PyBUF_ND) != PyBUF_ND && (flags & PyBUF_FORMAT)) {
        refused = "memoryview: cannot cast to unsigned bytes if the format flag is present";
    }
    if (refused != NULL) {
        PyErr_SetString(PyExc_BufferError, refused);
        return -1;
    }
    if (!(flags & PyBUF_FORMAT)) view->format = NULL;
    if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES) view->strides = NULL;
    if ((flags & PyBUF_ND) != PyBUF_ND) {
        /* Plain bytes. */
        view->ndim = 1;
        view->shape = NULL;
    }
    view->obj = Py_NewRef(self);
    self->exports++;
    return 0;
}

static void
memoryview_bf_releasebuffer(View *self, Py_buffer *view)
{
    self->exports--;
}

/* ---- items ------------------------------------------------------------------------------ */

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

/* The address of item `index` along dimension `dim`; NULL with IndexError. */
static char *
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

static PyObject *
not_implemented(const char *text)
{
    PyErr_SetString(PyExc_NotImplementedError, text);
    return NULL;
}

static PyObject *
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

static PyObject *
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
        init_flags(part);
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

static const char *
plain_format(const char *format)
{
    if (format == NULL) return "B";
    return *format == '@' ? format + 1 : format;
}

/* Equal numbers of items in every dimension, as far as they matter. */
static bool
same_shape(const Py_buffer *a, const Py_buffer *b)
{
    if (a->ndim != b->ndim) return false;
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] != b->shape[i]) return false;
        if (a->shape[i] == 0) break;
    }
    return true;
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

static int
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

static Py_ssize_t
memoryview_sq_length(View *self)
{
    CHECK_RELEASED(self, -1);
    return self->view.ndim == 0 ? 1 : self->view.shape[0];
}

static Py_ssize_t
memoryview_mp_length(View *self)
{
    return memoryview_sq_length(self);
}

/* ---- comparison, hash, repr ------------------------------------------------------------- */

static inline const char *
follow(const Py_buffer *view, const char *p, int dim)
{
    if (view->suboffsets && view->suboffsets[dim] >= 0) return *(char **)p + view->suboffsets[dim];
    return p;
}

/* Compare from dimension `dim` on; both have the same shape. */
static truth
parts_equal(const Py_buffer *a, const char *p, struct ItemReader *ua, const Py_buffer *b,
            const char *q, struct ItemReader *ub, int dim)
{
    if (dim == a->ndim) return items_equal(ua, p, ub, q);
    for (Py_ssize_t i = 0; i < a->shape[dim]; i++) {
        truth equal = parts_equal(a, follow(a, p, dim), ua, b, follow(b, q, dim), ub, dim + 1);
        if (equal <= 0) return equal;
        p += a->strides[dim];
        q += b->strides[dim];
    }
    return 1;
}

/* Whether items are equal exactly if their bytes are: whole arrays of the same kind of integer. */
static bool
equal_by_bits(const Py_buffer *a, const Py_buffer *b)
{
    const char *format = plain_format(a->format);
    return format[0] != 0 && format[1] == 0 && strchr("cbBhHiIlLqQnNP", format[0]) != NULL
           && strcmp(format, plain_format(b->format)) == 0 && a->len == b->len
           && PyBuffer_IsContiguous(a, 'C') && PyBuffer_IsContiguous(b, 'C');
}

static PyObject *
memoryview_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    Py_buffer other = {.obj = NULL}, *x, *y;
    truth equal = -1;
    View *self = (View *)a;
    if (op != Py_EQ && op != Py_NE) Py_RETURN_NOTIMPLEMENTED;
    if (is_released(self)) {
        equal = a == b;
        return PyBool_FromLong(equal == (op == Py_EQ));
    }
    x = &self->view;
    if (PyMemoryView_Check(b)) {
        if (is_released((View *)b)) return PyBool_FromLong((a == b) == (op == Py_EQ));
        y = &((View *)b)->view;
    } else {
        if (PyObject_GetBuffer(b, &other, PyBUF_FULL_RO) < 0) {
            PyErr_Clear();
            Py_RETURN_NOTIMPLEMENTED;
        }
        y = &other;
    }
    struct ItemReader ux = {0}, uy = {0};
    Py_ssize_t one_stride = y->itemsize, one_shape;
    Py_buffer flat = *y;
    if (flat.ndim == 1 && flat.shape == NULL) {
        one_shape = flat.len / flat.itemsize;
        flat.shape = &one_shape;
    }
    Py_ssize_t strides[PyBUF_MAX_NDIM];
    if (flat.strides == NULL && flat.ndim > 0 && flat.ndim <= PyBUF_MAX_NDIM) {
        if (flat.ndim == 1) {
            flat.strides = &one_stride;
        } else {
            PyBuffer_FillContiguousStrides(flat.ndim, flat.shape, strides, (int)flat.itemsize, 'C');
            flat.strides = strides;
        }
    }
    if (!same_shape(x, &flat)) {
        equal = 0;
    } else if (equal_by_bits(x, &flat)) {
        equal = memcmp(x->buf, flat.buf, (size_t)x->len) == 0;
    } else {
        status known = item_reader_init(&ux, x);
        if (known == 0) known = item_reader_init(&uy, &flat);
        if (known == 0) {
            equal = parts_equal(x, x->buf, &ux, &flat, flat.buf, &uy, 0);
        } else if (known > 0) {
            equal = 0;
        }
    }
    Py_XDECREF(ux.unpack);
    Py_XDECREF(uy.unpack);
    if (other.obj) PyBuffer_Release(&other);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
memoryview_tp_hash(View *self)
{
    if (self->hash != -1) return self->hash;
    CHECK_RELEASED(self, -1);
    Py_buffer *view = &self->view;
    if (!view->readonly) {
        PyErr_SetString(PyExc_ValueError, "cannot hash writable memoryview object");
        return -1;
    }
    char format = item_format(view->format);
    if (format != 'B' && format != 'b' && format != 'c') {
        PyErr_SetString(PyExc_ValueError,
                        "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        return -1;
    }
    /* What cannot be hashed itself may change behind a read-only view. */
    if (view->obj != NULL && PyObject_Hash(view->obj) == -1) return -1;
    char *copy = NULL;
    if (!(self->flags & _Py_MEMORYVIEW_C)) {
        copy = PyMem_Malloc(view->len ? (size_t)view->len : 1);
        if (copy == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (PyBuffer_ToContiguous(copy, view, view->len, 'C') < 0) {
            PyMem_Free(copy);
            return -1;
        }
    }
    self->hash = _Py_HashBytes(copy ? copy : view->buf, view->len);
    PyMem_Free(copy);
    return self->hash;
}

static PyObject *
memoryview_tp_repr(View *self)
{
    return PyUnicode_FromFormat(self->flags & _Py_MEMORYVIEW_RELEASED ? "<released memory at %p>"
                                                                       : "<memory at %p>",
                                self);
}

/* ---- methods ---------------------------------------------------------------------------- */

/* Fill in the shape of `self` from a list or tuple whose product must be the length. */
static status
cast_shape(View *self, PyObject *shape, int ndim)
{
    Py_buffer *view = &self->view;
    view->ndim = ndim;
    view->shape = ndim ? self->ob_array : NULL;
    view->strides = ndim ? self->ob_array + ndim : NULL;
    /* In bytes, so that it cannot overflow later. */
    Py_ssize_t product = view->itemsize;
    for (int i = 0; i < ndim; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(shape, i);
        if (!PyLong_Check(item)) {
            PyErr_SetString(PyExc_TypeError,
                            "memoryview.cast(): elements of shape must be integers");
            return -1;
        }
        Py_ssize_t n = PyLong_AsSsize_t(item);
        if (n == -1 && PyErr_Occurred()) return -1;
        if (n <= 0) {
            PyErr_SetString(PyExc_ValueError,
                            "memoryview.cast(): elements of shape must be integers > 0");
            return -1;
        }
        if (n > PY_SSIZE_T_MAX / product) {
            PyErr_SetString(PyExc_ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
            return -1;
        }
        product *= n;
        view->shape[i] = n;
    }
    if (product != view->len) {
        PyErr_SetString(PyExc_TypeError,
                        "memoryview: product(shape) * itemsize != buffer size");
        return -1;
    }
    if (ndim) {
        PyBuffer_FillContiguousStrides(ndim, view->shape, view->strides, (int)view->itemsize, 'C');
    }
    return 0;
}

/* A string that lives for ever for a native format. */
static const char *
static_format(char c, bool at)
{
    static const char all[] = "@c\0@b\0@B\0@?\0@h\0@H\0@i\0@I\0@l\0@L\0@q\0@Q\0@n\0@N\0@f\0@d\0@P";
    for (const char *p = all;; p += 3) {
        if (p[1] == c) return at ? p : p + 1;
    }
}

static inline bool
is_byte_format(char c)
{
    return c == 'B' || c == 'b' || c == 'c';
}

/* Make a view of one dimension out of `self`, with another format. */
static status
cast_format(View *self, const Py_buffer *src, const char *format)
{
    char to = item_format(format), from = item_format(src->format);
    if (to == 0) {
        PyErr_SetString(PyExc_ValueError,
                        "memoryview: destination format must be a native single character format "
                        "prefixed with an optional '@'");
        return -1;
    }
    if (!is_byte_format(from) && !is_byte_format(to)) {
        PyErr_SetString(PyExc_TypeError, "memoryview: cannot cast between two non-byte formats");
        return -1;
    }
    Py_buffer *view = &self->view;
    Py_ssize_t size = item_size(to);
    if (view->len % size != 0) {
        PyErr_SetString(PyExc_TypeError, "memoryview: length is not a multiple of itemsize");
        return -1;
    }
    view->format = (char *)static_format(to, *format == '@');
    view->itemsize = size;
    view->ndim = 1;
    view->shape = self->ob_array;
    view->strides = self->ob_array + 1;
    view->shape[0] = view->len / size;
    view->strides[0] = size;
    view->suboffsets = NULL;
    return 0;
}

METHOD(memoryview, cast, "($self, /, format, shape=<unrepresentable>)",
       "A view of the same memory with another format or shape.")
static PyObject *
memoryview_cast(View *self, PyUnicodeObject *format, PyObject *shape)
{
    CHECK_RELEASED(self, NULL);
    Py_ssize_t ndim = 1;
    const Py_buffer *view = &self->view;
    if (!(self->flags & _Py_MEMORYVIEW_C)) {
        PyErr_SetString(PyExc_TypeError, "memoryview: casts are restricted to C-contiguous views");
        return NULL;
    }
    if (shape != NULL || view->ndim != 1) {
        for (int i = 0; i < view->ndim; i++) {
            if (view->shape[i] == 0) {
                PyErr_SetString(PyExc_TypeError,
                                "memoryview: cannot cast view with zeros in shape or strides");
                return NULL;
            }
        }
    }
    if (shape != NULL) {
        if (!PyList_Check(shape) && !PyTuple_Check(shape)) {
            PyErr_SetString(PyExc_TypeError, "shape must be a list or a tuple");
            return NULL;
        }
        ndim = PySequence_Fast_GET_SIZE(shape);
        if (ndim > PyBUF_MAX_NDIM) {
            PyErr_Format(PyExc_ValueError, "memoryview: number of dimensions must not exceed %d",
                         PyBUF_MAX_NDIM);
            return NULL;
        }
        if (view->ndim != 1 && ndim != 1) {
            PyErr_SetString(PyExc_TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
            return NULL;
        }
    }
    PyObject *ascii = PyUnicode_AsASCIIString((PyObject *)format);
    if (ascii == NULL) return NULL;
    View *result = view_on(self->mbuf, view, ndim ? (int)ndim : 1);
    if (result != NULL
        && (cast_format(result, view, PyBytes_AS_STRING(ascii)) < 0
            || (shape != NULL && cast_shape(result, shape, (int)ndim) < 0))) {
        Py_CLEAR(result);
    }
    Py_DECREF(ascii);
    if (result == NULL) return NULL;
    init_flags(result);
    return (PyObject *)result;
}

METHOD(memoryview, hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
       "Two hexadecimal digits for each byte; sep stands between groups of bytes_per_sep bytes,\n"
       "counted from the right, or from the left if negative.\n"
       "\n"
       ">>> v = memoryview(b'\\x0a\\x0b\\x0c')\n"
       ">>> v.hex()\n"
       "'0a0b0c'\n"
       ">>> v.hex(' ')\n"
       "'0a 0b 0c'\n"
       ">>> v.hex('-', 2)\n"
       "'0a-0b0c'\n"
       ">>> v.hex('-', -2)\n"
       "'0a0b-0c'")
static PyObject *
memoryview_hex(View *self, PyObject *sep, int bytes_per_sep)
{
    CHECK_RELEASED(self, NULL);
    Py_buffer *view = &self->view;
    if (self->flags & _Py_MEMORYVIEW_C) {
        return _Py_strhex_with_sep(view->buf, view->len, sep, bytes_per_sep);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, view->len), *text = NULL;
    if (bytes == NULL) return NULL;
    if (PyBuffer_ToContiguous(PyBytes_AS_STRING(bytes), view, view->len, 'C') == 0) {
        text = _Py_strhex_with_sep(PyBytes_AS_STRING(bytes), view->len, sep, bytes_per_sep);
    }
    Py_DECREF(bytes);
    return text;
}

METHOD(memoryview, tobytes, "($self, /, order='C')",
       "A copy of the items as bytes, in C or Fortran order; 'A' is Fortran order for memory that\n"
       "is laid out so, else C order.")
static PyObject *
memoryview_tobytes(View *self, text_or_none order)
{
    CHECK_RELEASED(self, NULL);
    char c = 'C';
    if (order != NULL) {
        c = order[0];
        if ((c != 'C' && c != 'F' && c != 'A') || order[1] != '\0') {
            PyErr_SetString(PyExc_ValueError, "order must be 'C', 'F' or 'A'");
            return NULL;
        }
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, self->view.len);
    if (bytes != NULL
        && PyBuffer_ToContiguous(PyBytes_AS_STRING(bytes), &self->view, self->view.len, c) < 0) {
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* The items from dimension `dim` on as nested lists. */
static PyObject *
nested_list(const Py_buffer *view, const char *p, int dim, char format)
{
    Py_ssize_t n = view->shape[dim];
    PyObject *list = PyList_New(n);
    if (list == NULL) return NULL;
    for (Py_ssize_t i = 0; i < n; i++, p += view->strides[dim]) {
        const char *at = follow(view, p, dim);
        PyObject *item = dim + 1 == view->ndim ? item_unpack(at, format)
                                               : nested_list(view, at, dim + 1, format);
        if (item == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

METHOD(memoryview, tolist, "($self, /)", "The items as a list, nested for several dimensions.")
static PyObject *
memoryview_tolist(View *self, PyObject *Py_UNUSED(ignored))
{
    CHECK_RELEASED(self, NULL);
    char format = item_format_checked(self->view.format);
    if (format == 0) return NULL;
    if (self->view.ndim == 0) return item_unpack(self->view.buf, format);
    return nested_list(&self->view, self->view.buf, 0, format);
}

METHOD(memoryview, toreadonly, "($self, /)", "A view of the same memory that cannot be written to.")
static PyObject *
memoryview_toreadonly(View *self, PyObject *Py_UNUSED(ignored))
{
    CHECK_RELEASED(self, NULL);
    View *result = view_on(self->mbuf, &self->view, self->view.ndim);
    if (result != NULL) result->view.readonly = 1;
    return (PyObject *)result;
}

/* ---- attributes ------------------------------------------------------------------------- */

static PyObject *
ints_tuple(const Py_ssize_t *values, int n)
{
    if (values == NULL) n = 0;
    PyObject *tuple = PyTuple_New(n);
    for (int i = 0; tuple != NULL && i < n; i++) {
        PyObject *item = PyLong_FromSsize_t(values[i]);
        if (item == NULL) {
            Py_CLEAR(tuple);
        } else {
            PyTuple_SET_ITEM(tuple, i, item);
        }
    }
    return tuple;
}

GETTER(memoryview, c_contiguous, "Whether the memory is contiguous in C order.")
static PyObject *
memoryview_get_c_contiguous(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyBool_FromLong(self->flags & _Py_MEMORYVIEW_C);
}

GETTER(memoryview, contiguous, "Whether the memory is contiguous.")
static PyObject *
memoryview_get_contiguous(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyBool_FromLong(self->flags & (_Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN));
}

GETTER(memoryview, f_contiguous, "Whether the memory is contiguous in Fortran order.")
static PyObject *
memoryview_get_f_contiguous(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyBool_FromLong(self->flags & _Py_MEMORYVIEW_FORTRAN);
}

GETTER(memoryview, format, "The format of an item, as in module struct.")
static PyObject *
memoryview_get_format(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyUnicode_FromString(self->view.format);
}

GETTER(memoryview, itemsize, "Bytes of an item.")
static PyObject *
memoryview_get_itemsize(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyLong_FromSsize_t(self->view.itemsize);
}

GETTER(memoryview, nbytes, "Bytes that the items would take in contiguous memory.")
static PyObject *
memoryview_get_nbytes(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyLong_FromSsize_t(self->view.len);
}

GETTER(memoryview, ndim, "The number of dimensions.")
static PyObject *
memoryview_get_ndim(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyLong_FromLong(self->view.ndim);
}

GETTER(memoryview, obj, "The object whose memory this is.")
static PyObject *
memoryview_get_obj(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return Py_NewRef(self->view.obj ? self->view.obj : Py_None);
}

GETTER(memoryview, readonly, "Whether the memory cannot be written to.")
static PyObject *
memoryview_get_readonly(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return PyBool_FromLong(self->view.readonly);
}

GETTER(memoryview, shape, "The number of items in each dimension.")
static PyObject *
memoryview_get_shape(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return ints_tuple(self->view.shape, self->view.ndim);
}

GETTER(memoryview, strides, "Bytes from one item to the next in each dimension.")
static PyObject *
memoryview_get_strides(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return ints_tuple(self->view.strides, self->view.ndim);
}

GETTER(memoryview, suboffsets, "Offsets behind pointers, for arrays of the kind PIL uses.")
static PyObject *
memoryview_get_suboffsets(View *self, void *Py_UNUSED(closure))
{
    CHECK_RELEASED(self, NULL);
    return ints_tuple(self->view.suboffsets, self->view.ndim);
}

/* ---- iterator --------------------------------------------------------------------------- */

struct MemoryIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item */
    View *seq;                      /* NULL once exhausted */
    Py_ssize_t length;
    char format;
};

static PyTypeObject memory_iterator_type;

static PyObject *
memoryview_tp_iter(View *self)
{
    CHECK_RELEASED(self, NULL);
    if (self->view.ndim == 0) {
        PyErr_SetString(PyExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (self->view.ndim != 1) {
        return not_implemented("multi-dimensional sub-views are not implemented");
    }
    char format = item_format_checked(self->view.format);
    if (format == 0) return NULL;
    struct MemoryIterator *it = PyObject_GC_New(struct MemoryIterator, &memory_iterator_type);
    if (it == NULL) return NULL;
    it->index = 0;
    it->seq = (View *)Py_NewRef(self);
    it->length = self->view.shape[0];
    it->format = format;
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
memory_iterator_tp_dealloc(struct MemoryIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
memory_iterator_tp_traverse(struct MemoryIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
memory_iterator_tp_iternext(struct MemoryIterator *self)
{
    View *seq = self->seq;
    if (seq == NULL) return NULL;
    if (self->index < self->length) {
        CHECK_RELEASED(seq, NULL);
        char *p = step_into(&seq->view, seq->view.buf, 0, self->index++);
        return p == NULL ? NULL : item_unpack(p, self->format);
    }
    Py_CLEAR(self->seq);
    return NULL;
}

TYPE(memory_iterator, memory_iterator_type, "memory_iterator", struct MemoryIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(memoryview, PyMemoryView_Type, "memoryview", PyMemoryViewObject, "(object)",
     "A view of the memory of an object with a buffer, without a copy.",
     .tp_basicsize = offsetof(PyMemoryViewObject, ob_array), .tp_itemsize = sizeof(Py_ssize_t),
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE,
     .tp_weaklistoffset = offsetof(PyMemoryViewObject, weakreflist))

#include "gen/types/memoryview.inc"
