/* Code objects: what the compiler makes and the interpreter runs.

   Invariants
   1. co_code_adaptive holds the instructions that run.  The interpreter writes specialised forms and
      cache words over them; the code as compiled can be got back at any time (code_get_bytes).
   2. A slot of locals-plus is a local, a cell, both (a parameter that is captured), or free; they
      stand in the order locals, other cells, free variables.
   3. Nothing but co_code_adaptive, the caches of it (_co_code, _co_linearray), co_warmup and co_extra
      changes after creation.

   Line table: internals documented in PEP 626 and PEP 657; types/code.h reads it. */
#include "types/code.h"

#include "object/declare.h"
#include "object/doors.h"
#include "object/freelist.h"
#include "object/state.h"

#include <opcode.h>

/* Runs before the interpreter specialises the code. */

static PyTypeObject LineIterator_Type;
static PyTypeObject PositionsIterator_Type;

/* ---- facts about opcodes ---- */

#undef OPCODE
const uint8_t opcode_caches[256] = {
#define OPCODE(name, number, caches, argument, effect, taken) [number] = caches,
#include "vm/opcode.def"
};

const uint8_t opcode_deoptimized[256] = {
#define OPCODE(name, number, caches, argument, effect, taken) [number] = number,
#define SPECIALISED(name, number, family) [number] = family,
#define PAIR(name, number, first, second) [number] = first,
#include "vm/opcode.def"
};

/* The unit at `i` of `code` as it was compiled; advances `i` over its caches, which are zero. */
static _Py_CODEUNIT
plain_unit(const _Py_CODEUNIT *code, Py_ssize_t i, int *caches)
{
    int op = opcode_deoptimized[_Py_OPCODE(code[i])];
    *caches = opcode_caches[op];
    return (_Py_CODEUNIT)_Py_MAKECODEUNIT(op, _Py_OPARG(code[i]));
}

PyObject *
code_get_bytes(PyCodeObject *self)
{
    Py_ssize_t count = Py_SIZE(self);
    const _Py_CODEUNIT *code = _PyCode_CODE(self);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(_Py_CODEUNIT));
    if (bytes == NULL) {
        return NULL;
    }
    _Py_CODEUNIT *out = (_Py_CODEUNIT *)(void *)PyBytes_AS_STRING(bytes);
    for (Py_ssize_t i = 0; i < count;) {
        int caches;
        out[i] = plain_unit(code, i, &caches);
        for (i++; caches > 0 && i < count; caches--) {
            out[i++] = 0;
        }
    }
    return bytes;
}

/* ---- keys of constants ---- */

/* (type, value) or (type, value, extra); steals `extra`, which may be NULL. */
static PyObject *
typed_key(PyObject *value, PyObject *extra)
{
    PyObject *key = extra ? PyTuple_Pack(3, Py_TYPE(value), value, extra)
                          : PyTuple_Pack(2, Py_TYPE(value), value);
    Py_XDECREF(extra);
    return key;
}

static bool
is_minus_zero(double x)
{
    return x == 0.0 && signbit(x);
}

static PyObject *
tuple_key(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    PyObject *keys = PyTuple_New(count);
    for (Py_ssize_t i = 0; keys != NULL && i < count; i++) {
        PyObject *key = _PyCode_ConstantKey(PyTuple_GET_ITEM(tuple, i));
        if (key == NULL) {
            Py_CLEAR(keys);
            break;
        }
        PyTuple_SET_ITEM(keys, i, key);
    }
    return keys;
}

static PyObject *
frozenset_key(PyObject *set)
{
    PyObject *items = PySequence_Tuple(set);
    PyObject *keys = items ? tuple_key(items) : NULL;
    PyObject *result = keys ? PyFrozenSet_New(keys) : NULL;
    Py_XDECREF(items);
    Py_XDECREF(keys);
    return result;
}

/* A new object that is equal to that of another constant only if the two can stand for each other:
   1, 1.0 and True differ, and so do 0.0 and -0.0. */
PyObject *
_PyCode_ConstantKey(PyObject *value)
{
    if (value == Py_None || value == Py_Ellipsis || PyLong_CheckExact(value) ||
        PyUnicode_CheckExact(value) || PyCode_Check(value)) {
        return Py_NewRef(value);
    }
    if (PyBool_Check(value) || PyBytes_CheckExact(value)) {
        return typed_key(value, NULL);
    }
    if (PyFloat_CheckExact(value)) {
        bool minus = is_minus_zero(PyFloat_AS_DOUBLE(value));
        return typed_key(value, minus ? Py_NewRef(Py_None) : NULL);
    }
    if (PyComplex_CheckExact(value)) {
        Py_complex z = PyComplex_AsCComplex(value);
        int signs = (is_minus_zero(z.real) ? 1 : 0) | (is_minus_zero(z.imag) ? 2 : 0);
        return typed_key(value, signs ? PyLong_FromLong(signs) : NULL);
    }
    PyObject *inner;
    if (PyTuple_CheckExact(value)) {
        inner = tuple_key(value);
    }
    else if (PyFrozenSet_CheckExact(value)) {
        inner = frozenset_key(value);
    }
    else {
        /* Any other object is only the same as itself. */
        inner = PyLong_FromVoidPtr(value);
    }
    if (inner == NULL) {
        return NULL;
    }
    PyObject *key = PyTuple_Pack(2, inner, value);
    if (key != NULL && (PyTuple_CheckExact(value) || PyFrozenSet_CheckExact(value))) {
        /* The value itself must not take part: (1,) == (True,). */
        Py_SETREF(key, PyTuple_Pack(2, Py_TYPE(value), inner));
    }
    Py_DECREF(inner);
    return key;
}

