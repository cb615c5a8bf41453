/* Loops, with and try, and the way out of them: what return, break and continue must do first.

   Blocks are created in an order that is observable: passes that copy exit blocks over jumps visit
   the newest first, so what they find to be an exit depends on it. */
#include "compile/gen.h"

#include <opcode.h>

/* ---- unwinding ---- */

/* Puts the value that is being returned below what has to go. */
static status
keep_top(Gen *g, bool keeps)
{
    return keeps ? emit_arg(g, SWAP, 2) : 0;
}

/* __exit__(None, None, None) on the bound method on the stack. */
static status
call_exit(Gen *g)
{
    TRY(emit_const(g, Py_None));
    TRY(emit_const(g, Py_None));
    TRY(emit_const(g, Py_None));
    return emit_call(g, 2);
}

/* `name = None; del name` at the end of a handler. */
static status
forget_name(Gen *g, PyObject *name)
{
    if (name == NULL) {
        return 0;
    }
    TRY(emit_const(g, Py_None));
    TRY(emit_variable(g, name, Store));
    return emit_variable(g, name, Del);
}

/* Leaves one construct; `keeps`: a return value is on top of the stack. */
static status
unwind_frame(Gen *g, const struct FrameBlock *frame, bool keeps)
{
    switch (frame->kind) {
    case FRAME_WHILE:
    case FRAME_HANDLER:
    case FRAME_GROUP_HANDLER:
    case FRAME_ASYNC_COMPREHENSION:
        return 0;
    case FRAME_FOR:
    case FRAME_POP_VALUE:
        TRY(keep_top(g, keeps));
        return emit(g, POP_TOP);
    case FRAME_TRY_EXCEPT:
        return emit(g, POP_BLOCK);
    case FRAME_FINALLY_TRY:
        TRY(emit(g, POP_BLOCK));
        if (keeps) {
            TRY(push_frame(g, FRAME_POP_VALUE, NULL, NULL, NULL));
        }
        TRY(gen_stmts(g, frame->datum));
        if (keeps) {
            pop_frame(g);
        }
        unset_loc(g);
        return 0;
    case FRAME_FINALLY_END:
        TRY(keep_top(g, keeps));
        TRY(emit(g, POP_TOP));
        TRY(keep_top(g, keeps));
        TRY(emit(g, POP_BLOCK));
        return emit(g, POP_EXCEPT);
    case FRAME_WITH:
    case FRAME_ASYNC_WITH:
        SET_LOC(g, (Stmt *)frame->datum);
        TRY(emit(g, POP_BLOCK));
        TRY(keep_top(g, keeps));
        TRY(call_exit(g));
        if (frame->kind == FRAME_ASYNC_WITH) {
            TRY(gen_await(g, 2));
        }
        TRY(emit(g, POP_TOP));
        unset_loc(g);
        return 0;
    case FRAME_HANDLER_CLEANUP:
        if (frame->datum != NULL) {
            TRY(emit(g, POP_BLOCK));
        }
        TRY(keep_top(g, keeps));
        TRY(emit(g, POP_BLOCK));
        TRY(emit(g, POP_EXCEPT));
        return forget_name(g, frame->datum);
    }
    return 0;
}

/* Leaves every construct up to the innermost loop, which goes to `*loop` if that is not NULL; with
   NULL all of them.  While one is left, it and those inside it are off the stack of frames, since a
   finally may itself return or break. */
static status
unwind_frames(Gen *g, bool keeps, struct FrameBlock *loop, bool *found)
{
    struct Unit *unit = g->unit;
    if (unit->frame_count == 0) {
        return 0;
    }
    struct FrameBlock top = unit->frames[unit->frame_count - 1];
    if (top.kind == FRAME_GROUP_HANDLER) {
        return gen_error(g, "'break', 'continue' and 'return' cannot appear in an except* block");
    }
    if (loop != NULL && (top.kind == FRAME_WHILE || top.kind == FRAME_FOR)) {
        *loop = top;
        *found = true;
        return 0;
    }
    unit->frame_count--;
    TRY(unwind_frame(g, &top, keeps));
    TRY(unwind_frames(g, keeps, loop, found));
    unit->frames[unit->frame_count++] = top;
    return 0;
}

