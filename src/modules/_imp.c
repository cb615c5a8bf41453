/* The module _imp: the steps of importing that importlib leaves to C. */
#include "runtime/import.h"
#include "object/declare.h"
#include <marshal.h>

FUNCTION(_imp, acquire_lock, "($module, /)",
         "Take the import lock, for one import of this thread.")
static PyObject *
_imp_acquire_lock(PyObject *module)
{
    _PyImport_AcquireLock();
    Py_RETURN_NONE;
}

FUNCTION(_imp, release_lock, "($module, /)",
         "Give the import lock back; RuntimeError if this thread does not hold it.")
static PyObject *
_imp_release_lock(PyObject *module)
{
    if (_PyImport_ReleaseLock() < 0) {
        PyErr_SetString(PyExc_RuntimeError, "not holding the import lock");
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_imp, lock_held, "($module, /)", "Whether any thread holds the import lock.")
static truth
_imp_lock_held(PyObject *module)
{
    return import_lock_held();
}

FUNCTION(_imp, extension_suffixes, "($module, /)",
         "The endings of extension modules' file names, most specific first.")
static PyObject *
_imp_extension_suffixes(PyObject *module)
{
    PyObject *list = PyList_New(0);
    for (const char *const *s = dynamic_suffixes(); list != NULL && *s != NULL; s++) {
        PyObject *item = PyUnicode_FromString(*s);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

FUNCTION(_imp, create_builtin, "($module, spec, /)", "Make a built-in module, without executing it.")
static PyObject *
_imp_create_builtin(PyObject *module, PyObject *spec)
{
    PyObject *name = PyObject_GetAttr(spec, ID(name));
    if (name == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "name must be string, not %.200s", Py_TYPE(name)->tp_name);
    }
    else {
        result = builtin_create(name, spec);
    }
    Py_DECREF(name);
    return result;
}

FUNCTION(_imp, create_dynamic, "($module, spec, file=<unrepresentable>, /)",
         "Load an extension module's shared object, without executing the module.")
DEFAULT(file, NULL)
static PyObject *
_imp_create_dynamic(PyObject *module, PyObject *spec, PyObject *file)
{
    return dynamic_create(spec);
}

static PyObject *
exec_once(PyObject *mod)
{
    if (PyModule_Check(mod)) {
        PyModuleDef *def = PyModule_GetDef(mod);
        if (def != NULL && PyModule_GetState(mod) == NULL) {
            return PyModule_ExecDef(mod, def) < 0 ? NULL : PyLong_FromLong(0);
        }
    }
    return PyLong_FromLong(0);
}

FUNCTION(_imp, exec_builtin, "($module, mod, /)", "Execute a built-in module unless that is done.")
static PyObject *
_imp_exec_builtin(PyObject *module, PyObject *mod)
{
    return exec_once(mod);
}

FUNCTION(_imp, exec_dynamic, "($module, mod, /)", "Execute an extension module unless that is done.")
static PyObject *
_imp_exec_dynamic(PyObject *module, PyObject *mod)
{
    return exec_once(mod);
}

FUNCTION(_imp, is_builtin, "($module, name, /)",
         "1 if a built-in module has that name, -1 if it cannot be initialised again, else 0.")
static PyObject *
_imp_is_builtin(PyObject *module, PyUnicodeObject *name)
{
    return PyLong_FromLong(builtin_is((PyObject *)name));
}

FUNCTION(_imp, is_frozen, "($module, name, /)", "Whether the module's code is frozen.")
static PyObject *
_imp_is_frozen(PyObject *module, PyUnicodeObject *name)
{
    struct FrozenModule entry;
    return PyBool_FromLong(frozen_find((PyObject *)name, &entry));
}

/* Like frozen_find, with ImportError. */
static bool
frozen_need(PyObject *name, struct FrozenModule *found)
{
    if (frozen_find(name, found)) {
        return true;
    }
    PyObject *text = PyUnicode_FromFormat("No such frozen object named %R", name);
    if (text != NULL) {
        PyErr_SetImportError(text, name, NULL);
        Py_DECREF(text);
    }
    return false;
}

FUNCTION(_imp, is_frozen_package, "($module, name, /)",
         "Whether the frozen module is a package; ImportError if there is no such frozen module.")
static PyObject *
_imp_is_frozen_package(PyObject *module, PyUnicodeObject *name)
{
    struct FrozenModule entry;
    return frozen_need((PyObject *)name, &entry) ? PyBool_FromLong(entry.is_package) : NULL;
}

FUNCTION(_imp, find_frozen, "($module, name, /, *, withdata=False)",
         "(data, is_package, origin) of a frozen module, or None.\n\n"
         "data is None unless withdata is true; origin is the module that holds the code.")
static PyObject *
_imp_find_frozen(PyObject *module, PyUnicodeObject *name, truth withdata)
{
    struct FrozenModule entry;
    if (!frozen_find((PyObject *)name, &entry)) {
        Py_RETURN_NONE;
    }
    PyObject *data = Py_NewRef(Py_None);
    if (withdata) {
        PyObject *code = frozen_code(&entry);
        Py_DECREF(data);
        if (code == NULL) {
            return NULL;
        }
        PyObject *bytes = PyMarshal_WriteObjectToString(code, Py_MARSHAL_VERSION);
        Py_DECREF(code);
        data = bytes == NULL ? NULL : PyMemoryView_FromObject(bytes);
        Py_XDECREF(bytes);
        if (data == NULL) {
            return NULL;
        }
    }
    return Py_BuildValue("NOz", data, entry.is_package ? Py_True : Py_False, entry.origin);
}

FUNCTION(_imp, get_frozen_object, "($module, name, data=None, /)",
         "The code object of a frozen module, or the one marshalled in data.")
static PyObject *
_imp_get_frozen_object(PyObject *module, PyUnicodeObject *name, PyObject *data)
{
    if (data == Py_None) {
        struct FrozenModule entry;
        return frozen_need((PyObject *)name, &entry) ? frozen_code(&entry) : NULL;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            _PyArg_BadArgument("get_frozen_object", "argument 2", "bytes", data);
        }
        return NULL;
    }
    PyObject *code = NULL;
    if (view.len == 0) {
        PyErr_Format(PyExc_ImportError, "Frozen object named %R is invalid", name);
    }
    else {
        code = PyMarshal_ReadObjectFromString(view.buf, view.len);
        if (code == NULL) {
            PyErr_Clear();
            PyObject *text = PyUnicode_FromFormat("Frozen object named %R is invalid", name);
            if (text != NULL) {
                PyErr_SetImportError(text, (PyObject *)name, NULL);
                Py_DECREF(text);
            }
        }
        else if (!PyCode_Check(code)) {
            PyErr_Format(PyExc_TypeError, "frozen object %R is not a code object", name);
            Py_CLEAR(code);
        }
    }
    PyBuffer_Release(&view);
    return code;
}

FUNCTION(_imp, init_frozen, "($module, name, /)", "Execute a frozen module; None if there is none.")
static PyObject *
_imp_init_frozen(PyObject *module, PyUnicodeObject *name)
{
    int found = PyImport_ImportFrozenModuleObject((PyObject *)name);
    if (found < 0) {
        return NULL;
    }
    if (found == 0) {
        Py_RETURN_NONE;
    }
    return Py_XNewRef(PyImport_AddModuleObject((PyObject *)name));
}

FUNCTION(_imp, _frozen_module_names, "($module, /)", "The names of all frozen modules.")
static PyObject *
_imp__frozen_module_names(PyObject *module)
{
    return frozen_names();
}

FUNCTION(_imp, _override_frozen_modules_for_tests, "($module, override, /)",
         "1: use frozen modules, -1: do not, 0: as configured.")
static PyObject *
_imp__override_frozen_modules_for_tests(PyObject *module, int override)
{
    interp_get()->import.override_frozen = override;
    Py_RETURN_NONE;
}

FUNCTION(_imp, _fix_co_filename, "($module, code, path, /)",
         "Give a code object, and those inside it, another file name.")
static PyObject *
_imp__fix_co_filename(PyObject *module, PyObject *code, PyUnicodeObject *path)
{
    if (!PyCode_Check(code)) {
        PyErr_Format(PyExc_TypeError, "_fix_co_filename() argument 1 must be code, not %.200s",
                     Py_TYPE(code)->tp_name);
        return NULL;
    }
    if (code_rename(code, (PyObject *)path) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FUNCTION(_imp, source_hash, "($module, /, key, source)",
         "Eight bytes that a hash-based .pyc file carries for its source.")
static PyObject *
_imp_source_hash(PyObject *module, long key, Py_buffer *source)
{
    extern uint64_t siphash13(uint64_t, uint64_t, const void *, size_t);
    union {
        uint64_t word;
        char bytes[8];
    } hash = {.word = siphash13((uint64_t)key, 0, source->buf, (size_t)source->len)};
    return PyBytes_FromStringAndSize(hash.bytes, sizeof hash.bytes);
}

static int
_imp_exec(PyObject *module)
{
    const wchar_t *mode = interp_get()->config.check_hash_pycs_mode;
    PyObject *text = mode == NULL ? PyUnicode_FromString("default") : PyUnicode_FromWideChar(mode, -1);
    if (text == NULL) {
        return -1;
    }
    int result = PyModule_AddObjectRef(module, "check_hash_based_pycs", text);
    Py_DECREF(text);
    return result;
}

static PyModuleDef_Slot _imp_slots[] = {{Py_mod_exec, _imp_exec}, {0, NULL}};
static PyMethodDef _imp_functions[];

static WRITTEN struct PyModuleDef _imp_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_imp",
    .m_doc = "The low-level part of importing, for importlib.",
    .m_methods = _imp_functions,
    .m_slots = _imp_slots,
};

PyMODINIT_FUNC
PyInit__imp(void)
{
    return PyModuleDef_Init(&_imp_def);
}

#include "gen/modules/_imp.inc"
