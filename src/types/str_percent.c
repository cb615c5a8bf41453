/* str % values: printf-style formatting. */
#include <Python.h>
#include <limits.h>
#include <string.h>
#include "object/declare.h"
#include "types/int.h"
#include "types/str.h"
#include "types/str_quick.h"

int _PyLong_FormatWriter(_PyUnicodeWriter *writer, PyObject *object, int base, int alternate);

enum { LEFT = 1, SIGN = 2, BLANK = 4, ALTERNATE = 8, ZERO = 16 };

/* One conversion specification: %[(key)][flags][width][.precision][length]letter. */
struct conversion {
    int flags;
    Py_ssize_t width;       /* -1: none */
    int precision;          /* -1: none */
    Py_UCS4 letter;
    bool signed_text;       /* a number: flags about signs apply */
};

/* The formatting at work. */
struct percent {
    struct units format;
    Py_ssize_t at;              /* in the format, behind what has been read */
    PyObject *format_object;
    PyObject *args;             /* owned: tuple, single value, or a value of dict */
    Py_ssize_t next, count;     /* next item of a tuple; count -1, next -2: a single value, unused */
    PyObject *dict;             /* the right operand if it is a mapping (borrowed), or NULL */
    _PyUnicodeWriter writer;
};

/* The next value (borrowed from p->args). */
static PyObject *
next_value(struct percent *p)
{
    if (p->count >= 0 && p->next < p->count)
        return PyTuple_GetItem(p->args, p->next++);
    if (p->count < 0 && p->next == -2) {
        p->next = -1;
        return p->args;
    }
    PyErr_SetString(PyExc_TypeError, "not enough arguments for format string");
    return NULL;
}

/* ---- reading a specification ------------------------------------------------------------------ */

static inline bool
more(struct percent *p)
{
    return p->at < p->format.length;
}

static inline Py_UCS4
peek(struct percent *p)
{
    return unit_at(p->format, p->at);
}

/* (key): takes the value from the mapping; nested parentheses belong to the key. */
static status
read_key(struct percent *p)
{
    if (p->dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "format requires a mapping");
        return -1;
    }
    Py_ssize_t start = ++p->at, depth = 1;
    while (depth > 0) {
        if (!more(p)) {
            PyErr_SetString(PyExc_ValueError, "incomplete format key");
            return -1;
        }
        Py_UCS4 ch = peek(p);
        p->at++;
        depth += ch == '(' ? 1 : ch == ')' ? -1 : 0;
    }
    PyObject *key = str_slice(p->format_object, start, p->at - 1);
    if (key == NULL)
        return -1;
    PyObject *value = PyObject_GetItem(p->dict, key);
    Py_DECREF(key);
    if (value == NULL)
        return -1;
    Py_XSETREF(p->args, value);
    p->count = -1;
    p->next = -2;
    return 0;
}

static int
read_flags(struct percent *p)
{
    int flags = 0;
    for (; more(p); p->at++) {
        switch (peek(p)) {
        case '-': flags |= LEFT; break;
        case '+': flags |= SIGN; break;
        case ' ': flags |= BLANK; break;
        case '#': flags |= ALTERNATE; break;
        case '0': flags |= ZERO; break;
        default: return flags;
        }
    }
    return flags;
}

static status
read_digits(struct percent *p, Py_ssize_t limit, const char *too_big, Py_ssize_t *value)
{
    for (*value = 0; more(p) && peek(p) >= '0' && peek(p) <= '9'; p->at++) {
        int digit = (int)peek(p) - '0';
        if (*value > (limit - digit) / 10) {
            PyErr_SetString(PyExc_ValueError, too_big);
            return -1;
        }
        *value = *value * 10 + digit;
    }
    return 0;
}

/* The value for '*', an int (borrowed). */
static PyObject *
star_value(struct percent *p)
{
    p->at++;
    PyObject *value = next_value(p);
    if (value != NULL && !PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "* wants int");
        return NULL;
    }
    return value;
}

