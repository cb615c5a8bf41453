/* The % operator of bytes and bytearray (PEP 461). */
#include "object/declare.h"
#include "object/object.h"
#include "types/int.h"

enum { LEFT = 1, SIGN = 2, BLANK = 4, ALT = 8, ZERO = 16, NO_NEGATIVE_ZERO = 32 };

/* Where the conversion stands: the format, and the arguments used so far. */
struct Format {
    const char *start, *at, *end;
    PyObject *args;
    Py_ssize_t next;                /* index of the next argument; -2 for the only one, -1 used */
    Py_ssize_t count;               /* of arguments; -1 if args is the only one */
    PyObject *mapping;              /* args if names can be looked up in it */
    PyObject *owned;                /* the value a name gave, standing in for args */
};

/* One conversion as written: %[(name)][flags][width][.precision]character */
struct Spec {
    int flags;
    Py_ssize_t width;               /* -1: none */
    int precision;                  /* -1: none */
    char character;
};

/* What is to be written: text, perhaps with a sign or "0x" before it. */
struct Piece {
    const char *s;
    Py_ssize_t n;
    PyObject *owner;                /* keeps s alive, or NULL */
    char *memory;                   /* to be freed, or NULL */
    bool numeric;
    char byte;
};

/* The next argument, borrowed; TypeError if there is none. */
static PyObject *
next_argument(struct Format *f)
{
    PyObject *current = f->owned ? f->owned : f->args;
    if (f->count < 0) {
        if (f->next == -2) {
            f->next = -1;
            return current;
        }
    } else if (f->next < f->count) {
        return PyTuple_GET_ITEM(f->args, f->next++);
    }
    PyErr_SetString(PyExc_TypeError, "not enough arguments for format string");
    return NULL;
}

/* %(name): the value becomes the only argument. */
static status
take_name(struct Format *f)
{
    if (f->mapping == NULL) {
        PyErr_SetString(PyExc_TypeError, "format requires a mapping");
        return -1;
    }
    const char *start = ++f->at;
    int depth = 1;
    for (; f->at < f->end && depth > 0; f->at++) depth += (*f->at == '(') - (*f->at == ')');
    if (depth > 0) {
        PyErr_SetString(PyExc_ValueError, "incomplete format key");
        return -1;
    }
    PyObject *name = PyBytes_FromStringAndSize(start, f->at - 1 - start);
    if (name == NULL) return -1;
    PyObject *value = PyObject_GetItem(f->mapping, name);
    Py_DECREF(name);
    if (value == NULL) return -1;
    Py_XSETREF(f->owned, value);
    f->count = -1;
    f->next = -2;
    return 0;
}

/* Digits as a number up to `limit`; -1 with ValueError. */
static Py_ssize_t
take_number(struct Format *f, Py_ssize_t limit, const char *too_big)
{
    Py_ssize_t value = 0;
    for (; f->at < f->end && Py_ISDIGIT(Py_CHARMASK(*f->at)); f->at++) {
        int digit = *f->at - '0';
        if (value > (limit - digit) / 10) {
            PyErr_SetString(PyExc_ValueError, too_big);
            return -1;
        }
        value = value * 10 + digit;
    }
    return value;
}

static PyObject *
star_argument(struct Format *f)
{
    f->at++;
    PyObject *value = next_argument(f);
    if (value != NULL && !PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "* wants int");
        return NULL;
    }
    return value;
}

static status
take_spec(struct Format *f, struct Spec *spec)
{
    *spec = (struct Spec){.width = -1, .precision = -1};
    if (f->at < f->end && *f->at == '(' && take_name(f) < 0) return -1;
    for (; f->at < f->end; f->at++) {
        int flag = *f->at == '-'   ? LEFT
                   : *f->at == '+' ? SIGN
                   : *f->at == ' ' ? BLANK
                   : *f->at == '#' ? ALT
                   : *f->at == '0' ? ZERO
                   : *f->at == 'z' ? NO_NEGATIVE_ZERO
                                   : 0;
        if (!flag) break;
        spec->flags |= flag;
    }
    if (f->at < f->end && *f->at == '*') {
        PyObject *value = star_argument(f);
        if (value == NULL) return -1;
        spec->width = PyLong_AsSsize_t(value);
        if (spec->width == -1 && PyErr_Occurred()) return -1;
        if (spec->width < 0) {
            spec->flags |= LEFT;
            spec->width = -spec->width;
        }
    } else if (f->at < f->end && Py_ISDIGIT(Py_CHARMASK(*f->at))) {
        spec->width = take_number(f, PY_SSIZE_T_MAX, "width too big");
        if (spec->width < 0) return -1;
    }
    if (f->at < f->end && *f->at == '.') {
        f->at++;
        if (f->at < f->end && *f->at == '*') {
            PyObject *value = star_argument(f);
            if (value == NULL) return -1;
            spec->precision = _PyLong_AsInt(value);
            if (spec->precision == -1 && PyErr_Occurred()) return -1;
            if (spec->precision < 0) spec->precision = 0;
        } else {
            spec->precision = (int)take_number(f, INT_MAX, "prec too big");
            if (spec->precision < 0) return -1;
        }
    }
    if (f->at < f->end && (*f->at == 'h' || *f->at == 'l' || *f->at == 'L')) f->at++;
    if (f->at == f->end) {
        PyErr_SetString(PyExc_ValueError, "incomplete format");
        return -1;
    }
    spec->character = *f->at++;
    return 0;
}

