/* The modules that every start takes from files of the library: the package encodings and the codec of file names.

   What importlib would do for them is known beforehand: nobody has changed a finder yet, the directory is the
   library's, the .pyc file fits its source.  So they are found by asking for their files, without the directory
   being listed, and loaded without reading the .pyc through Python.  Specs, loaders, finders and modules are
   importlib's and the same as ever, but that the finders have yet to list their directories.  Whenever anything is
   not as expected, nothing has been done and importlib does it all. */
#include "runtime/import.h"
#include "runtime/config.h"
#include "object/declare.h"
#include "object/object.h"
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 1024 };

struct Found {
    char source[PATH_ROOM], pyc[PATH_ROOM], directory[PATH_ROOM];
    bool package;
    struct stat status;             /* the source's */
};

/* Whether somebody could tell the difference: options that report, hooks, a program that has begun. */
static bool
start_is_plain(PyThreadState *tstate)
{
    const PyConfig *config = &tstate->interp->config;
    return _PyRuntime.life.late_types && !_PyRuntime.life.initialized &&
           tstate->interp == _PyRuntime.interpreters.main && tstate->interp->audit_hooks == NULL &&
           _PyRuntime.audit_hooks == NULL && _PyRuntime.open_code_hook == NULL && config->verbose == 0 &&
           config->import_time == 0 && config->pycache_prefix == NULL && config->optimization_level == 0 &&
           config->code_debug_ranges;
}

static bool
is_file(const char *path, struct stat *status)
{
    return stat(path, status) == 0 && S_ISREG(status->st_mode);
}

/* The parts one behind the other; false if there is no room for them. */
static bool
join(char *out, const char *first, const char *second, const char *third)
{
    size_t a = strlen(first), b = strlen(second), c = strlen(third);
    if (a + b + c >= PATH_ROOM) {
        return false;
    }
    memcpy(out, first, a);
    memcpy(out + a, second, b);
    memcpy(out + a + b, third, c + 1);
    return true;
}

/* The file for a module in a directory: "name.py", or "name/__init__.py" if there is such a directory. */
static bool
file_find(const char *directory, const char *name, struct Found *found)
{
    char stem[PATH_ROOM], other[PATH_ROOM];
    struct stat status;
    if (!join(found->directory, directory, "/", name)) {
        return false;
    }
    found->package = stat(found->directory, &status) == 0;
    if (found->package) {
        if (!S_ISDIR(status.st_mode)) {
            return false;
        }
        directory = found->directory;
        name = "__init__";
    }
    if (!join(stem, directory, "/", name)) {
        return false;
    }
    for (const char *const *suffix = dynamic_suffixes(); *suffix != NULL; suffix++) {
        if (!join(other, stem, *suffix, "") || is_file(other, &status)) {
            return false;
        }
    }
    return join(found->source, stem, ".py", "") && join(other, directory, "/__pycache__/", name) &&
           join(found->pyc, other, ".cpython-311", ".pyc") && is_file(found->source, &found->status);
}

/* A path as the C library takes it; NULL, mostly without an exception, if it is not ASCII. */
static const char *
plain_path(PyObject *path)
{
    return PyUnicode_CheckExact(path) && PyUnicode_IS_ASCII(path) && PyUnicode_GET_LENGTH(path) > 0
               ? PyUnicode_AsUTF8(path) : NULL;
}

/* The only item of a package's __path__, borrowed from the package; NULL without an exception if it has another
   number of them. */
static PyObject *
only_directory(PyObject *package)
{
    PyObject *path = PyDict_GetItemWithError(PyModule_GetDict(package), ID(__path__));
    return path != NULL && PyList_CheckExact(path) && PyList_GET_SIZE(path) == 1 ? PyList_GET_ITEM(path, 0) : NULL;
}

/* The first directory of sys.path, if no entry before it exists; their number goes to *before. */
static PyObject *
first_directory(Py_ssize_t *before)
{
    PyObject *path = PySys_GetObject("path");
    if (path == NULL || !PyList_CheckExact(path)) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path); i++) {
        const char *text = plain_path(PyList_GET_ITEM(path, i));
        struct stat status;
        if (text == NULL || text[0] != '/') {
            return NULL;
        }
        if (stat(text, &status) == 0) {
            *before = i;
            return S_ISDIR(status.st_mode) ? PyList_GET_ITEM(path, i) : NULL;
        }
        /* What is missing may still be a file with something behind it: "archive.zip/folder". */
        char parent[PATH_ROOM];
        const char *slash = strrchr(text, '/');
        if (slash == text || slash - text >= PATH_ROOM) {
            return NULL;
        }
        memcpy(parent, text, (size_t)(slash - text));
        parent[slash - text] = 0;
        if (stat(parent, &status) != 0 || !S_ISDIR(status.st_mode)) {
            return NULL;
        }
    }
    return NULL;
}

/* Enter finders in sys.path_importer_cache as if the path had been walked: none for what does not exist. */
static status
finders_note(Py_ssize_t missing, PyObject *directory)
{
    PyObject *cache = PySys_GetObject("path_importer_cache"), *hooks = PySys_GetObject("path_hooks");
    PyObject *path = PySys_GetObject("path");
    for (Py_ssize_t i = 0; i < missing; i++) {
        if (PyDict_SetItem(cache, PyList_GET_ITEM(path, i), Py_None) < 0) {
            return -1;
        }
    }
    int known = PyDict_Contains(cache, directory);
    if (known != 0) {
        return known < 0 ? -1 : 0;
    }
    /* The last hook is the one for directories. */
    PyObject *hook = PyList_GET_ITEM(hooks, PyList_GET_SIZE(hooks) - 1);
    PyObject *finder = PyObject_CallOneArg(hook, directory);
    status result = finder == NULL ? -1 : PyDict_SetItem(cache, directory, finder);
    Py_XDECREF(finder);
    return result;
}

