/* Descriptors of types written in C: methods, members, computed attributes, slot wrappers.

   A descriptor belongs to one type (d_type) and applies to instances of it and its subtypes only;
   every entry checks that before C code sees the object.  See also types/builtin.c for bound C
   functions, types/method.c for bound Python functions. */
#include "object/object.h"
#include "object/call.h"
#include "object/descr.h"
#include "types/tuple.h"

/* ---- documentation and text signatures --------------------------------------------------------------- */

/* Where the signature "name(...)" of an internal docstring opens its bracket, or NULL. */
static const char *
find_signature(const char *name, const char *doc)
{
    const char *dot = strrchr(name, '.');
    if (dot != NULL) {
        name = dot + 1;
    }
    size_t length = strlen(name);
    return strncmp(doc, name, length) == 0 && doc[length] == '(' ? doc + length : NULL;
}

/* Behind ")\n--\n\n", the end of a signature; NULL if a blank line comes first. */
static const char *
skip_signature(const char *text)
{
    static const char end[] = ")\n--\n\n";
    for (; *text != '\0'; text++) {
        if (strncmp(text, end, sizeof(end) - 1) == 0) {
            return text + sizeof(end) - 1;
        }
        if (text[0] == '\n' && text[1] == '\n') {
            return NULL;
        }
    }
    return NULL;
}

static const char *
doc_body(const char *name, const char *doc)
{
    const char *signature = find_signature(name, doc);
    const char *body = signature == NULL ? NULL : skip_signature(signature);
    return body == NULL ? doc : body;
}

/* __doc__ from a docstring that may begin with a signature: str or None. */
PyObject *
_PyType_GetDocFromInternalDoc(const char *name, const char *doc)
{
    const char *body = doc == NULL ? NULL : doc_body(name, doc);
    if (body == NULL || *body == '\0') {
        return Py_NewRef(Py_None);
    }
    return PyUnicode_FromString(body);
}

/* __text_signature__ from such a docstring: "(...)" or None. */
PyObject *
_PyType_GetTextSignatureFromInternalDoc(const char *name, const char *doc)
{
    const char *start = doc == NULL ? NULL : find_signature(name, doc);
    const char *end = start == NULL ? NULL : skip_signature(start);
    if (end == NULL) {
        return Py_NewRef(Py_None);
    }
    return PyUnicode_FromStringAndSize(start, end - start - 5);
}

/* ---- what all descriptors share -------------------------------------------------------------------------- */

static void *
descr_named(PyTypeObject *kind, PyTypeObject *type, PyObject *name_take)
{
    PyDescrObject *descr = (PyDescrObject *)PyType_GenericAlloc(kind, 0);
    if (descr == NULL) {
        Py_DECREF(name_take);
        return NULL;
    }
    descr->d_type = (PyTypeObject *)Py_XNewRef((PyObject *)type);
    descr->d_name = name_take;
    return descr;
}

static void *
descr_new(PyTypeObject *kind, PyTypeObject *type, const char *name)
{
    PyObject *text = PyUnicode_InternFromString(name);
    return text == NULL ? NULL : descr_named(kind, type, text);
}

static void
descr_dealloc(PyDescrObject *descr)
{
    PyObject_GC_UnTrack(descr);
    Py_XDECREF(descr->d_type);
    Py_XDECREF(descr->d_name);
    Py_XDECREF(descr->d_qualname);
    PyObject_GC_Del(descr);
}

static int
descr_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((PyDescrObject *)self)->d_type);
    return 0;
}

/* Whether the descriptor applies to op; TypeError if not. */
static bool
descr_applies(PyDescrObject *descr, PyObject *op)
{
    if (likely(PyObject_TypeCheck(op, descr->d_type))) {
        return true;
    }
    PyErr_Format(PyExc_TypeError,
                 "descriptor '%U' for '%.100s' objects doesn't apply to a '%.100s' object",
                 descr->d_name, descr->d_type->tp_name, type_name(op));
    return false;
}

