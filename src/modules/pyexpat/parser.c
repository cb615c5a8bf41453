/* pyexpat: the type xmlparser. */
#include "modules/pyexpat/pyexpat.h"

#define LIB(self) (&(self)->wiring->state->lib)

enum { DEFAULT_BUFFER_SIZE = 8192, FILE_CHUNK = 2048, MAX_CHUNK = 1 << 20 };

/* ---- creation ----------------------------------------------------------------------------------------- */

static Parser *
parser_alloc(State *state, PyObject *intern)
{
    Parser *self = PyObject_GC_New(Parser, state->parser_type);
    if (self == NULL)
        return NULL;
    memset((char *)self + sizeof(PyObject), 0, sizeof *self - sizeof(PyObject));
    self->buffer_size = DEFAULT_BUFFER_SIZE;
    self->intern = Py_XNewRef(intern);
    self->wiring = PyMem_Calloc(1, sizeof *self->wiring);
    if (self->wiring == NULL) {
        Py_DECREF(self);
        PyErr_NoMemory();
        return NULL;
    }
    self->wiring->state = state;
    return self;
}

/* A parser of a document.  separator is NULL if namespaces are not looked at; intern may be NULL. */
PyObject *
parser_new(State *state, const char *encoding, const char *separator, PyObject *intern)
{
    static const XML_Memory_Handling_Suite memory = {PyMem_Malloc, PyMem_Realloc, PyMem_Free};
    Parser *self = parser_alloc(state, intern);
    if (self == NULL)
        return NULL;
    const Library *lib = &state->lib;
    self->xml = lib->ParserCreate_MM(encoding, &memory, separator);
    if (self->xml == NULL) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_RuntimeError, "XML_ParserCreate failed");
        return NULL;
    }
    lib->SetHashSalt(self->xml, (unsigned long)_Py_HashSecret.expat.hashsalt);
    lib->SetUserData(self->xml, self);
    lib->SetUnknownEncodingHandler(self->xml, unknown_encoding, NULL);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
parser_tp_traverse(Parser *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->intern);
    Py_VISIT(self->parent);
    for (int which = 0; self->wiring != NULL && which < HANDLER_COUNT; which++)
        Py_VISIT(self->wiring->handlers[which]);
    return 0;       /* the cached names are strings */
}

/* The parent stays: the library needs it until this parser is freed, and it does not know its children. */
static int
parser_tp_clear(Parser *self)
{
    if (self->xml != NULL)
        parser_clear_handlers(self);
    Py_CLEAR(self->intern);
    return 0;
}

static void
parser_tp_dealloc(Parser *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    parser_tp_clear(self);
    if (self->xml != NULL)
        LIB(self)->ParserFree(self->xml);
    if (self->wiring != NULL)
        parser_clear_names(self);
    PyMem_Free(self->wiring);
    PyMem_Free(self->buffer);
    Py_XDECREF(self->parent);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- errors ------------------------------------------------------------------------------------------- */

static status
set_int_attribute(PyObject *error, const char *name, XML_Size number)
{
    PyObject *value = PyLong_FromSize_t(number);
    status done = value == NULL ? -1 : PyObject_SetAttrString(error, name, value);
    Py_XDECREF(value);
    return done;
}

/* Raise ExpatError for a code of the library at the parser's position; NULL. */
static PyObject *
raise_error(Parser *self, enum XML_Error code)
{
    const Library *lib = LIB(self);
    PyObject *type = self->wiring->state->error;
    XML_Size line = lib->GetCurrentLineNumber(self->xml), column = lib->GetCurrentColumnNumber(self->xml);
    PyObject *message = PyUnicode_FromFormat("%s: line %zu, column %zu", lib->ErrorString(code), (size_t)line,
                                             (size_t)column);
    PyObject *error = message == NULL ? NULL : PyObject_CallOneArg(type, message);
    if (error != NULL && set_int_attribute(error, "code", (XML_Size)code) == 0 &&
        set_int_attribute(error, "offset", column) == 0 && set_int_attribute(error, "lineno", line) == 0)
        PyErr_SetObject(type, error);
    Py_XDECREF(message);
    Py_XDECREF(error);
    return NULL;
}

/* ---- parsing ------------------------------------------------------------------------------------------ */

/* The library cannot be entered twice; a handler that parses with its own parser is refused. */
static status
check_not_parsing(const Parser *self)
{
    if (self->callbacks == 0)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "the parser is running");
    return -1;
}

