/* Expressions to instructions that leave one value on the stack. */
#include "compile/gen.h"

#include <opcode.h>

status
gen_exprs(Gen *g, ExprSeq *seq)
{
    for (int i = 0; i < seq_len(seq); i++) {
        TRY(gen_expr(g, seq->items[i]));
    }
    return 0;
}

/* ---- what the compiler can already see to be wrong ---- */

/* The type an expression evaluates to, borrowed, or NULL if it is not known. */
static PyTypeObject *
known_type(Expr *e)
{
    switch (e->kind) {
    case Tuple_kind:
        return &PyTuple_Type;
    case List_kind:
    case ListComp_kind:
        return &PyList_Type;
    case Dict_kind:
    case DictComp_kind:
        return &PyDict_Type;
    case Set_kind:
    case SetComp_kind:
        return &PySet_Type;
    case GeneratorExp_kind:
        return &PyGen_Type;
    case Lambda_kind:
        return &PyFunction_Type;
    case JoinedStr_kind:
    case FormattedValue_kind:
        return &PyUnicode_Type;
    case Constant_kind:
        return Py_TYPE(e->v.Constant.value);
    default:
        return NULL;
    }
}

static status
check_callable(Gen *g, Expr *e)
{
    switch (e->kind) {
    case Constant_kind:
    case Tuple_kind:
    case List_kind:
    case ListComp_kind:
    case Dict_kind:
    case DictComp_kind:
    case Set_kind:
    case SetComp_kind:
    case GeneratorExp_kind:
    case JoinedStr_kind:
    case FormattedValue_kind:
        return gen_warn(g, "'%.200s' object is not callable; perhaps you missed a comma?",
                        known_type(e)->tp_name);
    default:
        return 0;
    }
}

static status
check_subscriptable(Gen *g, Expr *e)
{
    switch (e->kind) {
    case Constant_kind: {
        PyObject *value = e->v.Constant.value;
        if (value != Py_None && value != Py_Ellipsis && !PyLong_Check(value) &&
            !PyFloat_Check(value) && !PyComplex_Check(value) && !PyAnySet_Check(value)) {
            return 0;
        }
    }
        FALLTHROUGH;
    case Set_kind:
    case SetComp_kind:
    case GeneratorExp_kind:
    case Lambda_kind:
        return gen_warn(g, "'%.200s' object is not subscriptable; perhaps you missed a comma?",
                        known_type(e)->tp_name);
    default:
        return 0;
    }
}

static status
check_index(Gen *g, Expr *e, Expr *index)
{
    PyTypeObject *type = known_type(index);
    if (type == NULL || PyType_FastSubclass(type, Py_TPFLAGS_LONG_SUBCLASS) ||
        type == &PySlice_Type) {
        return 0;
    }
    switch (e->kind) {
    case Constant_kind: {
        PyObject *value = e->v.Constant.value;
        if (!PyUnicode_Check(value) && !PyBytes_Check(value) && !PyTuple_Check(value)) {
            return 0;
        }
    }
        FALLTHROUGH;
    case Tuple_kind:
    case List_kind:
    case ListComp_kind:
    case JoinedStr_kind:
    case FormattedValue_kind:
        return gen_warn(g,
                        "%.200s indices must be integers or slices, not %.200s; perhaps you missed "
                        "a comma?",
                        known_type(e)->tp_name, type->tp_name);
    default:
        return 0;
    }
}

/* May the operand of `is` be compared by identity without a warning? */
static bool
has_identity(Expr *e)
{
    if (e->kind != Constant_kind) {
        return true;
    }
    PyObject *value = e->v.Constant.value;
    return value == Py_None || value == Py_False || value == Py_True || value == Py_Ellipsis;
}

static status
check_compare(Gen *g, Expr *e)
{
    bool left = has_identity(e->v.Compare.left);
    for (int i = 0; i < seq_len(e->v.Compare.ops); i++) {
        int op = e->v.Compare.ops->items[i];
        bool right = has_identity(e->v.Compare.comparators->items[i]);
        if ((op == Is || op == IsNot) && (!right || !left)) {
            return gen_warn(g, op == Is ? "\"is\" with a literal. Did you mean \"==\"?"
                                        : "\"is not\" with a literal. Did you mean \"!=\"?");
        }
        left = right;
    }
    return 0;
}

/* ---- operators ---- */

