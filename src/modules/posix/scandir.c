/* os.scandir: an iterator over a directory, and the entries it yields.

   An entry knows from the directory itself its name, inode and usually its type; what stat() says
   is asked for when it is needed and kept.

   Invariant of the iterator: `dir` is NULL once it is exhausted or closed. */
#include "modules/posix/posix.h"
#include "object/state.h"
#include <dirent.h>

CONVERTER(path_arg, convert_path)

typedef struct {
    PyObject_HEAD
    PyObject *name;
    PyObject *path;
    PyObject *stat;                /* kept results, or NULL */
    PyObject *lstat;
    unsigned char type;            /* DT_* */
    ino_t inode;
    int dir_fd;                    /* the descriptor that was scanned, or AT_FDCWD */
} DirEntry;

typedef struct {
    PyObject_HEAD
    path_arg path;                 /* its references are owned here */
    DIR *dir;
    int fd;
    void *unused[2];               /* as large as the reference's, which sys.getsizeof shows */
} ScandirIterator;

_Static_assert(sizeof(ScandirIterator) == 104, "ScandirIterator.__basicsize__");
_Static_assert(sizeof(DirEntry) == 72, "DirEntry.__basicsize__");

/* -- DirEntry ------------------------------------------------------------------------------ */

static void
direntry_tp_dealloc(DirEntry *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->name);
    Py_XDECREF(self->path);
    Py_XDECREF(self->stat);
    Py_XDECREF(self->lstat);
    freefunc free_object = PyType_GetSlot(type, Py_tp_free);
    free_object(self);
    Py_DECREF(type);
}

static PyObject *
direntry_tp_repr(DirEntry *self)
{
    return PyUnicode_FromFormat("<DirEntry %R>", self->name);
}

/* stat() or lstat() of the file, asked now. */
static PyObject *
fetch_stat(PyObject *module, DirEntry *self, int follow_symlinks)
{
    PyObject *bytes;
    if (!PyUnicode_FSConverter(self->path, &bytes))
        return NULL;
    struct stat info;
    int result;
    const char *path = PyBytes_AS_STRING(bytes);
    Py_BEGIN_ALLOW_THREADS
    result = fstatat(self->dir_fd, path, &info, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
    Py_END_ALLOW_THREADS
    Py_DECREF(bytes);
    if (result != 0)
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, self->path);
    return stat_to_object(posix_state(module), &info);
}

static PyObject *
get_lstat(PyObject *module, DirEntry *self)
{
    if (!self->lstat)
        self->lstat = fetch_stat(module, self, 0);
    return Py_XNewRef(self->lstat);
}

static truth test_type(PyObject *module, DirEntry *self, int follow_symlinks, mode_t wanted);

static PyObject *
get_stat(PyObject *module, DirEntry *self, int follow_symlinks)
{
    if (!follow_symlinks)
        return get_lstat(module, self);
    if (!self->stat) {
        truth is_link = test_type(module, self, 0, S_IFLNK);
        if (is_link < 0)
            return NULL;
        self->stat = is_link ? fetch_stat(module, self, 1) : get_lstat(module, self);
    }
    return Py_XNewRef(self->stat);
}

