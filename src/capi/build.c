/* Py_BuildValue and its kin: objects made from C values by a format string.

   Groups nest: () tuple, [] list, {} dict.  Every reference taken over by an 'N' item is released
   even when an earlier item failed, so that the caller need not care. */
#include "object/state.h"

#undef Py_BuildValue
#undef Py_VaBuildValue
#undef _Py_VaBuildStack

enum { SIZE_T_LENGTHS = 1 };

struct build {
    const char *format;
    va_list *va;
    int flags;
};

static PyObject *build_item(struct build *b);

/* What a character of a format does; those without a mark are items. */
static const struct {
    signed char step;                   /* of the depth of brackets */
    bool no_item, separates;
} marks[256] = {
    ['('] = {1, false, false}, ['['] = {1, false, false}, ['{'] = {1, false, false},
    [')'] = {-1, true, false}, [']'] = {-1, true, false}, ['}'] = {-1, true, false},
    ['#'] = {0, true, false}, ['&'] = {0, true, false}, [','] = {0, true, true},
    [':'] = {0, true, true}, [' '] = {0, true, true}, ['\t'] = {0, true, true},
};

/* The number of items up to the closing bracket, which *end is set to; -1 if it is missing. */
static Py_ssize_t
count_to(const char *f, char close, const char **end)
{
    Py_ssize_t n = 0;
    int depth = 0;
    for (;; f++) {
        unsigned char c = (unsigned char)*f;
        if (c == (unsigned char)close && depth <= 0) {
            *end = f;
            return n;
        }
        if (unlikely(c == '\0')) {
            PyErr_SetString(PyExc_SystemError, "unmatched paren in format");
            return -1;
        }
        n += (depth == 0) & !marks[c].no_item;
        depth += marks[c].step;
    }
}

static Py_ssize_t
count_items(const char *f, char close)
{
    return count_to(f, close, &f);
}

static inline void
skip_separators(struct build *b)
{
    while (marks[(unsigned char)*b->format].separates) {
        b->format++;
    }
}

/* Keep going after a failure so that all va_args are consumed: the first exception stays. */
static PyObject *
build_next(struct build *b, bool *failed)
{
    PyObject *type = NULL, *exc, *tb;
    skip_separators(b);
    if (*failed) {
        PyErr_Fetch(&type, &exc, &tb);
    }
    PyObject *item = build_item(b);
    if (*failed) {
        Py_CLEAR(item);
        PyErr_Restore(type, exc, tb);
    }
    *failed |= item == NULL;
    return item;
}

static void
skip_close(struct build *b, char close)
{
    skip_separators(b);
    if (close != '\0' && *b->format == close) {
        b->format++;
    }
}

static PyObject *
build_tuple_of(struct build *b, Py_ssize_t n, char close)
{
    PyObject *tuple = PyTuple_New(n);
    bool failed = tuple == NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = build_next(b, &failed);
        if (item != NULL) {
            PyTuple_SET_ITEM(tuple, i, item);
        }
    }
    skip_close(b, close);
    if (failed) {
        Py_CLEAR(tuple);
    }
    return tuple;
}

static PyObject *
build_tuple(struct build *b, char close)
{
    Py_ssize_t n = count_items(b->format, close);
    return n < 0 ? NULL : build_tuple_of(b, n, close);
}

static PyObject *
build_list(struct build *b, char close)
{
    Py_ssize_t n = count_items(b->format, close);
    if (n < 0) {
        return NULL;
    }
    PyObject *list = PyList_New(n);
    bool failed = list == NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = build_next(b, &failed);
        if (item != NULL) {
            PyList_SET_ITEM(list, i, item);
        }
    }
    skip_close(b, close);
    if (failed) {
        Py_CLEAR(list);
    }
    return list;
}

static PyObject *
build_dict(struct build *b, char close)
{
    Py_ssize_t n = count_items(b->format, close);
    if (n < 0) {
        return NULL;
    }
    if (n % 2) {
        PyErr_SetString(PyExc_SystemError, "Bad dict format");
        return NULL;
    }
    PyObject *dict = PyDict_New();
    bool failed = dict == NULL;
    for (Py_ssize_t i = 0; i < n; i += 2) {
        PyObject *key = build_next(b, &failed), *value = build_next(b, &failed);
        if (!failed && PyDict_SetItem(dict, key, value) < 0) {
            failed = true;
        }
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    skip_close(b, close);
    if (failed) {
        Py_CLEAR(dict);
    }
    return dict;
}

/* The length after '#', or -1 for "until NUL"; false with an exception. */
static bool
text_length(struct build *b, Py_ssize_t *length)
{
    *length = -1;
    if (*b->format == '#') {
        b->format++;
        if (!(b->flags & SIZE_T_LENGTHS)) {
            /* Behind an error the arguments are still gone through, for those that are owned. */
            (void)va_arg(*b->va, int);
            PyErr_SetString(PyExc_SystemError,
                            "PY_SSIZE_T_CLEAN macro must be defined for '#' formats");
            return false;
        }
        *length = va_arg(*b->va, Py_ssize_t);
    }
    return true;
}

static PyObject *
build_text(struct build *b, char code)
{
    Py_ssize_t length;
    if (code == 'u') {
        const wchar_t *wide = va_arg(*b->va, const wchar_t *);
        if (!text_length(b, &length)) {
            return NULL;
        }
        return wide == NULL ? Py_NewRef(Py_None) : PyUnicode_FromWideChar(wide, length);
    }
    const char *text = va_arg(*b->va, const char *);
    if (!text_length(b, &length)) {
        return NULL;
    }
    if (text == NULL) {
        Py_RETURN_NONE;
    }
    if (length < 0) {
        size_t n = strlen(text);
        if (n > PY_SSIZE_T_MAX) {
            PyErr_SetString(PyExc_OverflowError, "string too long for Python string");
            return NULL;
        }
        length = (Py_ssize_t)n;
    }
    return code == 'y' ? PyBytes_FromStringAndSize(text, length)
                       : PyUnicode_FromStringAndSize(text, length);
}

static PyObject *
build_object(struct build *b, char code)
{
    if (*b->format == '&') {
        typedef PyObject *(*converter)(void *);
        converter function = va_arg(*b->va, converter);
        void *arg = va_arg(*b->va, void *);
        b->format++;
        return function(arg);
    }
    PyObject *object = va_arg(*b->va, PyObject *);
    if (object == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError, "NULL object passed to Py_BuildValue");
        }
        return NULL;
    }
    if (code != 'N') {
        Py_INCREF(object);
    }
    return object;
}

