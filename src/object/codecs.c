/* The codec registry and the error handlers.

   Search functions are asked in order of registration; their answers are cached by normalised
   name.  The standard encodings come from the package `encodings`, imported at the first lookup.
   State: interp->codecs. */
#include <Python.h>
#include <string.h>
#include "base/uniname.h"
#include "object/declare.h"
#include "object/state.h"
#include "types/str.h"
#include "types/str_codec.h"

static status codecs_init(struct CodecState *state);

/* The registry of this interpreter, ready for use; NULL if `encodings` cannot be imported. */
static struct CodecState *
registry(void)
{
    struct CodecState *state = &interp_get()->codecs;
    if (state->search_path == NULL && codecs_init(state) < 0)
        return NULL;
    return state;
}

/* ---- search functions ------------------------------------------------------------------------ */

/* Adds a search function: name -> CodecInfo or None. */
int
PyCodec_Register(PyObject *search_function)
{
    struct CodecState *state = registry();
    if (state == NULL)
        return -1;
    if (search_function == NULL) {
        PyErr_BadArgument();
        return -1;
    }
    if (!PyCallable_Check(search_function)) {
        PyErr_SetString(PyExc_TypeError, "argument must be callable");
        return -1;
    }
    return PyList_Append(state->search_path, search_function);
}

/* Removes a search function and forgets what has been found; not registered is no error. */
int
PyCodec_Unregister(PyObject *search_function)
{
    struct CodecState *state = &interp_get()->codecs;
    if (state->search_path == NULL)
        return 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(state->search_path); i++) {
        if (PyList_GET_ITEM(state->search_path, i) == search_function) {
            if (state->search_cache != NULL)
                PyDict_Clear(state->search_cache);
            return PyList_SetSlice(state->search_path, i, i + 1, NULL);
        }
    }
    return 0;
}

/* The encoding's name as search functions get it, a new interned str: ASCII letters in lower case,
   digits and dots, each run of anything else between them one '_'. */
static PyObject *
normalised_name(const char *encoding)
{
    size_t n = strlen(encoding);
    char *name = PyMem_Malloc(n + 1), *out = name;
    if (name == NULL)
        return PyErr_NoMemory();
    bool gap = false;
    for (const char *p = encoding; *p; p++) {
        if (!Py_ISALNUM(*p) && *p != '.') {
            gap = true;
            continue;
        }
        if (gap && out != name)
            *out++ = '_';
        gap = false;
        *out++ = (char)Py_TOLOWER(*p);
    }
    *out = 0;
    PyObject *text = PyUnicode_FromString(name);
    PyMem_Free(name);
    if (text != NULL)
        PyUnicode_InternInPlace(&text);
    return text;
}

