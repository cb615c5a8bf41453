/* marshal: the format of .pyc files.

   A value is one byte that names its type, then its contents; numbers are little-endian.  From
   version 3 on a value that occurs again is written once with FLAG_REF set and later as TYPE_REF with
   its index; both sides count the flagged values alike.  Reading trusts nothing: every size is
   checked, nesting is bounded, and a value may refer to one that is not finished only if that is
   harmless (a list, a dict, a set, a tuple). */
#define PY_SSIZE_T_CLEAN
#include "object/declare.h"
#include "object/doors.h"
#include "object/intern.h"
#include "types/code.h"

#include <marshal.h>
#include <sys/stat.h>

enum {
    TYPE_NULL = '0',
    TYPE_NONE = 'N',
    TYPE_FALSE = 'F',
    TYPE_TRUE = 'T',
    TYPE_STOPITER = 'S',
    TYPE_ELLIPSIS = '.',
    TYPE_INT = 'i',
    TYPE_INT64 = 'I',           /* read only */
    TYPE_LONG = 'l',
    TYPE_FLOAT = 'f',
    TYPE_BINARY_FLOAT = 'g',
    TYPE_COMPLEX = 'x',
    TYPE_BINARY_COMPLEX = 'y',
    TYPE_STRING = 's',
    TYPE_INTERNED = 't',
    TYPE_UNICODE = 'u',
    TYPE_ASCII = 'a',
    TYPE_ASCII_INTERNED = 'A',
    TYPE_SHORT_ASCII = 'z',
    TYPE_SHORT_ASCII_INTERNED = 'Z',
    TYPE_TUPLE = '(',
    TYPE_SMALL_TUPLE = ')',
    TYPE_LIST = '[',
    TYPE_DICT = '{',
    TYPE_SET = '<',
    TYPE_FROZENSET = '>',
    TYPE_CODE = 'c',
    TYPE_REF = 'r',
    TYPE_UNKNOWN = '?',
    FLAG_REF = 0x80,
};

enum {
    MAX_DEPTH = 2000,
    DIGIT_BITS = 15,            /* digits of ints in the format have half the size of ours */
    DIGITS_PER_DIGIT = PyLong_SHIFT / DIGIT_BITS,
    SHORT_LENGTH = 256,         /* lengths below fit the byte of the short forms */
};

/* ---- writing ---- */

enum WriteError { WRITE_OK, WRITE_UNMARSHALLABLE, WRITE_TOO_DEEP, WRITE_NO_MEMORY };

/* Values written so far: an open-addressing table from address to index.  Owns the values, so that
   no address is used twice. */
struct Seen {
    PyObject **keys;
    int *index;
    size_t room;                /* a power of two, or 0 */
    int count;
};

struct Writer {
    FILE *file;                 /* NULL: to memory */
    char *start, *next, *end;
    int depth;
    int version;
    enum WriteError error;
    struct Seen seen;
};

static void
write_bytes(struct Writer *w, const void *data, Py_ssize_t size)
{
    if (w->file != NULL) {
        fwrite(data, 1, (size_t)size, w->file);
        return;
    }
    if (size > w->end - w->next) {
        if (w->error == WRITE_NO_MEMORY) {
            return;
        }
        Py_ssize_t used = w->next - w->start;
        if (used > PY_SSIZE_T_MAX / 2 - size) {
            w->error = WRITE_NO_MEMORY;
            return;
        }
        Py_ssize_t room = 2 * (used + size) + 64;
        char *start = PyMem_Realloc(w->start, (size_t)room);
        if (start == NULL) {
            w->error = WRITE_NO_MEMORY;
            return;
        }
        w->start = start;
        w->next = start + used;
        w->end = start + room;
    }
    memcpy(w->next, data, (size_t)size);
    w->next += size;
}

static inline void
write_byte(struct Writer *w, int byte)
{
    if (w->file == NULL && w->next < w->end) {
        *w->next++ = (char)byte;
    }
    else {
        char c = (char)byte;
        write_bytes(w, &c, 1);
    }
}

static void
write_short(struct Writer *w, int value)
{
    write_byte(w, value & 0xff);
    write_byte(w, (value >> 8) & 0xff);
}

static void
write_long(struct Writer *w, long value)
{
    for (int shift = 0; shift < 32; shift += 8) {
        write_byte(w, (int)(value >> shift) & 0xff);
    }
}

static void
write_size(struct Writer *w, Py_ssize_t size)
{
    if (size > INT32_MAX) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_long(w, (long)size);
}

static void
write_sized(struct Writer *w, const char *data, Py_ssize_t size)
{
    write_size(w, size);
    if (w->error != WRITE_UNMARSHALLABLE) {
        write_bytes(w, data, size);
    }
}

static void
write_short_sized(struct Writer *w, const char *data, size_t size)
{
    write_byte(w, (int)size);
    write_bytes(w, data, (Py_ssize_t)size);
}

static size_t
seen_slot(const struct Seen *seen, const PyObject *value)
{
    size_t i = ((uintptr_t)value >> 4) * 0x9e3779b97f4a7c15u >> 20;
    for (i &= seen->room - 1; seen->keys[i] != NULL && seen->keys[i] != value;) {
        i = (i + 1) & (seen->room - 1);
    }
    return i;
}

