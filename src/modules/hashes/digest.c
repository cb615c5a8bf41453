/* The objects of _md5, _sha1, _sha256 and _sha512: hashes that compress block after block (Merkle-Damgard).

   Each object is a Digest head, then the partial block, the state, the number of bytes in the partial block, and
   in SHA-2 the size of the digest, as DIGEST_FIELDS lays them out; struct Algorithm says how large they are. */
#include <stdbool.h>
#include "object/declare.h"
#include "modules/hashes/digest.h"

/* The bytes of the partial block; the state follows it. */
static uint8_t *
partial_of(Digest *self)
{
    return (uint8_t *)(self + 1);
}

static uint32_t *
fill_of(Digest *self, const struct Algorithm *a)
{
    return (uint32_t *)(partial_of(self) + a->block + a->state);
}

static void
update(Digest *self, const struct Algorithm *a, const uint8_t *data, size_t n)
{
    uint8_t *partial = partial_of(self);
    uint32_t *fill = fill_of(self, a);
    self->length += n;
    if (*fill > 0) {
        size_t take = a->block - *fill < n ? a->block - *fill : n;
        memcpy(partial + *fill, data, take);
        *fill += (uint32_t)take;
        data += take;
        n -= take;
        if (*fill < a->block)
            return;
        a->compress(partial + a->block, partial, 1);
    }
    size_t whole = n / a->block;
    if (whole > 0)
        a->compress(partial + a->block, data, whole);
    data += whole * a->block;
    n -= whole * a->block;
    if (n > 0)
        memcpy(partial, data, n);
    *fill = (uint32_t)n;
}

/* Appends 0x80, zeros, and the bit length in the last bytes of a block; then the state is the digest. */
static void
finish(Digest *self, const struct Algorithm *a, uint8_t *digest)
{
    uint8_t *partial = partial_of(self), *state = partial + a->block;
    uint32_t fill = *fill_of(self, a);
    const size_t length_size = 2 * a->word;
    partial[fill++] = 0x80;
    if (fill > a->block - length_size) {
        memset(partial + fill, 0, a->block - fill);
        a->compress(state, partial, 1);
        fill = 0;
    }
    memset(partial + fill, 0, a->block - fill);
    for (size_t i = 0; i < 8; i++) {
        size_t at = a->big_endian ? a->block - 1 - i : a->block - length_size + i;
        partial[at] = (uint8_t)(self->length * 8 >> (8 * i));
    }
    a->compress(state, partial, 1);
    for (size_t i = 0; i < a->digest; i++)
        digest[i] = state[a->big_endian ? i / a->word * a->word + a->word - 1 - i % a->word : i];
}

/* ---- objects ------------------------------------------------------------------------------------- */

static const struct Algorithm *
algorithm_of(Digest *self)
{
    struct DigestModule *module = PyType_GetModuleState(Py_TYPE(self));
    return module->algorithms[Py_TYPE(self) != module->types[0]];
}

static Digest *
make(PyTypeObject *type)
{
    Digest *self = PyObject_GC_New(Digest, type);
    if (self != NULL)
        PyObject_GC_Track(self);
    return self;
}

PyObject *
digest_new(PyObject *module, int which, PyObject *data)
{
    struct DigestModule *state = PyModule_GetState(module);
    const struct Algorithm *a = state->algorithms[which];
    Py_buffer view;
    if (data != NULL && digest_buffer(data, &view) < 0)
        return NULL;
    Digest *self = make(state->types[which]);
    if (self != NULL) {
        self->length = 0;
        memcpy(partial_of(self) + a->block, a->start, a->state);
        fill_of(self, a)[0] = 0;
        if (a->sized)
            fill_of(self, a)[1] = a->digest;
        if (data != NULL)
            update(self, a, view.buf, (size_t)view.len);
    }
    if (data != NULL)
        PyBuffer_Release(&view);
    return (PyObject *)self;
}

/* The digest of a copy, which is finished; the object can go on. */
static void
digest_of(Digest *self, const struct Algorithm *a, uint8_t *digest)
{
    union {
        Digest head;
        uint8_t bytes[MAX_OBJECT];
    } last;
    memcpy(last.bytes, self, (size_t)Py_TYPE(self)->tp_basicsize);
    finish(&last.head, a, digest);
}

