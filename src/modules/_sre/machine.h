/* The matcher for one width of character.  Included by search.c with CHAR and M(name) defined.

   The stack holds, from bottom to top, what has to happen when the way forward fails: the choice
   to take instead, or a piece of state to put back first.  `fail` pops until it finds a choice.

   Frames: ASSERT, ATOMIC_GROUP and POSSESSIVE_REPEAT run their body as a match of its own, ended by
   SUCCESS.  A frame entry on the stack marks where it began; when the body succeeds its choices are
   dropped (M(cut)) but not its undo entries, since what it captured must still be put back if the
   match fails later on. */

static inline bool
M(at)(const Search *s, const CHAR *text, Py_ssize_t ptr, enum position where)
{
    Py_ssize_t end = s->end;
    bool before, after;
    switch (where) {
    case AT_BEGINNING:
    case AT_BEGINNING_STRING:
        return ptr == 0;
    case AT_BEGINNING_LINE:
        return ptr == 0 || text[ptr - 1] == '\n';
    case AT_END:
        return ptr == end || (ptr + 1 == end && text[ptr] == '\n');
    case AT_END_LINE:
        return ptr == end || text[ptr] == '\n';
    case AT_END_STRING:
        return ptr == end;
    default:
        break;
    }
    if (end == 0) {             /* there is no boundary in nothing, nor a place that is none */
        return false;
    }
    enum category word = where >= AT_UNI_BOUNDARY   ? CAT_UNI_WORD
                         : where >= AT_LOC_BOUNDARY ? CAT_LOC_WORD
                                                    : CAT_WORD;
    before = ptr > 0 && category_has(word, text[ptr - 1]);
    after = ptr < end && category_has(word, text[ptr]);
    bool want = where == AT_BOUNDARY || where == AT_LOC_BOUNDARY || where == AT_UNI_BOUNDARY;
    return (before != after) == want;
}

/* Does the one-character item at pc accept c? */
static inline bool
M(item)(const Word *pc, Py_UCS4 c)
{
    switch ((enum opcode)pc[0]) {
    case OP_ANY:
        return c != '\n';
    case OP_ANY_ALL:
        return true;
    case OP_LITERAL:
        return c == pc[1];
    case OP_NOT_LITERAL:
        return c != pc[1];
    case OP_LITERAL_IGNORE:
        return lower_ascii(c) == pc[1];
    case OP_NOT_LITERAL_IGNORE:
        return lower_ascii(c) != pc[1];
    case OP_LITERAL_UNI_IGNORE:
        return lower_unicode(c) == pc[1];
    case OP_NOT_LITERAL_UNI_IGNORE:
        return lower_unicode(c) != pc[1];
    case OP_LITERAL_LOC_IGNORE:
        return c == pc[1] || lower_locale(c) == pc[1] || upper_locale(c) == pc[1];
    case OP_NOT_LITERAL_LOC_IGNORE:
        return !(c == pc[1] || lower_locale(c) == pc[1] || upper_locale(c) == pc[1]);
    case OP_IN:
        return set_has(pc + 2, c);
    case OP_IN_IGNORE:
        return set_has(pc + 2, lower_ascii(c));
    case OP_IN_UNI_IGNORE:
        return set_has(pc + 2, lower_unicode(c));
    case OP_IN_LOC_IGNORE:
        return set_has_locale(pc + 2, c);
    case OP_CATEGORY:
        return category_has((enum category)pc[1], c);
    default:
        return false;
    }
}