static status
seen_grow(struct Seen *seen)
{
    struct Seen larger = {.room = seen->room ? 2 * seen->room : 64, .count = seen->count};
    larger.keys = PyMem_Calloc(larger.room, sizeof *larger.keys);
    larger.index = PyMem_Calloc(larger.room, sizeof *larger.index);
    if (larger.keys == NULL || larger.index == NULL) {
        PyMem_Free(larger.keys);
        PyMem_Free(larger.index);
        return -1;
    }
    for (size_t i = 0; i < seen->room; i++) {
        if (seen->keys[i] != NULL) {
            size_t slot = seen_slot(&larger, seen->keys[i]);
            larger.keys[slot] = seen->keys[i];
            larger.index[slot] = seen->index[i];
        }
    }
    PyMem_Free(seen->keys);
    PyMem_Free(seen->index);
    *seen = larger;
    return 0;
}

static void
seen_clear(struct Seen *seen)
{
    for (size_t i = 0; i < seen->room; i++) {
        Py_XDECREF(seen->keys[i]);
    }
    PyMem_Free(seen->keys);
    PyMem_Free(seen->index);
}

/* Writes a reference if the value was written before, else notes it and sets FLAG_REF in `*flag`.
   True if nothing is left to write. */
static bool
write_ref(struct Writer *w, PyObject *value, int *flag)
{
    struct Seen *seen = &w->seen;
    *flag = 0;
    /* A value with one reference cannot occur again. */
    if (w->version < 3 || Py_REFCNT(value) == 1) {
        return false;
    }
    if ((size_t)seen->count * 3 >= seen->room * 2 && seen_grow(seen) < 0) {
        w->error = WRITE_NO_MEMORY;
        return true;
    }
    size_t slot = seen_slot(seen, value);
    if (seen->keys[slot] != NULL) {
        write_byte(w, TYPE_REF);
        write_long(w, seen->index[slot]);
        return true;
    }
    seen->keys[slot] = Py_NewRef(value);
    seen->index[slot] = seen->count++;
    *flag = FLAG_REF;
    return false;
}

static void write_object(struct Writer *w, PyObject *value);

static void
write_digits(struct Writer *w, PyObject *value, int flag)
{
    const digit *digits = ((PyLongObject *)value)->ob_digit;
    Py_ssize_t size = Py_ABS(Py_SIZE(value));
    write_byte(w, TYPE_LONG | flag);
    Py_ssize_t count = (size - 1) * DIGITS_PER_DIGIT;
    for (digit top = digits[size - 1]; top != 0; top >>= DIGIT_BITS) {
        count++;
    }
    if (count > INT32_MAX) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_long(w, (long)(Py_SIZE(value) > 0 ? count : -count));
    for (Py_ssize_t i = 0; i < count; i++) {
        int shift = (int)(i % DIGITS_PER_DIGIT) * DIGIT_BITS;
        write_short(w, (int)(digits[i / DIGITS_PER_DIGIT] >> shift) & ((1 << DIGIT_BITS) - 1));
    }
}

static void
write_int(struct Writer *w, PyObject *value, int flag)
{
    int overflow;
    long x = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow || x < INT32_MIN || x > INT32_MAX) {
        write_digits(w, value, flag);
        return;
    }
    write_byte(w, TYPE_INT | flag);
    write_long(w, x);
}

static void
write_double(struct Writer *w, double value)
{
    char packed[8];
    if (PyFloat_Pack8(value, packed, 1) < 0) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_bytes(w, packed, sizeof packed);
}

static void
write_double_text(struct Writer *w, double value)
{
    char *text = PyOS_double_to_string(value, 'g', 17, 0, NULL);
    if (text == NULL) {
        w->error = WRITE_NO_MEMORY;
        return;
    }
    write_short_sized(w, text, strlen(text));
    PyMem_Free(text);
}

static void
write_float(struct Writer *w, PyObject *value, int flag)
{
    bool binary = w->version > 1;
    write_byte(w, (binary ? TYPE_BINARY_FLOAT : TYPE_FLOAT) | flag);
    (binary ? write_double : write_double_text)(w, PyFloat_AS_DOUBLE(value));
}

static void
write_complex(struct Writer *w, PyObject *value, int flag)
{
    bool binary = w->version > 1;
    void (*write)(struct Writer *, double) = binary ? write_double : write_double_text;
    write_byte(w, (binary ? TYPE_BINARY_COMPLEX : TYPE_COMPLEX) | flag);
    write(w, PyComplex_RealAsDouble(value));
    write(w, PyComplex_ImagAsDouble(value));
}

static void
write_str(struct Writer *w, PyObject *value, int flag)
{
    bool interned = PyUnicode_CHECK_INTERNED(value);
    if (PyUnicode_READY(value) < 0) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    if (w->version >= 4 && PyUnicode_IS_ASCII(value)) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(value);
        const char *text = PyUnicode_DATA(value);
        if (length < SHORT_LENGTH) {
            write_byte(w, (interned ? TYPE_SHORT_ASCII_INTERNED : TYPE_SHORT_ASCII) | flag);
            write_short_sized(w, text, (size_t)length);
        }
        else {
            write_byte(w, (interned ? TYPE_ASCII_INTERNED : TYPE_ASCII) | flag);
            write_sized(w, text, length);
        }
        return;
    }
    PyObject *utf8 = PyUnicode_AsEncodedString(value, "utf8", "surrogatepass");
    if (utf8 == NULL) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_byte(w, (interned && w->version >= 3 ? TYPE_INTERNED : TYPE_UNICODE) | flag);
    write_sized(w, PyBytes_AS_STRING(utf8), PyBytes_GET_SIZE(utf8));
    Py_DECREF(utf8);
}

