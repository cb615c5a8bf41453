/* String literals: prefixes, escapes, concatenation.  Language reference, 2.4. */
#include <string.h>

#include "compile/parse_string.h"
#include "object/intern.h"

/* ---- escapes ---- */

bool
warn_escape(struct Parser *p, const struct Token *token, const char *escape)
{
    if (p->mute) {
        return true;
    }
    /* Three octal digits whose value is too large, or a character that needs no backslash. */
    bool octal = *escape >= '4' && *escape <= '7';
    PyObject *message =
        octal ? PyUnicode_FromFormat("invalid octal escape sequence '\\%.3s'", escape)
              : PyUnicode_FromFormat("invalid escape sequence '\\%c'", (unsigned char)*escape);
    if (message == NULL) {
        p->error = true;
        return false;
    }
    int result = PyErr_WarnExplicitObject(PyExc_DeprecationWarning, message, p->filename,
                                          token->lineno, NULL, NULL);
    if (result < 0) {
        if (PyErr_ExceptionMatches(PyExc_DeprecationWarning)) {
            /* A warning that was made an error points at the string. */
            PyErr_Clear();
            raise_token(p, token, "%U", message);
        }
        p->error = true;
    }
    Py_DECREF(message);
    return result == 0;
}

/* The text with everything beyond ASCII written as \UXXXXXXXX, so that the codec, which takes bytes
   for Latin-1, gets it right. */
static char *
escape_non_ascii(const char *s, const char *end, size_t *length)
{
    char *buffer = PyMem_Malloc((size_t)(end - s) * 6 + 8);
    if (buffer == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    char *out = buffer;
    while (s < end) {
        if (*s == '\\') {
            *out++ = *s++;
            if (s >= end || ((unsigned char)*s & 0x80)) {
                /* A backslash that escapes nothing. */
                memcpy(out, "u005c", 5);
                out += 5;
                if (s >= end) {
                    break;
                }
            }
        }
        if (!((unsigned char)*s & 0x80)) {
            *out++ = *s++;
            continue;
        }
        const char *run = s;
        while (s < end && ((unsigned char)*s & 0x80)) {
            s++;
        }
        PyObject *text = PyUnicode_DecodeUTF8(run, s - run, NULL);
        if (text == NULL) {
            PyMem_Free(buffer);
            return NULL;
        }
        for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); i++) {
            static const char hex[] = "0123456789abcdef";
            Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
            *out++ = '\\';
            *out++ = 'U';
            for (int shift = 28; shift >= 0; shift -= 4) {
                *out++ = hex[(c >> shift) & 15];
            }
        }
        Py_DECREF(text);
    }
    *length = (size_t)(out - buffer);
    return buffer;
}

static PyObject *
decode_escapes(struct Parser *p, const struct Token *token, const char *s, const char *end)
{
    size_t length = (size_t)(end - s);
    char *buffer = NULL;
    bool escaped = false;
    for (const char *c = s; c < end; c++) {
        escaped = *c == '\\' && !escaped;
        /* In an f-string a part may end with a backslash: `\\{`. */
        if (((unsigned char)*c & 0x80) || (escaped && c + 1 == end)) {
            buffer = escape_non_ascii(s, end, &length);
            if (buffer == NULL) {
                return NULL;
            }
            s = buffer;
            break;
        }
    }
    const char *invalid = NULL;
    PyObject *text = _PyUnicode_DecodeUnicodeEscapeInternal(s, (Py_ssize_t)length, NULL, NULL,
                                                            &invalid);
    if (text != NULL && invalid != NULL && !warn_escape(p, token, invalid)) {
        Py_CLEAR(text);
    }
    PyMem_Free(buffer);
    return text;
}

PyObject *
decode_literal(struct Parser *p, const struct Token *token, const char *s, const char *end, bool raw)
{
    if (raw || memchr(s, '\\', (size_t)(end - s)) == NULL) {
        return PyUnicode_DecodeUTF8(s, end - s, NULL);
    }
    return decode_escapes(p, token, s, end);
}

