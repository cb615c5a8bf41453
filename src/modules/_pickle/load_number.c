/* Instructions that push numbers. */
#include "modules/_pickle/pickle.h"

#include <errno.h>
#include <stdlib.h>

/* I: a decimal, octal or hexadecimal number; 00 and 01 are False and True. */
status
load_int(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 2, &length), *end;
    if (line == NULL) {
        return -1;
    }
    errno = 0;
    long value = strtol(line, &end, 0);
    if (errno || (*end != '\n' && *end != '\0')) {
        errno = 0;
        PyObject *number = PyLong_FromString(line, NULL, 0);
        if (number == NULL) {
            PyErr_SetString(PyExc_ValueError, "could not convert string to int");
        }
        return push_take(self, number);
    }
    return push_take(self, length == 3 && (value == 0 || value == 1) ? PyBool_FromLong(value)
                                                                     : PyLong_FromLong(value));
}

/* L: a number with or without the L that Python 2 wrote. */
status
load_long(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 2, &length);
    if (line == NULL) {
        return -1;
    }
    if (line[length - 2] == 'L') {
        line[length - 2] = '\0';
    }
    return push_take(self, PyLong_FromString(line, NULL, 0));
}

status
load_counted_long(Unpickler *self, int width)
{
    const char *p = input_take(self, width);
    if (p == NULL) {
        return -1;
    }
    Py_ssize_t size = width == 1 ? (Py_ssize_t)get_le(p, 1) : (int32_t)get_le(p, 4);
    if (size < 0) {
        PyErr_SetString(self->state->unpickling_error, "LONG pickle has negative byte count");
        return -1;
    }
    if (size == 0) {
        return push_take(self, PyLong_FromLong(0));
    }
    p = input_take(self, size);
    return p == NULL ? -1
                     : push_take(self, _PyLong_FromByteArray((const unsigned char *)p, (size_t)size, 1, 1));
}

status
load_float(Unpickler *self)
{
    Py_ssize_t length;
    char *line = input_line(self, 2, &length), *end;
    if (line == NULL) {
        return -1;
    }
    errno = 0;
    double value = PyOS_string_to_double(line, &end, PyExc_OverflowError);
    if (value == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    if (*end != '\n' && *end != '\0') {
        PyErr_SetString(PyExc_ValueError, "could not convert string to float");
        return -1;
    }
    return push_take(self, PyFloat_FromDouble(value));
}
