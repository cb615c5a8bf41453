/* Memory layouts of classes: which base decides, which classes are interchangeable.

   The solid base of a class is the nearest class in its chain of bases that adds memory to the
   instances, `__dict__` and `__weakref__` not counted.  Several bases go together only if the solid
   bases form a chain; an instance changes class only if nothing about its memory would change. */
#include "object/object.h"
#include "object/class.h"
#include "object/mro.h"
#include "object/slots.h"

/* Whether `type` adds more to its instances than a pointer to a dict or to weak references. */
static bool
adds_memory(PyTypeObject *type, PyTypeObject *base)
{
    Py_ssize_t size = type->tp_basicsize, base_size = base->tp_basicsize;
    if (type->tp_itemsize != 0 || base->tp_itemsize != 0) {
        return size != base_size || type->tp_itemsize != base->tp_itemsize;
    }
    const Py_ssize_t word = sizeof(PyObject *);
    if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        if (type->tp_weaklistoffset != 0 && base->tp_weaklistoffset == 0 &&
            type->tp_weaklistoffset + word == size) {
            size -= word;
        }
        if (type->tp_dictoffset > 0 && base->tp_dictoffset == 0 &&
            type->tp_dictoffset + word == size) {
            size -= word;
        }
    }
    return size != base_size;
}

PyTypeObject *
layout_solid_base(PyTypeObject *type)
{
    /* Going down the chain, a class is solid if it adds memory to the solid base below it. */
    PyTypeObject *below =
        type->tp_base != NULL ? layout_solid_base(type->tp_base) : &PyBaseObject_Type;
    return adds_memory(type, below) ? type : below;
}

PyTypeObject *
layout_best_base(PyObject *bases)
{
    PyTypeObject *best = NULL, *winner = NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *item = PyTuple_GET_ITEM(bases, i);
        if (!PyType_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "bases must be types");
            return NULL;
        }
        PyTypeObject *base = (PyTypeObject *)item;
        if (!type_has(base, Py_TPFLAGS_READY | Py_TPFLAGS_READYING) && PyType_Ready(base) < 0) {
            return NULL;
        }
        if (!type_has(base, Py_TPFLAGS_BASETYPE)) {
            PyErr_Format(PyExc_TypeError, "type '%.100s' is not an acceptable base type",
                         base->tp_name);
            return NULL;
        }
        PyTypeObject *solid = layout_solid_base(base);
        if (winner == NULL || (!PyType_IsSubtype(winner, solid) && PyType_IsSubtype(solid, winner))) {
            winner = solid;
            best = base;
        }
        else if (!PyType_IsSubtype(winner, solid)) {
            PyErr_SetString(PyExc_TypeError, "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}

/* ---- __class__ assignment -------------------------------------------------------------------------- */

/* Whether a and b, on top of the same base, add the same slots under the same names. */
static bool
same_additions(PyTypeObject *a, PyTypeObject *b)
{
    PyTypeObject *base = a->tp_base;
    Py_ssize_t size = base->tp_basicsize;
    const Py_ssize_t word = sizeof(PyObject *);
    if (a->tp_dictoffset == size && b->tp_dictoffset == size) {
        size += word;
    }
    if (a->tp_weaklistoffset == size && b->tp_weaklistoffset == size) {
        size += word;
    }
    PyObject *slots_a = ((PyHeapTypeObject *)a)->ht_slots;
    PyObject *slots_b = ((PyHeapTypeObject *)b)->ht_slots;
    if (slots_a != NULL && slots_b != NULL) {
        if (PyObject_RichCompareBool(slots_a, slots_b, Py_EQ) != 1) {
            return false;
        }
        size += word * PyTuple_GET_SIZE(slots_a);
    }
    return size == a->tp_basicsize && size == b->tp_basicsize;
}

static bool
same_memory(PyTypeObject *a, PyTypeObject *b)
{
    return a != NULL && b != NULL && a->tp_basicsize == b->tp_basicsize &&
           a->tp_itemsize == b->tp_itemsize && a->tp_dictoffset == b->tp_dictoffset &&
           a->tp_weaklistoffset == b->tp_weaklistoffset &&
           (a->tp_flags & Py_TPFLAGS_HAVE_GC) == (b->tp_flags & Py_TPFLAGS_HAVE_GC);
}

static bool
adds_nothing(PyTypeObject *type)
{
    return same_memory(type, type->tp_base) &&
           (type->tp_base->tp_clear == type->tp_clear || type->tp_clear == subtype_clear);
}

/* Both classes are stripped of the layers that add nothing.  What remains must be the same class, or
   two that add the same to the same base. */
bool
layout_compatible(PyTypeObject *from, PyTypeObject *to, const char *attribute)
{
    if (to->tp_free != from->tp_free) {
        PyErr_Format(PyExc_TypeError, "%s assignment: '%s' deallocator differs from '%s'",
                     attribute, to->tp_name, from->tp_name);
        return false;
    }
    PyTypeObject *a = to, *b = from;
    while (adds_nothing(a)) {
        a = a->tp_base;
    }
    while (adds_nothing(b)) {
        b = b->tp_base;
    }
    if (a == b || (a->tp_base == b->tp_base && a->tp_base != NULL && same_memory(a, b) &&
                   type_has(a, Py_TPFLAGS_HEAPTYPE) && type_has(b, Py_TPFLAGS_HEAPTYPE) &&
                   same_additions(a, b))) {
        return true;
    }
    if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "%s assignment: '%s' object layout differs from '%s'",
                     attribute, to->tp_name, from->tp_name);
    }
    return false;
}

