/* Attributes: the generic lookup, instance dicts, the PyObject_GetAttr family.

   The generic order: data descriptor on the type, instance dict, other descriptor, plain class
   attribute.  An instance dict is either
   - managed: two words before the object hold the dict, or the values of a dict not yet made
     (types/dict.h); tp_dictoffset is negative but not used;
   - a pointer at tp_dictoffset, counted from the end of a variable-size object if negative. */
#include "object/object.h"
#include "object/attr.h"
#include "object/doors.h"
#include "object/mro.h"
#include "object/slots.h"
#include "types/dict.h"

/* ---- where the dict is ------------------------------------------------------------------------------ */

/* The slot of an unmanaged instance dict, or NULL. */
static PyObject **
dict_slot(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    Py_ssize_t offset = type->tp_dictoffset;
    if (offset == 0) {
        return NULL;
    }
    if (offset < 0) {
        Py_ssize_t items = Py_SIZE(op) < 0 ? -Py_SIZE(op) : Py_SIZE(op);
        offset += (Py_ssize_t)_PyObject_VAR_SIZE(type, items);
    }
    return (PyObject **)((char *)op + offset);
}

/* A module whose attributes are not all made yet. */
static inline bool
dict_waits(PyObject *op)
{
    return unlikely(interp_get()->import.late.module == op);
}

/* The address of op's instance dict, made first if its values live apart from it; NULL, without an
   exception, if op can have none. */
PyObject **
_PyObject_GetDictPtr(PyObject *op)
{
    if (!type_has(Py_TYPE(op), Py_TPFLAGS_MANAGED_DICT)) {
        if (dict_waits(op) && module_late_end() < 0) {
            PyErr_Clear();
            return NULL;
        }
        return dict_slot(op);
    }
    if (MANAGED_VALUES(op) != NULL && managed_materialise(op) == NULL) {
        PyErr_Clear();
        return NULL;
    }
    return &MANAGED_DICT(op);
}

PyObject *
instance_dict_peek(PyObject *op)
{
    if (type_has(Py_TYPE(op), Py_TPFLAGS_MANAGED_DICT)) {
        return managed_materialise(op);
    }
    PyObject **slot = dict_slot(op);
    if (slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return NULL;
    }
    if (dict_waits(op) && module_late_end() < 0) {
        return NULL;
    }
    if (*slot == NULL) {
        PyTypeObject *type = Py_TYPE(op);
        bool shares_names = type_has(type, Py_TPFLAGS_HEAPTYPE) &&
                            ((PyHeapTypeObject *)type)->ht_cached_keys != NULL;
        *slot = shares_names ? dict_new_split(type) : PyDict_New();
    }
    return *slot;
}

/* Getter for `__dict__`. */
PyObject *
PyObject_GenericGetDict(PyObject *op, void *Py_UNUSED(context))
{
    return Py_XNewRef(instance_dict_peek(op));
}

/* Setter for `__dict__`; deletion is refused. */
int
PyObject_GenericSetDict(PyObject *op, PyObject *value, void *Py_UNUSED(context))
{
    PyObject **slot = _PyObject_GetDictPtr(op);
    if (slot == NULL) {
        PyErr_SetString(PyExc_AttributeError, "This object has no __dict__");
        return -1;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete __dict__");
        return -1;
    }
    if (!PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__dict__ must be set to a dictionary, not a '%.200s'",
                     type_name(value));
        return -1;
    }
    Py_INCREF(value);
    Py_XSETREF(*slot, value);
    return 0;
}

/* ---- errors ------------------------------------------------------------------------------------------ */

static COLD void
raise_name_type(PyObject *name)
{
    PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'", type_name(name));
}

void
attribute_error_add_context(PyObject *op, PyObject *name)
{
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (value != NULL && PyErr_GivenExceptionMatches(value, PyExc_AttributeError)) {
        PyAttributeErrorObject *error = (PyAttributeErrorObject *)value;
        if (error->name == NULL && error->obj == NULL) {
            error->name = Py_NewRef(name);
            error->obj = Py_NewRef(op);
        }
    }
    PyErr_Restore(type, value, traceback);
}

static COLD void
raise_missing(PyObject *op, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError, "'%.50s' object has no attribute '%U'", type_name(op), name);
    attribute_error_add_context(op, name);
}

/* NULL was returned: forget an AttributeError if the caller only asks. */
static void
suppress_attribute_error(bool suppress)
{
    if (suppress && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
    }
}

/* ---- generic lookup ------------------------------------------------------------------------------------ */

