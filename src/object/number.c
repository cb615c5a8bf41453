/* PyNumber_*: operators with their reflected forms, and conversions to int and float.

   A binary operator tries the slot of the left operand, then that of the right one; the right one
   first if its type derives from the left's.  Py_NotImplemented passes the turn on. */
#include "object/object.h"
#include <opcode.h>

/* Slots are named by their offset in PyNumberMethods. */
#define NB(field) offsetof(PyNumberMethods, nb_##field)

static ALWAYS_INLINE void *
nb_slot(PyTypeObject *type, size_t offset)
{
    PyNumberMethods *suite = type->tp_as_number;
    return suite == NULL ? NULL : *(void **)((char *)suite + offset);
}

static PyObject *
raise_null(void)
{
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
    }
    return NULL;
}

/* ---- binary operators ----------------------------------------------------------------------------------- */

/* Py_NotImplemented (a new reference) if neither side knows the operation. */
static ALWAYS_INLINE PyObject *
binary_try(PyObject *a, PyObject *b, size_t offset)
{
    PyTypeObject *type_a = Py_TYPE(a), *type_b = Py_TYPE(b);
    binaryfunc func_a = (binaryfunc)nb_slot(type_a, offset), func_b = NULL;
    if (type_a != type_b) {
        func_b = (binaryfunc)nb_slot(type_b, offset);
        if (func_b == func_a) {
            func_b = NULL;
        }
    }
    PyObject *result;
    if (func_a != NULL) {
        if (func_b != NULL && PyType_IsSubtype(type_b, type_a)) {
            result = func_b(a, b);
            if (result != Py_NotImplemented) {
                return result;
            }
            Py_DECREF(result);
            func_b = NULL;
        }
        result = func_a(a, b);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (func_b != NULL) {
        return func_b(a, b);
    }
    return Py_NewRef(Py_NotImplemented);
}

static COLD PyObject *
raise_operands(PyObject *a, PyObject *b, const char *sign)
{
    /* print >>file was the way of Python 2. */
    if (strcmp(sign, ">>") == 0 && PyCFunction_CheckExact(a) &&
        strcmp(((PyCFunctionObject *)a)->m_ml->ml_name, "print") == 0) {
        PyErr_Format(PyExc_TypeError,
                     "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'. Did you mean "
                     "\"print(<message>, file=<output_stream>)\"?",
                     sign, type_name(a), type_name(b));
        return NULL;
    }
    PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'",
                 sign, type_name(a), type_name(b));
    return NULL;
}

/* Is it a result, or NULL for an error?  Else the reference to NotImplemented is given back. */
static ALWAYS_INLINE bool
answered(PyObject *result)
{
    if (likely(result != Py_NotImplemented)) {
        return true;
    }
    Py_DECREF(result);
    return false;
}

static ALWAYS_INLINE PyObject *
binary(PyObject *a, PyObject *b, size_t offset, const char *sign)
{
    PyObject *result = binary_try(a, b, offset);
    return answered(result) ? result : raise_operands(a, b, sign);
}

static ALWAYS_INLINE PyObject *
inplace_try(PyObject *a, PyObject *b, size_t inplace, size_t offset)
{
    binaryfunc func = (binaryfunc)nb_slot(Py_TYPE(a), inplace);
    if (func != NULL) {
        PyObject *result = func(a, b);
        if (answered(result)) {
            return result;
        }
    }
    return binary_try(a, b, offset);
}

static ALWAYS_INLINE PyObject *
inplace_binary(PyObject *a, PyObject *b, size_t inplace, size_t offset, const char *sign)
{
    PyObject *result = inplace_try(a, b, inplace, offset);
    return answered(result) ? result : raise_operands(a, b, sign);
}

