/* Operators, comparisons, subscripts. */

OP(UNARY_POSITIVE, (value -- result))
{
    result = PyNumber_Positive(value);
    Py_DECREF(value);
    FAIL_IF(result == NULL);
}

OP(UNARY_NEGATIVE, (value -- result))
{
    if (PyLong_CheckExact(value) && int_is_compact((PyLongObject *)value)) {
        result = int_from_int64(-int_compact_value((PyLongObject *)value));
    }
    else if (PyFloat_CheckExact(value)) {
        result = float_from_double(-PyFloat_AS_DOUBLE(value));
    }
    else {
        result = PyNumber_Negative(value);
    }
    Py_DECREF(value);
    FAIL_IF(result == NULL);
}

OP(UNARY_INVERT, (value -- result))
{
    result = PyNumber_Invert(value);
    Py_DECREF(value);
    FAIL_IF(result == NULL);
}

OP(UNARY_NOT, (value -- result))
{
    truth known = is_true(value);
    Py_DECREF(value);
    FAIL_IF(known < 0);
    result = Py_NewRef(known ? Py_False : Py_True);
}

OP(BINARY_OP, (left, right -- result))
{
    if (unlikely(tstate->curexc_type != NULL)) {        /* left behind by somebody: C functions notice */
        result = binary_functions[oparg](left, right);
    }
    else if ((result = number_operator(left, right, oparg)) == NULL && likely(tstate->curexc_type == NULL)) {
        binaryfunc slot = operator_slot(left, oparg);
        if (slot != NULL && slot == operators[oparg].of_class) {
            PyFunctionObject *method =
                cframe.use_tracing ? NULL : operator_method_peek(tstate, left, right, oparg);
            if (method != NULL) {
                ENTER_METHOD(method, ENDS_AS_OPERATOR);
            }
        }
        if (slot != NULL && Py_TYPE(right) == Py_TYPE(left)) {
            result = slot(left, right);
            if (unlikely(result == Py_NotImplemented)) {
                Py_DECREF(result);
                result = operator_refused(left, right, oparg);
            }
        }
        else {
            result = binary_functions[oparg](left, right);
        }
    }
    Py_DECREF(left);
    Py_DECREF(right);
    FAIL_IF(result == NULL);
}

OP(COMPARE_OP, (left, right -- result))
{
    int known = compare_quick(left, right, oparg);
    if (known < 0 && !cframe.use_tracing && likely(tstate->curexc_type == NULL)) {
        PyFunctionObject *method = comparison_method_peek(tstate, left, right, oparg);
        if (method != NULL) {
            ERROR_IF(recursion_enter(tstate, " in comparison") < 0);
            ENTER_METHOD(method, ENDS_AS_COMPARISON);
        }
    }
    result = known >= 0 ? Py_NewRef(known ? Py_True : Py_False)
                        : PyObject_RichCompare(left, right, oparg);
    Py_DECREF(left);
    Py_DECREF(right);
    FAIL_IF(result == NULL);
}

QUICK_OP(IS_OP, (left, right -- result))
{
    result = (left == right) ^ (int)oparg ? Py_True : Py_False;
    Py_INCREF(result);
    DROP(left);
    DROP(right);
}

OP(CONTAINS_OP, (item, container -- result))
{
    truth found = PyDict_CheckExact(container) ? PyDict_Contains(container, item)
                                               : PySequence_Contains(container, item);
    Py_DECREF(item);
    Py_DECREF(container);
    FAIL_IF(found < 0);
    if (likely(_Py_OPCODE(*next) == POP_JUMP_FORWARD_IF_FALSE && !cframe.use_tracing)) {
        /* Nobody looks at the bool. */
        sp -= 2;
        next += 1 + (found ^ (int)oparg ? 0 : _Py_OPARG(*next));
        GO();
    }
    result = Py_NewRef(found ^ (int)oparg ? Py_True : Py_False);
}

OP(BINARY_SUBSCR, (container, index -- result))
{
    result = PyObject_GetItem(container, index);
    Py_DECREF(container);
    Py_DECREF(index);
    FAIL_IF(result == NULL);
}

OP(STORE_SUBSCR, (value, container, index -- ))
{
    status stored = PyObject_SetItem(container, index, value);
    Py_DECREF(value);
    Py_DECREF(container);
    Py_DECREF(index);
    FAIL_IF(stored < 0);
}

