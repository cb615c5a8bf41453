/* _struct: Python values as C structs in bytes, and back.

   A format is compiled once into a list of codes; each code points to an entry of the table of its
   byte order, which knows size, alignment and how to pack and unpack one item. */
#include <Python.h>

#include <structmember.h>
#include "object/declare.h"

struct StructState {
    PyObject *cache;                /* dict: format -> Struct */
    PyObject *struct_type;
    PyObject *iterator_type;
    PyObject *error;
};

enum { CACHE_LIMIT = 100 };

struct Entry {
    char code;
    Py_ssize_t size;
    Py_ssize_t alignment;
    PyObject *(*unpack)(const struct Entry *entry, const char *p);
    status (*pack)(struct StructState *state, const struct Entry *entry, char *p, PyObject *value);
};

/* `repeat` items of `size` bytes from `offset` on; entry NULL ends the list. */
struct Code {
    const struct Entry *entry;
    Py_ssize_t offset;
    Py_ssize_t size;
    Py_ssize_t repeat;
};

struct Struct {
    PyObject_HEAD
    Py_ssize_t size;                /* of the whole; -1 before __init__ */
    Py_ssize_t length;              /* number of values */
    struct Code *codes;
    PyObject *format;
    PyObject *weakrefs;
};

static struct PyModuleDef _struct_module;

static struct StructState *
state_of(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &_struct_module);
    return module ? PyModule_GetState(module) : NULL;
}

/* ---- values ----------------------------------------------------------------------------- */

static COLD status
fail(struct StructState *state, const char *text)
{
    PyErr_SetString(state->error, text);
    return -1;
}

/* An int from value; new reference. */
static PyObject *
int_from(struct StructState *state, PyObject *value)
{
    if (PyLong_Check(value)) return Py_NewRef(value);
    if (PyIndex_Check(value)) return PyNumber_Index(value);
    fail(state, "required argument is not an integer");
    return NULL;
}

/* 64 bits of an int that is in range for a signed or unsigned word. */
static status
word_from(struct StructState *state, PyObject *value, bool is_signed, const char *too_large,
          uint64_t *word)
{
    PyObject *v = int_from(state, value);
    if (v == NULL) return -1;
    if (is_signed) {
        *word = (uint64_t)PyLong_AsLongLong(v);
    } else {
        *word = PyLong_AsUnsignedLongLong(v);
    }
    Py_DECREF(v);
    if (*word == (uint64_t)-1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) fail(state, too_large);
        return -1;
    }
    return 0;
}

static const char out_of_range[] = "argument out of range";

/* Does a word fit an entry's size?  -1 with an exception in the words of the reference. */
static COLD status
range_failed(struct StructState *state, const struct Entry *entry, bool is_signed)
{
    if (is_signed) {
        Py_ssize_t highest = PY_SSIZE_T_MAX >> (8 * (8 - entry->size));
        PyErr_Format(state->error, "'%c' format requires %zd <= number <= %zd", entry->code,
                     ~highest, highest);
    } else {
        size_t highest = SIZE_MAX >> (8 * (8 - entry->size));
        PyErr_Format(state->error, "'%c' format requires 0 <= number <= %zu", entry->code, highest);
    }
    return -1;
}

static inline bool
fits_signed(uint64_t word, Py_ssize_t size)
{
    int64_t x = (int64_t)word, high = x >> (8 * size - 1);
    return size == 8 || high == 0 || high == -1;
}

static inline bool
fits_unsigned(uint64_t word, Py_ssize_t size)
{
    return size == 8 || word >> (8 * size) == 0;
}

static inline void
put_little(char *p, uint64_t word, Py_ssize_t size)
{
    for (Py_ssize_t i = 0; i < size; i++, word >>= 8) p[i] = (char)word;
}

static inline void
put_big(char *p, uint64_t word, Py_ssize_t size)
{
    for (Py_ssize_t i = size; i-- > 0; word >>= 8) p[i] = (char)word;
}

static inline uint64_t
get_little(const char *p, Py_ssize_t size)
{
    uint64_t word = 0;
    for (Py_ssize_t i = size; i-- > 0;) word = word << 8 | (unsigned char)p[i];
    return word;
}

static inline uint64_t
get_big(const char *p, Py_ssize_t size)
{
    uint64_t word = 0;
    for (Py_ssize_t i = 0; i < size; i++) word = word << 8 | (unsigned char)p[i];
    return word;
}

static inline int64_t
extend_sign(uint64_t word, Py_ssize_t size)
{
    int shift = (int)(8 * (8 - size));
    return (int64_t)(word << shift) >> shift;
}

/* ---- bytes, in any order ---------------------------------------------------------------- */

static PyObject *
unpack_char(const struct Entry *entry, const char *p)
{
    return PyBytes_FromStringAndSize(p, 1);
}

static status
pack_char(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    if (!PyBytes_Check(value) || PyBytes_GET_SIZE(value) != 1) {
        return fail(state, "char format requires a bytes object of length 1");
    }
    *p = PyBytes_AS_STRING(value)[0];
    return 0;
}

