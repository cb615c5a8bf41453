/* Method resolution order (C3), version tags and the cache of attribute lookups on types.

   Invariants
   - A type with a valid version tag has not changed since the tag was given out, nor has anything
     it inherits from: a change anywhere invalidates the tags of all subclasses (PyType_Modified).
   - Tags are unique; 0 means none.  A type with a valid tag has only bases with valid tags.
   - A cache entry (version, name) -> value is right as long as some type has this version.
     Values are borrowed from the type's dict; a change to the dict retires the version first.
   - A type whose metaclass has its own mro() never gets a tag: it may put strangers in the order,
     and changes to those would not reach the type: tp_cache (unused in other heap types) holds None for such a type. */
#include "object/object.h"
#include "object/mro.h"
#include "object/class.h"

/* ---- C3 ------------------------------------------------------------------------------------------- */

bool
mro_contains(PyTypeObject *type, PyTypeObject *base)
{
    PyObject *mro = type->tp_mro;
    if (mro != NULL) {
        for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++) {
            if (PyTuple_GET_ITEM(mro, i) == (PyObject *)base) {
                return true;
            }
        }
        return false;
    }
    for (PyTypeObject *t = type; t != NULL; t = t->tp_base) {
        if (t == base) {
            return true;
        }
    }
    return base == &PyBaseObject_Type;
}

/* Whether a is b or derives from it.  The mro alone decides: one made by Python code may leave the
   class itself out. */
int
PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b)
{
    return mro_contains(a, b);
}

static bool
in_tail(PyObject *order, Py_ssize_t head, PyObject *candidate)
{
    for (Py_ssize_t i = head + 1; i < PyTuple_GET_SIZE(order); i++) {
        if (PyTuple_GET_ITEM(order, i) == candidate) {
            return true;
        }
    }
    return false;
}

static PyObject *
class_label(PyObject *cls)
{
    PyObject *name;
    if (_PyObject_LookupAttr(cls, ID(__name__), &name) < 0) {
        return NULL;
    }
    if (name != NULL && PyUnicode_Check(name)) {
        return name;
    }
    Py_XDECREF(name);
    return PyObject_Repr(cls);
}

/* The heads of the orders that block each other, for the error text. */
static COLD void
raise_inconsistent(PyObject **orders, const Py_ssize_t *heads, Py_ssize_t count)
{
    PyObject *blocked = PyDict_New(), *names = PyList_New(0), *comma = NULL, *text = NULL;
    if (blocked == NULL || names == NULL) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (heads[i] < PyTuple_GET_SIZE(orders[i]) &&
            PyDict_SetItem(blocked, PyTuple_GET_ITEM(orders[i], heads[i]), Py_None) < 0) {
            goto done;
        }
    }
    PyObject *cls, *none;
    for (Py_ssize_t pos = 0; PyDict_Next(blocked, &pos, &cls, &none);) {
        PyObject *label = class_label(cls);
        if (label == NULL || PyList_Append(names, label) < 0) {
            Py_XDECREF(label);
            goto done;
        }
        Py_DECREF(label);
    }
    comma = PyUnicode_FromString(", ");
    text = comma == NULL ? NULL : PyUnicode_Join(comma, names);
    if (text != NULL) {
        PyErr_Format(PyExc_TypeError,
                     "Cannot create a consistent method resolution\norder (MRO) for bases %U",
                     text);
    }
done:
    Py_XDECREF(text);
    Py_XDECREF(comma);
    Py_XDECREF(names);
    Py_XDECREF(blocked);
}

static status
check_duplicates(PyObject *bases)
{
    Py_ssize_t count = PyTuple_GET_SIZE(bases);
    for (Py_ssize_t i = 0; i < count; i++) {
        for (Py_ssize_t j = i + 1; j < count; j++) {
            if (PyTuple_GET_ITEM(bases, i) != PyTuple_GET_ITEM(bases, j)) {
                continue;
            }
            PyObject *label = class_label(PyTuple_GET_ITEM(bases, i));
            if (label != NULL) {
                PyErr_Format(PyExc_TypeError, "duplicate base class %U", label);
                Py_DECREF(label);
            }
            return -1;
        }
    }
    return 0;
}

/* Merge the linearisations of the bases and the list of bases itself: take the first head that is
   in no tail, until all is taken (Barrett et al., "A Monotonic Superclass Linearization for Dylan"). */
