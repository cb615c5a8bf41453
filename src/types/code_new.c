/* Code objects: making them, from parts that the compiler, marshal or a program has.

   Names and constants that look like names are interned on the way.  A new object shares nothing that
   could change: the parts are counted, the instructions copied. */
#include "types/code.h"

#include "object/declare.h"
#include "object/state.h"

#include <opcode.h>

/* ---- keys of constants ---- */

/* (type, value) or (type, value, extra); steals `extra`, which may be NULL. */
static PyObject *
typed_key(PyObject *value, PyObject *extra)
{
    PyObject *key = extra ? PyTuple_Pack(3, Py_TYPE(value), value, extra)
                          : PyTuple_Pack(2, Py_TYPE(value), value);
    Py_XDECREF(extra);
    return key;
}

static bool
is_minus_zero(double x)
{
    return x == 0.0 && signbit(x);
}

static PyObject *
tuple_key(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    PyObject *keys = PyTuple_New(count);
    for (Py_ssize_t i = 0; keys != NULL && i < count; i++) {
        PyObject *key = _PyCode_ConstantKey(PyTuple_GET_ITEM(tuple, i));
        if (key == NULL) {
            Py_CLEAR(keys);
            break;
        }
        PyTuple_SET_ITEM(keys, i, key);
    }
    return keys;
}

static PyObject *
frozenset_key(PyObject *set)
{
    PyObject *items = PySequence_Tuple(set);
    PyObject *keys = items ? tuple_key(items) : NULL;
    PyObject *result = keys ? PyFrozenSet_New(keys) : NULL;
    Py_XDECREF(items);
    Py_XDECREF(keys);
    return result;
}

/* A new object that is equal to that of another constant only if the two can stand for each other:
   1, 1.0 and True differ, and so do 0.0 and -0.0. */
PyObject *
_PyCode_ConstantKey(PyObject *value)
{
    if (value == Py_None || value == Py_Ellipsis || PyLong_CheckExact(value) ||
        PyUnicode_CheckExact(value) || PyCode_Check(value)) {
        return Py_NewRef(value);
    }
    if (PyBool_Check(value) || PyBytes_CheckExact(value)) {
        return typed_key(value, NULL);
    }
    if (PyFloat_CheckExact(value)) {
        bool minus = is_minus_zero(PyFloat_AS_DOUBLE(value));
        return typed_key(value, minus ? Py_NewRef(Py_None) : NULL);
    }
    if (PyComplex_CheckExact(value)) {
        Py_complex z = PyComplex_AsCComplex(value);
        int signs = (is_minus_zero(z.real) ? 1 : 0) | (is_minus_zero(z.imag) ? 2 : 0);
        return typed_key(value, signs ? PyLong_FromLong(signs) : NULL);
    }
    PyObject *inner;
    if (PyTuple_CheckExact(value)) {
        inner = tuple_key(value);
    }
    else if (PyFrozenSet_CheckExact(value)) {
        inner = frozenset_key(value);
    }
    else {
        /* Any other object is only the same as itself. */
        inner = PyLong_FromVoidPtr(value);
    }
    if (inner == NULL) {
        return NULL;
    }
    PyObject *key = PyTuple_Pack(2, inner, value);
    if (key != NULL && (PyTuple_CheckExact(value) || PyFrozenSet_CheckExact(value))) {
        /* The value itself must not take part: (1,) == (True,). */
        Py_SETREF(key, PyTuple_Pack(2, Py_TYPE(value), inner));
    }
    Py_DECREF(inner);
    return key;
}

/* ---- interning ---- */

static bool
looks_like_name(PyObject *text)
{
    if (PyUnicode_READY(text) < 0 || !PyUnicode_IS_ASCII(text)) {
        PyErr_Clear();
        return false;
    }
    const char *s = PyUnicode_DATA(text);
    for (Py_ssize_t i = PyUnicode_GET_LENGTH(text); i > 0; i--, s++) {
        if (!Py_ISALNUM((unsigned char)*s) && *s != '_') {
            return false;
        }
    }
    return true;
}

static status
intern_names(PyObject *tuple)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *name = PyTuple_GET_ITEM(tuple, i);
        if (name == NULL || !PyUnicode_CheckExact(name)) {
            PyErr_SetString(PyExc_SystemError, "non-string found in code slot");
            return -1;
        }
        PyUnicode_InternInPlace(&((PyTupleObject *)tuple)->ob_item[i]);
    }
    return 0;
}

