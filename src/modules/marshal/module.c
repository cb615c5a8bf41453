/* The module marshal: dump, load, dumps, loads. */
#define PY_SSIZE_T_CLEAN
#include "modules/marshal/marshal.h"
#include "object/declare.h"
#include "object/doors.h"

FUNCTION(marshal, dump, "($module, value, file, version=version, /)",
         "Write a value to a binary file.\n\nValueError if it, or a value inside it, has a type "
         "without a marshalled form; the file then holds rubbish.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dump(PyObject *module, PyObject *value, PyObject *file, int version)
{
    PyObject *data = PyMarshal_WriteObjectToString(value, version);
    if (data == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodOneArg(file, ID(write), data);
    Py_DECREF(data);
    return result;
}

FUNCTION(marshal, load, "($module, file, /)",
         "Read one value from a binary file.\n\nEOFError, ValueError or TypeError if the next "
         "bytes are none.")
static PyObject *
marshal_load(PyObject *module, PyObject *file)
{
    /* Reading nothing tells a binary file from other things. */
    PyObject *data = _PyObject_CallMethod(file, ID(read), "i", 0);
    if (data == NULL) {
        return NULL;
    }
    PyObject *value = NULL;
    if (!PyBytes_Check(data)) {
        PyErr_Format(PyExc_TypeError, "file.read() returned not bytes but %.100s",
                     Py_TYPE(data)->tp_name);
    }
    else if (PySys_Audit("marshal.load", NULL) == 0) {
        value = marshal_read_object(file);
    }
    Py_DECREF(data);
    return value;
}

FUNCTION(marshal, dumps, "($module, value, version=version, /)",
         "The bytes that dump() would write.")
DEFAULT(version, Py_MARSHAL_VERSION)
static PyObject *
marshal_dumps(PyObject *module, PyObject *value, int version)
{
    return PyMarshal_WriteObjectToString(value, version);
}

FUNCTION(marshal, loads, "($module, bytes, /)",
         "The value that some bytes describe; what follows it is ignored.")
static PyObject *
marshal_loads(PyObject *module, Py_buffer *bytes)
{
    if (PySys_Audit("marshal.loads", "y#", bytes->buf, bytes->len) < 0) {
        return NULL;
    }
    PyObject *code = frozen_code_of(bytes->buf, (size_t)bytes->len);
    if (code != NULL || PyErr_Occurred()) {
        return code;
    }
    return marshal_read_memory(bytes->buf, bytes->len);
}

static int
marshal_exec(PyObject *module)
{
    return PyModule_AddIntConstant(module, "version", Py_MARSHAL_VERSION);
}

static PyModuleDef_Slot marshal_slots[] = {
    {Py_mod_exec, marshal_exec},
    {0, NULL},
};

static PyMethodDef marshal_functions[];

static WRITTEN struct PyModuleDef marshal_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "marshal",
    .m_doc = PyDoc_STR("Python values as bytes, in the format of .pyc files.\n\n"
                       "The format depends on Python's version but not on the machine.  It has no\n"
                       "place for instances of classes; for those there is pickle.  Do not read\n"
                       "data from a source that is not trusted.\n\n"
                       "version -- the format that dump and dumps use if not told otherwise"),
    .m_methods = marshal_functions,
    .m_slots = marshal_slots,
};

PyMODINIT_FUNC
PyInit_marshal(void)
{
    return PyModuleDef_Init(&marshal_module);
}

/* The name under which an embedding program finds it. */
PyMODINIT_FUNC PyMarshal_Init(void);

PyMODINIT_FUNC
PyMarshal_Init(void)
{
    return PyInit_marshal();
}

#include "gen/modules/marshal/module.inc"
