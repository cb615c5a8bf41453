/* Files and directories by name: making, renaming, linking, removing, listing, permissions,
   extended attributes.

   See also: stat.c, scandir.c, fd.c. */
#define PY_SSIZE_T_CLEAN
#include "modules/posix/posix.h"
#include <dirent.h>
#include <limits.h>
#include <linux/limits.h>
#include <sys/xattr.h>

CONVERTER(path_arg, convert_path)
CONVERTER(dir_fd_arg, convert_dir_fd)
CONVERTER(fd_arg, convert_fd)
CONVERTER(offset_arg, convert_offset)
CONVERTER(uid_arg, _Py_Uid_Converter)
CONVERTER(gid_arg, _Py_Gid_Converter)
CONVERTER(device_arg, convert_device)
CONVERTER(config_name, convert_pathconf_name)

static inline int
audit_fd(int dir_fd)
{
    return dir_fd == AT_FDCWD ? -1 : dir_fd;
}

/* -- the current directory ----------------------------------------------------------------- */

FUNCTION(posix, chdir, "($module, /, path)",
         "Make a directory, by path or descriptor, the current one.")
DEFAULT(path, PATH("chdir", "path", 0, 1))
static PyObject *
posix_chdir(PyObject *Py_UNUSED(module), path_arg path)
{
    if (PySys_Audit("os.chdir", "(O)", path.object) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = path.fd != -1 ? fchdir(path.fd) : chdir(path.text);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

FUNCTION(posix, fchdir, "($module, /, fd)", "Make the directory open as fd the current one.")
static PyObject *
posix_fchdir(PyObject *Py_UNUSED(module), fd_arg fd)
{
    if (PySys_Audit("os.chdir", "(i)", fd) < 0)
        return NULL;
    int result, interrupted = 0;
    RETRY(result, interrupted, fchdir(fd));
    return interrupted ? NULL : none_or_fail(result);
}

/* The current directory; the buffer grows until it fits. */
static PyObject *
get_current_directory(int as_bytes)
{
    size_t size = 1024;
    char *buffer = NULL, *found;
    do {
        char *bigger = PyMem_RawRealloc(buffer, size);
        if (!bigger) {
            PyMem_RawFree(buffer);
            return PyErr_NoMemory();
        }
        buffer = bigger;
        Py_BEGIN_ALLOW_THREADS
        found = getcwd(buffer, size);
        Py_END_ALLOW_THREADS
        size *= 2;
    } while (!found && errno == ERANGE);
    PyObject *result = !found     ? fail()
                       : as_bytes ? PyBytes_FromString(buffer)
                                  : PyUnicode_DecodeFSDefault(buffer);
    PyMem_RawFree(buffer);
    return result;
}

FUNCTION(posix, getcwd, "($module, /)", "Return the current directory as a str.")
static PyObject *
posix_getcwd(PyObject *Py_UNUSED(module))
{
    return get_current_directory(0);
}

FUNCTION(posix, getcwdb, "($module, /)", "Return the current directory as bytes.")
static PyObject *
posix_getcwdb(PyObject *Py_UNUSED(module))
{
    return get_current_directory(1);
}

FUNCTION(posix, chroot, "($module, /, path)", "Make a directory the root directory.")
DEFAULT(path, PATH("chroot", "path", 0, 0))
static PyObject *
posix_chroot(PyObject *Py_UNUSED(module), path_arg path)
{
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = chroot(path.text);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

/* -- permissions and owners ---------------------------------------------------------------- */

FUNCTION(posix, chmod, "($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)",
         "Set the permission bits of a file, given by path or descriptor.")
DEFAULT(path, PATH("chmod", "path", 0, 1))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_chmod(PyObject *Py_UNUSED(module), path_arg path, int mode, dir_fd_arg dir_fd,
            truth follow_symlinks)
{
    if (PySys_Audit("os.chmod", "Oii", path.object, mode, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path.fd != -1)
        result = fchmod(path.fd, mode);
    else
        result = fchmodat(dir_fd, path.text, mode, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
    Py_END_ALLOW_THREADS
    if (result == 0)
        Py_RETURN_NONE;
    if (!follow_symlinks && (errno == ENOTSUP || errno == EOPNOTSUPP)) {
        if (dir_fd_and_follow_symlinks_invalid("chmod", dir_fd, follow_symlinks))
            return NULL;
        return PyErr_Format(PyExc_NotImplementedError,
                            "%s: follow_symlinks unavailable on this platform", "chmod");
    }
    return fail_path(&path);
}

FUNCTION(posix, fchmod, "($module, /, fd, mode)", "Set the permission bits of an open file.")
static PyObject *
posix_fchmod(PyObject *Py_UNUSED(module), int fd, int mode)
{
    if (PySys_Audit("os.chmod", "iii", fd, mode, -1) < 0)
        return NULL;
    int result, interrupted = 0;
    RETRY(result, interrupted, fchmod(fd, mode));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, chown, "($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)",
         "Set the owner and group of a file, given by path or descriptor; -1 leaves one as it is.")
DEFAULT(path, PATH("chown", "path", 0, 1))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_chown(PyObject *Py_UNUSED(module), path_arg path, uid_arg uid, gid_arg gid,
            dir_fd_arg dir_fd, truth follow_symlinks)
{
    if (dir_fd_and_fd_invalid("chown", dir_fd, path.fd)
        || fd_and_follow_symlinks_invalid("chown", path.fd, follow_symlinks))
        return NULL;
    if (PySys_Audit("os.chown", "OIIi", path.object, uid, gid, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path.fd != -1)
        result = fchown(path.fd, uid, gid);
    else
        result = fchownat(dir_fd, path.text, uid, gid, follow_symlinks ? 0 : AT_SYMLINK_NOFOLLOW);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

FUNCTION(posix, fchown, "($module, /, fd, uid, gid)", "Set the owner and group of an open file.")
static PyObject *
posix_fchown(PyObject *Py_UNUSED(module), int fd, uid_arg uid, gid_arg gid)
{
    if (PySys_Audit("os.chown", "iIIi", fd, uid, gid, -1) < 0)
        return NULL;
    int result, interrupted = 0;
    RETRY(result, interrupted, fchown(fd, uid, gid));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, lchown, "($module, /, path, uid, gid)",
         "Set the owner and group of a file or of a symbolic link itself.")
DEFAULT(path, PATH("lchown", "path", 0, 0))
static PyObject *
posix_lchown(PyObject *Py_UNUSED(module), path_arg path, uid_arg uid, gid_arg gid)
{
    if (PySys_Audit("os.chown", "OIIi", path.object, uid, gid, -1) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = lchown(path.text, uid, gid);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

/* -- making and removing ------------------------------------------------------------------- */

FUNCTION(posix, mkdir, "($module, /, path, mode=511, *, dir_fd=None)",
         "Make a directory.  mode is reduced by the umask.")
DEFAULT(path, PATH("mkdir", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_mkdir(PyObject *Py_UNUSED(module), path_arg path, int mode, dir_fd_arg dir_fd)
{
    if (PySys_Audit("os.mkdir", "Oii", path.object, mode, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = mkdirat(dir_fd, path.text, mode);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

FUNCTION(posix, mkfifo, "($module, /, path, mode=438, *, dir_fd=None)",
         "Make a named pipe.  mode is reduced by the umask.")
DEFAULT(path, PATH("mkfifo", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_mkfifo(PyObject *Py_UNUSED(module), path_arg path, int mode, dir_fd_arg dir_fd)
{
    int result, interrupted = 0;
    RETRY(result, interrupted, mkfifoat(dir_fd, path.text, mode));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, mknod, "($module, /, path, mode=384, device=0, *, dir_fd=None)",
         "Make a file, named pipe or device, which the type bits of mode tell.")
DEFAULT(path, PATH("mknod", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
DEFAULT(device, 0)
static PyObject *
posix_mknod(PyObject *Py_UNUSED(module), path_arg path, int mode, device_arg device,
            dir_fd_arg dir_fd)
{
    int result, interrupted = 0;
    RETRY(result, interrupted, mknodat(dir_fd, path.text, mode, device));
    return interrupted ? NULL : none_or_fail(result);
}

FUNCTION(posix, rmdir, "($module, /, path, *, dir_fd=None)", "Remove an empty directory.")
DEFAULT(path, PATH("rmdir", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_rmdir(PyObject *Py_UNUSED(module), path_arg path, dir_fd_arg dir_fd)
{
    if (PySys_Audit("os.rmdir", "Oi", path.object, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = unlinkat(dir_fd, path.text, AT_REMOVEDIR);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

static PyObject *
do_unlink(const path_arg *path, int dir_fd)
{
    if (PySys_Audit("os.remove", "Oi", path->object, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = unlinkat(dir_fd, path->text, 0);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(path) : Py_NewRef(Py_None);
}

FUNCTION(posix, unlink, "($module, /, path, *, dir_fd=None)", "Remove a file, the same as remove().")
DEFAULT(path, PATH("unlink", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_unlink(PyObject *Py_UNUSED(module), path_arg path, dir_fd_arg dir_fd)
{
    return do_unlink(&path, dir_fd);
}

FUNCTION(posix, remove, "($module, /, path, *, dir_fd=None)", "Remove a file, the same as unlink().")
DEFAULT(path, PATH("remove", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_remove(PyObject *Py_UNUSED(module), path_arg path, dir_fd_arg dir_fd)
{
    return do_unlink(&path, dir_fd);
}

static PyObject *
do_rename(const path_arg *src, const path_arg *dst, int src_dir_fd, int dst_dir_fd)
{
    if (PySys_Audit("os.rename", "OOii", src->object, dst->object, audit_fd(src_dir_fd),
                    audit_fd(dst_dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = renameat(src_dir_fd, src->text, dst_dir_fd, dst->text);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_paths(src, dst) : Py_NewRef(Py_None);
}

FUNCTION(posix, rename, "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
         "Rename a file or directory.")
DEFAULT(src, PATH("rename", "src", 0, 0))
DEFAULT(dst, PATH("rename", "dst", 0, 0))
DEFAULT(src_dir_fd, AT_FDCWD)
DEFAULT(dst_dir_fd, AT_FDCWD)
static PyObject *
posix_rename(PyObject *Py_UNUSED(module), path_arg src, path_arg dst, dir_fd_arg src_dir_fd,
             dir_fd_arg dst_dir_fd)
{
    return do_rename(&src, &dst, src_dir_fd, dst_dir_fd);
}

FUNCTION(posix, replace, "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
         "Rename a file or directory; what dst named is replaced.")
DEFAULT(src, PATH("replace", "src", 0, 0))
DEFAULT(dst, PATH("replace", "dst", 0, 0))
DEFAULT(src_dir_fd, AT_FDCWD)
DEFAULT(dst_dir_fd, AT_FDCWD)
static PyObject *
posix_replace(PyObject *Py_UNUSED(module), path_arg src, path_arg dst, dir_fd_arg src_dir_fd,
              dir_fd_arg dst_dir_fd)
{
    return do_rename(&src, &dst, src_dir_fd, dst_dir_fd);
}

FUNCTION(posix, link,
         "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=True)",
         "Make dst another name of the file src.\n\n"
         "With follow_symlinks=False and a symbolic link src, the link gets the name.")
DEFAULT(src, PATH("link", "src", 0, 0))
DEFAULT(dst, PATH("link", "dst", 0, 0))
DEFAULT(src_dir_fd, AT_FDCWD)
DEFAULT(dst_dir_fd, AT_FDCWD)
static PyObject *
posix_link(PyObject *Py_UNUSED(module), path_arg src, path_arg dst, dir_fd_arg src_dir_fd,
           dir_fd_arg dst_dir_fd, truth follow_symlinks)
{
    if (PySys_Audit("os.link", "OOii", src.object, dst.object, audit_fd(src_dir_fd),
                    audit_fd(dst_dir_fd)) < 0)
        return NULL;
    int plain = src_dir_fd == AT_FDCWD && dst_dir_fd == AT_FDCWD && follow_symlinks, result;
    Py_BEGIN_ALLOW_THREADS
    result = plain ? link(src.text, dst.text)
                   : linkat(src_dir_fd, src.text, dst_dir_fd, dst.text,
                            follow_symlinks ? AT_SYMLINK_FOLLOW : 0);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_paths(&src, &dst) : Py_NewRef(Py_None);
}

FUNCTION(posix, symlink, "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)",
         "Make dst a symbolic link to src.  target_is_directory means something on Windows only.")
DEFAULT(src, PATH("symlink", "src", 0, 0))
DEFAULT(dst, PATH("symlink", "dst", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_symlink(PyObject *Py_UNUSED(module), path_arg src, path_arg dst,
              truth Py_UNUSED(target_is_directory), dir_fd_arg dir_fd)
{
    if (PySys_Audit("os.symlink", "OOi", src.object, dst.object, audit_fd(dir_fd)) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = symlinkat(src.text, dir_fd, dst.text);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_paths(&src, &dst) : Py_NewRef(Py_None);
}

FUNCTION(posix, readlink, "($module, /, path, *, dir_fd=None)",
         "Return what a symbolic link points to, as str or bytes like path.")
DEFAULT(path, PATH("readlink", "path", 0, 0))
DEFAULT(dir_fd, AT_FDCWD)
static PyObject *
posix_readlink(PyObject *Py_UNUSED(module), path_arg path, dir_fd_arg dir_fd)
{
    char target[PATH_MAX + 1];
    ssize_t length;
    Py_BEGIN_ALLOW_THREADS
    length = readlinkat(dir_fd, path.text, target, PATH_MAX);
    Py_END_ALLOW_THREADS
    if (length < 0)
        return fail_path(&path);
    return PyUnicode_Check(path.object) ? PyUnicode_DecodeFSDefaultAndSize(target, length)
                                        : PyBytes_FromStringAndSize(target, length);
}

FUNCTION(posix, truncate, "($module, /, path, length)",
         "Cut or extend a file, given by path or descriptor, to length bytes.")
DEFAULT(path, PATH("truncate", "path", 0, 1))
static PyObject *
posix_truncate(PyObject *Py_UNUSED(module), path_arg path, offset_arg length)
{
    if (PySys_Audit("os.truncate", "On", path.object, (Py_ssize_t)length) < 0)
        return NULL;
    int result, interrupted = 0;
    if (path.fd != -1) {
        RETRY(result, interrupted, ftruncate(path.fd, length));
        return interrupted ? NULL : none_or_fail(result);
    }
    Py_BEGIN_ALLOW_THREADS
    result = truncate(path.text, length);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

FUNCTION(posix, sync, "($module, /)", "Write everything out to the disks.")
static PyObject *
posix_sync(PyObject *Py_UNUSED(module))
{
    Py_BEGIN_ALLOW_THREADS
    sync();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* -- listing ------------------------------------------------------------------------------- */

/* Names of a folder that are read without the GIL, one behind the other. */
struct NameBatch {
    bool more;
    int error;                  /* of the last reading; then there is no more */
    const char *apart;          /* one that did not fit, valid until the next reading */
    size_t filled;
    char names[8192];
};

static void
batch_read(struct NameBatch *batch, DIR *dir)
{
    batch->filled = 0;
    batch->apart = NULL;
    batch->error = 0;
    while (batch->filled + NAME_MAX < sizeof batch->names) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry) {
            batch->more = false;
            batch->error = errno;
            return;
        }
        const char *name = entry->d_name;
        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
            continue;
        size_t size = strlen(name) + 1;
        if (size > sizeof batch->names - batch->filled) {
            batch->apart = name;
            return;
        }
        memcpy(batch->names + batch->filled, name, size);
        batch->filled += size;
    }
}

static PyObject *
append_name_take(PyObject *list, const char *name, size_t length, bool as_bytes)
{
    PyObject *object = as_bytes ? PyBytes_FromStringAndSize(name, (Py_ssize_t)length)
                                : PyUnicode_DecodeFSDefaultAndSize(name, (Py_ssize_t)length);
    if (!object || PyList_Append(list, object) < 0)
        Py_CLEAR(list);
    Py_XDECREF(object);
    return list;
}

FUNCTION(posix, listdir, "($module, /, path=None)",
         "Return the names in a directory as a list, without '.' and '..', in no order.\n\n"
         "path is a path, a descriptor or None, the current directory.  The names are bytes if path\n"
         "is, else str.")
DEFAULT(path, PATH("listdir", "path", 1, 1))
static PyObject *
posix_listdir(PyObject *Py_UNUSED(module), path_arg path)
{
    if (PySys_Audit("os.listdir", "O", path.object ? path.object : Py_None) < 0)
        return NULL;
    DIR *dir = NULL;
    int fd = -1;
    if (path.fd != -1) {
        /* closedir() closes it, so it must be our own. */
        fd = _Py_dup(path.fd);
        if (fd == -1)
            return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    dir = fd != -1 ? fdopendir(fd) : opendir(path.text ? path.text : ".");
    Py_END_ALLOW_THREADS
    if (!dir) {
        if (path.object)
            fail_path(&path);
        else
            fail();
        if (fd != -1)
            close(fd);
        return NULL;
    }
    int as_bytes = path.bytes && !PyUnicode_Check(path.object);
    PyObject *list = PyList_New(0);
    struct NameBatch batch;         /* too large to be cleared */
    batch.more = true;
    while (list && batch.more) {
        Py_BEGIN_ALLOW_THREADS
        batch_read(&batch, dir);
        Py_END_ALLOW_THREADS
        size_t length;
        for (const char *name = batch.names; list && name < batch.names + batch.filled; name += length + 1) {
            length = strlen(name);
            list = append_name_take(list, name, length, as_bytes);
        }
        if (list && batch.apart)
            list = append_name_take(list, batch.apart, strlen(batch.apart), as_bytes);
        if (batch.error && list) {
            Py_CLEAR(list);
            errno = batch.error;
            if (path.object)
                fail_path(&path);
            else
                fail();
        }
    }
    Py_BEGIN_ALLOW_THREADS
    if (fd != -1)
        rewinddir(dir);
    closedir(dir);
    Py_END_ALLOW_THREADS
    return list;
}

/* -- limits -------------------------------------------------------------------------------- */

FUNCTION(posix, fpathconf, "($module, fd, name, /)",
         "Return a limit of an open file; name is a number or a key of pathconf_names.")
static PyObject *
posix_fpathconf(PyObject *Py_UNUSED(module), fd_arg fd, config_name name)
{
    errno = 0;
    long limit = fpathconf(fd, name);
    return limit == -1 && errno ? fail() : PyLong_FromLong(limit);
}

FUNCTION(posix, pathconf, "($module, /, path, name)",
         "Return a limit of a file; name is a number or a key of pathconf_names.")
DEFAULT(path, PATH("pathconf", "path", 0, 1))
static PyObject *
posix_pathconf(PyObject *Py_UNUSED(module), path_arg path, config_name name)
{
    errno = 0;
    long limit = path.fd != -1 ? fpathconf(path.fd, name) : pathconf(path.text, name);
    if (limit == -1 && errno)
        return errno == EINVAL ? fail() : fail_path(&path);
    return PyLong_FromLong(limit);
}

/* -- extended attributes ------------------------------------------------------------------- */

FUNCTION(posix, getxattr, "($module, /, path, attribute, *, follow_symlinks=True)",
         "Return the value of an extended attribute as bytes.")
DEFAULT(path, PATH("getxattr", "path", 0, 1))
DEFAULT(attribute, PATH("getxattr", "attribute", 0, 0))
static PyObject *
posix_getxattr(PyObject *Py_UNUSED(module), path_arg path, path_arg attribute,
               truth follow_symlinks)
{
    if (fd_and_follow_symlinks_invalid("getxattr", path.fd, follow_symlinks)
        || PySys_Audit("os.getxattr", "OO", path.object, attribute.object) < 0)
        return NULL;
    static const size_t sizes[] = {128, XATTR_SIZE_MAX};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        PyObject *value = PyBytes_FromStringAndSize(NULL, sizes[i]);
        if (!value)
            return NULL;
        char *data = PyBytes_AS_STRING(value);
        ssize_t length;
        Py_BEGIN_ALLOW_THREADS
        if (path.fd != -1)
            length = fgetxattr(path.fd, attribute.text, data, sizes[i]);
        else if (follow_symlinks)
            length = getxattr(path.text, attribute.text, data, sizes[i]);
        else
            length = lgetxattr(path.text, attribute.text, data, sizes[i]);
        Py_END_ALLOW_THREADS
        if (length >= 0) {
            _PyBytes_Resize(&value, length);
            return value;
        }
        Py_DECREF(value);
        if (errno != ERANGE)
            break;
    }
    return fail_path(&path);
}

FUNCTION(posix, setxattr,
         "($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)",
         "Set an extended attribute; flags is 0, XATTR_CREATE or XATTR_REPLACE.")
DEFAULT(path, PATH("setxattr", "path", 0, 1))
DEFAULT(attribute, PATH("setxattr", "attribute", 0, 0))
static PyObject *
posix_setxattr(PyObject *Py_UNUSED(module), path_arg path, path_arg attribute, Py_buffer *value,
               int flags, truth follow_symlinks)
{
    if (fd_and_follow_symlinks_invalid("setxattr", path.fd, follow_symlinks)
        || PySys_Audit("os.setxattr", "OOy#i", path.object, attribute.object, value->buf,
                       value->len, flags) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path.fd > -1)
        result = fsetxattr(path.fd, attribute.text, value->buf, value->len, flags);
    else if (follow_symlinks)
        result = setxattr(path.text, attribute.text, value->buf, value->len, flags);
    else
        result = lsetxattr(path.text, attribute.text, value->buf, value->len, flags);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

FUNCTION(posix, removexattr, "($module, /, path, attribute, *, follow_symlinks=True)",
         "Remove an extended attribute.")
DEFAULT(path, PATH("removexattr", "path", 0, 1))
DEFAULT(attribute, PATH("removexattr", "attribute", 0, 0))
static PyObject *
posix_removexattr(PyObject *Py_UNUSED(module), path_arg path, path_arg attribute,
                  truth follow_symlinks)
{
    if (fd_and_follow_symlinks_invalid("removexattr", path.fd, follow_symlinks)
        || PySys_Audit("os.removexattr", "OO", path.object, attribute.object) < 0)
        return NULL;
    int result;
    Py_BEGIN_ALLOW_THREADS
    if (path.fd > -1)
        result = fremovexattr(path.fd, attribute.text);
    else if (follow_symlinks)
        result = removexattr(path.text, attribute.text);
    else
        result = lremovexattr(path.text, attribute.text);
    Py_END_ALLOW_THREADS
    return result == -1 ? fail_path(&path) : Py_NewRef(Py_None);
}

/* The names in a block of NUL-terminated strings. */
static PyObject *
split_names(const char *names, Py_ssize_t length)
{
    PyObject *list = PyList_New(0);
    for (const char *name = names; list && name < names + length; name += strlen(name) + 1) {
        PyObject *object = PyUnicode_DecodeFSDefault(name);
        if (!object || PyList_Append(list, object) < 0)
            Py_CLEAR(list);
        Py_XDECREF(object);
    }
    return list;
}

FUNCTION(posix, listxattr, "($module, /, path=None, *, follow_symlinks=True)",
         "Return the names of the extended attributes of a file, by default the current directory.")
DEFAULT(path, PATH("listxattr", "path", 1, 1))
static PyObject *
posix_listxattr(PyObject *Py_UNUSED(module), path_arg path, truth follow_symlinks)
{
    if (fd_and_follow_symlinks_invalid("listxattr", path.fd, follow_symlinks)
        || PySys_Audit("os.listxattr", "(O)", path.object ? path.object : Py_None) < 0)
        return NULL;
    const char *name = path.text ? path.text : ".";
    static const size_t sizes[] = {256, XATTR_LIST_MAX};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char *buffer = PyMem_Malloc(sizes[i]);
        if (!buffer)
            return PyErr_NoMemory();
        ssize_t length;
        Py_BEGIN_ALLOW_THREADS
        if (path.fd > -1)
            length = flistxattr(path.fd, buffer, sizes[i]);
        else if (follow_symlinks)
            length = listxattr(name, buffer, sizes[i]);
        else
            length = llistxattr(name, buffer, sizes[i]);
        Py_END_ALLOW_THREADS
        PyObject *list = length >= 0 ? split_names(buffer, length) : NULL;
        int code = errno;
        PyMem_Free(buffer);
        if (length >= 0)
            return list;
        errno = code;
        if (code != ERANGE)
            break;
    }
    return path.object ? fail_path(&path) : fail();
}

/* -- pure functions of paths --------------------------------------------------------------- */

FUNCTION(posix, fspath, "($module, /, path)",
         "Return the str or bytes of a path: itself, or what its __fspath__() returns.")
static PyObject *
posix_fspath(PyObject *Py_UNUSED(module), PyObject *path)
{
    return PyOS_FSPath(path);
}

FUNCTION(posix, _path_normpath, "($module, /, path)", "The work of os.path.normpath() for a str.")
static PyObject *
posix__path_normpath(PyObject *Py_UNUSED(module), PyObject *path)
{
    if (!PyUnicode_Check(path))
        return PyErr_Format(PyExc_TypeError, "expected 'str', not '%.200s'",
                            Py_TYPE(path)->tp_name);
    Py_ssize_t length = PyUnicode_GET_LENGTH(path);
    int kind = PyUnicode_KIND(path);
    const void *data = PyUnicode_DATA(path);
    if (length <= 1)
        return Py_NewRef(path);
    Py_UCS4 *out = PyMem_New(Py_UCS4, length + 1);
    if (!out)
        return PyErr_NoMemory();
    /* Two leading slashes, not more, are a root of their own. */
    Py_ssize_t at = 0, root = 0, n = 0;
    while (at < length && PyUnicode_READ(kind, data, at) == '/')
        at++;
    root = at == 2 ? 2 : at ? 1 : 0;
    for (; n < root; n++)
        out[n] = '/';
    while (at < length) {
        Py_ssize_t start = at;
        while (at < length && PyUnicode_READ(kind, data, at) != '/')
            at++;
        Py_ssize_t size = at - start;
        Py_UCS4 first = size ? PyUnicode_READ(kind, data, start) : 0;
        int dot = size == 1 && first == '.';
        int dots = size == 2 && first == '.' && PyUnicode_READ(kind, data, start + 1) == '.';
        while (at < length && PyUnicode_READ(kind, data, at) == '/')
            at++;
        if (size == 0 || dot)
            continue;
        if (dots) {
            /* The last component, unless there is none or it is '..' itself. */
            Py_ssize_t last = n;
            while (last > root && out[last - 1] != '/')
                last--;
            int none = last == n;
            int also_dots = n - last == 2 && out[last] == '.' && out[last + 1] == '.';
            if (none && root)
                continue;
            if (!none && !also_dots) {
                n = last > root ? last - 1 : last;
                continue;
            }
        }
        if (n > root)
            out[n++] = '/';
        for (Py_ssize_t i = 0; i < size; i++)
            out[n++] = PyUnicode_READ(kind, data, start + i);
    }
    /* "Here" comes out as '', which the caller turns into '.'. */
    PyObject *result = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, n);
    PyMem_Free(out);
    return result;
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/fs.inc"
