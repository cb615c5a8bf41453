/* Pre-initialisation: what must be known before a byte of the command line can be decoded - the
   locale, UTF-8 mode, isolation, the allocator. */
#include "runtime/config.h"
#include "runtime/locale.h"
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void
_PyPreConfig_InitCompatConfig(PyPreConfig *pre)
{
    memset(pre, 0, sizeof *pre);
    pre->_config_init = CONFIG_COMPAT;
    pre->isolated = -1;
    pre->use_environment = -1;
    pre->configure_locale = 1;
    pre->utf8_mode = 0;
    pre->dev_mode = -1;
    pre->allocator = PYMEM_ALLOCATOR_NOT_SET;
}

void
PyPreConfig_InitPythonConfig(PyPreConfig *pre)
{
    _PyPreConfig_InitCompatConfig(pre);
    pre->_config_init = CONFIG_PYTHON;
    pre->isolated = 0;
    pre->parse_argv = 1;
    pre->use_environment = 1;
    pre->coerce_c_locale = -1;
    pre->coerce_c_locale_warn = -1;
    pre->utf8_mode = -1;
}

void
PyPreConfig_InitIsolatedConfig(PyPreConfig *pre)
{
    _PyPreConfig_InitCompatConfig(pre);
    pre->_config_init = CONFIG_ISOLATED;
    pre->configure_locale = 0;
    pre->isolated = 1;
    pre->use_environment = 0;
    pre->utf8_mode = 0;
    pre->dev_mode = 0;
}

void
preconfig_from_config(PyPreConfig *pre, const PyConfig *config)
{
    switch (config->_config_init) {
    case CONFIG_PYTHON:
        PyPreConfig_InitPythonConfig(pre);
        break;
    case CONFIG_ISOLATED:
        PyPreConfig_InitIsolatedConfig(pre);
        break;
    default:
        _PyPreConfig_InitCompatConfig(pre);
    }
    pre->parse_argv = config->parse_argv;
    preconfig_take_config(pre, config);
}

/* Fields that both have: what the configuration says counts. */
void
preconfig_take_config(PyPreConfig *pre, const PyConfig *config)
{
    if (config->isolated != -1) {
        pre->isolated = config->isolated;
    }
    if (config->use_environment != -1) {
        pre->use_environment = config->use_environment;
    }
    if (config->dev_mode != -1) {
        pre->dev_mode = config->dev_mode;
    }
}

/* What -E, -I and -X of the command line say. */
struct EarlyOptions {
    int isolated, ignore_environment;
    PyWideStringList xoptions;
};

static PyStatus
scan_early(struct EarlyOptions *early, const PyWideStringList *argv)
{
    struct OptionScan scan = {.argc = argv->length, .argv = argv->items, .index = 1, .quiet = true};
    for (;;) {
        int c = option_next(&scan);
        if (c == OPTION_END || c == 'c' || c == 'm') {
            return STATUS_OK;
        }
        if (c == 'E') {
            early->ignore_environment++;
        }
        else if (c == 'I') {
            early->isolated++;
        }
        else if (c == 'X') {
            PyStatus s = PyWideStringList_Append(&early->xoptions, scan.argument);
            if (STATUS_FAILED(s)) {
                return s;
            }
        }
    }
}

static PyStatus
choose_utf8_mode(PyPreConfig *pre, const PyWideStringList *xoptions)
{
    if (pre->utf8_mode >= 0) {
        return STATUS_OK;
    }
    const wchar_t *option = _Py_get_xoption(xoptions, L"utf8");
    if (option != NULL) {
        const wchar_t *sep = wcschr(option, L'=');
        if (sep == NULL || wcscmp(sep + 1, L"1") == 0) {
            pre->utf8_mode = 1;
        }
        else if (wcscmp(sep + 1, L"0") == 0) {
            pre->utf8_mode = 0;
        }
        else {
            return STATUS_ERR_IN("preconfig_init_utf8_mode", "invalid -X utf8 option value");
        }
        return STATUS_OK;
    }
    const char *env = _Py_GetEnv(pre->use_environment, "PYTHONUTF8");
    if (env != NULL) {
        if (strcmp(env, "1") == 0) {
            pre->utf8_mode = 1;
        }
        else if (strcmp(env, "0") == 0) {
            pre->utf8_mode = 0;
        }
        else {
            return STATUS_ERR_IN("preconfig_init_utf8_mode",
                                 "invalid PYTHONUTF8 environment variable value");
        }
        return STATUS_OK;
    }
    const char *ctype = setlocale(LC_CTYPE, NULL);
    pre->utf8_mode = ctype != NULL && (strcmp(ctype, "C") == 0 || strcmp(ctype, "POSIX") == 0);
    return STATUS_OK;
}

