/* The matcher for one width of character.  Included by search.c with CHAR and M(name) defined.

   The stack holds, from bottom to top, what has to happen when the way forward fails: the choice
   to take instead, or a piece of state to put back first.  `fail` pops until it finds a choice.
   While the stack is empty nothing is put back: failing is the end.

   Notes (prepare.c) tell which characters a way forward can begin with.  A choice is stored only
   if the character that stands here allows it.

   Frames: ASSERT, ATOMIC_GROUP and POSSESSIVE_REPEAT run their body as a match of its own, ended by
   SUCCESS.  A frame entry on the stack marks where it began; when the body succeeds its choices are
   dropped (cut) but not its undo entries, since what it captured must still be put back if the
   match fails later on. */

#define SIDE(pc) ((pc)[side])

/* May c be in the set of the note?  For a character from 256 on yes means perhaps. */
static inline bool
M(in_set)(const unsigned char *tables, Word note, Py_UCS4 c)
{
    if (sizeof(CHAR) > 1 && c >= 256) {
        return !(note & NOTE_NOT_BEYOND);
    }
    return (unsigned char)(tables[(note & NOTE_TABLE) + c] & note);
}

/* Does the item at pc, whose note is given, accept c? */
static inline bool
M(item)(const unsigned char *tables, const Word *pc, Word note, Py_UCS4 c)
{
    if (note != 0 && (sizeof(CHAR) == 1 || c < 256)) {
        return (unsigned char)(tables[(note & NOTE_TABLE) + c] & note);
    }
    return item_accepts(pc, c);
}

static bool
M(boundary)(const Search *s, const CHAR *text, Py_ssize_t ptr, enum position where, Word note)
{
    bool before = false, after = false;
    if (s->end == 0) {          /* there is no boundary in nothing, nor a place that is none */
        return false;
    }
    Word word[2] = {OP_CATEGORY, where >= AT_UNI_BOUNDARY   ? CAT_UNI_WORD
                                 : where >= AT_LOC_BOUNDARY ? CAT_LOC_WORD
                                                            : CAT_WORD};
    const unsigned char *tables = s->program->tables;
    if (ptr > 0) {
        before = M(item)(tables, word, note, text[ptr - 1]);
    }
    if (ptr < s->end) {
        after = M(item)(tables, word, note, text[ptr]);
    }
    bool want = where == AT_BOUNDARY || where == AT_LOC_BOUNDARY || where == AT_UNI_BOUNDARY;
    return (before != after) == want;
}

/* How many characters from ptr on the item accepts, at most `max`. */
static inline Py_ssize_t
M(count)(const Search *s, const CHAR *text, Py_ssize_t ptr, const Word *pc, Word note, Word max)
{
    const CHAR *p = text + ptr, *end = text + s->end;
    if (max != MAX_REPEAT && (Py_ssize_t)max < end - p) {
        end = p + max;
    }
    const CHAR *from = p;
    switch ((enum opcode)pc[0]) {
    case OP_ANY_ALL:
        return end - p;
    case OP_ANY: case OP_NOT_LITERAL: {
        Py_UCS4 stop = pc[0] == OP_ANY ? '\n' : pc[1];
        if (sizeof(CHAR) == 1) {
            if (stop > 255) {
                return end - p;
            }
            const CHAR *hit = memchr(p, (int)stop, (size_t)(end - p));
            return (hit == NULL ? end : hit) - p;
        }
        while (p < end && *p != stop) {
            p++;
        }
        return p - from;
    }
    case OP_LITERAL: {
        Word want = pc[1];
        while (p < end && *p == want) {
            p++;
        }
        return p - from;
    }
    default:
        break;
    }
    if (note == 0) {
        while (p < end && item_accepts(pc, *p)) {
            p++;
        }
        return p - from;
    }
    const unsigned char *table = s->program->tables + (note & NOTE_TABLE);
    unsigned char bit = (unsigned char)note;
    if (sizeof(CHAR) == 1) {
        for (; end - p >= 4; p += 4) {
            if (!(table[p[0]] & bit)) {
                return p - from;
            }
            if (!(table[p[1]] & bit)) {
                return p + 1 - from;
            }
            if (!(table[p[2]] & bit)) {
                return p + 2 - from;
            }
            if (!(table[p[3]] & bit)) {
                return p + 3 - from;
            }
        }
        while (p < end && (table[*p] & bit)) {
            p++;
        }
        return p - from;
    }
    for (; p < end; p++) {
        Py_UCS4 c = *p;
        if (!(c < 256 ? (table[c] & bit) != 0 : item_accepts(pc, c))) {
            break;
        }
    }
    return p - from;
}

