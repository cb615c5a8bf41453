/* Invariants that only the debug build checks.

   `x_check(op)` beside each mutable structure states its invariants (x.h lists them in words) and
   aborts with the object's dump if one is broken.  Two depths: a shallow check, O(1), after every
   mutation; a deep one, O(n), when storage is replaced and for every tracked container that the
   collector gathers.  In other builds all of it is empty. */
#ifndef KRAIT_OBJECT_CHECK_H
#define KRAIT_OBJECT_CHECK_H

#include <Python.h>
#include "base/common.h"

#ifdef KRAIT_DEBUG

void list_check(PyObject *list, bool deep);
void dict_check(PyObject *dict, bool deep);
void set_check(PyObject *set, bool deep);
void text_check(PyObject *text, bool deep);
/* The check of the object's type, if it has one. */
void container_check(PyObject *op);
/* `failed` (a NULL or -1 result) and a pending exception must go together; `where` names the code. */
void result_check(const char *where, bool failed);
/* Is a contradiction of that kind to be lived with, as in other builds?  Asked of the environment. */
bool results_tolerated(void);

#define LIST_CHECK(list, deep) list_check((PyObject *)(list), deep)
#define DICT_CHECK(dict, deep) dict_check((PyObject *)(dict), deep)
#define SET_CHECK(set, deep) set_check((PyObject *)(set), deep)
#define TEXT_CHECK(text, deep) text_check((PyObject *)(text), deep)
#define CONTAINER_CHECK(op) container_check(op)
#define RESULT_CHECK(where, failed) result_check(where, failed)
#define INVARIANT(op, condition)                                                                   \
    ((condition) ? (void)0                                                                         \
                 : _PyObject_AssertFailed((PyObject *)(op), #condition, NULL, __FILE__, __LINE__,  \
                                          __func__))
void _Py_NO_RETURN _PyObject_AssertFailed(PyObject *op, const char *expression, const char *message,
                                          const char *file, int line, const char *function);

#else

#define LIST_CHECK(list, deep) ((void)0)
#define DICT_CHECK(dict, deep) ((void)0)
#define SET_CHECK(set, deep) ((void)0)
#define TEXT_CHECK(text, deep) ((void)0)
#define CONTAINER_CHECK(op) ((void)0)
#define RESULT_CHECK(where, failed) ((void)0)

#endif
#endif
