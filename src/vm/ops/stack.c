/* Instructions that move values between stack, constants, locals and cells. */

QUICK_OP(CACHE, ())
{
    /* Never reached: jumps and falls through skip the cache words. */
    goto op_unknown;
}

QUICK_OP(NOP, ())
{
    NEXT_QUICK();
}

QUICK_OP(EXTENDED_ARG, ())
{
    unsigned int word = *next++;
    oparg = oparg << 8 | word >> 8;
    goto *targets[table == targets ? word & 0xff : opcode_deoptimized[word & 0xff]];
}

QUICK_OP(POP_TOP, (value -- ))
{
    DROP(value);
}

QUICK_OP(PUSH_NULL, ( -- null))
{
    null = NULL;
}

QUICK_OP(COPY, ())
{
    PyObject *value = sp[-(int)oparg];
    Py_INCREF(value);
    *sp++ = value;
    NEXT_QUICK();
}

QUICK_OP(SWAP, ())
{
    PyObject *top = sp[-1];
    sp[-1] = sp[-(int)oparg];
    sp[-(int)oparg] = top;
    NEXT_QUICK();
}

QUICK_OP(LOAD_CONST, ( -- value))
{
    value = frame->consts[oparg];
    Py_INCREF(value);
}

QUICK_OP(LOAD_FAST, ( -- value))
{
    value = LOCAL(oparg);
    if (unlikely(value == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(value);
}

QUICK_OP(STORE_FAST, (value -- ))
{
    PyObject *old = LOCAL(oparg);
    LOCAL(oparg) = value;
    XDROP(old);
}

OP(DELETE_FAST, ())
{
    PyObject *old = LOCAL(oparg);
    if (unlikely(old == NULL)) {
        goto unbound_local;
    }
    LOCAL(oparg) = NULL;
    Py_DECREF(old);
    NEXT();
}

QUICK_OP(LOAD_FAST__LOAD_FAST, ())
{
    PyObject *first = LOCAL(oparg);
    if (unlikely(first == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(first);
    *sp++ = first;
    oparg = *next++ >> 8;
    PyObject *second = LOCAL(oparg);
    if (unlikely(second == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(second);
    *sp++ = second;
    NEXT_QUICK();
}

QUICK_OP(LOAD_FAST__LOAD_CONST, ())
{
    PyObject *first = LOCAL(oparg);
    if (unlikely(first == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(first);
    PyObject *second = frame->consts[*next++ >> 8];
    Py_INCREF(second);
    sp[0] = first;
    sp[1] = second;
    sp += 2;
    NEXT_QUICK();
}

QUICK_OP(LOAD_CONST__LOAD_FAST, ())
{
    PyObject *first = frame->consts[oparg];
    Py_INCREF(first);
    *sp++ = first;
    oparg = *next++ >> 8;
    PyObject *second = LOCAL(oparg);
    if (unlikely(second == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(second);
    *sp++ = second;
    NEXT_QUICK();
}

QUICK_OP(STORE_FAST__LOAD_FAST, ())
{
    PyObject *old = LOCAL(oparg);
    LOCAL(oparg) = *--sp;
    XDROP(old);
    oparg = *next++ >> 8;
    PyObject *value = LOCAL(oparg);
    if (unlikely(value == NULL)) {
        goto unbound_local;
    }
    Py_INCREF(value);
    *sp++ = value;
    NEXT_QUICK();
}

QUICK_OP(STORE_FAST__STORE_FAST, ())
{
    PyObject *old = LOCAL(oparg);
    LOCAL(oparg) = *--sp;
    XDROP(old);
    oparg = *next++ >> 8;
    old = LOCAL(oparg);
    LOCAL(oparg) = *--sp;
    XDROP(old);
    NEXT_QUICK();
}

OP(MAKE_CELL, ())
{
    /* The slot may hold an argument, which moves into the cell. */
    PyObject *initial = LOCAL(oparg);
    PyObject *cell = PyCell_New(initial);
    ERROR_IF(cell == NULL);
    LOCAL(oparg) = cell;
    Py_XDECREF(initial);
    NEXT();
}

QUICK_OP(LOAD_CLOSURE, ( -- cell))
{
    cell = LOCAL(oparg);
    Py_INCREF(cell);
}

QUICK_OP(LOAD_DEREF, ( -- value))
{
    value = ((PyCellObject *)LOCAL(oparg))->ob_ref;
    if (unlikely(value == NULL)) {
        SAVE();
        raise_unbound_deref(frame->code, (int)oparg);
        goto error;
    }
    Py_INCREF(value);
}

QUICK_OP(STORE_DEREF, (value -- ))
{
    PyCellObject *cell = (PyCellObject *)LOCAL(oparg);
    PyObject *old = cell->ob_ref;
    cell->ob_ref = value;
    XDROP(old);
}

OP(DELETE_DEREF, ())
{
    PyCellObject *cell = (PyCellObject *)LOCAL(oparg);
    PyObject *old = cell->ob_ref;
    if (unlikely(old == NULL)) {
        raise_unbound_deref(frame->code, (int)oparg);
        goto error;
    }
    cell->ob_ref = NULL;
    Py_DECREF(old);
    NEXT();
}

OP(LOAD_CLASSDEREF, ( -- value))
{
    value = classderef_load(frame, (int)oparg);
    ERROR_IF(value == NULL);
}

QUICK_OP(COPY_FREE_VARS, ())
{
    PyObject *closure = frame->func->func_closure;
    PyObject **free = &LOCAL(frame->code->co_nlocalsplus - (int)oparg);
    for (unsigned int i = 0; i < oparg; i++) {
        PyObject *cell = PyTuple_GET_ITEM(closure, i);
        Py_INCREF(cell);
        free[i] = cell;
    }
    NEXT_QUICK();
}

QUICK_OP(EXTENDED_ARG_QUICK, ())
{
    unsigned int word = *next++;
    oparg = oparg << 8 | word >> 8;
    goto *targets[table == targets ? word & 0xff : opcode_deoptimized[word & 0xff]];
}