static PyObject *
descr_get_qualname(PyDescrObject *descr, void *Py_UNUSED(closure))
{
    if (descr->d_qualname == NULL) {
        PyObject *owner = PyObject_GetAttr((PyObject *)descr->d_type, ID(__qualname__));
        if (owner == NULL) {
            return NULL;
        }
        if (!PyUnicode_Check(owner)) {
            PyErr_SetString(PyExc_TypeError,
                            "<descriptor>.__objclass__.__qualname__ is not a unicode object");
            Py_DECREF(owner);
            return NULL;
        }
        descr->d_qualname = PyUnicode_FromFormat("%U.%U", owner, descr->d_name);
        Py_DECREF(owner);
    }
    return Py_XNewRef(descr->d_qualname);
}

/* getattr(owner, name) finds the descriptor again. */
static PyObject *
descr_reduce(PyObject *self, PyObject *Py_UNUSED(args))
{
    PyDescrObject *descr = (PyDescrObject *)self;
    PyObject *getattr = _PyEval_GetBuiltin(ID(getattr));
    return getattr == NULL ? NULL
                           : Py_BuildValue("N(OO)", getattr, descr->d_type, descr->d_name);
}

int
PyDescr_IsData(PyObject *op)
{
    return Py_TYPE(op)->tp_descr_set != NULL;
}

static PyMethodDef descr_methods[] = {
    {"__reduce__", descr_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef descr_members[] = {
    {"__objclass__", T_OBJECT, offsetof(PyDescrObject, d_type), READONLY, NULL},
    {"__name__", T_OBJECT, offsetof(PyDescrObject, d_name), READONLY, NULL},
    {0},
};

/* ---- methods -------------------------------------------------------------------------------------------------- */

bool
kwnames_empty(PyThreadState *tstate, PyObject *func, PyObject *kwnames)
{
    if (likely(kwnames == NULL || PyTuple_GET_SIZE(kwnames) == 0)) {
        return true;
    }
    if (PyCFunction_Check(func) && ((PyCFunctionObject *)func)->m_ml->ml_flags & METH_PLAIN_NAME) {
        _PyErr_Format(tstate, PyExc_TypeError, "%.200s() takes no keyword arguments",
                      ((PyCFunctionObject *)func)->m_ml->ml_name);
        return false;
    }
    PyObject *name = _PyObject_FunctionStr(func);
    if (name != NULL) {
        _PyErr_Format(tstate, PyExc_TypeError, "%U takes no keyword arguments", name);
        Py_DECREF(name);
    }
    return false;
}

static COLD PyObject *
raise_count(PyObject *func, const char *expected, Py_ssize_t given)
{
    PyObject *name = _PyObject_FunctionStr(func);
    if (name != NULL) {
        PyErr_Format(PyExc_TypeError, "%U takes %s (%zd given)", name, expected, given);
        Py_DECREF(name);
    }
    return NULL;
}

/* args[0] exists and fits, no unexpected keywords. */
static ALWAYS_INLINE bool
method_check(PyThreadState *tstate, PyObject *func, PyObject *const *args, Py_ssize_t nargs,
             PyObject *kwnames)
{
    if (unlikely(nargs < 1)) {
        PyObject *name = _PyObject_FunctionStr(func);
        if (name != NULL) {
            PyErr_Format(PyExc_TypeError, "unbound method %U needs an argument", name);
            Py_DECREF(name);
        }
        return false;
    }
    return descr_applies((PyDescrObject *)func, args[0]) && kwnames_empty(tstate, func, kwnames);
}

#define METHOD_OF(func) (((PyMethodDescrObject *)(func))->d_method->ml_meth)
#define AS(type, meth) ((type)(void (*)(void))(meth))
static const char while_calling[] = " while calling a Python object";

static PyObject *
method_descr_call_varargs(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, kwnames)) {
        return NULL;
    }
    PyObject *tuple = tuple_from_array(args + 1, nargs - 1);
    if (tuple == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    if (recursion_enter(tstate, while_calling) == 0) {
        result = METHOD_OF(func)(args[0], tuple);
        recursion_leave(tstate);
    }
    Py_DECREF(tuple);
    return result;
}

static PyObject *
method_descr_call_varargs_keywords(PyObject *func, PyObject *const *args, size_t nargsf,
                                   PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, NULL)) {
        return NULL;
    }
    PyObject *tuple = tuple_from_array(args + 1, nargs - 1), *kwargs = NULL, *result = NULL;
    if (tuple == NULL) {
        return NULL;
    }
    if (kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0) {
        kwargs = _PyStack_AsDict(args + nargs, kwnames);
        if (kwargs == NULL) {
            goto done;
        }
    }
    if (recursion_enter(tstate, while_calling) == 0) {
        result = AS(PyCFunctionWithKeywords, METHOD_OF(func))(args[0], tuple, kwargs);
        recursion_leave(tstate);
    }
