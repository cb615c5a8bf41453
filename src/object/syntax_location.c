/* The place of a pending SyntaxError: file, line, columns, source text. */
#include "object/object.h"

static void
set_attribute_take(PyObject *exception, const char *name, PyObject *value_take)
{
    if (value_take == NULL || PyObject_SetAttrString(exception, name, value_take) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(value_take);
}

static PyObject *
column(int number)
{
    return number >= 0 ? PyLong_FromLong(number) : Py_NewRef(Py_None);
}

/* Note a place in the pending exception; columns are counted from 1, negative ones are unknown.
   Attributes that exist are kept where they say more. */
static void
locate(PyObject *filename, int line, int start, int end_line, int end)
{
    PyObject *type, *value, *traceback, *present;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    set_attribute_take(value, "lineno", PyLong_FromLong(line));
    set_attribute_take(value, "offset", column(start));
    set_attribute_take(value, "end_lineno", column(end_line));
    set_attribute_take(value, "end_offset", column(end));
    if (filename != NULL) {
        set_attribute_take(value, "filename", Py_NewRef(filename));
        PyObject *text = PyErr_ProgramTextObject(filename, line);
        if (text == NULL) {
            PyErr_Clear();
            text = Py_NewRef(Py_None);
        }
        set_attribute_take(value, "text", text);
    }
    if (type != PyExc_SyntaxError) {
        /* Other classes lack what the traceback printer looks for. */
        if (_PyObject_LookupAttr(value, ID(msg), &present) < 0) {
            PyErr_Clear();
        }
        else if (present == NULL) {
            set_attribute_take(value, "msg", PyObject_Str(value));
        }
        Py_XDECREF(present);
        if (_PyObject_LookupAttr(value, ID(print_file_and_line), &present) < 0) {
            PyErr_Clear();
        }
        else if (present == NULL) {
            set_attribute_take(value, "print_file_and_line", Py_NewRef(Py_None));
        }
        Py_XDECREF(present);
    }
    PyErr_Restore(type, value, traceback);
}

void
PyErr_SyntaxLocationObject(PyObject *filename, int line, int start)
{
    locate(filename, line, start, line, -1);
}

void
PyErr_RangedSyntaxLocationObject(PyObject *filename, int line, int start, int end_line, int end)
{
    locate(filename, line, start, end_line, end);
}

void
PyErr_SyntaxLocationEx(const char *filename, int line, int start)
{
    PyObject *name = NULL;
    if (filename != NULL) {
        name = PyUnicode_DecodeFSDefault(filename);
        if (name == NULL) {
            PyErr_Clear();
        }
    }
    locate(name, line, start, line, -1);
    Py_XDECREF(name);
}

void
PyErr_SyntaxLocation(const char *filename, int line)
{
    PyErr_SyntaxLocationEx(filename, line, -1);
}
