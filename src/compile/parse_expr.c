/* Expressions: operators, calls, subscripts, targets.  Language reference, chapter 6.

   Binary operators are read by precedence climbing; everything else follows the grammar.  See
   parser.h for the meaning of NULL. */
#include "compile/parser.h"

const unsigned char starts_expression[256] = {
    [NAME] = 1, [NUMBER] = 1, [STRING] = 1, [LPAR] = 1, [LSQB] = 1, [LBRACE] = 1, [PLUS] = 1,
    [MINUS] = 1, [TILDE] = 1, [ELLIPSIS] = 1, [AWAIT] = 1, [KW_FALSE] = 1, [KW_NONE] = 1,
    [KW_TRUE] = 1, [KW_LAMBDA] = 1, [KW_NOT] = 1,
};

static Expr *
memoised(struct Parser *p, enum MemoRule rule, Expr *(*parse)(struct Parser *))
{
    void *node;
    int start = p->pos;
    if (peek(p) == ERRORTOKEN) {
        return NULL;
    }
    if (memo_find(p, rule, &node)) {
        return node;
    }
    return memo_add(p, rule, start, parse(p));
}

/* ---- conditional expressions, boolean operators ---- */

/* What begins an operand that is no more than a primary. */
static const unsigned char starts_primary[256] = {
    [NAME] = 1, [NUMBER] = 1, [STRING] = 1, [LPAR] = 1, [LSQB] = 1, [LBRACE] = 1, [ELLIPSIS] = 1,
    [KW_FALSE] = 1, [KW_NONE] = 1, [KW_TRUE] = 1,
};

/* What can make more of a primary than it is: an operator, a comparison or a keyword. */
static const unsigned char goes_on[256] = {
    [DOUBLESTAR] = 1, [VBAR] = 1, [CIRCUMFLEX] = 1, [AMPER] = 1, [LEFTSHIFT] = 1, [RIGHTSHIFT] = 1,
    [PLUS] = 1, [MINUS] = 1, [STAR] = 1, [SLASH] = 1, [DOUBLESLASH] = 1, [PERCENT] = 1, [AT] = 1,
    [EQEQUAL] = 1, [NOTEQUAL] = 1, [LESS] = 1, [LESSEQUAL] = 1, [GREATER] = 1, [GREATEREQUAL] = 1,
    [KW_IN] = 1, [KW_IS] = 1, [KW_NOT] = 1, [KW_AND] = 1, [KW_OR] = 1, [KW_IF] = 1,
};

/* 'if' disjunction 'else' expression, behind `body`. */
static NOINLINE Expr *
if_rest(struct Parser *p, struct Begin b, Expr *body)
{
    struct Place before = place(p);
    if (!enter(p, 1)) {
        return NULL;
    }
    Expr *result = NULL;
    p->pos++;
    Expr *test = parse_disjunction(p);
    if (test != NULL && accept(p, KW_ELSE)) {
        Expr *orelse = parse_expression(p);
        if (orelse != NULL) {
            result = new_IfExp(test, body, orelse, UPTO(b));
        }
    }
    leave(p, 1);
    if (result == NULL && restore(p, before)) {
        return body;
    }
    return result;
}

static Expr *
expression_raw(struct Parser *p)
{
    int type = peek(p);
    if (type == KW_LAMBDA) {
        return parse_lambda(p);
    }
    struct Begin b = begin(p);
    Expr *body = parse_disjunction(p);
    if (body == NULL || likely(peek(p) != KW_IF)) {
        return body;
    }
    return if_rest(p, b, body);
}

static Expr *
expression_checked(struct Parser *p)
{
    if (p->invalid && invalid_expression(p)) {
        return NULL;
    }
    return expression_raw(p);
}

Expr *
parse_expression(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return expression_raw(p);
    }
    return memoised(p, MEMO_EXPRESSION, expression_checked);
}

