/* builtins: what goes over iterables.

   Items are held while Python code may run; the common kinds of items have ways without calls. */
#include "object/declare.h"
#include "object/state.h"
#include "types/list.h"

/* Is there an item whose truth is `wanted`? */
static truth
any_item_is(PyObject *iterable, int wanted)
{
    PyObject *iterator = PyObject_GetIter(iterable);
    if (iterator == NULL) {
        return -1;
    }
    iternextfunc next = Py_TYPE(iterator)->tp_iternext;
    for (;;) {
        PyObject *item = next(iterator);
        if (item == NULL) {
            break;
        }
        int is = PyObject_IsTrue(item);
        Py_DECREF(item);
        if (is < 0 || is == wanted) {
            Py_DECREF(iterator);
            return is < 0 ? -1 : 1;
        }
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
            return -1;
        }
        PyErr_Clear();
    }
    return 0;
}

FUNCTION(builtins, all, "($module, iterable, /)", "Whether every item is true.")
static truth
builtins_all(PyObject *module, PyObject *iterable)
{
    int found = any_item_is(iterable, 0);
    return found < 0 ? -1 : !found;
}

FUNCTION(builtins, any, "($module, iterable, /)", "Whether at least one item is true.")
static truth
builtins_any(PyObject *module, PyObject *iterable)
{
    return any_item_is(iterable, 1);
}

FUNCTION(builtins, iter, NULL,
         "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\n"
         "An iterator over the iterable, or over the results of calls until one equals sentinel.")
PyObject *
builtins_iter(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("iter", nargs, 1, 2)) {
        return NULL;
    }
    if (nargs == 1) {
        return PyObject_GetIter(args[0]);
    }
    if (!PyCallable_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "iter(v, w): v must be callable");
        return NULL;
    }
    return PyCallIter_New(args[0], args[1]);
}

FUNCTION(builtins, next, NULL,
         "next(iterator[, default])\n\n"
         "The next item; at the end, default if given, else StopIteration.")
PyObject *
builtins_next(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("next", nargs, 1, 2)) {
        return NULL;
    }
    PyObject *iterator = args[0];
    if (!PyIter_Check(iterator)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not an iterator", Py_TYPE(iterator)->tp_name);
        return NULL;
    }
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (item != NULL) {
        return item;
    }
    if (nargs > 1) {
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
                return NULL;
            }
            PyErr_Clear();
        }
        return Py_NewRef(args[1]);
    }
    if (!PyErr_Occurred()) {
        PyErr_SetNone(PyExc_StopIteration);
    }
    return NULL;
}

FUNCTION(builtins, aiter, "($module, async_iterable, /)", "An asynchronous iterator.")
PyObject *
builtins_aiter(PyObject *module, PyObject *async_iterable)
{
    return PyObject_GetAIter(async_iterable);
}

FUNCTION(builtins, anext, "($module, aiterator, default=<unrepresentable>, /)",
         "An awaitable for the next item; at the end, for default if given, else\n"
         "StopAsyncIteration.")
DEFAULT(default_value, NULL)
static PyObject *
builtins_anext(PyObject *module, PyObject *aiterator, PyObject *default_value)
{
    PyTypeObject *type = Py_TYPE(aiterator);
    if (type->tp_as_async == NULL || type->tp_as_async->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not an async iterator", type->tp_name);
        return NULL;
    }
    PyObject *awaitable = type->tp_as_async->am_anext(aiterator);
    if (awaitable == NULL || default_value == NULL) {
        return awaitable;
    }
    extern PyObject *PyAnextAwaitable_New(PyObject *, PyObject *);
    PyObject *wrapped = PyAnextAwaitable_New(awaitable, default_value);
    Py_DECREF(awaitable);
    return wrapped;
}

FUNCTION(builtins, len, "($module, obj, /)", "The number of items of a container.")
PyObject *
builtins_len(PyObject *module, PyObject *obj)
{
    Py_ssize_t n = PyObject_Size(obj);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

/* A comparison may have failed without a word: it is told here, however this was called. */
static void
explain_failure(int op)
{
    if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError, "<built-in function %s> returned NULL without setting an exception",
                     op == Py_LT ? "min" : "max");
    }
}

static PyObject *
extreme_general(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, int op)
{
    const char *name = op == Py_LT ? "min" : "max";
    PyObject *key_func = NULL, *default_value = NULL, *best = NULL, *best_key = NULL, *iterator = NULL;
    if (nargs == 0) {
        PyErr_Format(PyExc_TypeError, "%s expected at least 1 argument, got 0", name);
        return NULL;
    }
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 2) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most 2 keyword arguments (%zd given)", name,
                     PyTuple_GET_SIZE(kwnames));
        return NULL;
    }
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *keyword = PyTuple_GET_ITEM(kwnames, i);
        if (!PyUnicode_Check(keyword)) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            return NULL;
        }
        if (_PyUnicode_EqualToASCIIString(keyword, "key")) {
            key_func = args[nargs + i];
        }
        else if (_PyUnicode_EqualToASCIIString(keyword, "default")) {
            default_value = args[nargs + i];
        }
        else {
            PyErr_Format(PyExc_TypeError, "'%U' is an invalid keyword argument for %s()", keyword, name);
            return NULL;
        }
    }
    if (nargs > 1 && default_value != NULL) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot specify a default for %s() with multiple positional arguments", name);
        return NULL;
    }
    if (key_func == Py_None) {
        key_func = NULL;
    }
    if (nargs == 1 && (iterator = PyObject_GetIter(args[0])) == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0;; i++) {
        PyObject *item = iterator != NULL ? PyIter_Next(iterator)
                         : i < nargs      ? Py_NewRef(args[i])
                                          : NULL;
        if (item == NULL) {
            break;
        }
        PyObject *key = key_func == NULL ? Py_NewRef(item) : PyObject_CallOneArg(key_func, item);
        if (key == NULL) {
            Py_DECREF(item);
            goto fail;
        }
        int better = best == NULL ? 1 : PyObject_RichCompareBool(key, best_key, op);
        if (better < 0) {
            Py_DECREF(item);
            Py_DECREF(key);
            goto fail;
        }
        if (better) {
            Py_XSETREF(best, item);
            Py_XSETREF(best_key, key);
        }
        else {
            Py_DECREF(item);
            Py_DECREF(key);
        }
    }
    if (PyErr_Occurred()) {
        goto fail;
    }
    if (best == NULL) {
        if (default_value != NULL) {
            best = Py_NewRef(default_value);
        }
        else {
            PyErr_Format(PyExc_ValueError, "%s() arg is an empty sequence", name);
        }
    }
    Py_XDECREF(best_key);
    Py_XDECREF(iterator);
    return best;
