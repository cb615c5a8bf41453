/* complex: pairs of doubles.  Arithmetic follows C99 Annex G no further than plain formulas do. */
#include <float.h>
#include <math.h>
#include "base/nan.h"
#include "object/declare.h"
#include "object/object.h"
#include "types/float.h"
#include "types/int.h"

#define VALUE(op) (((PyComplexObject *)(op))->cval)

/* The format mini-language for complex numbers: types/format_spec.c. */
int _PyComplex_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *obj, PyObject *format_spec,
                                    Py_ssize_t start, Py_ssize_t end);

/* ---- arithmetic on values --------------------------------------------------------------- */

Py_complex
_Py_c_sum(Py_complex a, Py_complex b)
{
    return (Py_complex){double_add(b.real, a.real), double_add(b.imag, a.imag)};
}

Py_complex
_Py_c_diff(Py_complex a, Py_complex b)
{
    return (Py_complex){a.real - b.real, a.imag - b.imag};
}

Py_complex
_Py_c_neg(Py_complex a)
{
    return (Py_complex){-a.real, -a.imag};
}

Py_complex
_Py_c_prod(Py_complex a, Py_complex b)
{
    return (Py_complex){
        double_multiply(a.real, b.real) - double_multiply(a.imag, b.imag),
        double_add(double_multiply(a.imag, b.real), double_multiply(a.real, b.imag)),
    };
}

/* a / b; errno EDOM if b is zero.  Smith's method: divide by the larger part of b first, so that
   nothing overflows that need not. */
Py_complex
_Py_c_quot(Py_complex a, Py_complex b)
{
    double size_real = fabs(b.real), size_imag = fabs(b.imag);
    if (size_real >= size_imag) {
        if (size_real == 0.0) {
            errno = EDOM;
            return (Py_complex){0.0, 0.0};
        }
        double ratio = b.imag / b.real, denominator = b.real + b.imag * ratio;
        return (Py_complex){(a.real + a.imag * ratio) / denominator,
                            (a.imag - a.real * ratio) / denominator};
    }
    if (size_imag >= size_real) {
        double ratio = b.real / b.imag, denominator = b.real * ratio + b.imag;
        return (Py_complex){(a.real * ratio + a.imag) / denominator,
                            (a.imag * ratio - a.real) / denominator};
    }
    /* A NaN in b. */
    return (Py_complex){Py_NAN, Py_NAN};
}

/* a ** b by polar coordinates; errno EDOM for zero to a negative or complex power, ERANGE for
   overflow is the caller's to look for. */
Py_complex
_Py_c_pow(Py_complex a, Py_complex b)
{
    if (b.real == 0.0 && b.imag == 0.0) return (Py_complex){1.0, 0.0};
    if (a.real == 0.0 && a.imag == 0.0) {
        if (b.imag != 0.0 || b.real < 0.0) errno = EDOM;
        return (Py_complex){0.0, 0.0};
    }
    double size = hypot(a.real, a.imag), length = pow(size, b.real);
    double angle = atan2(a.imag, a.real), phase = angle * b.real;
    if (b.imag != 0.0) {
        length /= exp(angle * b.imag);
        phase += b.imag * log(size);
    }
    return (Py_complex){length * cos(phase), length * sin(phase)};
}

/* a ** n for a positive int by repeated squaring. */
static Py_complex
power_of(Py_complex a, long n)
{
    Py_complex result = {1.0, 0.0};
    for (long bit = 1; bit > 0 && n >= bit; bit <<= 1) {
        if (n & bit) result = _Py_c_prod(result, a);
        a = _Py_c_prod(a, a);
    }
    return result;
}

/* |a|; errno ERANGE on overflow. */
double
_Py_c_abs(Py_complex a)
{
    errno = 0;
    if (!isfinite(a.real) || !isfinite(a.imag)) {
        if (isinf(a.real)) return fabs(a.real);
        if (isinf(a.imag)) return fabs(a.imag);
        return Py_NAN;
    }
    double size = hypot(a.real, a.imag);
    if (!isfinite(size)) errno = ERANGE;
    return size;
}

