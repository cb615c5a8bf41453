/* The match statement.

   A pattern consumes the subject on top of the stack and jumps away on failure.  Captured values
   stay on the stack, below whatever the enclosing pattern still needs (`on_top` items), until the
   whole pattern has matched; only then are they stored.  `fail[n]` is the block that pops n items
   and goes on with the next case; the blocks fall through from n to n - 1. */
#include "compile/gen.h"

#include <opcode.h>

struct Match {
    PyObject *stores;           /* list of names captured so far, deepest value first */
    bool allow_irrefutable;     /* may a pattern that always matches stand here? */
    Block **fail;
    Py_ssize_t fail_count, fail_room;
    Py_ssize_t on_top;
};

static status gen_pattern(Gen *g, Pattern *p, struct Match *m);

static bool
is_wildcard(Pattern *p)
{
    return p->kind == MatchAs_kind && p->v.MatchAs.name == NULL;
}

static bool
is_star_wildcard(Pattern *p)
{
    return p->kind == MatchStar_kind && p->v.MatchStar.name == NULL;
}

/* ---- failing ---- */

/* Makes sure that fail[0..count] exist. */
static status
need_fail(Gen *g, struct Match *m, Py_ssize_t count)
{
    if (count >= m->fail_room) {
        Py_ssize_t room = count + 8 + m->fail_room;
        Block **fail = ast_alloc(g->work, (size_t)room * sizeof(Block *));
        if (fail == NULL) {
            return -1;
        }
        if (m->fail_count > 0) {
            memcpy(fail, m->fail, (size_t)m->fail_count * sizeof(Block *));
        }
        m->fail = fail;
        m->fail_room = room;
    }
    while (m->fail_count <= count) {
        Block *block = new_block(g);
        if (block == NULL) {
            return -1;
        }
        m->fail[m->fail_count++] = block;
    }
    return 0;
}

/* Jumps (by `op`) to where everything this pattern has on the stack is popped. */
static status
jump_to_fail(Gen *g, struct Match *m, int op)
{
    Py_ssize_t pops = m->on_top + PyList_GET_SIZE(m->stores);
    TRY(need_fail(g, m, pops));
    return emit_jump(g, op, m->fail[pops]);
}

/* Lays out the fail blocks; what follows runs if the pattern did not match. */
static status
use_fail(Gen *g, struct Match *m)
{
    if (m->fail_count == 0) {
        return 0;
    }
    while (m->fail_count > 1) {
        use_block(g, m->fail[--m->fail_count]);
        TRY(emit(g, POP_TOP));
    }
    use_block(g, m->fail[0]);
    m->fail_count = 0;
    return 0;
}

/* ---- capturing ---- */

/* Moves the top of the stack below `count - 1` other items. */
static status
rotate(Gen *g, Py_ssize_t count)
{
    for (; count > 1; count--) {
        TRY(emit_arg(g, SWAP, count));
    }
    return 0;
}

static status
add_store(Gen *g, PyObject *name, struct Match *m)
{
    truth known = PySequence_Contains(m->stores, name);
    TRY(known);
    if (known) {
        return gen_error(g, "multiple assignments to name %R in pattern", name);
    }
    return PyList_Append(m->stores, name);
}

/* Captures the top of the stack, or drops it if `name` is NULL. */
static status
capture(Gen *g, PyObject *name, struct Match *m)
{
    if (name == NULL) {
        return emit(g, POP_TOP);
    }
    TRY(check_name(g, name, Store));
    Py_ssize_t above = m->on_top + PyList_GET_SIZE(m->stores) + 1;
    TRY(add_store(g, name, m));
    return rotate(g, above);
}

/* A pattern within another one: may always match. */
static status
gen_subpattern(Gen *g, Pattern *p, struct Match *m)
{
    bool outer = m->allow_irrefutable;
    m->allow_irrefutable = true;
    status result = gen_pattern(g, p, m);
    m->allow_irrefutable = outer;
    return result;
}

