/* Capsules: a C pointer with a name, handed from module to module. */
#ifndef Py_PYCAPSULE_H
#define Py_PYCAPSULE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*PyCapsule_Destructor)(PyObject *);

PyAPI_DATA(PyTypeObject) PyCapsule_Type;

PyAPI_FUNC(void *) PyCapsule_GetContext(PyObject *op);
PyAPI_FUNC(PyCapsule_Destructor) PyCapsule_GetDestructor(PyObject *op);
PyAPI_FUNC(const char *) PyCapsule_GetName(PyObject *op);
PyAPI_FUNC(void *) PyCapsule_GetPointer(PyObject *op, const char *name);
PyAPI_FUNC(void *) PyCapsule_Import(const char *name, int no_block);
PyAPI_FUNC(int) PyCapsule_IsValid(PyObject *op, const char *name);
PyAPI_FUNC(PyObject *) PyCapsule_New(void *pointer, const char *name,
                                     PyCapsule_Destructor destructor);
PyAPI_FUNC(int) PyCapsule_SetContext(PyObject *op, void *context);
PyAPI_FUNC(int) PyCapsule_SetDestructor(PyObject *op, PyCapsule_Destructor destructor);
PyAPI_FUNC(int) PyCapsule_SetName(PyObject *op, const char *name);
PyAPI_FUNC(int) PyCapsule_SetPointer(PyObject *op, void *pointer);

#define PyCapsule_CheckExact(op) Py_IS_TYPE((op), &PyCapsule_Type)

#ifdef __cplusplus
}
#endif

#endif
