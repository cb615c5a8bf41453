/* bytes: storage, construction, the sequence slots, escapes, and the writer that builds them.

   Methods that bytes and bytearray share are in byteslike*.c, % formatting in bytes_format.c. */
#define PY_SSIZE_T_CLEAN
#include "types/bytes.h"

#include <stdarg.h>
#include "base/alloc.h"
#include "base/units.h"
#include "base/copy.h"
#include "object/declare.h"
#include "object/object.h"
#include "types/byteslike.h"
#include "types/int.h"

/* ob_shash is deprecated for extensions; here is where it is kept. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define BYTES_HEAD (offsetof(PyBytesObject, ob_sval) + 1)

/* ---- storage ---------------------------------------------------------------------------- */

/* n bytes, not filled in, with the final NUL. */
static ALWAYS_INLINE PyBytesObject *
bytes_alloc(Py_ssize_t n)
{
    if ((size_t)n > (size_t)PY_SSIZE_T_MAX - BYTES_HEAD) {
        PyErr_SetString(PyExc_OverflowError, "byte string is too large");
        return NULL;
    }
    PyBytesObject *self = plain_malloc_small(BYTES_HEAD + (size_t)n);
    if (unlikely(self == NULL)) return (PyBytesObject *)PyErr_NoMemory();
    Py_SET_REFCNT(self, 1);
    Py_SET_TYPE(self, &PyBytes_Type);
    Py_SET_SIZE(self, n);
    self->ob_shash = -1;
    self->ob_sval[n] = '\0';
    return self;
}

PyObject *
bytes_empty(void)
{
    PyObject **empty = &interp_get()->bytes.empty;
    if (unlikely(*empty == NULL)) {
        *empty = (PyObject *)bytes_alloc(0);
        if (*empty == NULL) return NULL;
    }
    return Py_NewRef(*empty);
}

PyObject *
bytes_from_byte(unsigned char byte)
{
    PyObject **single = &interp_get()->bytes.single[byte];
    if (unlikely(*single == NULL)) {
        PyBytesObject *self = bytes_alloc(1);
        if (self == NULL) return NULL;
        self->ob_sval[0] = (char)byte;
        *single = (PyObject *)self;
    }
    return Py_NewRef(*single);
}

static void
bytes_tp_dealloc(PyObject *self)
{
    if (likely(PyBytes_CheckExact(self))) {
        object_free_quick(self);
    } else {
        Py_TYPE(self)->tp_free(self);
    }
}

/* ---- C API ------------------------------------------------------------------------------ */

/* New bytes: a copy of n bytes at s, or n bytes for the caller to fill in if s is NULL. */
PyObject *
PyBytes_FromStringAndSize(const char *s, Py_ssize_t n)
{
    if (n < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyBytes_FromStringAndSize");
        return NULL;
    }
    if (n == 0) return bytes_empty();
    if (n == 1 && s != NULL) return bytes_from_byte((unsigned char)*s);
    PyBytesObject *self = bytes_alloc(n);
    if (self != NULL && s != NULL) copy_short(self->ob_sval, s, (size_t)n);
    return (PyObject *)self;
}

PyObject *
PyBytes_FromString(const char *s)
{
    size_t n = strlen(s);
    if (n > PY_SSIZE_T_MAX - BYTES_HEAD) {
        PyErr_SetString(PyExc_OverflowError, "byte string is too long");
        return NULL;
    }
    return PyBytes_FromStringAndSize(s, (Py_ssize_t)n);
}

Py_ssize_t
PyBytes_Size(PyObject *op)
{
    if (!PyBytes_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected bytes, %.200s found", Py_TYPE(op)->tp_name);
        return -1;
    }
    return Py_SIZE(op);
}

char *
PyBytes_AsString(PyObject *op)
{
    if (!PyBytes_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected bytes, %.200s found", Py_TYPE(op)->tp_name);
        return NULL;
    }
    return ((PyBytesObject *)op)->ob_sval;
}

/* Pointer and length; without a place for the length the bytes must not hold a NUL. */
int
PyBytes_AsStringAndSize(PyObject *op, char **s, Py_ssize_t *n)
{
    if (s == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!PyBytes_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected bytes, %.200s found", Py_TYPE(op)->tp_name);
        return -1;
    }
    *s = PyBytes_AS_STRING(op);
    if (n != NULL) {
        *n = Py_SIZE(op);
    } else if (strlen(*s) != (size_t)Py_SIZE(op)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return -1;
    }
    return 0;
}

