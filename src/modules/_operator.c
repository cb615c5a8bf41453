/* _operator: Python's operators as functions, and getters of items, attributes and methods. */
#include "object/declare.h"

static PyType_Spec itemgetter_spec, attrgetter_spec, methodcaller_spec;

/* ---- operators ---- */

FUNCTION(_operator, truth, "($module, a, /)", "Is a true?")
static truth
_operator_truth(PyObject *module, PyObject *a)
{
    return PyObject_IsTrue(a);
}

FUNCTION(_operator, not_, "($module, a, /)", "Same as not a.")
static truth
_operator_not_(PyObject *module, PyObject *a)
{
    return PyObject_Not(a);
}

FUNCTION(_operator, is_, "($module, a, b, /)", "Same as a is b.")
static truth
_operator_is_(PyObject *module, PyObject *a, PyObject *b)
{
    return a == b;
}

FUNCTION(_operator, is_not, "($module, a, b, /)", "Same as a is not b.")
static truth
_operator_is_not(PyObject *module, PyObject *a, PyObject *b)
{
    return a != b;
}

FUNCTION(_operator, neg, "($module, a, /)", "Same as -a.")
static PyObject *
_operator_neg(PyObject *module, PyObject *a)
{
    return PyNumber_Negative(a);
}

FUNCTION(_operator, pos, "($module, a, /)", "Same as +a.")
static PyObject *
_operator_pos(PyObject *module, PyObject *a)
{
    return PyNumber_Positive(a);
}

FUNCTION(_operator, abs, "($module, a, /)", "Same as abs(a).")
static PyObject *
_operator_abs(PyObject *module, PyObject *a)
{
    return PyNumber_Absolute(a);
}

FUNCTION(_operator, inv, "($module, a, /)", "Same as ~a.")
static PyObject *
_operator_inv(PyObject *module, PyObject *a)
{
    return PyNumber_Invert(a);
}

FUNCTION(_operator, invert, "($module, a, /)", "Same as ~a.")
static PyObject *
_operator_invert(PyObject *module, PyObject *a)
{
    return PyNumber_Invert(a);
}

FUNCTION(_operator, add, "($module, a, b, /)", "Same as a + b.")
static PyObject *
_operator_add(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Add(a, b);
}

FUNCTION(_operator, sub, "($module, a, b, /)", "Same as a - b.")
static PyObject *
_operator_sub(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Subtract(a, b);
}

FUNCTION(_operator, mul, "($module, a, b, /)", "Same as a * b.")
static PyObject *
_operator_mul(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Multiply(a, b);
}

FUNCTION(_operator, matmul, "($module, a, b, /)", "Same as a @ b.")
static PyObject *
_operator_matmul(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_MatrixMultiply(a, b);
}

FUNCTION(_operator, floordiv, "($module, a, b, /)", "Same as a // b.")
static PyObject *
_operator_floordiv(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_FloorDivide(a, b);
}

FUNCTION(_operator, truediv, "($module, a, b, /)", "Same as a / b.")
static PyObject *
_operator_truediv(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_TrueDivide(a, b);
}

FUNCTION(_operator, mod, "($module, a, b, /)", "Same as a % b.")
static PyObject *
_operator_mod(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Remainder(a, b);
}

FUNCTION(_operator, lshift, "($module, a, b, /)", "Same as a << b.")
static PyObject *
_operator_lshift(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Lshift(a, b);
}

FUNCTION(_operator, rshift, "($module, a, b, /)", "Same as a >> b.")
static PyObject *
_operator_rshift(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Rshift(a, b);
}

FUNCTION(_operator, and_, "($module, a, b, /)", "Same as a & b.")
static PyObject *
_operator_and_(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_And(a, b);
}

FUNCTION(_operator, xor, "($module, a, b, /)", "Same as a ^ b.")
static PyObject *
_operator_xor(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Xor(a, b);
}

FUNCTION(_operator, or_, "($module, a, b, /)", "Same as a | b.")
static PyObject *
_operator_or_(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Or(a, b);
}

FUNCTION(_operator, iadd, "($module, a, b, /)", "Same as a += b.")
static PyObject *
_operator_iadd(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceAdd(a, b);
}

FUNCTION(_operator, isub, "($module, a, b, /)", "Same as a -= b.")
static PyObject *
_operator_isub(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceSubtract(a, b);
}

