/* The program: command line to exit code. */
#include "runtime/init.h"
#include "runtime/config.h"
#include "object/declare.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

extern int _Py_UnhandledKeyboardInterrupt;
int path_argv0(int argc, wchar_t *const *argv, PyObject **first);

/* ---- sys.path[0] -------------------------------------------------------------------------- */

static bool
is_link(const wchar_t *path, wchar_t *target, size_t room)
{
    char *bytes = Py_EncodeLocale(path, NULL), buffer[4096];
    ssize_t n = bytes == NULL ? -1 : readlink(bytes, buffer, sizeof buffer - 1);
    PyMem_Free(bytes);
    if (n < 0) {
        return false;
    }
    buffer[n] = 0;
    wchar_t *wide = Py_DecodeLocale(buffer, NULL);
    bool fits = wide != NULL && wcslen(wide) < room;
    if (fits) {
        wcscpy(target, wide);
    }
    PyMem_RawFree(wide);
    return fits;
}

/* The directory a program imports from first: its own, or '' for -c, the current one for -m.
   1 with *first new, 0 if there is none, -1 with an exception. */
int
path_argv0(int argc, wchar_t *const *argv, PyObject **first)
{
    wchar_t link[4096], full[4096];
    if (argc == 0) {
        return 0;
    }
    const wchar_t *arg = argv[0];
    Py_ssize_t n = 0;
    if (wcscmp(arg, L"-m") == 0) {
        char here[4096];
        if (getcwd(here, sizeof here) == NULL) {
            return 0;
        }
        *first = PyUnicode_DecodeFSDefault(here);
        return *first == NULL ? -1 : 1;
    }
    if (wcscmp(arg, L"-c") != 0) {
        /* A link is followed once: programs are found beside their real file. */
        if (is_link(arg, link, ARRAY_LEN(link))) {
            if (link[0] == L'/') {
                arg = link;
            }
            else if (wcschr(link, L'/') != NULL || wcsrchr(arg, L'/') != NULL) {
                const wchar_t *slash = wcsrchr(arg, L'/');
                size_t head = slash == NULL ? 0 : (size_t)(slash - arg) + 1;
                if (head + wcslen(link) < ARRAY_LEN(full)) {
                    wmemcpy(full, arg, head);
                    wcscpy(full + head, link);
                    arg = full;
                }
            }
        }
        char *bytes = Py_EncodeLocale(arg, NULL);
        char *real = bytes == NULL ? NULL : realpath(bytes, NULL);
        PyMem_Free(bytes);
        if (real != NULL) {
            char *slash = strrchr(real, '/');
            slash[slash == real ? 1 : 0] = 0;
            *first = PyUnicode_DecodeFSDefault(real);
            free(real);
            return *first == NULL ? -1 : 1;
        }
        const wchar_t *slash = wcsrchr(arg, L'/');
        if (slash != NULL) {
            n = slash - arg + (slash == arg);
        }
    }
    *first = PyUnicode_FromWideChar(arg, n);
    return *first == NULL ? -1 : 1;
}

/* ---- ways to run -------------------------------------------------------------------------- */

/* 1, or the status of a SystemExit, which has not been printed then. */
static int
print_and_code(void)
{
    extern int _Py_HandleSystemExit(int *);
    int code;
    if (_Py_HandleSystemExit(&code)) {
        return code;
    }
    PyErr_Print();
    return 1;
}

static int
run_command(const wchar_t *command, PyCompilerFlags *flags)
{
    PyObject *text = PyUnicode_FromWideChar(command, -1), *bytes = NULL;
    if (text == NULL) {
        goto fail;
    }
    if (PySys_Audit("cpython.run_command", "O", text) < 0) {
        int code = print_and_code();
        Py_DECREF(text);
        return code;
    }
    bytes = PyUnicode_AsUTF8String(text);
    Py_DECREF(text);
    if (bytes == NULL) {
        goto fail;
    }
    flags->cf_flags |= PyCF_IGNORE_COOKIE;
    int failed = PyRun_SimpleStringFlags(PyBytes_AS_STRING(bytes), flags);
    Py_DECREF(bytes);
    return failed != 0;
fail:
    PySys_WriteStderr("Unable to decode the command from the command line:\n");
    return print_and_code();
}

