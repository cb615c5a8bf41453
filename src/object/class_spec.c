/* PyType_FromSpec and its relatives: heap types described by an array of slots, and questions about
   a type's slots and module. */
#include "object/object.h"
#include "object/class.h"
#include "object/slots.h"
#include "types/dict.h"

/* What the slots say beside function pointers. */
struct SpecFacts {
    PyMemberDef *members;
    Py_ssize_t nmembers;
    Py_ssize_t weaklist, dict, vectorcall;      /* offsets given as pseudo members, 0 if none */
    const char *doc;
    PyObject *base, *bases;
};

static status
read_members(struct SpecFacts *facts, PyMemberDef *members)
{
    static const struct {
        const char *name;
        size_t field;
    } special[] = {
        {"__weaklistoffset__", offsetof(struct SpecFacts, weaklist)},
        {"__dictoffset__", offsetof(struct SpecFacts, dict)},
        {"__vectorcalloffset__", offsetof(struct SpecFacts, vectorcall)},
    };
    facts->members = members;
    for (PyMemberDef *m = members; m->name != NULL; m++) {
        facts->nmembers++;
        for (size_t i = 0; i < ARRAY_LEN(special); i++) {
            if (strcmp(m->name, special[i].name) == 0) {
                *(Py_ssize_t *)((char *)facts + special[i].field) = m->offset;
            }
        }
    }
    return 0;
}

static status
read_spec(struct SpecFacts *facts, PyType_Spec *spec)
{
    if (spec->name == NULL) {
        PyErr_SetString(PyExc_SystemError, "Type spec does not define the name field.");
        return -1;
    }
    for (PyType_Slot *slot = spec->slots; slot->slot != 0; slot++) {
        switch (slot->slot) {
        case Py_tp_members:
            read_members(facts, slot->pfunc);
            break;
        case Py_tp_base:
            facts->base = slot->pfunc;
            break;
        case Py_tp_bases:
            facts->bases = slot->pfunc;
            break;
        case Py_tp_doc:
            facts->doc = slot->pfunc;
            break;
        default:
            if (slot->slot < 0 || slot->slot > slots_highest_id()) {
                PyErr_SetString(PyExc_RuntimeError, "invalid slot offset");
                return -1;
            }
        }
    }
    return 0;
}

/* The tuple of bases: the argument, or what the slots say, or object.  New reference. */
static PyObject *
spec_bases(struct SpecFacts *facts, PyObject *bases)
{
    if (bases != NULL) {
        return PyTuple_Check(bases) ? Py_NewRef(bases) : PyTuple_Pack(1, bases);
    }
    if (facts->bases != NULL) {
        if (!PyTuple_Check(facts->bases)) {
            PyErr_SetString(PyExc_SystemError, "Py_tp_bases is not a tuple");
            return NULL;
        }
        return Py_NewRef(facts->bases);
    }
    return PyTuple_Pack(1, facts->base != NULL ? facts->base : (PyObject *)&PyBaseObject_Type);
}

static char *
copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = PyMem_Malloc(size);
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    return memcpy(copy, text, size);
}

static status
fill_struct(PyTypeObject *type, PyType_Spec *spec, struct SpecFacts *facts)
{
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    type->tp_as_async = &heap->as_async;
    type->tp_as_number = &heap->as_number;
    type->tp_as_sequence = &heap->as_sequence;
    type->tp_as_mapping = &heap->as_mapping;
    type->tp_as_buffer = &heap->as_buffer;
    type->tp_basicsize = spec->basicsize;
    type->tp_itemsize = spec->itemsize;
    for (PyType_Slot *slot = spec->slots; slot->slot != 0; slot++) {
        if (slot->slot != Py_tp_base && slot->slot != Py_tp_bases && slot->slot != Py_tp_doc &&
            slot->slot != Py_tp_members) {
            *slots_address(type, slot->slot) = slot->pfunc;
        }
    }
    if (facts->doc != NULL) {
        size_t size = strlen(facts->doc) + 1;
        char *copy = PyObject_Malloc(size);
        if (copy == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        type->tp_doc = memcpy(copy, facts->doc, size);
    }
    if (facts->members != NULL) {
        memcpy(class_members(heap), facts->members, facts->nmembers * sizeof(PyMemberDef));
        type->tp_members = class_members(heap);
    }
    if (type->tp_dealloc == NULL) {
        /* Also the right one for a type with a finaliser and nothing to release. */
        type->tp_dealloc = subtype_dealloc;
    }
    type->tp_vectorcall_offset = facts->vectorcall;
    type->tp_weaklistoffset = facts->weaklist;
    type->tp_dictoffset = facts->dict;
    return 0;
}

static status
set_spec_module(PyTypeObject *type, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL) {
        return PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                                "builtin type %.200s has no __module__ attribute", name);
    }
    int present = PyDict_Contains(type->tp_dict, ID(__module__));
    if (present != 0) {
        return present < 0 ? -1 : 0;
    }
    PyObject *module = PyUnicode_FromStringAndSize(name, dot - name);
    if (module == NULL) {
        return -1;
    }
    PyUnicode_InternInPlace(&module);
    status result = PyDict_SetItem(type->tp_dict, ID(__module__), module);
    Py_DECREF(module);
    return result;
}

