/* Context variables: Context, ContextVar, Token (PEP 567).

   The current context of a thread is tstate->context, made on first use; tstate->context_ver
   changes whenever another one becomes current.

   Invariant of ContextVar's cache: `cached` is borrowed and right only while (cached_thread,
   cached_version) equal the running thread's id and context_ver; every change of the value in a
   context writes the cache or voids it. */
#include "object/class.h"
#include "object/declare.h"
#include "object/state.h"
#include "types/context.h"
#include "types/hamt.h"

struct _pycontextobject {
    PyObject_HEAD
    PyContext *previous;       /* the context that was current before run() entered this one */
    Hamt *vars;
    PyObject *weakreflist;
    int entered;
};

struct _pycontextvarobject {
    PyObject_HEAD
    PyObject *name;
    PyObject *fallback;        /* default, or NULL */
    PyObject *cached;
    uint64_t cached_thread;
    uint64_t cached_version;
    Py_hash_t hash;
};

struct _pycontexttokenobject {
    PyObject_HEAD
    PyContext *context;
    PyContextVar *var;
    PyObject *old_value;       /* NULL: the variable was not set */
    int used;
};

static PyTypeObject TokenMissing_Type;
/* The one Token.MISSING, a static object. */
static PyObject token_missing = {_PyObject_EXTRA_INIT 1, &TokenMissing_Type};

/* ---- contexts ------------------------------------------------------------------------------- */

static PyContext *
context_alloc(void)
{
    PyContext *self = PyObject_GC_New(PyContext, &PyContext_Type);
    if (self != NULL) {
        self->previous = NULL;
        self->vars = NULL;
        self->weakreflist = NULL;
        self->entered = 0;
    }
    return self;
}

static PyContext *
context_make(Hamt *vars)
{
    PyContext *self = context_alloc();
    if (self == NULL) {
        return NULL;
    }
    self->vars = vars != NULL ? (Hamt *)Py_NewRef(vars) : hamt_new();
    if (self->vars == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    PyObject_GC_Track(self);
    return self;
}

/* The current context of the thread; borrowed. */
static PyContext *
context_current(void)
{
    PyThreadState *tstate = tstate_get();
    if (tstate->context == NULL) {
        tstate->context = (PyObject *)context_make(NULL);
    }
    return (PyContext *)tstate->context;
}

static PyContext *
check_context(PyObject *object)
{
    if (!PyContext_CheckExact(object)) {
        PyErr_SetString(PyExc_TypeError, "an instance of Context was expected");
        return NULL;
    }
    return (PyContext *)object;
}

PyObject *
PyContext_New(void)
{
    return (PyObject *)context_make(NULL);
}

PyObject *
PyContext_Copy(PyObject *object)
{
    PyContext *context = check_context(object);
    return context != NULL ? (PyObject *)context_make(context->vars) : NULL;
}

PyObject *
PyContext_CopyCurrent(void)
{
    PyContext *context = context_current();
    return context != NULL ? (PyObject *)context_make(context->vars) : NULL;
}

int
PyContext_Enter(PyObject *object)
{
    PyContext *context = check_context(object);
    if (context == NULL) {
        return -1;
    }
    if (context->entered) {
        PyErr_Format(PyExc_RuntimeError, "cannot enter context: %R is already entered", context);
        return -1;
    }
    PyThreadState *tstate = tstate_get();
    context->previous = (PyContext *)tstate->context;
    context->entered = 1;
    tstate->context = Py_NewRef(context);
    tstate->context_ver++;
    return 0;
}

int
PyContext_Exit(PyObject *object)
{
    PyContext *context = check_context(object);
    if (context == NULL) {
        return -1;
    }
    if (!context->entered) {
        PyErr_Format(PyExc_RuntimeError, "cannot exit context: %R has not been entered", context);
        return -1;
    }
    PyThreadState *tstate = tstate_get();
    if (tstate->context != object) {
        PyErr_SetString(PyExc_RuntimeError, "cannot exit context: thread state references a "
                                            "different context object");
        return -1;
    }
    tstate->context = (PyObject *)context->previous;
    tstate->context_ver++;
    context->previous = NULL;
    context->entered = 0;
    Py_DECREF(object);
    return 0;
}

PyObject *
_PyContext_NewHamtForTests(void)
{
    return (PyObject *)hamt_new();
}

/* ---- variables ------------------------------------------------------------------------------ */

static PyContextVar *
contextvar_make(PyObject *name, PyObject *fallback)
{
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "context variable name must be a str");
        return NULL;
    }
    Py_hash_t name_hash = PyObject_Hash(name);
    if (name_hash == -1) {
        return NULL;
    }
    PyContextVar *self = PyObject_GC_New(PyContextVar, &PyContextVar_Type);
    if (self == NULL) {
        return NULL;
    }
    self->name = Py_NewRef(name);
    self->fallback = Py_XNewRef(fallback);
    self->cached = NULL;
    self->cached_thread = 0;
    self->cached_version = 0;
    self->hash = _Py_HashPointer(self) ^ name_hash;
    if (self->hash == -1) {
        self->hash = -2;
    }
    PyObject_GC_Track(self);
    return self;
}