/* ---- conversions ------------------------------------------------------------------------ */

static status
from_ascii(struct Piece *piece, PyObject *text)
{
    if (text == NULL) return -1;
    piece->owner = text;
    piece->s = PyUnicode_DATA(text);
    piece->n = PyUnicode_GET_LENGTH(text);
    return 0;
}

/* %b and %s */
static status
convert_bytes(struct Piece *piece, PyObject *value)
{
    if (PyBytes_Check(value)) {
        piece->owner = Py_NewRef(value);
    } else if (PyByteArray_Check(value)) {
        piece->owner = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(value),
                                                 PyByteArray_GET_SIZE(value));
    } else {
        PyObject *method = _PyObject_LookupSpecial(value, ID(__bytes__));
        if (method != NULL) {
            piece->owner = PyObject_CallNoArgs(method);
            Py_DECREF(method);
            if (piece->owner != NULL && !PyBytes_Check(piece->owner)) {
                PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)",
                             Py_TYPE(piece->owner)->tp_name);
                Py_CLEAR(piece->owner);
            }
        } else if (PyErr_Occurred()) {
            return -1;
        } else if (PyObject_CheckBuffer(value)) {
            piece->owner = PyBytes_FromObject(value);
        } else {
            PyErr_Format(PyExc_TypeError,
                         "%%b requires a bytes-like object, or an object that implements __bytes__, "
                         "not '%.100s'",
                         Py_TYPE(value)->tp_name);
        }
    }
    if (piece->owner == NULL) return -1;
    piece->s = PyBytes_AS_STRING(piece->owner);
    piece->n = PyBytes_GET_SIZE(piece->owner);
    return 0;
}

/* %c */
static status
convert_byte(struct Piece *piece, PyObject *value)
{
    piece->s = &piece->byte;
    piece->n = 1;
    if (PyBytes_Check(value) && PyBytes_GET_SIZE(value) == 1) {
        piece->byte = PyBytes_AS_STRING(value)[0];
        return 0;
    }
    if (PyByteArray_Check(value) && PyByteArray_GET_SIZE(value) == 1) {
        piece->byte = PyByteArray_AS_STRING(value)[0];
        return 0;
    }
    if (PyIndex_Check(value)) {
        int overflow;
        long x = PyLong_AsLongAndOverflow(value, &overflow);
        if (x == -1 && !overflow && PyErr_Occurred()) return -1;
        if (x < 0 || x > 255) {
            PyErr_SetString(PyExc_OverflowError, "%c arg not in range(256)");
            return -1;
        }
        piece->byte = (char)x;
        return 0;
    }
    PyErr_SetString(PyExc_TypeError, "%c requires an integer in range(256) or a single byte");
    return -1;
}

PyObject *_PyUnicode_FormatLong(PyObject *value, int alt, int precision, int type);

/* %d, %u, %i and %o, %x, %X */
static status
convert_int(struct Piece *piece, PyObject *value, struct Spec *spec)
{
    bool only_ints = strchr("oxX", spec->character) != NULL;
    piece->numeric = true;
    PyObject *number = NULL;
    if (PyLong_Check(value)) {
        number = Py_NewRef(value);
    } else if (PyNumber_Check(value)) {
        number = only_ints ? _PyNumber_Index(value) : PyNumber_Long(value);
        if (number == NULL && !PyErr_ExceptionMatches(PyExc_TypeError)) return -1;
    }
    if (number == NULL) {
        PyErr_Format(PyExc_TypeError, "%%%c format: %s is required, not %.200s", spec->character,
                     only_ints ? "an integer" : "a real number", Py_TYPE(value)->tp_name);
        return -1;
    }
    PyObject *text = _PyUnicode_FormatLong(number, spec->flags & ALT, spec->precision,
                                           spec->character);
    Py_DECREF(number);
    return from_ascii(piece, text);
}

