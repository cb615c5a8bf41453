/* The tokenizer: text to tokens, one at a time.  See token.h; language reference, chapter 2.

   Invariant: `cur` lies in the line that begins at `line_start` and has number `lineno`, or directly
   behind its '\n'.  A line is entered only when its first character is wanted (next_line), because
   positions of errors at the end of the input depend on it. */
#include <stdarg.h>
#include <string.h>

#include "compile/token.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { IDENT_START = 1, IDENT = 2, DIGIT = 4, HEX = 8, BLANK = 16, QUOTE = 32 };

static const unsigned char char_class[256] = {
    [' '] = BLANK, ['\t'] = BLANK, ['\f'] = BLANK, ['"'] = QUOTE, ['\''] = QUOTE,
    ['0' ... '9'] = IDENT | DIGIT | HEX,
    ['A' ... 'F'] = IDENT_START | IDENT | HEX, ['G' ... 'Z'] = IDENT_START | IDENT,
    ['a' ... 'f'] = IDENT_START | IDENT | HEX, ['g' ... 'z'] = IDENT_START | IDENT,
    ['_'] = IDENT_START | IDENT,
    [128 ... 255] = IDENT_START | IDENT,
};

#define IS(c, class) (char_class[(unsigned char)(c)] & (class))

void
tokenizer_init(struct Tokenizer *t, char *text, size_t length, PyObject *filename)
{
    memset(t, 0, offsetof(struct Tokenizer, columns));
    t->columns[0] = t->alt_columns[0] = 0;
    t->text = t->cur = t->line_start = t->line = text;
    t->end = text + length;
    t->filename = filename;
    t->at_line_begin = true;
}

void
tokenizer_clear(struct Tokenizer *t)
{
    if (t->owns_text) {
        PyMem_Free(t->text);
        t->text = NULL;
    }
}

void
tokenizer_move(struct Tokenizer *t, char *text, size_t length)
{
    char **places[] = {&t->cur, &t->line_start, &t->line, &t->start,
                       &t->tok_start, &t->tok_end, &t->first_line_start};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (*places[i] != NULL) {
            *places[i] = text + (*places[i] - t->text);
        }
    }
    t->text = text;
    t->end = text + length;
}

char *
tokenizer_line_end(struct Tokenizer *t)
{
    if (t->cur > t->line_start && t->cur[-1] == '\n') {
        return t->cur;
    }
    char *newline = memchr(t->cur, '\n', (size_t)(t->end - t->cur));
    return newline == NULL ? t->end : newline + 1;
}

/* Enters the line at `cur`.  False at the end of the input or after an error. */
static bool
next_line(struct Tokenizer *t)
{
    if (t->stop != STOP_NOT) {
        return false;
    }
    if (t->cur == t->end) {
        if (t->paused || t->partial) {
            t->stop = t->paused ? STOP_PAUSED : STOP_EOF;
            return false;
        }
        int more = t->refill == NULL ? 0 : t->refill(t);
        if (more <= 0) {
            t->stop = more < 0 ? STOP_ERROR : STOP_EOF;
            return false;
        }
    }
    t->line_start = t->cur;
    if (t->start == NULL) {
        t->line = t->cur;
    }
    t->lineno++;
    return true;
}

/* True at the end of the input; notes it. */
static inline bool
at_end(struct Tokenizer *t)
{
    if (*t->cur == '\0' && t->cur == t->end) {
        if (t->stop == STOP_NOT) {
            t->stop = t->paused ? STOP_PAUSED : STOP_EOF;
        }
        return true;
    }
    return false;
}

/* ---- errors and warnings ---- */

static int
raise_at(struct Tokenizer *t, int column, int end_column, PyObject *message)
{
    PyObject *head = NULL, *text = NULL, *args = NULL;
    if (message == NULL) {
        goto done;
    }
    head = PyUnicode_DecodeUTF8(t->line_start, t->cur - t->line_start, "replace");
    if (head == NULL) {
        goto done;
    }
    if (column == -1) {
        column = (int)PyUnicode_GET_LENGTH(head);
    }
    size_t length = strcspn(t->line_start, "\n");
    text = PyUnicode_DecodeUTF8(t->line_start, (Py_ssize_t)length, "replace");
    if (text == NULL) {
        goto done;
    }
    args = Py_BuildValue("(O(OiiOii))", message, t->filename ? t->filename : Py_None, t->lineno,
                         column, text, t->lineno, end_column == -1 ? column : end_column);
    if (args != NULL) {
        PyErr_SetObject(PyExc_SyntaxError, args);
    }
done:
    Py_XDECREF(message);
    Py_XDECREF(head);
    Py_XDECREF(text);
    Py_XDECREF(args);
    t->stop = STOP_ERROR;
    return ERRORTOKEN;
}

