/* Calling objects.

   Vectorcall passes arguments in an array: positional ones, then the values of keywords, whose names
   come in a tuple.  Types without it are called through tp_call with a tuple and a dict.  The bit
   PY_VECTORCALL_ARGUMENTS_OFFSET allows a callee to use args[-1] until it returns. */
#include "base/copy.h"
#include "object/object.h"
#include "object/call.h"
#include "object/class.h"
#include "object/descr.h"
#include "object/slots.h"
#include "types/dict.h"
#include "types/exceptions.h"
#include "types/tuple.h"

static const char while_calling[] = " while calling a Python object";

/* ---- results ----------------------------------------------------------------------------------------- */

static COLD PyObject *
raise_result(PyThreadState *tstate, PyObject *callable, PyObject *result, const char *where)
{
    if (result == NULL) {
        if (callable != NULL) {
            _PyErr_Format(tstate, PyExc_SystemError,
                          "%R returned NULL without setting an exception", callable);
        }
        else {
            _PyErr_Format(tstate, PyExc_SystemError,
                          "%s returned NULL without setting an exception", where);
        }
        return NULL;
    }
    Py_DECREF(result);
    if (callable != NULL) {
        _PyErr_FormatFromCauseTstate(tstate, PyExc_SystemError,
                                     "%R returned a result with an exception set", callable);
    }
    else {
        _PyErr_FormatFromCauseTstate(tstate, PyExc_SystemError,
                                     "%s returned a result with an exception set", where);
    }
    return NULL;
}

/* Give `result` back if it is NULL exactly when an exception is set, else NULL with SystemError. */
PyObject *
_Py_CheckFunctionResult(PyThreadState *tstate, PyObject *callable, PyObject *result,
                        const char *where)
{
    if (likely((result == NULL) == (err_occurred(tstate) != NULL))) {
        return result;
    }
    return raise_result(tstate, callable, result, where);
}

static COLD PyObject *
raise_not_callable(PyThreadState *tstate, PyObject *callable)
{
    return _PyErr_Format(tstate, PyExc_TypeError, "'%.200s' object is not callable",
                         type_name(callable));
}

/* ---- keywords ---------------------------------------------------------------------------------------------- */

/* A dict of the keywords whose values start at `values`. */
PyObject *
_PyStack_AsDict(PyObject *const *values, PyObject *kwnames)
{
    return dict_display(&PyTuple_GET_ITEM(kwnames, 0), 1, values, 1, PyTuple_GET_SIZE(kwnames));
}

/* Keyword names and values of a dict, behind copies of args; *kwnames becomes a tuple.  The array starts
   one word into the allocation, so that callees may use args[-1].  NULL on error. */
static PyObject *const *
stack_from_dict(PyThreadState *tstate, PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs,
                PyObject **kwnames, bool *all_str)
{
    Py_ssize_t nkw = PyDict_GET_SIZE(kwargs);
    if ((size_t)nargs > (PY_SSIZE_T_MAX / sizeof(PyObject *)) - 1 - nkw) {
        _PyErr_NoMemory(tstate);
        return NULL;
    }
    PyObject **block = PyMem_Malloc((1 + nargs + nkw) * sizeof(PyObject *));
    PyObject *names = block == NULL ? NULL : PyTuple_New(nkw);
    if (names == NULL) {
        if (block == NULL) {
            _PyErr_NoMemory(tstate);
        }
        PyMem_Free(block);
        return NULL;
    }
    PyObject **stack = block + 1;
    for (Py_ssize_t i = 0; i < nargs; i++) {
        stack[i] = Py_NewRef(args[i]);
    }
    PyObject *key, *value;
    unsigned long kinds = Py_TPFLAGS_UNICODE_SUBCLASS;
    Py_ssize_t i = 0;
    for (Py_ssize_t pos = 0; i < nkw && PyDict_Next(kwargs, &pos, &key, &value); i++) {
        kinds &= Py_TYPE(key)->tp_flags;
        PyTuple_SET_ITEM(names, i, Py_NewRef(key));
        stack[nargs + i] = Py_NewRef(value);
    }
    *kwnames = names;
    *all_str = kinds != 0;
    return stack;
}

