/* The methods of bytes and bytearray that strip, pad and split. */
#include "types/byteslike_access.h"

#include "object/declare.h"
#include "types/parts.h"

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

/* Making a list may collect garbage, hence run Python code that resizes a bytearray: the list for
   the parts of one is made before they are looked for. */
static status
begin(struct parts *parts, PyObject *self)
{
    parts_begin(parts);
    if (PyBytes_Check(self)) return 0;
    parts->list = PyList_New(0);
    return parts->list == NULL ? -1 : 0;
}

/* Add self[start:end]. */
static inline status
add_part(struct parts *parts, PyObject *self, Py_ssize_t start, Py_ssize_t end)
{
    return parts_add_take(parts, part(self, start, end));
}

static status
split_space(struct parts *parts, PyObject *self, Py_ssize_t limit)
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
        if (add_part(parts, self, start, end) < 0) return -1;
    }
}

static status
rsplit_space(struct parts *parts, PyObject *self, Py_ssize_t limit)
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
        if (add_part(parts, self, start, end) < 0) return -1;
    }
}

/* split_sep for one byte, which in most texts is not far: looked for in line at first. */
static status
split_byte(struct parts *parts, PyObject *self, char sep, Py_ssize_t limit)
{
    Py_ssize_t start = 0, n = Py_SIZE(self);
    const char *s = data_of(self);
    while (limit-- > 0) {
        Py_ssize_t at = start, near = n - start > SEPARATOR_NEAR ? start + SEPARATOR_NEAR : n;
        while (at < near && s[at] != sep) at++;
        if (at == near) {
            Py_ssize_t further = find_in(s + at, n - at, &sep, 1);
            if (further < 0) break;
            at += further;
        }
        if (add_part(parts, self, start, at) < 0) return -1;
        start = at + 1;
    }
    return add_part(parts, self, start, n);
}

static status
split_sep(struct parts *parts, PyObject *self, const Py_buffer *sep, Py_ssize_t limit)
{
    Py_ssize_t start = 0, n = Py_SIZE(self);
    if (sep->len == 1) return split_byte(parts, self, *(const char *)sep->buf, limit);
    while (limit-- > 0) {
        Py_ssize_t at = find_in(data_of(self) + start, n - start, sep->buf, sep->len);
        if (at < 0) break;
        if (add_part(parts, self, start, start + at) < 0) return -1;
        start += at + sep->len;
    }
    return add_part(parts, self, start, n);
}

static status
rsplit_sep(struct parts *parts, PyObject *self, const Py_buffer *sep, Py_ssize_t limit)
{
    Py_ssize_t end = Py_SIZE(self);
    while (limit-- > 0) {
        Py_ssize_t at = rfind_in(data_of(self), end, sep->buf, sep->len);
        if (at < 0) break;
        if (add_part(parts, self, at + sep->len, end) < 0) return -1;
        end = at;
    }
    return add_part(parts, self, 0, end);
}

static PyObject *
split(PyObject *self, PyObject *sep, Py_ssize_t maxsplit, bool right)
{
    struct parts parts;
    if (begin(&parts, self) < 0) return NULL;
    Py_ssize_t limit = maxsplit < 0 ? PY_SSIZE_T_MAX : maxsplit;
    status done;
    if (sep == Py_None) {
        done = right ? rsplit_space(&parts, self, limit) : split_space(&parts, self, limit);
    } else {
        Py_buffer view;
        bool plain = PyBytes_CheckExact(sep); /* needs no lock */
        if (plain) {
            view.buf = PyBytes_AS_STRING(sep);
            view.len = PyBytes_GET_SIZE(sep);
        } else if (PyObject_GetBuffer(sep, &view, PyBUF_SIMPLE) != 0) {
            return parts_finish(&parts, -1, right);
        }
        if (view.len == 0) {
            PyErr_SetString(PyExc_ValueError, "empty separator");
            done = -1;
        } else {
            done = right ? rsplit_sep(&parts, self, &view, limit)
                         : split_sep(&parts, self, &view, limit);
        }
        if (!plain) PyBuffer_Release(&view);
    }
    return parts_finish(&parts, done, right);
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
    struct parts parts;
    if (begin(&parts, self) < 0) return NULL;
    const char *s = data_of(self);
    for (Py_ssize_t i = 0, n = Py_SIZE(self); i < n;) {
        Py_ssize_t start = i;
        while (i < n && s[i] != '\n' && s[i] != '\r') i++;
        Py_ssize_t end = i;
        if (i < n) i += s[i] == '\r' && i + 1 < n && s[i + 1] == '\n' ? 2 : 1;
        if (add_part(&parts, self, start, keepends ? i : end) < 0) {
            return parts_finish(&parts, -1, false);
        }
    }
    return parts_finish(&parts, 0, false);
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

#include "gen/types/byteslike_split.inc"
