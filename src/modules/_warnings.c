/* The module _warnings and PyErr_Warn*: deciding whether a warning is shown, and showing it.

   Filters, once-registry and default action are those of the module warnings if it is imported, else
   the interpreter's own. */
#include "object/declare.h"
#include "object/state.h"
#include "runtime/init.h"
#include <stdarg.h>

#define warnings_state (&interp_get()->warnings)

/* ---- state -------------------------------------------------------------------------------- */

static PyObject *
make_filter(PyObject *category, const char *action, const char *module)
{
    PyObject *act = PyUnicode_InternFromString(action);
    PyObject *mod = module == NULL ? Py_NewRef(Py_None) : PyUnicode_InternFromString(module);
    PyObject *filter = act == NULL || mod == NULL
                           ? NULL
                           : PyTuple_Pack(5, act, Py_None, category, mod, small_int_peek(0));
    Py_XDECREF(act);
    Py_XDECREF(mod);
    return filter;
}

static PyObject *
make_filters(void)
{
    PyObject *const list = PyList_New(5);
    PyObject *items[] = {
        make_filter(PyExc_DeprecationWarning, "default", "__main__"),
        make_filter(PyExc_DeprecationWarning, "ignore", NULL),
        make_filter(PyExc_PendingDeprecationWarning, "ignore", NULL),
        make_filter(PyExc_ImportWarning, "ignore", NULL),
        make_filter(PyExc_ResourceWarning, "ignore", NULL),
    };
    bool bad = list == NULL;
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        bad = bad || items[i] == NULL;
        if (list != NULL) {
            PyList_SET_ITEM(list, (Py_ssize_t)i, items[i]);
        }
    }
    if (bad) {
        Py_XDECREF(list);
        return NULL;
    }
    return list;
}

status
warnings_init_state(PyInterpreterState *interp)
{
    struct WarningsState *state = &interp->warnings;
    if (state->filters == NULL && (state->filters = make_filters()) == NULL) {
        return -1;
    }
    if (state->once_registry == NULL && (state->once_registry = PyDict_New()) == NULL) {
        return -1;
    }
    if (state->default_action == NULL &&
        (state->default_action = PyUnicode_InternFromString("default")) == NULL) {
        return -1;
    }
    return 0;
}

/* warnings.<name>, new; NULL without an exception if the module is not there or lacks it. */
static PyObject *
warnings_attribute(PyObject *name, bool may_import)
{
    PyObject *module;
    if (may_import && !_Py_IsFinalizing()) {
        PyObject *module_name = PyUnicode_InternFromString("warnings");
        module = module_name == NULL ? NULL : PyImport_Import(module_name);
        Py_XDECREF(module_name);
        if (module == NULL) {
            if (PyErr_ExceptionMatches(PyExc_ImportError)) {
                PyErr_Clear();
            }
            return NULL;
        }
    }
    else {
        if (interp_get()->import.modules == NULL) {
            return NULL;
        }
        module = PyImport_GetModule(ID(warnings));
        if (module == NULL) {
            return NULL;
        }
    }
    PyObject *value;
    _PyObject_LookupAttr(module, name, &value);
    Py_DECREF(module);
    return value;
}

/* The module's object of that name if it has one, remembered as the interpreter's own; borrowed. */
static PyObject *
current(PyObject *name, PyObject **own)
{
    PyObject *value = warnings_attribute(name, false);
    if (value == NULL) {
        return PyErr_Occurred() ? NULL : *own;
    }
    Py_XSETREF(*own, value);
    return value;
}

static PyObject *
default_action(void)
{
    PyObject *action = current(ID(defaultaction), &warnings_state->default_action);
    if (action != NULL && !PyUnicode_Check(action)) {
        PyErr_Format(PyExc_TypeError, "_warnings.defaultaction must be a string, not '%.200s'",
                     Py_TYPE(action)->tp_name);
        return NULL;
    }
    return action;
}

