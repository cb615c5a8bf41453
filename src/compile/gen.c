/* Units of code, the tables of names and constants, and emission of single instructions. */
#include "compile/gen.h"

#include <opcode.h>

/* ---- blocks and instructions ---- */

Block *
new_block(Gen *g)
{
    return block_new(g->arena, &g->unit->newest);
}

void
use_block(Gen *g, Block *block)
{
    g->unit->block->next = block;
    g->unit->block = block;
}

status
emit_at(Gen *g, int op, Py_ssize_t arg, Block *target, Loc loc)
{
    struct Unit *unit = g->unit;
    if (arg < 0 || arg > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "instruction argument too large");
        return -1;
    }
    Block *block = unit->block;
    if (block->used > 0 && ends_block(&block->items[block->used - 1])) {
        block = new_block(g);
        if (block == NULL) {
            return -1;
        }
        use_block(g, block);
    }
    Instr *instr = block_append(g->arena, block);
    if (instr == NULL) {
        return -1;
    }
    instr->op = op;
    instr->arg = (int)arg;
    instr->target = target;
    instr->loc = loc;
    return 0;
}

status
emit(Gen *g, int op)
{
    return emit_at(g, op, 0, NULL, g->unit->loc);
}

status
emit_arg(Gen *g, int op, Py_ssize_t arg)
{
    return emit_at(g, op, arg, NULL, g->unit->loc);
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

/* The index of `key` in a dict that numbers its keys, added if new. */
static Py_ssize_t
number_of(PyObject *dict, PyObject *key)
{
    PyObject *index = PyDict_GetItemWithError(dict, key);
    if (index != NULL) {
        return PyLong_AsSsize_t(index);
    }
    Py_ssize_t next = PyDict_GET_SIZE(dict);
    if (PyErr_Occurred() || (index = PyLong_FromSsize_t(next)) == NULL) {
        return -1;
    }
    status result = PyDict_SetItem(dict, key, index);
    Py_DECREF(index);
    return result < 0 ? -1 : next;
}

Py_ssize_t
const_index(Gen *g, PyObject *value)
{
    struct Unit *unit = g->unit;
    PyObject *merged = const_merge_take(g->const_cache, Py_NewRef(value));
    PyObject *key = merged == NULL ? NULL : _PyCode_ConstantKey(merged);
    Py_ssize_t index = key == NULL ? -1 : number_of(unit->consts, key);
    if (index == PyList_GET_SIZE(unit->const_values) &&
        PyList_Append(unit->const_values, merged) < 0) {
        index = -1;
    }
    Py_XDECREF(key);
    Py_XDECREF(merged);
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
    return mangle_name(g->unit->class_name, name);
}

status
emit_name(Gen *g, int op, PyObject *name)
{
    PyObject *mangled = mangled_name(g, name);
    if (mangled == NULL) {
        return -1;
    }
    Py_ssize_t index = number_of(g->unit->names, mangled);
    Py_DECREF(mangled);
    return index < 0 ? -1 : emit_arg(g, op, index);
}

status
check_name(Gen *g, PyObject *name, enum ExprContext ctx)
{
    if (ctx != Load && _PyUnicode_EqualToASCIIString(name, "__debug__")) {
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

static status
emit_mangled_variable(Gen *g, PyObject *name, enum ExprContext ctx)
{
    struct Unit *unit = g->unit;
    bool in_function = unit->scope->type == FUNCTION_BLOCK;
    PyObject *dict = unit->names;
    enum Home home = HOME_NAME;
    int scope = entry_scope(unit->scope, name);
    switch (scope) {
    case -1:
        return -1;
    case SCOPE_FREE:
        home = HOME_CELL;
        dict = unit->freevars;
        break;
    case SCOPE_CELL:
        home = HOME_CELL;
        dict = unit->cellvars;
        break;
    case SCOPE_LOCAL:
        if (in_function) {
            home = HOME_FAST;
            dict = unit->varnames;
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
    if (op == LOAD_DEREF && unit->scope->type == CLASS_BLOCK) {
        op = LOAD_CLASSDEREF;
    }
    Py_ssize_t index = number_of(dict, name);
    return index < 0 ? -1 : emit_arg(g, op, op == LOAD_GLOBAL ? index << 1 : index);
}

status
emit_variable(Gen *g, PyObject *name, enum ExprContext ctx)
{
    TRY(check_name(g, name, ctx));
    PyObject *mangled = mangled_name(g, name);
    if (mangled == NULL) {
        return -1;
    }
    status result = emit_mangled_variable(g, mangled, ctx);
    Py_DECREF(mangled);
    return result;
}

/* ---- units ---- */

static void
unit_free(struct Unit *unit)
{
    Py_XDECREF(unit->scope);
    Py_XDECREF(unit->name);
    Py_XDECREF(unit->qualname);
    Py_XDECREF(unit->class_name);
    Py_XDECREF(unit->consts);
    Py_XDECREF(unit->const_values);
    Py_XDECREF(unit->names);
    Py_XDECREF(unit->varnames);
    Py_XDECREF(unit->cellvars);
    Py_XDECREF(unit->freevars);
    PyMem_Free(unit);
}

/* Numbers a list of names from 0. */
static PyObject *
number_list(PyObject *list)
{
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < PyList_GET_SIZE(list); i++) {
        PyObject *index = PyLong_FromSsize_t(i);
        if (index == NULL || PyDict_SetItem(dict, PyList_GET_ITEM(list, i), index) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(index);
    }
    return dict;
}

/* Numbers the names of a scope (or with a flag), sorted, from `start`. */
static PyObject *
number_scope(ScopeEntry *entry, enum SymbolScope scope, long flag, Py_ssize_t start)
{
    PyObject *names = PyDict_Keys(entry->symbols), *dict = PyDict_New();
    if (names == NULL || dict == NULL || PyList_Sort(names) < 0) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        long flags = entry_flags(entry, name);
        if (flags < 0) {
            goto fail;
        }
        if (((flags >> SCOPE_SHIFT) & SCOPE_BITS) != scope && !(flags & flag)) {
            continue;
        }
        PyObject *index = PyLong_FromSsize_t(start++);
        if (index == NULL || PyDict_SetItem(dict, name, index) < 0) {
            Py_XDECREF(index);
            goto fail;
        }
        Py_DECREF(index);
    }
    Py_DECREF(names);
    return dict;

fail:
    Py_XDECREF(names);
    Py_XDECREF(dict);
    return NULL;
}

/* The name that precedes the unit's own in its qualified name: a borrowed unit or NULL. */
static status
find_qualifier(struct Unit *unit, struct Unit **qualifier)
{
    struct Unit *outer = unit->outer;
    *qualifier = NULL;
    if (outer == NULL || outer->outer == NULL) {
        return 0;
    }
    if (unit->kind == UNIT_FUNCTION || unit->kind == UNIT_ASYNC_FUNCTION ||
        unit->kind == UNIT_CLASS) {
        PyObject *mangled = mangle_name(outer->class_name, unit->name);
        if (mangled == NULL) {
            return -1;
        }
        int scope = entry_scope(outer->scope, mangled);
        Py_DECREF(mangled);
        if (scope < 0 || scope == SCOPE_GLOBAL_EXPLICIT) {
            return scope < 0 ? -1 : 0;
        }
    }
    *qualifier = outer;
    return 0;
}

static status
set_qualname(struct Unit *unit)
{
    struct Unit *outer;
    TRY(find_qualifier(unit, &outer));
    if (outer == NULL) {
        unit->qualname = Py_NewRef(unit->name);
        return 0;
    }
    bool locals = outer->kind == UNIT_FUNCTION || outer->kind == UNIT_ASYNC_FUNCTION ||
                  outer->kind == UNIT_LAMBDA;
    unit->qualname = PyUnicode_FromFormat(locals ? "%U.<locals>.%U" : "%U.%U", outer->qualname,
                                          unit->name);
    return unit->qualname == NULL ? -1 : 0;
}

static status
fill_unit(Gen *g, struct Unit *unit, void *key)
{
    if ((unit->scope = symtable_entry(g->table, key)) == NULL ||
        (unit->varnames = number_list(unit->scope->varnames)) == NULL ||
        (unit->cellvars = number_scope(unit->scope, SCOPE_CELL, 0, 0)) == NULL) {
        return -1;
    }
    if (unit->scope->needs_class_closure) {
        /* The class itself, for super() and __class__ in its methods. */
        TRY(number_of(unit->cellvars, ID(__class__)));
    }
    unit->freevars = number_scope(unit->scope, SCOPE_FREE, DEF_FREE_CLASS,
                                  PyDict_GET_SIZE(unit->cellvars));
    if (unit->freevars == NULL || (unit->consts = PyDict_New()) == NULL ||
        (unit->names = PyDict_New()) == NULL || (unit->const_values = PyList_New(0)) == NULL) {
        return -1;
    }
    unit->block = unit->entry = block_new(g->arena, &unit->newest);
    return unit->block == NULL ? -1 : 0;
}

status
enter_unit(Gen *g, PyObject *name, enum UnitKind kind, void *key, int lineno)
{
    struct Unit *unit = PyMem_Calloc(1, sizeof *unit);
    if (unit == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    unit->kind = kind;
    unit->name = Py_NewRef(name);
    unit->firstlineno = lineno;
    unit->loc = (Loc){lineno, lineno, 0, 0};
    unit->outer = g->unit;
    if (g->unit != NULL) {
        unit->class_name = Py_XNewRef(g->unit->class_name);
    }
    if (fill_unit(g, unit, key) < 0) {
        unit_free(unit);
        return -1;
    }
    g->unit = unit;
    g->nesting++;
    if (kind == UNIT_MODULE) {
        unit->loc.lineno = 0;
    }
    else if (set_qualname(unit) < 0) {
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
    unit_free(unit);
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
