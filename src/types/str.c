/* str: storage, creation, access, comparison, concatenation.

   Invariants (str_check verifies them in debug builds)
   - A ready string uses the narrowest width for its largest code point; `ascii` is set exactly
     when all are below 0x80.
   - Compact strings keep their units behind the header.  Instances of subclasses, and strings
     made by the deprecated wchar_t API, are not compact: data.any points to their units.
   - '' and the one-character strings below U+0100 exist once (state.h: _PyRuntime.str).
   - utf8 and wstr are caches, either owned or shared with the data.
   See also: str_iter.c, str_build.c (writer, format), str_search.c, str_case.c, str_method.c, str_codec.c. */
#include <Python.h>
#include <string.h>
#include "base/copy.h"
#include "base/utf.h"
#include "base/alloc.h"
#include "object/declare.h"
#include "object/object.h"
#include "object/intern.h"
#include "types/str.h"

#define ASCII(op) ((PyASCIIObject *)(op))
#define COMPACT(op) ((PyCompactUnicodeObject *)(op))
#define WHOLE(op) ((PyUnicodeObject *)(op))

/* ---- storage ------------------------------------------------------------------------------- */

/* Whether `utf8` is the string's own data. */
static inline bool
shares_utf8(PyObject *text)
{
    return ASCII(text)->state.ascii &&
           (ASCII(text)->state.compact || COMPACT(text)->utf8 == (char *)PyUnicode_DATA(text));
}

/* Whether `wstr` is the string's own data. */
static inline bool
shares_wstr(PyObject *text)
{
    return ASCII(text)->state.ready && ASCII(text)->wstr == (wchar_t *)PyUnicode_DATA(text);
}

/* Bytes an instance takes for `length` units of the class that `maxchar` needs; 0 if too many. */
static inline size_t
compact_size(Py_ssize_t length, int width, bool ascii)
{
    size_t head = ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    if (length >= PY_SSIZE_T_MAX / 8)
        return 0;
    return head + ((size_t)length + 1) * (size_t)width;
}

static inline int
width_for(Py_UCS4 maxchar)
{
    return maxchar < 0x100 ? 1 : maxchar < 0x10000 ? 2 : 4;
}

/* The common case of PyUnicode_New: size > 0, all ASCII. */
static ALWAYS_INLINE PyObject *
new_ascii(Py_ssize_t size)
{
    size_t bytes = sizeof(PyASCIIObject) + (size_t)size + 1;
    PyASCIIObject *text = likely((size_t)size < PY_SSIZE_T_MAX / 2) ? plain_malloc_small(bytes) : NULL;
    if (unlikely(text == NULL))
        return PyErr_NoMemory();
    Py_SET_REFCNT(text, 1);
    Py_SET_TYPE(text, &PyUnicode_Type);
    text->length = size;
    text->hash = -1;
    text->state = (__typeof__(text->state)){.kind = 1, .compact = 1, .ascii = 1, .ready = 1};
    text->wstr = NULL;
    ((char *)(text + 1))[size] = 0;
    return (PyObject *)text;
}

/* Not empty ASCII: rarer, or an error. */
static NOINLINE PyObject *
new_other(Py_ssize_t size, Py_UCS4 maxchar)
{
    if (size == 0 && _PyRuntime.str.empty != NULL)
        return str_new_empty();
    if (unlikely(maxchar > 0x10ffff)) {
        PyErr_SetString(PyExc_SystemError, "invalid maximum character passed to PyUnicode_New");
        return NULL;
    }
    if (unlikely(size < 0)) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyUnicode_New");
        return NULL;
    }
    bool ascii = maxchar < 0x80;
    int width = width_for(maxchar);
    size_t bytes = compact_size(size, width, ascii);
    PyASCIIObject *text = bytes ? plain_malloc_small(bytes) : NULL;
    if (unlikely(text == NULL))
        return PyErr_NoMemory();
    Py_SET_REFCNT(text, 1);
    Py_SET_TYPE(text, &PyUnicode_Type);
    text->length = size;
    text->hash = -1;
    /* one store instead of five fields */
    text->state = (__typeof__(text->state)){
        .kind = (unsigned)width, .compact = 1, .ascii = ascii, .ready = 1};
    text->wstr = NULL;
    char *data;
    if (ascii)
        data = (char *)(text + 1);
    else {
        COMPACT(text)->utf8 = NULL;
        COMPACT(text)->utf8_length = 0;
        COMPACT(text)->wstr_length = 0;
        data = (char *)(COMPACT(text) + 1);
        if (width == sizeof(wchar_t)) { /* wide text serves as its own wchar_t form */
            text->wstr = (wchar_t *)data;
            COMPACT(text)->wstr_length = size;
        }
    }
    if (width == 1)
        data[size] = 0;
    else
        memset(data + size * width, 0, (size_t)width);
    return (PyObject *)text;
}

/* A compact string with room for `size` code points up to `maxchar`, not filled in (but
   terminated).  SystemError for bad arguments. */
PyObject *
PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
{
    if (likely(maxchar < 0x80 && (size_t)size - 1 < STR_QUICK_MAX))
        return str_new_ascii_quick(size);
    return maxchar < 0x80 && size > 0 ? new_ascii(size) : new_other(size, maxchar);
}

