/* The module errno: numbers of system errors by name, and names by number. */
#include "object/declare.h"
#include <errno.h>

#define N(name) {#name, name}
static const struct {
    const char *name;
    int value;
} errors[] = {
    N(E2BIG), N(EACCES), N(EADDRINUSE), N(EADDRNOTAVAIL), N(EADV), N(EAFNOSUPPORT), N(EAGAIN),
    N(EALREADY), N(EBADE), N(EBADF), N(EBADFD), N(EBADMSG), N(EBADR), N(EBADRQC), N(EBADSLT),
    N(EBFONT), N(EBUSY), N(ECANCELED), N(ECHILD), N(ECHRNG), N(ECOMM), N(ECONNABORTED),
    N(ECONNREFUSED), N(ECONNRESET), N(EDEADLK), N(EDEADLOCK), N(EDESTADDRREQ), N(EDOM),
    N(EDOTDOT), N(EDQUOT), N(EEXIST), N(EFAULT), N(EFBIG), N(EHOSTDOWN), N(EHOSTUNREACH),
    N(EIDRM), N(EILSEQ), N(EINPROGRESS), N(EINTR), N(EINVAL), N(EIO), N(EISCONN), N(EISDIR),
    N(EISNAM), N(EKEYEXPIRED), N(EKEYREJECTED), N(EKEYREVOKED), N(EL2HLT), N(EL2NSYNC), N(EL3HLT),
    N(EL3RST), N(ELIBACC), N(ELIBBAD), N(ELIBEXEC), N(ELIBMAX), N(ELIBSCN), N(ELNRNG), N(ELOOP),
    N(EMEDIUMTYPE), N(EMFILE), N(EMLINK), N(EMSGSIZE), N(EMULTIHOP), N(ENAMETOOLONG), N(ENAVAIL),
    N(ENETDOWN), N(ENETRESET), N(ENETUNREACH), N(ENFILE), N(ENOANO), N(ENOBUFS), N(ENOCSI),
    N(ENODATA), N(ENODEV), N(ENOENT), N(ENOEXEC), N(ENOKEY), N(ENOLCK), N(ENOLINK), N(ENOMEDIUM),
    N(ENOMEM), N(ENOMSG), N(ENONET), N(ENOPKG), N(ENOPROTOOPT), N(ENOSPC), N(ENOSR), N(ENOSTR),
    N(ENOSYS), N(ENOTBLK), N(ENOTCONN), N(ENOTDIR), N(ENOTEMPTY), N(ENOTNAM), N(ENOTRECOVERABLE),
    N(ENOTSOCK), N(ENOTSUP), N(ENOTTY), N(ENOTUNIQ), N(ENXIO), N(EOPNOTSUPP), N(EOVERFLOW),
    N(EOWNERDEAD), N(EPERM), N(EPFNOSUPPORT), N(EPIPE), N(EPROTO), N(EPROTONOSUPPORT),
    N(EPROTOTYPE), N(ERANGE), N(EREMCHG), N(EREMOTE), N(EREMOTEIO), N(ERESTART), N(ERFKILL),
    N(EROFS), N(ESHUTDOWN), N(ESOCKTNOSUPPORT), N(ESPIPE), N(ESRCH), N(ESRMNT), N(ESTALE),
    N(ESTRPIPE), N(ETIME), N(ETIMEDOUT), N(ETOOMANYREFS), N(ETXTBSY), N(EUCLEAN), N(EUNATCH),
    N(EUSERS), N(EWOULDBLOCK), N(EXDEV), N(EXFULL),
};
#undef N

/* A name for every number; of two names for one number the one with the lower index in the table
   counts, except that the canonical POSIX name wins. */
static int
add_error(PyObject *module, PyObject *codes, const char *name_text, int value)
{
    PyObject *name = PyUnicode_InternFromString(name_text), *number = PyLong_FromLong(value);
    int result = -1;
    if (name != NULL && number != NULL && PyModule_AddObjectRef(module, name_text, number) == 0) {
        result = PyDict_SetItem(codes, number, name);
    }
    Py_XDECREF(name);
    Py_XDECREF(number);
    return result;
}

static int
errno_exec(PyObject *module)
{
    PyObject *codes = PyDict_New();
    if (codes == NULL || PyModule_AddObjectRef(module, "errorcode", codes) < 0) {
        Py_XDECREF(codes);
        return -1;
    }
    Py_DECREF(codes);
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        if (add_error(module, codes, errors[i].name, errors[i].value) < 0) {
            return -1;
        }
    }
    /* aliases: the later entry gives the name in errorcode */
    static const struct {
        const char *name;
        int value;
    } canonical[] = {{"EDEADLOCK", EDEADLOCK}, {"EAGAIN", EAGAIN}, {"ENOTSUP", ENOTSUP}};
    for (size_t i = 0; i < ARRAY_LEN(canonical); i++) {
        if (add_error(module, codes, canonical[i].name, canonical[i].value) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot errno_slots[] = {{Py_mod_exec, errno_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef errno_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "errno",
    .m_doc = "System errors by name; errorcode maps numbers to names.",
    .m_slots = errno_slots,
};

PyMODINIT_FUNC
PyInit_errno(void)
{
    return PyModuleDef_Init(&errno_def);
}
