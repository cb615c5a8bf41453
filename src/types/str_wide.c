/* str and wide characters: wchar_t, UCS4 copies, and the deprecated wchar_t representation.

   A legacy string, made by PyUnicode_FromUnicode(NULL, n), is not ready: it holds only wchar_t
   until _PyUnicode_Ready gives it the canonical form.  See str.c. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>
#include "base/utf.h"
#include "types/str.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define ASCII(op) ((PyASCIIObject *)(op))
#define COMPACT(op) ((PyCompactUnicodeObject *)(op))
#define WHOLE(op) ((PyUnicodeObject *)(op))

/* Decodes UTF-8 strictly.  A NULL `u` makes an uninitialised legacy string (deprecated). */
PyObject *
PyUnicode_FromStringAndSize(const char *u, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_SystemError, "Negative size passed to PyUnicode_FromStringAndSize");
        return NULL;
    }
    if (u != NULL)
        return PyUnicode_DecodeUTF8Stateful(u, size, NULL, NULL);
    if (size > 0) {
        if (PyErr_WarnEx(PyExc_DeprecationWarning,
                         "PyUnicode_FromStringAndSize(NULL, size) is deprecated; "
                         "use PyUnicode_New() instead", 1) < 0)
            return NULL;
    }
    return PyUnicode_FromUnicode(NULL, size);
}

