/* The module pwd: the users of the system. */
#include "object/declare.h"
#include <errno.h>
#include <pwd.h>
#include <unistd.h>

extern int _Py_Uid_Converter(PyObject *object, uid_t *uid);

typedef struct {
    PyTypeObject *struct_passwd;
} PwdState;

static PyObject *
id_to_object(unsigned int id)
{
    return id == (unsigned int)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(id);
}

static PyObject *
text_to_object(const char *text)
{
    return text ? PyUnicode_DecodeFSDefault(text) : Py_NewRef(Py_None);
}

static PyObject *
user_to_object(PyObject *module, const struct passwd *user)
{
    PyObject *object = PyStructSequence_New(((PwdState *)PyModule_GetState(module))->struct_passwd);
    if (!object)
        return NULL;
    PyObject *const fields[] = {
        text_to_object(user->pw_name), text_to_object(user->pw_passwd), id_to_object(user->pw_uid),
        id_to_object(user->pw_gid),    text_to_object(user->pw_gecos),  text_to_object(user->pw_dir),
        text_to_object(user->pw_shell),
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        PyStructSequence_SET_ITEM(object, (Py_ssize_t)i, fields[i]);
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

/* Look a user up, by name unless that is NULL, in a buffer that grows until it fits.  The caller
   frees *buffer.  NULL: not found, or no memory (then an exception is set). */
static struct passwd *
look_up(const char *name, uid_t uid, struct passwd *entry, char **buffer)
{
    struct passwd *found = NULL;
    long hint = sysconf(_SC_GETPW_R_SIZE_MAX);
    size_t size = hint > 0 ? (size_t)hint : 1024;
    for (;;) {
        char *bigger = PyMem_RawRealloc(*buffer, size);
        if (!bigger) {
            PyErr_NoMemory();
            return NULL;
        }
        *buffer = bigger;
        int code;
        Py_BEGIN_ALLOW_THREADS
        code = name ? getpwnam_r(name, entry, bigger, size, &found)
                    : getpwuid_r(uid, entry, bigger, size, &found);
        Py_END_ALLOW_THREADS
        if (code == 0 || found)
            return code == 0 ? found : NULL;
        if (code == ENOMEM)
            PyErr_NoMemory();
        if (code != ERANGE)
            return NULL;
        if (size > (PY_SSIZE_T_MAX >> 1)) {
            PyErr_NoMemory();
            return NULL;
        }
        size <<= 1;
    }
}

FUNCTION(pwd, getpwuid, "($module, uidobj, /)", "Return the entry of a user by number.")
static PyObject *
pwd_getpwuid(PyObject *module, PyObject *uidobj)
{
    uid_t uid;
    if (!_Py_Uid_Converter(uidobj, &uid)) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError))
            PyErr_Format(PyExc_KeyError, "getpwuid(): uid not found");
        return NULL;
    }
    struct passwd entry;
    char *buffer = NULL;
    const struct passwd *found = look_up(NULL, uid, &entry, &buffer);
    PyObject *result = NULL;
    if (found) {
        result = user_to_object(module, found);
    } else if (!PyErr_Occurred()) {
        PyObject *number = id_to_object(uid);
        if (number)
            PyErr_Format(PyExc_KeyError, "getpwuid(): uid not found: %S", number);
        Py_XDECREF(number);
    }
    PyMem_RawFree(buffer);
    return result;
}

FUNCTION(pwd, getpwnam, "($module, name, /)", "Return the entry of a user by name.")
static PyObject *
pwd_getpwnam(PyObject *module, PyUnicodeObject *arg)
{
    PyObject *name = (PyObject *)arg, *bytes = PyUnicode_EncodeFSDefault(name), *result = NULL;
    char *text, *buffer = NULL;
    if (!bytes)
        return NULL;
    /* Without a length, a NUL inside is an error. */
    if (PyBytes_AsStringAndSize(bytes, &text, NULL) == 0) {
        struct passwd entry;
        const struct passwd *found = look_up(text, 0, &entry, &buffer);
        if (found)
            result = user_to_object(module, found);
        else if (!PyErr_Occurred())
            PyErr_Format(PyExc_KeyError, "getpwnam(): name not found: %R", name);
        PyMem_RawFree(buffer);
    }
    Py_DECREF(bytes);
    return result;
}

FUNCTION(pwd, getpwall, "($module, /)", "Return the entries of all users, in any order.")
static PyObject *
pwd_getpwall(PyObject *module)
{
    PyObject *list = PyList_New(0);
    const struct passwd *user;
    setpwent();
    while (list && (user = getpwent())) {
        PyObject *object = user_to_object(module, user);
        if (!object || PyList_Append(list, object) < 0)
            Py_CLEAR(list);
        Py_XDECREF(object);
    }
    endpwent();
    return list;
}

static int
pwd_exec(PyObject *module)
{
    PwdState *state = PyModule_GetState(module);
    PyStructSequence_Field fields[] = {
        {"pw_name", "user name"},     {"pw_passwd", "password"},   {"pw_uid", "user id"},
        {"pw_gid", "group id"},       {"pw_gecos", "real name"},   {"pw_dir", "home directory"},
        {"pw_shell", "shell program"}, {NULL, NULL},
    };
    PyStructSequence_Desc desc = {
        .name = "pwd.struct_passwd",
        .doc = "An entry of the user database, as a tuple with attributes.",
        .fields = fields,
        .n_in_sequence = 7,
    };
    state->struct_passwd = PyStructSequence_NewType(&desc);
    return state->struct_passwd ? PyModule_AddType(module, state->struct_passwd) : -1;
}

static int
pwd_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((PwdState *)PyModule_GetState(module))->struct_passwd);
    return 0;
}

static int
pwd_clear(PyObject *module)
{
    Py_CLEAR(((PwdState *)PyModule_GetState(module))->struct_passwd);
    return 0;
}

static void
pwd_free(void *module)
{
    pwd_clear(module);
}

#include "gen/modules/pwd.inc"

static PyModuleDef_Slot pwd_slots[] = {
    {Py_mod_exec, pwd_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef pwd_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pwd",
    .m_doc = PyDoc_STR("The user database.  An unknown user is KeyError."),
    .m_size = sizeof(PwdState),
    .m_methods = pwd_functions,
    .m_slots = pwd_slots,
    .m_traverse = pwd_traverse,
    .m_clear = pwd_clear,
    .m_free = pwd_free,
};

PyMODINIT_FUNC
PyInit_pwd(void)
{
    return PyModuleDef_Init(&pwd_module);
}