status
gen_return(Gen *g, Stmt *s)
{
    Expr *value = s->v.Return.value;
    Scope *scope = g->unit->scope;
    bool keeps = value != NULL && value->kind != Constant_kind;
    if (scope->type != FUNCTION_BLOCK) {
        return gen_error(g, "'return' outside function");
    }
    if (value != NULL && scope->coroutine && scope->generator) {
        return gen_error(g, "'return' with value in async generator");
    }
    if (keeps) {
        TRY(gen_expr(g, value));
    }
    else if (value != NULL) {
        SET_LOC(g, value);
        TRY(emit(g, NOP));
    }
    if (value == NULL || value->lineno != s->lineno) {
        SET_LOC(g, s);
        TRY(emit(g, NOP));
    }
    TRY(unwind_frames(g, keeps, NULL, NULL));
    if (!keeps) {
        TRY(emit_const(g, value == NULL ? Py_None : value->v.Constant.value));
    }
    return emit(g, RETURN_VALUE);
}

status
gen_break(Gen *g, Stmt *s)
{
    struct FrameBlock loop;
    bool found = false;
    TRY(emit(g, NOP));
    TRY(unwind_frames(g, false, &loop, &found));
    if (!found) {
        SET_LOC(g, s);          /* unwinding has left another place */
        return gen_error(g, "'break' outside loop");
    }
    TRY(unwind_frame(g, &loop, false));
    return emit_jump(g, JUMP, loop.exit);
}

status
gen_continue(Gen *g, Stmt *s)
{
    struct FrameBlock loop;
    bool found = false;
    TRY(emit(g, NOP));
    TRY(unwind_frames(g, false, &loop, &found));
    if (!found) {
        SET_LOC(g, s);          /* unwinding has left another place */
        return gen_error(g, "'continue' not properly in loop");
    }
    return emit_jump(g, JUMP, loop.block);
}

/* ---- loops ---- */

status
gen_for(Gen *g, Stmt *s)
{
    NEW_BLOCK(g, start);
    NEW_BLOCK(g, body);
    NEW_BLOCK(g, cleanup);
    NEW_BLOCK(g, end);
    TRY(push_frame(g, FRAME_FOR, start, end, NULL));
    TRY(gen_expr(g, s->v.For.iter));
    TRY(emit(g, GET_ITER));
    use_block(g, start);
    TRY(emit_jump(g, FOR_ITER, cleanup));
    use_block(g, body);
    TRY(gen_expr(g, s->v.For.target));
    TRY(gen_stmts(g, s->v.For.body));
    unset_loc(g);
    TRY(emit_jump(g, JUMP, start));
    use_block(g, cleanup);
    pop_frame(g);
    TRY(gen_stmts(g, s->v.For.orelse));
    use_block(g, end);
    return 0;
}

/* Refuses what needs a coroutine outside of one. */
static status
check_async(Gen *g, const char *message)
{
    if (top_level_await(g)) {
        g->unit->scope->coroutine = 1;
    }
    else if (g->unit->kind != UNIT_ASYNC_FUNCTION) {
        return gen_error(g, message);
    }
    return 0;
}

status
gen_async_for(Gen *g, Stmt *s)
{
    TRY(check_async(g, "'async for' outside async function"));
    NEW_BLOCK(g, start);
    NEW_BLOCK(g, handler);
    NEW_BLOCK(g, end);
    TRY(gen_expr(g, s->v.AsyncFor.iter));
    TRY(emit(g, GET_AITER));
    use_block(g, start);
    TRY(push_frame(g, FRAME_FOR, start, end, NULL));
    TRY(emit_jump(g, SETUP_FINALLY, handler));
    TRY(emit(g, GET_ANEXT));
    TRY(gen_send_loop(g, true));
    TRY(emit(g, POP_BLOCK));
    TRY(gen_expr(g, s->v.AsyncFor.target));
    TRY(gen_stmts(g, s->v.AsyncFor.body));
    unset_loc(g);
    TRY(emit_jump(g, JUMP, start));
    pop_frame(g);
    use_block(g, handler);
    /* The end of the iteration shows the line of the iterable. */
    SET_LOC(g, s->v.AsyncFor.iter);
    TRY(emit(g, END_ASYNC_FOR));
    TRY(gen_stmts(g, s->v.AsyncFor.orelse));
    use_block(g, end);
    return 0;
}

