/* Code objects: the line table, which says where in the source an instruction comes from.

   Its format is that of PEP 626 and PEP 657: rows of a kind, a length in code units, a line relative to
   the row before, and columns.  Also the table as it was before 3.10 (co_lnotab), and iterators. */
#include "types/code.h"

#include "object/declare.h"
#include "object/state.h"

static PyTypeObject LineIterator_Type;
static PyTypeObject PositionsIterator_Type;

/* Reads past the end of a damaged table give zero. */
static int
next_byte(struct CodeWalk *walk)
{
    return walk->next < walk->end ? *walk->next++ : 0;
}

static unsigned
next_varint(struct CodeWalk *walk)
{
    unsigned value = 0;
    int byte, shift = 0;
    do {
        byte = next_byte(walk);
        if (shift < 32) {
            value |= (unsigned)(byte & 0x3f) << shift;
        }
        shift += 6;
    } while (byte & 0x40);
    return value;
}

static int
next_signed_varint(struct CodeWalk *walk)
{
    unsigned value = next_varint(walk);
    return value & 1 ? -(int)(value >> 1) : (int)(value >> 1);
}

void
code_walk_start(struct CodeWalk *walk, const PyCodeObject *code)
{
    walk->next = (const uint8_t *)PyBytes_AS_STRING(code->co_linetable);
    walk->end = walk->next + PyBytes_GET_SIZE(code->co_linetable);
    walk->offset = 0;
    walk->lineno = code->co_firstlineno;
}

bool
code_walk_next(struct CodeWalk *walk, struct CodeSpan *span)
{
    if (walk->next >= walk->end) {
        return false;
    }
    int head = next_byte(walk), kind = (head >> 3) & 15;
    span->offset = walk->offset;
    span->length = ((head & 7) + 1) * (int)sizeof(_Py_CODEUNIT);
    walk->offset += span->length;
    span->column = span->end_column = -1;
    if (kind == ROW_NONE) {
        span->lineno = span->end_lineno = -1;
        return true;
    }
    if (kind == ROW_NO_COLUMN || kind == ROW_LONG) {
        walk->lineno = (int)((unsigned)walk->lineno + (unsigned)next_signed_varint(walk));
    }
    else if (kind >= ROW_ONE_LINE) {
        walk->lineno += kind - ROW_ONE_LINE;
    }
    span->lineno = span->end_lineno = walk->lineno;
    if (kind == ROW_LONG) {
        span->end_lineno += (int)next_varint(walk);
        span->column = (int)next_varint(walk) - 1;
        span->end_column = (int)next_varint(walk) - 1;
    }
    else if (kind < ROW_ONE_LINE) {
        int byte = next_byte(walk);
        span->column = kind << 3 | ((byte >> 4) & 7);
        span->end_column = span->column + (byte & 15);
    }
    else if (kind < ROW_NO_COLUMN) {
        span->column = next_byte(walk);
        span->end_column = next_byte(walk);
    }
    return true;
}

/* Finds the row of a byte offset. */
static bool
find_span(PyCodeObject *code, int offset, struct CodeSpan *span)
{
    struct CodeWalk walk;
    code_walk_start(&walk, code);
    while (code_walk_next(&walk, span)) {
        if (offset < span->offset + span->length) {
            return true;
        }
    }
    return false;
}

/* The line of the instruction at a byte offset, -1 if it has none; the first line for a negative
   offset. */
int
PyCode_Addr2Line(PyCodeObject *code, int offset)
{
    struct CodeSpan span;
    if (offset < 0) {
        return code->co_firstlineno;
    }
    return find_span(code, offset, &span) ? span.lineno : -1;
}

/* The source range of the instruction at a byte offset, with -1 for what is not known. */
int
PyCode_Addr2Location(PyCodeObject *code, int offset, int *start_line, int *start_column,
                     int *end_line, int *end_column)
{
    struct CodeSpan span = {.lineno = -1, .end_lineno = -1, .column = -1, .end_column = -1};
    if (offset < 0) {
        span.lineno = span.end_lineno = code->co_firstlineno;
        span.column = span.end_column = 0;
    }
    else {
        find_span(code, offset, &span);
    }
    *start_line = span.lineno;
    *start_column = span.column;
    *end_line = span.end_lineno;
    *end_column = span.end_column;
    return 1;
}

/* Change of the line number that the row at `row` brings. */
static int
row_line_delta(const uint8_t *row, const uint8_t *end)
{
    struct CodeWalk walk = {.next = row, .end = end};
    struct CodeSpan span;
    code_walk_next(&walk, &span);
    return walk.lineno;
}

