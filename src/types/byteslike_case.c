/* The methods of bytes and bytearray about letters: what they are, and their case.

   ASCII alone counts as letters, digits and white space. */
#include "types/byteslike_access.h"

#include "base/octets.h"
#include "base/units.h"
#include "object/declare.h"

static inline bool
is_lower(unsigned char c)
{
    return (unsigned)c - 'a' < 26;
}

static inline bool
is_upper(unsigned char c)
{
    return (unsigned)c - 'A' < 26;
}

static inline bool
is_alpha(unsigned char c)
{
    return ((unsigned)c | 0x20) - 'a' < 26;
}

static inline bool
is_digit(unsigned char c)
{
    return (unsigned)c - '0' < 10;
}

static inline bool
is_alnum(unsigned char c)
{
    return is_alpha(c) || is_digit(c);
}

#define ALL_BYTES(self, are) \
    PyBool_FromLong(Py_SIZE(self) > 0 && are((const uint8_t *)data_of(self), (size_t)Py_SIZE(self)))

METHOD(bytes, isalnum, NULL, "Whether there are bytes and all are ASCII letters or digits.")
METHOD(bytearray, isalnum, NULL, "Whether there are bytes and all are ASCII letters or digits.")
PyObject *
byteslike_isalnum(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_alnum);
}

METHOD(bytes, isalpha, NULL, "Whether there are bytes and all are ASCII letters.")
METHOD(bytearray, isalpha, NULL, "Whether there are bytes and all are ASCII letters.")
PyObject *
byteslike_isalpha(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_alpha);
}

METHOD(bytes, isdigit, NULL, "Whether there are bytes and all are ASCII digits.")
METHOD(bytearray, isdigit, NULL, "Whether there are bytes and all are ASCII digits.")
PyObject *
byteslike_isdigit(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_digit);
}

METHOD(bytes, isspace, NULL, "Whether there are bytes and all are ASCII white space.")
METHOD(bytearray, isspace, NULL, "Whether there are bytes and all are ASCII white space.")
PyObject *
byteslike_isspace(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return ALL_BYTES(self, octets_are_space);
}

METHOD(bytes, isascii, NULL, "Whether every byte is below 128.")
METHOD(bytearray, isascii, NULL, "Whether every byte is below 128.")
PyObject *
byteslike_isascii(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(ascii_prefix(data_of(self), n) == n);
}

METHOD(bytes, islower, NULL, "Whether there are ASCII letters and all are lower case.")
METHOD(bytearray, islower, NULL, "Whether there are ASCII letters and all are lower case.")
PyObject *
byteslike_islower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const uint8_t *s = (const uint8_t *)data_of(self);
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(octets_have_lower(s, n) && !octets_have_upper(s, n));
}

METHOD(bytes, isupper, NULL, "Whether there are ASCII letters and all are upper case.")
METHOD(bytearray, isupper, NULL, "Whether there are ASCII letters and all are upper case.")
PyObject *
byteslike_isupper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const uint8_t *s = (const uint8_t *)data_of(self);
    size_t n = (size_t)Py_SIZE(self);
    return PyBool_FromLong(octets_have_upper(s, n) && !octets_have_lower(s, n));
}

METHOD(bytes, istitle, NULL, "Whether every run of ASCII letters is one capital and small ones.")
METHOD(bytearray, istitle, NULL, "Whether every run of ASCII letters is one capital and small ones.")
PyObject *
byteslike_istitle(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const unsigned char *s = (const unsigned char *)data_of(self);
    bool cased = false, inside = false;
    for (Py_ssize_t i = 0, n = Py_SIZE(self); i < n; i++) {
        if (is_upper(s[i]) ? inside : is_lower(s[i]) && !inside) Py_RETURN_FALSE;
        inside = is_alpha(s[i]);
        cased |= inside;
    }
    return PyBool_FromLong(cased);
}

/* A new object like self whose bytes a kernel writes. */
static PyObject *
map_bytes(PyObject *self, void (*kernel)(const uint8_t *, size_t, uint8_t *))
{
    PyObject *result = new_like(self, NULL, Py_SIZE(self));
    if (result != NULL && Py_SIZE(self) > 0)
        kernel((const uint8_t *)data_of(self), (size_t)Py_SIZE(self), (uint8_t *)writable(result));
    return result;
}

METHOD(bytes, lower, NULL, "A copy with ASCII letters in lower case.")
METHOD(bytearray, lower, NULL, "A copy with ASCII letters in lower case.")
PyObject *
byteslike_lower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_lower);
}

METHOD(bytes, upper, NULL, "A copy with ASCII letters in upper case.")
METHOD(bytearray, upper, NULL, "A copy with ASCII letters in upper case.")
PyObject *
byteslike_upper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_upper);
}

METHOD(bytes, swapcase, NULL, "A copy with the case of ASCII letters exchanged.")
METHOD(bytearray, swapcase, NULL, "A copy with the case of ASCII letters exchanged.")
PyObject *
byteslike_swapcase(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_swapcase);
}

METHOD(bytes, capitalize, NULL, "A copy with the first byte in upper and the rest in lower case.")
METHOD(bytearray, capitalize, NULL, "A copy with the first byte in upper and the rest in lower case.")
PyObject *
byteslike_capitalize(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_capitalize);
}

METHOD(bytes, title, NULL, "A copy with every run of ASCII letters capitalised.")
METHOD(bytearray, title, NULL, "A copy with every run of ASCII letters capitalised.")
PyObject *
byteslike_title(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return map_bytes(self, octets_title);
}

#include "gen/types/byteslike_case.inc"