/* The CodecInfo for an encoding (new reference); LookupError if nobody knows it. */
PyObject *
_PyCodec_Lookup(const char *encoding)
{
    if (encoding == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    struct CodecState *state = registry();
    if (state == NULL)
        return NULL;
    PyObject *name = normalised_name(encoding);
    if (name == NULL)
        return NULL;
    PyObject *info = PyDict_GetItemWithError(state->search_cache, name);
    if (info != NULL) {
        Py_INCREF(info);
        goto done;
    }
    if (PyErr_Occurred())
        goto done;
    Py_ssize_t n = PyList_GET_SIZE(state->search_path);
    if (n == 0) {
        PyErr_SetString(PyExc_LookupError,
                        "no codec search functions registered: can't find encoding");
        goto done;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(state->search_path); i++) {
        PyObject *search = Py_NewRef(PyList_GET_ITEM(state->search_path, i));
        info = PyObject_CallOneArg(search, name);
        Py_DECREF(search);
        if (info == NULL)
            goto done;
        if (info == Py_None) {
            Py_CLEAR(info);
            continue;
        }
        if (!PyTuple_Check(info) || PyTuple_GET_SIZE(info) != 4) {
            PyErr_SetString(PyExc_TypeError, "codec search functions must return 4-tuples");
            Py_CLEAR(info);
            goto done;
        }
        if (PyDict_SetItem(state->search_cache, name, info) < 0)
            Py_CLEAR(info);
        goto done;
    }
    PyErr_Format(PyExc_LookupError, "unknown encoding: %s", encoding);
done:
    Py_DECREF(name);
    return info;
}

int
PyCodec_KnownEncoding(const char *encoding)
{
    PyObject *info = _PyCodec_Lookup(encoding);
    if (info == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(info);
    return 1;
}

/* ---- parts of a CodecInfo -------------------------------------------------------------------- */

static PyObject *
info_item(const char *encoding, Py_ssize_t index)
{
    PyObject *info = _PyCodec_Lookup(encoding);
    if (info == NULL)
        return NULL;
    PyObject *item = Py_NewRef(PyTuple_GET_ITEM(info, index));
    Py_DECREF(info);
    return item;
}

PyObject *
PyCodec_Encoder(const char *encoding)
{
    return info_item(encoding, 0);
}

PyObject *
PyCodec_Decoder(const char *encoding)
{
    return info_item(encoding, 1);
}

static PyObject *
make_incremental(PyObject *info, const char *errors, const char *attribute)
{
    PyObject *factory = PyObject_GetAttrString(info, attribute);
    if (factory == NULL)
        return NULL;
    PyObject *coder = errors != NULL ? PyObject_CallFunction(factory, "s", errors)
                                     : PyObject_CallNoArgs(factory);
    Py_DECREF(factory);
    return coder;
}

PyObject *
_PyCodecInfo_GetIncrementalDecoder(PyObject *codec_info, const char *errors)
{
    return make_incremental(codec_info, errors, "incrementaldecoder");
}

PyObject *
_PyCodecInfo_GetIncrementalEncoder(PyObject *codec_info, const char *errors)
{
    return make_incremental(codec_info, errors, "incrementalencoder");
}

static PyObject *
incremental(const char *encoding, const char *errors, const char *attribute)
{
    PyObject *info = _PyCodec_Lookup(encoding);
    if (info == NULL)
        return NULL;
    PyObject *coder = make_incremental(info, errors, attribute);
    Py_DECREF(info);
    return coder;
}

PyObject *
PyCodec_IncrementalEncoder(const char *encoding, const char *errors)
{
    return incremental(encoding, errors, "incrementalencoder");
}

PyObject *
PyCodec_IncrementalDecoder(const char *encoding, const char *errors)
{
    return incremental(encoding, errors, "incrementaldecoder");
}

static PyObject *
stream_coder(const char *encoding, PyObject *stream, const char *errors, Py_ssize_t index)
{
    PyObject *factory = info_item(encoding, index);
    if (factory == NULL)
        return NULL;
    PyObject *coder = errors != NULL ? PyObject_CallFunction(factory, "Os", stream, errors)
                                     : PyObject_CallOneArg(factory, stream);
    Py_DECREF(factory);
    return coder;
}

PyObject *
PyCodec_StreamReader(const char *encoding, PyObject *stream, const char *errors)
{
    return stream_coder(encoding, stream, errors, 2);
}

PyObject *
PyCodec_StreamWriter(const char *encoding, PyObject *stream, const char *errors)
{
    return stream_coder(encoding, stream, errors, 3);
}

/* ---- encoding and decoding --------------------------------------------------------------------- */

/* Calls coder(object[, errors]) and takes the first of the pair it must return. */
static PyObject *
run_coder(PyObject *coder, PyObject *object, const char *encoding, const char *errors,
          const char *operation, const char *complaint)
{
    PyObject *result;
    if (errors != NULL) {
        PyObject *mode = PyUnicode_FromString(errors);
        if (mode == NULL)
            return NULL;
        PyObject *args[] = {object, mode};
        result = PyObject_Vectorcall(coder, args, 2, NULL);
        Py_DECREF(mode);
    }
    else
        result = PyObject_CallOneArg(coder, object);
    if (result == NULL) {
        _PyErr_TrySetFromCause("%s with '%s' codec failed", operation, encoding);
        return NULL;
    }
    if (!PyTuple_Check(result) || PyTuple_GET_SIZE(result) != 2) {
        PyErr_SetString(PyExc_TypeError, complaint);
        Py_DECREF(result);
        return NULL;
    }
    PyObject *value = Py_NewRef(PyTuple_GET_ITEM(result, 0));
    Py_DECREF(result);
    return value;
}

static PyObject *
encode_take(PyObject *encoder, PyObject *object, const char *encoding, const char *errors)
{
    if (encoder == NULL)
        return NULL;
    PyObject *value = run_coder(encoder, object, encoding, errors, "encoding",
                                "encoder must return a tuple (object, integer)");
    Py_DECREF(encoder);
    return value;
}

static PyObject *
decode_take(PyObject *decoder, PyObject *object, const char *encoding, const char *errors)
{
    if (decoder == NULL)
        return NULL;
    PyObject *value = run_coder(decoder, object, encoding, errors, "decoding",
                                "decoder must return a tuple (object,integer)");
    Py_DECREF(decoder);
    return value;
}

/* Encodes with any codec: the result may be of any type. */
PyObject *
PyCodec_Encode(PyObject *object, const char *encoding, const char *errors)
{
    return encode_take(PyCodec_Encoder(encoding), object, encoding, errors);
}

PyObject *
PyCodec_Decode(PyObject *object, const char *encoding, const char *errors)
{
    return decode_take(PyCodec_Decoder(encoding), object, encoding, errors);
}

/* Like _PyCodec_Lookup, but only for text encodings (str <-> bytes).  alternate_command is what
   the message suggests for others. */
PyObject *
_PyCodec_LookupTextEncoding(const char *encoding, const char *alternate_command)
{
    PyObject *info = _PyCodec_Lookup(encoding);
    if (info == NULL || PyTuple_CheckExact(info))
        return info;
    PyObject *flag;
    int found = _PyObject_LookupAttr(info, ID(_is_text_encoding), &flag);
    if (found < 0)
        goto fail;
    if (found) {
        int is_text = PyObject_IsTrue(flag);
        Py_DECREF(flag);
        if (is_text < 0)
            goto fail;
        if (!is_text) {
            PyErr_Format(PyExc_LookupError,
                         alternate_command != NULL
                             ? "'%.400s' is not a text encoding; use %s to handle arbitrary codecs"
                             : "'%.400s' is not a text encoding",
                         encoding, alternate_command);
            goto fail;
        }
    }
    return info;
fail:
    Py_DECREF(info);
    return NULL;
}

static PyObject *
text_coder(const char *encoding, const char *alternate_command, Py_ssize_t index)
{
    PyObject *info = _PyCodec_LookupTextEncoding(encoding, alternate_command);
    if (info == NULL)
        return NULL;
    PyObject *coder = Py_NewRef(PyTuple_GET_ITEM(info, index));
    Py_DECREF(info);
    return coder;
}

PyObject *
_PyCodec_EncodeText(PyObject *object, const char *encoding, const char *errors)
{
    return encode_take(text_coder(encoding, "codecs.encode()", 0), object, encoding, errors);
}

PyObject *
_PyCodec_DecodeText(PyObject *object, const char *encoding, const char *errors)
{
    return decode_take(text_coder(encoding, "codecs.decode()", 1), object, encoding, errors);
}

/* ---- error handlers ------------------------------------------------------------------------------ */

int
PyCodec_RegisterError(const char *name, PyObject *error)
{
    struct CodecState *state = registry();
    if (state == NULL)
        return -1;
    if (!PyCallable_Check(error)) {
        PyErr_SetString(PyExc_TypeError, "handler must be callable");
        return -1;
    }
    return PyDict_SetItemString(state->error_registry, name, error);
}

/* The handler of that name ("strict" for NULL; new reference). */
PyObject *
PyCodec_LookupError(const char *name)
{
    struct CodecState *state = registry();
    if (state == NULL)
        return NULL;
    if (name == NULL)
        name = "strict";
    PyObject *handler = _PyDict_GetItemStringWithError(state->error_registry, name);
    if (handler == NULL) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_LookupError, "unknown error handler name '%.400s'", name);
        return NULL;
    }
    return Py_NewRef(handler);
}

