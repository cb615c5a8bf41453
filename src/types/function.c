/* Python functions: the object, its attributes, and the binding of arguments.

   Invariants:
   1. func_code, func_globals, func_builtins, func_name, func_qualname are never NULL while the
      function can be called (tp_clear may drop globals and builtins of garbage).
   2. func_closure is NULL or a tuple of as many cells as func_code has free variables.
   3. func_annotations is NULL, a dict, or a tuple name, value, name, value ... as MAKE_FUNCTION
      left it, made a dict when somebody asks.
   4. func_version is 0 or unique, and falls back to 0 when what specialised calls rely on
      changes: code, defaults, kwdefaults.
   See also: vm/eval.c, which pushes frames for functions without a C call. */
#include "object/declare.h"
#include "object/state.h"
#include "types/function.h"
#include "vm/eval.h"

/* ---- storage -------------------------------------------------------------------------------- */

/* The builtins that code with these globals sees: globals['__builtins__'], a module or its dict,
   else those of the running frame.  Borrowed. */
static PyObject *
builtins_of(PyObject *globals)
{
    PyObject *builtins = PyDict_GetItemWithError(globals, ID(__builtins__));
    if (builtins != NULL) {
        return PyModule_Check(builtins) ? PyModule_GetDict(builtins) : builtins;
    }
    return PyErr_Occurred() ? NULL : PyEval_GetBuiltins();
}

PyObject *
PyFunction_NewWithQualName(PyObject *code_object, PyObject *globals, PyObject *qualname)
{
    PyCodeObject *code = (PyCodeObject *)code_object;
    PyObject *module = PyDict_GetItemWithError(globals, ID(__name__));
    if (module == NULL && PyErr_Occurred()) {
        return NULL;
    }
    PyObject *builtins = builtins_of(globals);
    if (builtins == NULL) {
        return NULL;
    }
    PyFunctionObject *func = PyObject_GC_New(PyFunctionObject, &PyFunction_Type);
    if (func == NULL) {
        return NULL;
    }
    PyObject *doc = Py_None;
    if (PyTuple_GET_SIZE(code->co_consts) > 0 &&
        PyUnicode_Check(PyTuple_GET_ITEM(code->co_consts, 0))) {
        doc = PyTuple_GET_ITEM(code->co_consts, 0);
    }
    func->func_globals = Py_NewRef(globals);
    func->func_builtins = Py_NewRef(builtins);
    func->func_name = Py_NewRef(code->co_name);
    func->func_qualname = Py_NewRef(qualname != NULL ? qualname : code->co_qualname);
    func->func_code = Py_NewRef(code_object);
    func->func_defaults = NULL;
    func->func_kwdefaults = NULL;
    func->func_closure = NULL;
    func->func_doc = Py_NewRef(doc);
    func->func_dict = NULL;
    func->func_weakreflist = NULL;
    func->func_module = Py_XNewRef(module);
    func->func_annotations = NULL;
    func->vectorcall = _PyFunction_Vectorcall;
    func->func_version = 0;
    PyObject_GC_Track(func);
    return (PyObject *)func;
}

PyObject *
PyFunction_New(PyObject *code, PyObject *globals)
{
    return PyFunction_NewWithQualName(code, globals, NULL);
}

uint32_t
function_version(PyFunctionObject *func)
{
    if (func->func_version != 0 || func->vectorcall != _PyFunction_Vectorcall) {
        return func->func_version;
    }
    struct _is *interp = interp_get();
    if (interp->func_version == UINT32_MAX) {
        return 0;
    }
    func->func_version = ++interp->func_version;
    return func->func_version;
}

/* ---- binding arguments ---------------------------------------------------------------------- */

static PyObject *
local_name(PyCodeObject *code, Py_ssize_t index)
{
    return PyTuple_GET_ITEM(code->co_localsplusnames, index);
}

/* "'a', 'b', and 'c'": reprs joined as English does. */
static PyObject *
join_names(PyObject *names)
{
    Py_ssize_t count = PyList_GET_SIZE(names);
    PyObject *text = PyUnicode_FromFormat("%R", PyList_GET_ITEM(names, 0));
    for (Py_ssize_t i = 1; i < count && text != NULL; i++) {
        const char *glue = count == 2 ? " and " : i == count - 1 ? ", and " : ", ";
        PyObject *longer = PyUnicode_FromFormat("%U%s%R", text, glue, PyList_GET_ITEM(names, i));
        Py_DECREF(text);
        text = longer;
    }
    return text;
}