static PyObject *
once_registry(void)
{
    PyObject *registry = current(ID(onceregistry), &warnings_state->once_registry);
    if (registry != NULL && !PyDict_Check(registry)) {
        PyErr_Format(PyExc_TypeError, "_warnings.onceregistry must be a dict, not '%.200s'",
                     Py_TYPE(registry)->tp_name);
        return NULL;
    }
    return registry;
}

/* ---- filters ------------------------------------------------------------------------------ */

/* Does a filter's pattern (None, a str, or something with match()) fit the text? */
static truth
pattern_fits(PyObject *pattern, PyObject *text)
{
    if (pattern == Py_None) {
        return 1;
    }
    if (PyUnicode_CheckExact(pattern)) {
        int differ = PyUnicode_Compare(pattern, text);
        return differ == -1 && PyErr_Occurred() ? -1 : !differ;
    }
    PyObject *match = PyObject_CallMethodOneArg(pattern, ID(match), text);
    if (match == NULL) {
        return -1;
    }
    int fits = PyObject_IsTrue(match);
    Py_DECREF(match);
    return fits;
}

static truth
filter_fits(PyObject *filter, PyObject *category, PyObject *text, Py_ssize_t lineno, PyObject *module)
{
    int fits = pattern_fits(PyTuple_GET_ITEM(filter, 1), text);
    if (fits <= 0) {
        return fits;
    }
    fits = PyObject_IsSubclass(category, PyTuple_GET_ITEM(filter, 2));
    if (fits <= 0) {
        return fits;
    }
    fits = pattern_fits(PyTuple_GET_ITEM(filter, 3), module);
    if (fits <= 0) {
        return fits;
    }
    Py_ssize_t line = PyLong_AsSsize_t(PyTuple_GET_ITEM(filter, 4));
    if (line == -1 && PyErr_Occurred()) {
        return -1;
    }
    return line == 0 || line == lineno;
}

/* The action of the first filter that fits, borrowed; *item new (None: the default action). */
static PyObject *
find_action(PyObject *category, PyObject *text, Py_ssize_t lineno, PyObject *module, PyObject **item)
{
    *item = NULL;
    PyObject *filters = current(ID(filters), &warnings_state->filters);
    if (filters == NULL) {
        return NULL;
    }
    if (!PyList_Check(filters)) {
        PyErr_SetString(PyExc_ValueError, "_warnings.filters must be a list");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(filters); i++) {
        PyObject *filter = PyList_GET_ITEM(filters, i);
        if (!PyTuple_Check(filter) || PyTuple_GET_SIZE(filter) != 5) {
            PyErr_Format(PyExc_ValueError, "_warnings.filters item %zd isn't a 5-tuple", i);
            return NULL;
        }
        Py_INCREF(filter);
        PyObject *action = PyTuple_GET_ITEM(filter, 0);
        if (!PyUnicode_Check(action)) {
            PyErr_Format(PyExc_TypeError, "action must be a string, not '%.200s'",
                         Py_TYPE(action)->tp_name);
            Py_DECREF(filter);
            return NULL;
        }
        int fits = filter_fits(filter, category, text, lineno, module);
        if (fits > 0) {
            *item = filter;
            return action;
        }
        Py_DECREF(filter);
        if (fits < 0) {
            return NULL;
        }
    }
    PyObject *action = default_action();
    if (action != NULL) {
        *item = Py_NewRef(Py_None);
    }
    return action;
}

/* Is the key in the registry?  A registry of other filters is emptied first.  With `add` the key is
   put in. */
