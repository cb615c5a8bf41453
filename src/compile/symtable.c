/* Symbol tables: making one, its scopes and what they define, and private names.

   One walk over the tree collects definitions and uses per block (symtable_visit.c), a second one over
   the blocks decides for every name whether it is local, global, free or a cell (symtable_analyze.c). */
#include "compile/symtable_build.h"
#include "compile/compile.h"
#include "base/os.h"

/* ---- how deep a tree may be ---- */

/* The tree may nest this many times deeper than Python calls may. */
#define DEPTH_SCALE 3

/* What one level takes of the C stack, at most, in any walk over the tree; and the depth up to which
   nobody need ask how much there is. */
#define BYTES_PER_LEVEL 512
#define SAFE_DEPTH 6000

/* How many levels fit into what is left of this thread's C stack. */
static int
levels_left(void)
{
    char *lowest, here;
    size_t size;
    if (os_stack(&lowest, &size) < 0 || &here < lowest) {
        return SAFE_DEPTH;
    }
    size_t levels = (size_t)(&here - lowest) / BYTES_PER_LEVEL;
    return levels > INT_MAX / 2 ? INT_MAX / 2 : (int)levels;
}

void
tree_depth_init(int *depth, int *limit)
{
    PyThreadState *tstate = PyThreadState_Get();
    int used = tstate->recursion_limit - tstate->recursion_remaining;
    int max = Py_GetRecursionLimit();
    *depth = used < INT_MAX / DEPTH_SCALE ? used * DEPTH_SCALE : used;
    *limit = max > INT_MAX / DEPTH_SCALE ? INT_MAX : max * DEPTH_SCALE;
    if (*limit > SAFE_DEPTH) {
        int room = levels_left();
        if (*limit - room > *depth) {
            *limit = *depth + room;
        }
    }
}

/* ---- private names ---- */

PyObject *
mangle_slow(Arena *arena, PyObject *class_name, PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name), end = 0, start = 0;
    PyObject *result = NULL;
    /* Dunder names and dotted module names stay, and all names in a class called _. */
    if (class_name != NULL && length >= 2 && PyUnicode_READ_CHAR(name, 0) == '_' &&
        PyUnicode_READ_CHAR(name, 1) == '_' &&
        (PyUnicode_READ_CHAR(name, length - 1) != '_' ||
         PyUnicode_READ_CHAR(name, length - 2) != '_') &&
        PyUnicode_FindChar(name, '.', 0, length, 1) < 0) {
        end = PyUnicode_GET_LENGTH(class_name);
        while (start < end && PyUnicode_READ_CHAR(class_name, start) == '_') {
            start++;
        }
    }
    if (start == end) {
        if (PyUnicode_CHECK_INTERNED(name)) {
            return name;
        }
        result = Py_NewRef(name);
    }
    else if (length + end - start >= PY_SSIZE_T_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "private identifier too large to be mangled");
    }
    else {
        PyObject *stem = PyUnicode_Substring(class_name, start, end);
        result = stem == NULL ? NULL : PyUnicode_FromFormat("_%U%U", stem, name);
        Py_XDECREF(stem);
    }
    if (result == NULL) {
        return NULL;
    }
    PyUnicode_InternInPlace(&result);
    return arena_take(arena, result) < 0 ? NULL : result;
}

/* ---- scopes ---- */

