/* TextIOWrapper: characters and lines over a buffered binary stream.

   Here: making and dropping, checks, the methods that concern the whole, attributes.  textio.h says
   how reading and writing go; textio_codec.c, textio_read.c, textio_write.c and textio_seek.c do it.
   See also: newline.c, buffered.c. */
#include "modules/_io/textio.h"
#include "modules/fileutils.h"

/* -- state ----------------------------------------------------------------------------------- */

static status
check_initialised(TextIO *self)
{
    if (self->ok)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
    return -1;
}

status
textio_complain(TextIO *self)
{
    if (self->detached) {
        PyErr_SetString(PyExc_ValueError, "underlying buffer has been detached");
        return -1;
    }
    return check_initialised(self);
}

status
textio_check_open(TextIO *self)
{
    if (textio_check_attached(self) < 0)
        return -1;
    if (!Py_IS_TYPE(self, &PyTextIOWrapper_Type))
        return io_check_closed((PyObject *)self);
    int closed = buffered_is_plain(self->buffer)               ? buffered_is_closed(self->buffer)
                 : Py_IS_TYPE(self->buffer, &PyBytesIO_Type) ? ((BytesIO *)self->buffer)->buf == NULL
                                                             : -1;
    if (closed < 0) {
        PyObject *flag = PyObject_GetAttr(self->buffer, ID(closed));
        if (!flag)
            return -1;
        closed = PyObject_IsTrue(flag);
        Py_DECREF(flag);
        if (closed < 0)
            return -1;
    }
    if (closed)
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return closed ? -1 : 0;
}

status
textio_call_flush(TextIO *self)
{
    PyObject *flushed = PyObject_CallMethodNoArgs((PyObject *)self, ID(flush));
    Py_XDECREF(flushed);
    return flushed ? 0 : -1;
}

truth
stream_is_silent(PyObject *op)
{
    if (Py_IS_TYPE(op, &PyTextIOWrapper_Type)) {
        TextIO *self = (TextIO *)op;
        return self->ok && self->buffer != NULL && self->pending_length == 0 &&
               (buffered_is_silent(self->buffer) || fileio_is_silent(self->buffer));
    }
    return Py_IS_TYPE(op, &PyBytesIO_Type) || Py_IS_TYPE(op, &PyStringIO_Type) ||
           fileio_is_silent(op) || buffered_is_silent(op);
}

/* -- set-up ---------------------------------------------------------------------------------- */

static void
set_newline(TextIO *self, const char *newline)
{
    self->rule = (LineRule){.translated = !newline, .universal = !newline || !*newline};
    if (newline)
        memcpy(self->rule.ending, newline, strlen(newline));
    /* What is native here is '\n', so None and '\n' write it as it is. */
    self->write_translate = newline && *newline == '\r';
}

static status
check_newline(const char *newline)
{
    if (newline_is_legal(newline))
        return 0;
    PyErr_Format(PyExc_ValueError, "illegal newline value: %s", newline);
    return -1;
}

