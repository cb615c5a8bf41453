/* Chunks of the last arenas wait here for the next one: pages that go back to the system are expensive to
   get again.  Guarded by the GIL; the largest chunk first. */
#ifndef KRAIT_BASE_ARENA_SPARE_H
#define KRAIT_BASE_ARENA_SPARE_H

#include <stddef.h>

struct ArenaChunk;

struct ArenaSpare {
    struct ArenaChunk *chunks;
    size_t bytes;
};

/* Defined in object/state.c with the rest of the mutable state. */
extern struct ArenaSpare krait_arena_spare;

#endif
