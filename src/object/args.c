/* What generated wrappers call: arguments are counted, matched to parameters and complained about.

   The texts are those that programs know; each is built in one place. */
#include "object/args.h"
#include "object/state.h"

#undef _PyArg_CheckPositional
#undef _PyArg_NoKeywords
#undef _PyArg_NoKwnames
#undef _PyArg_NoPositional
#undef _PyArg_UnpackKeywords

/* ---- positional arguments only -------------------------------------------------------------- */

/* 1 if min <= nargs <= max, else 0 with TypeError.  name may be NULL: an unpacked tuple. */
int
_PyArg_CheckPositional(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max)
{
    if (nargs >= min && nargs <= max) {
        return 1;
    }
    Py_ssize_t bound = nargs < min ? min : max;
    const char *how = min == max ? "" : nargs < min ? "at least " : "at most ";
    if (name != NULL) {
        PyErr_Format(PyExc_TypeError, "%.200s expected %s%zd argument%s, got %zd", name, how, bound,
                     bound == 1 ? "" : "s", nargs);
    }
    else {
        PyErr_Format(PyExc_TypeError,
                     "unpacked tuple should have %s%zd element%s, but has %zd", how, bound,
                     bound == 1 ? "" : "s", nargs);
    }
    return 0;
}

static int
unpack(PyObject *const *args, Py_ssize_t nargs, const char *name, Py_ssize_t min, Py_ssize_t max,
       va_list targets)
{
    if (!_PyArg_CheckPositional(name, nargs, min, max)) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < nargs; i++) {
        *va_arg(targets, PyObject **) = args[i];
    }
    return 1;
}

int
PyArg_UnpackTuple(PyObject *args, const char *name, Py_ssize_t min, Py_ssize_t max, ...)
{
    va_list targets;
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError,
                        "PyArg_UnpackTuple() argument list is not a tuple");
        return 0;
    }
    va_start(targets, max);
    int ok = unpack(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), name, min, max, targets);
    va_end(targets);
    return ok;
}

int
_PyArg_UnpackStack(PyObject *const *args, Py_ssize_t nargs, const char *name, Py_ssize_t min,
                   Py_ssize_t max, ...)
{
    va_list targets;
    va_start(targets, max);
    int ok = unpack(args, nargs, name, min, max, targets);
    va_end(targets);
    return ok;
}

/* ---- refusals ------------------------------------------------------------------------------- */

int
_PyArg_NoKeywords(const char *name, PyObject *kwargs)
{
    if (kwargs == NULL) {
        return 1;
    }
    if (!PyDict_CheckExact(kwargs)) {
        PyErr_BadInternalCall();
        return 0;
    }
    if (PyDict_GET_SIZE(kwargs) == 0) {
        return 1;
    }
    PyErr_Format(PyExc_TypeError, "%.200s() takes no keyword arguments", name);
    return 0;
}