/* ---- interning ---- */

static bool
looks_like_name(PyObject *text)
{
    if (PyUnicode_READY(text) < 0 || !PyUnicode_IS_ASCII(text)) {
        PyErr_Clear();
        return false;
    }
    const char *s = PyUnicode_DATA(text);
    for (Py_ssize_t i = PyUnicode_GET_LENGTH(text); i > 0; i--, s++) {
        if (!Py_ISALNUM((unsigned char)*s) && *s != '_') {
            return false;
        }
    }
    return true;
}

static status
intern_names(PyObject *tuple)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *name = PyTuple_GET_ITEM(tuple, i);
        if (name == NULL || !PyUnicode_CheckExact(name)) {
            PyErr_SetString(PyExc_SystemError, "non-string found in code slot");
            return -1;
        }
        PyUnicode_InternInPlace(&((PyTupleObject *)tuple)->ob_item[i]);
    }
    return 0;
}

/* Interns the strings among constants that could be names; 1 if an item was replaced. */
static truth
intern_constants(PyObject *tuple)
{
    bool changed = false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject **item = &((PyTupleObject *)tuple)->ob_item[i];
        truth inner = 0;
        if (PyUnicode_CheckExact(*item)) {
            PyObject *before = *item;
            if (looks_like_name(*item)) {
                PyUnicode_InternInPlace(item);
                changed |= *item != before;
            }
        }
        else if (PyTuple_CheckExact(*item)) {
            inner = intern_constants(*item);
        }
        else if (PyFrozenSet_CheckExact(*item)) {
            PyObject *items = PySequence_Tuple(*item);
            inner = items == NULL ? -1 : intern_constants(items);
            if (inner > 0) {
                PyObject *set = PyFrozenSet_New(items);
                if (set == NULL) {
                    inner = -1;
                }
                else {
                    Py_SETREF(*item, set);
                    changed = true;
                }
            }
            Py_XDECREF(items);
        }
        if (inner < 0) {
            return -1;
        }
    }
    return changed;
}

/* A code object that was built into the executable has not been made by _PyCode_New. */
void
code_intern(PyCodeObject *code)
{
    if (intern_names(code->co_names) < 0 || intern_names(code->co_localsplusnames) < 0 ||
        intern_constants(code->co_consts) < 0) {
        PyErr_Clear();
    }
}

/* ---- line table ---- */

enum { ROW_ONE_LINE = 10, ROW_NO_COLUMN = 13, ROW_LONG = 14, ROW_NONE = 15 };

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
static PyObject *
drop_columns(PyObject *table, int firstlineno)
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

/* ---- creation ---- */

struct SlotCounts {
    int locals, plain_cells, cells, free;
};

static struct SlotCounts
count_slots(PyObject *kinds)
{
    struct SlotCounts n = {0, 0, 0, 0};
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(kinds); i++) {
        int kind = (unsigned char)PyBytes_AS_STRING(kinds)[i];
        if (kind & LOCAL_KIND) {
            n.locals++;
            n.cells += (kind & CELL_KIND) != 0;
        }
        else if (kind & CELL_KIND) {
            n.cells++;
            n.plain_cells++;
        }
        else {
            n.free += (kind & FREE_KIND) != 0;
        }
    }
    return n;
}

static bool
parts_have_types(const struct _PyCodeConstructor *parts)
{
    return parts->argcount >= parts->posonlyargcount && parts->posonlyargcount >= 0 &&
           parts->kwonlyargcount >= 0 && parts->stacksize >= 0 && parts->flags >= 0 &&
           parts->code != NULL && PyBytes_Check(parts->code) &&
           parts->consts != NULL && PyTuple_Check(parts->consts) &&
           parts->names != NULL && PyTuple_Check(parts->names) &&
           parts->localsplusnames != NULL && PyTuple_Check(parts->localsplusnames) &&
           parts->localspluskinds != NULL && PyBytes_Check(parts->localspluskinds) &&
           PyTuple_GET_SIZE(parts->localsplusnames) == PyBytes_GET_SIZE(parts->localspluskinds) &&
           parts->name != NULL && PyUnicode_Check(parts->name) &&
           parts->qualname != NULL && PyUnicode_Check(parts->qualname) &&
           parts->filename != NULL && PyUnicode_Check(parts->filename) &&
           parts->linetable != NULL && PyBytes_Check(parts->linetable) &&
           parts->exceptiontable != NULL && PyBytes_Check(parts->exceptiontable);
}

int
_PyCode_Validate(struct _PyCodeConstructor *parts)
{
    if (!parts_have_types(parts)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyBytes_GET_SIZE(parts->code) > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "code: co_code larger than INT_MAX");
        return -1;
    }
    if (PyBytes_GET_SIZE(parts->code) % (Py_ssize_t)sizeof(_Py_CODEUNIT) != 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_code is malformed");
        return -1;
    }
    Py_ssize_t others = (Py_ssize_t)count_slots(parts->localspluskinds).locals - parts->argcount -
                        parts->kwonlyargcount - ((parts->flags & CO_VARARGS) != 0) -
                        ((parts->flags & CO_VARKEYWORDS) != 0);
    if (others < 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_varnames is too small");
        return -1;
    }
    return 0;
}