/* Is the file of a type?  A file that is gone is of none. */
static truth
test_type(PyObject *module, DirEntry *self, int follow_symlinks, mode_t wanted)
{
    int is_link = self->type == DT_LNK;
    if (self->type != DT_UNKNOWN && !(follow_symlinks && is_link))
        return wanted == S_IFLNK ? is_link
               : wanted == S_IFDIR ? self->type == DT_DIR
                                   : self->type == DT_REG;
    PyObject *info = get_stat(module, self, follow_symlinks);
    if (!info) {
        if (!PyErr_ExceptionMatches(PyExc_FileNotFoundError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    PyObject *mode = PyObject_GetAttr(info, ID(st_mode));
    Py_DECREF(info);
    if (!mode)
        return -1;
    long value = PyLong_AsLong(mode);
    Py_DECREF(mode);
    if (value == -1 && PyErr_Occurred())
        return -1;
    return (value & S_IFMT) == (long)wanted;
}

METHOD(direntry, is_dir, "($self, /, *, follow_symlinks=True)",
       "Is it a directory, or with follow_symlinks a link to one?  Needs no system call as a rule.")
static truth
direntry_is_dir(DirEntry *self, PyTypeObject *defining_class, truth follow_symlinks)
{
    return test_type(PyType_GetModule(defining_class), self, follow_symlinks, S_IFDIR);
}

METHOD(direntry, is_file, "($self, /, *, follow_symlinks=True)",
       "Is it a regular file, or with follow_symlinks a link to one?")
static truth
direntry_is_file(DirEntry *self, PyTypeObject *defining_class, truth follow_symlinks)
{
    return test_type(PyType_GetModule(defining_class), self, follow_symlinks, S_IFREG);
}

METHOD(direntry, is_symlink, "($self, /)", "Is it a symbolic link?")
static truth
direntry_is_symlink(DirEntry *self, PyTypeObject *defining_class)
{
    return test_type(PyType_GetModule(defining_class), self, 0, S_IFLNK);
}

METHOD(direntry, stat, "($self, /, *, follow_symlinks=True)",
       "Return what os.stat() says; the answer is kept.")
static PyObject *
direntry_stat(DirEntry *self, PyTypeObject *defining_class, truth follow_symlinks)
{
    return get_stat(PyType_GetModule(defining_class), self, follow_symlinks);
}

METHOD(direntry, inode, "($self, /)", "Return the inode number.")
static PyObject *
direntry_inode(DirEntry *self)
{
    return PyLong_FromUnsignedLongLong(self->inode);
}

METHOD(direntry, __fspath__, "($self, /)", "Return the path.")
static PyObject *
direntry___fspath__(DirEntry *self)
{
    return Py_NewRef(self->path);
}

CLASSMETHOD(direntry, __class_getitem__, NULL, "See PEP 585")
static PyObject *
direntry___class_getitem__(PyTypeObject *type, PyObject *item)
{
    return Py_GenericAlias((PyObject *)type, item);
}

MEMBER(direntry, name, T_OBJECT_EX, DirEntry, name, READONLY,
       "the name, relative to the directory that was scanned")
MEMBER(direntry, path, T_OBJECT_EX, DirEntry, path, READONLY,
       "the path: what was given to scandir() joined with the name")

HEAPTYPE(direntry, "posix.DirEntry", DirEntry, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* The path of an entry: the directory's and the name. */
static char *
join_path(const char *directory, const char *name)
{
    size_t length = strlen(directory), extra = length && directory[length - 1] != '/';
    char *path = PyMem_Malloc(length + extra + strlen(name) + 1);
    if (!path) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(path, directory, length);
    if (extra)
        path[length] = '/';
    strcpy(path + length + extra, name);
    return path;
}

static PyObject *
new_entry(PyObject *module, const path_arg *path, const struct dirent *source)
{
    PyTypeObject *type = posix_state(module)->dir_entry;
    DirEntry *entry = PyObject_New(DirEntry, type);
    if (!entry)
        return NULL;
    entry->name = entry->path = entry->stat = entry->lstat = NULL;
    entry->type = source->d_type;
    entry->inode = source->d_ino;
    entry->dir_fd = path->fd != -1 ? path->fd : AT_FDCWD;
    char *joined = NULL;
    const char *full = source->d_name;
    if (path->fd == -1) {
        full = joined = join_path(path->text ? path->text : ".", source->d_name);
        if (!joined)
            goto fail;
    }
    if (path->bytes && !PyUnicode_Check(path->object)) {
        entry->name = PyBytes_FromString(source->d_name);
        entry->path = PyBytes_FromString(full);
    } else {
        entry->name = PyUnicode_DecodeFSDefault(source->d_name);
        entry->path = path->fd != -1 ? Py_XNewRef(entry->name) : PyUnicode_DecodeFSDefault(full);
    }
    PyMem_Free(joined);
    if (entry->name && entry->path)
        return (PyObject *)entry;
fail:
    Py_DECREF(entry);
    return NULL;
}

/* -- the iterator -------------------------------------------------------------------------- */

static void
close_directory(ScandirIterator *self)
{
    DIR *dir = self->dir;
    if (!dir)
        return;
    self->dir = NULL;
    interp_get()->open_scans--;
    Py_BEGIN_ALLOW_THREADS
    if (self->path.fd != -1)
        rewinddir(dir);
    closedir(dir);
    Py_END_ALLOW_THREADS
}

static PyObject *
scandiriterator_tp_iter(PyObject *self)
{
    return Py_NewRef(self);
}

static PyObject *
scandiriterator_tp_iternext(ScandirIterator *self)
{
    while (self->dir) {
        struct dirent *entry;
        errno = 0;
        Py_BEGIN_ALLOW_THREADS
        entry = readdir(self->dir);
        Py_END_ALLOW_THREADS
        if (!entry) {
            if (errno) {
                if (self->path.object)
                    fail_path(&self->path);
                else
                    fail();
            }
            break;
        }
        const char *name = entry->d_name;
        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
            continue;
        PyObject *module = PyType_GetModule(Py_TYPE(self));
        PyObject *object = module ? new_entry(module, &self->path, entry) : NULL;
        if (!object)
            break;
        return object;
    }
    close_directory(self);
    return NULL;
}

METHOD(scandiriterator, close, NULL, NULL)
static PyObject *
scandiriterator_close(ScandirIterator *self)
{
    close_directory(self);
    Py_RETURN_NONE;
}

METHOD(scandiriterator, __enter__, NULL, NULL)
static PyObject *
scandiriterator___enter__(PyObject *self)
{
    return Py_NewRef(self);
}

METHOD(scandiriterator, __exit__, NULL, NULL)
static PyObject *
scandiriterator___exit__(ScandirIterator *self, PyObject *Py_UNUSED(args))
{
    close_directory(self);
    Py_RETURN_NONE;
}

static void
scandiriterator_tp_finalize(ScandirIterator *self)
{
    PyObject *type, *value, *tb;
    PyErr_Fetch(&type, &value, &tb);
    if (self->dir) {
        if (PyErr_ResourceWarning((PyObject *)self, 1, "unclosed scandir iterator %R", self) < 0
            && PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable((PyObject *)self);
        close_directory(self);
    }
    path_release(&self->path);
    PyErr_Restore(type, value, tb);
}

static void
scandiriterator_tp_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    PyTypeObject *type = Py_TYPE(self);
    freefunc free_object = PyType_GetSlot(type, Py_tp_free);
    free_object(self);
    Py_DECREF(type);
}

HEAPTYPE(scandiriterator, "posix.ScandirIterator", ScandirIterator, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_FINALIZE | Py_TPFLAGS_DISALLOW_INSTANTIATION)

FUNCTION(posix, scandir, "($module, /, path=None)",
         "Return an iterator of DirEntry objects for the files in a directory.\n\n"
         "path is a path, a descriptor or None, the current directory.  The iterator is a context\n"
         "manager that closes the directory; without, an iterator that is not exhausted warns.")
DEFAULT(path, PATH("scandir", "path", 1, 1))
static PyObject *
posix_scandir(PyObject *module, path_arg path)
{
    if (PySys_Audit("os.scandir", "O", path.object ? path.object : Py_None) < 0)
        return NULL;
    ScandirIterator *self = PyObject_New(ScandirIterator, posix_state(module)->scandir_iterator);
    if (!self)
        return NULL;
    self->path = path;
    Py_XINCREF(path.object);
    Py_XINCREF(path.bytes);
    self->dir = NULL;
    int fd = -1;
    if (path.fd != -1) {
        fd = _Py_dup(path.fd);
        if (fd == -1)
            goto fail;
    }
    errno = 0;
    Py_BEGIN_ALLOW_THREADS
    self->dir = fd != -1 ? fdopendir(fd) : opendir(path.text ? path.text : ".");
    Py_END_ALLOW_THREADS
    if (!self->dir) {
        if (path.object)
            fail_path(&path);
        else
            fail();
        if (fd != -1)
            close(fd);
        goto fail;
    }
    interp_get()->open_scans++;
    return (PyObject *)self;
fail:
    Py_DECREF(self);
    return NULL;
}

static PyType_Spec direntry_spec, scandiriterator_spec;

status
posix_add_scandir(PyObject *module)
{
    PosixState *state = posix_state(module);
    state->scandir_iterator =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &scandiriterator_spec, NULL);
    state->dir_entry = (PyTypeObject *)PyType_FromModuleAndSpec(module, &direntry_spec, NULL);
    if (!state->scandir_iterator || !state->dir_entry)
        return -1;
    return PyModule_AddObjectRef(module, "DirEntry", (PyObject *)state->dir_entry);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/scandir.inc"
