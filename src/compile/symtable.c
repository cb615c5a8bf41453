/* Building symbol tables: one walk over the tree collects definitions and uses per block, a second
   one over the blocks decides for every name whether it is local, global, free or a cell. */
#include "compile/symtable.h"
#include "compile/compile.h"
#include "object/declare.h"
#include "base/os.h"

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

/* What sys.getsizeof says of an entry. */
#define REPORTED_SIZE 120
_Static_assert(sizeof(ScopeEntry) <= REPORTED_SIZE, "an entry must fit its reported size");

static PyTypeObject SymtableEntry_Type;

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

static Scope *
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

/* A name that the scope does not have yet; NULL with MemoryError. */
static NOINLINE struct Symbol *
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

void
symtable_free(struct SymbolTable *table)
{
    PyMem_Free(table);
}

/* ---- scopes as objects ---- */

static void
symtable_entry_tp_dealloc(ScopeEntry *self)
{
    Py_XDECREF(self->id);
    Py_XDECREF(self->symbols);
    Py_XDECREF(self->name);
    Py_XDECREF(self->varnames);
    Py_XDECREF(self->children);
    PyObject_Free(self);
}

static PyObject *
symtable_entry_tp_repr(ScopeEntry *self)
{
    return PyUnicode_FromFormat("<symtable entry %U(%R), line %d>", self->name, self->id,
                                self->lineno);
}

MEMBER(symtable_entry, id, T_OBJECT, ScopeEntry, id, READONLY, NULL)
MEMBER(symtable_entry, name, T_OBJECT, ScopeEntry, name, READONLY, NULL)
MEMBER(symtable_entry, symbols, T_OBJECT, ScopeEntry, symbols, READONLY, NULL)
MEMBER(symtable_entry, varnames, T_OBJECT, ScopeEntry, varnames, READONLY, NULL)
MEMBER(symtable_entry, children, T_OBJECT, ScopeEntry, children, READONLY, NULL)
MEMBER(symtable_entry, nested, T_INT, ScopeEntry, nested, READONLY, NULL)
MEMBER(symtable_entry, type, T_INT, ScopeEntry, type, READONLY, NULL)
MEMBER(symtable_entry, lineno, T_INT, ScopeEntry, lineno, READONLY, NULL)

TYPE(symtable_entry, SymtableEntry_Type, "symtable entry", ScopeEntry, NULL, NULL,
     .tp_basicsize = REPORTED_SIZE, .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT)

static status
show_symbols(ScopeEntry *entry, Scope *scope)
{
    for (int i = 0; i < scope->names.count; i++) {
        PyObject *flags = PyLong_FromUnsignedLong(scope->symbols[i].flags);
        if (flags == NULL) {
            return -1;
        }
        PyObject *name = (PyObject *)scope->names.items[i];
        status result = PyDict_SetItem(entry->symbols, name, flags);
        Py_DECREF(flags);
        if (result < 0 || (i < scope->param_count && PyList_Append(entry->varnames, name) < 0)) {
            return -1;
        }
    }
    return 0;
}

/* Blocks nest less deeply than the walk over their tree did. */
static status
show_inner(ScopeEntry *entry, Scope *scope)
{
    for (Scope *inner = scope->inner; inner != NULL; inner = inner->next) {
        PyObject *child = (PyObject *)scope_object(inner);
        status result = child == NULL ? -1 : PyList_Append(entry->children, child);
        Py_XDECREF(child);
        if (result < 0) {
            return -1;
        }
    }
    return 0;
}

ScopeEntry *
scope_object(Scope *scope)
{
    if (!(SymtableEntry_Type.tp_flags & Py_TPFLAGS_READY) && PyType_Ready(&SymtableEntry_Type) < 0) {
        return NULL;
    }
    ScopeEntry *entry = PyObject_New(ScopeEntry, &SymtableEntry_Type);
    if (entry == NULL) {
        return NULL;
    }
    memset((char *)entry + sizeof(PyObject), 0, sizeof *entry - sizeof(PyObject));
    entry->type = (int)scope->type;
    entry->nested = scope->nested;
    entry->lineno = scope->lineno;
    entry->name = Py_NewRef(scope->name);
    if ((entry->id = PyLong_FromVoidPtr(scope->key)) == NULL ||
        (entry->symbols = PyDict_New()) == NULL || (entry->varnames = PyList_New(0)) == NULL ||
        (entry->children = PyList_New(0)) == NULL || show_symbols(entry, scope) < 0 ||
        show_inner(entry, scope) < 0) {
        Py_CLEAR(entry);
    }
    return entry;
}

