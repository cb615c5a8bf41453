/* What the system says about itself, the environment, time, and random bytes. */
#include "modules/posix/posix.h"
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/times.h>
#include <sys/utsname.h>

CONVERTER(fs_bytes, convert_fs_bytes)

/* -- the environment ----------------------------------------------------------------------- */

/* The environment as a dict of bytes; of several entries for a name the first counts. */
static PyObject *
read_environment(void)
{
    PyObject *dict = PyDict_New();
    if (!dict || !environ)
        return dict;
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals)
            continue;
        PyObject *name = PyBytes_FromStringAndSize(*entry, equals - *entry);
        PyObject *value = name ? PyBytes_FromString(equals + 1) : NULL;
        int bad = !value || !PyDict_SetDefault(dict, name, value);
        Py_XDECREF(name);
        Py_XDECREF(value);
        if (bad) {
            Py_DECREF(dict);
            return NULL;
        }
    }
    return dict;
}

FUNCTION(posix, putenv, "($module, name, value, /)", "Set an environment variable.")
DEFAULT(name, NULL)
DEFAULT(value, NULL)
static PyObject *
posix_putenv(PyObject *Py_UNUSED(module), fs_bytes name, fs_bytes value)
{
    const char *text = PyBytes_AS_STRING(name);
    if (strchr(text, '=')) {
        PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
        return NULL;
    }
    if (PySys_Audit("os.putenv", "OO", name, value) < 0)
        return NULL;
    return none_or_fail(setenv(text, PyBytes_AS_STRING(value), 1));
}

FUNCTION(posix, unsetenv, "($module, name, /)", "Remove an environment variable.")
DEFAULT(name, NULL)
static PyObject *
posix_unsetenv(PyObject *Py_UNUSED(module), fs_bytes name)
{
    if (PySys_Audit("os.unsetenv", "(O)", name) < 0)
        return NULL;
    return none_or_fail(unsetenv(PyBytes_AS_STRING(name)));
}

/* -- the system ---------------------------------------------------------------------------- */

FUNCTION(posix, uname, "($module, /)", "Return the names of the operating system as a uname_result.")
PyObject *
posix_uname(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    struct utsname names;
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = uname(&names);
    Py_END_ALLOW_THREADS
    if (result < 0)
        return fail();
    PyObject *object = PyStructSequence_New(posix_state(module)->uname_result);
    if (!object)
        return NULL;
    const char *const fields[] = {names.sysname, names.nodename, names.release, names.version,
                                  names.machine};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        PyStructSequence_SET_ITEM(object, (Py_ssize_t)i, PyUnicode_DecodeFSDefault(fields[i]));
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

FUNCTION(posix, times, "($module, /)",
         "Return the processor times of the process and its children as a times_result, in seconds.")
static PyObject *
posix_times(PyObject *module)
{
    struct tms t;
    errno = 0;
    clock_t elapsed = times(&t);
    if (elapsed == (clock_t)-1)
        return fail();
    double rate = (double)sysconf(_SC_CLK_TCK);
    PyObject *object = PyStructSequence_New(posix_state(module)->times_result);
    if (!object)
        return NULL;
    const clock_t fields[] = {t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, elapsed};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        PyStructSequence_SET_ITEM(object, (Py_ssize_t)i, PyFloat_FromDouble((double)fields[i] / rate));
    if (PyErr_Occurred())
        Py_CLEAR(object);
    return object;
}

typedef int confstr_name;
typedef int sysconf_name;
CONVERTER(confstr_name, convert_confstr_name)
CONVERTER(sysconf_name, convert_sysconf_name)

FUNCTION(posix, confstr, "($module, name, /)",
         "Return a text about the system, None if it has none; name is a number or a key of\n"
         "confstr_names.")
static PyObject *
posix_confstr(PyObject *Py_UNUSED(module), confstr_name name)
{
    char small[255];
    errno = 0;
    size_t length = confstr(name, small, sizeof(small));
    if (length == 0)
        return errno ? fail() : Py_NewRef(Py_None);
    if (length <= sizeof(small))
        return PyUnicode_DecodeFSDefaultAndSize(small, length - 1);
    char *text = PyMem_Malloc(length);
    if (!text)
        return PyErr_NoMemory();
    confstr(name, text, length);
    PyObject *result = PyUnicode_DecodeFSDefaultAndSize(text, length - 1);
    PyMem_Free(text);
    return result;
}

FUNCTION(posix, sysconf, "($module, name, /)",
         "Return a number about the system; name is a number or a key of sysconf_names.")
static PyObject *
posix_sysconf(PyObject *Py_UNUSED(module), sysconf_name name)
{
    errno = 0;
    long value = sysconf(name);
    return value == -1 && errno ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, getloadavg, "($module, /)",
         "Return the load averages of the last 1, 5 and 15 minutes.")
static PyObject *
posix_getloadavg(PyObject *Py_UNUSED(module))
{
    double load[3];
    if (getloadavg(load, 3) != 3) {
        PyErr_SetString(PyExc_OSError, "Load averages are unobtainable");
        return NULL;
    }
    return Py_BuildValue("ddd", load[0], load[1], load[2]);
}

FUNCTION(posix, cpu_count, "($module, /)", "Return the number of CPUs of the system, None if unknown.")
static PyObject *
posix_cpu_count(PyObject *Py_UNUSED(module))
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count >= 1 ? PyLong_FromLong(count) : Py_NewRef(Py_None);
}

