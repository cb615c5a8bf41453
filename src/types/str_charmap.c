/* Character maps: the charmap codec, its compact encoding table, and str.translate. */
#include <Python.h>
#include <string.h>
#include "base/units.h"
#include "object/declare.h"
#include "types/str_codec.h"

static const char undefined_reason[] = "character maps to <undefined>";
enum { UNDEFINED = 0xfffe }; /* in a decoding table: this byte means nothing */

/* What a mapping says of one character. */
enum answer { ANSWER_FAILED = -1, ANSWER_MISSING, ANSWER_NONE, ANSWER_NUMBER, ANSWER_OBJECT };

/* mapping[ch]: the object (new reference) in *value unless missing. */
static enum answer
ask(PyObject *mapping, Py_UCS4 ch, PyObject **value)
{
    PyObject *key = PyLong_FromLong((long)ch);
    if (key == NULL)
        return ANSWER_FAILED;
    *value = PyObject_GetItem(mapping, key);
    Py_DECREF(key);
    if (*value == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_LookupError))
            return ANSWER_FAILED;
        PyErr_Clear();
        return ANSWER_MISSING;
    }
    return *value == Py_None ? ANSWER_NONE : PyLong_Check(*value) ? ANSWER_NUMBER : ANSWER_OBJECT;
}

/* ---- EncodingMap ---------------------------------------------------------------------------------- */

/* Encodes BMP characters to bytes in three levels of 5, 4 and 7 bits; 0xff (in level 3: 0) marks
   a missing entry.  `tables` holds count2 blocks of 16 and then count3 blocks of 128. */
typedef struct {
    PyObject_HEAD
    unsigned char level1[32];
    int count2, count3;
    unsigned char tables[];
} EncodingMap;

static PyTypeObject EncodingMap_type;

METHOD(encoding_map, size, "($self, /)", "Size in memory, in bytes.")
static PyObject *
encoding_map_size(EncodingMap *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSsize_t(63 + 16 * (Py_ssize_t)self->count2 + 128 * (Py_ssize_t)self->count3);
}

static void
encoding_map_tp_dealloc(EncodingMap *self)
{
    PyObject_Free(self);
}

TYPE(encoding_map, EncodingMap_type, "EncodingMap", EncodingMap, NULL, NULL,
     .tp_basicsize = 64,        /* what sys.getsizeof says; the tables follow the struct itself */
     .tp_flags = Py_TPFLAGS_DEFAULT)

/* The byte for a character, or -1. */
static int
encoding_map_get(const EncodingMap *map, Py_UCS4 ch)
{
    if (ch > 0xffff)
        return -1;
    if (ch == 0)
        return 0;
    unsigned block = map->level1[ch >> 11];
    if (block == 0xff)
        return -1;
    block = map->tables[16 * block + (ch >> 7 & 15)];
    if (block == 0xff)
        return -1;
    int byte = map->tables[16 * map->count2 + 128 * (int)block + (int)(ch & 127)];
    return byte == 0 ? -1 : byte;
}

/* Numbers the blocks a table needs; whether it can be built at all. */
static bool
number_blocks(struct units table, unsigned char level1[32], unsigned char level2[512], int *count2,
              int *count3)
{
    memset(level1, 0xff, 32);
    memset(level2, 0xff, 512);
    *count2 = *count3 = 0;
    if (unit_at(table, 0) != 0)
        return false;
    for (Py_ssize_t i = 1; i < table.length; i++) {
        Py_UCS4 ch = unit_at(table, i);
        if (ch == 0 || ch > 0xffff)
            return false;
        if (ch == UNDEFINED)
            continue;
        if (level1[ch >> 11] == 0xff)
            level1[ch >> 11] = (unsigned char)(*count2)++;
        if (level2[ch >> 7] == 0xff)
            level2[ch >> 7] = (unsigned char)(*count3)++;
    }
    return *count2 < 0xff && *count3 < 0xff;
}

/* An encoding table for a decoding table (a str of up to 256 characters): an EncodingMap if its
   shape allows, else a dict. */
