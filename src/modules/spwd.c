/* The module spwd: the shadow password database.  Deprecated. */
#include "object/declare.h"
#include <errno.h>
#include <shadow.h>

typedef struct {
    PyTypeObject *struct_spwd;
} SpwdState;

static PyObject *
shadow_to_object(PyObject *module, const struct spwd *entry)
{
    PyObject *object = PyStructSequence_New(((SpwdState *)PyModule_GetState(module))->struct_spwd);
    if (!object)
        return NULL;
    PyObject *const fields[] = {
        PyUnicode_DecodeFSDefault(entry->sp_namp),
        PyUnicode_DecodeFSDefault(entry->sp_pwdp),
        PyLong_FromLong(entry->sp_lstchg),
        PyLong_FromLong(entry->sp_min),
        PyLong_FromLong(entry->sp_max),
        PyLong_FromLong(entry->sp_warn),
        PyLong_FromLong(entry->sp_inact),
        PyLong_FromLong(entry->sp_expire),
        PyLong_FromLong((long)entry->sp_flag),
        PyUnicode_DecodeFSDefault(entry->sp_namp),
        PyUnicode_DecodeFSDefault(entry->sp_pwdp),
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        PyStructSequence_SET_ITEM(object, (Py_ssize_t)i, fields[i]);
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

FUNCTION(spwd, getspnam, "($module, arg, /)", "Return the shadow entry of a user by name.")
static PyObject *
spwd_getspnam(PyObject *module, PyUnicodeObject *arg)
{
    PyObject *bytes = PyUnicode_EncodeFSDefault((PyObject *)arg), *result = NULL;
    char *name;
    if (!bytes)
        return NULL;
    if (PyBytes_AsStringAndSize(bytes, &name, NULL) == 0) {
        errno = 0;
        const struct spwd *entry = getspnam(name);
        if (entry)
            result = shadow_to_object(module, entry);
        else if (errno)
            PyErr_SetFromErrno(PyExc_OSError);
        else
            PyErr_SetString(PyExc_KeyError, "getspnam(): name not found");
    }
    Py_DECREF(bytes);
    return result;
}

FUNCTION(spwd, getspall, "($module, /)", "Return all shadow entries, in any order.")
static PyObject *
spwd_getspall(PyObject *module)
{
    PyObject *list = PyList_New(0);
    const struct spwd *entry;
    setspent();
    while (list && (entry = getspent())) {
        PyObject *object = shadow_to_object(module, entry);
        if (!object || PyList_Append(list, object) < 0)
            Py_CLEAR(list);
        Py_XDECREF(object);
    }
    endspent();
    return list;
}

static int
spwd_exec(PyObject *module)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "'spwd' is deprecated and slated for removal in Python 3.13", 7) < 0)
        return -1;
    SpwdState *state = PyModule_GetState(module);
    PyStructSequence_Field fields[] = {
        {"sp_namp", "login name"},
        {"sp_pwdp", "encrypted password"},
        {"sp_lstchg", "date of last change"},
        {"sp_min", "min #days between changes"},
        {"sp_max", "max #days between changes"},
        {"sp_warn", "#days before pw expires to warn user about it"},
        {"sp_inact", "#days after pw expires until account is disabled"},
        {"sp_expire", "#days since 1970-01-01 when account expires"},
        {"sp_flag", "reserved"},
        {"sp_nam", "login name; deprecated"},
        {"sp_pwd", "encrypted password; deprecated"},
        {NULL, NULL},
    };
    PyStructSequence_Desc desc = {
        .name = "spwd.struct_spwd",
        .doc = "An entry of the shadow password database, as a tuple with attributes.",
        .fields = fields,
        .n_in_sequence = 9,
    };
    state->struct_spwd = PyStructSequence_NewType(&desc);
    return state->struct_spwd ? PyModule_AddType(module, state->struct_spwd) : -1;
}

static int
spwd_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((SpwdState *)PyModule_GetState(module))->struct_spwd);
    return 0;
}

static int
spwd_clear(PyObject *module)
{
    Py_CLEAR(((SpwdState *)PyModule_GetState(module))->struct_spwd);
    return 0;
}

static void
spwd_free(void *module)
{
    spwd_clear(module);
}

#include "gen/modules/spwd.inc"

static PyModuleDef_Slot spwd_slots[] = {
    {Py_mod_exec, spwd_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef spwd_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "spwd",
    .m_doc = PyDoc_STR("The shadow password database, which only root can read."),
    .m_size = sizeof(SpwdState),
    .m_methods = spwd_functions,
    .m_slots = spwd_slots,
    .m_traverse = spwd_traverse,
    .m_clear = spwd_clear,
    .m_free = spwd_free,
};

PyMODINIT_FUNC
PyInit_spwd(void)
{
    return PyModuleDef_Init(&spwd_module);
}
