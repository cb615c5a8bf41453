/* Reporting syntax errors, and recognising the common mistakes.

   First half: raising SyntaxError with its six fields, for tokenizer failures, for a given range and
   for texts that simply do not match.  Second half: the invalid_* checks of the second pass.  Each
   stands at the start of the construct it checks, may read ahead as it likes, and leaves the place
   changed; callers restore it.  They return true if an exception is set. */
#include <stdarg.h>
#include <string.h>

#include "compile/parser.h"

/* ---- raising ---- */

/* Line `lineno` of the tokenizer's text, without its end. */
static PyObject *
line_in_text(struct Parser *p, int lineno)
{
    int first = p->first_lineno ? p->first_lineno : 1;
    const char *line = p->tok.text, *end = tokenizer_line_end(&p->tok);
    for (int i = first; i < lineno; i++) {
        const char *newline = strchr(line, '\n');
        if (newline == NULL || newline + 1 > end) {
            break;
        }
        line = newline + 1;
    }
    return PyUnicode_DecodeUTF8(line, (Py_ssize_t)strcspn(line, "\n"), "replace");
}

static PyObject *
error_line(struct Parser *p, int lineno)
{
    struct Tokenizer *t = &p->tok;
    if (p->tok.interactive) {
        return line_in_text(p, lineno);
    }
    if (p->start == Py_file_input) {
        PyObject *line = PyErr_ProgramTextObject(p->filename, lineno);
        if (line != NULL || PyErr_Occurred()) {
            return line;
        }
    }
    const char *end = tokenizer_line_end(t);
    if (t->lineno <= lineno && end > t->line) {
        /* Of a file that cannot be read again only the last line is left. */
        const char *line = p->from_file ? t->line_start : t->line;
        return PyUnicode_DecodeUTF8(line, end - line, "replace");
    }
    return line_in_text(p, lineno);
}

/* Characters in the first `offset` bytes of a line. */
static Py_ssize_t
characters(PyObject *line, Py_ssize_t offset)
{
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(line, &length);
    if (text == NULL) {
        PyErr_Clear();
        return offset;
    }
    if (offset > length + 1) {
        offset = length + 1;
    }
    if (offset <= 0) {
        return 0;
    }
    PyObject *head = PyUnicode_DecodeUTF8(text, offset, "replace");
    if (head == NULL) {
        PyErr_Clear();
        return offset;
    }
    Py_ssize_t count = PyUnicode_GET_LENGTH(head);
    Py_DECREF(head);
    return count;
}

/* Columns count from 1 here. */
static void *
raise_message(struct Parser *p, PyObject *exception, int lineno, int col, int end_lineno,
              int end_col, PyObject *message)
{
    if (p->start == FSTRING_INPUT && message != NULL) {
        Py_SETREF(message, PyUnicode_FromFormat("f-string: %U", message));
    }
    PyObject *line = message == NULL ? NULL : error_line(p, lineno);
    if (line != NULL) {
        Py_ssize_t column = col, end_column = end_col;
        if (p->start == FSTRING_INPUT) {
            column -= p->first_col;
            end_column -= p->first_col;
        }
        if (p->has_encoding) {
            column = characters(line, column);
            if (end_column > 0) {
                end_column = characters(line, end_column);
            }
        }
        PyObject *args = Py_BuildValue("(O(OinOin))", message, p->filename, lineno, column, line,
                                       end_lineno, end_column);
        if (args != NULL) {
            PyErr_SetObject(exception, args);
            Py_DECREF(args);
        }
    }
    Py_XDECREF(message);
    Py_XDECREF(line);
    p->error = true;
    return NULL;
}

void *
raise_range(struct Parser *p, PyObject *exception, int lineno, int col, int end_lineno, int end_col,
            const char *format, ...)
{
    if (p->error && PyErr_Occurred()) {
        return NULL;
    }
    if (end_lineno == CURRENT_POSITION) {
        end_lineno = p->tok.lineno;
    }
    if (end_col == CURRENT_POSITION) {
        end_col = (int)(p->tok.cur - p->tok.line_start) - 1;
    }
    va_list values;
    va_start(values, format);
    PyObject *message = PyUnicode_FromFormatV(format, values);
    va_end(values);
    return raise_message(p, exception, lineno, col + 1, end_lineno, end_col + 1, message);
}

