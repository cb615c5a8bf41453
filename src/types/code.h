/* Code objects: how they are made and how their tables are read. */
#ifndef KRAIT_TYPES_CODE_H
#define KRAIT_TYPES_CODE_H

#include <Python.h>

#include "base/common.h"

/* Kinds of locals-plus slots, the bytes of co_localspluskinds.  A parameter that is also a cell has
   both of the first two bits. */
#define LOCAL_KIND 0x20
#define CELL_KIND 0x40
#define FREE_KIND 0x80

/* How often a code object runs before its instructions are specialised. */
#define WARMUP_RUNS 8

/* Everything a new code object is made of; the layout is ABI.  All references are borrowed. */
struct _PyCodeConstructor {
    PyObject *filename;
    PyObject *name;
    PyObject *qualname;
    int flags;
    PyObject *code;             /* bytes: instructions with cache words */
    int firstlineno;
    PyObject *linetable;        /* bytes */
    PyObject *consts;           /* tuple */
    PyObject *names;            /* tuple of str */
    PyObject *localsplusnames;  /* tuple of str: locals, cells, free variables */
    PyObject *localspluskinds;  /* bytes, one kind per name */
    int argcount;               /* positional-only ones included */
    int posonlyargcount;
    int kwonlyargcount;
    int stacksize;
    PyObject *exceptiontable;   /* bytes */
};

/* SystemError, ValueError or OverflowError if no code object can be made of this. */
int _PyCode_Validate(struct _PyCodeConstructor *parts);
/* A new code object of parts that are valid; interns names and identifier-like constants. */
PyCodeObject *_PyCode_New(struct _PyCodeConstructor *parts);

/* The least count of references that objects have which are never freed. */
#define STATIC_LEAST 900000000
void code_intern(PyCodeObject *code);
/* Intern the strings of a code object if it was built in: it has turned out to be used. */
static inline void
code_used(PyCodeObject *code)
{
    if (Py_REFCNT(code) > STATIC_LEAST) {
        code_intern(code);
    }
}

/* Kinds of rows of a line table; below ROW_ONE_LINE the kind holds the upper bits of the column. */
enum { ROW_ONE_LINE = 10, ROW_NO_COLUMN = 13, ROW_LONG = 14, ROW_NONE = 15 };

/* One row of the line table (PEP 626): `length` bytes of code from `offset` on. */
struct CodeSpan {
    int offset, length;
    int lineno, end_lineno;     /* -1 if there is none */
    int column, end_column;     /* -1 if there is none */
};

/* A walk over the line table. */
struct CodeWalk {
    const uint8_t *next, *end;
    int offset;                 /* where the next row starts */
    int lineno;                 /* what its line is relative to */
};

void code_walk_start(struct CodeWalk *walk, const PyCodeObject *code);
/* False at the end of the table. */
bool code_walk_next(struct CodeWalk *walk, struct CodeSpan *span);
/* A copy of a line table (bytes) without columns, for -X no_debug_ranges. */
PyObject *code_drop_columns(PyObject *table, int firstlineno);

/* The instructions as they were compiled, without what the interpreter wrote over them: new bytes. */
PyObject *code_get_bytes(PyCodeObject *code);

/* The opcode that `opcode` is a form of; itself if it is plain. */
extern const uint8_t opcode_deoptimized[256];
/* Cache words behind each instruction. */
extern const uint8_t opcode_caches[256];

#endif