FUNCTION(_operator, imul, "($module, a, b, /)", "Same as a *= b.")
static PyObject *
_operator_imul(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceMultiply(a, b);
}

FUNCTION(_operator, imatmul, "($module, a, b, /)", "Same as a @= b.")
static PyObject *
_operator_imatmul(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceMatrixMultiply(a, b);
}

FUNCTION(_operator, ifloordiv, "($module, a, b, /)", "Same as a //= b.")
static PyObject *
_operator_ifloordiv(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceFloorDivide(a, b);
}

FUNCTION(_operator, itruediv, "($module, a, b, /)", "Same as a /= b.")
static PyObject *
_operator_itruediv(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceTrueDivide(a, b);
}

FUNCTION(_operator, imod, "($module, a, b, /)", "Same as a %= b.")
static PyObject *
_operator_imod(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceRemainder(a, b);
}

FUNCTION(_operator, ilshift, "($module, a, b, /)", "Same as a <<= b.")
static PyObject *
_operator_ilshift(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceLshift(a, b);
}

FUNCTION(_operator, irshift, "($module, a, b, /)", "Same as a >>= b.")
static PyObject *
_operator_irshift(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceRshift(a, b);
}

FUNCTION(_operator, iand, "($module, a, b, /)", "Same as a &= b.")
static PyObject *
_operator_iand(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceAnd(a, b);
}

FUNCTION(_operator, ixor, "($module, a, b, /)", "Same as a ^= b.")
static PyObject *
_operator_ixor(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceXor(a, b);
}

FUNCTION(_operator, ior, "($module, a, b, /)", "Same as a |= b.")
static PyObject *
_operator_ior(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlaceOr(a, b);
}

FUNCTION(_operator, lt, "($module, a, b, /)", "Same as a < b.")
static PyObject *
_operator_lt(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_LT);
}

FUNCTION(_operator, le, "($module, a, b, /)", "Same as a <= b.")
static PyObject *
_operator_le(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_LE);
}

FUNCTION(_operator, eq, "($module, a, b, /)", "Same as a == b.")
static PyObject *
_operator_eq(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_EQ);
}

FUNCTION(_operator, ne, "($module, a, b, /)", "Same as a != b.")
static PyObject *
_operator_ne(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_NE);
}

FUNCTION(_operator, gt, "($module, a, b, /)", "Same as a > b.")
static PyObject *
_operator_gt(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_GT);
}

FUNCTION(_operator, ge, "($module, a, b, /)", "Same as a >= b.")
static PyObject *
_operator_ge(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_RichCompare(a, b, Py_GE);
}

FUNCTION(_operator, pow, "($module, a, b, /)", "Same as a ** b.")
static PyObject *
_operator_pow(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_Power(a, b, Py_None);
}

FUNCTION(_operator, ipow, "($module, a, b, /)", "Same as a **= b.")
static PyObject *
_operator_ipow(PyObject *module, PyObject *a, PyObject *b)
{
    return PyNumber_InPlacePower(a, b, Py_None);
}

FUNCTION(_operator, index, "($module, a, /)", "Same as a.__index__().")
static PyObject *
_operator_index(PyObject *module, PyObject *a)
{
    return PyNumber_Index(a);
}

/* ---- sequences and mappings ---- */

FUNCTION(_operator, concat, "($module, a, b, /)", "Same as a + b, for sequences.")
static PyObject *
_operator_concat(PyObject *module, PyObject *a, PyObject *b)
{
    return PySequence_Concat(a, b);
}

FUNCTION(_operator, iconcat, "($module, a, b, /)", "Same as a += b, for sequences.")
static PyObject *
_operator_iconcat(PyObject *module, PyObject *a, PyObject *b)
{
    return PySequence_InPlaceConcat(a, b);
}

FUNCTION(_operator, contains, "($module, a, b, /)", "Same as b in a (note the order).")
static truth
_operator_contains(PyObject *module, PyObject *a, PyObject *b)
{
    return PySequence_Contains(a, b);
}

FUNCTION(_operator, indexOf, "($module, a, b, /)", "The first index of b in a.")
static Py_ssize_t
_operator_indexOf(PyObject *module, PyObject *a, PyObject *b)
{
    return PySequence_Index(a, b);
}

