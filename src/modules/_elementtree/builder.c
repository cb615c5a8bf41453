/* _elementtree: the type TreeBuilder, which makes elements out of events.

   Text comes in pieces.  Those from the parser are gathered as UTF-8 and become one str when the next event
   comes; objects from Python are kept as they are and joined then. */
#include "modules/_elementtree/elementtree.h"

/* Text that came since the last event: either UTF-8, or a list of objects. */
struct Pending {
    PyObject *objects;                  /* list, or NULL */
    Py_ssize_t length, room;
    char utf8[];
};

enum { FIRST_ROOM = 120 };

/* ---- text --------------------------------------------------------------------------------------------- */

static status
pending_reserve(TreeBuilder *self, Py_ssize_t more)
{
    Pending *pending = self->pending;
    Py_ssize_t length = pending == NULL ? 0 : pending->length;
    if (pending != NULL && more <= pending->room - length)
        return 0;
    if (more > PY_SSIZE_T_MAX / 4 - length) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t room = pending == NULL ? FIRST_ROOM : pending->room;
    while (room < length + more)
        room *= 2;
    Pending *bigger = PyMem_Realloc(pending, sizeof *bigger + (size_t)room);
    if (bigger == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (pending == NULL) {
        bigger->objects = NULL;
        bigger->length = 0;
    }
    bigger->room = room;
    self->pending = bigger;
    return 0;
}

static inline bool
has_text(const TreeBuilder *self)
{
    return self->pending != NULL && (self->pending->length > 0 || self->pending->objects != NULL);
}

/* The gathered UTF-8 as a str; it is gathered no longer. */
static PyObject *
take_utf8(Pending *pending)
{
    PyObject *text = PyUnicode_DecodeUTF8(pending->utf8, pending->length, "strict");
    pending->length = 0;
    return text;
}

status
builder_utf8(TreeBuilder *self, const char *text, Py_ssize_t length)
{
    if (self->last == NULL)             /* before the first element: dropped */
        return 0;
    if (self->pending != NULL && self->pending->objects != NULL) {
        PyObject *data = PyUnicode_DecodeUTF8(text, length, "strict");
        status done = data == NULL ? -1 : builder_data(self, data);
        Py_XDECREF(data);
        return done;
    }
    if (pending_reserve(self, length) < 0)
        return -1;
    memcpy(self->pending->utf8 + self->pending->length, text, (size_t)length);
    self->pending->length += length;
    return 0;
}

status
builder_data(TreeBuilder *self, PyObject *data)
{
    if (self->last == NULL)
        return 0;
    if (pending_reserve(self, 0) < 0)
        return -1;
    Pending *pending = self->pending;
    if (pending->objects == NULL) {
        PyObject *objects = PyList_New(0), *before = NULL;
        if (objects != NULL && pending->length > 0) {
            before = take_utf8(pending);
            if (before == NULL || PyList_Append(objects, before) < 0)
                Py_CLEAR(objects);
            Py_XDECREF(before);
        }
        if (objects == NULL)
            return -1;
        pending->objects = objects;
    }
    return PyList_Append(pending->objects, data);
}

/* The gathered text as one object; a single object stays what it is. */
static PyObject *
take_text(TreeBuilder *self)
{
    Pending *pending = self->pending;
    PyObject *objects = pending->objects, *text;
    if (objects == NULL)
        return take_utf8(pending);
    pending->objects = NULL;
    if (PyList_GET_SIZE(objects) == 1)
        text = Py_NewRef(PyList_GET_ITEM(objects, 0));
    else {
        PyObject *empty = PyUnicode_New(0, 0);
        text = empty == NULL ? NULL : PyUnicode_Join(empty, objects);
        Py_XDECREF(empty);
    }
    Py_DECREF(objects);
    return text;
}

/* Text behind text that is there already; both may be anything. */
static PyObject *
joined(PyObject *before_take, PyObject *text_take)
{
    if (before_take == Py_None) {
        Py_DECREF(before_take);
        return text_take;
    }
    PyObject *result = PyNumber_Add(before_take, text_take);
    Py_DECREF(before_take);
    Py_DECREF(text_take);
    return result;
}

static status
add_text_to_element(Element *element, bool to_tail, PyObject *text_take)
{
    PyObject *before = Py_NewRef(to_tail ? element->tail : element->text);
    PyObject *text = joined(before, text_take);
    if (text == NULL)
        return -1;
    if (to_tail)
        Py_SETREF(element->tail, text);
    else
        Py_SETREF(element->text, text);
    return 0;
}

static status
add_text_to_object(PyObject *object, PyObject *name, PyObject *text_take)
{
    PyObject *before = PyObject_GetAttr(object, name);
    if (before == NULL) {
        Py_DECREF(text_take);
        return -1;
    }
    PyObject *text = joined(before, text_take);
    status done = text == NULL ? -1 : PyObject_SetAttr(object, name, text);
    Py_XDECREF(text);
    return done;
}

/* Give the gathered text to the element that it belongs to. */
static status
flush(TreeBuilder *self)
{
    if (!has_text(self))
        return 0;
    bool to_tail = self->last_for_tail != NULL;
    PyObject *owner = Py_NewRef(to_tail ? self->last_for_tail : self->last);
    PyObject *text = take_text(self);
    status done = text == NULL                ? -1
                  : Element_CheckExact(owner) ? add_text_to_element((Element *)owner, to_tail, text)
                                              : add_text_to_object(owner, to_tail ? ID(tail) : ID(text), text);
    Py_DECREF(owner);
    return done;
}

/* ---- events ------------------------------------------------------------------------------------------- */

/* Append (kind, value) to the queue, if that kind is asked for. */
status
builder_event(TreeBuilder *self, PyObject *kind, PyObject *value)
{
    if (kind == NULL || self->append_event == NULL)
        return 0;
    PyObject *event = PyTuple_Pack(2, kind, value);
    if (event == NULL)
        return -1;
    PyObject *append = Py_NewRef(self->append_event);
    PyObject *result = PyObject_CallOneArg(append, event);
    Py_DECREF(append);
    Py_DECREF(event);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static status
add_child(PyObject *parent, PyObject *child)
{
    if (Element_CheckExact(parent)) {
        if (!Element_Check(child)) {
            PyErr_Format(PyExc_TypeError, "expected an Element, not \"%.200s\"", Py_TYPE(child)->tp_name);
            return -1;
        }
        return element_append_child((Element *)parent, child);
    }
    PyObject *result = PyObject_CallMethodOneArg(parent, ID(append), child);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static status
stack_reserve(TreeBuilder *self)
{
    if (self->depth < self->room)
        return 0;
    int room = self->room == 0 ? 16 : self->room * 2;
    PyObject **stack = room > INT_MAX / 2 ? NULL : PyMem_Realloc(self->stack, (size_t)room * sizeof *stack);
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->stack = stack;
    self->room = room;
    return 0;
}

PyObject *
builder_start(TreeBuilder *self, PyObject *tag, PyObject *attrib)
{
    if (flush(self) < 0)
        return NULL;
    PyObject *node;
    if (self->element_factory == NULL)
        node = element_new(tag, attrib);
    else {
        attrib = attrib == NULL ? PyDict_New() : Py_NewRef(attrib);
        if (attrib == NULL)
            return NULL;
        node = PyObject_CallFunctionObjArgs(self->element_factory, tag, attrib, NULL);
        Py_DECREF(attrib);
    }
    if (node == NULL)
        return NULL;
    Py_CLEAR(self->last_for_tail);
    if (self->this != NULL) {
        PyObject *parent = Py_NewRef(self->this);
        status done = add_child(parent, node);
        Py_DECREF(parent);
        if (done < 0)
            goto fail;
    }
    else {
        if (self->root != NULL) {
            State *state = state_get();
            if (state != NULL)
                PyErr_SetString(state->parse_error, "multiple elements on top level");
            goto fail;
        }
        self->root = Py_NewRef(node);
    }
    if (stack_reserve(self) < 0)
        goto fail;
    /* A factory that answers None makes a place that holds neither text nor children. */
    self->stack[self->depth++] = self->this;
    self->this = node == Py_None ? NULL : Py_NewRef(node);
    Py_XSETREF(self->last, Py_XNewRef(self->this));
    if (builder_event(self, self->on_start, node) < 0)
        goto fail;
    return node;
fail:
    Py_DECREF(node);
    return NULL;
}

PyObject *
builder_end(TreeBuilder *self)
{
    if (flush(self) < 0)
        return NULL;
    if (self->depth == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty stack");
        return NULL;
    }
    PyObject *node = self->this;
    self->this = self->stack[--self->depth];
    Py_XSETREF(self->last, Py_XNewRef(node));
    Py_XSETREF(self->last_for_tail, Py_XNewRef(node));
    if (node == NULL)
        node = Py_NewRef(Py_None);
    if (builder_event(self, self->on_end, node) < 0)
        Py_CLEAR(node);
    return node;
}

/* What comments and processing instructions have in common; node is consumed. */
static PyObject *
insert_node(TreeBuilder *self, PyObject *node_take, bool insert, PyObject *kind)
{
    if (node_take == NULL)
        return NULL;
    if (insert && self->this != NULL) {
        PyObject *parent = Py_NewRef(self->this);
        status done = add_child(parent, node_take);
        Py_DECREF(parent);
        if (done < 0) {
            Py_DECREF(node_take);
            return NULL;
        }
        Py_XSETREF(self->last_for_tail, Py_NewRef(node_take));
    }
    if (builder_event(self, kind, node_take) < 0)
        Py_CLEAR(node_take);
    return node_take;
}

PyObject *
builder_comment(TreeBuilder *self, PyObject *text)
{
    if (flush(self) < 0)
        return NULL;
    if (self->comment_factory == NULL)
        return insert_node(self, Py_NewRef(text), false, self->on_comment);
    return insert_node(self, PyObject_CallOneArg(self->comment_factory, text), self->insert_comments,
                       self->on_comment);
}

PyObject *
builder_pi(TreeBuilder *self, PyObject *target, PyObject *text)
{
    if (flush(self) < 0)
        return NULL;
    if (self->pi_factory == NULL)
        return insert_node(self, PyTuple_Pack(2, target, text), false, self->on_pi);
    return insert_node(self, PyObject_CallFunctionObjArgs(self->pi_factory, target, text, NULL),
                       self->insert_pis, self->on_pi);
}

PyObject *
builder_close(TreeBuilder *self)
{
    return Py_NewRef(self->root == NULL ? Py_None : self->root);
}

/* ---- the type ----------------------------------------------------------------------------------------- */

static PyObject *
TreeBuilder_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return type->tp_alloc(type, 0);     /* all NULL is a builder in its first state */
}

PyObject *
builder_new(void)
{
    return TreeBuilder_tp_new(&PyTreeBuilder_Type, NULL, NULL);
}

/* The factory that holds: the given one, or the module's. */
static void
set_factory(PyObject **factory, PyObject *given, PyObject *own)
{
    Py_XSETREF(*factory, Py_XNewRef(given == Py_None ? own : given));
}

INIT(TreeBuilder, "!(element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False,"
                  " insert_pis=False)")
DEFAULT(insert_comments, 0)
DEFAULT(insert_pis, 0)
static int
TreeBuilder_init(TreeBuilder *self, PyObject *element_factory, PyObject *comment_factory, PyObject *pi_factory,
                 truth insert_comments, truth insert_pis)
{
    State *state = state_get();
    if (state == NULL)
        return -1;
    set_factory(&self->element_factory, element_factory, NULL);
    set_factory(&self->comment_factory, comment_factory, state->comment_factory);
    set_factory(&self->pi_factory, pi_factory, state->pi_factory);
    self->insert_comments = self->comment_factory != NULL && insert_comments;
    self->insert_pis = self->pi_factory != NULL && insert_pis;
    return 0;
}

#define OBJECTS(X, self)                                                                                 \
    X((self)->element_factory)                                                                           \
    X((self)->comment_factory)                                                                           \
    X((self)->pi_factory)                                                                                \
    X((self)->root)                                                                                      \
    X((self)->this)                                                                                      \
    X((self)->last)                                                                                      \
    X((self)->last_for_tail)                                                                             \
    X((self)->append_event)                                                                              \
    X((self)->on_start)                                                                                  \
    X((self)->on_end)                                                                                    \
    X((self)->on_start_ns)                                                                               \
    X((self)->on_end_ns)                                                                                 \
    X((self)->on_comment)                                                                                \
    X((self)->on_pi)

static int
TreeBuilder_tp_traverse(TreeBuilder *self, visitproc visit, void *arg)
{
#define VISIT(field) Py_VISIT(field);
    OBJECTS(VISIT, self)
    for (int i = 0; i < self->depth; i++)
        Py_VISIT(self->stack[i]);
    if (self->pending != NULL)
        Py_VISIT(self->pending->objects);
    return 0;
}

static int
TreeBuilder_tp_clear(TreeBuilder *self)
{
#define CLEAR(field) Py_CLEAR(field);
    while (self->depth > 0)
        Py_XDECREF(self->stack[--self->depth]);
    if (self->pending != NULL) {
        self->pending->length = 0;
        Py_CLEAR(self->pending->objects);
    }
    OBJECTS(CLEAR, self)
    return 0;
}

static void
TreeBuilder_tp_dealloc(TreeBuilder *self)
{
    PyObject_GC_UnTrack(self);
    TreeBuilder_tp_clear(self);
    PyMem_Free(self->stack);
    PyMem_Free(self->pending);
    Py_TYPE(self)->tp_free(self);
}

METHOD(TreeBuilder, data, "($self, data, /)", NULL)
static PyObject *
TreeBuilder_data(TreeBuilder *self, PyObject *data)
{
    return builder_data(self, data) < 0 ? NULL : Py_NewRef(Py_None);
}

METHOD(TreeBuilder, start, "($self, tag, attrs, /)", NULL)
static PyObject *
TreeBuilder_start(TreeBuilder *self, PyObject *tag, PyObject *attrs)
{
    if (!PyDict_Check(attrs)) {
        PyErr_Format(PyExc_TypeError, "start() argument 2 must be dict, not %.50s",
                     attrs == Py_None ? "None" : Py_TYPE(attrs)->tp_name);
        return NULL;
    }
    return builder_start(self, tag, attrs);
}

METHOD(TreeBuilder, end, "($self, tag, /)", NULL)
static PyObject *
TreeBuilder_end(TreeBuilder *self, PyObject *Py_UNUSED(tag))
{
    return builder_end(self);
}

METHOD(TreeBuilder, comment, "($self, text, /)", NULL)
static PyObject *
TreeBuilder_comment(TreeBuilder *self, PyObject *text)
{
    return builder_comment(self, text);
}

METHOD(TreeBuilder, pi, "($self, target, text=None, /)", NULL)
static PyObject *
TreeBuilder_pi(TreeBuilder *self, PyObject *target, PyObject *text)
{
    return builder_pi(self, target, text);
}

METHOD(TreeBuilder, close, "($self, /)", NULL)
static PyObject *
TreeBuilder_close(TreeBuilder *self)
{
    return builder_close(self);
}

TYPE(TreeBuilder, PyTreeBuilder_Type, "xml.etree.ElementTree.TreeBuilder", TreeBuilder, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC)

#include "gen/modules/_elementtree/builder.inc"