static void
range_from_row(PyCodeAddressRange *range, const uint8_t *row)
{
    struct CodeWalk walk = {.next = row, .end = range->opaque.limit};
    struct CodeSpan span;
    code_walk_next(&walk, &span);
    range->ar_line = span.lineno < 0 ? -1 : range->opaque.computed_line;
    range->ar_end = range->ar_start + span.length;
}

static bool
range_forward(PyCodeAddressRange *range)
{
    const uint8_t *row = range->opaque.lo_next;
    if (row >= range->opaque.limit) {
        return false;
    }
    range->ar_start = range->ar_end;
    range->opaque.computed_line += row_line_delta(row, range->opaque.limit);
    range_from_row(range, row);
    do {
        range->opaque.lo_next++;
    } while (range->opaque.lo_next < range->opaque.limit && !(*range->opaque.lo_next & 0x80));
    return true;
}

static bool
range_backward(PyCodeAddressRange *range)
{
    if (range->ar_start <= 0) {
        return false;
    }
    /* lo_next stands behind the current row; rows start with the top bit set. */
    const uint8_t *row = range->opaque.lo_next;
    do {
        row--;
    } while (!(*row & 0x80));
    range->opaque.computed_line -= row_line_delta(row, range->opaque.limit);
    range->opaque.lo_next = row;
    do {
        row--;
    } while (!(*row & 0x80));
    range->ar_end = range->ar_start;
    range->ar_start -= ((*row & 7) + 1) * (int)sizeof(_Py_CODEUNIT);
    range_from_row(range, row);
    return true;
}

int
_PyCode_CheckLineNumber(int lasti, PyCodeAddressRange *range)
{
    while (range->ar_end <= lasti) {
        if (!range_forward(range)) {
            return -1;
        }
    }
    while (range->ar_start > lasti) {
        if (!range_backward(range)) {
            return -1;
        }
    }
    return range->ar_line;
}

/* A copy of a line table without columns, for -X no_debug_ranges. */
PyObject *
code_drop_columns(PyObject *table, int firstlineno)
{
    struct CodeWalk walk = {
        .next = (const uint8_t *)PyBytes_AS_STRING(table),
        .end = (const uint8_t *)PyBytes_AS_STRING(table) + PyBytes_GET_SIZE(table),
        .lineno = firstlineno,
    };
    struct CodeSpan span;
    /* A row takes at most one byte and a varint of seven. */
    PyObject *result = PyBytes_FromStringAndSize(NULL, 8 * PyBytes_GET_SIZE(table));
    if (result == NULL) {
        return NULL;
    }
    uint8_t *start = (uint8_t *)PyBytes_AS_STRING(result), *out = start;
    int line = firstlineno;
    while (code_walk_next(&walk, &span)) {
        int units = span.length / (int)sizeof(_Py_CODEUNIT) - 1;
        if (span.lineno < 0) {
            *out++ = (uint8_t)(0x80 | ROW_NONE << 3 | units);
            continue;
        }
        int delta = walk.lineno - line;
        unsigned value = delta < 0 ? (0u - (unsigned)delta) << 1 | 1 : (unsigned)delta << 1;
        line = walk.lineno;
        *out++ = (uint8_t)(0x80 | ROW_NO_COLUMN << 3 | units);
        for (; value >= 0x40; value >>= 6) {
            *out++ = (uint8_t)(0x40 | (value & 0x3f));
        }
        *out++ = (uint8_t)value;
    }
    _PyBytes_Resize(&result, out - start);
    return result;
}

/* ---- the table before 3.10 ---- */

static status
put_pair(_PyBytesWriter *writer, char **out, int offset_delta, int line_delta)
{
    *out = _PyBytesWriter_Prepare(writer, *out, 2);
    if (*out == NULL) {
        return -1;
    }
    *(*out)++ = (char)offset_delta;
    *(*out)++ = (char)line_delta;
    return 0;
}

/* One step of the old table: both deltas are split to fit a byte. */
static status
put_deltas(_PyBytesWriter *writer, char **out, int offset_delta, int line_delta)
{
    for (; offset_delta > 255; offset_delta -= 255) {
        if (put_pair(writer, out, 255, 0) < 0) {
            return -1;
        }
    }
    while (line_delta > 127 || line_delta < -128) {
        int part = line_delta > 0 ? 127 : -128;
        if (put_pair(writer, out, offset_delta, part) < 0) {
            return -1;
        }
        offset_delta = 0;
        line_delta -= part;
    }
    return put_pair(writer, out, offset_delta, line_delta);
}