static int
binary_op_arg(enum Operator op, bool in_place)
{
    static const int arg[] = {
        [Add] = NB_ADD, [Sub] = NB_SUBTRACT, [Mult] = NB_MULTIPLY,
        [MatMult] = NB_MATRIX_MULTIPLY, [Div] = NB_TRUE_DIVIDE, [Modulo] = NB_REMAINDER,
        [Pow] = NB_POWER, [LShift] = NB_LSHIFT, [RShift] = NB_RSHIFT, [BitOr] = NB_OR,
        [BitXor] = NB_XOR, [BitAnd] = NB_AND, [FloorDiv] = NB_FLOOR_DIVIDE,
    };
    return in_place ? arg[op] + NB_INPLACE_ADD - NB_ADD : arg[op];
}

static int
unary_opcode(enum UnaryOperator op)
{
    static const int opcode[] = {[Invert] = UNARY_INVERT, [Not] = UNARY_NOT,
                                 [UAdd] = UNARY_POSITIVE, [USub] = UNARY_NEGATIVE};
    return opcode[op];
}

static status
emit_compare(Gen *g, enum CmpOperator op)
{
    switch (op) {
    case Eq:
        return emit_arg(g, COMPARE_OP, Py_EQ);
    case NotEq:
        return emit_arg(g, COMPARE_OP, Py_NE);
    case Lt:
        return emit_arg(g, COMPARE_OP, Py_LT);
    case LtE:
        return emit_arg(g, COMPARE_OP, Py_LE);
    case Gt:
        return emit_arg(g, COMPARE_OP, Py_GT);
    case GtE:
        return emit_arg(g, COMPARE_OP, Py_GE);
    case Is:
        return emit_arg(g, IS_OP, 0);
    case IsNot:
        return emit_arg(g, IS_OP, 1);
    case In:
        return emit_arg(g, CONTAINS_OP, 0);
    case NotIn:
        return emit_arg(g, CONTAINS_OP, 1);
    }
    return 0;
}

static status
gen_bool_op(Gen *g, Expr *e)
{
    int op = e->v.BoolOp.op == And ? JUMP_IF_FALSE_OR_POP : JUMP_IF_TRUE_OR_POP;
    ExprSeq *values = e->v.BoolOp.values;
    NEW_BLOCK(g, end);
    for (int i = 0; i < values->len - 1; i++) {
        TRY(gen_expr(g, values->items[i]));
        TRY(emit_jump(g, op, end));
    }
    TRY(gen_expr(g, values->items[values->len - 1]));
    use_block(g, end);
    return 0;
}

/* All comparisons but the last of a chain: each leaves its right operand for the next one and goes
   to `cleanup` by `op` if it fails. */
static status
gen_chain(Gen *g, Expr *e, int op, Block *cleanup)
{
    int last = seq_len(e->v.Compare.ops) - 1;
    TRY(gen_expr(g, e->v.Compare.left));
    for (int i = 0; i < last; i++) {
        TRY(gen_expr(g, e->v.Compare.comparators->items[i]));
        TRY(emit_arg(g, SWAP, 2));
        TRY(emit_arg(g, COPY, 2));
        TRY(emit_compare(g, e->v.Compare.ops->items[i]));
        TRY(emit_jump(g, op, cleanup));
    }
    TRY(gen_expr(g, e->v.Compare.comparators->items[last]));
    return emit_compare(g, e->v.Compare.ops->items[last]);
}

static status
gen_compare(Gen *g, Expr *e)
{
    TRY(check_compare(g, e));
    if (seq_len(e->v.Compare.ops) == 1) {
        return gen_chain(g, e, JUMP_IF_FALSE_OR_POP, NULL);
    }
    NEW_BLOCK(g, cleanup);
    TRY(gen_chain(g, e, JUMP_IF_FALSE_OR_POP, cleanup));
    NEW_BLOCK(g, end);
    TRY(emit_jump_no_loc(g, JUMP, end));
    use_block(g, cleanup);
    TRY(emit_arg(g, SWAP, 2));
    TRY(emit(g, POP_TOP));
    use_block(g, end);
    return 0;
}

static status
gen_if_exp(Gen *g, Expr *e)
{
    NEW_BLOCK(g, end);
    NEW_BLOCK(g, orelse);
    TRY(gen_jump_if(g, e->v.IfExp.test, orelse, false));
    TRY(gen_expr(g, e->v.IfExp.body));
    TRY(emit_jump_no_loc(g, JUMP, end));
    use_block(g, orelse);
    TRY(gen_expr(g, e->v.IfExp.orelse));
    use_block(g, end);
    return 0;
}

static status
jump_if_bool_op(Gen *g, Expr *e, Block *target, bool condition)
{
    ExprSeq *values = e->v.BoolOp.values;
    bool stops_on = e->v.BoolOp.op == Or;
    Block *decided = target;
    if (stops_on != condition) {
        decided = new_block(g);
        if (decided == NULL) {
            return -1;
        }
    }
    for (int i = 0; i < values->len - 1; i++) {
        TRY(gen_jump_if(g, values->items[i], decided, stops_on));
    }
    TRY(gen_jump_if(g, values->items[values->len - 1], target, condition));
    if (decided != target) {
        use_block(g, decided);
    }
    return 0;
}

