/* The data stack's slow path: chunks come and go. */
#include "vm/frame_stack.h"

enum { CHUNK_BYTES = 16 * 1024 };

static _PyStackChunk *
chunk_new(size_t bytes, _PyStackChunk *previous)
{
    PyObjectArenaAllocator arena;
    PyObject_GetArenaAllocator(&arena);
    _PyStackChunk *chunk = arena.alloc(arena.ctx, bytes);
    if (chunk != NULL) {
        chunk->previous = previous;
        chunk->size = bytes;
        chunk->top = 0;
    }
    return chunk;
}

static void
chunk_free(_PyStackChunk *chunk)
{
    PyObjectArenaAllocator arena;
    PyObject_GetArenaAllocator(&arena);
    arena.free(arena.ctx, chunk, chunk->size);
}

PyObject **
frame_stack_grow(PyThreadState *tstate, size_t words)
{
    size_t bytes = CHUNK_BYTES;
    size_t header = offsetof(_PyStackChunk, data);
    if (words > (SIZE_MAX - header) / sizeof(PyObject *) / 4) {
        return NULL;
    }
    /* A frame never fills a chunk wholly: the test for room is strict. */
    while (bytes < header + (words + 1) * sizeof(PyObject *)) {
        bytes *= 2;
    }
    /* Deep recursion asks for chunks again and again: let them grow with the stack. */
    if (tstate->datastack_chunk != NULL && bytes < tstate->datastack_chunk->size * 2 &&
        tstate->datastack_chunk->size < 64 * CHUNK_BYTES) {
        bytes = tstate->datastack_chunk->size * 2;
    }
    _PyStackChunk *chunk = chunk_new(bytes, tstate->datastack_chunk);
    if (chunk == NULL) {
        return NULL;
    }
    if (tstate->datastack_chunk != NULL) {
        tstate->datastack_chunk->top =
            (size_t)(tstate->datastack_top - &tstate->datastack_chunk->data[0]);
    }
    tstate->datastack_chunk = chunk;
    tstate->datastack_limit = (PyObject **)((char *)chunk + bytes);
    /* The root chunk keeps its first word free, so that popping its first frame never frees it. */
    PyObject **base = &chunk->data[chunk->previous == NULL];
    tstate->datastack_top = base + words;
    return base;
}

void
frame_stack_shrink(PyThreadState *tstate)
{
    _PyStackChunk *chunk = tstate->datastack_chunk;
    _PyStackChunk *previous = chunk->previous;
    tstate->datastack_chunk = previous;
    tstate->datastack_top = &previous->data[previous->top];
    tstate->datastack_limit = (PyObject **)((char *)previous + previous->size);
    chunk_free(chunk);
}

void
frame_stack_free(PyThreadState *tstate)
{
    _PyStackChunk *chunk = tstate->datastack_chunk;
    tstate->datastack_chunk = NULL;
    tstate->datastack_top = tstate->datastack_limit = NULL;
    while (chunk != NULL) {
        _PyStackChunk *previous = chunk->previous;
        chunk_free(chunk);
        chunk = previous;
    }
}
