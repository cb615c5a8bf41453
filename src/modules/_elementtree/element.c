/* _elementtree: the type Element.

   Everything here may run Python code (comparing tags, dropping elements) that changes the element at work:
   children are looked up anew after each such step, and held while they are in use. */
#include "modules/_elementtree/elementtree.h"

/* ---- storage ------------------------------------------------------------------------------------------ */

static status
extra_make(Element *self)
{
    if (self->extra != NULL)
        return 0;
    Extra *extra = PyObject_Malloc(sizeof *extra);
    if (extra == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    extra->attrib = NULL;
    extra->length = 0;
    extra->room = INLINE_CHILDREN;
    extra->children = extra->first;
    self->extra = extra;
    return 0;
}

static void
extra_drop(Extra *extra)
{
    Py_XDECREF(extra->attrib);
    for (Py_ssize_t i = 0; i < extra->length; i++)
        Py_DECREF(extra->children[i]);
    if (extra->children != extra->first)
        PyObject_Free(extra->children);
    PyObject_Free(extra);
}

/* Drop attributes and children; the element is consistent before any of them goes. */
static void
element_empty(Element *self)
{
    Extra *extra = self->extra;
    self->extra = NULL;
    if (extra != NULL)
        extra_drop(extra);
}

/* Make room for `more` further children; grows like a list. */
static status
element_reserve(Element *self, Py_ssize_t more)
{
    if (extra_make(self) < 0)
        return -1;
    Extra *extra = self->extra;
    if (more <= extra->room - extra->length)
        return 0;
    Py_ssize_t size = extra->length + more, room = size + (size >> 3) + (size < 9 ? 3 : 6);
    PyObject **children = extra->children == extra->first ? NULL : extra->children;
    if ((size_t)size > PY_SSIZE_T_MAX / 2 / sizeof *children ||
        (children = PyObject_Realloc(children, (size_t)room * sizeof *children)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (extra->children == extra->first)
        memcpy(children, extra->first, (size_t)extra->length * sizeof *children);
    extra->children = children;
    extra->room = room;
    return 0;
}

status
element_append_child(Element *self, PyObject *child)
{
    if (element_reserve(self, 1) < 0)
        return -1;
    self->extra->children[self->extra->length++] = Py_NewRef(child);
    return 0;
}

/* The child as a new reference; NULL without exception behind the last one. */
static inline PyObject *
child_at(const Element *self, Py_ssize_t i)
{
    return i < element_length(self) ? Py_NewRef(self->extra->children[i]) : NULL;
}

static Element *
element_alloc(PyObject *tag)
{
    Element *self = PyObject_GC_New(Element, &PyElement_Type);
    if (self == NULL)
        return NULL;
    self->tag = Py_NewRef(tag);
    self->text = Py_NewRef(Py_None);
    self->tail = Py_NewRef(Py_None);
    self->extra = NULL;
    self->weakrefs = NULL;
    return self;
}

PyObject *
element_new(PyObject *tag, PyObject *attrib)
{
    Element *self = element_alloc(tag);
    if (self == NULL)
        return NULL;
    if (attrib != NULL && PyDict_GET_SIZE(attrib) > 0) {
        if (extra_make(self) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        self->extra->attrib = Py_NewRef(attrib);
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *
Element_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    Element *self = (Element *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->tag = Py_NewRef(Py_None);
        self->text = Py_NewRef(Py_None);
        self->tail = Py_NewRef(Py_None);
    }
    return (PyObject *)self;
}

PyObject *
attributes_merge(PyObject *attrib, PyObject *kwargs)
{
    PyObject *given = kwargs == NULL ? NULL : PyDict_GetItemWithError(kwargs, ID(attrib));
    if (given == NULL && PyErr_Occurred())
        return NULL;
    if (attrib == NULL)
        attrib = given;
    if (given != NULL && !PyDict_Check(given)) {
        PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.100s", Py_TYPE(given)->tp_name);
        return NULL;
    }
    PyObject *result = attrib == NULL ? PyDict_New() : PyDict_Copy(attrib);
    if (result != NULL && kwargs != NULL && PyDict_Update(result, kwargs) < 0)
        Py_CLEAR(result);
    if (result != NULL && given != NULL && PyDict_DelItem(result, ID(attrib)) < 0)
        Py_CLEAR(result);
    return result;
}

static int
Element_tp_init(Element *self, PyObject *args, PyObject *kwargs)
{
    PyObject *tag, *attrib = NULL;
    if (!PyArg_ParseTuple(args, "O|O!:Element", &tag, &PyDict_Type, &attrib))
        return -1;
    if (attrib != NULL || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        attrib = attributes_merge(attrib, kwargs);
        if (attrib == NULL)
            return -1;
    }
    element_empty(self);
    if (attrib != NULL) {
        if (PyDict_GET_SIZE(attrib) > 0) {
            if (extra_make(self) < 0) {
                Py_DECREF(attrib);
                return -1;
            }
            Py_XSETREF(self->extra->attrib, attrib);
        }
        else
            Py_DECREF(attrib);
    }
    Py_SETREF(self->tag, Py_NewRef(tag));
    Py_SETREF(self->text, Py_NewRef(Py_None));
    Py_SETREF(self->tail, Py_NewRef(Py_None));
    return 0;
}

static int
Element_tp_traverse(Element *self, visitproc visit, void *arg)
{
    Py_VISIT(self->tag);
    Py_VISIT(self->text);
    Py_VISIT(self->tail);
    if (self->extra != NULL) {
        Py_VISIT(self->extra->attrib);
        for (Py_ssize_t i = 0; i < self->extra->length; i++)
            Py_VISIT(self->extra->children[i]);
    }
    return 0;
}

/* tag, text and tail are never NULL while anybody can see the element. */
static int
Element_tp_clear(Element *self)
{
    Py_XSETREF(self->tag, Py_NewRef(Py_None));
    Py_XSETREF(self->text, Py_NewRef(Py_None));
    Py_XSETREF(self->tail, Py_NewRef(Py_None));
    element_empty(self);
    return 0;
}

static void
Element_tp_dealloc(Element *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, Element_tp_dealloc)
    if (self->weakrefs != NULL)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_XDECREF(self->tag);
    Py_XDECREF(self->text);
    Py_XDECREF(self->tail);
    element_empty(self);
    Py_TYPE(self)->tp_free(self);
    Py_TRASHCAN_END
}

static PyObject *
Element_tp_repr(Element *self)
{
    int entered = Py_ReprEnter((PyObject *)self);
    if (entered > 0)
        PyErr_Format(PyExc_RuntimeError, "reentrant call inside %s.__repr__", Py_TYPE(self)->tp_name);
    if (entered != 0)
        return NULL;
    PyObject *tag = Py_NewRef(self->tag);
    PyObject *result = PyUnicode_FromFormat("<Element %R at %p>", tag, self);
    Py_DECREF(tag);
    Py_ReprLeave((PyObject *)self);
    return result;
}

/* ---- attributes --------------------------------------------------------------------------------------- */

/* The dict of attributes, made if need be; borrowed. */
static PyObject *
attributes_of(Element *self)
{
    if (extra_make(self) < 0)
        return NULL;
    if (self->extra->attrib == NULL)
        self->extra->attrib = PyDict_New();
    return self->extra->attrib;
}

static inline PyObject *
attributes_if_any(const Element *self)
{
    return self->extra == NULL ? NULL : self->extra->attrib;
}

static status
check_not_deleted(PyObject *value)
{
    if (value != NULL)
        return 0;
    PyErr_SetString(PyExc_AttributeError, "can't delete element attribute");
    return -1;
}

#define FIELD(name)                                                                                      \
    static PyObject *element_get_##name(Element *self, void *Py_UNUSED(closure))                         \
    {                                                                                                    \
        return Py_NewRef(self->name);                                                                    \
    }                                                                                                    \
    static int element_set_##name(Element *self, PyObject *value, void *Py_UNUSED(closure))              \
    {                                                                                                    \
        if (check_not_deleted(value) < 0)                                                                \
            return -1;                                                                                   \
        Py_SETREF(self->name, Py_NewRef(value));                                                         \
        return 0;                                                                                        \
    }

FIELD(tag)
FIELD(text)
FIELD(tail)

static PyObject *
element_get_attrib(Element *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(attributes_of(self));
}

static int
element_set_attrib(Element *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (check_not_deleted(value) < 0)
        return -1;
    if (!PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.200s", Py_TYPE(value)->tp_name);
        return -1;
    }
    if (extra_make(self) < 0)
        return -1;
    Py_XSETREF(self->extra->attrib, Py_NewRef(value));
    return 0;
}

#define ATTRIBUTE(name, doc) {#name, (getter)element_get_##name, (setter)element_set_##name, doc, NULL}

static PyGetSetDef element_attributes[] = {
    ATTRIBUTE(tag, "What kind of element it is."),
    ATTRIBUTE(text, "The text before the first child, or None."),
    ATTRIBUTE(tail, "The text behind the element's end, or None."),
    ATTRIBUTE(attrib, "The dictionary of attributes."),
    {NULL},
};

METHOD(Element, clear, "($self, /)", NULL)
static PyObject *
Element_clear(Element *self)
{
    element_empty(self);
    Py_SETREF(self->text, Py_NewRef(Py_None));
    Py_SETREF(self->tail, Py_NewRef(Py_None));
    Py_RETURN_NONE;
}

METHOD(Element, get, "($self, /, key, default=None)", NULL)
static PyObject *
Element_get(Element *self, PyObject *key, PyObject *fallback)
{
    PyObject *attrib = attributes_if_any(self);
    if (attrib == NULL)
        return Py_NewRef(fallback);
    Py_INCREF(attrib);
    PyObject *value = Py_XNewRef(PyDict_GetItemWithError(attrib, key));
    Py_DECREF(attrib);
    return value != NULL || PyErr_Occurred() ? value : Py_NewRef(fallback);
}

METHOD(Element, set, "($self, key, value, /)", NULL)
static PyObject *
Element_set(Element *self, PyObject *key, PyObject *value)
{
    PyObject *attrib = Py_XNewRef(attributes_of(self));
    if (attrib == NULL)
        return NULL;
    status done = PyDict_SetItem(attrib, key, value);
    Py_DECREF(attrib);
    return done < 0 ? NULL : Py_NewRef(Py_None);
}

/* ---- searching ---------------------------------------------------------------------------------------- */

/* Whether a path says more than a tag.  Inside of {...} only {*} does. */
static bool
is_path(PyObject *tag)
{
    if (!PyUnicode_Check(tag) || PyUnicode_READY(tag) < 0)
        return true;
    int kind = (int)PyUnicode_KIND(tag);
    const void *data = PyUnicode_DATA(tag);
    Py_ssize_t length = PyUnicode_GET_LENGTH(tag);
    bool outside = true;
    if (length >= 3 && PyUnicode_READ(kind, data, 0) == '{' &&
        (PyUnicode_READ(kind, data, 1) == '}' ||
         (PyUnicode_READ(kind, data, 1) == '*' && PyUnicode_READ(kind, data, 2) == '}')))
        return true;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 ch = PyUnicode_READ(kind, data, i);
        if (ch == '{')
            outside = false;
        else if (ch == '}')
            outside = true;
        else if (outside && (ch == '/' || ch == '*' || ch == '[' || ch == '@' || ch == '.'))
            return true;
    }
    return false;
}

PyObject *
path_search(const char *function, Element *self, PyObject *path, PyObject *default_value,
            PyObject *namespaces)
{
    State *state = state_get();
    PyObject *name = state == NULL ? NULL : PyUnicode_InternFromString(function);
    if (name == NULL)
        return NULL;
    PyObject *result = default_value == NULL
                           ? PyObject_CallMethodObjArgs(state->element_path, name, self, path, namespaces, NULL)
                           : PyObject_CallMethodObjArgs(state->element_path, name, self, path, default_value,
                                                        namespaces, NULL);
    Py_DECREF(name);
    return result;
}

/* The next child with that tag at or behind *i, which moves behind it; NULL if there is none or on error. */
static PyObject *
next_with_tag(Element *self, Py_ssize_t *i, PyObject *tag)
{
    PyObject *child;
    while ((child = child_at(self, *i)) != NULL) {
        PyObject *own = Py_NewRef(((Element *)child)->tag);
        int equal = own == tag ? 1 : PyObject_RichCompareBool(own, tag, Py_EQ);
        Py_DECREF(own);
        ++*i;
        if (equal > 0)
            return child;
        Py_DECREF(child);
        if (equal < 0)
            return NULL;
    }
    return NULL;
}

METHOD(Element, find, "($self, /, path, namespaces=None)", NULL)
static PyObject *
Element_find(Element *self, PyObject *path, PyObject *namespaces)
{
    if (namespaces != Py_None || is_path(path))
        return path_search("find", self, path, NULL, namespaces);
    Py_ssize_t i = 0;
    PyObject *child = next_with_tag(self, &i, path);
    return child != NULL || PyErr_Occurred() ? child : Py_NewRef(Py_None);
}

METHOD(Element, findtext, "($self, /, path, default=None, namespaces=None)", NULL)
static PyObject *
Element_findtext(Element *self, PyObject *path, PyObject *fallback, PyObject *namespaces)
{
    if (namespaces != Py_None || is_path(path))
        return path_search("findtext", self, path, fallback, namespaces);
    Py_ssize_t i = 0;
    PyObject *child = next_with_tag(self, &i, path);
    if (child == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(fallback);
    PyObject *text = ((Element *)child)->text;
    PyObject *result = text == Py_None ? PyUnicode_New(0, 0) : Py_NewRef(text);
    Py_DECREF(child);
    return result;
}

METHOD(Element, findall, "($self, /, path, namespaces=None)", NULL)
static PyObject *
Element_findall(Element *self, PyObject *path, PyObject *namespaces)
{
    if (namespaces != Py_None || is_path(path))
        return path_search("findall", self, path, NULL, namespaces);
    PyObject *list = PyList_New(0), *child;
    Py_ssize_t i = 0;
    while (list != NULL && (child = next_with_tag(self, &i, path)) != NULL) {
        if (PyList_Append(list, child) < 0)
            Py_CLEAR(list);
        Py_DECREF(child);
    }
    if (PyErr_Occurred())
        Py_CLEAR(list);
    return list;
}

/* ---- children ----------------------------------------------------------------------------------------- */

static status
check_element(PyObject *child, const char *where)
{
    if (Element_Check(child))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s must be %.50s, not %.50s", where, PyElement_Type.tp_name,
                 child == Py_None ? "None" : Py_TYPE(child)->tp_name);
    return -1;
}

static status
check_item(PyObject *child)
{
    if (Element_Check(child))
        return 0;
    PyErr_Format(PyExc_TypeError, "expected an Element, not \"%.200s\"", Py_TYPE(child)->tp_name);
    return -1;
}

/* A list or tuple of what is to become children. */
static PyObject *
children_from(PyObject *elements)
{
    PyObject *sequence = PySequence_Fast(elements, "");
    if (sequence == NULL)
        PyErr_Format(PyExc_TypeError, "expected sequence, not \"%.200s\"", Py_TYPE(elements)->tp_name);
    return sequence;
}

METHOD(Element, append, "($self, subelement, /)", NULL)
static PyObject *
Element_append(Element *self, PyObject *child)
{
    if (check_element(child, "append() argument") < 0 || element_append_child(self, child) < 0)
        return NULL;
    Py_RETURN_NONE;
}

METHOD(Element, extend, "($self, elements, /)", NULL)
static PyObject *
Element_extend(Element *self, PyObject *elements)
{
    PyObject *sequence = children_from(elements);
    if (sequence == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); i++) {
        PyObject *child = PySequence_Fast_GET_ITEM(sequence, i);
        if (check_item(child) < 0 || element_append_child(self, child) < 0) {
            Py_DECREF(sequence);
            return NULL;
        }
    }
    Py_DECREF(sequence);
    Py_RETURN_NONE;
}

METHOD(Element, insert, "($self, index, subelement, /)", NULL)
static PyObject *
Element_insert(Element *self, Py_ssize_t index, PyObject *child)
{
    if (check_element(child, "insert() argument 2") < 0 || element_reserve(self, 1) < 0)
        return NULL;
    Extra *extra = self->extra;
    if (index < 0)
        index = Py_MAX(index + extra->length, 0);
    index = Py_MIN(index, extra->length);
    memmove(&extra->children[index + 1], &extra->children[index],
            (size_t)(extra->length - index) * sizeof *extra->children);
    extra->children[index] = Py_NewRef(child);
    extra->length++;
    Py_RETURN_NONE;
}

/* Take the child out of the array; its reference passes to the caller. */
static PyObject *
take_child(Extra *extra, Py_ssize_t i)
{
    PyObject *child = extra->children[i];
    extra->length--;
    memmove(&extra->children[i], &extra->children[i + 1], (size_t)(extra->length - i) * sizeof child);
    return child;
}

METHOD(Element, remove, "($self, subelement, /)", NULL)
static PyObject *
Element_remove(Element *self, PyObject *subelement)
{
    if (check_element(subelement, "remove() argument") < 0)
        return NULL;
    Py_ssize_t found = -1;
    for (Py_ssize_t i = 0; i < element_length(self) && found < 0; i++)
        if (self->extra->children[i] == subelement)
            found = i;
    PyObject *child;
    for (Py_ssize_t i = 0; found < 0 && (child = child_at(self, i)) != NULL; i++) {
        int equal = PyObject_RichCompareBool(child, subelement, Py_EQ);
        Py_DECREF(child);
        if (equal < 0)
            return NULL;
        /* The comparison may have moved it. */
        if (equal > 0 && i < element_length(self) && self->extra->children[i] == child)
            found = i;
    }
    if (found < 0) {
        PyErr_SetString(PyExc_ValueError, "list.remove(x): x not in list");
        return NULL;
    }
    Py_DECREF(take_child(self->extra, found));
    Py_RETURN_NONE;
}

METHOD(Element, iter, "($self, /, tag=None)", NULL)
static PyObject *
Element_iter(Element *self, PyObject *tag)
{
    bool all = PyUnicode_Check(tag) ? _PyUnicode_EqualToASCIIString(tag, "*")
                                    : PyBytes_Check(tag) && strcmp(PyBytes_AS_STRING(tag), "*") == 0;
    if (all)
        tag = Py_None;
    return element_iterator(self, tag, false);
}

METHOD(Element, itertext, "($self, /)", NULL)
static PyObject *
Element_itertext(Element *self)
{
    return element_iterator(self, Py_None, true);
}

METHOD(Element, iterfind, "($self, /, path, namespaces=None)", NULL)
static PyObject *
Element_iterfind(Element *self, PyObject *path, PyObject *namespaces)
{
    return path_search("iterfind", self, path, NULL, namespaces);
}

METHOD(Element, items, "($self, /)", NULL)
static PyObject *
Element_items(Element *self)
{
    PyObject *attrib = attributes_if_any(self);
    return attrib == NULL ? PyList_New(0) : PyDict_Items(attrib);
}

METHOD(Element, keys, "($self, /)", NULL)
static PyObject *
Element_keys(Element *self)
{
    PyObject *attrib = attributes_if_any(self);
    return attrib == NULL ? PyList_New(0) : PyDict_Keys(attrib);
}

METHOD(Element, makeelement, "($self, tag, attrib, /)", NULL)
static PyObject *
Element_makeelement(Element *Py_UNUSED(self), PyObject *tag, PyObject *attrib)
{
    if (!PyDict_Check(attrib)) {
        PyErr_Format(PyExc_TypeError, "makeelement() argument 2 must be dict, not %.50s",
                     attrib == Py_None ? "None" : Py_TYPE(attrib)->tp_name);
        return NULL;
    }
    PyObject *copy = PyDict_Copy(attrib);
    PyObject *result = copy == NULL ? NULL : element_new(tag, copy);
    Py_XDECREF(copy);
    return result;
}

/* ---- as a sequence ------------------------------------------------------------------------------------ */

static Py_ssize_t
Element_sq_length(Element *self)
{
    return element_length(self);
}

static PyObject *
Element_sq_item(Element *self, Py_ssize_t index)
{
    if (index < 0 || index >= element_length(self)) {
        PyErr_SetString(PyExc_IndexError, "child index out of range");
        return NULL;
    }
    return Py_NewRef(self->extra->children[index]);
}

static int
Element_sq_ass_item(Element *self, Py_ssize_t index, PyObject *child)
{
    if (index < 0 || index >= element_length(self)) {
        PyErr_SetString(PyExc_IndexError, "child assignment index out of range");
        return -1;
    }
    PyObject *old;
    if (child == NULL)
        old = take_child(self->extra, index);
    else {
        if (check_item(child) < 0)
            return -1;
        old = self->extra->children[index];
        self->extra->children[index] = Py_NewRef(child);
    }
    Py_DECREF(old);
    return 0;
}

/* An index of a subscript, counted from the end if negative. */
static status
read_index(const Element *self, PyObject *key, Py_ssize_t *index)
{
    *index = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (*index == -1 && PyErr_Occurred())
        return -1;
    if (*index < 0)
        *index += element_length(self);
    return 0;
}

static PyObject *
Element_mp_subscript(Element *self, PyObject *key)
{
    Py_ssize_t start, stop, step, count;
    if (PyIndex_Check(key))
        return read_index(self, key, &start) < 0 ? NULL : Element_sq_item(self, start);
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "element indices must be integers");
        return NULL;
    }
    if (PySlice_Unpack(key, &start, &stop, &step) < 0)
        return NULL;
    count = PySlice_AdjustIndices(element_length(self), &start, &stop, step);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(self->extra->children[start + i * step]));
    return list;
}

