/* Assembly: the blocks of a unit, ordered and optimised, become a code object.

   Cells: while code is generated, cell and free variables are numbered apart from locals.  In the
   code object they follow the locals, except that a parameter which is also a cell keeps its place. */
#include "compile/gen.h"
#include "types/code.h"

#include <opcode.h>

struct Assembly {
    Gen *g;
    struct Unit *unit;
    struct Flow flow;
    int flags;
    int local_count, cell_count, free_count;
    int dropped;                /* cells that share a parameter's place */
    int *place;                 /* cell or free variable -> index in locals-plus */
    int lineno;                 /* of the previous row of the line table */
    int const_count;            /* constants up to the last one that is used */
};

/* ---- growing byte strings ---- */

/* Room for `n` more bytes. */
static NOINLINE status
bytes_grow(struct Bytes *b, Py_ssize_t n)
{
    size_t used = (size_t)(b->next - b->start), size = 2 * used + (size_t)n + 512;
    uint8_t *start = PyMem_Realloc(b->start, size);
    if (start == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *b = (struct Bytes){start, start + used, start + size};
    return 0;
}

static ALWAYS_INLINE status
bytes_reserve(struct Bytes *b, Py_ssize_t n)
{
    return likely(b->end - b->next >= n) ? 0 : bytes_grow(b, n);
}

/* A new bytes object of what was written; the room is used again. */
static PyObject *
bytes_take(struct Bytes *b)
{
    PyObject *object = PyBytes_FromStringAndSize((char *)b->start, b->next - b->start);
    b->next = b->start;
    return object;
}

/* ---- flags, cells, prefix ---- */

static int
code_flags(Gen *g)
{
    struct Unit *unit = g->unit;
    Scope *scope = unit->scope;
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
    a->local_count = unit->local_count;
    a->cell_count = unit->cell_count;
    a->free_count = unit->free_count;
    int count = a->cell_count + a->free_count;
    if (count == 0) {
        return 0;
    }
    a->place = ast_alloc(a->g->work, (size_t)count * sizeof(int));
    if (a->place == NULL) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        a->place[i] = a->local_count + i;
    }
    for (int i = 0; i < unit->scope->param_count; i++) {
        const struct Symbol *symbol = &unit->scope->symbols[i];
        if (symbol_scope(symbol) == SCOPE_CELL) {
            a->place[symbol->index] = i;
        }
    }
    return 0;
}

static status
insert_prefix(struct Assembly *a, int at, int op, int arg, Loc loc)
{
    Instr *instr = block_insert(a->g->work, a->unit->entry, at);
    if (instr == NULL) {
        return -1;
    }
    instr->op = op;
    instr->arg = arg;
    instr->loc = loc;
    a->unit->entry->lacks_line |= loc.lineno < 0;
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
    for (int place = 0; a->cell_count > 0 && place < a->local_count + a->cell_count; place++) {
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
    if (a->cell_count + a->free_count == 0) {
        return;
    }
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

/* The jump at the end of a block, or NULL. */
static ALWAYS_INLINE Instr *
jump_of(Block *b)
{
    Instr *last = b->used > 0 ? &b->items[b->used - 1] : NULL;
    return last != NULL && is_jump(last) ? last : NULL;
}

/* Measures the blocks; jumps grow when their distance does, so offsets are computed until nothing
   moves.  The number of code units. */
static int
resolve_jumps(struct Assembly *a)
{
    bool moved;
    int offset = 0;
    for (Block *b = a->unit->entry; b != NULL; b = b->next) {
        int words = 0, count = b->used - (jump_of(b) != NULL);
        for (int i = 0; i < count; i++) {
            words += instr_words(&b->items[i]);
        }
        b->words = words;
    }
    do {
        offset = 0;
        moved = false;
        for (Block *b = a->unit->entry; b != NULL; b = b->next) {
            Instr *jump = jump_of(b);
            b->offset = offset;
            offset += b->words + (jump != NULL ? instr_words(jump) : 0);
        }
        for (Block *b = a->unit->entry; b != NULL; b = b->next) {
            Instr *jump = jump_of(b);
            if (jump != NULL) {
                int words = instr_words(jump);
                jump->arg = abs(jump->target->offset - (b->offset + b->words + words));
                moved |= instr_words(jump) != words;
            }
        }
    } while (moved);
    return offset;
}

/* ---- code ---- */

/* More than any instruction has; the room for code is longer by this. */
#define MOST_CACHES 12

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
    memset(at, 0, MOST_CACHES * sizeof(_Py_CODEUNIT));
    return at + cache_words(instr->op) * (int)sizeof(_Py_CODEUNIT);
}

/* ---- line table ---- */

/* Bytes of a row; and rows of an instruction: four words, ten of caches. */
enum { ROW_MAX = 1 + 4 * 6, MOST_ROWS = 2 };

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
static ALWAYS_INLINE uint8_t *
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

static ALWAYS_INLINE uint8_t *
put_rows(struct Assembly *a, uint8_t *at, const Instr *instr, int words)
{
    for (; words > 8; words -= 8) {
        at = put_row(a, at, &instr->loc, 8);
    }
    return put_row(a, at, &instr->loc, words);
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
                    TRY(put_handler(&a->g->handlers, start, offset, handler));
                }
                start = offset;
                handler = b->items[i].handler;
            }
            offset += instr_words(&b->items[i]);
        }
    }
    return handler == NULL ? 0 : put_handler(&a->g->handlers, start, offset, handler);
}