/* TypeError for the unbound slots in [start, end) without default. */
static COLD void
raise_missing(PyFunctionObject *func, PyObject **slots, Py_ssize_t start, Py_ssize_t end,
              PyObject *kwdefaults, const char *kind)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    PyObject *names = PyList_New(0);
    if (names == NULL) {
        return;
    }
    for (Py_ssize_t i = start; i < end; i++) {
        PyObject *name = local_name(code, i);
        if (slots[i] != NULL ||
            (kwdefaults != NULL && PyDict_GetItemWithError(kwdefaults, name) != NULL)) {
            continue;
        }
        if (PyErr_Occurred() || PyList_Append(names, name) < 0) {
            Py_DECREF(names);
            return;
        }
    }
    PyObject *text = join_names(names);
    if (text != NULL) {
        Py_ssize_t count = PyList_GET_SIZE(names);
        PyErr_Format(PyExc_TypeError, "%U() missing %i required %s argument%s: %U",
                     func->func_qualname, (int)count, kind, count == 1 ? "" : "s", text);
        Py_DECREF(text);
    }
    Py_DECREF(names);
}

static COLD void
raise_too_many(PyFunctionObject *func, PyObject **slots, Py_ssize_t given)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Py_ssize_t wanted = code->co_argcount;
    Py_ssize_t defaults = func->func_defaults != NULL ? PyTuple_GET_SIZE(func->func_defaults) : 0;
    Py_ssize_t keyword_only = 0;
    for (Py_ssize_t i = wanted; i < wanted + code->co_kwonlyargcount; i++) {
        keyword_only += slots[i] != NULL;
    }
    PyObject *count = defaults > 0
                          ? PyUnicode_FromFormat("from %zd to %zd", wanted - defaults, wanted)
                          : PyUnicode_FromFormat("%zd", wanted);
    PyObject *also =
        keyword_only > 0
            ? PyUnicode_FromFormat(" positional argument%s (and %zd keyword-only argument%s)",
                                   given != 1 ? "s" : "", keyword_only,
                                   keyword_only != 1 ? "s" : "")
            : PyUnicode_FromString("");
    if (count != NULL && also != NULL) {
        PyErr_Format(PyExc_TypeError, "%U() takes %U positional argument%s but %zd%U %s given",
                     func->func_qualname, count, defaults > 0 || wanted != 1 ? "s" : "", given,
                     also, given == 1 && keyword_only == 0 ? "was" : "were");
    }
    Py_XDECREF(count);
    Py_XDECREF(also);
}

/* If keywords name positional-only parameters, say so: 1; 0 if not, -1 on another error. */
static COLD truth
raise_positional_only(PyFunctionObject *func, PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    PyObject *wrong = PyList_New(0);
    PyObject *text = NULL, *comma = NULL;
    truth result = -1;
    if (wrong == NULL) {
        return -1;
    }
    for (int i = 0; i < code->co_posonlyargcount; i++) {
        PyObject *name = local_name(code, i);
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(kwnames); k++) {
            PyObject *keyword = PyTuple_GET_ITEM(kwnames, k);
            truth same = name == keyword ? 1 : PyObject_RichCompareBool(name, keyword, Py_EQ);
            if (same < 0 || (same && PyList_Append(wrong, keyword) < 0)) {
                goto done;
            }
        }
    }
    result = PyList_GET_SIZE(wrong) > 0;
    if (result) {
        comma = PyUnicode_FromString(", ");
        text = comma != NULL ? PyUnicode_Join(comma, wrong) : NULL;
        if (text != NULL) {
            PyErr_Format(PyExc_TypeError,
                         "%U() got some positional-only arguments passed as keyword arguments: "
                         "'%U'", func->func_qualname, text);
        }
    }
done:
    Py_XDECREF(comma);
    Py_XDECREF(text);
    Py_DECREF(wrong);
    return result;
}

/* Is the parameter's name that keyword, as far as can be told without running code? */
static inline bool
is_named(PyObject *name, PyObject *keyword)
{
    return name == keyword ||
           (PyUnicode_CheckExact(name) && PyUnicode_CheckExact(keyword) && _PyUnicode_EQ(name, keyword));
}