PyObject *
PyUnicode_BuildEncodingMap(PyObject *string)
{
    unsigned char level1[32], level2[512];
    int count2, count3;
    if (!PyUnicode_Check(string) || !PyUnicode_GET_LENGTH(string)) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(string) < 0 || PyType_Ready(&EncodingMap_type) < 0)
        return NULL;
    struct units table = str_units(string);
    table.length = Py_MIN(table.length, 256);
    if (!number_blocks(table, level1, level2, &count2, &count3)) {
        PyObject *dict = PyDict_New();
        if (dict == NULL)
            return NULL;
        for (Py_ssize_t i = 0; i < table.length; i++) {
            PyObject *key = PyLong_FromLong((long)unit_at(table, i)), *value = PyLong_FromSsize_t(i);
            int done = key && value ? PyDict_SetItem(dict, key, value) : -1;
            Py_XDECREF(key);
            Py_XDECREF(value);
            if (done < 0) {
                Py_DECREF(dict);
                return NULL;
            }
        }
        return dict;
    }
    size_t size = (size_t)(16 * count2 + 128 * count3);
    EncodingMap *map = PyObject_Malloc(sizeof *map + size);
    if (map == NULL)
        return PyErr_NoMemory();
    PyObject_Init((PyObject *)map, &EncodingMap_type);
    memcpy(map->level1, level1, 32);
    map->count2 = count2;
    map->count3 = count3;
    memset(map->tables, 0xff, (size_t)(16 * count2));
    memset(map->tables + 16 * count2, 0, (size_t)(128 * count3));
    for (unsigned i = 0; i < 512; i++)
        if (level2[i] != 0xff)
            map->tables[16 * level1[i >> 4] + (i & 15)] = level2[i];
    for (Py_ssize_t i = 1; i < table.length; i++) {
        Py_UCS4 ch = unit_at(table, i);
        if (ch != UNDEFINED)
            map->tables[16 * count2 + 128 * level2[ch >> 7] + (int)(ch & 127)] = (unsigned char)i;
    }
    return (PyObject *)map;
}

/* ---- decoding ---------------------------------------------------------------------------------------- */

/* Decodes with a str as table: runs of defined bytes at once. */
static status
decode_by_table(struct Decoder *d, PyObject *mapping)
{
    struct units table = str_units(mapping);
    Py_ssize_t at = 0;
    while (at < d->size) {
        Py_UCS4 piece[256], ored = 0;
        Py_ssize_t n = 0, most = Py_MIN(d->size - at, (Py_ssize_t)ARRAY_LEN(piece));
        const uint8_t *data = d->data + at;
        for (; n < most && data[n] < table.length; n++) {
            Py_UCS4 ch = unit_at(table, data[n]);
            if (ch == UNDEFINED)
                break;
            ored |= piece[n] = ch;
        }
        if (n > 0) {
            if (_PyUnicodeWriter_Prepare(&d->writer, n, Py_MIN(ored, 0x10ffff)) < 0)
                return -1;
            int kind = (int)d->writer.kind;
            units_copy(kind, (char *)d->writer.data + d->writer.pos * kind, 4, piece, (size_t)n);
            d->writer.pos += n;
            at += n;
        }
        else if (decoder_fail(d, undefined_reason, at, at + 1, &at) < 0)
            return -1;
    }
    return 0;
}

/* Writes what the mapping gives for one byte; 1 written, 0 undefined. */
static truth
decode_one(struct Decoder *d, PyObject *mapping, uint8_t byte)
{
    PyObject *value;
    enum answer answer = ask(mapping, byte, &value);
    if (answer == ANSWER_FAILED)
        return -1;
    if (answer == ANSWER_MISSING)
        return 0;
    truth done = 0;
    if (answer == ANSWER_NUMBER) {
        long ch = PyLong_AsLong(value);
        if (ch == -1 && PyErr_Occurred())
            done = -1;
        else if (ch < 0 || ch > 0x10ffff) {
            PyErr_Format(PyExc_TypeError, "character mapping must be in range(0x%x)", 0x110000);
            done = -1;
        }
        else if (ch != UNDEFINED)
            done = _PyUnicodeWriter_WriteChar(&d->writer, (Py_UCS4)ch) < 0 ? -1 : 1;
    }
    else if (answer == ANSWER_OBJECT) {
        if (!PyUnicode_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "character mapping must return integer, None or str");
            done = -1;
        }
        else if (PyUnicode_READY(value) < 0)
            done = -1;
        else if (PyUnicode_GET_LENGTH(value) != 1 || PyUnicode_READ_CHAR(value, 0) != UNDEFINED) {
            d->writer.overallocate = 1;
            done = _PyUnicodeWriter_WriteStr(&d->writer, value) < 0 ? -1 : 1;
        }
    }
    Py_DECREF(value);
    return done;
}