/* ---- the code object ---- */

static PyObject *
tuple_of_names(const struct Numbering *names)
{
    PyObject *tuple = PyTuple_New(names->count);
    for (int i = 0; tuple != NULL && i < names->count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef((PyObject *)names->items[i]));
    }
    return tuple;
}

/* The constants up to the last one that is used. */
static PyObject *
tuple_of_consts(PyObject *list, int count)
{
    PyObject *tuple = PyTuple_New(Py_MIN(count, PyList_GET_SIZE(list)));
    for (Py_ssize_t i = 0; tuple != NULL && i < PyTuple_GET_SIZE(tuple); i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(PyList_GET_ITEM(list, i)));
    }
    return tuple;
}

/* The names of all variables, and what each is. */
static status
name_all_places(struct Assembly *a, PyObject **names, PyObject **kinds)
{
    struct Unit *unit = a->unit;
    Py_ssize_t count = a->local_count + a->cell_count + a->free_count - a->dropped;
    *names = PyTuple_New(count);
    *kinds = PyBytes_FromStringAndSize(NULL, count);
    if (*names == NULL || *kinds == NULL) {
        return -1;
    }
    char *bytes = PyBytes_AS_STRING(*kinds);
    for (int i = 0; i < a->local_count; i++) {
        bytes[i] = LOCAL_KIND;
        PyTuple_SET_ITEM(*names, i, Py_NewRef(unit->locals[i]));
    }
    for (int i = 0; i < a->cell_count + a->free_count; i++) {
        int at = a->place[i];
        char kind = (char)(i < a->cell_count ? CELL_KIND : FREE_KIND);
        if (at < a->local_count) {
            bytes[at] |= kind;
            continue;
        }
        bytes[at] = kind;
        PyTuple_SET_ITEM(*names, at, Py_NewRef(unit->cells[i]));
    }
    return 0;
}

static PyCodeObject *
make_code(struct Assembly *a, int stacksize)
{
    struct Unit *unit = a->unit;
    Gen *g = a->g;
    struct ConstCache *cache = &g->const_cache;
    PyCodeObject *result = NULL;
    PyObject *names = NULL, *kinds = NULL;
    struct _PyCodeConstructor parts = {
        .filename = g->filename,
        .name = unit->name,
        .qualname = unit->qualname ? unit->qualname : unit->name,
        .flags = a->flags,
        .firstlineno = unit->firstlineno,
        .argcount = unit->argcount,
        .posonlyargcount = unit->posonlyargcount,
        .kwonlyargcount = unit->kwonlyargcount,
        .stacksize = stacksize,
        .consts = const_share_take(cache, tuple_of_consts(unit->const_values, a->const_count)),
        .names = const_share_take(cache, tuple_of_names(&unit->names)),
        .code = bytes_take(&g->code),
        .linetable = const_share_take(cache, bytes_take(&g->lines)),
        .exceptiontable = const_share_take(cache, bytes_take(&a->g->handlers)),
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
    struct Bytes *code = &a->g->code, *lines = &a->g->lines;
    code->next = code->start;
    lines->next = lines->start;
    a->g->handlers.next = a->g->handlers.start;
    a->lineno = a->unit->firstlineno;
    a->const_count = 1;             /* the first is the docstring and stays */
    TRY(bytes_reserve(code, (resolve_jumps(a) + MOST_CACHES) * (Py_ssize_t)sizeof(_Py_CODEUNIT)));
    uint8_t *at = code->next;
    for (Block *b = a->unit->entry; b != NULL; b = b->next) {
        TRY(bytes_reserve(lines, b->used * (Py_ssize_t)(ROW_MAX * MOST_ROWS)));
        uint8_t *line_at = lines->next;
        for (int i = 0; i < b->used; i++) {
            const Instr *instr = &b->items[i];
            at = put_instr(at, instr);
            line_at = put_rows(a, line_at, instr, instr_words(instr));
            if ((instr->op == LOAD_CONST || instr->op == KW_NAMES) && instr->arg >= a->const_count) {
                a->const_count = instr->arg + 1;
            }
        }
        lines->next = line_at;
    }
    code->next = at;
    return a->unit->has_regions ? put_handlers(a) : 0;
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
        .flow = {.arena = g->work, .entry = g->unit->entry, .newest = g->unit->newest,
                 .filename = g->filename, .const_cache = &g->const_cache,
                 .has_regions = g->unit->has_regions},
        .flags = code_flags(g),
    };
    PyCodeObject *code = NULL;
    int depth = finish_flow(&a);
    if (depth >= 0 && put_all(&a) == 0) {
        code = make_code(&a, depth);
    }
    return code;
}
