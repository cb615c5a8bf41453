/* Definitions: everything that is a code object of its own inside another one. */
#include "compile/gen.h"

#include <opcode.h>

/* Flags of MAKE_FUNCTION: what lies on the stack below the code object. */
enum { HAS_DEFAULTS = 1, HAS_KW_DEFAULTS = 2, HAS_ANNOTATIONS = 4, HAS_CLOSURE = 8 };

/* ---- parameters ---- */

static status
check_param(Gen *g, Arg *arg)
{
    return arg == NULL ? 0 : check_name(g, arg->arg, Store);
}

static status
check_params(Gen *g, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(check_param(g, args->items[i]));
    }
    return 0;
}

static status
check_arguments(Gen *g, Arguments *a)
{
    TRY(check_params(g, a->posonlyargs));
    TRY(check_params(g, a->args));
    TRY(check_param(g, a->vararg));
    TRY(check_params(g, a->kwonlyargs));
    return check_param(g, a->kwarg);
}

/* The defaults of keyword-only parameters as a dict; 1 if there are any. */
static truth
gen_kw_defaults(Gen *g, Arguments *a)
{
    if (a->kwonlyargs == NULL) {
        return 0;
    }
    PyObject *names = PyList_New(0);
    if (names == NULL) {
        return -1;
    }
    for (int i = 0; i < a->kwonlyargs->len; i++) {
        Expr *value = a->kw_defaults->items[i];
        if (value == NULL) {
            continue;
        }
        PyObject *name = mangled_name(g, a->kwonlyargs->items[i]->arg);
        status result = name == NULL ? -1 : PyList_Append(names, name);
        if (result < 0 || gen_expr(g, value) < 0) {
            Py_DECREF(names);
            return -1;
        }
    }
    Py_ssize_t count = PyList_GET_SIZE(names);
    PyObject *keys = count ? PyList_AsTuple(names) : NULL;
    Py_DECREF(names);
    if (count == 0) {
        return 0;
    }
    TRY(emit_const_take(g, keys));
    TRY(emit_arg(g, BUILD_CONST_KEY_MAP, count));
    return 1;
}

/* Defaults on the stack; the flags that tell MAKE_FUNCTION, or -1. */
static int
gen_defaults(Gen *g, Arguments *a)
{
    int flags = 0;
    if (seq_len(a->defaults) > 0) {
        TRY(gen_exprs(g, a->defaults));
        TRY(emit_arg(g, BUILD_TUPLE, a->defaults->len));
        flags |= HAS_DEFAULTS;
    }
    truth has_kw = gen_kw_defaults(g, a);
    TRY(has_kw);
    return has_kw ? flags | HAS_KW_DEFAULTS : flags;
}

/* One name and its annotation; `*count` grows by the two values pushed. */
static status
gen_arg_annotation(Gen *g, PyObject *name, Expr *annotation, Py_ssize_t *count)
{
    if (annotation == NULL) {
        return 0;
    }
    PyObject *mangled = mangled_name(g, name);
    TRY(mangled == NULL ? -1 : emit_const(g, mangled));
    *count += 2;
    bool as_text = g->future.ff_features & CO_FUTURE_ANNOTATIONS;
    if (annotation->kind == Starred_kind && !as_text) {
        /* `*args: *Ts` stands for the single item of the unpacked Ts. */
        TRY(gen_expr(g, annotation->v.Starred.value));
        return emit_arg(g, UNPACK_SEQUENCE, 1);
    }
    return gen_annotation(g, annotation);
}

static status
gen_arg_annotations(Gen *g, ArgSeq *args, Py_ssize_t *count)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(gen_arg_annotation(g, args->items[i]->arg, args->items[i]->annotation, count));
    }
    return 0;
}

