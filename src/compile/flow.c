/* Control flow between generation and assembly: normal form, peephole rewriting, dead code, line
   numbers, stack depth and exception regions, in the order flow.h lists them.

   Invariants while the passes run:
   1. only the last instruction of a block jumps or leaves (after flow_normalize);
   2. a jump never leads to an empty block that has a successor;
   3. blocks and instruction arrays belong to the arena and are never freed singly. */
#include "compile/flow.h"

#include "compile/ast.h"

#include <opcode.h>

/* An exit block up to this size is cheaper copied than jumped to. */
#define MAX_COPIED_EXIT 4

/* opcode.h of the public headers defines the numbers as macros too; the enum is the same. */

/* ---- facts about instructions ---- */

#define JUMPS_FORWARD OP_JUMPS
#define JUMPS_BACKWARD OP_JUMPS
#define JUMPS_NONE 0
#define JUMPS_PLAIN 0
#define JUMPS_CONST 0
#define JUMPS_NAME 0
#define JUMPS_LOCAL 0
#define JUMPS_FREE 0
#define JUMPS_COMPARE 0
#define LEAVES(op) ((op) == RETURN_VALUE || (op) == RAISE_VARARGS || (op) == RERAISE ? OP_LEAVES_CODE : 0)
/* What the peephole pass looks at, beside jumps. */
#define TUNED(op)                                                                                  \
    ((op) == LOAD_CONST || (op) == BUILD_TUPLE || (op) == SWAP || (op) == PUSH_NULL || (op) == NOP \
         ? OP_TUNED                                                                                \
         : 0)
#define OPCODE(name, number, caches, argument, effect, taken)                                      \
    [number - LOWEST_OPCODE] = JUMPS_##argument | LEAVES(number) | TUNED(number) |                 \
                               (caches) << OP_CACHES_SHIFT,

const uint8_t op_facts[256 - LOWEST_OPCODE] = {
#include "vm/opcode.def"
    [JUMP - LOWEST_OPCODE] = OP_JUMPS,
    [JUMP_NO_INTERRUPT - LOWEST_OPCODE] = OP_JUMPS,
    [POP_JUMP_IF_FALSE - LOWEST_OPCODE] = OP_JUMPS,
    [POP_JUMP_IF_TRUE - LOWEST_OPCODE] = OP_JUMPS,
    [POP_JUMP_IF_NONE - LOWEST_OPCODE] = OP_JUMPS,
    [POP_JUMP_IF_NOT_NONE - LOWEST_OPCODE] = OP_JUMPS,
    [SETUP_FINALLY - LOWEST_OPCODE] = OP_OPENS_REGION,
    [SETUP_CLEANUP - LOWEST_OPCODE] = OP_OPENS_REGION,
    [SETUP_WITH - LOWEST_OPCODE] = OP_OPENS_REGION,
};

static ALWAYS_INLINE bool
leaves_code(const Instr *instr)
{
    return op_facts[instr->op - LOWEST_OPCODE] & OP_LEAVES_CODE;
}

static bool
jumps_always(const Instr *instr)
{
    switch (instr->op) {
    case JUMP:
    case JUMP_NO_INTERRUPT:
    case JUMP_FORWARD:
    case JUMP_BACKWARD:
    case JUMP_BACKWARD_NO_INTERRUPT:
        return true;
    }
    return false;
}

int
stack_effect(int op, int arg, int taken)
{
    int falls, jumps;
    switch (op) {
#define OPCODE(name, number, caches, argument, effect, effect_taken)                               \
    case number:                                                                                   \
        falls = (effect);                                                                          \
        jumps = (effect_taken);                                                                    \
        break;
#include "vm/opcode.def"
    case SETUP_FINALLY:
    case SETUP_WITH:
        falls = 0;
        jumps = 1;
        break;
    case SETUP_CLEANUP:
        falls = 0;
        jumps = 2;
        break;
    case POP_BLOCK:
    case JUMP:
    case JUMP_NO_INTERRUPT:
        falls = jumps = 0;
        break;
    case POP_JUMP_IF_FALSE:
    case POP_JUMP_IF_TRUE:
    case POP_JUMP_IF_NONE:
    case POP_JUMP_IF_NOT_NONE:
        falls = jumps = -1;
        break;
    default:
        return PY_INVALID_STACK_EFFECT;
    }
    return taken > 0 ? jumps : taken == 0 ? falls : Py_MAX(falls, jumps);
}