static void
stack_free(PyObject *const *stack, Py_ssize_t nargs, PyObject *kwnames)
{
    Py_ssize_t count = nargs + PyTuple_GET_SIZE(kwnames);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_DECREF(stack[i]);
    }
    PyMem_Free((PyObject **)stack - 1);
    Py_DECREF(kwnames);
}

/* ---- one more argument in front ----------------------------------------------------------------------- */

PyObject *
call_with_self(PyThreadState *tstate, PyObject *callable, PyObject *self, PyObject *const *args,
               size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    PyObject *result;
    if (nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET) {
        PyObject **lent = (PyObject **)args - 1;
        PyObject *saved = lent[0];
        lent[0] = self;
        result = call_vector(tstate, callable, lent, nargs + 1, kwnames);
        lent[0] = saved;
        return result;
    }
    Py_ssize_t total = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    if (total == 0) {
        return call_vector(tstate, callable, &self, 1, NULL);
    }
    PyObject *small[SMALL_STACK + 1], **stack = small;
    if (total > SMALL_STACK) {
        stack = PyMem_Malloc((total + 1) * sizeof(PyObject *));
        if (stack == NULL) {
            return _PyErr_NoMemory(tstate);
        }
    }
    stack[0] = self;
    copy_pointers(stack + 1, args, total);
    result = call_vector(tstate, callable, stack, nargs + 1, kwnames);
    if (stack != small) {
        PyMem_Free(stack);
    }
    return result;
}

/* ---- tp_call ------------------------------------------------------------------------------------------------- */

/* Call through tp_call; `keywords` is a tuple of names behind whose positional arguments the values
   stand, or a dict, or NULL. */
