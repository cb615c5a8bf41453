/* PyArg_ParseTupleAndKeywords and its kin.

   A format is read once for its shape, the arguments are bound to parameters by C names, or else by
   interned ones (object/args.c), then converted in order. */
#include "capi/parse.h"

/* Read the format of a function with s->len named parameters into s. */
static int
read_shape(struct Parse *p, struct Signature *s)
{
    int items = 0, required = -1, keyword_only = -1;
    const char *f = p->format;
    for (;;) {
        unsigned char c = (unsigned char)*f;
        /* most items are one letter, and nothing that belongs to it sorts behind '*' */
        if (likely((unsigned)(c | 32) - 'a' < 26 && c != 'e' && (f[1] > '*' || f[1] == '\0') &&
                   items < s->len)) {
            f++;
            items++;
        }
        else if (c == '|' || c == '$') {
            *(c == '|' ? &required : &keyword_only) = items;
            f++;
            /* What follows a bar behind the last parameter is not looked at (numpy relies on it). */
            f += items == s->len ? strcspn(f, ":;") : 0;
        }
        else if (c == '\0' || c == ':' || c == ';') {
            break;
        }
        else {
            const char *next = items == s->len ? NULL : format_skip(f, NULL);
            if (next == NULL && items < s->len) {
                PyErr_SetString(PyExc_SystemError, "missing ')' in getargs format");
                return 0;
            }
            if (items == s->len) {
                PyErr_Format(PyExc_SystemError,
                             "more argument specifiers than keyword list entries "
                             "(remaining format:'%s')", f);
                return 0;
            }
            f = next;
            items++;
        }
    }
    p->fname = *f == ':' ? f + 1 : NULL;
    p->message = *f == ';' ? f + 1 : NULL;
    if (items < s->len) {
        PyErr_Format(PyExc_SystemError,
                     "More keyword list entries (%d) than format specifiers (%d)", s->len, items);
        return 0;
    }
    if (s->len > MAX_ITEMS) {
        PyErr_SetString(PyExc_SystemError, "too many parameters");
        return 0;
    }
    s->fname = p->fname;
    s->maxpos = keyword_only < 0 ? items : keyword_only;
    s->optional = required >= 0;
    required = required < 0 ? items : required;
    s->minpos = Py_MIN(required, s->maxpos);
    s->minkw = required > s->maxpos ? required - s->maxpos : 0;
    return 1;
}

/* Convert what was given.  An error that binding has set comes second: what was bound before it is
   converted all the same. */
static int
convert_slots(struct Parse *p, const struct Signature *s, PyObject *const *slots, bool bound)
{
    PyObject *type = NULL, *value = NULL, *traceback = NULL;
    Py_ssize_t given = s->len;
    if (unlikely(!bound)) {
        PyErr_Fetch(&type, &value, &traceback);
    }
    else {
        /* the targets of the last ones need not be passed over */
        while (given > 0 && slots[given - 1] == NULL) {
            given--;
        }
    }
    for (int i = 0; i < given; i++) {
        while (*p->format == '|' || *p->format == '$') {
            p->format++;
        }
        if (slots[i] == NULL) {
            const char *item = p->format, *end = format_skip(item, NULL);
            parse_skip(p);
            if (!(p->flags & SIZE_T_LENGTHS) && memchr(item, '#', (size_t)(end - item)) != NULL &&
                (type == NULL || i < s->posonly)) {
                Py_XDECREF(type);
                Py_XDECREF(value);
                Py_XDECREF(traceback);
                PyErr_Format(PyExc_SystemError,
                             "PY_SSIZE_T_CLEAN macro must be defined for '#' formats: '%s'", item);
                return parse_finish(p, 0);
            }
            continue;
        }
        p->depth = 1;
        p->path[0] = i + 1;
        if (!parse_item(p, slots[i])) {
            if (type != NULL) {
                Py_DECREF(type);
                Py_XDECREF(value);
                Py_XDECREF(traceback);
            }
            return parse_finish(p, 0);
        }
    }
    if (type != NULL) {
        int ok = parse_finish(p, 0);
        PyErr_Restore(type, value, traceback);
        return ok;
    }
    return parse_finish(p, 1);
}