/* Decodes bytes by a mapping from byte to character: a str, or anything subscriptable whose items
   are code points, strings or None.  NULL means Latin-1. */
PyObject *
PyUnicode_DecodeCharmap(const char *s, Py_ssize_t size, PyObject *mapping, const char *errors)
{
    if (mapping == NULL)
        return PyUnicode_DecodeLatin1(s, size, errors);
    if (size == 0)
        return str_new_empty();
    struct Decoder d;
    decoder_begin(&d, "charmap", errors, s, size);
    d.writer.min_length = size;
    if (PyUnicode_CheckExact(mapping)) {
        if (PyUnicode_READY(mapping) < 0 || decode_by_table(&d, mapping) < 0)
            goto fail;
        return decoder_finish(&d);
    }
    for (Py_ssize_t at = 0; at < d.size;) {
        truth done = decode_one(&d, mapping, d.data[at]);
        if (done < 0)
            goto fail;
        if (done)
            at++;
        else if (decoder_fail(&d, undefined_reason, at, at + 1, &at) < 0)
            goto fail;
    }
    return decoder_finish(&d);
fail:
    decoder_end(&d);
    return NULL;
}

/* ---- encoding ---------------------------------------------------------------------------------------- */

/* Writes the bytes for a character (nothing if out is NULL); 1 mapped, 0 undefined. */
static truth
encode_one(PyObject *mapping, Py_UCS4 ch, struct ByteOut *out)
{
    if (Py_IS_TYPE(mapping, &EncodingMap_type)) {
        int byte = encoding_map_get((EncodingMap *)mapping, ch);
        if (byte < 0)
            return 0;
        uint8_t one = (uint8_t)byte;
        return out != NULL && byte_out_write(out, &one, 1) < 0 ? -1 : 1;
    }
    PyObject *value;
    enum answer answer = ask(mapping, ch, &value);
    if (answer == ANSWER_FAILED)
        return -1;
    if (answer == ANSWER_MISSING)
        return 0;
    truth done = 0;
    if (answer == ANSWER_NUMBER) {
        long byte = PyLong_AsLong(value);
        if (byte == -1 && PyErr_Occurred())
            done = -1;
        else if (byte < 0 || byte > 255) {
            PyErr_SetString(PyExc_TypeError, "character mapping must be in range(256)");
            done = -1;
        }
        else {
            uint8_t one = (uint8_t)byte;
            done = out != NULL && byte_out_write(out, &one, 1) < 0 ? -1 : 1;
        }
    }
    else if (answer == ANSWER_OBJECT) {
        if (PyBytes_Check(value))
            done = out != NULL && byte_out_write(out, PyBytes_AS_STRING(value),
                                                 PyBytes_GET_SIZE(value)) < 0 ? -1 : 1;
        else {
            PyErr_Format(PyExc_TypeError,
                         "character mapping must return integer, bytes or None, not %.400s",
                         Py_TYPE(value)->tp_name);
            done = -1;
        }
    }
    Py_DECREF(value);
    return done;
}

/* Encodes replacement text through the mapping; 0 if a character of it is undefined, too. */
static truth
encode_all(PyObject *mapping, struct units text, struct ByteOut *out)
{
    for (Py_ssize_t i = 0; i < text.length; i++) {
        truth done = encode_one(mapping, unit_at(text, i), out);
        if (done <= 0)
            return done;
    }
    return 1;
}

