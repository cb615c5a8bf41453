/* What the files of _pickle share: the pickle machine's instructions, the two objects, small services.

   A pickle is a program for a stack machine with a memo (PEP 307, 3154, 574).  pickler.c, save*.c and
   output.c write such programs; unpickler.c, load*.c and input.c run them.  Both sides call code of
   users at almost every step, and that code may call back into the same object: pointers into the
   output, the input, the stack or the memo are not kept across such calls.

   The sizes of the two objects are part of the contract (`__basicsize__`), their fields are ours. */
#ifndef KRAIT_MODULES_PICKLE_H
#define KRAIT_MODULES_PICKLE_H

#include "object/declare.h"

enum {
    HIGHEST_PROTOCOL = 5,
    DEFAULT_PROTOCOL = 4,
    FRAME_TARGET = 64 * 1024,   /* a frame is closed when it holds this much */
    FRAME_MIN = 4,              /* shorter ones are written without a frame */
    FRAME_HEADER = 9,
    BATCH = 1000,               /* items under one MARK */
    PREFETCH = 128 * 1024,      /* bytes asked of peek() */
};

enum {
    OP_MARK = '(', OP_STOP = '.', OP_POP = '0', OP_POP_MARK = '1', OP_DUP = '2', OP_FLOAT = 'F',
    OP_INT = 'I', OP_BININT = 'J', OP_BININT1 = 'K', OP_LONG = 'L', OP_BININT2 = 'M', OP_NONE = 'N',
    OP_PERSID = 'P', OP_BINPERSID = 'Q', OP_REDUCE = 'R', OP_STRING = 'S', OP_BINSTRING = 'T',
    OP_SHORT_BINSTRING = 'U', OP_UNICODE = 'V', OP_BINUNICODE = 'X', OP_APPEND = 'a', OP_BUILD = 'b',
    OP_GLOBAL = 'c', OP_DICT = 'd', OP_EMPTY_DICT = '}', OP_APPENDS = 'e', OP_GET = 'g',
    OP_BINGET = 'h', OP_INST = 'i', OP_LONG_BINGET = 'j', OP_LIST = 'l', OP_EMPTY_LIST = ']',
    OP_OBJ = 'o', OP_PUT = 'p', OP_BINPUT = 'q', OP_LONG_BINPUT = 'r', OP_SETITEM = 's',
    OP_TUPLE = 't', OP_EMPTY_TUPLE = ')', OP_SETITEMS = 'u', OP_BINFLOAT = 'G',
    /* protocol 2 */
    OP_PROTO = 0x80, OP_NEWOBJ, OP_EXT1, OP_EXT2, OP_EXT4, OP_TUPLE1, OP_TUPLE2, OP_TUPLE3,
    OP_NEWTRUE, OP_NEWFALSE, OP_LONG1, OP_LONG4,
    /* protocol 3 */
    OP_BINBYTES = 'B', OP_SHORT_BINBYTES = 'C',
    /* protocol 4 */
    OP_SHORT_BINUNICODE = 0x8c, OP_BINUNICODE8, OP_BINBYTES8, OP_EMPTY_SET, OP_ADDITEMS,
    OP_FROZENSET, OP_NEWOBJ_EX, OP_STACK_GLOBAL, OP_MEMOIZE, OP_FRAME,
    /* protocol 5 */
    OP_BYTEARRAY8, OP_NEXT_BUFFER, OP_READONLY_BUFFER,
};

/* What the module has imported when it was made, and its exceptions. */
typedef struct {
    PyObject *error, *pickling_error, *unpickling_error;
    PyObject *dispatch_table;            /* of copyreg, dicts all four */
    PyObject *extension_registry;        /* (module, name) -> code */
    PyObject *inverted_registry;         /* code -> (module, name) */
    PyObject *extension_cache;           /* code -> object */
    PyObject *names_2to3, *modules_2to3; /* of _compat_pickle, dicts all four */
    PyObject *names_3to2, *modules_3to2;
    PyObject *codecs_encode, *getattr, *partial;
} State;

extern struct PyModuleDef pickle_module;

static inline State *
state_of_module(PyObject *module)
{
    return PyModule_GetState(module);
}