/* The parameter of that name, total if there is none, -1 on error. */
static Py_ssize_t
find_parameter(PyCodeObject *code, PyObject *keyword, Py_ssize_t total)
{
    PyObject **names = ((PyTupleObject *)code->co_localsplusnames)->ob_item;
    /* Names are interned on both sides nearly always. */
    for (Py_ssize_t i = code->co_posonlyargcount; i < total; i++) {
        if (names[i] == keyword) {
            return i;
        }
    }
    /* Where recursion ends, the comparison says so. */
    bool plain = PyUnicode_CheckExact(keyword) && tstate_get()->recursion_remaining > 0;
    for (Py_ssize_t i = code->co_posonlyargcount; i < total; i++) {
        truth same = plain && PyUnicode_CheckExact(names[i])
                         ? _PyUnicode_EQ(keyword, names[i])
                         : PyObject_RichCompareBool(keyword, names[i], Py_EQ);
        if (same != 0) {
            return same < 0 ? -1 : i;
        }
    }
    return total;
}

/* Bind one keyword argument; takes the value over only when it returns 0. */
static status
bind_keyword(PyFunctionObject *func, PyObject **slots, PyObject *keyword, PyObject *value,
             Py_ssize_t total, PyObject *extra, PyObject *kwnames)
{
    if (!PyUnicode_Check(keyword)) {
        PyErr_Format(PyExc_TypeError, "%U() keywords must be strings", func->func_qualname);
        return -1;
    }
    Py_ssize_t index = find_parameter((PyCodeObject *)func->func_code, keyword, total);
    if (index < 0) {
        return -1;
    }
    if (index == total) {
        if (extra == NULL) {
            if (raise_positional_only(func, kwnames) == 0) {
                PyErr_Format(PyExc_TypeError, "%U() got an unexpected keyword argument '%S'",
                             func->func_qualname, keyword);
            }
            return -1;
        }
        if (PyDict_SetItem(extra, keyword, value) < 0) {
            return -1;
        }
        Py_DECREF(value);
        return 0;
    }
    if (slots[index] != NULL) {
        PyErr_Format(PyExc_TypeError, "%U() got multiple values for argument '%S'",
                     func->func_qualname, keyword);
        return -1;
    }
    slots[index] = value;
    return 0;
}

status
function_bind_defaults(PyFunctionObject *func, PyObject **slots, Py_ssize_t nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Py_ssize_t argcount = code->co_argcount;
    if (nargs < argcount) {
        PyObject *defaults = func->func_defaults;
        Py_ssize_t count = defaults != NULL ? PyTuple_GET_SIZE(defaults) : 0;
        Py_ssize_t first = argcount - count;
        for (Py_ssize_t i = nargs; i < first; i++) {
            if (slots[i] == NULL) {
                raise_missing(func, slots, i, first, NULL, "positional");
                return -1;
            }
        }
        /* More defaults than parameters: the first ones are never used. */
        for (Py_ssize_t i = nargs > first ? nargs : first; i < argcount; i++) {
            if (i >= 0 && slots[i] == NULL) {
                slots[i] = Py_NewRef(PyTuple_GET_ITEM(defaults, i - first));
            }
        }
    }
    Py_ssize_t total = argcount + code->co_kwonlyargcount;
    for (Py_ssize_t i = argcount; i < total; i++) {
        if (slots[i] != NULL) {
            continue;
        }
        PyObject *value = NULL;
        if (func->func_kwdefaults != NULL) {
            value = PyDict_GetItemWithError(func->func_kwdefaults, local_name(code, i));
            if (value == NULL && PyErr_Occurred()) {
                return -1;
            }
        }
        if (value == NULL) {
            raise_missing(func, slots, i, total, func->func_kwdefaults, "keyword-only");
            return -1;
        }
        slots[i] = Py_NewRef(value);
    }
    return 0;
}

