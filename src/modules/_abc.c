/* The module _abc: abstract base classes.

   Each ABC has an _abc_data in its _abc_impl: the registered classes, the classes known to be
   subclasses, those known not to be.  All three are sets of weak references, NULL while empty.  A
   registration anywhere makes every negative cache stale: they carry the number of registrations at
   their time. */
#include <Python.h>
#include "object/declare.h"

typedef struct {
    PyObject_HEAD
    PyObject *registry;
    PyObject *cache;
    PyObject *negative_cache;
    unsigned long long negative_version;
} AbcData;

typedef struct {
    PyTypeObject *data_type;
    unsigned long long registrations;
} AbcState;

static AbcState *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

#define COLLECTIONS (Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING)

/* ---- _abc_data ------------------------------------------------------------------------------------------- */

static int
_abc_data_tp_traverse(AbcData *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->registry);
    Py_VISIT(self->cache);
    Py_VISIT(self->negative_cache);
    return 0;
}

static int
_abc_data_tp_clear(AbcData *self)
{
    Py_CLEAR(self->registry);
    Py_CLEAR(self->cache);
    Py_CLEAR(self->negative_cache);
    return 0;
}

static void
_abc_data_tp_dealloc(AbcData *self)
{
    PyObject_GC_UnTrack(self);
    PyTypeObject *type = Py_TYPE(self);
    _abc_data_tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
_abc_data_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    AbcData *self = (AbcData *)type->tp_alloc(type, 0);
    if (self != NULL) {
        PyObject *module = PyType_GetModule(type);
        self->negative_version = module == NULL ? 0 : state_of(module)->registrations;
    }
    return (PyObject *)self;
}

HEAPTYPE(_abc_data, "_abc._abc_data", AbcData, NULL, "What an abstract base class remembers.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, {Py_tp_alloc, PyType_GenericAlloc},
         {Py_tp_free, PyObject_GC_Del})
static PyType_Spec _abc_data_spec;

static AbcData *
data_of(PyObject *module, PyObject *class)
{
    PyObject *data = PyObject_GetAttr(class, ID(_abc_impl));
    if (data != NULL && !Py_IS_TYPE(data, state_of(module)->data_type)) {
        PyErr_SetString(PyExc_TypeError, "_abc_impl is set to a wrong type");
        Py_CLEAR(data);
    }
    return (AbcData *)data;
}

/* ---- sets of weak references ------------------------------------------------------------------------------- */

static int
has_class(PyObject *set, PyObject *class)
{
    if (set == NULL || PySet_GET_SIZE(set) == 0) {
        return 0;
    }
    PyObject *ref = PyWeakref_NewRef(class, NULL);
    if (ref == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            return 0;
        }
        return -1;
    }
    int result = PySet_Contains(set, ref);
    Py_DECREF(ref);
    return result;
}

