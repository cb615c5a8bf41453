/* types.GenericAlias: list[int] (PEP 585), with the substitution of type parameters (PEP 646).

   An alias forwards nearly every attribute to its origin.  parameters is computed when asked for. */
#include "object/object.h"
#include "types/generic_alias.h"

typedef struct {
    PyObject_HEAD
    PyObject *origin;
    PyObject *args;                 /* tuple */
    PyObject *parameters;           /* tuple, NULL until asked for */
    PyObject *weakreflist;
    bool starred;                   /* *tuple[int]: made by iterating over an alias */
    vectorcallfunc vectorcall;
} Alias;

_Static_assert(sizeof(Alias) == 64, "the size that programs see");

/* ---- text --------------------------------------------------------------------------------- */

/* module.qualname of something that has both, else its repr. */
static PyObject *
item_text(PyObject *arg)
{
    PyObject *origin = NULL, *args = NULL, *qualname = NULL, *module = NULL, *text = NULL;
    if (arg == Py_Ellipsis) {
        return PyUnicode_FromString("...");
    }
    if (_PyObject_LookupAttr(arg, ID(__origin__), &origin) < 0) {
        return NULL;
    }
    if (origin != NULL) {
        Py_DECREF(origin);
        if (_PyObject_LookupAttr(arg, ID(__args__), &args) < 0) {
            return NULL;
        }
        if (args != NULL) {             /* looks like an alias itself */
            Py_DECREF(args);
            return PyObject_Repr(arg);
        }
    }
    if (_PyObject_LookupAttr(arg, ID(__qualname__), &qualname) < 0) {
        return NULL;
    }
    if (qualname != NULL && _PyObject_LookupAttr(arg, ID(__module__), &module) < 0) {
        Py_DECREF(qualname);
        return NULL;
    }
    if (qualname == NULL || module == NULL || module == Py_None) {
        text = PyObject_Repr(arg);
    }
    else if (PyUnicode_Check(module) && _PyUnicode_EqualToASCIIString(module, "builtins")) {
        text = PyObject_Str(qualname);
    }
    else {
        text = PyUnicode_FromFormat("%S.%S", module, qualname);
    }
    Py_XDECREF(qualname);
    Py_XDECREF(module);
    return text;
}

status
alias_write(_PyUnicodeWriter *writer, PyObject *arg)
{
    PyObject *text = item_text(arg);
    if (text == NULL) {
        return -1;
    }
    int err = _PyUnicodeWriter_WriteStr(writer, text);
    Py_DECREF(text);
    return err;
}

static PyObject *
alias_tp_repr(Alias *self)
{
    Py_ssize_t n = PyTuple_GET_SIZE(self->args);
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    if ((self->starred && _PyUnicodeWriter_WriteChar(&writer, '*') < 0) ||
        alias_write(&writer, self->origin) < 0 || _PyUnicodeWriter_WriteChar(&writer, '[') < 0) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if ((i > 0 && _PyUnicodeWriter_WriteASCIIString(&writer, ", ", 2) < 0) ||
            alias_write(&writer, PyTuple_GET_ITEM(self->args, i)) < 0) {
            goto fail;
        }
    }
    if ((n == 0 && _PyUnicodeWriter_WriteASCIIString(&writer, "()", 2) < 0) ||
        _PyUnicodeWriter_WriteChar(&writer, ']') < 0) {
        goto fail;
    }
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

/* ---- type parameters ------------------------------------------------------------------------ */

static Py_ssize_t
index_of(PyObject *tuple, PyObject *item)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        if (PyTuple_GET_ITEM(tuple, i) == item) {
            return i;
        }
    }
    return -1;
}

static status
add_once(PyObject *list, PyObject *item)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if (PyList_GET_ITEM(list, i) == item) {
            return 0;
        }
    }
    return PyList_Append(list, item);
}

