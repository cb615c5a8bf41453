/* type(name, bases, dict): what a `class` statement ends in.

   A class is a PyHeapTypeObject followed by one PyMemberDef for each name in `__slots__`.  Its
   instances extend the best base by those slots, a weak reference list and, for a base with items
   of variable size, a dict pointer behind the items; all other dicts are managed (types/dict.h). */
#include "object/object.h"
#include "object/call.h"
#include "object/class.h"
#include "object/mro.h"
#include "object/slots.h"
#include "types/dict.h"
#include "types/exceptions.h"

/* What is known about the class while it is made. */
struct Making {
    PyTypeObject *metatype;
    PyTypeObject *base;             /* borrowed: best of the bases */
    PyObject *name, *bases, *orig_dict, *kwargs, *args;
    PyObject *dict;                 /* copy of orig_dict, owned */
    PyObject *slots;                /* sorted tuple of mangled names, or NULL; owned */
    bool may_add_dict, may_add_weak;
    bool add_dict, add_weak;
};

/* ---- metaclass and bases ------------------------------------------------------------------------------ */

/* The most derived of the metaclasses of `metatype` and all bases: borrowed. */
PyTypeObject *
_PyType_CalculateMetaclass(PyTypeObject *metatype, PyObject *bases)
{
    PyTypeObject *winner = metatype;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyTypeObject *meta = Py_TYPE(PyTuple_GET_ITEM(bases, i));
        if (PyType_IsSubtype(winner, meta)) {
            continue;
        }
        if (!PyType_IsSubtype(meta, winner)) {
            PyErr_SetString(PyExc_TypeError,
                            "metaclass conflict: the metaclass of a derived class must be a "
                            "(non-strict) subclass of the metaclasses of all its bases");
            return NULL;
        }
        winner = meta;
    }
    return winner;
}

static status
refuse_mro_entries(PyObject *bases)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i), *entries;
        if (PyType_Check(base)) {
            continue;
        }
        if (_PyObject_LookupAttr(base, ID(__mro_entries__), &entries) < 0) {
            return -1;
        }
        if (entries != NULL) {
            Py_DECREF(entries);
            PyErr_SetString(PyExc_TypeError, "type() doesn't support MRO entry resolution; "
                                             "use types.new_class()");
            return -1;
        }
    }
    return 0;
}

/* ---- __slots__ ------------------------------------------------------------------------------------------ */

static status
check_slot_name(PyObject *name)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "__slots__ items must be strings, not '%.200s'",
                     type_name(name));
        return -1;
    }
    if (!PyUnicode_IsIdentifier(name)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "__slots__ must be identifiers");
        }
        return -1;
    }
    return 0;
}

/* `__dict__` and `__weakref__` among the slots.  1 if name is one of them. */
static int
note_special_slot(struct Making *m, PyObject *name)
{
    bool dict = _PyUnicode_EQ(name, ID(__dict__));
    if (!dict && !_PyUnicode_EQ(name, ID(__weakref__))) {
        return 0;
    }
    bool *add = dict ? &m->add_dict : &m->add_weak;
    if (*add || !(dict ? m->may_add_dict : m->may_add_weak)) {
        PyErr_SetString(PyExc_TypeError,
                        dict ? "__dict__ slot disallowed: we already got one"
                             : "__weakref__ slot disallowed: either we already got one, "
                               "or __itemsize__ != 0");
        return -1;
    }
    *add = true;
    return 1;
}

/* Private names are mangled as in a class body: __x in class _C becomes _C__x. */
static PyObject *
mangle(PyObject *class_name, PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name), class_length = PyUnicode_GET_LENGTH(class_name);
    if (length < 2 || PyUnicode_READ_CHAR(name, 0) != '_' || PyUnicode_READ_CHAR(name, 1) != '_' ||
        (PyUnicode_READ_CHAR(name, length - 1) == '_' &&
         PyUnicode_READ_CHAR(name, length - 2) == '_')) {
        return Py_NewRef(name);
    }
    Py_ssize_t start = 0;
    while (start < class_length && PyUnicode_READ_CHAR(class_name, start) == '_') {
        start++;
    }
    if (start == class_length) {
        return Py_NewRef(name);
    }
    PyObject *stem = PyUnicode_Substring(class_name, start, class_length);
    PyObject *result = stem == NULL ? NULL : PyUnicode_FromFormat("_%U%U", stem, name);
    Py_XDECREF(stem);
    return result;
}