ScopeEntry *PySymtable_Lookup(struct SymbolTable *table, void *key);

ScopeEntry *
PySymtable_Lookup(struct SymbolTable *table, void *key)
{
    Scope *scope = symtable_scope(table, key);
    return scope == NULL ? NULL : scope_object(scope);
}

/* ---- errors ---- */

static status
fail_at(struct SymbolTable *table, const int *at)
{
    PyErr_RangedSyntaxLocationObject(table->filename, at[0], at[1] + 1, at[2], at[3] + 1);
    return -1;
}

/* The position quadruple that every node with a position holds after its kind (or first). */
#define AT(node) (&(node)->lineno)

/* Blames the global or nonlocal statement that named `name`. */
static status
fail_at_directive(struct SymbolTable *table, Scope *scope, PyObject *name)
{
    for (struct Directive *d = scope->directives; d != NULL; d = d->next) {
        if (d->name == name) {
            return fail_at(table, d->at);
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "BUG: internal directive bookkeeping broken");
    return -1;
}

static status
record_directive(struct SymbolTable *table, PyObject *name, const int *at)
{
    PyObject *mangled = mangle_name(table->arena, table->class_name, name);
    struct Directive *d = mangled == NULL ? NULL : ast_alloc(table->arena, sizeof *d);
    if (d == NULL) {
        return -1;
    }
    *d = (struct Directive){NULL, mangled, {at[0], at[1], at[2], at[3]}};
    *table->current->directives_end = d;
    table->current->directives_end = &d->next;
    return 0;
}

/* ---- definitions ---- */

static NOINLINE status
fail_duplicate(struct SymbolTable *table, PyObject *name, const int *at)
{
    PyErr_Format(PyExc_SyntaxError, "duplicate argument '%U' in function definition", name);
    return fail_at(table, at);
}

static NOINLINE status
fail_rebinding(struct SymbolTable *table, PyObject *name, const int *at)
{
    PyErr_Format(PyExc_SyntaxError,
                 "comprehension inner loop cannot rebind assignment expression target '%U'", name);
    return fail_at(table, at);
}

static status
define_in(struct SymbolTable *table, Scope *scope, PyObject *name, unsigned flag, const int *at)
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

static ALWAYS_INLINE status
define(struct SymbolTable *table, PyObject *name, unsigned flag, const int *at)
{
    return define_in(table, table->current, name, flag, at);
}

static long
lookup_flags(struct SymbolTable *table, Scope *scope, PyObject *name)
{
    PyObject *mangled = mangle_name(table->arena, table->class_name, name);
    if (mangled == NULL) {
        return -1;
    }
    struct Symbol *symbol = scope_find(scope, mangled);
    return symbol == NULL ? 0 : (long)symbol->flags;
}

/* ---- blocks ---- */

static status
enter_block(struct SymbolTable *table, PyObject *name, enum BlockType type, void *key,
            const int *at)
{
    Scope *outer = table->current;
    Scope *scope = scope_new(table, name, type, key, at);
    if (scope == NULL) {
        return -1;
    }
    table->current = scope;
    if (outer != NULL && type != ANNOTATION_BLOCK) {
        *outer->inner_end = scope;
        outer->inner_end = &scope->next;
    }
    return 0;
}

static void
leave_block(struct SymbolTable *table)
{
    table->current = table->current->outer;
}

/* ---- the first walk ---- */

static status visit_stmt(struct SymbolTable *table, Stmt *s);
static status visit_expr(struct SymbolTable *table, Expr *e);
static status visit_pattern(struct SymbolTable *table, Pattern *p);

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

#define VISIT_ALL(visit, seq)                                                                      \
    do {                                                                                           \
        for (int item_ = 0; item_ < seq_len(seq); item_++) {                                       \
            TRY(visit(table, (seq)->items[item_]));                                                \
        }                                                                                          \
    } while (0)

/* Where NULL stands for "none here". */
static status
visit_optional(struct SymbolTable *table, Expr *e)
{
    return e == NULL ? 0 : visit_expr(table, e);
}

static status
refuse_in_annotation(struct SymbolTable *table, const char *what, Expr *e)
{
    if (table->current->type != ANNOTATION_BLOCK) {
        return 0;
    }
    PyErr_Format(PyExc_SyntaxError, "'%s' can not be used within an annotation", what);
    return fail_at(table, AT(e));
}

static status
refuse_in_comprehension(struct SymbolTable *table, Expr *e)
{
    static const char *const message[] = {
        [LIST_COMPREHENSION] = "'yield' inside list comprehension",
        [SET_COMPREHENSION] = "'yield' inside set comprehension",
        [DICT_COMPREHENSION] = "'yield' inside dict comprehension",
        [GENERATOR_COMPREHENSION] = "'yield' inside generator expression",
    };
    if (table->current->comprehension == NO_COMPREHENSION) {
        return 0;
    }
    PyErr_SetString(PyExc_SyntaxError, message[table->current->comprehension]);
    return fail_at(table, AT(e));
}

static status
visit_params(struct SymbolTable *table, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(define(table, args->items[i]->arg, DEF_PARAM, AT(args->items[i])));
    }
    return 0;
}

