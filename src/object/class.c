/* PyType_Ready: from a filled struct to a working type.

   A type passes through: dict, bases, mro, __new__, operators and tables into the dict, slots
   inherited, hash, registration with its bases.  Static types and heap types made by hand take the
   same way; classes of Python code and specs come here after class_new.c and class_spec.c built
   their struct.

   Invariant: after PyType_Ready, tp_dict, tp_bases and tp_mro are set, and every slot is either the
   type's own or what the first type along the mro that fills it has.

   Most static types of the core are never asked for an attribute.  Theirs is made when it is first wanted:
   such a late type is ready but has no dict, and tp_cache, otherwise unused in static types, points to
   what fill_late needs to know.  Code that may meet one asks type_dict.  Before foreign code is
   loaded, which knows tp_dict, every dict is made (class_finish_late). */
#include "object/object.h"
#include "object/class.h"
#include "object/descr.h"
#include "object/doors.h"
#include "object/mro.h"
#include "object/slots.h"
#include "object/gc.h"
#include "object/state.h"
#include "types/dict.h"

PyMemberDef *
class_members(PyHeapTypeObject *type)
{
    return (PyMemberDef *)((char *)type + Py_TYPE(type)->tp_basicsize);
}

/* ---- subclasses ----------------------------------------------------------------------------------- */

/* tp_subclasses: dict of address -> weak reference. */
status
class_add_subclass(PyTypeObject *base, PyTypeObject *type)
{
    PyObject *key = PyLong_FromVoidPtr(type), *ref = NULL;
    status result = -1;
    if (key == NULL || (ref = PyWeakref_NewRef((PyObject *)type, NULL)) == NULL) {
        goto done;
    }
    if (base->tp_subclasses == NULL && (base->tp_subclasses = PyDict_New()) == NULL) {
        goto done;
    }
    result = PyDict_SetItem(base->tp_subclasses, key, ref);
done:
    Py_XDECREF(key);
    Py_XDECREF(ref);
    return result;
}

void
class_remove_subclass(PyTypeObject *base, PyTypeObject *type)
{
    PyObject *subclasses = base->tp_subclasses;
    if (subclasses == NULL) {
        return;
    }
    PyObject *key = PyLong_FromVoidPtr(type);
    if (key == NULL || PyDict_DelItem(subclasses, key) < 0) {
        /* Missing already, or no memory for the key: the weak reference is dead anyway. */
        PyErr_Clear();
    }
    Py_XDECREF(key);
    if (PyDict_GET_SIZE(subclasses) == 0) {
        Py_CLEAR(base->tp_subclasses);
    }
}

PyObject *
class_subclasses(PyTypeObject *type)
{
    PyObject *result = PyList_New(0), *address, *ref;
    if (result == NULL || type->tp_subclasses == NULL) {
        return result;
    }
    for (Py_ssize_t pos = 0; PyDict_Next(type->tp_subclasses, &pos, &address, &ref);) {
        PyObject *subclass = PyWeakref_GET_OBJECT(ref);
        if (subclass != Py_None && PyList_Append(result, subclass) < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

/* ---- late types ------------------------------------------------------------------------------------- */

/* What is known of a type while it has no dict. */
struct Late {
    struct SlotSet own;     /* slots it did not inherit */
    bool own_new;           /* __new__ too */
    bool no_hash;           /* it has equality, but no hash */
};

static inline struct Late *
late_of(PyTypeObject *type)
{
    return (struct Late *)type->tp_cache;
}

/* ---- __new__ -------------------------------------------------------------------------------------------- */

/* T.__new__(S, ...): S must be a subtype of T, and T's tp_new must be the one that knows S's C
   layout, else a half-made instance would result. */
PyObject *
tp_new_wrapper(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = (PyTypeObject *)self;
    if (PyTuple_GET_SIZE(args) < 1) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(): not enough arguments", type->tp_name);
        return NULL;
    }
    PyObject *first = PyTuple_GET_ITEM(args, 0);
    if (!PyType_Check(first)) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(X): X is not a type object (%s)", type->tp_name,
                     type_name(first));
        return NULL;
    }
    PyTypeObject *subtype = (PyTypeObject *)first;
    if (!PyType_IsSubtype(subtype, type)) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(%s): %s is not a subtype of %s", type->tp_name,
                     subtype->tp_name, subtype->tp_name, type->tp_name);
        return NULL;
    }
    PyTypeObject *native = subtype;
    while (native != NULL && native->tp_new == slot_new) {
        native = native->tp_base;
    }
    if (native != NULL && native->tp_new != type->tp_new) {
        PyErr_Format(PyExc_TypeError, "%s.__new__(%s) is not safe, use %s.__new__()",
                     type->tp_name, subtype->tp_name, native->tp_name);
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL) {
        return NULL;
    }
    PyObject *result = type->tp_new(subtype, rest, kwargs);
    Py_DECREF(rest);
    return result;
}

