/* _sha3: SHA-3 and SHAKE (FIPS 202), the sponge over Keccak-f[1600]. */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

typedef struct {
    PyObject_HEAD
    uint64_t lanes[25];
    int at;                     /* next byte of the rate to absorb into */
    int rate;                   /* bytes */
    int digest_size;            /* 0: SHAKE, any length */
    PyThread_type_lock lock;    /* made for the first large update */
} SHA3;

/* ---- the sponge ------------------------------------------------------------------------------------ */

static inline uint64_t
rotate_left64(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static void
permute(uint64_t s[25])
{
    static const uint64_t round_constants[24] = {
        0x0000000000000001ull, 0x0000000000008082ull, 0x800000000000808aull,
        0x8000000080008000ull, 0x000000000000808bull, 0x0000000080000001ull,
        0x8000000080008081ull, 0x8000000000008009ull, 0x000000000000008aull,
        0x0000000000000088ull, 0x0000000080008009ull, 0x000000008000000aull,
        0x000000008000808bull, 0x800000000000008bull, 0x8000000000008089ull,
        0x8000000000008003ull, 0x8000000000008002ull, 0x8000000000000080ull,
        0x000000000000800aull, 0x800000008000000aull, 0x8000000080008081ull,
        0x8000000000008080ull, 0x0000000080000001ull, 0x8000000080008008ull,
    };
    /* rho and pi as one walk over the lanes */
    static const uint8_t offsets[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                        27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    static const uint8_t targets[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                        15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    for (int round = 0; round < 24; round++) {
        uint64_t column[5];
        for (int x = 0; x < 5; x++)
            column[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t d = column[(x + 4) % 5] ^ rotate_left64(column[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5)
                s[x + y] ^= d;
        }
        uint64_t moving = s[1];
        for (int i = 0; i < 24; i++) {
            uint64_t next = s[targets[i]];
            s[targets[i]] = rotate_left64(moving, offsets[i]);
            moving = next;
        }
        for (int y = 0; y < 25; y += 5) {
            uint64_t row[5];
            memcpy(row, s + y, sizeof row);
            for (int x = 0; x < 5; x++)
                s[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        s[0] ^= round_constants[round];
    }
}

static void
absorb(SHA3 *self, const uint8_t *data, size_t n)
{
    uint8_t *bytes = (uint8_t *)self->lanes;
    while (n > 0) {
        if (self->at == 0 && n >= (size_t)self->rate) {
            for (int i = 0; i < self->rate / 8; i++) {
                uint64_t lane;
                memcpy(&lane, data + 8 * i, 8);
                self->lanes[i] ^= lane;
            }
            data += self->rate;
            n -= (size_t)self->rate;
            permute(self->lanes);
            continue;
        }
        bytes[self->at++] ^= *data++;
        n--;
        if (self->at == self->rate) {
            permute(self->lanes);
            self->at = 0;
        }
    }
}

static uint8_t
suffix_of(SHA3 *self)
{
    return self->digest_size ? 0x06 : 0x1f;
}

/* Pads the state of a copy and squeezes n bytes out of it. */
static void
squeeze(const SHA3 *self, uint8_t *out, size_t n)
{
    SHA3 last = *self;
    uint8_t *bytes = (uint8_t *)last.lanes;
    bytes[last.at] ^= suffix_of(&last);
    bytes[last.rate - 1] ^= 0x80;
    while (n > 0) {
        size_t take = n < (size_t)last.rate ? n : (size_t)last.rate;
        permute(last.lanes);
        memcpy(out, bytes, take);
        out += take;
        n -= take;
    }
}

/* ---- objects ------------------------------------------------------------------------------------- */

struct sha3_state {
    PyTypeObject *types[6];     /* in the order of `kinds` */
};

static const struct kind {
    const char *name;
    int digest_size, rate;
} kinds[6] = {
    {"sha3_224", 28, 144}, {"sha3_256", 32, 136},  {"sha3_384", 48, 104},
    {"sha3_512", 64, 72},  {"shake_128", 0, 168}, {"shake_256", 0, 136},
};

static struct PyModuleDef _sha3_module;

/* Which of `kinds` an object is. */
static const struct kind *
kind_of(const SHA3 *self)
{
    int i = 0;
    while (kinds[i].digest_size != self->digest_size || kinds[i].rate != self->rate)
        i++;
    return &kinds[i];
}

/* Absorbs a buffer, without the GIL if it is large. */
static void
update_from(SHA3 *self, const Py_buffer *view)
{
    if (self->lock == NULL && view->len >= DIGEST_UNLOCKED)
        self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        absorb(self, view->buf, (size_t)view->len);
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, 1);
    absorb(self, view->buf, (size_t)view->len);
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
}

/* A consistent copy of the state, for digests. */
static SHA3
snapshot(SHA3 *self)
{
    if (self->lock == NULL)
        return *self;
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    SHA3 copy = *self;
    PyThread_release_lock(self->lock);
    return copy;
}

NEW(sha3_224, "(data=b'', /, *, usedforsecurity=True)")
static PyObject *
sha3_new(PyTypeObject *type, PyObject *data, truth Py_UNUSED(usedforsecurity))
{
    struct sha3_state *state = PyType_GetModuleState(type);
    SHA3 *self = PyObject_New(SHA3, type);
    if (self == NULL)
        return NULL;
    int i = 0;
    while (state->types[i] != type)
        i++;
    memset((char *)self + sizeof(PyObject), 0, sizeof *self - sizeof(PyObject));
    self->digest_size = kinds[i].digest_size;
    self->rate = kinds[i].rate;
    if (data != NULL) {
        Py_buffer view;
        if (digest_buffer(data, &view) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        update_from(self, &view);
        PyBuffer_Release(&view);
    }
    return (PyObject *)self;
}

static void
sha3_dealloc(SHA3 *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    PyObject_Free(self);
    Py_DECREF(type);
}

METHOD(sha3_224, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha3_256, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha3_384, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha3_512, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(shake_128, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(shake_256, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
sha3_copy(SHA3 *self, PyObject *Py_UNUSED(ignored))
{
    SHA3 *copy = PyObject_New(SHA3, Py_TYPE(self));
    if (copy != NULL) {
        SHA3 state = snapshot(self);
        memcpy((char *)copy + sizeof(PyObject), (char *)&state + sizeof(PyObject),
               sizeof *copy - sizeof(PyObject));
        copy->lock = NULL;
    }
    return (PyObject *)copy;
}

METHOD(sha3_224, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha3_256, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha3_384, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha3_512, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
sha3_digest(SHA3 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[64];
    SHA3 state = snapshot(self);
    squeeze(&state, digest, (size_t)state.digest_size);
    return PyBytes_FromStringAndSize((const char *)digest, state.digest_size);
}

METHOD(sha3_224, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha3_256, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha3_384, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha3_512, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
sha3_hexdigest(SHA3 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[64];
    SHA3 state = snapshot(self);
    squeeze(&state, digest, (size_t)state.digest_size);
    return digest_hex(digest, state.digest_size);
}

METHOD(sha3_224, update, "($self, data, /)", "Hash more data.")
METHOD(sha3_256, update, "($self, data, /)", "Hash more data.")
METHOD(sha3_384, update, "($self, data, /)", "Hash more data.")
METHOD(sha3_512, update, "($self, data, /)", "Hash more data.")
METHOD(shake_128, update, "($self, data, /)", "Hash more data.")
METHOD(shake_256, update, "($self, data, /)", "Hash more data.")
static PyObject *
sha3_update(SHA3 *self, PyObject *data)
{
    Py_buffer view;
    if (digest_buffer(data, &view) < 0)
        return NULL;
    update_from(self, &view);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

/* `length` bytes of a SHAKE, as bytes or in hexadecimal. */
static PyObject *
shake(SHA3 *self, unsigned long length, bool hex)
{
    if (length >= 1ul << 29) {
        PyErr_SetString(PyExc_ValueError, "length is too large");
        return NULL;
    }
    PyObject *digest = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (digest == NULL)
        return NULL;
    SHA3 state = snapshot(self);
    squeeze(&state, (uint8_t *)PyBytes_AS_STRING(digest), length);
    if (hex)
        Py_SETREF(digest, digest_hex((uint8_t *)PyBytes_AS_STRING(digest), (Py_ssize_t)length));
    return digest;
}

typedef unsigned long byte_count;
CONVERTER(byte_count, _PyLong_UnsignedLong_Converter)

METHOD(shake_128, digest, "($self, length, /)", "A digest of that many bytes.")
METHOD(shake_256, digest, "($self, length, /)", "A digest of that many bytes.")
static PyObject *
shake_digest(SHA3 *self, byte_count length)
{
    return shake(self, length, false);
}

METHOD(shake_128, hexdigest, "($self, length, /)", "A digest of that many bytes, in hexadecimal.")
METHOD(shake_256, hexdigest, "($self, length, /)", "A digest of that many bytes, in hexadecimal.")
static PyObject *
shake_hexdigest(SHA3 *self, byte_count length)
{
    return shake(self, length, true);
}

GETTER(sha3_224, block_size, "Bytes in a block.")
GETTER(sha3_256, block_size, "Bytes in a block.")
GETTER(sha3_384, block_size, "Bytes in a block.")
GETTER(sha3_512, block_size, "Bytes in a block.")
GETTER(shake_128, block_size, "Bytes in a block.")
GETTER(shake_256, block_size, "Bytes in a block.")
static PyObject *
sha3_block_size(SHA3 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->rate);
}

GETTER(sha3_224, name, "Name of the algorithm.")
GETTER(sha3_256, name, "Name of the algorithm.")
GETTER(sha3_384, name, "Name of the algorithm.")
GETTER(sha3_512, name, "Name of the algorithm.")
GETTER(shake_128, name, "Name of the algorithm.")
GETTER(shake_256, name, "Name of the algorithm.")
static PyObject *
sha3_name(SHA3 *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(kind_of(self)->name);
}

GETTER(sha3_224, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
GETTER(sha3_256, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
GETTER(sha3_384, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
GETTER(sha3_512, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
GETTER(shake_128, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
GETTER(shake_256, digest_size, "Bytes in a digest, 0 if that is up to the caller.")
static PyObject *
sha3_digest_size(SHA3 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->digest_size);
}

GETTER(sha3_224, _capacity_bits, NULL)
GETTER(sha3_256, _capacity_bits, NULL)
GETTER(sha3_384, _capacity_bits, NULL)
GETTER(sha3_512, _capacity_bits, NULL)
GETTER(shake_128, _capacity_bits, NULL)
GETTER(shake_256, _capacity_bits, NULL)
static PyObject *
sha3_capacity_bits(SHA3 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(1600 - self->rate * 8);
}

GETTER(sha3_224, _rate_bits, NULL)
GETTER(sha3_256, _rate_bits, NULL)
GETTER(sha3_384, _rate_bits, NULL)
GETTER(sha3_512, _rate_bits, NULL)
GETTER(shake_128, _rate_bits, NULL)
GETTER(shake_256, _rate_bits, NULL)
static PyObject *
sha3_rate_bits(SHA3 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->rate * 8);
}

GETTER(sha3_224, _suffix, NULL)
GETTER(sha3_256, _suffix, NULL)
GETTER(sha3_384, _suffix, NULL)
GETTER(sha3_512, _suffix, NULL)
GETTER(shake_128, _suffix, NULL)
GETTER(shake_256, _suffix, NULL)
static PyObject *
sha3_suffix(SHA3 *self, void *Py_UNUSED(closure))
{
    char suffix = (char)suffix_of(self);
    return PyBytes_FromStringAndSize(&suffix, 1);
}

static PyObject *
sha3_224_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);

#define FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE)

HEAPTYPE(sha3_224, "_sha3.sha3_224", SHA3, NULL,
         "sha3_224([data], *, usedforsecurity=True) -> SHA3 object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc})
HEAPTYPE(sha3_256, "_sha3.sha3_256", SHA3, NULL,
         "sha3_256([data], *, usedforsecurity=True) -> SHA3 object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc}, {Py_tp_new, sha3_224_tp_new})
HEAPTYPE(sha3_384, "_sha3.sha3_384", SHA3, NULL,
         "sha3_384([data], *, usedforsecurity=True) -> SHA3 object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc}, {Py_tp_new, sha3_224_tp_new})
HEAPTYPE(sha3_512, "_sha3.sha3_512", SHA3, NULL,
         "sha3_512([data], *, usedforsecurity=True) -> SHA3 object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc}, {Py_tp_new, sha3_224_tp_new})
HEAPTYPE(shake_128, "_sha3.shake_128", SHA3, NULL,
         "shake_128([data], *, usedforsecurity=True) -> SHAKE object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc}, {Py_tp_new, sha3_224_tp_new})
HEAPTYPE(shake_256, "_sha3.shake_256", SHA3, NULL,
         "shake_256([data], *, usedforsecurity=True) -> SHAKE object\n\nA hash object, fed with data.",
         FLAGS, {Py_tp_dealloc, sha3_dealloc}, {Py_tp_new, sha3_224_tp_new})

/* ---- module -------------------------------------------------------------------------------------- */

static PyType_Spec sha3_224_spec;
static PyType_Spec sha3_256_spec;
static PyType_Spec sha3_384_spec;
static PyType_Spec sha3_512_spec;
static PyType_Spec shake_128_spec;
static PyType_Spec shake_256_spec;

static int
_sha3_exec(PyObject *module)
{
    PyType_Spec *const specs[6] = {&sha3_224_spec, &sha3_256_spec, &sha3_384_spec,
                                   &sha3_512_spec, &shake_128_spec, &shake_256_spec};
    struct sha3_state *state = PyModule_GetState(module);
    for (int i = 0; i < 6; i++) {
        state->types[i] = (PyTypeObject *)PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (state->types[i] == NULL || PyModule_AddType(module, state->types[i]) < 0)
            return -1;
    }
    if (PyModule_AddIntConstant(module, "keccakopt", 0) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "implementation", "tiny_sha3");
}

static int
_sha3_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct sha3_state *state = PyModule_GetState(module);
    for (int i = 0; i < 6; i++)
        Py_VISIT(state->types[i]);
    return 0;
}

static int
_sha3_clear(PyObject *module)
{
    struct sha3_state *state = PyModule_GetState(module);
    for (int i = 0; i < 6; i++)
        Py_CLEAR(state->types[i]);
    return 0;
}

static void
_sha3_free(void *module)
{
    _sha3_clear(module);
}

static struct PyModuleDef_Slot _sha3_slots[] = {{Py_mod_exec, _sha3_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _sha3_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sha3",
    .m_size = sizeof(struct sha3_state),
    .m_slots = _sha3_slots,
    .m_traverse = _sha3_traverse,
    .m_clear = _sha3_clear,
    .m_free = _sha3_free,
};

PyMODINIT_FUNC
PyInit__sha3(void)
{
    return PyModuleDef_Init(&_sha3_module);
}

#include "gen/modules/hashes/_sha3.inc"
