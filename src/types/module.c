/* Modules: objects whose attributes live in a dict, and modules written in C.

   A C module is initialised in one phase (PyModule_Create makes everything) or in several
   (PyModule_FromDefAndSpec makes the module, PyModule_ExecDef fills it), so that it can be made more
   than once.  md_state is m_size bytes for the module's own use. */
#include "object/object.h"
#include "object/attr.h"
#include "object/doors.h"
#include "object/gc.h"
#include "types/module.h"
#include "types/dict.h"

#define MODULE(op) ((PyModuleObject *)(op))
#define LATE (interp_get()->import.late)

extern const char *_Py_PackageContext;

/* ---- definitions ---------------------------------------------------------------------------------------- */

WRITTEN PyTypeObject PyModuleDef_Type = {
    PyVarObject_HEAD_INIT(&PyType_Type, 0)
    .tp_name = "moduledef",
    .tp_basicsize = sizeof(PyModuleDef),
};

/* Make a definition an object, once, with an index for PyState_FindModule. */
PyObject *
PyModuleDef_Init(PyModuleDef *def)
{
    if (def->m_base.m_index == 0) {
        Py_SET_REFCNT(def, 1);
        Py_SET_TYPE(def, &PyModuleDef_Type);
        def->m_base.m_index = ++_PyRuntime.module_index;
    }
    return (PyObject *)def;
}

/* ---- plain modules ----------------------------------------------------------------------------------------- */

static status
init_dict(PyModuleObject *module, PyObject *dict, PyObject *name, PyObject *doc)
{
    if (PyDict_SetItem(dict, ID(__name__), name) < 0 ||
        PyDict_SetItem(dict, ID(__doc__), doc == NULL ? Py_None : doc) < 0 ||
        PyDict_SetItem(dict, ID(__package__), Py_None) < 0 ||
        PyDict_SetItem(dict, ID(__loader__), Py_None) < 0 ||
        PyDict_SetItem(dict, ID(__spec__), Py_None) < 0) {
        return -1;
    }
    if (PyUnicode_CheckExact(name)) {
        Py_INCREF(name);
        Py_XSETREF(module->md_name, name);
    }
    return 0;
}

static PyModuleObject *
module_alloc(PyTypeObject *type)
{
    PyModuleObject *module = (PyModuleObject *)PyType_GenericAlloc(type, 0);
    if (module == NULL) {
        return NULL;
    }
    module->md_dict = PyDict_New();
    if (module->md_dict == NULL) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

PyObject *
PyModule_NewObject(PyObject *name)
{
    PyModuleObject *module = module_alloc(&PyModule_Type);
    if (module != NULL && init_dict(module, module->md_dict, name, NULL) < 0) {
        Py_CLEAR(module);
    }
    return (PyObject *)module;
}

PyObject *
PyModule_New(const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    if (text == NULL) {
        return NULL;
    }
    PyObject *module = PyModule_NewObject(text);
    Py_DECREF(text);
    return module;
}

static status
check_version(const char *name, int version)
{
    if (version == PYTHON_API_VERSION || version == PYTHON_ABI_VERSION) {
        return 0;
    }
    return PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                            "Python C API version mismatch for module %.100s: "
                            "This Python has API version %d, module %.100s has version %d.",
                            name, PYTHON_API_VERSION, name, version);
}

static status
add_functions(PyObject *module, PyObject *name, PyMethodDef *functions)
{
    PyObject *dict = PyModule_CheckExact(module) ? PyModule_GetDict(module) : NULL;
    Py_ssize_t count = 0;
    while (functions[count].ml_name != NULL) {
        count++;
    }
    if (dict != NULL && dict_reserve(dict, count) < 0) {
        return -1;
    }
    for (PyMethodDef *def = functions; def->ml_name != NULL; def++) {
        if (def->ml_flags & (METH_CLASS | METH_STATIC)) {
            PyErr_SetString(PyExc_ValueError, "module functions cannot set METH_CLASS or METH_STATIC");
            return -1;
        }
        PyObject *func = PyCFunction_NewEx(def, module, name);
        if (func == NULL) {
            return -1;
        }
        int failed = dict != NULL ? PyDict_SetItemString(dict, def->ml_name, func)
                                  : PyObject_SetAttrString(module, def->ml_name, func);
        Py_DECREF(func);
        if (failed < 0) {
            return -1;
        }
    }
    return 0;
}

