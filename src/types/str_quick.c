/* `%` and str.format for short ASCII formats of exact str, int and float: the pieces are measured, then written once.

   Nothing here runs Python code, so that giving up in the middle leaves no trace: the general way (str_percent.c,
   str_format.c) then begins anew and reports mistakes.  Invariant: a Piece's text stays valid until pieces_clear. */
#include "types/str_quick.h"
#include "types/float.h"
#include "types/int.h"
#include "types/str.h"

enum { PIECES_MAX = 24, QUICK_WIDTH_MAX = 200, QUICK_PRECISION_MAX = 30 };

struct Piece {
    const char *text;
    size_t length;
    PyObject *owner;        /* owns text, or NULL */
    char *memory;           /* the same from PyMem_Malloc */
    int width;
    bool to_left, zeros;
};

struct Pieces {
    int count;
    struct Piece items[PIECES_MAX];
};

static void
pieces_clear(struct Pieces *pieces)
{
    for (int i = 0; i < pieces->count; i++) {
        Py_XDECREF(pieces->items[i].owner);
        PyMem_Free(pieces->items[i].memory);
    }
}

/* The next piece, empty; NULL if there are too many. */
static struct Piece *
pieces_add(struct Pieces *pieces)
{
    if (pieces->count == PIECES_MAX) {
        return NULL;
    }
    struct Piece *piece = &pieces->items[pieces->count++];
    *piece = (struct Piece){.text = ""};
    return piece;
}

/* Takes over a str; false if it is NULL or not ASCII. */
static bool
piece_own_take(struct Piece *piece, PyObject *text_take)
{
    if (text_take == NULL) {
        return false;
    }
    piece->owner = text_take;
    if (!PyUnicode_IS_COMPACT_ASCII(text_take)) {
        return false;
    }
    piece->text = (const char *)PyUnicode_1BYTE_DATA(text_take);
    piece->length = (size_t)PyUnicode_GET_LENGTH(text_take);
    return true;
}

/* str() or repr() of an exact str, int or float. */
static bool
piece_value(struct Piece *piece, PyObject *value, bool repr)
{
    if (PyUnicode_CheckExact(value)) {
        return PyUnicode_IS_READY(value) && piece_own_take(piece, repr ? PyObject_Repr(value) : Py_NewRef(value));
    }
    if (PyLong_CheckExact(value)) {
        return piece_own_take(piece, int_to_decimal(value));
    }
    return PyFloat_CheckExact(value) && piece_own_take(piece, float_to_text(PyFloat_AS_DOUBLE(value)));
}

/* All pieces as one str; NULL, without an exception, if it would be too long. */
static PyObject *
pieces_join(const struct Pieces *pieces)
{
    size_t total = 0;
    for (int i = 0; i < pieces->count; i++) {
        const struct Piece *piece = &pieces->items[i];
        total += (size_t)piece->width > piece->length ? (size_t)piece->width : piece->length;
        if (total > STR_QUICK_MAX) {
            return NULL;
        }
    }
    if (total < 2) {
        return NULL;
    }
    if (pieces->count == 1 && pieces->items[0].length == total) {
        /* '%s' % s is s. */
        PyObject *owner = pieces->items[0].owner;
        return owner != NULL && PyUnicode_CheckExact(owner) ? Py_NewRef(owner) : NULL;
    }
    PyObject *result = str_new_ascii_quick((Py_ssize_t)total);
    if (result == NULL) {
        return NULL;
    }
    char *out = (char *)PyUnicode_1BYTE_DATA(result);
    for (int i = 0; i < pieces->count; i++) {
        const struct Piece *piece = &pieces->items[i];
        const char *text = piece->text;
        size_t length = piece->length;
        size_t missing = (size_t)piece->width > length ? (size_t)piece->width - length : 0;
        if (missing > 0 && !piece->to_left) {
            if (piece->zeros && *text == '-') {
                *out++ = *text++;
                length--;
            }
            memset(out, piece->zeros ? '0' : ' ', missing);
            out += missing;
        }
        copy_short(out, text, length);
        out += length;
        if (missing > 0 && piece->to_left) {
            memset(out, ' ', missing);
            out += missing;
        }
    }
    return result;
}

static bool
read_small(const char **p, int limit, int *value)
{
    *value = 0;
    while (**p >= '0' && **p <= '9') {
        *value = *value * 10 + (*(*p)++ - '0');
        if (*value > limit) {
            return false;
        }
    }
    return true;
}

/* ---- % -------------------------------------------------------------------------------------- */

