/* The machine that runs a pickle: its stack, its marks, its loop.

   Invariant: fence <= depth <= stack_size; fence is the last mark, or 0.  No instruction pops below
   the fence, so that a forged pickle can at most fail. */
#include "modules/_pickle/pickle.h"

COLD status
stack_underflow(Unpickler *self)
{
    PyErr_SetString(self->state->unpickling_error,
                    self->mark_count > 0 ? "unexpected MARK found" : "unpickling stack underflow");
    return -1;
}

status
stack_grow(Unpickler *self)
{
    PyObject **stack = self->stack;
    Py_ssize_t size = self->stack_size < 8 ? 16 : self->stack_size * 2;
    PyMem_RESIZE(stack, PyObject *, (size_t)size);
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->stack = stack;
    self->stack_size = size;
    return 0;
}

/* Drop what lies above `depth`.  Destructors may push and pop: an item is gone before it is released. */
static void
stack_drop(Unpickler *self, Py_ssize_t depth)
{
    while (self->depth > depth) {
        Py_DECREF(self->stack[--self->depth]);
    }
}

void
stack_clear(Unpickler *self)
{
    self->mark_count = self->fence = 0;
    stack_drop(self, 0);
}

/* Remove the last mark and return where it stood; -1 with an exception if there is none. */
Py_ssize_t
stack_pop_mark(Unpickler *self)
{
    if (unlikely(self->mark_count == 0)) {
        PyErr_SetString(self->state->unpickling_error, "could not find MARK");
        return -1;
    }
    Py_ssize_t mark = self->marks[--self->mark_count];
    self->fence = self->mark_count > 0 ? self->marks[self->mark_count - 1] : 0;
    return mark;
}

static status
load_mark(Unpickler *self)
{
    if (unlikely(self->mark_count == self->marks_size)) {
        Py_ssize_t *marks = self->marks, size = self->marks_size * 2 + 20;
        PyMem_RESIZE(marks, Py_ssize_t, (size_t)size);
        if (marks == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        self->marks = marks;
        self->marks_size = size;
    }
    self->fence = self->marks[self->mark_count++] = self->depth;
    return 0;
}

/* The items above `from` as a tuple; they leave the stack. */
PyObject *
stack_tuple(Unpickler *self, Py_ssize_t from)
{
    if (unlikely(from < self->fence)) {
        stack_underflow(self);
        return NULL;
    }
    Py_ssize_t n = self->depth - from;
    PyObject *tuple = PyTuple_New(n);
    if (tuple == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyTuple_SET_ITEM(tuple, i, self->stack[from + i]);
    }
    self->depth = from;
    return tuple;
}

static status
load_tuple_of(Unpickler *self, Py_ssize_t n)
{
    if (unlikely(self->depth - self->fence < n)) {
        return stack_underflow(self);
    }
    return push_take(self, stack_tuple(self, self->depth - n));
}

static status
load_tuple(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    return mark < 0 ? -1 : push_take(self, stack_tuple(self, mark));
}

/* POP takes an item, or the mark if nothing is above it. */
static status
load_pop(Unpickler *self)
{
    if (self->mark_count > 0 && self->fence == self->depth) {
        stack_pop_mark(self);
        return 0;
    }
    PyObject *item = stack_pop(self);
    if (item == NULL) {
        return -1;
    }
    Py_DECREF(item);
    return 0;
}

static status
load_pop_mark(Unpickler *self)
{
    Py_ssize_t mark = stack_pop_mark(self);
    if (mark < 0) {
        return -1;
    }
    stack_drop(self, mark);
    return 0;
}

/* ---- memo ------------------------------------------------------------------------------------- */

static status
load_get(Unpickler *self, Py_ssize_t index)
{
    PyObject *value = unpickler_memo_peek(self, index);
    return value == NULL ? -1 : push_take(self, Py_NewRef(value));
}

static status
load_put(Unpickler *self, Py_ssize_t index)
{
    if (unlikely(self->depth <= self->fence)) {
        return stack_underflow(self);
    }
    return unpickler_memo_set(self, index, self->stack[self->depth - 1]);
}

static Py_ssize_t
line_index(const char *line)
{
    PyObject *number = PyLong_FromString(line, NULL, 10);
    if (number == NULL) {
        return -1;
    }
    Py_ssize_t index = PyLong_AsSsize_t(number);
    Py_DECREF(number);
    return index;
}

static status
load_get_line(Unpickler *self)
{
    Py_ssize_t length, index;
    char *line = input_line(self, 2, &length);
    if (line == NULL || ((index = line_index(line)) == -1 && PyErr_Occurred())) {
        return -1;
    }
    return load_get(self, index);
}

static status
load_put_line(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 2, &length);
    if (line == NULL) {
        return -1;
    }
    if (self->depth <= self->fence) {
        return stack_underflow(self);
    }
    Py_ssize_t index = line_index(line);
    if (index < 0) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "negative PUT argument");
        }
        return -1;
    }
    return load_put(self, index);
}