/* Raises SyntaxError at the character before `cur`. */
static int
fail(struct Tokenizer *t, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *message = PyUnicode_FromFormatV(format, values);
    va_end(values);
    return raise_at(t, -1, -1, message);
}

static int
stop_with(struct Tokenizer *t, enum TokenStop why)
{
    t->stop = why;
    return ERRORTOKEN;
}

static bool
warn(struct Tokenizer *t, const char *format, const char *what)
{
    if (t->quiet) {
        return true;
    }
    PyObject *message = PyUnicode_FromFormat(format, what);
    if (message == NULL) {
        t->stop = STOP_ERROR;
        return false;
    }
    if (PyErr_WarnExplicitObject(PyExc_SyntaxWarning, message, t->filename, t->lineno, NULL,
                                 NULL) < 0) {
        /* A warning that was made an error is reported where it arose. */
        if (PyErr_ExceptionMatches(PyExc_SyntaxWarning)) {
            PyErr_Clear();
            fail(t, "%U", message);
        }
        Py_DECREF(message);
        t->stop = STOP_ERROR;
        return false;
    }
    Py_DECREF(message);
    return true;
}

static int
fail_character(struct Tokenizer *t, Py_UCS4 c)
{
    char code[16];
    snprintf(code, sizeof(code), "%04X", (unsigned)c);
    if (Py_UNICODE_ISPRINTABLE(c)) {
        return fail(t, "invalid character '%c' (U+%s)", (int)c, code);
    }
    return fail(t, "invalid non-printable character U+%s", code);
}

/* ---- names ---- */

/* Keywords by their text in a word, zeroes behind it.  The factor spreads them over the slots without
   two in one; it was found by trying. */
#define WORD_FACTOR UINT64_C(0x4ad6c980b6ebb607)
#define WORD_OF(a, b, c, d, e, f, g, h)                                                            \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |              \
     (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)
#define WORD(type, ...) [WORD_OF(__VA_ARGS__) * WORD_FACTOR >> 58] = {WORD_OF(__VA_ARGS__), type},

static const struct {
    uint64_t word;
    unsigned char type;
} keywords[64] = {
    WORD(KW_FALSE, 'F', 'a', 'l', 's', 'e', 0, 0, 0)
    WORD(KW_NONE, 'N', 'o', 'n', 'e', 0, 0, 0, 0)
    WORD(KW_TRUE, 'T', 'r', 'u', 'e', 0, 0, 0, 0)
    WORD(KW_AND, 'a', 'n', 'd', 0, 0, 0, 0, 0)
    WORD(KW_AS, 'a', 's', 0, 0, 0, 0, 0, 0)
    WORD(KW_ASSERT, 'a', 's', 's', 'e', 'r', 't', 0, 0)
    WORD(ASYNC, 'a', 's', 'y', 'n', 'c', 0, 0, 0)
    WORD(AWAIT, 'a', 'w', 'a', 'i', 't', 0, 0, 0)
    WORD(KW_BREAK, 'b', 'r', 'e', 'a', 'k', 0, 0, 0)
    WORD(KW_CLASS, 'c', 'l', 'a', 's', 's', 0, 0, 0)
    WORD(KW_CONTINUE, 'c', 'o', 'n', 't', 'i', 'n', 'u', 'e')
    WORD(KW_DEF, 'd', 'e', 'f', 0, 0, 0, 0, 0)
    WORD(KW_DEL, 'd', 'e', 'l', 0, 0, 0, 0, 0)
    WORD(KW_ELIF, 'e', 'l', 'i', 'f', 0, 0, 0, 0)
    WORD(KW_ELSE, 'e', 'l', 's', 'e', 0, 0, 0, 0)
    WORD(KW_EXCEPT, 'e', 'x', 'c', 'e', 'p', 't', 0, 0)
    WORD(KW_FINALLY, 'f', 'i', 'n', 'a', 'l', 'l', 'y', 0)
    WORD(KW_FOR, 'f', 'o', 'r', 0, 0, 0, 0, 0)
    WORD(KW_FROM, 'f', 'r', 'o', 'm', 0, 0, 0, 0)
    WORD(KW_GLOBAL, 'g', 'l', 'o', 'b', 'a', 'l', 0, 0)
    WORD(KW_IF, 'i', 'f', 0, 0, 0, 0, 0, 0)
    WORD(KW_IMPORT, 'i', 'm', 'p', 'o', 'r', 't', 0, 0)
    WORD(KW_IN, 'i', 'n', 0, 0, 0, 0, 0, 0)
    WORD(KW_IS, 'i', 's', 0, 0, 0, 0, 0, 0)
    WORD(KW_LAMBDA, 'l', 'a', 'm', 'b', 'd', 'a', 0, 0)
    WORD(KW_NONLOCAL, 'n', 'o', 'n', 'l', 'o', 'c', 'a', 'l')
    WORD(KW_NOT, 'n', 'o', 't', 0, 0, 0, 0, 0)
    WORD(KW_OR, 'o', 'r', 0, 0, 0, 0, 0, 0)
    WORD(KW_PASS, 'p', 'a', 's', 's', 0, 0, 0, 0)
    WORD(KW_RAISE, 'r', 'a', 'i', 's', 'e', 0, 0, 0)
    WORD(KW_RETURN, 'r', 'e', 't', 'u', 'r', 'n', 0, 0)
    WORD(KW_TRY, 't', 'r', 'y', 0, 0, 0, 0, 0)
    WORD(KW_WHILE, 'w', 'h', 'i', 'l', 'e', 0, 0, 0)
    WORD(KW_WITH, 'w', 'i', 't', 'h', 0, 0, 0, 0)
    WORD(KW_YIELD, 'y', 'i', 'e', 'l', 'd', 0, 0, 0)
};

