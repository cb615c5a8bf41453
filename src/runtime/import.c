/* PyImport_*: sys.modules, the import statement's entry, executing module code.

   Finding and loading is importlib's (the standard library's Python code); C does the common case of
   a module that is already there, relative names, and the trimming of importlib's own frames from
   tracebacks. */
#include "runtime/import.h"
#include "object/declare.h"
#include "object/doors.h"
#include "base/clock.h"
#include <frameobject.h>
#include <string.h>

/* ---- sys.modules -------------------------------------------------------------------------- */

PyObject *
PyImport_GetModuleDict(void)
{
    PyObject *modules = interp_get()->import.modules;
    if (modules == NULL) {
        Py_FatalError("interpreter has no modules dictionary");
    }
    return modules;
}

int
_PyImport_IsInitialized(PyInterpreterState *interp)
{
    return interp->import.modules != NULL;
}

static PyObject *
modules_get(PyObject *modules, PyObject *name)
{
    if (modules == NULL) {      /* the interpreter is on its way out */
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
        return NULL;
    }
    if (PyDict_CheckExact(modules)) {
        return Py_XNewRef(PyDict_GetItemWithError(modules, name));
    }
    PyObject *module = PyObject_GetItem(modules, name);
    if (module == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Clear();
    }
    return module;
}

/* sys.modules[name], new; NULL without an exception if there is none. */
PyObject *
PyImport_GetModule(PyObject *name)
{
    PyObject *modules = interp_get()->import.modules;
    if (modules == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
        return NULL;
    }
    return modules_get(modules, name);
}

PyObject *
_PyImport_GetModuleId(_Py_Identifier *id)
{
    PyObject *name = _PyUnicode_FromId(id);
    return name == NULL ? NULL : PyImport_GetModule(name);
}

int
_PyImport_SetModule(PyObject *name, PyObject *module)
{
    return PyObject_SetItem(interp_get()->import.modules, name, module);
}

int
_PyImport_SetModuleString(const char *name, PyObject *module)
{
    return PyMapping_SetItemString(interp_get()->import.modules, name, module);
}

static PyObject *
module_add(PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = modules_get(modules, name);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (module != NULL && PyModule_Check(module)) {
        return module;
    }
    Py_XDECREF(module);
    module = PyModule_NewObject(name);
    if (module != NULL && PyObject_SetItem(modules, name, module) < 0) {
        Py_CLEAR(module);
    }
    return module;
}

/* The module of that name, made empty if need be; borrowed from sys.modules. */
PyObject *
PyImport_AddModuleObject(PyObject *name)
{
    PyObject *module = module_add(name);
    Py_XDECREF(module);
    return module;
}

PyObject *
PyImport_AddModule(const char *text)
{
    PyObject *name = PyUnicode_FromString(text);
    PyObject *module = name == NULL ? NULL : PyImport_AddModuleObject(name);
    Py_XDECREF(name);
    return module;
}

static void
remove_module(PyObject *name)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *modules = interp_get()->import.modules;
    int failed = PyDict_CheckExact(modules) ? (Py_XDECREF(_PyDict_Pop(modules, name, Py_None)), 0)
                                            : PyMapping_DelItem(modules, name);
    if (failed < 0 || PyErr_Occurred()) {
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
}

/* An attribute of a module that is imported first; new. */
PyObject *
_PyImport_GetModuleAttr(PyObject *module_name, PyObject *attribute)
{
    PyObject *module = PyImport_Import(module_name);
    if (module == NULL) {
        return NULL;
    }
    PyObject *value = PyObject_GetAttr(module, attribute);
    Py_DECREF(module);
    return value;
}

PyObject *
_PyImport_GetModuleAttrString(const char *module_name, const char *attribute)
{
    PyObject *module = PyUnicode_FromString(module_name), *result = NULL;
    PyObject *name = PyUnicode_FromString(attribute);
    if (module != NULL && name != NULL) {
        result = _PyImport_GetModuleAttr(module, name);
    }
    Py_XDECREF(module);
    Py_XDECREF(name);
    return result;
}

/* ---- the import lock ---------------------------------------------------------------------- */