/* What Parse returns for the library's answer. */
static PyObject *
parse_result(Parser *self, int answer)
{
    if (PyErr_Occurred())
        return NULL;
    if (answer == XML_STATUS_ERROR)
        return raise_error(self, LIB(self)->GetErrorCode(self->xml));
    if (parser_flush_text(self) < 0)
        return NULL;
    return PyLong_FromLong(answer);
}

METHOD(parser, Parse, "($self, data, isfinal=False, /)",
       "Parse str or bytes-like data; isfinal says that the document ends with it.")
DEFAULT(isfinal, 0)
static PyObject *
parser_Parse(Parser *self, PyTypeObject *Py_UNUSED(defining_class), PyObject *data, int isfinal)
{
    const Library *lib = LIB(self);
    Py_buffer view = {NULL};
    const char *bytes;
    Py_ssize_t left;
    if (check_not_parsing(self) < 0)
        return NULL;
    if (PyUnicode_Check(data)) {
        bytes = PyUnicode_AsUTF8AndSize(data, &left);
        if (bytes == NULL)
            return NULL;
        /* What the document says about its encoding does not hold for str. */
        lib->SetEncoding(self->xml, "utf-8");
    }
    else {
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
            return NULL;
        bytes = view.buf;
        left = view.len;
    }
    Py_INCREF(self);
    Py_INCREF(data);
    int answer = XML_STATUS_OK;
    while (left > MAX_CHUNK && answer != XML_STATUS_ERROR && !PyErr_Occurred()) {
        answer = lib->Parse(self->xml, bytes, MAX_CHUNK, 0);
        bytes += MAX_CHUNK;
        left -= MAX_CHUNK;
    }
    if (answer != XML_STATUS_ERROR && !PyErr_Occurred())
        answer = lib->Parse(self->xml, bytes, (int)left, isfinal);
    if (view.obj != NULL)
        PyBuffer_Release(&view);
    PyObject *result = parse_result(self, answer);
    Py_DECREF(data);
    Py_DECREF(self);
    return result;
}

/* Read at most FILE_CHUNK bytes into the library's buffer; their number, or -1. */
static int
read_chunk(PyObject *read, char *into)
{
    PyObject *chunk = PyObject_CallFunction(read, "i", FILE_CHUNK);
    int result = -1;
    if (chunk == NULL)
        return -1;
    bool is_bytes = PyBytes_Check(chunk);
    if (!is_bytes && !PyByteArray_Check(chunk))
        PyErr_Format(PyExc_TypeError, "read() did not return a bytes object (type=%.400s)",
                     Py_TYPE(chunk)->tp_name);
    else {
        Py_ssize_t size = is_bytes ? PyBytes_GET_SIZE(chunk) : PyByteArray_GET_SIZE(chunk);
        if (size > FILE_CHUNK)
            PyErr_Format(PyExc_ValueError, "read() returned too much data: %i bytes requested, %zd returned",
                         FILE_CHUNK, size);
        else {
            memcpy(into, is_bytes ? PyBytes_AS_STRING(chunk) : PyByteArray_AS_STRING(chunk), (size_t)size);
            result = (int)size;
        }
    }
    Py_DECREF(chunk);
    return result;
}

METHOD(parser, ParseFile, "($self, file, /)", "Parse what a binary file holds from its position on.")
static PyObject *
parser_ParseFile(Parser *self, PyTypeObject *Py_UNUSED(defining_class), PyObject *file)
{
    const Library *lib = LIB(self);
    PyObject *read, *result = NULL;
    if (check_not_parsing(self) < 0 || _PyObject_LookupAttr(file, ID(read), &read) < 0)
        return NULL;
    if (read == NULL) {
        PyErr_SetString(PyExc_TypeError, "argument must have 'read' attribute");
        return NULL;
    }
    Py_INCREF(self);
    int size, answer = XML_STATUS_OK;
    do {
        char *into = lib->GetBuffer(self->xml, FILE_CHUNK);
        if (into == NULL) {
            answer = XML_STATUS_ERROR;
            break;
        }
        /* read() must not parse with this parser: the library would move its buffer. */
        self->callbacks++;
        size = read_chunk(read, into);
        self->callbacks--;
        if (size < 0)
            goto done;
        answer = lib->ParseBuffer(self->xml, size, size == 0);
    } while (size > 0 && answer != XML_STATUS_ERROR && !PyErr_Occurred());
    result = parse_result(self, answer);
done:
    Py_DECREF(read);
    Py_DECREF(self);
    return result;
}

