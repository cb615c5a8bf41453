/* The module _weakref: what weakref.py builds on. */
#include <Python.h>
#include "object/declare.h"

FUNCTION(_weakref, getweakrefcount, "($module, object, /)",
         "How many weak references and proxies to object exist.")
static Py_ssize_t
_weakref_getweakrefcount(PyObject *Py_UNUSED(module), PyObject *object)
{
    if (!PyType_SUPPORTS_WEAKREFS(Py_TYPE(object))) {
        return 0;
    }
    return _PyWeakref_GetWeakrefCount(
        *(PyWeakReference **)PyObject_GET_WEAKREFS_LISTPTR(object));
}

FUNCTION(_weakref, getweakrefs, "($module, object, /)",
         "The weak references and proxies to object, as a list.")
static PyObject *
_weakref_getweakrefs(PyObject *Py_UNUSED(module), PyObject *object)
{
    PyObject *list = PyList_New(0);
    if (list == NULL || !PyType_SUPPORTS_WEAKREFS(Py_TYPE(object))) {
        return list;
    }
    PyWeakReference *ref = *(PyWeakReference **)PyObject_GET_WEAKREFS_LISTPTR(object);
    for (; ref != NULL; ref = ref->wr_next) {
        if (PyList_Append(list, (PyObject *)ref) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static int
is_dead(PyObject *ref)
{
    if (!PyWeakref_Check(ref)) {
        PyErr_SetString(PyExc_TypeError, "not a weakref");
        return -1;
    }
    return PyWeakref_GET_OBJECT(ref) == Py_None;
}

FUNCTION(_weakref, _remove_dead_weakref, "($module, dct, key, /)",
         "Remove key from dct, a dict of weak references, if its value is dead, in one step.")
static PyObject *
_weakref_remove_dead_weakref(PyObject *Py_UNUSED(module), PyObject *dct, PyObject *key)
{
    if (!PyDict_Check(dct)) {
        _PyArg_BadArgument("_remove_dead_weakref", "argument 1", "dict", dct);
        return NULL;
    }
    if (_PyDict_DelItemIf(dct, key, is_dead) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_KeyError)) {
            return NULL;
        }
        /* Removed already: another reference to the same key was faster. */
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

FUNCTION(_weakref, proxy, "($module, object, callback=None, /)",
         "An object that passes every operation on to object, which it does not keep alive.\n\n"
         "callback is called with the proxy when object is about to go away.")
static PyObject *
_weakref_proxy(PyObject *Py_UNUSED(module), PyObject *object, PyObject *callback)
{
    return PyWeakref_NewProxy(object, callback);
}

static PyMethodDef _weakref_functions[];

static int
_weakref_exec(PyObject *module)
{
    const struct {
        const char *name;
        PyTypeObject *type;
    } types[] = {
        {"ref", &_PyWeakref_RefType},
        {"ReferenceType", &_PyWeakref_RefType},
        {"ProxyType", &_PyWeakref_ProxyType},
        {"CallableProxyType", &_PyWeakref_CallableProxyType},
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (PyModule_AddObjectRef(module, types[i].name, (PyObject *)types[i].type) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot _weakref_slots[] = {
    {Py_mod_exec, _weakref_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef _weakref_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_weakref",
    .m_doc = PyDoc_STR("The parts of weak references that are written in C."),
    .m_methods = _weakref_functions,
    .m_slots = _weakref_slots,
};

PyMODINIT_FUNC
PyInit__weakref(void)
{
    return PyModuleDef_Init(&_weakref_module);
}

#include "gen/modules/_weakref.inc"
