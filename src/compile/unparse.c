/* Expressions back to source text, as annotations are kept under PEP 563.

   Parentheses are written where the precedence of a part is lower than that of its place asks for.
   Texts are joined from small strings by a _PyUnicodeWriter. */
#include "compile/ast.h"

#include <string.h>

enum Level {
    LEVEL_TUPLE, LEVEL_TEST, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_BITOR, LEVEL_BITXOR,
    LEVEL_BITAND, LEVEL_SHIFT, LEVEL_ARITH, LEVEL_TERM, LEVEL_FACTOR, LEVEL_POWER, LEVEL_AWAIT,
    LEVEL_ATOM
};

struct Unparser {
    _PyUnicodeWriter *out;
    int depth, limit;
};

static status write_expr(struct Unparser *u, Expr *e, int level);

/* ---- pieces ---- */

static status
put(struct Unparser *u, const char *text)
{
    return _PyUnicodeWriter_WriteASCIIString(u->out, text, (Py_ssize_t)strlen(text));
}

static status
put_str(struct Unparser *u, PyObject *text)
{
    return _PyUnicodeWriter_WriteStr(u->out, text);
}

static status
put_take(struct Unparser *u, PyObject *text)
{
    if (text == NULL) {
        return -1;
    }
    status result = put_str(u, text);
    Py_DECREF(text);
    return result;
}

/* `before` or `after` around something of lower precedence than its place. */
#define OPEN(u, level, own) ((level) > (own) ? put(u, "(") : 0)
#define CLOSE(u, level, own) ((level) > (own) ? put(u, ")") : 0)

static status
write_list(struct Unparser *u, ExprSeq *elts, int level)
{
    for (int i = 0; i < seq_len(elts); i++) {
        TRY(i > 0 ? put(u, ", ") : 0);
        TRY(write_expr(u, elts->items[i], level));
    }
    return 0;
}

/* ---- constants ---- */

/* An infinity has no literal: it is written as a number too large. */
static PyObject *
number_text(PyObject *value)
{
    PyObject *text = PyObject_Repr(value);
    if (text == NULL || (!PyFloat_CheckExact(value) && !PyComplex_CheckExact(value))) {
        return text;
    }
    PyObject *inf = PyUnicode_FromString("inf"), *large = PyUnicode_FromString("1e309");
    PyObject *result = inf == NULL || large == NULL ? NULL : PyUnicode_Replace(text, inf, large, -1);
    Py_XDECREF(inf);
    Py_XDECREF(large);
    Py_DECREF(text);
    return result;
}

static status
write_constant(struct Unparser *u, PyObject *value)
{
    if (value == Py_Ellipsis) {
        return put(u, "...");
    }
    if (!PyTuple_CheckExact(value)) {
        return put_take(u, number_text(value));
    }
    TRY(put(u, "("));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); i++) {
        TRY(i > 0 ? put(u, ", ") : 0);
        TRY(write_constant(u, PyTuple_GET_ITEM(value, i)));
    }
    TRY(PyTuple_GET_SIZE(value) == 1 ? put(u, ",") : 0);
    return put(u, ")");
}

/* ---- operators ---- */

static status
write_bool_op(struct Unparser *u, Expr *e, int level)
{
    bool and = e->v.BoolOp.op == And;
    int own = and ? LEVEL_AND : LEVEL_OR;
    TRY(OPEN(u, level, own));
    for (int i = 0; i < seq_len(e->v.BoolOp.values); i++) {
        TRY(i > 0 ? put(u, and ? " and " : " or ") : 0);
        TRY(write_expr(u, e->v.BoolOp.values->items[i], own + 1));
    }
    return CLOSE(u, level, own);
}

static status
write_bin_op(struct Unparser *u, Expr *e, int level)
{
    static const struct {
        const char *text;
        int level;
    } operators[] = {
        [Add] = {" + ", LEVEL_ARITH},     [Sub] = {" - ", LEVEL_ARITH},
        [Mult] = {" * ", LEVEL_TERM},     [MatMult] = {" @ ", LEVEL_TERM},
        [Div] = {" / ", LEVEL_TERM},      [Modulo] = {" % ", LEVEL_TERM},
        [FloorDiv] = {" // ", LEVEL_TERM}, [LShift] = {" << ", LEVEL_SHIFT},
        [RShift] = {" >> ", LEVEL_SHIFT}, [BitOr] = {" | ", LEVEL_BITOR},
        [BitXor] = {" ^ ", LEVEL_BITXOR}, [BitAnd] = {" & ", LEVEL_BITAND},
        [Pow] = {" ** ", LEVEL_POWER},
    };
    enum Operator op = e->v.BinOp.op;
    int own = operators[op].level;
    bool right = op == Pow;             /* associates to the right */
    TRY(OPEN(u, level, own));
    TRY(write_expr(u, e->v.BinOp.left, own + right));
    TRY(put(u, operators[op].text));
    TRY(write_expr(u, e->v.BinOp.right, own + !right));
    return CLOSE(u, level, own);
}

