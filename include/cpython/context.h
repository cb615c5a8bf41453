/* contextvars. */
#ifndef Py_CONTEXT_H
#define Py_CONTEXT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
typedef struct _pycontextobject PyContext;
typedef struct _pycontextvarobject PyContextVar;
typedef struct _pycontexttokenobject PyContextToken;

PyAPI_DATA(PyTypeObject) PyContextToken_Type;
PyAPI_DATA(PyTypeObject) PyContextVar_Type;
PyAPI_DATA(PyTypeObject) PyContext_Type;

PyAPI_FUNC(int) PyContextVar_Get(PyObject *object, PyObject *fallback, PyObject **value_out);
PyAPI_FUNC(PyObject *) PyContextVar_New(const char *name, PyObject *fallback);
PyAPI_FUNC(int) PyContextVar_Reset(PyObject *object, PyObject *token_object);
PyAPI_FUNC(PyObject *) PyContextVar_Set(PyObject *object, PyObject *value);
PyAPI_FUNC(PyObject *) PyContext_Copy(PyObject *object);
PyAPI_FUNC(PyObject *) PyContext_CopyCurrent(void);
PyAPI_FUNC(int) PyContext_Enter(PyObject *object);
PyAPI_FUNC(int) PyContext_Exit(PyObject *object);
PyAPI_FUNC(PyObject *) PyContext_New(void);
PyAPI_FUNC(PyObject *) _PyContext_NewHamtForTests(void);

#define PyContext_CheckExact(o) Py_IS_TYPE((o), &PyContext_Type)
#define PyContextVar_CheckExact(o) Py_IS_TYPE((o), &PyContextVar_Type)
#define PyContextToken_CheckExact(o) Py_IS_TYPE((o), &PyContextToken_Type)
#endif

#ifdef __cplusplus
}
#endif

#endif
