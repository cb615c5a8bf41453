/* The module builtins: every function that needs no import.  The types it holds are defined in types/.

   Here: names and attributes, text, the module.  builtins_class.c has classes, builtins_number.c
   numbers, builtins_iter.c what goes over iterables, builtins_io.c print and input, builtins_code.c
   compile, exec and eval. */
#include "modules/builtins.h"
#include "object/declare.h"
#include "object/state.h"

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
    bool heard = _PyRuntime.audit_hooks != NULL || tstate_get()->interp->audit_hooks != NULL;
    if (unlikely(heard) && id != NULL && PySys_Audit("builtins.id", "O", id) < 0) {
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
