/* Options and environment variables into PyConfig; the help texts. */
#include "runtime/config.h"
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- the environment ---------------------------------------------------------------------- */

/* Value of a variable; NULL if it is unset, empty, or the environment is not to be used. */
const char *
_Py_GetEnv(int use_environment, const char *name)
{
    if (!use_environment) {
        return NULL;
    }
    const char *value = getenv(name);
    return value != NULL && value[0] != 0 ? value : NULL;
}

int
_Py_str_to_int(const char *text, int *result)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (*end != 0 || errno == ERANGE || value < INT_MIN || value > INT_MAX) {
        return -1;
    }
    *result = (int)value;
    return 0;
}

/* Raise *flag to the variable's value; anything but a number counts as 1. */
void
_Py_get_env_flag(int use_environment, int *flag, const char *name)
{
    const char *text = _Py_GetEnv(use_environment, name);
    if (text != NULL) {
        int value;
        if (_Py_str_to_int(text, &value) < 0 || value < 0) {
            value = 1;
        }
        if (*flag < value) {
            *flag = value;
        }
    }
}

/* The last -X option of that name (`name` or `name=value`), borrowed, or NULL. */
const wchar_t *
_Py_get_xoption(const PyWideStringList *xoptions, const wchar_t *name)
{
    size_t n = wcslen(name);
    for (Py_ssize_t i = 0; i < xoptions->length; i++) {
        const wchar_t *option = xoptions->items[i];
        if (wcsncmp(option, name, n) == 0 && (option[n] == 0 || option[n] == L'=')) {
            return option;
        }
    }
    return NULL;
}

/* ---- options ------------------------------------------------------------------------------ */

static const wchar_t short_options[] = L"+bBc:dEhiIJm:OPqRsStuvVW:xX:?";

static const struct {
    const wchar_t *name;
    int has_argument;
    int value;
} long_options[] = {
    {L"check-hash-based-pycs", 1, 0}, {L"help-all", 0, 0}, {L"help-env", 0, 0},
    {L"help-xoptions", 0, 0},         {L"help", 0, 'h'},   {L"version", 0, 'V'},
};

static int
long_option(struct OptionScan *scan, const wchar_t *text)
{
    for (size_t i = 0; i < ARRAY_LEN(long_options); i++) {
        if (wcscmp(text + 2, long_options[i].name) != 0) {
            continue;
        }
        scan->long_index = (int)i;
        if (long_options[i].has_argument) {
            if (scan->index >= scan->argc) {
                if (!scan->quiet) {
                    fprintf(stderr, "Argument expected for the %ls options\n", text);
                }
                return OPTION_BAD;
            }
            scan->argument = scan->argv[scan->index++];
        }
        return long_options[i].value;
    }
    if (!scan->quiet) {
        fprintf(stderr, "unknown option %ls\n", text);
    }
    return OPTION_BAD;
}

int
option_next(struct OptionScan *scan)
{
    scan->argument = NULL;
    scan->long_index = -1;
    if (scan->rest == NULL || *scan->rest == 0) {
        if (scan->index >= scan->argc) {
            return OPTION_END;
        }
        const wchar_t *text = scan->argv[scan->index];
        if (text[0] != L'-' || text[1] == 0) {
            return OPTION_END;
        }
        scan->index++;
        if (wcscmp(text, L"--") == 0) {
            return OPTION_END;
        }
        if (text[1] == L'-') {
            return long_option(scan, text);
        }
        scan->rest = text + 1;
    }
    wchar_t c = *scan->rest++;
    if (c == L'J') {
        if (!scan->quiet) {
            fprintf(stderr, "-J is reserved for Jython\n");
        }
        return OPTION_BAD;
    }
    const wchar_t *known = c == L':' || c == L'+' ? NULL : wcschr(short_options, c);
    if (known == NULL) {
        if (!scan->quiet) {
            fprintf(stderr, "Unknown option: -%c\n", (char)c);
        }
        return OPTION_BAD;
    }
    if (known[1] == L':') {
        if (*scan->rest != 0) {
            scan->argument = scan->rest;
        }
        else if (scan->index < scan->argc) {
            scan->argument = scan->argv[scan->index++];
        }
        else {
            if (!scan->quiet) {
                fprintf(stderr, "Argument expected for the -%c option\n", (char)c);
            }
            return OPTION_BAD;
        }
        scan->rest = NULL;
    }
    return (int)c;
}