static status
write_unary_op(struct Unparser *u, Expr *e, int level)
{
    static const char *const operators[] = {[Invert] = "~", [Not] = "not ", [UAdd] = "+",
                                            [USub] = "-"};
    enum UnaryOperator op = e->v.UnaryOp.op;
    int own = op == Not ? LEVEL_NOT : LEVEL_FACTOR;
    TRY(OPEN(u, level, own));
    TRY(put(u, operators[op]));
    TRY(write_expr(u, e->v.UnaryOp.operand, own));
    return CLOSE(u, level, own);
}

static status
write_compare(struct Unparser *u, Expr *e, int level)
{
    static const char *const operators[] = {
        [Eq] = " == ", [NotEq] = " != ", [Lt] = " < ", [LtE] = " <= ", [Gt] = " > ", [GtE] = " >= ",
        [Is] = " is ", [IsNot] = " is not ", [In] = " in ", [NotIn] = " not in "};
    TRY(OPEN(u, level, LEVEL_COMPARE));
    TRY(write_expr(u, e->v.Compare.left, LEVEL_COMPARE + 1));
    for (int i = 0; i < seq_len(e->v.Compare.comparators); i++) {
        TRY(put(u, operators[e->v.Compare.ops->items[i]]));
        TRY(write_expr(u, e->v.Compare.comparators->items[i], LEVEL_COMPARE + 1));
    }
    return CLOSE(u, level, LEVEL_COMPARE);
}

static status
write_if_exp(struct Unparser *u, Expr *e, int level)
{
    TRY(OPEN(u, level, LEVEL_TEST));
    TRY(write_expr(u, e->v.IfExp.body, LEVEL_TEST + 1));
    TRY(put(u, " if "));
    TRY(write_expr(u, e->v.IfExp.test, LEVEL_TEST + 1));
    TRY(put(u, " else "));
    TRY(write_expr(u, e->v.IfExp.orelse, LEVEL_TEST));
    return CLOSE(u, level, LEVEL_TEST);
}

/* ---- lambda ---- */

static status
write_arg(struct Unparser *u, Arg *arg, bool *first)
{
    TRY(*first ? 0 : put(u, ", "));
    *first = false;
    TRY(put_str(u, arg->arg));
    if (arg->annotation != NULL) {
        TRY(put(u, ": "));
        TRY(write_expr(u, arg->annotation, LEVEL_TEST));
    }
    return 0;
}

static status
write_default(struct Unparser *u, Expr *value)
{
    if (value == NULL) {
        return 0;
    }
    TRY(put(u, "="));
    return write_expr(u, value, LEVEL_TEST);
}

static status
write_positional(struct Unparser *u, Arguments *a, bool *first)
{
    int posonly = seq_len(a->posonlyargs), count = posonly + seq_len(a->args);
    int without = count - seq_len(a->defaults);
    for (int i = 0; i < count; i++) {
        Arg *arg = i < posonly ? a->posonlyargs->items[i] : a->args->items[i - posonly];
        TRY(write_arg(u, arg, first));
        TRY(i >= without ? write_default(u, a->defaults->items[i - without]) : 0);
        TRY(i + 1 == posonly ? put(u, ", /") : 0);
    }
    return 0;
}

static status
write_arguments(struct Unparser *u, Arguments *a)
{
    bool first = true, none = true;
    TRY(write_positional(u, a, &first));
    if (a->vararg != NULL || seq_len(a->kwonlyargs) > 0) {
        TRY(first ? 0 : put(u, ", "));
        TRY(put(u, "*"));
        first = false;
        TRY(a->vararg != NULL ? write_arg(u, a->vararg, &none) : 0);
    }
    for (int i = 0; i < seq_len(a->kwonlyargs); i++) {
        TRY(write_arg(u, a->kwonlyargs->items[i], &first));
        TRY(write_default(u, a->kw_defaults->items[i]));
    }
    if (a->kwarg != NULL) {
        none = true;
        TRY(first ? 0 : put(u, ", "));
        TRY(put(u, "**"));
        TRY(write_arg(u, a->kwarg, &none));
    }
    return 0;
}

