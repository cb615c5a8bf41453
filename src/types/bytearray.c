/* bytearray: see bytearray.h for the invariants; methods shared with bytes are in byteslike*.c.

   Removing bytes at the front only moves ob_start, so that a bytearray works as a queue.  Growth
   is by an eighth. */
#define PY_SSIZE_T_CLEAN
#include "base/units.h"
#include "types/bytearray.h"

#include "object/declare.h"
#include "object/gc.h"
#include "object/object.h"
#include "types/bytes.h"
#include "types/byteslike.h"
#include "types/int.h"

char _PyByteArray_empty_string[] = "";

/* ---- storage ---------------------------------------------------------------------------- */

static truth
can_resize(PyByteArrayObject *self)
{
    if (likely(self->ob_exports == 0)) return 1;
    PyErr_SetString(PyExc_BufferError, "Existing exports of data: object cannot be re-sized");
    return 0;
}

static inline char *
data_of(PyByteArrayObject *self)
{
    return PyByteArray_AS_STRING((PyObject *)self);
}

/* Make the size n; new bytes are not filled in.  BufferError while there are exports. */
int
PyByteArray_Resize(PyObject *op, Py_ssize_t n)
{
    PyByteArrayObject *self = (PyByteArrayObject *)op;
    if (n == Py_SIZE(self)) return 0;
    if (!can_resize(self)) return -1;
    size_t size = (size_t)n, alloc = (size_t)self->ob_alloc;
    size_t gap = (size_t)(self->ob_start - self->ob_bytes);
    if (size + gap + 1 <= alloc) {
        if (size >= alloc / 2) {
            Py_SET_SIZE(self, n);
            self->ob_start[n] = '\0';
            return 0;
        }
        alloc = size + 1;
    } else if ((double)size <= (double)alloc * 1.125) {
        alloc = size + (size >> 3) + (size < 9 ? 3 : 6);
    } else {
        alloc = size + 1;
    }
    if (alloc > PY_SSIZE_T_MAX) {
        PyErr_NoMemory();
        return -1;
    }
    char *bytes;
    if (gap > 0) {
        bytes = PyObject_Malloc(alloc);
        if (bytes != NULL) {
            Py_ssize_t kept = n < Py_SIZE(self) ? n : Py_SIZE(self);
            memcpy(bytes, data_of(self), (size_t)kept);
            PyObject_Free(self->ob_bytes);
        }
    } else {
        bytes = PyObject_Realloc(self->ob_bytes, alloc);
    }
    if (bytes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->ob_bytes = self->ob_start = bytes;
    self->ob_alloc = (Py_ssize_t)alloc;
    Py_SET_SIZE(self, n);
    bytes[n] = '\0';
    return 0;
}

status
bytearray_replace(PyByteArrayObject *self, Py_ssize_t low, Py_ssize_t high, const char *s,
                  Py_ssize_t n)
{
    Py_ssize_t size = Py_SIZE(self), grow = n - (high - low);
    if (grow < 0) {
        if (!can_resize(self)) return -1;
        if (low == 0) {
            /* The first -grow bytes fall off; what stands behind them stays where it is. */
            self->ob_start -= grow;
        } else {
            char *data = data_of(self);
            memmove(data + low + n, data + high, (size_t)(size - high));
        }
        if (PyByteArray_Resize((PyObject *)self, size + grow) < 0) {
            if (low == 0) {
                self->ob_start += grow;
                return -1;
            }
            /* Only shrinking to less memory failed: the bytes are all in place. */
            PyErr_Clear();
            Py_SET_SIZE(self, size + grow);
            self->ob_start[size + grow] = '\0';
        }
    } else if (grow > 0) {
        if (size > PY_SSIZE_T_MAX - grow) {
            PyErr_NoMemory();
            return -1;
        }
        if (PyByteArray_Resize((PyObject *)self, size + grow) < 0) return -1;
        char *data = data_of(self);
        memmove(data + high + grow, data + high, (size_t)(size - high));
    }
    if (n > 0) memcpy(data_of(self) + low, s, (size_t)n);
    return 0;
}

/* 0..255, or -1 with an exception. */
static int
byte_value(PyObject *op)
{
    int overflow;
    long value = PyLong_AsLongAndOverflow(op, &overflow);
    if (value == -1 && !overflow && PyErr_Occurred()) return -1;
    if (value < 0 || value > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    return (int)value;
}

/* ---- C API ------------------------------------------------------------------------------ */

/* A new bytearray: a copy of n bytes at s, or n bytes to fill in if s is NULL. */
PyObject *
PyByteArray_FromStringAndSize(const char *s, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_SetString(PyExc_SystemError,
                        "Negative size passed to PyByteArray_FromStringAndSize");
        return NULL;
    }
    if (n == PY_SSIZE_T_MAX) return PyErr_NoMemory();
    PyByteArrayObject *self = PyObject_New(PyByteArrayObject, &PyByteArray_Type);
    if (self == NULL) return NULL;
    self->ob_bytes = NULL;
    self->ob_alloc = 0;
    if (n > 0) {
        self->ob_bytes = PyObject_Malloc((size_t)n + 1);
        if (self->ob_bytes == NULL) {
            PyObject_Free(self);
            return PyErr_NoMemory();
        }
        self->ob_alloc = n + 1;
        if (s != NULL) memcpy(self->ob_bytes, s, (size_t)n);
        self->ob_bytes[n] = '\0';
    }
    Py_SET_SIZE(self, n);
    self->ob_start = self->ob_bytes;
    self->ob_exports = 0;
    return (PyObject *)self;
}

PyObject *
PyByteArray_FromObject(PyObject *op)
{
    return PyObject_CallOneArg((PyObject *)&PyByteArray_Type, op);
}

Py_ssize_t
PyByteArray_Size(PyObject *op)
{
    return PyByteArray_GET_SIZE(op);
}

char *
PyByteArray_AsString(PyObject *op)
{
    return PyByteArray_AS_STRING(op);
}

/* a + b as a new bytearray. */
PyObject *
PyByteArray_Concat(PyObject *a, PyObject *b)
{
    Py_buffer x = {.obj = NULL}, y = {.obj = NULL};
    PyObject *result = NULL;
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0 || PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(b)->tp_name,
                     Py_TYPE(a)->tp_name);
    } else if (x.len > PY_SSIZE_T_MAX - y.len) {
        PyErr_NoMemory();
    } else {
        result = PyByteArray_FromStringAndSize(NULL, x.len + y.len);
        if (result != NULL && x.len + y.len > 0) {
            memcpy(PyByteArray_AS_STRING(result), x.buf, (size_t)x.len);
            memcpy(PyByteArray_AS_STRING(result) + x.len, y.buf, (size_t)y.len);
        }
    }
    if (x.obj) PyBuffer_Release(&x);
    if (y.obj) PyBuffer_Release(&y);
    return result;
}