static status
jump_if_chain(Gen *g, Expr *e, Block *target, bool condition)
{
    TRY(check_compare(g, e));
    NEW_BLOCK(g, cleanup);
    TRY(gen_chain(g, e, POP_JUMP_IF_FALSE, cleanup));
    TRY(emit_jump(g, condition ? POP_JUMP_IF_TRUE : POP_JUMP_IF_FALSE, target));
    NEW_BLOCK(g, end);
    TRY(emit_jump_no_loc(g, JUMP, end));
    use_block(g, cleanup);
    TRY(emit(g, POP_TOP));
    if (!condition) {
        TRY(emit_jump_no_loc(g, JUMP, target));
    }
    use_block(g, end);
    return 0;
}

status
gen_jump_if(Gen *g, Expr *e, Block *target, bool condition)
{
    switch (e->kind) {
    case UnaryOp_kind:
        if (e->v.UnaryOp.op == Not) {
            return gen_jump_if(g, e->v.UnaryOp.operand, target, !condition);
        }
        break;
    case BoolOp_kind:
        return jump_if_bool_op(g, e, target, condition);
    case IfExp_kind: {
        NEW_BLOCK(g, end);
        NEW_BLOCK(g, orelse);
        TRY(gen_jump_if(g, e->v.IfExp.test, orelse, false));
        TRY(gen_jump_if(g, e->v.IfExp.body, target, condition));
        TRY(emit_jump_no_loc(g, JUMP, end));
        use_block(g, orelse);
        TRY(gen_jump_if(g, e->v.IfExp.orelse, target, condition));
        use_block(g, end);
        return 0;
    }
    case Compare_kind:
        /* The jump shows the comparison, other jumps what they stand in. */
        SET_LOC(g, e);
        if (seq_len(e->v.Compare.ops) > 1) {
            return jump_if_chain(g, e, target, condition);
        }
        break;
    default:
        break;
    }
    TRY(gen_expr(g, e));
    return emit_jump(g, condition ? POP_JUMP_IF_TRUE : POP_JUMP_IF_FALSE, target);
}

/* ---- displays ---- */

static bool
all_constant(ExprSeq *seq, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        Expr *e = seq->items[i];
        if (e == NULL || e->kind != Constant_kind) {
            return false;
        }
    }
    return true;
}

static PyObject *
constants_tuple(ExprSeq *seq, int begin, int end)
{
    PyObject *tuple = PyTuple_New(end - begin);
    for (int i = begin; tuple != NULL && i < end; i++) {
        PyTuple_SET_ITEM(tuple, i - begin, Py_NewRef(seq->items[i]->v.Constant.value));
    }
    return tuple;
}

/* The instructions that make one kind of collection. */
struct Builder {
    int build, add, extend;
    bool tuple;                 /* made as a list and then converted */
};

static const struct Builder list_builder = {BUILD_LIST, LIST_APPEND, LIST_EXTEND, false};
static const struct Builder tuple_builder = {BUILD_LIST, LIST_APPEND, LIST_EXTEND, true};
static const struct Builder set_builder = {BUILD_SET, SET_ADD, SET_UPDATE, false};

static status
gen_constant_display(Gen *g, ExprSeq *elts, Py_ssize_t pushed, const struct Builder *b)
{
    PyObject *value = constants_tuple(elts, 0, elts->len);
    if (b->tuple && pushed == 0) {
        return emit_const_take(g, value);
    }
    if (b->add == SET_ADD && value != NULL) {
        Py_SETREF(value, PyFrozenSet_New(value));
    }
    if (value == NULL || emit_arg(g, b->build, pushed) < 0) {
        Py_XDECREF(value);
        return -1;
    }
    TRY(emit_const_take(g, value));
    TRY(emit_arg(g, b->extend, 1));
    return b->tuple ? emit(g, LIST_TO_TUPLE) : 0;
}