#define import_lock (_PyRuntime.import_lock)

void
_PyImport_AcquireLock(void)
{
    unsigned long me = PyThread_get_thread_ident();
    if (import_lock.lock == NULL && (import_lock.lock = PyThread_allocate_lock()) == NULL) {
        return;
    }
    if (import_lock.level > 0 && import_lock.owner == me) {
        import_lock.level++;
        return;
    }
    if (import_lock.level > 0 || !PyThread_acquire_lock(import_lock.lock, NOWAIT_LOCK)) {
        PyThreadState *save = PyEval_SaveThread();
        PyThread_acquire_lock(import_lock.lock, WAIT_LOCK);
        PyEval_RestoreThread(save);
    }
    import_lock.owner = me;
    import_lock.level = 1;
}

/* 1 done, 0 there is no lock, -1 another thread holds it. */
int
_PyImport_ReleaseLock(void)
{
    if (import_lock.lock == NULL || import_lock.level == 0) {
        return import_lock.lock == NULL ? 0 : -1;
    }
    if (import_lock.owner != PyThread_get_thread_ident()) {
        return -1;
    }
    if (--import_lock.level == 0) {
        import_lock.owner = PYTHREAD_INVALID_THREAD_ID;
        PyThread_release_lock(import_lock.lock);
    }
    return 1;
}

truth
import_lock_held(void)
{
    return import_lock.level > 0;
}

void
import_after_fork(bool in_child)
{
    if (!in_child) {
        _PyImport_ReleaseLock();
        return;
    }
    /* The forking thread holds the lock once for the fork itself, and maybe for an import. */
    if (import_lock.lock != NULL) {
        import_lock.lock = PyThread_allocate_lock();
    }
    if (import_lock.level > 1) {
        import_lock.level--;
        import_lock.owner = PyThread_get_thread_ident();
        if (import_lock.lock != NULL) {
            PyThread_acquire_lock(import_lock.lock, NOWAIT_LOCK);
        }
    }
    else {
        import_lock.level = 0;
        import_lock.owner = PYTHREAD_INVALID_THREAD_ID;
    }
}

/* ---- tracebacks without importlib --------------------------------------------------------- */

static bool
is_importlib_frame(PyTracebackObject *tb, bool *keeps_chunk)
{
    PyCodeObject *code = PyFrame_GetCode(tb->tb_frame);
    bool own = _PyUnicode_EqualToASCIIString(code->co_filename, "<frozen importlib._bootstrap>") ||
               _PyUnicode_EqualToASCIIString(code->co_filename,
                                             "<frozen importlib._bootstrap_external>");
    *keeps_chunk = own && _PyUnicode_EqualToASCIIString(code->co_name, "_call_with_frames_removed");
    Py_DECREF(code);
    return own;
}

/* Cut importlib's frames out of the pending exception's traceback.  A run of them is cut if it leads
   to code that importlib called on the user's behalf; for ImportError every run is. */
