/* super: attribute lookup that starts behind a class in the mro of an object's class. */
#include "object/class.h"
#include "object/object.h"
#include "vm/frame.h"

typedef struct {
    PyObject_HEAD
    PyTypeObject *type;             /* the class to start behind */
    PyObject *obj;                  /* instance or class, NULL if unbound */
    PyTypeObject *obj_type;         /* the class whose mro is searched */
} SuperObject;

#define SUPER(op) ((SuperObject *)(op))

/* The flags of co_localspluskinds. */
enum { KIND_CELL = 0x40, KIND_FREE = 0x80 };

/* ---- lookup -------------------------------------------------------------------------------------------------- */

/* The attribute behind `type` in the mro: new reference, bound; NULL with or without an exception. */
static PyObject *
super_find(SuperObject *self, PyObject *name)
{
    PyTypeObject *start = self->obj_type;
    PyObject *mro = start->tp_mro;
    if (mro == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(mro), i = 0;
    while (i < count && PyTuple_GET_ITEM(mro, i) != (PyObject *)self->type) {
        i++;
    }
    /* A lookup may run code that replaces the mro. */
    Py_INCREF(mro);
    PyObject *found = NULL;
    for (i++; i < count && found == NULL; i++) {
        PyObject *dict = type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        found = dict == NULL ? NULL : Py_XNewRef(PyDict_GetItemWithError(dict, name));
        if (found == NULL && PyErr_Occurred()) {
            break;
        }
    }
    Py_DECREF(mro);
    if (found == NULL) {
        return NULL;
    }
    descrgetfunc get = Py_TYPE(found)->tp_descr_get;
    if (get != NULL) {
        /* For a class method the object is the class itself: then there is no instance. */
        PyObject *instance = self->obj == (PyObject *)start ? NULL : self->obj;
        Py_SETREF(found, get(found, instance, (PyObject *)start));
    }
    return found;
}

/* __class__ is that of the super object itself. */
static PyObject *
super_tp_getattro(PyObject *op, PyObject *name)
{
    SuperObject *self = SUPER(op);
    if (self->obj_type != NULL &&
        !(PyUnicode_Check(name) && PyUnicode_GET_LENGTH(name) == 9 &&
          _PyUnicode_EQ(name, ID(__class__)))) {
        PyObject *found = super_find(self, name);
        if (found != NULL || PyErr_Occurred()) {
            return found;
        }
    }
    return PyObject_GenericGetAttr(op, name);
}

/* The class whose mro to search for `obj`: obj itself if it is a subclass of type, its class, or
   what it claims as __class__.  New reference. */
static PyTypeObject *
check_object(PyTypeObject *type, PyObject *obj)
{
    if (PyType_Check(obj) && PyType_IsSubtype((PyTypeObject *)obj, type)) {
        return (PyTypeObject *)Py_NewRef(obj);
    }
    if (PyType_IsSubtype(Py_TYPE(obj), type)) {
        return (PyTypeObject *)Py_NewRef((PyObject *)Py_TYPE(obj));
    }
    PyObject *class;
    if (_PyObject_LookupAttr(obj, ID(__class__), &class) < 0) {
        return NULL;
    }
    if (class != NULL && PyType_Check(class) && (PyTypeObject *)class != Py_TYPE(obj) &&
        PyType_IsSubtype((PyTypeObject *)class, type)) {
        return (PyTypeObject *)class;
    }
    Py_XDECREF(class);
    PyErr_SetString(PyExc_TypeError,
                    "super(type, obj): obj must be an instance or subtype of type");
    return NULL;
}

/* ---- construction ---------------------------------------------------------------------------------------------- */

/* super() in a method: __class__ is a free variable the compiler adds, the object the first argument.
   Both borrowed. */
static status
arguments_of_frame(PyThreadState *tstate, PyTypeObject **type, PyObject **obj)
{
    Frame *frame = frame_visible(tstate->cframe->current_frame);
    if (frame == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "super(): no current frame");
        return -1;
    }
    PyCodeObject *code = frame->code;
    if (code->co_argcount == 0) {
        PyErr_SetString(PyExc_RuntimeError, "super(): no arguments");
        return -1;
    }
    const char *kinds = PyBytes_AS_STRING(code->co_localspluskinds);
    PyObject *first = frame->slots[0];
    if (first != NULL && (kinds[0] & KIND_CELL) && PyCell_Check(first)) {
        first = PyCell_GET(first);
    }
    if (first == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "super(): arg[0] deleted");
        return -1;
    }
    for (int i = code->co_nlocalsplus - code->co_nfreevars; i < code->co_nlocalsplus; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, i);
        if (!_PyUnicode_EQ(name, ID(__class__))) {
            continue;
        }
        PyObject *cell = frame->slots[i];
        if (cell == NULL || !PyCell_Check(cell)) {
            PyErr_SetString(PyExc_RuntimeError, "super(): bad __class__ cell");
            return -1;
        }
        PyObject *class = PyCell_GET(cell);
        if (class == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "super(): empty __class__ cell");
            return -1;
        }
        if (!PyType_Check(class)) {
            PyErr_Format(PyExc_RuntimeError, "super(): __class__ is not a type (%s)",
                         type_name(class));
            return -1;
        }
        *type = (PyTypeObject *)class;
        *obj = first;
        return 0;
    }
    PyErr_SetString(PyExc_RuntimeError, "super(): __class__ cell not found");
    return -1;
}

