/* Weak references and proxies.

   The references to one object form a list that begins where weakrefs_head says.
   Invariants
   - The canonical reference (exact type, no callback) comes first if it exists, then the canonical
     proxy, then all others; the canonical ones are shared.
   - wr_object is the object, or None after it died.  A dead reference stands in no list.
   - A callback is called at most once, after every reference to the object was cleared.
   - The hash of the object is kept so that a dead reference that was hashed stays hashable. */
#include "object/object.h"
#include "object/weakref.h"

#define REF(op) ((PyWeakReference *)(op))
#define REFERENT(op) (REF(op)->wr_object)

/* ---- the list --------------------------------------------------------------------------------------------- */

Py_ssize_t
_PyWeakref_GetWeakrefCount(PyWeakReference *head)
{
    Py_ssize_t count = 0;
    for (; head != NULL; head = head->wr_next) {
        count++;
    }
    return count;
}

#undef PyType_SUPPORTS_WEAKREFS
int
PyType_SUPPORTS_WEAKREFS(PyTypeObject *type)
{
    return type->tp_weaklistoffset > 0;
}

/* The head of op's list: its type must support weak references. */
PyObject **
PyObject_GET_WEAKREFS_LISTPTR(PyObject *op)
{
    return (PyObject **)weakrefs_head(op);
}

/* Whether the referent is alive: an object whose last reference is gone may be on its way out. */
static bool
is_alive(PyObject *op)
{
    return op != Py_None && Py_REFCNT(op) > 0;
}

/* Take a reference out of its list and detach the object; the callback, if any, is given away. */
static PyObject *
unlink_reference(PyWeakReference *self)
{
    PyObject *callback = self->wr_callback;
    if (self->wr_object != Py_None) {
        PyWeakReference **head = weakrefs_head(self->wr_object);
        if (*head == self) {
            /* Order matters: the head must be right before anything else can run. */
            *head = self->wr_next;
        }
        self->wr_object = Py_None;
        if (self->wr_prev != NULL) {
            self->wr_prev->wr_next = self->wr_next;
        }
        if (self->wr_next != NULL) {
            self->wr_next->wr_prev = self->wr_prev;
        }
        self->wr_prev = NULL;
        self->wr_next = NULL;
    }
    self->wr_callback = NULL;
    return callback;
}

static void
clear_reference(PyWeakReference *self)
{
    Py_XDECREF(unlink_reference(self));
}

void
_PyWeakref_ClearRef(PyWeakReference *self)
{
    PyObject *callback = unlink_reference(self);
    self->wr_callback = callback;
}

static void
insert_after(PyWeakReference *self, PyWeakReference *before)
{
    self->wr_prev = before;
    self->wr_next = before->wr_next;
    if (before->wr_next != NULL) {
        before->wr_next->wr_prev = self;
    }
    before->wr_next = self;
}

static void
insert_head(PyWeakReference *self, PyWeakReference **head)
{
    PyWeakReference *next = *head;
    self->wr_prev = NULL;
    self->wr_next = next;
    if (next != NULL) {
        next->wr_prev = self;
    }
    *head = self;
}

static bool
is_canonical_ref(PyWeakReference *ref)
{
    return ref != NULL && ref->wr_callback == NULL && PyWeakref_CheckRefExact(ref);
}

static bool
is_canonical_proxy(PyWeakReference *ref)
{
    return ref != NULL && ref->wr_callback == NULL && PyWeakref_CheckProxy(ref);
}

static PyWeakReference *
canonical_ref(PyWeakReference *head)
{
    return is_canonical_ref(head) ? head : NULL;
}

static PyWeakReference *
canonical_proxy(PyWeakReference *head)
{
    if (is_canonical_ref(head)) {
        head = head->wr_next;
    }
    return is_canonical_proxy(head) ? head : NULL;
}

/* Put a reference that is not canonical behind those that are. */
static void
insert_other(PyWeakReference *self, PyWeakReference **head)
{
    PyWeakReference *ref = canonical_ref(*head), *proxy = canonical_proxy(*head);
    PyWeakReference *before = proxy != NULL ? proxy : ref;
    if (before != NULL) {
        insert_after(self, before);
    }
    else {
        insert_head(self, head);
    }
}