OP(DELETE_SUBSCR, (container, index -- ))
{
    status deleted = PyObject_DelItem(container, index);
    Py_DECREF(container);
    Py_DECREF(index);
    FAIL_IF(deleted < 0);
}

/* ---- specialised ---------------------------------------------------------------------------- */

OP(BINARY_OP_ADAPTIVE, ())
{
    ADAPT(BINARY_OP, specialize_binary_op(sp[-2], sp[-1], next - 1, (int)oparg, frame));
}

/* Ints of one limb: a temporary that nobody else holds takes the result in place. */
QUICK_OP(BINARY_OP_ADD_INT, (left, right -- result))
{
    DEOPT_IF(!PyLong_CheckExact(left) || !PyLong_CheckExact(right));
    if (likely(int_is_compact((PyLongObject *)left) && int_is_compact((PyLongObject *)right))) {
        int64_t sum =
            int_compact_value((PyLongObject *)left) + int_compact_value((PyLongObject *)right);
        INT_RESULT(left, right, sum);
    }
    else {
        SAVE();
        result = int_add((PyLongObject *)left, (PyLongObject *)right);
        INT_DROP(left);
        INT_DROP(right);
        FAIL_IF(result == NULL);
    }
}

QUICK_OP(BINARY_OP_SUBTRACT_INT, (left, right -- result))
{
    DEOPT_IF(!PyLong_CheckExact(left) || !PyLong_CheckExact(right));
    if (likely(int_is_compact((PyLongObject *)left) && int_is_compact((PyLongObject *)right))) {
        int64_t difference =
            int_compact_value((PyLongObject *)left) - int_compact_value((PyLongObject *)right);
        INT_RESULT(left, right, difference);
    }
    else {
        SAVE();
        result = int_sub((PyLongObject *)left, (PyLongObject *)right);
        INT_DROP(left);
        INT_DROP(right);
        FAIL_IF(result == NULL);
    }
}

QUICK_OP(BINARY_OP_MULTIPLY_INT, (left, right -- result))
{
    DEOPT_IF(!PyLong_CheckExact(left) || !PyLong_CheckExact(right));
    if (likely(int_is_compact((PyLongObject *)left) && int_is_compact((PyLongObject *)right))) {
        int64_t product =
            int_compact_value((PyLongObject *)left) * int_compact_value((PyLongObject *)right);
        INT_RESULT(left, right, product);
    }
    else {
        SAVE();
        result = int_mul((PyLongObject *)left, (PyLongObject *)right);
        INT_DROP(left);
        INT_DROP(right);
        FAIL_IF(result == NULL);
    }
}

QUICK_OP(BINARY_OP_FLOOR_DIVIDE_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    if (unlikely(b <= 0)) {
        goto op_BINARY_OP;
    }
    /* One limb each: 32 bits are enough, and quicker to divide. */
    int32_t quotient = (int32_t)a / (int32_t)b;
    quotient -= (int32_t)a - quotient * (int32_t)b < 0;
    INT_RESULT(left, right, quotient);
}

QUICK_OP(BINARY_OP_REMAINDER_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    if (unlikely(b <= 0)) {
        goto op_BINARY_OP;
    }
    int32_t rest = (int32_t)a % (int32_t)b;
    rest += rest < 0 ? (int32_t)b : 0;
    INT_RESULT(left, right, rest);
}

QUICK_OP(BINARY_OP_AND_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    INT_RESULT(left, right, a & b);
}

QUICK_OP(BINARY_OP_OR_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    INT_RESULT(left, right, a | b);
}

QUICK_OP(BINARY_OP_XOR_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    INT_RESULT(left, right, a ^ b);
}

QUICK_OP(BINARY_OP_RSHIFT_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    if (unlikely((uint64_t)b > 63)) {
        goto op_BINARY_OP;
    }
    INT_RESULT(left, right, a >> b);
}

QUICK_OP(BINARY_OP_LSHIFT_INT, (left, right -- result))
{
    COMPACT_OPERANDS(a, b);
    if (unlikely((uint64_t)b > 31)) {
        goto op_BINARY_OP;
    }
    INT_RESULT(left, right, a << b);
}

