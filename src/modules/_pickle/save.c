/* save(): which way an object is written; memo references; the result of __reduce_ex__.

   The order in which the possibilities are tried is visible: persistent ids come before everything,
   numbers before the memo, containers before reducer_override(), dispatch tables after the built-in
   types. */
#include "modules/_pickle/pickle.h"

/* Refer to the object that the memo knows under `number`. */
status
save_memo_get(Pickler *self, Py_ssize_t number)
{
    char text[32];
    if (!self->bin) {
        int n = PyOS_snprintf(text, sizeof(text), "%c%zd\n", OP_GET, number);
        return out_bytes(self, text, n);
    }
    if (number < 256) {
        text[0] = OP_BINGET;
        text[1] = (char)number;
        return out_bytes(self, text, 2);
    }
    if ((size_t)number > 0xffffffff) {
        PyErr_SetString(self->state->pickling_error, "memo id too large for LONG_BINGET");
        return -1;
    }
    text[0] = OP_LONG_BINGET;
    put_le(text + 1, (uint64_t)number, 4);
    return out_bytes(self, text, 5);
}

/* Give the object on top of the stack the next number. */
status
save_memo_put(Pickler *self, PyObject *obj)
{
    if (self->fast) {
        return 0;
    }
    Py_ssize_t number = self->memo.used;
    if (memo_set(&self->memo, obj, number) < 0) {
        return -1;
    }
    if (self->protocol >= 4) {
        return out_byte(self, OP_MEMOIZE);
    }
    char text[32];
    if (!self->bin) {
        int n = PyOS_snprintf(text, sizeof(text), "%c%zd\n", OP_PUT, number);
        return out_bytes(self, text, n);
    }
    if (number < 256) {
        text[0] = OP_BINPUT;
        text[1] = (char)number;
        return out_bytes(self, text, 2);
    }
    if ((size_t)number > 0xffffffff) {
        PyErr_SetString(self->state->pickling_error, "memo id too large for LONG_BINPUT");
        return -1;
    }
    text[0] = OP_LONG_BINPUT;
    put_le(text + 1, (uint64_t)number, 4);
    return out_bytes(self, text, 5);
}

/* 1 if the object has a persistent id, which is written then; 0 if not; -1 on failure. */
static truth
save_persistent(Pickler *self, PyObject *obj)
{
    PyObject *id = call_method_of_self(self->persistent_id, self->persistent_self, obj);
    if (id == NULL) {
        return -1;
    }
    if (id == Py_None) {
        Py_DECREF(id);
        return 0;
    }
    truth result = -1;
    if (self->bin) {
        if (save(self, id, true) == 0 && out_byte(self, OP_BINPERSID) == 0) {
            result = 1;
        }
        Py_DECREF(id);
        return result;
    }
    PyObject *text = PyObject_Str(id);
    Py_DECREF(id);
    if (text == NULL) {
        return -1;
    }
    if (!PyUnicode_IS_ASCII(text)) {
        PyErr_SetString(self->state->pickling_error,
                        "persistent IDs in protocol 0 must be ASCII strings");
    }
    else if (out_byte(self, OP_PERSID) == 0 &&
             out_bytes(self, PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)) == 0 &&
             out_byte(self, '\n') == 0) {
        result = 1;
    }
    Py_DECREF(text);
    return result;
}

static status
save_bool(Pickler *self, PyObject *obj)
{
    if (self->protocol >= 2) {
        return out_byte(self, obj == Py_True ? OP_NEWTRUE : OP_NEWFALSE);
    }
    return out_bytes(self, obj == Py_True ? "I01\n" : "I00\n", 4);
}

/* ---- what __reduce_ex__ gave ------------------------------------------------------------------ */

enum { REDUCE_CALL, REDUCE_NEWOBJ, REDUCE_NEWOBJ_EX };

/* copyreg's functions of these names stand for an instruction, whoever defines them. */
static int
kind_of_callable(PyObject *callable, int *kind)
{
    PyObject *name;
    *kind = REDUCE_CALL;
    if (_PyObject_LookupAttr(callable, ID(__name__), &name) < 0) {
        return -1;
    }
    if (name != NULL && PyUnicode_Check(name)) {
        if (_PyUnicode_Equal(name, ID(__newobj__))) {
            *kind = REDUCE_NEWOBJ;
        }
        else if (_PyUnicode_Equal(name, ID(__newobj_ex__))) {
            *kind = REDUCE_NEWOBJ_EX;
        }
    }
    Py_XDECREF(name);
    return 0;
}

