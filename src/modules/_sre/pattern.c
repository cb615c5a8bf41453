/* re.Pattern: compiled code, and the methods that search, split and substitute. */
#include "modules/_sre/sre.h"

/* ---- making ------------------------------------------------------------------------------- */

static status
read_code(Pattern *self, PyObject *code)
{
    for (Py_ssize_t i = 0; i < self->codesize; i++) {
        PyObject *item = PyList_GET_ITEM(code, i);
        unsigned long word = PyLong_AsUnsignedLong(item);
        if ((word == (unsigned long)-1 && PyErr_Occurred()) || word != (Word)word) {
            PyErr_SetString(PyExc_OverflowError, "regular expression code size limit exceeded");
            return -1;
        }
        self->code[i] = (Word)word;
    }
    return 0;
}

PyObject *
pattern_compile(PyObject *module, PyObject *pattern, int flags, PyObject *code, Py_ssize_t groups,
                PyObject *groupindex, PyObject *indexgroup)
{
    SreState *state = sre_module_state(module);
    Py_ssize_t n = PyList_GET_SIZE(code);
    Pattern *self = PyObject_GC_NewVar(Pattern, state->pattern_type, n);
    if (self == NULL) {
        return NULL;
    }
    self->codesize = n;
    self->groups = groups;
    self->groupindex = self->indexgroup = self->pattern = NULL;
    self->weakreflist = NULL;
    self->program = NULL;
    self->flags = flags;
    self->isbytes = -1;
    PyObject_GC_Track(self);
    if (read_code(self, code) < 0) {
        goto fail;
    }
    if (pattern != Py_None) {
        Py_ssize_t length;
        int isbytes, width;
        Py_buffer view;
        if (text_of(pattern, &length, &isbytes, &width, &view) == NULL) {
            goto fail;
        }
        if (view.buf != NULL) {
            PyBuffer_Release(&view);
        }
        self->isbytes = isbytes;
    }
    self->pattern = Py_NewRef(pattern);
    self->groupindex = Py_NewRef(groupindex);
    self->indexgroup = Py_NewRef(indexgroup);
    if (!code_is_valid(self->code, n, groups)) {
        PyErr_SetString(PyExc_RuntimeError, "invalid SRE code");
        goto fail;
    }
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

static int
pattern_tp_traverse(Pattern *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->groupindex);
    Py_VISIT(self->indexgroup);
    Py_VISIT(self->pattern);
    return 0;
}

static int
pattern_tp_clear(Pattern *self)
{
    Py_CLEAR(self->groupindex);
    Py_CLEAR(self->indexgroup);
    Py_CLEAR(self->pattern);
    return 0;
}