void *
raise_here(struct Parser *p, PyObject *exception, const char *format, ...)
{
    if (p->error && PyErr_Occurred()) {
        return NULL;
    }
    va_list values;
    va_start(values, format);
    PyObject *message = PyUnicode_FromFormatV(format, values);
    va_end(values);
    if (p->fill == 0) {
        return raise_message(p, exception, 0, 0, 0, -1, message);
    }
    const struct Token *token = &p->tokens[p->fill - 1];
    int col, end_col = token->end_col == -1 ? -1 : token->end_col + 1;
    if (token->col != -1) {
        col = token->col + 1;
    } else if (p->from_file && p->tok.cur == p->tok.end &&
               (token->type != ERRORTOKEN || (p->tok.stop == STOP_EOF && p->tok.start == NULL))) {
        col = 0;
    } else {
        col = p->tok.cur == p->tok.line ? 0 : (int)(p->tok.cur - p->tok.line_start);
    }
    return raise_message(p, exception, token->lineno, col, token->end_lineno, end_col, message);
}

void *
raise_version(struct Parser *p, int minor, const char *what)
{
    return raise_here(p, PyExc_SyntaxError, "%s only supported in Python 3.%i and greater", what,
                      minor);
}

void *
raise_unclosed(struct Parser *p)
{
    int level = p->tok.level - 1;
    int lineno = p->tok.parens[level].lineno;
    return raise_range(p, PyExc_SyntaxError, lineno, p->tok.parens[level].column, lineno, -1,
                       "'%c' was never closed", p->tok.parens[level].open);
}

void *
raise_tokenizer_error(struct Parser *p)
{
    struct Tokenizer *t = &p->tok;
    switch (t->stop) {
    case STOP_EOF:
        if (t->level > 0) {
            return raise_unclosed(p);
        }
        return raise_here(p, PyExc_SyntaxError, "unexpected EOF while parsing");
    case STOP_DEDENT:
        return raise_here(p, PyExc_IndentationError,
                          "unindent does not match any outer indentation level");
    case STOP_TABS:
        return raise_range(p, PyExc_TabError, t->lineno, 0, t->lineno, -1,
                           "inconsistent use of tabs and spaces in indentation");
    case STOP_DEEP:
        return raise_range(p, PyExc_IndentationError, t->lineno, 0, t->lineno, -1,
                           "too many levels of indentation");
    case STOP_CONTINUATION: {
        int col = (int)(t->cur - t->line) - 1;
        return raise_range(p, PyExc_SyntaxError, t->lineno, col < 0 ? 0 : col, t->lineno, -1,
                           "unexpected character after line continuation character");
    }
    default:
        p->error = true;        /* the tokenizer has set an exception */
        return NULL;
    }
}

/* Turns a UnicodeError or ValueError into a SyntaxError here. */
void *
raise_decode_error(struct Parser *p)
{
    const char *kind = PyErr_ExceptionMatches(PyExc_UnicodeError) ? "unicode error"
                       : PyErr_ExceptionMatches(PyExc_ValueError) ? "value error" : NULL;
    if (kind == NULL) {
        p->error = true;
        return NULL;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *text = PyObject_Str(value);
    if (text == NULL) {
        PyErr_Clear();
        raise_here(p, PyExc_SyntaxError, "(%s) unknown error", kind);
    } else {
        raise_here(p, PyExc_SyntaxError, "(%s) %U", kind, text);
        Py_DECREF(text);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    p->error = true;
    return NULL;
}

/* A mistake of the tokenizer further down may be the real cause, such as a parenthesis that was
   never closed.  Replaces the exception in that case. */
static void
check_rest(struct Parser *p)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    p->error = false;
    int lineno = p->tokens[p->fill - 1].lineno, token;
    do {
        token = tokenizer_next(&p->tok);
    } while (token != ERRORTOKEN && token != ENDMARKER);
    if (token == ERRORTOKEN && !PyErr_Occurred() && p->tok.level > 0 &&
        lineno > p->tok.parens[p->tok.level - 1].lineno) {
        raise_unclosed(p);
    }
    if (PyErr_Occurred()) {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    } else {
        PyErr_Restore(type, value, traceback);
    }
    p->error = true;
}

void
report_failure(struct Parser *p, int last)
{
    if (PyErr_Occurred()) {
        if (p->tok.stop == STOP_NOT && PyErr_ExceptionMatches(PyExc_SyntaxError)) {
            check_rest(p);
        }
        return;
    }
    p->error = false;
    if (last < 0) {
        raise_here(p, PyExc_SyntaxError, "error at start before reading any input");
        return;
    }
    const struct Token *token = &p->tokens[last];
    if (token->type == ERRORTOKEN && p->tok.stop == STOP_EOF) {
        raise_tokenizer_error(p);
    } else if (token->type == INDENT) {
        raise_here(p, PyExc_IndentationError, "unexpected indent");
    } else if (token->type == DEDENT) {
        raise_here(p, PyExc_IndentationError, "unexpected unindent");
    } else {
        raise_token(p, token, "invalid syntax");
        if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_SyntaxError)) {
            check_rest(p);
        }
    }
}