/* ---- help --------------------------------------------------------------------------------- */

static const char usage_line[] =
    "usage: %ls [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

static const char usage_options[] =
    "Options (an environment variable of the same effect is named where there is one):\n"
    "-b     : warn when bytes and str are mixed: str(bytes_instance), comparisons;\n"
    "         -bb makes it an error\n"
    "-B     : do not write .pyc files; also PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : run the program given as text (ends the options)\n"
    "-d     : debug the parser (debug builds only); also PYTHONDEBUG=x\n"
    "-E     : ignore all PYTHON* environment variables\n"
    "-h     : print this help and exit (also -? or --help)\n"
    "-i     : go on interactively after the program; prompt even if stdin is not\n"
    "         a terminal; also PYTHONINSPECT=x\n"
    "-I     : isolated mode: neither environment nor user site (implies -E, -P and -s)\n"
    "-m mod : run a library module as a program (ends the options)\n"
    "-O     : leave out assert statements and what depends on __debug__; adds .opt-1\n"
    "         to the names of .pyc files; also PYTHONOPTIMIZE=x\n"
    "-OO    : -O, and leave out docstrings; adds .opt-2 to the names of .pyc files\n"
    "-P     : put no unsafe directory at the head of sys.path; also PYTHONSAFEPATH\n"
    "-q     : no version and copyright lines at interactive start\n"
    "-s     : no user site directory on sys.path; also PYTHONNOUSERSITE\n"
    "-S     : do not import site at start\n"
    "-u     : unbuffered stdout and stderr (stdin is not affected);\n"
    "         also PYTHONUNBUFFERED=x\n"
    "-v     : trace imports; more detail if given more than once;\n"
    "         also PYTHONVERBOSE=x\n"
    "-V     : print the version and exit (also --version); twice: details of the build\n"
    "-W arg : a warning filter, action:message:category:module:lineno;\n"
    "         also PYTHONWARNINGS=arg\n"
    "-x     : skip the first line of the program, for other systems' #!cmd\n"
    "-X opt : an option of this implementation\n"
    "--check-hash-based-pycs always|default|never:\n"
    "         when .pyc files that carry a hash of their source are checked against it\n"
    "--help-env      : print help about environment variables and exit\n"
    "--help-xoptions : print help about -X options and exit\n"
    "--help-all      : print all help and exit\n"
    "Arguments:\n"
    "file   : the program's file\n"
    "-      : the program comes from stdin (the default; interactive on a terminal)\n"
    "arg ...: for the program, in sys.argv[1:]\n";

