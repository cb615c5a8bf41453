/* Line endings: finding them, translating them, and IncrementalNewlineDecoder.

   The translation is incremental: a '\r' at the end of a piece is held back, because whether it
   is an ending of its own depends on the next character.

   See also: textio.c and stringio.c, which run the same state without the object around it. */
#include "modules/_io/_io.h"

/* -- searching ----------------------------------------------------------------------------- */

/* The index of the first `c` in [start, end), or -1. */
static Py_ssize_t
find_char(int kind, const void *data, Py_ssize_t start, Py_ssize_t end, Py_UCS4 c)
{
    if (kind == PyUnicode_1BYTE_KIND) {
        const char *base = data, *hit = memchr(base + start, (int)c, end - start);
        return hit ? hit - base : -1;
    }
    if (kind == PyUnicode_2BYTE_KIND) {
        const Py_UCS2 *s = data;
        for (Py_ssize_t i = start; i < end; i++)
            if (s[i] == c)
                return i;
        return -1;
    }
    const Py_UCS4 *s = data;
    for (Py_ssize_t i = start; i < end; i++)
        if (s[i] == c)
            return i;
    return -1;
}

/* The index of the first '\n' or '\r', or -1. */
static Py_ssize_t
find_any_ending(int kind, const void *data, Py_ssize_t start, Py_ssize_t end)
{
    if (kind == PyUnicode_1BYTE_KIND) {
        Py_ssize_t lf = find_char(kind, data, start, end, '\n');
        Py_ssize_t cr = find_char(kind, data, start, lf < 0 ? end : lf, '\r');
        return cr >= 0 ? cr : lf;
    }
    for (Py_ssize_t i = start; i < end; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c == '\n' || c == '\r')
            return i;
    }
    return -1;
}

Py_ssize_t
line_end(const LineRule *rule, int kind, const void *data, Py_ssize_t start, Py_ssize_t end,
         Py_ssize_t *consumed)
{
    *consumed = end;
    if (rule->translated) {
        Py_ssize_t at = find_char(kind, data, start, end, '\n');
        return at < 0 ? -1 : at + 1;
    }
    if (rule->universal) {
        Py_ssize_t at = find_any_ending(kind, data, start, end);
        if (at < 0)
            return -1;
        if (PyUnicode_READ(kind, data, at) == '\r' && at + 1 < end
            && PyUnicode_READ(kind, data, at + 1) == '\n')
            at++;
        return at + 1;
    }
    Py_UCS4 first = (unsigned char)rule->ending[0], second = (unsigned char)rule->ending[1];
    for (Py_ssize_t at = start; (at = find_char(kind, data, at, end, first)) >= 0; at++) {
        if (!second)
            return at + 1;
        if (at + 1 == end) {
            /* The ending may be completed by what comes next. */
            *consumed = at;
            return -1;
        }
        if (PyUnicode_READ(kind, data, at + 1) == second)
            return at + 2;
    }
    return -1;
}

int
newline_is_legal(const char *text)
{
    return !text || !*text || !strcmp(text, "\n") || !strcmp(text, "\r") || !strcmp(text, "\r\n");
}

/* -- translating --------------------------------------------------------------------------- */

/* Which endings occur in a str; stops when all that are not in `seen` have been found. */
static unsigned
scan_endings(int kind, const void *data, Py_ssize_t length, unsigned seen)
{
    Py_ssize_t at = 0;
    while (seen != SEEN_ALL && (at = find_any_ending(kind, data, at, length)) >= 0) {
        if (PyUnicode_READ(kind, data, at) == '\n') {
            seen |= SEEN_LF;
        } else if (at + 1 < length && PyUnicode_READ(kind, data, at + 1) == '\n') {
            seen |= SEEN_CRLF;
            at++;
        } else {
            seen |= SEEN_CR;
        }
        at++;
    }
    return seen;
}