/* BIAS + the effect of falling through, at op - LOWEST_OPCODE; 0 if it depends on the argument, which
   takes more than two characters to say. */
#define BIAS 64
#define arg 0
#define OPCODE(name, number, caches, argument, effect, taken)                                      \
    [number - LOWEST_OPCODE] = sizeof(#effect) <= sizeof("-1") ? BIAS + (effect) : 0,

static const int8_t known_effect[256 - LOWEST_OPCODE] = {
#include "vm/opcode.def"
};
#undef arg

/* ---- blocks ---- */

Block *
block_new(Arena *arena, Block **newest)
{
    Block *block = arena_alloc(arena, sizeof *block);
    if (block == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memset(block, 0, sizeof *block);
    block->depth = -1;
    block->older = *newest;
    *newest = block;
    return block;
}

status
block_grow(Arena *arena, Block *block)
{
    if (block->room > INT_MAX / 4 / (int)sizeof(Instr)) {
        PyErr_NoMemory();
        return -1;
    }
    int room = block->room ? 2 * block->room : 8;
    Instr *items = ast_alloc(arena, (size_t)room * sizeof(Instr));
    if (items == NULL) {
        return -1;
    }
    if (block->used > 0) {
        memcpy(items, block->items, (size_t)block->used * sizeof(Instr));
    }
    block->items = items;
    block->room = room;
    return 0;
}

Instr *
block_insert(Arena *arena, Block *block, int at)
{
    if (block->used == block->room && block_grow(arena, block) < 0) {
        return NULL;
    }
    Instr *instr = &block->items[at];
    if (at < block->used) {
        memmove(instr + 1, instr, (size_t)(block->used - at) * sizeof(Instr));
    }
    *instr = (Instr){0};
    block->used++;
    return instr;
}

static Instr *
last_instr(Block *block)
{
    return block->used ? &block->items[block->used - 1] : NULL;
}

static status
append_copies(struct Flow *flow, Block *to, const Block *from)
{
    while (to->room - to->used < from->used) {
        if (block_grow(flow->arena, to) < 0) {
            return -1;
        }
    }
    memcpy(to->items + to->used, from->items, (size_t)from->used * sizeof(Instr));
    to->used += from->used;
    to->has_nop |= from->has_nop;
    to->lacks_line |= from->lacks_line;
    to->opens |= from->opens;
    return 0;
}

static void
skip_empty_targets(Instr *jump)
{
    while (jump->target->used == 0 && jump->target->next != NULL) {
        jump->target = jump->target->next;
    }
}

/* ---- normal form ---- */

status
flow_normalize(struct Flow *flow)
{
    for (Block *b = flow->newest; b != NULL; b = b->older) {
        Instr *last = last_instr(b);
        if (last == NULL) {
            continue;
        }
        if (leaves_code(last)) {
            b->is_exit = b->no_fall = 1;
        }
        else if (is_jump(last)) {
            if (jumps_always(last)) {
                b->no_fall = 1;
            }
            skip_empty_targets(last);
        }
    }
    return 0;
}

static bool
has_line(const Block *block)
{
    for (int i = 0; i < block->used; i++) {
        if (block->items[i].loc.lineno > 0) {
            return true;
        }
    }
    return false;
}

static status
inline_exit(struct Flow *flow, Block *block)
{
    Instr *last = last_instr(block);
    if (last == NULL || (last->op != JUMP && last->op != JUMP_FORWARD &&
                         last->op != JUMP_BACKWARD)) {
        return 0;
    }
    Block *target = last->target;
    if (!target->is_exit || target->used > MAX_COPIED_EXIT || has_line(target)) {
        return 0;
    }
    last->op = NOP;
    last->arg = 0;
    last->target = NULL;
    block->has_nop = 1;
    block->is_exit = 1;
    return append_copies(flow, block, target);
}

status
flow_inline_exits(struct Flow *flow)
{
    for (Block *b = flow->newest; b != NULL; b = b->older) {
        TRY(inline_exit(flow, b));
    }
    return 0;
}

/* ---- constants ---- */

/* The index of a constant equal to `value` in the list, appended if need be.  Steals `value`. */
static int
find_const_take(struct Flow *flow, PyObject *consts, PyObject *value)
{
    value = const_merge_take(flow->const_cache, value);
    if (value == NULL) {
        return -1;
    }
    Py_ssize_t i, count = PyList_GET_SIZE(consts);
    for (i = 0; i < count && PyList_GET_ITEM(consts, i) != value; i++) {
    }
    status result = i == count ? PyList_Append(consts, value) : 0;
    Py_DECREF(value);
    if (i > INT_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "too many constants");
        return -1;
    }
    return result < 0 ? -1 : (int)i;
}

/* ---- peephole ---- */

static ALWAYS_INLINE void
make_nop(Block *block, Instr *instr)
{
    instr->op = NOP;
    instr->arg = 0;
    block->has_nop = 1;
}

/* `count` constants and BUILD_TUPLE become one constant. */
static status
fold_built_tuple(struct Flow *flow, Block *block, Instr *first, int count, PyObject *consts)
{
    for (int i = 0; i < count; i++) {
        if (first[i].op != LOAD_CONST) {
            return 0;
        }
    }
    PyObject *tuple = PyTuple_New(count);
    if (tuple == NULL) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(PyList_GET_ITEM(consts, first[i].arg)));
    }
    int index = find_const_take(flow, consts, tuple);
    if (index < 0) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        make_nop(block, &first[i]);
    }
    first[count].op = LOAD_CONST;
    first[count].arg = index;
    return 0;
}

