/* The numbers that posix offers: flags, and the names that sysconf() and its relatives know.

   Every row is the name of a macro of the system headers. */
#include "modules/posix/posix.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <unistd.h>

typedef struct {
    const char *name;
    long value;
} Constant;

#define NAMED(name) {#name, (long)name},

static const Constant constants[] = {
    NAMED(CLD_CONTINUED) NAMED(CLD_DUMPED) NAMED(CLD_EXITED) NAMED(CLD_KILLED) NAMED(CLD_STOPPED)
    NAMED(CLD_TRAPPED) NAMED(EFD_CLOEXEC) NAMED(EFD_NONBLOCK) NAMED(EFD_SEMAPHORE)
    NAMED(EX_CANTCREAT) NAMED(EX_CONFIG) NAMED(EX_DATAERR) NAMED(EX_IOERR) NAMED(EX_NOHOST)
    NAMED(EX_NOINPUT) NAMED(EX_NOPERM) NAMED(EX_NOUSER) NAMED(EX_OK) NAMED(EX_OSERR)
    NAMED(EX_OSFILE) NAMED(EX_PROTOCOL) NAMED(EX_SOFTWARE) NAMED(EX_TEMPFAIL)
    NAMED(EX_UNAVAILABLE) NAMED(EX_USAGE) NAMED(F_LOCK) NAMED(F_OK) NAMED(F_TEST) NAMED(F_TLOCK)
    NAMED(F_ULOCK) NAMED(GRND_NONBLOCK) NAMED(GRND_RANDOM) NAMED(MFD_ALLOW_SEALING)
    NAMED(MFD_CLOEXEC) NAMED(MFD_HUGETLB) NAMED(MFD_HUGE_16GB) NAMED(MFD_HUGE_16MB)
    NAMED(MFD_HUGE_1GB) NAMED(MFD_HUGE_1MB) NAMED(MFD_HUGE_256MB) NAMED(MFD_HUGE_2GB)
    NAMED(MFD_HUGE_2MB) NAMED(MFD_HUGE_32MB) NAMED(MFD_HUGE_512KB) NAMED(MFD_HUGE_512MB)
    NAMED(MFD_HUGE_64KB) NAMED(MFD_HUGE_8MB) NAMED(MFD_HUGE_MASK) NAMED(MFD_HUGE_SHIFT)
    NAMED(NGROUPS_MAX) NAMED(O_ACCMODE) NAMED(O_APPEND) NAMED(O_ASYNC) NAMED(O_CLOEXEC)
    NAMED(O_CREAT) NAMED(O_DIRECT) NAMED(O_DIRECTORY) NAMED(O_DSYNC) NAMED(O_EXCL) NAMED(O_FSYNC)
    NAMED(O_LARGEFILE) NAMED(O_NDELAY) NAMED(O_NOATIME) NAMED(O_NOCTTY) NAMED(O_NOFOLLOW)
    NAMED(O_NONBLOCK) NAMED(O_PATH) NAMED(O_RDONLY) NAMED(O_RDWR) NAMED(O_RSYNC) NAMED(O_SYNC)
    NAMED(O_TMPFILE) NAMED(O_TRUNC) NAMED(O_WRONLY) NAMED(POSIX_FADV_DONTNEED)
    NAMED(POSIX_FADV_NOREUSE) NAMED(POSIX_FADV_NORMAL) NAMED(POSIX_FADV_RANDOM)
    NAMED(POSIX_FADV_SEQUENTIAL) NAMED(POSIX_FADV_WILLNEED) NAMED(POSIX_SPAWN_CLOSE)
    NAMED(POSIX_SPAWN_DUP2) NAMED(POSIX_SPAWN_OPEN) NAMED(PRIO_PGRP) NAMED(PRIO_PROCESS)
    NAMED(PRIO_USER) NAMED(P_ALL) NAMED(P_PGID) NAMED(P_PID) NAMED(P_PIDFD) NAMED(RTLD_DEEPBIND)
    NAMED(RTLD_GLOBAL) NAMED(RTLD_LAZY) NAMED(RTLD_LOCAL) NAMED(RTLD_NODELETE) NAMED(RTLD_NOLOAD)
    NAMED(RTLD_NOW) NAMED(RWF_APPEND) NAMED(RWF_DSYNC) NAMED(RWF_HIPRI) NAMED(RWF_NOWAIT)
    NAMED(RWF_SYNC) NAMED(R_OK) NAMED(SCHED_BATCH) NAMED(SCHED_FIFO) NAMED(SCHED_IDLE)
    NAMED(SCHED_OTHER) NAMED(SCHED_RESET_ON_FORK) NAMED(SCHED_RR) NAMED(SEEK_DATA)
    NAMED(SEEK_HOLE) NAMED(SPLICE_F_MORE) NAMED(SPLICE_F_MOVE) NAMED(SPLICE_F_NONBLOCK)
    NAMED(ST_APPEND) NAMED(ST_MANDLOCK) NAMED(ST_NOATIME) NAMED(ST_NODEV) NAMED(ST_NODIRATIME)
    NAMED(ST_NOEXEC) NAMED(ST_NOSUID) NAMED(ST_RDONLY) NAMED(ST_RELATIME) NAMED(ST_SYNCHRONOUS)
    NAMED(ST_WRITE) NAMED(TMP_MAX) NAMED(WCONTINUED) NAMED(WEXITED) NAMED(WNOHANG) NAMED(WNOWAIT)
    NAMED(WSTOPPED) NAMED(WUNTRACED) NAMED(W_OK) NAMED(XATTR_CREATE) NAMED(XATTR_REPLACE)
    NAMED(XATTR_SIZE_MAX) NAMED(X_OK)
};

