/* PyStatus, PyWideStringList, PyConfig: the data type itself.  Every field of PyConfig stands once in
   the table below; copying, clearing and the dict form work from it. */
#include "runtime/config.h"
#include "runtime/locale.h"
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The ABI's global flags; PyConfig is the truth, these follow it (config_publish). */
int Py_UTF8Mode = 0;
int Py_DebugFlag = 0;
int Py_VerboseFlag = 0;
int Py_QuietFlag = 0;
int Py_InteractiveFlag = 0;
int Py_InspectFlag = 0;
int Py_OptimizeFlag = 0;
int Py_NoSiteFlag = 0;
int Py_BytesWarningFlag = 0;
int Py_FrozenFlag = 0;
int Py_IgnoreEnvironmentFlag = 0;
int Py_DontWriteBytecodeFlag = 0;
int Py_NoUserSiteDirectory = 0;
int Py_UnbufferedStdioFlag = 0;
int Py_HashRandomizationFlag = 0;
int Py_IsolatedFlag = 0;

/* ---- PyStatus ----------------------------------------------------------------------------- */

PyStatus
PyStatus_Ok(void)
{
    return STATUS_OK;
}

PyStatus
PyStatus_Error(const char *text)
{
    return (PyStatus){._type = _PyStatus_TYPE_ERROR, .err_msg = text};
}

PyStatus
PyStatus_NoMemory(void)
{
    return PyStatus_Error("memory allocation failed");
}

PyStatus
PyStatus_Exit(int code)
{
    return STATUS_EXIT(code);
}

int
PyStatus_IsError(PyStatus s)
{
    return s._type == _PyStatus_TYPE_ERROR;
}

int
PyStatus_IsExit(PyStatus s)
{
    return s._type == _PyStatus_TYPE_EXIT;
}

int
PyStatus_Exception(PyStatus s)
{
    return STATUS_FAILED(s);
}

/* ---- PyWideStringList --------------------------------------------------------------------- */

void
_PyWideStringList_Clear(PyWideStringList *list)
{
    for (Py_ssize_t i = 0; i < list->length; i++) {
        PyMem_RawFree(list->items[i]);
    }
    PyMem_RawFree(list->items);
    list->length = 0;
    list->items = NULL;
}

PyStatus
PyWideStringList_Insert(PyWideStringList *list, Py_ssize_t index, const wchar_t *item)
{
    if (list->length == PY_SSIZE_T_MAX / (Py_ssize_t)sizeof *list->items) {
        return STATUS_NO_MEMORY();
    }
    if (index < 0) {
        return STATUS_ERR("PyWideStringList_Insert index must be >= 0");
    }
    if (index > list->length) {
        index = list->length;
    }
    wchar_t *copy = _PyMem_RawWcsdup(item);
    if (copy == NULL) {
        return STATUS_NO_MEMORY();
    }
    wchar_t **items = PyMem_RawRealloc(list->items, ((size_t)list->length + 1) * sizeof *items);
    if (items == NULL) {
        PyMem_RawFree(copy);
        return STATUS_NO_MEMORY();
    }
    memmove(items + index + 1, items + index, (size_t)(list->length - index) * sizeof *items);
    items[index] = copy;
    list->items = items;
    list->length++;
    return STATUS_OK;
}

PyStatus
PyWideStringList_Append(PyWideStringList *list, const wchar_t *item)
{
    return PyWideStringList_Insert(list, list->length, item);
}