static PyObject *
unpack_byte(const struct Entry *entry, const char *p)
{
    return PyLong_FromLong((signed char)*p);
}

static PyObject *
unpack_ubyte(const struct Entry *entry, const char *p)
{
    return PyLong_FromLong((unsigned char)*p);
}

static status
pack_byte(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    uint64_t word;
    if (word_from(state, value, true, out_of_range, &word) < 0) return -1;
    if (entry->code == 'b' ? !fits_signed(word, 1) : !fits_unsigned(word, 1)) {
        return fail(state, entry->code == 'b' ? "byte format requires -128 <= number <= 127"
                                              : "ubyte format requires 0 <= number <= 255");
    }
    *p = (char)word;
    return 0;
}

static PyObject *
unpack_bool(const struct Entry *entry, const char *p)
{
    return PyBool_FromLong(*p != 0);
}

static status
pack_bool(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    int x = PyObject_IsTrue(value);
    if (x < 0) return -1;
    *p = (char)x;
    return 0;
}

/* ---- integers --------------------------------------------------------------------------- */

/* In the order and size of C here. */
static PyObject *
unpack_native_signed(const struct Entry *entry, const char *p)
{
    switch (entry->size) {
    case 2: {
        int16_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromLong(x);
    }
    case 4: {
        int32_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromLong(x);
    }
    default: {
        int64_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromLongLong(x);
    }
    }
}

static PyObject *
unpack_native_unsigned(const struct Entry *entry, const char *p)
{
    switch (entry->size) {
    case 2: {
        uint16_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromLong(x);
    }
    case 4: {
        uint32_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromUnsignedLong(x);
    }
    default: {
        uint64_t x;
        memcpy(&x, p, sizeof x);
        return PyLong_FromUnsignedLongLong(x);
    }
    }
}

static void
put_native(char *p, uint64_t word, Py_ssize_t size)
{
    if (PY_LITTLE_ENDIAN) {
        put_little(p, word, size);
    } else {
        put_big(p, word, size);
    }
}

static status
pack_native_signed(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    uint64_t word;
    if (word_from(state, value, true, out_of_range, &word) < 0) return -1;
    if (!fits_signed(word, entry->size)) {
        if (entry->code != 'h') return range_failed(state, entry, true);
        PyErr_Format(state->error, "short format requires %d <= number <= %d", SHRT_MIN, SHRT_MAX);
        return -1;
    }
    put_native(p, word, entry->size);
    return 0;
}

static status
pack_native_unsigned(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    uint64_t word;
    /* H is read as a signed number, so that a negative one gets the text with the limits. */
    bool is_short = entry->code == 'H';
    if (word_from(state, value, is_short, out_of_range, &word) < 0) return -1;
    if (!fits_unsigned(word, entry->size)) {
        if (!is_short) return range_failed(state, entry, false);
        PyErr_Format(state->error, "ushort format requires 0 <= number <= %u", USHRT_MAX);
        return -1;
    }
    put_native(p, word, entry->size);
    return 0;
}

static PyObject *
unpack_pointer(const struct Entry *entry, const char *p)
{
    void *x;
    memcpy(&x, p, sizeof x);
    return PyLong_FromVoidPtr(x);
}

static status
pack_pointer(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    PyObject *v = int_from(state, value);
    if (v == NULL) return -1;
    void *x = PyLong_AsVoidPtr(v);
    Py_DECREF(v);
    if (x == NULL && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) fail(state, "int too large to convert");
        return -1;
    }
    memcpy(p, &x, sizeof x);
    return 0;
}

/* In a given order with standard sizes. */
static status
standard_word(struct StructState *state, const struct Entry *entry, PyObject *value, bool is_signed,
              uint64_t *word)
{
    const char *text = entry->size == 8 ? "int too large to convert" : out_of_range;
    if (word_from(state, value, is_signed, text, word) < 0) return -1;
    if (is_signed ? !fits_signed(*word, entry->size) : !fits_unsigned(*word, entry->size)) {
        return range_failed(state, entry, is_signed);
    }
    return 0;
}

