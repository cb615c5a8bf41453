/* What happens around fork(): the functions of os.register_at_fork, and the locks.

   Before: hooks in reverse order, then the import lock is taken, so that the child does not
   inherit a half-done import.  After, in the parent: the lock is given back, hooks.  After, in the
   child: every lock is made anew, the other threads are forgotten, hooks. */
#include "object/state.h"
#include "runtime/gil.h"
#include "runtime/import.h"

extern status fork_hooks_add(PyObject *before, PyObject *in_child, PyObject *in_parent);

/* Append a hook to one of the interpreter's lists. */
static status
add_hook(PyObject **list, PyObject *hook)
{
    if (hook == NULL) {
        return 0;
    }
    if (*list == NULL && (*list = PyList_New(0)) == NULL) {
        return -1;
    }
    return PyList_Append(*list, hook);
}

/* Remember functions for fork(); NULL ones are left out. */
status
fork_hooks_add(PyObject *before, PyObject *in_child, PyObject *in_parent)
{
    struct _is *interp = interp_get();
    if (add_hook(&interp->before_forkers, before) < 0 ||
        add_hook(&interp->after_forkers_child, in_child) < 0 ||
        add_hook(&interp->after_forkers_parent, in_parent) < 0) {
        return -1;
    }
    return 0;
}

/* Call the hooks as they are now; what they raise is reported and forgotten. */
static void
run_hooks(PyObject *list, bool reversed)
{
    if (list == NULL || PyList_GET_SIZE(list) == 0) {
        return;
    }
    PyObject *hooks = PyList_AsTuple(list);
    if (hooks == NULL) {
        PyErr_WriteUnraisable(NULL);
        return;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(hooks);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *hook = PyTuple_GET_ITEM(hooks, reversed ? count - 1 - i : i);
        PyObject *result = PyObject_CallNoArgs(hook);
        if (result == NULL) {
            PyErr_WriteUnraisable(hook);
        }
        Py_XDECREF(result);
    }
    Py_DECREF(hooks);
}

/* To be called in C before fork(). */
void
PyOS_BeforeFork(void)
{
    run_hooks(interp_get()->before_forkers, true);
    _PyImport_AcquireLock();
}

/* To be called in C after fork() in the parent, also if it failed. */
void
PyOS_AfterFork_Parent(void)
{
    if (_PyImport_ReleaseLock() <= 0) {
        Py_FatalError("failed releasing import lock after fork");
    }
    run_hooks(interp_get()->after_forkers_parent, false);
}

/* To be called in C after fork() in the child. */
void
PyOS_AfterFork_Child(void)
{
    PyThreadState *tstate = tstate_get();
    tstate->thread_id = PyThread_get_thread_ident();
    if (runtime_after_fork() < 0) {
        Py_FatalError("cannot make the locks of the runtime after fork");
    }
    gil_after_fork(tstate);
    tstate_delete_others(tstate);
    import_after_fork(true);
    run_hooks(tstate->interp->after_forkers_child, false);
}

/* The old name of PyOS_AfterFork_Child. */
void
PyOS_AfterFork(void)
{
    PyOS_AfterFork_Child();
}
