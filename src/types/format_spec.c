/* The format specification mini-language (PEP 3101, 378, 515, 682), for str, int, float, complex.

   A number is laid out as
       left fill | sign | prefix | inner fill | grouped digits | point | remainder | right fill
   where the inner fill is used by '=' alignment; zeros as inner fill take part in grouping. */
#include <Python.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include "base/utf.h"
#include "types/float.h"
#include "types/format_spec.h"
#include "types/str.h"

int _Py_GetLocaleconvNumeric(struct lconv *lc, PyObject **decimal_point, PyObject **thousands_sep);
int _PyLong_FormatWriter(_PyUnicodeWriter *writer, PyObject *object, int base, int alternate);

/* ---- the specification ---------------------------------------------------------------------- */

enum grouping { GROUP_NONE, GROUP_COMMA = ',', GROUP_UNDERSCORE = '_', GROUP_FOUR, GROUP_LOCALE };

struct spec {
    Py_UCS4 fill;
    Py_UCS4 align;              /* one of < > = ^ */
    bool alternate;
    bool no_negative_zero;
    Py_UCS4 sign;               /* 0, '+', '-', ' ' */
    Py_ssize_t width;           /* -1: none */
    int grouping;
    Py_ssize_t precision;       /* -1: none */
    Py_UCS4 type;
};

static inline bool
is_align(Py_UCS4 ch)
{
    return ch == '<' || ch == '>' || ch == '=' || ch == '^';
}

/* Reads digits of any script at *at; 1 read, 0 there are none, -1 too many. */
static truth
read_integer(PyObject *text, Py_ssize_t *at, Py_ssize_t end, Py_ssize_t *value)
{
    Py_ssize_t start = *at, total = 0;
    for (; *at < end; ++*at) {
        int digit = Py_UNICODE_TODECIMAL(PyUnicode_READ_CHAR(text, *at));
        if (digit < 0)
            break;
        if (total > (PY_SSIZE_T_MAX - digit) / 10) {
            PyErr_SetString(PyExc_ValueError, "Too many decimal digits in format string");
            return -1;
        }
        total = total * 10 + digit;
    }
    *value = *at > start ? total : -1;
    return *at > start;
}

static status
bad_type(Py_UCS4 type, PyObject *object)
{
    if (type > 32 && type < 128)
        PyErr_Format(PyExc_ValueError, "Unknown format code '%c' for object of type '%.200s'",
                     (int)type, Py_TYPE(object)->tp_name);
    else
        PyErr_Format(PyExc_ValueError, "Unknown format code '\\x%x' for object of type '%.200s'",
                     (unsigned)type, Py_TYPE(object)->tp_name);
    return -1;
}

/* Grouping goes with decimal types; '_' also with binary, octal and hexadecimal, by fours. */
static status
check_grouping(struct spec *spec)
{
    switch (spec->type) {
    case 'd': case 'e': case 'f': case 'g': case 'E': case 'G': case '%': case 'F': case 0:
        return 0;
    case 'b': case 'o': case 'x': case 'X':
        if (spec->grouping == GROUP_UNDERSCORE) {
            spec->grouping = GROUP_FOUR;
            return 0;
        }
        FALLTHROUGH;
    default:
        if (spec->type > 32 && spec->type < 128)
            PyErr_Format(PyExc_ValueError, "Cannot specify '%c' with '%c'.", spec->grouping,
                         (int)spec->type);
        else
            PyErr_Format(PyExc_ValueError, "Cannot specify '%c' with '\\x%x'.", spec->grouping,
                         (unsigned)spec->type);
        return -1;
    }
}