PyObject *
alias_parameters(PyObject *args)
{
    PyObject *list = PyList_New(0), *result = NULL;
    if (list == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i), *found;
        if (PyType_Check(arg)) {
            continue;
        }
        if (_PyObject_LookupAttr(arg, ID(__typing_subst__), &found) < 0) {
            goto done;
        }
        if (found != NULL) {
            Py_DECREF(found);
            if (add_once(list, arg) < 0) {
                goto done;
            }
            continue;
        }
        if (_PyObject_LookupAttr(arg, ID(__parameters__), &found) < 0) {
            goto done;
        }
        if (found != NULL && PyTuple_Check(found)) {
            for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(found); j++) {
                if (add_once(list, PyTuple_GET_ITEM(found, j)) < 0) {
                    Py_DECREF(found);
                    goto done;
                }
            }
        }
        Py_XDECREF(found);
    }
    result = PyList_AsTuple(list);
done:
    Py_DECREF(list);
    return result;
}

/* The given items as a list, with unpacked tuples spread out. */
static PyObject *
spread_items(PyObject *item)
{
    PyObject *list = PyList_New(0);
    bool tuple = PyTuple_Check(item);
    Py_ssize_t n = tuple ? PyTuple_GET_SIZE(item) : 1;
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *one = tuple ? PyTuple_GET_ITEM(item, i) : item, *inner = NULL;
        int err;
        if (!PyType_Check(one) &&
            _PyObject_LookupAttr(one, ID(__typing_unpacked_tuple_args__), &inner) < 0) {
            Py_CLEAR(list);
            break;
        }
        Py_ssize_t m = inner != NULL && PyTuple_Check(inner) ? PyTuple_GET_SIZE(inner) : 0;
        if (inner != NULL && inner != Py_None &&
            !(m > 0 && PyTuple_GET_ITEM(inner, m - 1) == Py_Ellipsis)) {
            err = PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, inner);
        }
        else {
            err = PyList_Append(list, one);
        }
        Py_XDECREF(inner);
        if (err < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* An argument that is generic itself, subscribed with what its parameters became. */
static PyObject *
substitute_inside(PyObject *arg, PyObject *parameters, PyObject *const *items)
{
    PyObject *inner;
    if (_PyObject_LookupAttr(arg, ID(__parameters__), &inner) < 0) {
        return NULL;
    }
    if (inner == NULL || !PyTuple_Check(inner) || PyTuple_GET_SIZE(inner) == 0) {
        Py_XDECREF(inner);
        return Py_NewRef(arg);
    }
    PyObject *list = PyList_New(0), *result = NULL;
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(inner); i++) {
        PyObject *parameter = PyTuple_GET_ITEM(inner, i);
        Py_ssize_t at = index_of(parameters, parameter);
        int err;
        if (at >= 0 && Py_TYPE(parameter)->tp_iter != NULL && PyTuple_Check(items[at])) {
            err = PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, items[at]);
        }
        else {
            err = PyList_Append(list, at >= 0 ? items[at] : parameter);
        }
        if (err < 0) {
            Py_CLEAR(list);
        }
    }
    PyObject *subscript = list == NULL ? NULL : PyList_AsTuple(list);
    if (subscript != NULL) {
        result = PyObject_GetItem(arg, subscript);
        Py_DECREF(subscript);
    }
    Py_XDECREF(list);
    Py_DECREF(inner);
    return result;
}

/* What one argument becomes; *spread tells that it is a tuple to be put in piece by piece. */
static PyObject *
substitute_arg(PyObject *arg, PyObject *parameters, PyObject *items, bool *spread)
{
    PyObject *flag, *subst, *result;
    *spread = false;
    if (PyType_Check(arg)) {
        return Py_NewRef(arg);
    }
    if (_PyObject_LookupAttr(arg, ID(__typing_is_unpacked_typevartuple__), &flag) < 0) {
        return NULL;
    }
    if (flag != NULL) {
        int yes = PyObject_IsTrue(flag);
        Py_DECREF(flag);
        if (yes < 0) {
            return NULL;
        }
        *spread = yes;
    }
    if (_PyObject_LookupAttr(arg, ID(__typing_subst__), &subst) < 0) {
        return NULL;
    }
    PyObject *const *values = ((PyTupleObject *)items)->ob_item;
    if (subst != NULL) {
        Py_ssize_t at = index_of(parameters, arg);
        result = at < 0 ? Py_NewRef(arg) : PyObject_CallOneArg(subst, values[at]);
        Py_DECREF(subst);
    }
    else {
        result = substitute_inside(arg, parameters, values);
    }
    if (result != NULL && *spread && !PyTuple_Check(result)) {
        *spread = false;
    }
    return result;
}

