/* The module sys: its functions.  What it holds besides them is put there by sys_info.c and
   sys_configure; the C interface is sys_api.c. */
#include "modules/sys.h"
#include "object/declare.h"
#include "object/error.h"
#include "object/live.h"
#include "vm/frame.h"
#include "base/alloc.h"

/* ---- hooks -------------------------------------------------------------------------------- */

FUNCTION(sys, audit, NULL,
         "audit(event, *args)\n\nRaise an audit event: every hook is called with its name and args.")
static PyObject *
sys_audit(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs == 0) {
        PyErr_SetString(PyExc_TypeError, "audit() missing 1 required positional argument: 'event'");
        return NULL;
    }
    if (_PyRuntime.audit_hooks == NULL && interp_get()->audit_hooks == NULL) {
        Py_RETURN_NONE;
    }
    if (!PyUnicode_Check(args[0])) {
        PyErr_Format(PyExc_TypeError, "expected str for argument 'event', not %.200s",
                     Py_TYPE(args[0])->tp_name);
        return NULL;
    }
    const char *event = PyUnicode_AsUTF8(args[0]);
    if (event == NULL) {
        PyErr_SetString(PyExc_ValueError, "argument 'event' is not valid unicode");
        return NULL;
    }
    PyObject *rest = PyTuple_New(nargs - 1);
    if (rest == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 1; i < nargs; i++) {
        PyTuple_SET_ITEM(rest, i - 1, Py_NewRef(args[i]));
    }
    int failed = PySys_Audit(event, "O", rest);
    Py_DECREF(rest);
    if (failed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, addaudithook, "($module, /, hook)",
         "Have hook(event, args) called for every audit event from now on.")
static PyObject *
sys_addaudithook(PyObject *module, PyObject *hook)
{
    struct _is *interp = interp_get();
    if (PySys_Audit("sys.addaudithook", NULL) < 0) {
        if (PyErr_ExceptionMatches(PyExc_Exception)) {
            PyErr_Clear();
            Py_RETURN_NONE;
        }
        return NULL;
    }
    if (interp->audit_hooks == NULL) {
        interp->audit_hooks = PyList_New(0);
        if (interp->audit_hooks == NULL) {
            return NULL;
        }
        PyObject_GC_UnTrack(interp->audit_hooks);   /* programs must not find the list */
    }
    if (PyList_Append(interp->audit_hooks, hook) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, breakpointhook, NULL,
         "breakpointhook(*args, **kws)\n\n"
         "What breakpoint() calls: the callable named by PYTHONBREAKPOINT, or pdb.set_trace.")
static PyObject *
sys_breakpointhook(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    const char *env = getenv("PYTHONBREAKPOINT");
    if (!interp_get()->config.use_environment || env == NULL || env[0] == 0) {
        env = "pdb.set_trace";
    }
    else if (strcmp(env, "0") == 0) {
        Py_RETURN_NONE;
    }
    char *copy = _PyMem_RawStrdup(env);
    if (copy == NULL) {
        return PyErr_NoMemory();
    }
    char *dot = strrchr(copy, '.');
    PyObject *holder = NULL, *hook = NULL, *result = NULL;
    const char *attribute = dot == NULL ? copy : dot + 1;
    if (dot == NULL) {
        holder = PyImport_ImportModule("builtins");
    }
    else if (dot != copy) {
        *dot = 0;
        holder = PyImport_ImportModule(copy);
        *dot = '.';
    }
    else {
        PyErr_SetNone(PyExc_ImportError);
    }
    if (holder != NULL) {
        hook = PyObject_GetAttrString(holder, attribute);
        Py_DECREF(holder);
    }
    if (hook != NULL) {
        result = PyObject_Vectorcall(hook, args, (size_t)nargs, kwnames);
        Py_DECREF(hook);
    }
    else if (PyErr_ExceptionMatches(PyExc_ImportError) || PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        if (PyErr_WarnFormat(PyExc_RuntimeWarning, 0, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"",
                             copy) == 0) {
            result = Py_NewRef(Py_None);
        }
    }
    PyMem_RawFree(copy);
    return result;
}

/* Write what the stream cannot encode with backslashes instead. */
static status
display_escaped(PyObject *out, PyObject *value)
{
    PyObject *encoding = PyObject_GetAttr(out, ID(encoding)), *text = NULL, *bytes = NULL;
    PyObject *buffer = NULL, *done = NULL;
    if (encoding == NULL) {
        return -1;
    }
    text = PyObject_Repr(value);
    const char *name = PyUnicode_AsUTF8(encoding);
    if (text == NULL || name == NULL ||
        (bytes = PyUnicode_AsEncodedString(text, name, "backslashreplace")) == NULL ||
        _PyObject_LookupAttr(out, ID(buffer), &buffer) < 0) {
        goto finish;
    }
    if (buffer != NULL) {
        done = PyObject_CallMethodOneArg(buffer, ID(write), bytes);
    }
    else {
        PyObject *escaped = PyUnicode_FromEncodedObject(bytes, name, "strict");
        if (escaped != NULL && PyFile_WriteObject(escaped, out, Py_PRINT_RAW) == 0) {
            done = Py_NewRef(Py_None);
        }
        Py_XDECREF(escaped);
    }
finish:
    Py_XDECREF(encoding);
    Py_XDECREF(text);
    Py_XDECREF(bytes);
    Py_XDECREF(buffer);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

FUNCTION(sys, displayhook, "($module, object, /)",
         "Print the value of an interactive expression and keep it as builtins._; not for None.")
static PyObject *
sys_displayhook(PyObject *module, PyObject *object)
{
    PyObject *builtins = PyImport_GetModule(ID(builtins));
    if (builtins == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "lost builtins module");
        }
        return NULL;
    }
    Py_DECREF(builtins);        /* sys.modules holds it */
    if (object == Py_None) {
        Py_RETURN_NONE;
    }
    if (PyObject_SetAttr(builtins, ID(_), Py_None) < 0) {
        return NULL;
    }
    PyObject *out = PySys_GetObject("stdout");
    if (out == NULL || out == Py_None) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.stdout");
        return NULL;
    }
    if (PyFile_WriteObject(object, out, 0) != 0) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
            return NULL;
        }
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        status done = display_escaped(out, object);
        if (done < 0) {
            PyErr_Clear();
            PyErr_Restore(type, value, traceback);
            return NULL;
        }
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    if (PyFile_WriteString("\n", out) != 0 || PyObject_SetAttr(builtins, ID(_), object) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, excepthook, "($module, exctype, value, traceback, /)",
         "Print an exception and its traceback on sys.stderr.")
