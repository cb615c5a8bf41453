/* InterpreterID: an int-like handle that keeps an interpreter's id in use. */
#include "object/declare.h"
#include "object/state.h"

typedef struct {
    PyObject_HEAD
    int64_t id;
} InterpreterId;

extern PyTypeObject _PyInterpreterID_Type;
extern PyInterpreterState *_PyInterpreterState_LookUpID(int64_t id);
extern int _PyInterpreterState_IDIncref(PyInterpreterState *interp);
extern void _PyInterpreterState_IDDecref(PyInterpreterState *interp);
extern int _PyInterpreterState_IDInitref(PyInterpreterState *interp);

static InterpreterId *
make(PyTypeObject *type, int64_t id, bool force)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpID(id);
    if (interp == NULL) {
        if (!force) {
            return NULL;
        }
        PyErr_Clear();
    }
    if (interp != NULL && _PyInterpreterState_IDIncref(interp) < 0) {
        return NULL;
    }
    InterpreterId *self = (InterpreterId *)type->tp_alloc(type, 0);
    if (self == NULL) {
        if (interp != NULL) {
            _PyInterpreterState_IDDecref(interp);
        }
        return NULL;
    }
    self->id = id;
    return self;
}

static int
id_converter(PyObject *arg, void *out)
{
    int64_t id;
    if (PyObject_TypeCheck(arg, &_PyInterpreterID_Type)) {
        id = ((InterpreterId *)arg)->id;
    }
    else if (PyIndex_Check(arg)) {
        id = PyLong_AsLongLong(arg);
        if (id == -1 && PyErr_Occurred()) {
            return 0;
        }
        if (id < 0) {
            PyErr_Format(PyExc_ValueError, "interpreter ID must be a non-negative int, got %R", arg);
            return 0;
        }
    }
    else {
        PyErr_Format(PyExc_TypeError, "interpreter ID must be an int, got %.100s",
                     Py_TYPE(arg)->tp_name);
        return 0;
    }
    *(int64_t *)out = id;
    return 1;
}

static PyObject *
interpreter_id_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"id", "force", NULL};
    int64_t id;
    int force = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$p:InterpreterID.__init__", names, id_converter,
                                     &id, &force)) {
        return NULL;
    }
    return (PyObject *)make(type, id, force != 0);
}

static void
interpreter_id_tp_dealloc(InterpreterId *self)
{
    PyInterpreterState *interp = _PyInterpreterState_LookUpID(self->id);
    if (interp != NULL) {
        _PyInterpreterState_IDDecref(interp);
    }
    else {
        PyErr_Clear();
    }
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
interpreter_id_tp_repr(InterpreterId *self)
{
    return PyUnicode_FromFormat("%s(%lld)", _PyType_Name(Py_TYPE(self)), (long long)self->id);
}

static PyObject *
interpreter_id_tp_str(InterpreterId *self)
{
    return PyUnicode_FromFormat("%lld", (long long)self->id);
}

static PyObject *
interpreter_id_nb_int(InterpreterId *self)
{
    return PyLong_FromLongLong(self->id);
}

static PyObject *
interpreter_id_nb_index(InterpreterId *self)
{
    return PyLong_FromLongLong(self->id);
}

static Py_hash_t
interpreter_id_tp_hash(InterpreterId *self)
{
    PyObject *id = PyLong_FromLongLong(self->id);
    Py_hash_t hash = id == NULL ? -1 : PyObject_Hash(id);
    Py_XDECREF(id);
    return hash;
}

static PyObject *
interpreter_id_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    bool equal;
    if ((op != Py_EQ && op != Py_NE) || !PyObject_TypeCheck(self, &_PyInterpreterID_Type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int64_t id = ((InterpreterId *)self)->id;
    if (PyObject_TypeCheck(other, &_PyInterpreterID_Type)) {
        equal = id == ((InterpreterId *)other)->id;
    }
    else if (PyLong_CheckExact(other)) {
        int overflow;
        long long value = PyLong_AsLongLongAndOverflow(other, &overflow);
        if (value == -1 && PyErr_Occurred()) {
            return NULL;
        }
        equal = !overflow && value >= 0 && id == value;
    }
    else if (PyNumber_Check(other)) {
        PyObject *own = PyLong_FromLongLong(id);
        PyObject *result = own == NULL ? NULL : PyObject_RichCompare(own, other, op);
        Py_XDECREF(own);
        return result;
    }
    else {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

TYPE(interpreter_id, _PyInterpreterID_Type, "InterpreterID", InterpreterId, NULL,
     "The identity of an interpreter, usable as an int.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE)

/* ---- the C API ---------------------------------------------------------------------------- */

PyObject *
_PyInterpreterID_New(int64_t id)
{
    return (PyObject *)make(&_PyInterpreterID_Type, id, false);
}

PyObject *
_PyInterpreterState_GetIDObject(PyInterpreterState *interp)
{
    if (_PyInterpreterState_IDInitref(interp) != 0) {
        return NULL;
    }
    int64_t id = PyInterpreterState_GetID(interp);
    return id < 0 ? NULL : (PyObject *)make(&_PyInterpreterID_Type, id, false);
}

/* The interpreter an id object or int names. */
PyInterpreterState *
_PyInterpreterID_LookUp(PyObject *op)
{
    int64_t id;
    return id_converter(op, &id) ? _PyInterpreterState_LookUpID(id) : NULL;
}

#include "gen/types/interpreter_id.inc"