INIT(textio, "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)")
static int
textio_init(TextIO *self, PyObject *buffer, text_or_none encoding, PyObject *errors,
            text_or_none newline, truth line_buffering, truth write_through)
{
    PyObject *codec_info = NULL;
    self->ok = self->detached = 0;
    if (!encoding && _Py_GetConfig()->warn_default_encoding
        && PyErr_WarnEx(PyExc_EncodingWarning, "'encoding' argument not specified", 1) < 0)
        return -1;
    PyObject *handler = NULL;
    if (errors == Py_None) {
        handler = PyUnicode_FromString("strict");
    } else if (PyUnicode_Check(errors)) {
        handler = Py_NewRef(errors);
    } else {
        PyErr_Format(PyExc_TypeError,
                     "TextIOWrapper() argument 'errors' must be str or None, not %.50s",
                     Py_TYPE(errors)->tp_name);
        return -1;
    }
    if (!handler || textio_check_errors(handler) < 0 || check_newline(newline) < 0)
        goto fail;
    textio_set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    Py_CLEAR(self->snapshot_wide);
    Py_CLEAR(self->encoder);
    Py_CLEAR(self->decoder);
    Py_CLEAR(self->buffer);
    self->can_read = self->can_write = 0;
    self->native_decoder = self->native_encoder = NATIVE_NONE;
    self->pending_length = 0;
    self->bytes_per_char = 0.0;

    Py_XSETREF(self->encoding, textio_resolve_encoding(encoding));
    if (!self->encoding)
        goto fail;
    codec_info = textio_look_up_codec(self->encoding);
    if (!codec_info)
        goto fail;
    Py_XSETREF(self->errors, handler);
    handler = NULL;
    self->chunk_size = IO_BUFFER_SIZE;
    self->line_buffering = line_buffering;
    self->write_through = write_through;
    set_newline(self, newline);
    self->buffer = Py_NewRef(buffer);
    if (textio_make_decoder(self, codec_info) < 0 || textio_make_encoder(self, codec_info) < 0)
        goto fail;

    PyObject *seekable = PyObject_CallMethodNoArgs(buffer, ID(seekable));
    if (!seekable)
        goto fail;
    truth can_seek = PyObject_IsTrue(seekable);
    Py_DECREF(seekable);
    if (can_seek < 0)
        goto fail;
    self->seekable = self->telling = can_seek;

    PyObject *read1;
    truth has_read1 = _PyObject_LookupAttr(buffer, ID(read1), &read1);
    if (has_read1 < 0)
        goto fail;
    Py_XDECREF(read1);
    self->has_read1 = has_read1;

    self->start_of_stream = 0;
    if (textio_adjust_encoder(self) < 0 || (!can_seek && textio_omit_mark(self, codec_info) < 0))
        goto fail;
    Py_DECREF(codec_info);
    self->ok = 1;
    return 0;
fail:
    Py_XDECREF(handler);
    Py_XDECREF(codec_info);
    return -1;
}

static PyObject *
textio_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return PyType_GenericNew(type, args, kwargs);
}

static int
textio_tp_traverse(TextIO *self, visitproc visit, void *arg)
{
    Py_VISIT(self->buffer);
    Py_VISIT(self->encoder);
    Py_VISIT(self->decoder);
    Py_VISIT(self->dict);
    return 0;
}

static int
textio_tp_clear(TextIO *self)
{
    self->ok = 0;
    Py_CLEAR(self->buffer);
    Py_CLEAR(self->encoding);
    Py_CLEAR(self->errors);
    Py_CLEAR(self->encoder);
    Py_CLEAR(self->decoder);
    Py_CLEAR(self->decoded);
    Py_CLEAR(self->snapshot_input);
    Py_CLEAR(self->snapshot_wide);
    Py_CLEAR(self->dict);
    return 0;
}

static void
textio_tp_dealloc(TextIO *self)
{
    self->finalizing = 1;
    if (io_finalize((PyObject *)self) < 0)
        return;
    self->ok = 0;
    PyObject_GC_UnTrack(self);
    if (self->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)self);
    textio_tp_clear(self);
    PyMem_Free(self->pending);
    self->pending = NULL;
    Py_TYPE(self)->tp_free(self);
}

/* "<attribute>" of `self` into the repr, unless it has none or is detached. */
static status
add_to_repr(_PyUnicodeWriter *writer, TextIO *self, PyObject *attribute, const char *format)
{
    PyObject *value;
    if (_PyObject_LookupAttr((PyObject *)self, attribute, &value) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    if (!value)
        return 0;
    PyObject *text = PyUnicode_FromFormat(format, value);
    Py_DECREF(value);
    status written = text ? _PyUnicodeWriter_WriteStr(writer, text) : -1;
    Py_XDECREF(text);
    return written;
}

static PyObject *
textio_tp_repr(TextIO *self)
{
    if (check_initialised(self) < 0 && !self->detached)
        return NULL;
    PyErr_Clear();
    int entered = Py_ReprEnter((PyObject *)self);
    if (entered) {
        if (entered > 0)
            PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__",
                         Py_TYPE(self)->tp_name);
        return NULL;
    }
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    PyObject *result = NULL, *encoding = NULL;
    if (_PyUnicodeWriter_WriteASCIIString(&writer, "<_io.TextIOWrapper", -1) == 0
        && add_to_repr(&writer, self, ID(name), " name=%R") == 0
        && add_to_repr(&writer, self, ID(mode), " mode=%R") == 0
        && (encoding = PyUnicode_FromFormat(" encoding=%R>", self->encoding))
        && _PyUnicodeWriter_WriteStr(&writer, encoding) == 0)
        result = _PyUnicodeWriter_Finish(&writer);
    else
        _PyUnicodeWriter_Dealloc(&writer);
    Py_XDECREF(encoding);
    Py_ReprLeave((PyObject *)self);
    return result;
}