/* A copy of a and its units for a subclass instance of `type`; `text` is an exact str. */
static PyObject *
str_new_subtype(PyTypeObject *type, PyObject *text)
{
    int width = (int)PyUnicode_KIND(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    /* The units first: an instance without them could not be given back. */
    void *units = length < PY_SSIZE_T_MAX / width ? PyObject_Malloc((size_t)(length + 1) * (size_t)width) : NULL;
    if (units == NULL)
        return PyErr_NoMemory();
    PyUnicodeObject *self = (PyUnicodeObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        PyObject_Free(units);
        return NULL;
    }
    PyASCIIObject *head = ASCII(self);
    head->length = length;
    head->hash = ASCII(text)->hash;
    memset(&head->state, 0, sizeof head->state);
    head->state.kind = (unsigned)width;
    head->state.ascii = ASCII(text)->state.ascii;
    head->state.ready = 1;
    head->wstr = NULL;
    COMPACT(self)->utf8 = NULL;
    COMPACT(self)->utf8_length = 0;
    COMPACT(self)->wstr_length = 0;
    self->data.any = units;
    memcpy(self->data.any, PyUnicode_DATA(text), (size_t)(length + 1) * (size_t)width);
    if (head->state.ascii) {
        COMPACT(self)->utf8 = self->data.any;
        COMPACT(self)->utf8_length = length;
    }
    if (width == sizeof(wchar_t)) {
        head->wstr = self->data.any;
        COMPACT(self)->wstr_length = length;
    }
    return (PyObject *)self;
}

static void
drop_caches(PyObject *text)
{
    if (ASCII(text)->wstr != NULL && !shares_wstr(text))
        PyObject_Free(ASCII(text)->wstr);
    ASCII(text)->wstr = NULL;
    if (!PyUnicode_IS_COMPACT_ASCII(text)) {
        if (COMPACT(text)->utf8 != NULL && !shares_utf8(text))
            PyObject_Free(COMPACT(text)->utf8);
        COMPACT(text)->utf8 = NULL;
        COMPACT(text)->utf8_length = 0;
        COMPACT(text)->wstr_length = 0;
    }
}

/* The first byte of `state`: all its bits. */
union StateByte {
    __typeof__(((PyASCIIObject *)0)->state) bits;
    uint8_t byte;
};

static void
str_tp_dealloc(PyObject *self)
{
    PyASCIIObject *head = ASCII(self);
    TEXT_CHECK(self, head->hash != -1);     /* unhashed: perhaps never finished */
    const union StateByte plain = {.bits = {.kind = 1, .compact = 1, .ascii = 1, .ready = 1}};
    if (likely(((const union StateByte *)&head->state)->byte == plain.byte && head->wstr == NULL &&
               Py_IS_TYPE(self, &PyUnicode_Type))) {
        object_free_quick(self);
        return;
    }
    if (unlikely(head->state.interned)) {
        if (head->state.interned == SSTATE_INTERNED_IMMORTAL)
            Py_FatalError("a static or immortal string was released once too often");
        intern_forget(self);
    }
    if (likely(head->state.compact && head->state.ascii)) {
        if (unlikely(head->wstr != NULL))
            PyObject_Free(head->wstr);
        if (likely(Py_IS_TYPE(self, &PyUnicode_Type))) {
            object_free_quick(self);
            return;
        }
    }
    else {
        drop_caches(self);
        if (!head->state.compact && WHOLE(self)->data.any != NULL)
            PyObject_Free(WHOLE(self)->data.any);
    }
    Py_TYPE(self)->tp_free(self);
}

/* Resizes an exact compact string in place or by moving it; the caller must hold the only
   reference and the text must not be interned.  Steals `text`, also on failure. */
PyObject *
str_resize_take(PyObject *text, Py_ssize_t length)
{
    if (length == 0) {
        Py_DECREF(text);
        return str_new_empty();
    }
    int width = (int)PyUnicode_KIND(text);
    bool ascii = ASCII(text)->state.ascii;
    size_t bytes = compact_size(length, width, ascii);
    if (bytes == 0) {
        Py_DECREF(text);
        return PyErr_NoMemory();
    }
    drop_caches(text);
    PyObject *moved = plain_realloc(text, bytes);
    if (moved == NULL) {
        Py_DECREF(text);
        return PyErr_NoMemory();
    }
    ASCII(moved)->length = length;
    ASCII(moved)->hash = -1;
    if (width == sizeof(wchar_t)) {
        ASCII(moved)->wstr = PyUnicode_DATA(moved);
        COMPACT(moved)->wstr_length = length;
    }
    PyUnicode_WRITE(width, PyUnicode_DATA(moved), length, 0);
    return moved;
}

/* The singleton instead of `text` if its content has one.  Steals `text`. */
PyObject *
str_result_take(PyObject *text)
{
    if (text == NULL || PyUnicode_GET_LENGTH(text) > 1)
        return text;
    PyObject *single;
    if (PyUnicode_GET_LENGTH(text) == 0)
        single = _PyRuntime.str.empty;
    else {
        if (PyUnicode_KIND(text) != 1)
            return text;
        single = _PyRuntime.str.latin1[PyUnicode_1BYTE_DATA(text)[0]];
    }
    if (text != single) {
        Py_INCREF(single);
        Py_DECREF(text);
    }
    return single;
}

/* `text` itself if it is exactly a str, else an exact copy (new reference). */
PyObject *
str_unchanged(PyObject *text)
{
    return PyUnicode_CheckExact(text) ? Py_NewRef(text) : _PyUnicode_Copy(text);
}

/* ---- making strings ------------------------------------------------------------------------ */

Py_UCS4
units_class(int width, const void *data, Py_ssize_t n)
{
    uint32_t ored = width == 1   ? units_ored_1(data, (size_t)n)
                    : width == 2 ? units_ored_2(data, (size_t)n)
                                 : units_ored_4(data, (size_t)n);
    return ored < 0x80 ? 0x7f : ored < 0x100 ? 0xff : ored < 0x10000 ? 0xffff : 0x10ffff;
}

/* The one-character string for any code point. */
PyObject *
str_new_char(Py_UCS4 ch)
{
    if (ch < 0x100)
        return str_new_latin1((Py_UCS1)ch);
    PyObject *text = PyUnicode_New(1, ch);
    if (text != NULL)
        PyUnicode_WRITE(PyUnicode_KIND(text), PyUnicode_DATA(text), 0, ch);
    return text;
}

/* A string of the n units at `data`, narrowed as far as possible.  Units above 0x10ffff are the
   caller's mistake. */
static PyObject *
str_from_units(int width, const void *data, Py_ssize_t n)
{
    if (n == 0)
        return str_new_empty();
    if (n == 1)
        return str_new_char(unit_at((struct units){width, data, 1}, 0));
    PyObject *text = PyUnicode_New(n, units_class(width, data, n));
    if (text != NULL)
        units_copy((int)PyUnicode_KIND(text), PyUnicode_DATA(text), width, data, (size_t)n);
    return text;
}

/* A string of `size` units of the given width (1, 2 or 4). */
PyObject *
PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must be positive");
        return NULL;
    }
    if (kind != 1 && kind != 2 && kind != 4) {
        PyErr_SetString(PyExc_SystemError, "invalid kind");
        return NULL;
    }
    return str_from_units(kind, buffer, size);
}

