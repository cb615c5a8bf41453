/* timedelta: days, seconds and microseconds, normalised so that only days may be negative.

   Invariants: |days| <= 999999999, 0 <= seconds < 86400, 0 <= microseconds < 10**6.  A whole duration
   in microseconds needs 67 bits, so arithmetic is done in Micros (128 bits); what does not fit there
   is out of range anyway. */
#include "modules/_datetime/_datetime.h"

#include <math.h>

typedef __int128 Micros;

enum { MAX_DELTA_DAYS = 999999999 };

#define MICROSECONDS_PER_DAY ((Micros)SECONDS_PER_DAY * MICROSECONDS_PER_SECOND)

static void
raise_too_large(void)
{
    PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
}

/* ---- making timedeltas ---- */

/* `seconds` and `microseconds` in range. */
static PyObject *
delta_of_normal(PyTypeObject *type, long long days, int seconds, int microseconds)
{
    if (days < -MAX_DELTA_DAYS || days > MAX_DELTA_DAYS) {
        if (days < INT_MIN || days > INT_MAX) {
            raise_too_large();
        } else {
            PyErr_Format(PyExc_OverflowError, "days=%d; must have magnitude <= %d", (int)days,
                         MAX_DELTA_DAYS);
        }
        return NULL;
    }
    DeltaObject *self = (DeltaObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->hashcode = -1;
        self->days = (int)days;
        self->seconds = seconds;
        self->microseconds = microseconds;
    }
    return (PyObject *)self;
}

static PyObject *
delta_of_micros(PyTypeObject *type, Micros total)
{
    Micros days = total / MICROSECONDS_PER_DAY;
    Micros rest = total % MICROSECONDS_PER_DAY;
    if (rest < 0) {
        rest += MICROSECONDS_PER_DAY;
        days--;
    }
    if (days < INT_MIN || days > INT_MAX) {
        raise_too_large();
        return NULL;
    }
    long long within = (long long)rest;
    return delta_of_normal(type, (long long)days, (int)(within / MICROSECONDS_PER_SECOND),
                           (int)(within % MICROSECONDS_PER_SECOND));
}

PyObject *
delta_new(PyTypeObject *type, long long days, long long seconds, long long microseconds)
{
    return delta_of_micros(type, days * MICROSECONDS_PER_DAY
                                     + (Micros)seconds * MICROSECONDS_PER_SECOND + microseconds);
}

PyObject *
delta_from_fields(int days, int seconds, int microseconds, int normalize, PyTypeObject *type)
{
    return normalize ? delta_new(type, days, seconds, microseconds)
                     : delta_of_normal(type, days, seconds, microseconds);
}

static Micros
micros_of(PyObject *op)
{
    DeltaObject *delta = (DeltaObject *)op;
    return delta->days * MICROSECONDS_PER_DAY
           + (long long)delta->seconds * MICROSECONDS_PER_SECOND + delta->microseconds;
}

static PyObject *
int_of_micros(Micros value)
{
    if (value == (long long)value) {
        return PyLong_FromLongLong((long long)value);
    }
    return _PyLong_FromByteArray((unsigned char *)&value, sizeof(value), PY_LITTLE_ENDIAN, 1);
}

/* 0 with *value set, or -1: too large, without an exception. */
static status
micros_of_int(PyObject *number, Micros *value)
{
    int overflow;
    long long small = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (!overflow) {
        *value = small;
        return 0;
    }
    if (_PyLong_AsByteArray((PyLongObject *)number, (unsigned char *)value, sizeof(*value),
                            PY_LITTLE_ENDIAN, 1) < 0) {
        PyErr_Clear();
        return -1;
    }
    return 0;
}

static PyObject *
delta_of_int(PyTypeObject *type, PyObject *microseconds)
{
    Micros value;
    if (micros_of_int(microseconds, &value) < 0) {
        raise_too_large();
        return NULL;
    }
    return delta_of_micros(type, value);
}