static void
choose_coercion(PyPreConfig *pre)
{
    if (!pre->configure_locale) {
        pre->coerce_c_locale = 0;
        pre->coerce_c_locale_warn = 0;
        return;
    }
    const char *env = _Py_GetEnv(pre->use_environment, "PYTHONCOERCECLOCALE");
    if (env != NULL) {
        if (strcmp(env, "0") == 0) {
            pre->coerce_c_locale = pre->coerce_c_locale < 0 ? 0 : pre->coerce_c_locale;
        }
        else if (strcmp(env, "warn") == 0) {
            pre->coerce_c_locale_warn = pre->coerce_c_locale_warn < 0 ? 1 : pre->coerce_c_locale_warn;
        }
        else {
            pre->coerce_c_locale = pre->coerce_c_locale < 0 ? 1 : pre->coerce_c_locale;
        }
    }
    if (pre->coerce_c_locale < 0 || pre->coerce_c_locale == 1) {
        pre->coerce_c_locale = _Py_LegacyLocaleDetected(0) ? 2 : 0;
    }
    pre->coerce_c_locale_warn = pre->coerce_c_locale_warn < 0 ? 0 : pre->coerce_c_locale_warn;
}

static PyStatus
choose_allocator(PyPreConfig *pre)
{
    if (pre->allocator == PYMEM_ALLOCATOR_NOT_SET) {
        const char *env = _Py_GetEnv(pre->use_environment, "PYTHONMALLOC");
        if (env != NULL) {
            PyMemAllocatorName name;
            extern int _PyMem_GetAllocatorName(const char *, PyMemAllocatorName *);
            if (_PyMem_GetAllocatorName(env, &name) < 0) {
                return (PyStatus){._type = _PyStatus_TYPE_ERROR, .func = "preconfig_init_allocator",
                                  .err_msg = "PYTHONMALLOC: unknown allocator"};
            }
            pre->allocator = name;
        }
    }
    if (pre->dev_mode > 0 && pre->allocator == PYMEM_ALLOCATOR_NOT_SET) {
        pre->allocator = PYMEM_ALLOCATOR_DEBUG;
    }
    return STATUS_OK;
}

/* Decide isolation, environment and development mode, with the options of a command line if there is
   one.  Its -X options are added to `xoptions` unless that is NULL. */
PyStatus
preconfig_decide_early(PyPreConfig *pre, const PyWideStringList *argv, PyWideStringList *xoptions)
{
    struct EarlyOptions early = {0, 0, {0, NULL}};
    PyStatus s = STATUS_OK;
    if (argv != NULL && argv->length > 0) {
        s = scan_early(&early, argv);
        if (STATUS_FAILED(s)) {
            goto done;
        }
    }
    if (early.isolated) {
        pre->isolated = 1;
    }
    pre->isolated = pre->isolated < 0 ? 0 : pre->isolated;
    if (pre->isolated > 0 || early.ignore_environment) {
        pre->use_environment = 0;
    }
    pre->use_environment = pre->use_environment < 0 ? 0 : pre->use_environment;
    if (pre->dev_mode < 0 &&
        (_Py_get_xoption(&early.xoptions, L"dev") || _Py_GetEnv(pre->use_environment, "PYTHONDEVMODE"))) {
        pre->dev_mode = 1;
    }
    pre->dev_mode = pre->dev_mode < 0 ? 0 : pre->dev_mode;
    if (xoptions != NULL) {
        s = _PyWideStringList_Extend(xoptions, &early.xoptions);
    }
done:
    _PyWideStringList_Clear(&early.xoptions);
    return s;
}