static PyObject *
sys_excepthook(PyObject *module, PyObject *exctype, PyObject *value, PyObject *traceback)
{
    PyErr_Display(exctype, value, traceback);
    Py_RETURN_NONE;
}

FUNCTION(sys, unraisablehook, "($module, unraisable, /)",
         "Report an exception that could not be raised, e.g. one from a finaliser.")
static PyObject *
sys_unraisablehook(PyObject *module, PyObject *unraisable)
{
    return unraisable_hook(unraisable);
}

/* ---- exceptions --------------------------------------------------------------------------- */

FUNCTION(sys, exception, "($module, /)", "The exception being handled, or None.")
static PyObject *
sys_exception(PyObject *module)
{
    PyObject *value = _PyErr_GetTopmostException(tstate_get())->exc_value;
    return Py_NewRef(value == NULL ? Py_None : value);
}

FUNCTION(sys, exc_info, "($module, /)",
         "(type, value, traceback) of the exception being handled, or three times None.")
static PyObject *
sys_exc_info(PyObject *module)
{
    PyObject *value = _PyErr_GetTopmostException(tstate_get())->exc_value;
    if (value == NULL || value == Py_None) {
        return PyTuple_Pack(3, Py_None, Py_None, Py_None);
    }
    PyObject *traceback = PyException_GetTraceback(value);
    PyObject *result = PyTuple_Pack(3, (PyObject *)Py_TYPE(value), value,
                                    traceback == NULL ? Py_None : traceback);
    Py_XDECREF(traceback);
    return result;
}

FUNCTION(sys, exit, "($module, status=None, /)",
         "Raise SystemExit: end the program with that status.\n\n"
         "None means 0; anything but an int is printed and means 1.")
static PyObject *
sys_exit(PyObject *module, PyObject *status)
{
    PyErr_SetObject(PyExc_SystemExit, status);
    return NULL;
}

/* ---- text --------------------------------------------------------------------------------- */

FUNCTION(sys, getdefaultencoding, "($module, /)", "The encoding of str methods without argument.")
static PyObject *
sys_getdefaultencoding(PyObject *module)
{
    return PyUnicode_InternFromString(PyUnicode_GetDefaultEncoding());
}

