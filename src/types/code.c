/* Code objects: what the compiler makes and the interpreter runs.

   Invariants
   1. co_code_adaptive holds the instructions that run.  The interpreter writes specialised forms and
      cache words over them; the code as compiled can be got back at any time (code_get_bytes).
   2. A slot of locals-plus is a local, a cell, both (a parameter that is captured), or free; they
      stand in the order locals, other cells, free variables.
   3. Nothing but co_code_adaptive, the caches of it (_co_code, _co_linearray), co_warmup and co_extra
      changes after creation.

   Here: the instructions, slots, attributes, methods, the type.  code_new.c makes code objects,
   code_lines.c reads their line tables. */
#include "types/code.h"

#include "object/declare.h"
#include "object/doors.h"
#include "object/freelist.h"
#include "object/state.h"

#include <opcode.h>

/* ---- facts about opcodes ---- */

#undef OPCODE
const uint8_t opcode_caches[256] = {
#define OPCODE(name, number, caches, argument, effect, taken) [number] = caches,
#include "vm/opcode.def"
};

const uint8_t opcode_deoptimized[256] = {
#define OPCODE(name, number, caches, argument, effect, taken) [number] = number,
#define SPECIALISED(name, number, family) [number] = family,
#define PAIR(name, number, first, second) [number] = first,
#include "vm/opcode.def"
};

/* The unit at `i` of `code` as it was compiled; advances `i` over its caches, which are zero. */
static _Py_CODEUNIT
plain_unit(const _Py_CODEUNIT *code, Py_ssize_t i, int *caches)
{
    int op = opcode_deoptimized[_Py_OPCODE(code[i])];
    *caches = opcode_caches[op];
    return (_Py_CODEUNIT)_Py_MAKECODEUNIT(op, _Py_OPARG(code[i]));
}

PyObject *
code_get_bytes(PyCodeObject *self)
{
    Py_ssize_t count = Py_SIZE(self);
    const _Py_CODEUNIT *code = _PyCode_CODE(self);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(_Py_CODEUNIT));
    if (bytes == NULL) {
        return NULL;
    }
    _Py_CODEUNIT *out = (_Py_CODEUNIT *)(void *)PyBytes_AS_STRING(bytes);
    for (Py_ssize_t i = 0; i < count;) {
        int caches;
        out[i] = plain_unit(code, i, &caches);
        for (i++; caches > 0 && i < count; caches--) {
            out[i++] = 0;
        }
    }
    return bytes;
}

/* ---- reading ---- */

/* A new tuple of the names of slots that have any bit of `kind`. */
static PyObject *
names_of_kind(PyCodeObject *self, int kind, int count)
{
    PyObject *names = PyTuple_New(count);
    if (names == NULL) {
        return NULL;
    }
    int used = 0;
    const char *kinds = PyBytes_AS_STRING(self->co_localspluskinds);
    for (int i = 0; i < self->co_nlocalsplus && used < count; i++) {
        if (kinds[i] & kind) {
            PyTuple_SET_ITEM(names, used++, Py_NewRef(PyTuple_GET_ITEM(self->co_localsplusnames, i)));
        }
    }
    return names;
}

PyObject *
PyCode_GetVarnames(PyCodeObject *self)
{
    return names_of_kind(self, LOCAL_KIND, self->co_nlocals);
}

PyObject *
PyCode_GetCellvars(PyCodeObject *self)
{
    return names_of_kind(self, CELL_KIND, self->co_ncellvars);
}

PyObject *
PyCode_GetFreevars(PyCodeObject *self)
{
    return names_of_kind(self, FREE_KIND, self->co_nfreevars);
}

/* The instructions as compiled: a new reference to bytes that are kept. */
PyObject *
PyCode_GetCode(PyCodeObject *self)
{
    if (self->_co_code == NULL) {
        self->_co_code = code_get_bytes(self);
    }
    return Py_XNewRef(self->_co_code);
}

/* ---- extra data of extensions (PEP 523) ---- */

struct Extra {
    Py_ssize_t count;
    void *items[];
};

