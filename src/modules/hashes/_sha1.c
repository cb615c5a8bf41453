/* _sha1: SHA-1 (FIPS 180-4). */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64, MAX_DIGEST = 20 };

typedef struct {
    PyObject_HEAD
    uint64_t length;            /* bytes hashed */
    uint32_t state[5];
    uint32_t fill;
    uint8_t partial[BLOCK];
} SHA1;

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

static void
sha1_init(SHA1 *self)
{
    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    self->length = 0;
    self->fill = 0;
    memcpy(self->state, start, sizeof start);
}

static struct blocks
blocks_of(SHA1 *self)
{
    return (struct blocks){self->partial, &self->fill, BLOCK, self->state, compress};
}

static void
hash_update(SHA1 *self, const void *data, size_t n)
{
    self->length += n;
    blocks_update(blocks_of(self), data, n);
}

static void
hash_finish(SHA1 *self, uint8_t *digest)
{
    blocks_finish(blocks_of(self), self->length * 8, 8, true);
    for (int i = 0; i < 5; i++) {
        uint32_t word = __builtin_bswap32(self->state[i]);
        memcpy(digest + 4 * i, &word, 4);
    }
}

static int
digest_size(SHA1 *Py_UNUSED(self))
{
    return MAX_DIGEST;
}

/* ---- objects ------------------------------------------------------------------------------------- */

struct _sha1_state {
    PyTypeObject *sha1;
};

static struct PyModuleDef _sha1_module;

/* A new object in its initial state. */
static SHA1 *
make(PyTypeObject *type)
{
    SHA1 *self = PyObject_GC_New(SHA1, type);
    if (self != NULL)
        PyObject_GC_Track(self);
    return self;
}

/* Creates an object for sha1() and its like; NULL data means b''. */
static PyObject *
make_with(PyTypeObject *type, void (*init)(SHA1 *), PyObject *data)
{
    Py_buffer view;
    if (data != NULL && digest_buffer(data, &view) < 0)
        return NULL;
    SHA1 *self = make(type);
    if (self != NULL) {
        init(self);
        if (data != NULL)
            hash_update(self, view.buf, (size_t)view.len);
    }
    if (data != NULL)
        PyBuffer_Release(&view);
    return (PyObject *)self;
}

static struct _sha1_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

METHOD(sha1, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
_sha1_copy(SHA1 *self, PyObject *Py_UNUSED(ignored))
{
    SHA1 *copy = make(Py_TYPE(self));
    if (copy != NULL)
        memcpy((char *)copy + sizeof(PyObject), (char *)self + sizeof(PyObject),
               sizeof *copy - sizeof(PyObject));
    return (PyObject *)copy;
}

METHOD(sha1, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
_sha1_digest(SHA1 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA1 last = *self;
    hash_finish(&last, digest);
    return PyBytes_FromStringAndSize((const char *)digest, digest_size(self));
}

METHOD(sha1, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
_sha1_hexdigest(SHA1 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    SHA1 last = *self;
    hash_finish(&last, digest);
    return digest_hex(digest, digest_size(self));
}

METHOD(sha1, update, "($self, obj, /)", "Hash more data.")
static PyObject *
_sha1_update(SHA1 *self, PyObject *obj)
{
    Py_buffer view;
    if (digest_buffer(obj, &view) < 0)
        return NULL;
    hash_update(self, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

GETTER(sha1, block_size, "Bytes in a block.")
static PyObject *
_sha1_block_size(SHA1 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLOCK);
}

GETTER(sha1, name, "Name of the algorithm.")
static PyObject *
_sha1_name(SHA1 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("sha1");
}

GETTER(sha1, digest_size, "Bytes in a digest.")
static PyObject *
_sha1_digest_size(SHA1 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(digest_size(self));
}

static void
_sha1_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
_sha1_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

#define TYPE_FLAGS                                                                                 \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |                 \
     Py_TPFLAGS_IMMUTABLETYPE)

HEAPTYPE(sha1, "_sha1.sha1", SHA1, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _sha1_dealloc},
         {Py_tp_traverse, _sha1_traverse})

/* ---- module -------------------------------------------------------------------------------------- */

FUNCTION(_sha1, sha1, "($module, /, string=b'', *, usedforsecurity=True)",
         "A SHA-1 hash object, fed with string.")
static PyObject *
_sha1_sha1(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->sha1, sha1_init, string);
}

static PyType_Spec sha1_spec;
static PyMethodDef _sha1_functions[];

static int
_sha1_exec(PyObject *module)
{
    struct _sha1_state *state = state_of(module);
    state->sha1 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sha1_spec, NULL);
    if (state->sha1 == NULL ||
        PyModule_AddObjectRef(module, "SHA1Type", (PyObject *)state->sha1) < 0)
        return -1;
    return 0;
}

static int
_sha1_module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct _sha1_state *state = state_of(module);
    Py_VISIT(state->sha1);
    return 0;
}

static int
_sha1_module_clear(PyObject *module)
{
    struct _sha1_state *state = state_of(module);
    Py_CLEAR(state->sha1);
    return 0;
}

static void
_sha1_module_free(void *module)
{
    _sha1_module_clear(module);
}

static struct PyModuleDef_Slot _sha1_slots[] = {{Py_mod_exec, _sha1_exec}, {0, NULL}};

static struct PyModuleDef _sha1_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_sha1",
    .m_size = sizeof(struct _sha1_state),
    .m_methods = _sha1_functions,
    .m_slots = _sha1_slots,
    .m_traverse = _sha1_module_traverse,
    .m_clear = _sha1_module_clear,
    .m_free = _sha1_module_free,
};

PyMODINIT_FUNC
PyInit__sha1(void)
{
    return PyModuleDef_Init(&_sha1_module);
}

#include "gen/modules/hashes/_sha1.inc"