/* Reads text[start:end] for `object` (named in errors only). */
static status
parse_spec(PyObject *text, Py_ssize_t start, Py_ssize_t end, PyObject *object, char type, char align,
           struct spec *spec)
{
    Py_ssize_t at = start;
    bool has_fill = false, has_align = false;
    *spec = (struct spec){.fill = ' ', .align = (Py_UCS4)align, .width = -1, .precision = -1,
                          .type = (Py_UCS4)type};
#define PEEK(i) PyUnicode_READ_CHAR(text, at + (i))
    if (end - at >= 2 && is_align(PEEK(1))) {
        spec->fill = PEEK(0);
        spec->align = PEEK(1);
        has_fill = has_align = true;
        at += 2;
    }
    else if (end - at >= 1 && is_align(PEEK(0))) {
        spec->align = PEEK(0);
        has_align = true;
        at++;
    }
    if (at < end && (PEEK(0) == '+' || PEEK(0) == '-' || PEEK(0) == ' ')) {
        spec->sign = PEEK(0);
        at++;
    }
    if (at < end && PEEK(0) == 'z') {
        spec->no_negative_zero = true;
        at++;
    }
    if (at < end && PEEK(0) == '#') {
        spec->alternate = true;
        at++;
    }
    if (!has_fill && at < end && PEEK(0) == '0') {
        spec->fill = '0';
        if (!has_align && align == '>')
            spec->align = '=';
        at++;
    }
    if (read_integer(text, &at, end, &spec->width) < 0)
        return -1;
    if (at < end && PEEK(0) == ',') {
        spec->grouping = GROUP_COMMA;
        at++;
    }
    if (at < end && PEEK(0) == '_') {
        if (spec->grouping != GROUP_NONE)
            goto both;
        spec->grouping = GROUP_UNDERSCORE;
        at++;
    }
    if (at < end && PEEK(0) == ',' && spec->grouping == GROUP_UNDERSCORE) {
    both:
        PyErr_SetString(PyExc_ValueError, "Cannot specify both ',' and '_'.");
        return -1;
    }
    if (at < end && PEEK(0) == '.') {
        at++;
        truth found = read_integer(text, &at, end, &spec->precision);
        if (found < 0)
            return -1;
        if (!found) {
            PyErr_SetString(PyExc_ValueError, "Format specifier missing precision");
            return -1;
        }
    }
    if (end - at > 1) {
        PyObject *whole = PyUnicode_Substring(text, start, end);
        if (whole != NULL) {
            PyErr_Format(PyExc_ValueError, "Invalid format specifier '%U' for object of type '%.200s'",
                         whole, Py_TYPE(object)->tp_name);
            Py_DECREF(whole);
        }
        return -1;
    }
    if (end - at == 1)
        spec->type = PEEK(0);
#undef PEEK
    return spec->grouping != GROUP_NONE ? check_grouping(spec) : 0;
}

/* ---- grouping -------------------------------------------------------------------------------- */

/* Text from the right: `at` counts down.  With writer NULL only lengths are computed. */
struct leftward {
    _PyUnicodeWriter *writer;
    Py_ssize_t at;
};

static void
put_left(struct leftward *out, PyObject *text, Py_ssize_t start, Py_ssize_t n)
{
    out->at -= n;
    if (out->writer != NULL && n > 0)
        _PyUnicode_FastCopyCharacters(out->writer->buffer, out->at, text, start, n);
}

static void
fill_left(struct leftward *out, Py_UCS4 ch, Py_ssize_t n)
{
    if (n <= 0)
        return;
    out->at -= n;
    if (out->writer != NULL)
        _PyUnicode_FastFill(out->writer->buffer, out->at, n, ch);
}

/* Lays out digits[d_pos:d_pos+n_digits] in groups, filled up with zeros to min_width characters,
   so that they end at `out->at`.  `grouping` holds group sizes from the right as localeconv()
   gives them. */