FUNCTION(sys, getfilesystemencoding, "($module, /)", "The encoding of file names and arguments.")
static PyObject *
sys_getfilesystemencoding(PyObject *module)
{
    PyObject *text = PyUnicode_FromWideChar(interp_get()->config.filesystem_encoding, -1);
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
    }
    return text;
}

FUNCTION(sys, getfilesystemencodeerrors, "($module, /)", "The error handler for file names.")
static PyObject *
sys_getfilesystemencodeerrors(PyObject *module)
{
    PyObject *text = PyUnicode_FromWideChar(interp_get()->config.filesystem_errors, -1);
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
    }
    return text;
}

FUNCTION(sys, intern, "($module, string, /)",
         "The one representative of equal strings that is used for names.")
static PyObject *
sys_intern(PyObject *module, PyUnicodeObject *string)
{
    PyObject *text = Py_NewRef((PyObject *)string);
    if (!PyUnicode_CheckExact(text)) {
        PyErr_Format(PyExc_TypeError, "can't intern %.400s", Py_TYPE(text)->tp_name);
        Py_DECREF(text);
        return NULL;
    }
    PyUnicode_InternInPlace(&text);
    return text;
}

/* ---- tracing ------------------------------------------------------------------------------ */

static PyObject *
event_name(int what)
{
    switch (what) {
    case PyTrace_CALL: return ID(call);
    case PyTrace_EXCEPTION: return ID(exception);
    case PyTrace_LINE: return ID(line);
    case PyTrace_RETURN: return ID(return);
    case PyTrace_C_CALL: return ID(c_call);
    case PyTrace_C_EXCEPTION: return ID(c_exception);
    case PyTrace_C_RETURN: return ID(c_return);
    default: return ID(opcode);
    }
}

static PyObject *
call_tracer(PyObject *callback, PyFrameObject *frame, int what, PyObject *arg)
{
    if (PyFrame_FastToLocalsWithError(frame) < 0) {
        return NULL;
    }
    PyObject *args[3] = {(PyObject *)frame, event_name(what), arg == NULL ? Py_None : arg};
    PyObject *result = PyObject_Vectorcall(callback, args, 3, NULL);
    PyFrame_LocalsToFast(frame, 1);
    if (result == NULL) {
        PyTraceBack_Here(frame);
    }
    return result;
}

