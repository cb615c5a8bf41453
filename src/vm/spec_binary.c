/* Specialising operators, comparisons, subscripts and unpacking. */
#include <Python.h>
#include <opcode.h>
#include "object/declare.h"
#include "types/function.h"
#include "types/int.h"
#include "types/pairs.h"
#include "vm/cache.h"
#include "vm/eval.h"
#include "vm/specialize.h"

static bool
both_exact(PyObject *a, PyObject *b, PyTypeObject *type)
{
    return Py_IS_TYPE(a, type) && Py_IS_TYPE(b, type);
}

void
specialize_binary_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg,
                     Frame *frame)
{
    int for_int = 0, for_float = 0;
    switch (oparg) {
    case NB_ADD:
    case NB_INPLACE_ADD:
        if (both_exact(left, right, &PyUnicode_Type)) {
            /* s = s + t for a local s: grow it in place. */
            _Py_CODEUNIT following = instruction[2];
            bool to_same = opcode_deoptimized[_Py_OPCODE(following)] == STORE_FAST &&
                           frame->slots[_Py_OPARG(following)] == left;
            specialize_to(instruction,
                          to_same ? BINARY_OP_INPLACE_ADD_UNICODE : BINARY_OP_ADD_UNICODE);
            return;
        }
        for_int = BINARY_OP_ADD_INT;
        for_float = BINARY_OP_ADD_FLOAT;
        break;
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT:
        for_int = BINARY_OP_SUBTRACT_INT;
        for_float = BINARY_OP_SUBTRACT_FLOAT;
        break;
    case NB_MULTIPLY:
    case NB_INPLACE_MULTIPLY:
        for_int = BINARY_OP_MULTIPLY_INT;
        for_float = BINARY_OP_MULTIPLY_FLOAT;
        break;
    case NB_FLOOR_DIVIDE:
    case NB_INPLACE_FLOOR_DIVIDE:
        for_int = BINARY_OP_FLOOR_DIVIDE_INT;
        break;
    case NB_REMAINDER:
    case NB_INPLACE_REMAINDER:
        for_int = BINARY_OP_REMAINDER_INT;
        break;
    case NB_AND:
    case NB_INPLACE_AND:
        for_int = BINARY_OP_AND_INT;
        break;
    case NB_OR:
    case NB_INPLACE_OR:
        for_int = BINARY_OP_OR_INT;
        break;
    case NB_XOR:
    case NB_INPLACE_XOR:
        for_int = BINARY_OP_XOR_INT;
        break;
    case NB_RSHIFT:
    case NB_INPLACE_RSHIFT:
        for_int = BINARY_OP_RSHIFT_INT;
        break;
    case NB_LSHIFT:
    case NB_INPLACE_LSHIFT:
        for_int = BINARY_OP_LSHIFT_INT;
        break;
    case NB_TRUE_DIVIDE:
    case NB_INPLACE_TRUE_DIVIDE:
        for_float = BINARY_OP_TRUE_DIVIDE_FLOAT;
        break;
    }
    if (for_int != 0 && both_exact(left, right, &PyLong_Type)) {
        specialize_to(instruction, for_int);
    }
    else if (for_float != 0 && both_exact(left, right, &PyFloat_Type)) {
        specialize_to(instruction, for_float);
    }
    else {
        specialize_failed(instruction);
    }
}

/* Outcomes: bit 0 less, bit 1 equal, bit 2 greater. */
static const uint8_t outcome_masks[] = {
    [Py_LT] = 1, [Py_LE] = 1 | 2, [Py_EQ] = 2, [Py_NE] = 1 | 4, [Py_GT] = 4, [Py_GE] = 2 | 4,
};

void
specialize_compare_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg)
{
    int jump = opcode_deoptimized[_Py_OPCODE(instruction[1 + opcode_caches[COMPARE_OP]])];
    int mask = outcome_masks[oparg];
    switch (jump) {
    case POP_JUMP_FORWARD_IF_TRUE:
    case POP_JUMP_BACKWARD_IF_TRUE:
        break;
    case POP_JUMP_FORWARD_IF_FALSE:
    case POP_JUMP_BACKWARD_IF_FALSE:
        mask = 7 & ~mask;
        break;
    default:
        /* Without a jump behind it there is no specialised form, now or later. */
        _Py_SET_OPCODE(*instruction, COMPARE_OP);
        return;
    }
    if (both_exact(left, right, &PyLong_Type) && int_is_compact((PyLongObject *)left) &&
        int_is_compact((PyLongObject *)right)) {
        specialize_to(instruction, COMPARE_OP_INT_JUMP);
    }
    else if (both_exact(left, right, &PyFloat_Type)) {
        specialize_to(instruction, COMPARE_OP_FLOAT_JUMP);
    }
    else if (both_exact(left, right, &PyUnicode_Type) && (oparg == Py_EQ || oparg == Py_NE)) {
        specialize_to(instruction, COMPARE_OP_STR_JUMP);
    }
    else {
        specialize_failed(instruction);
        return;
    }
    instruction[1 + CACHE_COMPARE_MASK] = (uint16_t)mask;
}

