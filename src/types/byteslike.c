/* The methods that bytes and bytearray share; each stands below the heads of both types.

   Here: joining and searching.  byteslike_case.c has the letters, byteslike_split.c stripping, padding
   and splitting, byteslike_text.c replacing, translating and what has to do with text.

   ASCII alone counts as letters, digits and white space.  Results are new objects of the type of
   self, except that exact bytes may be returned as they are where nothing changes. */
#include "types/byteslike_access.h"

#include "base/copy.h"

#include "object/declare.h"
#include "types/bytes.h"

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


/* ---- concatenation ---------------------------------------------------------------------- */

static PyObject *
concat_bytes(PyObject *a, PyObject *b)
{
    Py_ssize_t m = PyBytes_GET_SIZE(a), n = PyBytes_GET_SIZE(b);
    if (m == 0) return Py_NewRef(b);
    if (n == 0) return Py_NewRef(a);
    if (m > PY_SSIZE_T_MAX - n) return PyErr_NoMemory();
    PyObject *result = PyBytes_FromStringAndSize(NULL, m + n);
    if (result != NULL) {
        copy_short(PyBytes_AS_STRING(result), PyBytes_AS_STRING(a), (size_t)m);
        copy_short(PyBytes_AS_STRING(result) + m, PyBytes_AS_STRING(b), (size_t)n);
    }
    return result;
}

PyObject *
byteslike_concat(PyObject *a, PyObject *b)
{
    if (PyBytes_CheckExact(a) && PyBytes_CheckExact(b)) return concat_bytes(a, b);
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

#include "gen/types/byteslike.inc"
