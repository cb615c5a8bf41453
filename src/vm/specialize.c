/* Quickening a warm code object, and what all specialisations share.

   A code object is quickened when it has been entered or has jumped back eight times: families with
   specialised forms become adaptive, common pairs of neighbours become one instruction.  A paired
   instruction leaves its second half in place, so that jumps to it work. */
#include <Python.h>
#include <opcode.h>
#include "vm/cache.h"
#include "vm/eval.h"
#include "vm/specialize.h"
#include "object/doors.h"
#include "types/code.h"

void
specialize_to(_Py_CODEUNIT *instruction, int opcode)
{
    _Py_SET_OPCODE(*instruction, opcode);
    instruction[1 + CACHE_COUNTER] = COUNTER_COOLDOWN;
}

void
specialize_failed(_Py_CODEUNIT *instruction)
{
    instruction[1 + CACHE_COUNTER] = counter_back_off(instruction[1 + CACHE_COUNTER]);
}

/* The adaptive form of a family, 0 if it has none. */
static int
adaptive_of(int opcode)
{
    switch (opcode) {
    case BINARY_OP: return BINARY_OP_ADAPTIVE;
    case BINARY_SUBSCR: return BINARY_SUBSCR_ADAPTIVE;
    case CALL: return CALL_ADAPTIVE;
    case COMPARE_OP: return COMPARE_OP_ADAPTIVE;
    case LOAD_ATTR: return LOAD_ATTR_ADAPTIVE;
    case LOAD_GLOBAL: return LOAD_GLOBAL_ADAPTIVE;
    case LOAD_METHOD: return LOAD_METHOD_ADAPTIVE;
    case PRECALL: return PRECALL_ADAPTIVE;
    case STORE_ATTR: return STORE_ATTR_ADAPTIVE;
    case STORE_SUBSCR: return STORE_SUBSCR_ADAPTIVE;
    case UNPACK_SEQUENCE: return UNPACK_SEQUENCE_ADAPTIVE;
    }
    return 0;
}

int
quickened_opcode(int opcode)
{
    int adaptive = adaptive_of(opcode);
    return adaptive != 0 ? adaptive : opcode;
}

int
quickened_pair(int first, int second)
{
    switch (first << 8 | second) {
    case LOAD_CONST << 8 | LOAD_FAST: return LOAD_CONST__LOAD_FAST;
    case LOAD_FAST << 8 | LOAD_CONST: return LOAD_FAST__LOAD_CONST;
    case LOAD_FAST << 8 | LOAD_FAST: return LOAD_FAST__LOAD_FAST;
    case STORE_FAST << 8 | LOAD_FAST: return STORE_FAST__LOAD_FAST;
    case STORE_FAST << 8 | STORE_FAST: return STORE_FAST__STORE_FAST;
    }
    return 0;
}

void
quicken_code(PyCodeObject *code)
{
    code_used(code);
    _Py_CODEUNIT *units = _PyCode_CODE(code);
    int previous = -1;
    Py_ssize_t paired = -1;             /* where the newest pair stands */
    for (Py_ssize_t i = 0; i < Py_SIZE(code); i++) {
        int opcode = opcode_deoptimized[_Py_OPCODE(units[i])];
        int adaptive = adaptive_of(opcode);
        if (adaptive != 0) {
            _Py_SET_OPCODE(units[i], adaptive);
            if (opcode == LOAD_ATTR && previous == LOAD_FAST) {
                /* An attribute of a local saves more than what the LOAD_FAST may be paired with. */
                _Py_SET_OPCODE(units[i - 1], LOAD_FAST__LOAD_ATTR);
                if (paired == i - 2) {
                    _Py_SET_OPCODE(units[i - 2], opcode_deoptimized[_Py_OPCODE(units[i - 2])]);
                }
            }
            i += opcode_caches[opcode];
            previous = -1;
            continue;
        }
        switch (opcode) {
        case EXTENDED_ARG:
            _Py_SET_OPCODE(units[i], EXTENDED_ARG_QUICK);
            break;
        case FOR_ITER:
            _Py_SET_OPCODE(units[i], FOR_ITER_ADAPTIVE);
            break;
        case JUMP_BACKWARD:
            _Py_SET_OPCODE(units[i], JUMP_BACKWARD_QUICK);
            break;
        case RESUME:
            _Py_SET_OPCODE(units[i], RESUME_QUICK);
            break;
        default:
            if (previous >= 0 && quickened_pair(previous, opcode) != 0) {
                _Py_SET_OPCODE(units[i - 1], quickened_pair(previous, opcode));
                paired = i - 1;
            }
            i += opcode_caches[opcode];
        }
        previous = opcode;
    }
}