/* %e, %f, %g and their capitals */
static status
convert_float(struct Piece *piece, PyObject *value, struct Spec *spec)
{
    double x = PyFloat_AsDouble(value);
    if (x == -1.0 && PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "float argument required, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    int flags = (spec->flags & ALT ? Py_DTSF_ALT : 0)
                | (spec->flags & NO_NEGATIVE_ZERO ? Py_DTSF_NO_NEG_0 : 0);
    piece->memory = PyOS_double_to_string(x, spec->character,
                                          spec->precision < 0 ? 6 : spec->precision, flags, NULL);
    if (piece->memory == NULL) return -1;
    piece->s = piece->memory;
    piece->n = (Py_ssize_t)strlen(piece->s);
    piece->numeric = true;
    return 0;
}

static status
convert(struct Format *f, struct Spec *spec, PyObject *value, struct Piece *piece)
{
    status done;
    switch (spec->character) {
    case 'a':
    case 'r':
        done = from_ascii(piece, PyObject_ASCII(value));
        break;
    case 's':
    case 'b':
        done = convert_bytes(piece, value);
        break;
    case 'i':
        spec->character = 'd';
        FALLTHROUGH;
    case 'd':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return convert_int(piece, value, spec);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return convert_float(piece, value, spec);
    case 'c':
        return convert_byte(piece, value);
    default:
        PyErr_Format(PyExc_ValueError, "unsupported format character '%c' (0x%x) at index %zd",
                     (unsigned char)spec->character, (unsigned char)spec->character,
                     f->at - 1 - f->start);
        return -1;
    }
    if (done == 0 && spec->precision >= 0 && piece->n > spec->precision) piece->n = spec->precision;
    return done;
}

/* Append a piece with sign, prefix and filling. */
static char *
write_piece(_PyBytesWriter *writer, char *out, const struct Spec *spec, struct Piece *piece)
{
    char sign = 0;
    const char *s = piece->s;
    Py_ssize_t n = piece->n, prefix = 0;
    if (piece->numeric) {
        if (n > 0 && (*s == '-' || *s == '+')) {
            sign = *s++;
            n--;
        } else if (spec->flags & SIGN) {
            sign = '+';
        } else if (spec->flags & BLANK) {
            sign = ' ';
        }
        if ((spec->flags & ALT) && strchr("oxX", spec->character)) prefix = 2;
    }
    Py_ssize_t total = n + (sign != 0);
    Py_ssize_t fill = spec->width > total ? spec->width - total : 0;
    out = _PyBytesWriter_Prepare(writer, out, total + fill);
    if (out == NULL) return NULL;
    bool left = spec->flags & LEFT, zeros = piece->numeric && (spec->flags & ZERO) && !left;
    if (!left && !zeros) {
        memset(out, ' ', (size_t)fill);
        out += fill;
    }
    if (sign) *out++ = sign;
    memcpy(out, s, (size_t)prefix);
    out += prefix;
    if (zeros) {
        memset(out, '0', (size_t)fill);
        out += fill;
    }
    memcpy(out, s + prefix, (size_t)(n - prefix));
    out += n - prefix;
    if (left) {
        memset(out, ' ', (size_t)fill);
        out += fill;
    }
    return out;
}

/* format % args as bytes, or as a bytearray. */
PyObject *
_PyBytes_FormatEx(const char *format, Py_ssize_t length, PyObject *args, int use_bytearray)
{
    if (args == NULL) {
        PyErr_BadInternalCall();
        return NULL;
    }
    struct Format f = {.start = format, .at = format, .end = format + length, .args = args};
    f.count = PyTuple_Check(args) ? PyTuple_GET_SIZE(args) : -1;
    f.next = f.count < 0 ? -2 : 0;
    PyMappingMethods *mapping = Py_TYPE(args)->tp_as_mapping;
    if (mapping != NULL && mapping->mp_subscript != NULL && !PyTuple_Check(args)
        && !PyBytes_Check(args) && !PyUnicode_Check(args) && !PyByteArray_Check(args)) {
        f.mapping = args;
    }
    _PyBytesWriter writer;
    _PyBytesWriter_Init(&writer);
    writer.use_bytearray = use_bytearray;
    char *out = _PyBytesWriter_Alloc(&writer, 0);
    if (out == NULL) return NULL;
    writer.overallocate = !use_bytearray;
    while (f.at < f.end) {
        const char *percent = memchr(f.at, '%', (size_t)(f.end - f.at));
        Py_ssize_t plain = (percent ? percent : f.end) - f.at;
        if (plain > 0) {
            out = _PyBytesWriter_WriteBytes(&writer, out, f.at, plain);
            if (out == NULL) goto fail;
            f.at += plain;
            continue;
        }
        f.at++;
        if (f.at < f.end && *f.at == '%') {
            out = _PyBytesWriter_WriteBytes(&writer, out, f.at++, 1);
            if (out == NULL) goto fail;
            continue;
        }
        struct Spec spec;
        struct Piece piece = {NULL};
        if (take_spec(&f, &spec) < 0) goto fail;
        PyObject *value = next_argument(&f);
        if (value == NULL) goto fail;
        if (convert(&f, &spec, value, &piece) == 0) {
            out = write_piece(&writer, out, &spec, &piece);
        } else {
            out = NULL;
        }
        Py_XDECREF(piece.owner);
        PyMem_Free(piece.memory);
        if (out == NULL) goto fail;
    }
    if (f.next < f.count && f.mapping == NULL) {
        PyErr_SetString(PyExc_TypeError, "not all arguments converted during bytes formatting");
        goto fail;
    }
    if (f.count < 0 && f.next == -2 && f.mapping == NULL) {
        PyErr_SetString(PyExc_TypeError, "not all arguments converted during bytes formatting");
        goto fail;
    }
    Py_XDECREF(f.owned);
    return _PyBytesWriter_Finish(&writer, out);
fail:
    Py_XDECREF(f.owned);
    _PyBytesWriter_Dealloc(&writer);
    return NULL;
}