#define BINARY(Name, field, sign)                                                                  \
    PyObject *PyNumber_##Name(PyObject *a, PyObject *b)                                            \
    {                                                                                              \
        return binary(a, b, NB(field), sign);                                                      \
    }                                                                                              \
    PyObject *PyNumber_InPlace##Name(PyObject *a, PyObject *b)                                     \
    {                                                                                              \
        return inplace_binary(a, b, NB(inplace_##field), NB(field), sign "=");                     \
    }

BINARY(Subtract, subtract, "-")
BINARY(MatrixMultiply, matrix_multiply, "@")
BINARY(TrueDivide, true_divide, "/")
BINARY(FloorDivide, floor_divide, "//")
BINARY(Remainder, remainder, "%")
BINARY(Lshift, lshift, "<<")
BINARY(Rshift, rshift, ">>")
BINARY(And, and, "&")
BINARY(Xor, xor, "^")
BINARY(Or, or, "|")

PyObject *
PyNumber_Divmod(PyObject *a, PyObject *b)
{
    return binary(a, b, NB(divmod), "divmod()");
}

static PyObject *
add_sequences(PyObject *a, PyObject *b)
{
    PySequenceMethods *suite = Py_TYPE(a)->tp_as_sequence;
    if (suite != NULL && suite->sq_concat != NULL) {
        return suite->sq_concat(a, b);
    }
    return raise_operands(a, b, "+");
}

/* a + b: numbers, then concatenation. */
PyObject *
PyNumber_Add(PyObject *a, PyObject *b)
{
    PyObject *result = binary_try(a, b, NB(add));
    return answered(result) ? result : add_sequences(a, b);
}

PyObject *
PyNumber_InPlaceAdd(PyObject *a, PyObject *b)
{
    PyObject *result = inplace_try(a, b, NB(inplace_add), NB(add));
    if (answered(result)) {
        return result;
    }
    PySequenceMethods *suite = Py_TYPE(a)->tp_as_sequence;
    if (suite != NULL) {
        binaryfunc func =
            suite->sq_inplace_concat != NULL ? suite->sq_inplace_concat : suite->sq_concat;
        if (func != NULL) {
            return func(a, b);
        }
    }
    return raise_operands(a, b, "+=");
}

static PyObject *
repeat(ssizeargfunc func, PyObject *sequence, PyObject *count)
{
    if (!PyIndex_Check(count)) {
        PyErr_Format(PyExc_TypeError, "can't multiply sequence by non-int of type '%.200s'",
                     type_name(count));
        return NULL;
    }
    Py_ssize_t n = PyNumber_AsSsize_t(count, PyExc_OverflowError);
    return n == -1 && PyErr_Occurred() ? NULL : func(sequence, n);
}

static PyObject *
multiply_sequences(PyObject *a, PyObject *b)
{
    PySequenceMethods *suite_a = Py_TYPE(a)->tp_as_sequence;
    PySequenceMethods *suite_b = Py_TYPE(b)->tp_as_sequence;
    if (suite_a != NULL && suite_a->sq_repeat != NULL) {
        return repeat(suite_a->sq_repeat, a, b);
    }
    if (suite_b != NULL && suite_b->sq_repeat != NULL) {
        return repeat(suite_b->sq_repeat, b, a);
    }
    return raise_operands(a, b, "*");
}

/* a * b: numbers, then repetition with the sequence on either side. */
PyObject *
PyNumber_Multiply(PyObject *a, PyObject *b)
{
    PyObject *result = binary_try(a, b, NB(multiply));
    return answered(result) ? result : multiply_sequences(a, b);
}

PyObject *
PyNumber_InPlaceMultiply(PyObject *a, PyObject *b)
{
    PyObject *result = inplace_try(a, b, NB(inplace_multiply), NB(multiply));
    if (answered(result)) {
        return result;
    }
    PySequenceMethods *suite_a = Py_TYPE(a)->tp_as_sequence;
    PySequenceMethods *suite_b = Py_TYPE(b)->tp_as_sequence;
    if (suite_a != NULL) {
        ssizeargfunc func =
            suite_a->sq_inplace_repeat != NULL ? suite_a->sq_inplace_repeat : suite_a->sq_repeat;
        if (func != NULL) {
            return repeat(func, a, b);
        }
    }
    /* The right operand must not change: no in-place form for it.  It is not asked if the left one
       has any method of sequences, as instances of every class have. */
    else if (suite_b != NULL && suite_b->sq_repeat != NULL) {
        return repeat(suite_b->sq_repeat, b, a);
    }
    return raise_operands(a, b, "*=");
}

/* ---- power -------------------------------------------------------------------------------------------------- */

/* As binary_try; the modulus's slot comes last. */
static PyObject *
power_try(PyObject *a, PyObject *b, PyObject *c)
{
    PyTypeObject *type_a = Py_TYPE(a), *type_b = Py_TYPE(b);
    ternaryfunc func_a = (ternaryfunc)nb_slot(type_a, NB(power)), func_b = NULL;
    if (type_a != type_b) {
        func_b = (ternaryfunc)nb_slot(type_b, NB(power));
        if (func_b == func_a) {
            func_b = NULL;
        }
    }
    ternaryfunc tried_b = func_b;
    PyObject *result;
    if (func_a != NULL) {
        if (func_b != NULL && PyType_IsSubtype(type_b, type_a)) {
            result = func_b(a, b, c);
            if (result != Py_NotImplemented) {
                return result;
            }
            Py_DECREF(result);
            func_b = NULL;
        }
        result = func_a(a, b, c);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (func_b != NULL) {
        result = func_b(a, b, c);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    ternaryfunc func_c = (ternaryfunc)nb_slot(Py_TYPE(c), NB(power));
    if (func_c != NULL && func_c != func_a && func_c != tried_b) {
        return func_c(a, b, c);
    }
    return Py_NewRef(Py_NotImplemented);
}

static PyObject *
power(PyObject *a, PyObject *b, PyObject *c, const char *sign)
{
    PyObject *result = power_try(a, b, c);
    if (result != Py_NotImplemented) {
        return result;
    }
    Py_DECREF(result);
    if (c == Py_None) {
        return raise_operands(a, b, sign);
    }
    PyErr_Format(PyExc_TypeError,
                 "unsupported operand type(s) for %.100s: '%.100s', '%.100s', '%.100s'", sign,
                 type_name(a), type_name(b), type_name(c));
    return NULL;
}

/* pow(a, b, c); c None for a ** b. */
PyObject *
PyNumber_Power(PyObject *a, PyObject *b, PyObject *c)
{
    return power(a, b, c, "** or pow()");
}

PyObject *
PyNumber_InPlacePower(PyObject *a, PyObject *b, PyObject *c)
{
    ternaryfunc func = (ternaryfunc)nb_slot(Py_TYPE(a), NB(inplace_power));
    if (func != NULL) {
        PyObject *result = func(a, b, c);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return power(a, b, c, "**=");
}

/* ---- unary operators ---------------------------------------------------------------------------------------- */

static PyObject *
unary(PyObject *op, size_t offset, const char *sign)
{
    if (op == NULL) {
        return raise_null();
    }
    unaryfunc func = (unaryfunc)nb_slot(Py_TYPE(op), offset);
    if (func != NULL) {
        return func(op);
    }
    PyErr_Format(PyExc_TypeError, "bad operand type for %s: '%.200s'", sign, type_name(op));
    return NULL;
}

PyObject *
PyNumber_Negative(PyObject *op)
{
    return unary(op, NB(negative), "unary -");
}

PyObject *
PyNumber_Positive(PyObject *op)
{
    return unary(op, NB(positive), "unary +");
}

PyObject *
PyNumber_Invert(PyObject *op)
{
    return unary(op, NB(invert), "unary ~");
}

PyObject *
PyNumber_Absolute(PyObject *op)
{
    return unary(op, NB(absolute), "abs()");
}

/* ---- conversions -------------------------------------------------------------------------------------------- */

int
PyNumber_Check(PyObject *op)
{
    if (op == NULL) {
        return 0;
    }
    PyNumberMethods *suite = Py_TYPE(op)->tp_as_number;
    return suite != NULL && (suite->nb_index != NULL || suite->nb_int != NULL ||
                             suite->nb_float != NULL || PyComplex_Check(op));
}

#undef PyIndex_Check
int
PyIndex_Check(PyObject *op)
{
    PyNumberMethods *suite = Py_TYPE(op)->tp_as_number;
    return suite != NULL && suite->nb_index != NULL;
}

/* A dunder gave an int (takes over the reference): an error if it is none, a warning if it is of a
   subclass. */
static PyObject *
check_int(PyObject *value, const char *method)
{
    if (value == NULL || PyLong_CheckExact(value)) {
        return value;
    }
    if (!PyLong_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s returned non-int (type %.200s)", method,
                     type_name(value));
        Py_DECREF(value);
        return NULL;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                         "%s returned non-int (type %.200s).  The ability to return an instance "
                         "of a strict subclass of int is deprecated, and may not be supported in "
                         "a future version of Python.",
                         method, type_name(value)) < 0) {
        Py_DECREF(value);
        return NULL;
    }
    return value;
}

static PyObject *
exact_int_take(PyObject *value)
{
    if (value != NULL && !PyLong_CheckExact(value)) {
        Py_SETREF(value, _PyLong_Copy((PyLongObject *)value));
    }
    return value;
}

/* operator.index(op), except that an int of a subclass is given back as it is. */
PyObject *
_PyNumber_Index(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    if (PyLong_Check(op)) {
        return Py_NewRef(op);
    }
    unaryfunc func = (unaryfunc)nb_slot(Py_TYPE(op), NB(index));
    if (func == NULL) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                     type_name(op));
        return NULL;
    }
    return check_int(func(op), "__index__");
}

/* operator.index(op): an exact int. */
PyObject *
PyNumber_Index(PyObject *op)
{
    return exact_int_take(_PyNumber_Index(op));
}

/* An index as a C integer; out of range it is clipped, or raises `error` if that is not NULL. */
Py_ssize_t
PyNumber_AsSsize_t(PyObject *op, PyObject *error)
{
    PyObject *value = _PyNumber_Index(op);
    if (value == NULL) {
        return -1;
    }
    Py_ssize_t result = PyLong_AsSsize_t(value);
    if (result == -1 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError)) {
        PyErr_Clear();
        if (error == NULL) {
            result = _PyLong_Sign(value) < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX;
        }
        else {
            PyErr_Format(error, "cannot fit '%.200s' into an index-sized integer", type_name(op));
        }
    }
    Py_DECREF(value);
    return result;
}