static int
super_set(SuperObject *self, PyTypeObject *type, PyObject *obj)
{
    PyTypeObject *obj_type = NULL;
    if (type == NULL && arguments_of_frame(tstate_get(), &type, &obj) < 0) {
        return -1;
    }
    if (obj == Py_None) {
        obj = NULL;
    }
    if (obj != NULL) {
        obj_type = check_object(type, obj);
        if (obj_type == NULL) {
            return -1;
        }
        Py_INCREF(obj);
    }
    Py_INCREF(type);
    Py_XSETREF(self->type, type);
    Py_XSETREF(self->obj, obj);
    Py_XSETREF(self->obj_type, obj_type);
    return 0;
}

static int
super_tp_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = NULL;
    PyObject *obj = NULL;
    if (!_PyArg_NoKeywords("super", kwargs) ||
        !PyArg_ParseTuple(args, "|O!O:super", &PyType_Type, &type, &obj)) {
        return -1;
    }
    return super_set(SUPER(op), type, obj);
}

static PyObject *
super_tp_vectorcall(PyObject *class, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("super", kwnames) || !_PyArg_CheckPositional("super()", nargs, 0, 2)) {
        return NULL;
    }
    if (nargs > 0 && !PyType_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "super() argument 1 must be a type, not %.200s",
                     type_name(args[0]));
        return NULL;
    }
    PyTypeObject *self_type = (PyTypeObject *)class;
    PyObject *self = self_type->tp_alloc(self_type, 0);
    if (self == NULL) {
        return NULL;
    }
    if (super_set(SUPER(self), nargs > 0 ? (PyTypeObject *)args[0] : NULL,
                  nargs > 1 ? args[1] : NULL) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

/* An unbound super object in a class binds to the instance it is looked up on. */
static PyObject *
super_tp_descr_get(PyObject *op, PyObject *instance, PyObject *Py_UNUSED(owner))
{
    SuperObject *self = SUPER(op);
    if (instance == NULL || instance == Py_None || self->obj != NULL) {
        return Py_NewRef(op);
    }
    if (!Py_IS_TYPE(op, &PySuper_Type)) {
        /* A subclass may want to see the new object in its __init__. */
        return PyObject_CallFunctionObjArgs((PyObject *)Py_TYPE(op), self->type, instance, NULL);
    }
    PyTypeObject *obj_type = check_object(self->type, instance);
    if (obj_type == NULL) {
        return NULL;
    }
    SuperObject *bound = (SuperObject *)PyType_GenericAlloc(&PySuper_Type, 0);
    if (bound == NULL) {
        Py_DECREF(obj_type);
        return NULL;
    }
    bound->type = (PyTypeObject *)Py_NewRef((PyObject *)self->type);
    bound->obj = Py_NewRef(instance);
    bound->obj_type = obj_type;
    return (PyObject *)bound;
}

/* ---- type -------------------------------------------------------------------------------------------------------- */

static PyObject *
super_tp_repr(PyObject *op)
{
    SuperObject *self = SUPER(op);
    const char *name = self->type != NULL ? self->type->tp_name : "NULL";
    if (self->obj_type != NULL) {
        return PyUnicode_FromFormat("<super: <class '%s'>, <%s object>>", name,
                                    self->obj_type->tp_name);
    }
    return PyUnicode_FromFormat("<super: <class '%s'>, NULL>", name);
}

static void
super_tp_dealloc(SuperObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->obj);
    Py_XDECREF(self->type);
    Py_XDECREF(self->obj_type);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
super_tp_traverse(SuperObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->obj);
    Py_VISIT(self->type);
    Py_VISIT(self->obj_type);
    return 0;
}

MEMBER(super, __thisclass__, T_OBJECT, SuperObject, type, READONLY,
       "the class behind which the search starts")
MEMBER(super, __self__, T_OBJECT, SuperObject, obj, READONLY,
       "the object attributes are bound to, or None")
MEMBER(super, __self_class__, T_OBJECT, SuperObject, obj_type, READONLY,
       "the class whose order is searched, or None")

TYPE(super, PySuper_Type, "super", SuperObject, NULL,
     "super() -> super(__class__, first argument)\n"
     "super(type, obj) -> attributes of obj as the classes behind type define them\n"
     "super(type, type2) -> the same for class methods of type2, a subclass of type\n"
     "super(type) -> an object that binds when it is looked up on an instance",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_alloc = PyType_GenericAlloc, .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

#include "gen/types/super.inc"
