/* Hash array mapped trie: an immutable mapping whose changed copies share almost everything.

   Source: Phil Bagwell, "Ideal Hash Trees" (2001); PEP 567.

   A node is a run of pairs.  In a branch, pair i belongs to the i-th set bit of `bits`, which are
   the five hash bits of its level; it is (key, value), or (NULL, child).  In a collision node all
   keys have the 32-bit hash `bits`.

   Invariants:
   1. The root is a branch; no branch but the root is empty.
   2. A child branch holds at least two pairs, or one pair that is a child: a lone (key, value) is
      pulled up into the parent when its siblings go.
   3. A collision node has at least two pairs. */
#include "object/class.h"
#include "object/declare.h"
#include "types/hamt.h"

enum { LEVEL_BITS = 5, LEVEL_MASK = 31, MAX_DEPTH = 8 };

typedef struct {
    PyObject_VAR_HEAD
    uint32_t bits;
    PyObject *slots[1];
} Node;

struct Hamt {
    PyObject_HEAD
    Node *root;
    PyObject *weakreflist;
    Py_ssize_t count;
};

static PyTypeObject Branch_Type;
static PyTypeObject Collision_Type;
static PyTypeObject Hamt_Type;

/* ---- nodes ---------------------------------------------------------------------------------- */

static Node *
node_new(PyTypeObject *type, Py_ssize_t pairs, uint32_t bits)
{
    Node *node = PyObject_GC_NewVar(Node, type, 2 * pairs);
    if (node != NULL) {
        node->bits = bits;
        for (Py_ssize_t i = 0; i < 2 * pairs; i++) {
            node->slots[i] = NULL;
        }
        PyObject_GC_Track(node);
    }
    return node;
}

static bool
is_collision(Node *node)
{
    return Py_IS_TYPE(node, &Collision_Type);
}

static Py_ssize_t
node_pairs(Node *node)
{
    return Py_SIZE(node) / 2;
}

static int
node_tp_traverse(Node *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        Py_VISIT(self->slots[i]);
    }
    return 0;
}

static void
node_tp_dealloc(Node *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, node_tp_dealloc);
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        Py_XDECREF(self->slots[i]);
    }
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

/* The node with pair `at` put in (delta 1), kept (0) or left out (-1), and nothing else changed.
   The new pair's slots are NULL. */
static Node *
node_copy(Node *node, uint32_t bits, Py_ssize_t at, int delta)
{
    Node *copy = node_new(Py_TYPE(node), node_pairs(node) + delta, bits);
    if (copy == NULL) {
        return NULL;
    }
    for (Py_ssize_t from = 0, to = 0; from < node_pairs(node); from++, to++) {
        if (from == at && delta != 0) {
            if (delta < 0) {
                to--;
                continue;
            }
            to++;
        }
        copy->slots[2 * to] = Py_XNewRef(node->slots[2 * from]);
        copy->slots[2 * to + 1] = Py_XNewRef(node->slots[2 * from + 1]);
    }
    return copy;
}

static void
node_set(Node *node, Py_ssize_t at, PyObject *key, PyObject *value)
{
    Py_XINCREF(key);
    Py_XSETREF(node->slots[2 * at], key);
    Py_INCREF(value);
    Py_XSETREF(node->slots[2 * at + 1], value);
}

static uint32_t
level_bit(uint32_t hash, int shift)
{
    return (uint32_t)1 << (hash >> shift & LEVEL_MASK);
}

static Py_ssize_t
bit_index(uint32_t bits, uint32_t bit)
{
    return __builtin_popcount(bits & (bit - 1));
}

static status
hash_key(PyObject *key, uint32_t *hash_out)
{
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return -1;
    }
    *hash_out = (uint32_t)hash ^ (uint32_t)((uint64_t)hash >> 32);
    return 0;
}

static truth
same_key(PyObject *a, PyObject *b)
{
    return a == b ? 1 : PyObject_RichCompareBool(a, b, Py_EQ);
}

