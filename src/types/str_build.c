/* Building strings: the writer, PyUnicode_FromFormat, join.

   _PyUnicodeWriter's fields are public (extensions use its macros).  Invariants
   - buffer[0:pos] is what has been written; `data` points to the buffer's units.
   - While `readonly`, the buffer is somebody's string (one reference is ours) and nothing may be
     written into it: size is 0 and kind 0 so that every macro ends in PrepareInternal. */
#include <Python.h>
#include <string.h>
#include "base/utf.h"
#include "types/str.h"

/* ---- writer -------------------------------------------------------------------------------- */

void
_PyUnicodeWriter_Init(_PyUnicodeWriter *writer)
{
    memset(writer, 0, sizeof *writer);
}

/* Takes over what the buffer says. */
static void
refresh(_PyUnicodeWriter *writer)
{
    writer->maxchar = PyUnicode_MAX_CHAR_VALUE(writer->buffer);
    writer->data = PyUnicode_DATA(writer->buffer);
    if (writer->readonly) {
        writer->kind = 0;
        writer->size = 0;
    }
    else {
        writer->kind = PyUnicode_KIND(writer->buffer);
        writer->size = PyUnicode_GET_LENGTH(writer->buffer);
    }
}

/* Replaces the buffer by a wider or longer one that starts with the same pos units. */
static status
rebuffer(_PyUnicodeWriter *writer, Py_ssize_t size, Py_UCS4 maxchar)
{
    PyObject *buffer = PyUnicode_New(size, maxchar);
    if (buffer == NULL)
        return -1;
    _PyUnicode_FastCopyCharacters(buffer, 0, writer->buffer, 0, writer->pos);
    writer->readonly = 0;
    Py_SETREF(writer->buffer, buffer);
    refresh(writer);
    return 0;
}

/* Makes room for `length` more characters up to `maxchar`. */
int
_PyUnicodeWriter_PrepareInternal(_PyUnicodeWriter *writer, Py_ssize_t length, Py_UCS4 maxchar)
{
    if (length > PY_SSIZE_T_MAX - writer->pos) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t needed = writer->pos + length;
    Py_ssize_t size = needed;
    if (writer->overallocate && needed <= PY_SSIZE_T_MAX - needed / 4)
        size += needed / 4;
    if (size < writer->min_length)
        size = writer->min_length;
    maxchar = Py_MAX(maxchar, writer->min_char);
    if (writer->buffer == NULL) {
        writer->buffer = PyUnicode_New(size, maxchar);
        if (writer->buffer == NULL)
            return -1;
        /* A request for nothing gives '': never write into the singleton. */
        writer->readonly = size == 0;
        refresh(writer);
        return 0;
    }
    if (needed > writer->size) {
        if (maxchar > writer->maxchar || writer->readonly)
            return rebuffer(writer, size, Py_MAX(maxchar, writer->maxchar));
        PyObject *buffer = str_resize_take(writer->buffer, size);
        writer->buffer = buffer;
        if (buffer == NULL) {
            writer->size = writer->pos = 0;
            return -1;
        }
        refresh(writer);
        return 0;
    }
    if (maxchar > writer->maxchar)
        return rebuffer(writer, writer->size, maxchar);
    return 0;
}

/* Makes sure that the units have at least the width `kind`. */
int
_PyUnicodeWriter_PrepareKindInternal(_PyUnicodeWriter *writer, enum PyUnicode_Kind kind)
{
    return _PyUnicodeWriter_PrepareInternal(writer, 0, kind == 1   ? 0xff
                                                       : kind == 2 ? 0xffff
                                                                   : 0x10ffff);
}

int
_PyUnicodeWriter_WriteChar(_PyUnicodeWriter *writer, Py_UCS4 ch)
{
    if (_PyUnicodeWriter_Prepare(writer, 1, ch) < 0)
        return -1;
    PyUnicode_WRITE(writer->kind, writer->data, writer->pos, ch);
    writer->pos++;
    return 0;
}

