/* compile(), eval() and exec(). */
#include "modules/builtins.h"
#include "object/declare.h"
#include "object/state.h"
#include "compile/compile.h"

/* Source text from str, bytes or a buffer, NUL-terminated; *owner keeps it alive.  A str is UTF-8
   whatever its cookie says. */
static const char *
source_text(PyObject *source, const char *function, const char *kinds, PyCompilerFlags *flags,
            PyObject **owner)
{
    const char *text;
    Py_ssize_t size;
    Py_buffer view;
    *owner = NULL;
    if (PyUnicode_Check(source)) {
        flags->cf_flags |= PyCF_IGNORE_COOKIE;
        text = PyUnicode_AsUTF8AndSize(source, &size);
        if (text == NULL) {
            return NULL;
        }
    }
    else if (PyBytes_Check(source)) {
        text = PyBytes_AS_STRING(source);
        size = PyBytes_GET_SIZE(source);
    }
    else if (PyByteArray_Check(source)) {
        text = PyByteArray_AS_STRING(source);
        size = PyByteArray_GET_SIZE(source);
    }
    else if (PyObject_GetBuffer(source, &view, PyBUF_SIMPLE) == 0) {
        *owner = PyBytes_FromStringAndSize(view.buf, view.len);
        PyBuffer_Release(&view);
        if (*owner == NULL) {
            return NULL;
        }
        text = PyBytes_AS_STRING(*owner);
        size = PyBytes_GET_SIZE(*owner);
    }
    else {
        PyErr_Format(PyExc_TypeError, "%s() arg 1 must be a %s object", function, kinds);
        return NULL;
    }
    if (strlen(text) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "source code string cannot contain null bytes");
        Py_CLEAR(*owner);
        return NULL;
    }
    return text;
}

/* The text for the API of that name: raises what compile() raises. */
const char *
_Py_SourceAsString(PyObject *source, const char *function, const char *kinds, PyCompilerFlags *flags,
                   PyObject **owner)
{
    return source_text(source, function, kinds, flags, owner);
}

