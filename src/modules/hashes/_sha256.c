/* _sha256: SHA-224 and SHA-256 (FIPS 180-4). */
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64 };

typedef struct {
    DIGEST_FIELDS(uint32_t, 8, BLOCK)
    int digest_size;            /* tells SHA-224 from SHA-256 */
} SHA256;

static_assert(sizeof(SHA256) <= MAX_OBJECT, "a copy fits");

/* ---- the algorithm (FIPS 180-4) ------------------------------------------------------------------ */

/* Fractional parts of the cube roots of the first primes. */
static const uint32_t roots[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void
compress(void *state, const uint8_t *data, size_t count)
{
    uint32_t *s = state, w[64];
    for (; count > 0; count--, data += BLOCK) {
        uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
        for (int i = 0; i < 16; i++)
            w[i] = load_big32(data + 4 * i);
        for (int i = 16; i < 64; i++) {
            uint32_t x = w[i - 15], y = w[i - 2];
            x = rotate_right32(x, 7) ^ rotate_right32(x, 18) ^ x >> 3;
            y = rotate_right32(y, 17) ^ rotate_right32(y, 19) ^ y >> 10;
            w[i] = w[i - 16] + x + w[i - 7] + y;
        }
        for (int i = 0; i < 64; i++) {
            uint32_t x = h + (rotate_right32(e, 6) ^ rotate_right32(e, 11) ^ rotate_right32(e, 25)) +
                         (g ^ (e & (f ^ g))) + roots[i] + w[i];
            uint32_t y = (rotate_right32(a, 2) ^ rotate_right32(a, 13) ^ rotate_right32(a, 22)) +
                         ((a & b) | (c & (a | b)));
            h = g;
            g = f;
            f = e;
            e = d + x;
            d = c;
            c = b;
            b = a;
            a = x + y;
        }
        s[0] += a;
        s[1] += b;
        s[2] += c;
        s[3] += d;
        s[4] += e;
        s[5] += f;
        s[6] += g;
        s[7] += h;
    }
}

static const uint32_t sha224_start[8] = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
    0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
};

static const struct Algorithm sha224_algorithm = {
    "sha224", BLOCK, 28, sizeof sha224_start, 4, true, true, sha224_start, compress};

static const uint32_t sha256_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const struct Algorithm sha256_algorithm = {
    "sha256", BLOCK, 32, sizeof sha256_start, 4, true, true, sha256_start, compress};

/* ---- types and module ---------------------------------------------------------------------------- */

MEMBER(sha224, digest_size, T_INT, SHA256, digest_size, READONLY, NULL)
MEMBER(sha256, digest_size, T_INT, SHA256, digest_size, READONLY, NULL)

HEAPTYPE(sha224, "_sha256.sha224", SHA256, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})
HEAPTYPE(sha256, "_sha256.sha256", SHA256, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})

FUNCTION(_sha256, sha224, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-224 hash object, fed with string.")
static PyObject *
_sha256_sha224(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 0, string);
}

FUNCTION(_sha256, sha256, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-256 hash object, fed with string.")
static PyObject *
_sha256_sha256(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 1, string);
}

static PyType_Spec sha224_spec;
static PyType_Spec sha256_spec;
static PyMethodDef _sha256_functions[];

static int
_sha256_exec(PyObject *module)
{
    if (digest_module_add(module, 0, &sha224_spec, &sha224_algorithm, "SHA224Type") < 0)
        return -1;
    return digest_module_add(module, 1, &sha256_spec, &sha256_algorithm, "SHA256Type");
}

DIGEST_MODULE(_sha256)

PyMODINIT_FUNC
PyInit__sha256(void)
{
    return PyModuleDef_Init(&_sha256_module);
}

#include "gen/modules/hashes/_sha256.inc"
