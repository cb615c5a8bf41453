/* Frame objects: the Python-visible side of interpreter frames (vm/frame.h).

   Invariants:
   1. While the code runs, f_frame points at the Frame on the data stack or in its generator, and
      that Frame's `object` points back.  The frame object is not tracked by the collector then:
      what a running frame holds is reachable anyway.
   2. When the code ends and somebody still holds the object, the Frame's contents move into
      data[], the object is tracked, and f_back is filled with the object of the caller. */
#include "base/copy.h"
#include "object/declare.h"
#include "object/state.h"
#include "types/generator.h"
#include "vm/eval.h"
#include "vm/jump.h"

/* Kinds in co_localspluskinds. */
enum { KIND_LOCAL = 0x20, KIND_CELL = 0x40, KIND_FREE = 0x80 };

/* ---- storage -------------------------------------------------------------------------------- */

static PyFrameObject *
frame_object_alloc(PyCodeObject *code)
{
    /* tp_basicsize reports nine header words; the real header may be longer. */
    Py_ssize_t words = code->co_nlocalsplus + code->co_stacksize + FRAME_HEADER_WORDS -
                       FRAME_REPORTED_BYTES / (Py_ssize_t)sizeof(PyObject *);
    PyFrameObject *self = PyObject_GC_NewVar(PyFrameObject, &PyFrame_Type, words);
    if (self != NULL) {
        self->f_back = NULL;
        self->f_trace = NULL;
        self->f_lineno = 0;
        self->f_trace_lines = 1;
        self->f_trace_opcodes = 0;
        self->f_fast_as_locals = 0;
    }
    return self;
}

static Frame *
own_frame(PyFrameObject *self)
{
    return (Frame *)(void *)self->data;
}

PyFrameObject *
frame_make_object(Frame *frame)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyFrameObject *self = frame_object_alloc(frame->code);
    if (self == NULL) {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
        return NULL;
    }
    PyErr_Restore(type, value, traceback);
    /* The allocation may have run the collector, and a finaliser may have asked for this very
       frame: the first object stays. */
    if (frame->object != NULL) {
        Frame *unused = own_frame(self);
        memset(unused, 0, FRAME_HEADER_WORDS * sizeof(PyObject *));
        unused->owner = OWNED_BY_OBJECT;
        self->f_frame = unused;
        Py_DECREF(self);
        return frame->object;
    }
    self->f_frame = frame;
    frame->object = self;
    return self;
}

void
frame_move(Frame *source, Frame *target)
{
    size_t values = source->stack_top > 0 ? (size_t)source->stack_top : 0;
    memcpy(target, source, FRAME_HEADER_WORDS * sizeof(PyObject *));
    copy_pointers((PyObject **)target + FRAME_HEADER_WORDS, (PyObject **)source + FRAME_HEADER_WORDS, values);
}

/* The frame ends but its object lives on: move the contents there. */
static void
take_contents(PyFrameObject *self, Frame *frame)
{
    Frame *own = own_frame(self);
    frame_move(frame, own);
    own->owner = OWNED_BY_OBJECT;
    own->object = NULL;
    if (own->last < _PyCode_CODE(own->code) + own->code->_co_firsttraceable) {
        /* A generator that never started: pretend its first RESUME ran, so that it is visible. */
        own->last = _PyCode_CODE(own->code) + own->code->_co_firsttraceable;
    }
    self->f_frame = own;
    Frame *caller = frame_visible(frame->previous);
    if (caller != NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyFrameObject *back = frame_get_object(caller);
        /* Out of memory: the chain ends here rather than lose the exception in flight. */
        self->f_back = (PyFrameObject *)Py_XNewRef(back);
        PyErr_Restore(type, value, traceback);
    }
    own->previous = NULL;
    if (!PyObject_GC_IsTracked((PyObject *)self)) {
        PyObject_GC_Track(self);
    }
}

void
frame_clear(Frame *frame)
{
    PyFrameObject *object = frame->object;
    if (object != NULL) {
        frame->object = NULL;
        if (Py_REFCNT(object) > 1) {
            take_contents(object, frame);
            Py_DECREF(object);
            return;
        }
        Py_DECREF(object);
    }
    int top = frame->stack_top;
    for (int i = 0; i < top; i++) {
        Py_XDECREF(frame->slots[i]);
    }
    Py_XDECREF(frame->locals);
    Py_DECREF(frame->func);
    Py_DECREF(frame->code);
}

int
frame_traverse(Frame *frame, visitproc visit, void *arg)
{
    Py_VISIT(frame->object);
    Py_VISIT(frame->locals);
    Py_VISIT(frame->func);
    Py_VISIT(frame->code);
    /* A running frame keeps its stack to itself: stack_top is negative then. */
    for (int i = 0; i < frame->stack_top; i++) {
        Py_VISIT(frame->slots[i]);
    }
    return 0;
}

