/* Making symbol tables, for the files that do it: symtable.c, symtable_visit.c, symtable_analyze.c.

   A table being made has a current block, but after the first walk; scopes, symbols and directives
   belong to its arena, names to the tree or the arena.  A pointer to a Symbol is valid until a name is
   added to its scope.  Whoever fails has set an exception; the table is then released, not mended. */
#ifndef KRAIT_COMPILE_SYMTABLE_BUILD_H
#define KRAIT_COMPILE_SYMTABLE_BUILD_H

#include "compile/symtable.h"

/* The position quadruple that every node with a position holds after its kind (or first). */
#define AT(node) (&(node)->lineno)

/* A scope inside the current block, which is not entered; NULL with an exception. */
Scope *scope_new(struct SymbolTable *table, PyObject *name, enum BlockType type, void *key, const int *at);

/* A (mangled) name that the scope does not have yet; NULL with MemoryError. */
struct Symbol *scope_add(struct SymbolTable *table, Scope *scope, PyObject *name);

/* Set a DEF_* bit of a name, which is mangled first. */
status scope_define(struct SymbolTable *table, Scope *scope, PyObject *name, unsigned flag, const int *at);

/* Give the SyntaxError that is set its place; -1. */
status symtable_fail_at(struct SymbolTable *table, const int *at);

/* The first walk: enters the module's block and collects. */
status symtable_visit(struct SymbolTable *table, Mod *mod);

/* The second walk: sets the scope of every symbol. */
status symtable_analyze(struct SymbolTable *table);

#endif