static void
contextvar_cache(PyContextVar *self, PyObject *value)
{
    PyThreadState *tstate = tstate_get();
    self->cached = value;
    self->cached_thread = tstate->id;
    self->cached_version = tstate->context_ver;
}

/* Replace the variables of the current context. */
static status
contextvar_store(PyContextVar *self, PyObject *value)
{
    PyContext *context = context_current();
    self->cached = NULL;
    if (context == NULL) {
        return -1;
    }
    Hamt *vars = hamt_assoc(context->vars, (PyObject *)self, value);
    if (vars == NULL) {
        return -1;
    }
    Py_SETREF(context->vars, vars);
    contextvar_cache(self, value);
    return 0;
}

static status
contextvar_remove(PyContextVar *self)
{
    PyContext *context = context_current();
    self->cached = NULL;
    if (context == NULL) {
        return -1;
    }
    PyObject *value;
    truth found = hamt_find(context->vars, (PyObject *)self, &value);
    if (found == 0) {
        PyErr_SetObject(PyExc_LookupError, (PyObject *)self);
    }
    if (found <= 0) {
        return -1;
    }
    Hamt *vars = hamt_without(context->vars, (PyObject *)self);
    if (vars == NULL) {
        return -1;
    }
    Py_SETREF(context->vars, vars);
    return 0;
}

static PyContextVar *
check_contextvar(PyObject *object)
{
    if (!PyContextVar_CheckExact(object)) {
        PyErr_SetString(PyExc_TypeError, "an instance of ContextVar was expected");
        return NULL;
    }
    return (PyContextVar *)object;
}

PyObject *
PyContextVar_New(const char *name, PyObject *fallback)
{
    PyObject *text = PyUnicode_FromString(name);
    if (text == NULL) {
        return NULL;
    }
    PyObject *self = (PyObject *)contextvar_make(text, fallback);
    Py_DECREF(text);
    return self;
}

int
PyContextVar_Get(PyObject *object, PyObject *fallback, PyObject **value_out)
{
    *value_out = NULL;
    PyContextVar *self = check_contextvar(object);
    if (self == NULL) {
        return -1;
    }
    PyThreadState *tstate = tstate_get();
    PyObject *value = NULL;
    if (tstate->context != NULL) {
        if (self->cached != NULL && self->cached_thread == tstate->id &&
            self->cached_version == tstate->context_ver) {
            *value_out = Py_NewRef(self->cached);
            return 0;
        }
        truth found = hamt_find(((PyContext *)tstate->context)->vars, object, &value);
        if (found < 0) {
            return -1;
        }
        if (found) {
            contextvar_cache(self, value);
            *value_out = Py_NewRef(value);
            return 0;
        }
    }
    *value_out = Py_XNewRef(fallback != NULL ? fallback : self->fallback);
    return 0;
}

