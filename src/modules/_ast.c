/* Module _ast: the classes of syntax tree nodes.  They are made in compile/ast_object.c. */
#include <Python.h>

#include "compile/ast.h"

static int
_ast_exec(PyObject *module)
{
    if (ast_add_classes(module) < 0 ||
        PyModule_AddIntConstant(module, "PyCF_ALLOW_TOP_LEVEL_AWAIT",
                                PyCF_ALLOW_TOP_LEVEL_AWAIT) < 0 ||
        PyModule_AddIntConstant(module, "PyCF_ONLY_AST", PyCF_ONLY_AST) < 0 ||
        PyModule_AddIntConstant(module, "PyCF_TYPE_COMMENTS", PyCF_TYPE_COMMENTS) < 0) {
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot _ast_slots[] = {
    {Py_mod_exec, _ast_exec},
    {0, NULL},
};

static WRITTEN struct PyModuleDef _ast_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_ast",
    .m_slots = _ast_slots,
};

PyMODINIT_FUNC
PyInit__ast(void)
{
    return PyModuleDef_Init(&_ast_module);
}
