/* _csv: reading and writing comma separated values.

   A reader is a state machine over the characters of the lines its iterator gives; a writer puts
   a row together in a buffer of code points and hands it to the file's write method. */
#include <stdbool.h>
#include "object/declare.h"

enum { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE };

/* Not a character: an option that is not set, and the end of a line. */
#define NOT_SET ((Py_UCS4)-1)
#define END_OF_LINE ((Py_UCS4)-2)

enum { DEFAULT_FIELD_LIMIT = 128 * 1024 };

typedef struct {
    PyObject *error;
    PyObject *dialects;         /* dict: name -> Dialect */
    PyTypeObject *dialect_type, *reader_type, *writer_type;
    long field_limit;
} State;

static struct PyModuleDef _csv_module;

static State *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static State *
state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &_csv_module);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* ---- Dialect ------------------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    char doublequote, skipinitialspace, strict;
    int quoting;
    Py_UCS4 delimiter, quotechar, escapechar;
    PyObject *lineterminator;
} Dialect;

MEMBER(Dialect, skipinitialspace, T_BOOL, Dialect, skipinitialspace, READONLY, NULL)
MEMBER(Dialect, doublequote, T_BOOL, Dialect, doublequote, READONLY, NULL)
MEMBER(Dialect, strict, T_BOOL, Dialect, strict, READONLY, NULL)

static PyObject *
char_or_none(Py_UCS4 ch)
{
    if (ch == NOT_SET)
        Py_RETURN_NONE;
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, &ch, 1);
}

GETTER(Dialect, delimiter, NULL)
static PyObject *
Dialect_delimiter(Dialect *self, void *Py_UNUSED(closure))
{
    return char_or_none(self->delimiter);
}

GETTER(Dialect, escapechar, NULL)
static PyObject *
Dialect_escapechar(Dialect *self, void *Py_UNUSED(closure))
{
    return char_or_none(self->escapechar);
}

GETTER(Dialect, lineterminator, NULL)
static PyObject *
Dialect_lineterminator(Dialect *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(self->lineterminator);
}

GETTER(Dialect, quotechar, NULL)
static PyObject *
Dialect_quotechar(Dialect *self, void *Py_UNUSED(closure))
{
    return char_or_none(self->quotechar);
}

GETTER(Dialect, quoting, NULL)
static PyObject *
Dialect_quoting(Dialect *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->quoting);
}

static status
read_bool(char *out, PyObject *value, bool fallback)
{
    int truth = value == NULL ? fallback : PyObject_IsTrue(value);
    *out = truth > 0;
    return truth < 0 ? -1 : 0;
}

static status
read_quoting(int *out, PyObject *value)
{
    *out = QUOTE_MINIMAL;
    if (value == NULL)
        return 0;
    if (!PyLong_CheckExact(value)) {
        PyErr_SetString(PyExc_TypeError, "\"quoting\" must be an integer");
        return -1;
    }
    *out = _PyLong_AsInt(value);
    if (*out == -1 && PyErr_Occurred())
        return -1;
    if (*out < QUOTE_MINIMAL || *out > QUOTE_NONE) {
        PyErr_SetString(PyExc_TypeError, "bad \"quoting\" value");
        return -1;
    }
    return 0;
}

/* An option that is one character; None unsets it if that is allowed. */
static status
read_char(const char *name, Py_UCS4 *out, PyObject *value, Py_UCS4 fallback, bool may_be_none)
{
    *out = fallback;
    if (value == NULL)
        return 0;
    *out = NOT_SET;
    if (may_be_none && value == Py_None)
        return 0;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError,
                     may_be_none ? "\"%s\" must be string or None, not %.200s"
                                 : "\"%s\" must be string, not %.200s",
                     name, Py_TYPE(value)->tp_name);
        return -1;
    }
    if (PyUnicode_GetLength(value) != 1) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "\"%s\" must be a 1-character string", name);
        return -1;
    }
    *out = PyUnicode_READ_CHAR(value, 0);
    return 0;
}