static PyObject *
compile_tree(PyObject *tree, PyObject *filename, int mode, PyCompilerFlags *flags, int optimize)
{
    if (flags->cf_flags & PyCF_ONLY_AST) {
        return Py_NewRef(tree);
    }
    Arena *arena = arena_new();
    if (arena == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = NULL;
    Mod *mod = ast_from_object(tree, arena, mode);
    if (mod != NULL && ast_validate(mod) >= 0) {
        result = (PyObject *)compile_module(mod, filename, flags, optimize, arena);
    }
    arena_free(arena);
    return result;
}

static int
mode_of(const char *text, int flags)
{
    static const char *const modes[] = {"exec", "eval", "single", "func_type"};
    int mode = 0;
    while (mode < 4 && strcmp(text, modes[mode]) != 0) {
        mode++;
    }
    if (mode == 4 || (mode == 3 && !(flags & PyCF_ONLY_AST))) {
        PyErr_SetString(PyExc_ValueError,
                        mode == 3 ? "compile() mode 'func_type' requires flag PyCF_ONLY_AST"
                        : flags & PyCF_ONLY_AST
                            ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                            : "compile() mode must be 'exec', 'eval' or 'single'");
        return -1;
    }
    return mode;
}

CONVERTER(fspath, PyUnicode_FSDecoder)
typedef PyObject *fspath;

FUNCTION(builtins, compile,
         "($module, /, source, filename, mode, flags=0,\n"
         "        dont_inherit=False, optimize=-1, *, _feature_version=-1)",
         "Compile source text or a syntax tree to a code object for exec() or eval().\n\n"
         "mode is 'exec' for a module, 'single' for one interactive statement, 'eval' for an\n"
         "expression.  flags are future statements and options of the module ast;\n"
         "dont_inherit true leaves out those of the calling code.")
static PyObject *
builtins_compile(PyObject *module, PyObject *source, fspath filename, const char *mode, int flags,
                      truth dont_inherit, int optimize, int _feature_version)
{
    static const int starts[] = {Py_file_input, Py_eval_input, Py_single_input, Py_func_type_input};
    const int allowed = PyCF_MASK | PyCF_MASK_OBSOLETE | PyCF_COMPILE_MASK;
    PyCompilerFlags cf = {flags | PyCF_SOURCE_IS_UTF8, PY_MINOR_VERSION};
    PyObject *result = NULL, *owner = NULL;
    if (_feature_version >= 0 && flags & PyCF_ONLY_AST) {
        cf.cf_feature_version = _feature_version;
    }
    if (flags & ~allowed) {
        PyErr_SetString(PyExc_ValueError, "compile(): unrecognised flags");
        goto done;
    }
    if (optimize < -1 || optimize > 2) {
        PyErr_SetString(PyExc_ValueError, "compile(): invalid optimize value");
        goto done;
    }
    if (!dont_inherit) {
        PyEval_MergeCompilerFlags(&cf);
    }
    int which = mode_of(mode, flags);
    if (which < 0) {
        goto done;
    }
    int is_tree = PyAST_Check(source);
    if (is_tree < 0) {
        goto done;
    }
    if (is_tree) {
        result = compile_tree(source, filename, which, &cf, optimize);
        goto done;
    }
    const char *text = source_text(source, "compile", "string, bytes or AST", &cf, &owner);
    if (text != NULL) {
        result = Py_CompileStringObject(text, filename, starts[which], &cf, optimize);
    }
    Py_XDECREF(owner);
done:
    Py_DECREF(filename);
    return result;
}

/* Put builtins into globals unless the program has put something there. */
static status
need_builtins(PyObject *globals)
{
    int has = PyDict_Contains(globals, ID(__builtins__));
    if (has == 0) {
        return PyDict_SetItem(globals, ID(__builtins__), PyEval_GetBuiltins());
    }
    return has < 0 ? -1 : 0;
}

FUNCTION(builtins, eval, "($module, source, globals=None, locals=None, /)",
         "The value of an expression, given as text or as code from compile().\n\n"
         "globals must be a dict and locals any mapping; without them the caller's count.")
static PyObject *
builtins_eval(PyObject *module, PyObject *source, PyObject *globals, PyObject *locals)
{
    PyCompilerFlags cf = {PyCF_SOURCE_IS_UTF8, PY_MINOR_VERSION};
    PyObject *owner;
    if (locals != Py_None && !PyMapping_Check(locals)) {
        PyErr_SetString(PyExc_TypeError, "locals must be a mapping");
        return NULL;
    }
    if (globals != Py_None && !PyDict_Check(globals)) {
        PyErr_SetString(PyExc_TypeError,
                        PyMapping_Check(globals)
                            ? "globals must be a real dict; try eval(expr, {}, mapping)"
                            : "globals must be a dict");
        return NULL;
    }
    if (globals == Py_None) {
        globals = PyEval_GetGlobals();
        if (locals == Py_None && (locals = PyEval_GetLocals()) == NULL) {
            if (PyErr_Occurred()) {
                return NULL;
            }
        }
    }
    else if (locals == Py_None) {
        locals = globals;
    }
    if (globals == NULL || locals == NULL) {
        PyErr_SetString(PyExc_TypeError, "eval must be given globals and locals when called without "
                                         "a frame");
        return NULL;
    }
    if (need_builtins(globals) < 0) {
        return NULL;
    }
    if (PyCode_Check(source)) {
        if (PySys_Audit("exec", "O", source) < 0) {
            return NULL;
        }
        if (PyCode_GetNumFree((PyCodeObject *)source) > 0) {
            PyErr_SetString(PyExc_TypeError, "code object passed to eval() may not contain free "
                                             "variables");
            return NULL;
        }
        return PyEval_EvalCode(source, globals, locals);
    }
    const char *text = source_text(source, "eval", "string, bytes or code", &cf, &owner);
    if (text == NULL) {
        return NULL;
    }
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    PyEval_MergeCompilerFlags(&cf);
    PyObject *result = PyRun_StringFlags(text, Py_eval_input, globals, locals, &cf);
    Py_XDECREF(owner);
    return result;
}

static status
check_closure(PyObject *source, PyObject *closure)
{
    if (!PyCode_Check(source)) {
        if (closure != NULL) {
            PyErr_SetString(PyExc_TypeError, "closure can only be used when source is a code object");
            return -1;
        }
        return 0;
    }
    Py_ssize_t free_vars = PyCode_GetNumFree((PyCodeObject *)source);
    if (free_vars == 0) {
        if (closure != NULL) {
            PyErr_SetString(PyExc_TypeError, "cannot use a closure with this code object");
            return -1;
        }
        return 0;
    }
    bool good = closure != NULL && PyTuple_CheckExact(closure) &&
                PyTuple_GET_SIZE(closure) == free_vars;
    for (Py_ssize_t i = 0; good && i < free_vars; i++) {
        good = PyCell_Check(PyTuple_GET_ITEM(closure, i));
    }
    if (!good) {
        PyErr_Format(PyExc_TypeError, "code object requires a closure of exactly length %zd", free_vars);
        return -1;
    }
    return 0;
}

FUNCTION(builtins, exec, "($module, source, globals=None, locals=None, /, *, closure=None)",
         "Execute statements, given as text or as code from compile().\n\n"
         "globals must be a dict and locals any mapping; without them the caller's count.\n"
         "closure holds the cells for the free variables of a code object.")
static PyObject *
builtins_exec(PyObject *module, PyObject *source, PyObject *globals, PyObject *locals,
                   PyObject *closure)
{
    PyCompilerFlags cf = {PyCF_SOURCE_IS_UTF8, PY_MINOR_VERSION};
    PyObject *owner, *result;
    if (globals == Py_None) {
        globals = PyEval_GetGlobals();
        if (locals == Py_None && (locals = PyEval_GetLocals()) == NULL) {
            if (PyErr_Occurred()) {
                return NULL;
            }
        }
        if (globals == NULL || locals == NULL) {
            PyErr_SetString(PyExc_SystemError, "globals and locals cannot be NULL");
            return NULL;
        }
    }
    else if (locals == Py_None) {
        locals = globals;
    }
    if (!PyDict_Check(globals)) {
        PyErr_Format(PyExc_TypeError, "exec() globals must be a dict, not %.100s",
                     Py_TYPE(globals)->tp_name);
        return NULL;
    }
    if (!PyMapping_Check(locals)) {
        PyErr_Format(PyExc_TypeError, "locals must be a mapping or None, not %.100s",
                     Py_TYPE(locals)->tp_name);
        return NULL;
    }
    if (need_builtins(globals) < 0) {
        return NULL;
    }
    closure = closure == Py_None ? NULL : closure;
    if (check_closure(source, closure) < 0) {
        return NULL;
    }
    if (PyCode_Check(source)) {
        if (PySys_Audit("exec", "O", source) < 0) {
            return NULL;
        }
        result = closure == NULL ? PyEval_EvalCode(source, globals, locals)
                                 : PyEval_EvalCodeEx(source, globals, locals, NULL, 0, NULL, 0, NULL,
                                                     0, NULL, closure);
    }
    else {
        const char *text = source_text(source, "exec", "string, bytes or code", &cf, &owner);
        if (text == NULL) {
            return NULL;
        }
        PyObject *running = PyEval_MergeCompilerFlags(&cf)
                                ? PyRun_StringFlags(text, Py_file_input, globals, locals, &cf)
                                : PyRun_StringFlags(text, Py_file_input, globals, locals, NULL);
        result = running;
        Py_XDECREF(owner);
    }
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    Py_RETURN_NONE;
}

#include "gen/modules/builtins_code.inc"
