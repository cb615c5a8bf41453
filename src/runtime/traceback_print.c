/* Tracebacks as text: file, line, function, source and carets under the failing expression; and the
   traceback entries that C code adds. */
#include "runtime/print.h"
#include "object/declare.h"
#include "compile/compile.h"
#include <frameobject.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

enum { LIMIT = 1000, REPEATS_SHOWN = 3 };

/* ---- source lines ------------------------------------------------------------------------- */

/* The encoding named by a byte order mark or a cookie in the first two lines; "utf-8" else. */
static void
find_encoding(const char *text, size_t size, char *out, size_t room)
{
    const char *at = text, *end = text + size;
    snprintf(out, room, "utf-8");
    for (int line = 0; line < 2 && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop == NULL ? end : stop;
        const char *p = at;
        while (p < stop && (*p == ' ' || *p == '\t' || *p == '\f')) {
            p++;
        }
        if (p < stop && *p != '#' && *p != '\r') {
            return;
        }
        for (; p + 8 < stop; p++) {
            if (memcmp(p, "coding", 6) == 0 && (p[6] == ':' || p[6] == '=')) {
                p += 7;
                while (p < stop && (*p == ' ' || *p == '\t')) {
                    p++;
                }
                size_t n = 0;
                while (p < stop && n + 1 < room &&
                       (Py_ISALNUM(*p) || *p == '-' || *p == '_' || *p == '.')) {
                    out[n++] = *p++;
                }
                if (n > 0) {
                    out[n] = 0;
                }
                return;
            }
        }
        at = stop + 1;
    }
}

static char *
read_source(const char *path, size_t *size)
{
    struct stat st;
    char *data = NULL;
    FILE *in = fopen(path, "rbe");
    if (in == NULL) {
        return NULL;
    }
    if (fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) &&
        (data = PyMem_RawMalloc((size_t)st.st_size + 1)) != NULL) {
        *size = fread(data, 1, (size_t)st.st_size, in);
        data[*size] = 0;
    }
    fclose(in);
    return data;
}

