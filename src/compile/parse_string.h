/* What string literals and f-strings share. */
#ifndef KRAIT_COMPILE_PARSE_STRING_H
#define KRAIT_COMPILE_PARSE_STRING_H

#include "compile/parser.h"

/* Adjacent literals under construction.  Parts of an f-string are pushed on the parser's stack;
   `text` collects what comes before the next replacement field. */
struct Strings {
    int first, last;            /* tokens */
    PyObject *text;             /* owned; NULL if nothing was collected */
    bool formatted;
};

/* Text of a literal between `s` and `end` with escapes replaced; a new reference. */
PyObject *decode_literal(struct Parser *p, const struct Token *token, const char *s,
                         const char *end, bool raw);

/* The same of a part of an f-string between its fields. */
PyObject *decode_fstring_part(struct Parser *p, const struct Token *token, const char *s, const char *end, bool raw);

/* DeprecationWarning for what follows a backslash; false if it became an exception. */
bool warn_escape(struct Parser *p, const struct Token *token, const char *escape);

/* A Constant covering all the tokens; takes over the reference to `value`. */
Expr *literal_node(struct Parser *p, const struct Strings *strings, PyObject *value);

/* Appends text (the reference is taken over). */
bool strings_add_text(struct Parser *p, struct Strings *strings, PyObject *text);

/* Pushes the text collected so far as a Constant, unless it is empty. */
bool strings_flush(struct Parser *p, struct Strings *strings);

/* Adds the contents of an f-string token; `token` is a copy of number `index`. */
bool fstring_add(struct Parser *p, struct Strings *strings, const struct Token *token, int index,
                 const char *start, const char *end, bool raw);

#endif
