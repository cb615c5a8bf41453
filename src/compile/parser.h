/* Inside the parser: state, token access and the functions of the grammar.

   Every parse_* function returns NULL in two cases: with `error` set (an exception is set), or
   without (the text does not match; the caller may restore a place and try something else).

   A text that does not match is read a second time with `invalid` set.  Then functions look for
   the mistakes that have a message of their own (parse_error.c), and results are memoised, because
   those checks read the same text many times.  The first pass memoises nothing.

   Mistakes in dictionaries are looked for whether or not `invalid` is set.  If the first pass met a
   `{` that it could not read, a pass with memo and without `invalid` comes in between. */
#ifndef KRAIT_COMPILE_PARSER_H
#define KRAIT_COMPILE_PARSER_H

#include "compile/ast.h"
#include "compile/compile.h"
#include "compile/token.h"

struct Token {
    unsigned char type;
    unsigned char level;        /* open parentheses behind it */
    uint32_t start, length;     /* in the tokenizer's text */
    int lineno, col, end_lineno, end_col;
};

struct NameEntry {
    uint64_t head;              /* text_word() */
    uint32_t hash, length;
    const char *text;           /* in the arena, if longer than that */
    PyObject *name;
};

struct Memo {
    struct Memo *next;
    int rule, end;
    void *node;
};

enum MemoRule {
    MEMO_EXPRESSION, MEMO_STAR_EXPRESSION, MEMO_DISJUNCTION, MEMO_INVERSION, MEMO_BITWISE_OR,
    MEMO_FACTOR, MEMO_PRIMARY, MEMO_ATOM, MEMO_ARGUMENTS, MEMO_NAMED, MEMO_STAR_TARGET, MEMO_BLOCK,
    MEMO_SIMPLE, MEMO_PATTERN, MEMO_LAMBDA
};

struct Parser {
    struct Token *tokens;
    int pos, fill, capacity;
    bool error;                 /* an exception is set */
    bool second_pass;           /* results are memoised */
    bool invalid;               /* look for mistakes with a message of their own */
    bool mute;                  /* the string that is being read was read before: no warnings */
    int warned;                 /* strings before this token have given their warnings */
    bool bad_brace;             /* the first pass found an unreadable `{...}` */
    int depth;
    Arena *arena;
    void **stack;               /* items of the sequences under construction */
    int stack_used, stack_size;
    struct NameEntry *names;    /* open addressing, a power of two */
    unsigned name_mask, name_count;
    struct Memo **memo;         /* per token, second pass only */
    int memo_size;

    int start;                  /* Py_file_input, ... or FSTRING_INPUT */
    int flags;                  /* PyCF_* and CO_FUTURE_* */
    int feature_version;
    bool started;               /* in single input: something came before the end */
    bool has_encoding;          /* columns of errors count characters, not bytes */
    bool from_file;             /* the text was read from a FILE: the end of input has no column */
    int first_lineno, first_col;    /* where an f-string expression begins in its source */
    TypeIgnoreSeq *type_ignores;
    int ignore_base;
    PyObject *filename;
    struct Tokenizer tok;
};

/* Start symbol for the expression in a replacement field. */
#define FSTRING_INPUT 800

#define PARSER_MAX_DEPTH 6000

status parser_init(struct Parser *p, char *text, size_t length, PyObject *filename, int start,
                   PyCompilerFlags *flags, Arena *arena);
void parser_clear(struct Parser *p);
/* A Mod, or an Expr for FSTRING_INPUT. */
void *parser_run(struct Parser *p);
bool parser_fill(struct Parser *p);

/* ---- tokens ---- */

static inline int
peek(struct Parser *p)
{
    if (unlikely(p->pos >= p->fill) && !parser_fill(p)) {
        return ERRORTOKEN;
    }
    return p->tokens[p->pos].type;
}

/* The token behind the next one. */
static inline int
peek2(struct Parser *p)
{
    if (peek(p) == ERRORTOKEN) {
        return ERRORTOKEN;
    }
    while (unlikely(p->pos + 1 >= p->fill)) {
        if (!parser_fill(p)) {
            return ERRORTOKEN;
        }
    }
    return p->tokens[p->pos + 1].type;
}

static inline bool
accept(struct Parser *p, int type)
{
    if (peek(p) == type) {
        p->pos++;
        return true;
    }
    return false;
}

/* A token by index, always behind `pos`, and its text. */
static inline struct Token *
token_at(struct Parser *p, int index)
{
    return &p->tokens[index];
}

static inline const char *
token_text(struct Parser *p, const struct Token *token)
{
    return p->tok.text + token->start;
}

