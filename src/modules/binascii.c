/* binascii: bytes as text (base64, hexadecimal, uuencode, quoted-printable) and check sums. */
#include <Python.h>

#include <zlib.h>
#include "base/base64.h"
#include "base/octets.h"
#include "object/declare.h"

PyObject *_Py_strhex_bytes_with_sep(const char *s, Py_ssize_t n, PyObject *sep, int group);

struct BinasciiState {
    PyObject *Error;
    PyObject *Incomplete;
};

static PyObject *
error_of(PyObject *module)
{
    return ((struct BinasciiState *)PyModule_GetState(module))->Error;
}

/* Bytes to be decoded: a bytes-like object or a str of ASCII.  To be released like any view. */
static status
ascii_view(PyObject *op, Py_buffer *view)
{
    if (PyUnicode_Check(op)) {
        if (PyUnicode_READY(op) < 0) return -1;
        if (!PyUnicode_IS_ASCII(op)) {
            PyErr_SetString(PyExc_ValueError, "string argument should contain only ASCII characters");
            return -1;
        }
        return PyBuffer_FillInfo(view, op, PyUnicode_1BYTE_DATA(op), PyUnicode_GET_LENGTH(op), 1,
                                 PyBUF_SIMPLE);
    }
    if (PyObject_GetBuffer(op, view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError,
                     "argument should be bytes, buffer or ASCII string, not '%.100s'",
                     Py_TYPE(op)->tp_name);
        return -1;
    }
    return 0;
}

/* ---- base64 ----------------------------------------------------------------------------- */

/* Decode n characters to out; the number of bytes, or -1 with an exception. */
static Py_ssize_t
base64_decode(PyObject *module, const unsigned char *s, Py_ssize_t n, unsigned char *out,
              bool strict)
{
    unsigned char *p = out;
    unsigned held = 0;              /* bits of the last letter not yet written */
    int place = 0, pads = 0;
    bool padding = false;
    const char *problem = NULL;
    if (strict && n > 0 && s[0] == '=') problem = "Leading padding not allowed";
    for (Py_ssize_t i = 0; i < n && problem == NULL; i++) {
        if (place == 0 && !padding) {   /* whole groups while there is nothing else */
            size_t groups = base64_decode_groups(s + i, (size_t)(n - i), p);
            p += 3 * groups;
            i += 4 * (Py_ssize_t)groups;
        }
        if (i >= n) break;
        unsigned char c = s[i];
        if (c == '=') {
            padding = true;
            if (place >= 2 && place + ++pads >= 4) {
                /* A complete padding ends the data. */
                if (strict && i + 1 < n) problem = "Excess data after padding";
                place = 0;
                break;
            }
            continue;
        }
        unsigned value = base64_values[c];
        if (value >= 64) {
            if (strict) problem = "Only base64 data is allowed";
            continue;
        }
        if (strict && padding) {
            problem = "Discontinuous padding not allowed";
            break;
        }
        pads = 0;
        switch (place) {
        case 0:
            break;
        case 1:
            *p++ = (unsigned char)(held << 2 | value >> 4);
            break;
        case 2:
            *p++ = (unsigned char)(held << 4 | value >> 2);
            break;
        default:
            *p++ = (unsigned char)(held << 6 | value);
        }
        held = value;
        place = (place + 1) & 3;
    }
    if (problem != NULL) {
        PyErr_SetString(error_of(module), problem);
        return -1;
    }
    if (place == 1) {
        PyErr_Format(error_of(module),
                     "Invalid base64-encoded string: number of data characters (%zd) cannot be 1 "
                     "more than a multiple of 4",
                     (p - out) / 3 * 4 + 1);
        return -1;
    }
    if (place != 0) {
        PyErr_SetString(error_of(module), "Incorrect padding");
        return -1;
    }
    return p - out;
}

FUNCTION(binascii, a2b_base64, "($module, data, /, *, strict_mode=False)",
         "Decode base64; other characters are skipped, or refused in strict mode.")
