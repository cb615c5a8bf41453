/* Inline caches: what stands in the 16-bit words behind an instruction once it is specialised.

   Word 0 of every family is its counter.  While the instruction is adaptive the counter says how
   many runs remain before the next attempt; while it is specialised, how many misses it forgives.
   The low four bits hold the exponent of the wait after the next failure (1 << exponent runs). */
#ifndef KRAIT_VM_CACHE_H
#define KRAIT_VM_CACHE_H

#include <Python.h>
#include <string.h>
#include "base/common.h"

/* Specialised opcodes that <opcode.h> does not know; the numbers of opcode.def. */
enum {
    PRECALL_PY_CLASS = 181,
    PRECALL_SUPER_METHOD = 182,
    LOAD_METHOD_SUPER = 183,
    BINARY_SUBSCR_STR_INT = 184,
    FOR_ITER_ADAPTIVE = 185,
    FOR_ITER_LIST = 186,
    FOR_ITER_TUPLE = 187,
    FOR_ITER_RANGE = 188,
    FOR_ITER_GENERATOR = 189,
    FOR_ITER_PAIRS = 190,
    CALL_PY_KEYWORDS = 191,
    BINARY_OP_FLOOR_DIVIDE_INT = 192,
    BINARY_OP_REMAINDER_INT = 193,
    BINARY_OP_AND_INT = 194,
    BINARY_OP_OR_INT = 195,
    BINARY_OP_XOR_INT = 196,
    BINARY_OP_RSHIFT_INT = 197,
    BINARY_OP_LSHIFT_INT = 198,
    BINARY_OP_TRUE_DIVIDE_FLOAT = 199,
    LOAD_FAST__LOAD_ATTR = 200,
    LOAD_ATTR_CLASS_VALUE = 201,
    LOAD_ATTR_OF_CLASS = 202,
    LOAD_ATTR_CALLEE = 203,
    PRECALL_NO_KW_BUILTIN_NOARGS = 204,
    BUILD_LIST_FOR_TUPLE = 205,
    CALL_PY_GENERATOR = 206,
    FOR_ITER_BUILTIN = 207,
    LOAD_METHOD_WRAPPED = 208,
    LOAD_METHOD_CLASS_WRAPPED = 209,
    LOAD_CONST__RETURN_VALUE = 210,
    LOAD_FAST__RETURN_VALUE = 211,
    LOAD_METHOD_APPEND = 212,
};

/* Positions of the fields, in words from the first cache word. */
enum {
    CACHE_COUNTER = 0,
    CACHE_ATTR_VERSION = 1,       /* LOAD_ATTR, STORE_ATTR: type (or module keys) version, 2 words */
    CACHE_ATTR_INDEX = 3,
    CACHE_METHOD_VERSION = 1,     /* LOAD_METHOD: 2 words */
    CACHE_METHOD_DICT = 3,        /* offset of the instance dict */
    CACHE_METHOD_KEYS = 4,        /* 2 words */
    CACHE_METHOD_DESCR = 6,       /* borrowed function, 4 words */
    CACHE_GLOBAL_INDEX = 1,       /* LOAD_GLOBAL */
    CACHE_GLOBAL_MODULE = 2,      /* keys version of the module dict, 2 words */
    CACHE_GLOBAL_BUILTIN = 4,     /* keys version of builtins, one word */
    CACHE_SUBSCR_VERSION = 1,     /* BINARY_SUBSCR_GETITEM: 2 words */
    CACHE_SUBSCR_FUNCTION = 3,    /* version of __getitem__, one word */
    CACHE_CALL_FUNCTION = 1,      /* CALL: function version, 2 words */
    CACHE_CALL_MIN_ARGS = 3,
    CACHE_CALL_PLACES = 3,        /* CALL_PY_KEYWORDS: the local of each name, four bits each */
    CACHE_COMPARE_MASK = 1,       /* COMPARE_OP: which outcomes jump */
};

enum {
    COUNTER_BACKOFF_BITS = 4,
    COUNTER_BACKOFF_START = 4,
    COUNTER_BACKOFF_MAX = 12,
    COUNTER_ONE = 1 << COUNTER_BACKOFF_BITS,
    /* Misses a fresh specialisation forgives. */
    COUNTER_COOLDOWN = (53 << COUNTER_BACKOFF_BITS) | COUNTER_BACKOFF_START,
};

static inline uint32_t
cache_read32(const uint16_t *words)
{
    uint32_t value;
    memcpy(&value, words, sizeof(value));
    return value;
}

static inline void
cache_write32(uint16_t *words, uint32_t value)
{
    memcpy(words, &value, sizeof(value));
}

static inline PyObject *
cache_read_object(const uint16_t *words)
{
    PyObject *object;
    memcpy(&object, words, sizeof(object));
    return object;
}

static inline void
cache_write_object(uint16_t *words, PyObject *object)
{
    memcpy(words, &object, sizeof(object));
}

/* The counter after a failed attempt: wait twice as long as the last time. */
static inline uint16_t
counter_back_off(uint16_t counter)
{
    unsigned int exponent = (counter & (COUNTER_ONE - 1)) + 1;
    if (exponent > COUNTER_BACKOFF_MAX) {
        exponent = COUNTER_BACKOFF_MAX;
    }
    return (uint16_t)((((1u << exponent) - 1) << COUNTER_BACKOFF_BITS) | exponent);
}

#endif
