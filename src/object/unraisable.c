/* Exceptions that nobody can handle: in finalisers, callbacks, deallocators.

   They go to sys.unraisablehook as one UnraisableHookArgs; if that fails, its failure goes to the
   default hook, which writes to sys.stderr.  Nothing here raises. */
#include "object/object.h"
#include "object/error.h"

PyObject *_PyTraceBack_FromFrame(PyObject *next, PyFrameObject *frame);

static PyStructSequence_Field hook_fields[] = {
    {"exc_type", "the class of the exception"},
    {"exc_value", "the exception, or None"},
    {"exc_traceback", "its traceback, or None"},
    {"err_msg", "what to say before, or None"},
    {"object", "where it happened, or None"},
    {NULL, NULL},
};

static PyStructSequence_Desc hook_desc = {
    .name = "UnraisableHookArgs",
    .doc = "UnraisableHookArgs\n\nWhat sys.unraisablehook gets to know.",
    .fields = hook_fields,
    .n_in_sequence = 5,
};

PyTypeObject UnraisableHookArgs_Type;

status
error_init(void)
{
    if (UnraisableHookArgs_Type.tp_name != NULL) {
        return 0;
    }
    return _PyStructSequence_InitType(&UnraisableHookArgs_Type, &hook_desc,
                                      0);
}

/* ---- the default hook ------------------------------------------------------------------------------------- */

static status
write_text(PyObject *file, const char *text)
{
    return PyFile_WriteString(text, file);
}

static status
write_object(PyObject *file, PyObject *op, int flags, const char *instead)
{
    if (PyFile_WriteObject(op, file, flags) == 0) {
        return 0;
    }
    PyErr_Clear();
    return write_text(file, instead);
}

static status
write_heading(PyObject *file, PyObject *message, PyObject *where)
{
    bool has_message = message != NULL && message != Py_None;
    if (where != NULL && where != Py_None) {
        if (has_message) {
            if (PyFile_WriteObject(message, file, Py_PRINT_RAW) < 0 || write_text(file, ": ") < 0) {
                return -1;
            }
        }
        else if (write_text(file, "Exception ignored in: ") < 0) {
            return -1;
        }
        return write_object(file, where, 0, "<object repr() failed>") < 0 ? -1
                                                                         : write_text(file, "\n");
    }
    if (has_message) {
        return PyFile_WriteObject(message, file, Py_PRINT_RAW) < 0 ? -1 : write_text(file, ":\n");
    }
    return 0;
}

static status
write_class(PyObject *file, PyObject *class)
{
    PyObject *module;
    if (_PyObject_LookupAttr(class, ID(__module__), &module) < 0) {
        PyErr_Clear();
    }
    status result = 0;
    if (module == NULL || !PyUnicode_Check(module)) {
        result = write_text(file, "<unknown>");
    }
    else if (!_PyUnicode_EQ(module, ID(builtins)) && !_PyUnicode_EQ(module, ID(__main__))) {
        result = PyFile_WriteObject(module, file, Py_PRINT_RAW) < 0 ? -1 : write_text(file, ".");
    }
    Py_XDECREF(module);
    if (result < 0) {
        return -1;
    }
    PyObject *name = PyType_Check(class) ? PyType_GetQualName((PyTypeObject *)class) : NULL;
    if (name == NULL) {
        PyErr_Clear();
        return write_text(file, "<unknown>");
    }
    result = PyFile_WriteObject(name, file, Py_PRINT_RAW);
    Py_DECREF(name);
    return result;
}

static status
write_report(PyObject *file, PyObject *class, PyObject *value, PyObject *traceback,
             PyObject *message, PyObject *where)
{
    if (write_heading(file, message, where) < 0) {
        return -1;
    }
    if (traceback != NULL && traceback != Py_None && PyTraceBack_Print(traceback, file) < 0) {
        PyErr_Clear();
    }
    if (class == NULL || class == Py_None) {
        return -1;
    }
    if (write_class(file, class) < 0) {
        return -1;
    }
    if (value != NULL && value != Py_None &&
        (write_text(file, ": ") < 0 ||
         write_object(file, value, Py_PRINT_RAW, "<exception str() failed>") < 0)) {
        return -1;
    }
    if (write_text(file, "\n") < 0) {
        return -1;
    }
    PyObject *flushed = PyObject_CallMethodNoArgs(file, ID(flush));
    Py_XDECREF(flushed);
    return flushed == NULL ? -1 : 0;
}