/* Decide every field under the locale that is set now. */
static PyStatus
preconfig_decide(PyPreConfig *pre, const PyWideStringList *argv)
{
    PyWideStringList xoptions = {0, NULL};
    if (pre->_config_init == CONFIG_COMPAT) {
        pre->isolated = pre->isolated < 0 ? Py_IsolatedFlag : pre->isolated;
        pre->use_environment = pre->use_environment < 0 ? !Py_IgnoreEnvironmentFlag
                                                        : pre->use_environment;
        if (Py_UTF8Mode > 0) {
            pre->utf8_mode = Py_UTF8Mode;
        }
    }
    PyStatus s = preconfig_decide_early(pre, pre->parse_argv ? argv : NULL, &xoptions);
    if (!STATUS_FAILED(s)) {
        choose_coercion(pre);
        s = choose_utf8_mode(pre, &xoptions);
    }
    if (!STATUS_FAILED(s)) {
        s = choose_allocator(pre);
    }
    _PyWideStringList_Clear(&xoptions);
    return s;
}

static PyStatus
preconfig_read(PyPreConfig *pre, const _PyArgv *args)
{
    PyWideStringList argv = {0, NULL};
    PyStatus s = STATUS_OK;
    if (pre->configure_locale) {
        _Py_SetLocaleFromEnv(LC_CTYPE);
    }
    if (args != NULL) {
        s = _PyArgv_AsWstrList(args, &argv);
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    s = preconfig_decide(pre, &argv);
    if (!STATUS_FAILED(s) && pre->coerce_c_locale == 2) {
        _Py_CoerceLegacyLocale(pre->coerce_c_locale_warn);
        pre->coerce_c_locale = 0;       /* done */
    }
    _PyWideStringList_Clear(&argv);
    return s;
}

PyStatus
preinitialize(const PyPreConfig *source, const _PyArgv *args)
{
    struct Lifecycle *life = &_PyRuntime.life;
    if (runtime_init() < 0) {
        return STATUS_NO_MEMORY();
    }
    if (life->preinitialized) {
        return STATUS_OK;
    }
    life->preinitializing = 1;
    PyPreConfig pre = *source;
    PyStatus s = preconfig_read(&pre, args);
    if (STATUS_FAILED(s)) {
        return s;
    }
    extern int _PyMem_SetupAllocators(PyMemAllocatorName);
    if (_PyMem_SetupAllocators((PyMemAllocatorName)pre.allocator) < 0) {
        return STATUS_NO_MEMORY();
    }
    Py_UTF8Mode = pre.utf8_mode;
    if (pre.isolated > 0) {
        Py_IsolatedFlag = 1;
    }
    Py_IgnoreEnvironmentFlag = !pre.use_environment;
    life->preconfig = pre;
    life->preinitializing = 0;
    life->preinitialized = 1;
    return STATUS_OK;
}

PyStatus
preinitialize_for_config(const PyConfig *config, const _PyArgv *args)
{
    PyPreConfig pre;
    if (runtime_init() < 0) {
        return STATUS_NO_MEMORY();
    }
    if (_PyRuntime.life.preinitialized) {
        return STATUS_OK;
    }
    preconfig_from_config(&pre, config);
    if (args == NULL && config->parse_argv) {
        _PyArgv own = {.argc = config->argv.length, .wchar_argv = config->argv.items};
        return preinitialize(&pre, &own);
    }
    return preinitialize(&pre, args);
}

PyStatus
Py_PreInitialize(const PyPreConfig *pre)
{
    return preinitialize(pre, NULL);
}

PyStatus
Py_PreInitializeFromBytesArgs(const PyPreConfig *pre, Py_ssize_t argc, char **argv)
{
    return preinitialize(pre, &(_PyArgv){.argc = argc, .use_bytes_argv = 1, .bytes_argv = argv});
}

PyStatus
Py_PreInitializeFromArgs(const PyPreConfig *pre, Py_ssize_t argc, wchar_t **argv)
{
    return preinitialize(pre, &(_PyArgv){.argc = argc, .wchar_argv = argv});
}

PyStatus
_Py_PreInitializeFromPyArgv(const PyPreConfig *pre, const _PyArgv *args)
{
    return preinitialize(pre, args);
}

PyStatus
_Py_PreInitializeFromConfig(const PyConfig *config, const _PyArgv *args)
{
    return preinitialize_for_config(config, args);
}