static const char usage_env[] =
    "Environment variables that change behavior:\n"
    "PYTHONSTARTUP: file run when an interactive session begins (no default)\n"
    "PYTHONPATH   : directories, separated by ':', put before the default module\n"
    "               search path, sys.path\n"
    "PYTHONSAFEPATH: put no unsafe directory at the head of sys.path\n"
    "PYTHONHOME   : other <prefix> directory (or <prefix>:<exec_prefix>); modules are\n"
    "               sought in <prefix>/lib/pythonX.X\n"
    "PYTHONPLATLIBDIR: override sys.platlibdir\n"
    "PYTHONCASEOK : ignore case in 'import' statements (Windows)\n"
    "PYTHONUTF8   : 1 switches UTF-8 mode on, 0 off\n"
    "PYTHONIOENCODING: encoding[:errors] of stdin, stdout and stderr\n"
    "PYTHONFAULTHANDLER: show the Python traceback on fatal errors\n"
    "PYTHONHASHSEED: 'random', or an integer in the range [0,4294967295] that makes the\n"
    "               hashes of str and bytes reproducible\n"
    "PYTHONINTMAXSTRDIGITS: most digits an int may have in conversions from and to text;\n"
    "               0: no limit.  Bases 2, 4, 8, 16 and 32 are never limited\n"
    "PYTHONMALLOC : memory allocators and their debug hooks (PYTHONMALLOC=debug)\n"
    "PYTHONCOERCECLOCALE: 0 keeps the C locale as it is, 'warn' tells when it is replaced\n"
    "PYTHONBREAKPOINT: callable that breakpoint() calls, 0 for none\n"
    "PYTHONDEVMODE: development mode\n"
    "PYTHONPYCACHEPREFIX: root of a tree apart for .pyc files\n"
    "PYTHONWARNDEFAULTENCODING: EncodingWarning for 'encoding=None'\n"
    "PYTHONNODEBUGRANGES: code objects without columns and end lines: smaller, but\n"
    "               tracebacks mark no expressions\n"
    "These variables do the same as options (see --help):\n"
    "PYTHONDEBUG             : -d\n"
    "PYTHONDONTWRITEBYTECODE : -B\n"
    "PYTHONINSPECT           : -i\n"
    "PYTHONINTMAXSTRDIGITS   : -X int_max_str_digits=number\n"
    "PYTHONNOUSERSITE        : -s\n"
    "PYTHONOPTIMIZE          : -O\n"
    "PYTHONUNBUFFERED        : -u\n"
    "PYTHONVERBOSE           : -v\n"
    "PYTHONWARNINGS=arg      : -W arg\n";

static const char usage_xoptions[] =
    "The following implementation-specific options are available:\n"
    "\n"
    "-X faulthandler: show the Python traceback on fatal errors\n"
    "\n"
    "-X showrefcount: print the total reference count when the program ends or after an\n"
    "    interactive statement (debug builds only)\n"
    "\n"
    "-X tracemalloc: trace where memory is allocated, from the start; with =NFRAME the\n"
    "    given number of frames is kept for each block instead of one\n"
    "\n"
    "-X importtime: show how long imports take, with and without the nested ones, e.g.\n"
    "    python3 -X importtime -c 'import asyncio'\n"
    "\n"
    "-X dev: development mode, with checks that cost too much for every day: warnings are\n"
    "    shown, memory allocators are checked, faulthandler is on, asyncio and io report\n"
    "    more; sys.flags.dev_mode is True\n"
    "\n"
    "-X utf8: UTF-8 mode for the interfaces of the operating system; -X utf8=0 prevents it\n"
    "\n"
    "-X pycache_prefix=PATH: write .pyc files below PATH instead of beside the sources\n"
    "\n"
    "-X warn_default_encoding: EncodingWarning for 'encoding=None'\n"
    "\n"
    "-X no_debug_ranges: code objects without columns and end lines\n"
    "\n"
    "-X frozen_modules=[on|off]: whether modules that are part of the program are used;\n"
    "    on by default\n"
    "\n"
    "-X int_max_str_digits=number: most digits an int may have in conversions from and to\n"
    "    text; sys.int_info.default_max_str_digits if not given, 0 for no limit\n";

static void
show_usage(bool error, const wchar_t *program)
{
    FILE *out = error ? stderr : stdout;
    fprintf(out, usage_line, program);
    if (error) {
        fprintf(out, "Try `python -h' for more information.\n");
    }
    else {
        fputs(usage_options, out);
    }
}

/* ---- numbers ------------------------------------------------------------------------------ */

static int
wide_to_int(const wchar_t *text, int *result)
{
    wchar_t *end;
    errno = 0;
    long value = wcstol(text, &end, 10);
    if (*end != 0 || errno == ERANGE || value < INT_MIN || value > INT_MAX) {
        return -1;
    }
    *result = (int)value;
    return 0;
}

/* ---- the command line --------------------------------------------------------------------- */

static PyStatus
take_command(PyConfig *config, const wchar_t *text)
{
    size_t n = wcslen(text) + 2;
    wchar_t *command = PyMem_RawMalloc(n * sizeof *command);
    if (command == NULL) {
        return STATUS_NO_MEMORY();
    }
    wmemcpy(command, text, n - 2);
    command[n - 2] = L'\n';
    command[n - 1] = 0;
    PyMem_RawFree(config->run_command);
    config->run_command = command;
    return STATUS_OK;
}

