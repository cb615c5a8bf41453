/* Units of code, the tables of names and constants, and emission of single instructions. */
#include "compile/gen.h"

#include <opcode.h>

/* ---- blocks and instructions ---- */

Block *
new_block(Gen *g)
{
    return block_new(g->work, &g->unit->newest);
}

void
use_block(Gen *g, Block *block)
{
    g->unit->block->next = block;
    g->unit->block = block;
}

/* A block with room for one more instruction: a new one if the current one has ended. */
static NOINLINE Block *
block_for_more(Gen *g)
{
    Block *block = g->unit->block;
    if (block->ended) {
        block = new_block(g);
        if (block == NULL) {
            return NULL;
        }
        use_block(g, block);
    }
    return block->used == block->room && block_grow(g->work, block) < 0 ? NULL : block;
}

static NOINLINE status
fail_argument(void)
{
    PyErr_SetString(PyExc_OverflowError, "instruction argument too large");
    return -1;
}

static ALWAYS_INLINE status
append_instr(Gen *g, int op, Py_ssize_t arg, Block *target, Loc loc)
{
    struct Unit *unit = g->unit;
    if (unlikely((size_t)arg > INT_MAX)) {
        return fail_argument();
    }
    Block *block = unit->block;
    if (unlikely(block->ended || block->used == block->room) && (block = block_for_more(g)) == NULL) {
        return -1;
    }
    Instr *instr = &block->items[block->used++];
    instr->op = op;
    instr->arg = (int)arg;
    instr->target = target;
    instr->handler = NULL;
    instr->loc = loc;
    unsigned facts = op_facts[op - LOWEST_OPCODE];
    block->ended = facts & (OP_JUMPS | OP_LEAVES_CODE);
    if (unlikely(loc.lineno < 0)) {
        block->lacks_line = true;
    }
    if (unlikely(facts & OP_OPENS_REGION)) {
        block->opens = true;
        unit->has_regions = true;
    }
    return 0;
}

status
emit_at(Gen *g, int op, Py_ssize_t arg, Block *target, Loc loc)
{
    return append_instr(g, op, arg, target, loc);
}

status
emit(Gen *g, int op)
{
    return append_instr(g, op, 0, NULL, g->unit->loc);
}

status
emit_arg(Gen *g, int op, Py_ssize_t arg)
{
    return append_instr(g, op, arg, NULL, g->unit->loc);
}

status
emit_jump(Gen *g, int op, Block *target)
{
    return emit_at(g, op, 0, target, g->unit->loc);
}

status
emit_jump_no_loc(Gen *g, int op, Block *target)
{
    return emit_at(g, op, 0, target, NO_LOC);
}

status
emit_call(Gen *g, Py_ssize_t arguments)
{
    TRY(emit_arg(g, PRECALL, arguments));
    return emit_arg(g, CALL, arguments);
}

/* ---- constants and names ---- */

Py_ssize_t
const_index(Gen *g, PyObject *value)
{
    struct Unit *unit = g->unit;
    int index = numbering_find(&unit->consts, value);
    if (index >= 0) {
        return index;
    }
    PyObject *merged = const_merge_take(&g->const_cache, Py_NewRef(value));
    if (merged == NULL) {
        return -1;
    }
    if (merged != value) {
        index = numbering_find(&unit->consts, merged);
    }
    if (index < 0) {
        index = numbering_add(&unit->consts, g->work, merged);
        if (index < 0) {
            PyErr_NoMemory();
        }
        else if (PyList_Append(unit->const_values, merged) < 0) {
            index = -1;
        }
    }
    Py_DECREF(merged);
    return index;
}

status
emit_const(Gen *g, PyObject *value)
{
    Py_ssize_t index = const_index(g, value);
    return index < 0 ? -1 : emit_arg(g, LOAD_CONST, index);
}

status
emit_const_take(Gen *g, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    status result = emit_const(g, value);
    Py_DECREF(value);
    return result;
}

PyObject *
mangled_name(Gen *g, PyObject *name)
{
    return mangle_name(g->arena, g->unit->class_name, name);
}

