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
        ENTER_FRESH(callee);
    }
    if (Py_IS_TYPE(callable, &PyType_Type) && nargs == oparg && !cframe.use_tracing &&
        !has_eval_hook(tstate)) {
        PyTypeObject *type = (PyTypeObject *)callable;
        PyFunctionObject *init = class_init_peek(type);
        if (init != NULL && tstate->curexc_type == NULL) {
            /* [NULL, class, args...] becomes [instance], and (instance, args...) go to __init__. */
            ERROR_IF(!c_call_enter(tstate));
            Py_INCREF(init);
            PyObject *self = PyType_GenericAlloc(type, 0);
            if (unlikely(self == NULL)) {
                Py_DECREF(init);
                tstate->recursion_remaining++;
                goto error;
            }
            args[-2] = self;
            args[-1] = Py_NewRef(self);
            Py_DECREF(type);
            sp = args - 1;
            Frame *callee = eval_push_call(tstate, init, NULL, args - 1, positional + 1, names);
            frame->last = next - 1;
            if (unlikely(callee == NULL)) {
                tstate->recursion_remaining++;
                goto error;
            }
            callee->ends_as = ENDS_AS_INIT;
            ENTER_FRESH(callee);
        }
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
    int extra = oparg & 1;
    PyObject *kwargs = extra ? sp[-1] : NULL;
    PyObject *args = sp[-1 - extra];
    PyObject *callable = sp[-2 - extra];
    PyObject *function = sp[-3 - extra];
    if (function != NULL) {
        /* function(callable, *args, **kwargs), see LOAD_ATTR_CALLEE */
        if (likely(PyTuple_CheckExact(args) && (kwargs == NULL || PyDict_CheckExact(kwargs)) &&
                   !cframe.use_tracing)) {
            PyObject *result = NULL;
            Frame *callee = NULL;
            bool inside = is_inlinable(tstate, function);
            if (inside) {
                callee = push_call_ex(tstate, (PyFunctionObject *)Py_NewRef(function), callable, args, kwargs);
            }
            else {
                result = call_method_star(function, callable, args, kwargs);
            }
            sp -= 3 + extra;
            Py_DECREF(function);
            Py_DECREF(callable);
            Py_DECREF(args);
            Py_XDECREF(kwargs);
            ERROR_IF(callee == NULL && result == NULL);
            if (inside) {
                ENTER_FRESH(callee);
            }
            *sp++ = result;
            CHECK_BREAKER();
            GO();
        }
        PyObject *bound = callee_bind(function, callable);
        ERROR_IF(bound == NULL);
        sp[-2 - extra] = bound;
        sp[-3 - extra] = NULL;
        Py_DECREF(callable);
        Py_DECREF(function);
        callable = bound;
    }
    if (kwargs != NULL && !PyDict_CheckExact(kwargs)) {
        PyObject *dict = PyDict_New();
        ERROR_IF(dict == NULL);
        if (_PyDict_MergeEx(dict, kwargs, 2) < 0) {
            Py_DECREF(dict);
            raise_merge_error(NULL, callable, kwargs);
            goto error;
        }
        sp[-1] = dict;
        Py_DECREF(kwargs);
        kwargs = dict;
    }
    if (!PyTuple_CheckExact(args)) {
        ERROR_IF(require_args_iterable(callable, args) < 0);
        PyObject *tuple = PySequence_Tuple(args);
        ERROR_IF(tuple == NULL);
        sp[-1 - extra] = tuple;
        Py_DECREF(args);
        args = tuple;
    }
    if (is_inlinable(tstate, callable)) {
        Frame *callee =
            push_call_ex(tstate, (PyFunctionObject *)Py_NewRef(callable), NULL, args, kwargs);
        sp -= 3 + extra;
        Py_DECREF(callable);
        Py_DECREF(args);
        Py_XDECREF(kwargs);
        ERROR_IF(callee == NULL);
        ENTER_FRESH(callee);
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

/* ---- specialised ---------------------------------------------------------------------------- */

OP(CALL_ADAPTIVE, ())
{
    if (ADAPTIVE_COUNTER() >= COUNTER_ONE) {
        ADAPTIVE_COUNTER() -= COUNTER_ONE;
        goto op_CALL;
    }
    int has_self = sp[-(int)oparg - 2] != NULL;
    specialize_call(sp[-(int)oparg - 1 - has_self], next - 1, (int)oparg + has_self, kwnames);
    goto *targets[next[-1] & 0xff];
}

OP(CALL_PY_EXACT_ARGS, ())
{
    DEOPT_IF(kwnames != NULL || has_eval_hook(tstate));
    int has_self = sp[-(int)oparg - 2] != NULL;
    int nargs = (int)oparg + has_self;
    PyObject **args = sp - nargs;
    PyFunctionObject *func = (PyFunctionObject *)args[-1];
    DEOPT_IF(!PyFunction_Check(func));
    if (unlikely(func->func_version != cache_read32(next + CACHE_CALL_FUNCTION))) {
        /* Another function that takes the same number, such as the next closure over the same code. */
        DEOPT_IF(!is_inlinable(tstate, (PyObject *)func) || !takes_exactly((PyObject *)func, nargs) ||
                 function_version(func) == 0);
        cache_write32(next + CACHE_CALL_FUNCTION, func->func_version);
    }
    DEOPT_IF(((PyCodeObject *)func->func_code)->co_argcount != nargs);
    Frame *callee = push_exact(tstate, func, args, nargs);
    sp -= oparg + 2;
    next += CACHES;
    ERROR_IF(callee == NULL);
    ENTER_FRESH(callee);
}

OP(CALL_PY_WITH_DEFAULTS, ())
{
    DEOPT_IF(kwnames != NULL || has_eval_hook(tstate));
    int has_self = sp[-(int)oparg - 2] != NULL;
    int nargs = (int)oparg + has_self;
    PyObject **args = sp - nargs;
    PyFunctionObject *func = (PyFunctionObject *)args[-1];
    DEOPT_IF(!PyFunction_Check(func) ||
             func->func_version != cache_read32(next + CACHE_CALL_FUNCTION));
    int wanted = ((PyCodeObject *)func->func_code)->co_argcount;
    DEOPT_IF(nargs > wanted || nargs < next[CACHE_CALL_MIN_ARGS]);
    PyObject *defaults = func->func_defaults;
    int first = wanted - (int)PyTuple_GET_SIZE(defaults);
    Frame *callee = push_exact(tstate, func, args, nargs);
    sp -= oparg + 2;
    next += CACHES;
    ERROR_IF(callee == NULL);
    for (int i = nargs; i < wanted; i++) {
        callee->slots[i] = Py_NewRef(PyTuple_GET_ITEM(defaults, i - first));
    }
    ENTER_FRESH(callee);
}

OP(CALL_PY_GENERATOR, ())
{
    /* A generator or coroutine is all that the call gives: its frame is made where it stays, behind the
       RETURN_GENERATOR that the function begins with. */
    DEOPT_IF(kwnames != NULL || has_eval_hook(tstate) || tstate->recursion_remaining <= 0);
    int has_self = sp[-(int)oparg - 2] != NULL;
    int nargs = (int)oparg + has_self;
    PyObject **args = sp - nargs;
    PyFunctionObject *func = (PyFunctionObject *)args[-1];
    DEOPT_IF(!PyFunction_Check(func));
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    if (unlikely(func->func_version != cache_read32(next + CACHE_CALL_FUNCTION))) {
        DEOPT_IF(!is_inlinable(tstate, (PyObject *)func) || !takes_exactly((PyObject *)func, nargs) ||
                 _Py_OPCODE(*_PyCode_CODE(code)) != RETURN_GENERATOR || function_version(func) == 0);
        cache_write32(next + CACHE_CALL_FUNCTION, func->func_version);
        next[CACHE_CALL_MIN_ARGS] = (uint16_t)nargs;
    }
    int wanted = code->co_argcount;
    DEOPT_IF(nargs > wanted || nargs < next[CACHE_CALL_MIN_ARGS]);
    PyObject *generator = generator_new(tstate, func, frame);
    ERROR_IF(generator == NULL);
    Frame *inner = generator_frame((PyGenObject *)generator);
    frame_init(inner, func, NULL, code, wanted);
    for (int i = 0; i < nargs; i++) {
        inner->slots[i] = args[i];
    }
    for (int i = nargs; i < wanted; i++) {
        PyObject *defaults = func->func_defaults;
        inner->slots[i] = Py_NewRef(PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults) - wanted + i));
    }
    inner->last++;
    inner->owner = OWNED_BY_GENERATOR;
    inner->previous = NULL;
    ((PyGenObject *)generator)->gi_frame_state = FRAME_CREATED;
    sp -= oparg + 2;
    *sp++ = generator;
    next += CACHES;
    CHECK_BREAKER();
    GO();
}

