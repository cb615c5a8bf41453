/* _blake2: BLAKE2b and BLAKE2s (RFC 7693), on libb2. */
#include <blake2.h>
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

typedef unsigned long positive_long;
typedef unsigned long long positive_long_long;
CONVERTER(positive_long, _PyLong_UnsignedLong_Converter)
CONVERTER(positive_long_long, _PyLong_UnsignedLongLong_Converter)

/* What a hash object is made with. */
struct parameters {
    int digest_size;
    Py_buffer *key, *salt, *person;
    int fanout, depth;
    unsigned long leaf_size;
    unsigned long long node_offset;
    int node_depth, inner_size;
};

static status
out_of_range(const char *format, long limit)
{
    PyErr_Format(PyExc_ValueError, format, limit);
    return -1;
}

/* ValueError or OverflowError for what does not fit the parameter block. */
static status
check_parameters(const struct parameters *p, int max_digest, int max_key, int max_salt,
                 int max_person, unsigned long long max_offset)
{
    if (p->digest_size <= 0 || p->digest_size > max_digest)
        return out_of_range("digest_size must be between 1 and %ld bytes", max_digest);
    if (p->salt->len > max_salt)
        return out_of_range("maximum salt length is %ld bytes", max_salt);
    if (p->person->len > max_person)
        return out_of_range("maximum person length is %ld bytes", max_person);
    if (p->fanout < 0 || p->fanout > 255)
        return out_of_range("fanout must be between 0 and %ld", 255);
    if (p->depth <= 0 || p->depth > 255)
        return out_of_range("depth must be between 1 and %ld", 255);
    if (p->leaf_size > UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "leaf_size is too large");
        return -1;
    }
    if (p->node_offset > max_offset) {
        PyErr_SetString(PyExc_OverflowError, "node_offset is too large");
        return -1;
    }
    if (p->node_depth < 0 || p->node_depth > 255)
        return out_of_range("node_depth must be between 0 and %ld", 255);
    if (p->inner_size < 0 || p->inner_size > max_digest)
        return out_of_range("inner_size must be between 0 and is %ld", max_digest);
    if (p->key->len > max_key)
        return out_of_range("maximum key length is %ld bytes", max_key);
    return 0;
}

/* ---- BLAKE2B ------------------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    blake2b_param param;
    blake2b_state state;
    PyThread_type_lock lock;    /* made for the first large update */
} Blake2b;

/* Fills in the parameter block. */
static status
blake2b_set_parameters(Blake2b *self, const struct parameters *p)
{
    blake2b_param *out = &self->param;
    memset(out, 0, sizeof *out);
    if (check_parameters(p, BLAKE2B_OUTBYTES, BLAKE2B_KEYBYTES, BLAKE2B_SALTBYTES,
                         BLAKE2B_PERSONALBYTES, UINT64_MAX) < 0)
        return -1;
    out->digest_length = (uint8_t)p->digest_size;
    out->key_length = (uint8_t)p->key->len;
    out->fanout = (uint8_t)p->fanout;
    out->depth = (uint8_t)p->depth;
    out->leaf_length = (uint32_t)p->leaf_size;
    out->node_offset = p->node_offset;
    out->node_depth = (uint8_t)p->node_depth;
    out->inner_length = (uint8_t)p->inner_size;
    if (p->salt->len > 0)
        memcpy(out->salt, p->salt->buf, (size_t)p->salt->len);
    if (p->person->len > 0)
        memcpy(out->personal, p->person->buf, (size_t)p->person->len);
    return 0;
}

/* Hashes a buffer, without the GIL if it is large. */
static void
blake2b_feed(Blake2b *self, const Py_buffer *view)
{
    if (self->lock == NULL && view->len >= DIGEST_UNLOCKED)
        self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        blake2b_update(&self->state, view->buf, (size_t)view->len);
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, 1);
    blake2b_update(&self->state, view->buf, (size_t)view->len);
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
}

/* A consistent copy of the state, for digests. */
static blake2b_state
blake2b_snapshot(Blake2b *self)
{
    if (self->lock == NULL)
        return self->state;
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    blake2b_state state = self->state;
    PyThread_release_lock(self->lock);
    return state;
}

