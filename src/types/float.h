/* Floats inside. */
#ifndef KRAIT_TYPES_FLOAT_H
#define KRAIT_TYPES_FLOAT_H

#include <Python.h>
#include "object/state.h"

PyObject *float_alloc_slow(double value);

/* A new float: the hot way to make one. */
static ALWAYS_INLINE PyObject *
float_from_double(double value)
{
    PyFloatObject *self = freelist_pop(&_PyRuntime.caches.floats);
    if (unlikely(self == NULL)) return float_alloc_slow(value);
    freelist_revive(self, &PyFloat_Type);
    self->ob_fval = value;
    return (PyObject *)self;
}

/* The end of every float whose count has reached 0. */
void float_tp_dealloc(PyObject *self);

/* Operations with Python's rules; -1 and ZeroDivisionError for a zero divisor. */
status float_divmod_values(double x, double y, double *quotient, double *remainder);
PyObject *float_pow(double x, double y);

/* repr(x) for a float: float_text.c. */
PyObject *float_to_text(double x);
/* As PyOS_double_to_string, into a writer. */
status float_write_text(_PyUnicodeWriter *writer, double x, char code, int precision, int flags);
double _Py_parse_inf_or_nan(const char *s, char **end);
PyObject *_Py_string_to_number_with_underscores(
    const char *s, Py_ssize_t length, const char *what, PyObject *shown, void *arg,
    PyObject *(*convert)(const char *, Py_ssize_t, void *));

/* The format mini-language for floats: types/format_spec.c. */
int _PyFloat_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *obj, PyObject *format_spec,
                                  Py_ssize_t start, Py_ssize_t end);

#endif