Expr *
parse_expression_plain(struct Parser *p)
{
    bool invalid = p->invalid;
    p->invalid = false;
    Expr *e = expression_raw(p);
    p->invalid = invalid;
    return e;
}

static Expr *parse_inversion(struct Parser *p);
static Expr *inversion_rest(struct Parser *p, struct Begin b, Expr *left);
static Expr *binary_rest(struct Parser *p, struct Begin b, Expr *left, int precedence);
static Expr *power_rest(struct Parser *p, Expr *left, struct Begin b);

/* operand (keyword operand)+ */
static Expr *
bool_op(struct Parser *p, struct Begin b, Expr *first, int keyword, enum BoolOperator op,
        Expr *(*operand)(struct Parser *))
{
    int base = p->stack_used;
    if (!push(p, first)) {
        return NULL;
    }
    while (peek(p) == keyword) {
        struct Place before = place(p);
        p->pos++;
        Expr *e = operand(p);
        if (e == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, e)) {
            return NULL;
        }
    }
    if (p->stack_used == base + 1) {
        p->stack_used = base;
        return first;
    }
    ExprSeq *values = pop_seq(p, base);
    return values == NULL ? NULL : new_BoolOp(op, values, UPTO(b));
}

static Expr *
parse_conjunction(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_inversion(p);
    if (e != NULL && peek(p) == KW_AND) {
        return bool_op(p, b, e, KW_AND, And, parse_inversion);
    }
    return e;
}

static Expr *
disjunction_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e;
    if (likely(!p->second_pass) && starts_primary[peek(p)]) {
        /* Mostly nothing follows: one look instead of one at each level of the grammar. */
        e = parse_primary(p);
        if (e == NULL || !goes_on[peek(p)]) {
            return e;
        }
        e = inversion_rest(p, b, binary_rest(p, b, power_rest(p, e, b), 1));
        if (e != NULL && peek(p) == KW_AND) {
            e = bool_op(p, b, e, KW_AND, And, parse_inversion);
        }
    } else {
        e = parse_conjunction(p);
    }
    if (e != NULL && peek(p) == KW_OR) {
        return bool_op(p, b, e, KW_OR, Or, parse_conjunction);
    }
    return e;
}

Expr *
parse_disjunction(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return disjunction_raw(p);
    }
    return memoised(p, MEMO_DISJUNCTION, disjunction_raw);
}

/* ---- comparisons ---- */

static const unsigned char comparisons[256] = {
    [EQEQUAL] = Eq, [NOTEQUAL] = NotEq, [LESS] = Lt, [LESSEQUAL] = LtE, [GREATER] = Gt,
    [GREATEREQUAL] = GtE, [KW_IN] = In, [KW_IS] = Is, [KW_NOT] = NotIn,
};

/* `!=` is spelled `<>` under PEP 401. */
static bool
check_not_equal(struct Parser *p, const struct Token *token)
{
    bool plain = token_text(p, token)[0] == '!';
    if (!(p->flags & CO_FUTURE_BARRY_AS_BDFL)) {
        return plain;
    }
    if (plain) {
        raise_here(p, PyExc_SyntaxError, "with Barry as BDFL, use '<>' instead of '!='");
        return false;
    }
    return true;
}

/* Reads a comparison operator; 0 if there is none. */
static int
comparison_operator(struct Parser *p)
{
    int op = comparisons[peek(p)];
    if (likely(op == 0)) {
        return 0;
    }
    if (op == NotIn) {
        if (peek2(p) != KW_IN) {
            return 0;
        }
        p->pos += 2;
        return NotIn;
    }
    p->pos++;
    if (op == NotEq && !check_not_equal(p, &p->tokens[p->pos - 1])) {
        return 0;
    }
    if (op == Is && peek(p) == KW_NOT) {
        /* `is not x`, but `is (not x)` cannot be written without parentheses. */
        p->pos++;
        return IsNot;
    }
    return op;
}