static status
write_lambda(struct Unparser *u, Expr *e, int level)
{
    Arguments *a = e->v.Lambda.args;
    TRY(OPEN(u, level, LEVEL_TEST));
    TRY(put(u, seq_len(a->args) || seq_len(a->posonlyargs) ? "lambda " : "lambda"));
    TRY(write_arguments(u, a));
    TRY(put(u, ": "));
    TRY(write_expr(u, e->v.Lambda.body, LEVEL_TEST));
    return CLOSE(u, level, LEVEL_TEST);
}

/* ---- displays and comprehensions ---- */

static status
write_tuple(struct Unparser *u, Expr *e, int level)
{
    ExprSeq *elts = e->v.Tuple.elts;
    if (seq_len(elts) == 0) {
        return put(u, "()");
    }
    TRY(OPEN(u, level, LEVEL_TUPLE));
    TRY(write_list(u, elts, LEVEL_TEST));
    TRY(elts->len == 1 ? put(u, ",") : 0);
    return CLOSE(u, level, LEVEL_TUPLE);
}

static status
write_dict(struct Unparser *u, Expr *e)
{
    TRY(put(u, "{"));
    for (int i = 0; i < seq_len(e->v.Dict.values); i++) {
        Expr *key = e->v.Dict.keys->items[i];
        TRY(i > 0 ? put(u, ", ") : 0);
        if (key == NULL) {
            TRY(put(u, "**"));
            TRY(write_expr(u, e->v.Dict.values->items[i], LEVEL_BITOR));
        } else {
            TRY(write_expr(u, key, LEVEL_TEST));
            TRY(put(u, ": "));
            TRY(write_expr(u, e->v.Dict.values->items[i], LEVEL_TEST));
        }
    }
    return put(u, "}");
}

static status
write_generators(struct Unparser *u, ComprehensionSeq *generators)
{
    for (int i = 0; i < seq_len(generators); i++) {
        Comprehension *one = generators->items[i];
        TRY(put(u, one->is_async ? " async for " : " for "));
        TRY(write_expr(u, one->target, LEVEL_TUPLE));
        TRY(put(u, " in "));
        TRY(write_expr(u, one->iter, LEVEL_TEST + 1));
        for (int j = 0; j < seq_len(one->ifs); j++) {
            TRY(put(u, " if "));
            TRY(write_expr(u, one->ifs->items[j], LEVEL_TEST + 1));
        }
    }
    return 0;
}

static status
write_comprehension(struct Unparser *u, const char *open, Expr *elt, ComprehensionSeq *generators,
                    const char *close)
{
    TRY(put(u, open));
    TRY(write_expr(u, elt, LEVEL_TEST));
    TRY(write_generators(u, generators));
    return put(u, close);
}

static status
write_dict_comp(struct Unparser *u, Expr *e)
{
    TRY(put(u, "{"));
    TRY(write_expr(u, e->v.DictComp.key, LEVEL_TEST));
    TRY(put(u, ": "));
    TRY(write_expr(u, e->v.DictComp.value, LEVEL_TEST));
    TRY(write_generators(u, e->v.DictComp.generators));
    return put(u, "}");
}

/* ---- primaries ---- */

static status
write_call(struct Unparser *u, Expr *e)
{
    ExprSeq *args = e->v.Call.args;
    KeywordSeq *keywords = e->v.Call.keywords;
    TRY(write_expr(u, e->v.Call.func, LEVEL_ATOM));
    if (seq_len(args) == 1 && seq_len(keywords) == 0 && args->items[0]->kind == GeneratorExp_kind) {
        return write_expr(u, args->items[0], LEVEL_TEST);
    }
    TRY(put(u, "("));
    TRY(write_list(u, args, LEVEL_TEST));
    for (int i = 0; i < seq_len(keywords); i++) {
        Keyword *one = keywords->items[i];
        TRY(i > 0 || seq_len(args) > 0 ? put(u, ", ") : 0);
        if (one->arg == NULL) {
            TRY(put(u, "**"));
        } else {
            TRY(put_str(u, one->arg));
            TRY(put(u, "="));
        }
        TRY(write_expr(u, one->value, LEVEL_TEST));
    }
    return put(u, ")");
}