/* A new reference to dict[name] or NULL; *failed says whether NULL comes with an exception. */
static PyObject *
dict_get(PyObject *dict, PyObject *name, bool *failed)
{
    Py_INCREF(dict);
    PyObject *value = Py_XNewRef(PyDict_GetItemWithError(dict, name));
    Py_DECREF(dict);
    *failed = value == NULL && PyErr_Occurred() != NULL;
    return value;
}

/* As dict_get, in op's own dict.  Objects without a dict never fail, also if a broken extension
   left an exception behind: that is told by the next call's result. */
static ALWAYS_INLINE PyObject *
instance_get(PyObject *op, PyTypeObject *type, PyObject *name, bool *failed)
{
    PyObject *dict;
    *failed = false;
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        if (MANAGED_VALUES(op) != NULL) {
            if (likely(PyUnicode_CheckExact(name))) {
                return managed_get(op, name);
            }
            /* A subclass of str may compare as it likes: only a real dict can do that. */
            if (managed_materialise(op) == NULL) {
                *failed = true;
                return NULL;
            }
        }
        dict = MANAGED_DICT(op);
    }
    else {
        PyObject **slot = dict_slot(op);
        dict = slot == NULL ? NULL : *slot;
    }
    PyObject *value = dict == NULL ? NULL : dict_get(dict, name, failed);
    if (unlikely(value == NULL) && !*failed && dict_waits(op)) {
        value = module_late_get(op, name);
        *failed = value == NULL && PyErr_Occurred() != NULL;
    }
    return value;
}

/* As PyObject_GenericGetAttr.  `dict`, if given, stands for the instance dict.  With `suppress` a
   missing attribute, and an AttributeError from a descriptor, give NULL without an exception. */
PyObject *
_PyObject_GenericGetAttrWithDict(PyObject *op, PyObject *name, PyObject *dict, int suppress)
{
    PyTypeObject *type = Py_TYPE(op);
    if (unlikely(!PyUnicode_Check(name))) {
        raise_name_type(name);
        return NULL;
    }
    if (unlikely(type->tp_dict == NULL) && PyType_Ready(type) < 0) {
        return NULL;
    }
    Py_INCREF(name);
    PyObject *descr = Py_XNewRef(_PyType_Lookup(type, name)), *result = NULL;
    descrgetfunc get = NULL;
    bool failed;
    if (descr != NULL) {
        get = Py_TYPE(descr)->tp_descr_get;
        if (get != NULL && is_data_descriptor(descr)) {
            result = get(descr, op, (PyObject *)type);
            if (result == NULL) {
                suppress_attribute_error(suppress);
            }
            goto done;
        }
    }
    result = dict != NULL ? dict_get(dict, name, &failed) : instance_get(op, type, name, &failed);
    if (result != NULL) {
        goto done;
    }
    if (unlikely(failed)) {
        suppress_attribute_error(suppress);
        if (PyErr_Occurred()) {
            goto done;
        }
    }
    if (get != NULL) {
        result = get(descr, op, (PyObject *)type);
        if (result == NULL) {
            suppress_attribute_error(suppress);
        }
    }
    else if (descr != NULL) {
        result = Py_NewRef(descr);
    }
    else if (!suppress) {
        raise_missing(op, name);
    }
done:
    Py_XDECREF(descr);
    Py_DECREF(name);
    return result;
}

/* The lookup every object has unless its type says otherwise. */
PyObject *
PyObject_GenericGetAttr(PyObject *op, PyObject *name)
{
    return _PyObject_GenericGetAttrWithDict(op, name, NULL, 0);
}

/* Look an attribute up in order to call it.  1: *method is an unbound function and op its first
   argument; 0: *method is a bound callable, or NULL with an exception. */
