/* Processes: who they are: users, groups, sessions. */
#include "modules/posix/posix.h"
#include <grp.h>
#include <limits.h>

CONVERTER(pid_arg, convert_pid)
CONVERTER(uid_arg, _Py_Uid_Converter)
CONVERTER(gid_arg, _Py_Gid_Converter)
CONVERTER(fs_bytes, convert_fs_bytes)

FUNCTION(posix, getpid, "($module, /)", "The id of the process.")
static PyObject *
posix_getpid(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getpid());
}

FUNCTION(posix, getppid, "($module, /)", "The id of the parent process.")
static PyObject *
posix_getppid(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getppid());
}

FUNCTION(posix, getuid, "($module, /)", "The real user.")
static PyObject *
posix_getuid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromUid(getuid());
}

FUNCTION(posix, geteuid, "($module, /)", "The effective user.")
static PyObject *
posix_geteuid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromUid(geteuid());
}

FUNCTION(posix, getgid, "($module, /)", "The real group.")
static PyObject *
posix_getgid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromGid(getgid());
}

FUNCTION(posix, getegid, "($module, /)", "The effective group.")
static PyObject *
posix_getegid(PyObject *Py_UNUSED(module))
{
    return _PyLong_FromGid(getegid());
}

FUNCTION(posix, getresuid, "($module, /)", "The real, effective and saved users.")
static PyObject *
posix_getresuid(PyObject *Py_UNUSED(module))
{
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) < 0)
        return fail();
    return Py_BuildValue("(NNN)", _PyLong_FromUid(real), _PyLong_FromUid(effective),
                         _PyLong_FromUid(saved));
}

FUNCTION(posix, getresgid, "($module, /)", "The real, effective and saved groups.")
static PyObject *
posix_getresgid(PyObject *Py_UNUSED(module))
{
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0)
        return fail();
    return Py_BuildValue("(NNN)", _PyLong_FromGid(real), _PyLong_FromGid(effective),
                         _PyLong_FromGid(saved));
}

FUNCTION(posix, setuid, "($module, uid, /)", "Set the user of the process.")
static PyObject *
posix_setuid(PyObject *Py_UNUSED(module), uid_arg uid)
{
    return none_or_fail(setuid(uid));
}

FUNCTION(posix, seteuid, "($module, euid, /)", "Set the effective user.")
static PyObject *
posix_seteuid(PyObject *Py_UNUSED(module), uid_arg euid)
{
    return none_or_fail(seteuid(euid));
}

FUNCTION(posix, setreuid, "($module, ruid, euid, /)", "Set the real and effective users.")
static PyObject *
posix_setreuid(PyObject *Py_UNUSED(module), uid_arg ruid, uid_arg euid)
{
    return none_or_fail(setreuid(ruid, euid));
}

FUNCTION(posix, setresuid, "($module, ruid, euid, suid, /)",
         "Set the real, effective and saved users.")
static PyObject *
posix_setresuid(PyObject *Py_UNUSED(module), uid_arg ruid, uid_arg euid, uid_arg suid)
{
    return none_or_fail(setresuid(ruid, euid, suid));
}

FUNCTION(posix, setgid, "($module, gid, /)", "Set the group of the process.")
static PyObject *
posix_setgid(PyObject *Py_UNUSED(module), gid_arg gid)
{
    return none_or_fail(setgid(gid));
}

FUNCTION(posix, setegid, "($module, egid, /)", "Set the effective group.")
static PyObject *
posix_setegid(PyObject *Py_UNUSED(module), gid_arg egid)
{
    return none_or_fail(setegid(egid));
}

FUNCTION(posix, setregid, "($module, rgid, egid, /)", "Set the real and effective groups.")
static PyObject *
posix_setregid(PyObject *Py_UNUSED(module), gid_arg rgid, gid_arg egid)
{
    return none_or_fail(setregid(rgid, egid));
}

FUNCTION(posix, setresgid, "($module, rgid, egid, sgid, /)",
         "Set the real, effective and saved groups.")
static PyObject *
posix_setresgid(PyObject *Py_UNUSED(module), gid_arg rgid, gid_arg egid, gid_arg sgid)
{
    return none_or_fail(setresgid(rgid, egid, sgid));
}

static PyObject *
groups_to_list(const gid_t *groups, int count)
{
    PyObject *list = PyList_New(count);
    for (int i = 0; list && i < count; i++) {
        PyObject *group = _PyLong_FromGid(groups[i]);
        if (!group)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, group);
    }
    return list;
}