static void
write_tuple(struct Writer *w, PyObject *value, int flag)
{
    Py_ssize_t count = PyTuple_GET_SIZE(value);
    if (w->version >= 4 && count < SHORT_LENGTH) {
        write_byte(w, TYPE_SMALL_TUPLE | flag);
        write_byte(w, (int)count);
    }
    else {
        write_byte(w, TYPE_TUPLE | flag);
        write_size(w, count);
    }
    for (Py_ssize_t i = 0; i < count && w->error == WRITE_OK; i++) {
        write_object(w, PyTuple_GET_ITEM(value, i));
    }
}

static void
write_list(struct Writer *w, PyObject *value, int flag)
{
    Py_ssize_t count = PyList_GET_SIZE(value);
    write_byte(w, TYPE_LIST | flag);
    write_size(w, count);
    for (Py_ssize_t i = 0; i < count && i < PyList_GET_SIZE(value); i++) {
        write_object(w, PyList_GET_ITEM(value, i));
    }
}

static void
write_dict(struct Writer *w, PyObject *value, int flag)
{
    PyObject *key, *item;
    Py_ssize_t pos = 0;
    write_byte(w, TYPE_DICT | flag);
    while (PyDict_Next(value, &pos, &key, &item)) {
        write_object(w, key);
        write_object(w, item);
    }
    write_byte(w, TYPE_NULL);
}

/* The items of a set as (their own dump, item), sorted: the order must not depend on hashes. */
static PyObject *
sorted_items(struct Writer *w, PyObject *set)
{
    PyObject *pairs = PyList_New(0), *key;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    if (pairs == NULL) {
        w->error = WRITE_NO_MEMORY;
    }
    while (pairs != NULL && _PySet_NextEntry(set, &pos, &key, &hash)) {
        PyObject *dump = PyMarshal_WriteObjectToString(key, w->version);
        if (dump == NULL) {
            w->error = WRITE_UNMARSHALLABLE;
            Py_CLEAR(pairs);
            break;
        }
        PyObject *pair = PyTuple_Pack(2, dump, key);
        Py_DECREF(dump);
        if (pair == NULL || PyList_Append(pairs, pair) < 0) {
            w->error = WRITE_NO_MEMORY;
            Py_CLEAR(pairs);
        }
        Py_XDECREF(pair);
    }
    if (pairs != NULL && PyList_Sort(pairs) < 0) {
        w->error = WRITE_NO_MEMORY;
        Py_CLEAR(pairs);
    }
    return pairs;
}

static void
write_set(struct Writer *w, PyObject *value, int flag)
{
    write_byte(w, (PyFrozenSet_CheckExact(value) ? TYPE_FROZENSET : TYPE_SET) | flag);
    write_size(w, PySet_GET_SIZE(value));
    PyObject *pairs = sorted_items(w, value);
    if (pairs == NULL) {
        return;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs); i++) {
        write_object(w, PyTuple_GET_ITEM(PyList_GET_ITEM(pairs, i), 1));
    }
    Py_DECREF(pairs);
}

static void
write_code(struct Writer *w, PyObject *value, int flag)
{
    PyCodeObject *code = (PyCodeObject *)value;
    PyObject *instructions = PyCode_GetCode(code);
    if (instructions == NULL) {
        w->error = WRITE_NO_MEMORY;
        return;
    }
    write_byte(w, TYPE_CODE | flag);
    write_long(w, code->co_argcount);
    write_long(w, code->co_posonlyargcount);
    write_long(w, code->co_kwonlyargcount);
    write_long(w, code->co_stacksize);
    write_long(w, code->co_flags);
    write_object(w, instructions);
    write_object(w, code->co_consts);
    write_object(w, code->co_names);
    write_object(w, code->co_localsplusnames);
    write_object(w, code->co_localspluskinds);
    write_object(w, code->co_filename);
    write_object(w, code->co_name);
    write_object(w, code->co_qualname);
    write_long(w, code->co_firstlineno);
    write_object(w, code->co_linetable);
    write_object(w, code->co_exceptiontable);
    Py_DECREF(instructions);
}

static void
write_buffer(struct Writer *w, PyObject *value, int flag)
{
    Py_buffer view;
    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) {
        write_byte(w, TYPE_UNKNOWN);
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_byte(w, TYPE_STRING | flag);
    write_sized(w, view.buf, view.len);
    PyBuffer_Release(&view);
}

