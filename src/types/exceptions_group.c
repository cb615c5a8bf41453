/* BaseExceptionGroup and what except* needs (PEP 654).

   excs is a non-empty tuple of exceptions; msg a str.  Splitting keeps the nesting: each part is
   made by derive() and takes over traceback, cause, context and notes. */
#include "object/state.h"
#include "object/declare.h"
#include "types/exceptions.h"

#define GROUP(op) ((PyBaseExceptionGroupObject *)(op))

static bool
is_group(PyObject *op)
{
    return PyObject_TypeCheck(op, &_PyExc_BaseExceptionGroup);
}

/* ---- making ------------------------------------------------------------------------------- */

/* All members are exceptions; *nested_base tells if one is not an Exception. */
static int
check_members(PyObject *excs, bool *nested_base)
{
    Py_ssize_t n = PyTuple_GET_SIZE(excs);
    *nested_base = false;
    if (n == 0) {
        PyErr_SetString(PyExc_ValueError,
                        "second argument (exceptions) must be a non-empty sequence");
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *exc = PyTuple_GET_ITEM(excs, i);
        if (!PyExceptionInstance_Check(exc)) {
            PyErr_Format(PyExc_ValueError,
                         "Item %d of second argument (exceptions) is not an exception", (int)i);
            return -1;
        }
        int ordinary = PyObject_IsInstance(exc, PyExc_Exception);
        if (ordinary < 0) {
            return -1;
        }
        *nested_base |= !ordinary;
    }
    return 0;
}

static PyObject *
group_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *message, *given;
    PyObject *group_class = interp_get()->exceptions.exception_group;
    if (!PyArg_ParseTuple(args, "UO:BaseExceptionGroup.__new__", &message, &given)) {
        return NULL;
    }
    if (!PySequence_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "second argument (exceptions) must be a sequence");
        return NULL;
    }
    PyObject *excs = PySequence_Tuple(given);
    if (excs == NULL) {
        return NULL;
    }
    bool nested_base;
    if (check_members(excs, &nested_base) < 0) {
        goto fail;
    }
    if (type == &_PyExc_BaseExceptionGroup) {
        if (!nested_base) {
            type = (PyTypeObject *)group_class;
        }
    }
    else if ((PyObject *)type == group_class) {
        if (nested_base) {
            PyErr_SetString(PyExc_TypeError, "Cannot nest BaseExceptions in an ExceptionGroup");
            goto fail;
        }
    }
    else if (nested_base && PyType_IsSubtype(type, &_PyExc_Exception)) {
        PyErr_Format(PyExc_TypeError, "Cannot nest BaseExceptions in '%.200s'", type->tp_name);
        goto fail;
    }
    PyObject *self = baseexc_tp_new(type, args, kwargs);
    if (self == NULL) {
        goto fail;
    }
    GROUP(self)->msg = Py_NewRef(message);
    GROUP(self)->excs = excs;
    return self;
fail:
    Py_DECREF(excs);
    return NULL;
}

static int
group_tp_init(PyBaseExceptionObject *self, PyObject *args, PyObject *kwargs)
{
    return baseexc_tp_init(self, args, kwargs);
}

PyObject *
group_new(const char *message, PyObject *exceptions)
{
    return PyObject_CallFunction(PyExc_BaseExceptionGroup, "sO", message, exceptions);
}

