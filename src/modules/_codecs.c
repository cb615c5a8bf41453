/* _codecs: the built-in codecs as functions, and the codec registry.

   A decoder takes (data, errors[, ...]) and returns (text, bytes used); an encoder takes
   (str, errors[, ...]) and returns (bytes, characters used).  Where `final` is false, an
   incomplete sequence at the end of the data is not used. */
#include "object/declare.h"

/* (result, used); steals the result, which may be NULL after an error. */
static PyObject *
pair_take(PyObject *result, Py_ssize_t used)
{
    return result == NULL ? NULL : Py_BuildValue("(Nn)", result, used);
}

static PyObject *
encoded_take(PyObject *bytes, PyUnicodeObject *text)
{
    return pair_take(bytes, PyUnicode_GET_LENGTH((PyObject *)text));
}

/* ---- registry ----------------------------------------------------------------------------------- */

FUNCTION(_codecs, register, "($module, search_function, /)",
         "Add a function that finds codecs.\n\n"
         "It is called with an encoding's name in lower case and returns a codecs.CodecInfo, or\n"
         "None if it does not know it.")
static status
_codecs_register(PyObject *Py_UNUSED(module), PyObject *search_function)
{
    return PyCodec_Register(search_function);
}

FUNCTION(_codecs, unregister, "($module, search_function, /)",
         "Remove a search function and forget what has been looked up so far.")
static status
_codecs_unregister(PyObject *Py_UNUSED(module), PyObject *search_function)
{
    return PyCodec_Unregister(search_function);
}

FUNCTION(_codecs, lookup, "($module, encoding, /)", "The codecs.CodecInfo of an encoding.")
static PyObject *
_codecs_lookup(PyObject *Py_UNUSED(module), const char *encoding)
{
    return _PyCodec_Lookup(encoding);
}

FUNCTION(_codecs, encode, "($module, /, obj, encoding='utf-8', errors='strict')",
         "Encode any object by a codec's name.\n\nThe codec decides what obj and the result may be.")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
static PyObject *
_codecs_encode(PyObject *Py_UNUSED(module), PyObject *obj, const char *encoding, const char *errors)
{
    return PyCodec_Encode(obj, encoding ? encoding : PyUnicode_GetDefaultEncoding(), errors);
}

FUNCTION(_codecs, decode, "($module, /, obj, encoding='utf-8', errors='strict')",
         "Decode any object by a codec's name.\n\nThe codec decides what obj and the result may be.")
DEFAULT(encoding, NULL)
DEFAULT(errors, NULL)
static PyObject *
_codecs_decode(PyObject *Py_UNUSED(module), PyObject *obj, const char *encoding, const char *errors)
{
    return PyCodec_Decode(obj, encoding ? encoding : PyUnicode_GetDefaultEncoding(), errors);
}

FUNCTION(_codecs, register_error, "($module, errors, handler, /)",
         "Make a function the error handler of that name.\n\n"
         "It gets a UnicodeError and returns (replacement, position to go on) or raises.")
static status
_codecs_register_error(PyObject *Py_UNUSED(module), const char *errors, PyObject *handler)
{
    return PyCodec_RegisterError(errors, handler);
}

FUNCTION(_codecs, lookup_error, "($module, name, /)", "The error handler of that name.")
static PyObject *
_codecs_lookup_error(PyObject *Py_UNUSED(module), const char *name)
{
    return PyCodec_LookupError(name);
}

/* ---- decoders ------------------------------------------------------------------------------------ */

FUNCTION(_codecs, utf_7_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_7_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors, int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF7Stateful(data->buf, data->len, errors, final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_8_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_8_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors, int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF8Stateful(data->buf, data->len, errors, final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_16_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_16_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors, int final)
{
    int byteorder = 0;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF16Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_16_le_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_16_le_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int final)
{
    int byteorder = -1;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF16Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_16_be_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_16_be_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int final)
{
    int byteorder = 1;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF16Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_16_ex_decode,
         "($module, data, errors=None, byteorder=0, final=False,\n                 /)", NULL)
static PyObject *
_codecs_utf_16_ex_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int byteorder, int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF16Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return text == NULL ? NULL : Py_BuildValue("(Nni)", text, used, byteorder);
}

FUNCTION(_codecs, utf_32_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_32_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors, int final)
{
    int byteorder = 0;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF32Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_32_le_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_32_le_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int final)
{
    int byteorder = -1;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF32Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_32_be_decode, "($module, data, errors=None, final=False, /)", NULL)
static PyObject *
_codecs_utf_32_be_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int final)
{
    int byteorder = 1;
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF32Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, utf_32_ex_decode,
         "($module, data, errors=None, byteorder=0, final=False,\n                 /)", NULL)