static int
run_module(const wchar_t *name, int set_argv0)
{
    PyObject *runpy = NULL, *func = NULL, *module = NULL, *args = NULL, *result = NULL;
    PyObject *text = PyUnicode_FromWideChar(name, -1);
    int code = 0;
    if (text == NULL || PySys_Audit("cpython.run_module", "O", text) < 0) {
        Py_XDECREF(text);
        return print_and_code();
    }
    Py_DECREF(text);
    runpy = PyImport_ImportModule("runpy");
    if (runpy == NULL) {
        fprintf(stderr, "Could not import runpy module\n");
        goto fail;
    }
    func = PyObject_GetAttrString(runpy, "_run_module_as_main");
    if (func == NULL) {
        fprintf(stderr, "Could not access runpy._run_module_as_main\n");
        goto fail;
    }
    module = PyUnicode_FromWideChar(name, -1);
    if (module == NULL) {
        fprintf(stderr, "Could not convert module name to unicode\n");
        goto fail;
    }
    args = PyTuple_Pack(2, module, set_argv0 ? Py_True : Py_False);
    result = args == NULL ? NULL : PyObject_Call(func, args, NULL);
    if (result != NULL) {
        goto done;
    }
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        _Py_UnhandledKeyboardInterrupt = 1;
    }
fail:
    code = print_and_code();
done:
    Py_XDECREF(runpy);
    Py_XDECREF(func);
    Py_XDECREF(module);
    Py_XDECREF(args);
    Py_XDECREF(result);
    return code;
}

static int
run_file(const PyConfig *config, PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_FromWideChar(config->run_filename, -1);
    if (filename == NULL) {
        PyErr_Print();
        return -1;
    }
    if (PySys_Audit("cpython.run_file", "O", filename) < 0) {
        Py_DECREF(filename);
        return print_and_code();
    }
    FILE *file = _Py_fopen_obj(filename, "rb");
    if (file == NULL) {
        int saved = errno;
        PyErr_Clear();
        PyObject *program = PyUnicode_FromWideChar(config->program_name, -1);
        PySys_FormatStderr("%S: can't open file %R: [Errno %d] %s\n",
                           program != NULL ? program : Py_None, filename, saved, strerror(saved));
        Py_XDECREF(program);
        Py_DECREF(filename);
        return 2;
    }
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode)) {
        PySys_FormatStderr("%ls: %R is a directory, cannot continue\n", config->program_name, filename);
        fclose(file);
        Py_DECREF(filename);
        return 1;
    }
    if (config->skip_source_first_line) {
        int c;
        while ((c = getc(file)) != EOF) {
            if (c == '\n') {
                ungetc(c, file);        /* line numbers stay right */
                break;
            }
        }
    }
    if (Py_MakePendingCalls() < 0) {
        fclose(file);
        Py_DECREF(filename);
        return print_and_code();
    }
    int failed = _PyRun_AnyFileObject(file, filename, 1, flags);
    Py_DECREF(filename);
    return failed != 0;
}

/* The file PYTHONSTARTUP names; problems with it are reported and passed over. */
static status
run_startup(const PyConfig *config, PyCompilerFlags *flags, int *code)
{
    const char *name = _Py_GetEnv(config->use_environment, "PYTHONSTARTUP");
    if (name == NULL) {
        return 0;
    }
    PyObject *startup = PyUnicode_DecodeFSDefault(name);
    if (startup == NULL || PySys_Audit("cpython.run_startup", "O", startup) < 0) {
        Py_XDECREF(startup);
        *code = print_and_code();
        return 0;
    }
    FILE *file = _Py_fopen_obj(startup, "r");
    if (file == NULL) {
        int saved = errno;
        PyErr_Clear();
        PySys_WriteStderr("Could not open PYTHONSTARTUP\n");
        errno = saved;
        PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, startup, NULL);
        Py_DECREF(startup);
        PyErr_Print();
        PyErr_Clear();
        return 0;
    }
    _PyRun_SimpleFileObject(file, startup, 0, flags);
    PyErr_Clear();
    fclose(file);
    Py_DECREF(startup);
    return 0;
}