/* text[from:to] is undefined in the mapping. */
static status
encode_undefined(struct Encoder *e, PyObject *mapping, Py_ssize_t from, Py_ssize_t to,
                 struct ByteOut *out, Py_ssize_t *next)
{
    truth done = 1;
    *next = to;
    switch (e->mode) {
    case ERRORS_STRICT:
        return encoder_raise(e, undefined_reason, from, to);
    case ERRORS_IGNORE:
        return 0;
    case ERRORS_REPLACE:
        for (Py_ssize_t i = from; i < to && done > 0; i++)
            done = encode_one(mapping, '?', out);
        break;
    case ERRORS_XMLCHARREFREPLACE:
        for (Py_ssize_t i = from; i < to && done > 0; i++) {
            char reference[16];
            int n = snprintf(reference, sizeof reference, "&#%u;",
                             (unsigned)PyUnicode_READ_CHAR(e->text, i));
            done = encode_all(mapping, (struct units){1, reference, n}, out);
        }
        break;
    default: {
        PyObject *replacement = encoder_call(e, undefined_reason, from, to, next);
        if (replacement == NULL)
            return -1;
        if (PyBytes_Check(replacement))
            done = byte_out_write(out, PyBytes_AS_STRING(replacement),
                                  PyBytes_GET_SIZE(replacement)) < 0 ? -1 : 1;
        else
            done = encode_all(mapping, str_units(replacement), out);
        Py_DECREF(replacement);
    }
    }
    if (done == 0)
        return encoder_raise(e, undefined_reason, from, to);
    return done < 0 ? -1 : 0;
}

/* Encodes by a mapping from code point to byte, bytes or None.  NULL means Latin-1. */
PyObject *
_PyUnicode_EncodeCharmap(PyObject *text, PyObject *mapping, const char *errors)
{
    if (PyUnicode_READY(text) < 0)
        return NULL;
    if (mapping == NULL)
        return _PyUnicode_AsLatin1String(text, errors);
    struct units u = str_units(text);
    if (u.length == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    struct ByteOut out;
    struct Encoder e;
    if (byte_out_begin(&out, u.length) < 0)
        return NULL;
    encoder_begin(&e, "charmap", errors, text);
    for (Py_ssize_t at = 0; at < u.length;) {
        if (Py_IS_TYPE(mapping, &EncodingMap_type)) { /* a run that it knows */
            if (byte_out_reserve(&out, u.length - at) < 0)
                goto fail;
            uint8_t *p = byte_out_end(&out), *start = p;
            for (int byte; at < u.length; at++) {
                if ((byte = encoding_map_get((EncodingMap *)mapping, unit_at(u, at))) < 0)
                    break;
                *p++ = (uint8_t)byte;
            }
            out.used += p - start;
            if (at == u.length)
                break;
        }
        truth done = encode_one(mapping, unit_at(u, at), &out);
        if (done > 0) {
            at++;
            continue;
        }
        Py_ssize_t end = at + 1;
        while (done == 0 && end < u.length) {
            done = encode_one(mapping, unit_at(u, end), NULL);
            end += done == 0;
        }
        if (done < 0 || encode_undefined(&e, mapping, at, end, &out, &at) < 0)
            goto fail;
    }
    encoder_end(&e);
    return byte_out_finish(&out);
fail:
    encoder_end(&e);
    byte_out_drop(&out);
    return NULL;
}

PyObject *
PyUnicode_AsCharmapString(PyObject *text, PyObject *mapping)
{
    if (!PyUnicode_Check(text) || mapping == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    return _PyUnicode_EncodeCharmap(text, mapping, NULL);
}

/* ---- translate ----------------------------------------------------------------------------------------- */

/* What translation does with an ASCII character, once known: below 0x80 the result. */
enum { CACHE_UNKNOWN = 0xff, CACHE_DELETE = 0xfe };

/* Writes the translation of a character; 1 written, 0 it maps to None. */
static truth
translate_one(_PyUnicodeWriter *writer, PyObject *mapping, Py_UCS4 ch, uint8_t *cache)
{
    if (ch < 128 && cache[ch] != CACHE_UNKNOWN) {
        if (cache[ch] == CACHE_DELETE)
            return 0;
        return _PyUnicodeWriter_WriteChar(writer, cache[ch]) < 0 ? -1 : 1;
    }
    PyObject *value = NULL;
    enum answer answer = ask(mapping, ch, &value);
    Py_UCS4 single = 0x110000;
    truth done = 1;
    switch (answer) {
    case ANSWER_FAILED:
        return -1;
    case ANSWER_MISSING:
        single = ch;
        break;
    case ANSWER_NONE:
        if (ch < 128)
            cache[ch] = CACHE_DELETE;
        done = 0;
        break;
    case ANSWER_NUMBER: {
        long number = PyLong_AsLong(value);
        if (number < 0 || number > 0x10ffff) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_ValueError, "character mapping must be in range(0x%x)", 0x110000);
            else if (PyErr_ExceptionMatches(PyExc_OverflowError))
                PyErr_Format(PyExc_ValueError, "character mapping must be in range(0x%x)", 0x110000);
            done = -1;
        }
        else
            single = (Py_UCS4)number;
        break;
    }
    default:
        if (!PyUnicode_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "character mapping must return integer, None or str");
            done = -1;
        }
        else if (PyUnicode_READY(value) < 0)
            done = -1;
        else if (PyUnicode_GET_LENGTH(value) == 1)
            single = PyUnicode_READ_CHAR(value, 0);
        else {
            writer->overallocate = 1;
            done = _PyUnicodeWriter_WriteStr(writer, value) < 0 ? -1 : 1;
        }
    }
    Py_XDECREF(value);
    if (single <= 0x10ffff) {
        if (ch < 128 && single < 128)
            cache[ch] = (uint8_t)single;
        done = _PyUnicodeWriter_WriteChar(writer, single) < 0 ? -1 : 1;
    }
    return done;
}