/* Let each parameter have a say about the items; returns the final tuple of items. */
static PyObject *
prepare_items(PyObject *self, PyObject *parameters, PyObject *item)
{
    PyObject *list = spread_items(item);
    PyObject *items = list == NULL ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    for (Py_ssize_t i = 0; items != NULL && i < PyTuple_GET_SIZE(parameters); i++) {
        PyObject *prepare;
        if (_PyObject_LookupAttr(PyTuple_GET_ITEM(parameters, i), ID(__typing_prepare_subst__),
                                 &prepare) < 0) {
            Py_CLEAR(items);
            break;
        }
        if (prepare != NULL && prepare != Py_None) {
            PyObject *next = PyObject_CallFunctionObjArgs(prepare, self, items, NULL);
            if (next != NULL && !PyTuple_Check(next)) {
                Py_SETREF(next, PyTuple_Pack(1, next));
            }
            Py_SETREF(items, next);
        }
        Py_XDECREF(prepare);
    }
    return items;
}

PyObject *
alias_substitute(PyObject *self, PyObject *args, PyObject *parameters, PyObject *item)
{
    Py_ssize_t want = PyTuple_GET_SIZE(parameters);
    if (want == 0) {
        PyErr_Format(PyExc_TypeError, "%R is not a generic class", self);
        return NULL;
    }
    PyObject *items = prepare_items(self, parameters, item), *list = NULL, *result = NULL;
    if (items == NULL) {
        return NULL;
    }
    Py_ssize_t got = PyTuple_GET_SIZE(items);
    if (got != want) {
        PyErr_Format(PyExc_TypeError, "Too %s arguments for %R; actual %zd, expected %zd",
                     got > want ? "many" : "few", self, got, want);
        goto done;
    }
    list = PyList_New(0);
    if (list == NULL) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        bool spread;
        PyObject *arg = substitute_arg(PyTuple_GET_ITEM(args, i), parameters, items, &spread);
        if (arg == NULL) {
            goto done;
        }
        int err = spread ? PyList_SetSlice(list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, arg)
                         : PyList_Append(list, arg);
        Py_DECREF(arg);
        if (err < 0) {
            goto done;
        }
    }
    result = PyList_AsTuple(list);
done:
    Py_XDECREF(list);
    Py_DECREF(items);
    return result;
}

/* ---- the alias ------------------------------------------------------------------------------ */

static PyObject *
alias_vectorcall(PyObject *op, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (stack_check(" while calling a Python object") < 0) {
        return NULL;
    }
    PyObject *object = PyObject_Vectorcall(((Alias *)op)->origin, args, nargsf, kwnames);
    if (object == NULL) {
        return NULL;
    }
    /* best effort: many objects take no attributes */
    if (PyObject_SetAttr(object, ID(__orig_class__), op) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError) &&
            !PyErr_ExceptionMatches(PyExc_TypeError)) {
            Py_DECREF(object);
            return NULL;
        }
        PyErr_Clear();
    }
    return object;
}

static PyObject *
alias_make(PyTypeObject *type, PyObject *origin, PyObject *args, bool starred)
{
    PyObject *tuple = PyTuple_Check(args) ? Py_NewRef(args) : PyTuple_Pack(1, args);
    if (tuple == NULL) {
        return NULL;
    }
    Alias *self = (Alias *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(tuple);
        return NULL;
    }
    self->origin = Py_NewRef(origin);
    self->args = tuple;
    self->parameters = NULL;
    self->weakreflist = NULL;
    self->starred = starred;
    self->vectorcall = PyVectorcall_Function(origin) != NULL ? alias_vectorcall : NULL;
    return (PyObject *)self;
}

PyObject *
Py_GenericAlias(PyObject *origin, PyObject *args)
{
    return alias_make(&Py_GenericAliasType, origin, args, false);
}

static PyObject *
alias_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (!_PyArg_NoKeywords("GenericAlias", kwargs) ||
        !_PyArg_CheckPositional("GenericAlias", PyTuple_GET_SIZE(args), 2, 2)) {
        return NULL;
    }
    return alias_make(type, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1), false);
}

