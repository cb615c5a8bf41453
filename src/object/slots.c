/* Dunder methods <-> type slots: the table, the wrappers that call C slots, keeping both in step.

   Two directions:
   - A type that fills a slot in C gets a wrapper descriptor in its dict under the dunder's name
     (slots_publish).
   - A class whose dict (or that of a base) holds a dunder gets a slot: the C function itself if the
     dunder is a wrapper of this very slot, else the slot function, which looks the dunder up
     (slots_fill, slots_update).

   Invariant: for a class with one base, a slot none of whose dunders stands in the class's own dict
   equals the base's slot; class creation therefore looks only at own dunders. */
#include "object/object.h"
#include "object/slots.h"
#include "object/class.h"
#include "object/mro.h"
#include "object/call.h"

/* ---- wrappers: a C slot called with a tuple of arguments --------------------------------------- */

static bool
wants_args_of(const char *name, PyObject *args, Py_ssize_t count)
{
    if (likely(PyTuple_CheckExact(args) && PyTuple_GET_SIZE(args) == count)) {
        return true;
    }
    if (!PyTuple_CheckExact(args)) {
        PyErr_SetString(PyExc_SystemError, "PyArg_UnpackTuple() argument list is not a tuple");
        return false;
    }
    PyErr_Format(PyExc_TypeError, "%sexpected %zd argument%s, got %zd", name, count,
                 count == 1 ? "" : "s", PyTuple_GET_SIZE(args));
    return false;
}

static bool
wants_args(PyObject *args, Py_ssize_t count)
{
    return wants_args_of("", args, count);
}

#define ARG(i) PyTuple_GET_ITEM(args, i)

static PyObject *
wrap_unary(PyObject *self, PyObject *args, void *wrapped)
{
    return wants_args(args, 0) ? ((unaryfunc)wrapped)(self) : NULL;
}

static PyObject *
wrap_binary(PyObject *self, PyObject *args, void *wrapped)
{
    return wants_args(args, 1) ? ((binaryfunc)wrapped)(self, ARG(0)) : NULL;
}

static PyObject *
wrap_binary_l(PyObject *self, PyObject *args, void *wrapped)
{
    return wants_args(args, 1) ? ((binaryfunc)wrapped)(self, ARG(0)) : NULL;
}

static PyObject *
wrap_binary_r(PyObject *self, PyObject *args, void *wrapped)
{
    return wants_args(args, 1) ? ((binaryfunc)wrapped)(ARG(0), self) : NULL;
}

static PyObject *
wrap_ternary(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *other, *third = Py_None;
    if (!PyArg_UnpackTuple(args, "", 1, 2, &other, &third)) {
        return NULL;
    }
    return ((ternaryfunc)wrapped)(self, other, third);
}

static PyObject *
wrap_ternary_r(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *other, *third = Py_None;
    if (!PyArg_UnpackTuple(args, "", 1, 2, &other, &third)) {
        return NULL;
    }
    return ((ternaryfunc)wrapped)(other, self, third);
}

static PyObject *
wrap_inquiry(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 0)) {
        return NULL;
    }
    int value = ((inquiry)wrapped)(self);
    return value == -1 && PyErr_Occurred() ? NULL : PyBool_FromLong(value);
}

static PyObject *
wrap_length(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 0)) {
        return NULL;
    }
    Py_ssize_t value = ((lenfunc)wrapped)(self);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(value);
}

static PyObject *
wrap_hash(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 0)) {
        return NULL;
    }
    Py_hash_t value = ((hashfunc)wrapped)(self);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(value);
}

static PyObject *
wrap_next(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 0)) {
        return NULL;
    }
    PyObject *value = ((unaryfunc)wrapped)(self);
    if (value == NULL && !PyErr_Occurred()) {
        PyErr_SetNone(PyExc_StopIteration);
    }
    return value;
}

