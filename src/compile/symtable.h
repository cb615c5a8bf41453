/* Symbol tables: which names a block binds, and where each name it uses lives.

   A ScopeEntry describes one block (module, class, function, comprehension, or an annotation under
   PEP 563) and is the Python object that the `symtable` module shows.  Its `symbols` map the mangled
   name to an int: DEF_* bits, with the scope that analysis found in the bits from SCOPE_SHIFT on. */
#ifndef KRAIT_COMPILE_SYMTABLE_H
#define KRAIT_COMPILE_SYMTABLE_H

#include "compile/ast.h"

enum BlockType { FUNCTION_BLOCK, CLASS_BLOCK, MODULE_BLOCK, ANNOTATION_BLOCK };

enum ComprehensionType { NO_COMPREHENSION, LIST_COMPREHENSION, DICT_COMPREHENSION,
                         SET_COMPREHENSION, GENERATOR_COMPREHENSION };

enum SymbolFlag {
    DEF_GLOBAL = 1,             /* named by a global statement */
    DEF_LOCAL = 2,              /* assigned in the block */
    DEF_PARAM = 4,
    DEF_NONLOCAL = 8,
    USE = 16,
    DEF_FREE = 32,
    DEF_FREE_CLASS = 64,        /* bound by the class body and free in one of its functions */
    DEF_IMPORT = 128,
    DEF_ANNOT = 256,
    DEF_COMP_ITER = 512,        /* target of a comprehension's for */
    DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT,
};

enum SymbolScope { SCOPE_UNKNOWN, SCOPE_LOCAL, SCOPE_GLOBAL_EXPLICIT, SCOPE_GLOBAL_IMPLICIT,
                   SCOPE_FREE, SCOPE_CELL };

#define SCOPE_SHIFT 11
#define SCOPE_BITS 15

struct SymbolTable;

/* The name is the ABI's: PySymtable_Lookup() returns one. */
typedef struct _symtable_entry {
    PyObject_HEAD
    PyObject *id;               /* int: address of the block's node */
    PyObject *symbols;          /* dict: name -> flags */
    PyObject *name;
    PyObject *varnames;         /* list of parameters, in order */
    PyObject *children;         /* list of entries; annotation blocks are left out */
    PyObject *directives;       /* list of (name, positions) of global and nonlocal, or NULL */
    int type;                   /* enum BlockType */
    int nested;                 /* within a function, at any depth */
    unsigned has_free : 1;
    unsigned child_has_free : 1;
    unsigned generator : 1;
    unsigned coroutine : 1;
    unsigned varargs : 1;
    unsigned varkeywords : 1;
    unsigned returns_value : 1;
    unsigned needs_class_closure : 1;   /* a method uses __class__ */
    unsigned in_target : 1;     /* while visiting a comprehension's target */
    unsigned comprehension : 3; /* enum ComprehensionType */
    int in_iterable;            /* > 0 while visiting a comprehension's iterable */
    int lineno, col_offset, end_lineno, end_col_offset;
    struct _symtable_entry *outer;      /* borrowed, valid while the table is built */
} ScopeEntry;

struct SymbolTable {
    PyObject *filename;         /* borrowed */
    int future;                 /* CO_FUTURE_* bits */
    ScopeEntry *top;            /* owned: the module */
    ScopeEntry *current;        /* borrowed: innermost block */
    PyObject *globals;          /* borrowed: top->symbols */
    PyObject *blocks;           /* dict: int address of node -> entry */
    PyObject *class_name;       /* borrowed: for mangling, or NULL */
    int depth, depth_limit;     /* of the visitor's recursion */
};

/* Releases a table; NULL is allowed. */
void symtable_free(struct SymbolTable *table);

/* The entry of the block whose node is `key`, a new reference; KeyError if there is none. */
ScopeEntry *symtable_entry(struct SymbolTable *table, void *key);

/* The scope of a (mangled) name in a block, SCOPE_UNKNOWN if it is not there, -1 on errors. */
int entry_scope(ScopeEntry *entry, PyObject *name);

/* The flags of a (mangled) name in a block, 0 if it is not there, -1 on errors. */
long entry_flags(ScopeEntry *entry, PyObject *name);

/* A new reference to `name` as it is called within a class (PEP 8's double underscore);
   `class_name` may be NULL. */
PyObject *mangle_name(PyObject *class_name, PyObject *name);

/* Recursion budget for a walk over the tree, scaled from the thread's Python recursion limit. */
void tree_depth_init(int *depth, int *limit);

#endif
