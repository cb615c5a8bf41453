/* The abstract syntax tree between parser and compiler.

   Every node lives in an Arena; strings and numbers in it are objects that the arena owns, so nodes
   hold borrowed references.  Sequences may be NULL, which means empty.  Lines count from 1, columns
   are UTF-8 byte offsets from 0.  The nodes themselves are declared in ast.def. */
#ifndef KRAIT_COMPILE_AST_H
#define KRAIT_COMPILE_AST_H

#include <Python.h>

#include "base/arena.h"

static inline void
ast_release(void *item)
{
    Py_DECREF((PyObject *)item);
}

/* A new arena whose owned items are Python objects.  NULL with MemoryError set. */
static inline Arena *
arena_new(void)
{
    Arena *arena = arena_create(ast_release);
    if (arena == NULL) {
        PyErr_NoMemory();
    }
    return arena;
}

/* arena_alloc() that sets MemoryError. */
static inline void *
ast_alloc(Arena *arena, size_t size)
{
    void *block = arena_alloc(arena, size);
    if (unlikely(block == NULL)) {
        PyErr_NoMemory();
    }
    return block;
}

/* Gives one reference of `item` to the arena.  If that fails the reference is dropped and
   MemoryError set. */
static inline status
arena_take(Arena *arena, PyObject *item)
{
    if (unlikely(arena_own(arena, item) < 0)) {
        Py_DECREF(item);
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

#include "gen/compile/ast_nodes.h"

/* A step that may fail, in a function that returns status. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

/* Length of a sequence that may be NULL. */
#define seq_len(seq) ((seq) == NULL ? 0 : (seq)->len)

/* The docstring of a body (the str of a leading expression statement), borrowed, or NULL. */
PyObject *ast_docstring(StmtSeq *body);

/* How deeply a tree may nest before RecursionError: three times the interpreter's own limit, as far
   as the C stack allows. */
int ast_depth_limit(void);

/* ---- ast_object.c: nodes as Python objects ---- */

/* A new object of the matching class in module _ast. */
PyObject *ast_to_object(Mod *mod);

/* The tree described by an object; `mode` is 0 exec, 1 eval, 2 single.  TypeError or ValueError if
   the object has the wrong class or lacks a required field. */
Mod *ast_from_object(PyObject *object, Arena *arena, int mode);

/* ast_validate.c: -1 with ValueError or TypeError if no source text could have produced the tree. */
status ast_validate(Mod *mod);

/* True if the object is an instance of _ast.AST; -1 with an exception. */
int PyAST_Check(PyObject *object);

/* Puts AST and all node classes into module _ast. */
status ast_add_classes(PyObject *module);

/* The classes, made when first needed.  They hang off the interpreter. */
struct AstState;
struct AstState **ast_state_slot(void);
void ast_state_free(struct AstState *state);

/* ---- unparse.c ---- */

/* Source text of an expression, as stored for annotations under PEP 563. */
PyObject *unparse_expr(Expr *expr);

#endif
