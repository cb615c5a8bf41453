/* The interpreter loop: dispatch, entering and leaving frames.

   The bodies of the instructions are in ops/; tools/gen_ops.py collects them into the loop.

   Registers of the loop:
     next   the code unit after the instruction that runs: its first cache word, if it has any
     sp     first free slot of the value stack
     frame  the running frame; cframe.current_frame mirrors it
     table  dispatch addresses: &targets[0], or &targets[255] while tracing, where every entry
            leads to DO_TRACING
   A Python function called from Python runs in the same C frame.  The loop returns to its C caller
   when a frame marked is_entry finishes.

   Operands are always owned: numpy looks for the symbol _PyEval_EvalFrameDefault on the C stack and
   then reuses operands whose count is 1. */
#include <Python.h>
#include <opcode.h>
#include "base/nan.h"
#include "object/declare.h"
#include "object/state.h"
#include "object/attr.h"
#include "object/doors.h"
#include "object/gc.h"
#include "object/object.h"
#include "object/slots.h"
#include "types/classmethod.h"
#include "types/exceptions.h"
#include "types/function.h"
#include "types/generator.h"
#include "types/dict_keys.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/pairs.h"
#include "types/property.h"
#include "types/range.h"
#include "types/set.h"
#include "types/str.h"
#include "types/traceback.h"
#include "types/tuple.h"
#include "vm/cache.h"
#include "vm/eval.h"
#include "vm/frame_stack.h"
#include "vm/specialize.h"

PyAPI_FUNC(int) _Py_CheckRecursiveCall(PyThreadState *, const char *);

enum { TARGETS = 256, TRACING_OFFSET = 255 };

typedef PyObject *(*BinaryFunction)(PyObject *, PyObject *);

static PyObject *
power(PyObject *left, PyObject *right)
{
    return PyNumber_Power(left, right, Py_None);
}

static PyObject *
inplace_power(PyObject *left, PyObject *right)
{
    return PyNumber_InPlacePower(left, right, Py_None);
}

static const BinaryFunction binary_functions[] = {
    [NB_ADD] = PyNumber_Add,
    [NB_AND] = PyNumber_And,
    [NB_FLOOR_DIVIDE] = PyNumber_FloorDivide,
    [NB_LSHIFT] = PyNumber_Lshift,
    [NB_MATRIX_MULTIPLY] = PyNumber_MatrixMultiply,
    [NB_MULTIPLY] = PyNumber_Multiply,
    [NB_REMAINDER] = PyNumber_Remainder,
    [NB_OR] = PyNumber_Or,
    [NB_POWER] = power,
    [NB_RSHIFT] = PyNumber_Rshift,
    [NB_SUBTRACT] = PyNumber_Subtract,
    [NB_TRUE_DIVIDE] = PyNumber_TrueDivide,
    [NB_XOR] = PyNumber_Xor,
    [NB_INPLACE_ADD] = PyNumber_InPlaceAdd,
    [NB_INPLACE_AND] = PyNumber_InPlaceAnd,
    [NB_INPLACE_FLOOR_DIVIDE] = PyNumber_InPlaceFloorDivide,
    [NB_INPLACE_LSHIFT] = PyNumber_InPlaceLshift,
    [NB_INPLACE_MATRIX_MULTIPLY] = PyNumber_InPlaceMatrixMultiply,
    [NB_INPLACE_MULTIPLY] = PyNumber_InPlaceMultiply,
    [NB_INPLACE_REMAINDER] = PyNumber_InPlaceRemainder,
    [NB_INPLACE_OR] = PyNumber_InPlaceOr,
    [NB_INPLACE_POWER] = inplace_power,
    [NB_INPLACE_RSHIFT] = PyNumber_InPlaceRshift,
    [NB_INPLACE_SUBTRACT] = PyNumber_InPlaceSubtract,
    [NB_INPLACE_TRUE_DIVIDE] = PyNumber_InPlaceTrueDivide,
    [NB_INPLACE_XOR] = PyNumber_InPlaceXor,
};

/* PyObject_IsTrue, with the commonest types first. */
static ALWAYS_INLINE truth
is_true(PyObject *value)
{
    if (value == Py_True) {
        return 1;
    }
    if (value == Py_False || value == Py_None) {
        return 0;
    }
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        return PyUnicode_GET_LENGTH(value) != 0;
    }
    if (type == &PyLong_Type || type == &PyList_Type || type == &PyTuple_Type) {
        return Py_SIZE(value) != 0;
    }
    if (type == &PyDict_Type) {
        return PyDict_GET_SIZE(value) != 0;
    }
    return PyObject_IsTrue(value);
}

static ALWAYS_INLINE bool
depth_enter(PyThreadState *tstate)
{
    return likely(tstate->recursion_remaining-- > 0) || _Py_CheckRecursiveCall(tstate, "") == 0;
}

/* Whether a frame that ends so counts twice: the reference calls its function from C functions that
   count too.  Taken before the frame is made, given back when it is gone. */
#define COUNTS_TWICE(end) ((end) & 1)
static_assert(COUNTS_TWICE(ENDS_AS_INIT) && COUNTS_TWICE(ENDS_AS_COMPARISON) && !COUNTS_TWICE(ENDS_AS_VALUE) &&
              !COUNTS_TWICE(ENDS_AS_OPERATOR) && !COUNTS_TWICE(ENDS_AS_ATTRIBUTE), "");

/* Room for the call of a C function; who comes back adds one to recursion_remaining. */
static ALWAYS_INLINE bool
c_call_enter(PyThreadState *tstate)
{
    return likely(tstate->recursion_remaining-- > 0) ||
           _Py_CheckRecursiveCall(tstate, " while calling a Python object") == 0;
}

static ALWAYS_INLINE bool
has_eval_hook(PyThreadState *tstate)
{
    return unlikely(tstate->interp->eval_frame != NULL);
}

/* Whether a Python function takes just `n` positional arguments, so that push_exact fits. */
static ALWAYS_INLINE bool
takes_exactly(PyObject *function, int n)
{
    PyCodeObject *code = (PyCodeObject *)((PyFunctionObject *)function)->func_code;
    return code->co_argcount == n && code->co_kwonlyargcount == 0 &&
           (code->co_flags & (CO_VARARGS | CO_VARKEYWORDS | CO_OPTIMIZED)) == CO_OPTIMIZED;
}

/* The same of a function whose value is what its code returns. */
static ALWAYS_INLINE bool
takes_exactly_plain(PyObject *function, int n)
{
    int flags = ((PyCodeObject *)((PyFunctionObject *)function)->func_code)->co_flags;
    return takes_exactly(function, n) && !(flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR));
}