#define STANDARD(order)                                                                            \
    static PyObject *unpack_##order##_signed(const struct Entry *entry, const char *p)             \
    {                                                                                              \
        return PyLong_FromLongLong(extend_sign(get_##order(p, entry->size), entry->size));         \
    }                                                                                              \
    static PyObject *unpack_##order##_unsigned(const struct Entry *entry, const char *p)           \
    {                                                                                              \
        return PyLong_FromUnsignedLongLong(get_##order(p, entry->size));                           \
    }                                                                                              \
    static status pack_##order##_signed(struct StructState *state, const struct Entry *entry,      \
                                        char *p, PyObject *value)                                  \
    {                                                                                              \
        uint64_t word;                                                                             \
        if (standard_word(state, entry, value, true, &word) < 0) return -1;                        \
        put_##order(p, word, entry->size);                                                         \
        return 0;                                                                                  \
    }                                                                                              \
    static status pack_##order##_unsigned(struct StructState *state, const struct Entry *entry,    \
                                          char *p, PyObject *value)                                \
    {                                                                                              \
        uint64_t word;                                                                             \
        if (standard_word(state, entry, value, false, &word) < 0) return -1;                       \
        put_##order(p, word, entry->size);                                                         \
        return 0;                                                                                  \
    }

STANDARD(little)
STANDARD(big)
#undef STANDARD

/* ---- floats ----------------------------------------------------------------------------- */

static status
double_from(struct StructState *state, PyObject *value, double *x)
{
    *x = PyFloat_AsDouble(value);
    if (*x == -1.0 && PyErr_Occurred()) return fail(state, "required argument is not a float");
    return 0;
}

#define FLOATS(order, is_little)                                                                   \
    static PyObject *unpack_##order##_float(const struct Entry *entry, const char *p)              \
    {                                                                                              \
        double x = entry->size == 2   ? PyFloat_Unpack2(p, is_little)                              \
                   : entry->size == 4 ? PyFloat_Unpack4(p, is_little)                              \
                                      : PyFloat_Unpack8(p, is_little);                             \
        if (x == -1.0 && PyErr_Occurred()) return NULL;                                            \
        return PyFloat_FromDouble(x);                                                              \
    }                                                                                              \
    static status pack_##order##_float(struct StructState *state, const struct Entry *entry,       \
                                       char *p, PyObject *value)                                   \
    {                                                                                              \
        double x;                                                                                  \
        if (double_from(state, value, &x) < 0) return -1;                                          \
        return entry->size == 2   ? PyFloat_Pack2(x, p, is_little)                                 \
               : entry->size == 4 ? PyFloat_Pack4(x, p, is_little)                                 \
                                  : PyFloat_Pack8(x, p, is_little);                                \
    }

FLOATS(little, 1)
FLOATS(big, 0)
#undef FLOATS

static PyObject *
unpack_native_half(const struct Entry *entry, const char *p)
{
    return PyFloat_FromDouble(PyFloat_Unpack2(p, PY_LITTLE_ENDIAN));
}

static status
pack_native_half(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    double x;
    if (double_from(state, value, &x) < 0) return -1;
    return PyFloat_Pack2(x, p, PY_LITTLE_ENDIAN);
}

static PyObject *
unpack_native_float(const struct Entry *entry, const char *p)
{
    float x;
    memcpy(&x, p, sizeof x);
    return PyFloat_FromDouble(x);
}

static status
pack_native_float(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    double x;
    if (double_from(state, value, &x) < 0) return -1;
    float y = (float)x;
    memcpy(p, &y, sizeof y);
    return 0;
}

static PyObject *
unpack_native_double(const struct Entry *entry, const char *p)
{
    double x;
    memcpy(&x, p, sizeof x);
    return PyFloat_FromDouble(x);
}

static status
pack_native_double(struct StructState *state, const struct Entry *entry, char *p, PyObject *value)
{
    double x;
    if (double_from(state, value, &x) < 0) return -1;
    memcpy(p, &x, sizeof x);
    return 0;
}

/* ---- tables ----------------------------------------------------------------------------- */

#define BYTES                                                                                      \
    {'x', 1, 0, NULL, NULL}, {'s', 1, 0, NULL, NULL}, {'p', 1, 0, NULL, NULL},                     \
    {'c', 1, 0, unpack_char, pack_char}, {'b', 1, 0, unpack_byte, pack_byte},                      \
    {'B', 1, 0, unpack_ubyte, pack_byte}, {'?', 1, 0, unpack_bool, pack_bool}

#define NATIVE(code, type, how) {code, sizeof(type), _Alignof(type), unpack_native_##how, pack_native_##how}

static const struct Entry native_entries[] = {
    BYTES,
    NATIVE('h', short, signed),
    NATIVE('H', unsigned short, unsigned),
    NATIVE('i', int, signed),
    NATIVE('I', unsigned, unsigned),
    NATIVE('l', long, signed),
    NATIVE('L', unsigned long, unsigned),
    NATIVE('n', Py_ssize_t, signed),
    NATIVE('N', size_t, unsigned),
    NATIVE('q', long long, signed),
    NATIVE('Q', unsigned long long, unsigned),
    {'e', 2, _Alignof(short), unpack_native_half, pack_native_half},
    NATIVE('f', float, float),
    NATIVE('d', double, double),
    {'P', sizeof(void *), _Alignof(void *), unpack_pointer, pack_pointer},
    {0, 0, 0, NULL, NULL},
};

#define ORDERED(code, size, order, how) {code, size, 0, unpack_##order##_##how, pack_##order##_##how}