static void
trim_importlib_frames(PyThreadState *tstate)
{
    PyObject *type, *value, *traceback;
    if (tstate->interp->config.verbose) {
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    bool always = type != NULL && PyType_Check(type) &&
                  PyType_IsSubtype((PyTypeObject *)type, (PyTypeObject *)PyExc_ImportError);
    bool had_traceback = traceback != NULL;
    PyObject **link = &traceback, **chunk_start = NULL;
    while (*link != NULL) {
        PyTracebackObject *tb = (PyTracebackObject *)*link;
        PyObject *next = (PyObject *)tb->tb_next;
        bool cut_here;
        bool own = is_importlib_frame(tb, &cut_here);
        if (own && chunk_start == NULL) {
            chunk_start = link;
        }
        else if (!own) {
            chunk_start = NULL;
        }
        if (own && (always || cut_here)) {
            Py_XINCREF(next);
            Py_XSETREF(*chunk_start, next);
            link = chunk_start;
            if (cut_here) {
                chunk_start = NULL;
            }
        }
        else {
            link = (PyObject **)&tb->tb_next;
        }
    }
    if (type == NULL || value == NULL || !PyExceptionInstance_Check(value) || !had_traceback) {
        PyErr_Restore(type, value, traceback);
        return;
    }
    PyException_SetTraceback(value, traceback != NULL ? traceback : Py_None);
    PyErr_Restore(type, value, traceback);
}

/* ---- import ------------------------------------------------------------------------------- */

static PyObject *
absolute_of(PyObject *package, Py_ssize_t package_length, PyObject *name)
{
    PyObject *base = PyUnicode_Substring(package, 0, package_length);
    if (base == NULL || PyUnicode_GET_LENGTH(name) == 0) {
        return base;
    }
    PyObject *result = PyUnicode_FromFormat("%U.%U", base, name);
    Py_DECREF(base);
    return result;
}

/* The package that a relative import starts from (PEP 366); new. */
static PyObject *
importing_package(PyObject *globals)
{
    if (globals == NULL) {
        PyErr_SetString(PyExc_KeyError, "'__name__' not in globals");
        return NULL;
    }
    if (!PyDict_Check(globals)) {
        PyErr_SetString(PyExc_TypeError, "globals must be a dict");
        return NULL;
    }
    PyObject *package = PyDict_GetItemWithError(globals, ID(__package__));
    if (package == NULL && PyErr_Occurred()) {
        return NULL;
    }
    PyObject *spec = PyDict_GetItemWithError(globals, ID(__spec__));
    if (spec == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (package != NULL && package != Py_None) {
        if (!PyUnicode_Check(package)) {
            PyErr_SetString(PyExc_TypeError, "package must be a string");
            return NULL;
        }
        Py_INCREF(package);
        if (spec != NULL && spec != Py_None) {
            PyObject *parent = PyObject_GetAttr(spec, ID(parent));
            int equal = parent == NULL ? -1 : PyObject_RichCompareBool(package, parent, Py_EQ);
            Py_XDECREF(parent);
            if (equal < 0 || (equal == 0 && PyErr_WarnEx(PyExc_ImportWarning,
                                                         "__package__ != __spec__.parent", 1) < 0)) {
                Py_DECREF(package);
                return NULL;
            }
        }
        return package;
    }
    if (spec != NULL && spec != Py_None) {
        package = PyObject_GetAttr(spec, ID(parent));
        if (package != NULL && !PyUnicode_Check(package)) {
            PyErr_SetString(PyExc_TypeError, "__spec__.parent must be a string");
            Py_CLEAR(package);
        }
        return package;
    }
    if (PyErr_WarnEx(PyExc_ImportWarning,
                     "can't resolve package from __spec__ or __package__, falling back on __name__ "
                     "and __path__", 1) < 0) {
        return NULL;
    }
    package = PyDict_GetItemWithError(globals, ID(__name__));
    if (package == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_KeyError, "'__name__' not in globals");
        }
        return NULL;
    }
    if (!PyUnicode_Check(package)) {
        PyErr_SetString(PyExc_TypeError, "__name__ must be a string");
        return NULL;
    }
    Py_INCREF(package);
    int has_path = PyDict_Contains(globals, ID(__path__));
    if (has_path < 0) {
        Py_DECREF(package);
        return NULL;
    }
    if (!has_path) {
        Py_ssize_t dot = PyUnicode_FindChar(package, '.', 0, PyUnicode_GET_LENGTH(package), -1);
        PyObject *parent = dot == -2 ? NULL : PyUnicode_Substring(package, 0, dot < 0 ? 0 : dot);
        Py_DECREF(package);
        return parent;
    }
    return package;
}

static PyObject *
resolve_name(PyObject *name, PyObject *globals, int level)
{
    PyObject *package = importing_package(globals), *result = NULL;
    if (package == NULL) {
        return NULL;
    }
    Py_ssize_t end = PyUnicode_GET_LENGTH(package);
    if (end == 0) {
        PyErr_SetString(PyExc_ImportError,
                        "attempted relative import with no known parent package");
        goto done;
    }
    for (int up = 1; up < level; up++) {
        end = PyUnicode_FindChar(package, '.', 0, end, -1);
        if (end == -2) {
            goto done;
        }
        if (end == -1) {
            PyErr_SetString(PyExc_ImportError, "attempted relative import beyond top-level package");
            goto done;
        }
    }
    result = absolute_of(package, end, name);
done:
    Py_DECREF(package);
    return result;
}

