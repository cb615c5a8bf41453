/* Statements.  Language reference, chapters 7 and 8.

   Functions named parse_<statement> start at the keyword.  `b` is where the node begins, which may
   be in front of it (`async`).  Checks of the second pass stand where the grammar tries them. */
#include <string.h>

#include "compile/parser.h"

static bool parse_statement(struct Parser *p);
static bool simple_statements(struct Parser *p);

/* ---- common parts ---- */

PyObject *
type_comment(struct Parser *p, int index)
{
    const struct Token *token = &p->tokens[index];
    return own(p, PyUnicode_DecodeUTF8(token_text(p, token), (Py_ssize_t)token->length, NULL));
}

/* Reads a TYPE_COMMENT if there is one; false only after an error. */
static bool
optional_type_comment(struct Parser *p, PyObject **comment)
{
    *comment = NULL;
    if (likely(peek(p) != TYPE_COMMENT)) {
        return true;
    }
    *comment = type_comment(p, p->pos);
    p->pos++;
    return *comment != NULL;
}

/* A token without which nothing can follow: its absence is an error already in the first pass. */
static bool
forced(struct Parser *p, int type, const char *text)
{
    int found = peek(p);
    if (found == type) {
        p->pos++;
        return true;
    }
    if (!p->error) {
        raise_token(p, token_at(p, p->pos), "expected '%s'", text);
    }
    return false;
}

/* ':'; in the second pass the end of the line in its place has a message. */
static bool
colon(struct Parser *p)
{
    if (accept(p, COLON)) {
        return true;
    }
    if (p->invalid && peek(p) == NEWLINE) {
        raise_here(p, PyExc_SyntaxError, "expected ':'");
    }
    return false;
}

bool
invalid_indent(struct Parser *p, const char *what, int lineno)
{
    if (peek(p) == NEWLINE && peek2(p) != INDENT && !p->error) {
        raise_here(p, PyExc_IndentationError, "expected an indented block after %s on line %d", what,
                   lineno);
        return true;
    }
    return p->error;
}

static StmtSeq *
block_raw(struct Parser *p)
{
    int base = p->stack_used;
    if (peek(p) != NEWLINE) {
        return simple_statements(p) ? pop_seq(p, base) : NULL;
    }
    p->pos++;
    if (!accept(p, INDENT)) {
        if (p->invalid && !p->error) {
            raise_here(p, PyExc_IndentationError, "expected an indented block");
        }
        return NULL;
    }
    do {
        if (!parse_statement(p)) {
            return NULL;
        }
    } while (peek(p) != DEDENT && peek(p) != ENDMARKER);
    return accept(p, DEDENT) ? pop_seq(p, base) : NULL;
}

/* What stands behind ':'. */
static StmtSeq *
block_behind(struct Parser *p, const char *what, int lineno)
{
    if (p->invalid && invalid_indent(p, what, lineno)) {
        return NULL;
    }
    return parse_block(p);
}

/* ---- assignments and expression statements ---- */

static const unsigned char augmented[256] = {
    [PLUSEQUAL] = Add,          [MINEQUAL] = Sub,        [STAREQUAL] = Mult,
    [SLASHEQUAL] = Div,         [PERCENTEQUAL] = Modulo, [AMPEREQUAL] = BitAnd,
    [VBAREQUAL] = BitOr,        [CIRCUMFLEXEQUAL] = BitXor, [LEFTSHIFTEQUAL] = LShift,
    [RIGHTSHIFTEQUAL] = RShift, [DOUBLESTAREQUAL] = Pow, [DOUBLESLASHEQUAL] = FloorDiv,
    [ATEQUAL] = MatMult,
};

static bool
is_single_target(Expr *e)
{
    return e->kind == Name_kind || e->kind == Attribute_kind || e->kind == Subscript_kind;
}

/* yield_expr | star_expressions */
static Expr *
parse_value(struct Parser *p)
{
    return peek(p) == KW_YIELD ? parse_yield(p) : parse_star_expressions(p);
}

