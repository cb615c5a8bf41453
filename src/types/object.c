/* `object` as Python sees it: construction, comparison, pickling, `__class__`. */
#include "object/object.h"
#include "object/class.h"
#include "object/doors.h"
#include "object/slots.h"
#include "types/dict.h"

/* ---- construction --------------------------------------------------------------------------------------- */

static bool
excess_args(PyObject *args, PyObject *kwargs)
{
    return PyTuple_GET_SIZE(args) != 0 ||
           (kwargs != NULL && PyDict_Check(kwargs) && PyDict_GET_SIZE(kwargs) != 0);
}

static int object_tp_init(PyObject *self, PyObject *args, PyObject *kwargs);

static COLD PyObject *
raise_abstract(PyTypeObject *type)
{
    PyObject *methods = PyObject_GetAttr((PyObject *)type, ID(__abstractmethods__));
    PyObject *sorted = methods == NULL ? NULL : PySequence_List(methods);
    PyObject *comma = NULL, *joined = NULL;
    if (sorted != NULL && PyList_Sort(sorted) == 0) {
        comma = PyUnicode_FromString(", ");
        joined = comma == NULL ? NULL : PyUnicode_Join(comma, sorted);
    }
    if (joined != NULL) {
        PyErr_Format(PyExc_TypeError, "Can't instantiate abstract class %s with abstract method%s %U",
                     type->tp_name, PyObject_Length(sorted) > 1 ? "s" : "", joined);
    }
    Py_XDECREF(joined);
    Py_XDECREF(comma);
    Py_XDECREF(sorted);
    Py_XDECREF(methods);
    return NULL;
}

/* Arguments that neither __new__ nor __init__ takes are an error, but each of the two forgives those
   meant for the other, if the other is overridden and it itself is not. */
static PyObject *
object_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (unlikely(excess_args(args, kwargs))) {
        if (type->tp_new != object_tp_new) {
            PyErr_SetString(PyExc_TypeError, "object.__new__() takes exactly one argument "
                                             "(the type to instantiate)");
            return NULL;
        }
        if (type->tp_init == object_tp_init) {
            PyErr_Format(PyExc_TypeError, "%.200s() takes no arguments", type->tp_name);
            return NULL;
        }
    }
    if (unlikely(type_has(type, Py_TPFLAGS_IS_ABSTRACT))) {
        return raise_abstract(type);
    }
    return type->tp_alloc(type, 0);
}

/* object() itself; subclasses do not inherit it. */
static PyObject *
object_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (likely(type == (PyObject *)&PyBaseObject_Type && PyVectorcall_NARGS(nargsf) == 0 && kwnames == NULL)) {
        return recursion_room(tstate_get()) ? PyType_GenericAlloc(&PyBaseObject_Type, 0) : NULL;
    }
    return _PyObject_MakeTpCall(tstate_get(), type, args, PyVectorcall_NARGS(nargsf), kwnames);
}

static int
object_tp_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = Py_TYPE(self);
    if (unlikely(excess_args(args, kwargs))) {
        if (type->tp_init != object_tp_init) {
            PyErr_SetString(PyExc_TypeError, "object.__init__() takes exactly one argument "
                                             "(the instance to initialize)");
            return -1;
        }
        if (type->tp_new == object_tp_new) {
            PyErr_Format(PyExc_TypeError,
                         "%.200s.__init__() takes exactly one argument (the instance to initialize)",
                         type->tp_name);
            return -1;
        }
    }
    return 0;
}

static void
object_tp_dealloc(PyObject *self)
{
    Py_TYPE(self)->tp_free(self);
}

/* ---- text, hash, comparison --------------------------------------------------------------------------------- */

static PyObject *
object_tp_repr(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *module = type_module_name(type);
    if (module == NULL) {
        PyErr_Clear();
    }
    else if (!PyUnicode_Check(module)) {
        Py_CLEAR(module);
    }
    PyObject *name = PyType_GetQualName(type), *result = NULL;
    if (name != NULL) {
        result = module != NULL && !_PyUnicode_EQ(module, ID(builtins))
                     ? PyUnicode_FromFormat("<%U.%U object at %p>", module, name, self)
                     : PyUnicode_FromFormat("<%s object at %p>", type->tp_name, self);
    }
    Py_XDECREF(module);
    Py_XDECREF(name);
    return result;
}

static PyObject *
object_tp_str(PyObject *self)
{
    reprfunc repr = Py_TYPE(self)->tp_repr;
    return repr == NULL ? object_tp_repr(self) : repr(self);
}

static Py_hash_t
object_tp_hash(PyObject *self)
{
    return _Py_HashPointer(self);
}