/* Takes a reference to an int, or NULL after an error. */
static PyObject *
delta_of_int_take(PyObject *microseconds)
{
    if (microseconds == NULL) return NULL;
    PyObject *result = NULL;
    if (PyLong_Check(microseconds)) {
        result = delta_of_int(&PyDateTime_DeltaType, microseconds);
    } else {
        PyErr_Format(PyExc_TypeError, "an integer is required, not %.200s",
                     Py_TYPE(microseconds)->tp_name);
    }
    Py_DECREF(microseconds);
    return result;
}

/* ---- timedelta(...) ---- */

/* A sum of microseconds: exact part and fractions from floats.  `large` takes what may exceed 128 bits. */
typedef struct {
    Micros whole;
    PyObject *large;            /* int or NULL */
    double fraction;
} Sum;

static status
sum_add_large(Sum *sum, PyObject *number, long long unit)
{
    PyObject *factor = PyLong_FromLongLong(unit);
    PyObject *product = factor ? PyNumber_Multiply(number, factor) : NULL;
    Py_XDECREF(factor);
    if (product != NULL && sum->large != NULL) {
        Py_SETREF(product, PyNumber_Add(sum->large, product));
    }
    if (product == NULL) return -1;
    Py_XSETREF(sum->large, product);
    return 0;
}

static status
sum_add_int(Sum *sum, PyObject *number, long long unit)
{
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (!overflow) {
        sum->whole += (Micros)value * unit;
        return 0;
    }
    PyObject *plain = _PyLong_Copy((PyLongObject *)number);
    status done = plain ? sum_add_large(sum, plain, unit) : -1;
    Py_XDECREF(plain);
    return done;
}

static status
sum_add_float(Sum *sum, double value, long long unit)
{
    double integral;
    double fraction = modf(value, &integral);
    if (fabs(integral) < 9e18) {
        sum->whole += (Micros)(long long)integral * unit;
    } else {
        PyObject *number = PyLong_FromDouble(integral);
        status done = number ? sum_add_large(sum, number, unit) : -1;
        Py_XDECREF(number);
        if (done < 0) return -1;
    }
    if (fraction != 0.0) {
        sum->fraction += modf((double)unit * fraction, &integral);
        sum->whole += (long long)integral;
    }
    return 0;
}

/* The fractions rounded to a whole number, a tie to where the sum becomes even. */
static status
sum_round(Sum *sum)
{
    if (sum->fraction != 0.0) {
        double low = floor(sum->fraction), rest = sum->fraction - low;
        int odd = (int)(sum->whole & 1);
        if (sum->large != NULL) {
            PyObject *one = PyLong_FromLong(1);
            PyObject *bit = one ? PyNumber_And(sum->large, one) : NULL;
            Py_XDECREF(one);
            if (bit == NULL) return -1;
            odd ^= PyLong_AsLong(bit) != 0;
            Py_DECREF(bit);
        }
        long long whole = (long long)low;
        if (rest > 0.5 || (rest == 0.5 && ((odd ^ (int)(whole & 1)) & 1))) whole++;
        sum->whole += whole;
    }
    if (sum->large != NULL) {
        PyObject *whole = int_of_micros(sum->whole);
        PyObject *total = whole ? PyNumber_Add(sum->large, whole) : NULL;
        Py_XDECREF(whole);
        if (total == NULL) return -1;
        status fits = micros_of_int(total, &sum->whole);
        Py_DECREF(total);
        if (fits < 0) {
            raise_too_large();
            return -1;
        }
    }
    return 0;
}

static PyObject *
timedelta_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"days", "seconds", "microseconds", "milliseconds", "minutes", "hours",
                               "weeks", NULL};
    /* in the order of summing, smallest unit first */
    static const struct {
        int index;
        long long microseconds;
    } units[] = {{2, 1}, {3, 1000}, {1, 1000000}, {4, 60000000LL}, {5, 3600000000LL},
                 {0, 86400000000LL}, {6, 604800000000LL}};
    PyObject *given[7] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOOOOOO:__new__", keywords, &given[0], &given[1],
                                     &given[2], &given[3], &given[4], &given[5], &given[6])) {
        return NULL;
    }
    Sum sum = {0};
    PyObject *result = NULL;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        PyObject *value = given[units[i].index];
        if (value == NULL) continue;
        status done;
        if (PyLong_Check(value)) {
            done = sum_add_int(&sum, value, units[i].microseconds);
        } else if (PyFloat_Check(value)) {
            done = sum_add_float(&sum, PyFloat_AS_DOUBLE(value), units[i].microseconds);
        } else {
            PyErr_Format(PyExc_TypeError, "unsupported type for timedelta %s component: %s",
                         keywords[units[i].index], Py_TYPE(value)->tp_name);
            done = -1;
        }
        if (done < 0) goto fail;
    }
    if (sum_round(&sum) == 0) {
        result = delta_of_micros(type, sum.whole);
    }
