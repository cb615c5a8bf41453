/* `type` as Python sees it: calling classes, their attributes, their end.

   See object/class.c for how a type is made ready, object/class_new.c for class statements. */
#include "object/object.h"
#include "object/attr.h"
#include "object/call.h"
#include "object/class.h"
#include "object/doors.h"
#include "object/mro.h"
#include "object/slots.h"
#include "types/dict.h"
#include "types/generic_alias.h"

#define HEAP(type) ((PyHeapTypeObject *)(type))

/* ---- calling a class ------------------------------------------------------------------------------------ */

static PyObject *
type_tp_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = (PyTypeObject *)self;
    PyThreadState *tstate = tstate_get();
    if (type == &PyType_Type) {
        Py_ssize_t nargs = PyTuple_GET_SIZE(args);
        if (nargs == 1 && (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0)) {
            return Py_NewRef((PyObject *)Py_TYPE(PyTuple_GET_ITEM(args, 0)));
        }
        if (nargs != 3) {
            _PyErr_SetString(tstate, PyExc_TypeError, "type() takes 1 or 3 arguments");
            return NULL;
        }
    }
    if (type->tp_new == NULL) {
        _PyErr_Format(tstate, PyExc_TypeError, "cannot create '%s' instances", type->tp_name);
        return NULL;
    }
    PyObject *op = type->tp_new(type, args, kwargs);
    op = _Py_CheckFunctionResult(tstate, self, op, NULL);
    if (op == NULL || !PyObject_TypeCheck(op, type)) {
        return op;
    }
    initproc init = Py_TYPE(op)->tp_init;
    if (init != NULL && init(op, args, kwargs) < 0) {
        Py_DECREF(op);
        return NULL;
    }
    return op;
}

/* type(x) needs neither tuple nor dict. */
static PyObject *
type_tp_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (nargs == 1 && self == (PyObject *)&PyType_Type) {
        if (!_PyArg_NoKwnames("type", kwnames)) {
            return NULL;
        }
        return Py_NewRef((PyObject *)Py_TYPE(args[0]));
    }
    return _PyObject_MakeTpCall(tstate_get(), self, args, nargs, kwnames);
}

static int
type_tp_init(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    Py_ssize_t nargs = PyTuple_GET_SIZE(args);
    if (kwargs != NULL && nargs == 1 && PyDict_GET_SIZE(kwargs) != 0) {
        PyErr_SetString(PyExc_TypeError, "type.__init__() takes no keyword arguments");
        return -1;
    }
    if (nargs != 1 && nargs != 3) {
        PyErr_SetString(PyExc_TypeError, "type.__init__() takes 1 or 3 arguments");
        return -1;
    }
    return 0;
}

/* ---- attributes of a class --------------------------------------------------------------------------------- */

/* Data descriptors of the metaclass, then the class's own mro, then the metaclass's rest. */
PyObject *
type_get_attribute(PyTypeObject *type, PyObject *name, bool suppress)
{
    PyTypeObject *metatype = Py_TYPE(type);
    if (unlikely(!PyUnicode_Check(name))) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'",
                     type_name(name));
        return NULL;
    }
    if (unlikely(!type_has(type, Py_TPFLAGS_READY)) && type->tp_dict == NULL &&
        PyType_Ready(type) < 0) {
        return NULL;
    }
    PyObject *result = NULL, *meta = Py_XNewRef(_PyType_Lookup(metatype, name));
    descrgetfunc meta_get = NULL;
    if (meta != NULL) {
        meta_get = Py_TYPE(meta)->tp_descr_get;
        if (meta_get != NULL && is_data_descriptor(meta)) {
            result = meta_get(meta, (PyObject *)type, (PyObject *)metatype);
            goto done;
        }
    }
    PyObject *own = _PyType_Lookup(type, name);
    if (own != NULL) {
        Py_INCREF(own);
        descrgetfunc get = Py_TYPE(own)->tp_descr_get;
        if (get == NULL) {
            result = own;
            goto found;
        }
        result = get(own, NULL, (PyObject *)type);
        Py_DECREF(own);
    }
    else if (meta_get != NULL) {
        result = meta_get(meta, (PyObject *)type, (PyObject *)metatype);
    }
    else if (meta != NULL) {
        result = Py_NewRef(meta);
    }
    else if (!suppress) {
        PyErr_Format(PyExc_AttributeError, "type object '%.50s' has no attribute '%U'",
                     type->tp_name, name);
    }
done:
    if (result == NULL && suppress && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
    }
found:
    Py_XDECREF(meta);
    return result;
}