/* Change the length of bytes that have one reference; *p may move.  On failure *p is NULL. */
int
_PyBytes_Resize(PyObject **p, Py_ssize_t n)
{
    PyObject *op = *p;
    if (!PyBytes_Check(op) || n < 0) goto bad;
    if (Py_SIZE(op) == n) return 0;
    if (Py_SIZE(op) == 0 || n == 0) {
        PyObject *other = n == 0 ? bytes_empty() : (PyObject *)bytes_alloc(n);
        *p = other;
        Py_DECREF(op);
        return other == NULL ? -1 : 0;
    }
    if (Py_REFCNT(op) != 1) goto bad;
    if ((size_t)n > (size_t)PY_SSIZE_T_MAX - BYTES_HEAD) {
        *p = NULL;
        Py_DECREF(op);
        PyErr_NoMemory();
        return -1;
    }
    PyBytesObject *self = plain_realloc(op, BYTES_HEAD + (size_t)n);
    if (self == NULL) {
        *p = NULL;
        PyObject_Free(op);
        PyErr_NoMemory();
        return -1;
    }
    Py_SET_SIZE(self, n);
    self->ob_sval[n] = '\0';
    self->ob_shash = -1;
    *p = (PyObject *)self;
    return 0;
bad:
    *p = NULL;
    Py_DECREF(op);
    PyErr_BadInternalCall();
    return -1;
}

/* *p = *p + other, in place if nobody else holds *p.  On failure *p is NULL. */
void
PyBytes_Concat(PyObject **p, PyObject *other)
{
    if (*p == NULL) return;
    if (other == NULL) {
        Py_CLEAR(*p);
        return;
    }
    if (Py_REFCNT(*p) == 1 && PyBytes_CheckExact(*p)) {
        Py_buffer view;
        if (PyObject_GetBuffer(other, &view, PyBUF_SIMPLE) != 0) {
            PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(other)->tp_name,
                         Py_TYPE(*p)->tp_name);
            Py_CLEAR(*p);
            return;
        }
        Py_ssize_t old = PyBytes_GET_SIZE(*p);
        if (old > PY_SSIZE_T_MAX - view.len) {
            PyErr_NoMemory();
            Py_CLEAR(*p);
        } else if (_PyBytes_Resize(p, old + view.len) == 0) {
            memcpy(PyBytes_AS_STRING(*p) + old, view.buf, (size_t)view.len);
        }
        PyBuffer_Release(&view);
        return;
    }
    Py_SETREF(*p, byteslike_concat(*p, other));
}

void
PyBytes_ConcatAndDel(PyObject **p, PyObject *other)
{
    PyBytes_Concat(p, other);
    Py_XDECREF(other);
}

/* sep.join(iterable) for bytes. */
PyObject *
_PyBytes_Join(PyObject *sep, PyObject *iterable)
{
    if (!PyBytes_Check(sep)) {
        PyErr_Format(PyExc_TypeError, "sep: expected bytes, got %.200s", Py_TYPE(sep)->tp_name);
        return NULL;
    }
    return byteslike_join(sep, iterable);
}

/* ---- construction ----------------------------------------------------------------------- */

int
byte_from_index(PyObject *value)
{
    Py_ssize_t x = PyNumber_AsSsize_t(value, NULL);
    if (x == -1 && PyErr_Occurred()) return -1;
    if (x < 0 || x > 255) {
        PyErr_SetString(PyExc_ValueError, "bytes must be in range(0, 256)");
        return -1;
    }
    return (int)x;
}

static PyObject *
bytes_from_buffer(PyObject *x)
{
    Py_buffer view;
    if (PyObject_GetBuffer(x, &view, PyBUF_FULL_RO) < 0) return NULL;
    PyObject *self = PyBytes_FromStringAndSize(NULL, view.len);
    if (self != NULL && PyBuffer_ToContiguous(PyBytes_AS_STRING(self), &view, view.len, 'C') < 0) {
        Py_CLEAR(self);
    }
    PyBuffer_Release(&view);
    return self;
}

/* Bytes from the ints an iterator gives; the length hint only saves moves. */
static PyObject *
bytes_from_iterator(PyObject *it, PyObject *source)
{
    Py_ssize_t room = PyObject_LengthHint(source, 64), n = 0;
    if (room < 0) return NULL;
    if (room < 16) room = 16;
    PyObject *self = (PyObject *)bytes_alloc(room);
    if (self == NULL) return NULL;
    iternextfunc next = Py_TYPE(it)->tp_iternext;
    for (;;) {
        PyObject *item = next(it);
        if (item == NULL) {
            if (PyErr_Occurred()) {
                if (!PyErr_ExceptionMatches(PyExc_StopIteration)) goto fail;
                PyErr_Clear();
            }
            break;
        }
        int byte = byte_from_index(item);
        Py_DECREF(item);
        if (byte < 0) goto fail;
        if (n == room) {
            if (room > PY_SSIZE_T_MAX / 2) {
                PyErr_NoMemory();
                goto fail;
            }
            room += room >> 1;
            if (_PyBytes_Resize(&self, room) < 0) return NULL;
        }
        PyBytes_AS_STRING(self)[n++] = (char)byte;
    }
    _PyBytes_Resize(&self, n);
    return self;
fail:
    Py_DECREF(self);
    return NULL;
}

