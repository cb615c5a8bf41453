/* marshal: objects as bytes, the format of .pyc files; the module and the PyMarshal_* functions.

   The format is version 4's (PEP 3147 era): a type byte, with 0x80 set when the object may be
   referred to later by its number; little-endian lengths.  What is read may be hostile: every length
   is held against what is there, nesting is bounded, references are checked. */
#include "object/declare.h"
#include "types/code.h"

#include <marshal.h>

enum { MAX_DEPTH = 2000, FLAG_REF = 0x80 };

enum {
    TYPE_NULL = '0', TYPE_NONE = 'N', TYPE_FALSE = 'F', TYPE_TRUE = 'T', TYPE_STOPITER = 'S',
    TYPE_ELLIPSIS = '.', TYPE_INT = 'i', TYPE_LONG = 'l', TYPE_FLOAT = 'f',
    TYPE_BINARY_FLOAT = 'g', TYPE_COMPLEX = 'x', TYPE_BINARY_COMPLEX = 'y', TYPE_STRING = 's',
    TYPE_INTERNED = 't', TYPE_REF = 'r', TYPE_TUPLE = '(', TYPE_SMALL_TUPLE = ')', TYPE_LIST = '[',
    TYPE_DICT = '{', TYPE_CODE = 'c', TYPE_UNICODE = 'u', TYPE_UNKNOWN = '?', TYPE_SET = '<',
    TYPE_FROZENSET = '>', TYPE_ASCII = 'a', TYPE_ASCII_INTERNED = 'A', TYPE_SHORT_ASCII = 'z',
    TYPE_SHORT_ASCII_INTERNED = 'Z',
};

/* ---- writing -------------------------------------------------------------------------------- */

/* Numbers of the objects written so far: open addressing over addresses. */
struct seen {
    PyObject **keys;                /* owned: an address must not be used again meanwhile */
    int *numbers;
    size_t room, used;
};

enum write_error { WRITE_OK, WRITE_UNMARSHALLABLE, WRITE_TOO_DEEP, WRITE_EXCEPTION };

struct writer {
    FILE *file;                     /* or NULL */
    char *buffer;
    Py_ssize_t len, room;
    int depth, version;
    enum write_error error;
    struct seen seen;
};

static void
seen_clear(struct seen *seen)
{
    for (size_t i = 0; i < seen->room; i++) {
        Py_XDECREF(seen->keys[i]);
    }
    PyMem_Free(seen->keys);
    PyMem_Free(seen->numbers);
}

static size_t
seen_slot(const struct seen *seen, PyObject *op)
{
    size_t i = ((uintptr_t)op >> 4) * 0x9E3779B97F4A7C15u >> 20 & (seen->room - 1);
    while (seen->keys[i] != NULL && seen->keys[i] != op) {
        i = (i + 1) & (seen->room - 1);
    }
    return i;
}

static status
seen_grow(struct seen *seen)
{
    struct seen old = *seen;
    seen->room = old.room ? old.room * 2 : 128;
    seen->keys = PyMem_Calloc(seen->room, sizeof(*seen->keys));
    seen->numbers = PyMem_Malloc(seen->room * sizeof(*seen->numbers));
    if (seen->keys == NULL || seen->numbers == NULL) {
        PyMem_Free(seen->keys);
        PyMem_Free(seen->numbers);
        *seen = old;
        return -1;
    }
    for (size_t i = 0; i < old.room; i++) {
        if (old.keys[i] != NULL) {
            size_t slot = seen_slot(seen, old.keys[i]);
            seen->keys[slot] = old.keys[i];
            seen->numbers[slot] = old.numbers[i];
        }
    }
    PyMem_Free(old.keys);
    PyMem_Free(old.numbers);
    return 0;
}

static void
write_bytes(struct writer *w, const void *data, Py_ssize_t n)
{
    if (w->file != NULL) {
        fwrite(data, 1, (size_t)n, w->file);
        return;
    }
    if (w->error == WRITE_EXCEPTION) {
        return;
    }
    if (n > w->room - w->len) {
        if (n > PY_SSIZE_T_MAX / 2 - w->len) {
            w->error = WRITE_EXCEPTION;
            PyErr_NoMemory();
            return;
        }
        Py_ssize_t room = w->room + w->room / 2 + n + 64;
        char *buffer = PyMem_Realloc(w->buffer, (size_t)room);
        if (buffer == NULL) {
            w->error = WRITE_EXCEPTION;
            PyErr_NoMemory();
            return;
        }
        w->buffer = buffer;
        w->room = room;
    }
    memcpy(w->buffer + w->len, data, (size_t)n);
    w->len += n;
}

