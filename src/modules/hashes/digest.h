/* What the hash modules share: reading arguments, padding, hexadecimal digests. */
#ifndef KRAIT_MODULES_HASHES_DIGEST_H
#define KRAIT_MODULES_HASHES_DIGEST_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

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
    if (text == NULL)
        return NULL;
    Py_UCS1 *out = n > 0 ? PyUnicode_1BYTE_DATA(text) : NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        *out++ = (Py_UCS1)Py_hexdigits[digest[i] >> 4];
        *out++ = (Py_UCS1)Py_hexdigits[digest[i] & 15];
    }
    return text;
}

/* The blocks of a Merkle-Damgard hash: `fill` bytes of the partial block are in use. */
struct blocks {
    uint8_t *partial;
    uint32_t *fill;
    size_t size;                                                /* of a block */
    void *state;
    void (*compress)(void *state, const uint8_t *data, size_t count);
};

static inline void
blocks_update(struct blocks b, const uint8_t *data, size_t n)
{
    if (*b.fill > 0) {
        size_t take = b.size - *b.fill < n ? b.size - *b.fill : n;
        memcpy(b.partial + *b.fill, data, take);
        *b.fill += (uint32_t)take;
        data += take;
        n -= take;
        if (*b.fill < b.size)
            return;
        b.compress(b.state, b.partial, 1);
        *b.fill = 0;
    }
    size_t whole = n / b.size;
    if (whole > 0)
        b.compress(b.state, data, whole);
    data += whole * b.size;
    n -= whole * b.size;
    if (n > 0)
        memcpy(b.partial, data, n);
    *b.fill = (uint32_t)n;
}

/* Appends 0x80, zeros, and the bit length in the last `length_size` bytes of a block. */
static inline void
blocks_finish(struct blocks b, uint64_t bits, size_t length_size, bool big_endian)
{
    b.partial[(*b.fill)++] = 0x80;
    if (*b.fill > b.size - length_size) {
        memset(b.partial + *b.fill, 0, b.size - *b.fill);
        b.compress(b.state, b.partial, 1);
        *b.fill = 0;
    }
    memset(b.partial + *b.fill, 0, b.size - *b.fill);
    for (int i = 0; i < 8; i++)
        b.partial[big_endian ? b.size - 1 - (size_t)i : b.size - length_size + (size_t)i] =
            (uint8_t)(bits >> (8 * i));
    b.compress(b.state, b.partial, 1);
}

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
