/* What can be known about a pattern before it meets a text.

   The matcher runs a copy of the compiled code in which each word has a second word at a fixed
   distance, its note (SIDE in machine.h).  A note names a set of characters:

       one-character item   those it accepts
       alternative          those its branch can begin with
       REPEAT_ONE + 1       those that what follows can begin with
       REPEAT + 1, UNTIL    those the body, what follows the repeat, can begin with
       AT of a boundary     the word characters

   0 says nothing is known.  A note lets the matcher pass over ways that cannot succeed without
   storing a choice; a repeated item that shares no character with what follows needs no choices at
   all and becomes possessive.

   Sets are bits of 256-byte tables, eight sets to a table: one load tests a character below 256.
   For others a note tells whether the set may have them.

   Beside the notes: which characters can stand at the first, second, ... place of a match, for the
   search (`start`).  All of it follows positions through the code as an automaton would
   (Thompson, "Regular expression search algorithm", 1968): sets of positions, no recursion. */
#include "modules/_sre/sre.h"

struct chars {
    Word bits[SETWORDS];
    Word beyond;                    /* may it hold characters from 256 on? */
};

/* A place in the code that takes one character. */
struct place {
    Word pc;                        /* of the item */
    Word head;                      /* of the one-character repeat around it, or NOWHERE */
    Word taken;                     /* by that repeat, up to its minimum */
};

enum { NOWHERE = 0xffffffff, MAX_SETS = 256 };

typedef struct {
    const Word *code;
    Word *side;
    Py_ssize_t size;
    Word *owner;                    /* UNTIL -> its REPEAT */
    uint32_t *seen, stamp;          /* places that the current closure has visited */
    Word *pending;
    Py_ssize_t pending_len;
    struct place *places[2];
    Py_ssize_t places_len;
    struct chars *sets;
    int sets_len;
    Py_ssize_t budget;              /* steps left; analysis of hostile code ends here */
} Analysis;

/* ---- sets ----------------------------------------------------------------------------------- */

static inline void
chars_add(struct chars *set, Word c)
{
    if (c < 256) {
        set->bits[c / 32] |= 1u << (c & 31);
    }
    else {
        set->beyond = true;
    }
}

static void
chars_join(struct chars *set, const struct chars *other)
{
    for (int i = 0; i < SETWORDS; i++) {
        set->bits[i] |= other->bits[i];
    }
    set->beyond |= other->beyond;
}

static bool
chars_meet(const struct chars *a, const struct chars *b)
{
    for (int i = 0; i < SETWORDS; i++) {
        if (a->bits[i] & b->bits[i]) {
            return true;
        }
    }
    return a->beyond && b->beyond;
}

static int
chars_count(const struct chars *set)
{
    int n = 0;
    for (int i = 0; i < SETWORDS; i++) {
        n += __builtin_popcount(set->bits[i]);
    }
    return n;
}

/* The note for a set; 0 if there are too many sets. */
static Word
note_of(Analysis *a, const struct chars *set)
{
    int i = 0;
    while (i < a->sets_len && memcmp(&a->sets[i], set, sizeof(*set)) != 0) {
        i++;
    }
    if (i == MAX_SETS) {
        return 0;
    }
    if (i == a->sets_len) {
        a->sets[a->sets_len++] = *set;
    }
    return (Word)(i / 8) << 8 | 1u << (i % 8) | (set->beyond ? 0 : NOTE_NOT_BEYOND);
}

static inline const struct chars *
set_of(const Analysis *a, Word note)
{
    return &a->sets[(note & NOTE_TABLE) / 256 * 8 + (Word)__builtin_ctz(note & 255)];
}

static bool
category_known(Word category)
{
    return category != CAT_LOC_WORD && category != CAT_LOC_NOT_WORD;
}