static void
time_report(struct ImportState *import, PyObject *name, _PyTime_t started, _PyTime_t outer)
{
    _PyTime_t cumulative = _PyTime_GetPerfCounter() - started;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);     /* of an import that failed */
    const char *text = PyUnicode_AsUTF8(name);
    import->import_level--;
    fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n",
            (long)_PyTime_AsMicroseconds(cumulative - import->import_accumulated,
                                         _PyTime_ROUND_CEILING),
            (long)_PyTime_AsMicroseconds(cumulative, _PyTime_ROUND_CEILING),
            import->import_level * 2, "", text != NULL ? text : "?");
    import->import_accumulated = outer + cumulative;
    PyErr_Restore(type, value, traceback);
}

/* importlib._bootstrap._find_and_load(name) with auditing and -X importtime. */
static PyObject *
find_and_load(PyThreadState *tstate, PyObject *name)
{
    struct _is *interp = tstate->interp;
    struct ImportState *import = &interp->import;
    PyObject *path = PySys_GetObject("path"), *meta_path = PySys_GetObject("meta_path");
    PyObject *hooks = PySys_GetObject("path_hooks");
    if (PySys_Audit("import", "OOOOO", name, Py_None, path ? path : Py_None,
                    meta_path ? meta_path : Py_None, hooks ? hooks : Py_None) < 0) {
        return NULL;
    }
    PyObject *at_start = _PyRuntime.life.initialized ? NULL : import_at_start(tstate, name);
    if (at_start != NULL || PyErr_Occurred()) {
        return at_start;
    }
    bool timed = interp->config.import_time != 0;
    _PyTime_t started = 0, outer = import->import_accumulated;
    if (timed) {
        if (!import->import_header_done) {
            fputs("import time: self [us] | cumulative | imported package\n", stderr);
            import->import_header_done = 1;
        }
        import->import_level++;
        import->import_accumulated = 0;
        started = _PyTime_GetPerfCounter();
    }
    /* Parents are imported by the function given: __import__, whose way is short. */
    PyObject *find = PyObject_GetAttr(import->importlib, ID(_find_and_load));
    PyObject *module = NULL;
    if (find != NULL) {
        module = PyObject_CallFunctionObjArgs(find, name, import->import_func, NULL);
        Py_DECREF(find);
    }
    if (timed) {
        time_report(import, name, started, outer);
    }
    return module;
}

/* Another thread may still be executing the module: wait for it. */
static status
ensure_initialized(PyThreadState *tstate, PyObject *module, PyObject *name)
{
    PyObject *spec;
    if (_PyObject_LookupAttr(module, ID(__spec__), &spec) < 0) {
        return -1;
    }
    int busy = _PyModuleSpec_IsInitializing(spec);
    Py_XDECREF(spec);
    if (busy == 0) {
        return 0;
    }
    PyObject *result = PyObject_CallMethodOneArg(tstate->interp->import.importlib,
                                                 ID(_lock_unlock_module), name);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* `import a.b.c` binds a; `from . import x` wants the package itself. */
static PyObject *
import_head(PyThreadState *tstate, PyObject *name, PyObject *absolute, PyObject *module, int level)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (level > 0 && length == 0) {
        return Py_NewRef(module);
    }
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, 1);
    if (dot == -2) {
        return NULL;
    }
    if (dot == -1) {
        return Py_NewRef(module);
    }
    if (level == 0) {
        PyObject *front = PyUnicode_Substring(name, 0, dot);
        PyObject *head = front == NULL
                             ? NULL
                             : PyImport_ImportModuleLevelObject(front, NULL, NULL, NULL, 0);
        Py_XDECREF(front);
        return head;
    }
    Py_ssize_t cut = length - dot;
    PyObject *front = PyUnicode_Substring(absolute, 0, PyUnicode_GET_LENGTH(absolute) - cut);
    if (front == NULL) {
        return NULL;
    }
    PyObject *head = modules_get(tstate->interp->import.modules, front);
    if (head == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_KeyError, "%R not in sys.modules as expected", front);
    }
    Py_DECREF(front);
    return head;
}

