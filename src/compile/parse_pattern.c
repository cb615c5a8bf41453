/* The match statement and its patterns (PEP 634; language reference, 8.6). */
#include <string.h>

#include "compile/parser.h"

/* ---- literals ---- */

static Expr *
signed_number(struct Parser *p)
{
    struct Begin b = begin(p);
    bool minus = accept(p, MINUS);
    if (peek(p) != NUMBER) {
        return NULL;
    }
    Expr *number = parse_number(p);
    return number != NULL && minus ? new_UnaryOp(USub, number, UPTO(b)) : number;
}

/* signed_number, or real +/- imaginary */
static Expr *
number_literal(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *left = signed_number(p);
    if (left == NULL) {
        return NULL;
    }
    int sign = peek(p);
    if (sign != PLUS && sign != MINUS) {
        return left;
    }
    Expr *real = left->kind == UnaryOp_kind ? left->v.UnaryOp.operand : left;
    if (PyComplex_CheckExact(real->v.Constant.value)) {
        return raise_expr(p, real, "real number required in complex literal");
    }
    p->pos++;
    Expr *right = peek(p) == NUMBER ? parse_number(p) : NULL;
    if (right == NULL) {
        return NULL;
    }
    if (!PyComplex_CheckExact(right->v.Constant.value)) {
        return raise_expr(p, right, "imaginary number required in complex literal");
    }
    return new_BinOp(left, sign == PLUS ? Add : Sub, right, UPTO(b));
}

/* ---- names ---- */

/* NAME that can be bound: not `_`, and nothing behind it that makes it part of something else. */
static PyObject *
capture_target(struct Parser *p)
{
    if (peek(p) != NAME || peek_word(p, "_")) {
        return NULL;
    }
    int next = peek2(p);
    if (next == DOT || next == LPAR || next == EQUAL || p->error) {
        return NULL;
    }
    PyObject *name = token_name(p, p->pos);
    p->pos += name != NULL;
    return name;
}

Expr *
parse_name_or_attr(struct Parser *p)
{
    struct Begin b = begin(p);
    if (peek(p) != NAME) {
        return NULL;
    }
    PyObject *name = token_name(p, p->pos);
    if (name == NULL) {
        return NULL;
    }
    p->pos++;
    Expr *e = new_Name(name, Load, UPTO(b));
    while (e != NULL && peek(p) == DOT && peek2(p) == NAME) {
        name = token_name(p, p->pos + 1);
        if (name == NULL) {
            return NULL;
        }
        p->pos += 2;
        e = new_Attribute(e, name, Load, UPTO(b));
    }
    return e;
}

/* ---- sequences ---- */

/* '*' NAME, or a pattern */
static Pattern *
maybe_star_pattern(struct Parser *p)
{
    if (peek(p) != STAR) {
        return parse_pattern(p);
    }
    struct Begin b = begin(p);
    p->pos++;
    PyObject *name = NULL;
    if (peek_word(p, "_")) {
        p->pos++;
    } else {
        name = capture_target(p);
        if (name == NULL) {
            return NULL;
        }
    }
    return new_MatchStar(name, UPTO(b));
}

static bool
starts_pattern(int type)
{
    return type == NAME || type == NUMBER || type == STRING || type == MINUS || type == LPAR ||
           type == LSQB || type == LBRACE || type == STAR || type == KW_NONE || type == KW_TRUE ||
           type == KW_FALSE;
}

/* Pushes patterns separated by commas up to something that is no pattern. */
static bool
push_sequence(struct Parser *p)
{
    while (starts_pattern(peek(p))) {
        Pattern *pattern = maybe_star_pattern(p);
        if (pattern == NULL || !push(p, pattern)) {
            return false;
        }
        if (!accept(p, COMMA)) {
            break;
        }
    }
    return !p->error;
}

/* A group or a sequence in parentheses. */
static Pattern *
paren_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    p->pos++;
    bool star = peek(p) == STAR;
    if (!push_sequence(p)) {
        return NULL;
    }
    bool comma = p->tokens[p->pos - 1].type == COMMA;
    if (!accept(p, RPAR)) {
        return NULL;
    }
    if (p->stack_used == base + 1 && !comma) {
        Pattern *only = p->stack[base];
        p->stack_used = base;
        return star ? NULL : only;
    }
    PatternSeq *patterns = pop_seq(p, base);
    return new_MatchSequence(patterns, UPTO(b));
}

static Pattern *
bracket_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    p->pos++;
    if (!push_sequence(p) || !accept(p, RSQB)) {
        return NULL;
    }
    PatternSeq *patterns = pop_seq(p, base);
    return new_MatchSequence(patterns, UPTO(b));
}

/* ---- mappings ---- */