/* ---- construction ----------------------------------------------------------------------- */

static void
bytearray_tp_dealloc(PyByteArrayObject *self)
{
    if (self->ob_exports > 0) {
        PyErr_SetString(PyExc_SystemError, "deallocated bytearray object has exported buffers");
        PyErr_Print();
    }
    if (self->ob_bytes != NULL) PyObject_Free(self->ob_bytes);
    Py_TYPE(self)->tp_free(self);
}

/* Append one byte. */
static status
append_byte(PyByteArrayObject *self, int byte)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "cannot add more objects to bytearray");
        return -1;
    }
    if (PyByteArray_Resize((PyObject *)self, n + 1) < 0) return -1;
    self->ob_start[n] = (char)byte;
    return 0;
}

/* Append the ints an iterator gives. */
static status
append_items(PyByteArrayObject *self, PyObject *it)
{
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    for (;;) {
        PyObject *item = next(it);
        if (item == NULL) {
            if (!PyErr_Occurred()) return 0;
            if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return -1;
            PyErr_Clear();
            return 0;
        }
        int byte = byte_value(item);
        Py_DECREF(item);
        if (byte < 0 || append_byte(self, byte) < 0) return -1;
    }
}

/* A new bytearray's contents from anything but a str. */
static status
fill_from(PyByteArrayObject *self, PyObject *source)
{
    if (PyIndex_Check(source)) {
        Py_ssize_t n = PyNumber_AsSsize_t(source, PyExc_OverflowError);
        if (n == -1 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError)) return -1;
            PyErr_Clear();
        } else {
            if (n < 0) {
                PyErr_SetString(PyExc_ValueError, "negative count");
                return -1;
            }
            if (n > 0) {
                if (PyByteArray_Resize((PyObject *)self, n) < 0) return -1;
                memset(data_of(self), 0, (size_t)n);
            }
            return 0;
        }
    }
    if (PyObject_CheckBuffer(source)) {
        Py_buffer view;
        if (PyObject_GetBuffer(source, &view, PyBUF_FULL_RO) < 0) return -1;
        status done = PyByteArray_Resize((PyObject *)self, view.len);
        if (done == 0) done = PyBuffer_ToContiguous(data_of(self), &view, view.len, 'C');
        PyBuffer_Release(&view);
        return done;
    }
    PyObject *it = PyObject_GetIter(source);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError, "cannot convert '%.200s' object to bytearray",
                         Py_TYPE(source)->tp_name);
        }
        return -1;
    }
    status done = append_items(self, it);
    Py_DECREF(it);
    return done;
}

