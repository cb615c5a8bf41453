/* PyRun_*: source text, files and terminals executed as Python. */
#include "runtime/init.h"
#include "object/declare.h"
#include "compile/compile.h"
#include <marshal.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern int _Py_UnhandledKeyboardInterrupt;

/* ---- executing ---------------------------------------------------------------------------- */

static PyObject *
run_code(PyObject *code, PyObject *globals, PyObject *locals)
{
    if (PySys_Audit("exec", "O", code) < 0) {
        return NULL;
    }
    _Py_UnhandledKeyboardInterrupt = 0;
    if (globals != NULL) {
        int has = PyDict_Contains(globals, ID(__builtins__));
        if (has < 0 || (has == 0 &&
                        PyDict_SetItem(globals, ID(__builtins__), interp_get()->builtins) < 0)) {
            return NULL;
        }
    }
    PyObject *value = PyEval_EvalCode(code, globals, locals);
    if (value == NULL && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        _Py_UnhandledKeyboardInterrupt = 1;
    }
    return value;
}

static PyObject *
run_tree(Mod *mod, PyObject *filename, PyObject *globals, PyObject *locals, PyCompilerFlags *flags,
         Arena *arena)
{
    PyObject *code = (PyObject *)compile_module(mod, filename, flags, -1, arena);
    if (code == NULL) {
        return NULL;
    }
    PyObject *value = run_code(code, globals, locals);
    Py_DECREF(code);
    return value;
}

/* Execute source text in the given namespaces; the value for Py_eval_input, else None. */
PyObject *
PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals,
                  PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_InternFromString("<string>"), *result = NULL;
    Arena *arena = filename == NULL ? NULL : arena_new();
    if (arena != NULL) {
        Mod *mod = parse_string(text, filename, start, flags, arena);
        if (mod != NULL) {
            result = run_tree(mod, filename, globals, locals, flags, arena);
        }
        arena_free(arena);
    }
    Py_XDECREF(filename);
    return result;
}

static PyObject *
run_file(FILE *file, PyObject *filename, int start, PyObject *globals, PyObject *locals, int closeit,
         PyCompilerFlags *flags)
{
    PyObject *result = NULL;
    Arena *arena = arena_new();
    if (arena == NULL) {
        return NULL;
    }
    Mod *mod = parse_file(file, filename, NULL, start, flags, arena);
    if (closeit) {
        fclose(file);
    }
    if (mod != NULL) {
        result = run_tree(mod, filename, globals, locals, flags, arena);
    }
    arena_free(arena);
    return result;
}

PyObject *
PyRun_FileExFlags(FILE *file, const char *name, int start, PyObject *globals, PyObject *locals,
                  int closeit, PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_DecodeFSDefault(name);
    PyObject *result = filename == NULL ? NULL
                                        : run_file(file, filename, start, globals, locals, closeit, flags);
    Py_XDECREF(filename);
    return result;
}

static void
flush_stream(const char *name)
{
    PyObject *stream = PySys_GetObject(name);
    if (stream != NULL && stream != Py_None) {
        PyObject *done = PyObject_CallMethodNoArgs(stream, ID(flush));
        if (done == NULL) {
            PyErr_Clear();
        }
        Py_XDECREF(done);
    }
}

/* Flush the standard streams; a pending exception survives. */
static void
flush_streams(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    flush_stream("stderr");
    flush_stream("stdout");
    PyErr_Restore(type, value, traceback);
}

/* Execute statements in __main__; -1 if an exception was printed. */
int
PyRun_SimpleStringFlags(const char *command, PyCompilerFlags *flags)
{
    PyObject *module = PyImport_AddModule("__main__");
    if (module == NULL) {
        return -1;
    }
    PyObject *dict = PyModule_GetDict(module);
    PyObject *value = PyRun_StringFlags(command, Py_file_input, dict, dict, flags);
    if (value == NULL) {
        PyErr_Print();
        return -1;
    }
    Py_DECREF(value);
    return 0;
}

/* ---- files -------------------------------------------------------------------------------- */

static bool
is_pyc(FILE *file, PyObject *filename, int closeit)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(filename);
    PyObject *ext = PyUnicode_FromString(".pyc");
    bool by_name = ext != NULL && n >= 4 && PyUnicode_Tailmatch(filename, ext, 0, n, 1) == 1;
    Py_XDECREF(ext);
    if (by_name) {
        return true;
    }
    bool result = false;
    /* Only a file that we may read again from the start can be looked into. */
    if (closeit && ftell(file) == 0) {
        unsigned char magic[2];
        result = fread(magic, 1, 2, file) == 2 && magic[0] == 0xa7 && magic[1] == 0x0d;
        rewind(file);
    }
    return result;
}

