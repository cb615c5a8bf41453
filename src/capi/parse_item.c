/* Converting one object by one item of a format: numbers, text, buffers, objects, and brackets.

   An item is a letter with what belongs to it, or items in brackets for those of a sequence. */
#include "capi/parse.h"

/* ---- the shape of a format ------------------------------------------------------------------ */

const char *
format_skip(const char *f, int *items)
{
    int depth = 0, n = 0;
    do {
        switch (*f) {
        case '\0': case ':': case ';': case '|': case '$':
            return NULL;
        case '(':
            n += depth == 0 ? 0 : depth == 1;
            depth++;
            f++;
            continue;
        case ')':
            if (depth-- == 0) {
                return NULL;
            }
            f++;
            continue;
        default:
            n += depth == 1;
            if (*f == 'e') {
                f++;
                if (*f == '\0') {
                    return NULL;
                }
            }
            f++;
            while (*f == '#' || *f == '*' || *f == '!' || *f == '&') {
                f++;
            }
        }
    } while (depth > 0);
    if (items != NULL) {
        *items = n;
    }
    return f;
}

void
parse_skip(struct Parse *p)
{
    const char *end = format_skip(p->format, NULL);
    while (p->format < end) {
        char code = *p->format++;
        switch (code) {
        case '(': case ')':
            break;
        case 'e':
            (void)va_arg(*p->va, const char *);
            (void)va_arg(*p->va, void *);
            p->format++;
            if (*p->format == '#') {
                p->format++;
                (void)va_arg(*p->va, void *);
            }
            break;
        case 'O':
            if (*p->format == '!' || *p->format == '&') {
                p->format++;
                (void)va_arg(*p->va, void *);
            }
            (void)va_arg(*p->va, void *);
            break;
        default:
            (void)va_arg(*p->va, void *);
            if (*p->format == '#') {
                p->format++;
                (void)va_arg(*p->va, void *);
            }
            else if (*p->format == '*') {
                p->format++;
            }
        }
    }
}

/* ---- numbers -------------------------------------------------------------------------------- */

static int
bounded(PyObject *arg, long low, long high, const char *what, long *value)
{
    char text[80];
    *value = PyLong_AsLong(arg);
    if (*value == -1 && PyErr_Occurred()) {
        return 0;
    }
    if (*value < low || *value > high) {
        PyOS_snprintf(text, sizeof(text), "%s is %s than %s", what, *value < low ? "less" : "greater",
                      *value < low ? "minimum" : "maximum");
        PyErr_SetString(PyExc_OverflowError, text);
        return 0;
    }
    return 1;
}

static int
convert_integer(struct Parse *p, char code, PyObject *arg)
{
    long value;
    switch (code) {
    case 'b':
        if (!bounded(arg, 0, UCHAR_MAX, "unsigned byte integer", &value)) {
            return 0;
        }
        *TARGET(unsigned char) = (unsigned char)value;
        return 1;
    case 'h':
        if (!bounded(arg, SHRT_MIN, SHRT_MAX, "signed short integer", &value)) {
            return 0;
        }
        *TARGET(short) = (short)value;
        return 1;
    case 'i':
        if (!bounded(arg, INT_MIN, INT_MAX, "signed integer", &value)) {
            return 0;
        }
        *TARGET(int) = (int)value;
        return 1;
    case 'B':
    case 'H':
    case 'I': {
        unsigned long mask = PyLong_AsUnsignedLongMask(arg);
        if (mask == (unsigned long)-1 && PyErr_Occurred()) {
            return 0;
        }
        if (code == 'B') {
            *TARGET(unsigned char) = (unsigned char)mask;
        }
        else if (code == 'H') {
            *TARGET(unsigned short) = (unsigned short)mask;
        }
        else {
            *TARGET(unsigned int) = (unsigned int)mask;
        }
        return 1;
    }
    case 'l':
        value = PyLong_AsLong(arg);
        if (value == -1 && PyErr_Occurred()) {
            return 0;
        }
        *TARGET(long) = value;
        return 1;
    case 'L': {
        long long wide = PyLong_AsLongLong(arg);
        if (wide == -1 && PyErr_Occurred()) {
            return 0;
        }
        *TARGET(long long) = wide;
        return 1;
    }
    case 'k':
        if (!PyLong_Check(arg)) {
            return parse_must_be(p, "int", arg);
        }
        *TARGET(unsigned long) = PyLong_AsUnsignedLongMask(arg);
        return 1;
    case 'K':
        if (!PyLong_Check(arg)) {
            return parse_must_be(p, "int", arg);
        }
        *TARGET(unsigned long long) = PyLong_AsUnsignedLongLongMask(arg);
        return 1;
    default: {          /* 'n' */
        Py_ssize_t size = -1;
        PyObject *index = PyNumber_Index(arg);
        if (index != NULL) {
            size = PyLong_AsSsize_t(index);
            Py_DECREF(index);
        }
        if (size == -1 && PyErr_Occurred()) {
            return 0;
        }
        *TARGET(Py_ssize_t) = size;
        return 1;
    }
    }
}

