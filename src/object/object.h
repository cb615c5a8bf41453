/* What the files of object/ share: recursion depth, fast type tests, and the prototypes of exported
   functions that no public header declares.

   See also class.h (building types), mro.h (lookup), descr.h (descriptors), call.h (calling). */
#ifndef KRAIT_OBJECT_OBJECT_H
#define KRAIT_OBJECT_OBJECT_H

#include <Python.h>
#include <structmember.h>
#include "base/common.h"
#include "object/declare.h"
#include "object/state.h"

/* ---- recursion ----------------------------------------------------------------------------- */

int _Py_CheckRecursiveCall(PyThreadState *tstate, const char *where);

/* Count one more level of C recursion.  -1 with RecursionError if the limit is reached; `where`
   completes "maximum recursion depth exceeded". */
static ALWAYS_INLINE status
recursion_enter(PyThreadState *tstate, const char *where)
{
    return unlikely(--tstate->recursion_remaining < 0) ? _Py_CheckRecursiveCall(tstate, where) : 0;
}

static ALWAYS_INLINE void
recursion_leave(PyThreadState *tstate)
{
    tstate->recursion_remaining++;
}

/* Whether one more level of calls from C would fit: false with RecursionError if not.  For calls that the
   reference counts and that cannot recurse. */
static ALWAYS_INLINE bool
recursion_room(PyThreadState *tstate)
{
    if (unlikely(tstate->recursion_remaining <= 0)) {
        if (recursion_enter(tstate, " while calling a Python object") < 0) {
            return false;
        }
        recursion_leave(tstate);
    }
    return true;
}

/* Where recursion is not counted (hashes, attributes that lead to other attributes), the C stack itself
   is the limit.  -1 with RecursionError if little of it is left. */
status stack_check_slow(struct Thread *thread, const char *here, const char *where);

static ALWAYS_INLINE status
stack_check(const char *where)
{
    struct Thread *thread = thread_of(tstate_get());
    const char *here = __builtin_frame_address(0);
    if (likely(here > thread->stack_floor && here < thread->stack_top)) {
        return 0;
    }
    return stack_check_slow(thread, here, where);
}

/* ---- types --------------------------------------------------------------------------------- */

static ALWAYS_INLINE bool
type_has(const PyTypeObject *type, unsigned long flag)
{
    return (type->tp_flags & flag) != 0;
}

static ALWAYS_INLINE const char *
type_name(const PyObject *op)
{
    return Py_TYPE(op)->tp_name;
}

/* Whether an attribute of a type takes precedence over the instance dict. */
static ALWAYS_INLINE bool
is_data_descriptor(const PyObject *op)
{
    return Py_TYPE(op)->tp_descr_set != NULL;
}

/* The part of tp_name behind the last dot, as __name__ of a static type shows it. */
const char *type_short_name(const PyTypeObject *type);

/* ---- attributes of the type, not of the instance --------------------------------------------- */

#undef _PyObject_LookupSpecial
/* The special method `name` of op, bound: a new reference; NULL without an exception if the type
   has none. */
PyObject *_PyObject_LookupSpecial(PyObject *op, PyObject *name);

/* The special method `name` of op, unbound if that is possible.  A new reference; *unbound tells
   whether op must be passed as first argument.  NULL without an exception if there is none. */
PyObject *special_get(PyObject *op, PyObject *name, int *unbound);

/* What a comparison or a binary operator (NB_ADD ... NB_XOR, but for power) comes to after a's own method, which went
   first, has given NotImplemented.  For an operator, b is of a's type or an exact int or float. */
NOINLINE PyObject *compare_refused(PyObject *a, PyObject *b, int op);
PyObject *operator_refused(PyObject *a, PyObject *b, int op);

/* Call the special method `name` with args[0] = self; AttributeError if it is missing. */
PyObject *special_call(PyObject *name, PyObject *const *args, Py_ssize_t nargs);

/* The same, but Py_NotImplemented if it is missing. */
PyObject *special_call_maybe(PyObject *name, PyObject *const *args, Py_ssize_t nargs);

/* ---- exported, but in no public header -------------------------------------------------------- */

void _PyErr_SetString(PyThreadState *tstate, PyObject *exception, const char *text);
void _PyErr_SetObject(PyThreadState *tstate, PyObject *exception, PyObject *value);
void _PyErr_SetNone(PyThreadState *tstate, PyObject *exception);
PyObject *_PyErr_Format(PyThreadState *tstate, PyObject *exception, const char *format, ...);
PyObject *_PyErr_NoMemory(PyThreadState *tstate);
void _PyErr_Fetch(PyThreadState *tstate, PyObject **type, PyObject **value, PyObject **traceback);
void _PyErr_Restore(PyThreadState *tstate, PyObject *type, PyObject *value, PyObject *traceback);
void _PyErr_Clear(PyThreadState *tstate);
int _PyErr_ExceptionMatches(PyThreadState *tstate, PyObject *exception);
void _PyErr_NormalizeException(PyThreadState *tstate, PyObject **type, PyObject **value,
                               PyObject **traceback);
void _PyErr_ChainStackItem(_PyErr_StackItem *item);
PyObject *_PyErr_StackItemToExcInfoTuple(_PyErr_StackItem *item);
PyObject *_PyErr_FormatFromCauseTstate(PyThreadState *tstate, PyObject *exception,
                                       const char *format, ...);

PyObject *_PyObject_Call(PyThreadState *tstate, PyObject *callable, PyObject *args,
                         PyObject *kwargs);
PyObject *_PyObject_Call_Prepend(PyThreadState *tstate, PyObject *callable, PyObject *self,
                                 PyObject *args, PyObject *kwargs);
PyObject *_PyObject_FastCallDictTstate(PyThreadState *tstate, PyObject *callable,
                                       PyObject *const *args, size_t nargsf, PyObject *kwargs);

int _PyType_CheckConsistency(PyTypeObject *type);
PyObject *_PyNamespace_New(PyObject *attributes);
int _PyStructSequence_InitType(PyTypeObject *type, PyStructSequence_Desc *desc,
                               unsigned long flags);
PyTypeObject *_PyStructSequence_NewType(PyStructSequence_Desc *desc, unsigned long flags);
Py_ssize_t _Py_UTF8_Edit_Cost(PyObject *a, PyObject *b, Py_ssize_t max_cost);

static ALWAYS_INLINE PyObject *
err_occurred(PyThreadState *tstate)
{
    return tstate->curexc_type;
}

void _Py_FatalRefcountErrorFunc(const char *function, const char *message) __attribute__((noreturn));

#endif