OP(CALL_PY_KEYWORDS, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    int nargs = (int)oparg + has_self;
    PyObject **args = sp - nargs;
    PyFunctionObject *func = (PyFunctionObject *)args[-1];
    DEOPT_IF(!PyFunction_Check(func) || has_eval_hook(tstate) ||
             func->func_version != cache_read32(next + CACHE_CALL_FUNCTION));
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int named = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    int positional = nargs - named;
    unsigned int places = next[CACHE_CALL_PLACES];
    DEOPT_IF(positional > code->co_argcount);
    for (int i = 0; i < named; i++) {
        /* One more positional argument than before: a bound method. */
        DEOPT_IF((int)(places >> (4 * i) & 15) < positional);
    }
    Frame *callee = push_exact(tstate, func, args, positional);
    kwnames = NULL;
    sp -= oparg + 2;
    next += CACHES;
    if (unlikely(callee == NULL)) {
        for (int i = 0; i < named; i++) {
            Py_DECREF(args[positional + i]);
        }
        goto error;
    }
    for (int i = 0; i < named; i++, places >>= 4) {
        callee->slots[places & 15] = args[positional + i];
    }
    bool general = code->co_kwonlyargcount != 0;
    if (!general) {
        PyObject *defaults = func->func_defaults;
        int first = code->co_argcount - (defaults != NULL ? (int)PyTuple_GET_SIZE(defaults) : 0);
        for (int i = positional; i < code->co_argcount; i++) {
            if (callee->slots[i] == NULL) {
                if (unlikely(i < first)) {
                    general = true;
                    break;
                }
                callee->slots[i] = Py_NewRef(PyTuple_GET_ITEM(defaults, i - first));
            }
        }
    }
    if (general && function_bind_defaults(func, callee->slots, positional) < 0) {
        eval_pop_frame(tstate, callee);
        goto error;
    }
    ENTER_FRESH(callee);
}