int
_PyArg_NoKwnames(const char *name, PyObject *kwnames)
{
    if (kwnames == NULL || PyTuple_GET_SIZE(kwnames) == 0) {
        return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
    return 0;
}

/* As _PyArg_CheckPositional, in the words of PyArg_ParseTuple. */
int
args_count_parsed(const char *name, Py_ssize_t nargs, Py_ssize_t min, Py_ssize_t max)
{
    if (min <= nargs && nargs <= max) {
        return 1;
    }
    Py_ssize_t bound = nargs < min ? min : max;
    PyErr_Format(PyExc_TypeError, "%.150s() takes %s %zd argument%s (%zd given)", name,
                 min == max ? "exactly" : nargs < min ? "at least" : "at most", bound,
                 bound == 1 ? "" : "s", nargs);
    return 0;
}

int
_PyArg_NoPositional(const char *name, PyObject *args)
{
    if (args == NULL) {
        return 1;
    }
    if (!PyTuple_CheckExact(args)) {
        PyErr_BadInternalCall();
        return 0;
    }
    if (PyTuple_GET_SIZE(args) == 0) {
        return 1;
    }
    PyErr_Format(PyExc_TypeError, "%.200s() takes no positional arguments", name);
    return 0;
}

void
_PyArg_BadArgument(const char *function, const char *argument, const char *expected, PyObject *arg)
{
    PyErr_Format(PyExc_TypeError, "%.200s() %.200s must be %.50s, not %.50s", function, argument,
                 expected, arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
}

/* ---- keywords ------------------------------------------------------------------------------- */

PyObject *
parser_names(struct _PyArg_Parser *parser, int *len, int *posonly)
{
    int n = 0, unnamed = 0;
    for (const char *const *name = parser->keywords; *name != NULL; name++, n++) {
        unnamed += **name == '\0';
    }
    *len = n;
    *posonly = unnamed;
    if (parser->kwtuple == NULL) {
        PyObject *names = PyTuple_New(n - unnamed);
        if (names == NULL) {
            return NULL;
        }
        for (int i = unnamed; i < n; i++) {
            PyObject *name = PyUnicode_InternFromString(parser->keywords[i]);
            if (name == NULL) {
                Py_DECREF(names);
                return NULL;
            }
            PyTuple_SET_ITEM(names, i - unnamed, name);
        }
        parser->kwtuple = names;
    }
    return parser->kwtuple;
}

/* The value of a keyword, borrowed, or NULL; -1 via *error. */
static PyObject *
find_keyword(PyObject *name, PyObject *kwargs, PyObject *kwnames, PyObject *const *values,
             bool *error)
{
    *error = false;
    if (kwargs != NULL) {
        PyObject *value = PyDict_GetItemWithError(kwargs, name);
        *error = value == NULL && PyErr_Occurred();
        return value;
    }
    Py_ssize_t n = PyTuple_GET_SIZE(kwnames);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (PyTuple_GET_ITEM(kwnames, i) == name) {
            return values[i];
        }
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *given = PyTuple_GET_ITEM(kwnames, i);
        if (PyUnicode_Check(given) && PyUnicode_Compare(given, name) == 0) {
            return values[i];
        }
    }
    return NULL;
}

/* Some keyword was not used: say which one and why. */
static COLD status
complain_keyword(const struct Signature *s, PyObject *kwargs, PyObject *kwnames, Py_ssize_t nargs)
{
    Py_ssize_t pos = 0, i = 0;
    PyObject *given, *value;
    const char *brackets = s->fname == NULL ? "" : "()";
    while (kwargs != NULL ? PyDict_Next(kwargs, &pos, &given, &value)
                          : i < PyTuple_GET_SIZE(kwnames)) {
        if (kwargs == NULL) {
            given = PyTuple_GET_ITEM(kwnames, i++);
        }
        if (!PyUnicode_Check(given)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return -1;
        }
        int match = -1;
        for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(s->names); j++) {
            if (PyUnicode_Compare(given, PyTuple_GET_ITEM(s->names, j)) == 0) {
                match = (int)j + s->posonly;
                break;
            }
        }
        if (match < 0) {
            PyErr_Format(PyExc_TypeError, "'%S' is an invalid keyword argument for %.200s%s", given,
                         s->fname == NULL ? "this function" : s->fname, brackets);
            return -1;
        }
        if (match < nargs && match < s->maxpos) {
            PyErr_Format(PyExc_TypeError,
                         "argument for %.200s%s given by name ('%S') and position (%d)",
                         s->fname == NULL ? "function" : s->fname, brackets, given, match + 1);
            return -1;
        }
    }
    PyErr_Format(PyExc_TypeError, "invalid keyword argument for %.200s%s",
                 s->fname == NULL ? "this function" : s->fname, brackets);
    return -1;
}

/* Fill slots[0..len): the first `positional` from args, the others by name. */
static status
bind_named(const struct Signature *s, PyObject *const *args, Py_ssize_t nargs,
           Py_ssize_t positional, PyObject *kwargs, PyObject *kwnames, PyObject **slots)
{
    const char *fname = s->fname == NULL ? "function" : s->fname;
    const char *brackets = s->fname == NULL ? "" : "()";
    Py_ssize_t nkw = kwargs != NULL    ? PyDict_GET_SIZE(kwargs)
                     : kwnames != NULL ? PyTuple_GET_SIZE(kwnames)
                                       : 0;
    if (positional < s->posonly && positional < s->minpos) {
        int need = Py_MIN(s->posonly, s->minpos);
        PyErr_Format(PyExc_TypeError, "%.200s%s takes %s %d positional argument%s (%zd given)", fname,
                     brackets, need < s->maxpos ? "at least" : "exactly", need, need == 1 ? "" : "s",
                     positional);
        return -1;
    }
    for (Py_ssize_t i = 0; i < positional; i++) {
        slots[i] = args[i];
    }
    for (Py_ssize_t i = positional; i < s->len; i++) {
        slots[i] = NULL;
        if (nkw > 0 && i >= s->posonly) {
            bool error;
            slots[i] = find_keyword(PyTuple_GET_ITEM(s->names, i - s->posonly), kwargs, kwnames,
                                    args + nargs, &error);
            if (error) {
                return -1;
            }
            if (slots[i] != NULL) {
                nkw--;
                continue;
            }
        }
        bool required = i < s->maxpos ? i < s->minpos : i < s->maxpos + s->minkw;
        if (required) {
            PyErr_Format(PyExc_TypeError, "%.200s%s missing required argument '%U' (pos %zd)", fname,
                         brackets, PyTuple_GET_ITEM(s->names, i - s->posonly), i + 1);
            return -1;
        }
    }
    return nkw > 0 ? complain_keyword(s, kwargs, kwnames, positional) : 0;
}