/* ---- C API ------------------------------------------------------------------------------ */

/* A new complex. */
PyObject *
PyComplex_FromCComplex(Py_complex value)
{
    PyComplexObject *self = PyObject_Malloc(sizeof(PyComplexObject));
    if (self == NULL) return PyErr_NoMemory();
    PyObject_Init((PyObject *)self, &PyComplex_Type);
    self->cval = value;
    return (PyObject *)self;
}

PyObject *
PyComplex_FromDoubles(double real, double imag)
{
    return PyComplex_FromCComplex((Py_complex){real, imag});
}

static PyObject *
of_subtype(PyTypeObject *type, Py_complex value)
{
    if (type == &PyComplex_Type) return PyComplex_FromCComplex(value);
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) VALUE(self) = value;
    return self;
}

double
PyComplex_RealAsDouble(PyObject *op)
{
    return PyComplex_Check(op) ? VALUE(op).real : PyFloat_AsDouble(op);
}

double
PyComplex_ImagAsDouble(PyObject *op)
{
    return PyComplex_Check(op) ? VALUE(op).imag : 0.0;
}

/* What op's __complex__ gives: new reference, NULL without an exception if there is none. */
static PyObject *
by_special_method(PyObject *op)
{
    PyObject *method = _PyObject_LookupSpecial(op, ID(__complex__));
    if (method == NULL) return NULL;
    PyObject *result = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (result == NULL || PyComplex_CheckExact(result)) return result;
    if (!PyComplex_Check(result)) {
        PyErr_Format(PyExc_TypeError, "__complex__ returned non-complex (type %.200s)",
                     Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    } else if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1,
                                "__complex__ returned non-complex (type %.200s).  "
                                "The ability to return an instance of a strict subclass of complex "
                                "is deprecated, and may not be supported in a future version of "
                                "Python.",
                                Py_TYPE(result)->tp_name) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

/* The value of op: a complex, by __complex__, or as a float.  real == -1.0 with an exception. */
Py_complex
PyComplex_AsCComplex(PyObject *op)
{
    if (PyComplex_Check(op)) return VALUE(op);
    PyObject *converted = by_special_method(op);
    if (converted != NULL) {
        Py_complex value = VALUE(converted);
        Py_DECREF(converted);
        return value;
    }
    if (PyErr_Occurred()) return (Py_complex){-1.0, 0.0};
    return (Py_complex){PyFloat_AsDouble(op), 0.0};
}

/* An operand of a binary operation: 1 done, 0 NotImplemented, -1 exception. */
static truth
operand(PyObject *op, Py_complex *value)
{
    if (PyComplex_Check(op)) {
        *value = VALUE(op);
        return 1;
    }
    value->imag = 0.0;
    if (PyFloat_Check(op)) {
        value->real = PyFloat_AS_DOUBLE(op);
        return 1;
    }
    if (!PyLong_Check(op)) return 0;
    value->real = PyLong_AsDouble(op);
    return value->real == -1.0 && PyErr_Occurred() ? -1 : 1;
}

#define OPERANDS(left, right, a, b)                                                                \
    Py_complex a, b;                                                                               \
    truth ready_ = operand(left, &a);                                                              \
    if (ready_ > 0) ready_ = operand(right, &b);                                                   \
    if (ready_ <= 0) return ready_ < 0 ? NULL : Py_NewRef(Py_NotImplemented)

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
complex_nb_add(PyObject *left, PyObject *right)
{
    OPERANDS(left, right, a, b);
    return PyComplex_FromCComplex(_Py_c_sum(a, b));
}

static PyObject *
complex_nb_subtract(PyObject *left, PyObject *right)
{
    OPERANDS(left, right, a, b);
    return PyComplex_FromCComplex(_Py_c_diff(a, b));
}

static PyObject *
complex_nb_multiply(PyObject *left, PyObject *right)
{
    OPERANDS(left, right, a, b);
    return PyComplex_FromCComplex(_Py_c_prod(a, b));
}

static PyObject *
complex_nb_true_divide(PyObject *left, PyObject *right)
{
    OPERANDS(left, right, a, b);
    errno = 0;
    Py_complex quotient = _Py_c_quot(a, b);
    if (errno == EDOM) {
        PyErr_SetString(PyExc_ZeroDivisionError, "complex division by zero");
        return NULL;
    }
    return PyComplex_FromCComplex(quotient);
}

static PyObject *
complex_nb_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    OPERANDS(left, right, a, b);
    if (modulus != Py_None) {
        PyErr_SetString(PyExc_ValueError, "complex modulo");
        return NULL;
    }
    Py_complex result;
    errno = 0;
    /* Small integer exponents are exact that way. */
    if (b.imag == 0.0 && b.real == floor(b.real) && fabs(b.real) <= 100.0) {
        long n = (long)b.real;
        result = n > 0 ? power_of(a, n) : _Py_c_quot((Py_complex){1.0, 0.0}, power_of(a, -n));
        if (errno == 0 && (isinf(result.real) || isinf(result.imag))) errno = ERANGE;
    } else {
        result = _Py_c_pow(a, b);
        if (errno == 0 && (isinf(result.real) || isinf(result.imag))) errno = ERANGE;
    }
    /* An underflow is no error. */
    if (errno == ERANGE && !isinf(result.real) && !isinf(result.imag)) errno = 0;
    if (errno == EDOM) {
        PyErr_SetString(PyExc_ZeroDivisionError, "0.0 to a negative or complex power");
        return NULL;
    }
    if (errno == ERANGE) {
        PyErr_SetString(PyExc_OverflowError, "complex exponentiation");
        return NULL;
    }
    return PyComplex_FromCComplex(result);
}

