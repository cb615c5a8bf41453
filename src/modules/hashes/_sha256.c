/* _sha256: SHA-224 and SHA-256 (FIPS 180-4). */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64, MAX_DIGEST = 32 };

typedef struct {
    PyObject_HEAD
    uint8_t partial[BLOCK];
    uint32_t state[8];
    uint64_t length;            /* bytes hashed */
    uint32_t fill;
    int digest_size;            /* tells SHA-224 from SHA-256 */
} SHA256;

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

static void
start(SHA256 *self, const uint32_t *state, int digest_size)
{
    self->length = 0;
    self->fill = 0;
    self->digest_size = digest_size;
    memcpy(self->state, state, sizeof self->state);
}

static void
sha224_init(SHA256 *self)
{
    static const uint32_t state[8] = {
        0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
        0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
    };
    start(self, state, 28);
}

static void
sha256_init(SHA256 *self)
{
    static const uint32_t state[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    start(self, state, 32);
}

static struct blocks
blocks_of(SHA256 *self)
{
    return (struct blocks){self->partial, &self->fill, BLOCK, self->state, compress};
}

static void
hash_update(SHA256 *self, const void *data, size_t n)
{
    self->length += n;
    blocks_update(blocks_of(self), data, n);
}

static void
hash_finish(SHA256 *self, uint8_t *digest)
{
    blocks_finish(blocks_of(self), self->length * 8, 8, true);
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(self->state[i]);
        memcpy(digest + 4 * i, &word, 4);
    }
}

static int
digest_size(SHA256 *self)
{
    return self->digest_size;
}

/* ---- objects ------------------------------------------------------------------------------------- */

struct _sha256_state {
    PyTypeObject *sha224;
    PyTypeObject *sha256;
};

static struct PyModuleDef _sha256_module;

/* A new object in its initial state. */
static SHA256 *
make(PyTypeObject *type)
{
    SHA256 *self = PyObject_GC_New(SHA256, type);
    if (self != NULL)
        PyObject_GC_Track(self);
    return self;
}

/* Creates an object for sha224() and its like; NULL data means b''. */
static PyObject *
make_with(PyTypeObject *type, void (*init)(SHA256 *), PyObject *data)
{
    Py_buffer view;
    if (data != NULL && digest_buffer(data, &view) < 0)
        return NULL;
    SHA256 *self = make(type);
    if (self != NULL) {
        init(self);
        if (data != NULL)
            hash_update(self, view.buf, (size_t)view.len);
    }
    if (data != NULL)
        PyBuffer_Release(&view);
    return (PyObject *)self;
}

static struct _sha256_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

METHOD(sha224, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha256, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
_sha256_copy(SHA256 *self, PyObject *Py_UNUSED(ignored))
{
    SHA256 *copy = make(Py_TYPE(self));
    if (copy != NULL)
        memcpy((char *)copy + sizeof(PyObject), (char *)self + sizeof(PyObject),
               sizeof *copy - sizeof(PyObject));
    return (PyObject *)copy;
}

METHOD(sha224, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha256, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
_sha256_digest(SHA256 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA256 last = *self;
    hash_finish(&last, digest);
    return PyBytes_FromStringAndSize((const char *)digest, digest_size(self));
}

METHOD(sha224, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha256, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
_sha256_hexdigest(SHA256 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA256 last = *self;
    hash_finish(&last, digest);
    return digest_hex(digest, digest_size(self));
}

METHOD(sha224, update, "($self, obj, /)", "Hash more data.")
METHOD(sha256, update, "($self, obj, /)", "Hash more data.")
static PyObject *
_sha256_update(SHA256 *self, PyObject *obj)
{
    Py_buffer view;
    if (digest_buffer(obj, &view) < 0)
        return NULL;
    hash_update(self, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

GETTER(sha224, block_size, "Bytes in a block.")
GETTER(sha256, block_size, "Bytes in a block.")
static PyObject *
_sha256_block_size(SHA256 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLOCK);
}

GETTER(sha224, name, "Name of the algorithm.")
GETTER(sha256, name, "Name of the algorithm.")
static PyObject *
_sha256_name(SHA256 *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(self->digest_size == 28 ? "sha224" : "sha256");
}

MEMBER(sha224, digest_size, T_INT, SHA256, digest_size, READONLY, NULL)
MEMBER(sha256, digest_size, T_INT, SHA256, digest_size, READONLY, NULL)

static void
_sha256_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
_sha256_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

#define TYPE_FLAGS                                                                                 \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |                 \
     Py_TPFLAGS_IMMUTABLETYPE)

HEAPTYPE(sha224, "_sha256.sha224", SHA256, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _sha256_dealloc},
         {Py_tp_traverse, _sha256_traverse})

HEAPTYPE(sha256, "_sha256.sha256", SHA256, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _sha256_dealloc},
         {Py_tp_traverse, _sha256_traverse})

/* ---- module -------------------------------------------------------------------------------------- */

FUNCTION(_sha256, sha224, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-224 hash object, fed with string.")
static PyObject *
_sha256_sha224(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->sha224, sha224_init, string);
}

FUNCTION(_sha256, sha256, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-256 hash object, fed with string.")
static PyObject *
_sha256_sha256(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->sha256, sha256_init, string);
}

static PyType_Spec sha224_spec;
static PyType_Spec sha256_spec;
static PyMethodDef _sha256_functions[];

static int
_sha256_exec(PyObject *module)
{
    struct _sha256_state *state = state_of(module);
    state->sha224 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sha224_spec, NULL);
    if (state->sha224 == NULL ||
        PyModule_AddObjectRef(module, "SHA224Type", (PyObject *)state->sha224) < 0)
        return -1;
    state->sha256 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sha256_spec, NULL);
    if (state->sha256 == NULL ||
        PyModule_AddObjectRef(module, "SHA256Type", (PyObject *)state->sha256) < 0)
        return -1;
    return 0;
}

static int
_sha256_module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct _sha256_state *state = state_of(module);
    Py_VISIT(state->sha224);
    Py_VISIT(state->sha256);
    return 0;
}

static int
_sha256_module_clear(PyObject *module)
{
    struct _sha256_state *state = state_of(module);
    Py_CLEAR(state->sha224);
    Py_CLEAR(state->sha256);
    return 0;
}

static void
_sha256_module_free(void *module)
{
    _sha256_module_clear(module);
}

static struct PyModuleDef_Slot _sha256_slots[] = {{Py_mod_exec, _sha256_exec}, {0, NULL}};

static struct PyModuleDef _sha256_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sha256",
    .m_size = sizeof(struct _sha256_state),
    .m_methods = _sha256_functions,
    .m_slots = _sha256_slots,
    .m_traverse = _sha256_module_traverse,
    .m_clear = _sha256_module_clear,
    .m_free = _sha256_module_free,
};

PyMODINIT_FUNC
PyInit__sha256(void)
{
    return PyModuleDef_Init(&_sha256_module);
}

#include "gen/modules/hashes/_sha256.inc"
