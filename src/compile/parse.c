/* The parser's core: tokens on demand, sequences, names, memo, and the entry points. */
#include <string.h>

#include "compile/parser.h"
#include "object/intern.h"

/* ---- state ---- */

status
parser_init(struct Parser *p, char *text, size_t length, PyObject *filename, int start,
            PyCompilerFlags *flags, Arena *arena)
{
    memset(p, 0, offsetof(struct Parser, tok));
    tokenizer_init(&p->tok, text, length, filename);
    p->arena = arena;
    p->start = start;
    p->filename = filename;
    p->feature_version = PY_MINOR_VERSION;
    p->has_encoding = true;
    if (flags != NULL) {
        p->flags = flags->cf_flags;
        if (p->flags & PyCF_ONLY_AST) {
            p->feature_version = flags->cf_feature_version;
        }
        p->tok.type_comments = (p->flags & PyCF_TYPE_COMMENTS) != 0;
        p->tok.async_names = p->feature_version < 7;
    }
    return 0;
}

void
parser_clear(struct Parser *p)
{
    PyMem_Free(p->tokens);
    PyMem_Free(p->stack);
    PyMem_Free(p->names);
    PyMem_Free(p->memo);
    tokenizer_clear(&p->tok);
}

static bool
no_memory(struct Parser *p)
{
    if (!p->error) {
        p->error = true;
        PyErr_NoMemory();
    }
    return false;
}

bool
push_slow(struct Parser *p)
{
    int size = p->stack_size ? p->stack_size * 2 : 256;
    void **stack = PyMem_Realloc(p->stack, (size_t)size * sizeof(void *));
    if (stack == NULL) {
        return no_memory(p);
    }
    p->stack = stack;
    p->stack_size = size;
    return true;
}

void *
pop_seq(struct Parser *p, int base)
{
    int count = p->stack_used - base;
    p->stack_used = base;
    if (count == 0) {
        return NULL;
    }
    /* All sequences of pointers have one layout. */
    ExprSeq *seq = new_ExprSeq(count, p->arena);
    if (seq == NULL) {
        p->error = true;
        return NULL;
    }
    memcpy(seq->items, p->stack + base, (size_t)count * sizeof(void *));
    return seq;
}

PyObject *
own(struct Parser *p, PyObject *object)
{
    if (object == NULL || arena_take(p->arena, object) < 0) {
        p->error = true;
        return NULL;
    }
    return object;
}

/* ---- names ---- */

