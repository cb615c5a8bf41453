/* classmethod and staticmethod: callables that bind to the class, or to nothing.

   Both wrap a callable and keep a dict for the attributes they copy from it. */
#include "types/classmethod.h"

static status
copy_attribute(PyObject *to, PyObject *from, PyObject *name)
{
    PyObject *value;
    if (_PyObject_LookupAttr(from, name, &value) <= 0) {
        return PyErr_Occurred() ? -1 : 0;
    }
    status result = PyObject_SetAttr(to, name, value);
    Py_DECREF(value);
    return result;
}

/* Name, documentation and so on of the wrapped callable, as functools.update_wrapper does it. */
static status
copy_attributes(PyObject *to, PyObject *from)
{
    PyObject *names[] = {ID(__module__), ID(__name__), ID(__qualname__), ID(__doc__),
                         ID(__annotations__)};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (copy_attribute(to, from, names[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
wrapper_init(PyObject *op, PyObject *args, PyObject *kwargs, const char *name)
{
    PyObject *callable;
    if (!_PyArg_NoKeywords(name, kwargs) || !PyArg_UnpackTuple(args, name, 1, 1, &callable)) {
        return -1;
    }
    Py_INCREF(callable);
    Py_XSETREF(WRAPPER(op)->callable, callable);
    return copy_attributes(op, callable);
}

static PyObject *
wrapper_new(PyTypeObject *type, PyObject *callable)
{
    WrapperObject *op = (WrapperObject *)PyType_GenericAlloc(type, 0);
    if (op != NULL) {
        op->callable = Py_NewRef(callable);
    }
    return (PyObject *)op;
}

static void
wrapper_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, op)) {
        return;
    }
    Py_XDECREF(WRAPPER(op)->callable);
    Py_XDECREF(WRAPPER(op)->dict);
    Py_TYPE(op)->tp_free(op);
    trash_end(tstate);
}

static int
wrapper_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(WRAPPER(op)->dict);
    Py_VISIT(WRAPPER(op)->callable);
    return 0;
}

static int
wrapper_clear(PyObject *op)
{
    Py_CLEAR(WRAPPER(op)->callable);
    Py_CLEAR(WRAPPER(op)->dict);
    return 0;
}

/* ---- classmethod ----------------------------------------------------------------------------------------------- */

PyObject *
PyClassMethod_New(PyObject *callable)
{
    return wrapper_new(&PyClassMethod_Type, callable);
}

static int
classmethod_tp_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return wrapper_init(op, args, kwargs, "classmethod");
}

/* Another descriptor inside is bound to the class as if it had been found on it. */
static PyObject *
classmethod_tp_descr_get(PyObject *op, PyObject *instance, PyObject *owner)
{
    PyObject *callable = WRAPPER(op)->callable;
    if (callable == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "uninitialized classmethod object");
        return NULL;
    }
    if (owner == NULL) {
        owner = (PyObject *)Py_TYPE(instance);
    }
    descrgetfunc get = Py_TYPE(callable)->tp_descr_get;
    if (stack_check(" while binding a class method") < 0) {
        return NULL;
    }
    return get != NULL ? get(callable, owner, owner) : PyMethod_New(callable, owner);
}

static PyObject *
classmethod_tp_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<classmethod(%R)>", WRAPPER(op)->callable);
}

MEMBER(classmethod, __func__, T_OBJECT, WrapperObject, callable, READONLY, NULL)
MEMBER(classmethod, __wrapped__, T_OBJECT, WrapperObject, callable, READONLY, NULL)

GETTER(classmethod, __isabstractmethod__, NULL)
static PyObject *
classmethod_get_isabstractmethod(PyObject *op, void *Py_UNUSED(closure))
{
    int abstract = _PyObject_IsAbstract(WRAPPER(op)->callable);
    return abstract < 0 ? NULL : PyBool_FromLong(abstract);
}

GETTER(classmethod, __dict__, NULL)
static PyObject *
classmethod_get_dict(PyObject *op, void *closure)
{
    return PyObject_GenericGetDict(op, closure);
}

SETTER(classmethod, __dict__)
static int
classmethod_set_dict(PyObject *op, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict(op, value, closure);
}

TYPE(classmethod, PyClassMethod_Type, "classmethod", WrapperObject, NULL,
     "classmethod(function) -> method\n\n"
     "A method that gets the class as its first argument, however it is called.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_dealloc = wrapper_dealloc, .tp_traverse = wrapper_traverse, .tp_clear = wrapper_clear,
     .tp_dictoffset = offsetof(WrapperObject, dict), .tp_alloc = PyType_GenericAlloc,
     .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

/* ---- staticmethod ---------------------------------------------------------------------------------------------- */

PyObject *
PyStaticMethod_New(PyObject *callable)
{
    return wrapper_new(&PyStaticMethod_Type, callable);
}

static int
staticmethod_tp_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return wrapper_init(op, args, kwargs, "staticmethod");
}

static PyObject *
staticmethod_tp_descr_get(PyObject *op, PyObject *Py_UNUSED(instance), PyObject *Py_UNUSED(owner))
{
    PyObject *callable = WRAPPER(op)->callable;
    if (callable == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "uninitialized staticmethod object");
    }
    return Py_XNewRef(callable);
}

static PyObject *
staticmethod_tp_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyObject *callable = WRAPPER(op)->callable;
    if (callable == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "uninitialized staticmethod object");
        return NULL;
    }
    return PyObject_Call(callable, args, kwargs);
}

static PyObject *
staticmethod_tp_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<staticmethod(%R)>", WRAPPER(op)->callable);
}

MEMBER(staticmethod, __func__, T_OBJECT, WrapperObject, callable, READONLY, NULL)
MEMBER(staticmethod, __wrapped__, T_OBJECT, WrapperObject, callable, READONLY, NULL)

GETTER(staticmethod, __isabstractmethod__, NULL)
static PyObject *
staticmethod_get_isabstractmethod(PyObject *op, void *Py_UNUSED(closure))
{
    int abstract = _PyObject_IsAbstract(WRAPPER(op)->callable);
    return abstract < 0 ? NULL : PyBool_FromLong(abstract);
}

GETTER(staticmethod, __dict__, NULL)
static PyObject *
staticmethod_get_dict(PyObject *op, void *closure)
{
    return PyObject_GenericGetDict(op, closure);
}

SETTER(staticmethod, __dict__)
static int
staticmethod_set_dict(PyObject *op, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict(op, value, closure);
}

TYPE(staticmethod, PyStaticMethod_Type, "staticmethod", WrapperObject, NULL,
     "staticmethod(function) -> method\n\n"
     "A method that gets neither instance nor class.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_dealloc = wrapper_dealloc, .tp_traverse = wrapper_traverse, .tp_clear = wrapper_clear,
     .tp_dictoffset = offsetof(WrapperObject, dict), .tp_alloc = PyType_GenericAlloc,
     .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

#include "gen/types/classmethod.inc"