static status
add_slot(struct Making *m, PyObject *names, PyObject *name)
{
    PyObject *mangled = mangle(m->name, name);
    if (mangled == NULL || PyList_Append(names, mangled) < 0) {
        Py_XDECREF(mangled);
        return -1;
    }
    Py_DECREF(mangled);
    /* The compiler itself defines __qualname__ and __classcell__ in the body. */
    if (_PyUnicode_EQ(name, ID(__qualname__)) || _PyUnicode_EQ(name, ID(__classcell__))) {
        return 0;
    }
    mangled = PyList_GET_ITEM(names, PyList_GET_SIZE(names) - 1);
    int present = PyDict_Contains(m->dict, mangled);
    if (present > 0) {
        PyErr_Format(PyExc_ValueError, "%R in __slots__ conflicts with class variable", name);
    }
    return present == 0 ? 0 : -1;
}

static status
collect_slots(struct Making *m, PyObject *slots)
{
    Py_ssize_t count = PyTuple_GET_SIZE(slots);
    if (count > 0 && m->base->tp_itemsize != 0) {
        PyErr_Format(PyExc_TypeError, "nonempty __slots__ not supported for subtype of '%s'",
                     m->base->tp_name);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (check_slot_name(PyTuple_GET_ITEM(slots, i)) < 0) {
            return -1;
        }
    }
    PyObject *names = PyList_New(0);
    if (names == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(slots, i);
        int special = note_special_slot(m, name);
        if (special < 0 || (special == 0 && add_slot(m, names, name) < 0)) {
            Py_DECREF(names);
            return -1;
        }
    }
    m->slots = PyList_Sort(names) < 0 ? NULL : PyList_AsTuple(names);
    Py_DECREF(names);
    return m->slots == NULL ? -1 : 0;
}

/* Other bases may bring a dict or weak references that __slots__ left out. */
static void
add_from_other_bases(struct Making *m)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(m->bases); i++) {
        PyObject *item = PyTuple_GET_ITEM(m->bases, i);
        if (item == (PyObject *)m->base) {
            continue;
        }
        PyTypeObject *other = (PyTypeObject *)item;
        m->add_dict |= m->may_add_dict && other->tp_dictoffset != 0;
        m->add_weak |= m->may_add_weak && other->tp_weaklistoffset != 0;
    }
}

static status
read_slots(struct Making *m)
{
    m->may_add_dict = m->base->tp_dictoffset == 0;
    m->may_add_weak = m->base->tp_weaklistoffset == 0 && m->base->tp_itemsize == 0;
    PyObject *slots = PyDict_GetItemWithError(m->dict, ID(__slots__));
    if (slots == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        m->add_dict = m->may_add_dict;
        m->add_weak = m->may_add_weak;
        return 0;
    }
    PyObject *names = PyUnicode_Check(slots) ? PyTuple_Pack(1, slots) : PySequence_Tuple(slots);
    if (names == NULL) {
        return -1;
    }
    status result = collect_slots(m, names);
    Py_DECREF(names);
    if (result == 0) {
        add_from_other_bases(m);
    }
    return result;
}

/* ---- the struct ------------------------------------------------------------------------------------------- */

static PyTypeObject *
allocate(struct Making *m)
{
    Py_ssize_t nslots = m->slots == NULL ? 0 : PyTuple_GET_SIZE(m->slots);
    PyTypeObject *type = (PyTypeObject *)m->metatype->tp_alloc(m->metatype, nslots);
    if (type == NULL) {
        return NULL;
    }
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASETYPE |
                     Py_TPFLAGS_HAVE_GC;
    type->tp_as_async = &heap->as_async;
    type->tp_as_sequence = &heap->as_sequence;
    type->tp_as_mapping = &heap->as_mapping;
    type->tp_as_buffer = &heap->as_buffer;
    type->tp_as_number = &heap->as_number;
    type->tp_dealloc = subtype_dealloc;
    type->tp_alloc = PyType_GenericAlloc;
    type->tp_free = PyObject_GC_Del;
    type->tp_traverse = subtype_traverse;
    type->tp_clear = subtype_clear;
    type->tp_bases = Py_NewRef(m->bases);
    type->tp_base = (PyTypeObject *)Py_NewRef((PyObject *)m->base);
    type->tp_dict = Py_NewRef(m->dict);
    heap->ht_name = Py_NewRef(m->name);
    heap->ht_slots = Py_XNewRef(m->slots);
    return type;
}