INIT(bytearray, "(source=b'', encoding='utf-8', errors='strict')")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
static int
bytearray_init(PyByteArrayObject *self, PyObject *source, const char *encoding, const char *errors)
{
    if (Py_SIZE(self) != 0 && PyByteArray_Resize((PyObject *)self, 0) < 0) return -1;
    if (source == NULL) {
        if (encoding == NULL && errors == NULL) return 0;
        PyErr_SetString(PyExc_TypeError, encoding ? "encoding without a string argument"
                                                  : "errors without a string argument");
        return -1;
    }
    if (PyUnicode_Check(source)) {
        if (encoding == NULL) {
            PyErr_SetString(PyExc_TypeError, "string argument without an encoding");
            return -1;
        }
        PyObject *encoded = PyUnicode_AsEncodedString(source, encoding, errors);
        if (encoded == NULL) return -1;
        status done = bytearray_replace(self, 0, 0, PyBytes_AS_STRING(encoded),
                                        PyBytes_GET_SIZE(encoded));
        Py_DECREF(encoded);
        return done;
    }
    if (encoding != NULL || errors != NULL) {
        PyErr_SetString(PyExc_TypeError, encoding ? "encoding without a string argument"
                                                  : "errors without a string argument");
        return -1;
    }
    return fill_from(self, source);
}

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
bytearray_tp_repr(PyByteArrayObject *self)
{
    const char *name = type_short_name(Py_TYPE(self));
    PyObject *prefix = PyBytes_FromFormat("%s(", name);
    if (prefix == NULL) return NULL;
    PyObject *text = bytes_repr_parts(PyBytes_AS_STRING(prefix), (unsigned char *)data_of(self),
                                      Py_SIZE(self), ")", true, 1);
    Py_DECREF(prefix);
    return text;
}

static PyObject *
bytearray_tp_str(PyByteArrayObject *self)
{
    if (interp_get()->config.bytes_warning
        && PyErr_WarnEx(PyExc_BytesWarning, "str() on a bytearray instance", 1) < 0) {
        return NULL;
    }
    return bytearray_tp_repr(self);
}

static PyObject *
bytearray_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyObject_CheckBuffer(a) || !PyObject_CheckBuffer(b)) {
        if (interp_get()->config.bytes_warning && (op == Py_EQ || op == Py_NE)
            && (PyUnicode_Check(a) || PyUnicode_Check(b))
            && PyErr_WarnEx(PyExc_BytesWarning, "Comparison between bytearray and string", 1) < 0) {
            return NULL;
        }
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_buffer x, y;
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0) {
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Clear();
        PyBuffer_Release(&x);
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_ssize_t nx = x.len, ny = y.len;
    int sign = 0;
    if (nx == ny || (op != Py_EQ && op != Py_NE)) {
        sign = memcmp(x.buf, y.buf, (size_t)(nx < ny ? nx : ny));
    }
    PyBuffer_Release(&x);
    PyBuffer_Release(&y);
    if (sign == 0) Py_RETURN_RICHCOMPARE(nx, ny, op);
    Py_RETURN_RICHCOMPARE(sign, 0, op);
}

