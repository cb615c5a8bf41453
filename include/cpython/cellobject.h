/* Cells: variables that closures share. */
#ifndef Py_CELLOBJECT_H
#define Py_CELLOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
typedef struct {
    PyObject_HEAD
    PyObject *ob_ref;
} PyCellObject;

PyAPI_DATA(PyTypeObject) PyCell_Type;

PyAPI_FUNC(PyObject *) PyCell_Get(PyObject *op);
PyAPI_FUNC(PyObject *) PyCell_New(PyObject *value);
PyAPI_FUNC(int) PyCell_Set(PyObject *op, PyObject *value);

#define PyCell_Check(op) Py_IS_TYPE((op), &PyCell_Type)
/* Borrowed; SET takes over the reference and does not release the old one. */
#define PyCell_GET(op) (_Py_CAST(PyCellObject *, (op))->ob_ref)
#define PyCell_SET(op, v) ((void)(PyCell_GET(op) = (v)))
#endif

#ifdef __cplusplus
}
#endif

#endif
