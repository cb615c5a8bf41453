/* Functions written in Python; staticmethod and classmethod. */
#ifndef Py_FUNCOBJECT_H
#define Py_FUNCOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
/* What _PyFunction_FromConstructor makes a function of; its references stay the caller's. */
typedef struct {
    PyObject *fc_globals;
    PyObject *fc_builtins;
    PyObject *fc_name;
    PyObject *fc_qualname;
    PyObject *fc_code;
    PyObject *fc_defaults;
    PyObject *fc_kwdefaults;
    PyObject *fc_closure;
} PyFrameConstructor;

/* func_version is 0 when something that calls depend on has changed. */
typedef struct {
    PyObject_HEAD
    PyObject *func_globals;
    PyObject *func_builtins;
    PyObject *func_name;
    PyObject *func_qualname;
    PyObject *func_code;
    PyObject *func_defaults;
    PyObject *func_kwdefaults;
    PyObject *func_closure;
    PyObject *func_doc;
    PyObject *func_dict;
    PyObject *func_weakreflist;
    PyObject *func_module;
    PyObject *func_annotations;
    vectorcallfunc vectorcall;
    uint32_t func_version;
} PyFunctionObject;

PyAPI_DATA(PyTypeObject) PyClassMethod_Type;
PyAPI_DATA(PyTypeObject) PyFunction_Type;
PyAPI_DATA(PyTypeObject) PyStaticMethod_Type;

PyAPI_FUNC(PyObject *) PyClassMethod_New(PyObject *callable);
PyAPI_FUNC(PyObject *) PyFunction_GetAnnotations(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetClosure(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetCode(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetDefaults(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetGlobals(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetKwDefaults(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_GetModule(PyObject *object);
PyAPI_FUNC(PyObject *) PyFunction_New(PyObject *code, PyObject *globals);
PyAPI_FUNC(PyObject *) PyFunction_NewWithQualName(PyObject *code_object, PyObject *globals,
                                                  PyObject *qualname);
PyAPI_FUNC(int) PyFunction_SetAnnotations(PyObject *object, PyObject *annotations);
PyAPI_FUNC(int) PyFunction_SetClosure(PyObject *object, PyObject *closure);
PyAPI_FUNC(int) PyFunction_SetDefaults(PyObject *object, PyObject *defaults);
PyAPI_FUNC(int) PyFunction_SetKwDefaults(PyObject *object, PyObject *defaults);
PyAPI_FUNC(PyObject *) PyStaticMethod_New(PyObject *callable);
PyAPI_FUNC(PyObject *) _PyFunction_Vectorcall(PyObject *callable, PyObject *const *args,
                                              size_t nargsf, PyObject *kwnames);

#define PyFunction_Check(op) Py_IS_TYPE((op), &PyFunction_Type)

/* Borrowed references. */
#define _PyFunction_CAST(func) _Py_CAST(PyFunctionObject *, (func))
#define PyFunction_GET_CODE(func) (_PyFunction_CAST(func)->func_code)
#define PyFunction_GET_GLOBALS(func) (_PyFunction_CAST(func)->func_globals)
#define PyFunction_GET_MODULE(func) (_PyFunction_CAST(func)->func_module)
#define PyFunction_GET_DEFAULTS(func) (_PyFunction_CAST(func)->func_defaults)
#define PyFunction_GET_KW_DEFAULTS(func) (_PyFunction_CAST(func)->func_kwdefaults)
#define PyFunction_GET_CLOSURE(func) (_PyFunction_CAST(func)->func_closure)
#define PyFunction_GET_ANNOTATIONS(func) (_PyFunction_CAST(func)->func_annotations)
#endif

#ifdef __cplusplus
}
#endif

#endif