static status
read_lineterminator(PyObject **out, PyObject *value)
{
    if (value == NULL)
        *out = PyUnicode_FromString("\r\n");
    else if (value == Py_None)
        *out = NULL;
    else if (PyUnicode_Check(value))
        *out = Py_NewRef(value);
    else {
        PyErr_SetString(PyExc_TypeError, "\"lineterminator\" must be a string");
        return -1;
    }
    return *out == NULL && PyErr_Occurred() ? -1 : 0;
}

/* The options in the order of their names; values[] are owned or NULL. */
enum { DELIMITER, DOUBLEQUOTE, ESCAPECHAR, LINETERMINATOR, QUOTECHAR, QUOTING, SKIPINITIALSPACE,
       STRICT, OPTIONS };

static const char *const option_names[OPTIONS] = {"delimiter", "doublequote", "escapechar",
                                                  "lineterminator", "quotechar", "quoting",
                                                  "skipinitialspace", "strict"};

static status
fill_dialect(Dialect *self, PyObject *const *values)
{
    if (read_char("delimiter", &self->delimiter, values[DELIMITER], ',', false) < 0 ||
        read_bool(&self->doublequote, values[DOUBLEQUOTE], true) < 0 ||
        read_char("escapechar", &self->escapechar, values[ESCAPECHAR], NOT_SET, true) < 0 ||
        read_lineterminator(&self->lineterminator, values[LINETERMINATOR]) < 0 ||
        read_char("quotechar", &self->quotechar, values[QUOTECHAR], '"', true) < 0 ||
        read_quoting(&self->quoting, values[QUOTING]) < 0 ||
        read_bool(&self->skipinitialspace, values[SKIPINITIALSPACE], false) < 0 ||
        read_bool(&self->strict, values[STRICT], false) < 0)
        return -1;
    if (self->delimiter == NOT_SET) {
        PyErr_SetString(PyExc_TypeError, "\"delimiter\" must be a 1-character string");
        return -1;
    }
    if (values[QUOTECHAR] == Py_None && values[QUOTING] == NULL)
        self->quoting = QUOTE_NONE;
    if (self->quoting != QUOTE_NONE && self->quotechar == NOT_SET) {
        PyErr_SetString(PyExc_TypeError, "quotechar must be set if quoting enabled");
        return -1;
    }
    if (self->lineterminator == NULL) {
        PyErr_SetString(PyExc_TypeError, "lineterminator must be set");
        return -1;
    }
    return 0;
}

/* A registered dialect (new reference). */
static PyObject *
find_dialect(PyObject *name, State *state)
{
    PyObject *dialect = PyDict_GetItemWithError(state->dialects, name);
    if (dialect == NULL && !PyErr_Occurred())
        PyErr_Format(state->error, "unknown dialect");
    return Py_XNewRef(dialect);
}

static PyObject *
Dialect_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"dialect", "delimiter", "doublequote", "escapechar", "lineterminator",
                               "quotechar", "quoting", "skipinitialspace", "strict", NULL};
    PyObject *given = NULL, *v[OPTIONS] = {NULL};
    State *state = state_of_type(type);
    if (state == NULL)
        return NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOOOOO", keywords, &given, &v[0], &v[1], &v[2],
                                     &v[3], &v[4], &v[5], &v[6], &v[7]))
        return NULL;
    bool any = false;
    for (int i = 0; i < OPTIONS; i++) {
        any |= v[i] != NULL;
        Py_XINCREF(v[i]);
    }
    PyObject *base = NULL;
    Dialect *self = NULL;
    if (given != NULL) {
        base = PyUnicode_Check(given) ? find_dialect(given, state) : Py_NewRef(given);
        if (base == NULL)
            goto done;
        if (PyObject_TypeCheck(base, state->dialect_type) && !any) {
            self = (Dialect *)Py_NewRef(base);
            goto done;
        }
        for (int i = 0; i < OPTIONS; i++) {
            if (v[i] == NULL) {
                v[i] = PyObject_GetAttrString(base, option_names[i]);
                if (v[i] == NULL)
                    PyErr_Clear();
            }
        }
    }
    self = (Dialect *)type->tp_alloc(type, 0);
    if (self != NULL && fill_dialect(self, v) < 0)
        Py_CLEAR(self);