done:
    Py_DECREF(tuple);
    Py_XDECREF(kwargs);
    return result;
}

static PyObject *
method_descr_call_fast(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, kwnames) ||
        recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(_PyCFunctionFast, METHOD_OF(func))(args[0], args + 1, nargs - 1);
    recursion_leave(tstate);
    return result;
}

static PyObject *
method_descr_call_fast_keywords(PyObject *func, PyObject *const *args, size_t nargsf,
                                PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, NULL) ||
        recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(_PyCFunctionFastWithKeywords, METHOD_OF(func))(args[0], args + 1,
                                                                         nargs - 1, kwnames);
    recursion_leave(tstate);
    return result;
}

static PyObject *
method_descr_call_method(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, NULL) ||
        recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = AS(PyCMethod, METHOD_OF(func))(
        args[0], ((PyDescrObject *)func)->d_type, args + 1, nargs - 1, kwnames);
    recursion_leave(tstate);
    return result;
}

static PyObject *
method_descr_call_noargs(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, kwnames)) {
        return NULL;
    }
    if (unlikely(nargs != 1)) {
        return raise_count(func, "no arguments", nargs - 1);
    }
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = METHOD_OF(func)(args[0], NULL);
    recursion_leave(tstate);
    return result;
}

static PyObject *
method_descr_call_o(PyObject *func, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyThreadState *tstate = tstate_get();
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (!method_check(tstate, func, args, nargs, kwnames)) {
        return NULL;
    }
    if (unlikely(nargs != 2)) {
        return raise_count(func, "exactly one argument", nargs - 1);
    }
    if (recursion_enter(tstate, while_calling) < 0) {
        return NULL;
    }
    PyObject *result = METHOD_OF(func)(args[0], args[1]);
    recursion_leave(tstate);
    return result;
}

/* A descriptor for a method of `type`; SystemError for an unknown calling convention. */
PyObject *
PyDescr_NewMethod(PyTypeObject *type, PyMethodDef *def)
{
    vectorcallfunc call;
    switch (def->ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS |
                             METH_METHOD)) {
    case METH_VARARGS:
        call = method_descr_call_varargs;
        break;
    case METH_VARARGS | METH_KEYWORDS:
        call = method_descr_call_varargs_keywords;
        break;
    case METH_FASTCALL:
        call = method_descr_call_fast;
        break;
    case METH_FASTCALL | METH_KEYWORDS:
        call = method_descr_call_fast_keywords;
        break;
    case METH_NOARGS:
        call = method_descr_call_noargs;
        break;
    case METH_O:
        call = method_descr_call_o;
        break;
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS:
        call = method_descr_call_method;
        break;
    default:
        PyErr_Format(PyExc_SystemError, "%s() method: bad call flags", def->ml_name);
        return NULL;
    }
    PyMethodDescrObject *descr = descr_new(&PyMethodDescr_Type, type, def->ml_name);
    if (descr != NULL) {
        descr->d_method = def;
        descr->vectorcall = call;
    }
    return (PyObject *)descr;
}

static PyObject *
method_descr_tp_repr(PyDescrObject *descr)
{
    return PyUnicode_FromFormat("<method '%U' of '%s' objects>", descr->d_name,
                                descr->d_type->tp_name);
}

