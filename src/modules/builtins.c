/* The module builtins: every function that needs no import.  The types it holds are defined in
   types/; compile, exec and eval are in builtins_code.c. */
#include "modules/builtins.h"
#include "base/nan.h"
#include "object/declare.h"
#include "object/state.h"
#include "vm/eval.h"
#include <unistd.h>

/* the header's macro names another function */
#undef _PyObject_LookupSpecial
extern PyObject *_PyObject_LookupSpecial(PyObject *self, PyObject *name);

/* ---- classes ------------------------------------------------------------------------------ */

/* Bases with what __mro_entries__ puts in their place; new, the same tuple if nothing changes. */
static PyObject *
resolve_bases(PyObject *bases)
{
    PyObject *resolved = NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i), *method = NULL;
        if (!PyType_Check(base) && _PyObject_LookupAttr(base, ID(__mro_entries__), &method) < 0) {
            goto fail;
        }
        if (method == NULL) {
            if (resolved != NULL && PyList_Append(resolved, base) < 0) {
                goto fail;
            }
            continue;
        }
        PyObject *entries = PyObject_CallOneArg(method, bases);
        Py_DECREF(method);
        if (entries == NULL) {
            goto fail;
        }
        if (!PyTuple_Check(entries)) {
            PyErr_SetString(PyExc_TypeError, "__mro_entries__ must return a tuple");
            Py_DECREF(entries);
            goto fail;
        }
        if (resolved == NULL) {
            resolved = PyList_New(0);
            for (Py_ssize_t j = 0; resolved != NULL && j < i; j++) {
                if (PyList_Append(resolved, PyTuple_GET_ITEM(bases, j)) < 0) {
                    Py_CLEAR(resolved);
                }
            }
        }
        int failed = resolved == NULL ||
                     PyList_SetSlice(resolved, PyList_GET_SIZE(resolved), PyList_GET_SIZE(resolved),
                                     entries) < 0;
        Py_DECREF(entries);
        if (failed) {
            goto fail;
        }
    }
    if (resolved == NULL) {
        return Py_NewRef(bases);
    }
    PyObject *tuple = PyList_AsTuple(resolved);
    Py_DECREF(resolved);
    return tuple;
fail:
    Py_XDECREF(resolved);
    return NULL;
}

/* Take `metaclass` out of the keywords, or derive it from the bases; new. */
static PyObject *
choose_metaclass(PyObject *keywords, PyObject *bases)
{
    PyObject *meta = NULL;
    if (keywords != NULL) {
        meta = Py_XNewRef(PyDict_GetItemWithError(keywords, ID(metaclass)));
        if (meta != NULL ? PyDict_DelItem(keywords, ID(metaclass)) < 0 : PyErr_Occurred() != NULL) {
            Py_XDECREF(meta);
            return NULL;
        }
    }
    if (meta == NULL) {
        meta = Py_NewRef(PyTuple_GET_SIZE(bases) == 0 ? (PyObject *)&PyType_Type
                                                      : (PyObject *)Py_TYPE(PyTuple_GET_ITEM(bases, 0)));
    }
    if (PyType_Check(meta)) {
        PyObject *winner = (PyObject *)_PyType_CalculateMetaclass((PyTypeObject *)meta, bases);
        if (winner == NULL) {
            Py_DECREF(meta);
            return NULL;
        }
        if (winner != meta) {
            Py_INCREF(winner);
            Py_SETREF(meta, winner);
        }
    }
    return meta;
}

static PyObject *
prepare_namespace(PyObject *meta, PyObject *name, PyObject *bases, PyObject *keywords)
{
    PyObject *prepare, *ns;
    if (_PyObject_LookupAttr(meta, ID(__prepare__), &prepare) < 0) {
        return NULL;
    }
    if (prepare == NULL) {
        return PyDict_New();
    }
    PyObject *args[2] = {name, bases};
    ns = PyObject_VectorcallDict(prepare, args, 2, keywords);
    Py_DECREF(prepare);
    if (ns != NULL && !PyMapping_Check(ns)) {
        PyErr_Format(PyExc_TypeError, "%.200s.__prepare__() must return a mapping, not %.200s",
                     PyType_Check(meta) ? ((PyTypeObject *)meta)->tp_name : "<metaclass>",
                     Py_TYPE(ns)->tp_name);
        Py_CLEAR(ns);
    }
    return ns;
}