static void
fill_code(PyCodeObject *self, const struct _PyCodeConstructor *parts, PyObject *linetable)
{
    struct SlotCounts n = count_slots(parts->localspluskinds);
    self->co_consts = Py_NewRef(parts->consts);
    self->co_names = Py_NewRef(parts->names);
    self->co_exceptiontable = Py_NewRef(parts->exceptiontable);
    self->co_flags = parts->flags;
    self->co_warmup = -WARMUP_RUNS;
    self->_co_linearray_entry_size = 0;
    self->co_argcount = parts->argcount;
    self->co_posonlyargcount = parts->posonlyargcount;
    self->co_kwonlyargcount = parts->kwonlyargcount;
    self->co_stacksize = parts->stacksize;
    self->co_firstlineno = parts->firstlineno;
    self->co_nlocalsplus = (int)PyTuple_GET_SIZE(parts->localsplusnames);
    self->co_nlocals = n.locals;
    self->co_nplaincellvars = n.plain_cells;
    self->co_ncellvars = n.cells;
    self->co_nfreevars = n.free;
    self->co_localsplusnames = Py_NewRef(parts->localsplusnames);
    self->co_localspluskinds = Py_NewRef(parts->localspluskinds);
    self->co_filename = Py_NewRef(parts->filename);
    self->co_name = Py_NewRef(parts->name);
    self->co_qualname = Py_NewRef(parts->qualname);
    self->co_linetable = Py_NewRef(linetable);
    self->co_weakreflist = NULL;
    self->_co_code = NULL;
    self->_co_linearray = NULL;
    self->co_extra = NULL;
    memcpy(self->co_code_adaptive, PyBytes_AS_STRING(parts->code),
           (size_t)PyBytes_GET_SIZE(parts->code));
    int entry = 0;
    while (entry < Py_SIZE(self) && _Py_OPCODE(_PyCode_CODE(self)[entry]) != RESUME) {
        entry++;
    }
    self->_co_firsttraceable = entry;
}

PyCodeObject *
_PyCode_New(struct _PyCodeConstructor *parts)
{
    if (intern_names(parts->names) < 0 || intern_constants(parts->consts) < 0 ||
        intern_names(parts->localsplusnames) < 0) {
        return NULL;
    }
    PyObject *linetable = _Py_GetConfig()->code_debug_ranges
                              ? Py_NewRef(parts->linetable)
                              : drop_columns(parts->linetable, parts->firstlineno);
    if (linetable == NULL) {
        return NULL;
    }
    Py_ssize_t units = PyBytes_GET_SIZE(parts->code) / (Py_ssize_t)sizeof(_Py_CODEUNIT);
    PyCodeObject *self = PyObject_NewVar(PyCodeObject, &PyCode_Type, units);
    if (self != NULL) {
        fill_code(self, parts, linetable);
    }
    Py_DECREF(linetable);
    return self;
}

/* Fills `names` and `kinds` for variables, cells and free variables; a cell of a parameter shares
   the slot of that. */
static status
merge_slots(struct _PyCodeConstructor *parts, PyObject *varnames, PyObject *cellvars,
            PyObject *freevars)
{
    Py_ssize_t locals = PyTuple_GET_SIZE(varnames), cells = PyTuple_GET_SIZE(cellvars);
    Py_ssize_t used = locals, total = locals + cells + PyTuple_GET_SIZE(freevars);
    PyObject *names = PyTuple_New(total), *kinds = PyBytes_FromStringAndSize(NULL, total);
    parts->localsplusnames = names;
    parts->localspluskinds = kinds;
    if (names == NULL || kinds == NULL) {
        return -1;
    }
    char *kind = PyBytes_AS_STRING(kinds);
    for (Py_ssize_t i = 0; i < locals; i++) {
        PyTuple_SET_ITEM(names, i, Py_NewRef(PyTuple_GET_ITEM(varnames, i)));
        kind[i] = LOCAL_KIND;
    }
    for (Py_ssize_t i = 0; i < cells; i++) {
        PyObject *name = PyTuple_GET_ITEM(cellvars, i);
        Py_ssize_t at = 0;
        for (; at < locals; at++) {
            int differs = PyUnicode_Compare(name, PyTuple_GET_ITEM(varnames, at));
            if (differs == -1 && PyErr_Occurred()) {
                return -1;
            }
            if (differs == 0) {
                break;
            }
        }
        if (at < locals) {
            kind[at] |= CELL_KIND;
            continue;
        }
        PyTuple_SET_ITEM(names, used, Py_NewRef(name));
        kind[used++] = CELL_KIND;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(freevars); i++) {
        PyTuple_SET_ITEM(names, used, Py_NewRef(PyTuple_GET_ITEM(freevars, i)));
        kind[used++] = (char)FREE_KIND;
    }
    if (used < total) {
        if (_PyTuple_Resize(&parts->localsplusnames, used) < 0 ||
            _PyBytes_Resize(&parts->localspluskinds, used) < 0) {
            return -1;
        }
    }
    return 0;
}

