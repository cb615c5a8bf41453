/* Slot functions: what fills the slots of classes written in Python.

   Each looks its dunder up on the type (cached, never on the instance) and calls it without making
   a bound method when the attribute is a function. */
#include "object/object.h"
#include "object/slots.h"
#include "object/mro.h"
#include "object/call.h"

/* ---- looking special methods up ---------------------------------------------------------------- */

/* Bind an attribute found on op's type; new reference. */
static PyObject *
bind_special(PyObject *op, PyObject *attribute, int *unbound)
{
    PyTypeObject *type = Py_TYPE(attribute);
    if (type_has(type, Py_TPFLAGS_METHOD_DESCRIPTOR)) {
        *unbound = 1;
        return Py_NewRef(attribute);
    }
    *unbound = 0;
    descrgetfunc get = type->tp_descr_get;
    if (get == NULL) {
        return Py_NewRef(attribute);
    }
    Py_INCREF(attribute);
    PyObject *bound = get(attribute, op, (PyObject *)Py_TYPE(op));
    Py_DECREF(attribute);
    return bound;
}

PyObject *
special_get(PyObject *op, PyObject *name, int *unbound)
{
    PyObject *attribute = _PyType_Lookup(Py_TYPE(op), name);
    if (attribute == NULL) {
        return NULL;
    }
    return bind_special(op, attribute, unbound);
}

PyObject *
_PyObject_LookupSpecial(PyObject *op, PyObject *name)
{
    PyObject *attribute = _PyType_Lookup(Py_TYPE(op), name);
    if (attribute == NULL) {
        return NULL;
    }
    descrgetfunc get = Py_TYPE(attribute)->tp_descr_get;
    if (get == NULL) {
        return Py_NewRef(attribute);
    }
    Py_INCREF(attribute);
    PyObject *bound = get(attribute, op, (PyObject *)Py_TYPE(op));
    Py_DECREF(attribute);
    return bound;
}

#undef _PyObject_LookupSpecialId
PyObject *
_PyObject_LookupSpecialId(PyObject *op, _Py_Identifier *name)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text == NULL ? NULL : _PyObject_LookupSpecial(op, text);
}

/* Call a method that special_get gave; args[0] is self and args[-1] may be overwritten. */
static ALWAYS_INLINE PyObject *
call_special(PyThreadState *tstate, PyObject *func, int unbound, PyObject *const *args,
             Py_ssize_t nargs)
{
    if (unbound) {
        return call_vector(tstate, func, args, nargs, NULL);
    }
    return call_vector(tstate, func, args + 1, (nargs - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

PyObject *
special_call(PyObject *name, PyObject *const *args, Py_ssize_t nargs)
{
    int unbound;
    PyObject *func = special_get(args[0], name, &unbound);
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_AttributeError, name);
        }
        return NULL;
    }
    PyObject *result = call_special(tstate_get(), func, unbound, args, nargs);
    Py_DECREF(func);
    return result;
}

PyObject *
special_call_maybe(PyObject *name, PyObject *const *args, Py_ssize_t nargs)
{
    int unbound;
    PyObject *func = special_get(args[0], name, &unbound);
    if (func == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    }
    PyObject *result = call_special(tstate_get(), func, unbound, args, nargs);
    Py_DECREF(func);
    return result;
}

static PyObject *
call_unary(PyObject *self, PyObject *name)
{
    PyObject *args[1] = {self};
    return special_call(name, args, 1);
}

static PyObject *
call_binary(PyObject *self, PyObject *name, PyObject *other)
{
    PyObject *args[2] = {self, other};
    return special_call(name, args, 2);
}

static PyObject *
call_binary_maybe(PyObject *self, PyObject *name, PyObject *other)
{
    PyObject *args[2] = {self, other};
    return special_call_maybe(name, args, 2);
}

/* ---- object ----------------------------------------------------------------------------------- */

PyObject *
slot_repr(PyObject *self)
{
    int unbound;
    PyObject *func = special_get(self, ID(__repr__), &unbound);
    if (func == NULL) {
        PyErr_Clear();
        return PyUnicode_FromFormat("<%s object at %p>", type_name(self), self);
    }
    PyObject *args[1] = {self};
    PyObject *result = call_special(tstate_get(), func, unbound, args, 1);
    Py_DECREF(func);
    return result;
}

PyObject *
slot_str(PyObject *self)
{
    return call_unary(self, ID(__str__));
}

