/* Assembly: the blocks of a unit, ordered and optimised, become a code object.

   Cells: while code is generated, cell and free variables are numbered apart from locals.  In the
   code object they follow the locals, except that a parameter which is also a cell keeps its place. */
#include "compile/gen.h"
#include "types/code.h"

#include <opcode.h>

struct Bytes {
    PyObject *object;           /* bytes, longer than `used` */
    uint8_t *next, *end;        /* inside it: the first free byte, and what follows the last */
};

struct Assembly {
    Gen *g;
    struct Unit *unit;
    struct Flow flow;
    int flags;
    int local_count, cell_count, free_count;
    int dropped;                /* cells that share a parameter's place */
    int *place;                 /* cell or free variable -> index in locals-plus */
    int lineno;                 /* of the previous row of the line table */
    struct Bytes code, lines, handlers;
};

/* ---- growing byte strings ---- */

/* Room for `n` more bytes. */
static NOINLINE status
bytes_grow(struct Bytes *b, Py_ssize_t n)
{
    Py_ssize_t used = 0;
    if (b->object == NULL) {
        b->object = PyBytes_FromStringAndSize(NULL, Py_MAX(128, n));
        if (b->object == NULL) {
            return -1;
        }
    }
    else {
        used = b->next - (uint8_t *)PyBytes_AS_STRING(b->object);
        if (_PyBytes_Resize(&b->object, 2 * PyBytes_GET_SIZE(b->object) + n) < 0) {
            return -1;
        }
    }
    b->next = (uint8_t *)PyBytes_AS_STRING(b->object) + used;
    b->end = (uint8_t *)PyBytes_AS_STRING(b->object) + PyBytes_GET_SIZE(b->object);
    return 0;
}

static ALWAYS_INLINE status
bytes_reserve(struct Bytes *b, Py_ssize_t n)
{
    return likely(b->end - b->next >= n) ? 0 : bytes_grow(b, n);
}

