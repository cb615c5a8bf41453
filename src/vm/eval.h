/* Entering the interpreter loop, and what the instruction bodies call outside of it. */
#ifndef KRAIT_VM_EVAL_H
#define KRAIT_VM_EVAL_H

#include "types/code.h"
#include "vm/frame.h"

/* Run a frame that the caller has pushed, through the interpreter's frame-evaluation hook if one
   is installed (PEP 523).  The frame is left for the caller to clear. */
PyObject *eval_run(PyThreadState *tstate, Frame *frame, int throwing);
/* Clear the newest frame of the data stack and give its space back. */
void eval_pop_frame(PyThreadState *tstate, Frame *frame);
/* Push a frame for a call and bind its arguments.  Takes over the references to func, to locals
   (may be NULL), and to every argument, also on failure (NULL with an exception). */
Frame *eval_push_call(PyThreadState *tstate, PyFunctionObject *func, PyObject *locals,
                      PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
/* Call a function with borrowed arguments in a fresh loop: what vectorcall does. */
PyObject *eval_vector(PyThreadState *tstate, PyFunctionObject *func, PyObject *locals,
                      PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

/* What follows stays a call: with optimisation across files each function that one body calls would stand in the loop
   and take registers from all bodies. */

/* ---- unwind.c */

struct Handler {
    int target;      /* code unit to continue at */
    int depth;       /* value stack items to keep */
    bool push_last;  /* the handler wants the index of the raising instruction */
};
/* The innermost handler that covers the instruction at `index`; false if there is none. */
NOINLINE bool unwind_find_handler(PyCodeObject *code, int index, struct Handler *handler);
/* The pending exception as a normalised instance with its traceback set; owned.  Nothing is
   pending afterwards. */
NOINLINE PyObject *unwind_take_exception(PyThreadState *tstate);
/* Put `value` (taken over) back as the pending exception. */
NOINLINE void unwind_restore(PyThreadState *tstate, PyObject *value_take);

/* ---- trace.c */

/* `call` event to the tracer and the profiler.  -1 with an exception. */
NOINLINE status trace_enter(PyThreadState *tstate, Frame *frame);
/* `return` event; value NULL when an exception unwinds the frame. */
NOINLINE status trace_leave(PyThreadState *tstate, Frame *frame, PyObject *value);
/* `exception` event for the pending exception. */
NOINLINE void trace_exception(PyThreadState *tstate, Frame *frame);
/* `line` and `opcode` events for the instruction at frame->last, after the one at `previous`. */
NOINLINE status trace_instruction(PyThreadState *tstate, Frame *frame, int previous);
/* Call `callable` with c_call, c_return, c_exception events if it is built in. */
NOINLINE PyObject *trace_c_call(PyThreadState *tstate, Frame *frame, PyObject *callable,
                                PyObject *const *args, size_t nargsf, PyObject *kwnames);
NOINLINE PyObject *trace_c_call_ex(PyThreadState *tstate, Frame *frame, PyObject *callable, PyObject *args,
                                   PyObject *kwargs);
/* The line of an instruction, from a table made at first use; -1 if it has none. */
NOINLINE int code_line_at(PyCodeObject *code, int index);

/* ---- specialize.c */

/* Count a run of a code object that is not quickened yet, and quicken it when it is warm. */
NOINLINE void quicken_code(PyCodeObject *code);

/* ---- names.c: names, imports, annotations */

NOINLINE void raise_unbound_local(PyCodeObject *code, int slot);
NOINLINE void raise_unbound_deref(PyCodeObject *code, int slot);
NOINLINE void raise_undefined_name(PyObject *name);
NOINLINE PyObject *name_load(PyThreadState *tstate, Frame *frame, PyObject *name);
NOINLINE status name_store(Frame *frame, PyObject *name, PyObject *value);
NOINLINE status name_delete(Frame *frame, PyObject *name);
NOINLINE PyObject *global_load(Frame *frame, PyObject *name);
NOINLINE status global_delete(Frame *frame, PyObject *name);
NOINLINE PyObject *classderef_load(Frame *frame, int slot);
NOINLINE PyObject *build_class_load(Frame *frame);
NOINLINE status annotations_setup(Frame *frame);
NOINLINE PyObject *import_run(PyThreadState *tstate, Frame *frame, PyObject *name, PyObject *fromlist,
                              PyObject *level);
NOINLINE PyObject *import_from(PyObject *module, PyObject *name);
NOINLINE status import_star(PyThreadState *tstate, Frame *frame, PyObject *module);
NOINLINE status print_expression(PyObject *value);

/* ---- shapes.c: unpacking, matching, building */

/* Unpack `iterable` downward from `top`: exactly `before` items, and with `after` >= 0 a list and
   then that many.  Reports like an assignment does. */
NOINLINE status unpack_iterable(PyObject *iterable, int before, int after, PyObject **top);
/* Values of a mapping for a tuple of keys, None if one is missing. */
NOINLINE PyObject *match_keys(PyThreadState *tstate, PyObject *mapping, PyObject *keys);
/* Attributes for a class pattern; NULL without an exception if it does not match. */
NOINLINE PyObject *match_class(PyObject *subject, PyObject *type, Py_ssize_t positional,
                               PyObject *keyword_names);
/* container[start:stop] of an exact list, tuple, str or bytes with plain bounds: a new reference; NULL without an
   exception if it is not of that kind. */
NOINLINE PyObject *slice_load(PyObject *container, PyObject *start, PyObject *stop);
/* container[start:stop:step] of an exact list or tuple likewise. */
NOINLINE PyObject *slice_load_stepped(PyObject *container, PyObject *start, PyObject *stop, PyObject *step);
/* list[start:stop] = value likewise: 1 done, 0 not of that kind, -1 with an exception. */
NOINLINE truth slice_store(PyObject *container, PyObject *start, PyObject *stop, PyObject *value);
NOINLINE status list_extend_unpacked(PyObject *list, PyObject *iterable);
/* (*start, *iterable) for a tuple `start`. */
NOINLINE PyObject *tuple_extended(PyObject *start, PyObject *iterable);
NOINLINE status dict_update_unpacked(PyObject *dict, PyObject *mapping);
/* The two words below the arguments of CALL_FUNCTION_EX are (NULL, callable), or (function, self) where
   LOAD_ATTR_CALLEE stood: the callable they mean, as a new reference. */
NOINLINE PyObject *callee_bind(PyObject *function, PyObject *callable);
/* function(self, *args, **kwargs) for a tuple and a dict or NULL. */
NOINLINE PyObject *call_method_star(PyObject *function, PyObject *self, PyObject *args, PyObject *kwargs);
NOINLINE void raise_merge_error(PyObject *function, PyObject *callable, PyObject *kwargs);
/* The pieces of an f-string as one str. */
NOINLINE PyObject *string_build(PyObject *const *pieces, Py_ssize_t count);
NOINLINE PyObject *format_value(PyObject *value, PyObject *spec, int conversion);
NOINLINE status require_args_iterable(PyObject *callable, PyObject *args);
/* type(self).name bound to self, without the instance dict; NULL without an exception if absent. */
NOINLINE PyObject *special_method(PyObject *self, PyObject *name);

/* ---- raise.c: raising, matching and grouping exceptions */

/* raise, raise exc, raise exc from cause; takes over both references.  true: the handled exception
   is raised again as it is; false: the frame is added to its traceback. */
NOINLINE bool raise_exception(PyThreadState *tstate, PyObject *exception_take, PyObject *cause_take);
/* isinstance test of `except type:`; -1 with TypeError if type is no exception class. */
NOINLINE truth exception_matches(PyObject *exception, PyObject *type);
NOINLINE status check_except_star_type(PyObject *type);
/* Split for `except*`: *match (None if nothing) and *rest, both new. */
NOINLINE status exception_group_match(PyObject *exception, PyObject *type, PyObject **match,
                                      PyObject **rest);

#endif
