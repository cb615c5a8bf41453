/* What extensions do most: being called in every convention, calling back, making and taking apart objects. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    long number;
    PyObject *value;
} Thing;

static PyObject *noargs(PyObject *m, PyObject *a) { Py_RETURN_NONE; }
static PyObject *one(PyObject *m, PyObject *a) { return Py_NewRef(a); }
static PyObject *fast(PyObject *m, PyObject *const *a, Py_ssize_t n) { return PyLong_FromSsize_t(n + 1000); }
static PyObject *varargs(PyObject *m, PyObject *args) { return PyLong_FromSsize_t(PyTuple_GET_SIZE(args)); }

static PyObject *
parsed(PyObject *m, PyObject *args)
{
    long a;
    double b;
    const char *s;
    return PyArg_ParseTuple(args, "lds", &a, &b, &s) ? PyLong_FromLong(a) : NULL;
}

static PyObject *
keywords(PyObject *m, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"a", "b", "c", NULL};
    PyObject *a, *b = NULL;
    int c = 0;
    return PyArg_ParseTupleAndKeywords(args, kwargs, "O|Oi", names, &a, &b, &c) ? PyLong_FromLong(c) : NULL;
}

static PyObject *build(PyObject *m, PyObject *a) { return Py_BuildValue("(isd[O])", 1, "text", 2.5, a); }
static PyObject *format(PyObject *m, PyObject *a) { return PyUnicode_FromFormat("%s %d %U", "text", 42, a); }
static PyObject *callback(PyObject *m, PyObject *f) { return PyObject_CallOneArg(f, Py_None); }

static PyObject *
lists(PyObject *m, PyObject *a)
{
    PyObject *list = PyList_New(0);
    for (long i = 0; list != NULL && i < 8; i++) {
        if (PyList_Append(list, a) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *
dicts(PyObject *m, PyObject *key)
{
    PyObject *dict = PyDict_New(), *value;
    if (dict == NULL || PyDict_SetItem(dict, key, Py_None) < 0) {
        return NULL;
    }
    value = PyDict_GetItemWithError(dict, key);
    Py_INCREF(value);
    Py_DECREF(dict);
    return value;
}

static PyObject *
iterate(PyObject *m, PyObject *sequence)
{
    PyObject *iterator = PyObject_GetIter(sequence), *item;
    long sum = 0;
    while (iterator != NULL && (item = PyIter_Next(iterator)) != NULL) {
        sum += PyLong_AsLong(item);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    return PyLong_FromLong(sum);
}

static PyObject *
attributes(PyObject *m, PyObject *object)
{
    PyObject *value = PyObject_GetAttrString(object, "number");
    if (value == NULL || PyObject_SetAttrString(object, "value", value) < 0) {
        return NULL;
    }
    return value;
}

static void
thing_dealloc(Thing *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->value);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

static PyObject *thing_method(Thing *self, PyObject *a) { return PyLong_FromLong(self->number); }
static Py_ssize_t thing_length(Thing *self) { return 5; }
static PyObject *thing_item(Thing *self, PyObject *key) { return Py_NewRef(key); }
static PyObject *thing_get(Thing *self, void *c) { return PyLong_FromLong(self->number); }
static PyObject *thing_add(PyObject *a, PyObject *b) { return Py_NewRef(a); }
static PyObject *thing_call(PyObject *self, PyObject *args, PyObject *kwargs) { return Py_NewRef(Py_None); }

static PyMethodDef thing_methods[] = {{"method", (PyCFunction)thing_method, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMemberDef thing_members[] = {{"number", T_LONG, offsetof(Thing, number), 0, NULL}, {"value", T_OBJECT, offsetof(Thing, value), 0, NULL}, {NULL, 0, 0, 0, NULL}};
static PyGetSetDef thing_getset[] = {{"got", (getter)thing_get, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot slots[] = {{Py_tp_dealloc, thing_dealloc}, {Py_tp_methods, thing_methods}, {Py_tp_members, thing_members},
                              {Py_tp_getset, thing_getset}, {Py_mp_length, thing_length}, {Py_mp_subscript, thing_item},
                              {Py_nb_add, thing_add}, {Py_tp_call, thing_call}, {0, NULL}};
static PyType_Spec spec = {"calls.Thing", sizeof(Thing), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

static PyMethodDef methods[] = {
    {"noargs", noargs, METH_NOARGS, NULL}, {"one", one, METH_O, NULL}, {"fast", (PyCFunction)(void (*)(void))fast, METH_FASTCALL, NULL},
    {"varargs", varargs, METH_VARARGS, NULL}, {"parsed", parsed, METH_VARARGS, NULL},
    {"keywords", (PyCFunction)(void (*)(void))keywords, METH_VARARGS | METH_KEYWORDS, NULL}, {"build", build, METH_O, NULL},
    {"format", format, METH_O, NULL}, {"callback", callback, METH_O, NULL}, {"lists", lists, METH_O, NULL}, {"dicts", dicts, METH_O, NULL},
    {"iterate", iterate, METH_O, NULL}, {"attributes", attributes, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "calls", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC
PyInit_calls(void)
{
    PyObject *module = PyModule_Create(&def);
    if (module != NULL) {
        PyModule_AddObject(module, "Thing", PyType_FromSpec(&spec));
    }
    return module;
}