/* A new code object with variables by kind. */
PyCodeObject *
PyCode_NewWithPosOnlyArgs(int argcount, int posonlyargcount, int kwonlyargcount, int nlocals,
                          int stacksize, int flags, PyObject *code, PyObject *consts,
                          PyObject *names, PyObject *varnames, PyObject *freevars,
                          PyObject *cellvars, PyObject *filename, PyObject *name,
                          PyObject *qualname, int firstlineno, PyObject *linetable,
                          PyObject *exceptiontable)
{
    if (varnames == NULL || !PyTuple_Check(varnames) || cellvars == NULL ||
        !PyTuple_Check(cellvars) || freevars == NULL || !PyTuple_Check(freevars)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (intern_names(varnames) < 0 || intern_names(cellvars) < 0 || intern_names(freevars) < 0) {
        return NULL;
    }
    struct _PyCodeConstructor parts = {
        .filename = filename, .name = name, .qualname = qualname, .flags = flags, .code = code,
        .firstlineno = firstlineno, .linetable = linetable, .consts = consts, .names = names,
        .argcount = argcount, .posonlyargcount = posonlyargcount,
        .kwonlyargcount = kwonlyargcount, .stacksize = stacksize,
        .exceptiontable = exceptiontable,
    };
    PyCodeObject *self = NULL;
    if (merge_slots(&parts, varnames, cellvars, freevars) == 0 && _PyCode_Validate(&parts) == 0) {
        if (nlocals != PyTuple_GET_SIZE(varnames)) {
            PyErr_SetString(PyExc_ValueError, "code: co_nlocals != len(co_varnames)");
        }
        else {
            self = _PyCode_New(&parts);
        }
    }
    Py_XDECREF(parts.localsplusnames);
    Py_XDECREF(parts.localspluskinds);
    return self;
}

PyCodeObject *
PyCode_New(int argcount, int kwonlyargcount, int nlocals, int stacksize, int flags, PyObject *code,
           PyObject *consts, PyObject *names, PyObject *varnames, PyObject *freevars,
           PyObject *cellvars, PyObject *filename, PyObject *name, PyObject *qualname,
           int firstlineno, PyObject *linetable, PyObject *exceptiontable)
{
    return PyCode_NewWithPosOnlyArgs(argcount, 0, kwonlyargcount, nlocals, stacksize, flags, code,
                                     consts, names, varnames, freevars, cellvars, filename, name,
                                     qualname, firstlineno, linetable, exceptiontable);
}

/* A code object that only has a place, for tracebacks of compiled modules.  Should it ever run, it
   raises AssertionError. */
PyCodeObject *
PyCode_NewEmpty(const char *filename, const char *funcname, int firstlineno)
{
    static const unsigned char code[] = {RESUME, 0, LOAD_ASSERTION_ERROR, 0, RAISE_VARARGS, 1};
    static const unsigned char table[] = {0x80 | ROW_NO_COLUMN << 3 | 2, 0};
    PyCodeObject *self = NULL;
    PyObject *empty_tuple = PyTuple_New(0), *empty_bytes = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *name = PyUnicode_FromString(funcname);
    PyObject *file = name ? PyUnicode_DecodeFSDefault(filename) : NULL;
    PyObject *body = PyBytes_FromStringAndSize((const char *)code, sizeof code);
    PyObject *lines = PyBytes_FromStringAndSize((const char *)table, sizeof table);
    if (file != NULL && empty_tuple != NULL && empty_bytes != NULL && body != NULL &&
        lines != NULL) {
        struct _PyCodeConstructor parts = {
            .filename = file, .name = name, .qualname = name, .code = body,
            .firstlineno = firstlineno, .linetable = lines, .consts = empty_tuple,
            .names = empty_tuple, .localsplusnames = empty_tuple, .localspluskinds = empty_bytes,
            .stacksize = 1, .exceptiontable = empty_bytes,
        };
        self = _PyCode_New(&parts);
    }
    Py_XDECREF(empty_tuple);
    Py_XDECREF(empty_bytes);
    Py_XDECREF(name);
    Py_XDECREF(file);
    Py_XDECREF(body);
    Py_XDECREF(lines);
    return self;
}

/* ---- reading ---- */

/* A new tuple of the names of slots that have any bit of `kind`. */
static PyObject *
names_of_kind(PyCodeObject *self, int kind, int count)
{
    PyObject *names = PyTuple_New(count);
    if (names == NULL) {
        return NULL;
    }
    int used = 0;
    const char *kinds = PyBytes_AS_STRING(self->co_localspluskinds);
    for (int i = 0; i < self->co_nlocalsplus && used < count; i++) {
        if (kinds[i] & kind) {
            PyTuple_SET_ITEM(names, used++, Py_NewRef(PyTuple_GET_ITEM(self->co_localsplusnames, i)));
        }
    }
    return names;
}

PyObject *
PyCode_GetVarnames(PyCodeObject *self)
{
    return names_of_kind(self, LOCAL_KIND, self->co_nlocals);
}

PyObject *
PyCode_GetCellvars(PyCodeObject *self)
{
    return names_of_kind(self, CELL_KIND, self->co_ncellvars);
}

PyObject *
PyCode_GetFreevars(PyCodeObject *self)
{
    return names_of_kind(self, FREE_KIND, self->co_nfreevars);
}

/* The instructions as compiled: a new reference to bytes that are kept. */
PyObject *
PyCode_GetCode(PyCodeObject *self)
{
    if (self->_co_code == NULL) {
        self->_co_code = code_get_bytes(self);
    }
    return Py_XNewRef(self->_co_code);
}

/* ---- extra data of extensions (PEP 523) ---- */

struct Extra {
    Py_ssize_t count;
    void *items[];
};

Py_ssize_t
_PyEval_RequestCodeExtraIndex(freefunc free)
{
    InterpState *interp = PyThreadState_Get()->interp;
    if (interp->code_extra.users == MAX_CO_EXTRA_USERS - 1) {
        return -1;
    }
    Py_ssize_t index = interp->code_extra.users++;
    interp->code_extra.free[index] = free;
    return index;
}

int
_PyCode_GetExtra(PyObject *code, Py_ssize_t index, void **extra)
{
    if (!PyCode_Check(code)) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct Extra *own = ((PyCodeObject *)code)->co_extra;
    *extra = own == NULL || index < 0 || index >= own->count ? NULL : own->items[index];
    return 0;
}

int
_PyCode_SetExtra(PyObject *code, Py_ssize_t index, void *extra)
{
    InterpState *interp = PyThreadState_Get()->interp;
    if (!PyCode_Check(code) || index < 0 || index >= interp->code_extra.users) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct Extra *own = ((PyCodeObject *)code)->co_extra;
    if (own == NULL || own->count <= index) {
        Py_ssize_t old = own == NULL ? 0 : own->count, count = interp->code_extra.users;
        own = PyMem_Realloc(own, sizeof *own + (size_t)count * sizeof(void *));
        if (own == NULL) {
            return -1;
        }
        for (Py_ssize_t i = old; i < count; i++) {
            own->items[i] = NULL;
        }
        own->count = count;
        ((PyCodeObject *)code)->co_extra = own;
    }
    if (own->items[index] != NULL) {
        freefunc free = interp->code_extra.free[index];
        if (free != NULL) {
            free(own->items[index]);
        }
    }
    own->items[index] = extra;
    return 0;
}

static void
drop_extra(PyCodeObject *self)
{
    struct Extra *own = self->co_extra;
    InterpState *interp = PyThreadState_Get()->interp;
    for (Py_ssize_t i = 0; i < own->count; i++) {
        freefunc free = interp->code_extra.free[i];
        if (free != NULL) {
            free(own->items[i]);
        }
    }
    PyMem_Free(own);
}

/* ---- slots ---- */

static void
code_tp_dealloc(PyCodeObject *self)
{
    if (unlikely(_Py_tracemalloc_config.tracing)) {
        tracemalloc_forget_code();
    }
    if (self->co_extra != NULL) {
        drop_extra(self);
    }
    Py_XDECREF(self->co_consts);
    Py_XDECREF(self->co_names);
    Py_XDECREF(self->co_localsplusnames);
    Py_XDECREF(self->co_localspluskinds);
    Py_XDECREF(self->co_filename);
    Py_XDECREF(self->co_name);
    Py_XDECREF(self->co_qualname);
    Py_XDECREF(self->co_linetable);
    Py_XDECREF(self->co_exceptiontable);
    Py_XDECREF(self->_co_code);
    if (self->co_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    PyMem_Free(self->_co_linearray);
    PyObject_Free(self);
}

static PyObject *
code_tp_repr(PyCodeObject *self)
{
    return PyUnicode_FromFormat("<code object %U at %p, file \"%U\", line %d>", self->co_name, self,
                                self->co_filename,
                                self->co_firstlineno != 0 ? self->co_firstlineno : -1);
}

static bool
same_instructions(PyCodeObject *a, PyCodeObject *b)
{
    if (Py_SIZE(a) != Py_SIZE(b)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(a); i++) {
        int caches;
        _Py_CODEUNIT x = plain_unit(_PyCode_CODE(a), i, &caches);
        if (x != plain_unit(_PyCode_CODE(b), i, &caches)) {
            return false;
        }
        i += caches;
    }
    return true;
}

/* Constants compare by key, so that 1 and 1.0 differ. */
static truth
same_constants(PyCodeObject *a, PyCodeObject *b)
{
    PyObject *x = _PyCode_ConstantKey(a->co_consts);
    PyObject *y = x ? _PyCode_ConstantKey(b->co_consts) : NULL;
    truth same = y ? PyObject_RichCompareBool(x, y, Py_EQ) : -1;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return same;
}

/* File, qualified name and stack size do not count. */
static truth
code_equal(PyCodeObject *a, PyCodeObject *b)
{
    if (a->co_argcount != b->co_argcount || a->co_posonlyargcount != b->co_posonlyargcount ||
        a->co_kwonlyargcount != b->co_kwonlyargcount || a->co_flags != b->co_flags ||
        a->co_firstlineno != b->co_firstlineno || !same_instructions(a, b)) {
        return 0;
    }
    PyObject *const pairs[][2] = {
        {a->co_name, b->co_name},
        {a->co_names, b->co_names},
        {a->co_localsplusnames, b->co_localsplusnames},
        {a->co_linetable, b->co_linetable},
        {a->co_exceptiontable, b->co_exceptiontable},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        truth same = PyObject_RichCompareBool(pairs[i][0], pairs[i][1], Py_EQ);
        if (same <= 0) {
            return same;
        }
    }
    return same_constants(a, b);
}

static PyObject *
code_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyCode_Check(self) || !PyCode_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    truth equal = self == other ? 1 : code_equal((PyCodeObject *)self, (PyCodeObject *)other);
    return equal < 0 ? NULL : PyBool_FromLong(op == Py_EQ ? equal : !equal);
}

/* Not all that equality compares: the compiler hashes each code object several times, as a constant
   and inside the tuples of constants around it.  The tables know their hashes. */
static Py_hash_t
code_tp_hash(PyCodeObject *self)
{
    Py_uhash_t hash = 20221211;
    PyObject *const parts[] = {self->co_name, self->co_names, self->co_localsplusnames,
                               self->co_linetable, self->co_exceptiontable};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Py_hash_t one = PyObject_Hash(parts[i]);
        if (one == -1) {
            return -1;
        }
        hash = (hash ^ (Py_uhash_t)one) * _PyHASH_MULTIPLIER;
    }
    const int numbers[] = {self->co_argcount, self->co_posonlyargcount, self->co_kwonlyargcount,
                           self->co_flags, (int)Py_SIZE(self)};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        hash = (hash ^ (Py_uhash_t)numbers[i]) * _PyHASH_MULTIPLIER;
    }
    return hash == (Py_uhash_t)-1 ? -2 : (Py_hash_t)hash;
}

