/* Generic attributes and what types with their own lookup share. */
#ifndef KRAIT_OBJECT_ATTR_H
#define KRAIT_OBJECT_ATTR_H

#include <Python.h>
#include "base/common.h"

/* op's instance dict, made if need be: borrowed; AttributeError if op can have none. */
PyObject *instance_dict_peek(PyObject *op);

/* Note op and name in a pending AttributeError that does not name its object yet. */
void attribute_error_add_context(PyObject *op, PyObject *name);

/* types/type.c: attributes of type objects; with `suppress` a missing one gives NULL without an
   exception. */
PyObject *type_tp_getattro(PyObject *type, PyObject *name);
PyObject *type_get_attribute(PyTypeObject *type, PyObject *name, bool suppress);
/* A module's attributes (types/module.c); the second returns NULL without an exception if there is
   no such attribute. */
PyObject *module_tp_getattro(PyObject *module, PyObject *name);
PyObject *module_find_attribute(PyObject *module, PyObject *name);

#endif
