/* Specialising attributes, methods and global names.

   Everything hangs on two kinds of versions.  A type's tp_version_tag stands for all that a lookup
   along its mro finds; it changes when any class on the way does.  A key table's version stands for
   the set of keys in a dict (or in all instances that share the table). */
#include <Python.h>
#include <opcode.h>
#include <structmember.h>
#include "object/declare.h"
#include "types/classmethod.h"
#include "types/dict_keys.h"
#include "vm/cache.h"
#include "vm/eval.h"
#include "vm/specialize.h"

/* The dict of a module: its first field. */
#define MODULE_DICT(module) (*(PyDictObject **)((char *)(module) + sizeof(PyObject)))

/* ---- globals and modules -------------------------------------------------------------------- */

/* The entry of a name in a dict of strings with a version, or -1. */
static Py_ssize_t
versioned_entry(PyDictObject *dict, PyObject *name, uint32_t *version_out)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (keys->kind != KEYS_STRINGS || !PyUnicode_CheckExact(name) || STR_HASH(name) == -1) {
        return -1;
    }
    Py_ssize_t index = keys_find_str(keys, name, STR_HASH(name));
    if (index > UINT16_MAX) {
        return -1;
    }
    *version_out = keys_version(keys);
    return *version_out != 0 ? index : -1;
}

void
specialize_load_global(PyObject *globals, PyObject *builtins, _Py_CODEUNIT *instruction,
                       PyObject *name)
{
    uint32_t version, builtin_version;
    if (!PyDict_CheckExact(globals)) {
        goto fail;
    }
    PyDictObject *dict = (PyDictObject *)globals;
    Py_ssize_t index = versioned_entry(dict, name, &version);
    if (index >= 0) {
        instruction[1 + CACHE_GLOBAL_INDEX] = (uint16_t)index;
        cache_write32(instruction + 1 + CACHE_GLOBAL_MODULE, version);
        specialize_to(instruction, LOAD_GLOBAL_MODULE);
        return;
    }
    if (dict->ma_keys->kind != KEYS_STRINGS || !PyDict_CheckExact(builtins) ||
        !PyUnicode_CheckExact(name) || STR_HASH(name) == -1 ||
        keys_find_str(dict->ma_keys, name, STR_HASH(name)) >= 0) {
        goto fail;
    }
    index = versioned_entry((PyDictObject *)builtins, name, &builtin_version);
    if (index < 0 || builtin_version > UINT16_MAX) {
        goto fail;
    }
    version = keys_version(dict->ma_keys);
    if (version == 0) {
        goto fail;
    }
    instruction[1 + CACHE_GLOBAL_INDEX] = (uint16_t)index;
    cache_write32(instruction + 1 + CACHE_GLOBAL_MODULE, version);
    instruction[1 + CACHE_GLOBAL_BUILTIN] = (uint16_t)builtin_version;
    specialize_to(instruction, LOAD_GLOBAL_BUILTIN);
    return;
fail:
    specialize_failed(instruction);
}

/* An attribute of a plain module; false if it does not fit. */
static bool
specialize_module(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name, int opcode)
{
    uint32_t version;
    PyDictObject *dict = MODULE_DICT(owner);
    /* A data descriptor of the module type would come first. */
    if (dict == NULL || _PyType_Lookup(Py_TYPE(owner), name) != NULL) {
        return false;
    }
    Py_ssize_t index = versioned_entry(dict, name, &version);
    if (index < 0) {
        return false;
    }
    if (opcode == LOAD_ATTR_MODULE) {
        cache_write32(instruction + 1 + CACHE_ATTR_VERSION, version);
        instruction[1 + CACHE_ATTR_INDEX] = (uint16_t)index;
    }
    else {
        instruction[1 + CACHE_METHOD_VERSION] = (uint16_t)index;
        cache_write32(instruction + 1 + CACHE_METHOD_KEYS, version);
    }
    specialize_to(instruction, opcode);
    return true;
}

/* ---- instance attributes -------------------------------------------------------------------- */

static bool
has_version(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_VALID_VERSION_TAG) && type->tp_version_tag != 0;
}

/* A class attribute's own type may get a __get__ or __set__ later, which no version tells. */
static bool
is_mutable(PyTypeObject *type)
{
    return !PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE);
}