/* An index argument made non-negative by adding the length, as a sequence slot expects it. */
static status
sequence_index(PyObject *self, PyObject *arg, Py_ssize_t *index)
{
    Py_ssize_t i = PyNumber_AsSsize_t(arg, PyExc_OverflowError);
    if (i == -1 && PyErr_Occurred()) {
        return -1;
    }
    PySequenceMethods *suite = Py_TYPE(self)->tp_as_sequence;
    if (i < 0 && suite != NULL && suite->sq_length != NULL) {
        Py_ssize_t length = suite->sq_length(self);
        if (length < 0) {
            return -1;
        }
        i += length;
    }
    *index = i;
    return 0;
}

static PyObject *
wrap_repeat(PyObject *self, PyObject *args, void *wrapped)
{
    /* the space is where others have the name of a function */
    if (!wants_args_of(" ", args, 1)) {
        return NULL;
    }
    Py_ssize_t count = PyNumber_AsSsize_t(ARG(0), PyExc_OverflowError);
    if (count == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return ((ssizeargfunc)wrapped)(self, count);
}

static PyObject *
wrap_item(PyObject *self, PyObject *args, void *wrapped)
{
    Py_ssize_t index;
    if (!wants_args(args, 1) || sequence_index(self, ARG(0), &index) < 0) {
        return NULL;
    }
    return ((ssizeargfunc)wrapped)(self, index);
}

static PyObject *
none_or_error(int failed)
{
    return failed == -1 && PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_set_item(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *arg, *value;
    Py_ssize_t index;
    if (!PyArg_UnpackTuple(args, "", 2, 2, &arg, &value) ||
        sequence_index(self, arg, &index) < 0) {
        return NULL;
    }
    return none_or_error(((ssizeobjargproc)wrapped)(self, index, value));
}

static PyObject *
wrap_del_item(PyObject *self, PyObject *args, void *wrapped)
{
    Py_ssize_t index;
    if (!wants_args(args, 1) || sequence_index(self, ARG(0), &index) < 0) {
        return NULL;
    }
    return none_or_error(((ssizeobjargproc)wrapped)(self, index, NULL));
}

static PyObject *
wrap_contains(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 1)) {
        return NULL;
    }
    int found = ((objobjproc)wrapped)(self, ARG(0));
    return found == -1 && PyErr_Occurred() ? NULL : PyBool_FromLong(found);
}

static PyObject *
wrap_setitem(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *key, *value;
    if (!PyArg_UnpackTuple(args, "", 2, 2, &key, &value)) {
        return NULL;
    }
    return none_or_error(((objobjargproc)wrapped)(self, key, value));
}

static PyObject *
wrap_delitem(PyObject *self, PyObject *args, void *wrapped)
{
    return wants_args(args, 1) ? none_or_error(((objobjargproc)wrapped)(self, ARG(0), NULL)) : NULL;
}

/* object.__setattr__(cls, ...) must not jump over a more particular setattro written in C.  The
   search starts at the type that brought self's own C slot and goes along the chain of bases;
   classes written in Python are passed over, for they have no C slot of their own. */
static bool
setattr_allowed(PyObject *self, setattrofunc func, const char *what)
{
    PyTypeObject *type = Py_TYPE(self), *origin = type;
    PyObject *mro = type->tp_mro;
    if (mro == NULL) {
        return true;
    }
    if (type->tp_setattro != slot_setattro) {
        for (Py_ssize_t i = PyTuple_GET_SIZE(mro); --i >= 0;) {
            PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
            if (base->tp_setattro == type->tp_setattro) {
                origin = base;
                break;
            }
        }
    }
    while (origin != NULL && origin->tp_setattro == slot_setattro) {
        origin = origin->tp_base;
    }
    if (origin != NULL && origin->tp_setattro != func) {
        PyErr_Format(PyExc_TypeError, "can't apply this %s to %s object", what, type->tp_name);
        return false;
    }
    return true;
}