status
gen_while(Gen *g, Stmt *s)
{
    NEW_BLOCK(g, loop);
    NEW_BLOCK(g, body);
    NEW_BLOCK(g, anchor);
    NEW_BLOCK(g, end);
    use_block(g, loop);
    TRY(push_frame(g, FRAME_WHILE, loop, end, NULL));
    TRY(gen_jump_if(g, s->v.While.test, anchor, false));
    use_block(g, body);
    TRY(gen_stmts(g, s->v.While.body));
    SET_LOC(g, s);
    TRY(gen_jump_if(g, s->v.While.test, body, true));
    pop_frame(g);
    use_block(g, anchor);
    TRY(gen_stmts(g, s->v.While.orelse));
    use_block(g, end);
    return 0;
}

/* ---- with ---- */

/* The handler of a handler: puts the outer exception back and goes on raising. */
static status
reraise_in_cleanup(Gen *g)
{
    TRY(emit_arg(g, COPY, 3));
    TRY(emit(g, POP_EXCEPT));
    return emit_arg(g, RERAISE, 1);
}

/* After __exit__ was called with an exception: swallow it if the result is true. */
static status
finish_with_handler(Gen *g, Block *cleanup)
{
    NEW_BLOCK(g, suppress);
    unset_loc(g);
    TRY(emit_jump(g, POP_JUMP_IF_TRUE, suppress));
    TRY(emit_arg(g, RERAISE, 2));
    use_block(g, cleanup);
    TRY(reraise_in_cleanup(g));
    use_block(g, suppress);
    TRY(emit(g, POP_TOP));
    TRY(emit(g, POP_BLOCK));
    TRY(emit(g, POP_EXCEPT));
    TRY(emit(g, POP_TOP));
    return emit(g, POP_TOP);
}

static status
gen_any_with(Gen *g, Stmt *s, int index, bool is_async)
{
    WithItem *item = s->v.With.items->items[index];
    NEW_BLOCK(g, block);
    NEW_BLOCK(g, handler);
    NEW_BLOCK(g, end);
    NEW_BLOCK(g, cleanup);
    TRY(gen_expr(g, item->context_expr));
    TRY(emit(g, is_async ? BEFORE_ASYNC_WITH : BEFORE_WITH));
    if (is_async) {
        TRY(gen_await(g, 1));
    }
    TRY(emit_jump(g, SETUP_WITH, handler));
    use_block(g, block);
    TRY(push_frame(g, is_async ? FRAME_ASYNC_WITH : FRAME_WITH, block, handler, s));
    if (item->optional_vars != NULL) {
        TRY(gen_expr(g, item->optional_vars));
    }
    else {
        TRY(emit(g, POP_TOP));
    }
    if (index + 1 == s->v.With.items->len) {
        TRY(gen_stmts(g, s->v.With.body));
    }
    else {
        TRY((is_async ? gen_async_with : gen_with)(g, s, index + 1));
    }
    pop_frame(g);
    if (!is_async) {
        unset_loc(g);
    }
    TRY(emit(g, POP_BLOCK));
    SET_LOC(g, s);
    TRY(call_exit(g));
    if (is_async) {
        TRY(gen_await(g, 2));
    }
    TRY(emit(g, POP_TOP));
    TRY(emit_jump(g, JUMP, end));
    use_block(g, handler);
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    TRY(emit(g, PUSH_EXC_INFO));
    TRY(emit(g, WITH_EXCEPT_START));
    if (is_async) {
        TRY(gen_await(g, 2));
    }
    TRY(finish_with_handler(g, cleanup));
    use_block(g, end);
    return 0;
}

status
gen_with(Gen *g, Stmt *s, int index)
{
    return gen_any_with(g, s, index, false);
}

status
gen_async_with(Gen *g, Stmt *s, int index)
{
    TRY(check_async(g, "'async with' outside async function"));
    return gen_any_with(g, s, index, true);
}

/* ---- try ---- */

/* The protected block of try-except; leaves the frame and the region. */
static status
gen_try_block(Gen *g, Stmt *s, Block *body, Block *handlers)
{
    TRY(emit_jump(g, SETUP_FINALLY, handlers));
    use_block(g, body);
    TRY(push_frame(g, FRAME_TRY_EXCEPT, body, NULL, NULL));
    TRY(gen_stmts(g, s->v.Try.body));
    pop_frame(g);
    return emit_at(g, POP_BLOCK, 0, NULL, NO_LOC);
}

