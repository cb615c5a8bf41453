/* Atoms: names, literals, displays, comprehensions, lambda.  Language reference, 6.2. */
#include <string.h>

#include "compile/parser.h"

/* ---- numbers ---- */

static PyObject *
parse_integer(struct Parser *p, const struct Token *token, const char *digits)
{
    PyObject *value = PyLong_FromString(digits, NULL, 0);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_ValueError)) {
        return value;
    }
    /* Too many digits.  Without columns, lest thousands of carets be printed. */
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    raise_range(p, PyExc_SyntaxError, token->lineno, -1, token->end_lineno, -1,
                "%S - Consider hexadecimal for huge integer literals to avoid decimal conversion "
                "limits.", error);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    return NULL;
}

static PyObject *
number_value(struct Parser *p, const struct Token *token, const char *text, size_t length)
{
    if (length <= 18) {
        /* Short decimal integers are the rule. */
        long long value = 0;
        size_t i = 0;
        while (i < length && text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + (text[i] - '0');
            i++;
        }
        if (i == length) {
            return PyLong_FromLongLong(value);
        }
    }
    bool hex = length > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    char last = text[length - 1];
    if (!hex && (last == 'j' || last == 'J')) {
        char *end;
        double imaginary = PyOS_string_to_double(text, &end, NULL);
        if (imaginary == -1.0 && PyErr_Occurred()) {
            return NULL;
        }
        return PyComplex_FromDoubles(0.0, imaginary);
    }
    if (!hex && strpbrk(text, ".eE") != NULL) {
        double value = PyOS_string_to_double(text, NULL, NULL);
        if (value == -1.0 && PyErr_Occurred()) {
            return NULL;
        }
        return PyFloat_FromDouble(value);
    }
    return parse_integer(p, token, text);
}

Expr *
parse_number(struct Parser *p)
{
    int index = p->pos++;
    const struct Token *token = &p->tokens[index];
    char local[64];
    char *digits = local;
    if (token->length >= sizeof(local)) {
        digits = PyMem_Malloc(token->length + 1);
        if (digits == NULL) {
            p->error = true;
            PyErr_NoMemory();
            return NULL;
        }
    }
    const char *text = token_text(p, token);
    size_t length = 0;
    for (uint32_t i = 0; i < token->length; i++) {
        if (text[i] != '_') {
            digits[length++] = text[i];
        }
    }
    digits[length] = '\0';
    PyObject *value = NULL;
    if (length != token->length && p->feature_version < 6) {
        raise_here(p, PyExc_SyntaxError, "Underscores in numeric literals are only supported in "
                                         "Python 3.6 and greater");
    } else {
        value = own(p, number_value(p, token, digits, length));
    }
    if (digits != local) {
        PyMem_Free(digits);
    }
    return value == NULL ? NULL : new_Constant(value, NULL, ONLY(&p->tokens[index]));
}

/* ---- comprehensions ---- */

static Comprehension *
for_if_clause(struct Parser *p)
{
    bool is_async = accept(p, ASYNC);
    if (!accept(p, KW_FOR)) {
        return NULL;
    }
    Expr *target = parse_star_targets(p);
    if (target == NULL || !accept(p, KW_IN)) {
        return NULL;
    }
    Expr *iter = parse_disjunction(p);
    if (iter == NULL) {
        return NULL;
    }
    int base = p->stack_used;
    while (peek(p) == KW_IF) {
        struct Place before = place(p);
        p->pos++;
        Expr *test = parse_disjunction(p);
        if (test == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, test)) {
            return NULL;
        }
    }
    ExprSeq *ifs = pop_seq(p, base);
    if (is_async && p->feature_version < 6) {
        return raise_version(p, 6, "Async comprehensions are");
    }
    return new_Comprehension(target, iter, ifs, is_async, p->arena);
}

ComprehensionSeq *
parse_for_if(struct Parser *p)
{
    int base = p->stack_used;
    for (;;) {
        int type = peek(p);
        if (type != KW_FOR && type != ASYNC) {
            break;
        }
        struct Place before = place(p);
        Comprehension *clause = for_if_clause(p);
        if (clause == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            /* Behind `in` there is no way back: the clause is not looked at again. */
            if (p->invalid && invalid_for_target(p)) {
                return NULL;
            }
            restore(p, before);
            break;
        }
        if (!push(p, clause)) {
            return NULL;
        }
    }
    return pop_seq(p, base);
}