int
PyModule_AddFunctions(PyObject *module, PyMethodDef *functions)
{
    PyObject *name = PyModule_GetNameObject(module);
    if (name == NULL) {
        return -1;
    }
    status result = add_functions(module, name, functions);
    Py_DECREF(name);
    return result;
}

int
PyModule_SetDocString(PyObject *module, const char *doc)
{
    PyObject *text = PyUnicode_FromString(doc);
    int result = text == NULL ? -1 : PyObject_SetAttr(module, ID(__doc__), text);
    Py_XDECREF(text);
    return result;
}

static status
allocate_state(PyModuleObject *module, Py_ssize_t size)
{
    module->md_state = PyMem_Calloc(1, size > 0 ? size : 1);
    if (module->md_state == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* ---- one phase ------------------------------------------------------------------------------------------------ */

PyObject *
_PyModule_CreateInitialized(PyModuleDef *def, int version)
{
    if (PyModuleDef_Init(def) == NULL) {
        return NULL;
    }
    const char *name = def->m_name;
    if (check_version(name, version) < 0) {
        return NULL;
    }
    if (def->m_slots != NULL) {
        PyErr_Format(PyExc_SystemError, "module %s: PyModule_Create is incompatible with m_slots",
                     name);
        return NULL;
    }
    /* The importer knows the full name of a submodule, the definition only the last part. */
    if (_Py_PackageContext != NULL) {
        const char *dot = strrchr(_Py_PackageContext, '.');
        if (dot != NULL && strcmp(def->m_name, dot + 1) == 0) {
            name = _Py_PackageContext;
            _Py_PackageContext = NULL;
        }
    }
    PyModuleObject *module = (PyModuleObject *)PyModule_New(name);
    if (module == NULL) {
        return NULL;
    }
    if ((def->m_size > 0 && allocate_state(module, def->m_size) < 0) ||
        (def->m_methods != NULL &&
         PyModule_AddFunctions((PyObject *)module, def->m_methods) < 0) ||
        (def->m_doc != NULL && PyModule_SetDocString((PyObject *)module, def->m_doc) < 0)) {
        Py_DECREF(module);
        return NULL;
    }
    module->md_def = def;
    return (PyObject *)module;
}

PyObject *
PyModule_Create2(PyModuleDef *def, int version)
{
    if (!_PyImport_IsInitialized(interp_get())) {
        PyErr_SetString(PyExc_SystemError, "Python import machinery not initialized");
        return NULL;
    }
    return _PyModule_CreateInitialized(def, version);
}

/* ---- several phases -------------------------------------------------------------------------------------------- */

struct ModuleSlots {
    PyObject *(*create)(PyObject *, PyModuleDef *);
    bool executes;
};

static status
read_slots(PyModuleDef *def, const char *name, struct ModuleSlots *slots)
{
    if (def->m_size < 0) {
        PyErr_Format(PyExc_SystemError,
                     "module %s: m_size may not be negative for multi-phase initialization", name);
        return -1;
    }
    for (PyModuleDef_Slot *slot = def->m_slots; slot != NULL && slot->slot != 0; slot++) {
        if (slot->slot == Py_mod_exec) {
            slots->executes = true;
        }
        else if (slot->slot != Py_mod_create) {
            PyErr_Format(PyExc_SystemError, "module %s uses unknown slot ID %i", name, slot->slot);
            return -1;
        }
        else if (slots->create != NULL) {
            PyErr_Format(PyExc_SystemError, "module %s has multiple create slots", name);
            return -1;
        }
        else {
            slots->create = (PyObject * (*)(PyObject *, PyModuleDef *)) slot->value;
        }
    }
    return 0;
}

static PyObject *
create_module(PyModuleDef *def, PyObject *spec, PyObject *name, const char *text,
              struct ModuleSlots *slots)
{
    if (slots->create == NULL) {
        return PyModule_NewObject(name);
    }
    PyObject *module = slots->create(spec, def);
    if (module == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_SystemError,
                         "creation of module %s failed without setting an exception", text);
        }
        return NULL;
    }
    if (PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError, "creation of module %s raised unreported exception", text);
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

static status
prepare_module(PyObject *module, PyModuleDef *def, PyObject *name, const char *text, bool executes)
{
    if (PyModule_Check(module)) {
        MODULE(module)->md_state = NULL;
        MODULE(module)->md_def = def;
    }
    else {
        if (def->m_size > 0 || def->m_traverse != NULL || def->m_clear != NULL ||
            def->m_free != NULL) {
            PyErr_Format(PyExc_SystemError,
                         "module %s is not a module object, but requests module state", text);
            return -1;
        }
        if (executes) {
            PyErr_Format(PyExc_SystemError,
                         "module %s specifies execution slots, but did not create "
                         "a ModuleType instance",
                         text);
            return -1;
        }
    }
    if (def->m_methods != NULL && add_functions(module, name, def->m_methods) < 0) {
        return -1;
    }
    return def->m_doc != NULL ? PyModule_SetDocString(module, def->m_doc) : 0;
}

/* First phase: the module of a definition, not executed. */
PyObject *
PyModule_FromDefAndSpec2(PyModuleDef *def, PyObject *spec, int version)
{
    PyModuleDef_Init(def);
    PyObject *name = PyObject_GetAttr(spec, ID(name)), *module = NULL;
    if (name == NULL) {
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8(name);
    struct ModuleSlots slots = {0};
    if (text == NULL || check_version(text, version) < 0 || read_slots(def, text, &slots) < 0) {
        goto done;
    }
    module = create_module(def, spec, name, text, &slots);
    if (module != NULL && prepare_module(module, def, name, text, slots.executes) < 0) {
        Py_CLEAR(module);
    }
done:
    Py_DECREF(name);
    return module;
}

/* Second phase: run the definition's exec slots on a module. */
int
PyModule_ExecDef(PyObject *module, PyModuleDef *def)
{
    const char *name = PyModule_GetName(module);
    if (name == NULL) {
        return -1;
    }
    if (def->m_size >= 0 && MODULE(module)->md_state == NULL &&
        allocate_state(MODULE(module), def->m_size) < 0) {
        return -1;
    }
    for (PyModuleDef_Slot *slot = def->m_slots; slot != NULL && slot->slot != 0; slot++) {
        if (slot->slot == Py_mod_create) {
            continue;
        }
        if (slot->slot != Py_mod_exec) {
            PyErr_Format(PyExc_SystemError, "module %s initialized with unknown slot %i", name,
                         slot->slot);
            return -1;
        }
        int failed = ((int (*)(PyObject *))slot->value)(module);
        if (failed != 0) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_SystemError,
                             "execution of module %s failed without setting an exception", name);
            }
            return -1;
        }
        if (PyErr_Occurred()) {
            PyErr_Format(PyExc_SystemError, "execution of module %s raised unreported exception", name);
            return -1;
        }
    }
    return 0;
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

