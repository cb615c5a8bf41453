/* Building types: readying, inheritance, layout, instances of Python-level classes.

   class.c       PyType_Ready and inheritance of slots
   class_new.c   `class` statements and type(name, bases, dict)
   class_spec.c  PyType_FromSpec and its relatives
   layout.c      which base gives the layout, __class__ and __bases__ assignment
   subtype.c     allocation, traversal and deallocation of instances of Python-level classes */
#ifndef KRAIT_OBJECT_CLASS_H
#define KRAIT_OBJECT_CLASS_H

#include <Python.h>
#include "base/common.h"

/* The member table behind a heap type's struct (slots of `__slots__`, members of a spec). */
PyMemberDef *class_members(PyHeapTypeObject *type);

/* ---- readying ------------------------------------------------------------------------------- */

/* PyType_Ready for a static type whose dict may wait until somebody looks. */
status class_ready_late(PyTypeObject *type);
/* Make the dicts that wait: foreign code may look at any type's. */
status class_finish_late(void);

/* The dict of any ready type; NULL with an exception if there is no memory for one. */
static inline PyObject *
type_dict(PyTypeObject *type)
{
    return likely(type->tp_dict != NULL) || PyType_Ready(type) == 0 ? type->tp_dict : NULL;
}

status class_add_subclass(PyTypeObject *base, PyTypeObject *type);
void class_remove_subclass(PyTypeObject *base, PyTypeObject *type);
/* Live subclasses as a new list. */
PyObject *class_subclasses(PyTypeObject *type);
/* tp_new of every type that defines __new__ in C is exposed by this PyCFunction. */
PyObject *tp_new_wrapper(PyObject *self, PyObject *args, PyObject *kwargs);

/* ---- layout --------------------------------------------------------------------------------- */

/* The base whose layout the bases share; borrowed; TypeError if they conflict. */
PyTypeObject *layout_best_base(PyObject *bases);
/* The type that gave `type` its layout. */
PyTypeObject *layout_solid_base(PyTypeObject *type);
/* Whether instances may change class from `from` to `to`; TypeError naming `attribute` if not. */
bool layout_compatible(PyTypeObject *from, PyTypeObject *to, const char *attribute);
/* type.__bases__ = bases */
status class_set_bases(PyTypeObject *type, PyObject *bases);

/* ---- classes made by Python code ---------------------------------------------------------------- */

PyObject *class_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames);
PyObject *type_tp_new(PyTypeObject *metatype, PyObject *args, PyObject *kwargs);
/* type.__name__ = value, without the immutability check. */
status class_set_name(PyTypeObject *type, PyObject *name);
void class_set_abstract(PyTypeObject *type, bool abstract);

/* types/type.c: __module__ of a type, new reference. */
PyObject *type_module_name(PyTypeObject *type);
/* types/type.c: add the names in a class's dict and those of its bases to a dict, for dir(). */
status class_merge_names(PyObject *names, PyObject *class);

/* ---- instances ------------------------------------------------------------------------------ */

void subtype_dealloc(PyObject *self);
int subtype_traverse(PyObject *self, visitproc visit, void *arg);
int subtype_clear(PyObject *self);
/* __dict__ and __weakref__ of instances whose class adds them. */
PyGetSetDef *subtype_getset(bool dict, bool weakref);

#endif