fail:
    Py_XDECREF(sum.large);
    return result;
}

/* ---- arithmetic ---- */

static PyObject *
timedelta_nb_add(PyObject *a, PyObject *b)
{
    if (!IS_DELTA(a) || !IS_DELTA(b)) Py_RETURN_NOTIMPLEMENTED;
    return delta_of_micros(&PyDateTime_DeltaType, micros_of(a) + micros_of(b));
}

PyObject *
delta_subtract(PyObject *a, PyObject *b)
{
    return delta_of_micros(&PyDateTime_DeltaType, micros_of(a) - micros_of(b));
}

static PyObject *
timedelta_nb_subtract(PyObject *a, PyObject *b)
{
    if (!IS_DELTA(a) || !IS_DELTA(b)) Py_RETURN_NOTIMPLEMENTED;
    return delta_subtract(a, b);
}

static PyObject *
timedelta_nb_negative(PyObject *self)
{
    return delta_of_micros(&PyDateTime_DeltaType, -micros_of(self));
}

static PyObject *
timedelta_nb_positive(PyObject *self)
{
    return delta_of_micros(&PyDateTime_DeltaType, micros_of(self));
}

static PyObject *
timedelta_nb_absolute(PyObject *self)
{
    Micros value = micros_of(self);
    return delta_of_micros(&PyDateTime_DeltaType, value < 0 ? -value : value);
}

int
delta_is_zero(PyObject *op)
{
    DeltaObject *delta = (DeltaObject *)op;
    return delta->days == 0 && delta->seconds == 0 && delta->microseconds == 0;
}

static int
timedelta_nb_bool(PyObject *self)
{
    return !delta_is_zero(self);
}

/* numerator / denominator to the nearest, a tie to the even one: a timedelta. */
static PyObject *
delta_of_ratio(PyObject *numerator, PyObject *denominator)
{
    PyObject *pair = _PyLong_DivmodNear(numerator, denominator);
    if (pair == NULL) return NULL;
    PyObject *quotient = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    Py_DECREF(pair);
    return delta_of_int_take(quotient);
}

static PyObject *
delta_times_int(PyObject *delta, PyObject *factor)
{
    Micros product, by;
    Micros value = micros_of(delta);
    if (value == 0) {
        return delta_of_micros(&PyDateTime_DeltaType, 0);
    }
    if (micros_of_int(factor, &by) < 0 || __builtin_mul_overflow(value, by, &product)) {
        raise_too_large();
        return NULL;
    }
    return delta_of_micros(&PyDateTime_DeltaType, product);
}

/* The result of a float's as_integer_ratio(), checked to be a pair; new. */
static PyObject *
integer_ratio(PyObject *number)
{
    PyObject *ratio = PyObject_CallMethodNoArgs(number, ID(as_integer_ratio));
    if (ratio == NULL) return NULL;
    if (!PyTuple_Check(ratio)) {
        PyErr_Format(PyExc_TypeError,
                     "unexpected return type from as_integer_ratio(): expected tuple, got '%.200s'",
                     Py_TYPE(ratio)->tp_name);
    } else if (PyTuple_GET_SIZE(ratio) != 2) {
        PyErr_SetString(PyExc_ValueError, "as_integer_ratio() must return a 2-tuple");
    } else {
        return ratio;
    }
    Py_DECREF(ratio);
    return NULL;
}