/* A run of SWAPs (with NOPs between) permutes the stack.  Finds the cycles of that permutation and
   writes the fewest swaps that make it, the rest NOPs, aligned to the end of the run.

   `*at` is the index of the first SWAP and becomes that of the run's last instruction. */
static status
shorten_swaps(Block *block, int *at)
{
    Instr *run = &block->items[*at];
    int depth = run[0].arg, length = 1, swaps = 1;
    for (; *at + length < block->used; length++) {
        if (run[length].op == SWAP) {
            depth = Py_MAX(depth, run[length].arg);
            swaps++;
        }
        else if (run[length].op != NOP) {
            break;
        }
    }
    if (swaps < 2) {
        return 0;
    }
    *at += length - 1;
    /* order[i]: which original item, counted from the top, ends at place i. */
    int *order = PyMem_Malloc((size_t)depth * sizeof(int));
    if (order == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < depth; i++) {
        order[i] = i;
    }
    for (int i = 0; i < length; i++) {
        if (run[i].op == SWAP) {
            int other = run[i].arg - 1, top = order[0];
            order[0] = order[other];
            order[other] = top;
        }
    }
    /* Every cycle of length n takes n - 1 swaps if it contains the top, else n + 1.  Written from
       the end backwards. */
    int write = length - 1;
    for (int start = 0; start < depth; start++) {
        if (order[start] < 0 || order[start] == start) {
            continue;
        }
        int place = start;
        for (;;) {
            if (place != 0) {
                run[write].op = SWAP;
                run[write--].arg = place + 1;
            }
            if (order[place] < 0) {
                break;
            }
            int next = order[place];
            order[place] = -1;
            place = next;
        }
    }
    while (write >= 0) {
        make_nop(block, &run[write--]);
    }
    PyMem_Free(order);
    return 0;
}

static bool
may_swap_across(const Instr *instr)
{
    return instr->op == STORE_FAST || instr->op == POP_TOP;
}

/* The next instruction after `at` that matters, if it is on the given line (any if lineno < 0) and
   could be exchanged with another store; -1 otherwise. */
static int
next_swappable(const Block *block, int at, int lineno)
{
    while (++at < block->used) {
        const Instr *instr = &block->items[at];
        if (lineno >= 0 && instr->loc.lineno != lineno) {
            return -1;
        }
        if (instr->op == NOP) {
            lineno = instr->loc.lineno;
            continue;
        }
        return may_swap_across(instr) ? at : -1;
    }
    return -1;
}

/* Instead of swapping values before they are stored, exchanges the stores. */
static void
swap_statically(Block *block, int at)
{
    for (; at >= 0; at--) {
        Instr *swap = &block->items[at];
        if (swap->op != SWAP) {
            if (swap->op == NOP || may_swap_across(swap)) {
                continue;       /* nothing to see, or already exchanged */
            }
            return;
        }
        int first = next_swappable(block, at, -1);
        if (first < 0) {
            return;
        }
        int lineno = block->items[first].loc.lineno, second = first;
        for (int count = swap->arg; count > 1; count--) {
            second = next_swappable(block, second, lineno);
            if (second < 0) {
                return;
            }
        }
        make_nop(block, swap);
        Instr exchanged = block->items[first];
        block->items[first] = block->items[second];
        block->items[second] = exchanged;
    }
}