static void
group_digits(struct leftward *out, PyObject *digits, Py_ssize_t d_pos, Py_ssize_t n_digits,
             Py_ssize_t min_width, const char *grouping, PyObject *separator)
{
    Py_ssize_t left = n_digits, separator_length = PyUnicode_GET_LENGTH(separator);
    Py_ssize_t size = 0;
    bool first = true;
    if (likely(*grouping == CHAR_MAX || *grouping == 0)) { /* none: all in one */
        put_left(out, digits, d_pos, n_digits);
        fill_left(out, '0', Py_MAX(min_width, 1) - n_digits);
        return;
    }
    for (;;) {
        Py_ssize_t want = Py_MAX(Py_MAX(left, min_width), 1);
        if (*grouping == CHAR_MAX || (*grouping == 0 && size == 0))
            size = want; /* no more groups */
        else if (*grouping != 0)
            size = *grouping++;
        Py_ssize_t group = Py_MIN(size, want);
        if (!first)
            put_left(out, separator, 0, separator_length);
        Py_ssize_t taken = Py_MIN(left, group);
        put_left(out, digits, d_pos + left - taken, taken);
        fill_left(out, '0', group - taken);
        left -= taken;
        min_width -= group;
        if (left <= 0 && min_width <= 0)
            return;
        first = false;
        min_width -= separator_length;
    }
}

/* Exported: with writer NULL, the length of the grouped digits (and *maxchar raised to the
   separator's); otherwise writes them into the n_buffer characters prepared at the writer's
   position. */
Py_ssize_t
_PyUnicode_InsertThousandsGrouping(_PyUnicodeWriter *writer, Py_ssize_t n_buffer, PyObject *digits,
                                   Py_ssize_t d_pos, Py_ssize_t n_digits, Py_ssize_t min_width,
                                   const char *grouping, PyObject *thousands_sep, Py_UCS4 *maxchar)
{
    min_width = Py_MAX(min_width, 0);
    struct leftward out = {writer, writer == NULL ? 0 : writer->pos + n_buffer};
    Py_ssize_t end = out.at;
    group_digits(&out, digits, d_pos, n_digits, min_width, grouping, thousands_sep);
    if (writer == NULL)
        *maxchar = Py_MAX(*maxchar, PyUnicode_MAX_CHAR_VALUE(thousands_sep));
    return end - out.at;
}

/* How numbers look: by the C locale's rules, or the fixed ones. */
struct conventions {
    PyObject *point, *separator;    /* owned */
    const char *grouping;
    char *copy;                     /* of the locale's grouping (PyMem), or NULL */
};

static void
conventions_drop(struct conventions *c)
{
    Py_CLEAR(c->point);
    Py_CLEAR(c->separator);
    if (c->copy != NULL)
        PyMem_Free(c->copy);
}

static status
conventions_of_locale(struct conventions *c)
{
    struct lconv *locale = localeconv();
    if (_Py_GetLocaleconvNumeric(locale, &c->point, &c->separator) < 0)
        goto fail;
    c->copy = PyMem_Malloc(strlen(locale->grouping) + 1);
    if (c->copy == NULL) {
        PyErr_NoMemory();
        goto fail;
    }
    c->grouping = strcpy(c->copy, locale->grouping);
    return 0;
fail:
    conventions_drop(c);
    return -1;
}

