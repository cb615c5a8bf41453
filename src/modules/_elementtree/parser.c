/* _elementtree: the type XMLParser, which drives a target with libexpat's events.

   If the target is a TreeBuilder, its C functions are called; otherwise the target's methods.  The library is
   not stopped by an exception: callbacks do nothing while one is pending, and it reaches the caller of feed()
   when the data at hand is through. */
#include "modules/_elementtree/elementtree.h"

enum { NAME_CACHE_SIZE = 256, FILE_CHUNK = 64 * 1024 };

/* A name that was met: the library's spelling is the str, without its first character if `qualified`. */
typedef struct {
    PyObject *name;
    bool qualified;
} CachedName;

/* What belongs to the library's parser rather than to the object. */
typedef struct {
    const struct PyExpat_CAPI *expat;
    PyObject *capsule;                  /* keeps it alive */
    PyObject *parse_error;
    PyObject *names;                    /* dict: name -> the same object each time */
    bool running;                       /* the library is at work, and must not be entered again */
    CachedName cache[NAME_CACHE_SIZE];  /* ASCII names */
} Session;

typedef struct {
    PyObject_HEAD
    XML_Parser xml;                     /* NULL before __init__ */
    Session *session;
    PyObject *target, *entity;
    PyObject *handle_start_ns, *handle_end_ns, *handle_start, *handle_data, *handle_end, *handle_comment,
        *handle_pi, *handle_doctype, *handle_close;     /* methods of the target, or NULL */
} XMLParser;

_Static_assert(sizeof(XMLParser) == 120, "XMLParser.__basicsize__");

static inline TreeBuilder *
builder_of(const XMLParser *self)
{
    return TreeBuilder_CheckExact(self->target) ? (TreeBuilder *)self->target : NULL;
}

/* ---- errors ------------------------------------------------------------------------------------------- */

/* Raise ParseError; message NULL stands for the library's text. */
static void
raise_error(XMLParser *self, enum XML_Error code, PyObject *message)
{
    const struct PyExpat_CAPI *expat = self->session->expat;
    PyObject *error_type = self->session->parse_error;
    XML_Size line = expat->GetErrorLineNumber(self->xml), column = expat->GetErrorColumnNumber(self->xml);
    PyObject *text = message == NULL ? PyUnicode_FromFormat("%s: line %zu, column %zu", expat->ErrorString(code),
                                                            (size_t)line, (size_t)column)
                                     : PyUnicode_FromFormat("%U: line %zu, column %zu", message, (size_t)line,
                                                            (size_t)column);
    PyObject *error = text == NULL ? NULL : PyObject_CallOneArg(error_type, text);
    PyObject *number = error == NULL ? NULL : PyLong_FromLong((long)code);
    PyObject *position = number == NULL ? NULL : Py_BuildValue("(nn)", (Py_ssize_t)line, (Py_ssize_t)column);
    if (position != NULL && PyObject_SetAttr(error, ID(code), number) == 0 &&
        PyObject_SetAttr(error, ID(position), position) == 0)
        PyErr_SetObject(error_type, error);
    Py_XDECREF(text);
    Py_XDECREF(error);
    Py_XDECREF(number);
    Py_XDECREF(position);
}

/* ---- names -------------------------------------------------------------------------------------------- */

static inline bool
is_cached(const CachedName *slot, const char *text, size_t length)
{
    return slot->name != NULL && (size_t)PyUnicode_GET_LENGTH(slot->name) == length + slot->qualified &&
           memcmp(PyUnicode_1BYTE_DATA(slot->name) + slot->qualified, text, length) == 0;
}

/* The name in the notation {uri}local; the library separates the two by a closing brace. */
static PyObject *
name_of(XMLParser *self, const XML_Char *text)
{
    Session *session = self->session;
    size_t length = strlen(text);
    size_t mix = length * 31;
    for (size_t i = 1; i < 5 && i <= length; i++)
        mix = mix * 33 + (unsigned char)text[length - i];
    CachedName *slot = &session->cache[(mix ^ mix >> 8) % NAME_CACHE_SIZE];
    if (is_cached(slot, text, length))
        return Py_NewRef(slot->name);
    bool qualified = memchr(text, '}', length) != NULL;
    PyObject *name = qualified ? PyUnicode_FromFormat("{%s", text)
                               : PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "strict");
    PyObject *known = name == NULL ? NULL : Py_XNewRef(PyDict_SetDefault(session->names, name, name));
    Py_XDECREF(name);
    if (known != NULL && PyUnicode_IS_ASCII(known)) {
        slot->qualified = qualified;
        Py_XSETREF(slot->name, Py_NewRef(known));
    }
    return known;
}