Py_hash_t
slot_hash(PyObject *self)
{
    int unbound;
    PyObject *func = special_get(self, ID(__hash__), &unbound);
    if (func == Py_None) {
        Py_CLEAR(func);
    }
    if (func == NULL) {
        return PyErr_Occurred() ? -1 : PyObject_HashNotImplemented(self);
    }
    PyObject *args[1] = {self};
    PyObject *result = call_special(tstate_get(), func, unbound, args, 1);
    Py_DECREF(func);
    if (result == NULL) {
        return -1;
    }
    if (!PyLong_Check(result)) {
        Py_DECREF(result);
        PyErr_SetString(PyExc_TypeError, "__hash__ method should return an integer");
        return -1;
    }
    /* An int out of range is hashed itself, so that equal ints give equal hashes. */
    Py_hash_t hash = PyLong_AsSsize_t(result);
    if (hash == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        hash = PyLong_Type.tp_hash(result);
    }
    Py_DECREF(result);
    return hash == -1 ? -2 : hash;
}

PyObject *
slot_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    int unbound;
    PyObject *func = special_get(self, ID(__call__), &unbound);
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_AttributeError, ID(__call__));
        }
        return NULL;
    }
    PyThreadState *tstate = tstate_get();
    PyObject *result = unbound ? _PyObject_Call_Prepend(tstate, func, self, args, kwargs)
                               : _PyObject_Call(tstate, func, args, kwargs);
    Py_DECREF(func);
    return result;
}

/* ---- attributes --------------------------------------------------------------------------------- */

PyObject *
slot_getattro(PyObject *self, PyObject *name)
{
    return call_binary(self, ID(__getattribute__), name);
}

static PyObject *
call_hook(PyObject *self, PyObject *hook, PyObject *name)
{
    int unbound;
    PyObject *func = bind_special(self, hook, &unbound);
    if (func == NULL) {
        return NULL;
    }
    PyObject *args[2] = {self, name};
    PyObject *result = call_special(tstate_get(), func, unbound, args, 2);
    Py_DECREF(func);
    return result;
}

/* The ordinary lookup goes first, without raising when it fails; then __getattr__. */
PyObject *
slot_getattr_hook(PyObject *self, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *hook = _PyType_Lookup(type, ID(__getattr__));
    if (hook == NULL) {
        /* Only __getattribute__ is defined: take the shorter way from now on. */
        type->tp_getattro = slot_getattro;
        return slot_getattro(self, name);
    }
    Py_INCREF(hook);
    PyObject *getattribute = _PyType_Lookup(type, ID(__getattribute__)), *result;
    if (getattribute == NULL ||
        (Py_IS_TYPE(getattribute, &PyWrapperDescr_Type) &&
         ((PyWrapperDescrObject *)getattribute)->d_wrapped == (void *)PyObject_GenericGetAttr)) {
        result = _PyObject_GenericGetAttrWithDict(self, name, NULL, 1);
        if (result == NULL && !PyErr_Occurred()) {
            result = call_hook(self, hook, name);
        }
    }
    else {
        Py_INCREF(getattribute);
        result = call_hook(self, getattribute, name);
        Py_DECREF(getattribute);
        if (result == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            result = call_hook(self, hook, name);
        }
    }
    Py_DECREF(hook);
    return result;
}