/* What a handler needs to know of a Unicode error. */
struct fault {
    enum { FAULT_ENCODE, FAULT_DECODE, FAULT_TRANSLATE } kind;
    PyObject *object;               /* owned: str, or bytes for FAULT_DECODE */
    Py_ssize_t start, end;
};

static void
wrong_exception(PyObject *exc)
{
    PyErr_Format(PyExc_TypeError, "don't know how to handle %.200s in error callback",
                 Py_TYPE(exc)->tp_name);
}

/* Reads a UnicodeError; `kinds` has bit 1 << kind for those the handler accepts. */
static status
read_fault(PyObject *exc, int kinds, struct fault *f)
{
    f->object = NULL;
    if (kinds & 1 << FAULT_ENCODE && PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeEncodeError)) {
        f->kind = FAULT_ENCODE;
        if (PyUnicodeEncodeError_GetStart(exc, &f->start) < 0 ||
            PyUnicodeEncodeError_GetEnd(exc, &f->end) < 0)
            return -1;
        f->object = PyUnicodeEncodeError_GetObject(exc);
    }
    else if (kinds & 1 << FAULT_DECODE &&
             PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeDecodeError)) {
        f->kind = FAULT_DECODE;
        if (PyUnicodeDecodeError_GetStart(exc, &f->start) < 0 ||
            PyUnicodeDecodeError_GetEnd(exc, &f->end) < 0)
            return -1;
        f->object = PyUnicodeDecodeError_GetObject(exc);
    }
    else if (kinds & 1 << FAULT_TRANSLATE &&
             PyObject_TypeCheck(exc, (PyTypeObject *)PyExc_UnicodeTranslateError)) {
        f->kind = FAULT_TRANSLATE;
        if (PyUnicodeTranslateError_GetStart(exc, &f->start) < 0 ||
            PyUnicodeTranslateError_GetEnd(exc, &f->end) < 0)
            return -1;
        f->object = PyUnicodeTranslateError_GetObject(exc);
    }
    else {
        wrong_exception(exc);
        return -1;
    }
    return f->object == NULL ? -1 : 0;
}