/* All annotations as one tuple; 1 if there are any. */
static truth
gen_annotations(Gen *g, Arguments *a, Expr *returns)
{
    Py_ssize_t count = 0;
    TRY(gen_arg_annotations(g, a->args, &count));
    TRY(gen_arg_annotations(g, a->posonlyargs, &count));
    if (a->vararg != NULL) {
        TRY(gen_arg_annotation(g, a->vararg->arg, a->vararg->annotation, &count));
    }
    TRY(gen_arg_annotations(g, a->kwonlyargs, &count));
    if (a->kwarg != NULL) {
        TRY(gen_arg_annotation(g, a->kwarg->arg, a->kwarg->annotation, &count));
    }
    if (returns != NULL) {
        PyObject *word = PyUnicode_InternFromString("return");
        if (word == NULL) {
            return -1;
        }
        status result = gen_arg_annotation(g, word, returns, &count);
        Py_DECREF(word);
        TRY(result);
    }
    if (count == 0) {
        return 0;
    }
    TRY(emit_arg(g, BUILD_TUPLE, count));
    return 1;
}

static void
set_argument_counts(struct Unit *unit, Arguments *a)
{
    unit->posonlyargcount = seq_len(a->posonlyargs);
    unit->argcount = seq_len(a->posonlyargs) + seq_len(a->args);
    unit->kwonlyargcount = seq_len(a->kwonlyargs);
}

/* ---- decorators and closures ---- */

static status
apply_decorators(Gen *g, ExprSeq *decorators)
{
    Loc outer = g->unit->loc;
    for (int i = seq_len(decorators) - 1; i >= 0; i--) {
        SET_LOC(g, decorators->items[i]);
        TRY(emit_call(g, 0));
    }
    g->unit->loc = outer;
    return 0;
}

/* The index of the cell or free variable that a nested code object calls `name`. */
static int
closure_index(Gen *g, PyCodeObject *code, PyObject *name)
{
    struct Unit *unit = g->unit;
    if (unit->kind == UNIT_CLASS && name == ID(__class__) && unit->scope->needs_class_closure) {
        return 0;
    }
    struct Symbol *symbol = scope_find(unit->scope, name);
    if (symbol == NULL || symbol->index < 0) {
        PyErr_Format(PyExc_SystemError, "no cell for %R (scope %d) of %R in %R", name,
                     (int)symbol_scope(symbol), code->co_name, unit->name);
        return -1;
    }
    return symbol->index;
}

static status
gen_closure(Gen *g, PyCodeObject *code, int flags)
{
    int free_count = code->co_nfreevars;
    if (free_count > 0) {
        for (int i = code->co_nlocalsplus - free_count; i < code->co_nlocalsplus; i++) {
            PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, i);
            int index = closure_index(g, code, name);
            TRY(index < 0 ? -1 : emit_arg(g, LOAD_CLOSURE, index));
        }
        TRY(emit_arg(g, BUILD_TUPLE, free_count));
        flags |= HAS_CLOSURE;
    }
    TRY(emit_const(g, (PyObject *)code));
    return emit_arg(g, MAKE_FUNCTION, flags);
}

status
gen_closure_take(Gen *g, PyCodeObject *code, int flags)
{
    if (code == NULL) {
        return -1;
    }
    status result = gen_closure(g, code, flags);
    Py_DECREF(code);
    return result;
}

/* Ends the current unit: its code object, or NULL if `result` or assembling failed. */
static PyCodeObject *
finish_unit(Gen *g, status result, bool add_none)
{
    PyCodeObject *code = result < 0 ? NULL : assemble(g, add_none);
    leave_unit(g);
    return code;
}

/* enter_unit() for a name in angle brackets. */
static status
enter_anonymous(Gen *g, const char *name, enum UnitKind kind, Expr *e)
{
    PyObject *text = PyUnicode_InternFromString(name);
    if (text == NULL) {
        return -1;
    }
    struct Unit *outer = g->unit;
    status result = enter_unit(g, text, kind, e, e->lineno);
    Py_DECREF(text);
    if (result < 0 && g->unit != outer) {
        leave_unit(g);
    }
    return result;
}