/* Lists and tuples need no iterator. */
static PyObject *
bytes_from_sequence(PyObject *x)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(x);
    PyObject *self = PyBytes_FromStringAndSize(NULL, n);
    if (self == NULL) return NULL;
    Py_ssize_t i = 0;
    for (; i < PySequence_Fast_GET_SIZE(x); i++) {
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(x, i));
        int byte = byte_from_index(item);
        Py_DECREF(item);
        if (byte < 0) {
            Py_DECREF(self);
            return NULL;
        }
        if (i >= n) {
            /* __index__ made the list longer. */
            n = i + 1 + (i >> 1);
            if (_PyBytes_Resize(&self, n) < 0) return NULL;
        }
        PyBytes_AS_STRING(self)[i] = (char)byte;
    }
    _PyBytes_Resize(&self, i);
    return self;
}

/* Bytes from a bytes-like object or an iterable of ints. */
PyObject *
PyBytes_FromObject(PyObject *x)
{
    if (x == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyBytes_CheckExact(x)) return Py_NewRef(x);
    if (PyObject_CheckBuffer(x)) return bytes_from_buffer(x);
    if (PyList_CheckExact(x) || PyTuple_CheckExact(x)) return bytes_from_sequence(x);
    if (!PyUnicode_Check(x)) {
        PyObject *it = PyObject_GetIter(x);
        if (it != NULL) {
            PyObject *self = bytes_from_iterator(it, x);
            Py_DECREF(it);
            return self;
        }
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) return NULL;
    }
    PyErr_Format(PyExc_TypeError, "cannot convert '%.200s' object to bytes", Py_TYPE(x)->tp_name);
    return NULL;
}

static PyObject *
bytes_construct(PyObject *x, const char *encoding, const char *errors)
{
    if (x == NULL) {
        if (encoding != NULL || errors != NULL) {
            PyErr_SetString(PyExc_TypeError, encoding ? "encoding without a string argument"
                                                      : "errors without a string argument");
            return NULL;
        }
        return bytes_empty();
    }
    if (encoding != NULL) {
        if (!PyUnicode_Check(x)) {
            PyErr_SetString(PyExc_TypeError, "encoding without a string argument");
            return NULL;
        }
        return PyUnicode_AsEncodedString(x, encoding, errors);
    }
    if (errors != NULL) {
        PyErr_SetString(PyExc_TypeError, PyUnicode_Check(x) ? "string argument without an encoding"
                                                            : "errors without a string argument");
        return NULL;
    }
    if (PyBytes_CheckExact(x)) return Py_NewRef(x);
    PyObject *method = _PyObject_LookupSpecial(x, ID(__bytes__));
    if (method != NULL) {
        PyObject *self = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        if (self != NULL && !PyBytes_Check(self)) {
            PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)",
                         Py_TYPE(self)->tp_name);
            Py_CLEAR(self);
        }
        return self;
    }
    if (PyErr_Occurred()) return NULL;
    if (PyUnicode_Check(x)) {
        PyErr_SetString(PyExc_TypeError, "string argument without an encoding");
        return NULL;
    }
    if (PyIndex_Check(x)) {
        Py_ssize_t n = PyNumber_AsSsize_t(x, PyExc_OverflowError);
        if (n == -1 && PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_TypeError)) return NULL;
            PyErr_Clear();
            return PyBytes_FromObject(x);
        }
        if (n < 0) {
            PyErr_SetString(PyExc_ValueError, "negative count");
            return NULL;
        }
        if (n == 0) return bytes_empty();
        if ((size_t)n > (size_t)PY_SSIZE_T_MAX - BYTES_HEAD) {
            PyErr_SetString(PyExc_OverflowError, "byte string is too large");
            return NULL;
        }
        PyBytesObject *self = PyObject_Calloc(1, BYTES_HEAD + (size_t)n);
        if (self == NULL) return PyErr_NoMemory();
        PyObject_InitVar((PyVarObject *)self, &PyBytes_Type, n);
        self->ob_shash = -1;
        return (PyObject *)self;
    }
    return PyBytes_FromObject(x);
}