static status
gen_match_as(Gen *g, Pattern *p, struct Match *m)
{
    PyObject *name = p->v.MatchAs.name;
    if (p->v.MatchAs.pattern == NULL) {
        if (!m->allow_irrefutable) {
            return name != NULL
                       ? gen_error(g, "name capture %R makes remaining patterns unreachable", name)
                       : gen_error(g, "wildcard makes remaining patterns unreachable");
        }
        return capture(g, name, m);
    }
    m->on_top++;
    TRY(emit_arg(g, COPY, 1));
    TRY(gen_pattern(g, p->v.MatchAs.pattern, m));
    m->on_top--;
    return capture(g, name, m);
}

/* ---- values ---- */

static status
gen_match_value(Gen *g, Pattern *p, struct Match *m)
{
    Expr *value = p->v.MatchValue.value;
    if (value->kind != Constant_kind && value->kind != Attribute_kind) {
        return gen_error(g, "patterns may only match literals and attribute lookups");
    }
    TRY(gen_expr(g, value));
    TRY(emit_arg(g, COMPARE_OP, Py_EQ));
    return jump_to_fail(g, m, POP_JUMP_IF_FALSE);
}

static status
gen_match_singleton(Gen *g, Pattern *p, struct Match *m)
{
    TRY(emit_const(g, p->v.MatchSingleton.value));
    TRY(emit_arg(g, IS_OP, 0));
    return jump_to_fail(g, m, POP_JUMP_IF_FALSE);
}

/* ---- sequences ---- */

static status
unpack_patterns(Gen *g, PatternSeq *patterns, struct Match *m)
{
    int count = seq_len(patterns);
    bool starred = false;
    for (int i = 0; i < count; i++) {
        if (patterns->items[i]->kind != MatchStar_kind) {
            continue;
        }
        if (i >= 1 << 8 || count - i - 1 >= INT_MAX >> 8) {
            return gen_error(g, "too many expressions in star-unpacking sequence pattern");
        }
        TRY(emit_arg(g, UNPACK_EX, i + ((count - i - 1) << 8)));
        starred = true;
    }
    if (!starred) {
        TRY(emit_arg(g, UNPACK_SEQUENCE, count));
    }
    m->on_top += count;
    for (int i = 0; i < count; i++) {
        m->on_top--;
        TRY(gen_subpattern(g, patterns->items[i], m));
    }
    return 0;
}

/* With `*_` in it a sequence is indexed instead of unpacked. */
static status
index_patterns(Gen *g, PatternSeq *patterns, int star, struct Match *m)
{
    int count = seq_len(patterns);
    m->on_top++;
    for (int i = 0; i < count; i++) {
        if (is_wildcard(patterns->items[i]) || i == star) {
            continue;
        }
        TRY(emit_arg(g, COPY, 1));
        if (i < star) {
            TRY(emit_const_take(g, PyLong_FromLong(i)));
        }
        else {
            TRY(emit(g, GET_LEN));
            TRY(emit_const_take(g, PyLong_FromLong(count - i)));
            TRY(emit_arg(g, BINARY_OP, NB_SUBTRACT));
        }
        TRY(emit(g, BINARY_SUBSCR));
        TRY(gen_subpattern(g, patterns->items[i], m));
    }
    m->on_top--;
    return emit(g, POP_TOP);
}

static status
check_length(Gen *g, struct Match *m, int op, int length)
{
    TRY(emit(g, GET_LEN));
    TRY(emit_const_take(g, PyLong_FromLong(length)));
    TRY(emit_arg(g, COMPARE_OP, op));
    return jump_to_fail(g, m, POP_JUMP_IF_FALSE);
}

static status
gen_match_sequence(Gen *g, Pattern *p, struct Match *m)
{
    PatternSeq *patterns = p->v.MatchSequence.patterns;
    int count = seq_len(patterns), star = -1;
    bool only_wildcards = true, star_wildcard = false;
    for (int i = 0; i < count; i++) {
        Pattern *item = patterns->items[i];
        if (item->kind == MatchStar_kind) {
            if (star >= 0) {
                return gen_error(g, "multiple starred names in sequence pattern");
            }
            star = i;
            star_wildcard = is_star_wildcard(item);
            only_wildcards &= star_wildcard;
        }
        else {
            only_wildcards &= is_wildcard(item);
        }
    }
    m->on_top++;
    TRY(emit(g, MATCH_SEQUENCE));
    TRY(jump_to_fail(g, m, POP_JUMP_IF_FALSE));
    if (star < 0) {
        TRY(check_length(g, m, Py_EQ, count));
    }
    else if (count > 1) {
        TRY(check_length(g, m, Py_GE, count - 1));
    }
    m->on_top--;
    if (only_wildcards) {
        return emit(g, POP_TOP);
    }
    return star_wildcard ? index_patterns(g, patterns, star, m) : unpack_patterns(g, patterns, m);
}

