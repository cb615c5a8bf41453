/* Constant folding: expressions whose value is known become Constant nodes.

   Folding never changes what a program does: an operation that raises is left in place, and results
   that would be large are computed at run time, so that a .pyc file cannot be blown up by "a" * 10**9.
   A node is replaced by writing over it, so parents need not know. */
#include "compile/fold.h"
#include "compile/symtable.h"
#include "object/declare.h"

enum {
    MAX_INT_BITS = 128,
    MAX_COLLECTION_ITEMS = 256,
    MAX_TEXT_LENGTH = 4096,
    MAX_NESTED_ITEMS = 1024,
};

struct Fold {
    Arena *arena;
    int optimize;
    int future;
    int depth, depth_limit;
};

#define FOLD_ALL(fold, seq)                                                                        \
    do {                                                                                           \
        for (int item_ = 0; item_ < seq_len(seq); item_++) {                                       \
            TRY(fold(f, (seq)->items[item_]));                                                     \
        }                                                                                          \
    } while (0)

/* ---- results ---- */

/* Turns `e` into a constant; takes over the reference.  With `value` NULL the operation failed: the
   expression stays and will raise when it runs. */
static status
become_constant(struct Fold *f, Expr *e, PyObject *value)
{
    if (value == NULL) {
        if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
            return -1;
        }
        PyErr_Clear();
        return 0;
    }
    TRY(arena_take(f->arena, value));
    e->kind = Constant_kind;
    e->v.Constant.value = value;
    e->v.Constant.kind = NULL;
    return 0;
}

static bool
has_starred(ExprSeq *elts)
{
    for (int i = 0; i < seq_len(elts); i++) {
        if (elts->items[i]->kind == Starred_kind) {
            return true;
        }
    }
    return false;
}

/* A tuple of the values if all elements are constants, else NULL (without an error, unless no
   memory is left). */
static PyObject *
constant_tuple(ExprSeq *elts)
{
    int count = seq_len(elts);
    for (int i = 0; i < count; i++) {
        if (elts->items[i]->kind != Constant_kind) {
            return NULL;
        }
    }
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(elts->items[i]->v.Constant.value));
    }
    return tuple;
}

/* ---- operators ---- */

/* The number of items left of `limit` after counting `object` and everything inside; negative if
   there are more. */
static Py_ssize_t
count_nested(PyObject *object, Py_ssize_t limit)
{
    if (PyTuple_Check(object)) {
        limit -= PyTuple_GET_SIZE(object);
        for (Py_ssize_t i = 0; limit >= 0 && i < PyTuple_GET_SIZE(object); i++) {
            limit = count_nested(PyTuple_GET_ITEM(object, i), limit);
        }
    }
    else if (PyFrozenSet_Check(object)) {
        limit -= PySet_GET_SIZE(object);
        PyObject *key;
        Py_ssize_t pos = 0;
        Py_hash_t hash;
        while (limit >= 0 && _PySet_NextEntry(object, &pos, &key, &hash)) {
            limit = count_nested(key, limit);
        }
    }
    return limit;
}

static bool
is_nonzero_int(PyObject *value)
{
    return PyLong_Check(value) && Py_SIZE(value) != 0;
}

/* The number of bits of an int, SIZE_MAX if it cannot be told. */
static size_t
int_bits(PyObject *value)
{
    size_t bits = _PyLong_NumBits(value);
    if (bits == (size_t)-1) {
        PyErr_Clear();
    }
    return bits;
}

/* The value of a non-negative int, SIZE_MAX if it is too large. */
static size_t
int_size(PyObject *value)
{
    size_t size = PyLong_AsSize_t(value);
    if (size == (size_t)-1) {
        PyErr_Clear();
    }
    return size;
}

