/* Errors: setting, fetching, normalising, chaining.

   A pending exception is three fields of the thread: class, value, traceback.  The value need not be
   an instance yet ("unnormalised"); it is, as soon as Python code handles another exception, for
   then a context must be noted.  The exception being handled is tstate->exc_info->exc_value, always
   an instance, None or NULL.  See unraisable.c for exceptions nobody can handle. */
#include "object/object.h"
#include "object/error.h"
#include "types/exceptions.h"

/* ---- the pending exception --------------------------------------------------------------------------- */

/* Takes over the references; NULL type clears. */
void
_PyErr_Restore(PyThreadState *tstate, PyObject *type, PyObject *value, PyObject *traceback)
{
    if (traceback != NULL && !PyTraceBack_Check(traceback)) {
        /* Better no traceback than a broken one. */
        Py_CLEAR(traceback);
    }
    PyObject *old_type = tstate->curexc_type, *old_value = tstate->curexc_value;
    PyObject *old_traceback = tstate->curexc_traceback;
    tstate->curexc_type = type;
    tstate->curexc_value = value;
    tstate->curexc_traceback = traceback;
    Py_XDECREF(old_type);
    Py_XDECREF(old_value);
    Py_XDECREF(old_traceback);
}

void
PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
{
    _PyErr_Restore(tstate_get(), type, value, traceback);
}

/* Gives the references away and clears. */
void
_PyErr_Fetch(PyThreadState *tstate, PyObject **type, PyObject **value, PyObject **traceback)
{
    *type = tstate->curexc_type;
    *value = tstate->curexc_value;
    *traceback = tstate->curexc_traceback;
    tstate->curexc_type = NULL;
    tstate->curexc_value = NULL;
    tstate->curexc_traceback = NULL;
}

void
PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
{
    _PyErr_Fetch(tstate_get(), type, value, traceback);
}

void
_PyErr_Clear(PyThreadState *tstate)
{
    if (tstate->curexc_type != NULL) {
        _PyErr_Restore(tstate, NULL, NULL, NULL);
    }
}

void
PyErr_Clear(void)
{
    _PyErr_Clear(tstate_get());
}

/* The class of the pending exception: borrowed, or NULL. */
PyObject *
PyErr_Occurred(void)
{
    PyThreadState *tstate = tstate_get();
    return tstate == NULL ? NULL : tstate->curexc_type;
}

/* ---- matching ------------------------------------------------------------------------------------------- */

/* Whether an exception (class or instance) is caught by `except matcher` (class or tuple). */
int
PyErr_GivenExceptionMatches(PyObject *exception, PyObject *matcher)
{
    if (exception == NULL || matcher == NULL) {
        return 0;
    }
    if (PyTuple_Check(matcher)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(matcher); i++) {
            if (PyErr_GivenExceptionMatches(exception, PyTuple_GET_ITEM(matcher, i))) {
                return 1;
            }
        }
        return 0;
    }
    if (PyExceptionInstance_Check(exception)) {
        exception = PyExceptionInstance_Class(exception);
    }
    if (PyExceptionClass_Check(exception) && PyExceptionClass_Check(matcher)) {
        return PyType_IsSubtype((PyTypeObject *)exception, (PyTypeObject *)matcher);
    }
    return exception == matcher;
}

int
_PyErr_ExceptionMatches(PyThreadState *tstate, PyObject *matcher)
{
    return PyErr_GivenExceptionMatches(tstate->curexc_type, matcher);
}

int
PyErr_ExceptionMatches(PyObject *matcher)
{
    return _PyErr_ExceptionMatches(tstate_get(), matcher);
}

/* ---- making instances ------------------------------------------------------------------------------------ */

PyObject *
exception_new(PyObject *type, PyObject *value)
{
    PyObject *exception;
    if (value == NULL || value == Py_None) {
        exception = PyObject_CallNoArgs(type);
    }
    else if (PyTuple_Check(value)) {
        exception = PyObject_Call(type, value, NULL);
    }
    else {
        exception = PyObject_CallOneArg(type, value);
    }
    if (exception != NULL && !PyExceptionInstance_Check(exception)) {
        PyErr_Format(PyExc_TypeError,
                     "calling %R should have returned an instance of BaseException, not %s", type,
                     type_name(exception));
        Py_CLEAR(exception);
    }
    return exception;
}

enum { NORMALIZE_TRIES = 32 };