PyStatus
_PyWideStringList_Extend(PyWideStringList *list, const PyWideStringList *more)
{
    for (Py_ssize_t i = 0; i < more->length; i++) {
        PyStatus s = PyWideStringList_Append(list, more->items[i]);
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    return STATUS_OK;
}

/* Replace `list` by a copy of `from`; -1 if memory is out, `list` unchanged. */
int
_PyWideStringList_Copy(PyWideStringList *list, const PyWideStringList *from)
{
    PyWideStringList copy = {0, NULL};
    if (STATUS_FAILED(_PyWideStringList_Extend(&copy, from))) {
        _PyWideStringList_Clear(&copy);
        return -1;
    }
    _PyWideStringList_Clear(list);
    *list = copy;
    return 0;
}

PyObject *
_PyWideStringList_AsList(const PyWideStringList *list)
{
    PyObject *result = PyList_New(list->length);
    for (Py_ssize_t i = 0; result != NULL && i < list->length; i++) {
        PyObject *item = PyUnicode_FromWideChar(list->items[i], -1);
        if (item == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyList_SET_ITEM(result, i, item);
    }
    return result;
}

PyStatus
_PyArgv_AsWstrList(const _PyArgv *args, PyWideStringList *list)
{
    PyWideStringList wide = {0, NULL};
    for (Py_ssize_t i = 0; i < args->argc; i++) {
        PyStatus s;
        if (args->use_bytes_argv) {
            size_t length;
            wchar_t *text = Py_DecodeLocale(args->bytes_argv[i], &length);
            if (text == NULL) {
                _PyWideStringList_Clear(&wide);
                return length == (size_t)-1 ? STATUS_NO_MEMORY()
                                            : STATUS_ERR("cannot decode command line arguments");
            }
            s = PyWideStringList_Append(&wide, text);
            PyMem_RawFree(text);
        }
        else {
            s = PyWideStringList_Append(&wide, args->wchar_argv[i]);
        }
        if (STATUS_FAILED(s)) {
            _PyWideStringList_Clear(&wide);
            return s;
        }
    }
    _PyWideStringList_Clear(list);
    *list = wide;
    return STATUS_OK;
}

/* ---- the fields --------------------------------------------------------------------------- */

enum FieldKind { FIELD_INT, FIELD_UINT, FIELD_ULONG, FIELD_TEXT, FIELD_TEXT_OPT, FIELD_LIST };

struct Field {
    const char *name;
    size_t offset;
    enum FieldKind kind;
};

#define F(name, kind) {#name, offsetof(PyConfig, name), FIELD_##kind}
static const struct Field fields[] = {
    F(_config_init, UINT),
    F(isolated, UINT),
    F(use_environment, UINT),
    F(dev_mode, UINT),
    F(install_signal_handlers, UINT),
    F(use_hash_seed, UINT),
    F(hash_seed, ULONG),
    F(faulthandler, UINT),
    F(tracemalloc, UINT),
    F(import_time, UINT),
    F(code_debug_ranges, UINT),
    F(show_ref_count, UINT),
    F(dump_refs, UINT),
    F(malloc_stats, UINT),
    F(filesystem_encoding, TEXT),
    F(filesystem_errors, TEXT),
    F(pycache_prefix, TEXT_OPT),
    F(parse_argv, UINT),
    F(orig_argv, LIST),
    F(argv, LIST),
    F(xoptions, LIST),
    F(warnoptions, LIST),
    F(site_import, UINT),
    F(bytes_warning, UINT),
    F(warn_default_encoding, UINT),
    F(inspect, UINT),
    F(interactive, UINT),
    F(optimization_level, UINT),
    F(parser_debug, UINT),
    F(write_bytecode, UINT),
    F(verbose, UINT),
    F(quiet, UINT),
    F(user_site_directory, UINT),
    F(configure_c_stdio, UINT),
    F(buffered_stdio, UINT),
    F(stdio_encoding, TEXT),
    F(stdio_errors, TEXT),
    F(check_hash_pycs_mode, TEXT),
    F(use_frozen_modules, UINT),
    F(safe_path, UINT),
    F(pathconfig_warnings, UINT),
    F(program_name, TEXT),
    F(pythonpath_env, TEXT_OPT),
    F(home, TEXT_OPT),
    F(platlibdir, TEXT),
    F(module_search_paths_set, UINT),
    F(module_search_paths, LIST),
    F(stdlib_dir, TEXT_OPT),
    F(executable, TEXT_OPT),
    F(base_executable, TEXT_OPT),
    F(prefix, TEXT_OPT),
    F(base_prefix, TEXT_OPT),
    F(exec_prefix, TEXT_OPT),
    F(base_exec_prefix, TEXT_OPT),
    F(skip_source_first_line, UINT),
    F(run_command, TEXT_OPT),
    F(run_module, TEXT_OPT),
    F(run_filename, TEXT_OPT),
    F(_install_importlib, UINT),
    F(_init_main, UINT),
    F(_isolated_interpreter, UINT),
    F(_is_python_build, INT),
};
#undef F

static void *
field_at(const struct Field *field, const PyConfig *config)
{
    return (char *)config + field->offset;
}

#define FOR_EACH_FIELD(field)                                                                      \
    for (const struct Field *field = fields; field < fields + ARRAY_LEN(fields); field++)

void
PyConfig_Clear(PyConfig *config)
{
    FOR_EACH_FIELD(field) {
        void *at = field_at(field, config);
        if (field->kind == FIELD_TEXT || field->kind == FIELD_TEXT_OPT) {
            PyMem_RawFree(*(wchar_t **)at);
            *(wchar_t **)at = NULL;
        }
        else if (field->kind == FIELD_LIST) {
            _PyWideStringList_Clear(at);
        }
    }
}

static PyStatus
text_set(wchar_t **at, const wchar_t *text)
{
    wchar_t *copy = NULL;
    if (text != NULL && (copy = _PyMem_RawWcsdup(text)) == NULL) {
        return STATUS_NO_MEMORY();
    }
    PyMem_RawFree(*at);
    *at = copy;
    return STATUS_OK;
}

PyStatus
_PyConfig_Copy(PyConfig *config, const PyConfig *from)
{
    FOR_EACH_FIELD(field) {
        void *to = field_at(field, config), *source = field_at(field, from);
        PyStatus s = STATUS_OK;
        switch (field->kind) {
        case FIELD_INT:
        case FIELD_UINT:
            *(int *)to = *(int *)source;
            break;
        case FIELD_ULONG:
            *(unsigned long *)to = *(unsigned long *)source;
            break;
        case FIELD_LIST:
            s = _PyWideStringList_Copy(to, source) < 0 ? STATUS_NO_MEMORY() : STATUS_OK;
            break;
        default:
            s = text_set(to, *(wchar_t **)source);
        }
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    return STATUS_OK;
}

/* ---- starting values ---------------------------------------------------------------------- */

void
_PyConfig_InitCompatConfig(PyConfig *config)
{
    memset(config, 0, sizeof *config);
    config->_config_init = CONFIG_COMPAT;
    config->install_signal_handlers = 1;
    config->_install_importlib = 1;
    config->_init_main = 1;
    config->code_debug_ranges = 1;
    config->use_frozen_modules = 1;
    int *const undecided[] = {
        &config->isolated, &config->use_environment, &config->dev_mode, &config->use_hash_seed,
        &config->faulthandler, &config->tracemalloc, &config->site_import, &config->bytes_warning,
        &config->inspect, &config->interactive, &config->optimization_level, &config->parser_debug,
        &config->write_bytecode, &config->verbose, &config->quiet, &config->user_site_directory,
        &config->buffered_stdio, &config->pathconfig_warnings, &config->warn_default_encoding,
    };
    for (size_t i = 0; i < ARRAY_LEN(undecided); i++) {
        *undecided[i] = -1;
    }
    config->warn_default_encoding = 0;
}

static void
config_init_defaults(PyConfig *config)
{
    _PyConfig_InitCompatConfig(config);
    config->isolated = 0;
    config->use_environment = 1;
    config->site_import = 1;
    config->bytes_warning = 0;
    config->inspect = 0;
    config->interactive = 0;
    config->optimization_level = 0;
    config->parser_debug = 0;
    config->write_bytecode = 1;
    config->verbose = 0;
    config->quiet = 0;
    config->user_site_directory = 1;
    config->buffered_stdio = 1;
    config->pathconfig_warnings = 1;
}

void
PyConfig_InitPythonConfig(PyConfig *config)
{
    config_init_defaults(config);
    config->_config_init = CONFIG_PYTHON;
    config->configure_c_stdio = 1;
    config->parse_argv = 1;
}

void
PyConfig_InitIsolatedConfig(PyConfig *config)
{
    config_init_defaults(config);
    config->_config_init = CONFIG_ISOLATED;
    config->isolated = 1;
    config->use_environment = 0;
    config->user_site_directory = 0;
    config->dev_mode = 0;
    config->install_signal_handlers = 0;
    config->use_hash_seed = 0;
    config->faulthandler = 0;
    config->tracemalloc = 0;
    config->safe_path = 1;
    config->pathconfig_warnings = 0;
}

/* ---- setting fields ----------------------------------------------------------------------- */

PyStatus
PyConfig_SetString(PyConfig *config, wchar_t **field, const wchar_t *text)
{
    PyStatus s = preinitialize_for_config(config, NULL);
    return STATUS_FAILED(s) ? s : text_set(field, text);
}

PyStatus
config_set_decoded(PyConfig *config, wchar_t **field, const char *bytes, const char *what)
{
    PyStatus s = preinitialize_for_config(config, NULL);
    if (STATUS_FAILED(s)) {
        return s;
    }
    wchar_t *text = NULL;
    if (bytes != NULL) {
        size_t length;
        text = Py_DecodeLocale(bytes, &length);
        if (text == NULL) {
            return length == (size_t)-2 ? PyStatus_Error(what) : STATUS_NO_MEMORY();
        }
    }
    PyMem_RawFree(*field);
    *field = text;
    return STATUS_OK;
}

PyStatus
PyConfig_SetBytesString(PyConfig *config, wchar_t **field, const char *bytes)
{
    return config_set_decoded(config, field, bytes, "cannot decode string");
}

PyStatus
PyConfig_SetWideStringList(PyConfig *config, PyWideStringList *list, Py_ssize_t length,
                           wchar_t **items)
{
    PyStatus s = preinitialize_for_config(config, NULL);
    if (STATUS_FAILED(s)) {
        return s;
    }
    PyWideStringList from = {length, items};
    return _PyWideStringList_Copy(list, &from) < 0 ? STATUS_NO_MEMORY() : STATUS_OK;
}

static PyStatus
set_arguments(PyConfig *config, const _PyArgv *args)
{
    PyStatus s = preinitialize_for_config(config, args);
    return STATUS_FAILED(s) ? s : _PyArgv_AsWstrList(args, &config->argv);
}

PyStatus
PyConfig_SetArgv(PyConfig *config, Py_ssize_t argc, wchar_t *const *argv)
{
    return set_arguments(config, &(_PyArgv){.argc = argc, .wchar_argv = argv});
}

PyStatus
PyConfig_SetBytesArgv(PyConfig *config, Py_ssize_t argc, char *const *argv)
{
    return set_arguments(config, &(_PyArgv){.argc = argc, .use_bytes_argv = 1, .bytes_argv = argv});
}

/* What C code reads and prints goes the way of Python's streams. */
static void
configure_c_streams(const PyConfig *config)
{
    if (!config->buffered_stdio) {
        setvbuf(stdin, NULL, _IONBF, BUFSIZ);
        setvbuf(stdout, NULL, _IONBF, BUFSIZ);
        setvbuf(stderr, NULL, _IONBF, BUFSIZ);
    }
    else if (config->interactive) {
        setvbuf(stdin, NULL, _IOLBF, BUFSIZ);
        setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    }
}

void
config_publish(const PyConfig *config)
{
    Py_IsolatedFlag = config->isolated;
    Py_IgnoreEnvironmentFlag = !config->use_environment;
    Py_BytesWarningFlag = config->bytes_warning;
    Py_InspectFlag = config->inspect;
    Py_InteractiveFlag = config->interactive;
    Py_OptimizeFlag = config->optimization_level;
    Py_DebugFlag = config->parser_debug;
    Py_VerboseFlag = config->verbose;
    Py_QuietFlag = config->quiet;
    Py_FrozenFlag = !config->pathconfig_warnings;
    Py_UnbufferedStdioFlag = !config->buffered_stdio;
    Py_NoSiteFlag = !config->site_import;
    Py_DontWriteBytecodeFlag = !config->write_bytecode;
    Py_NoUserSiteDirectory = !config->user_site_directory;
    Py_HashRandomizationFlag = config->use_hash_seed == 0 || config->hash_seed != 0;
    PyPreConfig *pre = &_PyRuntime.life.preconfig;
    pre->isolated = config->isolated;
    pre->use_environment = config->use_environment;
    pre->dev_mode = config->dev_mode;
    if (config->configure_c_stdio) {
        configure_c_streams(config);
    }
}

/* ---- as a dict ---------------------------------------------------------------------------- */

PyObject *
_PyConfig_AsDict(const PyConfig *config)
{
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return NULL;
    }
    FOR_EACH_FIELD(field) {
        void *at = field_at(field, config);
        PyObject *value;
        switch (field->kind) {
        case FIELD_INT:
        case FIELD_UINT:
            value = PyLong_FromLong(*(int *)at);
            break;
        case FIELD_ULONG:
            value = PyLong_FromUnsignedLong(*(unsigned long *)at);
            break;
        case FIELD_LIST:
            value = _PyWideStringList_AsList(at);
            break;
        default:
            value = *(wchar_t **)at == NULL ? Py_NewRef(Py_None)
                                            : PyUnicode_FromWideChar(*(wchar_t **)at, -1);
        }
        if (value == NULL || PyDict_SetItemString(dict, field->name, value) < 0) {
            Py_XDECREF(value);
            Py_DECREF(dict);
            return NULL;
        }
        Py_DECREF(value);
    }
    return dict;
}

static status
invalid(PyObject *kind, const char *what, const struct Field *field)
{
    PyErr_Format(kind, "invalid config %s: %s", what, field->name);
    return -1;
}

/* A number could not be read: an exception is set. */
static status
number_error(const struct Field *field)
{
    if (PyErr_ExceptionMatches(PyExc_TypeError)) {
        return invalid(PyExc_TypeError, "type", field);
    }
    return PyErr_ExceptionMatches(PyExc_OverflowError) ? invalid(PyExc_ValueError, "value", field) : -1;
}

static status
text_from_object(wchar_t **at, PyObject *value, const struct Field *field)
{
    wchar_t *text = NULL;
    if (value == Py_None && field->kind == FIELD_TEXT_OPT) {
        PyMem_RawFree(*at);
        *at = NULL;
        return 0;
    }
    if (!PyUnicode_Check(value)) {
        return value == Py_None ? invalid(PyExc_ValueError, "value", field)
                                : invalid(PyExc_TypeError, "type", field);
    }
    wchar_t *owned = PyUnicode_AsWideCharString(value, NULL);
    if (owned == NULL) {
        return -1;
    }
    text = _PyMem_RawWcsdup(owned);
    PyMem_Free(owned);
    if (text == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_RawFree(*at);
    *at = text;
    return 0;
}

static status
list_from_object(PyWideStringList *list, PyObject *value, const struct Field *field)
{
    PyWideStringList fresh = {0, NULL};
    struct Field item_field = {field->name, 0, FIELD_TEXT};
    bool is_list = PyList_CheckExact(value);
    if (!is_list && !PyTuple_CheckExact(value)) {
        return invalid(PyExc_TypeError, "type", field);
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(value); i++) {
        wchar_t *text = NULL;
        if (text_from_object(&text, PySequence_Fast_GET_ITEM(value, i), &item_field) < 0) {
            _PyWideStringList_Clear(&fresh);
            return -1;
        }
        PyStatus s = PyWideStringList_Append(&fresh, text);
        PyMem_RawFree(text);
        if (STATUS_FAILED(s)) {
            _PyWideStringList_Clear(&fresh);
            PyErr_NoMemory();
            return -1;
        }
    }
    _PyWideStringList_Clear(list);
    *list = fresh;
    return 0;
}

static status
int_from_object(int *at, PyObject *value, const struct Field *field)
{
    int v = _PyLong_AsInt(value);
    if (v == -1 && PyErr_Occurred()) {
        return number_error(field);
    }
    if (v < 0 && field->kind == FIELD_UINT) {
        return invalid(PyExc_ValueError, "value", field);
    }
    *at = v;
    return 0;
}

static status
ulong_from_object(unsigned long *at, PyObject *value, const struct Field *field)
{
    unsigned long v = PyLong_AsUnsignedLong(value);
    if (v == (unsigned long)-1 && PyErr_Occurred()) {
        return number_error(field);
    }
    *at = v;
    return 0;
}

/* What the fields' types do not say. */
static status
ranges_check(const PyConfig *config)
{
    const char *bad = NULL;
    if (config->_config_init < CONFIG_COMPAT || config->_config_init > CONFIG_ISOLATED) {
        bad = "_config_init";
    }
    else if (config->hash_seed > MAX_HASH_SEED) {
        bad = "hash_seed";
    }
    return bad == NULL ? 0 : invalid(PyExc_ValueError, "value", &(struct Field){.name = bad});
}

/* Set every field from a dict as _PyConfig_AsDict makes it; ValueError for a missing key. */
int
_PyConfig_FromDict(PyConfig *config, PyObject *dict)
{
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "dict expected");
        return -1;
    }
    FOR_EACH_FIELD(field) {
        void *at = field_at(field, config);
        PyObject *value = _PyDict_GetItemStringWithError(dict, field->name);
        status done = 0;
        if (value == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_ValueError, "missing config key: %s", field->name);
            }
            return -1;
        }
        switch (field->kind) {
        case FIELD_INT:
        case FIELD_UINT:
            done = int_from_object(at, value, field);
            break;
        case FIELD_ULONG:
            done = ulong_from_object(at, value, field);
            break;
        case FIELD_LIST:
            done = list_from_object(at, value, field);
            break;
        default:
            done = text_from_object(at, value, field);
        }
        if (done < 0) {
            return -1;
        }
    }
    return ranges_check(config);
}

