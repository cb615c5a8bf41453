/* str.format's parser for string.Formatter (module _string). */
#ifndef KRAIT_TYPES_STR_FORMAT_H
#define KRAIT_TYPES_STR_FORMAT_H

#include <Python.h>

/* An iterator over (literal, field_name, format_spec, conversion). */
PyObject *str_formatter_parser(PyObject *text);
/* (first, iterator over (is_attribute, name)). */
PyObject *str_formatter_field_name_split(PyObject *text);

#endif
