/* Unpacking, matching, spreading, formatting: what the instructions of ops/build.c do outside the
   loop. */
#include "object/declare.h"
#include "object/state.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"
#include "types/tuple.h"
#include "vm/eval.h"

PyObject *
special_method(PyObject *self, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *found = _PyType_Lookup(type, name);
    if (found == NULL) {
        return NULL;
    }
    Py_INCREF(found);
    descrgetfunc get = Py_TYPE(found)->tp_descr_get;
    if (get != NULL) {
        PyObject *bound = get(found, self, (PyObject *)type);
        Py_DECREF(found);
        found = bound;
    }
    return found;
}

/* ---- unpacking ------------------------------------------------------------------------------ */

status
unpack_iterable(PyObject *iterable, int before, int after, PyObject **top)
{
    PyObject **p = top;
    PyObject *list = NULL;
    PyObject *iterator = PyObject_GetIter(iterable);
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
            !PySequence_Check(iterable)) {
            PyErr_Format(PyExc_TypeError, "cannot unpack non-iterable %.200s object",
                         Py_TYPE(iterable)->tp_name);
        }
        return -1;
    }
    for (int i = 0; i < before; i++) {
        PyObject *item = PyIter_Next(iterator);
        if (item == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_ValueError,
                             after < 0 ? "not enough values to unpack (expected %d, got %d)"
                                       : "not enough values to unpack (expected at least %d, got "
                                         "%d)", after < 0 ? before : before + after, i);
            }
            goto fail;
        }
        *--p = item;
    }
    if (after < 0) {
        PyObject *extra = PyIter_Next(iterator);
        if (extra == NULL) {
            if (PyErr_Occurred()) {
                goto fail;
            }
            Py_DECREF(iterator);
            return 0;
        }
        Py_DECREF(extra);
        PyErr_Format(PyExc_ValueError, "too many values to unpack (expected %d)", before);
        goto fail;
    }
    list = PySequence_List(iterator);
    if (list == NULL) {
        goto fail;
    }
    *--p = list;
    Py_ssize_t length = PyList_GET_SIZE(list);
    if (length < after) {
        PyErr_Format(PyExc_ValueError,
                     "not enough values to unpack (expected at least %d, got %zd)", before + after,
                     before + length);
        goto fail;
    }
    /* The last items leave the list for the stack. */
    for (Py_ssize_t i = length - after; i < length; i++) {
        *--p = PyList_GET_ITEM(list, i);
    }
    Py_SET_SIZE(list, length - after);
    Py_DECREF(iterator);
    return 0;

fail:
    for (; p < top; p++) {
        Py_DECREF(*p);
    }
    Py_DECREF(iterator);
    return -1;
}

/* The bounds of a slice without a step over `size` items, clipped; false if they are not None or small ints. */
static ALWAYS_INLINE bool
slice_bounds(PyObject *start, PyObject *stop, Py_ssize_t size, Py_ssize_t *low, Py_ssize_t *high)
{
    Py_ssize_t bounds[2] = {0, size};
    PyObject *given[2] = {start, stop};
    for (int i = 0; i < 2; i++) {
        if (PyLong_CheckExact(given[i]) && int_is_compact((PyLongObject *)given[i])) {
            Py_ssize_t n = int_compact_value((PyLongObject *)given[i]);
            n += n < 0 ? size : 0;
            bounds[i] = n < 0 ? 0 : n > size ? size : n;
        }
        else if (given[i] != Py_None) {
            return false;
        }
    }
    *low = bounds[0];
    *high = bounds[1] > bounds[0] ? bounds[1] : bounds[0];
    return true;
}

PyObject *
slice_load(PyObject *container, PyObject *start, PyObject *stop)
{
    PyTypeObject *type = Py_TYPE(container);
    Py_ssize_t low, high;
    if (type == &PyList_Type) {
        return slice_bounds(start, stop, PyList_GET_SIZE(container), &low, &high)
                   ? list_slice((PyListObject *)container, low, high)
                   : NULL;
    }
    if (type == &PyUnicode_Type) {
        return PyUnicode_IS_READY(container) &&
                       slice_bounds(start, stop, PyUnicode_GET_LENGTH(container), &low, &high)
                   ? PyUnicode_Substring(container, low, high)
                   : NULL;
    }
    if (type == &PyTuple_Type) {
        return slice_bounds(start, stop, PyTuple_GET_SIZE(container), &low, &high)
                   ? PyTuple_GetSlice(container, low, high)
                   : NULL;
    }
    if (type == &PyBytes_Type) {
        if (!slice_bounds(start, stop, PyBytes_GET_SIZE(container), &low, &high)) {
            return NULL;
        }
        return low == 0 && high == PyBytes_GET_SIZE(container)
                   ? Py_NewRef(container)
                   : PyBytes_FromStringAndSize(PyBytes_AS_STRING(container) + low, high - low);
    }
    return NULL;
}