/* ---- naming ---- */

static const char *
constant_name(PyObject *value)
{
    return value == Py_None       ? "None"
           : value == Py_False    ? "False"
           : value == Py_True     ? "True"
           : value == Py_Ellipsis ? "ellipsis"
                                  : "literal";
}

const char *
expr_name(Expr *e)
{
    switch (e->kind) {
    case Attribute_kind:
        return "attribute";
    case Subscript_kind:
        return "subscript";
    case Starred_kind:
        return "starred";
    case Name_kind:
        return "name";
    case List_kind:
        return "list";
    case Tuple_kind:
        return "tuple";
    case Lambda_kind:
        return "lambda";
    case Call_kind:
        return "function call";
    case BoolOp_kind:
    case BinOp_kind:
    case UnaryOp_kind:
        return "expression";
    case GeneratorExp_kind:
        return "generator expression";
    case Yield_kind:
    case YieldFrom_kind:
        return "yield expression";
    case Await_kind:
        return "await expression";
    case ListComp_kind:
        return "list comprehension";
    case SetComp_kind:
        return "set comprehension";
    case DictComp_kind:
        return "dict comprehension";
    case Dict_kind:
        return "dict literal";
    case Set_kind:
        return "set display";
    case JoinedStr_kind:
    case FormattedValue_kind:
        return "f-string expression";
    case Constant_kind:
        return constant_name(e->v.Constant.value);
    case Compare_kind:
        return "comparison";
    case IfExp_kind:
        return "conditional expression";
    case NamedExpr_kind:
        return "named expression";
    default:
        return "expression";
    }
}

/* Raises if `e` cannot be a target; true if so. */
static bool
bad_target(struct Parser *p, Expr *e, enum TargetUse use)
{
    Expr *bad = find_bad_target(e, use);
    if (bad == NULL) {
        return false;
    }
    raise_expr(p, bad, use == DELETING ? "cannot delete %s" : "cannot assign to %s", expr_name(bad));
    return true;
}

/* ---- expressions ---- */

/* The statements of Python 2 that became functions. */
static bool
is_legacy(Expr *e)
{
    return e->kind == Name_kind &&
           (PyUnicode_CompareWithASCIIString(e->v.Name.id, "print") == 0 ||
            PyUnicode_CompareWithASCIIString(e->v.Name.id, "exec") == 0);
}

/* Two expressions in a row.  `*seen` says that there are two, whether or not that is reported. */
static bool
missing_comma(struct Parser *p, bool *seen)
{
    *seen = false;
    if (peek(p) == NAME &&
        (peek2(p) == STRING || is_soft_keyword(p, token_at(p, p->pos)) || p->error)) {
        return p->error;
    }
    Expr *a = parse_disjunction(p);
    Expr *b = a == NULL ? NULL : parse_expression_plain(p);
    if (b == NULL) {
        return p->error;
    }
    *seen = true;
    if (!is_legacy(a) && token_at(p, p->pos - 1)->level > 0) {
        raise_exprs(p, a, b, "invalid syntax. Perhaps you forgot a comma?");
    }
    return p->error;
}

static bool
missing_else(struct Parser *p)
{
    Expr *a = parse_disjunction(p);
    if (a == NULL || !accept(p, KW_IF)) {
        return p->error;
    }
    Expr *b = parse_disjunction(p);
    if (b != NULL && peek(p) != KW_ELSE && peek(p) != COLON && !p->error) {
        raise_exprs(p, a, b, "expected 'else' after 'if' expression");
    }
    return p->error;
}