/* Lets a jump to a jump go where that one goes. */
static bool
thread_jump(Instr *jump, const Instr *onward, int op)
{
    /* Another line must stay visible to tracing; a jump to itself is an endless loop. */
    if (jump->loc.lineno == onward->loc.lineno && jump->target != onward->target) {
        jump->target = onward->target;
        jump->op = op;
        return true;
    }
    return false;
}

/* LOAD_CONST followed by a test of it. */
static status
optimize_const_test(Block *block, int at, PyObject *consts)
{
    Instr *load = &block->items[at], *next = load + 1;
    if (at + 1 >= block->used) {
        return 0;
    }
    PyObject *value = PyList_GET_ITEM(consts, load->arg);
    switch (next->op) {
    case POP_JUMP_IF_FALSE:
    case POP_JUMP_IF_TRUE:
    case JUMP_IF_FALSE_OR_POP:
    case JUMP_IF_TRUE_OR_POP: {
        truth is_true = PyObject_IsTrue(value);
        if (is_true < 0) {
            return -1;
        }
        bool keeps = next->op == JUMP_IF_FALSE_OR_POP || next->op == JUMP_IF_TRUE_OR_POP;
        bool jumps_if = next->op == POP_JUMP_IF_TRUE || next->op == JUMP_IF_TRUE_OR_POP;
        if (is_true == jumps_if) {
            next->op = JUMP;
            block->no_fall = 1;
            if (!keeps) {
                make_nop(block, load);
            }
        }
        else {
            make_nop(block, load);
            make_nop(block, next);
        }
        return 0;
    }
    case IS_OP: {
        int jump = at + 2 < block->used ? next[1].op : 0;
        if (value == Py_None && (jump == POP_JUMP_IF_FALSE || jump == POP_JUMP_IF_TRUE)) {
            bool negated = next->arg;
            next[1].op = negated ^ (jump == POP_JUMP_IF_FALSE) ? POP_JUMP_IF_NOT_NONE
                                                               : POP_JUMP_IF_NONE;
            make_nop(block, load);
            make_nop(block, next);
        }
        return 0;
    }
    }
    return 0;
}

/* A short-circuit jump; `same` is the kind that tests likewise and pops, `inverse` the two that test
   the other way.  True if the instruction must be looked at again. */
static bool
thread_short_circuit(Instr *jump, const Instr *target, int pops, int inverse_keeps,
                     int inverse_pops)
{
    if (target->op == pops) {
        return thread_jump(jump, target, pops);
    }
    if (target->op == JUMP || target->op == jump->op) {
        return thread_jump(jump, target, jump->op);
    }
    if ((target->op == inverse_keeps || target->op == inverse_pops) &&
        jump->loc.lineno == target->loc.lineno) {
        /* The second test is known to fail, so control goes on behind it. */
        jump->op = pops;
        jump->target = jump->target->next;
        return true;
    }
    return false;
}