static void
run_interactive_hook(void)
{
    PyObject *hook = PySys_GetObject("__interactivehook__");
    if (hook == NULL) {
        return;
    }
    if (PySys_Audit("cpython.run_interactivehook", "O", hook) == 0) {
        Py_INCREF(hook);
        PyObject *result = PyObject_CallNoArgs(hook);
        Py_DECREF(hook);
        if (result != NULL) {
            Py_DECREF(result);
            return;
        }
    }
    PySys_WriteStderr("Failed calling sys.__interactivehook__\n");
    PyErr_Print();
    PyErr_Clear();
}

static int
run_stdin(PyConfig *config, PyCompilerFlags *flags)
{
    int code = 0;
    bool terminal = isatty(fileno(stdin)) || config->interactive;
    if (terminal) {
        /* -i must not make the session itself come back after its end */
        config->inspect = 0;
        Py_InspectFlag = 0;
        run_startup(config, flags, &code);
        run_interactive_hook();
    }
    if (Py_MakePendingCalls() < 0) {
        return print_and_code();
    }
    if (PySys_Audit("cpython.run_stdin", NULL) < 0) {
        return print_and_code();
    }
    return PyRun_AnyFileExFlags(stdin, "<stdin>", 0, flags) != 0;
}

/* -i, or PYTHONINSPECT set meanwhile: a session after the program. */
static void
run_repl_after(PyConfig *config, PyCompilerFlags *flags, int *code)
{
    const char *env = getenv("PYTHONINSPECT");
    if (config->use_environment && env != NULL && env[0] != 0) {
        config->inspect = 1;
        Py_InspectFlag = 1;
    }
    if (!(config->inspect && (isatty(fileno(stdin)) || config->interactive)) ||
        (config->run_command == NULL && config->run_filename == NULL && config->run_module == NULL)) {
        return;
    }
    config->inspect = 0;
    Py_InspectFlag = 0;
    run_interactive_hook();
    *code = PyRun_AnyFileExFlags(stdin, "<stdin>", 0, flags) != 0;
}

/* The importer that can run a directory or archive as a program, or NULL. */
static PyObject *
main_importer(const wchar_t *filename, int *code)
{
    PyObject *path = PyUnicode_FromWideChar(filename, -1);
    PyObject *importer = path == NULL ? NULL : PyImport_GetImporter(path);
    if (importer == NULL) {
        PySys_FormatStderr("Failed checking if argv[0] is an import path entry\n");
        *code = print_and_code();
    }
    else if (importer == Py_None) {
        Py_CLEAR(importer);
    }
    if (importer != NULL) {
        Py_DECREF(importer);
        return path;
    }
    Py_XDECREF(path);
    return NULL;
}

static void
import_readline(const PyConfig *config)
{
    if (config->isolated || !isatty(fileno(stdin)) ||
        (!config->inspect && (config->run_command || config->run_filename || config->run_module))) {
        return;
    }
    PyObject *module = PyImport_ImportModule("readline");
    if (module == NULL) {
        PyErr_Clear();
    }
    Py_XDECREF(module);
}

static void
show_header(const PyConfig *config)
{
    bool session = config->run_command == NULL && config->run_filename == NULL &&
                   config->run_module == NULL && isatty(fileno(stdin));
    if (!config->quiet && (config->verbose || session || (config->interactive && !config->run_command &&
                                                          !config->run_filename && !config->run_module))) {
        fprintf(stderr, "Python %s on %s\n", Py_GetVersion(), Py_GetPlatform());
        if (config->site_import) {
            fprintf(stderr, "Type \"help\", \"copyright\", \"credits\" or \"license\" for more "
                            "information.\n");
        }
    }
}