static void
pattern_tp_dealloc(Pattern *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    pattern_tp_clear(self);
    program_free(self->program);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- matching ----------------------------------------------------------------------------- */

static PyObject *
match_once(Pattern *self, PyTypeObject *cls, PyObject *string, Py_ssize_t pos, Py_ssize_t endpos,
           bool whole, bool anywhere)
{
    Search search;
    if (search_init(&search, self, string, pos, endpos) < 0) {
        return NULL;
    }
    search.match_all = whole;
    int found = anywhere ? search_find(&search) : search_match(&search);
    PyObject *match = match_new(sre_state_of(cls), self, &search, found);
    search_fini(&search);
    return match;
}

METHOD(pattern, match, "($self, /, string, pos=0, endpos=sys.maxsize)",
       "Match at the beginning of the string; None if it does not.")
static PyObject *
pattern_match(Pattern *self, PyTypeObject *defining_class, PyObject *string, Py_ssize_t pos,
              Py_ssize_t endpos)
{
    return match_once(self, defining_class, string, pos, endpos, false, false);
}

METHOD(pattern, fullmatch, "($self, /, string, pos=0, endpos=sys.maxsize)",
       "Match all of the string; None if it does not.")
static PyObject *
pattern_fullmatch(Pattern *self, PyTypeObject *defining_class, PyObject *string, Py_ssize_t pos,
                  Py_ssize_t endpos)
{
    return match_once(self, defining_class, string, pos, endpos, true, false);
}

METHOD(pattern, search, "($self, /, string, pos=0, endpos=sys.maxsize)",
       "Find the first place in the string that matches; None if there is none.")
static PyObject *
pattern_search(Pattern *self, PyTypeObject *defining_class, PyObject *string, Py_ssize_t pos,
               Py_ssize_t endpos)
{
    return match_once(self, defining_class, string, pos, endpos, false, true);
}

/* The text of group `i` of the current match, or an empty one. */
static PyObject *
group_slice(Search *search, PyObject *string, Py_ssize_t group, bool empty)
{
    Py_ssize_t from = search->start, to = search->ptr;
    if (group > 0) {
        from = search->mark[2 * (group - 1)];
        to = search->mark[2 * (group - 1) + 1];
        if (from < 0 || to < from) {
            if (!empty) {
                Py_RETURN_NONE;
            }
            from = to = 0;
        }
    }
    return search_slice(search->isbytes, search->text, string, from, to);
}

/* Go on behind the last match; an empty match may not be found twice at one place. */
static inline void
search_advance(Search *search)
{
    search->must_advance = search->ptr == search->start;
    search->start = search->ptr;
}

METHOD(pattern, findall, "($self, /, string, pos=0, endpos=sys.maxsize)",
       "Return a list of what all matches in the string matched, or of their groups.")
static PyObject *
pattern_findall(Pattern *self, PyObject *string, Py_ssize_t pos, Py_ssize_t endpos)
{
    Search search;
    if (search_init(&search, self, string, pos, endpos) < 0) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    while (list != NULL && search.start <= search.end) {
        int found = search_find(&search);
        if (found <= 0) {
            if (found < 0) {
                Py_CLEAR(list);
            }
            break;
        }
        PyObject *item;
        if (self->groups <= 1) {
            item = group_slice(&search, string, self->groups, true);
        }
        else {
            item = PyTuple_New(self->groups);
            for (Py_ssize_t i = 0; item != NULL && i < self->groups; i++) {
                PyObject *group = group_slice(&search, string, i + 1, true);
                if (group == NULL) {
                    Py_CLEAR(item);
                    break;
                }
                PyTuple_SET_ITEM(item, i, group);
            }
        }
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
        search_advance(&search);
    }
    search_fini(&search);
    return list;
}

METHOD(pattern, scanner, "($self, /, string, pos=0, endpos=sys.maxsize)", NULL)
static PyObject *
pattern_scanner(Pattern *self, PyTypeObject *defining_class, PyObject *string, Py_ssize_t pos,
                Py_ssize_t endpos)
{
    return scanner_new(defining_class, self, string, pos, endpos);
}

METHOD(pattern, finditer, "($self, /, string, pos=0, endpos=sys.maxsize)",
       "Return an iterator over the match objects of all matches in the string.")
static PyObject *
pattern_finditer(Pattern *self, PyTypeObject *defining_class, PyObject *string, Py_ssize_t pos,
                 Py_ssize_t endpos)
{
    PyObject *scanner = scanner_new(defining_class, self, string, pos, endpos);
    if (scanner == NULL) {
        return NULL;
    }
    PyObject *search = PyObject_GetAttrString(scanner, "search");
    Py_DECREF(scanner);
    if (search == NULL) {
        return NULL;
    }
    PyObject *iterator = PyCallIter_New(search, Py_None);
    Py_DECREF(search);
    return iterator;
}

/* ---- splitting and substituting ------------------------------------------------------------- */

/* Append a new reference, which is consumed. */
static status
append_take(PyObject *list, PyObject *item_take)
{
    if (item_take == NULL) {
        return -1;
    }
    int err = PyList_Append(list, item_take);
    Py_DECREF(item_take);
    return err;
}

METHOD(pattern, split, "($self, /, string, maxsplit=0)",
       "Return the list of what stands between the matches; groups are put in as well.")
static PyObject *
pattern_split(Pattern *self, PyObject *string, Py_ssize_t maxsplit)
{
    Search search;
    if (search_init(&search, self, string, 0, PY_SSIZE_T_MAX) < 0) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    Py_ssize_t last = search.start, n = 0;
    if (list == NULL) {
        goto fail;
    }
    while (maxsplit == 0 || n < maxsplit) {
        int found = search_find(&search);
        if (found < 0) {
            goto fail;
        }
        if (found == 0) {
            break;
        }
        if (append_take(list, search_slice(search.isbytes, search.text, string, last,
                                           search.start)) < 0) {
            goto fail;
        }
        for (Py_ssize_t i = 0; i < self->groups; i++) {
            if (append_take(list, group_slice(&search, string, i + 1, false)) < 0) {
                goto fail;
            }
        }
        n++;
        last = search.ptr;
        search_advance(&search);
    }
    if (append_take(list, search_slice(search.isbytes, search.text, string, last, search.end)) < 0) {
        goto fail;
    }
    search_fini(&search);
    return list;
fail:
    Py_XDECREF(list);
    search_fini(&search);
    return NULL;
}

/* What to put for a match: text without a backslash as it is, a function, or what re makes of a
   template.  A new reference; *call tells whether it is to be called. */
static PyObject *
replacement(Pattern *self, PyObject *repl, bool *call)
{
    *call = PyCallable_Check(repl);
    if (*call) {
        return Py_NewRef(repl);
    }
    Py_ssize_t length;
    int isbytes, width;
    Py_buffer view;
    bool literal = false;
    const void *text = text_of(repl, &length, &isbytes, &width, &view);
    if (text != NULL) {
        literal = true;
        if (width == 1) {
            literal = memchr(text, '\\', (size_t)length) == NULL;
        }
        else {
            for (Py_ssize_t i = 0; literal && i < length; i++) {
                literal = PyUnicode_READ(width, text, i) != '\\';
            }
        }
    }
    else {
        PyErr_Clear();
    }
    if (view.buf != NULL) {
        PyBuffer_Release(&view);
    }
    if (literal) {
        return Py_NewRef(repl);
    }
    PyObject *filter = sre_call("_subx", PyTuple_Pack(2, self, repl));
    if (filter != NULL) {
        *call = PyCallable_Check(filter);
    }
    return filter;
}

static PyObject *
join_pieces(PyObject *pieces, bool isbytes)
{
    PyObject *empty, *result;
    if (isbytes) {
        empty = PyBytes_FromStringAndSize(NULL, 0);
    }
    else {
        empty = PyUnicode_New(0, 0);
    }
    if (empty == NULL) {
        return NULL;
    }
    result = isbytes ? _PyBytes_Join(empty, pieces) : PyUnicode_Join(empty, pieces);
    Py_DECREF(empty);
    return result;
}

static PyObject *
substitute(Pattern *self, PyTypeObject *cls, PyObject *repl, PyObject *string, Py_ssize_t count,
           bool with_number)
{
    Search search;
    bool call;
    PyObject *filter = replacement(self, repl, &call), *pieces = NULL, *result = NULL;
    if (filter == NULL) {
        return NULL;
    }
    if (search_init(&search, self, string, 0, PY_SSIZE_T_MAX) < 0) {
        Py_DECREF(filter);
        return NULL;
    }
    Py_ssize_t n = 0, last = 0;
    pieces = PyList_New(0);
    if (pieces == NULL) {
        goto done;
    }
    while (count == 0 || n < count) {
        int found = search_find(&search);
        if (found < 0) {
            goto done;
        }
        if (found == 0) {
            break;
        }
        if (last < search.start &&
            append_take(pieces, search_slice(search.isbytes, search.text, string, last,
                                             search.start)) < 0) {
            goto done;
        }
        PyObject *item;
        if (call) {
            PyObject *match = match_new(sre_state_of(cls), self, &search, 1);
            if (match == NULL) {
                goto done;
            }
            item = PyObject_CallOneArg(filter, match);
            Py_DECREF(match);
            if (item == NULL) {
                goto done;
            }
        }
        else {
            item = Py_NewRef(filter);
        }
        if (item == Py_None) {
            Py_DECREF(item);
        }
        else if (append_take(pieces, item) < 0) {
            goto done;
        }
        last = search.ptr;
        n++;
        search_advance(&search);
    }
    if (last < search.end && append_take(pieces, search_slice(search.isbytes, search.text, string,
                                                              last, search.end)) < 0) {
        goto done;
    }
    result = join_pieces(pieces, search.isbytes);
    if (result != NULL && with_number) {
        result = Py_BuildValue("Nn", result, n);
    }
done:
    Py_XDECREF(pieces);
    Py_DECREF(filter);
    search_fini(&search);
    return result;
}

METHOD(pattern, sub, "($self, /, repl, string, count=0)",
       "Return the string with the matches replaced, `count` at the most if it is not 0.")
static PyObject *
pattern_sub(Pattern *self, PyTypeObject *defining_class, PyObject *repl, PyObject *string,
            Py_ssize_t count)
{
    return substitute(self, defining_class, repl, string, count, false);
}

METHOD(pattern, subn, "($self, /, repl, string, count=0)",
       "Return (string with the matches replaced, number of replacements).")
static PyObject *
pattern_subn(Pattern *self, PyTypeObject *defining_class, PyObject *repl, PyObject *string,
             Py_ssize_t count)
{
    return substitute(self, defining_class, repl, string, count, true);
}

/* ---- the rest ----------------------------------------------------------------------------- */

METHOD(pattern, __copy__, "($self, /)", NULL)
static PyObject *
pattern___copy__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(self);
}