static PyStatus
take_text(wchar_t **field, const wchar_t *text)
{
    wchar_t *copy = _PyMem_RawWcsdup(text);
    if (copy == NULL) {
        return STATUS_NO_MEMORY();
    }
    PyMem_RawFree(*field);
    *field = copy;
    return STATUS_OK;
}

static PyStatus
handle_long_option(PyConfig *config, const struct OptionScan *scan)
{
    switch (scan->long_index) {
    case LONG_CHECK_HASH_PYCS:
        if (wcscmp(scan->argument, L"always") == 0 || wcscmp(scan->argument, L"never") == 0 ||
            wcscmp(scan->argument, L"default") == 0) {
            return take_text(&config->check_hash_pycs_mode, scan->argument);
        }
        fprintf(stderr, "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n");
        show_usage(true, config->program_name);
        return STATUS_EXIT(2);
    case LONG_HELP_ENV:
        fputs(usage_env, stdout);
        break;
    case LONG_HELP_XOPTIONS:
        fputs(usage_xoptions, stdout);
        break;
    default:
        show_usage(false, config->program_name);
        fputs("\n", stdout);
        fputs(usage_env, stdout);
        fputs("\n", stdout);
        fputs(usage_xoptions, stdout);
    }
    return STATUS_EXIT(0);
}

