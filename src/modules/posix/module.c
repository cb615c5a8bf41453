/* The module posix: what the other files of this folder define, put together. */
#include "modules/posix/posix.h"
#include "object/doors.h"

static int
posix_traverse(PyObject *module, visitproc visit, void *arg)
{
    PosixState *state = posix_state(module);
    PyTypeObject **types = (PyTypeObject **)state;
    for (size_t i = 0; i < offsetof(PosixState, structseq_new) / sizeof(*types); i++)
        Py_VISIT(types[i]);
    return 0;
}

static int
posix_clear(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyTypeObject **types = (PyTypeObject **)state;
    for (size_t i = 0; i < offsetof(PosixState, structseq_new) / sizeof(*types); i++)
        Py_CLEAR(types[i]);
    return 0;
}

static void
posix_free(void *module)
{
    posix_clear(module);
}

#include "gen/modules/posix/module.inc"

/* What importlib needs in order to find a module. */
static PyObject *
posix_get(PyObject *module, PyObject *name)
{
    static const char *const needed[] = {"stat", "listdir", "getcwd", "fspath"};
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        if (!_PyUnicode_EqualToASCIIString(name, needed[i]))
            continue;
        PyMethodDef *def = posix_functions;
        while (strcmp(def->ml_name, needed[i]) != 0)
            def++;
        PyObject *module_name = PyModule_GetNameObject(module);
        PyObject *function = module_name ? PyCFunction_NewEx(def, module, module_name) : NULL;
        Py_XDECREF(module_name);
        return function;
    }
    return NULL;
}

static int
posix_fill(PyObject *module)
{
    PosixState *state = posix_state(module);
    if (PyModule_AddFunctions(module, posix_functions) < 0 || posix_add_constants(module) < 0
        || posix_add_stat_types(module) < 0 || posix_add_wait_types(module) < 0 || posix_add_sched_types(module) < 0
        || posix_add_info(module) < 0 || posix_add_scandir(module) < 0
        || PyModule_AddObjectRef(module, "error", PyExc_OSError) < 0) {
        /* It will be tried again. */
        for (PyTypeObject **type = &state->statvfs_result; type <= &state->scandir_iterator; type++)
            Py_CLEAR(*type);
        return -1;
    }
    Py_CLEAR(state->environ);
    return 0;
}

/* Half a thousand attributes, of which a program that does not import os sees a few. */
static int
posix_exec(PyObject *module)
{
    return posix_make_stat_result(module) < 0 || posix_make_environ(module) < 0
               ? -1
               : module_late(module, posix_get, posix_fill);
}

static PyModuleDef_Slot posix_slots[] = {
    {Py_mod_exec, posix_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef posix_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "posix",
    .m_doc = PyDoc_STR("The system calls of POSIX and Linux.  Programs use the module os."),
    .m_size = sizeof(PosixState),
    .m_slots = posix_slots,
    .m_traverse = posix_traverse,
    .m_clear = posix_clear,
    .m_free = posix_free,
};

PyMODINIT_FUNC
PyInit_posix(void)
{
    return PyModuleDef_Init(&posix_module);
}
