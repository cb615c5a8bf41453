/* Numbers for addresses; see numbering.h. */
#include "compile/numbering.h"

#include <limits.h>
#include <string.h>

/* Up to this many items are looked through. */
#define FEW 8

static ALWAYS_INLINE uint32_t
first_slot(const struct Numbering *n, const void *item)
{
    return (uint32_t)(((uint64_t)(uintptr_t)item * UINT64_C(0x9E3779B97F4A7C15)) >> n->shift);
}

static ALWAYS_INLINE uint32_t
slot_mask(const struct Numbering *n)
{
    return (uint32_t)((UINT64_C(1) << (64 - n->shift)) - 1);
}

int
numbering_probe(const struct Numbering *n, const void *item)
{
    uint32_t mask = slot_mask(n), slot = first_slot(n, item), found;
    while ((found = n->slots[slot]) != 0) {
        if (n->items[found - 1] == item) {
            return (int)found - 1;
        }
        slot = (slot + 1) & mask;
    }
    return -1;
}

static void
enter_slot(struct Numbering *n, int number)
{
    uint32_t mask = slot_mask(n), slot = first_slot(n, n->items[number]);
    while (n->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    n->slots[slot] = (uint32_t)number + 1;
}

/* Doubles the room, and with many items gives them four slots each. */
static status
grow(struct Numbering *n, Arena *arena)
{
    if (n->room > INT_MAX / 64) {
        return -1;
    }
    int room = n->room == 0 ? FEW : 2 * n->room;
    const void **items = arena_alloc(arena, (size_t)room * sizeof(void *));
    if (items == NULL) {
        return -1;
    }
    if (n->count > 0) {
        memcpy(items, n->items, (size_t)n->count * sizeof(void *));
    }
    n->items = items;
    n->room = room;
    if (room > FEW) {
        size_t size = (size_t)room * 4;
        n->slots = arena_alloc(arena, size * sizeof(uint32_t));
        if (n->slots == NULL) {
            return -1;
        }
        memset(n->slots, 0, size * sizeof(uint32_t));
        n->shift = 64 - __builtin_ctzl(size);
        for (int i = 0; i < n->count; i++) {
            enter_slot(n, i);
        }
    }
    return 0;
}

int
numbering_add(struct Numbering *n, Arena *arena, const void *item)
{
    if (unlikely(n->count == n->room) && grow(n, arena) < 0) {
        return -1;
    }
    int number = n->count++;
    n->items[number] = item;
    if (n->slots != NULL) {
        enter_slot(n, number);
    }
    return number;
}
