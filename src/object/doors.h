/* Doors: calls from a lower layer to a higher one for which the public C API has no word.

   A lower layer calls through this header, the higher one defines the function.  Kept short on
   purpose: prefer PyImport_*, PyErr_Warn*, PyEval_* where they say the same. */
#ifndef KRAIT_OBJECT_DOORS_H
#define KRAIT_OBJECT_DOORS_H

#include <Python.h>
#include "base/common.h"

/* runtime/gil.c: attend to what made the breaker non-zero: signals, pending calls, a GIL drop
   request, an asynchronous exception.  -1 with an exception set if the frame must unwind. */
status breaker_handle(PyThreadState *tstate);
/* runtime/gil.c: wake the evaluation loop of an interpreter. */
void breaker_set(PyInterpreterState *interp);

/* runtime/import.c: `from package import *` and IMPORT_NAME with the interpreter's own import. */
PyObject *import_name(PyThreadState *tstate, PyObject *builtins, PyObject *globals,
                      PyObject *locals, PyObject *name, PyObject *fromlist, PyObject *level);

/* runtime/suggest.c: the name closest to a failed one, for "Did you mean"; NULL without an
   exception if there is none. */
PyObject *suggest_for(PyObject *exception);

/* types/format_quick.c: format() of an exact int, float or str without a method call; NULL without an
   exception for any other value. */
PyObject *format_native(PyObject *value, PyObject *spec);

/* vm/specialize.c: the opcode that stands for a family in quickened code before it has seen an operand. */
int quickened_opcode(int opcode);
/* The instruction that does the work of two neighbours, 0 if there is none. */
int quickened_pair(int first, int second);

/* runtime/frozen.c: the code object that marshal would make of the data, if it was built into the executable
   and has not been handed out; NULL, mostly without an exception. */
PyObject *frozen_code_of(const char *data, size_t size);

/* types/module.c: the attributes of a module that every start makes and few programs look at are made when they
   are asked for.  `get` makes a single one, NULL without an exception if it is none of the few that the start
   needs; `fill` adds all of them.  Only one module waits at a time, others are filled at once. */
status module_late(PyObject *module, PyObject *(*get)(PyObject *module, PyObject *name),
                   int (*fill)(PyObject *module));
/* Make what waits: somebody may see the module's dict, or objects of which nobody told him. */
status module_late_end(void);
/* An attribute that is missing in the dict, from what waits; NULL, mostly without an exception. */
PyObject *module_late_get(PyObject *module, PyObject *name);

/* observe: called at allocation and release when a hook is installed (base/alloc.h). */

#endif