static PyObject *
_codecs_utf_32_ex_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                         int byteorder, int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = PyUnicode_DecodeUTF32Stateful(data->buf, data->len, errors, &byteorder,
                                                  final ? NULL : &used);
    return text == NULL ? NULL : Py_BuildValue("(Nni)", text, used, byteorder);
}

FUNCTION(_codecs, unicode_escape_decode, "($module, data, errors=None, final=True, /)", NULL)
static PyObject *
_codecs_unicode_escape_decode(PyObject *Py_UNUSED(module), str_or_buffer *data, text_or_none errors,
                              int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = _PyUnicode_DecodeUnicodeEscapeStateful(data->buf, data->len, errors, final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, raw_unicode_escape_decode, "($module, data, errors=None, final=True, /)", NULL)
static PyObject *
_codecs_raw_unicode_escape_decode(PyObject *Py_UNUSED(module), str_or_buffer *data,
                                  text_or_none errors, int final)
{
    Py_ssize_t used = data->len;
    PyObject *text = _PyUnicode_DecodeRawUnicodeEscapeStateful(data->buf, data->len, errors, final ? NULL : &used);
    return pair_take(text, used);
}

FUNCTION(_codecs, latin_1_decode, "($module, data, errors=None, /)", NULL)
static PyObject *
_codecs_latin_1_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors)
{
    return pair_take(PyUnicode_DecodeLatin1(data->buf, data->len, errors), data->len);
}

FUNCTION(_codecs, ascii_decode, "($module, data, errors=None, /)", NULL)
static PyObject *
_codecs_ascii_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors)
{
    return pair_take(PyUnicode_DecodeASCII(data->buf, data->len, errors), data->len);
}

FUNCTION(_codecs, charmap_decode, "($module, data, errors=None, mapping=None, /)", NULL)
static PyObject *
_codecs_charmap_decode(PyObject *Py_UNUSED(module), Py_buffer *data, text_or_none errors,
                       PyObject *mapping)
{
    PyObject *text = PyUnicode_DecodeCharmap(data->buf, data->len,
                                             mapping == Py_None ? NULL : mapping, errors);
    return pair_take(text, data->len);
}

FUNCTION(_codecs, escape_decode, "($module, data, errors=None, /)", NULL)
static PyObject *
_codecs_escape_decode(PyObject *Py_UNUSED(module), str_or_buffer *data, text_or_none errors)
{
    return pair_take(PyBytes_DecodeEscape(data->buf, data->len, errors, 0, NULL), data->len);
}

/* ---- encoders ------------------------------------------------------------------------------------ */

FUNCTION(_codecs, readbuffer_encode, "($module, data, errors=None, /)", NULL)
static PyObject *
_codecs_readbuffer_encode(PyObject *Py_UNUSED(module), str_or_buffer *data, text_or_none errors)
{
    return pair_take(PyBytes_FromStringAndSize(data->buf, data->len), data->len);
}

FUNCTION(_codecs, utf_7_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_7_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_EncodeUTF7((PyObject *)str, 0, 0, errors), str);
}

FUNCTION(_codecs, utf_8_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_8_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_AsUTF8String((PyObject *)str, errors), str);
}

FUNCTION(_codecs, utf_16_encode, "($module, str, errors=None, byteorder=0, /)", NULL)
static PyObject *
_codecs_utf_16_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors,
                      int byteorder)
{
    return encoded_take(_PyUnicode_EncodeUTF16((PyObject *)str, errors, byteorder), str);
}

FUNCTION(_codecs, utf_16_le_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_16_le_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_EncodeUTF16((PyObject *)str, errors, -1), str);
}

FUNCTION(_codecs, utf_16_be_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_16_be_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_EncodeUTF16((PyObject *)str, errors, 1), str);
}

