/* What the files of the array module share.

   Invariants: 0 <= ob_size <= allocated; items is NULL iff allocated is 0; while exports > 0 neither
   size nor place may change. */
#ifndef KRAIT_MODULES_ARRAY_H
#define KRAIT_MODULES_ARRAY_H

#include "object/declare.h"
#include <Python.h>

/* One C type: how an item is read and written. */
struct ItemType {
    char typecode;
    int itemsize;
    PyObject *(*get)(const char *p);
    status (*set)(char *p, PyObject *value);    /* p NULL: only check the value */
    const char *format;                         /* for the buffer protocol */
    bool is_integer;
    bool is_signed;
};

struct Array {
    PyObject_VAR_HEAD
    char *items;
    Py_ssize_t allocated;
    const struct ItemType *type;
    PyObject *weakrefs;
    Py_ssize_t exports;
};

struct ArrayState {
    PyTypeObject *array_type;
    PyTypeObject *iterator_type;
};

/* Every type code, in the order of array.typecodes. */
enum { ITEM_TYPES = 13 };
extern const struct ItemType item_types[ITEM_TYPES];

/* The item type of a type code, or NULL. */
const struct ItemType *item_type_of(int typecode);

static inline char *
item_at(struct Array *self, Py_ssize_t i)
{
    return self->items + i * self->type->itemsize;
}

static inline PyObject *
get_item(struct Array *self, Py_ssize_t i)
{
    return self->type->get(item_at(self, i));
}

PyObject *array_tolist(struct Array *self, PyObject *ignored);
PyObject *array_tobytes(struct Array *self, PyObject *ignored);
PyObject *array__array_reconstructor(PyObject *module, PyObject *arraytype, char_arg typecode,
                                     int mformat_code, PyObject *items);
PyObject *array___reduce_ex__(struct Array *self, PyTypeObject *defining_class, PyObject *value);

#endif