/* Make *value an instance of *type.  If that raises, the new exception takes the place of the old
   one, again and again; a chain that does not end is a fatal error. */
static void
normalize(PyThreadState *tstate, PyObject **type, PyObject **value, PyObject **traceback)
{
    for (int tries = 0; *type != NULL; tries++) {
        if (*value == NULL) {
            *value = Py_NewRef(Py_None);
        }
        if (!PyExceptionClass_Check(*type)) {
            return;
        }
        PyObject *class = NULL;
        int is_instance = 0;
        if (PyExceptionInstance_Check(*value)) {
            class = PyExceptionInstance_Class(*value);
            is_instance = class == *type ? 1 : PyObject_IsSubclass(class, *type);
        }
        if (is_instance == 0) {
            PyObject *instance = exception_new(*type, *value);
            if (instance != NULL) {
                Py_SETREF(*value, instance);
                return;
            }
        }
        else if (is_instance > 0) {
            if (class != *type) {
                Py_INCREF(class);
                Py_SETREF(*type, class);
            }
            return;
        }
        PyObject *old_traceback = *traceback;
        Py_DECREF(*type);
        Py_DECREF(*value);
        _PyErr_Fetch(tstate, type, value, traceback);
        if (old_traceback != NULL) {
            if (*traceback == NULL) {
                *traceback = old_traceback;
            }
            else {
                Py_DECREF(old_traceback);
            }
        }
        if (tries == NORMALIZE_TRIES) {
            _PyErr_SetString(tstate, PyExc_RecursionError,
                             "maximum recursion depth exceeded while normalizing an exception");
            Py_XDECREF(*type);
            Py_XDECREF(*value);
            Py_XDECREF(*traceback);
            _PyErr_Fetch(tstate, type, value, traceback);
        }
        else if (tries >= NORMALIZE_TRIES + 2) {
            Py_FatalError(PyErr_GivenExceptionMatches(*type, PyExc_MemoryError)
                              ? "Cannot recover from MemoryErrors while normalizing exceptions."
                              : "Cannot recover from the recursive normalization of an exception.");
        }
    }
}

void
_PyErr_NormalizeException(PyThreadState *tstate, PyObject **type, PyObject **value,
                          PyObject **traceback)
{
    /* A RecursionError must be made while there is no room for calls left. */
    tstate->recursion_headroom++;
    normalize(tstate, type, value, traceback);
    tstate->recursion_headroom--;
}

void
PyErr_NormalizeException(PyObject **type, PyObject **value, PyObject **traceback)
{
    _PyErr_NormalizeException(tstate_get(), type, value, traceback);
}

/* ---- the exception being handled -------------------------------------------------------------------------- */

/* The innermost level that handles an exception; the bottom level if none does. */
_PyErr_StackItem *
_PyErr_GetTopmostException(PyThreadState *tstate)
{
    _PyErr_StackItem *item = tstate->exc_info;
    while ((item->exc_value == NULL || item->exc_value == Py_None) &&
           item->previous_item != NULL) {
        item = item->previous_item;
    }
    return item;
}

PyObject *
_PyErr_GetHandledException(PyThreadState *tstate)
{
    PyObject *value = _PyErr_GetTopmostException(tstate)->exc_value;
    return value == NULL || value == Py_None ? NULL : Py_NewRef(value);
}

PyObject *
PyErr_GetHandledException(void)
{
    return _PyErr_GetHandledException(tstate_get());
}

/* None is kept as it is given: extensions that restore what they have read count on its references. */
void
_PyErr_SetHandledException(PyThreadState *tstate, PyObject *exception)
{
    Py_XINCREF(exception);
    Py_XSETREF(tstate->exc_info->exc_value, exception);
}

void
PyErr_SetHandledException(PyObject *exception)
{
    _PyErr_SetHandledException(tstate_get(), exception);
}

static PyObject *
class_or_none(PyObject *exception)
{
    return exception == NULL || exception == Py_None ? Py_None
                                                     : PyExceptionInstance_Class(exception);
}

void
_PyErr_GetExcInfo(PyThreadState *tstate, PyObject **type, PyObject **value, PyObject **traceback)
{
    PyObject *exception = _PyErr_GetTopmostException(tstate)->exc_value;
    *value = Py_XNewRef(exception);
    *type = Py_NewRef(class_or_none(exception));
    *traceback = *type == Py_None ? NULL : PyException_GetTraceback(exception);
    if (*traceback == NULL) {
        *traceback = Py_NewRef(Py_None);
    }
}