/* ---- the memo of a pickler: object -> number, by identity ------------------------------------- */

typedef struct {
    PyObject *key;                       /* owned, NULL: free */
    Py_ssize_t number;
} MemoEntry;

/* `entries` has mask + 1 places, a power of two, of which at most two thirds are taken. */
typedef struct {
    MemoEntry *entries;                  /* NULL: none yet */
    size_t mask;
    Py_ssize_t used;
} Memo;

static inline MemoEntry *
memo_place(const Memo *memo, const PyObject *key)
{
    size_t i = (uintptr_t)key >> 4, step = 0;
    for (;;) {
        MemoEntry *entry = &memo->entries[i & memo->mask];
        if (entry->key == key || entry->key == NULL) {
            return entry;
        }
        i += ++step;
    }
}

/* The number of `key`, -1 if it has none. */
static inline Py_ssize_t
memo_find(const Memo *memo, const PyObject *key)
{
    if (memo->entries == NULL) {
        return -1;
    }
    const MemoEntry *entry = memo_place(memo, key);
    return entry->key == NULL ? -1 : entry->number;
}

status memo_set(Memo *memo, PyObject *key, Py_ssize_t number);
void memo_clear(Memo *memo);
status memo_copy(Memo *to, const Memo *from);
size_t memo_bytes(const Memo *memo);

/* ---- Pickler -------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    State *state;
    Memo memo;
    PyObject *persistent_id;             /* NULL, or a callable */
    PyObject *persistent_self;           /* self (borrowed) if that is a method's function, else NULL */
    PyObject *dispatch_table;            /* NULL: copyreg's */
    PyObject *reducer_override;          /* during dump() of a subclass that has one */
    PyObject *write;                     /* NULL: all stays in `output` */
    PyObject *output;                    /* bytes that grow, or NULL */
    Py_ssize_t length;                   /* of what is written there */
    Py_ssize_t limit;                    /* writing beyond asks out_grow(); 0 also when a frame is to be opened */
    Py_ssize_t frame;                    /* where the open frame begins, or -1 */
    int bin;                             /* protocol above 0 */
    int fast;                            /* no memo */
    int fast_depth;
    signed char protocol;
    bool fix_imports;
    bool framing;
    PyObject *fast_seen;                 /* ids of containers being written, beyond some depth */
    PyObject *buffer_callback;
} Pickler;

extern PyTypeObject *const pickle_pickler_type;
extern PyTypeObject *const pickle_pickler_memo_type;

PyObject *pickler_memo_new(Pickler *pickler);
status pickler_setup(Pickler *self, State *state, PyObject *protocol, int fix_imports,
                     PyObject *buffer_callback);
status pickler_set_file(Pickler *self, PyObject *file);
status pickler_dump_object(Pickler *self, PyObject *obj);
Pickler *pickler_make(State *state);

/* output.c */
char *out_grow(Pickler *self, Py_ssize_t n);
status out_start(Pickler *self);
void out_end_frame(Pickler *self);
status out_boundary_slow(Pickler *self);
PyObject *out_take(Pickler *self);
status out_flush(Pickler *self);
status out_payload(Pickler *self, const char *header, Py_ssize_t header_size, const char *data,
                   Py_ssize_t size, PyObject *payload);

/* Room for `n` bytes, which count as written; NULL without memory. */
static ALWAYS_INLINE char *
out_room(Pickler *self, Py_ssize_t n)
{
    if (unlikely(n > self->limit - self->length)) {
        return out_grow(self, n);
    }
    char *p = PyBytes_AS_STRING(self->output) + self->length;
    self->length += n;
    return p;
}

static inline status
out_byte(Pickler *self, int byte)
{
    char *p = out_room(self, 1);
    if (unlikely(p == NULL)) {
        return -1;
    }
    *p = (char)byte;
    return 0;
}

static inline status
out_bytes(Pickler *self, const void *data, Py_ssize_t size)
{
    char *p = out_room(self, size);
    if (unlikely(p == NULL)) {
        return -1;
    }
    memcpy(p, data, (size_t)size);
    return 0;
}

