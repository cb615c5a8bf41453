/* The module pwd: the users of the system. */
#include "object/declare.h"
#include "modules/account.h"
#include <pwd.h>

extern int _Py_Uid_Converter(PyObject *object, uid_t *uid);

typedef struct {
    PyTypeObject *struct_passwd;
} PwdState;

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
        text_to_object(user->pw_name),  text_to_object(user->pw_passwd), account_number(user->pw_uid),
        account_number(user->pw_gid),   text_to_object(user->pw_gecos),  text_to_object(user->pw_dir),
        text_to_object(user->pw_shell),
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        PyStructSequence_SET_ITEM(object, (Py_ssize_t)i, fields[i]);
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

/* Look a user up, by name unless that is NULL, in room that grows until the entry fits.  NULL: not
   found, or no memory (then an exception is set). */
static struct passwd *
look_up(const char *name, uid_t uid, struct passwd *entry, struct AccountRoom *room)
{
    struct passwd *found = NULL;
    int code = ERANGE;
    while (code == ERANGE) {
        if (account_room(room, _SC_GETPW_R_SIZE_MAX) < 0)
            return NULL;
        Py_BEGIN_ALLOW_THREADS
        code = name ? getpwnam_r(name, entry, room->buffer, room->size, &found)
                    : getpwuid_r(uid, entry, room->buffer, room->size, &found);
        Py_END_ALLOW_THREADS
    }
    if (code == ENOMEM && !found)
        PyErr_NoMemory();
    return code == 0 ? found : NULL;
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
    struct AccountRoom room = {NULL, 0};
    const struct passwd *found = look_up(NULL, uid, &entry, &room);
    PyObject *result = NULL;
    if (found) {
        result = user_to_object(module, found);
    } else if (!PyErr_Occurred()) {
        PyObject *number = account_number(uid);
        if (number)
            PyErr_Format(PyExc_KeyError, "getpwuid(): uid not found: %S", number);
        Py_XDECREF(number);
    }
    PyMem_RawFree(room.buffer);
    return result;
}

FUNCTION(pwd, getpwnam, "($module, name, /)", "Return the entry of a user by name.")
static PyObject *
pwd_getpwnam(PyObject *module, PyUnicodeObject *arg)
{
    PyObject *name = (PyObject *)arg, *bytes = PyUnicode_EncodeFSDefault(name), *result = NULL;
    char *text;
    if (!bytes)
        return NULL;
    /* Without a length, a NUL inside is an error. */
    if (PyBytes_AsStringAndSize(bytes, &text, NULL) == 0) {
        struct passwd entry;
        struct AccountRoom room = {NULL, 0};
        const struct passwd *found = look_up(text, 0, &entry, &room);
        if (found)
            result = user_to_object(module, found);
        else if (!PyErr_Occurred())
            PyErr_Format(PyExc_KeyError, "getpwnam(): name not found: %R", name);
        PyMem_RawFree(room.buffer);
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