/* A collection of `pushed` values already on the stack and the elements. */
static status
gen_display(Gen *g, ExprSeq *elts, Py_ssize_t pushed, const struct Builder *b)
{
    int count = seq_len(elts);
    if (count > 2 && all_constant(elts, 0, count)) {
        return gen_constant_display(g, elts, pushed, b);
    }
    bool piecewise = count + pushed > STACK_GUIDELINE, starred = false;
    for (int i = 0; i < count; i++) {
        starred |= elts->items[i]->kind == Starred_kind;
    }
    if (!starred && !piecewise) {
        TRY(gen_exprs(g, elts));
        return emit_arg(g, b->tuple ? BUILD_TUPLE : b->build, count + pushed);
    }
    bool built = piecewise;
    if (piecewise) {
        TRY(emit_arg(g, b->build, pushed));
    }
    for (int i = 0; i < count; i++) {
        Expr *elt = elts->items[i];
        if (elt->kind != Starred_kind) {
            TRY(gen_expr(g, elt));
            TRY(built ? emit_arg(g, b->add, 1) : 0);
            continue;
        }
        if (!built) {
            TRY(emit_arg(g, b->build, i + pushed));
            built = true;
        }
        TRY(gen_expr(g, elt->v.Starred.value));
        TRY(emit_arg(g, b->extend, 1));
    }
    return b->tuple ? emit(g, LIST_TO_TUPLE) : 0;
}

/* The targets of an unpacking assignment. */
static status
gen_unpack(Gen *g, ExprSeq *elts)
{
    int count = seq_len(elts);
    bool starred = false;
    for (int i = 0; i < count; i++) {
        if (elts->items[i]->kind != Starred_kind) {
            continue;
        }
        if (starred) {
            return gen_error(g, "multiple starred expressions in assignment");
        }
        if (i >= 1 << 8 || count - i - 1 >= INT_MAX >> 8) {
            return gen_error(g, "too many expressions in star-unpacking assignment");
        }
        TRY(emit_arg(g, UNPACK_EX, i + ((count - i - 1) << 8)));
        starred = true;
    }
    if (!starred) {
        TRY(emit_arg(g, UNPACK_SEQUENCE, count));
    }
    for (int i = 0; i < count; i++) {
        Expr *elt = elts->items[i];
        TRY(gen_expr(g, elt->kind == Starred_kind ? elt->v.Starred.value : elt));
    }
    return 0;
}

static status
gen_sequence(Gen *g, ExprSeq *elts, enum ExprContext ctx, const struct Builder *b)
{
    switch (ctx) {
    case Store:
        return gen_unpack(g, elts);
    case Load:
        return gen_display(g, elts, 0, b);
    case Del:
        return gen_exprs(g, elts);
    }
    return 0;
}

/* A dict of the pairs begin <= i < end, none of which is an unpacking. */
static status
gen_dict_part(Gen *g, Expr *e, int begin, int end)
{
    ExprSeq *keys = e->v.Dict.keys, *values = e->v.Dict.values;
    int count = end - begin;
    bool piecewise = 2 * count > STACK_GUIDELINE;
    if (count > 1 && !piecewise && all_constant(keys, begin, end)) {
        for (int i = begin; i < end; i++) {
            TRY(gen_expr(g, values->items[i]));
        }
        TRY(emit_const_take(g, constants_tuple(keys, begin, end)));
        return emit_arg(g, BUILD_CONST_KEY_MAP, count);
    }
    if (piecewise) {
        TRY(emit_arg(g, BUILD_MAP, 0));
    }
    for (int i = begin; i < end; i++) {
        TRY(gen_expr(g, keys->items[i]));
        TRY(gen_expr(g, values->items[i]));
        TRY(piecewise ? emit_arg(g, MAP_ADD, 1) : 0);
    }
    return piecewise ? 0 : emit_arg(g, BUILD_MAP, count);
}

/* Adds the pairs begin <= i < end to the dict under construction, which may not exist yet. */
static status
flush_pairs(Gen *g, Expr *e, int begin, int end, bool *has_dict)
{
    TRY(gen_dict_part(g, e, begin, end));
    if (*has_dict) {
        TRY(emit_arg(g, DICT_UPDATE, 1));
    }
    *has_dict = true;
    return 0;
}

static status
gen_dict(Gen *g, Expr *e)
{
    ExprSeq *keys = e->v.Dict.keys, *values = e->v.Dict.values;
    int count = seq_len(values), waiting = 0;
    bool has_dict = false;
    for (int i = 0; i < count; i++) {
        if (keys->items[i] == NULL) {
            if (waiting > 0) {
                TRY(flush_pairs(g, e, i - waiting, i, &has_dict));
                waiting = 0;
            }
            if (!has_dict) {
                TRY(emit_arg(g, BUILD_MAP, 0));
                has_dict = true;
            }
            TRY(gen_expr(g, values->items[i]));
            TRY(emit_arg(g, DICT_UPDATE, 1));
        }
        else if (2 * waiting > STACK_GUIDELINE) {
            TRY(flush_pairs(g, e, i - waiting, i + 1, &has_dict));
            waiting = 0;
        }
        else {
            waiting++;
        }
    }
    if (waiting > 0) {
        return flush_pairs(g, e, count - waiting, count, &has_dict);
    }
    return has_dict ? 0 : emit_arg(g, BUILD_MAP, 0);
}