/* Does a set program ask for the locale, which may change? */
static bool
set_known(const Word *set)
{
    for (;;) {
        switch ((enum opcode)*set++) {
        case OP_FAILURE:
            return true;
        case OP_LITERAL:
            set++;
            break;
        case OP_CATEGORY:
            if (!category_known(*set++)) {
                return false;
            }
            break;
        case OP_CHARSET:
            set += SETWORDS;
            break;
        case OP_RANGE: case OP_RANGE_UNI_IGNORE:
            set += 2;
            break;
        case OP_BIGCHARSET:
            set += 1 + 64 + *set * SETWORDS;
            break;
        default:
            break;
        }
    }
}

/* What the one-character item at pc accepts; false if that is not known. */
static bool
item_chars(const Word *pc, struct chars *set)
{
    memset(set, 0, sizeof(*set));
    set->beyond = true;
    switch ((enum opcode)pc[0]) {
    case OP_LITERAL:
        set->beyond = false;
        chars_add(set, pc[1]);
        return true;
    case OP_NOT_LITERAL: case OP_ANY: case OP_ANY_ALL:
        memset(set->bits, 0xff, sizeof(set->bits));
        if (pc[0] != OP_ANY_ALL) {
            Word c = pc[0] == OP_ANY ? '\n' : pc[1];
            if (c < 256) {
                set->bits[c / 32] &= ~(1u << (c & 31));
            }
        }
        return true;
    case OP_IN: case OP_IN_IGNORE: case OP_IN_UNI_IGNORE:
        if (!set_known(pc + 2)) {
            return false;
        }
        if (pc[0] != OP_IN_UNI_IGNORE && pc[2] == OP_CHARSET && pc[3 + SETWORDS] == OP_FAILURE) {
            set->beyond = false;
            if (pc[0] == OP_IN) {
                memcpy(set->bits, pc + 3, sizeof(set->bits));
                return true;
            }
        }
        break;
    case OP_CATEGORY:
        if (!category_known(pc[1])) {
            return false;
        }
        set->beyond = pc[1] >= CAT_UNI_DIGIT || (pc[1] & 1);    /* odd: the complements */
        break;
    case OP_LITERAL_IGNORE:
        set->beyond = pc[1] >= 256;
        break;
    case OP_NOT_LITERAL_IGNORE: case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE:
        break;
    default:
        return false;
    }
    for (Py_UCS4 c = 0; c < 256; c++) {
        if (item_accepts(pc, c)) {
            chars_add(set, c);
        }
    }
    return true;
}

/* ---- following the code --------------------------------------------------------------------- */

static inline void
visit(Analysis *a, Word pc)
{
    if (a->seen[pc] != a->stamp) {
        a->seen[pc] = a->stamp;
        a->pending[a->pending_len++] = pc;
    }
}

/* Put a place into the list; one may occur twice, with and without its repeat or another count. */
static inline bool
place_add(Analysis *a, struct place *places, Word pc, Word head, Word taken)
{
    for (Py_ssize_t i = a->places_len; i > 0 && i > a->places_len - 4; i--) {
        struct place *p = &places[i - 1];
        if (p->pc == pc && p->head == head && p->taken == taken) {
            return true;
        }
    }
    if (a->places_len == a->size) {
        return false;
    }
    places[a->places_len++] = (struct place){pc, head, taken};
    return true;
}

/* Collect the places where the next character is taken after `pc`s put into pending by visit(); false
   if there may be a match without one, or it is not known. */
