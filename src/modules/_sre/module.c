/* The module _sre. */
#include "modules/_sre/sre.h"

static struct PyModuleDef sre_module;

SreState *
sre_module_state(PyObject *module)
{
    return PyModule_GetState(module);
}

SreState *
sre_state_of(PyTypeObject *type)
{
    return PyType_GetModuleState(type);
}

/* Call a function of the module re; args are consumed. */
PyObject *
sre_call(const char *function, PyObject *args_take)
{
    PyObject *result = NULL, *module, *callable;
    if (args_take == NULL) {
        return NULL;
    }
    module = PyImport_ImportModule("re");
    if (module != NULL) {
        callable = PyObject_GetAttrString(module, function);
        Py_DECREF(module);
        if (callable != NULL) {
            result = PyObject_CallObject(callable, args_take);
            Py_DECREF(callable);
        }
    }
    Py_DECREF(args_take);
    return result;
}

FUNCTION(sre, getcodesize, "($module, /)", NULL)
static int
sre_getcodesize(PyObject *Py_UNUSED(module))
{
    return sizeof(Word);
}

FUNCTION(sre, ascii_iscased, "($module, character, /)", NULL)
static truth
sre_ascii_iscased(PyObject *Py_UNUSED(module), int character)
{
    return (unsigned)character < 128 && Py_ISALPHA(character);
}

FUNCTION(sre, unicode_iscased, "($module, character, /)", NULL)
static truth
sre_unicode_iscased(PyObject *Py_UNUSED(module), int character)
{
    Py_UCS4 c = (Py_UCS4)character;
    return lower_unicode(c) != c || upper_unicode(c) != c;
}

FUNCTION(sre, ascii_tolower, "($module, character, /)", NULL)
static int
sre_ascii_tolower(PyObject *Py_UNUSED(module), int character)
{
    return (int)lower_ascii((Py_UCS4)character);
}

FUNCTION(sre, unicode_tolower, "($module, character, /)", NULL)
static int
sre_unicode_tolower(PyObject *Py_UNUSED(module), int character)
{
    return (int)lower_unicode((Py_UCS4)character);
}

FUNCTION(sre, compile,
         "($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)", NULL)
static PyObject *
sre_compile(PyObject *module, PyObject *pattern, int flags, PyObject *code, Py_ssize_t groups,
            PyObject *groupindex, PyObject *indexgroup)
{
    if (!PyList_Check(code)) {
        _PyArg_BadArgument("compile", "argument 'code'", "list", code);
        return NULL;
    }
    if (!PyDict_Check(groupindex)) {
        _PyArg_BadArgument("compile", "argument 'groupindex'", "dict", groupindex);
        return NULL;
    }
    if (!PyTuple_Check(indexgroup)) {
        _PyArg_BadArgument("compile", "argument 'indexgroup'", "tuple", indexgroup);
        return NULL;
    }
    return pattern_compile(module, pattern, flags, code, groups, groupindex, indexgroup);
}

static int
make_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type == NULL ? -1 : 0;
}

static int
sre_exec(PyObject *module)
{
    SreState *state = sre_module_state(module);
    PyObject *repeat = NULL, *groups = NULL;
    if (make_type(module, pattern_spec_ptr, &state->pattern_type) < 0 ||
        make_type(module, match_spec_ptr, &state->match_type) < 0 ||
        make_type(module, scanner_spec_ptr, &state->scanner_type) < 0 ||
        PyModule_AddIntConstant(module, "MAGIC", SRE_MAGIC) < 0 ||
        PyModule_AddIntConstant(module, "CODESIZE", sizeof(Word)) < 0 ||
        PyModule_AddStringConstant(module, "copyright",
                                   " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ") < 0) {
        return -1;
    }
    repeat = PyLong_FromUnsignedLong(MAX_REPEAT);
    groups = PyLong_FromLong(MAX_GROUPS);
    int err = repeat == NULL || groups == NULL ||
                      PyModule_AddObjectRef(module, "MAXREPEAT", repeat) < 0 ||
                      PyModule_AddObjectRef(module, "MAXGROUPS", groups) < 0
                  ? -1
                  : 0;
    Py_XDECREF(repeat);
    Py_XDECREF(groups);
    return err;
}

static int
sre_traverse(PyObject *module, visitproc visit, void *arg)
{
    SreState *state = sre_module_state(module);
    Py_VISIT(state->pattern_type);
    Py_VISIT(state->match_type);
    Py_VISIT(state->scanner_type);
    return 0;
}

static int
sre_clear(PyObject *module)
{
    SreState *state = sre_module_state(module);
    Py_CLEAR(state->pattern_type);
    Py_CLEAR(state->match_type);
    Py_CLEAR(state->scanner_type);
    return 0;
}

static void
sre_free(void *module)
{
    sre_clear((PyObject *)module);
}

#include "gen/modules/_sre/module.inc"

static PyModuleDef_Slot sre_module_slots[] = {
    {Py_mod_exec, sre_exec},
    {0, NULL},
};

static WRITTEN struct PyModuleDef sre_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sre",
    .m_size = sizeof(SreState),
    .m_methods = sre_functions,
    .m_slots = sre_module_slots,
    .m_traverse = sre_traverse,
    .m_clear = sre_clear,
    .m_free = sre_free,
};

PyMODINIT_FUNC
PyInit__sre(void)
{
    return PyModuleDef_Init(&sre_module);
}