Py_ssize_t
_PyEval_RequestCodeExtraIndex(freefunc free)
{
    InterpState *interp = PyThreadState_Get()->interp;
    if (interp->code_extra.users == MAX_CO_EXTRA_USERS - 1) {
        return -1;
    }
    Py_ssize_t index = interp->code_extra.users++;
    interp->code_extra.free[index] = free;
    return index;
}

int
_PyCode_GetExtra(PyObject *code, Py_ssize_t index, void **extra)
{
    if (!PyCode_Check(code)) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct Extra *own = ((PyCodeObject *)code)->co_extra;
    *extra = own == NULL || index < 0 || index >= own->count ? NULL : own->items[index];
    return 0;
}

int
_PyCode_SetExtra(PyObject *code, Py_ssize_t index, void *extra)
{
    InterpState *interp = PyThreadState_Get()->interp;
    if (!PyCode_Check(code) || index < 0 || index >= interp->code_extra.users) {
        PyErr_BadInternalCall();
        return -1;
    }
    struct Extra *own = ((PyCodeObject *)code)->co_extra;
    if (own == NULL || own->count <= index) {
        Py_ssize_t old = own == NULL ? 0 : own->count, count = interp->code_extra.users;
        own = PyMem_Realloc(own, sizeof *own + (size_t)count * sizeof(void *));
        if (own == NULL) {
            return -1;
        }
        for (Py_ssize_t i = old; i < count; i++) {
            own->items[i] = NULL;
        }
        own->count = count;
        ((PyCodeObject *)code)->co_extra = own;
    }
    if (own->items[index] != NULL) {
        freefunc free = interp->code_extra.free[index];
        if (free != NULL) {
            free(own->items[index]);
        }
    }
    own->items[index] = extra;
    return 0;
}

static void
drop_extra(PyCodeObject *self)
{
    struct Extra *own = self->co_extra;
    InterpState *interp = PyThreadState_Get()->interp;
    for (Py_ssize_t i = 0; i < own->count; i++) {
        freefunc free = interp->code_extra.free[i];
        if (free != NULL) {
            free(own->items[i]);
        }
    }
    PyMem_Free(own);
}

/* ---- slots ---- */

static void
code_tp_dealloc(PyCodeObject *self)
{
    if (unlikely(_Py_tracemalloc_config.tracing)) {
        tracemalloc_forget_code();
    }
    if (self->co_extra != NULL) {
        drop_extra(self);
    }
    Py_XDECREF(self->co_consts);
    Py_XDECREF(self->co_names);
    Py_XDECREF(self->co_localsplusnames);
    Py_XDECREF(self->co_localspluskinds);
    Py_XDECREF(self->co_filename);
    Py_XDECREF(self->co_name);
    Py_XDECREF(self->co_qualname);
    Py_XDECREF(self->co_linetable);
    Py_XDECREF(self->co_exceptiontable);
    Py_XDECREF(self->_co_code);
    if (self->co_weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    PyMem_Free(self->_co_linearray);
    PyObject_Free(self);
}

static PyObject *
code_tp_repr(PyCodeObject *self)
{
    return PyUnicode_FromFormat("<code object %U at %p, file \"%U\", line %d>", self->co_name, self,
                                self->co_filename,
                                self->co_firstlineno != 0 ? self->co_firstlineno : -1);
}

static bool
same_instructions(PyCodeObject *a, PyCodeObject *b)
{
    if (Py_SIZE(a) != Py_SIZE(b)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(a); i++) {
        int caches;
        _Py_CODEUNIT x = plain_unit(_PyCode_CODE(a), i, &caches);
        if (x != plain_unit(_PyCode_CODE(b), i, &caches)) {
            return false;
        }
        i += caches;
    }
    return true;
}

/* Constants compare by key, so that 1 and 1.0 differ. */
static truth
same_constants(PyCodeObject *a, PyCodeObject *b)
{
    PyObject *x = _PyCode_ConstantKey(a->co_consts);
    PyObject *y = x ? _PyCode_ConstantKey(b->co_consts) : NULL;
    truth same = y ? PyObject_RichCompareBool(x, y, Py_EQ) : -1;
    Py_XDECREF(x);
    Py_XDECREF(y);
    return same;
}

/* File, qualified name and stack size do not count. */
static truth
code_equal(PyCodeObject *a, PyCodeObject *b)
{
    if (a->co_argcount != b->co_argcount || a->co_posonlyargcount != b->co_posonlyargcount ||
        a->co_kwonlyargcount != b->co_kwonlyargcount || a->co_flags != b->co_flags ||
        a->co_firstlineno != b->co_firstlineno || !same_instructions(a, b)) {
        return 0;
    }
    PyObject *const pairs[][2] = {
        {a->co_name, b->co_name},
        {a->co_names, b->co_names},
        {a->co_localsplusnames, b->co_localsplusnames},
        {a->co_linetable, b->co_linetable},
        {a->co_exceptiontable, b->co_exceptiontable},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        truth same = PyObject_RichCompareBool(pairs[i][0], pairs[i][1], Py_EQ);
        if (same <= 0) {
            return same;
        }
    }
    return same_constants(a, b);
}

static PyObject *
code_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !PyCode_Check(self) || !PyCode_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    truth equal = self == other ? 1 : code_equal((PyCodeObject *)self, (PyCodeObject *)other);
    return equal < 0 ? NULL : PyBool_FromLong(op == Py_EQ ? equal : !equal);
}

