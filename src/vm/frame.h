/* The interpreter's frame: what one running code object needs, locals and value stack inline.

   A Frame lives in one of three places, named by `owner`:
     OWNED_BY_THREAD     on the thread's data stack (vm/frame_stack.h), popped when it returns;
     OWNED_BY_GENERATOR  inside a generator, coroutine or async generator object (gi_iframe);
     OWNED_BY_OBJECT     inside a PyFrameObject, after its code finished while someone still held
                         the frame object.
   The Python-visible frame object is made on demand (`frame_get_object`) and cached in `object`.

   Invariants:
   1. tstate->cframe->current_frame is the innermost running frame; `previous` leads outward.
      A generator's frame has previous == NULL unless it runs.
   2. slots[0 .. code->co_nlocalsplus) are locals, cells, free variables (NULL = unbound);
      the value stack follows.
   3. stack_top counts slots in use (locals included) while the frame is suspended or visible to
      others; it is -1 while the interpreter loop holds the stack pointer.
   4. last points at the instruction that runs or ran last; first instruction - 1 before start.
      While a function called by this frame runs it points at the last cache entry of the call, but at
      the instruction itself if the reference would have gone through C (ends_as of that function's
      frame is not ENDS_AS_VALUE): f_lasti shows it.
   5. globals, builtins and consts are borrowed from func and code. */
#ifndef KRAIT_VM_FRAME_H
#define KRAIT_VM_FRAME_H

#include <Python.h>
#include <frameobject.h>
#include "base/common.h"

/* What the end of a frame means to its caller in the same loop. */
enum FrameEnd {
    ENDS_AS_VALUE = 0,        /* the value of the call */
    ENDS_AS_INIT = 1,         /* an __init__: must be None, the instance waits on the caller's stack already */
    ENDS_AS_OPERATOR = 2,     /* of BINARY_OP, whose operands wait there; NotImplemented passes the turn on */
    ENDS_AS_COMPARISON = 3,   /* the same of COMPARE_OP */
    ENDS_AS_ATTRIBUTE = 4,    /* a property's getter: the value of LOAD_ATTR */
};

enum FrameOwner { OWNED_BY_THREAD = 0, OWNED_BY_GENERATOR = 1, OWNED_BY_OBJECT = 2 };

/* gi_frame_state of a generator; everything below FRAME_EXECUTING can be resumed. */
enum GeneratorState {
    FRAME_CREATED = -2,
    FRAME_SUSPENDED = -1,
    FRAME_EXECUTING = 0,
    FRAME_COMPLETED = 1,
    FRAME_CLEARED = 4,
};

struct _PyInterpreterFrame {
    PyFunctionObject *func;   /* owned; must stay the first field */
    PyObject *globals;        /* borrowed */
    PyObject *builtins;       /* borrowed */
    PyObject *locals;         /* owned namespace of a module or class body, else NULL until asked */
    PyCodeObject *code;       /* owned */
    PyObject **consts;        /* borrowed: items of code->co_consts */
    PyFrameObject *object;    /* owned, or NULL while nobody asked */
    struct _PyInterpreterFrame *previous;
    _Py_CODEUNIT *last;
    int stack_top;
    int exhausted_jump;       /* how far FOR_ITER or SEND of `previous` jumps when this generator
                                 frame returns */
    bool is_entry;            /* returning from it leaves the C loop that runs it */
    char owner;
    uint8_t ends_as;          /* what its value becomes: enum FrameEnd */
    uint8_t unused;
    uint32_t callers;         /* tracemalloc's number for them; 0: not known.  Anew with each `previous` */
    PyObject *slots[1];
};
typedef struct _PyInterpreterFrame Frame;

#define FRAME_HEADER_WORDS ((int)(offsetof(Frame, slots) / sizeof(PyObject *)))

/* The reported size of a frame header: sys.getsizeof and __basicsize__ of frames and generators
   count nine words, whatever Frame really holds. */
#define FRAME_REPORTED_BYTES ((Py_ssize_t)(9 * sizeof(PyObject *)))

/* A frame object.  f_back is used (and owned) only when the frame is complete or was made by
   PyFrame_New; otherwise the chain of Frames answers. */
