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

/* ---- where a value goes ----------------------------------------------------------------------- */

/* How many items an instruction takes from the stack, and how many it puts there; false for all that jumps and
   what hardly stands between a function and its arguments. */
static bool
stack_effect_known(int opcode, int oparg, int *taken, int *put)
{
    *taken = 0;
    *put = 1;
    switch (opcode) {
    case LOAD_CONST:
    case LOAD_DEREF:
    case LOAD_FAST:
    case LOAD_NAME:
    case PUSH_NULL:
        return true;
    case KW_NAMES:
    case NOP:
    case PRECALL:
        *put = 0;
        return true;
    case LOAD_GLOBAL:
        *put = 1 + (oparg & 1);
        return true;
    case LIST_TO_TUPLE:
    case LOAD_ATTR:
        *taken = 1;
        return true;
    case LOAD_METHOD:
        *taken = 1;
        *put = 2;
        return true;
    case BINARY_OP:
    case BINARY_SUBSCR:
        *taken = 2;
        return true;
    case BUILD_LIST:
    case BUILD_STRING:
    case BUILD_TUPLE:
        *taken = oparg;
        return true;
    case BUILD_MAP:
        *taken = 2 * oparg;
        return true;
    case BUILD_CONST_KEY_MAP:
        *taken = oparg + 1;
        return true;
    case DICT_MERGE:
    case LIST_APPEND:
    case LIST_EXTEND:
        *taken = oparg + 1;
        *put = oparg;
        return true;
    case CALL:
        *taken = oparg + 2;
        return true;
    case CALL_FUNCTION_EX:
        *taken = 3 + (oparg & 1);
        return true;
    }
    return false;
}

bool
is_star_callee(const _Py_CODEUNIT *instruction)
{
    int above = 0;                      /* items on top of the value */
    int high = 0;
    const _Py_CODEUNIT *at = instruction + 1 + opcode_caches[LOAD_ATTR];
    for (;;) {
        int opcode = opcode_deoptimized[_Py_OPCODE(*at)], oparg = high | _Py_OPARG(*at), taken, put;
        if (opcode == EXTENDED_ARG) {
            high = oparg << 8;
            at++;
            continue;
        }
        if (opcode == CALL_FUNCTION_EX && above == 1 + (oparg & 1)) {
            return true;
        }
        if (!stack_effect_known(opcode, oparg, &taken, &put) || taken > above) {
            return false;
        }
        above += put - taken;
        high = 0;
        at += 1 + opcode_caches[opcode];
    }
}

/* BUILD_LIST: is the list only extended once, and then made a tuple of? */
static bool
is_for_tuple(const _Py_CODEUNIT *instruction)
{
    int above = 0;
    const _Py_CODEUNIT *at = instruction + 1;
    for (;;) {
        int opcode = opcode_deoptimized[_Py_OPCODE(*at)], oparg = _Py_OPARG(*at), taken, put;
        if (opcode == LIST_EXTEND && above == 1 && oparg == 1) {
            return _Py_OPCODE(at[1]) == LIST_TO_TUPLE;
        }
        if (!stack_effect_known(opcode, oparg, &taken, &put) || taken > above) {
            return false;
        }
        above += put - taken;
        at += 1 + opcode_caches[opcode];
    }
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
    case LOAD_CONST << 8 | RETURN_VALUE: return LOAD_CONST__RETURN_VALUE;
    case LOAD_FAST << 8 | RETURN_VALUE: return LOAD_FAST__RETURN_VALUE;
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
        case BUILD_LIST:
            if (is_for_tuple(&units[i])) {
                _Py_SET_OPCODE(units[i], BUILD_LIST_FOR_TUPLE);
            }
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