/* The offset of an object slot behind a member descriptor, 0 if it is none that fits. */
static Py_ssize_t
slot_offset(PyObject *owner, PyObject *found, bool writing)
{
    if (!Py_IS_TYPE(found, &PyMemberDescr_Type)) {
        return 0;
    }
    PyMemberDescrObject *descriptor = (PyMemberDescrObject *)found;
    PyMemberDef *member = descriptor->d_member;
    if (member->type != T_OBJECT_EX || (member->flags & PY_AUDIT_READ) ||
        (writing && (member->flags & READONLY)) || member->offset <= 0 ||
        member->offset > UINT16_MAX ||
        !PyType_IsSubtype(Py_TYPE(owner), descriptor->d_common.d_type)) {
        return 0;
    }
    return member->offset;
}

/* Where the instance keeps the attribute: in its inline values or its dict. */
static bool
specialize_instance(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name, int with_values,
                    int with_hint)
{
    PyTypeObject *type = Py_TYPE(owner);
    Py_ssize_t index;
    int opcode;
    if (!PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT) || STR_HASH(name) == -1) {
        return false;
    }
    if (MANAGED_VALUES(owner) != NULL) {
        index = keys_find_str(((PyHeapTypeObject *)type)->ht_cached_keys, name, STR_HASH(name));
        opcode = with_values;
    }
    else {
        PyDictObject *dict = (PyDictObject *)MANAGED_DICT(owner);
        if (dict == NULL || !PyDict_CheckExact(dict) || dict->ma_keys->kind == KEYS_GENERAL) {
            return false;
        }
        index = keys_find_str(dict->ma_keys, name, STR_HASH(name));
        if (index >= 0 && (*entry_value(dict, index) == NULL ||
                           KEYS_STR_ENTRIES(dict->ma_keys)[index].key != name)) {
            return false;
        }
        opcode = with_hint;
    }
    if (index < 0 || index > UINT16_MAX) {
        return false;
    }
    cache_write32(instruction + 1 + CACHE_ATTR_VERSION, type->tp_version_tag);
    instruction[1 + CACHE_ATTR_INDEX] = (uint16_t)index;
    specialize_to(instruction, opcode);
    return true;
}

static bool
specialize_slot(PyObject *owner, _Py_CODEUNIT *instruction, Py_ssize_t offset, int opcode)
{
    if (offset == 0) {
        return false;
    }
    cache_write32(instruction + 1 + CACHE_ATTR_VERSION, Py_TYPE(owner)->tp_version_tag);
    instruction[1 + CACHE_ATTR_INDEX] = (uint16_t)offset;
    specialize_to(instruction, opcode);
    return true;
}

/* Found on the class and not among the keys of instances: something without a __get__, or a method whose call
   spreads its arguments. */
static bool
specialize_class_value(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name, PyObject *found)
{
    PyTypeObject *type = Py_TYPE(owner);
    if (found == NULL || is_mutable(Py_TYPE(found))) {
        return false;
    }
    bool method = PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR);
    if (method ? !is_star_callee(instruction) : Py_TYPE(found)->tp_descr_get != NULL) {
        return false;
    }
    if (type->tp_dictoffset != 0) {
        if (!PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT) || MANAGED_DICT(owner) != NULL ||
            STR_HASH(name) == -1) {
            return false;
        }
        PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
        if (keys == NULL || keys->nentries > UINT16_MAX || keys_find_str(keys, name, STR_HASH(name)) >= 0) {
            return false;
        }
        instruction[1 + CACHE_ATTR_INDEX] = (uint16_t)keys->nentries;
    }
    cache_write32(instruction + 1 + CACHE_ATTR_VERSION, type->tp_version_tag);
    specialize_to(instruction, method ? LOAD_ATTR_CALLEE : LOAD_ATTR_CLASS_VALUE);
    return true;
}

/* An attribute of a class itself. */
static bool
specialize_of_class(PyTypeObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    PyTypeObject *meta = Py_TYPE(owner);
    if (meta->tp_getattro != PyType_Type.tp_getattro || _PyType_Lookup(meta, name) != NULL) {
        return false;
    }
    PyObject *found = _PyType_Lookup(owner, name);
    if (found == NULL || !has_version(owner) ||
        (Py_TYPE(found)->tp_descr_get != NULL && !PyFunction_Check(found))) {
        return false;
    }
    cache_write32(instruction + 1 + CACHE_ATTR_VERSION, owner->tp_version_tag);
    specialize_to(instruction, LOAD_ATTR_OF_CLASS);
    return true;
}

