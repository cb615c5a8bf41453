/* Classes and functions: written as the module and the name under which they are found again. */
#include "modules/_pickle/pickle.h"

/* Does `obj` stand under `names` in a module?  Only such modules count as can be imported again. */
static truth
stands_in(PyObject *module_name, PyObject *module, PyObject *obj, PyObject *names)
{
    if (module == Py_None) {
        return 0;
    }
    if (PyUnicode_Check(module_name) && _PyUnicode_EqualToASCIIString(module_name, "__main__")) {
        return 0;
    }
    PyObject *found = follow_name(module, names, NULL);
    if (found == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_DECREF(found);
    return found == obj;
}

/* Search all modules. */
static PyObject *
search_modules(PyObject *obj, PyObject *names)
{
    PyObject *modules = PySys_GetObject("modules"), *name, *module;
    if (modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
        return NULL;
    }
    Py_INCREF(modules);
    if (PyDict_CheckExact(modules)) {
        Py_ssize_t at = 0;
        while (PyDict_Next(modules, &at, &name, &module)) {
            Py_INCREF(name);
            Py_INCREF(module);
            truth here = stands_in(name, module, obj, names);
            Py_DECREF(module);
            if (here != 0) {
                Py_DECREF(modules);
                if (here < 0) {
                    Py_CLEAR(name);
                }
                return name;
            }
            Py_DECREF(name);
        }
    }
    else {
        PyObject *iter = PyObject_GetIter(modules);
        if (iter == NULL) {
            Py_DECREF(modules);
            return NULL;
        }
        while ((name = PyIter_Next(iter)) != NULL) {
            module = PyObject_GetItem(modules, name);
            truth here = module == NULL ? -1 : stands_in(name, module, obj, names);
            Py_XDECREF(module);
            if (here != 0) {
                Py_DECREF(iter);
                Py_DECREF(modules);
                if (here < 0) {
                    Py_CLEAR(name);
                }
                return name;
            }
            Py_DECREF(name);
        }
        Py_DECREF(iter);
    }
    Py_DECREF(modules);
    return PyErr_Occurred() ? NULL : PyUnicode_FromString("__main__");
}

/* The name of the module that `obj` says it is from, or that has it. */
static PyObject *
module_of(PyObject *obj, PyObject *names)
{
    PyObject *name;
    if (_PyObject_LookupAttr(obj, ID(__module__), &name) < 0) {
        return NULL;
    }
    if (name != NULL && name != Py_None) {
        return name;
    }
    Py_XDECREF(name);
    return search_modules(obj, names);
}

/* Import the module and look that the name gives `obj`; 1 with the owned `*parent` that has it as an
   attribute, whose name is the last part; -1 with PicklingError. */
static status
check_found(Pickler *self, PyObject *obj, PyObject *name, PyObject *module_name, PyObject *names,
            PyObject **module, PyObject **parent)
{
    PyObject *exception = self->state->pickling_error;
    *parent = NULL;
    *module = PyImport_ImportModuleLevelObject(module_name, NULL, NULL, NULL, 0);
    if (*module != NULL) {
        /* for a.b that gives a: the module itself is wanted */
        PyObject *exact = PyImport_GetModule(module_name);
        if (exact != NULL) {
            Py_SETREF(*module, exact);
        }
        else if (PyErr_Occurred()) {
            Py_CLEAR(*module);
        }
    }
    if (*module == NULL) {
        PyErr_Format(exception, "Can't pickle %R: import of module %R failed", obj, module_name);
        return -1;
    }
    PyObject *found = follow_name(*module, names, parent);
    if (found == NULL) {
        PyErr_Clear();
        PyErr_Format(exception, "Can't pickle %R: attribute lookup %S on %S failed", obj, name,
                     module_name);
        return -1;
    }
    Py_DECREF(found);
    if (found != obj) {
        PyErr_Format(exception, "Can't pickle %R: it's not the same object as %S.%S", obj, module_name,
                     name);
        return -1;
    }
    return 0;
}

/* 1 if the class has an extension code, which is written then. */
static truth
save_by_code(Pickler *self, PyObject *obj, PyObject *module_name, PyObject *name)
{
    PyObject *key = PyTuple_Pack(2, module_name, name);
    if (key == NULL) {
        return -1;
    }
    PyObject *code = PyDict_GetItemWithError(self->state->extension_registry, key);
    Py_DECREF(key);
    if (code == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (!PyLong_CheckExact(code)) {
        PyErr_Format(self->state->pickling_error, "Can't pickle %R: extension code %R isn't an integer",
                     obj, code);
        return -1;
    }
    long value = PyLong_AsLong(code);
    if (value == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (value <= 0 || value > 0x7fffffff) {
        PyErr_Format(self->state->pickling_error, "Can't pickle %R: extension code %ld is out of range",
                     obj, value);
        return -1;
    }
    char text[5];
    int width = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
    text[0] = (char)(width == 1 ? OP_EXT1 : width == 2 ? OP_EXT2 : OP_EXT4);
    put_le(text + 1, (uint64_t)value, width);
    return out_bytes(self, text, width + 1) < 0 ? -1 : 1;
}

/* The names that Python 2 had, in place. */
static status
translate_to_2(State *state, PyObject **module_name, PyObject **name)
{
    PyObject *key = PyTuple_Pack(2, *module_name, *name), *item;
    if (key == NULL) {
        return -1;
    }
    item = PyDict_GetItemWithError(state->names_3to2, key);
    Py_DECREF(key);
    if (item != NULL) {
        if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
            PyErr_Format(PyExc_RuntimeError,
                         "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not %.200s",
                         Py_TYPE(item)->tp_name);
            return -1;
        }
        PyObject *new_module = PyTuple_GET_ITEM(item, 0), *new_name = PyTuple_GET_ITEM(item, 1);
        if (!PyUnicode_Check(new_module) || !PyUnicode_Check(new_name)) {
            PyErr_Format(PyExc_RuntimeError,
                         "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, "
                         "not (%.200s, %.200s)",
                         Py_TYPE(new_module)->tp_name, Py_TYPE(new_name)->tp_name);
            return -1;
        }
        Py_SETREF(*module_name, Py_NewRef(new_module));
        Py_SETREF(*name, Py_NewRef(new_name));
        return 0;
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    item = PyDict_GetItemWithError(state->modules_3to2, *module_name);
    if (item == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (!PyUnicode_Check(item)) {
        PyErr_Format(PyExc_RuntimeError,
                     "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not %.200s",
                     Py_TYPE(item)->tp_name);
        return -1;
    }
    Py_SETREF(*module_name, Py_NewRef(item));
    return 0;
}

/* One line of the GLOBAL instruction: UTF-8 from protocol 3 on, ASCII before. */
static status
save_identifier(Pickler *self, PyObject *text, const char *message)
{
    PyObject *encoded = self->protocol >= 3 ? PyUnicode_AsUTF8String(text)
                                            : PyUnicode_AsASCIIString(text);
    if (encoded == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
            PyErr_Format(self->state->pickling_error, message, text, (int)self->protocol);
        }
        return -1;
    }
    status result = out_bytes(self, PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded)) < 0
                        ? -1
                        : out_byte(self, '\n');
    Py_DECREF(encoded);
    return result;
}

static status
save_global_lines(Pickler *self, PyObject *module_name, PyObject *name)
{
    Py_INCREF(module_name);
    Py_INCREF(name);
    status result = -1;
    if (out_byte(self, OP_GLOBAL) == 0 &&
        (!self->fix_imports || translate_to_2(self->state, &module_name, &name) == 0) &&
        save_identifier(self, module_name,
                        "can't pickle module identifier '%S' using pickle protocol %i") == 0) {
        result = save_identifier(self, name,
                                 "can't pickle global identifier '%S' using pickle protocol %i");
    }
    Py_DECREF(module_name);
    Py_DECREF(name);
    return result;
}

static status
save_names(Pickler *self, PyObject *obj, PyObject *name, PyObject *module_name, PyObject *names)
{
    PyObject *module, *parent, *last = PyList_GET_ITEM(names, PyList_GET_SIZE(names) - 1);
    status result = -1;
    if (check_found(self, obj, name, module_name, names, &module, &parent) < 0) {
        goto done;
    }
    if (self->protocol >= 2) {
        truth written = save_by_code(self, obj, module_name, name);
        if (written != 0) {
            result = written < 0 ? -1 : 0;
            goto done;
        }
    }
    if (parent == module) {
        name = last;
    }
    if (self->protocol >= 4) {
        if (save(self, module_name, false) < 0 || save(self, name, false) < 0 ||
            out_byte(self, OP_STACK_GLOBAL) < 0) {
            goto done;
        }
    }
    else if (parent != module) {
        /* what stands inside a class is an attribute of it */
        PyObject *reduced = Py_BuildValue("(O(OO))", self->state->getattr, parent, last);
        status err = reduced == NULL ? -1 : save_reduced(self, reduced, NULL);
        Py_XDECREF(reduced);
        if (err < 0) {
            goto done;
        }
    }
    else if (save_global_lines(self, module_name, name) < 0) {
        goto done;
    }
    result = save_memo_put(self, obj);
done:
    Py_XDECREF(module);
    Py_XDECREF(parent);
    return result;
}

/* Write `obj` as a global.  `name` is its qualified name, or NULL: it is asked. */
status
save_global(Pickler *self, PyObject *obj, PyObject *name)
{
    PyObject *owned = NULL, *names = NULL, *module_name = NULL;
    status result = -1;
    if (name == NULL) {
        if (_PyObject_LookupAttr(obj, ID(__qualname__), &owned) < 0) {
            return -1;
        }
        if (owned == NULL && (owned = PyObject_GetAttr(obj, ID(__name__))) == NULL) {
            return -1;
        }
        name = owned;
    }
    names = split_name(name, NULL);
    if (names != NULL && (module_name = module_of(obj, names)) != NULL) {
        result = save_names(self, obj, name, module_name, names);
    }
    Py_XDECREF(module_name);
    Py_XDECREF(names);
    Py_XDECREF(owned);
    return result;
}

/* Classes; the types of the three singletons have no name that could be imported. */
status
save_type(Pickler *self, PyObject *obj)
{
    PyObject *const singletons[] = {Py_None, Py_Ellipsis, Py_NotImplemented};
    PyObject *singleton = NULL;
    for (size_t i = 0; i < ARRAY_LEN(singletons); i++) {
        if (obj == (PyObject *)Py_TYPE(singletons[i])) {
            singleton = singletons[i];
        }
    }
    if (singleton == NULL) {
        return save_global(self, obj, NULL);
    }
    PyObject *reduced = Py_BuildValue("(O(O))", &PyType_Type, singleton);
    if (reduced == NULL) {
        return -1;
    }
    status result = save_reduced(self, reduced, obj);
    Py_DECREF(reduced);
    return result;
}