/* The index of a mangled name in co_names, added if new. */
static int
name_index(Gen *g, PyObject *mangled)
{
    struct Numbering *names = &g->unit->names;
    int index = numbering_find(names, mangled);
    if (index < 0 && (index = numbering_add(names, g->work, mangled)) < 0) {
        PyErr_NoMemory();
    }
    return index;
}

status
emit_plain_name(Gen *g, int op, PyObject *name)
{
    int index = name_index(g, name);
    return index < 0 ? -1 : emit_arg(g, op, index);
}

status
emit_name(Gen *g, int op, PyObject *name)
{
    PyObject *mangled = mangled_name(g, name);
    return mangled == NULL ? -1 : emit_plain_name(g, op, mangled);
}

status
check_name(Gen *g, PyObject *name, enum ExprContext ctx)
{
    if (unlikely(ctx != Load && name == ID(__debug__))) {
        return gen_error(g, ctx == Store ? "cannot assign to __debug__"
                                         : "cannot delete __debug__");
    }
    return 0;
}

/* The instruction for each home of a variable, by what is done with it. */
enum Home { HOME_NAME, HOME_GLOBAL, HOME_FAST, HOME_CELL };

static const int variable_op[][4] = {
    [HOME_NAME] = {0, LOAD_NAME, STORE_NAME, DELETE_NAME},
    [HOME_GLOBAL] = {0, LOAD_GLOBAL, STORE_GLOBAL, DELETE_GLOBAL},
    [HOME_FAST] = {0, LOAD_FAST, STORE_FAST, DELETE_FAST},
    [HOME_CELL] = {0, LOAD_DEREF, STORE_DEREF, DELETE_DEREF},
};

status
emit_variable(Gen *g, PyObject *name, enum ExprContext ctx)
{
    struct Unit *unit = g->unit;
    TRY(check_name(g, name, ctx));
    PyObject *mangled = mangled_name(g, name);
    if (unlikely(mangled == NULL)) {
        return -1;
    }
    bool in_function = unit->scope->type == FUNCTION_BLOCK;
    enum Home home = HOME_NAME;
    struct Symbol *symbol = scope_find(unit->scope, mangled);
    switch (symbol_scope(symbol)) {
    case SCOPE_UNKNOWN:
        break;
    case SCOPE_FREE:
    case SCOPE_CELL:
        home = HOME_CELL;
        break;
    case SCOPE_LOCAL:
        if (in_function) {
            home = HOME_FAST;
            if (symbol->index < 0) {
                symbol->index = unit->local_count;
                unit->locals[unit->local_count++] = mangled;
            }
        }
        break;
    case SCOPE_GLOBAL_IMPLICIT:
        if (in_function) {
            home = HOME_GLOBAL;
        }
        break;
    case SCOPE_GLOBAL_EXPLICIT:
        home = HOME_GLOBAL;
        break;
    }
    int op = variable_op[home][ctx];
    if (home == HOME_FAST || home == HOME_CELL) {
        if (op == LOAD_DEREF && unit->scope->type == CLASS_BLOCK) {
            op = LOAD_CLASSDEREF;
        }
        return emit_arg(g, op, symbol->index);
    }
    int index = name_index(g, mangled);
    return index < 0 ? -1 : emit_arg(g, op, op == LOAD_GLOBAL ? (Py_ssize_t)index << 1 : index);
}

/* ---- units ---- */

static void
unit_free(Gen *g, struct Unit *unit)
{
    arena_release(g->work, unit->before);
    Py_XDECREF(unit->name);
    Py_XDECREF(unit->qualname);
    Py_XDECREF(unit->const_values);
    PyMem_Free(unit);
}

static int
compare_names(const void *a, const void *b)
{
    return PyUnicode_Compare(*(PyObject *const *)a, *(PyObject *const *)b);
}

/* Sorts names of the scope and numbers them from `start`. */
static void
number_sorted(Scope *scope, PyObject **names, int count, int start)
{
    if (count > 1) {
        qsort(names, (size_t)count, sizeof *names, compare_names);
    }
    for (int i = 0; i < count; i++) {
        scope_find(scope, names[i])->index = start + i;
    }
}

