/* isinstance and issubclass.

   A class may answer itself (__instancecheck__, __subclasscheck__ on its metaclass); a tuple asks
   or union asks its items; an object with a tuple `__bases__` counts as a class even if it is no type. */
#include "object/object.h"
#include "types/generic_alias.h"

/* op.__bases__ if it is a tuple: new reference; NULL with or without an exception. */
static PyObject *
abstract_bases(PyObject *op)
{
    PyObject *bases;
    _PyObject_LookupAttr(op, ID(__bases__), &bases);
    if (bases != NULL && !PyTuple_Check(bases)) {
        Py_CLEAR(bases);
    }
    return bases;
}

static bool
check_class(PyObject *op, const char *error)
{
    PyObject *bases = abstract_bases(op);
    if (bases == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, error);
        }
        return false;
    }
    Py_DECREF(bases);
    return true;
}

static int
abstract_is_subclass(PyObject *derived, PyObject *class)
{
    PyObject *bases = NULL;
    int result = 0;
    Py_INCREF(derived);
    for (;;) {
        if (derived == class) {
            result = 1;
            break;
        }
        Py_XSETREF(bases, abstract_bases(derived));
        Py_CLEAR(derived);
        if (bases == NULL) {
            result = PyErr_Occurred() ? -1 : 0;
            break;
        }
        Py_ssize_t count = PyTuple_GET_SIZE(bases);
        if (count == 1) {
            /* A long chain must not use the C stack. */
            derived = Py_NewRef(PyTuple_GET_ITEM(bases, 0));
            continue;
        }
        PyThreadState *tstate = tstate_get();
        for (Py_ssize_t i = 0; i < count && result == 0; i++) {
            if (recursion_enter(tstate, " in __issubclass__") < 0) {
                result = -1;
                break;
            }
            result = abstract_is_subclass(PyTuple_GET_ITEM(bases, i), class);
            recursion_leave(tstate);
        }
        break;
    }
    Py_XDECREF(derived);
    Py_XDECREF(bases);
    return result;
}

/* Whether op.__class__ can only be its type: nobody overrides the attribute. */
static bool
has_plain_class(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    return type->tp_getattro == PyObject_GenericGetAttr &&
           _PyType_Lookup(type, ID(__class__)) ==
               _PyType_Lookup(&PyBaseObject_Type, ID(__class__));
}

/* isinstance without asking the class. */
int
_PyObject_RealIsInstance(PyObject *op, PyObject *class)
{
    PyObject *op_class;
    if (PyType_Check(class)) {
        if (PyObject_TypeCheck(op, (PyTypeObject *)class)) {
            return 1;
        }
        if (likely(has_plain_class(op))) {
            return 0;
        }
        int found = _PyObject_LookupAttr(op, ID(__class__), &op_class);
        if (found <= 0) {
            return found;
        }
        int result = op_class != (PyObject *)Py_TYPE(op) && PyType_Check(op_class) &&
                     PyType_IsSubtype((PyTypeObject *)op_class, (PyTypeObject *)class);
        Py_DECREF(op_class);
        return result;
    }
    if (!check_class(class,
                     "isinstance() arg 2 must be a type, a tuple of types, or a union")) {
        return -1;
    }
    int found = _PyObject_LookupAttr(op, ID(__class__), &op_class);
    if (found <= 0) {
        return found;
    }
    int result = abstract_is_subclass(op_class, class);
    Py_DECREF(op_class);
    return result;
}

/* issubclass without asking the class. */
int
_PyObject_RealIsSubclass(PyObject *derived, PyObject *class)
{
    if (PyType_Check(class) && PyType_Check(derived)) {
        return PyType_IsSubtype((PyTypeObject *)derived, (PyTypeObject *)class);
    }
    if (!check_class(derived, "issubclass() arg 1 must be a class") ||
        !check_class(class,
                     "issubclass() arg 2 must be a class, a tuple of classes, or a union")) {
        return -1;
    }
    return abstract_is_subclass(derived, class);
}

/* One item after another until one says yes. */
static int
ask_tuple(PyThreadState *tstate, PyObject *op, PyObject *classes,
          int (*ask)(PyObject *, PyObject *), const char *where)
{
    if (recursion_enter(tstate, where) < 0) {
        return -1;
    }
    int result = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(classes) && result == 0; i++) {
        result = ask(op, PyTuple_GET_ITEM(classes, i));
    }
    recursion_leave(tstate);
    return result;
}

static int
ask_class(PyThreadState *tstate, PyObject *checker_take, PyObject *op, const char *where)
{
    int result = -1;
    if (recursion_enter(tstate, where) == 0) {
        PyObject *answer = PyObject_CallOneArg(checker_take, op);
        recursion_leave(tstate);
        if (answer != NULL) {
            result = PyObject_IsTrue(answer);
            Py_DECREF(answer);
        }
    }
    Py_DECREF(checker_take);
    return result;
}

/* isinstance(op, class) */
int
PyObject_IsInstance(PyObject *op, PyObject *class)
{
    if (Py_IS_TYPE(op, (PyTypeObject *)class)) {
        return 1;
    }
    if (PyType_CheckExact(class)) {
        return _PyObject_RealIsInstance(op, class);
    }
    PyThreadState *tstate = tstate_get();
    if (is_union(class)) {
        class = union_args_peek(class);
    }
    if (PyTuple_Check(class)) {
        return ask_tuple(tstate, op, class, PyObject_IsInstance, " in __instancecheck__");
    }
    PyObject *checker = _PyObject_LookupSpecial(class, ID(__instancecheck__));
    if (checker != NULL) {
        return ask_class(tstate, checker, op, " in __instancecheck__");
    }
    return PyErr_Occurred() ? -1 : _PyObject_RealIsInstance(op, class);
}

/* issubclass(derived, class) */
int
PyObject_IsSubclass(PyObject *derived, PyObject *class)
{
    if (PyType_CheckExact(class)) {
        return derived == class ? 1 : _PyObject_RealIsSubclass(derived, class);
    }
    PyThreadState *tstate = tstate_get();
    if (is_union(class)) {
        class = union_args_peek(class);
    }
    if (PyTuple_Check(class)) {
        return ask_tuple(tstate, derived, class, PyObject_IsSubclass, " in __subclasscheck__");
    }
    PyObject *checker = _PyObject_LookupSpecial(class, ID(__subclasscheck__));
    if (checker != NULL) {
        return ask_class(tstate, checker, derived, " in __subclasscheck__");
    }
    return PyErr_Occurred() ? -1 : _PyObject_RealIsSubclass(derived, class);
}

/* Whether op.__isabstractmethod__ is true. */
int
_PyObject_IsAbstract(PyObject *op)
{
    PyObject *mark;
    if (stack_check(" in __isabstractmethod__") < 0) {
        return -1;
    }
    if (op == NULL || _PyObject_LookupAttr(op, ID(__isabstractmethod__), &mark) < 0) {
        return op == NULL ? 0 : -1;
    }
    if (mark == NULL) {
        return 0;
    }
    int result = PyObject_IsTrue(mark);
    Py_DECREF(mark);
    return result;
}