static PyObject *
method_descr_tp_descr_get(PyMethodDescrObject *descr, PyObject *op, PyObject *type)
{
    if (op == NULL) {
        return Py_NewRef((PyObject *)descr);
    }
    if (!descr_applies((PyDescrObject *)descr, op)) {
        return NULL;
    }
    if (descr->d_method->ml_flags & METH_METHOD) {
        if (type != NULL && !PyType_Check(type)) {
            PyErr_Format(PyExc_TypeError,
                         "descriptor '%U' needs a type, not '%s', as arg 2",
                         PyDescr_NAME(descr), type_name(type));
            return NULL;
        }
        return PyCMethod_New(descr->d_method, op, NULL, PyDescr_TYPE(descr));
    }
    return PyCFunction_NewEx(descr->d_method, op, NULL);
}

static PyObject *
method_descr_get_doc(PyMethodDescrObject *descr, void *Py_UNUSED(closure))
{
    return _PyType_GetDocFromInternalDoc(descr->d_method->ml_name, descr->d_method->ml_doc);
}

static PyObject *
method_descr_get_signature(PyMethodDescrObject *descr, void *Py_UNUSED(closure))
{
    return _PyType_GetTextSignatureFromInternalDoc(descr->d_method->ml_name,
                                                   descr->d_method->ml_doc);
}

static PyGetSetDef method_descr_getset[] = {
    {"__doc__", (getter)(void (*)(void))method_descr_get_doc, NULL, NULL, NULL},
    {"__qualname__", (getter)(void (*)(void))descr_get_qualname, NULL, NULL, NULL},
    {"__text_signature__", (getter)(void (*)(void))method_descr_get_signature, NULL, NULL, NULL},
    {0},
};

WRITTEN PyTypeObject PyMethodDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "method_descriptor",
    .tp_basicsize = sizeof(PyMethodDescrObject),
    .tp_dealloc = (destructor)(void (*)(void))descr_dealloc,
    .tp_vectorcall_offset = offsetof(PyMethodDescrObject, vectorcall),
    .tp_repr = (reprfunc)(void (*)(void))method_descr_tp_repr,
    .tp_call = PyVectorcall_Call,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = method_descr_getset,
    .tp_descr_get = (descrgetfunc)(void (*)(void))method_descr_tp_descr_get,
};

/* ---- class methods ----------------------------------------------------------------------------------------------- */

PyObject *
PyDescr_NewClassMethod(PyTypeObject *type, PyMethodDef *def)
{
    PyMethodDescrObject *descr = descr_new(&PyClassMethodDescr_Type, type, def->ml_name);
    if (descr != NULL) {
        descr->d_method = def;
    }
    return (PyObject *)descr;
}

static PyObject *
classmethod_descr_tp_descr_get(PyMethodDescrObject *descr, PyObject *op, PyObject *type)
{
    PyTypeObject *owner = PyDescr_TYPE(descr);
    if (type == NULL) {
        if (op == NULL) {
            PyErr_Format(PyExc_TypeError,
                         "descriptor '%U' for type '%.100s' needs either an object or a type",
                         PyDescr_NAME(descr), owner->tp_name);
            return NULL;
        }
        type = (PyObject *)Py_TYPE(op);
    }
    if (!PyType_Check(type)) {
        PyErr_Format(PyExc_TypeError,
                     "descriptor '%U' for type '%.100s' needs a type, not a '%.100s' as arg 2",
                     PyDescr_NAME(descr), owner->tp_name, type_name(type));
        return NULL;
    }
    if (!PyType_IsSubtype((PyTypeObject *)type, owner)) {
        PyErr_Format(PyExc_TypeError,
                     "descriptor '%U' requires a subtype of '%.100s' but received '%.100s'",
                     PyDescr_NAME(descr), owner->tp_name, ((PyTypeObject *)type)->tp_name);
        return NULL;
    }
    PyTypeObject *defining = descr->d_method->ml_flags & METH_METHOD ? owner : NULL;
    return PyCMethod_New(descr->d_method, type, NULL, defining);
}