/* Is the next token this word (of a soft keyword)? */
bool peek_word(struct Parser *p, const char *word);
/* Is the token a soft keyword or (the reference's notion) the beginning of one? */
bool is_soft_keyword(struct Parser *p, const struct Token *token);

/* ---- positions ---- */

struct Begin {
    int lineno, col;
};

static inline struct Begin
begin(struct Parser *p)
{
    if (peek(p) == ERRORTOKEN) {
        return (struct Begin){0, 0};
    }
    const struct Token *token = &p->tokens[p->pos];
    return (struct Begin){token->lineno, token->col};
}

/* The last token that was read and is not layout. */
static inline const struct Token *
last_token(struct Parser *p)
{
    const struct Token *token = &p->tokens[p->pos > 0 ? p->pos - 1 : 0];
    while (token > p->tokens && token->type >= NEWLINE && token->type <= DEDENT) {
        token--;
    }
    return token;
}

/* Trailing arguments of a constructor: from `b` to the last token. */
#define UPTO(b) (b).lineno, (b).col, last_token(p)->end_lineno, last_token(p)->end_col, p->arena
/* The same for a node that covers exactly the token `t`. */
#define ONLY(t) (t)->lineno, (t)->col, (t)->end_lineno, (t)->end_col, p->arena

/* ---- trying ---- */

struct Place {
    int pos, stack_used;
};

static inline struct Place
place(struct Parser *p)
{
    return (struct Place){p->pos, p->stack_used};
}

/* Goes back; false if an exception forbids to go on. */
static inline bool
restore(struct Parser *p, struct Place where)
{
    p->pos = where.pos;
    p->stack_used = where.stack_used;
    if (!p->error && unlikely(PyErr_Occurred() != NULL)) {
        p->error = true;            /* a constructor without memory */
    }
    return !p->error;
}

/* Counts recursion; MemoryError when the text is nested too deeply. */
static inline bool
enter(struct Parser *p, int weight)
{
    p->depth += weight;
    if (unlikely(p->depth > PARSER_MAX_DEPTH)) {
        p->depth -= weight;
        if (!p->error) {
            p->error = true;
            PyErr_NoMemory();
        }
        return false;
    }
    return true;
}

#define leave(p, weight) ((p)->depth -= (weight))

/* ---- sequences ---- */

bool push_slow(struct Parser *p);

/* False with MemoryError. */
static inline bool
push(struct Parser *p, void *item)
{
    if (unlikely(p->stack_used == p->stack_size) && !push_slow(p)) {
        return false;
    }
    p->stack[p->stack_used++] = item;
    return true;
}

/* Pops everything above `base` into a new sequence; NULL for none (or without memory: `error`). */
void *pop_seq(struct Parser *p, int base);

/* ---- names and memo ---- */

/* The identifier in a NAME token, borrowed from the arena. */
PyObject *token_name(struct Parser *p, int index);
/* Makes the arena own a new reference; NULL if `object` is. */
PyObject *own(struct Parser *p, PyObject *object);
/* An interned identifier, owned by the arena. */
PyObject *own_identifier(struct Parser *p, const char *text, size_t length);

bool memo_find(struct Parser *p, int rule, void **node);
void *memo_add(struct Parser *p, int rule, int start, void *node);

/* ---- expressions: parse_expr.c, parse_atom.c, parse_number.c ---- */

extern const unsigned char starts_expression[256];

Expr *parse_expression(struct Parser *p);
Expr *parse_expression_plain(struct Parser *p);
Expr *parse_disjunction(struct Parser *p);
Expr *parse_bitwise_or(struct Parser *p);
Expr *parse_primary(struct Parser *p);
Expr *parse_atom(struct Parser *p);
Expr *parse_star_expression(struct Parser *p);
Expr *parse_star_expressions(struct Parser *p);
Expr *parse_expressions(struct Parser *p);
Expr *parse_star_named(struct Parser *p);
ExprSeq *parse_star_named_list(struct Parser *p);
Expr *parse_named_expression(struct Parser *p);
Expr *parse_walrus(struct Parser *p);
/* assignment_expression | expression !':=' */
Expr *parse_walrus_or_expression(struct Parser *p);
Expr *parse_starred_expression(struct Parser *p);
Expr *parse_yield(struct Parser *p);
Expr *parse_lambda(struct Parser *p);
Expr *parse_genexp(struct Parser *p);
ComprehensionSeq *parse_for_if(struct Parser *p);
Expr *parse_number(struct Parser *p);
Expr *parse_paren(struct Parser *p);
Expr *parse_bracket(struct Parser *p);