/* ---- construction from Python ---- */

/* A tuple of exact strings made of a tuple of strings; a new reference. */
static PyObject *
exact_names(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    PyObject *result = PyTuple_New(count);
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        if (!PyUnicode_Check(item)) {
            PyErr_Format(PyExc_TypeError,
                         "name tuples must contain only strings, not '%.500s'",
                         Py_TYPE(item)->tp_name);
            Py_CLEAR(result);
            break;
        }
        PyObject *name = PyUnicode_CheckExact(item) ? Py_NewRef(item)
                                                    : _PyUnicode_Copy(item);
        if (name == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, name);
    }
    return result;
}

static status
need_tuple(const char *argument, PyObject *value)
{
    if (value != NULL && !PyTuple_Check(value)) {
        _PyArg_BadArgument("code", argument, "tuple", value);
        return -1;
    }
    return 0;
}

static status
need_count(const char *name, int value)
{
    if (value < 0) {
        PyErr_Format(PyExc_ValueError, "code: %s must not be negative", name);
        return -1;
    }
    return 0;
}

NEW(code, "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, "
          "constants, names, varnames, filename, name, qualname, firstlineno, linetable, "
          "exceptiontable, freevars=(), cellvars=(), /)")
static PyObject *
code_new(PyTypeObject *type, int argcount, int posonlyargcount, int kwonlyargcount, int nlocals,
         int stacksize, int flags, PyBytesObject *codestring, PyObject *constants, PyObject *names,
         PyObject *varnames, PyUnicodeObject *filename, PyUnicodeObject *name,
         PyUnicodeObject *qualname, int firstlineno, PyBytesObject *linetable,
         PyBytesObject *exceptiontable, PyObject *freevars, PyObject *cellvars)
{
    if (need_tuple("argument 8", constants) < 0 || need_tuple("argument 9", names) < 0 ||
        need_tuple("argument 10", varnames) < 0 || need_tuple("argument 17", freevars) < 0 ||
        need_tuple("argument 18", cellvars) < 0 ||
        PySys_Audit("code.__new__", "OOOiiiiii", codestring, filename, name, argcount,
                    posonlyargcount, kwonlyargcount, nlocals, stacksize, flags) < 0 ||
        need_count("argcount", argcount) < 0 ||
        need_count("posonlyargcount", posonlyargcount) < 0 ||
        need_count("kwonlyargcount", kwonlyargcount) < 0 || need_count("nlocals", nlocals) < 0) {
        return NULL;
    }
    PyObject *self = NULL, *none = PyTuple_New(0);
    PyObject *own_names = none ? exact_names(names) : NULL;
    PyObject *own_vars = own_names ? exact_names(varnames) : NULL;
    PyObject *own_free = own_vars ? exact_names(freevars ? freevars : none) : NULL;
    PyObject *own_cells = own_free ? exact_names(cellvars ? cellvars : none) : NULL;
    if (own_cells != NULL) {
        self = (PyObject *)PyCode_NewWithPosOnlyArgs(
            argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags,
            (PyObject *)codestring, constants, own_names, own_vars, own_free, own_cells,
            (PyObject *)filename, (PyObject *)name, (PyObject *)qualname, firstlineno,
            (PyObject *)linetable, (PyObject *)exceptiontable);
    }
    Py_XDECREF(none);
    Py_XDECREF(own_names);
    Py_XDECREF(own_vars);
    Py_XDECREF(own_free);
    Py_XDECREF(own_cells);
    return self;
}