static PyObject *
classmethod_descr_tp_call(PyMethodDescrObject *descr, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count < 1) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' of '%.100s' object needs an argument",
                     PyDescr_NAME(descr), PyDescr_TYPE(descr)->tp_name);
        return NULL;
    }
    PyObject *bound = classmethod_descr_tp_descr_get(descr, NULL, PyTuple_GET_ITEM(args, 0));
    if (bound == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_VectorcallDict(bound, &PyTuple_GET_ITEM(args, 0) + 1, count - 1,
                                               kwargs);
    Py_DECREF(bound);
    return result;
}

WRITTEN PyTypeObject PyClassMethodDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "classmethod_descriptor",
    .tp_basicsize = sizeof(PyMethodDescrObject),
    .tp_dealloc = (destructor)(void (*)(void))descr_dealloc,
    .tp_repr = (reprfunc)(void (*)(void))method_descr_tp_repr,
    .tp_call = (ternaryfunc)(void (*)(void))classmethod_descr_tp_call,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_members = descr_members,
    .tp_getset = method_descr_getset,
    .tp_descr_get = (descrgetfunc)(void (*)(void))classmethod_descr_tp_descr_get,
};

/* ---- members ----------------------------------------------------------------------------------------------------- */

PyObject *
PyDescr_NewMember(PyTypeObject *type, PyMemberDef *def)
{
    PyMemberDescrObject *descr = descr_new(&PyMemberDescr_Type, type, def->name);
    if (descr != NULL) {
        descr->d_member = def;
    }
    return (PyObject *)descr;
}

static PyObject *
member_descr_tp_repr(PyDescrObject *descr)
{
    return PyUnicode_FromFormat("<member '%U' of '%s' objects>", descr->d_name,
                                descr->d_type->tp_name);
}

static PyObject *
member_descr_tp_descr_get(PyMemberDescrObject *descr, PyObject *op, PyObject *Py_UNUSED(type))
{
    if (op == NULL) {
        return Py_NewRef((PyObject *)descr);
    }
    if (!descr_applies((PyDescrObject *)descr, op)) {
        return NULL;
    }
    if ((descr->d_member->flags & PY_AUDIT_READ) &&
        PySys_Audit("object.__getattr__", "Os", op, descr->d_member->name) < 0) {
        return NULL;
    }
    return PyMember_GetOne((char *)op, descr->d_member);
}

static int
member_descr_tp_descr_set(PyMemberDescrObject *descr, PyObject *op, PyObject *value)
{
    return descr_applies((PyDescrObject *)descr, op)
               ? PyMember_SetOne((char *)op, descr->d_member, value)
               : -1;
}

static PyObject *
member_descr_get_doc(PyMemberDescrObject *descr, void *Py_UNUSED(closure))
{
    const char *doc = descr->d_member->doc;
    return doc == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(doc);
}

static PyGetSetDef member_descr_getset[] = {
    {"__doc__", (getter)(void (*)(void))member_descr_get_doc, NULL, NULL, NULL},
    {"__qualname__", (getter)(void (*)(void))descr_get_qualname, NULL, NULL, NULL},
    {0},
};

WRITTEN PyTypeObject PyMemberDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "member_descriptor",
    .tp_basicsize = sizeof(PyMemberDescrObject),
    .tp_dealloc = (destructor)(void (*)(void))descr_dealloc,
    .tp_repr = (reprfunc)(void (*)(void))member_descr_tp_repr,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = member_descr_getset,
    .tp_descr_get = (descrgetfunc)(void (*)(void))member_descr_tp_descr_get,
    .tp_descr_set = (descrsetfunc)(void (*)(void))member_descr_tp_descr_set,
};

/* ---- computed attributes --------------------------------------------------------------------------------------- */

PyObject *
PyDescr_NewGetSet(PyTypeObject *type, PyGetSetDef *def)
{
    PyGetSetDescrObject *descr = descr_new(&PyGetSetDescr_Type, type, def->name);
    if (descr != NULL) {
        descr->d_getset = def;
    }
    return (PyObject *)descr;
}

static PyObject *
getset_descr_tp_repr(PyDescrObject *descr)
{
    return PyUnicode_FromFormat("<attribute '%U' of '%s' objects>", descr->d_name,
                                descr->d_type->tp_name);
}