/* A __getitem__ that is a plain Python function of two parameters. */
static bool
specialize_getitem(PyTypeObject *type, _Py_CODEUNIT *instruction)
{
    if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyObject *found = _PyType_Lookup(type, ID(__getitem__));
    if (found == NULL || !PyFunction_Check(found)) {
        return false;
    }
    PyCodeObject *code = (PyCodeObject *)((PyFunctionObject *)found)->func_code;
    uint32_t version = function_version((PyFunctionObject *)found);
    if (version == 0 || version > UINT16_MAX || type->tp_version_tag == 0 ||
        code->co_argcount != 2 || code->co_kwonlyargcount != 0 ||
        (code->co_flags & (CO_VARARGS | CO_VARKEYWORDS | CO_OPTIMIZED)) != CO_OPTIMIZED) {
        return false;
    }
    ((PyHeapTypeObject *)type)->_spec_cache.getitem = found;
    cache_write32(instruction + 1 + CACHE_SUBSCR_VERSION, type->tp_version_tag);
    instruction[1 + CACHE_SUBSCR_FUNCTION] = (uint16_t)version;
    specialize_to(instruction, BINARY_SUBSCR_GETITEM);
    return true;
}

static bool
is_small_index(PyObject *index)
{
    return PyLong_CheckExact(index) && int_is_compact((PyLongObject *)index);
}

void
specialize_binary_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction)
{
    if (PyList_CheckExact(container) && is_small_index(index)) {
        specialize_to(instruction, BINARY_SUBSCR_LIST_INT);
    }
    else if (PyTuple_CheckExact(container) && is_small_index(index)) {
        specialize_to(instruction, BINARY_SUBSCR_TUPLE_INT);
    }
    else if (PyUnicode_CheckExact(container) && is_small_index(index) &&
             PyUnicode_IS_COMPACT_ASCII(container)) {
        specialize_to(instruction, BINARY_SUBSCR_STR_INT);
    }
    else if (PyDict_CheckExact(container)) {
        specialize_to(instruction, BINARY_SUBSCR_DICT);
    }
    else if (!specialize_getitem(Py_TYPE(container), instruction)) {
        specialize_failed(instruction);
    }
}

void
specialize_store_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction)
{
    if (PyList_CheckExact(container) && is_small_index(index)) {
        specialize_to(instruction, STORE_SUBSCR_LIST_INT);
    }
    else if (PyDict_CheckExact(container)) {
        specialize_to(instruction, STORE_SUBSCR_DICT);
    }
    else {
        specialize_failed(instruction);
    }
}

void
specialize_unpack_sequence(PyObject *sequence, _Py_CODEUNIT *instruction, int oparg)
{
    if (PyTuple_CheckExact(sequence) && PyTuple_GET_SIZE(sequence) == oparg) {
        specialize_to(instruction, oparg == 2 ? UNPACK_SEQUENCE_TWO_TUPLE : UNPACK_SEQUENCE_TUPLE);
    }
    else if (PyList_CheckExact(sequence) && PyList_GET_SIZE(sequence) == oparg) {
        specialize_to(instruction, UNPACK_SEQUENCE_LIST);
    }
    else {
        specialize_failed(instruction);
    }
}

/* There is no cache to count in: the first iterator decides, and another type makes it general for good. */
void
specialize_for_iter(PyObject *iterator, _Py_CODEUNIT *instruction)
{
    PyTypeObject *type = Py_TYPE(iterator);
    int opcode = FOR_ITER_BUILTIN;
    if (type == &PyListIter_Type) {
        opcode = FOR_ITER_LIST;
    }
    else if (type == &PyTupleIter_Type) {
        opcode = FOR_ITER_TUPLE;
    }
    else if (type == &PyRangeIter_Type) {
        opcode = FOR_ITER_RANGE;
    }
    else if (type == &PyGen_Type) {
        opcode = FOR_ITER_GENERATOR;
    }
    else if (opcode_deoptimized[_Py_OPCODE(instruction[1])] == UNPACK_SEQUENCE &&
             _Py_OPARG(instruction[1]) == 2 &&
             (type == &PyDictIterItem_Type || type == &PyEnum_Type ||
              (type == &PyZip_Type && zip_is_of_two(iterator)))) {
        opcode = FOR_ITER_PAIRS;
    }
    _Py_SET_OPCODE(*instruction, opcode);
}
