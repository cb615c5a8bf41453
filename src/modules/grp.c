/* The module grp: the groups of the system. */
#include "object/declare.h"
#include "modules/account.h"
#include <grp.h>

extern int _Py_Gid_Converter(PyObject *object, gid_t *gid);

typedef struct {
    PyTypeObject *struct_group;
} GrpState;

static PyObject *
group_to_object(PyObject *module, const struct group *group)
{
    PyObject *members = PyList_New(0), *object;
    for (char **member = group->gr_mem; members && *member; member++) {
        PyObject *name = PyUnicode_DecodeFSDefault(*member);
        if (!name || PyList_Append(members, name) < 0)
            Py_CLEAR(members);
        Py_XDECREF(name);
    }
    if (!members)
        return NULL;
    object = PyStructSequence_New(((GrpState *)PyModule_GetState(module))->struct_group);
    if (!object) {
        Py_DECREF(members);
        return NULL;
    }
    PyStructSequence_SET_ITEM(object, 0, PyUnicode_DecodeFSDefault(group->gr_name));
    PyStructSequence_SET_ITEM(object, 1, group->gr_passwd ? PyUnicode_DecodeFSDefault(group->gr_passwd)
                                                          : Py_NewRef(Py_None));
    PyStructSequence_SET_ITEM(object, 2, account_number(group->gr_gid));
    PyStructSequence_SET_ITEM(object, 3, members);
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

/* Look a group up, by name unless that is NULL, in room that grows until the entry fits.  NULL: not
   found, or no memory (then an exception is set). */
static struct group *
look_up(const char *name, gid_t gid, struct group *entry, struct AccountRoom *room)
{
    struct group *found = NULL;
    int code = ERANGE;
    while (code == ERANGE) {
        if (account_room(room, _SC_GETGR_R_SIZE_MAX) < 0)
            return NULL;
        Py_BEGIN_ALLOW_THREADS
        code = name ? getgrnam_r(name, entry, room->buffer, room->size, &found)
                    : getgrgid_r(gid, entry, room->buffer, room->size, &found);
        Py_END_ALLOW_THREADS
    }
    if (code == ENOMEM && !found)
        PyErr_NoMemory();
    return code == 0 ? found : NULL;
}

FUNCTION(grp, getgrgid, "($module, /, id)", "Return the entry of a group by number.")
static PyObject *
grp_getgrgid(PyObject *module, PyObject *id)
{
    gid_t gid;
    if (!_Py_Gid_Converter(id, &gid))
        return NULL;
    struct group entry;
    struct AccountRoom room = {NULL, 0};
    const struct group *found = look_up(NULL, gid, &entry, &room);
    PyObject *result = NULL;
    if (found) {
        result = group_to_object(module, found);
    } else if (!PyErr_Occurred()) {
        PyObject *number = account_number(gid);
        if (number)
            PyErr_Format(PyExc_KeyError, "getgrgid(): gid not found: %S", number);
        Py_XDECREF(number);
    }
    PyMem_RawFree(room.buffer);
    return result;
}

FUNCTION(grp, getgrnam, "($module, /, name)", "Return the entry of a group by name.")
static PyObject *
grp_getgrnam(PyObject *module, PyUnicodeObject *arg)
{
    PyObject *name = (PyObject *)arg, *bytes = PyUnicode_EncodeFSDefault(name), *result = NULL;
    char *text;
    if (!bytes)
        return NULL;
    if (PyBytes_AsStringAndSize(bytes, &text, NULL) == 0) {
        struct group entry;
        struct AccountRoom room = {NULL, 0};
        const struct group *found = look_up(text, 0, &entry, &room);
        if (found)
            result = group_to_object(module, found);
        else if (!PyErr_Occurred())
            PyErr_Format(PyExc_KeyError, "getgrnam(): name not found: %R", name);
        PyMem_RawFree(room.buffer);
    }
    Py_DECREF(bytes);
    return result;
}

FUNCTION(grp, getgrall, "($module, /)", "Return the entries of all groups, in any order.")
static PyObject *
grp_getgrall(PyObject *module)
{
    PyObject *list = PyList_New(0);
    const struct group *group;
    setgrent();
    while (list && (group = getgrent())) {
        PyObject *object = group_to_object(module, group);
        if (!object || PyList_Append(list, object) < 0)
            Py_CLEAR(list);
        Py_XDECREF(object);
    }
    endgrent();
    return list;
}

static int
grp_exec(PyObject *module)
{
    GrpState *state = PyModule_GetState(module);
    PyStructSequence_Field fields[] = {
        {"gr_name", "group name"},
        {"gr_passwd", "password"},
        {"gr_gid", "group id"},
        {"gr_mem", "group members"},
        {NULL, NULL},
    };
    PyStructSequence_Desc desc = {
        .name = "grp.struct_group",
        .doc = "An entry of the group database, as a tuple with attributes.",
        .fields = fields,
        .n_in_sequence = 4,
    };
    state->struct_group = PyStructSequence_NewType(&desc);
    return state->struct_group ? PyModule_AddType(module, state->struct_group) : -1;
}

static int
grp_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((GrpState *)PyModule_GetState(module))->struct_group);
    return 0;
}

static int
grp_clear(PyObject *module)
{
    Py_CLEAR(((GrpState *)PyModule_GetState(module))->struct_group);
    return 0;
}

static void
grp_free(void *module)
{
    grp_clear(module);
}

#include "gen/modules/grp.inc"

static PyModuleDef_Slot grp_slots[] = {
    {Py_mod_exec, grp_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef grp_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "grp",
    .m_doc = PyDoc_STR("The group database.  An unknown group is KeyError."),
    .m_size = sizeof(GrpState),
    .m_methods = grp_functions,
    .m_slots = grp_slots,
    .m_traverse = grp_traverse,
    .m_clear = grp_clear,
    .m_free = grp_free,
};

PyMODINIT_FUNC
PyInit_grp(void)
{
    return PyModuleDef_Init(&grp_module);
}
