/* Jumps, loops, starting and returning. */

OP(RESUME, ())
{
    if (table == targets) {
        WARM_UP();
    }
    if (oparg < 2) {
        CHECK_BREAKER();
    }
    NEXT();
}

QUICK_OP(JUMP_FORWARD, ())
{
    next += oparg;
    NEXT_QUICK();
}

OP(JUMP_BACKWARD, ())
{
    next -= oparg;
    if (table == targets) {
        WARM_UP();
    }
    CHECK_BREAKER();
    NEXT();
}

QUICK_OP(JUMP_BACKWARD_NO_INTERRUPT, ())
{
    next -= oparg;
    NEXT_QUICK();
}

QUICK_OP(POP_JUMP_FORWARD_IF_FALSE, ())
{
    PyObject *value = *--sp;
    if (value == Py_True) {
        Py_DECREF(value);
    }
    else if (value == Py_False) {
        Py_DECREF(value);
        next += oparg;
    }
    else {
        SAVE();
        truth known = is_true(value);
        Py_DECREF(value);
        ERROR_IF(known < 0);
        next += known ? 0 : oparg;
        NEXT();
    }
    NEXT_QUICK();
}

QUICK_OP(POP_JUMP_FORWARD_IF_TRUE, ())
{
    PyObject *value = *--sp;
    if (value == Py_False) {
        Py_DECREF(value);
    }
    else if (value == Py_True) {
        Py_DECREF(value);
        next += oparg;
    }
    else {
        SAVE();
        truth known = is_true(value);
        Py_DECREF(value);
        ERROR_IF(known < 0);
        next += known ? oparg : 0;
        NEXT();
    }
    NEXT_QUICK();
}

OP(POP_JUMP_BACKWARD_IF_FALSE, ())
{
    PyObject *value = *--sp;
    if (likely(value == Py_True)) {
        Py_DECREF(value);
        NEXT_QUICK();
    }
    truth known = is_true(value);
    Py_DECREF(value);
    ERROR_IF(known < 0);
    if (!known) {
        next -= oparg;
        CHECK_BREAKER();
    }
    NEXT();
}

OP(POP_JUMP_BACKWARD_IF_TRUE, ())
{
    PyObject *value = *--sp;
    if (likely(value == Py_False)) {
        Py_DECREF(value);
        NEXT_QUICK();
    }
    truth known = is_true(value);
    Py_DECREF(value);
    ERROR_IF(known < 0);
    if (known) {
        next -= oparg;
        CHECK_BREAKER();
    }
    NEXT();
}

QUICK_OP(POP_JUMP_FORWARD_IF_NONE, (value -- ))
{
    if (value == Py_None) {
        Py_DECREF(value);
        next += oparg;
    }
    else {
        DROP(value);
    }
}

QUICK_OP(POP_JUMP_FORWARD_IF_NOT_NONE, (value -- ))
{
    if (value != Py_None) {
        DROP(value);
        next += oparg;
    }
    else {
        Py_DECREF(value);
    }
}

OP(POP_JUMP_BACKWARD_IF_NONE, ())
{
    PyObject *value = *--sp;
    bool jump = value == Py_None;
    Py_DECREF(value);
    if (jump) {
        next -= oparg;
        CHECK_BREAKER();
    }
    NEXT();
}

OP(POP_JUMP_BACKWARD_IF_NOT_NONE, ())
{
    PyObject *value = *--sp;
    bool jump = value != Py_None;
    Py_DECREF(value);
    if (jump) {
        next -= oparg;
        CHECK_BREAKER();
    }
    NEXT();
}

OP(JUMP_IF_FALSE_OR_POP, ())
{
    PyObject *value = sp[-1];
    truth known = is_true(value);
    ERROR_IF(known < 0);
    if (known) {
        sp--;
        Py_DECREF(value);
    }
    else {
        next += oparg;
    }
    NEXT();
}

OP(JUMP_IF_TRUE_OR_POP, ())
{
    PyObject *value = sp[-1];
    truth known = is_true(value);
    ERROR_IF(known < 0);
    if (!known) {
        sp--;
        Py_DECREF(value);
    }
    else {
        next += oparg;
    }
    NEXT();
}

OP(GET_ITER, (iterable -- iterator))
{
    iterator = PyObject_GetIter(iterable);
    Py_DECREF(iterable);
    FAIL_IF(iterator == NULL);
}

