/* memoryview, and the managed buffer behind it.

   A managed buffer holds one view obtained from an object; any number of memoryviews look at it
   (mbuf->exports counts those not released), each with its own shape, strides and suboffsets in
   ob_array.  The object's buffer is released with the last of them.  A memoryview counts the views
   it has given out itself (self->exports) and cannot be released before those.

   Here: making, releasing, comparison, attributes, the iterator, the types.  memoryview_index.c has
   items and slices, memoryview_convert.c what makes other views and other objects. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/weakref.h"
#include "types/memoryview.h"

extern PyTypeObject _PyManagedBuffer_Type;

/* ---- managed buffer --------------------------------------------------------------------- */

static _PyManagedBufferObject *
managed_alloc(void)
{
    enum { SIZE = sizeof(_PyManagedBufferObject) };
    _PyManagedBufferObject *self =
        (_PyManagedBufferObject *)gc_alloc_here(SIZE, 0, SIZE & 8 ? PAGE_TIGHT : 0);
    if (self == NULL) return NULL;
    Py_SET_TYPE(self, &_PyManagedBuffer_Type);
    Py_SET_REFCNT(self, 1);
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

COLD int
released_error(void)
{
    PyErr_SetString(PyExc_ValueError, "operation forbidden on released memoryview object");
    return -1;
}

void
view_init_flags(View *self)
{
    const Py_buffer *view = &self->view;
    int flags = 0;
    if (view->ndim == 0) {
        flags = _Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    } else if (view->suboffsets != NULL) {
        flags = _Py_MEMORYVIEW_PIL;
    } else if (view->ndim == 1) {
        bool dense = view->shape[0] == 1 || view->strides[0] == view->itemsize;
        if (dense) flags = _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    } else {
        if (PyBuffer_IsContiguous(view, 'C')) flags |= _Py_MEMORYVIEW_C;
        if (PyBuffer_IsContiguous(view, 'F')) flags |= _Py_MEMORYVIEW_FORTRAN;
    }
    self->flags = flags;
}

static View *
view_alloc(int ndim)
{
    View *self;
    if (likely(ndim == 1)) {
        enum { SIZE = offsetof(View, ob_array) + 3 * sizeof(Py_ssize_t) };
        self = (View *)gc_alloc_here(SIZE, 0, SIZE & 8 ? PAGE_TIGHT : 0);
        if (self == NULL) return NULL;
        Py_SET_TYPE(self, &PyMemoryView_Type);
        Py_SET_REFCNT(self, 1);
        Py_SET_SIZE(self, 3);
    } else {
        self = (View *)_PyObject_GC_NewVar(&PyMemoryView_Type, 3 * ndim);
        if (self == NULL) return NULL;
    }
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
View *
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
        view_init_flags(self);
    }
    if (ndim == 0) view_init_flags(self);
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
        view_init_flags(self);
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

/* ---- comparison, hash, repr ------------------------------------------------------------- */

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