int
_PyObject_GetMethod(PyObject *op, PyObject *name, PyObject **method)
{
    PyTypeObject *type = Py_TYPE(op);
    *method = NULL;
    if (type->tp_getattro != PyObject_GenericGetAttr || !PyUnicode_CheckExact(name)) {
        *method = PyObject_GetAttr(op, name);
        return 0;
    }
    if (unlikely(type->tp_dict == NULL) && PyType_Ready(type) < 0) {
        return 0;
    }
    PyObject *descr = Py_XNewRef(_PyType_Lookup(type, name));
    descrgetfunc get = NULL;
    bool unbound = false;
    if (descr != NULL) {
        if (type_has(Py_TYPE(descr), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
            unbound = true;
        }
        else {
            get = Py_TYPE(descr)->tp_descr_get;
            if (get != NULL && is_data_descriptor(descr)) {
                *method = get(descr, op, (PyObject *)type);
                Py_DECREF(descr);
                return 0;
            }
        }
    }
    bool failed;
    PyObject *own = instance_get(op, type, name, &failed);
    if (own != NULL || failed) {
        Py_XDECREF(descr);
        *method = own;
        return 0;
    }
    if (unbound) {
        *method = descr;
        return 1;
    }
    if (get != NULL) {
        *method = get(descr, op, (PyObject *)type);
        Py_DECREF(descr);
        return 0;
    }
    if (descr != NULL) {
        *method = descr;
        return 0;
    }
    raise_missing(op, name);
    return 0;
}

/* ---- generic store --------------------------------------------------------------------------------------- */

/* Store into op's own dict.  1 if op has none. */
static int
instance_set(PyObject *op, PyTypeObject *type, PyObject *name, PyObject *value)
{
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        if (MANAGED_VALUES(op) != NULL) {
            if (likely(PyUnicode_CheckExact(name))) {
                return managed_set(op, name, value);
            }
            if (managed_materialise(op) == NULL) {
                return -1;
            }
        }
        return instance_dict_set(type, &MANAGED_DICT(op), name, value);
    }
    PyObject **slot = dict_slot(op);
    if (dict_waits(op)) {
        int there = value == NULL ? 0 : PyDict_Contains(*slot, name);
        if (there < 0 || (there == 0 && module_late_end() < 0)) {
            return -1;
        }
    }
    return slot == NULL ? 1 : instance_dict_set(type, slot, name, value);
}

/* As PyObject_GenericSetAttr; value NULL deletes; `dict`, if given, stands for the instance dict. */
int
_PyObject_GenericSetAttrWithDict(PyObject *op, PyObject *name, PyObject *value, PyObject *dict)
{
    PyTypeObject *type = Py_TYPE(op);
    if (unlikely(!PyUnicode_Check(name))) {
        raise_name_type(name);
        return -1;
    }
    if (unlikely(type->tp_dict == NULL) && PyType_Ready(type) < 0) {
        return -1;
    }
    int result;
    Py_INCREF(name);
    Py_INCREF(type);
    PyObject *descr = Py_XNewRef(_PyType_Lookup(type, name));
    if (descr != NULL && Py_TYPE(descr)->tp_descr_set != NULL) {
        result = Py_TYPE(descr)->tp_descr_set(descr, op, value);
        goto done;
    }
    if (dict != NULL) {
        Py_INCREF(dict);
        result = value == NULL ? PyDict_DelItem(dict, name) : PyDict_SetItem(dict, name, value);
        Py_DECREF(dict);
    }
    else {
        result = instance_set(op, type, name, value);
    }
    if (result == 1) {
        if (descr == NULL) {
            PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'",
                         type->tp_name, name);
        }
        else {
            PyErr_Format(PyExc_AttributeError, "'%.50s' object attribute '%U' is read-only",
                         type->tp_name, name);
        }
        result = -1;
    }
    else if (result < 0 && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Format(PyExc_AttributeError, PyType_Check(op)
                         ? "type object '%.50s' has no attribute '%U'"
                         : "'%.100s' object has no attribute '%U'",
                     PyType_Check(op) ? ((PyTypeObject *)op)->tp_name : type->tp_name, name);
    }
done:
    Py_XDECREF(descr);
    Py_DECREF(type);
    Py_DECREF(name);
    return result;
}

int
PyObject_GenericSetAttr(PyObject *op, PyObject *name, PyObject *value)
{
    return _PyObject_GenericSetAttrWithDict(op, name, value, NULL);
}

/* A static type that nobody made ready gets its slots when its first instance is asked. */
static COLD status
ready_late(PyTypeObject *type)
{
    return type->tp_dict == NULL && type->tp_getattr == NULL ? PyType_Ready(type) : 0;
}

/* ---- any object ------------------------------------------------------------------------------------------- */

/* getattr(op, name) */
PyObject *
PyObject_GetAttr(PyObject *op, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(op);
    if (unlikely(!PyUnicode_Check(name))) {
        raise_name_type(name);
        return NULL;
    }
    PyObject *result = NULL;
    if (unlikely(type->tp_getattro == NULL) && ready_late(type) < 0) {
        return NULL;
    }
    if (likely(type->tp_getattro != NULL)) {
        /* An object that asks another one for its attributes may stand in a long chain. */
        if (type->tp_getattro != PyObject_GenericGetAttr &&
            stack_check(" while getting an attribute") < 0) {
            return NULL;
        }
        result = type->tp_getattro(op, name);
    }
    else if (type->tp_getattr != NULL) {
        const char *text = PyUnicode_AsUTF8(name);
        result = text == NULL ? NULL : type->tp_getattr(op, (char *)text);
    }
    else {
        PyErr_Format(PyExc_AttributeError, "'%.50s' object has no attribute '%U'", type->tp_name,
                     name);
    }
    if (unlikely(result == NULL)) {
        attribute_error_add_context(op, name);
    }
    return result;
}