static bool
close_places(Analysis *a, struct place *places)
{
    const Word *code = a->code;
    while (a->pending_len > 0) {
        Word pc = a->pending[--a->pending_len];
        if (--a->budget < 0) {
            return false;
        }
        switch ((enum opcode)code[pc]) {
        case OP_FAILURE:
            break;
        case OP_LITERAL: case OP_NOT_LITERAL: case OP_ANY: case OP_ANY_ALL: case OP_IN:
        case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_CATEGORY: case OP_LITERAL_IGNORE:
        case OP_NOT_LITERAL_IGNORE: case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE:
            if (!place_add(a, places, pc, NOWHERE, 0)) {
                return false;
            }
            break;
        case OP_MARK: case OP_AT:
            visit(a, pc + 2);
            break;
        case OP_INFO: case OP_JUMP: case OP_ASSERT: case OP_ASSERT_NOT:
            visit(a, pc + 1 + code[pc + 1]);
            break;
        case OP_ATOMIC_GROUP:
            visit(a, pc + 2);
            break;
        case OP_BRANCH:
            for (Word next = pc + 1; code[next] != 0; next += code[next]) {
                visit(a, next + 1);
            }
            break;
        case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: case OP_POSSESSIVE_REPEAT_ONE:
            if (!place_add(a, places, pc + 4, pc, 0)) {
                return false;
            }
            if (code[pc + 2] == 0) {
                visit(a, pc + 1 + code[pc + 1]);
            }
            break;
        case OP_REPEAT:
            visit(a, pc + 4);
            if (code[pc + 2] == 0) {
                visit(a, pc + 1 + code[pc + 1] + 1);
            }
            break;
        case OP_MAX_UNTIL: case OP_MIN_UNTIL:
            visit(a, a->owner[pc] + 4);
            visit(a, pc + 1);
            break;
        default:                /* SUCCESS, references, possessive repeats */
            return false;
        }
    }
    return true;
}

static void
begin_closure(Analysis *a)
{
    a->stamp++;
    a->pending_len = 0;
    a->places_len = 0;
}

/* The characters of all places; false if not known. */
static bool
join_places(Analysis *a, const struct place *places, struct chars *set)
{
    memset(set, 0, sizeof(*set));
    for (Py_ssize_t i = 0; i < a->places_len; i++) {
        Word pc = places[i].pc, note = a->side[pc];
        if (a->code[pc] == OP_LITERAL) {
            chars_add(set, a->code[pc + 1]);
        }
        else if (note != 0) {
            chars_join(set, set_of(a, note));
        }
        else {
            return false;
        }
    }
    return true;
}

/* The note for what the code at pc can begin with. */
static Word
first_note(Analysis *a, Word pc)
{
    struct chars set;
    begin_closure(a);
    visit(a, pc);
    if (!close_places(a, a->places[0]) || !join_places(a, a->places[0], &set)) {
        return 0;
    }
    return note_of(a, &set);
}

/* Go one character on: from the places of `from` to those of `to`. */
static bool
next_places(Analysis *a, const struct place *from, struct place *to)
{
    const Word *code = a->code;
    Py_ssize_t n = a->places_len;
    begin_closure(a);
    for (Py_ssize_t i = 0; i < n; i++) {
        const struct place *p = &from[i];
        if (p->head == NOWHERE) {
            Word op = code[p->pc];
            visit(a, p->pc + (op == OP_ANY || op == OP_ANY_ALL ? 1
                              : op == OP_IN || op == OP_IN_IGNORE || op == OP_IN_UNI_IGNORE
                                  ? 1 + code[p->pc + 1]
                                  : 2));
            continue;
        }
        Word min = code[p->head + 2], max = code[p->head + 3];
        Word taken = p->taken < min ? p->taken + 1 : min;
        if ((taken < min || max != min) && !place_add(a, to, p->pc, p->head, taken)) {
            return false;
        }
        if (taken == min) {
            visit(a, p->head + 1 + code[p->head + 1]);
        }
    }
    return close_places(a, to);
}

/* ---- notes ---------------------------------------------------------------------------------- */

/* The words of the operator at pc before its body, if it has one. */
static Word
operator_words(const Word *pc)
{
    switch ((enum opcode)pc[0]) {
    case OP_IN: case OP_IN_IGNORE: case OP_IN_LOC_IGNORE: case OP_IN_UNI_IGNORE: case OP_INFO:
        return 1 + pc[1];
    case OP_REPEAT: case OP_POSSESSIVE_REPEAT: case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE:
    case OP_POSSESSIVE_REPEAT_ONE:
        return 4;
    case OP_ASSERT: case OP_ASSERT_NOT: case OP_GROUPREF_EXISTS:
        return 3;
    case OP_SUCCESS: case OP_FAILURE: case OP_ANY: case OP_ANY_ALL: case OP_MAX_UNTIL:
    case OP_MIN_UNTIL: case OP_BRANCH:
        return 1;
    default:
        return 2;
    }
}

