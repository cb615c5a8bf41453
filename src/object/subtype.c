/* Instances: allocation, and the traversal and deallocation of instances of Python-level classes. */
#include "object/object.h"
#include "object/class.h"
#include "object/freelist.h"
#include "object/gc.h"
#include "base/alloc.h"
#include "object/slots.h"
#include "object/weakref.h"
#include "types/dict.h"

/* ---- allocation ------------------------------------------------------------------------------------ */

/* A collected instance of fixed size: allocated, cleared, tracked. */
static ALWAYS_INLINE PyObject *
instance_alloc(PyTypeObject *type)
{
    size_t size = (size_t)_PyObject_SIZE(type);
    unsigned long flags = type->tp_flags;
    PyObject *op = gc_alloc_here(size, flags & Py_TPFLAGS_MANAGED_DICT ? 2 * sizeof(PyObject *) : 0,
                                 size & 8 && type_is_tight(type) ? PAGE_TIGHT : 0);
    if (unlikely(op == NULL)) {
        return NULL;
    }
    words_clear(op + 1, size - sizeof *op);
    Py_SET_TYPE(op, type);
    Py_SET_REFCNT(op, 1);
    if (flags & Py_TPFLAGS_HEAPTYPE) {
        Py_INCREF(type);
    }
    if (flags & Py_TPFLAGS_MANAGED_DICT && unlikely(managed_init(op, type) < 0)) {
        Py_DECREF(type);
        gc_free(op);
        return NULL;
    }
    gc_track(op);
    return op;
}

/* tp_alloc of most types: zeroed memory for `items` items and one more (some types end theirs with
   a terminator), one reference, tracked by the collector if the type asks for it. */
PyObject *
PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t items)
{
    bool collected = type_has(type, Py_TPFLAGS_HAVE_GC);
    if (likely(collected && type->tp_itemsize == 0)) {
        return instance_alloc(type);
    }
    size_t size = (size_t)_PyObject_VAR_SIZE(type, items + 1);
    bool tight = size & 8 && type_is_tight(type);
    PyObject *op = !collected ? (tight ? plain_malloc(size) : PyObject_Malloc(size))
                   : tight    ? gc_alloc_tight(size, gc_presize(type))
                              : gc_alloc(size, gc_presize(type));
    if (unlikely(op == NULL)) {
        return collected ? NULL : PyErr_NoMemory();
    }
    words_clear(op, size);
    if (type->tp_itemsize == 0) {
        PyObject_Init(op, type);
    }
    else {
        PyObject_InitVar((PyVarObject *)op, type, items);
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT) && managed_init(op, type) < 0) {
        Py_DECREF(type);
        gc_free(op);
        return NULL;
    }
    if (collected) {
        gc_track(op);
    }
    return op;
}

/* tp_new that only allocates. */
PyObject *
PyType_GenericNew(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return type->tp_alloc(type, 0);
}

/* ---- slots of `__slots__` ---------------------------------------------------------------------------- */

static int
visit_members(PyTypeObject *type, PyObject *self, visitproc visit, void *arg)
{
    PyMemberDef *member = class_members((PyHeapTypeObject *)type);
    for (Py_ssize_t i = Py_SIZE(type); --i >= 0; member++) {
        if (member->type == T_OBJECT_EX) {
            Py_VISIT(*(PyObject **)((char *)self + member->offset));
        }
    }
    return 0;
}

static void
clear_members(PyTypeObject *type, PyObject *self)
{
    PyMemberDef *member = class_members((PyHeapTypeObject *)type);
    for (PyMemberDef *end = member + Py_SIZE(type); member < end; member++) {
        if (member->type == T_OBJECT_EX && !(member->flags & READONLY)) {
            PyObject **place = (PyObject **)((char *)self + member->offset), *value = *place;
            *place = NULL;
            Py_XDECREF(value);
        }
    }
}

/* The nearest class above whose instances are not handled here, seeing its slots on the way. */
static PyTypeObject *
native_base_traverse(PyObject *self, visitproc visit, void *arg, int *result)
{
    PyTypeObject *base = Py_TYPE(self);
    while (base->tp_traverse == subtype_traverse) {
        if (Py_SIZE(base) != 0) {
            *result = visit_members(base, self, visit, arg);
            if (*result != 0) {
                return NULL;
            }
        }
        base = base->tp_base;
    }
    return base;
}

int
subtype_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *type = Py_TYPE(self);
    int result = 0;
    PyTypeObject *base = native_base_traverse(self, visit, arg, &result);
    if (base == NULL) {
        return result;
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        result = managed_traverse(self, visit, arg);
        if (result != 0) {
            return result;
        }
    }
    else if (type->tp_dictoffset != base->tp_dictoffset) {
        PyObject **slot = _PyObject_GetDictPtr(self);
        if (slot != NULL) {
            Py_VISIT(*slot);
        }
    }
    /* A class made by Python code owns its type; a base that is a heap type with its own traverse
       function visits the type itself. */
    if (type_has(type, Py_TPFLAGS_HEAPTYPE) &&
        !(base->tp_traverse != NULL && type_has(base, Py_TPFLAGS_HEAPTYPE))) {
        Py_VISIT(type);
    }
    return base->tp_traverse != NULL ? base->tp_traverse(self, visit, arg) : 0;
}