/* Class, value and traceback of the exception being handled: new references; the class and the
   traceback are None, the value None or NULL, if there is none. */
void
PyErr_GetExcInfo(PyObject **type, PyObject **value, PyObject **traceback)
{
    _PyErr_GetExcInfo(tstate_get(), type, value, traceback);
}

/* Takes over all references; class and traceback follow from the value. */
void
PyErr_SetExcInfo(PyObject *type, PyObject *value, PyObject *traceback)
{
    PyErr_SetHandledException(value);
    Py_XDECREF(value);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
}

PyObject *
_PyErr_StackItemToExcInfoTuple(_PyErr_StackItem *item)
{
    PyObject *exception = item->exc_value;
    if (exception == NULL || exception == Py_None) {
        return PyTuple_Pack(3, Py_None, Py_None, Py_None);
    }
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *result = PyTuple_Pack(3, PyExceptionInstance_Class(exception), exception,
                                    traceback == NULL ? Py_None : traceback);
    Py_XDECREF(traceback);
    return result;
}

/* ---- raising ---------------------------------------------------------------------------------------------- */

/* Make `context` the context of `value`, cutting the chain where it would become a circle.  The
   chain itself may already be circular (made by Python code): Brent's step counting finds that. */
static void
set_context_take(PyObject *value, PyObject *context)
{
    PyObject *at = context, *mark = context;
    for (size_t steps = 1, limit = 2;; steps++) {
        PyObject *next = PyException_GetContext(at);
        if (next == NULL) {
            break;
        }
        Py_DECREF(next);            /* still held by `at` */
        if (next == value) {
            PyException_SetContext(at, NULL);
            break;
        }
        at = next;
        if (at == mark) {
            break;
        }
        if (steps == limit) {
            mark = at;
            limit *= 2;
            steps = 0;
        }
    }
    PyException_SetContext(value, context);
}

/* raise exception(value); the exception being handled becomes its context. */
void
_PyErr_SetObject(PyThreadState *tstate, PyObject *exception, PyObject *value)
{
    if (exception != NULL && !PyExceptionClass_Check(exception)) {
        _PyErr_Format(tstate, PyExc_SystemError,
                      "_PyErr_SetObject: exception %R is not a BaseException subclass", exception);
        return;
    }
    Py_XINCREF(value);
    PyObject *handled = _PyErr_GetTopmostException(tstate)->exc_value;
    if (handled != NULL && handled != Py_None && exception != NULL) {
        Py_INCREF(handled);
        _PyErr_Clear(tstate);
        if (value == NULL || !PyExceptionInstance_Check(value)) {
            PyObject *instance = exception_new(exception, value);
            Py_XDECREF(value);
            if (instance == NULL) {
                Py_DECREF(handled);
                return;
            }
            value = instance;
        }
        if (handled != value) {
            set_context_take(value, handled);
        }
        else {
            Py_DECREF(handled);
        }
    }
    PyObject *traceback = NULL;
    if (value != NULL && PyExceptionInstance_Check(value)) {
        traceback = PyException_GetTraceback(value);
    }
    _PyErr_Restore(tstate, Py_XNewRef(exception), value, traceback);
}

void
PyErr_SetObject(PyObject *exception, PyObject *value)
{
    _PyErr_SetObject(tstate_get(), exception, value);
}

/* raise KeyError(key), for any key: a tuple is not taken as the list of arguments. */
void
_PyErr_SetKeyError(PyObject *key)
{
    PyThreadState *tstate = tstate_get();
    PyObject *args = PyTuple_Pack(1, key);
    if (args != NULL) {
        _PyErr_SetObject(tstate, PyExc_KeyError, args);
        Py_DECREF(args);
    }
}

void
_PyErr_SetNone(PyThreadState *tstate, PyObject *exception)
{
    _PyErr_SetObject(tstate, exception, NULL);
}

void
PyErr_SetNone(PyObject *exception)
{
    _PyErr_SetObject(tstate_get(), exception, NULL);
}

void
_PyErr_SetString(PyThreadState *tstate, PyObject *exception, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    if (value != NULL) {
        _PyErr_SetObject(tstate, exception, value);
        Py_DECREF(value);
    }
}