/* Writes a whole str.  If it is the first and overallocation is off, it is just kept. */
int
_PyUnicodeWriter_WriteStr(_PyUnicodeWriter *writer, PyObject *text)
{
    if (PyUnicode_READY(text) < 0)
        return -1;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (length == 0)
        return 0;
    Py_UCS4 maxchar = PyUnicode_MAX_CHAR_VALUE(text);
    if (maxchar > writer->maxchar || length > writer->size - writer->pos) {
        if (writer->buffer == NULL && !writer->overallocate && PyUnicode_CheckExact(text)) {
            writer->readonly = 1;
            writer->buffer = Py_NewRef(text);
            refresh(writer);
            writer->pos += length;
            return 0;
        }
        if (_PyUnicodeWriter_PrepareInternal(writer, length, maxchar) < 0)
            return -1;
    }
    units_copy((int)writer->kind, (char *)writer->data + writer->pos * (Py_ssize_t)writer->kind,
               (int)PyUnicode_KIND(text), PyUnicode_DATA(text), (size_t)length);
    writer->pos += length;
    return 0;
}

/* Writes text[start:end]. */
int
_PyUnicodeWriter_WriteSubstring(_PyUnicodeWriter *writer, PyObject *text, Py_ssize_t start,
                                Py_ssize_t end)
{
    if (PyUnicode_READY(text) < 0)
        return -1;
    Py_ssize_t length = end - start;
    if (length <= 0)
        return 0;
    if (start == 0 && end == PyUnicode_GET_LENGTH(text))
        return _PyUnicodeWriter_WriteStr(writer, text);
    Py_UCS4 maxchar = PyUnicode_MAX_CHAR_VALUE(text);
    if (maxchar > writer->maxchar)
        maxchar = _PyUnicode_FindMaxChar(text, start, end);
    if (_PyUnicodeWriter_Prepare(writer, length, maxchar) < 0)
        return -1;
    int width = (int)PyUnicode_KIND(text);
    units_copy((int)writer->kind, (char *)writer->data + writer->pos * (Py_ssize_t)writer->kind,
               width, (char *)PyUnicode_DATA(text) + start * width, (size_t)length);
    writer->pos += length;
    return 0;
}

static int
write_latin1(_PyUnicodeWriter *writer, const char *data, Py_ssize_t length, Py_UCS4 maxchar)
{
    if (_PyUnicodeWriter_Prepare(writer, length, maxchar) < 0)
        return -1;
    if (length > 0)
        units_copy((int)writer->kind, (char *)writer->data + writer->pos * (Py_ssize_t)writer->kind,
                   1, data, (size_t)length);
    writer->pos += length;
    return 0;
}

/* Writes `length` ASCII bytes, or up to the terminator if it is -1. */
int
_PyUnicodeWriter_WriteASCIIString(_PyUnicodeWriter *writer, const char *ascii, Py_ssize_t length)
{
    if (length == -1)
        length = (Py_ssize_t)strlen(ascii);
    if (writer->buffer == NULL && !writer->overallocate) {
        PyObject *text = _PyUnicode_FromASCII(ascii, length);
        if (text == NULL)
            return -1;
        writer->readonly = 1;
        writer->buffer = text;
        refresh(writer);
        writer->pos += length;
        return 0;
    }
    return write_latin1(writer, ascii, length, 0x7f);
}

int
_PyUnicodeWriter_WriteLatin1String(_PyUnicodeWriter *writer, const char *latin1, Py_ssize_t length)
{
    return write_latin1(writer, latin1, length, units_class(1, latin1, length));
}

/* The text written (new reference); the writer is empty afterwards. */
PyObject *
_PyUnicodeWriter_Finish(_PyUnicodeWriter *writer)
{
    PyObject *text = writer->buffer;
    writer->buffer = NULL;
    if (writer->pos == 0) {
        Py_XDECREF(text);
        return str_new_empty();
    }
    if (writer->readonly)
        return text;
    if (PyUnicode_GET_LENGTH(text) != writer->pos) {
        text = str_resize_take(text, writer->pos);
        if (text == NULL)
            return NULL;
    }
    return str_result_take(text);
}

void
_PyUnicodeWriter_Dealloc(_PyUnicodeWriter *writer)
{
    Py_CLEAR(writer->buffer);
}

/* ---- PyUnicode_FromFormat ------------------------------------------------------------------ */

