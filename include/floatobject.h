/* float: a C double. */
#ifndef Py_FLOATOBJECT_H
#define Py_FLOATOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyFloat_Type;

PyAPI_FUNC(double) PyFloat_AsDouble(PyObject *op);
PyAPI_FUNC(PyObject *) PyFloat_FromDouble(double value);
PyAPI_FUNC(PyObject *) PyFloat_FromString(PyObject *op);
PyAPI_FUNC(PyObject *) PyFloat_GetInfo(void);
PyAPI_FUNC(double) PyFloat_GetMax(void);
PyAPI_FUNC(double) PyFloat_GetMin(void);

#define PyFloat_Check(op) PyObject_TypeCheck((op), &PyFloat_Type)
#define PyFloat_CheckExact(op) Py_IS_TYPE((op), &PyFloat_Type)

#define Py_RETURN_NAN return PyFloat_FromDouble(Py_NAN)
#define Py_RETURN_INF(sign) return PyFloat_FromDouble(copysign(Py_HUGE_VAL, (sign)))

#ifndef Py_LIMITED_API
typedef struct {
    PyObject_HEAD
    double ob_fval;
} PyFloatObject;

PyAPI_FUNC(int) PyFloat_Pack2(double x, char *out, int little_endian);
PyAPI_FUNC(int) PyFloat_Pack4(double x, char *out, int little_endian);
PyAPI_FUNC(int) PyFloat_Pack8(double x, char *out, int little_endian);
PyAPI_FUNC(double) PyFloat_Unpack2(const char *in, int little_endian);
PyAPI_FUNC(double) PyFloat_Unpack4(const char *in, int little_endian);
PyAPI_FUNC(double) PyFloat_Unpack8(const char *in, int little_endian);

#define PyFloat_AS_DOUBLE(op) (_Py_CAST(PyFloatObject *, (op))->ob_fval)
#endif

#ifdef __cplusplus
}
#endif

#endif
