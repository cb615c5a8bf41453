/* What the byteslike files share: reading self, and making objects like it.

   `self` is a bytes or a bytearray.  What data_of gives holds until Python code may run, which could
   resize a bytearray. */
#ifndef KRAIT_TYPES_BYTESLIKE_ACCESS_H
#define KRAIT_TYPES_BYTESLIKE_ACCESS_H

#include "base/search.h"
#include "types/byteslike.h"

static inline const char *
data_of(PyObject *self)
{
    return PyBytes_Check(self) ? PyBytes_AS_STRING(self) : PyByteArray_AS_STRING(self);
}

/* A new object like self with n bytes at s, or n bytes to fill in if s is NULL. */
static inline PyObject *
new_like(PyObject *self, const char *s, Py_ssize_t n)
{
    return PyBytes_Check(self) ? PyBytes_FromStringAndSize(s, n) : PyByteArray_FromStringAndSize(s, n);
}

static inline char *
writable(PyObject *fresh)
{
    return PyBytes_Check(fresh) ? PyBytes_AS_STRING(fresh) : PyByteArray_AS_STRING(fresh);
}

/* self where nothing changed: itself if exact bytes, otherwise a copy. */
static inline PyObject *
same(PyObject *self)
{
    if (PyBytes_CheckExact(self)) return Py_NewRef(self);
    return new_like(self, data_of(self), Py_SIZE(self));
}

/* The part start..end-1 of self. */
static inline PyObject *
part(PyObject *self, Py_ssize_t start, Py_ssize_t end)
{
    if (start == 0 && end == Py_SIZE(self)) return same(self);
    return new_like(self, data_of(self) + start, end - start);
}

/* Position of the first, or last, sub in s; -1 if there is none. */
static inline Py_ssize_t
find_in(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub)
{
    if (n_sub == 1) {
        const char *p = n > 0 ? memchr(s, *sub, (size_t)n) : NULL;
        return p ? p - s : -1;
    }
    if (n_sub > n) return -1;
    return search_find_1((const uint8_t *)s, n, (const uint8_t *)sub, n_sub);
}

static inline Py_ssize_t
rfind_in(const char *s, Py_ssize_t n, const char *sub, Py_ssize_t n_sub)
{
    if (n_sub > n) return -1;
    return search_rfind_1((const uint8_t *)s, n, (const uint8_t *)sub, n_sub);
}

static inline bool
is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

#endif
