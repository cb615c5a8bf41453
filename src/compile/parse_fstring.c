/* Formatted string literals (PEP 498; language reference, 2.4.3).

   An f-string is one STRING token.  Its text is split here into literal parts and replacement
   fields; the expression of a field is copied, put into parentheses and given to a parser of its
   own, whose tokens are moved to where the expression stands. */
#include <string.h>

#include "compile/parse_string.h"

struct FString {
    struct Strings *strings;
    const struct Token *token;
    int index;                  /* of the token */
    const char *text;           /* all of the token */
    const char *cur, *end;      /* between the quotes */
    bool raw;
};

#define fstring_error(p, ...) (raise_here(p, PyExc_SyntaxError, __VA_ARGS__), false)

static bool parse_parts(struct Parser *p, struct FString *f, struct Strings *strings, int depth);

/* ---- literal parts ---- */

/* Finds the end of the literal part at `cur`: a brace or the end.  `*skip` is set if the brace is
   doubled, in which case the part includes one of the two. */
static bool
find_literal_end(struct Parser *p, struct FString *f, int depth, const char **stop, bool *skip)
{
    const char *s = f->cur;
    *skip = false;
    while (s < f->end) {
        char c = *s;
        if (c == '\\' && !f->raw && s + 1 < f->end) {
            c = s[1];
            s += 2;
            if (c == 'N') {
                /* The braces of a character name start no field. */
                if (s < f->end && *s++ == '{') {
                    while (s < f->end && *s++ != '}') {
                    }
                }
                continue;
            }
            if (c != '{' && c != '}') {
                continue;
            }
            if (c == '{' && !warn_escape(p, f->token, s - 1)) {
                return false;
            }
            s--;
        }
        if (c == '{' || c == '}') {
            if (depth == 0) {
                if (s + 1 < f->end && s[1] == c) {
                    *stop = s + 1;
                    *skip = true;
                    return true;
                }
                if (c == '}') {
                    return fstring_error(p, "f-string: single '}' is not allowed");
                }
            }
            break;
        }
        s++;
    }
    *stop = s;
    return true;
}

/* Reads literal text up to a field or the end. */
static bool
parse_literal(struct Parser *p, struct FString *f, struct Strings *strings, int depth)
{
    bool skip;
    do {
        const char *stop;
        if (!find_literal_end(p, f, depth, &stop, &skip)) {
            return false;
        }
        if (stop > f->cur &&
            !strings_add_text(p, strings, decode_fstring_part(p, f->token, f->cur, stop, f->raw))) {
            return false;
        }
        f->cur = stop + skip;
    } while (skip);
    return true;
}

/* ---- expressions ---- */

/* Moves `cur` from the start of an expression to what ends it: one of `!:}=` outside of parentheses
   and strings. */
static bool
find_expression_end(struct Parser *p, struct FString *f)
{
    char open[TOKEN_MAX_PARENS];
    int level = 0, quote_length = 0;
    char quote = 0;
    const char *s = f->cur;
    for (; s < f->end; s++) {
        char c = *s;
        bool triple = s + 2 < f->end && s[1] == c && s[2] == c;
        if (c == '\\') {
            return fstring_error(p, "f-string expression part cannot include a backslash");
        }
        if (quote) {
            if (c == quote && (quote_length == 1 || triple)) {
                s += quote_length - 1;
                quote = 0;
            }
            continue;
        }
        if (c == '\'' || c == '"') {
            quote = c;
            quote_length = triple ? 3 : 1;
            s += quote_length - 1;
            continue;
        }
        if (c == '(' || c == '[' || c == '{') {
            if (level >= TOKEN_MAX_PARENS) {
                return fstring_error(p, "f-string: too many nested parenthesis");
            }
            open[level++] = c;
            continue;
        }
        if (c == '#') {
            return fstring_error(p, "f-string expression part cannot include '#'");
        }
        if (level == 0 && strchr("!:}=<>", c) != NULL) {
            if (s + 1 < f->end && s[1] == '=' && strchr("!=<>", c) != NULL) {
                s++;
                continue;
            }
            if (c != '<' && c != '>') {
                break;
            }
            continue;
        }
        if (c == ')' || c == ']' || c == '}') {
            if (level == 0) {
                return fstring_error(p, "f-string: unmatched '%c'", c);
            }
            char wanted = open[--level];
            if (c != (wanted == '(' ? ')' : wanted == '[' ? ']' : '}')) {
                return fstring_error(p, "f-string: closing parenthesis '%c' does not match opening "
                                        "parenthesis '%c'", c, wanted);
            }
        }
    }
    f->cur = s;
    if (quote) {
        return fstring_error(p, "f-string: unterminated string");
    }
    if (level > 0) {
        return fstring_error(p, "f-string: unmatched '%c'", open[level - 1]);
    }
    return s < f->end || fstring_error(p, "f-string: expecting '}'");
}