/* Calls the error handler for text[from:to]. */
static status
translate_fail(_PyUnicodeWriter *writer, PyObject *text, Py_ssize_t from, Py_ssize_t to,
               const char *errors, Py_ssize_t *next)
{
    PyObject *exc = _PyUnicodeTranslateError_Create(text, from, to, undefined_reason);
    if (exc == NULL)
        return -1;
    PyObject *handler = PyCodec_LookupError(errors), *answer = NULL, *replacement;
    status done = -1;
    Py_ssize_t position, length = PyUnicode_GET_LENGTH(text);
    if (handler != NULL)
        answer = PyObject_CallOneArg(handler, exc);
    if (answer == NULL)
        goto done;
    if (!PyTuple_Check(answer)) {
        PyErr_SetString(PyExc_TypeError, "translating error handler must return (str, int) tuple");
        goto done;
    }
    if (!PyArg_ParseTuple(answer, "Un;translating error handler must return (str, int) tuple",
                          &replacement, &position))
        goto done;
    if (position < 0)
        position += length;
    if (position < 0 || position > length) {
        PyErr_Format(PyExc_IndexError, "position %zd from error handler out of bounds", position);
        goto done;
    }
    *next = position;
    done = _PyUnicodeWriter_WriteStr(writer, replacement);
done:
    Py_XDECREF(handler);
    Py_XDECREF(answer);
    Py_DECREF(exc);
    return done;
}

/* Translates by a mapping from code point to code point, str or None; what it lacks stays.
   None is an error for the handler `errors` ("ignore" deletes). */