static status
optimize_block(struct Flow *flow, Block *block, PyObject *consts)
{
    static const Instr nothing = {.op = NOP};
    for (int i = 0; i < block->used; i++) {
        Instr *instr = &block->items[i];
        if (!(op_facts[instr->op - LOWEST_OPCODE] & (OP_JUMPS | OP_TUNED))) {
            continue;
        }
        const Instr *next = i + 1 < block->used ? instr + 1 : &nothing;
        const Instr *target = &nothing;
        if (is_jump(instr)) {
            skip_empty_targets(instr);
            if (instr->target->used > 0) {
                target = &instr->target->items[0];
            }
        }
        bool again = false;
        switch (instr->op) {
        case NOP:
            block->has_nop = 1;
            break;
        case LOAD_CONST:
            TRY(optimize_const_test(block, i, consts));
            break;
        case BUILD_TUPLE:
            if (next->op == UNPACK_SEQUENCE && next->arg == instr->arg && instr->arg >= 1 &&
                instr->arg <= 3) {
                if (instr->arg == 1) {
                    make_nop(block, instr + 1);
                }
                else {
                    instr[1].op = SWAP;
                }
                make_nop(block, instr);
            }
            else if (i >= instr->arg) {
                TRY(fold_built_tuple(flow, block, instr - instr->arg, instr->arg, consts));
            }
            break;
        case JUMP_IF_FALSE_OR_POP:
            again = thread_short_circuit(instr, target, POP_JUMP_IF_FALSE, JUMP_IF_TRUE_OR_POP,
                                         POP_JUMP_IF_TRUE);
            break;
        case JUMP_IF_TRUE_OR_POP:
            again = thread_short_circuit(instr, target, POP_JUMP_IF_TRUE, JUMP_IF_FALSE_OR_POP,
                                         POP_JUMP_IF_FALSE);
            break;
        case POP_JUMP_IF_FALSE:
        case POP_JUMP_IF_TRUE:
        case POP_JUMP_IF_NONE:
        case POP_JUMP_IF_NOT_NONE:
        case JUMP:
            again = target->op == JUMP && thread_jump(instr, target, instr->op);
            break;
        case SWAP:
            if (instr->arg == 1) {
                make_nop(block, instr);
                break;
            }
            TRY(shorten_swaps(block, &i));
            swap_statically(block, i);
            break;
        case PUSH_NULL:
            if (next->op == LOAD_GLOBAL && (next->arg & 1) == 0) {
                instr[1].arg |= 1;
                make_nop(block, instr);
            }
            break;
        }
        if (again) {
            i--;
        }
    }
    return 0;
}

/* ---- removal ---- */

static int
line_after(const Block *block)
{
    const Block *next = block->next;
    while (next != NULL && next->used == 0) {
        next = next->next;
    }
    return next == NULL ? INT_MIN : next->items[0].loc.lineno;
}

/* Drops NOPs whose line some neighbour shows. */
static void
drop_nops(Block *block)
{
    if (!block->has_nop) {
        return;
    }
    block->has_nop = 0;
    int kept = 0, previous = -1;
    for (int i = 0; i < block->used; i++) {
        Instr *instr = &block->items[i];
        int lineno = instr->loc.lineno;
        if (instr->op == NOP) {
            if (lineno < 0 || lineno == previous) {
                continue;
            }
            if (i + 1 < block->used) {
                int following = instr[1].loc.lineno;
                if (following < 0) {
                    instr[1].loc = instr->loc;
                }
                if (following < 0 || following == lineno) {
                    continue;
                }
            }
            else if (line_after(block) == lineno) {
                continue;
            }
            block->has_nop = 1;
        }
        if (kept != i) {
            block->items[kept] = *instr;
        }
        kept++;
        previous = lineno;
    }
    block->used = kept;
}

static void
drop_empty_blocks(struct Flow *flow)
{
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        while (b->next != NULL && b->next->used == 0) {
            b->next = b->next->next;
        }
    }
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        Instr *last = last_instr(b);
        if (last != NULL && is_jump(last)) {
            skip_empty_targets(last);
        }
    }
}

/* Counts how control reaches each block.  Region handlers count as reached. */
static status
count_predecessors(struct Flow *flow)
{
    size_t count = 0;
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        b->predecessors = 0;
        count++;
    }
    Block **stack = PyMem_Malloc(count * sizeof(Block *)), **top = stack;
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    flow->entry->predecessors = 1;
    *top++ = flow->entry;
    while (top > stack) {
        Block *b = *--top;
        if (b->next != NULL && !b->no_fall) {
            if (b->next->predecessors++ == 0) {
                *top++ = b->next;
            }
        }
        for (int i = b->opens ? 0 : Py_MAX(b->used - 1, 0); i < b->used; i++) {
            Instr *instr = &b->items[i];
            if ((is_jump(instr) || opens_region(instr)) && instr->target->predecessors++ == 0) {
                *top++ = instr->target;
            }
        }
    }
    PyMem_Free(stack);
    return 0;
}

/* A jump to the next block becomes a NOP, which may yet get a line and then stays. */
static void
drop_jumps_to_next(struct Flow *flow)
{
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        Instr *last = last_instr(b);
        if (last != NULL && (last->op == JUMP || last->op == JUMP_NO_INTERRUPT) &&
            last->target == b->next) {
            b->no_fall = 0;
            make_nop(b, last);
        }
    }
}

