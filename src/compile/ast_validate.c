/* Is a tree that was built by hand one that some source text could have produced?

   The compiler relies on what is checked here: no empty bodies, contexts that fit, positions in
   order, sequences of equal length where they belong together. */
#include "compile/ast.h"

#include <string.h>

struct Check {
    int depth, limit;
};

#define check_fail(...) (PyErr_Format(PyExc_ValueError, __VA_ARGS__), -1)

static status check_expr(struct Check *c, Expr *e, enum ExprContext ctx);
static status check_stmts(struct Check *c, StmtSeq *stmts);
static status check_pattern(struct Check *c, Pattern *pattern, bool star);

static status
descend(struct Check *c)
{
    if (c->depth >= c->limit) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded during compilation");
        return -1;
    }
    c->depth++;
    return 0;
}

static status
check_position(int lineno, int col, int end_lineno, int end_col)
{
    if (lineno > end_lineno) {
        return check_fail("AST node line range (%d, %d) is not valid", lineno, end_lineno);
    }
    if ((lineno < 0 && end_lineno != lineno) || (col < 0 && col != end_col)) {
        return check_fail("AST node column range (%d, %d) for line range (%d, %d) is not valid", col,
                          end_col, lineno, end_lineno);
    }
    if (lineno == end_lineno && col > end_col) {
        return check_fail("line %d, column %d-%d is not a valid range", lineno, col, end_col);
    }
    return 0;
}

#define CHECK_POSITION(node)                                                                       \
    check_position((node)->lineno, (node)->col_offset, (node)->end_lineno, (node)->end_col_offset)

static status
check_name(PyObject *name)
{
    static const char *const forbidden[] = {"None", "True", "False"};
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        if (PyUnicode_CompareWithASCIIString(name, forbidden[i]) == 0) {
            return check_fail("identifier field can't represent '%s' constant", forbidden[i]);
        }
    }
    return 0;
}

static status
check_nonempty(const void *seq, const char *what, const char *owner)
{
    return seq == NULL || *(const int *)seq == 0 ? check_fail("empty %s on %s", what, owner) : 0;
}

/* ---- constants ---- */

static status
check_constant(struct Check *c, PyObject *value)
{
    if (value == Py_None || value == Py_Ellipsis || PyLong_CheckExact(value) ||
        PyFloat_CheckExact(value) || PyComplex_CheckExact(value) || PyBool_Check(value) ||
        PyUnicode_CheckExact(value) || PyBytes_CheckExact(value)) {
        return 0;
    }
    if (!PyTuple_CheckExact(value) && !PyFrozenSet_CheckExact(value)) {
        PyErr_Format(PyExc_TypeError, "got an invalid type in Constant: %s",
                     _PyType_Name(Py_TYPE(value)));
        return -1;
    }
    PyObject *iter = descend(c) < 0 ? NULL : PyObject_GetIter(value);
    if (iter == NULL) {
        return -1;
    }
    status result = 0;
    PyObject *item;
    while (result == 0 && (item = PyIter_Next(iter)) != NULL) {
        result = check_constant(c, item);
        Py_DECREF(item);
    }
    Py_DECREF(iter);
    c->depth--;
    return PyErr_Occurred() ? -1 : result;
}

/* ---- parts of expressions ---- */