Scope *
scope_new(struct SymbolTable *table, PyObject *name, enum BlockType type, void *key, const int *at)
{
    int number = numbering_add(&table->keys, table->arena, key);
    Scope *scope = number < 0 ? NULL : arena_alloc(table->arena, sizeof *scope);
    if (scope == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (number >= table->scope_room) {
        int room = table->keys.room;
        Scope **scopes = ast_alloc(table->arena, (size_t)room * sizeof(Scope *));
        if (scopes == NULL) {
            return NULL;
        }
        if (number > 0) {
            memcpy(scopes, table->scopes, (size_t)number * sizeof(Scope *));
        }
        table->scopes = scopes;
        table->scope_room = room;
    }
    table->scopes[number] = scope;
    Scope *outer = table->current;
    *scope = (Scope){
        .key = key, .name = name, .outer = outer, .type = type,
        .lineno = at[0], .col_offset = at[1], .end_lineno = at[2], .end_col_offset = at[3],
    };
    scope->inner_end = &scope->inner;
    scope->directives_end = &scope->directives;
    if (outer != NULL) {
        scope->nested = outer->nested || outer->type == FUNCTION_BLOCK;
        /* An iterable of a comprehension stays one inside nested blocks. */
        scope->in_iterable = outer->in_iterable;
    }
    return scope;
}

NOINLINE struct Symbol *
scope_add(struct SymbolTable *table, Scope *scope, PyObject *name)
{
    int number = numbering_add(&scope->names, table->arena, name);
    if (number >= scope->symbol_room) {
        int room = scope->names.room;
        struct Symbol *symbols = arena_alloc(table->arena, (size_t)room * sizeof *symbols);
        if (symbols == NULL) {
            number = -1;
        }
        else {
            if (number > 0) {
                memcpy(symbols, scope->symbols, (size_t)number * sizeof *symbols);
            }
            scope->symbols = symbols;
            scope->symbol_room = room;
        }
    }
    if (number < 0) {
        PyErr_NoMemory();
        return NULL;
    }
    scope->symbols[number] = (struct Symbol){0, -1};
    return &scope->symbols[number];
}

Scope *
symtable_scope(struct SymbolTable *table, void *key)
{
    int number = numbering_find(&table->keys, key);
    if (number < 0) {
        PyErr_SetString(PyExc_KeyError, "unknown symbol table entry");
        return NULL;
    }
    return table->scopes[number];
}

/* ---- definitions ---- */

status
symtable_fail_at(struct SymbolTable *table, const int *at)
{
    PyErr_RangedSyntaxLocationObject(table->filename, at[0], at[1] + 1, at[2], at[3] + 1);
    return -1;
}

static NOINLINE status
fail_duplicate(struct SymbolTable *table, PyObject *name, const int *at)
{
    PyErr_Format(PyExc_SyntaxError, "duplicate argument '%U' in function definition", name);
    return symtable_fail_at(table, at);
}

static NOINLINE status
fail_rebinding(struct SymbolTable *table, PyObject *name, const int *at)
{
    PyErr_Format(PyExc_SyntaxError,
                 "comprehension inner loop cannot rebind assignment expression target '%U'", name);
    return symtable_fail_at(table, at);
}

status
scope_define(struct SymbolTable *table, Scope *scope, PyObject *name, unsigned flag, const int *at)
{
    PyObject *mangled = mangle_name(table->arena, table->class_name, name);
    if (unlikely(mangled == NULL)) {
        return -1;
    }
    struct Symbol *symbol = scope_find(scope, mangled);
    if (symbol == NULL && (symbol = scope_add(table, scope, mangled)) == NULL) {
        return -1;
    }
    if (flag & DEF_PARAM) {
        if (symbol->flags & DEF_PARAM) {
            return fail_duplicate(table, name, at);
        }
        scope->param_count++;
    }
    if (unlikely(scope->in_target)) {
        /* A named expression in the same comprehension may already have claimed the name. */
        if ((symbol->flags | flag) & (DEF_GLOBAL | DEF_NONLOCAL)) {
            return fail_rebinding(table, name, at);
        }
        symbol->flags |= DEF_COMP_ITER;
    }
    symbol->flags |= flag;
    if (flag & DEF_GLOBAL) {
        /* The module learns of every global statement. */
        symbol = scope_find(table->top, mangled);
        if (symbol == NULL && (symbol = scope_add(table, table->top, mangled)) == NULL) {
            return -1;
        }
        symbol->flags |= flag;
    }
    return 0;
}

/* ---- the whole ---- */

struct SymbolTable *
symtable_build(Mod *mod, PyObject *filename, PyFutureFeatures *future, Arena *arena)
{
    struct SymbolTable *table = PyMem_Calloc(1, sizeof *table);
    if (table == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    table->arena = arena;
    table->filename = filename;
    table->future = future->ff_features;
    tree_depth_init(&table->depth, &table->depth_limit);
    if (symtable_visit(table, mod) < 0 || symtable_analyze(table) < 0) {
        symtable_free(table);
        return NULL;
    }
    return table;
}

void
symtable_free(struct SymbolTable *table)
{
    PyMem_Free(table);
}