/* Interns the strings among constants that could be names; 1 if an item was replaced. */
static truth
intern_constants(PyObject *tuple)
{
    bool changed = false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject **item = &((PyTupleObject *)tuple)->ob_item[i];
        truth inner = 0;
        if (PyUnicode_CheckExact(*item)) {
            PyObject *before = *item;
            if (looks_like_name(*item)) {
                PyUnicode_InternInPlace(item);
                changed |= *item != before;
            }
        }
        else if (PyTuple_CheckExact(*item)) {
            inner = intern_constants(*item);
        }
        else if (PyFrozenSet_CheckExact(*item)) {
            PyObject *items = PySequence_Tuple(*item);
            inner = items == NULL ? -1 : intern_constants(items);
            if (inner > 0) {
                PyObject *set = PyFrozenSet_New(items);
                if (set == NULL) {
                    inner = -1;
                }
                else {
                    Py_SETREF(*item, set);
                    changed = true;
                }
            }
            Py_XDECREF(items);
        }
        if (inner < 0) {
            return -1;
        }
    }
    return changed;
}

/* A code object that was built into the executable has not been made by _PyCode_New. */
void
code_intern(PyCodeObject *code)
{
    if (intern_names(code->co_names) < 0 || intern_names(code->co_localsplusnames) < 0 ||
        intern_constants(code->co_consts) < 0) {
        PyErr_Clear();
    }
}

/* ---- creation ---- */

struct SlotCounts {
    int locals, plain_cells, cells, free;
};

static struct SlotCounts
count_slots(PyObject *kinds)
{
    struct SlotCounts n = {0, 0, 0, 0};
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(kinds); i++) {
        int kind = (unsigned char)PyBytes_AS_STRING(kinds)[i];
        if (kind & LOCAL_KIND) {
            n.locals++;
            n.cells += (kind & CELL_KIND) != 0;
        }
        else if (kind & CELL_KIND) {
            n.cells++;
            n.plain_cells++;
        }
        else {
            n.free += (kind & FREE_KIND) != 0;
        }
    }
    return n;
}

static bool
parts_have_types(const struct _PyCodeConstructor *parts)
{
    return parts->argcount >= parts->posonlyargcount && parts->posonlyargcount >= 0 &&
           parts->kwonlyargcount >= 0 && parts->stacksize >= 0 && parts->flags >= 0 &&
           parts->code != NULL && PyBytes_Check(parts->code) &&
           parts->consts != NULL && PyTuple_Check(parts->consts) &&
           parts->names != NULL && PyTuple_Check(parts->names) &&
           parts->localsplusnames != NULL && PyTuple_Check(parts->localsplusnames) &&
           parts->localspluskinds != NULL && PyBytes_Check(parts->localspluskinds) &&
           PyTuple_GET_SIZE(parts->localsplusnames) == PyBytes_GET_SIZE(parts->localspluskinds) &&
           parts->name != NULL && PyUnicode_Check(parts->name) &&
           parts->qualname != NULL && PyUnicode_Check(parts->qualname) &&
           parts->filename != NULL && PyUnicode_Check(parts->filename) &&
           parts->linetable != NULL && PyBytes_Check(parts->linetable) &&
           parts->exceptiontable != NULL && PyBytes_Check(parts->exceptiontable);
}

int
_PyCode_Validate(struct _PyCodeConstructor *parts)
{
    if (!parts_have_types(parts)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (PyBytes_GET_SIZE(parts->code) > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "code: co_code larger than INT_MAX");
        return -1;
    }
    if (PyBytes_GET_SIZE(parts->code) % (Py_ssize_t)sizeof(_Py_CODEUNIT) != 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_code is malformed");
        return -1;
    }
    Py_ssize_t others = (Py_ssize_t)count_slots(parts->localspluskinds).locals - parts->argcount -
                        parts->kwonlyargcount - ((parts->flags & CO_VARARGS) != 0) -
                        ((parts->flags & CO_VARKEYWORDS) != 0);
    if (others < 0) {
        PyErr_SetString(PyExc_ValueError, "code: co_varnames is too small");
        return -1;
    }
    return 0;
}