/* delta * number, or delta / number, for a float. */
static PyObject *
delta_scaled(PyObject *delta, PyObject *number, int divide)
{
    PyObject *ratio = integer_ratio(number);
    if (ratio == NULL) return NULL;
    PyObject *value = int_of_micros(micros_of(delta));
    PyObject *product = value ? PyNumber_Multiply(value, PyTuple_GET_ITEM(ratio, divide)) : NULL;
    PyObject *result = product ? delta_of_ratio(product, PyTuple_GET_ITEM(ratio, !divide)) : NULL;
    Py_XDECREF(value);
    Py_XDECREF(product);
    Py_DECREF(ratio);
    return result;
}

static PyObject *
timedelta_nb_multiply(PyObject *a, PyObject *b)
{
    if (!IS_DELTA(a)) {
        PyObject *t = a;
        a = b;
        b = t;
    }
    if (PyLong_Check(b)) return delta_times_int(a, b);
    if (PyFloat_Check(b)) return delta_scaled(a, b, 0);
    Py_RETURN_NOTIMPLEMENTED;
}

/* a / b of two ints, correctly rounded. */
static PyObject *
true_quotient(Micros a, Micros b)
{
    const Micros exact = (Micros)1 << 53;
    if (a > -exact && a < exact && b > -exact && b < exact && b != 0) {
        return PyFloat_FromDouble((double)a / (double)b);
    }
    PyObject *x = int_of_micros(a), *y = int_of_micros(b);
    PyObject *result = x && y ? PyNumber_TrueDivide(x, y) : NULL;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

static PyObject *
timedelta_nb_true_divide(PyObject *a, PyObject *b)
{
    if (IS_DELTA(a)) {
        if (IS_DELTA(b)) return true_quotient(micros_of(a), micros_of(b));
        if (PyFloat_Check(b)) return delta_scaled(a, b, 1);
        if (PyLong_Check(b)) {
            PyObject *value = int_of_micros(micros_of(a));
            PyObject *result = value ? delta_of_ratio(value, b) : NULL;
            Py_XDECREF(value);
            return result;
        }
    }
    Py_RETURN_NOTIMPLEMENTED;
}

/* Quotient rounded down and remainder of the divisor's sign. */
static status
floor_divide(Micros a, Micros b, Micros *quotient, Micros *remainder, const char *zero)
{
    if (b == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, zero);
        return -1;
    }
    Micros q = a / b, r = a % b;
    if (r != 0 && (r < 0) != (b < 0)) {
        r += b;
        q--;
    }
    *quotient = q;
    *remainder = r;
    return 0;
}

static const char divide_by_zero[] = "integer division or modulo by zero";

static PyObject *
timedelta_nb_floor_divide(PyObject *a, PyObject *b)
{
    Micros quotient, remainder, divisor;
    if (!IS_DELTA(a)) Py_RETURN_NOTIMPLEMENTED;
    if (IS_DELTA(b)) {
        if (floor_divide(micros_of(a), micros_of(b), &quotient, &remainder, divide_by_zero) < 0) {
            return NULL;
        }
        return int_of_micros(quotient);
    }
    if (!PyLong_Check(b)) Py_RETURN_NOTIMPLEMENTED;
    if (micros_of_int(b, &divisor) < 0) {
        /* the divisor is larger than any timedelta: 0 or -1 microseconds */
        int negative = _PyLong_Sign(b) < 0;
        Micros value = micros_of(a);
        quotient = value == 0 || (value < 0) == negative ? 0 : -1;
    } else if (floor_divide(micros_of(a), divisor, &quotient, &remainder, divide_by_zero) < 0) {
        return NULL;
    }
    return delta_of_micros(&PyDateTime_DeltaType, quotient);
}

static PyObject *
timedelta_nb_remainder(PyObject *a, PyObject *b)
{
    Micros quotient, remainder;
    if (!IS_DELTA(a) || !IS_DELTA(b)) Py_RETURN_NOTIMPLEMENTED;
    if (floor_divide(micros_of(a), micros_of(b), &quotient, &remainder, "integer modulo by zero") < 0) {
        return NULL;
    }
    return delta_of_micros(&PyDateTime_DeltaType, remainder);
}