/* One conversion: "%" [0] [width] ["." precision] [l | ll | z] letter. */
struct conversion {
    bool zero;
    Py_ssize_t width, precision; /* -1: none */
    enum { PLAIN, LONG, LONG_LONG, SIZE } size;
    char letter;
};

static status
read_number(const char **format, Py_ssize_t *number, const char *too_big)
{
    *number = 0;
    while (Py_ISDIGIT(**format)) {
        int digit = *(*format)++ - '0';
        if (*number > (PY_SSIZE_T_MAX - digit) / 10) {
            PyErr_SetString(PyExc_ValueError, too_big);
            return -1;
        }
        *number = *number * 10 + digit;
    }
    return 0;
}

/* Reads what follows a '%'; `letter` is 0 if the format ends early. */
static status
read_conversion(const char **format, struct conversion *c)
{
    const char *f = *format;
    *c = (struct conversion){.width = -1, .precision = -1};
    if (*f == '0') {
        c->zero = true;
        f++;
    }
    if (Py_ISDIGIT(*f) && read_number(&f, &c->width, "width too big") < 0)
        return -1;
    if (*f == '.') {
        f++;
        if (Py_ISDIGIT(*f) && read_number(&f, &c->precision, "precision too big") < 0)
            return -1;
    }
    if (f[0] == 'l' && (f[1] == 'd' || f[1] == 'u' || f[1] == 'i')) {
        c->size = LONG;
        f++;
    }
    else if (f[0] == 'l' && f[1] == 'l' && (f[2] == 'd' || f[2] == 'u' || f[2] == 'i')) {
        c->size = LONG_LONG;
        f += 2;
    }
    else if (f[0] == 'z' && (f[1] == 'd' || f[1] == 'u' || f[1] == 'i')) {
        c->size = SIZE;
        f++;
    }
    c->letter = *f;
    *format = *f ? f + 1 : f;
    return 0;
}

/* Writes `ch` n times. */
static status
write_fill(_PyUnicodeWriter *writer, Py_UCS4 ch, Py_ssize_t n)
{
    if (n <= 0)
        return 0;
    if (_PyUnicodeWriter_Prepare(writer, n, ch) < 0)
        return -1;
    _PyUnicode_FastFill(writer->buffer, writer->pos, n, ch);
    writer->pos += n;
    return 0;
}

/* Writes text cut to the precision and right-aligned in the width. */
static status
write_aligned(_PyUnicodeWriter *writer, const struct conversion *c, PyObject *text)
{
    if (PyUnicode_READY(text) < 0)
        return -1;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (c->precision >= 0 && c->precision < length)
        length = c->precision;
    if (write_fill(writer, ' ', c->width - length) < 0)
        return -1;
    return _PyUnicodeWriter_WriteSubstring(writer, text, 0, length);
}

static status
write_aligned_take(_PyUnicodeWriter *writer, const struct conversion *c, PyObject *text)
{
    if (text == NULL)
        return -1;
    status done = write_aligned(writer, c, text);
    Py_DECREF(text);
    return done;
}

/* Writes UTF-8, at most `precision` bytes of it; what cannot be decoded becomes U+FFFD. */
static status
write_utf8(_PyUnicodeWriter *writer, const struct conversion *c, const char *utf8)
{
    size_t length = c->precision < 0 ? strlen(utf8) : strnlen(utf8, (size_t)c->precision);
    if (ascii_prefix(utf8, length) == length) {
        if (write_fill(writer, ' ', c->width - (Py_ssize_t)length) < 0)
            return -1;
        return write_latin1(writer, utf8, (Py_ssize_t)length, 0x7f);
    }
    struct conversion uncut = *c;
    uncut.precision = -1;
    return write_aligned_take(
        writer, &uncut, PyUnicode_DecodeUTF8Stateful(utf8, (Py_ssize_t)length, "replace", NULL));
}

/* Writes an integer: zeros up to the precision, filling up to the width. */
static status
write_digits(_PyUnicodeWriter *writer, const struct conversion *c, const char *digits)
{
    Py_ssize_t length = (Py_ssize_t)strlen(digits);
    Py_ssize_t zeros = Py_MAX(c->precision - length, 0);
    if (write_fill(writer, c->zero ? '0' : ' ', c->width - length - zeros) < 0 ||
        write_fill(writer, '0', zeros) < 0)
        return -1;
    return write_latin1(writer, digits, length, 0x7f);
}

