/* str: text as code points in 1, 2 or 4 bytes each (PEP 393), and a writer that builds it. */
#ifndef Py_UNICODEOBJECT_H
#define Py_UNICODEOBJECT_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

#define Py_USING_UNICODE
#define Py_UNICODE_SIZE SIZEOF_WCHAR_T
#define Py_UNICODE_WIDE

typedef uint32_t Py_UCS4;
typedef uint16_t Py_UCS2;
typedef uint8_t Py_UCS1;

/* Stands for what could not be decoded. */
#define Py_UNICODE_REPLACEMENT_CHARACTER ((Py_UCS4)0xFFFD)

PyAPI_DATA(PyTypeObject) PyUnicodeIter_Type;
PyAPI_DATA(PyTypeObject) PyUnicode_Type;

PyAPI_FUNC(void) PyUnicode_Append(PyObject **p_left, PyObject *right);
PyAPI_FUNC(void) PyUnicode_AppendAndDel(PyObject **p_left, PyObject *right);
PyAPI_FUNC(PyObject *) PyUnicode_AsASCIIString(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsCharmapString(PyObject *text, PyObject *mapping);
Py_DEPRECATED(3.6) PyAPI_FUNC(PyObject *) PyUnicode_AsDecodedObject(
    PyObject *text, const char *encoding, const char *errors);
Py_DEPRECATED(3.6) PyAPI_FUNC(PyObject *) PyUnicode_AsDecodedUnicode(
    PyObject *text, const char *encoding, const char *errors);
Py_DEPRECATED(3.6) PyAPI_FUNC(PyObject *) PyUnicode_AsEncodedObject(
    PyObject *text, const char *encoding, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_AsEncodedString(PyObject *text, const char *encoding,
                                                 const char *errors);
Py_DEPRECATED(3.6) PyAPI_FUNC(PyObject *) PyUnicode_AsEncodedUnicode(
    PyObject *text, const char *encoding, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_AsLatin1String(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsRawUnicodeEscapeString(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsUTF16String(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsUTF32String(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsUTF8String(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_AsUnicodeEscapeString(PyObject *text);
PyAPI_FUNC(Py_ssize_t) PyUnicode_AsWideChar(PyObject *text, wchar_t *w, Py_ssize_t size);
PyAPI_FUNC(wchar_t *) PyUnicode_AsWideCharString(PyObject *text, Py_ssize_t *size);
PyAPI_FUNC(PyObject *) PyUnicode_BuildEncodingMap(PyObject *string);
PyAPI_FUNC(int) PyUnicode_Compare(PyObject *left, PyObject *right);
PyAPI_FUNC(int) PyUnicode_CompareWithASCIIString(PyObject *text, const char *latin1);
PyAPI_FUNC(PyObject *) PyUnicode_Concat(PyObject *left, PyObject *right);
PyAPI_FUNC(int) PyUnicode_Contains(PyObject *str, PyObject *substr);
PyAPI_FUNC(Py_ssize_t) PyUnicode_Count(PyObject *str, PyObject *substr, Py_ssize_t start,
                                       Py_ssize_t end);
PyAPI_FUNC(PyObject *) PyUnicode_Decode(const char *s, Py_ssize_t size, const char *encoding,
                                        const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeASCII(const char *s, Py_ssize_t size, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeCharmap(const char *s, Py_ssize_t size, PyObject *mapping,
                                               const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeFSDefault(const char *s);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeFSDefaultAndSize(const char *s, Py_ssize_t size);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeLatin1(const char *s, Py_ssize_t size, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeRawUnicodeEscape(const char *s, Py_ssize_t size,
                                                        const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF16(const char *s, Py_ssize_t size, const char *errors,
                                             int *byteorder);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF16Stateful(const char *s, Py_ssize_t size,
                                                     const char *errors, int *byteorder,
                                                     Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF32(const char *s, Py_ssize_t size, const char *errors,
                                             int *byteorder);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF32Stateful(const char *s, Py_ssize_t size,
                                                     const char *errors, int *byteorder,
                                                     Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF7(const char *s, Py_ssize_t size, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF7Stateful(const char *s, Py_ssize_t size,
                                                    const char *errors, Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF8(const char *s, Py_ssize_t size, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUTF8Stateful(const char *s, Py_ssize_t size,
                                                    const char *errors, Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeUnicodeEscape(const char *s, Py_ssize_t size,
                                                     const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_EncodeFSDefault(PyObject *text);
PyAPI_FUNC(int) PyUnicode_FSConverter(PyObject *arg, void *result);
PyAPI_FUNC(int) PyUnicode_FSDecoder(PyObject *arg, void *result);
PyAPI_FUNC(Py_ssize_t) PyUnicode_Find(PyObject *str, PyObject *substr, Py_ssize_t start,
                                      Py_ssize_t end, int direction);
PyAPI_FUNC(PyObject *) PyUnicode_Format(PyObject *format, PyObject *args);
PyAPI_FUNC(PyObject *) PyUnicode_FromEncodedObject(PyObject *obj, const char *encoding,
                                                   const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_FromFormat(const char *format, ...);
PyAPI_FUNC(PyObject *) PyUnicode_FromFormatV(const char *format, va_list vargs);
PyAPI_FUNC(PyObject *) PyUnicode_FromObject(PyObject *obj);
PyAPI_FUNC(PyObject *) PyUnicode_FromOrdinal(int ordinal);
PyAPI_FUNC(PyObject *) PyUnicode_FromString(const char *u);
PyAPI_FUNC(PyObject *) PyUnicode_FromStringAndSize(const char *u, Py_ssize_t size);
PyAPI_FUNC(PyObject *) PyUnicode_FromWideChar(const wchar_t *u, Py_ssize_t size);
PyAPI_FUNC(const char *) PyUnicode_GetDefaultEncoding(void);
Py_DEPRECATED(3.3) PyAPI_FUNC(Py_ssize_t) PyUnicode_GetSize(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_InternFromString(const char *cp);
Py_DEPRECATED(3.10) PyAPI_FUNC(void) PyUnicode_InternImmortal(PyObject **p);
PyAPI_FUNC(void) PyUnicode_InternInPlace(PyObject **p);
PyAPI_FUNC(int) PyUnicode_IsIdentifier(PyObject *self);
PyAPI_FUNC(PyObject *) PyUnicode_Join(PyObject *separator, PyObject *iterable);
PyAPI_FUNC(PyObject *) PyUnicode_Partition(PyObject *s, PyObject *sep);
PyAPI_FUNC(PyObject *) PyUnicode_RPartition(PyObject *s, PyObject *sep);
PyAPI_FUNC(PyObject *) PyUnicode_RSplit(PyObject *s, PyObject *sep, Py_ssize_t maxsplit);
PyAPI_FUNC(PyObject *) PyUnicode_Replace(PyObject *str, PyObject *substr, PyObject *replstr,
                                         Py_ssize_t maxcount);
PyAPI_FUNC(int) PyUnicode_Resize(PyObject **p_text, Py_ssize_t length);
PyAPI_FUNC(PyObject *) PyUnicode_RichCompare(PyObject *left, PyObject *right, int op);
PyAPI_FUNC(PyObject *) PyUnicode_Split(PyObject *s, PyObject *sep, Py_ssize_t maxsplit);
PyAPI_FUNC(PyObject *) PyUnicode_Splitlines(PyObject *text, int keepends);
PyAPI_FUNC(Py_ssize_t) PyUnicode_Tailmatch(PyObject *str, PyObject *substr, Py_ssize_t start,
                                           Py_ssize_t end, int direction);
PyAPI_FUNC(PyObject *) PyUnicode_Translate(PyObject *text, PyObject *mapping, const char *errors);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03030000
PyAPI_FUNC(Py_UCS4 *) PyUnicode_AsUCS4(PyObject *text, Py_UCS4 *target, Py_ssize_t targetsize,
                                       int copy_null);
PyAPI_FUNC(Py_UCS4 *) PyUnicode_AsUCS4Copy(PyObject *text);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeLocale(const char *str, const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_DecodeLocaleAndSize(const char *str, Py_ssize_t len,
                                                     const char *errors);
PyAPI_FUNC(PyObject *) PyUnicode_EncodeLocale(PyObject *text, const char *errors);
PyAPI_FUNC(Py_ssize_t) PyUnicode_FindChar(PyObject *str, Py_UCS4 ch, Py_ssize_t start,
                                          Py_ssize_t end, int direction);
PyAPI_FUNC(Py_ssize_t) PyUnicode_GetLength(PyObject *text);
PyAPI_FUNC(Py_UCS4) PyUnicode_ReadChar(PyObject *text, Py_ssize_t index);
PyAPI_FUNC(PyObject *) PyUnicode_Substring(PyObject *text, Py_ssize_t start, Py_ssize_t end);
PyAPI_FUNC(int) PyUnicode_WriteChar(PyObject *text, Py_ssize_t index, Py_UCS4 ch);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
PyAPI_FUNC(const char *) PyUnicode_AsUTF8AndSize(PyObject *text, Py_ssize_t *size);
#endif

#define PyUnicode_Check(op) PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_UNICODE_SUBCLASS)
#define PyUnicode_CheckExact(op) Py_IS_TYPE((op), &PyUnicode_Type)

#ifndef Py_LIMITED_API
#define PY_UNICODE_TYPE wchar_t
#define USE_UNICODE_WCHAR_CACHE 1
typedef wchar_t Py_UNICODE;

/* ---- layout: which of the three structs an object has follows from `compact` and `ascii` ---- */

enum PyUnicode_Kind {
    PyUnicode_WCHAR_KIND = 0,
    PyUnicode_1BYTE_KIND = 1,
    PyUnicode_2BYTE_KIND = 2,
    PyUnicode_4BYTE_KIND = 4
};

#define SSTATE_NOT_INTERNED 0
#define SSTATE_INTERNED_MORTAL 1
#define SSTATE_INTERNED_IMMORTAL 2

/* Only ASCII: the characters and a final 0 stand behind the struct. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t length;
    Py_hash_t hash;
    struct {
        unsigned int interned : 2;
        unsigned int kind : 3;
        unsigned int compact : 1;
        unsigned int ascii : 1;
        unsigned int ready : 1;
        unsigned int : 24;
    } state;
    wchar_t *wstr;
} PyASCIIObject;

/* Any characters, behind the struct; `utf8` is made when asked for. */
typedef struct {
    PyASCIIObject _base;
    Py_ssize_t utf8_length;
    char *utf8;
    Py_ssize_t wstr_length;
} PyCompactUnicodeObject;

/* Characters elsewhere: subclasses of str. */
typedef struct {
    PyCompactUnicodeObject _base;
    union {
        void *any;
        Py_UCS1 *latin1;
        Py_UCS2 *ucs2;
        Py_UCS4 *ucs4;
    } data;
} PyUnicodeObject;

#define _PyASCIIObject_CAST(op) _Py_CAST(PyASCIIObject *, (op))
#define _PyCompactUnicodeObject_CAST(op) _Py_CAST(PyCompactUnicodeObject *, (op))
#define _PyUnicodeObject_CAST(op) _Py_CAST(PyUnicodeObject *, (op))

/* Grows `buffer`, a str with refcount 1 (or one that is shared while `readonly`). */
typedef struct {
    PyObject *buffer;
    void *data;
    enum PyUnicode_Kind kind;
    Py_UCS4 maxchar;
    Py_ssize_t size;
    Py_ssize_t pos;
    Py_ssize_t min_length;
    Py_UCS4 min_char;
    unsigned char overallocate;
    unsigned char readonly;
} _PyUnicodeWriter;

PyAPI_DATA(const unsigned char) _Py_ascii_whitespace[];

PyAPI_FUNC(const char *) PyUnicode_AsUTF8(PyObject *text);
Py_DEPRECATED(3.3) PyAPI_FUNC(Py_UNICODE *) PyUnicode_AsUnicode(PyObject *text);
Py_DEPRECATED(3.3) PyAPI_FUNC(Py_UNICODE *) PyUnicode_AsUnicodeAndSize(
    PyObject *text, Py_ssize_t *size);
PyAPI_FUNC(Py_ssize_t) PyUnicode_CopyCharacters(PyObject *to, Py_ssize_t to_start, PyObject *from,
                                                Py_ssize_t from_start, Py_ssize_t how_many);
PyAPI_FUNC(Py_ssize_t) PyUnicode_Fill(PyObject *text, Py_ssize_t start, Py_ssize_t length,
                                      Py_UCS4 ch);
PyAPI_FUNC(PyObject *) PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size);
Py_DEPRECATED(3.3) PyAPI_FUNC(PyObject *) PyUnicode_FromUnicode(
    const Py_UNICODE *u, Py_ssize_t size);
PyAPI_FUNC(PyObject *) PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar);
PyAPI_FUNC(void) _PyUnicodeWriter_Dealloc(_PyUnicodeWriter *writer);
PyAPI_FUNC(PyObject *) _PyUnicodeWriter_Finish(_PyUnicodeWriter *writer);
PyAPI_FUNC(void) _PyUnicodeWriter_Init(_PyUnicodeWriter *writer);
PyAPI_FUNC(int) _PyUnicodeWriter_PrepareInternal(_PyUnicodeWriter *writer, Py_ssize_t length,
                                                 Py_UCS4 maxchar);
PyAPI_FUNC(int) _PyUnicodeWriter_PrepareKindInternal(_PyUnicodeWriter *writer,
                                                     enum PyUnicode_Kind kind);
PyAPI_FUNC(int) _PyUnicodeWriter_WriteASCIIString(_PyUnicodeWriter *writer, const char *ascii,
                                                  Py_ssize_t length);
PyAPI_FUNC(int) _PyUnicodeWriter_WriteChar(_PyUnicodeWriter *writer, Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicodeWriter_WriteLatin1String(_PyUnicodeWriter *writer, const char *latin1,
                                                   Py_ssize_t length);
PyAPI_FUNC(int) _PyUnicodeWriter_WriteStr(_PyUnicodeWriter *writer, PyObject *text);
PyAPI_FUNC(int) _PyUnicodeWriter_WriteSubstring(_PyUnicodeWriter *writer, PyObject *text,
                                                Py_ssize_t start, Py_ssize_t end);
PyAPI_FUNC(PyObject *) _PyUnicode_AsASCIIString(PyObject *text, const char *errors);
PyAPI_FUNC(PyObject *) _PyUnicode_AsLatin1String(PyObject *text, const char *errors);
PyAPI_FUNC(PyObject *) _PyUnicode_AsUTF8String(PyObject *text, const char *errors);
PyAPI_FUNC(const Py_UNICODE *) _PyUnicode_AsUnicode(PyObject *text);
PyAPI_FUNC(int) _PyUnicode_CheckConsistency(PyObject *op, int check_content);
PyAPI_FUNC(PyObject *) _PyUnicode_Copy(PyObject *text);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeRawUnicodeEscapeStateful(
    const char *s, Py_ssize_t size, const char *errors, Py_ssize_t *consumed);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeInternal(
    const char *string, Py_ssize_t size, const char *errors, Py_ssize_t *consumed,
    const char **first_invalid_escape);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeInternal2(
    const char *string, Py_ssize_t size, const char *errors, Py_ssize_t *consumed,
    int *first_invalid_escape_char, const char **first_invalid_escape_ptr);
PyAPI_FUNC(PyObject *) _PyUnicode_DecodeUnicodeEscapeStateful(
    const char *s, Py_ssize_t size, const char *errors, Py_ssize_t *consumed);
PyAPI_FUNC(int) _PyUnicode_EQ(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeCharmap(PyObject *text, PyObject *mapping,
                                                const char *errors);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF16(PyObject *text, const char *errors, int byteorder);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF32(PyObject *text, const char *errors, int byteorder);
PyAPI_FUNC(PyObject *) _PyUnicode_EncodeUTF7(PyObject *text, int base64_set_o,
                                             int base64_white_space, const char *errors);
PyAPI_FUNC(int) _PyUnicode_Equal(PyObject *a, PyObject *b);
PyAPI_FUNC(int) _PyUnicode_EqualToASCIIId(PyObject *text, _Py_Identifier *id);
PyAPI_FUNC(int) _PyUnicode_EqualToASCIIString(PyObject *text, const char *ascii);
PyAPI_FUNC(void) _PyUnicode_FastCopyCharacters(PyObject *to, Py_ssize_t to_start, PyObject *from,
                                               Py_ssize_t from_start, Py_ssize_t how_many);
PyAPI_FUNC(void) _PyUnicode_FastFill(PyObject *text, Py_ssize_t start, Py_ssize_t length,
                                     Py_UCS4 ch);
PyAPI_FUNC(Py_UCS4) _PyUnicode_FindMaxChar(PyObject *text, Py_ssize_t start, Py_ssize_t end);
PyAPI_FUNC(int) _PyUnicode_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object,
                                                PyObject *text, Py_ssize_t start, Py_ssize_t end);
PyAPI_FUNC(PyObject *) _PyUnicode_FormatLong(PyObject *value, int alternate, int precision,
                                             int type);
PyAPI_FUNC(PyObject *) _PyUnicode_FromASCII(const char *buffer, Py_ssize_t size);
PyAPI_FUNC(PyObject *) _PyUnicode_FromId(_Py_Identifier *id);
PyAPI_FUNC(Py_ssize_t) _PyUnicode_InsertThousandsGrouping(_PyUnicodeWriter *writer,
                                                          Py_ssize_t n_buffer, PyObject *digits,
                                                          Py_ssize_t d_pos, Py_ssize_t n_digits,
                                                          Py_ssize_t min_width,
                                                          const char *grouping,
                                                          PyObject *thousands_sep,
                                                          Py_UCS4 *maxchar);
PyAPI_FUNC(int) _PyUnicode_IsAlpha(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsCaseIgnorable(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsCased(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsDecimalDigit(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsDigit(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsLinebreak(const Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsLowercase(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsNumeric(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsPrintable(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsTitlecase(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsUppercase(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsWhitespace(const Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsXidContinue(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_IsXidStart(Py_UCS4 ch);
PyAPI_FUNC(PyObject *) _PyUnicode_JoinArray(PyObject *separator, PyObject *const *items,
                                            Py_ssize_t n);
PyAPI_FUNC(int) _PyUnicode_Ready(PyObject *text);
PyAPI_FUNC(Py_ssize_t) _PyUnicode_ScanIdentifier(PyObject *self);
PyAPI_FUNC(int) _PyUnicode_ToDecimalDigit(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_ToDigit(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_ToFoldedFull(Py_UCS4 ch, Py_UCS4 *res);
PyAPI_FUNC(int) _PyUnicode_ToLowerFull(Py_UCS4 ch, Py_UCS4 *res);
PyAPI_FUNC(Py_UCS4) _PyUnicode_ToLowercase(Py_UCS4 ch);
PyAPI_FUNC(double) _PyUnicode_ToNumeric(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_ToTitleFull(Py_UCS4 ch, Py_UCS4 *res);
Py_DEPRECATED(3.3) PyAPI_FUNC(Py_UCS4) _PyUnicode_ToTitlecase(Py_UCS4 ch);
PyAPI_FUNC(int) _PyUnicode_ToUpperFull(Py_UCS4 ch, Py_UCS4 *res);
PyAPI_FUNC(Py_UCS4) _PyUnicode_ToUppercase(Py_UCS4 ch);
PyAPI_FUNC(PyObject *) _PyUnicode_TransformDecimalAndSpaceToASCII(PyObject *text);
PyAPI_FUNC(int) _PyUnicode_WideCharString_Converter(PyObject *obj, void *result);
PyAPI_FUNC(int) _PyUnicode_WideCharString_Opt_Converter(PyObject *obj, void *result);
PyAPI_FUNC(PyObject *) _PyUnicode_XStrip(PyObject *self, int striptype, PyObject *chars);

#define _PyUnicode_AsString PyUnicode_AsUTF8

/* ---- reading and writing characters in place ---- */

static inline unsigned int
PyUnicode_CHECK_INTERNED(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->state.interned;
}

static inline unsigned int
PyUnicode_IS_READY(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->state.ready;
}

static inline unsigned int
PyUnicode_IS_ASCII(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->state.ascii;
}

static inline unsigned int
PyUnicode_IS_COMPACT(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->state.compact;
}

static inline int
PyUnicode_IS_COMPACT_ASCII(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->state.ascii && PyUnicode_IS_COMPACT(op);
}

static inline void *
_PyUnicode_COMPACT_DATA(PyObject *op)
{
    return PyUnicode_IS_ASCII(op) ? (void *)(_PyASCIIObject_CAST(op) + 1)
                                  : (void *)(_PyCompactUnicodeObject_CAST(op) + 1);
}

static inline void *
_PyUnicode_NONCOMPACT_DATA(PyObject *op)
{
    return _PyUnicodeObject_CAST(op)->data.any;
}

static inline void *
PyUnicode_DATA(PyObject *op)
{
    return PyUnicode_IS_COMPACT(op) ? _PyUnicode_COMPACT_DATA(op) : _PyUnicode_NONCOMPACT_DATA(op);
}

static inline Py_ssize_t
PyUnicode_GET_LENGTH(PyObject *op)
{
    return _PyASCIIObject_CAST(op)->length;
}

static inline void
PyUnicode_WRITE(int kind, void *data, Py_ssize_t index, Py_UCS4 value)
{
    switch (kind) {
    case PyUnicode_1BYTE_KIND:
        _Py_STATIC_CAST(Py_UCS1 *, data)[index] = _Py_STATIC_CAST(Py_UCS1, value);
        break;
    case PyUnicode_2BYTE_KIND:
        _Py_STATIC_CAST(Py_UCS2 *, data)[index] = _Py_STATIC_CAST(Py_UCS2, value);
        break;
    default:
        _Py_STATIC_CAST(Py_UCS4 *, data)[index] = value;
    }
}

static inline Py_UCS4
PyUnicode_READ(int kind, const void *data, Py_ssize_t index)
{
    switch (kind) {
    case PyUnicode_1BYTE_KIND:
        return _Py_STATIC_CAST(const Py_UCS1 *, data)[index];
    case PyUnicode_2BYTE_KIND:
        return _Py_STATIC_CAST(const Py_UCS2 *, data)[index];
    default:
        return _Py_STATIC_CAST(const Py_UCS4 *, data)[index];
    }
}

#define PyUnicode_KIND(op) \
    _Py_STATIC_CAST(enum PyUnicode_Kind, _PyASCIIObject_CAST(op)->state.kind)

static inline Py_UCS4
PyUnicode_READ_CHAR(PyObject *unicode, Py_ssize_t index)
{
    return PyUnicode_READ(PyUnicode_KIND(unicode), PyUnicode_DATA(unicode), index);
}

/* The largest code point that the representation holds. */
static inline Py_UCS4
PyUnicode_MAX_CHAR_VALUE(PyObject *op)
{
    if (PyUnicode_IS_ASCII(op)) {
        return 0x7fU;
    }
    switch (PyUnicode_KIND(op)) {
    case PyUnicode_1BYTE_KIND:
        return 0xffU;
    case PyUnicode_2BYTE_KIND:
        return 0xffffU;
    default:
        return 0x10ffffU;
    }
}

static inline int
PyUnicode_READY(PyObject *op)
{
    return PyUnicode_IS_READY(op) ? 0 : _PyUnicode_Ready(op);
}

#define PyUnicode_CHECK_INTERNED(op) PyUnicode_CHECK_INTERNED(_PyObject_CAST(op))
#define PyUnicode_IS_READY(op) PyUnicode_IS_READY(_PyObject_CAST(op))
#define PyUnicode_IS_ASCII(op) PyUnicode_IS_ASCII(_PyObject_CAST(op))
#define PyUnicode_IS_COMPACT(op) PyUnicode_IS_COMPACT(_PyObject_CAST(op))
#define PyUnicode_IS_COMPACT_ASCII(op) PyUnicode_IS_COMPACT_ASCII(_PyObject_CAST(op))
#define PyUnicode_DATA(op) PyUnicode_DATA(_PyObject_CAST(op))
#define PyUnicode_1BYTE_DATA(op) _Py_STATIC_CAST(Py_UCS1 *, PyUnicode_DATA(op))
#define PyUnicode_2BYTE_DATA(op) _Py_STATIC_CAST(Py_UCS2 *, PyUnicode_DATA(op))
#define PyUnicode_4BYTE_DATA(op) _Py_STATIC_CAST(Py_UCS4 *, PyUnicode_DATA(op))
#define PyUnicode_GET_LENGTH(op) PyUnicode_GET_LENGTH(_PyObject_CAST(op))
#define PyUnicode_WRITE(kind, data, index, value)                              \
    PyUnicode_WRITE(_Py_STATIC_CAST(int, (kind)), _Py_CAST(void *, (data)), (index), \
                    _Py_STATIC_CAST(Py_UCS4, (value)))
#define PyUnicode_READ(kind, data, index)                                      \
    PyUnicode_READ(_Py_STATIC_CAST(int, (kind)), _Py_STATIC_CAST(const void *, (data)), (index))
#define PyUnicode_READ_CHAR(unicode, index) PyUnicode_READ_CHAR(_PyObject_CAST(unicode), (index))
#define PyUnicode_MAX_CHAR_VALUE(op) PyUnicode_MAX_CHAR_VALUE(_PyObject_CAST(op))
#define PyUnicode_READY(op) PyUnicode_READY(_PyObject_CAST(op))

/* ---- the wchar_t copy: deprecated, gone in 3.12 ---- */

Py_DEPRECATED(3.3) static inline Py_ssize_t
PyUnicode_WSTR_LENGTH(PyObject *op)
{
    return PyUnicode_IS_COMPACT_ASCII(op) ? _PyASCIIObject_CAST(op)->length
                                          : _PyCompactUnicodeObject_CAST(op)->wstr_length;
}

_Py_COMP_DIAG_PUSH
_Py_COMP_DIAG_IGNORE_DEPR_DECLS

Py_DEPRECATED(3.3) static inline Py_ssize_t
PyUnicode_GET_SIZE(PyObject *op)
{
    if (_PyASCIIObject_CAST(op)->wstr == _Py_NULL) {
        (void)PyUnicode_AsUnicode(op);
    }
    return PyUnicode_WSTR_LENGTH(op);
}

Py_DEPRECATED(3.3) static inline Py_ssize_t
PyUnicode_GET_DATA_SIZE(PyObject *op)
{
    return PyUnicode_GET_SIZE(op) * Py_UNICODE_SIZE;
}

Py_DEPRECATED(3.3) static inline Py_UNICODE *
PyUnicode_AS_UNICODE(PyObject *op)
{
    wchar_t *wstr = _PyASCIIObject_CAST(op)->wstr;
    return wstr != _Py_NULL ? wstr : PyUnicode_AsUnicode(op);
}

Py_DEPRECATED(3.3) static inline const char *
PyUnicode_AS_DATA(PyObject *op)
{
    return (const char *)PyUnicode_AS_UNICODE(op);
}

_Py_COMP_DIAG_POP

#define PyUnicode_WSTR_LENGTH(op) PyUnicode_WSTR_LENGTH(_PyObject_CAST(op))
#define PyUnicode_GET_SIZE(op) PyUnicode_GET_SIZE(_PyObject_CAST(op))
#define PyUnicode_GET_DATA_SIZE(op) PyUnicode_GET_DATA_SIZE(_PyObject_CAST(op))
#define PyUnicode_AS_UNICODE(op) PyUnicode_AS_UNICODE(_PyObject_CAST(op))
#define PyUnicode_AS_DATA(op) PyUnicode_AS_DATA(_PyObject_CAST(op))

/* ---- the writer's fast paths; 0, or -1 with an exception ---- */

#define _PyUnicodeWriter_Prepare(WRITER, LENGTH, MAXCHAR)                      \
    ((MAXCHAR) <= (WRITER)->maxchar && (LENGTH) <= (WRITER)->size - (WRITER)->pos ? 0 \
     : (LENGTH) == 0 ? 0                                                       \
                     : _PyUnicodeWriter_PrepareInternal((WRITER), (LENGTH), (MAXCHAR)))
#define _PyUnicodeWriter_PrepareKind(WRITER, KIND)                             \
    ((KIND) <= (WRITER)->kind ? 0 : _PyUnicodeWriter_PrepareKindInternal((WRITER), (KIND)))

/* ---- classes of characters ---- */

static inline int
Py_UNICODE_ISSPACE(Py_UCS4 ch)
{
    return ch < 128 ? _Py_ascii_whitespace[ch] : _PyUnicode_IsWhitespace(ch);
}

#define Py_UNICODE_ISLOWER(ch) _PyUnicode_IsLowercase(ch)
#define Py_UNICODE_ISUPPER(ch) _PyUnicode_IsUppercase(ch)
#define Py_UNICODE_ISTITLE(ch) _PyUnicode_IsTitlecase(ch)
#define Py_UNICODE_ISLINEBREAK(ch) _PyUnicode_IsLinebreak(ch)
#define Py_UNICODE_TOLOWER(ch) _PyUnicode_ToLowercase(ch)
#define Py_UNICODE_TOUPPER(ch) _PyUnicode_ToUppercase(ch)
#define Py_UNICODE_TOTITLE(ch) _PyUnicode_ToTitlecase(ch)
#define Py_UNICODE_ISDECIMAL(ch) _PyUnicode_IsDecimalDigit(ch)
#define Py_UNICODE_ISDIGIT(ch) _PyUnicode_IsDigit(ch)
#define Py_UNICODE_ISNUMERIC(ch) _PyUnicode_IsNumeric(ch)
#define Py_UNICODE_ISPRINTABLE(ch) _PyUnicode_IsPrintable(ch)
#define Py_UNICODE_TODECIMAL(ch) _PyUnicode_ToDecimalDigit(ch)
#define Py_UNICODE_TODIGIT(ch) _PyUnicode_ToDigit(ch)
#define Py_UNICODE_TONUMERIC(ch) _PyUnicode_ToNumeric(ch)
#define Py_UNICODE_ISALPHA(ch) _PyUnicode_IsAlpha(ch)

static inline int
Py_UNICODE_ISALNUM(Py_UCS4 ch)
{
    return Py_UNICODE_ISALPHA(ch) || Py_UNICODE_ISDECIMAL(ch) || Py_UNICODE_ISDIGIT(ch) ||
           Py_UNICODE_ISNUMERIC(ch);
}

#define Py_UNICODE_ISSPACE(ch) Py_UNICODE_ISSPACE(ch)
#define Py_UNICODE_ISALNUM(ch) Py_UNICODE_ISALNUM(ch)

/* ---- UTF-16 pairs ---- */

#define Py_UNICODE_IS_SURROGATE(ch) (0xD800 <= (ch) && (ch) <= 0xDFFF)
#define Py_UNICODE_IS_HIGH_SURROGATE(ch) (0xD800 <= (ch) && (ch) <= 0xDBFF)
#define Py_UNICODE_IS_LOW_SURROGATE(ch) (0xDC00 <= (ch) && (ch) <= 0xDFFF)
#define Py_UNICODE_JOIN_SURROGATES(high, low)                                  \
    ((((Py_UCS4)(high) & 0x03FF) << 10 | ((Py_UCS4)(low) & 0x03FF)) + 0x10000)
#define Py_UNICODE_HIGH_SURROGATE(ch) (0xD800 - (0x10000 >> 10) + ((ch) >> 10))
#define Py_UNICODE_LOW_SURROGATE(ch) (0xDC00 + ((ch) & 0x3FF))
#endif

#ifdef __cplusplus
}
#endif

#endif
