/* Functions written in C. */
#ifndef Py_METHODOBJECT_H
#define Py_METHODOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef PyObject *(*_PyCFunctionFast)(PyObject *, PyObject *const *, Py_ssize_t);
typedef PyObject *(*PyCFunctionWithKeywords)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*_PyCFunctionFastWithKeywords)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
typedef PyObject *(*PyCMethod)(PyObject *, PyTypeObject *, PyObject *const *, size_t, PyObject *);

/* How ml_meth is called. */
#define METH_VARARGS 0x0001
#define METH_KEYWORDS 0x0002
#define METH_NOARGS 0x0004
#define METH_O 0x0008
/* What it becomes in a type. */
#define METH_CLASS 0x0010
#define METH_STATIC 0x0020
#define METH_COEXIST 0x0040
#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
#define METH_FASTCALL 0x0080
#endif
#define METH_STACKLESS 0x0000
/* With FASTCALL and KEYWORDS: the defining class is passed too. */
#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03090000
#define METH_METHOD 0x0200
#endif

struct PyMethodDef {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
};

#define PyCFunction_CheckExact(op) Py_IS_TYPE((op), &PyCFunction_Type)
#define PyCFunction_Check(op) PyObject_TypeCheck((op), &PyCFunction_Type)
/* To PyCFunction from any of the signatures above, by way of a type that cast warnings accept. */
#define _PyCFunction_CAST(func) _Py_CAST(PyCFunction, _Py_CAST(void (*)(void), (func)))
PyAPI_DATA(PyTypeObject) PyCFunction_Type;

Py_DEPRECATED(3.9) PyAPI_FUNC(PyObject *) PyCFunction_Call(PyObject *callable, PyObject *args,
                                                           PyObject *kwargs);
PyAPI_FUNC(int) PyCFunction_GetFlags(PyObject *op);
PyAPI_FUNC(PyCFunction) PyCFunction_GetFunction(PyObject *op);
PyAPI_FUNC(PyObject *) PyCFunction_GetSelf(PyObject *op);
PyAPI_FUNC(PyObject *) PyCFunction_New(PyMethodDef *def, PyObject *self);
PyAPI_FUNC(PyObject *) PyCFunction_NewEx(PyMethodDef *def, PyObject *self, PyObject *module);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03090000
PyAPI_FUNC(PyObject *) PyCMethod_New(PyMethodDef *def, PyObject *self, PyObject *module,
                                     PyTypeObject *klass);
#endif

#define PyCFunction_New(ML, SELF) PyCFunction_NewEx((ML), (SELF), NULL)
#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03090000
#define PyCFunction_NewEx(ML, SELF, MOD) PyCMethod_New((ML), (SELF), (MOD), NULL)
#endif

#ifndef Py_LIMITED_API
typedef struct {
    PyObject_HEAD
    PyMethodDef *m_ml;
    PyObject *m_self;
    PyObject *m_module;
    PyObject *m_weakreflist;
    vectorcallfunc vectorcall;
} PyCFunctionObject;

typedef struct {
    PyCFunctionObject func;
    PyTypeObject *mm_class;
} PyCMethodObject;

PyAPI_DATA(PyTypeObject) PyCMethod_Type;

#define _PyCFunctionObject_CAST(func) _Py_CAST(PyCFunctionObject *, (func))
#define _PyCMethodObject_CAST(func) _Py_CAST(PyCMethodObject *, (func))
#define PyCMethod_CheckExact(op) Py_IS_TYPE((op), &PyCMethod_Type)
#define PyCMethod_Check(op) PyObject_TypeCheck((op), &PyCMethod_Type)

static inline PyCFunction
PyCFunction_GET_FUNCTION(PyObject *func)
{
    return _PyCFunctionObject_CAST(func)->m_ml->ml_meth;
}

static inline int
PyCFunction_GET_FLAGS(PyObject *func)
{
    return _PyCFunctionObject_CAST(func)->m_ml->ml_flags;
}

/* Borrowed; NULL for static methods. */
static inline PyObject *
PyCFunction_GET_SELF(PyObject *func)
{
    return PyCFunction_GET_FLAGS(func) & METH_STATIC ? _Py_NULL : _PyCFunctionObject_CAST(func)->m_self;
}

/* Borrowed; NULL unless METH_METHOD. */
static inline PyTypeObject *
PyCFunction_GET_CLASS(PyObject *func)
{
    return PyCFunction_GET_FLAGS(func) & METH_METHOD ? _PyCMethodObject_CAST(func)->mm_class : _Py_NULL;
}

#define PyCFunction_GET_FUNCTION(func) PyCFunction_GET_FUNCTION(_PyObject_CAST(func))
#define PyCFunction_GET_FLAGS(func) PyCFunction_GET_FLAGS(_PyObject_CAST(func))
#define PyCFunction_GET_SELF(func) PyCFunction_GET_SELF(_PyObject_CAST(func))
#define PyCFunction_GET_CLASS(func) PyCFunction_GET_CLASS(_PyObject_CAST(func))
#endif

#ifdef __cplusplus
}
#endif

#endif