static status
conventions_get(int kind, struct conventions *c)
{
    *c = (struct conventions){NULL, NULL, "", NULL};
    if (kind == GROUP_LOCALE)
        return conventions_of_locale(c);
    c->point = str_new_latin1('.');
    if (kind == GROUP_NONE)
        c->separator = str_new_empty();
    else {
        c->separator = str_new_latin1(kind == GROUP_COMMA ? ',' : '_');
        c->grouping = kind == GROUP_FOUR ? "\4" : "\3";
    }
    return 0;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* A number taken apart; positions refer to `text`, an ASCII string. */
struct number {
    PyObject *text;
    Py_UCS4 sign;               /* 0: none */
    Py_ssize_t prefix, prefix_length;
    Py_ssize_t digits, digits_length;
    bool point;
    Py_ssize_t rest, rest_length;
};

/* The sign to show for a number that is negative or not. */
static Py_UCS4
sign_for(const struct spec *spec, bool negative)
{
    if (negative)
        return '-';
    return spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
}

/* Width of the digit field, such that zeros as inner fill are grouped like digits. */
static Py_ssize_t
zero_width(const struct spec *spec, Py_ssize_t others)
{
    return spec->fill == '0' && spec->align == '=' ? Py_MAX(spec->width - others, 0) : 0;
}

/* Writes a number.  `upper` writes the prefix and digits in upper case. */
static status
write_number(_PyUnicodeWriter *writer, const struct number *n, const struct spec *spec,
             const struct conventions *c, bool upper)
{
    Py_ssize_t sign = n->sign != 0, point = n->point ? PyUnicode_GET_LENGTH(c->point) : 0;
    Py_ssize_t others = sign + n->prefix_length + point + n->rest_length;
    Py_ssize_t digit_width = zero_width(spec, others), digits = 0;
    Py_UCS4 maxchar = 0x7f;
    if (n->digits_length > 0) {
        struct leftward measure = {NULL, 0};
        group_digits(&measure, n->text, n->digits, n->digits_length, digit_width, c->grouping,
                     c->separator);
        digits = -measure.at;
        if (digits > n->digits_length)
            maxchar = PyUnicode_MAX_CHAR_VALUE(c->separator);
    }
    if (n->point)
        maxchar = Py_MAX(maxchar, PyUnicode_MAX_CHAR_VALUE(c->point));
    Py_ssize_t fill = Py_MAX(spec->width - others - digits, 0), left = 0, inner = 0;
    if (fill > 0) {
        maxchar = Py_MAX(maxchar, spec->fill);
        left = spec->align == '>' ? fill : spec->align == '^' ? fill / 2 : 0;
        inner = spec->align == '=' ? fill : 0;
    }
    Py_ssize_t right = fill - left - inner, total = others + digits + fill;
    if (_PyUnicodeWriter_Prepare(writer, total, maxchar) < 0)
        return -1;
    struct leftward out = {writer, writer->pos + total};
    fill_left(&out, spec->fill, right);
    put_left(&out, n->text, n->rest, n->rest_length);
    if (n->point)
        put_left(&out, c->point, 0, point);
    if (n->digits_length > 0) {
        Py_ssize_t end = out.at;
        group_digits(&out, n->text, n->digits, n->digits_length, digit_width, c->grouping,
                     c->separator);
        if (upper)
            for (Py_ssize_t i = out.at; i < end; i++) {
                Py_UCS4 ch = PyUnicode_READ(writer->kind, writer->data, i);
                if (ch < 128)
                    PyUnicode_WRITE(writer->kind, writer->data, i, Py_TOUPPER(ch));
            }
    }
    fill_left(&out, spec->fill, inner);
    put_left(&out, n->text, n->prefix, n->prefix_length);
    if (upper && n->prefix_length > 0)
        PyUnicode_WRITE(writer->kind, writer->data, out.at + 1, 'X');
    if (sign)
        fill_left(&out, n->sign, 1);
    fill_left(&out, spec->fill, left);
    writer->pos += total;
    return 0;
}

/* Appends text padded as a whole. */
static status
write_padded(_PyUnicodeWriter *writer, const struct spec *spec, PyObject *text, Py_ssize_t length)
{
    Py_ssize_t fill = Py_MAX(spec->width - length, 0);
    Py_ssize_t left = spec->align == '>'   ? fill
                      : spec->align == '^' ? fill / 2
                                           : 0;
    if (fill == 0)
        return _PyUnicodeWriter_WriteSubstring(writer, text, 0, length);
    Py_UCS4 maxchar = Py_MAX(_PyUnicode_FindMaxChar(text, 0, length), spec->fill);
    if (_PyUnicodeWriter_Prepare(writer, length + fill, maxchar) < 0)
        return -1;
    if (left > 0)
        _PyUnicode_FastFill(writer->buffer, writer->pos, left, spec->fill);
    if (length > 0)
        _PyUnicode_FastCopyCharacters(writer->buffer, writer->pos + left, text, 0, length);
    if (fill > left)
        _PyUnicode_FastFill(writer->buffer, writer->pos + left + length, fill - left, spec->fill);
    writer->pos += length + fill;
    return 0;
}

/* ---- str -------------------------------------------------------------------------------------- */

static status
refuse(const char *what)
{
    PyErr_SetString(PyExc_ValueError, what);
    return -1;
}

int
_PyUnicode_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *text,
                                Py_ssize_t start, Py_ssize_t end)
{
    struct spec spec;
    if (PyUnicode_READY(object) < 0)
        return -1;
    if (start == end)
        return PyUnicode_CheckExact(object)
                   ? _PyUnicodeWriter_WriteStr(writer, object)
                   : _PyUnicodeWriter_WriteSubstring(writer, object, 0, PyUnicode_GET_LENGTH(object));
    if (parse_spec(text, start, end, object, 's', '<', &spec) < 0)
        return -1;
    if (spec.type != 's')
        return bad_type(spec.type, object);
    if (spec.sign == ' ')
        return refuse("Space not allowed in string format specifier");
    if (spec.sign != 0)
        return refuse("Sign not allowed in string format specifier");
    if (spec.no_negative_zero)
        return refuse("Negative zero coercion (z) not allowed in string format specifier");
    if (spec.alternate)
        return refuse("Alternate form (#) not allowed in string format specifier");
    if (spec.align == '=')
        return refuse("'=' alignment not allowed in string format specifier");
    Py_ssize_t length = PyUnicode_GET_LENGTH(object);
    if (spec.precision >= 0 && spec.precision < length)
        length = spec.precision;
    return write_padded(writer, &spec, object, length);
}

