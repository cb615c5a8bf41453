/* Parameters of functions and lambda expressions, and what can be wrong with them.

   Parameters of a function end at ')', may be annotated and may carry type comments; those of a
   lambda expression end at ':'.  Language reference, 8.7. */
#include "compile/parser.h"

#define END_OF(lambda) ((lambda) ? COLON : RPAR)

Arguments *
empty_arguments(struct Parser *p)
{
    return new_Arguments(NULL, NULL, NULL, NULL, NULL, NULL, NULL, p->arena);
}

/* NAME [':' annotation] */
static Arg *
parse_param(struct Parser *p, bool lambda, bool star_annotation)
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
    Expr *annotation = NULL;
    if (!lambda && peek(p) == COLON) {
        p->pos++;
        annotation = star_annotation ? parse_star_expression(p) : parse_expression(p);
        if (annotation == NULL) {
            return NULL;
        }
    }
    return new_Arg(name, annotation, NULL, UPTO(b));
}

/* '=' expression */
static Expr *
parse_default(struct Parser *p)
{
    struct Place before = place(p);
    p->pos++;
    Expr *e = parse_expression(p);
    if (e == NULL && restore(p, before) && p->invalid) {
        invalid_default(p);
    }
    return e;
}

/* What ends a parameter: a comma or the end ahead, either with a type comment. */
static bool
end_param(struct Parser *p, bool lambda, Arg *arg)
{
    bool comma = accept(p, COMMA);
    if (!lambda && unlikely(peek(p) == TYPE_COMMENT)) {
        PyObject *comment = type_comment(p, p->pos);
        if (comment == NULL) {
            return false;
        }
        if (arg != NULL) {
            arg->type_comment = comment;
        }
        p->pos++;
    }
    return comma || peek(p) == END_OF(lambda);
}

struct Params {
    int base;                   /* pairs (Arg, default) on the parser's stack */
    int count;
    int slash;                  /* positional-only ones, -1 without '/' */
    int star;                   /* those before '*', -1 without */
    int defaults;               /* positional ones with a default */
    Arg *vararg, *kwarg;
};

/* A named parameter, with its default, and the comma behind it. */
static bool
add_param(struct Parser *p, struct Params *params, bool lambda)
{
    if (params->kwarg != NULL) {
        return false;
    }
    Arg *arg = parse_param(p, lambda, false);
    if (arg == NULL) {
        return false;
    }
    Expr *value = NULL;
    if (peek(p) == EQUAL) {
        value = parse_default(p);
        if (value == NULL) {
            return false;
        }
    }
    if (!end_param(p, lambda, arg)) {
        return false;
    }
    if (params->star < 0) {
        if (value == NULL && params->defaults > 0) {
            return false;
        }
        params->defaults += value != NULL;
    }
    params->count++;
    return push(p, arg) && push(p, value);
}

/* '*' NAME or a bare '*' with a keyword-only parameter behind it. */
static bool
add_star(struct Parser *p, struct Params *params, bool lambda)
{
    if (params->star >= 0 || params->kwarg != NULL) {
        return false;
    }
    if (p->invalid && invalid_star_etc(p, lambda)) {
        return false;
    }
    p->pos++;
    params->star = params->count;
    if (accept(p, COMMA)) {
        return peek(p) == NAME;
    }
    params->vararg = parse_param(p, lambda, true);
    return params->vararg != NULL && end_param(p, lambda, params->vararg);
}

static Arguments *
build_arguments(struct Parser *p, struct Params *params)
{
    void **pairs = p->stack + params->base;
    int positional = params->star < 0 ? params->count : params->star;
    int posonly = params->slash < 0 ? 0 : params->slash;
    int normal = positional - posonly, kwonly = params->count - positional;
    Arena *arena = p->arena;
    ArgSeq *posonlyargs = posonly ? new_ArgSeq(posonly, arena) : NULL;
    ArgSeq *args = normal ? new_ArgSeq(normal, arena) : NULL;
    ArgSeq *kwonlyargs = kwonly ? new_ArgSeq(kwonly, arena) : NULL;
    ExprSeq *kw_defaults = kwonly ? new_ExprSeq(kwonly, arena) : NULL;
    ExprSeq *defaults = params->defaults ? new_ExprSeq(params->defaults, arena) : NULL;
    if (PyErr_Occurred()) {
        p->error = true;
        return NULL;
    }
    for (int i = 0, d = 0; i < params->count; i++) {
        Arg *arg = pairs[2 * i];
        Expr *value = pairs[2 * i + 1];
        if (i >= positional) {
            kwonlyargs->items[i - positional] = arg;
            kw_defaults->items[i - positional] = value;
            continue;
        }
        if (i < posonly) {
            posonlyargs->items[i] = arg;
        } else {
            args->items[i - posonly] = arg;
        }
        if (value != NULL) {
            defaults->items[d++] = value;
        }
    }
    p->stack_used = params->base;
    return new_Arguments(posonlyargs, args, params->vararg, kwonlyargs, kw_defaults, params->kwarg,
                         defaults, arena);
}

