/* Generators, coroutines and asynchronous iteration. */

OP(RETURN_GENERATOR, ())
{
    PyObject *generator = generator_new(tstate, frame->func, frame->previous);
    ERROR_IF(generator == NULL);
    /* The frame moves into the object; its cells and arguments are in place already. */
    frame->stack_top = (int)(sp - frame->slots);
    Frame *inner = generator_frame((PyGenObject *)generator);
    frame_move(frame, inner);
    inner->owner = OWNED_BY_GENERATOR;
    inner->previous = NULL;
    inner->is_entry = false;
    ((PyGenObject *)generator)->gi_frame_state = FRAME_CREATED;
    tstate->recursion_remaining++;
    if (frame->is_entry) {
        /* The C caller clears the frame: leave it valid and empty. */
        Py_INCREF(frame->func);
        Py_INCREF(frame->code);
        frame->locals = NULL;
        frame->stack_top = 0;
        result_out = generator;
        goto leave;
    }
    Frame *outer_frame = frame->previous;
    frame_stack_pop(tstate, frame);
    frame = cframe.current_frame = outer_frame;
    CONTINUE_WITH(generator);
}

OP(YIELD_VALUE, ())
{
    PyObject *value = *--sp;
    PyGenObject *generator = frame_generator(frame);
    frame->stack_top = (int)(sp - frame->slots);
    generator->gi_frame_state = FRAME_SUSPENDED;
    if (unlikely(cframe.use_tracing) && trace_leave(tstate, frame, value) < 0) {
        Py_DECREF(value);
        generator->gi_frame_state = FRAME_EXECUTING;
        goto drop_stack;
    }
    tstate->recursion_remaining++;
    if (frame->is_entry) {
        result_out = value;
        goto leave;
    }
    generator_unlink(tstate, generator);
    Frame *outer_frame = frame->previous;
    frame->previous = NULL;
    frame = cframe.current_frame = outer_frame;
    CONTINUE_WITH(value);
}

OP(SEND, ())
{
    /* [receiver, value] becomes [receiver, yielded], or [result] with a jump at the end. */
    PyObject *receiver = sp[-2];
    if ((Py_IS_TYPE(receiver, &PyGen_Type) || Py_IS_TYPE(receiver, &PyCoro_Type)) &&
        !cframe.use_tracing && ((PyGenObject *)receiver)->gi_frame_state < FRAME_EXECUTING &&
        (((PyGenObject *)receiver)->gi_frame_state != FRAME_CREATED || sp[-1] == Py_None) &&
        !has_eval_hook(tstate)) {
        PyGenObject *generator = (PyGenObject *)receiver;
        Frame *inner = generator_frame(generator);
        generator_link(tstate, generator);
        inner->slots[inner->stack_top++] = *--sp;
        inner->is_entry = false;
        inner->exhausted_jump = (int)oparg;
        ENTER_SUSPENDED(inner);
    }
    PyObject *value = *--sp;
    PyObject *result = NULL;
    PySendResult sent;
    if (tstate->c_tracefunc == NULL) {
        sent = PyIter_Send(receiver, value, &result);
    }
    else {
        result = generator_send_for_yield_from(receiver, value);
        sent = PYGEN_NEXT;
        if (result == NULL) {
            if (PyErr_ExceptionMatches(PyExc_StopIteration) && cframe.use_tracing) {
                trace_exception(tstate, frame);
            }
            sent = _PyGen_FetchStopIterationValue(&result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
        }
    }
    Py_DECREF(value);
    ERROR_IF(sent == PYGEN_ERROR);
    if (sent == PYGEN_RETURN) {
        sp[-1] = result;
        Py_DECREF(receiver);
        next += oparg;
    }
    else {
        *sp++ = result;
    }
    NEXT();
}

OP(ASYNC_GEN_WRAP, (value -- wrapped))
{
    wrapped = async_generator_wrap(value);
    Py_DECREF(value);
    FAIL_IF(wrapped == NULL);
}

OP(GET_YIELD_FROM_ITER, (iterable -- iterator))
{
    iterator = iterable;
    if (PyCoro_CheckExact(iterable)) {
        if (!(frame->code->co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE))) {
            PyErr_SetString(PyExc_TypeError, "cannot 'yield from' a coroutine object "
                                             "in a non-coroutine generator");
            goto error;
        }
    }
    else if (!PyGen_CheckExact(iterable)) {
        iterator = PyObject_GetIter(iterable);
        Py_DECREF(iterable);
        FAIL_IF(iterator == NULL);
    }
}

OP(GET_AWAITABLE, (object -- awaitable))
{
    if (likely(PyCoro_CheckExact(object) && ((PyGenObject *)object)->gi_frame_state == FRAME_CREATED)) {
        NEXT_QUICK();
    }
    awaitable = coroutine_get_awaitable(object);
    if (unlikely(awaitable == NULL)) {
        generator_explain_await(Py_TYPE(object), (int)oparg);
        goto error;
    }
    if (PyCoro_CheckExact(awaitable) && generator_delegate_peek((PyGenObject *)awaitable) != NULL) {
        Py_DECREF(awaitable);
        PyErr_SetString(PyExc_RuntimeError, "coroutine is being awaited already");
        goto error;
    }
    Py_DECREF(object);
}

OP(GET_AITER, (iterable -- iterator))
{
    iterator = async_get_iterator(iterable);
    Py_DECREF(iterable);
    FAIL_IF(iterator == NULL);
}

OP(GET_ANEXT, (iterator -- iterator, awaitable))
{
    awaitable = async_get_next(iterator);
    ERROR_IF(awaitable == NULL);
}
