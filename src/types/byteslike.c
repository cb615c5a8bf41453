/* The methods that bytes and bytearray share; each stands below the heads of both types.

   ASCII alone counts as letters, digits and white space.  Results are new objects of the type of
   self, except that exact bytes may be returned as they are where nothing changes. */
#include "types/byteslike.h"

#include "base/octets.h"
#include "base/search.h"
#include "base/units.h"
#include "object/declare.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/list.h"

/* ---- access ----------------------------------------------------------------------------- */

static inline const char *
data_of(PyObject *self)
{
    return PyBytes_Check(self) ? PyBytes_AS_STRING(self) : PyByteArray_AS_STRING(self);
}

/* A new object like self with n bytes at s, or n bytes to fill in if s is NULL. */
static PyObject *
new_like(PyObject *self, const char *s, Py_ssize_t n)
{
    return PyBytes_Check(self) ? PyBytes_FromStringAndSize(s, n) : PyByteArray_FromStringAndSize(s, n);
}

static inline char *
writable(PyObject *fresh)
{
    return PyBytes_Check(fresh) ? PyBytes_AS_STRING(fresh) : PyByteArray_AS_STRING(fresh);
}

/* self where nothing changed: itself if exact bytes, otherwise a copy. */
static PyObject *
same(PyObject *self)
{
    if (PyBytes_CheckExact(self)) return Py_NewRef(self);
    return new_like(self, data_of(self), Py_SIZE(self));
}

/* The part start..end-1 of self. */
static PyObject *
part(PyObject *self, Py_ssize_t start, Py_ssize_t end)
{
    if (start == 0 && end == Py_SIZE(self)) return same(self);
    return new_like(self, data_of(self) + start, end - start);
}

/* ---- kernels ---------------------------------------------------------------------------- */

/* Fill out with copies of in, by doubling. */
void
_PyBytes_Repeat(char *out, Py_ssize_t n_out, const char *in, Py_ssize_t n_in)
{
    if (n_out == 0) return;
    if (n_in == 1) {
        memset(out, in[0], (size_t)n_out);
        return;
    }
    if (in != out) memcpy(out, in, (size_t)n_in);
    for (Py_ssize_t filled = n_in; filled < n_out;) {
        Py_ssize_t take = filled < n_out - filled ? filled : n_out - filled;
        memcpy(out + filled, out, (size_t)take);
        filled += take;
    }
}

static Py_ssize_t
find_in(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub)
{
    if (n_sub == 1) {
        const char *p = n > 0 ? memchr(s, *sub, (size_t)n) : NULL;
        return p ? p - s : -1;
    }
    if (n_sub > n) return -1;
    return search_find_1((const uint8_t *)s, n, (const uint8_t *)sub, n_sub);
}

static Py_ssize_t
rfind_in(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub)
{
    if (n_sub > n) return -1;
    return search_rfind_1((const uint8_t *)s, n, (const uint8_t *)sub, n_sub);
}

/* First position of sub in s, plus offset; -1 if there is none. */
Py_ssize_t
_PyBytes_Find(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub, Py_ssize_t offset)
{
    Py_ssize_t at = find_in(s, n, sub, n_sub);
    return at < 0 ? -1 : at + offset;
}

Py_ssize_t
_PyBytes_ReverseFind(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub,
                     Py_ssize_t offset)
{
    Py_ssize_t at = rfind_in(s, n, sub, n_sub);
    return at < 0 ? -1 : at + offset;
}

/* Hexadecimal digits of n bytes; between groups of |group| bytes (counted from the right if
   positive, from the left if negative) stands sep. */
static PyObject *
hex_text(const char *s, Py_ssize_t n, PyObject *sep, int group, bool as_bytes)
{
    static const char digits[] = "0123456789abcdef";
    char mark = 0;
    if (sep != NULL) {
        Py_ssize_t length = PyObject_Length(sep);
        if (length < 0) return NULL;
        if (length != 1) {
            PyErr_SetString(PyExc_ValueError, "sep must be length 1.");
            return NULL;
        }
        Py_UCS4 c;
        if (PyUnicode_Check(sep)) {
            if (PyUnicode_READY(sep)) return NULL;
            c = PyUnicode_READ_CHAR(sep, 0);
        } else if (PyBytes_Check(sep)) {
            c = (unsigned char)PyBytes_AS_STRING(sep)[0];
        } else {
            PyErr_SetString(PyExc_TypeError, "sep must be str or bytes.");
            return NULL;
        }
        if (c > 127 && !as_bytes) {
            PyErr_SetString(PyExc_ValueError, "sep must be ASCII.");
            return NULL;
        }
        mark = (char)c;
    } else {
        group = 0;
    }
    size_t width = group < 0 ? -(size_t)group : (size_t)group;
    size_t marks = width && n > 0 ? ((size_t)n - 1) / width : 0;
    if ((size_t)n > (size_t)PY_SSIZE_T_MAX / 3) return PyErr_NoMemory();
    Py_ssize_t length = 2 * n + (Py_ssize_t)marks;
    PyObject *result = as_bytes ? PyBytes_FromStringAndSize(NULL, length)
                                : PyUnicode_New(length, 127);
    if (result == NULL) return NULL;
    char *p = as_bytes ? PyBytes_AS_STRING(result) : (char *)PyUnicode_1BYTE_DATA(result);
    if (marks == 0) {
        hex_encode((const uint8_t *)s, (size_t)n, (uint8_t *)p);
        return result;
    }
    /* Bytes until the next mark. */
    size_t left = group < 0 ? width : (size_t)n - marks * width;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (left == 0) {
            *p++ = mark;
            left = width;
        }
        left--;
        *p++ = digits[(unsigned char)s[i] >> 4];
        *p++ = digits[s[i] & 15];
    }
    return result;
}

PyObject *
_Py_strhex(const char *s, Py_ssize_t n)
{
    return hex_text(s, n, NULL, 0, false);
}

PyObject *
_Py_strhex_bytes(const char *s, Py_ssize_t n)
{
    return hex_text(s, n, NULL, 0, true);
}

PyObject *
_Py_strhex_with_sep(const char *s, Py_ssize_t n, PyObject *sep, int group)
{
    return hex_text(s, n, sep, group, false);
}

PyObject *
_Py_strhex_bytes_with_sep(const char *s, Py_ssize_t n, PyObject *sep, int group)
{
    return hex_text(s, n, sep, group, true);
}

/* ---- concatenation ---------------------------------------------------------------------- */