status
flow_optimize(struct Flow *flow, PyObject *consts)
{
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        TRY(optimize_block(flow, b, consts));
        drop_nops(b);
    }
    TRY(flow_inline_exits(flow));
    TRY(count_predecessors(flow));
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        if (b->predecessors == 0) {
            b->used = 0;
            b->no_fall = 0;
        }
    }
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        drop_nops(b);
    }
    drop_empty_blocks(flow);
    drop_jumps_to_next(flow);
    return 0;
}

/* ---- lines ---- */

static bool
is_exit_without_line(const Block *block)
{
    if (!block->is_exit) {
        return false;
    }
    for (int i = 0; i < block->used; i++) {
        if (block->items[i].loc.lineno >= 0) {
            return false;
        }
    }
    return true;
}

status
flow_split_exits(struct Flow *flow)
{
    /* Newest first: copies end up in the order of the jumps to them. */
    for (Block *b = flow->newest; b != NULL; b = b->older) {
        Instr *last = last_instr(b);
        if (last == NULL || !is_jump(last)) {
            continue;
        }
        Block *target = last->target;
        if (is_exit_without_line(target) && target->predecessors > 1) {
            Block *copy = block_new(flow->arena, &flow->newest);
            if (copy == NULL || append_copies(flow, copy, target) < 0) {
                return -1;
            }
            copy->is_exit = copy->no_fall = 1;
            copy->items[0].loc = last->loc;
            last->target = copy;
            target->predecessors--;
            copy->predecessors = 1;
            copy->next = target->next;
            target->next = copy;
        }
    }
    drop_empty_blocks(flow);
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        if (!b->no_fall && b->next != NULL && b->used > 0 && is_exit_without_line(b->next)) {
            b->next->items[0].loc = b->items[b->used - 1].loc;
        }
    }
    return 0;
}

void
flow_propagate_lines(struct Flow *flow, int firstlineno)
{
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        if (b->used == 0) {
            continue;
        }
        Loc loc = b->lacks_line ? NO_LOC : b->items[b->used - 1].loc;
        for (int i = 0; b->lacks_line && i < b->used; i++) {
            if (b->items[i].loc.lineno < 0) {
                b->items[i].loc = loc;
            }
            else {
                loc = b->items[i].loc;
            }
        }
        if (!b->no_fall && b->next != NULL && b->next->predecessors == 1 && b->next->used > 0 &&
            b->next->items[0].loc.lineno < 0) {
            b->next->items[0].loc = loc;
        }
        Instr *last = last_instr(b);
        if (is_jump(last) && last->target->predecessors == 1 &&
            last->target->items[0].loc.lineno < 0) {
            last->target->items[0].loc = loc;
        }
    }
    /* A return must have a line, for tracing. */
    int lineno = firstlineno;
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        Instr *last = last_instr(b);
        if (last == NULL) {
            continue;
        }
        if (last->loc.lineno >= 0) {
            lineno = last->loc.lineno;
        }
        else if (last->op == RETURN_VALUE) {
            for (int i = 0; i < b->used; i++) {
                b->items[i].loc.lineno = b->items[i].loc.end_lineno = lineno;
            }
        }
    }
}

/* ---- jumps ---- */

void
flow_direct_jumps(struct Flow *flow)
{
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        b->seen = 0;
    }
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        b->seen = 1;
        Instr *last = last_instr(b);
        if (last == NULL || !is_jump(last)) {
            continue;
        }
        bool forward = !last->target->seen;
        switch (last->op) {
        case JUMP:
            last->op = forward ? JUMP_FORWARD : JUMP_BACKWARD;
            break;
        case JUMP_NO_INTERRUPT:
            last->op = forward ? JUMP_FORWARD : JUMP_BACKWARD_NO_INTERRUPT;
            break;
        case POP_JUMP_IF_FALSE:
            last->op = forward ? POP_JUMP_FORWARD_IF_FALSE : POP_JUMP_BACKWARD_IF_FALSE;
            break;
        case POP_JUMP_IF_TRUE:
            last->op = forward ? POP_JUMP_FORWARD_IF_TRUE : POP_JUMP_BACKWARD_IF_TRUE;
            break;
        case POP_JUMP_IF_NONE:
            last->op = forward ? POP_JUMP_FORWARD_IF_NONE : POP_JUMP_BACKWARD_IF_NONE;
            break;
        case POP_JUMP_IF_NOT_NONE:
            last->op = forward ? POP_JUMP_FORWARD_IF_NOT_NONE : POP_JUMP_BACKWARD_IF_NOT_NONE;
            break;
        }
    }
}