METHOD(pattern, __deepcopy__, "($self, memo, /)", NULL)
static PyObject *
pattern___deepcopy__(PyObject *self, PyObject *Py_UNUSED(memo))
{
    return Py_NewRef(self);
}

CLASSMETHOD(pattern, __class_getitem__, "!($type, item, /)", "Return a generic alias, as in re.Pattern[str].")
static PyObject *
pattern___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

static PyObject *
pattern_tp_repr(Pattern *self)
{
    static const struct {
        const char *name;
        int value;
    } names[] = {
        {"re.TEMPLATE", FLAG_TEMPLATE}, {"re.IGNORECASE", FLAG_IGNORECASE},
        {"re.LOCALE", FLAG_LOCALE},     {"re.MULTILINE", FLAG_MULTILINE},
        {"re.DOTALL", FLAG_DOTALL},     {"re.UNICODE", FLAG_UNICODE},
        {"re.VERBOSE", FLAG_VERBOSE},   {"re.DEBUG", FLAG_DEBUG},
        {"re.ASCII", FLAG_ASCII},
    };
    int flags = self->flags;
    if (self->isbytes == 0 && (flags & (FLAG_LOCALE | FLAG_UNICODE | FLAG_ASCII)) == FLAG_UNICODE) {
        flags &= ~FLAG_UNICODE;     /* a str pattern's default */
    }
    PyObject *list = PyList_New(0), *result = NULL;
    if (list == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (flags & names[i].value) {
            if (append_take(list, PyUnicode_FromString(names[i].name)) < 0) {
                goto done;
            }
            flags &= ~names[i].value;
        }
    }
    if (flags && append_take(list, PyUnicode_FromFormat("0x%x", flags)) < 0) {
        goto done;
    }
    if (PyList_GET_SIZE(list) > 0) {
        PyObject *bar = PyUnicode_FromString("|");
        PyObject *text = bar == NULL ? NULL : PyUnicode_Join(bar, list);
        Py_XDECREF(bar);
        if (text != NULL) {
            result = PyUnicode_FromFormat("re.compile(%.200R, %S)", self->pattern, text);
            Py_DECREF(text);
        }
    }
    else {
        result = PyUnicode_FromFormat("re.compile(%.200R)", self->pattern);
    }
done:
    Py_DECREF(list);
    return result;
}