/* A file that is not where its code says may lie on sys.path under the same last component. */
static char *
read_source_on_path(PyObject *filename, size_t *size)
{
    PyObject *path = PySys_GetObject("path");
    char *data = NULL;
    if (path == NULL || !PyList_Check(path)) {
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(filename);
    Py_ssize_t slash = PyUnicode_FindChar(filename, '/', 0, length, -1);
    PyObject *tail = PyUnicode_Substring(filename, slash + 1, length);
    for (Py_ssize_t i = 0; tail != NULL && data == NULL && i < PyList_GET_SIZE(path); i++) {
        PyObject *folder = PyList_GET_ITEM(path, i);
        if (!PyUnicode_Check(folder)) {
            continue;
        }
        PyObject *full = PyUnicode_FromFormat(PyUnicode_GET_LENGTH(folder) ? "%U/%U" : "%U%U", folder,
                                              tail);
        PyObject *bytes = full == NULL ? NULL : PyUnicode_EncodeFSDefault(full);
        if (bytes != NULL) {
            data = read_source(PyBytes_AS_STRING(bytes), size);
        }
        Py_XDECREF(full);
        Py_XDECREF(bytes);
    }
    Py_XDECREF(tail);
    PyErr_Clear();
    return data;
}

/* Line `lineno` without its end; *ended tells whether it has one. */
static PyObject *
source_line_and_end(PyObject *filename, int lineno, bool *ended)
{
    size_t size;
    char encoding[64];
    PyObject *line = NULL;
    if (filename == NULL || lineno < 1 || !PyUnicode_Check(filename)) {
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(filename);
    if (length > 0 && PyUnicode_READ_CHAR(filename, 0) == '<' &&
        PyUnicode_READ_CHAR(filename, length - 1) == '>') {
        return NULL;
    }
    PyObject *bytes = PyUnicode_EncodeFSDefault(filename);
    if (bytes == NULL) {
        PyErr_Clear();
        return NULL;
    }
    char *data = read_source(PyBytes_AS_STRING(bytes), &size);
    Py_DECREF(bytes);
    if (data == NULL && (data = read_source_on_path(filename, &size)) == NULL) {
        return NULL;
    }
    find_encoding(data, size, encoding, sizeof encoding);
    char *at = data, *end = data + size;
    for (int i = 1; i < lineno && at != NULL && at < end;) {
        char *stop = at;
        while (stop < end && *stop != '\n' && *stop != '\r') {
            stop++;
        }
        stop += stop + 1 < end && stop[0] == '\r' && stop[1] == '\n' ? 2 : 1;
        at = stop;
        i++;
    }
    if (at < end) {
        size_t n = strcspn(at, "\r\n");
        *ended = at + n < end;
        line = PyUnicode_Decode(at, (Py_ssize_t)n, encoding, "replace");
        if (line == NULL) {
            PyErr_Clear();
        }
    }
    PyMem_RawFree(data);
    return line;
}

PyObject *
source_line(PyObject *filename, int lineno)
{
    bool ended;
    return source_line_and_end(filename, lineno, &ended);
}

/* ---- carets ------------------------------------------------------------------------------- */

/* Where in an expression the operator stands, as byte offsets; left == -1: nowhere special. */
struct Anchors {
    int left_end, right_start;
    const char *primary, *secondary;
};

static void
binary_anchors(const char *text, const Expr *op, struct Anchors *a)
{
    const Expr *left = op->v.BinOp.left, *right = op->v.BinOp.right;
    int at = left->end_col_offset, stop = right->col_offset;
    if (left->end_lineno != 1 || right->lineno != 1) {
        return;
    }
    while (at < stop && (Py_ISSPACE(text[at]) || text[at] == ')')) {
        at++;
    }
    if (at >= stop) {
        return;
    }
    a->left_end = at;
    a->right_start = at + 1;
    if (at + 1 < stop && !Py_ISSPACE(text[at + 1]) && text[at + 1] != '(') {
        a->right_start++;
    }
}

/* Look for the operator of a single binary operation or subscript in `text`. */
static void
find_anchors(const char *text, PyObject *filename, struct Anchors *a)
{
    PyCompilerFlags flags = {PyCF_IGNORE_COOKIE, PY_MINOR_VERSION};
    Arena *arena = arena_new();
    a->left_end = -1;
    a->primary = "~";
    a->secondary = "^";
    Mod *mod = arena == NULL ? NULL : parse_string(text, filename, Py_file_input, &flags, arena);
    if (mod != NULL && seq_len(mod->v.Module.body) == 1) {
        const Stmt *stmt = mod->v.Module.body->items[0];
        if (stmt->kind == Expr_kind) {
            const Expr *e = stmt->v.Expr.value;
            if (e->kind == BinOp_kind) {
                binary_anchors(text, e, a);
            }
            else if (e->kind == Subscript_kind) {
                a->left_end = e->v.Subscript.value->end_col_offset;
                a->right_start = e->v.Subscript.slice->end_col_offset + 1;
                while (a->left_end < (int)strlen(text) && text[a->left_end] != '[') {
                    a->left_end++;
                }
                if (a->right_start > (int)strlen(text)) {
                    a->right_start = (int)strlen(text);
                }
            }
        }
    }
    PyErr_Clear();
    if (arena != NULL) {
        arena_free(arena);
    }
}

/* Characters in the first `bytes` bytes of UTF-8. */
static int
chars_in(const char *text, int bytes)
{
    int n = 0;
    for (int i = 0; i < bytes && text[i] != 0; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

static status
repeat(struct Printer *p, int n, const char *what)
{
    for (int i = 0; i < n; i++) {
        if (print_text(p, what) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The line of markers below a source line.  `skip` characters of indentation were not printed. */
static status
print_carets(struct Printer *p, PyObject *line, int skip, PyTracebackObject *tb, int lineno)
{
    int start_line, start_col, end_line, end_col;
    PyCodeObject *code = PyFrame_GetCode(tb->tb_frame);
    int found = PyCode_Addr2Location(code, tb->tb_lasti, &start_line, &start_col, &end_line, &end_col);
    Py_DECREF(code);            /* the frame keeps it */
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(line, &size);
    if (text == NULL) {
        PyErr_Clear();
        return 0;
    }
    if (!found || start_line < 0 || end_line < 0 || start_col < 0 || end_col < 0 ||
        start_line != lineno || start_col > size) {
        return 0;
    }
    Py_ssize_t last = size;
    while (last > 0 && Py_ISSPACE(text[last - 1])) {
        last--;
    }
    struct Anchors a = {-1, -1, "^", "^"};
    if (end_line == start_line) {
        if (end_col > size || end_col < start_col) {
            return 0;
        }
        char *segment = PyMem_Malloc((size_t)(end_col - start_col) + 1);
        if (segment != NULL) {
            memcpy(segment, text + start_col, (size_t)(end_col - start_col));
            segment[end_col - start_col] = 0;
            find_anchors(segment, code->co_filename, &a);
            if (a.left_end >= 0) {
                int left = chars_in(segment, a.left_end), right = chars_in(segment, a.right_start);
                a.left_end = left;
                a.right_start = right;
            }
            PyMem_Free(segment);
        }
    }
    else {
        end_col = (int)last;
    }
    int start = chars_in(text, start_col), end = chars_in(text, end_col);
    int printed = chars_in(text, (int)last) - skip;
    if (end - start >= printed && !(a.left_end >= 0 && a.right_start - a.left_end > 0)) {
        return 0;
    }
    if (print_text(p, "    ") < 0 || repeat(p, start - skip, " ") < 0) {
        return -1;
    }
    if (a.left_end >= 0) {
        if (repeat(p, a.left_end, a.primary) < 0 ||
            repeat(p, a.right_start - a.left_end, a.secondary) < 0 ||
            repeat(p, end - start - a.right_start, a.primary) < 0) {
            return -1;
        }
    }
    else if (repeat(p, end - start, "^") < 0) {
        return -1;
    }
    return print_text(p, "\n");
}

/* ---- frames ------------------------------------------------------------------------------- */

/* The line without leading blanks; *skipped tells how many. */
static PyObject *
dedent(PyObject *line, int *skipped)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(line), i = 0;
    while (i < n) {
        Py_UCS4 c = PyUnicode_READ_CHAR(line, i);
        if (c != ' ' && c != '\t' && c != '\f') {
            break;
        }
        i++;
    }
    *skipped = (int)i;
    return PyUnicode_Substring(line, i, n);
}

static status
print_frame(struct Printer *p, PyTracebackObject *tb, PyCodeObject *code, int lineno)
{
    PyObject *head = PyUnicode_FromFormat("  File \"%U\", line %d, in %U\n", code->co_filename, lineno,
                                          code->co_name);
    status result = head == NULL ? -1 : print_object(p, head);
    Py_XDECREF(head);
    if (result < 0) {
        return -1;
    }
    PyObject *line = source_line(code->co_filename, lineno);
    if (line == NULL) {
        return 0;
    }
    int skipped;
    PyObject *shown = dedent(line, &skipped);
    if (shown == NULL || print_text(p, "    ") < 0 || print_object(p, shown) < 0 ||
        print_text(p, "\n") < 0 || print_carets(p, line, skipped, tb, lineno) < 0) {
        result = -1;
    }
    Py_XDECREF(shown);
    Py_DECREF(line);
    return result;
}

static status
print_repeats(struct Printer *p, long n)
{
    n -= REPEATS_SHOWN;
    return n <= 0 ? 0
                  : print_format(p, n > 1 ? "  [Previous line repeated %ld more times]\n"
                                          : "  [Previous line repeated %ld more time]\n", n);
}

/* sys.tracebacklimit, or the default; 0 or less: nothing is printed. */
static long
traceback_limit(void)
{
    PyObject *value = PySys_GetObject("tracebacklimit");
    if (value == NULL || !PyLong_Check(value)) {
        return LIMIT;
    }
    int overflow;
    long limit = PyLong_AsLongAndOverflow(value, &overflow);
    return overflow > 0 ? LONG_MAX : overflow < 0 ? 0 : limit;
}

static int
entry_line(PyTracebackObject *tb, PyCodeObject *code)
{
    return tb->tb_lineno >= 0 ? tb->tb_lineno : PyCode_Addr2Line(code, tb->tb_lasti);
}

status
print_traceback(struct Printer *p, PyObject *traceback)
{
    PyTracebackObject *tb = (PyTracebackObject *)traceback;
    long limit = traceback_limit(), depth = 0, repeats = 0;
    PyObject *last_file = NULL, *last_name = NULL;
    int last_line = -1;
    status result = 0;
    for (PyTracebackObject *t = tb; t != NULL; t = t->tb_next) {
        depth++;
    }
    /* The innermost entries count. */
    for (; tb != NULL && depth > limit; tb = tb->tb_next) {
        depth--;
    }
    for (; tb != NULL && result == 0; tb = tb->tb_next) {
        PyCodeObject *code = PyFrame_GetCode(tb->tb_frame);
        int lineno = entry_line(tb, code);
        if (last_file == NULL || code->co_filename != last_file || last_line == -1 ||
            lineno != last_line || code->co_name != last_name) {
            result = print_repeats(p, repeats);
            last_file = code->co_filename;
            last_line = lineno;
            last_name = code->co_name;
            repeats = 0;
        }
        if (result == 0 && ++repeats <= REPEATS_SHOWN) {
            result = print_frame(p, tb, code, lineno);
        }
        if (result == 0) {
            result = PyErr_CheckSignals() < 0 ? -1 : 0;
        }
        Py_DECREF(code);
    }
    return result == 0 ? print_repeats(p, repeats) : result;
}

/* ---- exported ----------------------------------------------------------------------------- */

static int
traceback_to_file(PyObject *traceback, PyObject *file, const char *header)
{
    struct Printer p = {.file = file, .margin = '|', .at_line_start = true};
    if (traceback == NULL) {
        return 0;
    }
    if (!PyTraceBack_Check(traceback)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (traceback_limit() <= 0) {
        return 0;
    }
    return print_text(&p, header) < 0 ? -1 : print_traceback(&p, traceback);
}

int
PyTraceBack_Print(PyObject *traceback, PyObject *file)
{
    return traceback_to_file(traceback, file, "Traceback (most recent call last):\n");
}

int
_PyTraceBack_Print_Indented(PyObject *traceback, int Py_UNUSED(indent), const char *Py_UNUSED(margin),
                            const char *Py_UNUSED(header_margin), const char *header, PyObject *file)
{
    return traceback_to_file(traceback, file, header);
}

int
_Py_WriteIndent(int indent, PyObject *file)
{
    char blanks[] = "          ";
    while (indent > 0) {
        int n = indent < 10 ? indent : 10;
        blanks[n] = 0;
        if (PyFile_WriteString(blanks, file) != 0) {
            return -1;
        }
        blanks[n] = ' ';
        indent -= n;
    }
    return 0;
}

int
_Py_WriteIndentedMargin(int indent, const char *margin, PyObject *file)
{
    return _Py_WriteIndent(indent, file) < 0 || PyFile_WriteString(margin, file) < 0 ? -1 : 0;
}

/* Write source line `lineno`, indented anew by `indent`; 1 if it cannot be had, -1 on error. */
int
_Py_DisplaySourceLine(PyObject *file, PyObject *filename, int lineno, int indent, int *truncation,
                      PyObject **line_out)
{
    PyObject *line = source_line(filename, lineno);
    int skipped, result = -1;
    if (line_out != NULL) {
        *line_out = NULL;
    }
    if (line == NULL) {
        return 1;
    }
    PyObject *shown = dedent(line, &skipped);
    if (truncation != NULL) {
        *truncation = skipped - indent;
    }
    if (shown != NULL && _Py_WriteIndent(indent, file) == 0 &&
        PyFile_WriteObject(shown, file, Py_PRINT_RAW) == 0 && PyFile_WriteString("\n", file) == 0) {
        result = 0;
    }
    Py_XDECREF(shown);
    if (line_out != NULL && result == 0) {
        *line_out = line;
    }
    else {
        Py_DECREF(line);
    }
    return result;
}

/* Add an entry for C code to the pending exception's traceback. */
void
_PyTraceback_Add(const char *function, const char *filename, int lineno)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *globals = PyDict_New();
    PyCodeObject *code = globals == NULL ? NULL : PyCode_NewEmpty(filename, function, lineno);
    PyFrameObject *frame = code == NULL ? NULL : PyFrame_New(tstate_get(), code, globals, NULL);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    if (frame == NULL) {
        _PyErr_ChainExceptions(type, value, traceback);
        return;
    }
    PyErr_Restore(type, value, traceback);
    PyTraceBack_Here(frame);
    Py_DECREF(frame);
}

/* Line `lineno` of a file, as the text of a SyntaxError; NULL if it cannot be had. */
PyObject *
PyErr_ProgramTextObject(PyObject *filename, int lineno)
{
    bool ended;
    PyObject *line = source_line_and_end(filename, lineno, &ended);
    if (line == NULL || !ended) {
        return line;
    }
    PyObject *with_end = PyUnicode_FromFormat("%U\n", line);
    Py_DECREF(line);
    return with_end;
}

PyObject *
_PyErr_ProgramDecodedTextObject(PyObject *filename, int lineno, const char *Py_UNUSED(encoding))
{
    return PyErr_ProgramTextObject(filename, lineno);
}

PyObject *
PyErr_ProgramText(const char *filename, int lineno)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *line = PyErr_ProgramTextObject(name, lineno);
    Py_DECREF(name);
    return line;
}
