/* Names, imports and annotations: what the instructions of ops/name.c do outside the loop. */
#include "object/declare.h"
#include "object/doors.h"
#include "object/state.h"
#include "vm/eval.h"

/* ---- errors --------------------------------------------------------------------------------- */

/* Raise with the name in the message, and in the `name` attribute of a NameError. */
static COLD void
raise_about_name(PyObject *type, const char *format, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        return;
    }
    PyErr_Format(type, format, text);
    if (type != PyExc_NameError) {
        return;
    }
    PyObject *exception_type, *value, *traceback;
    PyErr_Fetch(&exception_type, &value, &traceback);
    PyErr_NormalizeException(&exception_type, &value, &traceback);
    if (PyErr_GivenExceptionMatches(value, PyExc_NameError)) {
        PyNameErrorObject *error = (PyNameErrorObject *)value;
        if (error->name == NULL) {
            error->name = Py_NewRef(name);
        }
    }
    PyErr_Restore(exception_type, value, traceback);
}

void
raise_undefined_name(PyObject *name)
{
    raise_about_name(PyExc_NameError, "name '%.200s' is not defined", name);
}

void
raise_unbound_local(PyCodeObject *code, int slot)
{
    raise_about_name(PyExc_UnboundLocalError,
                     "cannot access local variable '%.200s' where it is not associated with a "
                     "value", PyTuple_GET_ITEM(code->co_localsplusnames, slot));
}

void
raise_unbound_deref(PyCodeObject *code, int slot)
{
    PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, slot);
    if (slot < code->co_nlocalsplus - code->co_nfreevars) {
        raise_unbound_local(code, slot);
    }
    else {
        raise_about_name(PyExc_NameError,
                         "cannot access free variable '%.200s' where it is not associated with a "
                         "value in enclosing scope", name);
    }
}

/* ---- namespaces ----------------------------------------------------------------------------- */

/* *value_out = namespace[name], new, or NULL if it is missing; -1 on another error.  An exception
   that a broken extension left behind is none of the lookup: the next call's result tells it. */
static status
lookup(PyObject *namespace, PyObject *name, PyObject **value_out)
{
    if (PyDict_CheckExact(namespace)) {
        bool before = PyErr_Occurred() != NULL;
        *value_out = Py_XNewRef(PyDict_GetItemWithError(namespace, name));
        return *value_out == NULL && !before && PyErr_Occurred() ? -1 : 0;
    }
    *value_out = PyObject_GetItem(namespace, name);
    if (*value_out == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_KeyError)) {
            return -1;
        }
        PyErr_Clear();
    }
    return 0;
}

/* Globals, then builtins, of a code that has those as plain namespaces. */
static PyObject *
lookup_outer(Frame *frame, PyObject *name)
{
    PyObject *value;
    if (lookup(frame->globals, name, &value) < 0) {
        return NULL;
    }
    if (value == NULL && lookup(frame->builtins, name, &value) < 0) {
        return NULL;
    }
    if (value == NULL && !PyErr_Occurred()) {
        raise_undefined_name(name);
    }
    return value;
}

PyObject *
name_load(PyThreadState *Py_UNUSED(tstate), Frame *frame, PyObject *name)
{
    PyObject *value;
    if (frame->locals == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals when loading %R", name);
        return NULL;
    }
    if (lookup(frame->locals, name, &value) < 0) {
        return NULL;
    }
    return value != NULL ? value : lookup_outer(frame, name);
}

status
name_store(Frame *frame, PyObject *name, PyObject *value)
{
    PyObject *locals = frame->locals;
    if (locals == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals found when storing %R", name);
        return -1;
    }
    return PyDict_CheckExact(locals) ? PyDict_SetItem(locals, name, value)
                                     : PyObject_SetItem(locals, name, value);
}

status
name_delete(Frame *frame, PyObject *name)
{
    if (frame->locals == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals when deleting %R", name);
        return -1;
    }
    if (PyObject_DelItem(frame->locals, name) < 0) {
        /* Whatever went wrong, the name is not there. */
        raise_undefined_name(name);
        return -1;
    }
    return 0;
}