status
function_bind(PyFunctionObject *func, PyObject **slots, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    Py_ssize_t argcount = code->co_argcount;
    Py_ssize_t total = argcount + code->co_kwonlyargcount;
    Py_ssize_t nkw = kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0;
    Py_ssize_t placed = nargs < argcount ? nargs : argcount;
    Py_ssize_t keywords_done = 0;
    PyObject *extra = NULL;

    for (Py_ssize_t i = 0; i < placed; i++) {
        slots[i] = args[i];
    }
    if (likely(nargs == argcount && nkw == 0 && code->co_kwonlyargcount == 0 &&
               !(code->co_flags & (CO_VARARGS | CO_VARKEYWORDS)))) {
        return 0;
    }
    if (code->co_flags & CO_VARKEYWORDS) {
        extra = PyDict_New();
        if (extra == NULL) {
            goto fail;
        }
        slots[total + ((code->co_flags & CO_VARARGS) != 0)] = extra;
    }
    if (code->co_flags & CO_VARARGS) {
        PyObject *rest = PyTuple_New(nargs - placed);
        if (rest == NULL) {
            goto fail;
        }
        for (Py_ssize_t i = placed; i < nargs; i++) {
            PyTuple_SET_ITEM(rest, i - placed, args[i]);
        }
        slots[total] = rest;
        placed = nargs;
    }
    for (; keywords_done < nkw; keywords_done++) {
        /* Arguments by name are mostly the next ones in order, names interned. */
        Py_ssize_t likely_index = nargs + keywords_done;
        if (likely_index < total && likely_index >= code->co_posonlyargcount &&
            slots[likely_index] == NULL &&
            is_named(local_name(code, likely_index), PyTuple_GET_ITEM(kwnames, keywords_done))) {
            slots[likely_index] = args[nargs + keywords_done];
            continue;
        }
        if (bind_keyword(func, slots, PyTuple_GET_ITEM(kwnames, keywords_done),
                         args[nargs + keywords_done], total, extra, kwnames) < 0) {
            goto fail;
        }
    }
    if (placed < nargs) {
        raise_too_many(func, slots, nargs);
        goto fail;
    }
    return total == 0 ? 0 : function_bind_defaults(func, slots, nargs);

fail:
    for (; placed < nargs; placed++) {
        Py_DECREF(args[placed]);
    }
    for (; keywords_done < nkw; keywords_done++) {
        Py_DECREF(args[nargs + keywords_done]);
    }
    return -1;
}

PyObject *
_PyFunction_Vectorcall(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyFunctionObject *func = (PyFunctionObject *)callable;
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    PyObject *locals = code->co_flags & CO_OPTIMIZED ? NULL : func->func_globals;
    return eval_vector(tstate_get(), func, locals, args, PyVectorcall_NARGS(nargsf), kwnames);
}

/* ---- C API ---------------------------------------------------------------------------------- */

