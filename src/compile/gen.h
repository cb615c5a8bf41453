/* Generation: a syntax tree becomes basic blocks of instructions, one Unit per code object.

   Every gen_* function returns a status and appends to the current block of the current unit.  The
   unit's `loc` is the position that emitted instructions get; generators of expressions restore it. */
#ifndef KRAIT_COMPILE_GEN_H
#define KRAIT_COMPILE_GEN_H

#include "compile/ast.h"
#include "compile/flow.h"
#include "compile/merge.h"
#include "compile/symtable.h"
#include "object/declare.h"

enum UnitKind { UNIT_MODULE, UNIT_CLASS, UNIT_FUNCTION, UNIT_ASYNC_FUNCTION, UNIT_LAMBDA,
                UNIT_COMPREHENSION };

/* Constructs that return, break and continue must unwind on their way out. */
enum FrameKind { FRAME_WHILE, FRAME_FOR, FRAME_TRY_EXCEPT, FRAME_FINALLY_TRY, FRAME_FINALLY_END,
                 FRAME_WITH, FRAME_ASYNC_WITH, FRAME_HANDLER_CLEANUP, FRAME_POP_VALUE,
                 FRAME_HANDLER, FRAME_GROUP_HANDLER, FRAME_ASYNC_COMPREHENSION };

struct FrameBlock {
    enum FrameKind kind;
    Block *block;               /* where continue goes */
    Block *exit;                /* where break goes */
    void *datum;                /* StmtSeq of a finally, Stmt of a with, name of a handler */
};

#define MAX_FRAME_BLOCKS 20

/* What goes through a display or a call without building a collection piecewise. */
#define STACK_GUIDELINE 30

struct Unit {
    struct Unit *outer;
    struct ArenaMark before;    /* in the generator's `work` */
    Scope *scope;
    enum UnitKind kind;
    PyObject *name, *qualname;  /* owned; qualname NULL for a module */
    PyObject *class_name;       /* borrowed or NULL: for mangling */
    struct Numbering names;     /* co_names */
    struct Numbering consts;    /* by identity, after they were merged */
    PyObject *const_values;     /* list of the constants by index; gets longer than `consts` */
    PyObject **locals;          /* parameters, then other locals as they are met */
    PyObject **cells;           /* cell variables, then free ones, both sorted */
    int local_count, cell_count, free_count;
    int argcount, posonlyargcount, kwonlyargcount;
    int firstlineno;
    Block *newest;              /* all blocks, newest first */
    Block *entry;
    Block *block;               /* where instructions are appended */
    Loc loc;
    bool has_regions;           /* code was protected by a handler */
    int frame_count;            /* what stands behind is not cleared at the start */
    struct FrameBlock frames[MAX_FRAME_BLOCKS];
};

/* Bytes that grow. */
struct Bytes {
    uint8_t *start, *next, *end;
};

typedef struct Gen {
    Arena *arena;
    Arena *work;                /* blocks, instructions and tables of units, until each is done */
    PyObject *filename;         /* borrowed */
    PyCompilerFlags *flags;
    PyFutureFeatures future;
    int optimize;
    bool interactive;
    int nesting;                /* of units */
    struct SymbolTable *table;
    struct Unit *unit;          /* innermost */
    struct ConstCache const_cache;      /* constants shared by all units */
    struct Bytes code, lines, handlers; /* tables of the unit that is being assembled */
} Gen;

#define LOC_OF(node)                                                                               \
    ((Loc){(node)->lineno, (node)->end_lineno, (node)->col_offset, (node)->end_col_offset})
#define SET_LOC(g, node) ((g)->unit->loc = LOC_OF(node))

/* Instructions from here on belong to no line of the source. */
static inline void
unset_loc(Gen *g)
{
    g->unit->loc = NO_LOC;
}

/* ---- gen.c: units, names, emission ---- */

status enter_unit(Gen *g, PyObject *name, enum UnitKind kind, void *key, int lineno);
void leave_unit(Gen *g);
/* Gives back what the generator owns. */
void gen_clear(Gen *g);

Block *new_block(Gen *g);
/* Lays `block` out behind the current one and makes it current. */
void use_block(Gen *g, Block *block);

/* Declares and creates a block; leaves the function without memory. */
#define NEW_BLOCK(g, name)                                                                         \
    Block *name = new_block(g);                                                                    \
    if (name == NULL) {                                                                            \
        return -1;                                                                                 \
    }