static Expr *
comparison_rest(struct Parser *p, struct Begin b, Expr *left)
{
    int base = p->stack_used;
    for (;;) {
        struct Place before = place(p);
        int op = comparison_operator(p);
        Expr *right = op == 0 ? NULL : parse_bitwise_or(p);
        if (right == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, (void *)(intptr_t)op) || !push(p, right)) {
            return NULL;
        }
    }
    int count = (p->stack_used - base) / 2;
    if (count == 0) {
        return left;
    }
    IntSeq *ops = new_IntSeq(count, p->arena);
    ExprSeq *comparators = new_ExprSeq(count, p->arena);
    if (ops == NULL || comparators == NULL) {
        p->error = true;
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        ops->items[i] = (int)(intptr_t)p->stack[base + 2 * i];
        comparators->items[i] = p->stack[base + 2 * i + 1];
    }
    p->stack_used = base;
    return new_Compare(left, ops, comparators, UPTO(b));
}

/* What may follow the first operand of a comparison; NULL stays NULL, here and below. */
static ALWAYS_INLINE Expr *
inversion_rest(struct Parser *p, struct Begin b, Expr *left)
{
    if (left == NULL || likely(!comparisons[peek(p)])) {
        return left;
    }
    return comparison_rest(p, b, left);
}

static Expr *
inversion_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    if (unlikely(peek(p) == KW_NOT)) {
        if (!enter(p, 1)) {
            return NULL;
        }
        p->pos++;
        Expr *operand = parse_inversion(p);
        leave(p, 1);
        return operand == NULL ? NULL : new_UnaryOp(Not, operand, UPTO(b));
    }
    return inversion_rest(p, b, parse_bitwise_or(p));
}

static Expr *
parse_inversion(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return inversion_raw(p);
    }
    return memoised(p, MEMO_INVERSION, inversion_raw);
}

/* ---- arithmetic ---- */

static const struct {
    unsigned char precedence, op;
} binary_operators[256] = {
    [VBAR] = {1, BitOr},       [CIRCUMFLEX] = {2, BitXor}, [AMPER] = {3, BitAnd},
    [LEFTSHIFT] = {4, LShift}, [RIGHTSHIFT] = {4, RShift}, [PLUS] = {5, Add},
    [MINUS] = {5, Sub},        [STAR] = {6, Mult},         [SLASH] = {6, Div},
    [DOUBLESLASH] = {6, FloorDiv}, [PERCENT] = {6, Modulo}, [AT] = {6, MatMult},
};

static Expr *parse_factor(struct Parser *p);

static Expr *
binary(struct Parser *p, int precedence)
{
    struct Begin b = begin(p);
    return binary_rest(p, b, parse_factor(p), precedence);
}

/* Operators of at least the given precedence, all left-associative. */
static Expr *
binary_rest(struct Parser *p, struct Begin b, Expr *left, int precedence)
{
    if (left == NULL) {
        return NULL;
    }
    for (;;) {
        int type = peek(p);
        int here = binary_operators[type].precedence;
        if (here == 0 || here < precedence) {
            return left;
        }
        struct Place before = place(p);
        p->pos++;
        Expr *right = binary(p, here + 1);
        if (right == NULL) {
            return restore(p, before) ? left : NULL;
        }
        if (type == AT && unlikely(p->feature_version < 5)) {
            return raise_version(p, 5, "The '@' operator is");
        }
        left = new_BinOp(left, binary_operators[type].op, right, UPTO(b));
        if (left == NULL) {
            p->error = true;
            return NULL;
        }
    }
}

static Expr *
bitwise_or_raw(struct Parser *p)
{
    return binary(p, 1);
}

Expr *
parse_bitwise_or(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return binary(p, 1);
    }
    return memoised(p, MEMO_BITWISE_OR, bitwise_or_raw);
}

static Expr *
parse_await_primary(struct Parser *p)
{
    if (likely(peek(p) != AWAIT)) {
        return parse_primary(p);
    }
    struct Begin b = begin(p);
    p->pos++;
    Expr *value = parse_primary(p);
    if (value == NULL) {
        return NULL;
    }
    if (p->feature_version < 5) {
        return raise_version(p, 5, "Await expressions are");
    }
    return new_Await(value, UPTO(b));
}

