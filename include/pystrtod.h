/* Doubles from text and to text, in the C locale. */
#ifndef Py_PYSTRTOD_H
#define Py_PYSTRTOD_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(char *) PyOS_double_to_string(double x, char code, int precision, int flags, int *type);
PyAPI_FUNC(double) PyOS_string_to_double(const char *s, char **endptr,
                                         PyObject *overflow_exception);

/* Flags of PyOS_double_to_string: a sign, ".0" after a whole number, '#', no "-0". */
#define Py_DTSF_SIGN 0x01
#define Py_DTSF_ADD_DOT_0 0x02
#define Py_DTSF_ALT 0x04
#define Py_DTSF_NO_NEG_0 0x08

/* What it stores in *type. */
#define Py_DTST_FINITE 0
#define Py_DTST_INFINITE 1
#define Py_DTST_NAN 2

#ifndef Py_LIMITED_API
PyAPI_FUNC(double) _Py_parse_inf_or_nan(const char *s, char **end);
PyAPI_FUNC(PyObject *) _Py_string_to_number_with_underscores(const char *s, Py_ssize_t length,
                                                             const char *what, PyObject *shown,
                                                             void *arg,
                                                             PyObject *(*convert)(const char *, Py_ssize_t, void *));

#endif

#ifdef __cplusplus
}
#endif

#endif