#define SC(name) {"SC_" #name, _SC_##name},

static const Constant sysconf_names[] = {
    SC(2_CHAR_TERM) SC(2_C_BIND) SC(2_C_DEV) SC(2_C_VERSION) SC(2_FORT_DEV) SC(2_FORT_RUN)
    SC(2_LOCALEDEF) SC(2_SW_DEV) SC(2_UPE) SC(2_VERSION) SC(AIO_LISTIO_MAX) SC(AIO_MAX)
    SC(AIO_PRIO_DELTA_MAX) SC(ARG_MAX) SC(ASYNCHRONOUS_IO) SC(ATEXIT_MAX) SC(AVPHYS_PAGES)
    SC(BC_BASE_MAX) SC(BC_DIM_MAX) SC(BC_SCALE_MAX) SC(BC_STRING_MAX) SC(CHARCLASS_NAME_MAX)
    SC(CHAR_BIT) SC(CHAR_MAX) SC(CHAR_MIN) SC(CHILD_MAX) SC(CLK_TCK) SC(COLL_WEIGHTS_MAX)
    SC(DELAYTIMER_MAX) SC(EQUIV_CLASS_MAX) SC(EXPR_NEST_MAX) SC(FSYNC) SC(GETGR_R_SIZE_MAX)
    SC(GETPW_R_SIZE_MAX) SC(INT_MAX) SC(INT_MIN) SC(IOV_MAX) SC(JOB_CONTROL) SC(LINE_MAX)
    SC(LOGIN_NAME_MAX) SC(LONG_BIT) SC(MAPPED_FILES) SC(MB_LEN_MAX) SC(MEMLOCK) SC(MEMLOCK_RANGE)
    SC(MEMORY_PROTECTION) SC(MESSAGE_PASSING) SC(MINSIGSTKSZ) SC(MQ_OPEN_MAX) SC(MQ_PRIO_MAX)
    SC(NGROUPS_MAX) SC(NL_ARGMAX) SC(NL_LANGMAX) SC(NL_MSGMAX) SC(NL_NMAX) SC(NL_SETMAX)
    SC(NL_TEXTMAX) SC(NPROCESSORS_CONF) SC(NPROCESSORS_ONLN) SC(NZERO) SC(OPEN_MAX) SC(PAGESIZE)
    SC(PAGE_SIZE) SC(PASS_MAX) SC(PHYS_PAGES) SC(PII) SC(PII_INTERNET) SC(PII_INTERNET_DGRAM)
    SC(PII_INTERNET_STREAM) SC(PII_OSI) SC(PII_OSI_CLTS) SC(PII_OSI_COTS) SC(PII_OSI_M)
    SC(PII_SOCKET) SC(PII_XTI) SC(POLL) SC(PRIORITIZED_IO) SC(PRIORITY_SCHEDULING)
    SC(REALTIME_SIGNALS) SC(RE_DUP_MAX) SC(RTSIG_MAX) SC(SAVED_IDS) SC(SCHAR_MAX) SC(SCHAR_MIN)
    SC(SELECT) SC(SEMAPHORES) SC(SEM_NSEMS_MAX) SC(SEM_VALUE_MAX) SC(SHARED_MEMORY_OBJECTS)
    SC(SHRT_MAX) SC(SHRT_MIN) SC(SIGQUEUE_MAX) SC(SSIZE_MAX) SC(STREAM_MAX) SC(SYNCHRONIZED_IO)
    SC(THREADS) SC(THREAD_ATTR_STACKADDR) SC(THREAD_ATTR_STACKSIZE)
    SC(THREAD_DESTRUCTOR_ITERATIONS) SC(THREAD_KEYS_MAX) SC(THREAD_PRIORITY_SCHEDULING)
    SC(THREAD_PRIO_INHERIT) SC(THREAD_PRIO_PROTECT) SC(THREAD_PROCESS_SHARED)
    SC(THREAD_SAFE_FUNCTIONS) SC(THREAD_STACK_MIN) SC(THREAD_THREADS_MAX) SC(TIMERS) SC(TIMER_MAX)
    SC(TTY_NAME_MAX) SC(TZNAME_MAX) SC(T_IOV_MAX) SC(UCHAR_MAX) SC(UINT_MAX) SC(UIO_MAXIOV)
    SC(ULONG_MAX) SC(USHRT_MAX) SC(VERSION) SC(WORD_BIT) SC(XBS5_ILP32_OFF32)
    SC(XBS5_ILP32_OFFBIG) SC(XBS5_LP64_OFF64) SC(XBS5_LPBIG_OFFBIG) SC(XOPEN_CRYPT)
    SC(XOPEN_ENH_I18N) SC(XOPEN_LEGACY) SC(XOPEN_REALTIME) SC(XOPEN_REALTIME_THREADS)
    SC(XOPEN_SHM) SC(XOPEN_UNIX) SC(XOPEN_VERSION) SC(XOPEN_XCU_VERSION) SC(XOPEN_XPG2)
    SC(XOPEN_XPG3) SC(XOPEN_XPG4)
};