static PyObject *
wrap_setattr(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *name, *value;
    if (!PyArg_UnpackTuple(args, "", 2, 2, &name, &value) ||
        !setattr_allowed(self, (setattrofunc)wrapped, "__setattr__")) {
        return NULL;
    }
    return ((setattrofunc)wrapped)(self, name, value) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_delattr(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 1) || !setattr_allowed(self, (setattrofunc)wrapped, "__delattr__")) {
        return NULL;
    }
    return ((setattrofunc)wrapped)(self, ARG(0), NULL) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_compare(PyObject *self, PyObject *args, void *wrapped, int op)
{
    return wants_args(args, 1) ? ((richcmpfunc)wrapped)(self, ARG(0), op) : NULL;
}

#define WRAP_COMPARE(name, op)                                                                     \
    static PyObject *wrap_##name(PyObject *self, PyObject *args, void *wrapped)                    \
    {                                                                                              \
        return wrap_compare(self, args, wrapped, op);                                              \
    }
WRAP_COMPARE(lt, Py_LT)
WRAP_COMPARE(le, Py_LE)
WRAP_COMPARE(eq, Py_EQ)
WRAP_COMPARE(ne, Py_NE)
WRAP_COMPARE(gt, Py_GT)
WRAP_COMPARE(ge, Py_GE)

static PyObject *
wrap_descr_get(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *instance, *owner = NULL;
    if (!PyArg_UnpackTuple(args, "", 1, 2, &instance, &owner)) {
        return NULL;
    }
    instance = instance == Py_None ? NULL : instance;
    owner = owner == Py_None ? NULL : owner;
    if (instance == NULL && owner == NULL) {
        PyErr_SetString(PyExc_TypeError, "__get__(None, None) is invalid");
        return NULL;
    }
    return ((descrgetfunc)wrapped)(self, instance, owner);
}

static PyObject *
wrap_descr_set(PyObject *self, PyObject *args, void *wrapped)
{
    PyObject *instance, *value;
    if (!PyArg_UnpackTuple(args, "", 2, 2, &instance, &value)) {
        return NULL;
    }
    return ((descrsetfunc)wrapped)(self, instance, value) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_descr_delete(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 1)) {
        return NULL;
    }
    return ((descrsetfunc)wrapped)(self, ARG(0), NULL) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_call(PyObject *self, PyObject *args, void *wrapped, PyObject *kwargs)
{
    return ((ternaryfunc)wrapped)(self, args, kwargs);
}