/* Between two instructions: a frame that is full is closed. */
static inline status
out_boundary(Pickler *self)
{
    return unlikely(self->frame >= 0 && self->length - self->frame - FRAME_HEADER >= FRAME_TARGET)
               ? out_boundary_slow(self)
               : 0;
}

/* Little-endian numbers, wherever they lie. */
static inline void
put_le(char *p, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        p[i] = (char)(value >> (8 * i));
    }
}

static inline uint64_t
get_le(const char *p, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value |= (uint64_t)(unsigned char)p[i] << (8 * i);
    }
    return value;
}

/* save.c */
status save(Pickler *self, PyObject *obj, bool is_persistent_id);
status save_memo_get(Pickler *self, Py_ssize_t number);
status save_memo_put(Pickler *self, PyObject *obj);
status save_reduced(Pickler *self, PyObject *reduced, PyObject *obj);

/* save_value.c */
status save_int(Pickler *self, PyObject *obj);
status save_float(Pickler *self, PyObject *obj);
status save_bytes(Pickler *self, PyObject *obj);
status save_bytearray(Pickler *self, PyObject *obj);
status save_str(Pickler *self, PyObject *obj);
status save_picklebuffer(Pickler *self, PyObject *obj);

/* save_container.c */
status save_tuple(Pickler *self, PyObject *obj);
status save_list(Pickler *self, PyObject *obj);
status save_dict(Pickler *self, PyObject *obj);
status save_set(Pickler *self, PyObject *obj);
status save_frozenset(Pickler *self, PyObject *obj);
status save_list_items(Pickler *self, PyObject *iter);
status save_dict_items(Pickler *self, PyObject *iter);

/* save_global.c */
status save_global(Pickler *self, PyObject *obj, PyObject *name);
status save_type(Pickler *self, PyObject *obj);

/* names.c */
PyObject *split_name(PyObject *name, PyObject *obj);
PyObject *follow_name(PyObject *obj, PyObject *names, PyObject **parent);
status method_of_self(PyObject *self, PyObject *name, PyObject **function, PyObject **function_self);
PyObject *call_method_of_self(PyObject *function, PyObject *function_self, PyObject *arg);

/* ---- Unpickler ------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    State *state;
    /* The stack.  `fence` is where the items over the last mark begin: nothing is popped below it. */
    PyObject **stack;
    Py_ssize_t depth, stack_size, fence;
    Py_ssize_t *marks;
    Py_ssize_t mark_count, marks_size;
    /* The memo: numbers below memo_size in the array, absurdly large ones in the dict. */
    PyObject **memo;
    Py_ssize_t memo_size, memo_used;
    PyObject *memo_rest;
    /* The input: base <= next <= end.  Of a file, `seen` is how far the file itself has been read:
       beyond it are bytes from peek(). */
    const char *base, *next, *end, *seen;
    PyObject *chunk;                     /* the bytes object that these point into; NULL: not ours */
    char *line;                          /* the last line, a copy with NUL, or NULL */
    Py_ssize_t line_length;
    PyObject *read, *readline;           /* NULL: the input is all there is */
    PyObject *readinto, *peek;           /* or NULL */
    PyObject *buffers;                   /* an iterator, or NULL */
    PyObject *persistent_load;           /* as persistent_id of Pickler */
    PyObject *persistent_self;
    char *encoding, *errors;             /* for str of Python 2 */
    int protocol;
    bool fix_imports;
    char room[24];                       /* the reference needs more */
} Unpickler;

extern PyTypeObject *const pickle_unpickler_type;
extern PyTypeObject *const pickle_unpickler_memo_type;

PyObject *unpickler_memo_new(Unpickler *unpickler);
Unpickler *unpickler_make(State *state);
status unpickler_setup(Unpickler *self, int fix_imports, const char *encoding, const char *errors,
                       PyObject *buffers);
status unpickler_set_file(Unpickler *self, PyObject *file);
PyObject *unpickler_find(Unpickler *self, PyObject *module, PyObject *name);

/* unpickler_memo.c */
status unpickler_memo_grow(Unpickler *self, Py_ssize_t index, PyObject *value);
PyObject *unpickler_memo_missing(Unpickler *self, Py_ssize_t index);
void unpickler_memo_clear(Unpickler *self);
status unpickler_memo_assign(Unpickler *self, PyObject *value);