/* cls.__new__(cls, *args, **kwargs) for protocols without NEWOBJ_EX: a partial object is called. */
static status
save_partial_new(Pickler *self, PyObject *cls, PyObject *args, PyObject *kwargs)
{
    PyObject *new = PyObject_GetAttr(cls, ID(__new__));
    if (new == NULL) {
        return -1;
    }
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *all = PyTuple_New(n + 2), *callable = NULL;
    if (all == NULL) {
        Py_DECREF(new);
        return -1;
    }
    PyTuple_SET_ITEM(all, 0, new);
    PyTuple_SET_ITEM(all, 1, Py_NewRef(cls));
    for (Py_ssize_t i = 0; i < n; i++) {
        PyTuple_SET_ITEM(all, i + 2, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    callable = PyObject_Call(self->state->partial, all, kwargs);
    Py_DECREF(all);
    if (callable == NULL) {
        return -1;
    }
    PyObject *empty = PyTuple_New(0);
    status result = empty == NULL || save(self, callable, false) < 0 || save(self, empty, false) < 0
                        ? -1
                        : out_byte(self, OP_REDUCE);
    Py_XDECREF(empty);
    Py_DECREF(callable);
    return result;
}

static status
save_newobj_ex(Pickler *self, PyObject *args)
{
    PyObject *exception = self->state->pickling_error;
    if (PyTuple_GET_SIZE(args) != 3) {
        PyErr_Format(exception, "length of the NEWOBJ_EX argument tuple must be exactly 3, not %zd",
                     PyTuple_GET_SIZE(args));
        return -1;
    }
    PyObject *cls = PyTuple_GET_ITEM(args, 0), *positional = PyTuple_GET_ITEM(args, 1),
             *keywords = PyTuple_GET_ITEM(args, 2);
    if (!PyType_Check(cls)) {
        PyErr_Format(exception, "first item from NEWOBJ_EX argument tuple must be a class, not %.200s",
                     Py_TYPE(cls)->tp_name);
        return -1;
    }
    if (!PyTuple_Check(positional)) {
        PyErr_Format(exception, "second item from NEWOBJ_EX argument tuple must be a tuple, not %.200s",
                     Py_TYPE(positional)->tp_name);
        return -1;
    }
    if (!PyDict_Check(keywords)) {
        PyErr_Format(exception, "third item from NEWOBJ_EX argument tuple must be a dict, not %.200s",
                     Py_TYPE(keywords)->tp_name);
        return -1;
    }
    if (self->protocol < 4) {
        return save_partial_new(self, cls, positional, keywords);
    }
    return save(self, cls, false) < 0 || save(self, positional, false) < 0 ||
                   save(self, keywords, false) < 0
               ? -1
               : out_byte(self, OP_NEWOBJ_EX);
}

static status
save_newobj(Pickler *self, PyObject *args, PyObject *obj)
{
    PyObject *exception = self->state->pickling_error;
    if (PyTuple_GET_SIZE(args) < 1) {
        PyErr_SetString(exception, "__newobj__ arglist is empty");
        return -1;
    }
    PyObject *cls = PyTuple_GET_ITEM(args, 0);
    if (!PyType_Check(cls)) {
        PyErr_SetString(exception, "args[0] from __newobj__ args is not a type");
        return -1;
    }
    if (obj != NULL) {
        PyObject *claimed;
        if (_PyObject_LookupAttr(obj, ID(__class__), &claimed) < 0) {
            return -1;
        }
        bool same = claimed != NULL ? claimed == cls : (PyObject *)Py_TYPE(obj) == cls;
        Py_XDECREF(claimed);
        if (!same) {
            PyErr_SetString(exception, "args[0] from __newobj__ args has the wrong class");
            return -1;
        }
    }
    if (save(self, cls, false) < 0) {
        return -1;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (rest == NULL) {
        return -1;
    }
    status result = save(self, rest, false) < 0 ? -1 : out_byte(self, OP_NEWOBJ);
    Py_DECREF(rest);
    return result;
}

/* The state, set by BUILD, or by calling `setter` with the object and the state. */
static status
save_state(Pickler *self, PyObject *obj, PyObject *state, PyObject *setter)
{
    if (setter == NULL) {
        return save(self, state, false) < 0 ? -1 : out_byte(self, OP_BUILD);
    }
    static const char call[] = {(char)OP_TUPLE2, OP_REDUCE, OP_POP};
    return save(self, setter, false) < 0 || save(self, obj, false) < 0 ||
                   save(self, state, false) < 0
               ? -1
               : out_bytes(self, call, sizeof(call));
}

static status
check_reduced(Pickler *self, PyObject *reduced, PyObject *parts[6])
{
    PyObject *exception = self->state->pickling_error;
    Py_ssize_t size = PyTuple_GET_SIZE(reduced);
    if (size < 2 || size > 6) {
        PyErr_SetString(exception, "tuple returned by __reduce__ must contain 2 through 6 elements");
        return -1;
    }
    for (Py_ssize_t i = 0; i < 6; i++) {
        parts[i] = i < size ? PyTuple_GET_ITEM(reduced, i) : NULL;
        if (i >= 2 && parts[i] == Py_None) {
            parts[i] = NULL;
        }
    }
    if (!PyCallable_Check(parts[0])) {
        PyErr_SetString(exception, "first item of the tuple returned by __reduce__ must be callable");
        return -1;
    }
    if (!PyTuple_Check(parts[1])) {
        PyErr_SetString(exception, "second item of the tuple returned by __reduce__ must be a tuple");
        return -1;
    }
    if (parts[3] != NULL && !PyIter_Check(parts[3])) {
        PyErr_Format(exception,
                     "fourth element of the tuple returned by __reduce__ must be an iterator, not %s",
                     Py_TYPE(parts[3])->tp_name);
        return -1;
    }
    if (parts[4] != NULL && !PyIter_Check(parts[4])) {
        PyErr_Format(exception,
                     "fifth element of the tuple returned by __reduce__ must be an iterator, not %s",
                     Py_TYPE(parts[4])->tp_name);
        return -1;
    }
    if (parts[5] != NULL && !PyCallable_Check(parts[5])) {
        PyErr_Format(exception,
                     "sixth element of the tuple returned by __reduce__ must be a function, not %s",
                     Py_TYPE(parts[5])->tp_name);
        return -1;
    }
    return 0;
}

/* Write a tuple (callable, args[, state[, list items[, dict items[, state setter]]]]).  `obj` is the
   object it was made of, or NULL if the result shall not be memoised. */
status
save_reduced(Pickler *self, PyObject *reduced, PyObject *obj)
{
    PyObject *parts[6];
    int kind = REDUCE_CALL;
    if (check_reduced(self, reduced, parts) < 0) {
        return -1;
    }
    if (self->protocol >= 2 && kind_of_callable(parts[0], &kind) < 0) {
        return -1;
    }
    status err = kind == REDUCE_NEWOBJ_EX ? save_newobj_ex(self, parts[1])
                 : kind == REDUCE_NEWOBJ  ? save_newobj(self, parts[1], obj)
                 : save(self, parts[0], false) < 0 || save(self, parts[1], false) < 0
                     ? -1
                     : out_byte(self, OP_REDUCE);
    if (err < 0) {
        return -1;
    }
    if (obj != NULL) {
        /* Writing the arguments may have written the object itself: that one, with its state, counts. */
        Py_ssize_t number = memo_find(&self->memo, obj);
        if (number >= 0) {
            return out_byte(self, OP_POP) < 0 ? -1 : save_memo_get(self, number);
        }
        if (save_memo_put(self, obj) < 0) {
            return -1;
        }
    }
    if (parts[3] != NULL && save_list_items(self, parts[3]) < 0) {
        return -1;
    }
    if (parts[4] != NULL && save_dict_items(self, parts[4]) < 0) {
        return -1;
    }
    return parts[2] == NULL ? 0 : save_state(self, obj, parts[2], parts[5]);
}

/* The reducer that a dispatch table has for a type, NULL without an exception if none. */
static PyObject *
find_reducer(Pickler *self, PyTypeObject *type)
{
    PyObject *key = (PyObject *)type, *reducer;
    if (self->dispatch_table == NULL) {
        reducer = PyDict_GetItemWithError(self->state->dispatch_table, key);
        return Py_XNewRef(reducer);
    }
    PyObject *table = Py_NewRef(self->dispatch_table);
    reducer = PyObject_GetItem(table, key);
    Py_DECREF(table);
    if (reducer == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Clear();
    }
    return reducer;
}

static PyObject *
reduce_by_method(Pickler *self, PyObject *obj)
{
    PyObject *method, *result;
    if (_PyObject_LookupAttr(obj, ID(__reduce_ex__), &method) < 0) {
        return NULL;
    }
    if (method != NULL) {
        PyObject *protocol = PyLong_FromLong(self->protocol);
        result = protocol == NULL ? NULL : PyObject_CallOneArg(method, protocol);
        Py_XDECREF(protocol);
        Py_DECREF(method);
        return result;
    }
    if (_PyObject_LookupAttr(obj, ID(__reduce__), &method) < 0) {
        return NULL;
    }
    if (method == NULL) {
        PyErr_Format(self->state->pickling_error, "can't pickle '%.200s' object: %R",
                     Py_TYPE(obj)->tp_name, obj);
        return NULL;
    }
    result = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return result;
}

/* The owned result of a reducer, or NULL with its exception. */
static status
save_reduced_take(Pickler *self, PyObject *reduced, PyObject *obj)
{
    status result = -1;
    if (reduced == NULL) {
        return -1;
    }
    if (PyUnicode_Check(reduced)) {
        result = save_global(self, obj, reduced);
    }
    else if (PyTuple_Check(reduced)) {
        result = save_reduced(self, reduced, obj);
    }
    else {
        PyErr_SetString(self->state->pickling_error, "__reduce__ must return a string or tuple");
    }
    Py_DECREF(reduced);
    return result;
}

/* All that can nest. */
static status
save_nested(Pickler *self, PyObject *obj, PyTypeObject *type)
{
    if (type == &PyDict_Type) {
        return save_dict(self, obj);
    }
    if (type == &PyTuple_Type) {
        return save_tuple(self, obj);
    }
    if (type == &PyList_Type) {
        return save_list(self, obj);
    }
    if (type == &PySet_Type) {
        return save_set(self, obj);
    }
    if (type == &PyFrozenSet_Type) {
        return save_frozenset(self, obj);
    }
    if (type == &PyByteArray_Type) {
        return save_bytearray(self, obj);
    }
    if (type == &PyPickleBuffer_Type) {
        return save_picklebuffer(self, obj);
    }
    if (self->reducer_override != NULL) {
        PyObject *override = Py_NewRef(self->reducer_override);
        PyObject *reduced = PyObject_CallOneArg(override, obj);
        Py_DECREF(override);
        if (reduced != Py_NotImplemented) {
            return save_reduced_take(self, reduced, obj);
        }
        Py_DECREF(reduced);
    }
    if (type == &PyType_Type) {
        return save_type(self, obj);
    }
    if (type == &PyFunction_Type) {
        return save_global(self, obj, NULL);
    }
    PyObject *reducer = find_reducer(self, type);
    if (reducer != NULL) {
        PyObject *reduced = PyObject_CallOneArg(reducer, obj);
        Py_DECREF(reducer);
        return save_reduced_take(self, reduced, obj);
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    if (PyType_IsSubtype(type, &PyType_Type)) {
        return save_global(self, obj, NULL);
    }
    return save_reduced_take(self, reduce_by_method(self, obj), obj);
}

/* Write the instructions that push `obj`.  A persistent id has no persistent id itself. */
status
save(Pickler *self, PyObject *obj, bool is_persistent_id)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (out_boundary(self) < 0) {
        return -1;
    }
    if (unlikely(self->persistent_id != NULL) && !is_persistent_id) {
        truth written = save_persistent(self, obj);
        if (written != 0) {
            return written < 0 ? -1 : 0;
        }
    }
    if (type == &PyLong_Type) {
        return save_int(self, obj);
    }
    if (obj == Py_None) {
        return out_byte(self, OP_NONE);
    }
    if (type == &PyBool_Type) {
        return save_bool(self, obj);
    }
    if (type == &PyFloat_Type) {
        return save_float(self, obj);
    }
    Py_ssize_t number = memo_find(&self->memo, obj);
    if (number >= 0) {
        return save_memo_get(self, number);
    }
    if (type == &PyUnicode_Type) {
        return save_str(self, obj);
    }
    if (type == &PyBytes_Type) {
        return save_bytes(self, obj);
    }
    if (Py_EnterRecursiveCall(" while pickling an object")) {
        return -1;
    }
    status result = save_nested(self, obj, type);
    Py_LeaveRecursiveCall();
    return result;
}
