/* re.Match, and the scanner that finditer() and re.Scanner use. */
#include "modules/_sre/sre.h"

/* ---- making ------------------------------------------------------------------------------- */

/* found: what the search returned.  A match, None, or NULL with its exception. */
PyObject *
match_new(SreState *state, Pattern *pattern, Search *search, int found)
{
    if (found <= 0) {
        return found < 0 ? NULL : Py_NewRef(Py_None);
    }
    Match *self = PyObject_GC_NewVar(Match, state->match_type, 2 * (pattern->groups + 1));
    if (self == NULL) {
        return NULL;
    }
    self->pattern = (Pattern *)Py_NewRef(pattern);
    self->string = Py_NewRef(search->string);
    self->regs = NULL;
    self->groups = pattern->groups + 1;
    self->pos = search->begin;
    self->endpos = search->end;
    self->lastindex = search->lastindex;
    self->mark[0] = search->start;
    self->mark[1] = search->ptr;
    for (Py_ssize_t i = 0; i < pattern->groups; i++) {
        Py_ssize_t from = search->mark[2 * i], to = search->mark[2 * i + 1];
        bool set = from >= 0 && to >= from;
        self->mark[2 * i + 2] = set ? from : -1;
        self->mark[2 * i + 3] = set ? to : -1;
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
match_tp_traverse(Match *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->string);
    Py_VISIT(self->regs);
    Py_VISIT(self->pattern);
    return 0;
}

static int
match_tp_clear(Match *self)
{
    Py_CLEAR(self->string);
    Py_CLEAR(self->regs);
    Py_CLEAR(self->pattern);
    return 0;
}

static void
match_tp_dealloc(Match *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    match_tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- groups ------------------------------------------------------------------------------- */

/* The number of a group given by number or name; -1 with IndexError. */
static Py_ssize_t
group_number(Match *self, PyObject *group)
{
    Py_ssize_t i = -1;
    if (PyIndex_Check(group)) {
        i = PyNumber_AsSsize_t(group, NULL);
    }
    else if (self->pattern->groupindex != NULL) {
        PyObject *number = PyDict_GetItemWithError(self->pattern->groupindex, group);
        if (number != NULL && PyLong_Check(number)) {
            i = PyLong_AsSsize_t(number);
        }
    }
    if (i < 0 || i >= self->groups) {
        if (!PyErr_Occurred() || (!PyIndex_Check(group) && PyErr_ExceptionMatches(PyExc_TypeError))) {
            PyErr_SetString(PyExc_IndexError, "no such group");
        }
        return -1;
    }
    return i;
}

PyObject *
match_get_slice(Match *self, Py_ssize_t i, PyObject *fallback)
{
    if (self->string == Py_None || self->mark[2 * i] < 0) {
        return Py_NewRef(fallback);
    }
    Py_ssize_t length, from, to;
    int isbytes, width;
    Py_buffer view;
    const void *text = text_of(self->string, &length, &isbytes, &width, &view);
    if (text == NULL) {
        return NULL;
    }
    from = Py_MIN(self->mark[2 * i], length);
    to = Py_MIN(self->mark[2 * i + 1], length);     /* the buffer may have shrunk since */
    PyObject *result = search_slice(isbytes, text, self->string, from, to);
    if (view.buf != NULL) {
        PyBuffer_Release(&view);
    }
    return result;
}

static PyObject *
slice_by_key(Match *self, PyObject *key)
{
    Py_ssize_t i = group_number(self, key);
    return i < 0 ? NULL : match_get_slice(self, i, Py_None);
}

METHOD(match, group, NULL,
       "group([group1, ...]) -> str or tuple\n\n"
       "What the groups matched, given by number or name; 0, the default, is the whole match.")
static PyObject *
match_group(Match *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n == 0) {
        return match_get_slice(self, 0, Py_None);
    }
    if (n == 1) {
        return slice_by_key(self, PyTuple_GET_ITEM(args, 0));
    }
    PyObject *result = PyTuple_New(n);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        PyObject *item = slice_by_key(self, PyTuple_GET_ITEM(args, i));
        if (item == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, item);
    }
    return result;
}

static PyObject *
match_mp_subscript(Match *self, PyObject *key)
{
    return slice_by_key(self, key);
}

