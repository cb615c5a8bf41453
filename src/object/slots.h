/* Dunder methods <-> type slots. */
#ifndef KRAIT_OBJECT_SLOTS_H
#define KRAIT_OBJECT_SLOTS_H

#include <Python.h>
#include "base/common.h"

/* A set of slots, as numbers of rows of slots.def. */
struct SlotSet {
    uint64_t rows[2];
};

/* The slots that are filled now and have a dunder: before anything is inherited, the type's own. */
void slots_own(PyTypeObject *type, struct SlotSet *own);
/* Put a slot wrapper into type->tp_dict for each slot of `own`. */
status slots_publish(PyTypeObject *type, const struct SlotSet *own);
/* Fill the slots of a fresh heap type from the dunders it defines or inherits. */
void slots_fill(PyTypeObject *type);
/* A class attribute named `name` changed: recompute the slots it governs, in subclasses too. */
status slots_update(PyTypeObject *type, PyObject *name);
/* The bases changed: recompute every slot, in subclasses too. */
void slots_update_all(PyTypeObject *type);
/* The address of slot `id` (Py_nb_add ...) in a heap type; NULL if there is no such slot. */
void **slots_address(PyTypeObject *type, int id);
/* The same for any type, through its suites; NULL also if the suite is missing. */
void **slots_find(PyTypeObject *type, int id);
/* Highest slot id PyType_Slot knows. */
int slots_highest_id(void);
/* Whether a str could be the name of a slot's dunder. */
bool slots_is_dunder(PyObject *name);

/* ---- slot functions: what fills the slots of classes written in Python (slot_functions.c) ------ */

PyObject *slot_repr(PyObject *self);
Py_hash_t slot_hash(PyObject *self);
PyObject *slot_call(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *slot_str(PyObject *self);
/* tp_getattro of a class with __getattribute__ only, and of one that has __getattr__ too. */
PyObject *slot_getattro(PyObject *self, PyObject *name);
PyObject *slot_getattr_hook(PyObject *self, PyObject *name);
int slot_setattro(PyObject *self, PyObject *name, PyObject *value);
PyObject *slot_richcompare(PyObject *self, PyObject *other, int op);
PyObject *slot_iter(PyObject *self);
PyObject *slot_iternext(PyObject *self);
PyObject *slot_descr_get(PyObject *self, PyObject *instance, PyObject *owner);
int slot_descr_set(PyObject *self, PyObject *instance, PyObject *value);
int slot_init(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *slot_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
void slot_finalize(PyObject *self);
PyObject *slot_await(PyObject *self);
PyObject *slot_aiter(PyObject *self);
PyObject *slot_anext(PyObject *self);
PyObject *slot_add(PyObject *self, PyObject *other);
PyObject *slot_sub(PyObject *self, PyObject *other);
PyObject *slot_mul(PyObject *self, PyObject *other);
PyObject *slot_mod(PyObject *self, PyObject *other);
PyObject *slot_divmod(PyObject *self, PyObject *other);
PyObject *slot_pow(PyObject *self, PyObject *other, PyObject *modulus);
PyObject *slot_neg(PyObject *self);
PyObject *slot_pos(PyObject *self);
PyObject *slot_abs(PyObject *self);
int slot_bool(PyObject *self);
PyObject *slot_invert(PyObject *self);
PyObject *slot_lshift(PyObject *self, PyObject *other);
PyObject *slot_rshift(PyObject *self, PyObject *other);
PyObject *slot_and(PyObject *self, PyObject *other);
PyObject *slot_xor(PyObject *self, PyObject *other);
PyObject *slot_or(PyObject *self, PyObject *other);
PyObject *slot_int(PyObject *self);
PyObject *slot_float(PyObject *self);
PyObject *slot_iadd(PyObject *self, PyObject *other);
PyObject *slot_isub(PyObject *self, PyObject *other);
PyObject *slot_imul(PyObject *self, PyObject *other);
PyObject *slot_imod(PyObject *self, PyObject *other);
PyObject *slot_ipow(PyObject *self, PyObject *other, PyObject *modulus);
PyObject *slot_ilshift(PyObject *self, PyObject *other);
PyObject *slot_irshift(PyObject *self, PyObject *other);
PyObject *slot_iand(PyObject *self, PyObject *other);
PyObject *slot_ixor(PyObject *self, PyObject *other);
PyObject *slot_ior(PyObject *self, PyObject *other);
PyObject *slot_floordiv(PyObject *self, PyObject *other);
PyObject *slot_truediv(PyObject *self, PyObject *other);
PyObject *slot_ifloordiv(PyObject *self, PyObject *other);
PyObject *slot_itruediv(PyObject *self, PyObject *other);
PyObject *slot_index(PyObject *self);
PyObject *slot_matmul(PyObject *self, PyObject *other);
PyObject *slot_imatmul(PyObject *self, PyObject *other);
Py_ssize_t slot_length(PyObject *self);
PyObject *slot_subscript(PyObject *self, PyObject *key);
int slot_ass_subscript(PyObject *self, PyObject *key, PyObject *value);
PyObject *slot_item(PyObject *self, Py_ssize_t index);
int slot_ass_item(PyObject *self, Py_ssize_t index, PyObject *value);
int slot_contains(PyObject *self, PyObject *value);

#endif