/* A function whose calls the loop may run itself. */
static ALWAYS_INLINE bool
is_inlinable(PyThreadState *tstate, PyObject *callable)
{
    return PyFunction_Check(callable) &&
           ((PyFunctionObject *)callable)->vectorcall == _PyFunction_Vectorcall &&
           !has_eval_hook(tstate);
}

/* ---- operators of Python classes -------------------------------------------------------------- */

/* An operator's place among the slots, and what stands there if a class has the method. */
static const struct {
    unsigned offset;
    binaryfunc of_class;
} operators[NB_XOR + 1] = {
    [NB_ADD] = {offsetof(PyNumberMethods, nb_add), slot_add},
    [NB_AND] = {offsetof(PyNumberMethods, nb_and), slot_and},
    [NB_FLOOR_DIVIDE] = {offsetof(PyNumberMethods, nb_floor_divide), slot_floordiv},
    [NB_LSHIFT] = {offsetof(PyNumberMethods, nb_lshift), slot_lshift},
    [NB_MATRIX_MULTIPLY] = {offsetof(PyNumberMethods, nb_matrix_multiply), slot_matmul},
    [NB_MULTIPLY] = {offsetof(PyNumberMethods, nb_multiply), slot_mul},
    [NB_REMAINDER] = {offsetof(PyNumberMethods, nb_remainder), slot_mod},
    [NB_OR] = {offsetof(PyNumberMethods, nb_or), slot_or},
    [NB_RSHIFT] = {offsetof(PyNumberMethods, nb_rshift), slot_rshift},
    [NB_SUBTRACT] = {offsetof(PyNumberMethods, nb_subtract), slot_sub},
    [NB_TRUE_DIVIDE] = {offsetof(PyNumberMethods, nb_true_divide), slot_truediv},
    [NB_XOR] = {offsetof(PyNumberMethods, nb_xor), slot_xor},
};

static PyObject *
operator_name(int op)
{
    switch (op) {
    case NB_ADD: return ID(__add__);
    case NB_AND: return ID(__and__);
    case NB_FLOOR_DIVIDE: return ID(__floordiv__);
    case NB_LSHIFT: return ID(__lshift__);
    case NB_MATRIX_MULTIPLY: return ID(__matmul__);
    case NB_MULTIPLY: return ID(__mul__);
    case NB_REMAINDER: return ID(__mod__);
    case NB_OR: return ID(__or__);
    case NB_RSHIFT: return ID(__rshift__);
    case NB_SUBTRACT: return ID(__sub__);
    case NB_TRUE_DIVIDE: return ID(__truediv__);
    case NB_XOR: return ID(__xor__);
    }
    return NULL;
}

static PyObject *
comparison_name(int op)
{
    switch (op) {
    case Py_LT: return ID(__lt__);
    case Py_LE: return ID(__le__);
    case Py_EQ: return ID(__eq__);
    case Py_NE: return ID(__ne__);
    case Py_GT: return ID(__gt__);
    }
    return ID(__ge__);
}

/* A function of a class, to be called with two arguments in this loop; borrowed, NULL if it does not fit. */
static PyFunctionObject *
method_peek(PyThreadState *tstate, PyTypeObject *type, PyObject *name)
{
    PyObject *found = _PyType_Lookup(type, name);
    return found == NULL || !is_inlinable(tstate, found) || !takes_exactly_plain(found, 2)
               ? NULL
               : (PyFunctionObject *)found;
}

/* What a binary operator calls first, if both operands are of one type; then operator_refused knows what
   comes after it. */
static ALWAYS_INLINE binaryfunc
operator_slot(PyObject *left, int op)
{
    PyNumberMethods *suite = Py_TYPE(left)->tp_as_number;
    return op > NB_XOR || op == NB_POWER || suite == NULL
               ? NULL
               : *(binaryfunc *)((char *)suite + operators[op].offset);
}

/* The method behind such a slot; the right operand may also be an exact int or float. */
static PyFunctionObject *
operator_method_peek(PyThreadState *tstate, PyObject *left, PyObject *right, int op)
{
    PyTypeObject *type = Py_TYPE(left);
    if (Py_TYPE(right) != type && !PyFloat_CheckExact(right) && !PyLong_CheckExact(right)) {
        return NULL;
    }
    return method_peek(tstate, type, operator_name(op));
}

static PyFunctionObject *
comparison_method_peek(PyThreadState *tstate, PyObject *left, PyObject *right, int op)
{
    PyTypeObject *type = Py_TYPE(left);
    if (type->tp_richcompare != slot_richcompare || !(type->tp_flags & Py_TPFLAGS_HEAPTYPE) ||
        (Py_TYPE(right) != type && PyType_IsSubtype(Py_TYPE(right), type))) {
        return NULL;
    }
    return method_peek(tstate, type, comparison_name(op));
}

/* ---- operators on exact ints and floats ------------------------------------------------------- */

/* `left op right` for ints of one limb: a new reference, or NULL (no exception) if this is no place
   for it: an operator or operands that need the general way, or no memory. */
static PyObject *
int_operator(PyObject *left, PyObject *right, int op)
{
    if (!int_is_compact((PyLongObject *)left) || !int_is_compact((PyLongObject *)right)) {
        return NULL;
    }
    int64_t a = int_compact_value((PyLongObject *)left);
    int64_t b = int_compact_value((PyLongObject *)right);
    switch (op < NB_INPLACE_ADD ? op : op - NB_INPLACE_ADD) {
    case NB_ADD:
        return int_from_int64(a + b);
    case NB_SUBTRACT:
        return int_from_int64(a - b);
    case NB_MULTIPLY:
        return int_from_int64(a * b);
    case NB_AND:
        return int_from_int64(a & b);
    case NB_OR:
        return int_from_int64(a | b);
    case NB_XOR:
        return int_from_int64(a ^ b);
    case NB_LSHIFT:
        return (uint64_t)b < 32 ? int_from_int64(a << b) : NULL;
    case NB_RSHIFT:
        return b >= 0 ? int_from_int64(a >> (b < 63 ? b : 63)) : NULL;
    case NB_FLOOR_DIVIDE:
        /* Floored: C truncates. */
        return b == 0 ? NULL : int_from_int64(a / b - (a % b != 0 && (a ^ b) < 0));
    case NB_REMAINDER:
        return b == 0 ? NULL : int_from_int64(a % b + (a % b != 0 && (a ^ b) < 0 ? b : 0));
    case NB_TRUE_DIVIDE:
        return b == 0 ? NULL : float_from_double((double)a / (double)b);
    }
    return NULL;
}