/* ---- stack depth ---- */

static Block **
push_depth(Block **top, Block *block, int depth)
{
    if (block->depth < 0) {
        block->depth = depth;
        *top++ = block;
    }
    return top;
}

int
flow_stack_depth(struct Flow *flow, int at_start)
{
    size_t count = 0;
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        b->depth = -1;
        count++;
    }
    Block **stack = PyMem_Malloc(count * sizeof(Block *));
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int deepest = 0;
    Block **top = push_depth(stack, flow->entry, at_start);
    while (top > stack) {
        Block *b = *--top;
        Block *next = b->next;
        int depth = b->depth;
        Instr *last = last_instr(b);
        for (Instr *instr = b->items; last != NULL && instr <= last; instr++) {
            int effect = known_effect[instr->op - LOWEST_OPCODE] - BIAS;
            if (effect == -BIAS) {
                effect = stack_effect(instr->op, instr->arg, 0);
                if (effect == PY_INVALID_STACK_EFFECT) {
                    PyErr_Format(PyExc_SystemError,
                                 "compiler stack_effect(opcode=%d, arg=%i) failed", instr->op,
                                 instr->arg);
                    PyMem_Free(stack);
                    return -1;
                }
            }
            if ((b->opens && opens_region(instr)) || (instr == last && is_jump(instr))) {
                int at_target = depth + stack_effect(instr->op, instr->arg, 1);
                deepest = Py_MAX(deepest, at_target);
                top = push_depth(top, instr->target, at_target);
            }
            depth += effect;
            deepest = Py_MAX(deepest, depth);
        }
        if (last != NULL && (jumps_always(last) || leaves_code(last))) {
            next = NULL;
        }
        if (next != NULL) {
            top = push_depth(top, next, depth);
        }
    }
    PyMem_Free(stack);
    return deepest;
}

/* ---- exception regions ---- */

/* A persistent stack of open regions: blocks that share an outer part share its nodes. */
struct Handlers {
    struct Handlers *outer;
    Block *handler;
};

static Block **
push_handlers(Block **top, Block *block, struct Handlers *open)
{
    if (!block->seen) {
        block->seen = 1;
        block->handlers = open;
        *top++ = block;
    }
    return top;
}

static Block **
resolve_block(struct Flow *flow, Block *b, Block **top)
{
    struct Handlers *open = b->handlers;
    for (int i = 0; i < b->used; i++) {
        Instr *instr = &b->items[i];
        if (opens_region(instr)) {
            if (instr->op != SETUP_FINALLY) {
                instr->target->wants_offset = 1;
            }
            /* A handler runs under the regions around its own. */
            top = push_handlers(top, instr->target, open);
            struct Handlers *inner = arena_alloc(flow->arena, sizeof *inner);
            if (inner == NULL) {
                PyErr_NoMemory();
                return NULL;
            }
            inner->outer = open;
            inner->handler = instr->target;
            open = inner;
        }
        else if (instr->op == POP_BLOCK) {
            open = open->outer;
        }
        else {
            instr->handler = open ? open->handler : NULL;
            if (is_jump(instr)) {
                top = push_handlers(top, instr->target, open);
            }
        }
    }
    if (b->next != NULL && !b->no_fall) {
        top = push_handlers(top, b->next, open);
    }
    return top;
}

static status
resolve_regions(struct Flow *flow)
{
    size_t count = 0;
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        b->seen = 0;
        b->handlers = NULL;
        count++;
    }
    Block **stack = PyMem_Malloc(count * sizeof(Block *));
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Block **top = push_handlers(stack, flow->entry, NULL);
    while (top != NULL && top > stack) {
        Block *b = *--top;
        top = resolve_block(flow, b, top);
    }
    PyMem_Free(stack);
    if (top == NULL) {
        return -1;
    }
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            if (opens_region(&b->items[i]) || b->items[i].op == POP_BLOCK) {
                make_nop(b, &b->items[i]);
            }
        }
    }
    return 0;
}

status
flow_resolve_handlers(struct Flow *flow)
{
    TRY(flow->has_regions ? resolve_regions(flow) : 0);
    for (Block *b = flow->entry; b != NULL; b = b->next) {
        drop_nops(b);
    }
    return 0;
}