static PyObject *
binascii_a2b_base64(PyObject *module, PyObject *data, int strict_mode)
{
    Py_buffer view;
    if (ascii_view(data, &view) < 0) return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (view.len + 3) / 4 * 3);
    if (bytes != NULL) {
        Py_ssize_t n = base64_decode(module, view.buf, view.len,
                                     (unsigned char *)PyBytes_AS_STRING(bytes), strict_mode != 0);
        if (n < 0) {
            Py_CLEAR(bytes);
        } else {
            _PyBytes_Resize(&bytes, n);
        }
    }
    PyBuffer_Release(&view);
    return bytes;
}

FUNCTION(binascii, b2a_base64, "($module, data, /, *, newline=True)", "Encode as one line of base64.")
static PyObject *
binascii_b2a_base64(PyObject *module, Py_buffer *data, int newline)
{
    const unsigned char *s = data->buf;
    Py_ssize_t n = data->len;
    if (n > (PY_SSIZE_T_MAX - 3) / 2) {
        PyErr_SetString(error_of(module), "Too much data for base64 line");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (n + 2) / 3 * 4 + (newline != 0));
    if (bytes == NULL) return NULL;
    char *p = PyBytes_AS_STRING(bytes);
    size_t groups = base64_encode_groups(s, (size_t)n, (uint8_t *)p);
    p += 4 * groups;
    s += 3 * groups;
    n -= 3 * (Py_ssize_t)groups;
    if (n > 0) {
        unsigned group = (unsigned)s[0] << 16 | (n == 2 ? (unsigned)s[1] << 8 : 0);
        *p++ = base64_letters[group >> 18];
        *p++ = base64_letters[group >> 12 & 63];
        *p++ = n == 2 ? base64_letters[group >> 6 & 63] : '=';
        *p++ = '=';
    }
    if (newline) *p = '\n';
    return bytes;
}

/* ---- hexadecimal ------------------------------------------------------------------------ */

FUNCTION(binascii, a2b_hex, "($module, hexstr, /)", "The bytes that pairs of hexadecimal digits stand for.")
FUNCTION(binascii, unhexlify, "($module, hexstr, /)", "The bytes that pairs of hexadecimal digits stand for.")
static PyObject *
binascii_a2b_hex(PyObject *module, PyObject *hexstr)
{
    Py_buffer view;
    if (ascii_view(hexstr, &view) < 0) return NULL;
    PyObject *bytes = NULL;
    if (view.len % 2) {
        PyErr_SetString(error_of(module), "Odd-length string");
        goto done;
    }
    bytes = PyBytes_FromStringAndSize(NULL, view.len / 2);
    if (bytes == NULL) goto done;
    size_t pairs = (size_t)view.len / 2;
    if (hex_decode(view.buf, pairs, (uint8_t *)PyBytes_AS_STRING(bytes)) < pairs) {
        PyErr_SetString(error_of(module), "Non-hexadecimal digit found");
        Py_CLEAR(bytes);
    }
done:
    PyBuffer_Release(&view);
    return bytes;
}

FUNCTION(binascii, b2a_hex, "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)",
         "Two hexadecimal digits for each byte; sep stands between groups of bytes_per_sep bytes,\n"
         "counted from the right, or from the left if negative.")
static PyObject *
binascii_b2a_hex(PyObject *module, Py_buffer *data, PyObject *sep, int bytes_per_sep)
{
    return _Py_strhex_bytes_with_sep(data->buf, data->len, sep, bytes_per_sep);
}

FUNCTION(binascii, hexlify, "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)",
         "The same as b2a_hex.")
static PyObject *
binascii_hexlify(PyObject *module, Py_buffer *data, PyObject *sep, int bytes_per_sep)
{
    return _Py_strhex_bytes_with_sep(data->buf, data->len, sep, bytes_per_sep);
}

