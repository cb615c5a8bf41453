/* _sha1: SHA-1 (FIPS 180-4). */
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64 };

typedef struct {
    DIGEST_FIELDS(uint32_t, 5, BLOCK)
} SHA1;

static_assert(sizeof(SHA1) <= MAX_OBJECT, "a copy fits");

/* ---- the algorithm (FIPS 180-4) ------------------------------------------------------------------ */

static void
compress(void *state, const uint8_t *data, size_t count)
{
    uint32_t *s = state, w[80];
    for (; count > 0; count--, data += BLOCK) {
        uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];
        for (int i = 0; i < 16; i++)
            w[i] = load_big32(data + 4 * i);
        for (int i = 16; i < 80; i++)
            w[i] = rotate_left32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? (d ^ (b & (c ^ d))) + 0x5a827999
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : i < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
                                  : (b ^ c ^ d) + 0xca62c1d6;
            f += rotate_left32(a, 5) + e + w[i];
            e = d;
            d = c;
            c = rotate_left32(b, 30);
            b = a;
            a = f;
        }
        s[0] += a;
        s[1] += b;
        s[2] += c;
        s[3] += d;
        s[4] += e;
    }
}

static const uint32_t sha1_start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static const struct Algorithm sha1_algorithm = {
    "sha1", BLOCK, 20, sizeof sha1_start, 4, true, false, sha1_start, compress};

/* ---- types and module ---------------------------------------------------------------------------- */

HEAPTYPE(sha1, "_sha1.sha1", SHA1, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})

FUNCTION(_sha1, sha1, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-1 hash object, fed with string.")
static PyObject *
_sha1_sha1(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 0, string);
}

static PyType_Spec sha1_spec;
static PyMethodDef _sha1_functions[];

static int
_sha1_exec(PyObject *module)
{
    return digest_module_add(module, 0, &sha1_spec, &sha1_algorithm, "SHA1Type");
}

DIGEST_MODULE(_sha1)

PyMODINIT_FUNC
PyInit__sha1(void)
{
    return PyModuleDef_Init(&_sha1_module);
}

#include "gen/modules/hashes/_sha1.inc"