PyObject *
byteslike_concat(PyObject *a, PyObject *b)
{
    Py_buffer x = {.obj = NULL}, y = {.obj = NULL};
    PyObject *result = NULL;
    if (PyObject_GetBuffer(a, &x, PyBUF_SIMPLE) != 0 || PyObject_GetBuffer(b, &y, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "can't concat %.100s to %.100s", Py_TYPE(b)->tp_name,
                     Py_TYPE(a)->tp_name);
    } else if (x.len == 0 && PyBytes_CheckExact(b)) {
        result = Py_NewRef(b);
    } else if (y.len == 0 && PyBytes_CheckExact(a)) {
        result = Py_NewRef(a);
    } else if (x.len > PY_SSIZE_T_MAX - y.len) {
        PyErr_NoMemory();
    } else {
        result = PyBytes_FromStringAndSize(NULL, x.len + y.len);
        if (result != NULL) {
            memcpy(PyBytes_AS_STRING(result), x.buf, (size_t)x.len);
            memcpy(PyBytes_AS_STRING(result) + x.len, y.buf, (size_t)y.len);
        }
    }
    if (x.obj) PyBuffer_Release(&x);
    if (y.obj) PyBuffer_Release(&y);
    return result;
}

/* The items of a list or tuple, all exact bytes, joined; NULL without an exception if one is
   something else. */
static PyObject *
join_bytes(PyObject *sep, PyObject *const *items, Py_ssize_t n)
{
    size_t gap = (size_t)Py_SIZE(sep), total = gap * (size_t)(n - 1);
    if (gap > 0 && (size_t)n > (size_t)PY_SSIZE_T_MAX / gap) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!PyBytes_CheckExact(items[i])) return NULL;
        total += (size_t)Py_SIZE(items[i]);
        if (total > PY_SSIZE_T_MAX) return NULL;
    }
    PyObject *result = new_like(sep, NULL, (Py_ssize_t)total);
    if (result == NULL || total == 0) return result;
    char *p = writable(result);
    const char *between = data_of(sep);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0 && gap == 1) {
            *p++ = *between;
        } else if (i > 0) {
            memcpy(p, between, gap);
            p += gap;
        }
        memcpy(p, PyBytes_AS_STRING(items[i]), (size_t)Py_SIZE(items[i]));
        p += Py_SIZE(items[i]);
    }
    return result;
}

PyObject *
byteslike_join(PyObject *sep, PyObject *iterable)
{
    PyObject *fast = PySequence_Fast(iterable, "can only join an iterable");
    if (fast == NULL) return NULL;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(fast), taken = 0;
    PyObject *result = NULL;
    Py_buffer local[10], *views = local;
    if (n == 0) {
        Py_DECREF(fast);
        return new_like(sep, NULL, 0);
    }
    if (n == 1 && PyBytes_CheckExact(sep) && PyBytes_CheckExact(PySequence_Fast_GET_ITEM(fast, 0))) {
        result = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 0));
        Py_DECREF(fast);
        return result;
    }
    result = join_bytes(sep, PySequence_Fast_ITEMS(fast), n);
    if (result != NULL || PyErr_Occurred()) {
        Py_DECREF(fast);
        return result;
    }
    Py_buffer held;
    if (PyObject_GetBuffer(sep, &held, PyBUF_SIMPLE) < 0) {
        Py_DECREF(fast);
        return NULL;
    }
    if ((size_t)n > ARRAY_LEN(local)) {
        views = PyMem_New(Py_buffer, (size_t)n);
        if (views == NULL) {
            PyErr_NoMemory();
            goto done;
        }
    }
    size_t total = 0;
    for (; taken < n; taken++) {
        PyObject *item = PySequence_Fast_GET_ITEM(fast, taken);
        if (PyBytes_CheckExact(item)) {
            views[taken] = (Py_buffer){.buf = PyBytes_AS_STRING(item), .len = PyBytes_GET_SIZE(item),
                                       .obj = Py_NewRef(item)};
        } else if (PyObject_GetBuffer(item, &views[taken], PyBUF_SIMPLE) != 0) {
            PyErr_Format(PyExc_TypeError, "sequence item %zd: expected a bytes-like object, %.80s found",
                         taken, Py_TYPE(item)->tp_name);
            goto done;
        }
        total += (size_t)views[taken].len + (taken ? (size_t)held.len : 0);
        if (total > PY_SSIZE_T_MAX) {
            taken++;
            PyErr_SetString(PyExc_OverflowError, "join() result is too long");
            goto done;
        }
        if (n != PySequence_Fast_GET_SIZE(fast)) {
            taken++;
            PyErr_SetString(PyExc_RuntimeError, "sequence changed size during iteration");
            goto done;
        }
    }
    result = new_like(sep, NULL, (Py_ssize_t)total);
    if (result != NULL) {
        char *p = writable(result);
        for (Py_ssize_t i = 0; i < n; i++) {
            if (i > 0 && held.len > 0) {
                memcpy(p, held.buf, (size_t)held.len);
                p += held.len;
            }
            memcpy(p, views[i].buf, (size_t)views[i].len);
            p += views[i].len;
        }
    }
done:
    for (Py_ssize_t i = 0; i < taken; i++) PyBuffer_Release(&views[i]);
    if (views != local) PyMem_Free(views);
    PyBuffer_Release(&held);
    Py_DECREF(fast);
    return result;
}

METHOD(bytes, join, "($self, iterable_of_bytes, /)", "The items with self between them.")
METHOD(bytearray, join, "($self, iterable_of_bytes, /)", "The items with self between them.")
PyObject *
byteslike_join_method(PyObject *self, PyObject *iterable)
{
    return byteslike_join(self, iterable);
}

/* ---- searching -------------------------------------------------------------------------- */

/* What find and its like look for: a run of bytes, or one byte given as an int. */
struct Needle {
    Py_buffer view;                 /* obj is NULL for a byte */
    char byte;
    const char *s;
    Py_ssize_t n;
};

static void
needle_release(struct Needle *needle)
{
    if (needle->view.obj != NULL) PyBuffer_Release(&needle->view);
}

