/* The methods of bytes and bytearray that replace and translate, and those between bytes and text:
   decode, hex, fromhex. */
#include "types/byteslike_access.h"

#include "base/octets.h"
#include "base/units.h"
#include "object/declare.h"
#include "types/int.h"

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

#include "gen/types/byteslike_text.inc"