/* Standard sizes in one order; `same` is the family for codes whose native form is the same. */
#define TABLE(order, same)                                                                         \
    {                                                                                              \
        BYTES, ORDERED('h', 2, same, signed), ORDERED('H', 2, same, unsigned),                     \
            ORDERED('i', 4, same, signed), ORDERED('I', 4, same, unsigned),                        \
            ORDERED('l', 4, order, signed), ORDERED('L', 4, order, unsigned),                      \
            ORDERED('q', 8, same, signed), ORDERED('Q', 8, same, unsigned),                        \
            ORDERED('e', 2, order, float), ORDERED('f', 4, order, float),                          \
            ORDERED('d', 8, order, float), {0, 0, 0, NULL, NULL},                                  \
    }

#if PY_LITTLE_ENDIAN
static const struct Entry little_entries[] = TABLE(little, native);
static const struct Entry big_entries[] = TABLE(big, big);
#else
static const struct Entry little_entries[] = TABLE(little, little);
static const struct Entry big_entries[] = TABLE(big, native);
#endif

static const struct Entry *
find_entry(struct StructState *state, const struct Entry *table, char code)
{
    for (; table->code; table++) {
        if (table->code == code) return table;
    }
    fail(state, "bad char in struct format");
    return NULL;
}

/* ---- compiling a format ----------------------------------------------------------------- */

/* One item of a format: a count and an entry; *s moves behind it.  1, 0 at the end, -1 on error. */
static int
next_item(struct StructState *state, const char **s, const struct Entry *table, Py_ssize_t *count,
          const struct Entry **entry)
{
    while (Py_ISSPACE(Py_CHARMASK(**s))) ++*s;
    if (**s == '\0') return 0;
    Py_ssize_t n = 1;
    if (Py_ISDIGIT(Py_CHARMASK(**s))) {
        for (n = 0; Py_ISDIGIT(Py_CHARMASK(**s)); ++*s) {
            int digit = **s - '0';
            if (n > (PY_SSIZE_T_MAX - digit) / 10) {
                return fail(state, "total struct size too long");
            }
            n = n * 10 + digit;
        }
        if (**s == '\0') return fail(state, "repeat count given without format specifier");
    }
    *entry = find_entry(state, table, **s);
    if (*entry == NULL) return -1;
    ++*s;
    *count = n;
    return 1;
}

