/* builtins: numbers, and characters as numbers. */
#include "base/nan.h"
#include "object/declare.h"
#include "object/state.h"

/* the header's macro names another function */
#undef _PyObject_LookupSpecial
extern PyObject *_PyObject_LookupSpecial(PyObject *self, PyObject *name);

FUNCTION(builtins, abs, "($module, x, /)", "The absolute value of a number.")
PyObject *
builtins_abs(PyObject *module, PyObject *x)
{
    return PyNumber_Absolute(x);
}

FUNCTION(builtins, divmod, "($module, x, y, /)", "The pair (x // y, x % y).")
static PyObject *
builtins_divmod(PyObject *module, PyObject *x, PyObject *y)
{
    return PyNumber_Divmod(x, y);
}

FUNCTION(builtins, pow, "($module, /, base, exp, mod=None)",
         "base ** exp, or base ** exp % mod computed efficiently for ints.")
static PyObject *
builtins_pow(PyObject *module, PyObject *base, PyObject *exp, PyObject *mod)
{
    return PyNumber_Power(base, exp, mod);
}

FUNCTION(builtins, round, "($module, /, number, ndigits=None)",
         "The number rounded to ndigits decimal places.\n\n"
         "An int without ndigits, else of the same type; ndigits may be negative.")
static PyObject *
builtins_round(PyObject *module, PyObject *number, PyObject *ndigits)
{
    PyObject *method = _PyObject_LookupSpecial(number, ID(__round__));
    if (method == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "type %.100s doesn't define __round__ method",
                         Py_TYPE(number)->tp_name);
        }
        return NULL;
    }
    PyObject *result = ndigits == Py_None ? PyObject_CallNoArgs(method)
                                          : PyObject_CallOneArg(method, ndigits);
    Py_DECREF(method);
    return result;
}

FUNCTION(builtins, bin, "($module, number, /)", "Binary text of an integer.\n"
         "\n"
         ">>> bin(10)\n"
         "'0b1010'")
PyObject *
builtins_bin(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 2);
}

FUNCTION(builtins, oct, "($module, number, /)", "Octal text of an integer.\n"
         "\n"
         ">>> oct(8)\n"
         "'0o10'")
PyObject *
builtins_oct(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 8);
}

FUNCTION(builtins, hex, "($module, number, /)", "Hexadecimal text of an integer.\n"
         "\n"
         ">>> hex(255)\n"
         "'0xff'")
PyObject *
builtins_hex(PyObject *module, PyObject *number)
{
    return PyNumber_ToBase(number, 16);
}

FUNCTION(builtins, chr, "($module, i, /)", "The one-character str with code point i.")
static PyObject *
builtins_chr(PyObject *module, int i)
{
    return PyUnicode_FromOrdinal(i);
}

FUNCTION(builtins, ord, "($module, c, /)", "The code point of a one-character str (or bytes).")
PyObject *
builtins_ord(PyObject *module, PyObject *c)
{
    Py_ssize_t size;
    if (PyUnicode_Check(c)) {
        if (PyUnicode_READY(c) < 0) {
            return NULL;
        }
        size = PyUnicode_GET_LENGTH(c);
        if (size == 1) {
            return PyLong_FromLong((long)PyUnicode_READ_CHAR(c, 0));
        }
    }
    else if (PyBytes_Check(c) || PyByteArray_Check(c)) {
        size = PyBytes_Check(c) ? PyBytes_GET_SIZE(c) : PyByteArray_GET_SIZE(c);
        if (size == 1) {
            const char *text = PyBytes_Check(c) ? PyBytes_AS_STRING(c) : PyByteArray_AS_STRING(c);
            return PyLong_FromLong((unsigned char)text[0]);
        }
    }
    else {
        PyErr_Format(PyExc_TypeError, "ord() expected string of length 1, but %.200s found",
                     Py_TYPE(c)->tp_name);
        return NULL;
    }
    PyErr_Format(PyExc_TypeError, "ord() expected a character, but string of length %zd found", size);
    return NULL;
}

/* Sum while everything is an int that fits; *item is the first that does not, or NULL at the end.
   The running total is put into *total in the end. */