static int
profile_event(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *result = call_tracer(self, frame, what, arg);
    if (result == NULL) {
        _PyEval_SetProfile(tstate_get(), NULL, NULL);
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

/* A frame's local tracer is what the global one, or the local one before, returned. */
static int
trace_event(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
    PyObject *callback = what == PyTrace_CALL ? self : frame->f_trace;
    if (callback == NULL) {
        return 0;
    }
    PyObject *result = call_tracer(callback, frame, what, arg);
    if (result == NULL) {
        _PyEval_SetTrace(tstate_get(), NULL, NULL);
        Py_CLEAR(frame->f_trace);
        return -1;
    }
    if (result != Py_None) {
        Py_XSETREF(frame->f_trace, result);
    }
    else {
        Py_DECREF(result);
    }
    return 0;
}

FUNCTION(sys, settrace, NULL,
         "settrace(function)\n\nCall function(frame, event, arg) as functions run; None: stop.")
static PyObject *
sys_settrace(PyObject *module, PyObject *function)
{
    bool none = function == Py_None;
    if (_PyEval_SetTrace(tstate_get(), none ? NULL : trace_event, none ? NULL : function) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, setprofile, NULL,
         "setprofile(function)\n\nCall function(frame, event, arg) at calls and returns; None: stop.")
static PyObject *
sys_setprofile(PyObject *module, PyObject *function)
{
    bool none = function == Py_None;
    if (_PyEval_SetProfile(tstate_get(), none ? NULL : profile_event, none ? NULL : function) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, gettrace, "($module, /)", "The function set by settrace(), or None.")
static PyObject *
sys_gettrace(PyObject *module)
{
    PyObject *tracer = tstate_get()->c_traceobj;
    return Py_NewRef(tracer == NULL ? Py_None : tracer);
}

FUNCTION(sys, getprofile, "($module, /)", "The function set by setprofile(), or None.")
static PyObject *
sys_getprofile(PyObject *module)
{
    PyObject *profiler = tstate_get()->c_profileobj;
    return Py_NewRef(profiler == NULL ? Py_None : profiler);
}

FUNCTION(sys, call_tracing, "($module, func, args, /)",
         "func(*args) with tracing on, even while a trace function runs.")
static PyObject *
sys_call_tracing(PyObject *module, PyObject *func, PyTupleObject *args)
{
    if (!PyTuple_Check(args)) {
        PyErr_Format(PyExc_TypeError, "call_tracing() argument 2 must be tuple, not %.50s",
                     Py_TYPE(args)->tp_name);
        return NULL;
    }
    PyThreadState *tstate = tstate_get();
    int tracing = tstate->tracing;
    tstate->tracing = 0;
    tstate->cframe->use_tracing =
        tstate->c_tracefunc != NULL || tstate->c_profilefunc != NULL ? 255 : 0;
    PyObject *result = PyObject_Call(func, (PyObject *)args, NULL);
    tstate->tracing = tracing;
    tstate->cframe->use_tracing = tracing ? 0 : tstate->cframe->use_tracing;
    return result;
}

/* ---- limits and switches ------------------------------------------------------------------ */

FUNCTION(sys, setswitchinterval, "($module, interval, /)",
         "Seconds a thread may run while others wait.")
static PyObject *
sys_setswitchinterval(PyObject *module, double interval)
{
    if (interval <= 0.0) {
        PyErr_SetString(PyExc_ValueError, "switch interval must be strictly positive");
        return NULL;
    }
    _PyEval_SetSwitchInterval((unsigned long)(1e6 * interval));
    Py_RETURN_NONE;
}

FUNCTION(sys, _krait_gil_stats, "($module, /)",
         "How threads waited for the GIL since the start, times in seconds.\n"
         "\n"
         "Only contended moments are measured: waits are takes that found the lock held, requests the times\n"
         "that a waiter asked the holder to give way, holds those that ended so.")
static PyObject *
sys__krait_gil_stats(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    const struct GilStats *stats = &_PyRuntime.gil.stats;
    return Py_BuildValue("{s:K, s:d, s:d, s:K, s:K, s:d, s:d}",
                         "waits", (unsigned long long)stats->waits,
                         "wait_total", stats->wait_total * 1e-9, "wait_max", stats->wait_max * 1e-9,
                         "requests", (unsigned long long)stats->requests,
                         "holds", (unsigned long long)stats->holds,
                         "hold_total", stats->hold_total * 1e-9, "hold_max", stats->hold_max * 1e-9);
}

FUNCTION(sys, getswitchinterval, "($module, /)", "Seconds a thread may run while others wait.")
static double
sys_getswitchinterval(PyObject *module)
{
    return 1e-6 * (double)_PyEval_GetSwitchInterval();
}

FUNCTION(sys, setrecursionlimit, "($module, limit, /)",
         "The depth of calls at which RecursionError is raised.")
static PyObject *
sys_setrecursionlimit(PyObject *module, int limit)
{
    PyThreadState *tstate = tstate_get();
    if (limit < 1) {
        PyErr_SetString(PyExc_ValueError, "recursion limit must be greater or equal than 1");
        return NULL;
    }
    int depth = tstate->recursion_limit - tstate->recursion_remaining;
    if (depth >= limit) {
        PyErr_Format(PyExc_RecursionError,
                     "cannot set the recursion limit to %i at the recursion depth %i: the limit is too "
                     "low", limit, depth);
        return NULL;
    }
    Py_SetRecursionLimit(limit);
    Py_RETURN_NONE;
}

FUNCTION(sys, getrecursionlimit, "($module, /)", "The depth of calls that raises RecursionError.")
static int
sys_getrecursionlimit(PyObject *module)
{
    return Py_GetRecursionLimit();
}

FUNCTION(sys, set_int_max_str_digits, "($module, /, maxdigits)",
         "Most digits in conversions between int and str; 0: any number.")
static PyObject *
sys_set_int_max_str_digits(PyObject *module, int maxdigits)
{
    PyObject *flags = PySys_GetObject("flags");
    if (maxdigits != 0 && maxdigits < 640) {
        PyErr_Format(PyExc_ValueError, "maxdigits must be 0 or larger than %d", 640);
        return NULL;
    }
    if (flags == NULL) {
        PyErr_SetString(PyExc_ValueError, "lost sys.flags");
        return NULL;
    }
    interp_get()->int_max_str_digits = maxdigits;
    Py_RETURN_NONE;
}

FUNCTION(sys, get_int_max_str_digits, "($module, /)",
         "Most digits in conversions between int and str.")
static int
sys_get_int_max_str_digits(PyObject *module)
{
    return interp_get()->int_max_str_digits;
}

FUNCTION(sys, set_coroutine_origin_tracking_depth, "($module, /, depth)",
         "How many frames coroutines remember of where they were made, in this thread.")
static PyObject *
sys_set_coroutine_origin_tracking_depth(PyObject *module, int depth)
{
    if (depth < 0) {
        PyErr_SetString(PyExc_ValueError, "depth must be >= 0");
        return NULL;
    }
    tstate_get()->coroutine_origin_tracking_depth = depth;
    Py_RETURN_NONE;
}

FUNCTION(sys, get_coroutine_origin_tracking_depth, "($module, /)",
         "How many frames coroutines remember of where they were made.")
static int
sys_get_coroutine_origin_tracking_depth(PyObject *module)
{
    return tstate_get()->coroutine_origin_tracking_depth;
}

static status
check_generator_hook(PyObject *hook, const char *name)
{
    if (hook != NULL && hook != Py_None && !PyCallable_Check(hook)) {
        PyErr_Format(PyExc_TypeError, "callable %s expected, got %.50s", name, Py_TYPE(hook)->tp_name);
        return -1;
    }
    return 0;
}

FUNCTION(sys, set_asyncgen_hooks, NULL,
         "set_asyncgen_hooks(* [, firstiter] [, finalizer])\n\n"
         "Functions called when asynchronous generators begin and are collected, in this thread.")
static PyObject *
sys_set_asyncgen_hooks(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"firstiter", "finalizer", NULL};
    PyObject *firstiter = NULL, *finalizer = NULL;
    PyThreadState *tstate = tstate_get();
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO", names, &firstiter, &finalizer) ||
        check_generator_hook(finalizer, "finalizer") < 0 ||
        check_generator_hook(firstiter, "firstiter") < 0) {
        return NULL;
    }
    if (finalizer != NULL) {
        if (PySys_Audit("sys.set_asyncgen_hooks_finalizer", NULL) < 0) {
            return NULL;
        }
        Py_XSETREF(tstate->async_gen_finalizer, finalizer == Py_None ? NULL : Py_NewRef(finalizer));
    }
    if (firstiter != NULL) {
        if (PySys_Audit("sys.set_asyncgen_hooks_firstiter", NULL) < 0) {
            return NULL;
        }
        Py_XSETREF(tstate->async_gen_firstiter, firstiter == Py_None ? NULL : Py_NewRef(firstiter));
    }
    Py_RETURN_NONE;
}

FUNCTION(sys, get_asyncgen_hooks, "($module, /)", "(firstiter, finalizer) of this thread.")
static PyObject *
sys_get_asyncgen_hooks(PyObject *module)
{
    PyThreadState *tstate = tstate_get();
    return asyncgen_hooks_new(tstate->async_gen_firstiter, tstate->async_gen_finalizer);
}

FUNCTION(sys, setdlopenflags, "($module, flags, /)", "The flags of dlopen() for extension modules.")
static PyObject *
sys_setdlopenflags(PyObject *module, int flags)
{
    interp_get()->import.dlopen_flags = flags;
    Py_RETURN_NONE;
}

FUNCTION(sys, getdlopenflags, "($module, /)", "The flags of dlopen() for extension modules.")
static PyObject *
sys_getdlopenflags(PyObject *module)
{
    return PyLong_FromLong(interp_get()->import.dlopen_flags);
}

/* ---- looking ------------------------------------------------------------------------------ */

FUNCTION(sys, getrefcount, "($module, object, /)",
         "The object's reference count, the argument of this call included.")
static PyObject *
sys_getrefcount(PyObject *module, PyObject *object)
{
    return PyLong_FromSsize_t(Py_REFCNT(object));
}

FUNCTION(sys, getsizeof, NULL,
         "getsizeof(object [, default]) -> int\n\nBytes the object takes, without what it refers to.")
static PyObject *
sys_getsizeof(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"object", "default", NULL};
    PyObject *object, *default_value = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:getsizeof", names, &object, &default_value)) {
        return NULL;
    }
    size_t size = _PySys_GetSizeOf(object);
    if (size == (size_t)-1 && PyErr_Occurred()) {
        if (default_value != NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            return Py_NewRef(default_value);
        }
        return NULL;
    }
    return PyLong_FromSize_t(size);
}