static Expr *
factor_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    int type = peek(p);
    if (type == MINUS || type == PLUS || type == TILDE) {
        if (!enter(p, 1)) {
            return NULL;
        }
        p->pos++;
        Expr *operand = parse_factor(p);
        leave(p, 1);
        if (operand == NULL) {
            return NULL;
        }
        enum UnaryOperator op = type == MINUS ? USub : type == PLUS ? UAdd : Invert;
        return new_UnaryOp(op, operand, UPTO(b));
    }
    return power_rest(p, parse_await_primary(p), b);
}

static Expr *
power_rest(struct Parser *p, Expr *left, struct Begin b)
{
    if (left == NULL || likely(peek(p) != DOUBLESTAR)) {
        return left;
    }
    struct Place before = place(p);
    if (!enter(p, 2)) {
        return NULL;
    }
    p->pos++;
    Expr *right = parse_factor(p);
    leave(p, 2);
    if (right == NULL) {
        return restore(p, before) ? left : NULL;
    }
    return new_BinOp(left, Pow, right, UPTO(b));
}

static Expr *
parse_factor(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return factor_raw(p);
    }
    return memoised(p, MEMO_FACTOR, factor_raw);
}

/* ---- calls and subscripts ---- */

/* Pushes a keyword, marked in the lowest bit. */
static bool
push_keyword(struct Parser *p, struct Begin b, PyObject *name)
{
    Expr *value = parse_expression(p);
    if (value == NULL) {
        return false;
    }
    Keyword *keyword = new_Keyword(name, value, UPTO(b));
    if (keyword == NULL) {
        p->error = true;
        return false;
    }
    return push(p, (void *)((uintptr_t)keyword | 1));
}

/* One argument.  `stage` is 0 while positional arguments may come, 1 behind name=value, 2 behind
   `**`. */
static bool
parse_argument(struct Parser *p, int *stage)
{
    struct Begin b = begin(p);
    int type = peek(p);
    if (type == STAR) {
        Expr *e = *stage < 2 ? parse_starred_expression(p) : NULL;
        return e != NULL && push(p, e);
    }
    if (type == DOUBLESTAR) {
        p->pos++;
        *stage = 2;
        return push_keyword(p, b, NULL);
    }
    bool named = type == NAME && peek2(p) == EQUAL;
    if (*stage == 0 && !named) {
        struct Place before = place(p);
        Expr *e = parse_walrus_or_expression(p);
        if (e != NULL && peek(p) != EQUAL) {
            return push(p, e);
        }
        if (p->invalid && restore(p, before)) {
            invalid_kwarg(p);
        }
        return false;
    }
    if (p->invalid && invalid_kwarg(p)) {
        return false;
    }
    if (!named) {
        return false;
    }
    PyObject *name = token_name(p, p->pos);
    p->pos += 2;
    *stage = *stage > 1 ? *stage : 1;
    return name != NULL && push_keyword(p, b, name);
}

static bool
split_arguments(struct Parser *p, int base, ExprSeq **args, KeywordSeq **keywords)
{
    int count = 0, total = p->stack_used - base;
    for (int i = 0; i < total; i++) {
        count += !((uintptr_t)p->stack[base + i] & 1);
    }
    ExprSeq *positional = count == 0 ? NULL : new_ExprSeq(count, p->arena);
    KeywordSeq *named = count == total ? NULL : new_KeywordSeq(total - count, p->arena);
    if ((count > 0 && positional == NULL) || (count < total && named == NULL)) {
        p->error = true;
        return false;
    }
    for (int i = 0, a = 0, k = 0; i < total; i++) {
        uintptr_t item = (uintptr_t)p->stack[base + i];
        if (item & 1) {
            named->items[k++] = (Keyword *)(item & ~(uintptr_t)1);
        } else {
            positional->items[a++] = (Expr *)item;
        }
    }
    p->stack_used = base;
    *args = positional;
    *keywords = named;
    return true;
}

