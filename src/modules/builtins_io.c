/* builtins: print, input and breakpoint. */
#include "object/declare.h"
#include "object/state.h"
#include <unistd.h>

static status
check_text_option(PyObject *value, const char *name)
{
    if (value != NULL && !PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be None or a string, not %.200s", name,
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    return 0;
}

static status
call_flush(PyObject *file)
{
    PyObject *result = PyObject_CallMethodNoArgs(file, ID(flush));
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

FUNCTION(builtins, print, "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)",
         "Write the values as text to a stream, sys.stdout by default.")
PyObject *
builtins_print(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *sep = Py_None, *end = Py_None, *file = Py_None, *flush = Py_False;
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i), *value = args[nargs + i];
        if (_PyUnicode_EqualToASCIIString(name, "sep")) {
            sep = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "end")) {
            end = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "file")) {
            file = value;
        }
        else if (_PyUnicode_EqualToASCIIString(name, "flush")) {
            flush = value;
        }
        else {
            PyErr_Format(PyExc_TypeError, "'%U' is an invalid keyword argument for print()", name);
            return NULL;
        }
    }
    int flush_after = PyObject_IsTrue(flush);
    if (flush_after < 0) {
        return NULL;
    }
    if (file == Py_None) {
        file = PySys_GetObject("stdout");
        if (file == NULL) {
            PyErr_SetString(PyExc_RuntimeError, "lost sys.stdout");
            return NULL;
        }
        if (file == Py_None) {
            Py_RETURN_NONE;
        }
    }
    sep = sep == Py_None ? NULL : sep;
    end = end == Py_None ? NULL : end;
    if (check_text_option(sep, "sep") < 0 || check_text_option(end, "end") < 0) {
        return NULL;
    }
    Py_INCREF(file);
    int failed = 0;
    for (Py_ssize_t i = 0; i < nargs && !failed; i++) {
        if (i > 0) {
            failed = sep == NULL ? PyFile_WriteString(" ", file)
                                 : PyFile_WriteObject(sep, file, Py_PRINT_RAW);
        }
        failed = failed || PyFile_WriteObject(args[i], file, Py_PRINT_RAW);
    }
    failed = failed || (end == NULL ? PyFile_WriteString("\n", file)
                                    : PyFile_WriteObject(end, file, Py_PRINT_RAW));
    if (!failed && flush_after) {
        failed = call_flush(file) < 0;
    }
    Py_DECREF(file);
    if (failed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Is the sys stream the C stream's descriptor, and that a terminal?  An error counts as no. */
static truth
is_terminal_stream(PyObject *stream, FILE *c_stream)
{
    PyObject *result = PyObject_CallMethodNoArgs(stream, ID(fileno));
    if (result == NULL) {
        PyErr_Clear();
        return 0;
    }
    long fd = PyLong_AsLong(result);
    Py_DECREF(result);
    if (fd < 0 && PyErr_Occurred()) {
        return -1;
    }
    return fd == fileno(c_stream) && isatty((int)fd);
}

static PyObject *
input_lost(const char *name)
{
    PyErr_Format(PyExc_RuntimeError, "input(): lost sys.%s", name);
    return NULL;
}

/* Prompt as bytes in stdout's encoding, for readline; *prompt_out owned. */
static status
encode_prompt(PyObject *prompt, PyObject *out, PyObject **prompt_out)
{
    *prompt_out = NULL;
    if (prompt == NULL) {
        return 0;
    }
    PyObject *encoding = PyObject_GetAttr(out, ID(encoding)), *errors = NULL, *text = NULL;
    if (encoding != NULL) {
        errors = PyObject_GetAttr(out, ID(errors));
    }
    if (errors != NULL && PyUnicode_Check(encoding) && PyUnicode_Check(errors)) {
        text = PyObject_Str(prompt);
        if (text != NULL) {
            *prompt_out = PyUnicode_AsEncodedString(text, PyUnicode_AsUTF8(encoding),
                                                    PyUnicode_AsUTF8(errors));
            if (*prompt_out != NULL &&
                strlen(PyBytes_AS_STRING(*prompt_out)) != (size_t)PyBytes_GET_SIZE(*prompt_out)) {
                Py_CLEAR(*prompt_out);
                PyErr_SetString(PyExc_ValueError, "input: prompt string cannot contain null characters");
            }
        }
    }
    Py_XDECREF(encoding);
    Py_XDECREF(errors);
    Py_XDECREF(text);
    return *prompt_out == NULL ? -1 : 0;
}

static PyObject *
input_from_terminal(PyObject *prompt, PyObject *in, PyObject *out)
{
    PyObject *encoding = PyObject_GetAttr(in, ID(encoding)), *errors = NULL, *bytes = NULL;
    PyObject *result = NULL;
    if (encoding == NULL || (errors = PyObject_GetAttr(in, ID(errors))) == NULL) {
        goto done;
    }
    if (!PyUnicode_Check(encoding) || !PyUnicode_Check(errors)) {
        goto done;              /* no exception: the caller falls back to the stream's readline */
    }
    if (call_flush(out) < 0) {
        PyErr_Clear();
    }
    if (encode_prompt(prompt, out, &bytes) < 0) {
        goto done;
    }
    char *line = PyOS_Readline(stdin, stdout, bytes == NULL ? "" : PyBytes_AS_STRING(bytes));
    if (line == NULL) {
        if (PyErr_CheckSignals() == 0 && !PyErr_Occurred()) {
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        }
        goto done;
    }
    size_t n = strlen(line);
    if (n == 0) {
        PyErr_SetNone(PyExc_EOFError);
    }
    else {
        n -= line[n - 1] == '\n';
        result = PyUnicode_Decode(line, (Py_ssize_t)n, PyUnicode_AsUTF8(encoding),
                                  PyUnicode_AsUTF8(errors));
    }
    PyMem_Free(line);
    if (result != NULL && PySys_Audit("builtins.input/result", "O", result) < 0) {
        Py_CLEAR(result);
    }
done:
    Py_XDECREF(encoding);
    Py_XDECREF(errors);
    Py_XDECREF(bytes);
    return result;
}

FUNCTION(builtins, input, "($module, prompt='', /)",
         "A line from standard input without its newline; the prompt goes to standard output.")
DEFAULT(prompt, NULL)
static PyObject *
builtins_input(PyObject *module, PyObject *prompt)
{
    PyObject *in = PySys_GetObject("stdin"), *out = PySys_GetObject("stdout");
    PyObject *err = PySys_GetObject("stderr");
    if (in == NULL || in == Py_None) {
        return input_lost("stdin");
    }
    if (out == NULL || out == Py_None) {
        return input_lost("stdout");
    }
    if (err == NULL || err == Py_None) {
        return input_lost("stderr");
    }
    if (PySys_Audit("builtins.input", "O", prompt ? prompt : Py_None) < 0) {
        return NULL;
    }
    Py_INCREF(in);
    Py_INCREF(out);
    PyObject *result = NULL;
    if (call_flush(err) < 0) {
        PyErr_Clear();
    }
    int terminal = is_terminal_stream(in, stdin);
    if (terminal > 0) {
        terminal = is_terminal_stream(out, stdout);
    }
    if (terminal < 0) {
        goto done;
    }
    if (terminal) {
        result = input_from_terminal(prompt, in, out);
        if (result != NULL || PyErr_Occurred()) {
            goto done;
        }
    }
    if (prompt != NULL && PyFile_WriteObject(prompt, out, Py_PRINT_RAW) != 0) {
        goto done;
    }
    if (call_flush(out) < 0) {
        PyErr_Clear();
    }
    result = PyFile_GetLine(in, -1);
done:
    Py_DECREF(in);
    Py_DECREF(out);
    return result;
}

FUNCTION(builtins, breakpoint, NULL,
         "breakpoint(*args, **kws)\n\nCall sys.breakpointhook(*args, **kws): by default, enter pdb.")
PyObject *
builtins_breakpoint(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *hook = PySys_GetObject("breakpointhook");
    if (hook == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.breakpointhook");
        return NULL;
    }
    if (PySys_Audit("builtins.breakpoint", "O", hook) < 0) {
        return NULL;
    }
    Py_INCREF(hook);
    PyObject *result = PyObject_Vectorcall(hook, args, (size_t)nargs, kwnames);
    Py_DECREF(hook);
    return result;
}

#include "gen/modules/builtins_io.inc"