static PyObject *
c3_merge(PyTypeObject *type, PyObject **orders, Py_ssize_t *heads, Py_ssize_t count)
{
    PyObject *result = PyList_New(0);
    if (result == NULL || PyList_Append(result, (PyObject *)type) < 0) {
        goto fail;
    }
    for (;;) {
        bool empty = true;
        PyObject *candidate = NULL;
        for (Py_ssize_t i = 0; i < count && candidate == NULL; i++) {
            if (heads[i] >= PyTuple_GET_SIZE(orders[i])) {
                continue;
            }
            empty = false;
            candidate = PyTuple_GET_ITEM(orders[i], heads[i]);
            for (Py_ssize_t j = 0; j < count; j++) {
                if (in_tail(orders[j], heads[j], candidate)) {
                    candidate = NULL;
                    break;
                }
            }
        }
        if (empty) {
            return result;
        }
        if (candidate == NULL) {
            raise_inconsistent(orders, heads, count);
            goto fail;
        }
        if (PyList_Append(result, candidate) < 0) {
            goto fail;
        }
        for (Py_ssize_t i = 0; i < count; i++) {
            if (heads[i] < PyTuple_GET_SIZE(orders[i]) &&
                PyTuple_GET_ITEM(orders[i], heads[i]) == candidate) {
                heads[i]++;
            }
        }
    }
fail:
    Py_XDECREF(result);
    return NULL;
}

PyObject *
mro_compute(PyTypeObject *type)
{
    if (!type_has(type, Py_TPFLAGS_READY | Py_TPFLAGS_READYING) && PyType_Ready(type) < 0) {
        return NULL;
    }
    PyObject *bases = type->tp_bases;
    Py_ssize_t count = PyTuple_GET_SIZE(bases);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        if (base->tp_mro == NULL) {
            PyErr_Format(PyExc_TypeError, "Cannot extend an incomplete type '%.100s'",
                         base->tp_name);
            return NULL;
        }
    }
    if (count == 1) {
        PyObject *base_order = ((PyTypeObject *)PyTuple_GET_ITEM(bases, 0))->tp_mro;
        Py_ssize_t length = PyTuple_GET_SIZE(base_order);
        PyObject *result = PyList_New(length + 1);
        if (result != NULL) {
            PyList_SET_ITEM(result, 0, Py_NewRef((PyObject *)type));
            for (Py_ssize_t i = 0; i < length; i++) {
                PyList_SET_ITEM(result, i + 1, Py_NewRef(PyTuple_GET_ITEM(base_order, i)));
            }
        }
        return result;
    }
    if (check_duplicates(bases) < 0) {
        return NULL;
    }
    PyObject **orders = PyMem_New(PyObject *, count + 1);
    Py_ssize_t *heads = PyMem_New(Py_ssize_t, count + 1);
    PyObject *result = NULL;
    if (orders == NULL || heads == NULL) {
        PyErr_NoMemory();
    }
    else {
        for (Py_ssize_t i = 0; i < count; i++) {
            orders[i] = ((PyTypeObject *)PyTuple_GET_ITEM(bases, i))->tp_mro;
        }
        orders[count] = bases;
        memset(heads, 0, (count + 1) * sizeof(Py_ssize_t));
        result = c3_merge(type, orders, heads, count + 1);
    }
    PyMem_Free(orders);
    PyMem_Free(heads);
    return result;
}

/* ---- tp_mro ------------------------------------------------------------------------------------------ */

/* A metaclass's own mro(), or NULL if it inherits type's; borrowed. */
static PyObject *
custom_mro(PyTypeObject *type)
{
    PyTypeObject *meta = Py_TYPE(type);
    if (meta == &PyType_Type) {
        return NULL;
    }
    PyObject *method = _PyType_Lookup(meta, ID(mro));
    return method == _PyType_Lookup(&PyType_Type, ID(mro)) ? NULL : method;
}

static status
check_order(PyTypeObject *type, PyObject *order)
{
    PyTypeObject *solid = layout_solid_base(type);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(order); i++) {
        PyObject *item = PyTuple_GET_ITEM(order, i);
        if (!PyType_Check(item)) {
            PyErr_Format(PyExc_TypeError, "mro() returned a non-class ('%.500s')",
                         type_name(item));
            return -1;
        }
        if (!PyType_IsSubtype(solid, layout_solid_base((PyTypeObject *)item))) {
            PyErr_Format(PyExc_TypeError, "mro() returned base with unsuitable layout ('%.500s')",
                         ((PyTypeObject *)item)->tp_name);
            return -1;
        }
    }
    return 0;
}

