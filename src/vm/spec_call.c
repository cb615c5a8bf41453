/* Specialising calls: PRECALL by what is called, CALL by how a Python function takes arguments. */
#include <Python.h>
#include <opcode.h>
#include "object/class.h"
#include "object/state.h"
#include "types/function.h"
#include "types/dict_keys.h"
#include "vm/cache.h"
#include "vm/eval.h"
#include "vm/specialize.h"

/* The callables with instructions of their own, found once. */
static void
find_callables(struct _is *interp)
{
    if (interp->callables.len == NULL) {
        interp->callables.len = Py_XNewRef(PyDict_GetItemString(interp->builtins, "len"));
        interp->callables.isinstance =
            Py_XNewRef(PyDict_GetItemString(interp->builtins, "isinstance"));
        interp->callables.list_append =
            Py_XNewRef(_PyType_Lookup(&PyList_Type, ID(append)));
    }
}

/* Behind a class in the mro of `start`: what super() finds; borrowed, NULL if nothing. */
static PyObject *
super_peek(PyTypeObject *class, PyTypeObject *start, PyObject *name)
{
    PyObject *mro = start->tp_mro;
    Py_ssize_t i = 0, count = mro != NULL ? PyTuple_GET_SIZE(mro) : 0;
    while (i < count && PyTuple_GET_ITEM(mro, i) != (PyObject *)class) {
        i++;
    }
    for (i++; i < count; i++) {
        PyObject *dict = type_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (dict == NULL) {
            PyErr_Clear();
            return NULL;
        }
        PyObject *found = _PyDict_GetItem_KnownHash(dict, name, STR_HASH(name));
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* super().name(...) in a method: PRECALL remembers, in the cache of the LOAD_METHOD that follows the
   call, what super would find for this pair of classes. */
static bool
specialize_super(Frame *frame, _Py_CODEUNIT *instruction)
{
    PyCodeObject *code = frame->code;
    _Py_CODEUNIT *load = instruction + 1 + opcode_caches[PRECALL] + 1 + opcode_caches[CALL];
    int cell = code->co_nlocalsplus - code->co_nfreevars;
    enum { KIND_CELL = 0x40 };
    if (opcode_deoptimized[_Py_OPCODE(*load)] != LOAD_METHOD ||
        _Py_OPCODE(load[-1]) == EXTENDED_ARG || code->co_argcount == 0 ||
        (PyBytes_AS_STRING(code->co_localspluskinds)[0] & KIND_CELL) || code->co_nfreevars == 0 ||
        PyTuple_GET_ITEM(code->co_localsplusnames, cell) != ID(__class__)) {
        return false;
    }
    PyObject *self = frame->slots[0];
    PyTypeObject *class = (PyTypeObject *)PyCell_GET(frame->slots[cell]);
    PyObject *name = PyTuple_GET_ITEM(code->co_names, _Py_OPARG(*load));
    if (self == NULL || class == NULL || !PyType_Check(class) || name == ID(__class__) ||
        STR_HASH(name) == -1) {
        return false;
    }
    bool of_class = PyType_Check(self) && PyType_IsSubtype((PyTypeObject *)self, class);
    PyTypeObject *start = of_class ? (PyTypeObject *)self : Py_TYPE(self);
    if (!PyType_IsSubtype(start, class)) {
        return false;
    }
    /* Looking something up gives a class its version. */
    _PyType_Lookup(start, name);
    _PyType_Lookup(class, name);
    if (start->tp_version_tag == 0 || class->tp_version_tag == 0) {
        return false;
    }
    PyObject *found = super_peek(class, start, name);
    if (found == NULL || !(PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR) ||
                           (of_class && PyCFunction_CheckExact(found)))) {
        return false;
    }
    cache_write32(load + 1 + CACHE_METHOD_VERSION, start->tp_version_tag);
    cache_write32(load + 1 + CACHE_METHOD_KEYS, class->tp_version_tag);
    load[1 + CACHE_METHOD_DICT] = of_class;
    cache_write_object(load + 1 + CACHE_METHOD_DESCR, found);
    specialize_to(load, LOAD_METHOD_SUPER);
    specialize_to(instruction, PRECALL_SUPER_METHOD);
    return true;
}

static int
choose_class(PyTypeObject *type, int nargs, PyObject *kwnames)
{
    if (nargs == 1 && kwnames == NULL) {
        if (type == &PyType_Type) {
            return PRECALL_NO_KW_TYPE_1;
        }
        if (type == &PyUnicode_Type) {
            return PRECALL_NO_KW_STR_1;
        }
        if (type == &PyTuple_Type) {
            return PRECALL_NO_KW_TUPLE_1;
        }
    }
    if (Py_IS_TYPE(type, &PyType_Type) && class_init_peek(type) != NULL) {
        return PRECALL_PY_CLASS;
    }
    return type->tp_vectorcall != NULL ? PRECALL_BUILTIN_CLASS : 0;
}

static int
choose_builtin(PyThreadState *tstate, PyObject *callable, int nargs, PyObject *kwnames)
{
    find_callables(tstate->interp);
    switch (PyCFunction_GET_FLAGS(callable) &
            (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD)) {
    case METH_NOARGS:
        return nargs == 0 && kwnames == NULL ? PRECALL_NO_KW_BUILTIN_NOARGS : 0;
    case METH_O:
        if (nargs != 1 || kwnames != NULL) {
            return 0;
        }
        return callable == tstate->interp->callables.len ? PRECALL_NO_KW_LEN
                                                         : PRECALL_NO_KW_BUILTIN_O;
    case METH_FASTCALL:
        if (kwnames != NULL) {
            return 0;
        }
        return callable == tstate->interp->callables.isinstance && nargs == 2
                   ? PRECALL_NO_KW_ISINSTANCE
                   : PRECALL_NO_KW_BUILTIN_FAST;
    case METH_FASTCALL | METH_KEYWORDS:
        return PRECALL_BUILTIN_FAST_WITH_KEYWORDS;
    }
    return 0;
}

static int
choose_descriptor(PyThreadState *tstate, PyMethodDescrObject *callable, PyObject *self, int nargs,
                  PyObject *kwnames, _Py_CODEUNIT *instruction, int oparg)
{
    find_callables(tstate->interp);
    int flags = callable->d_method->ml_flags &
                (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD);
    bool append = (PyObject *)callable == tstate->interp->callables.list_append && nargs == 2 &&
                  kwnames == NULL && oparg == 1 && PyList_Check(self);
    if (append) {
        int after = 1 + opcode_caches[PRECALL] + 1 + opcode_caches[CALL];
        if (opcode_deoptimized[_Py_OPCODE(instruction[after])] == POP_TOP) {
            return PRECALL_NO_KW_LIST_APPEND;
        }
    }
    if (!Py_IS_TYPE(self, callable->d_common.d_type)) {
        return 0;
    }
    if (flags == (METH_FASTCALL | METH_KEYWORDS)) {
        return PRECALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS;
    }
    if (kwnames != NULL) {
        return 0;
    }
    if (flags == METH_NOARGS) {
        return nargs == 1 ? PRECALL_NO_KW_METHOD_DESCRIPTOR_NOARGS : 0;
    }
    if (flags == METH_O) {
        return nargs == 2 ? PRECALL_NO_KW_METHOD_DESCRIPTOR_O : 0;
    }
    return flags == METH_FASTCALL ? PRECALL_NO_KW_METHOD_DESCRIPTOR_FAST : 0;
}

void
specialize_precall(PyThreadState *tstate, PyObject *callable, PyObject **args,
                   _Py_CODEUNIT *instruction, int nargs, int has_self, PyObject *kwnames, int oparg)
{
    int opcode = 0;
    if (PyCFunction_CheckExact(callable)) {
        opcode = has_self ? 0 : choose_builtin(tstate, callable, nargs, kwnames);
    }
    else if (PyFunction_Check(callable)) {
        opcode = PRECALL_PYFUNC;
    }
    else if (callable == (PyObject *)&PySuper_Type && nargs == 0 && !has_self &&
             specialize_super(tstate->cframe->current_frame, instruction)) {
        return;
    }
    else if (PyType_Check(callable)) {
        opcode = has_self ? 0 : choose_class((PyTypeObject *)callable, nargs, kwnames);
    }
    else if (Py_IS_TYPE(callable, &PyMethodDescr_Type)) {
        if (nargs > 0) {
            opcode = choose_descriptor(tstate, (PyMethodDescrObject *)callable, args[0], nargs,
                                       kwnames, instruction, oparg);
        }
    }
    else if (Py_IS_TYPE(callable, &PyMethod_Type) && !has_self) {
        opcode = PRECALL_BOUND_METHOD;
    }
    if (opcode != 0) {
        specialize_to(instruction, opcode);
    }
    else {
        specialize_failed(instruction);
    }
}

/* A call with names, or of a function with keyword-only parameters: where each name goes. */
static bool
specialize_keywords(PyFunctionObject *func, _Py_CODEUNIT *instruction, int nargs, PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int named = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    int positional = nargs - named, total = code->co_argcount + code->co_kwonlyargcount;
    unsigned int places = 0;
    enum { PLACES = 4, PLACE_BITS = 4 };
    if ((code->co_flags & (CO_VARARGS | CO_VARKEYWORDS | CO_OPTIMIZED)) != CO_OPTIMIZED ||
        named > PLACES || positional > code->co_argcount ||
        (func->func_defaults != NULL && PyTuple_GET_SIZE(func->func_defaults) > code->co_argcount)) {
        return false;
    }
    for (int i = 0; i < named; i++) {
        int place = positional > code->co_posonlyargcount ? positional : code->co_posonlyargcount;
        while (place < total && PyTuple_GET_ITEM(code->co_localsplusnames, place) !=
                                    PyTuple_GET_ITEM(kwnames, i)) {
            place++;
        }
        if (place >= total || place >= 1 << PLACE_BITS) {
            return false;
        }
        places |= (unsigned int)place << (i * PLACE_BITS);
    }
    uint32_t version = function_version(func);
    if (version == 0) {
        return false;
    }
    cache_write32(instruction + 1 + CACHE_CALL_FUNCTION, version);
    instruction[1 + CACHE_CALL_PLACES] = (uint16_t)places;
    specialize_to(instruction, CALL_PY_KEYWORDS);
    return true;
}

void
specialize_call(PyObject *callable, _Py_CODEUNIT *instruction, int nargs, PyObject *kwnames)
{
    if (!PyFunction_Check(callable)) {
        goto fail;
    }
    if (kwnames != NULL ||
        ((PyCodeObject *)((PyFunctionObject *)callable)->func_code)->co_kwonlyargcount != 0) {
        if (specialize_keywords((PyFunctionObject *)callable, instruction, nargs, kwnames)) {
            return;
        }
        goto fail;
    }
    PyFunctionObject *func = (PyFunctionObject *)callable;
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    if ((code->co_flags & (CO_VARARGS | CO_VARKEYWORDS | CO_OPTIMIZED)) != CO_OPTIMIZED ||
        code->co_kwonlyargcount != 0) {
        goto fail;
    }
    int wanted = code->co_argcount;
    int defaults = func->func_defaults != NULL ? (int)PyTuple_GET_SIZE(func->func_defaults) : 0;
    int least = wanted - defaults;
    if (nargs > wanted || nargs < least || defaults > wanted || least > UINT16_MAX) {
        goto fail;
    }
    uint32_t version = function_version(func);
    if (version == 0) {
        goto fail;
    }
    cache_write32(instruction + 1 + CACHE_CALL_FUNCTION, version);
    instruction[1 + CACHE_CALL_MIN_ARGS] = (uint16_t)least;
    specialize_to(instruction, _Py_OPCODE(*_PyCode_CODE(code)) == RETURN_GENERATOR ? CALL_PY_GENERATOR
                               : nargs == wanted                                   ? CALL_PY_EXACT_ARGS
                                                                                   : CALL_PY_WITH_DEFAULTS);
    return;
fail:
    specialize_failed(instruction);
}