METHOD(md5, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha1, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha224, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha256, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha384, copy, "($self, /)", "A copy that goes on by itself.")
METHOD(sha512, copy, "($self, /)", "A copy that goes on by itself.")
PyObject *
digest_copy(Digest *self, PyTypeObject *Py_UNUSED(defining_class))
{
    Digest *copy = make(Py_TYPE(self));
    if (copy != NULL)
        memcpy(&copy->length, &self->length,
               (size_t)Py_TYPE(self)->tp_basicsize - offsetof(Digest, length));
    return (PyObject *)copy;
}

METHOD(md5, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha1, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha224, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha256, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha384, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
METHOD(sha512, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
PyObject *
digest_digest(Digest *self, PyObject *Py_UNUSED(ignored))
{
    const struct Algorithm *a = algorithm_of(self);
    uint8_t digest[MAX_DIGEST];
    digest_of(self, a, digest);
    return PyBytes_FromStringAndSize((const char *)digest, (Py_ssize_t)a->digest);
}

METHOD(md5, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha1, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha224, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha256, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha384, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
METHOD(sha512, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
PyObject *
digest_hexdigest(Digest *self, PyObject *Py_UNUSED(ignored))
{
    const struct Algorithm *a = algorithm_of(self);
    uint8_t digest[MAX_DIGEST];
    digest_of(self, a, digest);
    return digest_hex(digest, (Py_ssize_t)a->digest);
}

METHOD(md5, update, "($self, obj, /)", "Hash more data.")
METHOD(sha1, update, "($self, obj, /)", "Hash more data.")
METHOD(sha224, update, "($self, obj, /)", "Hash more data.")
METHOD(sha256, update, "($self, obj, /)", "Hash more data.")
METHOD(sha384, update, "($self, obj, /)", "Hash more data.")
METHOD(sha512, update, "($self, obj, /)", "Hash more data.")
PyObject *
digest_update(Digest *self, PyObject *obj)
{
    Py_buffer view;
    if (digest_buffer(obj, &view) < 0)
        return NULL;
    update(self, algorithm_of(self), view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

GETTER(md5, block_size, "Bytes in a block.")
GETTER(sha1, block_size, "Bytes in a block.")
GETTER(sha224, block_size, "Bytes in a block.")
GETTER(sha256, block_size, "Bytes in a block.")
GETTER(sha384, block_size, "Bytes in a block.")
GETTER(sha512, block_size, "Bytes in a block.")
PyObject *
digest_block_size(Digest *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(algorithm_of(self)->block);
}

GETTER(md5, name, "Name of the algorithm.")
GETTER(sha1, name, "Name of the algorithm.")
GETTER(sha224, name, "Name of the algorithm.")
GETTER(sha256, name, "Name of the algorithm.")
GETTER(sha384, name, "Name of the algorithm.")
GETTER(sha512, name, "Name of the algorithm.")
PyObject *
digest_name(Digest *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(algorithm_of(self)->name);
}

GETTER(md5, digest_size, "Bytes in a digest.")
GETTER(sha1, digest_size, "Bytes in a digest.")
PyObject *
digest_digest_size(Digest *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(algorithm_of(self)->digest);
}

void
digest_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

int
digest_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

/* ---- modules ------------------------------------------------------------------------------------- */

int
digest_module_add(PyObject *module, int which, PyType_Spec *spec, const struct Algorithm *algorithm,
                  const char *name)
{
    struct DigestModule *state = PyModule_GetState(module);
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    state->algorithms[which] = algorithm;
    state->types[which] = type;
    return type == NULL ? -1 : PyModule_AddObjectRef(module, name, (PyObject *)type);
}

int
digest_module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct DigestModule *state = PyModule_GetState(module);
    Py_VISIT(state->types[0]);
    Py_VISIT(state->types[1]);
    return 0;
}

int
digest_module_clear(PyObject *module)
{
    struct DigestModule *state = PyModule_GetState(module);
    Py_CLEAR(state->types[0]);
    Py_CLEAR(state->types[1]);
    return 0;
}

void
digest_module_free(void *module)
{
    digest_module_clear(module);
}

#include "gen/modules/hashes/digest.inc"
