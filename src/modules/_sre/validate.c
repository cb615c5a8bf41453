/* Is a word sequence what re._compiler makes?  Programs may hand anything to _sre.compile(); after
   this check the matcher trusts every offset, group number and operand. */
#include "modules/_sre/sre.h"

/* A cursor over code[at..end). */
struct span {
    const Word *at, *end;
    Py_ssize_t groups;
};

static bool check(struct span span, int depth);

enum { MAX_DEPTH = 1000 };

static bool
take(struct span *span, Word *word)
{
    if (span->at >= span->end) {
        return false;
    }
    *word = *span->at++;
    return true;
}

/* Read a skip; *target is where it leads, within the span. */
static bool
take_skip(struct span *span, const Word **target)
{
    const Word *from = span->at;
    Word skip;
    if (!take(span, &skip) || skip > (size_t)(span->end - from)) {
        return false;
    }
    *target = from + skip;
    return true;
}

static bool
check_set(const Word *at, const Word *end)
{
    while (at < end) {
        switch ((enum opcode)*at++) {
        case OP_NEGATE:
            break;
        case OP_LITERAL:
            at++;
            break;
        case OP_RANGE:
        case OP_RANGE_UNI_IGNORE:
            at += 2;
            break;
        case OP_CHARSET:
            at += SETWORDS;
            break;
        case OP_BIGCHARSET: {
            if (at >= end) {
                return false;
            }
            Word chunks = *at++;
            if (chunks > 256 || end - at < 64) {
                return false;
            }
            for (int i = 0; i < 256; i++) {
                if (((const unsigned char *)at)[i] >= chunks) {
                    return false;
                }
            }
            at += 64 + chunks * SETWORDS;
            break;
        }
        case OP_CATEGORY:
            if (at >= end || *at > CAT_UNI_NOT_LINEBREAK) {
                return false;
            }
            at++;
            break;
        default:
            return false;
        }
    }
    return at == end;
}

/* A set that ends with FAILURE at the end of its skip. */
static bool
check_in(struct span *span)
{
    const Word *target;
    if (!take_skip(span, &target) || target <= span->at || target[-1] != OP_FAILURE ||
        !check_set(span->at, target - 1)) {
        return false;
    }
    span->at = target;
    return true;
}

static bool
check_info(struct span *span)
{
    const Word *target;
    Word flags, min, max;
    if (!take_skip(span, &target)) {
        return false;
    }
    struct span inner = {span->at, target, span->groups};
    if (!take(&inner, &flags) || !take(&inner, &min) || !take(&inner, &max) ||
        (flags & ~(Word)(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET)) ||
        ((flags & INFO_PREFIX) && (flags & INFO_CHARSET)) ||
        ((flags & INFO_LITERAL) && !(flags & INFO_PREFIX))) {
        return false;
    }
    if (flags & INFO_PREFIX) {
        Word length, skip;
        if (!take(&inner, &length) || !take(&inner, &skip) || skip > length || length == 0 ||
            (size_t)(inner.end - inner.at) != (size_t)length * 2) {
            return false;
        }
        const Word *overlap = inner.at + length;
        for (Word i = 0; i < length; i++) {
            if (overlap[i] > i) {
                return false;
            }
        }
        inner.at = inner.end;
    }
    if (flags & INFO_CHARSET) {
        if (inner.at >= inner.end || inner.end[-1] != OP_FAILURE ||
            !check_set(inner.at, inner.end - 1)) {
            return false;
        }
        inner.at = inner.end;
    }
    span->at = target;
    return inner.at == inner.end;
}

static bool
check_branch(struct span *span, int depth)
{
    const Word *next, *tail = NULL;
    for (;;) {
        if (span->at >= span->end) {
            return false;
        }
        if (*span->at == 0) {
            span->at++;
            break;
        }
        if (!take_skip(span, &next) || next - span->at < 2 || next[-2] != OP_JUMP) {
            return false;
        }
        struct span body = {span->at, next - 2, span->groups};
        size_t left = (size_t)(span->end - (next - 1));
        if (!check(body, depth) || next[-1] > left) {
            return false;
        }
        const Word *to = next - 1 + next[-1];
        if (tail == NULL) {
            tail = to;
        }
        else if (to != tail) {
            return false;
        }
        span->at = next;
    }
    return tail == span->at;
}

static bool
is_single(Word op)
{
    switch ((enum opcode)op) {
    case OP_ANY: case OP_ANY_ALL: case OP_IN: case OP_IN_IGNORE: case OP_IN_LOC_IGNORE:
    case OP_IN_UNI_IGNORE: case OP_LITERAL: case OP_NOT_LITERAL: case OP_LITERAL_IGNORE:
    case OP_NOT_LITERAL_IGNORE: case OP_LITERAL_LOC_IGNORE: case OP_NOT_LITERAL_LOC_IGNORE:
    case OP_LITERAL_UNI_IGNORE: case OP_NOT_LITERAL_UNI_IGNORE: case OP_CATEGORY:
        return true;
    default:
        return false;
    }
}