static bool
finders_are_usual(void)
{
    PyObject *cache = PySys_GetObject("path_importer_cache"), *hooks = PySys_GetObject("path_hooks");
    return cache != NULL && PyDict_CheckExact(cache) && hooks != NULL && PyList_CheckExact(hooks) &&
           PyList_GET_SIZE(hooks) == 2;
}

/* The spec that the finder would make, its cached path filled in. */
static PyObject *
spec_make(PyObject *name, const struct Found *found)
{
    PyObject *external = PyObject_GetAttr(interp_get()->import.importlib, ID(_bootstrap_external));
    PyObject *source = PyUnicode_FromString(found->source), *pyc = PyUnicode_FromString(found->pyc);
    PyObject *loader = NULL, *spec = NULL;
    PyObject *places = found->package ? Py_BuildValue("[s]", found->directory) : Py_NewRef(Py_None);
    if (external != NULL && source != NULL && pyc != NULL && places != NULL) {
        loader = PyObject_CallMethod(external, "SourceFileLoader", "OO", name, source);
    }
    if (loader != NULL) {
        PyObject *make = PyObject_GetAttrString(external, "spec_from_file_location");
        PyObject *args = make == NULL ? NULL : PyTuple_Pack(2, name, source);
        PyObject *keywords = args == NULL ? NULL : Py_BuildValue("{sOsO}", "loader", loader,
                                                                 "submodule_search_locations", places);
        spec = keywords == NULL ? NULL : PyObject_Call(make, args, keywords);
        Py_XDECREF(make);
        Py_XDECREF(args);
        Py_XDECREF(keywords);
    }
    if (spec != NULL && PyObject_SetAttrString(spec, "cached", pyc) < 0) {
        Py_CLEAR(spec);
    }
    Py_XDECREF(external);
    Py_XDECREF(source);
    Py_XDECREF(pyc);
    Py_XDECREF(loader);
    Py_XDECREF(places);
    return spec;
}

/* Run the code in a module that is in sys.modules meanwhile, and at their end afterwards. */
static status
module_run(PyThreadState *tstate, PyObject *module, PyObject *name, PyObject *code)
{
    PyObject *modules = tstate->interp->import.modules, *dict = PyModule_GetDict(module);
    if (PyDict_SetItem(modules, name, module) < 0) {
        return -1;
    }
    PyObject *done = PyDict_SetItem(dict, ID(__builtins__), tstate->interp->builtins) < 0
                         ? NULL : PyEval_EvalCode(code, dict, dict);
    if (done == NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyDict_DelItem(modules, name) < 0) {
            PyErr_Clear();
        }
        PyErr_Restore(type, value, traceback);
        return -1;
    }
    Py_DECREF(done);
    return PyDict_DelItem(modules, name) < 0 ? -1 : PyDict_SetItem(modules, name, module);
}

static PyObject *
module_load(PyThreadState *tstate, PyObject *name, PyObject *spec, PyObject *code)
{
    PyObject *origin = PyObject_GetAttr(spec, ID(origin)), *module = NULL;
    if (origin != NULL && code_rename(code, origin) == 0 &&
        PyObject_SetAttr(spec, ID(_initializing), Py_True) == 0) {
        module = PyObject_CallMethod(tstate->interp->import.importlib, "module_from_spec", "O", spec);
    }
    Py_XDECREF(origin);
    if (module == NULL || module_run(tstate, module, name, code) < 0 ||
        PyObject_SetAttr(spec, ID(_initializing), Py_False) < 0) {
        Py_CLEAR(module);
    }
    return module;
}

PyObject *
import_at_start(PyThreadState *tstate, PyObject *name)
{
    const char *text = start_is_plain(tstate) ? plain_path(name) : NULL;
    if (text == NULL || strncmp(text, "encodings", 9) != 0 || (text[9] != 0 && text[9] != '.') ||
        !finders_are_usual()) {
        return NULL;
    }
    const char *dot = strchr(text, '.'), *tail = dot == NULL ? text : dot + 1;
    PyObject *parent = NULL, *directory, *spec = NULL, *code = NULL, *module = NULL;
    Py_ssize_t missing = 0;
    struct Found found;
    if (dot == NULL) {
        directory = first_directory(&missing);
    }
    else {
        PyObject *parent_name = PyUnicode_FromStringAndSize(text, dot - text);
        parent = parent_name == NULL ? NULL : PyImport_GetModule(parent_name);
        Py_XDECREF(parent_name);
        directory = parent != NULL && PyModule_CheckExact(parent) ? only_directory(parent) : NULL;
    }
    const char *place = directory == NULL ? NULL : plain_path(directory);
    if (place == NULL || strchr(tail, '.') != NULL || !file_find(place, tail, &found) ||
        (code = frozen_code_from(found.pyc, &found.status)) == NULL) {
        goto done;
    }
    if (finders_note(missing, directory) < 0 || (spec = spec_make(name, &found)) == NULL ||
        (module = module_load(tstate, name, spec, code)) == NULL) {
        goto done;
    }
    if (parent != NULL) {
        PyObject *short_name = PyUnicode_InternFromString(tail);
        if (short_name == NULL || PyObject_SetAttr(parent, short_name, module) < 0) {
            Py_CLEAR(module);
        }
        Py_XDECREF(short_name);
    }
done:
    Py_XDECREF(parent);
    Py_XDECREF(spec);
    Py_XDECREF(code);
    return module;
}