static int
group_tp_clear(PyBaseExceptionGroupObject *self)
{
    Py_CLEAR(self->msg);
    Py_CLEAR(self->excs);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

static void
group_tp_dealloc(PyBaseExceptionGroupObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, group_tp_dealloc)
    group_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

static int
group_tp_traverse(PyBaseExceptionGroupObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->msg);
    Py_VISIT(self->excs);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

static PyObject *
group_tp_str(PyBaseExceptionGroupObject *self)
{
    Py_ssize_t n = PyTuple_GET_SIZE(self->excs);
    return PyUnicode_FromFormat("%S (%zd sub-exception%s)", self->msg, n, n > 1 ? "s" : "");
}

/* ---- splitting ---------------------------------------------------------------------------- */

METHOD(group, derive, NULL, NULL)
static PyObject *
group_derive(PyBaseExceptionGroupObject *self, PyObject *args)
{
    PyObject *excs;
    if (!PyArg_ParseTuple(args, "O", &excs)) {
        return NULL;
    }
    return PyObject_CallFunctionObjArgs(PyExc_BaseExceptionGroup, self->msg, excs, NULL);
}

static int
copy_notes(PyObject *to, PyObject *from)
{
    PyObject *notes;
    if (_PyObject_LookupAttr(from, ID(__notes__), &notes) < 0) {
        return -1;
    }
    if (notes == NULL) {
        return 0;
    }
    int err = 0;
    if (PySequence_Check(notes)) {
        PyObject *copy = PySequence_List(notes);
        err = copy == NULL ? -1 : PyObject_SetAttr(to, ID(__notes__), copy);
        Py_XDECREF(copy);
    }
    Py_DECREF(notes);
    return err;
}

/* The part of a group that holds `excs` (a list); NULL with no exception when the list is empty. */
static status
part_of(PyObject *group, PyObject *excs, PyObject **part)
{
    *part = NULL;
    if (PyList_GET_SIZE(excs) == 0) {
        return 0;
    }
    PyObject *made = PyObject_CallMethodOneArg(group, ID(derive), excs);
    if (made == NULL) {
        return -1;
    }
    if (!is_group(made)) {
        PyErr_SetString(PyExc_TypeError, "derive must return an instance of BaseExceptionGroup");
        goto fail;
    }
    PyObject *tb = PyException_GetTraceback(group);
    if (tb != NULL) {
        int err = PyException_SetTraceback(made, tb);
        Py_DECREF(tb);
        if (err < 0) {
            goto fail;
        }
    }
    PyException_SetContext(made, PyException_GetContext(group));
    PyException_SetCause(made, PyException_GetCause(group));
    GROUP(made)->suppress_context = GROUP(group)->suppress_context;
    if (copy_notes(made, group) < 0) {
        goto fail;
    }
    *part = made;
    return 0;
fail:
    Py_DECREF(made);
    return -1;
}

enum match_kind { BY_TYPE, BY_PREDICATE, BY_IDENTITY };

static int
match_kind_of(PyObject *condition, enum match_kind *kind)
{
    bool types = PyExceptionClass_Check(condition);
    if (!types && PyTuple_CheckExact(condition)) {
        types = true;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(condition); i++) {
            types &= PyExceptionClass_Check(PyTuple_GET_ITEM(condition, i)) != 0;
        }
    }
    if (types) {
        *kind = BY_TYPE;
        return 0;
    }
    if (PyFunction_Check(condition)) {
        *kind = BY_PREDICATE;
        return 0;
    }
    PyErr_SetString(PyExc_TypeError, "expected a function, exception type or tuple of exception types");
    return -1;
}

/* condition: classes, a function, or a set of addresses of leaves. */
static int
matches(PyObject *exc, enum match_kind kind, PyObject *condition)
{
    PyObject *answer;
    int result;
    switch (kind) {
    case BY_TYPE:
        return PyErr_GivenExceptionMatches(exc, condition);
    case BY_PREDICATE:
        answer = PyObject_CallOneArg(condition, exc);
        if (answer == NULL) {
            return -1;
        }
        result = PyObject_IsTrue(answer);
        Py_DECREF(answer);
        return result;
    default:
        if (is_group(exc)) {
            return 0;
        }
        answer = PyLong_FromVoidPtr(exc);
        if (answer == NULL) {
            return -1;
        }
        result = PySet_Contains(condition, answer);
        Py_DECREF(answer);
        return result;
    }
}

/* rest may be NULL when nobody wants it. */
static status
split(PyObject *exc, enum match_kind kind, PyObject *condition, PyObject **match, PyObject **rest)
{
    *match = NULL;
    if (rest != NULL) {
        *rest = NULL;
    }
    int yes = matches(exc, kind, condition);
    if (yes < 0) {
        return -1;
    }
    if (yes || !is_group(exc)) {
        if (yes) {
            *match = Py_NewRef(exc);
        }
        else if (rest != NULL) {
            *rest = Py_NewRef(exc);
        }
        return 0;
    }
    PyObject *inside = PyList_New(0), *outside = PyList_New(0);
    status err = inside == NULL || outside == NULL ? -1 : 0;
    PyObject *excs = GROUP(exc)->excs;
    for (Py_ssize_t i = 0; err == 0 && i < PyTuple_GET_SIZE(excs); i++) {
        PyObject *in, *out;
        if (Py_EnterRecursiveCall(" in exceptiongroup_split_recursive")) {
            err = -1;
            break;
        }
        err = split(PyTuple_GET_ITEM(excs, i), kind, condition, &in, &out);
        Py_LeaveRecursiveCall();
        if (err == 0 && in != NULL) {
            err = PyList_Append(inside, in);
        }
        if (err == 0 && out != NULL) {
            err = PyList_Append(outside, out);
        }
        if (err == 0 || in != NULL) {
            Py_XDECREF(in);
        }
        Py_XDECREF(out);
    }
    if (err == 0) {
        err = part_of(exc, inside, match);
    }
    if (err == 0 && rest != NULL) {
        err = part_of(exc, outside, rest);
        if (err < 0) {
            Py_CLEAR(*match);
        }
    }
    Py_XDECREF(inside);
    Py_XDECREF(outside);
    return err;
}

status
group_split(PyObject *group, PyObject *condition, PyObject **match, PyObject **rest)
{
    enum match_kind kind;
    if (match_kind_of(condition, &kind) < 0) {
        *match = NULL;
        if (rest != NULL) {
            *rest = NULL;
        }
        return -1;
    }
    return split(group, kind, condition, match, rest);
}