/* May sequence * count be computed now? */
static bool
may_repeat(PyObject *sequence, PyObject *count)
{
    Py_ssize_t length, max;
    if (PyTuple_Check(sequence)) {
        length = PyTuple_GET_SIZE(sequence);
        max = MAX_COLLECTION_ITEMS;
    }
    else {
        length = PyUnicode_Check(sequence) ? PyUnicode_GET_LENGTH(sequence)
                                           : PyBytes_GET_SIZE(sequence);
        max = MAX_TEXT_LENGTH;
    }
    if (length == 0) {
        return true;
    }
    long times = PyLong_AsLong(count);
    if (times == -1 && PyErr_Occurred()) {
        PyErr_Clear();
    }
    if (times < 0 || times > max / length) {
        return false;
    }
    return !PyTuple_Check(sequence) || times == 0 ||
           count_nested(sequence, MAX_NESTED_ITEMS / times) >= 0;
}

static bool
is_repeatable(PyObject *value)
{
    return PyTuple_Check(value) || PyUnicode_Check(value) || PyBytes_Check(value);
}

static bool
may_multiply(PyObject *left, PyObject *right)
{
    if (is_nonzero_int(left) && is_nonzero_int(right)) {
        size_t a = int_bits(left), b = int_bits(right);
        return a != SIZE_MAX && b != SIZE_MAX && a + b <= MAX_INT_BITS;
    }
    if (PyLong_Check(left) && is_repeatable(right)) {
        return may_repeat(right, left);
    }
    if (PyLong_Check(right) && is_repeatable(left)) {
        return may_repeat(left, right);
    }
    return true;
}

static bool
may_power(PyObject *base, PyObject *exponent)
{
    if (is_nonzero_int(base) && PyLong_Check(exponent) && Py_SIZE(exponent) > 0) {
        size_t bits = int_bits(base), times = int_size(exponent);
        return bits != SIZE_MAX && times != SIZE_MAX && bits <= MAX_INT_BITS / times;
    }
    return true;
}

static bool
may_shift(PyObject *value, PyObject *count)
{
    if (is_nonzero_int(value) && is_nonzero_int(count)) {
        size_t bits = int_bits(value), by = int_size(count);
        return bits != SIZE_MAX && by <= MAX_INT_BITS && bits <= MAX_INT_BITS - by;
    }
    return true;
}

static status
fold_binary(struct Fold *f, Expr *e, PyObject *left, PyObject *right)
{
    PyObject *value = NULL;
    switch (e->v.BinOp.op) {
    case Add:
        value = PyNumber_Add(left, right);
        break;
    case Sub:
        value = PyNumber_Subtract(left, right);
        break;
    case Mult:
        if (!may_multiply(left, right)) {
            return 0;
        }
        value = PyNumber_Multiply(left, right);
        break;
    case Div:
        value = PyNumber_TrueDivide(left, right);
        break;
    case FloorDiv:
        value = PyNumber_FloorDivide(left, right);
        break;
    case Modulo:
        if (PyUnicode_Check(left) || PyBytes_Check(left)) {
            return 0;
        }
        value = PyNumber_Remainder(left, right);
        break;
    case Pow:
        if (!may_power(left, right)) {
            return 0;
        }
        value = PyNumber_Power(left, right, Py_None);
        break;
    case LShift:
        if (!may_shift(left, right)) {
            return 0;
        }
        value = PyNumber_Lshift(left, right);
        break;
    case RShift:
        value = PyNumber_Rshift(left, right);
        break;
    case BitOr:
        value = PyNumber_Or(left, right);
        break;
    case BitXor:
        value = PyNumber_Xor(left, right);
        break;
    case BitAnd:
        value = PyNumber_And(left, right);
        break;
    case MatMult:
        return 0;
    }
    return become_constant(f, e, value);
}