enum { ENCODE = 1 << FAULT_ENCODE, DECODE = 1 << FAULT_DECODE, TRANSLATE = 1 << FAULT_TRANSLATE };

/* "strict": raises the exception it is given. */
PyObject *
PyCodec_StrictErrors(PyObject *exc)
{
    if (PyExceptionInstance_Check(exc))
        PyErr_SetObject(PyExceptionInstance_Class(exc), exc);
    else
        PyErr_SetString(PyExc_TypeError, "codec must pass exception instance");
    return NULL;
}

/* "ignore": leaves the fault out. */
PyObject *
PyCodec_IgnoreErrors(PyObject *exc)
{
    struct fault f;
    if (read_fault(exc, ENCODE | DECODE | TRANSLATE, &f) < 0)
        return NULL;
    Py_DECREF(f.object);
    return Py_BuildValue("(Nn)", str_new_empty(), f.end);
}

static PyObject *
repeated(Py_UCS4 ch, Py_ssize_t n)
{
    PyObject *text = PyUnicode_New(Py_MAX(n, 0), ch);
    if (text != NULL && n > 0)
        _PyUnicode_FastFill(text, 0, n, ch);
    return text;
}

/* "replace": '?' for each character when encoding, else U+FFFD. */
PyObject *
PyCodec_ReplaceErrors(PyObject *exc)
{
    struct fault f;
    if (read_fault(exc, ENCODE | DECODE | TRANSLATE, &f) < 0)
        return NULL;
    Py_DECREF(f.object);
    Py_ssize_t n = f.end - f.start;
    PyObject *text = f.kind == FAULT_DECODE   ? repeated(0xfffd, 1)
                     : f.kind == FAULT_ENCODE ? repeated('?', n)
                                              : repeated(0xfffd, n);
    return text == NULL ? NULL : Py_BuildValue("(Nn)", text, f.end);
}