static status
write_attribute(struct Unparser *u, Expr *e)
{
    Expr *value = e->v.Attribute.value;
    TRY(write_expr(u, value, LEVEL_ATOM));
    /* `1.real` would be a number. */
    bool integer = value->kind == Constant_kind && PyLong_CheckExact(value->v.Constant.value);
    TRY(put(u, integer ? " ." : "."));
    return put_str(u, e->v.Attribute.attr);
}

static status
write_slice(struct Unparser *u, Expr *e)
{
    TRY(e->v.Slice.lower ? write_expr(u, e->v.Slice.lower, LEVEL_TEST) : 0);
    TRY(put(u, ":"));
    TRY(e->v.Slice.upper ? write_expr(u, e->v.Slice.upper, LEVEL_TEST) : 0);
    if (e->v.Slice.step != NULL) {
        TRY(put(u, ":"));
        TRY(write_expr(u, e->v.Slice.step, LEVEL_TEST));
    }
    return 0;
}

/* ---- f-strings ---- */

static status write_fstring_part(struct Unparser *u, Expr *e, bool spec);

/* The text of an expression on its own; a new reference. */
static PyObject *
expr_text(struct Unparser *u, Expr *e, int level)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = 64;
    struct Unparser inner = {&writer, u->depth, u->limit};
    if (write_expr(&inner, e, level) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

static PyObject *
escape_braces(PyObject *text)
{
    static const char *const pairs[][2] = {{"{", "{{"}, {"}", "}}"}};
    Py_INCREF(text);
    for (int i = 0; i < 2 && text != NULL; i++) {
        PyObject *from = PyUnicode_FromString(pairs[i][0]), *to = PyUnicode_FromString(pairs[i][1]);
        PyObject *longer = from && to ? PyUnicode_Replace(text, from, to, -1) : NULL;
        Py_XDECREF(from);
        Py_XDECREF(to);
        Py_SETREF(text, longer);
    }
    return text;
}

static status
write_field(struct Unparser *u, Expr *e)
{
    PyObject *text = expr_text(u, e->v.FormattedValue.value, LEVEL_TEST + 1);
    if (text == NULL) {
        return -1;
    }
    /* `{{` would be a brace. */
    bool brace = PyUnicode_GET_LENGTH(text) > 0 && PyUnicode_READ_CHAR(text, 0) == '{';
    status result = put(u, brace ? "{ " : "{");
    if (put_take(u, text) < 0 || result < 0) {
        return -1;
    }
    if (e->v.FormattedValue.conversion > 0) {
        switch (e->v.FormattedValue.conversion) {
        case 'a':
            TRY(put(u, "!a"));
            break;
        case 'r':
            TRY(put(u, "!r"));
            break;
        case 's':
            TRY(put(u, "!s"));
            break;
        default:
            PyErr_SetString(PyExc_SystemError, "unknown f-value conversion kind");
            return -1;
        }
    }
    if (e->v.FormattedValue.format_spec != NULL) {
        TRY(put(u, ":"));
        TRY(write_fstring_part(u, e->v.FormattedValue.format_spec, true));
    }
    return put(u, "}");
}

/* The contents of an f-string, quoted as a whole unless it is a format specification. */
static status
write_joined(struct Unparser *u, ExprSeq *values, bool spec)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = 64;
    struct Unparser inner = {&writer, u->depth, u->limit};
    for (int i = 0; i < seq_len(values); i++) {
        if (write_fstring_part(&inner, values->items[i], spec) < 0) {
            _PyUnicodeWriter_Dealloc(&writer);
            return -1;
        }
    }
    PyObject *body = _PyUnicodeWriter_Finish(&writer);
    if (body == NULL) {
        return -1;
    }
    if (!spec) {
        PyObject *quoted = PyObject_Repr(body);
        Py_SETREF(body, quoted);
        if (body == NULL || put(u, "f") < 0) {
            Py_XDECREF(body);
            return -1;
        }
    }
    return put_take(u, body);
}

static status
write_fstring_part(struct Unparser *u, Expr *e, bool spec)
{
    switch (e->kind) {
    case Constant_kind:
        if (!PyUnicode_Check(e->v.Constant.value)) {
            break;
        }
        return put_take(u, escape_braces(e->v.Constant.value));
    case JoinedStr_kind:
        return write_joined(u, e->v.JoinedStr.values, spec);
    case FormattedValue_kind:
        return write_field(u, e);
    default:
        break;
    }
    PyErr_SetString(PyExc_SystemError, "unknown expression kind inside f-string");
    return -1;
}

