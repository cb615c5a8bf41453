/* _sha512: SHA-384 and SHA-512 (FIPS 180-4). */
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 128 };

typedef struct {
    DIGEST_FIELDS(uint64_t, 8, BLOCK)
    int digest_size;            /* tells SHA-384 from SHA-512 */
} SHA512;

static_assert(sizeof(SHA512) <= MAX_OBJECT, "a copy fits");

/* ---- the algorithm (FIPS 180-4) ------------------------------------------------------------------ */

/* Fractional parts of the cube roots of the first primes. */
static const uint64_t roots[80] = {
    0x428a2f98d728ae22ull, 0x7137449123ef65cdull, 0xb5c0fbcfec4d3b2full, 0xe9b5dba58189dbbcull,
    0x3956c25bf348b538ull, 0x59f111f1b605d019ull, 0x923f82a4af194f9bull, 0xab1c5ed5da6d8118ull,
    0xd807aa98a3030242ull, 0x12835b0145706fbeull, 0x243185be4ee4b28cull, 0x550c7dc3d5ffb4e2ull,
    0x72be5d74f27b896full, 0x80deb1fe3b1696b1ull, 0x9bdc06a725c71235ull, 0xc19bf174cf692694ull,
    0xe49b69c19ef14ad2ull, 0xefbe4786384f25e3ull, 0x0fc19dc68b8cd5b5ull, 0x240ca1cc77ac9c65ull,
    0x2de92c6f592b0275ull, 0x4a7484aa6ea6e483ull, 0x5cb0a9dcbd41fbd4ull, 0x76f988da831153b5ull,
    0x983e5152ee66dfabull, 0xa831c66d2db43210ull, 0xb00327c898fb213full, 0xbf597fc7beef0ee4ull,
    0xc6e00bf33da88fc2ull, 0xd5a79147930aa725ull, 0x06ca6351e003826full, 0x142929670a0e6e70ull,
    0x27b70a8546d22ffcull, 0x2e1b21385c26c926ull, 0x4d2c6dfc5ac42aedull, 0x53380d139d95b3dfull,
    0x650a73548baf63deull, 0x766a0abb3c77b2a8ull, 0x81c2c92e47edaee6ull, 0x92722c851482353bull,
    0xa2bfe8a14cf10364ull, 0xa81a664bbc423001ull, 0xc24b8b70d0f89791ull, 0xc76c51a30654be30ull,
    0xd192e819d6ef5218ull, 0xd69906245565a910ull, 0xf40e35855771202aull, 0x106aa07032bbd1b8ull,
    0x19a4c116b8d2d0c8ull, 0x1e376c085141ab53ull, 0x2748774cdf8eeb99ull, 0x34b0bcb5e19b48a8ull,
    0x391c0cb3c5c95a63ull, 0x4ed8aa4ae3418acbull, 0x5b9cca4f7763e373ull, 0x682e6ff3d6b2b8a3ull,
    0x748f82ee5defb2fcull, 0x78a5636f43172f60ull, 0x84c87814a1f0ab72ull, 0x8cc702081a6439ecull,
    0x90befffa23631e28ull, 0xa4506cebde82bde9ull, 0xbef9a3f7b2c67915ull, 0xc67178f2e372532bull,
    0xca273eceea26619cull, 0xd186b8c721c0c207ull, 0xeada7dd6cde0eb1eull, 0xf57d4f7fee6ed178ull,
    0x06f067aa72176fbaull, 0x0a637dc5a2c898a6ull, 0x113f9804bef90daeull, 0x1b710b35131c471bull,
    0x28db77f523047d84ull, 0x32caab7b40c72493ull, 0x3c9ebe0a15c9bebcull, 0x431d67c49c100d4cull,
    0x4cc5d4becb3e42b6ull, 0x597f299cfc657e2aull, 0x5fcb6fab3ad6faecull, 0x6c44198c4a475817ull,
};

static void
compress(void *state, const uint8_t *data, size_t count)
{
    uint64_t *s = state, w[80];
    for (; count > 0; count--, data += BLOCK) {
        uint64_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
        for (int i = 0; i < 16; i++)
            w[i] = load_big64(data + 8 * i);
        for (int i = 16; i < 80; i++) {
            uint64_t x = w[i - 15], y = w[i - 2];
            x = rotate_right64(x, 1) ^ rotate_right64(x, 8) ^ x >> 7;
            y = rotate_right64(y, 19) ^ rotate_right64(y, 61) ^ y >> 6;
            w[i] = w[i - 16] + x + w[i - 7] + y;
        }
        for (int i = 0; i < 80; i++) {
            uint64_t x = h + (rotate_right64(e, 14) ^ rotate_right64(e, 18) ^ rotate_right64(e, 41)) +
                         (g ^ (e & (f ^ g))) + roots[i] + w[i];
            uint64_t y = (rotate_right64(a, 28) ^ rotate_right64(a, 34) ^ rotate_right64(a, 39)) +
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

static const uint64_t sha384_start[8] = {
    0xcbbb9d5dc1059ed8ull, 0x629a292a367cd507ull, 0x9159015a3070dd17ull, 0x152fecd8f70e5939ull,
    0x67332667ffc00b31ull, 0x8eb44a8768581511ull, 0xdb0c2e0d64f98fa7ull, 0x47b5481dbefa4fa4ull,
};

static const struct Algorithm sha384_algorithm = {
    "sha384", BLOCK, 48, sizeof sha384_start, 8, true, true, sha384_start, compress};

static const uint64_t sha512_start[8] = {
    0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
    0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
};

static const struct Algorithm sha512_algorithm = {
    "sha512", BLOCK, 64, sizeof sha512_start, 8, true, true, sha512_start, compress};

/* ---- types and module ---------------------------------------------------------------------------- */

MEMBER(sha384, digest_size, T_INT, SHA512, digest_size, READONLY, NULL)
MEMBER(sha512, digest_size, T_INT, SHA512, digest_size, READONLY, NULL)

HEAPTYPE(sha384, "_sha512.sha384", SHA512, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})
HEAPTYPE(sha512, "_sha512.sha512", SHA512, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})

FUNCTION(_sha512, sha384, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-384 hash object, fed with string.")
static PyObject *
_sha512_sha384(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 0, string);
}

FUNCTION(_sha512, sha512, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-512 hash object, fed with string.")
static PyObject *
_sha512_sha512(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 1, string);
}

static PyType_Spec sha384_spec;
static PyType_Spec sha512_spec;
static PyMethodDef _sha512_functions[];

static int
_sha512_exec(PyObject *module)
{
    /* Both types have gone by this one name for years; what users see is the second. */
    if (digest_module_add(module, 0, &sha384_spec, &sha384_algorithm, "SHA384Type") < 0)
        return -1;
    return digest_module_add(module, 1, &sha512_spec, &sha512_algorithm, "SHA384Type");
}

DIGEST_MODULE(_sha512)

PyMODINIT_FUNC
PyInit__sha512(void)
{
    return PyModuleDef_Init(&_sha512_module);
}

#include "gen/modules/hashes/_sha512.inc"
