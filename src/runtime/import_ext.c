/* Modules that are not Python files on a path: built in and in shared objects; frozen ones are in frozen.c. */
#include "runtime/import.h"
#include "object/class.h"
#include "object/declare.h"
#include <marshal.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define KRAIT_TRIPLET "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define KRAIT_TRIPLET "aarch64-linux-gnu"
#endif

extern const struct _inittab krait_inittab[];
extern PyObject *_PyNamespace_New(PyObject *attributes);
PyObject *_PyWarnings_Init(void);

/* ---- the built-in table ------------------------------------------------------------------- */

/* The ABI's table: extended by embedders before initialisation. */
struct _inittab *PyImport_Inittab = NULL;

static size_t
table_length(const struct _inittab *table)
{
    size_t n = 0;
    while (table[n].name != NULL) {
        n++;
    }
    return n;
}

static int
table_append(const struct _inittab *more)
{
    size_t have = PyImport_Inittab == NULL ? 0 : table_length(PyImport_Inittab);
    size_t n = table_length(more);
    struct _inittab *table = PyMem_RawMalloc((have + n + 1) * sizeof *table);
    if (table == NULL) {
        return -1;
    }
    if (have > 0) {
        memcpy(table, PyImport_Inittab, have * sizeof *table);
    }
    memcpy(table + have, more, (n + 1) * sizeof *table);
    /* The former table stays: an embedder may still point to it. */
    PyImport_Inittab = table;
    return 0;
}

/* The table of this program's own modules, made at first use: those that have no PyInit_ function, and those that
   tools/gen_tables.py found. */
static struct _inittab *
builtin_table(void)
{
    static const struct _inittab own[] = {
        {"_warnings", _PyWarnings_Init},
        {"builtins", NULL},     /* made by init.c */
        {"sys", NULL},
        {NULL, NULL},
    };
    if (PyImport_Inittab == NULL && (table_append(own) < 0 || table_append(krait_inittab) < 0)) {
        Py_FatalError("no memory for the table of built-in modules");
    }
    return PyImport_Inittab;
}

int
PyImport_ExtendInittab(struct _inittab *more)
{
    if (_PyRuntime.life.initialized) {
        Py_FatalError("PyImport_ExtendInittab() may not be called after Py_Initialize()");
    }
    builtin_table();
    return table_append(more);
}

int
PyImport_AppendInittab(const char *name, PyObject *(*init)(void))
{
    struct _inittab more[2] = {{name, init}, {NULL, NULL}};
    if (_PyRuntime.life.initialized) {
        Py_FatalError("PyImport_AppendInittab() may not be called after Py_Initialize()");
    }
    return PyImport_ExtendInittab(more);
}

static const struct _inittab *
builtin_find(PyObject *name)
{
    Py_UCS4 first = PyUnicode_GET_LENGTH(name) == 0 ? 0 : PyUnicode_READ_CHAR(name, 0);
    for (const struct _inittab *p = builtin_table(); p->name != NULL; p++) {
        if ((Py_UCS4)(unsigned char)p->name[0] == first && _PyUnicode_EqualToASCIIString(name, p->name)) {
            return p;
        }
    }
    return NULL;
}

truth
builtin_is(PyObject *name)
{
    const struct _inittab *p = builtin_find(name);
    return p == NULL ? 0 : p->initfunc == NULL ? -1 : 1;
}

