/* How much C stack is left.

   A thread's stack is measured when it is first asked about, and again when the answer does not fit
   the address at hand: a PyThreadState may be used by another OS thread later, or a library may
   switch stacks.  Below the floor there is still room for raising and for callbacks. */
#include "object/object.h"

enum { RESERVE = 256 * 1024 };

static void
measure(struct Thread *thread, const char *here)
{
    pthread_attr_t attributes;
    void *lowest;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        goto unknown;
    }
    int failed = pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    if (failed != 0 || here < (char *)lowest || here >= (char *)lowest + size) {
        goto unknown;
    }
    /* Of a small stack thread-local storage, which lies in it, may have taken the most. */
    size_t reserve = size / 4 < RESERVE ? size / 4 : RESERVE, room = (size_t)(here - (char *)lowest);
    thread->stack_floor = (char *)lowest + (reserve < room / 2 ? reserve : room / 2);
    thread->stack_top = (char *)lowest + size;
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