static PyObject *
import_from_list(PyThreadState *tstate, PyObject *module, PyObject *fromlist)
{
    PyObject *path;
    if (_PyObject_LookupAttr(module, ID(__path__), &path) < 0) {
        return NULL;
    }
    if (path == NULL) {
        return Py_NewRef(module);
    }
    Py_DECREF(path);
    return PyObject_CallMethodObjArgs(tstate->interp->import.importlib, ID(_handle_fromlist), module,
                                      fromlist, tstate->interp->import.import_func, NULL);
}

/* What __import__ does; new. */
PyObject *
PyImport_ImportModuleLevelObject(PyObject *name, PyObject *globals, PyObject *Py_UNUSED(locals),
                                 PyObject *fromlist, int level)
{
    PyThreadState *tstate = tstate_get();
    PyObject *absolute = NULL, *module = NULL, *result = NULL;
    int has_from = 0;
    if (name == NULL) {
        PyErr_SetString(PyExc_ValueError, "Empty module name");
        goto done;
    }
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "module name must be a string");
        goto done;
    }
    if (level < 0) {
        PyErr_SetString(PyExc_ValueError, "level must be >= 0");
        goto done;
    }
    if (level > 0) {
        absolute = resolve_name(name, globals, level);
        if (absolute == NULL) {
            goto done;
        }
    }
    else {
        if (PyUnicode_GET_LENGTH(name) == 0) {
            PyErr_SetString(PyExc_ValueError, "Empty module name");
            goto done;
        }
        absolute = Py_NewRef(name);
    }
    module = modules_get(tstate->interp->import.modules, absolute);
    if (module == NULL && PyErr_Occurred()) {
        goto done;
    }
    if (module != NULL && module != Py_None) {
        if (ensure_initialized(tstate, module, absolute) < 0) {
            goto done;
        }
    }
    else {
        Py_XDECREF(module);
        module = find_and_load(tstate, absolute);
        if (module == NULL) {
            goto done;
        }
    }
    if (fromlist != NULL && fromlist != Py_None) {
        has_from = PyObject_IsTrue(fromlist);
        if (has_from < 0) {
            goto done;
        }
    }
    result = has_from ? import_from_list(tstate, module, fromlist)
                      : import_head(tstate, name, absolute, module, level);
done:
    Py_XDECREF(absolute);
    Py_XDECREF(module);
    if (result == NULL) {
        trim_importlib_frames(tstate);
    }
    return result;
}

PyObject *
PyImport_ImportModuleLevel(const char *text, PyObject *globals, PyObject *locals, PyObject *fromlist,
                           int level)
{
    PyObject *name = PyUnicode_FromString(text);
    PyObject *module = name == NULL ? NULL
                                    : PyImport_ImportModuleLevelObject(name, globals, locals,
                                                                       fromlist, level);
    Py_XDECREF(name);
    return module;
}

/* What the import statement does: the builtins' __import__, directly if it is the original. */
PyObject *
import_name(PyThreadState *tstate, PyObject *builtins, PyObject *globals, PyObject *locals,
            PyObject *name, PyObject *fromlist, PyObject *level)
{
    PyObject *func = _PyDict_GetItemWithError(builtins, ID(__import__));
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ImportError, "__import__ not found");
        }
        return NULL;
    }
    if (locals == NULL) {
        locals = Py_None;
    }
    if (func == tstate->interp->import.import_func) {
        int n = _PyLong_AsInt(level);
        if (n == -1 && PyErr_Occurred()) {
            return NULL;
        }
        return PyImport_ImportModuleLevelObject(name, globals, locals, fromlist, n);
    }
    PyObject *args[] = {name, globals, locals, fromlist, level};
    Py_INCREF(func);
    PyObject *result = PyObject_Vectorcall(func, args, 5, NULL);
    Py_DECREF(func);
    return result;
}