int
keyword_type(uint64_t word)
{
    size_t slot = (size_t)(word * WORD_FACTOR >> 58);
    return keywords[slot].word == word ? keywords[slot].type : NAME;
}

/* Checks a name with characters beyond ASCII.  The text of the token is cur - start. */
static bool
check_identifier(struct Tokenizer *t)
{
    PyObject *name = PyUnicode_DecodeUTF8(t->start, t->cur - t->start, NULL);
    if (name == NULL) {
        t->stop = PyErr_ExceptionMatches(PyExc_UnicodeDecodeError) ? STOP_DECODE : STOP_ERROR;
        return false;
    }
    Py_ssize_t valid = _PyUnicode_ScanIdentifier(name);
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (valid == length) {
        Py_DECREF(name);
        return true;
    }
    Py_UCS4 c = PyUnicode_READ_CHAR(name, valid);
    /* Step to just behind the offending character. */
    char *p = t->start;
    for (Py_ssize_t i = 0; i <= valid; i++) {
        p++;
        while (((unsigned char)*p & 0xC0) == 0x80) {
            p++;
        }
    }
    t->cur = p;
    Py_DECREF(name);
    fail_character(t, c);
    return false;
}

/* Before 3.7 `async` was a keyword only in front of `def`, and `await` only inside such a function. */
static int
old_async_type(struct Tokenizer *t, bool is_async)
{
    if (t->async_def) {
        return is_async ? ASYNC : AWAIT;
    }
    if (!is_async) {
        return NAME;
    }
    struct Tokenizer *ahead = PyMem_Malloc(sizeof(*ahead));
    if (ahead == NULL) {
        PyErr_NoMemory();
        return stop_with(t, STOP_ERROR);
    }
    *ahead = *t;
    ahead->refill = NULL;
    int type = tokenizer_next(ahead);
    bool def = type == KW_DEF || (type == NAME && ahead->tok_end - ahead->tok_start == 3 &&
                                  memcmp(ahead->tok_start, "def", 3) == 0);
    if (ahead->stop == STOP_ERROR) {
        PyErr_Clear();
    }
    PyMem_Free(ahead);
    if (!def) {
        return NAME;
    }
    t->async_def = true;
    t->async_def_indent = t->indent;
    return ASYNC;
}

static int
scan_name(struct Tokenizer *t, char *p)
{
    unsigned char seen = 0;
    while (IS(*p, IDENT)) {
        seen |= (unsigned char)*p;
        p++;
    }
    t->cur = p;
    if (unlikely(seen >= 128) && !check_identifier(t)) {
        return ERRORTOKEN;
    }
    t->tok_start = t->start;
    t->tok_end = t->cur;
    size_t length = (size_t)(p - t->start);
    if (length > KEYWORD_MAX) {
        return NAME;
    }
    int type = keyword_type(text_word(t->start, length, t->end));
    if (unlikely(type == ASYNC || type == AWAIT)) {
        return t->async_names ? old_async_type(t, type == ASYNC) : type;
    }
    return unlikely(t->whole_words) ? NAME : type;
}

/* ---- numbers ---- */

