/* Small C functions that extensions call by CPython's names: characters, text buffers, indices. */
#include <Python.h>
#include <ctype.h>
#include <stdio.h>

#include "base/common.h"

/* ---- ASCII characters whatever the locale says ---------------------------------------------- */

#define L (PY_CTF_LOWER)
#define U (PY_CTF_UPPER)
#define LX (PY_CTF_LOWER | PY_CTF_XDIGIT)
#define UX (PY_CTF_UPPER | PY_CTF_XDIGIT)
#define D (PY_CTF_DIGIT | PY_CTF_XDIGIT)
#define S (PY_CTF_SPACE)

const unsigned int _Py_ctype_table[256] = {
    ['\t'] = S, ['\n'] = S, ['\v'] = S, ['\f'] = S, ['\r'] = S, [' '] = S,
    ['0' ... '9'] = D, ['a' ... 'f'] = LX, ['g' ... 'z'] = L, ['A' ... 'F'] = UX, ['G' ... 'Z'] = U,
};

#undef L
#undef U
#undef LX
#undef UX
#undef D
#undef S

#define EACH8(f, c) f((c)), f((c) + 1), f((c) + 2), f((c) + 3), f((c) + 4), f((c) + 5), f((c) + 6), f((c) + 7)
#define EACH32(f, c) EACH8(f, (c)), EACH8(f, (c) + 8), EACH8(f, (c) + 16), EACH8(f, (c) + 24)
#define EACH256(f)                                                                                 \
    EACH32(f, 0), EACH32(f, 32), EACH32(f, 64), EACH32(f, 96), EACH32(f, 128), EACH32(f, 160),     \
        EACH32(f, 192), EACH32(f, 224)
#define LOWER(c) ((c) >= 'A' && (c) <= 'Z' ? (unsigned char)((c) + 32) : (unsigned char)(c))
#define UPPER(c) ((c) >= 'a' && (c) <= 'z' ? (unsigned char)((c) - 32) : (unsigned char)(c))

const unsigned char _Py_ctype_tolower[256] = {EACH256(LOWER)};
const unsigned char _Py_ctype_toupper[256] = {EACH256(UPPER)};

int
PyOS_mystrnicmp(const char *a, const char *b, Py_ssize_t n)
{
    for (; n > 0; n--, a++, b++) {
        int difference = tolower((unsigned char)*a) - tolower((unsigned char)*b);
        if (difference != 0 || *a == '\0') {
            return difference;
        }
    }
    return 0;
}

int
PyOS_mystricmp(const char *a, const char *b)
{
    return PyOS_mystrnicmp(a, b, PY_SSIZE_T_MAX);
}

/* ---- text into a buffer ----------------------------------------------------------------------- */

/* As vsnprintf, but the buffer always ends in NUL, also for what does not fit. */
int
PyOS_vsnprintf(char *text, size_t size, const char *format, va_list va)
{
    if (size > INT_MAX - 512) {
        if (size > 0) {
            text[size - 1] = '\0';
        }
        return -666;
    }
    int length = vsnprintf(text, size, format, va);
    if (size > 0) {
        text[size - 1] = '\0';
    }
    return length;
}

int
PyOS_snprintf(char *text, size_t size, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    int length = PyOS_vsnprintf(text, size, format, va);
    va_end(va);
    return length;
}

/* ---- indices and arguments ---------------------------------------------------------------------- */

/* The next index of an array of the given shape, last dimension fastest (_C) or first (_F). */
void
_Py_add_one_to_index_C(int nd, Py_ssize_t *index, const Py_ssize_t *shape)
{
    for (int k = nd - 1; k >= 0; k--) {
        if (++index[k] < shape[k]) {
            return;
        }
        index[k] = 0;
    }
}

void
_Py_add_one_to_index_F(int nd, Py_ssize_t *index, const Py_ssize_t *shape)
{
    for (int k = 0; k < nd; k++) {
        if (++index[k] < shape[k]) {
            return;
        }
        index[k] = 0;
    }
}

/* An 'O&' converter: None leaves the Py_ssize_t as it is. */
int
_Py_convert_optional_to_ssize_t(PyObject *object, void *result)
{
    if (object == Py_None) {
        return 1;
    }
    if (!PyIndex_Check(object)) {
        PyErr_Format(PyExc_TypeError, "argument should be integer or None, not '%.200s'",
                     Py_TYPE(object)->tp_name);
        return 0;
    }
    Py_ssize_t size = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    if (size == -1 && PyErr_Occurred()) {
        return 0;
    }
    *(Py_ssize_t *)result = size;
    return 1;
}

const char *Py_hexdigits = "0123456789abcdef";