/* The order of a class with one base. */
static PyObject *
order_behind(PyTypeObject *type, PyObject *base_order)
{
    Py_ssize_t length = PyTuple_GET_SIZE(base_order);
    PyObject *order = PyTuple_New(length + 1);
    if (order != NULL) {
        PyTuple_SET_ITEM(order, 0, Py_NewRef((PyObject *)type));
        for (Py_ssize_t i = 0; i < length; i++) {
            PyTuple_SET_ITEM(order, i + 1, Py_NewRef(PyTuple_GET_ITEM(base_order, i)));
        }
    }
    return order;
}

static PyObject *
mro_call(PyTypeObject *type)
{
    bool custom = custom_mro(type) != NULL;
    PyObject *list;
    if (custom) {
        PyObject *args[1] = {(PyObject *)type};
        list = special_call(ID(mro), args, 1);
    }
    else if (type->tp_bases != NULL && PyTuple_GET_SIZE(type->tp_bases) == 1 &&
             ((PyTypeObject *)PyTuple_GET_ITEM(type->tp_bases, 0))->tp_mro != NULL) {
        return order_behind(type, ((PyTypeObject *)PyTuple_GET_ITEM(type->tp_bases, 0))->tp_mro);
    }
    else {
        list = mro_compute(type);
    }
    if (list == NULL) {
        return NULL;
    }
    PyObject *order = PySequence_Tuple(list);
    Py_DECREF(list);
    if (order == NULL) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(order) == 0) {
        Py_DECREF(order);
        PyErr_Format(PyExc_TypeError, "type MRO must not be empty");
        return NULL;
    }
    if (custom && check_order(type, order) < 0) {
        Py_DECREF(order);
        return NULL;
    }
    return order;
}

int
mro_update(PyTypeObject *type, PyObject **old)
{
    PyObject *before = type->tp_mro;
    Py_XINCREF(before);
    PyObject *order = mro_call(type);
    bool replaced = type->tp_mro != before;
    Py_XDECREF(before);
    if (order == NULL) {
        return -1;
    }
    if (replaced) {
        Py_DECREF(order);
        return 0;
    }
    type->tp_mro = order;
    if (Py_TYPE(type) != &PyType_Type && type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        Py_XSETREF(type->tp_cache, custom_mro(type) != NULL ? Py_NewRef(Py_None) : NULL);
    }
    PyType_Modified(type);
    if (old != NULL) {
        *old = before;
    }
    else {
        Py_XDECREF(before);
    }
    return 1;
}

/* ---- versions ------------------------------------------------------------------------------------------ */

bool
version_assign(PyTypeObject *type)
{
    if (type_has(type, Py_TPFLAGS_VALID_VERSION_TAG)) {
        return true;
    }
    if (!type_has(type, Py_TPFLAGS_READY) || (type->tp_cache != NULL && type_has(type, Py_TPFLAGS_HEAPTYPE))) {
        return false;
    }
    if (_PyRuntime.type_version == UINT_MAX) {
        return false;
    }
    PyObject *bases = type->tp_bases;
    for (Py_ssize_t i = 0; bases != NULL && i < PyTuple_GET_SIZE(bases); i++) {
        if (!version_assign((PyTypeObject *)PyTuple_GET_ITEM(bases, i))) {
            return false;
        }
    }
    type->tp_version_tag = ++_PyRuntime.type_version;
    type->tp_flags |= Py_TPFLAGS_VALID_VERSION_TAG;
    return true;
}

/* Tell that the type's dict, bases or slots changed: lookups made before no longer count, for it and
   for everything that inherits from it. */
void
PyType_Modified(PyTypeObject *type)
{
    if (!type_has(type, Py_TPFLAGS_VALID_VERSION_TAG)) {
        return;
    }
    PyObject *subclasses = type->tp_subclasses, *address, *ref;
    if (subclasses != NULL) {
        for (Py_ssize_t pos = 0; PyDict_Next(subclasses, &pos, &address, &ref);) {
            PyObject *subclass = PyWeakref_GET_OBJECT(ref);
            if (subclass != Py_None) {
                PyType_Modified((PyTypeObject *)subclass);
            }
        }
    }
    type->tp_flags &= ~Py_TPFLAGS_VALID_VERSION_TAG;
    type->tp_version_tag = 0;
    if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        ((PyHeapTypeObject *)type)->_spec_cache.getitem = NULL;
    }
}

