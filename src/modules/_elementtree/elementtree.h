/* _elementtree: what its files share.

   element.c   Element: attributes, children, searching, copying
   iterate.c   the iterator behind iter() and itertext()
   builder.c   TreeBuilder: elements from events
   parser.c    XMLParser: events from libexpat, through pyexpat's capsule
   module.c    SubElement, factories, the module */
#ifndef KRAIT_MODULES_ELEMENTTREE_H
#define KRAIT_MODULES_ELEMENTTREE_H

#include <expat.h>
#include <pyexpat.h>
#include <stdbool.h>
#include "object/declare.h"

typedef struct {
    PyObject *parse_error;
    PyObject *deepcopy;                 /* copy.deepcopy */
    PyObject *element_path;             /* the module xml.etree.ElementPath */
    PyObject *comment_factory, *pi_factory;     /* or NULL */
    PyObject *capsule;                  /* keeps `expat` alive */
    const struct PyExpat_CAPI *expat;
} State;

/* The module's state; NULL with an exception if the module is gone. */
State *state_get(void);

/* ---- elements ----------------------------------------------------------------------------------------- */

enum { INLINE_CHILDREN = 4 };

/* What most leaves do not have.  Invariant: length <= room; children is `first` or a block of its own. */
typedef struct {
    PyObject *attrib;                   /* dict, or NULL for an empty one */
    Py_ssize_t length, room;
    PyObject **children;                /* Elements */
    PyObject *first[INLINE_CHILDREN];
} Extra;

typedef struct {
    PyObject_HEAD
    PyObject *tag, *text, *tail;
    Extra *extra;                       /* or NULL: neither attributes nor children */
    PyObject *weakrefs;
} Element;

extern PyTypeObject PyElement_Type, PyElementIterator_Type, PyTreeBuilder_Type, PyXMLParser_Type;

_Static_assert(sizeof(Element) == 56 && sizeof(Extra) == 64, "Element.__basicsize__ and __sizeof__()");

#define Element_Check(op) PyObject_TypeCheck(op, &PyElement_Type)
#define Element_CheckExact(op) Py_IS_TYPE(op, &PyElement_Type)

static inline Py_ssize_t
element_length(const Element *self)
{
    return self->extra == NULL ? 0 : self->extra->length;
}

/* A new element; attrib is a dict that becomes its own, or NULL. */
PyObject *element_new(PyObject *tag, PyObject *attrib);
status element_append_child(Element *self, PyObject *child);
PyObject *element_iterator(Element *root, PyObject *tag, bool text);
/* A new dict of a positional dict (or NULL) and keywords, among them maybe attrib; NULL on error. */
PyObject *attributes_merge(PyObject *attrib, PyObject *kwargs);
/* Searching with all of ElementPath's language. */
PyObject *path_search(const char *function, Element *self, PyObject *path, PyObject *default_value,
                      PyObject *namespaces);

/* ---- building ----------------------------------------------------------------------------------------- */

typedef struct Pending Pending;

typedef struct {
    PyObject_HEAD
    PyObject *element_factory, *comment_factory, *pi_factory;   /* or NULL */
    PyObject *root, *this, *last;       /* elements, or NULL before the first one */
    PyObject *last_for_tail;            /* text that comes is its tail; NULL: it is the text of last */
    Pending *pending;                   /* text that came since, or NULL */
    PyObject **stack;                   /* the elements that are open, below `this`; NULL at the bottom */
    int depth, room;
    bool insert_comments, insert_pis;
    PyObject *append_event;             /* the queue's method, or NULL */
    /* The first items of the events to be appended, or NULL. */
    PyObject *on_start, *on_end, *on_start_ns, *on_end_ns, *on_comment, *on_pi;
} TreeBuilder;

_Static_assert(sizeof(TreeBuilder) == 160, "TreeBuilder.__basicsize__");

#define TreeBuilder_CheckExact(op) Py_IS_TYPE(op, &PyTreeBuilder_Type)

PyObject *builder_new(void);
/* One event each; new references or NULL, and -1 for an error. */
PyObject *builder_start(TreeBuilder *self, PyObject *tag, PyObject *attrib);
PyObject *builder_end(TreeBuilder *self);
status builder_utf8(TreeBuilder *self, const char *text, Py_ssize_t length);
status builder_data(TreeBuilder *self, PyObject *data);
PyObject *builder_comment(TreeBuilder *self, PyObject *text);
PyObject *builder_pi(TreeBuilder *self, PyObject *target, PyObject *text);
PyObject *builder_close(TreeBuilder *self);
status builder_event(TreeBuilder *self, PyObject *kind, PyObject *value);

#endif