PyObject *
_PyObject_MakeTpCall(PyThreadState *tstate, PyObject *callable, PyObject *const *args,
                     Py_ssize_t nargs, PyObject *keywords)
{
    ternaryfunc call = Py_TYPE(callable)->tp_call;
    if (unlikely(call == NULL)) {
        return raise_not_callable(tstate, callable);
    }
    if (call == slot_call && (keywords == NULL || PyTuple_CheckExact(keywords))) {
        /* A method written in Python takes the arguments as they are. */
        PyObject *method = _PyType_Lookup(Py_TYPE(callable), ID(__call__));
        if (method != NULL && type_has(Py_TYPE(method), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
            if (recursion_enter(tstate, while_calling) < 0) {
                return NULL;
            }
            Py_INCREF(method);
            PyObject *result = call_with_self(tstate, method, callable, args, nargs, keywords);
            Py_DECREF(method);
            recursion_leave(tstate);
            return result;
        }
    }
    PyObject *tuple = tuple_from_array(args, nargs);
    if (tuple == NULL) {
        return NULL;
    }
    PyObject *kwargs = NULL, *result = NULL;
    if (keywords == NULL || PyDict_Check(keywords)) {
        kwargs = Py_XNewRef(keywords);
    }
    else if (PyTuple_GET_SIZE(keywords) > 0) {
        kwargs = _PyStack_AsDict(args + nargs, keywords);
        if (kwargs == NULL) {
            Py_DECREF(tuple);
            return NULL;
        }
    }
    if (recursion_enter(tstate, while_calling) == 0) {
        result = call(callable, tuple, kwargs);
        recursion_leave(tstate);
    }
    Py_DECREF(tuple);
    Py_XDECREF(kwargs);
    return _Py_CheckFunctionResult(tstate, callable, result, NULL);
}

/* Functions that take a tuple and a dict in the reference find keywords that are not str themselves. */
static bool
refuses_names_itself(PyObject *callable)
{
    return PyCFunction_Check(callable) &&
           ((PyCFunctionObject *)callable)->m_ml->ml_flags & METH_PLAIN_NAME;
}

/* Whether a vectorcall stands for what is a tp_call in the reference: of some types and of classes. */
static bool
is_called_with_dict(PyObject *callable, vectorcallfunc func)
{
    return func == class_vectorcall || func == baseexc_vectorcall || callable == (PyObject *)&PyLong_Type ||
           callable == (PyObject *)&PyUnicode_Type || callable == (PyObject *)&PyBaseObject_Type;
}

/* Vectorcall with the keywords of a dict that is not empty. */
static PyObject *
call_unpacked(PyThreadState *tstate, vectorcallfunc func, PyObject *callable, PyObject *const *args,
              Py_ssize_t nargs, PyObject *kwargs)
{
    PyObject *kwnames, *result = NULL;
    bool all_str;
    PyObject *const *stack = stack_from_dict(tstate, args, nargs, kwargs, &kwnames, &all_str);
    if (stack == NULL) {
        return NULL;
    }
    if (likely(all_str) || refuses_names_itself(callable)) {
        result = func(callable, stack, nargs | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    }
    else if (is_called_with_dict(callable, func)) {
        result = _PyObject_MakeTpCall(tstate, callable, args, nargs, kwargs);
    }
    else {
        _PyErr_SetString(tstate, PyExc_TypeError, "keywords must be strings");
    }
    stack_free(stack, nargs, kwnames);
    return _Py_CheckFunctionResult(tstate, callable, result, NULL);
}

/* What comes back without keywords is not checked: that is the caller's, as in the reference. */
static PyObject *
call_vector_with_dict(PyThreadState *tstate, vectorcallfunc func, PyObject *callable,
                      PyObject *tuple, PyObject *kwargs)
{
    Py_ssize_t nargs = PyTuple_GET_SIZE(tuple);
    PyObject *const *items = &PyTuple_GET_ITEM(tuple, 0);
    if (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0) {
        return func(callable, items, nargs, NULL);
    }
    return call_unpacked(tstate, func, callable, items, nargs, kwargs);
}

/* tp_call for types that support vectorcall. */
PyObject *
PyVectorcall_Call(PyObject *callable, PyObject *tuple, PyObject *kwargs)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t offset = Py_TYPE(callable)->tp_vectorcall_offset;
    vectorcallfunc func = NULL;
    if (offset > 0) {
        memcpy(&func, (char *)callable + offset, sizeof(func));
    }
    if (func == NULL) {
        return _PyErr_Format(tstate, PyExc_TypeError,
                             "'%.200s' object does not support vectorcall", type_name(callable));
    }
    return call_vector_with_dict(tstate, func, callable, tuple, kwargs);
}

PyObject *
_PyObject_Call(PyThreadState *tstate, PyObject *callable, PyObject *args, PyObject *kwargs)
{
    vectorcallfunc func = vectorcall_of(callable);
    PyObject *result = NULL;
    if (func != NULL) {
        return call_vector_with_dict(tstate, func, callable, args, kwargs);
    }
    else {
        ternaryfunc call = Py_TYPE(callable)->tp_call;
        if (call == NULL) {
            return raise_not_callable(tstate, callable);
        }
        if (recursion_enter(tstate, while_calling) < 0) {
            return NULL;
        }
        result = call(callable, args, kwargs);
        recursion_leave(tstate);
    }
    return _Py_CheckFunctionResult(tstate, callable, result, NULL);
}

/* callable(*args, **kwargs); args a tuple, kwargs a dict or NULL. */
PyObject *
PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return _PyObject_Call(tstate_get(), callable, args, kwargs);
}

PyObject *
PyCFunction_Call(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(callable, args, kwargs);
}

/* callable(*args); args a tuple or NULL. */
PyObject *
PyObject_CallObject(PyObject *callable, PyObject *args)
{
    PyThreadState *tstate = tstate_get();
    if (args == NULL) {
        return call_vector(tstate, callable, NULL, 0, NULL);
    }
    if (!PyTuple_Check(args)) {
        _PyErr_SetString(tstate, PyExc_TypeError, "argument list must be a tuple");
        return NULL;
    }
    return _PyObject_Call(tstate, callable, args, NULL);
}