/* Behind a target: ':' annotation ['=' value]. */
static Stmt *
annotated(struct Parser *p, struct Begin b, Expr *target, bool simple)
{
    p->pos++;
    Expr *annotation = parse_expression(p);
    if (annotation == NULL) {
        return NULL;
    }
    Expr *value = NULL;
    struct Place before = place(p);
    if (accept(p, EQUAL)) {
        value = parse_value(p);
        if (value == NULL && !restore(p, before)) {
            return NULL;
        }
    }
    if (p->feature_version < 6) {
        return raise_version(p, 6, simple ? "Variable annotation syntax is"
                                          : "Variable annotations syntax is");
    }
    set_context(target, Store);
    return new_AnnAssign(target, annotation, value, simple, UPTO(b));
}

/* Behind the first target, at '='. */
static Stmt *
assignment(struct Parser *p, struct Begin b, Expr *e)
{
    int base = p->stack_used;
    while (peek(p) == EQUAL) {
        if (e->kind == Yield_kind || e->kind == YieldFrom_kind || find_bad_target(e, STORING)) {
            return NULL;
        }
        set_context(e, Store);
        if (!push(p, e)) {
            return NULL;
        }
        p->pos++;
        e = parse_value(p);
        if (e == NULL) {
            return NULL;
        }
    }
    PyObject *comment;
    if (!optional_type_comment(p, &comment)) {
        return NULL;
    }
    ExprSeq *targets = pop_seq(p, base);
    return targets == NULL ? NULL : new_Assign(targets, e, comment, UPTO(b));
}

static Stmt *
augmented_assignment(struct Parser *p, struct Begin b, Expr *target)
{
    int type = peek(p);
    if (!is_single_target(target)) {
        return NULL;
    }
    p->pos++;
    if (type == ATEQUAL && p->feature_version < 5) {
        return raise_version(p, 5, "The '@' operator is");
    }
    Expr *value = parse_value(p);
    if (value == NULL) {
        return NULL;
    }
    set_context(target, Store);
    return new_AugAssign(target, augmented[type], value, UPTO(b));
}

/* A statement that begins with an expression, if it is an assignment; NULL otherwise.  `*first`
   becomes the expression when it is none. */
static Stmt *
parse_assignment(struct Parser *p, struct Begin b, Expr **first)
{
    int type = peek(p);
    *first = NULL;
    if (type == NAME && peek2(p) == COLON) {
        PyObject *name = token_name(p, p->pos);
        if (name == NULL) {
            return NULL;
        }
        p->pos++;
        Expr *target = new_Name(name, Store, ONLY(&p->tokens[p->pos - 1]));
        return target == NULL ? NULL : annotated(p, b, target, true);
    }
    Expr *e = parse_star_expressions(p);
    if (e == NULL) {
        return NULL;
    }
    int next = peek(p);
    if (next == EQUAL) {
        return assignment(p, b, e);
    }
    if (unlikely(augmented[next])) {
        return augmented_assignment(p, b, e);
    }
    if (next == COLON && is_single_target(e)) {
        return annotated(p, b, e, false);
    }
    if (next != COLON) {
        *first = e;
    }
    return NULL;
}

static Stmt *
expression_statement(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    Expr *e;
    Stmt *result = parse_assignment(p, b, &e);
    if (result != NULL) {
        return result;
    }
    if (likely(!p->invalid)) {
        return e == NULL ? NULL : new_Expr(e, UPTO(b));
    }
    if (!restore(p, before) || invalid_assignment(p)) {
        return NULL;
    }
    restore(p, before);
    e = parse_star_expressions(p);
    return e == NULL ? NULL : new_Expr(e, UPTO(b));
}

static Stmt *
yield_statement(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_yield(p);
    if (e == NULL) {
        return NULL;
    }
    if (p->invalid && peek(p) == EQUAL) {
        return raise_expr(p, e, "assignment to yield expression not possible");
    }
    return new_Expr(e, UPTO(b));
}

/* ---- other simple statements ---- */

static Stmt *
parse_return(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    Expr *value = NULL;
    int type = peek(p);
    if (starts_expression[type] || type == STAR) {
        value = parse_star_expressions(p);
        if (value == NULL) {
            return NULL;
        }
    }
    return new_Return(value, UPTO(b));
}

