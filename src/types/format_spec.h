/* The format specification mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type]. */
#ifndef KRAIT_TYPES_FORMAT_SPEC_H
#define KRAIT_TYPES_FORMAT_SPEC_H

#include <Python.h>

/* Each writes `object` formatted by spec[start:end]; -1 with an exception on failure. */
int _PyUnicode_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *spec,
                                    Py_ssize_t start, Py_ssize_t end);
int _PyLong_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *spec,
                                 Py_ssize_t start, Py_ssize_t end);
int _PyFloat_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *spec,
                                  Py_ssize_t start, Py_ssize_t end);
int _PyComplex_FormatAdvancedWriter(_PyUnicodeWriter *writer, PyObject *object, PyObject *spec,
                                    Py_ssize_t start, Py_ssize_t end);

#endif