FUNCTION(_operator, countOf, "($module, a, b, /)", "How often b is in a.")
static Py_ssize_t
_operator_countOf(PyObject *module, PyObject *a, PyObject *b)
{
    return PySequence_Count(a, b);
}

FUNCTION(_operator, getitem, "($module, a, b, /)", "Same as a[b].")
static PyObject *
_operator_getitem(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_GetItem(a, b);
}

FUNCTION(_operator, setitem, "($module, a, b, c, /)", "Same as a[b] = c.")
static status
_operator_setitem(PyObject *module, PyObject *a, PyObject *b, PyObject *c)
{
    return PyObject_SetItem(a, b, c);
}

FUNCTION(_operator, delitem, "($module, a, b, /)", "Same as del a[b].")
static status
_operator_delitem(PyObject *module, PyObject *a, PyObject *b)
{
    return PyObject_DelItem(a, b);
}

FUNCTION(_operator, length_hint, "($module, obj, default=0, /)",
         "An estimate of the number of items in obj.\n\n"
         "This is useful for room to be made in advance.  It is len(obj) if there is one, else\n"
         "what obj.__length_hint__() says, else the default.")
static Py_ssize_t
_operator_length_hint(PyObject *module, PyObject *obj, Py_ssize_t default_value)
{
    return PyObject_LengthHint(obj, default_value);
}

/* ---- calls ---- */

FUNCTION(_operator, call, "($module, obj, /, *args, **kwargs)",
         "Same as obj(*args, **kwargs).")