static Stmt *
parse_raise(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    Expr *exc = NULL, *cause = NULL;
    if (starts_expression[peek(p)]) {
        exc = parse_expression(p);
        if (exc == NULL) {
            return NULL;
        }
        if (accept(p, KW_FROM)) {
            cause = parse_expression(p);
            if (cause == NULL) {
                return NULL;
            }
        }
    }
    return new_Raise(exc, cause, UPTO(b));
}

static Stmt *
parse_assert(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    Expr *test = parse_expression(p), *msg = NULL;
    if (test == NULL) {
        return NULL;
    }
    if (accept(p, COMMA)) {
        msg = parse_expression(p);
        if (msg == NULL) {
            return NULL;
        }
    }
    return new_Assert(test, msg, UPTO(b));
}

static Stmt *
parse_delete(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    int base = p->stack_used;
    p->pos++;
    bool good = true;
    do {
        if (p->stack_used > base && !starts_expression[peek(p)]) {
            break;
        }
        Expr *e = parse_primary(p);
        good = e != NULL && find_bad_target(e, DELETING) == NULL && push(p, e);
        if (good) {
            set_context(e, Del);
        }
    } while (good && accept(p, COMMA));
    int next = good ? peek(p) : 0;
    if (next == NEWLINE || next == SEMI) {
        ExprSeq *targets = pop_seq(p, base);
        return targets == NULL ? NULL : new_Delete(targets, UPTO(b));
    }
    if (p->invalid && restore(p, before)) {
        invalid_delete(p);
    }
    return NULL;
}

/* global and nonlocal */
static Stmt *
parse_scope(struct Parser *p, bool global)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    do {
        p->pos++;
        PyObject *name = peek(p) == NAME ? token_name(p, p->pos) : NULL;
        if (name == NULL || !push(p, name)) {
            return NULL;
        }
        p->pos++;
    } while (peek(p) == COMMA);
    IdentSeq *names = pop_seq(p, base);
    if (names == NULL) {
        return NULL;
    }
    return global ? new_Global(names, UPTO(b)) : new_Nonlocal(names, UPTO(b));
}

/* ---- imports ---- */

static PyObject *
dotted_name(struct Parser *p)
{
    if (peek(p) != NAME) {
        return NULL;
    }
    PyObject *name = token_name(p, p->pos);
    p->pos++;
    if (name == NULL || likely(peek(p) != DOT)) {
        return name;
    }
    PyObject *joined = Py_NewRef(name);
    while (peek(p) == DOT && joined != NULL) {
        struct Place before = place(p);
        p->pos++;
        if (peek(p) != NAME) {
            restore(p, before);
            break;
        }
        PyObject *part = token_name(p, p->pos);
        p->pos++;
        PyObject *longer = part ? PyUnicode_FromFormat("%U.%U", joined, part) : NULL;
        Py_DECREF(joined);
        joined = longer;
    }
    if (joined != NULL) {
        PyUnicode_InternInPlace(&joined);
    }
    return own(p, joined);
}

/* [ 'as' NAME ] */
static bool
optional_as(struct Parser *p, PyObject **name)
{
    *name = NULL;
    if (peek(p) != KW_AS) {
        return true;
    }
    p->pos++;
    if (peek(p) != NAME) {
        return false;
    }
    *name = token_name(p, p->pos);
    p->pos++;
    return *name != NULL;
}

static bool
push_alias(struct Parser *p, bool dotted)
{
    struct Begin b = begin(p);
    PyObject *name, *asname;
    if (dotted) {
        name = dotted_name(p);
    } else {
        name = peek(p) == NAME ? token_name(p, p->pos) : NULL;
        p->pos += name != NULL;
    }
    if (name == NULL || !optional_as(p, &asname)) {
        return false;
    }
    Alias *alias = new_Alias(name, asname, UPTO(b));
    return alias != NULL && push(p, alias);
}

