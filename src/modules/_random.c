/* _random: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998). */
#include <Python.h>

#include <time.h>
#include <unistd.h>
#include "object/declare.h"

enum { WORDS = 624, SHIFT = 397 };

struct Random {
    PyObject_HEAD
    int index;                      /* of the next word of state; WORDS: all used */
    uint32_t state[WORDS];
};

int _PyOS_URandomNonblock(void *buffer, Py_ssize_t size);

/* ---- the generator ---------------------------------------------------------------------- */

/* The next generation of all words. */
static void
twist(uint32_t *s)
{
#define MIX(i, j, far)                                                                             \
    ({                                                                                             \
        uint32_t y_ = (s[i] & 0x80000000u) | (s[j] & 0x7fffffffu);                                 \
        s[i] = s[far] ^ (y_ >> 1) ^ (-(y_ & 1) & 0x9908b0dfu);                                     \
    })
    int i = 0;
    for (; i < WORDS - SHIFT; i++) MIX(i, i + 1, i + SHIFT);
    for (; i < WORDS - 1; i++) MIX(i, i + 1, i + SHIFT - WORDS);
    MIX(WORDS - 1, 0, SHIFT - 1);
#undef MIX
}

/* 32 random bits. */
static uint32_t
next_word(struct Random *self)
{
    if (self->index >= WORDS) {
        twist(self->state);
        self->index = 0;
    }
    uint32_t y = self->state[self->index++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static void
seed_by_word(struct Random *self, uint32_t seed)
{
    uint32_t *s = self->state;
    s[0] = seed;
    for (int i = 1; i < WORDS; i++) s[i] = 1812433253u * (s[i - 1] ^ s[i - 1] >> 30) + (uint32_t)i;
    self->index = WORDS;
}

/* n >= 1 words of key. */
static void
seed_by_words(struct Random *self, const uint32_t *key, size_t n)
{
    seed_by_word(self, 19650218u);
    uint32_t *s = self->state;
    size_t i = 1, j = 0;
    for (size_t k = n > WORDS ? n : WORDS; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        if (++i >= WORDS) {
            s[0] = s[WORDS - 1];
            i = 1;
        }
        if (++j >= n) j = 0;
    }
    for (size_t k = WORDS - 1; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i >= WORDS) {
            s[0] = s[WORDS - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
}

/* From the system's entropy, or from times and the process id if there is none. */
static void
seed_by_system(struct Random *self)
{
    uint32_t key[WORDS];
    if (_PyOS_URandomNonblock(key, sizeof key) < 0) {
        PyErr_Clear();
        struct timespec now, running;
        clock_gettime(CLOCK_REALTIME, &now);
        clock_gettime(CLOCK_MONOTONIC, &running);
        key[0] = (uint32_t)now.tv_nsec;
        key[1] = (uint32_t)now.tv_sec;
        key[2] = (uint32_t)getpid();
        key[3] = (uint32_t)running.tv_nsec;
        key[4] = (uint32_t)running.tv_sec;
        seed_by_words(self, key, 5);
        return;
    }
    seed_by_words(self, key, WORDS);
}

static status
seed_by_object(struct Random *self, PyObject *op)
{
    if (op == NULL || op == Py_None) {
        seed_by_system(self);
        return 0;
    }
    PyObject *n;
    if (PyLong_CheckExact(op)) {
        n = PyNumber_Absolute(op);
    } else if (PyLong_Check(op)) {
        /* A subclass may have another idea of abs(). */
        n = PyLong_Type.tp_as_number->nb_absolute(op);
    } else {
        Py_hash_t hash = PyObject_Hash(op);
        if (hash == -1) return -1;
        n = PyLong_FromSize_t((size_t)hash);
    }
    if (n == NULL) return -1;
    status done = -1;
    size_t bits = _PyLong_NumBits(n), words = bits == 0 ? 1 : (bits - 1) / 32 + 1;
    uint32_t *key = NULL;
    if (bits == (size_t)-1) goto done;
    key = PyMem_New(uint32_t, words);
    if (key == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    if (_PyLong_AsByteArray((PyLongObject *)n, (unsigned char *)key, words * 4, PY_LITTLE_ENDIAN, 0) < 0) {
        goto done;
    }
    if (PY_BIG_ENDIAN) {
        for (size_t i = 0, j = words - 1; i < j; i++, j--) {
            uint32_t x = key[i];
            key[i] = key[j];
            key[j] = x;
        }
    }
    seed_by_words(self, key, words);
    done = 0;
done:
    PyMem_Free(key);
    Py_DECREF(n);
    return done;
}

/* ---- Random ----------------------------------------------------------------------------- */

METHOD(Random, random, "($self, /)", "random() -> x in the interval [0, 1).")
static PyObject *
Random_random(struct Random *self, PyObject *Py_UNUSED(ignored))
{
    uint32_t high = next_word(self) >> 5, low = next_word(self) >> 6;
    return PyFloat_FromDouble((high * 67108864.0 + low) * (1.0 / 9007199254740992.0));
}

METHOD(Random, seed, "($self, n=None, /)",
       "Start again from n: an int, the hash of another object, or the system's entropy.")
static status
Random_seed(struct Random *self, PyObject *n)
{
    return seed_by_object(self, n);
}

METHOD(Random, getstate, "($self, /)", "A tuple of ints to be given to setstate().")
static PyObject *
Random_getstate(struct Random *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *state = PyTuple_New(WORDS + 1);
    if (state == NULL) return NULL;
    for (int i = 0; i <= WORDS; i++) {
        PyObject *item = PyLong_FromLong(i < WORDS ? (long)self->state[i] : self->index);
        if (item == NULL) {
            Py_DECREF(state);
            return NULL;
        }
        PyTuple_SET_ITEM(state, i, item);
    }
    return state;
}

METHOD(Random, setstate, "($self, state, /)", "Go on from what getstate() gave.")
static PyObject *
Random_setstate(struct Random *self, PyObject *state)
{
    uint32_t words[WORDS];
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state vector must be a tuple");
        return NULL;
    }
    if (PyTuple_GET_SIZE(state) != WORDS + 1) {
        PyErr_SetString(PyExc_ValueError, "state vector is the wrong size");
        return NULL;
    }
    for (int i = 0; i < WORDS; i++) {
        unsigned long word = PyLong_AsUnsignedLong(PyTuple_GET_ITEM(state, i));
        if (word == (unsigned long)-1 && PyErr_Occurred()) return NULL;
        words[i] = (uint32_t)word;
    }
    long index = PyLong_AsLong(PyTuple_GET_ITEM(state, WORDS));
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (index < 0 || index > WORDS) {
        PyErr_SetString(PyExc_ValueError, "invalid state");
        return NULL;
    }
    self->index = (int)index;
    memcpy(self->state, words, sizeof words);
    Py_RETURN_NONE;
}

METHOD(Random, getrandbits, "($self, k, /)", "getrandbits(k) -> x.  Generates an int with k random bits.")
static PyObject *
Random_getrandbits(struct Random *self, int k)
{
    if (k < 0) {
        PyErr_SetString(PyExc_ValueError, "number of bits must be non-negative");
        return NULL;
    }
    if (k == 0) return PyLong_FromLong(0);
    if (k <= 32) return PyLong_FromUnsignedLong(next_word(self) >> (32 - k));
    int words = (k - 1) / 32 + 1;
    uint32_t *bits = PyMem_New(uint32_t, (size_t)words);
    if (bits == NULL) return PyErr_NoMemory();
    /* Least significant word first; the last has only what is left of k. */
    for (int i = 0; i < words; i++, k -= 32) {
        uint32_t word = next_word(self);
        if (k < 32) word >>= 32 - k;
        bits[PY_LITTLE_ENDIAN ? i : words - 1 - i] = word;
    }
    PyObject *result = _PyLong_FromByteArray((unsigned char *)bits, (size_t)words * 4,
                                             PY_LITTLE_ENDIAN, 0);
    PyMem_Free(bits);
    return result;
}

static PyTypeObject *random_type_of(PyTypeObject *type);

static int
Random_tp_init(struct Random *self, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *base = random_type_of(Py_TYPE(self));
    if (base == NULL) return -1;
    if ((Py_IS_TYPE(self, base) || Py_TYPE(self)->tp_init == base->tp_init)
        && !_PyArg_NoKeywords("Random", kwargs)) {
        return -1;
    }
    if (PyTuple_GET_SIZE(args) > 1) {
        PyErr_SetString(PyExc_TypeError, "Random() requires 0 or 1 argument");
        return -1;
    }
    return seed_by_object(self, PyTuple_GET_SIZE(args) ? PyTuple_GET_ITEM(args, 0) : NULL);
}

static void
Random_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

HEAPTYPE(Random, "_random.Random", struct Random, NULL,
         "Random() -> create a random number generator with its own internal state.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
         {Py_tp_new, PyType_GenericNew}, {Py_tp_free, PyObject_Free})

/* ---- the module ------------------------------------------------------------------------- */

struct RandomState {
    PyObject *type;
};

#include "gen/modules/_random.inc"

static int
_random_exec(PyObject *module)
{
    struct RandomState *state = PyModule_GetState(module);
    state->type = PyType_FromModuleAndSpec(module, &Random_spec, NULL);
    if (state->type == NULL) return -1;
    return PyModule_AddType(module, (PyTypeObject *)state->type);
}

static int
_random_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct RandomState *state = PyModule_GetState(module);
    Py_VISIT(state->type);
    return 0;
}

static int
_random_clear(PyObject *module)
{
    struct RandomState *state = PyModule_GetState(module);
    Py_CLEAR(state->type);
    return 0;
}

static void
_random_free(void *module)
{
    _random_clear(module);
}

static PyModuleDef_Slot _random_slots[] = {{Py_mod_exec, _random_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _random_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_random",
    .m_doc = PyDoc_STR("The Mersenne Twister, the generator behind module random."),
    .m_size = sizeof(struct RandomState),
    .m_slots = _random_slots,
    .m_traverse = _random_traverse,
    .m_clear = _random_clear,
    .m_free = _random_free,
};

/* The type Random that `type` is or inherits from. */
static PyTypeObject *
random_type_of(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &_random_module);
    if (module == NULL) return NULL;
    return (PyTypeObject *)((struct RandomState *)PyModule_GetState(module))->type;
}

PyMODINIT_FUNC
PyInit__random(void)
{
    return PyModuleDef_Init(&_random_module);
}
