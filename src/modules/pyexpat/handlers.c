/* pyexpat: from the library's callbacks to Python's handlers.

   Every callback does the same: nothing if an exception is pending or nobody listens, gathered text first,
   then the arguments as objects, then the call.  When a handler raises, all handlers are removed and the
   library is told to stop, so that the exception reaches the caller of Parse. */
#include "modules/pyexpat/pyexpat.h"

static const struct {
    const char *name;
    int line;
} handler_info[HANDLER_COUNT] = {
#define INFO(name, attribute, setter, line) {#name, line},
    HANDLERS(INFO)
#undef INFO
};

static inline PyObject *
handler_of(const Parser *self, int which)
{
    return self->wiring->handlers[which];
}

/* ---- strings ------------------------------------------------------------------------------------------ */

static PyObject *
text_of(const XML_Char *text)
{
    if (text == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "strict");
}

void
parser_clear_names(Parser *self)
{
    for (int i = 0; i < NAME_CACHE_SIZE; i++)
        Py_CLEAR(self->wiring->names[i]);
}

/* The string, the same object each time if the parser has a dictionary of them.  The dictionary belongs to
   the user as well: the cache in front of it holds as long as nobody else changes it. */
static PyObject *
name_of(Parser *self, const XML_Char *text)
{
    if (self->intern == NULL)
        return text_of(text);
    if (text == NULL)
        return Py_XNewRef(PyDict_SetDefault(self->intern, Py_None, Py_None));
    Wiring *wiring = self->wiring;
    PyDictObject *intern = (PyDictObject *)self->intern;
    size_t length = strlen(text);
    size_t mix = length < 8 ? length * 31 : length * 31 + (unsigned char)text[length - 3] * 7;
    for (size_t i = 0; i < 2 && i < length; i++)
        mix = mix * 33 + (unsigned char)text[i] * 5 + (unsigned char)text[length - 1 - i];
    PyObject **slot = &wiring->names[mix % NAME_CACHE_SIZE];
    if (intern->ma_version_tag != wiring->names_version)
        parser_clear_names(self);
    else if (*slot != NULL && (size_t)PyUnicode_GET_LENGTH(*slot) == length &&
             memcmp(PyUnicode_1BYTE_DATA(*slot), text, length) == 0)
        return Py_NewRef(*slot);
    PyObject *name = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "strict");
    PyObject *known = name == NULL ? NULL : Py_XNewRef(PyDict_SetDefault(self->intern, name, name));
    Py_XDECREF(name);
    wiring->names_version = intern->ma_version_tag;
    /* The user may have put anything there. */
    if (known != NULL && PyUnicode_CheckExact(known) && PyUnicode_IS_ASCII(known) &&
        (size_t)PyUnicode_GET_LENGTH(known) == length && memcmp(PyUnicode_1BYTE_DATA(known), text, length) == 0)
        Py_XSETREF(*slot, Py_NewRef(known));
    return known;
}

/* The declared content of an element: (type, quantifier, name, children). */
static PyObject *
model_of(const XML_Content *model)
{
    if (Py_EnterRecursiveCall(" in conv_content_model"))
        return NULL;
    PyObject *result = NULL, *children = PyTuple_New(model->numchildren);
    if (children == NULL)
        goto done;
    for (unsigned int i = 0; i < model->numchildren; i++) {
        PyObject *child = model_of(&model->children[i]);
        if (child == NULL) {
            Py_DECREF(children);
            goto done;
        }
        PyTuple_SET_ITEM(children, i, child);
    }
    result = Py_BuildValue("(iiO&N)", model->type, model->quant, text_of, model->name, children);
done:
    Py_LeaveRecursiveCall();
    return result;
}

/* ---- calling ------------------------------------------------------------------------------------------ */

static int
refuse_entity(XML_Parser Py_UNUSED(parser), const XML_Char *Py_UNUSED(context), const XML_Char *Py_UNUSED(base),
              const XML_Char *Py_UNUSED(system_id), const XML_Char *Py_UNUSED(public_id))
{
    return 0;
}

/* An exception is pending: no handler runs any more. */
static void
stop(Parser *self)
{
    const Library *lib = &self->wiring->state->lib;
    parser_clear_handlers(self);
    lib->StopParser(self->xml, XML_FALSE);
    lib->SetExternalEntityRefHandler(self->xml, refuse_entity);
}

