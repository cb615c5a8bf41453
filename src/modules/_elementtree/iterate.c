/* _elementtree: the iterator behind Element.iter() and Element.itertext(), depth first.

   It keeps its own stack, so that the depth of a tree does not matter, and looks at the children only when it
   needs the next one: the tree may change meanwhile. */
#include "modules/_elementtree/elementtree.h"

typedef struct {
    PyObject *element;
    Py_ssize_t next;                    /* the child that comes */
} Level;

typedef struct {
    PyObject_HEAD
    Level *levels;
    Py_ssize_t depth, room;
    PyObject *root;                     /* NULL once it was given */
    PyObject *tag;                      /* or None for all */
    int text;                           /* texts instead of elements */
} Iterator;

_Static_assert(sizeof(Iterator) == 64, "_element_iterator.__basicsize__");

PyObject *
element_iterator(Element *root, PyObject *tag, bool text)
{
    Iterator *self = PyObject_GC_New(Iterator, &PyElementIterator_Type);
    if (self == NULL)
        return NULL;
    self->levels = NULL;
    self->depth = self->room = 0;
    self->root = Py_NewRef(root);
    self->tag = Py_NewRef(tag);
    self->text = text;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
iterator_tp_traverse(Iterator *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < self->depth; i++)
        Py_VISIT(self->levels[i].element);
    Py_VISIT(self->root);
    Py_VISIT(self->tag);
    return 0;
}

static void
iterator_tp_dealloc(Iterator *self)
{
    PyObject_GC_UnTrack(self);
    while (self->depth > 0)
        Py_DECREF(self->levels[--self->depth].element);
    PyMem_Free(self->levels);
    Py_XDECREF(self->root);
    Py_XDECREF(self->tag);
    PyObject_GC_Del(self);
}

/* Go down into an element, whose reference the stack takes. */
static status
push_take(Iterator *self, PyObject *element_take)
{
    if (self->depth == self->room) {
        Py_ssize_t room = self->room == 0 ? 8 : self->room * 2;
        Level *levels = PyMem_Realloc(self->levels, (size_t)room * sizeof *levels);
        if (levels == NULL) {
            Py_DECREF(element_take);
            PyErr_NoMemory();
            return -1;
        }
        self->levels = levels;
        self->room = room;
    }
    self->levels[self->depth++] = (Level){element_take, 0};
    return 0;
}

/* The text if it is to be given, as a new reference; NULL if not, or on error. */
static PyObject *
text_if_true(PyObject *text)
{
    if (PyUnicode_CheckExact(text))
        return PyUnicode_GET_LENGTH(text) > 0 ? Py_NewRef(text) : NULL;
    if (text == Py_None)
        return NULL;
    Py_INCREF(text);
    if (PyObject_IsTrue(text) > 0)
        return text;
    Py_DECREF(text);
    return NULL;
}

/* 1 if the element is to be given, 0 if not, -1 on error. */
static truth
is_wanted(const Iterator *self, PyObject *element)
{
    PyObject *tag = ((Element *)element)->tag;
    if (self->tag == Py_None || tag == self->tag)
        return 1;
    Py_INCREF(tag);
    int equal = PyObject_RichCompareBool(tag, self->tag, Py_EQ);
    Py_DECREF(tag);
    return equal;
}

/* The next element in document order, already on the stack, borrowed; or the next tail, new, in *tail.
   Both NULL: there is none, or an error. */
static PyObject *
advance(Iterator *self, PyObject **tail)
{
    PyObject *element;
    *tail = NULL;
    if (self->root != NULL) {
        element = self->root;
        self->root = NULL;
        return push_take(self, element) < 0 ? NULL : element;
    }
    while (self->depth > 0) {
        Level *level = &self->levels[self->depth - 1];
        Element *parent = (Element *)level->element;
        if (level->next < element_length(parent)) {
            element = Py_NewRef(parent->extra->children[level->next++]);
            return push_take(self, element) < 0 ? NULL : element;
        }
        self->depth--;
        if (self->text && self->depth > 0)
            *tail = text_if_true(parent->tail);
        Py_DECREF(parent);
        if (*tail != NULL || PyErr_Occurred())
            return NULL;
    }
    return NULL;
}

static PyObject *
iterator_tp_iternext(Iterator *self)
{
    PyObject *element, *tail;
    while ((element = advance(self, &tail)) != NULL) {
        if (self->text) {
            PyObject *text = text_if_true(((Element *)element)->text);
            if (text != NULL || PyErr_Occurred())
                return text;
            continue;
        }
        Py_INCREF(element);
        truth wanted = is_wanted(self, element);
        if (wanted > 0)
            return element;
        Py_DECREF(element);
        if (wanted < 0)
            return NULL;
    }
    return tail;
}

TYPE(iterator, PyElementIterator_Type, "_elementtree._element_iterator", Iterator, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_iter = PyObject_SelfIter)

#include "gen/modules/_elementtree/iterate.inc"
