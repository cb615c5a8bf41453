/* Tracing and profiling: sys.settrace, sys.setprofile, and the events the loop sends.

   While either function is set, cframe->use_tracing is 255 and every instruction of the loop
   passes through op_tracing.  While an event function runs, tstate->tracing is positive and nothing
   is traced.  A frame object's f_lineno holds the line during an event, because trace functions
   written in C read the field. */
#include <Python.h>
#include <opcode.h>
#include "object/state.h"
#include "types/code.h"
#include "vm/eval.h"

/* ---- lines of instructions ------------------------------------------------------------------ */

/* Tracing asks for the line of every instruction: keep them all in co_linearray, as int. */
static status
make_line_array(PyCodeObject *code)
{
    Py_ssize_t count = Py_SIZE(code);
    int *lines = PyMem_Malloc((count > 0 ? count : 1) * sizeof(int));
    if (lines == NULL) {
        return -1;              /* without an exception: another may be pending */
    }
    Py_ssize_t at = 0;
    struct CodeWalk walk;
    struct CodeSpan span;
    code_walk_start(&walk, code);
    while (code_walk_next(&walk, &span)) {
        Py_ssize_t end = (span.offset + span.length) / (Py_ssize_t)sizeof(_Py_CODEUNIT);
        for (; at < end && at < count; at++) {
            lines[at] = span.lineno;
        }
    }
    for (; at < count; at++) {
        lines[at] = -1;
    }
    code->_co_linearray_entry_size = sizeof(int);
    code->_co_linearray = (char *)lines;
    return 0;
}

int
code_line_at(PyCodeObject *code, int index)
{
    if (index < 0) {
        return code->co_firstlineno;
    }
    if (code->_co_linearray == NULL && make_line_array(code) < 0) {
        return PyCode_Addr2Line(code, index * (int)sizeof(_Py_CODEUNIT));
    }
    return index < Py_SIZE(code) ? ((int *)code->_co_linearray)[index] : -1;
}

/* ---- sending events ------------------------------------------------------------------------- */

/* use_tracing follows from who listens and whether an event function runs. */
static void
update_use_tracing(PyThreadState *tstate)
{
    bool on = tstate->tracing == 0 && (tstate->c_tracefunc != NULL || tstate->c_profilefunc != NULL);
    tstate->cframe->use_tracing = on ? 255 : 0;
}

static status
send_event(PyThreadState *tstate, Py_tracefunc function, PyObject *object, Frame *frame, int what,
           PyObject *arg)
{
    if (tstate->tracing) {
        return 0;
    }
    PyFrameObject *frame_object = frame_get_object(frame);
    if (frame_object == NULL) {
        return -1;
    }
    int old_what = tstate->tracing_what;
    tstate->tracing_what = what;
    tstate->tracing++;
    tstate->cframe->use_tracing = 0;
    frame_object->f_lineno = code_line_at(frame->code, frame_last_index(frame));
    int result = function(object, frame_object, what, arg);
    frame_object->f_lineno = 0;
    tstate->tracing_what = old_what;
    tstate->tracing--;
    update_use_tracing(tstate);
    return result;
}

/* As send_event, keeping a pending exception. */
static status
send_event_protected(PyThreadState *tstate, Py_tracefunc function, PyObject *object, Frame *frame,
                     int what, PyObject *arg)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    status sent = send_event(tstate, function, object, frame, what, arg);
    if (sent == 0) {
        PyErr_Restore(type, value, traceback);
    }
    else {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    return sent;
}

status
trace_enter(PyThreadState *tstate, Frame *frame)
{
    if (tstate->c_tracefunc != NULL &&
        send_event_protected(tstate, tstate->c_tracefunc, tstate->c_traceobj, frame, PyTrace_CALL,
                             Py_None) < 0) {
        return -1;
    }
    if (tstate->c_profilefunc != NULL &&
        send_event_protected(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame,
                             PyTrace_CALL, Py_None) < 0) {
        return -1;
    }
    return 0;
}