static int
drop_result(PyObject *result)
{
    if (result == NULL) {
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

int
slot_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    PyObject *args[3] = {self, name, value};
    return drop_result(value == NULL ? special_call(ID(__delattr__), args, 2)
                                     : special_call(ID(__setattr__), args, 3));
}

/* ---- comparison, iteration ------------------------------------------------------------------------ */

PyObject *
slot_richcompare(PyObject *self, PyObject *other, int op)
{
    PyObject *name;
    switch (op) {
    case Py_LT:
        name = ID(__lt__);
        break;
    case Py_LE:
        name = ID(__le__);
        break;
    case Py_EQ:
        name = ID(__eq__);
        break;
    case Py_NE:
        name = ID(__ne__);
        break;
    case Py_GT:
        name = ID(__gt__);
        break;
    default:
        name = ID(__ge__);
    }
    int unbound;
    PyObject *func = special_get(self, name, &unbound);
    if (func == NULL) {
        /* A method that cannot even be bound does not take part in the comparison. */
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *args[2] = {self, other};
    PyObject *result = call_special(tstate_get(), func, unbound, args, 2);
    Py_DECREF(func);
    return result;
}

static PyObject *
not_iterable(PyObject *self)
{
    PyErr_Format(PyExc_TypeError, "'%.200s' object is not iterable", type_name(self));
    return NULL;
}

PyObject *
slot_iter(PyObject *self)
{
    int unbound;
    PyObject *func = special_get(self, ID(__iter__), &unbound);
    if (func == Py_None) {
        Py_DECREF(func);
        return not_iterable(self);
    }
    if (func != NULL) {
        PyObject *args[1] = {self};
        PyObject *result = call_special(tstate_get(), func, unbound, args, 1);
        Py_DECREF(func);
        return result;
    }
    PyErr_Clear();
    if (_PyType_Lookup(Py_TYPE(self), ID(__getitem__)) == NULL) {
        return not_iterable(self);
    }
    return PySeqIter_New(self);
}

PyObject *
slot_iternext(PyObject *self)
{
    return call_unary(self, ID(__next__));
}

/* ---- descriptors ---------------------------------------------------------------------------------- */

PyObject *
slot_descr_get(PyObject *self, PyObject *instance, PyObject *owner)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *get = _PyType_Lookup(type, ID(__get__));
    if (get == NULL) {
        /* The method is gone: stop being a descriptor. */
        if (type->tp_descr_get == slot_descr_get) {
            type->tp_descr_get = NULL;
        }
        return Py_NewRef(self);
    }
    PyObject *args[3] = {self, instance == NULL ? Py_None : instance,
                         owner == NULL ? Py_None : owner};
    Py_INCREF(get);
    PyObject *result = call_vector(tstate_get(), get, args, 3, NULL);
    Py_DECREF(get);
    return result;
}

int
slot_descr_set(PyObject *self, PyObject *instance, PyObject *value)
{
    PyObject *args[3] = {self, instance, value};
    return drop_result(value == NULL ? special_call(ID(__delete__), args, 2)
                                     : special_call(ID(__set__), args, 3));
}

/* ---- birth and death -------------------------------------------------------------------------------- */

int
slot_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    int unbound;
    PyObject *func = special_get(self, ID(__init__), &unbound);
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_AttributeError, ID(__init__));
        }
        return -1;
    }
    PyThreadState *tstate = tstate_get();
    PyObject *result = unbound ? _PyObject_Call_Prepend(tstate, func, self, args, kwargs)
                               : _PyObject_Call(tstate, func, args, kwargs);
    Py_DECREF(func);
    if (result == NULL) {
        return -1;
    }
    if (result != Py_None) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'",
                     type_name(result));
        Py_DECREF(result);
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

PyObject *
slot_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *func = PyObject_GetAttr((PyObject *)type, ID(__new__));
    if (func == NULL) {
        return NULL;
    }
    PyObject *result = _PyObject_Call_Prepend(tstate_get(), func, (PyObject *)type, args, kwargs);
    Py_DECREF(func);
    return result;
}

void
slot_finalize(PyObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    int unbound;
    PyObject *func = special_get(self, ID(__del__), &unbound);
    if (func != NULL) {
        PyObject *args[1] = {self};
        PyObject *result = call_special(tstate_get(), func, unbound, args, 1);
        if (result == NULL) {
            PyErr_WriteUnraisable(func);
        }
        Py_XDECREF(result);
        Py_DECREF(func);
    }
    PyErr_Restore(type, value, traceback);
}

/* ---- asynchronous protocol -------------------------------------------------------------------------- */

static PyObject *
call_async(PyObject *self, PyObject *name)
{
    int unbound;
    PyObject *func = special_get(self, name, &unbound);
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_AttributeError, "object %.50s does not have %U method",
                         type_name(self), name);
        }
        return NULL;
    }
    PyObject *args[1] = {self};
    PyObject *result = call_special(tstate_get(), func, unbound, args, 1);
    Py_DECREF(func);
    return result;
}

PyObject *
slot_await(PyObject *self)
{
    return call_async(self, ID(__await__));
}

PyObject *
slot_aiter(PyObject *self)
{
    return call_async(self, ID(__aiter__));
}

PyObject *
slot_anext(PyObject *self)
{
    return call_async(self, ID(__anext__));
}

/* ---- numbers -------------------------------------------------------------------------------------- */

/* Whether the reflected method `name` differs between the types of left and right. */
static truth
is_overloaded(PyObject *left, PyObject *right, PyObject *name)
{
    PyObject *theirs, *ours;
    if (_PyObject_LookupAttr((PyObject *)Py_TYPE(right), name, &theirs) <= 0) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (_PyObject_LookupAttr((PyObject *)Py_TYPE(left), name, &ours) <= 0) {
        Py_DECREF(theirs);
        return PyErr_Occurred() ? -1 : 1;
    }
    truth differs = PyObject_RichCompareBool(ours, theirs, Py_NE);
    Py_DECREF(ours);
    Py_DECREF(theirs);
    return differs;
}