/* ---- uuencode --------------------------------------------------------------------------- */

FUNCTION(binascii, a2b_uu, "($module, data, /)", "Decode a line of uuencoded data.")
static PyObject *
binascii_a2b_uu(PyObject *module, PyObject *data)
{
    Py_buffer view;
    if (ascii_view(data, &view) < 0) return NULL;
    const unsigned char *s = view.buf, *end = s + view.len;
    /* The first character tells how many bytes follow; a missing one counts as NUL. */
    Py_ssize_t length = ((s < end ? *s++ : 0) - ' ') & 63;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, length);
    if (bytes == NULL) goto done;
    unsigned char *p = (unsigned char *)PyBytes_AS_STRING(bytes);
    unsigned held = 0;
    int bits = 0;
    while (length > 0) {
        /* Trailing zeros may be missing: some programs strip white space. */
        unsigned value = 0;
        if (s < end) {
            unsigned char c = *s++;
            if (c != '\n' && c != '\r') {
                if (c < ' ' || c > ' ' + 64) {
                    PyErr_SetString(error_of(module), "Illegal char");
                    Py_CLEAR(bytes);
                    goto done;
                }
                value = (c - ' ') & 63;
            }
        }
        held = held << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *p++ = (unsigned char)(held >> bits);
            length--;
        }
    }
    for (; s < end; s++) {
        if (*s != ' ' && *s != ' ' + 64 && *s != '\n' && *s != '\r') {
            PyErr_SetString(error_of(module), "Trailing garbage");
            Py_CLEAR(bytes);
            break;
        }
    }
done:
    PyBuffer_Release(&view);
    return bytes;
}

FUNCTION(binascii, b2a_uu, "($module, data, /, *, backtick=False)", "Encode at most 45 bytes as a line of uuencoded data.")
static PyObject *
binascii_b2a_uu(PyObject *module, Py_buffer *data, int backtick)
{
    const unsigned char *s = data->buf;
    Py_ssize_t n = data->len;
    if (n > 45) {
        PyErr_SetString(error_of(module), "At most 45 bytes at once");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, 2 + (n + 2) / 3 * 4);
    if (bytes == NULL) return NULL;
    char *p = PyBytes_AS_STRING(bytes);
#define LETTER(value) (char)((value) == 0 && backtick ? '`' : ' ' + (value))
    *p++ = LETTER(n);
    for (Py_ssize_t i = 0; i < n; i += 3) {
        unsigned group = (unsigned)s[i] << 16 | (i + 1 < n ? (unsigned)s[i + 1] << 8 : 0)
                         | (i + 2 < n ? s[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6) {
            unsigned value = group >> shift & 63;
            *p++ = LETTER(value);
        }
    }
#undef LETTER
    *p++ = '\n';
    return bytes;
}

/* ---- quoted-printable ------------------------------------------------------------------- */

FUNCTION(binascii, a2b_qp, "($module, /, data, header=False)",
         "Decode quoted-printable data; in a header, underscores are spaces.")
static PyObject *
binascii_a2b_qp(PyObject *module, PyObject *data, PyObject *header_flag)
{
    Py_buffer view;
    if (ascii_view(data, &view) < 0) return NULL;
    int header = _PyLong_AsInt(header_flag);
    if (header == -1 && PyErr_Occurred()) {
        PyBuffer_Release(&view);
        return NULL;
    }
    const unsigned char *s = view.buf, *end = s + view.len;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, view.len);
    if (bytes == NULL) goto done;
    char *start = PyBytes_AS_STRING(bytes), *p = start;
    while (s < end) {
        if (*s != '=') {
            *p++ = header && *s == '_' ? ' ' : (char)*s;
            s++;
            continue;
        }
        s++;
        if (s == end) break;
        if (*s == '\n' || *s == '\r') {
            /* A soft line end, whatever form it has. */
            while (s < end && *s != '\n') s++;
            if (s < end) s++;
        } else if (*s == '=') {
            *p++ = '=';
            s++;
        } else if (end - s >= 2 && hex_value(s[0]) >= 0 && hex_value(s[1]) >= 0) {
            *p++ = (char)(hex_value(s[0]) << 4 | hex_value(s[1]));
            s += 2;
        } else {
            *p++ = '=';
        }
    }
    _PyBytes_Resize(&bytes, p - start);
done:
    PyBuffer_Release(&view);
    return bytes;
}