static Py_ssize_t
bytearray_sq_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
bytearray_sq_concat(PyObject *a, PyObject *b)
{
    return PyByteArray_Concat(a, b);
}

static PyObject *
bytearray_sq_inplace_concat(PyByteArrayObject *self, PyObject *other)
{
    /* Adding a bytearray to itself fails like any resizing under a view. */
    Py_ssize_t size = Py_SIZE(self);
    Py_buffer view;
    if (PyObject_GetBuffer(other, &view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(other)->tp_name,
                     Py_TYPE(self)->tp_name);
        return NULL;
    }
    status done = bytearray_replace(self, size, size, view.buf, view.len);
    PyBuffer_Release(&view);
    return done < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
bytearray_sq_repeat(PyByteArrayObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (count < 0) count = 0;
    if (count > 0 && n > PY_SSIZE_T_MAX / count) return PyErr_NoMemory();
    PyObject *result = PyByteArray_FromStringAndSize(NULL, n * count);
    if (result != NULL && n * count > 0) {
        _PyBytes_Repeat(PyByteArray_AS_STRING(result), n * count, data_of(self), n);
    }
    return result;
}

static PyObject *
bytearray_sq_inplace_repeat(PyByteArrayObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (count < 0) count = 0;
    if (count == 1) return Py_NewRef(self);
    if (count > 0 && n > PY_SSIZE_T_MAX / count) return PyErr_NoMemory();
    if (PyByteArray_Resize((PyObject *)self, n * count) < 0) return NULL;
    if (n * count > 0) _PyBytes_Repeat(data_of(self), n * count, data_of(self), n);
    return Py_NewRef(self);
}

static PyObject *
bytearray_sq_item(PyByteArrayObject *self, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "bytearray index out of range");
        return NULL;
    }
    return int_small((unsigned char)self->ob_start[i]);
}

static int
bytearray_sq_ass_item(PyByteArrayObject *self, Py_ssize_t i, PyObject *value)
{
    int byte = value ? byte_value(value) : 0;
    if (byte < 0) return -1;
    /* Converting the value may have run code: look at the size now. */
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "bytearray index out of range");
        return -1;
    }
    if (value == NULL) return bytearray_replace(self, i, i + 1, NULL, 0);
    self->ob_start[i] = (char)byte;
    return 0;
}

static int
bytearray_sq_contains(PyObject *self, PyObject *value)
{
    return byteslike_contains(self, value);
}

static Py_ssize_t
bytearray_mp_length(PyObject *self)
{
    return Py_SIZE(self);
}

