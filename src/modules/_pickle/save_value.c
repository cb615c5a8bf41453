/* Objects without parts: numbers, text, bytes, buffers. */
#include "modules/_pickle/pickle.h"

static status
save_decimal(Pickler *self, PyObject *obj)
{
    PyObject *text = PyObject_Repr(obj);
    if (text == NULL) {
        return -1;
    }
    Py_ssize_t size;
    const char *digits = PyUnicode_AsUTF8AndSize(text, &size);
    status result = digits == NULL || out_byte(self, OP_LONG) < 0 || out_bytes(self, digits, size) < 0
                        ? -1
                        : out_bytes(self, "L\n", 2);
    Py_DECREF(text);
    return result;
}

/* Two's complement, little-endian, in as few bytes as the value needs. */
static status
save_counted(Pickler *self, PyObject *obj)
{
    size_t bits = _PyLong_NumBits(obj);
    int sign = _PyLong_Sign(obj);
    if (bits == (size_t)-1 && PyErr_Occurred()) {
        return -1;
    }
    /* one bit more for the sign; -2**(8k-1) does without */
    size_t size = (bits >> 3) + 1;
    if (size > 0x7fffffff) {
        PyErr_SetString(PyExc_OverflowError, "int too large to pickle");
        return -1;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes == NULL) {
        return -1;
    }
    unsigned char *data = (unsigned char *)PyBytes_AS_STRING(bytes);
    status result = -1;
    if (_PyLong_AsByteArray((PyLongObject *)obj, data, size, 1, 1) == 0) {
        if (sign < 0 && size > 1 && data[size - 1] == 0xff && (data[size - 2] & 0x80)) {
            size--;
        }
        char header[5];
        int header_size = 2;
        if (size < 256) {
            header[0] = (char)OP_LONG1;
            header[1] = (char)size;
        }
        else {
            header[0] = (char)OP_LONG4;
            put_le(header + 1, size, 4);
            header_size = 5;
        }
        if (out_bytes(self, header, header_size) == 0) {
            result = out_bytes(self, data, (Py_ssize_t)size);
        }
    }
    Py_DECREF(bytes);
    return result;
}

status
save_int(Pickler *self, PyObject *obj)
{
    int overflow = 0;
    long value;
    Py_ssize_t digits = Py_SIZE(obj);
    if (likely(digits >= -1 && digits <= 1)) {
        value = digits * (long)((PyLongObject *)obj)->ob_digit[0];
    }
    else {
        value = PyLong_AsLongAndOverflow(obj, &overflow);
        if (value == -1 && PyErr_Occurred()) {
            return -1;
        }
    }
    if (overflow || value != (int32_t)value) {
        return self->protocol >= 2 ? save_counted(self, obj) : save_decimal(self, obj);
    }
    if (!self->bin) {
        char text[32];
        int n = PyOS_snprintf(text, sizeof(text), "%c%ld\n", OP_INT, value);
        return out_bytes(self, text, n);
    }
    int size = (uint64_t)value <= 0xff ? 1 : (uint64_t)value <= 0xffff ? 2 : 4;
    char *p = out_room(self, size + 1);
    if (p == NULL) {
        return -1;
    }
    p[0] = size == 1 ? OP_BININT1 : size == 2 ? OP_BININT2 : OP_BININT;
    put_le(p + 1, (uint64_t)value, size);
    return 0;
}

status
save_float(Pickler *self, PyObject *obj)
{
    double value = PyFloat_AS_DOUBLE(obj);
    if (self->bin) {
        char *p = out_room(self, 9);
        if (p == NULL) {
            return -1;
        }
        p[0] = OP_BINFLOAT;
        return PyFloat_Pack8(value, p + 1, 0);
    }
    char *text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    status result = out_byte(self, OP_FLOAT) < 0 || out_bytes(self, text, (Py_ssize_t)strlen(text)) < 0
                        ? -1
                        : out_byte(self, '\n');
    PyMem_Free(text);
    return result;
}

/* ---- bytes ------------------------------------------------------------------------------------ */

/* An instruction with a length, and its data.  `short_op` takes one byte for the length, `op` four,
   `long_op` eight; 0 where there is none. */
static status
save_counted_data(Pickler *self, int short_op, int op, int long_op, const char *data, Py_ssize_t size,
                  PyObject *payload)
{
    char header[9];
    int width = short_op && size <= 0xff ? 1 : op && (size_t)size <= 0xffffffff ? 4 : 8;
    header[0] = (char)(width == 1 ? short_op : width == 4 ? op : long_op);
    put_le(header + 1, (uint64_t)size, width);
    return out_payload(self, header, width + 1, data, size, payload);
}

static status
save_bytes_data(Pickler *self, PyObject *obj, const char *data, Py_ssize_t size)
{
    if ((size_t)size > 0xffffffff && self->protocol < 4) {
        PyErr_SetString(PyExc_OverflowError,
                        "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
        return -1;
    }
    if (save_counted_data(self, OP_SHORT_BINBYTES, OP_BINBYTES, OP_BINBYTES8, data, size, obj) < 0) {
        return -1;
    }
    return save_memo_put(self, obj);
}

/* Bytes for protocols that know none: Latin-1 text, encoded on loading. */
static status
save_bytes_as_text(Pickler *self, PyObject *obj)
{
    PyObject *reduced;
    if (PyBytes_GET_SIZE(obj) == 0) {
        reduced = Py_BuildValue("(O())", &PyBytes_Type);
    }
    else {
        PyObject *text = PyUnicode_DecodeLatin1(PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj), NULL);
        reduced = text == NULL ? NULL
                               : Py_BuildValue("(O(NO))", self->state->codecs_encode, text, ID(latin1));
    }
    if (reduced == NULL) {
        return -1;
    }
    status result = save_reduced(self, reduced, obj);
    Py_DECREF(reduced);
    return result;
}