#define CS(name) {"CS_" #name, _CS_##name},

static const Constant confstr_names[] = {
    CS(GNU_LIBC_VERSION) CS(GNU_LIBPTHREAD_VERSION) CS(LFS64_CFLAGS) CS(LFS64_LDFLAGS)
    CS(LFS64_LIBS) CS(LFS64_LINTFLAGS) CS(LFS_CFLAGS) CS(LFS_LDFLAGS) CS(LFS_LIBS)
    CS(LFS_LINTFLAGS) CS(PATH) CS(XBS5_ILP32_OFF32_CFLAGS) CS(XBS5_ILP32_OFF32_LDFLAGS)
    CS(XBS5_ILP32_OFF32_LIBS) CS(XBS5_ILP32_OFF32_LINTFLAGS) CS(XBS5_ILP32_OFFBIG_CFLAGS)
    CS(XBS5_ILP32_OFFBIG_LDFLAGS) CS(XBS5_ILP32_OFFBIG_LIBS) CS(XBS5_ILP32_OFFBIG_LINTFLAGS)
    CS(XBS5_LP64_OFF64_CFLAGS) CS(XBS5_LP64_OFF64_LDFLAGS) CS(XBS5_LP64_OFF64_LIBS)
    CS(XBS5_LP64_OFF64_LINTFLAGS) CS(XBS5_LPBIG_OFFBIG_CFLAGS) CS(XBS5_LPBIG_OFFBIG_LDFLAGS)
    CS(XBS5_LPBIG_OFFBIG_LIBS) CS(XBS5_LPBIG_OFFBIG_LINTFLAGS)
};