void
PyErr_SetString(PyObject *exception, const char *text)
{
    _PyErr_SetString(tstate_get(), exception, text);
}

static PyObject *
format_error(PyThreadState *tstate, PyObject *exception, const char *format, va_list list)
{
    /* Formatting calls repr() and str(), which must not see an exception; one of theirs is replaced. */
    _PyErr_Clear(tstate);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    if (text == NULL && _PyErr_ExceptionMatches(tstate, PyExc_MemoryError)) {
        return NULL;
    }
    _PyErr_Clear(tstate);
    _PyErr_SetObject(tstate, exception, text);
    Py_XDECREF(text);
    return NULL;
}

PyObject *
PyErr_FormatV(PyObject *exception, const char *format, va_list list)
{
    return format_error(tstate_get(), exception, format, list);
}

/* raise exception(format % ...), format as for PyUnicode_FromFormat; always NULL. */
PyObject *
PyErr_Format(PyObject *exception, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_error(tstate_get(), exception, format, list);
    va_end(list);
    return NULL;
}

PyObject *
_PyErr_Format(PyThreadState *tstate, PyObject *exception, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_error(tstate, exception, format, list);
    va_end(list);
    return NULL;
}

int
PyErr_BadArgument(void)
{
    PyErr_SetString(PyExc_TypeError, "bad argument type for built-in operation");
    return 0;
}

PyObject *
_PyErr_NoMemory(PyThreadState *tstate)
{
    PyObject *error = memory_error_get();
    _PyErr_SetObject(tstate, PyExc_MemoryError, error);
    Py_XDECREF(error);
    return NULL;
}

PyObject *
PyErr_NoMemory(void)
{
    return _PyErr_NoMemory(tstate_get());
}

void
_PyErr_BadInternalCall(const char *file, int line)
{
    PyErr_Format(PyExc_SystemError, "%s:%d: bad argument to internal function", file, line);
}

#undef PyErr_BadInternalCall
void
PyErr_BadInternalCall(void)
{
    PyErr_Format(PyExc_SystemError, "bad argument to internal function");
}

/* ---- chaining ---------------------------------------------------------------------------------------------- */

/* An exception was fetched, then cleanup may have raised another: the first becomes its context, or
   is restored.  Takes over the references. */
void
_PyErr_ChainExceptions(PyObject *type, PyObject *value, PyObject *traceback)
{
    if (type == NULL) {
        return;
    }
    PyThreadState *tstate = tstate_get();
    if (!err_occurred(tstate)) {
        _PyErr_Restore(tstate, type, value, traceback);
        return;
    }
    PyObject *type2, *value2, *traceback2;
    _PyErr_Fetch(tstate, &type2, &value2, &traceback2);
    _PyErr_NormalizeException(tstate, &type, &value, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(value, traceback);
        Py_DECREF(traceback);
    }
    Py_DECREF(type);
    _PyErr_NormalizeException(tstate, &type2, &value2, &traceback2);
    PyException_SetContext(value2, value);
    _PyErr_Restore(tstate, type2, value2, traceback2);
}

/* Note the exception handled at `item` (NULL: the current level) as context of the pending one. */
void
_PyErr_ChainStackItem(_PyErr_StackItem *item)
{
    PyThreadState *tstate = tstate_get();
    _PyErr_StackItem *saved = tstate->exc_info;
    if (item == NULL) {
        item = saved;
    }
    if (item->exc_value == NULL || item->exc_value == Py_None) {
        return;
    }
    tstate->exc_info = item;
    PyObject *type, *value, *traceback, *type2, *value2, *traceback2;
    _PyErr_Fetch(tstate, &type, &value, &traceback);
    _PyErr_SetObject(tstate, type, value);
    Py_DECREF(type);
    Py_XDECREF(value);
    _PyErr_Fetch(tstate, &type2, &value2, &traceback2);
    Py_XDECREF(traceback2);
    _PyErr_Restore(tstate, type2, value2, traceback);
    tstate->exc_info = saved;
}