/* ---- calling back --------------------------------------------------------------------------------------------- */

void
weakref_call_back(PyWeakReference *ref, PyObject *callback)
{
    PyObject *result = PyObject_CallOneArg(callback, (PyObject *)ref);
    if (result == NULL) {
        PyErr_WriteUnraisable(callback);
    }
    else {
        Py_DECREF(result);
    }
}

/* From a deallocator: clear every reference to op, then call the callbacks, youngest reference
   first.  A pending exception survives. */
void
PyObject_ClearWeakRefs(PyObject *op)
{
    PyWeakReference **head = op == NULL ? NULL : weakrefs_head(op);
    if (head == NULL || Py_REFCNT(op) != 0) {
        PyErr_BadInternalCall();
        return;
    }
    while (*head != NULL && (*head)->wr_callback == NULL) {
        clear_reference(*head);
    }
    if (*head == NULL) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_ssize_t count = _PyWeakref_GetWeakrefCount(*head);
    /* Callbacks may drop references: hold those that live. */
    PyObject *pairs = PyTuple_New(2 * count);
    if (pairs == NULL) {
        PyErr_WriteUnraisable(NULL);
        weakrefs_drop(op);
        PyErr_Restore(type, value, traceback);
        return;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyWeakReference *ref = *head;
        bool alive = Py_REFCNT(ref) > 0;
        PyObject *callback = unlink_reference(ref);
        if (alive && callback != NULL) {
            PyTuple_SET_ITEM(pairs, 2 * i, Py_NewRef((PyObject *)ref));
            PyTuple_SET_ITEM(pairs, 2 * i + 1, callback);
        }
        else {
            Py_XDECREF(callback);
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *callback = PyTuple_GET_ITEM(pairs, 2 * i + 1);
        if (callback != NULL) {
            weakref_call_back(REF(PyTuple_GET_ITEM(pairs, 2 * i)), callback);
        }
    }
    Py_DECREF(pairs);
    PyErr_Restore(type, value, traceback);
}

void
weakrefs_drop(PyObject *op)
{
    PyWeakReference **head = weakrefs_head(op);
    while (head != NULL && *head != NULL) {
        clear_reference(*head);
    }
}

static PyObject *
weakref_vectorcall(PyObject *self, PyObject *const *Py_UNUSED(args), size_t nargsf,
                   PyObject *kwnames)
{
    if (!_PyArg_NoKwnames("weakref", kwnames) ||
        !_PyArg_CheckPositional("weakref", PyVectorcall_NARGS(nargsf), 0, 0)) {
        return NULL;
    }
    return Py_NewRef(PyWeakref_GET_OBJECT(self));
}

/* ---- creation -------------------------------------------------------------------------------------------------- */

static void
init_reference(PyWeakReference *self, PyObject *op, PyObject *callback)
{
    self->hash = -1;
    self->wr_object = op;
    self->wr_prev = NULL;
    self->wr_next = NULL;
    self->wr_callback = Py_XNewRef(callback);
}

static bool
supports_weakrefs(PyObject *op)
{
    if (PyType_SUPPORTS_WEAKREFS(Py_TYPE(op))) {
        return true;
    }
    PyErr_Format(PyExc_TypeError, "cannot create weak reference to '%s' object", type_name(op));
    return false;
}

/* A reference or proxy of an exact type.  Making one may run the collector, which may make or remove
   others: the canonical one is looked for again afterwards. */
static PyObject *
new_reference(PyObject *op, PyObject *callback, PyTypeObject *type)
{
    if (!supports_weakrefs(op)) {
        return NULL;
    }
    if (callback == Py_None) {
        callback = NULL;
    }
    bool is_ref = type == &_PyWeakref_RefType;
    PyWeakReference *(*canonical)(PyWeakReference *) = is_ref ? canonical_ref : canonical_proxy;
    PyWeakReference **head = weakrefs_head(op), *shared;
    if (callback == NULL && (shared = canonical(*head)) != NULL && Py_REFCNT(shared) > 0) {
        return Py_NewRef((PyObject *)shared);
    }
    PyWeakReference *self = PyObject_GC_New(PyWeakReference, type);
    if (self == NULL) {
        return NULL;
    }
    init_reference(self, op, callback);
    self->vectorcall = is_ref ? weakref_vectorcall : NULL;
    if (callback != NULL) {
        insert_other(self, head);
    }
    else if ((shared = canonical(*head)) != NULL && Py_REFCNT(shared) > 0) {
        self->wr_object = Py_None;
        PyObject_GC_Track(self);
        Py_DECREF(self);
        return Py_NewRef((PyObject *)shared);
    }
    else {
        PyWeakReference *ref = is_ref ? NULL : canonical_ref(*head);
        if (ref != NULL) {
            insert_after(self, ref);
        }
        else {
            insert_head(self, head);
        }
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

/* weakref.ref(op, callback); callback may be NULL or None. */
PyObject *
PyWeakref_NewRef(PyObject *op, PyObject *callback)
{
    return new_reference(op, callback, &_PyWeakref_RefType);
}

/* weakref.proxy(op, callback). */
PyObject *
PyWeakref_NewProxy(PyObject *op, PyObject *callback)
{
    return new_reference(op, callback,
                         PyCallable_Check(op) ? &_PyWeakref_CallableProxyType
                                              : &_PyWeakref_ProxyType);
}

/* The object, or None if it died: borrowed. */
PyObject *
PyWeakref_GetObject(PyObject *ref)
{
    if (ref == NULL || !PyWeakref_Check(ref)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return PyWeakref_GET_OBJECT(ref);
}

/* ---- weakref.ref ---------------------------------------------------------------------------------------------- */

/* Keywords belong to __init__ of subclasses, as do further arguments. */
static bool
parse_arguments(const char *name, PyObject *args, PyObject **op, PyObject **callback)
{
    *callback = NULL;
    return PyArg_UnpackTuple(args, name, 1, 2, op, callback);
}

static PyObject *
weakref_tp_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    PyObject *op, *callback;
    if (!parse_arguments("__new__", args, &op, &callback) || !supports_weakrefs(op)) {
        return NULL;
    }
    if (callback == Py_None) {
        callback = NULL;
    }
    if (type == &_PyWeakref_RefType) {
        return new_reference(op, callback, type);
    }
    PyWeakReference *self = (PyWeakReference *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    init_reference(self, op, callback);
    self->vectorcall = weakref_vectorcall;
    insert_other(self, weakrefs_head(op));
    return (PyObject *)self;
}

static int
weakref_tp_init(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    PyObject *op, *callback;
    return _PyArg_NoKeywords("ref", kwargs) && parse_arguments("__init__", args, &op, &callback)
               ? 0
               : -1;
}

static void
weakref_tp_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    clear_reference(REF(self));
    Py_TYPE(self)->tp_free(self);
}

static int
weakref_tp_traverse(PyWeakReference *self, visitproc visit, void *arg)
{
    Py_VISIT(self->wr_callback);
    return 0;
}

static int
weakref_tp_clear(PyWeakReference *self)
{
    clear_reference(self);
    return 0;
}

static Py_hash_t
weakref_tp_hash(PyWeakReference *self)
{
    if (self->hash != -1) {
        return self->hash;
    }
    PyObject *op = PyWeakref_GET_OBJECT(self);
    if (op == Py_None) {
        PyErr_SetString(PyExc_TypeError, "weak object has gone away");
        return -1;
    }
    Py_INCREF(op);
    self->hash = PyObject_Hash(op);
    Py_DECREF(op);
    return self->hash;
}

static PyObject *
weakref_tp_repr(PyWeakReference *self)
{
    PyObject *op = PyWeakref_GET_OBJECT(self);
    if (op == Py_None) {
        return PyUnicode_FromFormat("<weakref at %p; dead>", self);
    }
    Py_INCREF(op);
    PyObject *name, *result = NULL;
    if (_PyObject_LookupAttr(op, ID(__name__), &name) >= 0) {
        if (name == NULL || !PyUnicode_Check(name)) {
            result = PyUnicode_FromFormat("<weakref at %p; to '%s' at %p>", self, type_name(op), op);
        }
        else {
            result = PyUnicode_FromFormat("<weakref at %p; to '%s' at %p (%U)>", self,
                                          type_name(op), op, name);
        }
        Py_XDECREF(name);
    }
    Py_DECREF(op);
    return result;
}

/* Live references compare as their objects, dead ones by identity. */
static PyObject *
weakref_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyWeakref_Check(self) || !PyWeakref_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *a = PyWeakref_GET_OBJECT(self), *b = PyWeakref_GET_OBJECT(other);
    if (a == Py_None || b == Py_None) {
        return PyBool_FromLong((self == other) == (op == Py_EQ));
    }
    Py_INCREF(a);
    Py_INCREF(b);
    PyObject *result = PyObject_RichCompare(a, b, op);
    Py_DECREF(a);
    Py_DECREF(b);
    return result;
}

CLASSMETHOD(weakref, __class_getitem__, "!($cls, item, /)", "See PEP 585.")
static PyObject *
weakref_class_getitem(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

MEMBER(weakref, __callback__, T_OBJECT, PyWeakReference, wr_callback, READONLY, NULL)

TYPE(weakref, _PyWeakref_RefType, "weakref.ReferenceType", PyWeakReference, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                 Py_TPFLAGS_BASETYPE,
     .tp_call = PyVectorcall_Call, .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del,
     .tp_vectorcall_offset = offsetof(PyWeakReference, vectorcall))

/* ---- proxies: every operation goes to the object ------------------------------------------------------------- */

/* The object behind a proxy, or op itself: a new reference; ReferenceError if it died. */
static PyObject *
unwrap(PyObject *op)
{
    if (!PyWeakref_CheckProxy(op)) {
        return Py_NewRef(op);
    }
    PyObject *target = REFERENT(op);
    if (!is_alive(target)) {
        PyErr_SetString(PyExc_ReferenceError, "weakly-referenced object no longer exists");
        return NULL;
    }
    return Py_NewRef(target);
}

#define PROXY_UNARY(name, call)                                                                    \
    static PyObject *proxy_##name(PyObject *self)                                                  \
    {                                                                                              \
        PyObject *op = unwrap(self);                                                               \
        if (op == NULL) {                                                                          \
            return NULL;                                                                           \
        }                                                                                          \
        PyObject *result = call(op);                                                               \
        Py_DECREF(op);                                                                             \
        return result;                                                                             \
    }

#define PROXY_BINARY(name, call)                                                                   \
    static PyObject *proxy_##name(PyObject *left, PyObject *right)                                 \
    {                                                                                              \
        PyObject *a = unwrap(left), *b = a == NULL ? NULL : unwrap(right), *result = NULL;         \
        if (b != NULL) {                                                                           \
            result = call(a, b);                                                                   \
        }                                                                                          \
        Py_XDECREF(a);                                                                             \
        Py_XDECREF(b);                                                                             \
        return result;                                                                             \
    }

#define PROXY_TERNARY(name, call)                                                                  \
    static PyObject *proxy_##name(PyObject *left, PyObject *right, PyObject *third)                \
    {                                                                                              \
        PyObject *a = unwrap(left), *b = a == NULL ? NULL : unwrap(right), *result = NULL;         \
        PyObject *c = b == NULL ? NULL : unwrap(third);                                            \
        if (c != NULL) {                                                                           \
            result = call(a, b, c);                                                                \
        }                                                                                          \
        Py_XDECREF(a);                                                                             \
        Py_XDECREF(b);                                                                             \
        Py_XDECREF(c);                                                                             \
        return result;                                                                             \
    }

PROXY_UNARY(str, PyObject_Str)
PROXY_UNARY(negative, PyNumber_Negative)
PROXY_UNARY(positive, PyNumber_Positive)
PROXY_UNARY(absolute, PyNumber_Absolute)
PROXY_UNARY(invert, PyNumber_Invert)
PROXY_UNARY(int, PyNumber_Long)
PROXY_UNARY(float, PyNumber_Float)
PROXY_UNARY(index, PyNumber_Index)
PROXY_UNARY(iter, PyObject_GetIter)
PROXY_BINARY(getattr, PyObject_GetAttr)
PROXY_BINARY(add, PyNumber_Add)
PROXY_BINARY(sub, PyNumber_Subtract)
PROXY_BINARY(mul, PyNumber_Multiply)
PROXY_BINARY(floor_div, PyNumber_FloorDivide)
PROXY_BINARY(true_div, PyNumber_TrueDivide)
PROXY_BINARY(mod, PyNumber_Remainder)
PROXY_BINARY(divmod, PyNumber_Divmod)
PROXY_BINARY(lshift, PyNumber_Lshift)
PROXY_BINARY(rshift, PyNumber_Rshift)
PROXY_BINARY(and, PyNumber_And)
PROXY_BINARY(xor, PyNumber_Xor)
PROXY_BINARY(or, PyNumber_Or)
PROXY_BINARY(matmul, PyNumber_MatrixMultiply)
PROXY_BINARY(iadd, PyNumber_InPlaceAdd)
PROXY_BINARY(isub, PyNumber_InPlaceSubtract)
PROXY_BINARY(imul, PyNumber_InPlaceMultiply)
PROXY_BINARY(ifloor_div, PyNumber_InPlaceFloorDivide)
PROXY_BINARY(itrue_div, PyNumber_InPlaceTrueDivide)
PROXY_BINARY(imod, PyNumber_InPlaceRemainder)
PROXY_BINARY(ilshift, PyNumber_InPlaceLshift)
PROXY_BINARY(irshift, PyNumber_InPlaceRshift)
PROXY_BINARY(iand, PyNumber_InPlaceAnd)
PROXY_BINARY(ixor, PyNumber_InPlaceXor)
PROXY_BINARY(ior, PyNumber_InPlaceOr)
PROXY_BINARY(imatmul, PyNumber_InPlaceMatrixMultiply)
PROXY_BINARY(getitem, PyObject_GetItem)
PROXY_TERNARY(pow, PyNumber_Power)
PROXY_TERNARY(ipow, PyNumber_InPlacePower)

static PyObject *
proxy_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_Call(op, args, kwargs);
    Py_DECREF(op);
    return result;
}

static PyObject *
proxy_repr(PyWeakReference *self)
{
    return PyUnicode_FromFormat("<weakproxy at %p to %s at %p>", self,
                                type_name(PyWeakref_GET_OBJECT(self)), PyWeakref_GET_OBJECT(self));
}

static int
proxy_setattr(PyObject *self, PyObject *name, PyObject *value)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return -1;
    }
    int result = PyObject_SetAttr(op, name, value);
    Py_DECREF(op);
    return result;
}