/* As many arguments as are in order, as a Call without a function; NULL for none. */
Expr *parse_args(struct Parser *p);

/* Positional arguments and keywords up to ')'.  True if they match; both may be NULL. */
bool parse_arguments(struct Parser *p, ExprSeq **args, KeywordSeq **keywords);

/* ---- targets ---- */

/* What a target is for.  A loop's target may turn out to be the comparison `x in y`. */
enum TargetUse { STORING, DELETING, LOOPING };

/* The first part of `e` that cannot be a target, or NULL. */
Expr *find_bad_target(Expr *e, enum TargetUse use);
void set_context(Expr *e, enum ExprContext ctx);
Expr *parse_star_target(struct Parser *p);
Expr *parse_star_targets(struct Parser *p);

/* ---- parameters: parse_params.c ---- */

Arguments *parse_parameters(struct Parser *p, bool lambda);
Arguments *empty_arguments(struct Parser *p);

/* ---- statements: parse_stmt.c ---- */

Mod *parse_file_input(struct Parser *p);
Mod *parse_interactive_input(struct Parser *p);
StmtSeq *parse_block(struct Parser *p);
PyObject *type_comment(struct Parser *p, int index);
Stmt *parse_match(struct Parser *p);
Expr *parse_subject(struct Parser *p);

/* ---- strings: parse_string.c, parse_fstring.c ---- */

Expr *parse_strings(struct Parser *p);

/* ---- errors: parse_error.c ---- */

/* All return NULL and set `error`.  Columns count from 0. */
void *raise_range(struct Parser *p, PyObject *exception, int lineno, int col, int end_lineno,
                  int end_col, const char *format, ...);
/* At the token that was read last from the tokenizer. */
void *raise_here(struct Parser *p, PyObject *exception, const char *format, ...);
void *raise_unclosed(struct Parser *p);
void *raise_tokenizer_error(struct Parser *p);
void *raise_decode_error(struct Parser *p);
void report_failure(struct Parser *p, int last);
void *raise_version(struct Parser *p, int minor, const char *what);

#define raise_expr(p, e, ...)                                                                      \
    raise_range(p, PyExc_SyntaxError, (e)->lineno, (e)->col_offset, (e)->end_lineno,               \
                (e)->end_col_offset, __VA_ARGS__)
#define raise_exprs(p, a, b, ...)                                                                  \
    raise_range(p, PyExc_SyntaxError, (a)->lineno, (a)->col_offset, (b)->end_lineno,               \
                (b)->end_col_offset, __VA_ARGS__)
#define raise_token(p, t, ...)                                                                     \
    raise_range(p, PyExc_SyntaxError, (t)->lineno, (t)->col, (t)->end_lineno, (t)->end_col,        \
                __VA_ARGS__)
#define raise_tokens(p, a, b, ...)                                                                 \
    raise_range(p, PyExc_SyntaxError, (a)->lineno, (a)->col, (b)->end_lineno, (b)->end_col,        \
                __VA_ARGS__)
/* As an end position: wherever the tokenizer is. */
#define CURRENT_POSITION (-5)

const char *expr_name(Expr *e);

/* Checks of the second pass.  True if the caller must give up because an exception was set. */
bool invalid_expression(struct Parser *p);
bool invalid_named_expression(struct Parser *p);
bool invalid_group(struct Parser *p);
bool invalid_comprehension(struct Parser *p);
bool invalid_for_target(struct Parser *p);
bool invalid_arguments(struct Parser *p);
bool invalid_kwarg(struct Parser *p);
bool invalid_assignment(struct Parser *p);
bool invalid_parameters(struct Parser *p, bool lambda);
bool invalid_star_etc(struct Parser *p, bool lambda);
bool invalid_kwds(struct Parser *p, bool lambda);
bool invalid_default(struct Parser *p);
Expr *invalid_brace(struct Parser *p);
bool invalid_delete(struct Parser *p);
bool invalid_with_item(struct Parser *p);
bool invalid_with_indent(struct Parser *p);
bool invalid_with(struct Parser *p);
bool invalid_except(struct Parser *p);
bool invalid_match(struct Parser *p);
bool invalid_as_pattern(struct Parser *p);
bool invalid_class_pattern(struct Parser *p);
/* ':' NEWLINE without INDENT behind it. */
bool invalid_indent(struct Parser *p, const char *what, int lineno);

/* Patterns for the checks. */
Pattern *parse_pattern(struct Parser *p);
Pattern *parse_patterns(struct Parser *p);
Pattern *parse_or_pattern(struct Parser *p);
Expr *parse_name_or_attr(struct Parser *p);

#endif