PyFrameObject *
PyFrame_New(PyThreadState *Py_UNUSED(tstate), PyCodeObject *code, PyObject *globals,
            PyObject *locals)
{
    PyFunctionObject *func =
        (PyFunctionObject *)PyFunction_New((PyObject *)code, globals);
    if (func == NULL) {
        return NULL;
    }
    PyFrameObject *self = frame_object_alloc(code);
    if (self == NULL) {
        Py_DECREF(func);
        return NULL;
    }
    Frame *frame = own_frame(self);
    if ((code->co_flags & (CO_NEWLOCALS | CO_OPTIMIZED)) == (CO_NEWLOCALS | CO_OPTIMIZED)) {
        locals = NULL;
    }
    else if (locals == NULL && !(code->co_flags & CO_NEWLOCALS)) {
        locals = globals;
    }
    frame_init(frame, func, Py_XNewRef(locals), code, 0);
    frame->owner = OWNED_BY_OBJECT;
    frame->previous = NULL;
    /* As if the first RESUME had run: the frame is complete. */
    frame->last = _PyCode_CODE(code) + code->_co_firsttraceable;
    self->f_frame = frame;
    PyObject_GC_Track(self);
    return self;
}

/* ---- locals --------------------------------------------------------------------------------- */

/* Free variables are put in place by the first instruction; do it here if it did not run yet. */
static void
ensure_free_variables(Frame *frame)
{
    PyCodeObject *code = frame->code;
    if (frame->last >= _PyCode_CODE(code) || frame->func == NULL ||
        _Py_OPCODE(_PyCode_CODE(code)[0]) != 149 /* COPY_FREE_VARS */ ||
        frame->func->func_closure == NULL) {
        return;
    }
    int first = code->co_nlocalsplus - code->co_nfreevars;
    for (int i = 0; i < code->co_nfreevars; i++) {
        frame->slots[first + i] = Py_NewRef(PyTuple_GET_ITEM(frame->func->func_closure, i));
    }
    frame->last = _PyCode_CODE(code);
}

/* Whether the variable belongs to f_locals, and if so its cell (or NULL). */
static bool
local_is_shown(PyCodeObject *code, int index, bool *is_cell)
{
    unsigned char kind = (unsigned char)PyBytes_AS_STRING(code->co_localspluskinds)[index];
    /* The free variables of a class body are not names of its namespace. */
    if ((kind & KIND_FREE) && !(code->co_flags & CO_OPTIMIZED)) {
        return false;
    }
    *is_cell = (kind & (KIND_FREE | KIND_CELL)) != 0;
    return true;
}

status
frame_fast_to_locals(Frame *frame)
{
    PyCodeObject *code = frame->code;
    if (frame->locals == NULL) {
        frame->locals = PyDict_New();
        if (frame->locals == NULL) {
            return -1;
        }
    }
    PyObject *locals = frame->locals;
    ensure_free_variables(frame);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        bool is_cell;
        if (!local_is_shown(code, i, &is_cell)) {
            continue;
        }
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, i);
        PyObject *value = frame->stack_top != 0 ? frame->slots[i] : NULL;
        if (is_cell && value != NULL && PyCell_Check(value)) {
            value = PyCell_GET(value);
        }
        if (value != NULL) {
            if (PyObject_SetItem(locals, name, value) < 0) {
                return -1;
            }
        }
        else if (PyObject_DelItem(locals, name) < 0) {
            if (!PyErr_ExceptionMatches(PyExc_KeyError)) {
                return -1;
            }
            PyErr_Clear();
        }
    }
    return 0;
}

void
frame_locals_to_fast(Frame *frame, bool clear)
{
    PyCodeObject *code = frame->code;
    PyObject *locals = frame->locals;
    if (locals == NULL || frame->stack_top == 0) {
        return;
    }
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        bool is_cell;
        if (!local_is_shown(code, i, &is_cell)) {
            continue;
        }
        PyObject *value = PyObject_GetItem(locals, PyTuple_GET_ITEM(code->co_localsplusnames, i));
        if (value == NULL) {
            PyErr_Clear();
            if (!clear) {
                continue;
            }
        }
        PyObject *old = frame->slots[i];
        if (is_cell && old != NULL && PyCell_Check(old)) {
            PyCell_Set(old, value);
        }
        else if (value != old) {
            frame->slots[i] = Py_XNewRef(value);
            Py_XDECREF(old);
        }
        Py_XDECREF(value);
    }
    PyErr_Restore(type, error, traceback);
}