static truth
already_warned(PyObject *registry, PyObject *key, bool add)
{
    long now = warnings_state->filters_version;
    PyObject *version = PyDict_GetItemWithError(registry, ID(version));
    if (version == NULL && PyErr_Occurred()) {
        return -1;
    }
    if (version == NULL || !PyLong_CheckExact(version) || PyLong_AsLong(version) != now) {
        PyErr_Clear();
        PyDict_Clear(registry);
        PyObject *fresh = PyLong_FromLong(now);
        int failed = fresh == NULL || PyDict_SetItem(registry, ID(version), fresh) < 0;
        Py_XDECREF(fresh);
        if (failed) {
            return -1;
        }
    }
    else {
        PyObject *found = PyDict_GetItemWithError(registry, key);
        if (found == NULL && PyErr_Occurred()) {
            return -1;
        }
        if (found != NULL) {
            int is = PyObject_IsTrue(found);
            if (is != 0) {
                return is;
            }
        }
    }
    return add ? PyDict_SetItem(registry, key, Py_True) : 0;
}

static truth
already_warned_anywhere(PyObject *registry, PyObject *text, PyObject *category)
{
    PyObject *key = PyTuple_Pack(2, text, category);
    int result = key == NULL ? -1 : already_warned(registry, key, true);
    Py_XDECREF(key);
    return result;
}

/* ---- showing ------------------------------------------------------------------------------ */

/* file:line: Category: text, and the source line, on sys.stderr: while there is no warnings. */
static void
show_plainly(PyObject *filename, int lineno, PyObject *text, PyObject *category, PyObject *sourceline)
{
    extern int _Py_DisplaySourceLine(PyObject *, PyObject *, int, int, int *, PyObject **);
    PyObject *name = PyObject_GetAttr(category, ID(__name__));
    PyObject *file = PySys_GetObject("stderr");
    if (name == NULL || file == NULL || file == Py_None) {
        if (file == NULL) {
            fprintf(stderr, "lost sys.stderr\n");
        }
        goto done;
    }
    PyObject *line = PyUnicode_FromFormat("%U:%d: %U: %S\n", filename, lineno, name, text);
    if (line == NULL || PyFile_WriteObject(line, file, Py_PRINT_RAW) < 0) {
        Py_XDECREF(line);
        goto done;
    }
    Py_DECREF(line);
    if (sourceline != NULL) {
        PyObject *stripped = PyObject_CallMethod(sourceline, "lstrip", "s", " \t\f");
        if (stripped != NULL) {
            PyFile_WriteString("  ", file);
            PyFile_WriteObject(stripped, file, Py_PRINT_RAW);
            PyFile_WriteString("\n", file);
            Py_DECREF(stripped);
        }
    }
    else {
        _Py_DisplaySourceLine(file, filename, lineno, 2, NULL, NULL);
    }
done:
    Py_XDECREF(name);
    PyErr_Clear();
}

static status
show(PyObject *category, PyObject *text, PyObject *message, PyObject *filename, int lineno,
     PyObject *sourceline, PyObject *source)
{
    /* A source object is worth importing warnings for: it shows where it was allocated. */
    PyObject *show_function = warnings_attribute(ID(_showwarnmsg), source != NULL);
    if (show_function == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        show_plainly(filename, lineno, text, category, sourceline);
        return 0;
    }
    PyObject *class = NULL, *object = NULL, *result = NULL;
    if (!PyCallable_Check(show_function)) {
        PyErr_SetString(PyExc_TypeError, "warnings._showwarnmsg() must be set to a callable");
        goto done;
    }
    class = warnings_attribute(ID(WarningMessage), false);
    if (class == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "unable to get warnings.WarningMessage");
        }
        goto done;
    }
    object = PyObject_CallFunction(class, "OOOiOOO", message, category, filename, lineno, Py_None,
                                   Py_None, source != NULL ? source : Py_None);
    if (object != NULL) {
        result = PyObject_CallOneArg(show_function, object);
    }
done:
    Py_DECREF(show_function);
    Py_XDECREF(class);
    Py_XDECREF(object);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* ---- one warning -------------------------------------------------------------------------- */