static PyObject *
run_pyc(FILE *file, PyObject *globals, PyObject *locals)
{
    long magic = PyMarshal_ReadLongFromFile(file);
    if (magic != PyImport_GetMagicNumber()) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "Bad magic number in .pyc file");
        }
        fclose(file);
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        PyMarshal_ReadLongFromFile(file);       /* flags, time or hash, size */
    }
    PyObject *code = PyErr_Occurred() ? NULL : PyMarshal_ReadLastObjectFromFile(file);
    fclose(file);
    if (code == NULL || !PyCode_Check(code)) {
        Py_XDECREF(code);
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "Bad code object in .pyc file");
        }
        return NULL;
    }
    PyObject *value = run_code(code, globals, locals);
    Py_DECREF(code);
    return value;
}

static status
set_main_loader(PyObject *dict, PyObject *filename, const char *class_name)
{
    PyObject *external = PyObject_GetAttrString(interp_get()->import.importlib, "_bootstrap_external");
    PyObject *class = external == NULL ? NULL : PyObject_GetAttrString(external, class_name);
    PyObject *loader = class == NULL ? NULL : PyObject_CallFunction(class, "sO", "__main__", filename);
    status result = loader == NULL ? -1 : PyDict_SetItemString(dict, "__loader__", loader);
    Py_XDECREF(external);
    Py_XDECREF(class);
    Py_XDECREF(loader);
    return result;
}

/* Execute a file in __main__, whose __file__ it is meanwhile; -1 if an exception was printed. */
int
_PyRun_SimpleFileObject(FILE *file, PyObject *filename, int closeit, PyCompilerFlags *flags)
{
    PyObject *module = PyImport_AddModule("__main__"), *value = NULL;
    int result = -1, set_file = 0;
    if (module == NULL) {
        return -1;
    }
    Py_INCREF(module);
    PyObject *dict = PyModule_GetDict(module);
    int has_file = PyDict_Contains(dict, ID(__file__));
    if (has_file < 0) {
        goto done;
    }
    if (!has_file) {
        if (PyDict_SetItem(dict, ID(__file__), filename) < 0 ||
            PyDict_SetItem(dict, ID(__cached__), Py_None) < 0) {
            goto done;
        }
        set_file = 1;
    }
    if (is_pyc(file, filename, closeit)) {
        PyObject *bytes = PyUnicode_EncodeFSDefault(filename);
        FILE *pyc = NULL;
        if (closeit) {
            fclose(file);
        }
        if (bytes != NULL) {
            pyc = fopen(PyBytes_AS_STRING(bytes), "rbe");
            Py_DECREF(bytes);
        }
        if (pyc == NULL) {
            fprintf(stderr, "python: Can't reopen .pyc file\n");
            goto done;
        }
        if (set_main_loader(dict, filename, "SourcelessFileLoader") < 0) {
            fprintf(stderr, "python: failed to set __main__.__loader__\n");
            fclose(pyc);
            goto done;
        }
        value = run_pyc(pyc, dict, dict);
    }
    else {
        if (!_PyUnicode_EqualToASCIIString(filename, "<stdin>") &&
            set_main_loader(dict, filename, "SourceFileLoader") < 0) {
            fprintf(stderr, "python: failed to set __main__.__loader__\n");
            goto done;
        }
        value = run_file(file, filename, Py_file_input, dict, dict, closeit, flags);
    }
    flush_streams();
    if (value == NULL) {
        Py_CLEAR(module);
        PyErr_Print();
        module = Py_XNewRef(PyImport_AddModule("__main__"));
        goto done;
    }
    Py_DECREF(value);
    result = 0;
done:
    if (set_file && module != NULL) {
        dict = PyModule_GetDict(module);
        if (PyDict_DelItem(dict, ID(__file__)) < 0) {
            PyErr_Clear();
        }
        if (PyDict_DelItem(dict, ID(__cached__)) < 0) {
            PyErr_Clear();
        }
    }
    Py_XDECREF(module);
    return result;
}

int
PyRun_SimpleFileExFlags(FILE *file, const char *name, int closeit, PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_DecodeFSDefault(name);
    if (filename == NULL) {
        return -1;
    }
    int result = _PyRun_SimpleFileObject(file, filename, closeit, flags);
    Py_DECREF(filename);
    return result;
}

/* Is the stream a terminal, or to be treated as one (-i with stdin)? */
int
_Py_FdIsInteractive(FILE *file, PyObject *filename)
{
    if (isatty(fileno(file))) {
        return 1;
    }
    if (!interp_get()->config.interactive) {
        return 0;
    }
    return filename == NULL || _PyUnicode_EqualToASCIIString(filename, "<stdin>") ||
           _PyUnicode_EqualToASCIIString(filename, "???");
}