static Stmt *
parse_import(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    p->pos++;
    do {
        if (!push_alias(p, true)) {
            return NULL;
        }
    } while (accept(p, COMMA));
    AliasSeq *names = pop_seq(p, base);
    return names == NULL ? NULL : new_Import(names, UPTO(b));
}

static AliasSeq *
import_targets(struct Parser *p)
{
    int base = p->stack_used;
    if (peek(p) == STAR) {
        PyObject *star = own_identifier(p, "*", 1);
        p->pos++;
        Alias *alias = star == NULL ? NULL : new_Alias(star, NULL, ONLY(&p->tokens[p->pos - 1]));
        return alias != NULL && push(p, alias) ? pop_seq(p, base) : NULL;
    }
    bool paren = accept(p, LPAR);
    do {
        if (p->stack_used > base && peek(p) != NAME) {
            if (!paren) {
                if (p->invalid && peek(p) == NEWLINE) {
                    raise_here(p, PyExc_SyntaxError,
                               "trailing comma not allowed without surrounding parentheses");
                }
                return NULL;
            }
            break;
        }
        if (!push_alias(p, false)) {
            return NULL;
        }
    } while (accept(p, COMMA));
    if (paren && !accept(p, RPAR)) {
        return NULL;
    }
    return pop_seq(p, base);
}

static Stmt *
parse_import_from(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    int level = 0;
    for (;;) {
        if (accept(p, DOT)) {
            level++;
        } else if (accept(p, ELLIPSIS)) {
            level += 3;
        } else {
            break;
        }
    }
    PyObject *module = NULL;
    if (level == 0 || peek(p) == NAME) {
        module = dotted_name(p);
        if (module == NULL) {
            return NULL;
        }
    }
    if (!accept(p, KW_IMPORT)) {
        return NULL;
    }
    AliasSeq *names = import_targets(p);
    if (names == NULL) {
        return NULL;
    }
    return new_ImportFrom(module, names, level, UPTO(b));
}

/* ---- simple statements in a line ---- */

static Stmt *
simple_statement(struct Parser *p)
{
    struct Begin b;
    switch (peek(p)) {
    case KW_RETURN:
        return parse_return(p);
    case KW_IMPORT:
        return parse_import(p);
    case KW_FROM:
        return parse_import_from(p);
    case KW_RAISE:
        return parse_raise(p);
    case KW_PASS:
        b = begin(p);
        p->pos++;
        return new_Pass(UPTO(b));
    case KW_DEL:
        return parse_delete(p);
    case KW_YIELD:
        return yield_statement(p);
    case KW_ASSERT:
        return parse_assert(p);
    case KW_BREAK:
        b = begin(p);
        p->pos++;
        return new_Break(UPTO(b));
    case KW_CONTINUE:
        b = begin(p);
        p->pos++;
        return new_Continue(UPTO(b));
    case KW_GLOBAL:
        return parse_scope(p, true);
    case KW_NONLOCAL:
        return parse_scope(p, false);
    default:
        return expression_statement(p);
    }
}

static bool
simple_statements(struct Parser *p)
{
    do {
        Stmt *s = simple_statement(p);
        if (s == NULL || !push(p, s)) {
            return false;
        }
    } while (accept(p, SEMI) && peek(p) != NEWLINE);
    return accept(p, NEWLINE);
}

/* ---- functions and classes ---- */

static Stmt *
parse_class(struct Parser *p, ExprSeq *decorators)
{
    struct Begin b = begin(p);
    ExprSeq *bases = NULL;
    KeywordSeq *keywords = NULL;
    p->pos++;
    PyObject *name = peek(p) == NAME ? token_name(p, p->pos) : NULL;
    if (name == NULL) {
        return NULL;
    }
    p->pos++;
    if (accept(p, LPAR) && (!parse_arguments(p, &bases, &keywords) || !accept(p, RPAR))) {
        return NULL;
    }
    if (!colon(p)) {
        return NULL;
    }
    StmtSeq *body = block_behind(p, "class definition", b.lineno);
    return body == NULL ? NULL : new_ClassDef(name, bases, keywords, body, decorators, UPTO(b));
}