METHOD(parser, SetBase, "($self, base, /)", "Set what relative system identifiers are relative to.")
static PyObject *
parser_SetBase(Parser *self, const char *base)
{
    return LIB(self)->SetBase(self->xml, base) ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

METHOD(parser, GetBase, "($self, /)", "What relative system identifiers are relative to, or None.")
static PyObject *
parser_GetBase(Parser *self)
{
    return Py_BuildValue("z", LIB(self)->GetBase(self->xml));
}

METHOD(parser, GetInputContext, "($self, /)",
       "The input from the start of the current event on; None outside of handlers.")
static PyObject *
parser_GetInputContext(Parser *self)
{
    int offset, size;
    if (self->callbacks == 0)
        Py_RETURN_NONE;
    const char *input = LIB(self)->GetInputContext(self->xml, &offset, &size);
    if (input == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(input + offset, size - offset);
}

METHOD(parser, ExternalEntityParserCreate,
       "($self, context, encoding=<unrepresentable>,\n                           /)",
       "A parser for an external entity, with this parser's handlers and settings.\n\n"
       "context is what ExternalEntityRefHandler was given.")
DEFAULT(encoding, NULL)
static PyObject *
parser_ExternalEntityParserCreate(Parser *self, PyTypeObject *Py_UNUSED(defining_class), text_or_none context,
                                  const char *encoding)
{
    const Library *lib = LIB(self);
    Parser *child = parser_alloc(self->wiring->state, self->intern);
    if (child == NULL)
        return NULL;
    child->buffer_size = self->buffer_size;
    child->ordered_attributes = self->ordered_attributes;
    child->specified_attributes = self->specified_attributes;
    child->namespace_prefixes = self->namespace_prefixes;
    child->parent = (Parser *)Py_NewRef(self);
    if (self->buffer != NULL) {
        child->buffer = PyMem_Malloc((size_t)child->buffer_size);
        if (child->buffer == NULL) {
            Py_DECREF(child);
            return PyErr_NoMemory();
        }
    }
    child->xml = lib->ExternalEntityParserCreate(self->xml, context, encoding);
    if (child->xml == NULL) {
        Py_DECREF(child);
        return PyErr_NoMemory();
    }
    lib->SetUserData(child->xml, child);
    for (int which = 0; which < HANDLER_COUNT; which++) {
        PyObject *handler = self->wiring->handlers[which];
        if (handler != NULL) {
            child->wiring->handlers[which] = Py_NewRef(handler);
            parser_install(child, which, true);
        }
    }
    PyObject_GC_Track(child);
    return (PyObject *)child;
}

METHOD(parser, SetParamEntityParsing, "($self, flag, /)",
       "Say when parameter entities are parsed: one of the constants XML_PARAM_ENTITY_PARSING_*.\n\n"
       "Returns whether that was possible.")
static PyObject *
parser_SetParamEntityParsing(Parser *self, int flag)
{
    return PyLong_FromLong(LIB(self)->SetParamEntityParsing(self->xml, (enum XML_ParamEntityParsing)flag));
}

METHOD(parser, UseForeignDTD, "($self, flag=True, /)",
       "Ask ExternalEntityRefHandler for a DTD even if the document has none.")
DEFAULT(flag, 1)
static PyObject *
parser_UseForeignDTD(Parser *self, PyTypeObject *Py_UNUSED(defining_class), truth flag)
{
    enum XML_Error code = LIB(self)->UseForeignDTD(self->xml, flag ? XML_TRUE : XML_FALSE);
    if (code != XML_ERROR_NONE)
        return raise_error(self, code);
    Py_RETURN_NONE;
}

/* ---- attributes --------------------------------------------------------------------------------------- */

MEMBER(parser, intern, T_OBJECT, Parser, intern, READONLY, NULL)

#define POSITION(name, function)                                                                         \
    static PyObject *parser_##name(Parser *self, void *Py_UNUSED(closure))                               \
    {                                                                                                    \
        return PyLong_FromLongLong((long long)LIB(self)->function(self->xml));                           \
    }

POSITION(position_code, GetErrorCode)
POSITION(position_line, GetCurrentLineNumber)
POSITION(position_column, GetCurrentColumnNumber)
POSITION(position_byte, GetCurrentByteIndex)

static status
check_value(PyObject *value)
{
    if (value != NULL)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "Cannot delete attribute");
    return -1;
}

static PyObject *
get_buffer_size(Parser *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->buffer_size);
}

