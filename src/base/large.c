/* Plain blocks above PAGE_MAX: malloc's, with a table of their addresses.

   A large str, bytes or int is not on a page, and a walk over live objects is to find it all the
   same.  The table holds addresses in a power of two of slots, at most half of them used; what is
   taken out closes its gap by moving followers up, so there are no tombstones.

   If the table cannot grow, the request fails: a block is entered or it does not exist. */
#include "base/pages.h"
#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

static ALWAYS_INLINE size_t
slot_home(const struct LargeTable *table, const void *p)
{
    return (size_t)(((uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u >> 20) & table->mask;
}

static void
large_put(struct LargeTable *table, void *p)
{
    size_t i = slot_home(table, p);
    while (table->slots[i] != NULL) {
        i = (i + 1) & table->mask;
    }
    table->slots[i] = p;
    table->used++;
}

static status
large_reserve(struct LargeTable *table)
{
    if (table->slots != NULL && table->used * 2 <= table->mask) {
        return 0;
    }
    struct LargeTable bigger = {NULL, table->slots == NULL ? FIRST_SLOTS - 1 : table->mask * 2 + 1, 0};
    bigger.slots = calloc(bigger.mask + 1, sizeof *bigger.slots);
    if (bigger.slots == NULL) {
        return -1;
    }
    for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
        if (table->slots[i] != NULL) {
            large_put(&bigger, table->slots[i]);
        }
    }
    free(table->slots);
    *table = bigger;
    return 0;
}

/* Take an address out; false if it is not there. */
static bool
large_remove(struct LargeTable *table, const void *p)
{
    if (table->used == 0) {
        return false;
    }
    size_t i = slot_home(table, p);
    while (table->slots[i] != p) {
        if (table->slots[i] == NULL) {
            return false;
        }
        i = (i + 1) & table->mask;
    }
    for (size_t next = (i + 1) & table->mask; table->slots[next] != NULL; next = (next + 1) & table->mask) {
        size_t home = slot_home(table, table->slots[next]);
        if (((next - home) & table->mask) >= ((next - i) & table->mask)) {
            table->slots[i] = table->slots[next];
            i = next;
        }
    }
    table->slots[i] = NULL;
    table->used--;
    return true;
}

void *
large_plain_alloc(size_t n, bool zero)
{
    struct LargeTable *table = &krait_heap.large;
    if (large_reserve(table) < 0) {
        return NULL;
    }
    void *p = zero ? calloc(1, n) : malloc(n);
    if (p != NULL) {
        large_put(table, p);
    }
    return p;
}

void *
large_plain_realloc(void *p, size_t n)
{
    struct LargeTable *table = &krait_heap.large;
    bool entered = large_remove(table, p);      /* before: afterwards the address may be another's */
    void *moved = realloc(p, n);
    if (entered) {
        large_put(table, moved != NULL ? moved : p);
    }
    return moved;
}

void
large_plain_free(void *p)
{
    large_remove(&krait_heap.large, p);
    free(p);
}
