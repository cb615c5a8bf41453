/* Operators, comparisons, subscripts. */

OP(UNARY_POSITIVE, (value -- result))
{
    result = PyNumber_Positive(value);
    Py_DECREF(value);
    FAIL_IF(result == NULL);
}

OP(UNARY_NEGATIVE, (value -- result))
{
    result = PyNumber_Negative(value);
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
    truth known = PyObject_IsTrue(value);
    Py_DECREF(value);
    FAIL_IF(known < 0);
    result = Py_NewRef(known ? Py_False : Py_True);
}

OP(BINARY_OP, (left, right -- result))
{
    result = binary_functions[oparg](left, right);
    Py_DECREF(left);
    Py_DECREF(right);
    FAIL_IF(result == NULL);
}

OP(COMPARE_OP, (left, right -- result))
{
    result = PyObject_RichCompare(left, right, (int)oparg);
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
    truth found = PySequence_Contains(container, item);
    Py_DECREF(item);
    Py_DECREF(container);
    FAIL_IF(found < 0);
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
