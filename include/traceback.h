/* Traceback objects. */
#ifndef Py_TRACEBACK_H
#define Py_TRACEBACK_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyTraceBack_Type;

PyAPI_FUNC(int) PyTraceBack_Here(PyFrameObject *frame);
PyAPI_FUNC(int) PyTraceBack_Print(PyObject *traceback, PyObject *file);

#define PyTraceBack_Check(v) Py_IS_TYPE((v), &PyTraceBack_Type)

#ifndef Py_LIMITED_API
typedef struct _traceback PyTracebackObject;

struct _traceback {
    PyObject_HEAD
    PyTracebackObject *tb_next;
    PyFrameObject *tb_frame;
    int tb_lasti;
    int tb_lineno;
};

PyAPI_FUNC(void) _PyTraceback_Add(const char *function, const char *filename, int lineno);
PyAPI_FUNC(int) _Py_DisplaySourceLine(PyObject *file, PyObject *filename, int lineno, int indent,
                                      int *truncation, PyObject **line_out);

#endif

#ifdef __cplusplus
}
#endif

#endif