OP(PRECALL_ADAPTIVE, ())
{
    if (ADAPTIVE_COUNTER() >= COUNTER_ONE) {
        ADAPTIVE_COUNTER() -= COUNTER_ONE;
        goto op_PRECALL;
    }
    int has_self = sp[-(int)oparg - 2] != NULL;
    specialize_precall(tstate, sp[-(int)oparg - 1 - has_self], sp - oparg - has_self, next - 1,
                       (int)oparg + has_self, has_self, kwnames, (int)oparg);
    goto *targets[next[-1] & 0xff];
}

QUICK_OP(PRECALL_PYFUNC, ())
{
    if (likely((next[CACHES] & 0xff) == CALL_PY_EXACT_ARGS && table == targets)) {
        /* It looks at the function itself. */
        next += CACHES + 1;
        goto op_CALL_PY_EXACT_ARGS;
    }
    int has_self = sp[-(int)oparg - 2] != NULL;
    DEOPT_IF(!PyFunction_Check(sp[-(int)oparg - 1 - has_self]));
    NEXT_QUICK();
}

QUICK_OP(PRECALL_BOUND_METHOD, ())
{
    PyObject *callable = sp[-(int)oparg - 1];
    DEOPT_IF(sp[-(int)oparg - 2] != NULL || !Py_IS_TYPE(callable, &PyMethod_Type));
    sp[-(int)oparg - 1] = Py_NewRef(PyMethod_GET_SELF(callable));
    sp[-(int)oparg - 2] = Py_NewRef(PyMethod_GET_FUNCTION(callable));
    DROP(callable);
    NEXT_QUICK();
}