/* ---- attributes ---- */

MEMBER(code, co_argcount, T_INT, PyCodeObject, co_argcount, READONLY, NULL)
MEMBER(code, co_posonlyargcount, T_INT, PyCodeObject, co_posonlyargcount, READONLY, NULL)
MEMBER(code, co_kwonlyargcount, T_INT, PyCodeObject, co_kwonlyargcount, READONLY, NULL)
MEMBER(code, co_stacksize, T_INT, PyCodeObject, co_stacksize, READONLY, NULL)
MEMBER(code, co_flags, T_INT, PyCodeObject, co_flags, READONLY, NULL)
MEMBER(code, co_names, T_OBJECT, PyCodeObject, co_names, READONLY, NULL)
MEMBER(code, co_filename, T_OBJECT, PyCodeObject, co_filename, READONLY, NULL)
MEMBER(code, co_name, T_OBJECT, PyCodeObject, co_name, READONLY, NULL)
MEMBER(code, co_qualname, T_OBJECT, PyCodeObject, co_qualname, READONLY, NULL)
MEMBER(code, co_firstlineno, T_INT, PyCodeObject, co_firstlineno, READONLY, NULL)
MEMBER(code, co_linetable, T_OBJECT, PyCodeObject, co_linetable, READONLY, NULL)
MEMBER(code, co_exceptiontable, T_OBJECT, PyCodeObject, co_exceptiontable, READONLY, NULL)
MEMBER(code, co_nlocals, T_INT, PyCodeObject, co_nlocals, READONLY, NULL)
MEMBER(code, co_consts, T_OBJECT, PyCodeObject, co_consts, READONLY, NULL)