/* Replace children[start:start + old_count] by the items of new, or by nothing if it is NULL.  The replaced
   ones are collected in a list, so that they go when the element is whole again. */
static status
replace_run(Element *self, Py_ssize_t start, Py_ssize_t old_count, PyObject *new)
{
    Py_ssize_t new_count = new == NULL ? 0 : PySequence_Fast_GET_SIZE(new);
    PyObject *dropped = PyList_New(old_count);
    if (dropped == NULL || (new_count > old_count && element_reserve(self, new_count - old_count) < 0)) {
        Py_XDECREF(dropped);
        return -1;
    }
    Extra *extra = self->extra;
    if (extra != NULL) {
        PyObject **at = extra->children + start;
        for (Py_ssize_t i = 0; i < old_count; i++)
            PyList_SET_ITEM(dropped, i, at[i]);
        memmove(at + new_count, at + old_count, (size_t)(extra->length - start - old_count) * sizeof *at);
        for (Py_ssize_t i = 0; i < new_count; i++)
            at[i] = Py_NewRef(PySequence_Fast_GET_ITEM(new, i));
        extra->length += new_count - old_count;
    }
    Py_DECREF(dropped);
    return 0;
}

static status
replace_stepped(Element *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t count, PyObject *new)
{
    PyObject *dropped = PyList_New(count);
    if (dropped == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject **at = &self->extra->children[start + i * step];
        PyList_SET_ITEM(dropped, i, *at);
        *at = Py_NewRef(PySequence_Fast_GET_ITEM(new, i));
    }
    Py_DECREF(dropped);
    return 0;
}