#define PC(name) {"PC_" #name, _PC_##name},

static const Constant pathconf_names[] = {
    PC(ALLOC_SIZE_MIN) PC(ASYNC_IO) PC(CHOWN_RESTRICTED) PC(FILESIZEBITS) PC(LINK_MAX)
    PC(MAX_CANON) PC(MAX_INPUT) PC(NAME_MAX) PC(NO_TRUNC) PC(PATH_MAX) PC(PIPE_BUF) PC(PRIO_IO)
    PC(REC_INCR_XFER_SIZE) PC(REC_MAX_XFER_SIZE) PC(REC_MIN_XFER_SIZE) PC(REC_XFER_ALIGN)
    PC(SOCK_MAXBUF) PC(SYMLINK_MAX) PC(SYNC_IO) PC(VDISABLE)
};

static const char *const have_functions[] = {
    "HAVE_EVENTFD", "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT",
    "HAVE_FCHOWN", "HAVE_FCHOWNAT", "HAVE_FEXECVE", "HAVE_FDOPENDIR", "HAVE_FPATHCONF",
    "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_FUTIMES",
    "HAVE_FUTIMESAT", "HAVE_LINKAT", "HAVE_LCHOWN", "HAVE_LSTAT", "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT",
    "HAVE_READLINKAT", "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT",
};

/* A dict of one table, under `name` in the module. */
static status
add_names(PyObject *module, const char *name, const Constant *table, size_t count)
{
    PyObject *names = PyDict_New();
    if (!names)
        return -1;
    for (size_t i = 0; i < count; i++) {
        PyObject *value = PyLong_FromLong(table[i].value);
        status set = value ? PyDict_SetItemString(names, table[i].name, value) : -1;
        Py_XDECREF(value);
        if (set < 0) {
            Py_DECREF(names);
            return -1;
        }
    }
    status added = PyModule_AddObjectRef(module, name, names);
    Py_DECREF(names);
    return added;
}

/* A number given as such or by its name in a table; -1 with an exception. */
static status
find_name(PyObject *object, int *value, const Constant *table, size_t count)
{
    if (PyLong_Check(object)) {
        *value = _PyLong_AsInt(object);
        return *value == -1 && PyErr_Occurred() ? -1 : 0;
    }
    if (!PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "configuration names must be strings or integers");
        return -1;
    }
    const char *name = PyUnicode_AsUTF8(object);
    if (!name)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, table[i].name) == 0) {
            *value = (int)table[i].value;
            return 0;
        }
    }
    PyErr_SetString(PyExc_ValueError, "unrecognized configuration name");
    return -1;
}

int
convert_sysconf_name(PyObject *object, int *value)
{
    return find_name(object, value, sysconf_names, ARRAY_LEN(sysconf_names)) == 0;
}

int
convert_confstr_name(PyObject *object, int *value)
{
    return find_name(object, value, confstr_names, ARRAY_LEN(confstr_names)) == 0;
}

int
convert_pathconf_name(PyObject *object, int *value)
{
    return find_name(object, value, pathconf_names, ARRAY_LEN(pathconf_names)) == 0;
}

status
posix_add_constants(PyObject *module)
{
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    PyObject *list = PyList_New(0);
    if (!list)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(have_functions); i++) {
        PyObject *name = PyUnicode_InternFromString(have_functions[i]);
        status added = name ? PyList_Append(list, name) : -1;
        Py_XDECREF(name);
        if (added < 0) {
            Py_DECREF(list);
            return -1;
        }
    }
    status added = PyModule_AddObjectRef(module, "_have_functions", list);
    Py_DECREF(list);
    if (added < 0
        || add_names(module, "sysconf_names", sysconf_names, ARRAY_LEN(sysconf_names)) < 0
        || add_names(module, "confstr_names", confstr_names, ARRAY_LEN(confstr_names)) < 0
        || add_names(module, "pathconf_names", pathconf_names, ARRAY_LEN(pathconf_names)) < 0)
        return -1;
    return 0;
}