PyObject *
builtin_names(void)
{
    PyObject *list = PyList_New(0);
    for (const struct _inittab *p = builtin_table(); list != NULL && p->name != NULL; p++) {
        PyObject *name = PyUnicode_InternFromString(p->name);
        if (name == NULL || PyList_Append(list, name) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(name);
    }
    if (list == NULL || PyList_Sort(list) < 0) {
        Py_XDECREF(list);
        return NULL;
    }
    PyObject *tuple = PyList_AsTuple(list);
    Py_DECREF(list);
    return tuple;
}

/* ---- single-phase modules ----------------------------------------------------------------- */

/* Interpreter-wide list of modules by the index of their definition (PyState_FindModule). */
int
_PyState_AddModule(PyThreadState *tstate, PyObject *module, PyModuleDef *def)
{
    struct ImportState *import = &tstate->interp->import;
    if (def == NULL) {
        PyErr_SetString(PyExc_SystemError, "module definition is NULL");
        return -1;
    }
    if (def->m_slots != NULL) {
        PyErr_SetString(PyExc_SystemError, "PyState_AddModule called on module with slots");
        return -1;
    }
    if (import->modules_by_index == NULL && (import->modules_by_index = PyList_New(0)) == NULL) {
        return -1;
    }
    while (PyList_GET_SIZE(import->modules_by_index) <= def->m_base.m_index) {
        if (PyList_Append(import->modules_by_index, Py_None) < 0) {
            return -1;
        }
    }
    return PyList_SetItem(import->modules_by_index, def->m_base.m_index, Py_NewRef(module));
}

int
PyState_AddModule(PyObject *module, PyModuleDef *def)
{
    PyObject *list = interp_get()->import.modules_by_index;
    if (def == NULL) {
        Py_FatalError("module definition is NULL");
    }
    if (list != NULL && PyList_GET_SIZE(list) > def->m_base.m_index && def->m_base.m_index > 0 &&
        PyList_GET_ITEM(list, def->m_base.m_index) == module) {
        _Py_FatalErrorFormat(__func__, "module %p already added", (void *)module);
    }
    return _PyState_AddModule(tstate_get(), module, def);
}

int
PyState_RemoveModule(PyModuleDef *def)
{
    PyObject *list = interp_get()->import.modules_by_index;
    if (def->m_slots != NULL) {
        PyErr_SetString(PyExc_SystemError, "PyState_RemoveModule called on module with slots");
        return -1;
    }
    if (def->m_base.m_index == 0) {
        Py_FatalError("invalid module index");
    }
    if (list == NULL || def->m_base.m_index >= PyList_GET_SIZE(list)) {
        Py_FatalError("Module index out of bounds.");
    }
    return PyList_SetItem(list, def->m_base.m_index, Py_NewRef(Py_None));
}

PyObject *
PyState_FindModule(PyModuleDef *def)
{
    PyObject *list = interp_get()->import.modules_by_index;
    if (def->m_slots != NULL || def->m_base.m_index == 0 || list == NULL ||
        def->m_base.m_index >= PyList_GET_SIZE(list)) {
        return NULL;
    }
    PyObject *module = PyList_GET_ITEM(list, def->m_base.m_index);
    return module == Py_None ? NULL : module;
}

/* Remember a single-phase module, so that a second import can be served from its definition. */
int
_PyImport_FixupExtensionObject(PyObject *module, PyObject *name, PyObject *filename,
                               PyObject *modules)
{
    PyThreadState *tstate = tstate_get();
    if (module == NULL || !PyModule_Check(module)) {
        PyErr_BadInternalCall();
        return -1;
    }
    PyModuleDef *def = PyModule_GetDef(module);
    if (def == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyObject_SetItem(modules, name, module) < 0) {
        return -1;
    }
    if (_PyState_AddModule(tstate, module, def) < 0) {
        PyMapping_DelItem(modules, name);
        return -1;
    }
    if (tstate->interp != _PyRuntime.interpreters.main && def->m_size != -1) {
        return 0;
    }
    if (def->m_size == -1) {
        PyObject *copy = PyDict_Copy(PyModule_GetDict(module));
        if (copy == NULL) {
            return -1;
        }
        Py_XSETREF(def->m_base.m_copy, copy);
    }
    PyObject **extensions = &tstate->interp->import.extensions;
    if (*extensions == NULL && (*extensions = PyDict_New()) == NULL) {
        return -1;
    }
    PyObject *key = PyTuple_Pack(2, filename, name), *capsule = NULL;
    int result = -1;
    if (key != NULL && (capsule = PyLong_FromVoidPtr(def)) != NULL) {
        result = PyDict_SetItem(*extensions, key, capsule);
    }
    Py_XDECREF(key);
    Py_XDECREF(capsule);
    return result;
}

int
_PyImport_FixupBuiltin(PyObject *module, const char *text, PyObject *modules)
{
    PyObject *name = PyUnicode_InternFromString(text);
    int result = name == NULL ? -1 : _PyImport_FixupExtensionObject(module, name, name, modules);
    Py_XDECREF(name);
    return result;
}

/* A single-phase module imported before, anew from what its definition remembers; new, or NULL
   without an exception if it was not imported before. */
PyObject *
extension_find(PyObject *name, PyObject *filename)
{
    PyThreadState *tstate = tstate_get();
    PyObject *extensions = _PyRuntime.interpreters.main->import.extensions;
    PyObject *modules = tstate->interp->import.modules;
    if (extensions == NULL) {
        return NULL;
    }
    PyObject *key = PyTuple_Pack(2, filename, name);
    PyObject *found = key == NULL ? NULL : PyDict_GetItemWithError(extensions, key);
    Py_XDECREF(key);
    if (found == NULL) {
        return NULL;
    }
    PyModuleDef *def = PyLong_AsVoidPtr(found);
    PyObject *module;
    if (def->m_size == -1) {
        if (def->m_base.m_copy == NULL) {
            return NULL;
        }
        module = PyImport_AddModuleObject(name);
        if (module == NULL || PyDict_Update(PyModule_GetDict(module), def->m_base.m_copy) < 0) {
            return NULL;
        }
        Py_INCREF(module);
    }
    else {
        if (def->m_base.m_init == NULL) {
            return NULL;
        }
        module = def->m_base.m_init();
        if (module == NULL) {
            return NULL;
        }
        if (PyObject_SetItem(modules, name, module) < 0) {
            Py_DECREF(module);
            return NULL;
        }
    }
    if (_PyState_AddModule(tstate, module, def) < 0) {
        PyMapping_DelItem(modules, name);
        Py_DECREF(module);
        return NULL;
    }
    if (tstate->interp->config.verbose) {
        PySys_FormatStderr("import %U # previously loaded (%R)\n", name, filename);
    }
    return module;
}

/* Make a built-in module, not executed yet if it is multi-phase; `spec` NULL only while importlib
   itself starts.  New; None if there is none of that name. */
PyObject *
builtin_create(PyObject *name, PyObject *spec)
{
    PyObject *module = extension_find(name, name);
    if (module != NULL || PyErr_Occurred()) {
        return module;
    }
    const struct _inittab *p = builtin_find(name);
    if (p == NULL) {
        Py_RETURN_NONE;
    }
    if (p->initfunc == NULL) {
        return Py_XNewRef(PyImport_AddModuleObject(name));
    }
    module = p->initfunc();
    if (module == NULL) {
        return NULL;
    }
    if (PyObject_TypeCheck(module, &PyModuleDef_Type)) {
        PyObject *own_spec = NULL;
        if (spec == NULL) {
            PyObject *attrs = Py_BuildValue("{sO}", "name", name);
            spec = own_spec = attrs == NULL ? NULL : _PyNamespace_New(attrs);
            Py_XDECREF(attrs);
            if (spec == NULL) {
                return NULL;
            }
        }
        module = PyModule_FromDefAndSpec((PyModuleDef *)module, spec);
        Py_XDECREF(own_spec);
        return module;
    }
    PyModuleDef *def = PyModule_GetDef(module);
    if (def == NULL) {
        Py_DECREF(module);
        return NULL;
    }
    def->m_base.m_init = p->initfunc;
    if (_PyImport_FixupExtensionObject(module, name, name, interp_get()->import.modules) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

/* ---- shared objects ----------------------------------------------------------------------- */

/* Name of the package whose single-phase module is being initialised: the ABI's own global. */
const char *_Py_PackageContext = NULL;

const char *const *
dynamic_suffixes(void)
{
    static const char *const suffixes[] = {".cpython-311-" KRAIT_TRIPLET ".so", ".abi3.so", ".so", NULL};
    return suffixes;
}

/* Last component of a dotted name as it stands in the init function's name; *prefix says which. */
static PyObject *
encoded_name(PyObject *name, const char **prefix)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, -1);
    if (dot < -1) {
        return NULL;
    }
    PyObject *last = PyUnicode_Substring(name, dot + 1, length), *bytes = NULL;
    if (last == NULL) {
        return NULL;
    }
    if (PyUnicode_IS_ASCII(last)) {
        *prefix = "PyInit";
        bytes = PyUnicode_AsASCIIString(last);
    }
    else {
        *prefix = "PyInitU";
        bytes = PyUnicode_AsEncodedString(last, "punycode", NULL);
    }
    Py_DECREF(last);
    if (bytes == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethod(bytes, "replace", "cc", '-', '_');
    Py_DECREF(bytes);
    return result;
}

static void
raise_import_error(PyObject *message_take, PyObject *name, PyObject *path)
{
    if (message_take != NULL) {
        PyErr_SetImportError(message_take, name, path);
        Py_DECREF(message_take);
    }
}

typedef PyObject *(*InitFunction)(void);

/* The init function of the shared object at `path`; NULL with ImportError. */
static InitFunction
find_init(PyObject *name, PyObject *path, const char *prefix, const char *short_name)
{
    PyObject *bytes = class_finish_late() < 0 ? NULL : PyUnicode_EncodeFSDefault(path);
    char symbol[258], relative[4096];
    if (bytes == NULL) {
        return NULL;
    }
    const char *file = PyBytes_AS_STRING(bytes);
    if (strchr(file, '/') == NULL) {
        snprintf(relative, sizeof relative, "./%s", file);
        file = relative;
    }
    snprintf(symbol, sizeof symbol, "%.20s_%.200s", prefix, short_name);
    int flags = interp_get()->import.dlopen_flags;
    if (interp_get()->config.verbose) {
        PySys_WriteStderr("dlopen(\"%s\", %x);\n", file, flags);
    }
    void *handle = dlopen(file, flags);
    Py_DECREF(bytes);
    if (handle == NULL) {
        const char *error = dlerror();
        raise_import_error(PyUnicode_DecodeLocale(error != NULL ? error : "unknown dlopen() error",
                                                  "surrogateescape"),
                           name, path);
        return NULL;
    }
    InitFunction init = (InitFunction)dlsym(handle, symbol);
    if (init == NULL) {
        raise_import_error(PyUnicode_FromFormat("dynamic module does not define module export "
                                                "function (%s_%s)", prefix, short_name),
                           name, path);
    }
    return init;
}

/* Check what an init function returned, `module`, and finish a single-phase module. */
static PyObject *
finish_dynamic(PyObject *module, PyObject *spec, PyObject *name, PyObject *path,
               PyObject *(*init)(void), const char *prefix, const char *short_name)
{
    if (module == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_SystemError,
                         "initialization of %s failed without raising an exception", short_name);
        }
        return NULL;
    }
    if (PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError, "initialization of %s raised unreported exception", short_name);
        return NULL;
    }
    if (Py_TYPE(module) == NULL) {
        PyErr_Format(PyExc_SystemError, "init function of %s returned uninitialized object",
                     short_name);
        return NULL;
    }
    if (PyObject_TypeCheck(module, &PyModuleDef_Type)) {
        return PyModule_FromDefAndSpec((PyModuleDef *)module, spec);
    }
    if (strcmp(prefix, "PyInit") != 0) {
        PyErr_Format(PyExc_SystemError, "initialization of %s did not return PyModuleDef", short_name);
        Py_DECREF(module);
        return NULL;
    }
    PyModuleDef *def = PyModule_GetDef(module);
    if (def == NULL) {
        PyErr_Format(PyExc_SystemError, "initialization of %s did not return an extension module",
                     short_name);
        Py_DECREF(module);
        return NULL;
    }
    def->m_base.m_init = init;
    if (PyModule_AddObjectRef(module, "__file__", path) < 0) {
        PyErr_Clear();
    }
    if (_PyImport_FixupExtensionObject(module, name, path, interp_get()->import.modules) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

/* The library's extensions of whose objects nothing is seen when they die, apart from what their
   tp_finalize does. */
static bool
ends_silently(const char *name)
{
    static const char *const silent[] = {
        "_asyncio", "_bz2", "_contextvars", "_decimal", "_hashlib", "_json", "_lzma", "_opcode",
        "_posixshmem", "_queue", "_ssl", "_typing", "_uuid", "_zoneinfo", "resource", "termios",
    };
    for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
        if (strcmp(silent[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static PyObject *
dynamic_load(PyObject *spec, PyObject *name, PyObject *path)
{
    const char *prefix;
    PyObject *encoded = encoded_name(name, &prefix), *module = NULL;
    if (encoded == NULL) {
        return NULL;
    }
    if (PySys_Audit("import", "OOOOO", name, path, Py_None, Py_None, Py_None) < 0) {
        goto done;
    }
    const char *short_name = PyBytes_AS_STRING(encoded);
    InitFunction init = find_init(name, path, prefix, short_name);
    if (init == NULL) {
        goto done;
    }
    const char *full = PyUnicode_AsUTF8(name), *before = _Py_PackageContext;
    if (full == NULL) {
        goto done;
    }
    interp_get()->import.foreign |= !ends_silently(full);
    _Py_PackageContext = full;
    module = init();
    _Py_PackageContext = before;
    module = finish_dynamic(module, spec, name, path, init, prefix, short_name);
done:
    Py_DECREF(encoded);
    return module;
}

/* The module of a spec whose origin is a shared object, not executed yet if it is multi-phase. */
PyObject *
dynamic_create(PyObject *spec)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name)), *module = NULL;
    PyObject *path = name == NULL ? NULL : PyObject_GetAttr(spec, ID(origin));
    if (path != NULL && PyUnicode_Check(path) && PyUnicode_Check(name)) {
        module = extension_find(name, path);
        if (module == NULL && !PyErr_Occurred()) {
            module = dynamic_load(spec, name, path);
        }
    }
    else if (path != NULL && !PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "spec.name must be a string");
    }
    else if (path != NULL) {
        PyErr_BadArgument();
    }
    Py_XDECREF(name);
    Py_XDECREF(path);
    return module;
}
