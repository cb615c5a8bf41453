/* Attributes and methods. */

OP(LOAD_ATTR, ())
{
    PyObject *owner = sp[-1];
    PyTypeObject *type = Py_TYPE(owner);
    PyObject *value;
    if (type->tp_getattro == PyObject_GenericGetAttr && !cframe.use_tracing) {
        /* A property with a getter in Python runs in this loop. */
        PyObject *found = _PyType_Lookup(type, NAME(oparg));
        if (found != NULL && Py_IS_TYPE(found, &PyProperty_Type)) {
            PyObject *getter = ((PropertyObject *)found)->get;
            if (getter != NULL && is_inlinable(tstate, getter) && takes_exactly_plain(getter, 1)) {
                Frame *callee =
                    push_exact(tstate, (PyFunctionObject *)Py_NewRef(getter), sp - 1, 1);
                sp--;
                ERROR_IF(callee == NULL);
                callee->ends_as = ENDS_AS_ATTRIBUTE;
                ENTER_FRESH(callee);
            }
        }
        else if (found != NULL && Py_TYPE(found)->tp_descr_set != NULL &&
                 Py_TYPE(found)->tp_descr_get != NULL) {
            /* Nothing in the object can hide it, so there is no more to look up. */
            Py_INCREF(found);
            value = Py_TYPE(found)->tp_descr_get(found, owner, (PyObject *)type);
            Py_DECREF(found);
            if (unlikely(value == NULL)) {
                attribute_error_add_context(owner, NAME(oparg));
                goto error;
            }
            goto loaded;
        }
    }
    value = PyObject_GetAttr(owner, NAME(oparg));
    ERROR_IF(value == NULL);
loaded:
    sp[-1] = value;
    Py_DECREF(owner);
    NEXT();
}

OP(STORE_ATTR, (value, owner -- ))
{
    PyTypeObject *type = Py_TYPE(owner);
    PyObject *found = type->tp_setattro == PyObject_GenericSetAttr ? _PyType_Lookup(type, NAME(oparg))
                                                                   : NULL;
    status stored;
    if (found != NULL && Py_TYPE(found)->tp_descr_set != NULL) {
        Py_INCREF(found);
        stored = Py_TYPE(found)->tp_descr_set(found, owner, value);
        Py_DECREF(found);
    }
    else {
        stored = PyObject_SetAttr(owner, NAME(oparg), value);
    }
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

/* ---- specialised ---------------------------------------------------------------------------- */

OP(LOAD_ATTR_ADAPTIVE, ())
{
    ADAPT(LOAD_ATTR, specialize_load_attr(sp[-1], next - 1, NAME(oparg)));
}

QUICK_OP(LOAD_ATTR_INSTANCE_VALUE, (owner -- value))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    PyDictValues *values = MANAGED_VALUES(owner);
    DEOPT_IF(values == NULL);
    value = values->values[next[CACHE_ATTR_INDEX]];
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    DROP(owner);
}

QUICK_OP(LOAD_ATTR_WITH_HINT, (owner -- value))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    PyDictObject *dict = (PyDictObject *)MANAGED_DICT(owner);
    DEOPT_IF(dict == NULL);
    value = dict_peek_hint(dict, NAME(oparg), next[CACHE_ATTR_INDEX]);
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    DROP(owner);
}

QUICK_OP(LOAD_ATTR_SLOT, (owner -- value))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    value = *(PyObject **)((char *)owner + next[CACHE_ATTR_INDEX]);
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    DROP(owner);
}

QUICK_OP(LOAD_ATTR_MODULE, (owner -- value))
{
    DEOPT_IF(!PyModule_CheckExact(owner));
    PyDictKeysObject *keys = ((PyDictObject *)MODULE_DICT(owner))->ma_keys;
    DEOPT_IF(keys->version != cache_read32(next + CACHE_ATTR_VERSION));
    value = KEYS_STR_ENTRIES(keys)[next[CACHE_ATTR_INDEX]].value;
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    DROP(owner);
}

/* local.attribute in one: the instance is neither pushed nor counted.  What does not fit is left to the LOAD_ATTR,
   in whatever form it stands there. */
QUICK_OP(LOAD_FAST__LOAD_ATTR, ())
{
    PyObject *owner = LOCAL(oparg);
    if (unlikely(owner == NULL)) {
        goto unbound_local;
    }
    if (likely(Py_TYPE(owner)->tp_version_tag == cache_read32(next + 1 + CACHE_ATTR_VERSION))) {
        int form = *next & 0xff;
        PyObject *value = NULL;
        if (form == LOAD_ATTR_INSTANCE_VALUE) {
            PyDictValues *values = MANAGED_VALUES(owner);
            value = values != NULL ? values->values[next[1 + CACHE_ATTR_INDEX]] : NULL;
        }
        else if (form == LOAD_ATTR_SLOT) {
            value = *(PyObject **)((char *)owner + next[1 + CACHE_ATTR_INDEX]);
        }
        if (likely(value != NULL)) {
            *sp++ = Py_NewRef(value);
            next += 1 + LOAD_ATTR_CACHES;
            GO_QUICK();
        }
    }
    *sp++ = Py_NewRef(owner);
    GO_QUICK();
}