NEW(bytes, "(source=b'', encoding='utf-8', errors='strict')")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
static PyObject *
bytes_new(PyTypeObject *type, PyObject *source, const char *encoding, const char *errors)
{
    PyObject *exact = bytes_construct(source, encoding, errors);
    if (exact == NULL || type == &PyBytes_Type) return exact;
    Py_ssize_t n = PyBytes_GET_SIZE(exact);
    PyObject *self = type->tp_alloc(type, n);
    if (self != NULL) {
        ((PyBytesObject *)self)->ob_shash = -1;
        memcpy(PyBytes_AS_STRING(self), PyBytes_AS_STRING(exact), (size_t)n + 1);
    }
    Py_DECREF(exact);
    return self;
}

METHOD(bytes, __bytes__, "($self, /)", "These bytes, as exact bytes.")
static PyObject *
bytes___bytes__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyBytes_CheckExact(self)) return Py_NewRef(self);
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(self), PyBytes_GET_SIZE(self));
}

METHOD(bytes, __getnewargs__, NULL, NULL)
static PyObject *
bytes___getnewargs__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(y#)", PyBytes_AS_STRING(self), PyBytes_GET_SIZE(self));
}

/* ---- slots ------------------------------------------------------------------------------ */

PyObject *
bytes_repr_parts(const char *prefix, const unsigned char *s, Py_ssize_t n, const char *suffix,
                 bool escape_single, int smart_quotes)
{
    static const char hex[] = "0123456789abcdef";
    Py_ssize_t np = (Py_ssize_t)strlen(prefix), ns = (Py_ssize_t)strlen(suffix);
    size_t length = (size_t)(np + ns) + 3;
    bool single = false, twice = false;
    if ((size_t)n > ((size_t)PY_SSIZE_T_MAX - length) / 4) {
        PyErr_SetString(PyExc_OverflowError, "bytes object is too large to make repr");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        unsigned char c = s[i];
        single |= c == '\'';
        twice |= c == '"';
        length += c == '\\' || c == '\t' || c == '\n' || c == '\r' ? 2 : c < ' ' || c >= 0x7f ? 4 : 1;
    }
    char quote = smart_quotes && single && !twice ? '"' : '\'';
    if (single && (quote == '\'' || escape_single)) {
        for (Py_ssize_t i = 0; i < n; i++) length += s[i] == '\'';
    }
    PyObject *text = PyUnicode_New((Py_ssize_t)length, 127);
    if (text == NULL) return NULL;
    unsigned char *p = PyUnicode_1BYTE_DATA(text);
    memcpy(p, prefix, (size_t)np);
    p += np;
    *p++ = 'b';
    *p++ = (unsigned char)quote;
    for (Py_ssize_t i = 0; i < n; i++) {
        unsigned char c = s[i];
        if (c == quote || c == '\\' || (c == '\'' && escape_single)) {
            *p++ = '\\';
            *p++ = c;
        } else if (c == '\t' || c == '\n' || c == '\r') {
            *p++ = '\\';
            *p++ = c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
        } else if (c < ' ' || c >= 0x7f) {
            *p++ = '\\';
            *p++ = 'x';
            *p++ = (unsigned char)hex[c >> 4];
            *p++ = (unsigned char)hex[c & 15];
        } else {
            *p++ = c;
        }
    }
    *p++ = (unsigned char)quote;
    memcpy(p, suffix, (size_t)ns);
    return text;
}

/* b'...': in double quotes if that saves escapes and smart_quotes allows it. */
PyObject *
PyBytes_Repr(PyObject *op, int smart_quotes)
{
    return bytes_repr_parts("", (unsigned char *)PyBytes_AS_STRING(op), PyBytes_GET_SIZE(op), "",
                            false, smart_quotes);
}

static PyObject *
bytes_tp_repr(PyObject *self)
{
    return PyBytes_Repr(self, 1);
}

static PyObject *
bytes_tp_str(PyObject *self)
{
    if (interp_get()->config.bytes_warning
        && PyErr_WarnEx(PyExc_BytesWarning, "str() on a bytes instance", 1) < 0) {
        return NULL;
    }
    return PyBytes_Repr(self, 1);
}

static Py_hash_t
bytes_tp_hash(PyBytesObject *self)
{
    if (self->ob_shash == -1) self->ob_shash = _Py_HashBytes(self->ob_sval, Py_SIZE(self));
    return self->ob_shash;
}