static void
write_counted(struct Writer *w, PyObject *value, int flag)
{
    if (PyLong_CheckExact(value)) {
        write_int(w, value, flag);
    }
    else if (PyFloat_CheckExact(value)) {
        write_float(w, value, flag);
    }
    else if (PyComplex_CheckExact(value)) {
        write_complex(w, value, flag);
    }
    else if (PyBytes_CheckExact(value)) {
        write_byte(w, TYPE_STRING | flag);
        write_sized(w, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
    }
    else if (PyUnicode_CheckExact(value)) {
        write_str(w, value, flag);
    }
    else if (PyTuple_CheckExact(value)) {
        write_tuple(w, value, flag);
    }
    else if (PyList_CheckExact(value)) {
        write_list(w, value, flag);
    }
    else if (PyDict_CheckExact(value)) {
        write_dict(w, value, flag);
    }
    else if (PyAnySet_CheckExact(value)) {
        write_set(w, value, flag);
    }
    else if (PyCode_Check(value)) {
        write_code(w, value, flag);
    }
    else if (PyObject_CheckBuffer(value)) {
        write_buffer(w, value, flag);
    }
    else {
        write_byte(w, TYPE_UNKNOWN);
        w->error = WRITE_UNMARSHALLABLE;
    }
}

/* The type byte of values without contents, 0 for all others. */
static int
constant_type(PyObject *value)
{
    return value == NULL                      ? TYPE_NULL
           : value == Py_None                 ? TYPE_NONE
           : value == Py_True                 ? TYPE_TRUE
           : value == Py_False                ? TYPE_FALSE
           : value == Py_Ellipsis             ? TYPE_ELLIPSIS
           : value == PyExc_StopIteration     ? TYPE_STOPITER
                                              : 0;
}

static void
write_object(struct Writer *w, PyObject *value)
{
    int constant = constant_type(value), flag;
    w->depth++;
    if (w->depth > MAX_DEPTH) {
        w->error = WRITE_TOO_DEEP;
    }
    else if (constant != 0) {
        write_byte(w, constant);
    }
    else if (!write_ref(w, value, &flag)) {
        write_counted(w, value, flag);
    }
    w->depth--;
}

/* A new bytes object.  ValueError if the value, or one inside it, has no marshalled form. */
PyObject *
PyMarshal_WriteObjectToString(PyObject *value, int version)
{
    if (PySys_Audit("marshal.dumps", "Oi", value, version) < 0) {
        return NULL;
    }
    struct Writer w = {.version = version};
    write_object(&w, value);
    seen_clear(&w.seen);
    PyObject *result = NULL;
    switch (w.error) {
    case WRITE_OK:
        result = PyBytes_FromStringAndSize(w.start, w.next - w.start);
        break;
    case WRITE_NO_MEMORY:
        PyErr_NoMemory();
        break;
    case WRITE_TOO_DEEP:
        PyErr_SetString(PyExc_ValueError, "object too deeply nested to marshal");
        break;
    case WRITE_UNMARSHALLABLE:
        if (!PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_SetString(PyExc_ValueError, "unmarshallable object");
        }
        break;
    }
    PyMem_Free(w.start);
    return result;
}

/* Errors are not reported: what can be written is. */
void
PyMarshal_WriteObjectToFile(PyObject *value, FILE *file, int version)
{
    if (PySys_Audit("marshal.dumps", "Oi", value, version) < 0) {
        return;
    }
    struct Writer w = {.file = file, .version = version};
    write_object(&w, value);
    seen_clear(&w.seen);
}

void
PyMarshal_WriteLongToFile(long value, FILE *file, int version)
{
    struct Writer w = {.file = file, .version = version};
    write_long(&w, value);
}

/* ---- reading ---- */

struct Reader {
    FILE *file;                 /* one of three sources: this, */
    PyObject *readable;         /* this (a Python object with readinto), */
    const char *next, *end;     /* or memory */
    char *buffer;               /* what was read from a file */
    Py_ssize_t buffer_size;
    int depth;
    PyObject **refs;            /* owned; None marks a value that is not finished */
    Py_ssize_t ref_count, ref_room;
};

static void
set_short(void)
{
    PyErr_SetString(PyExc_EOFError, "marshal data too short");
}

static status
bad_data(const char *what)
{
    PyErr_Format(PyExc_ValueError, "bad marshal data (%s)", what);
    return -1;
}

static bool
fill_from_object(struct Reader *r, Py_ssize_t size)
{
    PyObject *view = PyMemoryView_FromMemory(r->buffer, size, PyBUF_WRITE);
    PyObject *count = view == NULL ? NULL
                                   : PyObject_CallMethodOneArg(r->readable, ID(readinto), view);
    Py_XDECREF(view);
    if (count == NULL) {
        return false;
    }
    Py_ssize_t got = PyNumber_AsSsize_t(count, PyExc_ValueError);
    Py_DECREF(count);
    if (got == size) {
        return true;
    }
    if (PyErr_Occurred()) {
        return false;
    }
    if (got > size) {
        PyErr_Format(PyExc_ValueError,
                     "read() returned too much data: %zd bytes requested, %zd returned", size, got);
    }
    else {
        PyErr_SetString(PyExc_EOFError, "EOF read where not expected");
    }
    return false;
}

/* The next `size` bytes, valid until the next call; NULL with EOFError.  Of memory: there are not
   as many. */
static NOINLINE const char *
read_bytes_slow(struct Reader *r, Py_ssize_t size)
{
    if (r->file == NULL && r->readable == NULL) {
        set_short();
        return NULL;
    }
    if (size > r->buffer_size) {
        char *buffer = PyMem_Realloc(r->buffer, (size_t)size);
        if (buffer == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        r->buffer = buffer;
        r->buffer_size = size;
    }
    if (r->file != NULL) {
        if (fread(r->buffer, 1, (size_t)size, r->file) != (size_t)size) {
            PyErr_SetString(PyExc_EOFError, "EOF read where not expected");
            return NULL;
        }
        return r->buffer;
    }
    return fill_from_object(r, size) ? r->buffer : NULL;
}

/* `next` is NULL unless the source is memory. */
static ALWAYS_INLINE const char *
read_bytes(struct Reader *r, Py_ssize_t size)
{
    const char *data = r->next;
    if (likely(data != NULL && size <= r->end - data)) {
        r->next = data + size;
        return data;
    }
    return read_bytes_slow(r, size);
}

/* A byte, or EOF with an error set. */
static int
read_byte(struct Reader *r)
{
    if (r->next < r->end) {
        return (unsigned char)*r->next++;
    }
    const char *data = read_bytes(r, 1);
    if (data == NULL) {
        PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
        return EOF;
    }
    return (unsigned char)*data;
}

/* -1 may be an error. */
static int
read_short(struct Reader *r)
{
    const unsigned char *data = (const unsigned char *)read_bytes(r, 2);
    return data == NULL ? -1 : (int16_t)(data[0] | data[1] << 8);
}

static long
read_long(struct Reader *r)
{
    const unsigned char *data = (const unsigned char *)read_bytes(r, 4);
    if (data == NULL) {
        return -1;
    }
    return (int32_t)((uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                     (uint32_t)data[3] << 24);
}

/* A size, or -1 with an error set that says `what` is out of range. */
static Py_ssize_t
read_size(struct Reader *r, const char *what)
{
    long size = read_long(r);
    if (size < 0 && !PyErr_Occurred()) {
        bad_data(what);
    }
    return size < 0 ? -1 : size;
}

/* ---- references ---- */

/* Appends a value, whose reference is taken; -1 with MemoryError. */
static ALWAYS_INLINE status
push_ref(struct Reader *r, PyObject *value_take)
{
    if (unlikely(r->ref_count == r->ref_room)) {
        Py_ssize_t room = r->ref_room * 2 + 128;
        PyObject **refs = PyMem_Realloc(r->refs, (size_t)room * sizeof *refs);
        if (refs == NULL) {
            Py_DECREF(value_take);
            PyErr_NoMemory();
            return -1;
        }
        r->refs = refs;
        r->ref_room = room;
    }
    r->refs[r->ref_count++] = value_take;
    return 0;
}


/* A place for a value that is flagged but not finished: an index, 0 without flag, -1 on errors. */
static Py_ssize_t
reserve_ref(struct Reader *r, int flag)
{
    if (!flag) {
        return 0;
    }
    if (r->ref_count >= INT32_MAX) {
        return bad_data("index list too large");
    }
    return push_ref(r, Py_NewRef(Py_None)) < 0 ? -1 : r->ref_count - 1;
}

/* Enters a value at its reserved place; passes the value (or NULL) on. */
static PyObject *
fill_ref(struct Reader *r, PyObject *value, Py_ssize_t index, int flag)
{
    if (value != NULL && flag) {
        Py_INCREF(value);
        Py_SETREF(r->refs[index], value);
    }
    return value;
}

/* Notes a value if it is flagged; takes it over and drops it on errors. */
static ALWAYS_INLINE PyObject *
note_ref(struct Reader *r, PyObject *value, int flag)
{
    if (flag && likely(value != NULL) && push_ref(r, Py_NewRef(value)) < 0) {
        Py_CLEAR(value);
    }
    return value;
}

static PyObject *
read_ref(struct Reader *r)
{
    long index = read_long(r);
    if (unlikely(index < 0 || index >= r->ref_count || r->refs[index] == Py_None)) {
        if (index != -1 || !PyErr_Occurred()) {
            bad_data("invalid reference");
        }
        return NULL;
    }
    return Py_NewRef(r->refs[index]);
}

/* ---- values ---- */

static PyObject *read_object(struct Reader *r);

/* read_object() where NULL must be an error. */
static PyObject *
read_item(struct Reader *r, const char *where)
{
    PyObject *value = read_object(r);
    if (value == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "NULL object in marshal data for %s", where);
    }
    return value;
}

static PyObject *
read_int64(struct Reader *r)
{
    const char *data = read_bytes(r, 8);
    return data == NULL ? NULL : _PyLong_FromByteArray((const unsigned char *)data, 8, 1, 1);
}

/* One of our digits from `parts` of the format's; -1 with an error set. */
static long
read_digit(struct Reader *r, int parts, bool top)
{
    long value = 0;
    for (int i = 0; i < parts; i++) {
        int part = read_short(r);
        if (PyErr_Occurred()) {
            return -1;
        }
        if (part < 0 || part >= 1 << DIGIT_BITS) {
            return bad_data("digit out of range in long");
        }
        if (top && part == 0 && i == parts - 1) {
            return bad_data("unnormalized long data");
        }
        value |= (long)part << (i * DIGIT_BITS);
    }
    return value;
}

static PyObject *
read_digits(struct Reader *r)
{
    long count = read_long(r);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (count == 0) {
        return PyLong_FromLong(0);
    }
    if (count < -INT32_MAX) {
        bad_data("long size out of range");
        return NULL;
    }
    long parts = labs(count);
    if (r->file == NULL && r->readable == NULL && parts > (r->end - r->next) / 2) {
        /* Whatever the digits are, there are too few: find out what is wrong first. */
        while (read_digit(r, 1, false) >= 0) {
        }
        return NULL;
    }
    Py_ssize_t size = 1 + (parts - 1) / DIGITS_PER_DIGIT;
    PyLongObject *value = _PyLong_New(size);
    if (value == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        bool top = i == size - 1;
        long one = read_digit(r, top ? 1 + (int)((parts - 1) % DIGITS_PER_DIGIT) : DIGITS_PER_DIGIT,
                              top);
        if (one < 0) {
            Py_DECREF(value);
            return NULL;
        }
        value->ob_digit[i] = (digit)one;
    }
    Py_SET_SIZE(value, count < 0 ? -size : size);
    return (PyObject *)value;
}

/* -1.0 may be an error. */
static double
read_double(struct Reader *r)
{
    const char *data = read_bytes(r, 8);
    return data == NULL ? -1.0 : PyFloat_Unpack8(data, 1);
}

static double
read_double_text(struct Reader *r)
{
    char text[256];
    int length = read_byte(r);
    const char *data = length == EOF ? NULL : read_bytes(r, length);
    if (data == NULL) {
        return -1.0;
    }
    memcpy(text, data, (size_t)length);
    text[length] = '\0';
    return PyOS_string_to_double(text, NULL, NULL);
}

static PyObject *
read_float(struct Reader *r, double (*read)(struct Reader *))
{
    double value = read(r);
    return value == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(value);
}

static PyObject *
read_complex(struct Reader *r, double (*read)(struct Reader *))
{
    Py_complex value = {.real = read(r)};
    if (value.real == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    value.imag = read(r);
    return value.imag == -1.0 && PyErr_Occurred() ? NULL : PyComplex_FromCComplex(value);
}

static PyObject *
read_bytes_object(struct Reader *r)
{
    Py_ssize_t size = read_size(r, "bytes object size out of range");
    const char *data = size < 0 ? NULL : read_bytes(r, size);
    return data == NULL ? NULL : PyBytes_FromStringAndSize(data, size);
}

static PyObject *
intern(PyObject *text)
{
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
    }
    return text;
}

/* The same as read_ascii, interned. */
static PyObject *
read_name(struct Reader *r, Py_ssize_t size)
{
    const char *data = size < 0 ? NULL : read_bytes(r, size);
    PyObject *text = data == NULL ? NULL : intern_ascii(data, size);
    return text != NULL || data == NULL || PyErr_Occurred()
               ? text
               : intern(PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, data, size));
}

/* Text of one byte a character; bytes above 127 are taken as Latin-1. */
static PyObject *
read_ascii(struct Reader *r, Py_ssize_t size)
{
    const char *data = size < 0 ? NULL : read_bytes(r, size);
    return data == NULL ? NULL : PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, data, size);
}