PyObject *
global_load(Frame *frame, PyObject *name)
{
    PyObject *value;
    if (PyDict_CheckExact(frame->globals)) {
        return lookup_outer(frame, name);
    }
    if (lookup(frame->globals, name, &value) < 0) {
        return NULL;
    }
    if (value == NULL) {
        if (lookup(frame->builtins, name, &value) < 0) {
            return NULL;
        }
        if (value == NULL) {
            raise_undefined_name(name);
        }
    }
    return value;
}

status
global_delete(Frame *frame, PyObject *name)
{
    if (PyDict_DelItem(frame->globals, name) < 0) {
        if (PyErr_ExceptionMatches(PyExc_KeyError)) {
            raise_undefined_name(name);
        }
        return -1;
    }
    return 0;
}

PyObject *
classderef_load(Frame *frame, int slot)
{
    PyObject *value = NULL;
    PyObject *name = PyTuple_GET_ITEM(frame->code->co_localsplusnames, slot);
    if (frame->locals == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals when loading %R", name);
        return NULL;
    }
    if (lookup(frame->locals, name, &value) < 0 || value != NULL) {
        return value;
    }
    value = PyCell_GET(frame->slots[slot]);
    if (value == NULL) {
        raise_unbound_deref(frame->code, slot);
    }
    return Py_XNewRef(value);
}

PyObject *
build_class_load(Frame *frame)
{
    PyObject *value;
    if (lookup(frame->builtins, ID(__build_class__), &value) < 0) {
        return NULL;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_NameError, "__build_class__ not found");
    }
    return value;
}

status
annotations_setup(Frame *frame)
{
    PyObject *found;
    if (frame->locals == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    if (lookup(frame->locals, ID(__annotations__), &found) < 0) {
        return -1;
    }
    if (found != NULL) {
        Py_DECREF(found);
        return 0;
    }
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return -1;
    }
    status stored = PyObject_SetItem(frame->locals, ID(__annotations__), dict);
    Py_DECREF(dict);
    return stored;
}

