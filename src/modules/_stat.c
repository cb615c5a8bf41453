/* The module _stat: the bits of st_mode and other fields of stat_result.

   The numbers are those of every Unix; what this system lacks has its traditional value. */
#include "object/declare.h"
#include <sys/stat.h>

typedef struct {
    const char *name;
    unsigned long value;
} Constant;

static const Constant constants[] = {
    {"SF_APPEND", 01000000}, {"SF_ARCHIVED", 0200000}, {"SF_IMMUTABLE", 0400000},
    {"SF_NOUNLINK", 04000000}, {"SF_SNAPSHOT", 010000000}, {"ST_ATIME", 07},
    {"ST_CTIME", 011}, {"ST_DEV", 02}, {"ST_GID", 05}, {"ST_INO", 01}, {"ST_MODE", 00},
    {"ST_MTIME", 010}, {"ST_NLINK", 03}, {"ST_SIZE", 06}, {"ST_UID", 04}, {"S_ENFMT", 02000},
    {"S_IEXEC", 0100}, {"S_IFBLK", 060000}, {"S_IFCHR", 020000}, {"S_IFDIR", 040000},
    {"S_IFDOOR", 00}, {"S_IFIFO", 010000}, {"S_IFLNK", 0120000}, {"S_IFPORT", 00},
    {"S_IFREG", 0100000}, {"S_IFSOCK", 0140000}, {"S_IFWHT", 00}, {"S_IREAD", 0400},
    {"S_IRGRP", 040}, {"S_IROTH", 04}, {"S_IRUSR", 0400}, {"S_IRWXG", 070}, {"S_IRWXO", 07},
    {"S_IRWXU", 0700}, {"S_ISGID", 02000}, {"S_ISUID", 04000}, {"S_ISVTX", 01000},
    {"S_IWGRP", 020}, {"S_IWOTH", 02}, {"S_IWRITE", 0200}, {"S_IWUSR", 0200},
    {"S_IXGRP", 010}, {"S_IXOTH", 01}, {"S_IXUSR", 0100}, {"UF_APPEND", 04},
    {"UF_COMPRESSED", 040}, {"UF_HIDDEN", 0100000}, {"UF_IMMUTABLE", 02}, {"UF_NODUMP", 01},
    {"UF_NOUNLINK", 020}, {"UF_OPAQUE", 010},
};

/* An int as a mode; -1 with an exception. */
static mode_t
to_mode(PyObject *object)
{
    unsigned long value = PyLong_AsUnsignedLong(object);
    if (value == (unsigned long)-1 && PyErr_Occurred())
        return (mode_t)-1;
    if ((mode_t)value != value) {
        PyErr_SetString(PyExc_OverflowError, "mode out of range");
        return (mode_t)-1;
    }
    return (mode_t)value;
}

/* Does a mode have one of the file types? */
static PyObject *
has_type(PyObject *object, mode_t type)
{
    mode_t mode = to_mode(object);
    if (mode == (mode_t)-1 && PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(type && (mode & S_IFMT) == type);
}

FUNCTION(_stat, S_ISDIR, NULL, "Is it the mode of a directory?")
static PyObject *
stat_S_ISDIR(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFDIR);
}

FUNCTION(_stat, S_ISCHR, NULL, "Is it the mode of a character device?")
static PyObject *
stat_S_ISCHR(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFCHR);
}

FUNCTION(_stat, S_ISBLK, NULL, "Is it the mode of a block device?")
static PyObject *
stat_S_ISBLK(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFBLK);
}

FUNCTION(_stat, S_ISREG, NULL, "Is it the mode of a regular file?")
static PyObject *
stat_S_ISREG(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFREG);
}

FUNCTION(_stat, S_ISFIFO, NULL, "Is it the mode of a named pipe?")
static PyObject *
stat_S_ISFIFO(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFIFO);
}

FUNCTION(_stat, S_ISLNK, NULL, "Is it the mode of a symbolic link?")
static PyObject *
stat_S_ISLNK(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFLNK);
}

FUNCTION(_stat, S_ISSOCK, NULL, "Is it the mode of a socket?")
static PyObject *
stat_S_ISSOCK(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, S_IFSOCK);
}

FUNCTION(_stat, S_ISDOOR, NULL, "Is it the mode of a door?")
static PyObject *
stat_S_ISDOOR(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, 0);
}

FUNCTION(_stat, S_ISPORT, NULL, "Is it the mode of an event port?")
static PyObject *
stat_S_ISPORT(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, 0);
}

FUNCTION(_stat, S_ISWHT, NULL, "Is it the mode of a whiteout?")
static PyObject *
stat_S_ISWHT(PyObject *Py_UNUSED(module), PyObject *mode)
{
    return has_type(mode, 0);
}

FUNCTION(_stat, S_IMODE, NULL, "The permission bits of a mode.")
static PyObject *
stat_S_IMODE(PyObject *Py_UNUSED(module), PyObject *object)
{
    mode_t mode = to_mode(object);
    if (mode == (mode_t)-1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromUnsignedLong(mode & 07777);
}

FUNCTION(_stat, S_IFMT, NULL, "The file type bits of a mode.")
static PyObject *
stat_S_IFMT(PyObject *Py_UNUSED(module), PyObject *object)
{
    mode_t mode = to_mode(object);
    if (mode == (mode_t)-1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromUnsignedLong(mode & S_IFMT);
}

/* The letter of a file type. */
static char
type_letter(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return '-';
    case S_IFDIR:
        return 'd';
    case S_IFLNK:
        return 'l';
    case S_IFBLK:
        return 'b';
    case S_IFCHR:
        return 'c';
    case S_IFIFO:
        return 'p';
    case S_IFSOCK:
        return 's';
    }
    return '?';
}

FUNCTION(_stat, filemode, NULL, "A mode as ls shows it: '-rwxrwxrwx'.")
static PyObject *
stat_filemode(PyObject *Py_UNUSED(module), PyObject *object)
{
    mode_t mode = to_mode(object);
    if (mode == (mode_t)-1 && PyErr_Occurred())
        return NULL;
    char text[11] = "?rwxrwxrwx";
    text[0] = type_letter(mode);
    for (int i = 0; i < 9; i++)
        if (!(mode >> (8 - i) & 1))
            text[1 + i] = '-';
    if (mode & S_ISUID)
        text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & S_IXOTH ? 't' : 'T';
    return PyUnicode_FromStringAndSize(text, 10);
}

static int
stat_exec(PyObject *module)
{
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, (long)constants[i].value) < 0)
            return -1;
    return 0;
}

#include "gen/modules/_stat.inc"

static PyModuleDef_Slot stat_slots[] = {
    {Py_mod_exec, stat_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef stat_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_stat",
    .m_doc = PyDoc_STR("The bits of st_mode, and indices into stat_result."),
    .m_methods = _stat_functions,
    .m_slots = stat_slots,
};

PyMODINIT_FUNC
PyInit__stat(void)
{
    return PyModuleDef_Init(&stat_module);
}