/* What may follow a number without a space, for compatibility: some keywords. */
static bool
keyword_follows(const char *p)
{
    static const char *const words[] = {"and", "else", "for", "not", "or"};
    if (*p == 'i') {
        return p[1] == 'n' || p[1] == 'f' || p[1] == 's';
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t length = strlen(words[i]);
        if (strncmp(p, words[i], length) == 0) {
            return !IS(p[length], IDENT);
        }
    }
    return false;
}

static int
end_number(struct Tokenizer *t, char *p, const char *kind)
{
    t->cur = p;
    if (unlikely(IS(*p, IDENT))) {
        if (keyword_follows(p)) {
            if (!warn(t, "invalid %s literal", kind)) {
                return ERRORTOKEN;
            }
        } else {
            return fail(t, "invalid %s literal", kind);
        }
    }
    t->tok_start = t->start;
    t->tok_end = p;
    return NUMBER;
}

/* Skips digits with single underscores between them; NULL after an error. */
static char *
skip_digits(struct Tokenizer *t, char *p)
{
    for (;;) {
        while (IS(*p, DIGIT)) {
            p++;
        }
        if (*p != '_') {
            return p;
        }
        p++;
        if (!IS(*p, DIGIT)) {
            t->cur = p;
            fail(t, "invalid decimal literal");
            return NULL;
        }
    }
}

static int
scan_radix(struct Tokenizer *t, char *p, int radix, const char *kind)
{
    do {
        if (*p == '_') {
            p++;
        }
        bool good = radix == 16 ? IS(*p, HEX) != 0 : *p >= '0' && *p < '0' + radix;
        if (!good) {
            if (radix != 16 && IS(*p, DIGIT)) {
                t->cur = p + 1;
                return fail(t, "invalid digit '%c' in %s literal", *p, kind);
            }
            t->cur = p;
            return fail(t, "invalid %s literal", kind);
        }
        do {
            p++;
        } while (radix == 16 ? IS(*p, HEX) != 0 : *p >= '0' && *p < '0' + radix);
    } while (*p == '_');
    if (radix != 16 && IS(*p, DIGIT)) {
        t->cur = p + 1;
        return fail(t, "invalid digit '%c' in %s literal", *p, kind);
    }
    return end_number(t, p, kind);
}

/* Behind the integer part and '.', if any. */
static int
scan_exponent(struct Tokenizer *t, char *p)
{
    if (*p == 'e' || *p == 'E') {
        char *exponent = p++;
        if (*p == '+' || *p == '-') {
            p++;
            if (!IS(*p, DIGIT)) {
                t->cur = p;
                return fail(t, "invalid decimal literal");
            }
        } else if (!IS(*p, DIGIT)) {
            return end_number(t, exponent, "decimal");
        }
        p = skip_digits(t, p);
        if (p == NULL) {
            return ERRORTOKEN;
        }
    }
    if (*p == 'j' || *p == 'J') {
        return end_number(t, p + 1, "imaginary");
    }
    return end_number(t, p, "decimal");
}

static int
scan_fraction(struct Tokenizer *t, char *p)
{
    if (IS(*p, DIGIT)) {
        p = skip_digits(t, p);
        if (p == NULL) {
            return ERRORTOKEN;
        }
    }
    return scan_exponent(t, p);
}

static int
scan_zero(struct Tokenizer *t, char *p)
{
    switch (*p) {
    case 'x':
    case 'X':
        return scan_radix(t, p + 1, 16, "hexadecimal");
    case 'o':
    case 'O':
        return scan_radix(t, p + 1, 8, "octal");
    case 'b':
    case 'B':
        return scan_radix(t, p + 1, 2, "binary");
    }
    for (;;) {
        if (*p == '_') {
            p++;
            if (!IS(*p, DIGIT)) {
                t->cur = p;
                return fail(t, "invalid decimal literal");
            }
        }
        if (*p != '0') {
            break;
        }
        p++;
    }
    char *zeros_end = p;
    bool nonzero = IS(*p, DIGIT);
    if (nonzero) {
        zeros_end++;
        p = skip_digits(t, p);
        if (p == NULL) {
            return ERRORTOKEN;
        }
    }
    if (*p == '.') {
        return scan_fraction(t, p + 1);
    }
    if (*p == 'e' || *p == 'E' || *p == 'j' || *p == 'J') {
        return scan_exponent(t, p);
    }
    if (nonzero) {
        t->cur = p;
        return raise_at(t, (int)(t->start + 1 - t->line_start), (int)(zeros_end - t->line_start),
                        PyUnicode_FromString("leading zeros in decimal integer literals are not "
                                             "permitted; use an 0o prefix for octal integers"));
    }
    return end_number(t, p, "decimal");
}

