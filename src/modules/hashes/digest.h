/* What the hash modules share: reading arguments, padding, hexadecimal digests. */
#ifndef KRAIT_MODULES_HASHES_DIGEST_H
#define KRAIT_MODULES_HASHES_DIGEST_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "base/octets.h"

/* Inputs at least this long are hashed without the GIL where the object has a lock. */
enum { DIGEST_UNLOCKED = 2048 };

/* A one-dimensional buffer of a bytes-like object; 0, or -1 with TypeError or BufferError. */
static inline int
digest_buffer(PyObject *object, Py_buffer *view)
{
    if (PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "Strings must be encoded before hashing");
        return -1;
    }
    if (!PyObject_CheckBuffer(object)) {
        PyErr_SetString(PyExc_TypeError, "object supporting the buffer API required");
        return -1;
    }
    if (PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0)
        return -1;
    if (view->ndim > 1) {
        PyErr_SetString(PyExc_BufferError, "Buffer must be single dimension");
        PyBuffer_Release(view);
        return -1;
    }
    return 0;
}

/* The bytes in hexadecimal, as str. */
static inline PyObject *
digest_hex(const uint8_t *digest, Py_ssize_t n)
{
    PyObject *text = PyUnicode_New(2 * n, 127);
    if (text == NULL || n == 0)
        return text;
    hex_encode(digest, (size_t)n, PyUnicode_1BYTE_DATA(text));
    return text;
}

/* ---- digest.c: hashes of the Merkle-Damgard kind -------------------------------------------------- */

struct Algorithm {
    const char *name;
    size_t block, digest, state, word;      /* bytes in a block, the digest, the state, one of its words */
    bool big_endian;                        /* words of the digest and the length at the end */
    bool sized;                             /* objects tell digest_size in a field of their own */
    const void *start;                      /* the first state */
    void (*compress)(void *state, const uint8_t *data, size_t count);       /* so many blocks */
};

typedef struct {
    PyObject_HEAD
    uint64_t length;                        /* bytes hashed */
} Digest;

/* What follows the head; `fill` bytes of the partial block are in use. */
#define DIGEST_FIELDS(word, words, size_of_block)                                                   \
    Digest head;                                                                                   \
    uint8_t partial[size_of_block];                                                                \
    word state[words];                                                                             \
    uint32_t fill;

enum { MAX_DIGEST = 64, MAX_OBJECT = 256 };

/* State of a module of one or two hashes. */
struct DigestModule {
    PyTypeObject *types[2];
    const struct Algorithm *algorithms[2];
};

/* A new object of the module's type number `which`, fed with `data` unless that is NULL. */
PyObject *digest_new(PyObject *module, int which, PyObject *data);
/* Make type number `which` and add it to the module as `name`; 0 or -1. */
int digest_module_add(PyObject *module, int which, PyType_Spec *spec, const struct Algorithm *algorithm,
                      const char *name);
int digest_module_traverse(PyObject *module, visitproc visit, void *arg);
int digest_module_clear(PyObject *module);
void digest_module_free(void *module);
void digest_dealloc(PyObject *self);
int digest_traverse(PyObject *self, visitproc visit, void *arg);

#define DIGEST_TYPE_FLAGS                                                                          \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |                 \
     Py_TPFLAGS_IMMUTABLETYPE)

/* The definition of a module whose types stand in struct DigestModule. */
#define DIGEST_MODULE(module)                                                                      \
    static struct PyModuleDef_Slot module##_slots[] = {{Py_mod_exec, module##_exec}, {0, NULL}};   \
    static struct PyModuleDef module##_module = {                                                  \
        PyModuleDef_HEAD_INIT,                                                                     \
        .m_name = #module,                                                                         \
        .m_size = sizeof(struct DigestModule),                                                     \
        .m_methods = module##_functions,                                                           \
        .m_slots = module##_slots,                                                                 \
        .m_traverse = digest_module_traverse,                                                      \
        .m_clear = digest_module_clear,                                                            \
        .m_free = digest_module_free,                                                              \
    };

/* ---- words ---------------------------------------------------------------------------------------- */

static inline uint32_t
rotate_left32(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static inline uint32_t
rotate_right32(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static inline uint64_t
rotate_right64(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

static inline uint32_t
load_big32(const uint8_t *p)
{
    uint32_t x;
    memcpy(&x, p, 4);
    return __builtin_bswap32(x);
}

static inline uint64_t
load_big64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return __builtin_bswap64(x);
}

#endif