/* How many characters from ptr on the item accepts, at most `max`. */
static Py_ssize_t
M(count)(const Search *s, const CHAR *text, Py_ssize_t ptr, const Word *pc, Word max)
{
    const CHAR *p = text + ptr, *end = text + s->end;
    if (max != MAX_REPEAT && (Py_ssize_t)max < end - p) {
        end = p + max;
    }
    const CHAR *from = p;
    Word arg = pc[1];
    switch ((enum opcode)pc[0]) {
    case OP_ANY_ALL:
        p = end;
        break;
    case OP_ANY:
        while (p < end && *p != '\n') {
            p++;
        }
        break;
    case OP_LITERAL:
        while (p < end && *p == arg) {
            p++;
        }
        break;
    case OP_NOT_LITERAL:
        while (p < end && *p != arg) {
            p++;
        }
        break;
    case OP_IN:
        if (pc[2] == OP_CHARSET && pc[3 + SETWORDS] == OP_FAILURE) {
            const Word *bits = pc + 3;
            for (; p < end; p++) {
                Py_UCS4 c = *p;
                if (c >= 256 || !(bits[c / 32] & (1u << (c & 31)))) {
                    break;
                }
            }
        }
        else if (pc[2] == OP_CATEGORY && pc[4] == OP_FAILURE) {
            enum category category = (enum category)pc[3];
            while (p < end && category_has(category, *p)) {
                p++;
            }
        }
        else {
            while (p < end && set_has(pc + 2, *p)) {
                p++;
            }
        }
        break;
    default:
        while (p < end && M(item)(pc, *p)) {
            p++;
        }
        break;
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

/* Can the alternative at pc begin with what stands at ptr?  A cheap look before a choice is made. */
static inline bool
M(may_begin)(const Search *s, const CHAR *text, Py_ssize_t ptr, const Word *pc)
{
    if (pc[0] == OP_LITERAL) {
        return ptr < s->end && text[ptr] == pc[1];
    }
    if (pc[0] == OP_IN) {
        return ptr < s->end && set_has(pc + 2, text[ptr]);
    }
    return true;
}

#define PUSH(kind, a, b, c, d)                                                                     \
    do {                                                                                           \
        if (s->stack_len == s->stack_room && stack_grow(s) < 0) {                                  \
            return -1;                                                                             \
        }                                                                                          \
        s->stack[s->stack_len++] = (struct entry){kind, (Word)(a), (b), (c), (d)};                 \
    } while (0)

/* Run the code at `pc` from ptr: 1 match (s->ptr is its end), 0 none, -1 exception. */
static int
M(run)(Search *s, const Word *pc, Py_ssize_t ptr)
{
    const CHAR *text = s->text;
    const Word *code = s->code;
    const Py_ssize_t end = s->end, start = ptr;
    Py_ssize_t frame = -1;          /* index of the innermost frame entry */
    int32_t repeat = -1;            /* index of the innermost repeat */

    s->stack_len = 0;
    s->repeats_len = 0;
    for (;;) {
        if (unlikely((++s->ticks & 0xfff) == 0) && PyErr_CheckSignals() < 0) {
            return -1;
        }
        switch ((enum opcode)*pc++) {
        case OP_FAILURE:
            goto fail;

        case OP_SUCCESS:
            if (frame >= 0) {
                goto frame_done;
            }
            if ((s->match_all && ptr != end) || (s->must_advance && ptr == start)) {
                goto fail;
            }
            s->ptr = ptr;
            return 1;

        case OP_MARK: {
            Word i = *pc++;
            PUSH(UNDO_MARK, i, s->mark[i], s->lastindex, 0);
            s->mark[i] = ptr;
            if (i & 1) {
                s->lastindex = i / 2 + 1;
            }
            break;
        }

        case OP_LITERAL:
            if (ptr >= end || text[ptr] != *pc++) {
                goto fail;
            }
            ptr++;
            break;

        case OP_NOT_LITERAL:
            if (ptr >= end || text[ptr] == *pc++) {
                goto fail;
            }
            ptr++;
            break;

        case OP_ANY:
            if (ptr >= end || text[ptr] == '\n') {
                goto fail;
            }
            ptr++;
            break;

        case OP_ANY_ALL:
            if (ptr >= end) {
                goto fail;
            }
            ptr++;
            break;

        case OP_IN:
            if (ptr >= end || !set_has(pc + 1, text[ptr])) {
                goto fail;
            }
            pc += *pc;
            ptr++;
            break;

        case OP_IN_IGNORE: case OP_IN_UNI_IGNORE: case OP_IN_LOC_IGNORE:
            if (ptr >= end || !M(item)(pc - 1, text[ptr])) {
                goto fail;
            }
            pc += *pc;
            ptr++;
            break;

        case OP_CATEGORY: case OP_LITERAL_IGNORE: case OP_NOT_LITERAL_IGNORE:
        case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE: case OP_LITERAL_LOC_IGNORE:
        case OP_NOT_LITERAL_LOC_IGNORE:
            if (ptr >= end || !M(item)(pc - 1, text[ptr])) {
                goto fail;
            }
            pc++;
            ptr++;
            break;

        case OP_AT:
            if (!M(at)(s, text, ptr, (enum position)*pc++)) {
                goto fail;
            }
            break;

        case OP_INFO: case OP_JUMP:
            pc += *pc;
            break;

        case OP_BRANCH:
        branch:
            for (;;) {
                Word skip = *pc;
                if (skip == 0) {
                    goto fail;
                }
                if (M(may_begin)(s, text, ptr, pc + 1)) {
                    PUSH(CHOICE_BRANCH, pc + skip - code, ptr, 0, 0);
                    pc++;
                    break;
                }
                pc += skip;
            }
            break;

        case OP_GROUPREF: case OP_GROUPREF_IGNORE: case OP_GROUPREF_UNI_IGNORE:
        case OP_GROUPREF_LOC_IGNORE: {
            Py_ssize_t length = M(same_group)(s, text, ptr, *pc, pc[-1]);
            if (length < 0) {
                goto fail;
            }
            ptr += length;
            pc++;
            break;
        }

        case OP_GROUPREF_EXISTS:
            if (s->mark[2 * pc[0]] < 0 || s->mark[2 * pc[0] + 1] < s->mark[2 * pc[0]]) {
                pc += pc[1];
            }
            else {
                pc += 2;
            }
            break;

        /* ---- one-character repeats: skip min max item SUCCESS ------------------------------ */

        case OP_REPEAT_ONE: {
            Word min = pc[1];
            if ((Py_ssize_t)min > end - ptr) {
                goto fail;
            }
            Py_ssize_t n = M(count)(s, text, ptr, pc + 3, pc[2]);
            if (n < (Py_ssize_t)min) {
                goto fail;
            }
            if (n > (Py_ssize_t)min) {
                PUSH(CHOICE_GREEDY, pc - code, ptr, n, 0);
            }
            ptr += n;
            pc += *pc;
            break;
        }

        case OP_POSSESSIVE_REPEAT_ONE: {
            Word min = pc[1];
            if ((Py_ssize_t)min > end - ptr) {
                goto fail;
            }
            Py_ssize_t n = M(count)(s, text, ptr, pc + 3, pc[2]);
            if (n < (Py_ssize_t)min) {
                goto fail;
            }
            ptr += n;
            pc += *pc;
            break;
        }

        case OP_MIN_REPEAT_ONE: {
            Word min = pc[1];
            if ((Py_ssize_t)min > end - ptr ||
                (min > 0 && M(count)(s, text, ptr, pc + 3, min) < (Py_ssize_t)min)) {
                goto fail;
            }
            ptr += min;
            if (pc[2] > min) {
                PUSH(CHOICE_LAZY, pc - code, ptr, min, 0);
            }
            pc += *pc;
            break;
        }

        /* ---- repeats of anything: skip min max body UNTIL ---------------------------------- */

        case OP_REPEAT:
            if (s->repeats_len == s->repeats_room && repeats_grow(s) < 0) {
                return -1;
            }
            PUSH(UNDO_REPEAT, 0, repeat, s->repeats_len, 0);
            s->repeats[s->repeats_len] = (struct repeat){(Word)(pc - 1 - code), repeat, -1, -1};
            repeat = (int32_t)s->repeats_len++;
            pc += *pc;              /* the UNTIL decides whether to begin at all */
            break;

        case OP_MAX_UNTIL: {
            struct repeat *r = &s->repeats[repeat];
            const Word *head = code + r->pc;
            Py_ssize_t count = r->count + 1;
            PUSH(UNDO_COUNT, repeat, r->count, r->last, 0);
            if (count < (Py_ssize_t)head[2]) {
                r->count = count;
                pc = head + 4;
                break;
            }
            if ((head[3] == MAX_REPEAT || count < (Py_ssize_t)head[3]) && ptr != r->last) {
                PUSH(CHOICE_TAIL, repeat, ptr, count, 0);
                r->count = count;
                r->last = ptr;
                pc = head + 4;
                break;
            }
            PUSH(UNDO_REPEAT, 0, repeat, s->repeats_len, 0);
            repeat = r->outer;
            break;
        }

        case OP_MIN_UNTIL: {
            struct repeat *r = &s->repeats[repeat];
            const Word *head = code + r->pc;
            Py_ssize_t count = r->count + 1;
            PUSH(UNDO_COUNT, repeat, r->count, r->last, 0);
            r->count = count;
            if (count < (Py_ssize_t)head[2]) {
                pc = head + 4;
                break;
            }
            if ((head[3] == MAX_REPEAT || count < (Py_ssize_t)head[3]) && ptr != r->last) {
                PUSH(CHOICE_BODY, repeat, ptr, 0, 0);
            }
            PUSH(UNDO_REPEAT, 0, repeat, s->repeats_len, 0);
            repeat = r->outer;
            break;
        }

        /* ---- sub-matches ------------------------------------------------------------------- */

        case OP_ASSERT:
            if (ptr < (Py_ssize_t)pc[1]) {
                goto fail;
            }
            PUSH(FRAME, pc - 1 - code, ptr, frame, 0);
            frame = s->stack_len - 1;
            ptr -= pc[1];
            pc += 2;
            break;

        case OP_ASSERT_NOT:
            if (ptr < (Py_ssize_t)pc[1]) {
                pc += *pc;          /* nothing can stand there */
                break;
            }
            PUSH(FRAME, pc - 1 - code, ptr, frame, 0);
            frame = s->stack_len - 1;
            ptr -= pc[1];
            pc += 2;
            break;

        case OP_ATOMIC_GROUP:
            PUSH(FRAME, pc - 1 - code, ptr, frame, 0);
            frame = s->stack_len - 1;
            pc++;
            break;

        case OP_POSSESSIVE_REPEAT:
            if (pc[2] == 0) {
                pc += *pc + 1;
                break;
            }
            PUSH(FRAME, pc - 1 - code, ptr, frame, 0);
            frame = s->stack_len - 1;
            pc += 3;
            break;

        default:
            PyErr_SetString(PyExc_RuntimeError, "internal error in regular expression engine");
            return -1;
        }
        continue;

    frame_done: {
        struct entry e = s->stack[frame];
        const Word *op = code + e.a;
        if (op[0] == OP_ASSERT_NOT) {
            /* it stands there: put back all it did, then fail */
            while (s->stack_len > frame + 1) {
                undo(s, &s->stack[--s->stack_len], &repeat);
            }
            s->stack_len--;
            frame = e.c;
            goto fail;
        }
        cut(s, frame);
        frame = e.c;
        if (op[0] == OP_ASSERT) {
            ptr = e.b;
            pc = op + 1 + op[1];
        }
        else if (op[0] == OP_ATOMIC_GROUP) {
            pc = op + 1 + op[1];
        }
        else {
            Py_ssize_t count = e.d + 1;
            /* an empty iteration can be repeated at will: no need to do so */
            bool more = ptr != e.b && (op[3] == MAX_REPEAT || count < (Py_ssize_t)op[3]);
            if (more) {
                PUSH(FRAME, op - code, ptr, frame, count);
                frame = s->stack_len - 1;
                pc = op + 4;
            }
            else {
                pc = op + 1 + op[1] + 1;
            }
        }
        continue;
    }

    fail:
        for (;;) {
            if (s->stack_len == 0) {
                return 0;
            }
            if (unlikely((++s->ticks & 0xfff) == 0) && PyErr_CheckSignals() < 0) {
                return -1;
            }
            struct entry *e = &s->stack[--s->stack_len];
            switch (e->kind) {
            case CHOICE_BRANCH:
                ptr = e->b;
                pc = code + e->a;
                goto branch;

            case CHOICE_GREEDY: {
                /* one less; if a literal must follow, as many less as it takes */
                const Word *head = code + e->a, *tail = head + head[0];
                Py_ssize_t base = e->b, n = e->c - 1, min = head[1];
                if (tail[0] == OP_LITERAL) {
                    Word want = tail[1];
                    while (n >= min && (base + n >= end || text[base + n] != want)) {
                        n--;
                    }
                    if (n < min) {
                        continue;
                    }
                }
                if (n > min) {
                    e->c = n;
                    s->stack_len++;
                }
                ptr = base + n;
                pc = tail;
                goto resume;
            }

            case CHOICE_LAZY: {
                const Word *head = code + e->a, *tail = head + head[0];
                Py_ssize_t n = e->c;
                ptr = e->b;
                if (ptr >= end || !M(item)(head + 3, text[ptr])) {
                    continue;
                }
                ptr++;
                n++;
                if (tail[0] == OP_LITERAL) {
                    while ((ptr >= end || text[ptr] != tail[1]) && ptr < end &&
                           (head[2] == MAX_REPEAT || n < (Py_ssize_t)head[2]) &&
                           M(item)(head + 3, text[ptr])) {
                        ptr++;
                        n++;
                    }
                }
                if (head[2] == MAX_REPEAT || n < (Py_ssize_t)head[2]) {
                    e->b = ptr;
                    e->c = n;
                    s->stack_len++;
                }
                pc = tail;
                goto resume;
            }

            case CHOICE_TAIL: {
                /* the body failed once more: go on behind the repeat */
                struct repeat *r = &s->repeats[e->a];
                repeat = (int32_t)e->a;
                ptr = e->b;
                r->count = e->c;
                const Word *head = code + r->pc;
                pc = head + 1 + head[1] + 1;
                PUSH(UNDO_REPEAT, 0, repeat, s->repeats_len, 0);
                repeat = r->outer;
                goto resume;
            }

            case CHOICE_BODY: {
                struct repeat *r = &s->repeats[e->a];
                repeat = (int32_t)e->a;
                ptr = e->b;
                r->last = ptr;
                pc = code + r->pc + 4;
                goto resume;
            }

            case FRAME: {
                const Word *op = code + e->a;
                frame = e->c;
                if (op[0] == OP_ASSERT_NOT) {
                    ptr = e->b;
                    pc = op + 1 + op[1];
                    goto resume;
                }
                if (op[0] == OP_POSSESSIVE_REPEAT && e->d >= (Py_ssize_t)op[2]) {
                    ptr = e->b;
                    pc = op + 1 + op[1] + 1;
                    goto resume;
                }
                continue;
            }

            default:
                undo(s, e, &repeat);
                continue;
            }
        }
    resume:;
    }
}

/* ---- searching ------------------------------------------------------------------------------ */

/* Find the pattern's literal prefix from ptr on: its position, or -1 (Knuth, Morris, Pratt). */
static Py_ssize_t
M(find_prefix)(const CHAR *text, Py_ssize_t ptr, Py_ssize_t end, const Word *prefix,
               const Word *overlap, Word length)
{
    Word i = 0;
    while (ptr < end) {
        if (i == 0) {
            if (sizeof(CHAR) == 1) {
                const CHAR *hit = memchr(text + ptr, (int)prefix[0], (size_t)(end - ptr));
                if (hit == NULL) {
                    return -1;
                }
                ptr = hit - text;
            }
            else {
                while (text[ptr] != prefix[0]) {
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

static inline void
M(forget)(Search *s)
{
    s->lastindex = -1;
    for (Py_ssize_t i = 0; i < 2 * s->groups; i++) {
        s->mark[i] = -1;
    }
}

static int
M(find)(Search *s, const Word *code)
{
    const CHAR *text = s->text;
    const Word *pc = code, *prefix = NULL, *overlap = NULL, *charset = NULL;
    Word length = 0, flags = 0;
    Py_ssize_t ptr = s->start, end = s->end;
    const Py_ssize_t origin = ptr;
    if (ptr > end) {
        return 0;
    }
    if (pc[0] == OP_INFO) {
        flags = pc[2];
        if (pc[3] && end - ptr < (Py_ssize_t)pc[3]) {
            return 0;
        }
        if (pc[3] > 1) {
            /* the last characters are too few for a match to begin there */
            end -= (Py_ssize_t)pc[3] - 1;
            if (end <= ptr) {
                end = ptr + 1;
            }
        }
        if (flags & INFO_PREFIX) {
            length = pc[5];
            prefix = pc + 7;
            overlap = prefix + length;
            if (length > 0xffff || (sizeof(CHAR) == 1 && prefix[0] > 0xff)) {
                prefix = NULL;
            }
        }
        else if (flags & INFO_CHARSET) {
            charset = pc + 5;
        }
        pc += 1 + pc[1];
    }
    if (prefix != NULL) {
        for (;;) {
            ptr = M(find_prefix)(text, ptr, s->end, prefix, overlap, length);
            if (ptr < 0) {
                return 0;
            }
            s->start = ptr;
            s->must_advance = s->must_advance && ptr == origin;
            M(forget)(s);
            if ((flags & INFO_LITERAL) && !s->match_all) {
                s->ptr = ptr + length;
                return 1;
            }
            int found = M(run)(s, pc, ptr);
            if (found != 0) {
                return found;
            }
            ptr++;
        }
    }
    for (;; ptr++) {
        if (charset != NULL) {
            while (ptr < end && !set_has(charset, text[ptr])) {
                ptr++;
            }
            if (ptr >= end) {
                return 0;
            }
        }
        else if (pc[0] == OP_LITERAL) {
            while (ptr < end && text[ptr] != pc[1]) {
                ptr++;
            }
            if (ptr >= end) {
                return 0;
            }
        }
        s->start = ptr;
        s->must_advance = s->must_advance && ptr == origin;
        M(forget)(s);
        int found = M(run)(s, pc, ptr);
        if (found != 0) {
            return found;
        }
        if (ptr >= end || (pc[0] == OP_AT && pc[1] <= AT_BEGINNING_STRING &&
                           pc[1] != AT_BEGINNING_LINE)) {
            return 0;           /* what must stand at the beginning stands nowhere else */
        }
    }
}

#undef PUSH