/* Numbers parameters, cells and free variables. */
static status
number_variables(Gen *g, struct Unit *unit)
{
    Scope *scope = unit->scope;
    int count = scope->names.count, cells = 0, frees = 0;
    for (int i = 0; i < count; i++) {
        struct Symbol *symbol = &scope->symbols[i];
        symbol->index = -1;
        cells += symbol_scope(symbol) == SCOPE_CELL;
        frees += symbol_scope(symbol) == SCOPE_FREE || (symbol->flags & DEF_FREE_CLASS);
    }
    unit->local_count = scope->param_count;
    unit->free_count = frees;
    unit->locals = ast_alloc(g->work, (size_t)(count + cells + frees + 1) * sizeof(PyObject *));
    if (unit->locals == NULL) {
        return -1;
    }
    for (int i = 0; i < scope->param_count; i++) {
        unit->locals[i] = (PyObject *)scope->names.items[i];
        scope->symbols[i].index = i;
    }
    PyObject **cell = unit->cells = unit->locals + count;
    PyObject **free = cell + cells + scope->needs_class_closure;
    if (cells + frees > 0) {
        for (int i = 0; i < count; i++) {
            struct Symbol *symbol = &scope->symbols[i];
            PyObject *name = (PyObject *)scope->names.items[i];
            if (symbol_scope(symbol) == SCOPE_CELL) {
                *cell++ = name;
            }
            else if (symbol_scope(symbol) == SCOPE_FREE || (symbol->flags & DEF_FREE_CLASS)) {
                *free++ = name;
            }
        }
        number_sorted(scope, unit->cells, cells, 0);
    }
    if (scope->needs_class_closure) {
        /* The class itself, for super() and __class__ in its methods. */
        unit->cells[cells++] = ID(__class__);
    }
    unit->cell_count = cells;
    number_sorted(scope, unit->cells + cells, frees, cells);
    return 0;
}

/* The name that precedes the unit's own in its qualified name: a borrowed unit or NULL. */
static status
find_qualifier(Gen *g, struct Unit *unit, struct Unit **qualifier)
{
    struct Unit *outer = unit->outer;
    *qualifier = NULL;
    if (outer == NULL || outer->outer == NULL) {
        return 0;
    }
    if (unit->kind == UNIT_FUNCTION || unit->kind == UNIT_ASYNC_FUNCTION ||
        unit->kind == UNIT_CLASS) {
        PyObject *mangled = mangle_name(g->arena, outer->class_name, unit->name);
        if (mangled == NULL) {
            return -1;
        }
        if (symbol_scope(scope_find(outer->scope, mangled)) == SCOPE_GLOBAL_EXPLICIT) {
            return 0;
        }
    }
    *qualifier = outer;
    return 0;
}

/* The three strings put together. */
static PyObject *
join(PyObject *a, const char *middle, PyObject *b)
{
    if (!PyUnicode_IS_COMPACT_ASCII(a) || !PyUnicode_IS_COMPACT_ASCII(b)) {
        return PyUnicode_FromFormat("%U%s%U", a, middle, b);
    }
    Py_ssize_t before = PyUnicode_GET_LENGTH(a), between = (Py_ssize_t)strlen(middle);
    Py_ssize_t after = PyUnicode_GET_LENGTH(b);
    if (before > PY_SSIZE_T_MAX - between - after) {
        PyErr_NoMemory();
        return NULL;
    }
    PyObject *result = PyUnicode_New(before + between + after, 127);
    if (result != NULL) {
        char *text = PyUnicode_DATA(result);
        memcpy(text, PyUnicode_DATA(a), (size_t)before);
        memcpy(text + before, middle, (size_t)between);
        memcpy(text + before + between, PyUnicode_DATA(b), (size_t)after);
    }
    return result;
}

static status
set_qualname(Gen *g, struct Unit *unit)
{
    struct Unit *outer;
    TRY(find_qualifier(g, unit, &outer));
    if (outer == NULL) {
        unit->qualname = Py_NewRef(unit->name);
        return 0;
    }
    bool locals = outer->kind == UNIT_FUNCTION || outer->kind == UNIT_ASYNC_FUNCTION ||
                  outer->kind == UNIT_LAMBDA;
    unit->qualname = join(outer->qualname, locals ? ".<locals>." : ".", unit->name);
    return unit->qualname == NULL ? -1 : 0;
}