static inline void
write_byte(struct writer *w, int byte)
{
    char c = (char)byte;
    if (w->file == NULL && w->len < w->room) {
        w->buffer[w->len++] = c;
    }
    else {
        write_bytes(w, &c, 1);
    }
}

static void
write_short(struct writer *w, int value)
{
    unsigned char bytes[2] = {(unsigned char)value, (unsigned char)(value >> 8)};
    write_bytes(w, bytes, 2);
}

static void
write_long(struct writer *w, long value)
{
    unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                              (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
    write_bytes(w, bytes, 4);
}

/* A length; lengths over 2**31-1 cannot be written. */
static bool
write_size(struct writer *w, Py_ssize_t size)
{
    if (size > INT_MAX) {
        w->error = WRITE_UNMARSHALLABLE;
        return false;
    }
    write_long(w, (long)size);
    return true;
}

static void
write_sized(struct writer *w, const void *data, Py_ssize_t size)
{
    if (write_size(w, size)) {
        write_bytes(w, data, size);
    }
}

/* Digits of 15 bits, their number signed. */
static void
write_int(struct writer *w, PyLongObject *op, int flag)
{
    Py_ssize_t n = Py_ABS(Py_SIZE(op));
    write_byte(w, TYPE_LONG | flag);
    if (n == 0) {
        write_long(w, 0);
        return;
    }
    Py_ssize_t shorts = (n - 1) * 2 + ((op->ob_digit[n - 1] >> 15) != 0) + 1;
    if (shorts > INT_MAX) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_long(w, (long)(Py_SIZE(op) > 0 ? shorts : -shorts));
    for (Py_ssize_t i = 0; i < shorts; i++) {
        write_short(w, (int)(op->ob_digit[i / 2] >> (i % 2 * 15) & 0x7fff));
    }
}

static void
write_double(struct writer *w, double value)
{
    if (w->version > 1) {
        char bytes[8];
        memcpy(bytes, &value, 8);           /* IEEE 754, little-endian like the machine */
        write_bytes(w, bytes, 8);
        return;
    }
    char *text = PyOS_double_to_string(value, 'g', 17, 0, NULL);
    if (text == NULL) {
        w->error = WRITE_EXCEPTION;
        return;
    }
    size_t n = strlen(text);
    write_byte(w, (int)n);
    write_bytes(w, text, (Py_ssize_t)n);
    PyMem_Free(text);
}

/* A reference to something written before (true), or note that it is written now. */
static bool
write_reference(struct writer *w, PyObject *op, int *flag)
{
    if (w->version < 3 || Py_REFCNT(op) == 1) {
        return false;               /* nothing can refer to it again */
    }
    if (w->seen.used * 2 >= w->seen.room && seen_grow(&w->seen) < 0) {
        w->error = WRITE_EXCEPTION;
        PyErr_NoMemory();
        return true;
    }
    size_t slot = seen_slot(&w->seen, op);
    if (w->seen.keys[slot] != NULL) {
        write_byte(w, TYPE_REF);
        write_long(w, w->seen.numbers[slot]);
        return true;
    }
    if (w->seen.used > INT_MAX - 1) {
        PyErr_SetString(PyExc_ValueError, "too many objects");
        w->error = WRITE_EXCEPTION;
        return true;
    }
    w->seen.keys[slot] = Py_NewRef(op);
    w->seen.numbers[slot] = (int)w->seen.used++;
    *flag = FLAG_REF;
    return false;
}

static void write_object(struct writer *w, PyObject *op);

static void
write_str(struct writer *w, PyObject *op, int flag)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(op);
    bool interned = PyUnicode_CHECK_INTERNED(op);
    if (w->version >= 4 && PyUnicode_IS_ASCII(op)) {
        if (n < 256) {
            write_byte(w, (interned ? TYPE_SHORT_ASCII_INTERNED : TYPE_SHORT_ASCII) | flag);
            write_byte(w, (int)n);
            write_bytes(w, PyUnicode_1BYTE_DATA(op), n);
        }
        else {
            write_byte(w, (interned ? TYPE_ASCII_INTERNED : TYPE_ASCII) | flag);
            write_sized(w, PyUnicode_1BYTE_DATA(op), n);
        }
        return;
    }
    PyObject *utf8 = PyUnicode_AsEncodedString(op, "utf8", "surrogatepass");
    if (utf8 == NULL) {
        w->error = WRITE_UNMARSHALLABLE;
        return;
    }
    write_byte(w, (w->version >= 3 && interned ? TYPE_INTERNED : TYPE_UNICODE) | flag);
    write_sized(w, PyBytes_AS_STRING(utf8), PyBytes_GET_SIZE(utf8));
    Py_DECREF(utf8);
}