/* Bind by C names without making objects of them.  false if anything is unusual: args_bind() then
   finds out what is wrong. */
static bool
bind_quickly(const struct Signature *s, char *const *keywords, PyObject *const *args,
             Py_ssize_t nargs, PyObject *kwargs, PyObject **slots)
{
    if (nargs > s->maxpos) {
        return false;
    }
    for (int i = 0; i < s->len; i++) {
        slots[i] = i < nargs ? args[i] : NULL;
    }
    if (kwargs != NULL) {
        Py_ssize_t pos = 0, first = Py_MAX(nargs, s->posonly);
        PyObject *key, *value;
        while (PyDict_Next(kwargs, &pos, &key, &value)) {
            if (!PyUnicode_CheckExact(key) || !PyUnicode_IS_COMPACT_ASCII(key)) {
                return false;
            }
            const char *name = (const char *)PyUnicode_1BYTE_DATA(key);
            Py_ssize_t i = first;
            while (i < s->len && (*name != *keywords[i] || strcmp(name, keywords[i]) != 0)) {
                i++;
            }
            if (i == s->len || strlen(name) != (size_t)PyUnicode_GET_LENGTH(key)) {
                return false;
            }
            slots[i] = value;
        }
    }
    for (Py_ssize_t i = nargs; i < s->maxpos + s->minkw; i++) {
        if (slots[i] == NULL && (i < s->minpos || i >= s->maxpos)) {
            return false;
        }
    }
    return true;
}

/* The commonest case: nothing but objects, given by position.  1, or -1 if it is not that: targets may
   have been written then. */
static int
parse_objects(PyObject *args, const char *f, char *const *keywords, va_list *va)
{
    Py_ssize_t nargs = PyTuple_GET_SIZE(args), i = 0;
    bool optional = false;
    for (; keywords[i] != NULL; i++) {
        if (*f == '|' && !optional) {
            optional = true;
            f++;
        }
        if (*f != 'O' || *keywords[i] == '\0') {
            return -1;
        }
        f++;
        if (*f == '!' || *f == '&') {
            return -1;
        }
        if (i < nargs) {
            *va_arg(*va, PyObject **) = PyTuple_GET_ITEM(args, i);
        }
        else if (!optional) {
            return -1;
        }
    }
    return nargs <= i && i <= MAX_ITEMS && (*f == '\0' || *f == ':' || *f == ';') ? 1 : -1;
}

static NOINLINE int
parse_keywords_general(PyObject *args, PyObject *kwargs, const char *format, char **keywords, va_list *va,
                       int flags)
{
    struct Parse p;
    struct Signature s;
    PyObject *slots[MAX_ITEMS];
    if (args == NULL || !PyTuple_Check(args) || (kwargs != NULL && !PyDict_Check(kwargs)) ||
        format == NULL || keywords == NULL) {
        PyErr_BadInternalCall();
        return 0;
    }
    s.names = NULL;
    s.posonly = 0;
    for (s.len = 0; keywords[s.len] != NULL; s.len++) {
        if (*keywords[s.len] == '\0') {
            if (s.posonly < s.len) {
                PyErr_SetString(PyExc_SystemError, "Empty keyword parameter name");
                return 0;
            }
            s.posonly++;
        }
    }
    parse_begin(&p, format, va, flags);
    if (!read_shape(&p, &s)) {
        return 0;
    }
    PyObject *const *given = &PyTuple_GET_ITEM(args, 0);
    Py_ssize_t nargs = PyTuple_GET_SIZE(args);
    if (likely(bind_quickly(&s, keywords, given, nargs, kwargs, slots))) {
        return convert_slots(&p, &s, slots, true);
    }
    struct _PyArg_Parser parser = {.keywords = (const char *const *)keywords};
    s.names = parser_names(&parser, &s.len, &s.posonly);
    if (s.names == NULL) {
        return 0;
    }
    memset(slots, 0, (size_t)s.len * sizeof(*slots));
    bool bound = args_bind(&s, given, nargs, kwargs, NULL, slots) == 0;
    int ok = convert_slots(&p, &s, slots, bound);
    Py_DECREF(parser.kwtuple);
    return ok;
}

