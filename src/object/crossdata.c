/* Data passed between interpreters: which types allow it and how (None, int, bytes, str). */
#include "object/state.h"
#include <string.h>

#define cross (_PyRuntime.cross)

static void
clear(_PyCrossInterpreterData *data)
{
    memset(data, 0, sizeof *data);
    data->interp = -1;
}

static PyObject *
none_new(_PyCrossInterpreterData *Py_UNUSED(data))
{
    return Py_NewRef(Py_None);
}

static int
none_get(PyObject *Py_UNUSED(op), _PyCrossInterpreterData *data)
{
    data->data = NULL;
    data->obj = NULL;
    data->new_object = none_new;
    data->free = NULL;
    return 0;
}

/* An int that fits a pointer travels as one. */
static PyObject *
int_new(_PyCrossInterpreterData *data)
{
    return PyLong_FromSsize_t((Py_ssize_t)data->data);
}

static int
int_get(PyObject *op, _PyCrossInterpreterData *data)
{
    Py_ssize_t value = PyLong_AsSsize_t(op);
    if (value == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_SetString(PyExc_OverflowError, "try sending as bytes");
        }
        return -1;
    }
    data->data = (void *)value;
    data->obj = NULL;
    data->new_object = int_new;
    data->free = NULL;
    return 0;
}

/* bytes and str stay alive through the reference in `obj` and are copied on arrival. */
static PyObject *
bytes_new(_PyCrossInterpreterData *data)
{
    PyObject *op = data->obj;
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(op), PyBytes_GET_SIZE(op));
}

static int
bytes_get(PyObject *op, _PyCrossInterpreterData *data)
{
    data->data = NULL;
    data->obj = Py_NewRef(op);
    data->new_object = bytes_new;
    data->free = NULL;
    return 0;
}

static PyObject *
str_new(_PyCrossInterpreterData *data)
{
    PyObject *op = data->obj;
    return PyUnicode_FromKindAndData((int)PyUnicode_KIND(op), PyUnicode_DATA(op),
                                     PyUnicode_GET_LENGTH(op));
}

static int
str_get(PyObject *op, _PyCrossInterpreterData *data)
{
    data->data = NULL;
    data->obj = Py_NewRef(op);
    data->new_object = str_new;
    data->free = NULL;
    return 0;
}

static status
add(PyTypeObject *type, crossinterpdatafunc get)
{
    struct CrossType *entry = PyMem_RawMalloc(sizeof *entry);
    if (entry == NULL) {
        return -1;
    }
    entry->next = cross.head;
    entry->cls = type;
    entry->getdata = get;
    cross.head = entry;
    return 0;
}

/* The lock is held. */
static void
need_builtin_types(void)
{
    if (cross.head == NULL &&
        (add((PyTypeObject *)PyObject_Type(Py_None), none_get) < 0 || add(&PyLong_Type, int_get) < 0 ||
         add(&PyBytes_Type, bytes_get) < 0 || add(&PyUnicode_Type, str_get) < 0)) {
        Py_FatalError("could not register types for cross-interpreter sharing");
    }
}

/* Let instances of exactly that class be passed. */
int
_PyCrossInterpreterData_RegisterClass(PyTypeObject *cls, crossinterpdatafunc get)
{
    if (!PyType_Check(cls)) {
        PyErr_Format(PyExc_ValueError, "only classes may be registered");
        return -1;
    }
    if (get == NULL) {
        PyErr_Format(PyExc_ValueError, "missing 'getdata' func");
        return -1;
    }
    pthread_mutex_lock(&cross.lock);
    need_builtin_types();
    Py_INCREF(cls);             /* registered classes stay */
    status result = add(cls, get);
    pthread_mutex_unlock(&cross.lock);
    return result;
}

crossinterpdatafunc
_PyCrossInterpreterData_Lookup(PyObject *op)
{
    crossinterpdatafunc found = NULL;
    pthread_mutex_lock(&cross.lock);
    need_builtin_types();
    for (struct CrossType *entry = cross.head; entry != NULL; entry = entry->next) {
        if (entry->cls == Py_TYPE(op)) {
            found = entry->getdata;
            break;
        }
    }
    pthread_mutex_unlock(&cross.lock);
    return found;
}

static int
unsupported(PyObject *op)
{
    if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_ValueError, "%S does not support cross-interpreter data", op);
    }
    return -1;
}

int
_PyObject_CheckCrossInterpreterData(PyObject *op)
{
    return _PyCrossInterpreterData_Lookup(op) == NULL ? unsupported(op) : 0;
}

int
_PyObject_GetCrossInterpreterData(PyObject *op, _PyCrossInterpreterData *data)
{
    struct _is *interp = interp_get();
    clear(data);
    Py_INCREF(op);
    crossinterpdatafunc get = _PyCrossInterpreterData_Lookup(op);
    int result = get == NULL ? unsupported(op) : get(op, data);
    Py_DECREF(op);
    if (result != 0) {
        return -1;
    }
    data->interp = interp->id;
    if (data->new_object == NULL) {
        _PyCrossInterpreterData_Release(data);
        PyErr_SetString(PyExc_SystemError, "missing new_object func");
        return -1;
    }
    return 0;
}

PyObject *
_PyCrossInterpreterData_NewObject(_PyCrossInterpreterData *data)
{
    return data->new_object(data);
}

static int
release_now(void *raw)
{
    _PyCrossInterpreterData *data = raw;
    if (data->free != NULL) {
        data->free(data->data);
    }
    Py_XDECREF(data->obj);
    clear(data);
    return 0;
}

/* Give back what the data holds, in the interpreter it came from. */
void
_PyCrossInterpreterData_Release(_PyCrossInterpreterData *data)
{
    extern PyInterpreterState *_PyInterpreterState_LookUpID(int64_t id);
    if (data->data == NULL && data->obj == NULL) {
        return;
    }
    PyInterpreterState *interp = _PyInterpreterState_LookUpID(data->interp);
    if (interp == NULL) {
        PyErr_Clear();          /* it has ended: what it owned is gone */
        return;
    }
    PyThreadState *current = tstate_get(), *before = NULL;
    if (interp != current->interp) {
        PyThreadState *there = PyInterpreterState_ThreadHead(interp);
        before = PyThreadState_Swap(there);
    }
    release_now(data);
    if (before != NULL) {
        PyThreadState_Swap(before);
    }
}
