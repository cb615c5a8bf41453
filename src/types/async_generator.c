/* Asynchronous generators (PEP 525): the object, and the awaitables of asend, athrow, aclose.

   The body yields two kinds of values through the same frame: what an `await` inside waits for,
   passed on as it is, and what `yield` gives, wrapped (ASYNC_GEN_WRAP) so that the awaitable knows
   it is done: it then raises StopIteration with the value inside.

   Invariant: gi_running_async is 1 from the first step of an awaitable until it finishes. */
#include "object/declare.h"
#include "object/state.h"
#include "types/generator.h"
#include "types/generator_impl.h"
#include "vm/eval.h"

PyAPI_FUNC(PyObject *) _PyErr_FormatFromCause(PyObject *, const char *, ...);

enum StepState { STEP_INIT, STEP_RUNNING, STEP_CLOSED };

/* ---- wrapped values ------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *value;
} WrappedValue;

PyObject *
async_generator_wrap(PyObject *value)
{
    WrappedValue *self = PyObject_GC_New(WrappedValue, &_PyAsyncGenWrappedValue_Type);
    if (self != NULL) {
        self->value = Py_NewRef(value);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

static void
wrapped_value_tp_dealloc(WrappedValue *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->value);
    PyObject_GC_Del(self);
}

static int
wrapped_value_tp_traverse(WrappedValue *self, visitproc visit, void *arg)
{
    Py_VISIT(self->value);
    return 0;
}

TYPE(wrapped_value, _PyAsyncGenWrappedValue_Type, "async_generator_wrapped_value", WrappedValue,
     NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* ---- one step ------------------------------------------------------------------------------- */

/* First use: tell the event loop's hooks about this generator. */
static status
init_hooks(PyAsyncGenObject *self)
{
    if (self->ag_hooks_inited) {
        return 0;
    }
    self->ag_hooks_inited = 1;
    PyThreadState *tstate = tstate_get();
    self->ag_origin_or_finalizer = Py_XNewRef(tstate->async_gen_finalizer);
    PyObject *first = tstate->async_gen_firstiter;
    if (first != NULL) {
        Py_INCREF(first);
        PyObject *result = PyObject_CallOneArg(first, (PyObject *)self);
        Py_DECREF(first);
        if (result == NULL) {
            return -1;
        }
        Py_DECREF(result);
    }
    return 0;
}

/* What a step of the frame gave, as the awaitable shows it; takes `result` over. */
static PyObject *
unwrap_step(PyAsyncGenObject *self, PyObject *result)
{
    if (result == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetNone(PyExc_StopAsyncIteration);
        }
        if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) ||
            PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
            self->ag_closed = 1;
        }
        self->ag_running_async = 0;
        return NULL;
    }
    if (Py_IS_TYPE(result, &_PyAsyncGenWrappedValue_Type)) {
        _PyGen_SetStopIterationValue(((WrappedValue *)result)->value);
        Py_DECREF(result);
        self->ag_running_async = 0;
        return NULL;
    }
    return result;
}

/* ---- asend() and __anext__() ---------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyAsyncGenObject *generator;
    PyObject *value;       /* to send first; NULL for __anext__() */
    enum StepState state;
} AsyncSend;

