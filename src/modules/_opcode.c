/* _opcode: facts about opcodes, for the module opcode. */
#include "object/declare.h"

#include <opcode.h>

FUNCTION(_opcode, stack_effect, "($module, opcode, oparg=None, /, *, jump=None)",
         "The change of stack depth that an instruction brings.\n\n"
         "jump selects the case that it jumps (True) or not (False); None the larger of both.")
static int
_opcode_stack_effect(PyObject *module, int opcode, PyObject *oparg, PyObject *jump)
{
    int arg = 0, taken;
    bool has_arg = oparg != Py_None;
    if (HAS_ARG(opcode) && !has_arg) {
        PyErr_SetString(PyExc_ValueError,
                        "stack_effect: opcode requires oparg but oparg was not specified");
        return -1;
    }
    if (has_arg) {
        if (!HAS_ARG(opcode)) {
            PyErr_SetString(PyExc_ValueError,
                            "stack_effect: opcode does not permit oparg but oparg was specified");
            return -1;
        }
        arg = _PyLong_AsInt(oparg);
        if (arg == -1 && PyErr_Occurred()) {
            return -1;
        }
    }
    if (jump == Py_None) {
        taken = -1;
    }
    else if (jump == Py_True || jump == Py_False) {
        taken = jump == Py_True;
    }
    else {
        PyErr_SetString(PyExc_ValueError, "stack_effect: jump must be False, True or None");
        return -1;
    }
    int effect = PyCompile_OpcodeStackEffectWithJump(opcode, arg, taken);
    if (effect == PY_INVALID_STACK_EFFECT) {
        PyErr_SetString(PyExc_ValueError, "invalid opcode or oparg");
        return -1;
    }
    return effect;
}

FUNCTION(_opcode, get_specialization_stats, "($module, /)",
         "Counts of specialisation, or None in a build that keeps none.")
static PyObject *
_opcode_get_specialization_stats(PyObject *module)
{
    Py_RETURN_NONE;
}

static PyModuleDef_Slot _opcode_slots[] = {
    {0, NULL},
};

static PyMethodDef _opcode_functions[];

static WRITTEN struct PyModuleDef _opcode_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_opcode",
    .m_doc = PyDoc_STR("Facts about opcodes."),
    .m_methods = _opcode_functions,
    .m_slots = _opcode_slots,
};

PyMODINIT_FUNC
PyInit__opcode(void)
{
    return PyModuleDef_Init(&_opcode_module);
}

#include "gen/modules/_opcode.inc"
