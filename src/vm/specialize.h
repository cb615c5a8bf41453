/* Specialisation: replacing an adaptive instruction by the form that fits what it has just seen.

   Each function looks at the operands and either writes a specialised opcode with its caches into
   `instruction`, or leaves it adaptive with a longer wait.  None of them fails or runs Python code.
   See cache.h for the cache words, the files of ops/ for the instructions. */
#ifndef KRAIT_VM_SPECIALIZE_H
#define KRAIT_VM_SPECIALIZE_H

#include "object/declare.h"
#include "object/slots.h"
#include "types/function.h"
#include "vm/frame.h"

NOINLINE void specialize_binary_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg,
                          Frame *frame);
NOINLINE void specialize_compare_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg);
NOINLINE void specialize_binary_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction);
NOINLINE void specialize_store_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction);
NOINLINE void specialize_unpack_sequence(PyObject *sequence, _Py_CODEUNIT *instruction, int oparg);
NOINLINE void specialize_load_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
NOINLINE void specialize_store_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
NOINLINE void specialize_load_method(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
NOINLINE void specialize_load_global(PyObject *globals, PyObject *builtins, _Py_CODEUNIT *instruction,
                            PyObject *name);
NOINLINE void specialize_precall(PyThreadState *tstate, PyObject *callable, PyObject **args,
                        _Py_CODEUNIT *instruction, int nargs, int has_self, PyObject *kwnames,
                        int oparg);
NOINLINE void specialize_for_iter(PyObject *iterator, _Py_CODEUNIT *instruction);
NOINLINE void specialize_call(PyObject *callable, _Py_CODEUNIT *instruction, int nargs, PyObject *kwnames);

/* The __init__ that calling `type` would run right after object.__new__, if the loop can run it
   itself: a Python function of a class with nothing special about its making.  Borrowed. */
static ALWAYS_INLINE PyFunctionObject *
class_init_peek(PyTypeObject *type)
{
    if (type->tp_init != slot_init || type->tp_new != PyBaseObject_Type.tp_new ||
        type->tp_alloc != PyType_GenericAlloc || (type->tp_flags & Py_TPFLAGS_IS_ABSTRACT)) {
        return NULL;
    }
    PyFunctionObject *init = (PyFunctionObject *)_PyType_Lookup(type, ID(__init__));
    if (init == NULL || !PyFunction_Check(init) || init->vectorcall != _PyFunction_Vectorcall) {
        return NULL;
    }
    int flags = ((PyCodeObject *)init->func_code)->co_flags;
    return (flags & (CO_OPTIMIZED | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) ==
                   CO_OPTIMIZED
               ? init
               : NULL;
}

/* Does the value that a LOAD_ATTR leaves become the callable of a CALL_FUNCTION_EX? */
bool is_star_callee(const _Py_CODEUNIT *instruction);

/* The two ways every one of them ends. */
NOINLINE void specialize_to(_Py_CODEUNIT *instruction, int opcode);
NOINLINE void specialize_failed(_Py_CODEUNIT *instruction);

#endif