FUNCTION(posix, getlogin, "($module, /)", "Return the name of the user who is logged in.")
static PyObject *
posix_getlogin(PyObject *Py_UNUSED(module))
{
    errno = 0;
    const char *name = getlogin();
    if (name)
        return PyUnicode_DecodeFSDefault(name);
    if (errno)
        return fail();
    PyErr_SetString(PyExc_OSError, "unable to determine login name");
    return NULL;
}

FUNCTION(posix, strerror, "($module, code, /)", "Return the text of an error number.")
static PyObject *
posix_strerror(PyObject *Py_UNUSED(module), int code)
{
    const char *text = strerror(code);
    if (!text) {
        PyErr_SetString(PyExc_ValueError, "strerror() argument out of range");
        return NULL;
    }
    return PyUnicode_DecodeLocale(text, "surrogateescape");
}

/* -- random bytes -------------------------------------------------------------------------- */

FUNCTION(posix, urandom, "($module, size, /)", "Return random bytes that are fit for cryptography.")
static PyObject *
posix_urandom(PyObject *Py_UNUSED(module), Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "negative argument not allowed");
        return NULL;
    }
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (data && _PyOS_URandom(PyBytes_AS_STRING(data), size) < 0)
        Py_CLEAR(data);
    return data;
}

FUNCTION(posix, getrandom, "($module, /, size, flags=0)",
         "Return up to size random bytes from the system call of this name, with GRND_* flags.")
static PyObject *
posix_getrandom(PyObject *Py_UNUSED(module), Py_ssize_t size, int flags)
{
    if (size < 0) {
        errno = EINVAL;
        return fail();
    }
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (!data)
        return NULL;
    ssize_t got;
    int interrupted = 0;
    RETRY(got, interrupted, getrandom(PyBytes_AS_STRING(data), size, flags));
    if (got < 0) {
        Py_DECREF(data);
        return interrupted ? NULL : fail();
    }
    if (got != size)
        _PyBytes_Resize(&data, got);
    return data;
}

/* -- types and the environment ------------------------------------------------------------- */

static PyTypeObject *
add_type(PyObject *module, const char *name, const char *short_name, const char *doc,
         PyStructSequence_Field *fields, int count)
{
    PyStructSequence_Desc desc = {name, doc, fields, count};
    PyTypeObject *type = PyStructSequence_NewType(&desc);
    if (type && PyModule_AddObjectRef(module, short_name, (PyObject *)type) < 0)
        Py_CLEAR(type);
    return type;
}

status
posix_add_info(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyStructSequence_Field uname_fields[] = {
        {"sysname", "operating system name"},
        {"nodename", "name of machine on network (implementation-defined)"},
        {"release", "operating system release"},
        {"version", "operating system version"},
        {"machine", "hardware identifier"},
        {NULL, NULL},
    };
    PyStructSequence_Field times_fields[] = {
        {"user", "user time"},
        {"system", "system time"},
        {"children_user", "user time of children"},
        {"children_system", "system time of children"},
        {"elapsed", "elapsed time since an arbitrary point in the past"},
        {NULL, NULL},
    };
    PyStructSequence_Field size_fields[] = {
        {"columns", "width of the terminal window in characters"},
        {"lines", "height of the terminal window in characters"},
        {NULL, NULL},
    };
    state->uname_result = add_type(module, "posix.uname_result", "uname_result",
                                   "The answer of uname().", uname_fields, 5);
    state->times_result = add_type(module, "posix.times_result", "times_result",
                                   "The answer of times().", times_fields, 5);
    state->terminal_size = add_type(module, "os.terminal_size", "terminal_size",
                                    "A (columns, lines) pair.", size_fields, 2);
    if (!state->uname_result || !state->times_result || !state->terminal_size)
        return -1;
    return PyModule_AddObjectRef(module, "environ", state->environ);
}

/* The environment as it is when the module is made. */
status
posix_make_environ(PyObject *module)
{
    PosixState *state = posix_state(module);
    state->environ = read_environment();
    return state->environ ? 0 : -1;
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/info.inc"