static PyFunctionObject *
check_function(PyObject *object)
{
    if (!PyFunction_Check(object)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return (PyFunctionObject *)object;
}

PyObject *
PyFunction_GetCode(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_code : NULL;
}

PyObject *
PyFunction_GetGlobals(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_globals : NULL;
}

PyObject *
PyFunction_GetModule(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_module : NULL;
}

PyObject *
PyFunction_GetDefaults(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_defaults : NULL;
}

PyObject *
PyFunction_GetKwDefaults(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_kwdefaults : NULL;
}

PyObject *
PyFunction_GetClosure(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? func->func_closure : NULL;
}

/* Store None as NULL, anything else after a check of its type. */
static status
set_checked(PyObject **field, PyObject *value, bool right_type, const char *message)
{
    if (value == Py_None) {
        value = NULL;
    }
    else if (!right_type) {
        PyErr_SetString(PyExc_SystemError, message);
        return -1;
    }
    Py_XINCREF(value);
    Py_XSETREF(*field, value);
    return 0;
}

int
PyFunction_SetDefaults(PyObject *object, PyObject *defaults)
{
    PyFunctionObject *func = check_function(object);
    if (func == NULL) {
        return -1;
    }
    func->func_version = 0;
    return set_checked(&func->func_defaults, defaults, defaults && PyTuple_Check(defaults),
                       "non-tuple default args");
}

int
PyFunction_SetKwDefaults(PyObject *object, PyObject *defaults)
{
    PyFunctionObject *func = check_function(object);
    if (func == NULL) {
        return -1;
    }
    func->func_version = 0;
    return set_checked(&func->func_kwdefaults, defaults, defaults && PyDict_Check(defaults),
                       "non-dict keyword only default args");
}

int
PyFunction_SetClosure(PyObject *object, PyObject *closure)
{
    PyFunctionObject *func = check_function(object);
    if (func == NULL) {
        return -1;
    }
    if (closure != Py_None && !PyTuple_Check(closure)) {
        PyErr_Format(PyExc_SystemError, "expected tuple for closure, got '%.100s'",
                     Py_TYPE(closure)->tp_name);
        return -1;
    }
    return set_checked(&func->func_closure, closure, true, NULL);
}

/* func_annotations as a dict, made from the compiler's tuple or fresh; borrowed. */
static PyObject *
annotations_dict(PyFunctionObject *func)
{
    PyObject *annotations = func->func_annotations;
    if (annotations == NULL) {
        return NULL;
    }
    if (PyTuple_CheckExact(annotations)) {
        PyObject *dict = PyDict_New();
        if (dict == NULL) {
            return NULL;
        }
        for (Py_ssize_t i = 0; i + 1 < PyTuple_GET_SIZE(annotations); i += 2) {
            if (PyDict_SetItem(dict, PyTuple_GET_ITEM(annotations, i),
                               PyTuple_GET_ITEM(annotations, i + 1)) < 0) {
                Py_DECREF(dict);
                return NULL;
            }
        }
        Py_SETREF(func->func_annotations, dict);
    }
    return func->func_annotations;
}

PyObject *
PyFunction_GetAnnotations(PyObject *object)
{
    PyFunctionObject *func = check_function(object);
    return func != NULL ? annotations_dict(func) : NULL;
}

int
PyFunction_SetAnnotations(PyObject *object, PyObject *annotations)
{
    PyFunctionObject *func = check_function(object);
    if (func == NULL) {
        return -1;
    }
    return set_checked(&func->func_annotations, annotations,
                       annotations && PyDict_Check(annotations), "non-dict annotations");
}

/* ---- attributes ----------------------------------------------------------------------------- */

MEMBER(function, "__closure__", T_OBJECT, PyFunctionObject, func_closure, READONLY, NULL)
MEMBER(function, "__doc__", T_OBJECT, PyFunctionObject, func_doc, 0, NULL)
MEMBER(function, "__globals__", T_OBJECT, PyFunctionObject, func_globals, READONLY, NULL)
MEMBER(function, "__module__", T_OBJECT, PyFunctionObject, func_module, 0, NULL)
MEMBER(function, "__builtins__", T_OBJECT, PyFunctionObject, func_builtins, READONLY, NULL)

/* Setting or deleting these is an audit event. */
static status
audit_set(PyFunctionObject *self, const char *name, PyObject *value)
{
    if (value != NULL) {
        return PySys_Audit("object.__setattr__", "OsO", self, name, value);
    }
    return PySys_Audit("object.__delattr__", "Os", self, name);
}

GETTER(function, "__code__", NULL)
static PyObject *
function_get_code(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    if (PySys_Audit("object.__getattr__", "Os", self, "__code__") < 0) {
        return NULL;
    }
    return Py_NewRef(self->func_code);
}

SETTER(function, "__code__")
static int
function_set_code(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL || !PyCode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__code__ must be set to a code object");
        return -1;
    }
    if (audit_set(self, "__code__", value) < 0) {
        return -1;
    }
    Py_ssize_t wanted = ((PyCodeObject *)value)->co_nfreevars;
    Py_ssize_t have = self->func_closure != NULL ? PyTuple_GET_SIZE(self->func_closure) : 0;
    if (wanted != have) {
        PyErr_Format(PyExc_ValueError, "%U() requires a code object with %zd free vars, not %zd",
                     self->func_name, have, wanted);
        return -1;
    }
    self->func_version = 0;
    Py_XSETREF(self->func_code, Py_NewRef(value));
    return 0;
}

GETTER(function, "__name__", NULL)
static PyObject *
function_get_name(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->func_name);
}

SETTER(function, "__name__")
static int
function_set_name(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__name__ must be set to a string object");
        return -1;
    }
    Py_SETREF(self->func_name, Py_NewRef(value));
    return 0;
}

GETTER(function, "__qualname__", NULL)
static PyObject *
function_get_qualname(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->func_qualname);
}

SETTER(function, "__qualname__")
static int
function_set_qualname(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__qualname__ must be set to a string object");
        return -1;
    }
    Py_SETREF(self->func_qualname, Py_NewRef(value));
    return 0;
}

