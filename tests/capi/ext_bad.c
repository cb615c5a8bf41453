/* Modules that do what no module may: one shared object that is all of them, loaded under many names. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

/* ---- functions whose result and exception contradict each other ---- */

#define NULL_RESULT return NULL
#define ERROR_TOO                                                                                  \
    PyErr_SetString(PyExc_ValueError, "left behind");                                              \
    return PyLong_FromLong(1)

static PyObject *null_noargs(PyObject *s, PyObject *a) { NULL_RESULT; }
static PyObject *null_varargs(PyObject *s, PyObject *a) { NULL_RESULT; }
static PyObject *null_keywords(PyObject *s, PyObject *a, PyObject *k) { NULL_RESULT; }
static PyObject *null_fast(PyObject *s, PyObject *const *a, Py_ssize_t n) { NULL_RESULT; }
static PyObject *null_fast_keywords(PyObject *s, PyObject *const *a, Py_ssize_t n, PyObject *k) { NULL_RESULT; }
static PyObject *error_noargs(PyObject *s, PyObject *a) { ERROR_TOO; }
static PyObject *error_varargs(PyObject *s, PyObject *a) { ERROR_TOO; }
static PyObject *error_keywords(PyObject *s, PyObject *a, PyObject *k) { ERROR_TOO; }
static PyObject *error_fast(PyObject *s, PyObject *const *a, Py_ssize_t n) { ERROR_TOO; }
static PyObject *error_fast_keywords(PyObject *s, PyObject *const *a, Py_ssize_t n, PyObject *k) { ERROR_TOO; }

