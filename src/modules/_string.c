/* _string: the parser behind string.Formatter. */
#include "object/declare.h"
#include "types/str_format.h"

FUNCTION(_string, formatter_parser, NULL, "An iterator over the pieces of a format string.")
static PyObject *
_string_formatter_parser(PyObject *Py_UNUSED(module), PyObject *text)
{
    return str_formatter_parser(text);
}

FUNCTION(_string, formatter_field_name_split, NULL, "A field name as (first, iterator over the rest).")
static PyObject *
_string_formatter_field_name_split(PyObject *Py_UNUSED(module), PyObject *text)
{
    return str_formatter_field_name_split(text);
}

static PyMethodDef _string_functions[];

static WRITTEN struct PyModuleDef _string_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_string",
    .m_doc = PyDoc_STR("What string.Formatter shares with str.format."),
    .m_methods = _string_functions,
};

PyMODINIT_FUNC
PyInit__string(void)
{
    return PyModuleDef_Init(&_string_module);
}

#include "gen/modules/_string.inc"