static status
read_width(struct percent *p, struct conversion *c)
{
    if (!more(p))
        return 0;
    if (peek(p) == '*') {
        PyObject *value = star_value(p);
        if (value == NULL)
            return -1;
        c->width = PyLong_AsSsize_t(value);
        if (c->width == -1 && PyErr_Occurred())
            return -1;
        if (c->width < 0) {
            c->flags |= LEFT;
            c->width = c->width == PY_SSIZE_T_MIN ? PY_SSIZE_T_MAX : -c->width;
        }
        return 0;
    }
    if (peek(p) >= '0' && peek(p) <= '9')
        return read_digits(p, PY_SSIZE_T_MAX, "width too big", &c->width);
    return 0;
}

static status
read_precision(struct percent *p, struct conversion *c)
{
    if (!more(p) || peek(p) != '.')
        return 0;
    p->at++;
    c->precision = 0;
    if (!more(p))
        return 0;
    if (peek(p) == '*') {
        PyObject *value = star_value(p);
        if (value == NULL)
            return -1;
        c->precision = _PyLong_AsInt(value);
        if (c->precision == -1 && PyErr_Occurred())
            return -1;
        c->precision = Py_MAX(c->precision, 0);
        return 0;
    }
    Py_ssize_t precision;
    if (read_digits(p, INT_MAX, "precision too big", &precision) < 0)
        return -1;
    c->precision = (int)precision;
    return 0;
}

/* Reads what follows a '%'. */
static status
read_conversion(struct percent *p, struct conversion *c)
{
    *c = (struct conversion){.width = -1, .precision = -1};
    if (more(p) && peek(p) == '%') {
        c->letter = '%';
        p->at++;
        return 0;
    }
    if (more(p) && peek(p) == '(' && read_key(p) < 0)
        return -1;
    c->flags = read_flags(p);
    if (read_width(p, c) < 0 || read_precision(p, c) < 0)
        return -1;
    if (more(p) && (peek(p) == 'h' || peek(p) == 'l' || peek(p) == 'L'))
        p->at++;
    if (!more(p)) {
        PyErr_SetString(PyExc_ValueError, "incomplete format");
        return -1;
    }
    c->letter = peek(p);
    p->at++;
    return 0;
}

/* ---- values to text ------------------------------------------------------------------------------ */

/* An int as text for a format letter: digits up to the precision, prefix if alternate.  Exported
   under its old name for bytes formatting. */
PyObject *
_PyUnicode_FormatLong(PyObject *value, int alternate, int precision, int type)
{
    int base = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
    if (precision <= 1 && type != 'X')
        return int_to_text(value, base, alternate);
    PyObject *text = _PyLong_Format(value, base);
    if (text == NULL)
        return NULL;
    if (precision > INT_MAX - 3) {
        Py_DECREF(text);
        PyErr_SetString(PyExc_OverflowError, "precision too large");
        return NULL;
    }
    const char *s = (const char *)PyUnicode_1BYTE_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    bool negative = s[0] == '-';
    Py_ssize_t from = negative + (base == 10 ? 0 : 2), digits = length - from;
    Py_ssize_t prefix = alternate && base != 10 ? 2 : 0, zeros = Py_MAX(precision - digits, 0);
    if (zeros == 0 && type != 'X' && (base == 10 || alternate))
        return text;
    PyObject *result = PyUnicode_New(negative + prefix + zeros + digits, 0x7f);
    if (result != NULL) {
        char *out = (char *)PyUnicode_1BYTE_DATA(result);
        if (negative)
            *out++ = '-';
        memcpy(out, s + negative, (size_t)prefix);
        out += prefix;
        memset(out, '0', (size_t)zeros);
        memcpy(out + zeros, s + from, (size_t)digits);
        if (type == 'X')
            for (char *q = out - prefix; q < out + zeros + digits; q++)
                *q = (char)Py_TOUPPER(*q);
        result = str_result_take(result);
    }
    Py_DECREF(text);
    return result;
}

static int
base_of(Py_UCS4 letter)
{
    return letter == 'o' ? 8 : letter == 'x' || letter == 'X' ? 16 : 10;
}

/* The int that value stands for under an integer letter (new reference). */
static PyObject *
integer_value(PyObject *value, Py_UCS4 letter)
{
    PyObject *number = NULL;
    bool exact = base_of(letter) != 10;
    if (PyLong_Check(value))
        return Py_NewRef(value);
    if (PyNumber_Check(value)) {
        number = exact ? PyNumber_Index(value) : PyNumber_Long(value);
        if (number != NULL || !PyErr_ExceptionMatches(PyExc_TypeError))
            return number;
    }
    PyErr_Format(PyExc_TypeError,
                 exact ? "%%%c format: an integer is required, not %.200s"
                       : "%%%c format: a real number is required, not %.200s",
                 (int)letter, Py_TYPE(value)->tp_name);
    return NULL;
}

