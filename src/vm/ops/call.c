/* Calls.  Below the arguments stand two words: (function, self) or (NULL, callable).

   PRECALL turns a bound method into the first shape; CALL runs Python functions in this loop and
   everything else through vectorcall. */

QUICK_OP(KW_NAMES, ())
{
    kwnames = frame->consts[oparg];
    NEXT_QUICK();
}

QUICK_OP(PRECALL, ())
{
    PyObject *callable = sp[-(int)oparg - 1];
    if (sp[-(int)oparg - 2] == NULL && Py_IS_TYPE(callable, &PyMethod_Type)) {
        PyObject *self = PyMethod_GET_SELF(callable);
        PyObject *function = PyMethod_GET_FUNCTION(callable);
        sp[-(int)oparg - 1] = Py_NewRef(self);
        sp[-(int)oparg - 2] = Py_NewRef(function);
        DROP(callable);
    }
    NEXT_QUICK();
}

OP(CALL, ())
{
    PyObject **args = sp - oparg;
    Py_ssize_t nargs = oparg;
    if (args[-2] != NULL) {
        args--;
        nargs++;
    }
    PyObject *callable = args[-1];
    PyObject *names = kwnames;
    Py_ssize_t positional = nargs - (names != NULL ? PyTuple_GET_SIZE(names) : 0);
    kwnames = NULL;
    if (is_inlinable(tstate, callable)) {
        PyFunctionObject *func = (PyFunctionObject *)callable;
        PyObject *locals = NULL;
        if (unlikely(!(((PyCodeObject *)func->func_code)->co_flags & CO_OPTIMIZED))) {
            locals = Py_NewRef(func->func_globals);
        }
        sp -= oparg + 2;
        next += CACHES;
        Frame *callee = eval_push_call(tstate, func, locals, args, positional, names);
        frame->last = next - 1;
        ERROR_IF(callee == NULL);
        ENTER(callee);
    }
    PyObject *result;
    if (unlikely(cframe.use_tracing)) {
        result = trace_c_call(tstate, frame, callable, args,
                              positional | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    }
    else {
        result = PyObject_Vectorcall(callable, args, positional | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                     names);
    }
    while (sp > args - 1) {
        PyObject *item = *--sp;
        Py_DECREF(item);
    }
    /* The NULL below a plain callable. */
    sp -= nargs == (Py_ssize_t)oparg;
    ERROR_IF(result == NULL);
    *sp++ = result;
    next += CACHES;
    CHECK_BREAKER();
    GO();
}

OP(CALL_FUNCTION_EX, ())
{
    PyObject *kwargs = NULL;
    if (oparg & 1) {
        kwargs = sp[-1];
        if (!PyDict_CheckExact(kwargs)) {
            PyObject *dict = PyDict_New();
            ERROR_IF(dict == NULL);
            if (_PyDict_MergeEx(dict, kwargs, 2) < 0) {
                Py_DECREF(dict);
                raise_merge_error(sp[-3], kwargs);
                goto error;
            }
            sp[-1] = dict;
            Py_DECREF(kwargs);
            kwargs = dict;
        }
    }
    int extra = oparg & 1;
    PyObject *args = sp[-1 - extra];
    PyObject *callable = sp[-2 - extra];
    if (!PyTuple_CheckExact(args)) {
        ERROR_IF(require_args_iterable(callable, args) < 0);
        PyObject *tuple = PySequence_Tuple(args);
        ERROR_IF(tuple == NULL);
        sp[-1 - extra] = tuple;
        Py_DECREF(args);
        args = tuple;
    }
    if (is_inlinable(tstate, callable)) {
        Frame *callee = push_call_ex(tstate, (PyFunctionObject *)Py_NewRef(callable), args, kwargs);
        sp -= 3 + extra;
        Py_DECREF(callable);
        Py_DECREF(args);
        Py_XDECREF(kwargs);
        ERROR_IF(callee == NULL);
        ENTER(callee);
    }
    PyObject *result;
    if (unlikely(cframe.use_tracing)) {
        result = trace_c_call_ex(tstate, frame, callable, args, kwargs);
    }
    else {
        result = PyObject_Call(callable, args, kwargs);
    }
    sp -= 3 + extra;
    Py_DECREF(callable);
    Py_DECREF(args);
    Py_XDECREF(kwargs);
    ERROR_IF(result == NULL);
    *sp++ = result;
    CHECK_BREAKER();
    GO();
}

OP(MAKE_FUNCTION, ())
{
    PyObject *code = *--sp;
    PyFunctionObject *func = (PyFunctionObject *)PyFunction_New(code, frame->globals);
    Py_DECREF(code);
    ERROR_IF(func == NULL);
    if (oparg & 8) {
        func->func_closure = *--sp;
    }
    if (oparg & 4) {
        func->func_annotations = *--sp;
    }
    if (oparg & 2) {
        func->func_kwdefaults = *--sp;
    }
    if (oparg & 1) {
        func->func_defaults = *--sp;
    }
    *sp++ = (PyObject *)func;
    NEXT();
}