static status
visit_arguments(struct SymbolTable *table, Arguments *a)
{
    TRY(visit_params(table, a->posonlyargs));
    TRY(visit_params(table, a->args));
    TRY(visit_params(table, a->kwonlyargs));
    if (a->vararg != NULL) {
        TRY(define(table, a->vararg->arg, DEF_PARAM, AT(a->vararg)));
        table->current->varargs = 1;
    }
    if (a->kwarg != NULL) {
        TRY(define(table, a->kwarg->arg, DEF_PARAM, AT(a->kwarg)));
        table->current->varkeywords = 1;
    }
    return 0;
}

static status
visit_defaults(struct SymbolTable *table, Arguments *a)
{
    VISIT_ALL(visit_expr, a->defaults);
    VISIT_ALL(visit_optional, a->kw_defaults);
    return 0;
}

/* Under PEP 563 annotations get a block of their own, so that nothing in them leaks out. */
static status
visit_annotation(struct SymbolTable *table, Expr *annotation)
{
    bool apart = table->future & CO_FUTURE_ANNOTATIONS;
    if (apart) {
        /* Not the node itself: a lambda expression has its block under that key. */
        TRY(enter_block(table, ID(_annotation), ANNOTATION_BLOCK, (char *)annotation + 1,
                        AT(annotation)));
    }
    TRY(visit_expr(table, annotation));
    if (apart) {
        leave_block(table);
    }
    return 0;
}

static status
visit_arg_annotations(struct SymbolTable *table, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(visit_optional(table, args->items[i]->annotation));
    }
    return 0;
}

static status
visit_signature_annotations(struct SymbolTable *table, Stmt *s, Arguments *a, Expr *returns)
{
    bool apart = table->future & CO_FUTURE_ANNOTATIONS;
    if (apart) {
        TRY(enter_block(table, ID(_annotation), ANNOTATION_BLOCK, a, AT(s)));
    }
    TRY(visit_arg_annotations(table, a->posonlyargs));
    TRY(visit_arg_annotations(table, a->args));
    if (a->vararg != NULL) {
        TRY(visit_optional(table, a->vararg->annotation));
    }
    if (a->kwarg != NULL) {
        TRY(visit_optional(table, a->kwarg->annotation));
    }
    TRY(visit_arg_annotations(table, a->kwonlyargs));
    if (apart) {
        leave_block(table);
    }
    return returns == NULL ? 0 : visit_annotation(table, returns);
}

static status
visit_keyword(struct SymbolTable *table, Keyword *k)
{
    return visit_expr(table, k->value);
}