/* Not all that equality compares: the compiler hashes each code object several times, as a constant
   and inside the tuples of constants around it.  The tables know their hashes. */
static Py_hash_t
code_tp_hash(PyCodeObject *self)
{
    Py_uhash_t hash = 20221211;
    PyObject *const parts[] = {self->co_name, self->co_names, self->co_localsplusnames,
                               self->co_linetable, self->co_exceptiontable};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Py_hash_t one = PyObject_Hash(parts[i]);
        if (one == -1) {
            return -1;
        }
        hash = (hash ^ (Py_uhash_t)one) * _PyHASH_MULTIPLIER;
    }
    const int numbers[] = {self->co_argcount, self->co_posonlyargcount, self->co_kwonlyargcount,
                           self->co_flags, (int)Py_SIZE(self)};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        hash = (hash ^ (Py_uhash_t)numbers[i]) * _PyHASH_MULTIPLIER;
    }
    return hash == (Py_uhash_t)-1 ? -2 : (Py_hash_t)hash;
}

/* ---- construction from Python ---- */

/* A tuple of exact strings made of a tuple of strings; a new reference. */
static PyObject *
exact_names(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    PyObject *result = PyTuple_New(count);
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        if (!PyUnicode_Check(item)) {
            PyErr_Format(PyExc_TypeError,
                         "name tuples must contain only strings, not '%.500s'",
                         Py_TYPE(item)->tp_name);
            Py_CLEAR(result);
            break;
        }
        PyObject *name = PyUnicode_CheckExact(item) ? Py_NewRef(item)
                                                    : _PyUnicode_Copy(item);
        if (name == NULL) {
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(result, i, name);
    }
    return result;
}

static status
need_tuple(const char *argument, PyObject *value)
{
    if (value != NULL && !PyTuple_Check(value)) {
        _PyArg_BadArgument("code", argument, "tuple", value);
        return -1;
    }
    return 0;
}

static status
need_count(const char *name, int value)
{
    if (value < 0) {
        PyErr_Format(PyExc_ValueError, "code: %s must not be negative", name);
        return -1;
    }
    return 0;
}

NEW(code, "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, "
          "constants, names, varnames, filename, name, qualname, firstlineno, linetable, "
          "exceptiontable, freevars=(), cellvars=(), /)")