static PyObject *
object_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (op == Py_EQ) {
        /* Not False: the other side may know better. */
        return Py_NewRef(self == other ? Py_True : Py_NotImplemented);
    }
    if (op == Py_NE && Py_TYPE(self)->tp_richcompare != NULL) {
        PyObject *equal = Py_TYPE(self)->tp_richcompare(self, other, Py_EQ);
        if (equal != NULL && equal != Py_NotImplemented) {
            int truth = PyObject_IsTrue(equal);
            Py_DECREF(equal);
            return truth < 0 ? NULL : PyBool_FromLong(!truth);
        }
        return equal;
    }
    Py_RETURN_NOTIMPLEMENTED;
}

/* ---- pickling ------------------------------------------------------------------------------------------------- */

static PyObject *
copyreg_call(PyObject *name, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *copyreg = PyImport_GetModule(ID(copyreg));
    if (copyreg == NULL) {
        copyreg = PyErr_Occurred() ? NULL : PyImport_Import(ID(copyreg));
        if (copyreg == NULL) {
            return NULL;
        }
    }
    PyObject *func = PyObject_GetAttr(copyreg, name), *result = NULL;
    Py_DECREF(copyreg);
    if (func != NULL) {
        result = args == NULL ? Py_NewRef(func) : PyObject_Vectorcall(func, args, nargs, NULL);
        Py_DECREF(func);
    }
    return result;
}

/* The names of a class's slots, cached in its __slotnames__ by copyreg: a list or None. */
static PyObject *
slot_names(PyTypeObject *type)
{
    PyObject *dict = type_dict(type);
    PyObject *names = dict == NULL ? NULL : PyDict_GetItemWithError(dict, ID(__slotnames__));
    if (names != NULL) {
        if (names != Py_None && !PyList_Check(names)) {
            PyErr_Format(PyExc_TypeError, "%.200s.__slotnames__ should be a list or None, not %.200s",
                         type->tp_name, type_name(names));
            return NULL;
        }
        return Py_NewRef(names);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    PyObject *args[1] = {(PyObject *)type};
    names = copyreg_call(ID(_slotnames), args, 1);
    if (names != NULL && names != Py_None && !PyList_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "copyreg._slotnames didn't return a list or None");
        Py_CLEAR(names);
    }
    return names;
}

static COLD PyObject *
raise_no_pickle(PyObject *op, const char *format)
{
    PyErr_Format(PyExc_TypeError, format, type_name(op));
    return NULL;
}

static bool
has_empty_dict(PyObject *op)
{
    if (type_has(Py_TYPE(op), Py_TPFLAGS_MANAGED_DICT)) {
        return managed_is_empty(op);
    }
    PyObject **slot = _PyObject_GetDictPtr(op);
    return slot == NULL || *slot == NULL || PyDict_GET_SIZE(*slot) == 0;
}

/* Whether op holds more than what a dict, weak references and `slots` account for. */
static bool
has_hidden_state(PyObject *op, PyObject *slots)
{
    PyTypeObject *type = Py_TYPE(op);
    Py_ssize_t size = PyBaseObject_Type.tp_basicsize;
    const Py_ssize_t word = sizeof(PyObject *);
    if (type->tp_dictoffset != 0 && !type_has(type, Py_TPFLAGS_MANAGED_DICT)) {
        size += word;
    }
    if (type->tp_weaklistoffset > 0) {
        size += word;
    }
    if (slots != Py_None) {
        size += word * PyList_GET_SIZE(slots);
    }
    return type->tp_basicsize > size;
}

/* {slot name: value} of the slots that are set. */
static PyObject *
slot_values(PyObject *op, PyObject *names)
{
    PyObject *values = PyDict_New();
    if (values == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(names);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = Py_NewRef(PyList_GET_ITEM(names, i)), *value;
        int failed = _PyObject_LookupAttr(op, name, &value);
        if (failed > 0) {
            failed = PyDict_SetItem(values, name, value);
            Py_DECREF(value);
        }
        Py_DECREF(name);
        if (failed < 0) {
            goto fail;
        }
        if (PyList_GET_SIZE(names) != count) {
            PyErr_Format(PyExc_RuntimeError, "__slotsname__ changed size during iteration");
            goto fail;
        }
    }
    return values;
fail:
    Py_DECREF(values);
    return NULL;
}

/* The state to pickle: the dict, or (dict, slots), or None.  `required`: nothing else restores the
   object, so it must not have state that Python cannot see. */
