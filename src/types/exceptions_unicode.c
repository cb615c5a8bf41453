/* UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError and their C API.

   One struct serves all three: object is a str (encode, translate) or bytes (decode); encoding is
   NULL for translate.  start and end are kept as given and clipped to the object when read. */
#define PY_SSIZE_T_CLEAN
#include "object/declare.h"
#include "types/exceptions.h"

#define EXCEPTION_FLAGS                                                                            \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASE_EXC_SUBCLASS)

static int
unicodeerror_clear(PyUnicodeErrorObject *self)
{
    Py_CLEAR(self->encoding);
    Py_CLEAR(self->object);
    Py_CLEAR(self->reason);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

static void
unicodeerror_dealloc(PyUnicodeErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, unicodeerror_dealloc)
    unicodeerror_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

static int
unicodeerror_traverse(PyUnicodeErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->encoding);
    Py_VISIT(self->object);
    Py_VISIT(self->reason);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

/* A field that must be a str or bytes: new reference. */
static PyObject *
field(PyObject *value, bool bytes, const char *name)
{
    if (value == NULL) {
        PyErr_Format(PyExc_TypeError, "%.200s attribute not set", name);
        return NULL;
    }
    if (bytes ? !PyBytes_Check(value) : !PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%.200s attribute must be %s", name, bytes ? "bytes" : "unicode");
        return NULL;
    }
    return Py_NewRef(value);
}

/* The length of the object; -1 with an exception. */
static Py_ssize_t
object_length(PyUnicodeErrorObject *self, bool bytes)
{
    PyObject *object = field(self->object, bytes, "object");
    if (object == NULL) {
        return -1;
    }
    Py_ssize_t length = bytes ? PyBytes_GET_SIZE(object) : PyUnicode_GET_LENGTH(object);
    Py_DECREF(object);
    return length;
}

static int
get_start(PyObject *exc, bool bytes, Py_ssize_t *start)
{
    Py_ssize_t length = object_length((PyUnicodeErrorObject *)exc, bytes);
    if (length < 0) {
        return -1;
    }
    Py_ssize_t i = ((PyUnicodeErrorObject *)exc)->start;
    *start = i < 0 ? 0 : i >= length ? length - 1 : i;
    return 0;
}

static int
get_end(PyObject *exc, bool bytes, Py_ssize_t *end)
{
    Py_ssize_t length = object_length((PyUnicodeErrorObject *)exc, bytes);
    if (length < 0) {
        return -1;
    }
    Py_ssize_t i = ((PyUnicodeErrorObject *)exc)->end;
    *end = i < 1 ? 1 : i;
    if (*end > length) {
        *end = length;
    }
    return 0;
}

static int
set_reason(PyObject *exc, const char *reason)
{
    PyObject *text = PyUnicode_FromString(reason);
    if (text == NULL) {
        return -1;
    }
    Py_XSETREF(((PyUnicodeErrorObject *)exc)->reason, text);
    return 0;
}

#define ACCESSORS(kind, bytes)                                                                     \
    PyObject *Py##kind##Error_GetObject(PyObject *exc)                                             \
    {                                                                                              \
        return field(((PyUnicodeErrorObject *)exc)->object, bytes, "object");                      \
    }                                                                                              \
    PyObject *Py##kind##Error_GetReason(PyObject *exc)                                             \
    {                                                                                              \
        return field(((PyUnicodeErrorObject *)exc)->reason, false, "reason");                      \
    }                                                                                              \
    int Py##kind##Error_GetStart(PyObject *exc, Py_ssize_t *start)                                 \
    {                                                                                              \
        return get_start(exc, bytes, start);                                                       \
    }                                                                                              \
    int Py##kind##Error_GetEnd(PyObject *exc, Py_ssize_t *end)                                     \
    {                                                                                              \
        return get_end(exc, bytes, end);                                                           \
    }                                                                                              \
    int Py##kind##Error_SetStart(PyObject *exc, Py_ssize_t start)                                  \
    {                                                                                              \
        ((PyUnicodeErrorObject *)exc)->start = start;                                              \
        return 0;                                                                                  \
    }                                                                                              \
    int Py##kind##Error_SetEnd(PyObject *exc, Py_ssize_t end)                                      \
    {                                                                                              \
        ((PyUnicodeErrorObject *)exc)->end = end;                                                  \
        return 0;                                                                                  \
    }                                                                                              \
    int Py##kind##Error_SetReason(PyObject *exc, const char *reason)                               \
    {                                                                                              \
        return set_reason(exc, reason);                                                            \
    }
ACCESSORS(UnicodeEncode, false)
ACCESSORS(UnicodeDecode, true)
ACCESSORS(UnicodeTranslate, false)

PyObject *
PyUnicodeEncodeError_GetEncoding(PyObject *exc)
{
    return field(((PyUnicodeErrorObject *)exc)->encoding, false, "encoding");
}

PyObject *
PyUnicodeDecodeError_GetEncoding(PyObject *exc)
{
    return field(((PyUnicodeErrorObject *)exc)->encoding, false, "encoding");
}

PyObject *
PyUnicodeDecodeError_Create(const char *encoding, const char *object, Py_ssize_t length,
                            Py_ssize_t start, Py_ssize_t end, const char *reason)
{
    return PyObject_CallFunction(PyExc_UnicodeDecodeError, "sy#nns", encoding, object, length,
                                 start, end, reason);
}

PyObject *
_PyUnicodeTranslateError_Create(PyObject *object, Py_ssize_t start, Py_ssize_t end,
                                const char *reason)
{
    return PyObject_CallFunction(PyExc_UnicodeTranslateError, "Onns", object, start, end, reason);
}

/* Take over the fields, all borrowed here. */
static int
set_fields(PyUnicodeErrorObject *self, PyObject *encoding, PyObject *object, PyObject *reason)
{
    Py_XSETREF(self->encoding, Py_XNewRef(encoding));
    Py_XSETREF(self->object, Py_NewRef(object));
    Py_XSETREF(self->reason, Py_NewRef(reason));
    return 0;
}

static void
forget_fields(PyUnicodeErrorObject *self)
{
    Py_CLEAR(self->encoding);
    Py_CLEAR(self->object);
    Py_CLEAR(self->reason);
}

/* A code point as the messages spell it. */
static void
spell(Py_UCS4 c, char text[16])
{
    PyOS_snprintf(text, 16, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

MEMBER(encodeerror, encoding, T_OBJECT, PyUnicodeErrorObject, encoding, 0, "exception encoding")
MEMBER(encodeerror, object, T_OBJECT, PyUnicodeErrorObject, object, 0, "exception object")
MEMBER(encodeerror, start, T_PYSSIZET, PyUnicodeErrorObject, start, 0, "exception start")
MEMBER(encodeerror, end, T_PYSSIZET, PyUnicodeErrorObject, end, 0, "exception end")
MEMBER(encodeerror, reason, T_OBJECT, PyUnicodeErrorObject, reason, 0, "exception reason")
MEMBER(decodeerror, encoding, T_OBJECT, PyUnicodeErrorObject, encoding, 0, "exception encoding")
MEMBER(decodeerror, object, T_OBJECT, PyUnicodeErrorObject, object, 0, "exception object")
MEMBER(decodeerror, start, T_PYSSIZET, PyUnicodeErrorObject, start, 0, "exception start")
MEMBER(decodeerror, end, T_PYSSIZET, PyUnicodeErrorObject, end, 0, "exception end")
MEMBER(decodeerror, reason, T_OBJECT, PyUnicodeErrorObject, reason, 0, "exception reason")
MEMBER(translateerror, encoding, T_OBJECT, PyUnicodeErrorObject, encoding, 0, "exception encoding")
MEMBER(translateerror, object, T_OBJECT, PyUnicodeErrorObject, object, 0, "exception object")
MEMBER(translateerror, start, T_PYSSIZET, PyUnicodeErrorObject, start, 0, "exception start")
MEMBER(translateerror, end, T_PYSSIZET, PyUnicodeErrorObject, end, 0, "exception end")
MEMBER(translateerror, reason, T_OBJECT, PyUnicodeErrorObject, reason, 0, "exception reason")

/* ---- encode ------------------------------------------------------------------------------- */

static int
encodeerror_tp_init(PyUnicodeErrorObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *encoding, *object, *reason;
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    forget_fields(self);
    if (!PyArg_ParseTuple(args, "UUnnU", &encoding, &object, &self->start, &self->end, &reason)) {
        return -1;
    }
    return set_fields(self, encoding, object, reason);
}

static PyObject *
encodeerror_tp_str(PyUnicodeErrorObject *self)
{
    if (self->object == NULL) {
        return PyUnicode_FromString("");
    }
    PyObject *reason = PyObject_Str(self->reason), *encoding = PyObject_Str(self->encoding);
    PyObject *result = NULL;
    if (reason == NULL || encoding == NULL) {
        goto done;
    }
    if (self->start < PyUnicode_GET_LENGTH(self->object) && self->end == self->start + 1) {
        char text[16];
        spell(PyUnicode_READ_CHAR(self->object, self->start), text);
        result = PyUnicode_FromFormat("'%U' codec can't encode character '%s' in position %zd: %U",
                                      encoding, text, self->start, reason);
    }
    else {
        result = PyUnicode_FromFormat("'%U' codec can't encode characters in position %zd-%zd: %U",
                                      encoding, self->start, self->end - 1, reason);
    }
done:
    Py_XDECREF(reason);
    Py_XDECREF(encoding);
    return result;
}

TYPE(encodeerror, _PyExc_UnicodeEncodeError, "UnicodeEncodeError", PyUnicodeErrorObject, NULL,
     "Unicode encoding error.", .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_UnicodeError,
     .tp_new = baseexc_tp_new, .tp_dealloc = (destructor)unicodeerror_dealloc,
     .tp_traverse = (traverseproc)unicodeerror_traverse, .tp_clear = (inquiry)unicodeerror_clear,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- decode ------------------------------------------------------------------------------- */

static int
decodeerror_tp_init(PyUnicodeErrorObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *encoding, *object, *reason;
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    forget_fields(self);
    if (!PyArg_ParseTuple(args, "UOnnU", &encoding, &object, &self->start, &self->end, &reason)) {
        return -1;
    }
    if (PyBytes_Check(object)) {
        return set_fields(self, encoding, object, reason);
    }
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    object = PyBytes_FromStringAndSize(view.buf, view.len);
    PyBuffer_Release(&view);
    if (object == NULL) {
        return -1;
    }
    set_fields(self, encoding, object, reason);
    Py_DECREF(object);
    return 0;
}

static PyObject *
decodeerror_tp_str(PyUnicodeErrorObject *self)
{
    if (self->object == NULL) {
        return PyUnicode_FromString("");
    }
    PyObject *reason = PyObject_Str(self->reason), *encoding = PyObject_Str(self->encoding);
    PyObject *result = NULL;
    if (reason == NULL || encoding == NULL) {
        goto done;
    }
    if (self->start < PyBytes_GET_SIZE(self->object) && self->end == self->start + 1) {
        int byte = (unsigned char)PyBytes_AS_STRING(self->object)[self->start];
        result = PyUnicode_FromFormat("'%U' codec can't decode byte 0x%02x in position %zd: %U",
                                      encoding, byte, self->start, reason);
    }
    else {
        result = PyUnicode_FromFormat("'%U' codec can't decode bytes in position %zd-%zd: %U",
                                      encoding, self->start, self->end - 1, reason);
    }
done:
    Py_XDECREF(reason);
    Py_XDECREF(encoding);
    return result;
}

TYPE(decodeerror, _PyExc_UnicodeDecodeError, "UnicodeDecodeError", PyUnicodeErrorObject, NULL,
     "Unicode decoding error.", .tp_flags = EXCEPTION_FLAGS, .tp_base = &_PyExc_UnicodeError,
     .tp_new = baseexc_tp_new, .tp_dealloc = (destructor)unicodeerror_dealloc,
     .tp_traverse = (traverseproc)unicodeerror_traverse, .tp_clear = (inquiry)unicodeerror_clear,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- translate ---------------------------------------------------------------------------- */

static int
translateerror_tp_init(PyUnicodeErrorObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *object, *reason;
    if (baseexc_tp_init((PyBaseExceptionObject *)self, args, kwargs) < 0) {
        return -1;
    }
    forget_fields(self);
    if (!PyArg_ParseTuple(args, "UnnU", &object, &self->start, &self->end, &reason)) {
        return -1;
    }
    return set_fields(self, NULL, object, reason);
}

static PyObject *
translateerror_tp_str(PyUnicodeErrorObject *self)
{
    if (self->object == NULL) {
        return PyUnicode_FromString("");
    }
    PyObject *reason = PyObject_Str(self->reason), *result = NULL;
    if (reason == NULL) {
        return NULL;
    }
    if (self->start < PyUnicode_GET_LENGTH(self->object) && self->end == self->start + 1) {
        char text[16];
        spell(PyUnicode_READ_CHAR(self->object, self->start), text);
        result = PyUnicode_FromFormat("can't translate character '%s' in position %zd: %U", text,
                                      self->start, reason);
    }
    else {
        result = PyUnicode_FromFormat("can't translate characters in position %zd-%zd: %U",
                                      self->start, self->end - 1, reason);
    }
    Py_DECREF(reason);
    return result;
}

TYPE(translateerror, _PyExc_UnicodeTranslateError, "UnicodeTranslateError", PyUnicodeErrorObject,
     NULL, "Unicode translation error.", .tp_flags = EXCEPTION_FLAGS,
     .tp_base = &_PyExc_UnicodeError, .tp_new = baseexc_tp_new,
     .tp_dealloc = (destructor)unicodeerror_dealloc,
     .tp_traverse = (traverseproc)unicodeerror_traverse, .tp_clear = (inquiry)unicodeerror_clear,
     .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

#include "gen/types/exceptions_unicode.inc"