/* ---- mappings ---- */

/* The keys as a tuple on the stack; refuses literals given twice. */
static status
gen_mapping_keys(Gen *g, ExprSeq *keys, PatternSeq *patterns, PyObject *seen)
{
    int count = seq_len(keys);
    for (int i = 0; i < count; i++) {
        Expr *key = keys->items[i];
        if (key == NULL) {
            SET_LOC(g, patterns->items[i]);
            return gen_error(g, "can't use NULL keys in MatchMapping (set 'rest' parameter "
                                "instead)");
        }
        if (key->kind == Constant_kind) {
            truth known = PySet_Contains(seen, key->v.Constant.value);
            TRY(known);
            if (known) {
                return gen_error(g, "mapping pattern checks duplicate key (%R)",
                                 key->v.Constant.value);
            }
            TRY(PySet_Add(seen, key->v.Constant.value));
        }
        else if (key->kind != Attribute_kind) {
            return gen_error(g, "mapping pattern keys may only match literals and attribute "
                                "lookups");
        }
        TRY(gen_expr(g, key));
    }
    return emit_arg(g, BUILD_TUPLE, count);
}

/* The stack holds the subject and the tuple of keys; captures a dict of all other items. */
static status
gen_mapping_rest(Gen *g, int count, PyObject *rest, struct Match *m)
{
    TRY(emit_arg(g, BUILD_MAP, 0));
    TRY(emit_arg(g, SWAP, 3));
    TRY(emit_arg(g, DICT_UPDATE, 2));
    TRY(emit_arg(g, UNPACK_SEQUENCE, count));
    while (count > 0) {
        TRY(emit_arg(g, COPY, 1 + count--));
        TRY(emit_arg(g, SWAP, 2));
        TRY(emit(g, DELETE_SUBSCR));
    }
    return capture(g, rest, m);
}

static status
jump_if_none(Gen *g, struct Match *m)
{
    TRY(emit_arg(g, COPY, 1));
    TRY(emit_const(g, Py_None));
    TRY(emit_arg(g, IS_OP, 1));
    return jump_to_fail(g, m, POP_JUMP_IF_FALSE);
}

static status
gen_match_mapping(Gen *g, Pattern *p, struct Match *m)
{
    ExprSeq *keys = p->v.MatchMapping.keys;
    PatternSeq *patterns = p->v.MatchMapping.patterns;
    PyObject *rest = p->v.MatchMapping.rest;
    int count = seq_len(keys);
    if (count != seq_len(patterns)) {
        return gen_error(g, "keys (%d) / patterns (%d) length mismatch in mapping pattern", count,
                         seq_len(patterns));
    }
    m->on_top++;
    TRY(emit(g, MATCH_MAPPING));
    TRY(jump_to_fail(g, m, POP_JUMP_IF_FALSE));
    if (count == 0 && rest == NULL) {
        m->on_top--;
        return emit(g, POP_TOP);
    }
    if (count > 0) {
        TRY(check_length(g, m, Py_GE, count));
    }
    PyObject *seen = PySet_New(NULL);
    status result = seen == NULL ? -1 : gen_mapping_keys(g, keys, patterns, seen);
    Py_XDECREF(seen);
    TRY(result);
    TRY(emit(g, MATCH_KEYS));
    m->on_top += 2;
    TRY(jump_if_none(g, m));
    TRY(emit_arg(g, UNPACK_SEQUENCE, count));
    m->on_top += count - 1;
    for (int i = 0; i < count; i++) {
        m->on_top--;
        TRY(gen_subpattern(g, patterns->items[i], m));
    }
    m->on_top -= 2;
    if (rest != NULL) {
        return gen_mapping_rest(g, count, rest, m);
    }
    TRY(emit(g, POP_TOP));
    return emit(g, POP_TOP);
}