/* Options up to -c, -m or the program; `warnings` collects -W. */
static PyStatus
read_options(PyConfig *config, const PyWideStringList *argv, PyWideStringList *warnings,
             Py_ssize_t *program_index)
{
    struct OptionScan scan = {.argc = argv->length, .argv = argv->items, .index = 1};
    int print_version = 0, c;
    PyStatus s = STATUS_OK;
    while ((c = option_next(&scan)) != OPTION_END) {
        if (c == 'c') {
            if (config->run_command == NULL) {
                s = take_command(config, scan.argument);
            }
            break;
        }
        if (c == 'm') {
            if (config->run_module == NULL) {
                s = take_text(&config->run_module, scan.argument);
            }
            break;
        }
        switch (c) {
        case 0:
            s = handle_long_option(config, &scan);
            break;
        case 'b': config->bytes_warning++; break;
        case 'd': config->parser_debug++; break;
        case 'i': config->inspect++; config->interactive++; break;
        case 'E': case 'I': case 't': break;
        case 'R': config->use_hash_seed = 0; break;
        case 'O': config->optimization_level++; break;
        case 'P': config->safe_path = 1; break;
        case 'B': config->write_bytecode = 0; break;
        case 's': config->user_site_directory = 0; break;
        case 'S': config->site_import = 0; break;
        case 'u': config->buffered_stdio = 0; break;
        case 'v': config->verbose++; break;
        case 'x': config->skip_source_first_line = 1; break;
        case 'h': case '?':
            show_usage(false, config->program_name);
            return STATUS_EXIT(0);
        case 'V': print_version++; break;
        case 'W': s = PyWideStringList_Append(warnings, scan.argument); break;
        case 'q': config->quiet++; break;
        case 'X': s = PyWideStringList_Append(&config->xoptions, scan.argument); break;
        default:
            show_usage(true, config->program_name);
            return STATUS_EXIT(2);
        }
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    if (STATUS_FAILED(s)) {
        return s;
    }
    if (print_version) {
        printf("Python %s\n", print_version > 1 ? Py_GetVersion() : PY_VERSION);
        return STATUS_EXIT(0);
    }
    if (config->run_command == NULL && config->run_module == NULL && scan.index < argv->length &&
        wcscmp(argv->items[scan.index], L"-") != 0 && config->run_filename == NULL) {
        s = take_text(&config->run_filename, argv->items[scan.index]);
    }
    if (config->run_command != NULL || config->run_module != NULL) {
        scan.index--;           /* argv[0] becomes the option itself */
    }
    *program_index = scan.index;
    return s;
}

/* sys.argv: -c, -m or the program, then its arguments. */
static PyStatus
set_program_argv(PyConfig *config, const PyWideStringList *argv, Py_ssize_t index)
{
    PyWideStringList rest = {0, NULL};
    if (index < argv->length) {
        PyWideStringList tail = {argv->length - index, argv->items + index};
        if (_PyWideStringList_Copy(&rest, &tail) < 0) {
            return STATUS_NO_MEMORY();
        }
    }
    else {
        PyStatus s = PyWideStringList_Append(&rest, L"");
        if (STATUS_FAILED(s)) {
            return s;
        }
    }
    const wchar_t *first = config->run_command != NULL  ? L"-c"
                           : config->run_module != NULL ? L"-m"
                                                        : NULL;
    PyStatus s = first != NULL ? take_text(&rest.items[0], first) : STATUS_OK;
    if (STATUS_FAILED(s)) {
        _PyWideStringList_Clear(&rest);
        return s;
    }
    _PyWideStringList_Clear(&config->argv);
    config->argv = rest;
    return STATUS_OK;
}

static PyStatus
find_program_name(PyConfig *config, const PyWideStringList *argv)
{
    if (config->program_name != NULL) {
        return STATUS_OK;
    }
    if (_PyRuntime.paths.program_name != NULL) {        /* Py_SetProgramName */
        return take_text(&config->program_name, _PyRuntime.paths.program_name);
    }
    bool given = argv->length >= 1 && argv->items[0][0] != 0;
    return given ? take_text(&config->program_name, argv->items[0]) : STATUS_OK;
}

static PyStatus
add_filters(PyWideStringList *list, const PyWideStringList *more)
{
    return _PyWideStringList_Extend(list, more);
}

/* -X dev, then the environment, the command line, and -b, each later one stronger. */
static PyStatus
set_warning_options(PyConfig *config, const PyWideStringList *command_line)
{
    PyWideStringList all = {0, NULL};
    PyStatus s = STATUS_OK;
    if (config->dev_mode > 0) {
        s = PyWideStringList_Append(&all, L"default");
    }
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONWARNINGS");
    if (!STATUS_FAILED(s) && env != NULL) {
        wchar_t *text = Py_DecodeLocale(env, NULL), *state = NULL;
        if (text == NULL) {
            s = STATUS_NO_MEMORY();
        }
        else {
            for (wchar_t *w = wcstok(text, L",", &state); w != NULL && !STATUS_FAILED(s);
                 w = wcstok(NULL, L",", &state)) {
                s = PyWideStringList_Append(&all, w);
            }
            PyMem_RawFree(text);
        }
    }
    if (!STATUS_FAILED(s)) {
        s = add_filters(&all, command_line);
    }
    if (!STATUS_FAILED(s) && config->bytes_warning > 0) {
        s = PyWideStringList_Append(&all, config->bytes_warning > 1 ? L"error::BytesWarning"
                                                                    : L"default::BytesWarning");
    }
    if (!STATUS_FAILED(s)) {
        s = add_filters(&all, &config->warnoptions);
    }
    if (STATUS_FAILED(s)) {
        _PyWideStringList_Clear(&all);
        return s;
    }
    _PyWideStringList_Clear(&config->warnoptions);
    config->warnoptions = all;
    return STATUS_OK;
}

static PyStatus
read_flag_variables(PyConfig *config)
{
    int use = config->use_environment;
    _Py_get_env_flag(use, &config->parser_debug, "PYTHONDEBUG");
    _Py_get_env_flag(use, &config->verbose, "PYTHONVERBOSE");
    _Py_get_env_flag(use, &config->optimization_level, "PYTHONOPTIMIZE");
    _Py_get_env_flag(use, &config->inspect, "PYTHONINSPECT");
    int flag = 0;
    _Py_get_env_flag(use, &flag, "PYTHONDONTWRITEBYTECODE");
    if (flag) {
        config->write_bytecode = 0;
    }
    flag = 0;
    _Py_get_env_flag(use, &flag, "PYTHONNOUSERSITE");
    if (flag) {
        config->user_site_directory = 0;
    }
    flag = 0;
    _Py_get_env_flag(use, &flag, "PYTHONUNBUFFERED");
    if (flag) {
        config->buffered_stdio = 0;
    }
    if (_Py_GetEnv(use, "PYTHONSAFEPATH")) {
        config->safe_path = 1;
    }
    return STATUS_OK;
}

PyStatus
config_read_command_line(PyConfig *config)
{
    PyWideStringList argv = {0, NULL}, warnings = {0, NULL};
    Py_ssize_t index = 1;
    if (_PyWideStringList_Copy(&argv, &config->argv) < 0) {
        return STATUS_NO_MEMORY();
    }
    PyStatus s = find_program_name(config, &config->orig_argv);
    if (!STATUS_FAILED(s) && config->parse_argv == 1) {
        s = read_options(config, &argv, &warnings, &index);
        if (!STATUS_FAILED(s)) {
            s = set_program_argv(config, &argv, index);
        }
        if (!STATUS_FAILED(s)) {
            config->parse_argv = 2;     /* done: a second read must not parse the rest */
        }
    }
    if (!STATUS_FAILED(s)) {
        if (config->use_environment > 0) {
            s = read_flag_variables(config);
        }
        if (!STATUS_FAILED(s)) {
            s = set_warning_options(config, &warnings);
        }
    }
    _PyWideStringList_Clear(&argv);
    _PyWideStringList_Clear(&warnings);
    return s;
}

/* ---- what both the environment and -X say ------------------------------------------------- */

static PyStatus
read_hash_seed(PyConfig *config)
{
    const char *text = _Py_GetEnv(config->use_environment, "PYTHONHASHSEED");
    if (config->use_hash_seed >= 0) {
        return STATUS_OK;
    }
    config->use_hash_seed = 0;
    config->hash_seed = 0;
    if (text != NULL && strcmp(text, "random") != 0) {
        char *end;
        errno = 0;
        unsigned long seed = strtoul(text, &end, 10);
        if (*end != 0 || seed > MAX_HASH_SEED || (errno == ERANGE && seed == ULONG_MAX)) {
            return STATUS_ERR_IN("config_init_hash_seed", "PYTHONHASHSEED must be \"random\" or an integer in range "
                                  "[0; 4294967295]");
        }
        config->use_hash_seed = 1;
        config->hash_seed = seed;
    }
    return STATUS_OK;
}

static PyStatus
read_tracemalloc(PyConfig *config)
{
    if (config->tracemalloc >= 0) {
        return STATUS_OK;
    }
    int frames, valid = 0;
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONTRACEMALLOC");
    if (env != NULL) {
        if (_Py_str_to_int(env, &frames) == 0) {
            valid = frames >= 0;
        }
        if (!valid) {
            return STATUS_ERR_IN("config_init_tracemalloc", "PYTHONTRACEMALLOC: invalid number of frames");
        }
        config->tracemalloc = frames;
    }
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"tracemalloc");
    if (option != NULL) {
        const wchar_t *sep = wcschr(option, L'=');
        frames = 1;
        if (sep != NULL && (wide_to_int(sep + 1, &frames) < 0 || frames < 0)) {
            return STATUS_ERR_IN("config_init_tracemalloc", "-X tracemalloc=NFRAME: invalid number of frames");
        }
        config->tracemalloc = frames;
    }
    return STATUS_OK;
}

