/* _md5: MD5 (RFC 1321). */
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64 };

typedef struct {
    DIGEST_FIELDS(uint32_t, 4, BLOCK)
} MD5;

static_assert(sizeof(MD5) <= MAX_OBJECT, "a copy fits");

/* ---- the algorithm (RFC 1321) ------------------------------------------------------------------- */

/* floor(2**32 * abs(sin(i + 1))) */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static void
compress(void *state, const uint8_t *data, size_t count)
{
    uint32_t *s = state, word[16];
    for (; count > 0; count--, data += BLOCK) {
        uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
        memcpy(word, data, BLOCK);
        for (int i = 0; i < 64; i++) {
            uint32_t f;
            int at;
            switch (i / 16) {
            case 0: f = d ^ (b & (c ^ d)); at = i; break;
            case 1: f = c ^ (d & (b ^ c)); at = (5 * i + 1) % 16; break;
            case 2: f = b ^ c ^ d; at = (3 * i + 5) % 16; break;
            default: f = c ^ (b | ~d); at = 7 * i % 16;
            }
            f += a + sines[i] + word[at];
            a = d;
            d = c;
            c = b;
            b += rotate_left32(f, shifts[i / 16][i % 4]);
        }
        s[0] += a;
        s[1] += b;
        s[2] += c;
        s[3] += d;
    }
}

static const uint32_t md5_start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static const struct Algorithm md5_algorithm = {
    "md5", BLOCK, 16, sizeof md5_start, 4, false, false, md5_start, compress};

/* ---- types and module ---------------------------------------------------------------------------- */

HEAPTYPE(md5, "_md5.md5", MD5, NULL, NULL, DIGEST_TYPE_FLAGS, {Py_tp_dealloc, digest_dealloc},
         {Py_tp_traverse, digest_traverse})

FUNCTION(_md5, md5, "($module, /, string=b'', *, usedforsecurity=True)",
         "A MD5 hash object, fed with string.")
static PyObject *
_md5_md5(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return digest_new(module, 0, string);
}

static PyType_Spec md5_spec;
static PyMethodDef _md5_functions[];

static int
_md5_exec(PyObject *module)
{
    return digest_module_add(module, 0, &md5_spec, &md5_algorithm, "MD5Type");
}

DIGEST_MODULE(_md5)

PyMODINIT_FUNC
PyInit__md5(void)
{
    return PyModuleDef_Init(&_md5_module);
}

#include "gen/modules/hashes/_md5.inc"