/* Compare the text of a group with what stands at ptr; the length, or -1. */
static Py_ssize_t
M(same_group)(const Search *s, const CHAR *text, Py_ssize_t ptr, Word group, Word op)
{
    Py_ssize_t from = s->mark[2 * group], to = s->mark[2 * group + 1];
    if (from < 0 || to < from || to - from > s->end - ptr) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < to - from; i++) {
        Py_UCS4 a = text[from + i], b = text[ptr + i];
        switch ((enum opcode)op) {
        case OP_GROUPREF_IGNORE:
            a = lower_ascii(a);
            b = lower_ascii(b);
            break;
        case OP_GROUPREF_UNI_IGNORE:
            a = lower_unicode(a);
            b = lower_unicode(b);
            break;
        case OP_GROUPREF_LOC_IGNORE:
            a = lower_locale(a);
            b = lower_locale(b);
            break;
        default:
            break;
        }
        if (a != b) {
            return -1;
        }
    }
    return to - from;
}

#define PUSH(what, x, y, z)                                                                        \
    do {                                                                                           \
        if (unlikely(sp == limit)) {                                                               \
            Py_ssize_t used = sp - base;                                                           \
            if (stack_grow(s) < 0) {                                                               \
                return -1;                                                                         \
            }                                                                                      \
            base = s->stack;                                                                       \
            sp = base + used;                                                                      \
            limit = base + s->stack_room;                                                          \
        }                                                                                          \
        sp->kind = (what);                                                                         \
        sp->a = (Word)(x);                                                                         \
        sp->b = (y);                                                                               \
        sp->c = (z);                                                                               \
        sp++;                                                                                      \
    } while (0)
/* State to put back matters only if there is something to fall back on. */
#define PUSH_UNDO(what, x, y, z)                                                                   \
    do {                                                                                           \
        if (sp != base) {                                                                          \
            PUSH(what, x, y, z);                                                                   \
        }                                                                                          \
    } while (0)