/* The dict: borrowed. */
PyObject *
PyModule_GetDict(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (unlikely(LATE.module == op) && module_late_end() < 0) {
        return NULL;
    }
    return MODULE(op)->md_dict;
}

PyObject *
PyModule_GetNameObject(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    PyObject *dict = MODULE(op)->md_dict;
    PyObject *name =
        dict == NULL || !PyDict_Check(dict) ? NULL : PyDict_GetItemWithError(dict, ID(__name__));
    if (name == NULL || !PyUnicode_Check(name)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError, "nameless module");
        }
        return NULL;
    }
    return Py_NewRef(name);
}

const char *
PyModule_GetName(PyObject *op)
{
    PyObject *name = PyModule_GetNameObject(op);
    if (name == NULL) {
        return NULL;
    }
    /* The module keeps the name alive. */
    Py_DECREF(name);
    return PyUnicode_AsUTF8(name);
}

PyObject *
PyModule_GetFilenameObject(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    PyObject *dict = MODULE(op)->md_dict;
    PyObject *file = dict == NULL ? NULL : PyDict_GetItemWithError(dict, ID(__file__));
    if (file == NULL || !PyUnicode_Check(file)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError, "module filename missing");
        }
        return NULL;
    }
    return Py_NewRef(file);
}

