/* Generators, coroutines, asynchronous generators: what the interpreter loop needs. */
#ifndef KRAIT_TYPES_GENERATOR_H
#define KRAIT_TYPES_GENERATOR_H

#include "vm/frame.h"

/* A generator, coroutine or async generator (by co_flags) with room for func's frame, which the
   caller moves in; called from the frame `outer`. */
PyObject *generator_new(PyThreadState *tstate, PyFunctionObject *func, Frame *outer);

/* Mark as running, and put its handled exception on top of the thread's. */
static inline void
generator_link(PyThreadState *tstate, PyGenObject *generator)
{
    generator->gi_exc_state.previous_item = tstate->exc_info;
    tstate->exc_info = &generator->gi_exc_state;
    generator->gi_frame_state = FRAME_EXECUTING;
}

/* Undo generator_link; the caller has set the new state. */
static inline void
generator_unlink(PyThreadState *tstate, PyGenObject *generator)
{
    tstate->exc_info = generator->gi_exc_state.previous_item;
    generator->gi_exc_state.previous_item = NULL;
}

/* After the frame of a linked generator returned or raised inside the caller's loop: unlink,
   clear the frame, and turn a StopIteration that leaves it into RuntimeError. */
void generator_finish(PyThreadState *tstate, PyGenObject *generator);
/* What a suspended `yield from` or `await` waits for; borrowed, NULL if none. */
PyObject *generator_delegate_peek(PyGenObject *generator);
/* The iterator of an awaitable; TypeError if it is none. */
PyObject *coroutine_get_awaitable(PyObject *object);
/* Replace that TypeError when `async with` asked for the awaitable (after __aenter__: 1,
   __aexit__: 2). */
void generator_explain_await(PyTypeObject *type, int where);
PyObject *async_generator_wrap(PyObject *value);
NOINLINE PyObject *async_get_iterator(PyObject *iterable);
NOINLINE PyObject *async_get_next(PyObject *iterator);
/* One step of `yield from` by next() or send(), so that a tracer sees the StopIteration. */
PyObject *generator_send_for_yield_from(PyObject *receiver, PyObject *value);

#endif
