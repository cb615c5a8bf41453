/* Arenas of _PyArena_*: memory and objects that are released together. */
#include <Python.h>

#include "base/arena.h"

static void
release_object(void *item)
{
    Py_DECREF((PyObject *)item);
}

/* A new arena, or NULL with MemoryError. */
Arena *
_PyArena_New(void)
{
    Arena *arena = arena_create(release_object);
    if (arena == NULL) {
        PyErr_NoMemory();
    }
    return arena;
}

void
_PyArena_Free(Arena *arena)
{
    arena_free(arena);
}

/* `size` bytes, 8-aligned, or NULL with MemoryError. */
void *
_PyArena_Malloc(Arena *arena, size_t size)
{
    void *block = size > PY_SSIZE_T_MAX ? NULL : arena_alloc(arena, size);
    if (block == NULL) {
        PyErr_NoMemory();
    }
    return block;
}

/* Takes over the reference; on failure (-1) it stays the caller's. */
int
_PyArena_AddPyObject(Arena *arena, PyObject *object)
{
    if (arena_own(arena, object) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}