static Expr *
mapping_key(struct Parser *p)
{
    int type = peek(p);
    if (type == NUMBER || type == MINUS) {
        return number_literal(p);
    }
    if (type == STRING || type == KW_NONE || type == KW_TRUE || type == KW_FALSE) {
        return parse_atom(p);
    }
    Expr *e = parse_name_or_attr(p);
    return e != NULL && e->kind == Attribute_kind ? e : NULL;
}

static Pattern *
mapping_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    PyObject *rest = NULL;
    p->pos++;
    while (peek(p) != RBRACE && rest == NULL) {
        if (accept(p, DOUBLESTAR)) {
            rest = capture_target(p);
            if (rest == NULL) {
                return NULL;
            }
        } else {
            Expr *key = mapping_key(p);
            Pattern *value = key != NULL && accept(p, COLON) ? parse_pattern(p) : NULL;
            if (value == NULL || !push(p, key) || !push(p, value)) {
                return NULL;
            }
        }
        if (!accept(p, COMMA)) {
            break;
        }
    }
    if (!accept(p, RBRACE)) {
        return NULL;
    }
    int count = (p->stack_used - base) / 2;
    ExprSeq *keys = count ? new_ExprSeq(count, p->arena) : NULL;
    PatternSeq *values = count ? new_PatternSeq(count, p->arena) : NULL;
    if (count && (keys == NULL || values == NULL)) {
        p->error = true;
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        keys->items[i] = p->stack[base + 2 * i];
        values->items[i] = p->stack[base + 2 * i + 1];
    }
    p->stack_used = base;
    return new_MatchMapping(keys, values, rest, UPTO(b));
}

/* ---- classes ---- */

/* Behind `Class(`. */
static Pattern *
class_rest(struct Parser *p, struct Begin b, Expr *cls)
{
    int base = p->stack_used, positional = 0, keywords = 0;
    while (peek(p) != RPAR) {
        PyObject *name = NULL;
        if (peek(p) == NAME && peek2(p) == EQUAL) {
            name = token_name(p, p->pos);
            if (name == NULL) {
                return NULL;
            }
            p->pos += 2;
            keywords++;
        } else if (keywords > 0) {
            return NULL;
        } else {
            positional++;
        }
        Pattern *pattern = parse_pattern(p);
        if (pattern == NULL || (name != NULL && !push(p, name)) || !push(p, pattern)) {
            return NULL;
        }
        if (!accept(p, COMMA)) {
            break;
        }
    }
    if (!accept(p, RPAR)) {
        return NULL;
    }
    IdentSeq *names = keywords ? new_IdentSeq(keywords, p->arena) : NULL;
    PatternSeq *values = keywords ? new_PatternSeq(keywords, p->arena) : NULL;
    if (keywords && (names == NULL || values == NULL)) {
        p->error = true;
        return NULL;
    }
    for (int i = 0; i < keywords; i++) {
        names->items[i] = p->stack[base + positional + 2 * i];
        values->items[i] = p->stack[base + positional + 2 * i + 1];
    }
    p->stack_used = base + positional;
    PatternSeq *patterns = pop_seq(p, base);
    return new_MatchClass(cls, patterns, names, values, UPTO(b));
}

/* A capture, a wildcard, a value or a class. */
static Pattern *
name_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    if (peek_word(p, "_")) {
        p->pos++;
        return new_MatchAs(NULL, NULL, UPTO(b));
    }
    PyObject *name = capture_target(p);
    if (name != NULL) {
        return new_MatchAs(NULL, name, UPTO(b));
    }
    struct Place before = place(p);
    Expr *e = p->error ? NULL : parse_name_or_attr(p);
    if (e == NULL) {
        return NULL;
    }
    int next = peek(p);
    if (next == LPAR) {
        p->pos++;
        Pattern *pattern = class_rest(p, b, e);
        if (pattern == NULL && restore(p, before) && p->invalid) {
            invalid_class_pattern(p);
        }
        return pattern;
    }
    if (e->kind != Attribute_kind || next == DOT || next == EQUAL) {
        return NULL;
    }
    return new_MatchValue(e, UPTO(b));
}

/* ---- patterns ---- */

static Pattern *
closed_pattern_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e;
    switch (peek(p)) {
    case NUMBER:
    case MINUS:
        e = number_literal(p);
        return e == NULL ? NULL : new_MatchValue(e, UPTO(b));
    case STRING:
        e = parse_strings(p);
        return e == NULL ? NULL : new_MatchValue(e, UPTO(b));
    case KW_NONE:
        p->pos++;
        return new_MatchSingleton(Py_None, UPTO(b));
    case KW_TRUE:
        p->pos++;
        return new_MatchSingleton(Py_True, UPTO(b));
    case KW_FALSE:
        p->pos++;
        return new_MatchSingleton(Py_False, UPTO(b));
    case NAME:
        return name_pattern(p);
    case LPAR:
        return paren_pattern(p);
    case LSQB:
        return bracket_pattern(p);
    case LBRACE:
        return mapping_pattern(p);
    default:
        return NULL;
    }
}

