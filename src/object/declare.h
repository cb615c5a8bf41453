/* Heads: how a built-in is declared, once, above its C function.

   Each macro expands to nothing (or to a forward reference); tools/gen_builtins.py reads the
   head together with the C prototype below it and writes argument parsing, method tables,
   slot tables and type objects to build/gen/<path>.inc, which the file includes as its last
   line.  docs/builtins.md shows the recipes. */
#ifndef KRAIT_OBJECT_DECLARE_H
#define KRAIT_OBJECT_DECLARE_H

#include <Python.h>
#include <structmember.h>
#include "base/common.h"
#include "object/arg_convert.h"
#include "object/check.h"

#define METHOD(prefix, name, signature, doc)
#define CLASSMETHOD(prefix, name, signature, doc)
#define STATICMETHOD(prefix, name, signature, doc)
#define FUNCTION(module, name, signature, doc)
#define NEW(prefix, signature)
#define INIT(prefix, signature)
#define GETTER(prefix, name, doc)
#define SETTER(prefix, name)
#define MEMBER(prefix, name, kind, type, field, flags, doc)
#define DEFAULT(parameter, expression)
#define CONVERTER(ctype, function)
#define TYPE(prefix, object, name, type, signature, doc, ...)
#define HEAPTYPE(prefix, name, type, signature, doc, flags, ...)

/* Parameter types that ask the generator for a particular conversion. */
typedef int char_arg;                 /* a str of length one, as its code point */
typedef const char *text_or_none;     /* UTF-8 of a str, NULL for None */
typedef Py_buffer str_or_buffer;      /* str (as UTF-8) or bytes-like object */
typedef Py_ssize_t slice_index;       /* any index, clipped to Py_ssize_t */
typedef Py_ssize_t slice_index_or_none;

/* A static, interned str object for an identifier: ID(append).  The generator collects every use
   and defines the objects in build/gen/names.c; the reference is borrowed. */
struct static_name;
#define ID(name)                                                                                   \
    (__extension__({                                                                               \
        extern struct static_name krait_name_##name;                                               \
        (PyObject *)&krait_name_##name;                                                            \
    }))

#endif