/* Import through the __import__ of the running frame's builtins; the module itself, not its head. */
PyObject *
PyImport_Import(PyObject *name)
{
    PyObject *builtins, *import = NULL, *result = NULL, *fromlist = NULL;
    PyObject *globals = PyEval_GetGlobals();
    if (globals != NULL) {
        Py_INCREF(globals);
        builtins = PyObject_GetItem(globals, ID(__builtins__));
        if (builtins == NULL) {
            goto done;
        }
    }
    else {
        builtins = PyImport_ImportModuleLevel("builtins", NULL, NULL, NULL, 0);
        if (builtins == NULL) {
            return NULL;
        }
        globals = Py_BuildValue("{OO}", ID(__builtins__), builtins);
        if (globals == NULL) {
            goto done;
        }
    }
    if (PyDict_Check(builtins)) {
        import = PyObject_GetItem(builtins, ID(__import__));
        if (import == NULL) {
            PyErr_SetObject(PyExc_KeyError, ID(__import__));
        }
    }
    else {
        import = PyObject_GetAttr(builtins, ID(__import__));
    }
    if (import == NULL || (fromlist = PyList_New(0)) == NULL) {
        goto done;
    }
    result = PyObject_CallFunction(import, "OOOOi", name, globals, globals, fromlist, 0);
    if (result == NULL) {
        goto done;
    }
    Py_SETREF(result, PyImport_GetModule(name));
    if (result == NULL && !PyErr_Occurred()) {
        PyErr_SetObject(PyExc_KeyError, name);
    }
done:
    Py_XDECREF(globals);
    Py_XDECREF(builtins);
    Py_XDECREF(import);
    Py_XDECREF(fromlist);
    return result;
}

PyObject *
PyImport_ImportModule(const char *text)
{
    PyObject *name = PyUnicode_FromString(text);
    PyObject *module = name == NULL ? NULL : PyImport_Import(name);
    Py_XDECREF(name);
    return module;
}

PyObject *
PyImport_ImportModuleNoBlock(const char *text)
{
    return PyImport_ImportModule(text);
}

PyObject *
PyImport_ReloadModule(PyObject *module)
{
    PyObject *importlib = PyImport_GetModule(ID(importlib));
    if (importlib == NULL) {
        if (PyErr_Occurred() || (importlib = PyImport_ImportModule("importlib")) == NULL) {
            return NULL;
        }
    }
    PyObject *result = PyObject_CallMethodOneArg(importlib, ID(reload), module);
    Py_DECREF(importlib);
    return result;
}

long
PyImport_GetMagicNumber(void)
{
    PyObject *external = PyImport_ImportModule("_frozen_importlib_external");
    PyObject *magic = external == NULL ? NULL : PyObject_GetAttrString(external, "_RAW_MAGIC_NUMBER");
    long result = magic == NULL ? -1 : PyLong_AsLong(magic);
    Py_XDECREF(external);
    Py_XDECREF(magic);
    return result;
}

const char *
PyImport_GetMagicTag(void)
{
    return "cpython-311";
}

/* The finder of one path entry, through sys.path_hooks and its cache; new, may be None. */
PyObject *
PyImport_GetImporter(PyObject *path)
{
    PyObject *cache = PySys_GetObject("path_importer_cache"), *hooks = PySys_GetObject("path_hooks");
    if (cache == NULL || hooks == NULL || !PyList_Check(hooks) || !PyDict_Check(cache)) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.path_importer_cache or sys.path_hooks");
        return NULL;
    }
    PyObject *importer = PyDict_GetItemWithError(cache, path);
    if (importer != NULL || PyErr_Occurred()) {
        return Py_XNewRef(importer);
    }
    if (PyDict_SetItem(cache, path, Py_None) < 0) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(hooks); i++) {
        PyObject *hook = Py_NewRef(PyList_GET_ITEM(hooks, i));
        importer = PyObject_CallOneArg(hook, path);
        Py_DECREF(hook);
        if (importer != NULL) {
            break;
        }
        if (!PyErr_ExceptionMatches(PyExc_ImportError)) {
            return NULL;
        }
        PyErr_Clear();
    }
    if (importer == NULL) {
        Py_RETURN_NONE;
    }
    if (PyDict_SetItem(cache, path, importer) < 0) {
        Py_DECREF(importer);
        return NULL;
    }
    return importer;
}