const char *
PyModule_GetFilename(PyObject *op)
{
    PyObject *file = PyModule_GetFilenameObject(op);
    if (file == NULL) {
        return NULL;
    }
    Py_DECREF(file);
    return PyUnicode_AsUTF8(file);
}

PyModuleDef *
PyModule_GetDef(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    return MODULE(op)->md_def;
}

void *
PyModule_GetState(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    return MODULE(op)->md_state;
}

/* Whether spec._initializing is true: the module is being imported. */
int
_PyModuleSpec_IsInitializing(PyObject *spec)
{
    if (spec == NULL) {
        return 0;
    }
    PyObject *value;
    int truth = _PyObject_LookupAttr(spec, ID(_initializing), &value);
    if (truth > 0) {
        truth = PyObject_IsTrue(value);
        Py_DECREF(value);
    }
    if (truth < 0) {
        PyErr_Clear();
        return 0;
    }
    return truth;
}

/* Whether `name` stands in spec._uninitialized_submodules. */
static bool
is_uninitialized_submodule(PyObject *spec, PyObject *name)
{
    if (spec == NULL) {
        return false;
    }
    PyObject *names = PyObject_GetAttr(spec, ID(_uninitialized_submodules));
    int found = names == NULL ? -1 : PySequence_Contains(names, name);
    Py_XDECREF(names);
    if (found < 0) {
        PyErr_Clear();
    }
    return found > 0;
}

/* ---- attributes that wait ------------------------------------------------------------------------------------------

   While they do, the dict has the names that importlib sets and those that were asked for.  It must not be seen
   so: every way to it, and to a list of all objects, comes through here first.  The order of the names in the
   dict is that of a module that did not wait. */

status
module_late(PyObject *module, PyObject *(*get)(PyObject *, PyObject *), int (*fill)(PyObject *))
{
    if (LATE.module != NULL || !_PyRuntime.life.late_types || _PyRuntime.life.initialized) {
        return fill(module);
    }
    LATE.module = module;
    LATE.get = get;
    LATE.fill = fill;
    return 0;
}

/* What importlib has set comes first. */
static status
copy_dunders(PyObject *to, PyObject *from)
{
    PyObject *name, *value;
    for (Py_ssize_t at = 0; PyDict_Next(from, &at, &name, &value);) {
        const char *text = PyUnicode_AsUTF8(name);
        if (text == NULL || (strncmp(text, "__", 2) == 0 && PyDict_SetItem(to, name, value) < 0)) {
            return -1;
        }
    }
    return 0;
}

status
module_late_end(void)
{
    PyModuleObject *module = MODULE(LATE.module);
    if (module == NULL) {
        return 0;
    }
    PyObject *seen = module->md_dict, *whole = PyDict_New();
    if (whole == NULL) {
        return -1;
    }
    /* A finaliser would see a part. */
    struct GcState *gc = &interp_get()->gc;
    int collecting = gc->collecting;
    gc->collecting = GC_HELD;
    LATE.module = NULL;
    module->md_dict = whole;
    bool failed = copy_dunders(whole, seen) < 0 || LATE.fill((PyObject *)module) < 0 ||
                  PyDict_Update(whole, seen) < 0;
    gc->collecting = collecting;
    if (failed) {
        module->md_dict = seen;
        LATE.module = (PyObject *)module;
        Py_DECREF(whole);
        return -1;
    }
    Py_DECREF(seen);
    return 0;
}