/* ---- classes ---- */

static status
check_attributes(Gen *g, IdentSeq *names, PatternSeq *patterns)
{
    for (int i = 0; i < seq_len(names); i++) {
        PyObject *name = names->items[i];
        SET_LOC(g, patterns->items[i]);
        TRY(check_name(g, name, Store));
        for (int k = i + 1; k < names->len; k++) {
            if (PyUnicode_Compare(name, names->items[k]) == 0) {
                SET_LOC(g, patterns->items[k]);
                return gen_error(g, "attribute name repeated in class pattern: %U", name);
            }
        }
    }
    return 0;
}

static status
gen_match_class(Gen *g, Pattern *p, struct Match *m)
{
    PatternSeq *positional = p->v.MatchClass.patterns, *named = p->v.MatchClass.kwd_patterns;
    IdentSeq *names = p->v.MatchClass.kwd_attrs;
    int positional_count = seq_len(positional), named_count = seq_len(names);
    if (named_count != seq_len(named)) {
        return gen_error(g, "kwd_attrs (%d) / kwd_patterns (%d) length mismatch in class pattern",
                         named_count, seq_len(named));
    }
    if (named_count > 0) {
        TRY(check_attributes(g, names, named));
        SET_LOC(g, p);
    }
    TRY(gen_expr(g, p->v.MatchClass.cls));
    PyObject *tuple = PyTuple_New(named_count);
    for (int i = 0; tuple != NULL && i < named_count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(names->items[i]));
    }
    TRY(emit_const_take(g, tuple));
    TRY(emit_arg(g, MATCH_CLASS, positional_count));
    m->on_top++;
    TRY(jump_if_none(g, m));
    int count = positional_count + named_count;
    TRY(emit_arg(g, UNPACK_SEQUENCE, count));
    m->on_top += count - 1;
    for (int i = 0; i < count; i++) {
        Pattern *item = i < positional_count ? positional->items[i]
                                             : named->items[i - positional_count];
        m->on_top--;
        TRY(is_wildcard(item) ? emit(g, POP_TOP) : gen_subpattern(g, item, m));
    }
    return 0;
}

/* ---- alternatives ---- */

/* Brings the captured values of an alternative into the order of the first one.  0 if it captures
   other names. */
static truth
order_stores(Gen *g, PyObject *control, PyObject *stores)
{
    Py_ssize_t place = PyList_GET_SIZE(control);
    if (PyList_GET_SIZE(stores) != place) {
        return 0;
    }
    while (place-- > 0) {
        Py_ssize_t found = PySequence_Index(stores, PyList_GET_ITEM(control, place));
        if (found < 0) {
            PyErr_Clear();
            return 0;
        }
        if (found == place) {
            continue;
        }
        /* The first found + 1 names move up behind those that will stay below them. */
        PyObject *moved = PyList_GetSlice(stores, 0, found + 1);
        status result = moved == NULL ? -1 : PyList_SetSlice(stores, 0, found + 1, NULL);
        if (result == 0) {
            result = PyList_SetSlice(stores, place - found, place - found, moved);
        }
        Py_XDECREF(moved);
        TRY(result);
        for (Py_ssize_t i = 0; i <= found; i++) {
            TRY(rotate(g, place + 1));
        }
    }
    return 1;
}

static status
gen_alternative(Gen *g, Pattern *p, struct Match *alternative, PyObject **control, Block *end)
{
    SET_LOC(g, p);
    TRY(emit_arg(g, COPY, 1));
    TRY(gen_pattern(g, p, alternative));
    if (*control == NULL) {
        *control = Py_NewRef(alternative->stores);
    }
    else {
        truth same = order_stores(g, *control, alternative->stores);
        TRY(same);
        if (!same) {
            return gen_error(g, "alternative patterns bind different names");
        }
    }
    TRY(emit_jump(g, JUMP, end));
    return use_fail(g, alternative);
}