static void
write_sequence(struct writer *w, PyObject *op, int flag)
{
    bool tuple = PyTuple_CheckExact(op);
    Py_ssize_t n = PySequence_Fast_GET_SIZE(op);
    if (tuple && w->version >= 4 && n < 256) {
        write_byte(w, TYPE_SMALL_TUPLE | flag);
        write_byte(w, (int)n);
    }
    else {
        write_byte(w, (tuple ? TYPE_TUPLE : TYPE_LIST) | flag);
        if (!write_size(w, n)) {
            return;
        }
    }
    for (Py_ssize_t i = 0; i < n && i < PySequence_Fast_GET_SIZE(op); i++) {
        write_object(w, PySequence_Fast_GET_ITEM(op, i));
    }
}

/* Elements in the order of their own marshalled form, so that equal sets give equal bytes. */
static void
write_set(struct writer *w, PyObject *op, int flag)
{
    write_byte(w, (PyFrozenSet_CheckExact(op) ? TYPE_FROZENSET : TYPE_SET) | flag);
    if (!write_size(w, PySet_GET_SIZE(op))) {
        return;
    }
    PyObject *pairs = PyList_New(0), *item;
    Py_ssize_t pos = 0;
    Py_hash_t hash;
    while (pairs != NULL && _PySet_NextEntry(op, &pos, &item, &hash)) {
        PyObject *bytes = PyMarshal_WriteObjectToString(item, w->version);
        PyObject *pair = bytes == NULL ? NULL : PyTuple_Pack(2, bytes, item);
        Py_XDECREF(bytes);
        if (pair == NULL || PyList_Append(pairs, pair) < 0) {
            Py_CLEAR(pairs);
        }
        Py_XDECREF(pair);
    }
    if (pairs == NULL || PyList_Sort(pairs) < 0) {
        w->error = WRITE_EXCEPTION;
    }
    else {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs); i++) {
            write_object(w, PyTuple_GET_ITEM(PyList_GET_ITEM(pairs, i), 1));
        }
    }
    Py_XDECREF(pairs);
}

static void
write_code(struct writer *w, PyCodeObject *code, int flag)
{
    PyObject *bytes = code_get_bytes(code);
    if (bytes == NULL) {
        w->error = WRITE_EXCEPTION;
        return;
    }
    write_byte(w, TYPE_CODE | flag);
    write_long(w, code->co_argcount);
    write_long(w, code->co_posonlyargcount);
    write_long(w, code->co_kwonlyargcount);
    write_long(w, code->co_stacksize);
    write_long(w, code->co_flags);
    write_object(w, bytes);
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
    Py_DECREF(bytes);
}

static void
write_other(struct writer *w, PyObject *op, int flag)
{
    if (PyLong_CheckExact(op)) {
        int overflow;
        long value = PyLong_AsLongAndOverflow(op, &overflow);
        if (overflow || value != (int32_t)value) {
            write_int(w, (PyLongObject *)op, flag);
        }
        else {
            write_byte(w, TYPE_INT | flag);
            write_long(w, value);
        }
    }
    else if (PyFloat_CheckExact(op)) {
        write_byte(w, (w->version > 1 ? TYPE_BINARY_FLOAT : TYPE_FLOAT) | flag);
        write_double(w, PyFloat_AS_DOUBLE(op));
    }
    else if (PyComplex_CheckExact(op)) {
        write_byte(w, (w->version > 1 ? TYPE_BINARY_COMPLEX : TYPE_COMPLEX) | flag);
        write_double(w, PyComplex_RealAsDouble(op));
        write_double(w, PyComplex_ImagAsDouble(op));
    }
    else if (PyBytes_CheckExact(op)) {
        write_byte(w, TYPE_STRING | flag);
        write_sized(w, PyBytes_AS_STRING(op), PyBytes_GET_SIZE(op));
    }
    else if (PyUnicode_CheckExact(op)) {
        write_str(w, op, flag);
    }
    else if (PyTuple_CheckExact(op) || PyList_CheckExact(op)) {
        write_sequence(w, op, flag);
    }
    else if (PyDict_CheckExact(op)) {
        PyObject *key, *value;
        Py_ssize_t pos = 0;
        write_byte(w, TYPE_DICT | flag);
        while (PyDict_Next(op, &pos, &key, &value)) {
            write_object(w, key);
            write_object(w, value);
        }
        write_object(w, NULL);
    }
    else if (PyAnySet_CheckExact(op)) {
        write_set(w, op, flag);
    }
    else if (PyCode_Check(op)) {
        write_code(w, (PyCodeObject *)op, flag);
    }
    else if (PyObject_CheckBuffer(op)) {
        Py_buffer view;
        if (PyObject_GetBuffer(op, &view, PyBUF_SIMPLE) != 0) {
            write_byte(w, TYPE_UNKNOWN);
            w->error = WRITE_UNMARSHALLABLE;
            return;
        }
        write_byte(w, TYPE_STRING | flag);
        write_sized(w, view.buf, view.len);
        PyBuffer_Release(&view);
    }
    else {
        write_byte(w, TYPE_UNKNOWN);
        w->error = WRITE_UNMARSHALLABLE;
    }
}

