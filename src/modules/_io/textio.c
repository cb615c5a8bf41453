/* TextIOWrapper: characters and lines over a buffered binary stream.

   Reading: chunks from buffer.read1() are decoded into `decoded`, of which `decoded_used`
   characters have been handed out.  So that tell() can be answered later, `snapshot_input` keeps
   the bytes that were given to the decoder since it was last in state (b'', snapshot_flags).

   Writing: encoded text collects in `pending` and goes to buffer.write() when it reaches
   `chunk_size`, on flush, at a line end with line buffering, at once with write-through.

   UTF-8, ASCII and Latin-1 are encoded and decoded in place (`native_*`); the `decoder` and
   `encoder` objects exist only for other codecs.

   See also: newline.c, buffered.c. */
#include "modules/_io/_io.h"
#include "modules/fileutils.h"

enum { NATIVE_NONE, NATIVE_UTF8, NATIVE_ASCII, NATIVE_LATIN1 };

/* A native decoder between two chunks. */
typedef struct {
    unsigned char held[4];     /* the start of a character that is not complete */
    unsigned char held_length;
    NewlineState newline;
} DecodeState;

typedef struct {
    PyObject_HEAD
    PyObject *buffer;
    PyObject *encoding;
    PyObject *errors;
    PyObject *encoder;         /* NULL: native, or not writable */
    PyObject *decoder;         /* NULL: native, or not readable */
    PyObject *decoded;         /* NULL or a str */
    PyObject *snapshot_input;  /* NULL: no snapshot */
    Py_ssize_t decoded_used;
    Py_ssize_t chunk_size;
    double bytes_per_char;     /* of the last chunk */
    char *pending;
    Py_ssize_t pending_length;
    Py_ssize_t pending_capacity;
    char line_buffering;
    char write_through;
    char finalizing;
    char ok;
    char detached;
    char seekable;
    char telling;              /* false after next(): tell() would be too slow to support */
    char has_read1;
    LineRule rule;
    char write_translate;
    char can_read;
    char can_write;
    char native_encoder;
    char native_decoder;
    char start_of_stream;      /* the encoder may still write a byte order mark */
    DecodeState state;
    int snapshot_flags;
    Py_ssize_t unused[3];      /* the offsets below are documented */
    PyObject *weakrefs;
    PyObject *dict;
} TextIO;

_Static_assert(sizeof(TextIO) == 192, "TextIOWrapper.__basicsize__");
_Static_assert(offsetof(TextIO, dict) == 184, "TextIOWrapper.__dictoffset__");

/* Where tell() was, packed into an int: little-endian, in this order. */
typedef struct {
    off_t position;            /* 8 bytes */
    int flags;                 /* 4 bytes: state of the decoder there */
    int feed;                  /* 4 bytes: bytes to decode from there, */
    int skip;                  /* 4 bytes: and characters of the result to skip */
    char need_eof;             /* 1 byte: tell the decoder that these were the last bytes */
} Cookie;

enum { COOKIE_SIZE = 21 };

typedef Py_ssize_t optional_size;
CONVERTER(optional_size, io_optional_size)

/* -- state --------------------------------------------------------------------------------- */

static status
check_initialised(TextIO *self)
{
    if (self->ok)
        return 0;
    PyErr_SetString(PyExc_ValueError, "I/O operation on uninitialized object");
    return -1;
}

static status
check_attached(TextIO *self)
{
    if (self->detached) {
        PyErr_SetString(PyExc_ValueError, "underlying buffer has been detached");
        return -1;
    }
    return check_initialised(self);
}

static status
check_open(TextIO *self)
{
    if (check_attached(self) < 0)
        return -1;
    if (!Py_IS_TYPE(self, &PyTextIOWrapper_Type))
        return io_check_closed((PyObject *)self);
    int closed = buffered_is_plain(self->buffer) ? buffered_is_closed(self->buffer) : -1;
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

static const char *
errors_text(TextIO *self)
{
    return PyUnicode_AsUTF8(self->errors);
}

static void
set_decoded(TextIO *self, PyObject *text_take)
{
    Py_XSETREF(self->decoded, text_take);
    self->decoded_used = 0;
}

/* Up to `n` decoded characters that were not handed out yet; all if negative. */
static PyObject *
take_decoded(TextIO *self, Py_ssize_t n)
{
    if (!self->decoded)
        return PyUnicode_New(0, 0);
    Py_ssize_t rest = PyUnicode_GET_LENGTH(self->decoded) - self->decoded_used;
    if (n < 0 || n > rest)
        n = rest;
    PyObject *text = PyUnicode_Substring(self->decoded, self->decoded_used, self->decoded_used + n);
    if (text)
        self->decoded_used += n;
    return text;
}

/* -- decoding ------------------------------------------------------------------------------ */

static PyObject *
native_decode(TextIO *self, const char *data, Py_ssize_t length, int final)
{
    const char *errors = errors_text(self);
    if (!errors)
        return NULL;
    PyObject *text;
    if (self->native_decoder == NATIVE_UTF8) {
        PyObject *joined = NULL;
        if (self->state.held_length) {
            joined = PyBytes_FromStringAndSize(NULL, self->state.held_length + length);
            if (!joined)
                return NULL;
            char *out = PyBytes_AS_STRING(joined);
            memcpy(out, self->state.held, self->state.held_length);
            memcpy(out + self->state.held_length, data, length);
            data = out;
            length = PyBytes_GET_SIZE(joined);
        }
        Py_ssize_t used = length;
        text = PyUnicode_DecodeUTF8Stateful(data, length, errors, final ? NULL : &used);
        if (text) {
            self->state.held_length = (unsigned char)(length - used);
            memcpy(self->state.held, data + used, length - used);
        }
        Py_XDECREF(joined);
    } else if (self->native_decoder == NATIVE_ASCII) {
        text = PyUnicode_DecodeASCII(data, length, errors);
    } else {
        text = PyUnicode_DecodeLatin1(data, length, errors);
    }
    return self->rule.universal ? newline_translate(&self->state.newline, text, final) : text;
}

/* Decode a bytes-like object with whatever decoder there is. */
static PyObject *
decode(TextIO *self, PyObject *input, int final)
{
    PyObject *text;
    if (self->native_decoder) {
        Py_buffer view;
        if (PyObject_GetBuffer(input, &view, PyBUF_SIMPLE) < 0)
            return NULL;
        text = native_decode(self, view.buf, view.len, final);
        PyBuffer_Release(&view);
        return text;
    }
    if (Py_IS_TYPE(self->decoder, &PyIncrementalNewlineDecoder_Type))
        return newline_decode(self->decoder, input, final);
    text = PyObject_CallMethodObjArgs(self->decoder, ID(decode), input,
                                      final ? Py_True : Py_False, NULL);
    if (text && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "decoder should return a string result, not '%.200s'",
                     Py_TYPE(text)->tp_name);
        Py_CLEAR(text);
    }
    if (text && PyUnicode_READY(text) < 0)
        Py_CLEAR(text);
    return text;
}