QUICK_OP(LOAD_ATTR_CLASS_VALUE, (owner -- value))
{
    /* Something without __get__ that the instance finds on its class.  Its keys, shared with the other instances,
       are as many as when the name was not among them: none is ever taken out. */
    PyTypeObject *type = Py_TYPE(owner);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    if (type->tp_dictoffset != 0) {
        DEOPT_IF(MANAGED_DICT(owner) != NULL ||
                 ((PyHeapTypeObject *)type)->ht_cached_keys->nentries != next[CACHE_ATTR_INDEX]);
    }
    value = _PyType_Lookup(type, NAME(oparg));
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    DROP(owner);
}

QUICK_OP(LOAD_ATTR_OF_CLASS, (owner -- value))
{
    DEOPT_IF(!PyType_Check(owner));
    PyTypeObject *class = (PyTypeObject *)owner, *meta = Py_TYPE(owner);
    DEOPT_IF(class->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    DEOPT_IF(meta != &PyType_Type && (meta->tp_getattro != PyType_Type.tp_getattro ||
                                      _PyType_Lookup(meta, NAME(oparg)) != NULL));
    value = _PyType_Lookup(class, NAME(oparg));
    DEOPT_IF(value == NULL ||
             (Py_TYPE(value)->tp_descr_get != NULL && !PyFunction_Check(value)));
    Py_INCREF(value);
    DROP(owner);
}

QUICK_OP(LOAD_ATTR_CALLEE, ())
{
    /* A method that CALL_FUNCTION_EX will call: (function, self) instead of (NULL, bound method).  For the keys of
       the instances see LOAD_ATTR_CLASS_VALUE. */
    PyObject *owner = sp[-1];
    PyTypeObject *type = Py_TYPE(owner);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    if (type->tp_dictoffset != 0) {
        DEOPT_IF(MANAGED_DICT(owner) != NULL ||
                 ((PyHeapTypeObject *)type)->ht_cached_keys->nentries != next[CACHE_ATTR_INDEX]);
    }
    PyObject *method = _PyType_Lookup(type, NAME(oparg));
    DEOPT_IF(method == NULL);
    assert(sp[-2] == NULL);
    sp[-2] = Py_NewRef(method);
    NEXT_QUICK();
}

OP(STORE_ATTR_ADAPTIVE, ())
{
    ADAPT(STORE_ATTR, specialize_store_attr(sp[-1], next - 1, NAME(oparg)));
}

QUICK_OP(STORE_ATTR_INSTANCE_VALUE, (value, owner -- ))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    PyDictValues *values = MANAGED_VALUES(owner);
    DEOPT_IF(values == NULL);
    unsigned int index = next[CACHE_ATTR_INDEX];
    PyObject *old = values->values[index];
    values->values[index] = value;
    if (old == NULL) {
        VALUES_ORDER(values)[values->used++] = (uint8_t)index;
    }
    else {
        DROP(old);
    }
    DROP(owner);
}

OP(STORE_ATTR_WITH_HINT, (value, owner -- ))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    PyDictObject *dict = (PyDictObject *)MANAGED_DICT(owner);
    DEOPT_IF(dict == NULL);
    PyObject *old = dict_peek_hint(dict, NAME(oparg), next[CACHE_ATTR_INDEX]);
    DEOPT_IF(old == NULL);
    *entry_value(dict, next[CACHE_ATTR_INDEX]) = value;
    dict_maybe_track(dict, NAME(oparg), value);
    dict->ma_version_tag = ++tstate->interp->dict_version;
    DROP(old);
    DROP(owner);
}

QUICK_OP(STORE_ATTR_SLOT, (value, owner -- ))
{
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_ATTR_VERSION));
    PyObject **slot = (PyObject **)((char *)owner + next[CACHE_ATTR_INDEX]);
    PyObject *old = *slot;
    *slot = value;
    XDROP(old);
    DROP(owner);
}

OP(LOAD_METHOD_ADAPTIVE, ())
{
    ADAPT(LOAD_METHOD, specialize_load_method(sp[-1], next - 1, NAME(oparg)));
}