/* Compile the format of self. */
static status
compile_format(struct StructState *state, struct Struct *self)
{
    const char *text = PyBytes_AS_STRING(self->format), *s;
    if (strlen(text) != (size_t)PyBytes_GET_SIZE(self->format)) {
        return fail(state, "embedded null character");
    }
    const struct Entry *table = native_entries, *entry;
    switch (*text) {
    case '<':
        table = little_entries;
        text++;
        break;
    case '>':
    case '!':
        table = big_entries;
        text++;
        break;
    case '=':
        table = PY_LITTLE_ENDIAN ? little_entries : big_entries;
        text++;
        break;
    case '@':
        text++;
    }
    /* Twice: to count, and to fill in. */
    Py_ssize_t codes = 0, length = 0, size = 0, n;
    int more;
    for (s = text; (more = next_item(state, &s, table, &n, &entry)) > 0;) {
        bool single = entry->code == 's' || entry->code == 'p';
        if (single) {
            length++;
            codes++;
        } else if (entry->code != 'x') {
            length += n;
            codes += n > 0;
        }
        if (entry->alignment && size > 0) {
            Py_ssize_t over = size % entry->alignment;
            if (over) {
                if (size > PY_SSIZE_T_MAX - entry->alignment) goto too_long;
                size += entry->alignment - over;
            }
        }
        if (n > (PY_SSIZE_T_MAX - size) / entry->size) goto too_long;
        size += n * entry->size;
    }
    if (more < 0) return -1;
    if (codes > (Py_ssize_t)(PY_SSIZE_T_MAX / sizeof(struct Code)) - 1) {
        PyErr_NoMemory();
        return -1;
    }
    struct Code *list = PyMem_Malloc((size_t)(codes + 1) * sizeof(struct Code)), *code = list;
    if (list == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_Free(self->codes);
    self->codes = list;
    self->size = size;
    self->length = length;
    size = 0;
    for (s = text; next_item(state, &s, table, &n, &entry) > 0;) {
        if (entry->alignment && size > 0) {
            size = (size + entry->alignment - 1) / entry->alignment * entry->alignment;
        }
        if (entry->code == 's' || entry->code == 'p') {
            *code++ = (struct Code){entry, size, n, 1};
        } else if (entry->code != 'x' && n > 0) {
            *code++ = (struct Code){entry, size, entry->size, n};
        }
        size += n * entry->size;
    }
    *code = (struct Code){NULL, size, 0, 0};
    return 0;
too_long:
    return fail(state, "total struct size too long");
}

/* ---- Struct ----------------------------------------------------------------------------- */

static PyObject *
Struct_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct Struct *self = (struct Struct *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->format = Py_NewRef(Py_None);
    self->codes = NULL;
    self->size = -1;
    self->length = -1;
    return (PyObject *)self;
}

INIT(Struct, "(format)")
static int
Struct_init(struct Struct *self, PyObject *format)
{
    struct StructState *state = state_of(Py_TYPE(self));
    if (state == NULL) return -1;
    if (PyUnicode_Check(format)) {
        format = PyUnicode_AsASCIIString(format);
        if (format == NULL) return -1;
    } else if (PyBytes_Check(format)) {
        Py_INCREF(format);
    } else {
        PyErr_Format(PyExc_TypeError, "Struct() argument 1 must be a str or bytes object, not %.200s",
                     Py_TYPE(format)->tp_name);
        return -1;
    }
    Py_SETREF(self->format, format);
    return compile_format(state, self);
}

static int
Struct_tp_traverse(struct Struct *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
Struct_tp_dealloc(struct Struct *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    PyMem_Free(self->codes);
    Py_XDECREF(self->format);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The values at p as a tuple. */
static PyObject *
unpack_at(struct Struct *self, const char *p)
{
    PyObject *result = PyTuple_New(self->length > 0 ? self->length : 0);
    if (result == NULL || self->codes == NULL) return result;
    Py_ssize_t i = 0;
    for (const struct Code *code = self->codes; code->entry != NULL; code++) {
        const struct Entry *entry = code->entry;
        const char *at = p + code->offset;
        for (Py_ssize_t left = code->repeat; left > 0; left--, at += code->size) {
            PyObject *value;
            if (entry->code == 's') {
                value = PyBytes_FromStringAndSize(at, code->size);
            } else if (entry->code == 'p') {
                /* '0p' has no room for its count; the size -1 is refused with SystemError. */
                Py_ssize_t n = code->size > 0 ? (unsigned char)*at : 0;
                if (n >= code->size) n = code->size - 1;
                value = PyBytes_FromStringAndSize(at + 1, n);
            } else {
                value = entry->unpack(entry, at);
            }
            if (value == NULL) {
                Py_DECREF(result);
                return NULL;
            }
            PyTuple_SET_ITEM(result, i++, value);
        }
    }
    return result;
}

static PyObject *
unpack(struct StructState *state, struct Struct *self, Py_buffer *buffer)
{
    if (buffer->len != self->size) {
        PyErr_Format(state->error, "unpack requires a buffer of %zd bytes", self->size);
        return NULL;
    }
    return unpack_at(self, buffer->buf);
}

METHOD(Struct, unpack, "($self, buffer, /)",
       "The values in a buffer, whose size must be that of the struct, as a tuple.")
static PyObject *
Struct_unpack(struct Struct *self, Py_buffer *buffer)
{
    struct StructState *state = state_of(Py_TYPE(self));
    return state ? unpack(state, self, buffer) : NULL;
}

/* Check that the struct lies in a buffer at an offset, which may count from the end; `verb` tells
   the error texts apart. */
static status
locate(struct StructState *state, struct Struct *self, Py_ssize_t length, Py_ssize_t *offset,
       bool packing)
{
    if (*offset < 0) {
        if (*offset > -self->size) {
            PyErr_Format(state->error, packing ? "no space to pack %zd bytes at offset %zd"
                                               : "not enough data to unpack %zd bytes at offset %zd",
                         self->size, *offset);
            return -1;
        }
        if (*offset + length < 0) {
            PyErr_Format(state->error, "offset %zd out of range for %zd-byte buffer", *offset,
                         length);
            return -1;
        }
        *offset += length;
    }
    if (length - *offset < self->size) {
        PyErr_Format(state->error,
                     packing ? "pack_into requires a buffer of at least %zu bytes for packing %zd "
                               "bytes at offset %zd (actual buffer size is %zd)"
                             : "unpack_from requires a buffer of at least %zu bytes for unpacking "
                               "%zd bytes at offset %zd (actual buffer size is %zd)",
                     (size_t)self->size + (size_t)*offset, self->size, *offset, length);
        return -1;
    }
    return 0;
}

static PyObject *
unpack_from(struct StructState *state, struct Struct *self, Py_buffer *buffer, Py_ssize_t offset)
{
    if (locate(state, self, buffer->len, &offset, false) < 0) return NULL;
    return unpack_at(self, (char *)buffer->buf + offset);
}

METHOD(Struct, unpack_from, "($self, /, buffer, offset=0)",
       "The values in a buffer from an offset on, as a tuple.")
static PyObject *
Struct_unpack_from(struct Struct *self, Py_buffer *buffer, Py_ssize_t offset)
{
    struct StructState *state = state_of(Py_TYPE(self));
    return state ? unpack_from(state, self, buffer, offset) : NULL;
}

/* %s and %p: bytes cut or filled with zeros. */
static status
pack_run(struct StructState *state, const struct Code *code, char *p, PyObject *value)
{
    bool counted = code->entry->code == 'p';
    const char *s;
    Py_ssize_t n;
    if (PyBytes_Check(value)) {
        s = PyBytes_AS_STRING(value);
        n = PyBytes_GET_SIZE(value);
    } else if (PyByteArray_Check(value)) {
        s = PyByteArray_AS_STRING(value);
        n = PyByteArray_GET_SIZE(value);
    } else {
        return fail(state, counted ? "argument for 'p' must be a bytes object"
                                   : "argument for 's' must be a bytes object");
    }
    if (!counted) {
        if (n > code->size) n = code->size;
        if (n > 0) memcpy(p, s, (size_t)n);
        return 0;
    }
    if (code->size == 0) return 0;
    if (n > code->size - 1) n = code->size - 1;
    if (n > 0) memcpy(p + 1, s, (size_t)n);
    *p = (char)(n > 255 ? 255 : n);
    return 0;
}

/* Write the values of args at p. */
static status
pack_at(struct StructState *state, struct Struct *self, PyObject *const *args, char *p)
{
    memset(p, 0, (size_t)self->size);
    for (const struct Code *code = self->codes; code->entry != NULL; code++) {
        const struct Entry *entry = code->entry;
        char *at = p + code->offset;
        for (Py_ssize_t left = code->repeat; left > 0; left--, at += code->size) {
            status done = entry->pack ? entry->pack(state, entry, at, *args)
                                      : pack_run(state, code, at, *args);
            if (done < 0) return -1;
            args++;
        }
    }
    return 0;
}

static PyObject *
pack(struct StructState *state, struct Struct *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != self->length) {
        PyErr_Format(state->error, "pack expected %zd items for packing (got %zd)", self->length,
                     nargs);
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, self->size);
    if (bytes != NULL && pack_at(state, self, args, PyBytes_AS_STRING(bytes)) < 0) Py_CLEAR(bytes);
    return bytes;
}

METHOD(Struct, pack, NULL, "S.pack(v1, v2, ...) -> bytes\n\nThe values as bytes.")
static PyObject *
Struct_pack(struct Struct *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct StructState *state = state_of(Py_TYPE(self));
    return state ? pack(state, self, args, nargs) : NULL;
}

static PyObject *
pack_into(struct StructState *state, struct Struct *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != self->length + 2) {
        if (nargs == 0) {
            fail(state, "pack_into expected buffer argument");
        } else if (nargs == 1) {
            fail(state, "pack_into expected offset argument");
        } else {
            PyErr_Format(state->error, "pack_into expected %zd items for packing (got %zd)",
                         self->length, nargs - 2);
        }
        return NULL;
    }
    Py_buffer buffer;
    if (PyObject_GetBuffer(args[0], &buffer, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "argument must be read-write bytes-like object, not %.50s",
                     args[0] == Py_None ? "None" : Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    Py_ssize_t offset = PyNumber_AsSsize_t(args[1], PyExc_IndexError);
    PyObject *result = NULL;
    if (!(offset == -1 && PyErr_Occurred()) && locate(state, self, buffer.len, &offset, true) == 0
        && pack_at(state, self, args + 2, (char *)buffer.buf + offset) == 0) {
        result = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&buffer);
    return result;
}

METHOD(Struct, pack_into, NULL,
       "S.pack_into(buffer, offset, v1, v2, ...)\n\nWrite the values into a buffer at an offset.")
static PyObject *
Struct_pack_into(struct Struct *self, PyObject *const *args, Py_ssize_t nargs)
{
    struct StructState *state = state_of(Py_TYPE(self));
    return state ? pack_into(state, self, args, nargs) : NULL;
}

METHOD(Struct, __sizeof__, NULL, "S.__sizeof__() -> size of S in memory, in bytes")
static Py_ssize_t
Struct___sizeof__(struct Struct *self)
{
    Py_ssize_t size = (Py_ssize_t)sizeof(struct Struct) + (Py_ssize_t)sizeof(struct Code);
    for (const struct Code *code = self->codes; code != NULL && code->entry != NULL; code++) {
        size += (Py_ssize_t)sizeof(struct Code);
    }
    return size;
}

GETTER(Struct, format, "struct format string")
static PyObject *
Struct_get_format(struct Struct *self, void *Py_UNUSED(closure))
{
    if (!PyBytes_Check(self->format)) return Py_NewRef(self->format);
    return PyUnicode_FromStringAndSize(PyBytes_AS_STRING(self->format),
                                       PyBytes_GET_SIZE(self->format));
}

GETTER(Struct, size, "struct size in bytes")
static PyObject *
Struct_get_size(struct Struct *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSsize_t(self->size);
}

MEMBER(Struct, __weaklistoffset__, T_PYSSIZET, struct Struct, weakrefs, READONLY, NULL)

HEAPTYPE(Struct, "_struct.Struct", struct Struct, NULL,
         "Struct(fmt) --> compiled struct object",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_getattro, PyObject_GenericGetAttr}, {Py_tp_setattro, PyObject_GenericSetAttr})

/* ---- unpack_iterator -------------------------------------------------------------------- */

struct UnpackIterator {
    PyObject_HEAD
    struct Struct *so;              /* NULL once exhausted */
    Py_buffer buffer;
    Py_ssize_t index;               /* of the next byte */
};

static PyObject *
iter_unpack(struct StructState *state, struct Struct *self, PyObject *source)
{
    if (self->size <= 0) {
        PyErr_SetString(state->error, "cannot iteratively unpack with a struct of length 0");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)state->iterator_type;
    struct UnpackIterator *it = (struct UnpackIterator *)type->tp_alloc(type, 0);
    if (it == NULL) return NULL;
    if (PyObject_GetBuffer(source, &it->buffer, PyBUF_SIMPLE) < 0) {
        it->buffer.obj = NULL;
        Py_DECREF(it);
        return NULL;
    }
    if (it->buffer.len % self->size != 0) {
        PyErr_Format(state->error,
                     "iterative unpacking requires a buffer of a multiple of %zd bytes", self->size);
        Py_DECREF(it);
        return NULL;
    }
    it->so = (struct Struct *)Py_NewRef(self);
    it->index = 0;
    return (PyObject *)it;
}

METHOD(Struct, iter_unpack, "($self, buffer, /)",
       "An iterator over tuples of values from consecutive structs in a buffer.")
static PyObject *
Struct_iter_unpack(struct Struct *self, PyObject *buffer)
{
    struct StructState *state = state_of(Py_TYPE(self));
    return state ? iter_unpack(state, self, buffer) : NULL;
}

static PyObject *
unpack_iterator_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const char *dot = strrchr(type->tp_name, '.');
    PyErr_Format(PyExc_TypeError, "Cannot create '%.200s objects", dot ? dot + 1 : type->tp_name);
    return NULL;
}

static void
unpack_iterator_tp_dealloc(struct UnpackIterator *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->so);
    PyBuffer_Release(&self->buffer);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
unpack_iterator_tp_traverse(struct UnpackIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->so);
    Py_VISIT(self->buffer.obj);
    return 0;
}