static PyObject *
complex_nb_negative(PyObject *self)
{
    return PyComplex_FromCComplex(_Py_c_neg(VALUE(self)));
}

static PyObject *
complex_nb_positive(PyObject *self)
{
    if (PyComplex_CheckExact(self)) return Py_NewRef(self);
    return PyComplex_FromCComplex(VALUE(self));
}

static PyObject *
complex_nb_absolute(PyObject *self)
{
    double size = _Py_c_abs(VALUE(self));
    if (errno == ERANGE) {
        PyErr_SetString(PyExc_OverflowError, "absolute value too large");
        return NULL;
    }
    return PyFloat_FromDouble(size);
}

static int
complex_nb_bool(PyObject *self)
{
    return VALUE(self).real != 0.0 || VALUE(self).imag != 0.0;
}

static PyObject *
complex_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (op != Py_EQ && op != Py_NE) Py_RETURN_NOTIMPLEMENTED;
    Py_complex a = VALUE(self);
    bool equal;
    if (PyComplex_Check(other)) {
        equal = a.real == VALUE(other).real && a.imag == VALUE(other).imag;
    } else if (PyFloat_Check(other)) {
        equal = a.real == PyFloat_AS_DOUBLE(other) && a.imag == 0.0;
    } else if (PyLong_Check(other)) {
        if (a.imag != 0.0) {
            equal = false;
        } else {
            /* float knows how to compare with an int exactly. */
            PyObject *real = PyFloat_FromDouble(a.real);
            if (real == NULL) return NULL;
            PyObject *result = PyFloat_Type.tp_richcompare(real, other, op);
            Py_DECREF(real);
            return result;
        }
    } else {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
complex_tp_hash(PyObject *self)
{
    Py_uhash_t real = (Py_uhash_t)_Py_HashDouble(self, VALUE(self).real);
    Py_uhash_t imag = (Py_uhash_t)_Py_HashDouble(self, VALUE(self).imag);
    if (real == (Py_uhash_t)-1 || imag == (Py_uhash_t)-1) return -1;
    Py_uhash_t hash = real + _PyHASH_IMAG * imag;
    return hash == (Py_uhash_t)-1 ? -2 : (Py_hash_t)hash;
}

static PyObject *
complex_tp_repr(PyObject *self)
{
    Py_complex a = VALUE(self);
    char *real = NULL, *imag = NULL;
    PyObject *text = NULL;
    if (a.real == 0.0 && copysign(1.0, a.real) == 1.0) {
        /* A real part of +0 is not shown. */
        imag = PyOS_double_to_string(a.imag, 'r', 0, 0, NULL);
        if (imag != NULL) text = PyUnicode_FromFormat("%sj", imag);
    } else {
        real = PyOS_double_to_string(a.real, 'r', 0, 0, NULL);
        imag = real ? PyOS_double_to_string(a.imag, 'r', 0, Py_DTSF_SIGN, NULL) : NULL;
        if (imag != NULL) text = PyUnicode_FromFormat("(%s%sj)", real, imag);
    }
    PyMem_Free(real);
    PyMem_Free(imag);
    return text;
}

/* ---- construction ----------------------------------------------------------------------- */

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number at *s; *s moves behind it.  False: none there. */
static bool
take_double(const char **s, double *x)
{
    char *end;
    *x = PyOS_string_to_double(*s, &end, NULL);
    if (*x == -1.0 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) return false;
        PyErr_Clear();
    }
    bool found = end != *s;
    *s = end;
    return found;
}