/* The same for a float and a float or an int of one limb. */
static PyObject *
float_operator(PyObject *left, PyObject *right, int op)
{
    double a, b;
    if (PyFloat_CheckExact(left)) {
        a = PyFloat_AS_DOUBLE(left);
    }
    else if (PyLong_CheckExact(left) && int_is_compact((PyLongObject *)left)) {
        a = (double)int_compact_value((PyLongObject *)left);
    }
    else {
        return NULL;
    }
    if (PyFloat_CheckExact(right)) {
        b = PyFloat_AS_DOUBLE(right);
    }
    else if (PyLong_CheckExact(right) && int_is_compact((PyLongObject *)right)) {
        b = (double)int_compact_value((PyLongObject *)right);
    }
    else {
        return NULL;
    }
    switch (op < NB_INPLACE_ADD ? op : op - NB_INPLACE_ADD) {
    case NB_ADD:
        return float_from_double(double_add(a, b));
    case NB_SUBTRACT:
        return float_from_double(a - b);
    case NB_MULTIPLY:
        return float_from_double(double_multiply(a, b));
    case NB_TRUE_DIVIDE:
        return b == 0.0 ? NULL : float_from_double(a / b);
    }
    return NULL;
}

/* Quick ways alone: NULL, perhaps without an exception, if there is none. */
static ALWAYS_INLINE PyObject *
number_operator(PyObject *left, PyObject *right, int op)
{
    PyObject *result = NULL;
    if (PyLong_CheckExact(left) && PyLong_CheckExact(right)) {
        result = int_operator(left, right, op);
    }
    else if (PyFloat_CheckExact(left) || PyFloat_CheckExact(right)) {
        result = float_operator(left, right, op);
    }
    return result;
}

/* A comparison whose outcome needs no code to run: 1, 0, or -1 if it is not of that kind. */
static ALWAYS_INLINE int
compare_quick(PyObject *left, PyObject *right, int op)
{
    int outcome;
    if (PyLong_CheckExact(left) && PyLong_CheckExact(right)) {
        int order = int_compare((PyLongObject *)left, (PyLongObject *)right);
        outcome = 1 << ((order > 0) - (order < 0) + 1);
    }
    else if (PyFloat_CheckExact(left) && PyFloat_CheckExact(right)) {
        double a = PyFloat_AS_DOUBLE(left), b = PyFloat_AS_DOUBLE(right);
        if (a != a || b != b) {
            return op == Py_NE;
        }
        outcome = 1 << ((a > b) - (a < b) + 1);
    }
    else if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right) &&
             (op == Py_EQ || op == Py_NE)) {
        return (left == right || _PyUnicode_EQ(left, right)) == (op == Py_EQ);
    }
    else {
        return -1;
    }
    static const uint8_t masks[] = {
        [Py_LT] = 1, [Py_LE] = 3, [Py_EQ] = 2, [Py_NE] = 5, [Py_GT] = 4, [Py_GE] = 6,
    };
    return (masks[op] & outcome) != 0;
}

/* ---- frames for calls ----------------------------------------------------------------------- */

/* eval_push_call. */
static ALWAYS_INLINE Frame *
push_call(PyThreadState *tstate, PyFunctionObject *func, PyObject *locals,
          PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Frame *frame = frame_stack_push(tstate, frame_words(code));
    if (unlikely(frame == NULL)) {
        Py_ssize_t total = nargs + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0);
        for (Py_ssize_t i = 0; i < total; i++) {
            Py_DECREF(args[i]);
        }
        Py_DECREF(func);
        Py_XDECREF(locals);
        return NULL;
    }
    frame_init(frame, func, locals, code, 0);
    if (unlikely(function_bind(func, frame->slots, args, nargs, kwnames) < 0)) {
        eval_pop_frame(tstate, frame);
        return NULL;
    }
    return frame;
}

Frame *
eval_push_call(PyThreadState *tstate, PyFunctionObject *func, PyObject *locals,
               PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return push_call(tstate, func, locals, args, nargs, kwnames);
}

void
eval_pop_frame(PyThreadState *tstate, Frame *frame)
{
    tstate->recursion_remaining--;
    frame_clear_quick(frame);
    tstate->recursion_remaining++;
    frame_stack_pop(tstate, frame);
}

PyObject *
eval_run(PyThreadState *tstate, Frame *frame, int throwing)
{
    if (has_eval_hook(tstate)) {
        return tstate->interp->eval_frame(tstate, frame, throwing);
    }
    return _PyEval_EvalFrameDefault(tstate, frame, throwing);
}

static ALWAYS_INLINE void
pop_frame(PyThreadState *tstate, Frame *frame)
{
    tstate->recursion_remaining--;
    frame_clear_quick(frame);
    tstate->recursion_remaining++;
    frame_stack_pop(tstate, frame);
}

/* eval_vector for arguments that are exactly the first locals. */
static ALWAYS_INLINE PyObject *
eval_vector_exact(PyThreadState *tstate, PyFunctionObject *func, PyObject *const *args,
                  Py_ssize_t nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Frame *frame = frame_stack_push(tstate, frame_words(code));
    if (unlikely(frame == NULL)) {
        return NULL;
    }
    Py_INCREF(func);
    frame_init(frame, func, NULL, code, (int)nargs);
    for (Py_ssize_t i = 0; i < nargs; i++) {
        frame->slots[i] = Py_NewRef(args[i]);
    }
    PyObject *result = eval_run(tstate, frame, 0);
    pop_frame(tstate, frame);
    return result;
}

PyObject *
eval_vector(PyThreadState *tstate, PyFunctionObject *func, PyObject *locals, PyObject *const *args,
            Py_ssize_t nargs, PyObject *kwnames)
{
    if (likely(kwnames == NULL && takes_exactly((PyObject *)func, (int)nargs))) {
        return eval_vector_exact(tstate, func, args, nargs);
    }
    Py_ssize_t total = nargs + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0);
    for (Py_ssize_t i = 0; i < total; i++) {
        Py_INCREF(args[i]);
    }
    Py_INCREF(func);
    Py_XINCREF(locals);
    Frame *frame = push_call(tstate, func, locals, args, nargs, kwnames);
    if (frame == NULL) {
        return NULL;
    }
    PyObject *result = eval_run(tstate, frame, 0);
    pop_frame(tstate, frame);
    return result;
}

/* A frame for a call whose arguments are exactly the first `nargs` locals.  Takes over func and
   the arguments, also on failure. */
static ALWAYS_INLINE Frame *
push_exact(PyThreadState *tstate, PyFunctionObject *func, PyObject **args, int nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Frame *frame = frame_stack_push(tstate, frame_words(code));
    if (unlikely(frame == NULL)) {
        for (int i = 0; i < nargs; i++) {
            Py_DECREF(args[i]);
        }
        Py_DECREF(func);
        return NULL;
    }
    frame_init(frame, func, NULL, code, nargs);
    for (int i = 0; i < nargs; i++) {
        frame->slots[i] = args[i];
    }
    return frame;
}