static status
delete_stepped(Element *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t count)
{
    PyObject *dropped = PyList_New(count);
    if (dropped == NULL)
        return -1;
    if (step < 0) {
        start += (count - 1) * step;
        step = -step;
    }
    Extra *extra = self->extra;
    Py_ssize_t kept = start, next = start;
    for (Py_ssize_t i = start, n = 0; i < extra->length; i++) {
        if (i == next && n < count) {
            PyList_SET_ITEM(dropped, n++, extra->children[i]);
            next += step;
        }
        else
            extra->children[kept++] = extra->children[i];
    }
    extra->length = kept;
    Py_DECREF(dropped);
    return 0;
}

static status
assign_slice(Element *self, PyObject *slice, PyObject *new)
{
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return -1;
    Py_ssize_t count = PySlice_AdjustIndices(element_length(self), &start, &stop, step);
    Py_ssize_t new_count = new == NULL ? 0 : PySequence_Fast_GET_SIZE(new);
    if (step == 1)
        return replace_run(self, start, count, new);
    if (new == NULL)
        return count == 0 ? 0 : delete_stepped(self, start, step, count);
    if (new_count != count) {
        PyErr_Format(PyExc_ValueError, "attempt to assign sequence of size %zd to extended slice of size %zd",
                     new_count, count);
        return -1;
    }
    return replace_stepped(self, start, step, count, new);
}