QUICK_OP(BINARY_OP_TRUE_DIVIDE_FLOAT, (left, right -- result))
{
    DEOPT_IF(!PyFloat_CheckExact(left) || !PyFloat_CheckExact(right));
    if (unlikely(PyFloat_AS_DOUBLE(right) == 0.0)) {
        goto op_BINARY_OP;
    }
    FLOAT_RESULT(left, right, PyFloat_AS_DOUBLE(left) / PyFloat_AS_DOUBLE(right));
}

QUICK_OP(BINARY_OP_ADD_FLOAT, (left, right -- result))
{
    DEOPT_IF(!PyFloat_CheckExact(left) || !PyFloat_CheckExact(right));
    FLOAT_RESULT(left, right, double_add(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right)));
}

QUICK_OP(BINARY_OP_SUBTRACT_FLOAT, (left, right -- result))
{
    DEOPT_IF(!PyFloat_CheckExact(left) || !PyFloat_CheckExact(right));
    FLOAT_RESULT(left, right, PyFloat_AS_DOUBLE(left) - PyFloat_AS_DOUBLE(right));
}

QUICK_OP(BINARY_OP_MULTIPLY_FLOAT, (left, right -- result))
{
    DEOPT_IF(!PyFloat_CheckExact(left) || !PyFloat_CheckExact(right));
    FLOAT_RESULT(left, right, double_multiply(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right)));
}

QUICK_OP(BINARY_OP_ADD_UNICODE, (left, right -- result))
{
    DEOPT_IF(!PyUnicode_CheckExact(left) || !PyUnicode_CheckExact(right));
    SAVE();
    result = PyUnicode_Concat(left, right);
    Py_DECREF(left);
    Py_DECREF(right);
    FAIL_IF(result == NULL);
}

QUICK_OP(BINARY_OP_INPLACE_ADD_UNICODE, ())
{
    /* `s += t` with s a local: drop the local's reference, so that s can grow where it is, and do
       the STORE_FAST that follows as well. */
    PyObject *left = sp[-2], *right = sp[-1];
    PyObject **local = &LOCAL(next[CACHES] >> 8);
    DEOPT_IF(!PyUnicode_CheckExact(left) || !PyUnicode_CheckExact(right) || *local != left);
    SAVE();
    Py_DECREF(left);
    PyUnicode_Append(local, right);
    sp -= 2;
    Py_DECREF(right);
    ERROR_IF(*local == NULL);
    next += CACHES + 1;
    GO_QUICK();
}

OP(COMPARE_OP_ADAPTIVE, ())
{
    ADAPT(COMPARE_OP, specialize_compare_op(sp[-2], sp[-1], next - 1, (int)oparg));
}

QUICK_OP(COMPARE_OP_INT_JUMP, ())
{
    PyObject *left = sp[-2], *right = sp[-1];
    DEOPT_IF(!PyLong_CheckExact(left) || !PyLong_CheckExact(right));
    DEOPT_IF(!int_is_compact((PyLongObject *)left) || !int_is_compact((PyLongObject *)right));
    int64_t a = int_compact_value((PyLongObject *)left);
    int64_t b = int_compact_value((PyLongObject *)right);
    INT_DROP(left);
    INT_DROP(right);
    COMPARE_JUMP(1 << ((a > b) - (a < b) + 1));
}

QUICK_OP(COMPARE_OP_FLOAT_JUMP, ())
{
    PyObject *left = sp[-2], *right = sp[-1];
    DEOPT_IF(!PyFloat_CheckExact(left) || !PyFloat_CheckExact(right));
    double a = PyFloat_AS_DOUBLE(left), b = PyFloat_AS_DOUBLE(right);
    DEOPT_IF(a != a || b != b);
    FLOAT_DROP(left);
    FLOAT_DROP(right);
    COMPARE_JUMP(1 << ((a > b) - (a < b) + 1));
}

QUICK_OP(COMPARE_OP_STR_JUMP, ())
{
    PyObject *left = sp[-2], *right = sp[-1];
    DEOPT_IF(!PyUnicode_CheckExact(left) || !PyUnicode_CheckExact(right));
    int equal = left == right || _PyUnicode_EQ(left, right);
    DROP(left);
    DROP(right);
    /* Unequal strings set bit 0: == and != ask for nothing finer. */
    COMPARE_JUMP(equal ? 2 : 1);
}

OP(BINARY_SUBSCR_ADAPTIVE, ())
{
    ADAPT(BINARY_SUBSCR, specialize_binary_subscr(sp[-2], sp[-1], next - 1));
}