static PyObject *
default_state(PyObject *op, bool required)
{
    if (required && Py_TYPE(op)->tp_itemsize != 0) {
        return raise_no_pickle(op, "cannot pickle %.200s objects");
    }
    PyObject *state =
        has_empty_dict(op) ? Py_NewRef(Py_None) : PyObject_GenericGetDict(op, NULL);
    if (state == NULL) {
        return NULL;
    }
    PyObject *names = slot_names(Py_TYPE(op)), *values = NULL;
    if (names == NULL) {
        goto fail;
    }
    if (required && has_hidden_state(op, names)) {
        raise_no_pickle(op, "cannot pickle '%.200s' object");
        goto fail;
    }
    if (names != Py_None && PyList_GET_SIZE(names) > 0) {
        values = slot_values(op, names);
        if (values == NULL) {
            goto fail;
        }
        if (PyDict_GET_SIZE(values) > 0) {
            Py_SETREF(state, PyTuple_Pack(2, state, values));
        }
    }
    Py_XDECREF(values);
    Py_DECREF(names);
    return state;
fail:
    Py_XDECREF(names);
    Py_DECREF(state);
    return NULL;
}

static PyObject *object_getstate(PyObject *self, PyObject *ignored);

static PyObject *
state_of(PyObject *op, bool required)
{
    PyObject *func = PyObject_GetAttr(op, ID(__getstate__));
    if (func == NULL) {
        return NULL;
    }
    PyObject *state;
    if (PyCFunction_Check(func) && PyCFunction_GET_SELF(func) == op &&
        PyCFunction_GET_FUNCTION(func) == object_getstate) {
        state = default_state(op, required);
    }
    else {
        state = PyObject_CallNoArgs(func);
    }
    Py_DECREF(func);
    return state;
}

PyObject *
_PyObject_GetState(PyObject *op)
{
    return state_of(op, false);
}