/* The cell that super() uses must hold the class that was made. */
static status
check_class_cell(PyObject *cell, PyObject *cls, PyObject *name)
{
    if (cls == NULL || !PyType_Check(cls) || !PyCell_Check(cell)) {
        return 0;
    }
    PyObject *held = PyCell_GET(cell);
    if (held == cls) {
        return 0;
    }
    if (held == NULL) {
        PyErr_Format(PyExc_RuntimeError,
                     "__class__ not set defining %.200R as %.200R. Was __classcell__ propagated to "
                     "type.__new__?", name, cls);
    }
    else {
        PyErr_Format(PyExc_TypeError, "__class__ set to %.200R defining %.200R as %.200R", held, name,
                     cls);
    }
    return -1;
}

FUNCTION(builtins, __build_class__, NULL,
         "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\n"
         "What the class statement calls.")
static PyObject *
builtins___build_class__(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 2) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: not enough arguments");
        return NULL;
    }
    PyObject *func = args[0], *name = args[1];
    if (!PyFunction_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: func must be a function");
        return NULL;
    }
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "__build_class__: name is not a string");
        return NULL;
    }
    PyObject *original = PyTuple_New(nargs - 2);
    PyObject *bases = NULL, *keywords = NULL, *meta = NULL, *ns = NULL, *cell = NULL, *cls = NULL;
    if (original == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 2; i < nargs; i++) {
        PyTuple_SET_ITEM(original, i - 2, Py_NewRef(args[i]));
    }
    bases = resolve_bases(original);
    if (bases == NULL) {
        goto done;
    }
    if (kwnames != NULL && (keywords = _PyStack_AsDict(args + nargs, kwnames)) == NULL) {
        goto done;
    }
    meta = choose_metaclass(keywords, bases);
    if (meta == NULL) {
        goto done;
    }
    code_used((PyCodeObject *)PyFunction_GET_CODE(func));
    ns = prepare_namespace(meta, name, bases, keywords);
    if (ns == NULL) {
        goto done;
    }
    cell = eval_vector(tstate_get(), (PyFunctionObject *)func, ns, NULL, 0, NULL);
    if (cell == NULL) {
        goto done;
    }
    if (bases != original && PyObject_SetItem(ns, ID(__orig_bases__), original) < 0) {
        goto done;
    }
    PyObject *meta_args[3] = {name, bases, ns};
    cls = PyObject_VectorcallDict(meta, meta_args, 3, keywords);
    if (check_class_cell(cell, cls, name) < 0) {
        Py_CLEAR(cls);
    }
done:
    Py_DECREF(original);
    Py_XDECREF(bases);
    Py_XDECREF(keywords);
    Py_XDECREF(meta);
    Py_XDECREF(ns);
    Py_XDECREF(cell);
    return cls;
}

FUNCTION(builtins, isinstance, "($module, obj, class_or_tuple, /)",
         "Whether obj is an instance of the class, or of one of the classes in a tuple or union.")
static truth
builtins_isinstance(PyObject *module, PyObject *obj, PyObject *class_or_tuple)
{
    return PyObject_IsInstance(obj, class_or_tuple);
}

FUNCTION(builtins, issubclass, "($module, cls, class_or_tuple, /)",
         "Whether cls derives from, or is, the class or one of the classes in a tuple or union.")
static truth
builtins_issubclass(PyObject *module, PyObject *cls, PyObject *class_or_tuple)
{
    return PyObject_IsSubclass(cls, class_or_tuple);
}

/* ---- importing ---------------------------------------------------------------------------- */

FUNCTION(builtins, __import__,
         "($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)",
         "What the import statement calls.\n\n"
         "Without fromlist the head of a dotted name is returned, else the module itself.  level is\n"
         "the number of leading dots of a relative import.  Programs call\n"
         "importlib.import_module() instead.")
DEFAULT(fromlist, NULL)
DEFAULT(globals, NULL)
static PyObject *
builtins___import__(PyObject *module, PyObject *name, PyObject *globals, PyObject *locals,
                    PyObject *fromlist, int level)
{
    return PyImport_ImportModuleLevelObject(name, globals, locals, fromlist, level);
}