/* [func_type_comment]: behind ':' or alone on the first line of the body. */
static bool
function_type_comment(struct Parser *p, PyObject **comment)
{
    *comment = NULL;
    int type = peek(p);
    if (type == NEWLINE && p->tok.type_comments && peek2(p) == TYPE_COMMENT) {
        struct Place before = place(p);
        int index = p->pos + 1;
        p->pos += 2;
        if (peek(p) == NEWLINE && peek2(p) == INDENT) {
            *comment = type_comment(p, index);
            return *comment != NULL;
        }
        return restore(p, before);
    }
    if (type != TYPE_COMMENT) {
        return true;
    }
    if (p->invalid) {
        struct Place before = place(p);
        p->pos++;
        if (accept(p, NEWLINE) && accept(p, TYPE_COMMENT) && accept(p, NEWLINE) &&
            accept(p, INDENT)) {
            raise_here(p, PyExc_SyntaxError, "Cannot have two type comments on def");
        }
        if (!restore(p, before)) {
            return false;
        }
    }
    return optional_type_comment(p, comment);
}

static Stmt *
parse_function(struct Parser *p, struct Begin b, bool is_async, ExprSeq *decorators)
{
    int lineno = begin(p).lineno;
    p->pos++;
    PyObject *name = peek(p) == NAME ? token_name(p, p->pos) : NULL;
    if (name == NULL) {
        return NULL;
    }
    p->pos++;
    if (!forced(p, LPAR, "(")) {
        return NULL;
    }
    Arguments *args = parse_parameters(p, false);
    if (args == NULL || !accept(p, RPAR)) {
        return NULL;
    }
    Expr *returns = NULL;
    struct Place before = place(p);
    if (accept(p, RARROW)) {
        returns = parse_expression(p);
        if (returns == NULL && !restore(p, before)) {
            return NULL;
        }
    }
    PyObject *comment;
    if (!forced(p, COLON, ":") ||
        (p->invalid && !p->tok.type_comments &&
         invalid_indent(p, "function definition", lineno)) ||
        !function_type_comment(p, &comment)) {
        return NULL;
    }
    StmtSeq *body = block_behind(p, "function definition", lineno);
    if (body == NULL) {
        return NULL;
    }
    if (!is_async) {
        return new_FunctionDef(name, args, body, decorators, returns, comment, UPTO(b));
    }
    if (p->feature_version < 5) {
        return raise_version(p, 5, "Async functions are");
    }
    return new_AsyncFunctionDef(name, args, body, decorators, returns, comment, UPTO(b));
}

static Stmt *
parse_decorated(struct Parser *p)
{
    int base = p->stack_used;
    while (accept(p, AT)) {
        Expr *e = parse_named_expression(p);
        if (e == NULL || !accept(p, NEWLINE) || !push(p, e)) {
            return NULL;
        }
    }
    ExprSeq *decorators = pop_seq(p, base);
    if (decorators == NULL) {
        return NULL;
    }
    struct Begin b = begin(p);
    switch (peek(p)) {
    case KW_DEF:
        return parse_function(p, b, false, decorators);
    case KW_CLASS:
        return parse_class(p, decorators);
    case ASYNC:
        if (peek2(p) == KW_DEF) {
            p->pos++;
            return parse_function(p, b, true, decorators);
        }
        return NULL;
    default:
        return NULL;
    }
}

/* ---- if, while, for, with ---- */

/* ['else' ':' block]; false only if it is wrong. */
static bool
optional_else(struct Parser *p, StmtSeq **body)
{
    *body = NULL;
    if (peek(p) != KW_ELSE) {
        return true;
    }
    int lineno = begin(p).lineno;
    p->pos++;
    if (!forced(p, COLON, ":")) {
        return false;
    }
    *body = block_behind(p, "'else' statement", lineno);
    return *body != NULL;
}

