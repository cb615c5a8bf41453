/* The module _pickle: dump and load, and what it has from other modules. */
#include "modules/_pickle/pickle.h"

FUNCTION(pickle, dump,
         "($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)",
         "Write the pickle of an object to a binary file.\n\n"
         "As Pickler(file, protocol).dump(obj).")
static PyObject *
pickle_dump(PyObject *module, PyObject *obj, PyObject *file, PyObject *protocol, truth fix_imports,
            PyObject *buffer_callback)
{
    State *state = state_of_module(module);
    Pickler *pickler = pickler_make(state);
    status result = -1;
    if (pickler != NULL) {
        if (pickler_setup(pickler, state, protocol, fix_imports, buffer_callback) == 0 &&
            pickler_set_file(pickler, file) == 0 && pickler_dump_object(pickler, obj) == 0) {
            result = out_flush(pickler);
        }
        Py_DECREF(pickler);
    }
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(pickle, dumps,
         "($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)",
         "Return the pickle of an object as bytes.")
static PyObject *
pickle_dumps(PyObject *module, PyObject *obj, PyObject *protocol, truth fix_imports,
             PyObject *buffer_callback)
{
    State *state = state_of_module(module);
    Pickler *pickler = pickler_make(state);
    PyObject *result = NULL;
    if (pickler != NULL) {
        if (pickler_setup(pickler, state, protocol, fix_imports, buffer_callback) == 0 &&
            pickler_dump_object(pickler, obj) == 0) {
            result = out_take(pickler);
        }
        Py_DECREF(pickler);
    }
    return result;
}

FUNCTION(pickle, load,
         "($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())",
         "Read one pickle from a binary file and return its object.\n\n"
         "As Unpickler(file).load(). What follows the pickle in the file is not touched.")
static PyObject *
pickle_load(PyObject *module, PyObject *file, truth fix_imports, const char *encoding,
            const char *errors, PyObject *buffers)
{
    Unpickler *unpickler = unpickler_make(state_of_module(module));
    PyObject *result = NULL;
    if (unpickler != NULL) {
        if (unpickler_set_file(unpickler, file) == 0 &&
            unpickler_setup(unpickler, fix_imports, encoding, errors, buffers) == 0) {
            result = unpickler_run(unpickler);
        }
        Py_DECREF(unpickler);
    }
    return result;
}

FUNCTION(pickle, loads,
         "($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())",
         "Return the object of a pickle in memory.\n\n"
         "What follows the pickle is ignored.")
static PyObject *
pickle_loads(PyObject *module, PyObject *data, truth fix_imports, const char *encoding,
             const char *errors, PyObject *buffers)
{
    Unpickler *unpickler = unpickler_make(state_of_module(module));
    PyObject *result = NULL;
    Py_buffer view;
    if (unpickler == NULL) {
        return NULL;
    }
    if (PyObject_GetBuffer(data, &view, PyBUF_CONTIG_RO) == 0) {
        if (unpickler_setup(unpickler, fix_imports, encoding, errors, buffers) == 0) {
            input_set(unpickler, view.buf, view.len);
            result = unpickler_run(unpickler);
            input_set(unpickler, NULL, 0);
        }
        PyBuffer_Release(&view);
    }
    Py_DECREF(unpickler);
    return result;
}

/* ---- state ------------------------------------------------------------------------------------ */

/* A dict of another module; RuntimeError if it is something else. */
static status
import_dict(PyObject *module, const char *module_name, const char *name, PyObject **dict)
{
    *dict = PyObject_GetAttrString(module, name);
    if (*dict != NULL && !PyDict_CheckExact(*dict)) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s should be a dict, not %.200s", module_name, name,
                     Py_TYPE(*dict)->tp_name);
        Py_CLEAR(*dict);
    }
    return *dict == NULL ? -1 : 0;
}

static PyObject *
import_attribute(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *result = module == NULL ? NULL : PyObject_GetAttrString(module, name);
    Py_XDECREF(module);
    return result;
}