/* A string of `size` bytes that are known to be ASCII. */
PyObject *
_PyUnicode_FromASCII(const char *buffer, Py_ssize_t size)
{
    if (size == 1)
        return str_new_latin1((Py_UCS1)buffer[0]);
    if (size <= 0)
        return PyUnicode_New(size, 0x7f);
    PyObject *text = new_ascii(size);
    if (likely(text != NULL))
        copy_short((PyASCIIObject *)text + 1, buffer, (size_t)size);
    return text;
}

/* Decodes a terminated UTF-8 text. */
PyObject *
PyUnicode_FromString(const char *u)
{
    size_t size = strlen(u);
    if (size > PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_OverflowError, "input too long");
        return NULL;
    }
    return PyUnicode_DecodeUTF8Stateful(u, (Py_ssize_t)size, NULL, NULL);
}

PyObject *
PyUnicode_FromOrdinal(int ordinal)
{
    if (ordinal < 0 || ordinal > 0x10ffff) {
        PyErr_SetString(PyExc_ValueError, "chr() arg not in range(0x110000)");
        return NULL;
    }
    return str_new_char((Py_UCS4)ordinal);
}

/* obj itself or, for a subclass instance, an exact copy.  TypeError if it is not a str. */
PyObject *
PyUnicode_FromObject(PyObject *obj)
{
    if (PyUnicode_Check(obj)) {
        if (PyUnicode_READY(obj) < 0)
            return NULL;
        return str_unchanged(obj);
    }
    PyErr_Format(PyExc_TypeError, "Can't convert '%.100s' object to str implicitly",
                 Py_TYPE(obj)->tp_name);
    return NULL;
}

/* An exact, unshared copy. */
PyObject *
_PyUnicode_Copy(PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    PyObject *copy = PyUnicode_New(u.length, PyUnicode_MAX_CHAR_VALUE(text));
    if (copy != NULL)
        memcpy(PyUnicode_DATA(copy), u.data, (size_t)(u.length * u.width));
    return copy;
}

/* A fresh unit array of `width` (PyMem_Free it) with the content of u; NULL and MemoryError. */
void *
str_widen(struct units u, int width)
{
    void *data = u.length < PY_SSIZE_T_MAX / 4 ? PyMem_Malloc((size_t)(u.length + 1) * (size_t)width)
                                               : NULL;
    if (data == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    units_copy(width, data, u.width, u.data, (size_t)u.length);
    return data;
}

/* ---- reading and writing ------------------------------------------------------------------- */

/* Length of a str; -1 and TypeError for anything else. */
Py_ssize_t
PyUnicode_GetLength(PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return -1;
    }
    if (PyUnicode_READY(text) < 0)
        return -1;
    return PyUnicode_GET_LENGTH(text);
}

/* Deprecated: the length in wchar_t units. */
Py_ssize_t
PyUnicode_GetSize(PyObject *text)
{
    return PyUnicode_GetLength(text);
}

static status
check_index(PyObject *text, Py_ssize_t index)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return -1;
    }
    if (PyUnicode_READY(text) < 0)
        return -1;
    if (index < 0 || index >= PyUnicode_GET_LENGTH(text)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    return 0;
}

Py_UCS4
PyUnicode_ReadChar(PyObject *text, Py_ssize_t index)
{
    if (check_index(text, index) < 0)
        return (Py_UCS4)-1;
    return PyUnicode_READ_CHAR(text, index);
}

static status
check_writable(PyObject *text)
{
    if (Py_REFCNT(text) != 1 || ASCII(text)->hash != -1 || ASCII(text)->state.interned ||
        !PyUnicode_CheckExact(text)) {
        PyErr_SetString(PyExc_SystemError, "Cannot modify a string currently used");
        return -1;
    }
    return 0;
}