static bool
missing_call(struct Parser *p)
{
    if (peek(p) != NAME || peek2(p) == LPAR || p->error) {
        return p->error;
    }
    Expr *a = parse_atom(p);
    Expr *b = a == NULL ? NULL : parse_star_expressions(p);
    if (b != NULL && is_legacy(a)) {
        raise_exprs(p, a, b, "Missing parentheses in call to '%U'. Did you mean %U(...)?",
                    a->v.Name.id, a->v.Name.id);
    }
    return p->error;
}

bool
invalid_expression(struct Parser *p)
{
    struct Place before = place(p);
    bool seen;
    if (missing_comma(p, &seen) || !restore(p, before)) {
        return true;
    }
    if (!seen && (missing_else(p) || !restore(p, before))) {
        return true;
    }
    return missing_call(p) || !restore(p, before);
}

/* Does a list, a tuple, a generator expression, True, False or None stand here? */
static bool
excluded_from_equal(struct Parser *p)
{
    int type = peek(p);
    if (type == KW_TRUE || type == KW_FALSE || type == KW_NONE) {
        return true;
    }
    if (type != LPAR && type != LSQB) {
        return false;
    }
    struct Begin b = begin(p);
    struct Place before = place(p);
    Expr *e = parse_atom(p);
    restore(p, before);
    /* A group has the position of its contents. */
    return e != NULL && e->lineno == b.lineno && e->col_offset == b.col &&
           (e->kind == List_kind || e->kind == Tuple_kind || e->kind == GeneratorExp_kind);
}

static bool
no_equal_ahead(struct Parser *p)
{
    int type = peek(p);
    return type != EQUAL && type != COLONEQUAL && !p->error;
}