/* ---- numbers ------------------------------------------------------------------------------ */

FUNCTION(builtins, abs, "($module, x, /)", "The absolute value of a number.")
static PyObject *
builtins_abs(PyObject *module, PyObject *x)
{
    return PyNumber_Absolute(x);
}

FUNCTION(builtins, divmod, "($module, x, y, /)", "The pair (x // y, x % y).")
static PyObject *
builtins_divmod(PyObject *module, PyObject *x, PyObject *y)
{
    return PyNumber_Divmod(x, y);
}

FUNCTION(builtins, pow, "($module, /, base, exp, mod=None)",
         "base ** exp, or base ** exp % mod computed efficiently for ints.")
static PyObject *
builtins_pow(PyObject *module, PyObject *base, PyObject *exp, PyObject *mod)
{
    return PyNumber_Power(base, exp, mod);
}

FUNCTION(builtins, round, "($module, /, number, ndigits=None)",
         "The number rounded to ndigits decimal places.\n\n"
         "An int without ndigits, else of the same type; ndigits may be negative.")
static PyObject *
builtins_round(PyObject *module, PyObject *number, PyObject *ndigits)
{
    PyObject *method = _PyObject_LookupSpecial(number, ID(__round__));
    if (method == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "type %.100s doesn't define __round__ method",
                         Py_TYPE(number)->tp_name);
        }
        return NULL;
    }
    PyObject *result = ndigits == Py_None ? PyObject_CallNoArgs(method)
                                          : PyObject_CallOneArg(method, ndigits);
    Py_DECREF(method);
    return result;
}

FUNCTION(builtins, bin, "($module, number, /)", "Binary text of an integer.\n"
         "\n"
         ">>> bin(10)\n"
         "'0b1010'")
static PyObject *
builtins_bin(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 2);
}

FUNCTION(builtins, oct, "($module, number, /)", "Octal text of an integer.\n"
         "\n"
         ">>> oct(8)\n"
         "'0o10'")
static PyObject *
builtins_oct(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 8);
}

FUNCTION(builtins, hex, "($module, number, /)", "Hexadecimal text of an integer.\n"
         "\n"
         ">>> hex(255)\n"
         "'0xff'")
static PyObject *
builtins_hex(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 16);
}

FUNCTION(builtins, chr, "($module, i, /)", "The one-character str with code point i.")
static PyObject *
builtins_chr(PyObject *module, int i)
{
    return PyUnicode_FromOrdinal(i);
}

FUNCTION(builtins, ord, "($module, c, /)", "The code point of a one-character str (or bytes).")
static PyObject *
builtins_ord(PyObject *module, PyObject *c)
{
    Py_ssize_t size;
    if (PyUnicode_Check(c)) {
        if (PyUnicode_READY(c) < 0) {
            return NULL;
        }
        size = PyUnicode_GET_LENGTH(c);
        if (size == 1) {
            return PyLong_FromLong((long)PyUnicode_READ_CHAR(c, 0));
        }
    }
    else if (PyBytes_Check(c) || PyByteArray_Check(c)) {
        size = PyBytes_Check(c) ? PyBytes_GET_SIZE(c) : PyByteArray_GET_SIZE(c);
        if (size == 1) {
            const char *text = PyBytes_Check(c) ? PyBytes_AS_STRING(c) : PyByteArray_AS_STRING(c);
            return PyLong_FromLong((unsigned char)text[0]);
        }
    }
    else {
        PyErr_Format(PyExc_TypeError, "ord() expected string of length 1, but %.200s found",
                     Py_TYPE(c)->tp_name);
        return NULL;
    }
    PyErr_Format(PyExc_TypeError, "ord() expected a character, but string of length %zd found", size);
    return NULL;
}

/* Sum while everything is an int that fits; *item is the first that does not, or NULL at the end.
   The running total is put into *total in the end. */