static status
needle_from(PyObject *sub, struct Needle *needle)
{
    needle->view.obj = NULL;
    if (PyObject_CheckBuffer(sub)) {
        if (PyObject_GetBuffer(sub, &needle->view, PyBUF_SIMPLE) != 0) return -1;
        needle->s = needle->view.buf;
        needle->n = needle->view.len;
        return 0;
    }
    if (!PyIndex_Check(sub)) {
        PyErr_Format(PyExc_TypeError,
                     "argument should be integer or bytes-like object, not '%.200s'",
                     Py_TYPE(sub)->tp_name);
        return -1;
    }
    Py_ssize_t value = PyNumber_AsSsize_t(sub, NULL);
    if (value == -1 && PyErr_Occurred()) return -1;
    if (value < 0 || value > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    needle->byte = (char)value;
    needle->s = &needle->byte;
    needle->n = 1;
    return 0;
}

/* Arguments (sub[, start[, end]]) where None stands for the whole; sub is borrowed. */
static status
find_arguments(const char *name, PyObject *const *args, Py_ssize_t nargs, PyObject **sub,
               Py_ssize_t *start, Py_ssize_t *end)
{
    if (nargs < 1 || nargs > 3) {
        PyErr_Format(PyExc_TypeError, "%s() takes at %s argument%s (%zd given)", name,
                     nargs < 1 ? "least 1" : "most 3", nargs < 1 ? "" : "s", nargs);
        return -1;
    }
    *sub = args[0];
    *start = 0;
    *end = PY_SSIZE_T_MAX;
    if (nargs > 1 && !_PyEval_SliceIndex(args[1], start)) return -1;
    if (nargs > 2 && !_PyEval_SliceIndex(args[2], end)) return -1;
    return 0;
}

/* Slice semantics for bounds: negative from the end, clipped. */
static inline void
clip_bounds(Py_ssize_t *start, Py_ssize_t *end, Py_ssize_t n)
{
    if (*end > n) {
        *end = n;
    } else if (*end < 0) {
        *end += n;
        if (*end < 0) *end = 0;
    }
    if (*start < 0) {
        *start += n;
        if (*start < 0) *start = 0;
    }
}

/* Position, -1 for none, -2 for an exception. */
static Py_ssize_t
find_method(const char *name, PyObject *self, PyObject *const *args, Py_ssize_t nargs, bool right)
{
    PyObject *sub;
    Py_ssize_t start, end;
    struct Needle needle;
    if (find_arguments(name, args, nargs, &sub, &start, &end) < 0 || needle_from(sub, &needle) < 0) {
        return -2;
    }
    clip_bounds(&start, &end, Py_SIZE(self));
    Py_ssize_t at = -1;
    if (end - start >= needle.n && start <= end) {
        const char *s = data_of(self) + start;
        at = right ? rfind_in(s, end - start, needle.s, needle.n)
                   : find_in(s, end - start, needle.s, needle.n);
        if (at >= 0) at += start;
    }
    needle_release(&needle);
    return at;
}

METHOD(bytes, find, "~",
       "B.find(sub[, start[, end]]) -> int\n\nPosition of the first sub in B[start:end], or -1.")
METHOD(bytearray, find, "~",
       "B.find(sub[, start[, end]]) -> int\n\nPosition of the first sub in B[start:end], or -1.")
PyObject *
byteslike_find(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t at = find_method("find", self, args, nargs, false);
    return at == -2 ? NULL : PyLong_FromSsize_t(at);
}

METHOD(bytes, rfind, "~",
       "B.rfind(sub[, start[, end]]) -> int\n\nPosition of the last sub in B[start:end], or -1.")
METHOD(bytearray, rfind, "~",
       "B.rfind(sub[, start[, end]]) -> int\n\nPosition of the last sub in B[start:end], or -1.")
PyObject *
byteslike_rfind(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t at = find_method("rfind", self, args, nargs, true);
    return at == -2 ? NULL : PyLong_FromSsize_t(at);
}

static PyObject *
index_or_error(Py_ssize_t at)
{
    if (at == -2) return NULL;
    if (at == -1) {
        PyErr_SetString(PyExc_ValueError, "subsection not found");
        return NULL;
    }
    return PyLong_FromSsize_t(at);
}

METHOD(bytes, index, "~",
       "B.index(sub[, start[, end]]) -> int\n\nLike find, but ValueError if there is none.")
METHOD(bytearray, index, "~",
       "B.index(sub[, start[, end]]) -> int\n\nLike find, but ValueError if there is none.")
PyObject *
byteslike_index(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return index_or_error(find_method("index", self, args, nargs, false));
}

METHOD(bytes, rindex, "~",
       "B.rindex(sub[, start[, end]]) -> int\n\nLike rfind, but ValueError if there is none.")
METHOD(bytearray, rindex, "~",
       "B.rindex(sub[, start[, end]]) -> int\n\nLike rfind, but ValueError if there is none.")
PyObject *
byteslike_rindex(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return index_or_error(find_method("rindex", self, args, nargs, true));
}

METHOD(bytes, count, "~",
       "B.count(sub[, start[, end]]) -> int\n\nHow many sub, not overlapping, are in B[start:end].")
METHOD(bytearray, count, "~",
       "B.count(sub[, start[, end]]) -> int\n\nHow many sub, not overlapping, are in B[start:end].")
PyObject *
byteslike_count(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *sub;
    Py_ssize_t start, end, count = 0;
    struct Needle needle;
    if (find_arguments("count", args, nargs, &sub, &start, &end) < 0
        || needle_from(sub, &needle) < 0) {
        return NULL;
    }
    clip_bounds(&start, &end, Py_SIZE(self));
    if (start <= end) {
        count = search_count_1((const uint8_t *)data_of(self) + start, end - start,
                               (const uint8_t *)needle.s, needle.n, PY_SSIZE_T_MAX);
    }
    needle_release(&needle);
    return PyLong_FromSsize_t(count);
}

truth
byteslike_contains(PyObject *self, PyObject *value)
{
    Py_ssize_t byte = PyNumber_AsSsize_t(value, NULL);
    if (byte == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        Py_buffer view;
        if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) != 0) return -1;
        Py_ssize_t at = find_in(data_of(self), Py_SIZE(self), view.buf, view.len);
        PyBuffer_Release(&view);
        return at >= 0;
    }
    if (byte < 0 || byte > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    return memchr(data_of(self), (int)byte, (size_t)Py_SIZE(self)) != NULL;
}

/* Does self[start:end] begin (or end) with one affix?  -1 on error. */
static truth
affix_matches(PyObject *self, PyObject *affix, Py_ssize_t start, Py_ssize_t end, bool at_end)
{
    Py_buffer view = {.obj = NULL};
    const char *sub;
    Py_ssize_t n;
    if (PyBytes_Check(affix)) {
        sub = PyBytes_AS_STRING(affix);
        n = PyBytes_GET_SIZE(affix);
    } else {
        if (PyObject_GetBuffer(affix, &view, PyBUF_SIMPLE) != 0) return -1;
        sub = view.buf;
        n = view.len;
    }
    clip_bounds(&start, &end, Py_SIZE(self));
    bool found = false;
    if (end - start >= n && start <= end) {
        const char *s = data_of(self) + (at_end ? end - n : start);
        found = memcmp(s, sub, (size_t)n) == 0;
    }
    if (view.obj) PyBuffer_Release(&view);
    return found;
}

