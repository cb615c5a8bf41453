/* Generators and coroutines; asynchronous generators build on them in async_generator.c.

   One struct (PyGenObject) serves all three; the interpreter frame is inside it from gi_iframe on.

   Invariants (gi_frame_state):
   1. FRAME_CREATED: the frame stands behind RETURN_GENERATOR and never ran.
   2. FRAME_SUSPENDED: it stands behind YIELD_VALUE, stack_top is valid.
   3. FRAME_EXECUTING: it runs, or its delegate does; gi_exc_state is linked into tstate->exc_info.
   4. FRAME_CLEARED: the frame's contents are gone; everything about it answers None. */
#include "object/declare.h"
#include "object/gc.h"
#include "object/state.h"
#include <opcode.h>
#include "types/generator.h"
#include "types/generator_impl.h"
#include "vm/eval.h"

PyAPI_FUNC(void) _PyErr_ChainStackItem(_PyErr_StackItem *);
PyAPI_FUNC(PyObject *) _PyErr_FormatFromCause(PyObject *, const char *, ...);

/* ---- creation ------------------------------------------------------------------------------- */

static PyGenObject *
generator_alloc(PyTypeObject *type, PyCodeObject *code, PyObject *name, PyObject *qualname)
{
    Py_ssize_t words = code->co_nlocalsplus + code->co_stacksize + FRAME_HEADER_WORDS -
                       FRAME_REPORTED_BYTES / (Py_ssize_t)sizeof(PyObject *);
    PyGenObject *self = (PyGenObject *)gc_alloc(
        (size_t)type->tp_basicsize + (size_t)words * sizeof(PyObject *), 0);
    if (self == NULL) {
        return NULL;
    }
    self->ob_base.ob_refcnt = 1;
    self->ob_base.ob_type = type;
    self->gi_code = (PyCodeObject *)Py_NewRef(code);
    self->gi_weakreflist = NULL;
    self->gi_name = Py_NewRef(name);
    self->gi_qualname = Py_NewRef(qualname);
    self->gi_exc_state.exc_value = NULL;
    self->gi_exc_state.previous_item = NULL;
    self->gi_origin_or_finalizer = NULL;
    self->gi_hooks_inited = 0;
    self->gi_closed = 0;
    self->gi_running_async = 0;
    self->gi_frame_state = FRAME_CLEARED;
    return self;
}

/* cr_origin: (file, line, function) of the callers, as many as sys asked to be tracked. */
static PyObject *
coroutine_origin(int depth, Frame *caller)
{
    Frame *start = frame_visible(caller);
    int count = 0;
    for (Frame *frame = start; frame != NULL && count < depth;
         frame = frame_visible(frame->previous)) {
        count++;
    }
    PyObject *origin = PyTuple_New(count);
    Frame *frame = start;
    for (int i = 0; origin != NULL && i < count; i++, frame = frame_visible(frame->previous)) {
        PyObject *entry = Py_BuildValue("OiO", frame->code->co_filename, frame_line(frame),
                                        frame->code->co_name);
        if (entry == NULL) {
            Py_CLEAR(origin);
            break;
        }
        PyTuple_SET_ITEM(origin, i, entry);
    }
    return origin;
}

PyObject *
generator_new(PyThreadState *tstate, PyFunctionObject *func, Frame *outer)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int kind = code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    PyTypeObject *type = kind == CO_COROUTINE         ? &PyCoro_Type
                         : kind == CO_ASYNC_GENERATOR ? &PyAsyncGen_Type
                                                      : &PyGen_Type;
    PyGenObject *self = generator_alloc(type, code, func->func_name, func->func_qualname);
    if (self == NULL) {
        return NULL;
    }
    if (type == &PyCoro_Type && tstate->coroutine_origin_tracking_depth > 0) {
        self->gi_origin_or_finalizer =
            coroutine_origin(tstate->coroutine_origin_tracking_depth, outer);
        if (self->gi_origin_or_finalizer == NULL) {
            Py_DECREF(self);
            return NULL;
        }
    }
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