static PyObject *
getset_descr_tp_descr_get(PyGetSetDescrObject *descr, PyObject *op, PyObject *Py_UNUSED(type))
{
    if (op == NULL) {
        return Py_NewRef((PyObject *)descr);
    }
    if (!descr_applies((PyDescrObject *)descr, op)) {
        return NULL;
    }
    if (descr->d_getset->get == NULL) {
        PyErr_Format(PyExc_AttributeError, "attribute '%U' of '%.100s' objects is not readable",
                     PyDescr_NAME(descr), PyDescr_TYPE(descr)->tp_name);
        return NULL;
    }
    return descr->d_getset->get(op, descr->d_getset->closure);
}

static int
getset_descr_tp_descr_set(PyGetSetDescrObject *descr, PyObject *op, PyObject *value)
{
    if (!descr_applies((PyDescrObject *)descr, op)) {
        return -1;
    }
    if (descr->d_getset->set == NULL) {
        PyErr_Format(PyExc_AttributeError, "attribute '%U' of '%.100s' objects is not writable",
                     PyDescr_NAME(descr), PyDescr_TYPE(descr)->tp_name);
        return -1;
    }
    return descr->d_getset->set(op, value, descr->d_getset->closure);
}

static PyObject *
getset_descr_get_doc(PyGetSetDescrObject *descr, void *Py_UNUSED(closure))
{
    const char *doc = descr->d_getset->doc;
    return doc == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(doc);
}

static PyGetSetDef getset_descr_getset[] = {
    {"__doc__", (getter)(void (*)(void))getset_descr_get_doc, NULL, NULL, NULL},
    {"__qualname__", (getter)(void (*)(void))descr_get_qualname, NULL, NULL, NULL},
    {0},
};

WRITTEN PyTypeObject PyGetSetDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "getset_descriptor",
    .tp_basicsize = sizeof(PyGetSetDescrObject),
    .tp_dealloc = (destructor)(void (*)(void))descr_dealloc,
    .tp_repr = (reprfunc)(void (*)(void))getset_descr_tp_repr,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_members = descr_members,
    .tp_getset = getset_descr_getset,
    .tp_descr_get = (descrgetfunc)(void (*)(void))getset_descr_tp_descr_get,
    .tp_descr_set = (descrsetfunc)(void (*)(void))getset_descr_tp_descr_set,
};

/* ---- slot wrappers ------------------------------------------------------------------------------------------------- */

PyObject *
PyDescr_NewWrapper(PyTypeObject *type, struct wrapperbase *base, void *wrapped)
{
    PyWrapperDescrObject *descr =
        base->name_strobj != NULL
            ? descr_named(&PyWrapperDescr_Type, type, Py_NewRef(base->name_strobj))
            : descr_new(&PyWrapperDescr_Type, type, base->name);
    if (descr != NULL) {
        descr->d_base = base;
        descr->d_wrapped = wrapped;
    }
    return (PyObject *)descr;
}

static PyObject *
wrapper_descr_tp_repr(PyDescrObject *descr)
{
    return PyUnicode_FromFormat("<slot wrapper '%U' of '%s' objects>", descr->d_name,
                                descr->d_type->tp_name);
}

static PyObject *
call_wrapper(PyWrapperDescrObject *descr, PyObject *self, PyObject *args, PyObject *kwargs)
{
    wrapperfunc wrapper = descr->d_base->wrapper;
    if (descr->d_base->flags & PyWrapperFlag_KEYWORDS) {
        return AS(wrapperfunc_kwds, wrapper)(self, args, descr->d_wrapped, kwargs);
    }
    if (kwargs != NULL && (!PyDict_Check(kwargs) || PyDict_GET_SIZE(kwargs) != 0)) {
        PyErr_Format(PyExc_TypeError, "wrapper %s() takes no keyword arguments",
                     descr->d_base->name);
        return NULL;
    }
    return wrapper(self, args, descr->d_wrapped);
}