/* The finished bytes object; NULL on errors. */
static PyObject *
bytes_take(struct Bytes *b)
{
    if (b->object == NULL) {
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    _PyBytes_Resize(&b->object, b->next - (uint8_t *)PyBytes_AS_STRING(b->object));
    PyObject *object = b->object;
    b->object = NULL;
    return object;
}

/* ---- flags, cells, prefix ---- */

static int
code_flags(Gen *g)
{
    struct Unit *unit = g->unit;
    ScopeEntry *scope = unit->scope;
    int flags = 0;
    if (scope->type == FUNCTION_BLOCK) {
        flags |= CO_NEWLOCALS | CO_OPTIMIZED;
        flags |= scope->nested ? CO_NESTED : 0;
        flags |= scope->varargs ? CO_VARARGS : 0;
        flags |= scope->varkeywords ? CO_VARKEYWORDS : 0;
        if (scope->generator) {
            flags |= scope->coroutine ? CO_ASYNC_GENERATOR : CO_GENERATOR;
        }
        else if (scope->coroutine) {
            flags |= CO_COROUTINE;
        }
    }
    flags |= g->flags->cf_flags & PyCF_MASK;
    if (top_level_await(g) && scope->coroutine && !scope->generator) {
        flags |= CO_COROUTINE;
    }
    return flags;
}

static status
place_cells(struct Assembly *a)
{
    struct Unit *unit = a->unit;
    a->local_count = (int)PyDict_GET_SIZE(unit->varnames);
    a->cell_count = (int)PyDict_GET_SIZE(unit->cellvars);
    a->free_count = (int)PyDict_GET_SIZE(unit->freevars);
    int count = a->cell_count + a->free_count;
    a->place = ast_alloc(a->g->arena, (size_t)(count + 1) * sizeof(int));
    if (a->place == NULL) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        a->place[i] = a->local_count + i;
    }
    PyObject *name, *index;
    Py_ssize_t pos = 0;
    while (PyDict_Next(unit->varnames, &pos, &name, &index)) {
        PyObject *cell = PyDict_GetItemWithError(unit->cellvars, name);
        if (cell != NULL) {
            a->place[PyLong_AsLong(cell)] = (int)PyLong_AsLong(index);
        }
        else if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

static status
insert_prefix(struct Assembly *a, int at, int op, int arg, Loc loc)
{
    Instr *instr = block_insert(a->g->arena, a->unit->entry, at);
    if (instr == NULL) {
        return -1;
    }
    instr->op = op;
    instr->arg = arg;
    instr->loc = loc;
    return 0;
}

/* What runs before the first instruction of the source: cells are made in the order of their
   places, then a generator is returned instead of running on. */
static status
insert_prefixes(struct Assembly *a)
{
    int at = 0;
    if (a->free_count > 0) {
        TRY(insert_prefix(a, at++, COPY_FREE_VARS, a->free_count, NO_LOC));
    }
    for (int place = 0; place < a->local_count + a->cell_count; place++) {
        for (int i = 0; i < a->cell_count; i++) {
            if (a->place[i] == place) {
                TRY(insert_prefix(a, at++, MAKE_CELL, i, NO_LOC));
            }
        }
    }
    if (a->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) {
        int lineno = a->unit->firstlineno;
        TRY(insert_prefix(a, at++, RETURN_GENERATOR, 0, (Loc){lineno, lineno, -1, -1}));
        TRY(insert_prefix(a, at++, POP_TOP, 0, NO_LOC));
    }
    return 0;
}

/* Closes the gaps that shared places leave, then renumbers the instructions. */
static void
resolve_cells(struct Assembly *a)
{
    for (int i = 0; i < a->cell_count + a->free_count; i++) {
        if (a->place[i] == a->local_count + i) {
            a->place[i] -= a->dropped;
        }
        else {
            a->dropped++;
        }
    }
    for (Block *b = a->unit->entry; b != NULL; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            Instr *instr = &b->items[i];
            switch (instr->op) {
            case MAKE_CELL:
            case LOAD_CLOSURE:
            case LOAD_DEREF:
            case STORE_DEREF:
            case DELETE_DEREF:
            case LOAD_CLASSDEREF:
                instr->arg = a->place[instr->arg];
            }
        }
    }
}

/* ---- sizes and offsets ---- */

static ALWAYS_INLINE int
extended_args(int arg)
{
    unsigned value = (unsigned)arg;
    return likely(value <= 0xff) ? 0 : 1 + (value > 0xffff) + (value > 0xffffff);
}

static ALWAYS_INLINE int
instr_words(const Instr *instr)
{
    return extended_args(instr->arg) + 1 + cache_words(instr->op);
}

/* Jumps grow when their distance does, so offsets are computed until nothing moves. */
static void
resolve_jumps(struct Assembly *a)
{
    bool moved;
    do {
        int offset = 0;
        moved = false;
        for (Block *b = a->unit->entry; b != NULL; b = b->next) {
            b->offset = offset;
            for (int i = 0; i < b->used; i++) {
                offset += instr_words(&b->items[i]);
            }
        }
        for (Block *b = a->unit->entry; b != NULL; b = b->next) {
            offset = b->offset;
            for (int i = 0; i < b->used; i++) {
                Instr *instr = &b->items[i];
                int words = instr_words(instr);
                offset += words;
                if (is_jump(instr)) {
                    instr->arg = abs(instr->target->offset - offset);
                    moved |= instr_words(instr) != words;
                }
            }
        }
    } while (moved);
}

/* ---- code ---- */

/* `at` has room for the instruction's words; behind them. */
static ALWAYS_INLINE uint8_t *
put_instr(uint8_t *at, const Instr *instr)
{
    for (int i = extended_args(instr->arg); i > 0; i--) {
        *at++ = EXTENDED_ARG;
        *at++ = (uint8_t)(instr->arg >> (8 * i));
    }
    *at++ = (uint8_t)instr->op;
    *at++ = (uint8_t)instr->arg;
    for (int i = cache_words(instr->op); i > 0; i--) {
        *at++ = 0;
        *at++ = 0;
    }
    return at;
}

/* ---- line table ---- */

/* Kinds of rows; below ROW_ONE_LINE the kind holds the upper bits of the column. */
enum { ROW_ONE_LINE = 10, ROW_NO_COLUMN = 13, ROW_LONG = 14, ROW_NONE = 15 };

enum { ROW_MAX = 1 + 4 * 6 };   /* bytes */

/* Six bits a byte, lowest first, 0x40 marks that more follow. */
static ALWAYS_INLINE uint8_t *
put_varint(uint8_t *at, unsigned value)
{
    for (; value >= 0x40; value >>= 6) {
        *at++ = (uint8_t)(0x40 | (value & 0x3f));
    }
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *
put_signed_varint(uint8_t *at, int value)
{
    return put_varint(at, value < 0 ? (0u - (unsigned)value) << 1 | 1 : (unsigned)value << 1);
}

static ALWAYS_INLINE uint8_t *
put_row_start(uint8_t *at, int kind, int words)
{
    *at++ = (uint8_t)(0x80 | kind << 3 | (words - 1));
    return at;
}

/* One row for at most eight words of code; `at` has room for ROW_MAX bytes. */
static uint8_t *
put_row(struct Assembly *a, uint8_t *at, const Loc *loc, int words)
{
    if (loc->lineno < 0) {
        return put_row_start(at, ROW_NONE, words);
    }
    int delta = loc->lineno - a->lineno;
    bool one_line = loc->end_lineno == loc->lineno;
    if (loc->col < 0 || loc->end_col < 0) {
        if (one_line || loc->end_lineno == -1) {
            a->lineno = loc->lineno;
            return put_signed_varint(put_row_start(at, ROW_NO_COLUMN, words), delta);
        }
    }
    else if (one_line) {
        if (delta == 0 && loc->col < 80 && loc->end_col >= loc->col &&
            loc->end_col - loc->col < 16) {
            at = put_row_start(at, loc->col >> 3, words);
            *at++ = (uint8_t)((loc->col & 7) << 4 | (loc->end_col - loc->col));
            return at;
        }
        if (delta >= 0 && delta < 3 && loc->col < 128 && loc->end_col < 128) {
            a->lineno = loc->lineno;
            at = put_row_start(at, ROW_ONE_LINE + delta, words);
            *at++ = (uint8_t)loc->col;
            *at++ = (uint8_t)loc->end_col;
            return at;
        }
    }
    a->lineno = loc->lineno;
    at = put_signed_varint(put_row_start(at, ROW_LONG, words), delta);
    at = put_varint(at, (unsigned)(loc->end_lineno - loc->lineno));
    at = put_varint(at, (unsigned)(loc->col + 1));
    return put_varint(at, (unsigned)(loc->end_col + 1));
}

static status
put_rows(struct Assembly *a, const Instr *instr, int words)
{
    TRY(bytes_reserve(&a->lines, (words / 8 + 1) * ROW_MAX));
    uint8_t *at = a->lines.next;
    for (; words > 8; words -= 8) {
        at = put_row(a, at, &instr->loc, 8);
    }
    a->lines.next = put_row(a, at, &instr->loc, words);
    return 0;
}

/* ---- exception table ---- */

/* Six bits a byte, highest first; the first byte of an entry has `mark`. */
static uint8_t *
put_handler_int(uint8_t *at, int value, int mark)
{
    for (int shift = 24; shift > 0; shift -= 6) {
        if (value >= 1 << shift) {
            *at++ = (uint8_t)(((value >> shift) & 0x3f) | 0x40 | mark);
            mark = 0;
        }
    }
    *at++ = (uint8_t)((value & 0x3f) | mark);
    return at;
}

static status
put_handler(struct Bytes *b, int start, int end, const Block *handler)
{
    int depth = handler->depth - 1 - handler->wants_offset;
    TRY(bytes_reserve(b, 4 * 5));
    uint8_t *at = put_handler_int(b->next, start, 0x80);
    at = put_handler_int(at, end - start, 0);
    at = put_handler_int(at, handler->offset, 0);
    b->next = put_handler_int(at, depth << 1 | handler->wants_offset, 0);
    return 0;
}

static status
put_handlers(struct Assembly *a)
{
    int offset = 0, start = 0;
    const Block *handler = NULL;
    for (Block *b = a->unit->entry; b != NULL; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            if (b->items[i].handler != handler) {
                if (handler != NULL) {
                    TRY(put_handler(&a->handlers, start, offset, handler));
                }
                start = offset;
                handler = b->items[i].handler;
            }
            offset += instr_words(&b->items[i]);
        }
    }
    return handler == NULL ? 0 : put_handler(&a->handlers, start, offset, handler);
}

/* ---- the code object ---- */

static PyObject *
tuple_of_keys(PyObject *dict)
{
    PyObject *keys = PyDict_Keys(dict);
    PyObject *tuple = keys == NULL ? NULL : PyList_AsTuple(keys);
    Py_XDECREF(keys);
    return tuple;
}

/* Enters the names of `dict` at their places with `kind`. */
static status
name_places(struct Assembly *a, PyObject *dict, const int *place, int kind, PyObject *names,
            char *kinds)
{
    PyObject *name, *index;
    Py_ssize_t pos = 0;
    while (PyDict_Next(dict, &pos, &name, &index)) {
        int i = (int)PyLong_AsLong(index);
        int at = place == NULL ? i : place[i];
        kinds[at] |= (char)kind;
        PyObject *old = PyTuple_GET_ITEM(names, at);
        PyTuple_SET_ITEM(names, at, Py_NewRef(name));
        Py_XDECREF(old);
    }
    return 0;
}

static status
name_all_places(struct Assembly *a, PyObject **names, PyObject **kinds)
{
    Py_ssize_t count = a->local_count + a->cell_count + a->free_count - a->dropped;
    *names = PyTuple_New(count);
    *kinds = PyBytes_FromStringAndSize(NULL, count);
    if (*names == NULL || *kinds == NULL) {
        return -1;
    }
    char *bytes = PyBytes_AS_STRING(*kinds);
    memset(bytes, 0, (size_t)count);
    TRY(name_places(a, a->unit->varnames, NULL, LOCAL_KIND, *names, bytes));
    TRY(name_places(a, a->unit->cellvars, a->place, CELL_KIND, *names, bytes));
    return name_places(a, a->unit->freevars, a->place, FREE_KIND, *names, bytes);
}

static PyCodeObject *
make_code(struct Assembly *a, int stacksize)
{
    struct Unit *unit = a->unit;
    PyObject *cache = a->g->const_cache;
    PyCodeObject *result = NULL;
    PyObject *names = NULL, *kinds = NULL;
    struct _PyCodeConstructor parts = {
        .filename = a->g->filename,
        .name = unit->name,
        .qualname = unit->qualname ? unit->qualname : unit->name,
        .flags = a->flags,
        .firstlineno = unit->firstlineno,
        .argcount = unit->argcount,
        .posonlyargcount = unit->posonlyargcount,
        .kwonlyargcount = unit->kwonlyargcount,
        .stacksize = stacksize,
        .consts = const_share_take(cache, PyList_AsTuple(unit->const_values)),
        .names = const_share_take(cache, tuple_of_keys(unit->names)),
        .code = bytes_take(&a->code),
        .linetable = const_share_take(cache, bytes_take(&a->lines)),
        .exceptiontable = const_share_take(cache, bytes_take(&a->handlers)),
    };
    if (parts.consts != NULL && parts.names != NULL && parts.code != NULL &&
        parts.linetable != NULL && parts.exceptiontable != NULL &&
        name_all_places(a, &names, &kinds) == 0) {
        parts.localsplusnames = names = const_share_take(cache, names);
        parts.localspluskinds = kinds;
        if (names != NULL && _PyCode_Validate(&parts) == 0) {
            result = _PyCode_New(&parts);
        }
    }
    Py_XDECREF(parts.consts);
    Py_XDECREF(parts.names);
    Py_XDECREF(parts.code);
    Py_XDECREF(parts.linetable);
    Py_XDECREF(parts.exceptiontable);
    Py_XDECREF(names);
    Py_XDECREF(kinds);
    return result;
}

/* ---- all together ---- */

/* The passes over the graph; the depth of the stack, or -1. */
static int
finish_flow(struct Assembly *a)
{
    struct Flow *flow = &a->flow;
    struct Unit *unit = a->unit;
    TRY(flow_normalize(flow));
    flow->newest = unit->newest;
    TRY(flow_inline_exits(flow));
    TRY(place_cells(a));
    if (unit->firstlineno == 0) {
        int lineno = unit->entry->used > 0 ? unit->entry->items[0].loc.lineno : 0;
        unit->firstlineno = lineno > 0 ? lineno : 1;
    }
    TRY(insert_prefixes(a));
    resolve_cells(a);
    TRY(flow_optimize(flow, unit->const_values));
    TRY(flow_split_exits(flow));
    TRY(flow_trim_consts(flow, unit->const_values));
    flow_propagate_lines(flow, unit->firstlineno);
    flow_direct_jumps(flow);
    bool starts_as_generator = a->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    int depth = flow_stack_depth(flow, starts_as_generator);
    TRY(depth);
    TRY(flow_resolve_handlers(flow));
    return depth;
}

static status
put_all(struct Assembly *a)
{
    resolve_jumps(a);
    a->lineno = a->unit->firstlineno;
    for (Block *b = a->unit->entry; b != NULL; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            const Instr *instr = &b->items[i];
            int words = instr_words(instr);
            TRY(bytes_reserve(&a->code, words * (Py_ssize_t)sizeof(_Py_CODEUNIT)));
            a->code.next = put_instr(a->code.next, instr);
            TRY(put_rows(a, instr, words));
        }
    }
    return put_handlers(a);
}

/* Running off the end returns None, or for generator expressions as lambda bodies the value that is
   on the stack. */
static status
end_code(Gen *g, bool add_none)
{
    Block *block = g->unit->block;
    if (block->used > 0 && block->items[block->used - 1].op == RETURN_VALUE) {
        return 0;
    }
    unset_loc(g);
    if (add_none) {
        TRY(emit_const(g, Py_None));
    }
    return emit(g, RETURN_VALUE);
}

PyCodeObject *
assemble(Gen *g, bool add_none)
{
    if (end_code(g, add_none) < 0) {
        return NULL;
    }
    struct Assembly a = {
        .g = g,
        .unit = g->unit,
        .flow = {.arena = g->arena, .entry = g->unit->entry, .newest = g->unit->newest,
                 .filename = g->filename, .const_cache = g->const_cache},
        .flags = code_flags(g),
    };
    PyCodeObject *code = NULL;
    int depth = finish_flow(&a);
    if (depth >= 0 && put_all(&a) == 0) {
        code = make_code(&a, depth);
    }
    Py_XDECREF(a.code.object);
    Py_XDECREF(a.lines.object);
    Py_XDECREF(a.handlers.object);
    return code;
}