static PyMethodDef new_def = {
    "__new__", (PyCFunction)(void (*)(void))tp_new_wrapper, METH_VARARGS | METH_KEYWORDS,
    PyDoc_STR("__new__($type, *args, **kwargs)\n--\n\n"
              "A new object of a type.  The type tells which arguments it takes.")};

static status
put_new(PyTypeObject *type)
{
    PyObject *func = PyCFunction_NewEx(&new_def, (PyObject *)type, NULL);
    if (func == NULL) {
        return -1;
    }
    status result = PyDict_SetItem(type->tp_dict, ID(__new__), func);
    Py_DECREF(func);
    return result;
}

static status
ready_new(PyTypeObject *type)
{
    if (type->tp_new == NULL && type->tp_base == &PyBaseObject_Type &&
        !type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        type->tp_flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION;
    }
    if (type_has(type, Py_TPFLAGS_DISALLOW_INSTANTIATION)) {
        type->tp_new = NULL;
        return 0;
    }
    if (type->tp_new == NULL) {
        type->tp_new = type->tp_base == NULL ? NULL : type->tp_base->tp_new;
        return 0;
    }
    if (type->tp_dict == NULL) {
        late_of(type)->own_new = true;
        return 0;
    }
    if (PyDict_Contains(type->tp_dict, ID(__new__)) != 0) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return put_new(type);
}

/* ---- tables into the dict ------------------------------------------------------------------------------- */

static status
put_method(PyTypeObject *type, PyMethodDef *def)
{
    PyObject *descr;
    if (def->ml_flags & METH_CLASS) {
        if (def->ml_flags & METH_STATIC) {
            PyErr_SetString(PyExc_ValueError, "method cannot be both class and static");
            return -1;
        }
        descr = PyDescr_NewClassMethod(type, def);
    }
    else if (def->ml_flags & METH_STATIC) {
        PyObject *func = PyCFunction_NewEx(def, (PyObject *)type, NULL);
        descr = func == NULL ? NULL : PyStaticMethod_New(func);
        Py_XDECREF(func);
    }
    else {
        descr = PyDescr_NewMethod(type, def);
    }
    if (descr == NULL) {
        return -1;
    }
    PyObject *name = def->ml_flags & METH_STATIC ? PyUnicode_InternFromString(def->ml_name)
                                                 : Py_NewRef(PyDescr_NAME(descr));
    status result = -1;
    if (name != NULL) {
        if (def->ml_flags & METH_COEXIST) {
            result = PyDict_SetItem(type->tp_dict, name, descr);
        }
        else {
            result = PyDict_SetDefault(type->tp_dict, name, descr) == NULL ? -1 : 0;
        }
        Py_DECREF(name);
    }
    Py_DECREF(descr);
    return result;
}

static status
put_descr_take(PyTypeObject *type, PyObject *descr)
{
    if (descr == NULL) {
        return -1;
    }
    PyObject *present = PyDict_SetDefault(type->tp_dict, PyDescr_NAME(descr), descr);
    Py_DECREF(descr);
    return present == NULL ? -1 : 0;
}

static status
put_doc(PyTypeObject *type)
{
    int present = PyDict_Contains(type->tp_dict, ID(__doc__));
    if (present != 0) {
        return present < 0 ? -1 : 0;
    }
    PyObject *doc = type->tp_doc == NULL
                        ? Py_NewRef(Py_None)
                        : _PyType_GetDocFromInternalDoc(type->tp_name, type->tp_doc);
    if (doc == NULL) {
        return -1;
    }
    status result = PyDict_SetItem(type->tp_dict, ID(__doc__), doc);
    Py_DECREF(doc);
    return result;
}