OP(PRECALL_BUILTIN_CLASS, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    PyObject **args = sp - oparg - has_self;
    int nargs = (int)oparg + has_self;
    PyTypeObject *type = (PyTypeObject *)args[-1];
    DEOPT_IF(!PyType_Check(type) || type->tp_vectorcall == NULL);
    int keywords = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    PyObject *result = type->tp_vectorcall((PyObject *)type, args, nargs - keywords, kwnames);
    kwnames = NULL;
    FINISH_CALL(result);
}

OP(PRECALL_PY_CLASS, ())
{
    /* [NULL, class, args...] becomes [instance], and (instance, args...) go to __init__, which runs
       in this loop. */
    PyObject **args = sp - oparg;
    PyTypeObject *type = (PyTypeObject *)args[-1];
    DEOPT_IF(args[-2] != NULL || !Py_IS_TYPE(type, &PyType_Type) || has_eval_hook(tstate));
    PyFunctionObject *init = class_init_peek(type);
    DEOPT_IF(init == NULL || tstate->curexc_type != NULL);
    ERROR_IF(!c_call_enter(tstate));
    Py_INCREF(init);
    PyObject *self = PyType_GenericAlloc(type, 0);
    if (unlikely(self == NULL)) {
        Py_DECREF(init);
        tstate->recursion_remaining++;
        goto error;
    }
    args[-2] = self;
    args[-1] = Py_NewRef(self);
    Py_DECREF(type);
    sp = args - 1;
    Frame *callee;
    if (kwnames == NULL && takes_exactly((PyObject *)init, oparg + 1)) {
        callee = push_exact(tstate, init, sp, oparg + 1);
    }
    else {
        int keywords = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
        callee = eval_push_call(tstate, init, NULL, sp, oparg + 1 - keywords, kwnames);
        kwnames = NULL;
    }
    next += CACHES + 1;
    frame->last = next - 1;
    if (unlikely(callee == NULL)) {
        tstate->recursion_remaining++;
        goto error;
    }
    callee->ends_as = ENDS_AS_INIT;
    ENTER_FRESH(callee);
}

QUICK_OP(PRECALL_SUPER_METHOD, ())
{
    /* super().name: the call and the LOAD_METHOD behind it in one, without a super object. */
    _Py_CODEUNIT *load = next + CACHES + 1 + CALL_CACHES;
    PyTypeObject *class = (PyTypeObject *)PyCell_GET(
        LOCAL(frame->code->co_nlocalsplus - frame->code->co_nfreevars));
    PyObject *self = LOCAL(0);
    DEOPT_IF(sp[-1] != (PyObject *)&PySuper_Type || sp[-2] != NULL || kwnames != NULL ||
             _Py_OPCODE(*load) != LOAD_METHOD_SUPER || self == NULL || class == NULL ||
             !PyType_Check(class));
    bool of_class = load[1 + CACHE_METHOD_DICT];
    PyTypeObject *start = Py_TYPE(self);
    if (of_class) {
        DEOPT_IF(!PyType_Check(self));
        start = (PyTypeObject *)self;
    }
    DEOPT_IF(start->tp_version_tag != cache_read32(load + 1 + CACHE_METHOD_VERSION) ||
             class->tp_version_tag != cache_read32(load + 1 + CACHE_METHOD_KEYS));
    PyObject *method = Py_NewRef(cache_read_object(load + 1 + CACHE_METHOD_DESCR));
    Py_DECREF(&PySuper_Type);
    sp[-2] = of_class ? NULL : method;
    sp[-1] = of_class ? method : Py_NewRef(self);
    next = load + 1 + LOAD_METHOD_CACHES;
    GO_QUICK();
}

OP(PRECALL_NO_KW_BUILTIN_O, ())
{
    DEOPT_IF(kwnames != NULL || sp[-(int)oparg - 2] != NULL || oparg != 1);
    PyObject *callable = sp[-2];
    DEOPT_IF(!PyCFunction_CheckExact(callable) || PyCFunction_GET_FLAGS(callable) != METH_O);
    ERROR_IF(!c_call_enter(tstate));
    PyObject *result = PyCFunction_GET_FUNCTION(callable)(PyCFunction_GET_SELF(callable), sp[-1]);
    tstate->recursion_remaining++;
    FINISH_CALL_ONE(result);
}