/* ---- __bases__ assignment -------------------------------------------------------------------------- */

static status
check_bases(PyTypeObject *type, PyObject *bases)
{
    if (!PyTuple_Check(bases)) {
        PyErr_Format(PyExc_TypeError, "can only assign tuple to %s.__bases__, not %s",
                     type->tp_name, type_name(bases));
        return -1;
    }
    if (PyTuple_GET_SIZE(bases) == 0) {
        PyErr_Format(PyExc_TypeError, "can only assign non-empty tuple to %s.__bases__, not ()",
                     type->tp_name);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *item = PyTuple_GET_ITEM(bases, i);
        if (!PyType_Check(item)) {
            PyErr_Format(PyExc_TypeError, "%s.__bases__ must be tuple of classes, not '%s'",
                         type->tp_name, type_name(item));
            return -1;
        }
        PyTypeObject *base = (PyTypeObject *)item;
        bool cycle = PyType_IsSubtype(base, type);
        /* While a mro() is being computed, tp_mro may not show the cycle yet. */
        for (PyTypeObject *t = base; !cycle && base->tp_mro != NULL && t != NULL; t = t->tp_base) {
            cycle = t == type;
        }
        if (cycle) {
            PyErr_SetString(PyExc_TypeError, "a __bases__ item causes an inheritance cycle");
            return -1;
        }
    }
    return 0;
}

/* Recompute the order of type and all its descendants.  `undo` collects (class, new order, old
   order) so that a failure further down can restore what was changed. */
static status
reorder_tree(PyTypeObject *type, PyObject *undo)
{
    PyObject *old = NULL;
    int changed = mro_update(type, &old);
    if (changed <= 0) {
        return changed;
    }
    PyObject *record = old == NULL ? PyTuple_Pack(2, type, type->tp_mro)
                                   : PyTuple_Pack(3, type, type->tp_mro, old);
    status result = record == NULL ? -1 : PyList_Append(undo, record);
    Py_XDECREF(record);
    if (result < 0) {
        Py_XSETREF(type->tp_mro, old);
        return -1;
    }
    Py_XDECREF(old);
    PyObject *subclasses = class_subclasses(type);
    if (subclasses == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(subclasses) && result == 0; i++) {
        result = reorder_tree((PyTypeObject *)PyList_GET_ITEM(subclasses, i), undo);
    }
    Py_DECREF(subclasses);
    return result;
}

static void
undo_reorder(PyObject *undo)
{
    for (Py_ssize_t i = PyList_GET_SIZE(undo); --i >= 0;) {
        PyObject *record = PyList_GET_ITEM(undo, i);
        PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(record, 0);
        /* Leave an order alone that a mro() installed meanwhile. */
        if (type->tp_mro == PyTuple_GET_ITEM(record, 1)) {
            PyObject *old = PyTuple_GET_SIZE(record) > 2 ? PyTuple_GET_ITEM(record, 2) : NULL;
            Py_XSETREF(type->tp_mro, Py_XNewRef(old));
        }
    }
}

static void
remove_from_bases(PyTypeObject *type, PyObject *bases)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i);
        if (PyType_Check(base)) {
            class_remove_subclass((PyTypeObject *)base, type);
        }
    }
}

static status
add_to_bases(PyTypeObject *type, PyObject *bases)
{
    status result = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i);
        if (PyType_Check(base) && class_add_subclass((PyTypeObject *)base, type) < 0) {
            result = -1;
        }
    }
    return result;
}

status
class_set_bases(PyTypeObject *type, PyObject *bases)
{
    if (check_bases(type, bases) < 0) {
        return -1;
    }
    PyTypeObject *base = layout_best_base(bases);
    if (base == NULL || !layout_compatible(type->tp_base, base, "__bases__")) {
        return -1;
    }
    PyObject *old_bases = type->tp_bases;
    PyTypeObject *old_base = type->tp_base;
    PyObject *undo = PyList_New(0);
    if (undo == NULL) {
        return -1;
    }
    type->tp_bases = Py_NewRef(bases);
    type->tp_base = (PyTypeObject *)Py_NewRef((PyObject *)base);
    if (reorder_tree(type, undo) < 0) {
        undo_reorder(undo);
        Py_DECREF(undo);
        if (type->tp_bases == bases) {
            type->tp_bases = old_bases;
            type->tp_base = old_base;
            Py_DECREF(bases);
            Py_DECREF(base);
        }
        else {
            Py_DECREF(old_bases);
            Py_DECREF(old_base);
        }
        return -1;
    }
    Py_DECREF(undo);
    status result = 0;
    if (type->tp_bases == bases) {
        /* A mro() may have assigned __bases__ again; the last assignment has registered it. */
        remove_from_bases(type, old_bases);
        result = add_to_bases(type, bases);
        PyType_Modified(type);
        slots_update_all(type);
    }
    Py_DECREF(old_bases);
    Py_DECREF(old_base);
    return result;
}