/* Where the '{' in front of an expression stands.  If nothing but a newline follows it, its column
   does not count. */
static void
locate(const struct FString *f, const char *brace, int *lineno, int *col)
{
    const char *s = brace + 1;
    while (*s == ' ' || *s == '\t' || *s == '\f') {
        s++;
    }
    bool newline_follows = *s == '\n';
    int lines = 0;
    const char *line = f->text;
    for (s = f->text; s < brace; s++) {
        if (*s == '\n') {
            lines++;
            line = s + 1;
        }
    }
    *lineno = f->token->lineno + lines;
    *col = (newline_follows ? 0 : (int)(brace - line)) + (lines == 0 ? f->token->col : 0);
}

static Expr *
run_expression(struct Parser *p, const struct FString *f, const char *start, const char *end)
{
    size_t length = (size_t)(end - start);
    char *copy = PyMem_Malloc(length + 4);
    struct Parser *inner = PyMem_Malloc(sizeof(struct Parser));
    if (copy == NULL || inner == NULL) {
        PyMem_Free(copy);
        PyMem_Free(inner);
        p->error = true;
        PyErr_NoMemory();
        return NULL;
    }
    copy[0] = '(';
    memcpy(copy + 1, start, length);
    memcpy(copy + 1 + length, ")\n", 3);
    PyCompilerFlags flags = {.cf_flags = p->flags, .cf_feature_version = p->feature_version};
    parser_init(inner, copy, length + 3, p->filename, FSTRING_INPUT, &flags, p->arena);
    inner->feature_version = p->feature_version;
    inner->tok.owns_text = true;
    inner->tok.type_comments = false;
    inner->mute = inner->tok.quiet = p->mute;
    inner->has_encoding = false;
    inner->depth = p->depth;
    locate(f, start - 1, &inner->first_lineno, &inner->first_col);
    inner->tok.lineno = inner->first_lineno - 1;
    Expr *e = parser_run(inner);
    parser_clear(inner);
    PyMem_Free(inner);
    if (e == NULL) {
        p->error = true;
    }
    return e;
}