/* The value a dict holds at entry `hint` if that entry's key is `name`; borrowed, else NULL. */
static ALWAYS_INLINE PyObject *
dict_peek_hint(PyDictObject *dict, PyObject *name, unsigned int hint)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (unlikely((Py_ssize_t)hint >= keys->nentries || keys->kind == KEYS_GENERAL) ||
        KEYS_STR_ENTRIES(keys)[hint].key != name) {
        return NULL;
    }
    return *entry_value(dict, hint);
}

/* Whether a function takes all arguments as one tuple and one dict, or as a tuple, and so what a call
   with `*args, **kwargs` has already. */
static ALWAYS_INLINE bool
takes_all(PyFunctionObject *func, Py_ssize_t keywords)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    const int all = CO_VARARGS | CO_OPTIMIZED;
    return code->co_argcount == 0 && code->co_kwonlyargcount == 0 && (code->co_flags & all) == all &&
           (keywords == 0 || code->co_flags & CO_VARKEYWORDS);
}

/* push_call_ex for such a function.  A tuple or dict that only the caller's stack holds is handed on:
   nobody can tell it from a copy.  Any other tuple is copied, since the function's is its own. */
static Frame *
push_all(PyThreadState *tstate, PyFunctionObject *func, PyObject *args, PyObject *kwargs)
{
    PyObject *values[2];
    int n = 1;
    values[0] = Py_REFCNT(args) == 1 ? Py_NewRef(args)
                                     : tuple_from_array(&PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args));
    if (values[0] == NULL) {
        goto fail;
    }
    if (((PyCodeObject *)func->func_code)->co_flags & CO_VARKEYWORDS) {
        values[n++] = kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0 ? Py_NewRef(kwargs) : PyDict_New();
        if (values[1] == NULL) {
            Py_DECREF(values[0]);
            goto fail;
        }
    }
    return push_exact(tstate, func, values, n);

fail:
    Py_DECREF(func);
    return NULL;
}

/* CALL_FUNCTION_EX on a Python function: spread the tuple and the dict into one array, in a frame
   of the running loop.  Borrows self and kwargs (may be NULL) and args, takes over func. */
static Frame *
push_call_ex(PyThreadState *tstate, PyFunctionObject *func, PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *small[8];
    Py_ssize_t nargs = PyTuple_GET_SIZE(args) + (self != NULL);
    Py_ssize_t nkw = kwargs != NULL ? PyDict_GET_SIZE(kwargs) : 0;
    PyObject **array = small;
    PyObject *kwnames = NULL;
    Frame *frame = NULL;
    if (self == NULL && takes_all(func, nkw) &&
        (nkw == 0 || (Py_REFCNT(kwargs) == 1 && ((PyDictObject *)kwargs)->ma_keys->kind != KEYS_GENERAL))) {
        return push_all(tstate, func, args, kwargs);
    }
    if (nargs + nkw > (Py_ssize_t)ARRAY_LEN(small)) {
        array = PyMem_New(PyObject *, nargs + nkw);
        if (array == NULL) {
            PyErr_NoMemory();
            goto fail;
        }
    }
    if (nkw > 0) {
        kwnames = PyTuple_New(nkw);
        if (kwnames == NULL) {
            goto fail;
        }
        PyObject *key, *value;
        Py_ssize_t position = 0, i = 0;
        bool all_str = true;
        while (PyDict_Next(kwargs, &position, &key, &value)) {
            all_str &= PyUnicode_Check(key);
            Py_INCREF(key);
            PyTuple_SET_ITEM(kwnames, i, key);
            array[nargs + i++] = value;
        }
        if (!all_str) {
            PyErr_SetString(PyExc_TypeError, "keywords must be strings");
            goto fail;
        }
    }
    PyObject **out = array;
    if (self != NULL) {
        *out++ = self;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        *out++ = PyTuple_GET_ITEM(args, i);
    }
    for (Py_ssize_t i = 0; i < nargs + nkw; i++) {
        Py_INCREF(array[i]);
    }
    if (nkw == 0 && nargs <= (Py_ssize_t)ARRAY_LEN(small) && takes_exactly((PyObject *)func, (int)nargs)) {
        return push_exact(tstate, func, array, (int)nargs);
    }
    PyObject *locals = NULL;
    if (!(((PyCodeObject *)func->func_code)->co_flags & CO_OPTIMIZED)) {
        locals = Py_NewRef(func->func_globals);
    }
    frame = eval_push_call(tstate, func, locals, array, nargs, kwnames);
    func = NULL;
fail:
    Py_XDECREF((PyObject *)func);
    Py_XDECREF(kwnames);
    if (array != small) {
        PyMem_Free(array);
    }
    return frame;
}

/* ---- the loop ------------------------------------------------------------------------------- */

#ifdef KRAIT_DEBUG
/* An instruction left an exception pending without failing, failed without one, or left the stack
   out of bounds: say where, and stop. */
static COLD void
state_broken(PyThreadState *tstate, Frame *frame, const _Py_CODEUNIT *next, PyObject **sp)
{
    PyCodeObject *code = frame->code;
    PyObject **base = &frame->slots[code->co_nlocalsplus];
    if (sp >= base && sp <= base + code->co_stacksize && results_tolerated()) {
        return;
    }
    fprintf(stderr, "%s, line %d, before code unit %d (the last instruction was number %d of unit %d): "
                    "stack depth %d of %d, %s\n",
            PyUnicode_AsUTF8(code->co_qualname),
            PyCode_Addr2Line(code, (int)sizeof(_Py_CODEUNIT) * frame_last_index(frame)),
            (int)(next - _PyCode_CODE(code)), _Py_OPCODE(*frame->last), frame_last_index(frame),
            (int)(sp - base), code->co_stacksize,
            tstate->curexc_type != NULL ? "an exception is pending" : "no exception is pending");
    if (tstate->curexc_type != NULL) {
        PyErr_Print();
    }
    Py_FatalError("the state between two instructions is broken");
}
#endif

#define SAVE() (frame->last = next - 1)
#define LOCAL(i) (frame->slots[i])
#define NAME(i) (((PyTupleObject *)frame->code->co_names)->ob_item[i])
#define STACK_BASE() (&frame->slots[frame->code->co_nlocalsplus])