static int
Element_mp_ass_subscript(Element *self, PyObject *key, PyObject *value)
{
    Py_ssize_t index;
    if (PyIndex_Check(key))
        return read_index(self, key, &index) < 0 ? -1 : Element_sq_ass_item(self, index, value);
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "element indices must be integers");
        return -1;
    }
    PyObject *new = NULL;
    if (value != NULL) {
        new = children_from(value);
        if (new == NULL)
            return -1;
        for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(new); i++) {
            if (check_item(PySequence_Fast_GET_ITEM(new, i)) < 0) {
                Py_DECREF(new);
                return -1;
            }
        }
        /* A list may be changed by what the slice's indices call. */
        if (PyList_CheckExact(new))
            Py_SETREF(new, PyList_AsTuple(new));
    }
    status done = value != NULL && new == NULL ? -1 : assign_slice(self, key, new);
    Py_XDECREF(new);
    return done;
}

/* ---- copying ------------------------------------------------------------------------------------------ */

METHOD(Element, __copy__, "($self, /)", NULL)
static PyObject *
Element_copy(Element *self)
{
    Element *copy = (Element *)element_new(self->tag, attributes_if_any(self));
    if (copy == NULL)
        return NULL;
    Py_SETREF(copy->text, Py_NewRef(self->text));
    Py_SETREF(copy->tail, Py_NewRef(self->tail));
    Py_ssize_t count = element_length(self);
    if (self->extra != NULL) {
        if (element_reserve(copy, count) < 0) {
            Py_DECREF(copy);
            return NULL;
        }
        for (Py_ssize_t i = 0; i < count; i++)
            copy->extra->children[i] = Py_NewRef(self->extra->children[i]);
        copy->extra->length = count;
    }
    return (PyObject *)copy;
}