static PyObject *
alias_tp_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *object;
    if (((Alias *)self)->vectorcall != NULL) {
        return PyVectorcall_Call(self, args, kwargs);
    }
    object = PyObject_Call(((Alias *)self)->origin, args, kwargs);
    if (object != NULL && PyObject_SetAttr(object, ID(__orig_class__), self) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError) &&
            !PyErr_ExceptionMatches(PyExc_TypeError)) {
            Py_CLEAR(object);
        }
        else {
            PyErr_Clear();
        }
    }
    return object;
}

static int
alias_tp_traverse(Alias *self, visitproc visit, void *arg)
{
    Py_VISIT(self->origin);
    Py_VISIT(self->args);
    Py_VISIT(self->parameters);
    return 0;
}

static void
alias_tp_dealloc(Alias *self)
{
    PyObject_GC_UnTrack(self);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)self)) {
        return;
    }
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    Py_XDECREF(self->origin);
    Py_XDECREF(self->args);
    Py_XDECREF(self->parameters);
    Py_TYPE(self)->tp_free((PyObject *)self);
    trash_end(tstate);
}

static PyObject *
parameters_of(Alias *self)
{
    if (self->parameters == NULL) {
        self->parameters = alias_parameters(self->args);
    }
    return self->parameters;
}

static PyObject *
alias_mp_subscript(Alias *self, PyObject *item)
{
    PyObject *parameters = parameters_of(self);
    if (parameters == NULL) {
        return NULL;
    }
    PyObject *args = alias_substitute((PyObject *)self, self->args, parameters, item);
    if (args == NULL) {
        return NULL;
    }
    PyObject *result = alias_make(&Py_GenericAliasType, self->origin, args, self->starred);
    Py_DECREF(args);
    return result;
}

static Py_hash_t
alias_tp_hash(Alias *self)
{
    Py_hash_t a = PyObject_Hash(self->origin);
    Py_hash_t b = a == -1 ? -1 : PyObject_Hash(self->args);
    if (b == -1) {
        return -1;
    }
    return (a ^ b) == -1 ? -2 : a ^ b;
}

static PyObject *
alias_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!is_generic_alias(a) || !is_generic_alias(b) || (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Alias *x = (Alias *)a, *y = (Alias *)b;
    int equal = x->starred == y->starred;
    if (equal) {
        equal = PyObject_RichCompareBool(x->origin, y->origin, Py_EQ);
    }
    if (equal > 0) {
        equal = PyObject_RichCompareBool(x->args, y->args, Py_EQ);
    }
    return equal < 0 ? NULL : PyBool_FromLong(equal == (op == Py_EQ));
}

/* Names that an alias answers itself; all others are its origin's. */
static const char *const own_names[] = {
    "__class__",      "__origin__",       "__args__",
    "__unpacked__",   "__parameters__",   "__typing_unpacked_tuple_args__",
    "__mro_entries__", "__reduce_ex__",   "__reduce__",
    "__copy__",       "__deepcopy__",
};

static PyObject *
alias_tp_getattro(PyObject *self, PyObject *name)
{
    if (PyUnicode_Check(name)) {
        for (size_t i = 0; i < ARRAY_LEN(own_names); i++) {
            if (_PyUnicode_EqualToASCIIString(name, own_names[i])) {
                return PyObject_GenericGetAttr(self, name);
            }
        }
        return PyObject_GetAttr(((Alias *)self)->origin, name);
    }
    return PyObject_GenericGetAttr(self, name);
}

static PyObject *
alias_nb_or(PyObject *a, PyObject *b)
{
    return union_or(a, b);
}

METHOD(alias, __mro_entries__, "!($self, bases, /)", "The origin stands for the alias as a base class.")
static PyObject *
alias___mro_entries__(Alias *self, PyObject *Py_UNUSED(bases))
{
    return PyTuple_Pack(1, self->origin);
}

METHOD(alias, __instancecheck__, "!($self, instance, /)", "Refuse: the arguments cannot be checked.")
static PyObject *
alias___instancecheck__(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(instance))
{
    PyErr_SetString(PyExc_TypeError, "isinstance() argument 2 cannot be a parameterized generic");
    return NULL;
}