static PyObject *
wrapper_descr_tp_call(PyWrapperDescrObject *descr, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count < 1) {
        PyErr_Format(PyExc_TypeError, "descriptor '%U' of '%.100s' object needs an argument",
                     PyDescr_NAME(descr), PyDescr_TYPE(descr)->tp_name);
        return NULL;
    }
    PyObject *self = PyTuple_GET_ITEM(args, 0);
    if (!_PyObject_RealIsSubclass((PyObject *)Py_TYPE(self), (PyObject *)PyDescr_TYPE(descr))) {
        PyErr_Format(PyExc_TypeError,
                     "descriptor '%U' requires a '%.100s' object but received a '%.100s'",
                     PyDescr_NAME(descr), PyDescr_TYPE(descr)->tp_name, type_name(self));
        return NULL;
    }
    PyObject *rest = PyTuple_GetSlice(args, 1, count);
    if (rest == NULL) {
        return NULL;
    }
    PyObject *result = call_wrapper(descr, self, rest, kwargs);
    Py_DECREF(rest);
    return result;
}

static PyObject *
wrapper_descr_tp_descr_get(PyWrapperDescrObject *descr, PyObject *op, PyObject *Py_UNUSED(type))
{
    if (op == NULL) {
        return Py_NewRef((PyObject *)descr);
    }
    return descr_applies((PyDescrObject *)descr, op) ? PyWrapper_New((PyObject *)descr, op) : NULL;
}

static PyObject *
wrapper_descr_get_doc(PyWrapperDescrObject *descr, void *Py_UNUSED(closure))
{
    return _PyType_GetDocFromInternalDoc(descr->d_base->name, descr->d_base->doc);
}

static PyObject *
wrapper_descr_get_signature(PyWrapperDescrObject *descr, void *Py_UNUSED(closure))
{
    return _PyType_GetTextSignatureFromInternalDoc(descr->d_base->name, descr->d_base->doc);
}

static PyGetSetDef wrapper_descr_getset[] = {
    {"__doc__", (getter)(void (*)(void))wrapper_descr_get_doc, NULL, NULL, NULL},
    {"__qualname__", (getter)(void (*)(void))descr_get_qualname, NULL, NULL, NULL},
    {"__text_signature__", (getter)(void (*)(void))wrapper_descr_get_signature, NULL, NULL, NULL},
    {0},
};

WRITTEN PyTypeObject PyWrapperDescr_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "wrapper_descriptor",
    .tp_basicsize = sizeof(PyWrapperDescrObject),
    .tp_dealloc = (destructor)(void (*)(void))descr_dealloc,
    .tp_repr = (reprfunc)(void (*)(void))wrapper_descr_tp_repr,
    .tp_call = (ternaryfunc)(void (*)(void))wrapper_descr_tp_call,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_methods = descr_methods,
    .tp_members = descr_members,
    .tp_getset = wrapper_descr_getset,
    .tp_descr_get = (descrgetfunc)(void (*)(void))wrapper_descr_tp_descr_get,
};

/* ---- bound slot wrappers --------------------------------------------------------------------------------------- */

struct MethodWrapper {
    PyObject_HEAD
    PyWrapperDescrObject *descr;
    PyObject *self;
};

/* Bind a slot wrapper to an object it applies to. */
PyObject *
PyWrapper_New(PyObject *descr, PyObject *self)
{
    struct MethodWrapper *wrapper = PyObject_GC_New(struct MethodWrapper, &_PyMethodWrapper_Type);
    if (wrapper == NULL) {
        return NULL;
    }
    wrapper->descr = (PyWrapperDescrObject *)Py_NewRef(descr);
    wrapper->self = Py_NewRef(self);
    PyObject_GC_Track(wrapper);
    return (PyObject *)wrapper;
}

static void
method_wrapper_tp_dealloc(struct MethodWrapper *wrapper)
{
    PyObject_GC_UnTrack(wrapper);
    Py_TRASHCAN_BEGIN(wrapper, method_wrapper_tp_dealloc);
    Py_XDECREF(wrapper->descr);
    Py_XDECREF(wrapper->self);
    PyObject_GC_Del(wrapper);
    Py_TRASHCAN_END;
}

static int
method_wrapper_tp_traverse(struct MethodWrapper *wrapper, visitproc visit, void *arg)
{
    Py_VISIT(wrapper->descr);
    Py_VISIT(wrapper->self);
    return 0;
}

