/* Calling objects: vectorcall with the fast path inline. */
#ifndef KRAIT_OBJECT_CALL_H
#define KRAIT_OBJECT_CALL_H

#include <Python.h>
#include "base/common.h"
#include "object/object.h"

/* Arguments that fit are kept on the C stack. */
enum { SMALL_STACK = 5 };

static ALWAYS_INLINE vectorcallfunc
vectorcall_of(PyObject *callable)
{
    PyTypeObject *type = Py_TYPE(callable);
    if (!type_has(type, Py_TPFLAGS_HAVE_VECTORCALL)) {
        return NULL;
    }
    vectorcallfunc func;
    memcpy(&func, (char *)callable + type->tp_vectorcall_offset, sizeof(func));
    return func;
}

/* Vectorcall with the thread at hand. */
static ALWAYS_INLINE PyObject *
call_vector(PyThreadState *tstate, PyObject *callable, PyObject *const *args, size_t nargsf,
            PyObject *kwnames)
{
    vectorcallfunc func = vectorcall_of(callable);
    if (func == NULL) {
        return _PyObject_MakeTpCall(tstate, callable, args, PyVectorcall_NARGS(nargsf), kwnames);
    }
    PyObject *result = func(callable, args, nargsf, kwnames);
    return _Py_CheckFunctionResult(tstate, callable, result, NULL);
}

/* callable(self, *args, **kw) with the arguments of a vectorcall. */
PyObject *call_with_self(PyThreadState *tstate, PyObject *callable, PyObject *self,
                         PyObject *const *args, size_t nargsf, PyObject *kwnames);

#endif