/* Turns a lone argument with `for` behind it into a generator expression, whose position includes
   the parentheses of the call. */
static bool
lone_genexp(struct Parser *p, struct Begin paren)
{
    uintptr_t item = (uintptr_t)p->stack[p->stack_used - 1];
    if ((item & 1) || ((Expr *)item)->kind == Starred_kind) {
        return false;
    }
    ComprehensionSeq *generators = parse_for_if(p);
    if (generators == NULL || peek(p) != RPAR) {
        return false;
    }
    p->pos++;
    p->stack[p->stack_used - 1] = new_GeneratorExp((Expr *)item, generators, UPTO(paren));
    p->pos--;
    return p->stack[p->stack_used - 1] != NULL;
}

/* args [','] &')'.  A lone generator expression is allowed if `paren` is where '(' stands. */
static bool
arguments_raw(struct Parser *p, const struct Begin *paren, ExprSeq **args, KeywordSeq **keywords)
{
    int base = p->stack_used, stage = 0;
    *args = NULL;
    *keywords = NULL;
    do {
        int type = peek(p);
        if (type == RPAR) {
            break;
        }
        if (!parse_argument(p, &stage)) {
            return false;
        }
        type = peek(p);
        if (unlikely(type == KW_FOR || type == ASYNC) && paren != NULL &&
            p->stack_used == base + 1 && !lone_genexp(p, *paren)) {
            return false;
        }
    } while (accept(p, COMMA));
    return peek(p) == RPAR && p->stack_used > base && split_arguments(p, base, args, keywords);
}

Expr *
parse_args(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used, stage = 0;
    ExprSeq *args;
    KeywordSeq *keywords;
    for (;;) {
        struct Place before = place(p);
        bool first = p->stack_used == base;
        if (!first && !accept(p, COMMA)) {
            break;
        }
        if (!parse_argument(p, &stage)) {
            if (!restore(p, before) || first) {
                return NULL;
            }
            break;
        }
    }
    return split_arguments(p, base, &args, &keywords) ? new_Call(NULL, args, keywords, UPTO(b))
                                                      : NULL;
}

bool
parse_arguments(struct Parser *p, ExprSeq **args, KeywordSeq **keywords)
{
    *args = NULL;
    *keywords = NULL;
    if (peek(p) == RPAR) {
        return true;
    }
    if (likely(!p->second_pass)) {
        return arguments_raw(p, NULL, args, keywords);
    }
    struct Place before = place(p);
    void *node;
    if (memo_find(p, MEMO_ARGUMENTS, &node)) {
        if (node == NULL) {
            return false;
        }
        *args = ((Expr *)node)->v.Call.args;
        *keywords = ((Expr *)node)->v.Call.keywords;
        return true;
    }
    if (arguments_raw(p, NULL, args, keywords)) {
        Expr *call = new_Call(NULL, *args, *keywords, 0, 0, 0, 0, p->arena);
        return memo_add(p, MEMO_ARGUMENTS, before.pos, call) != NULL;
    }
    if (!restore(p, before)) {
        return false;
    }
    if (p->invalid && invalid_arguments(p)) {
        return false;
    }
    restore(p, before);
    memo_add(p, MEMO_ARGUMENTS, before.pos, NULL);
    return false;
}

/* '(' arguments ')' or a lone generator expression behind `func`.  NULL without an error means that
   the text is no call; the place is then unchanged. */