static PyObject *
method_wrapper_tp_repr(struct MethodWrapper *wrapper)
{
    return PyUnicode_FromFormat("<method-wrapper '%s' of %s object at %p>",
                                wrapper->descr->d_base->name, type_name(wrapper->self),
                                wrapper->self);
}

static Py_hash_t
method_wrapper_tp_hash(struct MethodWrapper *wrapper)
{
    Py_hash_t hash = _Py_HashPointer(wrapper->self) ^ _Py_HashPointer(wrapper->descr);
    return hash == -1 ? -2 : hash;
}

static PyObject *
method_wrapper_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !Py_IS_TYPE(b, &_PyMethodWrapper_Type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    struct MethodWrapper *left = (struct MethodWrapper *)a, *right = (struct MethodWrapper *)b;
    bool equal = left->descr == right->descr && left->self == right->self;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *
method_wrapper_tp_call(struct MethodWrapper *wrapper, PyObject *args, PyObject *kwargs)
{
    return call_wrapper(wrapper->descr, wrapper->self, args, kwargs);
}

static PyObject *
method_wrapper_reduce(struct MethodWrapper *wrapper, PyObject *Py_UNUSED(args))
{
    PyObject *getattr = _PyEval_GetBuiltin(ID(getattr));
    return getattr == NULL
               ? NULL
               : Py_BuildValue("N(OO)", getattr, wrapper->self, PyDescr_NAME(wrapper->descr));
}

static PyObject *
method_wrapper_get_objclass(struct MethodWrapper *wrapper, void *Py_UNUSED(closure))
{
    return Py_NewRef((PyObject *)PyDescr_TYPE(wrapper->descr));
}

static PyObject *
method_wrapper_get_name(struct MethodWrapper *wrapper, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(wrapper->descr->d_base->name);
}

static PyObject *
method_wrapper_get_qualname(struct MethodWrapper *wrapper, void *closure)
{
    return descr_get_qualname((PyDescrObject *)wrapper->descr, closure);
}

static PyObject *
method_wrapper_get_doc(struct MethodWrapper *wrapper, void *closure)
{
    return wrapper_descr_get_doc(wrapper->descr, closure);
}

static PyObject *
method_wrapper_get_signature(struct MethodWrapper *wrapper, void *closure)
{
    return wrapper_descr_get_signature(wrapper->descr, closure);
}

static PyMethodDef method_wrapper_methods[] = {
    {"__reduce__", (PyCFunction)(void (*)(void))method_wrapper_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef method_wrapper_members[] = {
    {"__self__", T_OBJECT, offsetof(struct MethodWrapper, self), READONLY, NULL},
    {0},
};

static PyGetSetDef method_wrapper_getset[] = {
    {"__objclass__", (getter)(void (*)(void))method_wrapper_get_objclass, NULL, NULL, NULL},
    {"__name__", (getter)(void (*)(void))method_wrapper_get_name, NULL, NULL, NULL},
    {"__qualname__", (getter)(void (*)(void))method_wrapper_get_qualname, NULL, NULL, NULL},
    {"__doc__", (getter)(void (*)(void))method_wrapper_get_doc, NULL, NULL, NULL},
    {"__text_signature__", (getter)(void (*)(void))method_wrapper_get_signature, NULL, NULL, NULL},
    {0},
};

WRITTEN PyTypeObject _PyMethodWrapper_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "method-wrapper",
    .tp_basicsize = sizeof(struct MethodWrapper),
    .tp_dealloc = (destructor)(void (*)(void))method_wrapper_tp_dealloc,
    .tp_repr = (reprfunc)(void (*)(void))method_wrapper_tp_repr,
    .tp_hash = (hashfunc)(void (*)(void))method_wrapper_tp_hash,
    .tp_call = (ternaryfunc)(void (*)(void))method_wrapper_tp_call,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = (traverseproc)(void (*)(void))method_wrapper_tp_traverse,
    .tp_richcompare = method_wrapper_tp_richcompare,
    .tp_methods = method_wrapper_methods,
    .tp_members = method_wrapper_members,
    .tp_getset = method_wrapper_getset,
};