/* The pseudo members did their work; they are no attributes. */
static status
drop_pseudo_members(PyTypeObject *type, struct SpecFacts *facts)
{
    if ((facts->weaklist != 0 && PyDict_DelItemString(type->tp_dict, "__weaklistoffset__") < 0) ||
        (facts->dict != 0 && PyDict_DelItemString(type->tp_dict, "__dictoffset__") < 0)) {
        return -1;
    }
    return 0;
}

/* A heap type from a spec; `module` may be NULL; `bases` is NULL, a type or a tuple of types. */
PyObject *
PyType_FromModuleAndSpec(PyObject *module, PyType_Spec *spec, PyObject *bases)
{
    struct SpecFacts facts = {0};
    if (read_spec(&facts, spec) < 0) {
        return NULL;
    }
    bases = spec_bases(&facts, bases);
    if (bases == NULL) {
        return NULL;
    }
    PyTypeObject *base = layout_best_base(bases);
    PyTypeObject *type =
        base == NULL ? NULL : (PyTypeObject *)PyType_GenericAlloc(&PyType_Type, facts.nmembers);
    if (type == NULL) {
        Py_DECREF(bases);
        return NULL;
    }
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    type->tp_flags = spec->flags | Py_TPFLAGS_HEAPTYPE;
    type->tp_bases = bases;
    type->tp_base = (PyTypeObject *)Py_NewRef((PyObject *)base);
    heap->ht_module = Py_XNewRef(module);
    const char *dot = strrchr(spec->name, '.');
    heap->ht_name = PyUnicode_FromString(dot == NULL ? spec->name : dot + 1);
    if (heap->ht_name == NULL) {
        goto fail;
    }
    heap->ht_qualname = Py_NewRef(heap->ht_name);
    /* The spec's name may lie on the caller's stack. */
    heap->_ht_tpname = copy_text(spec->name);
    type->tp_name = heap->_ht_tpname;
    if (type->tp_name == NULL || fill_struct(type, spec, &facts) < 0 || PyType_Ready(type) < 0 ||
        drop_pseudo_members(type, &facts) < 0) {
        goto fail;
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        heap->ht_cached_keys = keys_new_shared();
        if (heap->ht_cached_keys == NULL) {
            goto fail;
        }
    }
    if (set_spec_module(type, spec->name) < 0) {
        goto fail;
    }
    return (PyObject *)type;
fail:
    Py_DECREF(type);
    return NULL;
}

PyObject *
PyType_FromSpecWithBases(PyType_Spec *spec, PyObject *bases)
{
    return PyType_FromModuleAndSpec(NULL, spec, bases);
}

PyObject *
PyType_FromSpec(PyType_Spec *spec)
{
    return PyType_FromModuleAndSpec(NULL, spec, NULL);
}

/* ---- questions ------------------------------------------------------------------------------------------ */

/* The function or table in slot `id`; NULL without an exception if it is empty. */
void *
PyType_GetSlot(PyTypeObject *type, int id)
{
    if (id <= 0 || id > slots_highest_id()) {
        PyErr_BadInternalCall();
        return NULL;
    }
    void **slot = slots_find(type, id);
    return slot == NULL ? NULL : *slot;
}

/* The module a type was made with: borrowed; TypeError if there is none. */
PyObject *
PyType_GetModule(PyTypeObject *type)
{
    if (!type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        PyErr_Format(PyExc_TypeError, "PyType_GetModule: Type '%s' is not a heap type",
                     type->tp_name);
        return NULL;
    }
    PyObject *module = ((PyHeapTypeObject *)type)->ht_module;
    if (module == NULL) {
        PyErr_Format(PyExc_TypeError, "PyType_GetModule: Type '%s' has no associated module",
                     type->tp_name);
    }
    return module;
}

void *
PyType_GetModuleState(PyTypeObject *type)
{
    PyObject *module = PyType_GetModule(type);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* The module made from `def` that type or one of its bases belongs to: borrowed. */
PyObject *
PyType_GetModuleByDef(PyTypeObject *type, PyModuleDef *def)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (!type_has(base, Py_TPFLAGS_HEAPTYPE)) {
            continue;
        }
        PyObject *module = ((PyHeapTypeObject *)base)->ht_module;
        if (module != NULL && PyModule_Check(module) && PyModule_GetDef(module) == def) {
            return module;
        }
    }
    PyErr_Format(PyExc_TypeError,
                 "PyType_GetModuleByDef: No superclass of '%s' has the given module",
                 type->tp_name);
    return NULL;
}

unsigned long
PyType_GetFlags(PyTypeObject *type)
{
    return type->tp_flags;
}

const char *
type_short_name(const PyTypeObject *type)
{
    const char *dot = strrchr(type->tp_name, '.');
    return dot == NULL ? type->tp_name : dot + 1;
}

const char *
_PyType_Name(PyTypeObject *type)
{
    return type_short_name(type);
}