Arguments *
parse_parameters(struct Parser *p, bool lambda)
{
    if (p->invalid && invalid_parameters(p, lambda)) {
        return NULL;
    }
    int end = END_OF(lambda);
    if (peek(p) == end) {
        return empty_arguments(p);
    }
    struct Params params = {.base = p->stack_used, .slash = -1, .star = -1};
    for (int type = peek(p); type != end; type = peek(p)) {
        bool good = false;
        if (type == NAME) {
            good = add_param(p, &params, lambda);
        } else if (type == SLASH) {
            if (params.slash < 0 && params.star < 0 && params.count > 0 && params.kwarg == NULL) {
                p->pos++;
                params.slash = params.count;
                good = accept(p, COMMA) || peek(p) == end;
            }
        } else if (type == STAR) {
            good = add_star(p, &params, lambda);
        } else if (type == DOUBLESTAR && params.kwarg == NULL) {
            if (p->invalid && invalid_kwds(p, lambda)) {
                return NULL;
            }
            p->pos++;
            params.kwarg = parse_param(p, lambda, false);
            good = params.kwarg != NULL && end_param(p, lambda, params.kwarg);
        }
        if (!good) {
            return NULL;
        }
    }
    if (params.slash >= 0 && p->feature_version < 8) {
        return raise_version(p, 8, "Positional-only parameters are");
    }
    return build_arguments(p, &params);
}

/* ---- mistakes ----

   The checks below read parameters without keeping them.  Each is true if it could read something
   and leaves the place unchanged if not; `p->error` ends everything. */

enum ParamForm { NO_DEFAULT, WITH_DEFAULT, MAYBE_DEFAULT };

static bool
skip_param(struct Parser *p, bool lambda, enum ParamForm form)
{
    struct Place before = place(p);
    Arg *arg = parse_param(p, lambda, false);
    bool good = arg != NULL;
    if (good && form != NO_DEFAULT && peek(p) == EQUAL) {
        good = parse_default(p) != NULL;
    } else if (good && form == WITH_DEFAULT) {
        good = false;
    }
    if (good && end_param(p, lambda, arg)) {
        return true;
    }
    restore(p, before);
    return false;
}

/* Reads as many as there are; the number. */
static int
skip_params(struct Parser *p, bool lambda, enum ParamForm form)
{
    int count = 0;
    while (!p->error && skip_param(p, lambda, form)) {
        count++;
    }
    return count;
}

static bool
skip_slash(struct Parser *p, bool lambda)
{
    return accept(p, SLASH) && (accept(p, COMMA) || peek(p) == END_OF(lambda));
}

static bool
skip_slash_no_default(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    if (skip_params(p, lambda, NO_DEFAULT) > 0 && skip_slash(p, lambda)) {
        return true;
    }
    restore(p, before);
    return false;
}

static bool
skip_slash_with_default(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    skip_params(p, lambda, NO_DEFAULT);
    if (skip_params(p, lambda, WITH_DEFAULT) > 0 && skip_slash(p, lambda)) {
        return true;
    }
    restore(p, before);
    return false;
}

static bool
skip_any_slash(struct Parser *p, bool lambda)
{
    return skip_slash_no_default(p, lambda) || (!p->error && skip_slash_with_default(p, lambda));
}

/* A parameter without default behind one with. */
static bool
default_order(struct Parser *p, bool lambda)
{
    skip_params(p, lambda, NO_DEFAULT);
    if (p->error) {
        return true;
    }
    if (!skip_slash_with_default(p, lambda) && !p->error) {
        if (skip_params(p, lambda, WITH_DEFAULT) == 0) {
            return p->error;
        }
    }
    if (p->error) {
        return true;
    }
    struct Place before = place(p);
    Arg *arg = parse_param(p, lambda, false);
    if (arg != NULL && end_param(p, lambda, arg)) {
        raise_expr(p, arg, "non-default argument follows default argument");
        return true;
    }
    restore(p, before);
    return p->error;
}