static PyObject *
module_of_file(PyObject *filename)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(filename);
    if (n == 0) {
        return PyUnicode_FromString("<unknown>");
    }
    if (n >= 3 && PyUnicode_READ_CHAR(filename, n - 3) == '.' &&
        PyUnicode_READ_CHAR(filename, n - 2) == 'p' && PyUnicode_READ_CHAR(filename, n - 1) == 'y') {
        return PyUnicode_Substring(filename, 0, n - 3);
    }
    return Py_NewRef(filename);
}

static bool
action_is(PyObject *action, const char *name)
{
    return _PyUnicode_EqualToASCIIString(action, name);
}

/* Record the warning as the action wants it: 1 if it has been shown before, 0 to show it. */
static truth
note_warning(PyObject *action, PyObject *item, PyObject *registry, PyObject *key, PyObject *text,
             PyObject *category)
{
    if (action_is(action, "always")) {
        return 0;
    }
    if (registry != NULL && PyDict_SetItem(registry, key, Py_True) < 0) {
        return -1;
    }
    if (action_is(action, "once")) {
        PyObject *where = registry;
        if (where == NULL && (where = once_registry()) == NULL) {
            return -1;
        }
        return already_warned_anywhere(where, text, category);
    }
    if (action_is(action, "module")) {
        return registry == NULL ? 0 : already_warned_anywhere(registry, text, category);
    }
    if (!action_is(action, "default")) {
        PyErr_Format(PyExc_RuntimeError, "Unrecognized action (%R) in warnings.filters:\n %R", action,
                     item);
        return -1;
    }
    return 0;
}

static status
warn_explicit(PyObject *category, PyObject *message, PyObject *filename, int lineno, PyObject *module,
              PyObject *registry, PyObject *sourceline, PyObject *source)
{
    PyObject *text = NULL, *key = NULL, *item = NULL, *line = NULL;
    status result = -1;
    if (module == Py_None) {
        return 0;
    }
    if (registry != NULL && registry != Py_None && !PyDict_Check(registry)) {
        PyErr_SetString(PyExc_TypeError, "'registry' must be a dict or None");
        return -1;
    }
    registry = registry == Py_None ? NULL : registry;
    source = source == Py_None ? NULL : source;
    module = module == NULL ? module_of_file(filename) : Py_NewRef(module);
    if (module == NULL) {
        return -1;
    }
    Py_INCREF(message);
    int is_warning = PyObject_IsInstance(message, PyExc_Warning);
    if (is_warning < 0) {
        goto done;
    }
    if (is_warning) {
        text = PyObject_Str(message);
        category = (PyObject *)Py_TYPE(message);
    }
    else {
        text = Py_NewRef(message);
        Py_SETREF(message, PyObject_CallOneArg(category, message));
    }
    if (text == NULL || message == NULL || (line = PyLong_FromLong(lineno)) == NULL ||
        (key = PyTuple_Pack(3, text, category, line)) == NULL) {
        goto done;
    }
    if (registry != NULL) {
        int seen = already_warned(registry, key, false);
        if (seen != 0) {
            result = seen < 0 ? -1 : 0;
            goto done;
        }
    }
    PyObject *action = find_action(category, text, lineno, module, &item);
    if (action == NULL) {
        goto done;
    }
    if (action_is(action, "error")) {
        PyErr_SetObject(category, message);
        goto done;
    }
    if (action_is(action, "ignore")) {
        result = 0;
        goto done;
    }
    int seen = note_warning(action, item, registry, key, text, category);
    if (seen == 0) {
        result = show(category, text, message, filename, lineno, sourceline, source);
    }
    else {
        result = seen < 0 ? -1 : 0;
    }
done:
    Py_XDECREF(item);
    Py_XDECREF(key);
    Py_XDECREF(text);
    Py_XDECREF(line);
    Py_DECREF(module);
    Py_XDECREF(message);
    return result;
}

/* ---- where a warning comes from ----------------------------------------------------------- */