/* ---- text and buffers ------------------------------------------------------------------------ */

/* The length target of a '#' format. */
static int
store_length(struct Parse *p, Py_ssize_t length)
{
    if (!(p->flags & SIZE_T_LENGTHS)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError,
                            "PY_SSIZE_T_CLEAN macro must be defined for '#' formats");
        }
        return 0;
    }
    *TARGET(Py_ssize_t) = length;
    return 1;
}

/* A contiguous buffer of something bytes-like, to be released. */
static int
plain_buffer(struct Parse *p, PyObject *arg, Py_buffer *view)
{
    if (PyObject_GetBuffer(arg, view, PyBUF_SIMPLE) != 0) {
        return 0;
    }
    if (!PyBuffer_IsContiguous(view, 'C')) {
        PyBuffer_Release(view);
        return parse_must_be(p, "contiguous buffer", arg);
    }
    return 1;
}

/* s z y with '*': into a Py_buffer. */
static int
convert_to_buffer(struct Parse *p, char code, PyObject *arg)
{
    Py_buffer *view = TARGET(Py_buffer);
    if (code == 'z' && arg == Py_None) {
        return PyBuffer_FillInfo(view, NULL, NULL, 0, 1, 0) == 0 &&
               parse_remember(p, RELEASE_BUFFER, view, NULL);
    }
    if (code != 'y' && PyUnicode_Check(arg)) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
        if (text == NULL) {
            return parse_must_be(p, "(unicode conversion error)", arg);
        }
        PyBuffer_FillInfo(view, arg, (void *)text, length, 1, 0);
    }
    else if (!plain_buffer(p, arg, view)) {
        return 0;
    }
    return parse_remember(p, RELEASE_BUFFER, view, NULL);
}

/* s z y with '#': a pointer into an object that keeps its bytes in place. */
static int
convert_to_span(struct Parse *p, char code, PyObject *arg)
{
    const char **target = TARGET(const char *);
    if (code == 'z' && arg == Py_None) {
        *target = NULL;
        return store_length(p, 0);
    }
    if (code != 'y' && PyUnicode_Check(arg)) {
        Py_ssize_t length;
        *target = PyUnicode_AsUTF8AndSize(arg, &length);
        return *target != NULL && store_length(p, length);
    }
    PyBufferProcs *procs = Py_TYPE(arg)->tp_as_buffer;
    if (procs == NULL || procs->bf_getbuffer == NULL) {
        PyErr_Format(PyExc_TypeError, "a bytes-like object is required, not '%.100s'",
                     Py_TYPE(arg)->tp_name);
        return 0;
    }
    if (procs->bf_releasebuffer != NULL) {
        return parse_must_be(p, "read-only bytes-like object", arg);
    }
    Py_buffer view;
    if (!plain_buffer(p, arg, &view)) {
        return 0;
    }
    *target = view.buf;
    Py_ssize_t length = view.len;
    PyBuffer_Release(&view);
    return store_length(p, length);
}

