/* Processes: priority, scheduling policies, the CPUs they may run on. */
#include "modules/posix/posix.h"
#include <limits.h>
#include <sched.h>
#include <sys/resource.h>

CONVERTER(pid_arg, convert_pid)

FUNCTION(posix, nice, "($module, increment, /)",
         "Add to the niceness of the process; returns the new one.")
static PyObject *
posix_nice(PyObject *Py_UNUSED(module), int increment)
{
    errno = 0;
    int value = nice(increment);
    return value == -1 && errno ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, getpriority, "($module, /, which, who)",
         "The niceness of a process, process group or user, which PRIO_* tells.")
static PyObject *
posix_getpriority(PyObject *Py_UNUSED(module), int which, int who)
{
    errno = 0;
    int value = getpriority(which, who);
    return errno ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, setpriority, "($module, /, which, who, priority)",
         "Set the niceness of a process, process group or user.")
static PyObject *
posix_setpriority(PyObject *Py_UNUSED(module), int which, int who, int priority)
{
    return none_or_fail(setpriority(which, who, priority));
}

FUNCTION(posix, sched_yield, "($module, /)", "Let another process run.")
static PyObject *
posix_sched_yield(PyObject *Py_UNUSED(module))
{
    return none_or_fail(sched_yield());
}

FUNCTION(posix, sched_get_priority_max, "($module, /, policy)", "The highest priority of a policy.")
static PyObject *
posix_sched_get_priority_max(PyObject *Py_UNUSED(module), int policy)
{
    int value = sched_get_priority_max(policy);
    return value < 0 ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, sched_get_priority_min, "($module, /, policy)", "The lowest priority of a policy.")
static PyObject *
posix_sched_get_priority_min(PyObject *Py_UNUSED(module), int policy)
{
    int value = sched_get_priority_min(policy);
    return value < 0 ? fail() : PyLong_FromLong(value);
}

FUNCTION(posix, sched_getscheduler, "($module, pid, /)", "The scheduling policy of a process.")
static PyObject *
posix_sched_getscheduler(PyObject *Py_UNUSED(module), pid_arg pid)
{
    int policy = sched_getscheduler(pid);
    return policy < 0 ? fail() : PyLong_FromLong(policy);
}

/* sched_param(sched_priority) */
static PyObject *
sched_param_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"sched_priority", NULL};
    PyObject *priority;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:sched_param", keywords, &priority))
        return NULL;
    PyObject *result = PyStructSequence_New(type);
    if (result)
        PyStructSequence_SET_ITEM(result, 0, Py_NewRef(priority));
    return result;
}

int
posix_convert_sched_param(PyObject *module, PyObject *param, struct sched_param *result)
{
    if (!Py_IS_TYPE(param, posix_state(module)->sched_param)) {
        PyErr_SetString(PyExc_TypeError, "must have a sched_param object");
        return 0;
    }
    long priority = PyLong_AsLong(PyStructSequence_GET_ITEM(param, 0));
    if (priority == -1 && PyErr_Occurred())
        return 0;
    if (priority > INT_MAX || priority < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "sched_priority out of range");
        return 0;
    }
    result->sched_priority = (int)priority;
    return 1;
}

FUNCTION(posix, sched_setscheduler, "~($module, pid, policy, param, /)",
         "Set the scheduling policy and priority of a process.")
static PyObject *
posix_sched_setscheduler(PyObject *module, pid_arg pid, int policy, PyObject *param)
{
    struct sched_param value;
    if (!posix_convert_sched_param(module, param, &value))
        return NULL;
    return none_or_fail(sched_setscheduler(pid, policy, &value));
}

FUNCTION(posix, sched_getparam, "($module, pid, /)", "The scheduling parameters of a process.")
static PyObject *
posix_sched_getparam(PyObject *module, pid_arg pid)
{
    struct sched_param value;
    if (sched_getparam(pid, &value))
        return fail();
    PyObject *priority = PyLong_FromLong(value.sched_priority);
    PyObject *result = priority ? PyStructSequence_New(posix_state(module)->sched_param) : NULL;
    if (!result) {
        Py_XDECREF(priority);
        return NULL;
    }
    PyStructSequence_SET_ITEM(result, 0, priority);
    return result;
}

FUNCTION(posix, sched_setparam, "~($module, pid, param, /)",
         "Set the scheduling parameters of a process.")
static PyObject *
posix_sched_setparam(PyObject *module, pid_arg pid, PyObject *param)
{
    struct sched_param value;
    if (!posix_convert_sched_param(module, param, &value))
        return NULL;
    return none_or_fail(sched_setparam(pid, &value));
}

FUNCTION(posix, sched_rr_get_interval, "($module, pid, /)",
         "The time slice of round-robin scheduling in seconds.")