/* The characters of a fault written as \xNN or &#N;. */
static PyObject *
escaped(struct fault *f, enum error_mode mode)
{
    struct units u = f->kind == FAULT_DECODE
                         ? (struct units){1, PyBytes_AS_STRING(f->object), PyBytes_GET_SIZE(f->object)}
                         : str_units(f->object);
    Py_ssize_t limit = PY_SSIZE_T_MAX / 10;
    if (f->end - f->start > limit)
        f->end = f->start + limit;
    Py_ssize_t size = f->start >= f->end ? 0 : codec_escape_size(u, f->start, f->end, mode);
    PyObject *text = PyUnicode_New(size, 0x7f);
    if (text == NULL)
        return NULL;
    if (size > 0)
        codec_escape(u, f->start, f->end, mode, (char *)PyUnicode_1BYTE_DATA(text));
    return Py_BuildValue("(Nn)", text, f->end);
}

/* "xmlcharrefreplace": &#N; */
PyObject *
PyCodec_XMLCharRefReplaceErrors(PyObject *exc)
{
    struct fault f;
    if (read_fault(exc, ENCODE, &f) < 0)
        return NULL;
    PyObject *answer = escaped(&f, ERRORS_XMLCHARREFREPLACE);
    Py_DECREF(f.object);
    return answer;
}

/* "backslashreplace": \xNN, \uNNNN, \UNNNNNNNN */
PyObject *
PyCodec_BackslashReplaceErrors(PyObject *exc)
{
    struct fault f;
    if (read_fault(exc, ENCODE | DECODE | TRANSLATE, &f) < 0)
        return NULL;
    PyObject *answer = escaped(&f, ERRORS_BACKSLASHREPLACE);
    Py_DECREF(f.object);
    return answer;
}

/* "namereplace": \N{...} where there is a name, else as backslashreplace. */
PyObject *
PyCodec_NameReplaceErrors(PyObject *exc)
{
    struct fault f;
    char name[UNINAME_MAX], buffer[16];
    if (read_fault(exc, ENCODE, &f) < 0)
        return NULL;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    struct units u = str_units(f.object);
    for (Py_ssize_t i = f.start; i < f.end; i++) {
        status done;
        if (uniname_get(unit_at(u, i), name) > 0) {
            done = _PyUnicodeWriter_WriteASCIIString(&writer, "\\N{", 3);
            if (done == 0)
                done = _PyUnicodeWriter_WriteASCIIString(&writer, name, -1);
            if (done == 0)
                done = _PyUnicodeWriter_WriteChar(&writer, '}');
        }
        else {
            char *end = codec_escape(u, i, i + 1, ERRORS_BACKSLASHREPLACE, buffer);
            done = _PyUnicodeWriter_WriteASCIIString(&writer, buffer, end - buffer);
        }
        if (done < 0) {
            _PyUnicodeWriter_Dealloc(&writer);
            Py_DECREF(f.object);
            return NULL;
        }
    }
    Py_DECREF(f.object);
    PyObject *text = _PyUnicodeWriter_Finish(&writer);
    return text == NULL ? NULL : Py_BuildValue("(Nn)", text, f.end);
}

/* The UTF family an encoding belongs to: bytes a unit, and byte order. */
struct utf_kind {
    int size;           /* 1, 2, 4; 0: none of them */
    bool big;
};

static struct utf_kind
utf_kind_of(const char *encoding)
{
    struct utf_kind none = {0, false};
    if (Py_TOLOWER(encoding[0]) != 'u' || Py_TOLOWER(encoding[1]) != 't' ||
        Py_TOLOWER(encoding[2]) != 'f') {
        return strcmp(encoding, "CP_UTF8") == 0 ? (struct utf_kind){1, false} : none;
    }
    encoding += 3;
    if (*encoding == '-' || *encoding == '_')
        encoding++;
    if (encoding[0] == '8' && encoding[1] == 0)
        return (struct utf_kind){1, false};
    int size = encoding[0] == '1' && encoding[1] == '6'   ? 2
               : encoding[0] == '3' && encoding[1] == '2' ? 4
                                                          : 0;
    if (size == 0)
        return none;
    encoding += 2;
    if (*encoding == 0)
        return (struct utf_kind){size, PY_BIG_ENDIAN};
    if (*encoding == '-' || *encoding == '_')
        encoding++;
    if (Py_TOLOWER(encoding[1]) != 'e' || encoding[2] != 0)
        return none;
    char order = (char)Py_TOLOWER(encoding[0]);
    return order == 'b' || order == 'l' ? (struct utf_kind){size, order == 'b'} : none;
}

