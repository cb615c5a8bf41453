/* list: an array of references with room to grow.  PyList_SET_ITEM takes over a reference and does not
release the old item. */
#ifndef Py_LISTOBJECT_H
#define Py_LISTOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyListIter_Type;
PyAPI_DATA(PyTypeObject) PyListRevIter_Type;
PyAPI_DATA(PyTypeObject) PyList_Type;

PyAPI_FUNC(int) PyList_Append(PyObject *op, PyObject *item);
PyAPI_FUNC(PyObject *) PyList_AsTuple(PyObject *op);
PyAPI_FUNC(PyObject *) PyList_GetItem(PyObject *op, Py_ssize_t i);
PyAPI_FUNC(PyObject *) PyList_GetSlice(PyObject *op, Py_ssize_t low, Py_ssize_t high);
PyAPI_FUNC(int) PyList_Insert(PyObject *op, Py_ssize_t where, PyObject *item);
PyAPI_FUNC(PyObject *) PyList_New(Py_ssize_t n);
PyAPI_FUNC(int) PyList_Reverse(PyObject *op);
PyAPI_FUNC(int) PyList_SetItem(PyObject *op, Py_ssize_t i, PyObject *item);
PyAPI_FUNC(int) PyList_SetSlice(PyObject *op, Py_ssize_t low, Py_ssize_t high, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PyList_Size(PyObject *op);
PyAPI_FUNC(int) PyList_Sort(PyObject *op);

#define PyList_Check(op) PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_LIST_SUBCLASS)
#define PyList_CheckExact(op) Py_IS_TYPE((op), &PyList_Type)

#ifndef Py_LIMITED_API
/* ob_size items in use of `allocated`. */
typedef struct {
    PyObject_VAR_HEAD
    PyObject **ob_item;
    Py_ssize_t allocated;
} PyListObject;

PyAPI_FUNC(void) _PyList_DebugMallocStats(FILE *out);
PyAPI_FUNC(PyObject *) _PyList_Extend(PyListObject *self, PyObject *iterable);

#define _PyList_CAST(op) _Py_CAST(PyListObject *, (op))

static inline Py_ssize_t
PyList_GET_SIZE(PyObject *op)
{
    return Py_SIZE(op);
}

static inline void
PyList_SET_ITEM(PyObject *op, Py_ssize_t index, PyObject *value)
{
    _PyList_CAST(op)->ob_item[index] = value;
}

#define PyList_GET_SIZE(op) PyList_GET_SIZE(_PyObject_CAST(op))
#define PyList_GET_ITEM(op, index) (_PyList_CAST(op)->ob_item[index])
#define PyList_SET_ITEM(op, index, value) \
    PyList_SET_ITEM(_PyObject_CAST(op), (index), _PyObject_CAST(value))
#endif

#ifdef __cplusplus
}
#endif

#endif