static Py_ssize_t
count_names(PyTypeObject *type)
{
    Py_ssize_t n = 0;
    for (PyMethodDef *def = type->tp_methods; def != NULL && def->ml_name != NULL; def++) n++;
    for (PyMemberDef *def = type->tp_members; def != NULL && def->name != NULL; def++) n++;
    for (PyGetSetDef *def = type->tp_getset; def != NULL && def->name != NULL; def++) n++;
    return n;
}

static status
fill_dict(PyTypeObject *type, const struct SlotSet *own)
{
    Py_ssize_t names = count_names(type);
    if (names > 0 && dict_reserve(type->tp_dict, names + 8) < 0) {
        return -1;
    }
    if (slots_publish(type, own) < 0) {
        return -1;
    }
    for (PyMethodDef *def = type->tp_methods; def != NULL && def->ml_name != NULL; def++) {
        if (put_method(type, def) < 0) {
            return -1;
        }
    }
    for (PyMemberDef *def = type->tp_members; def != NULL && def->name != NULL; def++) {
        if (put_descr_take(type, PyDescr_NewMember(type, def)) < 0) {
            return -1;
        }
    }
    for (PyGetSetDef *def = type->tp_getset; def != NULL && def->name != NULL; def++) {
        if (put_descr_take(type, PyDescr_NewGetSet(type, def)) < 0) {
            return -1;
        }
    }
    return put_doc(type);
}

/* ---- inheritance ------------------------------------------------------------------------------------- */

/* What the dominant base alone decides: garbage collection, sizes, fast subclass flags. */
static void
inherit_special(PyTypeObject *type, PyTypeObject *base)
{
    if (!type_has(type, Py_TPFLAGS_HAVE_GC) && type_has(base, Py_TPFLAGS_HAVE_GC) &&
        type->tp_traverse == NULL && type->tp_clear == NULL) {
        type->tp_flags |= Py_TPFLAGS_HAVE_GC;
        if (type->tp_traverse == NULL) {
            type->tp_traverse = base->tp_traverse;
        }
        if (type->tp_clear == NULL) {
            type->tp_clear = base->tp_clear;
        }
    }
    type->tp_flags |= base->tp_flags & Py_TPFLAGS_MANAGED_DICT;
    if (type->tp_basicsize == 0) {
        type->tp_basicsize = base->tp_basicsize;
    }
    if (type->tp_itemsize == 0) {
        type->tp_itemsize = base->tp_itemsize;
    }
    if (type->tp_weaklistoffset == 0) {
        type->tp_weaklistoffset = base->tp_weaklistoffset;
    }
    if (type->tp_dictoffset == 0) {
        type->tp_dictoffset = base->tp_dictoffset;
    }

    if (PyExc_BaseException != NULL && mro_contains(type, (PyTypeObject *)PyExc_BaseException)) {
        type->tp_flags |= Py_TPFLAGS_BASE_EXC_SUBCLASS;
        return;
    }
    static const struct {
        PyTypeObject *base;
        unsigned long flags;
    } roots[] = {
        {&PyType_Type, Py_TPFLAGS_TYPE_SUBCLASS},
        {&PyLong_Type, Py_TPFLAGS_LONG_SUBCLASS},
        {&PyBytes_Type, Py_TPFLAGS_BYTES_SUBCLASS},
        {&PyUnicode_Type, Py_TPFLAGS_UNICODE_SUBCLASS},
        {&PyTuple_Type, Py_TPFLAGS_TUPLE_SUBCLASS},
        {&PyList_Type, Py_TPFLAGS_LIST_SUBCLASS},
        {&PyDict_Type, Py_TPFLAGS_DICT_SUBCLASS},
    };
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        if (mro_contains(type, roots[i].base)) {
            type->tp_flags |= roots[i].flags;
            break;
        }
    }
}

/* A slot is taken from `base` if the type lacks it and base did not merely inherit it itself (the
   mro leads to the type it came from, and something may stand in between). */
static void
inherit_suite(void *own, const void *from, const void *before, size_t size)
{
    if (own == NULL || from == NULL) {
        return;
    }
    void **slots = own;
    void *const *theirs = from, *const *older = before;
    for (size_t i = 0; i < size / sizeof(void *); i++) {
        if (slots[i] == NULL && theirs[i] != NULL && (older == NULL || theirs[i] != older[i])) {
            slots[i] = theirs[i];
        }
    }
}

