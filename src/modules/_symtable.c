/* _symtable: the compiler's symbol tables, for the module symtable. */
#include "compile/compile.h"
#include "compile/symtable.h"
#include "object/declare.h"

/* The entry of the module block; a new reference. */
static PyObject *
top_entry(const char *text, PyObject *filename, int start, PyCompilerFlags *flags)
{
    Arena *arena = arena_new();
    if (arena == NULL) {
        return NULL;
    }
    PyObject *top = NULL;
    PyFutureFeatures future;
    struct SymbolTable *table = NULL;
    Mod *mod = parse_string(text, filename, start, flags, arena);
    if (mod != NULL && future_from_tree(mod, filename, &future) == 0) {
        future.ff_features |= flags->cf_flags;
        table = symtable_build(mod, filename, &future, arena);
    }
    if (table != NULL) {
        top = (PyObject *)scope_object(table->top);
    }
    symtable_free(table);
    arena_free(arena);
    return top;
}

static int
start_symbol(const char *name)
{
    return strcmp(name, "exec") == 0     ? Py_file_input
           : strcmp(name, "eval") == 0   ? Py_eval_input
           : strcmp(name, "single") == 0 ? Py_single_input
                                         : -1;
}

FUNCTION(_symtable, symtable, "($module, source, filename, startstr, /)",
         "The symbol table entry of the outermost block of some source text.")
static PyObject *
_symtable_symtable(PyObject *module, PyObject *source, PyObject *filename, const char *startstr)
{
    if (!PyUnicode_FSDecoder(filename, &filename)) {
        return NULL;
    }
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags = PyCF_SOURCE_IS_UTF8;
    PyObject *copy = NULL, *result = NULL;
    const char *text = _Py_SourceAsString(source, "symtable", "string or bytes", &flags, &copy);
    if (text != NULL) {
        int start = start_symbol(startstr);
        if (start < 0) {
            PyErr_SetString(PyExc_ValueError,
                            "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
        }
        else {
            result = top_entry(text, filename, start, &flags);
        }
    }
    Py_XDECREF(copy);
    Py_DECREF(filename);
    return result;
}

static int
_symtable_exec(PyObject *module)
{
    static const struct {
        const char *name;
        long value;
    } constants[] = {
        {"USE", USE},
        {"DEF_GLOBAL", DEF_GLOBAL},
        {"DEF_NONLOCAL", DEF_NONLOCAL},
        {"DEF_LOCAL", DEF_LOCAL},
        {"DEF_PARAM", DEF_PARAM},
        {"DEF_FREE", DEF_FREE},
        {"DEF_FREE_CLASS", DEF_FREE_CLASS},
        {"DEF_IMPORT", DEF_IMPORT},
        {"DEF_BOUND", DEF_BOUND},
        {"DEF_ANNOT", DEF_ANNOT},
        {"TYPE_FUNCTION", FUNCTION_BLOCK},
        {"TYPE_CLASS", CLASS_BLOCK},
        {"TYPE_MODULE", MODULE_BLOCK},
        {"LOCAL", SCOPE_LOCAL},
        {"GLOBAL_EXPLICIT", SCOPE_GLOBAL_EXPLICIT},
        {"GLOBAL_IMPLICIT", SCOPE_GLOBAL_IMPLICIT},
        {"FREE", SCOPE_FREE},
        {"CELL", SCOPE_CELL},
        {"SCOPE_OFF", SCOPE_SHIFT},
        {"SCOPE_MASK", SCOPE_BITS},
    };
    for (size_t i = 0; i < ARRAY_LEN(constants); i++) {
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot _symtable_slots[] = {
    {Py_mod_exec, _symtable_exec},
    {0, NULL},
};

static PyMethodDef _symtable_functions[];

static WRITTEN struct PyModuleDef _symtable_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_symtable",
    .m_methods = _symtable_functions,
    .m_slots = _symtable_slots,
};

PyMODINIT_FUNC
PyInit__symtable(void)
{
    return PyModuleDef_Init(&_symtable_module);
}

#include "gen/modules/_symtable.inc"