static PyObject *
text_of(const XML_Char *text)
{
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "strict");
}

static PyObject *
text_or_none_of(const XML_Char *text)
{
    return text == NULL ? Py_NewRef(Py_None) : text_of(text);
}

/* ---- callbacks ---------------------------------------------------------------------------------------- */

/* Call a method of the target; the arguments are consumed, and the call does not happen if one is NULL. */
static void
call_target(PyObject *method, PyObject *a_take, PyObject *b_take, PyObject *c_take, int count)
{
    PyObject *args[3] = {a_take, b_take, c_take};
    bool complete = true;
    for (int i = 0; i < count; i++)
        complete &= args[i] != NULL;
    if (complete) {
        Py_INCREF(method);
        Py_XDECREF(PyObject_Vectorcall(method, args, (size_t)count, NULL));
        Py_DECREF(method);
    }
    for (int i = 0; i < count; i++)
        Py_XDECREF(args[i]);
}

static PyObject *
attributes_of(XMLParser *self, const XML_Char **attributes)
{
    PyObject *dict = PyDict_New();
    for (; dict != NULL && attributes[0] != NULL; attributes += 2) {
        PyObject *name = name_of(self, attributes[0]);
        PyObject *value = name == NULL ? NULL : text_of(attributes[1]);
        if (value == NULL || PyDict_SetItem(dict, name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}

static void XMLCALL
on_start(void *data, const XML_Char *tag, const XML_Char **attributes)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred() || (builder == NULL && self->handle_start == NULL))
        return;
    PyObject *name = name_of(self, tag), *attrib = NULL;
    if (name == NULL)
        return;
    if (attributes[0] != NULL || builder == NULL) {
        attrib = attributes_of(self, attributes);
        if (attrib == NULL) {
            Py_DECREF(name);
            return;
        }
    }
    if (builder == NULL) {
        call_target(self->handle_start, name, attrib, NULL, 2);
        return;
    }
    Py_XDECREF(builder_start(builder, name, attrib));
    Py_DECREF(name);
    Py_XDECREF(attrib);
}

static void XMLCALL
on_end(void *data, const XML_Char *tag)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred())
        return;
    if (builder != NULL)
        Py_XDECREF(builder_end(builder));
    else if (self->handle_end != NULL)
        call_target(self->handle_end, name_of(self, tag), NULL, NULL, 1);
}

static void XMLCALL
on_data(void *data, const XML_Char *text, int length)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred())
        return;
    if (builder != NULL)
        builder_utf8(builder, text, length);
    else if (self->handle_data != NULL)
        call_target(self->handle_data, PyUnicode_DecodeUTF8(text, length, "strict"), NULL, NULL, 1);
}

/* What no other callback takes: among it references to entities that no DTD declares. */
static void XMLCALL
on_default(void *data, const XML_Char *text, int length)
{
    XMLParser *self = data;
    if (length < 2 || text[0] != '&' || PyErr_Occurred())
        return;
    PyObject *name = PyUnicode_DecodeUTF8(text + 1, length - 2, "strict");
    if (name == NULL)
        return;
    PyObject *value = Py_XNewRef(PyDict_GetItemWithError(self->entity, name));
    TreeBuilder *builder = builder_of(self);
    if (value != NULL) {
        if (builder != NULL)
            builder_data(builder, value);
        else if (self->handle_data != NULL)
            call_target(self->handle_data, Py_NewRef(value), NULL, NULL, 1);
        Py_DECREF(value);
    }
    else if (!PyErr_Occurred()) {
        PyObject *message = PyUnicode_FromFormat("undefined entity &%U;", name);
        if (message != NULL)
            raise_error(self, XML_ERROR_UNDEFINED_ENTITY, message);
        Py_XDECREF(message);
    }
    Py_DECREF(name);
}