static status
enter_named(Gen *g, PyObject *name, enum UnitKind kind, Stmt *s, int lineno)
{
    struct Unit *outer = g->unit;
    status result = enter_unit(g, name, kind, s, lineno);
    if (result < 0 && g->unit != outer) {
        leave_unit(g);
    }
    return result;
}

/* ---- functions ---- */

static status
gen_function_body(Gen *g, Stmt *s)
{
    StmtSeq *body = s->v.FunctionDef.body;
    PyObject *docstring = g->optimize < 2 ? ast_docstring(body) : NULL;
    /* The first constant is the docstring, or None. */
    TRY(const_index(g, docstring ? docstring : Py_None));
    set_argument_counts(g->unit, s->v.FunctionDef.args);
    for (int i = docstring ? 1 : 0; i < seq_len(body); i++) {
        TRY(gen_stmt(g, body->items[i]));
    }
    return 0;
}

static int
first_line(Stmt *s, ExprSeq *decorators)
{
    return seq_len(decorators) > 0 ? decorators->items[0]->lineno : s->lineno;
}

status
gen_function(Gen *g, Stmt *s, bool is_async)
{
    Arguments *a = s->v.FunctionDef.args;
    ExprSeq *decorators = s->v.FunctionDef.decorator_list;
    TRY(check_arguments(g, a));
    TRY(gen_exprs(g, decorators));
    int flags = gen_defaults(g, a);
    TRY(flags);
    truth annotated = gen_annotations(g, a, s->v.FunctionDef.returns);
    TRY(annotated);
    flags |= annotated ? HAS_ANNOTATIONS : 0;
    TRY(enter_named(g, s->v.FunctionDef.name, is_async ? UNIT_ASYNC_FUNCTION : UNIT_FUNCTION, s,
                    first_line(s, decorators)));
    TRY(gen_closure_take(g, finish_unit(g, gen_function_body(g, s), true), flags));
    TRY(apply_decorators(g, decorators));
    return emit_variable(g, s->v.FunctionDef.name, Store);
}

static status
gen_lambda_body(Gen *g, Expr *e)
{
    /* The first constant is None, so that the body's is not taken for a docstring. */
    TRY(const_index(g, Py_None));
    set_argument_counts(g->unit, e->v.Lambda.args);
    TRY(gen_expr(g, e->v.Lambda.body));
    return g->unit->scope->generator ? 0 : emit(g, RETURN_VALUE);
}

status
gen_lambda(Gen *g, Expr *e)
{
    TRY(check_arguments(g, e->v.Lambda.args));
    int flags = gen_defaults(g, e->v.Lambda.args);
    TRY(flags);
    TRY(enter_anonymous(g, "<lambda>", UNIT_LAMBDA, e));
    status result = gen_lambda_body(g, e);
    bool add_none = !g->unit->scope->generator;
    return gen_closure_take(g, finish_unit(g, result, add_none), flags);
}

/* ---- classes ---- */

static status
gen_class_body(Gen *g, Stmt *s)
{
    struct Unit *unit = g->unit;
    unit->class_name = s->v.ClassDef.name;
    TRY(emit_variable(g, ID(__name__), Load));
    TRY(emit_variable(g, ID(__module__), Store));
    TRY(emit_const(g, unit->qualname));
    TRY(emit_variable(g, ID(__qualname__), Store));
    TRY(gen_body(g, s->v.ClassDef.body));
    unset_loc(g);
    if (!unit->scope->needs_class_closure) {
        TRY(emit_const(g, Py_None));
        return emit(g, RETURN_VALUE);
    }
    /* type.__new__ fills the cell that is left as __classcell__. */
    TRY(emit_arg(g, LOAD_CLOSURE, 0));
    TRY(emit_arg(g, COPY, 1));
    TRY(emit_variable(g, ID(__classcell__), Store));
    return emit(g, RETURN_VALUE);
}