static PyObject *
code_new(PyTypeObject *type, int argcount, int posonlyargcount, int kwonlyargcount, int nlocals,
         int stacksize, int flags, PyBytesObject *codestring, PyObject *constants, PyObject *names,
         PyObject *varnames, PyUnicodeObject *filename, PyUnicodeObject *name,
         PyUnicodeObject *qualname, int firstlineno, PyBytesObject *linetable,
         PyBytesObject *exceptiontable, PyObject *freevars, PyObject *cellvars)
{
    if (need_tuple("argument 8", constants) < 0 || need_tuple("argument 9", names) < 0 ||
        need_tuple("argument 10", varnames) < 0 || need_tuple("argument 17", freevars) < 0 ||
        need_tuple("argument 18", cellvars) < 0 ||
        PySys_Audit("code.__new__", "OOOiiiiii", codestring, filename, name, argcount,
                    posonlyargcount, kwonlyargcount, nlocals, stacksize, flags) < 0 ||
        need_count("argcount", argcount) < 0 ||
        need_count("posonlyargcount", posonlyargcount) < 0 ||
        need_count("kwonlyargcount", kwonlyargcount) < 0 || need_count("nlocals", nlocals) < 0) {
        return NULL;
    }
    PyObject *self = NULL, *none = PyTuple_New(0);
    PyObject *own_names = none ? exact_names(names) : NULL;
    PyObject *own_vars = own_names ? exact_names(varnames) : NULL;
    PyObject *own_free = own_vars ? exact_names(freevars ? freevars : none) : NULL;
    PyObject *own_cells = own_free ? exact_names(cellvars ? cellvars : none) : NULL;
    if (own_cells != NULL) {
        self = (PyObject *)PyCode_NewWithPosOnlyArgs(
            argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags,
            (PyObject *)codestring, constants, own_names, own_vars, own_free, own_cells,
            (PyObject *)filename, (PyObject *)name, (PyObject *)qualname, firstlineno,
            (PyObject *)linetable, (PyObject *)exceptiontable);
    }
    Py_XDECREF(none);
    Py_XDECREF(own_names);
    Py_XDECREF(own_vars);
    Py_XDECREF(own_free);
    Py_XDECREF(own_cells);
    return self;
}

/* ---- attributes ---- */

MEMBER(code, co_argcount, T_INT, PyCodeObject, co_argcount, READONLY, NULL)
MEMBER(code, co_posonlyargcount, T_INT, PyCodeObject, co_posonlyargcount, READONLY, NULL)
MEMBER(code, co_kwonlyargcount, T_INT, PyCodeObject, co_kwonlyargcount, READONLY, NULL)
MEMBER(code, co_stacksize, T_INT, PyCodeObject, co_stacksize, READONLY, NULL)
MEMBER(code, co_flags, T_INT, PyCodeObject, co_flags, READONLY, NULL)
MEMBER(code, co_names, T_OBJECT, PyCodeObject, co_names, READONLY, NULL)
MEMBER(code, co_filename, T_OBJECT, PyCodeObject, co_filename, READONLY, NULL)
MEMBER(code, co_name, T_OBJECT, PyCodeObject, co_name, READONLY, NULL)
MEMBER(code, co_qualname, T_OBJECT, PyCodeObject, co_qualname, READONLY, NULL)
MEMBER(code, co_firstlineno, T_INT, PyCodeObject, co_firstlineno, READONLY, NULL)
MEMBER(code, co_linetable, T_OBJECT, PyCodeObject, co_linetable, READONLY, NULL)
MEMBER(code, co_exceptiontable, T_OBJECT, PyCodeObject, co_exceptiontable, READONLY, NULL)
MEMBER(code, co_nlocals, T_INT, PyCodeObject, co_nlocals, READONLY, NULL)
MEMBER(code, co_consts, T_OBJECT, PyCodeObject, co_consts, READONLY, NULL)

GETTER(code, co_varnames, NULL)
static PyObject *
code_co_varnames(PyCodeObject *self, void *closure)
{
    return PyCode_GetVarnames(self);
}

GETTER(code, co_cellvars, NULL)
static PyObject *
code_co_cellvars(PyCodeObject *self, void *closure)
{
    return PyCode_GetCellvars(self);
}

GETTER(code, co_freevars, NULL)
static PyObject *
code_co_freevars(PyCodeObject *self, void *closure)
{
    return PyCode_GetFreevars(self);
}

GETTER(code, co_code, NULL)
static PyObject *
code_co_code(PyCodeObject *self, void *closure)
{
    return PyCode_GetCode(self);
}