/* REPEAT_ONE and its kin: skip min max item SUCCESS. */
static bool
check_repeat_one(struct span *span, int depth)
{
    const Word *target;
    Word min, max;
    if (!take_skip(span, &target) || target - span->at < 4 || !take(span, &min) ||
        !take(span, &max) || min > max || !is_single(*span->at)) {
        return false;
    }
    struct span body = {span->at, target - 1, span->groups};
    if (target[-1] != OP_SUCCESS || !check(body, depth)) {
        return false;
    }
    span->at = target;
    return true;
}

/* REPEAT and POSSESSIVE_REPEAT: skip min max body, then the closing operator. */
static bool
check_repeat(struct span *span, int depth, bool possessive)
{
    const Word *target;
    Word min, max, closing;
    if (!take_skip(span, &target) || target - span->at < 2 || !take(span, &min) ||
        !take(span, &max) || min > max) {
        return false;
    }
    struct span body = {span->at, target, span->groups};
    if (!check(body, depth)) {
        return false;
    }
    span->at = target;
    if (!take(span, &closing)) {
        return false;
    }
    return possessive ? closing == OP_SUCCESS : closing == OP_MAX_UNTIL || closing == OP_MIN_UNTIL;
}

static bool
check_exists(struct span *span, int depth)
{
    const Word *origin = span->at;
    Word group, skip;
    if (!take(span, &group) || group >= (size_t)span->groups || !take(span, &skip) || skip < 2 ||
        skip > (size_t)(span->end - origin)) {
        return false;
    }
    const Word *no = origin + skip;
    /* with an else branch the yes branch ends in a JUMP over it */
    if (no - span->at >= 2 && no[-2] == OP_JUMP && no[-1] <= (size_t)(span->end - (no - 1)) &&
        no[-1] >= 1) {
        struct span yes = {span->at, no - 2, span->groups};
        struct span other = {no, no - 1 + no[-1], span->groups};
        if (check(yes, depth) && check(other, depth)) {
            span->at = other.end;
            return true;
        }
    }
    struct span yes = {span->at, no, span->groups};
    if (!check(yes, depth)) {
        return false;
    }
    span->at = no;
    return true;
}

/* A sub-match: skip [back] body SUCCESS. */
static bool
check_frame(struct span *span, int depth, bool assertion)
{
    const Word *target;
    Word back;
    if (!take_skip(span, &target) || (assertion && (!take(span, &back) || back > INT_MAX)) ||
        target <= span->at || target[-1] != OP_SUCCESS) {
        return false;
    }
    struct span body = {span->at, target - 1, span->groups};
    if (!check(body, depth)) {
        return false;
    }
    span->at = target;
    return true;
}

static bool
check_one(struct span *span, int depth)
{
    Word word;
    switch ((enum opcode)*span->at++) {
    case OP_MARK:
        return take(span, &word) && word < (size_t)span->groups * 2;
    case OP_LITERAL: case OP_NOT_LITERAL: case OP_LITERAL_IGNORE: case OP_NOT_LITERAL_IGNORE:
    case OP_LITERAL_LOC_IGNORE: case OP_NOT_LITERAL_LOC_IGNORE: case OP_LITERAL_UNI_IGNORE:
    case OP_NOT_LITERAL_UNI_IGNORE:
        return take(span, &word);
    case OP_SUCCESS: case OP_FAILURE: case OP_ANY: case OP_ANY_ALL:
        return true;
    case OP_AT:
        return take(span, &word) && word <= AT_UNI_NON_BOUNDARY;
    case OP_CATEGORY:
        return take(span, &word) && word <= CAT_UNI_NOT_LINEBREAK;
    case OP_IN: case OP_IN_IGNORE: case OP_IN_LOC_IGNORE: case OP_IN_UNI_IGNORE:
        return check_in(span);
    case OP_INFO:
        return check_info(span);
    case OP_BRANCH:
        return check_branch(span, depth);
    case OP_REPEAT_ONE: case OP_MIN_REPEAT_ONE: case OP_POSSESSIVE_REPEAT_ONE:
        return check_repeat_one(span, depth);
    case OP_REPEAT:
        return check_repeat(span, depth, false);
    case OP_POSSESSIVE_REPEAT:
        return check_repeat(span, depth, true);
    case OP_ATOMIC_GROUP:
        return check_frame(span, depth, false);
    case OP_ASSERT: case OP_ASSERT_NOT:
        return check_frame(span, depth, true);
    case OP_GROUPREF: case OP_GROUPREF_IGNORE: case OP_GROUPREF_LOC_IGNORE:
    case OP_GROUPREF_UNI_IGNORE:
        return take(span, &word) && word < (size_t)span->groups;
    case OP_GROUPREF_EXISTS:
        return check_exists(span, depth);
    default:
        return false;
    }
}

static bool
check(struct span span, int depth)
{
    if (span.at > span.end || depth >= MAX_DEPTH) {
        return false;
    }
    while (span.at < span.end) {
        if (!check_one(&span, depth + 1)) {
            return false;
        }
    }
    return span.at == span.end;
}

bool
code_is_valid(const Word *code, Py_ssize_t size, Py_ssize_t groups)
{
    if (groups < 0 || groups > MAX_GROUPS || size < 1 || code[size - 1] != OP_SUCCESS) {
        return false;
    }
    return check((struct span){code, code + size - 1, groups}, 0);
}