/* What stands behind a %: -[0][width][.precision] and one of s r d f. */
static bool
percent_field(const char **at, struct Piece *piece, PyObject *value)
{
    const char *p = *at;
    int precision = -1;
    bool to_left = *p == '-', zeros = *p == '0';
    p += to_left || zeros;
    int width;
    if (!read_small(&p, QUICK_WIDTH_MAX, &width)) {
        return false;
    }
    if (*p == '.') {
        p++;
        if (!read_small(&p, QUICK_PRECISION_MAX, &precision)) {
            return false;
        }
    }
    switch (*p) {
    case 's':
    case 'r':
        if (precision >= 0 || zeros || !piece_value(piece, value, *p == 'r')) {
            return false;
        }
        break;
    case 'd':
        if (precision >= 0 || !PyLong_CheckExact(value) || !piece_value(piece, value, false)) {
            return false;
        }
        break;
    case 'f': {
        if (!PyFloat_CheckExact(value) || PyFloat_AS_DOUBLE(value) - PyFloat_AS_DOUBLE(value) != 0.0) {
            return false;
        }
        piece->memory = PyOS_double_to_string(PyFloat_AS_DOUBLE(value), 'f', precision < 0 ? 6 : precision, 0, NULL);
        if (piece->memory == NULL) {
            return false;
        }
        piece->text = piece->memory;
        piece->length = strlen(piece->memory);
        break;
    }
    default:
        return false;
    }
    piece->width = width;
    piece->to_left = to_left;
    piece->zeros = zeros;
    *at = p + 1;
    return true;
}

/* The text of a short ASCII format, or NULL. */
static const char *
format_text(PyObject *format, const char **end)
{
    if (!PyUnicode_CheckExact(format) || !PyUnicode_IS_COMPACT_ASCII(format) ||
        PyUnicode_GET_LENGTH(format) > STR_QUICK_MAX) {
        return NULL;
    }
    const char *text = (const char *)PyUnicode_1BYTE_DATA(format);
    *end = text + PyUnicode_GET_LENGTH(format);
    return text;
}

PyObject *
percent_quick(PyObject *format, PyObject *args)
{
    const char *end, *p = format_text(format, &end);
    PyObject *const *values = &args;
    Py_ssize_t count = 1, used = 0;
    if (p == NULL) {
        return NULL;
    }
    if (PyTuple_CheckExact(args)) {
        values = ((PyTupleObject *)args)->ob_item;
        count = PyTuple_GET_SIZE(args);
    }
    struct Pieces pieces;
    pieces.count = 0;
    PyObject *result = NULL;
    while (p < end) {
        struct Piece *piece = pieces_add(&pieces);
        if (piece == NULL) {
            goto done;
        }
        if (*p == '%') {
            p++;
            if (used == count || !percent_field(&p, piece, values[used++])) {
                goto done;
            }
            continue;
        }
        const char *mark = memchr(p, '%', (size_t)(end - p));
        piece->text = p;
        p = mark != NULL ? mark : end;
        piece->length = (size_t)(p - piece->text);
    }
    if (used == count) {
        result = pieces_join(&pieces);
    }
done:
    pieces_clear(&pieces);
    return result;
}

/* ---- str.format ------------------------------------------------------------------------------ */

/* A replacement field behind its brace: [number][!r or !s][:specification]}.  *automatic counts the fields without
   a number; -1 once one had a number. */
static bool
format_field(const char **at, const char *end, struct Piece *piece, PyObject *const *values, Py_ssize_t count,
             int *automatic)
{
    const char *p = *at;
    const char *digits = p;
    int index;
    if (!read_small(&p, 100, &index)) {
        return false;
    }
    if (p == digits) {
        if (*automatic < 0) {
            return false;
        }
        index = (*automatic)++;
    }
    else {
        if (*automatic > 0) {
            return false;
        }
        *automatic = -1;
    }
    if (index >= count) {
        return false;
    }
    PyObject *value = values[index];
    if (*p == '!' && (p[1] == 'r' || p[1] == 's') && p[2] == '}') {
        *at = p + 3;
        return piece_value(piece, value, p[1] == 'r');
    }
    if (*p == '}') {
        *at = p + 1;
        return piece_value(piece, value, false);
    }
    if (*p != ':' || !(PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyUnicode_CheckExact(value))) {
        return false;
    }
    const char *spec = ++p;
    while (p < end && *p != '}') {
        if (*p++ == '{') {
            return false;
        }
    }
    if (p == end) {
        return false;
    }
    PyObject *text = PyUnicode_FromStringAndSize(spec, p - spec);
    if (text == NULL) {
        return false;
    }
    *at = p + 1;
    bool done = piece_own_take(piece, PyObject_Format(value, text));
    Py_DECREF(text);
    return done;
}

PyObject *
format_quick(PyObject *format, PyObject *args)
{
    const char *end, *p = format_text(format, &end);
    if (p == NULL) {
        return NULL;
    }
    PyObject *const *values = ((PyTupleObject *)args)->ob_item;
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    int automatic = 0;
    struct Pieces pieces;
    pieces.count = 0;
    PyObject *result = NULL;
    while (p < end) {
        struct Piece *piece = pieces_add(&pieces);
        if (piece == NULL) {
            goto done;
        }
        if (*p == '{' && p[1] != '{') {
            p++;
            if (!format_field(&p, end, piece, values, count, &automatic)) {
                goto done;
            }
            continue;
        }
        /* Text up to the next brace; a doubled one ends it with a single one. */
        piece->text = p;
        while (p < end && *p != '{' && *p != '}') {
            p++;
        }
        piece->length = (size_t)(p - piece->text);
        if (p < end && p[0] == p[1]) {
            piece->length++;
            p += 2;
        }
        else if (p < end && *p == '}') {
            goto done;
        }
    }
    result = pieces_join(&pieces);
done:
    pieces_clear(&pieces);
    return result;
}