static void
write_object(struct writer *w, PyObject *op)
{
    int flag = 0;
    if (w->error != WRITE_OK) {
        return;
    }
    w->depth++;
    if (w->depth > MAX_DEPTH) {
        w->error = WRITE_TOO_DEEP;
    }
    else if (op == NULL) {
        write_byte(w, TYPE_NULL);
    }
    else if (op == Py_None) {
        write_byte(w, TYPE_NONE);
    }
    else if (op == PyExc_StopIteration) {
        write_byte(w, TYPE_STOPITER);
    }
    else if (op == Py_Ellipsis) {
        write_byte(w, TYPE_ELLIPSIS);
    }
    else if (op == Py_False) {
        write_byte(w, TYPE_FALSE);
    }
    else if (op == Py_True) {
        write_byte(w, TYPE_TRUE);
    }
    else if (!write_reference(w, op, &flag)) {
        write_other(w, op, flag);
    }
    w->depth--;
}

PyObject *
PyMarshal_WriteObjectToString(PyObject *object, int version)
{
    struct writer w = {.version = version};
    PyObject *result = NULL;
    if (PySys_Audit("marshal.dumps", "Oi", object, version) < 0) {
        return NULL;
    }
    write_object(&w, object);
    seen_clear(&w.seen);
    if (w.error == WRITE_OK) {
        result = PyBytes_FromStringAndSize(w.buffer, w.len);
    }
    else if (!PyErr_Occurred() || w.error != WRITE_EXCEPTION) {
        if (w.error == WRITE_EXCEPTION) {
            PyErr_NoMemory();
        }
        else {
            PyErr_SetString(PyExc_ValueError, w.error == WRITE_UNMARSHALLABLE
                                                  ? "unmarshallable object"
                                                  : "object too deeply nested to marshal");
        }
    }
    PyMem_Free(w.buffer);
    return result;
}

void
PyMarshal_WriteObjectToFile(PyObject *object, FILE *file, int version)
{
    struct writer w = {.file = file, .version = version};
    if (PySys_Audit("marshal.dumps", "Oi", object, version) < 0) {
        return;
    }
    write_object(&w, object);
    seen_clear(&w.seen);
}

void
PyMarshal_WriteLongToFile(long value, FILE *file, int Py_UNUSED(version))
{
    struct writer w = {.file = file};
    write_long(&w, value);
}

/* ---- reading -------------------------------------------------------------------------------- */

struct reader {
    const char *next, *end;         /* from memory */
    FILE *file;                     /* or from a C file */
    PyObject *readable;             /* or from an object with readinto() */
    char *buffer;                   /* what was read from either */
    Py_ssize_t buffer_room;
    int depth;
    PyObject *refs;                 /* list; None stands for an object that is not complete */
};

static PyObject *
bad_data(const char *what)
{
    PyErr_Format(PyExc_ValueError, "bad marshal data (%s)", what);
    return NULL;
}

static const char *
too_short(void)
{
    PyErr_SetString(PyExc_EOFError, "marshal data too short");
    return NULL;
}