static status
visit_function(struct SymbolTable *table, Stmt *s, bool is_async)
{
    TRY(define(table, s->v.FunctionDef.name, DEF_LOCAL, AT(s)));
    TRY(visit_defaults(table, s->v.FunctionDef.args));
    TRY(visit_signature_annotations(table, s, s->v.FunctionDef.args, s->v.FunctionDef.returns));
    VISIT_ALL(visit_expr, s->v.FunctionDef.decorator_list);
    TRY(enter_block(table, s->v.FunctionDef.name, FUNCTION_BLOCK, s, AT(s)));
    table->current->coroutine = is_async;
    TRY(visit_arguments(table, s->v.FunctionDef.args));
    VISIT_ALL(visit_stmt, s->v.FunctionDef.body);
    leave_block(table);
    return 0;
}

static status
visit_class(struct SymbolTable *table, Stmt *s)
{
    TRY(define(table, s->v.ClassDef.name, DEF_LOCAL, AT(s)));
    VISIT_ALL(visit_expr, s->v.ClassDef.bases);
    VISIT_ALL(visit_keyword, s->v.ClassDef.keywords);
    VISIT_ALL(visit_expr, s->v.ClassDef.decorator_list);
    TRY(enter_block(table, s->v.ClassDef.name, CLASS_BLOCK, s, AT(s)));
    PyObject *outer_class = table->class_name;
    table->class_name = s->v.ClassDef.name;
    VISIT_ALL(visit_stmt, s->v.ClassDef.body);
    table->class_name = outer_class;
    leave_block(table);
    return 0;
}

static status
visit_ann_assign(struct SymbolTable *table, Stmt *s)
{
    Expr *target = s->v.AnnAssign.target;
    if (target->kind == Name_kind) {
        PyObject *name = target->v.Name.id;
        long flags = lookup_flags(table, table->current, name);
        if (flags < 0) {
            return -1;
        }
        if ((flags & (DEF_GLOBAL | DEF_NONLOCAL)) && table->current != table->top &&
            s->v.AnnAssign.simple) {
            PyErr_Format(PyExc_SyntaxError,
                         flags & DEF_GLOBAL ? "annotated name '%U' can't be global"
                                            : "annotated name '%U' can't be nonlocal",
                         name);
            return fail_at(table, AT(s));
        }
        if (s->v.AnnAssign.simple) {
            TRY(define(table, name, DEF_ANNOT | DEF_LOCAL, AT(target)));
        }
        else if (s->v.AnnAssign.value != NULL) {
            TRY(define(table, name, DEF_LOCAL, AT(target)));
        }
    }
    else {
        TRY(visit_expr(table, target));
    }
    TRY(visit_annotation(table, s->v.AnnAssign.annotation));
    return visit_optional(table, s->v.AnnAssign.value);
}

static status
visit_alias(struct SymbolTable *table, Alias *alias)
{
    PyObject *name = alias->asname ? alias->asname : alias->name;
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1);
    if (_PyUnicode_EqualToASCIIString(name, "*")) {
        if (table->current->type == MODULE_BLOCK) {
            return 0;
        }
        PyErr_SetString(PyExc_SyntaxError, "import * only allowed at module level");
        return fail_at(table, AT(alias));
    }
    if (dot < 0) {
        return define(table, name, DEF_IMPORT, AT(alias));
    }
    PyObject *package = PyUnicode_Substring(name, 0, dot);
    if (package == NULL) {
        return -1;
    }
    PyUnicode_InternInPlace(&package);
    TRY(arena_take(table->arena, package));
    return define(table, package, DEF_IMPORT, AT(alias));
}

/* global and nonlocal statements. */
static status
visit_directive(struct SymbolTable *table, Stmt *s)
{
    bool global = s->kind == Global_kind;
    const char *word = global ? "global" : "nonlocal";
    IdentSeq *names = global ? s->v.Global.names : s->v.Nonlocal.names;
    for (int i = 0; i < seq_len(names); i++) {
        PyObject *name = names->items[i];
        long flags = lookup_flags(table, table->current, name);
        if (flags < 0) {
            return -1;
        }
        if (flags & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT)) {
            const char *format = flags & DEF_PARAM ? "name '%U' is parameter and %s"
                                 : flags & USE     ? "name '%U' is used prior to %s declaration"
                                 : flags & DEF_ANNOT
                                     ? "annotated name '%U' can't be %s"
                                     : "name '%U' is assigned to before %s declaration";
            PyErr_Format(PyExc_SyntaxError, format, name, word);
            return fail_at(table, AT(s));
        }
        TRY(define(table, name, global ? DEF_GLOBAL : DEF_NONLOCAL, AT(s)));
        TRY(record_directive(table, name, AT(s)));
    }
    return 0;
}

