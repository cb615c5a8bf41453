/* StringIO: a text stream in memory.

   The text lies in a growing array of 1, 2 or 4 byte characters that is widened when a wider
   character is written; a str is made only when one is asked for.  Line endings are translated
   when writing, so that what is stored is what getvalue() returns.

   Invariants of an open stream: `kind` is 1, 2 or 4; `data` has room for `capacity` >= `size`
   characters of it; `pos` may lie beyond `size`, then the gap is filled with NULs by a write. */
#include "modules/_io/_io.h"
#include "base/copy.h"

typedef struct {
    PyObject_HEAD
    void *data;
    Py_ssize_t size;
    Py_ssize_t capacity;
    Py_ssize_t pos;
    unsigned char kind;
    char ok;
    char closed;
    char has_decoder;          /* universal newlines: `newline_state` runs */
    NewlineState newline_state;
    LineRule rule;
    PyObject *newline;         /* the argument: NULL (not given yet), None or a str */
    PyObject *write_ending;    /* what '\n' becomes when written, or NULL */
    PyObject *reserved[2];     /* keeps the documented size */
    Py_ssize_t unused;
    PyObject *dict;
    PyObject *weakrefs;
} StringIO;

_Static_assert(sizeof(StringIO) == 120, "StringIO.__basicsize__");
_Static_assert(offsetof(StringIO, dict) == 104, "StringIO.__dictoffset__");

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

/* -- services ------------------------------------------------------------------------------ */

static status
check_open(const StringIO *self)
{
    if (self->ok && !self->closed)
        return 0;
    PyErr_SetString(PyExc_ValueError, self->ok ? "I/O operation on closed file"
                                               : "I/O operation on uninitialized object");
    return -1;
}

/* Give the array a capacity of at least `size` characters of at least `kind`. */
static status
reserve(StringIO *self, Py_ssize_t size, int kind)
{
    if (kind <= self->kind && size <= self->capacity && size >= self->capacity / 2)
        return 0;
    if (kind < self->kind)
        kind = self->kind;
    Py_ssize_t capacity = size;
    if (size > self->capacity) {
        if (size > PY_SSIZE_T_MAX / 4 - (size >> 3) - 64) {
            PyErr_SetString(PyExc_OverflowError, "new buffer size too large");
            return -1;
        }
        capacity = size + (size >> 3) + (size < 64 ? 16 : 64);
    } else if (size < self->capacity / 2) {
        capacity = size + 1;
    } else {
        capacity = self->capacity;
    }
    if (kind == self->kind) {
        void *data = PyMem_Realloc(self->data, capacity * kind);
        if (!data) {
            PyErr_NoMemory();
            return -1;
        }
        self->data = data;
        self->capacity = capacity;
        return 0;
    }
    char *data = PyMem_Malloc(capacity * kind);
    if (!data) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < self->size; i++) {
        Py_UCS4 c = PyUnicode_READ(self->kind, self->data, i);
        PyUnicode_WRITE(kind, data, i, c);
    }
    PyMem_Free(self->data);
    self->data = data;
    self->capacity = capacity;
    self->kind = kind;
    return 0;
}

/* The characters [start, end) as a str. */
static PyObject *
slice(const StringIO *self, Py_ssize_t start, Py_ssize_t end)
{
    if (start >= end)
        return PyUnicode_New(0, 0);
    return PyUnicode_FromKindAndData(self->kind, (char *)self->data + start * self->kind,
                                     end - start);
}

/* Store `text` at the position, after newline translation. */
static status
write_text(StringIO *self, PyObject *text)
{
    PyObject *stored = Py_NewRef(text);
    if (self->has_decoder)
        stored = newline_translate(&self->newline_state, stored, 1);
    if (stored && self->write_ending) {
        PyObject *lf = PyUnicode_FromOrdinal('\n');
        Py_SETREF(stored, lf ? PyUnicode_Replace(stored, lf, self->write_ending, -1) : NULL);
        Py_XDECREF(lf);
    }
    if (!stored)
        return -1;
    status result = -1;
    Py_ssize_t length = PyUnicode_GET_LENGTH(stored);
    if (length == 0) {
        result = 0;
        goto done;
    }
    if (self->pos > PY_SSIZE_T_MAX - length) {
        PyErr_SetString(PyExc_OverflowError, "new position too large");
        goto done;
    }
    Py_ssize_t end = self->pos + length;
    int kind = PyUnicode_KIND(stored);
    if (reserve(self, Py_MAX(end, self->size), kind) < 0)
        goto done;
    char *data = self->data;
    if (self->pos > self->size)
        memset(data + self->size * self->kind, 0, (self->pos - self->size) * self->kind);
    if (kind == self->kind) {
        copy_short(data + self->pos * kind, PyUnicode_DATA(stored), (size_t)(length * kind));
    } else {
        const void *from = PyUnicode_DATA(stored);
        for (Py_ssize_t i = 0; i < length; i++) {
            Py_UCS4 c = PyUnicode_READ(kind, from, i);
            PyUnicode_WRITE(self->kind, data, self->pos + i, c);
        }
    }
    self->pos = end;
    if (end > self->size)
        self->size = end;
    result = 0;
done:
    Py_DECREF(stored);
    return result;
}

