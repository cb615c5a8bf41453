/* raise, except, except*: what the instructions of ops/except.c do outside the loop. */
#include "object/declare.h"
#include "object/state.h"
#include "vm/eval.h"

#define CANNOT_CATCH "catching classes that do not inherit from BaseException is not allowed"
#define CANNOT_CATCH_GROUP                                                                         \
    "catching ExceptionGroup with except* is not allowed. Use except instead."

/* ---- raise ---------------------------------------------------------------------------------- */

/* raise without operands. */
static bool
raise_again(PyThreadState *tstate)
{
    _PyErr_StackItem *info = tstate->exc_info;
    while ((info->exc_value == NULL || info->exc_value == Py_None) && info->previous_item != NULL) {
        info = info->previous_item;
    }
    PyObject *value = info->exc_value;
    if (value == NULL || value == Py_None) {
        PyErr_SetString(PyExc_RuntimeError, "No active exception to reraise");
        return false;
    }
    unwind_restore(tstate, Py_NewRef(value));
    return true;
}

/* The instance that `raise object` raises; takes the object over. */
static PyObject *
instantiate(PyThreadState *tstate, PyObject *object_take)
{
    if (PyExceptionInstance_Check(object_take)) {
        return object_take;
    }
    PyObject *value = NULL;
    if (!PyExceptionClass_Check(object_take)) {
        PyErr_SetString(PyExc_TypeError, "exceptions must derive from BaseException");
    }
    else {
        PyTypeObject *type = (PyTypeObject *)object_take;
        value = Py_IS_TYPE(type, &PyType_Type) && type->tp_vectorcall != NULL
                    ? type->tp_vectorcall(object_take, NULL, 0, NULL)
                    : PyObject_CallNoArgs(object_take);
        if (unlikely(tstate->curexc_type != NULL)) {
            value = _Py_CheckFunctionResult(tstate, object_take, value, NULL);
        }
        if (value != NULL && !PyExceptionInstance_Check(value)) {
            PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of "
                         "BaseException, not %R", object_take, Py_TYPE(value));
            Py_CLEAR(value);
        }
    }
    Py_DECREF(object_take);
    return value;
}

/* The operand of `from`: *cause_out is an instance or NULL for None; takes the object over. */
static status
instantiate_cause(PyObject *object_take, PyObject **cause_out)
{
    PyObject *cause = object_take;
    if (cause == Py_None) {
        Py_CLEAR(cause);
    }
    else if (PyExceptionClass_Check(cause)) {
        cause = PyObject_CallNoArgs(object_take);
        Py_DECREF(object_take);
        if (cause == NULL) {
            return -1;
        }
    }
    else if (!PyExceptionInstance_Check(cause)) {
        PyErr_SetString(PyExc_TypeError, "exception causes must derive from BaseException");
        Py_DECREF(object_take);
        return -1;
    }
    *cause_out = cause;
    return 0;
}

bool
raise_exception(PyThreadState *tstate, PyObject *exception_take, PyObject *cause_take)
{
    if (exception_take == NULL) {
        return raise_again(tstate);
    }
    PyObject *value = instantiate(tstate, exception_take);
    if (value == NULL) {
        Py_XDECREF(cause_take);
        return false;
    }
    if (cause_take != NULL) {
        PyObject *cause;
        if (instantiate_cause(cause_take, &cause) < 0) {
            Py_DECREF(value);
            return false;
        }
        PyException_SetCause(value, cause);
    }
    _PyErr_StackItem *info = tstate->exc_info;
    while ((info->exc_value == NULL || info->exc_value == Py_None) && info->previous_item != NULL) {
        info = info->previous_item;
    }
    if (likely(info->exc_value == NULL || info->exc_value == Py_None)) {
        /* Nothing is being handled, so there is no context to set. */
        unwind_restore(tstate, value);
    }
    else {
        PyErr_SetObject((PyObject *)Py_TYPE(value), value);
        Py_DECREF(value);
    }
    return false;
}

/* ---- except --------------------------------------------------------------------------------- */

static status
check_except_type(PyObject *type)
{
    if (PyTuple_Check(type)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type); i++) {
            if (!PyExceptionClass_Check(PyTuple_GET_ITEM(type, i))) {
                PyErr_SetString(PyExc_TypeError, CANNOT_CATCH);
                return -1;
            }
        }
    }
    else if (!PyExceptionClass_Check(type)) {
        PyErr_SetString(PyExc_TypeError, CANNOT_CATCH);
        return -1;
    }
    return 0;
}

truth
exception_matches(PyObject *exception, PyObject *type)
{
    if ((PyObject *)Py_TYPE(exception) == type) {
        return 1;
    }
    if (check_except_type(type) < 0) {
        return -1;
    }
    return PyErr_GivenExceptionMatches(exception, type);
}

/* ---- except* -------------------------------------------------------------------------------- */

static status
refuse_group(PyObject *type)
{
    truth group = PyObject_IsSubclass(type, PyExc_BaseExceptionGroup);
    if (group > 0) {
        PyErr_SetString(PyExc_TypeError, CANNOT_CATCH_GROUP);
    }
    return group != 0 ? -1 : 0;
}

status
check_except_star_type(PyObject *type)
{
    if (check_except_type(type) < 0) {
        return -1;
    }
    if (!PyTuple_Check(type)) {
        return refuse_group(type);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type); i++) {
        if (refuse_group(PyTuple_GET_ITEM(type, i)) < 0) {
            return -1;
        }
    }
    return 0;
}

static bool
is_group(PyObject *exception)
{
    return PyObject_TypeCheck(exception, (PyTypeObject *)PyExc_BaseExceptionGroup);
}

status
exception_group_match(PyObject *exception, PyObject *type, PyObject **match, PyObject **rest)
{
    *match = *rest = NULL;
    if (exception == Py_None) {
        *match = Py_NewRef(Py_None);
        *rest = Py_NewRef(Py_None);
        return 0;
    }
    if (PyErr_GivenExceptionMatches(exception, type)) {
        /* An exception on its own is wrapped, so that the handler always sees a group. */
        *match = is_group(exception)
                     ? Py_NewRef(exception)
                     : PyObject_CallFunction(PyExc_BaseExceptionGroup, "s(O)", "", exception);
        if (*match == NULL) {
            return -1;
        }
        *rest = Py_NewRef(Py_None);
        return 0;
    }
    if (!is_group(exception)) {
        *match = Py_NewRef(Py_None);
        *rest = Py_NewRef(exception);
        return 0;
    }
    PyObject *pair = PyObject_CallMethodOneArg(exception, ID(split), type);
    if (pair == NULL) {
        return -1;
    }
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) < 2) {
        PyErr_Format(PyExc_TypeError, "%.200s.split must return a tuple, not %.200s",
                     Py_TYPE(exception)->tp_name, Py_TYPE(pair)->tp_name);
        Py_DECREF(pair);
        return -1;
    }
    *match = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    *rest = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    Py_DECREF(pair);
    return 0;
}