QUICK_OP(LOAD_METHOD_WITH_VALUES, ())
{
    PyObject *owner = sp[-1];
    PyTypeObject *type = Py_TYPE(owner);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    DEOPT_IF(MANAGED_DICT(owner) != NULL);
    DEOPT_IF(((PyHeapTypeObject *)type)->ht_cached_keys->version !=
             cache_read32(next + CACHE_METHOD_KEYS));
    PyObject *method = cache_read_object(next + CACHE_METHOD_DESCR);
    sp[-1] = Py_NewRef(method);
    *sp++ = owner;
    METHOD_LOADED();
}

QUICK_OP(LOAD_METHOD_WITH_DICT, ())
{
    PyObject *owner = sp[-1];
    PyTypeObject *type = Py_TYPE(owner);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    PyDictObject *dict = *(PyDictObject **)((char *)owner + (int16_t)next[CACHE_METHOD_DICT]);
    DEOPT_IF(dict == NULL || dict->ma_keys->version != cache_read32(next + CACHE_METHOD_KEYS));
    PyObject *method = cache_read_object(next + CACHE_METHOD_DESCR);
    sp[-1] = Py_NewRef(method);
    *sp++ = owner;
    NEXT_QUICK();
}

QUICK_OP(LOAD_METHOD_NO_DICT, ())
{
    PyObject *owner = sp[-1];
    DEOPT_IF(Py_TYPE(owner)->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    PyObject *method = cache_read_object(next + CACHE_METHOD_DESCR);
    sp[-1] = Py_NewRef(method);
    *sp++ = owner;
    METHOD_LOADED();
}

QUICK_OP(LOAD_METHOD_APPEND, ())
{
    /* list.append(local) as a statement: the four instructions behind this one are done here as well. */
    PyObject *list = sp[-1];
    DEOPT_IF(!PyList_CheckExact(list));
    PyObject *item = LOCAL(next[CACHES] >> 8);
    if (unlikely(item == NULL || table != targets)) {
        sp[-1] = Py_NewRef(cache_read_object(next + CACHE_METHOD_DESCR));
        *sp++ = list;
        NEXT_QUICK();
    }
    next += CACHES + 2;
    SAVE();
    status appended = list_append_take((PyListObject *)list, Py_NewRef(item));
    sp--;
    DROP(list);
    ERROR_IF(appended < 0);
    next += PRECALL_CACHES + 1 + CALL_CACHES + 1;
    GO_QUICK();
}

QUICK_OP(LOAD_METHOD_MODULE, ())
{
    PyObject *owner = sp[-1];
    DEOPT_IF(!PyModule_CheckExact(owner));
    PyDictKeysObject *keys = ((PyDictObject *)MODULE_DICT(owner))->ma_keys;
    DEOPT_IF(keys->version != cache_read32(next + CACHE_METHOD_KEYS));
    PyObject *value = KEYS_STR_ENTRIES(keys)[next[CACHE_METHOD_VERSION]].value;
    DEOPT_IF(value == NULL);
    sp[-1] = NULL;
    *sp++ = Py_NewRef(value);
    DROP(owner);
    NEXT_QUICK();
}

QUICK_OP(LOAD_METHOD_CLASS, ())
{
    PyObject *owner = sp[-1];
    DEOPT_IF(!PyType_Check(owner));
    DEOPT_IF(((PyTypeObject *)owner)->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    PyObject *method = cache_read_object(next + CACHE_METHOD_DESCR);
    sp[-1] = NULL;
    *sp++ = Py_NewRef(method);
    DROP(owner);
    NEXT_QUICK();
}

QUICK_OP(LOAD_METHOD_WRAPPED, ())
{
    PyObject *owner = sp[-1];
    PyTypeObject *type = Py_TYPE(owner);
    DEOPT_IF(type->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    uint32_t keys_version = cache_read32(next + CACHE_METHOD_KEYS);
    if (keys_version != 0) {    /* instances have values: none of this name */
        DEOPT_IF(MANAGED_DICT(owner) != NULL);
        DEOPT_IF(((PyHeapTypeObject *)type)->ht_cached_keys->version != keys_version);
    }
    LOAD_WRAPPED(owner, type);
}

QUICK_OP(LOAD_METHOD_CLASS_WRAPPED, ())
{
    PyObject *owner = sp[-1];
    DEOPT_IF(!PyType_Check(owner));
    DEOPT_IF(((PyTypeObject *)owner)->tp_version_tag != cache_read32(next + CACHE_METHOD_VERSION));
    LOAD_WRAPPED(owner, owner);
}

QUICK_OP(LOAD_METHOD_SUPER, ())
{
    /* Only a place to remember for PRECALL_SUPER_METHOD, which skips it. */
    goto MISSED;
}