static status
visit_handler(struct SymbolTable *table, ExceptHandler *handler)
{
    TRY(visit_optional(table, handler->v.ExceptHandler.type));
    if (handler->v.ExceptHandler.name != NULL) {
        TRY(define(table, handler->v.ExceptHandler.name, DEF_LOCAL, AT(handler)));
    }
    VISIT_ALL(visit_stmt, handler->v.ExceptHandler.body);
    return 0;
}

static status
visit_with_item(struct SymbolTable *table, WithItem *item)
{
    TRY(visit_expr(table, item->context_expr));
    return visit_optional(table, item->optional_vars);
}

static status
visit_match_case(struct SymbolTable *table, MatchCase *c)
{
    TRY(visit_pattern(table, c->pattern));
    TRY(visit_optional(table, c->guard));
    VISIT_ALL(visit_stmt, c->body);
    return 0;
}

static status
visit_stmt_kind(struct SymbolTable *table, Stmt *s)
{
    switch (s->kind) {
    case FunctionDef_kind:
        return visit_function(table, s, false);
    case AsyncFunctionDef_kind:
        return visit_function(table, s, true);
    case ClassDef_kind:
        return visit_class(table, s);
    case Return_kind:
        return visit_optional(table, s->v.Return.value);
    case Delete_kind:
        VISIT_ALL(visit_expr, s->v.Delete.targets);
        return 0;
    case Assign_kind:
        VISIT_ALL(visit_expr, s->v.Assign.targets);
        return visit_expr(table, s->v.Assign.value);
    case AugAssign_kind:
        TRY(visit_expr(table, s->v.AugAssign.target));
        return visit_expr(table, s->v.AugAssign.value);
    case AnnAssign_kind:
        return visit_ann_assign(table, s);
    case For_kind:
    case AsyncFor_kind:
        TRY(visit_expr(table, s->v.For.target));
        TRY(visit_expr(table, s->v.For.iter));
        VISIT_ALL(visit_stmt, s->v.For.body);
        VISIT_ALL(visit_stmt, s->v.For.orelse);
        return 0;
    case While_kind:
        TRY(visit_expr(table, s->v.While.test));
        VISIT_ALL(visit_stmt, s->v.While.body);
        VISIT_ALL(visit_stmt, s->v.While.orelse);
        return 0;
    case If_kind:
        TRY(visit_expr(table, s->v.If.test));
        VISIT_ALL(visit_stmt, s->v.If.body);
        VISIT_ALL(visit_stmt, s->v.If.orelse);
        return 0;
    case With_kind:
    case AsyncWith_kind:
        VISIT_ALL(visit_with_item, s->v.With.items);
        VISIT_ALL(visit_stmt, s->v.With.body);
        return 0;
    case Match_kind:
        TRY(visit_expr(table, s->v.Match.subject));
        VISIT_ALL(visit_match_case, s->v.Match.cases);
        return 0;
    case Raise_kind:
        TRY(visit_optional(table, s->v.Raise.exc));
        return visit_optional(table, s->v.Raise.cause);
    case Try_kind:
    case TryStar_kind:
        VISIT_ALL(visit_stmt, s->v.Try.body);
        VISIT_ALL(visit_stmt, s->v.Try.orelse);
        VISIT_ALL(visit_handler, s->v.Try.handlers);
        VISIT_ALL(visit_stmt, s->v.Try.finalbody);
        return 0;
    case Assert_kind:
        TRY(visit_expr(table, s->v.Assert.test));
        return visit_optional(table, s->v.Assert.msg);
    case Import_kind:
        VISIT_ALL(visit_alias, s->v.Import.names);
        return 0;
    case ImportFrom_kind:
        VISIT_ALL(visit_alias, s->v.ImportFrom.names);
        return 0;
    case Global_kind:
    case Nonlocal_kind:
        return visit_directive(table, s);
    case Expr_kind:
        return visit_expr(table, s->v.Expr.value);
    case Pass_kind:
    case Break_kind:
    case Continue_kind:
        return 0;
    }
    return 0;
}