FUNCTION(sys, getallocatedblocks, "($module, /)", "Number of memory blocks in use.")
static Py_ssize_t
sys_getallocatedblocks(PyObject *module)
{
    extern Py_ssize_t _Py_GetAllocatedBlocks(void);
    return _Py_GetAllocatedBlocks();
}

FUNCTION(sys, _getframe, "($module, depth=0, /)",
         "The frame that many calls outward from the caller; ValueError beyond the outermost.")
static PyObject *
sys__getframe(PyObject *module, int depth)
{
    Frame *frame = frame_visible(tstate_get()->cframe->current_frame);
    while (depth > 0 && frame != NULL) {
        frame = frame_visible(frame->previous);
        depth--;
    }
    if (frame == NULL) {
        PyErr_SetString(PyExc_ValueError, "call stack is not deep enough");
        return NULL;
    }
    PyObject *object = (PyObject *)frame_get_object(frame);
    if (object == NULL || PySys_Audit("sys._getframe", "(O)", object) < 0) {
        return NULL;
    }
    return Py_NewRef(object);
}

FUNCTION(sys, _current_frames, "($module, /)", "A dict: thread identifier -> topmost frame.")
static PyObject *
sys__current_frames(PyObject *module)
{
    return _PyThread_CurrentFrames();
}

