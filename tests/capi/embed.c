/* A program with Python inside: `embed TEST`.  Each test prints what it finds out. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <marshal.h>
#include <locale.h>

static void
check(PyStatus status)
{
    if (PyStatus_Exception(status)) {
        Py_ExitStatusException(status);
    }
}

/* ---- a module of the program's own ---- */

static PyObject *
host_double(PyObject *Py_UNUSED(module), PyObject *arg)
{
    return PyNumber_Add(arg, arg);
}

static PyMethodDef host_methods[] = {{"double", host_double, METH_O, "twice"}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef host_def = {PyModuleDef_HEAD_INIT, "host", NULL, -1, host_methods, NULL, NULL, NULL, NULL};

static PyObject *
host_init(void)
{
    return PyModule_Create(&host_def);
}

/* ---- tests ---- */

static int
test_simple(void)
{
    printf("%d\n", Py_IsInitialized());
    Py_InitializeEx(0);
    printf("%d\n", Py_IsInitialized());
    printf("%d\n", PyRun_SimpleString("import sys\nprint(sys.version_info[:2], sys.argv, sys.flags.isolated)"));
    printf("%d\n", PyRun_SimpleString("raise SystemError('on purpose')"));
    printf("%d\n", PyRun_SimpleString("x = ("));
    fflush(stdout);
    return Py_FinalizeEx();
}

/* Everything again in the same process: types, modules, strings, state of extensions. */
static int
test_again(void)
{
    PyImport_AppendInittab("host", host_init);
    for (int i = 0; i < 4; i++) {
        Py_InitializeEx(i & 1);
        PyRun_SimpleString("import sys, host, json, collections, _json, datetime, re, threading\n"
                           "class A: pass\n"
                           "a = A(); a.a = a\n"
                           "t = threading.Thread(target=lambda: None); t.start(); t.join()\n"
                           "print(host.double(21), json.dumps({'a': [1, 2.5, None]}), host.double('x'),\n"
                           "      re.sub('a+', 'b', 'caat'), datetime.date(2020, 1, 1).isoformat(), hasattr(sys, 'seen'))\n"
                           "sys.seen = True\n");
        printf("%d\n", Py_FinalizeEx());
    }
    return 0;
}

static int
test_config(void)
{
    PyPreConfig pre;
    PyPreConfig_InitIsolatedConfig(&pre);
    pre.utf8_mode = 1;
    check(Py_PreInitialize(&pre));
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.write_bytecode = 0;
    config.optimization_level = 2;
    config.install_signal_handlers = 0;
    config.buffered_stdio = 0;
    config.use_hash_seed = 1;
    config.hash_seed = 42;
    config.parse_argv = 1;
    config.isolated = 0;
    config.use_environment = 0;
    wchar_t *argv[] = {L"prog", L"-X", L"dev", L"-W", L"ignore", L"-c", L"pass", L"one", L"two"};
    check(PyConfig_SetArgv(&config, 9, argv));
    check(PyConfig_SetString(&config, &config.program_name, L"/usr/bin/embedded"));
    check(PyConfig_SetBytesString(&config, &config.pycache_prefix, "/nowhere/caches"));
    check(PyConfig_SetString(&config, &config.check_hash_pycs_mode, L"always"));
    check(PyWideStringList_Append(&config.warnoptions, L"error::FutureWarning"));
    check(PyWideStringList_Insert(&config.xoptions, 0, L"mine=3"));
    check(PyConfig_Read(&config));
    check(PyWideStringList_Append(&config.module_search_paths, L"/extra/place"));
    check(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    PyRun_SimpleString("import sys\n"
                       "print(sys.argv, sys.orig_argv, sys._xoptions, sys.warnoptions, sys.path[-1])\n"
                       "print(sys.flags)\n"
                       "print(sys.pycache_prefix, sys.dont_write_bytecode, 'site' in sys.modules, __debug__)\n"
                       "print(hash('abc') == hash('abc'), sys.getfilesystemencoding(), sys.stdout.encoding)\n");
    int argc;
    wchar_t **all;
    Py_GetArgcArgv(&argc, &all);
    printf("%d %ls %ls\n", argc, all[0], Py_GetProgramName());
    return Py_FinalizeEx();
}

static int
test_config_errors(void)
{
    PyStatus status = PyStatus_Error("went wrong");
    printf("%d %d %d %s\n", PyStatus_Exception(status), PyStatus_IsError(status), PyStatus_IsExit(status), status.err_msg);
    status = PyStatus_Exit(3);
    printf("%d %d %d\n", PyStatus_IsError(status), PyStatus_IsExit(status), status.exitcode);
    printf("%d %s\n", PyStatus_IsError(PyStatus_NoMemory()), PyStatus_NoMemory().err_msg);
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    wchar_t *argv[] = {L"prog", L"--nothing-like-it"};
    check(PyConfig_SetArgv(&config, 2, argv));
    status = Py_InitializeFromConfig(&config);
    printf("%d %d %d\n", PyStatus_IsError(status), PyStatus_IsExit(status), status.exitcode);
    PyConfig_Clear(&config);
    printf("%d\n", Py_IsInitialized());
    return 0;
}

static int
test_run(void)
{
    Py_Initialize();
    PyObject *globals = PyDict_New(), *result;
    PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
    result = PyRun_String("6 * 7", Py_eval_input, globals, globals);
    printf("%ld\n", PyLong_AsLong(result));
    Py_DECREF(result);
    result = PyRun_String("def f(n):\n    return n + 1\ny = f(1)\n", Py_file_input, globals, globals);
    printf("%d %ld\n", result == Py_None, PyLong_AsLong(PyDict_GetItemString(globals, "y")));
    Py_XDECREF(result);
    result = PyRun_String("1 / 0", Py_eval_input, globals, globals);
    printf("%d %d\n", result == NULL, PyErr_ExceptionMatches(PyExc_ZeroDivisionError));
    PyErr_Print();
    result = PyRun_String("for", Py_file_input, globals, globals);
    printf("%d %d\n", result == NULL, PyErr_ExceptionMatches(PyExc_SyntaxError));
    PyErr_Print();
    PyObject *code = Py_CompileString("y * 10", "<given>", Py_eval_input);
    result = PyEval_EvalCode(code, globals, globals);
    printf("%ld\n", PyLong_AsLong(result));
    Py_DECREF(result);
    PyObject *bytes = PyMarshal_WriteObjectToString(code, Py_MARSHAL_VERSION);
    PyObject *module = PyImport_ExecCodeModule("made", code);
    if (module == NULL) {
        PyErr_Print();
    }
    PyObject_Print(module, stdout, 0);
    printf("\n%d\n", PyBytes_GET_SIZE(bytes) > 20);
    Py_XDECREF(module);
    Py_DECREF(bytes);
    Py_DECREF(code);
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags = PyCF_ONLY_AST;
    PyObject *tree = Py_CompileStringFlags("a + 1", "<tree>", Py_eval_input, &flags);
    printf("%s\n", Py_TYPE(tree)->tp_name);
    Py_DECREF(tree);
    FILE *file = tmpfile();
    fputs("import sys\nprint(__name__, 'from a file', len(sys.argv))\n", file);
    rewind(file);
    printf("%d\n", PyRun_SimpleFile(file, "the_file.py"));
    fclose(file);
    file = tmpfile();
    fputs("z = 5\nw = z +\n", file);
    rewind(file);
    result = PyRun_FileEx(file, "broken.py", Py_file_input, globals, globals, 1);
    printf("%d\n", result == NULL);
    PyErr_Print();
    PySys_SetObject("mine", globals);
    printf("%d\n", PySys_GetObject("mine") == globals);
    PyObject *call = PyObject_CallMethod(PyImport_AddModule("builtins"), "sorted", "([iii])", 3, 1, 2);
    PyObject_Print(call, stdout, Py_PRINT_RAW);
    printf("\n");
    Py_DECREF(call);
    Py_DECREF(globals);
    return Py_FinalizeEx();
}

static int
test_subinterpreters(void)
{
    Py_Initialize();
    PyThreadState *main_state = PyThreadState_Get();
    PyRun_SimpleString("import sys\nsys.shared = 'main'\nx = 1");
    for (int i = 0; i < 3; i++) {
        PyThreadState *sub = Py_NewInterpreter();
        if (sub == NULL) {
            printf("no interpreter\n");
            return 1;
        }
        printf("%d %d\n", PyThreadState_Get() == sub, PyInterpreterState_GetID(PyThreadState_GetInterpreter(sub)) > 0);
        PyRun_SimpleString("import sys, json, os, datetime, collections\n"
                           "print(hasattr(sys, 'shared'), 'x' in globals(), json.dumps([1]), os.sep, __name__)\n"
                           "class A:\n    def __del__(self): print('gone')\n"
                           "a = A(); a.self = a\n"
                           "sys.shared = 'sub'\n");
        fflush(stdout);
        if (i == 1) {
            PyThreadState_Swap(main_state);
            PyRun_SimpleString("print(sys.shared, x)");
            PyThreadState_Swap(sub);
        }
        Py_EndInterpreter(sub);
        PyThreadState_Swap(main_state);
        PyRun_SimpleString("print(sys.shared, x)");
    }
    return Py_FinalizeEx();
}

static void *
thread_body(void *arg)
{
    for (int i = 0; i < 200; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        int nested = PyGILState_Check();
        PyGILState_STATE inner = PyGILState_Ensure();
        PyRun_SimpleString("count += 1");
        PyGILState_Release(inner);
        PyGILState_Release(state);
        *(int *)arg += nested;
    }
    return NULL;
}

static int
test_threads(void)
{
    Py_Initialize();
    PyRun_SimpleString("count = 0");
    pthread_t threads[4];
    int nested[4] = {0};
    PyThreadState *saved = PyEval_SaveThread();
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, thread_body, &nested[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    PyEval_RestoreThread(saved);
    PyRun_SimpleString("print(count)");
    printf("%d\n", nested[0] + nested[1] + nested[2] + nested[3]);
    return Py_FinalizeEx();
}

static int
at_exit_calls;

static void
called_at_exit(void)
{
    printf("at exit %d\n", at_exit_calls);
    fflush(stdout);
}

static int
pending(void *arg)
{
    *(int *)arg += 1;
    return 0;
}

static int
audit(const char *event, PyObject *args, void *data)
{
    if (strcmp(event, "embed.event") == 0) {
        *(Py_ssize_t *)data += PyTuple_GET_SIZE(args);
    }
    return 0;
}

static int
test_hooks(void)
{
    Py_ssize_t audited = 0;
    PySys_AddAuditHook(audit, &audited);
    Py_Initialize();
    Py_AtExit(called_at_exit);
    Py_AddPendingCall(pending, &at_exit_calls);
    PyRun_SimpleString("for i in range(1000): pass");
    Py_MakePendingCalls();
    printf("%d %d\n", at_exit_calls, PySys_Audit("embed.event", "iii", 1, 2, 3));
    PyRun_SimpleString("import sys, atexit\nsys.audit('embed.event', 1)\natexit.register(print, 'atexit')\nx = object()\n");
    printf("%zd\n", audited);
    fflush(stdout);
    return Py_FinalizeEx();
}

/* ---- a program whose main module is in it as marshalled code ---- */

static unsigned char frozen_bytes[4096];
static struct _frozen frozen_modules[] = {
    {"__main__", frozen_bytes, 0, 0, NULL},
    {"helper", frozen_bytes, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

static int
test_frozen(int argc, char **argv)
{
    Py_Initialize();
    PyObject *code = Py_CompileString("import sys\nprint('frozen', __name__, len(sys.argv))\n"
                                      "if __name__ == '__main__': import helper; print(helper.__name__)\n",
                                      "<frozen>", Py_file_input);
    PyObject *bytes = PyMarshal_WriteObjectToString(code, Py_MARSHAL_VERSION);
    memcpy(frozen_bytes, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    frozen_modules[0].size = frozen_modules[1].size = (int)PyBytes_GET_SIZE(bytes);
    Py_DECREF(code);
    Py_DECREF(bytes);
    Py_FinalizeEx();
    PyImport_FrozenModules = frozen_modules;
    return Py_FrozenMain(argc, argv);
}

static int
test_main(void)
{
    char *argv[] = {"embed", "-I", "-c", "import sys; print(sys.argv, sys.flags.isolated); sys.exit(7)", "x", NULL};
    return Py_BytesMain(5, argv) == 7 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    int result = !strcmp(name, "simple")            ? test_simple()
                 : !strcmp(name, "again")           ? test_again()
                 : !strcmp(name, "config")          ? test_config()
                 : !strcmp(name, "config_errors")   ? test_config_errors()
                 : !strcmp(name, "run")             ? test_run()
                 : !strcmp(name, "subinterpreters") ? test_subinterpreters()
                 : !strcmp(name, "threads")         ? test_threads()
                 : !strcmp(name, "hooks")           ? test_hooks()
                 : !strcmp(name, "frozen")          ? test_frozen(argc, argv)
                 : !strcmp(name, "main")            ? test_main()
                                                    : 99;
    printf("result %d\n", result);
    return result;
}
