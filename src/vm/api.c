/* PyEval_*: running code objects, and what is running now. */
#include "object/declare.h"
#include "object/state.h"
#include "vm/eval.h"

/* The innermost frame that Python may see; borrowed, NULL if nothing runs. */
static Frame *
current_frame(void)
{
    return frame_visible(tstate_get()->cframe->current_frame);
}

PyFrameObject *
PyEval_GetFrame(void)
{
    Frame *frame = current_frame();
    if (frame == NULL) {
        return NULL;
    }
    PyFrameObject *object = frame_get_object(frame);
    if (object == NULL) {
        PyErr_Clear();
    }
    return object;
}

PyFrameObject *
PyThreadState_GetFrame(PyThreadState *tstate)
{
    Frame *frame = frame_visible(tstate->cframe->current_frame);
    if (frame == NULL) {
        return NULL;
    }
    PyFrameObject *object = frame_get_object(frame);
    if (object == NULL) {
        PyErr_Clear();
    }
    return (PyFrameObject *)Py_XNewRef(object);
}

PyObject *
PyEval_GetBuiltins(void)
{
    /* Not only visible frames: the innermost one decides. */
    Frame *frame = tstate_get()->cframe->current_frame;
    return frame != NULL ? frame->builtins : tstate_get()->interp->builtins;
}

PyObject *
PyEval_GetGlobals(void)
{
    Frame *frame = current_frame();
    return frame != NULL ? frame->globals : NULL;
}

PyObject *
PyEval_GetLocals(void)
{
    Frame *frame = current_frame();
    if (frame == NULL) {
        PyErr_SetString(PyExc_SystemError, "frame does not exist");
        return NULL;
    }
    return frame_locals(frame);
}

PyObject *
_PyEval_GetBuiltin(PyObject *name)
{
    PyObject *builtins = PyEval_GetBuiltins();
    PyObject *value = PyObject_GetItem(builtins, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_SetObject(PyExc_AttributeError, name);
    }
    return value;
}

PyObject *
_PyEval_GetBuiltinId(_Py_Identifier *name)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text != NULL ? _PyEval_GetBuiltin(text) : NULL;
}

int
PyEval_MergeCompilerFlags(PyCompilerFlags *flags)
{
    Frame *frame = tstate_get()->cframe->current_frame;
    if (frame != NULL) {
        int inherited = frame->code->co_flags & PyCF_MASK;
        flags->cf_flags |= inherited;
    }
    return flags->cf_flags != 0;
}

const char *
PyEval_GetFuncName(PyObject *callable)
{
    if (PyMethod_Check(callable)) {
        return PyEval_GetFuncName(PyMethod_GET_FUNCTION(callable));
    }
    if (PyFunction_Check(callable)) {
        return PyUnicode_AsUTF8(((PyFunctionObject *)callable)->func_name);
    }
    if (PyCFunction_Check(callable)) {
        return ((PyCFunctionObject *)callable)->m_ml->ml_name;
    }
    return Py_TYPE(callable)->tp_name;
}

const char *
PyEval_GetFuncDesc(PyObject *callable)
{
    if (PyMethod_Check(callable) || PyFunction_Check(callable) || PyCFunction_Check(callable)) {
        return "()";
    }
    return " object";
}

/* ---- running -------------------------------------------------------------------------------- */

PyObject *
PyEval_EvalCode(PyObject *code, PyObject *globals, PyObject *locals)
{
    PyThreadState *tstate = tstate_get();
    PyFunctionObject *func = (PyFunctionObject *)PyFunction_New(code, globals);
    if (func == NULL) {
        return NULL;
    }
    PyObject *result =
        eval_vector(tstate, func, locals != NULL ? locals : globals, NULL, 0, NULL);
    Py_DECREF(func);
    return result;
}

PyObject *
PyEval_EvalCodeEx(PyObject *code, PyObject *globals, PyObject *locals, PyObject *const *args,
                  int argcount, PyObject *const *keywords, int keyword_count,
                  PyObject *const *defaults, int default_count, PyObject *kwdefaults,
                  PyObject *closure)
{
    PyObject *result = NULL, *names = NULL;
    PyObject **all = NULL;
    PyFunctionObject *func = (PyFunctionObject *)PyFunction_New(code, globals);
    if (func == NULL) {
        return NULL;
    }
    func->func_defaults = PyTuple_New(default_count);
    if (func->func_defaults == NULL) {
        goto done;
    }
    for (int i = 0; i < default_count; i++) {
        PyTuple_SET_ITEM(func->func_defaults, i, Py_NewRef(defaults[i]));
    }
    func->func_kwdefaults = Py_XNewRef(kwdefaults);
    func->func_closure = Py_XNewRef(closure);
    if (keyword_count > 0) {
        names = PyTuple_New(keyword_count);
        all = PyMem_New(PyObject *, argcount + keyword_count);
        if (names == NULL || all == NULL) {
            PyErr_NoMemory();
            goto done;
        }
        for (int i = 0; i < argcount; i++) {
            all[i] = args[i];
        }
        for (int i = 0; i < keyword_count; i++) {
            PyTuple_SET_ITEM(names, i, Py_NewRef(keywords[2 * i]));
            all[argcount + i] = keywords[2 * i + 1];
        }
        args = all;
    }
    result = eval_vector(tstate_get(), func, locals != NULL ? locals : globals, args, argcount,
                         names);
done:
    Py_XDECREF(names);
    PyMem_Free(all);
    Py_DECREF(func);
    return result;
}

PyObject *
PyEval_EvalFrameEx(PyFrameObject *object, int throwing)
{
    return eval_run(tstate_get(), object->f_frame, throwing);
}

PyObject *
PyEval_EvalFrame(PyFrameObject *object)
{
    return PyEval_EvalFrameEx(object, 0);
}