static status
write_integer(_PyUnicodeWriter *writer, const struct conversion *c, va_list *args)
{
    char digits[32];
    if (c->letter == 'x')
        snprintf(digits, sizeof digits, "%x", va_arg(*args, unsigned int));
    else if (c->letter == 'u') {
        unsigned long long value = c->size == PLAIN  ? va_arg(*args, unsigned int)
                                   : c->size == LONG ? va_arg(*args, unsigned long)
                                   : c->size == SIZE ? va_arg(*args, size_t)
                                                     : va_arg(*args, unsigned long long);
        snprintf(digits, sizeof digits, "%llu", value);
    }
    else {
        long long value = c->size == PLAIN  ? va_arg(*args, int)
                          : c->size == LONG ? va_arg(*args, long)
                          : c->size == SIZE ? va_arg(*args, Py_ssize_t)
                                            : va_arg(*args, long long);
        snprintf(digits, sizeof digits, "%lld", value);
    }
    return write_digits(writer, c, digits);
}

/* Writes one conversion; 1 done, 0 the letter means nothing, -1 failed. */
static truth
write_conversion(_PyUnicodeWriter *writer, const struct conversion *c, va_list *args)
{
    status done;
    switch (c->letter) {
    case 'd': case 'i': case 'u': case 'x':
        done = write_integer(writer, c, args);
        break;
    case 'c': {
        int ch = va_arg(*args, int);
        if (ch < 0 || ch > 0x10ffff) {
            PyErr_SetString(PyExc_OverflowError, "character argument not in range(0x110000)");
            return -1;
        }
        done = _PyUnicodeWriter_WriteChar(writer, (Py_UCS4)ch);
        break;
    }
    case 'p': {
        char digits[32];
        snprintf(digits, sizeof digits, "%#lx", (unsigned long)va_arg(*args, void *));
        if (strcmp(digits, "0") == 0)
            strcpy(digits, "0x0");
        done = _PyUnicodeWriter_WriteASCIIString(writer, digits, -1);
        break;
    }
    case 's':
        done = write_utf8(writer, c, va_arg(*args, const char *));
        break;
    case 'U':
        done = write_aligned(writer, c, va_arg(*args, PyObject *));
        break;
    case 'V': {
        PyObject *text = va_arg(*args, PyObject *);
        const char *utf8 = va_arg(*args, const char *);
        done = text != NULL ? write_aligned(writer, c, text) : write_utf8(writer, c, utf8);
        break;
    }
    case 'S':
        done = write_aligned_take(writer, c, PyObject_Str(va_arg(*args, PyObject *)));
        break;
    case 'R':
        done = write_aligned_take(writer, c, PyObject_Repr(va_arg(*args, PyObject *)));
        break;
    case 'A':
        done = write_aligned_take(writer, c, PyObject_ASCII(va_arg(*args, PyObject *)));
        break;
    case '%':
        if (c->size != PLAIN)
            return 0;
        done = _PyUnicodeWriter_WriteChar(writer, '%');
        break;
    default:
        return 0;
    }
    return done < 0 ? -1 : 1;
}

