/* Statements, except those that loop, handle exceptions or match (gen_flow.c, gen_match.c). */
#include "compile/gen.h"

#include <opcode.h>

status
gen_stmts(Gen *g, StmtSeq *body)
{
    for (int i = 0; i < seq_len(body); i++) {
        TRY(gen_stmt(g, body->items[i]));
    }
    return 0;
}

/* ---- bodies of modules and classes ---- */

static bool
handlers_have_annotation(ExceptHandlerSeq *handlers)
{
    for (int i = 0; i < seq_len(handlers); i++) {
        if (has_annotation(handlers->items[i]->v.ExceptHandler.body)) {
            return true;
        }
    }
    return false;
}

static bool
stmt_has_annotation(Stmt *s)
{
    switch (s->kind) {
    case AnnAssign_kind:
        return true;
    case For_kind:
    case AsyncFor_kind:
        return has_annotation(s->v.For.body) || has_annotation(s->v.For.orelse);
    case While_kind:
        return has_annotation(s->v.While.body) || has_annotation(s->v.While.orelse);
    case If_kind:
        return has_annotation(s->v.If.body) || has_annotation(s->v.If.orelse);
    case With_kind:
    case AsyncWith_kind:
        return has_annotation(s->v.With.body);
    case Try_kind:
    case TryStar_kind:
        return has_annotation(s->v.Try.body) || handlers_have_annotation(s->v.Try.handlers) ||
               has_annotation(s->v.Try.finalbody) || has_annotation(s->v.Try.orelse);
    default:
        return false;
    }
}

bool
has_annotation(StmtSeq *body)
{
    for (int i = 0; i < seq_len(body); i++) {
        if (stmt_has_annotation(body->items[i])) {
            return true;
        }
    }
    return false;
}

status
gen_body(Gen *g, StmtSeq *body)
{
    int count = seq_len(body), start = 0;
    if (g->unit->kind == UNIT_MODULE && count > 0) {
        SET_LOC(g, body->items[0]);
    }
    if (has_annotation(body)) {
        TRY(emit(g, SETUP_ANNOTATIONS));
    }
    if (g->optimize < 2 && ast_docstring(body) != NULL) {
        start = 1;
        TRY(gen_expr(g, body->items[0]->v.Expr.value));
        unset_loc(g);
        TRY(emit_variable(g, ID(__doc__), Store));
    }
    for (int i = start; i < count; i++) {
        TRY(gen_stmt(g, body->items[i]));
    }
    return 0;
}

/* ---- imports ---- */

/* `import a.b.c as d`: walks from the package to the submodule and stores it. */
static status
gen_import_as(Gen *g, PyObject *name, PyObject *asname)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, length, 1);
    if (dot < 0) {
        return emit_variable(g, asname, Store);
    }
    for (;;) {
        Py_ssize_t start = dot + 1;
        dot = PyUnicode_FindChar(name, '.', start, length, 1);
        PyObject *attr = PyUnicode_Substring(name, start, dot < 0 ? length : dot);
        if (attr == NULL) {
            return -1;
        }
        PyUnicode_InternInPlace(&attr);
        TRY(arena_take(g->arena, attr)); /* co_names refers to it until the code object is made */
        TRY(emit_plain_name(g, IMPORT_FROM, attr));
        if (dot < 0) {
            break;
        }
        TRY(emit_arg(g, SWAP, 2));
        TRY(emit(g, POP_TOP));
    }
    TRY(emit_variable(g, asname, Store));
    return emit(g, POP_TOP);
}

/* Binds the top-level package of `import a.b`. */
static status
store_package(Gen *g, PyObject *name)
{
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1);
    if (dot < 0) {
        return emit_variable(g, name, Store);
    }
    PyObject *package = PyUnicode_Substring(name, 0, dot);
    if (package == NULL) {
        return -1;
    }
    PyUnicode_InternInPlace(&package);
    status result = emit_variable(g, package, Store);
    Py_DECREF(package);
    return result;
}

static status
gen_import(Gen *g, Stmt *s)
{
    AliasSeq *names = s->v.Import.names;
    for (int i = 0; i < seq_len(names); i++) {
        Alias *alias = names->items[i];
        TRY(emit_const_take(g, PyLong_FromLong(0)));
        TRY(emit_const(g, Py_None));
        TRY(emit_name(g, IMPORT_NAME, alias->name));
        TRY(alias->asname != NULL ? gen_import_as(g, alias->name, alias->asname)
                                  : store_package(g, alias->name));
    }
    return 0;
}