OP(PRECALL_NO_KW_BUILTIN_NOARGS, ())
{
    DEOPT_IF(kwnames != NULL || sp[-2] != NULL || oparg != 0);
    PyObject *callable = sp[-1];
    DEOPT_IF(!PyCFunction_CheckExact(callable) || PyCFunction_GET_FLAGS(callable) != METH_NOARGS);
    ERROR_IF(!c_call_enter(tstate));
    PyObject *result = PyCFunction_GET_FUNCTION(callable)(PyCFunction_GET_SELF(callable), NULL);
    tstate->recursion_remaining++;
    if (unlikely((result == NULL) != (tstate->curexc_type != NULL))) {
        result = _Py_CheckFunctionResult(tstate, callable, result, NULL);
    }
    sp -= 2;
    Py_DECREF(callable);
    PUSH_CALL_RESULT(result);
}

OP(PRECALL_NO_KW_BUILTIN_FAST, ())
{
    DEOPT_IF(kwnames != NULL || sp[-(int)oparg - 2] != NULL);
    PyObject *callable = sp[-(int)oparg - 1];
    DEOPT_IF(!PyCFunction_CheckExact(callable) || PyCFunction_GET_FLAGS(callable) != METH_FASTCALL);
    PyObject *result = ((_PyCFunctionFast)(void (*)(void))PyCFunction_GET_FUNCTION(callable))(
        PyCFunction_GET_SELF(callable), sp - oparg, oparg);
    FINISH_CALL(result);
}

OP(PRECALL_BUILTIN_FAST_WITH_KEYWORDS, ())
{
    DEOPT_IF(sp[-(int)oparg - 2] != NULL);
    PyObject *callable = sp[-(int)oparg - 1];
    DEOPT_IF(!PyCFunction_CheckExact(callable) ||
             PyCFunction_GET_FLAGS(callable) != (METH_FASTCALL | METH_KEYWORDS));
    int keywords = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    PyObject *result =
        ((_PyCFunctionFastWithKeywords)(void (*)(void))PyCFunction_GET_FUNCTION(callable))(
            PyCFunction_GET_SELF(callable), sp - oparg, (int)oparg - keywords, kwnames);
    kwnames = NULL;
    FINISH_CALL(result);
}

OP(PRECALL_NO_KW_LEN, ())
{
    DEOPT_IF(kwnames != NULL || oparg != 1 || sp[-3] != NULL ||
             sp[-2] != tstate->interp->callables.len);
    Py_ssize_t length = PyObject_Length(sp[-1]);
    ERROR_IF(length < 0);
    PyObject *result = int_from_int64(length);
    FINISH_CALL_ONE(result);
}

OP(PRECALL_NO_KW_ISINSTANCE, ())
{
    DEOPT_IF(kwnames != NULL || oparg != 2 || sp[-4] != NULL ||
             sp[-3] != tstate->interp->callables.isinstance);
    truth known = PyObject_IsInstance(sp[-2], sp[-1]);
    ERROR_IF(known < 0);
    PyObject *result = Py_NewRef(known ? Py_True : Py_False);
    FINISH_CALL(result);
}

OP(PRECALL_NO_KW_STR_1, ())
{
    DEOPT_IF(kwnames != NULL || oparg != 1 || sp[-3] != NULL ||
             sp[-2] != (PyObject *)&PyUnicode_Type);
    PyObject *result = PyObject_Str(sp[-1]);
    FINISH_CALL_ONE(result);
}

OP(PRECALL_NO_KW_TUPLE_1, ())
{
    DEOPT_IF(kwnames != NULL || oparg != 1 || sp[-3] != NULL ||
             sp[-2] != (PyObject *)&PyTuple_Type);
    PyObject *result = PySequence_Tuple(sp[-1]);
    FINISH_CALL_ONE(result);
}

OP(PRECALL_NO_KW_TYPE_1, ())
{
    DEOPT_IF(kwnames != NULL || oparg != 1 || sp[-3] != NULL ||
             sp[-2] != (PyObject *)&PyType_Type);
    PyObject *result = Py_NewRef(Py_TYPE(sp[-1]));
    FINISH_CALL_ONE(result);
}

