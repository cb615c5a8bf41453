/* PyArg_Parse and its kin: a format string tells how objects become C values.

   Every entry exists twice: the plain name takes `int` lengths for '#' formats, which 3.11 refuses,
   the one ending in _SizeT takes Py_ssize_t.  A format is scanned once for its shape, the arguments
   are bound to parameters (object/args.c), then converted in order.  What a conversion acquires is
   released if a later one fails. */
#include "object/args.h"
#include "object/state.h"

#undef PyArg_Parse
#undef PyArg_ParseTuple
#undef PyArg_ParseTupleAndKeywords
#undef PyArg_VaParse
#undef PyArg_VaParseTupleAndKeywords
#undef _PyArg_ParseTupleAndKeywordsFast
#undef _PyArg_ParseStack
#undef _PyArg_ParseStackAndKeywords
#undef _PyArg_VaParseTupleAndKeywordsFast

enum { SIZE_T_LENGTHS = 1, MAX_ITEMS = 64, MAX_NESTING = 8, MAX_CLEANUPS = 128 };

/* What was acquired and must be given back if parsing fails. */
struct cleanup {
    enum { FREE_MEMORY, RELEASE_BUFFER, RELEASE_PLACED, CALL_CONVERTER } kind;
    void *target;
    int (*converter)(PyObject *, void *);
};

struct parse {
    const char *format;             /* what is left of it */
    int flags;
    const char *fname, *message;    /* after ':' and ';' */
    va_list *va;
    int path[MAX_NESTING];          /* argument number, then item numbers, from 1 */
    int depth;
    struct cleanup cleanups[MAX_CLEANUPS];
    int cleanups_len;
    bool lengths;                   /* some item has a '#' (read_shape) */
};

/* `cleanups` need no values. */
static inline void
begin(struct parse *p, const char *format, va_list *va, int flags)
{
    p->format = format;
    p->flags = flags;
    p->fname = p->message = NULL;
    p->va = va;
    p->depth = 0;
    p->cleanups_len = 0;
    p->lengths = false;
}

/* ---- messages ------------------------------------------------------------------------------- */

/* Raise for the current argument unless an exception is set already. */
static int
fail(struct parse *p, PyObject *exception, const char *detail)
{
    char text[512];
    size_t used = 0;
    if (PyErr_Occurred()) {
        return 0;
    }
    if (p->message != NULL) {
        PyErr_SetString(exception, p->message);
        return 0;
    }
    text[0] = '\0';
    if (p->fname != NULL) {
        used = (size_t)PyOS_snprintf(text, sizeof(text), "%.200s() ", p->fname);
    }
    if (p->depth > 0 && p->path[0] > 0) {
        used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, "argument %d", p->path[0]);
        for (int i = 1; i < p->depth && used < 220; i++) {
            used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, ", item %d",
                                          p->path[i] - 1);
        }
    }
    else {
        used += (size_t)PyOS_snprintf(text + used, sizeof(text) - used, "argument");
    }
    PyOS_snprintf(text + used, sizeof(text) - used, " %.256s", detail);
    PyErr_SetString(exception, text);
    return 0;
}