/* The next n bytes, valid until the next call; NULL with an exception. */
static const char *
read_bytes(struct reader *r, Py_ssize_t n)
{
    if (r->next != NULL) {
        const char *data = r->next;
        if (r->end - data < n) {
            return too_short();
        }
        r->next += n;
        return data;
    }
    if (n > r->buffer_room) {
        char *buffer = PyMem_Realloc(r->buffer, (size_t)n);
        if (buffer == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        r->buffer = buffer;
        r->buffer_room = n;
    }
    if (r->readable == NULL) {
        if (fread(r->buffer, 1, (size_t)n, r->file) != (size_t)n) {
            return too_short();
        }
        return r->buffer;
    }
    Py_ssize_t got = -1;
    PyObject *view = PyMemoryView_FromMemory(r->buffer, n, PyBUF_WRITE);
    PyObject *count = view == NULL ? NULL : PyObject_CallMethodOneArg(r->readable, ID(readinto), view);
    Py_XDECREF(view);
    if (count != NULL) {
        got = PyNumber_AsSsize_t(count, PyExc_ValueError);
        Py_DECREF(count);
    }
    if (got != n) {
        if (!PyErr_Occurred()) {
            if (got > n) {
                PyErr_Format(PyExc_ValueError,
                             "read() returned too much data: %zd bytes requested, %zd returned", n, got);
            }
            else {
                PyErr_SetString(PyExc_EOFError, "EOF read where not expected");
            }
        }
        return NULL;
    }
    return r->buffer;
}

/* The next byte, or EOF: without an exception at the end of memory or of a C file. */
static int
read_byte(struct reader *r)
{
    if (r->next != NULL) {
        return r->next < r->end ? (unsigned char)*r->next++ : EOF;
    }
    if (r->file != NULL) {
        return getc(r->file);
    }
    const char *data = read_bytes(r, 1);
    return data == NULL ? EOF : (unsigned char)*data;
}

static bool
read_long(struct reader *r, long *value)
{
    const unsigned char *b = (const unsigned char *)read_bytes(r, 4);
    if (b == NULL) {
        return false;
    }
    *value = (int32_t)(b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24);
    return true;
}

static bool
read_size(struct reader *r, Py_ssize_t *size, const char *what)
{
    long value;
    char text[60];
    if (!read_long(r, &value)) {
        return false;
    }
    if (value < 0) {
        PyOS_snprintf(text, sizeof(text), "%s size out of range", what);
        bad_data(text);
        return false;
    }
    /* a length that cannot be there would only cost memory */
    if (r->next != NULL && value > r->end - r->next) {
        too_short();
        return false;
    }
    *size = value;
    return true;
}

static PyObject *
read_int(struct reader *r)
{
    long size;
    if (!read_long(r, &size)) {
        return NULL;
    }
    if (size == 0) {
        return PyLong_FromLong(0);
    }
    if (size < -INT_MAX || size > INT_MAX) {
        return bad_data("long size out of range");
    }
    Py_ssize_t shorts = Py_ABS(size), n = (shorts + 1) / 2;
    if (r->next != NULL && r->end - r->next < shorts * 2) {
        too_short();
        return NULL;
    }
    PyLongObject *op = _PyLong_New(n);
    if (op == NULL) {
        return NULL;
    }
    Py_SET_SIZE(op, size > 0 ? n : -n);
    memset(op->ob_digit, 0, (size_t)n * sizeof(digit));
    for (Py_ssize_t i = 0; i < shorts; i++) {
        const unsigned char *b = (const unsigned char *)read_bytes(r, 2);
        if (b == NULL) {
            goto fail;
        }
        digit d = (digit)(b[0] | b[1] << 8);
        if (d > 0x7fff) {
            bad_data("digit out of range in long");
            goto fail;
        }
        if (d == 0 && i == shorts - 1) {
            bad_data("unnormalized long data");
            goto fail;
        }
        op->ob_digit[i / 2] |= d << (i % 2 * 15);
    }
    if (n == 1) {                   /* small ints are shared */
        PyObject *small = PyLong_FromLong(PyLong_AsLong((PyObject *)op));
        Py_DECREF(op);
        return small;
    }
    return (PyObject *)op;
fail:
    Py_DECREF(op);
    return NULL;
}

static bool
read_binary_double(struct reader *r, double *value)
{
    const char *data = read_bytes(r, 8);
    if (data == NULL) {
        return false;
    }
    memcpy(value, data, 8);
    return true;
}

static bool
read_text_double(struct reader *r, double *value)
{
    char text[256];
    int n = read_byte(r);
    if (n == EOF) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
        }
        return false;
    }
    const char *data = read_bytes(r, n);
    if (data == NULL) {
        return false;
    }
    memcpy(text, data, (size_t)n);
    text[n] = '\0';
    *value = PyOS_string_to_double(text, NULL, NULL);
    return *value != -1.0 || !PyErr_Occurred();
}

/* ---- references ------------------------------------------------------------------------------ */

/* A number for an object that is being read; -1 with an exception, 0 if it needs none. */
static Py_ssize_t
ref_reserve(struct reader *r, int flag)
{
    if (!flag) {
        return 0;
    }
    Py_ssize_t index = PyList_GET_SIZE(r->refs);
    if (index >= 0x7ffffffe) {
        bad_data("index list too large");
        return -1;
    }
    return PyList_Append(r->refs, Py_None) < 0 ? -1 : index;
}

