/* Names with dots, and methods of an object that it keeps without keeping itself alive. */
#include "modules/_pickle/pickle.h"

/* The parts of a qualified name.  AttributeError if one of them is '<locals>': what stands inside a
   function cannot be found by name.  `obj`, for the message, may be NULL. */
PyObject *
split_name(PyObject *name, PyObject *obj)
{
    PyObject *dot = PyUnicode_FromOrdinal('.');
    PyObject *names = dot == NULL ? NULL : PyUnicode_Split(name, dot, -1);
    Py_XDECREF(dot);
    if (names == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        if (_PyUnicode_EqualToASCIIString(PyList_GET_ITEM(names, i), "<locals>")) {
            if (obj == NULL) {
                PyErr_Format(PyExc_AttributeError, "Can't pickle local object %R", name);
            }
            else {
                PyErr_Format(PyExc_AttributeError, "Can't pickle local attribute %R on %R", name, obj);
            }
            Py_DECREF(names);
            return NULL;
        }
    }
    return names;
}

/* obj.a.b.c; `*parent`, if wanted, is then obj.a.b, an owned reference.  NULL without an exception if
   an attribute is missing. */
PyObject *
follow_name(PyObject *obj, PyObject *names, PyObject **parent)
{
    PyObject *above = NULL;
    Py_INCREF(obj);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); i++) {
        PyObject *value;
        _PyObject_LookupAttr(obj, PyList_GET_ITEM(names, i), &value);
        Py_XSETREF(above, obj);
        if (value == NULL) {
            Py_DECREF(above);
            return NULL;
        }
        obj = value;
    }
    if (parent != NULL) {
        *parent = Py_XNewRef(above);
    }
    Py_XDECREF(above);
    return obj;
}

/* The attribute `name` of self, if it has one.  Of a method of self itself only the function is kept,
   with self beside it as a borrowed reference: an object that holds its own method would be a cycle. */
status
method_of_self(PyObject *self, PyObject *name, PyObject **function, PyObject **function_self)
{
    PyObject *value;
    Py_CLEAR(*function);
    *function_self = NULL;
    if (_PyObject_LookupAttr(self, name, &value) < 0) {
        return -1;
    }
    if (value != NULL && PyMethod_Check(value) && PyMethod_GET_SELF(value) == self) {
        *function_self = self;
        *function = Py_NewRef(PyMethod_GET_FUNCTION(value));
        Py_DECREF(value);
    }
    else {
        *function = value;
    }
    return 0;
}

PyObject *
call_method_of_self(PyObject *function, PyObject *function_self, PyObject *arg)
{
    PyObject *args[] = {NULL, function_self, arg};
    Py_INCREF(function);
    PyObject *result = function_self != NULL ? PyObject_Vectorcall(function, args + 1, 2, NULL)
                                             : PyObject_CallOneArg(function, arg);
    Py_DECREF(function);
    return result;
}