PyObject *
PyEval_CallObjectWithKeywords(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    PyThreadState *tstate = tstate_get();
    if (args != NULL && !PyTuple_Check(args)) {
        _PyErr_SetString(tstate, PyExc_TypeError, "argument list must be a tuple");
        return NULL;
    }
    if (kwargs != NULL && !PyDict_Check(kwargs)) {
        _PyErr_SetString(tstate, PyExc_TypeError, "keyword list must be a dictionary");
        return NULL;
    }
    if (args == NULL) {
        return _PyObject_FastCallDictTstate(tstate, callable, NULL, 0, kwargs);
    }
    return _PyObject_Call(tstate, callable, args, kwargs);
}

/* ---- vectorcall ----------------------------------------------------------------------------------------------- */

vectorcallfunc
PyVectorcall_Function(PyObject *callable)
{
    return vectorcall_of(callable);
}

PyObject *
PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return call_vector(tstate_get(), callable, args, nargsf, kwnames);
}

PyObject *
_PyObject_FastCall(PyObject *callable, PyObject *const *args, Py_ssize_t nargs)
{
    return call_vector(tstate_get(), callable, args, (size_t)nargs, NULL);
}

PyObject *
PyObject_CallNoArgs(PyObject *callable)
{
    return call_vector(tstate_get(), callable, NULL, 0, NULL);
}

PyObject *
PyObject_CallOneArg(PyObject *callable, PyObject *arg)
{
    PyObject *args[2] = {NULL, arg};
    return call_vector(tstate_get(), callable, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

PyObject *
_PyObject_FastCallDictTstate(PyThreadState *tstate, PyObject *callable, PyObject *const *args,
                             size_t nargsf, PyObject *kwargs)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    vectorcallfunc func = vectorcall_of(callable);
    if (func == NULL) {
        return _PyObject_MakeTpCall(tstate, callable, args, nargs, kwargs);
    }
    if (kwargs == NULL || PyDict_GET_SIZE(kwargs) == 0) {
        return _Py_CheckFunctionResult(tstate, callable, func(callable, args, nargsf, NULL), NULL);
    }
    return call_unpacked(tstate, func, callable, args, nargs, kwargs);
}

/* Positional arguments in an array, keywords in a dict or NULL. */
PyObject *
PyObject_VectorcallDict(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwargs)
{
    return _PyObject_FastCallDictTstate(tstate_get(), callable, args, nargsf, kwargs);
}

/* callable(self, *args, **kwargs) */
PyObject *
_PyObject_Call_Prepend(PyThreadState *tstate, PyObject *callable, PyObject *self, PyObject *args,
                       PyObject *kwargs)
{
    PyObject *small[SMALL_STACK + 1], **stack = small;
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count > SMALL_STACK) {
        stack = PyMem_Malloc((count + 1) * sizeof(PyObject *));
        if (stack == NULL) {
            return _PyErr_NoMemory(tstate);
        }
    }
    stack[0] = self;
    memcpy(stack + 1, &PyTuple_GET_ITEM(args, 0), count * sizeof(PyObject *));
    PyObject *result = _PyObject_FastCallDictTstate(tstate, callable, stack, count + 1, kwargs);
    if (stack != small) {
        PyMem_Free(stack);
    }
    return result;
}

/* ---- methods ---------------------------------------------------------------------------------------------------- */

