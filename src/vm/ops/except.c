/* Raising, catching and grouping exceptions; with statements. */

QUICK_OP(PUSH_EXC_INFO, (exception -- handled, exception_again))
{
    /* The exception becomes the handled one; the one handled until now waits below it. */
    _PyErr_StackItem *info = tstate->exc_info;
    handled = info->exc_value != NULL ? info->exc_value : Py_NewRef(Py_None);
    info->exc_value = Py_NewRef(exception);
    exception_again = exception;
}

QUICK_OP(POP_EXCEPT, (handled -- ))
{
    _PyErr_StackItem *info = tstate->exc_info;
    PyObject *old = info->exc_value;
    info->exc_value = handled;
    XDROP(old);
}

OP(CHECK_EXC_MATCH, (exception, type -- exception, matches))
{
    truth found = (PyObject *)Py_TYPE(exception) == type ? 1 : exception_matches(exception, type);
    ERROR_IF(found < 0);
    Py_DECREF(type);
    if (likely(_Py_OPCODE(*next) == POP_JUMP_FORWARD_IF_FALSE && !cframe.use_tracing)) {
        /* Nobody looks at the bool. */
        sp--;
        next += 1 + (found ? 0 : _Py_OPARG(*next));
        GO();
    }
    matches = Py_NewRef(found ? Py_True : Py_False);
}

OP(CHECK_EG_MATCH, ())
{
    PyObject *type = sp[-1];
    PyObject *exception = sp[-2];
    PyObject *match = NULL, *rest = NULL;
    ERROR_IF(check_except_star_type(type) < 0);
    ERROR_IF(exception_group_match(exception, type, &match, &rest) < 0);
    sp[-2] = rest;
    sp[-1] = match;
    Py_DECREF(exception);
    Py_DECREF(type);
    if (match != Py_None) {
        PyObject *old = tstate->exc_info->exc_value;
        tstate->exc_info->exc_value = Py_NewRef(match);
        Py_XDECREF(old);
    }
    NEXT();
}

OP(PREP_RERAISE_STAR, (original, raised -- exception))
{
    exception = group_prepare_reraise(original, raised);
    Py_DECREF(original);
    Py_DECREF(raised);
    FAIL_IF(exception == NULL);
}

OP(RAISE_VARARGS, ())
{
    PyObject *cause = oparg == 2 ? *--sp : NULL;
    PyObject *exception = oparg >= 1 ? *--sp : NULL;
    if (raise_exception(tstate, exception, cause)) {
        goto error_again;
    }
    goto error;
}

OP(RERAISE, ())
{
    if (oparg) {
        /* The index of the instruction that raised first lies below. */
        PyObject *index = sp[-1 - (int)oparg];
        if (!PyLong_Check(index)) {
            PyErr_SetString(PyExc_SystemError, "lasti is not an int");
            goto error;
        }
        frame->last = _PyCode_CODE(frame->code) + PyLong_AsLong(index);
    }
    PyObject *exception = *--sp;
    unwind_restore(tstate, exception);
    raised_at = (int)(next - 1 - _PyCode_CODE(frame->code));
    goto find_handler;
}

OP(BEFORE_WITH, (manager -- exit, result))
{
    PyTypeObject *type = Py_TYPE(manager);
    PyObject *entering = _PyType_Lookup(type, ID(__enter__));
    if (entering != NULL && is_inlinable(tstate, entering) && takes_exactly(entering, 1) &&
        !cframe.use_tracing && likely(tstate->curexc_type == NULL)) {
        exit = special_method(manager, ID(__exit__));
        if (exit != NULL) {
            sp[-1] = exit;
            Frame *callee = push_exact(tstate, (PyFunctionObject *)Py_NewRef(entering), &manager, 1);
            ERROR_IF(callee == NULL);
            ENTER_FRESH(callee);
        }
        ERROR_IF(tstate->curexc_type != NULL);
    }
    PyObject *enter = special_method(manager, ID(__enter__));
    if (enter == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "'%.200s' object does not support the context manager protocol",
                         type->tp_name);
        }
        goto error;
    }
    exit = special_method(manager, ID(__exit__));
    if (exit == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "'%.200s' object does not support the context manager protocol "
                         "(missed __exit__ method)", type->tp_name);
        }
        Py_DECREF(enter);
        goto error;
    }
    sp[-1] = exit;
    Py_DECREF(manager);
    result = PyObject_CallNoArgs(enter);
    Py_DECREF(enter);
    ERROR_IF(result == NULL);
}

OP(BEFORE_ASYNC_WITH, (manager -- exit, result))
{
    PyTypeObject *type = Py_TYPE(manager);
    PyObject *enter = special_method(manager, ID(__aenter__));
    if (enter == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "'%.200s' object does not support the asynchronous context manager "
                         "protocol", type->tp_name);
        }
        goto error;
    }
    exit = special_method(manager, ID(__aexit__));
    if (exit == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError,
                         "'%.200s' object does not support the asynchronous context manager "
                         "protocol (missed __aexit__ method)", type->tp_name);
        }
        Py_DECREF(enter);
        goto error;
    }
    sp[-1] = exit;
    Py_DECREF(manager);
    result = PyObject_CallNoArgs(enter);
    Py_DECREF(enter);
    ERROR_IF(result == NULL);
}

OP(WITH_EXCEPT_START, (exit, index, handled, exception -- exit, index, handled, exception, result))
{
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *args[4] = {NULL, (PyObject *)Py_TYPE(exception), exception,
                         traceback != NULL ? traceback : Py_None};
    (void)index;
    (void)handled;
    result = PyObject_Vectorcall(exit, args + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_XDECREF(traceback);
    ERROR_IF(result == NULL);
}

OP(END_ASYNC_FOR, ())
{
    PyObject *exception = *--sp;
    if (!PyErr_GivenExceptionMatches(exception, PyExc_StopAsyncIteration)) {
        unwind_restore(tstate, exception);
        goto error_again;
    }
    PyObject *iterator = *--sp;
    Py_DECREF(exception);
    Py_DECREF(iterator);
    NEXT();
}