METHOD(match, groups, "($self, /, default=None)",
       "Return a tuple of what all groups matched; default stands for those that took no part.")
static PyObject *
match_groups(Match *self, PyObject *fallback)
{
    PyObject *result = PyTuple_New(self->groups - 1);
    for (Py_ssize_t i = 1; result != NULL && i < self->groups; i++) {
        PyObject *item = match_get_slice(self, i, fallback);
        if (item == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i - 1, item);
    }
    return result;
}

METHOD(match, groupdict, "($self, /, default=None)",
       "Return a dict of what the named groups matched.")
static PyObject *
match_groupdict(Match *self, PyObject *fallback)
{
    PyObject *result = PyDict_New(), *key, *number;
    Py_ssize_t pos = 0;
    while (result != NULL && PyDict_Next(self->pattern->groupindex, &pos, &key, &number)) {
        Py_INCREF(key);
        Py_ssize_t i = group_number(self, key);
        PyObject *value = i < 0 ? NULL : match_get_slice(self, i, fallback);
        int err = value == NULL ? -1 : PyDict_SetItem(result, key, value);
        Py_XDECREF(value);
        Py_DECREF(key);
        if (err < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

METHOD(match, start, "($self, group=0, /)", "Return where the group's text begins, -1 if it has none.")
static Py_ssize_t
match_start(Match *self, PyObject *group)
{
    Py_ssize_t i = group == NULL ? 0 : group_number(self, group);
    return i < 0 ? -1 : self->mark[2 * i];
}

METHOD(match, end, "($self, group=0, /)", "Return where the group's text ends, -1 if it has none.")
static Py_ssize_t
match_end(Match *self, PyObject *group)
{
    Py_ssize_t i = group == NULL ? 0 : group_number(self, group);
    return i < 0 ? -1 : self->mark[2 * i + 1];
}

METHOD(match, span, "($self, group=0, /)", "Return (start, end) of the group's text.")
static PyObject *
match_span(Match *self, PyObject *group)
{
    Py_ssize_t i = group == NULL ? 0 : group_number(self, group);
    return i < 0 ? NULL : Py_BuildValue("nn", self->mark[2 * i], self->mark[2 * i + 1]);
}

METHOD(match, expand, "($self, /, template)",
       "Return the template with its references to groups filled in, as sub() does it.")
static PyObject *
match_expand(Match *self, PyObject *template)
{
    return sre_call("_expand", PyTuple_Pack(3, self->pattern, self, template));
}

METHOD(match, __copy__, "($self, /)", NULL)
static PyObject *
match___copy__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(self);
}

METHOD(match, __deepcopy__, "($self, memo, /)", NULL)
static PyObject *
match___deepcopy__(PyObject *self, PyObject *Py_UNUSED(memo))
{
    return Py_NewRef(self);
}

CLASSMETHOD(match, __class_getitem__, "!($type, item, /)", "Return a generic alias, as in re.Match[str].")
static PyObject *
match___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

static PyObject *
match_tp_repr(Match *self)
{
    PyObject *text = match_get_slice(self, 0, Py_None);
    if (text == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_FromFormat("<%s object; span=(%zd, %zd), match=%.50R>",
                                            Py_TYPE(self)->tp_name, self->mark[0], self->mark[1],
                                            text);
    Py_DECREF(text);
    return result;
}

GETTER(match, lastindex, "The number of the group that was closed last.")
static PyObject *
match_get_lastindex(Match *self, void *Py_UNUSED(closure))
{
    return self->lastindex < 0 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(self->lastindex);
}

GETTER(match, lastgroup, "The name of the group that was closed last.")
static PyObject *
match_get_lastgroup(Match *self, void *Py_UNUSED(closure))
{
    PyObject *names = self->pattern->indexgroup;
    if (names == NULL || self->lastindex < 0 || self->lastindex >= PyTuple_GET_SIZE(names)) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(PyTuple_GET_ITEM(names, self->lastindex));
}

GETTER(match, regs, NULL)
static PyObject *
match_get_regs(Match *self, void *Py_UNUSED(closure))
{
    if (self->regs == NULL) {
        PyObject *regs = PyTuple_New(self->groups);
        for (Py_ssize_t i = 0; regs != NULL && i < self->groups; i++) {
            PyObject *span = Py_BuildValue("nn", self->mark[2 * i], self->mark[2 * i + 1]);
            if (span == NULL) {
                Py_CLEAR(regs);
                break;
            }
            PyTuple_SET_ITEM(regs, i, span);
        }
        self->regs = regs;
    }
    return Py_XNewRef(self->regs);
}

MEMBER(match, string, T_OBJECT, Match, string, READONLY, "The string that was searched.")
MEMBER(match, re, T_OBJECT, Match, pattern, READONLY, "The pattern that matched.")
MEMBER(match, pos, T_PYSSIZET, Match, pos, READONLY, "Where the search began.")
MEMBER(match, endpos, T_PYSSIZET, Match, endpos, READONLY, "Where the search had to end.")

HEAPTYPE(match, "re.Match", Match, NULL,
         "What match() and search() found.\nA match is always true.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC)

/* ---- scanner ------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    Pattern *pattern;
    bool executing;                 /* a match function of this scanner is running */
    Search *search;                 /* owned */
} Scanner;

/* The size that programs see. */
enum { SCANNER_BASICSIZE = 232 };
_Static_assert(sizeof(Scanner) <= SCANNER_BASICSIZE, "the scanner outgrew its size");

PyObject *
scanner_new(PyTypeObject *cls, Pattern *pattern, PyObject *string, Py_ssize_t pos,
            Py_ssize_t endpos)
{
    Scanner *self = PyObject_GC_New(Scanner, sre_state_of(cls)->scanner_type);
    if (self == NULL) {
        return NULL;
    }
    self->pattern = NULL;
    self->executing = false;
    self->search = PyMem_Calloc(1, sizeof(Search));
    if (self->search == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    if (search_init(self->search, pattern, string, pos, endpos) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    self->pattern = (Pattern *)Py_NewRef(pattern);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
scanner_tp_traverse(Scanner *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->pattern);
    if (self->search != NULL) {
        Py_VISIT(self->search->string);
    }
    return 0;
}

static int
scanner_tp_clear(Scanner *self)
{
    Py_CLEAR(self->pattern);
    return 0;
}

static void
scanner_tp_dealloc(Scanner *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->search != NULL) {
        search_fini(self->search);
        PyMem_Free(self->search);
    }
    Py_XDECREF(self->pattern);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
scanner_step(Scanner *self, PyTypeObject *cls, int (*step)(Search *))
{
    Search *search = self->search;
    if (self->executing) {
        PyErr_SetString(PyExc_ValueError, "regular expression scanner already executing");
        return NULL;
    }
    if (search->start < 0 || search->string == NULL) {
        Py_RETURN_NONE;
    }
    self->executing = true;
    int found = step(search);
    self->executing = false;
    PyObject *match = match_new(sre_state_of(cls), self->pattern, search, found);
    if (found <= 0) {
        search->start = -1;         /* exhausted */
    }
    else {
        search->must_advance = search->ptr == search->start;
        search->start = search->ptr;
    }
    return match;
}

METHOD(scanner, match, "($self, /)", NULL)
static PyObject *
scanner_match(Scanner *self, PyTypeObject *defining_class)
{
    return scanner_step(self, defining_class, search_match);
}

METHOD(scanner, search, "($self, /)", NULL)
static PyObject *
scanner_search(Scanner *self, PyTypeObject *defining_class)
{
    return scanner_step(self, defining_class, search_find);
}

MEMBER(scanner, pattern, T_OBJECT, Scanner, pattern, READONLY, NULL)

HEAPTYPE(scanner, "_sre.SRE_Scanner", Scanner, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC)

#include "gen/modules/_sre/match.inc"

static PyType_Spec match_spec_sized = {
    .name = "re.Match",
    .basicsize = sizeof(Match),
    .itemsize = sizeof(Py_ssize_t),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC,
    .slots = match_slots,
};
static PyType_Spec scanner_spec_sized = {
    .name = "_sre.SRE_Scanner",
    .basicsize = SCANNER_BASICSIZE,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_GC,
    .slots = scanner_slots,
};
PyType_Spec *const match_spec_ptr = &match_spec_sized;
PyType_Spec *const scanner_spec_ptr = &scanner_spec_sized;