static int
scan_number(struct Tokenizer *t, char *p)
{
    if (*p == '0') {
        return scan_zero(t, p + 1);
    }
    p = skip_digits(t, p);
    if (p == NULL) {
        return ERRORTOKEN;
    }
    if (*p == '.') {
        return scan_fraction(t, p + 1);
    }
    return scan_exponent(t, p);
}

/* ---- strings ---- */

/* Length of a string prefix at p if a quote follows it, otherwise 0. */
static int
string_prefix(const char *p)
{
    bool b = false, r = false, u = false, f = false;
    for (int i = 0;; i++) {
        switch (p[i]) {
        case 'b': case 'B':
            if (b || u || f) {
                return 0;
            }
            b = true;
            break;
        case 'u': case 'U':
            if (b || u || r || f) {
                return 0;
            }
            u = true;
            break;
        case 'r': case 'R':
            if (r || u) {
                return 0;
            }
            r = true;
            break;
        case 'f': case 'F':
            if (f || b || u) {
                return 0;
            }
            f = true;
            break;
        case '"': case '\'':
            return i;
        default:
            return 0;
        }
    }
}

/* Reports an open string at its first quote. */
static int
unterminated(struct Tokenizer *t, bool triple, bool at_eof)
{
    int last = t->lineno;
    t->cur = t->start + 1;
    t->line_start = t->first_line_start;
    t->lineno = t->first_lineno;
    fail(t, triple ? "unterminated triple-quoted string literal (detected at line %d)"
                   : "unterminated string literal (detected at line %d)", last);
    if (at_eof) {
        t->stop = STOP_STRING;
    }
    return ERRORTOKEN;
}

/* From `p` on, the first character that may matter inside a string: the quote, a backslash, the end of
   a line or NUL. */
static ALWAYS_INLINE char *
skip_plain(char *p, const char *end, char quote)
{
#ifdef __SSE2__
    const __m128i quotes = _mm_set1_epi8(quote), backslashes = _mm_set1_epi8('\\');
    const __m128i newlines = _mm_set1_epi8('\n');
    for (; end - p >= 16; p += 16) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(text, quotes), _mm_cmpeq_epi8(text, backslashes));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(text, newlines));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) {
            return p + __builtin_ctz(mask);
        }
    }
#endif
    while (*p != quote && *p != '\\' && *p != '\n' && p < end) {
        p++;
    }
    return p;
}

/* `p` is at the opening quote; t->start at the prefix. */
static int
scan_string(struct Tokenizer *t, char *p)
{
    char quote = *p++;
    bool triple = false;
    t->first_lineno = t->lineno;
    t->first_line_start = t->line_start;
    if (p[0] == quote) {
        if (p[1] != quote) {
            t->cur = p + 1;
            t->tok_start = t->start;
            t->tok_end = t->cur;
            return STRING;
        }
        triple = true;
        p += 2;
    }
    for (;;) {
        p = skip_plain(p, t->end, quote);
        char c = *p;
        if (unlikely(c == '\0') && p == t->end) {
            t->cur = p;
            if (t->stop == STOP_NOT) {
                t->stop = STOP_EOF;
            }
            return unterminated(t, triple, true);
        }
        if (c == '\\') {
            p++;
            if (*p == '\0' && p == t->end) {
                continue;
            }
            c = *p;
            if (c != '\n') {
                p++;
                continue;
            }
        } else if (c == quote) {
            p++;
            if (!triple) {
                break;
            }
            if (p[0] == quote && p[1] == quote) {
                p += 2;
                break;
            }
            continue;
        } else if (c == '\n' && !triple) {
            t->cur = p;
            return unterminated(t, triple, false);
        }
        if (c == '\n') {
            t->cur = p + 1;
            if (!next_line(t)) {
                if (t->stop == STOP_ERROR) {
                    return ERRORTOKEN;
                }
                return unterminated(t, triple, true);
            }
            p = t->cur;
            continue;
        }
        p++;
    }
    t->cur = p;
    t->tok_start = t->start;
    t->tok_end = p;
    return STRING;
}

/* ---- layout ---- */

/* Behind a backslash: the line must end here and another one follow. */
static bool
continue_line(struct Tokenizer *t)
{
    if (*t->cur != '\n') {
        if (*t->cur == '\0' && t->cur == t->end) {
            t->stop = STOP_CONTINUATION;
            return false;
        }
        t->cur++;
        t->stop = STOP_CONTINUATION;
        return false;
    }
    t->cur++;
    return next_line(t);
}

