/* _md5: MD5 (RFC 1321). */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

enum { BLOCK = 64, MAX_DIGEST = 16 };

typedef struct {
    PyObject_HEAD
    uint64_t length;            /* bytes hashed */
    uint32_t state[4];
    uint32_t fill;
    uint8_t partial[BLOCK];
} MD5;

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

static void
md5_init(MD5 *self)
{
    static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    self->length = 0;
    self->fill = 0;
    memcpy(self->state, start, sizeof start);
}

static struct blocks
blocks_of(MD5 *self)
{
    return (struct blocks){self->partial, &self->fill, BLOCK, self->state, compress};
}

static void
hash_update(MD5 *self, const void *data, size_t n)
{
    self->length += n;
    blocks_update(blocks_of(self), data, n);
}

static void
hash_finish(MD5 *self, uint8_t *digest)
{
    blocks_finish(blocks_of(self), self->length * 8, 8, false);
    memcpy(digest, self->state, MAX_DIGEST);
}

static int
digest_size(MD5 *Py_UNUSED(self))
{
    return MAX_DIGEST;
}

/* ---- objects ------------------------------------------------------------------------------------- */

struct _md5_state {
    PyTypeObject *md5;
};

static struct PyModuleDef _md5_module;

/* A new object in its initial state. */
static MD5 *
make(PyTypeObject *type)
{
    MD5 *self = PyObject_GC_New(MD5, type);
    if (self != NULL)
        PyObject_GC_Track(self);
    return self;
}

/* Creates an object for md5() and its like; NULL data means b''. */
static PyObject *
make_with(PyTypeObject *type, void (*init)(MD5 *), PyObject *data)
{
    Py_buffer view;
    if (data != NULL && digest_buffer(data, &view) < 0)
        return NULL;
    MD5 *self = make(type);
    if (self != NULL) {
        init(self);
        if (data != NULL)
            hash_update(self, view.buf, (size_t)view.len);
    }
    if (data != NULL)
        PyBuffer_Release(&view);
    return (PyObject *)self;
}

static struct _md5_state *
state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

METHOD(md5, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
_md5_copy(MD5 *self, PyObject *Py_UNUSED(ignored))
{
    MD5 *copy = make(Py_TYPE(self));
    if (copy != NULL)
        memcpy((char *)copy + sizeof(PyObject), (char *)self + sizeof(PyObject),
               sizeof *copy - sizeof(PyObject));
    return (PyObject *)copy;
}

METHOD(md5, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
_md5_digest(MD5 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    MD5 last = *self;
    hash_finish(&last, digest);
    return PyBytes_FromStringAndSize((const char *)digest, digest_size(self));
}

METHOD(md5, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
_md5_hexdigest(MD5 *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[MAX_DIGEST];
    MD5 last = *self;
    hash_finish(&last, digest);
    return digest_hex(digest, digest_size(self));
}

METHOD(md5, update, "($self, obj, /)", "Hash more data.")
static PyObject *
_md5_update(MD5 *self, PyObject *obj)
{
    Py_buffer view;
    if (digest_buffer(obj, &view) < 0)
        return NULL;
    hash_update(self, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

GETTER(md5, block_size, "Bytes in a block.")
static PyObject *
_md5_block_size(MD5 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLOCK);
}

GETTER(md5, name, "Name of the algorithm.")
static PyObject *
_md5_name(MD5 *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("md5");
}

GETTER(md5, digest_size, "Bytes in a digest.")
static PyObject *
_md5_digest_size(MD5 *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(digest_size(self));
}

static void
_md5_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
_md5_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

#define TYPE_FLAGS                                                                                 \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |                 \
     Py_TPFLAGS_IMMUTABLETYPE)

HEAPTYPE(md5, "_md5.md5", MD5, NULL, NULL, TYPE_FLAGS, {Py_tp_dealloc, _md5_dealloc},
         {Py_tp_traverse, _md5_traverse})

/* ---- module -------------------------------------------------------------------------------------- */

FUNCTION(_md5, md5, "($module, /, string=b'', *, usedforsecurity=True)",
         "A MD5 hash object, fed with string.")
static PyObject *
_md5_md5(PyObject *module, PyObject *string, truth Py_UNUSED(usedforsecurity))
{
    return make_with(state_of(module)->md5, md5_init, string);
}

static PyType_Spec md5_spec;
static PyMethodDef _md5_functions[];

static int
_md5_exec(PyObject *module)
{
    struct _md5_state *state = state_of(module);
    state->md5 = (PyTypeObject *)PyType_FromModuleAndSpec(module, &md5_spec, NULL);
    if (state->md5 == NULL ||
        PyModule_AddObjectRef(module, "MD5Type", (PyObject *)state->md5) < 0)
        return -1;
    return 0;
}

static int
_md5_module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct _md5_state *state = state_of(module);
    Py_VISIT(state->md5);
    return 0;
}

static int
_md5_module_clear(PyObject *module)
{
    struct _md5_state *state = state_of(module);
    Py_CLEAR(state->md5);
    return 0;
}

static void
_md5_module_free(void *module)
{
    _md5_module_clear(module);
}

static struct PyModuleDef_Slot _md5_slots[] = {{Py_mod_exec, _md5_exec}, {0, NULL}};

static struct PyModuleDef _md5_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_md5",
    .m_size = sizeof(struct _md5_state),
    .m_methods = _md5_functions,
    .m_slots = _md5_slots,
    .m_traverse = _md5_module_traverse,
    .m_clear = _md5_module_clear,
    .m_free = _md5_module_free,
};

PyMODINIT_FUNC
PyInit__md5(void)
{
    return PyModuleDef_Init(&_md5_module);
}

#include "gen/modules/hashes/_md5.inc"