static PyObject *
async_send_make(PyAsyncGenObject *generator, PyObject *value)
{
    if (init_hooks(generator) < 0) {
        return NULL;
    }
    AsyncSend *self = PyObject_GC_New(AsyncSend, &_PyAsyncGenASend_Type);
    if (self != NULL) {
        self->generator = (PyAsyncGenObject *)Py_NewRef(generator);
        self->value = Py_XNewRef(value);
        self->state = STEP_INIT;
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

static void
raise_reused(const char *what)
{
    PyErr_Format(PyExc_RuntimeError, "cannot reuse already awaited %s", what);
}

static PyObject *
async_send_step(AsyncSend *self, PyObject *value)
{
    if (self->state == STEP_CLOSED) {
        raise_reused("__anext__()/asend()");
        return NULL;
    }
    if (self->state == STEP_INIT) {
        if (self->generator->ag_running_async) {
            PyErr_SetString(PyExc_RuntimeError,
                            "anext(): asynchronous generator is already running");
            return NULL;
        }
        if (value == NULL || value == Py_None) {
            value = self->value;
        }
        self->state = STEP_RUNNING;
    }
    self->generator->ag_running_async = 1;
    PyObject *result = generator_send_value((PyGenObject *)self->generator, value);
    result = unwrap_step(self->generator, result);
    if (result == NULL) {
        self->state = STEP_CLOSED;
    }
    return result;
}

METHOD(async_send, send, NULL,
       "send(value) -> resume the generator with 'value' as the result of its await;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
async_send_send(AsyncSend *self, PyObject *value)
{
    return async_send_step(self, value);
}

METHOD(async_send, throw, NULL,
       "throw(value)\nthrow(type[,value[,tb]])\n\n"
       "Raise an exception in generator where it waits;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
async_send_throw(AsyncSend *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (self->state == STEP_CLOSED) {
        raise_reused("__anext__()/asend()");
        return NULL;
    }
    PyObject *result = generator_throw_args((PyGenObject *)self->generator, args, nargs);
    result = unwrap_step(self->generator, result);
    if (result == NULL) {
        self->state = STEP_CLOSED;
    }
    return result;
}

METHOD(async_send, close, NULL, "close() -> nothing more is sent.")
static PyObject *
async_send_close(AsyncSend *self, PyObject *Py_UNUSED(ignored))
{
    self->state = STEP_CLOSED;
    Py_RETURN_NONE;
}

static PyObject *
async_send_tp_iternext(AsyncSend *self)
{
    return async_send_step(self, NULL);
}

static PyObject *
async_send_am_await(PyObject *self)
{
    return Py_NewRef(self);
}

static int
async_send_tp_traverse(AsyncSend *self, visitproc visit, void *arg)
{
    Py_VISIT(self->generator);
    Py_VISIT(self->value);
    return 0;
}

static void
async_send_tp_dealloc(AsyncSend *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->generator);
    Py_CLEAR(self->value);
    PyObject_GC_Del(self);
}

TYPE(async_send, _PyAsyncGenASend_Type, "async_generator_asend", AsyncSend, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_iter = PyObject_SelfIter)

/* ---- athrow() and aclose() ------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    PyAsyncGenObject *generator;
    PyObject *args;        /* tuple of athrow's arguments; NULL for aclose() */
    enum StepState state;
} AsyncThrow;

static PyObject *
async_throw_make(PyAsyncGenObject *generator, PyObject *args)
{
    if (init_hooks(generator) < 0) {
        return NULL;
    }
    AsyncThrow *self = PyObject_GC_New(AsyncThrow, &_PyAsyncGenAThrow_Type);
    if (self != NULL) {
        self->generator = (PyAsyncGenObject *)Py_NewRef(generator);
        self->args = Py_XNewRef(args);
        self->state = STEP_INIT;
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

/* aclose() met another `yield`. */
static PyObject *
async_throw_ignored(AsyncThrow *self)
{
    self->generator->ag_running_async = 0;
    self->state = STEP_CLOSED;
    PyErr_SetString(PyExc_RuntimeError, "async generator ignored GeneratorExit");
    return NULL;
}

static bool
is_normal_end(void)
{
    return PyErr_ExceptionMatches(PyExc_StopAsyncIteration) ||
           PyErr_ExceptionMatches(PyExc_GeneratorExit);
}

/* The generator raised.  For aclose() its end is the awaited result. */
static PyObject *
async_throw_failed(AsyncThrow *self)
{
    self->generator->ag_running_async = 0;
    self->state = STEP_CLOSED;
    if (self->args == NULL && is_normal_end()) {
        PyErr_Clear();
        PyErr_SetNone(PyExc_StopIteration);
    }
    return NULL;
}

static PyObject *
async_throw_start(AsyncThrow *self, PyObject *value)
{
    PyAsyncGenObject *generator = self->generator;
    if (generator->ag_running_async) {
        self->state = STEP_CLOSED;
        PyErr_Format(PyExc_RuntimeError, "%s: asynchronous generator is already running",
                     self->args == NULL ? "aclose()" : "athrow()");
        return NULL;
    }
    if (generator->ag_closed) {
        self->state = STEP_CLOSED;
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return NULL;
    }
    if (value != Py_None) {
        PyErr_SetString(PyExc_RuntimeError,
                        "can't send non-None value to a just-started coroutine");
        return NULL;
    }
    self->state = STEP_RUNNING;
    generator->ag_running_async = 1;
    PyObject *result;
    if (self->args == NULL) {
        generator->ag_closed = 1;
        result = generator_throw_into((PyGenObject *)generator, false, PyExc_GeneratorExit, NULL,
                                      NULL);
        if (result != NULL && Py_IS_TYPE(result, &_PyAsyncGenWrappedValue_Type)) {
            Py_DECREF(result);
            return async_throw_ignored(self);
        }
    }
    else {
        PyObject *type, *exception = NULL, *traceback = NULL;
        if (!PyArg_UnpackTuple(self->args, "athrow", 1, 3, &type, &exception, &traceback)) {
            return NULL;
        }
        result = generator_throw_into((PyGenObject *)generator, false, type, exception, traceback);
        result = unwrap_step(generator, result);
    }
    return result != NULL ? result : async_throw_failed(self);
}

static PyObject *
async_throw_step(AsyncThrow *self, PyObject *value)
{
    PyGenObject *generator = (PyGenObject *)self->generator;
    if (self->state == STEP_CLOSED) {
        raise_reused("aclose()/athrow()");
        return NULL;
    }
    if (generator->gi_frame_state >= FRAME_COMPLETED) {
        self->state = STEP_CLOSED;
        PyErr_SetNone(PyExc_StopIteration);
        return NULL;
    }
    if (self->state == STEP_INIT) {
        return async_throw_start(self, value);
    }
    PyObject *result = generator_send_value(generator, value);
    if (self->args != NULL) {
        return unwrap_step(self->generator, result);
    }
    if (result == NULL) {
        return async_throw_failed(self);
    }
    if (Py_IS_TYPE(result, &_PyAsyncGenWrappedValue_Type)) {
        Py_DECREF(result);
        return async_throw_ignored(self);
    }
    return result;
}

METHOD(async_throw, send, NULL,
       "send(value) -> resume the generator with 'value' as the result of its await;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
async_throw_send(AsyncThrow *self, PyObject *value)
{
    return async_throw_step(self, value);
}

METHOD(async_throw, throw, NULL,
       "throw(value)\nthrow(type[,value[,tb]])\n\n"
       "Raise an exception in generator where it waits;\n"
       "gives the next value it waits with or raises StopIteration.")
static PyObject *
async_throw_throw(AsyncThrow *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (self->state == STEP_CLOSED) {
        raise_reused("aclose()/athrow()");
        return NULL;
    }
    PyObject *result = generator_throw_args((PyGenObject *)self->generator, args, nargs);
    if (self->args != NULL) {
        return unwrap_step(self->generator, result);
    }
    if (result != NULL && Py_IS_TYPE(result, &_PyAsyncGenWrappedValue_Type)) {
        Py_DECREF(result);
        return async_throw_ignored(self);
    }
    if (result == NULL && is_normal_end()) {
        PyErr_Clear();
        PyErr_SetNone(PyExc_StopIteration);
    }
    return result;
}

METHOD(async_throw, close, NULL, "close() -> nothing more is sent.")
static PyObject *
async_throw_close(AsyncThrow *self, PyObject *Py_UNUSED(ignored))
{
    self->state = STEP_CLOSED;
    Py_RETURN_NONE;
}

static PyObject *
async_throw_tp_iternext(AsyncThrow *self)
{
    return async_throw_step(self, Py_None);
}

static PyObject *
async_throw_am_await(PyObject *self)
{
    return Py_NewRef(self);
}

static int
async_throw_tp_traverse(AsyncThrow *self, visitproc visit, void *arg)
{
    Py_VISIT(self->generator);
    Py_VISIT(self->args);
    return 0;
}

static void
async_throw_tp_dealloc(AsyncThrow *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->generator);
    Py_CLEAR(self->args);
    PyObject_GC_Del(self);
}

TYPE(async_throw, _PyAsyncGenAThrow_Type, "async_generator_athrow", AsyncThrow, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_iter = PyObject_SelfIter)

/* ---- the generator -------------------------------------------------------------------------- */

MEMBER(async_gen, "ag_code", T_OBJECT, PyAsyncGenObject, ag_code, READONLY | PY_AUDIT_READ, NULL)
MEMBER(async_gen, "ag_running", T_BOOL, PyAsyncGenObject, ag_running_async, READONLY, NULL)

METHOD(async_gen, asend, NULL, "asend(v) -> awaitable that sends 'v' to the generator.")
static PyObject *
async_gen_asend(PyAsyncGenObject *self, PyObject *value)
{
    return async_send_make(self, value);
}

METHOD(async_gen, athrow, NULL,
       "athrow(typ[,val[,tb]]) -> awaitable that raises an exception in the generator.")
static PyObject *
async_gen_athrow(PyAsyncGenObject *self, PyObject *args)
{
    return async_throw_make(self, args);
}

METHOD(async_gen, aclose, NULL, "aclose() -> awaitable that raises GeneratorExit in the generator.")
static PyObject *
async_gen_aclose(PyAsyncGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return async_throw_make(self, NULL);
}

METHOD(async_gen, __sizeof__, NULL, "gen.__sizeof__() -> bytes of memory, frame included")
static PyObject *
async_gen_sizeof(PyGenObject *self, PyObject *Py_UNUSED(ignored))
{
    return generator_size(self);
}

CLASSMETHOD(async_gen, __class_getitem__, NULL, "See PEP 585")
static PyObject *
async_gen_class_getitem(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

GETTER(async_gen, "__name__", "name of the async generator")
static PyObject *
async_gen_get_name(PyGenObject *self, void *closure)
{
    return generator_get_name(self, closure);
}

SETTER(async_gen, "__name__")
static int
async_gen_set_name(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_name(self, value, closure);
}

GETTER(async_gen, "__qualname__", "qualified name of the async generator")
static PyObject *
async_gen_get_qualname(PyGenObject *self, void *closure)
{
    return generator_get_qualname(self, closure);
}

SETTER(async_gen, "__qualname__")
static int
async_gen_set_qualname(PyGenObject *self, PyObject *value, void *closure)
{
    return generator_set_qualname(self, value, closure);
}

GETTER(async_gen, "ag_await", "what the generator awaits now, or None")
static PyObject *
async_gen_get_await(PyGenObject *self, void *closure)
{
    return generator_get_delegate(self, closure);
}

GETTER(async_gen, "ag_frame", NULL)
static PyObject *
async_gen_get_frame(PyGenObject *self, void *Py_UNUSED(closure))
{
    return generator_get_frame(self, "ag_frame");
}

static PyObject *
async_gen_tp_repr(PyGenObject *self)
{
    return PyUnicode_FromFormat("<async_generator object %S at %p>", self->gi_qualname, self);
}

static PyObject *
async_gen_am_aiter(PyObject *self)
{
    return Py_NewRef(self);
}

static PyObject *
async_gen_am_anext(PyAsyncGenObject *self)
{
    return async_send_make(self, NULL);
}

static PySendResult
async_gen_am_send(PyGenObject *self, PyObject *value, PyObject **result_out)
{
    return generator_am_send(self, value, result_out);
}

TYPE(async_gen, PyAsyncGen_Type, "async_generator", PyAsyncGenObject, NULL, NULL,
     .tp_basicsize = offsetof(PyAsyncGenObject, ag_iframe) + FRAME_REPORTED_BYTES,
     .tp_itemsize = sizeof(PyObject *),
     .tp_dealloc = (destructor)generator_tp_dealloc,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_traverse = (traverseproc)generator_tp_traverse,
     .tp_weaklistoffset = offsetof(PyAsyncGenObject, ag_weakreflist),
     .tp_finalize = _PyGen_Finalize)

/* ---- async for ------------------------------------------------------------------------------ */

PyObject *
async_get_iterator(PyObject *iterable)
{
    PyTypeObject *type = Py_TYPE(iterable);
    if (type->tp_as_async == NULL || type->tp_as_async->am_aiter == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "'async for' requires an object with __aiter__ method, got %.100s",
                     type->tp_name);
        return NULL;
    }
    PyObject *iterator = type->tp_as_async->am_aiter(iterable);
    if (iterator == NULL) {
        return NULL;
    }
    if (Py_TYPE(iterator)->tp_as_async == NULL ||
        Py_TYPE(iterator)->tp_as_async->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError, "'async for' received an object from __aiter__ that does "
                     "not implement __anext__: %.100s", Py_TYPE(iterator)->tp_name);
        Py_CLEAR(iterator);
    }
    return iterator;
}

PyObject *
async_get_next(PyObject *iterator)
{
    PyTypeObject *type = Py_TYPE(iterator);
    if (PyAsyncGen_CheckExact(iterator)) {
        return type->tp_as_async->am_anext(iterator);
    }
    if (type->tp_as_async == NULL || type->tp_as_async->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "'async for' requires an iterator with __anext__ method, got %.100s",
                     type->tp_name);
        return NULL;
    }
    PyObject *object = type->tp_as_async->am_anext(iterator);
    if (object == NULL) {
        return NULL;
    }
    PyObject *awaitable = coroutine_get_awaitable(object);
    if (awaitable == NULL) {
        _PyErr_FormatFromCause(PyExc_TypeError,
                               "'async for' received an invalid object from __anext__: %.100s",
                               Py_TYPE(object)->tp_name);
    }
    Py_DECREF(object);
    return awaitable;
}

#include "gen/types/async_generator.inc"