static int
must_be(struct parse *p, const char *expected, PyObject *arg)
{
    char text[300];
    PyOS_snprintf(text, sizeof(text), "must be %.50s, not %.50s", expected,
                  arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
    return fail(p, PyExc_TypeError, text);
}

/* A mistake in the format: the caller's, not the user's. */
static int
impossible(struct parse *p, const char *detail)
{
    return fail(p, PyExc_SystemError, detail);
}

static int
remember(struct parse *p, int kind, void *target, int (*converter)(PyObject *, void *))
{
    if (p->cleanups_len == MAX_CLEANUPS) {
        return impossible(p, "(too many buffers)");
    }
    p->cleanups[p->cleanups_len].kind = kind;
    p->cleanups[p->cleanups_len].target = target;
    p->cleanups[p->cleanups_len++].converter = converter;
    return 1;
}

/* Undo what was acquired, if parsing failed; returns `ok`. */
static int
finish(struct parse *p, int ok)
{
    for (int i = p->cleanups_len - 1; !ok && i >= 0; i--) {
        struct cleanup *c = &p->cleanups[i];
        switch (c->kind) {
        case FREE_MEMORY:
            PyMem_Free(*(void **)c->target);
            *(void **)c->target = NULL;
            break;
        case RELEASE_BUFFER:
        case RELEASE_PLACED:
            PyBuffer_Release(c->target);
            break;
        case CALL_CONVERTER:
            c->converter(NULL, c->target);
            break;
        }
    }
    return ok;
}

/* ---- conversions ---------------------------------------------------------------------------- */

#define TARGET(type) va_arg(*p->va, type *)

/* The length target of a '#' format. */
static int
store_length(struct parse *p, Py_ssize_t length)
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

static int
bounded(struct parse *p, PyObject *arg, long low, long high, const char *what, long *value)
{
    char text[80];
    (void)p;
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
convert_integer(struct parse *p, char code, PyObject *arg)
{
    long value;
    switch (code) {
    case 'b':
        if (!bounded(p, arg, 0, UCHAR_MAX, "unsigned byte integer", &value)) {
            return 0;
        }
        *TARGET(unsigned char) = (unsigned char)value;
        return 1;
    case 'h':
        if (!bounded(p, arg, SHRT_MIN, SHRT_MAX, "signed short integer", &value)) {
            return 0;
        }
        *TARGET(short) = (short)value;
        return 1;
    case 'i':
        if (!bounded(p, arg, INT_MIN, INT_MAX, "signed integer", &value)) {
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
            return must_be(p, "int", arg);
        }
        *TARGET(unsigned long) = PyLong_AsUnsignedLongMask(arg);
        return 1;
    case 'K':
        if (!PyLong_Check(arg)) {
            return must_be(p, "int", arg);
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

/* A contiguous buffer of bytes-like arg; *borrowed tells that it needs no release. */
static int
plain_buffer(struct parse *p, PyObject *arg, Py_buffer *view)
{
    if (PyObject_GetBuffer(arg, view, PyBUF_SIMPLE) != 0) {
        return 0;
    }
    if (!PyBuffer_IsContiguous(view, 'C')) {
        PyBuffer_Release(view);
        return must_be(p, "contiguous buffer", arg);
    }
    return 1;
}

/* s z y with '*': into a Py_buffer. */
static int
convert_to_buffer(struct parse *p, char code, PyObject *arg)
{
    Py_buffer *view = TARGET(Py_buffer);
    if (code == 'z' && arg == Py_None) {
        return PyBuffer_FillInfo(view, NULL, NULL, 0, 1, 0) == 0 &&
               remember(p, RELEASE_BUFFER, view, NULL);
    }
    if (code != 'y' && PyUnicode_Check(arg)) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
        if (text == NULL) {
            return must_be(p, "(unicode conversion error)", arg);
        }
        PyBuffer_FillInfo(view, arg, (void *)text, length, 1, 0);
    }
    else if (!plain_buffer(p, arg, view)) {
        return 0;
    }
    return remember(p, RELEASE_BUFFER, view, NULL);
}

/* s z y with '#': a pointer into an object that keeps its bytes in place. */
static int
convert_to_span(struct parse *p, char code, PyObject *arg)
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
        return must_be(p, "read-only bytes-like object", arg);
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
convert_to_text(struct parse *p, char code, PyObject *arg)
{
    const char **target = TARGET(const char *);
    Py_ssize_t length;
    if (code == 'y') {
        Py_buffer view;
        PyBufferProcs *procs = Py_TYPE(arg)->tp_as_buffer;
        if (procs != NULL && procs->bf_getbuffer != NULL && procs->bf_releasebuffer != NULL) {
            return must_be(p, "read-only bytes-like object", arg);
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
        return must_be(p, code == 'z' ? "str or None" : "str", arg);
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
convert_wide(struct parse *p, char code, bool with_length, PyObject *arg)
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
        return must_be(p, code == 'Z' ? "str or None" : "str", arg);
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
convert_encoded(struct parse *p, char kind, bool with_length, PyObject *arg)
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
            return must_be(p, "(encoder failed to return bytes)", arg);
        }
    }
    else {
        return must_be(p, kind == 't' ? "str, bytes or bytearray" : "str", arg);
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
            if (!remember(p, FREE_MEMORY, target, NULL)) {
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
            ok = must_be(p, "encoded string without null bytes", arg);
            goto done;
        }
        *target = PyMem_Malloc((size_t)size + 1);
        if (*target == NULL) {
            PyErr_NoMemory();
            goto done;
        }
        memcpy(*target, data, (size_t)size + 1);
        ok = remember(p, FREE_MEMORY, target, NULL);
    }
done:
    Py_DECREF(bytes);
    return ok;
}

static int
convert_object(struct parse *p, PyObject *arg)
{
    if (*p->format == '!') {
        p->format++;
        PyTypeObject *type = va_arg(*p->va, PyTypeObject *);
        PyObject **target = TARGET(PyObject *);
        if (!PyType_IsSubtype(Py_TYPE(arg), type)) {
            return must_be(p, type->tp_name, arg);
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
            return must_be(p, "(unspecified)", arg);
        }
        return result != Py_CLEANUP_SUPPORTED || remember(p, CALL_CONVERTER, target, converter);
    }
    *TARGET(PyObject *) = arg;
    return 1;
}

/* w*: a writable buffer. */
static int
convert_writable(struct parse *p, PyObject *arg)
{
    Py_buffer *view = TARGET(Py_buffer);
    if (*p->format != '*') {
        return impossible(p, "(impossible<bad format char>)");
    }
    p->format++;
    if (PyObject_GetBuffer(arg, view, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        return must_be(p, "read-write bytes-like object", arg);
    }
    if (!PyBuffer_IsContiguous(view, 'C')) {
        PyBuffer_Release(view);
        return must_be(p, "contiguous buffer", arg);
    }
    return remember(p, RELEASE_BUFFER, view, NULL);
}

/* Convert one object by the item at p->format, which is consumed. */
static int
convert_simple(struct parse *p, PyObject *arg)
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
        return must_be(p, "a byte string of length 1", arg);
    case 'C':
        if (!PyUnicode_Check(arg) || PyUnicode_READY(arg) < 0 || PyUnicode_GET_LENGTH(arg) != 1) {
            return must_be(p, "a unicode character", arg);
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
            return impossible(p, "(unknown parser marker combination)");
        }
        p->format++;
        bool with_length = *p->format == '#';
        p->format += with_length;
        return convert_encoded(p, kind, with_length, arg);
    }
    case 'S':
        if (!PyBytes_Check(arg)) {
            return must_be(p, "bytes", arg);
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'Y':
        if (!PyByteArray_Check(arg)) {
            return must_be(p, "bytearray", arg);
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'U':
        if (!PyUnicode_Check(arg)) {
            return must_be(p, "str", arg);
        }
        if (PyUnicode_READY(arg) < 0) {
            return 0;
        }
        *TARGET(PyObject *) = arg;
        return 1;
    case 'O':
        return convert_object(p, arg);
    case 'w':
        return convert_writable(p, arg);
    default:
        return impossible(p, "(impossible<bad format char>)");
    }
}

/* Pass over one item; the number of items in a bracket; -1 if the format is broken. */
static const char *
skip_item(const char *f, int *items)
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

/* The same for the formats of one letter that most are. */
static inline const char *
next_item(const char *f)
{
    if (Py_ISALPHA(*f) && *f != 'e' && (Py_ISALPHA(f[1]) || f[1] == '|' || f[1] == ':' || f[1] == ';' || f[1] == '\0')) {
        return f + 1;
    }
    return skip_item(f, NULL);
}

static int convert_item(struct parse *p, PyObject *arg);

/* A bracket: the items of a sequence. */
static int
convert_sequence(struct parse *p, PyObject *arg)
{
    int items;
    char text[120];
    if (skip_item(p->format, &items) == NULL) {
        return impossible(p, "(excess ')' in getargs format)");
    }
    if (!PySequence_Check(arg) || PyBytes_Check(arg)) {
        PyOS_snprintf(text, sizeof(text), "must be %d-item sequence, not %.50s", items,
                      arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
        return fail(p, PyExc_TypeError, text);
    }
    Py_ssize_t length = PySequence_Size(arg);
    if (length != items) {
        PyOS_snprintf(text, sizeof(text), "must be sequence of length %d, not %zd", items, length);
        return fail(p, PyExc_TypeError, text);
    }
    if (p->depth == MAX_NESTING) {
        return impossible(p, "(too many tuple nesting levels in argument format string)");
    }
    p->format++;
    p->depth++;
    for (int i = 0; i < items; i++) {
        p->path[p->depth - 1] = i + 1;
        PyObject *item = PySequence_GetItem(arg, i);
        if (item == NULL) {
            PyErr_Clear();
            return fail(p, PyExc_TypeError, "is not retrievable");
        }
        /* the sequence keeps it alive: borrowed targets rely on that */
        Py_DECREF(item);
        if (!convert_item(p, item)) {
            return 0;
        }
    }
    p->depth--;
    p->format++;        /* ')' */
    return 1;
}

static int
convert_item(struct parse *p, PyObject *arg)
{
    return *p->format == '(' ? convert_sequence(p, arg) : convert_simple(p, arg);
}

/* Step over the C arguments of an item that was not given. */
static void
skip_targets(struct parse *p)
{
    const char *end = skip_item(p->format, NULL);
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

/* ---- positional ----------------------------------------------------------------------------- */

/* Count items: *min before '|', *max in all; remember name and message. */
static int
scan(struct parse *p, const char *format, int *min, int *max)
{
    const char *f = format;
    *min = -1;
    *max = 0;
    while (*f != '\0') {
        if (*f == ':') {
            p->fname = f + 1;
            break;
        }
        if (*f == ';') {
            p->message = f + 1;
            break;
        }
        if (*f == '|') {
            *min = *max;
            f++;
            continue;
        }
        if (*f == '$') {
            f++;
            continue;
        }
        const char *next = next_item(f);
        if (next == NULL) {
            PyErr_SetString(PyExc_SystemError, *f == ')' ? "excess ')' in getargs format"
                                                         : "missing ')' in getargs format");
            return 0;
        }
        f = next;
        ++*max;
    }
    if (*min < 0) {
        *min = *max;
    }
    return 1;
}

static int
parse_positional(PyObject *const *args, Py_ssize_t nargs, const char *format, va_list *va, int flags)
{
    struct parse p;
    int min, max;
    begin(&p, format, va, flags);
    if (!scan(&p, format, &min, &max)) {
        return 0;
    }
    if (nargs < min || nargs > max) {
        if (p.message != NULL) {
            PyErr_SetString(PyExc_TypeError, p.message);
        }
        else {
            int bound = nargs < min ? min : max;
            PyErr_Format(PyExc_TypeError, "%.150s%s takes %s %d argument%s (%zd given)",
                         p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()",
                         min == max      ? "exactly"
                         : nargs < min ? "at least"
                                         : "at most",
                         bound, bound == 1 ? "" : "s", nargs);
        }
        return 0;
    }
    for (Py_ssize_t i = 0; i < nargs; i++) {
        if (*p.format == '|') {
            p.format++;
        }
        p.depth = 1;
        p.path[0] = (int)i + 1;
        if (!convert_item(&p, args[i])) {
            return finish(&p, 0);
        }
    }
    p.depth = 0;
    if (*p.format != '\0' && !Py_ISALPHA(*p.format) && *p.format != '(' && *p.format != '|' &&
        *p.format != ':' && *p.format != ';') {
        PyErr_Format(PyExc_SystemError, "bad format string: %.200s", format);
        return finish(&p, 0);
    }
    return finish(&p, 1);
}

/* PyArg_Parse: the one object itself, or a tuple for a bracketed format. */
static int
parse_one(PyObject *arg, const char *format, va_list *va, int flags)
{
    struct parse p;
    int min, max;
    begin(&p, format, va, flags);
    if (!scan(&p, format, &min, &max)) {
        return 0;
    }
    if (max == 0) {
        if (arg == NULL) {
            return 1;
        }
        PyErr_Format(PyExc_TypeError, "%.200s%s takes no arguments",
                     p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()");
        return 0;
    }
    if (min == 1 && max == 1) {
        if (arg == NULL) {
            PyErr_Format(PyExc_TypeError, "%.200s%s takes at least one argument",
                         p.fname == NULL ? "function" : p.fname, p.fname == NULL ? "" : "()");
            return 0;
        }
        return finish(&p, convert_item(&p, arg));
    }
    PyErr_SetString(PyExc_SystemError, "old style getargs format uses new features");
    return 0;
}

static int
parse_tuple(PyObject *args, const char *format, va_list *va, int flags)
{
    if (args == NULL || !PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "new style getargs format but argument is not a tuple");
        return 0;
    }
    return parse_positional(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), format, va, flags);
}

#define ENTRY(name, params, last, call)                                                            \
    int name params                                                                                \
    {                                                                                              \
        va_list va;                                                                                \
        va_start(va, last);                                                                        \
        int ok = call;                                                                             \
        va_end(va);                                                                                \
        return ok;                                                                                 \
    }

ENTRY(PyArg_Parse, (PyObject *arg, const char *format, ...), format, parse_one(arg, format, &va, 0))
ENTRY(_PyArg_Parse_SizeT, (PyObject *arg, const char *format, ...), format,
      parse_one(arg, format, &va, SIZE_T_LENGTHS))
ENTRY(PyArg_ParseTuple, (PyObject *args, const char *format, ...), format,
      parse_tuple(args, format, &va, 0))
ENTRY(_PyArg_ParseTuple_SizeT, (PyObject *args, const char *format, ...), format,
      parse_tuple(args, format, &va, SIZE_T_LENGTHS))
ENTRY(_PyArg_ParseStack, (PyObject *const *args, Py_ssize_t nargs, const char *format, ...), format,
      parse_positional(args, nargs, format, &va, 0))
ENTRY(_PyArg_ParseStack_SizeT, (PyObject *const *args, Py_ssize_t nargs, const char *format, ...),
      format, parse_positional(args, nargs, format, &va, SIZE_T_LENGTHS))

int
PyArg_VaParse(PyObject *args, const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_tuple(args, format, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParse_SizeT(PyObject *args, const char *format, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_tuple(args, format, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}

/* ---- with keywords -------------------------------------------------------------------------- */

/* Read the format of a function with s->len named parameters into s. */
static int
read_shape(struct parse *p, struct Signature *s)
{
    int items = 0, required = -1, keyword_only = -1;
    const char *f = p->format;
    for (;;) {
        unsigned char c = (unsigned char)*f;
        /* most items are one letter, and nothing that belongs to it sorts behind '*' */
        if (likely((unsigned)(c | 32) - 'a' < 26 && c != 'e' && (f[1] > '*' || f[1] == '\0') &&
                   items < s->len)) {
            f++;
            items++;
        }
        else if (c == '|' || c == '$') {
            *(c == '|' ? &required : &keyword_only) = items;
            f++;
            /* What follows a bar behind the last parameter is not looked at (numpy relies on it). */
            f += items == s->len ? strcspn(f, ":;") : 0;
        }
        else if (c == '\0' || c == ':' || c == ';') {
            break;
        }
        else {
            const char *next = items == s->len ? NULL : skip_item(f, NULL);
            if (next == NULL && items < s->len) {
                PyErr_SetString(PyExc_SystemError, "missing ')' in getargs format");
                return 0;
            }
            if (items == s->len) {
                PyErr_Format(PyExc_SystemError,
                             "more argument specifiers than keyword list entries "
                             "(remaining format:'%s')", f);
                return 0;
            }
            p->lengths |= memchr(f, '#', (size_t)(next - f)) != NULL;
            f = next;
            items++;
        }
    }
    p->fname = *f == ':' ? f + 1 : NULL;
    p->message = *f == ';' ? f + 1 : NULL;
    if (items < s->len) {
        PyErr_Format(PyExc_SystemError,
                     "More keyword list entries (%d) than format specifiers (%d)", s->len, items);
        return 0;
    }
    if (s->len > MAX_ITEMS) {
        PyErr_SetString(PyExc_SystemError, "too many parameters");
        return 0;
    }
    s->fname = p->fname;
    s->maxpos = keyword_only < 0 ? items : keyword_only;
    s->optional = required >= 0;
    required = required < 0 ? items : required;
    s->minpos = Py_MIN(required, s->maxpos);
    s->minkw = required > s->maxpos ? required - s->maxpos : 0;
    return 1;
}

/* Convert what was given.  An error that binding has set comes second: what was bound before it is
   converted all the same. */
static int
convert_slots(struct parse *p, const struct Signature *s, PyObject *const *slots, bool bound)
{
    PyObject *type = NULL, *value = NULL, *traceback = NULL;
    Py_ssize_t given = s->len;
    if (unlikely(!bound)) {
        PyErr_Fetch(&type, &value, &traceback);
    }
    else {
        /* the targets of the last ones need not be passed over */
        while (given > 0 && slots[given - 1] == NULL) {
            given--;
        }
    }
    for (int i = 0; i < given; i++) {
        while (*p->format == '|' || *p->format == '$') {
            p->format++;
        }
        if (slots[i] == NULL) {
            const char *item = p->format, *end = skip_item(item, NULL);
            skip_targets(p);
            if (!(p->flags & SIZE_T_LENGTHS) && memchr(item, '#', (size_t)(end - item)) != NULL &&
                (type == NULL || i < s->posonly)) {
                Py_XDECREF(type);
                Py_XDECREF(value);
                Py_XDECREF(traceback);
                PyErr_Format(PyExc_SystemError,
                             "PY_SSIZE_T_CLEAN macro must be defined for '#' formats: '%s'", item);
                return finish(p, 0);
            }
            continue;
        }
        p->depth = 1;
        p->path[0] = i + 1;
        if (!convert_item(p, slots[i])) {
            if (type != NULL) {
                Py_DECREF(type);
                Py_XDECREF(value);
                Py_XDECREF(traceback);
            }
            return finish(p, 0);
        }
    }
    if (type != NULL) {
        int ok = finish(p, 0);
        PyErr_Restore(type, value, traceback);
        return ok;
    }
    return finish(p, 1);
}

/* Bind by C names without making objects of them.  false if anything is unusual: args_bind() then
   finds out what is wrong. */
static bool
bind_quickly(const struct Signature *s, char *const *keywords, PyObject *const *args,
             Py_ssize_t nargs, PyObject *kwargs, PyObject **slots)
{
    if (nargs > s->maxpos) {
        return false;
    }
    for (int i = 0; i < s->len; i++) {
        slots[i] = i < nargs ? args[i] : NULL;
    }
    if (kwargs != NULL) {
        Py_ssize_t pos = 0, first = Py_MAX(nargs, s->posonly);
        PyObject *key, *value;
        while (PyDict_Next(kwargs, &pos, &key, &value)) {
            if (!PyUnicode_CheckExact(key) || !PyUnicode_IS_COMPACT_ASCII(key)) {
                return false;
            }
            const char *name = (const char *)PyUnicode_1BYTE_DATA(key);
            Py_ssize_t i = first;
            while (i < s->len && (*name != *keywords[i] || strcmp(name, keywords[i]) != 0)) {
                i++;
            }
            if (i == s->len || strlen(name) != (size_t)PyUnicode_GET_LENGTH(key)) {
                return false;
            }
            slots[i] = value;
        }
    }
    for (Py_ssize_t i = nargs; i < s->maxpos + s->minkw; i++) {
        if (slots[i] == NULL && (i < s->minpos || i >= s->maxpos)) {
            return false;
        }
    }
    return true;
}

/* The commonest case: nothing but objects, given by position.  1, or -1 if it is not that: targets may
   have been written then. */
static int
parse_objects(PyObject *args, const char *f, char *const *keywords, va_list *va)
{
    Py_ssize_t nargs = PyTuple_GET_SIZE(args), i = 0;
    bool optional = false;
    for (; keywords[i] != NULL; i++) {
        if (*f == '|' && !optional) {
            optional = true;
            f++;
        }
        if (*f != 'O' || *keywords[i] == '\0') {
            return -1;
        }
        f++;
        if (*f == '!' || *f == '&') {
            return -1;
        }
        if (i < nargs) {
            *va_arg(*va, PyObject **) = PyTuple_GET_ITEM(args, i);
        }
        else if (!optional) {
            return -1;
        }
    }
    return nargs <= i && i <= MAX_ITEMS && (*f == '\0' || *f == ':' || *f == ';') ? 1 : -1;
}

static NOINLINE int
parse_keywords_general(PyObject *args, PyObject *kwargs, const char *format, char **keywords, va_list *va,
                       int flags)
{
    struct parse p;
    struct Signature s;
    PyObject *slots[MAX_ITEMS];
    if (args == NULL || !PyTuple_Check(args) || (kwargs != NULL && !PyDict_Check(kwargs)) ||
        format == NULL || keywords == NULL) {
        PyErr_BadInternalCall();
        return 0;
    }
    s.names = NULL;
    s.posonly = 0;
    for (s.len = 0; keywords[s.len] != NULL; s.len++) {
        if (*keywords[s.len] == '\0') {
            if (s.posonly < s.len) {
                PyErr_SetString(PyExc_SystemError, "Empty keyword parameter name");
                return 0;
            }
            s.posonly++;
        }
    }
    begin(&p, format, va, flags);
    if (!read_shape(&p, &s)) {
        return 0;
    }
    PyObject *const *given = &PyTuple_GET_ITEM(args, 0);
    Py_ssize_t nargs = PyTuple_GET_SIZE(args);
    if (likely(bind_quickly(&s, keywords, given, nargs, kwargs, slots))) {
        return convert_slots(&p, &s, slots, true);
    }
    struct _PyArg_Parser parser = {.keywords = (const char *const *)keywords};
    s.names = parser_names(&parser, &s.len, &s.posonly);
    if (s.names == NULL) {
        return 0;
    }
    memset(slots, 0, (size_t)s.len * sizeof(*slots));
    bool bound = args_bind(&s, given, nargs, kwargs, NULL, slots) == 0;
    int ok = convert_slots(&p, &s, slots, bound);
    Py_DECREF(parser.kwtuple);
    return ok;
}

static int
parse_keywords(PyObject *args, PyObject *kwargs, const char *format, char **keywords, va_list *va,
               int flags)
{
    if (likely(args != NULL && PyTuple_Check(args) && format != NULL && keywords != NULL) &&
        (kwargs == NULL || (PyDict_Check(kwargs) && PyDict_GET_SIZE(kwargs) == 0))) {
        va_list quick;
        va_copy(quick, *va);
        int ok = parse_objects(args, format, keywords, &quick);
        va_end(quick);
        if (likely(ok > 0)) {
            return ok;
        }
    }
    return parse_keywords_general(args, kwargs, format, keywords, va, flags);
}

ENTRY(PyArg_ParseTupleAndKeywords,
      (PyObject *args, PyObject *kwargs, const char *format, char **keywords, ...), keywords,
      parse_keywords(args, kwargs, format, keywords, &va, 0))
ENTRY(_PyArg_ParseTupleAndKeywords_SizeT,
      (PyObject *args, PyObject *kwargs, const char *format, char **keywords, ...), keywords,
      parse_keywords(args, kwargs, format, keywords, &va, SIZE_T_LENGTHS))

int
PyArg_VaParseTupleAndKeywords(PyObject *args, PyObject *kwargs, const char *format, char **keywords,
                              va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_keywords(args, kwargs, format, keywords, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kwargs, const char *format,
                                     char **keywords, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_keywords(args, kwargs, format, keywords, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}

/* The same with a parser that keeps its interned names. */
static int
parse_fast(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject *kwnames,
           struct _PyArg_Parser *parser, va_list *va, int flags)
{
    struct parse p;
    struct Signature s = {0};
    PyObject *slots[MAX_ITEMS];
    s.names = parser_names(parser, &s.len, &s.posonly);
    if (s.names == NULL) {
        return 0;
    }
    begin(&p, parser->format, va, flags);
    if (!read_shape(&p, &s)) {
        return 0;
    }
    memset(slots, 0, (size_t)s.len * sizeof(*slots));
    bool bound = args_bind(&s, args, nargs, kwargs, kwnames, slots) == 0;
    return convert_slots(&p, &s, slots, bound);
}

#define TUPLE_ARGS &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args)
ENTRY(_PyArg_ParseTupleAndKeywordsFast,
      (PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser, ...), parser,
      parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, 0))
ENTRY(_PyArg_ParseTupleAndKeywordsFast_SizeT,
      (PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser, ...), parser,
      parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, SIZE_T_LENGTHS))
ENTRY(_PyArg_ParseStackAndKeywords,
      (PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...),
      parser, parse_fast(args, nargs, NULL, kwnames, parser, &va, 0))
ENTRY(_PyArg_ParseStackAndKeywords_SizeT,
      (PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, ...),
      parser, parse_fast(args, nargs, NULL, kwnames, parser, &va, SIZE_T_LENGTHS))

int
_PyArg_VaParseTupleAndKeywordsFast(PyObject *args, PyObject *kwargs, struct _PyArg_Parser *parser,
                                   va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, 0);
    va_end(va);
    return ok;
}

int
_PyArg_VaParseTupleAndKeywordsFast_SizeT(PyObject *args, PyObject *kwargs,
                                         struct _PyArg_Parser *parser, va_list given)
{
    va_list va;
    va_copy(va, given);
    int ok = parse_fast(TUPLE_ARGS, kwargs, NULL, parser, &va, SIZE_T_LENGTHS);
    va_end(va);
    return ok;
}

int
PyArg_ValidateKeywordArguments(PyObject *kwargs)
{
    if (!PyDict_Check(kwargs)) {
        PyErr_BadInternalCall();
        return 0;
    }
    if (!_PyDict_HasOnlyStringKeys(kwargs)) {
        PyErr_SetString(PyExc_TypeError, "keywords must be strings");
        return 0;
    }
    return 1;
}