GETTER(function, "__defaults__", NULL)
static PyObject *
function_get_defaults(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    if (PySys_Audit("object.__getattr__", "Os", self, "__defaults__") < 0) {
        return NULL;
    }
    return Py_NewRef(self->func_defaults != NULL ? self->func_defaults : Py_None);
}

SETTER(function, "__defaults__")
static int
function_set_defaults(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == Py_None) {
        value = NULL;
    }
    if (value != NULL && !PyTuple_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__defaults__ must be set to a tuple object");
        return -1;
    }
    if (audit_set(self, "__defaults__", value) < 0) {
        return -1;
    }
    self->func_version = 0;
    Py_XINCREF(value);
    Py_XSETREF(self->func_defaults, value);
    return 0;
}

GETTER(function, "__kwdefaults__", NULL)
static PyObject *
function_get_kwdefaults(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    if (PySys_Audit("object.__getattr__", "Os", self, "__kwdefaults__") < 0) {
        return NULL;
    }
    return Py_NewRef(self->func_kwdefaults != NULL ? self->func_kwdefaults : Py_None);
}

SETTER(function, "__kwdefaults__")
static int
function_set_kwdefaults(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == Py_None) {
        value = NULL;
    }
    if (value != NULL && !PyDict_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__kwdefaults__ must be set to a dict object");
        return -1;
    }
    if (audit_set(self, "__kwdefaults__", value) < 0) {
        return -1;
    }
    self->func_version = 0;
    Py_XINCREF(value);
    Py_XSETREF(self->func_kwdefaults, value);
    return 0;
}

GETTER(function, "__annotations__", NULL)
static PyObject *
function_get_annotations(PyFunctionObject *self, void *Py_UNUSED(closure))
{
    if (self->func_annotations == NULL) {
        self->func_annotations = PyDict_New();
    }
    return Py_XNewRef(annotations_dict(self));
}

SETTER(function, "__annotations__")
static int
function_set_annotations(PyFunctionObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == Py_None) {
        value = NULL;
    }
    if (value != NULL && !PyDict_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__annotations__ must be set to a dict object");
        return -1;
    }
    Py_XINCREF(value);
    Py_XSETREF(self->func_annotations, value);
    return 0;
}

GETTER(function, "__dict__", NULL)
static PyObject *
function_get_dict(PyFunctionObject *self, void *closure)
{
    return PyObject_GenericGetDict((PyObject *)self, closure);
}

SETTER(function, "__dict__")
static int
function_set_dict(PyFunctionObject *self, PyObject *value, void *closure)
{
    return PyObject_GenericSetDict((PyObject *)self, value, closure);
}

/* ---- construction from Python --------------------------------------------------------------- */

/* A closure for `code`: a tuple of as many cells as it has free variables, or None. */
static status
check_closure(PyCodeObject *code, PyObject *closure)
{
    Py_ssize_t wanted = code->co_nfreevars;
    if (!PyTuple_Check(closure)) {
        if (wanted > 0 && closure == Py_None) {
            PyErr_SetString(PyExc_TypeError, "arg 5 (closure) must be tuple");
            return -1;
        }
        if (closure != Py_None) {
            PyErr_SetString(PyExc_TypeError, "arg 5 (closure) must be None or tuple");
            return -1;
        }
        return 0;
    }
    Py_ssize_t have = PyTuple_GET_SIZE(closure);
    if (wanted != have) {
        PyErr_Format(PyExc_ValueError, "%U requires closure of length %zd, not %zd", code->co_name,
                     wanted, have);
        return -1;
    }
    for (Py_ssize_t i = 0; i < have; i++) {
        PyObject *cell = PyTuple_GET_ITEM(closure, i);
        if (!PyCell_Check(cell)) {
            PyErr_Format(PyExc_TypeError, "arg 5 (closure) expected cell, found %s",
                         Py_TYPE(cell)->tp_name);
            return -1;
        }
    }
    return 0;
}