void
specialize_load_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(owner);
    bool done = false;
    if (PyModule_CheckExact(owner)) {
        done = specialize_module(owner, instruction, name, LOAD_ATTR_MODULE);
    }
    else if (PyType_Check(owner)) {
        done = specialize_of_class((PyTypeObject *)owner, instruction, name);
    }
    else if (type->tp_getattro == PyObject_GenericGetAttr && PyUnicode_CheckExact(name)) {
        PyObject *found = _PyType_Lookup(type, name);
        if (!has_version(type)) {
            done = false;
        }
        else if (found != NULL && Py_TYPE(found)->tp_descr_set != NULL) {
            /* object.__class__ reads like a slot at the type pointer. */
            Py_ssize_t offset = found == _PyType_Lookup(&PyBaseObject_Type, name) &&
                                        name == ID(__class__)
                                    ? (Py_ssize_t)offsetof(PyObject, ob_type)
                                    : slot_offset(owner, found, false);
            done = specialize_slot(owner, instruction, offset, LOAD_ATTR_SLOT);
        }
        else if (found != NULL && is_mutable(Py_TYPE(found))) {
            done = false;
        }
        else {
            done = specialize_instance(owner, instruction, name, LOAD_ATTR_INSTANCE_VALUE,
                                       LOAD_ATTR_WITH_HINT) ||
                   specialize_class_value(owner, instruction, name, found);
        }
    }
    if (!done) {
        specialize_failed(instruction);
    }
}

void
specialize_store_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(owner);
    bool done = false;
    if (type->tp_setattro == PyObject_GenericSetAttr && PyUnicode_CheckExact(name)) {
        PyObject *found = _PyType_Lookup(type, name);
        if (!has_version(type)) {
            done = false;
        }
        else if (found != NULL && Py_TYPE(found)->tp_descr_set != NULL) {
            done = specialize_slot(owner, instruction, slot_offset(owner, found, true),
                                   STORE_ATTR_SLOT);
        }
        else if (found != NULL && is_mutable(Py_TYPE(found))) {
            done = false;
        }
        else {
            done = specialize_instance(owner, instruction, name, STORE_ATTR_INSTANCE_VALUE,
                                       STORE_ATTR_WITH_HINT);
        }
    }
    if (!done) {
        specialize_failed(instruction);
    }
}

/* ---- methods -------------------------------------------------------------------------------- */

/* A Python function in a classmethod or staticmethod. */
static bool
wraps_function(PyObject *found)
{
    return (Py_IS_TYPE(found, &PyStaticMethod_Type) || Py_IS_TYPE(found, &PyClassMethod_Type)) &&
           WRAPPER(found)->callable != NULL && PyFunction_Check(WRAPPER(found)->callable);
}

/* A method of the class itself: type.method(...). */
static bool
specialize_class_method(PyTypeObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    PyTypeObject *meta = Py_TYPE(owner);
    /* The class's version says nothing about changes to its metaclass. */
    if (meta->tp_getattro != PyType_Type.tp_getattro || is_mutable(meta)) {
        return false;
    }
    PyObject *meta_found = _PyType_Lookup(meta, name);
    if (meta_found != NULL && Py_TYPE(meta_found)->tp_descr_set != NULL) {
        return false;
    }
    PyObject *found = _PyType_Lookup(owner, name);
    /* What the class gives as it is: functions and method descriptors, and values without __get__. */
    bool wrapped = found != NULL && wraps_function(found);
    if (found == NULL || !has_version(owner) ||
        !(wrapped || PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR) ||
          (Py_TYPE(found)->tp_descr_get == NULL && !is_mutable(Py_TYPE(found))))) {
        return false;
    }
    cache_write32(instruction + 1 + CACHE_METHOD_VERSION, owner->tp_version_tag);
    cache_write_object(instruction + 1 + CACHE_METHOD_DESCR, found);
    specialize_to(instruction, wrapped ? LOAD_METHOD_CLASS_WRAPPED : LOAD_METHOD_CLASS);
    return true;
}