static status
gen_import_from(Gen *g, Stmt *s)
{
    AliasSeq *names = s->v.ImportFrom.names;
    PyObject *module = s->v.ImportFrom.module;
    TRY(emit_const_take(g, PyLong_FromLong(s->v.ImportFrom.level)));
    PyObject *wanted = PyTuple_New(seq_len(names));
    for (int i = 0; wanted != NULL && i < seq_len(names); i++) {
        PyTuple_SET_ITEM(wanted, i, Py_NewRef(names->items[i]->name));
    }
    TRY(emit_const_take(g, wanted));
    if (module != NULL && s->lineno > g->future.ff_lineno &&
        _PyUnicode_EqualToASCIIString(module, "__future__")) {
        return gen_error(g, "from __future__ imports must occur at the beginning of the file");
    }
    if (module != NULL) {
        TRY(emit_name(g, IMPORT_NAME, module));
    }
    else {
        PyObject *empty = PyUnicode_New(0, 0);
        status result = empty == NULL ? -1 : emit_name(g, IMPORT_NAME, empty);
        Py_XDECREF(empty);
        TRY(result);
    }
    for (int i = 0; i < seq_len(names); i++) {
        Alias *alias = names->items[i];
        if (i == 0 && PyUnicode_READ_CHAR(alias->name, 0) == '*') {
            return emit(g, IMPORT_STAR);
        }
        TRY(emit_name(g, IMPORT_FROM, alias->name));
        TRY(emit_variable(g, alias->asname != NULL ? alias->asname : alias->name, Store));
    }
    return emit(g, POP_TOP);
}

/* ---- assignments ---- */

static status
gen_assign(Gen *g, Stmt *s)
{
    ExprSeq *targets = s->v.Assign.targets;
    TRY(gen_expr(g, s->v.Assign.value));
    for (int i = 0; i < seq_len(targets); i++) {
        if (i + 1 < targets->len) {
            TRY(emit_arg(g, COPY, 1));
        }
        TRY(gen_expr(g, targets->items[i]));
    }
    return 0;
}

/* Evaluates for the sake of errors only. */
static status
gen_and_drop(Gen *g, Expr *e)
{
    if (e == NULL) {
        return 0;
    }
    TRY(gen_expr(g, e));
    return emit(g, POP_TOP);
}

/* The parts of an annotated subscript's index. */
static status
gen_and_drop_index(Gen *g, Expr *e)
{
    switch (e->kind) {
    case Slice_kind:
        TRY(gen_and_drop(g, e->v.Slice.lower));
        TRY(gen_and_drop(g, e->v.Slice.upper));
        return gen_and_drop(g, e->v.Slice.step);
    case Tuple_kind:
        for (int i = 0; i < seq_len(e->v.Tuple.elts); i++) {
            TRY(gen_and_drop_index(g, e->v.Tuple.elts->items[i]));
        }
        return 0;
    default:
        return gen_and_drop(g, e);
    }
}

static status
store_annotation(Gen *g, PyObject *name, Expr *annotation)
{
    TRY(gen_annotation(g, annotation));
    TRY(emit_name(g, LOAD_NAME, ID(__annotations__)));
    PyObject *mangled = mangled_name(g, name);
    TRY(mangled == NULL ? -1 : emit_const(g, mangled));
    return emit(g, STORE_SUBSCR);
}

static status
gen_ann_assign(Gen *g, Stmt *s)
{
    Expr *target = s->v.AnnAssign.target;
    bool has_value = s->v.AnnAssign.value != NULL;
    bool keeps = g->unit->kind == UNIT_MODULE || g->unit->kind == UNIT_CLASS;
    if (has_value) {
        TRY(gen_expr(g, s->v.AnnAssign.value));
        TRY(gen_expr(g, target));
    }
    switch (target->kind) {
    case Name_kind:
        TRY(check_name(g, target->v.Name.id, Store));
        if (s->v.AnnAssign.simple && keeps) {
            TRY(store_annotation(g, target->v.Name.id, s->v.AnnAssign.annotation));
        }
        break;
    case Attribute_kind:
        TRY(check_name(g, target->v.Attribute.attr, Store));
        if (!has_value) {
            TRY(gen_and_drop(g, target->v.Attribute.value));
        }
        break;
    case Subscript_kind:
        if (!has_value) {
            TRY(gen_and_drop(g, target->v.Subscript.value));
            TRY(gen_and_drop_index(g, target->v.Subscript.slice));
        }
        break;
    default:
        PyErr_Format(PyExc_SystemError, "invalid node type (%d) for annotated assignment",
                     target->kind);
        return -1;
    }
    if (!s->v.AnnAssign.simple && keeps && !(g->future.ff_features & CO_FUTURE_ANNOTATIONS)) {
        return gen_and_drop(g, s->v.AnnAssign.annotation);
    }
    return 0;
}