static PyObject *
build_item(struct build *b)
{
    char code = *b->format++;
    switch (code) {
    case '(':
        return build_tuple(b, ')');
    case '[':
        return build_list(b, ']');
    case '{':
        return build_dict(b, '}');
    case 'b': case 'B': case 'h': case 'i':
        return PyLong_FromLong((long)va_arg(*b->va, int));
    case 'H':
        return PyLong_FromLong((long)va_arg(*b->va, unsigned int));
    case 'I':
        return PyLong_FromUnsignedLong(va_arg(*b->va, unsigned int));
    case 'n':
        return PyLong_FromSsize_t(va_arg(*b->va, Py_ssize_t));
    case 'l':
        return PyLong_FromLong(va_arg(*b->va, long));
    case 'k':
        return PyLong_FromUnsignedLong(va_arg(*b->va, unsigned long));
    case 'L':
        return PyLong_FromLongLong(va_arg(*b->va, long long));
    case 'K':
        return PyLong_FromUnsignedLongLong(va_arg(*b->va, unsigned long long));
    case 'f': case 'd':
        return PyFloat_FromDouble(va_arg(*b->va, double));
    case 'D':
        return PyComplex_FromCComplex(*va_arg(*b->va, Py_complex *));
    case 'c': {
        char c = (char)va_arg(*b->va, int);
        return PyBytes_FromStringAndSize(&c, 1);
    }
    case 'C':
        return PyUnicode_FromOrdinal(va_arg(*b->va, int));
    case 's': case 'z': case 'U': case 'y': case 'u':
        return build_text(b, code);
    case 'N': case 'S': case 'O':
        return build_object(b, code);
    default:
        PyErr_SetString(PyExc_SystemError, "bad format char passed to Py_BuildValue");
        return NULL;
    }
}

static PyObject *
build_value(const char *format, va_list *va, int flags)
{
    struct build b = {format, va, flags};
    Py_ssize_t n;
    if (*format == '(') {
        /* Mostly one pair of brackets around everything: it is counted once. */
        const char *end;
        n = count_to(format + 1, ')', &end);
        if (n >= 0 && *end == ')' && end[1] == '\0') {
            b.format++;
            return build_tuple_of(&b, n, ')');
        }
    }
    else {
        n = 0;
    }
    n = n < 0 ? n : count_items(format, '\0');
    if (n < 0) {
        return NULL;
    }
    if (n == 0) {
        Py_RETURN_NONE;
    }
    if (n == 1) {
        skip_separators(&b);
        return build_item(&b);
    }
    return build_tuple_of(&b, n, '\0');
}

PyObject *
Py_BuildValue(const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *value = build_value(format, &va, 0);
    va_end(va);
    return value;
}

PyObject *
_Py_BuildValue_SizeT(const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *value = build_value(format, &va, SIZE_T_LENGTHS);
    va_end(va);
    return value;
}

PyObject *
Py_VaBuildValue(const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    PyObject *value = build_value(format, &va, 0);
    va_end(va);
    return value;
}

PyObject *
_Py_VaBuildValue_SizeT(const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    PyObject *value = build_value(format, &va, SIZE_T_LENGTHS);
    va_end(va);
    return value;
}

/* ---- into an array, for calls --------------------------------------------------------------- */

static PyObject **
build_stack(PyObject **small, Py_ssize_t small_len, const char *format, va_list given, int flags,
            Py_ssize_t *nargs)
{
    va_list va;
    Py_ssize_t n = count_items(format, '\0');
    *nargs = 0;
    if (n < 0) {
        return NULL;
    }
    PyObject **stack = n <= small_len ? small : PyMem_New(PyObject *, n);
    if (stack == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    va_copy(va, given);
    struct build b = {format, &va, flags};
    bool failed = false;
    for (Py_ssize_t i = 0; i < n; i++) {
        stack[i] = build_next(&b, &failed);
    }
    va_end(va);
    if (failed) {
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_XDECREF(stack[i]);
        }
        if (stack != small) {
            PyMem_Free(stack);
        }
        return NULL;
    }
    *nargs = n;
    return stack;
}

/* New references in `small` if they fit, else in memory that the caller frees; NULL on error. */
PyObject **
_Py_VaBuildStack(PyObject **small, Py_ssize_t small_len, const char *format, va_list va,
                 Py_ssize_t *nargs)
{
    return build_stack(small, small_len, format, va, 0, nargs);
}

PyObject **
_Py_VaBuildStack_SizeT(PyObject **small, Py_ssize_t small_len, const char *format, va_list va,
                       Py_ssize_t *nargs)
{
    return build_stack(small, small_len, format, va, SIZE_T_LENGTHS, nargs);
}
