/* property: an attribute computed by functions. */
#include "object/object.h"
#include "types/property.h"

static PyObject *
none_as_null(PyObject *op)
{
    return op == Py_None ? NULL : Py_XNewRef(op);
}

/* ---- descriptor protocol ----------------------------------------------------------------------------------- */

static COLD void
raise_no_access(PropertyObject *self, PyObject *instance, const char *what)
{
    PyObject *owner = PyType_GetQualName(Py_TYPE(instance));
    if (owner == NULL) {
        return;
    }
    if (self->name != NULL) {
        PyErr_Format(PyExc_AttributeError, "property %R of %R object has no %s", self->name, owner,
                     what);
    }
    else {
        PyErr_Format(PyExc_AttributeError, "property of %R object has no %s", owner, what);
    }
    Py_DECREF(owner);
}

static PyObject *
property_tp_descr_get(PyObject *op, PyObject *instance, PyObject *Py_UNUSED(owner))
{
    PropertyObject *self = (PropertyObject *)op;
    if (instance == NULL || instance == Py_None) {
        return Py_NewRef(op);
    }
    if (self->get == NULL) {
        raise_no_access(self, instance, "getter");
        return NULL;
    }
    return PyObject_CallOneArg(self->get, instance);
}

static int
property_tp_descr_set(PyObject *op, PyObject *instance, PyObject *value)
{
    PropertyObject *self = (PropertyObject *)op;
    PyObject *func = value == NULL ? self->del : self->set;
    if (func == NULL) {
        raise_no_access(self, instance, value == NULL ? "deleter" : "setter");
        return -1;
    }
    PyObject *result = PyObject_CallFunctionObjArgs(func, instance, value, NULL);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* ---- construction -------------------------------------------------------------------------------------------- */

/* Without a docstring of its own the property takes the getter's.  An instance of a subclass keeps it
   in its dict, since the subclass's __doc__ would hide the member. */
static int
take_getter_doc(PropertyObject *self)
{
    PyObject *doc;
    int found = _PyObject_LookupAttr(self->get, ID(__doc__), &doc);
    if (found <= 0) {
        return found;
    }
    if (Py_IS_TYPE(self, &PyProperty_Type)) {
        Py_XSETREF(self->doc, doc);
    }
    else {
        int failed = PyObject_SetAttr((PyObject *)self, ID(__doc__), doc);
        Py_DECREF(doc);
        if (failed < 0) {
            return -1;
        }
    }
    self->getter_doc = 1;
    return 0;
}

INIT(property, "(fget=None, fset=None, fdel=None, doc=None)")
static int
property_init(PropertyObject *self, PyObject *fget, PyObject *fset, PyObject *fdel, PyObject *doc)
{
    Py_XSETREF(self->get, none_as_null(fget));
    Py_XSETREF(self->set, none_as_null(fset));
    Py_XSETREF(self->del, none_as_null(fdel));
    Py_XSETREF(self->doc, doc == Py_None ? NULL : Py_XNewRef(doc));
    Py_CLEAR(self->name);
    self->getter_doc = 0;
    return self->doc == NULL && self->get != NULL ? take_getter_doc(self) : 0;
}

/* A property of the same class with one function replaced; NULL keeps a function. */
static PyObject *
copy_with(PropertyObject *self, PyObject *get, PyObject *set, PyObject *del)
{
    /* A docstring taken from the getter is taken anew if the getter changes. */
    PyObject *doc = self->doc != NULL ? self->doc : Py_None;
    if (get == NULL || get == Py_None) {
        get = self->get != NULL ? self->get : Py_None;
    }
    if (set == NULL || set == Py_None) {
        set = self->set != NULL ? self->set : Py_None;
    }
    if (del == NULL || del == Py_None) {
        del = self->del != NULL ? self->del : Py_None;
    }
    if (self->getter_doc && get != Py_None) {
        doc = Py_None;
    }
    PyObject *copy =
        PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(self), get, set, del, doc, NULL);
    if (copy != NULL && PyObject_TypeCheck(copy, &PyProperty_Type)) {
        Py_XINCREF(self->name);
        Py_XSETREF(((PropertyObject *)copy)->name, self->name);
    }
    return copy;
}

METHOD(property, getter, "!($self, fget, /)", "The property with another getter.")
static PyObject *
property_getter(PropertyObject *self, PyObject *fget)
{
    return copy_with(self, fget, NULL, NULL);
}

METHOD(property, setter, "!($self, fset, /)", "The property with another setter.")
static PyObject *
property_setter(PropertyObject *self, PyObject *fset)
{
    return copy_with(self, NULL, fset, NULL);
}

METHOD(property, deleter, "!($self, fdel, /)", "The property with another deleter.")
static PyObject *
property_deleter(PropertyObject *self, PyObject *fdel)
{
    return copy_with(self, NULL, NULL, fdel);
}

METHOD(property, __set_name__, NULL, "Note the name under which a class holds the property.")
static PyObject *
property_set_name(PropertyObject *self, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) != 2) {
        PyErr_Format(PyExc_TypeError,
                     "__set_name__() takes 2 positional arguments but %zd were given",
                     PyTuple_GET_SIZE(args));
        return NULL;
    }
    PyObject *name = PyTuple_GET_ITEM(args, 1);
    Py_INCREF(name);
    Py_XSETREF(self->name, name);
    Py_RETURN_NONE;
}

/* ---- attributes ---------------------------------------------------------------------------------------------- */

MEMBER(property, fget, T_OBJECT, PropertyObject, get, READONLY, NULL)
MEMBER(property, fset, T_OBJECT, PropertyObject, set, READONLY, NULL)
MEMBER(property, fdel, T_OBJECT, PropertyObject, del, READONLY, NULL)
MEMBER(property, __doc__, T_OBJECT, PropertyObject, doc, 0, NULL)

GETTER(property, __isabstractmethod__, NULL)
static PyObject *
property_get_isabstractmethod(PropertyObject *self, void *Py_UNUSED(closure))
{
    PyObject *parts[] = {self->get, self->set, self->del};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        int abstract = _PyObject_IsAbstract(parts[i]);
        if (abstract != 0) {
            return abstract < 0 ? NULL : Py_NewRef(Py_True);
        }
    }
    Py_RETURN_FALSE;
}

/* ---- type ----------------------------------------------------------------------------------------------------- */

static void
property_tp_dealloc(PropertyObject *self)
{
    PyObject_GC_UnTrack(self);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)self)) {
        return;
    }
    Py_XDECREF(self->get);
    Py_XDECREF(self->set);
    Py_XDECREF(self->del);
    Py_XDECREF(self->doc);
    Py_XDECREF(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
    trash_end(tstate);
}

static int
property_tp_traverse(PropertyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->get);
    Py_VISIT(self->set);
    Py_VISIT(self->del);
    Py_VISIT(self->doc);
    Py_VISIT(self->name);
    return 0;
}

/* The functions stay: a property in use must not lose them, and they alone make no cycle. */
static int
property_tp_clear(PropertyObject *self)
{
    Py_CLEAR(self->doc);
    return 0;
}

TYPE(property, PyProperty_Type, "property", PropertyObject,
     "(fget=None, fset=None, fdel=None, doc=None)",
     "An attribute whose reading, writing and deletion call functions.\n\n"
     "Used as a decorator it makes a read-only attribute of the getter; the methods setter and\n"
     "deleter, again as decorators, add the rest.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_getattro = PyObject_GenericGetAttr, .tp_alloc = PyType_GenericAlloc,
     .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

#include "gen/types/property.inc"