static void XMLCALL
on_start_ns(void *data, const XML_Char *prefix, const XML_Char *uri)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred() || (builder == NULL ? self->handle_start_ns == NULL : builder->on_start_ns == NULL))
        return;
    PyObject *first = text_of(prefix == NULL ? "" : prefix), *second = text_of(uri == NULL ? "" : uri);
    if (builder == NULL) {
        call_target(self->handle_start_ns, first, second, NULL, 2);
        return;
    }
    PyObject *pair = first == NULL || second == NULL ? NULL : PyTuple_Pack(2, first, second);
    if (pair != NULL)
        builder_event(builder, builder->on_start_ns, pair);
    Py_XDECREF(first);
    Py_XDECREF(second);
    Py_XDECREF(pair);
}

static void XMLCALL
on_end_ns(void *data, const XML_Char *prefix)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred())
        return;
    if (builder != NULL)
        builder_event(builder, builder->on_end_ns, Py_None);
    else if (self->handle_end_ns != NULL)
        call_target(self->handle_end_ns, text_of(prefix == NULL ? "" : prefix), NULL, NULL, 1);
}

static void XMLCALL
on_comment(void *data, const XML_Char *text)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred() || (builder == NULL && self->handle_comment == NULL))
        return;
    PyObject *comment = text_of(text);
    if (builder == NULL)
        call_target(self->handle_comment, comment, NULL, NULL, 1);
    else if (comment != NULL) {
        Py_XDECREF(builder_comment(builder, comment));
        Py_DECREF(comment);
    }
}

static void XMLCALL
on_pi(void *data, const XML_Char *target, const XML_Char *text)
{
    XMLParser *self = data;
    TreeBuilder *builder = builder_of(self);
    if (PyErr_Occurred() ||
        (builder == NULL ? self->handle_pi == NULL : builder->on_pi == NULL && !builder->insert_pis))
        return;
    PyObject *first = text_of(target), *second = text_of(text == NULL ? "" : text);
    if (builder == NULL) {
        call_target(self->handle_pi, first, second, NULL, 2);
        return;
    }
    if (first != NULL && second != NULL)
        Py_XDECREF(builder_pi(builder, first, second));
    Py_XDECREF(first);
    Py_XDECREF(second);
}

static void XMLCALL
on_start_doctype(void *data, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                 int Py_UNUSED(internal))
{
    XMLParser *self = data;
    if (PyErr_Occurred())
        return;
    if (self->handle_doctype != NULL) {
        call_target(self->handle_doctype, name_of(self, name), text_or_none_of(public_id),
                    text_or_none_of(system_id), 3);
        return;
    }
    /* A subclass may still have the method that parsers had once. */
    PyObject *method;
    if (_PyObject_LookupAttr((PyObject *)self, ID(doctype), &method) > 0) {
        PyErr_WarnEx(PyExc_RuntimeWarning,
                     "The doctype() method of XMLParser is ignored.  "
                     "Define doctype() method on the TreeBuilder target.",
                     1);
        Py_DECREF(method);
    }
}

/* ---- creation ----------------------------------------------------------------------------------------- */

#define OBJECTS(X, self)                                                                                 \
    X((self)->handle_start_ns)                                                                           \
    X((self)->handle_end_ns)                                                                             \
    X((self)->handle_start)                                                                              \
    X((self)->handle_data)                                                                               \
    X((self)->handle_end)                                                                                \
    X((self)->handle_comment)                                                                            \
    X((self)->handle_pi)                                                                                 \
    X((self)->handle_doctype)                                                                            \
    X((self)->handle_close)                                                                              \
    X((self)->target)                                                                                    \
    X((self)->entity)

/* Free the library's parser and what belongs to it. */
static void
end_session(XMLParser *self)
{
    Session *session = self->session;
    XML_Parser xml = self->xml;
    self->session = NULL;
    self->xml = NULL;
    if (session == NULL)
        return;
    if (xml != NULL)
        session->expat->ParserFree(xml);
    for (int i = 0; i < NAME_CACHE_SIZE; i++)
        Py_XDECREF(session->cache[i].name);
    Py_XDECREF(session->names);
    Py_XDECREF(session->parse_error);
    Py_XDECREF(session->capsule);
    PyMem_Free(session);
}

