/* frame.f_lineno = n: where a debugger may continue.

   The value stack at the target must be made from the current one by popping.  An abstract run over
   the code finds, for each instruction, what kinds of values are on the stack there; three bits for
   each value, the top lowest, in 63 bits.  Iterators and saved exceptions are kinds of their own:
   a jump may drop them but not make them up.

   Source: the kinds and rules follow from the exception and loop protocols of 3.11's bytecode. */
#include <Python.h>
#include <opcode.h>
#include "object/freelist.h"
#include "object/state.h"
#include "vm/eval.h"
#include "vm/jump.h"

enum Kind { KIND_ITERATOR = 1, KIND_EXCEPTION, KIND_OBJECT, KIND_NULL, KIND_INDEX };

typedef int64_t Shape;
enum { UNREACHED = -2, TOO_DEEP = -1, EMPTY = 0 };
enum { KIND_BITS = 3, KIND_MASK = 7 };

static Shape
shape_push(Shape shape, enum Kind kind)
{
    if (shape < 0 || shape >> (63 - KIND_BITS) != 0) {
        return TOO_DEEP;
    }
    return shape << KIND_BITS | kind;
}

static Shape
shape_pop(Shape shape, int count)
{
    return shape < 0 ? shape : count * KIND_BITS >= 63 ? EMPTY : shape >> (count * KIND_BITS);
}

static int
shape_top(Shape shape)
{
    return (int)(shape & KIND_MASK);
}

static int
shape_depth(Shape shape)
{
    int depth = 0;
    for (; shape > 0; shape >>= KIND_BITS) {
        depth++;
    }
    return depth;
}

static int
shape_peek(Shape shape, int n)
{
    return (int)(shape >> ((n - 1) * KIND_BITS)) & KIND_MASK;
}

static Shape
shape_poke(Shape shape, int n, int kind)
{
    int shift = (n - 1) * KIND_BITS;
    return (shape & ~((Shape)KIND_MASK << shift)) | (Shape)kind << shift;
}

static int
stack_effect(int opcode, unsigned int oparg)
{
    int arg = (int)oparg;
    switch (opcode) {
#define OPCODE(name, number, caches, argument, effect, effect_taken)                               \
    case number:                                                                                   \
        return effect;
#include "vm/opcode.def"
    }
    return 0;
}

/* What the walk over the code knows and still has to do. */
struct Walk {
    PyCodeObject *code;
    int length;
    Shape *shapes;       /* before each code unit */
    bool changed;
};

static void
reach(struct Walk *walk, int index, Shape shape)
{
    if (index >= 0 && index < walk->length && walk->shapes[index] == UNREACHED) {
        walk->shapes[index] = shape;
        walk->changed = true;
    }
}

/* The default: pop and push plain objects by the instruction's net effect. */
static Shape
apply_effect(Shape shape, int effect)
{
    if (effect < 0) {
        return shape_pop(shape, -effect);
    }
    while (effect-- > 0) {
        shape = shape_push(shape, KIND_OBJECT);
    }
    return shape;
}

/* Follow one instruction to its successors.  `i` is its own code unit, `after` the next one. */
static void
step(struct Walk *walk, int opcode, unsigned int oparg, int i, int after)
{
    Shape shape = walk->shapes[i];
    int forward = after + (int)oparg;
    int backward = after - (int)oparg;
    switch (opcode) {
    case JUMP_IF_FALSE_OR_POP:
    case JUMP_IF_TRUE_OR_POP:
        reach(walk, forward, shape);
        reach(walk, after, shape_pop(shape, 1));
        return;
    case POP_JUMP_FORWARD_IF_FALSE:
    case POP_JUMP_FORWARD_IF_TRUE:
    case POP_JUMP_FORWARD_IF_NONE:
    case POP_JUMP_FORWARD_IF_NOT_NONE:
        reach(walk, forward, shape_pop(shape, 1));
        reach(walk, after, shape_pop(shape, 1));
        return;
    case POP_JUMP_BACKWARD_IF_FALSE:
    case POP_JUMP_BACKWARD_IF_TRUE:
    case POP_JUMP_BACKWARD_IF_NONE:
    case POP_JUMP_BACKWARD_IF_NOT_NONE:
        reach(walk, backward, shape_pop(shape, 1));
        reach(walk, after, shape_pop(shape, 1));
        return;
    case SEND:
        reach(walk, forward, shape_pop(shape, 1));
        reach(walk, after, shape);
        return;
    case JUMP_FORWARD:
        reach(walk, forward, shape);
        return;
    case JUMP_BACKWARD:
    case JUMP_BACKWARD_NO_INTERRUPT:
        reach(walk, backward, shape);
        return;
    case GET_ITER:
    case GET_AITER:
        shape = shape_push(shape_pop(shape, 1), KIND_ITERATOR);
        break;
    case FOR_ITER:
        reach(walk, forward, shape_pop(shape, 1));
        shape = shape_push(shape, KIND_OBJECT);
        break;
    case END_ASYNC_FOR:
        shape = shape_pop(shape, 2);
        break;
    case PUSH_EXC_INFO:
        shape = shape_push(shape, KIND_EXCEPTION);
        break;
    case POP_EXCEPT:
        shape = shape_pop(shape, 1);
        break;
    case RETURN_VALUE:
    case RAISE_VARARGS:
    case RERAISE:
        return;
    case PUSH_NULL:
        shape = shape_push(shape, KIND_NULL);
        break;
    case LOAD_GLOBAL:
        if (oparg & 1) {
            shape = shape_push(shape, KIND_NULL);
        }
        shape = shape_push(shape, KIND_OBJECT);
        break;
    case LOAD_METHOD:
        shape = shape_push(shape_push(shape_pop(shape, 1), KIND_NULL), KIND_OBJECT);
        break;
    case PRECALL:
    case KW_NAMES:
        break;
    case CALL:
        shape = shape_push(shape_pop(shape, (int)oparg + 2), KIND_OBJECT);
        break;
    case CALL_FUNCTION_EX:
        shape = shape_push(shape_pop(shape, 3 + (int)(oparg & 1)), KIND_OBJECT);
        break;
    case COPY:
        shape = shape < 0 ? shape : shape_push(shape, shape_peek(shape, (int)oparg));
        break;
    case SWAP:
        if (shape >= 0) {
            int top = shape_top(shape);
            int other = shape_peek(shape, (int)oparg);
            shape = shape_poke(shape_poke(shape, (int)oparg, top), 1, other);
        }
        break;
    default:
        shape = apply_effect(shape, stack_effect(opcode, oparg));
    }
    reach(walk, after, shape);
}