status emit(Gen *g, int op);
status emit_arg(Gen *g, int op, Py_ssize_t arg);
status emit_at(Gen *g, int op, Py_ssize_t arg, Block *target, Loc loc);
status emit_jump(Gen *g, int op, Block *target);
status emit_jump_no_loc(Gen *g, int op, Block *target);
status emit_const(Gen *g, PyObject *value);
/* Steals `value`; NULL passes an error on. */
status emit_const_take(Gen *g, PyObject *value);
/* The argument is the index of the mangled name in co_names. */
status emit_name(Gen *g, int op, PyObject *name);
/* The same of a name that no class makes private. */
status emit_plain_name(Gen *g, int op, PyObject *name);
/* Load, store or delete a variable wherever it lives. */
status emit_variable(Gen *g, PyObject *name, enum ExprContext ctx);
status emit_call(Gen *g, Py_ssize_t arguments);

/* Index of a constant, added if new; -1 on errors. */
Py_ssize_t const_index(Gen *g, PyObject *value);
/* Borrowed; NULL on errors. */
PyObject *mangled_name(Gen *g, PyObject *name);

status push_frame(Gen *g, enum FrameKind kind, Block *block, Block *exit, void *datum);
void pop_frame(Gen *g);

/* SyntaxError at the current position. */
status gen_error(Gen *g, const char *format, ...);
/* SyntaxWarning at the current position. */
status gen_warn(Gen *g, const char *format, ...);

/* True in the outermost block under PyCF_ALLOW_TOP_LEVEL_AWAIT. */
bool top_level_await(Gen *g);
/* Refuses __debug__ as the name of something assigned or deleted. */
status check_name(Gen *g, PyObject *name, enum ExprContext ctx);

/* ---- gen_expr.c ---- */

status gen_expr(Gen *g, Expr *e);
status gen_exprs(Gen *g, ExprSeq *seq);
/* An annotation: its text under PEP 563, else its value. */
status gen_annotation(Gen *g, Expr *annotation);
/* Jumps to `target` if the truth of `e` is `condition`, falls through otherwise. */
status gen_jump_if(Gen *g, Expr *e, Block *target, bool condition);
/* A call whose callable and first `pushed` arguments are on the stack. */
status gen_call_with(Gen *g, Py_ssize_t pushed, ExprSeq *args, KeywordSeq *keywords);
/* SEND loop around what is on the stack, on behalf of `await` or `yield from`. */
status gen_send_loop(Gen *g, bool awaits);
status gen_await(Gen *g, int kind);
/* Code object on the stack to function or closure; steals `code`. */
status gen_closure_take(Gen *g, PyCodeObject *code, int flags);
/* `target op= value`. */
status gen_aug_assign(Gen *g, Stmt *s);
/* Position of `.attr`, should it stand on a later line than the expression's start. */
void loc_of_attribute(Gen *g, Expr *attribute);

/* ---- gen_def.c: functions, lambdas, classes, comprehensions ---- */

status gen_function(Gen *g, Stmt *s, bool is_async);
status gen_class(Gen *g, Stmt *s);
status gen_lambda(Gen *g, Expr *e);
status gen_comprehension(Gen *g, Expr *e);

/* ---- gen_stmt.c ---- */

status gen_stmt(Gen *g, Stmt *s);
status gen_stmts(Gen *g, StmtSeq *body);
/* The statements of a module or class with its docstring and annotations. */
status gen_body(Gen *g, StmtSeq *body);
/* Does the body annotate a variable, outside nested scopes? */
bool has_annotation(StmtSeq *body);

/* ---- gen_flow.c: loops, with, try, and leaving them ---- */

status gen_for(Gen *g, Stmt *s);
status gen_async_for(Gen *g, Stmt *s);
status gen_while(Gen *g, Stmt *s);
status gen_with(Gen *g, Stmt *s, int index);
status gen_async_with(Gen *g, Stmt *s, int index);
status gen_try(Gen *g, Stmt *s);
status gen_return(Gen *g, Stmt *s);
status gen_break(Gen *g, Stmt *s);
status gen_continue(Gen *g, Stmt *s);

/* ---- gen_match.c ---- */

status gen_match(Gen *g, Stmt *s);

/* ---- assemble.c ---- */

/* The code object of the current unit; `add_none` if running off its end returns None. */
PyCodeObject *assemble(Gen *g, bool add_none);

#endif