static Expr *
parse_call(struct Parser *p, struct Begin b, Expr *func)
{
    struct Place before = place(p);
    struct Begin paren = begin(p);
    ExprSeq *args = NULL;
    KeywordSeq *keywords = NULL;
    if (p->second_pass) {
        Expr *genexp = parse_genexp(p);
        if (genexp != NULL) {
            args = new_ExprSeq(1, p->arena);
            if (args == NULL) {
                p->error = true;
                return NULL;
            }
            args->items[0] = genexp;
            return new_Call(func, args, NULL, UPTO(b));
        }
        if (!restore(p, before)) {
            return NULL;
        }
    }
    p->pos++;
    bool good = peek(p) == RPAR ||
                (p->second_pass ? parse_arguments(p, &args, &keywords)
                                : arguments_raw(p, &paren, &args, &keywords));
    if (good) {
        p->pos++;
        return new_Call(func, args, keywords, UPTO(b));
    }
    restore(p, before);
    return NULL;
}

/* [expression] ':' [expression] [':' [expression]] | named_expression */
static Expr *
parse_slice(struct Parser *p)
{
    struct Begin b = begin(p);
    struct Place before = place(p);
    Expr *lower = NULL, *upper = NULL, *step = NULL;
    if (peek(p) != COLON) {
        if (p->second_pass) {
            lower = parse_expression(p);
            if (lower == NULL || peek(p) != COLON) {
                return restore(p, before) ? parse_named_expression(p) : NULL;
            }
        } else {
            bool walrus = peek(p) == NAME && peek2(p) == COLONEQUAL;
            lower = parse_named_expression(p);
            if (lower == NULL || likely(peek(p) != COLON) || walrus) {
                return lower;
            }
        }
    }
    p->pos++;
    if (starts_expression[peek(p)]) {
        upper = parse_expression(p);
        if (upper == NULL) {
            return NULL;
        }
    }
    if (accept(p, COLON) && starts_expression[peek(p)]) {
        step = parse_expression(p);
        if (step == NULL) {
            return NULL;
        }
    }
    return new_Slice(lower, upper, step, UPTO(b));
}

static Expr *
parse_slices(struct Parser *p)
{
    struct Begin b = begin(p);
    int base = p->stack_used;
    Expr *first = peek(p) == STAR ? parse_starred_expression(p) : parse_slice(p);
    if (first == NULL) {
        return NULL;
    }
    if (likely(peek(p) != COMMA) && first->kind != Starred_kind) {
        return first;
    }
    if (!push(p, first)) {
        return NULL;
    }
    while (accept(p, COMMA)) {
        int type = peek(p);
        Expr *e;
        if (type == STAR) {
            e = parse_starred_expression(p);
        } else if (starts_expression[type] || type == COLON) {
            e = parse_slice(p);
        } else {
            break;
        }
        if (e == NULL || !push(p, e)) {
            return NULL;
        }
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_Tuple(elts, Load, UPTO(b));
}

static Expr *
primary_raw(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_atom(p);
    while (e != NULL) {
        int type = peek(p);
        if (type == DOT) {
            if (peek2(p) != NAME) {
                return p->error ? NULL : e;
            }
            PyObject *name = token_name(p, p->pos + 1);
            if (name == NULL) {
                return NULL;
            }
            p->pos += 2;
            e = new_Attribute(e, name, Load, UPTO(b));
            continue;
        }
        if (unlikely(p->invalid) && type == LBRACE) {
            /* Read as the reference does: as if it were a generator expression. */
            struct Place before = place(p);
            invalid_comprehension(p);
            return restore(p, before) ? e : NULL;
        }
        if (type == LPAR) {
            Expr *call = parse_call(p, b, e);
            if (call == NULL) {
                return p->error ? NULL : e;
            }
            e = call;
        } else if (type == LSQB) {
            struct Place before = place(p);
            if (unlikely(p->invalid) && (invalid_comprehension(p) || !restore(p, before))) {
                return NULL;
            }
            p->pos++;
            Expr *slice = parse_slices(p);
            if (slice == NULL || !accept(p, RSQB)) {
                return restore(p, before) ? e : NULL;
            }
            e = new_Subscript(e, slice, Load, UPTO(b));
        } else {
            return e;
        }
    }
    if (PyErr_Occurred()) {
        p->error = true;
    }
    return NULL;
}

Expr *
parse_primary(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return primary_raw(p);
    }
    return memoised(p, MEMO_PRIMARY, primary_raw);
}