/* Writes into a string nobody else has seen.  ValueError if the character does not fit. */
int
PyUnicode_WriteChar(PyObject *text, Py_ssize_t index, Py_UCS4 ch)
{
    if (!PyUnicode_Check(text) || !PyUnicode_IS_COMPACT(text)) {
        PyErr_BadArgument();
        return -1;
    }
    if (check_index(text, index) < 0 || check_writable(text) < 0)
        return -1;
    if (ch > PyUnicode_MAX_CHAR_VALUE(text)) {
        PyErr_SetString(PyExc_ValueError, "character out of range");
        return -1;
    }
    PyUnicode_WRITE(PyUnicode_KIND(text), PyUnicode_DATA(text), index, ch);
    return 0;
}

/* Copies between strings without any check; the target must be wide enough. */
void
_PyUnicode_FastCopyCharacters(PyObject *to, Py_ssize_t to_start, PyObject *from,
                              Py_ssize_t from_start, Py_ssize_t how_many)
{
    if (how_many <= 0)
        return;
    struct units t = str_units(to), f = str_units(from);
    units_copy(t.width, (char *)t.data + to_start * t.width, f.width,
               (const char *)f.data + from_start * f.width, (size_t)how_many);
}

/* Copies up to how_many characters; returns the number copied.  SystemError if they do not fit. */
Py_ssize_t
PyUnicode_CopyCharacters(PyObject *to, Py_ssize_t to_start, PyObject *from, Py_ssize_t from_start,
                         Py_ssize_t how_many)
{
    if (!PyUnicode_Check(from) || !PyUnicode_Check(to)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyUnicode_READY(from) < 0 || PyUnicode_READY(to) < 0)
        return -1;
    if ((size_t)from_start > (size_t)PyUnicode_GET_LENGTH(from) ||
        (size_t)to_start > (size_t)PyUnicode_GET_LENGTH(to)) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    if (how_many < 0) {
        PyErr_SetString(PyExc_SystemError, "how_many cannot be negative");
        return -1;
    }
    how_many = Py_MIN(PyUnicode_GET_LENGTH(from) - from_start, how_many);
    if (to_start + how_many > PyUnicode_GET_LENGTH(to)) {
        PyErr_Format(PyExc_SystemError,
                     "Cannot write %zi characters at %zi in a string of %zi characters", how_many,
                     to_start, PyUnicode_GET_LENGTH(to));
        return -1;
    }
    if (how_many == 0)
        return 0;
    if (check_writable(to) < 0)
        return -1;
    Py_UCS4 most = _PyUnicode_FindMaxChar(from, from_start, from_start + how_many);
    if (most > PyUnicode_MAX_CHAR_VALUE(to)) {
        PyErr_Format(PyExc_SystemError,
                     "Cannot copy %s characters into a string of %s characters",
                     most < 0x100 ? "latin1" : most < 0x10000 ? "UCS2" : "UCS4",
                     PyUnicode_IS_ASCII(to)    ? "ascii"
                     : PyUnicode_KIND(to) == 1 ? "latin1" : "UCS2");
        return -1;
    }
    _PyUnicode_FastCopyCharacters(to, to_start, from, from_start, how_many);
    return how_many;
}

/* Writes `ch` to `length` places without any check. */
void
_PyUnicode_FastFill(PyObject *text, Py_ssize_t start, Py_ssize_t length, Py_UCS4 ch)
{
    switch (PyUnicode_KIND(text)) {
    case 1:
        memset(PyUnicode_1BYTE_DATA(text) + start, (int)ch, (size_t)length);
        break;
    case 2:
        for (Py_UCS2 *p = PyUnicode_2BYTE_DATA(text) + start, *end = p + length; p < end; p++)
            *p = (Py_UCS2)ch;
        break;
    default:
        for (Py_UCS4 *p = PyUnicode_4BYTE_DATA(text) + start, *end = p + length; p < end; p++)
            *p = ch;
    }
}

/* Fills part of a string nobody else has seen; returns the number written. */
Py_ssize_t
PyUnicode_Fill(PyObject *text, Py_ssize_t start, Py_ssize_t length, Py_UCS4 ch)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyUnicode_READY(text) < 0 || check_writable(text) < 0)
        return -1;
    if (start < 0) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -1;
    }
    if (ch > PyUnicode_MAX_CHAR_VALUE(text)) {
        PyErr_SetString(PyExc_ValueError, "fill character is bigger than the string maximum character");
        return -1;
    }
    length = Py_MIN(PyUnicode_GET_LENGTH(text) - start, length);
    if (length <= 0)
        return 0;
    _PyUnicode_FastFill(text, start, length, ch);
    return length;
}

/* The class of the largest character in text[start:end]. */
Py_UCS4
_PyUnicode_FindMaxChar(PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    if (start == 0 && end == PyUnicode_GET_LENGTH(text))
        return PyUnicode_MAX_CHAR_VALUE(text);
    if (start >= end || PyUnicode_IS_ASCII(text))
        return 0x7f;
    struct units u = str_units(text);
    return units_class(u.width, (const char *)u.data + start * u.width, end - start);
}

/* Changes the length; the string is replaced unless it can change in place.  New places hold
   anything. */