static PyObject *
decode_memory(TextIO *self, const char *data, Py_ssize_t length, int final)
{
    if (self->native_decoder)
        return native_decode(self, data, length, final);
    PyObject *input = PyBytes_FromStringAndSize(data, length);
    PyObject *text = input ? decode(self, input, final) : NULL;
    Py_XDECREF(input);
    return text;
}

/* The decoder's state: its undecoded bytes (a new reference) and flags. */
static status
get_decoder_state(TextIO *self, PyObject **held, int *flags)
{
    if (self->native_decoder) {
        *flags = self->rule.universal ? self->state.newline.pending_cr : 0;
        *held = PyBytes_FromStringAndSize((char *)self->state.held, self->state.held_length);
        return *held ? 0 : -1;
    }
    PyObject *state = PyObject_CallMethodNoArgs(self->decoder, ID(getstate));
    if (!state)
        return -1;
    *held = NULL;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "illegal decoder state");
    } else if (PyArg_ParseTuple(state, "Oi;illegal decoder state", held, flags)) {
        if (PyBytes_Check(*held))
            Py_INCREF(*held);
        else
            PyErr_Format(PyExc_TypeError,
                         "illegal decoder state: the first item should be a bytes object, not "
                         "'%.200s'",
                         Py_TYPE(*held)->tp_name);
    }
    Py_DECREF(state);
    return PyErr_Occurred() ? -1 : 0;
}