/* -- methods --------------------------------------------------------------------------------- */

METHOD(textio, flush, "($self, /)", NULL)
static PyObject *
textio_flush(TextIO *self)
{
    if (textio_check_open(self) < 0)
        return NULL;
    self->telling = self->seekable;
    if (textio_flush_pending(self) < 0)
        return NULL;
    return PyObject_CallMethodNoArgs(self->buffer, ID(flush));
}

METHOD(textio, close, "($self, /)", NULL)
static PyObject *
textio_close(TextIO *self)
{
    if (textio_check_attached(self) < 0)
        return NULL;
    PyObject *flag = PyObject_GetAttr((PyObject *)self, ID(closed));
    if (!flag)
        return NULL;
    truth closed = PyObject_IsTrue(flag);
    Py_DECREF(flag);
    if (closed < 0)
        return NULL;
    if (closed)
        Py_RETURN_NONE;
    if (self->finalizing) {
        PyObject *warned =
            PyObject_CallMethodOneArg(self->buffer, ID(_dealloc_warn), (PyObject *)self);
        if (warned)
            Py_DECREF(warned);
        else
            PyErr_Clear();
    }
    PyObject *type = NULL, *value = NULL, *tb = NULL;
    if (textio_call_flush(self) < 0)
        PyErr_Fetch(&type, &value, &tb);
    PyObject *result = self->buffer ? PyObject_CallMethodNoArgs(self->buffer, ID(close))
                                    : Py_NewRef(Py_None);
    if (type) {
        io_chain(type, value, tb);
        Py_CLEAR(result);
    }
    return result;
}

METHOD(textio, detach, "($self, /)", NULL)
static PyObject *
textio_detach(TextIO *self)
{
    if (textio_check_attached(self) < 0 || textio_call_flush(self) < 0)
        return NULL;
    PyObject *buffer = self->buffer;
    self->buffer = NULL;
    self->detached = 1;
    return buffer;
}

METHOD(textio, truncate, "($self, pos=None, /)", NULL)
static PyObject *
textio_truncate(TextIO *self, PyObject *pos)
{
    if (textio_check_attached(self) < 0 || textio_call_flush(self) < 0)
        return NULL;
    return PyObject_CallMethodOneArg(self->buffer, ID(truncate), pos);
}

/* None keeps `value`, anything else is an int taken as true or false. */
static status
optional_flag(PyObject *object, char value)
{
    if (object == Py_None)
        return value;
    long flag = PyLong_AsLong(object);
    return flag == -1 && PyErr_Occurred() ? -1 : flag != 0;
}

METHOD(textio, reconfigure,
       "($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)",
       "Change how the text layer works; what is not given stays.\n\n"
       "The pending text is flushed first.  Encoding, errors and newline can be changed only before\n"
       "anything was read.")
DEFAULT(newline, NULL)
static PyObject *
textio_reconfigure(TextIO *self, PyObject *encoding, PyObject *errors, PyObject *newline,
                   PyObject *line_buffering, PyObject *write_through)
{
    if (textio_check_attached(self) < 0)
        return NULL;
    if (self->decoded && (encoding != Py_None || errors != Py_None || newline))
        return io_unsupported("It is not possible to set the encoding or newline of stream after "
                              "the first read");
    const char *ending = NULL;
    if (newline && newline != Py_None) {
        ending = PyUnicode_AsUTF8(newline);
        if (!ending || check_newline(ending) < 0)
            return NULL;
    }
    if ((encoding != Py_None && !PyUnicode_Check(encoding))
        || (errors != Py_None && !PyUnicode_Check(errors))) {
        PyErr_BadArgument();
        return NULL;
    }
    int lines = optional_flag(line_buffering, self->line_buffering);
    int through = lines < 0 ? -1 : optional_flag(write_through, self->write_through);
    if (through < 0 || textio_call_flush(self) < 0)
        return NULL;
    self->bytes_per_char = 0.0;
    if (newline)
        set_newline(self, ending);
    if (textio_change_codec(self, encoding, errors, newline != NULL) < 0)
        return NULL;
    self->line_buffering = lines;
    self->write_through = through;
    Py_RETURN_NONE;
}

