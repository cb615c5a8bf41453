/* What generator.c shares with async_generator.c. */
#ifndef KRAIT_TYPES_GENERATOR_IMPL_H
#define KRAIT_TYPES_GENERATOR_IMPL_H

#include "types/generator.h"

/* Resume; the end raises StopIteration (StopAsyncIteration for an async generator). */
PyObject *generator_send_value(PyGenObject *self, PyObject *value);
/* throw(): into the delegate first.  GeneratorExit closes the delegate if close_on_exit. */
PyObject *generator_throw_into(PyGenObject *self, bool close_on_exit, PyObject *type,
                               PyObject *value, PyObject *traceback);
PyObject *generator_throw_args(PyGenObject *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *generator_close(PyGenObject *self);
PyObject *generator_size(PyGenObject *self);

int generator_tp_traverse(PyGenObject *self, visitproc visit, void *arg);
void generator_tp_dealloc(PyGenObject *self);
PyObject *generator_tp_iternext(PyGenObject *self);
PySendResult generator_am_send(PyGenObject *self, PyObject *value, PyObject **result_out);

PyObject *generator_get_name(PyGenObject *self, void *closure);
int generator_set_name(PyGenObject *self, PyObject *value, void *closure);
PyObject *generator_get_qualname(PyGenObject *self, void *closure);
int generator_set_qualname(PyGenObject *self, PyObject *value, void *closure);
PyObject *generator_get_running(PyGenObject *self, void *closure);
PyObject *generator_get_suspended(PyGenObject *self, void *closure);
PyObject *generator_get_frame(PyGenObject *self, const char *name);
PyObject *generator_get_delegate(PyGenObject *self, void *closure);

#endif