/* args[0].name(*args[1:]); no bound method is made if the attribute is a function. */
PyObject *
PyObject_VectorcallMethod(PyObject *name, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    PyObject *callable = NULL;
    int unbound = _PyObject_GetMethod(args[0], name, &callable);
    if (callable == NULL) {
        return NULL;
    }
    if (unbound) {
        /* args[-1] is the caller's to lend for args, but not with self in front of it. */
        nargsf &= ~PY_VECTORCALL_ARGUMENTS_OFFSET;
    }
    else {
        /* Self is dropped, so its place is free for the callee. */
        args++;
        nargsf = (nargsf - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET;
    }
    PyObject *result = call_vector(tstate, callable, args, nargsf, kwnames);
    Py_DECREF(callable);
    return result;
}

/* ---- arguments as C varargs ------------------------------------------------------------------------------------ */

/* Call with the objects of `list` up to NULL, behind `self` if it is not NULL. */
static PyObject *
call_objects(PyThreadState *tstate, PyObject *self, PyObject *callable, va_list list)
{
    PyObject *small[SMALL_STACK], **stack = small;
    if (callable == NULL) {
        if (!err_occurred(tstate)) {
            _PyErr_SetString(tstate, PyExc_SystemError, "null argument to internal routine");
        }
        return NULL;
    }
    va_list count_list;
    va_copy(count_list, list);
    Py_ssize_t count = self != NULL;
    while (va_arg(count_list, PyObject *) != NULL) {
        count++;
    }
    va_end(count_list);
    if (count > SMALL_STACK) {
        stack = PyMem_Malloc(count * sizeof(PyObject *));
        if (stack == NULL) {
            return _PyErr_NoMemory(tstate);
        }
    }
    Py_ssize_t i = 0;
    if (self != NULL) {
        stack[i++] = self;
    }
    while (i < count) {
        stack[i++] = va_arg(list, PyObject *);
    }
    PyObject *result = call_vector(tstate, callable, stack, count, NULL);
    if (stack != small) {
        PyMem_Free(stack);
    }
    return result;
}

/* callable(a, b, ...); the objects end with NULL. */
PyObject *
PyObject_CallFunctionObjArgs(PyObject *callable, ...)
{
    va_list list;
    va_start(list, callable);
    PyObject *result = call_objects(tstate_get(), NULL, callable, list);
    va_end(list);
    return result;
}

static PyObject *
call_method_objects(PyObject *op, PyObject *name, va_list list)
{
    PyThreadState *tstate = tstate_get();
    if (op == NULL || name == NULL) {
        if (!err_occurred(tstate)) {
            _PyErr_SetString(tstate, PyExc_SystemError, "null argument to internal routine");
        }
        return NULL;
    }
    PyObject *callable = NULL;
    int unbound = _PyObject_GetMethod(op, name, &callable);
    if (callable == NULL) {
        return NULL;
    }
    PyObject *result = call_objects(tstate, unbound ? op : NULL, callable, list);
    Py_DECREF(callable);
    return result;
}

/* op.name(a, b, ...); the objects end with NULL. */
PyObject *
PyObject_CallMethodObjArgs(PyObject *op, PyObject *name, ...)
{
    va_list list;
    va_start(list, name);
    PyObject *result = call_method_objects(op, name, list);
    va_end(list);
    return result;
}

PyObject *
_PyObject_CallMethodIdObjArgs(PyObject *op, _Py_Identifier *name, ...)
{
    PyObject *text = _PyUnicode_FromId(name);
    if (text == NULL) {
        return NULL;
    }
    va_list list;
    va_start(list, name);
    PyObject *result = call_method_objects(op, text, list);
    va_end(list);
    return result;
}

/* ---- arguments as a format --------------------------------------------------------------------------------- */

/* Call with what `format` builds.  A single tuple is the argument list itself. */
static PyObject *
call_format(PyThreadState *tstate, PyObject *callable, const char *format, va_list list, bool ssize)
{
    if (callable == NULL) {
        if (!err_occurred(tstate)) {
            _PyErr_SetString(tstate, PyExc_SystemError, "null argument to internal routine");
        }
        return NULL;
    }
    if (format == NULL || *format == '\0') {
        return call_vector(tstate, callable, NULL, 0, NULL);
    }
    PyObject *small[SMALL_STACK];
    Py_ssize_t count;
    PyObject **stack = ssize ? _Py_VaBuildStack_SizeT(small, SMALL_STACK, format, list, &count)
                             : _Py_VaBuildStack(small, SMALL_STACK, format, list, &count);
    if (stack == NULL) {
        return NULL;
    }
    PyObject *result;
    if (count == 1 && PyTuple_Check(stack[0])) {
        result = call_vector(tstate, callable, &PyTuple_GET_ITEM(stack[0], 0),
                             PyTuple_GET_SIZE(stack[0]), NULL);
    }
    else {
        result = call_vector(tstate, callable, stack, count, NULL);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_DECREF(stack[i]);
    }
    if (stack != small) {
        PyMem_Free(stack);
    }
    return result;
}

static PyObject *
call_method_format(PyThreadState *tstate, PyObject *method_take, const char *format, va_list list,
                   bool ssize)
{
    if (method_take == NULL) {
        return NULL;
    }
    PyObject *result;
    if (!PyCallable_Check(method_take)) {
        result = _PyErr_Format(tstate, PyExc_TypeError, "attribute of type '%.200s' is not callable",
                               type_name(method_take));
    }
    else {
        result = call_format(tstate, method_take, format, list, ssize);
    }
    Py_DECREF(method_take);
    return result;
}

#undef PyObject_CallFunction
PyObject *
PyObject_CallFunction(PyObject *callable, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_format(tstate_get(), callable, format, list, false);
    va_end(list);
    return result;
}

PyObject *
_PyObject_CallFunction_SizeT(PyObject *callable, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_format(tstate_get(), callable, format, list, true);
    va_end(list);
    return result;
}

PyObject *
PyEval_CallFunction(PyObject *callable, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_format(tstate_get(), callable, format, list, false);
    va_end(list);
    return result;
}

static PyObject *
method_by_text(PyThreadState *tstate, PyObject *op, const char *name)
{
    if (op == NULL || name == NULL) {
        if (!err_occurred(tstate)) {
            _PyErr_SetString(tstate, PyExc_SystemError, "null argument to internal routine");
        }
        return NULL;
    }
    return PyObject_GetAttrString(op, name);
}

#undef PyObject_CallMethod
PyObject *
PyObject_CallMethod(PyObject *op, const char *name, const char *format, ...)
{
    PyThreadState *tstate = tstate_get();
    va_list list;
    va_start(list, format);
    PyObject *result =
        call_method_format(tstate, method_by_text(tstate, op, name), format, list, false);
    va_end(list);
    return result;
}

PyObject *
_PyObject_CallMethod_SizeT(PyObject *op, const char *name, const char *format, ...)
{
    PyThreadState *tstate = tstate_get();
    va_list list;
    va_start(list, format);
    PyObject *result =
        call_method_format(tstate, method_by_text(tstate, op, name), format, list, true);
    va_end(list);
    return result;
}

PyObject *
PyEval_CallMethod(PyObject *op, const char *name, const char *format, ...)
{
    PyThreadState *tstate = tstate_get();
    va_list list;
    va_start(list, format);
    PyObject *result =
        call_method_format(tstate, method_by_text(tstate, op, name), format, list, false);
    va_end(list);
    return result;
}

PyObject *
_PyObject_CallMethod(PyObject *op, PyObject *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_method_format(tstate_get(), PyObject_GetAttr(op, name), format, list, true);
    va_end(list);
    return result;
}

#undef _PyObject_CallMethodId
PyObject *
_PyObject_CallMethodId(PyObject *op, _Py_Identifier *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_method_format(tstate_get(), _PyObject_GetAttrId(op, name), format, list, false);
    va_end(list);
    return result;
}

PyObject *
_PyObject_CallMethodId_SizeT(PyObject *op, _Py_Identifier *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *result = call_method_format(tstate_get(), _PyObject_GetAttrId(op, name), format, list, true);
    va_end(list);
    return result;
}
