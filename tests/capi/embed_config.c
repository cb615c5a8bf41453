/* A program with Python inside whose configuration is what its arguments say, in their order:

       pre=python|isolated     Py_PreInitialize with such a PyPreConfig, after the pre.FIELD= before it
       config=python|isolated|compat
       FIELD=VALUE             a field of PyConfig: number, text, or a list with '|' between the items
       +FIELD=VALUE            append to a list
       Py_OptimizeFlag=2       a global flag
       home:VALUE path:VALUE name:VALUE argv:VALUE     Py_SetPythonHome, Py_SetPath, Py_SetProgramName, PySys_SetArgv later
       read                    PyConfig_Read
       twice                   initialise, end, initialise again
       run                     Py_RunMain instead of printing

   and that prints the whole configuration, sorted, and what sys makes of it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <locale.h>
#include <stddef.h>

PyObject *_Py_GetConfigsAsDict(void);

enum { NUMBER, TEXT, LIST };
#define N(name) {#name, offsetof(PyConfig, name), NUMBER}
#define T(name) {#name, offsetof(PyConfig, name), TEXT}
#define L(name) {#name, offsetof(PyConfig, name), LIST}
static const struct {
    const char *name;
    size_t offset;
    int kind;
} fields[] = {
    N(isolated), N(use_environment), N(dev_mode), N(install_signal_handlers), N(use_hash_seed), N(faulthandler),
    N(tracemalloc), N(import_time), N(code_debug_ranges), N(show_ref_count), N(dump_refs), N(malloc_stats),
    T(filesystem_encoding), T(filesystem_errors), T(pycache_prefix), N(parse_argv), L(orig_argv), L(argv), L(xoptions),
    L(warnoptions), N(site_import), N(bytes_warning), N(warn_default_encoding), N(inspect), N(interactive),
    N(optimization_level), N(parser_debug), N(write_bytecode), N(verbose), N(quiet), N(user_site_directory),
    N(configure_c_stdio), N(buffered_stdio), T(stdio_encoding), T(stdio_errors), T(check_hash_pycs_mode),
    N(use_frozen_modules), N(safe_path), N(pathconfig_warnings), T(program_name), T(pythonpath_env), T(home),
    T(platlibdir), N(module_search_paths_set), L(module_search_paths), T(stdlib_dir), T(executable), T(base_executable),
    T(prefix), T(base_prefix), T(exec_prefix), T(base_exec_prefix), N(skip_source_first_line), T(run_command),
    T(run_module), T(run_filename), N(_install_importlib), N(_init_main), N(_isolated_interpreter),
};
#define P(name) {#name, offsetof(PyPreConfig, name)}
static const struct {
    const char *name;
    size_t offset;
} pre_fields[] = {
    P(isolated), P(use_environment), P(configure_locale), P(coerce_c_locale), P(coerce_c_locale_warn), P(utf8_mode),
    P(dev_mode), P(allocator), P(parse_argv),
};
static const struct {
    const char *name;
    int *flag;
} flags[] = {
    {"Py_UTF8Mode", &Py_UTF8Mode}, {"Py_DebugFlag", &Py_DebugFlag}, {"Py_VerboseFlag", &Py_VerboseFlag},
    {"Py_QuietFlag", &Py_QuietFlag}, {"Py_InteractiveFlag", &Py_InteractiveFlag},
    {"Py_InspectFlag", &Py_InspectFlag}, {"Py_OptimizeFlag", &Py_OptimizeFlag}, {"Py_NoSiteFlag", &Py_NoSiteFlag},
    {"Py_BytesWarningFlag", &Py_BytesWarningFlag}, {"Py_FrozenFlag", &Py_FrozenFlag},
    {"Py_IgnoreEnvironmentFlag", &Py_IgnoreEnvironmentFlag},
    {"Py_DontWriteBytecodeFlag", &Py_DontWriteBytecodeFlag}, {"Py_NoUserSiteDirectory", &Py_NoUserSiteDirectory},
    {"Py_UnbufferedStdioFlag", &Py_UnbufferedStdioFlag}, {"Py_HashRandomizationFlag", &Py_HashRandomizationFlag},
    {"Py_IsolatedFlag", &Py_IsolatedFlag},
};

static void
check(PyStatus status)
{
    if (PyStatus_Exception(status)) {
        printf("status %d %d %d %s %s\n", PyStatus_IsError(status), PyStatus_IsExit(status), status.exitcode,
               status.func ? status.func : "-", status.err_msg ? status.err_msg : "-");
        exit(0);
    }
}

static wchar_t *
wide(const char *text)
{
    size_t n = strlen(text) + 1;
    wchar_t *out = malloc(n * sizeof *out);
    mbstowcs(out, text, n);
    return out;
}

static void
append_items(PyWideStringList *list, const char *value)
{
    char *copy = strdup(value), *at = copy, *bar;
    do {
        bar = strchr(at, '|');
        if (bar != NULL) {
            *bar = 0;
        }
        check(PyWideStringList_Append(list, wide(at)));
        at = bar != NULL ? bar + 1 : at;
    } while (bar != NULL);
    free(copy);
}

static void
set_field(PyConfig *config, const char *name, const char *value, int append)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].name, name) != 0) {
            continue;
        }
        void *at = (char *)config + fields[i].offset;
        if (fields[i].kind == NUMBER) {
            *(int *)at = atoi(value);
        }
        else if (fields[i].kind == TEXT) {
            check(PyConfig_SetBytesString(config, at, value));
        }
        else if (append) {
            append_items(at, value);
        }
        else {
            PyWideStringList list = {0, NULL};
            append_items(&list, value);
            if (strcmp(name, "argv") == 0) {
                check(PyConfig_SetArgv(config, list.length, list.items));
            }
            else {
                check(PyConfig_SetWideStringList(config, at, list.length, list.items));
            }
        }
        return;
    }
    if (strcmp(name, "hash_seed") == 0) {
        config->hash_seed = strtoul(value, NULL, 0);
        return;
    }
    printf("no field %s\n", name);
}

int
main(int argc, char **argv)
{
    static const char show[] =
        "import sys\n"
        "def lines(title, values):\n"
        "    for key in sorted(values):\n"
        "        if key not in ('_is_python_build',): print(title, key, ascii(values[key]))\n"
        "for title, values in sorted(configs.items()): lines(title, values)\n"
        "print(sys.flags)\n"
        "print(sys.argv, sys.orig_argv, sys.path, sys.warnoptions, sys._xoptions)\n"
        "print(sys.executable, sys._base_executable, sys.prefix, sys.base_prefix, sys.exec_prefix, sys.platlibdir)\n"
        "print(sys._stdlib_dir, sys.pycache_prefix, sys.dont_write_bytecode, sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())\n"
        "for s in sys.stdin, sys.stdout, sys.stderr: print(s.name, s.encoding, s.errors, s.line_buffering, getattr(s, 'write_through', None))\n"
        "print(sorted(m for m in sys.modules if m in ('site', 'faulthandler', 'encodings', 'zipimport', 'warnings')))\n";
    PyConfig config;
    PyPreConfig pre;
    memset(&pre, 0, sizeof pre);
    const char *pre_kind = NULL;
    int have_config = 0, compat = 0, twice = 0, run = 0;
    setlocale(LC_CTYPE, "");
    for (int i = 1; i < argc; i++) {
        char name[64], *equals = strchr(argv[i], '=');
        const char *value = equals != NULL ? equals + 1 : "";
        snprintf(name, sizeof name, "%.*s", (int)(equals != NULL ? equals - argv[i] : 63), argv[i]);
        if (strcmp(name, "pre") == 0) {
            pre_kind = value;
            if (strcmp(value, "python") == 0) {
                PyPreConfig_InitPythonConfig(&pre);
            }
            else {
                PyPreConfig_InitIsolatedConfig(&pre);
            }
            for (; i + 1 < argc && strncmp(argv[i + 1], "pre.", 4) == 0; i++) {
                for (size_t j = 0; j < sizeof pre_fields / sizeof *pre_fields; j++) {
                    size_t n = strlen(pre_fields[j].name);
                    if (strncmp(argv[i + 1] + 4, pre_fields[j].name, n) == 0 && argv[i + 1][4 + n] == '=') {
                        *(int *)((char *)&pre + pre_fields[j].offset) = atoi(argv[i + 1] + 5 + n);
                    }
                }
            }
            if (i + 1 < argc && strncmp(argv[i + 1], "preargs=", 8) == 0) {
                PyWideStringList list = {0, NULL};
                append_items(&list, argv[++i] + 8);
                check(Py_PreInitializeFromArgs(&pre, list.length, list.items));
            }
            else {
                check(Py_PreInitialize(&pre));
            }
        }
        else if (strcmp(name, "config") == 0) {
            have_config = 1;
            compat = strcmp(value, "compat") == 0;
            if (strcmp(value, "python") == 0) {
                PyConfig_InitPythonConfig(&config);
            }
            else if (!compat) {
                PyConfig_InitIsolatedConfig(&config);
            }
        }
        else if (strcmp(name, "read") == 0) {
            check(PyConfig_Read(&config));
        }
        else if (strcmp(name, "twice") == 0) {
            twice = 1;
        }
        else if (strcmp(name, "run") == 0) {
            run = 1;
        }
        else if (strncmp(name, "Py_", 3) == 0) {
            for (size_t j = 0; j < sizeof flags / sizeof *flags; j++) {
                if (strcmp(flags[j].name, name) == 0) {
                    *flags[j].flag = atoi(value);
                }
            }
        }
        else if (strncmp(name, "home:", 5) == 0) {
            Py_SetPythonHome(wide(argv[i] + 5));
        }
        else if (strncmp(name, "path:", 5) == 0) {
            Py_SetPath(wide(argv[i] + 5));
        }
        else if (strncmp(name, "name:", 5) == 0) {
            Py_SetProgramName(wide(argv[i] + 5));
        }
        else {
            set_field(&config, name[0] == '+' ? name + 1 : name, value, name[0] == '+');
        }
    }
    (void)pre_kind;
    for (int round = 0; round <= twice; round++) {
        if (!have_config || compat) {
            Py_Initialize();
        }
        else {
            check(Py_InitializeFromConfig(&config));
        }
        if (run) {
            printf("exit %d\n", Py_RunMain());
            return 0;
        }
        if (have_config && !compat && !config._init_main) {
            PyObject *configs = _Py_GetConfigsAsDict();
            printf("core %d %d\n", configs != NULL, Py_IsInitialized());
            Py_XDECREF(configs);
            extern PyStatus _Py_InitializeMain(void);
            check(_Py_InitializeMain());
        }
        PyObject *configs = _Py_GetConfigsAsDict(), *module = PyImport_AddModule("__main__");
        PyModule_AddObjectRef(module, "configs", configs);
        Py_XDECREF(configs);
        if (PyRun_SimpleString(show) < 0) {
            return 1;
        }
        printf("%ls %ls %ls %ls\n", Py_GetProgramName(), Py_GetPrefix(), Py_GetExecPrefix(), Py_GetProgramFullPath());
        printf("%ls %ls\n", Py_GetPath(), Py_GetPythonHome() ? Py_GetPythonHome() : L"-");
        for (size_t j = 0; j < sizeof flags / sizeof *flags; j++) {
            printf("%s=%d ", flags[j].name, *flags[j].flag);
        }
        printf("\n");
        fflush(stdout);
        printf("end %d\n", Py_FinalizeEx());
    }
    return 0;
}
