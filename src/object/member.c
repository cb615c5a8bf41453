/* Struct members as attributes: PyMemberDef. */
#include "object/descr.h"
#include "object/doors.h"
#include "object/object.h"

#define AT(type) (*(type *)place)

/* The value of a member as a new reference. */
PyObject *
PyMember_GetOne(const char *base, PyMemberDef *member)
{
    const char *place = base + member->offset;
    PyObject *value;
    switch (member->type) {
    case T_BOOL:
        return PyBool_FromLong(AT(char));
    case T_BYTE:
        return PyLong_FromLong(AT(signed char));
    case T_UBYTE:
        return PyLong_FromUnsignedLong(AT(unsigned char));
    case T_SHORT:
        return PyLong_FromLong(AT(short));
    case T_USHORT:
        return PyLong_FromUnsignedLong(AT(unsigned short));
    case T_INT:
        return PyLong_FromLong(AT(int));
    case T_UINT:
        return PyLong_FromUnsignedLong(AT(unsigned int));
    case T_LONG:
        return PyLong_FromLong(AT(long));
    case T_ULONG:
        return PyLong_FromUnsignedLong(AT(unsigned long));
    case T_LONGLONG:
        return PyLong_FromLongLong(AT(long long));
    case T_ULONGLONG:
        return PyLong_FromUnsignedLongLong(AT(unsigned long long));
    case T_PYSSIZET:
        return PyLong_FromSsize_t(AT(Py_ssize_t));
    case T_FLOAT:
        return PyFloat_FromDouble(AT(float));
    case T_DOUBLE:
        return PyFloat_FromDouble(AT(double));
    case T_STRING:
        return AT(char *) == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(AT(char *));
    case T_STRING_INPLACE:
        return PyUnicode_FromString(place);
    case T_CHAR:
        return PyUnicode_FromStringAndSize(place, 1);
    case T_OBJECT:
        if (unlikely((const char *)interp_get()->import.late.module == base) && module_late_end() < 0) {
            return NULL;
        }
        value = AT(PyObject *);
        return Py_NewRef(value == NULL ? Py_None : value);
    case T_OBJECT_EX:
        value = AT(PyObject *);
        if (value == NULL) {
            PyErr_Format(PyExc_AttributeError, "'%.200s' object has no attribute '%s'",
                         type_name((PyObject *)base), member->name);
        }
        return Py_XNewRef(value);
    case T_LATE:
        return ((late_member)member->offset)((PyObject *)base);
    case T_NONE:
        return Py_NewRef(Py_None);
    default:
        PyErr_Format(PyExc_SystemError, "bad memberdescr type for %s", member->name);
        return NULL;
    }
}

static int
warn(const char *text)
{
    return PyErr_WarnEx(PyExc_RuntimeWarning, text, 1);
}

static int
delete_member(char *place, PyMemberDef *member)
{
    switch (member->type) {
    case T_OBJECT_EX:
        if (AT(PyObject *) == NULL) {
            PyErr_SetString(PyExc_AttributeError, member->name);
            return -1;
        }
        Py_CLEAR(AT(PyObject *));
        return 0;
    case T_OBJECT:
        Py_CLEAR(AT(PyObject *));
        return 0;
    default:
        PyErr_SetString(PyExc_TypeError, "can't delete numeric/char attribute");
        return -1;
    }
}

/* Store value's low bits; the warning names what was lost. */
#define SET_SMALL(type, text)                                                                      \
    do {                                                                                           \
        long number = PyLong_AsLong(value);                                                        \
        if (number == -1 && PyErr_Occurred()) {                                                    \
            return -1;                                                                             \
        }                                                                                          \
        AT(type) = (type)number;                                                                   \
        return (long)(type)number == number ? 0 : warn("Truncation of value to " text);            \
    } while (0)

#define SET_DIRECT(type, call, failed)                                                             \
    do {                                                                                           \
        type number = (type)(call);                                                                \
        AT(type) = number;                                                                         \
        return number == (type)(failed) && PyErr_Occurred() ? -1 : 0;                              \
    } while (0)

/* Unsigned fields accept negative numbers, for old times' sake, with a warning. */
static int
set_unsigned(char *place, PyMemberDef *member, PyObject *value)
{
    bool wide = member->type == T_ULONG;
    unsigned long number = PyLong_AsUnsignedLong(value);
    if (number != (unsigned long)-1 || !PyErr_Occurred()) {
        if (wide) {
            AT(unsigned long) = number;
            return 0;
        }
        AT(unsigned int) = (unsigned int)number;
        return number == (unsigned int)number ? 0 : warn("Truncation of value to unsigned int");
    }
    PyErr_Clear();
    long negative = PyLong_AsLong(value);
    if (wide) {
        AT(unsigned long) = (unsigned long)negative;
    }
    else {
        AT(unsigned int) = (unsigned int)negative;
    }
    if (negative == -1 && PyErr_Occurred()) {
        return -1;
    }
    return warn("Writing negative value into unsigned field");
}

/* Store a value into a member, NULL deletes. */
int
PyMember_SetOne(char *base, PyMemberDef *member, PyObject *value)
{
    char *place = base + member->offset;
    if (member->flags & READONLY) {
        PyErr_SetString(PyExc_AttributeError, "readonly attribute");
        return -1;
    }
    if (value == NULL) {
        return delete_member(place, member);
    }
    switch (member->type) {
    case T_BOOL:
        if (!PyBool_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "attribute value type must be bool");
            return -1;
        }
        AT(char) = value == Py_True;
        return 0;
    case T_BYTE:
        SET_SMALL(signed char, "char");
    case T_UBYTE:
        SET_SMALL(unsigned char, "unsigned char");
    case T_SHORT:
        SET_SMALL(short, "short");
    case T_USHORT:
        SET_SMALL(unsigned short, "unsigned short");
    case T_INT:
        SET_SMALL(int, "int");
    case T_UINT:
    case T_ULONG:
        return set_unsigned(place, member, value);
    case T_LONG:
        SET_DIRECT(long, PyLong_AsLong(value), -1);
    case T_PYSSIZET:
        SET_DIRECT(Py_ssize_t, PyLong_AsSsize_t(value), -1);
    case T_LONGLONG:
        SET_DIRECT(long long, PyLong_AsLongLong(value), -1);
    case T_ULONGLONG:
        SET_DIRECT(unsigned long long,
                   PyLong_Check(value) ? PyLong_AsUnsignedLongLong(value)
                                       : (unsigned long long)PyLong_AsLong(value),
                   -1);
    case T_FLOAT:
        SET_DIRECT(float, PyFloat_AsDouble(value), -1.0);
    case T_DOUBLE:
        SET_DIRECT(double, PyFloat_AsDouble(value), -1.0);
    case T_OBJECT:
    case T_OBJECT_EX:
        Py_INCREF(value);
        Py_XSETREF(AT(PyObject *), value);
        return 0;
    case T_CHAR: {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(value, &length);
        if (text == NULL || length != 1) {
            PyErr_BadArgument();
            return -1;
        }
        AT(char) = text[0];
        return 0;
    }
    case T_STRING:
    case T_STRING_INPLACE:
        PyErr_SetString(PyExc_TypeError, "readonly attribute");
        return -1;
    default:
        PyErr_Format(PyExc_SystemError, "bad memberdescr type for %s", member->name);
        return -1;
    }
}