/* The expression that ends at `cur`. */
static Expr *
compile_expression(struct Parser *p, const struct FString *f, const char *start)
{
    const char *s = start;
    while (s < f->cur && (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\f')) {
        s++;
    }
    if (s < f->cur) {
        return run_expression(p, f, start, f->cur);
    }
    if (*s == '!' || *s == ':' || *s == '=') {
        return raise_here(p, PyExc_SyntaxError, "f-string: expression required before '%c'", *s);
    }
    return raise_here(p, PyExc_SyntaxError, "f-string: empty expression not allowed");
}

/* ---- replacement fields ---- */

/* Behind ':': the parts up to '}' as a JoinedStr. */
static Expr *
parse_format_spec(struct Parser *p, struct FString *f, int depth)
{
    struct Strings spec = {.first = f->strings->first, .last = f->strings->last};
    int base = p->stack_used;
    Expr *result = NULL;
    bool good = parse_parts(p, f, &spec, depth + 1);
    /* The whole and its last part have the place of this token, not of all adjacent ones. */
    spec.first = spec.last = f->index;
    if (good && strings_flush(p, &spec)) {
        ExprSeq *values = pop_seq(p, base);
        if (!p->error) {
            result = new_JoinedStr(values, ONLY(f->token));
        }
    }
    Py_XDECREF(spec.text);
    return result;
}

/* The parts of a field behind the expression. */
struct Field {
    Expr *value, *format_spec;
    int conversion;
    bool debug;                 /* with '=' */
};

static bool
need_more(struct Parser *p, const struct FString *f)
{
    return f->cur < f->end || fstring_error(p, "f-string: expecting '}'");
}

static bool
parse_field_tail(struct Parser *p, struct FString *f, struct Field *field, int depth)
{
    if (*f->cur == '!') {
        f->cur++;
        if (!need_more(p, f)) {
            return false;
        }
        field->conversion = (unsigned char)*f->cur++;
        if (field->conversion != 's' && field->conversion != 'r' && field->conversion != 'a') {
            return fstring_error(p, "f-string: invalid conversion character: expected 's', 'r', or "
                                    "'a'");
        }
        if (!need_more(p, f)) {
            return false;
        }
    }
    if (*f->cur == ':') {
        f->cur++;
        if (!need_more(p, f)) {
            return false;
        }
        field->format_spec = parse_format_spec(p, f, depth);
        if (field->format_spec == NULL) {
            return false;
        }
    }
    if (f->cur >= f->end || *f->cur != '}') {
        return fstring_error(p, "f-string: expecting '}'");
    }
    f->cur++;
    return true;
}

/* At '{': pushes what was collected and the field. */
static bool
parse_field(struct Parser *p, struct FString *f, struct Strings *strings, int depth)
{
    if (depth >= 2) {
        return fstring_error(p, "f-string: expressions nested too deeply");
    }
    const char *start = ++f->cur;
    if (!find_expression_end(p, f)) {
        return false;
    }
    struct Field field = {.conversion = -1};
    field.value = compile_expression(p, f, start);
    if (field.value == NULL) {
        return false;
    }
    if (*f->cur == '=') {
        if (p->feature_version < 8) {
            return raise_version(p, 8, "f-string: self documenting expressions are");
        }
        f->cur++;
        while (Py_ISSPACE((unsigned char)*f->cur)) {
            f->cur++;
        }
        if (!need_more(p, f)) {
            return false;
        }
        field.debug = true;
        if (!strings_add_text(p, strings, PyUnicode_DecodeUTF8(start, f->cur - start, NULL))) {
            return false;
        }
    }
    if (!strings_flush(p, strings) || !parse_field_tail(p, f, &field, depth)) {
        return false;
    }
    if (field.debug && field.format_spec == NULL && field.conversion == -1) {
        field.conversion = 'r';
    }
    const struct Token *first = token_at(p, strings->first), *last = token_at(p, strings->last);
    Expr *node = new_FormattedValue(field.value, field.conversion, field.format_spec, first->lineno,
                                    first->col, last->end_lineno, last->end_col, p->arena);
    return node != NULL && push(p, node);
}

/* Literal text and fields in turn; at depth 1 (a format specification) up to '}'. */
static bool
parse_parts(struct Parser *p, struct FString *f, struct Strings *strings, int depth)
{
    for (;;) {
        if (!parse_literal(p, f, strings, depth)) {
            return false;
        }
        if (f->cur >= f->end || *f->cur == '}') {
            break;
        }
        if (!parse_field(p, f, strings, depth)) {
            return false;
        }
    }
    if (depth == 0 && f->cur < f->end) {
        return fstring_error(p, "f-string: unexpected end of string");
    }
    if (depth > 0 && (f->cur >= f->end || *f->cur != '}')) {
        return fstring_error(p, "f-string: expecting '}'");
    }
    return true;
}

bool
fstring_add(struct Parser *p, struct Strings *strings, const struct Token *token, int index,
            const char *start, const char *end, bool raw)
{
    if (p->feature_version < 6) {
        return raise_version(p, 6, "Format strings are");
    }
    struct FString f = {
        .strings = strings,
        .token = token,
        .index = index,
        .text = token_text(p, token),
        .cur = start,
        .end = end,
        .raw = raw,
    };
    return parse_parts(p, &f, strings, 0);
}