static PyObject *
bytes_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyBytes_Check(a) || !PyBytes_Check(b)) {
        if (interp_get()->config.bytes_warning && (op == Py_EQ || op == Py_NE)) {
            if (PyUnicode_Check(a) || PyUnicode_Check(b)) {
                if (PyErr_WarnEx(PyExc_BytesWarning, "Comparison between bytes and string", 1)) {
                    return NULL;
                }
            } else if ((PyLong_Check(a) || PyLong_Check(b))
                       && PyErr_WarnEx(PyExc_BytesWarning, "Comparison between bytes and int", 1)) {
                return NULL;
            }
        }
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (a == b) Py_RETURN_RICHCOMPARE(0, 0, op);
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b);
    const char *x = PyBytes_AS_STRING(a), *y = PyBytes_AS_STRING(b);
    if (op == Py_EQ || op == Py_NE) {
        bool equal = na == nb && x[0] == y[0] && memcmp(x, y, (size_t)na) == 0;
        return Py_NewRef(equal == (op == Py_EQ) ? Py_True : Py_False);
    }
    int sign = memcmp(x, y, (size_t)(na < nb ? na : nb));
    if (sign == 0) Py_RETURN_RICHCOMPARE(na, nb, op);
    Py_RETURN_RICHCOMPARE(sign, 0, op);
}

static Py_ssize_t
bytes_sq_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
bytes_sq_concat(PyObject *a, PyObject *b)
{
    return byteslike_concat(a, b);
}

/* An empty bytes that is not the shared one: what repeating none times gives. */
static PyObject *
bytes_new_empty(void)
{
    PyBytesObject *self = PyObject_NewVar(PyBytesObject, &PyBytes_Type, 0);
    if (self == NULL) return NULL;
    _Py_COMP_DIAG_PUSH
    _Py_COMP_DIAG_IGNORE_DEPR_DECLS
    self->ob_shash = -1;
    _Py_COMP_DIAG_POP
    self->ob_sval[0] = '\0';
    return (PyObject *)self;
}

static PyObject *
bytes_sq_repeat(PyObject *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (count < 0) count = 0;
    if (n > 0 && count > PY_SSIZE_T_MAX / n) {
        PyErr_SetString(PyExc_OverflowError, "repeated bytes are too long");
        return NULL;
    }
    if ((count == 1 || n == 0) && PyBytes_CheckExact(self)) return Py_NewRef(self);
    PyObject *result = n * count > 0 ? PyBytes_FromStringAndSize(NULL, n * count) : bytes_new_empty();
    if (result != NULL && n * count > 0) {
        _PyBytes_Repeat(PyBytes_AS_STRING(result), n * count, PyBytes_AS_STRING(self), n);
    }
    return result;
}

static PyObject *
bytes_sq_item(PyObject *self, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    return int_small((unsigned char)PyBytes_AS_STRING(self)[i]);
}

static int
bytes_sq_contains(PyObject *self, PyObject *value)
{
    return byteslike_contains(self, value);
}

static Py_ssize_t
bytes_mp_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
bytes_mp_subscript(PyObject *self, PyObject *key)
{
    Py_ssize_t n = Py_SIZE(self);
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return NULL;
        return bytes_sq_item(self, i < 0 ? i + n : i);
    }
    if (!PySlice_Check(key)) {
        PyErr_Format(PyExc_TypeError, "byte indices must be integers or slices, not %.200s",
                     Py_TYPE(key)->tp_name);
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return NULL;
    Py_ssize_t count = PySlice_AdjustIndices(n, &start, &stop, step);
    const char *s = PyBytes_AS_STRING(self);
    if (count <= 0) return bytes_empty();
    if (step == 1) {
        if (count == n && PyBytes_CheckExact(self)) return Py_NewRef(self);
        return PyBytes_FromStringAndSize(s + start, count);
    }
    PyObject *result = PyBytes_FromStringAndSize(NULL, count);
    if (result != NULL) {
        char *out = PyBytes_AS_STRING(result);
        units_stride(1, s + start, (size_t)count, step, out);
    }
    return result;
}

static int
bytes_bf_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, self, PyBytes_AS_STRING(self), Py_SIZE(self), 1, flags);
}

static PyObject *
bytes_nb_remainder(PyObject *self, PyObject *args)
{
    if (!PyBytes_Check(self)) Py_RETURN_NOTIMPLEMENTED;
    return _PyBytes_FormatEx(PyBytes_AS_STRING(self), PyBytes_GET_SIZE(self), args, 0);
}

/* ---- escapes ---------------------------------------------------------------------------- */