static PyStatus
read_int_digits(PyConfig *config)
{
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONINTMAXSTRDIGITS");
    int limit;
    _PyRuntime.life.int_max_str_digits = -1;
    if (env != NULL) {
        if (_Py_str_to_int(env, &limit) < 0 || (limit != 0 && limit < 640)) {
            return STATUS_ERR_IN("config_init_int_max_str_digits",
                                 "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for "
                                  "unlimited.");
        }
        _PyRuntime.life.int_max_str_digits = limit;
    }
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"int_max_str_digits");
    if (option != NULL) {
        const wchar_t *sep = wcschr(option, L'=');
        if (sep == NULL || wide_to_int(sep + 1, &limit) < 0 || (limit != 0 && limit < 640)) {
            return STATUS_ERR_IN("config_init_int_max_str_digits",
                                 "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for "
                                  "unlimited.");
        }
        _PyRuntime.life.int_max_str_digits = limit;
    }
    return STATUS_OK;
}

static PyStatus
read_pycache_prefix(PyConfig *config)
{
    if (config->pycache_prefix != NULL) {
        return STATUS_OK;
    }
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"pycache_prefix");
    if (option != NULL) {
        const wchar_t *sep = wcschr(option, L'=');
        return sep != NULL && wcslen(sep) > 1 ? take_text(&config->pycache_prefix, sep + 1)
                                              : STATUS_OK;
    }
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONPYCACHEPREFIX");
    return env == NULL ? STATUS_OK
                       : config_set_decoded(config, &config->pycache_prefix, env,
                                            "cannot decode PYTHONPYCACHEPREFIX");
}