FUNCTION(sys, _current_exceptions, "($module, /)",
         "A dict: thread identifier -> exc_info() of the thread.")
static PyObject *
sys__current_exceptions(PyObject *module)
{
    return _PyThread_CurrentExceptions();
}

FUNCTION(sys, is_finalizing, "($module, /)", "Whether the interpreter is shutting down.")
static truth
sys_is_finalizing(PyObject *module)
{
    return _Py_IsFinalizing();
}

FUNCTION(sys, _clear_type_cache, "($module, /)", "Empty the cache of attribute lookups in types.")
static PyObject *
sys__clear_type_cache(PyObject *module)
{
    PyType_ClearCache();
    Py_RETURN_NONE;
}

FUNCTION(sys, _getquickenedcount, "($module, /)", "Number of code objects prepared to specialise.")
static PyObject *
sys__getquickenedcount(PyObject *module)
{
    return PyLong_FromSsize_t(interp_get()->quickened_count);
}

FUNCTION(sys, _debugmallocstats, "($module, /)", "Print the state of the memory pages to stderr.")
static PyObject *
sys__debugmallocstats(PyObject *module)
{
    extern int _PyObject_DebugMallocStats(FILE *);
    if (_PyObject_DebugMallocStats(stderr)) {
        fputc('\n', stderr);
    }
    _PyObject_DebugTypeStats(stderr);
    Py_RETURN_NONE;
}

/* ---- the module --------------------------------------------------------------------------- */

static PyMethodDef sys_functions[];

static WRITTEN struct PyModuleDef sys_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "sys",
    .m_doc = "Objects and functions of the interpreter itself.",
    .m_size = -1,
    .m_methods = sys_functions,
};

PyObject *
sys_make(struct _is *interp)
{
    PyObject *module = PyModule_Create2(&sys_def, PYTHON_API_VERSION);
    if (module == NULL) {
        return NULL;
    }
#ifdef KRAIT_DEBUG
    if (PyModule_AddFunctions(module, live_sys_functions) < 0) {
        goto fail;
    }
#endif
    PyObject *dict = PyModule_GetDict(module);
    interp->sysdict = Py_NewRef(dict);
    static const char *const kept[][2] = {
        {"displayhook", "__displayhook__"},
        {"excepthook", "__excepthook__"},
        {"breakpointhook", "__breakpointhook__"},
        {"unraisablehook", "__unraisablehook__"},
    };
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        PyObject *hook = PyDict_GetItemString(dict, kept[i][0]);
        if (hook == NULL || PyDict_SetItemString(dict, kept[i][1], hook) < 0) {
            goto fail;
        }
    }
    if (error_init() < 0 || sys_add_info(dict) < 0) {
        goto fail;
    }
    return module;
fail:
    Py_DECREF(module);
    return NULL;
}

#include "gen/modules/sys.inc"
