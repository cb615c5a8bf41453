/* The module xxsubtype: list and dict subclassed from C, as an example and for test_descr. */
#include <Python.h>
#include <time.h>
#include "object/declare.h"

typedef struct {
    PyListObject list;
    int state;
} SpamList;

typedef struct {
    PyDictObject dict;
    int state;
} SpamDict;

METHOD(spamlist, getstate, "!($self, /)", "getstate() -> state")
static PyObject *
spamlist_getstate(SpamList *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(self->state);
}

METHOD(spamlist, setstate, NULL, "setstate(state)")
static PyObject *
spamlist_setstate(SpamList *self, PyObject *args)
{
    int state;
    if (!PyArg_ParseTuple(args, "i:setstate", &state)) {
        return NULL;
    }
    self->state = state;
    Py_RETURN_NONE;
}

/* (first, args, kwargs) with None for what is missing. */
static PyObject *
call_record(PyObject *first, PyObject *args, PyObject *kwargs)
{
    return PyTuple_Pack(3, first == NULL ? Py_None : first, args,
                        kwargs == NULL ? Py_None : kwargs);
}

CLASSMETHOD(spamlist, classmeth, NULL, "classmeth(*args, **kw)")
static PyObject *
spamlist_classmeth(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return call_record((PyObject *)type, args, kwargs);
}

STATICMETHOD(spamlist, staticmeth, NULL, "staticmeth(*args, **kw)")
static PyObject *
spamlist_staticmeth(PyObject *Py_UNUSED(null), PyObject *args, PyObject *kwargs)
{
    return call_record(NULL, args, kwargs);
}

GETTER(spamlist, state, "a number to play with")
static PyObject *
spamlist_get_state(SpamList *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->state);
}

static int
spamlist_tp_init(SpamList *self, PyObject *args, PyObject *kwargs)
{
    if (PyList_Type.tp_init((PyObject *)self, args, kwargs) < 0) {
        return -1;
    }
    self->state = 0;
    return 0;
}

static PyTypeObject SpamList_Type;
TYPE(spamlist, SpamList_Type, "xxsubtype.spamlist", SpamList, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyList_Type)

METHOD(spamdict, getstate, "!($self, /)", "getstate() -> state")
static PyObject *
spamdict_getstate(SpamDict *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(self->state);
}

METHOD(spamdict, setstate, NULL, "setstate(state)")
static PyObject *
spamdict_setstate(SpamDict *self, PyObject *args)
{
    int state;
    if (!PyArg_ParseTuple(args, "i:setstate", &state)) {
        return NULL;
    }
    self->state = state;
    Py_RETURN_NONE;
}

MEMBER(spamdict, state, T_INT, SpamDict, state, READONLY, "a number to play with")

static int
spamdict_tp_init(SpamDict *self, PyObject *args, PyObject *kwargs)
{
    if (PyDict_Type.tp_init((PyObject *)self, args, kwargs) < 0) {
        return -1;
    }
    self->state = 0;
    return 0;
}

static PyTypeObject SpamDict_Type;
TYPE(spamdict, SpamDict_Type, "xxsubtype.spamdict", SpamDict, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_base = &PyDict_Type)

/* ---- module --------------------------------------------------------------------------------------------- */

FUNCTION(xxsubtype, bench, NULL, NULL)
static PyObject *
xxsubtype_bench(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object, *name;
    int count = 1000;
    if (!PyArg_ParseTuple(args, "OU|i", &object, &name, &count)) {
        return NULL;
    }
    clock_t start = clock();
    while (--count >= 0) {
        PyObject *value = PyObject_GetAttr(object, name);
        if (value == NULL) {
            return NULL;
        }
        Py_DECREF(value);
    }
    return PyFloat_FromDouble((double)(clock() - start) / CLOCKS_PER_SEC);
}

static PyMethodDef xxsubtype_functions[];

static int
xxsubtype_exec(PyObject *module)
{
    return PyModule_AddType(module, &SpamList_Type) < 0 ||
                   PyModule_AddType(module, &SpamDict_Type) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot xxsubtype_slots[] = {
    {Py_mod_exec, xxsubtype_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef xxsubtype_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "xxsubtype",
    .m_doc = PyDoc_STR("An example: built-in types subclassed from C."),
    .m_methods = xxsubtype_functions,
    .m_slots = xxsubtype_slots,
};

PyMODINIT_FUNC
PyInit_xxsubtype(void)
{
    return PyModuleDef_Init(&xxsubtype_module);
}

#include "gen/modules/xxsubtype.inc"