PyObject *
module_late_get(PyObject *module, PyObject *name)
{
    if (LATE.module != module) {
        return NULL;
    }
    PyObject *value = LATE.get(module, name);
    if (value != NULL) {
        if (PyDict_SetItem(MODULE(module)->md_dict, name, value) < 0) {
            Py_CLEAR(value);
        }
        return value;
    }
    const char *text = PyErr_Occurred() ? NULL : PyUnicode_AsUTF8(name);
    if (text == NULL || strncmp(text, "__", 2) == 0 || module_late_end() < 0) {
        return NULL;
    }
    return Py_XNewRef(PyDict_GetItemWithError(MODULE(module)->md_dict, name));
}

/* ---- adding attributes --------------------------------------------------------------------------------------------- */

int
PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value)
{
    if (!PyModule_Check(module)) {
        PyErr_SetString(PyExc_TypeError,
                        "PyModule_AddObjectRef() first argument must be a module");
        return -1;
    }
    if (value == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError,
                            "PyModule_AddObjectRef() must be called with an exception raised "
                            "if value is NULL");
        }
        return -1;
    }
    PyObject *dict = PyModule_GetDict(module);
    if (dict == NULL) {
        PyErr_Format(PyExc_SystemError, "module '%s' has no __dict__", PyModule_GetName(module));
        return -1;
    }
    return PyDict_SetItemString(dict, name, value);
}

/* Takes over the reference if it succeeds. */
int
PyModule_AddObject(PyObject *module, const char *name, PyObject *value)
{
    int result = PyModule_AddObjectRef(module, name, value);
    if (result == 0) {
        Py_DECREF(value);
    }
    return result;
}

int
PyModule_AddIntConstant(PyObject *module, const char *name, long value)
{
    PyObject *number = PyLong_FromLong(value);
    if (number == NULL) {
        return -1;
    }
    int result = PyModule_AddObjectRef(module, name, number);
    Py_DECREF(number);
    return result;
}

int
PyModule_AddStringConstant(PyObject *module, const char *name, const char *value)
{
    PyObject *text = PyUnicode_FromString(value);
    if (text == NULL) {
        return -1;
    }
    int result = PyModule_AddObjectRef(module, name, text);
    Py_DECREF(text);
    return result;
}

int
PyModule_AddType(PyObject *module, PyTypeObject *type)
{
    if (!type_has(type, Py_TPFLAGS_READY) && PyType_Ready(type) < 0) {
        return -1;
    }
    return PyModule_AddObjectRef(module, type_short_name(type), (PyObject *)type);
}

/* ---- at the end of an interpreter --------------------------------------------------------------------------------- */

/* Set the values to None: first names that begin with one underscore, then all but __builtins__.
   Nothing is deleted, so that finalisers find the names. */
void
_PyModule_ClearDict(PyObject *dict)
{
    for (int round = 1; round <= 2; round++) {
        PyObject *key, *value;
        for (Py_ssize_t pos = 0; PyDict_Next(dict, &pos, &key, &value);) {
            if (value == Py_None || !PyUnicode_Check(key)) {
                continue;
            }
            Py_ssize_t length = PyUnicode_GET_LENGTH(key);
            bool one = length > 0 && PyUnicode_READ_CHAR(key, 0) == '_' &&
                       (length < 2 || PyUnicode_READ_CHAR(key, 1) != '_');
            if (round == 1 ? !one : _PyUnicode_EQ(key, ID(__builtins__))) {
                continue;
            }
            if (_Py_GetConfig()->verbose > 1) {
                const char *text = PyUnicode_AsUTF8(key);
                if (text != NULL) {
                    PySys_WriteStderr("#   clear[%d] %s\n", round, text);
                }
                else {
                    PyErr_Clear();
                }
            }
            if (PyDict_SetItem(dict, key, Py_None) < 0) {
                PyErr_WriteUnraisable(NULL);
            }
        }
    }
}