static ALWAYS_INLINE void *
number_slot(PyObject *op, size_t offset)
{
    PyNumberMethods *suite = Py_TYPE(op)->tp_as_number;
    return suite == NULL ? NULL : *(void **)((char *)suite + offset);
}

/* A binary operator where at least one operand's class is written in Python: the forward method of
   self, the reflected one of other; the latter first if other's class is more derived and differs.
   `function` is the slot function itself: an operand whose slot is another one is left to the
   caller's own dispatch. */
static PyObject *
binary_operator(PyObject *self, PyObject *other, size_t offset, void *function, PyObject *forward,
                PyObject *reflected)
{
    bool same_type = Py_IS_TYPE(self, Py_TYPE(other));
    bool try_other = !same_type && number_slot(other, offset) == function;
    if (number_slot(self, offset) == function) {
        PyObject *result;
        if (try_other && PyType_IsSubtype(Py_TYPE(other), Py_TYPE(self))) {
            truth overloaded = is_overloaded(self, other, reflected);
            if (overloaded < 0) {
                return NULL;
            }
            if (overloaded) {
                result = call_binary_maybe(other, reflected, self);
                if (result != Py_NotImplemented) {
                    return result;
                }
                Py_DECREF(result);
                try_other = false;
            }
        }
        result = call_binary_maybe(self, forward, other);
        if (result != Py_NotImplemented || Py_IS_TYPE(other, Py_TYPE(self))) {
            return result;
        }
        Py_DECREF(result);
    }
    if (try_other) {
        return call_binary_maybe(other, reflected, self);
    }
    return Py_NewRef(Py_NotImplemented);
}

#define BINARY(function, field, forward, reflected)                                                \
    PyObject *function(PyObject *self, PyObject *other)                                            \
    {                                                                                              \
        return binary_operator(self, other, offsetof(PyNumberMethods, field), (void *)function,    \
                               forward, reflected);                                                \
    }

BINARY(slot_add, nb_add, ID(__add__), ID(__radd__))
BINARY(slot_sub, nb_subtract, ID(__sub__), ID(__rsub__))
BINARY(slot_mul, nb_multiply, ID(__mul__), ID(__rmul__))
BINARY(slot_matmul, nb_matrix_multiply, ID(__matmul__), ID(__rmatmul__))
BINARY(slot_mod, nb_remainder, ID(__mod__), ID(__rmod__))
BINARY(slot_divmod, nb_divmod, ID(__divmod__), ID(__rdivmod__))
BINARY(slot_lshift, nb_lshift, ID(__lshift__), ID(__rlshift__))
BINARY(slot_rshift, nb_rshift, ID(__rshift__), ID(__rrshift__))
BINARY(slot_and, nb_and, ID(__and__), ID(__rand__))
BINARY(slot_xor, nb_xor, ID(__xor__), ID(__rxor__))
BINARY(slot_or, nb_or, ID(__or__), ID(__ror__))
BINARY(slot_floordiv, nb_floor_divide, ID(__floordiv__), ID(__rfloordiv__))
BINARY(slot_truediv, nb_true_divide, ID(__truediv__), ID(__rtruediv__))

PyObject *
slot_pow(PyObject *self, PyObject *other, PyObject *modulus)
{
    if (modulus == Py_None) {
        return binary_operator(self, other, offsetof(PyNumberMethods, nb_power), (void *)slot_pow,
                               ID(__pow__), ID(__rpow__));
    }
    /* pow(a, b, m) has no reflected form; it comes here also for b's or m's slot. */
    if (number_slot(self, offsetof(PyNumberMethods, nb_power)) == (void *)slot_pow) {
        PyObject *args[3] = {self, other, modulus};
        return special_call_maybe(ID(__pow__), args, 3);
    }
    return Py_NewRef(Py_NotImplemented);
}

#define UNARY(function, name)                                                                      \
    PyObject *function(PyObject *self)                                                             \
    {                                                                                              \
        return call_unary(self, name);                                                             \
    }

UNARY(slot_neg, ID(__neg__))
UNARY(slot_pos, ID(__pos__))
UNARY(slot_abs, ID(__abs__))
UNARY(slot_invert, ID(__invert__))
UNARY(slot_int, ID(__int__))
UNARY(slot_float, ID(__float__))
UNARY(slot_index, ID(__index__))