static status
sum_small_ints(PyObject *iterator, PyObject **total, PyObject **item)
{
    int overflow;
    long sum = PyLong_AsLongAndOverflow(*total, &overflow);
    if (overflow) {
        return 0;
    }
    Py_CLEAR(*total);
    iternextfunc next = Py_TYPE(iterator)->tp_iternext;
    for (;;) {
        *item = next(iterator);
        if (*item == NULL) {
            if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_StopIteration)) {
                PyErr_Clear();
            }
            break;
        }
        if (PyLong_CheckExact(*item) && Py_ABS(Py_SIZE(*item)) <= 1) {
            long value = (long)Py_SIZE(*item) * (long)((PyLongObject *)*item)->ob_digit[0], after;
            if (!__builtin_add_overflow(sum, value, &after)) {
                sum = after;
                Py_DECREF(*item);
                continue;
            }
        }
        else if (PyLong_CheckExact(*item) || PyBool_Check(*item)) {
            long value = PyLong_AsLongAndOverflow(*item, &overflow), after;
            if (!overflow && !__builtin_add_overflow(sum, value, &after)) {
                sum = after;
                Py_DECREF(*item);
                continue;
            }
        }
        break;
    }
    if (*item == NULL && PyErr_Occurred()) {
        return -1;
    }
    *total = PyLong_FromLong(sum);
    return *total == NULL ? -1 : 0;
}

static status
sum_floats(PyObject *iterator, PyObject **total, PyObject **item)
{
    double sum = PyFloat_AS_DOUBLE(*total);
    Py_CLEAR(*total);
    for (;;) {
        *item = PyIter_Next(iterator);
        if (*item == NULL) {
            break;
        }
        if (PyFloat_CheckExact(*item)) {
            sum = double_add(sum, PyFloat_AS_DOUBLE(*item));
            Py_DECREF(*item);
            continue;
        }
        if (PyLong_Check(*item)) {
            int overflow;
            long value = PyLong_AsLongAndOverflow(*item, &overflow);
            if (!overflow) {
                sum += (double)value;
                Py_DECREF(*item);
                continue;
            }
        }
        break;
    }
    if (*item == NULL && PyErr_Occurred()) {
        return -1;
    }
    *total = PyFloat_FromDouble(sum);
    return *total == NULL ? -1 : 0;
}

static status
sum_check_start(PyObject *start)
{
    const char *kind = PyUnicode_Check(start)     ? "strings [use ''.join(seq) instead]"
                       : PyBytes_Check(start)     ? "bytes [use b''.join(seq) instead]"
                       : PyByteArray_Check(start) ? "bytearray [use b''.join(seq) instead]"
                                                  : NULL;
    if (kind != NULL) {
        PyErr_Format(PyExc_TypeError, "sum() can't sum %s", kind);
        return -1;
    }
    return 0;
}

FUNCTION(builtins, sum, "($module, iterable, /, start=0)",
         "start plus all items of the iterable, from left to right.")
DEFAULT(start, NULL)
static PyObject *
builtins_sum(PyObject *module, PyObject *iterable, PyObject *start)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item = NULL, *total;
    if (iterator == NULL) {
        return NULL;
    }
    total = start == NULL ? PyLong_FromLong(0) : Py_NewRef(start);
    if (total == NULL || (start != NULL && sum_check_start(start) < 0)) {
        goto fail;
    }
    bool more = true;
    if (PyLong_CheckExact(total)) {
        PyObject *before = total;
        if (sum_small_ints(iterator, &total, &item) < 0) {
            goto fail;
        }
        more = item != NULL || total == before;
    }
    while (more) {
        if (item == NULL && PyFloat_CheckExact(total)) {
            if (sum_floats(iterator, &total, &item) < 0) {
                goto fail;
            }
            if (item == NULL) {
                break;
            }
        }
        if (item == NULL && (item = PyIter_Next(iterator)) == NULL) {
            if (PyErr_Occurred()) {
                goto fail;
            }
            break;
        }
        PyObject *next = PyNumber_Add(total, item);
        Py_DECREF(total);
        Py_CLEAR(item);
        total = next;
        if (total == NULL) {
            goto fail;
        }
    }
    Py_DECREF(iterator);
    return total;
fail:
    Py_DECREF(iterator);
    Py_XDECREF(item);
    Py_XDECREF(total);
    return NULL;
}

/* ---- iterating ---------------------------------------------------------------------------- */

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
static PyObject *
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
static PyObject *
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
static PyObject *
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
static PyObject *
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
static PyObject *
builtins_max(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return extreme(args, nargs, kwnames, Py_GT);
}