static PyObject *
_operator_call(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (!_PyArg_CheckPositional("call", nargs, 1, PY_SSIZE_T_MAX)) {
        return NULL;
    }
    /* Without the first argument there is room in front of the others. */
    return PyObject_Vectorcall(args[0], args + 1,
                               (size_t)(nargs - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}

/* ---- comparison in constant time ---- */

/* The time depends on the length of `b` only, not on where the first difference is. */
static bool
same_bytes(const unsigned char *a, Py_ssize_t length_a, const unsigned char *b, Py_ssize_t length_b)
{
    volatile unsigned char difference = length_a != length_b;
    const volatile unsigned char *left = difference ? b : a, *right = b;
    for (Py_ssize_t i = 0; i < length_b; i++) {
        difference |= (unsigned char)(left[i] ^ right[i]);
    }
    return difference == 0;
}

static truth
same_text(PyObject *a, PyObject *b)
{
    if (PyUnicode_READY(a) < 0 || PyUnicode_READY(b) < 0) {
        return -1;
    }
    if (!PyUnicode_IS_ASCII(a) || !PyUnicode_IS_ASCII(b)) {
        PyErr_SetString(PyExc_TypeError,
                        "comparing strings with non-ASCII characters is not supported");
        return -1;
    }
    return same_bytes(PyUnicode_DATA(a), PyUnicode_GET_LENGTH(a), PyUnicode_DATA(b),
                      PyUnicode_GET_LENGTH(b));
}

static truth
check_plain(const Py_buffer *view)
{
    if (view->ndim > 1) {
        PyErr_SetString(PyExc_BufferError, "Buffer must be single dimension");
        return -1;
    }
    return 0;
}

FUNCTION(_operator, _compare_digest, "($module, a, b, /)",
         "Same as a == b, in a time that does not tell where they differ.\n\n"
         "Both must be bytes-like, or both str with ASCII characters only.  The lengths and the\n"
         "types may be found out by timing.")
static truth
_operator__compare_digest(PyObject *module, PyObject *a, PyObject *b)
{
    if (PyUnicode_Check(a) && PyUnicode_Check(b)) {
        return same_text(a, b);
    }
    Py_buffer left, right;
    if (!PyObject_CheckBuffer(a) || !PyObject_CheckBuffer(b)) {
        PyObject *wrong = PyObject_CheckBuffer(a) ? b : a;
        if (PyObject_CheckBuffer(a) == 0 && PyObject_CheckBuffer(b) == 0) {
            PyErr_Format(PyExc_TypeError,
                         "unsupported operand types(s) or combination of types: '%.100s' and "
                         "'%.100s'",
                         Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
        }
        else {
            PyErr_Format(PyExc_TypeError, "a bytes-like object is required, not '%.100s'",
                         Py_TYPE(wrong)->tp_name);
        }
        return -1;
    }
    if (PyObject_GetBuffer(a, &left, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    truth same = -1;
    if (PyObject_GetBuffer(b, &right, PyBUF_SIMPLE) == 0) {
        if (check_plain(&left) == 0 && check_plain(&right) == 0) {
            same = same_bytes(left.buf, left.len, right.buf, right.len);
        }
        PyBuffer_Release(&right);
    }
    PyBuffer_Release(&left);
    return same;
}

/* ---- itemgetter ---- */

typedef struct {
    PyObject_HEAD
    PyObject *items;            /* tuple */
    Py_ssize_t count;
    Py_ssize_t index;           /* the only item as a small index for tuples, or -1 */
    vectorcallfunc vectorcall;
} ItemGetter;

/* Positional arguments of a getter's call: one operand, nothing else. */
static bool
one_operand(const char *name, size_t nargsf, PyObject *kwnames)
{
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", name);
        return false;
    }
    return _PyArg_CheckPositional(name, PyVectorcall_NARGS(nargsf), 1, 1);
}

/* The same for a call with a tuple; the operand, borrowed, or NULL. */
static PyObject *
tuple_operand(const char *name, PyObject *args, PyObject *kwargs)
{
    if (!_PyArg_NoKeywords(name, kwargs) ||
        !_PyArg_CheckPositional(name, PyTuple_GET_SIZE(args), 1, 1)) {
        return NULL;
    }
    return PyTuple_GET_ITEM(args, 0);
}

static PyObject *
itemgetter_get(ItemGetter *self, PyObject *operand)
{
    if (self->count == 1) {
        if (self->index >= 0 && PyTuple_CheckExact(operand) &&
            self->index < PyTuple_GET_SIZE(operand)) {
            return Py_NewRef(PyTuple_GET_ITEM(operand, self->index));
        }
        return PyObject_GetItem(operand, PyTuple_GET_ITEM(self->items, 0));
    }
    PyObject *result = PyTuple_New(self->count);
    for (Py_ssize_t i = 0; result != NULL && i < self->count; i++) {
        PyObject *value = PyObject_GetItem(operand, PyTuple_GET_ITEM(self->items, i));
        if (value == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, value);
    }
    return result;
}

static PyObject *
itemgetter_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return one_operand("itemgetter", nargsf, kwnames) ? itemgetter_get((ItemGetter *)self, args[0])
                                                      : NULL;
}

static PyObject *
itemgetter_tp_call(ItemGetter *self, PyObject *args, PyObject *kwargs)
{
    PyObject *operand = tuple_operand("itemgetter", args, kwargs);
    return operand == NULL ? NULL : itemgetter_get(self, operand);
}

static PyObject *
itemgetter_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (!_PyArg_NoKeywords("itemgetter", kwargs)) {
        return NULL;
    }
    if (count == 0) {
        (void)_PyArg_CheckPositional("itemgetter", 0, 1, 1);
        return NULL;
    }
    ItemGetter *self = PyObject_GC_New(ItemGetter, type);
    if (self == NULL) {
        return NULL;
    }
    self->items = Py_NewRef(args);
    self->count = count;
    self->index = -1;
    self->vectorcall = itemgetter_vectorcall;
    PyObject *first = PyTuple_GET_ITEM(args, 0);
    if (count == 1 && PyLong_CheckExact(first)) {
        self->index = PyLong_AsSsize_t(first);
        if (self->index == -1 && PyErr_Occurred()) {
            PyErr_Clear();
        }
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
itemgetter_tp_clear(ItemGetter *self)
{
    Py_CLEAR(self->items);
    return 0;
}

static int
itemgetter_tp_traverse(ItemGetter *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->items);
    return 0;
}

static void
itemgetter_tp_dealloc(ItemGetter *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    itemgetter_tp_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* Type's name and arguments, within Py_ReprEnter. */
static PyObject *
getter_repr(PyObject *self, PyObject *args)
{
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested < 0 ? NULL : PyUnicode_FromFormat("%s(...)", Py_TYPE(self)->tp_name);
    }
    PyObject *result = NULL;
    if (args != NULL) {
        result = PyTuple_GET_SIZE(args) == 1
                     ? PyUnicode_FromFormat("%s(%R)", Py_TYPE(self)->tp_name,
                                            PyTuple_GET_ITEM(args, 0))
                     : PyUnicode_FromFormat("%s%R", Py_TYPE(self)->tp_name, args);
    }
    Py_ReprLeave(self);
    return result;
}

static PyObject *
itemgetter_tp_repr(ItemGetter *self)
{
    return getter_repr((PyObject *)self, self->items);
}

METHOD(itemgetter, __reduce__, NULL, "State for pickle.")
static PyObject *
itemgetter___reduce__(ItemGetter *self)
{
    return PyTuple_Pack(2, Py_TYPE(self), self->items);
}

MEMBER(itemgetter, __vectorcalloffset__, T_PYSSIZET, ItemGetter, vectorcall, READONLY, NULL)

HEAPTYPE(itemgetter, "operator.itemgetter", ItemGetter, NULL,
         "itemgetter(item, ...) --> itemgetter object\n\n"
         "A callable that gets items: itemgetter(2)(r) is r[2], itemgetter(2, 5)(r) is\n"
         "(r[2], r[5]).",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_HAVE_VECTORCALL,
         {Py_tp_getattro, PyObject_GenericGetAttr})

/* ---- attrgetter ---- */

typedef struct {
    PyObject_HEAD
    PyObject *attrs;            /* tuple; each item a name, or a tuple of names for a dotted one */
    Py_ssize_t count;
    vectorcallfunc vectorcall;
} AttrGetter;

/* The value of a name or of a tuple of names that lead to it. */
static PyObject *
get_attr(PyObject *operand, PyObject *attr)
{
    if (!PyTuple_CheckExact(attr)) {
        return PyObject_GetAttr(operand, attr);
    }
    Py_INCREF(operand);
    for (Py_ssize_t i = 0; operand != NULL && i < PyTuple_GET_SIZE(attr); i++) {
        Py_SETREF(operand, PyObject_GetAttr(operand, PyTuple_GET_ITEM(attr, i)));
    }
    return operand;
}

static PyObject *
attrgetter_get(AttrGetter *self, PyObject *operand)
{
    if (self->count == 1) {
        return get_attr(operand, PyTuple_GET_ITEM(self->attrs, 0));
    }
    PyObject *result = PyTuple_New(self->count);
    for (Py_ssize_t i = 0; result != NULL && i < self->count; i++) {
        PyObject *value = get_attr(operand, PyTuple_GET_ITEM(self->attrs, i));
        if (value == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, value);
    }
    return result;
}

static PyObject *
attrgetter_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return one_operand("attrgetter", nargsf, kwnames) ? attrgetter_get((AttrGetter *)self, args[0])
                                                      : NULL;
}

static PyObject *
attrgetter_tp_call(AttrGetter *self, PyObject *args, PyObject *kwargs)
{
    PyObject *operand = tuple_operand("attrgetter", args, kwargs);
    return operand == NULL ? NULL : attrgetter_get(self, operand);
}

/* What is looked up for an argument: an interned name, or a tuple of them. */
static PyObject *
split_name(PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (PyUnicode_FindChar(name, '.', 0, length, 1) < 0) {
        PyObject *one = PyUnicode_FromObject(name);
        if (one != NULL) {
            PyUnicode_InternInPlace(&one);
        }
        return one;
    }
    PyObject *dot = PyUnicode_FromOrdinal('.');
    PyObject *parts = dot == NULL ? NULL : PyUnicode_Split(name, dot, -1);
    PyObject *names = parts == NULL ? NULL : PyList_AsTuple(parts);
    Py_XDECREF(dot);
    Py_XDECREF(parts);
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        PyUnicode_InternInPlace(&((PyTupleObject *)names)->ob_item[i]);
    }
    return names;
}

static PyObject *
split_names(PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!PyUnicode_Check(PyTuple_GET_ITEM(args, i))) {
            PyErr_SetString(PyExc_TypeError, "attribute name must be a string");
            return NULL;
        }
        if (PyUnicode_READY(PyTuple_GET_ITEM(args, i)) < 0) {
            return NULL;
        }
    }
    PyObject *attrs = PyTuple_New(count);
    for (Py_ssize_t i = 0; attrs != NULL && i < count; i++) {
        PyObject *attr = split_name(PyTuple_GET_ITEM(args, i));
        if (attr == NULL) {
            Py_CLEAR(attrs);
            break;
        }
        PyTuple_SET_ITEM(attrs, i, attr);
    }
    return attrs;
}