/* ---- the loop --------------------------------------------------------------------------------- */

static status
load_proto(Unpickler *self)
{
    const char *p = input_take(self, 1);
    if (p == NULL) {
        return -1;
    }
    int protocol = (unsigned char)*p;
    if (protocol > HIGHEST_PROTOCOL) {
        PyErr_Format(PyExc_ValueError, "unsupported pickle protocol: %d", protocol);
        return -1;
    }
    self->protocol = protocol;
    return 0;
}

/* A frame is read at once; that its end is the end of an instruction is not checked. */
static status
load_frame(Unpickler *self)
{
    const char *p = input_take(self, 8);
    if (p == NULL) {
        return -1;
    }
    uint64_t size = get_le(p, 8);
    if (size > PY_SSIZE_T_MAX) {
        PyErr_Format(PyExc_OverflowError, "FRAME length exceeds system's maximum of %zd bytes",
                     PY_SSIZE_T_MAX);
        return -1;
    }
    if (input_take(self, (Py_ssize_t)size) == NULL) {
        return -1;
    }
    self->next -= size;
    return 0;
}

static COLD status
load_unknown(Unpickler *self, int op)
{
    bool printable = op >= 0x20 && op <= 0x7e && op != '\'' && op != '\\';
    PyErr_Format(self->state->unpickling_error,
                 printable ? "invalid load key, '%c'." : "invalid load key, '\\x%02x'.", op);
    return -1;
}

static inline status
load_binfloat(Unpickler *self)
{
    const char *p = input_take(self, 8);
    if (p == NULL) {
        return -1;
    }
    double value = PyFloat_Unpack8(p, 0);
    return value == -1.0 && PyErr_Occurred() ? -1 : push_take(self, PyFloat_FromDouble(value));
}

static status
load_dup(Unpickler *self)
{
    if (self->depth <= self->fence) {
        return stack_underflow(self);
    }
    return push_take(self, Py_NewRef(self->stack[self->depth - 1]));
}

/* The object below a mark gets what is above it. */
static status
load_above_mark(Unpickler *self, status (*load)(Unpickler *, Py_ssize_t))
{
    Py_ssize_t mark = stack_pop_mark(self);
    return mark < 0 ? -1 : load(self, mark);
}

