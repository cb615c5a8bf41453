/* Modules and the definitions that extension modules are made from. */
#ifndef Py_MODULEOBJECT_H
#define Py_MODULEOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyModule_Type;

PyAPI_FUNC(PyModuleDef *) PyModule_GetDef(PyObject *op);
PyAPI_FUNC(PyObject *) PyModule_GetDict(PyObject *op);
Py_DEPRECATED(3.2) PyAPI_FUNC(const char *) PyModule_GetFilename(PyObject *op);
PyAPI_FUNC(PyObject *) PyModule_GetFilenameObject(PyObject *op);
PyAPI_FUNC(const char *) PyModule_GetName(PyObject *op);
PyAPI_FUNC(void *) PyModule_GetState(PyObject *op);
PyAPI_FUNC(PyObject *) PyModule_New(const char *name);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03030000
PyAPI_FUNC(PyObject *) PyModule_GetNameObject(PyObject *op);
PyAPI_FUNC(PyObject *) PyModule_NewObject(PyObject *name);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03050000
PyAPI_DATA(PyTypeObject) PyModuleDef_Type;

PyAPI_FUNC(PyObject *) PyModuleDef_Init(PyModuleDef *def);
#endif

#define PyModule_Check(op) PyObject_TypeCheck((op), &PyModule_Type)
#define PyModule_CheckExact(op) Py_IS_TYPE((op), &PyModule_Type)

typedef struct PyModuleDef_Base {
    PyObject_HEAD
    PyObject *(*m_init)(void);
    Py_ssize_t m_index;
    PyObject *m_copy;
} PyModuleDef_Base;

#define PyModuleDef_HEAD_INIT { PyObject_HEAD_INIT(_Py_NULL) _Py_NULL, 0, _Py_NULL }

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03050000
/* A step of multi-phase initialisation (PEP 489). */
struct PyModuleDef_Slot {
    int slot;
    void *value;
};

#define Py_mod_create 1
#define Py_mod_exec 2
#ifndef Py_LIMITED_API
#define _Py_mod_LAST_SLOT 2
#endif
#endif

/* m_size: bytes of state for each module object; -1 for a module that keeps its state in globals. */
struct PyModuleDef {
    PyModuleDef_Base m_base;
    const char *m_name;
    const char *m_doc;
    Py_ssize_t m_size;
    PyMethodDef *m_methods;
    PyModuleDef_Slot *m_slots;
    traverseproc m_traverse;
    inquiry m_clear;
    freefunc m_free;
};
#ifndef Py_LIMITED_API

PyAPI_FUNC(int) _PyModuleSpec_IsInitializing(PyObject *spec);
PyAPI_FUNC(void) _PyModule_Clear(PyObject *op);
PyAPI_FUNC(void) _PyModule_ClearDict(PyObject *dict);

#endif

#ifdef __cplusplus
}
#endif

#endif