static status
check_exprs(struct Check *c, ExprSeq *exprs, enum ExprContext ctx, bool none_allowed)
{
    for (int i = 0; i < seq_len(exprs); i++) {
        if (exprs->items[i] == NULL) {
            if (!none_allowed) {
                return check_fail("None disallowed in expression list");
            }
        } else if (check_expr(c, exprs->items[i], ctx) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
check_optional(struct Check *c, Expr *e)
{
    return e == NULL ? 0 : check_expr(c, e, Load);
}

static status
check_args(struct Check *c, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        if (CHECK_POSITION(args->items[i]) < 0 ||
            check_optional(c, args->items[i]->annotation) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
check_arguments(struct Check *c, Arguments *a)
{
    if (check_args(c, a->posonlyargs) < 0 || check_args(c, a->args) < 0 ||
        (a->vararg && check_optional(c, a->vararg->annotation) < 0) ||
        check_args(c, a->kwonlyargs) < 0 ||
        (a->kwarg && check_optional(c, a->kwarg->annotation) < 0)) {
        return -1;
    }
    if (seq_len(a->defaults) > seq_len(a->posonlyargs) + seq_len(a->args)) {
        return check_fail("more positional defaults than args on arguments");
    }
    if (seq_len(a->kw_defaults) != seq_len(a->kwonlyargs)) {
        return check_fail("length of kwonlyargs is not the same as kw_defaults on arguments");
    }
    return check_exprs(c, a->defaults, Load, false) < 0 ||
                   check_exprs(c, a->kw_defaults, Load, true) < 0 ? -1 : 0;
}

static status
check_keywords(struct Check *c, KeywordSeq *keywords)
{
    for (int i = 0; i < seq_len(keywords); i++) {
        if (check_expr(c, keywords->items[i]->value, Load) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
check_generators(struct Check *c, ComprehensionSeq *generators)
{
    if (seq_len(generators) == 0) {
        return check_fail("comprehension with no generators");
    }
    for (int i = 0; i < generators->len; i++) {
        Comprehension *one = generators->items[i];
        if (check_expr(c, one->target, Store) < 0 || check_expr(c, one->iter, Load) < 0 ||
            check_exprs(c, one->ifs, Load, false) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- expressions ---- */

static const char *const context_names[] = {[Load] = "Load", [Store] = "Store", [Del] = "Del"};

/* Does the context a node has fit the one its place asks for? */
static status
check_context(Expr *e, enum ExprContext wanted)
{
    enum ExprContext found;
    switch (e->kind) {
    case Attribute_kind:
        found = e->v.Attribute.ctx;
        break;
    case Subscript_kind:
        found = e->v.Subscript.ctx;
        break;
    case Starred_kind:
        found = e->v.Starred.ctx;
        break;
    case Name_kind:
        if (check_name(e->v.Name.id) < 0) {
            return -1;
        }
        found = e->v.Name.ctx;
        break;
    case List_kind:
        found = e->v.List.ctx;
        break;
    case Tuple_kind:
        found = e->v.Tuple.ctx;
        break;
    default:
        if (wanted != Load) {
            return check_fail("expression which can't be assigned to in %s context",
                              context_names[wanted]);
        }
        return 0;
    }
    if (found != wanted) {
        return check_fail("expression must have %s context but has %s instead",
                          context_names[wanted], context_names[found]);
    }
    return 0;
}

#define BOTH(a, b) ((a) < 0 || (b) < 0 ? -1 : 0)

static status
check_compare(struct Check *c, Expr *e)
{
    if (seq_len(e->v.Compare.comparators) == 0) {
        return check_fail("Compare with no comparators");
    }
    if (seq_len(e->v.Compare.comparators) != seq_len(e->v.Compare.ops)) {
        return check_fail("Compare has a different number of comparators and operands");
    }
    return BOTH(check_exprs(c, e->v.Compare.comparators, Load, false),
                check_expr(c, e->v.Compare.left, Load));
}

static status
check_expr_parts(struct Check *c, Expr *e, enum ExprContext ctx)
{
    switch (e->kind) {
    case BoolOp_kind:
        if (seq_len(e->v.BoolOp.values) < 2) {
            return check_fail("BoolOp with less than 2 values");
        }
        return check_exprs(c, e->v.BoolOp.values, Load, false);
    case BinOp_kind:
        return BOTH(check_expr(c, e->v.BinOp.left, Load), check_expr(c, e->v.BinOp.right, Load));
    case UnaryOp_kind:
        return check_expr(c, e->v.UnaryOp.operand, Load);
    case Lambda_kind:
        return BOTH(check_arguments(c, e->v.Lambda.args), check_expr(c, e->v.Lambda.body, Load));
    case IfExp_kind:
        return BOTH(BOTH(check_expr(c, e->v.IfExp.test, Load), check_expr(c, e->v.IfExp.body, Load)),
                    check_expr(c, e->v.IfExp.orelse, Load));
    case Dict_kind:
        if (seq_len(e->v.Dict.keys) != seq_len(e->v.Dict.values)) {
            return check_fail("Dict doesn't have the same number of keys as values");
        }
        return BOTH(check_exprs(c, e->v.Dict.keys, Load, true),
                    check_exprs(c, e->v.Dict.values, Load, false));
    case Set_kind:
        return check_exprs(c, e->v.Set.elts, Load, false);
    case ListComp_kind:
        return BOTH(check_generators(c, e->v.ListComp.generators),
                    check_expr(c, e->v.ListComp.elt, Load));
    case SetComp_kind:
        return BOTH(check_generators(c, e->v.SetComp.generators),
                    check_expr(c, e->v.SetComp.elt, Load));
    case GeneratorExp_kind:
        return BOTH(check_generators(c, e->v.GeneratorExp.generators),
                    check_expr(c, e->v.GeneratorExp.elt, Load));
    case DictComp_kind:
        return BOTH(BOTH(check_generators(c, e->v.DictComp.generators),
                         check_expr(c, e->v.DictComp.key, Load)),
                    check_expr(c, e->v.DictComp.value, Load));
    case Yield_kind:
        return check_optional(c, e->v.Yield.value);
    case YieldFrom_kind:
        return check_expr(c, e->v.YieldFrom.value, Load);
    case Await_kind:
        return check_expr(c, e->v.Await.value, Load);
    case Compare_kind:
        return check_compare(c, e);
    case Call_kind:
        return BOTH(BOTH(check_expr(c, e->v.Call.func, Load),
                         check_exprs(c, e->v.Call.args, Load, false)),
                    check_keywords(c, e->v.Call.keywords));
    case Constant_kind:
        return check_constant(c, e->v.Constant.value);
    case JoinedStr_kind:
        return check_exprs(c, e->v.JoinedStr.values, Load, false);
    case FormattedValue_kind:
        return BOTH(check_expr(c, e->v.FormattedValue.value, Load),
                    check_optional(c, e->v.FormattedValue.format_spec));
    case Attribute_kind:
        return check_expr(c, e->v.Attribute.value, Load);
    case Subscript_kind:
        return BOTH(check_expr(c, e->v.Subscript.slice, Load),
                    check_expr(c, e->v.Subscript.value, Load));
    case Slice_kind:
        return BOTH(BOTH(check_optional(c, e->v.Slice.lower), check_optional(c, e->v.Slice.upper)),
                    check_optional(c, e->v.Slice.step));
    case Starred_kind:
        return check_expr(c, e->v.Starred.value, ctx);
    case List_kind:
        return check_exprs(c, e->v.List.elts, ctx, false);
    case Tuple_kind:
        return check_exprs(c, e->v.Tuple.elts, ctx, false);
    case NamedExpr_kind:
        return check_expr(c, e->v.NamedExpr.value, Load);
    case Name_kind:
        return 0;
    }
    PyErr_SetString(PyExc_SystemError, "unexpected expression");
    return -1;
}

static status
check_expr(struct Check *c, Expr *e, enum ExprContext ctx)
{
    if (CHECK_POSITION(e) < 0 || descend(c) < 0 || check_context(e, ctx) < 0 ||
        check_expr_parts(c, e, ctx) < 0) {
        return -1;
    }
    c->depth--;
    return 0;
}

/* ---- patterns ---- */

enum { REAL = 1, IMAGINARY = 2 };

static bool
is_number(Expr *e, int which)
{
    if (e->kind != Constant_kind) {
        return false;
    }
    PyObject *value = e->v.Constant.value;
    return ((which & REAL) && (PyLong_CheckExact(value) || PyFloat_CheckExact(value))) ||
           ((which & IMAGINARY) && PyComplex_CheckExact(value));
}

static bool
is_negative_number(Expr *e, int which)
{
    return e->kind == UnaryOp_kind && e->v.UnaryOp.op == USub &&
           is_number(e->v.UnaryOp.operand, which);
}

/* real +/- imaginary */
static bool
is_complex(Expr *e)
{
    Expr *left = e->v.BinOp.left;
    return (e->v.BinOp.op == Add || e->v.BinOp.op == Sub) &&
           (is_number(left, REAL) || is_negative_number(left, REAL)) &&
           is_number(e->v.BinOp.right, IMAGINARY);
}

/* The value that a pattern compares with. */
static status
check_pattern_value(struct Check *c, Expr *e)
{
    if (check_expr(c, e, Load) < 0) {
        return -1;
    }
    switch (e->kind) {
    case Constant_kind: {
        PyObject *value = e->v.Constant.value;
        if (is_number(e, REAL | IMAGINARY) || PyUnicode_CheckExact(value) ||
            PyBytes_CheckExact(value)) {
            return 0;
        }
        return check_fail("unexpected constant inside of a literal pattern");
    }
    case Attribute_kind:
    case JoinedStr_kind:            /* refused by the compiler */
        return 0;
    case UnaryOp_kind:
        if (is_negative_number(e, REAL | IMAGINARY)) {
            return 0;
        }
        break;
    case BinOp_kind:
        if (is_complex(e)) {
            return 0;
        }
        break;
    default:
        break;
    }
    return check_fail("patterns may only match literals and attribute lookups");
}

static status
check_capture(PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "_") == 0) {
        return check_fail("can't capture name '_' in patterns");
    }
    return check_name(name);
}

static status
check_patterns(struct Check *c, PatternSeq *patterns, bool star)
{
    for (int i = 0; i < seq_len(patterns); i++) {
        if (patterns->items[i] == NULL) {
            return check_fail("None disallowed in pattern list");
        }
        if (check_pattern(c, patterns->items[i], star) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
check_mapping(struct Check *c, Pattern *pattern)
{
    ExprSeq *keys = pattern->v.MatchMapping.keys;
    PyObject *rest = pattern->v.MatchMapping.rest;
    if (seq_len(keys) != seq_len(pattern->v.MatchMapping.patterns)) {
        return check_fail("MatchMapping doesn't have the same number of keys as patterns");
    }
    if (rest != NULL && check_capture(rest) < 0) {
        return -1;
    }
    for (int i = 0; i < seq_len(keys); i++) {
        Expr *key = keys->items[i];
        if (key == NULL) {
            return check_fail("None disallowed in expression list");
        }
        if (key->kind == Constant_kind) {
            PyObject *value = key->v.Constant.value;
            if (value == Py_None || PyBool_Check(value)) {
                continue;
            }
        }
        if (check_pattern_value(c, key) < 0) {
            return -1;
        }
    }
    return check_patterns(c, pattern->v.MatchMapping.patterns, false);
}

static status
check_class(struct Check *c, Pattern *pattern)
{
    IdentSeq *names = pattern->v.MatchClass.kwd_attrs;
    Expr *cls = pattern->v.MatchClass.cls;
    if (seq_len(names) != seq_len(pattern->v.MatchClass.kwd_patterns)) {
        return check_fail("MatchClass doesn't have the same number of keyword attributes as "
                          "patterns");
    }
    if (check_expr(c, cls, Load) < 0) {
        return -1;
    }
    while (cls->kind == Attribute_kind) {
        cls = cls->v.Attribute.value;
    }
    if (cls->kind != Name_kind) {
        return check_fail("MatchClass cls field can only contain Name or Attribute nodes.");
    }
    for (int i = 0; i < seq_len(names); i++) {
        if (names->items[i] == NULL) {
            return check_fail("None disallowed in names list");
        }
        if (check_name(names->items[i]) < 0) {
            return -1;
        }
    }
    return BOTH(check_patterns(c, pattern->v.MatchClass.patterns, false),
                check_patterns(c, pattern->v.MatchClass.kwd_patterns, false));
}

static status
check_pattern_parts(struct Check *c, Pattern *pattern, bool star)
{
    switch (pattern->kind) {
    case MatchValue_kind:
        return check_pattern_value(c, pattern->v.MatchValue.value);
    case MatchSingleton_kind: {
        PyObject *value = pattern->v.MatchSingleton.value;
        if (value != Py_None && !PyBool_Check(value)) {
            return check_fail("MatchSingleton can only contain True, False and None");
        }
        return 0;
    }
    case MatchSequence_kind:
        return check_patterns(c, pattern->v.MatchSequence.patterns, true);
    case MatchMapping_kind:
        return check_mapping(c, pattern);
    case MatchClass_kind:
        return check_class(c, pattern);
    case MatchStar_kind:
        if (!star) {
            return check_fail("can't use MatchStar here");
        }
        return pattern->v.MatchStar.name == NULL ? 0 : check_capture(pattern->v.MatchStar.name);
    case MatchAs_kind:
        if (pattern->v.MatchAs.name != NULL && check_capture(pattern->v.MatchAs.name) < 0) {
            return -1;
        }
        if (pattern->v.MatchAs.pattern == NULL) {
            return 0;
        }
        if (pattern->v.MatchAs.name == NULL) {
            return check_fail("MatchAs must specify a target name if a pattern is given");
        }
        return check_pattern(c, pattern->v.MatchAs.pattern, false);
    case MatchOr_kind:
        if (seq_len(pattern->v.MatchOr.patterns) < 2) {
            return check_fail("MatchOr requires at least 2 patterns");
        }
        return check_patterns(c, pattern->v.MatchOr.patterns, false);
    }
    PyErr_SetString(PyExc_SystemError, "unexpected pattern");
    return -1;
}

static status
check_pattern(struct Check *c, Pattern *pattern, bool star)
{
    if (CHECK_POSITION(pattern) < 0 || descend(c) < 0 ||
        check_pattern_parts(c, pattern, star) < 0) {
        return -1;
    }
    c->depth--;
    return 0;
}

/* ---- statements ---- */

static status
check_body(struct Check *c, StmtSeq *body, const char *owner)
{
    return BOTH(check_nonempty(body, "body", owner), check_stmts(c, body));
}

static status
check_targets(struct Check *c, ExprSeq *targets, enum ExprContext ctx, const char *owner)
{
    return BOTH(check_nonempty(targets, "targets", owner), check_exprs(c, targets, ctx, false));
}

static status
check_function(struct Check *c, Arguments *args, StmtSeq *body, ExprSeq *decorators, Expr *returns,
               const char *owner)
{
    return BOTH(BOTH(check_body(c, body, owner), check_arguments(c, args)),
                BOTH(check_exprs(c, decorators, Load, false), check_optional(c, returns)));
}

static status
check_for(struct Check *c, Expr *target, Expr *iter, StmtSeq *body, StmtSeq *orelse,
          const char *owner)
{
    return BOTH(BOTH(check_expr(c, target, Store), check_expr(c, iter, Load)),
                BOTH(check_body(c, body, owner), check_stmts(c, orelse)));
}

static status
check_with(struct Check *c, WithItemSeq *items, StmtSeq *body, const char *owner)
{
    if (check_nonempty(items, "items", owner) < 0) {
        return -1;
    }
    for (int i = 0; i < items->len; i++) {
        WithItem *item = items->items[i];
        if (check_expr(c, item->context_expr, Load) < 0 ||
            (item->optional_vars && check_expr(c, item->optional_vars, Store) < 0)) {
            return -1;
        }
    }
    return check_body(c, body, owner);
}

static status
check_try(struct Check *c, StmtSeq *body, ExceptHandlerSeq *handlers, StmtSeq *orelse,
          StmtSeq *finalbody, const char *owner)
{
    if (check_body(c, body, owner) < 0) {
        return -1;
    }
    if (seq_len(handlers) == 0 && seq_len(finalbody) == 0) {
        return check_fail("%s has neither except handlers nor finalbody", owner);
    }
    if (seq_len(handlers) == 0 && seq_len(orelse) > 0) {
        return check_fail("%s has orelse but no except handlers", owner);
    }
    for (int i = 0; i < seq_len(handlers); i++) {
        ExceptHandler *handler = handlers->items[i];
        if (handler == NULL) {
            return check_fail("None disallowed in handlers list");
        }
        /* The reference does not look at positions in `except*`. */
        if ((strcmp(owner, "Try") == 0 && CHECK_POSITION(handler) < 0) ||
            check_optional(c, handler->v.ExceptHandler.type) < 0 ||
            check_body(c, handler->v.ExceptHandler.body, "ExceptHandler") < 0) {
            return -1;
        }
    }
    return BOTH(check_stmts(c, finalbody), check_stmts(c, orelse));
}

static status
check_match(struct Check *c, Stmt *s)
{
    MatchCaseSeq *cases = s->v.Match.cases;
    if (check_expr(c, s->v.Match.subject, Load) < 0 || check_nonempty(cases, "cases", "Match") < 0) {
        return -1;
    }
    for (int i = 0; i < cases->len; i++) {
        MatchCase *one = cases->items[i];
        if (check_pattern(c, one->pattern, false) < 0 || check_optional(c, one->guard) < 0 ||
            check_body(c, one->body, "match_case") < 0) {
            return -1;
        }
    }
    return 0;
}

static status
check_names(IdentSeq *names, const char *owner)
{
    if (check_nonempty(names, "names", owner) < 0) {
        return -1;
    }
    for (int i = 0; i < names->len; i++) {
        if (names->items[i] == NULL) {
            return check_fail("None disallowed in names list");
        }
    }
    return 0;
}

static status
check_stmt_parts(struct Check *c, Stmt *s)
{
    switch (s->kind) {
    case FunctionDef_kind:
        return check_function(c, s->v.FunctionDef.args, s->v.FunctionDef.body,
                              s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns,
                              "FunctionDef");
    case AsyncFunctionDef_kind:
        return check_function(c, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.body,
                              s->v.AsyncFunctionDef.decorator_list, s->v.AsyncFunctionDef.returns,
                              "AsyncFunctionDef");
    case ClassDef_kind:
        return BOTH(BOTH(check_body(c, s->v.ClassDef.body, "ClassDef"),
                         check_exprs(c, s->v.ClassDef.bases, Load, false)),
                    BOTH(check_keywords(c, s->v.ClassDef.keywords),
                         check_exprs(c, s->v.ClassDef.decorator_list, Load, false)));
    case Return_kind:
        return check_optional(c, s->v.Return.value);
    case Delete_kind:
        return check_targets(c, s->v.Delete.targets, Del, "Delete");
    case Assign_kind:
        return BOTH(check_targets(c, s->v.Assign.targets, Store, "Assign"),
                    check_expr(c, s->v.Assign.value, Load));
    case AugAssign_kind:
        return BOTH(check_expr(c, s->v.AugAssign.target, Store),
                    check_expr(c, s->v.AugAssign.value, Load));
    case AnnAssign_kind:
        if (s->v.AnnAssign.target->kind != Name_kind && s->v.AnnAssign.simple) {
            PyErr_SetString(PyExc_TypeError, "AnnAssign with simple non-Name target");
            return -1;
        }
        return BOTH(BOTH(check_expr(c, s->v.AnnAssign.target, Store),
                         check_optional(c, s->v.AnnAssign.value)),
                    check_expr(c, s->v.AnnAssign.annotation, Load));
    case For_kind:
        return check_for(c, s->v.For.target, s->v.For.iter, s->v.For.body, s->v.For.orelse, "For");
    case AsyncFor_kind:
        return check_for(c, s->v.AsyncFor.target, s->v.AsyncFor.iter, s->v.AsyncFor.body,
                         s->v.AsyncFor.orelse, "AsyncFor");
    case While_kind:
        return BOTH(BOTH(check_expr(c, s->v.While.test, Load),
                         check_body(c, s->v.While.body, "While")),
                    check_stmts(c, s->v.While.orelse));
    case If_kind:
        return BOTH(BOTH(check_expr(c, s->v.If.test, Load), check_body(c, s->v.If.body, "If")),
                    check_stmts(c, s->v.If.orelse));
    case With_kind:
        return check_with(c, s->v.With.items, s->v.With.body, "With");
    case AsyncWith_kind:
        return check_with(c, s->v.AsyncWith.items, s->v.AsyncWith.body, "AsyncWith");
    case Match_kind:
        return check_match(c, s);
    case Raise_kind:
        if (s->v.Raise.exc == NULL) {
            return s->v.Raise.cause ? check_fail("Raise with cause but no exception") : 0;
        }
        return BOTH(check_expr(c, s->v.Raise.exc, Load), check_optional(c, s->v.Raise.cause));
    case Try_kind:
        return check_try(c, s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody,
                         "Try");
    case TryStar_kind:
        return check_try(c, s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse,
                         s->v.TryStar.finalbody, "TryStar");
    case Assert_kind:
        return BOTH(check_expr(c, s->v.Assert.test, Load), check_optional(c, s->v.Assert.msg));
    case Import_kind:
        return check_nonempty(s->v.Import.names, "names", "Import");
    case ImportFrom_kind:
        if (s->v.ImportFrom.level < 0) {
            return check_fail("Negative ImportFrom level");
        }
        return check_nonempty(s->v.ImportFrom.names, "names", "ImportFrom");
    case Global_kind:
        return check_names(s->v.Global.names, "Global");
    case Nonlocal_kind:
        return check_names(s->v.Nonlocal.names, "Nonlocal");
    case Expr_kind:
        return check_expr(c, s->v.Expr.value, Load);
    case Pass_kind:
    case Break_kind:
    case Continue_kind:
        return 0;
    }
    PyErr_SetString(PyExc_SystemError, "unexpected statement");
    return -1;
}

static status
check_stmts(struct Check *c, StmtSeq *stmts)
{
    for (int i = 0; i < seq_len(stmts); i++) {
        Stmt *s = stmts->items[i];
        if (s == NULL) {
            return check_fail("None disallowed in statement list");
        }
        if (CHECK_POSITION(s) < 0 || descend(c) < 0 || check_stmt_parts(c, s) < 0) {
            return -1;
        }
        c->depth--;
    }
    return 0;
}

status
ast_validate(Mod *mod)
{
    struct Check c = {0, ast_depth_limit()};
    switch (mod->kind) {
    case Module_kind:
        return check_stmts(&c, mod->v.Module.body);
    case Interactive_kind:
        return check_stmts(&c, mod->v.Interactive.body);
    case Expression_kind:
        return check_expr(&c, mod->v.Expression.body, Load);
    case FunctionType_kind:
        return BOTH(check_exprs(&c, mod->v.FunctionType.argtypes, Load, false),
                    check_expr(&c, mod->v.FunctionType.returns, Load));
    }
    PyErr_SetString(PyExc_SystemError, "impossible module node");
    return -1;
}