#define INPLACE(function, name)                                                                    \
    PyObject *function(PyObject *self, PyObject *other)                                            \
    {                                                                                              \
        return call_binary(self, name, other);                                                     \
    }

INPLACE(slot_iadd, ID(__iadd__))
INPLACE(slot_isub, ID(__isub__))
INPLACE(slot_imul, ID(__imul__))
INPLACE(slot_imatmul, ID(__imatmul__))
INPLACE(slot_imod, ID(__imod__))
INPLACE(slot_ilshift, ID(__ilshift__))
INPLACE(slot_irshift, ID(__irshift__))
INPLACE(slot_iand, ID(__iand__))
INPLACE(slot_ixor, ID(__ixor__))
INPLACE(slot_ior, ID(__ior__))
INPLACE(slot_ifloordiv, ID(__ifloordiv__))
INPLACE(slot_itruediv, ID(__itruediv__))

PyObject *
slot_ipow(PyObject *self, PyObject *other, PyObject *Py_UNUSED(modulus))
{
    return call_binary(self, ID(__ipow__), other);
}

/* __bool__ must give a bool; __len__ stands in for it. */
int
slot_bool(PyObject *self)
{
    int unbound;
    bool by_length = false;
    PyObject *func = special_get(self, ID(__bool__), &unbound);
    if (func == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        func = special_get(self, ID(__len__), &unbound);
        if (func == NULL) {
            return PyErr_Occurred() ? -1 : 1;
        }
        by_length = true;
    }
    PyObject *args[1] = {self};
    PyObject *value = call_special(tstate_get(), func, unbound, args, 1);
    Py_DECREF(func);
    if (value == NULL) {
        return -1;
    }
    int result;
    if (by_length) {
        result = PyObject_IsTrue(value);
    }
    else if (PyBool_Check(value)) {
        result = value == Py_True;
    }
    else {
        PyErr_Format(PyExc_TypeError, "__bool__ should return bool, returned %s",
                     type_name(value));
        result = -1;
    }
    Py_DECREF(value);
    return result;
}

/* ---- containers ------------------------------------------------------------------------------------ */

Py_ssize_t
slot_length(PyObject *self)
{
    PyObject *value = call_unary(self, ID(__len__));
    if (value == NULL) {
        return -1;
    }
    PyObject *index = value;
    if (unlikely(!PyLong_CheckExact(value))) {
        index = PyNumber_Index(value);
        Py_DECREF(value);
        if (index == NULL) {
            return -1;
        }
    }
    Py_ssize_t length = -1;
    if (Py_SIZE(index) < 0) {
        PyErr_SetString(PyExc_ValueError, "__len__() should return >= 0");
    }
    else {
        length = PyNumber_AsSsize_t(index, PyExc_OverflowError);
    }
    Py_DECREF(index);
    return length;
}

PyObject *
slot_subscript(PyObject *self, PyObject *key)
{
    return call_binary(self, ID(__getitem__), key);
}

int
slot_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    PyObject *args[3] = {self, key, value};
    return drop_result(value == NULL ? special_call(ID(__delitem__), args, 2)
                                     : special_call(ID(__setitem__), args, 3));
}

PyObject *
slot_item(PyObject *self, Py_ssize_t index)
{
    PyObject *key = PyLong_FromSsize_t(index);
    if (key == NULL) {
        return NULL;
    }
    PyObject *result = call_binary(self, ID(__getitem__), key);
    Py_DECREF(key);
    return result;
}

int
slot_ass_item(PyObject *self, Py_ssize_t index, PyObject *value)
{
    PyObject *key = PyLong_FromSsize_t(index);
    if (key == NULL) {
        return -1;
    }
    int result = slot_ass_subscript(self, key, value);
    Py_DECREF(key);
    return result;
}

int
slot_contains(PyObject *self, PyObject *value)
{
    int unbound;
    PyObject *func = special_get(self, ID(__contains__), &unbound);
    if (func == Py_None) {
        Py_DECREF(func);
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a container", type_name(self));
        return -1;
    }
    if (func == NULL) {
        return PyErr_Occurred() ? -1
                                : (int)_PySequence_IterSearch(self, value, PY_ITERSEARCH_CONTAINS);
    }
    PyObject *args[2] = {self, value};
    PyObject *found = call_special(tstate_get(), func, unbound, args, 2);
    Py_DECREF(func);
    if (found == NULL) {
        return -1;
    }
    int result = PyObject_IsTrue(found);
    Py_DECREF(found);
    return result;
}
