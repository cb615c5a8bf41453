/* The data stack of a thread: chunks of words on which interpreter frames are pushed and popped.

   The state is exactly tstate->datastack_{chunk,top,limit} and a chunk is exactly
   {previous, size, top, data[]}; all three NULL means an empty stack.  greenlet swaps those fields
   and frees chunks through PyObject_GetArenaAllocator, so nothing else may be kept per thread. */
#ifndef KRAIT_VM_FRAME_STACK_H
#define KRAIT_VM_FRAME_STACK_H

#include "vm/frame.h"

/* Slow path: words in a new chunk.  NULL without an exception when memory is out. */
PyObject **frame_stack_grow(PyThreadState *tstate, size_t words);
/* Give back the newest chunk. */
void frame_stack_shrink(PyThreadState *tstate);

/* Room for a frame of `words` words; NULL with MemoryError set. */
static ALWAYS_INLINE Frame *
frame_stack_push(PyThreadState *tstate, size_t words)
{
    PyObject **base = tstate->datastack_top;
    if (likely(base != NULL && words < (size_t)(tstate->datastack_limit - base))) {
        tstate->datastack_top = base + words;
        return (Frame *)base;
    }
    base = frame_stack_grow(tstate, words);
    if (base == NULL) {
        PyErr_NoMemory();
    }
    return (Frame *)base;
}

/* Return the space of the newest frame. */
static ALWAYS_INLINE void
frame_stack_pop(PyThreadState *tstate, Frame *frame)
{
    PyObject **base = (PyObject **)frame;
    if (unlikely(base == &tstate->datastack_chunk->data[0])) {
        frame_stack_shrink(tstate);
    }
    else {
        tstate->datastack_top = base;
    }
}

/* Free every chunk of a thread that ends. */
void frame_stack_free(PyThreadState *tstate);

#endif