static status
state_fill(State *state)
{
    PyObject *copyreg = PyImport_ImportModule("copyreg");
    if (copyreg == NULL ||
        import_dict(copyreg, "copyreg", "dispatch_table", &state->dispatch_table) < 0 ||
        import_dict(copyreg, "copyreg", "_extension_registry", &state->extension_registry) < 0 ||
        import_dict(copyreg, "copyreg", "_inverted_registry", &state->inverted_registry) < 0 ||
        import_dict(copyreg, "copyreg", "_extension_cache", &state->extension_cache) < 0) {
        Py_XDECREF(copyreg);
        return -1;
    }
    Py_DECREF(copyreg);
    PyObject *compat = PyImport_ImportModule("_compat_pickle");
    if (compat == NULL ||
        import_dict(compat, "_compat_pickle", "NAME_MAPPING", &state->names_2to3) < 0 ||
        import_dict(compat, "_compat_pickle", "IMPORT_MAPPING", &state->modules_2to3) < 0 ||
        import_dict(compat, "_compat_pickle", "REVERSE_NAME_MAPPING", &state->names_3to2) < 0 ||
        import_dict(compat, "_compat_pickle", "REVERSE_IMPORT_MAPPING", &state->modules_3to2) < 0) {
        Py_XDECREF(compat);
        return -1;
    }
    Py_DECREF(compat);
    state->codecs_encode = import_attribute("codecs", "encode");
    if (state->codecs_encode == NULL) {
        return -1;
    }
    if (!PyCallable_Check(state->codecs_encode)) {
        PyErr_Format(PyExc_RuntimeError, "codecs.encode should be a callable, not %.200s",
                     Py_TYPE(state->codecs_encode)->tp_name);
        return -1;
    }
    state->partial = import_attribute("functools", "partial");
    state->getattr = import_attribute("builtins", "getattr");
    return state->partial == NULL || state->getattr == NULL ? -1 : 0;
}

/* All of State are objects. */
static PyObject **
state_objects(State *state, size_t *count)
{
    *count = sizeof(State) / sizeof(PyObject *);
    return (PyObject **)state;
}

static int
pickle_traverse(PyObject *module, visitproc visit, void *arg)
{
    size_t count;
    PyObject **objects = state_objects(state_of_module(module), &count);
    for (size_t i = 0; i < count; i++) {
        Py_VISIT(objects[i]);
    }
    return 0;
}

static int
pickle_clear(PyObject *module)
{
    size_t count;
    PyObject **objects = state_objects(state_of_module(module), &count);
    for (size_t i = 0; i < count; i++) {
        Py_CLEAR(objects[i]);
    }
    return 0;
}

static void
pickle_free(void *module)
{
    pickle_clear(module);
}

#include "gen/modules/_pickle/module.inc"

struct PyModuleDef pickle_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_pickle",
    .m_doc = "Pickling and unpickling, in C.",
    .m_size = sizeof(State),
    .m_methods = pickle_functions,
    .m_traverse = pickle_traverse,
    .m_clear = pickle_clear,
    .m_free = pickle_free,
};

static status
add_types(PyObject *module)
{
    if (PyType_Ready(pickle_pickler_memo_type) < 0 || PyType_Ready(pickle_unpickler_memo_type) < 0 ||
        PyModule_AddType(module, pickle_pickler_type) < 0 ||
        PyModule_AddType(module, pickle_unpickler_type) < 0) {
        return -1;
    }
    return PyModule_AddType(module, &PyPickleBuffer_Type);
}

static status
add_exceptions(PyObject *module, State *state)
{
    state->error = PyErr_NewException("_pickle.PickleError", NULL, NULL);
    if (state->error == NULL) {
        return -1;
    }
    state->pickling_error = PyErr_NewException("_pickle.PicklingError", state->error, NULL);
    state->unpickling_error = PyErr_NewException("_pickle.UnpicklingError", state->error, NULL);
    return PyModule_AddObjectRef(module, "PickleError", state->error) < 0 ||
                   PyModule_AddObjectRef(module, "PicklingError", state->pickling_error) < 0 ||
                   PyModule_AddObjectRef(module, "UnpicklingError", state->unpickling_error) < 0
               ? -1
               : 0;
}

PyMODINIT_FUNC
PyInit__pickle(void)
{
    PyObject *module = PyState_FindModule(&pickle_module);
    if (module != NULL) {
        return Py_NewRef(module);
    }
    module = PyModule_Create(&pickle_module);
    if (module == NULL) {
        return NULL;
    }
    if (add_types(module) < 0 || add_exceptions(module, state_of_module(module)) < 0 ||
        state_fill(state_of_module(module)) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