/* A string from wide characters, each one code point; size -1 means up to the terminator. */
PyObject *
PyUnicode_FromWideChar(const wchar_t *u, Py_ssize_t size)
{
    if (u == NULL && size != 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (size == -1)
        size = (Py_ssize_t)wcslen(u);
    if (size == 0)
        return str_new_empty();
    Py_UCS4 maxchar = 0;
    for (Py_ssize_t i = 0; i < size; i++)
        if ((Py_UCS4)u[i] > maxchar)
            maxchar = (Py_UCS4)u[i];
    if (maxchar > 0x10ffff) {
        PyErr_Format(PyExc_ValueError,
                     "character U+%x is not in range [U+0000; U+%x]", maxchar, 0x10ffff);
        return NULL;
    }
    return PyUnicode_FromKindAndData(4, u, size);
}

/* Deprecated: a legacy string of wide characters.  With u == NULL its content is to be written
   through PyUnicode_AS_UNICODE before the string is used (_PyUnicode_Ready). */
PyObject *
PyUnicode_FromUnicode(const Py_UNICODE *u, Py_ssize_t size)
{
    if (u != NULL)
        return PyUnicode_FromWideChar(u, size);
    if (size < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (size > 0 && PyErr_WarnEx(PyExc_DeprecationWarning,
                                 "PyUnicode_FromUnicode(NULL, size) is deprecated; "
                                 "use PyUnicode_New() instead", 1) < 0)
        return NULL;
    if (size == 0)
        return str_new_empty();
    if (size > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(wchar_t) - 1)
        return PyErr_NoMemory();
    PyUnicodeObject *self = PyObject_New(PyUnicodeObject, &PyUnicode_Type);
    if (self == NULL)
        return NULL;
    PyASCIIObject *head = ASCII(self);
    head->length = 0;
    head->hash = -1;
    memset(&head->state, 0, sizeof head->state);
    COMPACT(self)->utf8 = NULL;
    COMPACT(self)->utf8_length = 0;
    COMPACT(self)->wstr_length = size;
    self->data.any = NULL;
    head->wstr = PyObject_Calloc((size_t)size + 1, sizeof(wchar_t));
    if (head->wstr == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

/* Gives a legacy string its canonical form. */
int
_PyUnicode_Ready(PyObject *text)
{
    PyASCIIObject *head = ASCII(text);
    if (head->state.ready)
        return 0;
    const wchar_t *wide = head->wstr;
    Py_ssize_t length = COMPACT(text)->wstr_length;
    uint32_t maxchar = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        if ((uint32_t)wide[i] > maxchar)
            maxchar = (uint32_t)wide[i];
    if (maxchar > 0x10ffff) {
        PyErr_Format(PyExc_ValueError,
                     "character U+%x is not in range [U+0000; U+%x]", maxchar, 0x10ffff);
        return -1;
    }
    int width = maxchar < 0x100 ? 1 : maxchar < 0x10000 ? 2 : 4;
    void *data = head->wstr;
    if (width != sizeof(wchar_t)) {
        data = PyObject_Malloc((size_t)(length + 1) * (size_t)width);
        if (data == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        units_copy(width, data, 4, wide, (size_t)length + 1);
        PyObject_Free(head->wstr);
        head->wstr = NULL;
        COMPACT(text)->wstr_length = 0;
    }
    WHOLE(text)->data.any = data;
    head->length = length;
    head->state.kind = (unsigned)width;
    head->state.ascii = maxchar < 0x80;
    head->state.ready = 1;
    if (head->state.ascii) {
        COMPACT(text)->utf8 = data;
        COMPACT(text)->utf8_length = length;
    }
    return 0;
}

/* Copies into `target`, which has room for `targetsize` code points. */
Py_UCS4 *
PyUnicode_AsUCS4(PyObject *text, Py_UCS4 *target, Py_ssize_t targetsize, int copy_null)
{
    if (target == NULL || targetsize < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    if (targetsize < u.length + (copy_null ? 1 : 0)) {
        PyErr_SetString(PyExc_SystemError, "string is longer than the buffer");
        if (copy_null && targetsize > 0)
            target[0] = 0;
        return NULL;
    }
    units_copy(4, target, u.width, u.data, (size_t)u.length);
    if (copy_null)
        target[u.length] = 0;
    return target;
}

/* A terminated PyMem_Malloc'd copy. */
Py_UCS4 *
PyUnicode_AsUCS4Copy(PyObject *text)
{
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    Py_UCS4 *copy = str_widen(u, 4);
    if (copy != NULL)
        copy[u.length] = 0;
    return copy;
}

/* Copies at most `size` wide characters; returns the number, or what is needed if w is NULL. */
Py_ssize_t
PyUnicode_AsWideChar(PyObject *text, wchar_t *w, Py_ssize_t size)
{
    if (text == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return -1;
    }
    if (PyUnicode_READY(text) < 0)
        return -1;
    struct units u = str_units(text);
    if (w == NULL)
        return u.length + 1;
    Py_ssize_t copied = size;
    if (size > u.length) {
        size = u.length + 1;
        copied = u.length;
    }
    units_copy(4, w, u.width, u.data, (size_t)size);
    return copied;
}

/* A terminated PyMem_Malloc'd copy.  Without `size`, embedded nulls are a ValueError. */
wchar_t *
PyUnicode_AsWideCharString(PyObject *text, Py_ssize_t *size)
{
    if (text == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    wchar_t *copy = (wchar_t *)PyUnicode_AsUCS4Copy(text);
    if (copy == NULL)
        return NULL;
    if (size != NULL)
        *size = PyUnicode_GET_LENGTH(text);
    else if (wcslen(copy) != (size_t)PyUnicode_GET_LENGTH(text)) {
        PyMem_Free(copy);
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    return copy;
}

/* 'O&' converter to wchar_t *; with `result` freed on the clean-up call. */
int
_PyUnicode_WideCharString_Converter(PyObject *obj, void *result)
{
    wchar_t **w = result;
    if (obj == NULL) {
        PyMem_Free(*w);
        *w = NULL;
        return 1;
    }
    if (!PyUnicode_Check(obj)) {
        PyErr_Format(PyExc_TypeError, "argument must be str, not %.50s", Py_TYPE(obj)->tp_name);
        return 0;
    }
    *w = PyUnicode_AsWideCharString(obj, NULL);
    return *w != NULL ? Py_CLEANUP_SUPPORTED : 0;
}

/* The same, None becoming NULL. */
int
_PyUnicode_WideCharString_Opt_Converter(PyObject *obj, void *result)
{
    wchar_t **w = result;
    if (obj == Py_None) {
        *w = NULL;
        return 1;
    }
    if (obj != NULL && !PyUnicode_Check(obj)) {
        PyErr_Format(PyExc_TypeError, "argument must be str or None, not %.50s",
                     Py_TYPE(obj)->tp_name);
        return 0;
    }
    return _PyUnicode_WideCharString_Converter(obj, result);
}

/* Deprecated: the wchar_t form, cached in the object (borrowed memory). */
Py_UNICODE *
PyUnicode_AsUnicodeAndSize(PyObject *text, Py_ssize_t *size)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (!ASCII(text)->state.ready) {
        if (size != NULL)
            *size = COMPACT(text)->wstr_length;
        return ASCII(text)->wstr;
    }
    struct units u = str_units(text);
    if (ASCII(text)->wstr == NULL) {
        wchar_t *wide = u.length < PY_SSIZE_T_MAX / 4 ? PyObject_Malloc((size_t)(u.length + 1) * 4) : NULL;
        if (wide == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        units_copy(4, wide, u.width, u.data, (size_t)u.length);
        wide[u.length] = 0;
        ASCII(text)->wstr = wide;
        if (!PyUnicode_IS_COMPACT_ASCII(text))
            COMPACT(text)->wstr_length = u.length;
    }
    if (size != NULL)
        *size = u.length;
    return ASCII(text)->wstr;
}

Py_UNICODE *
PyUnicode_AsUnicode(PyObject *text)
{
    return PyUnicode_AsUnicodeAndSize(text, NULL);
}

/* The same, refusing embedded nulls. */
const Py_UNICODE *
_PyUnicode_AsUnicode(PyObject *text)
{
    Py_ssize_t size;
    const Py_UNICODE *wide = PyUnicode_AsUnicodeAndSize(text, &size);
    if (wide != NULL && wcslen(wide) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    return wide;
}

/* ---- the locale's encoding ------------------------------------------------------------------- */

/* Both defined by runtime/locale.c: 0 done, -1 no memory, -2 cannot be converted, -3 unknown error
   handler. */
int _Py_GetErrorHandler(const char *errors);
int _Py_DecodeLocaleEx(const char *text, wchar_t **out, size_t *length, const char **reason,
                       int current_locale, int errors);
int _Py_EncodeLocaleEx(const wchar_t *text, char **out, size_t *error_pos, const char **reason,
                       int current_locale, int errors);

/* Decodes by the current locale; `errors` is "strict" (or NULL) or "surrogateescape". */
PyObject *
PyUnicode_DecodeLocaleAndSize(const char *str, Py_ssize_t len, const char *errors)
{
    if (str[len] != 0 || (size_t)len != strlen(str)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return NULL;
    }
    wchar_t *wide;
    size_t length;
    const char *reason;
    switch (_Py_DecodeLocaleEx(str, &wide, &length, &reason, 1, _Py_GetErrorHandler(errors))) {
    case 0: {
        PyObject *text = PyUnicode_FromWideChar(wide, (Py_ssize_t)length);
        PyMem_RawFree(wide);
        return text;
    }
    case -2: {
        PyObject *exc = PyObject_CallFunction(PyExc_UnicodeDecodeError, "sy#nns", "locale", str, len,
                                              (Py_ssize_t)length, (Py_ssize_t)length + 1, reason);
        if (exc != NULL) {
            PyCodec_StrictErrors(exc);
            Py_DECREF(exc);
        }
        return NULL;
    }
    case -3:
        PyErr_SetString(PyExc_ValueError, "unsupported error handler");
        return NULL;
    default:
        return PyErr_NoMemory();
    }
}

PyObject *
PyUnicode_DecodeLocale(const char *str, const char *errors)
{
    return PyUnicode_DecodeLocaleAndSize(str, (Py_ssize_t)strlen(str), errors);
}

/* Encodes by the current locale. */
PyObject *
PyUnicode_EncodeLocale(PyObject *text, const char *errors)
{
    Py_ssize_t length;
    wchar_t *wide = PyUnicode_AsWideCharString(text, &length);
    if (wide == NULL)
        return NULL;
    if ((size_t)length != wcslen(wide)) {
        PyMem_Free(wide);
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    char *bytes;
    size_t error_pos;
    const char *reason;
    int result = _Py_EncodeLocaleEx(wide, &bytes, &error_pos, &reason, 1,
                                    _Py_GetErrorHandler(errors));
    PyMem_Free(wide);
    switch (result) {
    case 0: {
        PyObject *encoded = PyBytes_FromString(bytes);
        PyMem_RawFree(bytes);
        return encoded;
    }
    case -2: {
        PyObject *exc = PyObject_CallFunction(PyExc_UnicodeEncodeError, "sOnns", "locale", text,
                                              (Py_ssize_t)error_pos, (Py_ssize_t)error_pos + 1,
                                              reason);
        if (exc != NULL) {
            PyCodec_StrictErrors(exc);
            Py_DECREF(exc);
        }
        return NULL;
    }
    case -3:
        PyErr_SetString(PyExc_ValueError, "unsupported error handler");
        return NULL;
    default:
        return PyErr_NoMemory();
    }
}