int
subtype_clear(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self), *base = type;
    while (base->tp_clear == subtype_clear) {
        if (Py_SIZE(base) != 0) {
            clear_members(base, self);
        }
        base = base->tp_base;
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        /* The dict goes, not only its contents: it may be self. */
        managed_clear(self);
    }
    else if (type->tp_dictoffset != base->tp_dictoffset) {
        PyObject **slot = _PyObject_GetDictPtr(self);
        if (slot != NULL) {
            Py_CLEAR(*slot);
        }
    }
    return base->tp_clear != NULL ? base->tp_clear(self) : 0;
}

/* ---- deallocation ------------------------------------------------------------------------------------ */

static PyTypeObject *
native_base(PyTypeObject *type)
{
    while (type->tp_dealloc == subtype_dealloc) {
        type = type->tp_base;
    }
    return type;
}

/* Finalisers in order: __del__ (once), weak references, tp_del.  false if self was resurrected. */
static bool
finalize(PyObject *self, PyTypeObject *type, PyTypeObject *base)
{
    bool has_finalizer = type->tp_finalize != NULL || type->tp_del != NULL;
    if (type->tp_finalize != NULL) {
        PyObject_GC_Track(self);
        if (PyObject_CallFinalizerFromDealloc(self) < 0) {
            return false;
        }
        PyObject_GC_UnTrack(self);
    }
    if (type->tp_weaklistoffset != 0 && base->tp_weaklistoffset == 0) {
        /* Callbacks may look self up in weak dicts: it must already be gone from its references. */
        if (type->tp_del != NULL) {
            PyObject_GC_Track(self);
        }
        PyObject_ClearWeakRefs(self);
        if (type->tp_del != NULL) {
            PyObject_GC_UnTrack(self);
        }
    }
    if (type->tp_del != NULL) {
        PyObject_GC_Track(self);
        type->tp_del(self);
        if (Py_REFCNT(self) > 0) {
            return false;
        }
        PyObject_GC_UnTrack(self);
    }
    if (has_finalizer && type->tp_weaklistoffset != 0 && base->tp_weaklistoffset == 0) {
        /* References made by a finaliser die without their callbacks. */
        weakrefs_drop(self);
    }
    return true;
}

/* What stands apart from the base's layout: slots, dict. */
static void
release_own(PyObject *self, PyTypeObject *type, PyTypeObject *base)
{
    for (PyTypeObject *t = type; t != base; t = t->tp_base) {
        if (Py_SIZE(t) != 0) {
            clear_members(t, self);
        }
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        managed_free(self);
    }
    else if (type->tp_dictoffset != 0 && base->tp_dictoffset == 0) {
        PyObject **slot = _PyObject_GetDictPtr(self);
        if (slot != NULL) {
            Py_CLEAR(*slot);
        }
    }
}

static void
dealloc_collected(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, subtype_dealloc);
    PyTypeObject *base = native_base(type);
    if (finalize(self, type, base)) {
        release_own(self, type, base);
        /* A finaliser or a callback may have assigned __class__. */
        type = Py_TYPE(self);
        if (type_has(base, Py_TPFLAGS_HAVE_GC)) {
            PyObject_GC_Track(self);
        }
        /* A native heap type releases its type itself. */
        bool owns_type = type_has(type, Py_TPFLAGS_HEAPTYPE) &&
                         !type_has(base, Py_TPFLAGS_HEAPTYPE);
        base->tp_dealloc(self);
        if (owns_type) {
            Py_DECREF(type);
        }
    }
    Py_TRASHCAN_END;
}

static void
dealloc_plain(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self), *base = native_base(type);
    if (type->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0) {
        return;
    }
    if (type->tp_del != NULL) {
        type->tp_del(self);
        if (Py_REFCNT(self) > 0) {
            return;
        }
    }
    type = Py_TYPE(self);
    bool owns_type = type_has(type, Py_TPFLAGS_HEAPTYPE) && !type_has(base, Py_TPFLAGS_HEAPTYPE);
    base->tp_dealloc(self);
    if (owns_type) {
        Py_DECREF(type);
    }
}

/* The commonest end: the class stands on object alone, has no finaliser, and nobody refers weakly to the
   instance.  false if it is not that. */