static status
descend(struct SymbolTable *table)
{
    if (++table->depth > table->depth_limit) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded during compilation");
        return -1;
    }
    return 0;
}

static status
visit_stmt(struct SymbolTable *table, Stmt *s)
{
    TRY(descend(table));
    status result = visit_stmt_kind(table, s);
    table->depth--;
    return result;
}

/* The target of := inside a comprehension belongs to the block around all comprehensions. */
static status
bind_outside_comprehension(struct SymbolTable *table, Expr *target)
{
    PyObject *name = target->v.Name.id;
    for (Scope *entry = table->current; entry != NULL; entry = entry->outer) {
        /* The name as it is written: a private one is never found. */
        struct Symbol *symbol = scope_find(entry, name);
        unsigned flags = symbol == NULL ? 0 : symbol->flags;
        if (entry->comprehension != NO_COMPREHENSION) {
            if (flags & DEF_COMP_ITER) {
                PyErr_Format(PyExc_SyntaxError,
                             "assignment expression cannot rebind comprehension iteration "
                             "variable '%U'",
                             name);
                return fail_at(table, AT(target));
            }
        }
        else if (entry->type == FUNCTION_BLOCK || entry->type == MODULE_BLOCK) {
            bool global = entry->type == MODULE_BLOCK || (flags & DEF_GLOBAL);
            TRY(define(table, name, global ? DEF_GLOBAL : DEF_NONLOCAL, AT(target)));
            TRY(record_directive(table, name, AT(target)));
            return define_in(table, entry, name,
                             entry->type == MODULE_BLOCK ? DEF_GLOBAL : DEF_LOCAL, AT(target));
        }
        else if (entry->type == CLASS_BLOCK) {
            PyErr_SetString(PyExc_SyntaxError, "assignment expression within a comprehension "
                                               "cannot be used in a class body");
            return fail_at(table, AT(target));
        }
    }
    return 0;
}

static status
visit_named_expr(struct SymbolTable *table, Expr *e)
{
    TRY(refuse_in_annotation(table, "named expression", e));
    if (table->current->in_iterable > 0) {
        PyErr_SetString(PyExc_SyntaxError, "assignment expression cannot be used in a "
                                           "comprehension iterable expression");
        return fail_at(table, AT(e));
    }
    if (table->current->comprehension != NO_COMPREHENSION) {
        TRY(bind_outside_comprehension(table, e->v.NamedExpr.target));
    }
    TRY(visit_expr(table, e->v.NamedExpr.value));
    return visit_expr(table, e->v.NamedExpr.target);
}

static status
visit_target(struct SymbolTable *table, Expr *target)
{
    table->current->in_target = 1;
    TRY(visit_expr(table, target));
    table->current->in_target = 0;
    return 0;
}

static status
visit_iterable(struct SymbolTable *table, Expr *iter)
{
    table->current->in_iterable++;
    TRY(visit_expr(table, iter));
    table->current->in_iterable--;
    return 0;
}

/* The first iterable is evaluated outside and comes in as the parameter `.0`. */
static status
visit_comprehension(struct SymbolTable *table, Expr *e, PyObject *name,
                    enum ComprehensionType type, ComprehensionSeq *generators, Expr *elt,
                    Expr *value)
{
    Comprehension *first = generators->items[0];
    TRY(visit_iterable(table, first->iter));
    TRY(enter_block(table, name, FUNCTION_BLOCK, e, AT(e)));
    Scope *entry = table->current;
    entry->comprehension = type;
    entry->coroutine = first->is_async != 0;
    PyObject *parameter = PyUnicode_FromString(".0");
    if (parameter == NULL) {
        return -1;
    }
    PyUnicode_InternInPlace(&parameter);
    TRY(arena_take(table->arena, parameter));
    TRY(define(table, parameter, DEF_PARAM, AT(entry)));
    TRY(visit_target(table, first->target));
    VISIT_ALL(visit_expr, first->ifs);
    for (int i = 1; i < generators->len; i++) {
        Comprehension *inner = generators->items[i];
        TRY(visit_target(table, inner->target));
        TRY(visit_iterable(table, inner->iter));
        VISIT_ALL(visit_expr, inner->ifs);
        if (inner->is_async) {
            entry->coroutine = 1;
        }
    }
    TRY(visit_optional(table, value));
    TRY(visit_expr(table, elt));
    entry->generator = type == GENERATOR_COMPREHENSION;
    bool awaits = entry->coroutine && type != GENERATOR_COMPREHENSION;
    leave_block(table);
    if (awaits) {
        table->current->coroutine = 1;
    }
    return 0;
}