#define TARGET(name) op_##name
/* Between two instructions no exception is pending and the stack is within its bounds. */
#ifdef KRAIT_DEBUG
#define CHECK_STATE()                                                                              \
    do {                                                                                           \
        if (tstate->curexc_type != NULL || sp < STACK_BASE() ||                                    \
            sp > STACK_BASE() + frame->code->co_stacksize) {                                       \
            state_broken(tstate, frame, next, sp);                                                 \
        }                                                                                          \
    } while (0)
#else
#define CHECK_STATE() ((void)0)
#endif
#define GO_QUICK()                                                                                 \
    do {                                                                                           \
        CHECK_STATE();                                                                             \
        unsigned int word_ = *next++;                                                              \
        oparg = (int)(word_ >> 8);                                                                        \
        goto *table[word_ & 0xff];                                                                 \
    } while (0)
#define GO()                                                                                       \
    do {                                                                                           \
        table = targets + cframe.use_tracing;                                                      \
        GO_QUICK();                                                                                \
    } while (0)
#define NEXT()                                                                                     \
    do {                                                                                           \
        next += CACHES;                                                                            \
        GO();                                                                                      \
    } while (0)
#define NEXT_QUICK()                                                                               \
    do {                                                                                           \
        next += CACHES;                                                                            \
        GO_QUICK();                                                                                \
    } while (0)

#define FAIL_IF(condition)                                                                         \
    do {                                                                                           \
        if (unlikely(condition)) {                                                                 \
            sp -= CONSUMED;                                                                        \
            goto error;                                                                            \
        }                                                                                          \
    } while (0)
#define ERROR_IF(condition)                                                                        \
    do {                                                                                           \
        if (unlikely(condition)) {                                                                 \
            goto error;                                                                            \
        }                                                                                          \
    } while (0)
#define PASTE_(a) a
#define DEOPT_IF(condition)                                                                        \
    do {                                                                                           \
        if (unlikely(condition)) {                                                                 \
            goto MISSED;                                                                           \
        }                                                                                          \
    } while (0)

/* Release a reference; code that a finaliser runs must find the instruction pointer saved. */
#define DROP(object)                                                                               \
    do {                                                                                           \
        PyObject *dropped_ = (PyObject *)(object);                                                 \
        if (--dropped_->ob_refcnt == 0) {                                                          \
            SAVE();                                                                                \
            _Py_Dealloc(dropped_);                                                                 \
        }                                                                                          \
    } while (0)
#define XDROP(object)                                                                              \
    do {                                                                                           \
        PyObject *maybe_ = (PyObject *)(object);                                                   \
        if (maybe_ != NULL) {                                                                      \
            DROP(maybe_);                                                                          \
        }                                                                                          \
    } while (0)

/* As ENTER for a frame just pushed, without the detour. */
#define ENTER_FRESH(callee)                                                                        \
    do {                                                                                           \
        frame->last = next - 1;                                                                    \
        frame->stack_top = (int)(sp - frame->slots);                                               \
        (callee)->previous = frame;                                                                \
        frame = (callee);                                                                          \
        cframe.current_frame = frame;                                                              \
        if (unlikely(!depth_enter(tstate))) {                                                  \
            tstate->recursion_remaining--;                                                         \
            goto leave_failed;                                                                     \
        }                                                                                          \
        sp = frame->slots + frame->stack_top;                                                      \
        frame->stack_top = -1;                                                                     \
        next = _PyCode_CODE(frame->code);                                                          \
        if (likely((*next & 0xff) == RESUME_QUICK && !cframe.use_tracing)) {                       \
            /* The first instruction of most: done here. */                                        \
            frame->last = next++;                                                                  \
            table = targets;                                                                       \
            CHECK_BREAKER();                                                                       \
            GO_QUICK();                                                                            \
        }                                                                                          \
        GO();                                                                                      \
    } while (0)

/* Go on in this frame, whose callee or generator gave `value`. */
#define CONTINUE_WITH(value)                                                                       \
    do {                                                                                           \
        sp = frame->slots + frame->stack_top;                                                      \
        frame->stack_top = -1;                                                                     \
        *sp++ = (value);                                                                           \
        next = frame->last + 1;                                                                    \
        GO();                                                                                      \
    } while (0)

/* Call the method of an operator; the operands stay on the stack until it ends. */
#define ENTER_METHOD(method, end)                                                                  \
    do {                                                                                           \
        Py_INCREF(sp[-2]);                                                                         \
        Py_INCREF(sp[-1]);                                                                         \
        Frame *callee_ = push_exact(tstate, (PyFunctionObject *)Py_NewRef(method), sp - 2, 2);     \
        if (unlikely(callee_ == NULL)) {                                                           \
            tstate->recursion_remaining += COUNTS_TWICE(end);                                      \
            goto error;                                                                            \
        }                                                                                          \
        callee_->ends_as = (end);                                                                  \
        ENTER_FRESH(callee_);                                                                      \
    } while (0)

/* As ENTER for a suspended generator, without the detour. */
#define ENTER_SUSPENDED(inner)                                                                     \
    do {                                                                                           \
        frame->stack_top = (int)(sp - frame->slots);                                               \
        (inner)->previous = frame;                                                                 \
        (inner)->callers = 0;                                                                      \
        frame = (inner);                                                                           \
        cframe.current_frame = frame;                                                              \
        if (unlikely(!depth_enter(tstate))) {                                                  \
            tstate->recursion_remaining--;                                                         \
            goto leave_failed;                                                                     \
        }                                                                                          \
        sp = frame->slots + frame->stack_top;                                                      \
        frame->stack_top = -1;                                                                     \
        next = frame->last + 1;                                                                    \
        GO();                                                                                      \
    } while (0)

/* Whether a code unit begins with storing the top of the stack in a local. */
#define STORES_FAST(unit)                                                                          \
    (((unit) & 0xff) == STORE_FAST || ((unit) & 0xff) == STORE_FAST__LOAD_FAST)

/* The other half of the pair, if it is one. */
#define LOAD_SECOND(word)                                                                          \
    do {                                                                                           \
        if (((word) & 0xff) == STORE_FAST__LOAD_FAST) {                                            \
            oparg = *next++ >> 8;                                                                  \
            PyObject *second_ = LOCAL(oparg);                                                      \
            if (unlikely(second_ == NULL)) {                                                       \
                goto unbound_local;                                                                \
            }                                                                                      \
            Py_INCREF(second_);                                                                    \
            *sp++ = second_;                                                                       \
        }                                                                                          \
    } while (0)

/* A loop variable's next value: stored at once if it is a local. */
#define ITERATED(item)                                                                             \
    do {                                                                                           \
        if (STORES_FAST(*next)) {                                                                  \
            unsigned int word_ = *next;                                                            \
            PyObject **local_ = &LOCAL(word_ >> 8);                                                \
            PyObject *old_ = *local_;                                                              \
            *local_ = (item);                                                                      \
            next++;                                                                                \
            XDROP(old_);                                                                           \
            LOAD_SECOND(word_);                                                                    \
        }                                                                                          \
        else {                                                                                     \
            *sp++ = (item);                                                                        \
        }                                                                                          \
        GO_QUICK();                                                                                \
    } while (0)