/* Put the decoder into the state (b'', flags); at the very start of the stream it is reset. */
static status
set_decoder_state(TextIO *self, int flags, int reset)
{
    if (!self->can_read)
        return 0;
    if (self->native_decoder) {
        self->state.held_length = 0;
        self->state.newline.pending_cr = flags & 1;
        if (reset)
            self->state.newline.seen = 0;
        return 0;
    }
    PyObject *done = reset ? PyObject_CallMethodNoArgs(self->decoder, ID(reset))
                           : _PyObject_CallMethod(self->decoder, ID(setstate), "((yi))", "", flags);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* -- encoding ------------------------------------------------------------------------------ */

/* Encode a str that is not plain ASCII for a native encoder, or any for an encoder object. */
static PyObject *
encode(TextIO *self, PyObject *text)
{
    const char *errors;
    PyObject *data;
    switch (self->native_encoder) {
    case NATIVE_UTF8:
        errors = errors_text(self);
        return errors ? _PyUnicode_AsUTF8String(text, errors) : NULL;
    case NATIVE_ASCII:
        errors = errors_text(self);
        return errors ? _PyUnicode_AsASCIIString(text, errors) : NULL;
    case NATIVE_LATIN1:
        errors = errors_text(self);
        return errors ? _PyUnicode_AsLatin1String(text, errors) : NULL;
    }
    data = PyObject_CallMethodOneArg(self->encoder, ID(encode), text);
    self->start_of_stream = 0;
    if (data && !PyBytes_Check(data)) {
        PyErr_Format(PyExc_TypeError, "encoder should return a bytes object, not '%.200s'",
                     Py_TYPE(data)->tp_name);
        Py_CLEAR(data);
    }
    return data;
}

/* Tell the encoder whether the next text is the first of the stream. */
static status
reset_encoder(TextIO *self, int at_start)
{
    if (!self->encoder)
        return 0;
    PyObject *done = at_start ? PyObject_CallMethodNoArgs(self->encoder, ID(reset))
                              : _PyObject_CallMethod(self->encoder, ID(setstate), "i", 0);
    if (!done)
        return -1;
    Py_DECREF(done);
    self->start_of_stream = at_start;
    return 0;
}

/* A stream that is opened for appending must not get another byte order mark. */
static status
adjust_encoder(TextIO *self)
{
    if (!self->seekable || !self->can_write
        || (self->native_encoder && buffered_is_plain(self->buffer)))
        return 0;
    self->start_of_stream = 1;
    PyObject *position = PyObject_CallMethodNoArgs(self->buffer, ID(tell));
    if (!position)
        return -1;
    PyObject *zero = PyLong_FromLong(0);
    truth moved = zero ? PyObject_RichCompareBool(position, zero, Py_NE) : -1;
    Py_XDECREF(zero);
    Py_DECREF(position);
    return moved <= 0 ? moved : reset_encoder(self, 0);
}

/* Streams that cannot seek begin without a byte order mark in UTF-16 and UTF-32. */
static status
omit_mark(TextIO *self, PyObject *codec_info)
{
    PyObject *name;
    if (!self->can_write || _PyObject_LookupAttr(codec_info, ID(name), &name) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    bool wide = PyUnicode_Check(name) && (_PyUnicode_EqualToASCIIString(name, "utf-16") ||
                                          _PyUnicode_EqualToASCIIString(name, "utf-32"));
    Py_DECREF(name);
    return wide ? reset_encoder(self, 0) : 0;
}

/* -- set-up -------------------------------------------------------------------------------- */

/* Which native kind a codec is, judged by its name and the module of `part`. */
static int
native_kind(PyObject *codec_info, PyObject *part)
{
    static const char *const names[] = {NULL, "utf-8", "ascii", "iso8859-1"};
    PyObject *name, *module = NULL;
    int kind = NATIVE_NONE;
    if (_PyObject_LookupAttr(codec_info, ID(name), &name) < 0)
        return -1;
    if (name && PyUnicode_Check(name))
        for (int i = NATIVE_UTF8; i <= NATIVE_LATIN1; i++)
            if (_PyUnicode_EqualToASCIIString(name, names[i]))
                kind = i;
    Py_XDECREF(name);
    if (kind == NATIVE_NONE)
        return kind;
    PyObject *factory;
    if (_PyObject_LookupAttr(codec_info, part, &factory) < 0)
        return -1;
    if (factory && _PyObject_LookupAttr(factory, ID(__module__), &module) < 0)
        kind = -1;
    else if (!module || !PyUnicode_Check(module)
             || PyUnicode_Find(module, ID(encodings), 0, 9, 1) != 0)
        kind = NATIVE_NONE;
    Py_XDECREF(factory);
    Py_XDECREF(module);
    return kind;
}

static status
make_decoder(TextIO *self, PyObject *codec_info)
{
    PyObject *able = PyObject_CallMethodNoArgs(self->buffer, ID(readable));
    if (!able)
        return -1;
    truth readable = PyObject_IsTrue(able);
    Py_DECREF(able);
    if (readable <= 0)
        return readable;
    Py_CLEAR(self->decoder);
    self->state = (DecodeState){.newline.translate = self->rule.translated};
    int kind = native_kind(codec_info, ID(incrementaldecoder));
    if (kind < 0)
        return -1;
    self->native_decoder = kind;
    if (!kind) {
        PyObject *decoder = _PyCodecInfo_GetIncrementalDecoder(codec_info, errors_text(self));
        if (decoder && self->rule.universal)
            Py_SETREF(decoder, PyObject_CallFunctionObjArgs(
                                   (PyObject *)&PyIncrementalNewlineDecoder_Type, decoder,
                                   self->rule.translated ? Py_True : Py_False, NULL));
        if (!decoder)
            return -1;
        self->decoder = decoder;
    }
    self->can_read = 1;
    return 0;
}

static status
make_encoder(TextIO *self, PyObject *codec_info)
{
    PyObject *able = PyObject_CallMethodNoArgs(self->buffer, ID(writable));
    if (!able)
        return -1;
    truth writable = PyObject_IsTrue(able);
    Py_DECREF(able);
    if (writable <= 0)
        return writable;
    Py_CLEAR(self->encoder);
    int kind = native_kind(codec_info, ID(incrementalencoder));
    if (kind < 0)
        return -1;
    self->native_encoder = kind;
    if (!kind) {
        self->encoder = _PyCodecInfo_GetIncrementalEncoder(codec_info, errors_text(self));
        if (!self->encoder)
            return -1;
    }
    self->can_write = 1;
    return 0;
}

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

/* In development mode a wrong error handler name is noticed at once. */
static status
check_errors(PyObject *errors)
{
    if (!_Py_GetConfig()->dev_mode)
        return 0;
    const char *name = PyUnicode_AsUTF8(errors);
    if (!name)
        return -1;
    PyObject *handler = PyCodec_LookupError(name);
    Py_XDECREF(handler);
    return handler ? 0 : -1;
}

/* The encoding's name with None and 'locale' resolved; a new reference. */
static PyObject *
resolve_encoding(const char *encoding)
{
    if (!encoding && Py_UTF8Mode)
        return PyUnicode_FromString("utf-8");
    if (!encoding || strcmp(encoding, "locale") == 0)
        return _Py_GetLocaleEncodingObject();
    return PyUnicode_FromString(encoding);
}

extern PyObject *_PyCodec_LookupTextEncoding(const char *, const char *);

static PyObject *
look_up_codec(PyObject *encoding)
{
    const char *name = PyUnicode_AsUTF8(encoding);
    return name ? _PyCodec_LookupTextEncoding(name, "codecs.open()") : NULL;
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
    if (!handler || check_errors(handler) < 0 || check_newline(newline) < 0)
        goto fail;
    set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    Py_CLEAR(self->encoder);
    Py_CLEAR(self->decoder);
    Py_CLEAR(self->buffer);
    self->can_read = self->can_write = 0;
    self->native_decoder = self->native_encoder = NATIVE_NONE;
    self->pending_length = 0;
    self->bytes_per_char = 0.0;

    Py_XSETREF(self->encoding, resolve_encoding(encoding));
    if (!self->encoding)
        goto fail;
    codec_info = look_up_codec(self->encoding);
    if (!codec_info)
        goto fail;
    Py_XSETREF(self->errors, handler);
    handler = NULL;
    self->chunk_size = IO_BUFFER_SIZE;
    self->line_buffering = line_buffering;
    self->write_through = write_through;
    set_newline(self, newline);
    self->buffer = Py_NewRef(buffer);
    if (make_decoder(self, codec_info) < 0 || make_encoder(self, codec_info) < 0)
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
    if (adjust_encoder(self) < 0 || (!can_seek && omit_mark(self, codec_info) < 0))
        goto fail;
    Py_DECREF(codec_info);
    self->ok = 1;
    return 0;
fail:
    Py_XDECREF(handler);
    Py_XDECREF(codec_info);
    return -1;
}

/* -- storage ------------------------------------------------------------------------------- */

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

/* -- writing ------------------------------------------------------------------------------- */

/* buffer.write() of encoded text. */
static status
write_out(TextIO *self, const char *data, Py_ssize_t length, PyObject *as_bytes)
{
    PyObject *buffer = self->buffer;
    if (buffered_is_plain(buffer) && !Py_IS_TYPE(buffer, &PyBufferedReader_Type)) {
        Py_INCREF(buffer);
        Py_ssize_t written = buffered_write_bytes(buffer, data, length);
        Py_DECREF(buffer);
        return written < 0 ? -1 : 0;
    }
    PyObject *bytes = as_bytes ? Py_NewRef(as_bytes) : PyBytes_FromStringAndSize(data, length);
    if (!bytes)
        return -1;
    PyObject *written;
    do
        written = PyObject_CallMethodOneArg(buffer, ID(write), bytes);
    while (!written && io_trap_eintr());
    Py_DECREF(bytes);
    Py_XDECREF(written);
    return written ? 0 : -1;
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

/* Pass the pending bytes on.  They are gone even if that fails. */
static status
flush_pending(TextIO *self)
{
    if (self->pending_length == 0)
        return 0;
    /* The write may run anything, also code that writes to this object. */
    char *data = self->pending;
    Py_ssize_t length = self->pending_length, capacity = self->pending_capacity;
    self->pending = NULL;
    self->pending_length = self->pending_capacity = 0;
    status result = write_out(self, data, length, NULL);
    if (self->pending) {
        PyMem_Free(data);
    } else {
        self->pending = data;
        self->pending_capacity = capacity;
    }
    return result;
}

static status
add_pending(TextIO *self, const char *data, Py_ssize_t length)
{
    if (length == 0) {
        return 0;
    }
    if (length > self->pending_capacity - self->pending_length) {
        Py_ssize_t capacity = Py_MAX(self->pending_capacity * 2, 256);
        capacity = Py_MAX(capacity, self->pending_length + length);
        char *pending = PyMem_Realloc(self->pending, capacity);
        if (!pending) {
            PyErr_NoMemory();
            return -1;
        }
        self->pending = pending;
        self->pending_capacity = capacity;
    }
    memcpy(self->pending + self->pending_length, data, length);
    self->pending_length += length;
    return 0;
}

static inline int
contains(PyObject *text, char c)
{
    if (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND)
        return memchr(PyUnicode_DATA(text), c, PyUnicode_GET_LENGTH(text)) != NULL;
    return PyUnicode_FindChar(text, c, 0, PyUnicode_GET_LENGTH(text), 1) >= 0;
}

METHOD(textio, write, "($self, text, /)", NULL)
static PyObject *
textio_write(TextIO *self, PyUnicodeObject *arg)
{
    if (check_open(self) < 0)
        return NULL;
    if (!self->can_write)
        return io_unsupported("not writable");
    PyObject *text = (PyObject *)arg, *translated = NULL, *bytes = NULL;
    Py_ssize_t count = PyUnicode_GET_LENGTH(text), length;
    int has_lf = (self->write_translate || self->line_buffering) && contains(text, '\n');
    if (has_lf && self->write_translate) {
        PyObject *lf = PyUnicode_FromString("\n"), *ending = PyUnicode_FromString(self->rule.ending);
        if (lf && ending)
            translated = PyUnicode_Replace(text, lf, ending, -1);
        Py_XDECREF(lf);
        Py_XDECREF(ending);
        if (!translated)
            return NULL;
        text = translated;
    }
    int flush_buffer = self->line_buffering && (has_lf || contains(text, '\r'));

    const char *data;
    if (self->native_encoder && PyUnicode_IS_ASCII(text)) {
        data = PyUnicode_DATA(text);
        length = PyUnicode_GET_LENGTH(text);
    } else {
        bytes = encode(self, text);
        if (!bytes)
            goto fail;
        data = PyBytes_AS_STRING(bytes);
        length = PyBytes_GET_SIZE(bytes);
    }
    if (self->pending_length && self->pending_length + length > self->chunk_size
        && flush_pending(self) < 0)
        goto fail;
    int now = self->write_through || flush_buffer;
    if (self->pending_length == 0 && (now || length >= self->chunk_size)) {
        if (length > 0 && write_out(self, data, length, bytes) < 0)
            goto fail;
    } else {
        if (add_pending(self, data, length) < 0)
            goto fail;
        if ((now || self->pending_length >= self->chunk_size) && flush_pending(self) < 0)
            goto fail;
    }
    Py_CLEAR(translated);
    Py_CLEAR(bytes);
    if (flush_buffer) {
        PyObject *flushed = PyObject_CallMethodNoArgs(self->buffer, ID(flush));
        if (!flushed)
            return NULL;
        Py_DECREF(flushed);
    }
    /* What was read ahead is not what follows any more. */
    if (self->snapshot_input) {
        set_decoded(self, NULL);
        Py_CLEAR(self->snapshot_input);
    }
    if (self->can_read && set_decoder_state(self, 0, 1) < 0)
        return NULL;
    return PyLong_FromSsize_t(count);
fail:
    Py_XDECREF(translated);
    Py_XDECREF(bytes);
    return NULL;
}

/* -- reading ------------------------------------------------------------------------------- */

/* Read and decode one chunk; `hint` is how many characters are wanted (0: any).
   1 if there may be more, 0 at the end of the file. */
static truth
read_chunk(TextIO *self, Py_ssize_t hint)
{
    if (!self->can_read) {
        io_unsupported("not readable");
        return -1;
    }
    PyObject *held = NULL, *chunk = NULL;
    int flags = 0;
    if (self->telling && get_decoder_state(self, &held, &flags) < 0)
        return -1;
    double ratio = self->bytes_per_char > 1.0 ? self->bytes_per_char : 1.0;
    Py_ssize_t size = self->chunk_size;
    if (hint > 0 && ratio * (double)hint > (double)size)
        size = ratio * (double)hint < (double)PY_SSIZE_T_MAX ? (Py_ssize_t)(ratio * (double)hint)
                                                             : PY_SSIZE_T_MAX;
    if (buffered_is_plain(self->buffer) && !Py_IS_TYPE(self->buffer, &PyBufferedWriter_Type)) {
        chunk = buffered_read_chunk(self->buffer, size);
    } else {
        PyObject *n = PyLong_FromSsize_t(size);
        if (n)
            chunk = PyObject_CallMethodOneArg(self->buffer,
                                              self->has_read1 ? ID(read1) : ID(read), n);
        Py_XDECREF(n);
    }
    if (!chunk)
        goto fail;
    Py_buffer view;
    if (PyObject_GetBuffer(chunk, &view, PyBUF_SIMPLE) < 0) {
        PyErr_Format(PyExc_TypeError,
                     "underlying %s() should have returned a bytes-like object, not '%.200s'",
                     self->has_read1 ? "read1" : "read", Py_TYPE(chunk)->tp_name);
        goto fail;
    }
    Py_ssize_t bytes = view.len;
    PyBuffer_Release(&view);
    int eof = bytes == 0;
    PyObject *text = decode(self, chunk, eof);
    if (!text)
        goto fail;
    Py_ssize_t chars = PyUnicode_GET_LENGTH(text);
    set_decoded(self, text);
    self->bytes_per_char = chars > 0 ? (double)bytes / (double)chars : 0.0;
    if (chars > 0)
        eof = 0;
    if (self->telling) {
        /* The decoder was in state (b'', flags) before it got these bytes. */
        if (PyBytes_GET_SIZE(held) == 0 && PyBytes_CheckExact(chunk)) {
            Py_SETREF(held, Py_NewRef(chunk));
        } else {
            PyBytes_Concat(&held, chunk);
            if (!held)
                goto fail;
        }
        Py_XSETREF(self->snapshot_input, held);
        self->snapshot_flags = flags;
        held = NULL;
    }
    Py_DECREF(chunk);
    return !eof;
fail:
    Py_XDECREF(held);
    Py_XDECREF(chunk);
    return -1;
}

METHOD(textio, read, "($self, size=-1, /)", NULL)
static PyObject *
textio_read(TextIO *self, optional_size size)
{
    if (check_open(self) < 0)
        return NULL;
    if (!self->can_read)
        return io_unsupported("not readable");
    if (flush_pending(self) < 0)
        return NULL;
    if (size < 0) {
        PyObject *bytes = PyObject_CallMethodNoArgs(self->buffer, ID(read));
        PyObject *text = bytes ? decode(self, bytes, 1) : NULL;
        Py_XDECREF(bytes);
        if (!text)
            return NULL;
        if (self->decoded && PyUnicode_GET_LENGTH(self->decoded) > self->decoded_used) {
            PyObject *before = take_decoded(self, -1);
            PyUnicode_Append(&before, text);
            Py_SETREF(text, before);
            if (!text)
                return NULL;
        }
        if (self->snapshot_input) {
            set_decoded(self, NULL);
            Py_CLEAR(self->snapshot_input);
        }
        return text;
    }

    PyObject *result = take_decoded(self, size), *chunks = NULL;
    if (!result)
        return NULL;
    Py_ssize_t remaining = size - PyUnicode_GET_LENGTH(result);
    while (remaining > 0) {
        truth more = read_chunk(self, remaining);
        if (more < 0) {
            if (io_trap_eintr())
                continue;
            goto fail;
        }
        if (!more)
            break;
        if (!chunks && !(chunks = PyList_New(0)))
            goto fail;
        if (PyUnicode_GET_LENGTH(result) > 0 && PyList_Append(chunks, result) < 0)
            goto fail;
        Py_SETREF(result, take_decoded(self, remaining));
        if (!result)
            goto fail;
        remaining -= PyUnicode_GET_LENGTH(result);
    }
    if (chunks && PyList_GET_SIZE(chunks) > 0) {
        PyObject *empty = PyUnicode_New(0, 0);
        if (!empty || PyList_Append(chunks, result) < 0) {
            Py_XDECREF(empty);
            goto fail;
        }
        Py_SETREF(result, PyUnicode_Join(empty, chunks));
        Py_DECREF(empty);
    }
    Py_XDECREF(chunks);
    return result;
fail:
    Py_XDECREF(chunks);
    Py_XDECREF(result);
    return NULL;
}

/* The start of a line that goes on in the next chunk. */
static status
add_part(PyObject **parts, PyObject *part_take)
{
    if (!part_take)
        return -1;
    status added = 0;
    if (!*parts)
        added = (*parts = PyList_New(0)) ? 0 : -1;
    if (added == 0)
        added = PyList_Append(*parts, part_take);
    Py_DECREF(part_take);
    return added;
}

/* One line of at most `limit` characters (unless negative). */
static PyObject *
read_line(TextIO *self, Py_ssize_t limit)
{
    PyObject *parts = NULL, *line = NULL;
    Py_ssize_t gathered = 0;
    int split = 0;             /* the last part ends with the first half of "\r\n" */
    if (self->pending_length && flush_pending(self) < 0)
        return NULL;
    for (;;) {
        truth more = 1;
        while (!self->decoded || PyUnicode_GET_LENGTH(self->decoded) == self->decoded_used) {
            more = read_chunk(self, 0);
            if (more < 0) {
                if (io_trap_eintr())
                    continue;
                goto fail;
            }
            if (!more)
                break;
        }
        if (!more) {
            set_decoded(self, NULL);
            Py_CLEAR(self->snapshot_input);
            break;
        }
        PyObject *text = self->decoded;
        int kind = PyUnicode_KIND(text);
        const void *data = PyUnicode_DATA(text);
        Py_ssize_t start = self->decoded_used, stop = PyUnicode_GET_LENGTH(text), consumed, end;
        if (limit >= 0 && stop - start > limit - gathered)
            stop = start + (limit - gathered);
        if (split && start < stop
            && PyUnicode_READ(kind, data, start) == (Py_UCS4)self->rule.ending[1])
            end = start + 1;
        else
            end = line_end(&self->rule, kind, data, start, stop, &consumed);
        int ended = end >= 0;
        split = !ended && consumed < stop;
        if (!ended)
            end = stop;
        self->decoded_used = end;
        gathered += end - start;
        line = start == 0 && end == PyUnicode_GET_LENGTH(text) && PyUnicode_CheckExact(text)
                   ? Py_NewRef(text)
                   : PyUnicode_Substring(text, start, end);
        if (!line)
            goto fail;
        if (ended || (limit >= 0 && gathered >= limit))
            break;
        status added = add_part(&parts, line);
        line = NULL;
        if (added < 0)
            goto fail;
    }
    if (!parts)
        return line ? line : PyUnicode_New(0, 0);
    if (line && add_part(&parts, Py_NewRef(line)) < 0)
        goto fail;
    PyObject *empty = PyUnicode_New(0, 0);
    Py_XSETREF(line, empty ? PyUnicode_Join(empty, parts) : NULL);
    Py_XDECREF(empty);
    Py_DECREF(parts);
    return line;
fail:
    Py_XDECREF(parts);
    Py_XDECREF(line);
    return NULL;
}

METHOD(textio, readline, "($self, size=-1, /)", NULL)
static PyObject *
textio_readline(TextIO *self, Py_ssize_t size)
{
    return check_open(self) < 0 ? NULL : read_line(self, size);
}

static PyObject *
textio_tp_iternext(TextIO *self)
{
    if (check_attached(self) < 0)
        return NULL;
    self->telling = 0;
    PyObject *line;
    if (Py_IS_TYPE(self, &PyTextIOWrapper_Type)) {
        /* The common line: all of it is decoded already, and the file cannot need a flush. */
        line = check_open(self) < 0 ? NULL : read_line(self, -1);
    } else {
        line = PyObject_CallMethodNoArgs((PyObject *)self, ID(readline));
        if (line && !PyUnicode_Check(line)) {
            PyErr_Format(PyExc_OSError, "readline() should have returned a str object, not '%.200s'",
                         Py_TYPE(line)->tp_name);
            Py_CLEAR(line);
        }
    }
    if (!line)
        return NULL;
    if (PyUnicode_GET_LENGTH(line) == 0) {
        Py_DECREF(line);
        Py_CLEAR(self->snapshot_input);
        self->telling = self->seekable;
        return NULL;
    }
    return line;
}

/* -- seek and tell ------------------------------------------------------------------------- */

static PyObject *
pack_cookie(const Cookie *cookie)
{
    unsigned char data[COOKIE_SIZE];
    memcpy(data, &cookie->position, 8);
    memcpy(data + 8, &cookie->flags, 4);
    memcpy(data + 12, &cookie->feed, 4);
    memcpy(data + 16, &cookie->skip, 4);
    data[20] = cookie->need_eof;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "cookies are little-endian"
#endif
    return _PyLong_FromByteArray(data, COOKIE_SIZE, 1, 0);
}

static status
unpack_cookie(Cookie *cookie, PyObject *value)
{
    unsigned char data[COOKIE_SIZE];
    PyObject *number = PyNumber_Long(value);
    if (!number)
        return -1;
    status done = _PyLong_AsByteArray((PyLongObject *)number, data, COOKIE_SIZE, 1, 0);
    Py_DECREF(number);
    if (done < 0)
        return -1;
    memcpy(&cookie->position, data, 8);
    memcpy(&cookie->flags, data + 8, 4);
    memcpy(&cookie->feed, data + 12, 4);
    memcpy(&cookie->skip, data + 16, 4);
    cookie->need_eof = data[20];
    return 0;
}

static status
call_flush(TextIO *self)
{
    PyObject *flushed = PyObject_CallMethodNoArgs((PyObject *)self, ID(flush));
    Py_XDECREF(flushed);
    return flushed ? 0 : -1;
}

/* Is `value` 0?  -1 on error. */
static truth
is_zero(PyObject *value)
{
    PyObject *zero = PyLong_FromLong(0);
    truth same = zero ? PyObject_RichCompareBool(value, zero, Py_EQ) : -1;
    Py_XDECREF(zero);
    return same;
}

/* seek(0, 2) */
static PyObject *
seek_to_end(TextIO *self)
{
    if (call_flush(self) < 0)
        return NULL;
    set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    if (set_decoder_state(self, 0, 1) < 0)
        return NULL;
    PyObject *position = _PyObject_CallMethod(self->buffer, ID(seek), "ii", 0, 2);
    if (position && self->encoder) {
        truth at_start = is_zero(position);
        if (at_start < 0 || reset_encoder(self, at_start) < 0)
            Py_CLEAR(position);
    }
    return position;
}

/* Go to a position that tell() returned. */
static status
seek_to_cookie(TextIO *self, PyObject *value)
{
    Cookie cookie;
    if (unpack_cookie(&cookie, value) < 0)
        return -1;
    PyObject *target = PyLong_FromLongLong(cookie.position);
    if (!target)
        return -1;
    PyObject *done = PyObject_CallMethodOneArg(self->buffer, ID(seek), target);
    Py_DECREF(target);
    if (!done)
        return -1;
    Py_DECREF(done);
    set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    int at_start = cookie.position == 0 && cookie.flags == 0;
    if (set_decoder_state(self, cookie.flags, at_start) < 0)
        return -1;

    if (cookie.skip) {
        PyObject *chunk = _PyObject_CallMethod(self->buffer, ID(read), "i", cookie.feed);
        if (!chunk)
            return -1;
        if (!PyBytes_Check(chunk)) {
            PyErr_Format(PyExc_TypeError,
                         "underlying read() should have returned a bytes object, not '%.200s'",
                         Py_TYPE(chunk)->tp_name);
            Py_DECREF(chunk);
            return -1;
        }
        self->snapshot_flags = cookie.flags;
        Py_XSETREF(self->snapshot_input, chunk);
        if (!self->can_read) {
            io_unsupported("not readable");
            return -1;
        }
        PyObject *text = decode(self, chunk, cookie.need_eof);
        if (!text)
            return -1;
        set_decoded(self, text);
        if (cookie.skip < 0 || PyUnicode_GET_LENGTH(text) < cookie.skip) {
            PyErr_SetString(PyExc_OSError, "can't restore logical file position");
            return -1;
        }
        self->decoded_used = cookie.skip;
    } else {
        PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
        if (!empty)
            return -1;
        self->snapshot_flags = cookie.flags;
        Py_XSETREF(self->snapshot_input, empty);
    }
    return reset_encoder(self, at_start);
}

METHOD(textio, seek, "($self, cookie, whence=0, /)", NULL)
static PyObject *
textio_seek(TextIO *self, PyObject *cookie, int whence)
{
    if (check_open(self) < 0)
        return NULL;
    if (!self->seekable)
        return io_unsupported("underlying stream is not seekable");
    truth zero = 1;
    PyObject *here = NULL;
    switch (whence) {
    case 0:
        break;
    case 1:
        zero = is_zero(cookie);
        if (zero == 0)
            io_unsupported("can't do nonzero cur-relative seeks");
        if (zero != 1)
            return NULL;
        /* Going nowhere still forgets what was read ahead. */
        here = PyObject_CallMethodNoArgs((PyObject *)self, ID(tell));
        if (!here)
            return NULL;
        cookie = here;
        break;
    case 2:
        zero = is_zero(cookie);
        if (zero == 0)
            io_unsupported("can't do nonzero end-relative seeks");
        return zero != 1 ? NULL : seek_to_end(self);
    default:
        return PyErr_Format(PyExc_ValueError, "invalid whence (%d, should be %d, %d or %d)", whence,
                            0, 1, 2);
    }
    PyObject *null = PyLong_FromLong(0);
    truth negative = null ? PyObject_RichCompareBool(cookie, null, Py_LT) : -1;
    Py_XDECREF(null);
    if (negative > 0)
        PyErr_Format(PyExc_ValueError, "negative seek position %R", cookie);
    status done = -1;
    if (negative == 0 && call_flush(self) == 0)
        done = seek_to_cookie(self, cookie);
    if (done == 0 && !here)
        here = Py_NewRef(cookie);
    if (done < 0)
        Py_CLEAR(here);
    return here;
}

/* Decode data[from:to) without the final flag; the number of characters or -1. */
static Py_ssize_t
count_decoded(TextIO *self, const char *data, Py_ssize_t length, int final)
{
    PyObject *text = decode_memory(self, data, length, final);
    Py_ssize_t count = text ? PyUnicode_GET_LENGTH(text) : -1;
    Py_XDECREF(text);
    return count;
}

/* Find a cookie for the character `cookie->skip` characters behind the snapshot.  On entry the
   cookie is the snapshot; the decoder is left in any state. */
static status
find_cookie(TextIO *self, Cookie *cookie, const char *input, Py_ssize_t length)
{
    Py_ssize_t to_skip = cookie->skip;
    int start_flags = cookie->flags, reset = cookie->position == 0 && start_flags == 0;
    /* Guess how many bytes the characters took, and step back until that is a point before the
       target where the decoder has nothing buffered.  For codecs of fixed width the first guess
       is right. */
    Py_ssize_t guess = (Py_ssize_t)(self->bytes_per_char * (double)to_skip), step = 1;
    if (guess > length)
        guess = length;
    while (guess > 0) {
        if (set_decoder_state(self, start_flags, reset) < 0)
            return -1;
        Py_ssize_t chars = count_decoded(self, input, guess, 0);
        if (chars < 0)
            return -1;
        if (chars <= to_skip) {
            PyObject *held;
            int flags;
            if (get_decoder_state(self, &held, &flags) < 0)
                return -1;
            Py_ssize_t held_length = PyBytes_GET_SIZE(held);
            Py_DECREF(held);
            if (held_length == 0) {
                cookie->flags = flags;
                to_skip -= chars;
                break;
            }
            guess -= held_length;
            step = 1;
        } else {
            guess -= step;
            step *= 2;
        }
    }
    if (guess <= 0) {
        guess = 0;
        if (set_decoder_state(self, start_flags, reset) < 0)
            return -1;
    }
    cookie->position += guess;
    cookie->feed = 0;
    cookie->need_eof = 0;
    if (to_skip > 0) {
        /* From there byte by byte, noting every point where decoding could start. */
        Py_ssize_t decoded = 0, at;
        for (at = guess; at < length; at++) {
            Py_ssize_t chars = count_decoded(self, input + at, 1, 0);
            if (chars < 0)
                return -1;
            decoded += chars;
            cookie->feed++;
            PyObject *held;
            int flags;
            if (get_decoder_state(self, &held, &flags) < 0)
                return -1;
            Py_ssize_t held_length = PyBytes_GET_SIZE(held);
            Py_DECREF(held);
            if (held_length == 0 && decoded <= to_skip) {
                cookie->position += cookie->feed;
                to_skip -= decoded;
                cookie->flags = flags;
                cookie->feed = 0;
                decoded = 0;
            }
            if (decoded >= to_skip)
                break;
        }
        if (at == length) {
            /* The last characters come out only at the end of the file. */
            Py_ssize_t chars = count_decoded(self, "", 0, 1);
            if (chars < 0)
                return -1;
            cookie->need_eof = 1;
            if (decoded + chars < to_skip) {
                PyErr_SetString(PyExc_OSError, "can't reconstruct logical file position");
                return -1;
            }
        }
    }
    cookie->skip = (int)to_skip;
    return 0;
}

METHOD(textio, tell, "($self, /)", NULL)
static PyObject *
textio_tell(TextIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    if (!self->seekable)
        return io_unsupported("underlying stream is not seekable");
    if (!self->telling) {
        PyErr_SetString(PyExc_OSError, "telling position disabled by next() call");
        return NULL;
    }
    if (flush_pending(self) < 0 || call_flush(self) < 0)
        return NULL;
    PyObject *position = PyObject_CallMethodNoArgs(self->buffer, ID(tell));
    if (!position || !self->can_read || !self->snapshot_input)
        return position;
    Cookie cookie = {.position = io_offset(position), .flags = self->snapshot_flags};
    Py_DECREF(position);
    if (PyErr_Occurred())
        return NULL;
    PyObject *input = Py_NewRef(self->snapshot_input);
    cookie.position -= PyBytes_GET_SIZE(input);
    if (self->decoded_used == 0) {
        Py_DECREF(input);
        return pack_cookie(&cookie);
    }
    cookie.skip = (int)self->decoded_used;
    /* The search drives the real decoder, which must not remember it. */
    PyObject *saved = NULL;
    DecodeState saved_state = self->state;
    status found = -1;
    if (self->native_decoder || (saved = PyObject_CallMethodNoArgs(self->decoder, ID(getstate))))
        found = find_cookie(self, &cookie, PyBytes_AS_STRING(input), PyBytes_GET_SIZE(input));
    saved_state.newline.seen = self->state.newline.seen;
    self->state = saved_state;
    if (saved) {
        PyObject *type, *value, *tb;
        PyErr_Fetch(&type, &value, &tb);
        PyObject *done = PyObject_CallMethodOneArg(self->decoder, ID(setstate), saved);
        Py_DECREF(saved);
        io_chain(type, value, tb);
        if (!done)
            found = -1;
        Py_XDECREF(done);
    }
    Py_DECREF(input);
    return found < 0 ? NULL : pack_cookie(&cookie);
}

METHOD(textio, truncate, "($self, pos=None, /)", NULL)
static PyObject *
textio_truncate(TextIO *self, PyObject *pos)
{
    if (check_attached(self) < 0 || call_flush(self) < 0)
        return NULL;
    return PyObject_CallMethodOneArg(self->buffer, ID(truncate), pos);
}

/* -- the rest ------------------------------------------------------------------------------ */

METHOD(textio, flush, "($self, /)", NULL)
static PyObject *
textio_flush(TextIO *self)
{
    if (check_open(self) < 0)
        return NULL;
    self->telling = self->seekable;
    if (flush_pending(self) < 0)
        return NULL;
    return PyObject_CallMethodNoArgs(self->buffer, ID(flush));
}

METHOD(textio, close, "($self, /)", NULL)
static PyObject *
textio_close(TextIO *self)
{
    if (check_attached(self) < 0)
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
    if (call_flush(self) < 0)
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
    if (check_attached(self) < 0 || call_flush(self) < 0)
        return NULL;
    PyObject *buffer = self->buffer;
    self->buffer = NULL;
    self->detached = 1;
    return buffer;
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

static status
change_codec(TextIO *self, PyObject *encoding, PyObject *errors, int newline_changed)
{
    if (encoding == Py_None && errors == Py_None && !newline_changed)
        return 0;
    PyObject *name, *handler;
    if (encoding == Py_None) {
        name = Py_NewRef(self->encoding);
        handler = Py_NewRef(errors == Py_None ? self->errors : errors);
    } else {
        name = _PyUnicode_EqualToASCIIString(encoding, "locale") ? _Py_GetLocaleEncodingObject()
                                                                 : Py_NewRef(encoding);
        handler = errors == Py_None ? PyUnicode_FromString("strict") : Py_NewRef(errors);
    }
    PyObject *codec_info = name && handler ? look_up_codec(name) : NULL;
    if (!codec_info || check_errors(handler) < 0) {
        Py_XDECREF(codec_info);
        Py_XDECREF(name);
        Py_XDECREF(handler);
        return -1;
    }
    PyObject *old = self->errors;
    self->errors = handler;
    status done = make_decoder(self, codec_info) < 0 || make_encoder(self, codec_info) < 0 ? -1 : 0;
    Py_DECREF(codec_info);
    if (done < 0) {
        self->errors = old;
        Py_DECREF(handler);
        Py_DECREF(name);
        return -1;
    }
    Py_XDECREF(old);
    Py_SETREF(self->encoding, name);
    return adjust_encoder(self);
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
    if (check_attached(self) < 0)
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
    if (through < 0 || call_flush(self) < 0)
        return NULL;
    self->bytes_per_char = 0.0;
    if (newline)
        set_newline(self, ending);
    if (change_codec(self, encoding, errors, newline != NULL) < 0)
        return NULL;
    self->line_buffering = lines;
    self->write_through = through;
    Py_RETURN_NONE;
}

/* buffer.<name>() */
static PyObject *
forward(TextIO *self, PyObject *name)
{
    return check_attached(self) < 0 ? NULL : PyObject_CallMethodNoArgs(self->buffer, name);
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
    return check_attached(self) < 0 ? NULL : PyObject_GetAttr(self->buffer, ID(name));
}

GETTER(textio, closed, NULL)
static PyObject *
textio_get_closed(TextIO *self, void *Py_UNUSED(closure))
{
    return check_attached(self) < 0 ? NULL : PyObject_GetAttr(self->buffer, ID(closed));
}

GETTER(textio, newlines, NULL)
static PyObject *
textio_get_newlines(TextIO *self, void *Py_UNUSED(closure))
{
    if (check_attached(self) < 0)
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
    return check_attached(self) < 0 ? NULL : PyLong_FromSsize_t(self->chunk_size);
}

SETTER(textio, _CHUNK_SIZE)
static int
textio_set_chunk_size(TextIO *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (check_attached(self) < 0)
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