/* Python 2's tuple parameters. */
static bool
parenthesised(struct Parser *p, bool lambda)
{
    skip_params(p, lambda, NO_DEFAULT);
    int open = p->pos;
    if (p->error || !accept(p, LPAR)) {
        return p->error;
    }
    if (lambda) {
        do {
            if (parse_param(p, true, false) == NULL) {
                /* A comma may stand before the end. */
                if (p->pos == open + 1) {
                    return p->error;
                }
                break;
            }
        } while (accept(p, COMMA));
    } else {
        if (skip_params(p, false, NO_DEFAULT) == 0) {
            return p->error;
        }
        accept(p, COMMA);
    }
    if (p->error || !accept(p, RPAR)) {
        return p->error;
    }
    raise_tokens(p, token_at(p, open), token_at(p, p->pos - 1), "%s parameters cannot be parenthesized",
                 lambda ? "Lambda expression" : "Function");
    return true;
}

static bool
slash_mistakes(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    if (accept(p, SLASH) && accept(p, COMMA)) {
        raise_token(p, token_at(p, before.pos), "at least one argument must precede /");
        return true;
    }
    restore(p, before);
    if (skip_any_slash(p, lambda)) {
        skip_params(p, lambda, MAYBE_DEFAULT);
        if (!p->error && accept(p, SLASH)) {
            raise_token(p, token_at(p, p->pos - 1), "/ may appear only once");
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    skip_any_slash(p, lambda);
    if (!p->error) {
        skip_params(p, lambda, MAYBE_DEFAULT);
    }
    if (!p->error && accept(p, STAR) && (accept(p, COMMA) || skip_param(p, lambda, NO_DEFAULT))) {
        skip_params(p, lambda, MAYBE_DEFAULT);
        if (!p->error && accept(p, SLASH)) {
            raise_token(p, token_at(p, p->pos - 1), "/ must be ahead of *");
        }
    }
    if (!restore(p, before)) {
        return true;
    }
    if (skip_params(p, lambda, MAYBE_DEFAULT) > 0 && accept(p, SLASH) && accept(p, STAR)) {
        raise_token(p, token_at(p, p->pos - 1), "expected comma between / and *");
    }
    return !restore(p, before);
}

bool
invalid_parameters(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    if (default_order(p, lambda) || !restore(p, before)) {
        return true;
    }
    if (parenthesised(p, lambda) || !restore(p, before)) {
        return true;
    }
    return slash_mistakes(p, lambda);
}

bool
invalid_star_etc(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    int star = p->pos, end = END_OF(lambda);
    p->pos++;
    if (peek(p) == end || (accept(p, COMMA) && (peek(p) == end || peek(p) == DOUBLESTAR))) {
        if (lambda) {
            raise_here(p, PyExc_SyntaxError, "named arguments must follow bare *");
        } else {
            raise_token(p, token_at(p, star), "named arguments must follow bare *");
        }
        return true;
    }
    if (!restore(p, before)) {
        return true;
    }
    p->pos++;
    if (!lambda && accept(p, COMMA) && peek(p) == TYPE_COMMENT) {
        raise_here(p, PyExc_SyntaxError, "bare * has associated type comment");
        return true;
    }
    if (!restore(p, before)) {
        return true;
    }
    p->pos++;
    if (parse_param(p, lambda, false) != NULL && accept(p, EQUAL)) {
        raise_token(p, token_at(p, p->pos - 1), "var-positional argument cannot have default value");
        return true;
    }
    if (!restore(p, before)) {
        return true;
    }
    p->pos++;
    if (skip_param(p, lambda, NO_DEFAULT) || (!p->error && accept(p, COMMA))) {
        skip_params(p, lambda, MAYBE_DEFAULT);
        int second = p->pos;
        if (!p->error && accept(p, STAR) &&
            (skip_param(p, lambda, NO_DEFAULT) || (!p->error && accept(p, COMMA)))) {
            raise_token(p, token_at(p, second), "* argument may appear only once");
        }
    }
    return !restore(p, before);
}

bool
invalid_kwds(struct Parser *p, bool lambda)
{
    struct Place before = place(p);
    p->pos++;
    if (parse_param(p, lambda, false) != NULL) {
        if (accept(p, EQUAL)) {
            raise_token(p, token_at(p, p->pos - 1), "var-keyword argument cannot have default value");
        } else if (accept(p, COMMA)) {
            static const char text[] = "arguments cannot follow var-keyword argument";
            int type = peek(p);
            struct Place next = place(p);
            Arg *arg = parse_param(p, lambda, false);
            if (arg != NULL) {
                raise_expr(p, arg, text);
            } else if (restore(p, next) && (type == STAR || type == DOUBLESTAR || type == SLASH)) {
                raise_token(p, token_at(p, p->pos), text);
            }
        }
    }
    return !restore(p, before);
}

bool
invalid_default(struct Parser *p)
{
    int equal = p->pos;
    p->pos++;
    int type = peek(p);
    if (type == RPAR || type == COMMA) {
        raise_token(p, token_at(p, equal), "expected default value expression");
        return true;
    }
    p->pos = equal;
    return p->error;
}
