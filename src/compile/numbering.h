/* Numbers for things that are told apart by their address, from 0 in the order in which they come.

   The names of a compilation are interned, so equal names are one object: what a dict of names would
   do takes a comparison of pointers here. */
#ifndef KRAIT_COMPILE_NUMBERING_H
#define KRAIT_COMPILE_NUMBERING_H

#include "base/arena.h"
#include "base/common.h"

struct Numbering {
    const void **items;         /* by number; in the arena, like the slots */
    int count, room;
    uint32_t *slots;            /* open addressing: a number + 1, or 0; NULL while there are few items */
    int shift;                  /* 64 - log2 of the number of slots */
};

/* The number of an item among many, -1 if it has none. */
int numbering_probe(const struct Numbering *n, const void *item);
/* Numbers an item that has no number yet; -1 without memory (no exception is set). */
int numbering_add(struct Numbering *n, Arena *arena, const void *item);

/* The number of an item, -1 if it has none. */
static ALWAYS_INLINE int
numbering_find(const struct Numbering *n, const void *item)
{
    if (n->slots != NULL) {
        return numbering_probe(n, item);
    }
    int i = n->count - 1;
    while (i >= 0 && n->items[i] != item) {
        i--;
    }
    return i;
}

#endif