OP(FOR_ITER, ())
{
    PyObject *iterator = sp[-1];
    if (Py_IS_TYPE(iterator, &PyListIter_Type)) {
        struct ListIterator *walk = (struct ListIterator *)iterator;
        if (likely(walk->seq != NULL && walk->index < PyList_GET_SIZE(walk->seq))) {
            *sp++ = Py_NewRef(PyList_GET_ITEM(walk->seq, walk->index++));
            NEXT();
        }
    }
    else if (Py_IS_TYPE(iterator, &PyRangeIter_Type)) {
        struct RangeIterator *walk = (struct RangeIterator *)iterator;
        if (likely(walk->index < walk->length)) {
            long value = (long)(walk->start + (unsigned long)(walk->index++) * walk->step);
            PyObject *item = int_from_int64(value);
            ERROR_IF(item == NULL);
            *sp++ = item;
            NEXT();
        }
    }
    else if (Py_IS_TYPE(iterator, &PyTupleIter_Type)) {
        struct TupleIterator *walk = (struct TupleIterator *)iterator;
        if (likely(walk->seq != NULL && walk->index < PyTuple_GET_SIZE(walk->seq))) {
            *sp++ = Py_NewRef(PyTuple_GET_ITEM(walk->seq, walk->index++));
            NEXT();
        }
    }
    else if (Py_IS_TYPE(iterator, &PyGen_Type) && !cframe.use_tracing &&
        ((PyGenObject *)iterator)->gi_frame_state < FRAME_EXECUTING && !has_eval_hook(tstate)) {
        /* Run the generator in this loop; it comes back through YIELD_VALUE, RETURN_VALUE or
           leave_failed. */
        PyGenObject *generator = (PyGenObject *)iterator;
        Frame *inner = generator_frame(generator);
        generator_link(tstate, generator);
        inner->slots[inner->stack_top++] = Py_NewRef(Py_None);
        inner->is_entry = false;
        inner->exhausted_jump = (int)oparg;
        ENTER(inner);
    }
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (likely(item != NULL)) {
        *sp++ = item;
        NEXT();
    }
iterator_ended:
    if (tstate->curexc_type != NULL) {
        ERROR_IF(!PyErr_ExceptionMatches(PyExc_StopIteration));
        if (cframe.use_tracing && tstate->c_tracefunc != NULL) {
            trace_exception(tstate, frame);
        }
        PyErr_Clear();
    }
    {
        PyObject *exhausted = *--sp;
        Py_DECREF(exhausted);
    }
    next += oparg;
    NEXT();
}

OP(FOR_ITER_ADAPTIVE, ())
{
    specialize_for_iter(sp[-1], next - 1);
    goto *targets[next[-1] & 0xff];
}

QUICK_OP(FOR_ITER_LIST, ())
{
    struct ListIterator *walk = (struct ListIterator *)sp[-1];
    DEOPT_IF(!Py_IS_TYPE(walk, &PyListIter_Type));
    PyListObject *list = walk->seq;
    if (unlikely(list == NULL)) {
        goto op_FOR_ITER;
    }
    Py_ssize_t index = walk->index;
    if (unlikely(index >= PyList_GET_SIZE(list))) {
        goto op_FOR_ITER;
    }
    walk->index = index + 1;
    PyObject *item = Py_NewRef(PyList_GET_ITEM(list, index));
    ITERATED(item);
}

QUICK_OP(FOR_ITER_TUPLE, ())
{
    struct TupleIterator *walk = (struct TupleIterator *)sp[-1];
    DEOPT_IF(!Py_IS_TYPE(walk, &PyTupleIter_Type));
    PyTupleObject *tuple = walk->seq;
    if (unlikely(tuple == NULL)) {
        goto op_FOR_ITER;
    }
    Py_ssize_t index = walk->index;
    if (unlikely(index >= PyTuple_GET_SIZE(tuple))) {
        goto op_FOR_ITER;
    }
    walk->index = index + 1;
    PyObject *item = Py_NewRef(PyTuple_GET_ITEM(tuple, index));
    ITERATED(item);
}

QUICK_OP(FOR_ITER_RANGE, ())
{
    struct RangeIterator *walk = (struct RangeIterator *)sp[-1];
    DEOPT_IF(!Py_IS_TYPE(walk, &PyRangeIter_Type));
    long index = walk->index;
    if (unlikely(index >= walk->length)) {
        goto op_FOR_ITER;
    }
    walk->index = index + 1;
    long value = (long)(walk->start + (unsigned long)index * walk->step);
    unsigned int word = *next;
    if (likely(STORES_FAST(word))) {
        /* The last value of the variable is the new one if nobody else has it. */
        PyObject **local = &LOCAL(word >> 8);
        PyObject *last = *local;
        PyLongObject *old = (PyLongObject *)last;
        if (old != NULL && Py_REFCNT(old) == 1 && PyLong_CheckExact(old) && int_is_compact(old) &&
            (unsigned long)value - (SMALL_INT_MAX + 1) <= LIMB_MASK - (SMALL_INT_MAX + 1)) {
            Py_SET_SIZE(old, 1);
            old->ob_digit[0] = (digit)value;
            next++;
        }
        else {
            PyObject *item = int_from_int64(value);
            if (unlikely(item == NULL)) {
                SAVE();
                goto error;
            }
            *local = item;
            next++;
            XDROP(last);
        }
        LOAD_SECOND(word);
        GO_QUICK();
    }
    PyObject *item = int_from_int64(value);
    if (unlikely(item == NULL)) {
        SAVE();
        goto error;
    }
    *sp++ = item;
    GO_QUICK();
}