/* A plain bound of a slice: None gives `missing`. */
static bool
bound_read(PyObject *bound, Py_ssize_t missing, Py_ssize_t *value)
{
    if (bound == Py_None) {
        *value = missing;
        return true;
    }
    if (!PyLong_CheckExact(bound) || !int_is_compact((PyLongObject *)bound)) {
        return false;
    }
    *value = int_compact_value((PyLongObject *)bound);
    return true;
}

PyObject *
slice_load_stepped(PyObject *container, PyObject *start, PyObject *stop, PyObject *step)
{
    PyTypeObject *type = Py_TYPE(container);
    Py_ssize_t low, high, stride;
    bool list = type == &PyList_Type;
    if ((!list && type != &PyTuple_Type) || !bound_read(step, 1, &stride) || stride == 0) {
        return NULL;
    }
    if (stride == 1) {
        return slice_load(container, start, stop);
    }
    if (!bound_read(start, stride < 0 ? PY_SSIZE_T_MAX : 0, &low) ||
        !bound_read(stop, stride < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX, &high)) {
        return NULL;
    }
    Py_ssize_t length = Py_SIZE(container), count = PySlice_AdjustIndices(length, &low, &high, stride);
    PyObject *part = list ? PyList_New(count) : PyTuple_New(count);
    if (part == NULL) {
        return NULL;
    }
    if (unlikely(Py_SIZE(container) != length)) {
        /* The allocation collected, and a finaliser changed the list. */
        Py_DECREF(part);
        return NULL;
    }
    PyObject **from = list ? ((PyListObject *)container)->ob_item : ((PyTupleObject *)container)->ob_item;
    PyObject **to = list ? ((PyListObject *)part)->ob_item : ((PyTupleObject *)part)->ob_item;
    for (Py_ssize_t i = 0; i < count; i++) {
        to[i] = Py_NewRef(from[low + i * stride]);
    }
    return part;
}

truth
slice_store(PyObject *container, PyObject *start, PyObject *stop, PyObject *value)
{
    Py_ssize_t low, high;
    if (!PyList_CheckExact(container) ||
        !slice_bounds(start, stop, PyList_GET_SIZE(container), &low, &high)) {
        return 0;
    }
    return PyList_SetSlice(container, low, high, value) < 0 ? -1 : 1;
}

status
list_extend_unpacked(PyObject *list, PyObject *iterable)
{
    PyObject *none = _PyList_Extend((PyListObject *)list, iterable);
    if (none == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
            !PySequence_Check(iterable)) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "Value after * must be an iterable, not %.200s",
                         Py_TYPE(iterable)->tp_name);
        }
        return -1;
    }
    Py_DECREF(none);
    return 0;
}

PyObject *
tuple_extended(PyObject *start, PyObject *iterable)
{
    if (PyTuple_CheckExact(iterable)) {
        return PyTuple_GET_SIZE(start) != 0
                   ? PyTuple_Type.tp_as_sequence->sq_concat(start, iterable)
                   : tuple_from_array(((PyTupleObject *)iterable)->ob_item, PyTuple_GET_SIZE(iterable));
    }
    PyObject *list = PySequence_List(start), *tuple = NULL;
    if (list != NULL && list_extend_unpacked(list, iterable) == 0) {
        tuple = PyList_AsTuple(list);
    }
    Py_XDECREF(list);
    return tuple;
}

status
dict_update_unpacked(PyObject *dict, PyObject *mapping)
{
    if (dict_unpack_into(dict, mapping) < 0) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Format(PyExc_TypeError, "'%.200s' object is not a mapping",
                         Py_TYPE(mapping)->tp_name);
        }
        return -1;
    }
    return 0;
}

/* What a message calls a function that is to be called with `callable` as self, or of `callable` if
   that is NULL. */
static PyObject *
callee_text(PyObject *function, PyObject *callable)
{
    PyObject *bound = callee_bind(function, callable);
    PyObject *text = bound != NULL ? _PyObject_FunctionStr(bound) : NULL;
    Py_XDECREF(bound);
    return text;
}

PyObject *
callee_bind(PyObject *function, PyObject *callable)
{
    return function == NULL ? Py_NewRef(callable)
                            : Py_TYPE(function)->tp_descr_get(function, callable, (PyObject *)Py_TYPE(callable));
}