static PyObject *element_deepcopy(Element *self, PyObject *memo);

/* Whether every key and value is a str, so that a copy need not look into them. */
static bool
is_dict_of_str(PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t i = 0;
    if (!PyDict_CheckExact(dict))
        return false;
    while (PyDict_Next(dict, &i, &key, &value))
        if (!PyUnicode_CheckExact(key) || !PyUnicode_CheckExact(value))
            return false;
    return true;
}

/* copy.deepcopy(), with short cuts for what nobody can tell apart: an object that is referred to from one
   place only need not be remembered.  It is held here, because copying may drop it from that place. */
static PyObject *
deepcopy(PyObject *object, PyObject *memo)
{
    if (object == Py_None || PyUnicode_CheckExact(object))
        return Py_NewRef(object);
    bool alone = Py_REFCNT(object) == 1;
    PyObject *copy = NULL;
    State *state;
    Py_INCREF(object);
    if (alone && is_dict_of_str(object))
        copy = PyDict_Copy(object);
    else if (alone && Element_CheckExact(object)) {
        if (Py_EnterRecursiveCall(" while calling a Python object") == 0) {
            copy = element_deepcopy((Element *)object, memo);
            Py_LeaveRecursiveCall();
        }
    }
    else if ((state = state_get()) != NULL) {
        PyObject *args[2] = {object, memo};
        copy = PyObject_Vectorcall(state->deepcopy, args, 2, NULL);
    }
    Py_DECREF(object);
    return copy;
}