status
gen_class(Gen *g, Stmt *s)
{
    ExprSeq *decorators = s->v.ClassDef.decorator_list;
    TRY(gen_exprs(g, decorators));
    TRY(enter_named(g, s->v.ClassDef.name, UNIT_CLASS, s, first_line(s, decorators)));
    PyCodeObject *code = finish_unit(g, gen_class_body(g, s), true);
    if (code == NULL || emit(g, PUSH_NULL) < 0 || emit(g, LOAD_BUILD_CLASS) < 0) {
        Py_XDECREF(code);
        return -1;
    }
    TRY(gen_closure_take(g, code, 0));
    TRY(emit_const(g, s->v.ClassDef.name));
    TRY(gen_call_with(g, 2, s->v.ClassDef.bases, s->v.ClassDef.keywords));
    TRY(apply_decorators(g, decorators));
    return emit_variable(g, s->v.ClassDef.name, Store);
}

/* ---- comprehensions ---- */

/* What a comprehension collects. */
struct Collect {
    enum ExprKind kind;
    const char *name;
    int build, add;             /* 0 for generator expressions */
    Expr *elt, *value;          /* value of a dict, else NULL */
};

static status gen_clause(Gen *g, ComprehensionSeq *generators, int index, int depth,
                         const struct Collect *collect);

/* What stands inside the innermost clause. */
static status
gen_element(Gen *g, int depth, const struct Collect *c)
{
    TRY(gen_expr(g, c->elt));
    if (c->value != NULL) {
        TRY(gen_expr(g, c->value));
    }
    if (c->add != 0) {
        return emit_arg(g, c->add, depth + 1);
    }
    if (g->unit->scope->generator && g->unit->scope->coroutine) {
        TRY(emit(g, ASYNC_GEN_WRAP));
    }
    TRY(emit(g, YIELD_VALUE));
    TRY(emit_arg(g, RESUME, 1));
    return emit(g, POP_TOP);
}

static status
gen_clause_inside(Gen *g, ComprehensionSeq *generators, int index, int depth,
                  const struct Collect *collect, Block *skip)
{
    ExprSeq *ifs = generators->items[index]->ifs;
    for (int i = 0; i < seq_len(ifs); i++) {
        TRY(gen_jump_if(g, ifs->items[i], skip, false));
    }
    if (index + 1 < generators->len) {
        return gen_clause(g, generators, index + 1, depth, collect);
    }
    return gen_element(g, depth, collect);
}

/* The single element of `for x in [element]`, which is only an assignment; NULL if it is a loop. */
static Expr *
single_element(Expr *iter)
{
    ExprSeq *elts = iter->kind == List_kind    ? iter->v.List.elts
                    : iter->kind == Tuple_kind ? iter->v.Tuple.elts
                                               : NULL;
    return seq_len(elts) == 1 && elts->items[0]->kind != Starred_kind ? elts->items[0] : NULL;
}

static status
gen_sync_clause(Gen *g, ComprehensionSeq *generators, int index, int depth,
                const struct Collect *collect)
{
    Comprehension *clause = generators->items[index];
    NEW_BLOCK(g, start);
    NEW_BLOCK(g, skip);
    NEW_BLOCK(g, end);
    Expr *single = index == 0 ? NULL : single_element(clause->iter);
    if (index == 0) {
        g->unit->argcount = 1;
        TRY(emit_arg(g, LOAD_FAST, 0));
    }
    else if (single != NULL) {
        TRY(gen_expr(g, single));
    }
    else {
        TRY(gen_expr(g, clause->iter));
        TRY(emit(g, GET_ITER));
    }
    if (single == NULL) {
        depth++;
        use_block(g, start);
        TRY(emit_jump(g, FOR_ITER, end));
    }
    TRY(gen_expr(g, clause->target));
    TRY(gen_clause_inside(g, generators, index, depth, collect, skip));
    use_block(g, skip);
    if (single == NULL) {
        TRY(emit_jump(g, JUMP, start));
        use_block(g, end);
    }
    return 0;
}