static void
fill_code(PyCodeObject *self, const struct _PyCodeConstructor *parts, PyObject *linetable)
{
    struct SlotCounts n = count_slots(parts->localspluskinds);
    self->co_consts = Py_NewRef(parts->consts);
    self->co_names = Py_NewRef(parts->names);
    self->co_exceptiontable = Py_NewRef(parts->exceptiontable);
    self->co_flags = parts->flags;
    self->co_warmup = -WARMUP_RUNS;
    self->_co_linearray_entry_size = 0;
    self->co_argcount = parts->argcount;
    self->co_posonlyargcount = parts->posonlyargcount;
    self->co_kwonlyargcount = parts->kwonlyargcount;
    self->co_stacksize = parts->stacksize;
    self->co_firstlineno = parts->firstlineno;
    self->co_nlocalsplus = (int)PyTuple_GET_SIZE(parts->localsplusnames);
    self->co_nlocals = n.locals;
    self->co_nplaincellvars = n.plain_cells;
    self->co_ncellvars = n.cells;
    self->co_nfreevars = n.free;
    self->co_localsplusnames = Py_NewRef(parts->localsplusnames);
    self->co_localspluskinds = Py_NewRef(parts->localspluskinds);
    self->co_filename = Py_NewRef(parts->filename);
    self->co_name = Py_NewRef(parts->name);
    self->co_qualname = Py_NewRef(parts->qualname);
    self->co_linetable = Py_NewRef(linetable);
    self->co_weakreflist = NULL;
    self->_co_code = NULL;
    self->_co_linearray = NULL;
    self->co_extra = NULL;
    memcpy(self->co_code_adaptive, PyBytes_AS_STRING(parts->code),
           (size_t)PyBytes_GET_SIZE(parts->code));
    int entry = 0;
    while (entry < Py_SIZE(self) && _Py_OPCODE(_PyCode_CODE(self)[entry]) != RESUME) {
        entry++;
    }
    self->_co_firsttraceable = entry;
}

PyCodeObject *
_PyCode_New(struct _PyCodeConstructor *parts)
{
    if (intern_names(parts->names) < 0 || intern_constants(parts->consts) < 0 ||
        intern_names(parts->localsplusnames) < 0) {
        return NULL;
    }
    PyObject *linetable = _Py_GetConfig()->code_debug_ranges
                              ? Py_NewRef(parts->linetable)
                              : code_drop_columns(parts->linetable, parts->firstlineno);
    if (linetable == NULL) {
        return NULL;
    }
    Py_ssize_t units = PyBytes_GET_SIZE(parts->code) / (Py_ssize_t)sizeof(_Py_CODEUNIT);
    PyCodeObject *self = PyObject_NewVar(PyCodeObject, &PyCode_Type, units);
    if (self != NULL) {
        fill_code(self, parts, linetable);
    }
    Py_DECREF(linetable);
    return self;
}

/* Fills `names` and `kinds` for variables, cells and free variables; a cell of a parameter shares
   the slot of that. */
static status
merge_slots(struct _PyCodeConstructor *parts, PyObject *varnames, PyObject *cellvars,
            PyObject *freevars)
{
    Py_ssize_t locals = PyTuple_GET_SIZE(varnames), cells = PyTuple_GET_SIZE(cellvars);
    Py_ssize_t used = locals, total = locals + cells + PyTuple_GET_SIZE(freevars);
    PyObject *names = PyTuple_New(total), *kinds = PyBytes_FromStringAndSize(NULL, total);
    parts->localsplusnames = names;
    parts->localspluskinds = kinds;
    if (names == NULL || kinds == NULL) {
        return -1;
    }
    char *kind = PyBytes_AS_STRING(kinds);
    for (Py_ssize_t i = 0; i < locals; i++) {
        PyTuple_SET_ITEM(names, i, Py_NewRef(PyTuple_GET_ITEM(varnames, i)));
        kind[i] = LOCAL_KIND;
    }
    for (Py_ssize_t i = 0; i < cells; i++) {
        PyObject *name = PyTuple_GET_ITEM(cellvars, i);
        Py_ssize_t at = 0;
        for (; at < locals; at++) {
            int differs = PyUnicode_Compare(name, PyTuple_GET_ITEM(varnames, at));
            if (differs == -1 && PyErr_Occurred()) {
                return -1;
            }
            if (differs == 0) {
                break;
            }
        }
        if (at < locals) {
            kind[at] |= CELL_KIND;
            continue;
        }
        PyTuple_SET_ITEM(names, used, Py_NewRef(name));
        kind[used++] = CELL_KIND;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(freevars); i++) {
        PyTuple_SET_ITEM(names, used, Py_NewRef(PyTuple_GET_ITEM(freevars, i)));
        kind[used++] = (char)FREE_KIND;
    }
    if (used < total) {
        if (_PyTuple_Resize(&parts->localsplusnames, used) < 0 ||
            _PyBytes_Resize(&parts->localspluskinds, used) < 0) {
            return -1;
        }
    }
    return 0;
}