/* ---- simple and conditional statements ---- */

static status
gen_expr_stmt(Gen *g, Stmt *s)
{
    Expr *value = s->v.Expr.value;
    if (g->interactive && g->nesting <= 1) {
        TRY(gen_expr(g, value));
        return emit(g, PRINT_EXPR);
    }
    if (value->kind == Constant_kind) {
        return emit(g, NOP);
    }
    TRY(gen_expr(g, value));
    unset_loc(g);
    return emit(g, POP_TOP);
}

static status
gen_assert(Gen *g, Stmt *s)
{
    Expr *test = s->v.Assert.test;
    if ((test->kind == Tuple_kind && seq_len(test->v.Tuple.elts) > 0) ||
        (test->kind == Constant_kind && PyTuple_Check(test->v.Constant.value) &&
         PyTuple_GET_SIZE(test->v.Constant.value) > 0)) {
        TRY(gen_warn(g, "assertion is always true, perhaps remove parentheses?"));
    }
    if (g->optimize > 0) {
        return 0;
    }
    NEW_BLOCK(g, end);
    TRY(gen_jump_if(g, test, end, true));
    TRY(emit(g, LOAD_ASSERTION_ERROR));
    if (s->v.Assert.msg != NULL) {
        TRY(gen_expr(g, s->v.Assert.msg));
        TRY(emit_call(g, 0));
    }
    TRY(emit_arg(g, RAISE_VARARGS, 1));
    use_block(g, end);
    return 0;
}

static status
gen_if(Gen *g, Stmt *s)
{
    NEW_BLOCK(g, end);
    Block *orelse = end;
    if (seq_len(s->v.If.orelse) > 0 && (orelse = new_block(g)) == NULL) {
        return -1;
    }
    TRY(gen_jump_if(g, s->v.If.test, orelse, false));
    TRY(gen_stmts(g, s->v.If.body));
    if (orelse != end) {
        TRY(emit_jump_no_loc(g, JUMP, end));
        use_block(g, orelse);
        TRY(gen_stmts(g, s->v.If.orelse));
    }
    use_block(g, end);
    return 0;
}

static status
gen_raise(Gen *g, Stmt *s)
{
    int count = 0;
    if (s->v.Raise.exc != NULL) {
        TRY(gen_expr(g, s->v.Raise.exc));
        count++;
        if (s->v.Raise.cause != NULL) {
            TRY(gen_expr(g, s->v.Raise.cause));
            count++;
        }
    }
    return emit_arg(g, RAISE_VARARGS, count);
}

status
gen_stmt(Gen *g, Stmt *s)
{
    SET_LOC(g, s);
    switch (s->kind) {
    case FunctionDef_kind:
        return gen_function(g, s, false);
    case AsyncFunctionDef_kind:
        return gen_function(g, s, true);
    case ClassDef_kind:
        return gen_class(g, s);
    case Return_kind:
        return gen_return(g, s);
    case Delete_kind:
        return gen_exprs(g, s->v.Delete.targets);
    case Assign_kind:
        return gen_assign(g, s);
    case AugAssign_kind:
        return gen_aug_assign(g, s);
    case AnnAssign_kind:
        return gen_ann_assign(g, s);
    case For_kind:
        return gen_for(g, s);
    case AsyncFor_kind:
        return gen_async_for(g, s);
    case While_kind:
        return gen_while(g, s);
    case If_kind:
        return gen_if(g, s);
    case With_kind:
        return gen_with(g, s, 0);
    case AsyncWith_kind:
        return gen_async_with(g, s, 0);
    case Match_kind:
        return gen_match(g, s);
    case Raise_kind:
        return gen_raise(g, s);
    case Try_kind:
    case TryStar_kind:
        return gen_try(g, s);
    case Assert_kind:
        return gen_assert(g, s);
    case Import_kind:
        return gen_import(g, s);
    case ImportFrom_kind:
        return gen_import_from(g, s);
    case Global_kind:
    case Nonlocal_kind:
        return 0;
    case Expr_kind:
        return gen_expr_stmt(g, s);
    case Pass_kind:
        return emit(g, NOP);
    case Break_kind:
        return gen_break(g, s);
    case Continue_kind:
        return gen_continue(g, s);
    }
    return 0;
}
