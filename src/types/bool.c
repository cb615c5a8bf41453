/* bool: the two instances True and False, ints of value 1 and 0.

   Invariant: no other object has type bool; both are static and never freed. */
#include "object/declare.h"
#include "types/int.h"

struct _longobject _Py_FalseStruct = {PyVarObject_HEAD_INIT(&PyBool_Type, 0) {0}};
struct _longobject _Py_TrueStruct = {PyVarObject_HEAD_INIT(&PyBool_Type, 1) {1}};

/* True or False: new reference. */
PyObject *
PyBool_FromLong(long value)
{
    return Py_NewRef(value ? Py_True : Py_False);
}

static PyObject *
bool_tp_repr(PyObject *self)
{
    return Py_NewRef(self == Py_True ? ID(True) : ID(False));
}

static PyObject *
bool_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *x = Py_False;
    if (!_PyArg_NoKeywords("bool", kwargs) || !PyArg_UnpackTuple(args, "bool", 0, 1, &x)) {
        return NULL;
    }
    int value = PyObject_IsTrue(x);
    return value < 0 ? NULL : PyBool_FromLong(value);
}

static PyObject *
bool_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!_PyArg_NoKwnames("bool", kwnames) || !_PyArg_CheckPositional("bool", nargs, 0, 1)) {
        return NULL;
    }
    int value = nargs ? PyObject_IsTrue(args[0]) : 0;
    return value < 0 ? NULL : PyBool_FromLong(value);
}

/* Only reached through a count gone wrong: the instances are static. */
static void
bool_tp_dealloc(PyObject *self)
{
    Py_SET_REFCNT(self, PY_SSIZE_T_MAX / 2);
}

/* Both bools: a bool.  Otherwise int's operation. */
#define BOOL_BITWISE(name, operator)                                                               \
    static PyObject *bool_nb_##name(PyObject *a, PyObject *b)                                      \
    {                                                                                              \
        if (!PyBool_Check(a) || !PyBool_Check(b)) {                                                \
            return PyLong_Type.tp_as_number->nb_##name(a, b);                                      \
        }                                                                                          \
        return PyBool_FromLong((a == Py_True) operator (b == Py_True));                            \
    }
BOOL_BITWISE(and, &)
BOOL_BITWISE(or, |)
BOOL_BITWISE(xor, ^)
#undef BOOL_BITWISE

static PyNumberMethods bool_as_number = {
    .nb_and = bool_nb_and,
    .nb_or = bool_nb_or,
    .nb_xor = bool_nb_xor,
};

TYPE(bool, PyBool_Type, "bool", struct _longobject, NULL,
     "bool(x) -> bool\n\n"
     "True if x counts as true, else False.  The two are the only instances of bool, and bool is\n"
     "a subclass of int that cannot be subclassed.",
     .tp_flags = Py_TPFLAGS_DEFAULT, .tp_base = &PyLong_Type, .tp_as_number = &bool_as_number,
     .tp_vectorcall = bool_vectorcall)

#include "gen/types/bool.inc"