/* A new code object with variables by kind. */
PyCodeObject *
PyCode_NewWithPosOnlyArgs(int argcount, int posonlyargcount, int kwonlyargcount, int nlocals,
                          int stacksize, int flags, PyObject *code, PyObject *consts,
                          PyObject *names, PyObject *varnames, PyObject *freevars,
                          PyObject *cellvars, PyObject *filename, PyObject *name,
                          PyObject *qualname, int firstlineno, PyObject *linetable,
                          PyObject *exceptiontable)
{
    if (varnames == NULL || !PyTuple_Check(varnames) || cellvars == NULL ||
        !PyTuple_Check(cellvars) || freevars == NULL || !PyTuple_Check(freevars)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (intern_names(varnames) < 0 || intern_names(cellvars) < 0 || intern_names(freevars) < 0) {
        return NULL;
    }
    struct _PyCodeConstructor parts = {
        .filename = filename, .name = name, .qualname = qualname, .flags = flags, .code = code,
        .firstlineno = firstlineno, .linetable = linetable, .consts = consts, .names = names,
        .argcount = argcount, .posonlyargcount = posonlyargcount,
        .kwonlyargcount = kwonlyargcount, .stacksize = stacksize,
        .exceptiontable = exceptiontable,
    };
    PyCodeObject *self = NULL;
    if (merge_slots(&parts, varnames, cellvars, freevars) == 0 && _PyCode_Validate(&parts) == 0) {
        if (nlocals != PyTuple_GET_SIZE(varnames)) {
            PyErr_SetString(PyExc_ValueError, "code: co_nlocals != len(co_varnames)");
        }
        else {
            self = _PyCode_New(&parts);
        }
    }
    Py_XDECREF(parts.localsplusnames);
    Py_XDECREF(parts.localspluskinds);
    return self;
}

PyCodeObject *
PyCode_New(int argcount, int kwonlyargcount, int nlocals, int stacksize, int flags, PyObject *code,
           PyObject *consts, PyObject *names, PyObject *varnames, PyObject *freevars,
           PyObject *cellvars, PyObject *filename, PyObject *name, PyObject *qualname,
           int firstlineno, PyObject *linetable, PyObject *exceptiontable)
{
    return PyCode_NewWithPosOnlyArgs(argcount, 0, kwonlyargcount, nlocals, stacksize, flags, code,
                                     consts, names, varnames, freevars, cellvars, filename, name,
                                     qualname, firstlineno, linetable, exceptiontable);
}

/* A code object that only has a place, for tracebacks of compiled modules.  Should it ever run, it
   raises AssertionError. */
PyCodeObject *
PyCode_NewEmpty(const char *filename, const char *funcname, int firstlineno)
{
    static const unsigned char code[] = {RESUME, 0, LOAD_ASSERTION_ERROR, 0, RAISE_VARARGS, 1};
    static const unsigned char table[] = {0x80 | ROW_NO_COLUMN << 3 | 2, 0};
    PyCodeObject *self = NULL;
    PyObject *empty_tuple = PyTuple_New(0), *empty_bytes = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *name = PyUnicode_FromString(funcname);
    PyObject *file = name ? PyUnicode_DecodeFSDefault(filename) : NULL;
    PyObject *body = PyBytes_FromStringAndSize((const char *)code, sizeof code);
    PyObject *lines = PyBytes_FromStringAndSize((const char *)table, sizeof table);
    if (file != NULL && empty_tuple != NULL && empty_bytes != NULL && body != NULL &&
        lines != NULL) {
        struct _PyCodeConstructor parts = {
            .filename = file, .name = name, .qualname = name, .code = body,
            .firstlineno = firstlineno, .linetable = lines, .consts = empty_tuple,
            .names = empty_tuple, .localsplusnames = empty_tuple, .localspluskinds = empty_bytes,
            .stacksize = 1, .exceptiontable = empty_bytes,
        };
        self = _PyCode_New(&parts);
    }
    Py_XDECREF(empty_tuple);
    Py_XDECREF(empty_bytes);
    Py_XDECREF(name);
    Py_XDECREF(file);
    Py_XDECREF(body);
    Py_XDECREF(lines);
    return self;
}