/* Every '\r' and '\r\n' of `text` as '\n'; there is at least one, at `first`. */
static PyObject *
replace_endings(PyObject *text, Py_ssize_t first)
{
    int kind = PyUnicode_KIND(text);
    const char *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), pairs = 0;
    for (Py_ssize_t i = first; i >= 0 && i + 1 < length;
         i = find_char(kind, data, i + 1, length, '\r'))
        pairs += PyUnicode_READ(kind, data, i + 1) == '\n';

    PyObject *result = PyUnicode_New(length - pairs, PyUnicode_MAX_CHAR_VALUE(text));
    if (!result)
        return NULL;
    char *out = PyUnicode_DATA(result);
    Py_ssize_t from = 0, to = 0, cr = first;
    while (cr >= 0) {
        memcpy(out + to * kind, data + from * kind, (cr - from) * kind);
        to += cr - from;
        PyUnicode_WRITE(kind, out, to, '\n');
        to++;
        from = cr + 1;
        if (from < length && PyUnicode_READ(kind, data, from) == '\n')
            from++;
        cr = find_char(kind, data, from, length, '\r');
    }
    memcpy(out + to * kind, data + from * kind, (length - from) * kind);
    return result;
}

PyObject *
newline_translate(NewlineState *state, PyObject *text, int final)
{
    if (!text)
        return NULL;
    if (PyUnicode_READY(text) < 0)
        goto fail;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (state->pending_cr && (final || length > 0)) {
        PyObject *cr = PyUnicode_FromOrdinal('\r');
        PyObject *joined = cr ? PyUnicode_Concat(cr, text) : NULL;
        Py_XDECREF(cr);
        if (!joined)
            goto fail;
        Py_SETREF(text, joined);
        state->pending_cr = 0;
        length++;
    }
    if (length == 0)
        return text;
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t first = find_char(kind, data, 0, length, '\r');
    if (first < 0) {
        if (!(state->seen & SEEN_LF) && find_char(kind, data, 0, length, '\n') >= 0)
            state->seen |= SEEN_LF;
        return text;
    }
    if (!final && PyUnicode_READ(kind, data, length - 1) == '\r') {
        Py_SETREF(text, PyUnicode_Substring(text, 0, length - 1));
        if (!text)
            return NULL;
        state->pending_cr = 1;
        length--;
        kind = PyUnicode_KIND(text);
        data = PyUnicode_DATA(text);
    }
    state->seen = scan_endings(kind, data, length, state->seen);
    if (state->translate && first < length)
        Py_SETREF(text, replace_endings(text, first));
    return text;
fail:
    Py_DECREF(text);
    return NULL;
}

PyObject *
newline_names(unsigned seen)
{
    static const char *const names[] = {"\r", "\n", "\r\n"};
    Py_ssize_t count = 0;
    for (int i = 0; i < 3; i++)
        count += seen >> i & 1;
    if (count == 0)
        Py_RETURN_NONE;
    PyObject *result = count > 1 ? PyTuple_New(count) : NULL;
    if (count > 1 && !result)
        return NULL;
    Py_ssize_t at = 0;
    for (int i = 0; i < 3; i++) {
        if (!(seen >> i & 1))
            continue;
        PyObject *name = PyUnicode_FromString(names[i]);
        if (count == 1)
            return name;
        if (!name) {
            Py_DECREF(result);
            return NULL;
        }
        PyTuple_SET_ITEM(result, at++, name);
    }
    return result;
}

/* -- IncrementalNewlineDecoder ------------------------------------------------------------- */

static status
check_initialised(NewlineDecoder *self)
{
    if (self->errors)
        return 0;
    PyErr_SetString(PyExc_ValueError, "IncrementalNewlineDecoder.__init__() not called");
    return -1;
}

INIT(newlinedecoder, "(decoder, translate, errors='strict')")
static int
newlinedecoder_init(NewlineDecoder *self, PyObject *decoder, int translate, PyObject *errors)
{
    PyObject *handler = errors ? Py_NewRef(errors) : PyUnicode_FromString("strict");
    if (!handler)
        return -1;
    Py_XSETREF(self->errors, handler);
    Py_XSETREF(self->decoder, Py_NewRef(decoder));
    self->state = (NewlineState){.translate = translate != 0};
    return 0;
}