/* Call a handler that is set; args[0] to args[count - 1] are consumed.  NULL if any of them is NULL. */
static PyObject *
call_handler(Parser *self, int which, PyObject **args_take, int count)
{
    PyObject *result = NULL;
    bool complete = true;
    for (int i = 0; i < count; i++)
        complete &= args_take[i] != NULL;
    if (complete) {
        PyObject *handler = Py_NewRef(handler_of(self, which));
        self->callbacks++;
        result = PyObject_Vectorcall(handler, args_take, (size_t)count, NULL);
        self->callbacks--;
        Py_DECREF(handler);
        if (result == NULL)
            _PyTraceback_Add(handler_info[which].name, "../Modules/pyexpat.c", handler_info[which].line);
    }
    for (int i = 0; i < count; i++)
        Py_XDECREF(args_take[i]);
    if (result == NULL)
        stop(self);
    return result;
}

static status
give_text(Parser *self, const char *text, int length)
{
    PyObject *arg = PyUnicode_DecodeUTF8(text, length, "strict");
    PyObject *result = call_handler(self, ON_CharacterData, &arg, 1);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Give gathered text to its handler.  While that runs, buffer_used still shows it. */
status
parser_flush_text(Parser *self)
{
    if (self->buffer == NULL || self->buffer_used == 0 || self->flushing)
        return 0;
    status done = 0;
    if (handler_of(self, ON_CharacterData) != NULL) {
        self->flushing = true;
        done = give_text(self, self->buffer, self->buffer_used);
        self->flushing = false;
    }
    self->buffer_used = 0;
    return done;
}

/* Whether the handler is to be called; gathered text is given first. */
static bool
begin(Parser *self, int which)
{
    return handler_of(self, which) != NULL && !PyErr_Occurred() && parser_flush_text(self) == 0 &&
           handler_of(self, which) != NULL;
}

/* Call a handler with arguments in a compact notation: n a name, s a string, i an int, O an object (which is
   consumed).  Names enter the dictionary from the last to the first.  The result, or NULL. */
static PyObject *
notify(Parser *self, int which, const char *format, ...)
{
    union {
        const XML_Char *text;
        int number;
        PyObject *object;
    } raw[8];
    PyObject *args[8];
    int count = (int)strlen(format);
    va_list values;
    va_start(values, format);
    for (int i = 0; i < count; i++) {
        if (format[i] == 'i')
            raw[i].number = va_arg(values, int);
        else if (format[i] == 'O')
            raw[i].object = va_arg(values, PyObject *);
        else
            raw[i].text = va_arg(values, const XML_Char *);
    }
    va_end(values);
    for (int i = count; i-- > 0;)
        args[i] = format[i] == 'i'   ? PyLong_FromLong(raw[i].number)
                  : format[i] == 'O' ? raw[i].object
                  : format[i] == 'n' ? name_of(self, raw[i].text)
                                     : text_of(raw[i].text);
    return call_handler(self, which, args, count);
}

/* The int that a handler answers with; 0 after an error. */
static int
answer(Parser *self, PyObject *result_take)
{
    if (result_take == NULL)
        return 0;
    int value = (int)PyLong_AsLong(result_take);
    Py_DECREF(result_take);
    if (PyErr_Occurred()) {
        stop(self);
        return 0;
    }
    return value;
}

/* ---- callbacks ---------------------------------------------------------------------------------------- */

static PyObject *
ordered_attributes(Parser *self, const XML_Char **attributes, int count)
{
    PyObject *list = PyList_New(count);
    for (int i = 0; list != NULL && i < count; i++) {
        PyObject *item = i % 2 == 0 ? name_of(self, attributes[i]) : text_of(attributes[i]);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *
attribute_dict(Parser *self, const XML_Char **attributes, int count)
{
    PyObject *dict = PyDict_New();
    for (int i = 0; dict != NULL && i < count; i += 2) {
        PyObject *name = name_of(self, attributes[i]);
        PyObject *value = name == NULL ? NULL : text_of(attributes[i + 1]);
        if (value == NULL || PyDict_SetItem(dict, name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}

static void XMLCALL
on_StartElement(void *data, const XML_Char *name, const XML_Char **attributes)
{
    Parser *self = data;
    if (!begin(self, ON_StartElement))
        return;
    int count = 0;
    if (self->specified_attributes)
        count = self->wiring->state->lib.GetSpecifiedAttributeCount(self->xml);
    else
        while (attributes[count] != NULL)
            count += 2;
    PyObject *args[2] = {NULL, self->ordered_attributes ? ordered_attributes(self, attributes, count)
                                                        : attribute_dict(self, attributes, count)};
    if (args[1] != NULL)
        args[0] = name_of(self, name);
    Py_XDECREF(call_handler(self, ON_StartElement, args, 2));
}

static void XMLCALL
on_EndElement(void *data, const XML_Char *name)
{
    Parser *self = data;
    if (begin(self, ON_EndElement)) {
        PyObject *arg = name_of(self, name);
        Py_XDECREF(call_handler(self, ON_EndElement, &arg, 1));
    }
}

static void XMLCALL
on_CharacterData(void *data, const XML_Char *text, int length)
{
    Parser *self = data;
    if (handler_of(self, ON_CharacterData) == NULL || PyErr_Occurred())
        return;
    if (self->buffer == NULL) {
        give_text(self, text, length);
        return;
    }
    if (length > self->buffer_size - self->buffer_used) {
        if (parser_flush_text(self) < 0 || handler_of(self, ON_CharacterData) == NULL)
            return;
        /* The handler may have changed the buffer. */
        if (self->buffer == NULL || length > self->buffer_size - self->buffer_used) {
            give_text(self, text, length);
            return;
        }
    }
    memcpy(self->buffer + self->buffer_used, text, (size_t)length);
    self->buffer_used += length;
}

/* A callback whose arguments need no more than conversion. */
#define CALLBACK(name, parameters, ...)                                                                  \
    static void XMLCALL on_##name parameters                                                             \
    {                                                                                                    \
        Parser *self = data;                                                                             \
        if (begin(self, ON_##name))                                                                      \
            Py_XDECREF(notify(self, ON_##name, __VA_ARGS__));                                            \
    }

CALLBACK(ProcessingInstruction, (void *data, const XML_Char *target, const XML_Char *text), "ns", target, text)
CALLBACK(UnparsedEntityDecl,
         (void *data, const XML_Char *entity, const XML_Char *base, const XML_Char *system_id,
          const XML_Char *public_id, const XML_Char *notation),
         "nnnnn", entity, base, system_id, public_id, notation)
CALLBACK(NotationDecl,
         (void *data, const XML_Char *name, const XML_Char *base, const XML_Char *system_id,
          const XML_Char *public_id),
         "nnnn", name, base, system_id, public_id)
CALLBACK(StartNamespaceDecl, (void *data, const XML_Char *prefix, const XML_Char *uri), "nn", prefix, uri)
CALLBACK(EndNamespaceDecl, (void *data, const XML_Char *prefix), "n", prefix)
CALLBACK(Comment, (void *data, const XML_Char *text), "s", text)
CALLBACK(StartCdataSection, (void *data), "")
CALLBACK(EndCdataSection, (void *data), "")
CALLBACK(Default, (void *data, const XML_Char *text, int length), "O", PyUnicode_DecodeUTF8(text, length, "strict"))
CALLBACK(DefaultHandlerExpand, (void *data, const XML_Char *text, int length), "O",
         PyUnicode_DecodeUTF8(text, length, "strict"))
CALLBACK(StartDoctypeDecl,
         (void *data, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int internal),
         "nnni", name, system_id, public_id, internal)
CALLBACK(EndDoctypeDecl, (void *data), "")
CALLBACK(EntityDecl,
         (void *data, const XML_Char *name, int parameter, const XML_Char *value, int length,
          const XML_Char *base, const XML_Char *system_id, const XML_Char *public_id, const XML_Char *notation),
         "niOnnnn", name, parameter,
         value == NULL ? Py_NewRef(Py_None) : PyUnicode_DecodeUTF8(value, length, "strict"), base, system_id,
         public_id, notation)
CALLBACK(XmlDecl, (void *data, const XML_Char *version, const XML_Char *encoding, int standalone), "ssi",
         version, encoding, standalone)
CALLBACK(AttlistDecl,
         (void *data, const XML_Char *element, const XML_Char *attribute, const XML_Char *type,
          const XML_Char *value, int required),
         "nnssi", element, attribute, type, value, required)
CALLBACK(SkippedEntity, (void *data, const XML_Char *name, int parameter), "ni", name, parameter)

static void XMLCALL
on_ElementDecl(void *data, const XML_Char *name, XML_Content *model)
{
    Parser *self = data;
    if (begin(self, ON_ElementDecl))
        Py_XDECREF(notify(self, ON_ElementDecl, "nO", name, model_of(model)));
    self->wiring->state->lib.FreeContentModel(self->xml, model);
}

static int XMLCALL
on_NotStandalone(void *data)
{
    Parser *self = data;
    return begin(self, ON_NotStandalone) ? answer(self, notify(self, ON_NotStandalone, "")) : 0;
}

static int XMLCALL
on_ExternalEntityRef(XML_Parser xml, const XML_Char *context, const XML_Char *base, const XML_Char *system_id,
                     const XML_Char *public_id)
{
    Parser *self = XML_GetUserData(xml);
    if (!begin(self, ON_ExternalEntityRef))
        return 0;
    return answer(self, notify(self, ON_ExternalEntityRef, "snnn", context, base, system_id, public_id));
}

/* ---- setting handlers --------------------------------------------------------------------------------- */

/* Tell the library whether to call back. */
void
parser_install(Parser *self, int which, bool on)
{
    const Library *lib = &self->wiring->state->lib;
    switch (which) {
#define INSTALL(name, attribute, setter, line)                                                                      \
    case ON_##name:                                                                                      \
        lib->setter(self->xml, on ? on_##name : NULL);                                                   \
        break;
        HANDLERS(INSTALL)
#undef INSTALL
    }
}

void
parser_clear_handlers(Parser *self)
{
    for (int which = 0; which < HANDLER_COUNT; which++) {
        if (handler_of(self, which) != NULL) {
            parser_install(self, which, false);
            Py_CLEAR(self->wiring->handlers[which]);
        }
    }
}

status
parser_set_handler(Parser *self, int which, PyObject *value)
{
    if (which == ON_CharacterData && parser_flush_text(self) < 0)
        return -1;
    /* Inside a callback the library may go on with the text of the same event; it stays installed and does
       nothing. */
    bool on = value != Py_None || (which == ON_CharacterData && self->callbacks > 0);
    PyObject *old = handler_of(self, which);
    self->wiring->handlers[which] = value == Py_None ? NULL : Py_NewRef(value);
    parser_install(self, which, on);
    Py_XDECREF(old);
    return 0;
}

/* The closure of a handler's attribute is its number. */
static PyObject *
get_handler(Parser *self, void *closure)
{
    PyObject *handler = handler_of(self, (int)(intptr_t)closure);
    return Py_NewRef(handler == NULL ? Py_None : handler);
}

static int
set_handler(Parser *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "Cannot delete attribute");
        return -1;
    }
    return parser_set_handler(self, (int)(intptr_t)closure, value);
}

static PyGetSetDef handler_attributes[HANDLER_COUNT] = {
#define ATTRIBUTE(name, attribute, function, line)                                                       \
    {attribute, (getter)get_handler, (setter)set_handler, NULL, (void *)(intptr_t)ON_##name},
    HANDLERS(ATTRIBUTE)
#undef ATTRIBUTE
};

/* Add the handlers' attributes to the type. */
status
handlers_add_attributes(PyTypeObject *type)
{
    for (int which = 0; which < HANDLER_COUNT; which++) {
        PyObject *descriptor = PyDescr_NewGetSet(type, &handler_attributes[which]);
        status done = descriptor == NULL
                          ? -1
                          : PyDict_SetItemString(type->tp_dict, handler_attributes[which].name, descriptor);
        Py_XDECREF(descriptor);
        if (done < 0)
            return -1;
    }
    PyType_Modified(type);
    return 0;
}

/* ---- encodings ---------------------------------------------------------------------------------------- */

/* The library asks for an encoding that it does not know: any codec of one byte per character will do. */
int
unknown_encoding(void *Py_UNUSED(data), const XML_Char *name, XML_Encoding *info)
{
    char bytes[256];
    if (PyErr_Occurred())
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    PyObject *text = PyUnicode_Decode(bytes, 256, name, "replace");
    if (text == NULL || PyUnicode_READY(text) < 0) {
        Py_XDECREF(text);
        return XML_STATUS_ERROR;
    }
    if (PyUnicode_GET_LENGTH(text) != 256) {
        Py_DECREF(text);
        PyErr_SetString(PyExc_ValueError, "multi-byte encodings are not supported");
        return XML_STATUS_ERROR;
    }
    for (int i = 0; i < 256; i++) {
        Py_UCS4 ch = PyUnicode_READ_CHAR(text, i);
        info->map[i] = ch == Py_UNICODE_REPLACEMENT_CHARACTER ? -1 : (int)ch;
    }
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    Py_DECREF(text);
    return XML_STATUS_OK;
}