/* What __getnewargs_ex__ or __getnewargs__ say; *args is NULL if there is neither. */
static status
new_arguments(PyObject *op, PyObject **args, PyObject **kwargs)
{
    *args = *kwargs = NULL;
    PyObject *func = _PyObject_LookupSpecial(op, ID(__getnewargs_ex__));
    if (func != NULL) {
        PyObject *both = PyObject_CallNoArgs(func);
        Py_DECREF(func);
        if (both == NULL) {
            return -1;
        }
        if (!PyTuple_Check(both)) {
            PyErr_Format(PyExc_TypeError, "__getnewargs_ex__ should return a tuple, not '%.200s'",
                         type_name(both));
        }
        else if (PyTuple_GET_SIZE(both) != 2) {
            PyErr_Format(PyExc_ValueError,
                         "__getnewargs_ex__ should return a tuple of length 2, not %zd",
                         PyTuple_GET_SIZE(both));
        }
        else if (!PyTuple_Check(PyTuple_GET_ITEM(both, 0))) {
            PyErr_Format(PyExc_TypeError,
                         "first item of the tuple returned by __getnewargs_ex__ must be a tuple, "
                         "not '%.200s'",
                         type_name(PyTuple_GET_ITEM(both, 0)));
        }
        else if (!PyDict_Check(PyTuple_GET_ITEM(both, 1))) {
            PyErr_Format(PyExc_TypeError,
                         "second item of the tuple returned by __getnewargs_ex__ must be a dict, "
                         "not '%.200s'",
                         type_name(PyTuple_GET_ITEM(both, 1)));
        }
        else {
            *args = Py_NewRef(PyTuple_GET_ITEM(both, 0));
            *kwargs = Py_NewRef(PyTuple_GET_ITEM(both, 1));
        }
        Py_DECREF(both);
        return *args == NULL ? -1 : 0;
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    func = _PyObject_LookupSpecial(op, ID(__getnewargs__));
    if (func == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    *args = PyObject_CallNoArgs(func);
    Py_DECREF(func);
    if (*args != NULL && !PyTuple_Check(*args)) {
        PyErr_Format(PyExc_TypeError, "__getnewargs__ should return a tuple, not '%.200s'",
                     type_name(*args));
        Py_CLEAR(*args);
    }
    return *args == NULL ? -1 : 0;
}

/* Iterators over the items of lists and dicts, which are not part of the state. */
static status
content_iterators(PyObject *op, PyObject **list_items, PyObject **dict_items)
{
    *dict_items = NULL;
    *list_items = PyList_Check(op) ? PyObject_GetIter(op) : Py_NewRef(Py_None);
    if (*list_items == NULL) {
        return -1;
    }
    if (!PyDict_Check(op)) {
        *dict_items = Py_NewRef(Py_None);
        return 0;
    }
    PyObject *items = PyObject_CallMethodNoArgs(op, ID(items));
    if (items != NULL) {
        *dict_items = PyObject_GetIter(items);
        Py_DECREF(items);
    }
    if (*dict_items == NULL) {
        Py_CLEAR(*list_items);
        return -1;
    }
    return 0;
}

/* (copyreg function, its arguments) that make an empty copy of op. */
static PyObject *
new_call(PyObject *op, PyObject *args, PyObject *kwargs, PyObject **arguments)
{
    PyObject *class = (PyObject *)Py_TYPE(op);
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        *arguments = PyTuple_Pack(3, class, args, kwargs);
        return *arguments == NULL ? NULL : copyreg_call(ID(__newobj_ex__), NULL, 0);
    }
    Py_ssize_t count = args == NULL ? 0 : PyTuple_GET_SIZE(args);
    *arguments = PyTuple_New(count + 1);
    if (*arguments == NULL) {
        return NULL;
    }
    PyTuple_SET_ITEM(*arguments, 0, Py_NewRef(class));
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(*arguments, i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    return copyreg_call(ID(__newobj__), NULL, 0);
}

/* __reduce_ex__ for protocol 2 and up: (maker, arguments, state, list items, dict items). */
static PyObject *
reduce_by_new(PyObject *op)
{
    if (Py_TYPE(op)->tp_new == NULL) {
        return raise_no_pickle(op, "cannot pickle '%.200s' object");
    }
    PyObject *args, *kwargs, *arguments = NULL, *maker = NULL, *state = NULL, *result = NULL;
    PyObject *list_items = NULL, *dict_items = NULL;
    if (new_arguments(op, &args, &kwargs) < 0) {
        return NULL;
    }
    maker = new_call(op, args, kwargs, &arguments);
    if (maker == NULL) {
        goto done;
    }
    state = state_of(op, !(args != NULL || PyList_Check(op) || PyDict_Check(op)));
    if (state == NULL || content_iterators(op, &list_items, &dict_items) < 0) {
        goto done;
    }
    result = PyTuple_Pack(5, maker, arguments, state, list_items, dict_items);
done:
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    Py_XDECREF(arguments);
    Py_XDECREF(maker);
    Py_XDECREF(state);
    Py_XDECREF(list_items);
    Py_XDECREF(dict_items);
    return result;
}

static PyObject *
common_reduce(PyObject *op, int protocol)
{
    if (protocol >= 2) {
        return reduce_by_new(op);
    }
    PyObject *number = PyLong_FromLong(protocol);
    if (number == NULL) {
        return NULL;
    }
    PyObject *args[2] = {op, number};
    PyObject *result = copyreg_call(ID(_reduce_ex), args, 2);
    Py_DECREF(number);
    return result;
}

METHOD(object, __reduce_ex__, "($self, protocol, /)",
       "How to make a copy, for pickle's protocol of that number.")
static PyObject *
object_reduce_ex(PyObject *self, int protocol)
{
    PyObject *reduce, *of_object = _PyType_Lookup(&PyBaseObject_Type, ID(__reduce__));
    if (Py_TYPE(self)->tp_getattro == PyObject_GenericGetAttr && Py_IS_TYPE(Py_TYPE(self), &PyType_Type) &&
        _PyType_Lookup(Py_TYPE(self), ID(__reduce__)) == of_object) {
        /* asking the object and its class would give what is known */
        return common_reduce(self, protocol);
    }
    if (_PyObject_LookupAttr(self, ID(__reduce__), &reduce) < 0) {
        return NULL;
    }
    if (reduce == NULL) {
        return common_reduce(self, protocol);
    }
    PyObject *of_class = PyObject_GetAttr((PyObject *)Py_TYPE(self), ID(__reduce__));
    if (of_class == NULL) {
        Py_DECREF(reduce);
        return NULL;
    }
    bool overridden = of_class != of_object;
    Py_DECREF(of_class);
    PyObject *result = overridden ? PyObject_CallNoArgs(reduce) : common_reduce(self, protocol);
    Py_DECREF(reduce);
    return result;
}

METHOD(object, __reduce__, "($self, /)", "How to make a copy, for pickle's protocol 0.")
static PyObject *
object_reduce(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return common_reduce(self, 0);
}

METHOD(object, __getstate__, "($self, /)", "The state that pickle and copy save.")
static PyObject *
object_getstate(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return default_state(self, false);
}

/* ---- hooks and the rest ---------------------------------------------------------------------------------------- */

CLASSMETHOD(object, __subclasshook__, NULL,
            "Asked by issubclass() for abstract classes; NotImplemented leaves the answer to the "
            "usual rules.")
static PyObject *
object_subclasshook(PyObject *Py_UNUSED(type), PyObject *Py_UNUSED(args))
{
    Py_RETURN_NOTIMPLEMENTED;
}

CLASSMETHOD(object, __init_subclass__, NULL,
            "Called with each new subclass; the default does nothing.")
static PyObject *
object_init_subclass(PyObject *Py_UNUSED(type), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_NONE;
}

METHOD(object, __format__, "($self, format_spec, /)", "str(self); no format is understood.")
static PyObject *
object_format(PyObject *self, PyUnicodeObject *format_spec)
{
    if (PyUnicode_GET_LENGTH(format_spec) > 0) {
        PyErr_Format(PyExc_TypeError, "unsupported format string passed to %.200s.__format__",
                     type_name(self));
        return NULL;
    }
    return PyObject_Str(self);
}

METHOD(object, __sizeof__, "($self, /)", "The memory of the object itself in bytes.")
static PyObject *
object_sizeof(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t size = Py_TYPE(self)->tp_basicsize;
    if (Py_TYPE(self)->tp_itemsize > 0) {
        Py_ssize_t items = Py_SIZE(self) < 0 ? -Py_SIZE(self) : Py_SIZE(self);
        size += items * Py_TYPE(self)->tp_itemsize;
    }
    return PyLong_FromSsize_t(size);
}

METHOD(object, __dir__, "($self, /)", "The names of the attributes.")
static PyObject *
object_dir(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *dict, *names = NULL, *class = NULL, *result = NULL;
    if (_PyObject_LookupAttr(self, ID(__dict__), &dict) < 0) {
        return NULL;
    }
    /* A copy: the names of the classes are added. */
    names = dict != NULL && PyDict_Check(dict) ? PyDict_Copy(dict) : PyDict_New();
    if (names == NULL || _PyObject_LookupAttr(self, ID(__class__), &class) < 0) {
        goto done;
    }
    if (class == NULL || class_merge_names(names, class) == 0) {
        result = PyDict_Keys(names);
    }
done:
    Py_XDECREF(class);
    Py_XDECREF(dict);
    Py_XDECREF(names);
    return result;
}

GETTER(object, __class__, "the class of the object")
static PyObject *
object_get_class(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef((PyObject *)Py_TYPE(self));
}

SETTER(object, __class__)
static int
object_set_class(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    PyTypeObject *from = Py_TYPE(self);
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete __class__ attribute");
        return -1;
    }
    if (!PyType_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__class__ must be set to a class, not '%s' object",
                     type_name(value));
        return -1;
    }
    PyTypeObject *to = (PyTypeObject *)value;
    if (PySys_Audit("object.__setattr__", "OsO", self, "__class__", value) < 0) {
        return -1;
    }
    /* Modules may change class even though their type is static: their layout is known. */
    if (!(PyType_IsSubtype(to, &PyModule_Type) && PyType_IsSubtype(from, &PyModule_Type)) &&
        (type_has(to, Py_TPFLAGS_IMMUTABLETYPE) || type_has(from, Py_TPFLAGS_IMMUTABLETYPE))) {
        PyErr_Format(PyExc_TypeError,
                     "__class__ assignment only supported for mutable types "
                     "or ModuleType subclasses");
        return -1;
    }
    if (!layout_compatible(from, to, "__class__")) {
        return -1;
    }
    if (PyModule_Check(self) && module_late_end() < 0) {
        return -1;
    }
    /* Values without a dict are numbered by the old class's names. */
    if (type_has(from, Py_TPFLAGS_MANAGED_DICT) && MANAGED_VALUES(self) != NULL &&
        managed_materialise(self) == NULL) {
        return -1;
    }
    if (type_has(to, Py_TPFLAGS_HEAPTYPE)) {
        Py_INCREF(to);
    }
    Py_SET_TYPE(self, to);
    if (PyType_Check(self) && to != &PyType_Type) {
        /* A class with a metaclass is called through the metaclass. */
        ((PyTypeObject *)self)->tp_vectorcall = NULL;
    }
    if (type_has(from, Py_TPFLAGS_HEAPTYPE)) {
        Py_DECREF(from);
    }
    return 0;
}

TYPE(object, PyBaseObject_Type, "object", PyObject, "()",
     "The base of every class.\n\n"
     "An instance has no attributes of its own; it serves as a thing unlike any other.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_getattro = PyObject_GenericGetAttr,
     .tp_setattro = PyObject_GenericSetAttr, .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_Free, .tp_vectorcall = object_vectorcall)

#include "gen/types/object.inc"