/* Reads the indentation of a line and queues INDENT and DEDENT tokens.  False after an error. */
static bool
scan_indentation(struct Tokenizer *t)
{
    int column = 0, alt_column = 0, continued_column = 0;
    t->at_line_begin = false;
    for (;;) {
        char c = *t->cur;
        if (c == ' ') {
            char *p = t->cur + 1;
            while (*p == ' ') {
                p++;
            }
            column += (int)(p - t->cur);
            alt_column += (int)(p - t->cur);
            t->cur = p;
            continue;
        } else if (c == '\t') {
            column = (column / 8 + 1) * 8;
            alt_column++;
        } else if (c == '\f') {
            column = alt_column = 0;
        } else if (c == '\\') {
            /* The first line alone determines the indentation. */
            continued_column = continued_column ? continued_column : column;
            t->cur++;
            if (!continue_line(t)) {
                return false;
            }
            continue;
        } else {
            break;
        }
        t->cur++;
    }
    char c = *t->cur;
    if (c == '#' || c == '\n') {
        if (column == 0 && c == '\n' && t->interactive) {
            t->blank_line = false;
        } else if (t->interactive && t->lineno == 1) {
            t->blank_line = false;
            column = alt_column = 0;
        } else {
            t->blank_line = true;
        }
    }
    if (t->blank_line || t->level > 0) {
        return true;
    }
    if (continued_column) {
        column = alt_column = continued_column;
    }
    if (column > t->columns[t->indent]) {
        if (t->indent + 1 >= TOKEN_MAX_INDENT) {
            t->cur = tokenizer_line_end(t);
            t->stop = STOP_DEEP;
            return false;
        }
        if (alt_column <= t->alt_columns[t->indent]) {
            t->cur = tokenizer_line_end(t);
            t->stop = STOP_TABS;
            return false;
        }
        t->pending++;
        t->indent++;
        t->columns[t->indent] = column;
        t->alt_columns[t->indent] = alt_column;
        return true;
    }
    while (t->indent > 0 && column < t->columns[t->indent]) {
        t->pending--;
        t->indent--;
    }
    if (column != t->columns[t->indent]) {
        t->stop = STOP_DEDENT;
        t->cur = tokenizer_line_end(t);
        return false;
    }
    if (alt_column != t->alt_columns[t->indent]) {
        t->stop = STOP_TABS;
        t->cur = tokenizer_line_end(t);
        return false;
    }
    return true;
}

/* A comment that holds a type, or 0.  `cur` is at the end of the comment. */
static int
scan_type_comment(struct Tokenizer *t)
{
    char *p = t->start;
    for (const char *prefix = "# type: "; *prefix; prefix++) {
        if (*prefix == ' ') {
            while (p < t->cur && (*p == ' ' || *p == '\t')) {
                p++;
            }
        } else if (p < t->cur && *p == *prefix) {
            p++;
        } else {
            return 0;
        }
    }
    char *ignore_end = p + 6;
    bool ignore = t->cur >= ignore_end && memcmp(p, "ignore", 6) == 0 &&
                  !(t->cur > ignore_end && IS(*ignore_end, IDENT) && *ignore_end != '_');
    t->tok_end = t->cur;
    if (!ignore) {
        t->tok_start = p;
        return TYPE_COMMENT;
    }
    t->tok_start = ignore_end;
    if (t->blank_line && *t->cur == '\n') {
        t->cur++;
        t->at_line_begin = true;
    }
    return TYPE_IGNORE;
}

/* ---- operators ---- */

static int
open_paren(struct Tokenizer *t, char c, int type)
{
    if (t->level >= TOKEN_MAX_PARENS) {
        return fail(t, "too many nested parentheses");
    }
    t->parens[t->level].open = c;
    t->parens[t->level].lineno = t->lineno;
    t->parens[t->level].column = (int)(t->start - t->line_start);
    t->level++;
    return type;
}

static int
close_paren(struct Tokenizer *t, char c, char open, int type)
{
    if (t->level == 0) {
        return fail(t, "unmatched '%c'", c);
    }
    t->level--;
    if (t->parens[t->level].open != open) {
        char found = t->parens[t->level].open;
        if (t->parens[t->level].lineno != t->lineno) {
            return fail(t, "closing parenthesis '%c' does not match opening parenthesis '%c' on "
                        "line %d", c, found, t->parens[t->level].lineno);
        }
        return fail(t, "closing parenthesis '%c' does not match opening parenthesis '%c'", c, found);
    }
    return type;
}