static Py_ssize_t
read_short_size(struct Reader *r)
{
    int size = read_byte(r);
    return size == EOF ? -1 : size;
}

static PyObject *
read_utf8(struct Reader *r)
{
    Py_ssize_t size = read_size(r, "string size out of range");
    const char *data = size < 0 ? NULL : read_bytes(r, size);
    return data == NULL ? NULL : PyUnicode_DecodeUTF8(data, size, "surrogatepass");
}

/* In memory an item takes at least one byte: with more items than bytes reading must fail, so no
   room is made for them. */
static bool
cannot_hold(struct Reader *r, Py_ssize_t count)
{
    return r->file == NULL && r->readable == NULL && count > r->end - r->next;
}

/* Reads items until that fails. */
static PyObject *
read_to_failure(struct Reader *r, int flag, const char *where)
{
    if (reserve_ref(r, flag) < 0) {
        return NULL;
    }
    PyObject *item;
    while ((item = read_item(r, where)) != NULL) {
        Py_DECREF(item);
    }
    return NULL;
}

static PyObject *
read_tuple(struct Reader *r, Py_ssize_t count, int flag)
{
    if (count < 0) {
        return NULL;
    }
    if (cannot_hold(r, count)) {
        return read_to_failure(r, flag, "tuple");
    }
    PyObject *tuple = note_ref(r, PyTuple_New(count), flag);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *item = read_item(r, "tuple");
        if (item == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, item);
    }
    if (tuple != NULL) {
        /* Constants: nothing for the collector. */
        _PyTuple_MaybeUntrack(tuple);
    }
    return tuple;
}