static double
posix_sched_rr_get_interval(PyObject *Py_UNUSED(module), pid_arg pid)
{
    struct timespec interval;
    if (sched_rr_get_interval(pid, &interval)) {
        fail();
        return -1.0;
    }
    return (double)interval.tv_sec + 1e-9 * (double)interval.tv_nsec;
}

enum { MAX_CPUS = 1 << 20 };

FUNCTION(posix, sched_getaffinity, "($module, pid, /)", "The set of CPUs a process may run on.")
static PyObject *
posix_sched_getaffinity(PyObject *Py_UNUSED(module), pid_arg pid)
{
    int cpus = 128;
    cpu_set_t *mask;
    size_t size;
    for (;; cpus *= 2) {
        size = CPU_ALLOC_SIZE(cpus);
        mask = CPU_ALLOC(cpus);
        if (!mask)
            return PyErr_NoMemory();
        if (sched_getaffinity(pid, size, mask) == 0)
            break;
        CPU_FREE(mask);
        if (errno != EINVAL)
            return fail();
        if (cpus >= MAX_CPUS) {
            PyErr_SetString(PyExc_OverflowError, "could not allocate a large enough CPU set");
            return NULL;
        }
    }
    PyObject *set = PySet_New(NULL);
    for (int cpu = 0; set && cpu < cpus; cpu++) {
        if (!CPU_ISSET_S(cpu, size, mask))
            continue;
        PyObject *number = PyLong_FromLong(cpu);
        if (!number || PySet_Add(set, number) < 0)
            Py_CLEAR(set);
        Py_XDECREF(number);
    }
    CPU_FREE(mask);
    return set;
}

FUNCTION(posix, sched_setaffinity, "~($module, pid, mask, /)",
         "Tell which CPUs, an iterable of numbers, a process may run on.")
static PyObject *
posix_sched_setaffinity(PyObject *Py_UNUSED(module), pid_arg pid, PyObject *mask)
{
    PyObject *it = PyObject_GetIter(mask), *item, *result = NULL;
    if (!it)
        return NULL;
    int cpus = 128;
    cpu_set_t *set = CPU_ALLOC(cpus);
    if (!set) {
        Py_DECREF(it);
        return PyErr_NoMemory();
    }
    CPU_ZERO_S(CPU_ALLOC_SIZE(cpus), set);
    while ((item = PyIter_Next(it))) {
        if (!PyLong_Check(item)) {
            PyErr_Format(PyExc_TypeError,
                         "expected an iterator of ints, but iterator yielded %R", Py_TYPE(item));
            Py_DECREF(item);
            goto done;
        }
        long cpu = PyLong_AsLong(item);
        Py_DECREF(item);
        if (cpu < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "negative CPU number");
            goto done;
        }
        if (cpu > INT_MAX - 1) {
            PyErr_SetString(PyExc_OverflowError, "CPU number too large");
            goto done;
        }
        if (cpu >= cpus) {
            int more = cpus;
            while (more <= cpu)
                more = more > INT_MAX / 2 ? (int)cpu + 1 : more * 2;
            cpu_set_t *bigger = CPU_ALLOC(more);
            if (!bigger) {
                PyErr_NoMemory();
                goto done;
            }
            CPU_ZERO_S(CPU_ALLOC_SIZE(more), bigger);
            memcpy(bigger, set, CPU_ALLOC_SIZE(cpus));
            CPU_FREE(set);
            set = bigger;
            cpus = more;
        }
        CPU_SET_S(cpu, CPU_ALLOC_SIZE(cpus), set);
    }
    if (!PyErr_Occurred())
        result = none_or_fail(sched_setaffinity(pid, CPU_ALLOC_SIZE(cpus), set));
done:
    CPU_FREE(set);
    Py_DECREF(it);
    return result;
}

status
posix_add_sched_types(PyObject *module)
{
    PosixState *state = posix_state(module);
    PyStructSequence_Field param_fields[] = {
        {"sched_priority", "the scheduling priority"},
        {NULL, NULL},
    };
    PyStructSequence_Desc param_desc = {
        .name = "posix.sched_param",
        .doc = PyDoc_STR("sched_param(sched_priority)\n--\n\nThe parameters of a scheduling policy."),
        .fields = param_fields,
        .n_in_sequence = 1,
    };
    state->sched_param = PyStructSequence_NewType(&param_desc);
    if (!state->sched_param)
        return -1;
    state->sched_param->tp_new = sched_param_new;
    return PyModule_AddObjectRef(module, "sched_param", (PyObject *)state->sched_param);
}

#define POSIX_WRAPPERS
#include "modules/posix/posix.h"
#include "gen/modules/posix/sched.inc"