static PyObject *
format_from_cause(PyThreadState *tstate, PyObject *exception, const char *format, va_list list)
{
    PyObject *type, *value, *traceback;
    _PyErr_Fetch(tstate, &type, &value, &traceback);
    _PyErr_NormalizeException(tstate, &type, &value, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(value, traceback);
        Py_DECREF(traceback);
    }
    Py_XDECREF(type);
    format_error(tstate, exception, format, list);
    PyObject *type2, *value2, *traceback2;
    _PyErr_Fetch(tstate, &type2, &value2, &traceback2);
    _PyErr_NormalizeException(tstate, &type2, &value2, &traceback2);
    if (value != NULL && value2 != NULL) {
        PyException_SetCause(value2, Py_NewRef(value));
        PyException_SetContext(value2, value);
    }
    else {
        Py_XDECREF(value);
    }
    _PyErr_Restore(tstate, type2, value2, traceback2);
    return NULL;
}

/* raise exception(format % ...) from the pending exception; always NULL. */
PyObject *
_PyErr_FormatFromCause(PyObject *exception, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_from_cause(tstate_get(), exception, format, list);
    va_end(list);
    return NULL;
}

PyObject *
_PyErr_FormatFromCauseTstate(PyThreadState *tstate, PyObject *exception, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_from_cause(tstate, exception, format, list);
    va_end(list);
    return NULL;
}

/* Whether an exception of this class and state can be made again with another message alone. */
static bool
is_plain_exception(PyObject *type, PyObject *value)
{
    PyTypeObject *class = (PyTypeObject *)type, *base = (PyTypeObject *)PyExc_BaseException;
    Py_ssize_t weak_list = class->tp_weaklistoffset > 0 ? (Py_ssize_t)sizeof(PyObject *) : 0;
    bool same_size = class->tp_basicsize == base->tp_basicsize ||
                     class->tp_basicsize == base->tp_basicsize + weak_list;
    if (class->tp_init != base->tp_init || class->tp_new != base->tp_new ||
        !same_size || class->tp_itemsize != base->tp_itemsize) {
        return false;
    }
    PyObject *args = ((PyBaseExceptionObject *)value)->args;
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count > 1 || (count == 1 && !PyUnicode_CheckExact(PyTuple_GET_ITEM(args, 0)))) {
        return false;
    }
    PyObject **dict = _PyObject_GetDictPtr(value);
    return dict == NULL || *dict == NULL || PyDict_GET_SIZE(*dict) == 0;
}

/* Raise the pending exception's class again, with a message that begins with the format and names
   the old one, from the old one; if that is not possible, leave it as it is.  NULL, or the new
   exception's value borrowed. */
PyObject *
_PyErr_TrySetFromCause(const char *format, ...)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (!PyExceptionInstance_Check(value) || !is_plain_exception(type, value)) {
        PyErr_Restore(type, value, traceback);
        return NULL;
    }
    va_list list;
    va_start(list, format);
    PyObject *prefix = PyUnicode_FromFormatV(format, list);
    va_end(list);
    if (prefix == NULL) {
        Py_DECREF(type);
        Py_DECREF(value);
        Py_XDECREF(traceback);
        return NULL;
    }
    if (traceback != NULL) {
        PyException_SetTraceback(value, traceback);
        Py_DECREF(traceback);
    }
    PyErr_Format(type, "%U (%s: %S)", prefix, type_name(value), value);
    Py_DECREF(type);
    Py_DECREF(prefix);
    PyErr_Fetch(&type, &prefix, &traceback);
    PyErr_NormalizeException(&type, &prefix, &traceback);
    PyException_SetCause(prefix, value);
    PyErr_Restore(type, prefix, traceback);
    return prefix;
}

/* ---- from errno ------------------------------------------------------------------------------------------- */

/* raise exception(errno, its text[, file[, None, file2]]); always NULL.  An interrupted call gives
   way to what a signal handler raises. */
PyObject *
PyErr_SetFromErrnoWithFilenameObjects(PyObject *exception, PyObject *file, PyObject *file2)
{
    int number = errno;
    if (number == EINTR && PyErr_CheckSignals() != 0) {
        return NULL;
    }
    PyObject *text = number == 0 ? PyUnicode_FromString("Error")
                                 : PyUnicode_DecodeLocale(strerror(number), "surrogateescape");
    if (text == NULL) {
        return NULL;
    }
    PyObject *args;
    if (file == NULL) {
        args = Py_BuildValue("(iN)", number, text);
    }
    else if (file2 == NULL) {
        args = Py_BuildValue("(iNO)", number, text, file);
    }
    else {
        args = Py_BuildValue("(iNOiO)", number, text, file, 0, file2);
    }
    if (args == NULL) {
        return NULL;
    }
    PyObject *value = PyObject_Call(exception, args, NULL);
    Py_DECREF(args);
    if (value != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(value), value);
        Py_DECREF(value);
    }
    return NULL;
}