/* At `if` or `elif`. */
static Stmt *
parse_if(struct Parser *p)
{
    struct Begin b = begin(p);
    bool elif = peek(p) == KW_ELIF;
    p->pos++;
    Expr *test = parse_named_expression(p);
    if (test == NULL || !colon(p)) {
        return NULL;
    }
    StmtSeq *orelse = NULL;
    StmtSeq *body = block_behind(p, elif ? "'elif' statement" : "'if' statement", b.lineno);
    if (body == NULL) {
        return NULL;
    }
    if (peek(p) == KW_ELIF) {
        if (!enter(p, 1)) {
            return NULL;
        }
        Stmt *rest = parse_if(p);
        leave(p, 1);
        orelse = rest == NULL ? NULL : new_StmtSeq(1, p->arena);
        if (orelse == NULL) {
            return NULL;
        }
        orelse->items[0] = rest;
    } else if (!optional_else(p, &orelse)) {
        return NULL;
    }
    return new_If(test, body, orelse, UPTO(b));
}

static Stmt *
parse_while(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    Expr *test = parse_named_expression(p);
    if (test == NULL || !colon(p)) {
        return NULL;
    }
    StmtSeq *orelse, *body = block_behind(p, "'while' statement", b.lineno);
    if (body == NULL || !optional_else(p, &orelse)) {
        return NULL;
    }
    return new_While(test, body, orelse, UPTO(b));
}

static Stmt *
parse_for(struct Parser *p, struct Begin b, bool is_async)
{
    struct Place before = place(p);
    int lineno = begin(p).lineno;
    p->pos++;
    Expr *target = parse_star_targets(p);
    if (target == NULL || !accept(p, KW_IN)) {
        if (restore(p, before) && p->invalid) {
            invalid_for_target(p);
        }
        return NULL;
    }
    Expr *iter = parse_star_expressions(p);
    if (iter == NULL || !colon(p)) {
        return NULL;
    }
    if (p->invalid && invalid_indent(p, "'for' statement", lineno)) {
        return NULL;
    }
    PyObject *comment;
    if (!optional_type_comment(p, &comment)) {
        return NULL;
    }
    StmtSeq *orelse, *body = parse_block(p);
    if (body == NULL || !optional_else(p, &orelse)) {
        return NULL;
    }
    if (!is_async) {
        return new_For(target, iter, body, orelse, comment, UPTO(b));
    }
    if (p->feature_version < 5) {
        return raise_version(p, 5, "Async for loops are");
    }
    return new_AsyncFor(target, iter, body, orelse, comment, UPTO(b));
}

/* expression ['as' star_target &(',' | ')' | ':')] */
static bool
push_with_item(struct Parser *p)
{
    struct Place before = place(p);
    Expr *context = parse_expression(p), *target = NULL;
    if (context == NULL) {
        return false;
    }
    struct Place behind = place(p);
    if (accept(p, KW_AS)) {
        target = parse_star_target(p);
        int next = target == NULL ? 0 : peek(p);
        if (next != COMMA && next != RPAR && next != COLON) {
            if (p->error || (p->invalid && restore(p, before) && invalid_with_item(p))) {
                return false;
            }
            if (!restore(p, behind)) {
                return false;
            }
            target = NULL;
        }
    }
    WithItem *item = new_WithItem(context, target, p->arena);
    return item != NULL && push(p, item);
}

/* '(' ','.with_item+ ','? ')' ':' */
static bool
parenthesised_items(struct Parser *p)
{
    p->pos++;
    do {
        if (peek(p) == RPAR) {
            break;
        }
        if (!push_with_item(p)) {
            return false;
        }
    } while (accept(p, COMMA));
    return p->tokens[p->pos - 1].type != LPAR && accept(p, RPAR) && accept(p, COLON) &&
           peek(p) != TYPE_COMMENT;
}