/* ---- lookup ---------------------------------------------------------------------------------------------- */

PyObject *
mro_find(PyTypeObject *type, PyObject *name, int *error)
{
    *error = 0;
    Py_hash_t hash = PyUnicode_CheckExact(name) ? ((PyASCIIObject *)name)->hash : -1;
    if (hash == -1) {
        hash = PyObject_Hash(name);
        if (hash == -1) {
            *error = -1;
            return NULL;
        }
    }
    PyObject *mro = type->tp_mro;
    if (mro == NULL) {
        if (!type_has(type, Py_TPFLAGS_READYING) && PyType_Ready(type) < 0) {
            *error = -1;
            return NULL;
        }
        mro = type->tp_mro;
        if (mro == NULL) {
            *error = 1;
            return NULL;
        }
    }
    /* A comparison of keys may replace the mro. */
    Py_INCREF(mro);
    PyObject *result = NULL;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro); i < n; i++) {
        PyTypeObject *one = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        PyObject *dict = one->tp_dict;
        if (unlikely(dict == NULL)) {
            if (!type_has(one, Py_TPFLAGS_READY)) {
                continue;
            }
            if (PyType_Ready(one) < 0) {
                *error = -1;
                break;
            }
            dict = one->tp_dict;
        }
        result = _PyDict_GetItem_KnownHash(dict, name, hash);
        if (result != NULL) {
            break;
        }
        if (unlikely(PyErr_Occurred() != NULL)) {
            *error = -1;
            break;
        }
    }
    Py_DECREF(mro);
    return result;
}

static ALWAYS_INLINE struct TypeCacheEntry *
cache_entry(struct TypeState *state, unsigned int version, PyObject *name)
{
    uintptr_t mixed = (uintptr_t)version ^ ((uintptr_t)name >> 4);
    return &state->cache[mixed & (TYPE_CACHE_SIZE - 1)];
}

enum { LONGEST_CACHED_NAME = 100 };

static NOINLINE PyObject *
lookup_slow(PyTypeObject *type, PyObject *name)
{
    int error;
    PyObject *result = mro_find(type, name, &error);
    if (error != 0) {
        if (error < 0) {
            PyErr_Clear();
        }
        return NULL;
    }
    if (PyUnicode_CheckExact(name) && PyUnicode_GET_LENGTH(name) <= LONGEST_CACHED_NAME &&
        version_assign(type)) {
        struct TypeCacheEntry *entry =
            cache_entry(&interp_get()->types, type->tp_version_tag, name);
        PyObject *previous = entry->name;
        entry->version = type->tp_version_tag;
        entry->value = result;
        entry->name = Py_NewRef(name);
        Py_XDECREF(previous);
    }
    return result;
}

/* The attribute `name` in the dicts of type's mro: borrowed; NULL, without an exception, if there is
   none.  Descriptors are not bound. */
PyObject *
_PyType_Lookup(PyTypeObject *type, PyObject *name)
{
    if (likely(type_has(type, Py_TPFLAGS_VALID_VERSION_TAG))) {
        struct TypeCacheEntry *entry =
            cache_entry(&interp_get()->types, type->tp_version_tag, name);
        if (likely(entry->version == type->tp_version_tag && entry->name == name)) {
            return entry->value;
        }
    }
    return lookup_slow(type, name);
}

PyObject *
_PyType_LookupId(PyTypeObject *type, _Py_Identifier *name)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text == NULL ? NULL : _PyType_Lookup(type, text);
}

void
type_cache_clear(void)
{
    struct TypeState *state = &interp_get()->types;
    for (int i = 0; i < TYPE_CACHE_SIZE; i++) {
        state->cache[i].version = 0;
        state->cache[i].value = NULL;
        Py_CLEAR(state->cache[i].name);
    }
}

/* Forget every cached lookup; the highest version tag given out. */
unsigned int
PyType_ClearCache(void)
{
    type_cache_clear();
    return _PyRuntime.type_version;
}
