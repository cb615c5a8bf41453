/* Symbol tables, the first walk: over the tree, collecting what each block defines and uses.

   table->current is the innermost block; errors leave it anywhere, the table is given up then.  Every
   statement, expression and pattern counts as a level of table->depth. */
#include "compile/symtable_build.h"
#include "object/declare.h"

static status visit_stmt(struct SymbolTable *table, Stmt *s);
static status visit_expr(struct SymbolTable *table, Expr *e);
static status visit_pattern(struct SymbolTable *table, Pattern *p);

#define VISIT_ALL(visit, seq)                                                                      \
    do {                                                                                           \
        for (int item_ = 0; item_ < seq_len(seq); item_++) {                                       \
            TRY(visit(table, (seq)->items[item_]));                                                \
        }                                                                                          \
    } while (0)

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

/* ---- names ---- */

static ALWAYS_INLINE status
define(struct SymbolTable *table, PyObject *name, unsigned flag, const int *at)
{
    return scope_define(table, table->current, name, flag, at);
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

/* ---- parts of several nodes ---- */

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
    return symtable_fail_at(table, AT(e));
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
    return symtable_fail_at(table, AT(e));
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

/* ---- statements ---- */

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
            return symtable_fail_at(table, AT(s));
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
        return symtable_fail_at(table, AT(alias));
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
            return symtable_fail_at(table, AT(s));
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
visit_stmt(struct SymbolTable *table, Stmt *s)
{
    TRY(tree_descend(&table->depth, table->depth_limit));
    status result = visit_stmt_kind(table, s);
    table->depth--;
    return result;
}

/* ---- expressions ---- */

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
                return symtable_fail_at(table, AT(target));
            }
        }
        else if (entry->type == FUNCTION_BLOCK || entry->type == MODULE_BLOCK) {
            bool global = entry->type == MODULE_BLOCK || (flags & DEF_GLOBAL);
            TRY(define(table, name, global ? DEF_GLOBAL : DEF_NONLOCAL, AT(target)));
            TRY(record_directive(table, name, AT(target)));
            return scope_define(table, entry, name,
                             entry->type == MODULE_BLOCK ? DEF_GLOBAL : DEF_LOCAL, AT(target));
        }
        else if (entry->type == CLASS_BLOCK) {
            PyErr_SetString(PyExc_SyntaxError, "assignment expression within a comprehension "
                                               "cannot be used in a class body");
            return symtable_fail_at(table, AT(target));
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
        return symtable_fail_at(table, AT(e));
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
    TRY(tree_descend(&table->depth, table->depth_limit));
    status result = visit_expr_kind(table, e);
    table->depth--;
    return result;
}

/* ---- patterns ---- */

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
    TRY(tree_descend(&table->depth, table->depth_limit));
    status result = visit_pattern_kind(table, p);
    table->depth--;
    return result;
}

/* ---- the module ---- */

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

status
symtable_visit(struct SymbolTable *table, Mod *mod)
{
    static const int nowhere[4] = {0, 0, 0, 0};
    TRY(enter_block(table, ID(top), MODULE_BLOCK, mod, nowhere));
    table->top = table->current;
    return visit_module(table, mod);
}