static PyObject *
read_list(struct Reader *r, int flag)
{
    Py_ssize_t count = read_size(r, "list size out of range");
    if (count < 0) {
        return NULL;
    }
    if (cannot_hold(r, count)) {
        return read_to_failure(r, flag, "list");
    }
    PyObject *list = note_ref(r, PyList_New(count), flag);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        PyObject *item = read_item(r, "list");
        if (item == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *
read_dict(struct Reader *r, int flag)
{
    PyObject *dict = note_ref(r, PyDict_New(), flag);
    while (dict != NULL) {
        PyObject *key = read_object(r);
        PyObject *value = key == NULL ? NULL : read_object(r);
        status result = value == NULL ? 0 : PyDict_SetItem(dict, key, value);
        bool ended = value == NULL;
        Py_XDECREF(key);
        Py_XDECREF(value);
        if (result < 0 || PyErr_Occurred()) {
            Py_CLEAR(dict);
        }
        if (ended) {
            break;
        }
    }
    return dict;
}

/* A set can be referred to from inside, a frozenset only when it is complete. */
static PyObject *
read_set(struct Reader *r, bool frozen, int flag)
{
    Py_ssize_t count = read_size(r, "set size out of range");
    if (count < 0) {
        return NULL;
    }
    if (count == 0 && frozen) {
        return note_ref(r, PyObject_CallNoArgs((PyObject *)&PyFrozenSet_Type), flag);
    }
    PyObject *set = frozen ? PyFrozenSet_New(NULL) : note_ref(r, PySet_New(NULL), flag);
    Py_ssize_t index = frozen ? reserve_ref(r, flag) : 0;
    if (index < 0) {
        Py_CLEAR(set);
    }
    for (Py_ssize_t i = 0; set != NULL && i < count; i++) {
        PyObject *item = read_item(r, "set");
        if (item == NULL || PySet_Add(set, item) < 0) {
            Py_CLEAR(set);
        }
        Py_XDECREF(item);
    }
    return frozen ? fill_ref(r, set, index, flag) : set;
}

static bool
read_int_field(struct Reader *r, int *field)
{
    *field = (int)read_long(r);
    return !(*field == -1 && PyErr_Occurred());
}

static bool
read_field(struct Reader *r, PyObject **field)
{
    *field = read_item(r, "code object");
    return *field != NULL;
}

static PyObject *
read_code(struct Reader *r, int flag)
{
    Py_ssize_t index = reserve_ref(r, flag);
    if (index < 0) {
        return NULL;
    }
    struct _PyCodeConstructor c = {0};
    PyObject *code = NULL;
    if (read_int_field(r, &c.argcount) && read_int_field(r, &c.posonlyargcount) &&
        read_int_field(r, &c.kwonlyargcount) && read_int_field(r, &c.stacksize) &&
        read_int_field(r, &c.flags) && read_field(r, &c.code) && read_field(r, &c.consts) &&
        read_field(r, &c.names) && read_field(r, &c.localsplusnames) &&
        read_field(r, &c.localspluskinds) && read_field(r, &c.filename) &&
        read_field(r, &c.name) && read_field(r, &c.qualname) &&
        read_int_field(r, &c.firstlineno) && read_field(r, &c.linetable) &&
        read_field(r, &c.exceptiontable) && _PyCode_Validate(&c) == 0) {
        code = fill_ref(r, (PyObject *)_PyCode_New(&c), index, flag);
    }
    PyObject *parts[] = {c.code, c.consts, c.names, c.localsplusnames, c.localspluskinds,
                         c.filename, c.name, c.qualname, c.linetable, c.exceptiontable};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Py_XDECREF(parts[i]);
    }
    return code;
}

static PyObject *
read_typed(struct Reader *r, int type, int flag)
{
    switch (type) {
    case TYPE_NULL:
        return NULL;
    case TYPE_NONE:
        return Py_NewRef(Py_None);
    case TYPE_STOPITER:
        return Py_NewRef(PyExc_StopIteration);
    case TYPE_ELLIPSIS:
        return Py_NewRef(Py_Ellipsis);
    case TYPE_FALSE:
        return Py_NewRef(Py_False);
    case TYPE_TRUE:
        return Py_NewRef(Py_True);
    case TYPE_INT: {
        long value = read_long(r);
        return value == -1 && PyErr_Occurred() ? NULL : note_ref(r, PyLong_FromLong(value), flag);
    }
    case TYPE_INT64:
        return note_ref(r, read_int64(r), flag);
    case TYPE_LONG:
        return note_ref(r, read_digits(r), flag);
    case TYPE_FLOAT:
        return note_ref(r, read_float(r, read_double_text), flag);
    case TYPE_BINARY_FLOAT:
        return note_ref(r, read_float(r, read_double), flag);
    case TYPE_COMPLEX:
        return note_ref(r, read_complex(r, read_double_text), flag);
    case TYPE_BINARY_COMPLEX:
        return note_ref(r, read_complex(r, read_double), flag);
    case TYPE_STRING:
        return note_ref(r, read_bytes_object(r), flag);
    case TYPE_ASCII_INTERNED:
        return note_ref(r, read_name(r, read_size(r, "string size out of range")), flag);
    case TYPE_ASCII:
        return note_ref(r, read_ascii(r, read_size(r, "string size out of range")), flag);
    case TYPE_SHORT_ASCII_INTERNED:
        return note_ref(r, read_name(r, read_short_size(r)), flag);
    case TYPE_SHORT_ASCII:
        return note_ref(r, read_ascii(r, read_short_size(r)), flag);
    case TYPE_INTERNED:
        return note_ref(r, intern(read_utf8(r)), flag);
    case TYPE_UNICODE:
        return note_ref(r, read_utf8(r), flag);
    case TYPE_SMALL_TUPLE:
        return read_tuple(r, read_short_size(r), flag);
    case TYPE_TUPLE:
        return read_tuple(r, read_size(r, "tuple size out of range"), flag);
    case TYPE_LIST:
        return read_list(r, flag);
    case TYPE_DICT:
        return read_dict(r, flag);
    case TYPE_SET:
    case TYPE_FROZENSET:
        return read_set(r, type == TYPE_FROZENSET, flag);
    case TYPE_CODE:
        return read_code(r, flag);
    case TYPE_REF:
        return read_ref(r);
    default:
        /* Also a corrupted file looks like this. */
        bad_data("unknown type code");
        return NULL;
    }
}

/* A new value; NULL with an error set, or without one for TYPE_NULL. */
static PyObject *
read_object(struct Reader *r)
{
    int byte = read_byte(r);
    if (unlikely(byte == EOF)) {
        return NULL;
    }
    if (r->depth >= MAX_DEPTH) {
        PyErr_SetString(PyExc_ValueError, "recursion limit exceeded");
        return NULL;
    }
    if (byte == TYPE_REF) {
        return read_ref(r);
    }
    r->depth++;
    PyObject *value = read_typed(r, byte & ~FLAG_REF, byte & FLAG_REF);
    r->depth--;
    return value;
}

/* Reads one value from a prepared source. */
static PyObject *
read_whole(struct Reader *r)
{
    PyObject *value = read_item(r, "object");
    for (Py_ssize_t i = 0; i < r->ref_count; i++) {
        Py_DECREF(r->refs[i]);
    }
    PyMem_Free(r->refs);
    PyMem_Free(r->buffer);
    return value;
}

int
PyMarshal_ReadShortFromFile(FILE *file)
{
    struct Reader r = {.file = file};
    int value = read_short(&r);
    PyMem_Free(r.buffer);
    return value;
}

long
PyMarshal_ReadLongFromFile(FILE *file)
{
    struct Reader r = {.file = file};
    long value = read_long(&r);
    PyMem_Free(r.buffer);
    return value;
}

PyObject *
PyMarshal_ReadObjectFromFile(FILE *file)
{
    struct Reader r = {.file = file};
    return read_whole(&r);
}

PyObject *
PyMarshal_ReadObjectFromString(const char *data, Py_ssize_t size)
{
    if (PySys_Audit("marshal.loads", "y#", data, size) < 0) {
        return NULL;
    }
    struct Reader r = {.next = data, .end = data + size};
    return read_whole(&r);
}

/* PyMarshal_ReadObjectFromFile() for the last value of a file, which may be read ahead. */
PyObject *
PyMarshal_ReadLastObjectFromFile(FILE *file)
{
    enum { READ_AT_ONCE = 1 << 18 };
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && info.st_size > 0 && info.st_size <= READ_AT_ONCE) {
        char *data = PyMem_Malloc((size_t)info.st_size);
        if (data != NULL) {
            size_t size = fread(data, 1, (size_t)info.st_size, file);
            PyObject *value = PyMarshal_ReadObjectFromString(data, (Py_ssize_t)size);
            PyMem_Free(data);
            return value;
        }
    }
    return PyMarshal_ReadObjectFromFile(file);
}