static status
fold_unary(struct Fold *f, Expr *e)
{
    Expr *operand = e->v.UnaryOp.operand;
    if (operand->kind != Constant_kind) {
        /* `not a in b` is `a not in b`; the ordering comparisons have no such opposite. */
        if (e->v.UnaryOp.op == Not && operand->kind == Compare_kind &&
            seq_len(operand->v.Compare.ops) == 1) {
            int *op = &operand->v.Compare.ops->items[0];
            switch ((enum CmpOperator)*op) {
            case Is:
                *op = IsNot;
                break;
            case IsNot:
                *op = Is;
                break;
            case In:
                *op = NotIn;
                break;
            case NotIn:
                *op = In;
                break;
            default:
                return 0;
            }
            *e = *operand;
        }
        return 0;
    }
    PyObject *value = operand->v.Constant.value, *result = NULL;
    switch (e->v.UnaryOp.op) {
    case Invert:
        result = PyNumber_Invert(value);
        break;
    case Not: {
        truth is_true = PyObject_IsTrue(value);
        result = is_true < 0 ? NULL : PyBool_FromLong(!is_true);
        break;
    }
    case UAdd:
        result = PyNumber_Positive(value);
        break;
    case USub:
        result = PyNumber_Negative(value);
        break;
    }
    return become_constant(f, e, result);
}

/* ---- "..." % (...) becomes an f-string ---- */

enum { MAX_FORMAT_DIGITS = 3, LEFT_ALIGNED = 1 };

struct FormatText {
    PyObject *text;
    Py_ssize_t pos, end;
};

/* The next character; the caller knows that there is one. */
static Py_UCS4
format_next(struct FormatText *t)
{
    return PyUnicode_READ_CHAR(t->text, t->pos++);
}

/* Reads digits after `*c`; leaves the next character in `*c`.  -1 if there are too many. */
static int
format_number(struct FormatText *t, Py_UCS4 *c)
{
    int number = 0, digits = 0;
    while (*c >= '0' && *c <= '9') {
        if (++digits >= MAX_FORMAT_DIGITS) {
            return -1;
        }
        number = number * 10 + (int)(*c - '0');
        if (t->pos >= t->end) {
            return -1;
        }
        *c = format_next(t);
    }
    return number;
}

/* Parses what follows a '%'.  False if only the real % operator can do it. */
static bool
format_spec_parse(struct FormatText *t, int *conversion, int *width, int *precision, int *flags)
{
    Py_UCS4 c = 0;
    bool more = true;
    *width = *precision = -1;
    *flags = 0;
    while (more) {
        if (t->pos >= t->end) {
            return false;
        }
        c = format_next(t);
        switch (c) {
        case '-':
            *flags |= LEFT_ALIGNED;
            break;
        case '+':
        case ' ':
        case '#':
        case '0':
            break;
        default:
            more = false;
        }
    }
    if (c >= '0' && c <= '9') {
        *width = format_number(t, &c);
        if (*width < 0) {
            return false;
        }
    }
    if (c == '.') {
        if (t->pos >= t->end) {
            return false;
        }
        c = format_next(t);
        *precision = format_number(t, &c);
        if (*precision < 0) {
            return false;
        }
    }
    *conversion = (int)c;
    return c == 's' || c == 'r' || c == 'a';
}

/* The FormattedValue for one conversion, NULL if it cannot be expressed (no error set) or on errors. */
static Expr *
format_argument(struct Fold *f, struct FormatText *t, Expr *arg)
{
    int conversion, width, precision, flags;
    if (!format_spec_parse(t, &conversion, &width, &precision, &flags)) {
        return NULL;
    }
    char spec[2 * MAX_FORMAT_DIGITS + 8];
    size_t used = 0;
    if (!(flags & LEFT_ALIGNED) && width > 0) {
        spec[used++] = '>';
    }
    if (width >= 0) {
        used += (size_t)sprintf(spec + used, "%d", width);
    }
    if (precision >= 0) {
        used += (size_t)sprintf(spec + used, ".%d", precision);
    }
    Expr *format_spec = NULL;
    if (used > 0) {
        PyObject *text = PyUnicode_FromStringAndSize(spec, (Py_ssize_t)used);
        ExprSeq *parts;
        Expr *constant;
        if (text == NULL || arena_take(f->arena, text) < 0 ||
            (constant = new_Constant(text, NULL, arg->lineno, arg->col_offset, arg->end_lineno,
                                     arg->end_col_offset, f->arena)) == NULL ||
            (parts = new_ExprSeq(1, f->arena)) == NULL) {
            return NULL;
        }
        parts->items[0] = constant;
        format_spec = new_JoinedStr(parts, arg->lineno, arg->col_offset, arg->end_lineno,
                                    arg->end_col_offset, f->arena);
        if (format_spec == NULL) {
            return NULL;
        }
    }
    return new_FormattedValue(arg, conversion, format_spec, arg->lineno, arg->col_offset,
                              arg->end_lineno, arg->end_col_offset, f->arena);
}