static status
visit_name(struct SymbolTable *table, Expr *e)
{
    PyObject *name = e->v.Name.id;
    bool load = e->v.Name.ctx == Load;
    TRY(define(table, name, load ? USE : DEF_LOCAL, AT(e)));
    /* super() finds the class through a free variable. */
    if (load && name == ID(super) && table->current->type == FUNCTION_BLOCK) {
        return define(table, ID(__class__), USE, AT(e));
    }
    return 0;
}

static status
visit_expr_kind(struct SymbolTable *table, Expr *e)
{
    switch (e->kind) {
    case NamedExpr_kind:
        return visit_named_expr(table, e);
    case BoolOp_kind:
        VISIT_ALL(visit_expr, e->v.BoolOp.values);
        return 0;
    case BinOp_kind:
        TRY(visit_expr(table, e->v.BinOp.left));
        return visit_expr(table, e->v.BinOp.right);
    case UnaryOp_kind:
        return visit_expr(table, e->v.UnaryOp.operand);
    case Lambda_kind:
        TRY(visit_defaults(table, e->v.Lambda.args));
        TRY(enter_block(table, ID(lambda), FUNCTION_BLOCK, e, AT(e)));
        TRY(visit_arguments(table, e->v.Lambda.args));
        TRY(visit_expr(table, e->v.Lambda.body));
        leave_block(table);
        return 0;
    case IfExp_kind:
        TRY(visit_expr(table, e->v.IfExp.test));
        TRY(visit_expr(table, e->v.IfExp.body));
        return visit_expr(table, e->v.IfExp.orelse);
    case Dict_kind:
        VISIT_ALL(visit_optional, e->v.Dict.keys);
        VISIT_ALL(visit_expr, e->v.Dict.values);
        return 0;
    case Set_kind:
        VISIT_ALL(visit_expr, e->v.Set.elts);
        return 0;
    case ListComp_kind:
        return visit_comprehension(table, e, ID(listcomp), LIST_COMPREHENSION,
                                   e->v.ListComp.generators, e->v.ListComp.elt, NULL);
    case SetComp_kind:
        return visit_comprehension(table, e, ID(setcomp), SET_COMPREHENSION,
                                   e->v.SetComp.generators, e->v.SetComp.elt, NULL);
    case DictComp_kind:
        return visit_comprehension(table, e, ID(dictcomp), DICT_COMPREHENSION,
                                   e->v.DictComp.generators, e->v.DictComp.key,
                                   e->v.DictComp.value);
    case GeneratorExp_kind:
        return visit_comprehension(table, e, ID(genexpr), GENERATOR_COMPREHENSION,
                                   e->v.GeneratorExp.generators, e->v.GeneratorExp.elt, NULL);
    case Yield_kind:
        TRY(refuse_in_annotation(table, "yield expression", e));
        TRY(visit_optional(table, e->v.Yield.value));
        table->current->generator = 1;
        return refuse_in_comprehension(table, e);
    case YieldFrom_kind:
        TRY(refuse_in_annotation(table, "yield expression", e));
        TRY(visit_expr(table, e->v.YieldFrom.value));
        table->current->generator = 1;
        return refuse_in_comprehension(table, e);
    case Await_kind:
        TRY(refuse_in_annotation(table, "await expression", e));
        TRY(visit_expr(table, e->v.Await.value));
        table->current->coroutine = 1;
        return 0;
    case Compare_kind:
        TRY(visit_expr(table, e->v.Compare.left));
        VISIT_ALL(visit_expr, e->v.Compare.comparators);
        return 0;
    case Call_kind:
        TRY(visit_expr(table, e->v.Call.func));
        VISIT_ALL(visit_expr, e->v.Call.args);
        VISIT_ALL(visit_keyword, e->v.Call.keywords);
        return 0;
    case FormattedValue_kind:
        TRY(visit_expr(table, e->v.FormattedValue.value));
        return visit_optional(table, e->v.FormattedValue.format_spec);
    case JoinedStr_kind:
        VISIT_ALL(visit_expr, e->v.JoinedStr.values);
        return 0;
    case Constant_kind:
        return 0;
    case Attribute_kind:
        return visit_expr(table, e->v.Attribute.value);
    case Subscript_kind:
        TRY(visit_expr(table, e->v.Subscript.value));
        return visit_expr(table, e->v.Subscript.slice);
    case Starred_kind:
        return visit_expr(table, e->v.Starred.value);
    case Slice_kind:
        TRY(visit_optional(table, e->v.Slice.lower));
        TRY(visit_optional(table, e->v.Slice.upper));
        return visit_optional(table, e->v.Slice.step);
    case Name_kind:
        return visit_name(table, e);
    case List_kind:
        VISIT_ALL(visit_expr, e->v.List.elts);
        return 0;
    case Tuple_kind:
        VISIT_ALL(visit_expr, e->v.Tuple.elts);
        return 0;
    }
    return 0;
}

