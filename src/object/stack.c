/* How much C stack is left.

   A thread's stack is measured when it is first asked about, and again when the answer does not fit
   the address at hand: a PyThreadState may be used by another OS thread later, or a library may
   switch stacks.  Below the floor there is still room for raising and for callbacks. */
#include "object/object.h"
#include "base/os.h"

enum { RESERVE = 256 * 1024 };

static void
measure(struct Thread *thread, const char *here)
{
    char *lowest;
    size_t size;
    if (os_stack(&lowest, &size) < 0 || here < lowest || here >= lowest + size) {
        goto unknown;
    }
    /* Of a small stack thread-local storage, which lies in it, may have taken the most. */
    size_t reserve = size / 4 < RESERVE ? size / 4 : RESERVE, room = (size_t)(here - lowest);
    thread->stack_floor = lowest + (reserve < room / 2 ? reserve : room / 2);
    thread->stack_top = lowest + size;
    return;
unknown:
    /* A stack of somebody else's making: nothing is known about its end. */
    thread->stack_floor = NULL;
    thread->stack_top = (char *)UINTPTR_MAX;
}

status
stack_check_slow(struct Thread *thread, const char *here, const char *where)
{
    if (thread->stack_floor == NULL || here >= thread->stack_top ||
        here <= thread->stack_floor - RESERVE) {
        measure(thread, here);
    }
    if (here > thread->stack_floor) {
        return 0;
    }
    PyErr_Format(PyExc_RecursionError, "maximum recursion depth exceeded%s", where);
    return -1;
}