/* ---- float and complex ------------------------------------------------------------------------ */

/* Splits what PyOS_double_to_string wrote into the parts of a number. */
static void
split_double(struct number *n, const struct spec *spec, PyObject *text)
{
    const char *s = (const char *)PyUnicode_1BYTE_DATA(text);
    Py_ssize_t at = 0, length = PyUnicode_GET_LENGTH(text);
    *n = (struct number){.text = text};
    n->sign = sign_for(spec, s[0] == '-');
    if (s[0] == '-')
        at++;
    n->digits = at;
    while (at < length && Py_ISDIGIT(s[at]))
        at++;
    n->digits_length = at - n->digits;
    n->point = at < length && s[at] == '.';
    n->rest = at + n->point;
    n->rest_length = length - n->rest;
}

/* The digits of a double as an ASCII str, with '%' behind if wanted. */
static PyObject *
double_text(double value, const struct spec *spec, char type, int default_precision, int flags,
            bool percent)
{
    int precision = (int)spec->precision;
    if (spec->precision < 0)
        precision = default_precision;
    else if (type == 'r')
        type = 'g';
    if (spec->alternate)
        flags |= Py_DTSF_ALT;
    if (spec->no_negative_zero)
        flags |= Py_DTSF_NO_NEG_0;
    char *buffer = PyOS_double_to_string(value, type, precision, flags, NULL);
    if (buffer == NULL)
        return NULL;
    PyObject *text = percent ? PyUnicode_FromFormat("%s%%", buffer)
                             : _PyUnicode_FromASCII(buffer, (Py_ssize_t)strlen(buffer));
    PyMem_Free(buffer);
    return text;
}

static status
write_double(_PyUnicodeWriter *writer, double value, const struct spec *spec)
{
    int flags = 0, default_precision = 6;
    char type = (char)spec->type;
    if (spec->precision > INT_MAX)
        return refuse("precision too big");
    if (type == 0) {
        flags |= Py_DTSF_ADD_DOT_0;
        type = 'r';
        default_precision = 0;
    }
    else if (type == 'n')
        type = 'g';
    else if (type == '%') {
        type = 'f';
        value *= 100;
    }
    PyObject *text = double_text(value, spec, type, default_precision, flags, spec->type == '%');
    if (text == NULL)
        return -1;
    struct number n;
    struct conventions c;
    status done = -1;
    split_double(&n, spec, text);
    if (conventions_get(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &c) == 0) {
        done = write_number(writer, &n, spec, &c, false);
        conventions_drop(&c);
    }
    Py_DECREF(text);
    return done;
}