static PyObject *
proxy_richcompare(PyObject *left, PyObject *right, int op)
{
    PyObject *a = unwrap(left), *b = a == NULL ? NULL : unwrap(right);
    PyObject *result = b == NULL ? NULL : PyObject_RichCompare(a, b, op);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static int
proxy_bool(PyObject *self)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return -1;
    }
    int result = PyObject_IsTrue(op);
    Py_DECREF(op);
    return result;
}

static int
proxy_contains(PyObject *self, PyObject *value)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return -1;
    }
    int result = PySequence_Contains(op, value);
    Py_DECREF(op);
    return result;
}

static Py_ssize_t
proxy_length(PyObject *self)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return -1;
    }
    Py_ssize_t result = PyObject_Size(op);
    Py_DECREF(op);
    return result;
}

static int
proxy_setitem(PyObject *self, PyObject *key, PyObject *value)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return -1;
    }
    int result = value == NULL ? PyObject_DelItem(op, key) : PyObject_SetItem(op, key, value);
    Py_DECREF(op);
    return result;
}

static PyObject *
proxy_iternext(PyObject *self)
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    if (PyIter_Check(op)) {
        result = PyIter_Next(op);
    }
    else {
        PyErr_Format(PyExc_TypeError, "Weakref proxy referenced a non-iterator '%.200s' object",
                     type_name(op));
    }
    Py_DECREF(op);
    return result;
}