static int
hex_digit(char c)
{
    unsigned value = _PyLong_DigitValue[(unsigned char)c];
    return value < 16 ? (int)value : -1;
}

/* The bytes that the body of a bytes literal stands for.  *bad_escape is the first backslash that
   begins no known escape, or NULL; *bad_octal an octal escape above 0o377. */
PyObject *
_PyBytes_DecodeEscape2(const char *s, Py_ssize_t n, const char *errors, int *bad_octal,
                       const char **bad_escape)
{
    PyObject *result = PyBytes_FromStringAndSize(NULL, n);
    if (result == NULL) return NULL;
    char *start = PyBytes_AS_STRING(result), *p = start;
    const char *begin = s, *end = s + n;
    *bad_escape = NULL;
    *bad_octal = -1;
    while (s < end) {
        if (*s != '\\') {
            *p++ = *s++;
            continue;
        }
        s++;
        if (s == end) {
            PyErr_SetString(PyExc_ValueError, "Trailing \\ in string");
            goto fail;
        }
        static const char names[] = "\\'\"bfnrtva", values[] = "\\'\"\b\f\n\r\t\v\a";
        const char *known = strchr(names, *s);
        if (*s == '\n') {
            s++;
        } else if (known != NULL && *s != '\0') {
            *p++ = values[known - names];
            s++;
        } else if (*s >= '0' && *s <= '7') {
            int value = 0;
            for (int i = 0; i < 3 && s < end && *s >= '0' && *s <= '7'; i++) {
                value = value * 8 + *s++ - '0';
            }
            if (value > 0xff && *bad_octal == -1) {
                *bad_octal = value;
                *bad_escape = s - 3;
            }
            *p++ = (char)value;
        } else if (*s == 'x') {
            int high = s + 1 < end ? hex_digit(s[1]) : -1, low = s + 2 < end ? hex_digit(s[2]) : -1;
            if (high >= 0 && low >= 0) {
                *p++ = (char)(high << 4 | low);
                s += 3;
                continue;
            }
            Py_ssize_t at = s - 1 - begin;
            if (errors == NULL || strcmp(errors, "strict") == 0) {
                PyErr_Format(PyExc_ValueError, "invalid \\x escape at position %zd", at);
                goto fail;
            }
            if (strcmp(errors, "replace") == 0) {
                *p++ = '?';
            } else if (strcmp(errors, "ignore") != 0) {
                PyErr_Format(PyExc_ValueError, "decoding error; unknown error handling code: %.400s",
                             errors);
                goto fail;
            }
            s += 1 + (high >= 0);
        } else {
            if (*bad_escape == NULL) *bad_escape = s;
            *p++ = '\\';
            *p++ = *s++;
        }
    }
    _PyBytes_Resize(&result, p - start);
    return result;
fail:
    Py_DECREF(result);
    return NULL;
}

PyObject *
_PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors, const char **bad_escape)
{
    int bad_octal;
    return _PyBytes_DecodeEscape2(s, n, errors, &bad_octal, bad_escape);
}

/* The same with a DeprecationWarning for unknown escapes. */
PyObject *
PyBytes_DecodeEscape(const char *s, Py_ssize_t n, const char *errors, Py_ssize_t Py_UNUSED(unicode),
                     const char *Py_UNUSED(recode))
{
    const char *bad_escape;
    int bad_octal;
    PyObject *result = _PyBytes_DecodeEscape2(s, n, errors, &bad_octal, &bad_escape);
    if (result == NULL || bad_escape == NULL) return result;
    int done = bad_octal > 0377
        ? PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid octal escape sequence '\\%c%c%c'",
                           '0' + (bad_octal >> 6), '0' + (bad_octal >> 3 & 7), '0' + (bad_octal & 7))
        : PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "invalid escape sequence '\\%c'",
                           (unsigned char)*bad_escape);
    if (done < 0) Py_CLEAR(result);
    return result;
}

/* ---- formatting for C ------------------------------------------------------------------- */

/* Bytes from a format: %c %d %u %ld %lu %zd %zu %i %x %s %p %%, widths not supported but for %s's
   precision; anything else ends the format and is copied as it stands. */