struct _frame {
    PyObject_HEAD
    PyFrameObject *f_back;
    Frame *f_frame;           /* points into data[] when owner is OWNED_BY_OBJECT */
    PyObject *f_trace;
    int f_lineno;             /* nonzero wins over the line table */
    char f_trace_lines;
    char f_trace_opcodes;
    char f_fast_as_locals;    /* locals may have been changed through f_locals */
    PyObject *data[1];
};

/* The number of words a frame of this code takes, header included. */
static inline int
frame_words(const PyCodeObject *code)
{
    return code->co_nlocalsplus + code->co_stacksize + FRAME_HEADER_WORDS;
}

static inline _Py_CODEUNIT *
frame_first_instruction(const Frame *frame)
{
    return _PyCode_CODE(frame->code);
}

/* The index of the last instruction in code units; -1 before the first. */
static inline int
frame_last_index(const Frame *frame)
{
    return (int)(frame->last - _PyCode_CODE(frame->code));
}

/* Fill a fresh frame; takes over the references to func and locals.  Locals from `bound` on are
   set to NULL, those below are the caller's to fill. */
static ALWAYS_INLINE void
frame_init(Frame *frame, PyFunctionObject *func, PyObject *locals, PyCodeObject *code, int bound)
{
    frame->func = func;
    frame->globals = func->func_globals;
    frame->builtins = func->func_builtins;
    frame->locals = locals;
    Py_INCREF(code);
    frame->code = code;
    frame->consts = ((PyTupleObject *)code->co_consts)->ob_item;
    frame->object = NULL;
    frame->last = _PyCode_CODE(code) - 1;
    frame->stack_top = code->co_nlocalsplus;
    frame->is_entry = false;
    frame->owner = OWNED_BY_THREAD;
    frame->ends_as = ENDS_AS_VALUE;
    frame->unused = 0;
    frame->callers = 0;
    for (int i = bound; i < code->co_nlocalsplus; i++) {
        frame->slots[i] = NULL;
    }
}

/* A frame that has not yet reached its first traceable instruction (it still makes cells or the
   generator object) is hidden from Python. */
static inline bool
frame_is_incomplete(const Frame *frame)
{
    return frame->owner != OWNED_BY_GENERATOR &&
           frame->last < _PyCode_CODE(frame->code) + frame->code->_co_firsttraceable;
}

/* The nearest frame from here outward that Python may see, or NULL. */
static inline Frame *
frame_visible(Frame *frame)
{
    while (frame != NULL && frame_is_incomplete(frame)) {
        frame = frame->previous;
    }
    return frame;
}

/* The generator object around a frame owned by one. */
static inline PyGenObject *
frame_generator(const Frame *frame)
{
    return (PyGenObject *)((char *)frame - offsetof(PyGenObject, gi_iframe));
}

static inline Frame *
generator_frame(const PyGenObject *generator)
{
    return (Frame *)(void *)((char *)generator + offsetof(PyGenObject, gi_iframe));
}

/* types/frame.c */

/* The frame object of a visible frame, made if need be; borrowed.  NULL with an error set when
   there is no memory; a pending exception survives. */
PyFrameObject *frame_make_object(Frame *frame);

static inline PyFrameObject *
frame_get_object(Frame *frame)
{
    return frame->object != NULL ? frame->object : frame_make_object(frame);
}

/* Drop everything a frame owns.  A frame object with other owners takes the contents over. */
void frame_clear(Frame *frame);

static ALWAYS_INLINE void
frame_clear_quick(Frame *frame)
{
    if (unlikely(frame->object != NULL)) {
        frame_clear(frame);
        return;
    }
    PyObject **slot = frame->slots;
    for (int n = frame->stack_top; n > 0; n--, slot++) {
        Py_XDECREF(*slot);
    }
    Py_XDECREF(frame->locals);
    Py_DECREF(frame->func);
    Py_DECREF(frame->code);
}

int frame_traverse(Frame *frame, visitproc visit, void *arg);
/* Line of the last instruction, 0 or more, or -1 if there is none. */
int frame_line(Frame *frame);
/* f_locals of a frame: the namespace, or a dict snapshot of the fast locals; borrowed. */
PyObject *frame_locals(Frame *frame);
status frame_fast_to_locals(Frame *frame);
void frame_locals_to_fast(Frame *frame, bool clear);
/* A copy of the chunk of words of a frame that is about to be moved into `target`. */
void frame_move(Frame *source, Frame *target);

#endif