PyObject *
call_method_star(PyObject *function, PyObject *self, PyObject *args, PyObject *kwargs)
{
    enum { FEW = 7 };
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    vectorcallfunc call = PyVectorcall_Function(function);
    if (call != NULL && count <= FEW && (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0)) {
        /* One word in front, as PY_VECTORCALL_ARGUMENTS_OFFSET promises. */
        PyObject *words[2 + FEW];
        words[0] = NULL;
        words[1] = self;
        for (Py_ssize_t i = 0; i < count; i++) {
            words[2 + i] = PyTuple_GET_ITEM(args, i);
        }
        /* Like PyObject_Call, it takes the outcome as it is. */
        return call(function, words + 1, (size_t)(count + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }
    PyObject *bound = callee_bind(function, self);
    PyObject *result = bound != NULL ? PyObject_Call(bound, args, kwargs) : NULL;
    Py_XDECREF(bound);
    return result;
}

void
raise_merge_error(PyObject *function, PyObject *callable, PyObject *kwargs)
{
    PyObject *who;
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        who = callee_text(function, callable);
        if (who != NULL) {
            PyErr_Format(PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s", who,
                         Py_TYPE(kwargs)->tp_name);
            Py_DECREF(who);
        }
    }
    else if (PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_NormalizeException(&type, &value, &traceback);
        PyObject *args = ((PyBaseExceptionObject *)value)->args;
        if (!PyErr_GivenExceptionMatches(value, PyExc_KeyError) || PyTuple_GET_SIZE(args) != 1) {
            PyErr_Restore(type, value, traceback);
            return;
        }
        who = callee_text(function, callable);
        if (who != NULL) {
            PyErr_Format(PyExc_TypeError, "%U got multiple values for keyword argument '%S'", who,
                         PyTuple_GET_ITEM(args, 0));
            Py_DECREF(who);
        }
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
}

status
require_args_iterable(PyObject *callable, PyObject *args)
{
    if (Py_TYPE(args)->tp_iter != NULL || PySequence_Check(args)) {
        return 0;
    }
    PyErr_Clear();
    PyObject *who = _PyObject_FunctionStr(callable);
    if (who != NULL) {
        PyErr_Format(PyExc_TypeError, "%U argument after * must be an iterable, not %.200s", who,
                     Py_TYPE(args)->tp_name);
        Py_DECREF(who);
    }
    return -1;
}

/* ---- formatting ----------------------------------------------------------------------------- */

PyObject *
string_build(PyObject *const *pieces, Py_ssize_t count)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (unlikely(!PyUnicode_CheckExact(pieces[i]) || !PyUnicode_IS_COMPACT_ASCII(pieces[i]))) {
            goto general;
        }
        total += PyUnicode_GET_LENGTH(pieces[i]);
        if (unlikely(total > STR_QUICK_MAX)) {
            goto general;
        }
    }
    if (likely(total > 1)) {
        PyObject *text = str_new_ascii_quick(total);
        if (unlikely(text == NULL)) {
            return NULL;
        }
        char *out = (char *)PyUnicode_1BYTE_DATA(text);
        for (Py_ssize_t i = 0; i < count; i++) {
            size_t length = (size_t)PyUnicode_GET_LENGTH(pieces[i]);
            copy_short(out, (char *)PyUnicode_1BYTE_DATA(pieces[i]), length);
            out += length;
        }
        return text;
    }
general:;
    PyObject *empty = PyUnicode_New(0, 0);
    if (empty == NULL) {
        return NULL;
    }
    PyObject *text = _PyUnicode_JoinArray(empty, pieces, count);
    Py_DECREF(empty);
    return text;
}

PyObject *
format_value(PyObject *value, PyObject *spec, int conversion)
{
    PyObject *converted = conversion == 1   ? PyObject_Str(value)
                          : conversion == 2 ? PyObject_Repr(value)
                          : conversion == 3 ? PyObject_ASCII(value)
                                            : Py_NewRef(value);
    if (converted == NULL || (spec == NULL && PyUnicode_CheckExact(converted))) {
        return converted;
    }
    /* Without a specification numbers format as str() shows them. */
    PyObject *text = spec == NULL && (PyLong_CheckExact(converted) || PyFloat_CheckExact(converted))
                         ? PyObject_Str(converted)
                         : PyObject_Format(converted, spec);
    Py_DECREF(converted);
    return text;
}

/* ---- pattern matching ----------------------------------------------------------------------- */