int
PyUnicode_Resize(PyObject **p_text, Py_ssize_t length)
{
    PyObject *text = p_text ? *p_text : NULL;
    if (text == NULL || !PyUnicode_Check(text) || length < 0) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyUnicode_READY(text) < 0)
        return -1;
    if (PyUnicode_GET_LENGTH(text) == length)
        return 0;
    if (length == 0) {
        Py_SETREF(*p_text, str_new_empty());
        return 0;
    }
    if (str_is_private(text) && PyUnicode_GET_LENGTH(text) > 0) {
        *p_text = text = str_resize_take(text, length);
        return text == NULL ? -1 : 0;
    }
    PyObject *copy = PyUnicode_New(length, PyUnicode_MAX_CHAR_VALUE(text));
    if (copy == NULL)
        return -1;
    _PyUnicode_FastCopyCharacters(copy, 0, text, 0, Py_MIN(length, PyUnicode_GET_LENGTH(text)));
    Py_SETREF(*p_text, copy);
    return 0;
}

/* text[start:end] for bounds known to be inside. */
PyObject *
str_slice(PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t n = end - start;
    if (n == PyUnicode_GET_LENGTH(text))
        return str_unchanged(text);
    if (n <= 0)
        return str_new_empty();
    if (likely(PyUnicode_IS_COMPACT_ASCII(text)))
        return _PyUnicode_FromASCII((const char *)((PyASCIIObject *)text + 1) + start, n);
    struct units u = str_units(text);
    const char *from = (const char *)u.data + start * u.width;
    if (PyUnicode_IS_ASCII(text))
        return _PyUnicode_FromASCII(from, n);
    return str_from_units(u.width, from, n);
}

/* text[start:end] with `end` clipped; IndexError if a bound is negative. */
PyObject *
PyUnicode_Substring(PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    if (PyUnicode_READY(text) < 0)
        return NULL;
    end = Py_MIN(end, PyUnicode_GET_LENGTH(text));
    if (start < 0 || end < 0) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return NULL;
    }
    return str_slice(text, Py_MIN(start, end), end);
}

/* ---- comparison and hash ------------------------------------------------------------------- */

#define COMPARE(A, B)                                                                              \
    do {                                                                                           \
        const A *p = a->data;                                                                      \
        const B *q = b->data;                                                                      \
        for (Py_ssize_t i = 0; i < n; i++)                                                         \
            if (p[i] != q[i])                                                                      \
                return p[i] < q[i] ? -1 : 1;                                                       \
    } while (0)

/* compare_units where one side is wider than a byte. */
static NOINLINE int
compare_wide(const struct units *a, const struct units *b)
{
    Py_ssize_t n = Py_MIN(a->length, b->length);
    switch (a->width << 4 | b->width) {
    case 0x12: COMPARE(Py_UCS1, Py_UCS2); break;
    case 0x14: COMPARE(Py_UCS1, Py_UCS4); break;
    case 0x21: COMPARE(Py_UCS2, Py_UCS1); break;
    case 0x22: COMPARE(Py_UCS2, Py_UCS2); break;
    case 0x24: COMPARE(Py_UCS2, Py_UCS4); break;
    case 0x41: COMPARE(Py_UCS4, Py_UCS1); break;
    case 0x42: COMPARE(Py_UCS4, Py_UCS2); break;
    default: COMPARE(Py_UCS4, Py_UCS4);
    }
    return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

/* Order by code point: -1, 0 or 1.  In line: passing the structs by value would write and read them
   in pieces of different sizes, for which a processor waits. */
static ALWAYS_INLINE int
compare_units(struct units a, struct units b)
{
    if (unlikely((a.width | b.width) != 1))
        return compare_wide(&a, &b);
    int order = memcmp(a.data, b.data, (size_t)Py_MIN(a.length, b.length));
    if (order != 0)
        return order < 0 ? -1 : 1;
    return a.length == b.length ? 0 : a.length < b.length ? -1 : 1;
}

/* Equality of two strings; never fails. */
int
_PyUnicode_EQ(PyObject *a, PyObject *b)
{
    if (a == b)
        return 1;
    Py_ssize_t length = PyUnicode_GET_LENGTH(a);
    size_t width = PyUnicode_KIND(a), other = PyUnicode_KIND(b);
    if (unlikely(width == 0 || other == 0)) { /* a legacy string that has no text yet */
        if (PyUnicode_READY(a) == 0 && PyUnicode_READY(b) == 0)
            return _PyUnicode_EQ(a, b);
        PyErr_Clear();
        return 0;
    }
    if (length != PyUnicode_GET_LENGTH(b) || width != other)
        return 0;
    return memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * width) == 0;
}

/* Equality of two strings; -1 on failure. */
int
_PyUnicode_Equal(PyObject *a, PyObject *b)
{
    if (PyUnicode_READY(a) < 0 || PyUnicode_READY(b) < 0)
        return -1;
    return _PyUnicode_EQ(a, b);
}

/* -1, 0 or 1; -1 with TypeError set if one is not a str. */
int
PyUnicode_Compare(PyObject *left, PyObject *right)
{
    if (PyUnicode_Check(left) && PyUnicode_Check(right)) {
        if (PyUnicode_READY(left) < 0 || PyUnicode_READY(right) < 0)
            return -1;
        return left == right ? 0 : compare_units(str_units(left), str_units(right));
    }
    PyErr_Format(PyExc_TypeError, "Can't compare %.100s and %.100s", Py_TYPE(left)->tp_name,
                 Py_TYPE(right)->tp_name);
    return -1;
}