static COLD void
key_error(PyObject *key)
{
    PyErr_Format(PyExc_TypeError, "bytearray indices must be integers or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
}

static PyObject *
bytearray_mp_subscript(PyByteArrayObject *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return NULL;
        return bytearray_sq_item(self, i < 0 ? i + Py_SIZE(self) : i);
    }
    if (!PySlice_Check(key)) {
        key_error(key);
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (n <= 0) return PyByteArray_FromStringAndSize("", 0);
    if (step == 1) return PyByteArray_FromStringAndSize(data_of(self) + start, n);
    PyObject *result = PyByteArray_FromStringAndSize(NULL, n);
    if (result != NULL) {
        const char *s = data_of(self);
        char *out = PyByteArray_AS_STRING(result);
        units_stride(1, s + start, (size_t)n, step, out);
    }
    return result;
}

/* self[low:high] = value, anything that bytearray() takes; NULL deletes. */
static status
assign_slice(PyByteArrayObject *self, Py_ssize_t low, Py_ssize_t high, PyObject *value)
{
    Py_buffer view = {.obj = NULL};
    if (value == (PyObject *)self) {
        PyObject *copy = PyByteArray_FromStringAndSize(data_of(self), Py_SIZE(self));
        if (copy == NULL) return -1;
        status done = assign_slice(self, low, high, copy);
        Py_DECREF(copy);
        return done;
    }
    if (value != NULL && PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't set bytearray slice from %.100s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    if (low < 0) low = 0;
    if (high < low) high = low;
    if (high > Py_SIZE(self)) high = Py_SIZE(self);
    status done = bytearray_replace(self, low, high, view.buf, value ? view.len : 0);
    if (view.obj) PyBuffer_Release(&view);
    return done;
}

/* del self[start::step], n bytes. */
static status
delete_steps(PyByteArrayObject *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
    if (n == 0) return 0;
    if (!can_resize(self)) return -1;
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    char *s = data_of(self);
    Py_ssize_t size = Py_SIZE(self), kept = start;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t at = start + i * step, next = i + 1 < n ? at + step : size;
        memmove(s + kept, s + at + 1, (size_t)(next - at - 1));
        kept += next - at - 1;
    }
    return PyByteArray_Resize((PyObject *)self, kept);
}

static int
bytearray_mp_ass_subscript(PyByteArrayObject *self, PyObject *key, PyObject *value)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return -1;
        return bytearray_sq_ass_item(self, i < 0 ? i + Py_SIZE(self) : i, value);
    }
    if (!PySlice_Check(key)) {
        key_error(key);
        return -1;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return -1;
    PyObject *bytes = NULL;
    if (value != NULL && (value == (PyObject *)self || !PyByteArray_Check(value))) {
        if (PyNumber_Check(value) || PyUnicode_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "can assign only bytes, buffers, or iterables of ints "
                                             "in range(0, 256)");
            return -1;
        }
        value = bytes = PyByteArray_FromObject(value);
        if (value == NULL) return -1;
    }
    /* Only now: making the bytes may have changed self. */
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    Py_ssize_t given = value ? PyByteArray_GET_SIZE(value) : 0;
    status done = -1;
    if ((step < 0 && start < stop) || (step > 0 && start > stop)) stop = start;
    if (step == 1) {
        done = bytearray_replace(self, start, stop, value ? PyByteArray_AS_STRING(value) : NULL,
                                 given);
    } else if (given == 0) {
        done = delete_steps(self, start, step, n);
    } else if (given == n) {
        const char *from = PyByteArray_AS_STRING(value);
        for (char *to = data_of(self) + start, *end = to + n * step; to != end; to += step) {
            *to = *from++;
        }
        done = 0;
    } else {
        PyErr_Format(PyExc_ValueError,
                     "attempt to assign bytes of size %zd to extended slice of size %zd", given, n);
    }
    Py_XDECREF(bytes);
    return done;
}

static int
bytearray_bf_getbuffer(PyByteArrayObject *self, Py_buffer *view, int flags)
{
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError,
                        "bytearray_getbuffer: view==NULL argument is obsolete");
        return -1;
    }
    if (PyBuffer_FillInfo(view, (PyObject *)self, data_of(self), Py_SIZE(self), 0, flags) < 0) {
        return -1;
    }
    self->ob_exports++;
    return 0;
}

static void
bytearray_bf_releasebuffer(PyByteArrayObject *self, Py_buffer *view)
{
    self->ob_exports--;
}

static PyObject *
bytearray_nb_remainder(PyObject *self, PyObject *args)
{
    if (!PyByteArray_Check(self)) Py_RETURN_NOTIMPLEMENTED;
    return _PyBytes_FormatEx(PyByteArray_AS_STRING(self), PyByteArray_GET_SIZE(self), args, 1);
}

/* ---- methods ---------------------------------------------------------------------------- */

METHOD(bytearray, __alloc__, NULL, "B.__alloc__() -> int\n\nBytes of memory held for the contents.")
static PyObject *
bytearray___alloc__(PyByteArrayObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(self->ob_alloc);
}

static PyObject *
reduce(PyByteArrayObject *self, int proto)
{
    PyObject *state = PyObject_CallMethodNoArgs((PyObject *)self, ID(__getstate__));
    if (state == NULL) return NULL;
    if (Py_SIZE(self) == 0) return Py_BuildValue("O()N", Py_TYPE(self), state);
    const char *s = data_of(self);
    if (proto < 3) {
        /* Old protocols have no bytes: each byte as the character of the same number. */
        PyObject *latin1 = PyUnicode_DecodeLatin1(s, Py_SIZE(self), NULL);
        if (latin1 == NULL) {
            Py_DECREF(state);
            return NULL;
        }
        return Py_BuildValue("O(Ns)N", Py_TYPE(self), latin1, "latin-1", state);
    }
    return Py_BuildValue("O(y#)N", Py_TYPE(self), s, Py_SIZE(self), state);
}

