/* Birth and death of objects: first reference, deallocation, raw allocation by type.

   See gc.c for collected objects, finalisers and the trashcan, subtype.c for PyType_GenericAlloc. */
#include "object/object.h"

/* Give a fresh object its first reference. */
void
_Py_NewReference(PyObject *op)
{
    Py_SET_REFCNT(op, 1);
}

/* The last reference is gone. */
void
_Py_Dealloc(PyObject *op)
{
    Py_TYPE(op)->tp_dealloc(op);
}

void
Py_IncRef(PyObject *op)
{
    Py_XINCREF(op);
}

void
Py_DecRef(PyObject *op)
{
    Py_XDECREF(op);
}

void
_Py_IncRef(PyObject *op)
{
    Py_INCREF(op);
}

void
_Py_DecRef(PyObject *op)
{
    Py_DECREF(op);
}

#undef Py_NewRef
PyObject *
Py_NewRef(PyObject *op)
{
    Py_INCREF(op);
    return op;
}

#undef Py_XNewRef
PyObject *
Py_XNewRef(PyObject *op)
{
    Py_XINCREF(op);
    return op;
}

#undef Py_Is
int
Py_Is(PyObject *a, PyObject *b)
{
    return a == b;
}

#undef Py_IsNone
int
Py_IsNone(PyObject *op)
{
    return op == Py_None;
}

#undef Py_IsTrue
int
Py_IsTrue(PyObject *op)
{
    return op == Py_True;
}

#undef Py_IsFalse
int
Py_IsFalse(PyObject *op)
{
    return op == Py_False;
}

/* Make raw memory an object of `type` with one reference; instances own a heap type. */
PyObject *
PyObject_Init(PyObject *op, PyTypeObject *type)
{
    if (op == NULL) {
        return PyErr_NoMemory();
    }
    Py_SET_TYPE(op, type);
    if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        Py_INCREF(type);
    }
    Py_SET_REFCNT(op, 1);
    return op;
}

PyVarObject *
PyObject_InitVar(PyVarObject *op, PyTypeObject *type, Py_ssize_t size)
{
    if (op == NULL) {
        return (PyVarObject *)PyErr_NoMemory();
    }
    PyObject_Init((PyObject *)op, type);
    Py_SET_SIZE(op, size);
    return op;
}

/* Uncollected objects; the fields behind the header are left as they are. */
PyObject *
_PyObject_New(PyTypeObject *type)
{
    PyObject *op = PyObject_Malloc(_PyObject_SIZE(type));
    if (unlikely(op == NULL)) {
        return PyErr_NoMemory();
    }
    if (type_has(type, Py_TPFLAGS_HEAPTYPE)) {
        Py_INCREF(type);
    }
    Py_SET_TYPE(op, type);
    Py_SET_REFCNT(op, 1);
    return op;
}

PyVarObject *
_PyObject_NewVar(PyTypeObject *type, Py_ssize_t size)
{
    PyVarObject *op = PyObject_Malloc(_PyObject_VAR_SIZE(type, size));
    return op == NULL ? (PyVarObject *)PyErr_NoMemory() : PyObject_InitVar(op, type, size);
}

/* ---- checks ------------------------------------------------------------------------------------------ */

/* Filler of the debug allocators, or nothing at all. */
static int
looks_freed(const void *pointer)
{
    uintptr_t bits = (uintptr_t)pointer;
    return bits == 0 || bits == (uintptr_t)0xCDCDCDCDCDCDCDCDu ||
           bits == (uintptr_t)0xDDDDDDDDDDDDDDDDu || bits == (uintptr_t)0xFDFDFDFDFDFDFDFDu;
}

/* Whether op's memory looks released. */
int
_PyObject_IsFreed(PyObject *op)
{
    return looks_freed(op) || looks_freed(Py_TYPE(op));
}

int
_PyObject_CheckConsistency(PyObject *op, int Py_UNUSED(check_content))
{
    if (op == NULL || Py_TYPE(op) == NULL || Py_REFCNT(op) < 1) {
        _PyObject_ASSERT_FAILED_MSG(op, "an object has a type and references");
    }
    return 1;
}

/* What can be said about an object that may be broken, on stderr. */
void
_PyObject_Dump(PyObject *op)
{
    if (_PyObject_IsFreed(op)) {
        fprintf(stderr, "<object at %p is freed>\n", (void *)op);
        fflush(stderr);
        return;
    }
    fprintf(stderr, "object address  : %p\n", (void *)op);
    fprintf(stderr, "object refcount : %zd\n", Py_REFCNT(op));
    fflush(stderr);
    PyTypeObject *type = Py_TYPE(op);
    fprintf(stderr, "object type     : %p\n", (void *)type);
    fprintf(stderr, "object type name: %s\n", type == NULL ? "NULL" : type->tp_name);
    fprintf(stderr, "object repr     : ");
    fflush(stderr);
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *error_type, *error_value, *error_traceback;
    PyErr_Fetch(&error_type, &error_value, &error_traceback);
    PyObject_Print(op, stderr, 0);
    fflush(stderr);
    PyErr_Restore(error_type, error_value, error_traceback);
    PyGILState_Release(gil);
    fprintf(stderr, "\n");
    fflush(stderr);
}

/* An invariant about `op` does not hold: report and abort. */
void
_PyObject_AssertFailed(PyObject *op, const char *expression, const char *message, const char *file,
                       int line, const char *function)
{
    fprintf(stderr, "%s:%d: ", file, line);
    if (function != NULL) {
        fprintf(stderr, "%s: ", function);
    }
    fflush(stderr);
    fprintf(stderr, expression == NULL ? "Assertion failed" : "Assertion \"%s\" failed", expression);
    if (message != NULL) {
        fprintf(stderr, ": %s", message);
    }
    fprintf(stderr, "\n");
    fflush(stderr);
    _PyObject_Dump(op);
    fprintf(stderr, "\n");
    fflush(stderr);
    Py_FatalError("_PyObject_AssertFailed");
}

void
_Py_FatalRefcountErrorFunc(const char *function, const char *message)
{
    _Py_FatalErrorFunc(function, message);
}

/* Where a debugger may stop. */
void
_Py_BreakPoint(void)
{
}

/* What the free lists of the types hold, on a C file. */
void
_PyObject_DebugTypeStats(FILE *out)
{
    extern void _PyDict_DebugMallocStats(FILE *), _PyFloat_DebugMallocStats(FILE *);
    extern void _PyList_DebugMallocStats(FILE *), _PyTuple_DebugMallocStats(FILE *);
    _PyDict_DebugMallocStats(out);
    _PyFloat_DebugMallocStats(out);
    _PyList_DebugMallocStats(out);
    _PyTuple_DebugMallocStats(out);
}