static PyObject *
ref_fill(struct reader *r, PyObject *op, Py_ssize_t index, int flag)
{
    if (op != NULL && flag) {
        PyObject *old = PyList_GET_ITEM(r->refs, index);
        PyList_SET_ITEM(r->refs, index, Py_NewRef(op));
        Py_DECREF(old);
    }
    return op;
}

/* Note a complete object; consumed on failure. */
static PyObject *
ref_add(struct reader *r, PyObject *op, int flag)
{
    if (op != NULL && flag && PyList_Append(r->refs, op) < 0) {
        Py_CLEAR(op);
    }
    return op;
}

/* ---- objects ---------------------------------------------------------------------------------- */

static PyObject *read_object(struct reader *r);

/* An object that must be there. */
static PyObject *
read_item(struct reader *r, const char *where)
{
    PyObject *op = read_object(r);
    if (op == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "NULL object in marshal data for %s", where);
    }
    return op;
}

static PyObject *
read_ascii(struct reader *r, Py_ssize_t n, bool interned, int flag)
{
    const char *data = read_bytes(r, n);
    if (data == NULL) {
        return NULL;
    }
    PyObject *text = PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, data, n);
    if (text != NULL && interned) {
        PyUnicode_InternInPlace(&text);
    }
    return ref_add(r, text, flag);
}

static PyObject *
read_utf8(struct reader *r, bool interned, int flag)
{
    Py_ssize_t n;
    PyObject *text;
    if (!read_size(r, &n, "string")) {
        return NULL;
    }
    if (n == 0) {
        text = PyUnicode_New(0, 0);
    }
    else {
        const char *data = read_bytes(r, n);
        text = data == NULL ? NULL : PyUnicode_DecodeUTF8(data, n, "surrogatepass");
    }
    if (text != NULL && interned) {
        PyUnicode_InternInPlace(&text);
    }
    return ref_add(r, text, flag);
}

static PyObject *
read_tuple(struct reader *r, Py_ssize_t n, int flag)
{
    Py_ssize_t index = ref_reserve(r, flag);
    PyObject *tuple = index < 0 ? NULL : PyTuple_New(n);
    for (Py_ssize_t i = 0; tuple != NULL && i < n; i++) {
        PyObject *item = read_item(r, "tuple");
        if (item == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, item);
    }
    return ref_fill(r, tuple, index, flag);
}

