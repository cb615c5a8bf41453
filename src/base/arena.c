/* Bump allocation; see arena.h.

   Invariant: next <= limit, both inside the newest chunk of regular size.  A request larger than a
   quarter of a chunk gets a chunk of its own behind the current one, so that the rest of the current
   chunk is not wasted. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/arena_spare.h"

#define FIRST_CHUNK ((size_t)16 * 1024)
#define LARGEST_CHUNK ((size_t)512 * 1024)
#define OWNED_PER_BLOCK 62
#ifdef KRAIT_ASAN
#define MOST_SPARE ((size_t)0)          /* what is used after its end is to be noticed */
#else
#define MOST_SPARE ((size_t)4 * 1024 * 1024)
#endif

struct ArenaChunk {
    struct ArenaChunk *previous;
    size_t size;
    char data[];
};

struct ArenaOwned {
    struct ArenaOwned *previous;
    size_t count;
    void *items[OWNED_PER_BLOCK];
};

Arena *
arena_create(void (*release)(void *item))
{
    Arena *arena = calloc(1, sizeof(Arena));
    if (arena != NULL) {
        arena->release = release;
        arena->chunk_size = FIRST_CHUNK;
    }
    return arena;
}

/* Keeps the chunk for the next arena, or frees it. */
static void
chunk_drop(struct ArenaChunk *chunk)
{
    struct ArenaSpare *spare = &krait_arena_spare;
    if (chunk->size > LARGEST_CHUNK || spare->bytes + chunk->size > MOST_SPARE) {
        free(chunk);
        return;
    }
    struct ArenaChunk **place = &spare->chunks;
    while (*place != NULL && (*place)->size > chunk->size) {
        place = &(*place)->previous;
    }
    chunk->previous = *place;
    *place = chunk;
    spare->bytes += chunk->size;
}

void
arena_release(Arena *arena, struct ArenaMark mark)
{
    while (arena->chunks != mark.chunks) {
        struct ArenaChunk *chunk = arena->chunks;
        arena->chunks = chunk->previous;
        chunk_drop(chunk);
    }
    arena->next = mark.next;
    arena->limit = mark.limit;
}

void
arena_free(Arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (struct ArenaOwned *block = arena->owned; block != NULL; block = block->previous) {
        for (size_t i = 0; i < block->count; i++) {
            arena->release(block->items[i]);
        }
    }
    struct ArenaChunk *previous;
    for (struct ArenaChunk *chunk = arena->chunks; chunk != NULL; chunk = previous) {
        previous = chunk->previous;
        chunk_drop(chunk);
    }
    free(arena);
}

void *
arena_alloc_chunk(Arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    bool alone = size > arena->chunk_size / 4;
    size_t room = alone ? size : arena->chunk_size;
    struct ArenaSpare *spare = &krait_arena_spare;
    struct ArenaChunk *chunk = spare->chunks;
    if (!alone && chunk != NULL && chunk->size >= room) {
        spare->chunks = chunk->previous;
        spare->bytes -= chunk->size;
        room = chunk->size;
    }
    else if ((chunk = malloc(sizeof(struct ArenaChunk) + room)) == NULL) {
        return NULL;
    }
    chunk->size = room;
    if (alone && arena->chunks != NULL) {
        chunk->previous = arena->chunks->previous;
        arena->chunks->previous = chunk;
        return chunk->data;
    }
    chunk->previous = arena->chunks;
    arena->chunks = chunk;
    arena->next = chunk->data + size;
    arena->limit = chunk->data + room;
    if (!alone && arena->chunk_size < LARGEST_CHUNK) {
        arena->chunk_size *= 2;
    }
    return chunk->data;
}

status
arena_own(Arena *arena, void *item)
{
    struct ArenaOwned *block = arena->owned;
    if (block == NULL || block->count == OWNED_PER_BLOCK) {
        block = arena_alloc(arena, sizeof(struct ArenaOwned));
        if (block == NULL) {
            return -1;
        }
        block->previous = arena->owned;
        block->count = 0;
        arena->owned = block;
    }
    block->items[block->count++] = item;
    return 0;
}