/* ---- calls ---- */

void
loc_of_attribute(Gen *g, Expr *e)
{
    Loc *loc = &g->unit->loc;
    if (loc->lineno == e->end_lineno) {
        return;
    }
    loc->lineno = e->end_lineno;
    Py_ssize_t length = PyUnicode_GET_LENGTH(e->v.Attribute.attr);
    if (length <= e->end_col_offset) {
        loc->col = e->end_col_offset - (int)length;
    }
    else {
        /* A tree that no parser made. */
        loc->col = loc->end_col = -1;
        loc->end_lineno = e->end_lineno;
    }
}

static status
check_keywords(Gen *g, KeywordSeq *keywords)
{
    for (int i = 0; i < seq_len(keywords); i++) {
        Keyword *keyword = keywords->items[i];
        if (keyword->arg == NULL) {
            continue;
        }
        TRY(check_name(g, keyword->arg, Store));
        for (int k = i + 1; k < keywords->len; k++) {
            Keyword *other = keywords->items[k];
            if (other->arg != NULL && PyUnicode_Compare(keyword->arg, other->arg) == 0) {
                SET_LOC(g, other);
                return gen_error(g, "keyword argument repeated: %U", keyword->arg);
            }
        }
    }
    return 0;
}

static bool
has_unpacking(ExprSeq *args, KeywordSeq *keywords)
{
    for (int i = 0; i < seq_len(args); i++) {
        if (args->items[i]->kind == Starred_kind) {
            return true;
        }
    }
    for (int i = 0; i < seq_len(keywords); i++) {
        if (keywords->items[i]->arg == NULL) {
            return true;
        }
    }
    return false;
}

static PyObject *
keyword_names(KeywordSeq *keywords, int begin, int end)
{
    PyObject *names = PyTuple_New(end - begin);
    for (int i = begin; names != NULL && i < end; i++) {
        PyTuple_SET_ITEM(names, i - begin, Py_NewRef(keywords->items[i]->arg));
    }
    return names;
}

/* Values of keyword arguments, and their names for the call that follows. */
static status
gen_keywords(Gen *g, KeywordSeq *keywords)
{
    int count = seq_len(keywords);
    if (count == 0) {
        return 0;
    }
    for (int i = 0; i < count; i++) {
        TRY(gen_expr(g, keywords->items[i]->value));
    }
    PyObject *names = keyword_names(keywords, 0, count);
    if (names == NULL) {
        return -1;
    }
    Py_ssize_t index = const_index(g, names);
    Py_DECREF(names);
    return index < 0 ? -1 : emit_arg(g, KW_NAMES, index);
}

/* A dict of the named arguments begin <= i < end. */
static status
gen_keyword_dict(Gen *g, KeywordSeq *keywords, int begin, int end)
{
    int count = end - begin;
    bool piecewise = 2 * count > STACK_GUIDELINE;
    if (count > 1 && !piecewise) {
        for (int i = begin; i < end; i++) {
            TRY(gen_expr(g, keywords->items[i]->value));
        }
        TRY(emit_const_take(g, keyword_names(keywords, begin, end)));
        return emit_arg(g, BUILD_CONST_KEY_MAP, count);
    }
    if (piecewise) {
        TRY(emit_at(g, BUILD_MAP, 0, NULL, NO_LOC));
    }
    for (int i = begin; i < end; i++) {
        TRY(emit_const(g, keywords->items[i]->arg));
        TRY(gen_expr(g, keywords->items[i]->value));
        TRY(piecewise ? emit_at(g, MAP_ADD, 1, NULL, NO_LOC) : 0);
    }
    return piecewise ? 0 : emit_arg(g, BUILD_MAP, count);
}

static status
merge_keyword_dict(Gen *g, KeywordSeq *keywords, int begin, int end, bool *has_dict)
{
    TRY(gen_keyword_dict(g, keywords, begin, end));
    if (*has_dict) {
        TRY(emit_arg(g, DICT_MERGE, 1));
    }
    *has_dict = true;
    return 0;
}

/* All keyword arguments as one dict. */
static status
gen_keyword_mapping(Gen *g, KeywordSeq *keywords)
{
    int count = seq_len(keywords), waiting = 0;
    bool has_dict = false;
    for (int i = 0; i < count; i++) {
        if (keywords->items[i]->arg != NULL) {
            waiting++;
            continue;
        }
        if (waiting > 0) {
            TRY(merge_keyword_dict(g, keywords, i - waiting, i, &has_dict));
            waiting = 0;
        }
        if (!has_dict) {
            TRY(emit_arg(g, BUILD_MAP, 0));
            has_dict = true;
        }
        TRY(gen_expr(g, keywords->items[i]->value));
        TRY(emit_arg(g, DICT_MERGE, 1));
    }
    return waiting == 0 ? 0
                        : merge_keyword_dict(g, keywords, count - waiting, count, &has_dict);
}