static bool
named_expression_mistakes(struct Parser *p)
{
    struct Place before = place(p);
    Expr *a = parse_expression(p);
    if (a != NULL && accept(p, COLONEQUAL) && parse_expression(p) != NULL) {
        raise_expr(p, a, "cannot use assignment expressions with %s", expr_name(a));
    }
    if (!restore(p, before)) {
        return true;
    }
    if (peek(p) == NAME && peek2(p) == EQUAL) {
        a = parse_atom(p);
        p->pos++;
        Expr *b = a == NULL ? NULL : parse_bitwise_or(p);
        if (b != NULL && no_equal_ahead(p)) {
            raise_exprs(p, a, b,
                        "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    if (!excluded_from_equal(p) && !p->error) {
        a = parse_bitwise_or(p);
        if (a != NULL && accept(p, EQUAL) && parse_bitwise_or(p) != NULL && no_equal_ahead(p)) {
            raise_expr(p, a, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
                       expr_name(a));
        }
    }
    return !restore(p, before);
}

bool
invalid_named_expression(struct Parser *p)
{
    void *node;
    int start = p->pos;
    if (peek(p) == ERRORTOKEN) {
        return p->error;
    }
    if (memo_find(p, MEMO_NAMED, &node)) {
        p->pos = start;
        return false;
    }
    if (named_expression_mistakes(p)) {
        return true;
    }
    memo_add(p, MEMO_NAMED, start, NULL);
    return p->error;
}

bool
invalid_group(struct Parser *p)
{
    struct Place before = place(p);
    p->pos++;
    Expr *e = parse_starred_expression(p);
    if (e != NULL && accept(p, RPAR)) {
        raise_expr(p, e, "cannot use starred expression here");
    }
    if (!restore(p, before)) {
        return true;
    }
    p->pos++;
    if (accept(p, DOUBLESTAR) && parse_expression(p) != NULL && accept(p, RPAR)) {
        raise_token(p, token_at(p, before.pos + 1), "cannot use double starred expression here");
    }
    return p->error;
}

bool
invalid_comprehension(struct Parser *p)
{
    static const char text[] = "did you forget parentheses around the comprehension target?";
    struct Place before = place(p);
    int open = peek(p);
    if (open != LPAR && open != LSQB && open != LBRACE) {
        return p->error;
    }
    p->pos++;
    Expr *a = parse_starred_expression(p);
    if (a != NULL && parse_for_if(p) != NULL) {
        raise_expr(p, a, "iterable unpacking cannot be used in comprehension");
    }
    if (!restore(p, before)) {
        return true;
    }
    if (open == LPAR) {
        return false;
    }
    p->pos++;
    a = parse_star_named(p);
    int comma = p->pos;
    if (a != NULL && accept(p, COMMA)) {
        struct Place behind = place(p);
        ExprSeq *rest = parse_star_named_list(p);
        if (rest != NULL && parse_for_if(p) != NULL) {
            raise_exprs(p, a, rest->items[rest->len - 1], text);
        }
        if (restore(p, behind) && parse_for_if(p) != NULL) {
            const struct Token *end = token_at(p, comma);
            raise_range(p, PyExc_SyntaxError, a->lineno, a->col_offset, end->end_lineno,
                        end->end_col, text);
        }
    }
    return !restore(p, before);
}

bool
invalid_for_target(struct Parser *p)
{
    accept(p, ASYNC);
    if (accept(p, KW_FOR)) {
        Expr *e = parse_star_expressions(p);
        if (e != NULL) {
            bad_target(p, e, LOOPING);
        }
    }
    return p->error;
}

/* ---- dictionaries ---- */

/* '**' bitwise_or | expression ':' expression */
static bool
skip_pair(struct Parser *p)
{
    struct Place before = place(p);
    bool good = accept(p, DOUBLESTAR)
                    ? parse_bitwise_or(p) != NULL
                    : parse_expression(p) != NULL && accept(p, COLON) && parse_expression(p) != NULL;
    if (!good) {
        restore(p, before);
    }
    return good;
}

/* Pairs with commas between them; at least one. */
static bool
skip_pairs(struct Parser *p)
{
    if (!skip_pair(p)) {
        return false;
    }
    while (peek(p) == COMMA) {
        struct Place before = place(p);
        p->pos++;
        if (!skip_pair(p)) {
            restore(p, before);
            break;
        }
    }
    return !p->error;
}

/* A key without a proper value. */
static bool
bad_value(struct Parser *p)
{
    struct Place before = place(p);
    if (parse_expression(p) != NULL && accept(p, COLON)) {
        int colon = p->pos - 1;
        if (peek(p) == STAR) {
            const struct Token *star = token_at(p, p->pos);
            int lineno = star->lineno, col = star->col;
            p->pos++;
            if (parse_bitwise_or(p) != NULL) {
                raise_range(p, PyExc_SyntaxError, lineno, col, CURRENT_POSITION, CURRENT_POSITION,
                            "cannot use a starred expression in a dictionary value");
            }
        } else if (peek(p) == RBRACE || peek(p) == COMMA) {
            raise_token(p, token_at(p, colon), "expression expected after dictionary key and ':'");
        }
    }
    return !restore(p, before);
}

static bool
dict_mistakes(struct Parser *p)
{
    struct Place before = place(p);
    p->pos++;
    if (skip_pairs(p) && accept(p, COMMA)) {
        struct Place behind = place(p);
        Expr *key = parse_expression(p);
        if (key != NULL && peek(p) != COLON && !p->error) {
            raise_range(p, PyExc_SyntaxError, key->lineno, key->end_col_offset - 1, key->end_lineno,
                        -1, "':' expected after dictionary key");
        }
        if (!restore(p, behind) || bad_value(p)) {
            return true;
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    p->pos++;
    return bad_value(p) || !restore(p, before);
}

/* '{' '**' expression for ... '}' */
static bool
dict_comprehension_mistake(struct Parser *p)
{
    struct Place before = place(p);
    p->pos++;
    if (accept(p, DOUBLESTAR) && parse_bitwise_or(p) != NULL && parse_for_if(p) != NULL &&
        accept(p, RBRACE)) {
        raise_token(p, token_at(p, before.pos + 1),
                    "dict unpacking cannot be used in dict comprehension");
    }
    return !restore(p, before);
}

/* Reads a display in braces in the grammar's order, with the checks.  The node says only what it
   is. */
Expr *
invalid_brace(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    p->pos++;
    if (accept(p, RBRACE) || (skip_pairs(p) && (accept(p, COMMA), accept(p, RBRACE)))) {
        return new_Dict(NULL, NULL, UPTO(b));
    }
    if (!restore(p, before) || dict_mistakes(p)) {
        return NULL;
    }
    p->pos++;
    if (parse_star_named_list(p) != NULL && accept(p, RBRACE)) {
        return new_Set(NULL, UPTO(b));
    }
    if (!restore(p, before)) {
        return NULL;
    }
    p->pos++;
    if (peek(p) != DOUBLESTAR && skip_pair(p) && parse_for_if(p) != NULL && accept(p, RBRACE)) {
        return new_DictComp(NULL, NULL, NULL, UPTO(b));
    }
    if (!restore(p, before) || (p->invalid && dict_comprehension_mistake(p))) {
        return NULL;
    }
    p->pos++;
    if (parse_named_expression(p) != NULL && parse_for_if(p) != NULL && accept(p, RBRACE)) {
        return new_SetComp(NULL, NULL, UPTO(b));
    }
    if (restore(p, before) && p->invalid) {
        invalid_comprehension(p);
    }
    return NULL;
}

/* ---- arguments ---- */

#define GENEXP_TEXT "Generator expression must be parenthesized"
#define EQUAL_TEXT "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"

/* The last expression of comprehension clauses. */
static Expr *
last_part(ComprehensionSeq *clauses)
{
    Comprehension *last = clauses->items[clauses->len - 1];
    return seq_len(last->ifs) ? last->ifs->items[last->ifs->len - 1] : last->iter;
}

/* NAME '=' expression for ... */
static bool
keyword_genexp(struct Parser *p)
{
    struct Place before = place(p);
    if (peek(p) == NAME && peek2(p) == EQUAL) {
        p->pos += 2;
        if (parse_expression(p) != NULL && parse_for_if(p) != NULL) {
            raise_tokens(p, token_at(p, before.pos), token_at(p, before.pos + 1), EQUAL_TEXT);
        }
    }
    return !restore(p, before);
}

bool
invalid_arguments(struct Parser *p)
{
    struct Place before = place(p);
    Expr *a = parse_args(p);
    if (a != NULL && accept(p, COMMA) && peek(p) == STAR) {
        raise_expr(p, a, "iterable argument unpacking follows keyword argument unpacking");
    }
    if (!restore(p, before)) {
        return true;
    }
    a = parse_expression(p);
    ComprehensionSeq *clauses = a == NULL ? NULL : parse_for_if(p);
    if (clauses != NULL && accept(p, COMMA)) {
        Expr *last = last_part(clauses);
        /* What follows is read for its own mistakes. */
        struct Place behind = place(p);
        if (parse_args(p) == NULL && restore(p, behind) && parse_expression(p) != NULL) {
            parse_for_if(p);
        }
        raise_exprs(p, a, last, GENEXP_TEXT);
    }
    if (!restore(p, before) || keyword_genexp(p)) {
        return true;
    }
    a = parse_args(p);
    clauses = a == NULL ? NULL : parse_for_if(p);
    if (clauses != NULL) {
        int count = seq_len(a->v.Call.args);
        if (count > 1) {
            raise_exprs(p, a->v.Call.args->items[count - 1], last_part(clauses), GENEXP_TEXT);
        }
        return p->error;
    }
    if (!restore(p, before)) {
        return true;
    }
    a = parse_args(p);
    if (a == NULL || !accept(p, COMMA)) {
        return p->error;
    }
    struct Place behind = place(p);
    Expr *e = parse_expression(p);
    clauses = e == NULL ? NULL : parse_for_if(p);
    if (clauses != NULL) {
        raise_exprs(p, e, last_part(clauses), GENEXP_TEXT);
    }
    if (!restore(p, behind)) {
        return true;
    }
    if (parse_args(p) != NULL) {
        bool unpacking = false;
        for (int i = 0; i < seq_len(a->v.Call.keywords); i++) {
            unpacking |= a->v.Call.keywords->items[i]->arg == NULL;
        }
        raise_here(p, PyExc_SyntaxError, "positional argument follows keyword argument%s",
                   unpacking ? " unpacking" : "");
    }
    return p->error;
}

bool
invalid_kwarg(struct Parser *p)
{
    struct Place before = place(p);
    int type = peek(p);
    if ((type == KW_TRUE || type == KW_FALSE || type == KW_NONE) && peek2(p) == EQUAL) {
        raise_tokens(p, token_at(p, p->pos), token_at(p, p->pos + 1), "cannot assign to %s",
                     type == KW_TRUE ? "True" : type == KW_FALSE ? "False" : "None");
        return true;
    }
    if (keyword_genexp(p)) {
        return true;
    }
    if (type != NAME || peek2(p) != EQUAL) {
        Expr *a = parse_expression(p);
        if (a != NULL && accept(p, EQUAL)) {
            const struct Token *equal = token_at(p, p->pos - 1);
            raise_range(p, PyExc_SyntaxError, a->lineno, a->col_offset, equal->end_lineno,
                        equal->end_col,
                        "expression cannot contain assignment, perhaps you meant \"==\"?");
        }
    }
    return !restore(p, before);
}

/* ---- assignments ---- */

/* (star_targets '=')* */
static void
skip_targets(struct Parser *p)
{
    for (;;) {
        struct Place before = place(p);
        if (parse_star_targets(p) == NULL || !accept(p, EQUAL)) {
            restore(p, before);
            return;
        }
    }
}

static bool
bad_annotation(struct Parser *p)
{
    struct Place before = place(p);
    if (peek(p) == LPAR || peek(p) == LSQB) {
        Expr *e = parse_atom(p);
        if (e != NULL && (e->kind == List_kind || e->kind == Tuple_kind) && accept(p, COLON) &&
            parse_expression(p) != NULL) {
            raise_expr(p, e, "only single target (not %s) can be annotated", expr_name(e));
        }
        if (!restore(p, before)) {
            return true;
        }
    }
    Expr *a = parse_star_named(p);
    if (a != NULL && accept(p, COMMA)) {
        struct Place behind;
        do {
            behind = place(p);
        } while (parse_star_named_list(p) != NULL);
        if (restore(p, behind) && accept(p, COLON) && parse_expression(p) != NULL) {
            raise_expr(p, a, "only single target (not tuple) can be annotated");
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    a = parse_expression(p);
    if (a != NULL && accept(p, COLON) && parse_expression(p) != NULL) {
        raise_expr(p, a, "illegal target for annotation");
    }
    return !restore(p, before);
}

bool
invalid_assignment(struct Parser *p)
{
    struct Place before = place(p);
    if (bad_annotation(p)) {
        return true;
    }
    skip_targets(p);
    struct Place value = place(p);
    Expr *a = p->error ? NULL : parse_star_expressions(p);
    if (a != NULL && accept(p, EQUAL)) {
        bad_target(p, a, STORING);
        return p->error;
    }
    if (!restore(p, value)) {
        return true;
    }
    if (peek(p) == KW_YIELD) {
        a = parse_yield(p);
        if (a != NULL && accept(p, EQUAL)) {
            raise_expr(p, a, "assignment to yield expression not possible");
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    a = parse_star_expressions(p);
    int type = a == NULL ? 0 : peek(p);
    if ((type >= PLUSEQUAL && type <= DOUBLESTAREQUAL) || type == DOUBLESLASHEQUAL ||
        type == ATEQUAL) {
        p->pos++;
        Expr *b = peek(p) == KW_YIELD ? parse_yield(p) : parse_star_expressions(p);
        if (b != NULL) {
            raise_expr(p, a, "'%s' is an illegal expression for augmented assignment",
                       expr_name(a));
        }
    }
    return p->error;
}

bool
invalid_delete(struct Parser *p)
{
    p->pos++;
    Expr *e = parse_star_expressions(p);
    if (e != NULL) {
        bad_target(p, e, DELETING);
    }
    return p->error;
}

/* ---- with, except ---- */

bool
invalid_with_item(struct Parser *p)
{
    if (parse_expression(p) != NULL && accept(p, KW_AS)) {
        Expr *e = parse_expression(p);
        int next = e == NULL ? 0 : peek(p);
        if (next == COMMA || next == RPAR || next == COLON) {
            bad_target(p, e, STORING);
        }
    }
    return p->error;
}

/* The items of a with statement, read loosely.  At `with`. */
static bool
skip_with_items(struct Parser *p, bool parens)
{
    p->pos++;
    if (parens && !accept(p, LPAR)) {
        return false;
    }
    for (bool first = true;; first = false) {
        struct Place before = place(p);
        if (!first && !accept(p, COMMA)) {
            break;
        }
        Expr *e = parens ? parse_expressions(p) : parse_expression(p);
        if (e == NULL) {
            if (first || !restore(p, before)) {
                return false;
            }
            break;
        }
        struct Place behind = place(p);
        if (accept(p, KW_AS) && parse_star_target(p) == NULL && !restore(p, behind)) {
            return false;
        }
    }
    if (parens) {
        accept(p, COMMA);
        return accept(p, RPAR);
    }
    return !p->error;
}

bool
invalid_with_indent(struct Parser *p)
{
    struct Place before = place(p);
    int lineno = token_at(p, p->pos)->lineno;
    for (int parens = 0; parens < 2; parens++) {
        if (skip_with_items(p, parens) && accept(p, COLON) &&
            invalid_indent(p, "'with' statement", lineno)) {
            return true;
        }
        if (!restore(p, before)) {
            return true;
        }
    }
    return false;
}

bool
invalid_with(struct Parser *p)
{
    struct Place before = place(p);
    for (int parens = 0; parens < 2; parens++) {
        if (skip_with_items(p, parens) && peek(p) == NEWLINE) {
            raise_here(p, PyExc_SyntaxError, "expected ':'");
        }
        if (!restore(p, before)) {
            return true;
        }
    }
    return false;
}

/* ['as' NAME] */
static void
skip_as(struct Parser *p)
{
    if (peek(p) == KW_AS && peek2(p) == NAME) {
        p->pos += 2;
    }
}

bool
invalid_except(struct Parser *p)
{
    struct Place before = place(p);
    p->pos++;
    bool star = accept(p, STAR);
    Expr *a = parse_expression(p);
    if (a != NULL) {
        struct Place behind = place(p);
        if (accept(p, COMMA) && parse_expressions(p) != NULL) {
            skip_as(p);
            if (accept(p, COLON)) {
                raise_range(p, PyExc_SyntaxError, a->lineno, a->col_offset, CURRENT_POSITION,
                            CURRENT_POSITION, "multiple exception types must be parenthesized");
            }
        }
        if (!restore(p, behind)) {
            return true;
        }
        skip_as(p);
        if (peek(p) == NEWLINE) {
            raise_here(p, PyExc_SyntaxError, "expected ':'");
        }
    } else if (!p->error && restore(p, before)) {
        p->pos += 1 + star;
        int type = peek(p);
        if (star && (type == NEWLINE || type == COLON)) {
            raise_here(p, PyExc_SyntaxError, "expected one or more exception types");
        } else if (type == NEWLINE) {
            raise_here(p, PyExc_SyntaxError, "expected ':'");
        }
    }
    return !restore(p, before);
}

/* ---- match ---- */

bool
invalid_match(struct Parser *p)
{
    int lineno = token_at(p, p->pos)->lineno;
    p->pos++;
    if (parse_subject(p) == NULL) {
        return p->error;
    }
    if (peek(p) == NEWLINE) {
        if (p->feature_version < 10) {
            raise_version(p, 10, "Pattern matching is");
        } else {
            raise_here(p, PyExc_SyntaxError, "expected ':'");
        }
        return true;
    }
    return p->error || (accept(p, COLON) && invalid_indent(p, "'match' statement", lineno));
}

bool
invalid_as_pattern(struct Parser *p)
{
    if (parse_or_pattern(p) == NULL || !accept(p, KW_AS)) {
        return p->error;
    }
    if (peek_word(p, "_")) {
        raise_token(p, token_at(p, p->pos), "cannot use '_' as a target");
    } else if (peek(p) != NAME && !p->error) {
        Expr *e = parse_expression(p);
        if (e != NULL) {
            raise_expr(p, e, "invalid pattern target");
        }
    }
    return p->error;
}

/* Pattern {',' pattern}; `*first` and `*last` are what was read. */
static bool
skip_positional_patterns(struct Parser *p, Pattern **first, Pattern **last)
{
    *first = *last = parse_pattern(p);
    if (*first == NULL) {
        return false;
    }
    while (peek(p) == COMMA) {
        struct Place before = place(p);
        p->pos++;
        Pattern *next = parse_pattern(p);
        if (next == NULL) {
            restore(p, before);
            break;
        }
        *last = next;
    }
    return !p->error;
}

static bool
skip_keyword_patterns(struct Parser *p)
{
    for (int count = 0;; count++) {
        struct Place before = place(p);
        if (count > 0 && !accept(p, COMMA)) {
            return true;
        }
        if (peek(p) != NAME || peek2(p) != EQUAL) {
            return restore(p, before) && count > 0;
        }
        p->pos += 2;
        if (parse_pattern(p) == NULL) {
            return restore(p, before) && count > 0;
        }
    }
}

bool
invalid_class_pattern(struct Parser *p)
{
    Pattern *first, *last;
    if (parse_name_or_attr(p) == NULL || !accept(p, LPAR)) {
        return p->error;
    }
    struct Place before = place(p);
    if (!skip_positional_patterns(p, &first, &last) || !accept(p, COMMA)) {
        if (!restore(p, before)) {
            return true;
        }
    }
    if (skip_keyword_patterns(p) && accept(p, COMMA) &&
        skip_positional_patterns(p, &first, &last)) {
        raise_exprs(p, first, last, "positional patterns follow keyword patterns");
    }
    return p->error;
}