/* `except T as name: body`; the exception is on the stack and matched. */
static status
gen_named_handler(Gen *g, ExceptHandler *handler, Block *end)
{
    PyObject *name = handler->v.ExceptHandler.name;
    NEW_BLOCK(g, cleanup);
    NEW_BLOCK(g, body);
    TRY(emit_variable(g, name, Store));
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    use_block(g, body);
    TRY(push_frame(g, FRAME_HANDLER_CLEANUP, body, NULL, name));
    TRY(gen_stmts(g, handler->v.ExceptHandler.body));
    pop_frame(g);
    unset_loc(g);
    TRY(emit(g, POP_BLOCK));
    TRY(emit(g, POP_BLOCK));
    TRY(emit(g, POP_EXCEPT));
    TRY(forget_name(g, name));
    TRY(emit_jump(g, JUMP, end));
    use_block(g, cleanup);
    unset_loc(g);
    TRY(forget_name(g, name));
    return emit_arg(g, RERAISE, 1);
}

static status
gen_plain_handler(Gen *g, ExceptHandler *handler, Block *end)
{
    NEW_BLOCK(g, body);
    TRY(emit(g, POP_TOP));
    use_block(g, body);
    TRY(push_frame(g, FRAME_HANDLER_CLEANUP, body, NULL, NULL));
    TRY(gen_stmts(g, handler->v.ExceptHandler.body));
    pop_frame(g);
    unset_loc(g);
    TRY(emit(g, POP_BLOCK));
    TRY(emit(g, POP_EXCEPT));
    return emit_jump(g, JUMP, end);
}

static status
gen_try_except(Gen *g, Stmt *s)
{
    ExceptHandlerSeq *handlers = s->v.Try.handlers;
    NEW_BLOCK(g, body);
    NEW_BLOCK(g, first);
    NEW_BLOCK(g, end);
    NEW_BLOCK(g, cleanup);
    TRY(gen_try_block(g, s, body, first));
    TRY(gen_stmts(g, s->v.Try.orelse));
    TRY(emit_jump_no_loc(g, JUMP, end));
    use_block(g, first);
    unset_loc(g);
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    TRY(emit(g, PUSH_EXC_INFO));
    TRY(push_frame(g, FRAME_HANDLER, NULL, NULL, NULL));
    for (int i = 0; i < seq_len(handlers); i++) {
        ExceptHandler *handler = handlers->items[i];
        Expr *type = handler->v.ExceptHandler.type;
        SET_LOC(g, handler);
        if (type == NULL && i < handlers->len - 1) {
            return gen_error(g, "default 'except:' must be last");
        }
        NEW_BLOCK(g, next);
        if (type != NULL) {
            TRY(gen_expr(g, type));
            TRY(emit(g, CHECK_EXC_MATCH));
            TRY(emit_jump(g, POP_JUMP_IF_FALSE, next));
        }
        TRY((handler->v.ExceptHandler.name != NULL ? gen_named_handler : gen_plain_handler)(
            g, handler, end));
        use_block(g, next);
    }
    unset_loc(g);
    pop_frame(g);
    TRY(emit_arg(g, RERAISE, 0));
    use_block(g, cleanup);
    TRY(reraise_in_cleanup(g));
    use_block(g, end);
    return 0;
}

/* One `except* T`: takes the matching part out of the group.  The stack holds the original group,
   the list of exceptions raised so far, and what is left of the group.  Goes on at `next`. */
static status
gen_group_handler(Gen *g, ExceptHandler *handler, Block *next)
{
    PyObject *name = handler->v.ExceptHandler.name;
    NEW_BLOCK(g, matched);
    if (handler->v.ExceptHandler.type != NULL) {
        TRY(gen_expr(g, handler->v.ExceptHandler.type));
        TRY(emit(g, CHECK_EG_MATCH));
        TRY(emit_arg(g, COPY, 1));
        TRY(emit_jump(g, POP_JUMP_IF_NOT_NONE, matched));
        TRY(emit(g, POP_TOP));
        TRY(emit_jump(g, JUMP, next));
    }
    use_block(g, matched);
    NEW_BLOCK(g, cleanup);
    NEW_BLOCK(g, body);
    TRY(name != NULL ? emit_variable(g, name, Store) : emit(g, POP_TOP));
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    use_block(g, body);
    TRY(push_frame(g, FRAME_HANDLER_CLEANUP, body, NULL, name));
    TRY(gen_stmts(g, handler->v.ExceptHandler.body));
    pop_frame(g);
    unset_loc(g);
    TRY(emit(g, POP_BLOCK));
    TRY(forget_name(g, name));
    TRY(emit_jump(g, JUMP, next));
    use_block(g, cleanup);
    unset_loc(g);
    TRY(forget_name(g, name));
    TRY(emit_arg(g, LIST_APPEND, 3));
    TRY(emit(g, POP_TOP));
    TRY(emit_jump(g, JUMP, next));
    use_block(g, next);
    return 0;
}

