/* The module atexit: functions called when the interpreter ends, last registered first. */
#include "object/declare.h"
#include "object/state.h"
#include "runtime/init.h"

#define atexit_state(interp) (&(interp)->atexit)

static void
entry_free(struct AtexitCallback *entry)
{
    Py_DECREF(entry->func);
    Py_XDECREF(entry->args);
    Py_XDECREF(entry->kwargs);
    PyMem_Free(entry);
}

static void
entry_drop(struct AtexitState *state, int i)
{
    struct AtexitCallback *entry = state->callbacks[i];
    if (entry != NULL) {
        state->callbacks[i] = NULL;
        entry_free(entry);
    }
}

static void
drop_all(struct AtexitState *state)
{
    for (int i = 0; i < state->count; i++) {
        entry_drop(state, i);
    }
    state->count = 0;
}

void
atexit_clear(PyInterpreterState *interp)
{
    struct AtexitState *state = atexit_state(interp);
    drop_all(state);
    PyMem_Free(state->callbacks);
    state->callbacks = NULL;
    state->room = 0;
}

/* Call and forget every function; exceptions are reported, not raised. */
status
atexit_run(PyInterpreterState *interp)
{
    struct AtexitState *state = atexit_state(interp);
    for (int i = state->count - 1; i >= 0; i--) {
        struct AtexitCallback *entry = state->callbacks[i];
        if (entry == NULL) {
            continue;
        }
        /* The call may unregister the entry. */
        PyObject *func = Py_NewRef(entry->func);
        PyObject *result = PyObject_Call(func, entry->args, entry->kwargs);
        if (result == NULL) {
            _PyErr_WriteUnraisableMsg("in atexit callback", func);
        }
        Py_XDECREF(result);
        Py_DECREF(func);
    }
    drop_all(state);
    return 0;
}

FUNCTION(atexit, register, NULL,
         "register(func, *args, **kwargs) -> func\n\n"
         "Have func(*args, **kwargs) called when the program ends; also fit as a decorator.")
static PyObject *
atexit_register(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct AtexitState *state = atexit_state(interp_get());
    if (PyTuple_GET_SIZE(args) == 0) {
        PyErr_SetString(PyExc_TypeError, "register() takes at least 1 argument (0 given)");
        return NULL;
    }
    PyObject *func = PyTuple_GET_ITEM(args, 0);
    if (!PyCallable_Check(func)) {
        PyErr_SetString(PyExc_TypeError, "the first argument must be callable");
        return NULL;
    }
    if (state->count >= state->room) {
        int room = state->room + 16;
        void *more = PyMem_Realloc(state->callbacks, (size_t)room * sizeof *state->callbacks);
        if (more == NULL) {
            return PyErr_NoMemory();
        }
        state->callbacks = more;
        state->room = room;
    }
    struct AtexitCallback *entry = PyMem_Malloc(sizeof *entry);
    if (entry == NULL) {
        return PyErr_NoMemory();
    }
    entry->args = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    if (entry->args == NULL) {
        PyMem_Free(entry);
        return NULL;
    }
    entry->func = Py_NewRef(func);
    entry->kwargs = Py_XNewRef(kwargs);
    state->callbacks[state->count++] = entry;
    return Py_NewRef(func);
}

FUNCTION(atexit, unregister, NULL,
         "unregister(func) -> None\n\nForget a function, however often it was registered.")
static PyObject *
atexit_unregister(PyObject *module, PyObject *func)
{
    struct AtexitState *state = atexit_state(interp_get());
    for (int i = 0; i < state->count; i++) {
        struct AtexitCallback *entry = state->callbacks[i];
        if (entry == NULL) {
            continue;
        }
        PyObject *registered = Py_NewRef(entry->func);
        int equal = PyObject_RichCompareBool(registered, func, Py_EQ);
        Py_DECREF(registered);
        if (equal < 0) {
            return NULL;
        }
        if (equal && i < state->count) {
            entry_drop(state, i);
        }
    }
    Py_RETURN_NONE;
}

FUNCTION(atexit, _clear, "!($module, /)", "_clear() -> None\n\nForget all functions.")
static PyObject *
atexit__clear(PyObject *module)
{
    drop_all(atexit_state(interp_get()));
    Py_RETURN_NONE;
}

FUNCTION(atexit, _run_exitfuncs, "!($module, /)", "_run_exitfuncs() -> None\n\nCall all functions now.")
static PyObject *
atexit__run_exitfuncs(PyObject *module)
{
    atexit_run(interp_get());
    Py_RETURN_NONE;
}

FUNCTION(atexit, _ncallbacks, "!($module, /)", "_ncallbacks() -> int\n\nThe number of registered functions.")
static PyObject *
atexit__ncallbacks(PyObject *module)
{
    return PyLong_FromLong(atexit_state(interp_get())->count);
}

static PyModuleDef_Slot atexit_slots[] = {{0, NULL}};
static PyMethodDef atexit_functions[];

static WRITTEN struct PyModuleDef atexit_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "atexit",
    .m_doc = "Functions to be called when the program ends.",
    .m_methods = atexit_functions,
    .m_slots = atexit_slots,
};

PyMODINIT_FUNC
PyInit_atexit(void)
{
    return PyModuleDef_Init(&atexit_def);
}

#include "gen/modules/atexit.inc"