GETTER(code, _co_code_adaptive, NULL)
static PyObject *
code_co_code_adaptive(PyCodeObject *self, void *closure)
{
    PyObject *bytes = PyBytes_FromStringAndSize(self->co_code_adaptive, _PyCode_NBYTES(self));
    if (bytes == NULL) {
        return NULL;
    }
    /* Forms that only Krait has look as if they had not specialised yet. */
    _Py_CODEUNIT *units = (_Py_CODEUNIT *)(void *)PyBytes_AS_STRING(bytes);
    int previous = -1;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        int opcode = _Py_OPCODE(units[i]), general = opcode_deoptimized[opcode];
        if (opcode > UNPACK_SEQUENCE_TWO_TUPLE) {
            _Py_SET_OPCODE(units[i], quickened_opcode(general));
        }
        int pair = self->co_warmup == 0 && previous >= 0 ? quickened_pair(previous, general) : 0;
        if (pair != 0 && pair <= UNPACK_SEQUENCE_TWO_TUPLE) {
            _Py_SET_OPCODE(units[i - 1], pair);
        }
        previous = opcode_caches[general] == 0 ? general : -1;
        i += opcode_caches[general];
    }
    return bytes;
}

/* ---- methods ---- */

METHOD(code, __sizeof__, NULL, NULL)
static PyObject *
code___sizeof__(PyCodeObject *self, PyObject *Py_UNUSED(ignored))
{
    size_t size = _PyObject_VAR_SIZE(&PyCode_Type, Py_SIZE(self));
    struct Extra *extra = self->co_extra;
    if (extra != NULL) {
        size += sizeof *extra + (size_t)extra->count * sizeof(void *);
    }
    return PyLong_FromSize_t(size);
}

METHOD(code, _varname_from_oparg, "($self, /, oparg)",
       "The name of the variable that an instruction with this argument means.")
static PyObject *
code__varname_from_oparg(PyCodeObject *self, int oparg)
{
    return Py_XNewRef(PyTuple_GetItem(self->co_localsplusnames, oparg));
}

static status
need_positive(const char *name, int value)
{
    if (value < 0) {
        PyErr_Format(PyExc_ValueError, "%s must be a positive integer", name);
        return -1;
    }
    return 0;
}

static status
need_kind(const char *argument, PyTypeObject *type, PyObject *value)
{
    if (value != NULL && !PyType_FastSubclass(Py_TYPE(value), type->tp_flags &
                                              (Py_TPFLAGS_TUPLE_SUBCLASS |
                                               Py_TPFLAGS_BYTES_SUBCLASS |
                                               Py_TPFLAGS_UNICODE_SUBCLASS))) {
        char text[64];
        PyOS_snprintf(text, sizeof text, "argument '%s'", argument);
        _PyArg_BadArgument("replace", text, type->tp_name, value);
        return -1;
    }
    return 0;
}

METHOD(code, replace,
       "($self, /, *, co_argcount=-1, co_posonlyargcount=-1,\n"
       "        co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1,\n"
       "        co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None,\n"
       "        co_names=None, co_varnames=None, co_freevars=None,\n"
       "        co_cellvars=None, co_filename=None, co_name=None,\n"
       "        co_qualname=None, co_linetable=None, co_exceptiontable=None)",
       "A copy of the code object in which the given fields have other values.")