#define CHECK_BREAKER()                                                                            \
    do {                                                                                           \
        if (unlikely(__atomic_load_n(&tstate->interp->breaker.breaker, __ATOMIC_RELAXED))) {       \
            goto attend_breaker;                                                                   \
        }                                                                                          \
    } while (0)

/* Begin running `callee`, which returns to this frame at `next`. */
#define ENTER(callee)                                                                              \
    do {                                                                                           \
        frame->last = next - 1;                                                                    \
        frame->stack_top = (int)(sp - frame->slots);                                               \
        (callee)->previous = frame;                                                                \
        frame = (callee);                                                                          \
        goto start_frame;                                                                          \
    } while (0)

/* ---- adaptive and specialised instructions ---- */

#define ADAPTIVE_COUNTER() (*(uint16_t *)next)
#define CALL_CACHES 4
#define PRECALL_CACHES 1
#define LOAD_METHOD_CACHES 10
#define LOAD_ATTR_CACHES 4
/* The dict of a module: its first field. */
#define MODULE_DICT(module) (*(PyObject **)((char *)(module) + sizeof(PyObject)))

/* In an adaptive instruction: count down, then try to specialise and run what stands there now. */
#define ADAPT(family, attempt)                                                                     \
    do {                                                                                           \
        if (ADAPTIVE_COUNTER() >= COUNTER_ONE) {                                                   \
            ADAPTIVE_COUNTER() -= COUNTER_ONE;                                                     \
            goto op_##family;                                                                      \
        }                                                                                          \
        attempt;                                                                                   \
        goto *targets[next[-1] & 0xff];                                                            \
    } while (0)

/* A specialised instruction's guard failed: after too many times it becomes adaptive again. */
#define COUNT_MISS(adaptive)                                                                       \
    do {                                                                                           \
        if (ADAPTIVE_COUNTER() >= COUNTER_ONE) {                                                   \
            ADAPTIVE_COUNTER() -= COUNTER_ONE;                                                     \
        }                                                                                          \
        else {                                                                                     \
            _Py_SET_OPCODE(next[-1], adaptive);                                                    \
            ADAPTIVE_COUNTER() = counter_back_off(ADAPTIVE_COUNTER());                             \
        }                                                                                          \
    } while (0)

#define WARM_UP()                                                                                  \
    do {                                                                                           \
        PyCodeObject *warming_ = frame->code;                                                      \
        if (warming_->co_warmup != 0 && ++warming_->co_warmup == 0) {                              \
            quicken_code(warming_);                                                                \
        }                                                                                          \
    } while (0)

/* Exact ints and floats die without running code. */
#define INT_DROP(object)                                                                           \
    do {                                                                                           \
        if (--(object)->ob_refcnt == 0) {                                                          \
            int_tp_dealloc(object);                                                                \
        }                                                                                          \
    } while (0)
#define FLOAT_DROP(object)                                                                         \
    do {                                                                                           \
        if (--(object)->ob_refcnt == 0) {                                                          \
            float_tp_dealloc(object);                                                              \
        }                                                                                          \
    } while (0)
/* An int that only the stack holds takes a result of one limb in place. */
#define INT_RESULT(left, right, value)                                                             \
    do {                                                                                           \
        int64_t value_ = (value);                                                                  \
        if (Py_REFCNT(left) == 1 &&                                                                \
            (uint64_t)value_ - (SMALL_INT_MAX + 1) <= LIMB_MASK - (SMALL_INT_MAX + 1)) {           \
            Py_SET_SIZE(left, 1);                                                                  \
            ((PyLongObject *)left)->ob_digit[0] = (digit)value_;                                   \
            result = left;                                                                         \
            INT_DROP(right);                                                                       \
            break;                                                                                 \
        }                                                                                          \
        INT_DROP(left);                                                                            \
        INT_DROP(right);                                                                           \
        result = int_from_int64(value_);                                                           \
        if (unlikely(result == NULL)) {                                                            \
            SAVE();                                                                                \
            sp -= CONSUMED;                                                                        \
            goto error;                                                                            \
        }                                                                                          \
    } while (0)
/* Guards and values of a specialised int operator; larger ints take the general way. */
#define COMPACT_OPERANDS(a, b)                                                                     \
    DEOPT_IF(!PyLong_CheckExact(left) || !PyLong_CheckExact(right));                               \
    if (unlikely(!int_is_compact((PyLongObject *)left) ||                                          \
                 !int_is_compact((PyLongObject *)right))) {                                        \
        goto op_BINARY_OP;                                                                         \
    }                                                                                              \
    int64_t a = int_compact_value((PyLongObject *)left);                                           \
    int64_t b = int_compact_value((PyLongObject *)right)
/* A float that only the stack holds takes the result in place. */
#define FLOAT_RESULT(left, right, value)                                                           \
    do {                                                                                           \
        double value_ = (value);                                                                   \
        if (Py_REFCNT(left) == 1) {                                                                \
            ((PyFloatObject *)left)->ob_fval = value_;                                             \
            result = left;                                                                         \
            FLOAT_DROP(right);                                                                     \
        }                                                                                          \
        else if (Py_REFCNT(right) == 1) {                                                          \
            ((PyFloatObject *)right)->ob_fval = value_;                                            \
            result = right;                                                                        \
            FLOAT_DROP(left);                                                                      \
        }                                                                                          \
        else {                                                                                     \
            result = float_from_double(value_);                                                    \
            if (unlikely(result == NULL)) {                                                        \
                SAVE();                                                                            \
                goto error;                                                                        \
            }                                                                                      \
            FLOAT_DROP(left);                                                                      \
            FLOAT_DROP(right);                                                                     \
        }                                                                                          \
    } while (0)

/* The end of LOAD_METHOD: a call without arguments that follows is begun at once. */
#define METHOD_LOADED()                                                                            \
    do {                                                                                           \
        next += CACHES;                                                                            \
        if ((next[0] & 0xff) == PRECALL_PYFUNC && (next[1 + PRECALL_CACHES] & 0xff) == CALL_PY_EXACT_ARGS && \
            likely(table == targets)) {                                                            \
            oparg = (int)(next[0] >> 8);                                                           \
            next += 2 + PRECALL_CACHES;                                                            \
            goto op_CALL_PY_EXACT_ARGS;                                                            \
        }                                                                                          \
        GO_QUICK();                                                                                \
    } while (0)