static Stmt *
parse_with(struct Parser *p, struct Begin b, bool is_async)
{
    struct Place before = place(p);
    int base = p->stack_used;
    PyObject *comment = NULL;
    if (p->invalid && invalid_with_indent(p)) {
        return NULL;
    }
    p->pos++;
    struct Place first = place(p);
    bool parens = peek(p) == LPAR && parenthesised_items(p);
    if (!parens) {
        if (!restore(p, first)) {
            return NULL;
        }
        bool good;
        do {
            good = push_with_item(p);
        } while (good && accept(p, COMMA));
        good = good && accept(p, COLON);
        if (!good) {
            if (restore(p, before) && p->invalid) {
                invalid_with(p);
            }
            return NULL;
        }
        if (!optional_type_comment(p, &comment)) {
            return NULL;
        }
    }
    WithItemSeq *items = pop_seq(p, base);
    StmtSeq *body = items == NULL ? NULL : parse_block(p);
    if (body == NULL) {
        return NULL;
    }
    if (parens && p->feature_version < 9) {
        return raise_version(p, 9, "Parenthesized context managers are");
    }
    if (!is_async) {
        return new_With(items, body, comment, UPTO(b));
    }
    if (p->feature_version < 5) {
        return raise_version(p, 5, "Async with statements are");
    }
    return new_AsyncWith(items, body, comment, UPTO(b));
}

/* ---- try ---- */

/* 'except' ['*'] [expression ['as' NAME]] ':' block */
static ExceptHandler *
parse_handler(struct Parser *p, bool star)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    PyObject *name = NULL;
    Expr *type = NULL;
    p->pos += star ? 2 : 1;
    bool good = true;
    if (star || peek(p) != COLON) {
        type = parse_expression(p);
        good = type != NULL && optional_as(p, &name);
    }
    if (good && accept(p, COLON)) {
        StmtSeq *body = block_behind(p, star ? "'except*' statement" : "'except' statement",
                                     b.lineno);
        if (body != NULL) {
            return new_ExceptHandler(type, name, body, UPTO(b));
        }
    }
    if (restore(p, before) && p->invalid) {
        invalid_except(p);
    }
    return NULL;
}

/* A handler of the other form among `except` or `except*` handlers. */
static void
mixed_handlers(struct Parser *p, bool star)
{
    static const char text[] = "cannot have both 'except' and 'except*' on the same 'try'";
    if (invalid_except(p)) {
        return;
    }
    struct Place before = place(p);
    PyObject *name;
    p->pos += star ? 1 : 2;
    bool good = true;
    if (!star || peek(p) != COLON) {
        good = parse_expression(p) != NULL && optional_as(p, &name);
    }
    if (good && accept(p, COLON)) {
        raise_tokens(p, token_at(p, before.pos), token_at(p, before.pos + !star), text);
    }
    restore(p, before);
}

/* All handlers, which must be of one form; `*star` says which. */
static bool
push_handlers(struct Parser *p, bool *star)
{
    *star = peek(p) == KW_EXCEPT && peek2(p) == STAR;
    while (peek(p) == KW_EXCEPT) {
        if ((peek2(p) == STAR) != *star) {
            if (p->invalid) {
                mixed_handlers(p, *star);
            }
            return false;
        }
        ExceptHandler *handler = parse_handler(p, *star);
        if (handler == NULL || !push(p, handler)) {
            return false;
        }
    }
    return !p->error;
}

static Stmt *
parse_try(struct Parser *p)
{
    struct Begin b = begin(p);
    bool star;
    p->pos++;
    if (!forced(p, COLON, ":")) {
        return NULL;
    }
    struct Place before = place(p);
    StmtSeq *body = block_behind(p, "'try' statement", b.lineno);
    if (body == NULL) {
        if (p->invalid && restore(p, before)) {
            /* Without a body: handlers are read for their own mistakes. */
            push_handlers(p, &star);
        }
        return NULL;
    }
    int type = peek(p);
    if (type != KW_EXCEPT && type != KW_FINALLY) {
        if (p->invalid && !p->error) {
            raise_here(p, PyExc_SyntaxError, "expected 'except' or 'finally' block");
        }
        return NULL;
    }
    int base = p->stack_used;
    if (!push_handlers(p, &star)) {
        return NULL;
    }
    ExceptHandlerSeq *handlers = pop_seq(p, base);
    StmtSeq *orelse = NULL, *finalbody = NULL;
    if (handlers != NULL && !optional_else(p, &orelse)) {
        return NULL;
    }
    if (peek(p) == KW_FINALLY) {
        int lineno = begin(p).lineno;
        p->pos++;
        if (!forced(p, COLON, ":")) {
            return NULL;
        }
        finalbody = block_behind(p, "'finally' statement", lineno);
        if (finalbody == NULL) {
            return NULL;
        }
    }
    if (!star) {
        return new_Try(body, handlers, orelse, finalbody, UPTO(b));
    }
    if (p->feature_version < 11) {
        return raise_version(p, 11, "Exception groups are");
    }
    return new_TryStar(body, handlers, orelse, finalbody, UPTO(b));
}