FUNCTION(builtins, min, "~",
         "min(iterable, *[, default=obj, key=func]) -> value\n"
         "min(arg1, arg2, *args, *[, key=func]) -> value\n\n"
         "The smallest item or argument, the first of equals; default for an empty iterable.")
static PyObject *
builtins_min(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return extreme(args, nargs, kwnames, Py_LT);
}

FUNCTION(builtins, sorted, "($module, iterable, /, *, key=None, reverse=False)",
         "A new list of the items in ascending order; equal items keep their order.\n\n"
         "key computes what is compared, reverse turns the order round.")
static PyObject *
builtins_sorted(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs != 1) {
        PyErr_Format(PyExc_TypeError, "sorted expected 1 argument, got %zd", nargs);
        return NULL;
    }
    PyObject *list = PySequence_List(args[0]), *result = NULL;
    PyObject *sort = list == NULL ? NULL : PyObject_GetAttr(list, ID(sort));
    if (sort != NULL) {
        result = PyObject_Vectorcall(sort, args + 1, 0, kwnames);
        Py_DECREF(sort);
    }
    if (result == NULL) {
        Py_XDECREF(list);
        return NULL;
    }
    Py_DECREF(result);
    return list;
}

/* ---- attributes and names ----------------------------------------------------------------- */

FUNCTION(builtins, getattr, NULL,
         "getattr(object, name[, default]) -> value\n\n"
         "The attribute of that name: getattr(x, 'y') is x.y; default if there is none.")
static PyObject *
builtins_getattr(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("getattr", nargs, 2, 3)) {
        return NULL;
    }
    PyObject *name = args[1], *value;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'",
                     Py_TYPE(name)->tp_name);
        return NULL;
    }
    if (nargs == 2) {
        return PyObject_GetAttr(args[0], name);
    }
    if (_PyObject_LookupAttr(args[0], name, &value) == 0) {
        return Py_NewRef(args[2]);
    }
    return value;
}

FUNCTION(builtins, hasattr, "($module, obj, name, /)", "Whether the object has that attribute.")
static truth
builtins_hasattr(PyObject *module, PyObject *obj, PyObject *name)
{
    PyObject *value;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "attribute name must be string, not '%.200s'",
                     Py_TYPE(name)->tp_name);
        return -1;
    }
    if (_PyObject_LookupAttr(obj, name, &value) < 0) {
        return -1;
    }
    Py_XDECREF(value);
    return value != NULL;
}

FUNCTION(builtins, setattr, "($module, obj, name, value, /)", "setattr(x, 'y', v) is x.y = v.")
static status
builtins_setattr(PyObject *module, PyObject *obj, PyObject *name, PyObject *value)
{
    return PyObject_SetAttr(obj, name, value);
}

FUNCTION(builtins, delattr, "($module, obj, name, /)", "delattr(x, 'y') is del x.y.")
static status
builtins_delattr(PyObject *module, PyObject *obj, PyObject *name)
{
    return PyObject_SetAttr(obj, name, NULL);
}

FUNCTION(builtins, dir, "~",
         "dir([object]) -> list of strings\n\n"
         "Names in the current scope, or the object's attributes, sorted.")
static PyObject *
builtins_dir(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("dir", nargs, 0, 1)) {
        return NULL;
    }
    return PyObject_Dir(nargs == 0 ? NULL : args[0]);
}

FUNCTION(builtins, vars, "~",
         "vars([object]) -> dictionary\n\nlocals(), or the object's __dict__.")
static PyObject *
builtins_vars(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *dict;
    if (!_PyArg_CheckPositional("vars", nargs, 0, 1)) {
        return NULL;
    }
    if (nargs == 0) {
        return Py_XNewRef(PyEval_GetLocals());
    }
    if (_PyObject_LookupAttr(args[0], ID(__dict__), &dict) == 0) {
        PyErr_SetString(PyExc_TypeError, "vars() argument must have __dict__ attribute");
    }
    return dict;
}

FUNCTION(builtins, globals, "($module, /)", "The global names of the running code, as a dict.")
static PyObject *
builtins_globals(PyObject *module)
{
    return Py_XNewRef(PyEval_GetGlobals());
}