#define MAY_BEGIN(note) ((note) == 0 || (ptr < end && M(in_set)(tables, (note), text[ptr])))
#define CHECK_SIGNALS()                                                                            \
    do {                                                                                           \
        if (unlikely((++s->ticks & 0xfff) == 0) && PyErr_CheckSignals() < 0) {                     \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)
#define NEXT() goto *labels[*pc++]

/* Run the code at `pc` from ptr, for a match that begins at `start`: 1 match (s->ptr is its end),
   0 none, -1 exception. */
static int
M(run)(Search *s, const Word *pc, Py_ssize_t ptr, const Py_ssize_t start)
{
    static const void *const labels[] = {
        &&failure, &&success, &&any, &&any_all, &&assertion, &&assertion_not, &&at, &&branch, &&item,
        &&invalid, &&invalid, &&groupref, &&groupref_exists, &&in, &&jump, &&jump, &&literal, &&mark,
        &&max_until, &&min_until, &&not_literal, &&invalid, &&invalid, &&repeat, &&repeat_one,
        &&invalid, &&min_repeat_one, &&atomic_group, &&possessive_repeat, &&possessive_repeat_one,
        &&groupref, &&in, &&item, &&item, &&groupref, &&in, &&item, &&item, &&groupref, &&in, &&item,
        &&item, &&invalid,
    };
    _Static_assert(ARRAY_LEN(labels) == OP_RANGE_UNI_IGNORE + 1, "a label for each operator");
    const CHAR *const text = s->text;
    const Word *const code = s->program->code;
    const unsigned char *const tables = s->program->tables;
    const Py_ssize_t end = s->end, side = s->program->size;
    struct entry *base = s->stack, *sp = base, *limit = base + s->stack_room;
    Py_ssize_t frame = -1;          /* index of the innermost frame entry */
    int32_t repeat = -1;            /* index of the innermost repeat */

    s->repeats_len = 0;
    NEXT();

literal:
    for (;;) {
        if (ptr >= end || text[ptr] != *pc) {
            goto fail;
        }
        ptr++;
        if (pc[1] != OP_LITERAL) {
            pc++;
            NEXT();
        }
        pc += 2;
    }

in:
    if (ptr >= end || !M(item)(tables, pc - 1, SIDE(pc - 1), text[ptr])) {
        goto fail;
    }
    pc += *pc;
    ptr++;
    NEXT();

item:
    if (ptr >= end || !M(item)(tables, pc - 1, SIDE(pc - 1), text[ptr])) {
        goto fail;
    }
    pc++;
    ptr++;
    NEXT();

not_literal:
    if (ptr >= end || text[ptr] == *pc) {
        goto fail;
    }
    pc++;
    ptr++;
    NEXT();

any:
    if (ptr >= end || text[ptr] == '\n') {
        goto fail;
    }
    ptr++;
    NEXT();

any_all:
    if (ptr >= end) {
        goto fail;
    }
    ptr++;
    NEXT();

mark: {
    Word i = *pc++;
    PUSH_UNDO(UNDO_MARK, i, s->mark[i], s->lastindex);
    s->marked = true;
    s->mark[i] = ptr;
    if (i & 1) {
        s->lastindex = i / 2 + 1;
    }
    NEXT();
}

at:
    switch ((enum position)*pc) {
    case AT_BEGINNING:
    case AT_BEGINNING_STRING:
        if (ptr != 0) {
            goto fail;
        }
        break;
    case AT_BEGINNING_LINE:
        if (ptr != 0 && text[ptr - 1] != '\n') {
            goto fail;
        }
        break;
    case AT_END:
        if (ptr != end && (ptr + 1 != end || text[ptr] != '\n')) {
            goto fail;
        }
        break;
    case AT_END_LINE:
        if (ptr != end && (ptr >= s->length || text[ptr] != '\n')) {
            goto fail;
        }
        break;
    case AT_END_STRING:
        if (ptr != end) {
            goto fail;
        }
        break;
    default:
        if (!M(boundary)(s, text, ptr, (enum position)*pc, SIDE(pc - 1))) {
            goto fail;
        }
        break;
    }
    pc++;
    NEXT();

jump:
    pc += *pc;
    NEXT();

branch:
    while (!MAY_BEGIN(SIDE(pc))) {
        pc += *pc;              /* the note of the 0 that ends the alternatives is 0 */
    }
alternative: {
    if (*pc == 0) {
        goto fail;
    }
    const Word *other = pc + *pc;
    while (!MAY_BEGIN(SIDE(other))) {
        other += *other;
    }
    if (*other != 0) {
        PUSH(CHOICE_BRANCH, other - code, ptr, 0);
    }
    pc++;
    NEXT();
}

groupref: {
    Py_ssize_t length = M(same_group)(s, text, ptr, *pc, pc[-1]);
    if (length < 0) {
        goto fail;
    }
    ptr += length;
    pc++;
    NEXT();
}

groupref_exists:
    if (s->mark[2 * pc[0]] < 0 || s->mark[2 * pc[0] + 1] < s->mark[2 * pc[0]]) {
        pc += pc[1];
    }
    else {
        pc += 2;
    }
    NEXT();

/* ---- one-character repeats: skip min max item SUCCESS -------------------------------------- */

repeat_one: {
    Py_ssize_t min = pc[1];
    if (min > end - ptr) {
        goto fail;
    }
    Py_ssize_t n = M(count)(s, text, ptr, pc + 3, SIDE(pc + 3), pc[2]);
    Word follow = SIDE(pc);
    if (follow != 0) {
        /* as many less as it takes for the rest to begin */
        while (n >= min && (ptr + n >= end || !M(in_set)(tables, follow, text[ptr + n]))) {
            n--;
        }
    }
    if (n < min) {
        goto fail;
    }
    if (n > min) {
        PUSH(CHOICE_GREEDY, pc - code, ptr, n);
    }
    ptr += n;
    pc += *pc;
    NEXT();
}

possessive_repeat_one: {
    Py_ssize_t min = pc[1];
    if (min > end - ptr) {
        goto fail;
    }
    Py_ssize_t n = M(count)(s, text, ptr, pc + 3, SIDE(pc + 3), pc[2]);
    if (n < min) {
        goto fail;
    }
    ptr += n;
    pc += *pc;
    NEXT();
}

min_repeat_one: {
    Py_ssize_t n = pc[1];
    if (n > end - ptr || (n > 0 && M(count)(s, text, ptr, pc + 3, SIDE(pc + 3), pc[1]) < n)) {
        goto fail;
    }
    ptr += n;
    const Word *head = pc;
    const Word *item = head + 3;
    Word follow = SIDE(head);
    if (follow != 0) {
        Word note = SIDE(item);
        Py_ssize_t stop = end;
        if (head[2] != MAX_REPEAT && (Py_ssize_t)head[2] - n < end - ptr) {
            stop = ptr + ((Py_ssize_t)head[2] - n);
        }
        Py_ssize_t from = ptr;
        while (ptr >= end || !M(in_set)(tables, follow, text[ptr])) {
            if (ptr >= stop || !M(item)(tables, item, note, text[ptr])) {
                goto fail;
            }
            ptr++;
        }
        n += ptr - from;
    }
    if (head[2] == MAX_REPEAT || n < (Py_ssize_t)head[2]) {
        PUSH(CHOICE_LAZY, head - code, ptr, n);
    }
    pc += *pc;
    NEXT();
}

/* ---- repeats of anything: skip min max body UNTIL ------------------------------------------ */

repeat:
    if (s->repeats_len == s->repeats_room && repeats_grow(s) < 0) {
        return -1;
    }
    PUSH_UNDO(UNDO_REPEAT, 0, repeat, s->repeats_len);
    s->repeats[s->repeats_len] = (struct repeat){(Word)(pc - 1 - code), repeat, -1, -1};
    repeat = (int32_t)s->repeats_len++;
    pc += *pc + 1;                  /* the UNTIL decides whether to begin at all */
    if (pc[-1] == OP_MIN_UNTIL) {
        goto min_until;
    }

max_until: {
    CHECK_SIGNALS();
    struct repeat *r = &s->repeats[repeat];
    const Word *head = code + r->pc;
    Py_ssize_t count = r->count + 1;
    PUSH_UNDO(UNDO_COUNT, repeat, r->count, r->last);
    if (count < (Py_ssize_t)head[2]) {
        r->count = count;
        pc = head + 4;
        NEXT();
    }
    Word follow = SIDE(pc - 1);
    if ((head[3] == MAX_REPEAT || count < (Py_ssize_t)head[3]) && ptr != r->last &&
        MAY_BEGIN(SIDE(head + 1))) {
        if (MAY_BEGIN(follow)) {
            PUSH(CHOICE_TAIL, repeat, ptr, count);
        }
        r->count = count;
        r->last = ptr;
        pc = head + 4;
        NEXT();
    }
    if (!MAY_BEGIN(follow)) {
        goto fail;
    }
    goto leave_repeat;
}

min_until: {
    CHECK_SIGNALS();
    struct repeat *r = &s->repeats[repeat];
    const Word *head = code + r->pc;
    Py_ssize_t count = r->count + 1;
    PUSH_UNDO(UNDO_COUNT, repeat, r->count, r->last);
    r->count = count;
    if (count < (Py_ssize_t)head[2]) {
        pc = head + 4;
        NEXT();
    }
    bool more = (head[3] == MAX_REPEAT || count < (Py_ssize_t)head[3]) && ptr != r->last &&
                MAY_BEGIN(SIDE(head + 1));
    Word follow = SIDE(pc - 1);
    if (!MAY_BEGIN(follow)) {
        if (!more) {
            goto fail;
        }
        r->last = ptr;
        pc = head + 4;
        NEXT();
    }
    if (more) {
        PUSH(CHOICE_BODY, repeat, ptr, 0);
    }
}

leave_repeat:
    if (sp != base) {
        PUSH(UNDO_REPEAT, 0, repeat, s->repeats_len);
        repeat = s->repeats[repeat].outer;
    }
    else {
        s->repeats_len = repeat;    /* nothing can come back to it */
        repeat = s->repeats[repeat].outer;
    }
    NEXT();

/* ---- sub-matches --------------------------------------------------------------------------- */

assertion:
    if (ptr < (Py_ssize_t)pc[1]) {
        goto fail;
    }
    PUSH(FRAME, pc - 1 - code, ptr, frame);
    frame = sp - 1 - base;
    ptr -= pc[1];
    pc += 2;
    NEXT();

assertion_not:
    if (ptr < (Py_ssize_t)pc[1]) {
        pc += *pc;                  /* nothing can stand there */
        NEXT();
    }
    PUSH(FRAME, pc - 1 - code, ptr, frame);
    frame = sp - 1 - base;
    ptr -= pc[1];
    pc += 2;
    NEXT();

atomic_group:
    PUSH(FRAME, pc - 1 - code, ptr, frame);
    frame = sp - 1 - base;
    pc++;
    NEXT();

possessive_repeat:
    if (pc[2] == 0) {
        pc += *pc + 1;
        NEXT();
    }
    PUSH(FRAME_COUNT, 0, 0, 0);
    PUSH(FRAME, pc - 1 - code, ptr, frame);
    frame = sp - 1 - base;
    pc += 3;
    NEXT();

success:
    if (frame < 0) {
        if ((s->match_all && ptr != end) || (s->must_advance && ptr == start)) {
            goto fail;
        }
        s->ptr = ptr;
        return 1;
    }
    {
        struct entry e = base[frame];
        const Word *op = code + e.a;
        if (op[0] == OP_ASSERT_NOT) {
            /* it stands there: put back all it did, then fail */
            while (sp > base + frame + 1) {
                undo(s, --sp, &repeat);
            }
            sp--;
            frame = e.c;
            goto fail;
        }
        Py_ssize_t count = 0;
        if (op[0] == OP_POSSESSIVE_REPEAT) {
            count = base[frame - 1].b + 1;
            sp = cut(base + frame - 1, base + frame + 1, sp);
            if (frame == 1) {
                sp = base;
            }
        }
        else {
            sp = cut(base + frame, base + frame + 1, sp);
            if (frame == 0) {
                sp = base;          /* only undo entries are left */
            }
        }
        frame = e.c;
        if (op[0] == OP_ASSERT) {
            ptr = e.b;
            pc = op + 1 + op[1];
        }
        else if (op[0] == OP_ATOMIC_GROUP) {
            pc = op + 1 + op[1];
        }
        /* an empty iteration can be repeated at will: no need to do so */
        else if (ptr != e.b && (op[3] == MAX_REPEAT || count < (Py_ssize_t)op[3])) {
            CHECK_SIGNALS();
            PUSH(FRAME_COUNT, 0, count, 0);
            PUSH(FRAME, op - code, ptr, frame);
            frame = sp - 1 - base;
            pc = op + 4;
        }
        else {
            pc = op + 1 + op[1] + 1;
        }
        NEXT();
    }

invalid:
    PyErr_SetString(PyExc_RuntimeError, "internal error in regular expression engine");
    return -1;

failure:
fail:
    for (;;) {
        CHECK_SIGNALS();
        if (sp == base) {
            return 0;
        }
        struct entry *e = --sp;
        switch (e->kind) {
        case CHOICE_BRANCH:
            ptr = e->b;
            pc = code + e->a;
            goto alternative;

        case CHOICE_GREEDY: {
            /* one less, or as many less as it takes for the rest to begin */
            pc = code + e->a;
            ptr = e->b;
            Py_ssize_t n = e->c - 1, min = pc[1];
            Word follow = SIDE(pc);
            if (follow != 0) {
                while (n >= min && !M(in_set)(tables, follow, text[ptr + n])) {
                    n--;
                }
                if (n < min) {
                    continue;
                }
            }
            if (n > min) {
                e->c = n;
                sp++;
            }
            ptr += n;
            pc += *pc;
            NEXT();
        }

        case CHOICE_LAZY: {
            pc = code + e->a;
            ptr = e->b;
            const Word *item = pc + 3;
            Word note = SIDE(item), follow = SIDE(pc);
            Py_ssize_t stop = end;
            if (pc[2] != MAX_REPEAT && (Py_ssize_t)pc[2] - e->c < end - ptr) {
                stop = ptr + ((Py_ssize_t)pc[2] - e->c);
            }
            bool ok;
            do {
                ok = ptr < stop && M(item)(tables, item, note, text[ptr]);
                ptr += ok;
            } while (ok && follow != 0 && (ptr >= end || !M(in_set)(tables, follow, text[ptr])));
            if (!ok) {
                continue;
            }
            if (ptr < stop) {
                e->c += ptr - e->b;
                e->b = ptr;
                sp++;
            }
            pc += *pc;
            NEXT();
        }

        case CHOICE_TAIL: {
            /* the body failed once more: go on behind the repeat */
            struct repeat *r = &s->repeats[e->a];
            repeat = (int32_t)e->a;
            ptr = e->b;
            r->count = e->c;
            const Word *head = code + r->pc;
            pc = head + 1 + head[1] + 1;
            goto leave_repeat;
        }

        case CHOICE_BODY: {
            struct repeat *r = &s->repeats[e->a];
            repeat = (int32_t)e->a;
            ptr = e->b;
            r->last = ptr;
            pc = code + r->pc + 4;
            NEXT();
        }

        case FRAME: {
            const Word *op = code + e->a;
            frame = e->c;
            if (op[0] == OP_ASSERT_NOT) {
                ptr = e->b;
                pc = op + 1 + op[1];
                NEXT();
            }
            if (op[0] == OP_POSSESSIVE_REPEAT) {
                Py_ssize_t count = (--sp)->b;
                if (count >= (Py_ssize_t)op[2]) {
                    ptr = e->b;
                    pc = op + 1 + op[1] + 1;
                    NEXT();
                }
            }
            continue;
        }

        default:
            undo(s, e, &repeat);
            continue;
        }
    }
}

/* ---- searching ------------------------------------------------------------------------------ */

/* Find the program's literal prefix from ptr on: its position, or -1. */
static Py_ssize_t
M(find_prefix)(const Program *g, const CHAR *text, Py_ssize_t ptr, Py_ssize_t end)
{
    const Word *prefix = g->prefix, *overlap = g->overlap;
    Word length = g->prefix_length, i = 0;
    if (sizeof(CHAR) < 4 && prefix[0] > (CHAR)-1) {
        return -1;
    }
    CHAR first = (CHAR)prefix[0];
    if (sizeof(CHAR) == 1 && length <= LONGEST_PAIR) {
        return find_pair(g, (const Py_UCS1 *)text, ptr, end);
    }
    while (ptr < end) {
        if (i == 0) {
            if (sizeof(CHAR) == 1) {
                const CHAR *hit = memchr(text + ptr, first, (size_t)(end - ptr));
                if (hit == NULL) {
                    return -1;
                }
                ptr = hit - text;
            }
            else {
                while (text[ptr] != first) {
                    if (++ptr >= end) {
                        return -1;
                    }
                }
            }
        }
        if (text[ptr] == prefix[i]) {
            ptr++;
            if (++i == length) {
                return ptr - length;
            }
        }
        else if (i > 0) {
            i = overlap[i - 1];
        }
    }
    return -1;
}

/* Try the pattern at ptr. */
static inline int
M(try)(Search *s, const Word *pc, Py_ssize_t ptr, Py_ssize_t skip)
{
    if (s->marked) {
        forget(s);
    }
    s->start = ptr;
    return M(run)(s, pc, ptr + skip, ptr);
}

static int
M(find)(Search *s)
{
    const CHAR *text = s->text;
    const Program *g = s->program;
    const Word *pc = g->code + g->entry;
    Py_ssize_t ptr = s->start, end = s->end;
    if (end - ptr < g->min_length || (g->anchored && ptr > 0)) {
        return 0;
    }
    int found = 0;
    if (g->prefix_length > 0) {
        Py_ssize_t skip = g->prefix_skip, origin = ptr;
        for (;; ptr++) {
            ptr = M(find_prefix)(g, text, ptr, end);
            if (ptr < 0) {
                return 0;
            }
            s->must_advance = s->must_advance && ptr == origin;
            if (g->literal && !s->match_all) {
                if (s->marked) {
                    forget(s);
                }
                s->start = ptr;
                s->ptr = ptr + g->prefix_length;
                return 1;
            }
            found = M(try)(s, pc + 2 * skip, ptr, skip);
            if (found != 0) {
                return found;
            }
        }
    }
    if (g->depth == 0 || g->anchored) {
        Py_ssize_t last = g->anchored ? ptr : end - g->min_length;
        for (; ptr <= last; ptr++) {
            found = M(try)(s, pc, ptr, 0);
            if (found != 0) {
                break;
            }
            s->must_advance = false;
        }
        return found;
    }
    /* bit i of `ways`: what was read last may be the character i of a match */
    const unsigned char *start = g->start, beyond = g->start_beyond;
    const unsigned whole = 1u << (g->depth - 1);
    const Py_ssize_t back = g->depth - 1, origin = ptr;
    unsigned ways = 0;
    for (; ptr < end; ptr++) {
        Py_UCS4 c = text[ptr];
        ways = (ways * 2 + 1) & (sizeof(CHAR) == 1 || c < 256 ? start[c] : beyond);
        if (ways & whole) {
            s->must_advance = s->must_advance && ptr - back == origin;
            found = M(try)(s, pc, ptr - back, 0);
            if (found != 0) {
                break;
            }
        }
    }
    return found;
}

#undef SIDE
#undef PUSH
#undef PUSH_UNDO
#undef MAY_BEGIN
#undef CHECK_SIGNALS
#undef NEXT
