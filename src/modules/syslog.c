/* The module syslog: messages to the system's log.

   openlog(3) keeps a pointer to the identification, so the state holds on to the str. */
#include "object/declare.h"
#include <syslog.h>

typedef struct {
    PyObject *ident;
    int is_open;
} SyslogState;

typedef struct {
    const char *name;
    long value;
} Constant;

#define NAMED(name) {#name, name},

static const Constant constants[] = {
    NAMED(LOG_EMERG) NAMED(LOG_ALERT) NAMED(LOG_CRIT) NAMED(LOG_ERR) NAMED(LOG_WARNING)
    NAMED(LOG_NOTICE) NAMED(LOG_INFO) NAMED(LOG_DEBUG) NAMED(LOG_PID) NAMED(LOG_CONS)
    NAMED(LOG_NDELAY) NAMED(LOG_ODELAY) NAMED(LOG_NOWAIT) NAMED(LOG_PERROR) NAMED(LOG_KERN)
    NAMED(LOG_USER) NAMED(LOG_MAIL) NAMED(LOG_DAEMON) NAMED(LOG_AUTH) NAMED(LOG_LPR)
    NAMED(LOG_LOCAL0) NAMED(LOG_LOCAL1) NAMED(LOG_LOCAL2) NAMED(LOG_LOCAL3) NAMED(LOG_LOCAL4)
    NAMED(LOG_LOCAL5) NAMED(LOG_LOCAL6) NAMED(LOG_LOCAL7) NAMED(LOG_SYSLOG) NAMED(LOG_CRON)
    NAMED(LOG_UUCP) NAMED(LOG_NEWS) NAMED(LOG_AUTHPRIV)
};

/* The last part of sys.argv[0]; NULL without an exception if there is none. */
static PyObject *
program_name(void)
{
    PyObject *argv = PySys_GetObject("argv");
    if (!argv || !PyList_Check(argv) || PyList_GET_SIZE(argv) == 0)
        return NULL;
    PyObject *script = PyList_GET_ITEM(argv, 0);
    if (!PyUnicode_Check(script) || PyUnicode_GET_LENGTH(script) == 0)
        return NULL;
    Py_ssize_t length = PyUnicode_GET_LENGTH(script);
    Py_ssize_t slash = PyUnicode_FindChar(script, '/', 0, length, -1);
    if (slash == -2)
        return NULL;
    return PyUnicode_Substring(script, slash + 1, length);
}

/* Open the log; `ident` may be NULL. */
static status
open_log(PyObject *module, PyObject *ident, long option, long facility)
{
    SyslogState *state = PyModule_GetState(module);
    PyObject *name = Py_XNewRef(ident);
    if (!name) {
        name = program_name();
        if (!name && PyErr_Occurred())
            return -1;
    }
    const char *text = NULL;
    if (name && !(text = PyUnicode_AsUTF8(name))) {
        Py_DECREF(name);
        return -1;
    }
    if (PySys_Audit("syslog.openlog", "Oll", name ? name : Py_None, option, facility) < 0) {
        Py_XDECREF(name);
        return -1;
    }
    openlog(text, (int)option, (int)facility);
    state->is_open = 1;
    Py_XSETREF(state->ident, name);
    return 0;
}

FUNCTION(syslog, openlog, NULL, "Set the options of later messages: ident, logoption, facility.")
static PyObject *
syslog_openlog(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"ident", "logoption", "facility", NULL};
    PyObject *ident = NULL;
    long option = 0, facility = LOG_USER;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Ull:openlog", keywords, &ident, &option,
                                     &facility))
        return NULL;
    return open_log(module, ident, option, facility) < 0 ? NULL : Py_NewRef(Py_None);
}

FUNCTION(syslog, syslog, NULL, "Write a message: syslog([priority,] message).")
static PyObject *
syslog_syslog(PyObject *module, PyObject *args)
{
    SyslogState *state = PyModule_GetState(module);
    PyObject *message;
    int priority = LOG_INFO;
    if (!PyArg_ParseTuple(args, "iU;[priority,] message string", &priority, &message)) {
        PyErr_Clear();
        if (!PyArg_ParseTuple(args, "U;[priority,] message string", &message))
            return NULL;
    }
    const char *text = PyUnicode_AsUTF8(message);
    if (!text || PySys_Audit("syslog.syslog", "is", priority, text) < 0)
        return NULL;
    if (!state->is_open && open_log(module, NULL, 0, LOG_USER) < 0)
        return NULL;
    /* Another thread may open the log anew meanwhile, which would free the identification. */
    PyObject *ident = Py_XNewRef(state->ident);
    Py_BEGIN_ALLOW_THREADS
    syslog(priority, "%s", text);
    Py_END_ALLOW_THREADS
    Py_XDECREF(ident);
    Py_RETURN_NONE;
}

FUNCTION(syslog, closelog, NULL, "Close the log and forget what openlog() was told.")
static PyObject *
syslog_closelog(PyObject *module)
{
    SyslogState *state = PyModule_GetState(module);
    if (PySys_Audit("syslog.closelog", NULL) < 0)
        return NULL;
    if (state->is_open) {
        closelog();
        Py_CLEAR(state->ident);
        state->is_open = 0;
    }
    Py_RETURN_NONE;
}

FUNCTION(syslog, setlogmask, NULL, "Set which priorities are logged; returns the old mask.")
static PyObject *
syslog_setlogmask(PyObject *Py_UNUSED(module), PyObject *args)
{
    long mask;
    if (!PyArg_ParseTuple(args, "l;mask for priority", &mask))
        return NULL;
    if (PySys_Audit("syslog.setlogmask", "l", mask) < 0)
        return NULL;
    return PyLong_FromLong(setlogmask((int)mask));
}

FUNCTION(syslog, LOG_MASK, NULL, "The mask of one priority.")
static PyObject *
syslog_LOG_MASK(PyObject *Py_UNUSED(module), PyObject *args)
{
    long priority;
    if (!PyArg_ParseTuple(args, "l:LOG_MASK", &priority))
        return NULL;
    return PyLong_FromLong(LOG_MASK(priority));
}

FUNCTION(syslog, LOG_UPTO, NULL, "The mask of all priorities up to one.")
static PyObject *
syslog_LOG_UPTO(PyObject *Py_UNUSED(module), PyObject *args)
{
    long priority;
    if (!PyArg_ParseTuple(args, "l:LOG_UPTO", &priority))
        return NULL;
    return PyLong_FromLong(LOG_UPTO(priority));
}

static int
syslog_exec(PyObject *module)
{
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    return 0;
}

static void
syslog_free(void *module)
{
    SyslogState *state = PyModule_GetState(module);
    if (state->is_open && state->ident)
        closelog();
    Py_CLEAR(state->ident);
}

#include "gen/modules/syslog.inc"

static PyModuleDef_Slot syslog_slots[] = {
    {Py_mod_exec, syslog_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef syslog_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "syslog",
    .m_size = sizeof(SyslogState),
    .m_methods = syslog_functions,
    .m_slots = syslog_slots,
    .m_free = syslog_free,
};

PyMODINIT_FUNC
PyInit_syslog(void)
{
    return PyModuleDef_Init(&syslog_module);
}