/* A specification of nothing but a point, one or two digits and a letter: the commonest. */
static bool
is_short_spec(PyObject *text, Py_ssize_t start, Py_ssize_t end, int *precision)
{
    if ((end - start != 3 && end - start != 4) || !PyUnicode_IS_COMPACT_ASCII(text))
        return false;
    const char *s = (const char *)PyUnicode_1BYTE_DATA(text) + start;
    if (s[0] != '.' || !Py_ISDIGIT(s[1]))
        return false;
    *precision = s[1] - '0';
    if (end - start == 4) {
        if (!Py_ISDIGIT(s[2]))
            return false;
        *precision = *precision * 10 + s[2] - '0';
    }
    char type = s[end - start - 1] | 0x20;
    return type >= 'e' && type <= 'g';
}

int
_PyFloat_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *text,
                              Py_ssize_t start, Py_ssize_t end)
{
    struct spec spec;
    if (start == end) {
        PyObject *plain = PyObject_Str(object);
        if (plain == NULL)
            return -1;
        int done = _PyUnicodeWriter_WriteStr(writer, plain);
        Py_DECREF(plain);
        return done;
    }
    int precision;
    if (is_short_spec(text, start, end, &precision))
        return float_write_text(writer, PyFloat_AS_DOUBLE(object), (char)PyUnicode_READ_CHAR(text, end - 1),
                                precision, 0);
    if (parse_spec(text, start, end, object, 0, '>', &spec) < 0)
        return -1;
    if (spec.type != 0 && (spec.type > 127 || strchr("eEfFgGn%", (int)spec.type) == NULL))
        return bad_type(spec.type, object);
    return write_double(writer, PyFloat_AS_DOUBLE(object), &spec);
}

/* Writes real and imaginary part, laid out without padding, then pads the whole. */
static status
write_complex(_PyUnicodeWriter *writer, Py_complex value, const struct spec *spec)
{
    int default_precision = 6;
    char type = (char)spec->type;
    bool skip_real = false, parentheses = false;
    if (type == 0) {
        type = 'r';
        default_precision = 0;
        skip_real = value.real == 0.0 && copysign(1.0, value.real) == 1.0;
        parentheses = !skip_real;
    }
    else if (type == 'n')
        type = 'g';
    struct spec bare = *spec;
    bare.fill = 0;
    bare.align = '<';
    bare.width = -1;
    _PyUnicodeWriter inside;
    _PyUnicodeWriter_Init(&inside);
    inside.overallocate = 1;
    struct conventions c;
    status done = -1;
    struct number n;
    PyObject *whole = NULL;
    PyObject *real = double_text(value.real, spec, type, default_precision, 0, false);
    PyObject *imaginary = double_text(value.imag, spec, type, default_precision, 0, false);
    if (real == NULL || imaginary == NULL ||
        conventions_get(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &c) < 0)
        goto fail;
    if (parentheses && _PyUnicodeWriter_WriteChar(&inside, '(') < 0)
        goto fail_conventions;
    split_double(&n, &bare, real);
    if (!skip_real && write_number(&inside, &n, &bare, &c, false) < 0)
        goto fail_conventions;
    if (!skip_real)
        bare.sign = '+';
    split_double(&n, &bare, imaginary);
    if (write_number(&inside, &n, &bare, &c, false) < 0 ||
        _PyUnicodeWriter_WriteASCIIString(&inside, parentheses ? "j)" : "j", -1) < 0)
        goto fail_conventions;
    whole = _PyUnicodeWriter_Finish(&inside);
    if (whole != NULL)
        done = write_padded(writer, spec, whole, PyUnicode_GET_LENGTH(whole));
fail_conventions:
    conventions_drop(&c);
fail:
    if (whole == NULL)
        _PyUnicodeWriter_Dealloc(&inside);
    Py_XDECREF(whole);
    Py_XDECREF(real);
    Py_XDECREF(imaginary);
    return done;
}

int
_PyComplex_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *text,
                                Py_ssize_t start, Py_ssize_t end)
{
    struct spec spec;
    if (start == end) {
        PyObject *plain = PyObject_Str(object);
        if (plain == NULL)
            return -1;
        int done = _PyUnicodeWriter_WriteStr(writer, plain);
        Py_DECREF(plain);
        return done;
    }
    if (parse_spec(text, start, end, object, 0, '>', &spec) < 0)
        return -1;
    if (spec.type != 0 && (spec.type > 127 || strchr("eEfFgGn", (int)spec.type) == NULL))
        return bad_type(spec.type, object);
    if (spec.precision > INT_MAX)
        return refuse("precision too big");
    if (spec.fill == '0')
        return refuse("Zero padding is not allowed in complex format specifier");
    if (spec.align == '=')
        return refuse("'=' alignment flag is not allowed in complex format specifier");
    return write_complex(writer, ((PyComplexObject *)object)->cval, &spec);
}