static inline bool
is_j(char c)
{
    return c == 'j' || c == 'J';
}

/* real, real sign imag j, or imag j, in parentheses or not.  `type` is the type to make. */
static PyObject *
from_plain_text(const char *s, Py_ssize_t length, void *type)
{
    const char *end = s + length;
    double x = 0.0, y = 0.0, z;
    while (is_space(*s)) s++;
    bool bracket = *s == '(';
    if (bracket) {
        s++;
        while (is_space(*s)) s++;
    }
    bool number = take_double(&s, &z);
    if (PyErr_Occurred()) return NULL;
    if (number) {
        if (*s == '+' || *s == '-') {
            x = z;
            const char *sign = s;
            if (!take_double(&s, &y)) {
                if (PyErr_Occurred()) return NULL;
                /* +j or -j */
                y = *sign == '+' ? 1.0 : -1.0;
                s = sign + 1;
            }
            if (!is_j(*s)) goto malformed;
            s++;
        } else if (is_j(*s)) {
            s++;
            y = z;
        } else {
            x = z;
        }
    } else {
        /* j, +j or -j */
        y = 1.0;
        if (*s == '+' || *s == '-') y = *s++ == '+' ? 1.0 : -1.0;
        if (!is_j(*s)) goto malformed;
        s++;
    }
    while (is_space(*s)) s++;
    if (bracket) {
        if (*s != ')') goto malformed;
        s++;
        while (is_space(*s)) s++;
    }
    if (s == end) return of_subtype(type, (Py_complex){x, y});
malformed:
    PyErr_SetString(PyExc_ValueError, "complex() arg is a malformed string");
    return NULL;
}

static PyObject *
from_text(PyTypeObject *type, PyObject *text)
{
    PyObject *ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(text);
    if (ascii == NULL) return NULL;
    Py_ssize_t length;
    const char *s = PyUnicode_AsUTF8AndSize(ascii, &length);
    PyObject *result = NULL;
    if (s != NULL) {
        result = _Py_string_to_number_with_underscores(s, length, "complex", text, type,
                                                       from_plain_text);
    }
    Py_DECREF(ascii);
    return result;
}

static bool
is_number(PyObject *op)
{
    PyNumberMethods *number = Py_TYPE(op)->tp_as_number;
    return number != NULL && (number->nb_float != NULL || number->nb_index != NULL);
}

/* A part given as any number: its value; *is_complex tells whether there is an imaginary part. */
static status
part_value(PyObject *op, Py_complex *value, bool *is_complex)
{
    *is_complex = PyComplex_Check(op);
    if (*is_complex) {
        *value = VALUE(op);
        return 0;
    }
    PyObject *number = PyNumber_Float(op);
    if (number == NULL) return -1;
    *value = (Py_complex){PyFloat_AS_DOUBLE(number), 0.0};
    Py_DECREF(number);
    return 0;
}