static PyObject *
token_make(PyContext *context, PyContextVar *var, PyObject *old_value)
{
    PyContextToken *self = PyObject_GC_New(PyContextToken, &PyContextToken_Type);
    if (self != NULL) {
        self->context = (PyContext *)Py_NewRef(context);
        self->var = (PyContextVar *)Py_NewRef(var);
        self->old_value = Py_XNewRef(old_value);
        self->used = 0;
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

PyObject *
PyContextVar_Set(PyObject *object, PyObject *value)
{
    PyContextVar *self = check_contextvar(object);
    if (self == NULL) {
        return NULL;
    }
    PyContext *context = context_current();
    if (context == NULL) {
        return NULL;
    }
    PyObject *old = NULL;
    truth found = hamt_find(context->vars, object, &old);
    if (found < 0) {
        return NULL;
    }
    PyObject *token = token_make(context, self, found ? old : NULL);
    if (token != NULL && contextvar_store(self, value) < 0) {
        Py_CLEAR(token);
    }
    return token;
}

int
PyContextVar_Reset(PyObject *object, PyObject *token_object)
{
    PyContextVar *self = check_contextvar(object);
    if (self == NULL) {
        return -1;
    }
    if (!PyContextToken_CheckExact(token_object)) {
        PyErr_SetString(PyExc_TypeError, "an instance of Token was expected");
        return -1;
    }
    PyContextToken *token = (PyContextToken *)token_object;
    if (token->used) {
        PyErr_Format(PyExc_RuntimeError, "%R has already been used once", token);
        return -1;
    }
    if (token->var != self) {
        PyErr_Format(PyExc_ValueError, "%R was created by a different ContextVar", token);
        return -1;
    }
    if (token->context != context_current()) {
        PyErr_Format(PyExc_ValueError, "%R was created in a different Context", token);
        return -1;
    }
    token->used = 1;
    return token->old_value == NULL ? contextvar_remove(self)
                                    : contextvar_store(self, token->old_value);
}

/* ---- Context -------------------------------------------------------------------------------- */

/* Look a variable up; TypeError for other keys. */
static truth
context_lookup(PyContext *self, PyObject *key, PyObject **value_out)
{
    if (!PyContextVar_CheckExact(key)) {
        PyErr_Format(PyExc_TypeError, "a ContextVar key was expected, got %R", key);
        return -1;
    }
    return hamt_find(self->vars, key, value_out);
}

METHOD(context, get, "($self, key, default=None, /)",
       "The value of the variable `key` in this context, `default` if it has none.")
static PyObject *
context_get(PyContext *self, PyObject *key, PyObject *fallback)
{
    PyObject *value;
    truth found = context_lookup(self, key, &value);
    return found < 0 ? NULL : Py_NewRef(found ? value : fallback);
}

METHOD(context, items, "($self, /)", "All variables of the context with their values.")
static PyObject *
context_items(PyContext *self, PyObject *Py_UNUSED(ignored))
{
    return hamt_iter_items(self->vars);
}

METHOD(context, keys, "($self, /)", "All variables of the context.")
static PyObject *
context_keys(PyContext *self, PyObject *Py_UNUSED(ignored))
{
    return hamt_iter_keys(self->vars);
}

METHOD(context, values, "($self, /)", "The values of all variables of the context.")
static PyObject *
context_values(PyContext *self, PyObject *Py_UNUSED(ignored))
{
    return hamt_iter_values(self->vars);
}

METHOD(context, copy, "($self, /)", "A context of its own with the same values.")
static PyObject *
context_copy(PyContext *self, PyObject *Py_UNUSED(ignored))
{
    return (PyObject *)context_make(self->vars);
}

METHOD(context, run, NULL, NULL)
static PyObject *
context_run(PyContext *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (nargs < 1) {
        PyErr_SetString(PyExc_TypeError, "run() missing 1 required positional argument");
        return NULL;
    }
    if (PyContext_Enter((PyObject *)self) < 0) {
        return NULL;
    }
    PyObject *result = PyObject_Vectorcall(args[0], args + 1, nargs - 1, kwnames);
    if (PyContext_Exit((PyObject *)self) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
context_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_SetString(PyExc_TypeError, "Context() does not accept any arguments");
        return NULL;
    }
    return PyContext_New();
}

static PyObject *
context_mp_subscript(PyContext *self, PyObject *key)
{
    PyObject *value;
    truth found = context_lookup(self, key, &value);
    if (found == 0) {
        PyErr_SetObject(PyExc_KeyError, key);
    }
    return found > 0 ? Py_NewRef(value) : NULL;
}

static int
context_sq_contains(PyContext *self, PyObject *key)
{
    PyObject *value;
    return context_lookup(self, key, &value);
}

static Py_ssize_t
context_mp_length(PyContext *self)
{
    return hamt_count(self->vars);
}

static PyObject *
context_tp_iter(PyContext *self)
{
    return hamt_iter_keys(self->vars);
}

static PyObject *
context_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!PyContext_CheckExact(self) || !PyContext_CheckExact(other) ||
        (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    truth same = hamt_equal(((PyContext *)self)->vars, ((PyContext *)other)->vars);
    return same < 0 ? NULL : PyBool_FromLong(op == Py_EQ ? same : !same);
}

static int
context_tp_clear(PyContext *self)
{
    Py_CLEAR(self->previous);
    Py_CLEAR(self->vars);
    return 0;
}

static int
context_tp_traverse(PyContext *self, visitproc visit, void *arg)
{
    Py_VISIT(self->previous);
    Py_VISIT(self->vars);
    return 0;
}

static void
context_tp_dealloc(PyContext *self)
{
    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    context_tp_clear(self);
    PyObject_GC_Del(self);
}

TYPE(context, PyContext_Type, "_contextvars.Context", PyContext, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_hash = PyObject_HashNotImplemented,
     .tp_weaklistoffset = offsetof(PyContext, weakreflist),
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- ContextVar ----------------------------------------------------------------------------- */

MEMBER(contextvar, "name", T_OBJECT, PyContextVar, name, READONLY, NULL)

METHOD(contextvar, get, "($self, default=<unrepresentable>, /)",
       "The variable's value in the current context.\n\n"
       "Without one: the argument, else the variable's default, else LookupError.")
static PyObject *
contextvar_get(PyContextVar *self, PyObject *fallback)
{
    PyObject *value;
    if (PyContextVar_Get((PyObject *)self, fallback, &value) < 0) {
        return NULL;
    }
    if (value == NULL) {
        PyErr_SetObject(PyExc_LookupError, (PyObject *)self);
    }
    return value;
}

METHOD(contextvar, set, "($self, value, /)",
       "Give the variable a value in the current context.\n\n"
       "Returns a Token with which reset() brings the old value back.")
static PyObject *
contextvar_set(PyContextVar *self, PyObject *value)
{
    return PyContextVar_Set((PyObject *)self, value);
}

METHOD(contextvar, reset, "($self, token, /)",
       "Bring back the value from before the set() that made the token.")
static PyObject *
contextvar_reset(PyContextVar *self, PyObject *token)
{
    if (!PyContextToken_CheckExact(token)) {
        PyErr_Format(PyExc_TypeError, "expected an instance of Token, got %R", token);
        return NULL;
    }
    return PyContextVar_Reset((PyObject *)self, token) < 0 ? NULL : Py_NewRef(Py_None);
}

CLASSMETHOD(contextvar, __class_getitem__, NULL, "See PEP 585")
static PyObject *
contextvar_class_getitem(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

static PyObject *
contextvar_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"", "default", NULL};
    PyObject *name, *fallback = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O:ContextVar", keywords, &name, &fallback)) {
        return NULL;
    }
    return (PyObject *)contextvar_make(name, fallback);
}

static Py_hash_t
contextvar_tp_hash(PyContextVar *self)
{
    return self->hash;
}

static PyObject *
contextvar_tp_repr(PyContextVar *self)
{
    if (self->fallback == NULL) {
        return PyUnicode_FromFormat("<ContextVar name=%R at %p>", self->name, self);
    }
    return PyUnicode_FromFormat("<ContextVar name=%R default=%R at %p>", self->name, self->fallback,
                                self);
}

static int
contextvar_tp_clear(PyContextVar *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->fallback);
    self->cached = NULL;
    return 0;
}

