/* _elementtree: XML as a tree of elements; what xml.etree.ElementTree has of it in C. */
#include "modules/_elementtree/elementtree.h"

static PyModuleDef elementtree_module;

State *
state_get(void)
{
    PyObject *module = PyState_FindModule(&elementtree_module);
    if (module == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the module _elementtree is gone");
        return NULL;
    }
    return PyModule_GetState(module);
}

FUNCTION(_elementtree, SubElement, NULL, NULL)
static PyObject *
_elementtree_SubElement(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    PyObject *parent, *tag, *attrib = NULL;
    if (!PyArg_ParseTuple(args, "O!O|O!:SubElement", &PyElement_Type, &parent, &tag, &PyDict_Type, &attrib))
        return NULL;
    if (attrib != NULL || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        attrib = attributes_merge(attrib, kwargs);
        if (attrib == NULL)
            return NULL;
    }
    PyObject *child = element_new(tag, attrib);
    Py_XDECREF(attrib);
    if (child != NULL && element_append_child((Element *)parent, child) < 0)
        Py_CLEAR(child);
    return child;
}

static status
set_factory(PyObject **factory, PyObject *value, const char *what)
{
    if (value != Py_None && !PyCallable_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s factory must be callable, not %.100s", what, Py_TYPE(value)->tp_name);
        return -1;
    }
    *factory = value == Py_None ? NULL : Py_NewRef(value);
    return 0;
}

FUNCTION(_elementtree, _set_factories, "($module, comment_factory, pi_factory, /)",
         "Set what makes comments and processing instructions; None for nothing.\n\n"
         "Returns what did so before.")
static PyObject *
_elementtree_set_factories(PyObject *Py_UNUSED(module), PyObject *comment_factory, PyObject *pi_factory)
{
    State *state = state_get();
    PyObject *comment = NULL, *pi = NULL;
    if (state == NULL || set_factory(&comment, comment_factory, "Comment") < 0)
        return NULL;
    if (set_factory(&pi, pi_factory, "PI") < 0) {
        Py_XDECREF(comment);
        return NULL;
    }
    PyObject *old = PyTuple_Pack(2, state->comment_factory == NULL ? Py_None : state->comment_factory,
                                 state->pi_factory == NULL ? Py_None : state->pi_factory);
    Py_XSETREF(state->comment_factory, comment);
    Py_XSETREF(state->pi_factory, pi);
    return old;
}

/* ---- the module --------------------------------------------------------------------------------------- */

static int
elementtree_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->parse_error);
    Py_VISIT(state->deepcopy);
    Py_VISIT(state->element_path);
    Py_VISIT(state->comment_factory);
    Py_VISIT(state->pi_factory);
    Py_VISIT(state->capsule);
    return 0;
}

static int
elementtree_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->parse_error);
    Py_CLEAR(state->deepcopy);
    Py_CLEAR(state->element_path);
    Py_CLEAR(state->comment_factory);
    Py_CLEAR(state->pi_factory);
    Py_CLEAR(state->capsule);
    state->expat = NULL;
    return 0;
}

static void
elementtree_free(void *module)
{
    elementtree_clear(module);
}

/* The library's functions, from the module that loads it. */
static status
import_expat(State *state)
{
    PyObject *module = PyImport_ImportModule("pyexpat");
    if (module == NULL)
        return -1;
    state->capsule = PyObject_GetAttrString(module, "expat_CAPI");
    Py_DECREF(module);
    if (state->capsule == NULL)
        return -1;
    state->expat = PyCapsule_GetPointer(state->capsule, PyExpat_CAPSULE_NAME);
    if (state->expat == NULL)
        return -1;
    if (strcmp(state->expat->magic, PyExpat_CAPI_MAGIC) != 0 ||
        (size_t)state->expat->size < sizeof(struct PyExpat_CAPI) ||
        state->expat->MAJOR_VERSION != XML_MAJOR_VERSION || state->expat->MINOR_VERSION != XML_MINOR_VERSION ||
        state->expat->MICRO_VERSION != XML_MICRO_VERSION) {
        PyErr_SetString(PyExc_ImportError, "pyexpat version is incompatible");
        return -1;
    }
    return 0;
}

static status
elementtree_fill(PyObject *module, State *state)
{
    PyObject *copy = PyImport_ImportModule("copy");
    if (copy == NULL)
        return -1;
    state->deepcopy = PyObject_GetAttrString(copy, "deepcopy");
    Py_DECREF(copy);
    if (state->deepcopy == NULL)
        return -1;
    state->element_path = PyImport_ImportModule("xml.etree.ElementPath");
    if (state->element_path == NULL || import_expat(state) < 0)
        return -1;
    state->parse_error = PyErr_NewException("xml.etree.ElementTree.ParseError", PyExc_SyntaxError, NULL);
    if (state->parse_error == NULL || PyModule_AddObjectRef(module, "ParseError", state->parse_error) < 0 ||
        PyModule_AddType(module, &PyElement_Type) < 0 || PyModule_AddType(module, &PyTreeBuilder_Type) < 0 ||
        PyModule_AddType(module, &PyXMLParser_Type) < 0)
        return -1;
    return 0;
}

static PyMethodDef _elementtree_functions[];

static WRITTEN PyModuleDef elementtree_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_elementtree",
    .m_size = sizeof(State),
    .m_methods = _elementtree_functions,
    .m_traverse = elementtree_traverse,
    .m_clear = elementtree_clear,
    .m_free = elementtree_free,
};

PyMODINIT_FUNC
PyInit__elementtree(void)
{
    PyObject *module = PyState_FindModule(&elementtree_module);
    if (module != NULL)
        return Py_NewRef(module);
    if (PyType_Ready(&PyElementIterator_Type) < 0)
        return NULL;
    module = PyModule_Create(&elementtree_module);
    if (module != NULL && elementtree_fill(module, PyModule_GetState(module)) < 0)
        Py_CLEAR(module);
    return module;
}

#include "gen/modules/_elementtree/module.inc"