PyObject *
PyBytes_FromFormatV(const char *format, va_list args_in)
{
    va_list args;
    va_copy(args, args_in);
    _PyBytesWriter writer;
    _PyBytesWriter_Init(&writer);
    char *out = _PyBytesWriter_Alloc(&writer, (Py_ssize_t)strlen(format));
    if (out == NULL) goto fail;
    writer.overallocate = 1;
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            *out++ = *p;
            continue;
        }
        const char *start = p++;
        while (Py_ISDIGIT(Py_CHARMASK(*p))) p++;
        Py_ssize_t precision = -1;
        if (*p == '.') {
            precision = 0;
            for (p++; Py_ISDIGIT(Py_CHARMASK(*p)); p++) precision = precision * 10 + (*p - '0');
        }
        char length = 0;
        if ((*p == 'l' || *p == 'z') && (p[1] == 'd' || p[1] == 'u')) length = *p++;
        char text[32];
        const char *from = text;
        Py_ssize_t n = -1;
        switch (*p) {
        case 'c': {
            int c = va_arg(args, int);
            if (c < 0 || c > 255) {
                PyErr_SetString(PyExc_OverflowError, "PyBytes_FromFormatV(): %c format expects an "
                                                     "integer in range [0; 255]");
                goto fail;
            }
            text[0] = (char)c;
            n = 1;
            break;
        }
        case 'd':
            if (length == 'l') {
                n = sprintf(text, "%ld", va_arg(args, long));
            } else if (length == 'z') {
                n = sprintf(text, "%zd", va_arg(args, Py_ssize_t));
            } else {
                n = sprintf(text, "%d", va_arg(args, int));
            }
            break;
        case 'u':
            if (length == 'l') {
                n = sprintf(text, "%lu", va_arg(args, unsigned long));
            } else if (length == 'z') {
                n = sprintf(text, "%zu", va_arg(args, size_t));
            } else {
                n = sprintf(text, "%u", va_arg(args, unsigned));
            }
            break;
        case 'i':
            n = sprintf(text, "%i", va_arg(args, int));
            break;
        case 'x':
            n = sprintf(text, "%x", va_arg(args, int));
            break;
        case 's':
            from = va_arg(args, const char *);
            n = (Py_ssize_t)(precision < 0 ? strlen(from) : strnlen(from, (size_t)precision));
            break;
        case 'p':
            n = sprintf(text, "%p", va_arg(args, void *));
            break;
        case '%':
            text[0] = '%';
            n = 1;
            break;
        default:
            from = start;
            n = (Py_ssize_t)strlen(start);
            p = start + n - 1;
        }
        /* The format's own characters are paid for already. */
        writer.min_size -= 2;
        out = _PyBytesWriter_WriteBytes(&writer, out, from, n);
        if (out == NULL) goto fail;
    }
    va_end(args);
    return _PyBytesWriter_Finish(&writer, out);
fail:
    va_end(args);
    _PyBytesWriter_Dealloc(&writer);
    return NULL;
}

PyObject *
PyBytes_FromFormat(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *result = PyBytes_FromFormatV(format, args);
    va_end(args);
    return result;
}

/* ---- _PyBytesWriter --------------------------------------------------------------------- */

void
_PyBytesWriter_Init(_PyBytesWriter *writer)
{
    memset(writer, 0, offsetof(_PyBytesWriter, small_buffer));
}

void
_PyBytesWriter_Dealloc(_PyBytesWriter *writer)
{
    Py_CLEAR(writer->buffer);
}

static char *
writer_start(_PyBytesWriter *writer)
{
    if (writer->use_small_buffer) return writer->small_buffer;
    return writer->use_bytearray ? PyByteArray_AS_STRING(writer->buffer)
                                 : PyBytes_AS_STRING(writer->buffer);
}

/* Room for at least `size` bytes; what is written up to `at` is kept. */
void *
_PyBytesWriter_Resize(_PyBytesWriter *writer, void *at, Py_ssize_t size)
{
    Py_ssize_t room = size, written = (char *)at - writer_start(writer);
    if (writer->overallocate && room <= PY_SSIZE_T_MAX - room / 4) room += room / 4;
    if (writer->use_small_buffer) {
        writer->buffer = writer->use_bytearray ? PyByteArray_FromStringAndSize(NULL, room)
                                               : PyBytes_FromStringAndSize(NULL, room);
        if (writer->buffer == NULL) goto fail;
        writer->use_small_buffer = 0;
        memcpy(writer_start(writer), writer->small_buffer, (size_t)written);
    } else if (writer->use_bytearray) {
        if (PyByteArray_Resize(writer->buffer, room) < 0) goto fail;
    } else if (_PyBytes_Resize(&writer->buffer, room) < 0) {
        goto fail;
    }
    writer->allocated = room;
    return writer_start(writer) + written;
fail:
    _PyBytesWriter_Dealloc(writer);
    return NULL;
}