/* The text up to the next conversion with %% made %, as a Constant without a
   position; `*literal` is NULL if empty.
   -1 if the format is malformed (no error set) or on errors. */
static status
format_literal(struct Fold *f, struct FormatText *t, Expr **literal)
{
    Py_ssize_t start = t->pos;
    bool has_percents = false;
    *literal = NULL;
    while (t->pos < t->end) {
        if (PyUnicode_READ_CHAR(t->text, t->pos) != '%') {
            t->pos++;
        }
        else if (t->pos + 1 < t->end && PyUnicode_READ_CHAR(t->text, t->pos + 1) == '%') {
            has_percents = true;
            t->pos += 2;
        }
        else {
            break;
        }
    }
    if (t->pos == start) {
        return 0;
    }
    PyObject *text = PyUnicode_Substring(t->text, start, t->pos);
    if (text != NULL && has_percents) {
        PyObject *two = PyUnicode_FromString("%%"), *one = PyUnicode_FromString("%");
        PyObject *replaced = two && one ? PyUnicode_Replace(text, two, one, -1) : NULL;
        Py_XDECREF(two);
        Py_XDECREF(one);
        Py_SETREF(text, replaced);
    }
    if (text == NULL || arena_take(f->arena, text) < 0) {
        return -1;
    }
    *literal = new_Constant(text, NULL, -1, -1, -1, -1, f->arena);
    return *literal == NULL ? -1 : 0;
}

static status
fold_format(struct Fold *f, Expr *e, PyObject *format, ExprSeq *args)
{
    int count = seq_len(args), used = 0, next = 0;
    if (count > INT_MAX / 2 - 1) {
        return 0;
    }
    ExprSeq *parts = new_ExprSeq(2 * count + 1, f->arena);
    if (parts == NULL) {
        return -1;
    }
    struct FormatText t = {format, 0, PyUnicode_GET_LENGTH(format)};
    for (;;) {
        Expr *literal;
        if (format_literal(f, &t, &literal) < 0) {
            return PyErr_Occurred() ? -1 : 0;
        }
        if (literal != NULL) {
            parts->items[used++] = literal;
        }
        if (t.pos >= t.end) {
            break;
        }
        if (next >= count) {
            return 0;
        }
        t.pos++;
        Expr *value = format_argument(f, &t, args->items[next]);
        if (value == NULL) {
            return PyErr_Occurred() ? -1 : 0;
        }
        parts->items[used++] = value;
        next++;
    }
    if (next < count) {
        return 0;
    }
    parts->len = used;
    Expr *joined = new_JoinedStr(parts, e->lineno, e->col_offset, e->end_lineno,
                                 e->end_col_offset, f->arena);
    if (joined == NULL) {
        return -1;
    }
    *e = *joined;
    return 0;
}

static status
fold_binop(struct Fold *f, Expr *e)
{
    Expr *left = e->v.BinOp.left, *right = e->v.BinOp.right;
    if (left->kind != Constant_kind) {
        return 0;
    }
    PyObject *value = left->v.Constant.value;
    if (e->v.BinOp.op == Modulo && right->kind == Tuple_kind && PyUnicode_Check(value) &&
        !has_starred(right->v.Tuple.elts)) {
        return fold_format(f, e, value, right->v.Tuple.elts);
    }
    if (right->kind != Constant_kind) {
        return 0;
    }
    return fold_binary(f, e, value, right->v.Constant.value);
}