/* Where a collision node holds the key: *at_out. */
static truth
collision_find(Node *node, PyObject *key, Py_ssize_t *at_out)
{
    for (Py_ssize_t i = 0; i < node_pairs(node); i++) {
        truth same = same_key(key, node->slots[2 * i]);
        if (same != 0) {
            *at_out = i;
            return same;
        }
    }
    return 0;
}

/* A branch at `shift` over one pair. */
static Node *
branch_over(int shift, uint32_t hash, PyObject *key, PyObject *value)
{
    Node *node = node_new(&Branch_Type, 1, level_bit(hash, shift));
    if (node != NULL) {
        node_set(node, 0, key, value);
    }
    return node;
}

/* The node at `shift` that holds two different keys. */
static Node *
node_of_two(int shift, uint32_t hash1, PyObject *key1, PyObject *value1, uint32_t hash2,
            PyObject *key2, PyObject *value2)
{
    Node *node;
    if (hash1 == hash2) {
        node = node_new(&Collision_Type, 2, hash1);
        if (node != NULL) {
            node_set(node, 0, key1, value1);
            node_set(node, 1, key2, value2);
        }
        return node;
    }
    uint32_t bit1 = level_bit(hash1, shift), bit2 = level_bit(hash2, shift);
    if (bit1 == bit2) {
        Node *child =
            node_of_two(shift + LEVEL_BITS, hash1, key1, value1, hash2, key2, value2);
        if (child == NULL) {
            return NULL;
        }
        node = branch_over(shift, hash1, NULL, (PyObject *)child);
        Py_DECREF(child);
        return node;
    }
    node = node_new(&Branch_Type, 2, bit1 | bit2);
    if (node != NULL) {
        node_set(node, bit1 > bit2, key1, value1);
        node_set(node, bit2 > bit1, key2, value2);
    }
    return node;
}

/* ---- look-up and change --------------------------------------------------------------------- */

static truth
node_find(Node *node, uint32_t hash, PyObject *key, PyObject **value_out)
{
    Py_ssize_t at;
    for (int shift = 0; !is_collision(node); shift += LEVEL_BITS) {
        uint32_t bit = level_bit(hash, shift);
        if (!(node->bits & bit)) {
            return 0;
        }
        at = bit_index(node->bits, bit);
        PyObject *found = node->slots[2 * at];
        *value_out = node->slots[2 * at + 1];
        if (found != NULL) {
            return same_key(key, found);
        }
        node = (Node *)*value_out;
    }
    truth found = node->bits == hash ? collision_find(node, key, &at) : 0;
    if (found > 0) {
        *value_out = node->slots[2 * at + 1];
    }
    return found;
}

static Node *node_assoc(Node *node, int shift, uint32_t hash, PyObject *key, PyObject *value,
                        bool *added);

static Node *
collision_assoc(Node *node, int shift, uint32_t hash, PyObject *key, PyObject *value, bool *added)
{
    if (node->bits != hash) {
        /* The new key parts from them here: put a branch above. */
        Node *branch = branch_over(shift, node->bits, NULL, (PyObject *)node);
        Node *result =
            branch != NULL ? node_assoc(branch, shift, hash, key, value, added) : NULL;
        Py_XDECREF(branch);
        return result;
    }
    Py_ssize_t at = node_pairs(node);
    truth found = collision_find(node, key, &at);
    if (found < 0) {
        return NULL;
    }
    if (found && node->slots[2 * at + 1] == value) {
        return (Node *)Py_NewRef(node);
    }
    Node *copy = node_copy(node, hash, at, found ? 0 : 1);
    if (copy != NULL) {
        *added |= !found;
        node_set(copy, at, found ? node->slots[2 * at] : key, value);
    }
    return copy;
}