/* `size` bytes more than were asked for so far. */
void *
_PyBytesWriter_Prepare(_PyBytesWriter *writer, void *at, Py_ssize_t size)
{
    if (size == 0) return at;
    if (writer->min_size > PY_SSIZE_T_MAX - size) {
        PyErr_NoMemory();
        _PyBytesWriter_Dealloc(writer);
        return NULL;
    }
    writer->min_size += size;
    return writer->min_size > writer->allocated ? _PyBytesWriter_Resize(writer, at, writer->min_size)
                                                : at;
}

/* The beginning of an empty buffer with room for `size` bytes. */
void *
_PyBytesWriter_Alloc(_PyBytesWriter *writer, Py_ssize_t size)
{
    writer->use_small_buffer = 1;
    writer->allocated = sizeof writer->small_buffer;
    return _PyBytesWriter_Prepare(writer, writer->small_buffer, size);
}

void *
_PyBytesWriter_WriteBytes(_PyBytesWriter *writer, void *at, const void *bytes, Py_ssize_t size)
{
    char *p = _PyBytesWriter_Prepare(writer, at, size);
    if (p == NULL) return NULL;
    memcpy(p, bytes, (size_t)size);
    return p + size;
}

/* What was written up to `end`, as bytes or bytearray. */
PyObject *
_PyBytesWriter_Finish(_PyBytesWriter *writer, void *end)
{
    Py_ssize_t size = (char *)end - writer_start(writer);
    if (size == 0 && !writer->use_bytearray) {
        Py_CLEAR(writer->buffer);
        return bytes_empty();
    }
    if (writer->use_small_buffer) {
        return writer->use_bytearray ? PyByteArray_FromStringAndSize(writer->small_buffer, size)
                                     : PyBytes_FromStringAndSize(writer->small_buffer, size);
    }
    PyObject *result = writer->buffer;
    writer->buffer = NULL;
    if (writer->use_bytearray) {
        if (PyByteArray_Resize(result, size) < 0) Py_CLEAR(result);
    } else {
        _PyBytes_Resize(&result, size);
    }
    return result;
}

/* ---- iterator --------------------------------------------------------------------------- */

struct BytesIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next byte */
    PyObject *seq;                  /* NULL once exhausted */
};

static PyObject *
bytes_tp_iter(PyObject *self)
{
    struct BytesIterator *it = PyObject_GC_New(struct BytesIterator, &PyBytesIter_Type);
    if (it == NULL) return NULL;
    it->index = 0;
    it->seq = Py_NewRef(self);
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static void
bytes_iterator_tp_dealloc(struct BytesIterator *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
}

static int
bytes_iterator_tp_traverse(struct BytesIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
bytes_iterator_tp_iternext(struct BytesIterator *self)
{
    if (self->seq == NULL) return NULL;
    if (self->index < PyBytes_GET_SIZE(self->seq)) {
        return int_small((unsigned char)PyBytes_AS_STRING(self->seq)[self->index++]);
    }
    Py_CLEAR(self->seq);
    return NULL;
}

METHOD(bytes_iterator, __length_hint__, NULL, "How many bytes are left.")
static PyObject *
bytes_iterator___length_hint__(struct BytesIterator *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(self->seq ? PyBytes_GET_SIZE(self->seq) - self->index : 0);
}

METHOD(bytes_iterator, __reduce__, NULL, "State for pickle.")
static PyObject *
bytes_iterator___reduce__(struct BytesIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq != NULL) return Py_BuildValue("N(O)n", iter, self->seq, self->index);
    return Py_BuildValue("N(())", iter);
}

METHOD(bytes_iterator, __setstate__, NULL, "Set the position from pickle's state.")
static PyObject *
bytes_iterator___setstate__(struct BytesIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        if (index < 0) index = 0;
        if (index > PyBytes_GET_SIZE(self->seq)) index = PyBytes_GET_SIZE(self->seq);
        self->index = index;
    }
    Py_RETURN_NONE;
}

TYPE(bytes_iterator, PyBytesIter_Type, "bytes_iterator", struct BytesIterator, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(bytes, PyBytes_Type, "bytes", PyBytesObject, NULL,
     "bytes(iterable_of_ints) -> bytes\n"
     "bytes(string, encoding[, errors]) -> bytes\n"
     "bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n"
     "bytes(int) -> bytes object of size given by the parameter initialized with null bytes\n"
     "bytes() -> empty bytes object\n\nAn immutable sequence of ints in range(256).",
     .tp_basicsize = BYTES_HEAD, .tp_itemsize = 1,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_BYTES_SUBCLASS
                 | _Py_TPFLAGS_MATCH_SELF,
     .tp_free = PyObject_Free)

#include "gen/types/bytes.inc"
