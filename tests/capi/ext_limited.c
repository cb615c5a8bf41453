/* The limited API of 3.7: a heap type, module state, multi-phase initialisation.  Built as ext_limited.abi3.so. */
#define Py_LIMITED_API 0x03070000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    Py_ssize_t count;
    PyObject *last;
} Counter;

typedef struct {
    PyObject *counter_type;
    PyObject *error;
} State;

static int
counter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Counter *)self)->last);
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    return 0;
}

static int
counter_clear(PyObject *self)
{
    Py_CLEAR(((Counter *)self)->last);
    return 0;
}

static void
counter_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    counter_clear(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *
counter_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Counter *counter = (Counter *)self;
    Py_ssize_t by = 1;
    static char *names[] = {"by", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|n", names, &by)) {
        return NULL;
    }
    counter->count += by;
    Py_XDECREF(counter->last);
    counter->last = PyLong_FromSsize_t(by);
    return PyLong_FromSsize_t(counter->count);
}

static Py_ssize_t
counter_length(PyObject *self)
{
    return ((Counter *)self)->count;
}

static PyObject *
counter_add(PyObject *a, PyObject *b)
{
    long x = PyLong_Check(a) ? PyLong_AsLong(a) : (long)((Counter *)a)->count;
    long y = PyLong_Check(b) ? PyLong_AsLong(b) : (long)((Counter *)b)->count;
    return PyErr_Occurred() ? NULL : PyLong_FromLong(x + y);
}

static PyMemberDef counter_members[] = {
    {"last", T_OBJECT_EX, offsetof(Counter, last), READONLY, "by how much the last call counted"},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_doc, "Counter()\n--\n\nCounts calls."},
    {Py_tp_dealloc, counter_dealloc},
    {Py_tp_traverse, counter_traverse},
    {Py_tp_clear, counter_clear},
    {Py_tp_call, counter_call},
    {Py_tp_members, counter_members},
    {Py_sq_length, counter_length},
    {Py_nb_add, counter_add},
    {0, NULL},
};

static PyType_Spec counter_spec = {
    "ext_limited.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, counter_slots,
};

static PyObject *
fail(PyObject *module, PyObject *arg)
{
    State *state = PyModule_GetState(module);
    PyErr_SetObject(state->error, arg);
    return NULL;
}

static PyObject *
sum(PyObject *module, PyObject *arg)
{
    (void)module;
    PyObject *iterator = PyObject_GetIter(arg), *item, *total = PyLong_FromLong(0);
    while (iterator != NULL && total != NULL && (item = PyIter_Next(iterator)) != NULL) {
        PyObject *next = PyNumber_Add(total, item);
        Py_DECREF(item);
        Py_DECREF(total);
        total = next;
    }
    Py_XDECREF(iterator);
    if (PyErr_Occurred()) {
        Py_CLEAR(total);
    }
    return total;
}

static PyObject *
text(PyObject *module, PyObject *arg)
{
    (void)module;
    Py_ssize_t n;
    PyObject *encoded = PyUnicode_AsUTF8String(arg);
    if (encoded == NULL) {
        return NULL;
    }
    char *bytes;
    if (PyBytes_AsStringAndSize(encoded, &bytes, &n) < 0) {
        Py_DECREF(encoded);
        return NULL;
    }
    PyObject *result = Py_BuildValue("(s#nn)", bytes, n, n, PyUnicode_GetLength(arg));
    Py_DECREF(encoded);
    return result;
}

static PyMethodDef methods[] = {
    {"fail", fail, METH_O, NULL},
    {"sum", sum, METH_O, NULL},
    {"text", text, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->counter_type = PyType_FromSpec(&counter_spec);
    state->error = PyErr_NewException("ext_limited.Error", PyExc_ValueError, NULL);
    if (state->counter_type == NULL || state->error == NULL) {
        return -1;
    }
    Py_INCREF(state->counter_type);
    Py_INCREF(state->error);
    return PyModule_AddObject(module, "Counter", state->counter_type) < 0 ||
           PyModule_AddObject(module, "Error", state->error) < 0 ? -1 : 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_VISIT(state->counter_type);
        Py_VISIT(state->error);
    }
    return 0;
}

static int
module_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->counter_type);
    Py_CLEAR(state->error);
    return 0;
}

static void
module_free(void *module)
{
    module_clear(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "ext_limited", "Only the limited API.", sizeof(State), methods, slots,
    module_traverse, module_clear, module_free,
};

PyMODINIT_FUNC
PyInit_ext_limited(void)
{
    return PyModuleDef_Init(&module_def);
}
