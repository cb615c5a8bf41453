/* memoryview: cast and toreadonly, which make other views; tobytes, tolist and hex, which copy. */
#include "object/declare.h"
#include "types/byteslike.h"
#include "types/memoryview.h"

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
    view_init_flags(result);
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
PyObject *
memoryview_tolist(View *self, PyObject *Py_UNUSED(ignored))
{
    CHECK_RELEASED(self, NULL);
    char format = item_format_checked(self->view.format);
    if (format == 0) return NULL;
    if (self->view.ndim == 0) return item_unpack(self->view.buf, format);
    return nested_list(&self->view, self->view.buf, 0, format);
}

METHOD(memoryview, toreadonly, "($self, /)", "A view of the same memory that cannot be written to.")
PyObject *
memoryview_toreadonly(View *self, PyObject *Py_UNUSED(ignored))
{
    CHECK_RELEASED(self, NULL);
    View *result = view_on(self->mbuf, &self->view, self->view.ndim);
    if (result != NULL) result->view.readonly = 1;
    return (PyObject *)result;
}

#include "gen/types/memoryview_convert.inc"