/* Slots first, then the dict of a variable-size base, then weak references; a managed dict takes
   no room.  __dictoffset__ of a managed dict is as the reference reports it: it says "negative"
   and is never used as an offset. */
static void
lay_out(struct Making *m, PyTypeObject *type)
{
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    Py_ssize_t size = m->base->tp_basicsize;
    const Py_ssize_t word = sizeof(PyObject *);
    PyMemberDef *member = class_members(heap);
    if (m->slots != NULL) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(m->slots); i++, member++) {
            /* The name lives as long as ht_slots does; UTF-8 of a valid identifier exists once
               it was checked in set_names. */
            member->name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(m->slots, i));
            member->type = T_OBJECT_EX;
            member->offset = size;
            member->flags = 0;
            size += word;
        }
    }
    if (m->add_dict && m->base->tp_itemsize != 0) {
        type->tp_dictoffset = -word;
        size += word;
    }
    if (m->add_weak) {
        type->tp_weaklistoffset = size;
        size += word;
    }
    if (m->add_dict && m->base->tp_itemsize == 0) {
        type->tp_flags |= Py_TPFLAGS_MANAGED_DICT;
        type->tp_dictoffset = -size - 3 * word;
    }
    type->tp_basicsize = size;
    type->tp_itemsize = m->base->tp_itemsize;
    type->tp_members = class_members(heap);
    type->tp_getset = subtype_getset(m->add_dict, m->add_weak);
}

/* ---- names, documentation ----------------------------------------------------------------------------------- */

static status
set_names(struct Making *m, PyTypeObject *type)
{
    Py_ssize_t length;
    type->tp_name = PyUnicode_AsUTF8AndSize(m->name, &length);
    if (type->tp_name == NULL) {
        return -1;
    }
    if (strlen(type->tp_name) != (size_t)length) {
        PyErr_SetString(PyExc_ValueError, "type name must not contain null characters");
        return -1;
    }
    for (Py_ssize_t i = 0; m->slots != NULL && i < PyTuple_GET_SIZE(m->slots); i++) {
        if (PyUnicode_AsUTF8(PyTuple_GET_ITEM(m->slots, i)) == NULL) {
            return -1;
        }
    }
    return 0;
}

/* __module__ is that of the code that makes the class. */
static status
set_module(PyTypeObject *type)
{
    int present = PyDict_Contains(type->tp_dict, ID(__module__));
    if (present != 0) {
        return present < 0 ? -1 : 0;
    }
    PyObject *globals = PyEval_GetGlobals();
    PyObject *module = globals == NULL ? NULL : PyDict_GetItemWithError(globals, ID(__name__));
    if (module == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return PyDict_SetItem(type->tp_dict, ID(__module__), module);
}

static status
set_qualname(PyTypeObject *type)
{
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    PyObject *qualname = PyDict_GetItemWithError(type->tp_dict, ID(__qualname__));
    if (qualname == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        heap->ht_qualname = Py_NewRef(heap->ht_name);
        return 0;
    }
    if (!PyUnicode_Check(qualname)) {
        PyErr_Format(PyExc_TypeError, "type __qualname__ must be a str, not %s",
                     type_name(qualname));
        return -1;
    }
    heap->ht_qualname = Py_NewRef(qualname);
    return PyDict_DelItem(type->tp_dict, ID(__qualname__));
}

static status
set_doc(PyTypeObject *type)
{
    PyObject *doc = PyDict_GetItemWithError(type->tp_dict, ID(__doc__));
    if (doc == NULL || !PyUnicode_Check(doc)) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(doc, &length);
    if (text == NULL) {
        return -1;
    }
    char *copy = PyObject_Malloc(length + 1);
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, text, length + 1);
    type->tp_doc = copy;
    return 0;
}

/* A plain function under `name` becomes a static or class method. */
static status
wrap_function(PyTypeObject *type, PyObject *name, PyObject *(*wrap)(PyObject *))
{
    PyObject *func = PyDict_GetItemWithError(type->tp_dict, name);
    if (func == NULL || !PyFunction_Check(func)) {
        return PyErr_Occurred() ? -1 : 0;
    }
    PyObject *wrapped = wrap(func);
    if (wrapped == NULL) {
        return -1;
    }
    status result = PyDict_SetItem(type->tp_dict, name, wrapped);
    Py_DECREF(wrapped);
    return result;
}