PyObject *
PyUnicode_Translate(PyObject *text, PyObject *mapping, const char *errors)
{
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "must be str, not %.100s", Py_TYPE(text)->tp_name);
        return NULL;
    }
    if (mapping == NULL) {
        PyErr_BadArgument();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    struct units u = str_units(text);
    if (u.length == 0)
        return str_unchanged(text);
    uint8_t cache[128];
    memset(cache, CACHE_UNKNOWN, sizeof cache);
    bool ignore = errors != NULL && strcmp(errors, "ignore") == 0;
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.min_length = u.length;
    if (_PyUnicodeWriter_Prepare(&writer, u.length, 0x7f) < 0)
        goto fail;
    for (Py_ssize_t at = 0; at < u.length;) {
        if (u.width == 1 && writer.kind == PyUnicode_1BYTE_KIND) { /* a run of known ones */
            const Py_UCS1 *from = (const Py_UCS1 *)u.data + at;
            Py_UCS1 *to = (Py_UCS1 *)writer.data + writer.pos;
            Py_ssize_t n = 0, most = Py_MIN(u.length - at, writer.size - writer.pos);
            while (n < most && from[n] < 128 && cache[from[n]] < 128) {
                to[n] = cache[from[n]];
                n++;
            }
            writer.pos += n;
            at += n;
            if (at == u.length)
                break;
        }
        truth done = translate_one(&writer, mapping, unit_at(u, at), cache);
        if (done < 0)
            goto fail;
        Py_ssize_t from = at++;
        if (done || ignore)
            continue;
        while (at < u.length) { /* all neighbours that map to None */
            PyObject *value = NULL;
            enum answer answer = ask(mapping, unit_at(u, at), &value);
            Py_XDECREF(value);
            if (answer == ANSWER_FAILED)
                goto fail;
            if (answer != ANSWER_NONE)
                break;
            at++;
        }
        if (translate_fail(&writer, text, from, at, errors, &at) < 0)
            goto fail;
    }
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

METHOD(str, translate, "($self, table, /)",
       "A copy with each character replaced by table[ord(character)].\n\n"
       "The table gives a code point, a string, or None to delete; a LookupError keeps the\n"
       "character.  str.maketrans makes tables.")
PyObject *
str_translate(PyObject *self, PyObject *table)
{
    return PyUnicode_Translate(self, table, "ignore");
}

/* dict[ord(character)] = value; steals value, which may be NULL after an error. */
static status
set_ordinal_take(PyObject *dict, Py_UCS4 ch, PyObject *value)
{
    PyObject *key = value == NULL ? NULL : PyLong_FromLong((long)ch);
    status done = key == NULL ? -1 : PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return done;
}

static status
table_from_strings(PyObject *dict, PyObject *x, PyObject *y, PyObject *z)
{
    if (!PyUnicode_Check(x)) {
        PyErr_SetString(PyExc_TypeError,
                        "first maketrans argument must be a string if there is a second argument");
        return -1;
    }
    if (PyUnicode_READY(x) < 0)
        return -1;
    struct units from = str_units(x), to = str_units(y);
    if (from.length != to.length) {
        PyErr_SetString(PyExc_ValueError,
                        "the first two maketrans arguments must have equal length");
        return -1;
    }
    for (Py_ssize_t i = 0; i < from.length; i++)
        if (set_ordinal_take(dict, unit_at(from, i), PyLong_FromLong((long)unit_at(to, i))) < 0)
            return -1;
    if (z != NULL) {
        struct units gone = str_units(z);
        for (Py_ssize_t i = 0; i < gone.length; i++)
            if (set_ordinal_take(dict, unit_at(gone, i), Py_NewRef(Py_None)) < 0)
                return -1;
    }
    return 0;
}

static status
table_from_dict(PyObject *dict, PyObject *source)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (!PyDict_CheckExact(source)) {
        PyErr_SetString(PyExc_TypeError,
                        "if you give only one argument to maketrans it must be a dict");
        return -1;
    }
    while (PyDict_Next(source, &at, &key, &value)) {
        if (PyUnicode_Check(key)) {
            if (PyUnicode_READY(key) < 0)
                return -1;
            if (PyUnicode_GET_LENGTH(key) != 1) {
                PyErr_SetString(PyExc_ValueError,
                                "string keys in translate table must be of length 1");
                return -1;
            }
            if (set_ordinal_take(dict, PyUnicode_READ_CHAR(key, 0), Py_NewRef(value)) < 0)
                return -1;
        }
        else if (PyLong_Check(key)) {
            if (PyDict_SetItem(dict, key, value) < 0)
                return -1;
        }
        else {
            PyErr_SetString(PyExc_TypeError, "keys in translate table must be strings or integers");
            return -1;
        }
    }
    return 0;
}

STATICMETHOD(str, maketrans, "(x, y=<unrepresentable>, z=<unrepresentable>, /)",
             "A table for str.translate.\n\n"
             "One argument: a dict whose keys are code points or single characters.  Two: strings\n"
             "of equal length, each character mapping to the one at the same place.  A third\n"
             "string holds characters to delete.")
PyObject *
str_maketrans(PyObject *Py_UNUSED(null), PyObject *x, PyUnicodeObject *y, PyUnicodeObject *z)
{
    PyObject *dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    status done = y != NULL ? table_from_strings(dict, x, (PyObject *)y, (PyObject *)z)
                            : table_from_dict(dict, x);
    if (done < 0)
        Py_CLEAR(dict);
    return dict;
}

#include "gen/types/str_charmap.inc"