void
_PyModule_Clear(PyObject *op)
{
    PyObject *dict = MODULE(op)->md_dict;
    if (dict != NULL) {
        _PyModule_ClearDict(dict);
    }
}

/* ---- slots --------------------------------------------------------------------------------------------------------- */

static PyObject *
module_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return (PyObject *)module_alloc(type);
}

INIT(module, "(name, doc=None)")
static int
module_init(PyModuleObject *self, PyUnicodeObject *name, PyObject *doc)
{
    if (self->md_dict == NULL && (self->md_dict = PyDict_New()) == NULL) {
        return -1;
    }
    return init_dict(self, self->md_dict, (PyObject *)name, doc);
}

/* Whether the definition's hooks may run: the state exists if there is to be one. */
static bool
hooks_ready(PyModuleObject *module)
{
    return module->md_def != NULL && (module->md_def->m_size <= 0 || module->md_state != NULL);
}

static void
module_tp_dealloc(PyModuleObject *module)
{
    PyObject_GC_UnTrack(module);
    if (LATE.module == (PyObject *)module) {
        LATE.module = NULL;
    }
    if (module->md_name != NULL && _Py_GetConfig()->verbose) {
        PySys_FormatStderr("# destroy %U\n", module->md_name);
    }
    if (module->md_weaklist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)module);
    }
    if (hooks_ready(module) && module->md_def->m_free != NULL) {
        module->md_def->m_free(module);
    }
    Py_XDECREF(module->md_dict);
    Py_XDECREF(module->md_name);
    PyMem_Free(module->md_state);
    Py_TYPE(module)->tp_free((PyObject *)module);
}

static int
module_tp_traverse(PyModuleObject *module, visitproc visit, void *arg)
{
    if (hooks_ready(module) && module->md_def->m_traverse != NULL) {
        int result = module->md_def->m_traverse((PyObject *)module, visit, arg);
        if (result != 0) {
            return result;
        }
    }
    Py_VISIT(module->md_dict);
    return 0;
}

static int
module_tp_clear(PyModuleObject *module)
{
    if (hooks_ready(module) && module->md_def->m_clear != NULL) {
        int result = module->md_def->m_clear((PyObject *)module);
        if (PyErr_Occurred()) {
            PySys_FormatStderr("Exception ignored in m_clear of module%s%V\n",
                               module->md_name ? " " : "", module->md_name, "");
            PyErr_WriteUnraisable(NULL);
        }
        if (result != 0) {
            return result;
        }
    }
    Py_CLEAR(module->md_dict);
    return 0;
}

static PyObject *
module_tp_repr(PyObject *self)
{
    return PyObject_CallMethod(interp_get()->import.importlib, "_module_repr", "O", self);
}

static COLD void
raise_missing(PyModuleObject *module, PyObject *name)
{
    PyObject *dict = module->md_dict;
    PyObject *own_name = dict == NULL ? NULL : PyDict_GetItemWithError(dict, ID(__name__));
    if (PyErr_Occurred()) {
        return;
    }
    if (own_name == NULL || !PyUnicode_Check(own_name)) {
        PyErr_Format(PyExc_AttributeError, "module has no attribute '%U'", name);
        return;
    }
    Py_INCREF(own_name);
    PyObject *spec = Py_XNewRef(PyDict_GetItemWithError(dict, ID(__spec__)));
    if (_PyModuleSpec_IsInitializing(spec)) {
        PyErr_Format(PyExc_AttributeError,
                     "partially initialized module '%U' has no attribute '%U' "
                     "(most likely due to a circular import)",
                     own_name, name);
    }
    else if (is_uninitialized_submodule(spec, name)) {
        PyErr_Format(PyExc_AttributeError,
                     "cannot access submodule '%U' of module '%U' "
                     "(most likely due to a circular import)",
                     name, own_name);
    }
    else {
        PyErr_Format(PyExc_AttributeError, "module '%U' has no attribute '%U'", own_name, name);
    }
    Py_XDECREF(spec);
    Py_DECREF(own_name);
}

