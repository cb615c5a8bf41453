/* Bump allocation for data that lives and dies together, such as the tree of one compilation.

   Memory is never given back singly; arena_free() returns everything at once and releases the
   items that were handed over with arena_own(). */
#ifndef KRAIT_BASE_ARENA_H
#define KRAIT_BASE_ARENA_H

#include "base/common.h"

typedef struct Arena Arena;
struct ArenaChunk;
struct ArenaOwned;

struct Arena {
    char *next;                     /* first free byte, always 8-aligned */
    char *limit;                    /* end of the current chunk */
    struct ArenaChunk *chunks;      /* newest first */
    struct ArenaOwned *owned;       /* newest first; itself allocated in the arena */
    void (*release)(void *item);    /* called once for each owned item */
    size_t chunk_size;              /* size of the next chunk; doubles up to a bound */
};

/* Returns an empty arena, or NULL without memory.  `release` may be NULL if nothing is owned. */
Arena *arena_create(void (*release)(void *item));

/* Releases every owned item, then all memory, then the arena itself. */
void arena_free(Arena *arena);

/* A place in an arena, to come back to. */
struct ArenaMark {
    struct ArenaChunk *chunks;
    char *next, *limit;
};

static inline struct ArenaMark
arena_mark(const Arena *arena)
{
    return (struct ArenaMark){arena->chunks, arena->next, arena->limit};
}

/* Gives back what was allocated since the mark; nothing may have been handed over since then. */
void arena_release(Arena *arena, struct ArenaMark mark);

/* The slow path of arena_alloc(): starts another chunk. */
void *arena_alloc_chunk(Arena *arena, size_t size);

/* Makes the arena responsible for `item`.  On failure (-1, no memory) it stays the caller's. */
status arena_own(Arena *arena, void *item);

/* Returns `size` bytes, 8-aligned and not cleared; NULL without memory. */
static inline void *
arena_alloc(Arena *arena, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (likely(size <= (size_t)(arena->limit - arena->next))) {
        void *block = arena->next;
        arena->next += size;
        return block;
    }
    return arena_alloc_chunk(arena, size);
}

#endif