status
gen_call_with(Gen *g, Py_ssize_t pushed, ExprSeq *args, KeywordSeq *keywords)
{
    int positional = seq_len(args), named = seq_len(keywords);
    TRY(check_keywords(g, keywords));
    if (positional + 2 * named <= STACK_GUIDELINE && !has_unpacking(args, keywords)) {
        TRY(gen_exprs(g, args));
        TRY(gen_keywords(g, keywords));
        return emit_call(g, pushed + positional + named);
    }
    if (pushed == 0 && positional == 1 && args->items[0]->kind == Starred_kind) {
        TRY(gen_expr(g, args->items[0]->v.Starred.value));
    }
    else {
        TRY(gen_display(g, args, pushed, &tuple_builder));
    }
    if (named > 0) {
        TRY(gen_keyword_mapping(g, keywords));
    }
    return emit_arg(g, CALL_FUNCTION_EX, named > 0);
}

/* Is it a name that the module imports?  Then an attribute of it is a function, not a method. */
static bool
names_import(Gen *g, Expr *e)
{
    if (e->kind != Name_kind) {
        return 0;
    }
    struct Symbol *symbol = scope_find(g->table->top, e->v.Name.id);
    return symbol != NULL && (symbol->flags & DEF_IMPORT);
}

static bool
is_method_call(Gen *g, Expr *e)
{
    Expr *func = e->v.Call.func;
    int positional = seq_len(e->v.Call.args), named = seq_len(e->v.Call.keywords);
    if (func->kind != Attribute_kind || func->v.Attribute.ctx != Load ||
        positional + named + (named > 0) >= STACK_GUIDELINE ||
        has_unpacking(e->v.Call.args, e->v.Call.keywords)) {
        return 0;
    }
    return !names_import(g, func->v.Attribute.value);
}

static status
gen_method_call(Gen *g, Expr *e)
{
    Expr *method = e->v.Call.func;
    Loc outer = g->unit->loc;
    TRY(gen_expr(g, method->v.Attribute.value));
    SET_LOC(g, method);
    loc_of_attribute(g, method);
    TRY(emit_name(g, LOAD_METHOD, method->v.Attribute.attr));
    TRY(gen_exprs(g, e->v.Call.args));
    TRY(gen_keywords(g, e->v.Call.keywords));
    SET_LOC(g, e);
    loc_of_attribute(g, method);
    TRY(emit_call(g, seq_len(e->v.Call.args) + seq_len(e->v.Call.keywords)));
    g->unit->loc = outer;
    return 0;
}

static status
gen_call(Gen *g, Expr *e)
{
    TRY(check_keywords(g, e->v.Call.keywords));
    truth method = is_method_call(g, e);
    TRY(method);
    if (method) {
        return gen_method_call(g, e);
    }
    TRY(check_callable(g, e->v.Call.func));
    SET_LOC(g, e->v.Call.func);
    TRY(emit(g, PUSH_NULL));
    SET_LOC(g, e);
    TRY(gen_expr(g, e->v.Call.func));
    return gen_call_with(g, 0, e->v.Call.args, e->v.Call.keywords);
}

/* ---- f-strings ---- */

static status
gen_joined_str(Gen *g, Expr *e)
{
    ExprSeq *values = e->v.JoinedStr.values;
    int count = seq_len(values);
    if (count <= STACK_GUIDELINE) {
        TRY(gen_exprs(g, values));
        return count == 1 ? 0 : emit_arg(g, BUILD_STRING, count);
    }
    TRY(emit_const_take(g, PyUnicode_New(0, 0)));
    TRY(emit_name(g, LOAD_METHOD, ID(join)));
    TRY(emit_arg(g, BUILD_LIST, 0));
    for (int i = 0; i < count; i++) {
        TRY(gen_expr(g, values->items[i]));
        TRY(emit_arg(g, LIST_APPEND, 1));
    }
    return emit_call(g, 1);
}

static status
gen_formatted_value(Gen *g, Expr *e)
{
    int conversion = e->v.FormattedValue.conversion, arg;
    TRY(gen_expr(g, e->v.FormattedValue.value));
    switch (conversion) {
    case 's':
        arg = 1;
        break;
    case 'r':
        arg = 2;
        break;
    case 'a':
        arg = 3;
        break;
    case -1:
        arg = 0;
        break;
    default:
        PyErr_Format(PyExc_SystemError, "Unrecognized conversion character %d", conversion);
        return -1;
    }
    if (e->v.FormattedValue.format_spec != NULL) {
        TRY(gen_expr(g, e->v.FormattedValue.format_spec));
        arg |= 4;
    }
    return emit_arg(g, FORMAT_VALUE, arg);
}