static PyObject *
affix_method(const char *name, PyObject *self, PyObject *const *args, Py_ssize_t nargs, bool at_end)
{
    PyObject *sub;
    Py_ssize_t start, end;
    if (find_arguments(name, args, nargs, &sub, &start, &end) < 0) return NULL;
    truth found = 0;
    if (PyTuple_Check(sub)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(sub) && found == 0; i++) {
            found = affix_matches(self, PyTuple_GET_ITEM(sub, i), start, end, at_end);
        }
    } else {
        found = affix_matches(self, sub, start, end, at_end);
        if (found < 0 && PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError,
                         "%s first arg must be bytes or a tuple of bytes, not %s", name,
                         Py_TYPE(sub)->tp_name);
        }
    }
    return found < 0 ? NULL : PyBool_FromLong(found);
}

METHOD(bytes, startswith, "~",
       "B.startswith(prefix[, start[, end]]) -> bool\n\n"
       "Whether B[start:end] begins with prefix, or with one of a tuple of them.")
METHOD(bytearray, startswith, "~",
       "B.startswith(prefix[, start[, end]]) -> bool\n\n"
       "Whether B[start:end] begins with prefix, or with one of a tuple of them.")
PyObject *
byteslike_startswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return affix_method("startswith", self, args, nargs, false);
}

METHOD(bytes, endswith, "~",
       "B.endswith(suffix[, start[, end]]) -> bool\n\n"
       "Whether B[start:end] ends with suffix, or with one of a tuple of them.")
METHOD(bytearray, endswith, "~",
       "B.endswith(suffix[, start[, end]]) -> bool\n\n"
       "Whether B[start:end] ends with suffix, or with one of a tuple of them.")
PyObject *
byteslike_endswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return affix_method("endswith", self, args, nargs, true);
}

METHOD(bytes, removeprefix, "($self, prefix, /)", "self without prefix, if it begins so.")
METHOD(bytearray, removeprefix, "($self, prefix, /)", "self without prefix, if it begins so.")
PyObject *
byteslike_removeprefix(PyObject *self, Py_buffer *prefix)
{
    Py_ssize_t n = Py_SIZE(self);
    bool found = n >= prefix->len && prefix->len > 0
                 && memcmp(data_of(self), prefix->buf, (size_t)prefix->len) == 0;
    return part(self, found ? prefix->len : 0, n);
}

METHOD(bytes, removesuffix, "($self, suffix, /)", "self without suffix, if it ends so.")
METHOD(bytearray, removesuffix, "($self, suffix, /)", "self without suffix, if it ends so.")
PyObject *
byteslike_removesuffix(PyObject *self, Py_buffer *suffix)
{
    Py_ssize_t n = Py_SIZE(self);
    bool found = n >= suffix->len && suffix->len > 0
                 && memcmp(data_of(self) + n - suffix->len, suffix->buf, (size_t)suffix->len) == 0;
    return part(self, 0, found ? n - suffix->len : n);
}

/* ---- character classes ------------------------------------------------------------------ */

static inline bool
is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_lower(unsigned char c)
{
    return (unsigned)c - 'a' < 26;
}

static inline bool
is_upper(unsigned char c)
{
    return (unsigned)c - 'A' < 26;
}

static inline bool
is_alpha(unsigned char c)
{
    return ((unsigned)c | 0x20) - 'a' < 26;
}

static inline bool
is_digit(unsigned char c)
{
    return (unsigned)c - '0' < 10;
}

static inline bool
is_alnum(unsigned char c)
{
    return is_alpha(c) || is_digit(c);
}

#define ALL_BYTES(self, are) \
    PyBool_FromLong(Py_SIZE(self) > 0 && are((const uint8_t *)data_of(self), (size_t)Py_SIZE(self)))

METHOD(bytes, isalnum, NULL, "Whether there are bytes and all are ASCII letters or digits.")
METHOD(bytearray, isalnum, NULL, "Whether there are bytes and all are ASCII letters or digits.")
PyObject *
byteslike_isalnum(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_alnum);
}

METHOD(bytes, isalpha, NULL, "Whether there are bytes and all are ASCII letters.")
METHOD(bytearray, isalpha, NULL, "Whether there are bytes and all are ASCII letters.")
PyObject *
byteslike_isalpha(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_alpha);
}

METHOD(bytes, isdigit, NULL, "Whether there are bytes and all are ASCII digits.")
METHOD(bytearray, isdigit, NULL, "Whether there are bytes and all are ASCII digits.")
PyObject *
byteslike_isdigit(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_digit);
}

METHOD(bytes, isspace, NULL, "Whether there are bytes and all are ASCII white space.")
METHOD(bytearray, isspace, NULL, "Whether there are bytes and all are ASCII white space.")
PyObject *
byteslike_isspace(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_space);
}

METHOD(bytes, isascii, NULL, "Whether every byte is below 128.")
METHOD(bytearray, isascii, NULL, "Whether every byte is below 128.")
PyObject *
byteslike_isascii(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(ascii_prefix(data_of(self), n) == n);
}

METHOD(bytes, islower, NULL, "Whether there are ASCII letters and all are lower case.")
METHOD(bytearray, islower, NULL, "Whether there are ASCII letters and all are lower case.")
PyObject *
byteslike_islower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const uint8_t *s = (const uint8_t *)data_of(self);
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(octets_have_lower(s, n) && !octets_have_upper(s, n));
}

METHOD(bytes, isupper, NULL, "Whether there are ASCII letters and all are upper case.")
METHOD(bytearray, isupper, NULL, "Whether there are ASCII letters and all are upper case.")
PyObject *
byteslike_isupper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const uint8_t *s = (const uint8_t *)data_of(self);
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(octets_have_upper(s, n) && !octets_have_lower(s, n));
}

METHOD(bytes, istitle, NULL, "Whether every run of ASCII letters is one capital and small ones.")
METHOD(bytearray, istitle, NULL, "Whether every run of ASCII letters is one capital and small ones.")
PyObject *
byteslike_istitle(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const unsigned char *s = (const unsigned char *)data_of(self);
    bool cased = false, inside = false;
    for (Py_ssize_t i = 0, n = Py_SIZE(self); i < n; i++) {
        if (is_upper(s[i]) ? inside : is_lower(s[i]) && !inside) Py_RETURN_FALSE;
        inside = is_alpha(s[i]);
        cased |= inside;
    }
    return PyBool_FromLong(cased);
}

/* A new object like self whose bytes a kernel writes. */
static PyObject *
map_bytes(PyObject *self, void (*kernel)(const uint8_t *, size_t, uint8_t *))
{
    PyObject *result = new_like(self, NULL, Py_SIZE(self));
    if (result != NULL && Py_SIZE(self) > 0)
        kernel((const uint8_t *)data_of(self), (size_t)Py_SIZE(self), (uint8_t *)writable(result));
    return result;
}