static status
visit_expr(struct SymbolTable *table, Expr *e)
{
    TRY(descend(table));
    status result = visit_expr_kind(table, e);
    table->depth--;
    return result;
}

static status
visit_pattern_kind(struct SymbolTable *table, Pattern *p)
{
    switch (p->kind) {
    case MatchValue_kind:
        return visit_expr(table, p->v.MatchValue.value);
    case MatchSingleton_kind:
        return 0;
    case MatchSequence_kind:
        VISIT_ALL(visit_pattern, p->v.MatchSequence.patterns);
        return 0;
    case MatchStar_kind:
        return p->v.MatchStar.name ? define(table, p->v.MatchStar.name, DEF_LOCAL, AT(p)) : 0;
    case MatchMapping_kind:
        VISIT_ALL(visit_expr, p->v.MatchMapping.keys);
        VISIT_ALL(visit_pattern, p->v.MatchMapping.patterns);
        return p->v.MatchMapping.rest ? define(table, p->v.MatchMapping.rest, DEF_LOCAL, AT(p)) : 0;
    case MatchClass_kind:
        TRY(visit_expr(table, p->v.MatchClass.cls));
        VISIT_ALL(visit_pattern, p->v.MatchClass.patterns);
        VISIT_ALL(visit_pattern, p->v.MatchClass.kwd_patterns);
        return 0;
    case MatchAs_kind:
        if (p->v.MatchAs.pattern != NULL) {
            TRY(visit_pattern(table, p->v.MatchAs.pattern));
        }
        return p->v.MatchAs.name ? define(table, p->v.MatchAs.name, DEF_LOCAL, AT(p)) : 0;
    case MatchOr_kind:
        VISIT_ALL(visit_pattern, p->v.MatchOr.patterns);
        return 0;
    }
    return 0;
}

static status
visit_pattern(struct SymbolTable *table, Pattern *p)
{
    TRY(descend(table));
    status result = visit_pattern_kind(table, p);
    table->depth--;
    return result;
}

/* ---- the second walk: analysis ---- */

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

/* ---- entry ---- */

static status
visit_module(struct SymbolTable *table, Mod *mod)
{
    switch (mod->kind) {
    case Module_kind:
        VISIT_ALL(visit_stmt, mod->v.Module.body);
        return 0;
    case Interactive_kind:
        VISIT_ALL(visit_stmt, mod->v.Interactive.body);
        return 0;
    case Expression_kind:
        return visit_expr(table, mod->v.Expression.body);
    case FunctionType_kind:
        break;
    }
    PyErr_SetString(PyExc_RuntimeError, "this compiler does not handle FunctionTypes");
    return -1;
}

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
    static const int nowhere[4] = {0, 0, 0, 0};
    if (enter_block(table, ID(top), MODULE_BLOCK, mod, nowhere) < 0) {
        symtable_free(table);
        return NULL;
    }
    table->top = table->current;
    if (visit_module(table, mod) < 0 || analyze(table, table->top) < 0) {
        symtable_free(table);
        return NULL;
    }
    return table;
}

#include "gen/compile/symtable.inc"