static PyObject *
int_from_trunc(PyObject *op, PyObject *trunc_take)
{
    PyObject *value = NULL;
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "The delegation of int() to __trunc__ is deprecated.", 1) == 0) {
        value = PyObject_CallNoArgs(trunc_take);
    }
    Py_DECREF(trunc_take);
    if (value == NULL || PyLong_Check(value)) {
        return exact_int_take(value);
    }
    if (!PyIndex_Check(value)) {
        PyErr_Format(PyExc_TypeError, "__trunc__ returned non-Integral (type %.200s)",
                     type_name(value));
        Py_DECREF(value);
        return NULL;
    }
    Py_SETREF(value, PyNumber_Index(value));
    return value;
}

/* int(op) */
PyObject *
PyNumber_Long(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    if (PyLong_CheckExact(op)) {
        return Py_NewRef(op);
    }
    unaryfunc func = (unaryfunc)nb_slot(Py_TYPE(op), NB(int));
    if (func != NULL) {
        return exact_int_take(check_int(func(op), "__int__"));
    }
    if (nb_slot(Py_TYPE(op), NB(index)) != NULL) {
        return PyNumber_Index(op);
    }
    PyObject *trunc = _PyObject_LookupSpecial(op, ID(__trunc__));
    if (trunc != NULL) {
        return int_from_trunc(op, trunc);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (PyUnicode_Check(op)) {
        return PyLong_FromUnicodeObject(op, 10);
    }
    if (PyBytes_Check(op)) {
        return _PyLong_FromBytes(PyBytes_AS_STRING(op), PyBytes_GET_SIZE(op), 10);
    }
    if (PyByteArray_Check(op)) {
        return _PyLong_FromBytes(PyByteArray_AS_STRING(op), PyByteArray_GET_SIZE(op), 10);
    }
    Py_buffer view;
    if (PyObject_GetBuffer(op, &view, PyBUF_SIMPLE) == 0) {
        /* The digits must end in NUL. */
        PyObject *copy = PyBytes_FromStringAndSize(view.buf, view.len);
        PyBuffer_Release(&view);
        if (copy == NULL) {
            return NULL;
        }
        PyObject *result = _PyLong_FromBytes(PyBytes_AS_STRING(copy), PyBytes_GET_SIZE(copy), 10);
        Py_DECREF(copy);
        return result;
    }
    PyErr_Format(PyExc_TypeError,
                 "int() argument must be a string, a bytes-like object or a real number, "
                 "not '%.200s'",
                 type_name(op));
    return NULL;
}

static PyObject *
float_from_dunder(PyObject *op, unaryfunc func)
{
    PyObject *value = func(op);
    if (value == NULL || PyFloat_CheckExact(value)) {
        return value;
    }
    if (!PyFloat_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%.50s.__float__ returned non-float (type %.50s)",
                     type_name(op), type_name(value));
        Py_DECREF(value);
        return NULL;
    }
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                         "%.50s.__float__ returned non-float (type %.50s).  The ability to return "
                         "an instance of a strict subclass of float is deprecated, and may not be "
                         "supported in a future version of Python.",
                         type_name(op), type_name(value)) < 0) {
        Py_DECREF(value);
        return NULL;
    }
    double number = PyFloat_AS_DOUBLE(value);
    Py_DECREF(value);
    return PyFloat_FromDouble(number);
}