static status
take_classcell(PyTypeObject *type)
{
    PyObject *cell = PyDict_GetItemWithError(type->tp_dict, ID(__classcell__));
    if (cell == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (!PyCell_Check(cell)) {
        PyErr_Format(PyExc_TypeError, "__classcell__ must be a nonlocal cell, not <class '%.200s'>",
                     type_name(cell));
        return -1;
    }
    PyCell_Set(cell, (PyObject *)type);
    return PyDict_DelItem(type->tp_dict, ID(__classcell__));
}

/* ---- hooks -------------------------------------------------------------------------------------------------- */

static status
call_set_names(PyTypeObject *type)
{
    PyObject *names = PyDict_Copy(type->tp_dict), *key, *value;
    if (names == NULL) {
        return -1;
    }
    for (Py_ssize_t pos = 0; PyDict_Next(names, &pos, &key, &value);) {
        if (PyFunction_Check(value) || PyUnicode_CheckExact(value)) {
            continue;           /* most are these, and their types do not have it */
        }
        PyObject *hook = _PyObject_LookupSpecial(value, ID(__set_name__));
        if (hook == NULL) {
            if (PyErr_Occurred()) {
                Py_DECREF(names);
                return -1;
            }
            continue;
        }
        PyObject *result = PyObject_CallFunctionObjArgs(hook, type, key, NULL);
        Py_DECREF(hook);
        if (result == NULL) {
            _PyErr_FormatFromCause(PyExc_RuntimeError,
                                   "Error calling __set_name__ on '%.100s' instance %R in '%.100s'",
                                   type_name(value), key, type->tp_name);
            Py_DECREF(names);
            return -1;
        }
        Py_DECREF(result);
    }
    Py_DECREF(names);
    return 0;
}

static status
call_init_subclass(PyTypeObject *type, PyObject *kwargs)
{
    PyObject *args[2] = {(PyObject *)type, (PyObject *)type};
    PyObject *super = PyObject_Vectorcall((PyObject *)&PySuper_Type, args, 2, NULL);
    if (super == NULL) {
        return -1;
    }
    PyObject *func = PyObject_GetAttr(super, ID(__init_subclass__));
    Py_DECREF(super);
    if (func == NULL) {
        return -1;
    }
    PyObject *result = PyObject_VectorcallDict(func, NULL, 0, kwargs);
    Py_DECREF(func);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* ---- calling the class -------------------------------------------------------------------------------------- */

/* tp_vectorcall of classes: C(...) where __new__ is object's and __init__ a Python function, or
   nothing, needs neither tuple nor dict.  Everything else goes through tp_call. */
PyObject *
class_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyTypeObject *type = (PyTypeObject *)self;
    PyThreadState *tstate = tstate_get();
    bool of_exception = type->tp_new == ((PyTypeObject *)PyExc_BaseException)->tp_new;
    if (of_exception && type->tp_init == ((PyTypeObject *)PyExc_BaseException)->tp_init) {
        return baseexc_vectorcall(self, args, nargsf, kwnames);
    }
    if ((type->tp_new != PyBaseObject_Type.tp_new && !of_exception) ||
        type_has(type, Py_TPFLAGS_IS_ABSTRACT)) {
        goto general;
    }
    if (type->tp_init == PyBaseObject_Type.tp_init) {
        if (PyVectorcall_NARGS(nargsf) == 0 && kwnames == NULL) {
            if (!recursion_room(tstate)) {
                return NULL;
            }
            PyObject *made = type->tp_alloc(type, 0);
            return likely(tstate->curexc_type == NULL)
                       ? made
                       : _Py_CheckFunctionResult(tstate, self, made, NULL);
        }
        goto general;
    }
    PyObject *init = type->tp_init == slot_init ? _PyType_Lookup(type, ID(__init__)) : NULL;
    if (init == NULL || !type_has(Py_TYPE(init), Py_TPFLAGS_METHOD_DESCRIPTOR) ||
        tstate->curexc_type != NULL) {
        goto general;
    }
    Py_INCREF(init);
    /* BaseException.__new__ keeps the positional arguments. */
    PyObject *op = of_exception ? baseexc_vectorcall(self, args, nargsf, NULL)
                                : type->tp_alloc(type, 0);
    PyObject *result = NULL;
    if (op != NULL && recursion_enter(tstate, " while calling a Python object") == 0) {
        result = call_with_self(tstate, init, op, args, nargsf, kwnames);
        recursion_leave(tstate);
    }
    Py_DECREF(init);
    if (likely(result == Py_None)) {
        Py_DECREF(result);
        return op;
    }
    if (result != NULL) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'",
                     type_name(result));
        Py_DECREF(result);
    }
    Py_XDECREF(op);
    return NULL;