static Node *
node_assoc(Node *node, int shift, uint32_t hash, PyObject *key, PyObject *value, bool *added)
{
    if (is_collision(node)) {
        return collision_assoc(node, shift, hash, key, value, added);
    }
    uint32_t bit = level_bit(hash, shift);
    Py_ssize_t at = bit_index(node->bits, bit);
    if (!(node->bits & bit)) {
        Node *copy = node_copy(node, node->bits | bit, at, 1);
        if (copy != NULL) {
            *added = true;
            node_set(copy, at, key, value);
        }
        return copy;
    }
    PyObject *found = node->slots[2 * at];
    PyObject *held = node->slots[2 * at + 1];
    Node *child;
    if (found == NULL) {
        child = node_assoc((Node *)held, shift + LEVEL_BITS, hash, key, value, added);
        if (child == (Node *)held) {
            Py_DECREF(child);
            return (Node *)Py_NewRef(node);
        }
    }
    else {
        truth same = same_key(key, found);
        if (same < 0) {
            return NULL;
        }
        if (same) {
            if (held == value) {
                return (Node *)Py_NewRef(node);
            }
            Node *copy = node_copy(node, node->bits, at, 0);
            if (copy != NULL) {
                node_set(copy, at, found, value);
            }
            return copy;
        }
        uint32_t found_hash;
        if (hash_key(found, &found_hash) < 0) {
            return NULL;
        }
        *added = true;
        child = node_of_two(shift + LEVEL_BITS, found_hash, found, held, hash, key, value);
    }
    if (child == NULL) {
        return NULL;
    }
    Node *copy = node_copy(node, node->bits, at, 0);
    if (copy != NULL) {
        node_set(copy, at, NULL, (PyObject *)child);
    }
    Py_DECREF(child);
    return copy;
}

/* Remove a key: 1 and *result_out (NULL if nothing is left), 0 if it is not there. */
static truth
node_without(Node *node, int shift, uint32_t hash, PyObject *key, Node **result_out)
{
    Py_ssize_t at;
    *result_out = NULL;
    if (is_collision(node)) {
        truth found = node->bits == hash ? collision_find(node, key, &at) : 0;
        if (found <= 0) {
            return found;
        }
        if (node_pairs(node) == 2) {
            Py_ssize_t other = 1 - at;
            *result_out = branch_over(shift, hash, node->slots[2 * other],
                                      node->slots[2 * other + 1]);
        }
        else {
            *result_out = node_copy(node, hash, at, -1);
        }
        return *result_out != NULL ? 1 : -1;
    }
    uint32_t bit = level_bit(hash, shift);
    if (!(node->bits & bit)) {
        return 0;
    }
    at = bit_index(node->bits, bit);
    PyObject *found = node->slots[2 * at];
    Node *child = NULL;
    truth removed;
    if (found != NULL) {
        removed = same_key(key, found);
    }
    else {
        removed = node_without((Node *)node->slots[2 * at + 1], shift + LEVEL_BITS, hash, key,
                               &child);
    }
    if (removed <= 0) {
        return removed;
    }
    if (child == NULL) {
        if (node_pairs(node) == 1) {
            return 1;
        }
        *result_out = node_copy(node, node->bits & ~bit, at, -1);
        return *result_out != NULL ? 1 : -1;
    }
    *result_out = node_copy(node, node->bits, at, 0);
    if (*result_out != NULL) {
        bool lone = !is_collision(child) && node_pairs(child) == 1 && child->slots[0] != NULL;
        if (lone) {
            node_set(*result_out, at, child->slots[0], child->slots[1]);
        }
        else {
            node_set(*result_out, at, NULL, (PyObject *)child);
        }
    }
    Py_DECREF(child);
    return *result_out != NULL ? 1 : -1;
}