/* The word characters that a boundary asks for. */
static Word
boundary_note(Analysis *a, Word where)
{
    if (where != AT_BOUNDARY && where != AT_NON_BOUNDARY && where != AT_UNI_BOUNDARY &&
        where != AT_UNI_NON_BOUNDARY) {
        return 0;
    }
    Word item[2] = {OP_CATEGORY, where >= AT_UNI_BOUNDARY ? CAT_UNI_WORD : CAT_WORD};
    struct chars set;
    return item_chars(item, &set) ? note_of(a, &set) : 0;
}

/* First round: items, boundaries, and who owns which UNTIL.  `seen` marks the words of a BRANCH
   that lie between the operators. */
static void
note_items(Analysis *a)
{
    const Word *code = a->code;
    struct chars set;
    for (Word pc = 0; pc < (Word)a->size;) {
        if (a->seen[pc] == 1) {
            pc++;
            continue;
        }
        switch ((enum opcode)code[pc]) {
        case OP_BRANCH: {
            Word next = pc + 1;
            for (; code[next] != 0; next += code[next]) {
                a->seen[next] = 1;
            }
            a->seen[next] = 1;
            break;
        }
        case OP_REPEAT:
            a->owner[pc + 1 + code[pc + 1]] = pc;
            break;
        case OP_AT:
            a->side[pc] = boundary_note(a, code[pc + 1]);
            break;
        case OP_LITERAL:
            break;
        default:
            if (item_chars(code + pc, &set)) {
                a->side[pc] = note_of(a, &set);
            }
            break;
        }
        pc += operator_words(code + pc);
    }
    a->stamp = 1;
}

/* Does a one-character repeat take all it can get, for good?  Only if what follows begins with
   something else. */
static bool
repeat_is_possessive(Analysis *a, Word pc, Word follow)
{
    struct chars item;
    if (follow == 0 || a->code[pc] == OP_POSSESSIVE_REPEAT_ONE) {
        return false;
    }
    return item_chars(a->code + pc + 4, &item) && !chars_meet(&item, set_of(a, follow));
}

/* Second round: what alternatives, bodies and continuations can begin with. */
static void
note_first(Analysis *a, Word *copy)
{
    const Word *code = a->code;
    Word *branches = a->owner;      /* alternatives are words that no UNTIL stands in */
    for (Word pc = 0; pc < (Word)a->size;) {
        if (branches[pc] == NOWHERE - 1) {
            pc++;
            continue;
        }
        switch ((enum opcode)code[pc]) {
        case OP_BRANCH: {
            Word next = pc + 1;
            for (; code[next] != 0; next += code[next]) {
                branches[next] = NOWHERE - 1;
                a->side[next] = first_note(a, next + 1);
            }
            branches[next] = NOWHERE - 1;
            break;
        }
        case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: {
            Word follow = first_note(a, pc + 1 + code[pc + 1]);
            a->side[pc + 1] = follow;
            if (repeat_is_possessive(a, pc, follow)) {
                copy[pc] = OP_POSSESSIVE_REPEAT_ONE;
            }
            break;
        }
        case OP_REPEAT: {
            Word until = pc + 1 + code[pc + 1];
            a->side[pc + 1] = first_note(a, pc + 4);
            a->side[until] = first_note(a, until + 1);
            break;
        }
        default:
            break;
        }
        pc += operator_words(code + pc);
    }
}

