/* The module sys: how start-up makes and fills it. */
#ifndef KRAIT_MODULES_SYS_H
#define KRAIT_MODULES_SYS_H

#include "object/state.h"

/* A new module sys with its functions and everything that does not depend on the configuration;
   becomes the interpreter's sysdict. */
PyObject *sys_make(struct _is *interp);
/* What the configuration decides: path, argv, flags, prefixes ...  Again after each change. */
status sys_configure(struct _is *interp);
/* Constants, struct sequences, names of modules (sys_info.c). */
status sys_add_info(PyObject *dict);
PyObject *sys_make_flags(void);
status sys_set_flags(PyObject *flags, const PyConfig *config);
PyObject *asyncgen_hooks_new(PyObject *firstiter, PyObject *finalizer);
/* Drop the C audit hooks, telling them so. */
void audit_hooks_clear(PyThreadState *tstate);

#endif