/* The usual lookup, then the module's own __getattr__ (PEP 562). */
PyObject *
module_find_attribute(PyObject *self, PyObject *name)
{
    PyModuleObject *module = MODULE(self);
    PyObject *result = _PyObject_GenericGetAttrWithDict(self, name, NULL, 1);
    if (result != NULL || PyErr_Occurred()) {
        return result;
    }
    if (module->md_dict != NULL) {
        PyObject *hook = PyDict_GetItemWithError(module->md_dict, ID(__getattr__));
        if (hook != NULL) {
            Py_INCREF(hook);
            result = PyObject_CallOneArg(hook, name);
            Py_DECREF(hook);
            return result;
        }
    }
    return NULL;
}

PyObject *
module_tp_getattro(PyObject *self, PyObject *name)
{
    PyObject *result = module_find_attribute(self, name);
    if (result == NULL && !PyErr_Occurred()) {
        raise_missing(MODULE(self), name);
    }
    return result;
}

/* ---- attributes ---------------------------------------------------------------------------------------------------- */

METHOD(module, __dir__, NULL, "__dir__() -> list\n\nThe names of the module's attributes.")
static PyObject *
module_dir(PyObject *self, PyObject *Py_UNUSED(args))
{
    PyObject *dict = PyObject_GetAttr(self, ID(__dict__)), *result = NULL;
    if (dict == NULL) {
        return NULL;
    }
    if (!PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "<module>.__dict__ is not a dictionary");
    }
    else {
        PyObject *hook = PyDict_GetItemWithError(dict, ID(__dir__));
        if (hook != NULL) {
            Py_INCREF(hook);
            result = PyObject_CallNoArgs(hook);
            Py_DECREF(hook);
        }
        else if (!PyErr_Occurred()) {
            result = PyDict_Keys(dict);
        }
    }
    Py_DECREF(dict);
    return result;
}

MEMBER(module, __dict__, T_OBJECT, PyModuleObject, md_dict, READONLY, NULL)

/* The __dict__ of a module, or an error: subclasses may have replaced the attribute. */
static PyObject *
annotations_dict(PyObject *self)
{
    PyObject *dict = PyObject_GetAttr(self, ID(__dict__));
    if (dict != NULL && !PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "<module>.__dict__ is not a dictionary");
        Py_CLEAR(dict);
    }
    return dict;
}

GETTER(module, __annotations__, NULL)
static PyObject *
module_get_annotations(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *dict = annotations_dict(self);
    if (dict == NULL) {
        return NULL;
    }
    PyObject *annotations = Py_XNewRef(PyDict_GetItemWithError(dict, ID(__annotations__)));
    if (annotations == NULL && !PyErr_Occurred()) {
        annotations = PyDict_New();
        if (annotations != NULL && PyDict_SetItem(dict, ID(__annotations__), annotations) < 0) {
            Py_CLEAR(annotations);
        }
    }
    Py_DECREF(dict);
    return annotations;
}

SETTER(module, __annotations__)
static int
module_set_annotations(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    PyObject *dict = annotations_dict(self);
    if (dict == NULL) {
        return -1;
    }
    int result = value != NULL ? PyDict_SetItem(dict, ID(__annotations__), value)
                               : PyDict_DelItem(dict, ID(__annotations__));
    if (result < 0 && value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_SetObject(PyExc_AttributeError, ID(__annotations__));
    }
    Py_DECREF(dict);
    return result;
}

TYPE(module, PyModule_Type, "module", PyModuleObject, "(name, doc=None)",
     "A module with the given name and documentation.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
     .tp_setattro = PyObject_GenericSetAttr, .tp_free = PyObject_GC_Del,
     .tp_dictoffset = offsetof(PyModuleObject, md_dict),
     .tp_weaklistoffset = offsetof(PyModuleObject, md_weaklist))

#include "gen/types/module.inc"