static PyObject *
read_list(struct reader *r, int flag)
{
    Py_ssize_t n;
    if (!read_size(r, &n, "list")) {
        return NULL;
    }
    PyObject *list = ref_add(r, PyList_New(n), flag);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
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
read_dict(struct reader *r, int flag)
{
    PyObject *dict = ref_add(r, PyDict_New(), flag);
    while (dict != NULL) {
        PyObject *key = read_object(r);
        if (key == NULL) {
            break;                  /* the end, or an exception */
        }
        PyObject *value = read_object(r);
        if (value == NULL) {
            Py_DECREF(key);
            break;
        }
        int err = PyDict_SetItem(dict, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        if (err < 0) {
            break;
        }
    }
    if (PyErr_Occurred()) {
        Py_CLEAR(dict);
    }
    return dict;
}

static PyObject *
read_set(struct reader *r, bool frozen, int flag)
{
    Py_ssize_t n, index = 0;
    if (!read_size(r, &n, "set")) {
        return NULL;
    }
    PyObject *set;
    if (frozen) {
        index = ref_reserve(r, flag);
        set = index < 0 ? NULL : PyFrozenSet_New(NULL);
    }
    else {
        set = ref_add(r, PySet_New(NULL), flag);
    }
    for (Py_ssize_t i = 0; set != NULL && i < n; i++) {
        PyObject *item = read_item(r, "set");
        int err = item == NULL ? -1 : PySet_Add(set, item);
        Py_XDECREF(item);
        if (err < 0) {
            Py_CLEAR(set);
        }
    }
    return frozen ? ref_fill(r, set, index, flag) : set;
}

static PyObject *
read_code(struct reader *r, int flag)
{
    long numbers[5], firstlineno;
    PyObject *parts[10] = {NULL}, *code = NULL;
    Py_ssize_t index = ref_reserve(r, flag);
    if (index < 0) {
        return NULL;
    }
    for (int i = 0; i < 5; i++) {
        if (!read_long(r, &numbers[i])) {
            return NULL;
        }
    }
    for (int i = 0; i < 8; i++) {
        if ((parts[i] = read_item(r, "object")) == NULL) {
            goto done;
        }
    }
    if (!read_long(r, &firstlineno)) {
        goto done;
    }
    for (int i = 8; i < 10; i++) {
        if ((parts[i] = read_item(r, "object")) == NULL) {
            goto done;
        }
    }
    struct _PyCodeConstructor constructor = {
        .argcount = (int)numbers[0],
        .posonlyargcount = (int)numbers[1],
        .kwonlyargcount = (int)numbers[2],
        .stacksize = (int)numbers[3],
        .flags = (int)numbers[4],
        .code = parts[0],
        .consts = parts[1],
        .names = parts[2],
        .localsplusnames = parts[3],
        .localspluskinds = parts[4],
        .filename = parts[5],
        .name = parts[6],
        .qualname = parts[7],
        .firstlineno = (int)firstlineno,
        .linetable = parts[8],
        .exceptiontable = parts[9],
    };
    if (_PyCode_Validate(&constructor) == 0) {
        code = (PyObject *)_PyCode_New(&constructor);
    }
done:
    for (int i = 0; i < 10; i++) {
        Py_XDECREF(parts[i]);
    }
    return ref_fill(r, code, index, flag);
}

static PyObject *
read_reference(struct reader *r)
{
    long n;
    if (!read_long(r, &n)) {
        return NULL;
    }
    if (n < 0 || n >= PyList_GET_SIZE(r->refs)) {
        return bad_data("invalid reference");
    }
    PyObject *op = PyList_GET_ITEM(r->refs, n);
    return op == Py_None ? bad_data("invalid reference") : Py_NewRef(op);
}

static PyObject *
read_typed(struct reader *r, int type, int flag)
{
    Py_ssize_t n;
    double real, imag;
    switch (type) {
    case TYPE_NULL:
        return NULL;
    case TYPE_NONE:
        Py_RETURN_NONE;
    case TYPE_STOPITER:
        return Py_NewRef(PyExc_StopIteration);
    case TYPE_ELLIPSIS:
        return Py_NewRef(Py_Ellipsis);
    case TYPE_FALSE:
        Py_RETURN_FALSE;
    case TYPE_TRUE:
        Py_RETURN_TRUE;
    case TYPE_INT: {
        long value;
        return read_long(r, &value) ? ref_add(r, PyLong_FromLong(value), flag) : NULL;
    }
    case TYPE_LONG:
        return ref_add(r, read_int(r), flag);
    case TYPE_FLOAT:
        return read_text_double(r, &real) ? ref_add(r, PyFloat_FromDouble(real), flag) : NULL;
    case TYPE_BINARY_FLOAT:
        return read_binary_double(r, &real) ? ref_add(r, PyFloat_FromDouble(real), flag) : NULL;
    case TYPE_COMPLEX:
        return read_text_double(r, &real) && read_text_double(r, &imag)
                   ? ref_add(r, PyComplex_FromDoubles(real, imag), flag)
                   : NULL;
    case TYPE_BINARY_COMPLEX:
        return read_binary_double(r, &real) && read_binary_double(r, &imag)
                   ? ref_add(r, PyComplex_FromDoubles(real, imag), flag)
                   : NULL;
    case TYPE_STRING: {
        if (!read_size(r, &n, "bytes object")) {
            return NULL;
        }
        const char *data = read_bytes(r, n);
        return data == NULL ? NULL : ref_add(r, PyBytes_FromStringAndSize(data, n), flag);
    }
    case TYPE_ASCII:
    case TYPE_ASCII_INTERNED:
        return read_size(r, &n, "string") ? read_ascii(r, n, type == TYPE_ASCII_INTERNED, flag) : NULL;
    case TYPE_SHORT_ASCII:
    case TYPE_SHORT_ASCII_INTERNED:
        n = read_byte(r);
        if (n == EOF) {
            too_short();
            return NULL;
        }
        return read_ascii(r, n, type == TYPE_SHORT_ASCII_INTERNED, flag);
    case TYPE_UNICODE:
    case TYPE_INTERNED:
        return read_utf8(r, type == TYPE_INTERNED, flag);
    case TYPE_SMALL_TUPLE:
        n = read_byte(r);
        if (n == EOF) {
            too_short();
            return NULL;
        }
        return read_tuple(r, n, flag);
    case TYPE_TUPLE:
        return read_size(r, &n, "tuple") ? read_tuple(r, n, flag) : NULL;
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
        return read_reference(r);
    default:
        return bad_data("unknown type code");
    }
}

/* New reference; NULL without an exception for the NULL object. */
static PyObject *
read_object(struct reader *r)
{
    int code = read_byte(r);
    if (code == EOF) {
        if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_EOFError)) {
            PyErr_SetString(PyExc_EOFError, "EOF read where object expected");
        }
        return NULL;
    }
    if (r->depth >= MAX_DEPTH) {
        PyErr_SetString(PyExc_ValueError, "recursion limit exceeded");
        return NULL;
    }
    r->depth++;
    PyObject *op = read_typed(r, code & ~FLAG_REF, code & FLAG_REF);
    r->depth--;
    return op;
}

