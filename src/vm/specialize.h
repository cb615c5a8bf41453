/* Specialisation: replacing an adaptive instruction by the form that fits what it has just seen.

   Each function looks at the operands and either writes a specialised opcode with its caches into
   `instruction`, or leaves it adaptive with a longer wait.  None of them fails or runs Python code.
   See cache.h for the cache words, the files of ops/ for the instructions. */
#ifndef KRAIT_VM_SPECIALIZE_H
#define KRAIT_VM_SPECIALIZE_H

#include "vm/frame.h"

void specialize_binary_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg,
                          Frame *frame);
void specialize_compare_op(PyObject *left, PyObject *right, _Py_CODEUNIT *instruction, int oparg);
void specialize_binary_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction);
void specialize_store_subscr(PyObject *container, PyObject *index, _Py_CODEUNIT *instruction);
void specialize_unpack_sequence(PyObject *sequence, _Py_CODEUNIT *instruction, int oparg);
void specialize_load_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
void specialize_store_attr(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
void specialize_load_method(PyObject *owner, _Py_CODEUNIT *instruction, PyObject *name);
void specialize_load_global(PyObject *globals, PyObject *builtins, _Py_CODEUNIT *instruction,
                            PyObject *name);
void specialize_precall(PyThreadState *tstate, PyObject *callable, PyObject **args,
                        _Py_CODEUNIT *instruction, int nargs, int has_self, PyObject *kwnames,
                        int oparg);
void specialize_call(PyObject *callable, _Py_CODEUNIT *instruction, int nargs, PyObject *kwnames);

/* The two ways every one of them ends. */
void specialize_to(_Py_CODEUNIT *instruction, int opcode);
void specialize_failed(_Py_CODEUNIT *instruction);

#endif