/* Replace an object that the copy holds by its deep copy. */
static status
deepcopy_into(PyObject **into, PyObject *object, PyObject *memo)
{
    PyObject *copy = deepcopy(object, memo);
    if (copy == NULL)
        return -1;
    Py_XSETREF(*into, copy);
    return 0;
}

static PyObject *
element_deepcopy(Element *self, PyObject *memo)
{
    PyObject *tag = deepcopy(self->tag, memo), *attrib = NULL, *child, *id;
    if (tag == NULL)
        return NULL;
    if (attributes_if_any(self) != NULL) {
        attrib = deepcopy(self->extra->attrib, memo);
        if (attrib != NULL && !PyDict_Check(attrib)) {
            PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.200s", Py_TYPE(attrib)->tp_name);
            Py_CLEAR(attrib);
        }
        if (attrib == NULL) {
            Py_DECREF(tag);
            return NULL;
        }
    }
    Element *copy = (Element *)element_new(tag, attrib);
    Py_DECREF(tag);
    Py_XDECREF(attrib);
    if (copy == NULL)
        return NULL;
    if (deepcopy_into(&copy->text, self->text, memo) < 0 || deepcopy_into(&copy->tail, self->tail, memo) < 0)
        goto fail;
    if (self->extra != NULL && element_reserve(copy, self->extra->length) < 0)
        goto fail;
    for (Py_ssize_t i = 0; i < element_length(self); i++) {
        child = deepcopy(self->extra->children[i], memo);
        if (child == NULL || check_item(child) < 0 || element_append_child(copy, child) < 0) {
            Py_XDECREF(child);
            goto fail;
        }
        Py_DECREF(child);
    }
    id = PyLong_FromVoidPtr(self);
    if (id == NULL || PyDict_SetItem(memo, id, (PyObject *)copy) < 0) {
        Py_XDECREF(id);
        goto fail;
    }
    Py_DECREF(id);
    return (PyObject *)copy;
fail:
    Py_DECREF(copy);
    return NULL;
}