static bool
is_internal(PyFrameObject *frame)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *name = code->co_filename;
    bool internal = false;
    if (name != NULL && PyUnicode_Check(name)) {
        const char *text = PyUnicode_AsUTF8(name);
        internal = text != NULL && strstr(text, "importlib") != NULL && strstr(text, "_bootstrap") != NULL;
        if (text == NULL) {
            PyErr_Clear();
        }
    }
    Py_DECREF(code);
    return internal;
}

/* The next frame outward (taking over the reference), importlib's own left out if asked. */
static PyFrameObject *
outward(PyFrameObject *frame, bool skip_internal)
{
    do {
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = back;
    } while (skip_internal && frame != NULL && is_internal(frame));
    return frame;
}

struct Origin {
    PyObject *filename, *module, *registry;     /* owned */
    int lineno;
};

static void
origin_clear(struct Origin *o)
{
    Py_CLEAR(o->filename);
    Py_CLEAR(o->module);
    Py_CLEAR(o->registry);
}

/* File, line, module and registry of the frame `level` calls outward. */
static status
find_origin(Py_ssize_t level, struct Origin *o)
{
    PyObject *globals;
    PyFrameObject *frame = PyThreadState_GetFrame(tstate_get());
    bool plain = level <= 0 || (frame != NULL && is_internal(frame));
    *o = (struct Origin){NULL, NULL, NULL, 1};
    while (--level > 0 && frame != NULL) {
        frame = outward(frame, !plain);
    }
    if (frame == NULL) {
        globals = Py_XNewRef(interp_get()->sysdict);
        o->filename = PyUnicode_FromString("sys");
    }
    else {
        PyCodeObject *code = PyFrame_GetCode(frame);
        globals = PyFrame_GetGlobals(frame);
        o->filename = Py_NewRef(code->co_filename);
        o->lineno = PyFrame_GetLineNumber(frame);
        Py_DECREF(code);
        Py_DECREF(frame);
    }
    if (globals == NULL || o->filename == NULL) {
        goto fail;
    }
    o->registry = Py_XNewRef(PyDict_GetItemWithError(globals, ID(__warningregistry__)));
    if (o->registry == NULL) {
        if (PyErr_Occurred() || (o->registry = PyDict_New()) == NULL ||
            PyDict_SetItem(globals, ID(__warningregistry__), o->registry) < 0) {
            goto fail;
        }
    }
    o->module = Py_XNewRef(PyDict_GetItemWithError(globals, ID(__name__)));
    if (o->module == NULL && PyErr_Occurred()) {
        goto fail;
    }
    if (o->module == NULL || (o->module != Py_None && !PyUnicode_Check(o->module))) {
        Py_XSETREF(o->module, PyUnicode_FromString("<string>"));
        if (o->module == NULL) {
            goto fail;
        }
    }
    Py_DECREF(globals);
    return 0;
fail:
    Py_XDECREF(globals);
    origin_clear(o);
    return -1;
}

static PyObject *
category_of(PyObject *message, PyObject *category)
{
    int is = PyObject_IsInstance(message, PyExc_Warning);
    if (is < 0) {
        return NULL;
    }
    if (is) {
        category = (PyObject *)Py_TYPE(message);
    }
    else if (category == NULL || category == Py_None) {
        category = PyExc_UserWarning;
    }
    is = PyObject_IsSubclass(category, PyExc_Warning);
    if (is <= 0) {
        if (is == 0 || PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "category must be a Warning subclass, not '%s'",
                         Py_TYPE(category)->tp_name);
        }
        return NULL;
    }
    return category;
}

static status
warn_from(PyObject *message, PyObject *category, Py_ssize_t level, PyObject *source)
{
    struct Origin o;
    if (find_origin(level, &o) < 0) {
        return -1;
    }
    status result = warn_explicit(category, message, o.filename, o.lineno, o.module, o.registry, NULL,
                                  source);
    origin_clear(&o);
    return result;
}

/* ---- the module --------------------------------------------------------------------------- */

FUNCTION(_warnings, warn, "($module, /, message, category=None, stacklevel=1, source=None)",
         "Issue a warning, or ignore it, or raise it as an exception: as the filters say.")