METHOD(group, split, NULL, NULL)
static PyObject *
group_split_method(PyObject *self, PyObject *args)
{
    PyObject *condition;
    if (!PyArg_UnpackTuple(args, "split", 1, 1, &condition)) {
        return NULL;
    }
    PyObject *match, *rest;
    if (group_split(self, condition, &match, &rest) < 0) {
        return NULL;
    }
    PyObject *result = PyTuple_Pack(2, match == NULL ? Py_None : match, rest == NULL ? Py_None : rest);
    Py_XDECREF(match);
    Py_XDECREF(rest);
    return result;
}

METHOD(group, subgroup, NULL, NULL)
static PyObject *
group_subgroup(PyObject *self, PyObject *args)
{
    PyObject *condition;
    if (!PyArg_UnpackTuple(args, "subgroup", 1, 1, &condition)) {
        return NULL;
    }
    PyObject *match;
    if (group_split(self, condition, &match, NULL) < 0) {
        return NULL;
    }
    return match == NULL ? Py_NewRef(Py_None) : match;
}

CLASSMETHOD(group, __class_getitem__, "!($type, item, /)", "Return a generic alias.")
static PyObject *
group___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

MEMBER(group, message, T_OBJECT, PyBaseExceptionGroupObject, msg, READONLY, "exception message")
MEMBER(group, exceptions, T_OBJECT, PyBaseExceptionGroupObject, excs, READONLY, "nested exceptions")

TYPE(group, _PyExc_BaseExceptionGroup, "BaseExceptionGroup", PyBaseExceptionGroupObject, NULL,
     "A combination of multiple unrelated exceptions.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_BASE_EXC_SUBCLASS,
     .tp_base = &_PyExc_BaseException, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

/* ---- except* ------------------------------------------------------------------------------ */

/* Add the addresses of all leaves of exc to a set. */
static status
collect_leaves(PyObject *exc, PyObject *leaves)
{
    if (!is_group(exc)) {
        PyObject *address = PyLong_FromVoidPtr(exc);
        status err = address == NULL ? -1 : PySet_Add(leaves, address);
        Py_XDECREF(address);
        return err;
    }
    PyObject *excs = GROUP(exc)->excs;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(excs); i++) {
        if (Py_EnterRecursiveCall(" in collect_exception_group_leaf_ids")) {
            return -1;
        }
        status err = collect_leaves(PyTuple_GET_ITEM(excs, i), leaves);
        Py_LeaveRecursiveCall();
        if (err < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *
group_projection(PyObject *group, PyObject *keep)
{
    PyObject *leaves = PySet_New(NULL), *match;
    if (leaves == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(keep); i++) {
        PyObject *exc = PyList_GET_ITEM(keep, i);
        if (exc != NULL && exc != Py_None && collect_leaves(exc, leaves) < 0) {
            Py_DECREF(leaves);
            return NULL;
        }
    }
    status err = split(group, BY_IDENTITY, leaves, &match, NULL);
    Py_DECREF(leaves);
    if (err < 0) {
        return NULL;
    }
    return match == NULL ? Py_NewRef(Py_None) : match;
}

/* The same exception raised again, not a new one: it carries the original's metadata. */
static bool
same_metadata(PyObject *a, PyObject *b)
{
    return GROUP(a)->notes == GROUP(b)->notes && GROUP(a)->traceback == GROUP(b)->traceback &&
           GROUP(a)->cause == GROUP(b)->cause && GROUP(a)->context == GROUP(b)->context;
}

PyObject *
group_prepare_reraise(PyObject *original, PyObject *list)
{
    Py_ssize_t n = PyList_GET_SIZE(list);
    if (n == 0) {
        return Py_NewRef(Py_None);
    }
    if (!is_group(original)) {
        /* a naked exception was caught and wrapped: only one clause can have matched */
        for (Py_ssize_t i = 0; i < n; i++) {
            PyObject *exc = PyList_GET_ITEM(list, i);
            if (exc != Py_None) {
                return Py_NewRef(exc);
            }
        }
        return Py_NewRef(Py_None);
    }
    PyObject *raised = PyList_New(0), *reraised = PyList_New(0), *result = NULL, *rest = NULL;
    if (raised == NULL || reraised == NULL) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *exc = PyList_GET_ITEM(list, i);
        if (exc == Py_None) {
            continue;
        }
        bool again = is_group(exc) && same_metadata(exc, original);
        if (PyList_Append(again ? reraised : raised, exc) < 0) {
            goto done;
        }
    }
    rest = group_projection(original, reraised);
    if (rest == NULL) {
        goto done;
    }
    if (PyList_GET_SIZE(raised) == 0) {
        result = Py_NewRef(rest);
        goto done;
    }
    if (rest != Py_None && PyList_Append(raised, rest) < 0) {
        goto done;
    }
    result = group_new("", raised);
done:
    Py_XDECREF(raised);
    Py_XDECREF(reraised);
    Py_XDECREF(rest);
    return result;
}

#include "gen/types/exceptions_group.inc"