/* Leaves what a staticmethod or classmethod that wraps a Python function stands for in place of its
   owner on the stack: no bound method is made. */
#define LOAD_WRAPPED(owner, class)                                                                 \
    PyObject *wrapper = cache_read_object(next + CACHE_METHOD_DESCR);                              \
    PyObject *callable = WRAPPER(wrapper)->callable;                                               \
    DEOPT_IF(callable == NULL || !PyFunction_Check(callable));                                     \
    Py_INCREF(callable);                                                                           \
    if (Py_IS_TYPE(wrapper, &PyStaticMethod_Type)) {                                               \
        sp[-1] = NULL;                                                                             \
        *sp++ = callable;                                                                          \
    }                                                                                              \
    else {                                                                                         \
        sp[-1] = callable;                                                                         \
        *sp++ = Py_NewRef(class);                                                                  \
    }                                                                                              \
    DROP(owner);                                                                                   \
    NEXT_QUICK()

/* Both operands are released: take the conditional jump that follows, if `outcome` is in the
   mask. */
#define COMPARE_JUMP(outcome)                                                                      \
    do {                                                                                           \
        sp -= 2;                                                                                   \
        unsigned int jump_ = next[CACHES];                                                         \
        bool taken_ = ((outcome) & next[CACHE_COMPARE_MASK]) != 0;                                 \
        next += CACHES + 1;                                                                        \
        if (taken_) {                                                                              \
            if (likely((jump_ & 0xff) <= POP_JUMP_FORWARD_IF_TRUE)) {                              \
                next += jump_ >> 8;                                                                \
            }                                                                                      \
            else {                                                                                 \
                SAVE();                                                                            \
                next -= jump_ >> 8;                                                                \
                CHECK_BREAKER();                                                                   \
            }                                                                                      \
        }                                                                                          \
        GO_QUICK();                                                                                \
    } while (0)

/* The end of a specialised PRECALL that did the call itself: release callable and arguments, push
   the result, skip CALL. */
#define PUSH_CALL_RESULT(value)                                                                    \
    do {                                                                                           \
        ERROR_IF((value) == NULL);                                                                 \
        *sp++ = (value);                                                                           \
        next += CACHES + 1 + CALL_CACHES;                                                          \
        CHECK_BREAKER();                                                                           \
        GO();                                                                                      \
    } while (0)
#define FINISH_CALL(value)                                                                         \
    do {                                                                                           \
        PyObject *value_ = (value);                                                                \
        for (PyObject **bottom_ = sp - oparg - 1; sp > bottom_;) {                                 \
            PyObject *item_ = *--sp;                                                               \
            Py_DECREF(item_);                                                                      \
        }                                                                                          \
        PyObject *lowest_ = *--sp;                                                                 \
        Py_XDECREF(lowest_);                                                                       \
        PUSH_CALL_RESULT(value_);                                                                  \
    } while (0)
/* The same for few arguments, without a loop: behind [NULL, callable, argument], ... */
#define FINISH_CALL_ONE(value)                                                                     \
    do {                                                                                           \
        PyObject *value_ = (value), *argument_ = sp[-1], *callable_ = sp[-2];                      \
        sp -= 3;                                                                                   \
        Py_DECREF(argument_);                                                                      \
        Py_DECREF(callable_);                                                                      \
        PUSH_CALL_RESULT(value_);                                                                  \
    } while (0)
/* ... behind a callable, args[0] and perhaps args[1], below which there is a NULL if args[0] was no self. */
#define FINISH_METHOD(value, has_self, count)                                                      \
    do {                                                                                           \
        PyObject *value_ = (value), *self_ = args[0], *callable_ = args[-1];                       \
        PyObject *argument_ = (count) > 1 ? args[1] : NULL;                                        \
        sp = args - 2 + (has_self);                                                                \
        if ((count) > 1) {                                                                         \
            Py_DECREF(argument_);                                                                  \
        }                                                                                          \
        Py_DECREF(self_);                                                                          \
        Py_DECREF(callable_);                                                                      \
        PUSH_CALL_RESULT(value_);                                                                  \
    } while (0)