static status
gen_alternatives(Gen *g, Pattern *p, struct Match *m, PyObject **control)
{
    PatternSeq *patterns = p->v.MatchOr.patterns;
    int count = seq_len(patterns);
    NEW_BLOCK(g, end);
    for (int i = 0; i < count; i++) {
        struct Match alternative = {
            .stores = PyList_New(0),
            .allow_irrefutable = i == count - 1 && m->allow_irrefutable,
        };
        if (alternative.stores == NULL) {
            return -1;
        }
        status result = gen_alternative(g, patterns->items[i], &alternative, control, end);
        Py_DECREF(alternative.stores);
        TRY(result);
    }
    TRY(emit(g, POP_TOP));
    TRY(jump_to_fail(g, m, JUMP));
    use_block(g, end);
    Py_ssize_t captured = PyList_GET_SIZE(*control);
    Py_ssize_t above = captured + 1 + m->on_top + PyList_GET_SIZE(m->stores);
    for (Py_ssize_t i = 0; i < captured; i++) {
        TRY(rotate(g, above));
        TRY(add_store(g, PyList_GET_ITEM(*control, i), m));
    }
    return emit(g, POP_TOP);
}

static status
gen_match_or(Gen *g, Pattern *p, struct Match *m)
{
    PyObject *control = NULL;
    status result = gen_alternatives(g, p, m, &control);
    Py_XDECREF(control);
    return result;
}

/* ---- the statement ---- */

static status
gen_pattern_kind(Gen *g, Pattern *p, struct Match *m)
{
    switch (p->kind) {
    case MatchValue_kind:
        return gen_match_value(g, p, m);
    case MatchSingleton_kind:
        return gen_match_singleton(g, p, m);
    case MatchSequence_kind:
        return gen_match_sequence(g, p, m);
    case MatchMapping_kind:
        return gen_match_mapping(g, p, m);
    case MatchClass_kind:
        return gen_match_class(g, p, m);
    case MatchStar_kind:
        return capture(g, p->v.MatchStar.name, m);
    case MatchAs_kind:
        return gen_match_as(g, p, m);
    case MatchOr_kind:
        return gen_match_or(g, p, m);
    }
    return 0;
}

/* What follows a subpattern keeps its position. */
static status
gen_pattern(Gen *g, Pattern *p, struct Match *m)
{
    SET_LOC(g, p);
    return gen_pattern_kind(g, p, m);
}

/* A case behind which others follow, or the last; `copies`: the subject is needed again. */
static status
gen_case(Gen *g, MatchCase *c, struct Match *m, bool copies, Block *end)
{
    SET_LOC(g, c->pattern);
    if (copies) {
        TRY(emit_arg(g, COPY, 1));
    }
    TRY(gen_pattern(g, c->pattern, m));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(m->stores); i++) {
        TRY(emit_variable(g, PyList_GET_ITEM(m->stores, i), Store));
    }
    if (c->guard != NULL) {
        TRY(need_fail(g, m, 0));
        TRY(gen_jump_if(g, c->guard, m->fail[0], false));
    }
    if (copies) {
        TRY(emit(g, POP_TOP));
    }
    TRY(gen_stmts(g, c->body));
    TRY(emit_jump(g, JUMP, end));
    SET_LOC(g, c->pattern);
    return use_fail(g, m);
}

status
gen_match(Gen *g, Stmt *s)
{
    MatchCaseSeq *cases = s->v.Match.cases;
    int count = seq_len(cases);
    TRY(gen_expr(g, s->v.Match.subject));
    NEW_BLOCK(g, end);
    bool has_default = count > 1 && is_wildcard(cases->items[count - 1]->pattern);
    for (int i = 0; i < count - has_default; i++) {
        MatchCase *c = cases->items[i];
        struct Match m = {
            .stores = PyList_New(0),
            .allow_irrefutable = c->guard != NULL || i == count - 1,
        };
        if (m.stores == NULL) {
            return -1;
        }
        status result = gen_case(g, c, &m, i != count - has_default - 1, end);
        Py_DECREF(m.stores);
        TRY(result);
    }
    if (has_default) {
        /* A trailing `case _` needs no subject; the NOP shows its line. */
        MatchCase *c = cases->items[count - 1];
        SET_LOC(g, c->pattern);
        TRY(emit(g, NOP));
        if (c->guard != NULL) {
            TRY(gen_jump_if(g, c->guard, end, false));
        }
        TRY(gen_stmts(g, c->body));
    }
    use_block(g, end);
    return 0;
}