FUNCTION(posix, getgroups, "($module, /)", "The supplementary groups of the process.")
static PyObject *
posix_getgroups(PyObject *Py_UNUSED(module))
{
    int count = getgroups(0, NULL);
    gid_t *groups = count < 0 ? NULL : PyMem_New(gid_t, count + 1);
    if (count < 0)
        return fail();
    if (!groups)
        return PyErr_NoMemory();
    count = getgroups(count, groups);
    PyObject *list = count < 0 ? fail() : groups_to_list(groups, count);
    PyMem_Free(groups);
    return list;
}

FUNCTION(posix, setgroups, "($module, groups, /)", "Set the supplementary groups of the process.")
PyObject *
posix_setgroups(PyObject *Py_UNUSED(module), PyObject *groups)
{
    if (!PySequence_Check(groups)) {
        PyErr_SetString(PyExc_TypeError, "setgroups argument must be a sequence");
        return NULL;
    }
    Py_ssize_t count = PySequence_Size(groups);
    if (count < 0)
        return NULL;
    if (count > NGROUPS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many groups");
        return NULL;
    }
    gid_t *list = PyMem_New(gid_t, count + 1);
    if (!list)
        return PyErr_NoMemory();
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(groups, i);
        int good = 0;
        if (item && !PyLong_Check(item))
            PyErr_SetString(PyExc_TypeError, "groups must be integers");
        else if (item)
            good = _Py_Gid_Converter(item, &list[i]);
        Py_XDECREF(item);
        if (!good)
            goto done;
    }
    result = none_or_fail(setgroups((size_t)count, list));
done:
    PyMem_Free(list);
    return result;
}

FUNCTION(posix, getgrouplist, "($module, user, group, /)",
         "The groups a user belongs to, with group added.")
static PyObject *
posix_getgrouplist(PyObject *Py_UNUSED(module), const char *user, gid_arg group)
{
    int count = 64, found;
    gid_t *groups = NULL;
    for (;;) {
        gid_t *bigger = PyMem_Resize(groups, gid_t, count);
        if (!bigger) {
            PyMem_Free(groups);
            return PyErr_NoMemory();
        }
        groups = bigger;
        found = count;
        if (getgrouplist(user, group, groups, &found) >= 0)
            break;
        count = Py_MAX(found, count * 2);
    }
    PyObject *list = groups_to_list(groups, found);
    PyMem_Free(groups);
    return list;
}

FUNCTION(posix, initgroups, "($module, username, gid, /)",
         "Set the supplementary groups to those of a user, with gid added.")
DEFAULT(username, NULL)
static PyObject *
posix_initgroups(PyObject *Py_UNUSED(module), fs_bytes username, gid_arg gid)
{
    return none_or_fail(initgroups(PyBytes_AS_STRING(username), gid));
}

FUNCTION(posix, getpgid, "($module, /, pid)", "The process group of a process.")
static PyObject *
posix_getpgid(PyObject *Py_UNUSED(module), pid_arg pid)
{
    pid_t group = getpgid(pid);
    return group < 0 ? fail() : PyLong_FromLong(group);
}

FUNCTION(posix, getpgrp, "($module, /)", "The process group of this process.")
static PyObject *
posix_getpgrp(PyObject *Py_UNUSED(module))
{
    return PyLong_FromLong(getpgrp());
}

FUNCTION(posix, setpgrp, "($module, /)", "Make the process the leader of its own group.")
static PyObject *
posix_setpgrp(PyObject *Py_UNUSED(module))
{
    return none_or_fail(setpgrp());
}

FUNCTION(posix, setpgid, "~($module, pid, pgrp, /)", "Put a process into a process group.")
static PyObject *
posix_setpgid(PyObject *Py_UNUSED(module), pid_arg pid, pid_arg pgrp)
{
    return none_or_fail(setpgid(pid, pgrp));
}

FUNCTION(posix, getsid, "($module, pid, /)", "The session of a process.")
static PyObject *
posix_getsid(PyObject *Py_UNUSED(module), pid_arg pid)
{
    pid_t session = getsid(pid);
    return session < 0 ? fail() : PyLong_FromLong(session);
}

FUNCTION(posix, setsid, "($module, /)", "Start a new session.")
static PyObject *
posix_setsid(PyObject *Py_UNUSED(module))
{
    return none_or_fail(setsid() < 0 ? -1 : 0);
}

FUNCTION(posix, umask, "($module, mask, /)",
         "Set the permission bits that new files do not get; returns the old ones.")
static PyObject *
posix_umask(PyObject *Py_UNUSED(module), int mask)
{
    int old = (int)umask(mask);
    return PyLong_FromLong(old);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/ids.inc"