static status
begin_session(XMLParser *self, const State *state, const char *encoding)
{
    static const XML_Memory_Handling_Suite memory = {PyMem_Malloc, PyMem_Realloc, PyMem_Free};
    Session *session = self->session = PyMem_Calloc(1, sizeof *session);
    if (session == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    session->expat = state->expat;
    session->capsule = Py_NewRef(state->capsule);
    session->parse_error = Py_NewRef(state->parse_error);
    session->names = PyDict_New();
    if (session->names == NULL)
        return -1;
    self->xml = session->expat->ParserCreate_MM(encoding, &memory, "}");
    if (self->xml == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* The target's methods, as far as it has them. */
static status
look_up_methods(XMLParser *self, PyObject *target)
{
    const struct {
        PyObject **method, *name;
    } methods[] = {
        {&self->handle_start_ns, ID(start_ns)}, {&self->handle_end_ns, ID(end_ns)},
        {&self->handle_start, ID(start)},       {&self->handle_data, ID(data)},
        {&self->handle_end, ID(end)},           {&self->handle_comment, ID(comment)},
        {&self->handle_pi, ID(pi)},             {&self->handle_close, ID(close)},
        {&self->handle_doctype, ID(doctype)},
    };
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        PyObject *method;
        if (_PyObject_LookupAttr(target, methods[i].name, &method) < 0)
            return -1;
        Py_XSETREF(*methods[i].method, method);
    }
    return 0;
}

static void
install_callbacks(XMLParser *self)
{
    const struct PyExpat_CAPI *expat = self->session->expat;
    expat->SetUserData(self->xml, self);
    expat->SetHashSalt(self->xml, (unsigned long)_Py_HashSecret.expat.hashsalt);
    expat->SetElementHandler(self->xml, on_start, on_end);
    expat->SetDefaultHandlerExpand(self->xml, on_default);
    expat->SetCharacterDataHandler(self->xml, on_data);
    expat->SetStartDoctypeDeclHandler(self->xml, on_start_doctype);
    expat->SetUnknownEncodingHandler(self->xml, expat->DefaultUnknownEncodingHandler, NULL);
    if (self->handle_start_ns != NULL || self->handle_end_ns != NULL)
        expat->SetNamespaceDeclHandler(self->xml, self->handle_start_ns == NULL ? NULL : on_start_ns,
                                       self->handle_end_ns == NULL ? NULL : on_end_ns);
    if (self->handle_comment != NULL)
        expat->SetCommentHandler(self->xml, on_comment);
    if (self->handle_pi != NULL)
        expat->SetProcessingInstructionHandler(self->xml, on_pi);
}

/* The library cannot be entered twice; a target that feeds its own parser is refused. */
static status
check_not_running(const XMLParser *self)
{
    if (self->session == NULL || !self->session->running)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, "the parser is running");
    return -1;
}

INIT(XMLParser, "!(*, target=None, encoding=None)")
static int
XMLParser_init(XMLParser *self, PyObject *target, text_or_none encoding)
{
    State *state = state_get();
    if (state == NULL || check_not_running(self) < 0)
        return -1;
    end_session(self);
#define CLEAR(field) Py_CLEAR(field);
    OBJECTS(CLEAR, self)
    self->entity = PyDict_New();
    self->target = target == Py_None ? builder_new() : Py_NewRef(target);
    if (self->entity == NULL || self->target == NULL ||
        (target != Py_None && look_up_methods(self, target) < 0) || begin_session(self, state, encoding) < 0) {
        end_session(self);
        return -1;
    }
    install_callbacks(self);
    return 0;
}

static PyObject *
XMLParser_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return type->tp_alloc(type, 0);
}

static int
XMLParser_tp_traverse(XMLParser *self, visitproc visit, void *arg)
{
#define VISIT(field) Py_VISIT(field);
    OBJECTS(VISIT, self)
    if (self->session != NULL) {
        Py_VISIT(self->session->capsule);
        Py_VISIT(self->session->parse_error);
        Py_VISIT(self->session->names);
    }
    return 0;
}