/* The operator at t->start; `cur` moves behind it. */
static int
scan_operator(struct Tokenizer *t)
{
    char *p = t->start;
    char c = p[0], d = p[1];
    int length = 1, type = OP;
#define EITHER(second, two, one) (d == (second) ? (length = 2, (two)) : (one))
    switch (c) {
    case '(':
        t->cur = p + 1;
        type = open_paren(t, c, LPAR);
        break;
    case '[':
        t->cur = p + 1;
        type = open_paren(t, c, LSQB);
        break;
    case '{':
        t->cur = p + 1;
        type = open_paren(t, c, LBRACE);
        break;
    case ')':
        t->cur = p + 1;
        type = close_paren(t, c, '(', RPAR);
        break;
    case ']':
        t->cur = p + 1;
        type = close_paren(t, c, '[', RSQB);
        break;
    case '}':
        t->cur = p + 1;
        type = close_paren(t, c, '{', RBRACE);
        break;
    case ':':
        type = EITHER('=', COLONEQUAL, COLON);
        break;
    case ',':
        type = COMMA;
        break;
    case ';':
        type = SEMI;
        break;
    case '.':
        type = DOT;
        if (d == '.' && p[2] == '.') {
            length = 3;
            type = ELLIPSIS;
        }
        break;
    case '~':
        type = TILDE;
        break;
    case '=':
        type = EITHER('=', EQEQUAL, EQUAL);
        break;
    case '!':
        type = EITHER('=', NOTEQUAL, OP);
        break;
    case '+':
        type = EITHER('=', PLUSEQUAL, PLUS);
        break;
    case '-':
        type = d == '>' ? (length = 2, RARROW) : EITHER('=', MINEQUAL, MINUS);
        break;
    case '%':
        type = EITHER('=', PERCENTEQUAL, PERCENT);
        break;
    case '&':
        type = EITHER('=', AMPEREQUAL, AMPER);
        break;
    case '|':
        type = EITHER('=', VBAREQUAL, VBAR);
        break;
    case '^':
        type = EITHER('=', CIRCUMFLEXEQUAL, CIRCUMFLEX);
        break;
    case '@':
        type = EITHER('=', ATEQUAL, AT);
        break;
    case '*':
        if (d == '*') {
            length = p[2] == '=' ? 3 : 2;
            type = length == 3 ? DOUBLESTAREQUAL : DOUBLESTAR;
        } else {
            type = EITHER('=', STAREQUAL, STAR);
        }
        break;
    case '/':
        if (d == '/') {
            length = p[2] == '=' ? 3 : 2;
            type = length == 3 ? DOUBLESLASHEQUAL : DOUBLESLASH;
        } else {
            type = EITHER('=', SLASHEQUAL, SLASH);
        }
        break;
    case '<':
        if (d == '<') {
            length = p[2] == '=' ? 3 : 2;
            type = length == 3 ? LEFTSHIFTEQUAL : LEFTSHIFT;
        } else if (d == '>') {
            length = 2;
            type = NOTEQUAL;
        } else {
            type = EITHER('=', LESSEQUAL, LESS);
        }
        break;
    case '>':
        if (d == '>') {
            length = p[2] == '=' ? 3 : 2;
            type = length == 3 ? RIGHTSHIFTEQUAL : RIGHTSHIFT;
        } else {
            type = EITHER('=', GREATEREQUAL, GREATER);
        }
        break;
    default:
        if (!Py_UNICODE_ISPRINTABLE((unsigned char)c)) {
            t->cur = p + 1;
            char code[16];
            snprintf(code, sizeof(code), "%04X", (unsigned char)c);
            return fail(t, "invalid non-printable character U+%s", code);
        }
    }
#undef EITHER
    t->cur = p + length;
    t->tok_start = p;
    t->tok_end = t->cur;
    return type;
}

/* ---- the next token ---- */

/* An async function of the old kind ends where its indentation does.  At the end of a line nothing
   can be said: a type comment in front of it sets no indentation. */
static void
leave_async_def(struct Tokenizer *t)
{
    if (t->async_def && !t->blank_line && *t->cur != '\n' && t->level == 0 && t->async_def_newline &&
        t->async_def_indent >= t->indent) {
        t->async_def = t->async_def_newline = false;
        t->async_def_indent = 0;
    }
}

/* The end counts as seen when the character behind a token was looked at, as it is for all but
   strings and operators of three characters. */
static int
note_end(struct Tokenizer *t, int type)
{
    if (unlikely(t->cur == t->end) && t->stop == STOP_NOT && t->refill == NULL) {
        t->stop = STOP_EOF;
    }
    return type;
}

