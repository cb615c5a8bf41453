/* Symbol tables: which names a block binds, and where each name it uses lives.

   A Scope describes one block (module, class, function, comprehension, or an annotation under PEP
   563).  It numbers the mangled names that the block mentions; a name's flags are DEF_* bits, with
   the scope that analysis found in the bits from SCOPE_SHIFT on.  Names are interned: equal ones are
   one object.  Scopes live in the arena of the compilation; what the `symtable` module shows are
   objects made from them at the end. */
#ifndef KRAIT_COMPILE_SYMTABLE_H
#define KRAIT_COMPILE_SYMTABLE_H

#include "compile/ast.h"
#include "compile/numbering.h"

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

struct Symbol {
    unsigned flags;
    int index;                  /* among the locals, cells or free variables of the code; -1 if none */
};

/* A global or nonlocal statement's name. */
struct Directive {
    struct Directive *next;
    PyObject *name;             /* mangled */
    int at[4];
};

typedef struct Scope {
    void *key;                  /* the block's node */
    PyObject *name;
    struct Scope *outer;        /* the block around it */
    struct Scope *inner, **inner_end, *next;    /* blocks inside, in order; annotations are left out */
    struct Numbering names;
    struct Symbol *symbols;     /* by number of the name */
    int symbol_room;
    int param_count;            /* parameters are the first symbols */
    struct Directive *directives, **directives_end;
    enum BlockType type;
    int nested;                 /* within a function, at any depth */
    unsigned generator : 1;
    unsigned coroutine : 1;
    unsigned varargs : 1;
    unsigned varkeywords : 1;
    unsigned needs_class_closure : 1;   /* a method uses __class__ */
    unsigned in_target : 1;     /* while visiting a comprehension's target */
    enum ComprehensionType comprehension;
    int in_iterable;            /* > 0 while visiting a comprehension's iterable */
    int lineno, col_offset, end_lineno, end_col_offset;
} Scope;

/* What Python sees of a scope.  The name is the ABI's: PySymtable_Lookup() returns one. */
typedef struct _symtable_entry {
    PyObject_HEAD
    PyObject *id;               /* int: address of the block's node */
    PyObject *symbols;          /* dict: name -> flags */
    PyObject *name;
    PyObject *varnames;         /* list of parameters, in order */
    PyObject *children;         /* list of entries */
    int type;                   /* enum BlockType */
    int nested;
    int lineno;
} ScopeEntry;

struct SymbolTable {
    Arena *arena;               /* borrowed */
    PyObject *filename;         /* borrowed */
    int future;                 /* CO_FUTURE_* bits */
    Scope *top;                 /* the module */
    Scope *current;             /* innermost block */
    struct Numbering keys;      /* of the blocks' nodes */
    Scope **scopes;             /* by number of the key */
    int scope_room;
    PyObject *class_name;       /* borrowed: for mangling, or NULL */
    int depth, depth_limit;     /* of the visitor's recursion */
};

/* Releases a table; NULL is allowed. */
void symtable_free(struct SymbolTable *table);

/* The scope of the block whose node is `key`; NULL with KeyError if there is none. */
Scope *symtable_scope(struct SymbolTable *table, void *key);

/* A new object that shows the scope and those inside it. */
ScopeEntry *scope_object(Scope *scope);

/* A (mangled) name in a block, NULL if it is not there. */
static ALWAYS_INLINE struct Symbol *
scope_find(Scope *scope, PyObject *name)
{
    int number = numbering_find(&scope->names, name);
    return number < 0 ? NULL : &scope->symbols[number];
}

static ALWAYS_INLINE enum SymbolScope
symbol_scope(const struct Symbol *symbol)
{
    return symbol == NULL ? SCOPE_UNKNOWN : (enum SymbolScope)(symbol->flags >> SCOPE_SHIFT & SCOPE_BITS);
}

/* The interned name under which `name` is known within a class (PEP 8's double underscore);
   `class_name` may be NULL.  Borrowed from the tree or the arena. */
PyObject *mangle_slow(Arena *arena, PyObject *class_name, PyObject *name);

static ALWAYS_INLINE PyObject *
mangle_name(Arena *arena, PyObject *class_name, PyObject *name)
{
    if (likely(PyUnicode_CHECK_INTERNED(name) != 0)) {
        if (class_name == NULL) {
            return name;
        }
        if (likely(PyUnicode_IS_COMPACT_ASCII(name))) {
            const char *text = (const char *)((PyASCIIObject *)name + 1);
            if (text[0] != '_' || text[1] != '_') {
                return name;
            }
        }
    }
    return mangle_slow(arena, class_name, name);
}

/* Recursion budget for a walk over the tree, scaled from the thread's Python recursion limit. */
void tree_depth_init(int *depth, int *limit);

/* One level deeper; whoever comes back lowers *depth.  -1 with RecursionError. */
static inline status
tree_descend(int *depth, int limit)
{
    if (++*depth > limit) {
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded during compilation");
        return -1;
    }
    return 0;
}

#endif
