/* TextIOWrapper: its decoder and encoder, their states, and how they are chosen. */
#include "modules/_io/textio.h"
#include "modules/fileutils.h"

static const char *
errors_text(TextIO *self)
{
    return PyUnicode_AsUTF8(self->errors);
}

/* -- decoding -------------------------------------------------------------------------------- */

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
PyObject *
textio_decode(TextIO *self, PyObject *input, int final)
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

PyObject *
textio_decode_memory(TextIO *self, const char *data, Py_ssize_t length, int final)
{
    if (self->native_decoder)
        return native_decode(self, data, length, final);
    PyObject *input = PyBytes_FromStringAndSize(data, length);
    PyObject *text = input ? textio_decode(self, input, final) : NULL;
    Py_XDECREF(input);
    return text;
}

/* The decoder's state: its undecoded bytes (a new reference) and flags. */
status
textio_get_decoder_state(TextIO *self, PyObject **held, int *flags, PyObject **wide)
{
    if (wide)
        *wide = NULL;
    if (self->native_decoder) {
        *flags = self->rule.universal ? self->state.newline.pending_cr : 0;
        *held = PyBytes_FromStringAndSize((char *)self->state.held, self->state.held_length);
        return *held ? 0 : -1;
    }
    PyObject *state = PyObject_CallMethodNoArgs(self->decoder, ID(getstate));
    if (!state)
        return -1;
    PyObject *number;
    *held = NULL;
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "illegal decoder state");
    } else if (PyArg_ParseTuple(state, "OO!;illegal decoder state", held, &PyLong_Type, &number)) {
        if (!PyArg_Parse(number, "i", flags) && wide) {
            PyErr_Clear();
            *wide = Py_NewRef(number);
        }
        if (PyErr_Occurred())
            *held = NULL;
        else if (PyBytes_Check(*held))
            Py_INCREF(*held);
        else
            PyErr_Format(PyExc_TypeError,
                         "illegal decoder state: the first item should be a bytes object, not "
                         "'%.200s'",
                         Py_TYPE(*held)->tp_name);
    }
    Py_DECREF(state);
    if (!PyErr_Occurred())
        return 0;
    if (wide)
        Py_CLEAR(*wide);
    return -1;
}

/* Put the decoder into the state (b'', flags); at the very start of the stream it is reset. */
status
textio_set_decoder_state(TextIO *self, int flags, int reset)
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

/* -- encoding -------------------------------------------------------------------------------- */

/* Encode a str that is not plain ASCII for a native encoder, or any for an encoder object. */
PyObject *
textio_encode(TextIO *self, PyObject *text)
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
status
textio_reset_encoder(TextIO *self, int at_start)
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
status
textio_adjust_encoder(TextIO *self)
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
    return moved <= 0 ? moved : textio_reset_encoder(self, 0);
}

/* Streams that cannot seek begin without a byte order mark in UTF-16 and UTF-32. */
status
textio_omit_mark(TextIO *self, PyObject *codec_info)
{
    PyObject *name;
    if (!self->can_write || _PyObject_LookupAttr(codec_info, ID(name), &name) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    bool wide = PyUnicode_Check(name) && (_PyUnicode_EqualToASCIIString(name, "utf-16") ||
                                          _PyUnicode_EqualToASCIIString(name, "utf-32"));
    Py_DECREF(name);
    return wide ? textio_reset_encoder(self, 0) : 0;
}

/* -- choosing -------------------------------------------------------------------------------- */

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

status
textio_make_decoder(TextIO *self, PyObject *codec_info)
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

status
textio_make_encoder(TextIO *self, PyObject *codec_info)
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

/* In development mode a wrong error handler name is noticed at once. */
status
textio_check_errors(PyObject *errors)
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
PyObject *
textio_resolve_encoding(const char *encoding)
{
    if (!encoding && Py_UTF8Mode)
        return PyUnicode_FromString("utf-8");
    if (!encoding || strcmp(encoding, "locale") == 0)
        return _Py_GetLocaleEncodingObject();
    return PyUnicode_FromString(encoding);
}

extern PyObject *_PyCodec_LookupTextEncoding(const char *, const char *);

PyObject *
textio_look_up_codec(PyObject *encoding)
{
    const char *name = PyUnicode_AsUTF8(encoding);
    return name ? _PyCodec_LookupTextEncoding(name, "codecs.open()") : NULL;
}

status
textio_change_codec(TextIO *self, PyObject *encoding, PyObject *errors, int newline_changed)
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
    PyObject *codec_info = name && handler ? textio_look_up_codec(name) : NULL;
    if (!codec_info || textio_check_errors(handler) < 0) {
        Py_XDECREF(codec_info);
        Py_XDECREF(name);
        Py_XDECREF(handler);
        return -1;
    }
    PyObject *old = self->errors;
    self->errors = handler;
    status done = textio_make_decoder(self, codec_info) < 0 || textio_make_encoder(self, codec_info) < 0 ? -1 : 0;
    Py_DECREF(codec_info);
    if (done < 0) {
        self->errors = old;
        Py_DECREF(handler);
        Py_DECREF(name);
        return -1;
    }
    Py_XDECREF(old);
    Py_SETREF(self->encoding, name);
    return textio_adjust_encoder(self);
}