static int
run_python(void)
{
    struct _is *interp = interp_get();
    PyConfig *config = &interp->config;
    PyObject *main_path = NULL;
    int code = 1;
    if (config->run_filename != NULL) {
        int failed = 0;
        main_path = main_importer(config->run_filename, &failed);
        if (failed) {
            return failed;
        }
    }
    import_readline(config);
    PyObject *first = NULL, *path = PySys_GetObject("path");
    if (main_path != NULL) {
        first = Py_NewRef(main_path);
    }
    else if (!config->safe_path) {
        int found = path_argv0((int)config->argv.length, config->argv.items, &first);
        if (found < 0) {
            goto fail;
        }
    }
    if (first != NULL) {
        if (path == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "unable to get sys.path");
        }
        int failed = path == NULL || PyList_Insert(path, 0, first) < 0;
        Py_DECREF(first);
        if (failed) {
            goto fail;
        }
    }
    show_header(config);
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    if (config->run_command != NULL) {
        code = run_command(config->run_command, &flags);
    }
    else if (config->run_module != NULL) {
        code = run_module(config->run_module, 1);
    }
    else if (main_path != NULL) {
        code = run_module(L"__main__", 0);
    }
    else if (config->run_filename != NULL) {
        code = run_file(config, &flags);
    }
    else {
        code = run_stdin(config, &flags);
    }
    run_repl_after(config, &flags, &code);
    Py_XDECREF(main_path);
    return code;
fail:
    Py_XDECREF(main_path);
    return print_and_code();
}

/* ---- entry points ------------------------------------------------------------------------- */

/* Die as a program does that never saw the signal, so that shells stop too. */
static int
exit_by_interrupt(void)
{
    if (signal(SIGINT, SIG_DFL) != SIG_ERR) {
        kill(getpid(), SIGINT);
    }
    return SIGINT + 128;
}

int
Py_RunMain(void)
{
    _Py_UnhandledKeyboardInterrupt = 0;
    int code = run_python();
    if (Py_FinalizeEx() < 0) {
        code = 120;
    }
    _PyPathConfig_ClearGlobal();
    return _Py_UnhandledKeyboardInterrupt ? exit_by_interrupt() : code;
}

static int
run_main(const _PyArgv *args)
{
    PyConfig config;
    PyPreConfig pre;
    if (runtime_init() < 0) {
        Py_ExitStatusException(STATUS_NO_MEMORY());
    }
    PyPreConfig_InitPythonConfig(&pre);
    PyStatus s = preinitialize(&pre, args);
    PyConfig_InitPythonConfig(&config);
    if (!STATUS_FAILED(s)) {
        s = args->use_bytes_argv ? PyConfig_SetBytesArgv(&config, args->argc, args->bytes_argv)
                                 : PyConfig_SetArgv(&config, args->argc, args->wchar_argv);
    }
    if (!STATUS_FAILED(s)) {
        s = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (STATUS_FAILED(s)) {
        Py_ExitStatusException(s);
    }
    return Py_RunMain();
}

int
Py_Main(int argc, wchar_t **argv)
{
    return run_main(&(_PyArgv){.argc = argc, .wchar_argv = argv});
}

int
Py_BytesMain(int argc, char **argv)
{
    return run_main(&(_PyArgv){.argc = argc, .use_bytes_argv = 1, .bytes_argv = argv});
}

void
Py_GetArgcArgv(int *argc, wchar_t ***argv)
{
    const PyWideStringList *list = &_PyRuntime.interpreters.main->config.orig_argv;
    *argc = (int)list->length;
    *argv = list->items;
}

int
main(int argc, char **argv)
{
    _PyRuntime.life.process_ends = 1;
#ifndef KRAIT_DEBUG
    _PyRuntime.life.late_types = true;
#endif
    return Py_BytesMain(argc, argv);
}
