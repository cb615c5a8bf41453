/* What the files of `str` share: singletons, unit access, in-place growth.

   A str holds its code points in units of 1, 2 or 4 bytes (PEP 393), always the narrowest that
   fits.  Everything here expects ready strings; API entry points call PyUnicode_READY. */
#ifndef KRAIT_TYPES_STR_H
#define KRAIT_TYPES_STR_H

#include <Python.h>
#include <string.h>
#include "base/alloc.h"
#include "base/common.h"
#include "base/copy.h"
#include "object/state.h"

/* The data of a str, taken apart once. */
struct units {
    int width;
    const void *data;
    Py_ssize_t length;
};

static inline struct units
str_units(PyObject *text)
{
    return (struct units){(int)PyUnicode_KIND(text), PyUnicode_DATA(text),
                          PyUnicode_GET_LENGTH(text)};
}

static inline Py_UCS4
unit_at(struct units u, Py_ssize_t i)
{
    return u.width == 1 ? ((const Py_UCS1 *)u.data)[i]
                        : u.width == 2 ? ((const Py_UCS2 *)u.data)[i] : ((const Py_UCS4 *)u.data)[i];
}

/* `text` with escapes for all that is not ASCII, as ascii() has it (new reference; str_escape.c). */
PyObject *str_escaped_ascii(PyObject *text);

/* The string '' (new reference). */
static inline PyObject *
str_new_empty(void)
{
    return Py_NewRef(_PyRuntime.str.empty);
}

/* The one-character string for a code point below 256 (new reference). */
static inline PyObject *
str_new_latin1(Py_UCS1 ch)
{
    return Py_NewRef(_PyRuntime.str.latin1[ch]);
}

/* A str of `size` ASCII characters, 1 to STR_QUICK_MAX, not filled in but terminated. */
enum { STR_QUICK_MAX = 400 };

static ALWAYS_INLINE PyObject *
str_new_ascii_quick(Py_ssize_t size)
{
    PyASCIIObject *text = (PyASCIIObject *)object_malloc_fixed(sizeof(PyASCIIObject) + (size_t)size + 1);
    if (unlikely(text == NULL))
        return PyErr_NoMemory();
    text->ob_base.ob_refcnt = 1;
    text->ob_base.ob_type = &PyUnicode_Type;
    text->length = size;
    text->hash = -1;
    memset(&text->state, 0, sizeof text->state);
    text->state.kind = PyUnicode_1BYTE_KIND;
    text->state.compact = 1;
    text->state.ascii = 1;
    text->state.ready = 1;
    text->wstr = NULL;
    ((char *)(text + 1))[size] = 0;
    return (PyObject *)text;
}

/* True if nobody else can see the object change: safe to write or resize in place. */
static inline bool
str_is_private(PyObject *text)
{
    return Py_REFCNT(text) == 1 && PyUnicode_CheckExact(text) &&
           !((PyASCIIObject *)text)->state.interned && ((PyASCIIObject *)text)->state.compact;
}

/* Largest code point class of s[start:end]: 0x7f, 0xff, 0xffff or 0x10ffff. */
Py_UCS4 units_class(int width, const void *data, Py_ssize_t n);

PyObject *str_new_char(Py_UCS4 ch);
PyObject *str_result_take(PyObject *text);
PyObject *str_resize_take(PyObject *text, Py_ssize_t length);
PyObject *str_slice(PyObject *text, Py_ssize_t start, Py_ssize_t end);
PyObject *str_unchanged(PyObject *text);
void *str_widen(struct units u, int width);
status str_init(void);
status str_check(PyObject *object);

/* Clip slice bounds as s[start:end] does. */
static inline void
clip_bounds(Py_ssize_t *start, Py_ssize_t *end, Py_ssize_t length)
{
    if (*end > length)
        *end = length;
    else if (*end < 0) {
        *end += length;
        if (*end < 0)
            *end = 0;
    }
    if (*start < 0) {
        *start += length;
        if (*start < 0)
            *start = 0;
    }
}

#endif