/* Handlers of ranges that are reached are reached, with the range's stack cut to their depth. */
static void
reach_handlers(struct Walk *walk)
{
    for (int i = 0; i < walk->length; i++) {
        struct Handler handler;
        Shape shape = walk->shapes[i];
        if (shape == UNREACHED || !unwind_find_handler(walk->code, i, &handler)) {
            continue;
        }
        if (shape >= 0) {
            shape = shape_pop(shape, shape_depth(shape) - handler.depth);
            if (handler.push_last) {
                shape = shape_push(shape, KIND_INDEX);
            }
            shape = shape_push(shape, KIND_EXCEPTION);
        }
        reach(walk, handler.target, shape);
    }
}

/* The stack's shape before every code unit; to be freed with PyMem_Free. */
static Shape *
find_shapes(PyCodeObject *code, int length)
{
    struct Walk walk = {code, length, PyMem_New(Shape, length + 1), true};
    if (walk.shapes == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (int i = 0; i <= length; i++) {
        walk.shapes[i] = UNREACHED;
    }
    _Py_CODEUNIT *units = _PyCode_CODE(code);
    /* A starting generator gets the None that is sent first. */
    bool generator = code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    walk.shapes[0] = generator ? shape_push(EMPTY, KIND_OBJECT) : EMPTY;
    while (walk.changed) {
        walk.changed = false;
        unsigned int extended = 0;
        for (int i = 0; i < length;) {
            int opcode = opcode_deoptimized[_Py_OPCODE(units[i])];
            unsigned int oparg = extended << 8 | _Py_OPARG(units[i]);
            int after = i + 1 + opcode_caches[opcode];
            extended = opcode == EXTENDED_ARG ? oparg : 0;
            if (walk.shapes[i] != UNREACHED) {
                step(&walk, opcode, oparg, i, after);
            }
            i = after;
        }
        reach_handlers(&walk);
    }
    return walk.shapes;
}

/* Can the stack `from` become `to` by popping? */
static bool
fits(Shape from, Shape to)
{
    if (from < 0 || to < 0) {
        return false;
    }
    int extra = shape_depth(from) - shape_depth(to);
    if (extra < 0) {
        return false;
    }
    from = shape_pop(from, extra);
    for (; from != EMPTY; from >>= KIND_BITS, to >>= KIND_BITS) {
        int have = shape_top(from), want = shape_top(to);
        if (want == KIND_OBJECT ? have == KIND_NULL : want != KIND_NULL && have != want) {
            return false;
        }
    }
    return true;
}

static const char *
explain(Shape to)
{
    if (to == TOO_DEEP) {
        return "stack to deep to analyze";
    }
    if (to == UNREACHED) {
        return "can't jump into an exception handler, or code may be unreachable";
    }
    switch (shape_top(to)) {
    case KIND_EXCEPTION:
        return "can't jump into an 'except' block as there's no exception";
    case KIND_INDEX:
        return "can't jump into a re-raising block as there's no location";
    case KIND_ITERATOR:
        return "can't jump into the body of a for loop";
    }
    return "incompatible stacks";
}

/* Whether a code unit is the first instruction of its line's run. */
static bool
starts_line(PyCodeObject *code, int index)
{
    int line = code_line_at(code, index);
    return line >= 0 && (index == 0 || code_line_at(code, index - 1) != line);
}

/* The code unit to continue at for `line`, and the stack there; -1 with ValueError. */
static int
choose_target(PyCodeObject *code, Shape *shapes, Shape from, int length, int line, Shape *to_out)
{
    const char *reason = "cannot find bytecode for specified line";
    bool explained = false;
    int target = -1;
    Shape best = TOO_DEEP;
    for (int i = code->_co_firsttraceable; i < length; i++) {
        if (!starts_line(code, i) || code_line_at(code, i) != line) {
            continue;
        }
        if (fits(from, shapes[i])) {
            if (shapes[i] > best) {
                best = shapes[i];
                target = i;
            }
        }
        else if (target < 0 && !explained) {
            if (from == TOO_DEEP) {
                reason = "stack to deep to analyze";
            }
            else if (from == UNREACHED) {
                reason = "can't jump from unreachable code";
            }
            else {
                reason = explain(shapes[i]);
                explained = true;
            }
        }
    }
    if (target < 0) {
        PyErr_SetString(PyExc_ValueError, reason);
    }
    *to_out = best;
    return target;
}

/* The nearest line from `line` on that has code; -1 with ValueError. */
static int
line_with_code(PyCodeObject *code, int length, int line)
{
    if (line < code->co_firstlineno) {
        PyErr_Format(PyExc_ValueError, "line %d comes before the current code block", line);
        return -1;
    }
    int best = INT_MAX;
    for (int i = code->_co_firsttraceable; i < length; i++) {
        int at = code_line_at(code, i);
        if (at >= line && at < best && starts_line(code, i)) {
            best = at;
        }
    }
    if (best == INT_MAX) {
        PyErr_Format(PyExc_ValueError, "line %d comes after the current code block", line);
        return -1;
    }
    return best;
}

/* Jumps are for tracers, at `line` events and after a yield. */
static status
check_event(PyFrameObject *frame, bool suspended)
{
    int event = tstate_get()->tracing_what;
    if (event == PyTrace_CALL) {
        PyErr_SetString(PyExc_ValueError,
                        "can't jump from the 'call' trace event of a new frame");
        return -1;
    }
    if (event != PyTrace_LINE && !(event == PyTrace_RETURN && suspended)) {
        PyErr_SetString(PyExc_ValueError, "can only jump from a 'line' trace event");
        return -1;
    }
    if (frame->f_trace == NULL) {
        PyErr_SetString(PyExc_ValueError, "f_lineno can only be set by a trace function");
        return -1;
    }
    return 0;
}

/* Drop values until the stack has the target's shape; saved exceptions are handled again. */
static void
pop_to(Frame *frame, Shape from, Shape to)
{
    while (shape_depth(from) > shape_depth(to)) {
        PyObject *value = frame->slots[--frame->stack_top];
        if (shape_top(from) == KIND_EXCEPTION) {
            _PyErr_StackItem *info = tstate_get()->exc_info;
            PyObject *old = info->exc_value;
            info->exc_value = value == Py_None ? NULL : Py_XNewRef(value);
            Py_XDECREF(old);
        }
        Py_XDECREF(value);
        from = shape_pop(from, 1);
    }
}

int
frame_jump(PyFrameObject *object, PyObject *value)
{
    Frame *frame = object->f_frame;
    PyCodeObject *code = frame->code;
    int length = (int)Py_SIZE(code);
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!PyLong_CheckExact(value)) {
        PyErr_SetString(PyExc_ValueError, "lineno must be an integer");
        return -1;
    }
    bool suspended = frame->owner == OWNED_BY_GENERATOR &&
                     frame_generator(frame)->gi_frame_state == FRAME_SUSPENDED;
    if (check_event(object, suspended) < 0) {
        return -1;
    }
    int overflow;
    long wanted = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow || wanted > INT_MAX || wanted < INT_MIN) {
        PyErr_SetString(PyExc_ValueError, "lineno out of range");
        return -1;
    }
    int line = line_with_code(code, length, (int)wanted);
    if (line < 0) {
        return -1;
    }
    Shape *shapes = find_shapes(code, length);
    if (shapes == NULL) {
        return -1;
    }
    Shape to, from = shapes[frame_last_index(frame)];
    int target = choose_target(code, shapes, from, length, line, &to);
    PyMem_Free(shapes);
    if (target < 0) {
        return -1;
    }
    if (suspended) {
        /* The yielded value has left the stack already. */
        from = shape_pop(from, 1);
    }
    pop_to(frame, from, to);
    object->f_lineno = 0;
    frame->last = _PyCode_CODE(code) + target;
    tracemalloc_forget_callers();
    return 0;
}