PyObject *
frame_locals(Frame *frame)
{
    return frame_fast_to_locals(frame) < 0 ? NULL : frame->locals;
}

int
PyFrame_FastToLocalsWithError(PyFrameObject *self)
{
    if (self == NULL) {
        PyErr_BadInternalCall();
        return -1;
    }
    status done = frame_fast_to_locals(self->f_frame);
    if (done == 0) {
        self->f_fast_as_locals = 1;
    }
    return done;
}

void
PyFrame_FastToLocals(PyFrameObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyFrame_FastToLocalsWithError(self) < 0) {
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
}

void
PyFrame_LocalsToFast(PyFrameObject *self, int clear)
{
    if (self != NULL && !frame_is_incomplete(self->f_frame) && self->f_fast_as_locals) {
        frame_locals_to_fast(self->f_frame, clear);
        self->f_fast_as_locals = 0;
    }
}

/* ---- C API ---------------------------------------------------------------------------------- */

int
frame_line(Frame *frame)
{
    if (frame->object != NULL && frame->object->f_lineno != 0) {
        return frame->object->f_lineno;
    }
    return PyCode_Addr2Line(frame->code, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
}

int
PyFrame_GetLineNumber(PyFrameObject *self)
{
    if (self->f_lineno != 0) {
        return self->f_lineno;
    }
    return frame_line(self->f_frame);
}

PyCodeObject *
PyFrame_GetCode(PyFrameObject *self)
{
    return (PyCodeObject *)Py_NewRef(self->f_frame->code);
}

PyFrameObject *
PyFrame_GetBack(PyFrameObject *self)
{
    PyFrameObject *back = self->f_back;
    if (back == NULL) {
        Frame *caller = frame_visible(self->f_frame->previous);
        if (caller != NULL) {
            back = frame_get_object(caller);
        }
    }
    return (PyFrameObject *)Py_XNewRef(back);
}

PyObject *
PyFrame_GetLocals(PyFrameObject *self)
{
    if (PyFrame_FastToLocalsWithError(self) < 0) {
        return NULL;
    }
    return Py_NewRef(self->f_frame->locals);
}

PyObject *
PyFrame_GetGlobals(PyFrameObject *self)
{
    return Py_NewRef(self->f_frame->globals != NULL ? self->f_frame->globals : Py_None);
}

PyObject *
PyFrame_GetBuiltins(PyFrameObject *self)
{
    return Py_NewRef(self->f_frame->builtins != NULL ? self->f_frame->builtins : Py_None);
}

PyObject *
PyFrame_GetGenerator(PyFrameObject *self)
{
    if (self->f_frame->owner != OWNED_BY_GENERATOR) {
        return NULL;
    }
    return Py_NewRef((PyObject *)frame_generator(self->f_frame));
}

int
PyFrame_GetLasti(PyFrameObject *self)
{
    int index = frame_last_index(self->f_frame);
    return index < 0 ? -1 : index * (int)sizeof(_Py_CODEUNIT);
}

int
_PyFrame_IsEntryFrame(PyFrameObject *self)
{
    return self->f_frame->is_entry;
}

/* ---- attributes ----------------------------------------------------------------------------- */

MEMBER(frame, "f_trace_lines", T_BOOL, PyFrameObject, f_trace_lines, 0, NULL)
MEMBER(frame, "f_trace_opcodes", T_BOOL, PyFrameObject, f_trace_opcodes, 0, NULL)

GETTER(frame, "f_back", NULL)
static PyObject *
frame_get_f_back(PyFrameObject *self, void *Py_UNUSED(closure))
{
    PyObject *back = (PyObject *)PyFrame_GetBack(self);
    if (back == NULL && !PyErr_Occurred()) {
        back = Py_NewRef(Py_None);
    }
    return back;
}

GETTER(frame, "f_locals", NULL)
static PyObject *
frame_get_f_locals(PyFrameObject *self, void *Py_UNUSED(closure))
{
    return PyFrame_GetLocals(self);
}

GETTER(frame, "f_globals", NULL)
static PyObject *
frame_get_f_globals(PyFrameObject *self, void *Py_UNUSED(closure))
{
    return PyFrame_GetGlobals(self);
}

GETTER(frame, "f_builtins", NULL)
static PyObject *
frame_get_f_builtins(PyFrameObject *self, void *Py_UNUSED(closure))
{
    return PyFrame_GetBuiltins(self);
}

GETTER(frame, "f_code", NULL)
static PyObject *
frame_get_f_code(PyFrameObject *self, void *Py_UNUSED(closure))
{
    if (PySys_Audit("object.__getattr__", "Os", self, "f_code") < 0) {
        return NULL;
    }
    return (PyObject *)PyFrame_GetCode(self);
}

GETTER(frame, "f_lasti", NULL)
static PyObject *
frame_get_f_lasti(PyFrameObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(PyFrame_GetLasti(self));
}

GETTER(frame, "f_lineno", NULL)
static PyObject *
frame_get_f_lineno(PyFrameObject *self, void *Py_UNUSED(closure))
{
    int line = PyFrame_GetLineNumber(self);
    return line < 0 ? Py_NewRef(Py_None) : PyLong_FromLong(line);
}

SETTER(frame, "f_lineno")
static int
frame_set_f_lineno(PyFrameObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return frame_jump(self, value);
}

GETTER(frame, "f_trace", NULL)
static PyObject *
frame_get_f_trace(PyFrameObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->f_trace != NULL ? self->f_trace : Py_None);
}