GETTER(code, co_lnotab, NULL)
PyObject *
code_co_lnotab(PyCodeObject *self, void *closure)
{
    _PyBytesWriter writer;
    _PyBytesWriter_Init(&writer);
    char *out = _PyBytesWriter_Alloc(&writer, 0);
    struct CodeWalk walk;
    struct CodeSpan span;
    int offset = 0, line = self->co_firstlineno;
    code_walk_start(&walk, self);
    while (out != NULL && code_walk_next(&walk, &span)) {
        if (walk.lineno == line) {
            continue;
        }
        if (put_deltas(&writer, &out, span.offset - offset, walk.lineno - line) < 0) {
            out = NULL;
        }
        offset = span.offset;
        line = walk.lineno;
    }
    if (out == NULL) {
        _PyBytesWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyBytesWriter_Finish(&writer, out);
}

/* ---- iterators over the line table ---- */

typedef struct {
    PyObject_HEAD
    PyCodeObject *code;
    struct CodeWalk walk;
    /* Only in iterators over positions: */
    struct CodeSpan span;
    int offset;                 /* of the next code unit */
} TableIterator;

/* What sys.getsizeof says. */
enum { LINE_ITERATOR_SIZE = 64, POSITIONS_ITERATOR_SIZE = 80 };

_Static_assert(offsetof(TableIterator, span) <= LINE_ITERATOR_SIZE, "walks fit");
_Static_assert(sizeof(TableIterator) <= POSITIONS_ITERATOR_SIZE, "iterators fit");

static PyObject *
table_iterator_new(PyCodeObject *code, PyTypeObject *type)
{
    if (!(type->tp_flags & Py_TPFLAGS_READY) && PyType_Ready(type) < 0) {
        return NULL;
    }
    TableIterator *self = PyObject_New(TableIterator, type);
    if (self == NULL) {
        return NULL;
    }
    Py_INCREF(code);
    self->code = code;
    code_walk_start(&self->walk, code);
    if (type == &PositionsIterator_Type) {
        self->span = (struct CodeSpan){0};
        self->offset = 0;
    }
    return (PyObject *)self;
}

static void
table_iterator_dealloc(TableIterator *self)
{
    Py_DECREF(self->code);
    PyObject_Free(self);
}

/* A new int, or None for -1. */
static PyObject *
int_or_none(int value)
{
    return value == -1 ? Py_NewRef(Py_None) : PyLong_FromLong(value);
}

static PyObject *
line_iterator_tp_iternext(TableIterator *self)
{
    struct CodeSpan span = {0};
    if (!code_walk_next(&self->walk, &span)) {
        return NULL;
    }
    return Py_BuildValue("iiN", span.offset, span.offset + span.length,
                         int_or_none(Py_MAX(span.lineno, -1)));
}

static PyObject *
positions_iterator_tp_iternext(TableIterator *self)
{
    if (self->offset >= _PyCode_NBYTES(self->code)) {
        return NULL;
    }
    while (self->offset >= self->span.offset + self->span.length) {
        if (!code_walk_next(&self->walk, &self->span)) {
            return NULL;
        }
    }
    self->offset += (int)sizeof(_Py_CODEUNIT);
    return Py_BuildValue("NNNN", int_or_none(self->span.lineno),
                         int_or_none(self->span.end_lineno), int_or_none(self->span.column),
                         int_or_none(self->span.end_column));
}

TYPE(line_iterator, LineIterator_Type, "line_iterator", TableIterator, NULL, NULL,
     .tp_basicsize = LINE_ITERATOR_SIZE,
     .tp_dealloc = (destructor)table_iterator_dealloc, .tp_iter = PyObject_SelfIter,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_Free,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE)

TYPE(positions_iterator, PositionsIterator_Type, "positions_iterator", TableIterator, NULL, NULL,
     .tp_basicsize = POSITIONS_ITERATOR_SIZE,
     .tp_dealloc = (destructor)table_iterator_dealloc, .tp_iter = PyObject_SelfIter,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_Free,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE)

METHOD(code, co_lines, NULL, NULL)
PyObject *
code_co_lines(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    return table_iterator_new(self, &LineIterator_Type);
}

METHOD(code, co_positions, NULL, NULL)
PyObject *
code_co_positions(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    return table_iterator_new(self, &PositionsIterator_Type);
}

#include "gen/types/code_lines.inc"