static int
contextvar_tp_traverse(PyContextVar *self, visitproc visit, void *arg)
{
    Py_VISIT(self->name);
    Py_VISIT(self->fallback);
    return 0;
}

static void
contextvar_tp_dealloc(PyContextVar *self)
{
    PyObject_GC_UnTrack(self);
    contextvar_tp_clear(self);
    PyObject_GC_Del(self);
}

TYPE(contextvar, PyContextVar_Type, "_contextvars.ContextVar", PyContextVar, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

/* ---- Token ---------------------------------------------------------------------------------- */

GETTER(token, "var", NULL)
static PyObject *
token_get_var(PyContextToken *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->var);
}

GETTER(token, "old_value", NULL)
static PyObject *
token_get_old_value(PyContextToken *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->old_value != NULL ? self->old_value : &token_missing);
}

CLASSMETHOD(token, __class_getitem__, NULL, "See PEP 585")
static PyObject *
token_class_getitem(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

static PyObject *
token_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    PyErr_SetString(PyExc_RuntimeError, "Tokens can only be created by ContextVars");
    return NULL;
}

static PyObject *
token_tp_repr(PyContextToken *self)
{
    return PyUnicode_FromFormat("<Token%s var=%R at %p>", self->used ? " used" : "", self->var,
                                self);
}

static int
token_tp_clear(PyContextToken *self)
{
    Py_CLEAR(self->context);
    Py_CLEAR(self->var);
    Py_CLEAR(self->old_value);
    return 0;
}

static int
token_tp_traverse(PyContextToken *self, visitproc visit, void *arg)
{
    Py_VISIT(self->context);
    Py_VISIT(self->var);
    Py_VISIT(self->old_value);
    return 0;
}

static void
token_tp_dealloc(PyContextToken *self)
{
    PyObject_GC_UnTrack(self);
    token_tp_clear(self);
    PyObject_GC_Del(self);
}

TYPE(token, PyContextToken_Type, "_contextvars.Token", PyContextToken, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_hash = PyObject_HashNotImplemented,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC)

static PyObject *
token_missing_tp_repr(PyObject *Py_UNUSED(self))
{
    return PyUnicode_FromString("<Token.MISSING>");
}

static void
token_missing_tp_dealloc(PyObject *self)
{
    /* A static object: an unbalanced release must not free it. */
    Py_SET_REFCNT(self, 1);
}

TYPE(token_missing, TokenMissing_Type, "Token.MISSING", PyObject, NULL, NULL,
     .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

status
context_init(void)
{
    PyObject *dict = type_dict(&PyContextToken_Type);
    if (dict == NULL || class_ready_late(&TokenMissing_Type) < 0 || hamt_types_ready() < 0) {
        return -1;
    }
    return PyDict_SetItemString(dict, "MISSING", &token_missing);
}

#include "gen/types/context.inc"