static status
gen_async_clause(Gen *g, ComprehensionSeq *generators, int index, int depth,
                 const struct Collect *collect)
{
    Comprehension *clause = generators->items[index];
    NEW_BLOCK(g, start);
    NEW_BLOCK(g, handler);
    NEW_BLOCK(g, skip);
    if (index == 0) {
        g->unit->argcount = 1;
        TRY(emit_arg(g, LOAD_FAST, 0));
    }
    else {
        TRY(gen_expr(g, clause->iter));
        TRY(emit(g, GET_AITER));
    }
    use_block(g, start);
    TRY(push_frame(g, FRAME_ASYNC_COMPREHENSION, start, NULL, NULL));
    TRY(emit_jump(g, SETUP_FINALLY, handler));
    TRY(emit(g, GET_ANEXT));
    TRY(gen_send_loop(g, true));
    TRY(emit(g, POP_BLOCK));
    TRY(gen_expr(g, clause->target));
    TRY(gen_clause_inside(g, generators, index, depth + 1, collect, skip));
    use_block(g, skip);
    TRY(emit_jump(g, JUMP, start));
    pop_frame(g);
    use_block(g, handler);
    return emit(g, END_ASYNC_FOR);
}

static status
gen_clause(Gen *g, ComprehensionSeq *generators, int index, int depth,
           const struct Collect *collect)
{
    return (generators->items[index]->is_async ? gen_async_clause : gen_sync_clause)(
        g, generators, index, depth, collect);
}

static status
gen_comprehension_body(Gen *g, ComprehensionSeq *generators, const struct Collect *collect)
{
    if (collect->build != 0) {
        TRY(emit_arg(g, collect->build, 0));
    }
    TRY(gen_clause(g, generators, 0, 0, collect));
    return collect->build != 0 ? emit(g, RETURN_VALUE) : 0;
}

static struct Collect
collect_of(Expr *e)
{
    switch (e->kind) {
    case ListComp_kind:
        return (struct Collect){e->kind, "<listcomp>", BUILD_LIST, LIST_APPEND, e->v.ListComp.elt,
                                NULL};
    case SetComp_kind:
        return (struct Collect){e->kind, "<setcomp>", BUILD_SET, SET_ADD, e->v.SetComp.elt, NULL};
    case DictComp_kind:
        return (struct Collect){e->kind, "<dictcomp>", BUILD_MAP, MAP_ADD, e->v.DictComp.key,
                                e->v.DictComp.value};
    default:
        return (struct Collect){e->kind, "<genexpr>", 0, 0, e->v.GeneratorExp.elt, NULL};
    }
}

status
gen_comprehension(Gen *g, Expr *e)
{
    struct Collect collect = collect_of(e);
    ComprehensionSeq *generators = e->kind == DictComp_kind ? e->v.DictComp.generators
                                                            : e->v.ListComp.generators;
    Comprehension *first = generators->items[0];
    bool module_await = top_level_await(g);
    enum UnitKind around = g->unit->kind;
    TRY(enter_anonymous(g, collect.name, UNIT_COMPREHENSION, e));
    SET_LOC(g, e);
    bool awaits = g->unit->scope->coroutine;
    status result = 0;
    if (awaits && e->kind != GeneratorExp_kind && around != UNIT_ASYNC_FUNCTION &&
        around != UNIT_COMPREHENSION && !module_await) {
        result = gen_error(g, "asynchronous comprehension outside of an asynchronous function");
    }
    else {
        result = gen_comprehension_body(g, generators, &collect);
    }
    PyCodeObject *code = finish_unit(g, result, true);
    if (code != NULL && module_await && awaits) {
        g->unit->scope->coroutine = 1;
    }
    TRY(gen_closure_take(g, code, 0));
    TRY(gen_expr(g, first->iter));
    TRY(emit(g, first->is_async ? GET_AITER : GET_ITER));
    TRY(emit_call(g, 0));
    return awaits && e->kind != GeneratorExp_kind ? gen_await(g, 0) : 0;
}