PyObject *
type_tp_getattro(PyObject *self, PyObject *name)
{
    return type_get_attribute((PyTypeObject *)self, name, false);
}

static int
type_tp_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    PyTypeObject *type = (PyTypeObject *)self;
    if (type_has(type, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError, "cannot set %R attribute of immutable type '%s'", name,
                     type->tp_name);
        return -1;
    }
    if (PyUnicode_Check(name)) {
        /* Lookups compare names by address first: the dict's keys must be interned. */
        if (PyUnicode_CheckExact(name)) {
            Py_INCREF(name);
        }
        else {
            name = _PyUnicode_Copy(name);
            if (name == NULL) {
                return -1;
            }
        }
        PyUnicode_InternInPlace(&name);
    }
    else {
        Py_INCREF(name);
    }
    int result = _PyObject_GenericSetAttrWithDict(self, name, value, NULL);
    if (result == 0) {
        PyType_Modified(type);
        if (slots_is_dunder(name)) {
            result = slots_update(type, name);
        }
    }
    Py_DECREF(name);
    return result;
}

/* Whether the class attribute `name`, kept in the struct, may get `value`. */
static bool
may_set(PyTypeObject *type, PyObject *value, const char *name)
{
    if (type_has(type, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError, "cannot set '%s' attribute of immutable type '%s'", name,
                     type->tp_name);
        return false;
    }
    if (value == NULL) {
        PyErr_Format(PyExc_TypeError, "cannot delete '%s' attribute of immutable type '%s'", name,
                     type->tp_name);
        return false;
    }
    return PySys_Audit("object.__setattr__", "OsO", type, name, value) == 0;
}

/* ---- methods ------------------------------------------------------------------------------------------------- */

METHOD(type, mro, "($self, /)", "The order in which the class and its bases are searched.")
static PyObject *
type_mro(PyTypeObject *self, PyObject *Py_UNUSED(ignored))
{
    return mro_compute(self);
}

METHOD(type, __subclasses__, "($self, /)", "The immediate subclasses that are still alive.")
static PyObject *
type_subclasses(PyTypeObject *self, PyObject *Py_UNUSED(ignored))
{
    /* The classes of a module that waits derive from these. */
    if ((self == &PyBaseObject_Type || self == &PyTuple_Type) && module_late_end() < 0) {
        return NULL;
    }
    return class_subclasses(self);
}

CLASSMETHOD(type, __prepare__, NULL,
            "__prepare__() -> dict\n\nThe namespace in which a class body runs.")
static PyObject *
type_prepare(PyObject *Py_UNUSED(type), PyObject *const *Py_UNUSED(args),
             Py_ssize_t Py_UNUSED(nargs), PyObject *Py_UNUSED(kwnames))
{
    return PyDict_New();
}

METHOD(type, __instancecheck__, "($self, instance, /)", "Whether instance is one of this class.")
static truth
type_instancecheck(PyTypeObject *self, PyObject *instance)
{
    return _PyObject_RealIsInstance(instance, (PyObject *)self);
}

METHOD(type, __subclasscheck__, "($self, subclass, /)", "Whether subclass derives from this class.")
static truth
type_subclasscheck(PyTypeObject *self, PyObject *subclass)
{
    return _PyObject_RealIsSubclass(subclass, (PyObject *)self);
}

status
class_merge_names(PyObject *names, PyObject *class)
{
    PyObject *dict, *bases;
    if (_PyObject_LookupAttr(class, ID(__dict__), &dict) < 0) {
        return -1;
    }
    if (dict != NULL) {
        int failed = PyDict_Update(names, dict);
        Py_DECREF(dict);
        if (failed < 0) {
            return -1;
        }
    }
    if (_PyObject_LookupAttr(class, ID(__bases__), &bases) < 0) {
        return -1;
    }
    if (bases == NULL) {
        return 0;
    }
    PyThreadState *tstate = tstate_get();
    status result = recursion_enter(tstate, " in dir()");
    if (result == 0) {
        Py_ssize_t count = PySequence_Size(bases);
        result = count < 0 ? -1 : 0;
        for (Py_ssize_t i = 0; i < count && result == 0; i++) {
            PyObject *base = PySequence_GetItem(bases, i);
            result = base == NULL ? -1 : class_merge_names(names, base);
            Py_XDECREF(base);
        }
        recursion_leave(tstate);
    }
    Py_DECREF(bases);
    return result;
}

METHOD(type, __dir__, "($self, /)", "The names of the attributes of the class and its bases.")
static PyObject *
type_dir(PyTypeObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *names = PyDict_New(), *result = NULL;
    if (names != NULL && class_merge_names(names, (PyObject *)self) == 0) {
        result = PyDict_Keys(names);
    }
    Py_XDECREF(names);
    return result;
}