/* buffer.<name>() */
static PyObject *
forward(TextIO *self, PyObject *name)
{
    return textio_check_attached(self) < 0 ? NULL : PyObject_CallMethodNoArgs(self->buffer, name);
}

METHOD(textio, fileno, "($self, /)", NULL)
static PyObject *
textio_fileno(TextIO *self)
{
    return forward(self, ID(fileno));
}

METHOD(textio, seekable, "($self, /)", NULL)
static PyObject *
textio_seekable(TextIO *self)
{
    return forward(self, ID(seekable));
}

METHOD(textio, readable, "($self, /)", NULL)
static PyObject *
textio_readable(TextIO *self)
{
    return forward(self, ID(readable));
}

METHOD(textio, writable, "($self, /)", NULL)
static PyObject *
textio_writable(TextIO *self)
{
    return forward(self, ID(writable));
}

METHOD(textio, isatty, "($self, /)", NULL)
static PyObject *
textio_isatty(TextIO *self)
{
    return forward(self, ID(isatty));
}

GETTER(textio, name, NULL)
static PyObject *
textio_get_name(TextIO *self, void *Py_UNUSED(closure))
{
    return textio_check_attached(self) < 0 ? NULL : PyObject_GetAttr(self->buffer, ID(name));
}

GETTER(textio, closed, NULL)
static PyObject *
textio_get_closed(TextIO *self, void *Py_UNUSED(closure))
{
    return textio_check_attached(self) < 0 ? NULL : PyObject_GetAttr(self->buffer, ID(closed));
}

GETTER(textio, newlines, NULL)
static PyObject *
textio_get_newlines(TextIO *self, void *Py_UNUSED(closure))
{
    if (textio_check_attached(self) < 0)
        return NULL;
    if (self->native_decoder)
        return newline_names(self->rule.universal ? self->state.newline.seen : 0);
    PyObject *names = NULL;
    if (self->decoder && _PyObject_LookupAttr(self->decoder, ID(newlines), &names) < 0)
        return NULL;
    return names ? names : Py_NewRef(Py_None);
}

GETTER(textio, errors, NULL)
static PyObject *
textio_get_errors(TextIO *self, void *Py_UNUSED(closure))
{
    return check_initialised(self) < 0 ? NULL : Py_NewRef(self->errors);
}

GETTER(textio, _CHUNK_SIZE, NULL)
static PyObject *
textio_get_chunk_size(TextIO *self, void *Py_UNUSED(closure))
{
    return textio_check_attached(self) < 0 ? NULL : PyLong_FromSsize_t(self->chunk_size);
}

SETTER(textio, _CHUNK_SIZE)
static int
textio_set_chunk_size(TextIO *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (textio_check_attached(self) < 0)
        return -1;
    if (!value) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    Py_ssize_t size = PyNumber_AsSsize_t(value, PyExc_ValueError);
    if (size == -1 && PyErr_Occurred())
        return -1;
    if (size <= 0) {
        PyErr_SetString(PyExc_ValueError, "a strictly positive integer is required");
        return -1;
    }
    self->chunk_size = size;
    return 0;
}

MEMBER(textio, encoding, T_OBJECT, TextIO, encoding, READONLY, NULL)
MEMBER(textio, buffer, T_OBJECT, TextIO, buffer, READONLY, NULL)
MEMBER(textio, line_buffering, T_BOOL, TextIO, line_buffering, READONLY, NULL)
MEMBER(textio, write_through, T_BOOL, TextIO, write_through, READONLY, NULL)
MEMBER(textio, _finalizing, T_BOOL, TextIO, finalizing, 0, NULL)

TYPE(textio, PyTextIOWrapper_Type, "_io.TextIOWrapper", TextIO,
     "(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)",
     "Text over a buffered binary stream.\n\n"
     "encoding is a codec name, 'locale' or None, the locale's; errors an error handler name.\n"
     "newline None reads '\\n', '\\r' and '\\r\\n' as '\\n' and writes '\\n' as it is; '' splits lines at\n"
     "any of them but changes nothing; otherwise it is the only line ending, translated when\n"
     "writing.  line_buffering flushes after every line, write_through after every write.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_base = &PyTextIOBase_Type, .tp_weaklistoffset = offsetof(TextIO, weakrefs),
     .tp_dictoffset = offsetof(TextIO, dict))

#include "gen/modules/_io/textio.inc"