/* Order of a str and Latin-1 text; never fails. */
int
PyUnicode_CompareWithASCIIString(PyObject *text, const char *latin1)
{
    if (PyUnicode_READY(text) < 0) {
        PyErr_Clear();
        return -1;
    }
    return compare_units(str_units(text), (struct units){1, latin1, (Py_ssize_t)strlen(latin1)});
}

/* Equality of a str and ASCII text; never fails. */
int
_PyUnicode_EqualToASCIIString(PyObject *text, const char *ascii)
{
    if (PyUnicode_READY(text) < 0) {
        PyErr_Clear();
        return 0;
    }
    size_t length = (size_t)PyUnicode_GET_LENGTH(text);
    return PyUnicode_IS_ASCII(text) && strlen(ascii) == length &&
           memcmp(PyUnicode_1BYTE_DATA(text), ascii, length) == 0;
}

int
_PyUnicode_EqualToASCIIId(PyObject *text, _Py_Identifier *id)
{
    return _PyUnicode_EqualToASCIIString(text, id->string);
}

PyObject *
PyUnicode_RichCompare(PyObject *left, PyObject *right, int op)
{
    if (!PyUnicode_Check(left) || !PyUnicode_Check(right))
        Py_RETURN_NOTIMPLEMENTED;
    if (PyUnicode_READY(left) < 0 || PyUnicode_READY(right) < 0)
        return NULL;
    if (op == Py_EQ)
        return Py_NewRef(_PyUnicode_EQ(left, right) ? Py_True : Py_False);
    if (op == Py_NE)
        return Py_NewRef(_PyUnicode_EQ(left, right) ? Py_False : Py_True);
    int order = left == right ? 0 : compare_units(str_units(left), str_units(right));
    Py_RETURN_RICHCOMPARE(order, 0, op);
}

static Py_hash_t
str_tp_hash(PyObject *self)
{
    if (ASCII(self)->hash != -1)
        return ASCII(self)->hash;
    if (PyUnicode_READY(self) < 0)
        return -1;
    Py_hash_t hash = _Py_HashBytes(PyUnicode_DATA(self),
                                   PyUnicode_GET_LENGTH(self) * (Py_ssize_t)PyUnicode_KIND(self));
    ASCII(self)->hash = hash;
    return hash;
}

/* ---- concatenation ------------------------------------------------------------------------- */

static PyObject *
concat(PyObject *left, PyObject *right)
{
    Py_ssize_t m = PyUnicode_GET_LENGTH(left), n = PyUnicode_GET_LENGTH(right);
    if (m == 0)
        return PyUnicode_FromObject(right);
    if (n == 0)
        return PyUnicode_FromObject(left);
    if (m > PY_SSIZE_T_MAX - n) {
        PyErr_SetString(PyExc_OverflowError, "strings are too large to concat");
        return NULL;
    }
    Py_UCS4 maxchar = Py_MAX(PyUnicode_MAX_CHAR_VALUE(left), PyUnicode_MAX_CHAR_VALUE(right));
    PyObject *result = PyUnicode_New(m + n, maxchar);
    if (result == NULL)
        return NULL;
    _PyUnicode_FastCopyCharacters(result, 0, left, 0, m);
    _PyUnicode_FastCopyCharacters(result, m, right, 0, n);
    return result;
}

/* left + right (new reference). */
PyObject *
PyUnicode_Concat(PyObject *left, PyObject *right)
{
    if (!PyUnicode_Check(left)) {
        PyErr_Format(PyExc_TypeError, "must be str, not %.100s", Py_TYPE(left)->tp_name);
        return NULL;
    }
    if (!PyUnicode_Check(right)) {
        PyErr_Format(PyExc_TypeError, "can only concatenate str (not \"%.200s\") to str",
                     Py_TYPE(right)->tp_name);
        return NULL;
    }
    if (PyUnicode_READY(left) < 0 || PyUnicode_READY(right) < 0)
        return NULL;
    return concat(left, right);
}

/* *p_left += right, in place when nobody else holds the left string.  On failure *p_left is
   released and NULL. */
void
PyUnicode_Append(PyObject **p_left, PyObject *right)
{
    PyObject *left = p_left ? *p_left : NULL;
    if (left == NULL || right == NULL || !PyUnicode_Check(left) || !PyUnicode_Check(right)) {
        if (!PyErr_Occurred())
            PyErr_BadInternalCall();
        goto fail;
    }
    if (PyUnicode_READY(left) < 0 || PyUnicode_READY(right) < 0)
        goto fail;
    Py_ssize_t m = PyUnicode_GET_LENGTH(left), n = PyUnicode_GET_LENGTH(right);
    if (n == 0 && PyUnicode_CheckExact(left))
        return;
    if (m > PY_SSIZE_T_MAX - n) {
        PyErr_SetString(PyExc_OverflowError, "strings are too large to concat");
        goto fail;
    }
    /* Not for s += s: growing would invalidate the right operand. */
    if (m != 0 && n != 0 && left != right && str_is_private(left) &&
        PyUnicode_KIND(right) <= PyUnicode_KIND(left) &&
        (PyUnicode_IS_ASCII(right) || !PyUnicode_IS_ASCII(left))) {
        *p_left = NULL;
        left = str_resize_take(left, m + n);
        if (left == NULL)
            return;
        _PyUnicode_FastCopyCharacters(left, m, right, 0, n);
        *p_left = left;
        return;
    }
    Py_SETREF(*p_left, concat(left, right));
    return;
fail:
    if (p_left != NULL)
        Py_CLEAR(*p_left);
}