/* The end of the line at the position; `limit` bounds its length unless negative. */
static Py_ssize_t
end_of_line(const StringIO *self, Py_ssize_t limit)
{
    Py_ssize_t end = self->size, ignored;
    if (limit >= 0 && limit < end - self->pos)
        end = self->pos + limit;
    Py_ssize_t found = line_end(&self->rule, self->kind, self->data, self->pos, end, &ignored);
    return found < 0 ? end : found;
}

static PyObject *
read_line(StringIO *self, Py_ssize_t limit)
{
    if (self->pos >= self->size || limit == 0)
        return PyUnicode_New(0, 0);
    Py_ssize_t start = self->pos;
    self->pos = end_of_line(self, limit);
    return slice(self, start, self->pos);
}

/* -- storage ------------------------------------------------------------------------------- */

static PyObject *
stringio_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    StringIO *self = (StringIO *)type->tp_alloc(type, 0);
    if (!self)
        return NULL;
    self->kind = PyUnicode_1BYTE_KIND;
    self->data = PyMem_Malloc(1);
    if (!self->data) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

/* Whether set_newline will accept it. */
static status
check_newline(PyObject *newline)
{
    const char *text = NULL;
    if (newline != Py_None) {
        if (!PyUnicode_Check(newline)) {
            PyErr_Format(PyExc_TypeError, "newline must be str or None, not %.200s",
                         Py_TYPE(newline)->tp_name);
            return -1;
        }
        text = PyUnicode_AsUTF8(newline);
        if (!text)
            return -1;
    }
    if (!newline_is_legal(text) || (text && PyUnicode_GET_LENGTH(newline) > 2)) {
        PyErr_Format(PyExc_ValueError, "illegal newline value: %R", newline);
        return -1;
    }
    return 0;
}

/* Set everything that depends on the newline argument; -1 with an exception if it is none. */
static status
set_newline(StringIO *self, PyObject *newline)
{
    const char *text = newline == Py_None ? NULL : PyUnicode_AsUTF8(newline);
    Py_INCREF(newline);
    Py_XSETREF(self->newline, newline);
    Py_CLEAR(self->write_ending);
    self->rule = (LineRule){.translated = !text, .universal = !text || !*text};
    if (text)
        memcpy(self->rule.ending, text, strlen(text));
    self->has_decoder = self->rule.universal;
    self->newline_state = (NewlineState){.translate = self->rule.translated};
    if (text && *text == '\r')
        self->write_ending = Py_NewRef(newline);
    return 0;
}

static status
set_up(StringIO *self, PyObject *value, PyObject *newline)
{
    if (check_newline(newline) < 0)
        return -1;
    if (value && value != Py_None && !PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "initial_value must be str or None, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    self->ok = 0;
    if (set_newline(self, newline) < 0)
        return -1;
    if (!self->data && !(self->data = PyMem_Malloc(1))) {
        PyErr_NoMemory();
        return -1;
    }
    self->size = self->pos = 0;
    if (value && value != Py_None && write_text(self, value) < 0)
        return -1;
    self->pos = 0;
    self->closed = 0;
    self->ok = 1;
    return 0;
}

INIT(stringio, "(initial_value='', newline='\\n')")
static int
stringio_init(StringIO *self, PyObject *initial_value, PyObject *newline)
{
    PyObject *ending = newline ? Py_NewRef(newline) : PyUnicode_FromOrdinal('\n');
    if (!ending)
        return -1;
    status done = set_up(self, initial_value, ending);
    Py_DECREF(ending);
    return done;
}

static int
stringio_tp_traverse(StringIO *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dict);
    return 0;
}

static int
stringio_tp_clear(StringIO *self)
{
    Py_CLEAR(self->dict);
    return 0;
}