static void
newlinedecoder_tp_dealloc(NewlineDecoder *self)
{
    Py_CLEAR(self->decoder);
    Py_CLEAR(self->errors);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyObject *
newline_decode(PyObject *op, PyObject *input, int final)
{
    NewlineDecoder *self = (NewlineDecoder *)op;
    if (check_initialised(self) < 0)
        return NULL;
    PyObject *text;
    if (self->decoder == Py_None)
        text = Py_NewRef(input);
    else
        text = PyObject_CallMethodObjArgs(self->decoder, ID(decode), input,
                                          final ? Py_True : Py_False, NULL);
    if (text && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'",
                     Py_TYPE(text)->tp_name);
        Py_CLEAR(text);
    }
    return newline_translate(&self->state, text, final);
}

METHOD(newlinedecoder, decode, "($self, /, input, final=False)", NULL)
static PyObject *
newlinedecoder_decode(PyObject *self, PyObject *input, truth final)
{
    return newline_decode(self, input, final);
}

METHOD(newlinedecoder, getstate, "($self, /)", NULL)
static PyObject *
newlinedecoder_getstate(NewlineDecoder *self)
{
    if (check_initialised(self) < 0)
        return NULL;
    PyObject *buffered = NULL;
    unsigned long long flags = 0;
    if (self->decoder == Py_None) {
        buffered = PyBytes_FromStringAndSize(NULL, 0);
    } else {
        PyObject *state = PyObject_CallMethodNoArgs(self->decoder, ID(getstate));
        if (!state)
            return NULL;
        if (!PyTuple_Check(state))
            PyErr_SetString(PyExc_TypeError, "illegal decoder state");
        else if (PyArg_ParseTuple(state, "OK;illegal decoder state", &buffered, &flags))
            Py_INCREF(buffered);
        Py_DECREF(state);
    }
    /* The lowest bit is ours: whether a '\r' is held back. */
    return buffered && !PyErr_Occurred()
               ? Py_BuildValue("NK", buffered, flags << 1 | self->state.pending_cr)
               : NULL;
}

METHOD(newlinedecoder, setstate, "($self, state, /)", NULL)
static PyObject *
newlinedecoder_setstate(NewlineDecoder *self, PyObject *state)
{
    if (check_initialised(self) < 0)
        return NULL;
    PyObject *buffered;
    unsigned long long flags;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state argument must be a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(state, "OK;setstate(): illegal state argument", &buffered, &flags))
        return NULL;
    self->state.pending_cr = flags & 1;
    if (self->decoder != Py_None)
        return _PyObject_CallMethod(self->decoder, ID(setstate), "((OK))", buffered, flags >> 1);
    Py_RETURN_NONE;
}

METHOD(newlinedecoder, reset, "($self, /)", NULL)
static PyObject *
newlinedecoder_reset(NewlineDecoder *self)
{
    if (check_initialised(self) < 0)
        return NULL;
    self->state.seen = 0;
    self->state.pending_cr = 0;
    if (self->decoder != Py_None)
        return PyObject_CallMethodNoArgs(self->decoder, ID(reset));
    Py_RETURN_NONE;
}

GETTER(newlinedecoder, newlines, NULL)
static PyObject *
newlinedecoder_get_newlines(NewlineDecoder *self, void *Py_UNUSED(closure))
{
    return check_initialised(self) < 0 ? NULL : newline_names(self->state.seen);
}

TYPE(newlinedecoder, PyIncrementalNewlineDecoder_Type, "_io.IncrementalNewlineDecoder",
     NewlineDecoder, "(decoder, translate, errors='strict')",
     "An incremental decoder that reads through another one and handles line endings.\n\n"
     "With translate, '\\r' and '\\r\\n' become '\\n'.  Without, a '\\r\\n' is never split between\n"
     "two results.  The decoder None means that the input is str already.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_new = PyType_GenericNew)

#include "gen/modules/_io/newline.inc"