/* The same, releasing `right`. */
void
PyUnicode_AppendAndDel(PyObject **p_left, PyObject *right)
{
    PyUnicode_Append(p_left, right);
    Py_XDECREF(right);
}

/* ---- slots --------------------------------------------------------------------------------- */

static Py_ssize_t
str_sq_length(PyObject *self)
{
    return PyUnicode_READY(self) < 0 ? -1 : PyUnicode_GET_LENGTH(self);
}

static PyObject *
str_sq_concat(PyObject *self, PyObject *other)
{
    return PyUnicode_Concat(self, other);
}

static PyObject *
str_sq_repeat(PyObject *self, Py_ssize_t times)
{
    if (times < 1)
        return str_new_empty();
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    if (times == 1)
        return str_unchanged(self);
    if (u.length > PY_SSIZE_T_MAX / times) {
        PyErr_SetString(PyExc_OverflowError, "repeated string is too long");
        return NULL;
    }
    PyObject *result = PyUnicode_New(u.length * times, PyUnicode_MAX_CHAR_VALUE(self));
    if (result == NULL || u.length == 0)
        return result;
    if (u.length == 1) {
        _PyUnicode_FastFill(result, 0, times, unit_at(u, 0));
        return result;
    }
    char *data = PyUnicode_DATA(result);
    size_t done = (size_t)(u.length * u.width), total = done * (size_t)times;
    copy_short(data, u.data, done);
    while (done < total) { /* double what is there */
        size_t step = done < total - done ? done : total - done;
        copy_short(data + done, data, step);
        done += step;
    }
    return result;
}

static PyObject *
str_sq_item(PyObject *self, Py_ssize_t index)
{
    if (check_index(self, index) < 0)
        return NULL;
    return str_new_char(PyUnicode_READ_CHAR(self, index));
}

static int
str_sq_contains(PyObject *self, PyObject *item)
{
    return PyUnicode_Contains(self, item);
}

static Py_ssize_t
str_mp_length(PyObject *self)
{
    return str_sq_length(self);
}

static PyObject *
str_mp_subscript(PyObject *self, PyObject *key)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred())
            return NULL;
        if (i < 0)
            i += PyUnicode_GET_LENGTH(self);
        return str_sq_item(self, i);
    }
    if (!PySlice_Check(key)) {
        PyErr_Format(PyExc_TypeError, "string indices must be integers, not '%.200s'",
                     Py_TYPE(key)->tp_name);
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(PyUnicode_GET_LENGTH(self), &start, &stop, step);
    if (n <= 0)
        return str_new_empty();
    if (step == 1)
        return str_slice(self, start, start + n);
    struct units u = str_units(self);
    if (n == 1)
        return str_new_char(unit_at(u, start));
    const void *first = (const char *)u.data + start * u.width;
    if (PyUnicode_IS_ASCII(self)) {
        PyObject *result = PyUnicode_New(n, 0x7f);
        if (result != NULL)
            units_stride(1, first, (size_t)n, step, PyUnicode_1BYTE_DATA(result));
        return result;
    }
    void *chosen = PyMem_Malloc((size_t)n * (size_t)u.width);
    if (chosen == NULL)
        return PyErr_NoMemory();
    units_stride(u.width, first, (size_t)n, step, chosen);
    PyObject *result = PyUnicode_FromKindAndData(u.width, chosen, n);
    PyMem_Free(chosen);
    return result;
}

static PyObject *
str_nb_remainder(PyObject *left, PyObject *right)
{
    if (!PyUnicode_Check(left))
        Py_RETURN_NOTIMPLEMENTED;
    return PyUnicode_Format(left, right);
}

static PyObject *
str_tp_str(PyObject *self)
{
    return str_unchanged(self);
}

static PyObject *
str_tp_richcompare(PyObject *left, PyObject *right, int op)
{
    return PyUnicode_RichCompare(left, right, op);
}

/* ---- construction -------------------------------------------------------------------------- */

static PyObject *
str_make(PyObject *object, const char *encoding, const char *errors)
{
    if (object == NULL)
        return str_new_empty();
    if (encoding == NULL && errors == NULL)
        return PyObject_Str(object);
    return PyUnicode_FromEncodedObject(object, encoding, errors);
}

NEW(str, "(object=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)")
static PyObject *
str_new(PyTypeObject *type, PyObject *object, const char *encoding, const char *errors)
{
    PyObject *text = str_make(object, encoding, errors);
    if (text == NULL || type == &PyUnicode_Type)
        return text;
    if (PyUnicode_READY(text) < 0) {
        Py_DECREF(text);
        return NULL;
    }
    PyObject *self = str_new_subtype(type, text);
    Py_DECREF(text);
    return self;
}

