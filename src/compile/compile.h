/* Source text to syntax tree to code object: the entry points of src/compile. */
#ifndef KRAIT_COMPILE_COMPILE_H
#define KRAIT_COMPILE_COMPILE_H

#include <stdio.h>

#include "compile/ast.h"

/* Start symbol for the type of a function in a type comment, beside Py_file_input, Py_eval_input
   and Py_single_input. */
#ifndef Py_func_type_input
#define Py_func_type_input 345
#endif

/* Parses NUL-terminated source bytes.  They are UTF-8 if PyCF_IGNORE_COOKIE is set, otherwise in
   the encoding of their BOM or cookie (PEP 263).  `flags` may be NULL; a future import that changes
   the syntax is read from it.  NULL with SyntaxError (or a subclass) set. */
Mod *parse_string(const char *source, PyObject *filename, int start, PyCompilerFlags *flags,
                  Arena *arena);

/* Reads all of `file` and parses it; `encoding` overrides the cookie if not NULL. */
Mod *parse_file(FILE *file, PyObject *filename, const char *encoding, int start,
                PyCompilerFlags *flags, Arena *arena);

/* Reads one statement from a terminal.  `ps1` and `ps2` are the prompts, UTF-8 or NULL.  On an error
   `*errcode` is E_EOF if the input ended before a statement began. */
Mod *parse_file_interactive(FILE *file, PyObject *filename, const char *encoding, int start,
                            const char *ps1, const char *ps2, PyCompilerFlags *flags,
                            int *errcode, Arena *arena);

/* What `*errcode` of parse_file_interactive() becomes at the end of the input. */
#define PARSE_EOF 11

/* The CO_FUTURE_* features that a module's imports from __future__ ask for. */
status future_from_tree(Mod *mod, PyObject *filename, PyFutureFeatures *future);

struct SymbolTable;

struct SymbolTable *symtable_build(Mod *mod, PyObject *filename, PyFutureFeatures *future,
                                   Arena *arena);

/* A new code object for the whole tree.  `optimize` is -1 for the interpreter's own level. */
PyCodeObject *compile_module(Mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize,
                             Arena *arena);

#endif
