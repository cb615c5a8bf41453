/* What the debug build asserts about results and containers; see check.h. */
#include "object/check.h"
#ifdef KRAIT_DEBUG
#include "object/state.h"
#include <stdio.h>
#include <stdlib.h>

void
container_check(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (Py_REFCNT(op) <= 0) {
        _PyObject_AssertFailed(op, "Py_REFCNT(op) > 0", "a tracked object has references", __FILE__,
                               __LINE__, __func__);
    }
    if (type == &PyDict_Type) {
        dict_check(op, true);
    }
    else if (type == &PyList_Type) {
        list_check(op, true);
    }
    else if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        set_check(op, true);
    }
}

/* KRAIT_TOLERATE_RESULTS is for tests of extensions that break the rules: what the debug build would stop
   at is then raised, or found later, as in the release build. */
bool
results_tolerated(void)
{
    return getenv("KRAIT_TOLERATE_RESULTS") != NULL;
}

void
result_check(const char *where, bool failed)
{
    PyThreadState *tstate = tstate_get();
    if (failed == (tstate->curexc_type != NULL) || results_tolerated()) {
        return;
    }
    fprintf(stderr, "%s %s\n", where,
            failed ? "failed without setting an exception" : "returned a result with an exception set");
    if (!failed) {
        PyErr_Print();
    }
    Py_FatalError("a result and the pending exception contradict each other");
}

#endif
