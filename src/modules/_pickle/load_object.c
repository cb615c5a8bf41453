/* Instructions that find classes and functions, call them, and give objects their state. */
#include "modules/_pickle/pickle.h"

/* ---- globals ---------------------------------------------------------------------------------- */

/* One name in a line by itself. */
static PyObject *
line_name(Unpickler *self, bool ascii)
{
    Py_ssize_t length;
    char *line = input_line(self, 2, &length);
    if (line == NULL) {
        return NULL;
    }
    return ascii ? PyUnicode_DecodeASCII(line, length - 1, "strict")
                 : PyUnicode_DecodeUTF8(line, length - 1, "strict");
}

/* The object that two lines name. */
static PyObject *
find_by_lines(Unpickler *self, bool ascii)
{
    PyObject *module_name = line_name(self, ascii), *result = NULL;
    if (module_name != NULL) {
        PyObject *name = line_name(self, ascii);
        if (name != NULL) {
            result = unpickler_find(self, module_name, name);
            Py_DECREF(name);
        }
        Py_DECREF(module_name);
    }
    return result;
}

status
load_global(Unpickler *self)
{
    return push_take(self, find_by_lines(self, false));
}

status
load_stack_global(Unpickler *self)
{
    PyObject *name = NULL, *module_name = NULL, *result = NULL;
    if (self->depth - self->fence >= 2) {
        name = self->stack[--self->depth];
        module_name = self->stack[--self->depth];
    }
    if (name == NULL || !PyUnicode_CheckExact(name) || !PyUnicode_CheckExact(module_name)) {
        PyErr_SetString(self->state->unpickling_error, "STACK_GLOBAL requires str");
    }
    else {
        result = unpickler_find(self, module_name, name);
    }
    Py_XDECREF(name);
    Py_XDECREF(module_name);
    return push_take(self, result);
}

/* What copyreg.add_extension() has registered under a code. */
static PyObject *
find_extension(Unpickler *self, long code)
{
    State *state = self->state;
    if (code <= 0) {
        PyErr_SetString(state->unpickling_error, "EXT specifies code <= 0");
        return NULL;
    }
    PyObject *key = PyLong_FromLong(code), *found = NULL;
    if (key == NULL) {
        return NULL;
    }
    found = PyDict_GetItemWithError(state->extension_cache, key);
    if (found != NULL || PyErr_Occurred()) {
        Py_DECREF(key);
        return Py_XNewRef(found);
    }
    PyObject *names = PyDict_GetItemWithError(state->inverted_registry, key);
    if (names == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "unregistered extension code %ld", code);
        }
    }
    else if (!PyTuple_Check(names) || PyTuple_GET_SIZE(names) != 2 ||
             !PyUnicode_Check(PyTuple_GET_ITEM(names, 0)) ||
             !PyUnicode_Check(PyTuple_GET_ITEM(names, 1))) {
        PyErr_Format(PyExc_ValueError, "_inverted_registry[%ld] isn't a 2-tuple of strings", code);
    }
    else {
        Py_INCREF(names);
        found = unpickler_find(self, PyTuple_GET_ITEM(names, 0), PyTuple_GET_ITEM(names, 1));
        Py_DECREF(names);
        if (found != NULL && PyDict_SetItem(state->extension_cache, key, found) < 0) {
            Py_CLEAR(found);
        }
    }
    Py_DECREF(key);
    return found;
}

status
load_extension(Unpickler *self, int width)
{
    const char *p = input_take(self, width);
    if (p == NULL) {
        return -1;
    }
    long code = width == 4 ? (int32_t)get_le(p, 4) : (long)get_le(p, width);
    return push_take(self, find_extension(self, code));
}

/* ---- objects ---------------------------------------------------------------------------------- */

/* As Python 2 made instances: without arguments, and without __getinitargs__, a class is not called. */
static PyObject *
instantiate(PyObject *cls, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) == 0 && PyType_Check(cls)) {
        PyObject *getinitargs;
        if (_PyObject_LookupAttr(cls, ID(__getinitargs__), &getinitargs) < 0) {
            return NULL;
        }
        if (getinitargs == NULL) {
            return PyObject_CallMethodOneArg(cls, ID(__new__), cls);
        }
        Py_DECREF(getinitargs);
    }
    return PyObject_CallObject(cls, args);
}

status
load_inst(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    if (mark < 0) {
        return -1;
    }
    PyObject *cls = find_by_lines(self, true), *args, *result = NULL;
    if (cls == NULL) {
        return -1;
    }
    if (mark > self->depth) {
        mark = self->depth;      /* code of users has emptied the stack */
    }
    args = stack_tuple(self, mark);
    if (args != NULL) {
        result = instantiate(cls, args);
        Py_DECREF(args);
    }
    Py_DECREF(cls);
    return push_take(self, result);
}

status
load_obj(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    if (mark < 0) {
        return -1;
    }
    if (self->depth - mark < 1) {
        return stack_underflow(self);
    }
    PyObject *args = stack_tuple(self, mark + 1), *cls, *result = NULL;
    if (args == NULL) {
        return -1;
    }
    cls = stack_pop(self);
    if (cls != NULL) {
        result = instantiate(cls, args);
        Py_DECREF(cls);
    }
    Py_DECREF(args);
    return push_take(self, result);
}

