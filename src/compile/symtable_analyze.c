/* Symbol tables, the second walk: over the blocks, deciding where each name lives.

   A block is analyzed after those around it.  A name that is free in a block becomes a cell of the
   function that owns it and free in every block between; only flags change, and names are added. */
#include "compile/symtable_build.h"
#include "object/declare.h"

/* Blames the global or nonlocal statement that named `name`. */
static status
fail_at_directive(struct SymbolTable *table, Scope *scope, PyObject *name)
{
    for (struct Directive *d = scope->directives; d != NULL; d = d->next) {
        if (d->name == name) {
            return symtable_fail_at(table, d->at);
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "BUG: internal directive bookkeeping broken");
    return -1;
}

static ALWAYS_INLINE void
set_scope(struct Symbol *symbol, enum SymbolScope scope)
{
    symbol->flags |= (unsigned)scope << SCOPE_SHIFT;
}

/* Is the flags' name a variable of its block's own? */
static ALWAYS_INLINE bool
is_local(unsigned flags)
{
    return (flags & DEF_BOUND) && !(flags & (DEF_GLOBAL | DEF_NONLOCAL));
}

/* Does a function around the block bind the name, so that it is free in the block? */
static bool
bound_outside(const Scope *scope, PyObject *name)
{
    for (Scope *outer = scope->outer; outer != NULL; outer = outer->outer) {
        if (outer->type == CLASS_BLOCK) {
            /* A class's names are invisible to its functions, but for one that it has from nowhere. */
            if (name == ID(__class__)) {
                return true;
            }
            continue;
        }
        if (outer->type != FUNCTION_BLOCK) {
            continue;
        }
        struct Symbol *symbol = scope_find(outer, name);
        if (symbol == NULL) {
            continue;
        }
        if (symbol->flags & DEF_GLOBAL) {
            return false;
        }
        if (is_local(symbol->flags)) {
            return true;
        }
    }
    return false;
}

/* The name is free in a block: it goes through all blocks between there and its owner. */
static status
pass_through(struct SymbolTable *table, Scope *scope, PyObject *name)
{
    for (Scope *outer = scope->outer; outer != NULL; outer = outer->outer) {
        if (outer->type == CLASS_BLOCK && name == ID(__class__)) {
            outer->needs_class_closure = 1;
            return 0;
        }
        struct Symbol *symbol = scope_find(outer, name);
        if (symbol == NULL) {
            if ((symbol = scope_add(table, outer, name)) == NULL) {
                return -1;
            }
            set_scope(symbol, SCOPE_FREE);
        }
        else if (outer->type == FUNCTION_BLOCK) {
            if (is_local(symbol->flags)) {
                symbol->flags &= ~((unsigned)SCOPE_BITS << SCOPE_SHIFT);
                set_scope(symbol, SCOPE_CELL);
                return 0;
            }
        }
        else if (outer->type == CLASS_BLOCK && (symbol->flags & (DEF_BOUND | DEF_GLOBAL))) {
            symbol->flags |= DEF_FREE_CLASS;
        }
    }
    return 0;
}

static status
make_free(struct SymbolTable *table, Scope *scope, struct Symbol *symbol, PyObject *name)
{
    set_scope(symbol, SCOPE_FREE);
    return pass_through(table, scope, name);
}

static NOINLINE status
analyze_nonlocal(struct SymbolTable *table, Scope *scope, struct Symbol *symbol, PyObject *name)
{
    if (scope == table->top) {
        PyErr_SetString(PyExc_SyntaxError, "nonlocal declaration not allowed at module level");
        return fail_at_directive(table, scope, name);
    }
    if (!bound_outside(scope, name)) {
        PyErr_Format(PyExc_SyntaxError, "no binding for nonlocal '%U' found", name);
        return fail_at_directive(table, scope, name);
    }
    return make_free(table, scope, symbol, name);
}

static status
analyze_name(struct SymbolTable *table, Scope *scope, struct Symbol *symbol, PyObject *name)
{
    unsigned flags = symbol->flags;
    if (unlikely(flags & DEF_GLOBAL)) {
        if (flags & DEF_NONLOCAL) {
            PyErr_Format(PyExc_SyntaxError, "name '%U' is nonlocal and global", name);
            return fail_at_directive(table, scope, name);
        }
        set_scope(symbol, SCOPE_GLOBAL_EXPLICIT);
        return 0;
    }
    if (unlikely(flags & DEF_NONLOCAL)) {
        return analyze_nonlocal(table, scope, symbol, name);
    }
    if (flags & DEF_BOUND) {
        set_scope(symbol, SCOPE_LOCAL);
        return 0;
    }
    if (bound_outside(scope, name)) {
        return make_free(table, scope, symbol, name);
    }
    set_scope(symbol, SCOPE_GLOBAL_IMPLICIT);
    return 0;
}

/* Outer blocks first: what they own is known when blocks inside ask for it. */
static status
analyze(struct SymbolTable *table, Scope *scope)
{
    /* Names that only pass through are added behind the block's own, by the blocks inside. */
    for (int i = 0; i < scope->names.count; i++) {
        TRY(analyze_name(table, scope, &scope->symbols[i], (PyObject *)scope->names.items[i]));
    }
    for (Scope *inner = scope->inner; inner != NULL; inner = inner->next) {
        TRY(analyze(table, inner));
    }
    return 0;
}

status
symtable_analyze(struct SymbolTable *table)
{
    return analyze(table, table->top);
}