static PyObject *
unpack_iterator_tp_iternext(struct UnpackIterator *self)
{
    if (self->so == NULL) return NULL;
    if (self->index >= self->buffer.len) {
        Py_CLEAR(self->so);
        PyBuffer_Release(&self->buffer);
        return NULL;
    }
    PyObject *result = unpack_at(self->so, (char *)self->buffer.buf + self->index);
    self->index += self->so->size;
    return result;
}

METHOD(unpack_iterator, __length_hint__, NULL, "How many structs are left.")
static PyObject *
unpack_iterator___length_hint__(struct UnpackIterator *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t left = self->so ? (self->buffer.len - self->index) / self->so->size : 0;
    return PyLong_FromSsize_t(left);
}

HEAPTYPE(unpack_iterator, "_struct.unpack_iterator", struct UnpackIterator, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_iter, PyObject_SelfIter}, {Py_tp_getattro, PyObject_GenericGetAttr})

/* ---- functions of the module ------------------------------------------------------------ */

/* The compiled format: new reference. */
static struct Struct *
cached(struct StructState *state, PyObject *format)
{
    PyObject *self = PyDict_GetItemWithError(state->cache, format);
    if (self != NULL) return (struct Struct *)Py_NewRef(self);
    if (PyErr_Occurred()) return NULL;
    self = PyObject_CallOneArg(state->struct_type, format);
    if (self == NULL) return NULL;
    if (PyDict_GET_SIZE(state->cache) >= CACHE_LIMIT) PyDict_Clear(state->cache);
    /* A cache without memory is no reason to fail. */
    if (PyDict_SetItem(state->cache, format, self) < 0) PyErr_Clear();
    return (struct Struct *)self;
}