static void
stringio_tp_dealloc(StringIO *self)
{
    PyObject_GC_UnTrack(self);
    self->ok = 0;
    PyMem_Free(self->data);
    self->data = NULL;
    Py_CLEAR(self->newline);
    Py_CLEAR(self->write_ending);
    Py_CLEAR(self->dict);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
stringio_tp_iternext(StringIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    PyObject *line;
    if (Py_IS_TYPE(self, &PyStringIO_Type)) {
        if (self->pos >= self->size)
            return NULL;
        return read_line(self, -1);
    }
    line = PyObject_CallMethodNoArgs((PyObject *)self, ID(readline));
    if (line && !PyUnicode_Check(line)) {
        PyErr_Format(PyExc_OSError, "readline() should have returned a str object, not '%.200s'",
                     Py_TYPE(line)->tp_name);
        Py_CLEAR(line);
    }
    if (line && PyUnicode_GET_LENGTH(line) == 0)
        Py_CLEAR(line);
    return line;
}

/* -- methods ------------------------------------------------------------------------------- */

METHOD(stringio, __getstate__, NULL, NULL)
static PyObject *
stringio___getstate__(StringIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    PyObject *value = slice(self, 0, self->size);
    PyObject *dict = self->dict ? PyDict_Copy(self->dict) : Py_NewRef(Py_None);
    if (!value || !dict) {
        Py_XDECREF(value);
        Py_XDECREF(dict);
        return NULL;
    }
    return Py_BuildValue("(NOnN)", value, self->newline, self->pos, dict);
}

METHOD(stringio, __setstate__, NULL, NULL)
static PyObject *
stringio___setstate__(StringIO *self, PyObject *state)
{
    if (self->closed)
        return check_open(self) < 0 ? NULL : Py_NewRef(Py_None);
    if (!PyTuple_Check(state) || PyTuple_GET_SIZE(state) < 4)
        return PyErr_Format(PyExc_TypeError,
                            "%.200s.__setstate__ argument should be 4-tuple, got %.200s",
                            Py_TYPE(self)->tp_name, Py_TYPE(state)->tp_name);
    /* The value is stored as it is: its endings were translated when it was first written. */
    PyObject *value = PyTuple_GET_ITEM(state, 0);
    if (set_up(self, Py_None, PyTuple_GET_ITEM(state, 1)) < 0)
        return NULL;
    if (value != Py_None) {
        if (!PyUnicode_Check(value))
            return PyErr_Format(PyExc_TypeError, "initial_value must be str or None, not %.200s",
                                Py_TYPE(value)->tp_name);
        PyObject *ending = self->write_ending;
        int has_decoder = self->has_decoder;
        self->write_ending = NULL;
        self->has_decoder = 0;
        status stored = write_text(self, value);
        self->write_ending = ending;
        self->has_decoder = has_decoder;
        if (stored < 0)
            return NULL;
        self->pos = 0;
    }
    PyObject *position = PyTuple_GET_ITEM(state, 2), *dict = PyTuple_GET_ITEM(state, 3);
    if (!PyLong_Check(position))
        return PyErr_Format(PyExc_TypeError, "third item of state must be an integer, got %.200s",
                            Py_TYPE(position)->tp_name);
    Py_ssize_t pos = PyLong_AsSsize_t(position);
    if (pos == -1 && PyErr_Occurred())
        return NULL;
    if (pos < 0) {
        PyErr_SetString(PyExc_ValueError, "position value cannot be negative");
        return NULL;
    }
    self->pos = pos;
    if (dict != Py_None) {
        if (!PyDict_Check(dict))
            return PyErr_Format(PyExc_TypeError,
                                "fourth item of state should be a dict, got a %.200s",
                                Py_TYPE(dict)->tp_name);
        if (self->dict) {
            if (PyDict_Update(self->dict, dict) < 0)
                return NULL;
        } else {
            self->dict = Py_NewRef(dict);
        }
    }
    Py_RETURN_NONE;
}

METHOD(stringio, close, "($self, /)", "Free the text; further operations raise ValueError.")
static PyObject *
stringio_close(StringIO *self)
{
    self->closed = 1;
    PyMem_Free(self->data);
    self->data = NULL;
    self->size = self->capacity = 0;
    self->kind = PyUnicode_1BYTE_KIND;
    Py_RETURN_NONE;
}

METHOD(stringio, getvalue, "($self, /)", "Return the whole text.")
static PyObject *
stringio_getvalue(StringIO *self)
{
    return check_open(self) < 0 ? NULL : slice(self, 0, self->size);
}

METHOD(stringio, read, "($self, size=-1, /)",
       "Read up to size characters, everything if size is negative or None; '' at the end.")
static PyObject *
stringio_read(StringIO *self, optional_size size)
{
    if (check_open(self) < 0)
        return NULL;
    Py_ssize_t rest = self->pos < self->size ? self->size - self->pos : 0, start = self->pos;
    if (size < 0 || size > rest)
        size = rest;
    self->pos += size;
    return slice(self, start, start + size);
}

METHOD(stringio, readable, "($self, /)", "Always True.")
METHOD(stringio, writable, "($self, /)", "Always True.")
METHOD(stringio, seekable, "($self, /)", "Always True.")
static PyObject *
stringio_able(StringIO *self)
{
    return check_open(self) < 0 ? NULL : Py_NewRef(Py_True);
}

METHOD(stringio, readline, "($self, size=-1, /)",
       "Read one line, at most size characters of it; '' at the end.")
static PyObject *
stringio_readline(StringIO *self, optional_size size)
{
    return check_open(self) < 0 ? NULL : read_line(self, size);
}

METHOD(stringio, seek, "($self, pos, whence=0, /)",
       "Move to pos (whence 0), nowhere (1, pos must be 0) or the end (2, pos must be 0).\n\n"
       "Returns the new position.")
static PyObject *
stringio_seek(StringIO *self, Py_ssize_t pos, int whence)
{
    if (check_open(self) < 0)
        return NULL;
    if (whence < 0 || whence > 2)
        return PyErr_Format(PyExc_ValueError, "Invalid whence (%i, should be 0, 1 or 2)", whence);
    if (pos < 0 && whence == 0)
        return PyErr_Format(PyExc_ValueError, "Negative seek position %zd", pos);
    if (pos != 0 && whence != 0) {
        PyErr_SetString(PyExc_OSError, "Can't do nonzero cur-relative seeks");
        return NULL;
    }
    self->pos = whence == 0 ? pos : whence == 1 ? self->pos : self->size;
    return PyLong_FromSsize_t(self->pos);
}

METHOD(stringio, tell, "($self, /)", "Return the current position.")
static PyObject *
stringio_tell(StringIO *self)
{
    return check_open(self) < 0 ? NULL : PyLong_FromSsize_t(self->pos);
}

METHOD(stringio, truncate, "($self, pos=None, /)",
       "Cut the text to pos characters, by default the current position.\n\n"
       "The position does not move.  Returns pos.")
static PyObject *
stringio_truncate(StringIO *self, PyObject *pos)
{
    if (check_open(self) < 0)
        return NULL;
    Py_ssize_t length = self->pos;
    if (pos != Py_None && !io_optional_size(pos, &length))
        return NULL;
    if (length < 0)
        return PyErr_Format(PyExc_ValueError, "Negative size value %zd", length);
    if (length < self->size) {
        self->size = length;
        if (reserve(self, length, self->kind) < 0)
            return NULL;
    }
    return PyLong_FromSsize_t(length);
}

METHOD(stringio, write, "($self, s, /)", "Write a str; returns its length.")
static PyObject *
stringio_write(StringIO *self, PyObject *s)
{
    if (!PyUnicode_Check(s))
        return PyErr_Format(PyExc_TypeError, "string argument expected, got '%s'",
                            Py_TYPE(s)->tp_name);
    if (PyUnicode_READY(s) < 0 || check_open(self) < 0)
        return NULL;
    Py_ssize_t length = PyUnicode_GET_LENGTH(s);
    if (length > 0 && write_text(self, s) < 0)
        return NULL;
    return PyLong_FromSsize_t(length);
}

GETTER(stringio, closed, NULL)
static PyObject *
stringio_get_closed(StringIO *self, void *Py_UNUSED(closure))
{
    if (!self->ok) {
        check_open(self);
        return NULL;
    }
    return PyBool_FromLong(self->closed);
}

GETTER(stringio, line_buffering, NULL)
static PyObject *
stringio_get_line_buffering(StringIO *self, void *Py_UNUSED(closure))
{
    return check_open(self) < 0 ? NULL : Py_NewRef(Py_False);
}

GETTER(stringio, newlines, NULL)
static PyObject *
stringio_get_newlines(StringIO *self, void *Py_UNUSED(closure))
{
    if (check_open(self) < 0)
        return NULL;
    return newline_names(self->has_decoder ? self->newline_state.seen : 0);
}

TYPE(stringio, PyStringIO_Type, "_io.StringIO", StringIO, "(initial_value='', newline='\\n')",
     "A text stream in memory.\n\n"
     "newline is as for TextIOWrapper; the initial value is written with it.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_base = &PyTextIOBase_Type, .tp_weaklistoffset = offsetof(StringIO, weakrefs),
     .tp_dictoffset = offsetof(StringIO, dict))

#include "gen/modules/_io/stringio.inc"