/* ---- executing code as a module ----------------------------------------------------------- */

static PyObject *
module_dict_for_exec(PyObject *name)
{
    PyObject *module = module_add(name);
    if (module == NULL) {
        return NULL;
    }
    PyObject *dict = PyModule_GetDict(module);
    Py_DECREF(module);
    int has = PyDict_Contains(dict, ID(__builtins__));
    if (has < 0 || (has == 0 && PyDict_SetItem(dict, ID(__builtins__), PyEval_GetBuiltins()) < 0)) {
        remove_module(name);
        return NULL;
    }
    return Py_NewRef(dict);
}

static PyObject *
exec_in_module(PyObject *name, PyObject *dict, PyObject *code)
{
    PyObject *value = PyEval_EvalCode(code, dict, dict);
    if (value == NULL) {
        remove_module(name);
        return NULL;
    }
    Py_DECREF(value);
    PyObject *module = PyImport_GetModule(name);
    if (module == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_ImportError, "Loaded module %R not found in sys.modules", name);
    }
    return module;
}

PyObject *
PyImport_ExecCodeModuleObject(PyObject *name, PyObject *code, PyObject *pathname, PyObject *cpathname)
{
    PyObject *dict = module_dict_for_exec(name), *result = NULL;
    if (dict == NULL) {
        return NULL;
    }
    if (pathname == NULL) {
        pathname = ((PyCodeObject *)code)->co_filename;
    }
    PyObject *external = PyObject_GetAttrString(interp_get()->import.importlib, "_bootstrap_external");
    if (external != NULL) {
        PyObject *done = PyObject_CallMethodObjArgs(external, ID(_fix_up_module), dict, name, pathname,
                                                    cpathname, NULL);
        Py_DECREF(external);
        if (done != NULL) {
            Py_DECREF(done);
            result = exec_in_module(name, dict, code);
        }
        else {
            remove_module(name);
        }
    }
    Py_DECREF(dict);
    return result;
}

PyObject *
PyImport_ExecCodeModuleWithPathnames(const char *name, PyObject *code, const char *pathname,
                                     const char *cpathname)
{
    PyObject *n = PyUnicode_FromString(name), *path = NULL, *cpath = NULL, *result = NULL;
    if (n == NULL) {
        return NULL;
    }
    if (cpathname != NULL && (cpath = PyUnicode_DecodeFSDefault(cpathname)) == NULL) {
        goto done;
    }
    if (pathname != NULL) {
        path = PyUnicode_DecodeFSDefault(pathname);
        if (path == NULL) {
            goto done;
        }
    }
    else if (cpath != NULL) {
        PyObject *external = PyObject_GetAttrString(interp_get()->import.importlib,
                                                    "_bootstrap_external");
        if (external != NULL) {
            path = PyObject_CallMethodOneArg(external, ID(_get_sourcefile), cpath);
            Py_DECREF(external);
        }
        if (path == NULL) {
            PyErr_Clear();
        }
    }
    result = PyImport_ExecCodeModuleObject(n, code, path, cpath);
done:
    Py_DECREF(n);
    Py_XDECREF(path);
    Py_XDECREF(cpath);
    return result;
}

PyObject *
PyImport_ExecCodeModuleEx(const char *name, PyObject *code, const char *pathname)
{
    return PyImport_ExecCodeModuleWithPathnames(name, code, pathname, NULL);
}

PyObject *
PyImport_ExecCodeModule(const char *name, PyObject *code)
{
    return PyImport_ExecCodeModuleWithPathnames(name, code, NULL, NULL);
}

