/* From nothing to a Python and back: initialisation in three steps, finalisation, interpreters.

   1. core    runtime, allocators, the first interpreter and thread, types, exceptions, sys, builtins
   2. import  importlib's bootstrap, so that `import` works for built-in and frozen modules
   3. main    finders, encodings, signals, __main__, standard streams, site */
#include "runtime/init.h"
#include "runtime/config.h"
#include "runtime/gil.h"
#include "runtime/import.h"
#include "runtime/locale.h"
#include "modules/builtins.h"
#include "modules/sys.h"
#include "object/class.h"
#include "object/gc.h"
#include "object/intern.h"
#include "object/live.h"
#include "object/mro.h"
#include "base/hash.h"
#include "types/context.h"
#include "types/exceptions.h"
#include "types/str.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        PyStatus status_ = (call);                                                                 \
        if (STATUS_FAILED(status_)) {                                                              \
            return status_;                                                                        \
        }                                                                                          \
    } while (0)
#define NEED(condition, text)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return STATUS_ERR(text);                                                               \
        }                                                                                          \
    } while (0)

/* ---- state -------------------------------------------------------------------------------- */

int
Py_IsInitialized(void)
{
    return _PyRuntime.life.initialized;
}

int
_Py_IsCoreInitialized(void)
{
    return _PyRuntime.life.core_initialized;
}

int
_Py_IsFinalizing(void)
{
    return __atomic_load_n(&_PyRuntime.life.finalizing, __ATOMIC_RELAXED) != NULL;
}

PyStatus
_PyRuntimeState_Init(struct _PyRuntimeState *Py_UNUSED(runtime))
{
    return runtime_init() < 0 ? STATUS_NO_MEMORY() : STATUS_OK;
}

PyStatus
_PyRuntime_Initialize(void)
{
    return runtime_init() < 0 ? STATUS_NO_MEMORY() : STATUS_OK;
}

void
_PyRuntimeState_Fini(struct _PyRuntimeState *Py_UNUSED(runtime))
{
    _PyRuntime.life.runtime_initialized = 0;
}

void
_PyRuntime_Finalize(void)
{
    _PyRuntimeState_Fini(&_PyRuntime);
}

/* ---- types -------------------------------------------------------------------------------- */

extern PyTypeObject _PyInterpreterID_Type;
extern PyTypeObject _PyMethodWrapper_Type, _PyManagedBuffer_Type, _PyNamespace_Type, _PyNone_Type;
extern PyTypeObject _PyNotImplemented_Type, _PyCoroWrapper_Type, krait_union_type;
extern PyTypeObject _PyAsyncGenASend_Type, _PyAsyncGenAThrow_Type, _PyAsyncGenWrappedValue_Type;