static PyObject *
_warnings_warn(PyObject *module, PyObject *message, PyObject *category, Py_ssize_t stacklevel,
               PyObject *source)
{
    category = category_of(message, category);
    if (category == NULL || warn_from(message, category, stacklevel, source) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Line of a module's source by its loader (PEP 302); *line new or NULL. */
static status
loader_source_line(PyObject *globals, int lineno, PyObject **line)
{
    PyObject *loader = NULL, *name = NULL, *get = NULL, *source = NULL, *list = NULL;
    status result = -1;
    *line = NULL;
    loader = Py_XNewRef(PyDict_GetItemWithError(globals, ID(__loader__)));
    name = Py_XNewRef(PyDict_GetItemWithError(globals, ID(__name__)));
    if (loader == NULL || name == NULL) {
        result = PyErr_Occurred() ? -1 : 0;
        goto done;
    }
    if (_PyObject_LookupAttr(loader, ID(get_source), &get) <= 0) {
        result = PyErr_Occurred() ? -1 : 0;
        goto done;
    }
    source = PyObject_CallOneArg(get, name);
    if (source == NULL || source == Py_None) {
        result = source == NULL ? -1 : 0;
        goto done;
    }
    list = PyUnicode_Splitlines(source, 0);
    if (list == NULL) {
        goto done;
    }
    if (lineno < 1 || lineno > PyList_GET_SIZE(list)) {
        PyErr_SetString(PyExc_IndexError, "list index out of range");
        goto done;
    }
    *line = Py_NewRef(PyList_GET_ITEM(list, lineno - 1));
    result = 0;
done:
    Py_XDECREF(loader);
    Py_XDECREF(name);
    Py_XDECREF(get);
    Py_XDECREF(source);
    Py_XDECREF(list);
    return result;
}

FUNCTION(_warnings, warn_explicit, NULL,
         "warn_explicit(message, category, filename, lineno, module=None, registry=None,\n"
         "              module_globals=None, source=None)\n\n"
         "Issue a warning that comes from a given place.")
static PyObject *
_warnings_warn_explicit(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"message", "category", "filename", "lineno", "module", "registry",
                            "module_globals", "source", NULL};
    PyObject *message, *category, *filename, *module = NULL, *registry = NULL, *globals = NULL;
    PyObject *source = NULL, *line = NULL;
    int lineno;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOUi|OOOO:warn_explicit", names, &message,
                                     &category, &filename, &lineno, &module, &registry, &globals,
                                     &source)) {
        return NULL;
    }
    if (globals != NULL && globals != Py_None) {
        if (!PyDict_Check(globals)) {
            PyErr_Format(PyExc_TypeError, "module_globals must be a dict, not '%.200s'",
                         Py_TYPE(globals)->tp_name);
            return NULL;
        }
        if (loader_source_line(globals, lineno, &line) < 0) {
            return NULL;
        }
    }
    status result = warn_explicit(category, message, filename, lineno, module, registry, line, source);
    Py_XDECREF(line);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_warnings, _filters_mutated, "!($module, /)", "Have registries forget what they saw.")
static PyObject *
_warnings__filters_mutated(PyObject *self)
{
    warnings_state->filters_version++;
    Py_RETURN_NONE;
}

/* ---- the C API ---------------------------------------------------------------------------- */

static int
warn_text(PyObject *source, PyObject *category, Py_ssize_t level, PyObject *text)
{
    if (text == NULL) {
        return -1;
    }
    int result = warn_from(text, category == NULL ? PyExc_RuntimeWarning : category, level, source);
    Py_DECREF(text);
    return result;
}

/* Issue a warning; -1 with the exception if it was made an error. */
int
PyErr_WarnEx(PyObject *category, const char *text, Py_ssize_t stack_level)
{
    return warn_text(NULL, category, stack_level, PyUnicode_FromString(text));
}