static bool
asked(const PyConfig *config, const char *variable, const wchar_t *option)
{
    return (variable != NULL && _Py_GetEnv(config->use_environment, variable)) ||
           _Py_get_xoption(&config->xoptions, option);
}

static PyStatus
read_frozen_modules(PyConfig *config)
{
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"frozen_modules");
    if (option == NULL) {
        return STATUS_OK;
    }
    const wchar_t *sep = wcschr(option, L'=');
    if (sep == NULL || wcscmp(sep + 1, L"on") == 0 || sep[1] == 0) {
        config->use_frozen_modules = 1;
    }
    else if (wcscmp(sep + 1, L"off") == 0) {
        config->use_frozen_modules = 0;
    }
    else {
        return PyStatus_Error("bad value for option -X frozen_modules (expected \"on\" or \"off\")");
    }
    return STATUS_OK;
}

PyStatus
config_read_environment(PyConfig *config)
{
    if (config->faulthandler < 0 && asked(config, "PYTHONFAULTHANDLER", L"faulthandler")) {
        config->faulthandler = 1;
    }
    if (asked(config, "PYTHONPROFILEIMPORTTIME", L"importtime")) {
        config->import_time = 1;
    }
    if (asked(config, "PYTHONNODEBUGRANGES", L"no_debug_ranges")) {
        config->code_debug_ranges = 0;
    }
    if (asked(config, "PYTHONWARNDEFAULTENCODING", L"warn_default_encoding")) {
        config->warn_default_encoding = 1;
    }
    if (_Py_get_xoption(&config->xoptions, L"showrefcount")) {
        config->show_ref_count = 1;
    }
    if (_Py_GetEnv(config->use_environment, "PYTHONDUMPREFS")) {
        config->dump_refs = 1;
    }
    if (_Py_GetEnv(config->use_environment, "PYTHONMALLOCSTATS")) {
        config->malloc_stats = 1;
    }
    PyStatus s = read_hash_seed(config);
    if (!STATUS_FAILED(s)) {
        s = read_tracemalloc(config);
    }
    if (!STATUS_FAILED(s)) {
        s = read_int_digits(config);
    }
    if (!STATUS_FAILED(s)) {
        s = read_pycache_prefix(config);
    }
    if (!STATUS_FAILED(s)) {
        s = read_frozen_modules(config);
    }
    const struct {
        wchar_t **field;
        const char *variable, *what;
    } texts[] = {
        {&config->pythonpath_env, "PYTHONPATH", "cannot decode PYTHONPATH environment variable"},
        {&config->platlibdir, "PYTHONPLATLIBDIR",
         "cannot decode PYTHONPLATLIBDIR environment variable"},
        {&config->home, "PYTHONHOME", "cannot decode PYTHONHOME environment variable"},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts) && !STATUS_FAILED(s); i++) {
        const char *env = _Py_GetEnv(config->use_environment, texts[i].variable);
        if (*texts[i].field == NULL && env != NULL) {
            s = config_set_decoded(config, texts[i].field, env, texts[i].what);
        }
    }
    return s;
}
