/* str.format and what string.Formatter needs of it.

   A format string is literal text and fields {name!conversion:spec}.  A spec may hold fields
   itself, one level deep. */
#include <Python.h>
#include <string.h>
#include "object/declare.h"
#include "types/format_spec.h"
#include "types/str.h"
#include "types/str_quick.h"
#include "types/str_format.h"

/* Part of a string (borrowed). */
struct span {
    PyObject *text;
    Py_ssize_t start, end;
};

static inline Py_UCS4
char_at(const struct span *s, Py_ssize_t i)
{
    return PyUnicode_READ_CHAR(s->text, i);
}

static PyObject *
span_text(struct span s)
{
    return s.text == NULL ? str_new_empty() : PyUnicode_Substring(s.text, s.start, s.end);
}

static status
value_error(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

/* ---- markup -------------------------------------------------------------------------------------- */

/* A piece of a format string: literal text, then possibly a field. */
struct piece {
    struct span literal, name, spec;
    bool has_field;
    Py_UCS4 conversion;         /* 0: none */
    bool nested;                /* the spec holds fields */
};

/* Reads the name part of a field; *at then stands behind the character that ends it, which is
   returned (0 at the end of the text). */
static Py_UCS4
read_name(struct span *s, Py_ssize_t *at, struct span *name)
{
    bool bracket = false;
    Py_UCS4 ch = 0;
    name->text = s->text;
    name->start = *at;
    while (*at < s->end) {
        ch = char_at(s, (*at)++);
        if (ch == '{' && !bracket) {
            value_error("unexpected '{' in field name");
            return (Py_UCS4)-1;
        }
        if (ch == '[')
            bracket = true;
        else if (ch == ']')
            bracket = false;
        else if (!bracket && (ch == '}' || ch == ':' || ch == '!')) {
            name->end = *at - 1;
            return ch;
        }
    }
    name->end = *at;
    return 0;
}

/* Reads a field behind its '{'. */
static status
read_field(struct span *s, Py_ssize_t *at, struct piece *piece)
{
    Py_UCS4 ch = read_name(s, at, &piece->name);
    piece->has_field = true;
    if (ch == (Py_UCS4)-1)
        return -1;
    if (ch == 0)
        return value_error("expected '}' before end of string");
    if (ch == '!') {
        if (*at >= s->end)
            return value_error("end of string while looking for conversion specifier");
        piece->conversion = char_at(s, (*at)++);
        if (*at >= s->end)
            return value_error("unmatched '{' in format spec");
        ch = char_at(s, (*at)++);
        if (ch != '}' && ch != ':')
            return value_error("expected ':' after conversion specifier");
    }
    if (ch == '}')
        return 0;
    piece->spec = (struct span){s->text, *at, *at};
    for (Py_ssize_t depth = 1; *at < s->end;) {
        ch = char_at(s, (*at)++);
        if (ch == '{') {
            piece->nested = true;
            depth++;
        }
        else if (ch == '}' && --depth == 0) {
            piece->spec.end = *at - 1;
            return 0;
        }
    }
    return value_error("unmatched '{' in format spec");
}

/* Reads the next piece of s from *at; 1 read, 0 at the end. */
static truth
read_piece(struct span *s, Py_ssize_t *at, struct piece *piece)
{
    memset(piece, 0, sizeof *piece);
    if (*at >= s->end)
        return 0;
    Py_ssize_t start = *at, i = start;
    Py_UCS4 ch = 0;
    while (i < s->end && (ch = char_at(s, i)) != '{' && ch != '}')
        i++;
    piece->literal = (struct span){s->text, start, i};
    *at = i;
    if (i == s->end)
        return 1;
    *at = i + 1;
    bool last = i + 1 == s->end;
    if (!last && char_at(s, i + 1) == ch) { /* doubled: stands for itself */
        piece->literal.end = i + 1;
        *at = i + 2;
        return 1;
    }
    if (ch == '}')
        return value_error("Single '}' encountered in format string");
    if (last)
        return value_error("Single '{' encountered in format string");
    return read_field(s, at, piece) < 0 ? -1 : 1;
}

/* ---- field names ----------------------------------------------------------------------------------- */

/* The number written in s, -1 if it is none (or empty), -2 if it is too large (exception set). */
static Py_ssize_t
span_number(struct span s)
{
    Py_ssize_t value = 0;
    if (s.start >= s.end)
        return -1;
    for (Py_ssize_t i = s.start; i < s.end; i++) {
        int digit = Py_UNICODE_TODECIMAL(char_at(&s, i));
        if (digit < 0)
            return -1;
        if (value > (PY_SSIZE_T_MAX - digit) / 10) {
            value_error("Too many decimal digits in format string");
            return -2;
        }
        value = value * 10 + digit;
    }
    return value;
}

/* Splits a field name: `first` is what stands before the first '.' or '['. */
static void
split_name(struct span name, struct span *first, struct span *rest)
{
    Py_ssize_t i = name.start;
    while (i < name.end) {
        Py_UCS4 ch = char_at(&name, i);
        if (ch == '.' || ch == '[')
            break;
        i++;
    }
    *first = (struct span){name.text, name.start, i};
    *rest = (struct span){name.text, i, name.end};
}

/* One step of the rest of a field name: .name or [key]. */
struct step {
    bool attribute;
    struct span name;
    Py_ssize_t index;           /* of [number], or -1 */
};

/* Takes the next step off `rest`; 1 taken, 0 at the end. */
static truth
next_step(struct span *rest, struct step *step)
{
    if (rest->start >= rest->end)
        return 0;
    Py_UCS4 ch = char_at(rest, rest->start++);
    step->index = -1;
    step->attribute = ch == '.';
    step->name = (struct span){rest->text, rest->start, rest->start};
    if (ch == '.') {
        while (rest->start < rest->end) {
            ch = char_at(rest, rest->start);
            if (ch == '.' || ch == '[')
                break;
            rest->start++;
        }
        step->name.end = rest->start;
    }
    else if (ch == '[') {
        bool closed = false;
        while (rest->start < rest->end && !closed)
            closed = char_at(rest, rest->start++) == ']';
        if (!closed)
            return value_error("Missing ']' in format string");
        step->name.end = rest->start - 1;
        step->index = span_number(step->name);
        if (step->index == -2)
            return -1;
    }
    else
        return value_error("Only '.' or '[' may follow ']' in format field specifier");
    if (step->name.start == step->name.end)
        return value_error("Empty attribute in format string");
    return 1;
}

/* ---- formatting -------------------------------------------------------------------------------------- */

/* How positional fields have been numbered so far. */
struct numbering {
    enum { UNDECIDED, AUTOMATIC, MANUAL } mode;
    Py_ssize_t next;
};

struct format {
    PyObject *args;             /* tuple, or NULL: format_map */
    PyObject *kwargs;           /* mapping, or NULL */
    struct numbering numbering;
    _PyUnicodeWriter *writer;
};

static status
format_text(struct format *f, struct span text, int depth);

/* The object that the first part of a name means (new reference). */
static PyObject *
first_object(struct format *f, struct span first, bool bare)
{
    Py_ssize_t index = span_number(first);
    if (index == -2)
        return NULL;
    bool empty = first.start >= first.end;
    if (index >= 0 || (empty && bare)) {
        int mode = empty ? AUTOMATIC : MANUAL;
        if (f->numbering.mode == UNDECIDED)
            f->numbering.mode = mode;
        else if ((int)f->numbering.mode != mode) {
            value_error(mode == AUTOMATIC
                            ? "cannot switch from manual field specification to automatic field numbering"
                            : "cannot switch from automatic field numbering to manual field specification");
            return NULL;
        }
        if (empty)
            index = f->numbering.next++;
        if (f->args == NULL) {
            value_error("Format string contains positional fields");
            return NULL;
        }
        if (index >= PyTuple_GET_SIZE(f->args)) {
            PyErr_Format(PyExc_IndexError,
                         "Replacement index %zd out of range for positional args tuple", index);
            return NULL;
        }
        return Py_NewRef(PyTuple_GET_ITEM(f->args, index));
    }
    PyObject *key = span_text(first), *value;
    if (key == NULL)
        return NULL;
    if (f->kwargs == NULL) {
        PyErr_SetObject(PyExc_KeyError, key);
        value = NULL;
    }
    else
        value = PyObject_GetItem(f->kwargs, key);
    Py_DECREF(key);
    return value;
}

/* The object that a field name means (new reference). */
static PyObject *
field_object(struct format *f, struct span name)
{
    struct span first, rest;
    struct step step;
    split_name(name, &first, &rest);
    PyObject *object = first_object(f, first, true);
    truth more = 0;
    while (object != NULL && (more = next_step(&rest, &step)) > 0) {
        PyObject *key, *value = NULL;
        if (!step.attribute && step.index >= 0 && PySequence_Check(object) && !PyDict_Check(object))
            value = PySequence_GetItem(object, step.index);
        else {
            key = !step.attribute && step.index >= 0 ? PyLong_FromSsize_t(step.index)
                                                     : span_text(step.name);
            if (key != NULL)
                value = step.attribute ? PyObject_GetAttr(object, key) : PyObject_GetItem(object, key);
            Py_XDECREF(key);
        }
        Py_SETREF(object, value);
    }
    if (more < 0)
        Py_CLEAR(object);
    return object;
}

static PyObject *
convert(PyObject *object, Py_UCS4 conversion)
{
    switch (conversion) {
    case 'r':
        return PyObject_Repr(object);
    case 's':
        return PyObject_Str(object);
    case 'a':
        return PyObject_ASCII(object);
    default:
        if (conversion > 32 && conversion < 127)
            PyErr_Format(PyExc_ValueError, "Unknown conversion specifier %c", (int)conversion);
        else
            PyErr_Format(PyExc_ValueError, "Unknown conversion specifier \\x%x",
                         (unsigned)conversion);
        return NULL;
    }
}

/* Writes an object formatted by a spec. */
static status
write_object(struct format *f, PyObject *object, struct span spec)
{
    PyObject *text = spec.text == NULL ? _PyRuntime.str.empty : spec.text;
    int (*formatter)(_PyUnicodeWriter *, PyObject *, PyObject *, Py_ssize_t, Py_ssize_t) = NULL;
    if (PyUnicode_CheckExact(object))
        formatter = _PyUnicode_FormatAdvancedWriter;
    else if (PyLong_CheckExact(object))
        formatter = _PyLong_FormatAdvancedWriter;
    else if (PyFloat_CheckExact(object))
        formatter = _PyFloat_FormatAdvancedWriter;
    else if (PyComplex_CheckExact(object))
        formatter = _PyComplex_FormatAdvancedWriter;
    if (formatter != NULL)
        return formatter(f->writer, object, text, spec.start, spec.end);
    PyObject *spec_object = spec.start < spec.end ? span_text(spec) : NULL;
    if (spec_object == NULL && PyErr_Occurred())
        return -1;
    PyObject *result = PyObject_Format(object, spec_object);
    Py_XDECREF(spec_object);
    if (result == NULL)
        return -1;
    status done = _PyUnicodeWriter_WriteStr(f->writer, result);
    Py_DECREF(result);
    return done;
}

/* The text of a spec that holds fields (new reference). */
static PyObject *
expand_spec(struct format *f, struct span spec, int depth)
{
    _PyUnicodeWriter inner, *outer = f->writer;
    _PyUnicodeWriter_Init(&inner);
    inner.overallocate = 1;
    inner.min_length = spec.end - spec.start + 100;
    f->writer = &inner;
    status done = format_text(f, spec, depth);
    f->writer = outer;
    if (done < 0) {
        _PyUnicodeWriter_Dealloc(&inner);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&inner);
}

static status
write_field(struct format *f, const struct piece *piece, int depth)
{
    PyObject *expanded = NULL, *object = field_object(f, piece->name);
    status done = -1;
    if (object == NULL)
        return -1;
    if (piece->conversion != 0) {
        Py_SETREF(object, convert(object, piece->conversion));
        if (object == NULL)
            return -1;
    }
    struct span spec = piece->spec;
    if (piece->nested) {
        expanded = expand_spec(f, spec, depth - 1);
        if (expanded == NULL)
            goto fail;
        spec = (struct span){expanded, 0, PyUnicode_GET_LENGTH(expanded)};
    }
    done = write_object(f, object, spec);
fail:
    Py_DECREF(object);
    Py_XDECREF(expanded);
    return done;
}

/* Formats a text; `depth` says how often fields may still nest. */
static status
format_text(struct format *f, struct span text, int depth)
{
    struct piece piece;
    truth more;
    if (depth < 0)
        return value_error("Max string recursion exceeded");
    for (Py_ssize_t at = text.start; (more = read_piece(&text, &at, &piece)) > 0;) {
        bool last = at == text.end;
        if (last && !piece.has_field)
            f->writer->overallocate = 0;
        if (_PyUnicodeWriter_WriteSubstring(f->writer, piece.literal.text, piece.literal.start,
                                            piece.literal.end) < 0)
            return -1;
        if (piece.has_field) {
            if (last)
                f->writer->overallocate = 0;
            if (write_field(f, &piece, depth) < 0)
                return -1;
        }
    }
    return more < 0 ? -1 : 0;
}

static PyObject *
format_str(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    _PyUnicodeWriter writer;
    struct format f = {args, kwargs, {UNDECIDED, 0}, &writer};
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = length + 100;
    if (format_text(&f, (struct span){self, 0, length}, 1) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

METHOD(str, format, NULL,
       "S.format(*args, **kwargs) -> str\n\n"
       "The string with its fields, written in braces, replaced by formatted arguments.")
PyObject *
str_format(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (kwargs == NULL) {
        PyObject *quick = format_quick(self, args);
        if (quick != NULL || PyErr_Occurred()) {
            return quick;
        }
    }
    return format_str(self, args, kwargs);
}

METHOD(str, format_map, NULL,
       "S.format_map(mapping) -> str\n\n"
       "The string with its fields, written in braces, replaced by formatted values of mapping.")
PyObject *
str_format_map(PyObject *self, PyObject *mapping)
{
    return format_str(self, NULL, mapping);
}

/* ---- iterators for string.Formatter -------------------------------------------------------------------- */

/* Walks the pieces of a format string. */
typedef struct {
    PyObject_HEAD
    PyObject *text;
    Py_ssize_t at;
} FormatterIterator;

/* Walks the rest of a field name. */
typedef struct {
    PyObject_HEAD
    PyObject *text;
    Py_ssize_t start;
} FieldNameIterator;

static PyTypeObject FormatterIterator_type, FieldNameIterator_type;

static void
formatter_iterator_tp_dealloc(FormatterIterator *self)
{
    Py_XDECREF(self->text);
    PyObject_Free(self);
}

/* (literal, field_name, format_spec, conversion); the last three None without a field. */
static PyObject *
formatter_iterator_tp_iternext(FormatterIterator *self)
{
    struct span s = {self->text, 0, PyUnicode_GET_LENGTH(self->text)};
    struct piece piece;
    if (read_piece(&s, &self->at, &piece) <= 0)
        return NULL;
    PyObject *literal = span_text(piece.literal), *name = NULL, *spec = NULL, *conversion = NULL;
    PyObject *result = NULL;
    if (piece.has_field) {
        name = span_text(piece.name);
        spec = span_text(piece.spec);
        conversion = piece.conversion ? str_new_char(piece.conversion) : Py_NewRef(Py_None);
    }
    else {
        name = Py_NewRef(Py_None);
        spec = Py_NewRef(Py_None);
        conversion = Py_NewRef(Py_None);
    }
    if (literal && name && spec && conversion)
        result = PyTuple_Pack(4, literal, name, spec, conversion);
    Py_XDECREF(literal);
    Py_XDECREF(name);
    Py_XDECREF(spec);
    Py_XDECREF(conversion);
    return result;
}

TYPE(formatter_iterator, FormatterIterator_type, "formatteriterator", FormatterIterator, NULL, NULL,
     .tp_basicsize = 48,        /* what sys.getsizeof says; we need less */
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

static void
field_name_iterator_tp_dealloc(FieldNameIterator *self)
{
    Py_XDECREF(self->text);
    PyObject_Free(self);
}

/* (is_attribute, name or index). */
static PyObject *
field_name_iterator_tp_iternext(FieldNameIterator *self)
{
    struct span rest = {self->text, self->start, PyUnicode_GET_LENGTH(self->text)};
    struct step step;
    truth more = next_step(&rest, &step);
    self->start = rest.start;
    if (more <= 0)
        return NULL;
    PyObject *name = step.index >= 0 ? PyLong_FromSsize_t(step.index) : span_text(step.name);
    if (name == NULL)
        return NULL;
    PyObject *result = PyTuple_Pack(2, step.attribute ? Py_True : Py_False, name);
    Py_DECREF(name);
    return result;
}

TYPE(field_name_iterator, FieldNameIterator_type, "fieldnameiterator", FieldNameIterator, NULL, NULL,
     .tp_basicsize = 56,        /* what sys.getsizeof says; we need less */
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

static status
expect_str(PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "expected str, got %s", Py_TYPE(text)->tp_name);
        return -1;
    }
    return PyUnicode_READY(text);
}

PyObject *
str_formatter_parser(PyObject *text)
{
    if (expect_str(text) < 0 || PyType_Ready(&FormatterIterator_type) < 0)
        return NULL;
    FormatterIterator *it = PyObject_New(FormatterIterator, &FormatterIterator_type);
    if (it == NULL)
        return NULL;
    it->text = Py_NewRef(text);
    it->at = 0;
    return (PyObject *)it;
}

PyObject *
str_formatter_field_name_split(PyObject *text)
{
    if (expect_str(text) < 0 || PyType_Ready(&FieldNameIterator_type) < 0)
        return NULL;
    struct span first, rest;
    split_name((struct span){text, 0, PyUnicode_GET_LENGTH(text)}, &first, &rest);
    Py_ssize_t index = span_number(first);
    if (index == -2)
        return NULL;
    FieldNameIterator *it = PyObject_New(FieldNameIterator, &FieldNameIterator_type);
    if (it == NULL)
        return NULL;
    it->text = Py_NewRef(text);
    it->start = rest.start;
    PyObject *head = index >= 0 ? PyLong_FromSsize_t(index) : span_text(first), *result = NULL;
    if (head != NULL)
        result = PyTuple_Pack(2, head, (PyObject *)it);
    Py_XDECREF(head);
    Py_DECREF(it);
    return result;
}

#include "gen/types/str_format.inc"
