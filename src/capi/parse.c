/* PyArg_Parse and its kin: a format string tells how objects become C values.

   Every entry exists twice: the plain name takes `int` lengths for '#' formats, which 3.11 refuses,
   the one ending in _SizeT takes Py_ssize_t.  Here are those without keywords; with keywords
   parse_keywords.c, the conversions parse_item.c. */
#include "capi/parse.h"

/* ---- messages ------------------------------------------------------------------------------- */

int
parse_fail(struct Parse *p, PyObject *exception, const char *detail)
{
    char text[512];
    size_t used = 0;
    if (PyErr_Occurred()) {
        return 0;
    }
    if (p->message != NULL) {
        PyErr_SetString(exception, p->message);
        return 0;
    }
    text[0] = '\0';
    if (p->fname != NULL) {
        used = (size_t)PyOS_snprintf(text, sizeof(text), "%.200s() ", p->fname);
    }
    if (p->depth > 0 && p->path[0] > 0) {
        used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, "argument %d", p->path[0]);
        for (int i = 1; i < p->depth && used < 220; i++) {
            used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, ", item %d",
                                          p->path[i] - 1);
        }
    }
    else {
        used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, "argument");
    }
    PyOS_snprintf(text + used, sizeof(text) - used, " %.256s", detail);
    PyErr_SetString(exception, text);
    return 0;
}