/* One whole object. */
static PyObject *
read_whole(struct reader *r)
{
    PyObject *op = NULL;
    r->refs = PyList_New(0);
    if (r->refs != NULL) {
        op = read_item(r, "object");
        Py_DECREF(r->refs);
    }
    PyMem_Free(r->buffer);
    return op;
}

PyObject *
PyMarshal_ReadObjectFromString(const char *data, Py_ssize_t len)
{
    struct reader r = {.next = data, .end = data + len};
    if (PySys_Audit("marshal.loads", "y#", data, len) < 0) {
        return NULL;
    }
    return read_whole(&r);
}

PyObject *
PyMarshal_ReadObjectFromFile(FILE *file)
{
    struct reader r = {.file = file};
    return read_whole(&r);
}

/* The last object of a file: reading on behind it does no harm. */
PyObject *
PyMarshal_ReadLastObjectFromFile(FILE *file)
{
    return PyMarshal_ReadObjectFromFile(file);
}

long
PyMarshal_ReadLongFromFile(FILE *file)
{
    struct reader r = {.file = file};
    long value;
    bool ok = read_long(&r, &value);
    PyMem_Free(r.buffer);
    return ok ? value : -1;
}

int
PyMarshal_ReadShortFromFile(FILE *file)
{
    struct reader r = {.file = file};
    const unsigned char *b = (const unsigned char *)read_bytes(&r, 2);
    int value = b == NULL ? -1 : (int16_t)(b[0] | b[1] << 8);
    PyMem_Free(r.buffer);
    return value;
}

/* ---- the module -------------------------------------------------------------------------------- */

FUNCTION(marshal, dump, "($module, value, file, version=version, /)",
         "Write a value to a binary file.\n\nValueError if it holds something of an unsupported type.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dump(PyObject *Py_UNUSED(module), PyObject *value, PyObject *file, int version)
{
    PyObject *bytes = PyMarshal_WriteObjectToString(value, version);
    if (bytes == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodOneArg(file, ID(write), bytes);
    Py_DECREF(bytes);
    return result;
}

FUNCTION(marshal, load, "($module, file, /)",
         "Read one value from a binary file.\n\nEOFError, ValueError or TypeError if there is none.")
static PyObject *
marshal_load(PyObject *Py_UNUSED(module), PyObject *file)
{
    PyObject *data = PyObject_CallMethod(file, "read", "i", 0);
    if (data == NULL) {
        return NULL;
    }
    if (!PyBytes_Check(data)) {
        PyErr_Format(PyExc_TypeError, "file.read() returned not bytes but %.100s",
                     Py_TYPE(data)->tp_name);
        Py_DECREF(data);
        return NULL;
    }
    Py_DECREF(data);
    if (PySys_Audit("marshal.load", NULL) < 0) {
        return NULL;
    }
    struct reader r = {.readable = file};
    return read_whole(&r);
}

FUNCTION(marshal, dumps, "($module, value, version=version, /)",
         "Return a value as bytes.\n\nValueError if it holds something of an unsupported type.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dumps(PyObject *Py_UNUSED(module), PyObject *value, int version)
{
    return PyMarshal_WriteObjectToString(value, version);
}

FUNCTION(marshal, loads, "($module, bytes, /)",
         "Return the value that a bytes-like object begins with; what follows it is ignored.")
static PyObject *
marshal_loads(PyObject *Py_UNUSED(module), Py_buffer *bytes)
{
    return PyMarshal_ReadObjectFromString(bytes->buf, bytes->len);
}

#include "gen/modules/marshal.inc"

static int
marshal_exec(PyObject *module)
{
    return PyModule_AddIntConstant(module, "version", Py_MARSHAL_VERSION);
}

static PyModuleDef_Slot marshal_slots[] = {
    {Py_mod_exec, marshal_exec},
    {0, NULL},
};

static struct PyModuleDef marshal_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "marshal",
    .m_doc = "Read and write values in a binary format of Python's own, the one of .pyc files.\n\n"
             "The format is not kept the same between versions and is not safe against hostile data.",
    .m_methods = marshal_functions,
    .m_slots = marshal_slots,
};

PyMODINIT_FUNC
PyInit_marshal(void)
{
    return PyModuleDef_Init(&marshal_module);
}

/* The name that programs which extend the built-in module table know. */
PyMODINIT_FUNC
PyMarshal_Init(void)
{
    return PyInit_marshal();
}