/* Run until STOP or an error. */
static status
run(Unpickler *self)
{
    const char *p;
    for (;;) {
        p = input_take(self, 1);
        if (unlikely(p == NULL)) {
            if (PyErr_ExceptionMatches(self->state->unpickling_error)) {
                PyErr_SetString(PyExc_EOFError, "Ran out of input");
            }
            return -1;
        }
        status err;
        int op = (unsigned char)*p;
        switch (op) {
        case OP_NONE: err = push_take(self, Py_NewRef(Py_None)); break;
        case OP_NEWTRUE: err = push_take(self, Py_NewRef(Py_True)); break;
        case OP_NEWFALSE: err = push_take(self, Py_NewRef(Py_False)); break;
        case OP_BININT1:
            p = input_take(self, 1);
            err = p == NULL ? -1 : push_take(self, PyLong_FromLong((unsigned char)*p));
            break;
        case OP_BININT2:
            p = input_take(self, 2);
            err = p == NULL ? -1 : push_take(self, PyLong_FromLong((long)get_le(p, 2)));
            break;
        case OP_BININT:
            p = input_take(self, 4);
            err = p == NULL ? -1 : push_take(self, PyLong_FromLong((int32_t)get_le(p, 4)));
            break;
        case OP_BINFLOAT: err = load_binfloat(self); break;
        case OP_SHORT_BINUNICODE: err = load_counted_unicode(self, 1); break;
        case OP_BINUNICODE: err = load_counted_unicode(self, 4); break;
        case OP_MEMOIZE: err = load_put(self, self->memo_used); break;
        case OP_BINGET:
            p = input_take(self, 1);
            err = p == NULL ? -1 : load_get(self, (unsigned char)*p);
            break;
        case OP_LONG_BINGET:
            p = input_take(self, 4);
            err = p == NULL ? -1 : load_get(self, (Py_ssize_t)get_le(p, 4));
            break;
        case OP_BINPUT:
            p = input_take(self, 1);
            err = p == NULL ? -1 : load_put(self, (unsigned char)*p);
            break;
        case OP_LONG_BINPUT:
            p = input_take(self, 4);
            err = p == NULL ? -1 : load_put(self, (Py_ssize_t)get_le(p, 4));
            break;
        case OP_MARK: err = load_mark(self); break;
        case OP_TUPLE1: err = load_tuple_of(self, 1); break;
        case OP_TUPLE2: err = load_tuple_of(self, 2); break;
        case OP_TUPLE3: err = load_tuple_of(self, 3); break;
        case OP_TUPLE: err = load_tuple(self); break;
        case OP_EMPTY_TUPLE: err = push_take(self, PyTuple_New(0)); break;
        case OP_EMPTY_LIST: err = push_take(self, PyList_New(0)); break;
        case OP_EMPTY_DICT: err = push_take(self, PyDict_New()); break;
        case OP_EMPTY_SET: err = push_take(self, PySet_New(NULL)); break;
        case OP_APPEND: err = load_append(self, self->depth - 1); break;
        case OP_APPENDS: err = load_above_mark(self, load_append); break;
        case OP_SETITEM: err = load_setitems(self, self->depth - 2); break;
        case OP_SETITEMS: err = load_above_mark(self, load_setitems); break;
        case OP_ADDITEMS: err = load_additems(self); break;
        case OP_STACK_GLOBAL: err = load_stack_global(self); break;
        case OP_REDUCE: err = load_reduce(self); break;
        case OP_NEWOBJ: err = load_newobj(self, false); break;
        case OP_NEWOBJ_EX: err = load_newobj(self, true); break;
        case OP_BUILD: err = load_build(self); break;
        case OP_SHORT_BINBYTES: err = load_counted_bytes(self, 1); break;
        case OP_BINBYTES: err = load_counted_bytes(self, 4); break;
        case OP_BINBYTES8: err = load_counted_bytes(self, 8); break;
        case OP_BINUNICODE8: err = load_counted_unicode(self, 8); break;
        case OP_LONG1: err = load_counted_long(self, 1); break;
        case OP_LONG4: err = load_counted_long(self, 4); break;
        case OP_PROTO: err = load_proto(self); break;
        case OP_FRAME: err = load_frame(self); break;
        case OP_POP: err = load_pop(self); break;
        case OP_POP_MARK: err = load_pop_mark(self); break;
        case OP_DUP: err = load_dup(self); break;
        case OP_GLOBAL: err = load_global(self); break;
        case OP_INT: err = load_int(self); break;
        case OP_LONG: err = load_long(self); break;
        case OP_FLOAT: err = load_float(self); break;
        case OP_STRING: err = load_string(self); break;
        case OP_SHORT_BINSTRING: err = load_counted_string(self, 1); break;
        case OP_BINSTRING: err = load_counted_string(self, 4); break;
        case OP_UNICODE: err = load_unicode(self); break;
        case OP_GET: err = load_get_line(self); break;
        case OP_PUT: err = load_put_line(self); break;
        case OP_LIST: err = load_list(self); break;
        case OP_DICT: err = load_dict(self); break;
        case OP_FROZENSET: err = load_frozenset(self); break;
        case OP_INST: err = load_inst(self); break;
        case OP_OBJ: err = load_obj(self); break;
        case OP_PERSID: err = load_persid(self); break;
        case OP_BINPERSID: err = load_binpersid(self); break;
        case OP_EXT1: err = load_extension(self, 1); break;
        case OP_EXT2: err = load_extension(self, 2); break;
        case OP_EXT4: err = load_extension(self, 4); break;
        case OP_BYTEARRAY8: err = load_bytearray(self); break;
        case OP_NEXT_BUFFER: err = load_next_buffer(self); break;
        case OP_READONLY_BUFFER: err = load_readonly_buffer(self); break;
        case OP_STOP: return 0;
        default: err = load_unknown(self, op); break;
        }
        if (unlikely(err < 0)) {
            return -1;
        }
    }
}

/* Run one pickle and return its object. */
PyObject *
unpickler_run(Unpickler *self)
{
    stack_clear(self);
    self->protocol = 0;
    if (run(self) < 0 || input_skip_seen(self) < 0) {
        return NULL;
    }
    return stack_pop(self);
}