METHOD(bytes, lower, NULL, "A copy with ASCII letters in lower case.")
METHOD(bytearray, lower, NULL, "A copy with ASCII letters in lower case.")
PyObject *
byteslike_lower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_lower);
}

METHOD(bytes, upper, NULL, "A copy with ASCII letters in upper case.")
METHOD(bytearray, upper, NULL, "A copy with ASCII letters in upper case.")
PyObject *
byteslike_upper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_upper);
}

METHOD(bytes, swapcase, NULL, "A copy with the case of ASCII letters exchanged.")
METHOD(bytearray, swapcase, NULL, "A copy with the case of ASCII letters exchanged.")
PyObject *
byteslike_swapcase(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_swapcase);
}

METHOD(bytes, capitalize, NULL, "A copy with the first byte in upper and the rest in lower case.")
METHOD(bytearray, capitalize, NULL, "A copy with the first byte in upper and the rest in lower case.")
PyObject *
byteslike_capitalize(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_capitalize);
}

METHOD(bytes, title, NULL, "A copy with every run of ASCII letters capitalised.")
METHOD(bytearray, title, NULL, "A copy with every run of ASCII letters capitalised.")
PyObject *
byteslike_title(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_title);
}

/* ---- stripping and padding -------------------------------------------------------------- */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static PyObject *
strip(PyObject *self, PyObject *bytes, int sides)
{
    bool drop[256] = {false};
    if (bytes == Py_None) {
        memset(drop + '\t', true, 5);
        drop[' '] = true;
    } else {
        Py_buffer view;
        if (PyObject_GetBuffer(bytes, &view, PyBUF_SIMPLE) != 0) return NULL;
        for (Py_ssize_t i = 0; i < view.len; i++) drop[((unsigned char *)view.buf)[i]] = true;
        PyBuffer_Release(&view);
    }
    const unsigned char *s = (const unsigned char *)data_of(self);
    Py_ssize_t start = 0, end = Py_SIZE(self);
    if (sides & STRIP_LEFT) {
        while (start < end && drop[s[start]]) start++;
    }
    if (sides & STRIP_RIGHT) {
        while (end > start && drop[s[end - 1]]) end--;
    }
    return part(self, start, end);
}