static int
set_buffer_size(Parser *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (check_value(value) < 0)
        return -1;
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "buffer_size must be an integer");
        return -1;
    }
    long size = PyLong_AsLong(value);
    if (size <= 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "buffer_size must be greater than zero");
        return -1;
    }
    if (size > INT_MAX) {
        PyErr_Format(PyExc_ValueError, "buffer_size must not be greater than %i", INT_MAX);
        return -1;
    }
    if (size == self->buffer_size)
        return 0;
    if (self->buffer != NULL) {
        if (parser_flush_text(self) < 0)
            return -1;
        char *buffer = PyMem_Malloc((size_t)size);
        if (buffer == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        PyMem_Free(self->buffer);
        self->buffer = buffer;
        self->buffer_used = 0;
    }
    self->buffer_size = (int)size;
    return 0;
}

static PyObject *
get_buffer_text(Parser *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->buffer != NULL);
}

static int
set_buffer_text(Parser *self, PyObject *value, void *Py_UNUSED(closure))
{
    int on = check_value(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (on < 0)
        return -1;
    if (on && self->buffer == NULL) {
        self->buffer = PyMem_Malloc((size_t)self->buffer_size);
        if (self->buffer == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->buffer_used = 0;
    }
    else if (!on && self->buffer != NULL) {
        if (parser_flush_text(self) < 0)
            return -1;
        PyMem_Free(self->buffer);
        self->buffer = NULL;
        self->buffer_used = 0;
    }
    return 0;
}

static PyObject *
get_buffer_used(Parser *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->buffer_used);
}

/* The closure is the offset of the flag. */
static PyObject *
get_flag(Parser *self, void *closure)
{
    return PyBool_FromLong(*((bool *)self + (intptr_t)closure));
}

static int
set_flag(Parser *self, PyObject *value, void *closure)
{
    int on = check_value(value) < 0 ? -1 : PyObject_IsTrue(value);
    if (on < 0)
        return -1;
    *((bool *)self + (intptr_t)closure) = on;
    if ((size_t)(intptr_t)closure == offsetof(Parser, namespace_prefixes))
        LIB(self)->SetReturnNSTriplet(self->xml, on);
    return 0;
}

#define READ_ONLY(name, get) {name, (getter)get, NULL, NULL, NULL}
#define FLAG(name) {#name, (getter)get_flag, (setter)set_flag, NULL, (void *)offsetof(Parser, name)}

static PyGetSetDef parser_attributes[] = {
    READ_ONLY("ErrorCode", parser_position_code),
    READ_ONLY("ErrorLineNumber", parser_position_line),
    READ_ONLY("ErrorColumnNumber", parser_position_column),
    READ_ONLY("ErrorByteIndex", parser_position_byte),
    READ_ONLY("CurrentLineNumber", parser_position_line),
    READ_ONLY("CurrentColumnNumber", parser_position_column),
    READ_ONLY("CurrentByteIndex", parser_position_byte),
    {"buffer_size", (getter)get_buffer_size, (setter)set_buffer_size, NULL, NULL},
    {"buffer_text", (getter)get_buffer_text, (setter)set_buffer_text, NULL, NULL},
    READ_ONLY("buffer_used", get_buffer_used),
    FLAG(namespace_prefixes),
    FLAG(ordered_attributes),
    FLAG(specified_attributes),
    {NULL},
};

HEAPTYPE(parser, "pyexpat.xmlparser", Parser, NULL, "A parser of XML documents, which calls handlers.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_getset, parser_attributes})

static PyType_Spec parser_spec;

/* The type, for a module. */
PyTypeObject *
parser_new_type(PyObject *module)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &parser_spec, NULL);
    if (type != NULL && handlers_add_attributes(type) < 0)
        Py_CLEAR(type);
    return type;
}

#include "gen/modules/pyexpat/parser.inc"