int
_PyInterpreterState_GetConfigCopy(PyConfig *config)
{
    PyStatus s = _PyConfig_Copy(config, &interp_get()->config);
    if (STATUS_FAILED(s)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* ---- reading everything ------------------------------------------------------------------- */

static void
flags_inherit(PyConfig *config)
{
    if (config->_config_init != CONFIG_COMPAT) {
        return;
    }
    const struct {
        int *field, value;
    } inherit[] = {
        {&config->isolated, Py_IsolatedFlag},
        {&config->use_environment, !Py_IgnoreEnvironmentFlag},
        {&config->bytes_warning, Py_BytesWarningFlag},
        {&config->inspect, Py_InspectFlag},
        {&config->interactive, Py_InteractiveFlag},
        {&config->optimization_level, Py_OptimizeFlag},
        {&config->parser_debug, Py_DebugFlag},
        {&config->verbose, Py_VerboseFlag},
        {&config->quiet, Py_QuietFlag},
        {&config->pathconfig_warnings, !Py_FrozenFlag},
        {&config->buffered_stdio, !Py_UnbufferedStdioFlag},
        {&config->site_import, !Py_NoSiteFlag},
        {&config->write_bytecode, !Py_DontWriteBytecodeFlag},
        {&config->user_site_directory, !Py_NoUserSiteDirectory},
    };
    for (size_t i = 0; i < ARRAY_LEN(inherit); i++) {
        if (*inherit[i].field == -1) {
            *inherit[i].field = inherit[i].value;
        }
    }
}

static PyStatus
config_init_stdio(PyConfig *config)
{
    const char *given = _Py_GetEnv(config->use_environment, "PYTHONIOENCODING");
    PyStatus s = STATUS_OK;
    if (given != NULL) {
        char *copy = _PyMem_RawStrdup(given);
        if (copy == NULL) {
            return STATUS_NO_MEMORY();
        }
        char *errors = strchr(copy, ':');
        if (errors != NULL) {
            *errors++ = 0;
            errors = errors[0] ? errors : NULL;
        }
        bool encoding = copy[0] != 0;
        if (encoding && config->stdio_encoding == NULL) {
            s = config_set_decoded(config, &config->stdio_encoding, copy,
                                   "cannot decode PYTHONIOENCODING environment variable");
        }
        /* An encoding without handler means strict. */
        if (!STATUS_FAILED(s) && config->stdio_errors == NULL && (errors != NULL || encoding)) {
            s = config_set_decoded(config, &config->stdio_errors, errors != NULL ? errors : "strict",
                                   "cannot decode PYTHONIOENCODING environment variable");
        }
        PyMem_RawFree(copy);
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    if (config->stdio_encoding == NULL &&
        (config->stdio_encoding = _Py_GetLocaleEncoding()) == NULL) {
        return STATUS_NO_MEMORY();
    }
    if (config->stdio_errors == NULL) {
        const char *ctype = setlocale(LC_CTYPE, NULL);
        bool escape = Py_UTF8Mode == 1 ||
                      (ctype != NULL && (strcmp(ctype, "C") == 0 || strcmp(ctype, "POSIX") == 0 ||
                                         _Py_IsLocaleCoercionTarget(ctype)));
        return text_set(&config->stdio_errors, escape ? L"surrogateescape" : L"strict");
    }
    return STATUS_OK;
}

static PyStatus
config_init_filesystem(PyConfig *config)
{
    if (config->filesystem_encoding == NULL &&
        (config->filesystem_encoding = _Py_GetLocaleEncoding()) == NULL) {
        return STATUS_NO_MEMORY();
    }
    return config->filesystem_errors == NULL
               ? text_set(&config->filesystem_errors, L"surrogateescape")
               : STATUS_OK;
}

/* Fill what is still undecided once the command line and environment have been read. */
static PyStatus
config_settle(PyConfig *config)
{
    if (config->isolated > 0) {
        config->use_environment = 0;
        config->user_site_directory = 0;
        config->safe_path = 1;
    }
    config->use_environment = config->use_environment < 0 ? 0 : config->use_environment;
    if (config->dev_mode > 0) {
        config->faulthandler = config->faulthandler < 0 ? 1 : config->faulthandler;
    }
    config->dev_mode = config->dev_mode < 0 ? 0 : config->dev_mode;
    config->faulthandler = config->faulthandler < 0 ? 0 : config->faulthandler;
    config->tracemalloc = config->tracemalloc < 0 ? 0 : config->tracemalloc;
    config->use_hash_seed = config->use_hash_seed < 0 ? 0 : config->use_hash_seed;
    if (config->check_hash_pycs_mode == NULL) {
        PyStatus s = text_set(&config->check_hash_pycs_mode, L"default");
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    if (config->platlibdir == NULL) {
        PyStatus s = text_set(&config->platlibdir, L"lib");
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    if (config->argv.length < 1) {
        PyStatus s = PyWideStringList_Append(&config->argv, L"");
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    return STATUS_OK;
}

PyStatus
config_read(PyConfig *config, bool compute_path)
{
    PyStatus s = preinitialize_for_config(config, NULL);
    if (STATUS_FAILED(s)) {
        return s;
    }
    flags_inherit(config);
    if (config->orig_argv.length == 0 &&
        !(config->argv.length == 1 && config->argv.items[0][0] == 0) &&
        _PyWideStringList_Copy(&config->orig_argv, &config->argv) < 0) {
        return STATUS_NO_MEMORY();
    }
    /* What decided the pre-initialisation is decided anew: the configuration has the last word. */
    PyPreConfig pre = _PyRuntime.life.preconfig;
    config->warn_default_encoding = 0;
    preconfig_take_config(&pre, config);
    s = preconfig_decide_early(&pre, config->parse_argv == 1 ? &config->argv : NULL, NULL);
    if (!STATUS_FAILED(s)) {
        config->isolated = pre.isolated;
        config->use_environment = pre.use_environment;
        config->dev_mode = pre.dev_mode;
        s = config_read_command_line(config);
    }
    if (!STATUS_FAILED(s)) {
        s = config_read_environment(config);
    }
    if (!STATUS_FAILED(s)) {
        s = config_settle(config);
    }
    if (!STATUS_FAILED(s)) {
        s = config_init_filesystem(config);
    }
    if (!STATUS_FAILED(s)) {
        s = config_init_stdio(config);
    }
    if (!STATUS_FAILED(s)) {
        s = config_take_legacy_paths(config);
    }
    if (!STATUS_FAILED(s) && compute_path && config->_install_importlib) {
        s = config_find_paths(config);
    }
    return s;
}

/* Everything but the paths, which are only found when the interpreter starts. */
PyStatus
PyConfig_Read(PyConfig *config)
{
    return config_read(config, false);
}

/* ---- everything at once -------------------------------------------------------------------- */

static PyObject *
global_config_dict(void)
{
    extern int _Py_HasFileSystemDefaultEncodeErrors;
    PyObject *dict = Py_BuildValue(
        "{szsiszsi}", "Py_FileSystemDefaultEncoding", Py_FileSystemDefaultEncoding,
        "Py_HasFileSystemDefaultEncoding", Py_HasFileSystemDefaultEncoding,
        "Py_FileSystemDefaultEncodeErrors", Py_FileSystemDefaultEncodeErrors,
        "_Py_HasFileSystemDefaultEncodeErrors", _Py_HasFileSystemDefaultEncodeErrors);
#define FLAG(name) {#name, &name}
    static const struct {
        const char *name;
        const int *value;
    } flags[] = {
        FLAG(Py_UTF8Mode), FLAG(Py_DebugFlag), FLAG(Py_VerboseFlag), FLAG(Py_QuietFlag),
        FLAG(Py_InteractiveFlag), FLAG(Py_InspectFlag), FLAG(Py_OptimizeFlag), FLAG(Py_NoSiteFlag),
        FLAG(Py_BytesWarningFlag), FLAG(Py_FrozenFlag), FLAG(Py_IgnoreEnvironmentFlag),
        FLAG(Py_DontWriteBytecodeFlag), FLAG(Py_NoUserSiteDirectory), FLAG(Py_UnbufferedStdioFlag),
        FLAG(Py_HashRandomizationFlag), FLAG(Py_IsolatedFlag),
    };
#undef FLAG
    for (size_t i = 0; dict != NULL && i < ARRAY_LEN(flags); i++) {
        PyObject *value = PyLong_FromLong(*flags[i].value);
        if (value == NULL || PyDict_SetItemString(dict, flags[i].name, value) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *
preconfig_dict(void)
{
    const PyPreConfig *p = &_PyRuntime.life.preconfig;
    return Py_BuildValue("{sisisisisisisisisisi}", "_config_init", p->_config_init, "parse_argv",
                         p->parse_argv, "isolated", p->isolated, "use_environment",
                         p->use_environment, "configure_locale", p->configure_locale,
                         "coerce_c_locale", p->coerce_c_locale, "coerce_c_locale_warn",
                         p->coerce_c_locale_warn, "utf8_mode", p->utf8_mode, "dev_mode", p->dev_mode,
                         "allocator", p->allocator);
}

/* {'global_config': ..., 'pre_config': ..., 'config': ...} */
PyObject *
_Py_GetConfigsAsDict(void)
{
    PyObject *global = global_config_dict(), *pre = preconfig_dict();
    PyObject *config = _PyConfig_AsDict(_Py_GetConfig()), *result = NULL;
    if (global != NULL && pre != NULL && config != NULL) {
        result = Py_BuildValue("{sOsOsO}", "global_config", global, "pre_config", pre, "config", config);
    }
    Py_XDECREF(global);
    Py_XDECREF(pre);
    Py_XDECREF(config);
    return result;
}

void
_Py_ClearArgcArgv(void)
{
    struct _is *interp = _PyRuntime.interpreters.main;
    if (interp != NULL) {
        _PyWideStringList_Clear(&interp->config.orig_argv);
    }
}

/* The value of a variable unless the environment is ignored; the header makes it a macro. */
#undef Py_GETENV
char *
Py_GETENV(const char *name)
{
    return Py_IgnoreEnvironmentFlag ? NULL : getenv(name);
}