static void
write_surrogate(struct utf_kind kind, Py_UCS4 ch, unsigned char *out)
{
    if (kind.size == 1) {
        out[0] = (unsigned char)(0xe0 | ch >> 12);
        out[1] = (unsigned char)(0x80 | (ch >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (ch & 0x3f));
        return;
    }
    for (int i = 0; i < kind.size; i++)
        out[kind.big ? kind.size - 1 - i : i] = (unsigned char)(ch >> (8 * i));
}

/* The surrogate encoded at the front of p[0:n], or 0. */
static Py_UCS4
read_surrogate(struct utf_kind kind, const unsigned char *p, Py_ssize_t n)
{
    Py_UCS4 ch = 0;
    if (kind.size == 1) {
        if (n < 3 || (p[0] & 0xf0) != 0xe0 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
            return 0;
        ch = (Py_UCS4)(p[0] & 0x0f) << 12 | (Py_UCS4)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    }
    else {
        if (n < kind.size)
            return 0;
        for (int i = 0; i < kind.size; i++)
            ch |= (Py_UCS4)p[kind.big ? kind.size - 1 - i : i] << (8 * i);
    }
    return Py_UNICODE_IS_SURROGATE(ch) ? ch : 0;
}

static PyObject *
surrogatepass_encode(PyObject *exc, struct fault *f, struct utf_kind kind)
{
    int size = kind.size == 1 ? 3 : kind.size;
    if (f->end - f->start > PY_SSIZE_T_MAX / size)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, Py_MAX(f->end - f->start, 0) * size);
    if (bytes == NULL)
        return NULL;
    unsigned char *out = (unsigned char *)PyBytes_AS_STRING(bytes);
    for (Py_ssize_t i = f->start; i < f->end; i++, out += size) {
        Py_UCS4 ch = PyUnicode_READ_CHAR(f->object, i);
        if (!Py_UNICODE_IS_SURROGATE(ch)) {
            Py_DECREF(bytes);
            return PyCodec_StrictErrors(exc);
        }
        write_surrogate(kind, ch, out);
    }
    return Py_BuildValue("(Nn)", bytes, f->end);
}

/* "surrogatepass": encodes and decodes surrogates in the UTF codecs. */
static PyObject *
surrogatepass_errors(PyObject *Py_UNUSED(null), PyObject *exc)
{
    struct fault f;
    if (read_fault(exc, ENCODE | DECODE, &f) < 0)
        return NULL;
    PyObject *answer = NULL;
    PyObject *encoding = f.kind == FAULT_ENCODE ? PyUnicodeEncodeError_GetEncoding(exc)
                                                : PyUnicodeDecodeError_GetEncoding(exc);
    const char *name = encoding == NULL ? NULL : PyUnicode_AsUTF8(encoding);
    if (name == NULL)
        goto done;
    struct utf_kind kind = utf_kind_of(name);
    if (kind.size == 0)
        answer = PyCodec_StrictErrors(exc);
    else if (f.kind == FAULT_ENCODE)
        answer = surrogatepass_encode(exc, &f, kind);
    else {
        const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(f.object) + f.start;
        Py_UCS4 ch = read_surrogate(kind, p, PyBytes_GET_SIZE(f.object) - f.start);
        if (ch == 0)
            answer = PyCodec_StrictErrors(exc);
        else {
            PyObject *text = str_new_char(ch);
            if (text != NULL)
                answer = Py_BuildValue("(Nn)", text, f.start + (kind.size == 1 ? 3 : kind.size));
        }
    }
done:
    Py_XDECREF(encoding);
    Py_DECREF(f.object);
    return answer;
}

/* "surrogateescape" (PEP 383): bytes from 0x80 that cannot be decoded become U+DC80.., and back. */
static PyObject *
surrogateescape_errors(PyObject *Py_UNUSED(null), PyObject *exc)
{
    struct fault f;
    PyObject *answer = NULL;
    if (read_fault(exc, ENCODE | DECODE, &f) < 0)
        return NULL;
    if (f.kind == FAULT_ENCODE) {
        PyObject *bytes = PyBytes_FromStringAndSize(NULL, Py_MAX(f.end - f.start, 0));
        if (bytes == NULL)
            goto done;
        for (Py_ssize_t i = f.start; i < f.end; i++) {
            Py_UCS4 ch = PyUnicode_READ_CHAR(f.object, i);
            if (ch < 0xdc80 || ch > 0xdcff) {
                Py_DECREF(bytes);
                answer = PyCodec_StrictErrors(exc);
                goto done;
            }
            PyBytes_AS_STRING(bytes)[i - f.start] = (char)(ch - 0xdc00);
        }
        answer = Py_BuildValue("(Nn)", bytes, f.end);
    }
    else {
        const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(f.object);
        Py_UCS2 surrogates[4];
        Py_ssize_t n = 0;
        while (n < 4 && f.start + n < f.end && p[f.start + n] >= 0x80) {
            surrogates[n] = (Py_UCS2)(0xdc00 + p[f.start + n]);
            n++;
        }
        if (n == 0)
            answer = PyCodec_StrictErrors(exc);
        else {
            PyObject *text = PyUnicode_FromKindAndData(2, surrogates, n);
            if (text != NULL)
                answer = Py_BuildValue("(Nn)", text, f.start + n);
        }
    }
done:
    Py_DECREF(f.object);
    return answer;
}

#define HANDLER(name, function)                                                                    \
    static PyObject *name(PyObject *Py_UNUSED(null), PyObject *exc)                                \
    {                                                                                              \
        return function(exc);                                                                      \
    }

HANDLER(strict_errors, PyCodec_StrictErrors)
HANDLER(ignore_errors, PyCodec_IgnoreErrors)
HANDLER(replace_errors, PyCodec_ReplaceErrors)
HANDLER(xmlcharrefreplace_errors, PyCodec_XMLCharRefReplaceErrors)
HANDLER(backslashreplace_errors, PyCodec_BackslashReplaceErrors)
HANDLER(namereplace_errors, PyCodec_NameReplaceErrors)

static PyMethodDef handlers[] = {
    {"strict_errors", strict_errors, METH_O, PyDoc_STR("'strict': raises the error.")},
    {"ignore_errors", ignore_errors, METH_O, PyDoc_STR("'ignore': leaves the fault out.")},
    {"replace_errors", replace_errors, METH_O,
     PyDoc_STR("'replace': puts a replacement marker, ? or U+FFFD.")},
    {"xmlcharrefreplace_errors", xmlcharrefreplace_errors, METH_O,
     PyDoc_STR("'xmlcharrefreplace': encodes to XML character references.")},
    {"backslashreplace_errors", backslashreplace_errors, METH_O,
     PyDoc_STR("'backslashreplace': writes backslash escapes.")},
    {"namereplace_errors", namereplace_errors, METH_O,
     PyDoc_STR("'namereplace': encodes to \\N{...} escapes.")},
    {"surrogatepass", surrogatepass_errors, METH_O, NULL},
    {"surrogateescape", surrogateescape_errors, METH_O, NULL},
};

static const char *const handler_names[] = {"strict", "ignore", "replace", "xmlcharrefreplace",
                                            "backslashreplace", "namereplace", "surrogatepass",
                                            "surrogateescape"};

/* Sets the registry up and imports `encodings`, which registers its search function. */
static status
codecs_init(struct CodecState *state)
{
    state->search_path = PyList_New(0);
    state->search_cache = PyDict_New();
    state->error_registry = PyDict_New();
    if (state->search_path == NULL || state->search_cache == NULL || state->error_registry == NULL)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        PyObject *handler = PyCFunction_NewEx(&handlers[i], NULL, NULL);
        if (handler == NULL)
            return -1;
        status done = PyDict_SetItemString(state->error_registry, handler_names[i], handler);
        Py_DECREF(handler);
        if (done < 0)
            return -1;
    }
    PyObject *encodings = PyImport_ImportModuleNoBlock("encodings");
    if (encodings == NULL)
        return -1;
    Py_DECREF(encodings);
    state->initialized = 1;
    return 0;
}