OP(FOR_ITER_GENERATOR, ())
{
    PyGenObject *generator = (PyGenObject *)sp[-1];
    DEOPT_IF(!Py_IS_TYPE(generator, &PyGen_Type));
    if (unlikely(cframe.use_tracing || generator->gi_frame_state >= FRAME_EXECUTING ||
                 has_eval_hook(tstate))) {
        goto op_FOR_ITER;
    }
    Frame *inner = generator_frame(generator);
    generator_link(tstate, generator);
    inner->slots[inner->stack_top++] = Py_NewRef(Py_None);
    inner->is_entry = false;
    inner->exhausted_jump = (int)oparg;
    ENTER_SUSPENDED(inner);
}

OP(FOR_ITER_BUILTIN, ())
{
    /* Whatever has no form of its own: any iterator but a generator. */
    PyObject *iterator = sp[-1];
    DEOPT_IF(Py_IS_TYPE(iterator, &PyGen_Type));
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (unlikely(item == NULL)) {
        goto iterator_ended;
    }
    table = targets + cframe.use_tracing;
    if (unlikely(table != targets)) {
        *sp++ = item;
        GO_QUICK();
    }
    ITERATED(item);
}

OP(FOR_ITER_PAIRS, ())
{
    /* The UNPACK_SEQUENCE behind it is done here as well: no pair comes about. */
    PyObject *iterator = sp[-1];
    PyTypeObject *type = Py_TYPE(iterator);
    PyObject *first, *second;
    bool more;
    if (type == &PyDictIterItem_Type) {
        more = dict_item_iterator_step(iterator, &first, &second);
    }
    else if (type == &PyEnum_Type) {
        more = enumerate_step(iterator, &first, &second);
    }
    else {
        DEOPT_IF(type != &PyZip_Type || !zip_is_of_two(iterator));
        more = zip_step(iterator, &first, &second);
    }
    if (unlikely(!more)) {
        goto iterator_ended;
    }
    *sp++ = second;
    *sp++ = first;
    next += 1 + opcode_caches[UNPACK_SEQUENCE];
    GO();
}

OP(RETURN_VALUE, ())
{
    PyObject *value = *--sp;
    frame->stack_top = (int)(sp - frame->slots);
    if (unlikely(cframe.use_tracing) && trace_leave(tstate, frame, value) < 0) {
        Py_DECREF(value);
        goto drop_stack;
    }
    if (frame->is_entry) {
        tstate->recursion_remaining++;
        result_out = value;
        goto leave;
    }
    Frame *done = frame;
    if (unlikely(done->owner | done->ends_as)) {
        tstate->recursion_remaining++;
        result_out = value;
        if (done->ends_as == ENDS_AS_INIT) {
            goto init_returned;
        }
        if (done->ends_as == ENDS_AS_ATTRIBUTE) {
            goto getter_returned;
        }
        if (done->ends_as != ENDS_AS_VALUE) {
            goto operator_returned;
        }
        goto generator_returned;
    }
    /* While its locals die the frame is no longer shown, but still counted. */
    frame = done->previous;
    cframe.current_frame = frame;
    frame_clear_quick(done);
    tstate->recursion_remaining++;
    frame_stack_pop(tstate, done);
    CONTINUE_WITH(value);
}

QUICK_OP(LOAD_CONST__RETURN_VALUE, ())
{
    *sp++ = Py_NewRef(frame->consts[oparg]);
    next++;
    goto op_RETURN_VALUE;
}

QUICK_OP(LOAD_FAST__RETURN_VALUE, ())
{
    PyObject *value = LOCAL(oparg);
    if (unlikely(value == NULL)) {
        goto unbound_local;
    }
    *sp++ = Py_NewRef(value);
    next++;
    goto op_RETURN_VALUE;
}

/* ---- quickened ------------------------------------------------------------------------------ */

OP(RESUME_QUICK, ())
{
    if (oparg < 2) {
        CHECK_BREAKER();
    }
    NEXT();
}

OP(JUMP_BACKWARD_QUICK, ())
{
    next -= oparg;
    CHECK_BREAKER();
    NEXT();
}