static PyObject *
attrgetter_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (!_PyArg_NoKeywords("attrgetter", kwargs)) {
        return NULL;
    }
    if (count == 0) {
        (void)_PyArg_CheckPositional("attrgetter", 0, 1, 1);
        return NULL;
    }
    PyObject *attrs = split_names(args);
    AttrGetter *self = attrs == NULL ? NULL : PyObject_GC_New(AttrGetter, type);
    if (self == NULL) {
        Py_XDECREF(attrs);
        return NULL;
    }
    self->attrs = attrs;
    self->count = count;
    self->vectorcall = attrgetter_vectorcall;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
attrgetter_tp_clear(AttrGetter *self)
{
    Py_CLEAR(self->attrs);
    return 0;
}

static int
attrgetter_tp_traverse(AttrGetter *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->attrs);
    return 0;
}

static void
attrgetter_tp_dealloc(AttrGetter *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    attrgetter_tp_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* The arguments as they were given: dotted names put together again. */
static PyObject *
attrgetter_args(AttrGetter *self)
{
    PyObject *args = PyTuple_New(self->count), *dot = PyUnicode_FromOrdinal('.');
    for (Py_ssize_t i = 0; args != NULL && dot != NULL && i < self->count; i++) {
        PyObject *attr = PyTuple_GET_ITEM(self->attrs, i);
        attr = PyTuple_CheckExact(attr) ? PyUnicode_Join(dot, attr) : Py_NewRef(attr);
        if (attr == NULL) {
            Py_CLEAR(args);
            break;
        }
        PyTuple_SET_ITEM(args, i, attr);
    }
    if (dot == NULL) {
        Py_CLEAR(args);
    }
    Py_XDECREF(dot);
    return args;
}

static PyObject *
attrgetter_tp_repr(AttrGetter *self)
{
    PyObject *args = attrgetter_args(self);
    PyObject *result = args == NULL ? NULL : getter_repr((PyObject *)self, args);
    Py_XDECREF(args);
    return result;
}

METHOD(attrgetter, __reduce__, NULL, "State for pickle.")
static PyObject *
attrgetter___reduce__(AttrGetter *self)
{
    PyObject *args = attrgetter_args(self);
    return args == NULL ? NULL : Py_BuildValue("ON", Py_TYPE(self), args);
}

MEMBER(attrgetter, __vectorcalloffset__, T_PYSSIZET, AttrGetter, vectorcall, READONLY, NULL)

HEAPTYPE(attrgetter, "operator.attrgetter", AttrGetter, NULL,
         "attrgetter(attr, ...) --> attrgetter object\n\n"
         "A callable that gets attributes: attrgetter('a')(r) is r.a, attrgetter('a.b', 'c')(r)\n"
         "is (r.a.b, r.c).",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_HAVE_VECTORCALL,
         {Py_tp_getattro, PyObject_GenericGetAttr})

/* ---- methodcaller ---- */

typedef struct {
    PyObject_HEAD
    PyObject *name;             /* interned */
    PyObject *args;             /* tuple */
    PyObject *kwargs;           /* dict, or NULL */
} MethodCaller;

static PyObject *
methodcaller_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) < 1) {
        PyErr_SetString(PyExc_TypeError,
                        "methodcaller needs at least one argument, the method name");
        return NULL;
    }
    PyObject *name = PyTuple_GET_ITEM(args, 0);
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "method name must be a string");
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    MethodCaller *self = rest == NULL ? NULL : PyObject_GC_New(MethodCaller, type);
    if (self == NULL) {
        Py_XDECREF(rest);
        return NULL;
    }
    self->name = Py_NewRef(name);
    PyUnicode_InternInPlace(&self->name);
    self->args = rest;
    self->kwargs = Py_XNewRef(kwargs);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