/* ---- statements ---- */

static Stmt *
parse_async(struct Parser *p)
{
    struct Begin b = begin(p);
    int next = peek2(p);
    if (next != KW_DEF && next != KW_WITH && next != KW_FOR) {
        return NULL;
    }
    p->pos++;
    return next == KW_DEF    ? parse_function(p, b, true, NULL)
           : next == KW_WITH ? parse_with(p, b, true)
                             : parse_for(p, b, true);
}

/* A compound statement; NULL with `*tried` false if the token starts none. */
static Stmt *
compound_statement(struct Parser *p, bool *tried)
{
    *tried = true;
    switch (peek(p)) {
    case KW_IF:
        return parse_if(p);
    case KW_DEF:
        return parse_function(p, begin(p), false, NULL);
    case KW_CLASS:
        return parse_class(p, NULL);
    case KW_FOR:
        return parse_for(p, begin(p), false);
    case KW_TRY:
        return parse_try(p);
    case KW_WITH:
        return parse_with(p, begin(p), false);
    case KW_WHILE:
        return parse_while(p);
    case AT:
        return parse_decorated(p);
    case ASYNC:
        return parse_async(p);
    default:
        *tried = false;
        return NULL;
    }
}

/* Pushes one compound statement or all statements of a line. */
static bool
parse_statement(struct Parser *p)
{
    bool tried, good = false;
    if (!enter(p, 10)) {
        return false;
    }
    Stmt *s = compound_statement(p, &tried);
    if (s != NULL) {
        good = push(p, s);
    } else if (!tried && !p->error) {
        if (unlikely(peek_word(p, "match"))) {
            struct Place before = place(p);
            s = parse_match(p);
            good = s != NULL ? push(p, s) : restore(p, before) && simple_statements(p);
        } else {
            good = simple_statements(p);
        }
    }
    leave(p, 10);
    return good;
}

StmtSeq *
parse_block(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return block_raw(p);
    }
    void *node;
    int start = p->pos;
    if (peek(p) == ERRORTOKEN) {
        return NULL;
    }
    if (memo_find(p, MEMO_BLOCK, &node)) {
        return node;
    }
    return memo_add(p, MEMO_BLOCK, start, block_raw(p));
}

Mod *
parse_file_input(struct Parser *p)
{
    int base = p->stack_used;
    while (peek(p) != ENDMARKER) {
        if (!parse_statement(p)) {
            return NULL;
        }
    }
    StmtSeq *body = pop_seq(p, base);
    return p->error ? NULL : new_Module(body, p->type_ignores, p->arena);
}

Mod *
parse_interactive_input(struct Parser *p)
{
    int base = p->stack_used;
    bool tried;
    struct Begin b = begin(p);
    if (peek(p) == ENDMARKER) {
        return NULL;
    }
    if (accept(p, NEWLINE)) {
        const struct Token *end = token_at(p, p->pos - 1);
        Stmt *pass = new_Pass(b.lineno, b.col, end->end_lineno, end->end_col, p->arena);
        if (pass == NULL || !push(p, pass)) {
            return NULL;
        }
    } else {
        struct Place before = place(p);
        Stmt *s = compound_statement(p, &tried);
        if (s == NULL && !tried && peek_word(p, "match")) {
            s = parse_match(p);
            tried = s != NULL;
            if (!tried && !restore(p, before)) {
                return NULL;
            }
        }
        if (s != NULL ? !push(p, s) || !accept(p, NEWLINE) : tried || !simple_statements(p)) {
            return NULL;
        }
    }
    StmtSeq *body = pop_seq(p, base);
    return p->error ? NULL : new_Interactive(body, p->arena);
}
