/* Making the module builtins at start-up. */
#ifndef KRAIT_MODULES_BUILTINS_H
#define KRAIT_MODULES_BUILTINS_H

#include <Python.h>

/* The module with everything but the exceptions; new. */
PyObject *builtins_make(const PyConfig *config);

#endif