fail:
    Py_XDECREF(best);
    Py_XDECREF(best_key);
    Py_XDECREF(iterator);
    explain_failure(op);
    return NULL;
}

/* An exact int of at most one digit? */
static inline bool
is_short_int(PyObject *op)
{
    return PyLong_CheckExact(op) && (size_t)Py_SIZE(op) + 1 < 3;
}

/* The best of one or more arguments; borrowed, NULL if a comparison fails. */
static PyObject *
extreme_argument(PyObject *const *args, Py_ssize_t nargs, int op)
{
    PyObject *best = args[0];
    bool asked = false;
    for (Py_ssize_t i = 1; i < nargs; i++) {
        PyObject *item = args[i];
        int better;
        if (is_short_int(item) && is_short_int(best)) {
            Py_ssize_t a = Py_SIZE(item) * (Py_ssize_t)((PyLongObject *)item)->ob_digit[0];
            Py_ssize_t b = Py_SIZE(best) * (Py_ssize_t)((PyLongObject *)best)->ob_digit[0];
            better = op == Py_LT ? a < b : a > b;
        }
        else {
            better = PyObject_RichCompareBool(item, best, op);
            asked = true;
        }
        if (better < 0) {
            return NULL;
        }
        best = better ? item : best;
    }
    return asked && PyErr_Occurred() ? NULL : best;
}

static PyObject *
extreme(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, int op)
{
    if (nargs > 1 && kwnames == NULL) {
        PyObject *best = extreme_argument(args, nargs, op);
        if (unlikely(best == NULL)) {
            explain_failure(op);
        }
        return Py_XNewRef(best);
    }
    return extreme_general(args, nargs, kwnames, op);
}

FUNCTION(builtins, max, "~",
         "max(iterable, *[, default=obj, key=func]) -> value\n"
         "max(arg1, arg2, *args, *[, key=func]) -> value\n\n"
         "The largest item or argument, the first of equals; default for an empty iterable.")
PyObject *
builtins_max(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return extreme(args, nargs, kwnames, Py_GT);
}

FUNCTION(builtins, min, "~",
         "min(iterable, *[, default=obj, key=func]) -> value\n"
         "min(arg1, arg2, *args, *[, key=func]) -> value\n\n"
         "The smallest item or argument, the first of equals; default for an empty iterable.")
PyObject *
builtins_min(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return extreme(args, nargs, kwnames, Py_LT);
}

FUNCTION(builtins, sorted, "($module, iterable, /, *, key=None, reverse=False)",
         "A new list of the items in ascending order; equal items keep their order.\n\n"
         "key computes what is compared, reverse turns the order round.")
PyObject *
builtins_sorted(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs != 1) {
        PyErr_Format(PyExc_TypeError, "sorted expected 1 argument, got %zd", nargs);
        return NULL;
    }
    PyObject *list = PySequence_List(args[0]);
    if (list == NULL) return NULL;
    PyObject *key = NULL, *reverse = Py_False;
    for (Py_ssize_t i = kwnames ? PyTuple_GET_SIZE(kwnames) : 0; i-- > 0;) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        if (name == ID(key)) key = args[1 + i];
        else if (name == ID(reverse) && PyBool_Check(args[1 + i])) reverse = args[1 + i];
        else goto other_arguments;
    }
    status done = -1;
    if (Py_EnterRecursiveCall(" while calling a Python object") == 0) {
        done = list_sort_in_place((PyListObject *)list, key, reverse == Py_True);
        Py_LeaveRecursiveCall();
    }
    if (unlikely((done == 0) != (PyErr_Occurred() == NULL))) goto bad_result;
    if (done < 0) Py_CLEAR(list);
    return list;
bad_result:;
    /* An extension's doing; list.sort() is what gets named. */
    PyObject *named = PyObject_GetAttr(list, ID(sort));
    PyObject *none = done == 0 ? Py_NewRef(Py_None) : NULL;
    Py_XDECREF(_Py_CheckFunctionResult(PyThreadState_GET(), named, none, NULL));
    Py_XDECREF(named);
    Py_DECREF(list);
    return NULL;
other_arguments:;
    /* list.sort() has the words for what is wrong with them. */
    PyObject *result = NULL, *sort = PyObject_GetAttr(list, ID(sort));
    if (sort != NULL) {
        result = PyObject_Vectorcall(sort, args + 1, 0, kwnames);
        Py_DECREF(sort);
    }
    if (result == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(result);
    return list;
}

#include "gen/modules/builtins_iter.inc"