/* Called when a class dies: take its reference out of the set, if the set still lives. */
static PyObject *
drop_reference(PyObject *set_ref, PyObject *ref)
{
    PyObject *set = PyWeakref_GET_OBJECT(set_ref);
    if (set == Py_None) {
        Py_RETURN_NONE;
    }
    Py_INCREF(set);
    int failed = PySet_Discard(set, ref);
    Py_DECREF(set);
    if (failed < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef drop_def = {"_destroy", drop_reference, METH_O, NULL};

static status
add_class(PyObject **set, PyObject *class)
{
    if (*set == NULL && (*set = PySet_New(NULL)) == NULL) {
        return -1;
    }
    PyObject *set_ref = PyWeakref_NewRef(*set, NULL), *callback = NULL, *ref = NULL;
    status result = -1;
    if (set_ref != NULL && (callback = PyCFunction_NewEx(&drop_def, set_ref, NULL)) != NULL &&
        (ref = PyWeakref_NewRef(class, callback)) != NULL) {
        result = PySet_Add(*set, ref);
    }
    Py_XDECREF(set_ref);
    Py_XDECREF(callback);
    Py_XDECREF(ref);
    return result;
}

FUNCTION(_abc, _reset_registry, "($module, self, /)", "Forget the registered classes; for tests.")
static status
_abc_reset_registry(PyObject *module, PyObject *self)
{
    AbcData *data = data_of(module, self);
    if (data == NULL) {
        return -1;
    }
    status result = data->registry == NULL ? 0 : PySet_Clear(data->registry);
    Py_DECREF(data);
    return result;
}

FUNCTION(_abc, _reset_caches, "($module, self, /)", "Forget what was found out; for tests.")
static status
_abc_reset_caches(PyObject *module, PyObject *self)
{
    AbcData *data = data_of(module, self);
    if (data == NULL) {
        return -1;
    }
    status result = 0;
    if (data->cache != NULL) {
        result = PySet_Clear(data->cache);
    }
    if (result == 0 && data->negative_cache != NULL) {
        result = PySet_Clear(data->negative_cache);
    }
    Py_DECREF(data);
    return result;
}

FUNCTION(_abc, _get_dump, "($module, self, /)",
         "(registry, cache, negative cache, version of the latter); for tests.")
static PyObject *
_abc_get_dump(PyObject *module, PyObject *self)
{
    AbcData *data = data_of(module, self);
    if (data == NULL) {
        return NULL;
    }
    PyObject *result =
        Py_BuildValue("NNNK", PySet_New(data->registry), PySet_New(data->cache),
                      PySet_New(data->negative_cache), data->negative_version);
    Py_DECREF(data);
    return result;
}

/* ---- abstract methods -------------------------------------------------------------------------------------- */

static status
add_if_abstract(PyObject *names, PyObject *name, PyObject *value)
{
    int abstract = _PyObject_IsAbstract(value);
    return abstract > 0 ? PySet_Add(names, name) : abstract;
}

static status
add_own_abstract(PyObject *names, PyObject *class)
{
    PyObject *dict = PyObject_GetAttr(class, ID(__dict__));
    PyObject *items = dict == NULL ? NULL : PyMapping_Items(dict);
    status result = items == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(items); i++) {
        PyObject *item = PySequence_Tuple(PyList_GET_ITEM(items, i));
        if (item == NULL || PyTuple_GET_SIZE(item) != 2) {
            if (item != NULL) {
                PyErr_SetString(PyExc_TypeError, "Iteration over items() returned item which size "
                                                 "is not 2");
            }
            result = -1;
        }
        else {
            result = add_if_abstract(names, PyTuple_GET_ITEM(item, 0), PyTuple_GET_ITEM(item, 1));
        }
        Py_XDECREF(item);
    }
    Py_XDECREF(items);
    Py_XDECREF(dict);
    return result;
}

/* What a base left abstract and the class does not override. */
static status
add_inherited_abstract(PyObject *names, PyObject *class, PyObject *base)
{
    PyObject *inherited;
    int found = _PyObject_LookupAttr(base, ID(__abstractmethods__), &inherited);
    if (found <= 0) {
        return found;
    }
    PyObject *iterator = PyObject_GetIter(inherited), *name;
    Py_DECREF(inherited);
    if (iterator == NULL) {
        return -1;
    }
    status result = 0;
    while (result == 0 && (name = PyIter_Next(iterator)) != NULL) {
        PyObject *value;
        result = _PyObject_LookupAttr(class, name, &value);
        if (result > 0) {
            result = add_if_abstract(names, name, value);
            Py_DECREF(value);
        }
        Py_DECREF(name);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

static status
set_abstract_methods(PyObject *class)
{
    PyObject *names = PyFrozenSet_New(NULL), *bases = NULL;
    status result = names == NULL ? -1 : add_own_abstract(names, class);
    if (result == 0) {
        bases = PyObject_GetAttr(class, ID(__bases__));
        if (bases == NULL || !PyTuple_Check(bases)) {
            if (bases != NULL) {
                PyErr_SetString(PyExc_TypeError, "__bases__ is not tuple");
            }
            result = -1;
        }
    }
    for (Py_ssize_t i = 0; result == 0 && i < PyTuple_GET_SIZE(bases); i++) {
        result = add_inherited_abstract(names, class, PyTuple_GET_ITEM(bases, i));
    }
    if (result == 0) {
        result = PyObject_SetAttr(class, ID(__abstractmethods__), names);
    }
    Py_XDECREF(bases);
    Py_XDECREF(names);
    return result;
}

/* __abc_tpflags__ in a class body makes the class a sequence or mapping for match statements. */
static status
take_collection_flags(PyTypeObject *class)
{
    PyObject *flags = PyDict_GetItemWithError(class->tp_dict, ID(__abc_tpflags__));
    if (flags == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (PyLong_CheckExact(flags)) {
        long value = PyLong_AsLong(flags);
        if (value == -1 && PyErr_Occurred()) {
            return -1;
        }
        if ((value & COLLECTIONS) == COLLECTIONS) {
            PyErr_SetString(PyExc_TypeError,
                            "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and "
                            "Py_TPFLAGS_MAPPING");
            return -1;
        }
        class->tp_flags |= value & COLLECTIONS;
    }
    return PyDict_DelItem(class->tp_dict, ID(__abc_tpflags__));
}

FUNCTION(_abc, _abc_init, "($module, self, /)", "Make a class an abstract base class.")
static status
_abc_abc_init(PyObject *module, PyObject *self)
{
    if (set_abstract_methods(self) < 0) {
        return -1;
    }
    PyTypeObject *type = state_of(module)->data_type;
    PyObject *data = _abc_data_tp_new(type, NULL, NULL);
    if (data == NULL) {
        return -1;
    }
    status result = PyObject_SetAttr(self, ID(_abc_impl), data);
    Py_DECREF(data);
    if (result == 0 && PyType_Check(self)) {
        result = take_collection_flags((PyTypeObject *)self);
    }
    return result;
}

/* ---- registration -------------------------------------------------------------------------------------------- */

static status
spread_collection_flag(PyTypeObject *class, unsigned long flag)
{
    if (PyType_HasFeature(class, Py_TPFLAGS_IMMUTABLETYPE) ||
        (class->tp_flags & COLLECTIONS) == flag) {
        return 0;
    }
    class->tp_flags = (class->tp_flags & ~COLLECTIONS) | flag;
    PyObject *subclasses = PyObject_CallMethod((PyObject *)class, "__subclasses__", NULL);
    if (subclasses == NULL || !PyList_Check(subclasses)) {
        Py_XDECREF(subclasses);
        return PyErr_Occurred() ? -1 : 0;
    }
    status result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(subclasses); i++) {
        PyObject *subclass = PyList_GET_ITEM(subclasses, i);
        if (PyType_Check(subclass)) {
            result = spread_collection_flag((PyTypeObject *)subclass, flag);
        }
    }
    Py_DECREF(subclasses);
    return result;
}

FUNCTION(_abc, _abc_register, "($module, self, subclass, /)",
         "Make subclass a virtual subclass of an abstract base class.")
static PyObject *
_abc_abc_register(PyObject *module, PyObject *self, PyObject *subclass)
{
    if (!PyType_Check(subclass)) {
        PyErr_SetString(PyExc_TypeError, "Can only register classes");
        return NULL;
    }
    int known = PyObject_IsSubclass(subclass, self);
    if (known != 0) {
        return known < 0 ? NULL : Py_NewRef(subclass);
    }
    /* A cycle would make issubclass() endless. */
    int cycle = PyObject_IsSubclass(self, subclass);
    if (cycle != 0) {
        if (cycle > 0) {
            PyErr_SetString(PyExc_RuntimeError, "Refusing to create an inheritance cycle");
        }
        return NULL;
    }
    AbcData *data = data_of(module, self);
    if (data == NULL) {
        return NULL;
    }
    status result = add_class(&data->registry, subclass);
    Py_DECREF(data);
    if (result < 0) {
        return NULL;
    }
    state_of(module)->registrations++;
    if (PyType_Check(self)) {
        unsigned long flag = PyType_GetFlags((PyTypeObject *)self) & COLLECTIONS;
        if (flag != 0 && spread_collection_flag((PyTypeObject *)subclass, flag) < 0) {
            return NULL;
        }
    }
    return Py_NewRef(subclass);
}

/* ---- checks --------------------------------------------------------------------------------------------------- */

static PyObject *
ask_subclass(PyObject *self, PyObject *class)
{
    return PyObject_CallMethodOneArg(self, ID(__subclasscheck__), class);
}

static PyObject *
check_instance(AbcData *data, AbcState *state, PyObject *self, PyObject *instance, PyObject *class)
{
    int known = has_class(data->cache, class);
    if (known != 0) {
        return known < 0 ? NULL : Py_NewRef(Py_True);
    }
    PyObject *type = (PyObject *)Py_TYPE(instance);
    if (type == class) {
        if (data->negative_version == state->registrations) {
            known = has_class(data->negative_cache, class);
            if (known != 0) {
                return known < 0 ? NULL : Py_NewRef(Py_False);
            }
        }
        return ask_subclass(self, class);
    }
    PyObject *result = ask_subclass(self, class);
    if (result == NULL) {
        return NULL;
    }
    int truth = PyObject_IsTrue(result);
    if (truth > 0) {
        return result;
    }
    Py_DECREF(result);
    return truth < 0 ? NULL : ask_subclass(self, type);
}

FUNCTION(_abc, _abc_instancecheck, "($module, self, instance, /)",
         "isinstance() for abstract base classes.")
static PyObject *
_abc_abc_instancecheck(PyObject *module, PyObject *self, PyObject *instance)
{
    AbcData *data = data_of(module, self);
    PyObject *class = data == NULL ? NULL : PyObject_GetAttr(instance, ID(__class__));
    PyObject *result = NULL;
    if (class != NULL) {
        result = check_instance(data, state_of(module), self, instance, class);
    }
    Py_XDECREF(class);
    Py_XDECREF(data);
    return result;
}

/* Registered classes and their subclasses. */
static int
in_registry(AbcData *data, PyObject *subclass)
{
    int known = has_class(data->registry, subclass);
    if (known != 0 || data->registry == NULL || PySet_GET_SIZE(data->registry) == 0) {
        return known;
    }
    /* Asking the classes may change the registry. */
    PyObject *refs = PySequence_List(data->registry);
    if (refs == NULL) {
        return -1;
    }
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(refs); i++) {
        PyObject *class = PyWeakref_GetObject(PyList_GET_ITEM(refs, i));
        if (class == NULL) {
            result = -1;
        }
        else if (class != Py_None) {
            Py_INCREF(class);
            result = PyObject_IsSubclass(subclass, class);
            Py_DECREF(class);
        }
    }
    Py_DECREF(refs);
    return result;
}

static int
in_subclasses(PyObject *self, PyObject *subclass)
{
    PyObject *subclasses = PyObject_CallMethod(self, "__subclasses__", NULL);
    if (subclasses == NULL) {
        return -1;
    }
    int result = 0;
    if (!PyList_Check(subclasses)) {
        PyErr_SetString(PyExc_TypeError, "__subclasses__() must return a list");
        result = -1;
    }
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(subclasses); i++) {
        PyObject *class = Py_NewRef(PyList_GET_ITEM(subclasses, i));
        result = PyObject_IsSubclass(subclass, class);
        Py_DECREF(class);
    }
    Py_DECREF(subclasses);
    return result;
}

/* The subclass hook's word: 1, 0, or 2 if it has none. */
static int
ask_hook(PyObject *self, PyObject *subclass)
{
    PyObject *answer = PyObject_CallMethodOneArg(self, ID(__subclasshook__), subclass);
    if (answer == NULL) {
        return -1;
    }
    int result = answer == Py_True ? 1 : answer == Py_False ? 0 : answer == Py_NotImplemented ? 2 : -1;
    Py_DECREF(answer);
    if (result < 0) {
        PyErr_SetString(PyExc_AssertionError,
                        "__subclasshook__ must return either False, True, or NotImplemented");
    }
    return result;
}

static int
check_subclass(AbcData *data, AbcState *state, PyObject *self, PyObject *subclass)
{
    int known = has_class(data->cache, subclass);
    if (known != 0) {
        return known;
    }
    if (data->negative_version < state->registrations) {
        if (data->negative_cache != NULL && PySet_Clear(data->negative_cache) < 0) {
            return -1;
        }
        data->negative_version = state->registrations;
    }
    else {
        known = has_class(data->negative_cache, subclass);
        if (known != 0) {
            return known < 0 ? -1 : 0;
        }
    }
    int result = ask_hook(self, subclass);
    if (result == 2) {
        result = PyType_IsSubtype((PyTypeObject *)subclass, (PyTypeObject *)self);
        if (result == 0) {
            result = in_registry(data, subclass);
            if (result > 0 && has_class(data->registry, subclass) > 0) {
                return 1;           /* the registry answers as fast as the cache */
            }
        }
        if (result == 0) {
            result = in_subclasses(self, subclass);
        }
    }
    if (result < 0 ||
        add_class(result > 0 ? &data->cache : &data->negative_cache, subclass) < 0) {
        return -1;
    }
    return result;
}

FUNCTION(_abc, _abc_subclasscheck, "($module, self, subclass, /)",
         "issubclass() for abstract base classes.")
static truth
_abc_abc_subclasscheck(PyObject *module, PyObject *self, PyObject *subclass)
{
    if (!PyType_Check(subclass)) {
        PyErr_SetString(PyExc_TypeError, "issubclass() arg 1 must be a class");
        return -1;
    }
    AbcData *data = data_of(module, self);
    if (data == NULL) {
        return -1;
    }
    int result = check_subclass(data, state_of(module), self, subclass);
    Py_DECREF(data);
    return result;
}

FUNCTION(_abc, get_cache_token, "($module, /)",
         "A number that changes with every registration: what was found out before may be wrong.")
static PyObject *
_abc_get_cache_token(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromUnsignedLongLong(state_of(module)->registrations);
}

/* ---- module ------------------------------------------------------------------------------------------------------ */

static PyMethodDef _abc_functions[];

static int
_abc_exec(PyObject *module)
{
    AbcState *state = state_of(module);
    state->data_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &_abc_data_spec, NULL);
    return state->data_type == NULL ? -1 : 0;
}

static int
_abc_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(state_of(module)->data_type);
    return 0;
}

static int
_abc_clear(PyObject *module)
{
    Py_CLEAR(state_of(module)->data_type);
    return 0;
}

static void
_abc_free(void *module)
{
    _abc_clear(module);
}

static PyModuleDef_Slot _abc_slots[] = {
    {Py_mod_exec, _abc_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef _abc_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_abc",
    .m_doc = PyDoc_STR("The machinery of abc.ABCMeta."),
    .m_size = sizeof(AbcState),
    .m_methods = _abc_functions,
    .m_slots = _abc_slots,
    .m_traverse = _abc_traverse,
    .m_clear = _abc_clear,
    .m_free = _abc_free,
};

PyMODINIT_FUNC
PyInit__abc(void)
{
    return PyModuleDef_Init(&_abc_module);
}

#include "gen/modules/_abc.inc"