/* How quoted-printable text is written. */
struct QuotedText {
    char *start, *p;
    int column;
    bool crlf;
};

enum { QP_LINE = 76 };

static void
quoted_line_end(struct QuotedText *t)
{
    if (t->crlf) *t->p++ = '\r';
    *t->p++ = '\n';
    t->column = 0;
}

static void
quoted_hex(struct QuotedText *t, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    *t->p++ = '=';
    *t->p++ = digits[c >> 4];
    *t->p++ = digits[c & 15];
}

/* Must the byte at s[i] be written in hexadecimal?  `column` is 0 at the beginning of a line. */
static bool
needs_quoting(const unsigned char *s, Py_ssize_t n, Py_ssize_t i, int column, bool quotetabs,
              bool istext, bool header)
{
    unsigned char c = s[i];
    if (c > 126 || c == '=' || (header && c == '_')) return true;
    if (c == '\r' || c == '\n') return !istext;
    bool space = c == ' ' || c == '\t';
    /* A line of one dot ends a mail. */
    if (c == '.' && column == 0
        && (i + 1 == n || s[i + 1] == '\n' || s[i + 1] == '\r' || s[i + 1] == 0)) {
        return true;
    }
    if (space) return quotetabs || i + 1 == n;
    return c < 33;
}

FUNCTION(binascii, b2a_qp, "($module, /, data, quotetabs=False, istext=True, header=False)",
         "Encode as quoted-printable: tabs and spaces too with quotetabs, line ends too without\n"
         "istext, spaces as underscores with header.")
static PyObject *
binascii_b2a_qp(PyObject *module, Py_buffer *data, int quotetabs, int istext, int header)
{
    const unsigned char *s = data->buf;
    Py_ssize_t n = data->len;
    /* Three characters a byte, and a soft line end for each 72 of those at most. */
    if (n > PY_SSIZE_T_MAX / 4 - 8) return PyErr_NoMemory();
    struct QuotedText t = {.column = 0};
    t.start = t.p = PyMem_Malloc((size_t)(3 * n + (3 * n / 70 + 2) * 3 + 8));
    if (t.start == NULL) return PyErr_NoMemory();
    const unsigned char *first = n > 0 ? memchr(s, '\n', (size_t)n) : NULL;
    t.crlf = first != NULL && first > s && first[-1] == '\r';
    for (Py_ssize_t i = 0; i < n;) {
        unsigned char c = s[i];
        if (needs_quoting(s, n, i, t.column, quotetabs, istext, header)) {
            if (t.column + 3 >= QP_LINE) {
                *t.p++ = '=';
                quoted_line_end(&t);
            }
            quoted_hex(&t, c);
            t.column += 3;
            i++;
        } else if (istext && (c == '\n' || (c == '\r' && i + 1 < n && s[i + 1] == '\n'))) {
            /* White space before a line end would get lost on the way. */
            if (t.p > t.start && (t.p[-1] == ' ' || t.p[-1] == '\t')) {
                unsigned char space = (unsigned char)*--t.p;
                quoted_hex(&t, space);
            }
            quoted_line_end(&t);
            i += c == '\r' ? 2 : 1;
        } else {
            if (i + 1 != n && s[i + 1] != '\n' && t.column + 1 >= QP_LINE) {
                *t.p++ = '=';
                quoted_line_end(&t);
            }
            t.column++;
            *t.p++ = header && c == ' ' ? '_' : (char)c;
            i++;
        }
    }
    PyObject *bytes = PyBytes_FromStringAndSize(t.start, t.p - t.start);
    PyMem_Free(t.start);
    return bytes;
}