status
trace_leave(PyThreadState *tstate, Frame *frame, PyObject *value)
{
    if (tstate->c_tracefunc != NULL &&
        send_event_protected(tstate, tstate->c_tracefunc, tstate->c_traceobj, frame,
                             PyTrace_RETURN, value) < 0) {
        return -1;
    }
    if (tstate->c_profilefunc != NULL &&
        send_event_protected(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame,
                             PyTrace_RETURN, value) < 0) {
        return -1;
    }
    return 0;
}

void
trace_exception(PyThreadState *tstate, Frame *frame)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *shown_value = Py_NewRef(value != NULL ? value : Py_None);
    PyObject *shown_type = Py_NewRef(type);
    PyObject *shown_traceback = Py_XNewRef(traceback);
    PyErr_NormalizeException(&shown_type, &shown_value, &shown_traceback);
    PyObject *arg = PyTuple_Pack(3, shown_type, shown_value,
                                 shown_traceback != NULL ? shown_traceback : Py_None);
    Py_XDECREF(shown_type);
    Py_XDECREF(shown_traceback);
    if (arg == NULL) {
        Py_XDECREF(shown_value);
        PyErr_Restore(type, value, traceback);
        return;
    }
    status sent = send_event(tstate, tstate->c_tracefunc, tstate->c_traceobj, frame,
                             PyTrace_EXCEPTION, arg);
    Py_DECREF(arg);
    if (sent == 0) {
        /* The instance the tracer saw is the one that is caught. */
        Py_XDECREF(value);
        PyErr_Restore(type, shown_value, traceback);
    }
    else {
        Py_XDECREF(shown_value);
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
}

status
trace_instruction(PyThreadState *tstate, Frame *frame, int previous)
{
    PyCodeObject *code = frame->code;
    PyFrameObject *object = frame_get_object(frame);
    if (object == NULL) {
        return -1;
    }
    int index = frame_last_index(frame);
    int line = code_line_at(code, index);
    int last_line = previous <= code->_co_firsttraceable ? -1 : code_line_at(code, previous);
    status sent = 0;
    if (line != -1 && object->f_trace_lines) {
        /* A new line, or a jump back to the same one, other than a `yield from` loop's. */
        bool fresh = line != last_line;
        if (!fresh && index < previous && opcode_deoptimized[_Py_OPCODE(*frame->last)] != SEND) {
            fresh = true;
        }
        if (fresh) {
            sent = send_event(tstate, tstate->c_tracefunc, tstate->c_traceobj, frame, PyTrace_LINE,
                              Py_None);
        }
    }
    if (sent == 0 && object->f_trace_opcodes && tstate->c_tracefunc != NULL) {
        sent = send_event(tstate, tstate->c_tracefunc, tstate->c_traceobj, frame, PyTrace_OPCODE,
                          Py_None);
    }
    return sent;
}

/* ---- calls of built-in functions ------------------------------------------------------------ */

/* The built-in function that a call reaches, as profilers see it: new, NULL if it is none (or on
   error: then an exception is set). */
static PyObject *
profiled_callable(PyObject *callable, PyObject *const *args, Py_ssize_t nargs)
{
    if (PyCFunction_CheckExact(callable) || PyCMethod_CheckExact(callable)) {
        return Py_NewRef(callable);
    }
    if (Py_IS_TYPE(callable, &PyMethodDescr_Type) && nargs > 0) {
        PyObject *self = args[0];
        return Py_TYPE(callable)->tp_descr_get(callable, self, (PyObject *)Py_TYPE(self));
    }
    return NULL;
}