static status
report(PyObject *class, PyObject *value, PyObject *traceback, PyObject *message, PyObject *where)
{
    PyObject *file = PySys_GetObject("stderr");
    if (file == NULL || file == Py_None) {
        return 0;
    }
    Py_INCREF(file);
    status result = write_report(file, class, value, traceback, message, where);
    Py_DECREF(file);
    return result;
}

PyObject *
unraisable_hook(PyObject *args)
{
    if (!Py_IS_TYPE(args, &UnraisableHookArgs_Type)) {
        PyErr_SetString(PyExc_TypeError,
                        "sys.unraisablehook argument type must be UnraisableHookArgs");
        return NULL;
    }
    PyObject *item[5];
    for (int i = 0; i < 5; i++) {
        item[i] = PyStructSequence_GetItem(args, i);
    }
    if (report(item[0], item[1], item[2], item[3], item[4]) < 0) {
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

/* ---- reporting ---------------------------------------------------------------------------------------------- */

/* Takes over nothing. */
static PyObject *
make_args(PyObject *class, PyObject *value, PyObject *traceback, PyObject *message, PyObject *where)
{
    PyObject *args = PyStructSequence_New(&UnraisableHookArgs_Type);
    if (args != NULL) {
        PyObject *items[] = {class, value, traceback, message, where};
        for (int i = 0; i < 5; i++) {
            PyStructSequence_SET_ITEM(args, i, Py_NewRef(items[i] == NULL ? Py_None : items[i]));
        }
    }
    return args;
}

static PyObject *
own_frame_traceback(PyThreadState *tstate)
{
    PyFrameObject *frame = PyThreadState_GetFrame(tstate);
    if (frame == NULL) {
        return NULL;
    }
    PyObject *traceback = _PyTraceBack_FromFrame(NULL, frame);
    Py_DECREF(frame);
    if (traceback == NULL) {
        PyErr_Clear();
    }
    return traceback;
}

/* Report the pending exception; "Exception ignored %s" with `text` says more than the default. */
void
_PyErr_WriteUnraisableMsg(const char *text, PyObject *where)
{
    PyThreadState *tstate = tstate_get();
    PyObject *class, *value, *traceback, *message = NULL, *hook = NULL, *args = NULL;
    PyErr_Fetch(&class, &value, &traceback);
    if (class == NULL) {
        return;
    }
    if (traceback == NULL) {
        traceback = own_frame_traceback(tstate);
    }
    PyErr_NormalizeException(&class, &value, &traceback);
    if (traceback != NULL && traceback != Py_None && PyExceptionInstance_Check(value) &&
        PyException_SetTraceback(value, traceback) < 0) {
        PyErr_Clear();
    }
    if (text != NULL) {
        message = PyUnicode_FromFormat("Exception ignored %s", text);
        if (message == NULL) {
            PyErr_Clear();
        }
    }
    hook = Py_XNewRef(PySys_GetObject("unraisablehook"));
    args = make_args(class, value, traceback, message, where);
    if (args == NULL) {
        goto failed;
    }
    if (PySys_Audit("sys.unraisablehook", "OO", hook == NULL ? Py_None : hook, args) < 0) {
        goto failed;
    }
    if (hook == NULL) {
        report(class, value, traceback, message, where);
        PyErr_Clear();
        goto done;
    }
    PyObject *result = PyObject_CallOneArg(hook, args);
    if (result == NULL) {
        goto failed;
    }
    Py_DECREF(result);
    goto done;

failed:;
    /* Report the failure of the hook in place of the exception. */
    PyObject *class2, *value2, *traceback2;
    PyErr_Fetch(&class2, &value2, &traceback2);
    PyErr_NormalizeException(&class2, &value2, &traceback2);
    Py_XSETREF(message, PyUnicode_FromString(
                            args == NULL ? "Exception ignored on building "
                                           "sys.unraisablehook arguments"
                                         : "Exception ignored in sys.unraisablehook"));
    PyErr_Clear();
    report(class2, value2, traceback2, message, args == NULL ? where : hook);
    PyErr_Clear();
    Py_XDECREF(class2);
    Py_XDECREF(value2);
    Py_XDECREF(traceback2);
done:
    Py_XDECREF(args);
    Py_XDECREF(hook);
    Py_XDECREF(message);
    Py_XDECREF(class);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

/* Report the pending exception and clear it; `where` is what was running, or NULL. */
void
PyErr_WriteUnraisable(PyObject *where)
{
    _PyErr_WriteUnraisableMsg(NULL, where);
}