/* Which characters can stand where a match begins, and behind that. */
static void
note_start(Analysis *a, Program *program)
{
    int current = 0, depth = 0, useful = 0;
    begin_closure(a);
    visit(a, 0);
    if (!close_places(a, a->places[0])) {
        return;
    }
    while (depth < 8) {
        struct chars set;
        if (!join_places(a, a->places[current], &set)) {
            break;
        }
        for (Py_UCS4 c = 0; c < 256; c++) {
            if (set.bits[c / 32] & (1u << (c & 31))) {
                program->start[c] |= (unsigned char)(1 << depth);
            }
        }
        if (set.beyond) {
            program->start_beyond |= (unsigned char)(1 << depth);
        }
        depth++;
        int count = chars_count(&set);
        if (count < 192) {
            useful = depth;
        }
        if (!next_places(a, a->places[current], a->places[!current])) {
            break;
        }
        current = !current;
    }
    program->depth = useful;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
read_info(Program *program, const Word *code)
{
    Word pc = 0;
    if (code[0] == OP_INFO) {
        pc = 1 + code[1];
        program->min_length = code[3];
        Word length = code[2] & INFO_PREFIX ? code[5] : 0;
        if (length > 0 && length <= 0xffff) {
            program->prefix = code + 7;
            program->overlap = code + 7 + length;
            program->prefix_length = length;
            program->literal = code[2] & INFO_LITERAL;
        }
    }
    program->entry = pc;
    program->anchored = code[pc] == OP_AT &&
                        (code[pc + 1] == AT_BEGINNING || code[pc + 1] == AT_BEGINNING_STRING);
    /* the literals that a search for the prefix has already compared */
    Word n = 0;
    while (n < program->prefix_length && code[pc + 2 * n] == OP_LITERAL &&
           code[pc + 2 * n + 1] == program->prefix[n]) {
        n++;
    }
    program->prefix_skip = n;
}

static status
make_tables(Analysis *a, Program *program)
{
    if (a->sets_len == 0) {
        return 0;
    }
    program->tables = PyMem_Calloc((size_t)(a->sets_len + 7) / 8, 256);
    if (program->tables == NULL) {
        return -1;
    }
    for (int i = 0; i < a->sets_len; i++) {
        unsigned char *table = program->tables + i / 8 * 256, bit = (unsigned char)(1 << i % 8);
        for (Py_UCS4 c = 0; c < 256; c++) {
            if (a->sets[i].bits[c / 32] & (1u << (c & 31))) {
                table[c] |= bit;
            }
        }
    }
    return 0;
}

void
program_free(Program *program)
{
    if (program != NULL) {
        PyMem_Free(program->tables);
        PyMem_Free(program);
    }
}

/* code was found valid.  NULL with MemoryError. */
Program *
program_new(const Word *code, Py_ssize_t size)
{
    Program *program = PyMem_Calloc(1, sizeof(Program) + 2 * (size_t)size * sizeof(Word));
    Analysis a = {.code = code, .size = size, .budget = 100000 + 16 * size};
    a.seen = PyMem_Calloc((size_t)size, sizeof(*a.seen));
    a.owner = PyMem_Calloc((size_t)size, sizeof(*a.owner));
    a.pending = PyMem_New(Word, size);
    a.places[0] = PyMem_New(struct place, size);
    a.places[1] = PyMem_New(struct place, size);
    a.sets = PyMem_New(struct chars, MAX_SETS);
    bool ok = program != NULL && a.seen != NULL && a.owner != NULL && a.pending != NULL &&
              a.places[0] != NULL && a.places[1] != NULL && a.sets != NULL;
    if (ok) {
        memcpy(program->code, code, (size_t)size * sizeof(Word));
        program->size = size;
        a.side = program->code + size;
        read_info(program, program->code);
        note_items(&a);
        note_start(&a, program);
        note_first(&a, program->code);
        ok = make_tables(&a, program) == 0;
    }
    PyMem_Free(a.seen);
    PyMem_Free(a.owner);
    PyMem_Free(a.pending);
    PyMem_Free(a.places[0]);
    PyMem_Free(a.places[1]);
    PyMem_Free(a.sets);
    if (!ok) {
        program_free(program);
        PyErr_NoMemory();
        return NULL;
    }
    return program;
}