/* ---- int --------------------------------------------------------------------------------------- */

/* Type 'c': the character with that code point. */
static status
write_character(_PyUnicodeWriter *writer, PyObject *object, const struct spec *spec)
{
    if (spec->sign != 0)
        return refuse("Sign not allowed with integer format specifier 'c'");
    if (spec->alternate)
        return refuse("Alternate form (#) not allowed with integer format specifier 'c'");
    long value = PyLong_AsLong(object);
    if (value == -1 && PyErr_Occurred())
        return -1;
    if (value < 0 || value > 0x10ffff) {
        PyErr_SetString(PyExc_OverflowError, "%c arg not in range(0x110000)");
        return -1;
    }
    PyObject *text = str_new_char((Py_UCS4)value);
    if (text == NULL)
        return -1;
    struct spec padded = *spec;
    if (padded.align == '=')
        padded.align = '>';
    status done = write_padded(writer, &padded, text, 1);
    Py_DECREF(text);
    return done;
}

static status
write_integer(_PyUnicodeWriter *writer, PyObject *object, const struct spec *spec)
{
    if (spec->precision >= 0)
        return refuse("Precision not allowed in integer format specifier");
    if (spec->no_negative_zero)
        return refuse("Negative zero coercion (z) not allowed in integer format specifier");
    if (spec->type == 'c')
        return write_character(writer, object, spec);
    int base = spec->type == 'b' ? 2 : spec->type == 'o' ? 8 : (spec->type | 32) == 'x' ? 16 : 10;
    if (spec->sign != '+' && spec->sign != ' ' && spec->width < 0 && spec->type != 'n' &&
        spec->type != 'X' && spec->grouping == GROUP_NONE)
        return _PyLong_FormatWriter(writer, object, base, base != 10 && spec->alternate);
    PyObject *text = _PyLong_Format(object, base);
    if (text == NULL)
        return -1;
    struct number n = {.text = text};
    bool negative = PyUnicode_READ_CHAR(text, 0) == '-';
    n.sign = sign_for(spec, negative);
    n.prefix = negative;
    n.prefix_length = spec->alternate && base != 10 ? 2 : 0;
    n.digits = negative + (base != 10 ? 2 : 0);
    n.digits_length = PyUnicode_GET_LENGTH(text) - n.digits;
    struct conventions c;
    status done = conventions_get(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &c);
    if (done == 0) {
        done = write_number(writer, &n, spec, &c, spec->type == 'X');
        conventions_drop(&c);
    }
    Py_DECREF(text);
    return done;
}

int
_PyLong_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *text,
                             Py_ssize_t start, Py_ssize_t end)
{
    struct spec spec;
    if (start == end) {
        if (PyLong_CheckExact(object))
            return _PyLong_FormatWriter(writer, object, 10, 0);
        PyObject *plain = PyObject_Str(object);
        if (plain == NULL)
            return -1;
        int done = _PyUnicodeWriter_WriteStr(writer, plain);
        Py_DECREF(plain);
        return done;
    }
    if (parse_spec(text, start, end, object, 'd', '>', &spec) < 0)
        return -1;
    if (spec.type < 128 && spec.type != 0 && strchr("bcdoxXn", (int)spec.type) != NULL)
        return write_integer(writer, object, &spec);
    if (spec.type < 128 && spec.type != 0 && strchr("eEfFgG%", (int)spec.type) != NULL) {
        double value = PyLong_AsDouble(object);
        if (value == -1.0 && PyErr_Occurred())
            return -1;
        return write_double(writer, value, &spec);
    }
    return bad_type(spec.type, object);
}