TYPE(node, Branch_Type, "hamt_bitmap_node", Node, NULL, NULL,
     .tp_basicsize = offsetof(Node, slots), .tp_itemsize = sizeof(PyObject *),
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

TYPE(collision, Collision_Type, "hamt_collision_node", Node, NULL, NULL,
     .tp_basicsize = offsetof(Node, slots), .tp_itemsize = sizeof(PyObject *),
     .tp_dealloc = (destructor)node_tp_dealloc, .tp_traverse = (traverseproc)node_tp_traverse,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* ---- the mapping ---------------------------------------------------------------------------- */

/* Takes the root over. */
static Hamt *
hamt_make(Node *root_take, Py_ssize_t count)
{
    Hamt *self = root_take != NULL ? PyObject_GC_New(Hamt, &Hamt_Type) : NULL;
    if (self == NULL) {
        Py_XDECREF(root_take);
        return NULL;
    }
    self->root = root_take;
    self->weakreflist = NULL;
    self->count = count;
    PyObject_GC_Track(self);
    return self;
}

Hamt *
hamt_new(void)
{
    return hamt_make(node_new(&Branch_Type, 0, 0), 0);
}

Hamt *
hamt_assoc(Hamt *self, PyObject *key, PyObject *value)
{
    uint32_t hash;
    bool added = false;
    if (hash_key(key, &hash) < 0) {
        return NULL;
    }
    Node *root = node_assoc(self->root, 0, hash, key, value, &added);
    if (root == self->root) {
        Py_DECREF(root);
        return (Hamt *)Py_NewRef(self);
    }
    return hamt_make(root, self->count + added);
}

Hamt *
hamt_without(Hamt *self, PyObject *key)
{
    uint32_t hash;
    Node *root;
    if (hash_key(key, &hash) < 0) {
        return NULL;
    }
    truth removed = node_without(self->root, 0, hash, key, &root);
    if (removed <= 0) {
        return removed < 0 ? NULL : (Hamt *)Py_NewRef(self);
    }
    return root != NULL ? hamt_make(root, self->count - 1) : hamt_new();
}

truth
hamt_find(Hamt *self, PyObject *key, PyObject **value_out)
{
    uint32_t hash;
    if (self->count == 0) {
        return 0;
    }
    return hash_key(key, &hash) < 0 ? -1 : node_find(self->root, hash, key, value_out);
}

Py_ssize_t
hamt_count(Hamt *self)
{
    return self->count;
}

/* ---- iteration ------------------------------------------------------------------------------ */

/* A walk over all pairs; holds no references: whoever walks holds the mapping. */
struct Walk {
    Node *nodes[MAX_DEPTH];
    Py_ssize_t at[MAX_DEPTH];
    int level;
};

static void
walk_start(struct Walk *walk, Hamt *mapping)
{
    walk->nodes[0] = mapping->root;
    walk->at[0] = 0;
    walk->level = 0;
}

static bool
walk_next(struct Walk *walk, PyObject **key_out, PyObject **value_out)
{
    while (walk->level >= 0) {
        Node *node = walk->nodes[walk->level];
        Py_ssize_t i = walk->at[walk->level]++;
        if (i >= node_pairs(node)) {
            walk->level--;
            continue;
        }
        *key_out = node->slots[2 * i];
        *value_out = node->slots[2 * i + 1];
        if (*key_out != NULL) {
            return true;
        }
        walk->level++;
        walk->nodes[walk->level] = (Node *)*value_out;
        walk->at[walk->level] = 0;
    }
    return false;
}

truth
hamt_equal(Hamt *a, Hamt *b)
{
    if (a == b) {
        return 1;
    }
    if (a->count != b->count) {
        return 0;
    }
    struct Walk walk;
    PyObject *key, *value, *other;
    walk_start(&walk, a);
    while (walk_next(&walk, &key, &value)) {
        truth same = hamt_find(b, key, &other);
        if (same > 0) {
            Py_INCREF(value);
            Py_INCREF(other);
            same = PyObject_RichCompareBool(value, other, Py_EQ);
            Py_DECREF(value);
            Py_DECREF(other);
        }
        if (same <= 0) {
            return same;
        }
    }
    return 1;
}

typedef struct {
    PyObject_HEAD
    Hamt *mapping;
    struct Walk walk;
} HamtIterator;

static PyTypeObject HamtKeys_Type;
static PyTypeObject HamtValues_Type;
static PyTypeObject HamtItems_Type;

static PyObject *
hamt_iterator_new(PyTypeObject *type, Hamt *mapping)
{
    HamtIterator *self = PyObject_GC_New(HamtIterator, type);
    if (self != NULL) {
        self->mapping = (Hamt *)Py_NewRef(mapping);
        walk_start(&self->walk, mapping);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

PyObject *
hamt_iter_keys(Hamt *self)
{
    return hamt_iterator_new(&HamtKeys_Type, self);
}

PyObject *
hamt_iter_values(Hamt *self)
{
    return hamt_iterator_new(&HamtValues_Type, self);
}

PyObject *
hamt_iter_items(Hamt *self)
{
    return hamt_iterator_new(&HamtItems_Type, self);
}

static PyObject *
hamt_keys_tp_iternext(HamtIterator *self)
{
    PyObject *key, *value;
    return walk_next(&self->walk, &key, &value) ? Py_NewRef(key) : NULL;
}

static PyObject *
hamt_values_tp_iternext(HamtIterator *self)
{
    PyObject *key, *value;
    return walk_next(&self->walk, &key, &value) ? Py_NewRef(value) : NULL;
}

static PyObject *
hamt_items_tp_iternext(HamtIterator *self)
{
    PyObject *key, *value;
    return walk_next(&self->walk, &key, &value) ? PyTuple_Pack(2, key, value) : NULL;
}

static Py_ssize_t
hamt_iterator_length(HamtIterator *self)
{
    return self->mapping != NULL ? self->mapping->count : 0;
}

static PyMappingMethods hamt_iterator_as_mapping = {
    .mp_length = (lenfunc)hamt_iterator_length,
};

static int
hamt_iterator_traverse(HamtIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(self->mapping);
    return 0;
}

static int
hamt_iterator_clear(HamtIterator *self)
{
    self->walk.level = -1;
    Py_CLEAR(self->mapping);
    return 0;
}

static void
hamt_iterator_dealloc(HamtIterator *self)
{
    PyObject_GC_UnTrack(self);
    hamt_iterator_clear(self);
    PyObject_GC_Del(self);
}

/* What sys.getsizeof says; the walk needs less. */
#define ITERATOR_SIZE 168
_Static_assert(sizeof(HamtIterator) <= ITERATOR_SIZE, "iterators fit");

TYPE(hamt_keys, HamtKeys_Type, "keys", HamtIterator, NULL, NULL, .tp_basicsize = ITERATOR_SIZE,
     .tp_dealloc = (destructor)hamt_iterator_dealloc, .tp_as_mapping = &hamt_iterator_as_mapping,
     .tp_getattro = PyObject_GenericGetAttr, .tp_iter = PyObject_SelfIter,
     .tp_traverse = (traverseproc)hamt_iterator_traverse, .tp_clear = (inquiry)hamt_iterator_clear,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

TYPE(hamt_values, HamtValues_Type, "values", HamtIterator, NULL, NULL, .tp_basicsize = ITERATOR_SIZE,
     .tp_dealloc = (destructor)hamt_iterator_dealloc, .tp_as_mapping = &hamt_iterator_as_mapping,
     .tp_getattro = PyObject_GenericGetAttr, .tp_iter = PyObject_SelfIter,
     .tp_traverse = (traverseproc)hamt_iterator_traverse, .tp_clear = (inquiry)hamt_iterator_clear,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

TYPE(hamt_items, HamtItems_Type, "items", HamtIterator, NULL, NULL, .tp_basicsize = ITERATOR_SIZE,
     .tp_dealloc = (destructor)hamt_iterator_dealloc, .tp_as_mapping = &hamt_iterator_as_mapping,
     .tp_getattro = PyObject_GenericGetAttr, .tp_iter = PyObject_SelfIter,
     .tp_traverse = (traverseproc)hamt_iterator_traverse, .tp_clear = (inquiry)hamt_iterator_clear,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* ---- as Python sees it (only through _testcapi) ---------------------------------------------- */

METHOD(hamt, set, NULL, NULL)
static PyObject *
hamt_set(Hamt *self, PyObject *args)
{
    PyObject *key, *value;
    if (!PyArg_UnpackTuple(args, "set", 2, 2, &key, &value)) {
        return NULL;
    }
    return (PyObject *)hamt_assoc(self, key, value);
}

METHOD(hamt, get, NULL, NULL)
static PyObject *
hamt_get(Hamt *self, PyObject *args)
{
    PyObject *key, *fallback = Py_None, *value;
    if (!PyArg_UnpackTuple(args, "get", 1, 2, &key, &fallback)) {
        return NULL;
    }
    truth found = hamt_find(self, key, &value);
    return found < 0 ? NULL : Py_NewRef(found ? value : fallback);
}

METHOD(hamt, delete, NULL, NULL)
static PyObject *
hamt_delete(Hamt *self, PyObject *key)
{
    return (PyObject *)hamt_without(self, key);
}

METHOD(hamt, items, NULL, NULL)
static PyObject *
hamt_items(Hamt *self, PyObject *Py_UNUSED(args))
{
    return hamt_iter_items(self);
}

METHOD(hamt, keys, NULL, NULL)
static PyObject *
hamt_keys(Hamt *self, PyObject *Py_UNUSED(args))
{
    return hamt_iter_keys(self);
}

METHOD(hamt, values, NULL, NULL)
static PyObject *
hamt_values(Hamt *self, PyObject *Py_UNUSED(args))
{
    return hamt_iter_values(self);
}

static Py_ssize_t
hamt_mp_length(Hamt *self)
{
    return self->count;
}

static PyObject *
hamt_mp_subscript(Hamt *self, PyObject *key)
{
    PyObject *value;
    truth found = hamt_find(self, key, &value);
    if (found == 0) {
        PyErr_SetObject(PyExc_KeyError, key);
    }
    return found > 0 ? Py_NewRef(value) : NULL;
}

static int
hamt_sq_contains(Hamt *self, PyObject *key)
{
    PyObject *value;
    return hamt_find(self, key, &value);
}

static PyObject *
hamt_tp_iter(Hamt *self)
{
    return hamt_iter_keys(self);
}

static PyObject *
hamt_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!Py_IS_TYPE(self, &Hamt_Type) || !Py_IS_TYPE(other, &Hamt_Type) ||
        (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    truth same = hamt_equal((Hamt *)self, (Hamt *)other);
    return same < 0 ? NULL : PyBool_FromLong(op == Py_EQ ? same : !same);
}

static PyObject *
hamt_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return (PyObject *)hamt_new();
}

static int
hamt_tp_clear(Hamt *self)
{
    self->count = 0;
    Py_CLEAR(self->root);
    return 0;
}

static int
hamt_tp_traverse(Hamt *self, visitproc visit, void *arg)
{
    Py_VISIT(self->root);
    return 0;
}

static void
hamt_tp_dealloc(Hamt *self)
{
    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    hamt_tp_clear(self);
    PyObject_GC_Del(self);
}

TYPE(hamt, Hamt_Type, "hamt", Hamt, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_hash = PyObject_HashNotImplemented,
     .tp_weaklistoffset = offsetof(Hamt, weakreflist),
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

status
hamt_types_ready(void)
{
    PyTypeObject *const types[] = {&Hamt_Type, &Branch_Type, &Collision_Type,
                                   &HamtKeys_Type, &HamtValues_Type, &HamtItems_Type};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (class_ready_late(types[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

#include "gen/types/hamt.inc"