/* ---- attributes, subscripts, slices ---- */

static status
gen_attribute(Gen *g, Expr *e)
{
    TRY(gen_expr(g, e->v.Attribute.value));
    loc_of_attribute(g, e);
    switch (e->v.Attribute.ctx) {
    case Load:
        return emit_name(g, LOAD_ATTR, e->v.Attribute.attr);
    case Store:
        TRY(check_name(g, e->v.Attribute.attr, Store));
        return emit_name(g, STORE_ATTR, e->v.Attribute.attr);
    case Del:
        return emit_name(g, DELETE_ATTR, e->v.Attribute.attr);
    }
    return 0;
}

static status
gen_subscript(Gen *g, Expr *e)
{
    static const int op[] = {[Load] = BINARY_SUBSCR, [Store] = STORE_SUBSCR, [Del] = DELETE_SUBSCR};
    if (e->v.Subscript.ctx == Load) {
        TRY(check_subscriptable(g, e->v.Subscript.value));
        TRY(check_index(g, e->v.Subscript.value, e->v.Subscript.slice));
    }
    TRY(gen_expr(g, e->v.Subscript.value));
    TRY(gen_expr(g, e->v.Subscript.slice));
    return emit(g, op[e->v.Subscript.ctx]);
}

static status
gen_optional(Gen *g, Expr *e)
{
    return e == NULL ? emit_const(g, Py_None) : gen_expr(g, e);
}

static status
gen_slice(Gen *g, Expr *e)
{
    TRY(gen_optional(g, e->v.Slice.lower));
    TRY(gen_optional(g, e->v.Slice.upper));
    if (e->v.Slice.step != NULL) {
        TRY(gen_expr(g, e->v.Slice.step));
    }
    return emit_arg(g, BUILD_SLICE, e->v.Slice.step != NULL ? 3 : 2);
}

/* ---- yield and await ---- */

status
gen_send_loop(Gen *g, bool awaits)
{
    NEW_BLOCK(g, start);
    NEW_BLOCK(g, resume);
    NEW_BLOCK(g, end);
    TRY(emit_const(g, Py_None));
    use_block(g, start);
    TRY(emit_jump(g, SEND, end));
    use_block(g, resume);
    TRY(emit(g, YIELD_VALUE));
    TRY(emit_arg(g, RESUME, awaits ? 3 : 2));
    TRY(emit_jump(g, JUMP_NO_INTERRUPT, start));
    use_block(g, end);
    return 0;
}

status
gen_await(Gen *g, int kind)
{
    TRY(emit_arg(g, GET_AWAITABLE, kind));
    return gen_send_loop(g, true);
}

static status
gen_yield(Gen *g, Expr *e)
{
    Scope *scope = g->unit->scope;
    if (scope->type != FUNCTION_BLOCK) {
        return gen_error(g, "'yield' outside function");
    }
    TRY(gen_optional(g, e->v.Yield.value));
    if (scope->generator && scope->coroutine) {
        TRY(emit(g, ASYNC_GEN_WRAP));
    }
    TRY(emit(g, YIELD_VALUE));
    return emit_arg(g, RESUME, 1);
}

static status
gen_yield_from(Gen *g, Expr *e)
{
    if (g->unit->scope->type != FUNCTION_BLOCK) {
        return gen_error(g, "'yield' outside function");
    }
    if (g->unit->kind == UNIT_ASYNC_FUNCTION) {
        return gen_error(g, "'yield from' inside async function");
    }
    TRY(gen_expr(g, e->v.YieldFrom.value));
    TRY(emit(g, GET_YIELD_FROM_ITER));
    return gen_send_loop(g, false);
}

static status
gen_await_expr(Gen *g, Expr *e)
{
    if (!top_level_await(g)) {
        if (g->unit->scope->type != FUNCTION_BLOCK) {
            return gen_error(g, "'await' outside function");
        }
        if (g->unit->kind != UNIT_ASYNC_FUNCTION && g->unit->kind != UNIT_COMPREHENSION) {
            return gen_error(g, "'await' outside async function");
        }
    }
    TRY(gen_expr(g, e->v.Await.value));
    return gen_await(g, 0);
}

/* ---- dispatch ---- */