METHOD(bytes, strip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at both ends.")
METHOD(bytearray, strip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at both ends.")
PyObject *
byteslike_strip(PyObject *self, PyObject *bytes)
{
    return strip(self, bytes, STRIP_LEFT | STRIP_RIGHT);
}

METHOD(bytes, lstrip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at the beginning.")
METHOD(bytearray, lstrip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at the beginning.")
PyObject *
byteslike_lstrip(PyObject *self, PyObject *bytes)
{
    return strip(self, bytes, STRIP_LEFT);
}

METHOD(bytes, rstrip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at the end.")
METHOD(bytearray, rstrip, "($self, bytes=None, /)",
       "A copy without the given bytes (ASCII white space) at the end.")
PyObject *
byteslike_rstrip(PyObject *self, PyObject *bytes)
{
    return strip(self, bytes, STRIP_RIGHT);
}

/* `left` and `right` copies of fill around self. */
static PyObject *
pad(PyObject *self, Py_ssize_t left, Py_ssize_t right, char fill)
{
    if (left < 0) left = 0;
    if (right < 0) right = 0;
    if (left == 0 && right == 0) return same(self);
    Py_ssize_t n = Py_SIZE(self);
    if (left > PY_SSIZE_T_MAX - n || right > PY_SSIZE_T_MAX - n - left) return PyErr_NoMemory();
    PyObject *result = new_like(self, NULL, left + n + right);
    if (result == NULL) return NULL;
    char *p = writable(result);
    memset(p, fill, (size_t)left);
    memcpy(p + left, data_of(self), (size_t)n);
    memset(p + left + n, fill, (size_t)right);
    return result;
}

/* The fill byte of an argument that is one byte of bytes or bytearray; -1 with TypeError. */
static int
fill_byte(const char *name, PyObject *fill)
{
    if (fill == NULL) return ' ';
    if ((PyBytes_Check(fill) || PyByteArray_Check(fill)) && Py_SIZE(fill) == 1) {
        return (unsigned char)*data_of(fill);
    }
    _PyArg_BadArgument(name, "argument 2", "a byte string of length 1", fill);
    return -1;
}

METHOD(bytes, center, "($self, width, fillchar=b' ', /)", "self in the middle of width bytes.")
METHOD(bytearray, center, "($self, width, fillchar=b' ', /)", "self in the middle of width bytes.")
PyObject *
byteslike_center(PyObject *self, Py_ssize_t width, PyObject *fillchar)
{
    int fill = fill_byte("center", fillchar);
    if (fill < 0) return NULL;
    Py_ssize_t spare = width - Py_SIZE(self);
    if (width <= Py_SIZE(self)) return same(self);
    /* The odd byte goes left if the width is odd. */
    Py_ssize_t left = spare / 2 + (spare & width & 1);
    return pad(self, left, spare - left, (char)fill);
}

METHOD(bytes, ljust, "($self, width, fillchar=b' ', /)", "self at the left of width bytes.")
METHOD(bytearray, ljust, "($self, width, fillchar=b' ', /)", "self at the left of width bytes.")
PyObject *
byteslike_ljust(PyObject *self, Py_ssize_t width, PyObject *fillchar)
{
    int fill = fill_byte("ljust", fillchar);
    if (fill < 0) return NULL;
    return pad(self, 0, width > Py_SIZE(self) ? width - Py_SIZE(self) : 0, (char)fill);
}

METHOD(bytes, rjust, "($self, width, fillchar=b' ', /)", "self at the right of width bytes.")
METHOD(bytearray, rjust, "($self, width, fillchar=b' ', /)", "self at the right of width bytes.")
PyObject *
byteslike_rjust(PyObject *self, Py_ssize_t width, PyObject *fillchar)
{
    int fill = fill_byte("rjust", fillchar);
    if (fill < 0) return NULL;
    return pad(self, width > Py_SIZE(self) ? width - Py_SIZE(self) : 0, 0, (char)fill);
}

METHOD(bytes, zfill, "($self, width, /)", "self filled up to width with zeros behind its sign.")
METHOD(bytearray, zfill, "($self, width, /)", "self filled up to width with zeros behind its sign.")
PyObject *
byteslike_zfill(PyObject *self, Py_ssize_t width)
{
    Py_ssize_t spare = width > Py_SIZE(self) ? width - Py_SIZE(self) : 0;
    PyObject *result = pad(self, spare, 0, '0');
    if (result == NULL || spare == 0) return result;
    char *p = writable(result);
    if (Py_SIZE(self) > 0 && (p[spare] == '+' || p[spare] == '-')) {
        p[0] = p[spare];
        p[spare] = '0';
    }
    return result;
}

METHOD(bytes, expandtabs, "($self, /, tabsize=8)", "A copy with spaces instead of tabs.")
METHOD(bytearray, expandtabs, "($self, /, tabsize=8)", "A copy with spaces instead of tabs.")
PyObject *
byteslike_expandtabs(PyObject *self, int tabsize)
{
    const char *s = data_of(self);
    Py_ssize_t n = Py_SIZE(self), total = 0, column = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t width = 1;
        if (s[i] == '\t') {
            width = tabsize > 0 ? tabsize - column % tabsize : 0;
            if (width > PY_SSIZE_T_MAX - column) goto overflow;
        }
        if (total > PY_SSIZE_T_MAX - width) goto overflow;
        total += width;
        column = s[i] == '\n' || s[i] == '\r' ? 0 : column + width;
    }
    PyObject *result = new_like(self, NULL, total);
    if (result == NULL || total == 0) return result;
    char *p = writable(result);
    column = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (s[i] == '\t') {
            Py_ssize_t width = tabsize > 0 ? tabsize - column % tabsize : 0;
            memset(p, ' ', (size_t)width);
            p += width;
            column += width;
        } else {
            *p++ = s[i];
            column = s[i] == '\n' || s[i] == '\r' ? 0 : column + 1;
        }
    }
    return result;
overflow:
    PyErr_SetString(PyExc_OverflowError, "result too long");
    return NULL;
}

/* ---- splitting -------------------------------------------------------------------------- */

/* Append self[start:end] to list. */
static status
append_part(PyObject *list, PyObject *self, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *item = part(self, start, end);
    return item == NULL ? -1 : list_append_take((PyListObject *)list, item);
}

static status
split_space(PyObject *list, PyObject *self, Py_ssize_t limit)
{
    const unsigned char *s = (const unsigned char *)data_of(self);
    Py_ssize_t n = Py_SIZE(self), i = 0;
    for (;;) {
        while (i < n && is_space(s[i])) i++;
        if (i == n) return 0;
        Py_ssize_t start = i, end = n;
        if (limit-- > 0) {
            while (i < n && !is_space(s[i])) i++;
            end = i;
        } else {
            /* The rest as it is. */
            i = n;
        }
        if (append_part(list, self, start, end) < 0) return -1;
    }
}

static status
rsplit_space(PyObject *list, PyObject *self, Py_ssize_t limit)
{
    const unsigned char *s = (const unsigned char *)data_of(self);
    Py_ssize_t i = Py_SIZE(self);
    for (;;) {
        while (i > 0 && is_space(s[i - 1])) i--;
        if (i == 0) return 0;
        Py_ssize_t start = 0, end = i;
        if (limit-- > 0) {
            while (i > 0 && !is_space(s[i - 1])) i--;
            start = i;
        } else {
            i = 0;
        }
        if (append_part(list, self, start, end) < 0) return -1;
    }
}

static status
split_sep(PyObject *list, PyObject *self, const Py_buffer *sep, Py_ssize_t limit)
{
    Py_ssize_t start = 0, n = Py_SIZE(self);
    while (limit-- > 0) {
        Py_ssize_t at = find_in(data_of(self) + start, n - start, sep->buf, sep->len);
        if (at < 0) break;
        if (append_part(list, self, start, start + at) < 0) return -1;
        start += at + sep->len;
    }
    return append_part(list, self, start, n);
}

static status
rsplit_sep(PyObject *list, PyObject *self, const Py_buffer *sep, Py_ssize_t limit)
{
    Py_ssize_t end = Py_SIZE(self);
    while (limit-- > 0) {
        Py_ssize_t at = rfind_in(data_of(self), end, sep->buf, sep->len);
        if (at < 0) break;
        if (append_part(list, self, at + sep->len, end) < 0) return -1;
        end = at;
    }
    return append_part(list, self, 0, end);
}

static PyObject *
split(PyObject *self, PyObject *sep, Py_ssize_t maxsplit, bool right)
{
    PyObject *list = PyList_New(0);
    if (list == NULL) return NULL;
    Py_ssize_t limit = maxsplit < 0 ? PY_SSIZE_T_MAX : maxsplit;
    status done;
    if (sep == Py_None) {
        done = right ? rsplit_space(list, self, limit) : split_space(list, self, limit);
    } else {
        Py_buffer view;
        if (PyObject_GetBuffer(sep, &view, PyBUF_SIMPLE) != 0) {
            Py_DECREF(list);
            return NULL;
        }
        if (view.len == 0) {
            PyErr_SetString(PyExc_ValueError, "empty separator");
            done = -1;
        } else {
            done = right ? rsplit_sep(list, self, &view, limit) : split_sep(list, self, &view, limit);
        }
        PyBuffer_Release(&view);
    }
    if (done == 0 && right) done = PyList_Reverse(list);
    if (done < 0) Py_CLEAR(list);
    return list;
}

METHOD(bytes, split, "($self, /, sep=None, maxsplit=-1)",
       "The parts between sep (runs of ASCII white space), at most maxsplit + 1 of them.")
METHOD(bytearray, split, "($self, /, sep=None, maxsplit=-1)",
       "The parts between sep (runs of ASCII white space), at most maxsplit + 1 of them.")
PyObject *
byteslike_split(PyObject *self, PyObject *sep, Py_ssize_t maxsplit)
{
    return split(self, sep, maxsplit, false);
}

METHOD(bytes, rsplit, "($self, /, sep=None, maxsplit=-1)",
       "Like split, but counting from the end.")
METHOD(bytearray, rsplit, "($self, /, sep=None, maxsplit=-1)",
       "Like split, but counting from the end.")
PyObject *
byteslike_rsplit(PyObject *self, PyObject *sep, Py_ssize_t maxsplit)
{
    return split(self, sep, maxsplit, true);
}

METHOD(bytes, splitlines, "($self, /, keepends=False)",
       "The lines, with their ends if keepends; ends are \\n, \\r and \\r\\n.")
METHOD(bytearray, splitlines, "($self, /, keepends=False)",
       "The lines, with their ends if keepends; ends are \\n, \\r and \\r\\n.")
PyObject *
byteslike_splitlines(PyObject *self, int keepends)
{
    PyObject *list = PyList_New(0);
    if (list == NULL) return NULL;
    const char *s = data_of(self);
    for (Py_ssize_t i = 0, n = Py_SIZE(self); i < n;) {
        Py_ssize_t start = i;
        while (i < n && s[i] != '\n' && s[i] != '\r') i++;
        Py_ssize_t end = i;
        if (i < n) i += s[i] == '\r' && i + 1 < n && s[i + 1] == '\n' ? 2 : 1;
        if (append_part(list, self, start, keepends ? i : end) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* (before, sep, after) around position `at`; -1: self and two empty ones. */
static PyObject *
partition(PyObject *self, PyObject *sep, bool right)
{
    Py_buffer view;
    if (PyObject_GetBuffer(sep, &view, PyBUF_SIMPLE) != 0) return NULL;
    PyObject *result = NULL;
    if (view.len == 0) {
        PyErr_SetString(PyExc_ValueError, "empty separator");
        goto done;
    }
    Py_ssize_t n = Py_SIZE(self);
    Py_ssize_t at = right ? rfind_in(data_of(self), n, view.buf, view.len)
                          : find_in(data_of(self), n, view.buf, view.len);
    result = PyTuple_New(3);
    if (result == NULL) goto done;
    PyObject *items[3];
    if (at >= 0) {
        items[0] = part(self, 0, at);
        items[1] = PyBytes_Check(self) ? Py_NewRef(sep) : new_like(self, view.buf, view.len);
        items[2] = part(self, at + view.len, n);
    } else {
        items[right ? 2 : 0] = same(self);
        items[1] = new_like(self, NULL, 0);
        items[right ? 0 : 2] = new_like(self, NULL, 0);
    }
    bool failed = false;
    for (int i = 0; i < 3; i++) {
        failed |= items[i] == NULL;
        PyTuple_SET_ITEM(result, i, items[i]);
    }
    if (failed) Py_CLEAR(result);
done:
    PyBuffer_Release(&view);
    return result;
}

METHOD(bytes, partition, "($self, sep, /)",
       "(before, sep, after) for the first sep; (self, b'', b'') without one.")
METHOD(bytearray, partition, "($self, sep, /)",
       "(before, sep, after) for the first sep; (self, b'', b'') without one.")
PyObject *
byteslike_partition(PyObject *self, PyObject *sep)
{
    return partition(self, sep, false);
}

METHOD(bytes, rpartition, "($self, sep, /)",
       "(before, sep, after) for the last sep; (b'', b'', self) without one.")
METHOD(bytearray, rpartition, "($self, sep, /)",
       "(before, sep, after) for the last sep; (b'', b'', self) without one.")
PyObject *
byteslike_rpartition(PyObject *self, PyObject *sep)
{
    return partition(self, sep, true);
}

/* ---- replacing and translating ---------------------------------------------------------- */

static COLD PyObject *
too_long(void)
{
    PyErr_SetString(PyExc_OverflowError, "replace bytes is too long");
    return NULL;
}

/* `new` before each of the first `count` bytes, and at the end if count reaches that far. */
static PyObject *
interleave(PyObject *self, const Py_buffer *new, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (count > n + 1) count = n + 1;
    if (new->len > 0 && count > (PY_SSIZE_T_MAX - n) / new->len) return too_long();
    PyObject *result = new_like(self, NULL, n + count * new->len);
    if (result == NULL) return NULL;
    char *p = writable(result);
    const char *s = data_of(self);
    for (Py_ssize_t i = 0; i < count; i++) {
        memcpy(p, new->buf, (size_t)new->len);
        p += new->len;
        if (i < n) *p++ = s[i];
    }
    if (count < n) memcpy(p, s + count, (size_t)(n - count));
    return result;
}

METHOD(bytes, replace, "($self, old, new, count=-1, /)",
       "A copy with new instead of the first count (all) old.")
METHOD(bytearray, replace, "($self, old, new, count=-1, /)",
       "A copy with new instead of the first count (all) old.")
PyObject *
byteslike_replace(PyObject *self, Py_buffer *old, Py_buffer *new, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (count < 0) count = PY_SSIZE_T_MAX;
    if (count == 0 || n < old->len || (old->len == 0 && new->len == 0)) return same(self);
    if (old->len == 0) return interleave(self, new, count);
    const char *s = data_of(self);
    if (old->len == 1 && new->len == 1 && count >= n) {
        uint8_t from = *(uint8_t *)old->buf, to = *(uint8_t *)new->buf;
        if (memchr(s, from, (size_t)n) == NULL) return same(self);
        PyObject *result = new_like(self, NULL, n);
        if (result != NULL)
            units_replace_1((const uint8_t *)s, (size_t)n, from, to, (uint8_t *)writable(result));
        return result;
    }
    count = search_count_1((const uint8_t *)s, n, old->buf, old->len, count);
    if (count == 0) return same(self);
    if (new->len > old->len && count > (PY_SSIZE_T_MAX - n) / (new->len - old->len)) {
        return too_long();
    }
    PyObject *result = new_like(self, NULL, n + count * (new->len - old->len));
    if (result == NULL) return NULL;
    if (Py_SIZE(result) == 0) return result;
    char *p = writable(result);
    while (count-- > 0) {
        Py_ssize_t at = find_in(s, n, old->buf, old->len);
        memcpy(p, s, (size_t)at);
        memcpy(p + at, new->buf, (size_t)new->len);
        p += at + new->len;
        s += at + old->len;
        n -= at + old->len;
    }
    memcpy(p, s, (size_t)n);
    return result;
}

METHOD(bytes, translate, "($self, table, /, delete=b'')",
       "A copy without the bytes in delete and with each other byte c as table[c].")
METHOD(bytearray, translate, "($self, table, /, delete=b'')",
       "A copy without the bytes in delete and with each other byte c as table[c].")
PyObject *
byteslike_translate(PyObject *self, PyObject *table, PyObject *delete)
{
    unsigned char map[256];
    bool drop[256] = {false}, dropping = false;
    Py_buffer view;
    if (table == Py_None) {
        for (int i = 0; i < 256; i++) map[i] = (unsigned char)i;
    } else {
        if (PyObject_GetBuffer(table, &view, PyBUF_SIMPLE) != 0) return NULL;
        if (view.len != 256) {
            PyErr_SetString(PyExc_ValueError, "translation table must be 256 characters long");
            PyBuffer_Release(&view);
            return NULL;
        }
        memcpy(map, view.buf, 256);
        PyBuffer_Release(&view);
    }
    if (delete != NULL) {
        if (PyObject_GetBuffer(delete, &view, PyBUF_SIMPLE) != 0) return NULL;
        for (Py_ssize_t i = 0; i < view.len; i++) drop[((unsigned char *)view.buf)[i]] = true;
        dropping = view.len > 0;
        PyBuffer_Release(&view);
    }
    const uint8_t *s = (const uint8_t *)data_of(self);
    Py_ssize_t n = Py_SIZE(self), kept = n;
    PyObject *result = new_like(self, NULL, n);
    if (result == NULL || n == 0) return result;
    uint8_t *out = (uint8_t *)writable(result);
    if (dropping) {
        kept = (Py_ssize_t)octets_translate_but(s, (size_t)n, map, drop, out);
    } else {
        octets_translate(s, (size_t)n, map, out);
    }
    if (PyBytes_CheckExact(self) && kept == n && memcmp(out, s, (size_t)n) == 0) {
        Py_DECREF(result);
        return Py_NewRef(self);
    }
    if (PyBytes_Check(result)) {
        _PyBytes_Resize(&result, kept);
    } else if (PyByteArray_Resize(result, kept) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

STATICMETHOD(bytes, maketrans, "(frm, to, /)",
             "A table for translate that maps each byte of frm to the one of to in its place.")
STATICMETHOD(bytearray, maketrans, "(frm, to, /)",
             "A table for translate that maps each byte of frm to the one of to in its place.")
PyObject *
byteslike_maketrans(PyObject *Py_UNUSED(null), Py_buffer *frm, Py_buffer *to)
{
    if (frm->len != to->len) {
        PyErr_SetString(PyExc_ValueError, "maketrans arguments must have same length");
        return NULL;
    }
    PyObject *table = PyBytes_FromStringAndSize(NULL, 256);
    if (table == NULL) return NULL;
    unsigned char *map = (unsigned char *)PyBytes_AS_STRING(table);
    for (int i = 0; i < 256; i++) map[i] = (unsigned char)i;
    for (Py_ssize_t i = 0; i < frm->len; i++) {
        map[((unsigned char *)frm->buf)[i]] = ((unsigned char *)to->buf)[i];
    }
    return table;
}

/* ---- text ------------------------------------------------------------------------------- */

METHOD(bytes, decode, "($self, /, encoding='utf-8', errors='strict')",
       "The str that these bytes encode.")
METHOD(bytearray, decode, "($self, /, encoding='utf-8', errors='strict')",
       "The str that these bytes encode.")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
PyObject *
byteslike_decode(PyObject *self, const char *encoding, const char *errors)
{
    return PyUnicode_FromEncodedObject(self, encoding, errors);
}

METHOD(bytes, hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
       "Two hexadecimal digits for each byte; sep stands between groups of bytes_per_sep bytes,\n"
       "counted from the right, or from the left if negative.\n"
       "\n"
       ">>> v = bytes(b'\\x0a\\x0b\\x0c')\n"
       ">>> v.hex()\n"
       "'0a0b0c'\n"
       ">>> v.hex(' ')\n"
       "'0a 0b 0c'\n"
       ">>> v.hex('-', 2)\n"
       "'0a-0b0c'\n"
       ">>> v.hex('-', -2)\n"
       "'0a0b-0c'")
METHOD(bytearray, hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
       "Two hexadecimal digits for each byte; sep stands between groups of bytes_per_sep bytes,\n"
       "counted from the right, or from the left if negative.\n"
       "\n"
       ">>> v = bytearray(b'\\x0a\\x0b\\x0c')\n"
       ">>> v.hex()\n"
       "'0a0b0c'\n"
       ">>> v.hex(' ')\n"
       "'0a 0b 0c'\n"
       ">>> v.hex('-', 2)\n"
       "'0a-0b0c'\n"
       ">>> v.hex('-', -2)\n"
       "'0a0b-0c'")
PyObject *
byteslike_hex(PyObject *self, PyObject *sep, int bytes_per_sep)
{
    return hex_text(data_of(self), Py_SIZE(self), sep, bytes_per_sep, false);
}

static PyObject *
not_hexadecimal(Py_ssize_t at)
{
    return PyErr_Format(PyExc_ValueError,
                        "non-hexadecimal number found in fromhex() arg at position %zd", at);
}

/* Bytes or bytearray from hexadecimal text; white space may stand between the pairs. */
PyObject *
_PyBytes_FromHex(PyObject *string, int use_bytearray)
{
    if (PyUnicode_READY(string)) return NULL;
    Py_ssize_t n = PyUnicode_GET_LENGTH(string), i = 0;
    if (!PyUnicode_IS_ASCII(string)) {
        while (PyUnicode_READ_CHAR(string, i) < 128) i++;
        return not_hexadecimal(i);
    }
    const uint8_t *s = PyUnicode_1BYTE_DATA(string);
    PyObject *result = use_bytearray ? PyByteArray_FromStringAndSize(NULL, n / 2)
                                     : PyBytes_FromStringAndSize(NULL, n / 2);
    if (result == NULL) return NULL;
    char *start = writable(result), *p = start;
    for (;;) {
        size_t pairs = hex_decode(s + i, (size_t)(n - i) / 2, (uint8_t *)p);
        p += pairs;
        i += 2 * (Py_ssize_t)pairs;
        Py_ssize_t stopped = i;
        while (i < n && is_space(s[i])) i++;
        if (i >= n) break;
        if (i == stopped) {     /* neither a pair nor white space */
            Py_DECREF(result);
            return not_hexadecimal(_PyLong_DigitValue[s[i]] < 16 ? i + 1 : i);
        }
    }
    if (use_bytearray) {
        if (PyByteArray_Resize(result, p - start) < 0) Py_CLEAR(result);
    } else {
        _PyBytes_Resize(&result, p - start);
    }
    return result;
}

/* The result in a subclass: by calling it. */
static PyObject *
from_hex(PyTypeObject *type, PyTypeObject *base, PyObject *string)
{
    PyObject *result = _PyBytes_FromHex(string, base == &PyByteArray_Type);
    if (result != NULL && type != base) {
        Py_SETREF(result, PyObject_CallOneArg((PyObject *)type, result));
    }
    return result;
}

CLASSMETHOD(bytes, fromhex, "($type, string, /)",
            "Bytes from pairs of hexadecimal digits, between which white space may stand.")
PyObject *
bytes_fromhex(PyTypeObject *type, PyUnicodeObject *string)
{
    return from_hex(type, &PyBytes_Type, (PyObject *)string);
}

CLASSMETHOD(bytearray, fromhex, "($type, string, /)",
            "A bytearray from pairs of hexadecimal digits, between which white space may stand.")
PyObject *
bytearray_fromhex(PyTypeObject *type, PyUnicodeObject *string)
{
    return from_hex(type, &PyByteArray_Type, (PyObject *)string);
}

#include "gen/types/byteslike.inc"