NEW(blake2b, "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, "
             "leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, "
             "usedforsecurity=True)")
DEFAULT(digest_size, BLAKE2B_OUTBYTES)
static PyObject *
blake2b_new(PyTypeObject *type, PyObject *data, int digest_size, Py_buffer *key, Py_buffer *salt,
            Py_buffer *person, int fanout, int depth, positive_long leaf_size,
            positive_long_long node_offset, int node_depth, int inner_size, truth last_node,
            truth Py_UNUSED(usedforsecurity))
{
    struct parameters p = {digest_size, key,         salt,       person,     fanout,   depth,
                           leaf_size,   node_offset, node_depth, inner_size};
    Py_buffer view = {.obj = NULL};
    Blake2b *self = (Blake2b *)type->tp_alloc(type, 0);
    if (self == NULL || blake2b_set_parameters(self, &p) < 0)
        goto fail;
    if (blake2b_init_param(&self->state, &self->param) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "error initializing hash state");
        goto fail;
    }
    self->state.last_node = (uint8_t)last_node;
    if (key->len > 0) { /* the key, padded, is the first block */
        uint8_t block[BLAKE2B_BLOCKBYTES] = {0};
        memcpy(block, key->buf, (size_t)key->len);
        blake2b_update(&self->state, block, sizeof block);
        explicit_bzero(block, sizeof block);
    }
    if (data != NULL) {
        if (digest_buffer(data, &view) < 0)
            goto fail;
        blake2b_feed(self, &view);
        PyBuffer_Release(&view);
    }
    return (PyObject *)self;
fail:
    Py_XDECREF(self);
    return NULL;
}

static void
blake2b_tp_dealloc(Blake2b *self)
{
    PyTypeObject *type = Py_TYPE(self);
    explicit_bzero(&self->param, sizeof self->param);
    explicit_bzero(&self->state, sizeof self->state);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    PyObject_Free(self);
    Py_DECREF(type);
}