/* Whether list.append(local) stands here as a statement: what follows the LOAD_METHOD is then run by it. */
static bool
appends_local(PyTypeObject *type, PyObject *found, PyObject *name, const _Py_CODEUNIT *instruction)
{
    if (type != &PyList_Type || !Py_IS_TYPE(found, &PyMethodDescr_Type) || name != ID(append)) {
        return false;
    }
    const _Py_CODEUNIT *load = instruction + 1 + opcode_caches[LOAD_METHOD], *precall = load + 1;
    const _Py_CODEUNIT *call = precall + 1 + opcode_caches[PRECALL], *pop = call + 1 + opcode_caches[CALL];
    return _Py_OPCODE(*load) == LOAD_FAST && opcode_deoptimized[_Py_OPCODE(*precall)] == PRECALL &&
           _Py_OPARG(*precall) == 1 && opcode_deoptimized[_Py_OPCODE(*call)] == CALL &&
           opcode_deoptimized[_Py_OPCODE(*pop)] == POP_TOP;
}

static bool
specialize_method(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(owner);
    if (type->tp_getattro != PyObject_GenericGetAttr || !PyUnicode_CheckExact(name) ||
        STR_HASH(name) == -1) {
        return false;
    }
    PyObject *found = _PyType_Lookup(type, name);
    if (found == NULL || !has_version(type)) {
        return false;
    }
    bool wrapped = wraps_function(found);
    if (!wrapped && !PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
        return false;
    }
    int opcode;
    if (type->tp_dictoffset == 0) {
        opcode = appends_local(type, found, name, instruction) ? LOAD_METHOD_APPEND : LOAD_METHOD_NO_DICT;
        cache_write32(instruction + 1 + CACHE_METHOD_KEYS, 0);
    }
    else if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
        PyDictKeysObject *keys;
        PyDictObject *dict = (PyDictObject *)MANAGED_DICT(owner);
        if (dict == NULL) {
            keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
            opcode = LOAD_METHOD_WITH_VALUES;
        }
        else {
            keys = dict->ma_keys;
            opcode = LOAD_METHOD_WITH_DICT;
            instruction[1 + CACHE_METHOD_DICT] = (uint16_t)(int16_t)(-(int)sizeof(PyObject *));
        }
        if (keys == NULL || keys->kind == KEYS_GENERAL ||
            keys_find_str(keys, name, STR_HASH(name)) >= 0) {
            return false;
        }
        uint32_t version = keys_version(keys);
        if (version == 0) {
            return false;
        }
        cache_write32(instruction + 1 + CACHE_METHOD_KEYS, version);
    }
    else if (type->tp_dictoffset > 0 && type->tp_dictoffset <= INT16_MAX) {
        PyDictObject *dict = *(PyDictObject **)((char *)owner + type->tp_dictoffset);
        if (dict == NULL || dict->ma_keys->kind == KEYS_GENERAL ||
            keys_find_str(dict->ma_keys, name, STR_HASH(name)) >= 0) {
            return false;
        }
        uint32_t version = keys_version(dict->ma_keys);
        if (version == 0) {
            return false;
        }
        instruction[1 + CACHE_METHOD_DICT] = (uint16_t)type->tp_dictoffset;
        cache_write32(instruction + 1 + CACHE_METHOD_KEYS, version);
        opcode = LOAD_METHOD_WITH_DICT;
    }
    else {
        return false;
    }
    if (wrapped) {
        if (opcode == LOAD_METHOD_WITH_DICT) {
            return false;
        }
        opcode = LOAD_METHOD_WRAPPED;
    }
    cache_write32(instruction + 1 + CACHE_METHOD_VERSION, type->tp_version_tag);
    cache_write_object(instruction + 1 + CACHE_METHOD_DESCR, found);
    specialize_to(instruction, opcode);
    return true;
}

void
specialize_load_method(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name)
{
    bool done;
    if (PyModule_CheckExact(owner)) {
        done = specialize_module(owner, instruction, name, LOAD_METHOD_MODULE);
    }
    else if (PyType_Check(owner)) {
        done = specialize_class_method((PyTypeObject *)owner, instruction, name);
    }
    else {
        done = specialize_method(owner, instruction, name);
    }
    if (!done) {
        specialize_failed(instruction);
    }
}