NEW(complex, "(real=0, imag=0)")
static PyObject *
complex_new(PyTypeObject *type, PyObject *real, PyObject *imag)
{
    Py_complex a, b = {0.0, 0.0};
    bool a_complex, b_complex = false;
    PyObject *converted = NULL;
    if (real == NULL) real = small_int_peek(0);
    if (PyComplex_CheckExact(real) && imag == NULL && type == &PyComplex_Type) {
        return Py_NewRef(real);
    }
    if (PyUnicode_Check(real)) {
        if (imag != NULL) {
            PyErr_SetString(PyExc_TypeError,
                            "complex() can't take second arg if first is a string");
            return NULL;
        }
        return from_text(type, real);
    }
    if (imag != NULL && PyUnicode_Check(imag)) {
        PyErr_SetString(PyExc_TypeError, "complex() second arg can't be a string");
        return NULL;
    }
    converted = by_special_method(real);
    if (converted != NULL) {
        real = converted;
    } else if (PyErr_Occurred()) {
        return NULL;
    }
    if (!PyComplex_Check(real) && !is_number(real)) {
        PyErr_Format(PyExc_TypeError,
                     "complex() first argument must be a string or a number, not '%.200s'",
                     Py_TYPE(real)->tp_name);
        goto fail;
    }
    if (imag != NULL && !PyComplex_Check(imag) && !is_number(imag)) {
        PyErr_Format(PyExc_TypeError, "complex() second argument must be a number, not '%.200s'",
                     Py_TYPE(imag)->tp_name);
        goto fail;
    }
    if (part_value(real, &a, &a_complex) < 0) goto fail;
    if (imag != NULL && part_value(imag, &b, &b_complex) < 0) goto fail;
    Py_XDECREF(converted);
    /* a + b*1j, but with no arithmetic on parts that are not there: it would lose signs of zeros. */
    Py_complex result = {a.real, b.real};
    if (b_complex) result.real -= b.imag;
    if (a_complex) result.imag = imag == NULL ? a.imag : a.imag + b.real;
    return of_subtype(type, result);
fail:
    Py_XDECREF(converted);
    return NULL;
}

/* ---- methods ---------------------------------------------------------------------------- */

METHOD(complex, __complex__, "($self, /)", "The value as an exact complex.")
static PyObject *
complex___complex__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return complex_nb_positive(self);
}

METHOD(complex, __format__, "($self, format_spec, /)", "Format according to the format_spec.")
static PyObject *
complex___format__(PyObject *self, PyUnicodeObject *format_spec)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    PyObject *spec = (PyObject *)format_spec;
    if (_PyComplex_FormatAdvancedWriter(&writer, self, spec, 0, PyUnicode_GET_LENGTH(spec)) < 0) {
        _PyUnicodeWriter_Dealloc(&writer);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

METHOD(complex, __getnewargs__, "($self, /)", NULL)
static PyObject *
complex___getnewargs__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(dd)", VALUE(self).real, VALUE(self).imag);
}

METHOD(complex, conjugate, "($self, /)", "The complex number with the imaginary part negated.")
static PyObject *
complex_conjugate(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyComplex_FromDoubles(VALUE(self).real, -VALUE(self).imag);
}

MEMBER(complex, real, T_DOUBLE, PyComplexObject, cval.real, READONLY,
       "the real part of a complex number")
MEMBER(complex, imag, T_DOUBLE, PyComplexObject, cval.imag, READONLY,
       "the imaginary part of a complex number")

TYPE(complex, PyComplex_Type, "complex", PyComplexObject, "(real=0, imag=0)",
     "The complex number real + imag*1j, or the one that a text stands for.",
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_free = PyObject_Free)

#include "gen/types/complex.inc"
