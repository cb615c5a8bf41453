/* Building and taking apart containers and strings; structural pattern matching. */

OP(BUILD_TUPLE, (values[oparg] -- tuple))
{
    if (likely(oparg != 0 && oparg < TUPLE_SIZES_CACHED)) {
        PyTupleObject *self = tuple_alloc(oparg);
        if (likely(self != NULL)) {
            for (int i = 0; i < oparg; i++) {
                self->ob_item[i] = values[i];
            }
            gc_track((PyObject *)self);
            sp -= oparg;
            *sp++ = (PyObject *)self;
            GO();
        }
        goto error;
    }
    tuple = tuple_from_array_take(values, oparg);
    FAIL_IF(tuple == NULL);
}

OP(BUILD_LIST, (values[oparg] -- list))
{
    list = list_from_array_take(values, oparg);
    FAIL_IF(list == NULL);
}

OP(BUILD_LIST_FOR_TUPLE, (values[oparg] -- list))
{
    /* LIST_EXTEND and LIST_TO_TUPLE will find a tuple already. */
    list = tuple_from_array_take(values, oparg);
    FAIL_IF(list == NULL);
}

OP(LIST_TO_TUPLE, (list -- tuple))
{
    tuple = PyTuple_CheckExact(list) ? Py_NewRef(list) : PyList_AsTuple(list);
    Py_DECREF(list);
    FAIL_IF(tuple == NULL);
}

OP(BUILD_SET, (values[oparg] -- set))
{
    set = set_display(values, oparg);
    for (unsigned int i = 0; i < oparg; i++) {
        Py_DECREF(values[i]);
    }
    FAIL_IF(set == NULL);
}

OP(BUILD_MAP, (pairs[oparg * 2] -- map))
{
    map = oparg == 0 ? PyDict_New() : dict_display(pairs, 2, pairs + 1, 2, oparg);
    ERROR_IF(map == NULL);
    for (unsigned int i = 0; i < 2 * oparg; i++) {
        Py_DECREF(pairs[i]);
    }
}

