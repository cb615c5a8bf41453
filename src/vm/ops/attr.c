/* Attributes and methods. */

OP(LOAD_ATTR, (owner -- value))
{
    value = PyObject_GetAttr(owner, NAME(oparg));
    Py_DECREF(owner);
    FAIL_IF(value == NULL);
}

OP(STORE_ATTR, (value, owner -- ))
{
    status stored = PyObject_SetAttr(owner, NAME(oparg), value);
    Py_DECREF(value);
    Py_DECREF(owner);
    FAIL_IF(stored < 0);
}

OP(DELETE_ATTR, (owner -- ))
{
    status deleted = PyObject_SetAttr(owner, NAME(oparg), NULL);
    Py_DECREF(owner);
    FAIL_IF(deleted < 0);
}

OP(LOAD_METHOD, ())
{
    /* Leaves (function, self) for a method found on the type, else (NULL, attribute). */
    PyObject *owner = sp[-1];
    PyObject *method = NULL;
    int unbound = _PyObject_GetMethod(owner, NAME(oparg), &method);
    ERROR_IF(method == NULL);
    if (unbound) {
        sp[-1] = method;
        *sp++ = owner;
    }
    else {
        sp[-1] = NULL;
        *sp++ = method;
        Py_DECREF(owner);
    }
    NEXT();
}
