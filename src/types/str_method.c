/* str: representation, padding, tabs, encoding, and __format__. */
#include <Python.h>
#include <string.h>
#include "base/octets.h"
#include "base/search.h"
#include "base/unichar.h"
#include "base/units.h"
#include "object/declare.h"
#include "types/str.h"

/* ---- repr ----------------------------------------------------------------------------------- */

/* How repr shows a character that is neither a quote nor a backslash: 0 as it is, else the number
   of characters of its escape. */
static inline int
escape_length(Py_UCS4 ch)
{
    if (ch == '\t' || ch == '\n' || ch == '\r')
        return 2;
    if (ch < 0x7f)
        return ch < ' ' ? 4 : 0;
    if (unichar_is_printable(ch))
        return 0;
    return ch < 0x100 ? 4 : ch < 0x10000 ? 6 : 10;
}

/* Writes an escape at out[at:] and returns the position behind it. */
static Py_ssize_t
write_escape(int kind, void *out, Py_ssize_t at, Py_UCS4 ch)
{
    PyUnicode_WRITE(kind, out, at++, '\\');
    if (ch == '\t' || ch == '\n' || ch == '\r') {
        PyUnicode_WRITE(kind, out, at++, (Py_UCS4)(ch == '\t' ? 't' : ch == '\n' ? 'n' : 'r'));
        return at;
    }
    int digits = ch < 0x100 ? 2 : ch < 0x10000 ? 4 : 8;
    PyUnicode_WRITE(kind, out, at++, (Py_UCS4)(ch < 0x100 ? 'x' : ch < 0x10000 ? 'u' : 'U'));
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        PyUnicode_WRITE(kind, out, at++, (Py_UCS4)Py_hexdigits[ch >> shift & 15]);
    return at;
}

/* The text in quotes, single ones unless it holds single and no double ones. */
PyObject *
str_tp_repr(PyObject *self)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    Py_ssize_t length = 2, single = 0, twice = 0;
    Py_UCS4 maxchar = 0x7f, quote = '\'';
    for (Py_ssize_t i = 0; i < u.length; i++) {
        if (u.width == 1) {
            Py_ssize_t run = (Py_ssize_t)octets_literal_prefix((const uint8_t *)u.data + i,
                                                               (size_t)(u.length - i));
            length += run;
            i += run;
            if (i == u.length)
                break;
        }
        Py_UCS4 ch = unit_at(u, i);
        int more = 1;
        if (ch == '\'')
            single++;
        else if (ch == '"')
            twice++;
        else if (ch == '\\')
            more = 2;
        else if ((more = escape_length(ch)) == 0) {
            more = 1;
            maxchar = Py_MAX(maxchar, ch);
        }
        if (length > PY_SSIZE_T_MAX - more) {
            PyErr_SetString(PyExc_OverflowError, "string is too long to generate repr");
            return NULL;
        }
        length += more;
    }
    if (single > 0 && twice == 0)
        quote = '"';
    else if (length > PY_SSIZE_T_MAX - single) {
        PyErr_SetString(PyExc_OverflowError, "string is too long to generate repr");
        return NULL;
    }
    else
        length += single;
    PyObject *result = PyUnicode_New(length, maxchar);
    if (result == NULL)
        return NULL;
    int kind = (int)PyUnicode_KIND(result);
    char *out = PyUnicode_DATA(result);
    PyUnicode_WRITE(kind, out, 0, quote);
    PyUnicode_WRITE(kind, out, length - 1, quote);
    if (length == u.length + 2) {
        _PyUnicode_FastCopyCharacters(result, 1, self, 0, u.length);
        return result;
    }
    Py_ssize_t at = 1;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        if (u.width == 1) {
            const uint8_t *run = (const uint8_t *)u.data + i;
            size_t n = octets_literal_prefix(run, (size_t)(u.length - i));
            units_copy(kind, out + at * kind, 1, run, n);
            at += (Py_ssize_t)n;
            i += (Py_ssize_t)n;
            if (i == u.length)
                break;
        }
        Py_UCS4 ch = unit_at(u, i);
        if (ch == quote || ch == '\\')
            PyUnicode_WRITE(kind, out, at++, '\\');
        else if (escape_length(ch)) {
            at = write_escape(kind, out, at, ch);
            continue;
        }
        PyUnicode_WRITE(kind, out, at++, ch);
    }
    return result;
}

/* ---- padding --------------------------------------------------------------------------------- */

/* The text between `left` and `right` fill characters. */
static PyObject *
pad(PyObject *self, Py_ssize_t left, Py_ssize_t right, Py_UCS4 fill)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    left = Py_MAX(left, 0);
    right = Py_MAX(right, 0);
    if (left == 0 && right == 0)
        return str_unchanged(self);
    if (left > PY_SSIZE_T_MAX - length || right > PY_SSIZE_T_MAX - left - length) {
        PyErr_SetString(PyExc_OverflowError, "padded string is too long");
        return NULL;
    }
    PyObject *result = PyUnicode_New(left + length + right,
                                     Py_MAX(fill, PyUnicode_MAX_CHAR_VALUE(self)));
    if (result == NULL)
        return NULL;
    if (left > 0)
        _PyUnicode_FastFill(result, 0, left, fill);
    if (right > 0)
        _PyUnicode_FastFill(result, left + length, right, fill);
    _PyUnicode_FastCopyCharacters(result, left, self, 0, length);
    return str_result_take(result);
}