/* ---- expressions ---- */

static status
write_yield(struct Unparser *u, Expr *e)
{
    if (e->kind == YieldFrom_kind) {
        TRY(put(u, "(yield from "));
        TRY(write_expr(u, e->v.YieldFrom.value, LEVEL_TEST));
        return put(u, ")");
    }
    if (e->v.Yield.value == NULL) {
        return put(u, "(yield)");
    }
    TRY(put(u, "(yield "));
    TRY(write_expr(u, e->v.Yield.value, LEVEL_TEST));
    return put(u, ")");
}

static status
write_named(struct Unparser *u, Expr *e, int level)
{
    TRY(OPEN(u, level, LEVEL_TUPLE));
    TRY(write_expr(u, e->v.NamedExpr.target, LEVEL_ATOM));
    TRY(put(u, " := "));
    TRY(write_expr(u, e->v.NamedExpr.value, LEVEL_ATOM));
    return CLOSE(u, level, LEVEL_TUPLE);
}

static status
write_kind(struct Unparser *u, Expr *e, int level)
{
    switch (e->kind) {
    case BoolOp_kind:
        return write_bool_op(u, e, level);
    case BinOp_kind:
        return write_bin_op(u, e, level);
    case UnaryOp_kind:
        return write_unary_op(u, e, level);
    case Lambda_kind:
        return write_lambda(u, e, level);
    case IfExp_kind:
        return write_if_exp(u, e, level);
    case Dict_kind:
        return write_dict(u, e);
    case Set_kind:
        TRY(put(u, "{"));
        TRY(write_list(u, e->v.Set.elts, LEVEL_TEST));
        return put(u, "}");
    case ListComp_kind:
        return write_comprehension(u, "[", e->v.ListComp.elt, e->v.ListComp.generators, "]");
    case SetComp_kind:
        return write_comprehension(u, "{", e->v.SetComp.elt, e->v.SetComp.generators, "}");
    case GeneratorExp_kind:
        return write_comprehension(u, "(", e->v.GeneratorExp.elt, e->v.GeneratorExp.generators, ")");
    case DictComp_kind:
        return write_dict_comp(u, e);
    case Await_kind:
        TRY(OPEN(u, level, LEVEL_AWAIT));
        TRY(put(u, "await "));
        TRY(write_expr(u, e->v.Await.value, LEVEL_ATOM));
        return CLOSE(u, level, LEVEL_AWAIT);
    case Yield_kind:
    case YieldFrom_kind:
        return write_yield(u, e);
    case Compare_kind:
        return write_compare(u, e, level);
    case Call_kind:
        return write_call(u, e);
    case Constant_kind:
        TRY(e->v.Constant.kind ? put_str(u, e->v.Constant.kind) : 0);
        return write_constant(u, e->v.Constant.value);
    case JoinedStr_kind:
        return write_joined(u, e->v.JoinedStr.values, false);
    case FormattedValue_kind:
        return write_field(u, e);
    case Attribute_kind:
        return write_attribute(u, e);
    case Starred_kind:
        TRY(put(u, "*"));
        return write_expr(u, e->v.Starred.value, LEVEL_BITOR);
    case Name_kind:
        return put_str(u, e->v.Name.id);
    case List_kind:
        TRY(put(u, "["));
        TRY(write_list(u, e->v.List.elts, LEVEL_TEST));
        return put(u, "]");
    case Tuple_kind:
        return write_tuple(u, e, level);
    case Subscript_kind:
        TRY(write_expr(u, e->v.Subscript.value, LEVEL_ATOM));
        TRY(put(u, "["));
        TRY(write_expr(u, e->v.Subscript.slice, LEVEL_TUPLE));
        return put(u, "]");
    case Slice_kind:
        return write_slice(u, e);
    case NamedExpr_kind:
        return write_named(u, e, level);
    }
    PyErr_SetString(PyExc_SystemError, "unknown expression kind");
    return -1;
}

static status
write_expr(struct Unparser *u, Expr *e, int level)
{
    if (u->depth >= u->limit) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded during compilation");
        return -1;
    }
    u->depth++;
    status result = write_kind(u, e, level);
    u->depth--;
    return result;
}

PyObject *
unparse_expr(Expr *e)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    writer.min_length = 256;
    struct Unparser u = {&writer, 0, ast_depth_limit()};
    if (write_expr(&u, e, LEVEL_TEST) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}