PyObject *
decode_fstring_part(struct Parser *p, const struct Token *token, const char *s, const char *end, bool raw)
{
    PyObject *text = decode_literal(p, token, s, end, raw);
    if (text == NULL && !raw && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        /* Errors count from the beginning of a run of non-ASCII bytes, as where there are escapes. */
        PyErr_Clear();
        text = decode_escapes(p, token, s, end);
    }
    return text;
}

static PyObject *
decode_bytes(struct Parser *p, const struct Token *token, const char *s, const char *end, bool raw)
{
    for (const char *c = s; c < end; c++) {
        if ((unsigned char)*c & 0x80) {
            return raise_here(p, PyExc_SyntaxError,
                              "bytes can only contain ASCII literal characters");
        }
    }
    if (raw || memchr(s, '\\', (size_t)(end - s)) == NULL) {
        return PyBytes_FromStringAndSize(s, end - s);
    }
    const char *invalid = NULL;
    PyObject *bytes = _PyBytes_DecodeEscape(s, end - s, NULL, &invalid);
    if (bytes != NULL && invalid != NULL && !warn_escape(p, token, invalid)) {
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* ---- one token ---- */

struct Literal {
    const char *start, *end;    /* between the quotes */
    bool raw, bytes, formatted;
};

/* The tokenizer let only sensible prefixes pass. */
static void
read_prefix(struct Parser *p, const struct Token *token, struct Literal *literal)
{
    const char *s = token_text(p, token), *end = s + token->length;
    *literal = (struct Literal){0};
    for (; *s != '"' && *s != '\''; s++) {
        char c = (char)(*s | 32);
        literal->raw |= c == 'r';
        literal->bytes |= c == 'b';
        literal->formatted |= c == 'f';
    }
    bool triple = end - s >= 6 && s[1] == s[0] && s[2] == s[0];
    literal->start = s + (triple ? 3 : 1);
    literal->end = end - (triple ? 3 : 1);
}

/* ---- building ---- */

Expr *
literal_node(struct Parser *p, const struct Strings *strings, PyObject *value)
{
    const struct Token *first = token_at(p, strings->first), *last = token_at(p, strings->last);
    PyObject *kind = NULL;
    if (token_text(p, first)[0] == 'u') {
        kind = own_identifier(p, "u", 1);
        if (kind == NULL) {
            Py_DECREF(value);
            return NULL;
        }
    }
    if (own(p, value) == NULL) {
        return NULL;
    }
    return new_Constant(value, kind, first->lineno, first->col, last->end_lineno, last->end_col,
                        p->arena);
}

bool
strings_add_text(struct Parser *p, struct Strings *strings, PyObject *text)
{
    if (text == NULL) {
        p->error = true;
        return false;
    }
    if (strings->text == NULL) {
        strings->text = text;
        return true;
    }
    if (PyUnicode_GET_LENGTH(text) > 0) {
        PyUnicode_AppendAndDel(&strings->text, text);
    } else {
        Py_DECREF(text);
    }
    if (strings->text == NULL) {
        p->error = true;
        return false;
    }
    return true;
}

bool
strings_flush(struct Parser *p, struct Strings *strings)
{
    PyObject *text = strings->text;
    strings->text = NULL;
    if (text == NULL) {
        return true;
    }
    if (PyUnicode_GET_LENGTH(text) == 0) {
        Py_DECREF(text);
        return true;
    }
    Expr *node = literal_node(p, strings, text);
    return node != NULL && push(p, node);
}

/* Adds the tokens to `strings`; bytes are collected in `*bytes`. */
static bool
add_tokens(struct Parser *p, struct Strings *strings, PyObject **bytes)
{
    for (int i = strings->first; i <= strings->last; i++) {
        struct Token token = *token_at(p, i);
        struct Literal literal;
        read_prefix(p, &token, &literal);
        PyObject *part = NULL;
        if (!literal.formatted) {
            part = literal.bytes
                       ? decode_bytes(p, &token, literal.start, literal.end, literal.raw)
                       : decode_literal(p, &token, literal.start, literal.end, literal.raw);
            if (part == NULL) {
                return false;
            }
        }
        if (i > strings->first && literal.bytes != (*bytes != NULL)) {
            Py_XDECREF(part);
            raise_here(p, PyExc_SyntaxError, "cannot mix bytes and nonbytes literals");
            return false;
        }
        if (literal.bytes) {
            if (*bytes == NULL) {
                *bytes = part;
            } else {
                PyBytes_ConcatAndDel(bytes, part);
            }
            if (*bytes == NULL) {
                return false;
            }
        } else if (literal.formatted) {
            strings->formatted = true;
            if (!fstring_add(p, strings, &token, i, literal.start, literal.end, literal.raw)) {
                return false;
            }
        } else if (!strings_add_text(p, strings, part)) {
            return false;
        }
    }
    return true;
}

/* Constants that could be names are interned when they become part of a code object; so are these at
   once, which saves making a string that exists.  NULL without an error for all others. */
static PyObject *
decode_name(const char *s, const char *end)
{
    if (end - s < 2 || end - s > 40) {
        return NULL;
    }
    for (const char *p = s; p < end; p++) {
        if (!Py_ISALNUM((unsigned char)*p) && *p != '_') {
            return NULL;
        }
    }
    return intern_ascii(s, end - s);
}

/* The usual case: one plain string.  NULL without an error if it is something else. */
static Expr *
single_string(struct Parser *p)
{
    struct Token token = *token_at(p, p->pos - 1);
    struct Literal literal;
    read_prefix(p, &token, &literal);
    if (literal.bytes || literal.formatted) {
        return NULL;
    }
    struct Strings strings = {.first = p->pos - 1, .last = p->pos - 1};
    PyObject *text = decode_name(literal.start, literal.end);
    if (text == NULL && !PyErr_Occurred()) {
        text = decode_literal(p, &token, literal.start, literal.end, literal.raw);
    }
    if (text == NULL) {
        p->error = true;
        return NULL;
    }
    return literal_node(p, &strings, text);
}

Expr *
parse_strings(struct Parser *p)
{
    struct Strings strings = {.first = p->pos};
    int base = p->stack_used;
    while (peek(p) == STRING) {
        p->pos++;
    }
    if (p->error) {
        return NULL;
    }
    strings.last = p->pos - 1;
    bool muted = p->mute;
    p->mute = muted || strings.first < p->warned;
    if (p->warned <= strings.last) {
        p->warned = strings.last + 1;
    }
    Expr *result = NULL;
    PyObject *bytes = NULL;
    if (strings.first == strings.last) {
        result = single_string(p);
    }
    if (result == NULL && !p->error && add_tokens(p, &strings, &bytes)) {
        const struct Token *first = token_at(p, strings.first), *last = token_at(p, strings.last);
        if (bytes != NULL) {
            result = literal_node(p, &strings, bytes);
            bytes = NULL;
        } else if (!strings.formatted) {
            result = literal_node(p, &strings, strings.text);
            strings.text = NULL;
        } else if (strings_flush(p, &strings)) {
            ExprSeq *values = pop_seq(p, base);
            if (!p->error) {
                result = new_JoinedStr(values, first->lineno, first->col, last->end_lineno,
                                       last->end_col, p->arena);
            }
        }
    }
    p->mute = muted;
    Py_XDECREF(strings.text);
    Py_XDECREF(bytes);
    if (result == NULL) {
        p->error = true;
        if (PyErr_ExceptionMatches(PyExc_UnicodeError) || PyErr_ExceptionMatches(PyExc_ValueError)) {
            raise_decode_error(p);
        }
    }
    return result;
}