QUICK_OP(BINARY_SUBSCR_LIST_INT, (container, index -- result))
{
    DEOPT_IF(!PyLong_CheckExact(index) || !PyList_CheckExact(container));
    DEOPT_IF(!int_is_compact((PyLongObject *)index));
    Py_ssize_t i = int_compact_value((PyLongObject *)index);
    Py_ssize_t size = PyList_GET_SIZE(container);
    i += i < 0 ? size : 0;
    DEOPT_IF((size_t)i >= (size_t)size);
    result = PyList_GET_ITEM(container, i);
    Py_INCREF(result);
    INT_DROP(index);
    DROP(container);
}

QUICK_OP(BINARY_SUBSCR_TUPLE_INT, (container, index -- result))
{
    DEOPT_IF(!PyLong_CheckExact(index) || !PyTuple_CheckExact(container));
    DEOPT_IF(!int_is_compact((PyLongObject *)index));
    Py_ssize_t i = int_compact_value((PyLongObject *)index);
    Py_ssize_t size = PyTuple_GET_SIZE(container);
    i += i < 0 ? size : 0;
    DEOPT_IF((size_t)i >= (size_t)size);
    result = PyTuple_GET_ITEM(container, i);
    Py_INCREF(result);
    INT_DROP(index);
    DROP(container);
}

QUICK_OP(BINARY_SUBSCR_STR_INT, (container, index -- result))
{
    DEOPT_IF(!PyLong_CheckExact(index) || !PyUnicode_CheckExact(container));
    DEOPT_IF(!int_is_compact((PyLongObject *)index) || !PyUnicode_IS_COMPACT_ASCII(container));
    Py_ssize_t i = int_compact_value((PyLongObject *)index);
    Py_ssize_t size = PyUnicode_GET_LENGTH(container);
    i += i < 0 ? size : 0;
    DEOPT_IF((size_t)i >= (size_t)size);
    result = str_new_latin1(PyUnicode_1BYTE_DATA(container)[i]);
    INT_DROP(index);
    DROP(container);
}

OP(BINARY_SUBSCR_DICT, (container, index -- result))
{
    DEOPT_IF(!PyDict_CheckExact(container));
    result = PyDict_GetItemWithError(container, index);
    if (result == NULL) {
        if (!PyErr_Occurred()) {
            _PyErr_SetKeyError(index);
        }
        goto error;
    }
    Py_INCREF(result);
    DROP(container);
    DROP(index);
}

OP(BINARY_SUBSCR_GETITEM, ())
{
    /* A class's __getitem__ in Python, run in this loop. */
    PyObject *container = sp[-2];
    PyTypeObject *type = Py_TYPE(container);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_SUBSCR_VERSION));
    PyFunctionObject *func =
        (PyFunctionObject *)((PyHeapTypeObject *)type)->_spec_cache.getitem;
    DEOPT_IF(func == NULL || func->func_version != next[CACHE_SUBSCR_FUNCTION] ||
             has_eval_hook(tstate));
    Frame *callee = push_exact(tstate, (PyFunctionObject *)Py_NewRef(func), sp - 2, 2);
    sp -= 2;
    ERROR_IF(callee == NULL);
    next += CACHES;
    ENTER_FRESH(callee);
}

OP(STORE_SUBSCR_ADAPTIVE, ())
{
    ADAPT(STORE_SUBSCR, specialize_store_subscr(sp[-2], sp[-1], next - 1));
}

QUICK_OP(STORE_SUBSCR_LIST_INT, (value, container, index -- ))
{
    DEOPT_IF(!PyLong_CheckExact(index) || !PyList_CheckExact(container));
    DEOPT_IF(!int_is_compact((PyLongObject *)index));
    Py_ssize_t i = int_compact_value((PyLongObject *)index);
    Py_ssize_t size = PyList_GET_SIZE(container);
    i += i < 0 ? size : 0;
    DEOPT_IF((size_t)i >= (size_t)size);
    PyObject *old = PyList_GET_ITEM(container, i);
    PyList_SET_ITEM(container, i, value);
    INT_DROP(index);
    DROP(old);
    DROP(container);
}

OP(STORE_SUBSCR_DICT, (value, container, index -- ))
{
    DEOPT_IF(!PyDict_CheckExact(container));
    status stored = dict_set_take2((PyDictObject *)container, index, value);
    Py_DECREF(container);
    FAIL_IF(stored < 0);
}