/* The object under a number, borrowed, or NULL with an exception. */
static inline PyObject *
unpickler_memo_peek(Unpickler *self, Py_ssize_t index)
{
    if (likely((size_t)index < (size_t)self->memo_size && self->memo[index] != NULL)) {
        return self->memo[index];
    }
    return unpickler_memo_missing(self, index);
}

static inline status
unpickler_memo_set(Unpickler *self, Py_ssize_t index, PyObject *value)
{
    if (unlikely((size_t)index >= (size_t)self->memo_size || self->memo_rest != NULL)) {
        return unpickler_memo_grow(self, index, value);
    }
    PyObject *old = self->memo[index];
    self->memo[index] = Py_NewRef(value);
    if (likely(old == NULL)) {
        self->memo_used++;
    }
    else {
        Py_DECREF(old);
    }
    return 0;
}

/* input.c */
const char *input_fetch(Unpickler *self, Py_ssize_t n);
char *input_line(Unpickler *self, Py_ssize_t shortest, Py_ssize_t *length);
status input_into(Unpickler *self, char *to, Py_ssize_t n);
PyObject *input_bytes(Unpickler *self, Py_ssize_t n);
status input_skip_seen(Unpickler *self);
void input_set(Unpickler *self, const char *data, Py_ssize_t size);
COLD PyObject *input_truncated(Unpickler *self);

/* The next `n` bytes, valid until the next call that reads or runs code of users; NULL with an
   exception. */
static ALWAYS_INLINE const char *
input_take(Unpickler *self, Py_ssize_t n)
{
    if (unlikely(n > self->end - self->next)) {
        return input_fetch(self, n);
    }
    const char *p = self->next;
    self->next += n;
    return p;
}

/* load.c */
PyObject *unpickler_run(Unpickler *self);
COLD status stack_underflow(Unpickler *self);
status stack_grow(Unpickler *self);
void stack_clear(Unpickler *self);
Py_ssize_t stack_pop_mark(Unpickler *self);
PyObject *stack_tuple(Unpickler *self, Py_ssize_t from);

/* Push an owned reference, which is consumed also on failure; NULL is an error passed through. */
static ALWAYS_INLINE status
push_take(Unpickler *self, PyObject *value)
{
    if (unlikely(value == NULL)) {
        return -1;
    }
    if (unlikely(self->depth == self->stack_size) && stack_grow(self) < 0) {
        Py_DECREF(value);
        return -1;
    }
    self->stack[self->depth++] = value;
    return 0;
}

/* The topmost item, now the caller's, or NULL with an exception. */
static ALWAYS_INLINE PyObject *
stack_pop(Unpickler *self)
{
    if (unlikely(self->depth <= self->fence)) {
        stack_underflow(self);
        return NULL;
    }
    return self->stack[--self->depth];
}

/* load_number.c, load_text.c */
status load_int(Unpickler *self);
status load_long(Unpickler *self);
status load_counted_long(Unpickler *self, int width);
status load_float(Unpickler *self);
status load_string(Unpickler *self);
status load_counted_string(Unpickler *self, int width);
status load_unicode(Unpickler *self);
status load_counted_unicode(Unpickler *self, int width);
status load_counted_bytes(Unpickler *self, int width);
status load_bytearray(Unpickler *self);
status load_next_buffer(Unpickler *self);
status load_readonly_buffer(Unpickler *self);

/* load_container.c */
status load_append(Unpickler *self, Py_ssize_t from);
status load_setitems(Unpickler *self, Py_ssize_t from);
status load_additems(Unpickler *self);
status load_dict(Unpickler *self);
status load_list(Unpickler *self);
status load_frozenset(Unpickler *self);

/* load_object.c */
status load_global(Unpickler *self);
status load_stack_global(Unpickler *self);
status load_extension(Unpickler *self, int width);
status load_inst(Unpickler *self);
status load_obj(Unpickler *self);
status load_newobj(Unpickler *self, bool with_keywords);
status load_reduce(Unpickler *self);
status load_build(Unpickler *self);
status load_persid(Unpickler *self);
status load_binpersid(Unpickler *self);

#endif