FUNCTION(builtins, locals, "($module, /)", "The local names of the running code, as a mapping.")
static PyObject *
builtins_locals(PyObject *module)
{
    return Py_XNewRef(PyEval_GetLocals());
}

FUNCTION(builtins, callable, "($module, obj, /)", "Whether the object can be called.")
static truth
builtins_callable(PyObject *module, PyObject *obj)
{
    return PyCallable_Check(obj);
}

FUNCTION(builtins, hash, "($module, obj, /)", "The object's hash value; equal objects have equal ones.")
static PyObject *
builtins_hash(PyObject *module, PyObject *obj)
{
    Py_hash_t h = PyObject_Hash(obj);
    return h == -1 ? NULL : PyLong_FromSsize_t(h);
}

FUNCTION(builtins, id, "($module, obj, /)",
         "The object's identity: unique among objects alive at the same time.")
static PyObject *
builtins_id(PyObject *module, PyObject *obj)
{
    PyObject *id = PyLong_FromVoidPtr(obj);
    if (id != NULL && PySys_Audit("builtins.id", "O", id) < 0) {
        Py_CLEAR(id);
    }
    return id;
}

/* ---- text --------------------------------------------------------------------------------- */

FUNCTION(builtins, repr, "($module, obj, /)", "The object as text, for most types as in a program.")
static PyObject *
builtins_repr(PyObject *module, PyObject *obj)
{
    return PyObject_Repr(obj);
}

FUNCTION(builtins, ascii, "($module, obj, /)", "repr() with everything outside ASCII escaped.")
static PyObject *
builtins_ascii(PyObject *module, PyObject *obj)
{
    return PyObject_ASCII(obj);
}

FUNCTION(builtins, format, "($module, value, format_spec='', /)",
         "value.__format__(format_spec), with a str to be sure.")
DEFAULT(format_spec, NULL)
static PyObject *
builtins_format(PyObject *module, PyObject *value, PyUnicodeObject *format_spec)
{
    return PyObject_Format(value, (PyObject *)format_spec);
}

/* ---- input and output --------------------------------------------------------------------- */