METHOD(blake2b, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
blake2b_copy(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    Blake2b *copy = (Blake2b *)Py_TYPE(self)->tp_alloc(Py_TYPE(self), 0);
    if (copy != NULL) {
        copy->param = self->param;
        copy->state = blake2b_snapshot(self);
    }
    return (PyObject *)copy;
}

METHOD(blake2b, update, "($self, data, /)", "Hash more data.")
static PyObject *
blake2b_update_method(Blake2b *self, PyObject *data)
{
    Py_buffer view;
    if (digest_buffer(data, &view) < 0)
        return NULL;
    blake2b_feed(self, &view);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

METHOD(blake2b, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
blake2b_digest(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[BLAKE2B_OUTBYTES];
    blake2b_state state = blake2b_snapshot(self);
    blake2b_final(&state, digest, self->param.digest_length);
    return PyBytes_FromStringAndSize((const char *)digest, self->param.digest_length);
}

METHOD(blake2b, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
blake2b_hexdigest(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[BLAKE2B_OUTBYTES];
    blake2b_state state = blake2b_snapshot(self);
    blake2b_final(&state, digest, self->param.digest_length);
    return digest_hex(digest, self->param.digest_length);
}

GETTER(blake2b, name, "Name of the algorithm.")
static PyObject *
blake2b_name(Blake2b *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("blake2b");
}

GETTER(blake2b, block_size, "Bytes in a block.")
static PyObject *
blake2b_block_size(Blake2b *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLAKE2B_BLOCKBYTES);
}

GETTER(blake2b, digest_size, "Bytes in a digest.")
static PyObject *
blake2b_digest_size(Blake2b *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->param.digest_length);
}

HEAPTYPE(blake2b, "_blake2.blake2b", Blake2b,
         "(data=b'', /, *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n"
         "        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n"
         "        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n"
         "        usedforsecurity=True)",
         "A BLAKE2b hash object, fed with data.", Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE)

/* ---- BLAKE2S ------------------------------------------------------------------------------------------ */

typedef struct {
    PyObject_HEAD
    blake2s_param param;
    blake2s_state state;
    PyThread_type_lock lock;    /* made for the first large update */
} Blake2s;

/* Fills in the parameter block. */
static status
blake2s_set_parameters(Blake2s *self, const struct parameters *p)
{
    blake2s_param *out = &self->param;
    memset(out, 0, sizeof *out);
    if (check_parameters(p, BLAKE2S_OUTBYTES, BLAKE2S_KEYBYTES, BLAKE2S_SALTBYTES,
                         BLAKE2S_PERSONALBYTES, (1ull << 48) - 1) < 0)
        return -1;
    out->digest_length = (uint8_t)p->digest_size;
    out->key_length = (uint8_t)p->key->len;
    out->fanout = (uint8_t)p->fanout;
    out->depth = (uint8_t)p->depth;
    out->leaf_length = (uint32_t)p->leaf_size;
    for (int i = 0; i < 6; i++)
        out->node_offset[i] = (uint8_t)(p->node_offset >> (8 * i));
    out->node_depth = (uint8_t)p->node_depth;
    out->inner_length = (uint8_t)p->inner_size;
    if (p->salt->len > 0)
        memcpy(out->salt, p->salt->buf, (size_t)p->salt->len);
    if (p->person->len > 0)
        memcpy(out->personal, p->person->buf, (size_t)p->person->len);
    return 0;
}

/* Hashes a buffer, without the GIL if it is large. */
static void
blake2s_feed(Blake2s *self, const Py_buffer *view)
{
    if (self->lock == NULL && view->len >= DIGEST_UNLOCKED)
        self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        blake2s_update(&self->state, view->buf, (size_t)view->len);
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, 1);
    blake2s_update(&self->state, view->buf, (size_t)view->len);
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
}

/* A consistent copy of the state, for digests. */
static blake2s_state
blake2s_snapshot(Blake2s *self)
{
    if (self->lock == NULL)
        return self->state;
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    blake2s_state state = self->state;
    PyThread_release_lock(self->lock);
    return state;
}

NEW(blake2s, "(data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, "
             "leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, "
             "usedforsecurity=True)")
DEFAULT(digest_size, BLAKE2S_OUTBYTES)
static PyObject *
blake2s_new(PyTypeObject *type, PyObject *data, int digest_size, Py_buffer *key, Py_buffer *salt,
            Py_buffer *person, int fanout, int depth, positive_long leaf_size,
            positive_long_long node_offset, int node_depth, int inner_size, truth last_node,
            truth Py_UNUSED(usedforsecurity))
{
    struct parameters p = {digest_size, key,         salt,       person,     fanout,   depth,
                           leaf_size,   node_offset, node_depth, inner_size};
    Py_buffer view = {.obj = NULL};
    Blake2s *self = (Blake2s *)type->tp_alloc(type, 0);
    if (self == NULL || blake2s_set_parameters(self, &p) < 0)
        goto fail;
    if (blake2s_init_param(&self->state, &self->param) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "error initializing hash state");
        goto fail;
    }
    self->state.last_node = (uint8_t)last_node;
    if (key->len > 0) { /* the key, padded, is the first block */
        uint8_t block[BLAKE2S_BLOCKBYTES] = {0};
        memcpy(block, key->buf, (size_t)key->len);
        blake2s_update(&self->state, block, sizeof block);
        explicit_bzero(block, sizeof block);
    }
    if (data != NULL) {
        if (digest_buffer(data, &view) < 0)
            goto fail;
        blake2s_feed(self, &view);
        PyBuffer_Release(&view);
    }
    return (PyObject *)self;
fail:
    Py_XDECREF(self);
    return NULL;
}

static void
blake2s_tp_dealloc(Blake2s *self)
{
    PyTypeObject *type = Py_TYPE(self);
    explicit_bzero(&self->param, sizeof self->param);
    explicit_bzero(&self->state, sizeof self->state);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    PyObject_Free(self);
    Py_DECREF(type);
}