GETTER(code, co_varnames, NULL)
static PyObject *
code_co_varnames(PyCodeObject *self, void *closure)
{
    return PyCode_GetVarnames(self);
}

GETTER(code, co_cellvars, NULL)
static PyObject *
code_co_cellvars(PyCodeObject *self, void *closure)
{
    return PyCode_GetCellvars(self);
}

GETTER(code, co_freevars, NULL)
static PyObject *
code_co_freevars(PyCodeObject *self, void *closure)
{
    return PyCode_GetFreevars(self);
}

GETTER(code, co_code, NULL)
static PyObject *
code_co_code(PyCodeObject *self, void *closure)
{
    return PyCode_GetCode(self);
}

GETTER(code, _co_code_adaptive, NULL)
static PyObject *
code_co_code_adaptive(PyCodeObject *self, void *closure)
{
    PyObject *bytes = PyBytes_FromStringAndSize(self->co_code_adaptive, _PyCode_NBYTES(self));
    if (bytes == NULL) {
        return NULL;
    }
    /* Forms that only Krait has look as if they had not specialised yet. */
    _Py_CODEUNIT *units = (_Py_CODEUNIT *)(void *)PyBytes_AS_STRING(bytes);
    int previous = -1;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        int opcode = _Py_OPCODE(units[i]), general = opcode_deoptimized[opcode];
        if (opcode > UNPACK_SEQUENCE_TWO_TUPLE) {
            _Py_SET_OPCODE(units[i], quickened_opcode(general));
        }
        int pair = self->co_warmup == 0 && previous >= 0 ? quickened_pair(previous, general) : 0;
        if (pair != 0) {
            _Py_SET_OPCODE(units[i - 1], pair);
        }
        previous = opcode_caches[general] == 0 ? general : -1;
        i += opcode_caches[general];
    }
    return bytes;
}

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
static PyObject *
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

/* ---- methods ---- */

METHOD(code, __sizeof__, NULL, NULL)
static PyObject *
code___sizeof__(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    size_t size = _PyObject_VAR_SIZE(&PyCode_Type, Py_SIZE(self));
    struct Extra *extra = self->co_extra;
    if (extra != NULL) {
        size += sizeof *extra + (size_t)extra->count * sizeof(void *);
    }
    return PyLong_FromSize_t(size);
}

METHOD(code, _varname_from_oparg, "($self, /, oparg)",
       "The name of the variable that an instruction with this argument means.")
static PyObject *
code__varname_from_oparg(PyCodeObject *self, int oparg)
{
    return Py_XNewRef(PyTuple_GetItem(self->co_localsplusnames, oparg));
}

static status
need_positive(const char *name, int value)
{
    if (value < 0) {
        PyErr_Format(PyExc_ValueError, "%s must be a positive integer", name);
        return -1;
    }
    return 0;
}

static status
need_kind(const char *argument, PyTypeObject *type, PyObject *value)
{
    if (value != NULL && !PyType_FastSubclass(Py_TYPE(value), type->tp_flags &
                                              (Py_TPFLAGS_TUPLE_SUBCLASS |
                                               Py_TPFLAGS_BYTES_SUBCLASS |
                                               Py_TPFLAGS_UNICODE_SUBCLASS))) {
        char text[64];
        PyOS_snprintf(text, sizeof text, "argument '%s'", argument);
        _PyArg_BadArgument("replace", text, type->tp_name, value);
        return -1;
    }
    return 0;
}

METHOD(code, replace,
       "($self, /, *, co_argcount=-1, co_posonlyargcount=-1,\n"
       "        co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1,\n"
       "        co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None,\n"
       "        co_names=None, co_varnames=None, co_freevars=None,\n"
       "        co_cellvars=None, co_filename=None, co_name=None,\n"
       "        co_qualname=None, co_linetable=None, co_exceptiontable=None)",
       "A copy of the code object in which the given fields have other values.")
