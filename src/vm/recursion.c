/* The bound on nested calls: a counter per thread that turns runaway recursion into RecursionError
   before the C stack ends. */
#include "object/state.h"

#undef Py_EnterRecursiveCall
#undef Py_LeaveRecursiveCall

/* How far below zero the counter may go while a RecursionError is being made. */
enum { HEADROOM = 50 };

/* Called with the counter used up: 0 to go on, -1 with RecursionError set. */
int
_Py_CheckRecursiveCall(PyThreadState *tstate, const char *where)
{
    if (tstate->recursion_headroom) {
        if (tstate->recursion_remaining < -HEADROOM) {
            Py_FatalError("Cannot recover from stack overflow.");
        }
        return 0;
    }
    if (tstate->recursion_remaining <= 0) {
        tstate->recursion_headroom++;
        PyErr_Format(PyExc_RecursionError, "maximum recursion depth exceeded%s", where);
        tstate->recursion_headroom--;
        tstate->recursion_remaining++;
        return -1;
    }
    return 0;
}

/* `where` ends the message, as in " while calling a Python object". */
int
Py_EnterRecursiveCall(const char *where)
{
    PyThreadState *tstate = tstate_get();
    return tstate->recursion_remaining-- <= 0 && _Py_CheckRecursiveCall(tstate, where);
}

void
Py_LeaveRecursiveCall(void)
{
    tstate_get()->recursion_remaining++;
}

int
Py_GetRecursionLimit(void)
{
    return interp_get()->recursion_limit;
}

/* The new limit holds for every thread of the interpreter; depths reached so far are kept. */
void
Py_SetRecursionLimit(int limit)
{
    struct _is *interp = interp_get();
    interp->recursion_limit = limit;
    for (PyThreadState *ts = PyInterpreterState_ThreadHead(interp); ts != NULL;
         ts = PyThreadState_Next(ts)) {
        int depth = ts->recursion_limit - ts->recursion_remaining;
        ts->recursion_limit = limit;
        ts->recursion_remaining = limit - depth;
    }
}