/* The checks for mistakes in `Class(` and `as` read a pattern again at each level of nesting: without a
   memo the time would double with each. */
static Pattern *
closed_pattern(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return closed_pattern_raw(p);
    }
    void *node;
    int start = p->pos;
    if (memo_find(p, MEMO_PATTERN, &node)) {
        return node;
    }
    return memo_add(p, MEMO_PATTERN, start, closed_pattern_raw(p));
}

Pattern *
parse_or_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    Pattern *first = closed_pattern(p);
    if (first == NULL || peek(p) != VBAR) {
        return first;
    }
    int base = p->stack_used;
    if (!push(p, first)) {
        return NULL;
    }
    while (peek(p) == VBAR) {
        struct Place before = place(p);
        p->pos++;
        Pattern *next = closed_pattern(p);
        if (next == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, next)) {
            return NULL;
        }
    }
    if (p->stack_used == base + 1) {
        p->stack_used = base;
        return first;
    }
    PatternSeq *patterns = pop_seq(p, base);
    return patterns == NULL ? NULL : new_MatchOr(patterns, UPTO(b));
}

Pattern *
parse_pattern(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    Pattern *pattern = parse_or_pattern(p);
    if (pattern == NULL || likely(peek(p) != KW_AS)) {
        return pattern;
    }
    struct Place behind = place(p);
    p->pos++;
    PyObject *name = capture_target(p);
    if (name != NULL) {
        return new_MatchAs(pattern, name, UPTO(b));
    }
    if (p->error || (p->invalid && restore(p, before) && invalid_as_pattern(p))) {
        return NULL;
    }
    return restore(p, behind) ? pattern : NULL;
}

/* The patterns of a case: an open sequence or one pattern. */
Pattern *
parse_patterns(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    bool star = peek(p) == STAR;
    Pattern *first = maybe_star_pattern(p);
    if (first == NULL) {
        return NULL;
    }
    if (!accept(p, COMMA)) {
        return star ? NULL : first;
    }
    if (!push(p, first) || !push_sequence(p)) {
        return NULL;
    }
    PatternSeq *patterns = pop_seq(p, base);
    return patterns == NULL ? NULL : new_MatchSequence(patterns, UPTO(b));
}

/* ---- the statement ---- */

static MatchCase *
parse_case(struct Parser *p)
{
    int lineno = begin(p).lineno;
    if (!peek_word(p, "case")) {
        return NULL;
    }
    p->pos++;
    Pattern *pattern = parse_patterns(p);
    if (pattern == NULL) {
        return NULL;
    }
    Expr *guard = NULL;
    if (accept(p, KW_IF)) {
        guard = parse_named_expression(p);
        if (guard == NULL) {
            return NULL;
        }
    }
    if (!accept(p, COLON)) {
        if (p->invalid && peek(p) == NEWLINE) {
            raise_here(p, PyExc_SyntaxError, "expected ':'");
        }
        return NULL;
    }
    if (p->invalid && invalid_indent(p, "'case' statement", lineno)) {
        return NULL;
    }
    StmtSeq *body = parse_block(p);
    return body == NULL ? NULL : new_MatchCase(pattern, guard, body, p->arena);
}

/* star_named_expression ',' star_named_expressions? | named_expression */
Expr *
parse_subject(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    bool star = peek(p) == STAR;
    Expr *first = parse_star_named(p);
    if (first == NULL) {
        return NULL;
    }
    if (!accept(p, COMMA)) {
        return star ? NULL : first;
    }
    if (!push(p, first)) {
        return NULL;
    }
    int type = peek(p);
    while (starts_expression[type] || type == STAR) {
        Expr *e = parse_star_named(p);
        if (e == NULL || !push(p, e)) {
            return NULL;
        }
        if (!accept(p, COMMA)) {
            break;
        }
        type = peek(p);
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_Tuple(elts, Load, UPTO(b));
}

/* At the word `match`, which may turn out to be a name. */
Stmt *
parse_match(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    p->pos++;
    Expr *subject = parse_subject(p);
    if (subject != NULL && accept(p, COLON) && accept(p, NEWLINE) && accept(p, INDENT)) {
        int base = p->stack_used;
        while (peek_word(p, "case")) {
            struct Place here = place(p);
            MatchCase *one = parse_case(p);
            if (one == NULL) {
                restore(p, here);
                break;
            }
            if (!push(p, one)) {
                return NULL;
            }
        }
        if (!p->error && p->stack_used > base && accept(p, DEDENT)) {
            MatchCaseSeq *cases = pop_seq(p, base);
            if (cases == NULL) {
                return NULL;
            }
            if (p->feature_version < 10) {
                return raise_version(p, 10, "Pattern matching is");
            }
            return new_Match(subject, cases, UPTO(b));
        }
    }
    if (restore(p, before) && p->invalid) {
        invalid_match(p);
    }
    return NULL;
}