/* ---- check sums ------------------------------------------------------------------------- */

FUNCTION(binascii, crc_hqx, "($module, data, crc, /)",
         "CRC-CCITT (polynomial 0x1021) of data, going on from crc.")
static PyObject *
binascii_crc_hqx(PyObject *module, Py_buffer *data, PyObject *crc)
{
    unsigned long start = PyLong_AsUnsignedLongMask(crc);
    if (start == (unsigned long)-1 && PyErr_Occurred()) return NULL;
    unsigned sum = start & 0xffff;
    const unsigned char *s = data->buf;
    for (Py_ssize_t i = 0; i < data->len; i++) {
        /* One byte of the division by x**16 + x**12 + x**5 + 1 without a table. */
        unsigned x = (sum >> 8 ^ s[i]) & 0xff;
        x ^= x >> 4;
        sum = (sum << 8 ^ x << 12 ^ x << 5 ^ x) & 0xffff;
    }
    return PyLong_FromUnsignedLong(sum);
}

FUNCTION(binascii, crc32, "($module, data, crc=0, /)", "CRC-32 of data, going on from crc.")
static PyObject *
binascii_crc32(PyObject *module, Py_buffer *data, PyObject *crc)
{
    unsigned long sum = 0;
    if (crc != NULL) {
        sum = PyLong_AsUnsignedLongMask(crc);
        if (sum == (unsigned long)-1 && PyErr_Occurred()) return NULL;
        sum &= 0xffffffff;
    }
    const unsigned char *s = data->buf;
    Py_ssize_t left = data->len;
    PyThreadState *released = left > 5 * 1024 ? PyEval_SaveThread() : NULL;
    for (; left > 0;) {
        unsigned take = left > 0x40000000 ? 0x40000000u : (unsigned)left;
        sum = crc32(sum, s, take);
        s += take;
        left -= take;
    }
    if (released != NULL) PyEval_RestoreThread(released);
    return PyLong_FromUnsignedLong(sum & 0xffffffff);
}

/* ---- the module ------------------------------------------------------------------------- */

static int
binascii_exec(PyObject *module)
{
    struct BinasciiState *state = PyModule_GetState(module);
    state->Error = PyErr_NewException("binascii.Error", PyExc_ValueError, NULL);
    if (state->Error == NULL || PyModule_AddObjectRef(module, "Error", state->Error) < 0) return -1;
    state->Incomplete = PyErr_NewException("binascii.Incomplete", NULL, NULL);
    if (state->Incomplete == NULL) return -1;
    return PyModule_AddObjectRef(module, "Incomplete", state->Incomplete);
}

static int
binascii_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct BinasciiState *state = PyModule_GetState(module);
    Py_VISIT(state->Error);
    Py_VISIT(state->Incomplete);
    return 0;
}

static int
binascii_clear(PyObject *module)
{
    struct BinasciiState *state = PyModule_GetState(module);
    Py_CLEAR(state->Error);
    Py_CLEAR(state->Incomplete);
    return 0;
}

static void
binascii_free(void *module)
{
    binascii_clear(module);
}

#include "gen/modules/binascii.inc"

static PyModuleDef_Slot binascii_slots[] = {{Py_mod_exec, binascii_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef binascii_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "binascii",
    .m_doc = PyDoc_STR("Binary data as ASCII text, and back."),
    .m_size = sizeof(struct BinasciiState),
    .m_methods = binascii_functions,
    .m_slots = binascii_slots,
    .m_traverse = binascii_traverse,
    .m_clear = binascii_clear,
    .m_free = binascii_free,
};

PyMODINIT_FUNC
PyInit_binascii(void)
{
    return PyModuleDef_Init(&binascii_module);
}