/* ---- lists of expressions ---- */

static Expr *
starred(struct Parser *p, Expr *(*parse)(struct Parser *))
{
    struct Begin b = begin(p);
    p->pos++;
    Expr *value = parse(p);
    return value == NULL ? NULL : new_Starred(value, Load, UPTO(b));
}

Expr *
parse_starred_expression(struct Parser *p)
{
    return peek(p) == STAR ? starred(p, parse_expression) : NULL;
}

static Expr *
star_expression_raw(struct Parser *p)
{
    return peek(p) == STAR ? starred(p, parse_bitwise_or) : parse_expression(p);
}

Expr *
parse_star_expression(struct Parser *p)
{
    if (likely(!p->second_pass)) {
        return star_expression_raw(p);
    }
    return memoised(p, MEMO_STAR_EXPRESSION, star_expression_raw);
}

/* More items behind `first` and a comma, as a tuple without parentheses. */
static Expr *
tuple_rest(struct Parser *p, struct Begin b, Expr *first, Expr *(*item)(struct Parser *), bool star)
{
    int base = p->stack_used;
    if (!push(p, first)) {
        return NULL;
    }
    while (peek(p) == COMMA) {
        p->pos++;
        int type = peek(p);
        if (!starts_expression[type] && !(star && type == STAR)) {
            break;
        }
        struct Place before = place(p);
        Expr *e = item(p);
        if (e == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, e)) {
            return NULL;
        }
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_Tuple(elts, Load, UPTO(b));
}

Expr *
parse_star_expressions(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_star_expression(p);
    if (e == NULL || likely(peek(p) != COMMA)) {
        return e;
    }
    return tuple_rest(p, b, e, parse_star_expression, true);
}

Expr *
parse_expressions(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_expression(p);
    if (e == NULL || likely(peek(p) != COMMA)) {
        return e;
    }
    return tuple_rest(p, b, e, parse_expression, false);
}

Expr *
parse_star_named(struct Parser *p)
{
    return peek(p) == STAR ? starred(p, parse_bitwise_or) : parse_named_expression(p);
}

ExprSeq *
parse_star_named_list(struct Parser *p)
{
    int base = p->stack_used;
    do {
        int type = peek(p);
        if (p->stack_used > base && !starts_expression[type] && type != STAR) {
            break;
        }
        Expr *e = parse_star_named(p);
        if (e == NULL || !push(p, e)) {
            return NULL;
        }
    } while (accept(p, COMMA));
    return pop_seq(p, base);
}

/* NAME ':=' expression */
Expr *
parse_walrus(struct Parser *p)
{
    if (peek(p) != NAME || peek2(p) != COLONEQUAL) {
        return NULL;
    }
    int index = p->pos;
    PyObject *name = token_name(p, index);
    if (name == NULL) {
        return NULL;
    }
    struct Begin b = begin(p);
    p->pos++;
    Expr *target = new_Name(name, Store, UPTO(b));
    p->pos++;
    Expr *value = target == NULL ? NULL : parse_expression(p);
    if (value == NULL) {
        return NULL;
    }
    if (p->feature_version < 8) {
        return raise_version(p, 8, "Assignment expressions are");
    }
    return new_NamedExpr(target, value, UPTO(b));
}

Expr *
parse_walrus_or_expression(struct Parser *p)
{
    if (peek(p) == NAME && peek2(p) == COLONEQUAL) {
        struct Place before = place(p);
        Expr *e = parse_walrus(p);
        if (e != NULL || !p->second_pass || !restore(p, before)) {
            return e;
        }
    }
    Expr *e = parse_expression(p);
    return e != NULL && peek(p) != COLONEQUAL ? e : NULL;
}

Expr *
parse_named_expression(struct Parser *p)
{
    if (unlikely(p->invalid)) {
        struct Place before = place(p);
        Expr *e = parse_walrus(p);
        if (e != NULL || !restore(p, before)) {
            return e;
        }
        if (invalid_named_expression(p)) {
            return NULL;
        }
    }
    return parse_walrus_or_expression(p);
}

