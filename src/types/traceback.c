/* Traceback objects: which frame, at which instruction, an exception passed.

   tb_lineno is LINE_UNREAD until someone asks: most tracebacks are never printed, and finding a line walks
   the code's line table.  Frames with a line of their own (f_lineno != 0) give it at once. */
#include "object/declare.h"
#include "object/state.h"
#include "object/descr.h"
#include "object/gc.h"
#include "types/traceback.h"
#include "vm/frame.h"
#include <limits.h>

enum { LINE_UNREAD = INT_MIN };

static ALWAYS_INLINE PyObject *
traceback_make(PyTracebackObject *next, PyFrameObject *frame, int lasti, int lineno)
{
    PyTracebackObject *self = (PyTracebackObject *)gc_alloc_here(sizeof(PyTracebackObject), 0, PAGE_TIGHT);
    if (self == NULL) {
        return NULL;
    }
    self->ob_base.ob_refcnt = 1;
    self->ob_base.ob_type = &PyTraceBack_Type;
    self->tb_next = (PyTracebackObject *)Py_XNewRef(next);
    self->tb_frame = (PyFrameObject *)Py_NewRef(frame);
    self->tb_lasti = lasti;
    self->tb_lineno = lineno;
    gc_track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
_PyTraceBack_FromFrame(PyObject *next, PyFrameObject *frame)
{
    int line = frame->f_lineno != 0 ? frame->f_lineno : LINE_UNREAD;
    return traceback_make((PyTracebackObject *)next, frame, PyFrame_GetLasti(frame), line);
}

status
traceback_add(PyThreadState *tstate, PyFrameObject *frame, int lasti)
{
    PyObject *type = tstate->curexc_type, *value = tstate->curexc_value;
    PyObject *traceback = tstate->curexc_traceback;
    int line = frame->f_lineno != 0 ? frame->f_lineno : LINE_UNREAD;
    tstate->curexc_type = tstate->curexc_value = tstate->curexc_traceback = NULL;
    PyObject *longer = traceback_make((PyTracebackObject *)traceback, frame, lasti, line);
    if (unlikely(longer == NULL)) {
        /* The new exception takes the old one as its context. */
        _PyErr_ChainExceptions(type, value, traceback);
        return -1;
    }
    tstate->curexc_type = type;
    tstate->curexc_value = value;
    tstate->curexc_traceback = longer;
    Py_XDECREF(traceback);
    return 0;
}

int
PyTraceBack_Here(PyFrameObject *frame)
{
    return traceback_add(tstate_get(), frame, PyFrame_GetLasti(frame));
}

static PyTracebackObject *
check_traceback(PyObject *object)
{
    if (!PyTraceBack_Check(object)) {
        PyErr_Format(PyExc_TypeError, "expected traceback object, got '%s'",
                     Py_TYPE(object)->tp_name);
        return NULL;
    }
    return (PyTracebackObject *)object;
}

NEW(traceback, "TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)")
static PyObject *
traceback_new(PyTypeObject *Py_UNUSED(type), PyObject *tb_next, PyObject *tb_frame, int tb_lasti,
              int tb_lineno)
{
    if (!PyFrame_Check(tb_frame)) {
        _PyArg_BadArgument("TracebackType", "argument 'tb_frame'", "frame", tb_frame);
        return NULL;
    }
    PyTracebackObject *next = NULL;
    if (tb_next != Py_None) {
        next = check_traceback(tb_next);
        if (next == NULL) {
            return NULL;
        }
    }
    return traceback_make(next, (PyFrameObject *)tb_frame, tb_lasti, tb_lineno);
}

/* ---- attributes ----------------------------------------------------------------------------- */

MEMBER(traceback, "tb_frame", T_OBJECT, PyTracebackObject, tb_frame, READONLY | PY_AUDIT_READ, NULL)
MEMBER(traceback, "tb_lasti", T_INT, PyTracebackObject, tb_lasti, READONLY, NULL)

int
traceback_line(PyTracebackObject *self)
{
    if (self->tb_lineno == LINE_UNREAD) {
        self->tb_lineno = PyCode_Addr2Line(self->tb_frame->f_frame->code, self->tb_lasti);
    }
    return self->tb_lineno;
}

static PyObject *
traceback_late_line(PyObject *self)
{
    return PyLong_FromLong(traceback_line((PyTracebackObject *)self));
}

/* The table row that T_LATE wants: no field, but the function that makes the value. */
MEMBER(traceback, "tb_lineno", T_LATE, traceback_late_line, 0, READONLY, NULL)

GETTER(traceback, "tb_next", NULL)
static PyObject *
traceback_get_tb_next(PyTracebackObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->tb_next != NULL ? (PyObject *)self->tb_next : Py_None);
}

SETTER(traceback, "tb_next")
static int
traceback_set_tb_next(PyTracebackObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete tb_next attribute");
        return -1;
    }
    PyTracebackObject *next = NULL;
    if (value != Py_None) {
        next = check_traceback(value);
        if (next == NULL) {
            return -1;
        }
    }
    for (PyTracebackObject *link = next; link != NULL; link = link->tb_next) {
        if (link == self) {
            PyErr_SetString(PyExc_ValueError, "traceback loop detected");
            return -1;
        }
    }
    Py_XINCREF(next);
    Py_XSETREF(self->tb_next, next);
    return 0;
}

METHOD(traceback, __dir__, NULL, "The four attributes of a traceback.")
static PyObject *
traceback_dir(PyTracebackObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("[ssss]", "tb_frame", "tb_next", "tb_lasti", "tb_lineno");
}

/* ---- slots ---------------------------------------------------------------------------------- */

static int
traceback_tp_clear(PyTracebackObject *self)
{
    Py_CLEAR(self->tb_next);
    Py_CLEAR(self->tb_frame);
    return 0;
}

static int
traceback_tp_traverse(PyTracebackObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->tb_next);
    Py_VISIT(self->tb_frame);
    return 0;
}

static void
traceback_tp_dealloc(PyTracebackObject *self)
{
    gc_untrack((PyObject *)self);
    if (likely(self->tb_next == NULL && self->tb_frame != NULL &&
               Py_REFCNT(self->tb_frame) > 1)) {
        Py_DECREF(self->tb_frame);
        gc_free((PyObject *)self);
        return;
    }
    Py_TRASHCAN_BEGIN(self, traceback_tp_dealloc);
    Py_XDECREF(self->tb_next);
    Py_XDECREF(self->tb_frame);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

TYPE(traceback, PyTraceBack_Type, "traceback", PyTracebackObject, NULL,
     "TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nMake a traceback entry.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

#include "gen/types/traceback.inc"