static int
parse_keywords(PyObject *args, PyObject *kwargs, const char *format, char **keywords, va_list *va,
               int flags)
{
    if (likely(args != NULL && PyTuple_Check(args) && format != NULL && keywords != NULL) &&
        (kwargs == NULL || (PyDict_Check(kwargs) && PyDict_GET_SIZE(kwargs) == 0))) {
        va_list quick;
        va_copy(quick, *va);
        int ok = parse_objects(args, format, keywords, &quick);
        va_end(quick);
        if (likely(ok > 0)) {
            return ok;
        }
    }
    return parse_keywords_general(args, kwargs, format, keywords, va, flags);
}

PARSE_ENTRY(PyArg_ParseTupleAndKeywords,
      (PyObject *args, PyObject *kwargs, const char *format, char **keywords, ...), keywords,
      parse_keywords(args, kwargs, format, keywords, &va, 0))
PARSE_ENTRY(_PyArg_ParseTupleAndKeywords_SizeT,
      (PyObject *args, PyObject *kwargs, const char *format, char **keywords, ...), keywords,
      parse_keywords(args, kwargs, format, keywords, &va, SIZE_T_LENGTHS))

int
PyArg_VaParseTupleAndKeywords(PyObject *args, PyObject *kwargs, const char *format, char **keywords,
                              va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_keywords(args, kwargs, format, keywords, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format,
                                     char **keywords, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_keywords(args, kwargs, format, keywords, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}

/* The same with a parser that keeps its interned names. */
static int
parse_fast(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
           struct _PyArg_Parser *parser, va_list *va, int flags)
{
    struct Parse p;
    struct Signature s = {0};
    PyObject *slots[MAX_ITEMS];
    s.names = parser_names(parser, &s.len, &s.posonly);
    if (s.names == NULL) {
        return 0;
    }
    parse_begin(&p, parser->format, va, flags);
    if (!read_shape(&p, &s)) {
        return 0;
    }
    memset(slots, 0, (size_t)s.len * sizeof(*slots));
    bool bound = args_bind(&s, args, nargs, kwargs, kwnames, slots) == 0;
    return convert_slots(&p, &s, slots, bound);
}

#define TUPLE_ARGS &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args)
PARSE_ENTRY(_PyArg_ParseTupleAndKeywordsFast,
      (PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser, ...), parser,
      parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, 0))
PARSE_ENTRY(_PyArg_ParseTupleAndKeywordsFast_SizeT,
      (PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser, ...), parser,
      parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, SIZE_T_LENGTHS))
PARSE_ENTRY(_PyArg_ParseStackAndKeywords,
      (PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...),
      parser, parse_fast(args, nargs, NULL, kwnames, parser, &va, 0))
PARSE_ENTRY(_PyArg_ParseStackAndKeywords_SizeT,
      (PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...),
      parser, parse_fast(args, nargs, NULL, kwnames, parser, &va, SIZE_T_LENGTHS))

int
_PyArg_VaParseTupleAndKeywordsFast(PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser,
                                   va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParseTupleAndKeywordsFast_SizeT(PyObject *args, PyObject *kwargs,
                                         struct _PyArg_Parser *parser, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}

int
PyArg_ValidateKeywordArguments(PyObject *kwargs)
{
    if (!PyDict_Check(kwargs)) {
        PyErr_BadInternalCall();
        return 0;
    }
    if (!_PyDict_HasOnlyStringKeys(kwargs)) {
        PyErr_SetString(PyExc_TypeError, "keywords must be strings");
        return 0;
    }
    return 1;
}