/* What the reference counts for the table of attribute names of a class's instances. */
enum { REPORTED_SHARED_KEYS = 768 };

METHOD(type, __sizeof__, "($self, /)", "The memory of the type object in bytes.")
static PyObject *
type_sizeof(PyTypeObject *self, PyObject *Py_UNUSED(ignored))
{
    size_t size = sizeof(PyTypeObject);
    if (type_has(self, Py_TPFLAGS_HEAPTYPE)) {
        size = sizeof(PyHeapTypeObject);
        if (HEAP(self)->ht_cached_keys != NULL) {
            size += REPORTED_SHARED_KEYS;
        }
    }
    return PyLong_FromSize_t(size);
}

/* ---- computed attributes ------------------------------------------------------------------------------------- */

MEMBER(type, __basicsize__, T_PYSSIZET, PyTypeObject, tp_basicsize, READONLY, NULL)
MEMBER(type, __itemsize__, T_PYSSIZET, PyTypeObject, tp_itemsize, READONLY, NULL)
MEMBER(type, __flags__, T_ULONG, PyTypeObject, tp_flags, READONLY, NULL)
MEMBER(type, __weakrefoffset__, T_PYSSIZET, PyTypeObject, tp_weaklistoffset, READONLY, NULL)
MEMBER(type, __base__, T_OBJECT, PyTypeObject, tp_base, READONLY, NULL)
MEMBER(type, __dictoffset__, T_PYSSIZET, PyTypeObject, tp_dictoffset, READONLY, NULL)
MEMBER(type, __mro__, T_OBJECT, PyTypeObject, tp_mro, READONLY, NULL)

GETTER(type, __name__, NULL)
static PyObject *
type_get_name(PyTypeObject *self, void *Py_UNUSED(closure))
{
    if (type_has(self, Py_TPFLAGS_HEAPTYPE)) {
        return Py_NewRef(HEAP(self)->ht_name);
    }
    return PyUnicode_FromString(type_short_name(self));
}

SETTER(type, __name__)
static int
type_set_name(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (!may_set(self, value, "__name__")) {
        return -1;
    }
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "can only assign string to %s.__name__, not '%s'",
                     self->tp_name, type_name(value));
        return -1;
    }
    return class_set_name(self, value);
}

GETTER(type, __qualname__, NULL)
static PyObject *
type_get_qualname(PyTypeObject *self, void *closure)
{
    if (type_has(self, Py_TPFLAGS_HEAPTYPE)) {
        return Py_NewRef(HEAP(self)->ht_qualname);
    }
    return type_get_name(self, closure);
}

SETTER(type, __qualname__)
static int
type_set_qualname(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (!may_set(self, value, "__qualname__")) {
        return -1;
    }
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "can only assign string to %s.__qualname__, not '%s'",
                     self->tp_name, type_name(value));
        return -1;
    }
    Py_INCREF(value);
    Py_SETREF(HEAP(self)->ht_qualname, value);
    return 0;
}

GETTER(type, __bases__, NULL)
static PyObject *
type_get_bases(PyTypeObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->tp_bases);
}

SETTER(type, __bases__)
static int
type_set_bases(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return may_set(self, value, "__bases__") ? class_set_bases(self, value) : -1;
}

GETTER(type, __module__, NULL)
static PyObject *
type_get_module(PyTypeObject *self, void *Py_UNUSED(closure))
{
    if (type_has(self, Py_TPFLAGS_HEAPTYPE)) {
        PyObject *module = PyDict_GetItemWithError(self->tp_dict, ID(__module__));
        if (module == NULL && !PyErr_Occurred()) {
            PyErr_Format(PyExc_AttributeError, "__module__");
        }
        return Py_XNewRef(module);
    }
    const char *dot = strrchr(self->tp_name, '.');
    if (dot == NULL) {
        return Py_NewRef(ID(builtins));
    }
    PyObject *module = PyUnicode_FromStringAndSize(self->tp_name, dot - self->tp_name);
    if (module != NULL) {
        PyUnicode_InternInPlace(&module);
    }
    return module;
}

SETTER(type, __module__)
static int
type_set_module(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (!may_set(self, value, "__module__")) {
        return -1;
    }
    PyType_Modified(self);
    return PyDict_SetItem(self->tp_dict, ID(__module__), value);
}