status
static_types_ready(void)
{
    PyTypeObject *const types[] = {
        &PyBaseObject_Type,
        &PyType_Type,
        &PyLong_Type,
        &PyBytes_Type,
        &PyTuple_Type,
        &PyDict_Type,
        &PyUnicode_Type,
        &PyList_Type,
        &_PyNone_Type,
        &_PyNotImplemented_Type,
        &PyWrapperDescr_Type,
        &PyMethodDescr_Type,
        &PyGetSetDescr_Type,
        &PyMemberDescr_Type,
        &PyClassMethodDescr_Type,
        &_PyMethodWrapper_Type,
        &PyCFunction_Type,
        &PyCMethod_Type,
        &PyFunction_Type,
        &PyMethod_Type,
        &PyInstanceMethod_Type,
        &PyClassMethod_Type,
        &PyStaticMethod_Type,
        &PyProperty_Type,
        &PyDictProxy_Type,
        &PySuper_Type,
        &_PyWeakref_RefType,
        &_PyWeakref_ProxyType,
        &_PyWeakref_CallableProxyType,
        &PyBool_Type,
        &PyFloat_Type,
        &PyComplex_Type,
        &PyByteArray_Type,
        &PyByteArrayIter_Type,
        &PyBytesIter_Type,
        &PyMemoryView_Type,
        &_PyManagedBuffer_Type,
        &PyPickleBuffer_Type,
        &PySlice_Type,
        &PyEllipsis_Type,
        &PyRange_Type,
        &PyRangeIter_Type,
        &PyLongRangeIter_Type,
        &PySet_Type,
        &PyFrozenSet_Type,
        &PySetIter_Type,
        &PyListIter_Type,
        &PyListRevIter_Type,
        &PyTupleIter_Type,
        &PyUnicodeIter_Type,
        &PySeqIter_Type,
        &PyCallIter_Type,
        &PyDictKeys_Type,
        &PyDictValues_Type,
        &PyDictItems_Type,
        &PyDictIterKey_Type,
        &PyDictIterValue_Type,
        &PyDictIterItem_Type,
        &PyDictRevIterKey_Type,
        &PyDictRevIterValue_Type,
        &PyDictRevIterItem_Type,
        &PyODict_Type,
        &PyODictKeys_Type,
        &PyODictValues_Type,
        &PyODictItems_Type,
        &PyODictIter_Type,
        &PyEnum_Type,
        &PyReversed_Type,
        &PyFilter_Type,
        &PyMap_Type,
        &PyZip_Type,
        &PyCode_Type,
        &PyFrame_Type,
        &PyTraceBack_Type,
        &PyCell_Type,
        &PyGen_Type,
        &PyCoro_Type,
        &_PyCoroWrapper_Type,
        &PyAsyncGen_Type,
        &_PyAsyncGenASend_Type,
        &_PyAsyncGenAThrow_Type,
        &_PyAsyncGenWrappedValue_Type,
        &PyModule_Type,
        &PyModuleDef_Type,
        &PyCapsule_Type,
        &_PyNamespace_Type,
        &Py_GenericAliasType,
        &krait_union_type,
        &PyStdPrinter_Type,
        &PyContext_Type,
        &PyContextVar_Type,
        &PyContextToken_Type,
        &_PyInterpreterID_Type,
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (class_ready_late(types[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- core --------------------------------------------------------------------------------- */

static PyStatus
interpreter_make(const PyConfig *config, PyThreadState **tstate_out)
{
    NEED(gil_init() == 0, "can't initialize the GIL");
    struct _is *interp = interp_new();
    if (interp == NULL) {
        return STATUS_ERR("can't make main interpreter");
    }
    CHECK(_PyConfig_Copy(&interp->config, config));
    NEED(gilstate_init(interp) == 0, "can't initialize thread-local storage");
    PyThreadState *tstate = PyThreadState_New(interp);
    if (tstate == NULL) {
        return STATUS_ERR("can't make first thread");
    }
    gil_take(tstate);
    PyThreadState_Swap(tstate);
    *tstate_out = tstate;
    return STATUS_OK;
}

static PyStatus
make_sys(struct _is *interp)
{
    interp->import.modules = PyDict_New();
    NEED(interp->import.modules != NULL, "can't create modules dictionary");
    PyObject *module = sys_make(interp);
    NEED(module != NULL, "can't make sys module");
    int failed = PyDict_SetItemString(interp->sysdict, "modules", interp->import.modules) < 0 ||
                 _PyImport_FixupBuiltin(module, "sys", interp->import.modules) < 0;
    Py_DECREF(module);
    NEED(!failed, "can't initialize sys module");
    /* Until the streams exist, errors go straight to the descriptor. */
    PyObject *printer = PyFile_NewStdPrinter(fileno(stderr));
    NEED(printer != NULL, "can't set preliminary stderr");
    failed = PySys_SetObject("stderr", printer) < 0 || PySys_SetObject("__stderr__", printer) < 0;
    Py_DECREF(printer);
    NEED(!failed, "can't set preliminary stderr");
    return STATUS_OK;
}

static PyStatus
make_builtins(struct _is *interp)
{
    PyObject *module = builtins_make(&interp->config);
    NEED(module != NULL, "can't initialize builtins module");
    interp->builtins = Py_NewRef(PyModule_GetDict(module));
    int failed = exceptions_export(interp->builtins) < 0 ||
                 _PyImport_FixupBuiltin(module, "builtins", interp->import.modules) < 0;
    Py_DECREF(module);
    NEED(!failed, "failed to add exceptions to builtins");
    interp->builtins_copy = PyDict_Copy(interp->builtins);
    NEED(interp->builtins_copy != NULL, "can't copy builtins");
    return STATUS_OK;
}

static PyStatus
interpreter_init_core(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    CHECK(make_sys(interp));
    CHECK(make_builtins(interp));
    NEED(warnings_init_state(interp) == 0, "can't initialize warnings");
    NEED(sys_configure(interp) == 0, "can't finish initializing sys");
    if (interp->config._install_importlib && import_init_core(interp) < 0) {
        path_config_dump(&interp->config);
        return STATUS_ERR("failed to initialize importlib");
    }
    return STATUS_OK;
}

static PyStatus
init_core(const PyConfig *config, PyThreadState **tstate_out)
{
    config_publish(config);
    path_config_publish(config);
    /* Strings that outlive an interpreter keep their hashes: the secret is chosen once. */
    bool first = _PyRuntime.str.empty == NULL;
    if (first && hash_secret_init(config->use_hash_seed != 0, config->hash_seed) < 0) {
        return STATUS_ERR("failed to get random numbers to initialize Python");
    }
    if (first && _PyRuntime.life.process_ends) {
        frozen_touch();
    }
    PyThreadState *tstate;
    CHECK(interpreter_make(config, &tstate));
    *tstate_out = tstate;
    gc_hold(tstate->interp);
    NEED(str_init() == 0 && intern_init() == 0, "can't initialize strings");
    NEED(static_types_ready() == 0 && context_init() == 0, "failed to initialize types");
    NEED(exceptions_init() == 0, "failed to initialize an exception type");
    CHECK(interpreter_init_core(tstate));
    _PyRuntime.life.core_initialized = 1;
    return STATUS_OK;
}

/* ---- main --------------------------------------------------------------------------------- */

static PyStatus
make_main_module(void)
{
    PyObject *module = PyImport_AddModule("__main__");
    NEED(module != NULL, "can't create __main__ module");
    PyObject *dict = PyModule_GetDict(module), *empty = PyDict_New();
    int failed = empty == NULL || PyDict_SetItemString(dict, "__annotations__", empty) < 0;
    Py_XDECREF(empty);
    NEED(!failed, "failed to initialize __main__.__annotations__");
    PyObject *builtins = PyImport_ImportModule("builtins");
    NEED(builtins != NULL, "failed to retrieve builtins module");
    failed = PyDict_GetItemString(dict, "__builtins__") == NULL &&
             PyDict_SetItemString(dict, "__builtins__", builtins) < 0;
    Py_DECREF(builtins);
    NEED(!failed, "failed to initialize __main__.__builtins__");
    /* Programs run with another loader replace this one. */
    PyObject *loader = PyDict_GetItemString(dict, "__loader__");
    if (loader == NULL || loader == Py_None) {
        PyObject *importlib = interp_get()->import.importlib;
        loader = importlib == NULL ? NULL : PyObject_GetAttrString(importlib, "BuiltinImporter");
        NEED(loader != NULL, "Failed to retrieve BuiltinImporter");
        failed = PyDict_SetItemString(dict, "__loader__", loader) < 0;
        Py_DECREF(loader);
        NEED(!failed, "Failed to initialize __main__.__loader__");
    }
    return STATUS_OK;
}

static PyStatus
import_site(void)
{
    PyObject *site = PyImport_ImportModule("site");
    if (site == NULL) {
        return STATUS_ERR_IN("init_import_site", "Failed to import the site module");
    }
    Py_DECREF(site);
    return STATUS_OK;
}

static PyStatus
init_main(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    const PyConfig *config = &interp->config;
    bool is_main = interp == _PyRuntime.interpreters.main;
    if (!config->_install_importlib) {
        if (is_main) {
            _PyRuntime.life.initialized = 1;
        }
        gc_release(interp);
        return STATUS_OK;
    }
    NEED(sys_configure(interp) == 0, "failed to update the Python config");
    NEED(import_init_external(interp) == 0, "external importer setup failed");
    if (is_main) {
        NEED(faulthandler_init(config->faulthandler != 0) == 0, "can't enable faulthandler");
    }
    CHECK(encodings_init(interp));
    if (is_main) {
        NEED(signals_init(config->install_signal_handlers != 0) == 0, "can't initialize signals");
        NEED(tracemalloc_init(config->tracemalloc) == 0, "can't initialize tracemalloc");
    }
    CHECK(streams_init(interp));
    CHECK(make_main_module());
    PyObject *warnoptions = PySys_GetObject("warnoptions");
    if (warnoptions != NULL && PyList_GET_SIZE(warnoptions) > 0) {
        PyObject *warnings = PyImport_ImportModule("warnings");
        if (warnings == NULL) {
            fprintf(stderr, "'import warnings' failed; traceback:\n");
            PyErr_Print();
        }
        Py_XDECREF(warnings);
    }
    if (is_main) {
        _PyRuntime.life.initialized = 1;
    }
    if (config->site_import) {
        CHECK(import_site());
    }
    gc_release(interp);
    if (is_main && _PyRuntime.life.preconfig.coerce_c_locale_warn && _Py_LegacyLocaleDetected(1)) {
        PySys_WriteStderr("Python runtime initialized with LC_CTYPE=C (a locale with default ASCII "
                          "encoding), which may cause Unicode compatibility problems. Using C.UTF-8, "
                          "C.utf8, or UTF-8 (if available) as alternative Unicode-compatible locales "
                          "is recommended.\n");
    }
    return STATUS_OK;
}

static PyStatus
initialize(const PyConfig *from)
{
    PyConfig config;
    PyThreadState *tstate = NULL;
    _PyConfig_InitCompatConfig(&config);
    PyStatus s = preinitialize_for_config(from, NULL);
    if (!STATUS_FAILED(s)) {
        s = _PyConfig_Copy(&config, from);
    }
    if (!STATUS_FAILED(s)) {
        s = config_read(&config, true);
    }
    if (!STATUS_FAILED(s)) {
        s = init_core(&config, &tstate);
    }
    PyConfig_Clear(&config);
    if (!STATUS_FAILED(s) && tstate->interp->config._init_main) {
        s = init_main(tstate);
    }
    return s;
}

PyStatus
Py_InitializeFromConfig(const PyConfig *config)
{
    if (config == NULL) {
        return STATUS_ERR("initialization config is NULL");
    }
    if (runtime_init() < 0) {
        return STATUS_NO_MEMORY();
    }
    if (_PyRuntime.life.initialized || _PyRuntime.life.core_initialized) {
        return STATUS_OK;
    }
    return initialize(config);
}

PyStatus
_Py_InitializeMain(void)
{
    runtime_init();
    return init_main(tstate_get());
}

void
Py_InitializeEx(int install_signal_handlers)
{
    PyConfig config;
    runtime_init();
    if (_PyRuntime.life.initialized) {
        return;
    }
    _PyConfig_InitCompatConfig(&config);
    config.install_signal_handlers = install_signal_handlers;
    PyStatus s = Py_InitializeFromConfig(&config);
    if (STATUS_FAILED(s)) {
        Py_ExitStatusException(s);
    }
}

void
Py_Initialize(void)
{
    Py_InitializeEx(1);
}

/* ---- the end ------------------------------------------------------------------------------ */

int
Py_AtExit(void (*func)(void))
{
    struct Lifecycle *life = &_PyRuntime.life;
    if (life->nexitfuncs >= (int)ARRAY_LEN(life->exitfuncs)) {
        return -1;
    }
    life->exitfuncs[life->nexitfuncs++] = func;
    return 0;
}

/* threading waits for the threads that are not daemons. */
static void
wait_for_threads(void)
{
    PyObject *name = PyUnicode_InternFromString("threading");
    PyObject *threading = name == NULL ? NULL : PyImport_GetModule(name);
    Py_XDECREF(name);
    if (threading == NULL) {
        if (PyErr_Occurred()) {
            PyErr_WriteUnraisable(NULL);
        }
        return;
    }
    PyObject *result = PyObject_CallMethod(threading, "_shutdown", "");
    if (result == NULL) {
        PyErr_WriteUnraisable(threading);
    }
    Py_XDECREF(result);
    Py_DECREF(threading);
}

/* Weak references to the modules, so that what survives the clearing of sys.modules can be emptied
   in the order the modules were imported. */
static PyObject *
modules_weak_list(PyObject *modules)
{
    PyObject *list = PyList_New(0), *key, *module;
    Py_ssize_t at = 0;
    if (list == NULL) {
        PyErr_Clear();
        return NULL;
    }
    while (PyDict_Next(modules, &at, &key, &module)) {
        if (!PyModule_Check(module)) {
            continue;
        }
        PyObject *weak = PyWeakref_NewRef(module, NULL);
        PyObject *pair = weak == NULL ? NULL : PyTuple_Pack(2, key, weak);
        if (pair == NULL || PyList_Append(list, pair) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(weak);
        Py_XDECREF(pair);
    }
    return list;
}

static void
set_none(PyObject *dict, const char *name)
{
    if (PyDict_SetItemString(dict, name, Py_None) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
}

static void
restore_streams(PyObject *sysdict)
{
    static const char *const names[][2] = {
        {"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        PyObject *original = PyDict_GetItemString(sysdict, names[i][1]);
        if (PyDict_SetItemString(sysdict, names[i][0], original ? original : Py_None) < 0) {
            PyErr_WriteUnraisable(NULL);
        }
    }
}

/* Modules of one phase leave a copy of their dict in their static definition, for imports after
   the first.  With the main interpreter these go. */
static void
module_copies_drop(struct _is *interp)
{
    PyObject *list = interp->import.modules_by_index;
    for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
        PyObject *module = PyList_GET_ITEM(list, i);
        struct PyModuleDef *def = PyModule_Check(module) ? PyModule_GetDef(module) : NULL;
        if (def != NULL) {
            Py_CLEAR(def->m_base.m_copy);
        }
    }
}

static void
modules_finalize(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    PyObject *modules = interp->import.modules, *sysdict = interp->sysdict;
    static const char *const holders[] = {"path", "argv", "ps1", "ps2", "last_type", "last_value",
                                          "last_traceback", "path_hooks", "path_importer_cache",
                                          "meta_path", "__interactivehook__"};
    if (modules == NULL) {
        return;
    }
    if (interp->config.verbose) {
        PySys_WriteStderr("# clear builtins._\n");
    }
    set_none(interp->builtins, "_");
    for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
        if (interp->config.verbose) {
            PySys_WriteStderr("# clear sys.%s\n", holders[i]);
        }
        set_none(sysdict, holders[i]);
    }
    if (interp->config.verbose) {
        PySys_WriteStderr("# restore sys.stdin\n# restore sys.stdout\n# restore sys.stderr\n");
    }
    restore_streams(sysdict);
    PyObject *weak = PyDict_Check(modules) ? modules_weak_list(modules) : NULL;
    if (PyDict_Check(modules)) {
        PyObject *key, *module;
        Py_ssize_t at = 0;
        while (PyDict_Next(modules, &at, &key, &module)) {
            if (PyModule_Check(module)) {
                if (interp->config.verbose && PyUnicode_Check(key)) {
                    PySys_FormatStderr("# cleanup[2] removing %U\n", key);
                }
                if (PyObject_SetItem(modules, key, Py_None) < 0) {
                    PyErr_WriteUnraisable(NULL);
                }
            }
        }
        PyDict_Clear(modules);
    }
    else {
        PyObject *done = PyObject_CallMethod(modules, "clear", "");
        if (done == NULL) {
            PyErr_WriteUnraisable(NULL);
        }
        Py_XDECREF(done);
    }
    /* builtins as they were at start, for finalisers that run from here on */
    PyObject *copy = PyDict_Copy(interp->builtins);
    if (copy == NULL || PyDict_Update(interp->builtins, interp->builtins_copy) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
    if (copy != NULL) {
        PyObject *key, *value;
        Py_ssize_t at = 0;
        while (PyDict_Next(copy, &at, &key, &value)) {
            if (PyDict_GetItem(interp->builtins_copy, key) == NULL &&
                PyDict_DelItem(interp->builtins, key) < 0) {
                PyErr_WriteUnraisable(NULL);
            }
        }
        Py_DECREF(copy);
    }
    gc_collect_quietly(tstate);
    gc_report_garbage(interp);
    /* What modules are still alive is emptied, in reverse order of import; sys and builtins last. */
    for (Py_ssize_t i = weak == NULL ? 0 : PyList_GET_SIZE(weak); i > 0; i--) {
        PyObject *pair = PyList_GET_ITEM(weak, i - 1);
        PyObject *module = PyWeakref_GET_OBJECT(PyTuple_GET_ITEM(pair, 1));
        if (module == Py_None) {
            continue;
        }
        PyObject *dict = PyModule_GetDict(module);
        if (dict == interp->builtins || dict == interp->sysdict) {
            continue;
        }
        Py_INCREF(module);
        if (interp->config.verbose && PyUnicode_Check(PyTuple_GET_ITEM(pair, 0))) {
            PySys_FormatStderr("# cleanup[3] wiping %U\n", PyTuple_GET_ITEM(pair, 0));
        }
        _PyModule_Clear(module);
        Py_DECREF(module);
    }
    Py_XDECREF(weak);
    if (interp->config.verbose) {
        PySys_FormatStderr("# cleanup[3] wiping sys\n# cleanup[3] wiping builtins\n");
    }
    _PyModule_ClearDict(interp->sysdict);
    _PyModule_ClearDict(interp->builtins);
    if (interp == _PyRuntime.interpreters.main) {
        module_copies_drop(interp);
    }
    Py_CLEAR(interp->import.modules_by_index);
    Py_CLEAR(interp->import.importlib);
    Py_CLEAR(interp->import.modules);
}

static void
call_exit_functions(void)
{
    struct Lifecycle *life = &_PyRuntime.life;
    while (life->nexitfuncs > 0) {
        life->exitfuncs[--life->nexitfuncs]();
    }
    fflush(stdout);
    fflush(stderr);
}

/* What an interpreter that has been cleared still holds: caches and singletons that the last
   destructors may have used. */
static void
last_objects_drop(struct _is *interp)
{
    extern void ast_state_free(struct AstState *);
    atexit_clear(interp);
    if (interp->ast != NULL) {
        ast_state_free(interp->ast);
        interp->ast = NULL;
    }
    type_cache_clear();
    exceptions_fini();
    if (interp != _PyRuntime.interpreters.main) {
        gc_collect_quietly(tstate_get());
    }
    for (size_t i = 0; i < ARRAY_LEN(interp->bytes.single); i++) {
        Py_CLEAR(interp->bytes.single[i]);
    }
    Py_CLEAR(interp->bytes.empty);
    Py_CLEAR(interp->tuple.empty);
}

int
Py_FinalizeEx(void)
{
    struct Lifecycle *life = &_PyRuntime.life;
    int result = 0;
    if (!life->initialized) {
        return 0;
    }
    PyThreadState *tstate = tstate_get();
    struct _is *interp = tstate->interp;
    wait_for_threads();
    pending_finish(tstate);
    atexit_run(interp);
    int malloc_stats = interp->config.malloc_stats;
    int show_totals = interp->config.show_ref_count;
#ifdef KRAIT_DEBUG
    extern FILE *_Py_wfopen(const wchar_t *, const wchar_t *);
    FILE *dump_file = interp->config.dump_refs_file != NULL
                          ? _Py_wfopen(interp->config.dump_refs_file, L"w")
                      : interp->config.dump_refs ? stderr
                                                 : NULL;
#endif
    /* From here on every other thread that asks for the GIL ends. */
    interp->finalizing = 1;
    __atomic_store_n(&life->finalizing, tstate, __ATOMIC_SEQ_CST);
    life->initialized = 0;
    life->core_initialized = 0;
    tstate_delete_others(tstate);
    if (streams_flush() < 0) {
        result = -1;
    }
    signals_fini();
    if (leave_silently(tstate)) {
        tracemalloc_fini();
        faulthandler_fini();
        call_exit_functions();
        return result;
    }
    PyGC_Collect();
    modules_finalize(tstate);
    if (streams_flush() < 0) {
        result = -1;
    }
    tracemalloc_fini();
    faulthandler_fini();
    audit_hooks_clear(tstate);
    PyInterpreterState_Clear(interp);
    last_objects_drop(interp);
    if (malloc_stats) {
        extern int _PyObject_DebugMallocStats(FILE *);
        _PyObject_DebugMallocStats(stderr);
    }
#ifdef KRAIT_DEBUG
    if (show_totals) {
        live_print_totals();
    }
    if (dump_file != NULL) {
        live_dump(dump_file);
        fclose(dump_file);
    }
#else
    (void)show_totals;
#endif
    PyThreadState_Swap(NULL);
    gil_drop(NULL);
    PyInterpreterState_Delete(interp);
    gilstate_fini();
    __atomic_store_n(&life->finalizing, NULL, __ATOMIC_SEQ_CST);
    call_exit_functions();
    return result;
}

void
Py_Finalize(void)
{
    Py_FinalizeEx();
}

void
Py_Exit(int code)
{
    if (Py_FinalizeEx() < 0) {
        code = 120;
    }
    exit(code);
}

void _Py_NO_RETURN
Py_ExitStatusException(PyStatus s)
{
    if (s._type == _PyStatus_TYPE_EXIT) {
        exit(s.exitcode);
    }
    if (s._type == _PyStatus_TYPE_ERROR) {
        extern void _Py_NO_RETURN fatal_error(const char *func, const char *text, int exit_code);
        fatal_error(s.func, s.err_msg, 1);
    }
    Py_FatalError("Py_ExitStatusException() must not be called on success");
}

/* ---- more interpreters -------------------------------------------------------------------- */

static PyStatus
new_interpreter(PyThreadState **tstate_out, int isolated)
{
    *tstate_out = NULL;
    if (!_PyRuntime.life.initialized) {
        return STATUS_ERR("Py_Initialize must be called first");
    }
    _PyRuntime.gilstate.check_enabled = 0;
    struct _is *interp = PyInterpreterState_New();
    if (interp == NULL) {
        return STATUS_OK;
    }
    PyThreadState *tstate = PyThreadState_New(interp);
    if (tstate == NULL) {
        PyInterpreterState_Delete(interp);
        return STATUS_OK;
    }
    PyThreadState *before = PyThreadState_Swap(tstate);
    struct _is *source = before != NULL ? before->interp : _PyRuntime.interpreters.main;
    PyStatus s = _PyConfig_Copy(&interp->config, &source->config);
    interp->config._isolated_interpreter = isolated;
    if (!STATUS_FAILED(s)) {
        s = interpreter_init_core(tstate);
    }
    if (!STATUS_FAILED(s)) {
        s = init_main(tstate);
    }
    if (STATUS_FAILED(s)) {
        PyErr_PrintEx(0);
        PyThreadState_Clear(tstate);
        PyThreadState_Swap(before);
        PyThreadState_Delete(tstate);
        PyInterpreterState_Delete(interp);
        return s;
    }
    *tstate_out = tstate;
    return STATUS_OK;
}

PyThreadState *
_Py_NewInterpreter(int isolated)
{
    PyThreadState *tstate;
    PyStatus s = new_interpreter(&tstate, isolated);
    if (STATUS_FAILED(s)) {
        Py_ExitStatusException(s);
    }
    return tstate;
}

PyThreadState *
Py_NewInterpreter(void)
{
    return _Py_NewInterpreter(0);
}

void
Py_EndInterpreter(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    if (tstate != tstate_get()) {
        Py_FatalError("thread is not current");
    }
    if (tstate->cframe->current_frame != NULL) {
        Py_FatalError("thread still has a frame");
    }
    interp->finalizing = 1;
    wait_for_threads();
    pending_finish(tstate);
    atexit_run(interp);
    if (tstate != (PyThreadState *)interp->threads.head || tstate->next != NULL) {
        Py_FatalError("not the last thread");
    }
    modules_finalize(tstate);
    PyInterpreterState_Clear(interp);
    last_objects_drop(interp);
    PyThreadState_Swap(NULL);
    PyInterpreterState_Delete(interp);
}

PyStatus
_PyInterpreterState_Enable(struct _PyRuntimeState *Py_UNUSED(runtime))
{
    return STATUS_OK;
}

int
_PyInterpreterState_SetConfig(const PyConfig *from)
{
    struct _is *interp = interp_get();
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyStatus s = _PyConfig_Copy(&config, from);
    if (!STATUS_FAILED(s)) {
        s = config_read(&config, true);
    }
    if (!STATUS_FAILED(s)) {
        s = _PyConfig_Copy(&interp->config, &config);
    }
    PyConfig_Clear(&config);
    if (STATUS_FAILED(s)) {
        PyErr_SetString(PyExc_RuntimeError, s.err_msg != NULL ? s.err_msg : "configuration failed");
        return -1;
    }
    config_publish(&interp->config);
    path_config_publish(&interp->config);
    return sys_configure(interp);
}