METHOD(blake2s, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
blake2s_copy(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    Blake2s *copy = (Blake2s *)Py_TYPE(self)->tp_alloc(Py_TYPE(self), 0);
    if (copy != NULL) {
        copy->param = self->param;
        copy->state = blake2s_snapshot(self);
    }
    return (PyObject *)copy;
}

METHOD(blake2s, update, "($self, data, /)", "Hash more data.")
static PyObject *
blake2s_update_method(Blake2s *self, PyObject *data)
{
    Py_buffer view;
    if (digest_buffer(data, &view) < 0)
        return NULL;
    blake2s_feed(self, &view);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

METHOD(blake2s, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
blake2s_digest(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[BLAKE2S_OUTBYTES];
    blake2s_state state = blake2s_snapshot(self);
    blake2s_final(&state, digest, self->param.digest_length);
    return PyBytes_FromStringAndSize((const char *)digest, self->param.digest_length);
}

METHOD(blake2s, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
blake2s_hexdigest(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    uint8_t digest[BLAKE2S_OUTBYTES];
    blake2s_state state = blake2s_snapshot(self);
    blake2s_final(&state, digest, self->param.digest_length);
    return digest_hex(digest, self->param.digest_length);
}

GETTER(blake2s, name, "Name of the algorithm.")
static PyObject *
blake2s_name(Blake2s *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("blake2s");
}

GETTER(blake2s, block_size, "Bytes in a block.")
static PyObject *
blake2s_block_size(Blake2s *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(BLAKE2S_BLOCKBYTES);
}

GETTER(blake2s, digest_size, "Bytes in a digest.")
static PyObject *
blake2s_digest_size(Blake2s *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->param.digest_length);
}

HEAPTYPE(blake2s, "_blake2.blake2s", Blake2s,
         "(data=b'', /, *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n"
         "        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n"
         "        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n"
         "        usedforsecurity=True)",
         "A BLAKE2s hash object, fed with data.", Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE)

/* ---- module -------------------------------------------------------------------------------------- */

static PyType_Spec blake2b_spec, blake2s_spec;

/* Adds a type to the module and its limits to both. */
static int
add_type(PyObject *module, PyType_Spec *spec, const char *prefix, const int limits[4])
{
    static const char *const names[4] = {"SALT_SIZE", "PERSON_SIZE", "MAX_KEY_SIZE",
                                         "MAX_DIGEST_SIZE"};
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    int done = type == NULL ? -1 : PyModule_AddType(module, type);
    for (int i = 0; i < 4 && done == 0; i++) {
        char name[40];
        PyObject *value = PyLong_FromLong(limits[i]);
        done = value == NULL ? -1 : PyDict_SetItemString(type->tp_dict, names[i], value);
        Py_XDECREF(value);
        snprintf(name, sizeof name, "%s_%s", prefix, names[i]);
        if (done == 0)
            done = PyModule_AddIntConstant(module, name, limits[i]);
    }
    Py_XDECREF(type);
    return done;
}

static int
_blake2_exec(PyObject *module)
{
    static const int limits_b[4] = {BLAKE2B_SALTBYTES, BLAKE2B_PERSONALBYTES, BLAKE2B_KEYBYTES,
                                    BLAKE2B_OUTBYTES};
    static const int limits_s[4] = {BLAKE2S_SALTBYTES, BLAKE2S_PERSONALBYTES, BLAKE2S_KEYBYTES,
                                    BLAKE2S_OUTBYTES};
    if (add_type(module, &blake2b_spec, "BLAKE2B", limits_b) < 0)
        return -1;
    return add_type(module, &blake2s_spec, "BLAKE2S", limits_s);
}

static struct PyModuleDef_Slot _blake2_slots[] = {{Py_mod_exec, _blake2_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _blake2_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_blake2",
    .m_doc = PyDoc_STR("BLAKE2 for hashlib."),
    .m_slots = _blake2_slots,
};

PyMODINIT_FUNC
PyInit__blake2(void)
{
    return PyModuleDef_Init(&_blake2_module);
}

#include "gen/modules/hashes/_blake2.inc"