/* These have no slots: the names must be found on the proxy's type. */
static PyObject *
proxy_bytes(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodNoArgs(op, ID(__bytes__));
    Py_DECREF(op);
    return result;
}

static PyObject *
proxy_reversed(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *op = unwrap(self);
    if (op == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodNoArgs(op, ID(__reversed__));
    Py_DECREF(op);
    return result;
}

static PyMethodDef proxy_methods[] = {
    {"__bytes__", proxy_bytes, METH_NOARGS, NULL},
    {"__reversed__", proxy_reversed, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static void
proxy_dealloc(PyWeakReference *self)
{
    PyObject_GC_UnTrack(self);
    clear_reference(self);
    PyObject_GC_Del(self);
}

static PyNumberMethods proxy_as_number = {
    .nb_add = proxy_add,
    .nb_subtract = proxy_sub,
    .nb_multiply = proxy_mul,
    .nb_remainder = proxy_mod,
    .nb_divmod = proxy_divmod,
    .nb_power = proxy_pow,
    .nb_negative = proxy_negative,
    .nb_positive = proxy_positive,
    .nb_absolute = proxy_absolute,
    .nb_bool = proxy_bool,
    .nb_invert = proxy_invert,
    .nb_lshift = proxy_lshift,
    .nb_rshift = proxy_rshift,
    .nb_and = proxy_and,
    .nb_xor = proxy_xor,
    .nb_or = proxy_or,
    .nb_int = proxy_int,
    .nb_float = proxy_float,
    .nb_inplace_add = proxy_iadd,
    .nb_inplace_subtract = proxy_isub,
    .nb_inplace_multiply = proxy_imul,
    .nb_inplace_remainder = proxy_imod,
    .nb_inplace_power = proxy_ipow,
    .nb_inplace_lshift = proxy_ilshift,
    .nb_inplace_rshift = proxy_irshift,
    .nb_inplace_and = proxy_iand,
    .nb_inplace_xor = proxy_ixor,
    .nb_inplace_or = proxy_ior,
    .nb_floor_divide = proxy_floor_div,
    .nb_true_divide = proxy_true_div,
    .nb_inplace_floor_divide = proxy_ifloor_div,
    .nb_inplace_true_divide = proxy_itrue_div,
    .nb_index = proxy_index,
    .nb_matrix_multiply = proxy_matmul,
    .nb_inplace_matrix_multiply = proxy_imatmul,
};

static PySequenceMethods proxy_as_sequence = {
    .sq_length = proxy_length,
    .sq_contains = proxy_contains,
};

static PyMappingMethods proxy_as_mapping = {
    .mp_length = proxy_length,
    .mp_subscript = proxy_getitem,
    .mp_ass_subscript = proxy_setitem,
};

#define PROXY_SLOTS                                                                                \
    .tp_basicsize = sizeof(PyWeakReference),                                                       \
    .tp_dealloc = (destructor)(void (*)(void))proxy_dealloc,                                       \
    .tp_repr = (reprfunc)(void (*)(void))proxy_repr, .tp_as_number = &proxy_as_number,             \
    .tp_as_sequence = &proxy_as_sequence, .tp_as_mapping = &proxy_as_mapping,                      \
    .tp_str = proxy_str, .tp_getattro = proxy_getattr,                                             \
    .tp_setattro = proxy_setattr, .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,             \
    .tp_traverse = (traverseproc)(void (*)(void))weakref_tp_traverse,                              \
    .tp_clear = (inquiry)(void (*)(void))weakref_tp_clear, .tp_richcompare = proxy_richcompare,    \
    .tp_iter = proxy_iter, .tp_iternext = proxy_iternext

WRITTEN PyTypeObject _PyWeakref_ProxyType = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = "weakref.ProxyType",
    PROXY_SLOTS,
    .tp_methods = proxy_methods,
};

WRITTEN PyTypeObject _PyWeakref_CallableProxyType = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0).tp_name = "weakref.CallableProxyType",
    PROXY_SLOTS,
    .tp_call = proxy_call,
};

#include "gen/object/weakref.inc"