/* `type` itself has the attribute as a descriptor: it is not abstract. */
GETTER(type, __abstractmethods__, NULL)
static PyObject *
type_get_abstractmethods(PyTypeObject *self, void *Py_UNUSED(closure))
{
    PyObject *methods = NULL;
    if (self != &PyType_Type) {
        PyObject *dict = type_dict(self);
        methods = dict == NULL ? NULL : PyDict_GetItemWithError(dict, ID(__abstractmethods__));
    }
    if (methods == NULL && !PyErr_Occurred()) {
        PyErr_SetObject(PyExc_AttributeError, ID(__abstractmethods__));
    }
    return Py_XNewRef(methods);
}

SETTER(type, __abstractmethods__)
static int
type_set_abstractmethods(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    int abstract = 0, failed;
    if (value != NULL) {
        abstract = PyObject_IsTrue(value);
        if (abstract < 0) {
            return -1;
        }
        failed = PyDict_SetItem(self->tp_dict, ID(__abstractmethods__), value);
    }
    else {
        failed = PyDict_DelItem(self->tp_dict, ID(__abstractmethods__));
        if (failed < 0 && PyErr_ExceptionMatches(PyExc_KeyError)) {
            PyErr_SetObject(PyExc_AttributeError, ID(__abstractmethods__));
        }
    }
    if (failed < 0) {
        return -1;
    }
    PyType_Modified(self);
    class_set_abstract(self, abstract);
    return 0;
}

GETTER(type, __dict__, NULL)
static PyObject *
type_get_dict(PyTypeObject *self, void *Py_UNUSED(closure))
{
    PyObject *dict = type_has(self, Py_TPFLAGS_READY) ? type_dict(self) : self->tp_dict;
    if (dict == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    return PyDictProxy_New(dict);
}

GETTER(type, __doc__, NULL)
static PyObject *
type_get_doc(PyTypeObject *self, void *Py_UNUSED(closure))
{
    if (!type_has(self, Py_TPFLAGS_HEAPTYPE) && self->tp_doc != NULL) {
        return _PyType_GetDocFromInternalDoc(self->tp_name, self->tp_doc);
    }
    PyObject *dict = type_dict(self);
    PyObject *doc = dict == NULL ? NULL : PyDict_GetItemWithError(dict, ID(__doc__));
    if (doc == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    descrgetfunc get = Py_TYPE(doc)->tp_descr_get;
    return get == NULL ? Py_NewRef(doc) : get(doc, NULL, (PyObject *)self);
}

SETTER(type, __doc__)
static int
type_set_doc(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (!may_set(self, value, "__doc__")) {
        return -1;
    }
    PyType_Modified(self);
    return PyDict_SetItem(self->tp_dict, ID(__doc__), value);
}

GETTER(type, __text_signature__, NULL)
static PyObject *
type_get_text_signature(PyTypeObject *self, void *Py_UNUSED(closure))
{
    return _PyType_GetTextSignatureFromInternalDoc(self->tp_name, self->tp_doc);
}

GETTER(type, __annotations__, NULL)
static PyObject *
type_get_annotations(PyTypeObject *self, void *Py_UNUSED(closure))
{
    if (!type_has(self, Py_TPFLAGS_HEAPTYPE)) {
        PyErr_Format(PyExc_AttributeError, "type object '%s' has no attribute '__annotations__'",
                     self->tp_name);
        return NULL;
    }
    PyObject *annotations = PyDict_GetItemWithError(self->tp_dict, ID(__annotations__));
    if (annotations != NULL) {
        descrgetfunc get = Py_TYPE(annotations)->tp_descr_get;
        return get == NULL ? Py_NewRef(annotations) : get(annotations, NULL, (PyObject *)self);
    }
    if (PyErr_Occurred() || (annotations = PyDict_New()) == NULL) {
        return NULL;
    }
    if (PyDict_SetItem(self->tp_dict, ID(__annotations__), annotations) < 0) {
        Py_CLEAR(annotations);
    }
    PyType_Modified(self);
    return annotations;
}

SETTER(type, __annotations__)
static int
type_set_annotations(PyTypeObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (type_has(self, Py_TPFLAGS_IMMUTABLETYPE)) {
        PyErr_Format(PyExc_TypeError,
                     "cannot set '__annotations__' attribute of immutable type '%s'",
                     self->tp_name);
        return -1;
    }
    int failed = value != NULL ? PyDict_SetItem(self->tp_dict, ID(__annotations__), value)
                               : PyDict_DelItem(self->tp_dict, ID(__annotations__));
    if (failed < 0 && value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Format(PyExc_AttributeError, "__annotations__");
    }
    if (failed == 0) {
        PyType_Modified(self);
    }
    return failed;
}

PyObject *
PyType_GetName(PyTypeObject *type)
{
    return type_get_name(type, NULL);
}

PyObject *
PyType_GetQualName(PyTypeObject *type)
{
    return type_get_qualname(type, NULL);
}

PyObject *
type_module_name(PyTypeObject *type)
{
    return type_get_module(type, NULL);
}

/* ---- slots -------------------------------------------------------------------------------------------------------- */

static PyObject *
type_tp_repr(PyObject *self)
{
    PyTypeObject *type = (PyTypeObject *)self;
    if (type->tp_name == NULL) {
        /* Not ready yet: nothing can be said. */
        return PyUnicode_FromFormat("<class at %p>", type);
    }
    PyObject *module = type_get_module(type, NULL);
    if (module == NULL) {
        PyErr_Clear();
    }
    else if (!PyUnicode_Check(module)) {
        Py_CLEAR(module);
    }
    PyObject *name = type_get_qualname(type, NULL), *result = NULL;
    if (name != NULL) {
        result = module != NULL && !_PyUnicode_EQ(module, ID(builtins))
                     ? PyUnicode_FromFormat("<class '%U.%U'>", module, name)
                     : PyUnicode_FromFormat("<class '%s'>", type->tp_name);
    }
    Py_XDECREF(name);
    Py_XDECREF(module);
    return result;
}

static PyObject *
type_nb_or(PyObject *a, PyObject *b)
{
    return union_or(a, b);
}

/* Only classes made at run time die. */
static void
type_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = (PyTypeObject *)self;
    PyHeapTypeObject *heap = HEAP(type);
    PyObject_GC_UnTrack(self);
    PyObject *error_type, *error_value, *error_traceback;
    PyErr_Fetch(&error_type, &error_value, &error_traceback);
    PyType_Modified(type);
    if (type->tp_bases != NULL) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type->tp_bases); i++) {
            PyObject *base = PyTuple_GET_ITEM(type->tp_bases, i);
            if (PyType_Check(base)) {
                class_remove_subclass((PyTypeObject *)base, type);
            }
        }
    }
    PyErr_Restore(error_type, error_value, error_traceback);
    PyObject_ClearWeakRefs(self);
    Py_XDECREF(type->tp_base);
    Py_XDECREF(type->tp_dict);
    Py_XDECREF(type->tp_bases);
    Py_XDECREF(type->tp_mro);
    Py_XDECREF(type->tp_cache);
    Py_XDECREF(type->tp_subclasses);
    PyObject_Free((char *)type->tp_doc);
    Py_XDECREF(heap->ht_name);
    Py_XDECREF(heap->ht_qualname);
    Py_XDECREF(heap->ht_slots);
    if (heap->ht_cached_keys != NULL) {
        keys_release(heap->ht_cached_keys);
    }
    Py_XDECREF(heap->ht_module);
    PyMem_Free(heap->_ht_tpname);
    Py_TYPE(self)->tp_free(self);
}