static Py_hash_t
pattern_tp_hash(Pattern *self)
{
    Py_hash_t hash = PyObject_Hash(self->pattern);
    if (hash == -1) {
        return -1;
    }
    hash ^= _Py_HashBytes(self->code, (Py_ssize_t)sizeof(Word) * self->codesize);
    hash ^= (Py_hash_t)self->flags;
    hash ^= self->isbytes;
    hash ^= self->codesize;
    return hash == -1 ? -2 : hash;
}

static PyObject *
pattern_tp_richcompare(Pattern *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !Py_IS_TYPE(other, Py_TYPE(self))) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Pattern *o = (Pattern *)other;
    int equal = self == o;
    if (!equal) {
        /* flags matter beyond the code: they say what the pattern is called */
        equal = self->flags == o->flags && self->isbytes == o->isbytes &&
                self->codesize == o->codesize &&
                memcmp(self->code, o->code, sizeof(Word) * (size_t)self->codesize) == 0;
        if (equal) {
            equal = PyObject_RichCompareBool(self->pattern, o->pattern, Py_EQ);
            if (equal < 0) {
                return NULL;
            }
        }
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

GETTER(pattern, groupindex, "A mapping from group names to group numbers.")
static PyObject *
pattern_get_groupindex(Pattern *self, void *Py_UNUSED(closure))
{
    if (PyDict_GET_SIZE(self->groupindex) == 0) {
        return PyDict_New();
    }
    return PyDictProxy_New(self->groupindex);
}

MEMBER(pattern, pattern, T_OBJECT, Pattern, pattern, READONLY, "The pattern that was compiled.")
MEMBER(pattern, flags, T_INT, Pattern, flags, READONLY, "The flags of the pattern.")
MEMBER(pattern, groups, T_PYSSIZET, Pattern, groups, READONLY, "The number of capturing groups.")
MEMBER(pattern, __weaklistoffset__, T_PYSSIZET, Pattern, weakreflist, READONLY, NULL)

HEAPTYPE(pattern, "re.Pattern", Pattern, NULL, "Compiled regular expression object.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC)

#include "gen/modules/_sre/pattern.inc"

static PyType_Spec pattern_spec_sized = {
    .name = "re.Pattern",
    .basicsize = sizeof(Pattern),
    .itemsize = sizeof(Word),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC,
    .slots = pattern_slots,
};
PyType_Spec *const pattern_spec_ptr = &pattern_spec_sized;