FUNCTION(_codecs, utf_32_encode, "($module, str, errors=None, byteorder=0, /)", NULL)
static PyObject *
_codecs_utf_32_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors,
                      int byteorder)
{
    return encoded_take(_PyUnicode_EncodeUTF32((PyObject *)str, errors, byteorder), str);
}

FUNCTION(_codecs, utf_32_le_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_32_le_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_EncodeUTF32((PyObject *)str, errors, -1), str);
}

FUNCTION(_codecs, utf_32_be_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_utf_32_be_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_EncodeUTF32((PyObject *)str, errors, 1), str);
}

FUNCTION(_codecs, unicode_escape_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_unicode_escape_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str,
                              text_or_none errors)
{
    return encoded_take(PyUnicode_AsUnicodeEscapeString((PyObject *)str), str);
}

FUNCTION(_codecs, raw_unicode_escape_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_raw_unicode_escape_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str,
                                  text_or_none errors)
{
    return encoded_take(PyUnicode_AsRawUnicodeEscapeString((PyObject *)str), str);
}

FUNCTION(_codecs, latin_1_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_latin_1_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_AsLatin1String((PyObject *)str, errors), str);
}

FUNCTION(_codecs, ascii_encode, "($module, str, errors=None, /)", NULL)
static PyObject *
_codecs_ascii_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors)
{
    return encoded_take(_PyUnicode_AsASCIIString((PyObject *)str, errors), str);
}

FUNCTION(_codecs, charmap_encode, "($module, str, errors=None, mapping=None, /)", NULL)
static PyObject *
_codecs_charmap_encode(PyObject *Py_UNUSED(module), PyUnicodeObject *str, text_or_none errors,
                       PyObject *mapping)
{
    PyObject *bytes = _PyUnicode_EncodeCharmap((PyObject *)str,
                                               mapping == Py_None ? NULL : mapping, errors);
    return encoded_take(bytes, str);
}

FUNCTION(_codecs, charmap_build, "($module, map, /)", NULL)
static PyObject *
_codecs_charmap_build(PyObject *Py_UNUSED(module), PyUnicodeObject *map)
{
    return PyUnicode_BuildEncodingMap((PyObject *)map);
}

/* Bytes written as the inside of a bytes literal in single quotes. */
static char *
escape_byte(char *out, unsigned char c)
{
    static const char plain[] = "\\'\t\n\r", letters[] = "\\'tnr";
    const char *found = c ? strchr(plain, c) : NULL;
    if (found != NULL) {
        *out++ = '\\';
        *out++ = letters[found - plain];
    }
    else if (c < ' ' || c >= 0x7f) {
        *out++ = '\\';
        *out++ = 'x';
        *out++ = Py_hexdigits[c >> 4];
        *out++ = Py_hexdigits[c & 15];
    }
    else
        *out++ = (char)c;
    return out;
}

FUNCTION(_codecs, escape_encode, "($module, data, errors=None, /)", NULL)
static PyObject *
_codecs_escape_encode(PyObject *Py_UNUSED(module), PyBytesObject *data, text_or_none errors)
{
    const unsigned char *from = (const unsigned char *)PyBytes_AS_STRING(data);
    Py_ssize_t size = PyBytes_GET_SIZE(data), room = 0;
    char scratch[4];
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_ssize_t more = escape_byte(scratch, from[i]) - scratch;
        if (room > PY_SSIZE_T_MAX - more) {
            PyErr_SetString(PyExc_OverflowError, "string is too large to encode");
            return NULL;
        }
        room += more;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, room);
    if (bytes != NULL) {
        char *out = PyBytes_AS_STRING(bytes);
        for (Py_ssize_t i = 0; i < size; i++)
            out = escape_byte(out, from[i]);
    }
    return pair_take(bytes, size);
}

/* ---- module -------------------------------------------------------------------------------------- */

static PyMethodDef _codecs_functions[];

static struct PyModuleDef_Slot _codecs_slots[] = {{0, NULL}};

static WRITTEN struct PyModuleDef _codecs_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_codecs",
    .m_methods = _codecs_functions,
    .m_slots = _codecs_slots,
};

PyMODINIT_FUNC
PyInit__codecs(void)
{
    return PyModuleDef_Init(&_codecs_module);
}

#include "gen/modules/_codecs.inc"
