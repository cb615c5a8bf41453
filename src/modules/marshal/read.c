/* marshal: bytes to values.

   A reader owns the values that may be referred to again; all functions return new references. */
#define PY_SSIZE_T_CLEAN
#include "modules/marshal/marshal.h"
#include "object/declare.h"
#include "object/intern.h"
#include "types/code.h"

#include <sys/stat.h>

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

PyObject *
marshal_read_memory(const char *data, Py_ssize_t size)
{
    struct Reader r = {.next = data, .end = data + size};
    return read_whole(&r);
}

PyObject *
marshal_read_object(PyObject *readable)
{
    struct Reader r = {.readable = readable};
    return read_whole(&r);
}

/* ---- C API ---- */

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
    return marshal_read_memory(data, size);
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