static truth
overrides_hash(PyTypeObject *type)
{
    if (type->tp_dict == NULL) {
        /* Types of the core do not define these as methods. */
        return 0;
    }
    int found = PyDict_Contains(type->tp_dict, ID(__eq__));
    return found != 0 ? found : PyDict_Contains(type->tp_dict, ID(__hash__));
}

static status
inherit_slots(PyTypeObject *type, PyTypeObject *base)
{
    PyTypeObject *before = base->tp_base;
#define SUITE(field, struct_)                                                                      \
    inherit_suite(type->field, base->field, before == NULL ? NULL : before->field, sizeof(struct_))
    SUITE(tp_as_number, PyNumberMethods);
    SUITE(tp_as_async, PyAsyncMethods);
    SUITE(tp_as_sequence, PySequenceMethods);
    SUITE(tp_as_mapping, PyMappingMethods);
    SUITE(tp_as_buffer, PyBufferProcs);
#undef SUITE
#define GIVEN(field) (base->field != 0 && (before == NULL || base->field != before->field))
#define INHERIT(field)                                                                             \
    do {                                                                                           \
        if (type->field == 0 && GIVEN(field)) {                                                    \
            type->field = base->field;                                                             \
        }                                                                                          \
    } while (0)

    INHERIT(tp_dealloc);
    if (type->tp_getattr == NULL && type->tp_getattro == NULL) {
        type->tp_getattr = base->tp_getattr;
        type->tp_getattro = base->tp_getattro;
    }
    if (type->tp_setattr == NULL && type->tp_setattro == NULL) {
        type->tp_setattr = base->tp_setattr;
        type->tp_setattro = base->tp_setattro;
    }
    INHERIT(tp_repr);
    INHERIT(tp_vectorcall_offset);
    /* A heap type's __call__ may be replaced any time, which vectorcall would not notice. */
    if (type->tp_call == NULL && type_has(base, Py_TPFLAGS_HAVE_VECTORCALL) &&
        type_has(type, Py_TPFLAGS_IMMUTABLETYPE)) {
        type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    }
    INHERIT(tp_call);
    INHERIT(tp_str);
    if (type->tp_richcompare == NULL && type->tp_hash == NULL) {
        truth overridden = overrides_hash(type);
        if (overridden < 0) {
            return -1;
        }
        if (!overridden) {
            type->tp_richcompare = base->tp_richcompare;
            type->tp_hash = base->tp_hash;
        }
    }
    INHERIT(tp_iter);
    INHERIT(tp_iternext);
    /* The promise that __get__ only binds self holds as long as it is the same __get__. */
    if (base->tp_descr_get != NULL && type_has(base, Py_TPFLAGS_METHOD_DESCRIPTOR) &&
        type_has(type, Py_TPFLAGS_IMMUTABLETYPE) &&
        (type->tp_descr_get == NULL || type->tp_descr_get == base->tp_descr_get)) {
        type->tp_flags |= Py_TPFLAGS_METHOD_DESCRIPTOR;
    }
    INHERIT(tp_descr_get);
    INHERIT(tp_descr_set);
    INHERIT(tp_dictoffset);
    INHERIT(tp_init);
    INHERIT(tp_alloc);
    INHERIT(tp_finalize);
    INHERIT(tp_del);
    if (type_has(type, Py_TPFLAGS_HAVE_GC) == type_has(base, Py_TPFLAGS_HAVE_GC)) {
        INHERIT(tp_free);
    }
    else if (type_has(type, Py_TPFLAGS_HAVE_GC) && type->tp_free == NULL &&
             base->tp_free == PyObject_Free) {
        type->tp_free = PyObject_GC_Del;
    }
#undef INHERIT
#undef GIVEN
    return 0;
}

/* How `match` statements see the type: as sequence, as mapping, by itself. */
static void
inherit_pattern_flags(PyTypeObject *type, PyTypeObject *base)
{
    const unsigned long collection = Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING;
    if (!type_has(type, collection)) {
        type->tp_flags |= base->tp_flags & collection;
    }
}

