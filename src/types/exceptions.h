/* Exceptions, for the files that share them and for who raises by hand. */
#ifndef KRAIT_TYPES_EXCEPTIONS_H
#define KRAIT_TYPES_EXCEPTIONS_H

#include <Python.h>
#include "base/common.h"

/* The type objects behind PyExc_*. */
#define OWN(name) extern PyTypeObject _PyExc_##name;
#define SIMPLE(name, base, doc) extern PyTypeObject _PyExc_##name;
#define DERIVED(name, base, part, doc) extern PyTypeObject _PyExc_##name;
#include "types/exceptions.def"
#undef OWN
#undef SIMPLE
#undef DERIVED

status exceptions_init(void);                   /* ready the types, the errno map, ExceptionGroup */
status exceptions_export(PyObject *builtins);   /* add the classes to the dict of builtins */
void exceptions_fini(void);

/* A MemoryError that can be raised when nothing can be allocated: new reference, never NULL. */
PyObject *memory_error_get(void);

/* What each class's functions are built from. */
PyObject *baseexc_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
PyObject *baseexc_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf,
                             PyObject *kwnames);
int baseexc_tp_init(PyBaseExceptionObject *self, PyObject *args, PyObject *kwargs);
int baseexc_tp_traverse(PyBaseExceptionObject *self, visitproc visit, void *arg);
int baseexc_tp_clear(PyBaseExceptionObject *self);
void baseexc_tp_dealloc(PyBaseExceptionObject *self);
PyObject *baseexc_tp_str(PyBaseExceptionObject *self);
int baseexc_init_positional(PyBaseExceptionObject *self, PyObject *args);

int importerror_tp_init(PyImportErrorObject *self, PyObject *args, PyObject *kwargs);
int importerror_tp_traverse(PyImportErrorObject *self, visitproc visit, void *arg);
int importerror_tp_clear(PyImportErrorObject *self);
void importerror_tp_dealloc(PyImportErrorObject *self);
int nameerror_tp_init(PyNameErrorObject *self, PyObject *args, PyObject *kwargs);
int nameerror_tp_traverse(PyNameErrorObject *self, visitproc visit, void *arg);
int nameerror_tp_clear(PyNameErrorObject *self);
void nameerror_tp_dealloc(PyNameErrorObject *self);
int syntaxerror_tp_init(PySyntaxErrorObject *self, PyObject *args, PyObject *kwargs);
int syntaxerror_tp_traverse(PySyntaxErrorObject *self, visitproc visit, void *arg);
int syntaxerror_tp_clear(PySyntaxErrorObject *self);
void syntaxerror_tp_dealloc(PySyntaxErrorObject *self);
int oserror_tp_init(PyOSErrorObject *self, PyObject *args, PyObject *kwargs);
int oserror_tp_traverse(PyOSErrorObject *self, visitproc visit, void *arg);
int oserror_tp_clear(PyOSErrorObject *self);
void oserror_tp_dealloc(PyOSErrorObject *self);
typedef PyImportErrorObject importerror_struct;
typedef PyNameErrorObject nameerror_struct;
typedef PySyntaxErrorObject syntaxerror_struct;
typedef PyOSErrorObject oserror_struct;

/* ---- groups, for except* ------------------------------------------------------------------- */

/* Split by a class, a tuple of classes or a predicate; *match and *rest are new references, NULL
   when that side is empty. */
status group_split(PyObject *group, PyObject *condition, PyObject **match, PyObject **rest);
/* The part of a group whose leaves also occur in the groups and exceptions of the list `keep`. */
PyObject *group_projection(PyObject *group, PyObject *keep);
/* What except* raises at its end: `original` was caught, `raised` is the list of what its clauses
   raised or left over.  New reference: an exception or None. */
PyObject *group_prepare_reraise(PyObject *original, PyObject *raised);
PyObject *group_new(const char *message, PyObject *exceptions);

#endif
