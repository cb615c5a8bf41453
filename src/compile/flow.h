/* Basic blocks: the form of a code object between generation and assembly.

   A block is a run of instructions entered only at its start; jumps stand only at its end.  Blocks
   are chained twice: `older` links all of them in reverse order of creation, `next` gives the order
   in which they will stand in memory. */
#ifndef KRAIT_COMPILE_FLOW_H
#define KRAIT_COMPILE_FLOW_H

#include <Python.h>

#include "base/arena.h"
#include "base/common.h"
#include "compile/merge.h"

enum Opcode {
#define OPCODE(name, number, caches, argument, effect, taken) name = number,
#include "vm/opcode.def"

    /* Pseudo-instructions: replaced before the code is assembled. */
    SETUP_FINALLY = -1,         /* start of a region: errors go to target with (exc) pushed */
    SETUP_CLEANUP = -2,         /* the same, target gets (instruction offset, exc) */
    SETUP_WITH = -3,            /* like SETUP_CLEANUP after dropping the result of __enter__ */
    POP_BLOCK = -4,             /* end of the innermost region */
    JUMP = -5,                  /* unconditional, in either direction */
    JUMP_NO_INTERRUPT = -6,
    POP_JUMP_IF_FALSE = -7,     /* the conditional jumps without a direction */
    POP_JUMP_IF_TRUE = -8,
    POP_JUMP_IF_NONE = -9,
    POP_JUMP_IF_NOT_NONE = -10,
};

/* A source range; lineno < 0 is "no position", columns < 0 "no column". */
typedef struct Loc {
    int lineno, end_lineno, col, end_col;
} Loc;

#define NO_LOC ((Loc){-1, -1, -1, -1})

typedef struct Block Block;

typedef struct Instr {
    int op;
    int arg;
    Block *target;              /* of jumps and SETUP_* */
    Block *handler;             /* where an error here goes, or NULL */
    Loc loc;
} Instr;

struct Block {
    Block *older;
    Block *next;
    Instr *items;
    int used, room;
    int predecessors;           /* valid after flow_optimize() */
    int depth;                  /* of the stack at entry, -1 if not yet known */
    int offset;                 /* of the first instruction, in code units */
    int words;                  /* code units without the jump at the end */
    struct Handlers *handlers;  /* while regions are resolved */
    bool ended;                 /* while code is generated: the last instruction jumps or leaves */
    bool opens;                 /* may hold an instruction that opens a region */
    bool has_nop;               /* may hold a NOP */
    bool lacks_line;            /* may hold an instruction without a position */
    bool is_exit;               /* ends by leaving the code object */
    bool no_fall;               /* control never runs into `next` */
    bool seen;                  /* scratch mark of the passes */
    bool wants_offset;          /* handler: the instruction offset is pushed below the exception */
};

struct Flow {
    Arena *arena;
    Block *entry;
    Block *newest;              /* head of the `older` chain */
    PyObject *filename;         /* borrowed, for messages */
    struct ConstCache *const_cache;
    bool has_regions;           /* some block opens one */
};

/* What an opcode is, at op - LOWEST_OPCODE: bits, and above them how many cache words follow it. */
enum { LOWEST_OPCODE = POP_JUMP_IF_NOT_NONE };
enum { OP_JUMPS = 1, OP_OPENS_REGION = 2, OP_LEAVES_CODE = 4, OP_TUNED = 8, OP_CACHES_SHIFT = 4 };
extern const uint8_t op_facts[256 - LOWEST_OPCODE];

static ALWAYS_INLINE bool
is_jump(const Instr *instr)
{
    return op_facts[instr->op - LOWEST_OPCODE] & OP_JUMPS;
}

static ALWAYS_INLINE bool
opens_region(const Instr *instr)
{
    return op_facts[instr->op - LOWEST_OPCODE] & OP_OPENS_REGION;
}

/* Must the instruction be the last of its block? */
static ALWAYS_INLINE bool
ends_block(const Instr *instr)
{
    return op_facts[instr->op - LOWEST_OPCODE] & (OP_JUMPS | OP_LEAVES_CODE);
}

static ALWAYS_INLINE int
cache_words(int op)
{
    return op_facts[op - LOWEST_OPCODE] >> OP_CACHES_SHIFT;
}

/* The change of stack depth, for a jump that is `taken` or falls through (0, 1; -1: the larger). */
int stack_effect(int op, int arg, int taken);

/* A new empty block at the head of the chain; NULL with MemoryError. */
Block *block_new(Arena *arena, Block **newest);
/* Makes room in a block that is full. */
status block_grow(Arena *arena, Block *block);
/* Room for one more instruction at index `at`, cleared. */
Instr *block_insert(Arena *arena, Block *block, int at);

/* Makes the graph well-formed: exit and fall-through bits, no jump to an empty block. */
status flow_normalize(struct Flow *flow);
/* Copies small exit blocks over the jumps that lead to them. */
status flow_inline_exits(struct Flow *flow);
/* Peephole optimisation, removal of dead and empty blocks.  May append to the list `consts`. */
status flow_optimize(struct Flow *flow, PyObject *consts);
/* Gives every exit without a line number to one predecessor each, so that it can inherit its line. */
status flow_split_exits(struct Flow *flow);
/* Chooses directions for jumps; the order of blocks is final. */
void flow_direct_jumps(struct Flow *flow);
/* Fills in positions that can be inherited. */
void flow_propagate_lines(struct Flow *flow, int firstlineno);
/* The depth of the stack the code needs, -1 on errors.  `at_start` is the depth at entry. */
int flow_stack_depth(struct Flow *flow, int at_start);
/* Sets Instr.handler from the regions and turns their pseudo-instructions into NOPs, then drops
   the NOPs nobody needs. */
status flow_resolve_handlers(struct Flow *flow);

#endif