/* '(' (assignment_expression | expression !':=') for_if_clauses ')' */
Expr *
parse_genexp(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    if (accept(p, LPAR)) {
        Expr *elt = parse_walrus_or_expression(p);
        ComprehensionSeq *generators = elt == NULL ? NULL : parse_for_if(p);
        if (generators != NULL && accept(p, RPAR)) {
            return new_GeneratorExp(elt, generators, UPTO(b));
        }
    }
    if (restore(p, before) && p->invalid) {
        invalid_comprehension(p);
    }
    return NULL;
}

/* ---- parentheses and brackets ---- */

/* Behind '(' first: a group, a tuple or a generator expression. */
static Expr *
paren_rest(struct Parser *p, struct Begin b, Expr *first)
{
    int type = peek(p);
    if (type == RPAR) {
        if (first->kind == Starred_kind) {
            return NULL;
        }
        p->pos++;
        return first;
    }
    if (type == COMMA) {
        int base = p->stack_used;
        if (!push(p, first)) {
            return NULL;
        }
        p->pos++;
        type = peek(p);
        if (starts_expression[type] || type == STAR) {
            do {
                type = peek(p);
                if (!starts_expression[type] && type != STAR) {
                    break;
                }
                Expr *e = parse_star_named(p);
                if (e == NULL || !push(p, e)) {
                    return NULL;
                }
            } while (accept(p, COMMA));
        }
        if (!accept(p, RPAR)) {
            return NULL;
        }
        ExprSeq *elts = pop_seq(p, base);
        return elts == NULL ? NULL : new_Tuple(elts, Load, UPTO(b));
    }
    if ((type == KW_FOR || type == ASYNC) && first->kind != Starred_kind) {
        ComprehensionSeq *generators = parse_for_if(p);
        if (generators != NULL && accept(p, RPAR)) {
            return new_GeneratorExp(first, generators, UPTO(b));
        }
    }
    return NULL;
}

static Expr *
paren_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    int type = peek(p);
    if (type == RPAR) {
        p->pos++;
        return new_Tuple(NULL, Load, UPTO(b));
    }
    if (type == KW_YIELD) {
        Expr *e = parse_yield(p);
        return e != NULL && accept(p, RPAR) ? e : NULL;
    }
    Expr *first = parse_star_named(p);
    return first == NULL ? NULL : paren_rest(p, b, first);
}

Expr *
parse_paren(struct Parser *p)
{
    if (likely(!p->invalid)) {
        return paren_raw(p);
    }
    struct Place before = place(p);
    Expr *e = paren_raw(p);
    if (e != NULL || !restore(p, before) || invalid_group(p)) {
        return e;
    }
    restore(p, before);
    invalid_comprehension(p);
    return NULL;
}

static Expr *
bracket_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    int type = peek(p);
    if (type == RSQB) {
        p->pos++;
        return new_List(NULL, Load, UPTO(b));
    }
    int base = p->stack_used;
    Expr *first = parse_star_named(p);
    if (first == NULL) {
        return NULL;
    }
    type = peek(p);
    if ((type == KW_FOR || type == ASYNC) && first->kind != Starred_kind) {
        ComprehensionSeq *generators = parse_for_if(p);
        return generators != NULL && accept(p, RSQB) ? new_ListComp(first, generators, UPTO(b))
                                                     : NULL;
    }
    if (!push(p, first)) {
        return NULL;
    }
    while (accept(p, COMMA)) {
        type = peek(p);
        if (!starts_expression[type] && type != STAR) {
            break;
        }
        Expr *e = parse_star_named(p);
        if (e == NULL || !push(p, e)) {
            return NULL;
        }
    }
    if (!accept(p, RSQB)) {
        return NULL;
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_List(elts, Load, UPTO(b));
}

Expr *
parse_bracket(struct Parser *p)
{
    struct Place before = place(p);
    Expr *e = bracket_raw(p);
    if (e == NULL && p->invalid && restore(p, before)) {
        invalid_comprehension(p);
    }
    return e;
}

/* ---- braces ---- */