DEFAULT(co_argcount, ((PyCodeObject *)self)->co_argcount)
DEFAULT(co_posonlyargcount, ((PyCodeObject *)self)->co_posonlyargcount)
DEFAULT(co_kwonlyargcount, ((PyCodeObject *)self)->co_kwonlyargcount)
DEFAULT(co_nlocals, ((PyCodeObject *)self)->co_nlocals)
DEFAULT(co_stacksize, ((PyCodeObject *)self)->co_stacksize)
DEFAULT(co_flags, ((PyCodeObject *)self)->co_flags)
DEFAULT(co_firstlineno, ((PyCodeObject *)self)->co_firstlineno)
DEFAULT(co_code, NULL)
DEFAULT(co_consts, NULL)
DEFAULT(co_names, NULL)
DEFAULT(co_varnames, NULL)
DEFAULT(co_freevars, NULL)
DEFAULT(co_cellvars, NULL)
DEFAULT(co_filename, NULL)
DEFAULT(co_name, NULL)
DEFAULT(co_qualname, NULL)
DEFAULT(co_linetable, NULL)
DEFAULT(co_exceptiontable, NULL)
static PyObject *
code_replace(PyCodeObject *self, int co_argcount, int co_posonlyargcount, int co_kwonlyargcount,
             int co_nlocals, int co_stacksize, int co_flags, int co_firstlineno, PyObject *co_code,
             PyObject *co_consts, PyObject *co_names, PyObject *co_varnames, PyObject *co_freevars,
             PyObject *co_cellvars, PyObject *co_filename, PyObject *co_name,
             PyObject *co_qualname, PyObject *co_linetable, PyObject *co_exceptiontable)
{
    if (need_kind("co_code", &PyBytes_Type, co_code) < 0 ||
        need_kind("co_consts", &PyTuple_Type, co_consts) < 0 ||
        need_kind("co_names", &PyTuple_Type, co_names) < 0 ||
        need_kind("co_varnames", &PyTuple_Type, co_varnames) < 0 ||
        need_kind("co_freevars", &PyTuple_Type, co_freevars) < 0 ||
        need_kind("co_cellvars", &PyTuple_Type, co_cellvars) < 0 ||
        need_kind("co_filename", &PyUnicode_Type, co_filename) < 0 ||
        need_kind("co_name", &PyUnicode_Type, co_name) < 0 ||
        need_kind("co_qualname", &PyUnicode_Type, co_qualname) < 0 ||
        need_kind("co_linetable", &PyBytes_Type, co_linetable) < 0 ||
        need_kind("co_exceptiontable", &PyBytes_Type, co_exceptiontable) < 0 ||
        need_positive("co_argcount", co_argcount) < 0 ||
        need_positive("co_posonlyargcount", co_posonlyargcount) < 0 ||
        need_positive("co_kwonlyargcount", co_kwonlyargcount) < 0 ||
        need_positive("co_nlocals", co_nlocals) < 0 ||
        need_positive("co_stacksize", co_stacksize) < 0 ||
        need_positive("co_flags", co_flags) < 0 ||
        need_positive("co_firstlineno", co_firstlineno) < 0) {
        return NULL;
    }
    PyObject *code = co_code ? Py_NewRef(co_code) : PyCode_GetCode(self);
    PyObject *varnames = co_varnames ? Py_NewRef(co_varnames) : PyCode_GetVarnames(self);
    PyObject *cellvars = co_cellvars ? Py_NewRef(co_cellvars) : PyCode_GetCellvars(self);
    PyObject *freevars = co_freevars ? Py_NewRef(co_freevars) : PyCode_GetFreevars(self);
    PyObject *filename = co_filename ? co_filename : self->co_filename;
    PyObject *name = co_name ? co_name : self->co_name;
    PyObject *result = NULL;
    if (code != NULL && varnames != NULL && cellvars != NULL && freevars != NULL &&
        PySys_Audit("code.__new__", "OOOiiiiii", code, filename, name, co_argcount,
                    co_posonlyargcount, co_kwonlyargcount, co_nlocals, co_stacksize,
                    co_flags) == 0) {
        result = (PyObject *)PyCode_NewWithPosOnlyArgs(
            co_argcount, co_posonlyargcount, co_kwonlyargcount, co_nlocals, co_stacksize,
            co_flags, code, co_consts ? co_consts : self->co_consts,
            co_names ? co_names : self->co_names, varnames, freevars, cellvars, filename, name,
            co_qualname ? co_qualname : self->co_qualname, co_firstlineno,
            co_linetable ? co_linetable : self->co_linetable,
            co_exceptiontable ? co_exceptiontable : self->co_exceptiontable);
    }
    Py_XDECREF(code);
    Py_XDECREF(varnames);
    Py_XDECREF(cellvars);
    Py_XDECREF(freevars);
    return result;
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
static PyObject *
code_co_lines(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    return table_iterator_new(self, &LineIterator_Type);
}

METHOD(code, co_positions, NULL, NULL)
static PyObject *
code_co_positions(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    return table_iterator_new(self, &PositionsIterator_Type);
}

TYPE(code, PyCode_Type, "code", PyCodeObject,
     "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n"
     "     flags, codestring, constants, names, varnames, filename, name,\n"
     "     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n"
     "     cellvars=(), /)",
     "Instructions with all that is needed to run them, except for globals.",
     .tp_basicsize = offsetof(PyCodeObject, co_code_adaptive),
     .tp_itemsize = sizeof(_Py_CODEUNIT), .tp_flags = Py_TPFLAGS_DEFAULT,
     .tp_weaklistoffset = offsetof(PyCodeObject, co_weakreflist),
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/types/code.inc"