static PyObject *
wrap_init(PyObject *self, PyObject *args, void *wrapped, PyObject *kwargs)
{
    return ((initproc)wrapped)(self, args, kwargs) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
wrap_finalize(PyObject *self, PyObject *args, void *wrapped)
{
    if (!wants_args(args, 0)) {
        return NULL;
    }
    ((destructor)wrapped)(self);
    return Py_NewRef(Py_None);
}

#undef ARG
#define wrap_none NULL

/* ---- the table ------------------------------------------------------------------------------ */

/* A row is the public `struct wrapperbase` (descriptors point at it) and one mark: whether another
   slot bears the same name. */
struct SlotRow {
    struct wrapperbase base;
    bool twins;
    short suite;                /* where a type keeps the pointer to the slot's suite; 0: no suite */
    short within;               /* the slot in its suite, else in the type */
};

/* In a heap type the suites stand behind the type, in this order. */
#define HEAP_SUITE(place, field) offsetof(PyHeapTypeObject, place) >= offsetof(PyHeapTypeObject, field)
#define SUITE_POINTER(place)                                                                       \
    (HEAP_SUITE(place, as_buffer)     ? offsetof(PyTypeObject, tp_as_buffer)                       \
     : HEAP_SUITE(place, as_sequence) ? offsetof(PyTypeObject, tp_as_sequence)                     \
     : HEAP_SUITE(place, as_mapping)  ? offsetof(PyTypeObject, tp_as_mapping)                      \
     : HEAP_SUITE(place, as_number)   ? offsetof(PyTypeObject, tp_as_number)                       \
     : HEAP_SUITE(place, as_async)    ? offsetof(PyTypeObject, tp_as_async)                        \
                                      : 0)
#define SUITE_START(place)                                                                         \
    (HEAP_SUITE(place, as_buffer)     ? offsetof(PyHeapTypeObject, as_buffer)                      \
     : HEAP_SUITE(place, as_sequence) ? offsetof(PyHeapTypeObject, as_sequence)                    \
     : HEAP_SUITE(place, as_mapping)  ? offsetof(PyHeapTypeObject, as_mapping)                     \
     : HEAP_SUITE(place, as_number)   ? offsetof(PyHeapTypeObject, as_number)                      \
     : HEAP_SUITE(place, as_async)    ? offsetof(PyHeapTypeObject, as_async)                       \
                                      : 0)

enum {
    FLAGS_none, FLAGS_unary = 0, FLAGS_binary = 0, FLAGS_binary_l = 0, FLAGS_binary_r = 0,
    FLAGS_ternary = 0, FLAGS_ternary_r = 0, FLAGS_inquiry = 0, FLAGS_length = 0, FLAGS_hash = 0,
    FLAGS_next = 0, FLAGS_repeat = 0, FLAGS_item = 0, FLAGS_set_item = 0, FLAGS_del_item = 0,
    FLAGS_contains = 0, FLAGS_setitem = 0, FLAGS_delitem = 0, FLAGS_setattr = 0, FLAGS_delattr = 0,
    FLAGS_lt = 0, FLAGS_le = 0, FLAGS_eq = 0, FLAGS_ne = 0, FLAGS_gt = 0, FLAGS_ge = 0,
    FLAGS_descr_get = 0, FLAGS_descr_set = 0, FLAGS_descr_delete = 0, FLAGS_finalize = 0,
    FLAGS_call = PyWrapperFlag_KEYWORDS, FLAGS_init = PyWrapperFlag_KEYWORDS,
};

/* ID() is no constant expression; the table wants the symbols behind it. */
#pragma push_macro("ID")
#undef ID
#define ID(name) name

#define DUNDER(...) DUNDER_(__VA_ARGS__)
#define DUNDER_(name, ...) extern struct static_name krait_name_##name;
#include "object/slots.def"
#undef DUNDER_

#define DUNDER_(name_, place, twins_, function_, wrapper_, params, doc_)                           \
    {.base = {.name = #name_,                                                                      \
              .offset = (int)offsetof(PyHeapTypeObject, place),                                    \
              .function = (void *)function_,                                                       \
              .wrapper = (wrapperfunc)(void (*)(void))wrap_##wrapper_,                             \
              .doc = sizeof(params) > 1 ? #name_ params "\n--\n\n" doc_ : doc_,                    \
              .flags = FLAGS_##wrapper_,                                                           \
              .name_strobj = (PyObject *)&krait_name_##name_},                                     \
     .twins = twins_,                                                                              \
     .suite = (short)SUITE_POINTER(place),                                                         \
     .within = (short)(offsetof(PyHeapTypeObject, place) - SUITE_START(place))},
static struct SlotRow slot_rows[] = {
#include "object/slots.def"
    {.base = {.name = NULL}},
};
#undef DUNDER_

/* What every type that becomes ready is asked for, closer together. */
static const struct {
    short suite, within;
} row_places[] = {
#define DUNDER_(name_, place, ...)                                                                 \
    {(short)SUITE_POINTER(place), (short)(offsetof(PyHeapTypeObject, place) - SUITE_START(place))},
#include "object/slots.def"
#undef DUNDER_
};

/* How many rows the suite has whose pointer stands at an offset: they follow each other. */
static int
suite_rows(int pointer)
{
#define DUNDER_(name_, place, ...) + (SUITE_POINTER(place) == offsetof(PyTypeObject, tp_as_number))
    enum { NUMBER = 0
#include "object/slots.def"
    };
#undef DUNDER_
#define DUNDER_(name_, place, ...) + (SUITE_POINTER(place) == offsetof(PyTypeObject, tp_as_sequence))
    enum { SEQUENCE = 0
#include "object/slots.def"
    };
#undef DUNDER_
#define DUNDER_(name_, place, ...) + (SUITE_POINTER(place) == offsetof(PyTypeObject, tp_as_mapping))
    enum { MAPPING = 0
#include "object/slots.def"
    };
#undef DUNDER_
#define DUNDER_(name_, place, ...) + (SUITE_POINTER(place) == offsetof(PyTypeObject, tp_as_async))
    enum { ASYNC = 0
#include "object/slots.def"
    };
#undef DUNDER_
    switch (pointer) {
    case offsetof(PyTypeObject, tp_as_number):
        return NUMBER;
    case offsetof(PyTypeObject, tp_as_sequence):
        return SEQUENCE;
    case offsetof(PyTypeObject, tp_as_mapping):
        return MAPPING;
    default:
        return ASYNC;
    }
}

/* The third character of each row's name, which tells most names apart. */
static const char row_letters[] __attribute__((aligned(16))) = {
#define DUNDER_(name_, ...) #name_[2],
#include "object/slots.def"
#undef DUNDER_
};
#undef DUNDER
#pragma pop_macro("ID")

enum { ROWS = ARRAY_LEN(slot_rows) - 1 };
_Static_assert(ROWS <= 128, "a SlotSet has a bit for each row");

/* Slot ids -> places. */
static const uint16_t slot_places[] = {
#define SLOT(id, place) [Py_##id] = offsetof(PyHeapTypeObject, place),
#include "object/slots.def"
#undef SLOT
};

int
slots_highest_id(void)
{
    return ARRAY_LEN(slot_places) - 1;
}

void **
slots_address(PyTypeObject *type, int id)
{
    if (id <= 0 || id >= (int)ARRAY_LEN(slot_places)) {
        return NULL;
    }
    return (void **)((char *)type + slot_places[id]);
}

/* The slot `offset` bytes into a heap type, in any type: through the suite pointers, for a static
   type's suites stand elsewhere.  NULL if the type lacks the suite. */
static void **
slot_at(PyTypeObject *type, int offset)
{
    static const struct {
        int start;
        int pointer;
    } suites[] = {
        {offsetof(PyHeapTypeObject, as_buffer), offsetof(PyTypeObject, tp_as_buffer)},
        {offsetof(PyHeapTypeObject, as_sequence), offsetof(PyTypeObject, tp_as_sequence)},
        {offsetof(PyHeapTypeObject, as_mapping), offsetof(PyTypeObject, tp_as_mapping)},
        {offsetof(PyHeapTypeObject, as_number), offsetof(PyTypeObject, tp_as_number)},
        {offsetof(PyHeapTypeObject, as_async), offsetof(PyTypeObject, tp_as_async)},
    };
    for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
        if (offset >= suites[i].start) {
            char *suite = *(char **)((char *)type + suites[i].pointer);
            return suite == NULL ? NULL : (void **)(suite + (offset - suites[i].start));
        }
    }
    return (void **)((char *)type + offset);
}

/* The slot of a row in any type; NULL if the type lacks the suite. */
static ALWAYS_INLINE void **
row_slot(PyTypeObject *type, const struct SlotRow *row)
{
    char *suite = row->suite == 0 ? (char *)type : *(char **)((char *)type + row->suite);
    return suite == NULL ? NULL : (void **)(suite + row->within);
}

void **
slots_find(PyTypeObject *type, int id)
{
    return slot_at(type, slot_places[id]);
}

/* ---- from slots to the dict ---------------------------------------------------------------------- */

void
slots_own(PyTypeObject *type, struct SlotSet *own)
{
    *own = (struct SlotSet){{0, 0}};
    for (int i = 0; i < ROWS;) {
        int pointer = row_places[i].suite;
        const char *suite = pointer == 0 ? (char *)type : *(char **)((char *)type + pointer);
        if (suite == NULL) {
            i += suite_rows(pointer);
            continue;
        }
        for (; i < ROWS && row_places[i].suite == pointer; i++) {
            if (*(void **)(suite + row_places[i].within) != NULL && slot_rows[i].base.wrapper != NULL) {
                own->rows[i >> 6] |= (uint64_t)1 << (i & 63);
            }
        }
    }
}

static status
publish_row(PyTypeObject *type, struct SlotRow *row)
{
    PyObject *dict = type->tp_dict, *name = row->base.name_strobj;
    void *function = *row_slot(type, row);
    int present = PyDict_Contains(dict, name);
    if (present != 0) {
        return present < 0 ? -1 : 0;
    }
    if (function == (void *)PyObject_HashNotImplemented) {
        return PyDict_SetItem(dict, name, Py_None);
    }
    PyObject *descr = PyDescr_NewWrapper(type, &row->base, function);
    if (descr == NULL) {
        return -1;
    }
    int failed = PyDict_SetItem(dict, name, descr);
    Py_DECREF(descr);
    return failed < 0 ? -1 : 0;
}

status
slots_publish(PyTypeObject *type, const struct SlotSet *own)
{
    for (int word = 0; word < (int)ARRAY_LEN(own->rows); word++) {
        for (uint64_t left = own->rows[word]; left != 0; left &= left - 1) {
            if (publish_row(type, &slot_rows[64 * word + __builtin_ctzll(left)]) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* ---- from the dict to slots ------------------------------------------------------------------- */

/* Which slot a name governs when several slots bear it: the only one of them that the type fills;
   NULL if it fills none or more than one. */
static void **
slot_of_name(PyTypeObject *type, const struct SlotRow *row)
{
    if (!row->twins) {
        return row_slot(type, row);
    }
    void **only = NULL;
    for (struct SlotRow *other = slot_rows; other->base.name != NULL; other++) {
        if (other->base.name_strobj != row->base.name_strobj) {
            continue;
        }
        void **slot = row_slot(type, other);
        if (slot == NULL || *slot == NULL || slot == only) {
            continue;
        }
        if (only != NULL) {
            return NULL;
        }
        only = slot;
    }
    return only;
}

/* Whether the slot function is the same whatever else of the group is found. */
static bool
group_settled(const struct SlotRow *row, const struct SlotRow *end)
{
    for (const struct SlotRow *other = row + 1; other < end; other++) {
        if (other->base.function != row->base.function) {
            return false;
        }
    }
    return true;
}

static struct SlotRow *
group_end(struct SlotRow *row)
{
    int offset = row->base.offset;
    do {
        row++;
    } while (row->base.name != NULL && row->base.offset == offset);
    return row;
}

/* Recompute one slot from all the names that govern it.  The slot gets a C function if every name
   that is found resolves to wrappers of one and the same function, else the slot function. */
static void
slot_recompute(PyTypeObject *type, struct SlotRow *row)
{
    void **slot = row_slot(type, row);
    if (slot == NULL) {
        return;
    }
    void *specific = NULL, *generic = NULL;
    bool use_generic = false;
    struct SlotRow *end = group_end(row);
    for (; row < end; row++) {
        int error = 0;
        PyObject *descr = mro_find(type, row->base.name_strobj, &error);
        if (descr == NULL) {
            if (error < 0) {
                PyErr_Clear();
            }
            if (slot == (void **)&type->tp_iternext) {
                specific = (void *)_PyObject_NextNotImplemented;
            }
            continue;
        }
        if (Py_IS_TYPE(descr, &PyWrapperDescr_Type) &&
            ((PyWrapperDescrObject *)descr)->d_base->name_strobj == row->base.name_strobj) {
            PyWrapperDescrObject *wrapper = (PyWrapperDescrObject *)descr;
            void **named = slot_of_name(type, row);
            if (named == NULL || named == slot) {
                generic = row->base.function;
            }
            if ((specific == NULL || specific == wrapper->d_wrapped) &&
                wrapper->d_base->wrapper == row->base.wrapper &&
                PyType_IsSubtype(type, PyDescr_TYPE(wrapper))) {
                specific = wrapper->d_wrapped;
            }
            else {
                use_generic = true;
            }
        }
        else if (Py_IS_TYPE(descr, &PyCFunction_Type) &&
                 ((PyCFunctionObject *)descr)->m_ml->ml_meth ==
                     (PyCFunction)(void (*)(void))tp_new_wrapper &&
                 slot == (void **)&type->tp_new) {
            /* As in the reference: a slot function, once there, stays when __new__ is removed
               from the class. */
            specific = (void *)type->tp_new;
        }
        else if (descr == Py_None && slot == (void **)&type->tp_hash) {
            specific = (void *)PyObject_HashNotImplemented;
        }
        else {
            use_generic = true;
            generic = row->base.function;
            if (group_settled(row, end)) {
                break;
            }
        }
    }
    *slot = specific != NULL && !use_generic ? specific : generic;
}

/* Slot functions of descendants are not inherited by copying alone: a slot function that only
   exists for some names must vanish when its last name does.  Hence whole groups are recomputed. */
static void
slots_recompute_all(PyTypeObject *type)
{
    for (struct SlotRow *row = slot_rows; row->base.name != NULL; row = group_end(row)) {
        slot_recompute(type, row);
    }
}

static struct SlotRow *
group_start(struct SlotRow *row)
{
    while (row > slot_rows && row[-1].base.offset == row->base.offset) {
        row--;
    }
    return row;
}

bool
slots_is_dunder(PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (PyUnicode_KIND(name) != PyUnicode_1BYTE_KIND || length < 5) {
        return false;
    }
    const char *text = PyUnicode_DATA(name);
    return text[0] == '_' && text[1] == '_' && text[length - 1] == '_' && text[length - 2] == '_';
}

static bool
has_single_line(PyTypeObject *type)
{
    PyTypeObject *base = type->tp_base;
    return base != NULL && PyTuple_GET_SIZE(type->tp_bases) == 1 && base->tp_mro != NULL &&
           PyTuple_GET_SIZE(type->tp_mro) == PyTuple_GET_SIZE(base->tp_mro) + 1 &&
           PyTuple_GET_ITEM(type->tp_mro, 1) == (PyObject *)base;
}

/* Mark the rows whose dunder stands in the class's own dict. */
static void
mark_own(PyTypeObject *type, bool own[ROWS])
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(type->tp_dict, &at, &key, &value)) {
        if (!PyUnicode_Check(key) || !slots_is_dunder(key) || key == ID(__module__) ||
            key == ID(__qualname__) || key == ID(__doc__) || key == ID(__dict__) ||
            key == ID(__weakref__) || key == ID(__slots__)) {
            continue;
        }
        PyObject *name = PyUnicode_CHECK_INTERNED(key) ? key : intern_find(key);
        const char *at = row_letters, *end = row_letters + ROWS;
        int letter = PyUnicode_READ_CHAR(key, 2);
        while (name != NULL && (at = memchr(at, letter, (size_t)(end - at))) != NULL) {
            own[at - row_letters] |= slot_rows[at - row_letters].base.name_strobj == name;
            at++;
        }
    }
}

/* The rows whose dunder stands in the dict of the class, or of one that is in its order but not in
   that of its dominant base: for the others the base's slots are right.  False if nobody can tell, as
   when a metaclass made the order. */
static bool
mark_differing(PyTypeObject *type, bool own[ROWS])
{
    PyTypeObject *base = type->tp_base;
    mark_own(type, own);
    if (has_single_line(type)) {
        return true;
    }
    if (base == NULL || base->tp_mro == NULL || type->tp_cache != NULL) {
        return false;
    }
    for (Py_ssize_t i = 1; i < PyTuple_GET_SIZE(type->tp_mro); i++) {
        PyTypeObject *other = (PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, i);
        if (mro_contains(base, other)) {
            continue;
        }
        if (!type_has(other, Py_TPFLAGS_HEAPTYPE) || other->tp_new == NULL || other->tp_dict == NULL) {
            return false;
        }
        mark_own(other, own);
    }
    /* These are inherited from whatever comes first, by itself or by inheritance. */
    for (int i = 0; i < ROWS; i++) {
        int offset = slot_rows[i].base.offset;
        own[i] |= offset == offsetof(PyTypeObject, tp_getattr) || offset == offsetof(PyTypeObject, tp_getattro) ||
                  offset == offsetof(PyTypeObject, tp_setattr) || offset == offsetof(PyTypeObject, tp_setattro) ||
                  offset == offsetof(PyTypeObject, tp_hash) || offset == offsetof(PyTypeObject, tp_richcompare);
    }
    return true;
}

void
slots_fill(PyTypeObject *type)
{
    bool compare = false, own[ROWS] = {false};
    if (!mark_differing(type, own)) {
        slots_recompute_all(type);
        return;
    }
    for (int i = 0; i < ROWS; i++) {
        if (own[i]) {
            struct SlotRow *row = group_start(&slot_rows[i]);
            slot_recompute(type, row);
            compare |= row->base.offset == offsetof(PyTypeObject, tp_hash) ||
                       row->base.offset == offsetof(PyTypeObject, tp_richcompare);
            i = (int)(group_end(row) - slot_rows) - 1;
        }
    }
    if (compare) {
        /* tp_hash and tp_richcompare are inherited only together: one was made here, so the
           other has not been inherited. */
        for (struct SlotRow *row = slot_rows; row->base.name != NULL; row = group_end(row)) {
            if (row->base.offset == offsetof(PyTypeObject, tp_hash) ||
                row->base.offset == offsetof(PyTypeObject, tp_richcompare)) {
                slot_recompute(type, row);
            }
        }
    }
}

/* Recompute for type, then for each subclass whose own dict does not shadow `name`. */
static status
update_down(PyTypeObject *type, PyObject *name, struct SlotRow **groups)
{
    for (struct SlotRow **group = groups; *group != NULL; group++) {
        slot_recompute(type, *group);
    }
    if (type->tp_subclasses == NULL) {
        return 0;
    }
    PyObject *subclasses = class_subclasses(type);
    if (subclasses == NULL) {
        return -1;
    }
    status result = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(subclasses) && result == 0; i++) {
        PyTypeObject *subclass = (PyTypeObject *)PyList_GET_ITEM(subclasses, i);
        if (subclass->tp_dict != NULL && PyDict_Check(subclass->tp_dict)) {
            int shadowed = PyDict_Contains(subclass->tp_dict, name);
            if (shadowed != 0) {
                result = shadowed < 0 ? -1 : 0;
                continue;
            }
        }
        result = update_down(subclass, name, groups);
    }
    Py_DECREF(subclasses);
    return result;
}

status
slots_update(PyTypeObject *type, PyObject *name)
{
    struct SlotRow *groups[8];
    int count = 0;
    for (struct SlotRow *row = slot_rows; row->base.name != NULL; row++) {
        if (row->base.name_strobj != name) {
            continue;
        }
        struct SlotRow *group = group_start(row);
        if (count == 0 || groups[count - 1] != group) {
            groups[count++] = group;
        }
    }
    groups[count] = NULL;
    return count == 0 ? 0 : update_down(type, name, groups);
}

void
slots_update_all(PyTypeObject *type)
{
    for (struct SlotRow *row = slot_rows; row->base.name != NULL; row++) {
        slots_update(type, row->base.name_strobj);
    }
}