METHOD(bytearray, __reduce__, "($self, /)", "State for pickle.")
static PyObject *
bytearray___reduce__(PyByteArrayObject *self, PyObject *Py_UNUSED(ignored))
{
    return reduce(self, 2);
}

METHOD(bytearray, __reduce_ex__, "($self, proto=0, /)", "State for pickle.")
static PyObject *
bytearray___reduce_ex__(PyByteArrayObject *self, int proto)
{
    return reduce(self, proto);
}

METHOD(bytearray, __sizeof__, "($self, /)", "Size in memory, in bytes.")
static Py_ssize_t
bytearray___sizeof__(PyByteArrayObject *self)
{
    return Py_TYPE(self)->tp_basicsize + self->ob_alloc;
}

METHOD(bytearray, append, "($self, item, /)", "Add one byte, given as an int, to the end.")
static status
bytearray_append(PyByteArrayObject *self, PyObject *item)
{
    int byte = byte_value(item);
    return byte < 0 ? -1 : append_byte(self, byte);
}

METHOD(bytearray, clear, "($self, /)", "Remove every byte.")
static PyObject *
bytearray_clear(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyByteArray_Resize(self, 0) < 0) return NULL;
    Py_RETURN_NONE;
}

METHOD(bytearray, copy, "($self, /)", "A copy.")
static PyObject *
bytearray_copy(PyByteArrayObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyByteArray_FromStringAndSize(data_of(self), Py_SIZE(self));
}

METHOD(bytearray, extend, "($self, iterable_of_ints, /)",
       "Append the bytes of a bytes-like object, or ints from an iterable.")
static PyObject *
bytearray_extend(PyByteArrayObject *self, PyObject *iterable_of_ints)
{
    if (PyObject_CheckBuffer(iterable_of_ints)) {
        Py_ssize_t end = Py_SIZE(self);
        if (assign_slice(self, end, end, iterable_of_ints) < 0) return NULL;
        Py_RETURN_NONE;
    }
    PyObject *it = PyObject_GetIter(iterable_of_ints);
    if (it == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError, "can't extend bytearray with %.100s",
                         Py_TYPE(iterable_of_ints)->tp_name);
        }
        return NULL;
    }
    /* Nothing depends on the hint, but a bad one is an error. */
    if (PyObject_LengthHint(iterable_of_ints, 32) < 0) {
        Py_DECREF(it);
        return NULL;
    }
    /* All or nothing: collected apart. */
    PyObject *more = PyByteArray_FromStringAndSize(NULL, 0);
    status done = more ? append_items((PyByteArrayObject *)more, it) : -1;
    Py_DECREF(it);
    if (done == 0) {
        Py_ssize_t end = Py_SIZE(self);
        done = bytearray_replace(self, end, end, PyByteArray_AS_STRING(more), Py_SIZE(more));
    }
    Py_XDECREF(more);
    return done < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(bytearray, insert, "($self, index, item, /)", "Put one byte before the one at index.")
static status
bytearray_insert(PyByteArrayObject *self, Py_ssize_t index, PyObject *item)
{
    int byte = byte_value(item);
    if (byte < 0) return -1;
    Py_ssize_t n = Py_SIZE(self);
    if (append_byte(self, 0) < 0) return -1;
    if (index < 0) {
        index += n;
        if (index < 0) index = 0;
    }
    if (index > n) index = n;
    char *s = data_of(self);
    memmove(s + index + 1, s + index, (size_t)(n - index));
    s[index] = (char)byte;
    return 0;
}

METHOD(bytearray, pop, "($self, index=-1, /)",
       "Remove the byte at index (the last) and return it; IndexError if there is none.")
