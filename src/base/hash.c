/* siphash13, pointer and double hashing, the process secret, random bytes for the API. */
#include "base/hash.h"
#include "base/os.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/* Exported; written once at start-up. */
_Py_HashSecret_t _Py_HashSecret;

static ALWAYS_INLINE uint64_t
rotate(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

struct Sip {
    uint64_t a, b, c, d;
};

static ALWAYS_INLINE void
sip_round(struct Sip *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = rotate(s->b, 17) ^ s->c;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c = rotate(s->c, 32);
}

uint64_t
siphash13(uint64_t k0, uint64_t k1, const void *data, size_t n)
{
    const unsigned char *at = data;
    struct Sip s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                    k1 ^ 0x7465646279746573u};
    uint64_t last = (uint64_t)n << 56, word;
    for (; n >= 8; n -= 8, at += 8) {
        memcpy(&word, at, 8);
        s.d ^= word;
        sip_round(&s);
        s.a ^= word;
    }
    if (n > 0 && at != data) {          /* the eight bytes that end here are all there */
        memcpy(&word, at + n - 8, 8);
        last |= word >> (64 - 8 * n);
    }
    else {
        size_t i = 0;
        if (n & 4) {
            uint32_t four;
            memcpy(&four, at, 4);
            last |= four;
            i = 4;
        }
        if (n & 2) {
            uint16_t two;
            memcpy(&two, at + i, 2);
            last |= (uint64_t)two << (8 * i);
            i += 2;
        }
        if (n & 1) {
            last |= (uint64_t)at[i] << (8 * i);
        }
    }
    s.d ^= last;
    sip_round(&s);
    s.a ^= last;
    s.c ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

/* Hash of bytes with the process secret; 0 for none, never -1. */
Py_hash_t
_Py_HashBytes(const void *data, Py_ssize_t n)
{
    if (n == 0) {
        return 0;
    }
    Py_hash_t h = (Py_hash_t)siphash13(_Py_HashSecret.siphash.k0, _Py_HashSecret.siphash.k1, data,
                                       (size_t)n);
    return h == -1 ? -2 : h;
}

static Py_hash_t
hash_bytes_keyed(const void *data, Py_ssize_t n)
{
    return (Py_hash_t)siphash13(_Py_HashSecret.siphash.k0, _Py_HashSecret.siphash.k1, data, (size_t)n);
}

/* The description behind sys.hash_info. */
PyHash_FuncDef *
PyHash_GetFuncDef(void)
{
    static const PyHash_FuncDef def = {hash_bytes_keyed, "siphash13", 64, 128};
    return (PyHash_FuncDef *)&def;
}

/* An address as a hash: the low bits, equal for aligned objects, go to the top. */
Py_hash_t
_Py_HashPointerRaw(const void *p)
{
    size_t bits = (size_t)p;
    return (Py_hash_t)(bits >> 4 | bits << (8 * sizeof bits - 4));
}

Py_hash_t
_Py_HashPointer(const void *p)
{
    Py_hash_t h = _Py_HashPointerRaw(p);
    return h == -1 ? -2 : h;
}

/* The generator that PYTHONHASHSEED's contract fixes: the same seed gives the same hashes. */
static void
seed_stretch(unsigned char *out, size_t n, unsigned int x)
{
    for (size_t i = 0; i < n; i++) {
        x = x * 214013 + 2531011;
        out[i] = (unsigned char)(x >> 16);
    }
}

status
hash_secret_init(bool fixed, unsigned long seed)
{
    if (!fixed) {
        return os_random(&_Py_HashSecret, sizeof _Py_HashSecret, false);
    }
    if (seed == 0) {
        memset(&_Py_HashSecret, 0, sizeof _Py_HashSecret);
    }
    else {
        seed_stretch(_Py_HashSecret.uc, sizeof _Py_HashSecret.uc, (unsigned int)seed);
    }
    return 0;
}

static int
urandom(void *buffer, Py_ssize_t n, bool blocking)
{
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "negative argument not allowed");
        return -1;
    }
    if (os_random(buffer, (size_t)n, blocking) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return 0;
}

/* Fill with cryptographically strong random bytes; OSError if the system has none. */
int
_PyOS_URandom(void *buffer, Py_ssize_t n)
{
    return urandom(buffer, n, true);
}

/* The same, but weaker bytes rather than waiting while the machine boots. */
int
_PyOS_URandomNonblock(void *buffer, Py_ssize_t n)
{
    return urandom(buffer, n, false);
}