static ALWAYS_INLINE bool
dealloc_ordinary(PyObject *self, PyTypeObject *type)
{
    const unsigned long kind = Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HEAPTYPE;
    if ((type->tp_flags & kind) != kind || type->tp_finalize != NULL || type->tp_del != NULL ||
        type->tp_dealloc != subtype_dealloc || type->tp_free != PyObject_GC_Del ||
        native_base(type) != &PyBaseObject_Type || type->tp_weaklistoffset < 0 ||
        (type->tp_weaklistoffset > 0 && *(PyObject **)((char *)self + type->tp_weaklistoffset) != NULL)) {
        return false;
    }
    bool managed = type_has(type, Py_TPFLAGS_MANAGED_DICT);
    if (!managed && type->tp_dictoffset != 0) {
        return false;
    }
    PyThreadState *tstate = tstate_get();
    gc_untrack(self);
    if (unlikely(trash_begin(tstate, self))) {
        return true;
    }
    for (PyTypeObject *t = type; t != &PyBaseObject_Type; t = t->tp_base) {
        if (Py_SIZE(t) != 0) {
            clear_members(t, self);
        }
    }
    if (managed) {
        managed_free(self);
    }
    gc_free(self);
    Py_DECREF(type);
    trash_end(tstate);
    return true;
}

void
subtype_dealloc(PyObject *self)
{
    if (likely(dealloc_ordinary(self, Py_TYPE(self)))) {
        return;
    }
    if (type_has(Py_TYPE(self), Py_TPFLAGS_HAVE_GC)) {
        dealloc_collected(self);
    }
    else {
        dealloc_plain(self);
    }
}

/* ---- __dict__ and __weakref__ -------------------------------------------------------------------------- */

/* A base that brings its own `__dict__` (a type written in C) keeps its getter and setter. */
static PyTypeObject *
base_with_dict(PyTypeObject *type)
{
    for (; type->tp_base != NULL; type = type->tp_base) {
        if (type->tp_dictoffset != 0 && !type_has(type, Py_TPFLAGS_HEAPTYPE)) {
            return type;
        }
    }
    return NULL;
}

static PyObject *
base_dict_descr(PyTypeObject *base)
{
    PyObject *descr = _PyType_Lookup(base, ID(__dict__));
    return descr != NULL && PyDescr_IsData(descr) ? descr : NULL;
}

static COLD void
raise_no_dict(PyObject *self)
{
    PyErr_Format(PyExc_TypeError, "this __dict__ descriptor does not support '%.200s' objects",
                 type_name(self));
}

static PyObject *
instance_get_dict(PyObject *self, void *context)
{
    PyTypeObject *base = base_with_dict(Py_TYPE(self));
    if (base == NULL) {
        return PyObject_GenericGetDict(self, context);
    }
    PyObject *descr = base_dict_descr(base);
    descrgetfunc get = descr == NULL ? NULL : Py_TYPE(descr)->tp_descr_get;
    if (get == NULL) {
        raise_no_dict(self);
        return NULL;
    }
    return get(descr, self, (PyObject *)Py_TYPE(self));
}

static int
instance_set_dict(PyObject *self, PyObject *value, void *Py_UNUSED(context))
{
    PyTypeObject *base = base_with_dict(Py_TYPE(self));
    if (base != NULL) {
        PyObject *descr = base_dict_descr(base);
        descrsetfunc set = descr == NULL ? NULL : Py_TYPE(descr)->tp_descr_set;
        if (set == NULL) {
            raise_no_dict(self);
            return -1;
        }
        return set(descr, self, value);
    }
    PyObject **slot = _PyObject_GetDictPtr(self);
    if (slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return -1;
    }
    if (value != NULL && !PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__dict__ must be set to a dictionary, not a '%.200s'",
                     type_name(value));
        return -1;
    }
    Py_XINCREF(value);
    Py_XSETREF(*slot, value);
    return 0;
}

static PyObject *
instance_get_weakref(PyObject *self, void *Py_UNUSED(context))
{
    Py_ssize_t offset = Py_TYPE(self)->tp_weaklistoffset;
    if (offset == 0) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __weakref__");
        return NULL;
    }
    PyObject *first = *(PyObject **)((char *)self + offset);
    return Py_NewRef(first == NULL ? Py_None : first);
}

PyGetSetDef *
subtype_getset(bool dict, bool weakref)
{
    static PyGetSetDef both[] = {
        {"__dict__", instance_get_dict, instance_set_dict,
         PyDoc_STR("the attributes of this instance, if it has any"), NULL},
        {"__weakref__", instance_get_weakref, NULL,
         PyDoc_STR("the first of the weak references to this object, if there are any"), NULL},
        {0},
    };
    static PyGetSetDef only_dict[] = {
        {"__dict__", instance_get_dict, instance_set_dict,
         PyDoc_STR("the attributes of this instance, if it has any"), NULL},
        {0},
    };
    return dict && weakref ? both : dict ? only_dict : weakref ? both + 1 : NULL;
}