static status
gen_expr_kind(Gen *g, Expr *e)
{
    switch (e->kind) {
    case NamedExpr_kind:
        TRY(gen_expr(g, e->v.NamedExpr.value));
        TRY(emit_arg(g, COPY, 1));
        return gen_expr(g, e->v.NamedExpr.target);
    case BoolOp_kind:
        return gen_bool_op(g, e);
    case BinOp_kind:
        TRY(gen_expr(g, e->v.BinOp.left));
        TRY(gen_expr(g, e->v.BinOp.right));
        return emit_arg(g, BINARY_OP, binary_op_arg(e->v.BinOp.op, false));
    case UnaryOp_kind:
        TRY(gen_expr(g, e->v.UnaryOp.operand));
        return emit(g, unary_opcode(e->v.UnaryOp.op));
    case Lambda_kind:
        return gen_lambda(g, e);
    case IfExp_kind:
        return gen_if_exp(g, e);
    case Dict_kind:
        return gen_dict(g, e);
    case Set_kind:
        return gen_display(g, e->v.Set.elts, 0, &set_builder);
    case ListComp_kind:
    case SetComp_kind:
    case DictComp_kind:
    case GeneratorExp_kind:
        return gen_comprehension(g, e);
    case Yield_kind:
        return gen_yield(g, e);
    case YieldFrom_kind:
        return gen_yield_from(g, e);
    case Await_kind:
        return gen_await_expr(g, e);
    case Compare_kind:
        return gen_compare(g, e);
    case Call_kind:
        return gen_call(g, e);
    case Constant_kind:
        return emit_const(g, e->v.Constant.value);
    case JoinedStr_kind:
        return gen_joined_str(g, e);
    case FormattedValue_kind:
        return gen_formatted_value(g, e);
    case Attribute_kind:
        return gen_attribute(g, e);
    case Subscript_kind:
        return gen_subscript(g, e);
    case Starred_kind:
        return gen_error(g, e->v.Starred.ctx == Store
                                ? "starred assignment target must be in a list or tuple"
                                : "can't use starred expression here");
    case Slice_kind:
        return gen_slice(g, e);
    case Name_kind:
        return emit_variable(g, e->v.Name.id, e->v.Name.ctx);
    case List_kind:
        return gen_sequence(g, e->v.List.elts, e->v.List.ctx, &list_builder);
    case Tuple_kind:
        return gen_sequence(g, e->v.Tuple.elts, e->v.Tuple.ctx, &tuple_builder);
    }
    return 0;
}

status
gen_expr(Gen *g, Expr *e)
{
    Loc outer = g->unit->loc;
    SET_LOC(g, e);
    status result = gen_expr_kind(g, e);
    g->unit->loc = outer;
    return result;
}

status
gen_annotation(Gen *g, Expr *annotation)
{
    if (g->future.ff_features & CO_FUTURE_ANNOTATIONS) {
        return emit_const_take(g, unparse_expr(annotation));
    }
    return gen_expr(g, annotation);
}

/* ---- augmented assignment ---- */

/* The target is evaluated once and both read and written. */
static status
gen_aug_parts(Gen *g, Expr *target)
{
    switch (target->kind) {
    case Attribute_kind:
        TRY(gen_expr(g, target->v.Attribute.value));
        TRY(emit_arg(g, COPY, 1));
        loc_of_attribute(g, target);
        return emit_name(g, LOAD_ATTR, target->v.Attribute.attr);
    case Subscript_kind:
        TRY(gen_expr(g, target->v.Subscript.value));
        TRY(gen_expr(g, target->v.Subscript.slice));
        TRY(emit_arg(g, COPY, 2));
        TRY(emit_arg(g, COPY, 2));
        return emit(g, BINARY_SUBSCR);
    case Name_kind:
        return emit_variable(g, target->v.Name.id, Load);
    default:
        PyErr_Format(PyExc_SystemError, "invalid node type (%d) for augmented assignment",
                     target->kind);
        return -1;
    }
}

status
gen_aug_assign(Gen *g, Stmt *s)
{
    Expr *target = s->v.AugAssign.target;
    SET_LOC(g, target);
    TRY(gen_aug_parts(g, target));
    SET_LOC(g, s);
    TRY(gen_expr(g, s->v.AugAssign.value));
    TRY(emit_arg(g, BINARY_OP, binary_op_arg(s->v.AugAssign.op, true)));
    SET_LOC(g, target);
    switch (target->kind) {
    case Attribute_kind:
        loc_of_attribute(g, target);
        TRY(emit_arg(g, SWAP, 2));
        return emit_name(g, STORE_ATTR, target->v.Attribute.attr);
    case Subscript_kind:
        TRY(emit_arg(g, SWAP, 3));
        TRY(emit_arg(g, SWAP, 2));
        return emit(g, STORE_SUBSCR);
    default:
        return emit_variable(g, target->v.Name.id, Store);
    }
}