QUICK_OP(PRECALL_NO_KW_LIST_APPEND, ())
{
    /* list.append(item) used as a statement: the POP_TOP behind it is done here as well. */
    DEOPT_IF(kwnames != NULL || oparg != 1 ||
             sp[-3] != tstate->interp->callables.list_append || sp[-3] == NULL);
    PyObject *list = sp[-2];
    DEOPT_IF(!PyList_Check(list));
    SAVE();
    PyObject *callable = sp[-3];
    status appended = list_append_take((PyListObject *)list, sp[-1]);
    sp -= 3;
    DROP(list);
    DROP(callable);
    ERROR_IF(appended < 0);
    next += CACHES + 1 + CALL_CACHES + 1;
    GO_QUICK();
}

OP(PRECALL_NO_KW_METHOD_DESCRIPTOR_O, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    PyObject **args = sp - oparg - has_self;
    DEOPT_IF(kwnames != NULL || oparg + has_self != 2);
    PyMethodDescrObject *callable = (PyMethodDescrObject *)args[-1];
    DEOPT_IF(!Py_IS_TYPE(callable, &PyMethodDescr_Type) || callable->d_method->ml_flags != METH_O ||
             !Py_IS_TYPE(args[0], callable->d_common.d_type));
    ERROR_IF(!c_call_enter(tstate));
    PyObject *result = callable->d_method->ml_meth(args[0], args[1]);
    tstate->recursion_remaining++;
    FINISH_METHOD(result, has_self, 2);
}

OP(PRECALL_NO_KW_METHOD_DESCRIPTOR_NOARGS, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    PyObject **args = sp - oparg - has_self;
    DEOPT_IF(kwnames != NULL || oparg + has_self != 1);
    PyMethodDescrObject *callable = (PyMethodDescrObject *)args[-1];
    DEOPT_IF(!Py_IS_TYPE(callable, &PyMethodDescr_Type) ||
             callable->d_method->ml_flags != METH_NOARGS ||
             !Py_IS_TYPE(args[0], callable->d_common.d_type));
    ERROR_IF(!c_call_enter(tstate));
    PyObject *result = callable->d_method->ml_meth(args[0], NULL);
    tstate->recursion_remaining++;
    FINISH_METHOD(result, has_self, 1);
}

OP(PRECALL_NO_KW_METHOD_DESCRIPTOR_FAST, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    PyObject **args = sp - oparg - has_self;
    int nargs = (int)oparg + has_self;
    DEOPT_IF(kwnames != NULL || nargs < 1);
    PyMethodDescrObject *callable = (PyMethodDescrObject *)args[-1];
    DEOPT_IF(!Py_IS_TYPE(callable, &PyMethodDescr_Type) ||
             callable->d_method->ml_flags != METH_FASTCALL ||
             !Py_IS_TYPE(args[0], callable->d_common.d_type));
    PyObject *result = ((_PyCFunctionFast)(void (*)(void))callable->d_method->ml_meth)(
        args[0], args + 1, nargs - 1);
    if (nargs <= 2) {
        FINISH_METHOD(result, has_self, nargs);
    }
    FINISH_CALL(result);
}

OP(PRECALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS, ())
{
    int has_self = sp[-(int)oparg - 2] != NULL;
    PyObject **args = sp - oparg - has_self;
    int nargs = (int)oparg + has_self;
    PyMethodDescrObject *callable = (PyMethodDescrObject *)args[-1];
    int keywords = kwnames != NULL ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    DEOPT_IF(nargs - keywords < 1 || !Py_IS_TYPE(callable, &PyMethodDescr_Type) ||
             callable->d_method->ml_flags != (METH_FASTCALL | METH_KEYWORDS) ||
             !Py_IS_TYPE(args[0], callable->d_common.d_type));
    PyObject *result = ((_PyCFunctionFastWithKeywords)(void (*)(void))callable->d_method->ml_meth)(
        args[0], args + 1, nargs - 1 - keywords, kwnames);
    kwnames = NULL;
    FINISH_CALL(result);
}