static status
ready_inherit(PyTypeObject *type)
{
    PyTypeObject *base = type->tp_base;
    if (base != NULL) {
        inherit_special(type, base);
        type->tp_flags |= base->tp_flags & _Py_TPFLAGS_MATCH_SELF;
    }
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 1; i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *other = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (PyType_Check(other)) {
            if (inherit_slots(type, other) < 0) {
                return -1;
            }
            inherit_pattern_flags(type, other);
        }
    }
    if (base != NULL) {
#define SHARE(field)                                                                               \
    if (type->field == NULL) {                                                                     \
        type->field = base->field;                                                                 \
    }
        SHARE(tp_as_async)
        SHARE(tp_as_number)
        SHARE(tp_as_sequence)
        SHARE(tp_as_mapping)
        SHARE(tp_as_buffer)
#undef SHARE
    }
    if (type_has(type, Py_TPFLAGS_HAVE_GC) && type_has(type, Py_TPFLAGS_BASETYPE) &&
        (type->tp_free == NULL || type->tp_free == PyObject_Free)) {
        PyErr_Format(PyExc_TypeError,
                     "type '%.100s' participates in gc, but is a base type "
                     "but has inappropriate tp_free slot",
                     type->tp_name);
        return -1;
    }
    return 0;
}

/* ---- PyType_Ready -------------------------------------------------------------------------------------- */

static status
ready_bases(PyTypeObject *type)
{
    PyTypeObject *base = type->tp_base;
    if (base == NULL && type != &PyBaseObject_Type) {
        base = &PyBaseObject_Type;
        if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
            Py_INCREF(base);
        }
        type->tp_base = base;
    }
    if (base != NULL && !type_has(base, Py_TPFLAGS_READY | Py_TPFLAGS_READYING) &&
        PyType_Ready(base) < 0) {
        return -1;
    }
    if (Py_TYPE(type) == NULL) {
        Py_SET_TYPE(type, base != NULL ? Py_TYPE(base) : &PyType_Type);
    }
    if (type->tp_bases == NULL) {
        type->tp_bases = base == NULL ? PyTuple_New(0) : PyTuple_Pack(1, base);
        return type->tp_bases == NULL ? -1 : 0;
    }
    return 0;
}

static status
ready_mro(PyTypeObject *type)
{
    if (mro_update(type, NULL) < 0) {
        return -1;
    }
    if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type->tp_mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, i);
        if (PyType_Check(base) && type_has(base, Py_TPFLAGS_HEAPTYPE)) {
            PyErr_Format(PyExc_TypeError,
                         "type '%.100s' is not dynamically allocated but "
                         "its base type '%.100s' is dynamically allocated",
                         type->tp_name, base->tp_name);
            return -1;
        }
    }
    return 0;
}

/* Objects that define equality without a hash must say so in their dict. */
static status
ready_hash(PyTypeObject *type)
{
    if (type->tp_hash != NULL) {
        return 0;
    }
    if (type->tp_dict == NULL) {
        late_of(type)->no_hash = true;
        type->tp_hash = PyObject_HashNotImplemented;
        return 0;
    }
    int present = PyDict_Contains(type->tp_dict, ID(__hash__));
    if (present != 0) {
        return present < 0 ? -1 : 0;
    }
    if (PyDict_SetItem(type->tp_dict, ID(__hash__), Py_None) < 0) {
        return -1;
    }
    type->tp_hash = PyObject_HashNotImplemented;
    return 0;
}