PyObject *
match_keys(PyThreadState *Py_UNUSED(tstate), PyObject *mapping, PyObject *keys)
{
    Py_ssize_t count = PyTuple_GET_SIZE(keys);
    PyObject *get = NULL, *seen = NULL, *missing = NULL;
    PyObject *values = PyTuple_New(count);
    if (values == NULL || count == 0) {
        return values;
    }
    get = PyObject_GetAttr(mapping, ID(get));
    seen = get != NULL ? PySet_New(NULL) : NULL;
    missing = seen != NULL ? _PyObject_New(&PyBaseObject_Type) : NULL;
    if (missing == NULL) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        truth known = PySet_Contains(seen, key);
        if (known > 0) {
            PyErr_Format(PyExc_ValueError, "mapping pattern checks duplicate key (%R)", key);
        }
        if (known != 0 || PySet_Add(seen, key) < 0) {
            goto fail;
        }
        PyObject *value = PyObject_CallFunctionObjArgs(get, key, missing, NULL);
        if (value == NULL) {
            goto fail;
        }
        if (value == missing) {
            Py_DECREF(value);
            Py_SETREF(values, Py_NewRef(Py_None));
            goto done;
        }
        PyTuple_SET_ITEM(values, i, value);
    }
    goto done;
fail:
    Py_CLEAR(values);
done:
    Py_XDECREF(get);
    Py_XDECREF(seen);
    Py_XDECREF(missing);
    return values;
}

/* Append subject.name to the list: 1; 0 if it has no such attribute. */
static truth
match_attribute(PyObject *subject, PyTypeObject *type, PyObject *name, PyObject *seen,
                PyObject *list)
{
    truth known = PySet_Contains(seen, name);
    if (known > 0) {
        PyErr_Format(PyExc_TypeError, "%s() got multiple sub-patterns for attribute %R",
                     type->tp_name, name);
    }
    if (known != 0 || PySet_Add(seen, name) < 0) {
        return -1;
    }
    PyObject *value = PyObject_GetAttr(subject, name);
    if (value == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return -1;
        }
        PyErr_Clear();
        return 0;
    }
    status appended = PyList_Append(list, value);
    Py_DECREF(value);
    return appended < 0 ? -1 : 1;
}

/* The positional sub-patterns of a class pattern, by __match_args__. */
static truth
match_positional(PyObject *subject, PyTypeObject *type, Py_ssize_t count, PyObject *seen,
                 PyObject *list)
{
    PyObject *names;
    if (_PyObject_LookupAttr((PyObject *)type, ID(__match_args__), &names) < 0) {
        return -1;
    }
    bool self_only = false;
    if (names == NULL) {
        /* int(x), str(x), ... match the subject itself. */
        self_only = PyType_HasFeature(type, _Py_TPFLAGS_MATCH_SELF);
        names = PyTuple_New(0);
        if (names == NULL) {
            return -1;
        }
    }
    truth result = -1;
    if (!PyTuple_CheckExact(names)) {
        PyErr_Format(PyExc_TypeError, "%s.__match_args__ must be a tuple (got %s)", type->tp_name,
                     Py_TYPE(names)->tp_name);
        goto done;
    }
    Py_ssize_t allowed = self_only ? 1 : PyTuple_GET_SIZE(names);
    if (allowed < count) {
        PyErr_Format(PyExc_TypeError, "%s() accepts %d positional sub-pattern%s (%d given)",
                     type->tp_name, (int)allowed, allowed == 1 ? "" : "s", (int)count);
        goto done;
    }
    if (self_only) {
        result = PyList_Append(list, subject) < 0 ? -1 : 1;
        goto done;
    }
    result = 1;
    for (Py_ssize_t i = 0; i < count && result > 0; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (!PyUnicode_CheckExact(name)) {
            PyErr_Format(PyExc_TypeError, "__match_args__ elements must be strings (got %s)",
                         Py_TYPE(name)->tp_name);
            result = -1;
            break;
        }
        result = match_attribute(subject, type, name, seen, list);
    }
done:
    Py_DECREF(names);
    return result;
}

PyObject *
match_class(PyObject *subject, PyObject *type_object, Py_ssize_t positional,
            PyObject *keyword_names)
{
    if (!PyType_Check(type_object)) {
        PyErr_SetString(PyExc_TypeError, "called match pattern must be a class");
        return NULL;
    }
    if (PyObject_IsInstance(subject, type_object) <= 0) {
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)type_object;
    PyObject *result = NULL;
    PyObject *seen = PySet_New(NULL);
    PyObject *list = PyList_New(0);
    truth matched = seen != NULL && list != NULL ? 1 : -1;
    if (matched > 0 && positional > 0) {
        matched = match_positional(subject, type, positional, seen, list);
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keyword_names) && matched > 0; i++) {
        matched =
            match_attribute(subject, type, PyTuple_GET_ITEM(keyword_names, i), seen, list);
    }
    if (matched > 0) {
        result = PyList_AsTuple(list);
    }
    Py_XDECREF(seen);
    Py_XDECREF(list);
    return result;
}