/* ---- displays ---- */

static status
fold_tuple(struct Fold *f, Expr *e)
{
    if (e->v.Tuple.ctx != Load) {
        return 0;
    }
    PyObject *value = constant_tuple(e->v.Tuple.elts);
    if (value == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return become_constant(f, e, value);
}

/* A list or set that is only looked at (`x in [1, 2]`, `for x in {1, 2}`) need not be mutable. */
static status
fold_iterable(struct Fold *f, Expr *e)
{
    if (e->kind == List_kind) {
        if (has_starred(e->v.List.elts)) {
            return 0;
        }
        ExprSeq *elts = e->v.List.elts;
        enum ExprContext ctx = e->v.List.ctx;
        PyObject *value = constant_tuple(elts);
        if (value == NULL) {
            if (PyErr_Occurred()) {
                return -1;
            }
            e->kind = Tuple_kind;
            e->v.Tuple.elts = elts;
            e->v.Tuple.ctx = ctx;
            return 0;
        }
        return become_constant(f, e, value);
    }
    if (e->kind == Set_kind) {
        PyObject *value = constant_tuple(e->v.Set.elts);
        if (value == NULL) {
            return PyErr_Occurred() ? -1 : 0;
        }
        Py_SETREF(value, PyFrozenSet_New(value));
        return become_constant(f, e, value);
    }
    return 0;
}

static status
fold_subscript(struct Fold *f, Expr *e)
{
    Expr *value = e->v.Subscript.value, *index = e->v.Subscript.slice;
    if (e->v.Subscript.ctx != Load || value->kind != Constant_kind ||
        index->kind != Constant_kind) {
        return 0;
    }
    return become_constant(f, e, PyObject_GetItem(value->v.Constant.value,
                                                  index->v.Constant.value));
}

static status
fold_compare(struct Fold *f, Expr *e)
{
    int last = seq_len(e->v.Compare.ops) - 1;
    if (last >= 0 && (e->v.Compare.ops->items[last] == In ||
                      e->v.Compare.ops->items[last] == NotIn)) {
        return fold_iterable(f, e->v.Compare.comparators->items[last]);
    }
    return 0;
}

static status
fold_name(struct Fold *f, Expr *e)
{
    if (e->v.Name.ctx == Load && e->v.Name.id == ID(__debug__)) {
        return become_constant(f, e, PyBool_FromLong(f->optimize == 0));
    }
    return 0;
}

/* ---- the walk ---- */

static status fold_expr(struct Fold *f, Expr *e);
static status fold_stmt(struct Fold *f, Stmt *s);
static status fold_pattern(struct Fold *f, Pattern *p);

static status
fold_optional(struct Fold *f, Expr *e)
{
    return e == NULL ? 0 : fold_expr(f, e);
}

static status
fold_annotation(struct Fold *f, Expr *e)
{
    return e == NULL || (f->future & CO_FUTURE_ANNOTATIONS) ? 0 : fold_expr(f, e);
}

static status
fold_arg(struct Fold *f, Arg *arg)
{
    return fold_annotation(f, arg->annotation);
}

static status
fold_arguments(struct Fold *f, Arguments *a)
{
    FOLD_ALL(fold_arg, a->posonlyargs);
    FOLD_ALL(fold_arg, a->args);
    TRY(a->vararg == NULL ? 0 : fold_arg(f, a->vararg));
    FOLD_ALL(fold_arg, a->kwonlyargs);
    FOLD_ALL(fold_optional, a->kw_defaults);
    TRY(a->kwarg == NULL ? 0 : fold_arg(f, a->kwarg));
    FOLD_ALL(fold_expr, a->defaults);
    return 0;
}

static status
fold_keyword(struct Fold *f, Keyword *k)
{
    return fold_expr(f, k->value);
}

static status
fold_comprehension(struct Fold *f, Comprehension *c)
{
    TRY(fold_expr(f, c->target));
    TRY(fold_expr(f, c->iter));
    FOLD_ALL(fold_expr, c->ifs);
    return fold_iterable(f, c->iter);
}

/* A body whose first statement only became a string by folding has no docstring: the string is put
   into an f-string, which is never one. */
static status
fold_body(struct Fold *f, StmtSeq *body)
{
    bool had_docstring = ast_docstring(body) != NULL;
    FOLD_ALL(fold_stmt, body);
    if (!had_docstring && ast_docstring(body) != NULL) {
        Stmt *s = body->items[0];
        ExprSeq *values = new_ExprSeq(1, f->arena);
        if (values == NULL) {
            return -1;
        }
        values->items[0] = s->v.Expr.value;
        Expr *joined = new_JoinedStr(values, s->lineno, s->col_offset, s->end_lineno,
                                     s->end_col_offset, f->arena);
        if (joined == NULL) {
            return -1;
        }
        s->v.Expr.value = joined;
    }
    return 0;
}

static status
fold_expr_kind(struct Fold *f, Expr *e)
{
    switch (e->kind) {
    case BoolOp_kind:
        FOLD_ALL(fold_expr, e->v.BoolOp.values);
        return 0;
    case NamedExpr_kind:
        return fold_expr(f, e->v.NamedExpr.value);
    case BinOp_kind:
        TRY(fold_expr(f, e->v.BinOp.left));
        TRY(fold_expr(f, e->v.BinOp.right));
        return fold_binop(f, e);
    case UnaryOp_kind:
        TRY(fold_expr(f, e->v.UnaryOp.operand));
        return fold_unary(f, e);
    case Lambda_kind:
        TRY(fold_arguments(f, e->v.Lambda.args));
        return fold_expr(f, e->v.Lambda.body);
    case IfExp_kind:
        TRY(fold_expr(f, e->v.IfExp.test));
        TRY(fold_expr(f, e->v.IfExp.body));
        return fold_expr(f, e->v.IfExp.orelse);
    case Dict_kind:
        FOLD_ALL(fold_optional, e->v.Dict.keys);
        FOLD_ALL(fold_expr, e->v.Dict.values);
        return 0;
    case Set_kind:
        FOLD_ALL(fold_expr, e->v.Set.elts);
        return 0;
    case ListComp_kind:
    case SetComp_kind:
    case GeneratorExp_kind:
        TRY(fold_expr(f, e->v.ListComp.elt));
        FOLD_ALL(fold_comprehension, e->v.ListComp.generators);
        return 0;
    case DictComp_kind:
        TRY(fold_expr(f, e->v.DictComp.key));
        TRY(fold_expr(f, e->v.DictComp.value));
        FOLD_ALL(fold_comprehension, e->v.DictComp.generators);
        return 0;
    case Await_kind:
        return fold_expr(f, e->v.Await.value);
    case Yield_kind:
        return fold_optional(f, e->v.Yield.value);
    case YieldFrom_kind:
        return fold_expr(f, e->v.YieldFrom.value);
    case Compare_kind:
        TRY(fold_expr(f, e->v.Compare.left));
        FOLD_ALL(fold_expr, e->v.Compare.comparators);
        return fold_compare(f, e);
    case Call_kind:
        TRY(fold_expr(f, e->v.Call.func));
        FOLD_ALL(fold_expr, e->v.Call.args);
        FOLD_ALL(fold_keyword, e->v.Call.keywords);
        return 0;
    case FormattedValue_kind:
        TRY(fold_expr(f, e->v.FormattedValue.value));
        return fold_optional(f, e->v.FormattedValue.format_spec);
    case JoinedStr_kind:
        FOLD_ALL(fold_expr, e->v.JoinedStr.values);
        return 0;
    case Attribute_kind:
        return fold_expr(f, e->v.Attribute.value);
    case Subscript_kind:
        TRY(fold_expr(f, e->v.Subscript.value));
        TRY(fold_expr(f, e->v.Subscript.slice));
        return fold_subscript(f, e);
    case Starred_kind:
        return fold_expr(f, e->v.Starred.value);
    case Slice_kind:
        TRY(fold_optional(f, e->v.Slice.lower));
        TRY(fold_optional(f, e->v.Slice.upper));
        return fold_optional(f, e->v.Slice.step);
    case List_kind:
        FOLD_ALL(fold_expr, e->v.List.elts);
        return 0;
    case Tuple_kind:
        FOLD_ALL(fold_expr, e->v.Tuple.elts);
        return fold_tuple(f, e);
    case Name_kind:
        return fold_name(f, e);
    case Constant_kind:
        return 0;
    }
    return 0;
}

static status
fold_expr(struct Fold *f, Expr *e)
{
    TRY(tree_descend(&f->depth, f->depth_limit));
    TRY(fold_expr_kind(f, e));
    f->depth--;
    return 0;
}

static status
fold_with_item(struct Fold *f, WithItem *item)
{
    TRY(fold_expr(f, item->context_expr));
    return fold_optional(f, item->optional_vars);
}

static status
fold_handler(struct Fold *f, ExceptHandler *handler)
{
    TRY(fold_optional(f, handler->v.ExceptHandler.type));
    FOLD_ALL(fold_stmt, handler->v.ExceptHandler.body);
    return 0;
}

static status
fold_match_case(struct Fold *f, MatchCase *c)
{
    TRY(fold_pattern(f, c->pattern));
    TRY(fold_optional(f, c->guard));
    FOLD_ALL(fold_stmt, c->body);
    return 0;
}

static status
fold_pattern_kind(struct Fold *f, Pattern *p)
{
    switch (p->kind) {
    case MatchValue_kind:
        return fold_expr(f, p->v.MatchValue.value);
    case MatchSequence_kind:
        FOLD_ALL(fold_pattern, p->v.MatchSequence.patterns);
        return 0;
    case MatchMapping_kind:
        FOLD_ALL(fold_expr, p->v.MatchMapping.keys);
        FOLD_ALL(fold_pattern, p->v.MatchMapping.patterns);
        return 0;
    case MatchClass_kind:
        TRY(fold_expr(f, p->v.MatchClass.cls));
        FOLD_ALL(fold_pattern, p->v.MatchClass.patterns);
        FOLD_ALL(fold_pattern, p->v.MatchClass.kwd_patterns);
        return 0;
    case MatchAs_kind:
        return p->v.MatchAs.pattern == NULL ? 0 : fold_pattern(f, p->v.MatchAs.pattern);
    case MatchOr_kind:
        FOLD_ALL(fold_pattern, p->v.MatchOr.patterns);
        return 0;
    case MatchSingleton_kind:
    case MatchStar_kind:
        return 0;
    }
    return 0;
}

static status
fold_pattern(struct Fold *f, Pattern *p)
{
    TRY(tree_descend(&f->depth, f->depth_limit));
    TRY(fold_pattern_kind(f, p));
    f->depth--;
    return 0;
}

static status
fold_stmt_kind(struct Fold *f, Stmt *s)
{
    switch (s->kind) {
    case FunctionDef_kind:
    case AsyncFunctionDef_kind:
        TRY(fold_arguments(f, s->v.FunctionDef.args));
        TRY(fold_body(f, s->v.FunctionDef.body));
        FOLD_ALL(fold_expr, s->v.FunctionDef.decorator_list);
        return fold_annotation(f, s->v.FunctionDef.returns);
    case ClassDef_kind:
        FOLD_ALL(fold_expr, s->v.ClassDef.bases);
        FOLD_ALL(fold_keyword, s->v.ClassDef.keywords);
        TRY(fold_body(f, s->v.ClassDef.body));
        FOLD_ALL(fold_expr, s->v.ClassDef.decorator_list);
        return 0;
    case Return_kind:
        return fold_optional(f, s->v.Return.value);
    case Delete_kind:
        FOLD_ALL(fold_expr, s->v.Delete.targets);
        return 0;
    case Assign_kind:
        FOLD_ALL(fold_expr, s->v.Assign.targets);
        return fold_expr(f, s->v.Assign.value);
    case AugAssign_kind:
        TRY(fold_expr(f, s->v.AugAssign.target));
        return fold_expr(f, s->v.AugAssign.value);
    case AnnAssign_kind:
        TRY(fold_expr(f, s->v.AnnAssign.target));
        TRY(fold_annotation(f, s->v.AnnAssign.annotation));
        return fold_optional(f, s->v.AnnAssign.value);
    case For_kind:
    case AsyncFor_kind:
        TRY(fold_expr(f, s->v.For.target));
        TRY(fold_expr(f, s->v.For.iter));
        FOLD_ALL(fold_stmt, s->v.For.body);
        FOLD_ALL(fold_stmt, s->v.For.orelse);
        return s->kind == For_kind ? fold_iterable(f, s->v.For.iter) : 0;
    case While_kind:
        TRY(fold_expr(f, s->v.While.test));
        FOLD_ALL(fold_stmt, s->v.While.body);
        FOLD_ALL(fold_stmt, s->v.While.orelse);
        return 0;
    case If_kind:
        TRY(fold_expr(f, s->v.If.test));
        FOLD_ALL(fold_stmt, s->v.If.body);
        FOLD_ALL(fold_stmt, s->v.If.orelse);
        return 0;
    case With_kind:
    case AsyncWith_kind:
        FOLD_ALL(fold_with_item, s->v.With.items);
        FOLD_ALL(fold_stmt, s->v.With.body);
        return 0;
    case Match_kind:
        TRY(fold_expr(f, s->v.Match.subject));
        FOLD_ALL(fold_match_case, s->v.Match.cases);
        return 0;
    case Raise_kind:
        TRY(fold_optional(f, s->v.Raise.exc));
        return fold_optional(f, s->v.Raise.cause);
    case Try_kind:
    case TryStar_kind:
        FOLD_ALL(fold_stmt, s->v.Try.body);
        FOLD_ALL(fold_handler, s->v.Try.handlers);
        FOLD_ALL(fold_stmt, s->v.Try.orelse);
        FOLD_ALL(fold_stmt, s->v.Try.finalbody);
        return 0;
    case Assert_kind:
        TRY(fold_expr(f, s->v.Assert.test));
        return fold_optional(f, s->v.Assert.msg);
    case Expr_kind:
        return fold_expr(f, s->v.Expr.value);
    case Import_kind:
    case ImportFrom_kind:
    case Global_kind:
    case Nonlocal_kind:
    case Pass_kind:
    case Break_kind:
    case Continue_kind:
        return 0;
    }
    return 0;
}

static status
fold_stmt(struct Fold *f, Stmt *s)
{
    TRY(tree_descend(&f->depth, f->depth_limit));
    TRY(fold_stmt_kind(f, s));
    f->depth--;
    return 0;
}

status
fold_module(Mod *mod, Arena *arena, int optimize, int future)
{
    struct Fold state = {.arena = arena, .optimize = optimize, .future = future};
    struct Fold *f = &state;
    tree_depth_init(&f->depth, &f->depth_limit);
    switch (mod->kind) {
    case Module_kind:
        return fold_body(f, mod->v.Module.body);
    case Interactive_kind:
        FOLD_ALL(fold_stmt, mod->v.Interactive.body);
        return 0;
    case Expression_kind:
        return fold_expr(f, mod->v.Expression.body);
    case FunctionType_kind:
        return 0;
    }
    return 0;
}