Expr *
parse_yield(struct Parser *p)
{
    struct Begin b = begin(p);
    p->pos++;
    if (peek(p) == KW_FROM) {
        p->pos++;
        Expr *value = parse_expression(p);
        return value == NULL ? NULL : new_YieldFrom(value, UPTO(b));
    }
    Expr *value = NULL;
    int type = peek(p);
    if (starts_expression[type] || type == STAR) {
        struct Place before = place(p);
        value = parse_star_expressions(p);
        if (value == NULL && !restore(p, before)) {
            return NULL;
        }
    }
    return new_Yield(value, UPTO(b));
}

/* ---- targets ---- */

Expr *
find_bad_target(Expr *e, enum TargetUse use)
{
    switch (e->kind) {
    case Name_kind:
    case Attribute_kind:
    case Subscript_kind:
        return NULL;
    case Starred_kind:
        return use == DELETING ? e : find_bad_target(e->v.Starred.value, use);
    case Compare_kind:
        if (use == LOOPING) {
            return e->v.Compare.ops->items[0] == In ? find_bad_target(e->v.Compare.left, use)
                                                    : NULL;
        }
        return e;
    case List_kind:
    case Tuple_kind: {
        ExprSeq *elts = e->kind == List_kind ? e->v.List.elts : e->v.Tuple.elts;
        for (int i = 0; i < seq_len(elts); i++) {
            Expr *bad = find_bad_target(elts->items[i], use);
            if (bad != NULL) {
                return bad;
            }
        }
        return NULL;
    }
    default:
        return e;
    }
}

void
set_context(Expr *e, enum ExprContext ctx)
{
    ExprSeq *elts = NULL;
    switch (e->kind) {
    case Name_kind:
        e->v.Name.ctx = ctx;
        break;
    case Attribute_kind:
        e->v.Attribute.ctx = ctx;
        break;
    case Subscript_kind:
        e->v.Subscript.ctx = ctx;
        break;
    case Starred_kind:
        e->v.Starred.ctx = ctx;
        set_context(e->v.Starred.value, ctx);
        break;
    case List_kind:
        e->v.List.ctx = ctx;
        elts = e->v.List.elts;
        break;
    case Tuple_kind:
        e->v.Tuple.ctx = ctx;
        elts = e->v.Tuple.elts;
        break;
    default:
        break;
    }
    for (int i = 0; i < seq_len(elts); i++) {
        set_context(elts->items[i], ctx);
    }
}

Expr *
parse_star_target(struct Parser *p)
{
    if (unlikely(peek(p) == STAR)) {
        struct Begin b = begin(p);
        p->pos++;
        Expr *value = peek(p) == STAR ? NULL : parse_star_target(p);
        return value == NULL ? NULL : new_Starred(value, Store, UPTO(b));
    }
    Expr *e = parse_primary(p);
    if (e == NULL || find_bad_target(e, STORING) != NULL) {
        return NULL;
    }
    set_context(e, Store);
    return e;
}

Expr *
parse_star_targets(struct Parser *p)
{
    struct Begin b = begin(p);
    Expr *e = parse_star_target(p);
    if (e == NULL || likely(peek(p) != COMMA)) {
        return e;
    }
    int base = p->stack_used;
    if (!push(p, e)) {
        return NULL;
    }
    while (accept(p, COMMA)) {
        int type = peek(p);
        if (!starts_expression[type] && type != STAR) {
            break;
        }
        struct Place before = place(p);
        e = parse_star_target(p);
        if (e == NULL) {
            if (!restore(p, before)) {
                return NULL;
            }
            break;
        }
        if (!push(p, e)) {
            return NULL;
        }
    }
    ExprSeq *elts = pop_seq(p, base);
    return elts == NULL ? NULL : new_Tuple(elts, Store, UPTO(b));
}