/* s z y alone: a NUL-terminated string. */
static int
convert_to_text(struct Parse *p, char code, PyObject *arg)
{
    const char **target = TARGET(const char *);
    Py_ssize_t length;
    if (code == 'y') {
        Py_buffer view;
        PyBufferProcs *procs = Py_TYPE(arg)->tp_as_buffer;
        if (procs != NULL && procs->bf_getbuffer != NULL && procs->bf_releasebuffer != NULL) {
            return parse_must_be(p, "read-only bytes-like object", arg);
        }
        if (!plain_buffer(p, arg, &view)) {
            return 0;
        }
        *target = view.buf;
        length = view.len;
        PyBuffer_Release(&view);
        if (strlen(*target) != (size_t)length) {
            PyErr_SetString(PyExc_ValueError, "embedded null byte");
            return 0;
        }
        return 1;
    }
    if (code == 'z' && arg == Py_None) {
        *target = NULL;
        return 1;
    }
    if (!PyUnicode_Check(arg)) {
        return parse_must_be(p, code == 'z' ? "str or None" : "str", arg);
    }
    *target = PyUnicode_AsUTF8AndSize(arg, &length);
    if (*target == NULL) {
        return 0;
    }
    if (strlen(*target) != (size_t)length) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return 0;
    }
    return 1;
}

/* u and Z: wide characters, deprecated but there. */
static int
convert_wide(struct Parse *p, char code, bool with_length, PyObject *arg)
{
    Py_UNICODE **target = TARGET(Py_UNICODE *);
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                         "getargs: The '%c%s' format is deprecated. Use 'U' instead.", code,
                         with_length ? "#" : "") < 0) {
        return 0;
    }
    if (code == 'Z' && arg == Py_None) {
        *target = NULL;
        return !with_length || store_length(p, 0);
    }
    if (!PyUnicode_Check(arg)) {
        return parse_must_be(p, code == 'Z' ? "str or None" : "str", arg);
    }
    Py_ssize_t length;
    Py_UNICODE *text;
    _Py_COMP_DIAG_PUSH
    _Py_COMP_DIAG_IGNORE_DEPR_DECLS
    text = PyUnicode_AsUnicodeAndSize(arg, &length);
    _Py_COMP_DIAG_POP
    if (text == NULL) {
        return 0;
    }
    *target = text;
    if (with_length) {
        return store_length(p, length);
    }
    if (wcslen(text) != (size_t)length) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return 0;
    }
    return 1;
}

