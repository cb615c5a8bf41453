/* PyOS_Readline: one line from a terminal, through the module readline if it has been imported. */
#include "object/state.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The ABI's hooks: readline sets the function, GUI toolkits the other. */
int (*PyOS_InputHook)(void) = NULL;
char *(*PyOS_ReadlineFunctionPointer)(FILE *, FILE *, const char *) = NULL;
PyThreadState *_PyOS_ReadlineTState = NULL;

enum { LINE_READ = 0, LINE_INTERRUPTED = 1, LINE_EOF = -1 };

/* fgets() that lets signal handlers run; the GIL is not held. */
static int
read_piece(PyThreadState *tstate, char *buffer, int room, FILE *in)
{
    for (;;) {
        if (PyOS_InputHook != NULL) {
            PyOS_InputHook();
        }
        errno = 0;
        clearerr(in);
        if (fgets(buffer, room, in) != NULL) {
            return LINE_READ;
        }
        int error = errno;
        if (feof(in)) {
            clearerr(in);
            return LINE_EOF;
        }
        if (error != EINTR) {
            return LINE_EOF;
        }
        PyEval_RestoreThread(tstate);
        int raised = PyErr_CheckSignals();
        PyEval_SaveThread();
        if (raised < 0) {
            return LINE_INTERRUPTED;
        }
    }
}

/* A line in memory of the raw domain; "" at the end of the input; NULL if a signal handler raised. */
static char *
read_plainly(PyThreadState *tstate, FILE *in, FILE *out, const char *prompt)
{
    size_t room = 100, n = 0;
    char *line = PyMem_RawMalloc(room);
    fflush(out);
    if (prompt != NULL) {
        fprintf(stderr, "%s", prompt);
    }
    fflush(stderr);
    while (line != NULL) {
        int piece = read_piece(tstate, line + n, (int)(room - n), in);
        if (piece == LINE_INTERRUPTED) {
            PyMem_RawFree(line);
            return NULL;
        }
        if (piece == LINE_EOF) {
            line[n] = 0;
            break;
        }
        n += strlen(line + n);
        if (n > 0 && line[n - 1] == '\n') {
            break;
        }
        if (room > INT_MAX / 2) {
            PyMem_RawFree(line);
            line = NULL;
            break;
        }
        char *more = PyMem_RawRealloc(line, room * 2);
        if (more == NULL) {
            PyMem_RawFree(line);
        }
        line = more;
        room *= 2;
    }
    if (line == NULL) {
        PyEval_RestoreThread(tstate);
        PyErr_NoMemory();
        PyEval_SaveThread();
    }
    return line;
}

/* A line with its newline, to be freed with PyMem_Free; "" at the end of input.  NULL: interrupted,
   or with an exception set. */
char *
PyOS_Readline(FILE *in, FILE *out, const char *prompt)
{
    PyThreadState *tstate = tstate_get();
    char *line;
    if (__atomic_load_n(&_PyOS_ReadlineTState, __ATOMIC_RELAXED) == tstate) {
        PyErr_SetString(PyExc_RuntimeError, "can't re-enter readline");
        return NULL;
    }
    if (_PyRuntime.readline_lock == NULL &&
        (_PyRuntime.readline_lock = PyThread_allocate_lock()) == NULL) {
        PyErr_SetString(PyExc_MemoryError, "can't allocate lock");
        return NULL;
    }
    PyEval_SaveThread();
    PyThread_acquire_lock(_PyRuntime.readline_lock, 1);
    _PyOS_ReadlineTState = tstate;
    /* readline is for terminals; a pipe is read plainly. */
    if (PyOS_ReadlineFunctionPointer == NULL || !isatty(fileno(in)) || !isatty(fileno(out)) ||
        tstate->interp != _PyRuntime.interpreters.main) {
        line = read_plainly(tstate, in, out, prompt);
    }
    else {
        line = PyOS_ReadlineFunctionPointer(in, out, prompt);
    }
    _PyOS_ReadlineTState = NULL;
    PyThread_release_lock(_PyRuntime.readline_lock);
    PyEval_RestoreThread(tstate);
    if (line == NULL) {
        return NULL;
    }
    size_t n = strlen(line) + 1;
    char *result = PyMem_Malloc(n);
    if (result == NULL) {
        PyErr_NoMemory();
    }
    else {
        memcpy(result, line, n);
    }
    PyMem_RawFree(line);
    return result;
}
