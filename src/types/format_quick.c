/* format() of exact ints, floats and strings; the commonest specifications of int and str,
   [align][0][width][d or x], in one step.

   Everything else is left to format_spec.c, which also reports mistakes. */
#include "object/doors.h"
#include "types/format_spec.h"
#include "types/int.h"
#include "types/str.h"

enum { WIDTH_MAX = 200, DIGITS_ROOM = 32 };

struct Spec {
    char align;         /* '<', '>', '^', '=' or 0: not given */
    char fill;
    char type;          /* 0: not given */
    int width;
};

/* false if it is not of this kind. */
static bool
read_spec(PyObject *text, struct Spec *spec)
{
    if (!PyUnicode_CheckExact(text) || !PyUnicode_IS_COMPACT_ASCII(text)) {
        return false;
    }
    const char *p = (const char *)PyUnicode_1BYTE_DATA(text);
    *spec = (struct Spec){.fill = ' '};
    if (*p == '<' || *p == '>' || *p == '^') {
        spec->align = *p++;
    }
    if (*p == '0') {
        if (spec->align != 0) {
            return false;
        }
        spec->align = '=';
        spec->fill = '0';
        p++;
    }
    while (*p >= '0' && *p <= '9') {
        spec->width = spec->width * 10 + (*p++ - '0');
        if (spec->width > WIDTH_MAX) {
            return false;
        }
    }
    if (*p == 'd' || *p == 'x' || *p == 's') {
        spec->type = *p++;
    }
    return *p == 0 && p == (const char *)PyUnicode_1BYTE_DATA(text) + PyUnicode_GET_LENGTH(text);
}

/* `sign` and `body`, filled up to the width. */
static PyObject *
fill_up(const struct Spec *spec, char default_align, const char *sign, const char *body, size_t length)
{
    size_t lead = sign != NULL, total = length + lead;
    size_t missing = (size_t)spec->width > total ? (size_t)spec->width - total : 0;
    char align = spec->align != 0 ? spec->align : default_align;
    size_t before = align == '<' || align == '=' ? 0 : align == '^' ? missing / 2 : missing;
    size_t inside = align == '=' ? missing : 0;
    PyObject *result = str_new_ascii_quick((Py_ssize_t)(total + missing));
    if (result == NULL) {
        return NULL;
    }
    char *out = (char *)PyUnicode_1BYTE_DATA(result), *end = out + total + missing;
    while (before-- > 0) {
        *out++ = spec->fill;
    }
    if (lead) {
        *out++ = *sign;
    }
    while (inside-- > 0) {
        *out++ = spec->fill;
    }
    copy_short(out, body, length);
    out += length;
    while (out < end) {
        *out++ = spec->fill;
    }
    return result;
}

/* NULL without an exception if the specification is not one of the simple ones; so the next. */
static PyObject *
format_int_quick(PyObject *value, PyObject *text)
{
    struct Spec spec;
    if (!int_is_medium((PyLongObject *)value) || !read_spec(text, &spec) || spec.type == 's') {
        return NULL;
    }
    int64_t n = int_medium_value((PyLongObject *)value);
    uint64_t magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;
    char digits[DIGITS_ROOM], *end = digits + sizeof digits, *p = end;
    unsigned int base = spec.type == 'x' ? 16 : 10;
    do {
        *--p = "0123456789abcdef"[magnitude % base];
        magnitude /= base;
    } while (magnitude != 0);
    return fill_up(&spec, '>', n < 0 ? "-" : NULL, p, (size_t)(end - p));
}

static PyObject *
format_str_quick(PyObject *value, PyObject *text)
{
    struct Spec spec;
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    if (!PyUnicode_IS_COMPACT_ASCII(value) || length == 0 || length > WIDTH_MAX ||
        !read_spec(text, &spec) || spec.align == '=' || (spec.type != 0 && spec.type != 's')) {
        return NULL;
    }
    if (spec.width <= length) {
        return Py_NewRef(value);
    }
    return fill_up(&spec, '<', NULL, (const char *)PyUnicode_1BYTE_DATA(value), (size_t)length);
}

PyObject *
format_native(PyObject *value, PyObject *spec)
{
    int (*write)(_PyUnicodeWriter *, PyObject *, PyObject *, Py_ssize_t, Py_ssize_t);
    PyObject *quick = NULL;
    if (PyLong_CheckExact(value)) {
        quick = format_int_quick(value, spec);
        write = _PyLong_FormatAdvancedWriter;
    }
    else if (PyUnicode_CheckExact(value)) {
        quick = format_str_quick(value, spec);
        write = _PyUnicode_FormatAdvancedWriter;
    }
    else if (PyFloat_CheckExact(value)) {
        write = _PyFloat_FormatAdvancedWriter;
    }
    else {
        return NULL;
    }
    if (quick != NULL || PyErr_Occurred()) {
        return quick;
    }
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    if (write(&writer, value, spec, 0, PyUnicode_GET_LENGTH(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}