METHOD(Element, __deepcopy__, "($self, memo, /)", NULL)
static PyObject *
Element_deepcopy(Element *self, PyObject *memo)
{
    if (!PyDict_Check(memo)) {
        PyErr_Format(PyExc_TypeError, "__deepcopy__() argument must be dict, not %.50s",
                     memo == Py_None ? "None" : Py_TYPE(memo)->tp_name);
        return NULL;
    }
    return element_deepcopy(self, memo);
}

METHOD(Element, __sizeof__, "($self, /)", NULL)
static Py_ssize_t
Element_sizeof(Element *self)
{
    Py_ssize_t size = _PyObject_SIZE(Py_TYPE(self));
    if (self->extra != NULL) {
        size += sizeof(Extra);
        if (self->extra->children != self->extra->first)
            size += self->extra->room * (Py_ssize_t)sizeof(PyObject *);
    }
    return size;
}

METHOD(Element, __getstate__, "($self, /)", NULL)
static PyObject *
Element_getstate(Element *self)
{
    Py_ssize_t count = element_length(self);
    PyObject *children = PyList_New(count), *attrib = attributes_if_any(self);
    if (children == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        PyList_SET_ITEM(children, i, Py_NewRef(self->extra->children[i]));
    attrib = attrib == NULL ? PyDict_New() : Py_NewRef(attrib);
    if (attrib == NULL) {
        Py_DECREF(children);
        return NULL;
    }
    return Py_BuildValue("{sOsNsNsOsO}", "tag", self->tag, "_children", children, "attrib", attrib, "text",
                         self->text, "tail", self->tail);
}

/* Take over a list of children. */
static status
set_children(Element *self, PyObject *list)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "'_children' is not a list");
        return -1;
    }
    PyObject *children = PyList_AsTuple(list);
    if (children == NULL || replace_run(self, 0, element_length(self), NULL) < 0) {
        Py_XDECREF(children);
        return -1;
    }
    status done = element_reserve(self, PyTuple_GET_SIZE(children));
    for (Py_ssize_t i = 0; done == 0 && i < PyTuple_GET_SIZE(children); i++) {
        PyObject *child = PyTuple_GET_ITEM(children, i);
        done = check_item(child) < 0 ? -1 : element_append_child(self, child);
    }
    Py_DECREF(children);
    return done;
}

