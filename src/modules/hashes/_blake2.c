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

static PyObject *
digest_bytes(const uint8_t *digest, Py_ssize_t n)
{
    return PyBytes_FromStringAndSize((const char *)digest, n);
}

/* ---- BLAKE2B ------------------------------------------------------------------------------------------ */

#define OBJECT Blake2b
#define WORD(name) blake2b_##name
#define SIZE(name) BLAKE2B_##name
#define MAX_OFFSET UINT64_MAX
#include "modules/hashes/blake2_impl.h"

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
    return blake2b_make(type, data, &p, last_node);
}

static void
blake2b_tp_dealloc(Blake2b *self)
{
    blake2b_release(self);
}

METHOD(blake2b, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
blake2b_copy(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    return blake2b_fork(self);
}

METHOD(blake2b, update, "($self, data, /)", "Hash more data.")
static PyObject *
blake2b_update_method(Blake2b *self, PyObject *data)
{
    return blake2b_add(self, data);
}

METHOD(blake2b, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
blake2b_digest(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    return blake2b_sum(self, digest_bytes);
}

METHOD(blake2b, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
blake2b_hexdigest(Blake2b *self, PyObject *Py_UNUSED(ignored))
{
    return blake2b_sum(self, digest_hex);
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

#define OBJECT Blake2s
#define WORD(name) blake2s_##name
#define SIZE(name) BLAKE2S_##name
#define MAX_OFFSET ((1ull << 48) - 1)
#include "modules/hashes/blake2_impl.h"

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
    return blake2s_make(type, data, &p, last_node);
}

static void
blake2s_tp_dealloc(Blake2s *self)
{
    blake2s_release(self);
}

METHOD(blake2s, copy, "($self, /)", "A copy that goes on by itself.")
static PyObject *
blake2s_copy(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    return blake2s_fork(self);
}

METHOD(blake2s, update, "($self, data, /)", "Hash more data.")
static PyObject *
blake2s_update_method(Blake2s *self, PyObject *data)
{
    return blake2s_add(self, data);
}

METHOD(blake2s, digest, "($self, /)", "The digest of what has been hashed so far, as bytes.")
static PyObject *
blake2s_digest(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    return blake2s_sum(self, digest_bytes);
}

METHOD(blake2s, hexdigest, "($self, /)", "The digest of what has been hashed so far, in hexadecimal.")
static PyObject *
blake2s_hexdigest(Blake2s *self, PyObject *Py_UNUSED(ignored))
{
    return blake2s_sum(self, digest_hex);
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