static status
fill_unit(Gen *g, struct Unit *unit, void *key)
{
    if ((unit->scope = symtable_scope(g->table, key)) == NULL ||
        number_variables(g, unit) < 0 || (unit->const_values = PyList_New(0)) == NULL) {
        return -1;
    }
    unit->block = unit->entry = block_new(g->work, &unit->newest);
    return unit->block == NULL ? -1 : 0;
}

status
enter_unit(Gen *g, PyObject *name, enum UnitKind kind, void *key, int lineno)
{
    struct Unit *unit = PyMem_Malloc(sizeof *unit);
    if (unit == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memset(unit, 0, offsetof(struct Unit, frames));
    unit->before = arena_mark(g->work);
    unit->kind = kind;
    unit->name = Py_NewRef(name);
    unit->firstlineno = lineno;
    unit->loc = (Loc){lineno, lineno, 0, 0};
    unit->outer = g->unit;
    if (g->unit != NULL) {
        unit->class_name = g->unit->class_name;
    }
    if (fill_unit(g, unit, key) < 0) {
        unit_free(g, unit);
        return -1;
    }
    g->unit = unit;
    g->nesting++;
    if (kind == UNIT_MODULE) {
        unit->loc.lineno = 0;
    }
    else if (set_qualname(g, unit) < 0) {
        return -1;
    }
    TRY(emit_arg(g, RESUME, 0));
    unit->loc.lineno = lineno;
    return 0;
}

void
leave_unit(Gen *g)
{
    struct Unit *unit = g->unit;
    g->unit = unit->outer;
    g->nesting--;
    unit_free(g, unit);
}

void
gen_clear(Gen *g)
{
    symtable_free(g->table);
    arena_free(g->work);
    const_cache_clear(&g->const_cache);
    PyMem_Free(g->code.start);
    PyMem_Free(g->lines.start);
    PyMem_Free(g->handlers.start);
}

bool
top_level_await(Gen *g)
{
    return (g->flags->cf_flags & PyCF_ALLOW_TOP_LEVEL_AWAIT) && g->unit->kind == UNIT_MODULE;
}

status
push_frame(Gen *g, enum FrameKind kind, Block *block, Block *exit, void *datum)
{
    struct Unit *unit = g->unit;
    if (unit->frame_count >= MAX_FRAME_BLOCKS) {
        return gen_error(g, "too many statically nested blocks");
    }
    unit->frames[unit->frame_count++] = (struct FrameBlock){kind, block, exit, datum};
    return 0;
}

void
pop_frame(Gen *g)
{
    g->unit->frame_count--;
}

/* ---- errors ---- */

static status
error_at(Gen *g, PyObject *message)
{
    Loc loc = g->unit->loc;
    PyObject *text = PyErr_ProgramTextObject(g->filename, loc.lineno);
    if (text == NULL) {
        text = Py_NewRef(Py_None);
    }
    PyObject *args = Py_BuildValue("O(OiiOii)", message, g->filename, loc.lineno, loc.col + 1, text,
                                   loc.end_lineno, loc.end_col + 1);
    Py_DECREF(text);
    if (args != NULL) {
        PyErr_SetObject(PyExc_SyntaxError, args);
        Py_DECREF(args);
    }
    return -1;
}

status
gen_error(Gen *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *message = PyUnicode_FromFormatV(format, args);
    va_end(args);
    if (message != NULL) {
        error_at(g, message);
        Py_DECREF(message);
    }
    return -1;
}

status
gen_warn(Gen *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PyObject *message = PyUnicode_FromFormatV(format, args);
    va_end(args);
    if (message == NULL) {
        return -1;
    }
    status result = PyErr_WarnExplicitObject(PyExc_SyntaxWarning, message, g->filename,
                                             g->unit->loc.lineno, NULL, NULL);
    if (result < 0 && PyErr_ExceptionMatches(PyExc_SyntaxWarning)) {
        /* A warning made an error is better as a SyntaxError with its position. */
        PyErr_Clear();
        error_at(g, message);
    }
    Py_DECREF(message);
    return result;
}