static PyObject *
timedelta_nb_divmod(PyObject *a, PyObject *b)
{
    Micros quotient, remainder;
    if (!IS_DELTA(a) || !IS_DELTA(b)) Py_RETURN_NOTIMPLEMENTED;
    if (floor_divide(micros_of(a), micros_of(b), &quotient, &remainder, divide_by_zero) < 0) {
        return NULL;
    }
    PyObject *delta = delta_of_micros(&PyDateTime_DeltaType, remainder);
    PyObject *number = delta ? int_of_micros(quotient) : NULL;
    if (number == NULL) {
        Py_XDECREF(delta);
        return NULL;
    }
    return Py_BuildValue("(NN)", number, delta);
}

/* ---- comparing ---- */

PyObject *
bool_of_order(int order, int op)
{
    Py_RETURN_RICHCOMPARE(order, 0, op);
}

int
delta_compare(PyObject *a, PyObject *b)
{
    Micros x = micros_of(a), y = micros_of(b);
    return (x > y) - (x < y);
}

static PyObject *
timedelta_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!IS_DELTA(other)) Py_RETURN_NOTIMPLEMENTED;
    return bool_of_order(delta_compare(self, other), op);
}

static PyObject *
delta_fields(DeltaObject *self)
{
    return Py_BuildValue("(iii)", self->days, self->seconds, self->microseconds);
}

static Py_hash_t
timedelta_tp_hash(DeltaObject *self)
{
    if (self->hashcode == -1) {
        PyObject *fields = delta_fields(self);
        if (fields != NULL) {
            self->hashcode = PyObject_Hash(fields);
            Py_DECREF(fields);
        }
    }
    return self->hashcode;
}

/* ---- text ---- */

static PyObject *
timedelta_tp_repr(DeltaObject *self)
{
    static const char *const names[] = {"days", "seconds", "microseconds"};
    const int values[] = {self->days, self->seconds, self->microseconds};
    char text[96];
    size_t length = 0;
    for (int i = 0; i < 3; i++) {
        if (values[i] != 0) {
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s=%d",
                                       length > 0 ? ", " : "", names[i], values[i]);
        }
    }
    return PyUnicode_FromFormat("%s(%s)", Py_TYPE(self)->tp_name, length > 0 ? text : "0");
}

static PyObject *
timedelta_tp_str(DeltaObject *self)
{
    char text[96];
    size_t length = 0;
    if (self->days != 0) {
        length = (size_t)snprintf(text, sizeof(text), "%d day%s, ", self->days,
                                  self->days == 1 || self->days == -1 ? "" : "s");
    }
    length += (size_t)snprintf(text + length, sizeof(text) - length, "%d:%02d:%02d",
                               self->seconds / 3600, self->seconds / 60 % 60, self->seconds % 60);
    if (self->microseconds != 0) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, ".%06d",
                                   self->microseconds);
    }
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

/* ---- methods ---- */

double
delta_seconds(PyObject *delta)
{
    PyObject *quotient = true_quotient(micros_of(delta), MICROSECONDS_PER_SECOND);
    if (quotient == NULL) return -1.0;
    double seconds = PyFloat_AS_DOUBLE(quotient);
    Py_DECREF(quotient);
    return seconds;
}

METHOD(timedelta, total_seconds, NULL, "The whole duration in seconds, as a float.")
static PyObject *
timedelta_total_seconds(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return true_quotient(micros_of(self), MICROSECONDS_PER_SECOND);
}

METHOD(timedelta, __reduce__, NULL, "State for pickle: the type and its three fields.")
static PyObject *
timedelta___reduce__(DeltaObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(ON)", Py_TYPE(self), delta_fields(self));
}

MEMBER(timedelta, days, T_INT, DeltaObject, days, READONLY, "Whole days, may be negative.")
MEMBER(timedelta, seconds, T_INT, DeltaObject, seconds, READONLY,
       "Seconds within the day, 0 to 86399.")
MEMBER(timedelta, microseconds, T_INT, DeltaObject, microseconds, READONLY,
       "Microseconds within the second, 0 to 999999.")

TYPE(timedelta, PyDateTime_DeltaType, "datetime.timedelta", DeltaObject, NULL,
     "A duration: the difference of two dates or times.\n\n"
     "timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\n"
     "Every argument is an int or a float; the sum is rounded to whole microseconds, ties to even.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_getattro = PyObject_GenericGetAttr)

#include "gen/modules/_datetime/timedelta.inc"