static status
ready_register(PyTypeObject *type)
{
    PyObject *bases = type->tp_bases;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i);
        if (PyType_Check(base) && class_add_subclass((PyTypeObject *)base, type) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Everything but the dict's contents and what follows from them; a late type has no dict. */
static status
ready(PyTypeObject *type)
{
    if (type->tp_name == NULL) {
        PyErr_Format(PyExc_SystemError, "Type does not define the tp_name field.");
        return -1;
    }
    struct SlotSet own;
    bool late = type->tp_dict == NULL;
    if (ready_bases(type) < 0 || ready_mro(type) < 0 || ready_new(type) < 0) {
        return -1;
    }
    if (late) {
        slots_own(type, &late_of(type)->own);
    }
    else {
        slots_own(type, &own);
        if (fill_dict(type, &own) < 0) {
            return -1;
        }
    }
    if (ready_inherit(type) < 0) {
        return -1;
    }
    if (type_has(type, Py_TPFLAGS_HAVE_GC) && type->tp_traverse == NULL) {
        PyErr_Format(PyExc_SystemError,
                     "type %s has the Py_TPFLAGS_HAVE_GC flag "
                     "but has no traverse function",
                     type->tp_name);
        return -1;
    }
    return ready_hash(type) < 0 || ready_register(type) < 0 ? -1 : 0;
}

static int
ready_flagged(PyTypeObject *type)
{
    type->tp_flags |= Py_TPFLAGS_READYING;
    if (!type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
    }
    status result = ready(type);
    type->tp_flags &= ~Py_TPFLAGS_READYING;
    if (result == 0) {
        type->tp_flags |= Py_TPFLAGS_READY;
    }
    return result;
}

/* Give a late type its dict.  No collection meanwhile: lookups do not expect one. */
static NOINLINE int
fill_late(PyTypeObject *type)
{
    struct Late *late = late_of(type);
    struct GcState *gc = &interp_get()->gc;
    int collecting = gc->collecting;
    gc->collecting = GC_HELD;
    status result = -1;
    if ((type->tp_dict = PyDict_New()) != NULL && (!late->own_new || put_new(type) == 0) &&
        fill_dict(type, &late->own) == 0 &&
        (!late->no_hash || PyDict_SetDefault(type->tp_dict, ID(__hash__), Py_None) != NULL)) {
        type->tp_cache = NULL;
        PyMem_RawFree(late);
        result = 0;
    }
    else {
        Py_CLEAR(type->tp_dict);
    }
    gc->collecting = collecting;
    return result;
}

/* Finish a type object: fill its dict, inherit what it does not define.  -1 with an exception. */
int
PyType_Ready(PyTypeObject *type)
{
    if (type_has(type, Py_TPFLAGS_READY)) {
        return likely(type->tp_dict != NULL) ? 0 : fill_late(type);
    }
    if (type_has(type, Py_TPFLAGS_READYING)) {
        PyErr_Format(PyExc_SystemError, "type %s is being made ready already", type->tp_name);
        return -1;
    }
    if (type->tp_dict == NULL && (type->tp_dict = PyDict_New()) == NULL) {
        return -1;
    }
    return ready_flagged(type);
}

status
class_ready_late(PyTypeObject *type)
{
    if (!_PyRuntime.life.late_types || type->tp_dict != NULL || type->tp_cache != NULL ||
        type_has(type, Py_TPFLAGS_READY | Py_TPFLAGS_READYING | Py_TPFLAGS_HEAPTYPE)) {
        return PyType_Ready(type);
    }
    type->tp_cache = PyMem_RawCalloc(1, sizeof(struct Late));
    if (type->tp_cache == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return ready_flagged(type);
}

/* Late types have only such above them, and heap types are never late. */
static status
finish_below(PyTypeObject *type)
{
    PyObject *address, *ref;
    if (!type_has(type, Py_TPFLAGS_HEAPTYPE) && PyType_Ready(type) < 0) {
        return -1;
    }
    for (Py_ssize_t at = 0; type->tp_subclasses != NULL && PyDict_Next(type->tp_subclasses, &at, &address, &ref);) {
        PyObject *subclass = PyWeakref_GET_OBJECT(ref);
        if (subclass != Py_None && !type_has((PyTypeObject *)subclass, Py_TPFLAGS_HEAPTYPE) &&
            finish_below((PyTypeObject *)subclass) < 0) {
            return -1;
        }
    }
    return 0;
}

status
class_finish_late(void)
{
    if (!_PyRuntime.life.late_types) {
        return 0;
    }
    if (module_late_end() < 0 || finish_below(&PyBaseObject_Type) < 0) {
        return -1;
    }
    _PyRuntime.life.late_types = false;
    return 0;
}

int
_PyType_CheckConsistency(PyTypeObject *type)
{
    return type_has(type, Py_TPFLAGS_READY) && !type_has(type, Py_TPFLAGS_READYING) &&
           type->tp_dict != NULL && type->tp_mro != NULL && PyTuple_Check(type->tp_mro) &&
           !(type_has(type, Py_TPFLAGS_DISALLOW_INSTANTIATION) && type->tp_new != NULL);
}