FUNCTION(_struct, _clearcache, "($module, /)", "Forget the compiled formats.")
static PyObject *
_struct__clearcache(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyDict_Clear(((struct StructState *)PyModule_GetState(module))->cache);
    Py_RETURN_NONE;
}

FUNCTION(_struct, calcsize, "($module, format, /)", "Bytes of the struct that a format describes.")
static PyObject *
_struct_calcsize(PyObject *module, PyObject *format)
{
    struct Struct *self = cached(PyModule_GetState(module), format);
    if (self == NULL) return NULL;
    PyObject *size = PyLong_FromSsize_t(self->size);
    Py_DECREF(self);
    return size;
}

static struct Struct *
format_argument(struct StructState *state, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs == 0) {
        PyErr_SetString(PyExc_TypeError, "missing format argument");
        return NULL;
    }
    return cached(state, args[0]);
}

FUNCTION(_struct, pack, NULL, "pack(format, v1, v2, ...) -> bytes\n\nThe values as bytes.")
static PyObject *
_struct_pack(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct StructState *state = PyModule_GetState(module);
    struct Struct *self = format_argument(state, args, nargs);
    if (self == NULL) return NULL;
    PyObject *result = pack(state, self, args + 1, nargs - 1);
    Py_DECREF(self);
    return result;
}

FUNCTION(_struct, pack_into, NULL,
         "pack_into(format, buffer, offset, v1, v2, ...)\n\n"
         "Write the values into a buffer at an offset.")