static status
gen_try_star_except(Gen *g, Stmt *s)
{
    ExceptHandlerSeq *handlers = s->v.TryStar.handlers;
    int count = seq_len(handlers);
    NEW_BLOCK(g, body);
    NEW_BLOCK(g, first);
    NEW_BLOCK(g, orelse);
    NEW_BLOCK(g, end);
    NEW_BLOCK(g, cleanup);
    NEW_BLOCK(g, reraise_star);
    TRY(gen_try_block(g, s, body, first));
    TRY(emit_jump_no_loc(g, JUMP, orelse));
    use_block(g, first);
    unset_loc(g);
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    TRY(emit(g, PUSH_EXC_INFO));
    TRY(push_frame(g, FRAME_GROUP_HANDLER, NULL, NULL, NULL));
    for (int i = 0; i < count; i++) {
        ExceptHandler *handler = handlers->items[i];
        SET_LOC(g, handler);
        NEW_BLOCK(g, next);
        if (i == 0) {
            TRY(emit_arg(g, COPY, 1));
            TRY(emit_arg(g, BUILD_LIST, 0));
            TRY(emit_arg(g, SWAP, 2));
        }
        TRY(gen_group_handler(g, handler, next));
    }
    /* What no handler took is raised again too. */
    TRY(emit_arg(g, LIST_APPEND, 1));
    TRY(emit_jump(g, JUMP, reraise_star));
    pop_frame(g);
    NEW_BLOCK(g, reraise);
    use_block(g, reraise_star);
    TRY(emit(g, PREP_RERAISE_STAR));
    TRY(emit_arg(g, COPY, 1));
    TRY(emit_jump(g, POP_JUMP_IF_NOT_NONE, reraise));
    TRY(emit(g, POP_TOP));
    TRY(emit(g, POP_BLOCK));
    TRY(emit(g, POP_EXCEPT));
    TRY(emit_jump(g, JUMP, end));
    use_block(g, reraise);
    TRY(emit(g, POP_BLOCK));
    TRY(emit_arg(g, SWAP, 2));
    TRY(emit(g, POP_EXCEPT));
    TRY(emit_arg(g, RERAISE, 0));
    use_block(g, cleanup);
    TRY(reraise_in_cleanup(g));
    use_block(g, orelse);
    TRY(gen_stmts(g, s->v.TryStar.orelse));
    use_block(g, end);
    return 0;
}

static status
gen_handlers(Gen *g, Stmt *s)
{
    return s->kind == TryStar_kind ? gen_try_star_except(g, s) : gen_try_except(g, s);
}

/* The statements of a finally stand twice: for leaving normally and for an exception. */
static status
gen_try_finally(Gen *g, Stmt *s)
{
    NEW_BLOCK(g, body);
    NEW_BLOCK(g, handler);
    NEW_BLOCK(g, end);
    NEW_BLOCK(g, cleanup);
    TRY(emit_jump(g, SETUP_FINALLY, handler));
    use_block(g, body);
    TRY(push_frame(g, FRAME_FINALLY_TRY, body, handler, s->v.Try.finalbody));
    if (seq_len(s->v.Try.handlers) > 0) {
        TRY(gen_handlers(g, s));
    }
    else {
        TRY(gen_stmts(g, s->v.Try.body));
    }
    TRY(emit_at(g, POP_BLOCK, 0, NULL, NO_LOC));
    pop_frame(g);
    TRY(gen_stmts(g, s->v.Try.finalbody));
    TRY(emit_jump_no_loc(g, JUMP, end));
    use_block(g, handler);
    TRY(push_frame(g, FRAME_FINALLY_END, handler, NULL, NULL));
    unset_loc(g);
    TRY(emit_jump(g, SETUP_CLEANUP, cleanup));
    TRY(emit(g, PUSH_EXC_INFO));
    TRY(gen_stmts(g, s->v.Try.finalbody));
    pop_frame(g);
    TRY(emit_arg(g, RERAISE, 0));
    use_block(g, cleanup);
    TRY(reraise_in_cleanup(g));
    use_block(g, end);
    return 0;
}

status
gen_try(Gen *g, Stmt *s)
{
    return seq_len(s->v.Try.finalbody) > 0 ? gen_try_finally(g, s) : gen_handlers(g, s);
}