/* One token of the text as it is. */
static int
scan_token(struct Tokenizer *t)
{
    t->tok_start = t->tok_end = NULL;
    if (unlikely(t->stop != STOP_NOT && t->stop != STOP_EOF && t->stop != STOP_PAUSED)) {
        return ERRORTOKEN;
    }
next_line:
    t->start = NULL;
    t->blank_line = false;
    if (t->at_line_begin) {
        if (!next_line(t) && t->stop != STOP_EOF && t->stop != STOP_PAUSED) {
            return ERRORTOKEN;
        }
        if (!scan_indentation(t)) {
            return ERRORTOKEN;
        }
    }
    t->start = t->cur;
    if (t->pending != 0) {
        if (t->pending < 0) {
            t->pending++;
            return DEDENT;
        }
        t->pending--;
        return INDENT;
    }
    if (unlikely(t->async_def)) {
        leave_async_def(t);
    }
again:
    t->start = NULL;
    char *p = t->cur;
    while (IS(*p, BLANK)) {
        p++;
    }
    t->start = t->cur = p;
    if (*p == '#') {
        char *newline = memchr(p, '\n', (size_t)(t->end - p));
        p = newline == NULL ? t->end : newline;
        t->cur = p;
        if (t->type_comments) {
            int type = scan_type_comment(t);
            if (type != 0) {
                return type;
            }
        }
    }
    unsigned char c = (unsigned char)*p;
    if (likely(IS(c, IDENT_START))) {
        /* A string with a prefix has its quote behind one letter or two. */
        if (unlikely(IS(p[1], QUOTE) || (IS(p[1], IDENT_START) && IS(p[2], QUOTE)))) {
            int prefix = string_prefix(p);
            if (prefix > 0) {
                return scan_string(t, p + prefix);
            }
        }
        return note_end(t, scan_name(t, p));
    }
    if (c == '\n') {
        t->at_line_begin = true;
        t->cur = p + 1;
        if (t->blank_line || t->level > 0) {
            goto next_line;
        }
        t->tok_start = t->start;
        t->tok_end = p;
        t->continued = false;
        if (t->async_def) {
            t->async_def_newline = true;
        }
        return NEWLINE;
    }
    if (IS(c, DIGIT)) {
        return note_end(t, scan_number(t, p));
    }
    if (c == '.' && IS(p[1], DIGIT)) {
        return note_end(t, scan_fraction(t, p + 1));
    }
    if (c == '"' || c == '\'') {
        return scan_string(t, p);
    }
    if (c == '\\') {
        t->cur = p + 1;
        if (!continue_line(t)) {
            return ERRORTOKEN;
        }
        t->continued = true;
        goto again;
    }
    if (unlikely(c == '\0') && at_end(t)) {
        if (t->stop == STOP_PAUSED || (t->stop == STOP_EOF && t->level == 0)) {
            return ENDMARKER;
        }
        return ERRORTOKEN;
    }
    int type = scan_operator(t);
    return t->cur - p < 3 ? note_end(t, type) : type;
}

/* Did the token that was scanned depend on there being nothing behind the text? */
static bool
met_end(struct Tokenizer *t, int type)
{
    if (type == STRING) {
        /* Two quotes may become three. */
        char quote = t->tok_end[-1];
        bool empty = t->tok_end[-2] == quote && memchr(t->tok_start, quote, 3) == t->tok_end - 2;
        return empty && t->tok_end == t->end;
    }
    if (type == ERRORTOKEN) {
        if (t->stop == STOP_EOF || t->stop == STOP_STRING) {
            return true;
        }
        /* The characters of a name are looked at when it has been read. */
        char *p = t->start;
        while (p != NULL && IS(*t->start, IDENT_START) && p < t->end && IS(*p, IDENT)) {
            p++;
        }
        return p == t->end || t->cur >= t->end;
    }
    if (type == ELLIPSIS || type == DOUBLESTAREQUAL || type == DOUBLESLASHEQUAL ||
        type == LEFTSHIFTEQUAL || type == RIGHTSHIFTEQUAL) {
        return false;
    }
    return t->cur >= t->end && type != NEWLINE;
}

/* One token of text that is being typed: a line without an end is asked for the rest of it when the
   token may go on there, and the token is scanned anew. */
static int
scan_typed(struct Tokenizer *t)
{
    for (;;) {
        struct Tokenizer before = *t;
        int type = scan_token(t);
        if (!t->partial || t->paused || !met_end(t, type)) {
            return type;
        }
        if (type == ERRORTOKEN) {
            PyErr_Clear();
        }
        char *text = t->text, *end = t->end;
        tokenizer_move(&before, text, (size_t)(end - text));
        *t = before;
        t->partial = false;
        if (t->refill(t) < 0) {
            t->stop = STOP_ERROR;
            return ERRORTOKEN;
        }
    }
}

int
tokenizer_next(struct Tokenizer *t)
{
    return unlikely(t->refill != NULL) ? scan_typed(t) : scan_token(t);
}