static PyObject *
new_object(Unpickler *self, PyObject *cls, PyObject *args, PyObject *kwargs)
{
    PyObject *exception = self->state->unpickling_error;
    const char *what = kwargs != NULL ? "NEWOBJ_EX" : "NEWOBJ";
    if (!PyType_Check(cls)) {
        PyErr_Format(exception, "%s class argument must be a type, not %.200s", what,
                     Py_TYPE(cls)->tp_name);
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)cls;
    if (type->tp_new == NULL) {
        PyErr_Format(exception, "%s class argument '%.200s' doesn't have __new__", what, type->tp_name);
        return NULL;
    }
    if (!PyTuple_Check(args)) {
        PyErr_Format(exception, "%s args argument must be a tuple, not %.200s", what,
                     Py_TYPE(args)->tp_name);
        return NULL;
    }
    if (kwargs != NULL && !PyDict_Check(kwargs)) {
        PyErr_Format(exception, "%s kwargs argument must be a dict, not %.200s", what,
                     Py_TYPE(kwargs)->tp_name);
        return NULL;
    }
    return type->tp_new(type, args, kwargs);
}

status
load_newobj(Unpickler *self, bool with_keywords)
{
    PyObject *kwargs = NULL, *args = NULL, *cls = NULL, *result = NULL;
    if ((!with_keywords || (kwargs = stack_pop(self)) != NULL) && (args = stack_pop(self)) != NULL &&
        (cls = stack_pop(self)) != NULL) {
        result = new_object(self, cls, args, kwargs);
    }
    Py_XDECREF(cls);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    return push_take(self, result);
}

status
load_reduce(Unpickler *self)
{
    PyObject *args = stack_pop(self), *callable, *result = NULL;
    if (args == NULL) {
        return -1;
    }
    callable = stack_pop(self);
    if (callable != NULL) {
        result = PyObject_CallObject(callable, args);
        Py_DECREF(callable);
    }
    Py_DECREF(args);
    return push_take(self, result);
}

/* ---- state ------------------------------------------------------------------------------------ */

/* Entries of a state go to the instance's dict; names are interned, as those of attributes are. */
static status
update_dict(PyObject *inst, PyObject *state)
{
    PyObject *dict = PyObject_GetAttr(inst, ID(__dict__)), *key, *value;
    if (dict == NULL) {
        return -1;
    }
    Py_ssize_t at = 0;
    status err = 0;
    while (err == 0 && PyDict_Next(state, &at, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        if (PyUnicode_CheckExact(key)) {
            PyUnicode_InternInPlace(&key);
        }
        err = PyDict_CheckExact(dict) ? PyDict_SetItem(dict, key, value)
                                      : PyObject_SetItem(dict, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    Py_DECREF(dict);
    return err;
}

static status
set_attributes(PyObject *inst, PyObject *state)
{
    PyObject *name, *value;
    Py_ssize_t at = 0;
    status err = 0;
    while (err == 0 && PyDict_Next(state, &at, &name, &value)) {
        Py_INCREF(name);
        Py_INCREF(value);
        err = PyObject_SetAttr(inst, name, value);
        Py_DECREF(name);
        Py_DECREF(value);
    }
    return err;
}

static status
build(Unpickler *self, PyObject *inst, PyObject *state)
{
    PyObject *setstate, *slots = NULL, *exception = self->state->unpickling_error;
    if (_PyObject_LookupAttr(inst, ID(__setstate__), &setstate) < 0) {
        return -1;
    }
    if (setstate != NULL) {
        PyObject *result = PyObject_CallOneArg(setstate, state);
        Py_DECREF(setstate);
        Py_XDECREF(result);
        return result == NULL ? -1 : 0;
    }
    /* a pair: what belongs into the dict, what into slots */
    if (PyTuple_Check(state) && PyTuple_GET_SIZE(state) == 2) {
        slots = PyTuple_GET_ITEM(state, 1);
        state = PyTuple_GET_ITEM(state, 0);
    }
    if (state != Py_None) {
        if (!PyDict_Check(state)) {
            PyErr_SetString(exception, "state is not a dictionary");
            return -1;
        }
        if (update_dict(inst, state) < 0) {
            return -1;
        }
    }
    if (slots != NULL) {
        if (!PyDict_Check(slots)) {
            PyErr_SetString(exception, "slot state is not a dictionary");
            return -1;
        }
        return set_attributes(inst, slots);
    }
    return 0;
}

status
load_build(Unpickler *self)
{
    if (self->depth - self->fence < 2) {
        return stack_underflow(self);
    }
    PyObject *state = stack_pop(self);
    PyObject *inst = Py_NewRef(self->stack[self->depth - 1]);
    status result = build(self, inst, state);
    Py_DECREF(inst);
    Py_DECREF(state);
    return result;
}

/* ---- persistent ids --------------------------------------------------------------------------- */

/* The object of an owned persistent id, which is consumed. */
static status
load_persistent_take(Unpickler *self, PyObject *id)
{
    PyObject *result = call_method_of_self(self->persistent_load, self->persistent_self, id);
    Py_DECREF(id);
    return push_take(self, result);
}

static status
check_persistent(Unpickler *self)
{
    if (self->persistent_load != NULL) {
        return 0;
    }
    PyErr_SetString(self->state->unpickling_error,
                    "A load persistent id instruction was encountered,\n"
                    "but no persistent_load function was specified.");
    return -1;
}

status
load_persid(Unpickler *self)
{
    Py_ssize_t length;
    char *line;
    if (check_persistent(self) < 0 || (line = input_line(self, 1, &length)) == NULL) {
        return -1;
    }
    PyObject *id = PyUnicode_DecodeASCII(line, length - 1, "strict");
    if (id == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
            PyErr_SetString(self->state->unpickling_error,
                            "persistent IDs in protocol 0 must be ASCII strings");
        }
        return -1;
    }
    return check_persistent(self) < 0 ? (Py_DECREF(id), -1) : load_persistent_take(self, id);
}

status
load_binpersid(Unpickler *self)
{
    if (check_persistent(self) < 0) {
        return -1;
    }
    PyObject *id = stack_pop(self);
    return id == NULL ? -1 : load_persistent_take(self, id);
}