/* PEP 3131: identifiers are compared after NFKC. */
static PyObject *
normalise(PyObject *name)
{
    PyObject *module = PyImport_ImportModule("unicodedata");
    if (module == NULL) {
        Py_DECREF(name);
        return NULL;
    }
    PyObject *result = PyObject_CallMethod(module, "normalize", "sO", "NFKC", name);
    Py_DECREF(module);
    Py_DECREF(name);
    if (result != NULL && !PyUnicode_Check(result)) {
        PyErr_Format(PyExc_TypeError, "unicodedata.normalize() must return a string, not %.200s",
                     Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
own_identifier(struct Parser *p, const char *text, size_t length)
{
    PyObject *name = intern_ascii(text, (Py_ssize_t)length);
    if (name == NULL && !PyErr_Occurred()) {
        name = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, NULL);
        if (name != NULL) {
            name = normalise(name);
        }
        if (name != NULL) {
            PyUnicode_InternInPlace(&name);
        }
    }
    return own(p, name);
}

/* The first size: what a text of this length mostly needs, between 64 and 2048. */
static unsigned
first_names(struct Parser *p)
{
    unsigned size = 64;
    for (ptrdiff_t length = p->tok.end - p->tok.text; size < 2048 && size < length / 96;) {
        size *= 2;
    }
    return size;
}

static bool
grow_names(struct Parser *p)
{
    unsigned size = p->names == NULL ? first_names(p) : (p->name_mask + 1) * 2;
    struct NameEntry *names = PyMem_Calloc(size, sizeof(struct NameEntry));
    if (names == NULL) {
        return no_memory(p);
    }
    if (p->names != NULL) {
        for (unsigned i = 0; i <= p->name_mask; i++) {
            if (p->names[i].name == NULL) {
                continue;
            }
            unsigned slot = p->names[i].hash & (size - 1);
            while (names[slot].name != NULL) {
                slot = (slot + 1) & (size - 1);
            }
            names[slot] = p->names[i];
        }
        PyMem_Free(p->names);
    }
    p->names = names;
    p->name_mask = size - 1;
    return true;
}

PyObject *
token_name(struct Parser *p, int index)
{
    const struct Token *token = &p->tokens[index];
    const char *text = token_text(p, token);
    size_t length = token->length;
    if (unlikely(p->error)) {
        return NULL;
    }
    const char *end = p->tok.end;
    uint64_t head = text_word(text, length, end), mixed = head ^ length;
    for (size_t i = 8; unlikely(i < length); i += 8) {
        mixed = (mixed ^ mixed >> 29) * UINT64_C(0x9E3779B97F4A7C15);
        mixed ^= text_word(text + i, length - i, end);
    }
    uint32_t hash = (uint32_t)((mixed ^ mixed >> 29) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
    if (unlikely(p->name_count * 2 >= p->name_mask) && !grow_names(p)) {
        return NULL;
    }
    unsigned slot = hash & p->name_mask;
    while (p->names[slot].name != NULL) {
        struct NameEntry *entry = &p->names[slot];
        if (entry->head == head && entry->length == length &&
            (length <= 8 || memcmp(entry->text, text + 8, length - 8) == 0)) {
            return entry->name;
        }
        slot = (slot + 1) & p->name_mask;
    }
    char *copy = NULL;
    if (length > 8) {
        copy = ast_alloc(p->arena, length - 8);
        if (copy == NULL) {
            p->error = true;
            return NULL;
        }
        memcpy(copy, text + 8, length - 8);
    }
    PyObject *name = own_identifier(p, text, length);
    if (name == NULL) {
        return NULL;
    }
    p->names[slot] = (struct NameEntry){head, hash, (uint32_t)length, copy, name};
    p->name_count++;
    return name;
}

/* ---- memo ---- */

bool
memo_find(struct Parser *p, int rule, void **node)
{
    if (p->pos >= p->memo_size) {
        return false;
    }
    for (struct Memo *m = p->memo[p->pos]; m != NULL; m = m->next) {
        if (m->rule == rule) {
            p->pos = m->end;
            *node = m->node;
            return true;
        }
    }
    return false;
}

void *
memo_add(struct Parser *p, int rule, int start, void *node)
{
    if (p->error) {
        return NULL;
    }
    if (start >= p->memo_size) {
        int size = start + 256 > 2 * p->memo_size ? start + 256 : 2 * p->memo_size;
        struct Memo **memo = PyMem_Realloc(p->memo, (size_t)size * sizeof(struct Memo *));
        if (memo == NULL) {
            no_memory(p);
            return NULL;
        }
        memset(memo + p->memo_size, 0, (size_t)(size - p->memo_size) * sizeof(struct Memo *));
        p->memo = memo;
        p->memo_size = size;
    }
    struct Memo *m = ast_alloc(p->arena, sizeof(struct Memo));
    if (m == NULL) {
        p->error = true;
        return NULL;
    }
    *m = (struct Memo){p->memo[start], rule, p->pos, node};
    p->memo[start] = m;
    return node;
}

/* ---- tokens ---- */

static bool
add_type_ignore(struct Parser *p)
{
    size_t length = (size_t)(p->tok.tok_end - p->tok.tok_start);
    PyObject *tag = own(p, PyUnicode_DecodeUTF8(p->tok.tok_start, (Py_ssize_t)length, NULL));
    if (tag == NULL) {
        return false;
    }
    TypeIgnore *ignore = new_TypeIgnore(p->tok.lineno, tag, p->arena);
    if (ignore == NULL) {
        p->error = true;
        return false;
    }
    /* Rare: rebuilt at each addition. */
    int count = seq_len(p->type_ignores);
    TypeIgnoreSeq *all = new_TypeIgnoreSeq(count + 1, p->arena);
    if (all == NULL) {
        p->error = true;
        return false;
    }
    for (int i = 0; i < count; i++) {
        all->items[i] = p->type_ignores->items[i];
    }
    all->items[count] = ignore;
    p->type_ignores = all;
    return true;
}

bool
parser_fill(struct Parser *p)
{
    if (p->error) {
        return false;
    }
    int type = tokenizer_next(&p->tok);
    while (unlikely(type == TYPE_IGNORE)) {
        if (!add_type_ignore(p)) {
            return false;
        }
        type = tokenizer_next(&p->tok);
    }
    if (unlikely(p->start == Py_single_input)) {
        if (type == ENDMARKER && p->started) {
            /* The end of the input ends the statement, too. */
            type = NEWLINE;
            p->started = false;
            if (p->tok.indent && !(p->flags & PyCF_DONT_IMPLY_DEDENT)) {
                p->tok.pending = -p->tok.indent;
                p->tok.indent = 0;
            }
        } else {
            p->started = true;
        }
    }
    if (unlikely(p->fill == p->capacity)) {
        /* At the start, what texts of this length mostly need. */
        ptrdiff_t length = p->tok.end - p->tok.text;
        int capacity = p->capacity ? p->capacity * 2 : (int)Py_MIN(length / 6 + 32, 1 << 20);
        struct Token *tokens = PyMem_Realloc(p->tokens, (size_t)capacity * sizeof(struct Token));
        if (tokens == NULL) {
            return no_memory(p);
        }
        p->tokens = tokens;
        p->capacity = capacity;
    }
    struct Token *token = &p->tokens[p->fill];
    struct Tokenizer *t = &p->tok;
    token->type = (unsigned char)type;
    token->level = (unsigned char)t->level;
    token->lineno = t->lineno;
    token->end_lineno = t->lineno;
    if (likely(t->tok_start != NULL)) {
        token->start = (uint32_t)(t->tok_start - t->text);
        token->length = (uint32_t)(t->tok_end - t->tok_start);
        char *line = t->line_start;
        if (type == STRING) {
            token->lineno = t->first_lineno;
            line = t->first_line_start;
        }
        token->col = (int)(t->tok_start - line);
        token->end_col = (int)(t->tok_end - t->line_start);
    } else {
        token->start = token->length = 0;
        token->col = token->end_col = -1;
        if (type == STRING) {
            token->lineno = t->first_lineno;
        }
    }
    if (unlikely(p->first_lineno != 0) && t->lineno == p->first_lineno) {
        token->col += p->first_col;
        token->end_col += p->first_col;
    }
    p->fill++;
    if (unlikely(type == ERRORTOKEN)) {
        if (t->stop == STOP_DECODE) {
            raise_decode_error(p);
        } else {
            raise_tokenizer_error(p);
        }
        p->error = true;
        return false;
    }
    return true;
}

static bool
token_is(struct Parser *p, const struct Token *token, const char *word)
{
    size_t length = strlen(word);
    return token->type == NAME && token->length == length &&
           memcmp(token_text(p, token), word, length) == 0;
}

bool
peek_word(struct Parser *p, const char *word)
{
    return peek(p) == NAME && token_is(p, &p->tokens[p->pos], word);
}

bool
is_soft_keyword(struct Parser *p, const struct Token *token)
{
    static const char *const words[] = {"_", "case", "match"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (token->length <= strlen(words[i]) &&
            memcmp(words[i], token_text(p, token), token->length) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- running ---- */

static void *
parse_eval_input(struct Parser *p)
{
    Expr *body = parse_expressions(p);
    if (body == NULL) {
        return NULL;
    }
    while (accept(p, NEWLINE)) {
    }
    return accept(p, ENDMARKER) ? new_Expression(body, p->arena) : NULL;
}

/* The types of parameters; stars are allowed and forgotten. */
static bool
parse_type_expressions(struct Parser *p)
{
    if (peek(p) == RPAR) {
        return true;
    }
    int stage = 0;
    do {
        int type = peek(p);
        int here = type == STAR ? 1 : type == DOUBLESTAR ? 2 : 0;
        if (here < stage || (here == stage && here > 0)) {
            return false;
        }
        stage = here;
        p->pos += here > 0;
        Expr *e = parse_expression(p);
        if (e == NULL || !push(p, e)) {
            return false;
        }
    } while (accept(p, COMMA));
    return true;
}

static void *
parse_func_type_input(struct Parser *p)
{
    int base = p->stack_used;
    if (!accept(p, LPAR) || !parse_type_expressions(p) || !accept(p, RPAR) || !accept(p, RARROW)) {
        return NULL;
    }
    ExprSeq *types = pop_seq(p, base);
    Expr *returns = parse_expression(p);
    if (returns == NULL) {
        return NULL;
    }
    while (accept(p, NEWLINE)) {
    }
    return accept(p, ENDMARKER) ? new_FunctionType(types, returns, p->arena) : NULL;
}

static void *
parse_start(struct Parser *p)
{
    switch (p->start) {
    case Py_file_input:
        return parse_file_input(p);
    case Py_single_input:
        return parse_interactive_input(p);
    case Py_eval_input:
        return parse_eval_input(p);
    case Py_func_type_input:
        return parse_func_type_input(p);
    default:
        return parse_star_expressions(p);
    }
}

/* Does anything but comments and blank lines follow a single statement? */
static bool
statement_follows(struct Parser *p)
{
    const char *s = p->tok.cur;
    for (;;) {
        while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\f') {
            s++;
        }
        if (*s == '\0') {
            return false;
        }
        if (*s != '#') {
            return true;
        }
        while (*s != '\0' && *s != '\n') {
            s++;
        }
    }
}

/* Reads the text again, from the start, with memory of what was read. */
static void
reparse(struct Parser *p, bool invalid)
{
    p->pos = p->stack_used = p->depth = 0;
    if (p->memo != NULL) {
        memset(p->memo, 0, (size_t)p->memo_size * sizeof(struct Memo *));
    }
    p->second_pass = true;
    p->invalid = invalid;
    p->warned = invalid ? 0 : p->fill;
    parse_start(p);
}

void *
parser_run(struct Parser *p)
{
    void *result = parse_start(p);
    p->error = p->error || PyErr_Occurred() != NULL;
    if (result != NULL && !p->error) {
        if (p->start == Py_single_input && statement_follows(p)) {
            return raise_here(p, PyExc_SyntaxError,
                              "multiple statements found while compiling a single statement");
        }
        return result;
    }
    if ((p->flags & PyCF_ALLOW_INCOMPLETE_INPUT) &&
        (p->tok.stop == STOP_EOF || p->tok.stop == STOP_STRING)) {
        PyErr_Clear();
        p->error = false;
        return raise_here(p, PyExc_SyntaxError, "incomplete input");
    }
    if (p->error && !PyErr_ExceptionMatches(PyExc_SyntaxError)) {
        return NULL;
    }
    p->tok.paused = p->tok.refill != NULL;      /* what went wrong does not depend on lines not yet typed */
    if (!p->error && p->bad_brace) {
        /* Mistakes in a dictionary count before all others. */
        reparse(p, false);
    }
    int last = p->fill - 1;
    if (!p->error) {
        reparse(p, true);
    }
    report_failure(p, last);
    return NULL;
}

/* ---- entry points ---- */

/* Parses UTF-8 text that ends with a NUL.  `declared`: the source says that it is UTF-8, or was a
   str; otherwise the reference counts bytes in the columns of errors. */
static Mod *
parse_utf8(const char *source, bool declared, bool from_file, PyObject *filename, int start,
           PyCompilerFlags *flags, Arena *arena)
{
    size_t length = strlen(source);
    bool crlf = length >= 2 && source[length - 2] == '\r' && source[length - 1] == '\n';
    char *text = source_translate(source, &length, start == Py_file_input && !(from_file && crlf));
    struct Parser *p = text == NULL ? NULL : PyMem_Malloc(sizeof(struct Parser));
    if (p == NULL) {
        PyMem_Free(text);
        if (!PyErr_Occurred()) {
            PyErr_NoMemory();
        }
        return NULL;
    }
    parser_init(p, text, length, filename, start, flags, arena);
    p->tok.owns_text = true;
    p->has_encoding = declared;
    p->from_file = from_file;
    Mod *mod = parser_run(p);
    parser_clear(p);
    PyMem_Free(p);
    return mod;
}

Mod *
parse_string(const char *source, PyObject *filename, int start, PyCompilerFlags *flags,
             Arena *arena)
{
    if (PySys_Audit("compile", "yO", source, filename) < 0) {
        return NULL;
    }
    if (flags != NULL && (flags->cf_flags & PyCF_IGNORE_COOKIE)) {
        return parse_utf8(source, true, false, filename, start, flags, arena);
    }
    bool declared;
    PyObject *text = source_decode(source, strlen(source), filename, &declared);
    if (text == NULL) {
        return NULL;
    }
    Mod *mod = parse_utf8(PyBytes_AS_STRING(text), declared, false, filename, start, flags, arena);
    Py_DECREF(text);
    return mod;
}

/* All of a file, in PyMem with a NUL behind it. */
static char *
read_all(FILE *file, size_t *length)
{
    size_t size = 0, capacity = 8192;
    char *data = PyMem_Malloc(capacity + 1);
    while (data != NULL) {
        size_t count = fread(data + size, 1, capacity - size, file);
        size += count;
        if (size < capacity) {
            if (ferror(file)) {
                PyMem_Free(data);
                PyErr_SetFromErrno(PyExc_OSError);
                return NULL;
            }
            data[size] = '\0';
            *length = size;
            return data;
        }
        capacity *= 2;
        char *larger = PyMem_Realloc(data, capacity + 1);
        if (larger == NULL) {
            PyMem_Free(data);
        }
        data = larger;
    }
    PyErr_NoMemory();
    return NULL;
}

Mod *
parse_file(FILE *file, PyObject *filename, const char *encoding, int start, PyCompilerFlags *flags,
           Arena *arena)
{
    size_t length;
    if (PySys_Audit("compile", "OO", Py_None, filename) < 0) {
        return NULL;
    }
    char *data = read_all(file, &length);
    if (data == NULL) {
        return NULL;
    }
    PyObject *text = NULL;
    bool declared = true;
    if (encoding != NULL) {
        PyObject *decoded = PyUnicode_Decode(data, (Py_ssize_t)length, encoding, NULL);
        if (decoded != NULL) {
            text = PyUnicode_AsUTF8String(decoded);
            Py_DECREF(decoded);
        }
    } else {
        text = source_decode_file(data, length, filename, &declared);
    }
    PyMem_Free(data);
    if (text == NULL) {
        return NULL;
    }
    Mod *mod = parse_utf8(PyBytes_AS_STRING(text), declared, true, filename, start, flags, arena);
    Py_DECREF(text);
    return mod;
}

/* ---- reading from a terminal ---- */

struct Terminal {
    FILE *file;
    const char *encoding;
    const char *prompt, *next_prompt;
    struct Parser *parser;
};

/* What was typed as one line: "" at the end of input, NULL with an exception if it was interrupted. */
static char *
read_typed(struct Terminal *terminal)
{
    char *line = PyOS_Readline(terminal->file ? terminal->file : stdin, stdout, terminal->prompt);
    if (line == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        }
        if (terminal->prompt != NULL) {
            PyObject *type, *value, *traceback;
            PyErr_Fetch(&type, &value, &traceback);
            PySys_WriteStderr("\n");
            PyErr_Restore(type, value, traceback);
        }
        return NULL;
    }
    if (*line == '\0' && terminal->prompt != NULL) {
        PySys_WriteStderr("\n");        /* the cursor still stands behind the prompt */
    }
    if (terminal->next_prompt != NULL) {
        terminal->prompt = terminal->next_prompt;
    }
    return line;
}

/* A typed line that cannot be decoded: SyntaxError at the end of the line before it. */
static void
raise_undecodable(struct Parser *p)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL || !PyErr_GivenExceptionMatches(type, PyExc_UnicodeError)) {
        PyErr_Restore(type, value, traceback);
        return;
    }
    const char *start = p->tok.text, *end = p->tok.end, *last = start;
    int lines = 0;
    for (const char *at = start; at < end; at++) {
        lines += *at == '\n';
        last = *at == '\n' && at + 1 < end ? at + 1 : last;
    }
    Py_ssize_t length = end - last;
    length -= length > 0 && end[-1] == '\n';
    PyObject *line = PyUnicode_DecodeUTF8(last, length, "replace");
    PyObject *message = line == NULL ? NULL : PyUnicode_FromFormat("(unicode error) %S", value);
    PyObject *args = message == NULL ? NULL
                                     : Py_BuildValue("(O(OinOii))", message, p->filename, lines,
                                                     lines > 0 ? PyUnicode_GET_LENGTH(line) + 1 : 0, line,
                                                     lines, -1);
    if (args != NULL) {
        PyErr_SetObject(PyExc_SyntaxError, args);
    }
    Py_XDECREF(args);
    Py_XDECREF(message);
    Py_XDECREF(line);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

/* Appends what was typed as one line, or its rest. */
static int
refill_from_terminal(struct Tokenizer *t)
{
    struct Terminal *terminal = t->refill_data;
    char *line = read_typed(terminal);
    if (line == NULL) {
        return -1;
    }
    if (*line == '\0') {
        PyMem_Free(line);
        t->refill = NULL;               /* nothing more is asked for */
        return 0;
    }
    size_t length = strlen(line);
    PyObject *utf8 = NULL;
    if (terminal->encoding != NULL) {
        PyObject *decoded = PyUnicode_Decode(line, (Py_ssize_t)length, terminal->encoding, NULL);
        if (decoded != NULL) {
            utf8 = PyUnicode_AsUTF8String(decoded);
            Py_DECREF(decoded);
        }
    } else {
        utf8 = PyBytes_FromStringAndSize(line, (Py_ssize_t)length);
    }
    PyMem_Free(line);
    if (utf8 == NULL) {
        raise_undecodable(terminal->parser);
        return -1;
    }
    length = (size_t)PyBytes_GET_SIZE(utf8);
    const char *bytes = PyBytes_AS_STRING(utf8);
    char *clean = source_translate(bytes, &length, false);
    Py_DECREF(utf8);
    if (clean == NULL) {
        return -1;
    }
    t->partial = clean[length - 1] != '\n';
    size_t old = (size_t)(t->end - t->text);
    char *text = PyMem_Malloc(old + length + 1);
    if (text == NULL) {
        PyMem_Free(clean);
        PyErr_NoMemory();
        return -1;
    }
    memcpy(text, t->text, old);
    memcpy(text + old, clean, length + 1);
    PyMem_Free(clean);
    char *before = t->text;
    tokenizer_move(t, text, old + length);
    PyMem_Free(before);
    return 1;
}

Mod *
parse_file_interactive(FILE *file, PyObject *filename, const char *encoding, int start,
                       const char *ps1, const char *ps2, PyCompilerFlags *flags, int *errcode,
                       Arena *arena)
{
    if (PySys_Audit("compile", "OO", Py_None, filename) < 0) {
        return NULL;
    }
    struct Parser *p = PyMem_Malloc(sizeof(struct Parser));
    char *text = PyMem_Calloc(1, 1);
    if (p == NULL || text == NULL) {
        PyMem_Free(p);
        PyMem_Free(text);
        PyErr_NoMemory();
        return NULL;
    }
    struct Terminal terminal = {file, encoding, ps1, ps2, p};
    parser_init(p, text, 0, filename, start, flags, arena);
    p->tok.owns_text = true;
    p->tok.interactive = ps1 != NULL || ps2 != NULL;
    p->tok.refill = refill_from_terminal;
    p->tok.refill_data = &terminal;
    Mod *mod = parser_run(p);
    if (mod == NULL && errcode != NULL && p->fill > 0 && p->tokens[0].type == ENDMARKER) {
        *errcode = PARSE_EOF;
    }
    parser_clear(p);
    PyMem_Free(p);
    return mod;
}