SETTER(frame, "f_trace")
static int
frame_set_f_trace(PyFrameObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == Py_None) {
        value = NULL;
    }
    Py_XINCREF(value);
    Py_XSETREF(self->f_trace, value);
    return 0;
}

/* ---- methods -------------------------------------------------------------------------------- */

static int
frame_tp_clear(PyFrameObject *self)
{
    Py_CLEAR(self->f_trace);
    Frame *frame = self->f_frame;
    int top = frame->stack_top;
    frame->stack_top = 0;
    for (int i = 0; i < top; i++) {
        Py_CLEAR(frame->slots[i]);
    }
    return 0;
}

METHOD(frame, clear, NULL, "F.clear(): drop the references that the frame's locals and stack hold")
static PyObject *
frame_clear_method(PyFrameObject *self, PyObject *Py_UNUSED(ignored))
{
    Frame *frame = self->f_frame;
    if (frame->owner == OWNED_BY_GENERATOR) {
        PyGenObject *generator = frame_generator(frame);
        if (generator->gi_frame_state != FRAME_EXECUTING) {
            _PyGen_Finalize((PyObject *)generator);
            Py_RETURN_NONE;
        }
    }
    if (frame->owner != OWNED_BY_OBJECT) {
        PyErr_SetString(PyExc_RuntimeError, "cannot clear an executing frame");
        return NULL;
    }
    frame_tp_clear(self);
    Py_RETURN_NONE;
}

METHOD(frame, __sizeof__, NULL, "F.__sizeof__() -> bytes of memory the frame takes")
static PyObject *
frame_sizeof(PyFrameObject *self, PyObject *Py_UNUSED(ignored))
{
    PyCodeObject *code = self->f_frame->code;
    return PyLong_FromSsize_t((Py_ssize_t)offsetof(PyFrameObject, data) + FRAME_REPORTED_BYTES +
                              (code->co_nlocalsplus + code->co_stacksize) *
                                  (Py_ssize_t)sizeof(PyObject *));
}

/* ---- slots ---------------------------------------------------------------------------------- */

static PyObject *
frame_tp_repr(PyFrameObject *self)
{
    PyCodeObject *code = self->f_frame->code;
    return PyUnicode_FromFormat("<frame at %p, file %R, line %d, code %S>", self,
                                code->co_filename, PyFrame_GetLineNumber(self), code->co_name);
}

static int
frame_tp_traverse(PyFrameObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->f_back);
    Py_VISIT(self->f_trace);
    return self->f_frame->owner == OWNED_BY_OBJECT ? frame_traverse(self->f_frame, visit, arg) : 0;
}

static void
frame_tp_dealloc(PyFrameObject *self)
{
    if (PyObject_GC_IsTracked((PyObject *)self)) {
        PyObject_GC_UnTrack(self);
    }
    Py_TRASHCAN_BEGIN(self, frame_tp_dealloc);
    PyObject *code = NULL;
    Frame *frame = self->f_frame;
    if (frame->owner == OWNED_BY_OBJECT) {
        /* The code stays until the end: slots are cleared by its count. */
        code = (PyObject *)frame->code;
        frame->code = NULL;
        Py_CLEAR(frame->func);
        Py_CLEAR(frame->locals);
        int top = frame->stack_top;
        for (int i = 0; i < top; i++) {
            Py_CLEAR(frame->slots[i]);
        }
    }
    Py_CLEAR(self->f_back);
    Py_CLEAR(self->f_trace);
    PyObject_GC_Del(self);
    Py_XDECREF(code);
    Py_TRASHCAN_END
}

TYPE(frame, PyFrame_Type, "frame", PyFrameObject, NULL, NULL,
     .tp_basicsize = offsetof(PyFrameObject, data) + FRAME_REPORTED_BYTES,
     .tp_itemsize = sizeof(PyObject *),
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_setattro = PyObject_GenericSetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

#include "gen/types/frame.inc"