METHOD(Element, __setstate__, "($self, state, /)", NULL)
static PyObject *
Element_setstate(Element *self, PyObject *state)
{
    static char *keywords[] = {"tag", "_children", "attrib", "text", "tail", NULL};
    PyObject *tag = NULL, *children = NULL, *attrib = NULL, *text = NULL, *tail = NULL;
    if (!PyDict_CheckExact(state)) {
        PyErr_Format(PyExc_TypeError, "Don't know how to unpickle \"%.200R\" as an Element", state);
        return NULL;
    }
    PyObject *args = PyTuple_New(0);
    int parsed = args != NULL && PyArg_ParseTupleAndKeywords(args, state, "|$OOOOO", keywords, &tag, &children,
                                                             &attrib, &text, &tail);
    Py_XDECREF(args);
    if (!parsed)
        return NULL;
    if (tag == NULL) {
        PyErr_SetString(PyExc_TypeError, "tag may not be NULL");
        return NULL;
    }
    if (attrib == Py_None)
        attrib = NULL;
    if (attrib != NULL && !PyDict_Check(attrib)) {
        PyErr_Format(PyExc_TypeError, "attrib must be dict, not %.200s", Py_TYPE(attrib)->tp_name);
        return NULL;
    }
    Py_SETREF(self->tag, Py_NewRef(tag));
    Py_SETREF(self->text, Py_NewRef(text == NULL ? Py_None : text));
    Py_SETREF(self->tail, Py_NewRef(tail == NULL ? Py_None : tail));
    if (children == NULL && attrib == NULL)
        Py_RETURN_NONE;
    if (extra_make(self) < 0 || (children != NULL && set_children(self, children) < 0))
        return NULL;
    if (extra_make(self) < 0)       /* what was dropped may have cleared it */
        return NULL;
    Py_XSETREF(self->extra->attrib, Py_XNewRef(attrib));
    Py_RETURN_NONE;
}

TYPE(Element, PyElement_Type, "xml.etree.ElementTree.Element", Element, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_weaklistoffset = offsetof(Element, weakrefs), .tp_getset = element_attributes,
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_elementtree/element.inc"