static PyObject *
integer_text(PyObject *value, const struct conversion *c)
{
    PyObject *number = integer_value(value, c->letter);
    if (number == NULL)
        return NULL;
    PyObject *text = _PyUnicode_FormatLong(number, c->flags & ALTERNATE, c->precision,
                                           (int)c->letter);
    Py_DECREF(number);
    return text;
}

static PyObject *
float_text(PyObject *value, const struct conversion *c)
{
    double x = PyFloat_AsDouble(value);
    if (x == -1.0 && PyErr_Occurred())
        return NULL;
    char *digits = PyOS_double_to_string(x, (char)c->letter, c->precision < 0 ? 6 : c->precision,
                                         c->flags & ALTERNATE ? Py_DTSF_ALT : 0, NULL);
    if (digits == NULL)
        return NULL;
    PyObject *text = _PyUnicode_FromASCII(digits, (Py_ssize_t)strlen(digits));
    PyMem_Free(digits);
    return text;
}

/* %c: a str of length one, or an int. */
static PyObject *
character_text(PyObject *value)
{
    if (PyUnicode_Check(value)) {
        if (PyUnicode_READY(value) < 0)
            return NULL;
        if (PyUnicode_GET_LENGTH(value) == 1)
            return str_unchanged(value);
    }
    else {
        PyObject *index = PyNumber_Index(value);
        if (index != NULL) {
            int overflow;
            long ch = PyLong_AsLongAndOverflow(index, &overflow);
            Py_DECREF(index);
            if (!overflow && ch >= 0 && ch <= 0x10ffff)
                return str_new_char((Py_UCS4)ch);
            PyErr_SetString(PyExc_OverflowError, "%c arg not in range(0x110000)");
            return NULL;
        }
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return NULL;
    }
    PyErr_SetString(PyExc_TypeError, "%c requires int or char");
    return NULL;
}

/* The text of a value, not padded (new reference). */
static PyObject *
value_text(struct percent *p, struct conversion *c, PyObject *value)
{
    switch (c->letter) {
    case 's':
        return PyUnicode_CheckExact(value) ? Py_NewRef(value) : PyObject_Str(value);
    case 'r':
        return PyObject_Repr(value);
    case 'a':
        return PyObject_ASCII(value);
    case 'i': case 'd': case 'u': case 'o': case 'x': case 'X':
        c->signed_text = true;
        return integer_text(value, c);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        c->signed_text = true;
        return float_text(value, c);
    case 'c':
        return character_text(value);
    default:
        PyErr_Format(PyExc_ValueError, "unsupported format character '%c' (0x%x) at index %zd",
                     31 < c->letter && c->letter < 127 ? (int)c->letter : '?', (int)c->letter,
                     p->at - 1);
        return NULL;
    }
}

/* ---- output ---------------------------------------------------------------------------------------- */

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

/* Writes text in its field: sign and prefix stand before zeros, spaces before everything. */
static status
write_field(_PyUnicodeWriter *writer, const struct conversion *c, PyObject *text)
{
    Py_ssize_t start = 0, end = PyUnicode_GET_LENGTH(text);
    bool is_text = c->letter == 's' || c->letter == 'r' || c->letter == 'a';
    if (is_text && c->precision >= 0 && c->precision < end)
        end = c->precision;
    Py_UCS4 sign = 0;
    Py_ssize_t prefix = 0;
    if (c->signed_text) {
        Py_UCS4 first = PyUnicode_READ_CHAR(text, 0);
        if (first == '-' || first == '+') {
            sign = first;
            start = 1;
        }
        else if (c->flags & SIGN)
            sign = '+';
        else if (c->flags & BLANK)
            sign = ' ';
        if (c->flags & ALTERNATE && (c->letter == 'x' || c->letter == 'X' || c->letter == 'o'))
            prefix = 2;
    }
    Py_ssize_t fill = c->width - (end - start) - (sign != 0);
    bool left = c->flags & LEFT, zeros = c->flags & ZERO && c->signed_text && !left;
    if (!left && !zeros && write_fill(writer, ' ', fill) < 0)
        return -1;
    if (sign != 0 && _PyUnicodeWriter_WriteChar(writer, sign) < 0)
        return -1;
    if (_PyUnicodeWriter_WriteSubstring(writer, text, start, start + prefix) < 0)
        return -1;
    if (zeros && write_fill(writer, '0', fill) < 0)
        return -1;
    if (_PyUnicodeWriter_WriteSubstring(writer, text, start + prefix, end) < 0)
        return -1;
    return left ? write_fill(writer, ' ', fill) : 0;
}