PyObject *
_PyEval_EvalFrameDefault(PyThreadState *tstate, Frame *frame, int throwing)
{
    static const void *const targets[TRACING_OFFSET + TARGETS] = {
#include "gen/vm/labels.inc"
    };
    const void *const *table;
    _Py_CODEUNIT *next;
    PyObject **sp;
    int oparg;
    int raised_at;
    PyObject *kwnames = NULL;
    PyObject *result_out;

    _PyCFrame cframe;
    _PyCFrame *outer = tstate->cframe;
    cframe.use_tracing = outer->use_tracing;
    cframe.previous = outer;
    tstate->cframe = &cframe;
    frame->is_entry = true;
    frame->previous = outer->current_frame;
    frame->callers = 0;
    cframe.current_frame = frame;

    if (unlikely(throwing)) {
        if (!depth_enter(tstate)) {
            tstate->recursion_remaining--;
            goto leave_failed;
        }
        sp = frame->slots + frame->stack_top;
        frame->stack_top = -1;
        next = frame->last + 1;
        if (cframe.use_tracing && trace_enter(tstate, frame) < 0) {
            goto drop_stack;
        }
        goto error;
    }

start_frame:
    cframe.current_frame = frame;
    if (unlikely(!depth_enter(tstate))) {
        /* leave_failed gives one back. */
        tstate->recursion_remaining--;
        goto leave_failed;
    }
resume_frame:
    sp = frame->slots + frame->stack_top;
    frame->stack_top = -1;
    next = frame->last + 1;
    GO();

#include "gen/vm/loop.inc"

op_tracing:
    /* Every instruction passes here while tracing; the instruction itself then runs in its
       general form. */
    {
        unsigned int word = next[-1];
        uint8_t opcode = opcode_deoptimized[word & 0xff];
        if (tstate->tracing == 0 &&
            next - 1 - _PyCode_CODE(frame->code) >= frame->code->_co_firsttraceable) {
            int previous = frame_last_index(frame);
            SAVE();
            if (opcode == RESUME) {
                if (oparg < 2 &&
                    __atomic_load_n(&tstate->interp->breaker.breaker, __ATOMIC_RELAXED) &&
                    breaker_handle(tstate) < 0) {
                    goto error;
                }
                ERROR_IF(trace_enter(tstate, frame) < 0);
            }
            else if (cframe.use_tracing && tstate->c_tracefunc != NULL) {
                frame->stack_top = (int)(sp - frame->slots);
                status traced = trace_instruction(tstate, frame, previous);
                sp = frame->slots + frame->stack_top;
                frame->stack_top = -1;
                /* The tracer may have jumped by setting f_lineno. */
                if (traced < 0) {
                    goto error;
                }
                next = frame->last + 1;
            }
        }
        else {
            SAVE();
        }
        word = next[-1];
        oparg = word >> 8;
        goto *targets[opcode_deoptimized[word & 0xff]];
    }

op_unknown:
    SAVE();
    PyErr_SetString(PyExc_SystemError, "unknown opcode");
    goto error;

attend_breaker:
    /* Between two instructions: signals, pending calls, other threads.  frame->last still names
       the instruction that came here, so that a handler around it sees the exception. */
    if (breaker_handle(tstate) < 0) {
        goto error;
    }
    GO();

error:
#ifdef KRAIT_DEBUG
    if (tstate->curexc_type == NULL) {
        state_broken(tstate, frame, next, sp);
    }
#endif
    if (unlikely(tstate->curexc_type == NULL)) {
        PyErr_SetString(PyExc_SystemError, "error return without exception set");
    }
    kwnames = NULL;
    if (!frame_is_incomplete(frame)) {
        PyFrameObject *object = frame_get_object(frame);
        if (object != NULL) {
            traceback_add(tstate, object, frame_last_index(frame) * (int)sizeof(_Py_CODEUNIT));
        }
    }
    if (cframe.use_tracing && tstate->c_tracefunc != NULL) {
        trace_exception(tstate, frame);
    }

error_again:
    raised_at = frame_last_index(frame);
find_handler:
    /* The traceback is in place: find a handler for the code unit raised_at in this frame.  RERAISE
       comes here with its own place, while frame->last names the instruction that raised first. */
    {
        struct Handler handler;
        kwnames = NULL;
        PyObject **base = STACK_BASE();
        if (!unwind_find_handler(frame->code, raised_at, &handler)) {
            if (cframe.use_tracing) {
                trace_leave(tstate, frame, NULL);
            }
            goto drop_stack;
        }
        while (sp > base + handler.depth) {
            PyObject *item = *--sp;
            Py_XDECREF(item);
        }
        PyObject *exception = unwind_take_exception(tstate);
        if (handler.push_last) {
            PyObject *index = PyLong_FromLong(frame_last_index(frame));
            if (index == NULL) {
                /* Only the line in a traceback depends on it: the first one stands for it. */
                PyErr_Clear();
                index = PyLong_FromLong(0);
            }
            *sp++ = index;
        }
        *sp++ = exception;
        next = _PyCode_CODE(frame->code) + handler.target;
        GO();
    }

drop_stack:
    {
        PyObject **base = STACK_BASE();
        while (sp > base) {
            PyObject *item = *--sp;
            Py_XDECREF(item);
        }
        frame->stack_top = frame->code->co_nlocalsplus;
    }

leave_failed:
    /* An exception is pending and this frame is done. */
    assert(PyErr_Occurred());
    tstate->recursion_remaining += 1 + COUNTS_TWICE(frame->ends_as);
    if (frame->is_entry) {
        tstate->cframe = cframe.previous;
        tstate->cframe->use_tracing = cframe.use_tracing;
        return NULL;
    }
    {
        Frame *done = frame;
        frame = done->previous;
        cframe.current_frame = frame;
        if (done->owner == OWNED_BY_GENERATOR) {
            generator_finish(tstate, frame_generator(done));
        }
        else {
            eval_pop_frame(tstate, done);
        }
        sp = frame->slots + frame->stack_top;
        frame->stack_top = -1;
        next = frame->last + 1;
        goto error;
    }

generator_returned:
    /* A generator that FOR_ITER or SEND of this loop resumed is finished. */
    {
        Frame *done = frame;
        frame = done->previous;
        bool wants_value = opcode_deoptimized[_Py_OPCODE(*frame->last)] == SEND;
        frame->last += done->exhausted_jump;
        cframe.current_frame = frame;
        /* The generator is still on the caller's stack: it outlives this. */
        generator_finish(tstate, frame_generator(done));
        PyObject *iterator = frame->slots[--frame->stack_top];
        if (wants_value) {
            frame->slots[frame->stack_top++] = result_out;
        }
        else {
            Py_DECREF(result_out);
        }
        Py_DECREF(iterator);
        goto resume_frame;
    }

init_returned:
    /* The __init__ of a class call is finished; the instance is the caller's result. */
    {
        Frame *done = frame;
        frame = done->previous;
        cframe.current_frame = frame;
        pop_frame(tstate, done);
        tstate->recursion_remaining++;
        if (unlikely(result_out != Py_None)) {
            PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'",
                         Py_TYPE(result_out)->tp_name);
            Py_DECREF(result_out);
            sp = frame->slots + frame->stack_top;
            frame->stack_top = -1;
            next = frame->last + 1;
            goto error;
        }
        Py_DECREF(result_out);
        sp = frame->slots + frame->stack_top;
        frame->stack_top = -1;
        next = frame->last + 1 + opcode_caches[CALL];
        GO();
    }

getter_returned:
    {
        Frame *done = frame;
        frame = done->previous;
        cframe.current_frame = frame;
        pop_frame(tstate, done);
        sp = frame->slots + frame->stack_top;
        frame->stack_top = -1;
        *sp++ = result_out;
        next = frame->last + 1 + opcode_caches[LOAD_ATTR];
        GO();
    }

operator_returned:
    /* The method of an operator or comparison is finished; the operands lie on the caller's stack. */
    {
        Frame *done = frame;
        int end = done->ends_as;
        tstate->recursion_remaining += COUNTS_TWICE(end);
        frame = done->previous;
        cframe.current_frame = frame;
        pop_frame(tstate, done);
        sp = frame->slots + frame->stack_top;
        frame->stack_top = -1;
        next = frame->last + 1;
        PyObject *left = sp[-2], *right = sp[-1];
        if (unlikely(result_out == Py_NotImplemented)) {
            Py_DECREF(result_out);
            result_out = end == ENDS_AS_OPERATOR ? operator_refused(left, right, _Py_OPARG(next[-1]))
                                                 : compare_refused(left, right, _Py_OPARG(next[-1]));
            ERROR_IF(result_out == NULL);
        }
        next += opcode_caches[end == ENDS_AS_OPERATOR ? BINARY_OP : COMPARE_OP];
        sp[-2] = result_out;
        sp--;
        Py_DECREF(left);
        Py_DECREF(right);
        GO();
    }

unbound_local:
    SAVE();
    raise_unbound_local(frame->code, (int)oparg);
    goto error;

leave:
    /* result_out is the value of a finished (or suspended) entry frame. */
    tstate->cframe = cframe.previous;
    tstate->cframe->use_tracing = cframe.use_tracing;
    return result_out;
}