status
save_bytes(Pickler *self, PyObject *obj)
{
    if (self->protocol < 3) {
        return save_bytes_as_text(self, obj);
    }
    return save_bytes_data(self, obj, PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj));
}

static status
save_bytearray_data(Pickler *self, PyObject *obj, const char *data, Py_ssize_t size)
{
    if (save_counted_data(self, 0, 0, OP_BYTEARRAY8, data, size, obj) < 0) {
        return -1;
    }
    return save_memo_put(self, obj);
}

status
save_bytearray(Pickler *self, PyObject *obj)
{
    Py_ssize_t size = PyByteArray_GET_SIZE(obj);
    if (self->protocol >= 5) {
        return save_bytearray_data(self, obj, PyByteArray_AS_STRING(obj), size);
    }
    PyObject *reduced;
    if (size == 0) {
        reduced = Py_BuildValue("(O())", &PyByteArray_Type);
    }
    else {
        PyObject *bytes = PyBytes_FromObject(obj);
        reduced = bytes == NULL ? NULL : Py_BuildValue("(O(N))", &PyByteArray_Type, bytes);
    }
    if (reduced == NULL) {
        return -1;
    }
    status result = save_reduced(self, reduced, obj);
    Py_DECREF(reduced);
    return result;
}

/* In the pickle, or, if the callback takes it, beside. */
status
save_picklebuffer(Pickler *self, PyObject *obj)
{
    if (self->protocol < 5) {
        PyErr_SetString(self->state->pickling_error,
                        "PickleBuffer can only pickled with protocol >= 5");
        return -1;
    }
    const Py_buffer *view = PyPickleBuffer_GetBuffer(obj);
    if (view == NULL) {
        return -1;
    }
    if (view->suboffsets != NULL || !PyBuffer_IsContiguous(view, 'A')) {
        PyErr_SetString(self->state->pickling_error, "PickleBuffer can not be pickled when pointing to a "
                                                     "non-contiguous buffer");
        return -1;
    }
    if (self->buffer_callback != NULL) {
        PyObject *callback = Py_NewRef(self->buffer_callback);
        PyObject *answer = PyObject_CallOneArg(callback, obj);
        Py_DECREF(callback);
        if (answer == NULL) {
            return -1;
        }
        truth in_band = PyObject_IsTrue(answer);
        Py_DECREF(answer);
        /* the callback may have released the buffer */
        if (in_band < 0 || (view = PyPickleBuffer_GetBuffer(obj)) == NULL) {
            return -1;
        }
        if (!in_band) {
            if (out_byte(self, OP_NEXT_BUFFER) < 0) {
                return -1;
            }
            return view->readonly ? out_byte(self, OP_READONLY_BUFFER) : 0;
        }
    }
    return view->readonly ? save_bytes_data(self, obj, view->buf, view->len)
                          : save_bytearray_data(self, obj, view->buf, view->len);
}

/* ---- text ------------------------------------------------------------------------------------- */

/* One line of ASCII or Latin-1: what would end it, and what is not Latin-1, as \u and \U escapes. */
static status
save_str_line(Pickler *self, PyObject *obj)
{
    static const char digits[] = "0123456789abcdef";
    Py_ssize_t length = PyUnicode_GET_LENGTH(obj);
    int kind = PyUnicode_KIND(obj);
    const void *data = PyUnicode_DATA(obj);
    if (out_byte(self, OP_UNICODE) < 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 ch = PyUnicode_READ(kind, data, i);
        bool plain = ch < 256 && ch != '\\' && ch != '\0' && ch != '\n' && ch != '\r' && ch != 0x1a;
        int width = plain ? 0 : ch > 0xffff ? 8 : 4;
        char *p = out_room(self, plain ? 1 : width + 2);
        if (p == NULL) {
            return -1;
        }
        if (plain) {
            *p = (char)ch;
            continue;
        }
        *p++ = '\\';
        *p++ = width == 8 ? 'U' : 'u';
        for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) {
            *p++ = digits[(ch >> shift) & 15];
        }
    }
    return out_byte(self, '\n');
}

static status
save_str_data(Pickler *self, const char *data, Py_ssize_t size, PyObject *payload)
{
    if ((size_t)size > 0xffffffff && self->protocol < 4) {
        PyErr_SetString(PyExc_OverflowError,
                        "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
        return -1;
    }
    return save_counted_data(self, self->protocol >= 4 ? OP_SHORT_BINUNICODE : 0, OP_BINUNICODE,
                             OP_BINUNICODE8, data, size, payload);
}

/* UTF-8, in which surrogates are passed through. */
static status
save_str_utf8(Pickler *self, PyObject *obj)
{
    Py_ssize_t size;
    const char *data;
    if (PyUnicode_READY(obj) < 0) {
        return -1;
    }
    if (PyUnicode_IS_COMPACT_ASCII(obj)) {
        return save_str_data(self, PyUnicode_DATA(obj), PyUnicode_GET_LENGTH(obj), NULL);
    }
    data = PyUnicode_AsUTF8AndSize(obj, &size);
    if (data != NULL) {
        return save_str_data(self, data, size, NULL);
    }
    PyErr_Clear();
    PyObject *encoded = PyUnicode_AsEncodedString(obj, "utf-8", "surrogatepass");
    if (encoded == NULL) {
        return -1;
    }
    status result = save_str_data(self, PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded), encoded);
    Py_DECREF(encoded);
    return result;
}

status
save_str(Pickler *self, PyObject *obj)
{
    if ((self->bin ? save_str_utf8(self, obj) : save_str_line(self, obj)) < 0) {
        return -1;
    }
    return save_memo_put(self, obj);
}