/* 'O&': a fill character. */
static int
fill_converter(PyObject *object, Py_UCS4 *fill)
{
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "The fill character must be a unicode character, not %.100s",
                     Py_TYPE(object)->tp_name);
        return 0;
    }
    if (PyUnicode_READY(object) < 0)
        return 0;
    if (PyUnicode_GET_LENGTH(object) != 1) {
        PyErr_SetString(PyExc_TypeError, "The fill character must be exactly one character long");
        return 0;
    }
    *fill = PyUnicode_READ_CHAR(object, 0);
    return 1;
}

CONVERTER(Py_UCS4, fill_converter)

METHOD(str, center, "($self, width, fillchar=' ', /)",
       "The string in the middle of a field of that width.")
DEFAULT(fillchar, ' ')
PyObject *
str_center(PyObject *self, Py_ssize_t width, Py_UCS4 fillchar)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    Py_ssize_t room = width - PyUnicode_GET_LENGTH(self);
    if (PyUnicode_GET_LENGTH(self) >= width)
        return str_unchanged(self);
    Py_ssize_t left = room / 2 + (room & width & 1); /* the odd one goes left in odd fields */
    return pad(self, left, room - left, fillchar);
}

METHOD(str, ljust, "($self, width, fillchar=' ', /)", "The string at the left of a field of that width.")
DEFAULT(fillchar, ' ')
PyObject *
str_ljust(PyObject *self, Py_ssize_t width, Py_UCS4 fillchar)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (PyUnicode_GET_LENGTH(self) >= width)
        return str_unchanged(self);
    return pad(self, 0, width - PyUnicode_GET_LENGTH(self), fillchar);
}

METHOD(str, rjust, "($self, width, fillchar=' ', /)", "The string at the right of a field of that width.")
DEFAULT(fillchar, ' ')
PyObject *
str_rjust(PyObject *self, Py_ssize_t width, Py_UCS4 fillchar)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (PyUnicode_GET_LENGTH(self) >= width)
        return str_unchanged(self);
    return pad(self, width - PyUnicode_GET_LENGTH(self), 0, fillchar);
}

METHOD(str, zfill, "($self, width, /)",
       "The string filled up with zeros on the left, behind a sign.")
PyObject *
str_zfill(PyObject *self, Py_ssize_t width)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    if (length >= width)
        return str_unchanged(self);
    Py_ssize_t fill = width - length;
    PyObject *result = pad(self, fill, 0, '0');
    if (result == NULL || length == 0)
        return result;
    int kind = (int)PyUnicode_KIND(result);
    void *data = PyUnicode_DATA(result);
    Py_UCS4 first = PyUnicode_READ(kind, data, fill);
    if (first == '+' || first == '-') {
        PyUnicode_WRITE(kind, data, 0, first);
        PyUnicode_WRITE(kind, data, fill, '0');
    }
    return result;
}

METHOD(str, expandtabs, "($self, /, tabsize=8)",
       "A copy with tabs replaced by spaces up to the next multiple of tabsize.")
PyObject *
str_expandtabs(PyObject *self, int tabsize)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    Py_ssize_t length = 0, column = 0;
    if (search_char(u.width, u.data, u.length, '\t') < 0)
        return str_unchanged(self);
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        Py_ssize_t step = 1;
        if (ch == '\t')
            step = tabsize > 0 ? tabsize - column % tabsize : 0;
        if (length > PY_SSIZE_T_MAX - step) {
            PyErr_SetString(PyExc_OverflowError, "new string is too long");
            return NULL;
        }
        length += step;
        column = ch == '\n' || ch == '\r' ? 0 : column + step;
    }
    PyObject *result = PyUnicode_New(length, PyUnicode_MAX_CHAR_VALUE(self));
    if (result == NULL)
        return NULL;
    int kind = (int)PyUnicode_KIND(result);
    void *out = PyUnicode_DATA(result);
    Py_ssize_t at = 0;
    column = 0;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (ch != '\t') {
            PyUnicode_WRITE(kind, out, at++, ch);
            column = ch == '\n' || ch == '\r' ? 0 : column + 1;
        }
        else if (tabsize > 0) {
            Py_ssize_t step = tabsize - column % tabsize;
            _PyUnicode_FastFill(result, at, step, ' ');
            at += step;
            column += step;
        }
    }
    return length == 1 ? str_result_take(result) : result;
}

/* ---- encoding and formatting ------------------------------------------------------------------ */

METHOD(str, encode, "($self, /, encoding='utf-8', errors='strict')",
       "The string as bytes in the named encoding.\n\n"
       "errors says what becomes of characters it does not have: 'strict' raises\n"
       "UnicodeEncodeError; see codecs.register_error for the others.")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
PyObject *
str_encode(PyObject *self, const char *encoding, const char *errors)
{
    return PyUnicode_AsEncodedString(self, encoding, errors);
}

METHOD(str, __format__, "($self, format_spec, /)", "The string formatted by a format_spec.")
PyObject *
str_format_spec(PyObject *self, PyUnicodeObject *format_spec)
{
    PyObject *spec = (PyObject *)format_spec;
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (PyUnicode_GET_LENGTH(spec) == 0)
        return PyUnicode_CheckExact(self) ? Py_NewRef(self) : PyObject_Str(self);
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    if (_PyUnicode_FormatAdvancedWriter(&writer, self, spec, 0, PyUnicode_GET_LENGTH(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

#include "gen/types/str_method.inc"