/* str(x), str(b, encoding) without a tuple. */
static PyObject *
str_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (nargs > 3 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0)) { /* rare */
        PyObject *tuple = PyTuple_New(nargs), *dict = PyDict_New(), *result = NULL;
        if (tuple != NULL && dict != NULL) {
            for (Py_ssize_t i = 0; i < nargs; i++)
                PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
            Py_ssize_t i = 0, n = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
            while (i < n && PyDict_SetItem(dict, PyTuple_GET_ITEM(kwnames, i), args[nargs + i]) == 0)
                i++;
            if (i == n)
                result = PyUnicode_Type.tp_new((PyTypeObject *)type, tuple, dict);
        }
        Py_XDECREF(tuple);
        Py_XDECREF(dict);
        return result;
    }
    if (nargs == 0)
        return str_new_empty();
    if (nargs == 1) {
        PyThreadState *tstate = tstate_get();
        if (recursion_enter(tstate, " while calling a Python object") < 0)
            return NULL;
        PyObject *text = PyObject_Str(args[0]);
        recursion_leave(tstate);
        return _Py_CheckFunctionResult(tstate, type, text, NULL);
    }
    const char *texts[2] = {NULL, NULL};
    for (Py_ssize_t i = 1; i < nargs; i++) {
        if (!PyUnicode_Check(args[i])) {
            _PyArg_BadArgument("str", i == 1 ? "argument 'encoding'" : "argument 'errors'", "str",
                               args[i]);
            return NULL;
        }
        Py_ssize_t size;
        texts[i - 1] = PyUnicode_AsUTF8AndSize(args[i], &size);
        if (texts[i - 1] == NULL)
            return NULL;
        if (strlen(texts[i - 1]) != (size_t)size) {
            PyErr_SetString(PyExc_ValueError, "embedded null character");
            return NULL;
        }
    }
    return str_make(args[0], texts[0], texts[1]);
}

/* ---- state --------------------------------------------------------------------------------- */

/* Makes the singletons.  Runs once, before anything else makes a string. */
status
str_init(void)
{
    if (_PyRuntime.str.empty != NULL)
        return 0;
    for (Py_ssize_t ch = 0; ch < 256; ch++) {
        PyObject *text = PyUnicode_New(1, (Py_UCS4)ch);
        if (text == NULL)
            return -1;
        PyUnicode_1BYTE_DATA(text)[0] = (Py_UCS1)ch;
        _PyRuntime.str.latin1[ch] = text;
    }
    _PyRuntime.str.empty = PyUnicode_New(0, 0);
    return _PyRuntime.str.empty == NULL ? -1 : 0;
}

/* Whether the invariants at the top hold; aborts with an assertion in debug builds if not. */
status
str_check(PyObject *object)
{
    PyASCIIObject *head = ASCII(object);
    bool good = PyUnicode_Check(object) && (head->state.ready || head->wstr != NULL);
    if (good && head->state.ready) {
        struct units u = str_units(object);
        Py_UCS4 class = units_class(u.width, u.data, u.length);
        good = width_for(class) == u.width && (class == 0x7f) == head->state.ascii &&
               unit_at(u, u.length) == 0 && head->state.interned <= SSTATE_INTERNED_IMMORTAL &&
               (head->hash == -1 || head->hash == _Py_HashBytes(u.data, u.length * u.width));
    }
    return good ? 0 : -1;
}

#ifdef KRAIT_DEBUG
void
text_check(PyObject *op, bool deep)
{
    INVARIANT(op, PyUnicode_Check(op));
    INVARIANT(op, ((PyASCIIObject *)op)->length >= 0 || !((PyASCIIObject *)op)->state.ready);
    INVARIANT(op, !deep || str_check(op) == 0);
}
#endif

/* 1; exported for extensions' debug builds. */
int
_PyUnicode_CheckConsistency(PyObject *op, int check_content)
{
    if (check_content && str_check(op) < 0)
        Py_FatalError("inconsistent str object");
    return 1;
}

METHOD(str, __sizeof__, "($self, /)", "Size of the string in memory, in bytes.")
static PyObject *
str_sizeof(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t size;
    if (PyUnicode_IS_COMPACT_ASCII(self))
        size = (Py_ssize_t)sizeof(PyASCIIObject) + ASCII(self)->length + 1;
    else if (PyUnicode_IS_COMPACT(self))
        size = (Py_ssize_t)sizeof(PyCompactUnicodeObject) +
               (ASCII(self)->length + 1) * (Py_ssize_t)ASCII(self)->state.kind;
    else {
        size = (Py_ssize_t)sizeof(PyUnicodeObject);
        if (WHOLE(self)->data.any != NULL)
            size += (ASCII(self)->length + 1) * (Py_ssize_t)ASCII(self)->state.kind;
    }
    if (ASCII(self)->wstr != NULL && !shares_wstr(self))
        size += (ASCII(self)->length + 1) * (Py_ssize_t)sizeof(wchar_t);
    if (!PyUnicode_IS_COMPACT_ASCII(self) && COMPACT(self)->utf8 != NULL && !shares_utf8(self))
        size += COMPACT(self)->utf8_length + 1;
    return PyLong_FromSsize_t(size);
}

METHOD(str, __getnewargs__, NULL, NULL)
static PyObject *
str_getnewargs(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *copy = _PyUnicode_Copy(self);
    return copy == NULL ? NULL : Py_BuildValue("(N)", copy);
}

/* ---- types --------------------------------------------------------------------------------- */

TYPE(str, PyUnicode_Type, "str", PyUnicodeObject, NULL,
     "str(object='') -> str\n"
     "str(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
     "Text: an immutable sequence of Unicode code points.\n"
     "Without encoding or errors, the result is object.__str__(), or repr(object) where that\n"
     "is not defined.  With either, object must offer the buffer interface and is decoded;\n"
     "encoding defaults to UTF-8, errors to 'strict'.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_UNICODE_SUBCLASS |
                 _Py_TPFLAGS_MATCH_SELF,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_free = PyObject_Del, .tp_vectorcall = str_vectorcall)

#include "gen/types/str.inc"