static PyObject *
finish_c_call(PyThreadState *tstate, Frame *frame, PyObject *shown, PyObject *result)
{
    if (tstate->c_profilefunc != NULL) {
        if (result == NULL) {
            send_event_protected(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame,
                                 PyTrace_C_EXCEPTION, shown);
        }
        else if (send_event(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame,
                            PyTrace_C_RETURN, shown) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

PyObject *
trace_c_call(PyThreadState *tstate, Frame *frame, PyObject *callable, PyObject *const *args,
             size_t nargsf, PyObject *kwnames)
{
    PyObject *shown = NULL;
    if (tstate->c_profilefunc != NULL) {
        shown = profiled_callable(callable, args, PyVectorcall_NARGS(nargsf));
        if (shown == NULL && PyErr_Occurred()) {
            return NULL;
        }
    }
    if (shown == NULL) {
        return PyObject_Vectorcall(callable, args, nargsf, kwnames);
    }
    PyObject *result = NULL;
    if (send_event(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame, PyTrace_C_CALL,
                   shown) == 0) {
        result = PyObject_Vectorcall(callable, args, nargsf, kwnames);
        result = finish_c_call(tstate, frame, shown, result);
    }
    Py_DECREF(shown);
    return result;
}

PyObject *
trace_c_call_ex(PyThreadState *tstate, Frame *frame, PyObject *callable, PyObject *args,
                PyObject *kwargs)
{
    PyObject *shown = NULL;
    if (tstate->c_profilefunc != NULL) {
        shown = profiled_callable(callable, ((PyTupleObject *)args)->ob_item,
                                  PyTuple_GET_SIZE(args));
        if (shown == NULL && PyErr_Occurred()) {
            return NULL;
        }
    }
    if (shown == NULL) {
        return PyObject_Call(callable, args, kwargs);
    }
    PyObject *result = NULL;
    if (send_event(tstate, tstate->c_profilefunc, tstate->c_profileobj, frame, PyTrace_C_CALL,
                   shown) == 0) {
        result = PyObject_Call(callable, args, kwargs);
        result = finish_c_call(tstate, frame, shown, result);
    }
    Py_DECREF(shown);
    return result;
}

/* ---- C API ---------------------------------------------------------------------------------- */

/* Replace one of the two functions.  Dropping the old object may run code that tries the same. */
static int
set_function(PyThreadState *tstate, const char *what, bool *busy, Py_tracefunc *function_slot,
             PyObject **object_slot, Py_tracefunc function, PyObject *object)
{
    if (*busy) {
        PyErr_Format(PyExc_RuntimeError,
                     "Cannot install a %s function while another %s function is being installed",
                     what, what);
        return -1;
    }
    *busy = true;
    PyObject *old = *object_slot;
    *function_slot = NULL;
    *object_slot = NULL;
    update_use_tracing(tstate);
    Py_XDECREF(old);
    *object_slot = Py_XNewRef(object);
    *function_slot = function;
    update_use_tracing(tstate);
    *busy = false;
    return 0;
}

int
_PyEval_SetTrace(PyThreadState *tstate, Py_tracefunc function, PyObject *arg)
{
    if (PySys_Audit("sys.settrace", NULL) < 0) {
        return -1;
    }
    return set_function(tstate, "trace", &tstate->interp->tracing.setting_trace,
                        &tstate->c_tracefunc, &tstate->c_traceobj, function, arg);
}

int
_PyEval_SetProfile(PyThreadState *tstate, Py_tracefunc function, PyObject *arg)
{
    if (PySys_Audit("sys.setprofile", NULL) < 0) {
        return -1;
    }
    return set_function(tstate, "profile", &tstate->interp->tracing.setting_profile,
                        &tstate->c_profilefunc, &tstate->c_profileobj, function, arg);
}

/* An audit hook's refusal cannot be reported through these. */
void
PyEval_SetTrace(Py_tracefunc function, PyObject *arg)
{
    if (_PyEval_SetTrace(tstate_get(), function, arg) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
}

void
PyEval_SetProfile(Py_tracefunc function, PyObject *arg)
{
    if (_PyEval_SetProfile(tstate_get(), function, arg) < 0) {
        PyErr_WriteUnraisable(NULL);
    }
}

void
PyThreadState_EnterTracing(PyThreadState *tstate)
{
    tstate->tracing++;
    tstate->cframe->use_tracing = 0;
}

void
PyThreadState_LeaveTracing(PyThreadState *tstate)
{
    tstate->tracing--;
    update_use_tracing(tstate);
}