/* The conversions that need no field, written straight to the output; 1 done, 0 not one. */
static truth
write_directly(struct percent *p, const struct conversion *c, PyObject *value)
{
    if (c->width >= 0 || c->precision >= 0)
        return 0;
    if (c->letter == 's' && PyUnicode_Check(value) && PyUnicode_CheckExact(value))
        return _PyUnicodeWriter_WriteStr(&p->writer, value) < 0 ? -1 : 1;
    if ((c->letter == 's' && PyLong_CheckExact(value)) ||
        (PyLong_CheckExact(value) && (c->letter == 'd' || c->letter == 'i' || c->letter == 'u' ||
                                      c->letter == 'x' || c->letter == 'o') &&
         !(c->flags & (SIGN | BLANK))))
        return _PyLong_FormatWriter(&p->writer, value, base_of(c->letter),
                                    c->letter != 's' && c->flags & ALTERNATE) < 0 ? -1 : 1;
    return 0;
}

static status
format_one(struct percent *p)
{
    struct conversion c;
    if (read_conversion(p, &c) < 0)
        return -1;
    if (c.letter == '%' && unit_at(p->format, p->at - 2) == '%')
        return _PyUnicodeWriter_WriteChar(&p->writer, '%');
    PyObject *value = next_value(p);
    if (value == NULL)
        return -1;
    if (!more(p))
        p->writer.overallocate = 0;
    Py_INCREF(value);
    truth direct = write_directly(p, &c, value);
    status done = direct < 0 ? -1 : 0;
    if (direct == 0) {
        PyObject *text = value_text(p, &c, value);
        if (text == NULL || PyUnicode_READY(text) < 0)
            done = -1;
        else
            done = write_field(&p->writer, &c, text);
        Py_XDECREF(text);
    }
    Py_DECREF(value);
    return done;
}

/* format % args (new reference). */
PyObject *
PyUnicode_Format(PyObject *format, PyObject *args)
{
    if (format == NULL || args == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (!PyUnicode_Check(format)) {
        PyErr_Format(PyExc_TypeError, "must be str, not %.100s", Py_TYPE(format)->tp_name);
        return NULL;
    }
    if (PyUnicode_READY(format) < 0)
        return NULL;
    PyObject *quick = percent_quick(format, args);
    if (quick != NULL || PyErr_Occurred())
        return quick;
    struct percent p = {.format = str_units(format), .format_object = format, .args = Py_NewRef(args),
                        .next = -2, .count = -1};
    if (PyTuple_Check(args)) {
        p.count = PyTuple_Size(args);
        p.next = 0;
    }
    else if (PyMapping_Check(args) && !PyUnicode_Check(args))
        p.dict = args;
    _PyUnicodeWriter_Init(&p.writer);
    p.writer.min_length = p.format.length + 100;
    p.writer.overallocate = 1;
    while (more(&p)) {
        Py_ssize_t start = p.at;
        while (more(&p) && peek(&p) != '%')
            p.at++;
        if (p.at > start) {
            if (!more(&p))
                p.writer.overallocate = 0;
            if (_PyUnicodeWriter_WriteSubstring(&p.writer, format, start, p.at) < 0)
                goto fail;
            continue;
        }
        p.at++;
        if (format_one(&p) < 0)
            goto fail;
    }
    if ((p.count < 0 ? p.next == -2 : p.next < p.count) && p.dict == NULL) {
        PyErr_SetString(PyExc_TypeError, "not all arguments converted during string formatting");
        goto fail;
    }
    Py_DECREF(p.args);
    return _PyUnicodeWriter_Finish(&p.writer);
fail:
    Py_DECREF(p.args);
    _PyUnicodeWriter_Dealloc(&p.writer);
    return NULL;
}