static PyObject *
_struct_pack_into(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct StructState *state = PyModule_GetState(module);
    struct Struct *self = format_argument(state, args, nargs);
    if (self == NULL) return NULL;
    PyObject *result = pack_into(state, self, args + 1, nargs - 1);
    Py_DECREF(self);
    return result;
}

FUNCTION(_struct, unpack, "($module, format, buffer, /)",
         "The values in a buffer, whose size must be that of the struct, as a tuple.")
static PyObject *
_struct_unpack(PyObject *module, PyObject *format, PyObject *buffer)
{
    struct StructState *state = PyModule_GetState(module);
    struct Struct *self = cached(state, format);
    Py_buffer view;
    if (self == NULL) return NULL;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE) == 0) {
        result = unpack(state, self, &view);
        PyBuffer_Release(&view);
    }
    Py_DECREF(self);
    return result;
}

/* The arguments are converted here: a bad format is told before a bad buffer. */
FUNCTION(_struct, unpack_from, "($module, format, /, buffer, offset=0)",
         "The values in a buffer from an offset on, as a tuple.")
static PyObject *
_struct_unpack_from(PyObject *module, PyObject *format, PyObject *buffer, PyObject *offset)
{
    struct StructState *state = PyModule_GetState(module);
    struct Struct *self = cached(state, format);
    Py_buffer view;
    if (self == NULL) return NULL;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE) == 0) {
        PyObject *index = offset == NULL ? PyLong_FromLong(0) : _PyNumber_Index(offset);
        Py_ssize_t at = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (at != -1 || !PyErr_Occurred()) {
            result = unpack_from(state, self, &view, at);
        }
        PyBuffer_Release(&view);
    }
    Py_DECREF(self);
    return result;
}

FUNCTION(_struct, iter_unpack, "($module, format, buffer, /)",
         "An iterator over tuples of values from consecutive structs in a buffer.")
static PyObject *
_struct_iter_unpack(PyObject *module, PyObject *format, PyObject *buffer)
{
    struct StructState *state = PyModule_GetState(module);
    struct Struct *self = cached(state, format);
    if (self == NULL) return NULL;
    PyObject *result = iter_unpack(state, self, buffer);
    Py_DECREF(self);
    return result;
}

/* ---- the module ------------------------------------------------------------------------- */

#include "gen/modules/_struct.inc"

static int
_struct_exec(PyObject *module)
{
    struct StructState *state = PyModule_GetState(module);
    state->cache = PyDict_New();
    if (state->cache == NULL) return -1;
    state->struct_type = PyType_FromModuleAndSpec(module, &Struct_spec, NULL);
    if (state->struct_type == NULL
        || PyModule_AddType(module, (PyTypeObject *)state->struct_type) < 0) {
        return -1;
    }
    state->iterator_type = PyType_FromModuleAndSpec(module, &unpack_iterator_spec, NULL);
    if (state->iterator_type == NULL) return -1;
    state->error = PyErr_NewException("struct.error", NULL, NULL);
    if (state->error == NULL) return -1;
    return PyModule_AddObjectRef(module, "error", state->error);
}

static int
_struct_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct StructState *state = PyModule_GetState(module);
    Py_VISIT(state->cache);
    Py_VISIT(state->struct_type);
    Py_VISIT(state->iterator_type);
    Py_VISIT(state->error);
    return 0;
}

static int
_struct_clear(PyObject *module)
{
    struct StructState *state = PyModule_GetState(module);
    Py_CLEAR(state->cache);
    Py_CLEAR(state->struct_type);
    Py_CLEAR(state->iterator_type);
    Py_CLEAR(state->error);
    return 0;
}

static void
_struct_free(void *module)
{
    _struct_clear(module);
}

static PyModuleDef_Slot _struct_slots[] = {{Py_mod_exec, _struct_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _struct_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_struct",
    .m_doc = PyDoc_STR(
        "Python values as C structs, represented as bytes.\n\n"
        "The first character of a format may tell byte order, size and alignment:\n"
        "  @: native order, size and alignment (default)   =: native order, standard sizes\n"
        "  <: little-endian, standard sizes                >, !: big-endian, standard sizes\n"
        "Then codes follow, each perhaps with a count before it:\n"
        "  x: pad byte   c: bytes of length 1   b, B: byte   ?: bool   h, H: short   i, I: int\n"
        "  l, L: long   q, Q: long long   e, f, d: half, single and double float\n"
        "  s: bytes   p: Pascal string   only native: n, N: ssize_t, size_t   P: pointer\n"
        "Capitals are unsigned; white space between codes is skipped."),
    .m_size = sizeof(struct StructState),
    .m_methods = _struct_functions,
    .m_slots = _struct_slots,
    .m_traverse = _struct_traverse,
    .m_clear = _struct_clear,
    .m_free = _struct_free,
};

PyMODINIT_FUNC
PyInit__struct(void)
{
    return PyModuleDef_Init(&_struct_module);
}
