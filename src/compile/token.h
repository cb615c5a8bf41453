/* Source text to tokens.

   The tokenizer works on UTF-8 text whose line ends are '\n' and which is followed by a NUL.  It is
   lazy: nothing behind the requested token is looked at, so that errors appear in source order. */
#ifndef KRAIT_COMPILE_TOKEN_H
#define KRAIT_COMPILE_TOKEN_H

#include <string.h>

#include <Python.h>

#include "base/common.h"

/* Numbers of Lib/token.py; keywords follow from KEYWORD_FIRST and exist only inside the parser. */
enum TokenType {
    ENDMARKER, NAME, NUMBER, STRING, NEWLINE, INDENT, DEDENT, LPAR, RPAR, LSQB, RSQB, COLON, COMMA,
    SEMI, PLUS, MINUS, STAR, SLASH, VBAR, AMPER, LESS, GREATER, EQUAL, DOT, PERCENT, LBRACE, RBRACE,
    EQEQUAL, NOTEQUAL, LESSEQUAL, GREATEREQUAL, TILDE, CIRCUMFLEX, LEFTSHIFT, RIGHTSHIFT, DOUBLESTAR,
    PLUSEQUAL, MINEQUAL, STAREQUAL, SLASHEQUAL, PERCENTEQUAL, AMPEREQUAL, VBAREQUAL,
    CIRCUMFLEXEQUAL, LEFTSHIFTEQUAL, RIGHTSHIFTEQUAL, DOUBLESTAREQUAL, DOUBLESLASH,
    DOUBLESLASHEQUAL, AT, ATEQUAL, RARROW, ELLIPSIS, COLONEQUAL, OP, AWAIT, ASYNC, TYPE_IGNORE,
    TYPE_COMMENT, SOFT_KEYWORD, ERRORTOKEN,
    KEYWORD_FIRST = 100,
    KW_FALSE = KEYWORD_FIRST, KW_NONE, KW_TRUE, KW_AND, KW_AS, KW_ASSERT, KW_BREAK, KW_CLASS,
    KW_CONTINUE, KW_DEF, KW_DEL, KW_ELIF, KW_ELSE, KW_EXCEPT, KW_FINALLY, KW_FOR, KW_FROM, KW_GLOBAL,
    KW_IF, KW_IMPORT, KW_IN, KW_IS, KW_LAMBDA, KW_NONLOCAL, KW_NOT, KW_OR, KW_PASS, KW_RAISE,
    KW_RETURN, KW_TRY, KW_WHILE, KW_WITH, KW_YIELD
};

#define TOKEN_MAX_INDENT 100
#define TOKEN_MAX_PARENS 200

/* Why the tokenizer stopped.  STOP_ERROR means that an exception is set. */
enum TokenStop {
    STOP_NOT, STOP_EOF, STOP_ERROR, STOP_TABS, STOP_DEDENT, STOP_DEEP, STOP_CONTINUATION, STOP_STRING,
    STOP_DECODE,    /* a UnicodeDecodeError is set */
    STOP_PAUSED     /* more could be typed, but nobody may be asked */
};

struct Tokenizer {
    /* Text.  `line` is where error texts begin: the current line, or the first line of the token
       that is being read when it spans several. */
    char *text, *end;
    char *cur;
    char *line_start;
    char *line;
    char *start;                /* first byte of the current token, or NULL between tokens */
    int lineno;                 /* 0 before the first line */
    enum TokenStop stop;

    /* Where the token that was returned last begins. */
    char *tok_start, *tok_end;  /* NULL for tokens without text */
    char *first_line_start;     /* line start and number of a string's first line */
    int first_lineno;

    /* Indentation: columns with tabs to 8 and with tabs to 1, which must agree in order. */
    int indent, pending;
    bool at_line_begin, blank_line, continued;
    int level;                  /* open parentheses */

    /* Grammar variants. */
    bool type_comments;
    bool async_names;           /* before 3.7: async and await are keywords in async functions only */
    bool async_def, async_def_newline;
    int async_def_indent;
    bool quiet;                 /* no warnings */
    bool whole_words;           /* keywords stay NAME (module _tokenize) */
    bool interactive;

    PyObject *filename;         /* borrowed */
    bool owns_text;
    /* Appends at least one line at `end` and returns 1; 0 at the end of the input; -1 with an
       exception.  May move the text with tokenizer_move().  The line it appends may lack its end; then
       `partial` is set, and the rest is asked for as soon as a character behind it matters. */
    int (*refill)(struct Tokenizer *t);
    void *refill_data;
    bool partial;
    bool paused;                /* no refill any more: the end of the text counts as the end */

    /* Not cleared at the start. */
    int columns[TOKEN_MAX_INDENT], alt_columns[TOKEN_MAX_INDENT];
    struct {
        char open;
        int lineno, column;
    } parens[TOKEN_MAX_PARENS];
};

/* `text` is borrowed unless `owns_text` is set afterwards (then it is freed with PyMem_Free). */
void tokenizer_init(struct Tokenizer *t, char *text, size_t length, PyObject *filename);
void tokenizer_clear(struct Tokenizer *t);

/* The next token's type; its text is tok_start..tok_end. */
int tokenizer_next(struct Tokenizer *t);

/* Points everything at `text`, to which the old text was copied. */
void tokenizer_move(struct Tokenizer *t, char *text, size_t length);

/* End of the line that was read last, behind its '\n'. */
char *tokenizer_line_end(struct Tokenizer *t);

/* The longest keyword: its text fits a word. */
#define KEYWORD_MAX 8

/* The first eight characters of a text in a word, zeroes behind it; `end` is a limit for reading. */
static ALWAYS_INLINE uint64_t
text_word(const char *text, size_t length, const char *end)
{
    uint64_t word = 0;
    if (likely(end - text >= 8)) {
        memcpy(&word, text, 8);
        return length >= 8 ? word : word & ((UINT64_C(1) << 8 * length) - 1);
    }
    memcpy(&word, text, length);
    return word;
}

/* The type of the keyword with this text_word(), or NAME. */
int keyword_type(uint64_t word);

/* ---- source.c: bytes to text ---- */

/* A new buffer (PyMem) with '\n' line ends and a NUL behind `*length` bytes.  With `add_newline` the
   last line is ended. */
char *source_translate(const char *source, size_t *length, bool add_newline);

/* Decodes a source according to its BOM or cookie into UTF-8.  Returns a bytes object, or NULL with
   SyntaxError set.  `*declared` says whether there was one. */
PyObject *source_decode(const char *source, size_t length, PyObject *filename, bool *declared);

/* The same for the contents of a file, whose bytes must all be valid. */
PyObject *source_decode_file(const char *source, size_t length, PyObject *filename,
                             bool *declared);

#endif