status
args_bind(const struct Signature *s, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs,
          PyObject *kwnames, PyObject **slots)
{
    const char *fname = s->fname == NULL ? "function" : s->fname;
    const char *brackets = s->fname == NULL ? "" : "()";
    Py_ssize_t nkw = kwargs != NULL    ? PyDict_GET_SIZE(kwargs)
                     : kwnames != NULL ? PyTuple_GET_SIZE(kwnames)
                                       : 0;
    if (nargs + nkw > s->len) {
        PyErr_Format(PyExc_TypeError, "%.200s%s takes at most %d %sargument%s (%zd given)", fname,
                     brackets, s->len, nargs == 0 ? "keyword " : "", s->len == 1 ? "" : "s",
                     nargs + nkw);
        return -1;
    }
    if (nargs > s->maxpos) {
        if (s->maxpos == 0) {
            PyErr_Format(PyExc_TypeError, "%.200s%s takes no positional arguments", fname, brackets);
        }
        else {
            PyErr_Format(PyExc_TypeError, "%.200s%s takes %s %d positional argument%s (%zd given)",
                         fname, brackets, s->optional ? "at most" : "exactly", s->maxpos,
                         s->maxpos == 1 ? "" : "s", nargs);
        }
        /* The formats convert what comes before the surplus. */
        memcpy(slots, args, (size_t)s->maxpos * sizeof(*slots));
        return -1;
    }
    return bind_named(s, args, nargs, nargs, kwargs, kwnames, slots);
}

static status
signature_of(struct _PyArg_Parser *parser, int minpos, int maxpos, int minkw, struct Signature *s)
{
    s->names = parser_names(parser, &s->len, &s->posonly);
    s->fname = parser->fname;
    s->minpos = minpos;
    s->maxpos = maxpos;
    s->minkw = minkw;
    s->optional = minpos < maxpos;
    return s->names == NULL ? -1 : 0;
}

static NOINLINE PyObject *const *
unpack_named(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
             struct _PyArg_Parser *parser, int minpos, int maxpos, int minkw, PyObject **buf)
{
    struct Signature s;
    if (signature_of(parser, minpos, maxpos, minkw, &s) < 0 ||
        args_bind(&s, args, nargs, kwargs, kwnames, buf) < 0) {
        return NULL;
    }
    return buf;
}

/* args itself if nothing had to be moved, else buf filled with borrowed references. */
PyObject *const *
_PyArg_UnpackKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
                      struct _PyArg_Parser *parser, int minpos, int maxpos, int minkw,
                      PyObject **buf)
{
    if (kwargs == NULL && kwnames == NULL && minkw == 0 && minpos <= nargs && nargs <= maxpos &&
        args != NULL) {
        return args;
    }
    return unpack_named(args, nargs, kwargs, kwnames, parser, minpos, maxpos, minkw, buf);
}

/* As above for a function with *args at position `vararg`: buf[vararg] is a new tuple. */
PyObject *const *
_PyArg_UnpackKeywordsWithVararg(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs,
                                PyObject *kwnames, struct _PyArg_Parser *parser, int minpos,
                                int maxpos, int minkw, int vararg, PyObject **buf)
{
    struct Signature s;
    if (signature_of(parser, minpos, maxpos, minkw, &s) < 0) {
        return NULL;
    }
    Py_ssize_t positional = Py_MIN(nargs, vararg);
    /* bind around the place of the tuple, then open the gap */
    if (bind_named(&s, args, nargs, positional, kwargs, kwnames, buf) < 0) {
        return NULL;
    }
    memmove(buf + vararg + 1, buf + vararg, (size_t)(s.len - vararg) * sizeof(PyObject *));
    PyObject *rest = PyTuple_New(nargs - positional);
    if (rest == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = positional; i < nargs; i++) {
        PyTuple_SET_ITEM(rest, i - positional, Py_NewRef(args[i]));
    }
    buf[vararg] = rest;
    return buf;
}
