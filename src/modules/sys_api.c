/* PySys_*: sys from C - attributes, argv, output, warning options, auditing. */
#define PY_SSIZE_T_CLEAN
#include "modules/sys.h"
#include "object/declare.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* ---- attributes --------------------------------------------------------------------------- */

/* sys.<name> borrowed; NULL without an exception if there is none. */
PyObject *
_PySys_GetAttr(PyThreadState *tstate, PyObject *name)
{
    PyObject *dict = tstate->interp->sysdict, *type, *value, *traceback;
    if (dict == NULL) {
        return NULL;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = PyDict_GetItemWithError(dict, name);
    PyErr_Restore(type, value, traceback);
    return result;
}

PyObject *
PySys_GetObject(const char *name)
{
    PyThreadState *tstate = tstate_get();
    PyObject *dict = tstate->interp->sysdict, *type, *value, *traceback;
    if (dict == NULL) {
        return NULL;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = _PyDict_GetItemStringWithError(dict, name);
    PyErr_Restore(type, value, traceback);
    return result;
}

/* Set sys.<name>, or delete it if `value` is NULL. */
int
PySys_SetObject(const char *name, PyObject *value)
{
    PyObject *dict = interp_get()->sysdict;
    if (value == NULL) {
        PyObject *key = PyUnicode_FromString(name);
        PyObject *old = key == NULL ? NULL : _PyDict_Pop(dict, key, Py_None);
        Py_XDECREF(key);
        Py_XDECREF(old);
        return old == NULL ? -1 : 0;
    }
    PyObject *key = PyUnicode_InternFromString(name);
    int result = key == NULL ? -1 : PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    return result;
}

static PyObject *
list_of_wide(int n, wchar_t **items)
{
    static wchar_t *const none[1] = {L""};
    if (n <= 0 || items == NULL) {
        items = (wchar_t **)none;
        n = 1;
    }
    PyObject *list = PyList_New(n);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *item = PyUnicode_FromWideChar(items[i], -1);
        if (item == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

void
PySys_SetPath(const wchar_t *path)
{
    PyObject *list = PyList_New(0);
    for (const wchar_t *at = path; list != NULL;) {
        size_t n = wcscspn(at, L":");
        PyObject *item = PyUnicode_FromWideChar(at, (Py_ssize_t)n);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
        if (at[n] == 0) {
            break;
        }
        at += n + 1;
    }
    if (list == NULL || PySys_SetObject("path", list) < 0) {
        Py_FatalError("can't set sys.path");
    }
    Py_DECREF(list);
}

static void
set_argv(int argc, wchar_t **argv, int update_path)
{
    PyObject *list = list_of_wide(argc, argv);
    if (list == NULL || PySys_SetObject("argv", list) < 0) {
        Py_FatalError("can't assign sys.argv");
    }
    Py_DECREF(list);
    if (update_path) {
        extern int path_argv0(int, wchar_t *const *, PyObject **);
        PyObject *first = NULL, *path = PySys_GetObject("path");
        static wchar_t *const none[1] = {L""};
        int found = path_argv0(argc > 0 && argv != NULL ? argc : 1,
                               argc > 0 && argv != NULL ? argv : none, &first);
        if (found < 0) {
            PyErr_Clear();
        }
        else if (found && path != NULL && PyList_Insert(path, 0, first) < 0) {
            Py_FatalError("can't prepend path0 to sys.path");
        }
        Py_XDECREF(first);
    }
}

void
PySys_SetArgvEx(int argc, wchar_t **argv, int update_path)
{
    set_argv(argc, argv, update_path);
}

void
PySys_SetArgv(int argc, wchar_t **argv)
{
    set_argv(argc, argv, Py_IsolatedFlag == 0);
}

/* ---- options ------------------------------------------------------------------------------ */

/* Options added before initialisation wait in raw memory. */
static PyWideStringList *
early_list(int which)
{
    return which == 0 ? &_PyRuntime.early.warnoptions : &_PyRuntime.early.xoptions;
}

static PyObject *
warn_options(void)
{
    PyObject *list = PySys_GetObject("warnoptions");
    if (list == NULL || !PyList_Check(list)) {
        PyObject *fresh = PyList_New(0);
        if (fresh == NULL) {
            return NULL;
        }
        int failed = PySys_SetObject("warnoptions", fresh);
        Py_DECREF(fresh);
        return failed ? NULL : fresh;
    }
    return list;
}

static void
add_warn_option(PyObject *option)
{
    PyObject *list = warn_options();
    if (list == NULL || PyList_Append(list, option) < 0) {
        PyErr_Clear();
    }
}

void
PySys_AddWarnOptionUnicode(PyObject *option)
{
    add_warn_option(option);
}

void
PySys_AddWarnOption(const wchar_t *text)
{
    if (tstate_get() == NULL) {
        PyWideStringList_Append(early_list(0), text);
        return;
    }
    PyObject *option = PyUnicode_FromWideChar(text, -1);
    if (option != NULL) {
        add_warn_option(option);
        Py_DECREF(option);
    }
}

void
PySys_ResetWarnOptions(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate == NULL) {
        PyWideStringList *list = early_list(0);
        for (Py_ssize_t i = 0; i < list->length; i++) {
            PyMem_RawFree(list->items[i]);
        }
        list->length = 0;
        return;
    }
    PyObject *list = PySys_GetObject("warnoptions");
    if (list != NULL && PyList_Check(list)) {
        PyList_SetSlice(list, 0, PyList_GET_SIZE(list), NULL);
    }
}

int
PySys_HasWarnOptions(void)
{
    PyObject *list = PySys_GetObject("warnoptions");
    return list != NULL && PyList_Check(list) && PyList_GET_SIZE(list) > 0;
}

/* Put `name` or `name=value` into the dict sys._xoptions. */
static status
xoption_add(PyObject *dict, const wchar_t *text)
{
    const wchar_t *equals = wcschr(text, L'=');
    PyObject *name = PyUnicode_FromWideChar(text, equals != NULL ? equals - text : -1);
    PyObject *value = equals != NULL ? PyUnicode_FromWideChar(equals + 1, -1) : Py_NewRef(Py_True);
    status result = name == NULL || value == NULL ? -1 : PyDict_SetItem(dict, name, value);
    Py_XDECREF(name);
    Py_XDECREF(value);
    return result;
}

PyObject *
PySys_GetXOptions(void)
{
    PyObject *dict = PySys_GetObject("_xoptions");
    if (dict == NULL || !PyDict_Check(dict)) {
        dict = PyDict_New();
        if (dict == NULL) {
            return NULL;
        }
        int failed = PySys_SetObject("_xoptions", dict);
        Py_DECREF(dict);
        return failed ? NULL : dict;
    }
    return dict;
}

void
PySys_AddXOption(const wchar_t *text)
{
    if (tstate_get() == NULL) {
        PyWideStringList_Append(early_list(1), text);
        return;
    }
    PyObject *dict = PySys_GetXOptions();
    if (dict == NULL || xoption_add(dict, text) < 0) {
        PyErr_Clear();
    }
}

PyObject *
sys_xoptions_dict(const PyConfig *config)
{
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < config->xoptions.length; i++) {
        if (xoption_add(dict, config->xoptions.items[i]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

/* ---- output ------------------------------------------------------------------------------- */

static status
write_object(PyObject *text, PyObject *file)
{
    if (file == NULL || text == NULL) {
        return -1;
    }
    PyObject *result = PyObject_CallMethodOneArg(file, ID(write), text);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static void
write_text(const char *text, const char *stream, FILE *c_stream)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *file = PySys_GetObject(stream), *object = NULL;
    if (file != NULL && file != Py_None) {
        Py_INCREF(file);
        object = PyUnicode_FromString(text);
        if (object == NULL || write_object(object, file) < 0) {
            PyErr_Clear();
            fputs(text, c_stream);
        }
        Py_XDECREF(object);
        Py_DECREF(file);
    }
    else {
        fputs(text, c_stream);
    }
    PyErr_Restore(type, value, traceback);
}

static void
write_formatted(const char *stream, FILE *c_stream, const char *format, va_list list)
{
    char buffer[1001];
    int n = PyOS_vsnprintf(buffer, sizeof buffer, format, list);
    write_text(buffer, stream, c_stream);
    if (n < 0 || (size_t)n >= sizeof buffer) {
        write_text("... truncated", stream, c_stream);
    }
}

void
PySys_WriteStdout(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_formatted("stdout", stdout, format, list);
    va_end(list);
}

void
PySys_WriteStderr(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    write_formatted("stderr", stderr, format, list);
    va_end(list);
}

static void
format_to(const char *stream, FILE *c_stream, const char *format, va_list list)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *file = PySys_GetObject(stream);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    if (text != NULL) {
        Py_XINCREF(file);
        if (file == NULL || file == Py_None || write_object(text, file) < 0) {
            PyErr_Clear();
            const char *utf8 = PyUnicode_AsUTF8(text);
            if (utf8 == NULL) {
                PyErr_Clear();
            }
            else {
                fputs(utf8, c_stream);
            }
        }
        Py_XDECREF(file);
        Py_DECREF(text);
    }
    PyErr_Restore(type, value, traceback);
}

void
PySys_FormatStdout(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_to("stdout", stdout, format, list);
    va_end(list);
}

void
PySys_FormatStderr(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    format_to("stderr", stderr, format, list);
    va_end(list);
}

/* ---- sizes -------------------------------------------------------------------------------- */

#undef _PyObject_LookupSpecial
extern PyObject *_PyObject_LookupSpecial(PyObject *self, PyObject *name);

/* sys.getsizeof: __sizeof__ plus what the reference keeps before an object; (size_t)-1 on error.
   Krait has no header before collected objects, but reports the 16 bytes all the same. */
size_t
_PySys_GetSizeOf(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (PyType_Ready(type) < 0) {
        return (size_t)-1;
    }
    PyObject *method = _PyObject_LookupSpecial(op, ID(__sizeof__));
    if (method == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "Type %.100s doesn't define __sizeof__", type->tp_name);
        }
        return (size_t)-1;
    }
    PyObject *result = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (result == NULL) {
        return (size_t)-1;
    }
    Py_ssize_t size = PyLong_AsSsize_t(result);
    Py_DECREF(result);
    if (size == -1 && PyErr_Occurred()) {
        return (size_t)-1;
    }
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "__sizeof__() should return >= 0");
        return (size_t)-1;
    }
    size_t before = (PyType_IS_GC(type) ? 16 : 0) +
                    (type->tp_flags & Py_TPFLAGS_MANAGED_DICT ? 2 * sizeof(PyObject *) : 0);
    return (size_t)size + before;
}

/* ---- auditing (PEP 578) ------------------------------------------------------------------- */

static status
call_python_hook(PyObject *hook, PyObject *event, PyObject *args, PyThreadState *tstate)
{
    PyObject *can_trace;
    if (_PyObject_LookupAttr(hook, ID(__cantrace__), &can_trace) < 0) {
        return -1;
    }
    int traced = can_trace == NULL ? 0 : PyObject_IsTrue(can_trace);
    Py_XDECREF(can_trace);
    if (traced < 0) {
        return -1;
    }
    if (traced) {
        PyThreadState_LeaveTracing(tstate);
    }
    PyObject *pair[2] = {event, args};
    PyObject *result = PyObject_Vectorcall(hook, pair, 2, NULL);
    if (traced) {
        PyThreadState_EnterTracing(tstate);
    }
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static status
run_hooks(PyThreadState *tstate, const char *event, PyObject *args)
{
    for (struct AuditHook *hook = _PyRuntime.audit_hooks; hook != NULL; hook = hook->next) {
        if (hook->func(event, args, hook->data) < 0) {
            return -1;
        }
    }
    PyObject *hooks = tstate->interp->audit_hooks;
    if (hooks == NULL) {
        return 0;
    }
    PyObject *name = PyUnicode_FromString(event);
    if (name == NULL) {
        return -1;
    }
    status result = 0;
    /* Hooks run untraced, so that a debugger does not step into them. */
    PyThreadState_EnterTracing(tstate);
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(hooks); i++) {
        PyObject *hook = Py_NewRef(PyList_GET_ITEM(hooks, i));
        result = call_python_hook(hook, name, args, tstate);
        Py_DECREF(hook);
    }
    PyThreadState_LeaveTracing(tstate);
    Py_DECREF(name);
    return result;
}

static bool
should_audit(PyThreadState *tstate)
{
    return _PyRuntime.audit_hooks != NULL || (tstate != NULL && tstate->interp->audit_hooks != NULL);
}

/* Raise an audit event with arguments as for Py_BuildValue; 0, or -1 with a hook's exception. */
int
PySys_Audit(const char *event, const char *format, ...)
{
    PyThreadState *tstate = tstate_get();
    if (likely(!should_audit(tstate)) || tstate == NULL) {
        return 0;
    }
    PyObject *type, *value, *traceback, *args;
    PyErr_Fetch(&type, &value, &traceback);
    if (format != NULL && format[0] != 0) {
        va_list list;
        va_start(list, format);
        args = Py_VaBuildValue(format, list);
        va_end(list);
        if (args != NULL && !PyTuple_Check(args)) {
            PyObject *one = PyTuple_Pack(1, args);
            Py_DECREF(args);
            args = one;
        }
    }
    else {
        args = PyTuple_New(0);
    }
    status result = args == NULL ? -1 : run_hooks(tstate, event, args);
    Py_XDECREF(args);
    if (result == 0) {
        PyErr_Restore(type, value, traceback);
    }
    else {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    return result;
}

int
PySys_AddAuditHook(Py_AuditHookFunction func, void *data)
{
    runtime_init();
    PyThreadState *tstate = _PyRuntime.life.initialized ? tstate_get() : NULL;
    /* The hooks that exist may forbid the new one: RuntimeError means silently. */
    if (tstate != NULL && PySys_Audit("sys.addaudithook", NULL) < 0) {
        if (PyErr_ExceptionMatches(PyExc_RuntimeError)) {
            PyErr_Clear();
            return 0;
        }
        return -1;
    }
    struct AuditHook **link = &_PyRuntime.audit_hooks;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = PyMem_RawCalloc(1, sizeof **link);
    if (*link == NULL) {
        if (tstate != NULL) {
            PyErr_NoMemory();
        }
        return -1;
    }
    (*link)->func = func;
    (*link)->data = data;
    return 0;
}

void
audit_hooks_clear(PyThreadState *tstate)
{
    struct AuditHook *hook = _PyRuntime.audit_hooks;
    PySys_Audit("cpython._PySys_ClearAuditHooks", NULL);
    if (tstate != NULL) {
        PyErr_Clear();
    }
    _PyRuntime.audit_hooks = NULL;
    while (hook != NULL) {
        struct AuditHook *next = hook->next;
        PyMem_RawFree(hook);
        hook = next;
    }
}