int
Py_FdIsInteractive(FILE *file, const char *filename)
{
    if (isatty(fileno(file))) {
        return 1;
    }
    if (!Py_InteractiveFlag) {
        return 0;
    }
    return filename == NULL || strcmp(filename, "<stdin>") == 0 || strcmp(filename, "???") == 0;
}

int
_PyRun_AnyFileObject(FILE *file, PyObject *filename, int closeit, PyCompilerFlags *flags)
{
    PyObject *name = filename != NULL ? Py_NewRef(filename) : PyUnicode_FromString("???");
    int result;
    if (name == NULL) {
        PyErr_Print();
        return -1;
    }
    if (_Py_FdIsInteractive(file, name)) {
        result = _PyRun_InteractiveLoopObject(file, name, flags);
        if (closeit) {
            fclose(file);
        }
    }
    else {
        result = _PyRun_SimpleFileObject(file, name, closeit, flags);
    }
    Py_DECREF(name);
    return result;
}

int
PyRun_AnyFileExFlags(FILE *file, const char *name, int closeit, PyCompilerFlags *flags)
{
    PyObject *filename = name == NULL ? NULL : PyUnicode_DecodeFSDefault(name);
    if (name != NULL && filename == NULL) {
        PyErr_Print();
        return -1;
    }
    int result = _PyRun_AnyFileObject(file, filename, closeit, flags);
    Py_XDECREF(filename);
    return result;
}

/* ---- terminals ---------------------------------------------------------------------------- */

enum { ONE_DONE = 0, ONE_FAILED = -1, ONE_EOF = PARSE_EOF };

/* sys.ps1 or ps2 as UTF-8, borrowed from *owner. */
static const char *
prompt_text(const char *name, PyObject **owner)
{
    PyObject *value = PySys_GetObject(name);
    *owner = NULL;
    if (value == NULL) {
        return "";
    }
    *owner = PyObject_Str(value);
    const char *text = *owner == NULL ? NULL : PyUnicode_AsUTF8(*owner);
    if (text == NULL) {
        PyErr_Clear();
        return "";
    }
    return text;
}

static const char *
stdin_encoding(FILE *file, PyObject **owner)
{
    PyObject *in = PySys_GetObject("stdin");
    *owner = NULL;
    if (file != stdin || in == NULL || in == Py_None) {
        return NULL;
    }
    *owner = PyObject_GetAttr(in, ID(encoding));
    const char *text = *owner != NULL && PyUnicode_Check(*owner) ? PyUnicode_AsUTF8(*owner) : NULL;
    if (text == NULL) {
        PyErr_Clear();
    }
    return text;
}

/* Read and execute one statement.  0, PARSE_EOF at the end of input, -1 with an exception set. */
static int
interactive_one(FILE *file, PyObject *filename, PyCompilerFlags *flags)
{
    PyObject *ps1_owner, *ps2_owner, *encoding_owner, *value = NULL;
    const char *encoding = stdin_encoding(file, &encoding_owner);
    const char *ps1 = prompt_text("ps1", &ps1_owner), *ps2 = prompt_text("ps2", &ps2_owner);
    int errcode = 0, result = ONE_FAILED;
    Arena *arena = arena_new();
    Mod *mod = arena == NULL ? NULL
                             : parse_file_interactive(file, filename, encoding, Py_single_input, ps1,
                                                      ps2, flags, &errcode, arena);
    Py_XDECREF(ps1_owner);
    Py_XDECREF(ps2_owner);
    Py_XDECREF(encoding_owner);
    if (mod == NULL) {
        if (arena != NULL) {
            arena_free(arena);
        }
        if (errcode == PARSE_EOF) {
            PyErr_Clear();
            return ONE_EOF;
        }
        return ONE_FAILED;
    }
    PyObject *main_name = PyUnicode_InternFromString("__main__");
    PyObject *module = main_name == NULL ? NULL : PyImport_AddModuleObject(main_name);
    Py_XDECREF(main_name);
    if (module != NULL) {
        PyObject *dict = PyModule_GetDict(module);
        value = run_tree(mod, filename, dict, dict, flags, arena);
    }
    arena_free(arena);
    if (value != NULL) {
        Py_DECREF(value);
        flush_streams();
        result = ONE_DONE;
    }
    return result;
}

int
PyRun_InteractiveOneObject(FILE *file, PyObject *filename, PyCompilerFlags *flags)
{
    int result = interactive_one(file, filename, flags);
    if (result == ONE_FAILED) {
        PyErr_Print();
        flush_streams();
    }
    return result;
}

