/* Small questions about trees that parser and compiler share. */
#include "compile/ast.h"
#include "object/state.h"

PyObject *
ast_docstring(StmtSeq *body)
{
    if (seq_len(body) == 0 || body->items[0]->kind != Expr_kind) {
        return NULL;
    }
    Expr *expr = body->items[0]->v.Expr.value;
    if (expr->kind == Constant_kind && PyUnicode_CheckExact(expr->v.Constant.value)) {
        return expr->v.Constant.value;
    }
    return NULL;
}

struct AstState **
ast_state_slot(void)
{
    return &interp_get()->ast;
}

/* Deeper trees would not leave enough of an 8 MB stack to report it. */
#define DEPTH_BOUND 12000

int
ast_depth_limit(void)
{
    int limit = Py_GetRecursionLimit();
    return limit > DEPTH_BOUND / 3 ? DEPTH_BOUND : limit * 3;
}