general:
    return _PyObject_MakeTpCall(tstate, self, args, PyVectorcall_NARGS(nargsf), kwnames);
}

/* ---- type.__new__ --------------------------------------------------------------------------------------------- */

static status
prepare_dict(struct Making *m, PyTypeObject *type)
{
    return set_names(m, type) < 0 || set_module(type) < 0 || set_qualname(type) < 0 ||
                   set_doc(type) < 0 || wrap_function(type, ID(__new__), PyStaticMethod_New) < 0 ||
                   wrap_function(type, ID(__init_subclass__), PyClassMethod_New) < 0 ||
                   wrap_function(type, ID(__class_getitem__), PyClassMethod_New) < 0
               ? -1
               : 0;
}

static PyObject *
make_class(struct Making *m)
{
    m->dict = PyDict_Copy(m->orig_dict);
    if (m->dict == NULL || read_slots(m) < 0) {
        return NULL;
    }
    PyTypeObject *type = allocate(m);
    if (type == NULL) {
        return NULL;
    }
    if (prepare_dict(m, type) < 0) {
        goto fail;
    }
    lay_out(m, type);
    if (take_classcell(type) < 0 || PyType_Ready(type) < 0) {
        goto fail;
    }
    slots_fill(type);
    if (Py_IS_TYPE(type, &PyType_Type)) {
        /* A metaclass may have its own __call__. */
        type->tp_vectorcall = class_vectorcall;
    }
    if (type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        /* The instances' dicts share one table of names. */
        ((PyHeapTypeObject *)type)->ht_cached_keys = keys_new_shared();
        if (((PyHeapTypeObject *)type)->ht_cached_keys == NULL) {
            goto fail;
        }
    }
    if (call_set_names(type) < 0 || call_init_subclass(type, m->kwargs) < 0) {
        goto fail;
    }
    return (PyObject *)type;
fail:
    Py_DECREF(type);
    return NULL;
}

PyObject *
type_tp_new(PyTypeObject *metatype, PyObject *args, PyObject *kwargs)
{
    struct Making m = {.args = args, .kwargs = kwargs};
    if (!PyArg_ParseTuple(args, "UO!O!:type.__new__", &m.name, &PyTuple_Type, &m.bases,
                          &PyDict_Type, &m.orig_dict)) {
        return NULL;
    }
    PyObject *bases;
    if (PyTuple_GET_SIZE(m.bases) == 0) {
        m.metatype = metatype;
        m.base = &PyBaseObject_Type;
        bases = PyTuple_Pack(1, m.base);
        if (bases == NULL) {
            return NULL;
        }
    }
    else {
        if (refuse_mro_entries(m.bases) < 0) {
            return NULL;
        }
        PyTypeObject *winner = _PyType_CalculateMetaclass(metatype, m.bases);
        if (winner == NULL) {
            return NULL;
        }
        if (winner != metatype && winner->tp_new != type_tp_new) {
            return winner->tp_new(winner, args, kwargs);
        }
        m.metatype = winner;
        m.base = layout_best_base(m.bases);
        if (m.base == NULL) {
            return NULL;
        }
        bases = Py_NewRef(m.bases);
    }
    m.bases = bases;
    PyObject *result = make_class(&m);
    Py_DECREF(bases);
    Py_XDECREF(m.dict);
    Py_XDECREF(m.slots);
    return result;
}

/* ---- later changes ------------------------------------------------------------------------------------------- */

status
class_set_name(PyTypeObject *type, PyObject *name)
{
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(name, &length);
    if (text == NULL) {
        return -1;
    }
    if (strlen(text) != (size_t)length) {
        PyErr_SetString(PyExc_ValueError, "type name must not contain null characters");
        return -1;
    }
    type->tp_name = text;
    PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    Py_INCREF(name);
    Py_SETREF(heap->ht_name, name);
    return 0;
}

void
class_set_abstract(PyTypeObject *type, bool abstract)
{
    if (abstract) {
        type->tp_flags |= Py_TPFLAGS_IS_ABSTRACT;
    }
    else {
        type->tp_flags &= ~Py_TPFLAGS_IS_ABSTRACT;
    }
}