status
print_expression(PyObject *value)
{
    PyObject *hook = PySys_GetObject("displayhook");
    if (hook == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.displayhook");
        return -1;
    }
    Py_INCREF(hook);
    PyObject *result = PyObject_CallOneArg(hook, value);
    Py_DECREF(hook);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* ---- imports -------------------------------------------------------------------------------- */

PyObject *
import_run(PyThreadState *tstate, Frame *frame, PyObject *name, PyObject *fromlist, PyObject *level)
{
    PyObject *locals = frame->locals != NULL ? frame->locals : Py_None;
    return import_name(tstate, frame->builtins, frame->globals, locals, name, fromlist, level);
}

/* ImportError for `from module import name`.  Borrows all; package may be NULL. */
static COLD void
raise_cannot_import(PyObject *module, PyObject *name, PyObject *package)
{
    PyObject *shown = package != NULL ? Py_NewRef(package)
                                      : PyUnicode_FromString("<unknown module name>");
    if (shown == NULL) {
        return;
    }
    PyObject *path = PyModule_Check(module) ? PyModule_GetFilenameObject(module) : NULL;
    PyObject *message;
    if (path == NULL) {
        PyErr_Clear();
        message = PyUnicode_FromFormat("cannot import name %R from %R (unknown location)", name,
                                       shown);
    }
    else {
        bool initializing = false;
        PyObject *spec = NULL, *value = NULL;
        if (_PyObject_LookupAttr(module, ID(__spec__), &spec) > 0 &&
            _PyObject_LookupAttr(spec, ID(_initializing), &value) > 0) {
            initializing = PyObject_IsTrue(value) > 0;
        }
        PyErr_Clear();
        Py_XDECREF(spec);
        Py_XDECREF(value);
        message = PyUnicode_FromFormat(
            initializing ? "cannot import name %R from partially initialized module %R (most "
                           "likely due to a circular import) (%S)"
                         : "cannot import name %R from %R (%S)",
            name, shown, path);
    }
    if (message != NULL) {
        PyErr_SetImportError(message, package, path);
        Py_DECREF(message);
    }
    Py_XDECREF(path);
    Py_DECREF(shown);
}

PyObject *
import_from(PyObject *module, PyObject *name)
{
    PyObject *value;
    if (_PyObject_LookupAttr(module, name, &value) != 0) {
        return value;
    }
    /* A submodule that is still being imported is no attribute of its package yet. */
    PyObject *package = NULL;
    if (_PyObject_LookupAttr(module, ID(__name__), &package) < 0) {
        return NULL;
    }
    if (package != NULL && !PyUnicode_Check(package)) {
        Py_CLEAR(package);
    }
    if (package != NULL) {
        PyObject *full = PyUnicode_FromFormat("%U.%U", package, name);
        value = full != NULL ? PyImport_GetModule(full) : NULL;
        Py_XDECREF(full);
    }
    if (value == NULL && !PyErr_Occurred()) {
        raise_cannot_import(module, name, package);
    }
    Py_XDECREF(package);
    return value;
}

/* Copy the public names of a module to a namespace. */
static status
import_all(PyObject *namespace, PyObject *module)
{
    PyObject *all = NULL, *dict = NULL;
    bool skip_private = false;
    status done = -1;
    if (_PyObject_LookupAttr(module, ID(__all__), &all) < 0) {
        return -1;
    }
    if (all == NULL) {
        if (_PyObject_LookupAttr(module, ID(__dict__), &dict) < 0) {
            return -1;
        }
        if (dict == NULL) {
            PyErr_SetString(PyExc_ImportError,
                            "from-import-* object has no __dict__ and no __all__");
            return -1;
        }
        all = PyMapping_Keys(dict);
        if (all == NULL) {
            Py_DECREF(dict);
            return -1;
        }
        skip_private = true;
    }
    for (Py_ssize_t i = 0;; i++) {
        PyObject *name = PySequence_GetItem(all, i);
        if (name == NULL) {
            if (PyErr_ExceptionMatches(PyExc_IndexError)) {
                PyErr_Clear();
                done = 0;
            }
            break;
        }
        if (!PyUnicode_Check(name)) {
            PyObject *modname = PyObject_GetAttr(module, ID(__name__));
            if (modname != NULL && !PyUnicode_Check(modname)) {
                PyErr_Format(PyExc_TypeError, "module __name__ must be a string, not %.100s",
                             Py_TYPE(modname)->tp_name);
            }
            else if (modname != NULL) {
                PyErr_Format(PyExc_TypeError,
                             skip_private ? "Key in %U.__dict__ must be str, not %.100s"
                                          : "Item in %U.__all__ must be str, not %.100s",
                             modname, Py_TYPE(name)->tp_name);
            }
            Py_XDECREF(modname);
            Py_DECREF(name);
            break;
        }
        if (skip_private && PyUnicode_GET_LENGTH(name) > 0 && PyUnicode_READ_CHAR(name, 0) == '_') {
            Py_DECREF(name);
            continue;
        }
        /* The type of modules has only private attributes, so what stands in the dict is the attribute. */
        PyObject *value = skip_private && PyModule_CheckExact(module) && PyDict_CheckExact(dict)
                              ? Py_XNewRef(PyDict_GetItemWithError(dict, name)) : NULL;
        if (value == NULL && !PyErr_Occurred()) {
            value = PyObject_GetAttr(module, name);
        }
        status stored = value == NULL                   ? -1
                        : PyDict_CheckExact(namespace) ? PyDict_SetItem(namespace, name, value)
                                                       : PyObject_SetItem(namespace, name, value);
        Py_XDECREF(value);
        Py_DECREF(name);
        if (stored < 0) {
            break;
        }
    }
    Py_XDECREF(dict);
    Py_DECREF(all);
    return done;
}

status
import_star(PyThreadState *Py_UNUSED(tstate), Frame *frame, PyObject *module)
{
    if (frame_fast_to_locals(frame) < 0) {
        return -1;
    }
    if (frame->locals == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found during 'import *'");
        return -1;
    }
    status done = import_all(frame->locals, module);
    frame_locals_to_fast(frame, false);
    return done;
}
