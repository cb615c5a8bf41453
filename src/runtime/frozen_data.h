/* Static objects that tools/gen_frozen.py writes: the code of the frozen modules as data. */
#ifndef KRAIT_RUNTIME_FROZEN_DATA_H
#define KRAIT_RUNTIME_FROZEN_DATA_H

#include "object/state.h"
#include "types/code.h"

/* As the reference counts what it never frees. */
#define STATIC_COUNT 999999999

/* Parts of a page that are written to cost the whole page: what importing a module writes to (counts, hashes of
   names) stands apart from what only calls of its functions need, and that apart from the tables of lines.
   Compilers align what has 32 bytes to as many, unless they are told. */
#define OUTER __attribute__((aligned(8)))
#define INNER __attribute__((section(".data.frozen_inner"), aligned(8)))
#define NAMES __attribute__((section(".data.frozen_names"), aligned(8)))
#define TEXTS __attribute__((section(".data.frozen_texts"), aligned(8)))
#define TABLES __attribute__((section(".data.frozen_tables"), aligned(8)))

#define OBJECT(type) {.ob_refcnt = STATIC_COUNT, .ob_type = &type}
#define VAR(type, size) {.ob_base = OBJECT(type), .ob_size = size}
/* Of a code object that nobody has asked for yet. */
#define UNUSED_CODE (*(PyTypeObject *)NULL)

#define STR(n) struct { PyASCIIObject head; char data[n]; }
#define STR_HEAD(width, n, is_ascii)                                                               \
    {.ob_base = OBJECT(PyUnicode_Type), .length = n, .hash = -1,                                   \
     .state = {.kind = width, .compact = 1, .ascii = is_ascii, .ready = 1}}
#define ASCII(n) STR_HEAD(1, n, 1)
#define WIDE_STR(unit, n) struct { PyCompactUnicodeObject head; unit data[n]; }
#define NON_ASCII(width, n) ._base = STR_HEAD(width, n, 0)
#define WIDE(name, n) ._base.wstr = (wchar_t *)name.data, .wstr_length = n

#define BYTES(n) struct { PyObject_VAR_HEAD Py_hash_t ob_shash; char ob_sval[n]; }
#define INT(n) struct { PyObject_VAR_HEAD digit ob_digit[n]; }
#define TUPLE(n) struct { PyObject_VAR_HEAD PyObject *items[n]; }

/* PyCodeObject with room for its code. */
#define CODE(n)                                                                                    \
    struct {                                                                                       \
        PyObject_VAR_HEAD                                                                          \
        PyObject *co_consts, *co_names, *co_exceptiontable;                                        \
        int co_flags;                                                                              \
        short co_warmup, _co_linearray_entry_size;                                                 \
        int co_argcount, co_posonlyargcount, co_kwonlyargcount, co_stacksize, co_firstlineno;      \
        int co_nlocalsplus, co_nlocals, co_nplaincellvars, co_ncellvars, co_nfreevars;             \
        PyObject *co_localsplusnames, *co_localspluskinds, *co_filename, *co_name, *co_qualname;   \
        PyObject *co_linetable, *co_weakreflist, *_co_code;                                        \
        char *_co_linearray;                                                                       \
        int _co_firsttraceable;                                                                    \
        void *co_extra;                                                                            \
        char co_code_adaptive[n];                                                                  \
    }

typedef CODE(2) FrozenCodeShape;
#define SAME_PLACE(field)                                                                          \
    _Static_assert(offsetof(FrozenCodeShape, field) == offsetof(PyCodeObject, field), #field)
SAME_PLACE(co_consts);
SAME_PLACE(co_warmup);
SAME_PLACE(co_nfreevars);
SAME_PLACE(co_localsplusnames);
SAME_PLACE(co_linetable);
SAME_PLACE(_co_code);
SAME_PLACE(_co_firsttraceable);
SAME_PLACE(co_code_adaptive);

/* What cannot be static because it is one object per process or interpreter. */
enum FrozenPatchKind {
    PATCH_CHARACTER,            /* the str of one character below 256; -1: '' */
    PATCH_BYTE,                 /* the same of bytes */
    PATCH_EMPTY_TUPLE,
    PATCH_FROZENSET,            /* of the items of the tuple `data` */
};

struct FrozenPatch {
    PyObject **place;
    enum FrozenPatchKind kind;
    int value;
    PyObject *data;
};

struct FrozenCode {
    const char *name;
    PyCodeObject *code;
    const struct FrozenPatch *patches;
    size_t size;                /* what marshal would make this code of; 0 if it belongs to a frozen module */
    uint64_t fingerprint;       /* of those bytes */
    char *objects, *objects_end;    /* where its code objects and tuples stand, and names that are its own */
    char *names, *names_end;
    char *texts, *texts_end;        /* the others: mostly of documentation, which functions count */
};

/* Ends with a row without a name. */
extern const struct FrozenCode frozen_codes[];

#endif