/* From a frame object that owns its frame; takes the reference over. */
static PyObject *
generator_from_frame(PyTypeObject *type, PyFrameObject *frame_take, PyObject *name,
                     PyObject *qualname)
{
    Frame *source = frame_take->f_frame;
    PyCodeObject *code = source->code;
    PyGenObject *self = generator_alloc(type, code, name != NULL ? name : code->co_name,
                                        qualname != NULL ? qualname : code->co_qualname);
    if (self == NULL) {
        Py_DECREF(frame_take);
        return NULL;
    }
    Frame *inner = generator_frame(self);
    frame_move(source, inner);
    inner->owner = OWNED_BY_GENERATOR;
    inner->object = frame_take;
    frame_take->f_frame = inner;
    self->gi_frame_state = FRAME_CREATED;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

PyObject *
PyGen_NewWithQualName(PyFrameObject *frame, PyObject *name, PyObject *qualname)
{
    return generator_from_frame(&PyGen_Type, frame, name, qualname);
}

PyObject *
PyGen_New(PyFrameObject *frame)
{
    return generator_from_frame(&PyGen_Type, frame, NULL, NULL);
}

PyObject *
PyCoro_New(PyFrameObject *frame, PyObject *name, PyObject *qualname)
{
    PyThreadState *tstate = tstate_get();
    PyObject *self = generator_from_frame(&PyCoro_Type, frame, name, qualname);
    if (self != NULL && tstate->coroutine_origin_tracking_depth > 0) {
        PyObject *origin = coroutine_origin(tstate->coroutine_origin_tracking_depth,
                                            tstate->cframe->current_frame);
        if (origin == NULL) {
            Py_DECREF(self);
            return NULL;
        }
        ((PyCoroObject *)self)->cr_origin_or_finalizer = origin;
    }
    return self;
}

PyObject *
PyAsyncGen_New(PyFrameObject *frame, PyObject *name, PyObject *qualname)
{
    return generator_from_frame(&PyAsyncGen_Type, frame, name, qualname);
}

/* ---- StopIteration values ------------------------------------------------------------------- */

int
_PyGen_SetStopIterationValue(PyObject *value)
{
    if (value == NULL || (!PyTuple_Check(value) && !PyExceptionInstance_Check(value))) {
        /* The instance is made only if somebody looks at it. */
        PyErr_SetObject(PyExc_StopIteration, value);
        return 0;
    }
    PyObject *exception = PyObject_CallOneArg(PyExc_StopIteration, value);
    if (exception == NULL) {
        return -1;
    }
    PyErr_SetObject(PyExc_StopIteration, exception);
    Py_DECREF(exception);
    return 0;
}

int
_PyGen_FetchStopIterationValue(PyObject **value_out)
{
    *value_out = NULL;
    PyObject *found = NULL;
    if (PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (value != NULL && !PyObject_TypeCheck(value, (PyTypeObject *)type)) {
            if (type == PyExc_StopIteration && !PyTuple_Check(value)) {
                found = value;
                value = NULL;
            }
            else {
                PyErr_NormalizeException(&type, &value, &traceback);
                if (!PyObject_TypeCheck(value, (PyTypeObject *)PyExc_StopIteration)) {
                    PyErr_Restore(type, value, traceback);
                    return -1;
                }
            }
        }
        if (value != NULL) {
            found = Py_XNewRef(((PyStopIterationObject *)value)->value);
        }
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    else if (PyErr_Occurred()) {
        return -1;
    }
    *value_out = found != NULL ? found : Py_NewRef(Py_None);
    return 0;
}

/* ---- running -------------------------------------------------------------------------------- */

/* The word for what this is, as messages say it. */
static const char *
kind_name(PyGenObject *self)
{
    return PyCoro_CheckExact(self)       ? "coroutine"
           : PyAsyncGen_CheckExact(self) ? "async generator"
                                         : "generator";
}

/* PEP 479: the exceptions that would look like a normal end become RuntimeError. */
static void
disguise_stop(PyGenObject *self)
{
    if (PyErr_ExceptionMatches(PyExc_StopIteration)) {
        _PyErr_FormatFromCause(PyExc_RuntimeError, "%s raised StopIteration", kind_name(self));
    }
    else if (PyAsyncGen_CheckExact(self) && PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) {
        _PyErr_FormatFromCause(PyExc_RuntimeError, "async generator raised StopAsyncIteration");
    }
}

void
generator_finish(PyThreadState *tstate, PyGenObject *self)
{
    Frame *frame = generator_frame(self);
    generator_unlink(tstate, self);
    frame->previous = NULL;
    self->gi_frame_state = FRAME_COMPLETED;
    if (tstate->curexc_type != NULL) {
        disguise_stop(self);
    }
    Py_CLEAR(self->gi_exc_state.exc_value);
    self->gi_frame_state = FRAME_CLEARED;
    frame_clear_quick(frame);
}

/* Resume with `value` (NULL: next()), or with the pending exception if `throwing`.  PYGEN_NEXT: a
   yielded value; PYGEN_RETURN: the return value; PYGEN_ERROR: an exception. */
static PySendResult
resume(PyGenObject *self, PyObject *value, PyObject **result_out, bool throwing, bool closing)
{
    PyThreadState *tstate = tstate_get();
    Frame *frame = generator_frame(self);
    *result_out = NULL;
    if (self->gi_frame_state == FRAME_CREATED && value != NULL && value != Py_None) {
        PyErr_Format(PyExc_TypeError, "can't send non-None value to a just-started %s",
                     kind_name(self));
        return PYGEN_ERROR;
    }
    if (self->gi_frame_state == FRAME_EXECUTING) {
        PyErr_Format(PyExc_ValueError, "%s already executing", kind_name(self));
        return PYGEN_ERROR;
    }
    if (self->gi_frame_state >= FRAME_COMPLETED) {
        if (PyCoro_CheckExact(self) && !closing) {
            PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited coroutine");
        }
        else if (value != NULL && !throwing) {
            *result_out = Py_NewRef(Py_None);
            return PYGEN_RETURN;
        }
        return PYGEN_ERROR;
    }
    frame->slots[frame->stack_top++] = Py_NewRef(value != NULL ? value : Py_None);
    generator_link(tstate, self);
    if (throwing) {
        _PyErr_ChainStackItem(NULL);
    }
    PyObject *result = eval_run(tstate, frame, throwing);
    if (self->gi_frame_state == FRAME_SUSPENDED && result != NULL) {
        generator_unlink(tstate, self);
        frame->previous = NULL;
        *result_out = result;
        return PYGEN_NEXT;
    }
    if (result != NULL && result == Py_None && value == NULL && !PyAsyncGen_CheckExact(self)) {
        /* next() at the end raises nothing by itself. */
        Py_CLEAR(result);
    }
    generator_finish(tstate, self);
    *result_out = result;
    return result != NULL ? PYGEN_RETURN : PYGEN_ERROR;
}

/* As resume(), but the end is an exception. */
static PyObject *
resume_raising(PyGenObject *self, PyObject *value, bool throwing, bool closing)
{
    PyObject *result;
    if (resume(self, value, &result, throwing, closing) == PYGEN_RETURN) {
        if (PyAsyncGen_CheckExact(self)) {
            PyErr_SetNone(PyExc_StopAsyncIteration);
        }
        else if (result == Py_None) {
            PyErr_SetNone(PyExc_StopIteration);
        }
        else {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

PyObject *
generator_send_value(PyGenObject *self, PyObject *value)
{
    return resume_raising(self, value, false, false);
}

PyObject *
generator_delegate_peek(PyGenObject *self)
{
    Frame *frame = generator_frame(self);
    if (self->gi_frame_state >= FRAME_CLEARED || self->gi_frame_state == FRAME_CREATED ||
        frame->stack_top <= frame->code->co_nlocalsplus) {
        return NULL;
    }
    /* A suspended `yield from` or `await` stands before RESUME 2 or 3, its delegate on top. */
    _Py_CODEUNIT following = frame->last[1];
    if (opcode_deoptimized[_Py_OPCODE(following)] != RESUME || _Py_OPARG(following) < 2) {
        return NULL;
    }
    return frame->slots[frame->stack_top - 1];
}

/* Close the delegate: close() of a generator, or a method of that name if there is one. */
static status
close_delegate(PyObject *delegate)
{
    PyObject *result = NULL;
    if (PyGen_CheckExact(delegate) || PyCoro_CheckExact(delegate)) {
        result = generator_close((PyGenObject *)delegate);
        if (result == NULL) {
            return -1;
        }
    }
    else {
        PyObject *method;
        if (_PyObject_LookupAttr(delegate, ID(close), &method) < 0) {
            PyErr_WriteUnraisable(delegate);
        }
        if (method != NULL) {
            result = PyObject_CallNoArgs(method);
            Py_DECREF(method);
            if (result == NULL) {
                return -1;
            }
        }
    }
    Py_XDECREF(result);
    return 0;
}

/* close_delegate while this generator counts as running. */
static status
close_delegate_of(PyGenObject *self, PyObject *delegate)
{
    int8_t state = self->gi_frame_state;
    Py_INCREF(delegate);
    self->gi_frame_state = FRAME_EXECUTING;
    status closed = close_delegate(delegate);
    self->gi_frame_state = state;
    Py_DECREF(delegate);
    return closed;
}

PyObject *
generator_close(PyGenObject *self)
{
    PyObject *delegate = generator_delegate_peek(self);
    if (delegate == NULL || close_delegate_of(self, delegate) == 0) {
        PyErr_SetNone(PyExc_GeneratorExit);
    }
    PyObject *result = resume_raising(self, Py_None, true, true);
    if (result != NULL) {
        Py_DECREF(result);
        PyErr_Format(PyExc_RuntimeError, "%s ignored GeneratorExit", kind_name(self));
        return NULL;
    }
    if (PyErr_ExceptionMatches(PyExc_StopIteration) ||
        PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return NULL;
}

/* Raise in this very frame. */
static PyObject *
throw_here(PyGenObject *self, PyObject *type, PyObject *value, PyObject *traceback)
{
    if (traceback == Py_None) {
        traceback = NULL;
    }
    else if (traceback != NULL && !PyTraceBack_Check(traceback)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback object");
        return NULL;
    }
    Py_INCREF(type);
    Py_XINCREF(value);
    Py_XINCREF(traceback);
    if (PyExceptionClass_Check(type)) {
        PyErr_NormalizeException(&type, &value, &traceback);
    }
    else if (PyExceptionInstance_Check(type)) {
        if (value != NULL && value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            goto fail;
        }
        Py_XDECREF(value);
        value = type;
        type = Py_NewRef(PyExceptionInstance_Class(value));
        if (traceback == NULL) {
            traceback = PyException_GetTraceback(value);
        }
    }
    else {
        PyErr_Format(PyExc_TypeError, "exceptions must be classes or instances deriving from "
                     "BaseException, not %s", Py_TYPE(type)->tp_name);
        goto fail;
    }
    PyErr_Restore(type, value, traceback);
    return resume_raising(self, Py_None, true, false);
fail:
    Py_DECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return NULL;
}

PyObject *
generator_throw_into(PyGenObject *self, bool close_on_exit, PyObject *type, PyObject *value,
                     PyObject *traceback)
{
    PyObject *delegate = generator_delegate_peek(self);
    if (delegate == NULL) {
        return throw_here(self, type, value, traceback);
    }
    if (PyErr_GivenExceptionMatches(type, PyExc_GeneratorExit) && close_on_exit) {
        if (close_delegate_of(self, delegate) < 0) {
            return resume_raising(self, Py_None, true, false);
        }
        return throw_here(self, type, value, traceback);
    }
    PyObject *method = NULL;
    bool is_ours = PyGen_CheckExact(delegate) || PyCoro_CheckExact(delegate);
    if (!is_ours) {
        Py_INCREF(delegate);
        int found = _PyObject_LookupAttr(delegate, ID(throw), &method);
        Py_DECREF(delegate);
        if (found < 0) {
            return NULL;
        }
        if (method == NULL) {
            return throw_here(self, type, value, traceback);
        }
    }
    /* The delegate runs without this frame's loop: show the frame on the stack nevertheless. */
    PyThreadState *tstate = tstate_get();
    Frame *frame = generator_frame(self);
    Frame *outer = tstate->cframe->current_frame;
    int8_t state = self->gi_frame_state;
    Py_INCREF(delegate);
    frame->previous = outer;
    frame->callers = 0;
    tstate->cframe->current_frame = frame;
    self->gi_frame_state = FRAME_EXECUTING;
    PyObject *result;
    if (is_ours) {
        result = generator_throw_into((PyGenObject *)delegate, close_on_exit, type, value,
                                      traceback);
    }
    else {
        result = PyObject_CallFunctionObjArgs(method, type, value, traceback, NULL);
        Py_DECREF(method);
    }
    self->gi_frame_state = state;
    tstate->cframe->current_frame = outer;
    frame->previous = NULL;
    Py_DECREF(delegate);
    if (result != NULL) {
        return result;
    }
    /* The delegate is through: drop it and continue behind the SEND loop. */
    Py_DECREF(frame->slots[--frame->stack_top]);
    frame->last += _Py_OPARG(frame->last[-1]) - 1;
    PyObject *sent;
    if (_PyGen_FetchStopIterationValue(&sent) == 0) {
        result = resume_raising(self, sent, false, false);
        Py_DECREF(sent);
        return result;
    }
    return resume_raising(self, Py_None, true, false);
}

PyObject *
generator_throw_args(PyGenObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (!_PyArg_CheckPositional("throw", nargs, 1, 3)) {
        return NULL;
    }
    return generator_throw_into(self, true, args[0], nargs > 1 ? args[1] : NULL,
                                nargs > 2 ? args[2] : NULL);
}

PyObject *
generator_send_for_yield_from(PyObject *receiver, PyObject *value)
{
    if (value == Py_None && PyIter_Check(receiver)) {
        return Py_TYPE(receiver)->tp_iternext(receiver);
    }
    return PyObject_CallMethodOneArg(receiver, ID(send), value);
}

/* ---- shared slots --------------------------------------------------------------------------- */

int
generator_tp_traverse(PyGenObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->gi_code);
    Py_VISIT(self->gi_name);
    Py_VISIT(self->gi_qualname);
    if (!PyGen_CheckExact(self)) {
        Py_VISIT(self->gi_origin_or_finalizer);
    }
    if (self->gi_frame_state < FRAME_CLEARED) {
        int found = frame_traverse(generator_frame(self), visit, arg);
        if (found != 0) {
            return found;
        }
    }
    Py_VISIT(self->gi_exc_state.exc_value);
    return 0;
}

/* Whether the finaliser would do nothing: the code has ended, or a generator without any handler waits, in which
   nothing could notice the GeneratorExit. */
static bool
ends_silently(PyGenObject *self)
{
    if (self->gi_frame_state >= FRAME_COMPLETED) {
        return true;
    }
    return Py_IS_TYPE(self, &PyGen_Type) && self->gi_frame_state < FRAME_EXECUTING &&
           PyBytes_GET_SIZE(self->gi_code->co_exceptiontable) == 0 &&
           generator_frame(self)->object == NULL && generator_delegate_peek(self) == NULL &&
           !tstate_get()->cframe->use_tracing;
}

void
generator_tp_dealloc(PyGenObject *self)
{
    gc_untrack((PyObject *)self);
    if (self->gi_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    if (!ends_silently(self)) {
        /* The finaliser may run code that the collector interrupts. */
        gc_track((PyObject *)self);
        if (PyObject_CallFinalizerFromDealloc((PyObject *)self) != 0) {
            return;
        }
        gc_untrack((PyObject *)self);
    }
    if (self->gi_frame_state < FRAME_CLEARED) {
        Frame *frame = generator_frame(self);
        self->gi_frame_state = FRAME_CLEARED;
        frame->previous = NULL;
        frame_clear(frame);
    }
    Py_XDECREF(self->gi_origin_or_finalizer);
    Py_DECREF(self->gi_code);
    Py_DECREF(self->gi_name);
    Py_DECREF(self->gi_qualname);
    Py_XDECREF(self->gi_exc_state.exc_value);
    gc_free((PyObject *)self);
}

/* modules/_warnings.c: RuntimeWarning for a coroutine that dies without ever having run. */
void _PyErr_WarnUnawaitedCoroutine(PyObject *coroutine);

void
_PyGen_Finalize(PyObject *object)
{
    PyGenObject *self = (PyGenObject *)object;
    if (self->gi_frame_state >= FRAME_COMPLETED) {
        return;
    }
    PyObject *type, *value, *traceback, *result = NULL;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyAsyncGen_CheckExact(object) && self->gi_origin_or_finalizer != NULL && !self->gi_closed) {
        /* The event loop's hook takes care of it. */
        result = PyObject_CallOneArg(self->gi_origin_or_finalizer, object);
    }
    else if ((self->gi_code->co_flags & CO_COROUTINE) && self->gi_frame_state == FRAME_CREATED) {
        _PyErr_WarnUnawaitedCoroutine(object);
    }
    else {
        result = generator_close(self);
    }
    if (result == NULL && PyErr_Occurred()) {
        PyErr_WriteUnraisable(object);
    }
    Py_XDECREF(result);
    PyErr_Restore(type, value, traceback);
}

PyObject *
generator_tp_iternext(PyGenObject *self)
{
    PyObject *result;
    if (resume(self, NULL, &result, false, false) == PYGEN_RETURN) {
        if (result != Py_None) {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

PySendResult
generator_am_send(PyGenObject *self, PyObject *value, PyObject **result_out)
{
    return resume(self, value, result_out, false, false);
}

PyObject *
generator_size(PyGenObject *self)
{
    return PyLong_FromSsize_t((Py_ssize_t)offsetof(PyGenObject, gi_iframe) + FRAME_REPORTED_BYTES +
                              (self->gi_code->co_nlocalsplus + self->gi_code->co_stacksize) *
                                  (Py_ssize_t)sizeof(PyObject *));
}

/* ---- shared attributes ---------------------------------------------------------------------- */

PyObject *
generator_get_name(PyGenObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->gi_name);
}

int
generator_set_name(PyGenObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__name__ must be set to a string object");
        return -1;
    }
    Py_XSETREF(self->gi_name, Py_NewRef(value));
    return 0;
}

PyObject *
generator_get_qualname(PyGenObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->gi_qualname);
}

int
generator_set_qualname(PyGenObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__qualname__ must be set to a string object");
        return -1;
    }
    Py_XSETREF(self->gi_qualname, Py_NewRef(value));
    return 0;
}

PyObject *
generator_get_running(PyGenObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->gi_frame_state == FRAME_EXECUTING);
}

PyObject *
generator_get_suspended(PyGenObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->gi_frame_state == FRAME_SUSPENDED);
}

PyObject *
generator_get_frame(PyGenObject *self, const char *name)
{
    if (PySys_Audit("object.__getattr__", "Os", self, name) < 0) {
        return NULL;
    }
    if (self->gi_frame_state == FRAME_CLEARED) {
        Py_RETURN_NONE;
    }
    return Py_XNewRef(frame_get_object(generator_frame(self)));
}

PyObject *
generator_get_delegate(PyGenObject *self, void *Py_UNUSED(closure))
{
    PyObject *delegate = generator_delegate_peek(self);
    return Py_NewRef(delegate != NULL ? delegate : Py_None);
}

/* ---- generator ------------------------------------------------------------------------------ */

MEMBER(gen, "gi_code", T_OBJECT, PyGenObject, gi_code, READONLY | PY_AUDIT_READ, NULL)

METHOD(gen, send, NULL,
       "send(value) -> put 'value' into generator as the result of its yield;\n"
       "gives the next yielded value or raises StopIteration.")
static PyObject *
gen_send(PyGenObject *self, PyObject *value)
{
    return generator_send_value(self, value);
}

METHOD(gen, throw, NULL,
       "throw(value)\nthrow(type[,value[,tb]])\n\n"
       "Raise an exception in generator where it waits;\n"
       "gives the next yielded value or raises StopIteration.")
static PyObject *
gen_throw(PyGenObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return generator_throw_args(self, args, nargs);
}

METHOD(gen, close, NULL, "close() -> raise GeneratorExit inside generator.")
static PyObject *
gen_close(PyGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return generator_close(self);
}

METHOD(gen, __sizeof__, NULL, "gen.__sizeof__() -> bytes of memory, frame included")
static PyObject *
gen_sizeof(PyGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return generator_size(self);
}

GETTER(gen, "__name__", "name of the generator")
static PyObject *
gen_get_name(PyGenObject *self, void *closure)
{
    return generator_get_name(self, closure);
}

SETTER(gen, "__name__")
static int
gen_set_name(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_name(self, value, closure);
}

GETTER(gen, "__qualname__", "qualified name of the generator")
static PyObject *
gen_get_qualname(PyGenObject *self, void *closure)
{
    return generator_get_qualname(self, closure);
}

SETTER(gen, "__qualname__")
static int
gen_set_qualname(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_qualname(self, value, closure);
}

GETTER(gen, "gi_yieldfrom", "what a 'yield from' iterates over now, or None")
static PyObject *
gen_get_yieldfrom(PyGenObject *self, void *closure)
{
    return generator_get_delegate(self, closure);
}

GETTER(gen, "gi_running", NULL)
static PyObject *
gen_get_running(PyGenObject *self, void *closure)
{
    return generator_get_running(self, closure);
}

GETTER(gen, "gi_suspended", NULL)
static PyObject *
gen_get_suspended(PyGenObject *self, void *closure)
{
    return generator_get_suspended(self, closure);
}

GETTER(gen, "gi_frame", NULL)
static PyObject *
gen_get_frame(PyGenObject *self, void *Py_UNUSED(closure))
{
    return generator_get_frame(self, "gi_frame");
}

static PyObject *
gen_tp_repr(PyGenObject *self)
{
    return PyUnicode_FromFormat("<generator object %S at %p>", self->gi_qualname, self);
}

TYPE(gen, PyGen_Type, "generator", PyGenObject, NULL, NULL,
     .tp_basicsize = offsetof(PyGenObject, gi_iframe) + FRAME_REPORTED_BYTES,
     .tp_itemsize = sizeof(PyObject *),
     .tp_dealloc = (destructor)generator_tp_dealloc,
     .tp_as_async = &gen_as_async,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_traverse = (traverseproc)generator_tp_traverse,
     .tp_weaklistoffset = offsetof(PyGenObject, gi_weakreflist),
     .tp_iter = PyObject_SelfIter,
     .tp_iternext = (iternextfunc)generator_tp_iternext,
     .tp_finalize = _PyGen_Finalize)

static PyAsyncMethods gen_as_async = {
    .am_send = (sendfunc)generator_am_send,
};

/* ---- awaiting ------------------------------------------------------------------------------- */

static bool
is_coroutine(PyObject *object)
{
    return PyCoro_CheckExact(object) ||
           (PyGen_CheckExact(object) &&
            (((PyGenObject *)object)->gi_code->co_flags & CO_ITERABLE_COROUTINE));
}

PyObject *
coroutine_get_awaitable(PyObject *object)
{
    if (is_coroutine(object)) {
        return Py_NewRef(object);
    }
    PyTypeObject *type = Py_TYPE(object);
    if (type->tp_as_async == NULL || type->tp_as_async->am_await == NULL) {
        PyErr_Format(PyExc_TypeError, "object %.100s can't be used in 'await' expression",
                     type->tp_name);
        return NULL;
    }
    PyObject *iterator = type->tp_as_async->am_await(object);
    if (iterator == NULL) {
        return NULL;
    }
    if (is_coroutine(iterator)) {
        PyErr_SetString(PyExc_TypeError, "__await__() returned a coroutine");
        Py_CLEAR(iterator);
    }
    else if (!PyIter_Check(iterator)) {
        PyErr_Format(PyExc_TypeError, "__await__() returned non-iterator of type '%.100s'",
                     Py_TYPE(iterator)->tp_name);
        Py_CLEAR(iterator);
    }
    return iterator;
}

void
generator_explain_await(PyTypeObject *type, int where)
{
    if (where == 0 || (type->tp_as_async != NULL && type->tp_as_async->am_await != NULL)) {
        return;
    }
    PyErr_Format(PyExc_TypeError, "'async with' received an object from %s that does not "
                 "implement __await__: %.100s", where == 1 ? "__aenter__" : "__aexit__",
                 type->tp_name);
}

/* ---- coroutine ------------------------------------------------------------------------------ */

MEMBER(coro, "cr_code", T_OBJECT, PyCoroObject, cr_code, READONLY | PY_AUDIT_READ, NULL)
MEMBER(coro, "cr_origin", T_OBJECT, PyCoroObject, cr_origin_or_finalizer, READONLY, NULL)

METHOD(coro, send, NULL,
       "send(value) -> put 'value' into coroutine as the result of its await;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
coro_send(PyGenObject *self, PyObject *value)
{
    return generator_send_value(self, value);
}

METHOD(coro, throw, NULL,
       "throw(value)\nthrow(type[,value[,traceback]])\n\n"
       "Raise an exception in coroutine where it waits;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
coro_throw(PyGenObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return generator_throw_args(self, args, nargs);
}

METHOD(coro, close, NULL, "close() -> raise GeneratorExit inside coroutine.")
static PyObject *
coro_close(PyGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return generator_close(self);
}

METHOD(coro, __sizeof__, NULL, "gen.__sizeof__() -> bytes of memory, frame included")
static PyObject *
coro_sizeof(PyGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return generator_size(self);
}

GETTER(coro, "__name__", "name of the coroutine")
static PyObject *
coro_get_name(PyGenObject *self, void *closure)
{
    return generator_get_name(self, closure);
}

SETTER(coro, "__name__")
static int
coro_set_name(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_name(self, value, closure);
}

GETTER(coro, "__qualname__", "qualified name of the coroutine")
static PyObject *
coro_get_qualname(PyGenObject *self, void *closure)
{
    return generator_get_qualname(self, closure);
}

SETTER(coro, "__qualname__")
static int
coro_set_qualname(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_qualname(self, value, closure);
}

GETTER(coro, "cr_await", "what the coroutine awaits now, or None")
static PyObject *
coro_get_await(PyGenObject *self, void *closure)
{
    return generator_get_delegate(self, closure);
}

GETTER(coro, "cr_running", NULL)
static PyObject *
coro_get_running(PyGenObject *self, void *closure)
{
    return generator_get_running(self, closure);
}

GETTER(coro, "cr_suspended", NULL)
static PyObject *
coro_get_suspended(PyGenObject *self, void *closure)
{
    return generator_get_suspended(self, closure);
}

GETTER(coro, "cr_frame", NULL)
static PyObject *
coro_get_frame(PyGenObject *self, void *Py_UNUSED(closure))
{
    return generator_get_frame(self, "cr_frame");
}

static PyObject *
coro_tp_repr(PyGenObject *self)
{
    return PyUnicode_FromFormat("<coroutine object %S at %p>", self->gi_qualname, self);
}

/* `coroutine.__await__()`: an iterator that runs the coroutine. */
typedef struct {
    PyObject_HEAD
    PyCoroObject *coroutine;
} CoroutineWrapper;

static PyObject *
coro_am_await(PyCoroObject *self)
{
    CoroutineWrapper *wrapper = PyObject_GC_New(CoroutineWrapper, &_PyCoroWrapper_Type);
    if (wrapper != NULL) {
        wrapper->coroutine = (PyCoroObject *)Py_NewRef(self);
        PyObject_GC_Track(wrapper);
    }
    return (PyObject *)wrapper;
}

static PySendResult
coro_am_send(PyGenObject *self, PyObject *value, PyObject **result_out)
{
    return resume(self, value, result_out, false, false);
}

TYPE(coro, PyCoro_Type, "coroutine", PyCoroObject, NULL, NULL,
     .tp_basicsize = offsetof(PyCoroObject, cr_iframe) + FRAME_REPORTED_BYTES,
     .tp_itemsize = sizeof(PyObject *),
     .tp_dealloc = (destructor)generator_tp_dealloc,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_traverse = (traverseproc)generator_tp_traverse,
     .tp_weaklistoffset = offsetof(PyCoroObject, cr_weakreflist),
     .tp_finalize = _PyGen_Finalize)

METHOD(coro_wrapper, send, NULL,
       "send(value) -> put 'value' into coroutine as the result of its await;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
coro_wrapper_send(CoroutineWrapper *self, PyObject *value)
{
    return generator_send_value((PyGenObject *)self->coroutine, value);
}

METHOD(coro_wrapper, throw, NULL,
       "throw(value)\nthrow(type[,value[,traceback]])\n\n"
       "Raise an exception in coroutine where it waits;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
coro_wrapper_throw(CoroutineWrapper *self, PyObject *const *args, Py_ssize_t nargs)
{
    return generator_throw_args((PyGenObject *)self->coroutine, args, nargs);
}

METHOD(coro_wrapper, close, NULL, "close() -> raise GeneratorExit inside coroutine.")
static PyObject *
coro_wrapper_close(CoroutineWrapper *self, PyObject *Py_UNUSED(ignored))
{
    return generator_close((PyGenObject *)self->coroutine);
}

static PyObject *
coro_wrapper_tp_iternext(CoroutineWrapper *self)
{
    return generator_tp_iternext((PyGenObject *)self->coroutine);
}

static int
coro_wrapper_tp_traverse(CoroutineWrapper *self, visitproc visit, void *arg)
{
    Py_VISIT(self->coroutine);
    return 0;
}

static void
coro_wrapper_tp_dealloc(CoroutineWrapper *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->coroutine);
    PyObject_GC_Del(self);
}

TYPE(coro_wrapper, _PyCoroWrapper_Type, "coroutine_wrapper", CoroutineWrapper, NULL,
     "An iterator over the steps of a coroutine.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_iter = PyObject_SelfIter)

#include "gen/types/generator.inc"