#define BOTH(kind)                                                                                 \
    {#kind "_noargs", kind##_noargs, METH_NOARGS, NULL}, {#kind "_o", kind##_noargs, METH_O, NULL},\
    {#kind "_varargs", kind##_varargs, METH_VARARGS, NULL},                                        \
    {#kind "_keywords", (PyCFunction)(void (*)(void))kind##_keywords, METH_VARARGS | METH_KEYWORDS, NULL},                     \
    {#kind "_fast", (PyCFunction)(void (*)(void))kind##_fast, METH_FASTCALL, NULL},                                            \
    {#kind "_fast_keywords", (PyCFunction)(void (*)(void))kind##_fast_keywords, METH_FASTCALL | METH_KEYWORDS, NULL}

/* The type of the exception that was left behind, which is gone then. */
static PyObject *
settle(PyObject *s, PyObject *a)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return type == NULL ? Py_NewRef(Py_None) : type;
}

static PyMethodDef wrong_methods[] = {BOTH(null), BOTH(error), {"settle", settle, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

/* ---- types whose slots do so ---- */

static PyObject *null_one(PyObject *a) { NULL_RESULT; }
static PyObject *null_two(PyObject *a, PyObject *b) { NULL_RESULT; }
static PyObject *null_three(PyObject *a, PyObject *b, PyObject *c) { NULL_RESULT; }
static PyObject *null_compare(PyObject *a, PyObject *b, int op) { NULL_RESULT; }
static PyObject *null_index(PyObject *a, Py_ssize_t i) { NULL_RESULT; }
static Py_hash_t null_hash(PyObject *a) { return -1; }
static Py_ssize_t null_length(PyObject *a) { return -1; }
static int null_set(PyObject *a, PyObject *b, PyObject *c) { return -1; }
static int null_truth(PyObject *a) { return -1; }
static int null_contains(PyObject *a, PyObject *b) { return -1; }
static PyObject *null_get(PyObject *a, void *c) { NULL_RESULT; }
static int null_put(PyObject *a, PyObject *v, void *c) { return -1; }
static PyObject *error_one(PyObject *a) { PyErr_SetString(PyExc_ValueError, "left behind"); return PyUnicode_FromString("x"); }
static PyObject *error_two(PyObject *a, PyObject *b) { ERROR_TOO; }
static PyObject *error_three(PyObject *a, PyObject *b, PyObject *c) { ERROR_TOO; }
static PyObject *error_compare(PyObject *a, PyObject *b, int op) { PyErr_SetString(PyExc_ValueError, "left behind"); return Py_NewRef(Py_True); }
static int error_init(PyObject *a, PyObject *b, PyObject *c) { PyErr_SetString(PyExc_ValueError, "left behind"); return 0; }

static PyMethodDef null_type_methods[] = {BOTH(null), BOTH(error), {NULL, NULL, 0, NULL}};
static PyGetSetDef null_getset[] = {{"attribute", null_get, null_put, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot null_slots[] = {
    {Py_tp_repr, null_one}, {Py_tp_str, null_one}, {Py_tp_call, null_three}, {Py_tp_hash, null_hash},
    {Py_tp_richcompare, null_compare}, {Py_tp_iter, null_one}, {Py_nb_add, null_two}, {Py_nb_negative, null_one},
    {Py_nb_int, null_one}, {Py_nb_float, null_one}, {Py_nb_index, null_one}, {Py_nb_bool, null_truth},
    {Py_nb_power, null_three}, {Py_nb_inplace_add, null_two}, {Py_mp_length, null_length},
    {Py_mp_subscript, null_two}, {Py_mp_ass_subscript, null_set}, {Py_sq_contains, null_contains},
    {Py_sq_item, null_index}, {Py_am_await, null_one}, {Py_tp_methods, null_type_methods},
    {Py_tp_getset, null_getset}, {Py_tp_descr_get, null_three}, {0, NULL}};
static PyType_Spec null_spec = {"ext_bad.Null", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, null_slots};
static PyType_Slot error_slots[] = {
    {Py_tp_repr, error_one}, {Py_tp_str, error_one}, {Py_tp_call, error_three}, {Py_tp_richcompare, error_compare},
    {Py_tp_init, error_init}, {Py_nb_add, error_two}, {Py_mp_subscript, error_two}, {0, NULL}};
static PyType_Spec error_spec = {"ext_bad.Error", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, error_slots};

/* ---- specifications that are no types ---- */

static PyType_Slot no_slots[] = {{0, NULL}}, bad_slot[] = {{4711, null_one}, {0, NULL}}, minus_slot[] = {{-3, null_one}, {0, NULL}};
static PyMemberDef bad_weak[] = {{"__weaklistoffset__", T_PYSSIZET, 16, READONLY, NULL}, {NULL, 0, 0, 0, NULL}};
static PyType_Slot weak_slots[] = {{Py_tp_members, bad_weak}, {0, NULL}};

static PyObject *
spec_try(PyObject *module, PyObject *number)
{
    PyType_Spec specs[] = {
        {"m.Plain", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
        {"nodot", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
        {"m.BadSlot", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, bad_slot},
        {"m.MinusSlot", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, minus_slot},
        {"m.Weak", sizeof(PyObject) + 8, 0, Py_TPFLAGS_DEFAULT, weak_slots},
        {"", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
        {"a.b.c.D", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
        {"m.Small", 0, 0, Py_TPFLAGS_DEFAULT, no_slots},
        {"m.NotBase", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
        {NULL, sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, no_slots},
    };
    long i = PyLong_AsLong(number);
    if (i == 8) {
        PyObject *bases = PyTuple_Pack(1, (PyObject *)&PyBool_Type);
        PyObject *type = PyType_FromSpecWithBases(&specs[i], bases);
        Py_DECREF(bases);
        return type;
    }
    return PyType_FromSpec(&specs[i]);
}

static PyObject *
call_slots(PyObject *module, PyObject *args)
{
    /* The abstract functions with an object whose slots are wrong: C callers see what Python sees. */
    PyObject *object, *result = PyList_New(0);
    int which;
    if (!PyArg_ParseTuple(args, "Oi", &object, &which)) {
        return NULL;
    }
    Py_DECREF(result);
    switch (which) {
    case 0: return PyObject_CallNoArgs(object);
    case 1: return PyObject_CallFunction(object, "i", 1);
    case 2: return PyObject_Call(object, PyTuple_New(0), NULL);
    case 3: return PyObject_Vectorcall(object, NULL, 0, NULL);
    case 4: return PyObject_CallObject(object, NULL);
    case 5: return PyObject_CallMethod(object, "null_noargs", NULL);
    case 6: return PyObject_CallFunctionObjArgs(object, Py_None, NULL);
    case 7: return PyObject_CallOneArg(object, Py_None);
    default: return PyObject_Str(object);
    }
}

static PyMethodDef good_methods[] = {{"spec_try", spec_try, METH_O, NULL}, {"call_slots", call_slots, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef good_def = {PyModuleDef_HEAD_INIT, "ext_bad", NULL, -1, good_methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC
PyInit_ext_bad(void)
{
    PyObject *module = PyModule_Create(&good_def);
    PyModule_AddFunctions(module, wrong_methods);
    PyModule_AddObject(module, "Null", PyType_FromSpec(&null_spec));
    PyModule_AddObject(module, "Error", PyType_FromSpec(&error_spec));
    return module;
}

/* ---- modules that do not come to be ---- */

static struct PyModuleDef plain_def = {PyModuleDef_HEAD_INIT, "plain", NULL, -1, NULL, NULL, NULL, NULL, NULL};
static struct PyModuleDef raw_def = {{PyObject_HEAD_INIT(NULL) NULL, 0, NULL}, "raw", NULL, 0, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_bad_null(void) { return NULL; }
PyMODINIT_FUNC PyInit_bad_raise(void) { PyErr_SetString(PyExc_OSError, "no"); return NULL; }
PyMODINIT_FUNC PyInit_bad_both(void) { PyErr_SetString(PyExc_OSError, "no"); return PyModule_Create(&plain_def); }
PyMODINIT_FUNC PyInit_bad_raw(void) { return (PyObject *)&raw_def; }
PyMODINIT_FUNC PyInit_bad_number(void) { return PyLong_FromLong(7); }
PyMODINIT_FUNC PyInit_bad_type(void) { return Py_NewRef((PyObject *)&PyList_Type); }
PyMODINIT_FUNC PyInit_bad_version(void) { return PyModule_Create2(&plain_def, 3); }
PyMODINIT_FUNC PyInitU_bad_hinzufgen_lua(void) { return PyModule_Create(&plain_def); }

static PyMethodDef flag_methods[] = {{"f", null_noargs, METH_NOARGS | METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef flags_def = {PyModuleDef_HEAD_INIT, "flags", NULL, -1, flag_methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bad_flags(void) { return PyModule_Create(&flags_def); }
static PyMethodDef class_methods[] = {{"f", null_noargs, METH_NOARGS | METH_CLASS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef class_def = {PyModuleDef_HEAD_INIT, "class", NULL, -1, class_methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bad_class(void) { return PyModule_Create(&class_def); }

static int exec_minus(PyObject *m) { return -1; }
static int exec_both(PyObject *m) { PyErr_SetString(PyExc_OSError, "exec"); return 0; }
static int exec_raise(PyObject *m) { PyErr_SetString(PyExc_OSError, "exec"); return -1; }
static int exec_good(PyObject *m) { return PyModule_AddIntConstant(m, "x", 1); }
static PyObject *create_null(PyObject *s, PyModuleDef *d) { return NULL; }
static PyObject *create_both(PyObject *s, PyModuleDef *d) { PyErr_SetString(PyExc_OSError, "create"); return PyModule_New("x"); }
static PyObject *create_number(PyObject *s, PyModuleDef *d) { return PyLong_FromLong(7); }
static PyObject *create_list(PyObject *s, PyModuleDef *d) { return PyList_New(0); }

#define MULTI(name, size, methods, ...)                                                            \
    static PyModuleDef_Slot name##_slots[] = {__VA_ARGS__, {0, NULL}};                             \
    static struct PyModuleDef name##_def = {PyModuleDef_HEAD_INIT, #name, NULL, size, methods, name##_slots, NULL, NULL, NULL}; \
    PyMODINIT_FUNC PyInit_##name(void) { return PyModuleDef_Init(&name##_def); }

MULTI(bad_good, 0, NULL, {Py_mod_exec, exec_good})
MULTI(bad_size, -1, NULL, {Py_mod_exec, exec_good})
MULTI(bad_slot_id, 0, NULL, {42, exec_good})
MULTI(bad_slot_minus, 0, NULL, {-1, exec_good})
MULTI(bad_creates, 0, NULL, {Py_mod_create, create_null}, {Py_mod_create, create_null})
MULTI(bad_create_null, 0, NULL, {Py_mod_create, create_null})
MULTI(bad_create_both, 0, NULL, {Py_mod_create, create_both})
MULTI(bad_create_exec, 0, NULL, {Py_mod_create, create_number}, {Py_mod_exec, exec_good})
MULTI(bad_create_state, 8, NULL, {Py_mod_create, create_list})
MULTI(bad_create_list, 0, NULL, {Py_mod_create, create_list})
MULTI(bad_create_list_methods, 0, good_methods, {Py_mod_create, create_list})
MULTI(bad_exec_minus, 0, NULL, {Py_mod_exec, exec_minus})
MULTI(bad_exec_both, 0, NULL, {Py_mod_exec, exec_both})
MULTI(bad_exec_raise, 0, NULL, {Py_mod_exec, exec_good}, {Py_mod_exec, exec_raise})
MULTI(bad_multi_flags, 0, flag_methods, {Py_mod_exec, exec_good})