METHOD(alias, __subclasscheck__, "!($self, cls, /)", "Refuse: the arguments cannot be checked.")
static PyObject *
alias___subclasscheck__(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(cls))
{
    PyErr_SetString(PyExc_TypeError, "issubclass() argument 2 cannot be a parameterized generic");
    return NULL;
}

METHOD(alias, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
alias___reduce__(Alias *self, PyObject *Py_UNUSED(ignored))
{
    if (!self->starred) {
        return Py_BuildValue("O(OO)", Py_TYPE(self), self->origin, self->args);
    }
    /* next(iter(origin[args])) */
    PyObject *plain = Py_GenericAlias(self->origin, self->args);
    PyObject *iter = plain == NULL ? NULL : PyObject_GetIter(plain);
    Py_XDECREF(plain);
    return iter == NULL ? NULL : Py_BuildValue("N(N)", _PyEval_GetBuiltin(ID(next)), iter);
}

METHOD(alias, __dir__, "!($self, /)", "The names of the origin and of the alias itself.")
static PyObject *
alias___dir__(Alias *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *dir = PyObject_Dir(self->origin);
    for (size_t i = 0; dir != NULL && i < ARRAY_LEN(own_names); i++) {
        PyObject *name = PyUnicode_FromString(own_names[i]);
        int there = name == NULL ? -1 : PySequence_Contains(dir, name);
        if (there == 0) {
            there = PyList_Append(dir, name);
        }
        Py_XDECREF(name);
        if (there < 0) {
            Py_CLEAR(dir);
        }
    }
    return dir;
}

MEMBER(alias, __origin__, T_OBJECT, Alias, origin, READONLY, NULL)
MEMBER(alias, __args__, T_OBJECT, Alias, args, READONLY, NULL)
MEMBER(alias, __unpacked__, T_BOOL, Alias, starred, READONLY, NULL)

GETTER(alias, __parameters__, "The type parameters that can be filled in.")
static PyObject *
alias_get_parameters(Alias *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(parameters_of(self));
}

GETTER(alias, __typing_unpacked_tuple_args__, NULL)
static PyObject *
alias_get_unpacked(Alias *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(self->starred && self->origin == (PyObject *)&PyTuple_Type ? self->args : Py_None);
}

/* ---- iteration: *tuple[int] ---------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *alias;                /* NULL: exhausted */
} AliasIter;

static PyTypeObject aliasiter_type;

static PyObject *
alias_tp_iter(PyObject *self)
{
    AliasIter *iter = PyObject_GC_New(AliasIter, &aliasiter_type);
    if (iter != NULL) {
        iter->alias = Py_NewRef(self);
        PyObject_GC_Track(iter);
    }
    return (PyObject *)iter;
}

static PyObject *
aliasiter_tp_iternext(AliasIter *self)
{
    if (self->alias == NULL) {
        return NULL;
    }
    Alias *alias = (Alias *)self->alias;
    PyObject *starred = alias_make(&Py_GenericAliasType, alias->origin, alias->args, true);
    Py_CLEAR(self->alias);
    return starred;
}

static void
aliasiter_tp_dealloc(AliasIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->alias);
    PyObject_GC_Del(self);
}

static int
aliasiter_tp_traverse(AliasIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->alias);
    return 0;
}

static int
aliasiter_tp_clear(AliasIter *self)
{
    Py_CLEAR(self->alias);
    return 0;
}

METHOD(aliasiter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
aliasiter___reduce__(AliasIter *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    return self->alias != NULL ? Py_BuildValue("N(O)", iter, self->alias)
                               : Py_BuildValue("N(())", iter);
}

TYPE(aliasiter, aliasiter_type, "generic_alias_iterator", AliasIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_iter = PyObject_SelfIter)

TYPE(alias, Py_GenericAliasType, "types.GenericAlias", Alias, NULL,
     "GenericAlias(origin, args) -> a generic type with its arguments, as list[int]",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
                 Py_TPFLAGS_HAVE_VECTORCALL,
     .tp_weaklistoffset = offsetof(Alias, weakreflist), .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del, .tp_vectorcall_offset = offsetof(Alias, vectorcall))

#include "gen/types/generic_alias.inc"