int
parse_must_be(struct Parse *p, const char *expected, PyObject *arg)
{
    char text[300];
    PyOS_snprintf(text, sizeof(text), "must be %.50s, not %.50s", expected,
                  arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
    return parse_fail(p, PyExc_TypeError, text);
}

int
parse_impossible(struct Parse *p, const char *detail)
{
    return parse_fail(p, PyExc_SystemError, detail);
}

/* ---- what was acquired ---------------------------------------------------------------------- */

int
parse_remember(struct Parse *p, int kind, void *target, int (*converter)(PyObject *, void *))
{
    if (p->cleanups_len == MAX_CLEANUPS) {
        return parse_impossible(p, "(too many buffers)");
    }
    p->cleanups[p->cleanups_len].kind = kind;
    p->cleanups[p->cleanups_len].target = target;
    p->cleanups[p->cleanups_len++].converter = converter;
    return 1;
}

int
parse_undo(struct Parse *p)
{
    for (int i = p->cleanups_len - 1; i >= 0; i--) {
        struct Cleanup *c = &p->cleanups[i];
        switch (c->kind) {
        case FREE_MEMORY:
            PyMem_Free(*(void **)c->target);
            *(void **)c->target = NULL;
            break;
        case RELEASE_BUFFER:
            PyBuffer_Release(c->target);
            break;
        case CALL_CONVERTER:
            c->converter(NULL, c->target);
            break;
        }
    }
    return 0;
}

/* ---- positional ----------------------------------------------------------------------------- */

/* format_skip() for the formats of one letter that most are. */
static inline const char *
format_next(const char *f)
{
    if (Py_ISALPHA(*f) && *f != 'e' && (Py_ISALPHA(f[1]) || f[1] == '|' || f[1] == ':' || f[1] == ';' || f[1] == '\0')) {
        return f + 1;
    }
    return format_skip(f, NULL);
}

/* Count items: *min before '|', *max in all; remember name and message. */
static int
scan(struct Parse *p, const char *format, int *min, int *max)
{
    const char *f = format;
    *min = -1;
    *max = 0;
    while (*f != '\0') {
        if (*f == ':') {
            p->fname = f + 1;
            break;
        }
        if (*f == ';') {
            p->message = f + 1;
            break;
        }
        if (*f == '|') {
            *min = *max;
            f++;
            continue;
        }
        if (*f == '$') {
            f++;
            continue;
        }
        const char *next = format_next(f);
        if (next == NULL) {
            PyErr_SetString(PyExc_SystemError, *f == ')' ? "excess ')' in getargs format"
                                                         : "missing ')' in getargs format");
            return 0;
        }
        f = next;
        ++*max;
    }
    if (*min < 0) {
        *min = *max;
    }
    return 1;
}

static int
parse_positional(PyObject *const *args, Py_ssize_t nargs, const char *format, va_list *va, int flags)
{
    struct Parse p;
    int min, max;
    parse_begin(&p, format, va, flags);
    if (!scan(&p, format, &min, &max)) {
        return 0;
    }
    if (nargs < min || nargs > max) {
        if (p.message != NULL) {
            PyErr_SetString(PyExc_TypeError, p.message);
        }
        else {
            int bound = nargs < min ? min : max;
            PyErr_Format(PyExc_TypeError, "%.150s%s takes %s %d argument%s (%zd given)",
                         p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()",
                         min == max      ? "exactly"
                         : nargs < min ? "at least"
                                         : "at most",
                         bound, bound == 1 ? "" : "s", nargs);
        }
        return 0;
    }
    for (Py_ssize_t i = 0; i < nargs; i++) {
        if (*p.format == '|') {
            p.format++;
        }
        p.depth = 1;
        p.path[0] = (int)i + 1;
        if (!parse_item(&p, args[i])) {
            return parse_finish(&p, 0);
        }
    }
    p.depth = 0;
    if (*p.format != '\0' && !Py_ISALPHA(*p.format) && *p.format != '(' && *p.format != '|' &&
        *p.format != ':' && *p.format != ';') {
        PyErr_Format(PyExc_SystemError, "bad format string: %.200s", format);
        return parse_finish(&p, 0);
    }
    return parse_finish(&p, 1);
}

/* PyArg_Parse: the one object itself, or a tuple for a bracketed format. */
static int
parse_one(PyObject *arg, const char *format, va_list *va, int flags)
{
    struct Parse p;
    int min, max;
    parse_begin(&p, format, va, flags);
    if (!scan(&p, format, &min, &max)) {
        return 0;
    }
    if (max == 0) {
        if (arg == NULL) {
            return 1;
        }
        PyErr_Format(PyExc_TypeError, "%.200s%s takes no arguments",
                     p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()");
        return 0;
    }
    if (min == 1 && max == 1) {
        if (arg == NULL) {
            PyErr_Format(PyExc_TypeError, "%.200s%s takes at least one argument",
                         p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()");
            return 0;
        }
        return parse_finish(&p, parse_item(&p, arg));
    }
    PyErr_SetString(PyExc_SystemError, "old style getargs format uses new features");
    return 0;
}

static int
parse_tuple(PyObject *args, const char *format, va_list *va, int flags)
{
    if (args == NULL || !PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "new style getargs format but argument is not a tuple");
        return 0;
    }
    return parse_positional(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), format, va, flags);
}

PARSE_ENTRY(PyArg_Parse, (PyObject *arg, const char *format, ...), format, parse_one(arg, format, &va, 0))
PARSE_ENTRY(_PyArg_Parse_SizeT, (PyObject *arg, const char *format, ...), format,
      parse_one(arg, format, &va, SIZE_T_LENGTHS))
PARSE_ENTRY(PyArg_ParseTuple, (PyObject *args, const char *format, ...), format,
      parse_tuple(args, format, &va, 0))
PARSE_ENTRY(_PyArg_ParseTuple_SizeT, (PyObject *args, const char *format, ...), format,
      parse_tuple(args, format, &va, SIZE_T_LENGTHS))
PARSE_ENTRY(_PyArg_ParseStack, (PyObject *const *args, Py_ssize_t nargs, const char *format, ...), format,
      parse_positional(args, nargs, format, &va, 0))
PARSE_ENTRY(_PyArg_ParseStack_SizeT, (PyObject *const *args, Py_ssize_t nargs, const char *format, ...),
      format, parse_positional(args, nargs, format, &va, SIZE_T_LENGTHS))

int
PyArg_VaParse(PyObject *args, const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_tuple(args, format, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParse_SizeT(PyObject *args, const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_tuple(args, format, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}