PyObject *
PyErr_SetFromErrnoWithFilenameObject(PyObject *exception, PyObject *file)
{
    return PyErr_SetFromErrnoWithFilenameObjects(exception, file, NULL);
}

PyObject *
PyErr_SetFromErrnoWithFilename(PyObject *exception, const char *file)
{
    int number = errno;
    PyObject *name = file == NULL ? NULL : PyUnicode_DecodeFSDefault(file);
    if (file != NULL && name == NULL) {
        return NULL;
    }
    errno = number;
    PyErr_SetFromErrnoWithFilenameObjects(exception, name, NULL);
    Py_XDECREF(name);
    return NULL;
}

PyObject *
PyErr_SetFromErrno(PyObject *exception)
{
    return PyErr_SetFromErrnoWithFilenameObjects(exception, NULL, NULL);
}

/* ---- import errors, new classes ------------------------------------------------------------------------------- */

/* raise exception(message, name=name, path=path); always NULL. */
PyObject *
PyErr_SetImportErrorSubclass(PyObject *exception, PyObject *message, PyObject *name,
                             PyObject *path)
{
    int is_import_error = PyObject_IsSubclass(exception, PyExc_ImportError);
    if (is_import_error < 0) {
        return NULL;
    }
    if (!is_import_error) {
        PyErr_SetString(PyExc_TypeError, "expected a subclass of ImportError");
        return NULL;
    }
    if (message == NULL) {
        PyErr_SetString(PyExc_TypeError, "expected a message argument");
        return NULL;
    }
    PyObject *kwargs = Py_BuildValue("{sOsO}", "name", name == NULL ? Py_None : name, "path",
                                     path == NULL ? Py_None : path);
    if (kwargs == NULL) {
        return NULL;
    }
    PyObject *error = PyObject_VectorcallDict(exception, &message, 1, kwargs);
    Py_DECREF(kwargs);
    if (error != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_DECREF(error);
    }
    return NULL;
}

PyObject *
PyErr_SetImportError(PyObject *message, PyObject *name, PyObject *path)
{
    return PyErr_SetImportErrorSubclass(PyExc_ImportError, message, name, path);
}

/* A new exception class "module.name"; base is a class, a tuple of classes or NULL for Exception. */
PyObject *
PyErr_NewException(const char *name, PyObject *base, PyObject *dict)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL) {
        PyErr_SetString(PyExc_SystemError, "PyErr_NewException: name must be module.class");
        return NULL;
    }
    PyObject *own_dict = NULL, *bases = NULL, *result = NULL;
    if (dict == NULL) {
        dict = own_dict = PyDict_New();
        if (dict == NULL) {
            return NULL;
        }
    }
    int present = PyDict_Contains(dict, ID(__module__));
    if (present < 0) {
        goto done;
    }
    if (!present) {
        PyObject *module = PyUnicode_FromStringAndSize(name, dot - name);
        if (module == NULL || PyDict_SetItem(dict, ID(__module__), module) < 0) {
            Py_XDECREF(module);
            goto done;
        }
        Py_DECREF(module);
    }
    if (base == NULL) {
        base = PyExc_Exception;
    }
    bases = PyTuple_Check(base) ? Py_NewRef(base) : PyTuple_Pack(1, base);
    if (bases != NULL) {
        result = PyObject_CallFunction((PyObject *)&PyType_Type, "sOO", dot + 1, bases, dict);
    }
done:
    Py_XDECREF(bases);
    Py_XDECREF(own_dict);
    return result;
}

PyObject *
PyErr_NewExceptionWithDoc(const char *name, const char *doc, PyObject *base, PyObject *dict)
{
    PyObject *own = NULL;
    if (dict == NULL) {
        dict = own = PyDict_New();
        if (dict == NULL) {
            return NULL;
        }
    }
    PyObject *result = NULL;
    if (doc != NULL) {
        PyObject *text = PyUnicode_FromString(doc);
        int failed = text == NULL ? -1 : PyDict_SetItem(dict, ID(__doc__), text);
        Py_XDECREF(text);
        if (failed < 0) {
            goto done;
        }
    }
    result = PyErr_NewException(name, base, dict);
done:
    Py_XDECREF(own);
    return result;
}