static status
sum_small_ints(PyObject *iterator, PyObject **total, PyObject **item)
{
    int overflow;
    long sum = PyLong_AsLongAndOverflow(*total, &overflow);
    if (overflow) {
        return 0;
    }
    Py_CLEAR(*total);
    iternextfunc next = Py_TYPE(iterator)->tp_iternext;
    for (;;) {
        *item = next(iterator);
        if (*item == NULL) {
            if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_StopIteration)) {
                PyErr_Clear();
            }
            break;
        }
        if (PyLong_CheckExact(*item) && Py_ABS(Py_SIZE(*item)) <= 1) {
            long value = (long)Py_SIZE(*item) * (long)((PyLongObject *)*item)->ob_digit[0], after;
            if (!__builtin_add_overflow(sum, value, &after)) {
                sum = after;
                Py_DECREF(*item);
                continue;
            }
        }
        else if (PyLong_CheckExact(*item) || PyBool_Check(*item)) {
            long value = PyLong_AsLongAndOverflow(*item, &overflow), after;
            if (!overflow && !__builtin_add_overflow(sum, value, &after)) {
                sum = after;
                Py_DECREF(*item);
                continue;
            }
        }
        break;
    }
    if (*item == NULL && PyErr_Occurred()) {
        return -1;
    }
    *total = PyLong_FromLong(sum);
    return *total == NULL ? -1 : 0;
}

static status
sum_floats(PyObject *iterator, PyObject **total, PyObject **item)
{
    double sum = PyFloat_AS_DOUBLE(*total);
    Py_CLEAR(*total);
    for (;;) {
        *item = PyIter_Next(iterator);
        if (*item == NULL) {
            break;
        }
        if (PyFloat_CheckExact(*item)) {
            sum = double_add(sum, PyFloat_AS_DOUBLE(*item));
            Py_DECREF(*item);
            continue;
        }
        if (PyLong_Check(*item)) {
            int overflow;
            long value = PyLong_AsLongAndOverflow(*item, &overflow);
            if (!overflow) {
                sum += (double)value;
                Py_DECREF(*item);
                continue;
            }
        }
        break;
    }
    if (*item == NULL && PyErr_Occurred()) {
        return -1;
    }
    *total = PyFloat_FromDouble(sum);
    return *total == NULL ? -1 : 0;
}

static status
sum_check_start(PyObject *start)
{
    const char *kind = PyUnicode_Check(start)     ? "strings [use ''.join(seq) instead]"
                       : PyBytes_Check(start)     ? "bytes [use b''.join(seq) instead]"
                       : PyByteArray_Check(start) ? "bytearray [use b''.join(seq) instead]"
                                                  : NULL;
    if (kind != NULL) {
        PyErr_Format(PyExc_TypeError, "sum() can't sum %s", kind);
        return -1;
    }
    return 0;
}

FUNCTION(builtins, sum, "($module, iterable, /, start=0)",
         "start plus all items of the iterable, from left to right.")
DEFAULT(start, NULL)
static PyObject *
builtins_sum(PyObject *module, PyObject *iterable, PyObject *start)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item = NULL, *total;
    if (iterator == NULL) {
        return NULL;
    }
    total = start == NULL ? PyLong_FromLong(0) : Py_NewRef(start);
    if (total == NULL || (start != NULL && sum_check_start(start) < 0)) {
        goto fail;
    }
    bool more = true;
    if (PyLong_CheckExact(total)) {
        PyObject *before = total;
        if (sum_small_ints(iterator, &total, &item) < 0) {
            goto fail;
        }
        more = item != NULL || total == before;
    }
    while (more) {
        if (item == NULL && PyFloat_CheckExact(total)) {
            if (sum_floats(iterator, &total, &item) < 0) {
                goto fail;
            }
            if (item == NULL) {
                break;
            }
        }
        if (item == NULL && (item = PyIter_Next(iterator)) == NULL) {
            if (PyErr_Occurred()) {
                goto fail;
            }
            break;
        }
        PyObject *next = PyNumber_Add(total, item);
        Py_DECREF(total);
        Py_CLEAR(item);
        total = next;
        if (total == NULL) {
            goto fail;
        }
    }
    Py_DECREF(iterator);
    return total;
fail:
    Py_DECREF(iterator);
    Py_XDECREF(item);
    Py_XDECREF(total);
    return NULL;
}

#include "gen/modules/builtins_number.inc"