OP(BUILD_CONST_KEY_MAP, (values[oparg], keys -- map))
{
    if (!PyTuple_CheckExact(keys) || PyTuple_GET_SIZE(keys) != (Py_ssize_t)oparg) {
        PyErr_SetString(PyExc_SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
        goto error;
    }
    map = dict_display(((PyTupleObject *)keys)->ob_item, 1, values, 1, oparg);
    ERROR_IF(map == NULL);
    for (unsigned int i = 0; i < oparg; i++) {
        Py_DECREF(values[i]);
    }
    Py_DECREF(keys);
}

OP(BUILD_STRING, (pieces[oparg] -- string))
{
    string = string_build(pieces, oparg);
    ERROR_IF(string == NULL);
    for (unsigned int i = 0; i < oparg; i++) {
        Py_DECREF(pieces[i]);
    }
}

OP(BUILD_SLICE, ())
{
    PyObject *step = oparg == 3 ? *--sp : NULL;
    PyObject *stop = sp[-1];
    PyObject *start = sp[-2];
    if (step != NULL && table == targets &&
        (_Py_OPCODE(*next) == BINARY_SUBSCR_ADAPTIVE || _Py_OPCODE(*next) == BINARY_SUBSCR)) {
        PyObject *container = sp[-3];
        PyObject *part = slice_load_stepped(container, start, stop, step);
        if (part != NULL) {
            sp -= 2;
            sp[-1] = part;
            next += 1 + opcode_caches[BINARY_SUBSCR];
            Py_DECREF(step);
            Py_DECREF(start);
            Py_DECREF(stop);
            Py_DECREF(container);
            GO();
        }
        if (unlikely(tstate->curexc_type != NULL)) {
            Py_DECREF(step);
            goto error;
        }
    }
    if (step == NULL && table == targets) {
        /* A subscript of a built-in sequence that follows is done here, without a slice object. */
        int following = _Py_OPCODE(*next);
        if (following == BINARY_SUBSCR_ADAPTIVE || following == BINARY_SUBSCR) {
            PyObject *container = sp[-3];
            PyObject *part = slice_load(container, start, stop);
            if (part != NULL) {
                sp -= 2;
                sp[-1] = part;
                next += 1 + opcode_caches[BINARY_SUBSCR];
                Py_DECREF(start);
                Py_DECREF(stop);
                Py_DECREF(container);
                GO();
            }
            ERROR_IF(tstate->curexc_type != NULL);
        }
        else if (following == STORE_SUBSCR_ADAPTIVE || following == STORE_SUBSCR) {
            PyObject *container = sp[-3], *value = sp[-4];
            truth stored = slice_store(container, start, stop, value);
            if (stored != 0) {
                next += 1 + (stored < 0 ? 0 : opcode_caches[STORE_SUBSCR]);
                SAVE();
                sp -= 4;
                Py_DECREF(start);
                Py_DECREF(stop);
                Py_DECREF(container);
                Py_DECREF(value);
                ERROR_IF(stored < 0);
                GO();
            }
        }
    }
    PyObject *slice = PySlice_New(start, stop, step);
    Py_XDECREF(step);
    ERROR_IF(slice == NULL);
    Py_DECREF(start);
    Py_DECREF(stop);
    sp--;
    sp[-1] = slice;
    NEXT();
}

OP(FORMAT_VALUE, ())
{
    PyObject *spec = oparg & 4 ? *--sp : NULL;
    PyObject *value = sp[-1];
    if (oparg <= 1 && PyLong_CheckExact(value)) {
        PyObject *text = int_to_decimal(value);
        ERROR_IF(text == NULL);
        sp[-1] = text;
        INT_DROP(value);
        NEXT();
    }
    if (spec != NULL || (oparg & 3) != 0 || !PyUnicode_CheckExact(value)) {
        PyObject *text = format_value(value, spec, (int)(oparg & 3));
        Py_XDECREF(spec);
        ERROR_IF(text == NULL);
        sp[-1] = text;
        Py_DECREF(value);
    }
    NEXT();
}

OP(LIST_APPEND, (value -- ))
{
    status appended = list_append_take((PyListObject *)sp[-1 - (int)oparg], value);
    FAIL_IF(appended < 0);
}

OP(SET_ADD, (value -- ))
{
    status added = PySet_Add(sp[-1 - (int)oparg], value);
    Py_DECREF(value);
    FAIL_IF(added < 0);
}

OP(MAP_ADD, (key, value -- ))
{
    status added = PyDict_SetItem(sp[-2 - (int)oparg], key, value);
    Py_DECREF(key);
    Py_DECREF(value);
    FAIL_IF(added < 0);
}

OP(LIST_EXTEND, (iterable -- ))
{
    PyObject **place = &sp[-1 - (int)oparg];
    if (PyTuple_CheckExact(*place)) {
        PyObject *start = *place, *tuple = tuple_extended(start, iterable);
        ERROR_IF(tuple == NULL);
        *place = tuple;
        Py_DECREF(start);
        Py_DECREF(iterable);
    }
    else {
        status extended = list_extend_unpacked(*place, iterable);
        Py_DECREF(iterable);
        FAIL_IF(extended < 0);
    }
}

OP(SET_UPDATE, (iterable -- ))
{
    status updated = _PySet_Update(sp[-1 - (int)oparg], iterable);
    Py_DECREF(iterable);
    FAIL_IF(updated < 0);
}

OP(DICT_UPDATE, (mapping -- ))
{
    status updated = dict_update_unpacked(sp[-1 - (int)oparg], mapping);
    Py_DECREF(mapping);
    FAIL_IF(updated < 0);
}

OP(DICT_MERGE, (mapping -- ))
{
    /* Only for calls: the callable is three words below the dict. */
    if (_PyDict_MergeEx(sp[-1 - (int)oparg], mapping, 2) < 0) {
        raise_merge_error(sp[-4 - (int)oparg], sp[-3 - (int)oparg], mapping);
        goto error;
    }
    Py_DECREF(mapping);
}

OP(UNPACK_SEQUENCE, ())
{
    PyObject *sequence = *--sp;
    PyObject **items = NULL;
    if (PyTuple_CheckExact(sequence) && PyTuple_GET_SIZE(sequence) == (Py_ssize_t)oparg) {
        items = ((PyTupleObject *)sequence)->ob_item;
    }
    else if (PyList_CheckExact(sequence) && PyList_GET_SIZE(sequence) == (Py_ssize_t)oparg) {
        items = ((PyListObject *)sequence)->ob_item;
    }
    if (items != NULL) {
        for (unsigned int i = oparg; i-- > 0;) {
            PyObject *item = items[i];
            Py_INCREF(item);
            *sp++ = item;
        }
    }
    else if (unpack_iterable(sequence, (int)oparg, -1, sp + oparg) < 0) {
        Py_DECREF(sequence);
        goto error;
    }
    else {
        sp += oparg;
    }
    Py_DECREF(sequence);
    NEXT();
}

OP(UNPACK_EX, ())
{
    PyObject *sequence = *--sp;
    int total = 1 + (int)(oparg & 0xff) + (int)(oparg >> 8);
    status unpacked =
        unpack_iterable(sequence, (int)(oparg & 0xff), (int)(oparg >> 8), sp + total);
    Py_DECREF(sequence);
    ERROR_IF(unpacked < 0);
    sp += total;
    NEXT();
}

OP(GET_LEN, (subject -- subject, length))
{
    Py_ssize_t size = PyObject_Length(subject);
    ERROR_IF(size < 0);
    length = PyLong_FromSsize_t(size);
    ERROR_IF(length == NULL);
}

QUICK_OP(MATCH_MAPPING, (subject -- subject, matches))
{
    matches = Py_TYPE(subject)->tp_flags & Py_TPFLAGS_MAPPING ? Py_True : Py_False;
    Py_INCREF(matches);
}

QUICK_OP(MATCH_SEQUENCE, (subject -- subject, matches))
{
    matches = Py_TYPE(subject)->tp_flags & Py_TPFLAGS_SEQUENCE ? Py_True : Py_False;
    Py_INCREF(matches);
}

OP(MATCH_KEYS, (subject, keys -- subject, keys, values))
{
    values = match_keys(tstate, subject, keys);
    ERROR_IF(values == NULL);
}

OP(MATCH_CLASS, (subject, type, names -- attributes))
{
    attributes = match_class(subject, type, (Py_ssize_t)oparg, names);
    if (attributes == NULL) {
        ERROR_IF(PyErr_Occurred());
        attributes = Py_NewRef(Py_None);
    }
    Py_DECREF(subject);
    Py_DECREF(type);
    Py_DECREF(names);
}

/* ---- specialised ---------------------------------------------------------------------------- */

OP(UNPACK_SEQUENCE_ADAPTIVE, ())
{
    ADAPT(UNPACK_SEQUENCE, specialize_unpack_sequence(sp[-1], next - 1, (int)oparg));
}

QUICK_OP(UNPACK_SEQUENCE_TWO_TUPLE, ())
{
    PyObject *sequence = sp[-1];
    DEOPT_IF(!PyTuple_CheckExact(sequence) || PyTuple_GET_SIZE(sequence) != 2);
    sp[-1] = Py_NewRef(PyTuple_GET_ITEM(sequence, 1));
    *sp++ = Py_NewRef(PyTuple_GET_ITEM(sequence, 0));
    DROP(sequence);
    NEXT_QUICK();
}

QUICK_OP(UNPACK_SEQUENCE_TUPLE, ())
{
    PyObject *sequence = sp[-1];
    DEOPT_IF(!PyTuple_CheckExact(sequence) || PyTuple_GET_SIZE(sequence) != (Py_ssize_t)oparg);
    PyObject **items = ((PyTupleObject *)sequence)->ob_item;
    sp--;
    for (unsigned int i = oparg; i-- > 0;) {
        *sp++ = Py_NewRef(items[i]);
    }
    DROP(sequence);
    NEXT_QUICK();
}

QUICK_OP(UNPACK_SEQUENCE_LIST, ())
{
    PyObject *sequence = sp[-1];
    DEOPT_IF(!PyList_CheckExact(sequence) || PyList_GET_SIZE(sequence) != (Py_ssize_t)oparg);
    PyObject **items = ((PyListObject *)sequence)->ob_item;
    sp--;
    for (unsigned int i = oparg; i-- > 0;) {
        *sp++ = Py_NewRef(items[i]);
    }
    DROP(sequence);
    NEXT_QUICK();
}