/* ---- the module ---- */

FUNCTION(marshal, dump, "($module, value, file, version=version, /)",
         "Write a value to a binary file.\n\nValueError if it, or a value inside it, has a type "
         "without a marshalled form; the file then holds rubbish.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dump(PyObject *module, PyObject *value, PyObject *file, int version)
{
    PyObject *data = PyMarshal_WriteObjectToString(value, version);
    if (data == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodOneArg(file, ID(write), data);
    Py_DECREF(data);
    return result;
}

FUNCTION(marshal, load, "($module, file, /)",
         "Read one value from a binary file.\n\nEOFError, ValueError or TypeError if the next "
         "bytes are none.")
static PyObject *
marshal_load(PyObject *module, PyObject *file)
{
    /* Reading nothing tells a binary file from other things. */
    PyObject *data = _PyObject_CallMethod(file, ID(read), "i", 0);
    if (data == NULL) {
        return NULL;
    }
    PyObject *value = NULL;
    if (!PyBytes_Check(data)) {
        PyErr_Format(PyExc_TypeError, "file.read() returned not bytes but %.100s",
                     Py_TYPE(data)->tp_name);
    }
    else if (PySys_Audit("marshal.load", NULL) == 0) {
        struct Reader r = {.readable = file};
        value = read_whole(&r);
    }
    Py_DECREF(data);
    return value;
}

FUNCTION(marshal, dumps, "($module, value, version=version, /)",
         "The bytes that dump() would write.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dumps(PyObject *module, PyObject *value, int version)
{
    return PyMarshal_WriteObjectToString(value, version);
}

FUNCTION(marshal, loads, "($module, bytes, /)",
         "The value that some bytes describe; what follows it is ignored.")
static PyObject *
marshal_loads(PyObject *module, Py_buffer *bytes)
{
    if (PySys_Audit("marshal.loads", "y#", bytes->buf, bytes->len) < 0) {
        return NULL;
    }
    PyObject *code = frozen_code_of(bytes->buf, (size_t)bytes->len);
    if (code != NULL || PyErr_Occurred()) {
        return code;
    }
    struct Reader r = {.next = bytes->buf, .end = (const char *)bytes->buf + bytes->len};
    return read_whole(&r);
}

static int
marshal_exec(PyObject *module)
{
    return PyModule_AddIntConstant(module, "version", Py_MARSHAL_VERSION);
}

static PyModuleDef_Slot marshal_slots[] = {
    {Py_mod_exec, marshal_exec},
    {0, NULL},
};

static PyMethodDef marshal_functions[];

static struct PyModuleDef marshal_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "marshal",
    .m_doc = PyDoc_STR("Python values as bytes, in the format of .pyc files.\n\n"
                       "The format depends on Python's version but not on the machine.  It has no\n"
                       "place for instances of classes; for those there is pickle.  Do not read\n"
                       "data from a source that is not trusted.\n\n"
                       "version -- the format that dump and dumps use if not told otherwise"),
    .m_methods = marshal_functions,
    .m_slots = marshal_slots,
};

PyMODINIT_FUNC
PyInit_marshal(void)
{
    return PyModuleDef_Init(&marshal_module);
}

/* The name under which an embedding program finds it. */
PyMODINIT_FUNC PyMarshal_Init(void);

PyMODINIT_FUNC
PyMarshal_Init(void)
{
    return PyInit_marshal();
}

#include "gen/modules/marshal.inc"