static Expr *
set_rest(struct Parser *p, struct Begin b, Expr *first)
{
    int type = peek(p);
    if ((type == KW_FOR || type == ASYNC) && first->kind != Starred_kind) {
        ComprehensionSeq *generators = parse_for_if(p);
        return generators != NULL && accept(p, RBRACE) ? new_SetComp(first, generators, UPTO(b))
                                                       : NULL;
    }
    int base = p->stack_used;
    if (!push(p, first)) {
        return NULL;
    }
    while (accept(p, COMMA)) {
        type = peek(p);
        if (!starts_expression[type] && type != STAR) {
            break;
        }
        Expr *e = parse_star_named(p);
        if (e == NULL || !push(p, e)) {
            return NULL;
        }
    }
    if (!accept(p, RBRACE)) {
        return NULL;
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_Set(elts, UPTO(b));
}

/* Pushes a key (NULL for `**`) and a value. */
static bool
push_pair(struct Parser *p, Expr *key)
{
    Expr *value;
    if (key == NULL && accept(p, DOUBLESTAR)) {
        value = parse_bitwise_or(p);
    } else {
        if (key == NULL) {
            key = parse_expression(p);
        }
        if (key == NULL || !accept(p, COLON)) {
            return false;
        }
        value = parse_expression(p);
    }
    return value != NULL && push(p, key) && push(p, value);
}

/* Behind the first pair, which is on the stack above `base`. */
static Expr *
dict_rest(struct Parser *p, struct Begin b, int base)
{
    int type = peek(p);
    if ((type == KW_FOR || type == ASYNC) && p->stack[base] != NULL) {
        Expr *key = p->stack[base], *value = p->stack[base + 1];
        p->stack_used = base;
        ComprehensionSeq *generators = parse_for_if(p);
        return generators != NULL && accept(p, RBRACE)
                   ? new_DictComp(key, value, generators, UPTO(b)) : NULL;
    }
    while (accept(p, COMMA)) {
        type = peek(p);
        if (!starts_expression[type] && type != DOUBLESTAR) {
            break;
        }
        if (!push_pair(p, NULL)) {
            return NULL;
        }
    }
    if (!accept(p, RBRACE)) {
        return NULL;
    }
    int count = (p->stack_used - base) / 2;
    ExprSeq *keys = new_ExprSeq(count, p->arena), *values = new_ExprSeq(count, p->arena);
    if (keys == NULL || values == NULL) {
        p->error = true;
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        keys->items[i] = p->stack[base + 2 * i];
        values->items[i] = p->stack[base + 2 * i + 1];
    }
    p->stack_used = base;
    return new_Dict(keys, values, UPTO(b));
}

static Expr *
brace_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    int type = peek(p);
    int base = p->stack_used;
    if (type == RBRACE) {
        p->pos++;
        return new_Dict(NULL, NULL, UPTO(b));
    }
    if (type == DOUBLESTAR) {
        return push_pair(p, NULL) ? dict_rest(p, b, base) : NULL;
    }
    if (type == STAR) {
        Expr *first = parse_star_named(p);
        return first == NULL ? NULL : set_rest(p, b, first);
    }
    bool walrus = type == NAME && peek2(p) == COLONEQUAL;
    Expr *first = parse_named_expression(p);
    if (first == NULL) {
        return NULL;
    }
    if (peek(p) == COLON && !walrus) {
        return push_pair(p, first) ? dict_rest(p, b, base) : NULL;
    }
    return set_rest(p, b, first);
}

static Expr *
parse_brace(struct Parser *p)
{
    if (p->second_pass) {
        return invalid_brace(p);
    }
    Expr *e = brace_raw(p);
    if (unlikely(e == NULL)) {
        p->bad_brace = true;
    }
    return e;
}

/* ---- atoms ---- */

static Expr *
constant(struct Parser *p, PyObject *value)
{
    p->pos++;
    return new_Constant(value, NULL, ONLY(&p->tokens[p->pos - 1]));
}

static Expr *
atom_raw(struct Parser *p)
{
    switch (peek(p)) {
    case NAME: {
        PyObject *name = token_name(p, p->pos);
        if (name == NULL) {
            return NULL;
        }
        p->pos++;
        return new_Name(name, Load, ONLY(&p->tokens[p->pos - 1]));
    }
    case NUMBER:
        return parse_number(p);
    case STRING:
        return parse_strings(p);
    case KW_TRUE:
        return constant(p, Py_True);
    case KW_FALSE:
        return constant(p, Py_False);
    case KW_NONE:
        return constant(p, Py_None);
    case ELLIPSIS:
        return constant(p, Py_Ellipsis);
    case LPAR:
        return parse_paren(p);
    case LSQB:
        return parse_bracket(p);
    case LBRACE:
        return parse_brace(p);
    default:
        return NULL;
    }
}

Expr *
parse_atom(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return atom_raw(p);
    }
    void *node;
    int start = p->pos;
    if (memo_find(p, MEMO_ATOM, &node)) {
        return node;
    }
    return memo_add(p, MEMO_ATOM, start, atom_raw(p));
}

Expr *
parse_lambda(struct Parser *p)
{
    struct Begin b = begin(p);
    if (!enter(p, 2)) {
        return NULL;
    }
    p->pos++;
    Arguments *args = parse_parameters(p, true);
    Expr *body = NULL;
    if (args != NULL && accept(p, COLON)) {
        body = parse_expression(p);
    }
    leave(p, 2);
    return body == NULL ? NULL : new_Lambda(args, body, UPTO(b));
}