methodcaller_tp_clear(MethodCaller *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->args);
    Py_CLEAR(self->kwargs);
    return 0;
}

static int
methodcaller_tp_traverse(MethodCaller *self, visitproc visit, void *arg)
{
    Py_VISIT(self->name);
    Py_VISIT(self->args);
    Py_VISIT(self->kwargs);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
methodcaller_tp_dealloc(MethodCaller *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    methodcaller_tp_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *
methodcaller_tp_call(MethodCaller *self, PyObject *args, PyObject *kwargs)
{
    PyObject *operand = tuple_operand("methodcaller", args, kwargs);
    PyObject *method = operand == NULL ? NULL : PyObject_GetAttr(operand, self->name);
    PyObject *result = method == NULL ? NULL : PyObject_Call(method, self->args, self->kwargs);
    Py_XDECREF(method);
    return result;
}

static bool
has_keywords(const MethodCaller *self)
{
    return self->kwargs != NULL && PyDict_GET_SIZE(self->kwargs) > 0;
}

/* Appends formatted text; the first argument becomes NULL on errors.  Steals `part`. */
static void
add_text_take(PyObject **text, PyObject *part)
{
    if (*text != NULL && part != NULL) {
        PyUnicode_Append(text, part);
    }
    else {
        Py_CLEAR(*text);
    }
    Py_XDECREF(part);
}

static PyObject *
methodcaller_tp_repr(MethodCaller *self)
{
    int nested = Py_ReprEnter((PyObject *)self);
    if (nested != 0) {
        return nested < 0 ? NULL : PyUnicode_FromFormat("%s(...)", Py_TYPE(self)->tp_name);
    }
    PyObject *key, *value;
    PyObject *text = PyUnicode_FromFormat("%s(%R", Py_TYPE(self)->tp_name, self->name);
    for (Py_ssize_t i = 0; text != NULL && i < PyTuple_GET_SIZE(self->args); i++) {
        add_text_take(&text, PyUnicode_FromFormat(", %R", PyTuple_GET_ITEM(self->args, i)));
    }
    Py_ssize_t pos = 0;
    while (text != NULL && has_keywords(self) && PyDict_Next(self->kwargs, &pos, &key, &value)) {
        add_text_take(&text, PyUnicode_FromFormat(", %U=%R", key, value));
    }
    add_text_take(&text, PyUnicode_FromString(")"));
    Py_ReprLeave((PyObject *)self);
    return text;
}

/* Keyword arguments can only be pickled through a partial. */
METHOD(methodcaller, __reduce__, NULL, "State for pickle.")
static PyObject *
methodcaller___reduce__(MethodCaller *self)
{
    if (!has_keywords(self)) {
        PyObject *args = PyTuple_Pack(1, self->name);
        if (args != NULL) {
            Py_SETREF(args, PySequence_Concat(args, self->args));
        }
        return args == NULL ? NULL : Py_BuildValue("ON", Py_TYPE(self), args);
    }
    PyObject *functools = PyImport_ImportModule("functools");
    PyObject *partial = functools == NULL ? NULL : PyObject_GetAttrString(functools, "partial");
    Py_XDECREF(functools);
    if (partial == NULL) {
        return NULL;
    }
    PyObject *args[2] = {(PyObject *)Py_TYPE(self), self->name};
    PyObject *constructor = PyObject_VectorcallDict(partial, args, 2, self->kwargs);
    Py_DECREF(partial);
    return constructor == NULL ? NULL : Py_BuildValue("NO", constructor, self->args);
}

HEAPTYPE(methodcaller, "operator.methodcaller", MethodCaller, NULL,
         "methodcaller(name, ...) --> methodcaller object\n\n"
         "A callable that calls a method: methodcaller('a', 1, b=2)(r) is r.a(1, b=2).",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_getattro, PyObject_GenericGetAttr})

/* ---- the module ---- */

static int
_operator_exec(PyObject *module)
{
    PyType_Spec *specs[] = {&itemgetter_spec, &attrgetter_spec, &methodcaller_spec};
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (type == NULL) {
            return -1;
        }
        int added = PyModule_AddType(module, (PyTypeObject *)type);
        Py_DECREF(type);
        if (added < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot _operator_slots[] = {
    {Py_mod_exec, _operator_exec},
    {0, NULL},
};

static PyMethodDef _operator_functions[];

static WRITTEN struct PyModuleDef _operator_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_operator",
    .m_doc = PyDoc_STR("The operators of Python as functions: add(x, y) is x + y.\n\n"
                       "Some functions have a second name without underscores for old programs."),
    .m_methods = _operator_functions,
    .m_slots = _operator_slots,
};

PyMODINIT_FUNC
PyInit__operator(void)
{
    return PyModuleDef_Init(&_operator_module);
}

#include "gen/modules/_operator.inc"