static PyObject *
bytearray_pop(PyByteArrayObject *self, Py_ssize_t index)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty bytearray");
        return NULL;
    }
    if (index < 0) index += n;
    if ((size_t)index >= (size_t)n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    if (!can_resize(self)) return NULL;
    char *s = data_of(self);
    unsigned char byte = (unsigned char)s[index];
    memmove(s + index, s + index + 1, (size_t)(n - index));
    if (PyByteArray_Resize((PyObject *)self, n - 1) < 0) return NULL;
    return int_small(byte);
}

METHOD(bytearray, remove, "($self, value, /)",
       "Remove the first byte equal to value; ValueError if there is none.")
static PyObject *
bytearray_remove(PyByteArrayObject *self, PyObject *value)
{
    int byte = byte_value(value);
    if (byte < 0) return NULL;
    Py_ssize_t n = Py_SIZE(self);
    char *s = data_of(self), *found = memchr(s, byte, (size_t)n);
    if (found == NULL) {
        PyErr_SetString(PyExc_ValueError, "value not found in bytearray");
        return NULL;
    }
    if (!can_resize(self)) return NULL;
    memmove(found, found + 1, (size_t)(n - (found - s)));
    if (PyByteArray_Resize((PyObject *)self, n - 1) < 0) return NULL;
    Py_RETURN_NONE;
}

METHOD(bytearray, reverse, "($self, /)", "Turn the order of the bytes round.")
static PyObject *
bytearray_reverse(PyByteArrayObject *self, PyObject *Py_UNUSED(ignored))
{
    char *low = data_of(self), *high = low + Py_SIZE(self) - 1;
    for (; low < high; low++, high--) {
        char c = *low;
        *low = *high;
        *high = c;
    }
    Py_RETURN_NONE;
}

/* ---- iterator --------------------------------------------------------------------------- */

struct ByteArrayIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next byte */
    PyByteArrayObject *seq;         /* NULL once exhausted */
};

static PyObject *
bytearray_tp_iter(PyObject *self)
{
    struct ByteArrayIterator *it = PyObject_GC_New(struct ByteArrayIterator, &PyByteArrayIter_Type);
    if (it == NULL) return NULL;
    it->index = 0;
    it->seq = (PyByteArrayObject *)Py_NewRef(self);
    gc_track((PyObject *)it);
    return (PyObject *)it;
}

static void
bytearray_iterator_tp_dealloc(struct ByteArrayIterator *self)
{
    gc_untrack((PyObject *)self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
bytearray_iterator_tp_traverse(struct ByteArrayIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
bytearray_iterator_tp_iternext(struct ByteArrayIterator *self)
{
    if (self->seq == NULL) return NULL;
    if (self->index < Py_SIZE(self->seq)) {
        return int_small((unsigned char)self->seq->ob_start[self->index++]);
    }
    Py_CLEAR(self->seq);
    return NULL;
}

METHOD(bytearray_iterator, __length_hint__, NULL, "How many bytes are left.")
static PyObject *
bytearray_iterator___length_hint__(struct ByteArrayIterator *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t left = self->seq ? Py_SIZE(self->seq) - self->index : 0;
    return PyLong_FromSsize_t(left > 0 ? left : 0);
}

METHOD(bytearray_iterator, __reduce__, "($self, /)", "State for pickle.")
static PyObject *
bytearray_iterator___reduce__(struct ByteArrayIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq != NULL) return Py_BuildValue("N(O)n", iter, self->seq, self->index);
    return Py_BuildValue("N(())", iter);
}

METHOD(bytearray_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
bytearray_iterator___setstate__(struct ByteArrayIterator *self, PyObject *state)
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

TYPE(bytearray_iterator, PyByteArrayIter_Type, "bytearray_iterator", struct ByteArrayIterator, NULL,
     NULL, .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(bytearray, PyByteArray_Type, "bytearray", PyByteArrayObject, NULL,
     "bytearray(iterable_of_ints) -> bytearray\n"
     "bytearray(string, encoding[, errors]) -> bytearray\n"
     "bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n"
     "bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n"
     "bytearray() -> empty bytes array\n\nA mutable sequence of ints in range(256).",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF,
     .tp_hash = PyObject_HashNotImplemented, .tp_alloc = PyType_GenericAlloc,
     .tp_new = PyType_GenericNew, .tp_free = PyObject_Free)

#include "gen/types/bytearray.inc"