int
PyRun_InteractiveOneFlags(FILE *file, const char *name, PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_DecodeFSDefault(name);
    if (filename == NULL) {
        PyErr_Print();
        return -1;
    }
    int result = PyRun_InteractiveOneObject(file, filename, flags);
    Py_DECREF(filename);
    return result;
}

static void
need_prompt(const char *name, const char *text)
{
    if (PySys_GetObject(name) == NULL) {
        PyObject *value = PyUnicode_FromString(text);
        if (value == NULL || PySys_SetObject(name, value) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(value);
    }
}

/* Statement after statement until the end of the input. */
int
_PyRun_InteractiveLoopObject(FILE *file, PyObject *filename, PyCompilerFlags *flags)
{
    PyCompilerFlags own = _PyCompilerFlags_INIT;
    int result, memory_errors = 0, status = 0;
    if (flags == NULL) {
        flags = &own;
    }
    need_prompt("ps1", ">>> ");
    need_prompt("ps2", "... ");
    do {
        result = interactive_one(file, filename, flags);
        if (result == ONE_FAILED && PyErr_Occurred()) {
            /* Endless MemoryErrors would print themselves for ever. */
            if (PyErr_ExceptionMatches(PyExc_MemoryError)) {
                if (++memory_errors > 16) {
                    PyErr_Clear();
                    status = -1;
                    break;
                }
            }
            else {
                memory_errors = 0;
            }
            PyErr_Print();
            flush_streams();
        }
        else {
            memory_errors = 0;
        }
    } while (result != ONE_EOF);
    return status;
}

int
PyRun_InteractiveLoopFlags(FILE *file, const char *name, PyCompilerFlags *flags)
{
    PyObject *filename = PyUnicode_DecodeFSDefault(name);
    if (filename == NULL) {
        PyErr_Print();
        return -1;
    }
    int result = _PyRun_InteractiveLoopObject(file, filename, flags);
    Py_DECREF(filename);
    return result;
}

/* ---- the names without Flags, which the headers make macros of ----------------------------- */

#undef PyRun_String
#undef PyRun_AnyFile
#undef PyRun_AnyFileEx
#undef PyRun_AnyFileFlags
#undef PyRun_SimpleString
#undef PyRun_SimpleFile
#undef PyRun_SimpleFileEx
#undef PyRun_InteractiveOne
#undef PyRun_InteractiveLoop
#undef PyRun_File
#undef PyRun_FileEx
#undef PyRun_FileFlags

PyObject *
PyRun_String(const char *text, int start, PyObject *globals, PyObject *locals)
{
    return PyRun_StringFlags(text, start, globals, locals, NULL);
}

int
PyRun_AnyFile(FILE *file, const char *name)
{
    return PyRun_AnyFileExFlags(file, name, 0, NULL);
}

int
PyRun_AnyFileEx(FILE *file, const char *name, int closeit)
{
    return PyRun_AnyFileExFlags(file, name, closeit, NULL);
}

int
PyRun_AnyFileFlags(FILE *file, const char *name, PyCompilerFlags *flags)
{
    return PyRun_AnyFileExFlags(file, name, 0, flags);
}

int
PyRun_SimpleString(const char *text)
{
    return PyRun_SimpleStringFlags(text, NULL);
}

int
PyRun_SimpleFile(FILE *file, const char *name)
{
    return PyRun_SimpleFileExFlags(file, name, 0, NULL);
}

int
PyRun_SimpleFileEx(FILE *file, const char *name, int closeit)
{
    return PyRun_SimpleFileExFlags(file, name, closeit, NULL);
}

int
PyRun_InteractiveOne(FILE *file, const char *name)
{
    return PyRun_InteractiveOneFlags(file, name, NULL);
}

int
PyRun_InteractiveLoop(FILE *file, const char *name)
{
    return PyRun_InteractiveLoopFlags(file, name, NULL);
}

PyObject *
PyRun_File(FILE *file, const char *name, int start, PyObject *globals, PyObject *locals)
{
    return PyRun_FileExFlags(file, name, start, globals, locals, 0, NULL);
}

PyObject *
PyRun_FileEx(FILE *file, const char *name, int start, PyObject *globals, PyObject *locals, int closeit)
{
    return PyRun_FileExFlags(file, name, start, globals, locals, closeit, NULL);
}

PyObject *
PyRun_FileFlags(FILE *file, const char *name, int start, PyObject *globals, PyObject *locals,
                PyCompilerFlags *flags)
{
    return PyRun_FileExFlags(file, name, start, globals, locals, 0, flags);
}
