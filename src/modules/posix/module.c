/* The module posix: what the other files of this folder define, put together. */
#include "modules/posix/posix.h"

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

static int
posix_exec(PyObject *module)
{
    return posix_add_constants(module) < 0 || posix_add_stat_types(module) < 0
                   || posix_add_process_types(module) < 0 || posix_add_info(module) < 0
                   || posix_add_scandir(module) < 0
                   || PyModule_AddObjectRef(module, "error", PyExc_OSError) < 0
               ? -1
               : 0;
}

#include "gen/modules/posix/module.inc"

static PyModuleDef_Slot posix_slots[] = {
    {Py_mod_exec, posix_exec},
    {0, NULL},
};

static PyModuleDef posix_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "posix",
    .m_doc = PyDoc_STR("The system calls of POSIX and Linux.  Programs use the module os."),
    .m_size = sizeof(PosixState),
    .m_methods = posix_functions,
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
