/* builtins: what makes a class statement, isinstance and issubclass. */
#include "object/declare.h"
#include "object/state.h"
#include "vm/eval.h"

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
PyObject *
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

#include "gen/modules/builtins_class.inc"