/* float(op) */
PyObject *
PyNumber_Float(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    if (PyFloat_CheckExact(op)) {
        return Py_NewRef(op);
    }
    unaryfunc func = (unaryfunc)nb_slot(Py_TYPE(op), NB(float));
    if (func != NULL) {
        return float_from_dunder(op, func);
    }
    if (nb_slot(Py_TYPE(op), NB(index)) != NULL) {
        PyObject *index = _PyNumber_Index(op);
        if (index == NULL) {
            return NULL;
        }
        double number = PyLong_AsDouble(index);
        Py_DECREF(index);
        return number == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(number);
    }
    if (PyFloat_Check(op)) {
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(op));
    }
    return PyFloat_FromString(op);
}

/* bin, oct, str or hex of an index. */
PyObject *
PyNumber_ToBase(PyObject *op, int base)
{
    if (base != 2 && base != 8 && base != 10 && base != 16) {
        PyErr_SetString(PyExc_SystemError, "PyNumber_ToBase: base must be 2, 8, 10 or 16");
        return NULL;
    }
    PyObject *index = _PyNumber_Index(op);
    if (index == NULL) {
        return NULL;
    }
    PyObject *result = _PyLong_Format(index, base);
    Py_DECREF(index);
    return result;
}

PyObject *
operator_refused(PyObject *a, PyObject *b, int op)
{
    static const struct {
        size_t offset;
        const char *sign;
    } operators[] = {
        [NB_ADD] = {NB(add), "+"},
        [NB_AND] = {NB(and), "&"},
        [NB_FLOOR_DIVIDE] = {NB(floor_divide), "//"},
        [NB_LSHIFT] = {NB(lshift), "<<"},
        [NB_MATRIX_MULTIPLY] = {NB(matrix_multiply), "@"},
        [NB_MULTIPLY] = {NB(multiply), "*"},
        [NB_REMAINDER] = {NB(remainder), "%"},
        [NB_OR] = {NB(or), "|"},
        [NB_RSHIFT] = {NB(rshift), ">>"},
        [NB_SUBTRACT] = {NB(subtract), "-"},
        [NB_TRUE_DIVIDE] = {NB(true_divide), "/"},
        [NB_XOR] = {NB(xor), "^"},
    };
    binaryfunc func = Py_TYPE(a) != Py_TYPE(b) ? (binaryfunc)nb_slot(Py_TYPE(b), operators[op].offset) : NULL;
    if (func != NULL) {
        PyObject *result = func(a, b);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return op == NB_ADD        ? add_sequences(a, b)
           : op == NB_MULTIPLY ? multiply_sequences(a, b)
                               : raise_operands(a, b, operators[op].sign);
}
