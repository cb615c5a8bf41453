/* types.UnionType: int | str (PEP 604).

   args is a tuple without duplicates, None written as NoneType, unions flattened. */
#include "object/declare.h"
#include "types/generic_alias.h"
#include "types/tuple.h"

typedef struct {
    PyObject_HEAD
    PyObject *args;
    PyObject *parameters;           /* tuple, NULL until asked for */
} Union;

#define NONE_TYPE ((PyObject *)Py_TYPE(Py_None))

PyObject *
union_args_peek(PyObject *op)
{
    return ((Union *)op)->args;
}

static bool
can_be_united(PyObject *op)
{
    return op == Py_None || PyType_Check(op) || is_generic_alias(op) || is_union(op);
}

/* What a union is made of, borrowed. */
struct Parts {
    PyObject **items;
    Py_ssize_t count;
};

/* Append what is not there yet. */
static status
add_arg(struct Parts *parts, PyObject *arg)
{
    if (arg == Py_None) {
        arg = NONE_TYPE;
    }
    for (Py_ssize_t i = 0; i < parts->count; i++) {
        PyObject *known = parts->items[i];
        int same = known == arg;
        if (!same && is_generic_alias(known) && is_generic_alias(arg)) {
            same = PyObject_RichCompareBool(known, arg, Py_EQ);
        }
        if (same != 0) {
            return same < 0 ? -1 : 0;
        }
    }
    parts->items[parts->count++] = arg;
    return 0;
}

static Py_ssize_t
count_args(PyObject *op)
{
    return is_union(op) ? PyTuple_GET_SIZE(union_args_peek(op)) : 1;
}

static status
add_all(struct Parts *parts, PyObject *op)
{
    if (!is_union(op)) {
        return add_arg(parts, op);
    }
    PyObject *args = union_args_peek(op);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        if (add_arg(parts, PyTuple_GET_ITEM(args, i)) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyObject *
union_make_take(PyObject *args_take)
{
    Union *self = args_take == NULL ? NULL : PyObject_GC_New(Union, &krait_union_type);
    if (self == NULL) {
        Py_XDECREF(args_take);
        return NULL;
    }
    self->args = args_take;
    self->parameters = NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

PyObject *
union_or(PyObject *left, PyObject *right)
{
    if (!can_be_united(left) || !can_be_united(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *few[8], *result = NULL;
    struct Parts parts = {few, 0};
    Py_ssize_t most = count_args(left) + count_args(right);
    if (most > (Py_ssize_t)ARRAY_LEN(few)) {
        parts.items = PyMem_New(PyObject *, (size_t)most);
        if (parts.items == NULL) {
            return PyErr_NoMemory();
        }
    }
    if (add_all(&parts, left) == 0 && add_all(&parts, right) == 0) {
        result = parts.count == 1 ? Py_NewRef(parts.items[0])
                                  : union_make_take(tuple_from_array(parts.items, parts.count));
    }
    if (parts.items != few) {
        PyMem_Free(parts.items);
    }
    return result;
}

static PyObject *
union_nb_or(PyObject *left, PyObject *right)
{
    return union_or(left, right);
}

static void
union_tp_dealloc(Union *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->args);
    Py_XDECREF(self->parameters);
    PyObject_GC_Del(self);
}

static int
union_tp_traverse(Union *self, visitproc visit, void *arg)
{
    Py_VISIT(self->args);
    Py_VISIT(self->parameters);
    return 0;
}

static Py_hash_t
union_tp_hash(Union *self)
{
    PyObject *set = PyFrozenSet_New(self->args);
    Py_hash_t hash = set == NULL ? -1 : PyObject_Hash(set);
    Py_XDECREF(set);
    return hash;
}

static PyObject *
union_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!is_union(b) || (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *x = PySet_New(union_args_peek(a)), *y = NULL, *result = NULL;
    if (x != NULL && (y = PySet_New(union_args_peek(b))) != NULL) {
        result = PyObject_RichCompare(x, y, op);
    }
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

static PyObject *
union_tp_repr(Union *self)
{
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(self->args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(self->args, i);
        if (i > 0 && _PyUnicodeWriter_WriteASCIIString(&writer, " | ", 3) < 0) {
            goto fail;
        }
        if (arg == NONE_TYPE ? _PyUnicodeWriter_WriteASCIIString(&writer, "None", 4) < 0
                             : alias_write(&writer, arg) < 0) {
            goto fail;
        }
    }
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

static PyObject *
parameters_of(Union *self)
{
    if (self->parameters == NULL) {
        self->parameters = alias_parameters(self->args);
    }
    return self->parameters;
}

static PyObject *
union_mp_subscript(Union *self, PyObject *item)
{
    PyObject *parameters = parameters_of(self);
    PyObject *args = parameters == NULL
                         ? NULL
                         : alias_substitute((PyObject *)self, self->args, parameters, item);
    if (args == NULL) {
        return NULL;
    }
    /* the new arguments may be anything that knows | */
    PyObject *result = NULL;
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n > 0) {
        result = Py_NewRef(PyTuple_GET_ITEM(args, 0));
        for (Py_ssize_t i = 1; result != NULL && i < n; i++) {
            Py_SETREF(result, PyNumber_Or(result, PyTuple_GET_ITEM(args, i)));
        }
    }
    Py_DECREF(args);
    return result;
}

/* __class__ and the like are the union's own; __module__ and so on are not found. */
static PyObject *
union_tp_getattro(PyObject *self, PyObject *name)
{
    static const char *const of_type[] = {"__module__", "__qualname__"};
    if (PyUnicode_Check(name)) {
        for (size_t i = 0; i < ARRAY_LEN(of_type); i++) {
            if (_PyUnicode_EqualToASCIIString(name, of_type[i])) {
                return PyObject_GetAttr((PyObject *)Py_TYPE(self), name);
            }
        }
    }
    return PyObject_GenericGetAttr(self, name);
}

MEMBER(union, __args__, T_OBJECT, Union, args, READONLY, NULL)

GETTER(union, __parameters__, "The type parameters that can be filled in.")
static PyObject *
union_get_parameters(Union *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(parameters_of(self));
}

TYPE(union, krait_union_type, "types.UnionType", Union, NULL,
     "A union of types, as in int | str.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
     .tp_alloc = PyType_GenericAlloc, .tp_free = PyObject_GC_Del)

#include "gen/types/union.inc"
