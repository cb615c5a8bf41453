/* marshal: values to bytes.

   The writer borrows what it is given and owns what it has seen (so that no address comes twice). */
#include "modules/marshal/marshal.h"
#include "types/code.h"
#include <endian.h>

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
    uint32_t bytes = htole32((uint32_t)value);
    if (w->end - w->next >= (ptrdiff_t)sizeof bytes) {  /* in memory, and there is room */
        memcpy(w->next, &bytes, sizeof bytes);
        w->next += sizeof bytes;
        return;
    }
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
