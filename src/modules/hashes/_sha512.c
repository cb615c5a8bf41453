/* _sha512: SHA-384 and SHA-512 (FIPS 180-4). */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 128, MAX_DIGEST = 64 };

typedef struct {
    PyObject_HEAD
    uint8_t partial[BLOCK];
    uint64_t state[8];
    uint64_t length;            /* bytes hashed */
    uint32_t fill;
    int digest_size;            /* tells SHA-384 from SHA-512 */
} SHA512;

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

static void
start(SHA512 *self, const uint64_t *state, int digest_size)
{
    self->length = 0;
    self->fill = 0;
    self->digest_size = digest_size;
    memcpy(self->state, state, sizeof self->state);
}

static void
sha384_init(SHA512 *self)
{
    static const uint64_t state[8] = {
        0xcbbb9d5dc1059ed8ull, 0x629a292a367cd507ull, 0x9159015a3070dd17ull, 0x152fecd8f70e5939ull,
        0x67332667ffc00b31ull, 0x8eb44a8768581511ull, 0xdb0c2e0d64f98fa7ull, 0x47b5481dbefa4fa4ull,
    };
    start(self, state, 48);
}

static void
sha512_init(SHA512 *self)
{
    static const uint64_t state[8] = {
        0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
        0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
    };
    start(self, state, 64);
}

static struct blocks
blocks_of(SHA512 *self)
{
    return (struct blocks){self->partial, &self->fill, BLOCK, self->state, compress};
}

static void
hash_update(SHA512 *self, const void *data, size_t n)
{
    self->length += n;
    blocks_update(blocks_of(self), data, n);
}

static void
hash_finish(SHA512 *self, uint8_t *digest)
{
    blocks_finish(blocks_of(self), self->length * 8, 16, true);
    for (int i = 0; i < 8; i++) {
        uint64_t word = __builtin_bswap64(self->state[i]);
        memcpy(digest + 8 * i, &word, 8);
    }
}

static int
digest_size(SHA512 *self)
{
    return self->digest_size;
}

/* ---- objects ------------------------------------------------------------------------------------- */

struct _sha512_state {
    PyTypeObject *sha384;
    PyTypeObject *sha512;
};

static struct PyModuleDef _sha512_module;

/* A new object in its initial state. */
static SHA512 *
make(PyTypeObject *type)
{
    SHA512 *self = PyObject_GC_New(SHA512, type);
    if (self != NULL)
        PyObject_GC_Track(self);
    return self;
}

/* Creates an object for sha384() and its like; NULL data means b''. */
static PyObject *
make_with(PyTypeObject *type, void (*init)(SHA512 *), PyObject *data)
{
    Py_buffer view;
    if (data != NULL && digest_buffer(data, &view) < 0)
        return NULL;
    SHA512 *self = make(type);
    if (self != NULL) {
        init(self);
        if (data != NULL)
            hash_update(self, view.buf, (size_t)view.len);
    }
    if (data != NULL)
        PyBuffer_Release(&view);
    return (PyObject *)self;
}

static struct _sha512_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

METHOD(sha384, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha512, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
_sha512_copy(SHA512 *self, PyObject *Py_UNUSED(ignored))
{
    SHA512 *copy = make(Py_TYPE(self));
    if (copy != NULL)
        memcpy((char *)copy + sizeof(PyObject), (char *)self + sizeof(PyObject),
               sizeof *copy - sizeof(PyObject));
    return (PyObject *)copy;
}

METHOD(sha384, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha512, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
_sha512_digest(SHA512 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA512 last = *self;
    hash_finish(&last, digest);
    return PyBytes_FromStringAndSize((const char *)digest, digest_size(self));
}

METHOD(sha384, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha512, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
_sha512_hexdigest(SHA512 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA512 last = *self;
    hash_finish(&last, digest);
    return digest_hex(digest, digest_size(self));
}

METHOD(sha384, update, "($self, obj, /)", "Hash more data.")
METHOD(sha512, update, "($self, obj, /)", "Hash more data.")
static PyObject *
_sha512_update(SHA512 *self, PyObject *obj)
{
    Py_buffer view;
    if (digest_buffer(obj, &view) < 0)
        return NULL;
    hash_update(self, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

GETTER(sha384, block_size, "Bytes in a block.")
GETTER(sha512, block_size, "Bytes in a block.")
static PyObject *
_sha512_block_size(SHA512 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLOCK);
}

GETTER(sha384, name, "Name of the algorithm.")
GETTER(sha512, name, "Name of the algorithm.")
static PyObject *
_sha512_name(SHA512 *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(self->digest_size == 48 ? "sha384" : "sha512");
}

MEMBER(sha384, digest_size, T_INT, SHA512, digest_size, READONLY, NULL)
MEMBER(sha512, digest_size, T_INT, SHA512, digest_size, READONLY, NULL)

static void
_sha512_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
_sha512_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

#define TYPE_FLAGS                                                                                 \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |                 \
     Py_TPFLAGS_IMMUTABLETYPE)

HEAPTYPE(sha384, "_sha512.sha384", SHA512, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _sha512_dealloc},
         {Py_tp_traverse, _sha512_traverse})

HEAPTYPE(sha512, "_sha512.sha512", SHA512, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _sha512_dealloc},
         {Py_tp_traverse, _sha512_traverse})

/* ---- module -------------------------------------------------------------------------------------- */

FUNCTION(_sha512, sha384, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-384 hash object, fed with string.")
static PyObject *
_sha512_sha384(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->sha384, sha384_init, string);
}

FUNCTION(_sha512, sha512, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-512 hash object, fed with string.")
static PyObject *
_sha512_sha512(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->sha512, sha512_init, string);
}

static PyType_Spec sha384_spec;
static PyType_Spec sha512_spec;
static PyMethodDef _sha512_functions[];

static int
_sha512_exec(PyObject *module)
{
    struct _sha512_state *state = state_of(module);
    state->sha384 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sha384_spec, NULL);
    if (state->sha384 == NULL ||
        PyModule_AddObjectRef(module, "SHA384Type", (PyObject *)state->sha384) < 0)
        return -1;
    /* Both types have gone by this one name for years; what users see is the second. */
    state->sha512 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sha512_spec, NULL);
    if (state->sha512 == NULL ||
        PyModule_AddObjectRef(module, "SHA384Type", (PyObject *)state->sha512) < 0)
        return -1;
    return 0;
}

static int
_sha512_module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct _sha512_state *state = state_of(module);
    Py_VISIT(state->sha384);
    Py_VISIT(state->sha512);
    return 0;
}

static int
_sha512_module_clear(PyObject *module)
{
    struct _sha512_state *state = state_of(module);
    Py_CLEAR(state->sha384);
    Py_CLEAR(state->sha512);
    return 0;
}

static void
_sha512_module_free(void *module)
{
    _sha512_module_clear(module);
}

static struct PyModuleDef_Slot _sha512_slots[] = {{Py_mod_exec, _sha512_exec}, {0, NULL}};

static struct PyModuleDef _sha512_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sha512",
    .m_size = sizeof(struct _sha512_state),
    .m_methods = _sha512_functions,
    .m_slots = _sha512_slots,
    .m_traverse = _sha512_module_traverse,
    .m_clear = _sha512_module_clear,
    .m_free = _sha512_module_free,
};

PyMODINIT_FUNC
PyInit__sha512(void)
{
    return PyModuleDef_Init(&_sha512_module);
}

#include "gen/modules/hashes/_sha512.inc"