PyObject *
PyObject_GetAttrString(PyObject *op, const char *name)
{
    if (Py_TYPE(op)->tp_getattr != NULL) {
        return Py_TYPE(op)->tp_getattr(op, (char *)name);
    }
    PyObject *text = PyUnicode_FromString(name);
    if (text == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetAttr(op, text);
    Py_DECREF(text);
    return result;
}

PyObject *
_PyObject_GetAttrId(PyObject *op, _Py_Identifier *name)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text == NULL ? NULL : PyObject_GetAttr(op, text);
}

/* getattr without the AttributeError: 1 and *result a new reference; 0 and NULL if there is no such
   attribute; -1 and NULL if something else went wrong. */
int
_PyObject_LookupAttr(PyObject *op, PyObject *name, PyObject **result)
{
    PyTypeObject *type = Py_TYPE(op);
    *result = NULL;
    if (unlikely(!PyUnicode_Check(name))) {
        raise_name_type(name);
        return -1;
    }
    if (unlikely(type->tp_getattro == NULL) && ready_late(type) < 0) {
        return -1;
    }
    if (type->tp_getattro == PyObject_GenericGetAttr) {
        *result = _PyObject_GenericGetAttrWithDict(op, name, NULL, 1);
        return *result != NULL ? 1 : PyErr_Occurred() ? -1 : 0;
    }
    if (type->tp_getattro == type_tp_getattro) {
        *result = type_get_attribute((PyTypeObject *)op, name, true);
        return *result != NULL ? 1 : PyErr_Occurred() ? -1 : 0;
    }
    if (type->tp_getattro != NULL) {
        if (stack_check(" while getting an attribute") < 0) {
            return -1;
        }
        if (type->tp_getattro == module_tp_getattro) {
            *result = module_find_attribute(op, name);
            if (*result == NULL && !PyErr_Occurred()) {
                return 0;
            }
        }
        else {
            *result = type->tp_getattro(op, name);
        }
    }
    else if (type->tp_getattr != NULL) {
        const char *text = PyUnicode_AsUTF8(name);
        if (text == NULL) {
            return -1;
        }
        *result = type->tp_getattr(op, (char *)text);
    }
    else {
        return 0;
    }
    if (*result != NULL) {
        return 1;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    return 0;
}

int
_PyObject_LookupAttrId(PyObject *op, _Py_Identifier *name, PyObject **result)
{
    PyObject *text = _PyUnicode_FromId(name);
    if (text == NULL) {
        *result = NULL;
        return -1;
    }
    return _PyObject_LookupAttr(op, text, result);
}

/* hasattr(op, name); every exception counts as no. */
int
PyObject_HasAttr(PyObject *op, PyObject *name)
{
    PyObject *result;
    if (_PyObject_LookupAttr(op, name, &result) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(result);
    return result != NULL;
}

int
PyObject_HasAttrString(PyObject *op, const char *name)
{
    PyObject *result = PyObject_GetAttrString(op, name);
    if (result == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(result);
    return 1;
}

/* setattr(op, name, value), or delattr if value is NULL. */
int
PyObject_SetAttr(PyObject *op, PyObject *name, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(op);
    if (unlikely(!PyUnicode_Check(name))) {
        raise_name_type(name);
        return -1;
    }
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    int result = -1;
    if (type->tp_setattro != NULL) {
        result = type->tp_setattro(op, name, value);
    }
    else if (type->tp_setattr != NULL) {
        const char *text = PyUnicode_AsUTF8(name);
        result = text == NULL ? -1 : type->tp_setattr(op, (char *)text, value);
    }
    else {
        PyErr_Format(PyExc_TypeError, "'%.100s' object has %s attributes (%s .%U)", type->tp_name,
                     type->tp_getattr == NULL && type->tp_getattro == NULL ? "no"
                                                                          : "only read-only",
                     value == NULL ? "del" : "assign to", name);
    }
    Py_DECREF(name);
    return result;
}

int
PyObject_SetAttrString(PyObject *op, const char *name, PyObject *value)
{
    if (Py_TYPE(op)->tp_setattr != NULL) {
        return Py_TYPE(op)->tp_setattr(op, (char *)name, value);
    }
    PyObject *text = PyUnicode_InternFromString(name);
    if (text == NULL) {
        return -1;
    }
    int result = PyObject_SetAttr(op, text, value);
    Py_DECREF(text);
    return result;
}

int
_PyObject_SetAttrId(PyObject *op, _Py_Identifier *name, PyObject *value)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text == NULL ? -1 : PyObject_SetAttr(op, text, value);
}