#undef PyErr_Warn
int
PyErr_Warn(PyObject *category, const char *text)
{
    return PyErr_WarnEx(category, text, 1);
}

int
PyErr_WarnFormat(PyObject *category, Py_ssize_t stack_level, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    va_end(list);
    return warn_text(NULL, category, stack_level, text);
}

int
PyErr_ResourceWarning(PyObject *source, Py_ssize_t stack_level, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    va_end(list);
    return warn_text(source, PyExc_ResourceWarning, stack_level, text);
}

int
PyErr_WarnExplicitObject(PyObject *category, PyObject *message, PyObject *filename, int lineno,
                         PyObject *module, PyObject *registry)
{
    return warn_explicit(category == NULL ? PyExc_RuntimeWarning : category, message, filename, lineno,
                         module, registry, NULL, NULL);
}

int
PyErr_WarnExplicit(PyObject *category, const char *text, const char *filename, int lineno,
                   const char *module_name, PyObject *registry)
{
    PyObject *message = PyUnicode_FromString(text), *module = NULL;
    PyObject *file = message == NULL ? NULL : PyUnicode_DecodeFSDefault(filename);
    int result = -1;
    if (file != NULL && (module_name == NULL || (module = PyUnicode_FromString(module_name)) != NULL)) {
        result = PyErr_WarnExplicitObject(category, message, file, lineno, module, registry);
    }
    Py_XDECREF(message);
    Py_XDECREF(module);
    Py_XDECREF(file);
    return result;
}

int
PyErr_WarnExplicitFormat(PyObject *category, const char *filename, int lineno, const char *module_name,
                         PyObject *registry, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *message = PyUnicode_FromFormatV(format, list), *module = NULL;
    va_end(list);
    PyObject *file = message == NULL ? NULL : PyUnicode_DecodeFSDefault(filename);
    int result = -1;
    if (file != NULL && (module_name == NULL || (module = PyUnicode_FromString(module_name)) != NULL)) {
        result = PyErr_WarnExplicitObject(category, message, file, lineno, module, registry);
    }
    Py_XDECREF(message);
    Py_XDECREF(module);
    Py_XDECREF(file);
    return result;
}

/* A coroutine died without having run.  The module warnings tells where it was made. */
void
_PyErr_WarnUnawaitedCoroutine(PyObject *coroutine)
{
    /* The function must be found now: afterwards the coroutine is no more. */
    PyObject *function = warnings_attribute(ID(_warn_unawaited_coroutine), true);
    bool warned = false;
    if (function != NULL) {
        PyObject *result = PyObject_CallOneArg(function, coroutine);
        Py_DECREF(function);
        warned = result != NULL || PyErr_ExceptionMatches(PyExc_RuntimeWarning);
        Py_XDECREF(result);
    }
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable(coroutine);
    }
    if (!warned && PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "coroutine '%S' was never awaited",
                                    ((PyCoroObject *)coroutine)->cr_qualname) < 0) {
        PyErr_WriteUnraisable(coroutine);
    }
}

static int
_warnings_exec(PyObject *module)
{
    struct WarningsState *state = warnings_state;
    if (warnings_init_state(interp_get()) < 0) {
        return -1;
    }
    return PyModule_AddObjectRef(module, "filters", state->filters) < 0 ||
                   PyModule_AddObjectRef(module, "_onceregistry", state->once_registry) < 0 ||
                   PyModule_AddObjectRef(module, "_defaultaction", state->default_action) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot _warnings_slots[] = {{Py_mod_exec, _warnings_exec}, {0, NULL}};
static PyMethodDef _warnings_functions[];

static WRITTEN struct PyModuleDef _warnings_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_warnings",
    .m_doc = "The part of the module warnings that is written in C.",
    .m_methods = _warnings_functions,
    .m_slots = _warnings_slots,
};

PyObject *
_PyWarnings_Init(void)
{
    return PyModuleDef_Init(&_warnings_def);
}

#include "gen/modules/_warnings.inc"