NEW(function, "(code, globals, name=None, argdefs=None, closure=None)")
static PyObject *
function_new(PyTypeObject *Py_UNUSED(type), PyObject *code, PyObject *globals, PyObject *name,
             PyObject *argdefs, PyObject *closure)
{
    if (!PyCode_Check(code)) {
        _PyArg_BadArgument("function", "argument 'code'", "code", code);
        return NULL;
    }
    if (!PyDict_Check(globals)) {
        _PyArg_BadArgument("function", "argument 'globals'", "dict", globals);
        return NULL;
    }
    if (name != Py_None && !PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "arg 3 (name) must be None or string");
        return NULL;
    }
    if (argdefs != Py_None && !PyTuple_Check(argdefs)) {
        PyErr_SetString(PyExc_TypeError, "arg 4 (defaults) must be None or tuple");
        return NULL;
    }
    if (check_closure((PyCodeObject *)code, closure) < 0 ||
        PySys_Audit("function.__new__", "O", code) < 0) {
        return NULL;
    }
    PyFunctionObject *func = (PyFunctionObject *)PyFunction_New(code, globals);
    if (func == NULL) {
        return NULL;
    }
    if (name != Py_None) {
        Py_SETREF(func->func_name, Py_NewRef(name));
    }
    if (argdefs != Py_None) {
        func->func_defaults = Py_NewRef(argdefs);
    }
    if (closure != Py_None) {
        func->func_closure = Py_NewRef(closure);
    }
    return (PyObject *)func;
}

/* ---- slots ---------------------------------------------------------------------------------- */

static int
function_tp_clear(PyFunctionObject *self)
{
    self->func_version = 0;
    Py_CLEAR(self->func_globals);
    Py_CLEAR(self->func_builtins);
    Py_CLEAR(self->func_module);
    Py_CLEAR(self->func_defaults);
    Py_CLEAR(self->func_kwdefaults);
    Py_CLEAR(self->func_doc);
    Py_CLEAR(self->func_dict);
    Py_CLEAR(self->func_closure);
    Py_CLEAR(self->func_annotations);
    /* The code must stay.  The names may be of a str subclass and so part of the cycle, but are
       never NULL: they become empty. */
    Py_INCREF(_PyRuntime.str.empty);
    Py_XSETREF(self->func_name, _PyRuntime.str.empty);
    Py_INCREF(_PyRuntime.str.empty);
    Py_XSETREF(self->func_qualname, _PyRuntime.str.empty);
    return 0;
}

static void
function_tp_dealloc(PyFunctionObject *self)
{
    PyObject_GC_UnTrack(self);
    if (self->func_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    function_tp_clear(self);
    Py_DECREF(self->func_code);
    Py_DECREF(self->func_name);
    Py_DECREF(self->func_qualname);
    PyObject_GC_Del(self);
}

static int
function_tp_traverse(PyFunctionObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->func_code);
    Py_VISIT(self->func_globals);
    Py_VISIT(self->func_builtins);
    Py_VISIT(self->func_module);
    Py_VISIT(self->func_defaults);
    Py_VISIT(self->func_kwdefaults);
    Py_VISIT(self->func_doc);
    Py_VISIT(self->func_name);
    Py_VISIT(self->func_dict);
    Py_VISIT(self->func_closure);
    Py_VISIT(self->func_annotations);
    Py_VISIT(self->func_qualname);
    return 0;
}

static PyObject *
function_tp_repr(PyFunctionObject *self)
{
    return PyUnicode_FromFormat("<function %U at %p>", self->func_qualname, self);
}

/* Binding: an instance makes a method, the class gives the function itself. */
static PyObject *
function_tp_descr_get(PyObject *self, PyObject *instance, PyObject *Py_UNUSED(owner))
{
    if (instance == Py_None || instance == NULL) {
        return Py_NewRef(self);
    }
    return PyMethod_New(self, instance);
}

TYPE(function, PyFunction_Type, "function", PyFunctionObject,
     "(code, globals, name=None, argdefs=None, closure=None)",
     "Make a function that runs a code object.\n\n"
     "  code\n    what to run\n  globals\n    dict of the global names\n"
     "  name\n    a str to use instead of the code's name\n"
     "  argdefs\n    tuple of values for the last parameters\n"
     "  closure\n    tuple of cells for the free variables",
     .tp_vectorcall_offset = offsetof(PyFunctionObject, vectorcall),
     .tp_call = PyVectorcall_Call,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                 Py_TPFLAGS_METHOD_DESCRIPTOR,
     .tp_weaklistoffset = offsetof(PyFunctionObject, func_weakreflist),
     .tp_dictoffset = offsetof(PyFunctionObject, func_dict))

#include "gen/types/function.inc"