/* es et es# et#: text encoded into memory that the caller frees. */
static int
convert_encoded(struct Parse *p, char kind, bool with_length, PyObject *arg)
{
    const char *encoding = va_arg(*p->va, const char *);
    char **target = TARGET(char *);
    PyObject *bytes;
    if (encoding == NULL) {
        encoding = "utf-8";
    }
    if (kind == 't' && (PyBytes_Check(arg) || PyByteArray_Check(arg))) {
        bytes = PyBytes_Check(arg) ? Py_NewRef(arg)
                                   : PyBytes_FromStringAndSize(PyByteArray_AS_STRING(arg),
                                                               PyByteArray_GET_SIZE(arg));
    }
    else if (PyUnicode_Check(arg)) {
        bytes = PyUnicode_AsEncodedString(arg, encoding, NULL);
        if (bytes != NULL && !PyBytes_Check(bytes)) {
            Py_DECREF(bytes);
            return parse_must_be(p, "(encoder failed to return bytes)", arg);
        }
    }
    else {
        return parse_must_be(p, kind == 't' ? "str, bytes or bytearray" : "str", arg);
    }
    if (bytes == NULL) {
        return 0;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(bytes);
    const char *data = PyBytes_AS_STRING(bytes);
    int ok = 0;
    if (with_length) {
        if (!(p->flags & SIZE_T_LENGTHS)) {
            PyErr_SetString(PyExc_SystemError,
                            "PY_SSIZE_T_CLEAN macro must be defined for '#' formats");
            goto done;
        }
        Py_ssize_t *length = TARGET(Py_ssize_t);
        if (*target == NULL) {
            *target = PyMem_Malloc((size_t)size + 1);
            if (*target == NULL) {
                PyErr_NoMemory();
                goto done;
            }
            if (!parse_remember(p, FREE_MEMORY, target, NULL)) {
                goto done;
            }
        }
        else if (size + 1 > *length) {
            PyErr_Format(PyExc_ValueError, "encoded string too long (%zd, maximum length %zd)", size,
                         *length - 1);
            goto done;
        }
        memcpy(*target, data, (size_t)size + 1);
        *length = size;
        ok = 1;
    }
    else {
        if ((Py_ssize_t)strlen(data) != size) {
            ok = parse_must_be(p, "encoded string without null bytes", arg);
            goto done;
        }
        *target = PyMem_Malloc((size_t)size + 1);
        if (*target == NULL) {
            PyErr_NoMemory();
            goto done;
        }
        memcpy(*target, data, (size_t)size + 1);
        ok = parse_remember(p, FREE_MEMORY, target, NULL);
    }
done:
    Py_DECREF(bytes);
    return ok;
}

/* w*: a writable buffer. */
static int
convert_writable(struct Parse *p, PyObject *arg)
{
    Py_buffer *view = TARGET(Py_buffer);
    if (*p->format != '*') {
        return parse_impossible(p, "(impossible<bad format char>)");
    }
    p->format++;
    if (PyObject_GetBuffer(arg, view, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        return parse_must_be(p, "read-write bytes-like object", arg);
    }
    if (!PyBuffer_IsContiguous(view, 'C')) {
        PyBuffer_Release(view);
        return parse_must_be(p, "contiguous buffer", arg);
    }
    return parse_remember(p, RELEASE_BUFFER, view, NULL);
}

/* ---- objects -------------------------------------------------------------------------------- */

static int
convert_object(struct Parse *p, PyObject *arg)
{
    if (*p->format == '!') {
        p->format++;
        PyTypeObject *type = va_arg(*p->va, PyTypeObject *);
        PyObject **target = TARGET(PyObject *);
        if (!PyType_IsSubtype(Py_TYPE(arg), type)) {
            return parse_must_be(p, type->tp_name, arg);
        }
        *target = arg;
        return 1;
    }
    if (*p->format == '&') {
        p->format++;
        int (*converter)(PyObject *, void *) = va_arg(*p->va, int (*)(PyObject *, void *));
        void *target = va_arg(*p->va, void *);
        int result = converter(arg, target);
        if (result == 0) {
            return parse_must_be(p, "(unspecified)", arg);
        }
        return result != Py_CLEANUP_SUPPORTED || parse_remember(p, CALL_CONVERTER, target, converter);
    }
    *TARGET(PyObject *) = arg;
    return 1;
}

int
parse_simple(struct Parse *p, PyObject *arg)
{
    char code = *p->format++;
    switch (code) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'l': case 'k': case 'L':
    case 'K': case 'n':
        return convert_integer(p, code, arg);
    case 'f':
    case 'd': {
        double value = PyFloat_AsDouble(arg);
        if (value == -1.0 && PyErr_Occurred()) {
            return 0;
        }
        if (code == 'f') {
            *TARGET(float) = (float)value;
        }
        else {
            *TARGET(double) = value;
        }
        return 1;
    }
    case 'D': {
        Py_complex value = PyComplex_AsCComplex(arg);
        if (PyErr_Occurred()) {
            return 0;
        }
        *TARGET(Py_complex) = value;
        return 1;
    }
    case 'c':
        if (PyBytes_Check(arg) && PyBytes_GET_SIZE(arg) == 1) {
            *TARGET(char) = PyBytes_AS_STRING(arg)[0];
            return 1;
        }
        if (PyByteArray_Check(arg) && PyByteArray_GET_SIZE(arg) == 1) {
            *TARGET(char) = PyByteArray_AS_STRING(arg)[0];
            return 1;
        }
        return parse_must_be(p, "a byte string of length 1", arg);
    case 'C':
        if (!PyUnicode_Check(arg) || PyUnicode_READY(arg) < 0 || PyUnicode_GET_LENGTH(arg) != 1) {
            return parse_must_be(p, "a unicode character", arg);
        }
        *TARGET(int) = (int)PyUnicode_READ_CHAR(arg, 0);
        return 1;
    case 'p': {
        int value = PyObject_IsTrue(arg);
        if (value < 0) {
            return 0;
        }
        *TARGET(int) = value;
        return 1;
    }
    case 's': case 'z': case 'y':
        if (*p->format == '*') {
            p->format++;
            return convert_to_buffer(p, code, arg);
        }
        if (*p->format == '#') {
            p->format++;
            return convert_to_span(p, code, arg);
        }
        return convert_to_text(p, code, arg);
    case 'u': case 'Z': {
        bool with_length = *p->format == '#';
        p->format += with_length;
        return convert_wide(p, code, with_length, arg);
    }
    case 'e': {
        char kind = *p->format;
        if (kind != 's' && kind != 't') {
            return parse_impossible(p, "(unknown parser marker combination)");
        }
        p->format++;
        bool with_length = *p->format == '#';
        p->format += with_length;
        return convert_encoded(p, kind, with_length, arg);
    }
    case 'w':
        return convert_writable(p, arg);
    case 'S':
        if (!PyBytes_Check(arg)) {
            return parse_must_be(p, "bytes", arg);
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'Y':
        if (!PyByteArray_Check(arg)) {
            return parse_must_be(p, "bytearray", arg);
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'U':
        if (!PyUnicode_Check(arg)) {
            return parse_must_be(p, "str", arg);
        }
        if (PyUnicode_READY(arg) < 0) {
            return 0;
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'O':
        return convert_object(p, arg);
    default:
        return parse_impossible(p, "(impossible<bad format char>)");
    }
}

/* ---- brackets ------------------------------------------------------------------------------- */

int
parse_sequence(struct Parse *p, PyObject *arg)
{
    int items;
    char text[120];
    if (format_skip(p->format, &items) == NULL) {
        return parse_impossible(p, "(excess ')' in getargs format)");
    }
    if (!PySequence_Check(arg) || PyBytes_Check(arg)) {
        PyOS_snprintf(text, sizeof(text), "must be %d-item sequence, not %.50s", items,
                      arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return parse_fail(p, PyExc_TypeError, text);
    }
    Py_ssize_t length = PySequence_Size(arg);
    if (length != items) {
        PyOS_snprintf(text, sizeof(text), "must be sequence of length %d, not %zd", items, length);
        return parse_fail(p, PyExc_TypeError, text);
    }
    if (p->depth == MAX_NESTING) {
        return parse_impossible(p, "(too many tuple nesting levels in argument format string)");
    }
    p->format++;
    p->depth++;
    for (int i = 0; i < items; i++) {
        p->path[p->depth - 1] = i + 1;
        PyObject *item = PySequence_GetItem(arg, i);
        if (item == NULL) {
            PyErr_Clear();
            return parse_fail(p, PyExc_TypeError, "is not retrievable");
        }
        /* the sequence keeps it alive: borrowed targets rely on that */
        Py_DECREF(item);
        if (!parse_item(p, item)) {
            return 0;
        }
    }
    p->depth--;
    p->format++;        /* ')' */
    return 1;
}