/* Execute a frozen module: 1 done, 0 there is none, -1 it failed. */
int
PyImport_ImportFrozenModuleObject(PyObject *name)
{
    struct FrozenModule entry;
    PyObject *dict = NULL, *module = NULL;
    if (!frozen_find(name, &entry)) {
        return 0;
    }
    PyObject *code = frozen_code(&entry);
    if (code == NULL) {
        return -1;
    }
    int result = -1;
    if (entry.is_package) {
        PyObject *m = module_add(name);
        PyObject *path = m == NULL ? NULL : PyList_New(0);
        int failed = path == NULL || PyDict_SetItem(PyModule_GetDict(m), ID(__path__), path) < 0;
        Py_XDECREF(path);
        Py_XDECREF(m);
        if (failed) {
            goto done;
        }
    }
    dict = module_dict_for_exec(name);
    if (dict == NULL) {
        goto done;
    }
    module = exec_in_module(name, dict, code);
    if (module == NULL) {
        goto done;
    }
    PyObject *origin = entry.origin != NULL ? PyUnicode_FromString(entry.origin) : Py_NewRef(Py_None);
    if (origin != NULL) {
        result = PyObject_SetAttr(module, ID(__origname__), origin) < 0 ? -1 : 1;
        Py_DECREF(origin);
    }
done:
    Py_DECREF(code);
    Py_XDECREF(dict);
    Py_XDECREF(module);
    return result;
}

int
PyImport_ImportFrozenModule(const char *text)
{
    PyObject *name = PyUnicode_InternFromString(text);
    int result = name == NULL ? -1 : PyImport_ImportFrozenModuleObject(name);
    Py_XDECREF(name);
    return result;
}

/* ---- start-up ----------------------------------------------------------------------------- */

/* importlib._bootstrap, as module `_frozen_importlib`, told of sys and _imp. */
status
import_init_core(PyInterpreterState *interp)
{
    PyObject *imp_name = PyUnicode_InternFromString("_imp"), *imp = NULL, *result = NULL;
    int verbose = interp->config.verbose;
    if (imp_name == NULL || PyImport_ImportFrozenModule("_frozen_importlib") <= 0) {
        Py_XDECREF(imp_name);
        return -1;
    }
    if (verbose) {
        PySys_FormatStderr("import _frozen_importlib # frozen\n");
    }
    PyObject *importlib = PyImport_AddModule("_frozen_importlib");
    if (importlib == NULL) {
        goto done;
    }
    interp->import.importlib = Py_NewRef(importlib);
    interp->import.import_func =
        Py_XNewRef(_PyDict_GetItemWithError(interp->builtins, ID(__import__)));
    imp = builtin_create(imp_name, NULL);
    if (imp == NULL || PyObject_SetItem(interp->import.modules, imp_name, imp) < 0) {
        goto done;
    }
    if (PyModule_ExecDef(imp, PyModule_GetDef(imp)) < 0) {
        goto done;
    }
    if (verbose) {
        PySys_WriteStderr("import _imp # builtin\n");
    }
    PyObject *sys = PyImport_AddModule("sys");
    if (sys != NULL) {
        result = PyObject_CallMethod(importlib, "_install", "OO", sys, imp);
    }
done:
    Py_XDECREF(imp_name);
    Py_XDECREF(imp);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Finders for the file system, and for archives in front of them. */
status
import_init_external(PyInterpreterState *interp)
{
    PyObject *done = PyObject_CallMethod(interp->import.importlib, "_install_external_importers", "");
    if (done == NULL) {
        return -1;
    }
    Py_DECREF(done);
    PyObject *hooks = PySys_GetObject("path_hooks");
    if (hooks == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "unable to get sys.path_hooks");
        return -1;
    }
    if (interp->config.verbose) {
        PySys_WriteStderr("# installing zipimport hook\n");
    }
    PyObject *importer = _PyImport_GetModuleAttrString("zipimport", "zipimporter");
    if (importer == NULL) {
        PyErr_Clear();
        if (interp->config.verbose) {
            PySys_WriteStderr("# can't import zipimport.zipimporter\n");
        }
        return 0;
    }
    int failed = PyList_Insert(hooks, 0, importer);
    Py_DECREF(importer);
    if (failed == 0 && interp->config.verbose) {
        PySys_WriteStderr("# installed zipimport hook\n");
    }
    return failed;
}