static status
check_text_option(PyObject *value, const char *name)
{
    if (value != NULL && !PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be None or a string, not %.200s", name,
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    return 0;
}

static status
call_flush(PyObject *file)
{
    PyObject *result = PyObject_CallMethodNoArgs(file, ID(flush));
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

FUNCTION(builtins, print, "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)",
         "Write the values as text to a stream, sys.stdout by default.")
static PyObject *
builtins_print(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *sep = Py_None, *end = Py_None, *file = Py_None, *flush = Py_False;
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i), *value = args[nargs + i];
        if (_PyUnicode_EqualToASCIIString(name, "sep")) {
            sep = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "end")) {
            end = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "file")) {
            file = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "flush")) {
            flush = value;
        }
        else {
            PyErr_Format(PyExc_TypeError, "'%U' is an invalid keyword argument for print()", name);
            return NULL;
        }
    }
    int flush_after = PyObject_IsTrue(flush);
    if (flush_after < 0) {
        return NULL;
    }
    if (file == Py_None) {
        file = PySys_GetObject("stdout");
        if (file == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "lost sys.stdout");
            return NULL;
        }
        if (file == Py_None) {
            Py_RETURN_NONE;
        }
    }
    sep = sep == Py_None ? NULL : sep;
    end = end == Py_None ? NULL : end;
    if (check_text_option(sep, "sep") < 0 || check_text_option(end, "end") < 0) {
        return NULL;
    }
    Py_INCREF(file);
    int failed = 0;
    for (Py_ssize_t i = 0; i < nargs && !failed; i++) {
        if (i > 0) {
            failed = sep == NULL ? PyFile_WriteString(" ", file)
                                 : PyFile_WriteObject(sep, file, Py_PRINT_RAW);
        }
        failed = failed || PyFile_WriteObject(args[i], file, Py_PRINT_RAW);
    }
    failed = failed || (end == NULL ? PyFile_WriteString("\n", file)
                                    : PyFile_WriteObject(end, file, Py_PRINT_RAW));
    if (!failed && flush_after) {
        failed = call_flush(file) < 0;
    }
    Py_DECREF(file);
    if (failed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Is the sys stream the C stream's descriptor, and that a terminal?  An error counts as no. */
static truth
is_terminal_stream(PyObject *stream, FILE *c_stream)
{
    PyObject *result = PyObject_CallMethodNoArgs(stream, ID(fileno));
    if (result == NULL) {
        PyErr_Clear();
        return 0;
    }
    long fd = PyLong_AsLong(result);
    Py_DECREF(result);
    if (fd < 0 && PyErr_Occurred()) {
        return -1;
    }
    return fd == fileno(c_stream) && isatty((int)fd);
}

static PyObject *
input_lost(const char *name)
{
    PyErr_Format(PyExc_RuntimeError, "input(): lost sys.%s", name);
    return NULL;
}

/* Prompt as bytes in stdout's encoding, for readline; *prompt_out owned. */
static status
encode_prompt(PyObject *prompt, PyObject *out, PyObject **prompt_out)
{
    *prompt_out = NULL;
    if (prompt == NULL) {
        return 0;
    }
    PyObject *encoding = PyObject_GetAttr(out, ID(encoding)), *errors = NULL, *text = NULL;
    if (encoding != NULL) {
        errors = PyObject_GetAttr(out, ID(errors));
    }
    if (errors != NULL && PyUnicode_Check(encoding) && PyUnicode_Check(errors)) {
        text = PyObject_Str(prompt);
        if (text != NULL) {
            *prompt_out = PyUnicode_AsEncodedString(text, PyUnicode_AsUTF8(encoding),
                                                    PyUnicode_AsUTF8(errors));
            if (*prompt_out != NULL &&
                strlen(PyBytes_AS_STRING(*prompt_out)) != (size_t)PyBytes_GET_SIZE(*prompt_out)) {
                Py_CLEAR(*prompt_out);
                PyErr_SetString(PyExc_ValueError, "input: prompt string cannot contain null characters");
            }
        }
    }
    Py_XDECREF(encoding);
    Py_XDECREF(errors);
    Py_XDECREF(text);
    return *prompt_out == NULL ? -1 : 0;
}

static PyObject *
input_from_terminal(PyObject *prompt, PyObject *in, PyObject *out)
{
    PyObject *encoding = PyObject_GetAttr(in, ID(encoding)), *errors = NULL, *bytes = NULL;
    PyObject *result = NULL;
    if (encoding == NULL || (errors = PyObject_GetAttr(in, ID(errors))) == NULL) {
        goto done;
    }
    if (!PyUnicode_Check(encoding) || !PyUnicode_Check(errors)) {
        goto done;              /* no exception: the caller falls back to the stream's readline */
    }
    if (call_flush(out) < 0) {
        PyErr_Clear();
    }
    if (encode_prompt(prompt, out, &bytes) < 0) {
        goto done;
    }
    char *line = PyOS_Readline(stdin, stdout, bytes == NULL ? "" : PyBytes_AS_STRING(bytes));
    if (line == NULL) {
        if (PyErr_CheckSignals() == 0 && !PyErr_Occurred()) {
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        }
        goto done;
    }
    size_t n = strlen(line);
    if (n == 0) {
        PyErr_SetNone(PyExc_EOFError);
    }
    else {
        n -= line[n - 1] == '\n';
        result = PyUnicode_Decode(line, (Py_ssize_t)n, PyUnicode_AsUTF8(encoding),
                                  PyUnicode_AsUTF8(errors));
    }
    PyMem_Free(line);
    if (result != NULL && PySys_Audit("builtins.input/result", "O", result) < 0) {
        Py_CLEAR(result);
    }
done:
    Py_XDECREF(encoding);
    Py_XDECREF(errors);
    Py_XDECREF(bytes);
    return result;
}

FUNCTION(builtins, input, "($module, prompt='', /)",
         "A line from standard input without its newline; the prompt goes to standard output.")
DEFAULT(prompt, NULL)
static PyObject *
builtins_input(PyObject *module, PyObject *prompt)
{
    PyObject *in = PySys_GetObject("stdin"), *out = PySys_GetObject("stdout");
    PyObject *err = PySys_GetObject("stderr");
    if (in == NULL || in == Py_None) {
        return input_lost("stdin");
    }
    if (out == NULL || out == Py_None) {
        return input_lost("stdout");
    }
    if (err == NULL || err == Py_None) {
        return input_lost("stderr");
    }
    if (PySys_Audit("builtins.input", "O", prompt ? prompt : Py_None) < 0) {
        return NULL;
    }
    Py_INCREF(in);
    Py_INCREF(out);
    PyObject *result = NULL;
    if (call_flush(err) < 0) {
        PyErr_Clear();
    }
    int terminal = is_terminal_stream(in, stdin);
    if (terminal > 0) {
        terminal = is_terminal_stream(out, stdout);
    }
    if (terminal < 0) {
        goto done;
    }
    if (terminal) {
        result = input_from_terminal(prompt, in, out);
        if (result != NULL || PyErr_Occurred()) {
            goto done;
        }
    }
    if (prompt != NULL && PyFile_WriteObject(prompt, out, Py_PRINT_RAW) != 0) {
        goto done;
    }
    if (call_flush(out) < 0) {
        PyErr_Clear();
    }
    result = PyFile_GetLine(in, -1);
done:
    Py_DECREF(in);
    Py_DECREF(out);
    return result;
}

FUNCTION(builtins, breakpoint, NULL,
         "breakpoint(*args, **kws)\n\nCall sys.breakpointhook(*args, **kws): by default, enter pdb.")
static PyObject *
builtins_breakpoint(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *hook = PySys_GetObject("breakpointhook");
    if (hook == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.breakpointhook");
        return NULL;
    }
    if (PySys_Audit("builtins.breakpoint", "O", hook) < 0) {
        return NULL;
    }
    Py_INCREF(hook);
    PyObject *result = PyObject_Vectorcall(hook, args, (size_t)nargs, kwnames);
    Py_DECREF(hook);
    return result;
}

/* ---- the module --------------------------------------------------------------------------- */

static PyMethodDef builtins_functions[];

static WRITTEN struct PyModuleDef builtins_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "builtins",
    .m_doc = "Functions, exceptions and types that every program sees without an import.",
    .m_size = -1,
    .m_methods = builtins_functions,
};