done:
    for (int i = 0; i < OPTIONS; i++)
        Py_XDECREF(v[i]);
    Py_XDECREF(base);
    return (PyObject *)self;
}

static void
Dialect_tp_dealloc(Dialect *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->lineterminator);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
Dialect_tp_traverse(Dialect *self, visitproc visit, void *arg)
{
    Py_VISIT(self->lineterminator);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

METHOD(Dialect, __reduce__, NULL, "Always raises TypeError.")
METHOD(Dialect, __reduce_ex__, NULL, "Always raises TypeError.")
static PyObject *
Dialect_reduce(PyObject *self, PyObject *Py_UNUSED(args))
{
    PyErr_Format(PyExc_TypeError, "cannot pickle '%.100s' instances", _PyType_Name(Py_TYPE(self)));
    return NULL;
}

HEAPTYPE(Dialect, "_csv.Dialect", Dialect, NULL,
         "A set of options for reading and writing.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)

/* Dialect(base, **options); base may be NULL. */
static PyObject *
make_dialect(State *state, PyObject *base, PyObject *options)
{
    return PyObject_VectorcallDict((PyObject *)state->dialect_type, &base, base != NULL, options);
}

/* ---- reader ------------------------------------------------------------------------------------------- */

enum reader_state { START_RECORD, START_FIELD, ESCAPED, IN_FIELD, IN_QUOTED, ESCAPED_IN_QUOTED,
                    QUOTE_IN_QUOTED, EAT_NEWLINE, AFTER_ESCAPED_NEWLINE };

typedef struct {
    PyObject_HEAD
    PyObject *lines;            /* iterator over str */
    PyObject *dialect;
    PyObject *fields;           /* list: the record so far */
    enum reader_state state;
    Py_UCS4 *field;             /* the field so far */
    Py_ssize_t room, length;
    int numeric;                /* the field is an unquoted one under QUOTE_NONNUMERIC */
    unsigned long line_num;
} Reader;

MEMBER(reader, dialect, T_OBJECT, Reader, dialect, READONLY, NULL)
MEMBER(reader, line_num, T_ULONG, Reader, line_num, READONLY, NULL)

static status
save_field(Reader *self)
{
    PyObject *field = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self->field, self->length);
    if (field == NULL)
        return -1;
    self->length = 0;
    if (self->numeric) {
        self->numeric = 0;
        Py_SETREF(field, PyNumber_Float(field));
        if (field == NULL)
            return -1;
    }
    status done = PyList_Append(self->fields, field);
    Py_DECREF(field);
    return done;
}

static status
add_char(Reader *self, State *state, Py_UCS4 ch)
{
    if (self->length >= state->field_limit) {
        PyErr_Format(state->error, "field larger than field limit (%ld)", state->field_limit);
        return -1;
    }
    if (self->length == self->room) {
        Py_ssize_t room = self->room ? self->room * 2 : 4096;
        Py_UCS4 *field = room > PY_SSIZE_T_MAX / 8
                             ? NULL
                             : PyMem_Realloc(self->field, (size_t)room * sizeof(Py_UCS4));
        if (field == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->field = field;
        self->room = room;
    }
    self->field[self->length++] = ch;
    return 0;
}

static inline bool
ends_record(Py_UCS4 ch)
{
    return ch == '\n' || ch == '\r' || ch == END_OF_LINE;
}

/* Saves the field and ends the record. */
static status
end_record(Reader *self, Py_UCS4 ch)
{
    self->state = ch == END_OF_LINE ? START_RECORD : EAT_NEWLINE;
    return save_field(self);
}

static status
in_field(Reader *self, State *state, const Dialect *d, Py_UCS4 ch)
{
    if (ends_record(ch))
        return end_record(self, ch);
    if (ch == d->escapechar)
        self->state = ESCAPED;
    else if (ch == d->delimiter) {
        self->state = START_FIELD;
        return save_field(self);
    }
    else
        return add_char(self, state, ch);
    return 0;
}

static status
start_field(Reader *self, State *state, const Dialect *d, Py_UCS4 ch)
{
    if (ends_record(ch))
        return end_record(self, ch);
    if (ch == d->quotechar && d->quoting != QUOTE_NONE)
        self->state = IN_QUOTED;
    else if (ch == d->escapechar)
        self->state = ESCAPED;
    else if (ch == ' ' && d->skipinitialspace)
        ;
    else if (ch == d->delimiter)
        return save_field(self);
    else {
        if (d->quoting == QUOTE_NONNUMERIC)
            self->numeric = 1;
        self->state = IN_FIELD;
        return add_char(self, state, ch);
    }
    return 0;
}

/* What follows a quote inside a quoted field. */
static status
after_quote(Reader *self, State *state, const Dialect *d, Py_UCS4 ch)
{
    if (d->quoting != QUOTE_NONE && ch == d->quotechar) {
        self->state = IN_QUOTED;
        return add_char(self, state, ch);
    }
    if (ch == d->delimiter) {
        self->state = START_FIELD;
        return save_field(self);
    }
    if (ends_record(ch))
        return end_record(self, ch);
    if (!d->strict) {
        self->state = IN_FIELD;
        return add_char(self, state, ch);
    }
    PyErr_Format(state->error, "'%c' expected after '%c'", (int)d->delimiter, (int)d->quotechar);
    return -1;
}

static status
read_char_of_line(Reader *self, State *state, const Dialect *d, Py_UCS4 ch)
{
    switch (self->state) {
    case START_RECORD:
        if (ch == END_OF_LINE)
            return 0;
        if (ch == '\n' || ch == '\r') {
            self->state = EAT_NEWLINE;
            return 0;
        }
        self->state = START_FIELD;
        FALLTHROUGH;
    case START_FIELD:
        return start_field(self, state, d, ch);
    case ESCAPED:
        self->state = ch == '\n' || ch == '\r' ? AFTER_ESCAPED_NEWLINE : IN_FIELD;
        return add_char(self, state, ch == END_OF_LINE ? '\n' : ch);
    case AFTER_ESCAPED_NEWLINE:
        if (ch == END_OF_LINE)
            return 0;
        FALLTHROUGH;
    case IN_FIELD:
        return in_field(self, state, d, ch);
    case IN_QUOTED:
        if (ch == END_OF_LINE)
            return 0;
        if (ch == d->escapechar)
            self->state = ESCAPED_IN_QUOTED;
        else if (ch == d->quotechar && d->quoting != QUOTE_NONE)
            self->state = d->doublequote ? QUOTE_IN_QUOTED : IN_FIELD;
        else
            return add_char(self, state, ch);
        return 0;
    case ESCAPED_IN_QUOTED:
        self->state = IN_QUOTED;
        return add_char(self, state, ch == END_OF_LINE ? '\n' : ch);
    case QUOTE_IN_QUOTED:
        return after_quote(self, state, d, ch);
    default: /* EAT_NEWLINE */
        if (ch == END_OF_LINE)
            self->state = START_RECORD;
        else if (ch != '\n' && ch != '\r') {
            PyErr_Format(state->error, "new-line character seen in unquoted field - do you need to "
                                       "open the file in universal-newline mode?");
            return -1;
        }
        return 0;
    }
}

/* Feeds a line and its end to the state machine. */
static status
read_line(Reader *self, State *state, PyObject *line)
{
    if (!PyUnicode_Check(line)) {
        PyErr_Format(state->error,
                     "iterator should return strings, not %.200s "
                     "(the file should be opened in text mode)",
                     Py_TYPE(line)->tp_name);
        return -1;
    }
    if (PyUnicode_READY(line) < 0)
        return -1;
    const Dialect *d = (Dialect *)self->dialect;
    int kind = (int)PyUnicode_KIND(line);
    const void *data = PyUnicode_DATA(line);
    self->line_num++;
    for (Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(line); i < n; i++)
        if (read_char_of_line(self, state, d, PyUnicode_READ(kind, data, i)) < 0)
            return -1;
    return read_char_of_line(self, state, d, END_OF_LINE);
}

static void
reset(Reader *self)
{
    Py_XSETREF(self->fields, PyList_New(0));
    self->length = 0;
    self->state = START_RECORD;
    self->numeric = 0;
}

static PyObject *
reader_tp_iternext(Reader *self)
{
    State *state = state_of_type(Py_TYPE(self));
    if (state == NULL)
        return NULL;
    if (self->lines == NULL) {
        PyErr_SetString(PyExc_ValueError, "reader was not created by csv.reader()");
        return NULL;
    }
    reset(self);
    if (self->fields == NULL)
        return NULL;
    do {
        PyObject *line = PyIter_Next(self->lines);
        if (line == NULL) { /* the end; an unfinished field still counts */
            if (PyErr_Occurred() || (self->length == 0 && self->state != IN_QUOTED))
                return NULL;
            if (((Dialect *)self->dialect)->strict) {
                PyErr_SetString(state->error, "unexpected end of data");
                return NULL;
            }
            if (save_field(self) < 0)
                return NULL;
            break;
        }
        status done = read_line(self, state, line);
        Py_DECREF(line);
        if (done < 0)
            return NULL;
    } while (self->state != START_RECORD);
    PyObject *fields = self->fields;
    self->fields = NULL;
    return fields;
}

static int
reader_tp_clear(Reader *self)
{
    Py_CLEAR(self->dialect);
    Py_CLEAR(self->lines);
    Py_CLEAR(self->fields);
    return 0;
}

static void
reader_tp_dealloc(Reader *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    reader_tp_clear(self);
    PyMem_Free(self->field);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
reader_tp_traverse(Reader *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dialect);
    Py_VISIT(self->lines);
    Py_VISIT(self->fields);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

HEAPTYPE(reader, "_csv.reader", Reader, NULL,
         "An iterator over the rows of tabular text.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_iter, PyObject_SelfIter})

FUNCTION(_csv, reader, NULL,
         "reader(iterable [, dialect='excel'] [optional keyword args]) -> reader\n\n"
         "Iterates over the rows of text that the iterable gives line by line; a row is a list of\n"
         "strings.  Keyword arguments override options of the dialect.")
static PyObject *
_csv_reader(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *iterable, *dialect = NULL;
    State *state = state_of(module);
    Reader *self = PyObject_GC_New(Reader, state->reader_type);
    if (self == NULL)
        return NULL;
    self->lines = self->dialect = self->fields = NULL;
    self->field = NULL;
    self->room = self->length = 0;
    self->line_num = 0;
    PyObject_GC_Track(self);
    if (!PyArg_UnpackTuple(args, "", 1, 2, &iterable, &dialect))
        goto fail;
    reset(self);
    if (self->fields == NULL)
        goto fail;
    self->lines = PyObject_GetIter(iterable);
    if (self->lines == NULL)
        goto fail;
    self->dialect = make_dialect(state, dialect, kwargs);
    if (self->dialect == NULL)
        goto fail;
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

/* ---- writer ------------------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *write;            /* the file's method */
    PyObject *dialect;
    Py_UCS4 *record;            /* the row so far */
    Py_ssize_t room, length;
    int num_fields;
    PyObject *unused;
} Writer;

MEMBER(writer, dialect, T_OBJECT, Writer, dialect, READONLY, NULL)

static status
put(Writer *self, Py_UCS4 ch)
{
    if (self->length == self->room) {
        Py_ssize_t room = self->room ? self->room * 2 : 1024;
        Py_UCS4 *record = room > PY_SSIZE_T_MAX / 8
                             ? NULL
                             : PyMem_Realloc(self->record, (size_t)room * sizeof(Py_UCS4));
        if (record == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->record = record;
        self->room = room;
    }
    self->record[self->length++] = ch;
    return 0;
}

/* How a character of a field is written. */
enum treatment { AS_IT_IS, WITH_QUOTES, DOUBLED, WITH_ESCAPE };

static enum treatment
treatment_of(const Dialect *d, Py_UCS4 ch)
{
    if (ch != d->delimiter && ch != d->escapechar && ch != d->quotechar &&
        PyUnicode_FindChar(d->lineterminator, ch, 0, PyUnicode_GET_LENGTH(d->lineterminator), 1) < 0)
        return AS_IT_IS;
    if (d->quoting == QUOTE_NONE)
        return WITH_ESCAPE;
    if (ch == d->quotechar)
        return d->doublequote ? DOUBLED : WITH_ESCAPE;
    return ch == d->escapechar ? WITH_ESCAPE : WITH_QUOTES;
}

/* Appends a field (NULL: empty); `quoted` forces quotes. */
static status
put_field(Writer *self, State *state, PyObject *field, bool quoted)
{
    const Dialect *d = (Dialect *)self->dialect;
    int kind = field ? (int)PyUnicode_KIND(field) : 1;
    const void *data = field ? PyUnicode_DATA(field) : NULL;
    Py_ssize_t n = field ? PyUnicode_GET_LENGTH(field) : 0;
    for (Py_ssize_t i = 0; i < n && !quoted; i++) {
        enum treatment t = treatment_of(d, PyUnicode_READ(kind, data, i));
        quoted = t == WITH_QUOTES || t == DOUBLED;
    }
    if (self->num_fields > 0 && put(self, d->delimiter) < 0)
        return -1;
    if (quoted && put(self, d->quotechar) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 ch = PyUnicode_READ(kind, data, i);
        enum treatment t = treatment_of(d, ch);
        if (t == WITH_ESCAPE && d->escapechar == NOT_SET) {
            PyErr_Format(state->error, "need to escape, but no escapechar set");
            return -1;
        }
        if ((t == WITH_ESCAPE && put(self, d->escapechar) < 0) ||
            (t == DOUBLED && put(self, d->quotechar) < 0) || put(self, ch) < 0)
            return -1;
    }
    if (quoted && put(self, d->quotechar) < 0)
        return -1;
    self->num_fields++;
    return 0;
}

/* Appends any value: None is empty, others are written as str() shows them. */
static status
put_value(Writer *self, State *state, PyObject *value)
{
    int quoting = ((Dialect *)self->dialect)->quoting;
    bool quoted = quoting == QUOTE_ALL || (quoting == QUOTE_NONNUMERIC && !PyNumber_Check(value));
    if (PyUnicode_Check(value))
        return PyUnicode_READY(value) < 0 ? -1 : put_field(self, state, value, quoted);
    if (value == Py_None)
        return put_field(self, state, NULL, quoted);
    PyObject *text = PyObject_Str(value);
    if (text == NULL)
        return -1;
    status done = PyUnicode_READY(text) < 0 ? -1 : put_field(self, state, text, quoted);
    Py_DECREF(text);
    return done;
}

METHOD(writer, writerow, NULL,
       "writerow(iterable)\n\nWrites the values of the iterable as one row.")
static PyObject *
writer_writerow(Writer *self, PyObject *row)
{
    State *state = state_of_type(Py_TYPE(self));
    if (state == NULL)
        return NULL;
    if (self->write == NULL) {
        PyErr_SetString(PyExc_ValueError, "writer was not created by csv.writer()");
        return NULL;
    }
    const Dialect *d = (Dialect *)self->dialect;
    PyObject *iter = PyObject_GetIter(row), *value;
    if (iter == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(state->error, "iterable expected, not %.200s", Py_TYPE(row)->tp_name);
        return NULL;
    }
    self->length = 0;
    self->num_fields = 0;
    while ((value = PyIter_Next(iter)) != NULL) {
        status done = put_value(self, state, value);
        Py_DECREF(value);
        if (done < 0)
            break;
    }
    Py_DECREF(iter);
    if (PyErr_Occurred())
        return NULL;
    if (self->num_fields > 0 && self->length == 0) { /* would look like no field at all */
        if (d->quoting == QUOTE_NONE) {
            PyErr_Format(state->error, "single empty field record must be quoted");
            return NULL;
        }
        self->num_fields = 0;
        if (put_field(self, state, NULL, true) < 0)
            return NULL;
    }
    int kind = (int)PyUnicode_KIND(d->lineterminator);
    const void *data = PyUnicode_DATA(d->lineterminator);
    for (Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(d->lineterminator); i < n; i++)
        if (put(self, PyUnicode_READ(kind, data, i)) < 0)
            return NULL;
    PyObject *line = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self->record, self->length);
    if (line == NULL)
        return NULL;
    PyObject *result = PyObject_CallOneArg(self->write, line);
    Py_DECREF(line);
    return result;
}

METHOD(writer, writerows, NULL,
       "writerows(iterable of iterables)\n\nWrites each of the iterables as one row.")
static PyObject *
writer_writerows(Writer *self, PyObject *rows)
{
    PyObject *iter = PyObject_GetIter(rows), *row;
    if (iter == NULL)
        return NULL;
    while ((row = PyIter_Next(iter)) != NULL) {
        PyObject *result = writer_writerow(self, row);
        Py_DECREF(row);
        if (result == NULL)
            break;
        Py_DECREF(result);
    }
    Py_DECREF(iter);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static int
writer_tp_clear(Writer *self)
{
    Py_CLEAR(self->dialect);
    Py_CLEAR(self->write);
    return 0;
}

static void
writer_tp_dealloc(Writer *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    writer_tp_clear(self);
    PyMem_Free(self->record);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
writer_tp_traverse(Writer *self, visitproc visit, void *arg)
{
    Py_VISIT(self->dialect);
    Py_VISIT(self->write);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

HEAPTYPE(writer, "_csv.writer", Writer, NULL,
         "Writes rows as delimited text to a file.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)

FUNCTION(_csv, writer, NULL,
         "writer(fileobj [, dialect='excel'] [optional keyword args]) -> writer\n\n"
         "Writes rows to an object with a write method.  Keyword arguments override options of the\n"
         "dialect.")
static PyObject *
_csv_writer(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *file, *dialect = NULL;
    State *state = state_of(module);
    Writer *self = PyObject_GC_New(Writer, state->writer_type);
    if (self == NULL)
        return NULL;
    self->write = self->dialect = self->unused = NULL;
    self->record = NULL;
    self->room = self->length = 0;
    self->num_fields = 0;
    PyObject_GC_Track(self);
    if (!PyArg_UnpackTuple(args, "", 1, 2, &file, &dialect))
        goto fail;
    if (_PyObject_LookupAttr(file, ID(write), &self->write) < 0)
        goto fail;
    if (self->write == NULL || !PyCallable_Check(self->write)) {
        PyErr_SetString(PyExc_TypeError, "argument 1 must have a \"write\" method");
        goto fail;
    }
    self->dialect = make_dialect(state, dialect, kwargs);
    if (self->dialect == NULL)
        goto fail;
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

/* ---- module ------------------------------------------------------------------------------------------- */

FUNCTION(_csv, list_dialects, "($module, /)", "The names of all registered dialects.")
static PyObject *
_csv_list_dialects(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    return PyDict_Keys(state_of(module)->dialects);
}

FUNCTION(_csv, register_dialect, NULL,
         "register_dialect(name, [dialect], **options)\n\n"
         "Makes a set of options known by a name.")
static PyObject *
_csv_register_dialect(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *name, *base = NULL;
    State *state = state_of(module);
    if (!PyArg_UnpackTuple(args, "", 1, 2, &name, &base))
        return NULL;
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "dialect name must be a string");
        return NULL;
    }
    PyObject *dialect = PyUnicode_READY(name) < 0 ? NULL : make_dialect(state, base, kwargs);
    if (dialect == NULL)
        return NULL;
    status done = PyDict_SetItem(state->dialects, name, dialect);
    Py_DECREF(dialect);
    if (done < 0)
        return NULL;
    Py_RETURN_NONE;
}

FUNCTION(_csv, unregister_dialect, "($module, /, name)", "Forget a dialect.")
static PyObject *
_csv_unregister_dialect(PyObject *module, PyObject *name)
{
    State *state = state_of(module);
    if (PyDict_DelItem(state->dialects, name) < 0) {
        if (PyErr_ExceptionMatches(PyExc_KeyError))
            PyErr_Format(state->error, "unknown dialect");
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_csv, get_dialect, "($module, /, name)", "The dialect registered under a name.")
static PyObject *
_csv_get_dialect(PyObject *module, PyObject *name)
{
    return find_dialect(name, state_of(module));
}

FUNCTION(_csv, field_size_limit, "($module, /, new_limit=<unrepresentable>)",
         "The largest field a reader accepts, in characters; sets it if a new limit is given.")
static PyObject *
_csv_field_size_limit(PyObject *module, PyObject *new_limit)
{
    State *state = state_of(module);
    long old = state->field_limit;
    if (new_limit != NULL) {
        if (!PyLong_CheckExact(new_limit)) {
            PyErr_Format(PyExc_TypeError, "limit must be an integer");
            return NULL;
        }
        long limit = PyLong_AsLong(new_limit);
        if (limit == -1 && PyErr_Occurred())
            return NULL;
        state->field_limit = limit;
    }
    return PyLong_FromLong(old);
}

static PyType_Spec Dialect_spec, reader_spec, writer_spec;
static PyMethodDef _csv_functions[];

static PyType_Slot error_slots[] = {{0, NULL}};

static PyType_Spec error_spec = {
    .name = "_csv.Error",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = error_slots,
};

static PyTypeObject *
add_type(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddObjectRef(module, name, (PyObject *)type) < 0)
        Py_CLEAR(type);
    return type;
}

static int
_csv_exec(PyObject *module)
{
    static const char *const quotings[] = {"QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC",
                                           "QUOTE_NONE"};
    State *state = state_of(module);
    state->field_limit = DEFAULT_FIELD_LIMIT;
    if ((state->dialect_type = add_type(module, "Dialect", &Dialect_spec)) == NULL ||
        (state->reader_type = add_type(module, "Reader", &reader_spec)) == NULL ||
        (state->writer_type = add_type(module, "Writer", &writer_spec)) == NULL ||
        PyModule_AddStringConstant(module, "__version__", "1.0") < 0)
        return -1;
    state->dialects = PyDict_New();
    if (state->dialects == NULL || PyModule_AddObjectRef(module, "_dialects", state->dialects) < 0)
        return -1;
    for (int i = QUOTE_MINIMAL; i <= QUOTE_NONE; i++)
        if (PyModule_AddIntConstant(module, quotings[i], i) < 0)
            return -1;
    state->error = PyType_FromModuleAndSpec(module, &error_spec, PyExc_Exception);
    return state->error == NULL ? -1 : PyModule_AddObjectRef(module, "Error", state->error);
}

static int
_csv_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = state_of(module);
    Py_VISIT(state->error);
    Py_VISIT(state->dialects);
    Py_VISIT(state->dialect_type);
    Py_VISIT(state->reader_type);
    Py_VISIT(state->writer_type);
    return 0;
}

static int
_csv_clear(PyObject *module)
{
    State *state = state_of(module);
    Py_CLEAR(state->error);
    Py_CLEAR(state->dialects);
    Py_CLEAR(state->dialect_type);
    Py_CLEAR(state->reader_type);
    Py_CLEAR(state->writer_type);
    return 0;
}

static void
_csv_free(void *module)
{
    _csv_clear(module);
}

static struct PyModuleDef_Slot _csv_slots[] = {{Py_mod_exec, _csv_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _csv_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_csv",
    .m_doc = PyDoc_STR("Reading and writing comma separated values."),
    .m_size = sizeof(State),
    .m_methods = _csv_functions,
    .m_slots = _csv_slots,
    .m_traverse = _csv_traverse,
    .m_clear = _csv_clear,
    .m_free = _csv_free,
};

PyMODINIT_FUNC
PyInit__csv(void)
{
    return PyModuleDef_Init(&_csv_module);
}

#include "gen/modules/_csv.inc"