/* tp_subclasses holds weak references only; names and slots lead nowhere. */
static int
type_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *type = (PyTypeObject *)self;
    if (!type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        return 0;
    }
    Py_VISIT(type->tp_dict);
    Py_VISIT(type->tp_mro);
    Py_VISIT(type->tp_bases);
    Py_VISIT(type->tp_base);
    Py_VISIT(HEAP(type)->ht_module);
    return 0;
}

/* The bases stay, for instances that are still to be deallocated need them; the dict and the mro
   (which begins with the class itself) make up every cycle. */
static int
type_tp_clear(PyObject *self)
{
    PyTypeObject *type = (PyTypeObject *)self;
    if (!type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        return 0;
    }
    PyType_Modified(type);
    if (type->tp_dict != NULL) {
        PyDict_Clear(type->tp_dict);
    }
    Py_CLEAR(HEAP(type)->ht_module);
    Py_CLEAR(type->tp_mro);
    return 0;
}

static int
type_tp_is_gc(PyObject *self)
{
    return type_has((PyTypeObject *)self, Py_TPFLAGS_HEAPTYPE) != 0;
}

TYPE(type, PyType_Type, "type", PyHeapTypeObject, NULL,
     "type(object) -> the class of object\n"
     "type(name, bases, dict, **kwds) -> a new class",
     .tp_itemsize = sizeof(PyMemberDef), .tp_new = type_tp_new, .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del, .tp_vectorcall_offset = offsetof(PyTypeObject, tp_vectorcall),
     .tp_dictoffset = offsetof(PyTypeObject, tp_dict),
     .tp_weaklistoffset = offsetof(PyTypeObject, tp_weaklist),
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                 Py_TPFLAGS_TYPE_SUBCLASS | Py_TPFLAGS_HAVE_VECTORCALL)

#include "gen/types/type.inc"