static int
XMLParser_tp_clear(XMLParser *self)
{
    end_session(self);
    OBJECTS(CLEAR, self)
    return 0;
}

static void
XMLParser_tp_dealloc(XMLParser *self)
{
    PyObject_GC_UnTrack(self);
    XMLParser_tp_clear(self);
    Py_TYPE(self)->tp_free(self);
}

/* ---- feeding ------------------------------------------------------------------------------------------ */

static status
check_ready(const XMLParser *self)
{
    if (self->xml == NULL) {
        PyErr_SetString(PyExc_ValueError, "XMLParser.__init__() wasn't called");
        return -1;
    }
    return check_not_running(self);
}

/* Let the library parse; None, or NULL with an exception. */
static PyObject *
parse(XMLParser *self, const char *data, Py_ssize_t length, bool final)
{
    if (length > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "size does not fit in an int");
        return NULL;
    }
    const struct PyExpat_CAPI *expat = self->session->expat;
    Py_INCREF(self);
    self->session->running = true;
    enum XML_Status answer = expat->Parse(self->xml, data, (int)length, final);
    self->session->running = false;
    if (!PyErr_Occurred() && answer == XML_STATUS_ERROR)
        raise_error(self, expat->GetErrorCode(self->xml), NULL);
    Py_DECREF(self);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* The end of the document: the tree that was built, else what the target's close() returns. */
static PyObject *
finish(XMLParser *self, bool close)
{
    PyObject *result = parse(self, "", 0, true), *method;
    if (result == NULL)
        return NULL;
    TreeBuilder *builder = builder_of(self);
    if (builder != NULL) {
        Py_DECREF(result);
        return builder_close(builder);
    }
    if (close && self->handle_close != NULL) {
        Py_DECREF(result);
        method = Py_NewRef(self->handle_close);
        result = PyObject_CallNoArgs(method);
        Py_DECREF(method);
    }
    return result;
}

METHOD(XMLParser, feed, "($self, data, /)", NULL)
static PyObject *
XMLParser_feed(XMLParser *self, PyObject *data)
{
    if (check_ready(self) < 0)
        return NULL;
    if (PyUnicode_Check(data)) {
        Py_ssize_t length;
        const char *utf8 = PyUnicode_AsUTF8AndSize(data, &length);
        if (utf8 == NULL)
            return NULL;
        /* What the document says about its encoding does not hold for str. */
        self->session->expat->SetEncoding(self->xml, "utf-8");
        Py_INCREF(data);
        PyObject *result = parse(self, utf8, length, false);
        Py_DECREF(data);
        return result;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = parse(self, view.buf, view.len, false);
    PyBuffer_Release(&view);
    return result;
}

METHOD(XMLParser, close, "($self, /)", NULL)
static PyObject *
XMLParser_close(XMLParser *self)
{
    return check_ready(self) < 0 ? NULL : finish(self, true);
}

/* Feed what read() returned.  1 if there may be more, 0 at the end, -1 on error. */
static truth
feed_chunk(XMLParser *self, PyObject *chunk)
{
    PyObject *bytes;
    if (PyUnicode_Check(chunk))
        bytes = PyUnicode_AsEncodedString(chunk, "utf-8", "surrogatepass");
    else if (PyBytes_CheckExact(chunk))
        bytes = Py_NewRef(chunk);
    else
        return 0;
    if (bytes == NULL)
        return -1;
    truth more = PyBytes_GET_SIZE(bytes) > 0;
    if (more) {
        PyObject *result = check_ready(self) < 0
                               ? NULL
                               : parse(self, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes), false);
        Py_XDECREF(result);
        if (result == NULL)
            more = -1;
    }
    Py_DECREF(bytes);
    return more;
}

METHOD(XMLParser, _parse_whole, "($self, file, /)", NULL)
static PyObject *
XMLParser_parse_whole(XMLParser *self, PyObject *file)
{
    if (check_ready(self) < 0)
        return NULL;
    PyObject *read = PyObject_GetAttr(file, ID(read));
    if (read == NULL)
        return NULL;
    truth more = 1;
    while (more > 0) {
        PyObject *chunk = PyObject_CallFunction(read, "i", FILE_CHUNK);
        more = chunk == NULL ? -1 : feed_chunk(self, chunk);
        Py_XDECREF(chunk);
    }
    Py_DECREF(read);
    return more < 0 || check_ready(self) < 0 ? NULL : finish(self, false);
}