DEFAULT(co_argcount, ((PyCodeObject *)self)->co_argcount)
DEFAULT(co_posonlyargcount, ((PyCodeObject *)self)->co_posonlyargcount)
DEFAULT(co_kwonlyargcount, ((PyCodeObject *)self)->co_kwonlyargcount)
DEFAULT(co_nlocals, ((PyCodeObject *)self)->co_nlocals)
DEFAULT(co_stacksize, ((PyCodeObject *)self)->co_stacksize)
DEFAULT(co_flags, ((PyCodeObject *)self)->co_flags)
DEFAULT(co_firstlineno, ((PyCodeObject *)self)->co_firstlineno)
DEFAULT(co_code, NULL)
DEFAULT(co_consts, NULL)
DEFAULT(co_names, NULL)
DEFAULT(co_varnames, NULL)
DEFAULT(co_freevars, NULL)
DEFAULT(co_cellvars, NULL)
DEFAULT(co_filename, NULL)
DEFAULT(co_name, NULL)
DEFAULT(co_qualname, NULL)
DEFAULT(co_linetable, NULL)
DEFAULT(co_exceptiontable, NULL)
static PyObject *
code_replace(PyCodeObject *self, int co_argcount, int co_posonlyargcount, int co_kwonlyargcount,
             int co_nlocals, int co_stacksize, int co_flags, int co_firstlineno, PyObject *co_code,
             PyObject *co_consts, PyObject *co_names, PyObject *co_varnames, PyObject *co_freevars,
             PyObject *co_cellvars, PyObject *co_filename, PyObject *co_name,
             PyObject *co_qualname, PyObject *co_linetable, PyObject *co_exceptiontable)
{
    if (need_kind("co_code", &PyBytes_Type, co_code) < 0 ||
        need_kind("co_consts", &PyTuple_Type, co_consts) < 0 ||
        need_kind("co_names", &PyTuple_Type, co_names) < 0 ||
        need_kind("co_varnames", &PyTuple_Type, co_varnames) < 0 ||
        need_kind("co_freevars", &PyTuple_Type, co_freevars) < 0 ||
        need_kind("co_cellvars", &PyTuple_Type, co_cellvars) < 0 ||
        need_kind("co_filename", &PyUnicode_Type, co_filename) < 0 ||
        need_kind("co_name", &PyUnicode_Type, co_name) < 0 ||
        need_kind("co_qualname", &PyUnicode_Type, co_qualname) < 0 ||
        need_kind("co_linetable", &PyBytes_Type, co_linetable) < 0 ||
        need_kind("co_exceptiontable", &PyBytes_Type, co_exceptiontable) < 0 ||
        need_positive("co_argcount", co_argcount) < 0 ||
        need_positive("co_posonlyargcount", co_posonlyargcount) < 0 ||
        need_positive("co_kwonlyargcount", co_kwonlyargcount) < 0 ||
        need_positive("co_nlocals", co_nlocals) < 0 ||
        need_positive("co_stacksize", co_stacksize) < 0 ||
        need_positive("co_flags", co_flags) < 0 ||
        need_positive("co_firstlineno", co_firstlineno) < 0) {
        return NULL;
    }
    PyObject *code = co_code ? Py_NewRef(co_code) : PyCode_GetCode(self);
    PyObject *varnames = co_varnames ? Py_NewRef(co_varnames) : PyCode_GetVarnames(self);
    PyObject *cellvars = co_cellvars ? Py_NewRef(co_cellvars) : PyCode_GetCellvars(self);
    PyObject *freevars = co_freevars ? Py_NewRef(co_freevars) : PyCode_GetFreevars(self);
    PyObject *filename = co_filename ? co_filename : self->co_filename;
    PyObject *name = co_name ? co_name : self->co_name;
    PyObject *result = NULL;
    if (code != NULL && varnames != NULL && cellvars != NULL && freevars != NULL &&
        PySys_Audit("code.__new__", "OOOiiiiii", code, filename, name, co_argcount,
                    co_posonlyargcount, co_kwonlyargcount, co_nlocals, co_stacksize,
                    co_flags) == 0) {
        result = (PyObject *)PyCode_NewWithPosOnlyArgs(
            co_argcount, co_posonlyargcount, co_kwonlyargcount, co_nlocals, co_stacksize,
            co_flags, code, co_consts ? co_consts : self->co_consts,
            co_names ? co_names : self->co_names, varnames, freevars, cellvars, filename, name,
            co_qualname ? co_qualname : self->co_qualname, co_firstlineno,
            co_linetable ? co_linetable : self->co_linetable,
            co_exceptiontable ? co_exceptiontable : self->co_exceptiontable);
    }
    Py_XDECREF(code);
    Py_XDECREF(varnames);
    Py_XDECREF(cellvars);
    Py_XDECREF(freevars);
    return result;
}

TYPE(code, PyCode_Type, "code", PyCodeObject,
     "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n"
     "     flags, codestring, constants, names, varnames, filename, name,\n"
     "     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n"
     "     cellvars=(), /)",
     "Instructions with all that is needed to run them, except for globals.",
     .tp_basicsize = offsetof(PyCodeObject, co_code_adaptive),
     .tp_itemsize = sizeof(_Py_CODEUNIT), .tp_flags = Py_TPFLAGS_DEFAULT,
     .tp_weaklistoffset = offsetof(PyCodeObject, co_weakreflist),
     .tp_getattro = PyObject_GenericGetAttr)

#include "gen/types/code.inc"
