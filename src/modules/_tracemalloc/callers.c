/* _tracemalloc: chains of callers, so that no stack is walked at an allocation.

   `Frame.callers` is the number of the chain of a frame's callers: 0 in a new frame, and each time a
   generator goes on.  The invariants of the numbers stand at struct CallerTable. */
#include "modules/_tracemalloc/tracemalloc.h"
#include "object/freelist.h"

void
callers_forget(void)
{
    struct CallerTable *t = &trace->chains;
    size_t count = trace->max_frames > 1 ? t->count : (size_t)UINT16_MAX + 1;
    t->off = t->first >= UINT32_MAX - 2 * CALLERS_MAX;      /* no numbers are left */
    t->first = t->off ? UINT32_MAX : t->first + (uint32_t)count + 1;
    free(t->callers);
    free(t->slots);
    t->callers = NULL;
    t->slots = NULL;
    t->count = t->room = t->mask = 0;
}

static size_t
caller_hash(const PyObject *filename, uint32_t lineno, uint32_t others)
{
    return (((uintptr_t)filename >> 4) + lineno * (size_t)0x9E3779B97F4A7C15u + others * (size_t)0xD6E8FEB86659FD93u) >> 20;
}

/* Room for one more, with the empty chain as number 0; -1 if that is not to be. */
static status
callers_grow(struct CallerTable *t)
{
    if (t->count >= CALLERS_MAX) {
        return -1;
    }
    if (t->count < t->room) {
        return 0;
    }
    size_t room = t->room ? t->room * 2 : 256;
    struct Caller *callers = realloc(t->callers, room * sizeof *callers);
    uint32_t *slots = calloc(room * 2, sizeof *slots);
    if (callers != NULL) {
        t->callers = callers;
    }
    if (callers == NULL || slots == NULL) {
        free(slots);
        return -1;
    }
    free(t->slots);
    t->slots = slots;
    t->mask = room * 2 - 1;
    t->room = room;
    if (t->count == 0) {
        callers[0] = (struct Caller){NULL, 0, 0, 0};
        t->count = 1;
    }
    for (uint32_t i = 1; i < t->count; i++) {
        size_t at = caller_hash(callers[i].filename, callers[i].lineno, callers[i].others) & t->mask;
        while (slots[at] != 0) {
            at = (at + 1) & t->mask;
        }
        slots[at] = i;
    }
    return 0;
}

/* The number of the chain that consists of `frame` and its callers, which are known; 0 without room. */
static uint32_t
chain_with(const Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    uint32_t others = frame->callers - t->first;
    if (trace->max_frames == 1) {
        return frame->callers + (others < UINT16_MAX);
    }
    struct SiteMemo *memo = site_of(frame);
    if (callers_grow(t) < 0) {
        return 0;
    }
    size_t at = caller_hash(memo->filename, memo->lineno, others) & t->mask;
    for (; t->slots[at] != 0; at = (at + 1) & t->mask) {
        struct Caller *known = &t->callers[t->slots[at]];
        if (known->filename == memo->filename && known->lineno == memo->lineno && known->others == others) {
            return t->first + t->slots[at];
        }
    }
    t->callers[t->count] = (struct Caller){memo->filename, memo->lineno, others, t->callers[others].total + 1};
    t->slots[at] = (uint32_t)t->count;
    return t->first + (uint32_t)t->count++;
}

/* Find the number of the callers of `frame` and of each frame on the way; 0 without room. */
static uint32_t
callers_enter(Frame *frame)
{
    uint32_t first = trace->chains.first;
    size_t unknown;
    do {
        Frame *waiting[CALLERS_STEP], *caller = frame;
        for (unknown = 0; caller != NULL && caller->callers < first; unknown++) {
            waiting[unknown % CALLERS_STEP] = caller;
            caller = frame_visible(caller->previous);
        }
        /* From the outermost inward; if there are more than fit, the others' turn comes. */
        for (size_t i = 0; i < unknown && i < CALLERS_STEP; i++) {
            Frame *next = waiting[(unknown - 1 - i) % CALLERS_STEP];
            uint32_t number = caller == NULL ? first : chain_with(caller);
            if (number == 0) {
                return 0;
            }
            next->callers = number;
            caller = next;
        }
    } while (unknown > CALLERS_STEP);
    return frame->callers;
}

uint32_t
callers_find(Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    uint32_t number = 0;
    for (int attempt = 0; attempt < 2 && number == 0 && !t->off; attempt++) {
        if (attempt > 0) {
            callers_forget();
        }
        number = trace->max_frames > 1 && callers_grow(t) < 0 ? 0 : callers_enter(frame);
    }
    t->off = number == 0;
    return number;
}

uint32_t
place_fill(struct PlaceMemo *place, const Frame *frame)
{
    struct CallerTable *t = &trace->chains;
    struct Traceback *tb = trace->scratch;
    struct SiteMemo *memo = site_of(frame);
    uint32_t callers = frame->callers - t->first, total = callers;
    tb->sites[0] = (struct Site){memo->filename, memo->lineno};
    tb->count = 1;
    if (trace->max_frames > 1) {
        total = t->callers[callers].total;
        for (; callers != 0 && tb->count < trace->max_frames; callers = t->callers[callers].others) {
            tb->sites[tb->count++] = (struct Site){t->callers[callers].filename, t->callers[callers].lineno};
        }
    }
    tb->total = (uint16_t)(total < UINT16_MAX ? total + 1 : UINT16_MAX);
    uint32_t number = traceback_find();
    *place = (struct PlaceMemo){frame->last, trace->epoch, frame->callers, number};
    return number;
}

/* A frame that has called others stands elsewhere now. */
void
tracemalloc_forget_callers(void)
{
    if (trace != NULL && trace->tracing) {
        callers_forget();
    }
}

size_t
callers_memory(void)
{
    return trace->chains.room * (sizeof(struct Caller) + 2 * sizeof(uint32_t));
}
