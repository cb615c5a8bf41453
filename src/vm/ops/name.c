/* Instructions that resolve names in namespaces, and imports. */

OP(LOAD_NAME, ( -- value))
{
    value = name_load(tstate, frame, NAME(oparg));
    ERROR_IF(value == NULL);
}

OP(STORE_NAME, (value -- ))
{
    status stored = name_store(frame, NAME(oparg), value);
    Py_DECREF(value);
    FAIL_IF(stored < 0);
}

OP(DELETE_NAME, ( -- ))
{
    ERROR_IF(name_delete(frame, NAME(oparg)) < 0);
}

OP(LOAD_GLOBAL, ())
{
    PyObject *value = global_load(frame, NAME(oparg >> 1));
    ERROR_IF(value == NULL);
    sp[0] = NULL;
    sp += oparg & 1;
    *sp++ = value;
    NEXT();
}

OP(STORE_GLOBAL, (value -- ))
{
    status stored = PyDict_SetItem(frame->globals, NAME(oparg), value);
    Py_DECREF(value);
    FAIL_IF(stored < 0);
}

OP(DELETE_GLOBAL, ( -- ))
{
    ERROR_IF(global_delete(frame, NAME(oparg)) < 0);
}

OP(LOAD_BUILD_CLASS, ( -- function))
{
    function = build_class_load(frame);
    ERROR_IF(function == NULL);
}

OP(LOAD_ASSERTION_ERROR, ( -- type))
{
    type = Py_NewRef(PyExc_AssertionError);
}

OP(SETUP_ANNOTATIONS, ( -- ))
{
    ERROR_IF(annotations_setup(frame) < 0);
}

OP(IMPORT_NAME, (level, fromlist -- module))
{
    module = import_run(tstate, frame, NAME(oparg), fromlist, level);
    Py_DECREF(level);
    Py_DECREF(fromlist);
    FAIL_IF(module == NULL);
}

OP(IMPORT_FROM, (module -- module, value))
{
    value = import_from(module, NAME(oparg));
    ERROR_IF(value == NULL);
}

OP(IMPORT_STAR, (module -- ))
{
    status imported = import_star(tstate, frame, module);
    Py_DECREF(module);
    FAIL_IF(imported < 0);
}

OP(PRINT_EXPR, (value -- ))
{
    status printed = print_expression(value);
    Py_DECREF(value);
    FAIL_IF(printed < 0);
}

/* ---- specialised ---------------------------------------------------------------------------- */

OP(LOAD_GLOBAL_ADAPTIVE, ())
{
    ADAPT(LOAD_GLOBAL,
          specialize_load_global(frame->globals, frame->builtins, next - 1, NAME(oparg >> 1)));
}

QUICK_OP(LOAD_GLOBAL_MODULE, ())
{
    DEOPT_IF(!PyDict_CheckExact(frame->globals));
    PyDictKeysObject *keys = ((PyDictObject *)frame->globals)->ma_keys;
    DEOPT_IF(keys->version != cache_read32(next + CACHE_GLOBAL_MODULE));
    PyObject *value = KEYS_STR_ENTRIES(keys)[next[CACHE_GLOBAL_INDEX]].value;
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    sp[0] = NULL;
    sp += oparg & 1;
    *sp++ = value;
    NEXT_QUICK();
}

QUICK_OP(LOAD_GLOBAL_BUILTIN, ())
{
    DEOPT_IF(!PyDict_CheckExact(frame->globals) || !PyDict_CheckExact(frame->builtins));
    DEOPT_IF(((PyDictObject *)frame->globals)->ma_keys->version !=
             cache_read32(next + CACHE_GLOBAL_MODULE));
    PyDictKeysObject *keys = ((PyDictObject *)frame->builtins)->ma_keys;
    DEOPT_IF(keys->version != next[CACHE_GLOBAL_BUILTIN]);
    PyObject *value = KEYS_STR_ENTRIES(keys)[next[CACHE_GLOBAL_INDEX]].value;
    DEOPT_IF(value == NULL);
    Py_INCREF(value);
    sp[0] = NULL;
    sp += oparg & 1;
    *sp++ = value;
    NEXT_QUICK();
}