/* printf for str.  What follows an unknown conversion is copied as it stands. */
PyObject *
PyUnicode_FromFormatV(const char *format, va_list vargs)
{
    _PyUnicodeWriter writer;
    va_list args;
    _PyUnicodeWriter_Init(&writer);
    writer.min_length = (Py_ssize_t)strlen(format) + 100;
    writer.overallocate = 1;
    va_copy(args, vargs);
    while (*format) {
        const char *start = format;
        if (*format != '%') {
            while (*format && *format != '%') {
                if ((unsigned char)*format >= 0x80) {
                    PyErr_Format(PyExc_ValueError,
                                 "PyUnicode_FromFormatV() expects an ASCII-encoded format string, "
                                 "got a non-ASCII byte: 0x%02x", (unsigned char)*format);
                    goto fail;
                }
                format++;
            }
            if (_PyUnicodeWriter_WriteASCIIString(&writer, start, format - start) < 0)
                goto fail;
            continue;
        }
        struct conversion c;
        format++;
        if (read_conversion(&format, &c) < 0)
            goto fail;
        truth known = write_conversion(&writer, &c, &args);
        if (known < 0)
            goto fail;
        if (!known) {
            PyObject *rest = PyUnicode_DecodeUTF8Stateful(start, (Py_ssize_t)strlen(start),
                                                          "replace", NULL);
            status done = rest == NULL ? -1 : _PyUnicodeWriter_WriteStr(&writer, rest);
            Py_XDECREF(rest);
            if (done < 0)
                goto fail;
            break;
        }
    }
    va_end(args);
    return _PyUnicodeWriter_Finish(&writer);
fail:
    va_end(args);
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

PyObject *
PyUnicode_FromFormat(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *text = PyUnicode_FromFormatV(format, args);
    va_end(args);
    return text;
}

/* ---- join ---------------------------------------------------------------------------------- */

/* separator.join(iterable); a NULL separator is one space. */
PyObject *
PyUnicode_Join(PyObject *separator, PyObject *iterable)
{
    PyObject *sequence = PySequence_Fast(iterable, "can only join an iterable");
    if (sequence == NULL)
        return NULL;
    PyObject *result = _PyUnicode_JoinArray(separator, PySequence_Fast_ITEMS(sequence),
                                            PySequence_Fast_GET_SIZE(sequence));
    Py_DECREF(sequence);
    return result;
}

/* Total length and largest class of the items and their separators; -1 with an exception. */
static Py_ssize_t
measure(PyObject *const *items, Py_ssize_t n, Py_ssize_t separator_length, Py_UCS4 *maxchar)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = items[i];
        if (!PyUnicode_Check(item)) {
            PyErr_Format(PyExc_TypeError, "sequence item %zd: expected str instance, %.80s found", i,
                         Py_TYPE(item)->tp_name);
            return -1;
        }
        if (PyUnicode_READY(item) < 0)
            return -1;
        Py_UCS4 class = PyUnicode_MAX_CHAR_VALUE(item);
        if (class > *maxchar)
            *maxchar = class;
        Py_ssize_t more = PyUnicode_GET_LENGTH(item);
        if (i > 0 && more <= PY_SSIZE_T_MAX - separator_length)
            more += separator_length;
        if (more > PY_SSIZE_T_MAX - total) {
            PyErr_SetString(PyExc_OverflowError, "join() result is too long for a Python string");
            return -1;
        }
        total += more;
    }
    return total;
}

/* separator.join(items[0:n]). */
PyObject *
_PyUnicode_JoinArray(PyObject *separator, PyObject *const *items, Py_ssize_t n)
{
    if (n == 0)
        return str_new_empty();
    if (n == 1 && PyUnicode_CheckExact(items[0]))
        return PyUnicode_READY(items[0]) < 0 ? NULL : Py_NewRef(items[0]);
    if (separator == NULL)
        separator = _PyRuntime.str.latin1[' '];
    else if (!PyUnicode_Check(separator)) {
        PyErr_Format(PyExc_TypeError, "separator: expected str instance, %.80s found",
                     Py_TYPE(separator)->tp_name);
        return NULL;
    }
    else if (PyUnicode_READY(separator) < 0)
        return NULL;
    struct units sep = str_units(separator);
    Py_UCS4 maxchar = n > 1 && sep.length > 0 ? PyUnicode_MAX_CHAR_VALUE(separator) : 0x7f;
    Py_ssize_t total = measure(items, n, sep.length, &maxchar);
    if (total < 0)
        return NULL;
    PyObject *result = PyUnicode_New(total, maxchar);
    if (result == NULL || total == 0)
        return result;
    int width = (int)PyUnicode_KIND(result);
    char *out = PyUnicode_DATA(result);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i > 0 && sep.length > 0) {
            units_copy(width, out, sep.width, sep.data, (size_t)sep.length);
            out += sep.length * width;
        }
        struct units item = str_units(items[i]);
        units_copy(width, out, item.width, item.data, (size_t)item.length);
        out += item.length * width;
    }
    return result;
}