static status
add_objects(PyObject *dict)
{
    const struct {
        const char *name;
        void *object;
    } objects[] = {
        {"None", Py_None},
        {"Ellipsis", Py_Ellipsis},
        {"NotImplemented", Py_NotImplemented},
        {"False", Py_False},
        {"True", Py_True},
        {"bool", &PyBool_Type},
        {"memoryview", &PyMemoryView_Type},
        {"bytearray", &PyByteArray_Type},
        {"bytes", &PyBytes_Type},
        {"classmethod", &PyClassMethod_Type},
        {"complex", &PyComplex_Type},
        {"dict", &PyDict_Type},
        {"enumerate", &PyEnum_Type},
        {"filter", &PyFilter_Type},
        {"float", &PyFloat_Type},
        {"frozenset", &PyFrozenSet_Type},
        {"property", &PyProperty_Type},
        {"int", &PyLong_Type},
        {"list", &PyList_Type},
        {"map", &PyMap_Type},
        {"object", &PyBaseObject_Type},
        {"range", &PyRange_Type},
        {"reversed", &PyReversed_Type},
        {"set", &PySet_Type},
        {"slice", &PySlice_Type},
        {"staticmethod", &PyStaticMethod_Type},
        {"str", &PyUnicode_Type},
        {"super", &PySuper_Type},
        {"tuple", &PyTuple_Type},
        {"type", &PyType_Type},
        {"zip", &PyZip_Type},
    };
    for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
        if (PyDict_SetItemString(dict, objects[i].name, objects[i].object) < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *
builtins_make(const PyConfig *config)
{
    PyObject *module = PyModule_Create2(&builtins_def, PYTHON_API_VERSION);
    if (module == NULL) {
        return NULL;
    }
    PyObject *dict = PyModule_GetDict(module);
    PyObject *debug = PyBool_FromLong(config->optimization_level == 0);
    if (add_objects(dict) < 0 || PyDict_SetItemString(dict, "__debug__", debug) < 0) {
        Py_CLEAR(module);
    }
    Py_DECREF(debug);
    return module;
}

#include "gen/modules/builtins.inc"