/* ---- events ------------------------------------------------------------------------------------------- */

/* Have one kind of event reported; -1 with an exception if there is no such kind. */
static status
report_event(XMLParser *self, TreeBuilder *builder, PyObject *kind)
{
    const struct PyExpat_CAPI *expat = self->session->expat;
    const char *name = PyUnicode_Check(kind) ? PyUnicode_AsUTF8(kind)
                       : PyBytes_Check(kind) ? PyBytes_AS_STRING(kind)
                                             : NULL;
    if (name == NULL) {
        PyErr_SetString(PyExc_ValueError, "invalid events sequence");
        return -1;
    }
    PyObject **slot;
    if (strcmp(name, "start") == 0)
        slot = &builder->on_start;
    else if (strcmp(name, "end") == 0)
        slot = &builder->on_end;
    else if (strcmp(name, "start-ns") == 0)
        slot = &builder->on_start_ns;
    else if (strcmp(name, "end-ns") == 0)
        slot = &builder->on_end_ns;
    else if (strcmp(name, "comment") == 0) {
        slot = &builder->on_comment;
        expat->SetCommentHandler(self->xml, on_comment);
    }
    else if (strcmp(name, "pi") == 0) {
        slot = &builder->on_pi;
        expat->SetProcessingInstructionHandler(self->xml, on_pi);
    }
    else {
        PyErr_Format(PyExc_ValueError, "unknown event '%s'", name);
        return -1;
    }
    if (slot == &builder->on_start_ns || slot == &builder->on_end_ns)
        expat->SetNamespaceDeclHandler(self->xml, on_start_ns, on_end_ns);
    Py_XSETREF(*slot, Py_NewRef(kind));
    return 0;
}

METHOD(XMLParser, _setevents, "($self, events_queue, events_to_report=None, /)", NULL)
static PyObject *
XMLParser_setevents(XMLParser *self, PyObject *queue, PyObject *kinds)
{
    if (check_ready(self) < 0)
        return NULL;
    TreeBuilder *builder = builder_of(self);
    if (builder == NULL) {
        PyErr_SetString(PyExc_TypeError, "event handling only supported for ElementTree.TreeBuilder targets");
        return NULL;
    }
    PyObject *append = PyObject_GetAttr(queue, ID(append));
    if (append == NULL)
        return NULL;
    Py_XSETREF(builder->append_event, append);
    Py_CLEAR(builder->on_start);
    Py_CLEAR(builder->on_end);
    Py_CLEAR(builder->on_start_ns);
    Py_CLEAR(builder->on_end_ns);
    Py_CLEAR(builder->on_comment);
    Py_CLEAR(builder->on_pi);
    if (kinds == Py_None) {
        Py_XSETREF(builder->on_end, Py_NewRef(ID(end)));
        Py_RETURN_NONE;
    }
    PyObject *sequence = PySequence_Fast(kinds, "events must be a sequence");
    status done = sequence == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; done == 0 && i < PySequence_Fast_GET_SIZE(sequence); i++) {
        PyObject *kind = Py_NewRef(PySequence_Fast_GET_ITEM(sequence, i));
        done = report_event(self, builder, kind);
        Py_DECREF(kind);
    }
    Py_XDECREF(sequence);
    return done < 0 ? NULL : Py_NewRef(Py_None);
}

MEMBER(XMLParser, entity, T_OBJECT, XMLParser, entity, READONLY, NULL)
MEMBER(XMLParser, target, T_OBJECT, XMLParser, target, READONLY, NULL)

GETTER(XMLParser, version, NULL)
static PyObject *
XMLParser_version(XMLParser *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromFormat("Expat %d.%d.%d", XML_MAJOR_VERSION, XML_MINOR_VERSION, XML_MICRO_VERSION);
}

TYPE(XMLParser, PyXMLParser_Type, "xml.etree.ElementTree.XMLParser", XMLParser, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC)

#include "gen/modules/_elementtree/parser.inc"
